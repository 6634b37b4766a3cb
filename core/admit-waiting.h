/* Values that wait for their creation: kept out of sight until it comes.
 *
 * Edits may overtake the creation of their record, which only the owner of its id can bring.  Until then
 * they are kept as siblings in the form of clock.c, in a table of their own; whom the record concerns
 * is noted, so that a withdrawal finds them (erase.c).  When the creation arrives they are merged
 * (admit-record.c) and forgotten here: consent let them in when they came, and what it says by then hides them
 * like any other value that is held.
 */
#ifndef SAT_ADMIT_WAITING_H
#define SAT_ADMIT_WAITING_H

#include "admit-private.h"

/* Keeps what is told of a record that is not here; what consent does not let in is declined now and leaves
 * `told`.  What waits already is not kept twice.  SAT_ENOMEM, and what the store reports. */
int sat_waiting_keep(sat_admission *admission, sat_state *told, sat_error *err);
/* Adds to `slept` what waits for its record, of its kind, and whom the record concerns.  SAT_ENOMEM,
 * SAT_EDAMAGED. */
int sat_waiting_load(sat_store *store, sat_state *slept, sat_error *err);
/* True when something that was written under `dot` waits for its record. */
int sat_waiting_knows(sat_store *store, sat_dot record, sat_dot dot, bool *known, sat_error *err);
/* Forgets what waits for a record, of whatever kind. */
int sat_waiting_forget(sat_store *store, sat_dot record, sat_error *err);

#endif
