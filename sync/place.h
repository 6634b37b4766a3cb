/* The place: the folder `satchel` on a mounted medium, and the rules for working in it.
 *
 * A stick that is pulled out leaves its empty mount point behind, on the laptop's own disk.  Writing
 * on would "copy to USB" without any USB; so the device on which the place was first seen is
 * remembered, and another one counts as pulled out.  The inode is not compared, since FAT makes
 * up a new one whenever the kernel has forgotten it.
 *
 * The place is made at the first write and taken off again when nothing came of that write.  Its parent is
 * synced before that write whether it was made just now or not, since whoever made it may not have.  Times
 * of writing and of reading are set to 1980 for files and the place itself, the oldest that FAT can say; the time
 * at which a file was made, which FAT and exFAT keep too, cannot be set from here.
 *
 * sat_place_init, sat_place_check; then sat_place_prepare before a file is made in it, sat_place_sync
 * after it has its name, sat_place_unmake when it came to nothing; at last sat_place_clear.
 * For the modules of the folder carrier (folder.h), whose failures are told in the words of
 * medium-failure.h.
 */
#ifndef SAT_PLACE_H
#define SAT_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/env.h"
#include "core/error.h"
#include "disk.h"

/* Others read `disk`, `env` and `path` and leave the rest alone. */
typedef struct sat_place {
	const sat_disk *disk;           /* borrowed */
	const sat_env *env;             /* borrowed */
	char *base;                     /* the path that was given, without slashes at its end */
	char *path;                     /* base/satchel, or the same as base */
	bool device_known;
	dev_t device;
	bool made;                      /* by us, and nothing was kept in it so far */
	bool parent_synced;             /* so that the place's own name lasts */
	bool folder_sync_unsupported;   /* a warning only: the medium's syncfs has to do */
} sat_place;

/* Sets a place up over `path`, without looking at the medium.  `disk` and `env` are borrowed until
 * sat_place_clear, which also follows a failure.  SAT_ENOTFOUND for a path that is empty or too long. */
int sat_place_init(sat_place *place, const char *path, const sat_disk *disk, const sat_env *env,
                   sat_error *err);
/* Frees what a place holds, or nothing when it is all zeros. */
void sat_place_clear(sat_place *place);
/* Looks whether the medium is there.  SAT_ENOTFOUND when it is no folder that can be read. */
int sat_place_check(sat_place *place, sat_error *err);

/* Opens the place, or its parent (`*absent`) where the place is still to be made.  `*fd` is closed by
 * the caller with sat_place_close; -1 when it fails: SAT_EIO, also when another device lies there now,
 * SAT_EEXISTS when the place is not a folder. */
int sat_place_open(sat_place *place, int *fd, bool *absent, sat_error *err);
/* Makes the place where need be, for a file of `need_bytes` (0: unknown).  What cannot fit is refused
 * before anything is touched.  `*free_known` is false when the medium does not tell its free space.
 * SAT_EFULL, SAT_EIO, SAT_EEXISTS; then sat_place_unmake. */
int sat_place_prepare(sat_place *place, uint64_t need_bytes, bool *free_known, sat_error *err);
/* Makes durable what names the place holds.  SAT_EIO, SAT_EFULL. */
int sat_place_sync(sat_place *place, sat_error *err);
/* Something was kept in the place: from here on it stays. */
void sat_place_keep(sat_place *place);
/* Takes a place off again that we made and that nothing was kept in; one that stays tells no time of it. */
void sat_place_unmake(sat_place *place);
/* Bytes free behind a descriptor from sat_place_open; UINT64_MAX when the medium does not say. */
uint64_t sat_place_free_bytes(int fd);

/* The path of a file in the place. */
void sat_place_path(const sat_place *place, const char *name, char path[static PATH_MAX]);
/* Makes a new file, opened for reading and writing: a descriptor, or -1 and errno. */
int sat_place_create_file(const sat_place *place, const char *name);
/* Opens a file for reading, with further `flags` of open, without leaving a trace of it: a descriptor,
 * or -1 and errno. */
int sat_place_open_file(const sat_place *place, const char *name, int flags);
/* Closes a descriptor: 0, or -1 and errno. */
int sat_place_close(const sat_place *place, int fd);
/* Removes a file: 0, or -1 and errno. */
int sat_place_remove(const sat_place *place, const char *name);

/* Sets the times behind a descriptor to 1980, as far as the medium allows. */
void sat_place_set_times(int fd);
/* Takes back what reading has left behind a descriptor, where the driver of the medium notes that it happened and
 * the times were ours. */
void sat_place_forget_reading(int fd);
/* Sets and syncs the times of a file that was renamed or read, where that has changed them.  SAT_EIO. */
int sat_place_settle_times(const sat_place *place, const char *name, sat_error *err);

#endif
