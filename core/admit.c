/* See admit.h. */
#include "admit.h"

#include <stdlib.h>
#include <string.h>

#include "concern.h"
#include "device.h"
#include "erase.h"
#include "history.h"
#include "plant.h"
#include "record.h"
#include "refit.h"
#include "search.h"
#include "store-private.h"

struct sat_admission {
	sat_store *store;
	sat_sender from;
	sat_gate *gate;          /* for ourselves; thrown away when decisions change */
	sat_outcome frame, total;
	sat_arena arena;         /* for one record at a time */
	sat_arena frame_arena;   /* for one frame */
	/* Dots of creations in the frame, ascending, and the runs that lie among them. */
	sat_dot *ids;
	size_t id_count;
	struct run {
		sat_dot first, last;
	} *runs;
	size_t run_count;
	bool any_inside;         /* some of the ids lie within runs that were there before */
	char audiences[sizeof((sat_device *)0)->audiences]; /* ours, when this began */
	bool any_vouched;        /* somebody has vouched for writes that are here */
};

int sat_admission_begin(sat_admission **out, sat_store *store, const sat_sender *sender, sat_error *err)
{
	sat_admission *a = calloc(1, sizeof *a);
	if (a == NULL)
		return sat_no_memory(err);
	a->store = store;
	a->from = *sender;
	*out = a;
	int64_t any;
	int rc = sat_db_int(store->db, "SELECT EXISTS(SELECT 1 FROM sat_vouched)", &any, 0, err);
	a->any_vouched = rc == 0 && any != 0;
	sat_device self;
	if (rc == 0)
		rc = sat_device_get(store, 1, &self, err);
	if (rc == 0)
		memcpy(a->audiences, self.audiences, sizeof a->audiences);
	return rc;
}

void sat_admission_free(sat_admission *a)
{
	if (a == NULL)
		return;
	sat_gate_free(a->gate);
	sat_arena_clear(&a->arena);
	sat_arena_clear(&a->frame_arena);
	free(a);
}

static void sum(sat_outcome *total, const sat_outcome *part)
{
	total->records += part->records;
	total->conflicts += part->conflicts;
	total->declined += part->declined;
	total->missing += part->missing;
	total->set_aside += part->set_aside;
	total->set_aside_decisions += part->set_aside_decisions;
	total->waiting += part->waiting;
	total->decisions += part->decisions;
	total->statements += part->statements;
	total->tombstones += part->tombstones;
}

void sat_admission_frame(sat_admission *a)
{
	sum(&a->total, &a->frame);
	a->frame = (sat_outcome){ 0 };
	sat_arena_reset(&a->frame_arena);
}

const sat_outcome *sat_admission_of_frame(const sat_admission *a) { return &a->frame; }

const sat_outcome *sat_admission_total(const sat_admission *a)
{
	sum(&((sat_admission *)a)->total, &a->frame);
	((sat_admission *)a)->frame = (sat_outcome){ 0 };
	return &a->total;
}

static int own_gate(sat_admission *a, sat_error *err)
{
	return a->gate != NULL ? 0 : sat_gate_open_own(&a->gate, a->store, err);
}

/* --- whose dots ---------------------------------------------------------------------------------- */

typedef enum claim { CLAIM_FINE, CLAIM_MISSING, CLAIM_ASIDE, CLAIM_FALSE } claim;

static int accepted_point(sat_admission *a, int64_t index, int64_t *counter, sat_error *err)
{
	sat_store *store = a->store;
	*counter = 0;
	int rc = SAT_SQL(store, accepted_get, "SELECT counter FROM sat_accepted WHERE incarnation = ?");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.accepted_get, 1, index);
	rc = sat_step(store->db, store->sql.accepted_get, err);
	if (rc == 1)
		*counter = sat_column_int(store->sql.accepted_get, 0);
	sat_reset(store->sql.accepted_get);
	return rc < 0 ? rc : 0;
}

/* May the sender bring a write under this dot? */
static int claim_of(sat_admission *a, sat_dot dot, claim *verdict, sat_error *err)
{
	*verdict = CLAIM_FINE;
	if (!sat_dot_linked(dot))
		return 0;
	const sat_incarnation *incarnation = sat_incarnation_at(a->store, sat_dot_index(dot));
	if (incarnation == NULL || incarnation->device == 0 ||
	    sat_dot_counter(dot) > incarnation->highest) {
		*verdict = CLAIM_MISSING;
		return 0;
	}
	if (incarnation->device != a->from.device && !a->from.registry && !a->from.vouches) {
		*verdict = CLAIM_FALSE;
		return 0;
	}
	/* Nobody vouches after being revoked. */
	if (a->from.revoked && incarnation->device != a->from.device) {
		*verdict = SAT_PLANTED_BUG(16) ? CLAIM_FINE : CLAIM_ASIDE;
		return 0;
	}
	if (a->from.revoked) {
		int64_t accepted;
		int rc = accepted_point(a, sat_dot_index(dot), &accepted, err);
		if (sat_dot_counter(dot) > accepted)
			*verdict = CLAIM_ASIDE;
		return rc;
	}
	return 0;
}

/* True when something of a write is here, seen or waiting. */
static int write_known(sat_admission *a, const sat_row *row, bool *known, sat_error *err)
{
	SAT_ARENA(arena);
	sat_state state;
	*known = false;
	int rc = sat_record_load(a->store, NULL, row->record, &arena, &state, err);
	for (size_t i = 0; rc == 0 && i < state.count; i++)
		*known = *known || state.siblings[i].dot == row->dot;
	if (rc != 0 || *known || a->store->waiting == 0)
		return rc;
	sat_stmt *s = NULL;
	rc = sat_db_prepare(a->store->db, &s, "SELECT 1 FROM sat_waiting WHERE record = ? AND dot = ?", err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, row->record);
	sat_bind_int(s, 2, row->dot);
	rc = sat_step(a->store->db, s, err);
	*known = rc == 1;
	sat_db_finalize(a->store->db, &s);
	return rc < 0 ? rc : 0;
}

/* Somebody vouches for a write for as long as neither its author nor the registry brings it. */
static int note_vouched(sat_admission *a, const sat_row *row, sat_error *err)
{
	sat_store *store = a->store;
	const sat_incarnation *incarnation = sat_incarnation_at(store, sat_dot_index(row->dot));
	bool vouched = a->from.vouches && !a->from.registry && incarnation != NULL &&
	               incarnation->device != a->from.device;
	bool known = false;
	if (!vouched && !a->any_vouched)
		return 0;
	int rc = SAT_SQL(store, vouched_insert, "INSERT OR REPLACE INTO sat_vouched(dot, device) VALUES(?, ?)");
	if (rc == 0)
		rc = SAT_SQL(store, vouched_delete, "DELETE FROM sat_vouched WHERE dot = ?");
	if (rc == 0 && vouched)
		rc = write_known(a, row, &known, err);
	if (rc != 0 || (known && !SAT_PLANTED_BUG(14)))
		return rc;
	sat_stmt *s = vouched ? store->sql.vouched_insert : store->sql.vouched_delete;
	sat_bind_int(s, 1, row->dot);
	if (vouched)
		sat_bind_int(s, 2, a->from.device);
	return sat_run(store->db, s, err);
}

/* A past may name anybody's writes, but none that nobody has signed for. */
static bool past_covered(const sat_admission *a, const sat_row *row)
{
	for (uint32_t i = 0; i < row->past_count; i++) {
		const sat_incarnation *incarnation = sat_incarnation_at(a->store, sat_dot_index(row->past[i]));
		if (incarnation == NULL || sat_dot_counter(row->past[i]) > incarnation->highest)
			return false;
	}
	return true;
}

static int weigh_claim(sat_admission *a, const sat_row *row, claim *verdict, sat_error *err)
{
	int rc = claim_of(a, row->dot, verdict, err);
	if (rc == 0 && *verdict == CLAIM_FINE && !past_covered(a, row))
		*verdict = CLAIM_MISSING;
	/* The record's name may be anybody's, if it is not beyond what its owner has signed for. */
	if (rc == 0 && *verdict == CLAIM_FINE && row->record != row->dot && sat_dot_linked(row->record)) {
		const sat_incarnation *owner = sat_incarnation_at(a->store, sat_dot_index(row->record));
		if (owner == NULL || sat_dot_counter(row->record) > owner->highest)
			*verdict = CLAIM_MISSING;
	}
	if (rc == 0 && *verdict == CLAIM_FALSE)
		rc = sat_fail(err, SAT_EREFUSED, "it claims to have written what another device wrote");
	return rc == 0 && *verdict == CLAIM_FINE ? note_vouched(a, row, err) : rc;
}

/* Counts what is not to be admitted; true when the row goes on. */
static bool goes_on(sat_admission *a, claim verdict)
{
	a->frame.missing += verdict == CLAIM_MISSING;
	a->frame.set_aside += verdict == CLAIM_ASIDE;
	return verdict == CLAIM_FINE;
}

/* --- runs ---------------------------------------------------------------------------------------- */

static int compare_dots(const void *a, const void *b)
{
	sat_dot x = *(const sat_dot *)a, y = *(const sat_dot *)b;
	return x < y ? -1 : x > y;
}

static int load_runs(sat_admission *a, sat_dot first, sat_dot last, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(a->store->db, &s,
	                        "SELECT first, count FROM sat_run WHERE first <= ? AND first >= "
	                        "coalesce((SELECT max(first) FROM sat_run WHERE first <= ?), ?) "
	                        "ORDER BY first", err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, last);
	sat_bind_int(s, 2, first);
	sat_bind_int(s, 3, first);
	size_t room = 0;
	while ((rc = sat_step(a->store->db, s, err)) == 1) {
		if (a->run_count == room) {
			room = room == 0 ? 64 : room * 2;
			struct run *grown = sat_arena_take(&a->frame_arena, room * sizeof *grown);
			if (grown == NULL) {
				rc = sat_no_memory(err);
				break;
			}
			if (a->run_count > 0)
				memcpy(grown, a->runs, a->run_count * sizeof *grown);
			a->runs = grown;
		}
		sat_dot begin = sat_column_int(s, 0);
		a->runs[a->run_count++] = (struct run){ begin, begin + sat_column_int(s, 1) - 1 };
	}
	sat_db_finalize(a->store->db, &s);
	return rc < 0 ? rc : 0;
}

/* The first run that does not end before `dot`; run_count when there is none. */
static size_t run_from(const sat_admission *a, sat_dot dot)
{
	size_t low = 0, high = a->run_count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (a->runs[middle].last < dot)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool inside_run(const sat_admission *a, sat_dot dot)
{
	size_t i = run_from(a, dot);
	return i < a->run_count && a->runs[i].first <= dot;
}

/* Creations of this frame, in order, and the runs among them: a creation in a run that was there
 * before gets a sequence of its own, the others get runs when the frame is done. */
static int survey(sat_admission *a, const sat_block *blocks, size_t count, sat_error *err)
{
	size_t rows = 0;
	for (size_t i = 0; i < count; i++)
		rows += blocks[i].rows;
	a->ids = sat_arena_take(&a->frame_arena, (rows + 1) * sizeof *a->ids);
	a->id_count = a->run_count = 0;
	a->runs = NULL;
	a->any_inside = false;
	if (a->ids == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < blocks[i].rows; k++) {
			const sat_row *row = &blocks[i].row[k];
			if (row->record == row->dot && sat_dot_linked(row->dot))
				a->ids[a->id_count++] = row->dot;
		}
	}
	qsort(a->ids, a->id_count, sizeof *a->ids, compare_dots);
	if (a->id_count == 0)
		return 0;
	int rc = load_runs(a, a->ids[0], a->ids[a->id_count - 1], err);
	for (size_t i = 0; rc == 0 && !a->any_inside && i < a->id_count; i++)
		a->any_inside = inside_run(a, a->ids[i]);
	return rc;
}

/* Runs over the ids that were new: from one to the next as long as no older run lies between. */
static int make_runs(sat_admission *a, const bool *fresh, sat_error *err)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < a->id_count;) {
		if (!fresh[i] || inside_run(a, a->ids[i])) {
			i++;
			continue;
		}
		size_t end = i + 1, last = i;
		while (end < a->id_count && sat_dot_index(a->ids[end]) == sat_dot_index(a->ids[i])) {
			size_t next = run_from(a, a->ids[last]);
			if (next < a->run_count && a->runs[next].first <= a->ids[end])
				break;
			if (fresh[end])
				last = end;
			end++;
		}
		rc = sat_store_add_run(a->store, a->ids[i], a->ids[last] - a->ids[i] + 1, a->from.incarnation,
		                       err);
		i = end;
	}
	return rc;
}

static size_t id_position(const sat_admission *a, sat_dot id)
{
	const sat_dot *at = bsearch(&id, a->ids, a->id_count, sizeof *a->ids, compare_dots);
	return (size_t)(at - a->ids);
}

/* --- a block against its table ------------------------------------------------------------------- */

typedef struct fitting {
	const sat_block *block;
	sat_table *table;
	uint16_t *columns;      /* number of the column of each field of the block */
	sat_purposes *needs;    /* what each field needs here */
	bool *names_person;
	bool lists;             /* a field names several persons */
} fitting;

static int fit(sat_admission *a, const sat_block *block, fitting *f, sat_error *err)
{
	*f = (fitting){ .block = block };
	int rc = sat_table_ensure(a->store, block->kind, block->person, &f->table, err);
	if (rc != 0)
		return rc;
	f->columns = sat_arena_take(&a->frame_arena, (block->fields + 1) * sizeof *f->columns);
	f->needs = sat_arena_take(&a->frame_arena, (block->fields + 1) * sizeof *f->needs);
	f->names_person = sat_arena_zeroed(&a->frame_arena, block->fields + 1, 1);
	if (f->columns == NULL || f->needs == NULL || f->names_person == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; i < block->fields; i++) {
		const sat_block_field *field = &block->field[i];
		sat_column *column;
		rc = sat_column_ensure(a->store, f->table, field->name, field->type, field->concerns,
		                       field->needs, &column, err);
		if (rc != 0)
			return rc;
		f->columns[i] = column->number;
		f->needs[i] = column->needs;
		f->names_person[i] = column->concerns;
		f->lists = f->lists || (column->concerns && column->type == SAT_REFERENCES);
	}
	return 0;
}

/* --- the quick way: usual creations -------------------------------------------------------------- */

static bool usual_row(const sat_row *row)
{
	return row->record == row->dot && row->past_count == 0 && row->usual && row->person_count == 0 &&
	       sat_dot_linked(row->record);
}

static size_t persons_of(const fitting *f, size_t row, sat_dot *persons, size_t room)
{
	size_t n = 0;
	if (f->table->person)
		persons[n++] = f->block->row[row].record;
	for (size_t i = 0; i < f->block->fields; i++) {
		const sat_block_field *field = &f->block->field[i];
		if (!f->names_person[i] || field->cells[row] != SAT_PRESENT || field->type != SAT_REFERENCE)
			continue;
		if (n == room)
			return room + 1;
		size_t k = n;
		sat_dot person = field->values[row].reference;
		while (k > 0 && persons[k - 1] > person)
			k--;
		if (k > 0 && persons[k - 1] == person)
			continue;
		memmove(persons + k + 1, persons + k, (n - k) * sizeof *persons);
		persons[k] = person;
		n++;
	}
	return n;
}

/* True when every value of the row may be kept here as it stands. */
static int all_permitted(sat_admission *a, const fitting *f, size_t row, bool *yes, sat_error *err)
{
	sat_dot persons[8];
	sat_stated stated[8];
	size_t n = f->lists ? 9 : persons_of(f, row, persons, 8);
	*yes = false;
	if (n > 8)
		return 0;
	for (size_t i = 0; i < n; i++)
		stated[i] = (sat_stated){ .person = persons[i], .purpose = SAT_EVERY_PURPOSE };
	sat_leave leave;
	int rc = sat_gate_weigh(a->gate, persons, n, stated, n, &leave, err);
	*yes = rc == 0;
	for (size_t i = 0; *yes && i < f->block->fields; i++) {
		uint8_t cell = f->block->field[i].cells[row];
		*yes = cell == SAT_ABSENT ||
		       (cell == SAT_PRESENT && sat_gate_answer(&leave, f->needs[i]) == SAT_PERMITTED);
	}
	return rc;
}

/* Compares a row of the table with one of the block: true when the table's says all that the block's
 * says and was written once. */
static int same_in_row(sat_admission *a, const fitting *f, size_t row, sat_stmt *s, bool *same, sat_error *err)
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

/* Walks the block and the table side by side, so that rows that are here already cost a comparison
 * and no look-up.  `states` has one of the above for each row. */
static int join_range(sat_admission *a, fitting *f, size_t first, size_t end, uint8_t *states, sat_error *err)
{
	int rc = sat_table_prepare(a->store, f->table, &f->table->range, err);
	if (rc != 0)
		return rc;
	sat_stmt *s = f->table->range;
	sat_bind_int(s, 1, f->block->row[first].record);
	sat_bind_int(s, 2, f->block->row[end - 1].record);
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

static int insert_words(sat_admission *a, const fitting *f, size_t row, sat_error *err)
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

/* Something that has to be looked at before a creation is simply put into its table. */
static int in_the_way(sat_admission *a, sat_dot id, bool *yes, sat_error *err)
{
	*yes = false;
	int rc = sat_record_erased(a->store, id, yes, err);
	if (rc == 0 && (a->store->waiting > 0 || a->store->declined > 0))
		*yes = true;
	return rc;
}

static int insert_usual(sat_admission *a, const fitting *f, size_t row, bool *inserted, sat_error *err)
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
	if (*inserted && a->any_inside && inside_run(a, id))
		rc = sat_history_put(a->store, id, table->id, sat_store_next_sequence(a->store),
		                     a->from.incarnation, NULL, err);
	if (rc == 0 && *inserted && table->searchable && !a->store->no_search)
		rc = insert_words(a, f, row, err);
	return rc;
}

/* --- the long way -------------------------------------------------------------------------------- */

static int note_declined(sat_admission *a, const sat_state *state, const sat_sibling *s, const char *field,
                         sat_error *err)
{
	sat_store *store = a->store;
	int rc = SAT_SQL(store, declined_insert,
	                 "INSERT OR IGNORE INTO sat_declined(record, field, dot, source) VALUES(?1, ?2, ?3, "
	                 "coalesce((SELECT source FROM sat_waiting WHERE record = ?1 AND dot = ?3), ?4))");
	if (rc == 0)
		rc = SAT_SQL(store, declined_person_insert,
		             "INSERT OR IGNORE INTO sat_declined_person(person, record) VALUES(?, ?)");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.declined_insert, 1, state->id);
	sat_bind_string(store->sql.declined_insert, 2, field);
	sat_bind_int(store->sql.declined_insert, 3, s->dot);
	sat_bind_int(store->sql.declined_insert, 4, a->from.device);
	rc = sat_run(store->db, store->sql.declined_insert, err);
	store->declined += rc == 0 && sat_db_changes(store->db) > 0;
	for (size_t i = 0; rc == 0 && i < state->person_count; i++) {
		sat_bind_int(store->sql.declined_person_insert, 1, state->persons[i]);
		sat_bind_int(store->sql.declined_person_insert, 2, state->id);
		rc = sat_run(store->db, store->sql.declined_person_insert, err);
	}
	a->frame.declined++;
	return rc;
}

/* What is held now, or covered, or blank for ever, is not waited for any more. */
static int settle_declined(sat_admission *a, const sat_state *state, sat_error *err)
{
	sat_store *store = a->store;
	if (store->declined == 0)
		return 0;
	int rc = SAT_SQL(store, declined_find, "SELECT field, dot FROM sat_declined WHERE record = ?");
	if (rc == 0)
		rc = SAT_SQL(store, declined_delete,
		             "DELETE FROM sat_declined WHERE record = ? AND field = ? AND dot = ?");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.declined_find;
	sat_bind_int(s, 1, state->id);
	while ((rc = sat_step(store->db, s, err)) == 1) {
		const char *field = sat_column_text(s, 0, NULL);
		sat_dot dot = sat_column_int(s, 1);
		bool done = false;
		for (size_t i = 0; !done && i < state->count; i++) {
			const sat_sibling *held = &state->siblings[i];
			done = strcmp(state->table->columns[held->field].name, field) == 0 &&
			       (held->dot == dot || sat_past_covers(held->past, held->past_count, dot));
		}
		if (!done)
			continue;
		sat_bind_int(store->sql.declined_delete, 1, state->id);
		sat_bind_string(store->sql.declined_delete, 2, field);
		sat_bind_int(store->sql.declined_delete, 3, dot);
		rc = sat_run(store->db, store->sql.declined_delete, err);
		if (rc != 0)
			break;
		store->declined -= sat_db_changes(store->db);
	}
	sat_reset(s);
	return rc < 0 ? rc : 0;
}

/* Turns the rows first..end of one record into a state of what they tell. */
static int told_state(sat_admission *a, const fitting *f, size_t first, size_t end, sat_state *told,
                      sat_error *err)
{
	*told = (sat_state){ .store = a->store, .table = f->table, .id = f->block->row[first].record,
		             .arena = &a->arena };
	bool changed;
	told->created = !sat_dot_linked(told->id);
	sat_sibling *group = sat_arena_take(&a->arena, (f->block->fields + 1) * sizeof *group);
	int rc = group == NULL ? SAT_ENOMEM : 0;
	if (rc == 0 && f->table->person)
		rc = sat_state_concern(told, told->id, &changed);
	for (size_t r = first; rc == 0 && r < end; r++) {
		const sat_row *row = &f->block->row[r];
		size_t n = 0;
		told->created = told->created || row->record == row->dot;
		for (size_t i = 0; i < f->block->fields; i++) {
			const sat_block_field *field = &f->block->field[i];
			if (field->cells[r] == SAT_ABSENT)
				continue;
			group[n] = (sat_sibling){ .field = f->columns[i], .blank = field->cells[r] == SAT_BLANKED,
				                  .dot = row->dot, .past = row->past,
				                  .past_count = row->past_count };
			if (field->cells[r] == SAT_PRESENT)
				group[n].value = field->values[r];
			n++;
		}
		const sat_stated *stated = row->stated;
		uint32_t stated_count = row->stated_count;
		if (row->usual)
			rc = sat_stated_usual(&a->arena, f->table, row->record, group, n, row->dot, &stated,
			                      &stated_count);
		for (size_t i = 0; rc == 0 && i < n; i++) {
			group[i].stated = stated;
			group[i].stated_count = stated_count;
			rc = sat_state_add(told, &group[i], &changed);
			const sat_value *v = &group[i].value;
			if (!f->table->columns[group[i].field].concerns || group[i].blank)
				continue;
			if (rc == 0 && v->type == SAT_REFERENCE)
				rc = sat_state_concern(told, v->reference, &changed);
			for (size_t k = 0; rc == 0 && v->type == SAT_REFERENCES && k < v->references.count; k++)
				rc = sat_state_concern(told, v->references.at[k], &changed);
		}
		for (uint32_t i = 0; rc == 0 && i < stated_count; i++)
			rc = sat_state_concern(told, stated[i].person, &changed);
		for (uint32_t i = 0; rc == 0 && i < row->person_count; i++)
			rc = sat_state_concern(told, row->persons[i], &changed);
	}
	return rc != 0 ? sat_no_memory(err) : 0;
}

/* Takes out of `told` what consent does not let in, and makes blanks of what is dead. */
static int sift(sat_admission *a, sat_state *told, const sat_state *held, sat_error *err)
{
	bool changed = false;
	for (size_t i = 0; i < held->person_count; i++) {
		if (sat_state_concern(told, held->persons[i], &changed) != 0)
			return sat_no_memory(err);
	}
	int rc = sat_state_erase_dead(a->store, a->gate, told, &changed, err);
	size_t kept = 0;
	for (size_t i = 0; rc == 0 && i < told->count; i++) {
		const sat_sibling *s = &told->siblings[i];
		sat_leave leave;
		rc = sat_gate_weigh(a->gate, told->persons, told->person_count, s->stated, s->stated_count, &leave,
		                    err);
		if (rc != 0)
			return rc;
		bool keep = s->blank || SAT_PLANTED_BUG(10) ||
		            sat_gate_answer(&leave, told->table->columns[s->field].needs) == SAT_PERMITTED;
		if (!keep) {
			/* What we hold already, or know to be overwritten, is nothing to decline. */
			bool known = false;
			for (size_t k = 0; !known && k < held->count; k++)
				known = held->siblings[k].field == s->field &&
				        (held->siblings[k].dot == s->dot ||
				         sat_past_covers(held->siblings[k].past, held->siblings[k].past_count,
				                         s->dot));
			if (!known)
				rc = note_declined(a, told, s, told->table->columns[s->field].name, err);
			continue;
		}
		told->siblings[kept++] = *s;
	}
	told->count = kept;
	return rc;
}

static size_t conflicts_in(const sat_state *state)
{
	size_t n = 0;
	for (uint16_t i = 0; i < state->table->column_count; i++)
		n += sat_state_conflict(state, i);
	return n;
}

static int keep_waiting(sat_admission *a, const fitting *f, sat_state *told, sat_error *err);
static int load_waiting(sat_admission *a, sat_state *slept, sat_error *err);
static int forget_waiting(sat_admission *a, sat_dot record, sat_error *err);

static int admit_record(sat_admission *a, const fitting *f, size_t first, size_t end, sat_error *err)
{
	sat_dot id = f->block->row[first].record;
	bool erased;
	int rc = sat_record_erased(a->store, id, &erased, err);
	if (rc != 0 || erased)
		return rc;
	sat_state told, before, state = { .store = a->store, .table = f->table, .id = id, .arena = &a->arena };
	sat_state slept = state;
	rc = told_state(a, f, first, end, &told, err);
	if (rc == 0)
		rc = sat_record_load(a->store, f->table, id, &a->arena, &before, err);
	if (rc != 0)
		return rc;
	if (!before.created && !told.created)
		return keep_waiting(a, f, &told, err);
	bool changed = false;
	size_t declined_before = a->frame.declined, persons_told = told.person_count;
	/* What waited for the creation may say whom it concerns. */
	if (!before.created)
		rc = load_waiting(a, &slept, err);
	if (rc == 0)
		rc = sift(a, &told, before.created ? &before : &slept, err);
	if (rc != 0)
		return rc;
	/* A new record of which nothing may be kept leaves nothing behind but what was declined. */
	if (!before.created && told.count == 0 && a->frame.declined > declined_before)
		return 0;
	if (!(SAT_PLANTED_BUG(2) && told.count > 0) && sat_state_merge(&state, &before, &changed) != 0)
		return sat_no_memory(err);
	changed = !before.created;
	if (!before.created)
		rc = sift(a, &slept, &told, err);
	if (rc == 0 && !before.created)
		rc = forget_waiting(a, id, err);
	if (rc == 0 && (sat_state_merge(&state, &told, &changed) != 0 ||
	                sat_state_merge(&state, &slept, &changed) != 0))
		rc = sat_no_memory(err);
	/* A person who is newly concerned may make older values dead. */
	if (rc == 0)
		rc = sat_state_erase_dead(a->store, a->gate, &state, &changed, err);
	if (rc == 0)
		rc = settle_declined(a, &state, err);
	if (rc != 0 || !changed)
		return rc;
	size_t conflicts = conflicts_in(&state), had = conflicts_in(&before);
	a->frame.conflicts += conflicts > had ? conflicts - had : 0;
	a->frame.records++;
	/* What holds no more than what was just told need not be sent back. */
	bool all_told = state.person_count == persons_told && sat_state_same_values(&state, &told);
	return sat_record_save(a->store, &before, &state, 0, all_told ? a->from.incarnation : 0, err);
}

/* --- writes that wait for a creation -------------------------------------------------------------- */

/* Whom a record that is not here concerns. */
static int keep_waiting_persons(sat_admission *a, const sat_state *told, sat_error *err)
{
	sat_store *store = a->store;
	int rc = SAT_SQL(store, concerned_insert,
	                 "INSERT OR IGNORE INTO sat_concerned(person, record, kind) VALUES(?, ?, ?)");
	for (size_t i = 0; rc == 0 && i < told->person_count; i++) {
		sat_bind_int(store->sql.concerned_insert, 1, told->persons[i]);
		sat_bind_int(store->sql.concerned_insert, 2, told->id);
		sat_bind_int(store->sql.concerned_insert, 3, told->table->id);
		rc = sat_run(store->db, store->sql.concerned_insert, err);
	}
	return rc;
}

/* Kept as siblings in the form of clock.c with their values, in a table of their own.  What consent does
 * not let in is declined now; the rest is asked about again when it wakes. */
static int keep_waiting(sat_admission *a, const fitting *f, sat_state *told, sat_error *err)
{
	sat_store *store = a->store;
	sat_state slept = { .store = store, .table = f->table, .id = told->id, .arena = &a->arena };
	int rc = load_waiting(a, &slept, err);
	if (rc == 0)
		rc = sift(a, told, &slept, err);
	/* Where nothing waits, the row that arrives says everything itself. */
	if (rc == 0 && told->count > 0)
		rc = keep_waiting_persons(a, told, err);
	if (rc == 0)
		rc = SAT_SQL(store, waiting_insert,
		             "INSERT INTO sat_waiting(record, n, kind, field, dot, source, clock, content) "
		             "SELECT ?1, ifnull(max(n), 0) + 1, ?2, ?3, ?4, ?7, ?5, ?6 FROM sat_waiting "
		             "WHERE record = ?1 HAVING NOT EXISTS (SELECT 1 FROM sat_waiting WHERE record = ?1 "
		             "AND field = ?3 AND dot = ?4 AND clock = ?5 AND content IS ?6)");
	for (size_t i = 0; rc == 0 && i < told->count; i++) {
		SAT_BYTES(clock);
		if (sat_clock_write_one(&told->siblings[i], &clock) != 0)
			return sat_no_memory(err);
		sat_stmt *s = store->sql.waiting_insert;
		sat_bind_int(s, 1, told->id);
		sat_bind_int(s, 2, f->table->id);
		sat_bind_int(s, 3, told->siblings[i].field);
		sat_bind_int(s, 4, told->siblings[i].dot);
		sat_bind_blob(s, 5, clock.data, clock.length);
		sat_bind_int(s, 7, a->from.device);
		rc = sat_bind_value(s, 6, &told->siblings[i].value, &a->arena, err);
		if (rc == 0)
			rc = sat_run(store->db, s, err);
		store->waiting += rc == 0 && sat_db_changes(store->db) > 0;
		a->frame.waiting++;
	}
	return rc;
}

static int load_waiting_persons(sat_admission *a, sat_state *slept, sat_error *err)
{
	sat_store *store = a->store;
	int rc = SAT_SQL(store, concerned_of_record, "SELECT person FROM sat_concerned WHERE record = ?");
	if (rc != 0)
		return rc;
	bool any;
	sat_bind_int(store->sql.concerned_of_record, 1, slept->id);
	while ((rc = sat_step(store->db, store->sql.concerned_of_record, err)) == 1) {
		if (sat_state_concern(slept, sat_column_int(store->sql.concerned_of_record, 0), &any) != 0) {
			rc = sat_no_memory(err);
			break;
		}
	}
	sat_reset(store->sql.concerned_of_record);
	return rc;
}

/* Adds what waits for the record of `slept` to it. */
static int load_waiting(sat_admission *a, sat_state *slept, sat_error *err)
{
	sat_store *store = a->store;
	if (store->waiting == 0)
		return 0;
	int rc = SAT_SQL(store, waiting_select,
	                 "SELECT clock, content FROM sat_waiting WHERE record = ? AND kind = ? ORDER BY n");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.waiting_select;
	sat_bind_int(s, 1, slept->id);
	sat_bind_int(s, 2, slept->table->id);
	while ((rc = sat_step(store->db, s, err)) == 1) {
		sat_sibling sibling = { 0 };
		size_t length;
		bool any;
		const void *clock = sat_column_blob(s, 0, &length);
		rc = sat_clock_read_one(slept, &sibling, clock, length, err);
		if (rc == 0)
			rc = sat_row_value(s, 1, slept->table->columns[sibling.field].type, slept->arena,
			                   &sibling.value, err);
		sat_value *v = &sibling.value;
		if (rc == 0 && (v->type == SAT_TEXT || v->type == SAT_CHOICE || v->type == SAT_DATE) &&
		    (v->text.bytes = sat_arena_copy(slept->arena, v->text.bytes, v->text.length)) == NULL)
			rc = sat_no_memory(err);
		if (rc == 0 && sat_state_add(slept, &sibling, &any) != 0)
			rc = sat_no_memory(err);
		if (rc != 0)
			break;
	}
	sat_reset(s);
	return rc == 0 ? load_waiting_persons(a, slept, err) : rc;
}

static int forget_waiting(sat_admission *a, sat_dot record, sat_error *err)
{
	sat_store *store = a->store;
	if (store->waiting == 0)
		return 0;
	int rc = SAT_SQL(store, waiting_delete, "DELETE FROM sat_waiting WHERE record = ?");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.waiting_delete, 1, record);
	rc = sat_run(store->db, store->sql.waiting_delete, err);
	store->waiting -= sat_db_changes(store->db);
	return rc;
}

/* --- a block ------------------------------------------------------------------------------------- */

/* Rows of one record stand together; `end` is behind the last one. */
static size_t record_end(const sat_block *block, size_t first)
{
	size_t end = first + 1;
	while (end < block->rows && block->row[end].record == block->row[first].record)
		end++;
	return end;
}

/* Rows that can go the quick way and ascend, so that they can be joined with their table. */
static size_t usual_stretch(const sat_block *block, size_t first)
{
	size_t end = first;
	while (end < block->rows && usual_row(&block->row[end]) &&
	       (end == first || block->row[end].record > block->row[end - 1].record) &&
	       (end + 1 == block->rows || block->row[end + 1].record != block->row[end].record))
		end++;
	return end;
}

/* Rows that may not go on are left out; those between them are admitted together. */
static int admit_long(sat_admission *a, const fitting *f, size_t first, size_t end, sat_error *err)
{
	int rc = 0;
	size_t from = first;
	for (size_t r = first; rc == 0 && r <= end; r++) {
		claim verdict = CLAIM_FINE;
		if (r < end && (rc = weigh_claim(a, &f->block->row[r], &verdict, err)) != 0)
			break;
		if (r < end && goes_on(a, verdict))
			continue;
		if (from < r)
			rc = admit_record(a, f, from, r, err);
		from = r + 1;
	}
	return rc;
}

static int admit_stretch(sat_admission *a, fitting *f, size_t first, size_t end, bool *fresh, sat_error *err)
{
	uint8_t *states = sat_arena_zeroed(&a->frame_arena, f->block->rows + 1, 1);
	if (states == NULL)
		return sat_no_memory(err);
	int rc = join_range(a, f, first, end, states, err);
	for (size_t i = first; rc == 0 && i < end; i++) {
		sat_arena_reset(&a->arena);
		claim verdict;
		bool quick, way;
		rc = weigh_claim(a, &f->block->row[i], &verdict, err);
		if (rc != 0)
			break;
		if (!goes_on(a, verdict) || states[i] == ROW_SAME)
			continue;
		rc = all_permitted(a, f, i, &quick, err);
		if (rc == 0)
			rc = in_the_way(a, f->block->row[i].record, &way, err);
		bool inserted = false;
		if (rc == 0 && quick && !way && states[i] == ROW_NEW) {
			rc = insert_usual(a, f, i, &inserted, err);
			a->frame.records += inserted;
			fresh[id_position(a, f->block->row[i].record)] |= inserted;
		}
		if (rc == 0 && !inserted)
			rc = admit_record(a, f, i, i + 1, err);
	}
	return rc;
}

static int admit_block(sat_admission *a, const sat_block *block, bool *fresh, sat_error *err)
{
	fitting f;
	int rc = fit(a, block, &f, err);
	for (size_t i = 0; rc == 0 && i < block->rows;) {
		size_t end = usual_stretch(block, i);
		if (end > i) {
			rc = admit_stretch(a, &f, i, end, fresh, err);
		} else {
			end = record_end(block, i);
			sat_arena_reset(&a->arena);
			rc = admit_long(a, &f, i, end, err);
		}
		i = end;
	}
	return rc;
}

int sat_admit_blocks(sat_admission *a, const sat_block *blocks, size_t count, sat_error *err)
{
	int rc = own_gate(a, err);
	if (rc == 0)
		rc = survey(a, blocks, count, err);
	bool *fresh = rc == 0 ? sat_arena_zeroed(&a->frame_arena, a->id_count + 1, 1) : NULL;
	if (rc == 0 && fresh == NULL)
		rc = sat_no_memory(err);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = admit_block(a, &blocks[i], fresh, err);
	if (rc == 0)
		rc = make_runs(a, fresh, err);
	return rc == 0 && a->store->needs_grew ? sat_refit_dead(a->store, err) : rc;
}

/* --- the other sections ---------------------------------------------------------------------------- */

/* Whatever was declined about a person (0: about anybody) is asked for again. */
static int ask_again(sat_admission *a, sat_dot person, sat_error *err)
{
	sat_store *store = a->store;
	if (store->declined == 0)
		return 0;
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s,
	                        "SELECT DISTINCT record, source FROM sat_declined WHERE ?1 = 0 OR record IN "
	                        "(SELECT record FROM sat_declined_person WHERE person = ?1)", err);
	if (rc != 0)
		return rc;
	rc = SAT_SQL(store, ask_insert, "INSERT INTO sat_ask(name, record, device, seq) VALUES(?, ?, ?, ?)");
	sat_bind_int(s, 1, person);
	while (rc == 0 && (rc = sat_step(store->db, s, err)) == 1) {
		uint8_t name[16];
		store->env->random(store->env->context, name, sizeof name);
		sat_bind_blob(store->sql.ask_insert, 1, name, sizeof name);
		sat_bind_int(store->sql.ask_insert, 2, sat_column_int(s, 0));
		sat_bind_int(store->sql.ask_insert, 3, sat_column_int(s, 1));
		sat_bind_int(store->sql.ask_insert, 4, sat_store_next_sequence(store));
		rc = sat_run(store->db, store->sql.ask_insert, err);
	}
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

int sat_admission_heed_statements(sat_admission *a, size_t count, sat_error *err)
{
	a->frame.statements += count;
	sat_device self;
	int rc = count == 0 ? 0 : sat_device_get(a->store, 1, &self, err);
	if (count == 0 || rc != 0)
		return rc;
	sat_gate_free(a->gate);
	a->gate = NULL;
	if (strcmp(self.audiences, a->audiences) == 0)
		return 0;
	memcpy(a->audiences, self.audiences, sizeof a->audiences);
	return ask_again(a, 0, err);
}

int sat_admit_decisions(sat_admission *a, const sat_batch *batches, const sat_decision *decisions,
                        const size_t *counts, size_t batch_count, sat_error *err)
{
	for (size_t i = 0, at = 0; i < batch_count; at += counts[i], i++) {
		claim verdict = CLAIM_FINE;
		int rc = claim_of(a, batches[i].first + batches[i].leaves - 1, &verdict, err);
		if (rc == 0 && verdict == CLAIM_FALSE)
			rc = sat_fail(err, SAT_EREFUSED, "it claims decisions that another device recorded");
		if (rc != 0)
			return rc;
		a->frame.set_aside_decisions += verdict == CLAIM_ASIDE ? counts[i] : 0;
		if (!goes_on(a, verdict) && !(SAT_PLANTED_BUG(17) && verdict == CLAIM_ASIDE))
			continue;
		size_t fresh;
		rc = sat_consent_admit(a->store, &batches[i], decisions + at, counts[i], a->from.incarnation,
		                       &fresh, err);
		if (rc != 0)
			return rc;
		a->frame.decisions += fresh;
		if (fresh == 0)
			continue;
		sat_gate_free(a->gate);
		a->gate = NULL;
		for (size_t k = 0; rc == 0 && k < counts[i]; k++) {
			if (k == 0 || decisions[at + k].subject != decisions[at + k - 1].subject)
				rc = ask_again(a, decisions[at + k].subject, err);
		}
		if (rc != 0)
			return rc;
	}
	return 0;
}

int sat_admit_tombstones(sat_admission *a, const sat_dot *records, size_t count, sat_error *err)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		bool erased;
		rc = sat_record_erased(a->store, records[i], &erased, err);
		if (rc != 0 || erased)
			continue;
		if (a->from.revoked) {
			a->frame.set_aside++;
			continue;
		}
		rc = sat_record_erase(a->store, records[i], a->from.incarnation, err);
		a->frame.tombstones++;
	}
	return rc;
}

static int answer_ask(sat_admission *a, const sat_asked *ask, sat_error *err)
{
	sat_store *store = a->store;
	int rc = SAT_SQL(store, ask_find, "INSERT OR IGNORE INTO sat_ask(name, record) VALUES(?, ?)");
	if (rc != 0)
		return rc;
	sat_bind_blob(store->sql.ask_find, 1, ask->name, sizeof ask->name);
	sat_bind_int(store->sql.ask_find, 2, ask->record);
	rc = sat_run(store->db, store->sql.ask_find, err);
	if (rc != 0 || sat_db_changes(store->db) == 0)
		return rc;
	sat_table *table;
	rc = sat_table_of_record(store, ask->record, &table, err);
	if (rc != 0 || table == NULL)
		return rc;
	return sat_history_touch(store, ask->record, table->id, err);
}

int sat_admit_asks(sat_admission *a, const sat_asked *asks, size_t count, sat_error *err)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = answer_ask(a, &asks[i], err);
	return rc;
}

int sat_admit_moments(sat_admission *a, const sat_moment *moments, size_t count, sat_error *err)
{
	sat_store *store = a->store;
	int rc = SAT_SQL(store, moment_insert, "INSERT OR REPLACE INTO sat_moment(dot, at) VALUES(?, ?)");
	for (size_t i = 0; rc == 0 && i < count; i++) {
		sat_bind_int(store->sql.moment_insert, 1, moments[i].dot);
		sat_bind_int(store->sql.moment_insert, 2, moments[i].at);
		rc = sat_run(store->db, store->sql.moment_insert, err);
	}
	return rc;
}
