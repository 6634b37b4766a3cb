/* The long way in: one record, as a state that is merged with the one that is here.
 *
 * For everything that is not a usual creation (admit-usual.h): rows of several writes, edits, blanks,
 * persons who are told, and records of which something waits or was declined.  What consent does not let
 * in is left out (admit-declined.h), what has no creation yet waits (admit-waiting.h).
 */
#ifndef SAT_ADMIT_RECORD_H
#define SAT_ADMIT_RECORD_H

#include "admit-private.h"

/* Admits the rows first..end of a block, which are of one record and whose claims were weighed.  An erased
 * record stays erased, and one that is here is of the kind that came first.  Counts records and conflicts.
 * SAT_ENOMEM, and what the store reports.  In a transaction; uses the admission's arena, which the caller
 * resets for each record. */
int sat_admit_record(sat_admission *admission, const sat_fitting *fitting, size_t first, size_t end,
                     sat_error *err);

/* Whether a record that a creation tells, and that `table` does not hold, is here as one of another kind: an
 * author who means ill tells one id twice, and an unlinked id is nobody's own.  The two would share what is
 * kept beside them, so the kind that came first stays. */
int sat_admit_other_kind(sat_admission *admission, const sat_table *table, sat_dot id, bool *other,
                         sat_error *err);

#endif
