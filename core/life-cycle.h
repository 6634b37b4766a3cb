/* The life cycle of consent: which event may follow which.
 *
 * The states are those of DPV 2.3 (dpv-consent-status.csv) and FHIR's entered-in-error; a state is the
 * event that led to it.  The table is the only place that knows them.
 *
 * Taking back is always possible, whatever came before: nobody has to have said yes first, and a
 * withdrawal whose yes is not here yet must hold when the yes arrives.
 */
#ifndef SAT_LIFE_CYCLE_H
#define SAT_LIFE_CYCLE_H

#include "decision.h"

/* True when `next` may be said after `before` (0: nothing was said yet) in the same episode. */
bool sat_event_may_follow(sat_event before, sat_event next);
/* True when the event says yes: given and renewed, and nothing else. */
bool sat_event_permits(sat_event event);

#endif
