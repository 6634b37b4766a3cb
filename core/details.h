/* Details of decisions: who granted, in which words, before whom.
 *
 * They are gated like the fields of a record about the decision's subject: each needs what the programme's
 * kind of decisions says, and since one commitment covers them all, all go that are there or none.  What a
 * value states about episodes, details say in the decision's core (`stated`), so they die alone:
 *
 *   permitted   the subject permits what each of them needs: they go with the core
 *   suspended   the core goes alone; the details stay where they are, unshown
 *   erased      the decision's own purpose, or one that a detail needs, was taken back for good after they
 *               were said, or the subject's record was erased: text and salt are deleted, the commitment
 *               stays, and so does the proof of the core
 *
 * The details of a final withdrawal state the episode after the one that it closes, so they outlive it.
 */
#ifndef SAT_DETAILS_H
#define SAT_DETAILS_H

#include "gate.h"

/* What one detail of a decision needs.  Where a community decided, what a person would have to permit needs the
 * very yes that it is a detail of: it goes to whom the community lets have its words.  Of a state of a person
 * (permission.h) it is told while somebody is mourned too: it says which name is used instead.  Of a label it goes to
 * whoever sees what is labelled (protocol.h). */
sat_purposes sat_detail_needs(const sat_store *store, const sat_decision *decision, int detail);
/* What the details that are in a decision need together; 0 when nobody has to permit anything. */
sat_purposes sat_details_needs(const sat_store *store, const sat_decision *decision);
/* Works out who needs what from the programme of the store.  Called by table.c. */
void sat_details_load(sat_store *store);

/* What the gate allows for the details of a decision, and its answer for all of them. */
int sat_details_weigh(sat_gate *gate, sat_store *store, const sat_decision *decision, sat_leave *leave,
                      sat_error *err);
int sat_details_answer(sat_gate *gate, sat_store *store, const sat_decision *decision, sat_answer *answer,
                       sat_error *err);

/* What the details of a decision state that is recorded now, given all earlier ones about its subject; in
 * `arena`, NULL for nothing.  SAT_ENOMEM. */
int sat_details_state(const sat_decision *decision, const sat_decision *earlier, size_t count, sat_arena *arena,
                      const char **stated, sat_error *err);

/* True when the details of `decision` are dead by these decisions about its subject. */
bool sat_details_dead(const sat_store *store, const sat_decision *decision, const sat_decision *all, size_t count);
/* Erases the dead details of all decisions about a subject.  In a transaction. */
int sat_details_erase_dead(sat_store *store, sat_dot subject, sat_error *err);
/* Sends the earlier decisions about a subject again, when one of `purposes` is needed by their details, since
 * now they may go, or to others.  `first` to `last` are new themselves.  In a transaction. */
int sat_details_touch(sat_store *store, sat_dot subject, sat_purposes purposes, sat_dot first, sat_dot last,
                      sat_error *err);

#endif
