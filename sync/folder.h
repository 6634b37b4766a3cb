/* The folder carrier: bundles in a folder named `satchel` on a mounted medium.
 *
 * Writing is new name, temporary file, fsync, rename without replacing, fsync of the folder, drop
 * of the page cache (or O_DIRECT), read back and compare by hash.  Only then is a bundle "on the
 * stick".  Names are 16 random lower-case base32 characters and the suffix; file and folder times
 * are set to 1980-01-01 (the oldest that FAT can tell), so that neither name nor time says who or
 * when.  Nothing is ever overwritten; only sat_carrier.drop removes a bundle.
 *
 * All calls on the disk that a promise hangs on go through a sat_disk, so that crash tests can stop or
 * tear each of them; looking, listing and setting times do not.
 */
#ifndef SAT_FOLDER_H
#define SAT_FOLDER_H

#include <dirent.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "carrier.h"
#include "core/env.h"

/* The system calls that the folder carrier makes, with their usual meanings: -1 and errno. */
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

/* A carrier over `path`/satchel (or `path` itself when its last part is "satchel").  The folder is made
 * at the first write, not before.  `disk` NULL is sat_disk_system().  Owned by the caller.
 * SAT_ENOTFOUND when `path` is not a folder that can be read. */
int sat_folder_open(sat_carrier **carrier, const char *path, const sat_disk *disk, const sat_env *env,
                    sat_error *err);

#endif
