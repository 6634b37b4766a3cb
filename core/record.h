/* Records: the one way in which values are written and read.
 *
 *     sat_write writes[] = { { column->number, sat_value_text("Cairns", 6) } };
 *     sat_record_add(store, table, writes, 1, &id, err)
 *     sat_record_set(store, id, writes, 1, &changed, err)
 *
 * Every write goes, in the caller's transaction, into the row, its bookkeeping, the search index and
 * the local sequence together.
 */
#ifndef SAT_RECORD_H
#define SAT_RECORD_H

#include "gate.h"
#include "merge.h"
#include "store.h"
#include "table.h"

typedef struct sat_write {
	uint16_t column;     /* number in the record's table */
	sat_value value;     /* SAT_CLEARED empties the field */
} sat_write;

/* Makes a record.  Values must have their columns' types and are checked; references need not be here
 * (they may arrive later).  SAT_EINVALID, SAT_ELIMIT. */
int sat_record_add(sat_store *store, sat_table *table, const sat_write *writes, size_t count, sat_dot *id,
                   sat_error *err);
/* Writes fields of a record.  What is there already, without a conflict, is not written again:
 * `*changed` (may be NULL) receives how many were.  Writing a field settles its conflict.
 * SAT_ENOTFOUND. */
int sat_record_set(sat_store *store, sat_dot id, const sat_write *writes, size_t count, size_t *changed,
                   sat_error *err);
/* Erases a record for ever, here and wherever its tombstone arrives. */
int sat_record_erase(sat_store *store, sat_dot id, int64_t told, sat_error *err);
/* True when the record was erased. */
int sat_record_erased(sat_store *store, sat_dot id, bool *erased, sat_error *err);

/* Loads a whole record into a state that lives in `arena`.  `state->created` is false and the state
 * empty when the record is not here; `table` may be NULL when the kind is not known to the caller. */
int sat_record_load(sat_store *store, sat_table *table, sat_dot id, sat_arena *arena, sat_state *state,
                    sat_error *err);
/* The same from a row of the table's statements that stands at the record. */
int sat_record_load_row(sat_store *store, sat_table *table, sat_stmt *row, sat_arena *arena,
                        sat_state *state, sat_error *err);
/* Writes a state back: `before` is what was loaded (its words leave the search index).  Gives the row
 * the next sequence, or `seq` when that is not 0; `told` as in sat_told. */
int sat_record_save(sat_store *store, const sat_state *before, sat_state *state, int64_t seq, int64_t told,
                    sat_error *err);

/* Makes values dead that state an episode which a final withdrawal of `person` has closed: content
 * goes from row, siblings and search index, the blank stays. */
int sat_record_erase_dead(sat_store *store, sat_dot person, sat_error *err);
/* Turns the dead values of one state into blanks. */
int sat_state_erase_dead(sat_store *store, sat_gate *gate, sat_state *state, bool *changed, sat_error *err);
/* Gives every record that concerns one of these persons, and that some export has covered, the next
 * sequence: what the gate says about it may have changed. */
int sat_record_touch_persons(sat_store *store, const sat_dot *persons, size_t count, sat_error *err);
/* Gives one record the next sequence, unless it has one that no export has covered. */
int sat_record_touch(sat_store *store, sat_table *table, sat_dot id, sat_error *err);
/* Calls `each` for every record that concerns a person; a non-zero result stops. */
int sat_record_each_of_person(sat_store *store, sat_dot person,
                              int (*each)(void *context, sat_table *table, sat_dot id, sat_error *err),
                              void *context, sat_error *err);

/* A gate for this replica itself: what may be shown and dumped here. */
int sat_gate_open_own(sat_gate **gate, sat_store *store, sat_error *err);

/* What the clock of the author of `dot` said, seconds since 1970; 0 when it is not known. */
int sat_record_moment(sat_store *store, sat_dot dot, int64_t *at, sat_error *err);

/* The device that vouched for a write, when neither its author nor the registry brought it; else 0. */
int sat_record_vouched(sat_store *store, sat_dot dot, int64_t *device, sat_error *err);

/* Puts the words of the searched fields of a state into the index, or takes them out. */
int sat_search_add(sat_store *store, const sat_state *state, sat_error *err);
int sat_search_remove(sat_store *store, const sat_state *state, sat_error *err);
/* Records that hold all words of `text`, best first, at most `most`; results in `ids`.
 * SAT_EINVALID when the text holds no word. */
int sat_search(sat_store *store, const char *text, sat_dot *ids, size_t most, size_t *found, sat_error *err);

#endif
