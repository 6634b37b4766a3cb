/* Names for writes and records, as one store handles them.
 *
 * In the world a write is named by its dot: (incarnation of 8 random bytes, counter).  A record is
 * named by the dot of the write that created it, or by 16 random bytes ("unlinked").  Inside one
 * store every incarnation has a small index (incarnation.h), so that a dot, and so a record's name,
 * is one integer: the rowid of the record's row, ready to be joined on.
 *
 *     bits 20..41  index of the incarnation, 1..2^22-1
 *     bits 0..19   counter, at least 1
 *
 * An unlinked record has bit 62 and, below it, a number that the table sat_unlinked maps to the 16
 * bytes.
 *
 * A record *concerns* persons and communities.  Where whom it concerns is listed or stated, a person stands
 * under the name of their record, and a community under that of its record with bit 61: each is asked for what
 * it decides (gate.h), and one record could be asked as both.
 *
 * Counters are short so that dots are: SQLite keeps an integer in as few bytes as it needs, and a store
 * is full of dots.  A writer that has used up an incarnation goes on under a fresh one.
 */
#ifndef SAT_DOT_H
#define SAT_DOT_H

#include <stdbool.h>
#include <stdint.h>

#define SAT_INCARNATION_BYTES 8
#define SAT_UNLINKED_BYTES 16
#define SAT_COUNTER_BITS 20
#define SAT_COUNTER_END (INT64_C(1) << SAT_COUNTER_BITS) /* counters are below this */
#define SAT_INDEX_END (INT64_C(1) << 22)
#define SAT_UNLINKED (INT64_C(1) << 62)
#define SAT_UNLINKED_END (INT64_C(1) << 40) /* numbers of unlinked records are below this */

#define SAT_COLLECTIVE (INT64_C(1) << 61)
#define SAT_COLLECTIVE_SQL "(1 << 61)" /* the same in SQL */

typedef int64_t sat_dot;

static inline sat_dot sat_dot_make(int64_t index, int64_t counter)
{
	return index << SAT_COUNTER_BITS | counter;
}
static inline int64_t sat_dot_index(sat_dot dot) { return dot >> SAT_COUNTER_BITS; }
static inline int64_t sat_dot_counter(sat_dot dot) { return dot & (SAT_COUNTER_END - 1); }
static inline bool sat_dot_linked(sat_dot dot) { return dot < SAT_UNLINKED; }

/* The name here of the unlinked record of this number, and the number of such a name. */
static inline sat_dot sat_dot_unlinked(int64_t number) { return SAT_UNLINKED | number; }
static inline int64_t sat_dot_number(sat_dot dot) { return dot & ~SAT_UNLINKED; }

/* The community of this record as somebody concerned; whether somebody concerned is a community; and the record
 * of anybody concerned. */
static inline sat_dot sat_dot_community(sat_dot record) { return record | SAT_COLLECTIVE; }
static inline bool sat_dot_collective(sat_dot concerned) { return (concerned & SAT_COLLECTIVE) != 0; }
static inline sat_dot sat_dot_record(sat_dot concerned) { return concerned & ~SAT_COLLECTIVE; }

/* True for what may be the name of a record here. */
static inline bool sat_dot_valid(sat_dot dot)
{
	if (!sat_dot_linked(dot))
		return sat_dot_number(dot) > 0 && sat_dot_number(dot) < SAT_UNLINKED_END;
	return dot > 0 && sat_dot_index(dot) > 0 && sat_dot_index(dot) < SAT_INDEX_END && sat_dot_counter(dot) > 0;
}

/* For qsort and bsearch: ascending as integers, this store's own order (sat_dot_compare is the world's). */
static inline int sat_dot_ascending(const void *a, const void *b)
{
	sat_dot x = *(const sat_dot *)a, y = *(const sat_dot *)b;
	return x < y ? -1 : x > y;
}

#endif
