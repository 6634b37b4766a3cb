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
/* Loads a whole record into a state that lives in `arena`.  `state->created` is false and the state
 * empty when the record is not here; `table` may be NULL when the kind is not known to the caller. */
int sat_record_load(sat_store *store, sat_table *table, sat_dot id, sat_arena *arena, sat_state *state,
                    sat_error *err);
/* The same from a row of the table's statements that stands at the record. */
int sat_record_load_row(sat_store *store, sat_table *table, sat_stmt *row, sat_arena *arena,
                        sat_state *state, sat_error *err);
/* Writes a state back: `before` is what was loaded (its words leave the search index).  Gives the row
 * the next sequence, or `seq` when that is not 0; `told` as in sat_history. */
int sat_record_save(sat_store *store, const sat_state *before, sat_state *state, int64_t seq, int64_t told,
                    sat_error *err);

/* What the clock of the author of `dot` said, seconds since 1970; 0 when it is not known. */
int sat_record_moment(sat_store *store, sat_dot dot, int64_t *at, sat_error *err);

/* The device that vouched for a write, when neither its author nor the registry brought it; else 0. */
int sat_record_vouched(sat_store *store, sat_dot dot, int64_t *device, sat_error *err);

#endif
