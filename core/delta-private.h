/* What the modules that make a delta share; see delta.h.  Nobody outside of them includes this. */
#ifndef SAT_DELTA_PRIVATE_H
#define SAT_DELTA_PRIVATE_H

#include "delta.h"
#include "store-private.h"

struct sat_delta {
	sat_store *store;
	sat_delta_options options;
	int track;
	const sat_span *gaps;
	size_t gap_count, gap;
	int64_t at;              /* everything up to here has been looked at */
	int64_t step;            /* how many sequences the next stretch has, at most */
	sat_gate *gate;
	int64_t self;            /* our sat_device.id */
	bool vouches;            /* some records were asked for where we vouched */
	bool asked;              /* of the record at hand others' writes go as well */
	bool dividing;           /* one record that is too large for a frame goes out in parts */
	size_t divided;          /* its values that went out */
	bool rest;               /* more of them are to come */
	sat_chunk chunk;
	size_t records, withheld; /* totals of the chunks before */
	bool assumed;
	sat_stmt *run_at, *run_next, *tombstones, *statements, *asks, *vouch, *batches, *consent_range, *consent_changed,
		*moments, *under;
	sat_dot heard_about;     /* the record of the latest question below; 0: none, and the answer */
	bool may_hear;
	bool counted_held;       /* whether the recipient holds anything that stands under any label: */
	bool holds_some;
	sat_arena scratch;       /* for one record, or for the moments of one chunk */
	struct sat_file_walk *files; /* see delta-files.c; NULL until the track of files begins */
};

/* Sequences that one step looks at. */
typedef struct sat_stretch {
	int64_t above, upto;
	bool run;                /* they are creations with the dots below */
	sat_dot first, last;
	int64_t told;            /* who told all of the run: an incarnation; 0: nobody alone */
} sat_stretch;

/* sat_device.id of who wrote under `dot`; 0 when nobody has signed for it. */
static inline int64_t sat_delta_author(const sat_delta *delta, sat_dot dot)
{
	const sat_incarnation *incarnation = sat_incarnation_at(delta->store, sat_dot_index(dot));
	return incarnation == NULL ? 0 : incarnation->device;
}

/* True when this delta passes on what `author` wrote. */
static inline bool sat_delta_sends(const sat_delta *delta, int64_t author)
{
	return delta->options.everything || delta->asked || author == delta->self;
}

/* Whether anything may be said to the recipient about a record: it sees it, or holds something of it and has to
 * heed what is decided about it. */
int sat_delta_may_hear(sat_delta *delta, sat_dot record, bool *may, sat_error *err);

/* True when `told` is the recipient's own incarnation, which needs not be told the same; notes in the chunk
 * that something was left out for that. */
static inline bool sat_delta_told(sat_delta *delta, int64_t told)
{
	if (told == 0 || told != delta->options.heard)
		return false;
	delta->chunk.assumed = true;
	return true;
}

#endif
