/* Facts: what a driver did to replicas, as it asked for it, for a checker that trusts nothing else.
 *
 * A history is a JSON list of events in their order.  Records and writes are named by the ids that the public
 * interface prints.  What follows from an event (whom a record concerns, what a decision supersedes, which
 * values lie under others) is not in it: whoever checks works that out.
 *
 *     { "do": "write", "at": "registry", "record": ID, "kind": K, "creates": true,
 *       "labelled": false, "dot": ID, "fields": { NAME: VALUE } }
 *                                                null for a field that was cleared; labelled: as it was made, by
 *                                                the decision that comes next
 *     { "do": "erase", "at": REPLICA, "record": ID }
 *     { "do": "decide", "at": REPLICA, "decisions": [ ... ] }    of one sitting; each has the name, a hash, by which
 *                                                receipts for erasures speak of it
 *     { "do": "day", "day": 19675 }              every clock stands there from now on
 *     { "do": "date", "day": 19675 }             the registry signs that it is at least this day
 *     { "do": "export", "from": REPLICA, "to": REPLICA, "files": [ ... ], "merged": true }
 */
#ifndef TEST_FACTS_H
#define TEST_FACTS_H

#include <jansson.h>

#include "tests/support/replica.h"

/* A replica: name, role, audiences, keys.  `replies`: it sends receipts. */
json_t *facts_device(const replica *r, const char *audiences, bool replies);
/* The id of a record or a write. */
json_t *facts_id(replica *r, sat_dot dot);
json_t *facts_value(replica *r, const sat_value *value);
/* A decision that was recorded at `r`. */
json_t *facts_decision(replica *r, const sat_decision *decision);

#endif
