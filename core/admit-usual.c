/* See admit-usual.h. */
#include "admit-usual.h"

#include "admit-claim.h"
#include "admit-creations.h"
#include "admit-declined.h"
#include "admit-record.h"
#include "erase.h"
#include "file-use.h"
#include "history.h"
#include "protocol-reach.h"
#include "search.h"
#include "usual-row.h"

static bool is_usual(const sat_row *row)
{
	return row->record == row->dot && row->past_count == 0 && row->usual && row->person_count == 0 &&
	       sat_dot_linked(row->record);
}

/* They ascend, so that they can be joined with their table, and each is all that is told of its record. */
size_t sat_admit_usual_end(const sat_block *block, size_t first)
{
	size_t end = first;
	while (end < block->rows && is_usual(&block->row[end]) &&
	       (end == first || block->row[end].record > block->row[end - 1].record) &&
	       (end + 1 == block->rows || block->row[end + 1].record != block->row[end].record))
		end++;
	return end;
}

/* --- against the table --------------------------------------------------------------------------- */

/* Compares a row of the table with one of the block: true when the table's says all that the block's
 * says and was written once. */
static int same_in_row(sat_admission *a, const sat_fitting *f, size_t row, sat_stmt *s, bool *same,
                       sat_error *err)
{
	*same = sat_column_is_null(s, SAT_AT_CLOCK);
	for (size_t i = 0; *same && i < f->block->fields; i++) {
		const sat_block_field *field = &f->block->field[i];
		if (field->cells[row] == SAT_ABSENT)
			continue;
		sat_value held;
		int rc = sat_row_value(s, SAT_AT_FIELDS + f->columns[i], field->type, &a->arena, &held, err);
		if (rc != 0)
			return rc;
		*same = field->cells[row] == SAT_PRESENT && held.type == field->values[row].type &&
		        sat_value_compare(&held, &field->values[row]) == 0;
	}
	return 0;
}

enum { ROW_NEW = 0, ROW_SAME, ROW_OTHER };

/* Walks the block and the table side by side.  `states` has one of the above for each row. */
static int join_range(sat_admission *a, const sat_fitting *f, size_t first, size_t end, uint8_t *states,
                      sat_error *err)
{
	sat_stmt *s;
	int rc = sat_table_range(a->store, f->table, f->block->row[first].record, f->block->row[end - 1].record,
	                         &s, err);
	if (rc != 0)
		return rc;
	rc = sat_step(a->store->db, s, err);
	for (size_t i = first; rc == 1 && i < end; i++) {
		sat_dot id = f->block->row[i].record;
		while (rc == 1 && sat_column_int(s, SAT_AT_ID) < id)
			rc = sat_step(a->store->db, s, err);
		if (rc != 1 || sat_column_int(s, SAT_AT_ID) != id)
			continue;
		bool same;
		int failed = same_in_row(a, f, i, s, &same, err);
		states[i] = same ? ROW_SAME : ROW_OTHER;
		if (failed != 0)
			rc = failed;
	}
	sat_reset(s);
	return rc < 0 ? rc : 0;
}

/* --- one row ------------------------------------------------------------------------------------- */

/* Whether labels let us keep the row. */
static int see(sat_admission *a, const sat_fitting *f, size_t row, bool *seen, sat_error *err)
{
	size_t most = 1;
	for (size_t i = 0; i < f->block->fields; i++) {
		const sat_block_field *field = &f->block->field[i];
		most += field->cells[row] == SAT_PRESENT ? sat_value_reference_count(&field->values[row]) : 0;
	}
	sat_records parents = { .at = sat_arena_take(&a->arena, most * sizeof *parents.at) };
	if (parents.at == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; i < f->block->fields; i++) {
		const sat_block_field *field = &f->block->field[i];
		if (field->cells[row] == SAT_PRESENT)
			parents.count += sat_value_put_references(&field->values[row], parents.at + parents.count);
	}
	return sat_admission_see(a, f->block->row[row].record, &parents, seen, err);
}

/* True when every value of the row may be kept here as it stands. */
static int all_permitted(sat_admission *a, const sat_fitting *f, size_t row, bool *yes, sat_error *err)
{
	*yes = false;
	if (f->lists)
		return 0;
	sat_usual usual;
	sat_usual_begin(&usual, f->table, f->block->row[row].record);
	for (size_t i = 0; i < f->block->fields; i++) {
		const sat_block_field *field = &f->block->field[i];
		if (f->concerns[i] != 0 && field->cells[row] == SAT_PRESENT && field->type == SAT_REFERENCE)
			sat_usual_name(&usual, f->concerns[i], field->values[row].reference);
	}
	if (usual.many)
		return 0;
	sat_leave leave;
	bool seen = true;
	int rc = sat_protocol_any(a->store) ? see(a, f, row, &seen, err) : 0;
	if (rc == 0)
		rc = sat_usual_weigh(&usual, a->gate, &leave, err);
	*yes = rc == 0 && seen;
	for (size_t i = 0; *yes && i < f->block->fields; i++) {
		uint8_t cell = f->block->field[i].cells[row];
		*yes = cell == SAT_ABSENT ||
		       (cell == SAT_PRESENT && sat_gate_answer(&leave, f->needs[i]) == SAT_PERMITTED);
	}
	return rc;
}

/* Something that has to be looked at before a creation is simply put into its table. */
static int in_the_way(sat_admission *a, sat_dot id, bool *yes, sat_error *err)
{
	*yes = false;
	int rc = sat_record_erased(a->store, id, yes, err);
	if (rc == 0 && (a->store->waiting > 0 || a->store->declined > 0))
		*yes = true;
	return rc;
}

static int insert_words(sat_admission *a, const sat_fitting *f, size_t row, sat_error *err)
{
	sat_state state = { .store = a->store, .table = f->table, .id = f->block->row[row].record,
		            .arena = &a->arena };
	bool changed;
	for (size_t i = 0; i < f->block->fields; i++) {
		if (f->block->field[i].cells[row] != SAT_PRESENT || !f->table->columns[f->columns[i]].search)
			continue;
		sat_sibling s = { .field = f->columns[i], .dot = state.id, .value = f->block->field[i].values[row] };
		if (sat_state_add(&state, &s, &changed) != 0)
			return sat_no_memory(err);
	}
	return sat_search_add(a->store, &state, err);
}

static int insert(sat_admission *a, const sat_fitting *f, size_t row, bool *inserted, sat_error *err)
{
	sat_table *table = f->table;
	int rc = sat_table_prepare(a->store, table, &table->insert, err);
	if (rc != 0)
		return rc;
	sat_stmt *s = table->insert;
	sat_dot id = f->block->row[row].record;
	sat_bind_none(s);
	sat_bind_int(s, SAT_BIND_ID, id);
	for (size_t i = 0; rc == 0 && i < f->block->fields; i++) {
		const sat_block_field *field = &f->block->field[i];
		if (field->cells[row] == SAT_PRESENT)
			rc = sat_bind_value(s, SAT_BIND_FIELDS + f->columns[i], &field->values[row], &a->arena, err);
	}
	if (rc == 0)
		rc = sat_run(a->store->db, s, err);
	*inserted = rc == 0 && sat_db_changes(a->store->db) > 0;
	if (!*inserted)
		return rc;
	sat_admission_count(a, id);
	sat_admission_changes(a, id);
	sat_creations_note(a, id);
	for (size_t i = 0; table->files && rc == 0 && i < f->block->fields; i++) {
		if (f->block->field[i].cells[row] == SAT_PRESENT)
			rc = sat_file_use_value(a->store, table, id, &f->block->field[i].values[row], err);
	}
	if (rc == 0 && sat_creations_inside(a, id))
		rc = sat_history_put(a->store, id, table->id, sat_store_next_sequence(a->store),
		                     a->from.incarnation, NULL, err);
	if (rc == 0 && table->searchable && !a->store->no_search)
		rc = insert_words(a, f, row, err);
	return rc;
}

/* `quiet`: nothing between the rows that are told has a history. */
static int admit_row(sat_admission *a, const sat_fitting *f, size_t row, bool fresh, bool quiet, sat_error *err)
{
	bool quick, way, inserted = false;
	int rc = all_permitted(a, f, row, &quick, err);
	if (rc == 0)
		rc = in_the_way(a, f->block->row[row].record, &way, err);
	if (rc == 0 && quick && !way && fresh && (!quiet || sat_creations_inside(a, f->block->row[row].record)))
		rc = sat_admit_other_kind(a, f->table, f->block->row[row].record, &way, err);
	if (rc == 0 && quick && !way && fresh)
		rc = insert(a, f, row, &inserted, err);
	return rc != 0 || inserted ? rc : sat_admit_record(a, f, row, row + 1, err);
}

/* A row that says nothing new says that its sender has it, who is told of the labels above it, now and later. */
static int heed_teller(sat_admission *a, const sat_fitting *f, size_t row, sat_error *err)
{
	bool seen;
	sat_dot id = f->block->row[row].record;
	int rc = sat_creations_told(a, id) == a->from.incarnation
	             ? 0
	             : sat_protocol_holder(a->store, a->from.device, id, err);
	return rc != 0 || !sat_protocol_any(a->store) ? rc : see(a, f, row, &seen, err);
}

int sat_admit_usual(sat_admission *a, const sat_fitting *f, size_t first, size_t end, sat_error *err)
{
	uint8_t *states = sat_arena_zeroed(&a->frame_arena, f->block->rows + 1, 1);
	if (states == NULL)
		return sat_no_memory(err);
	bool loud = false;
	int rc = join_range(a, f, first, end, states, err);
	if (rc == 0)
		rc = sat_history_between(a->store, f->block->row[first].record, f->block->row[end - 1].record, &loud, err);
	for (size_t i = first; rc == 0 && i < end; i++) {
		sat_arena_reset(&a->arena);
		bool goes_on;
		rc = sat_claim_of_row(a, &f->block->row[i], &goes_on, err);
		if (rc == 0 && goes_on)
			rc = states[i] == ROW_SAME ? heed_teller(a, f, i, err)
			                           : admit_row(a, f, i, states[i] == ROW_NEW, !loud, err);
	}
	return rc;
}
