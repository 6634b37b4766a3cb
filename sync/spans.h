/* Lists of intervals of a sequence: what is covered, what is open, and how a list is kept in a blob. */
#ifndef SAT_SPANS_H
#define SAT_SPANS_H

#include "core/bytes.h"
#include "core/chunk.h"

/* Lives in an arena. */
typedef struct sat_spans {
	sat_span *at;
	size_t count, room;
} sat_spans;

/* False for lack of memory. */
bool sat_spans_add(sat_spans *list, sat_arena *arena, int64_t above, int64_t upto);
/* Sorts and joins what touches. */
void sat_spans_join(sat_spans *list);
/* Adds to `gaps` what lies in (from, upto] outside of `covered`, which is joined.  False for lack of memory. */
bool sat_spans_gaps(const sat_spans *covered, int64_t from, int64_t upto, sat_spans *gaps, sat_arena *arena);
/* True when one span of a list that is joined holds all of this interval. */
bool sat_spans_hold(const sat_spans *list, int64_t above, int64_t upto);

/* Pairs of differences, of a list that is joined. */
void sat_spans_write(const sat_spans *list, sat_bytes *out);
/* Adds such a blob to a list; what cannot be read adds nothing.  False for lack of memory. */
bool sat_spans_read(sat_spans *list, sat_arena *arena, const void *data, size_t length);

#endif
