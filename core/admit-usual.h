/* The quick way in: usual creations, side by side with their table.
 *
 * Most of what comes in is records as they were created, in ascending order.  A stretch of them is joined
 * with the table, so that rows that are here already cost a comparison and no look-up, and a new one that
 * consent permits as it stands (usual-row.h) is simply inserted.  Whatever is not that simple goes the
 * long way (admit-record.h), row by row.
 *
 *     end = sat_admit_usual_end(block, first)
 *     if (end > first) sat_admit_usual(admission, fitting, first, end, err)
 */
#ifndef SAT_ADMIT_USUAL_H
#define SAT_ADMIT_USUAL_H

#include "admit-private.h"

/* Behind the last row of the stretch from `first` on that can go the quick way; `first` when there is
 * none. */
size_t sat_admit_usual_end(const sat_block *block, size_t first);
/* Admits the rows of such a stretch.  SAT_EREFUSED for a false claim (admit-claim.h), SAT_ENOMEM, and what
 * the store reports.  In a transaction. */
int sat_admit_usual(sat_admission *admission, const sat_fitting *fitting, size_t first, size_t end,
                    sat_error *err);

#endif
