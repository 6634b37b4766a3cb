/* Consent: recording decisions made here, keeping those that came from elsewhere, and what follows.
 *
 * Decisions (decision.h) are never forgotten.  Each stands in an *episode*: a final withdrawal closes its
 * episode and all below it for ever; a later yes opens the next.  Within an episode a decision names, by
 * hash, those that it supersedes; what nobody supersedes is a *head*.  What heads permit is worked out in
 * permission.h.
 *
 *     sat_decision d = { .subject = person, .purpose = "identity", .event = SAT_GIVEN };
 *     sat_consent_record(store, identity, &d, 1, err)
 */
#ifndef SAT_CONSENT_H
#define SAT_CONSENT_H

#include "decision-table.h"

/* Records decisions made here: gives them dots, the open episode and what they supersede (all heads
 * of that episode), signs them as one batch, writes them, and erases what a final one erases.
 * `decisions` need subject, purpose, event, and whatever else is known; id, episode, supersedes, salt,
 * commitment and name are filled in (the list of what is superseded is not: ask the store).  At most
 * SAT_BATCH_MAX.  In a transaction.
 * SAT_EINVALID for an unknown purpose, for `final` with another event than a withdrawal, for an event that
 * does not follow from what was said before (life-cycle.h), and for a guardian's word about somebody who has
 * none; SAT_ELIMIT when they are too many or too long for one batch. */
int sat_consent_record(sat_store *store, const sat_identity *identity, sat_decision *decisions,
                       size_t count, sat_error *err);

/* Keeps decisions that came from elsewhere and whose batch signature was checked; those that are here
 * already change nothing.  `told` is the incarnation that told them.  `*fresh` receives how many were
 * new.  In a transaction. */
int sat_consent_admit(sat_store *store, const sat_batch *batch, const sat_decision *decisions, size_t count,
                      int64_t told, size_t *fresh, sat_error *err);

#endif
