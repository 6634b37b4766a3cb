/* Whom records concern: from a person or a community, under the name of their record, to the records, and what
 * has to be sent again when the gate may say something else about them.
 */
#ifndef SAT_CONCERN_H
#define SAT_CONCERN_H

#include "merge.h"
#include "table.h"

/* Notes that the record of `state` concerns a person whom its row does not name.  In a transaction. */
int sat_concerned_add(sat_store *store, const sat_state *state, sat_dot person, sat_error *err);
/* Adds to `state` all persons who were noted in this way. */
int sat_concerned_load(sat_store *store, sat_state *state, sat_error *err);

/* True for a dot that was given out here after the latest export.  Nobody else has heard of it, so nothing that
 * was offered can name it. */
bool sat_never_offered(const sat_store *store, sat_dot dot);

/* Gives every record that concerns one of these persons, and that some export has covered, the next
 * sequence: what the gate says about it may have changed. */
int sat_record_touch_persons(sat_store *store, const sat_dot *persons, size_t count, sat_error *err);
/* Calls `each` for every record that concerns a person; a non-zero result stops. */
int sat_record_each_of_person(sat_store *store, sat_dot person,
                              int (*each)(void *context, sat_table *table, sat_dot id, sat_error *err),
                              void *context, sat_error *err);

#endif
