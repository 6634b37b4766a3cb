/* Names for writes and records, as one store handles them.
 *
 * In the world a write is named by its dot: (incarnation of 8 random bytes, counter).  A record is
 * named by the dot of the write that created it, or by 16 random bytes ("unlinked").  Inside one
 * store every incarnation has a small index (incarnation.h), so that a dot, and so a record's name,
 * is one integer: the rowid of the record's row, ready to be joined on.
 *
 *     bits 40..61  index of the incarnation, 1..2^22-1;  0: unlinked, then the low bits are a
 *                  number that the table sat_unlinked maps to the 16 bytes
 *     bits 0..39   counter, at least 1
 */
#ifndef SAT_DOT_H
#define SAT_DOT_H

#include <stdbool.h>
#include <stdint.h>

#define SAT_INCARNATION_BYTES 8
#define SAT_UNLINKED_BYTES 16
#define SAT_COUNTER_BITS 40
#define SAT_COUNTER_END (INT64_C(1) << SAT_COUNTER_BITS) /* counters are below this */
#define SAT_INDEX_END (INT64_C(1) << 22)

typedef int64_t sat_dot;

static inline sat_dot sat_dot_make(int64_t index, int64_t counter)
{
	return index << SAT_COUNTER_BITS | counter;
}
static inline int64_t sat_dot_index(sat_dot dot) { return dot >> SAT_COUNTER_BITS; }
static inline int64_t sat_dot_counter(sat_dot dot) { return dot & (SAT_COUNTER_END - 1); }
static inline bool sat_dot_linked(sat_dot dot) { return dot >= SAT_COUNTER_END; }

#endif
