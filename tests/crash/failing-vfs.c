/* See failing-vfs.h. */
#include "failing-vfs.h"

#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The real file follows in the same memory. */
typedef struct failing_file {
	sqlite3_file base;
	mishap *mishap;
	const char *path;            /* borrowed from SQLite until closing; NULL when it is not looked at */
	bool journal;
} failing_file;

static sqlite3_file *real_of(sqlite3_file *file) { return (sqlite3_file *)((failing_file *)file + 1); }

static sqlite3_vfs *real_vfs(sqlite3_vfs *vfs) { return ((sqlite3_vfs **)vfs->pAppData)[0]; }

static mishap *mishap_of(sqlite3_vfs *vfs) { return ((mishap **)vfs->pAppData)[1]; }

static bool is_refused(mishap_answer answer) { return answer == MISHAP_REFUSED || answer == MISHAP_NO_ROOM; }

static int error_of(mishap_answer answer, int otherwise)
{
	return answer == MISHAP_NO_ROOM ? SQLITE_FULL : otherwise;
}

static void sync_folder_of(unsynced *u, const char *path)
{
	char folder[PATH_MAX];
	snprintf(folder, sizeof folder, "%s", path);
	char *slash = strrchr(folder, '/');
	if (slash != NULL)
		*slash = '\0';
	unsynced_sync_folder(u, folder);
}

/* --- files ---------------------------------------------------------------------------------------- */

static int file_close(sqlite3_file *file) { return real_of(file)->pMethods->xClose(real_of(file)); }

static int file_read(sqlite3_file *file, void *data, int count, sqlite3_int64 offset)
{
	return real_of(file)->pMethods->xRead(real_of(file), data, count, offset);
}

static int file_write(sqlite3_file *file, const void *data, int count, sqlite3_int64 offset)
{
	failing_file *f = (failing_file *)file;
	sqlite3_file *real = real_of(file);
	if (f->path == NULL)
		return real->pMethods->xWrite(real, data, count, offset);
	mishap_answer answer = mishap_step(f->mishap, MISHAP_STORE, MISHAP_WRITE);
	if (is_refused(answer))
		return error_of(answer, SQLITE_IOERR_WRITE);
	if (answer == MISHAP_TORN)
		count = (int)mishap_part(f->mishap, (size_t)count);
	unsynced_write(f->mishap->unsynced, f->path, (uint64_t)offset, data, (size_t)count);
	int rc = count == 0 ? SQLITE_OK : real->pMethods->xWrite(real, data, count, offset);
	mishap_done(answer);
	return rc;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	failing_file *f = (failing_file *)file;
	sqlite3_file *real = real_of(file);
	if (f->path == NULL)
		return real->pMethods->xTruncate(real, size);
	mishap_answer answer = mishap_step(f->mishap, MISHAP_STORE, MISHAP_TRUNCATE);
	if (is_refused(answer))
		return error_of(answer, SQLITE_IOERR_TRUNCATE);
	unsynced_truncate(f->mishap->unsynced, f->path, (uint64_t)size);
	int rc = real->pMethods->xTruncate(real, size);
	mishap_done(answer);
	return rc;
}

/* SQLite's own VFS syncs the folder together with a journal, and with nothing else. */
static int file_sync(sqlite3_file *file, int flags)
{
	failing_file *f = (failing_file *)file;
	sqlite3_file *real = real_of(file);
	if (f->path == NULL)
		return real->pMethods->xSync(real, flags);
	mishap_answer answer = mishap_step(f->mishap, MISHAP_STORE, MISHAP_SYNC);
	if (is_refused(answer))
		return error_of(answer, SQLITE_IOERR_FSYNC);
	int rc = real->pMethods->xSync(real, flags);
	if (rc == SQLITE_OK) {
		unsynced_sync(f->mishap->unsynced, f->path);
		if (f->journal)
			sync_folder_of(f->mishap->unsynced, f->path);
	}
	mishap_done(answer);
	return rc;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int file_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int file_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int file_check_lock(sqlite3_file *file, int *taken)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), taken);
}

/* A hint about the size makes the real file grow by itself, unseen; it is only a hint. */
static int file_control(sqlite3_file *file, int what, void *argument)
{
	if (what == SQLITE_FCNTL_SIZE_HINT || what == SQLITE_FCNTL_CHUNK_SIZE)
		return SQLITE_OK;
	return real_of(file)->pMethods->xFileControl(real_of(file), what, argument);
}

static int file_sector(sqlite3_file *file) { return real_of(file)->pMethods->xSectorSize(real_of(file)); }

static int file_traits(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

/* Version 1: no memory mapping and no shared memory, which would go past the shim. */
static const sqlite3_io_methods file_methods = {
	.iVersion = 1,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_check_lock,
	.xFileControl = file_control,
	.xSectorSize = file_sector,
	.xDeviceCharacteristics = file_traits,
};

/* --- the VFS -------------------------------------------------------------------------------------- */

static int vfs_open(sqlite3_vfs *vfs, sqlite3_filename path, sqlite3_file *file, int flags, int *flags_out)
{
	failing_file *f = (failing_file *)file;
	sqlite3_vfs *real = real_vfs(vfs);
	bool looked_at = path != NULL && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
	*f = (failing_file){ .mishap = mishap_of(vfs),
		             .path = looked_at ? path : NULL,
		             .journal = (flags & SQLITE_OPEN_MAIN_JOURNAL) != 0 };
	bool creates = looked_at && (flags & SQLITE_OPEN_CREATE) != 0 && access(path, F_OK) != 0;
	mishap_answer answer = creates ? mishap_step(f->mishap, MISHAP_STORE, MISHAP_CREATE) : MISHAP_GO;
	if (is_refused(answer))
		return error_of(answer, SQLITE_CANTOPEN);
	int rc = real->xOpen(real, path, real_of(file), flags, flags_out);
	if (real_of(file)->pMethods != NULL)
		f->base.pMethods = &file_methods;
	if (rc == SQLITE_OK && creates)
		unsynced_create(f->mishap->unsynced, path);
	mishap_done(answer);
	return rc;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
	mishap *m = mishap_of(vfs);
	mishap_answer answer = mishap_step(m, MISHAP_STORE, MISHAP_REMOVE);
	if (is_refused(answer))
		return error_of(answer, SQLITE_IOERR_DELETE);
	unsynced_remove(m->unsynced, path);
	int rc = real_vfs(vfs)->xDelete(real_vfs(vfs), path, sync_folder);
	if (rc == SQLITE_OK && sync_folder)
		sync_folder_of(m->unsynced, path);
	mishap_done(answer);
	return rc;
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *result)
{
	return real_vfs(vfs)->xAccess(real_vfs(vfs), path, flags, result);
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int room, char *full)
{
	return real_vfs(vfs)->xFullPathname(real_vfs(vfs), path, room, full);
}

static int vfs_randomness(sqlite3_vfs *vfs, int count, char *data)
{
	return real_vfs(vfs)->xRandomness(real_vfs(vfs), count, data);
}

static int vfs_sleep(sqlite3_vfs *vfs, int time_us) { return real_vfs(vfs)->xSleep(real_vfs(vfs), time_us); }

static int vfs_time(sqlite3_vfs *vfs, double *now) { return real_vfs(vfs)->xCurrentTime(real_vfs(vfs), now); }

static int vfs_last_error(sqlite3_vfs *vfs, int room, char *text)
{
	return real_vfs(vfs)->xGetLastError(real_vfs(vfs), room, text);
}

void failing_vfs_register(mishap *m)
{
	static sqlite3_vfs vfs;
	static void *data[2];
	sqlite3_vfs *real = sqlite3_vfs_find(NULL);
	data[0] = real;
	data[1] = m;
	vfs = (sqlite3_vfs){ .iVersion = 1,
		             .szOsFile = (int)sizeof(failing_file) + real->szOsFile,
		             .mxPathname = real->mxPathname,
		             .zName = FAILING_VFS,
		             .pAppData = data,
		             .xOpen = vfs_open,
		             .xDelete = vfs_delete,
		             .xAccess = vfs_access,
		             .xFullPathname = vfs_full_path,
		             .xRandomness = vfs_randomness,
		             .xSleep = vfs_sleep,
		             .xCurrentTime = vfs_time,
		             .xGetLastError = vfs_last_error };
	if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
		abort();
}
