/* Creations of one frame, and the runs that they become.
 *
 * Creations that come side by side get their sequences side by side, so that a run of them costs one line
 * of bookkeeping (sat_run) and not one each.  A run must not overlap one that was there before, and it is
 * known only when the frame is done which creations were new:
 *
 *     sat_creations_survey(admission, blocks, count, err)      before the first row
 *     sat_creations_inside(admission, id)                      a new one within an older run gets a
 *                                                              sequence of its own
 *     sat_creations_note(admission, id)                        for each that was put into its table
 *     sat_creations_make_runs(admission, err)                  when the frame is done
 */
#ifndef SAT_ADMIT_CREATIONS_H
#define SAT_ADMIT_CREATIONS_H

#include "admit-private.h"

/* Lists the creations of a frame and the runs among them, in the frame's arena.  SAT_EREFUSED when
 * one is of two kinds, SAT_ENOMEM, and what reading the store reports. */
int sat_creations_survey(sat_admission *admission, const sat_block *blocks, size_t count, sat_error *err);
/* True for a creation that lies within a run that was there before. */
bool sat_creations_inside(const sat_admission *admission, sat_dot id);
/* True when one run that was there before covers all from `first` to `last`: likely none of them is new. */
bool sat_creations_were_here(const sat_admission *admission, sat_dot first, sat_dot last);
/* The incarnation that told the run in which a creation lies; 0 when there is none. */
int64_t sat_creations_told(const sat_admission *admission, sat_dot id);
/* Notes that a creation of the frame was new. */
void sat_creations_note(sat_admission *admission, sat_dot id);
/* Makes runs over the creations that were new.  In a transaction. */
int sat_creations_make_runs(sat_admission *admission, sat_error *err);

#endif
