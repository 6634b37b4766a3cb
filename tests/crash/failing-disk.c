/* See failing-disk.h. */
#include "failing-disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Asks about a step: true when it fails, with errno. */
static bool fails(failing_disk *d, mishap_what what, mishap_answer *answer)
{
	*answer = mishap_step(d->mishap, MISHAP_STICK, what);
	if (*answer == MISHAP_GO || *answer == MISHAP_TORN)
		return false;
	errno = *answer == MISHAP_NO_ROOM ? ENOSPC : EIO;
	return true;
}

static bool is_pulled_out(const failing_disk *d)
{
	errno = EIO;
	return d->mishap->kind == MISHAP_ERROR_ON && d->mishap->gone[MISHAP_STICK];
}

static int entry_of(const failing_disk *d, int fd)
{
	for (int i = 0; i < FAILING_DISK_FILES; i++) {
		if (d->open[i].fd == fd)
			return i;
	}
	abort();
}

static void remember(failing_disk *d, int fd, const char *path, bool is_folder)
{
	int i = entry_of(d, -1);
	d->open[i].fd = fd;
	d->open[i].folder = is_folder;
	snprintf(d->open[i].path, sizeof d->open[i].path, "%s", path);
}

static int disk_open(void *context, const char *path, int flags, mode_t mode)
{
	failing_disk *d = context;
	mishap_answer answer = MISHAP_GO;
	if (is_pulled_out(d) || ((flags & O_CREAT) != 0 && fails(d, MISHAP_CREATE, &answer)))
		return -1;
	int fd = sat_disk_system()->open(NULL, path, flags, mode);
	if (fd >= 0)
		remember(d, fd, path, (flags & O_DIRECTORY) != 0);
	if (fd >= 0 && (flags & O_CREAT) != 0)
		unsynced_create(d->mishap->unsynced, path);
	mishap_done(answer);
	return fd;
}

static ssize_t disk_pread(void *context, int fd, void *data, size_t count, off_t offset)
{
	return is_pulled_out(context) ? -1 : sat_disk_system()->pread(NULL, fd, data, count, offset);
}

static ssize_t disk_pwrite(void *context, int fd, const void *data, size_t count, off_t offset)
{
	failing_disk *d = context;
	mishap_answer answer;
	if (fails(d, MISHAP_WRITE, &answer))
		return -1;
	if (answer == MISHAP_TORN)
		count = mishap_part(d->mishap, count);
	unsynced_write(d->mishap->unsynced, d->open[entry_of(d, fd)].path, (uint64_t)offset, data, count);
	ssize_t put = sat_disk_system()->pwrite(NULL, fd, data, count, offset);
	mishap_done(answer);
	return put;
}

static int disk_fsync(void *context, int fd)
{
	failing_disk *d = context;
	mishap_answer answer;
	if (fails(d, MISHAP_SYNC, &answer))
		return -1;
	int rc = sat_disk_system()->fsync(NULL, fd);
	int i = entry_of(d, fd);
	if (rc == 0 && d->open[i].folder)
		unsynced_sync_folder(d->mishap->unsynced, d->open[i].path);
	else if (rc == 0)
		unsynced_sync(d->mishap->unsynced, d->open[i].path);
	mishap_done(answer);
	return rc;
}

static int disk_close(void *context, int fd)
{
	failing_disk *d = context;
	d->open[entry_of(d, fd)].fd = -1;
	return sat_disk_system()->close(NULL, fd);
}

static int disk_rename_new(void *context, const char *from, const char *to)
{
	failing_disk *d = context;
	mishap_answer answer;
	if (fails(d, MISHAP_RENAME, &answer))
		return -1;
	int rc = sat_disk_system()->rename_new(NULL, from, to);
	if (rc == 0)
		unsynced_rename(d->mishap->unsynced, from, to);
	mishap_done(answer);
	return rc;
}

static int disk_unlink(void *context, const char *path)
{
	failing_disk *d = context;
	mishap_answer answer;
	if (fails(d, MISHAP_REMOVE, &answer))
		return -1;
	unsynced_remove(d->mishap->unsynced, path);
	int rc = sat_disk_system()->unlink(NULL, path);
	mishap_done(answer);
	return rc;
}

static int disk_mkdir(void *context, const char *path, mode_t mode)
{
	failing_disk *d = context;
	mishap_answer answer;
	if (fails(d, MISHAP_MAKE_FOLDER, &answer))
		return -1;
	int rc = sat_disk_system()->mkdir(NULL, path, mode);
	if (rc == 0)
		unsynced_make_folder(d->mishap->unsynced, path);
	mishap_done(answer);
	return rc;
}

void failing_disk_init(failing_disk *d, mishap *m)
{
	*d = (failing_disk){ .mishap = m,
		             .disk = { .context = d,
		                       .open = disk_open,
		                       .pread = disk_pread,
		                       .pwrite = disk_pwrite,
		                       .fsync = disk_fsync,
		                       .close = disk_close,
		                       .rename_new = disk_rename_new,
		                       .unlink = disk_unlink,
		                       .mkdir = disk_mkdir } };
	for (int i = 0; i < FAILING_DISK_FILES; i++)
		d->open[i].fd = -1;
}
