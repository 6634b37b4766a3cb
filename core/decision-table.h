/* The tables of decisions: sat_decision, sat_decided (who is decided about) and sat_batch.
 *
 * Rows as they are; what is said by them, and what follows from a new one, is in consent.h and gate.h.
 */
#ifndef SAT_DECISION_TABLE_H
#define SAT_DECISION_TABLE_H

#include "batch.h"
#include "db.h"
#include "purpose.h"

/* --- reading ------------------------------------------------------------------------------------ */

/* All decisions about a subject, in `arena`: whole and sealed when `names` is set or one supersedes
 * another; else without details and names, which is all that the gate asks for. */
int sat_consent_of_subject(sat_store *store, sat_dot subject, bool names, sat_arena *arena,
                           sat_decision **decisions, size_t *count, sat_error *err);
/* Calls `each` for every subject between two that decisions are about, ascending, with those decisions
 * without details and names; they live in `arena` until the next call.  A non-zero result stops. */
int sat_consent_each_subject(sat_store *store, sat_dot first, sat_dot last, sat_arena *arena,
                             int (*each)(void *context, sat_dot subject, const sat_decision *decisions,
                                         size_t count, sat_error *err),
                             void *context, sat_error *err);
/* What somebody decided in one sitting, as far as it hangs on no date and on no earlier decision. */
typedef struct sat_sitting {
	sat_dot subject;
	bool summed;                /* what follows is all of it */
	sat_purposes yes, no;       /* given to everybody, and not given */
	uint32_t notice;            /* the least version that was explained with a yes; UINT32_MAX: no yes */
	sat_purposes some;          /* given to some, who are these: */
	const char *only_to;        /* sorted words; NULL when `some` is empty.  Borrowed until the next */
} sat_sitting;
/* Calls `each` for every sitting about a subject between two, ascending by subject.  A non-zero result
 * stops. */
int sat_consent_each_sitting(sat_store *store, sat_dot first, sat_dot last,
                             int (*each)(void *context, const sat_sitting *sitting, sat_error *err),
                             void *context, sat_error *err);
/* Reads a row of `SELECT <SAT_CONSENT_COLUMNS> FROM sat_decision`; text is copied into `arena`, or shared
 * with the decision `before` (NULL: none) from there, since those of one sitting have most in common. */
int sat_consent_row(sat_store *store, sat_stmt *row, const sat_decision *before, sat_arena *arena,
                    sat_decision *decision, sat_error *err);
#define SAT_CONSENT_COLUMNS                                                                          \
	"id, subject, purpose, event, flags, episode, until, recipients, withheld_from, notice_version, " \
	"stated, supersedes, grantor, relation, method, language, interpreter, witness, evidence, notice, "        \
	"process, dissent, terms, claimed_time, salt, commitment"
/* The batch of a decision, its proof in `arena`. */
int sat_batch_of(sat_store *store, sat_dot decision, sat_arena *arena, sat_batch *batch, sat_error *err);
/* All decisions of a batch that are here, in the order of leaves, sealed; in `arena`. */
int sat_consent_of_batch(sat_store *store, const sat_batch *batch, sat_arena *arena, sat_decision **decisions,
                         size_t *count, sat_error *err);
/* The last batch of an incarnation that begins at or before `dot`, its proof in `arena`: 1, or 0 when
 * there is none. */
int sat_batch_last(sat_store *store, sat_dot dot, sat_arena *arena, sat_batch *batch, sat_error *err);
/* Whether a whole batch is here already, with all details and under this signature: then a batch that
 * claims to be the same one has nothing to tell, and needs no check. */
int sat_batch_known(sat_store *store, const sat_batch *batch, bool *known, sat_error *err);

/* --- writing (all in a transaction) --------------------------------------------------------------- */

/* Writes one decision; sat_db_changes is 0 when it is here already. */
int sat_decision_insert(sat_store *store, const sat_decision *decision, sat_error *err);
/* Writes decisions none of which is here yet. */
int sat_decision_insert_all(sat_store *store, const sat_decision *decisions, size_t count, sat_error *err);
/* Lists new decisions under their subjects: those with `is_new` set, or all when it is NULL. */
int sat_decision_list(sat_store *store, const sat_decision *decisions, const bool *is_new, size_t count,
                      sat_error *err);
/* Puts details into a decision that is here without them; one that has them stays as it is. */
int sat_decision_fill(sat_store *store, const sat_decision *decision, sat_error *err);
/* Leaves nothing of the details of a decision (whose commitment is worked out) but the commitment. */
int sat_decision_bare(sat_store *store, const sat_decision *decision, sat_error *err);
/* Whether a decision of a batch is here without its details. */
int sat_batch_bare(sat_store *store, const sat_batch *batch, bool *bare, sat_error *err);
/* Where details of a batch are not here, its seed is not kept: it would give away the salt that hides them.
 * The details that are here get salts of their own instead. */
int sat_batch_unseed(sat_store *store, sat_dot decision, sat_error *err);
/* Writes a batch; one that is here in part takes the new seed and proof. */
int sat_batch_insert(sat_store *store, const sat_batch *batch, sat_error *err);

#endif
