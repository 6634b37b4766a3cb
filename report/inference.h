/* What a reader can infer from a series of reports (series.h), by adding and subtracting.
 *
 * All that a reader is told is linear: every table of every report adds up to its total, and some counts are
 * published.  Since counts that did not change are one and the same (the reader takes them for unchanged),
 * reports lend each other what they publish.  What follows is found by elimination over all tables of all
 * reports at once, which misses no combination of any number of them; and then by bounds, since what is
 * hidden is 1 at least.
 *
 *     sat_inference_make(&inference, series, SAT_SMALL, arena, err)
 *     series->counts[i].published++
 *     if (!sat_inference_is_safe(inference)) ...
 */
#ifndef SAT_INFERENCE_H
#define SAT_INFERENCE_H

#include "series.h"

typedef struct sat_inference sat_inference;

/* Room to think about `series`, which it borrows, in `arena`.  SAT_ENOMEM. */
int sat_inference_make(sat_inference **inference, const sat_series *series, int64_t small, sat_arena *arena,
                       sat_error *err);

/* Whether nothing follows from what is published now that must not:
 *
 *   no count below `small` is known, nor known to be one of less than `small` numbers;
 *   no change of a cell or of the total between two reports that is below `small` in size, and not 0, is
 *   known; nor is the sum of such changes over a group of cells that are hidden together;
 *   no count below `small` is within `small` of what somebody reckons who takes all other cells that are
 *   hidden, in an earlier report or in the new one, for unchanged between the two. */
bool sat_inference_is_safe(sat_inference *inference);

#endif
