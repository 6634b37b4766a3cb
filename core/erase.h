/* Erasing: tombstones of whole records, and blanks of values that were taken back.
 *
 * What is erased leaves row, siblings and search index in the caller's transaction; the file is opened
 * with secure_delete, so that freed bytes are overwritten.
 */
#ifndef SAT_ERASE_H
#define SAT_ERASE_H

#include "gate.h"
#include "merge.h"

/* Erases a record for ever, here and wherever its tombstone arrives. */
int sat_record_erase(sat_store *store, sat_dot id, int64_t told, sat_error *err);
/* True when the record was erased. */
int sat_record_erased(sat_store *store, sat_dot id, bool *erased, sat_error *err);

/* Makes values dead that state an episode which a final withdrawal of `person` has closed: content
 * goes from row, siblings and search index, the blank stays. */
int sat_record_erase_dead(sat_store *store, sat_dot person, sat_error *err);
/* Turns the dead values of one state into blanks. */
int sat_state_erase_dead(sat_store *store, sat_gate *gate, sat_state *state, bool *changed, sat_error *err);

#endif
