/* A part: a bundle on its way to a medium, under a temporary name.
 *
 * A bundle is written by position, its header last, so a part remembers for each put where it lies and
 * the hash of it; they never overlap.  When the bundle is whole, its bytes are synced *before* it gets
 * its name: what a listing calls a bundle is never half of one.  The hashes stay for reading back
 * (read-back.h).
 *
 * sat_part_create, sat_part_put as often as need be, sat_part_whole, sat_part_make_durable,
 * sat_part_rename; sat_part_free at any point takes everything off the medium that has no name yet.
 * For the folder carrier (folder.h).
 */
#ifndef SAT_PART_H
#define SAT_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/keys.h"
#include "file-name.h"
#include "place.h"

/* What the hash of a region is called in it (hash32, FORMAT.md); it never leaves the process. */
#define SAT_REGION_PERSONAL "satchel1readback"

/* What one put wrote. */
typedef struct sat_region {
	uint64_t offset;
	uint64_t length_bytes;
	uint8_t hash[SAT_HASH_BYTES];
} sat_region;

/* Others read `name`, `regions` and `count`, and keep a list by `next`. */
typedef struct sat_part {
	sat_place *place;                               /* borrowed */
	struct sat_part *next;                          /* the carrier's list of begun bundles */
	int fd;                                         /* -1 once closed */
	bool on_disk;                                   /* the temporary file has to be removed */
	char name[SAT_PART_NAME_BYTES];
	uint64_t need_bytes;                            /* the hint, or more once more was put */
	uint64_t written_bytes;
	sat_region *regions;                            /* sorted by offset, never overlapping */
	size_t count;
	size_t capacity;
	sat_error failure;                              /* of the first put that failed */
} sat_part;

/* Begins a part in a place that was prepared; `need_bytes` is what it is thought to take (0: unknown),
 * `free_known` as sat_place_prepare said.  Owned by the caller; the place is borrowed until sat_part_free.
 * NULL when it fails: SAT_EFULL, SAT_EIO, SAT_EEXISTS when every name drawn was taken, SAT_ENOMEM. */
int sat_part_create(sat_part **part, sat_place *place, uint64_t need_bytes, bool free_known, sat_error *err);
/* Writes `count` bytes at `offset`.  A put that failed takes the temporary file off the medium at once;
 * the part can then only be freed, and says the same again.  SAT_EUSAGE for bytes written twice,
 * SAT_ELIMIT beyond what a bundle may have, SAT_EFULL, SAT_EIO, SAT_ENOMEM. */
int sat_part_put(sat_part *part, uint64_t offset, const void *data, size_t count, sat_error *err);
/* Whether the part can be a bundle: no failed put, no hole, not empty (SAT_EUSAGE).  `*size_bytes`
 * receives its length. */
int sat_part_whole(const sat_part *part, uint64_t *size_bytes, sat_error *err);
/* Sets the times, syncs the bytes and closes the file.  SAT_EFULL, SAT_EIO. */
int sat_part_make_durable(sat_part *part, sat_error *err);
/* Gives the file the name in `name`, or another one, freshly drawn into it, where that is taken.  The
 * place is yet to be synced.  SAT_EEXISTS when every name drawn was taken, SAT_EFULL, SAT_EIO. */
int sat_part_rename(sat_part *part, char name[static SAT_FILE_NAME_BYTES_MAX + 1], sat_error *err);
/* Ends a part, takes off the medium what has no final name, and frees it; NULL does nothing. */
void sat_part_free(sat_part *part);

#endif
