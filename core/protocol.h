/* Protocol: labels that communities put on records, and what stands under them.
 *
 * A label is a decision about a *record* of any kind, under the reserved purpose SAT_PROTOCOL (permission.h):
 * its recipients are the audience, its last day ends an embargo, its details hold the codes of Local Contexts
 * (label-codes.h) and the community's own words.  A record *stands under* a label that is on it, or on a record
 * that it *derives from*: one that it refers to in any of its values, a person or a community whom it concerns,
 * and what these derive from in their turn.  So a note stands under the label of its session, and a picture
 * under that of its workshop, with nothing written down for it: who labels one record has labelled what was and
 * what will be made from it, here and wherever the label arrives.
 *
 * What stands under a label that leaves a recipient out does not exist for that recipient: gate.h answers that
 * it is not seen, and neither row nor decision, tombstone nor receipt goes there.  So that counters show no
 * gap either, it is written under an incarnation of its own (apart.h).
 *
 * Looking up (from a record to the labels above it) is a short climb, made anew each time; looking down (from a
 * label to all that stands under it) is protocol-reach.h.
 *
 * A replica knows what stands under a label as far as it knows the records in between.
 */
#ifndef SAT_PROTOCOL_H
#define SAT_PROTOCOL_H

#include "decision.h"
#include "merge.h"
#include "store.h"

/* A list of records, ascending, each once. */
typedef struct sat_records {
	sat_dot *at;
	size_t count;
} sat_records;

/* True when the store has any label at all.  Where it has none everything below is free. */
bool sat_protocol_any(const sat_store *store);

/* Whether a label was ever put on the record itself. */
bool sat_protocol_labelled(const sat_store *store, sat_dot record);

/* What a record derives from directly, by all its values and all whom it concerns; in the state's arena.
 * SAT_ENOMEM. */
int sat_protocol_parents(const sat_state *state, sat_records *parents, sat_error *err);

/* What `each` says of a record that was reached. */
typedef enum sat_climb { SAT_CLIMB_ON, SAT_CLIMB_NOT_ABOVE, SAT_CLIMB_STOP } sat_climb;
/* Calls `each` for every record among `from` and for all that these derive from, each once; `labelled` says
 * whether a label was ever put on it.  It answers in `*go` whether to look above that record.  Lists live in
 * `arena`.  A negative result of `each` stops and is what this returns. */
int sat_protocol_climb(sat_store *store, const sat_dot *from, size_t count, sat_arena *arena,
                       int (*each)(void *context, sat_dot record, bool labelled, sat_climb *go, sat_error *err),
                       void *context, sat_error *err);

/* The labelled records under which one stands that derives from `from` (itself among them); in `arena`. */
int sat_protocol_labels(sat_store *store, const sat_dot *from, size_t count, sat_arena *arena, sat_records *labels,
                        sat_error *err);

/* Takes notice of new decisions: those about labels put records under them, or let them out, so that peers are
 * told again what they may have now.  `is_new` NULL: all of them are.  In a transaction. */
int sat_protocol_heed(sat_store *store, const sat_decision *decisions, const bool *is_new, size_t count,
                      sat_error *err);
/* The registry signed a later date: embargoes that ended from day `before` up to `now` are over. */
int sat_protocol_new_day(sat_store *store, int32_t before, int32_t now, sat_error *err);

/* A record was saved.  When it has left something that stands under labels, others see what is below it.  In a
 * transaction. */
int sat_protocol_refers_anew(sat_store *store, const sat_state *before, const sat_state *state, sat_error *err);

/* Before a record's values are erased: writes down under which labels it stands.  In a transaction. */
int sat_protocol_erase(sat_store *store, sat_dot record, sat_error *err);
/* The same as told by somebody else.  In a transaction. */
int sat_protocol_put_under(sat_store *store, sat_dot record, sat_dot label, sat_error *err);

/* Called by store.c. */
int sat_protocol_load(sat_store *store, sat_error *err);

#endif
