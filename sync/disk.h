/* The system calls that a promise hangs on, behind a struct.
 *
 * Opening, reading, writing, syncing, renaming and removing what lies on a medium go through a
 * sat_disk, so that crash tests can stop or tear each of them and unit tests can make any of them fail.
 * Merely looking (fstat, readdir, statvfs) and what is best effort (times, syncfs, removing a folder
 * that stayed empty) goes to the system directly: no promise hangs on it.
 *
 * Programs pass NULL where a sat_disk is asked for and get the real one.  A test makes its own: it
 * copies sat_disk_system(), then replaces what is to misbehave.
 */
#ifndef SAT_DISK_H
#define SAT_DISK_H

#include <stddef.h>
#include <sys/types.h>

/* Every call has its usual meaning: what went wrong is -1 and errno.  `context` is handed back to each. */
typedef struct sat_disk {
	void *context;
	int (*open)(void *context, const char *path, int flags, mode_t mode);
	ssize_t (*pread)(void *context, int fd, void *data, size_t count, off_t offset);
	ssize_t (*pwrite)(void *context, int fd, const void *data, size_t count, off_t offset);
	int (*fsync)(void *context, int fd);
	int (*close)(void *context, int fd);
	/* Renames and fails with EEXIST when `to` exists. */
	int (*rename_new)(void *context, const char *from, const char *to);
	int (*unlink)(void *context, const char *path);
	int (*mkdir)(void *context, const char *path, mode_t mode);
} sat_disk;

/* The real one; borrowed for ever. */
const sat_disk *sat_disk_system(void);

#endif
