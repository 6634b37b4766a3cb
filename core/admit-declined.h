/* What consent does not let in: declined, remembered by its dot alone, and asked for again.
 *
 * A value that the gate does not permit here is not kept.  The store remembers record, field and dot,
 * and whom it came from, until the value is admitted, superseded or erased.  It is asked for again (ask.h) when
 * decisions about a person of it are new, or our own audiences are others.
 *
 * That a blank of it is held changes nothing, as long as its episode is open here: whoever told the blank knows of a
 * withdrawal that is still on its way, or was set aside and may never come, and content may still fill it.  A device
 * that is revoked meanwhile is asked in vain; a bundle of it that a person let in can be merged again (exchange.c).
 *
 *     sat_declined_sift(admission, &told, &held, err)      before a state is merged
 *     sat_declined_settle(admission, &merged, err)         after it was
 */
#ifndef SAT_ADMIT_DECLINED_H
#define SAT_ADMIT_DECLINED_H

#include "admit-private.h"
#include "protocol.h"

/* Whether the labels above a record let us keep what is told of it; `parents` as told.  A sender whom they leave
 * out is told of them.  In a transaction. */
int sat_admission_see(sat_admission *admission, sat_dot record, const sat_records *parents, bool *seen,
                      sat_error *err);

/* Takes out of `told` what consent does not let in, makes blanks of what is dead, and adds the persons of
 * `held`, which is what is known of the record already.  What is taken out and was not known is counted
 * and remembered.  SAT_ENOMEM, and what the store reports. */
int sat_declined_sift(sat_admission *admission, sat_state *told, const sat_state *held, sat_error *err);
/* Adds the persons of what was declined of a record: they concern it, though the values that said so are not
 * here. */
int sat_declined_persons(sat_store *store, sat_state *state, sat_error *err);
/* Forgets what was declined of a record and is held in `state` now, or waits in it, or is covered, or is blank for
 * ever, which a blank is whose episode is closed here. */
int sat_declined_settle(sat_admission *admission, const sat_state *state, sat_error *err);

#endif
