/* How a line of the ledger of disclosures (sat_disclosure, sync/disclosure.h) lists its records: each id as the
 * difference to the one before, a zigzag.
 */
#ifndef SAT_DISCLOSED_H
#define SAT_DISCLOSED_H

#include "bytes.h"
#include "dot.h"

/* Appends an id; `*previous` is 0 before the first. */
static inline void sat_disclosed_put(sat_bytes *ids, sat_dot *previous, sat_dot id)
{
	sat_bytes_put_zigzag(ids, id - *previous);
	*previous = id;
}

/* Goes on from `*id` (0 before the first) to the next; false behind the last. */
static inline bool sat_disclosed_next(sat_cursor *ids, sat_dot *id)
{
	if (sat_cursor_left(ids) == 0)
		return false;
	*id += sat_cursor_zigzag(ids);
	return sat_cursor_ok(ids);
}

#endif
