/* Pulling a bundle through its reader from a carrier: what merging, verifying and inspecting share.
 */
#ifndef SAT_PULL_H
#define SAT_PULL_H

#include "bundle.h"
#include "carrier.h"

typedef struct sat_pull {
	sat_carrier *carrier;
	const char *name;           /* borrowed */
	void *handle;
	uint64_t size;
	sat_bundle_reader *reader;  /* NULL until sat_pull_begin */
	sat_bytes buffer;
	sat_progress progress;      /* may be NULL */
	void *progress_context;
} sat_pull;

/* Opens a bundle of a carrier's place. */
int sat_pull_open(sat_pull *pull, sat_carrier *carrier, const char *name, sat_error *err);
/* Closes it; harmless on one that was never opened. */
void sat_pull_close(sat_pull *pull);

/* Begins to read it for an identity. */
int sat_pull_begin(sat_pull *pull, const sat_identity *identity, sat_error *err);
/* Feeds the reader until something happens.  A stretch that the medium cannot give is taken as damaged,
 * which costs a frame and not the bundle.  SAT_ECANCELLED when progress says so. */
int sat_pull_next(sat_pull *pull, sat_bundle_event *event, sat_error *err);

/* Whether the file hash is right (FORMAT.md, section 2): it needs no key, and tells damage from what
 * was sealed to somebody else.  Bytes that cannot be read make it wrong. */
int sat_pull_hash_right(sat_pull *pull, bool *right, sat_error *err);

/* Whether the file begins with our magic, and so was a bundle once. */
bool sat_pull_looks_like_one(sat_pull *pull);

#endif
