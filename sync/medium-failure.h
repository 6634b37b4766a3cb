/* What a person is told when a medium fails: one sentence for each way, from errno.
 *
 * Sticks are pulled out, full, write-protected or broken, and FUSE drivers say so in their own ways.
 * The sentences say what became of the bundle and what to do; they are here and nowhere else, so that
 * the same mishap is never told in two ways.  For the modules of the folder carrier (folder.h), and for those
 * who look whether a path is there before they open it.
 *
 * Each function notes the sentence in `err` (which may be NULL) and returns the code that goes with it.
 */
#ifndef SAT_MEDIUM_FAILURE_H
#define SAT_MEDIUM_FAILURE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"

/* Reading failed with errno `number`.  SAT_EIO, SAT_ENOMEM. */
int sat_medium_read_failed(int number, sat_error *err);
/* What was named, the folder of a medium, could not be opened at all.  SAT_ENOTFOUND. */
int sat_medium_absent(const char *path, int number, sat_error *err);
/* Writing, syncing or renaming failed with errno `number`; `missing_bytes` is how many more would have
 * been needed, 0 when that is not known.  SAT_EFULL, SAT_EIO, SAT_ENOMEM. */
int sat_medium_write_failed(int number, uint64_t missing_bytes, sat_error *err);
/* The same for the bytes of a file that is open for writing. */
int sat_medium_put_failed(int number, uint64_t missing_bytes, sat_error *err);
/* The same for a file or folder that could not be made; `free_known` tells whether the medium says how
 * much room it has. */
int sat_medium_create_failed(int number, uint64_t missing_bytes, bool free_known, sat_error *err);
/* There is no room: SAT_EFULL. */
int sat_medium_full(uint64_t missing_bytes, sat_error *err);

#endif
