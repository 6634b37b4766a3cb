/* Reading a bundle back from a medium, past the page cache, and comparing it with what was written.
 *
 * A stick that claims more room than it has takes every write and gives other bytes back, or none.
 * Reading through the page cache would only show what the kernel remembers; so the file is opened with
 * O_DIRECT where the medium knows it, and dropped from memory where it does not.  What was written is
 * known by the hashes of its regions (part.h), so that a bundle need not be kept in memory.
 *
 * Called once a bundle has its name and the place is synced.  For the folder carrier (folder.h).
 */
#ifndef SAT_READ_BACK_H
#define SAT_READ_BACK_H

#include "carrier.h"
#include "part.h"

/* Who is told how far a bundle is; `progress` may be NULL. */
typedef struct sat_watch {
	sat_progress progress;
	void *context;
	const char *name;               /* the bundle's, borrowed */
	uint64_t size_bytes;
} sat_watch;

/* Tells that `done` bytes are on the medium for certain.  SAT_ECANCELLED when the watcher says stop. */
int sat_watch_tell(const sat_watch *watch, uint64_t done, sat_error *err);

/* Reads the file that `part` became (watch->name, of watch->size_bytes) and compares every byte.
 * SAT_EIO when the medium gave back other bytes, fewer or more, or is gone; SAT_ECANCELLED, SAT_ENOMEM. */
int sat_read_back(const sat_part *part, const sat_watch *watch, sat_error *err);

#endif
