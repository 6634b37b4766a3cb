/* The real disk behind sat_disk: see disk.h.
 *
 * Calls that a signal interrupted are made again here, so that the carrier sees only what the medium
 * says.  FUSE file systems report such interruptions for every call, also for open and fsync.
 */
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int system_open(void *context, const char *path, int flags, mode_t mode)
{
	(void)context;
	return (int)TEMP_FAILURE_RETRY(open(path, flags | O_CLOEXEC, mode));
}

static ssize_t system_pread(void *context, int fd, void *data, size_t count, off_t offset)
{
	(void)context;
	return TEMP_FAILURE_RETRY(pread(fd, data, count, offset));
}

static ssize_t system_pwrite(void *context, int fd, const void *data, size_t count, off_t offset)
{
	(void)context;
	return TEMP_FAILURE_RETRY(pwrite(fd, data, count, offset));
}

static int system_fsync(void *context, int fd)
{
	(void)context;
	return (int)TEMP_FAILURE_RETRY(fsync(fd));
}

/* Linux has let go of the descriptor even when it says EINTR: closing again could close another one. */
static int system_close(void *context, int fd)
{
	(void)context;
	return close(fd) == 0 || errno == EINTR ? 0 : -1;
}

static bool is_unsupported(int number)
{
	return number == EINVAL || number == ENOSYS || number == EOPNOTSUPP;
}

/* FAT and FUSE know neither RENAME_NOREPLACE nor links.  What remains there is to look and then to
 * rename.  The name is not reserved with an empty file: a stick that is pulled out at that moment
 * would keep it, something under a final name that is no bundle.  The gap between looking and
 * renaming is harmless because nobody else draws the same 80 random bits in it. */
static int rename_after_look(const char *from, const char *to)
{
	struct stat status;
	if (lstat(to, &status) == 0) {
		errno = EEXIST;
		return -1;
	}
	return errno == ENOENT ? rename(from, to) : -1;
}

static int system_rename_new(void *context, const char *from, const char *to)
{
	(void)context;
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (!is_unsupported(errno))
		return -1;
	if (link(from, to) == 0) {
		/* The whole file has its new name.  Where the old one stays, it is only an unfinished copy
		 * in the next listing, not a reason to call this a failure. */
		(void)unlink(from);
		return 0;
	}
	if (!is_unsupported(errno) && errno != EPERM && errno != EMLINK)
		return -1;
	return rename_after_look(from, to);
}

static int system_unlink(void *context, const char *path)
{
	(void)context;
	return unlink(path);
}

static int system_mkdir(void *context, const char *path, mode_t mode)
{
	(void)context;
	return mkdir(path, mode);
}

const sat_disk *sat_disk_system(void)
{
	static const sat_disk disk = {
		.open = system_open,
		.pread = system_pread,
		.pwrite = system_pwrite,
		.fsync = system_fsync,
		.close = system_close,
		.rename_new = system_rename_new,
		.unlink = system_unlink,
		.mkdir = system_mkdir,
	};
	return &disk;
}
