/* See record.h. */
#include "record.h"

#include <stdlib.h>
#include <string.h>

#include "concern.h"
#include "file-use.h"
#include "history.h"
#include "protocol-reach.h"
#include "protocol.h"
#include "search.h"
#include "store-private.h"

/* --- loading ------------------------------------------------------------------------------------ */

static int load_siblings(sat_store *store, sat_state *state, sat_error *err)
{
	int rc = SAT_SQL(store, sibling_select,
	                 "SELECT dot, clock, content FROM sat_sibling WHERE record = ? ORDER BY field, dot, n");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.sibling_select;
	sat_bind_int(s, 1, state->id);
	while ((rc = sat_step(store->db, s, err)) == 1) {
		if ((rc = sat_clock_read_sibling(state, s, 1, 2, err)) != 0)
			break;
	}
	sat_reset(s);
	return rc;
}

/* Everyone whom the siblings name or state; what else there is stands in sat_concerned. */
static int derive_persons(sat_state *state)
{
	bool changed;
	int rc = sat_state_concern_itself(state, &changed);
	for (size_t i = 0; rc == 0 && i < state->count; i++) {
		const sat_sibling *s = &state->siblings[i];
		for (uint32_t k = 0; rc == 0 && k < s->stated_count; k++)
			rc = sat_state_concern(state, s->stated[k].person, &changed);
		if (rc == 0)
			rc = sat_state_concern_named(state, s, &changed);
	}
	return rc;
}

int sat_record_load_row(sat_store *store, sat_table *table, sat_stmt *row, sat_arena *arena,
                        sat_state *state, sat_error *err)
{
	*state = (sat_state){ .store = store, .table = table, .id = sat_column_int(row, SAT_AT_ID),
		              .created = true, .arena = arena };
	bool usual = sat_column_is_null(row, SAT_AT_CLOCK);
	int rc = sat_clock_read(state, row, err);
	if (rc == 0 && !usual)
		rc = load_siblings(store, state, err);
	if (rc == 0 && derive_persons(state) != 0)
		rc = sat_no_memory(err);
	/* A row that was written once says everything itself. */
	return rc != 0 || usual ? rc : sat_concerned_load(store, state, err);
}

int sat_record_load(sat_store *store, sat_table *table, sat_dot id, sat_arena *arena, sat_state *state,
                    sat_error *err)
{
	int rc = 0;
	if (table == NULL)
		rc = sat_table_of_record(store, id, &table, err);
	*state = (sat_state){ .store = store, .table = table, .id = id, .arena = arena };
	if (rc != 0 || table == NULL)
		return rc;
	rc = sat_table_prepare(store, table, &table->one, err);
	if (rc != 0)
		return rc;
	sat_bind_int(table->one, 1, id);
	rc = sat_step(store->db, table->one, err);
	if (rc == 1)
		rc = sat_record_load_row(store, table, table->one, arena, state, err);
	sat_reset(table->one);
	return rc;
}

/* --- saving ------------------------------------------------------------------------------------- */

static int save_sibling(sat_store *store, const sat_state *state, const sat_sibling *s, int n,
                        sat_error *err)
{
	int rc = SAT_SQL(store, sibling_insert,
	                 "INSERT INTO sat_sibling(record, field, dot, n, kind, clock, content) "
	                 "VALUES(?, ?, ?, ?, ?, ?, ?)");
	if (rc != 0)
		return rc;
	SAT_BYTES(clock);
	if (sat_clock_write_one(s, &clock) != 0)
		return sat_no_memory(err);
	sat_stmt *insert = store->sql.sibling_insert;
	sat_bind_int(insert, 1, state->id);
	sat_bind_int(insert, 2, s->field);
	sat_bind_int(insert, 3, s->dot);
	sat_bind_int(insert, 4, n);
	sat_bind_int(insert, 5, state->table->id);
	sat_bind_blob(insert, 6, clock.data, clock.length);
	rc = sat_bind_value(insert, 7, &s->value, state->arena, err);
	return rc != 0 ? rc : sat_run(store->db, insert, err);
}

static int save_siblings(sat_store *store, const sat_state *state, const sat_sibling *const *shown,
                         size_t shown_count, sat_error *err)
{
	int rc = SAT_SQL(store, sibling_delete, "DELETE FROM sat_sibling WHERE record = ?");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.sibling_delete, 1, state->id);
	rc = sat_run(store->db, store->sql.sibling_delete, err);
	for (size_t i = 0; rc == 0 && i < state->count; i++) {
		bool in_row = false;
		for (size_t k = 0; k < shown_count; k++)
			in_row = in_row || shown[k] == &state->siblings[i];
		if (!in_row)
			rc = save_sibling(store, state, &state->siblings[i], (int)i, err);
	}
	return rc;
}

/* Whom the row's own columns name is found through their indexes; everybody else is listed. */
static bool named_in_row(const sat_state *state, const sat_sibling *const *shown, size_t count, sat_dot person)
{
	sat_subjects as = sat_dot_collective(person) ? SAT_AS_COMMUNITY : SAT_AS_PERSON;
	sat_dot record = sat_dot_record(person);
	if ((state->table->is & as) && record == state->id)
		return true;
	for (size_t i = 0; i < count; i++) {
		const sat_sibling *s = shown[i];
		if (!s->blank && s->value.type == SAT_REFERENCE && s->value.reference == record &&
		    (state->table->columns[s->field].concerns & as))
			return true;
	}
	return false;
}

static bool all_named_in_row(const sat_state *state, const sat_sibling *const *shown, size_t count)
{
	for (size_t i = 0; i < state->person_count; i++) {
		if (!named_in_row(state, shown, count, state->persons[i]))
			return false;
	}
	return true;
}

static int save_concerned(sat_store *store, const sat_state *state, const sat_sibling *const *shown,
                          size_t count, sat_error *err)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < state->person_count; i++) {
		if (!named_in_row(state, shown, count, state->persons[i]))
			rc = sat_concerned_add(store, state, state->persons[i], err);
	}
	return rc;
}

static int save_row(sat_store *store, sat_stmt *s, const sat_state *state, const sat_sibling *const *shown,
                    size_t count, sat_error *err)
{
	sat_bind_none(s);
	sat_bind_int(s, SAT_BIND_ID, state->id);
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = sat_bind_value(s, SAT_BIND_FIELDS + shown[i]->field, &shown[i]->value, state->arena, err);
	return rc != 0 ? rc : sat_run(store->db, s, err);
}

static size_t collect_shown(const sat_state *state, const sat_sibling **shown)
{
	size_t count = 0;
	for (size_t i = 0; i < state->count;) {
		uint16_t field = state->siblings[i].field;
		shown[count++] = sat_state_shown(state, field);
		while (i < state->count && state->siblings[i].field == field)
			i++;
	}
	return count;
}

int sat_record_save(sat_store *store, const sat_state *before, sat_state *state, int64_t seq, int64_t told,
                    sat_error *err)
{
	sat_table *table = state->table;
	const sat_sibling **shown = sat_arena_take(state->arena, (table->column_count + 1) * sizeof *shown);
	if (shown == NULL)
		return sat_no_memory(err);
	size_t count = collect_shown(state, shown);
	SAT_BYTES(clock);
	if (sat_clock_write(state->arena, state, shown, count, &clock) != 0)
		return sat_no_memory(err);
	bool fresh = !before->created;
	sat_stmt **slot = fresh ? &table->insert : &table->update;
	int rc = sat_table_prepare(store, table, slot, err);
	if (rc != 0)
		return rc;
	if (!fresh && (rc = sat_search_remove(store, before, err)) != 0)
		return rc;
	/* What is not in the row needs the row to say that it is not the usual one. */
	if (clock.length == 0 && (state->count > count || !all_named_in_row(state, shown, count)))
		sat_bytes_put_varint(&clock, 0);
	if (seq == 0)
		seq = sat_store_next_sequence(store);
	rc = save_row(store, *slot, state, shown, count, err);
	if (rc == 0 && !fresh)
		rc = sat_protocol_keep_holders(store, state->id, err);
	if (rc == 0)
		rc = sat_history_put(store, state->id, table->id, seq, told, &clock, err);
	if (rc == 0 && (state->count > count || before->count > 0))
		rc = save_siblings(store, state, shown, count, err);
	if (rc == 0)
		rc = save_concerned(store, state, shown, count, err);
	if (rc == 0 && table->files)
		rc = sat_file_use_state(store, before, state, err);
	if (rc == 0 && !fresh)
		rc = sat_protocol_refers_anew(store, before, state, err);
	return rc != 0 ? rc : sat_search_add(store, state, err);
}

/* --- writing ------------------------------------------------------------------------------------ */

static int check_write(const sat_table *table, const sat_write *write, sat_error *err)
{
	if (write->column >= table->column_count)
		return sat_fail(err, SAT_EINVALID, "kind %s has no such field", table->name);
	const sat_column *column = &table->columns[write->column];
	if (write->value.type == SAT_CLEARED)
		return 0;
	if (write->value.type != column->type)
		return sat_fail(err, SAT_EINVALID, "field %s takes %s", column->name, sat_type_name(column->type));
	int rc = sat_value_check(&write->value, err);
	return rc != 0 ? sat_error_context(err, "field %s", column->name) : 0;
}

/* The labels under which a record stands with these writes; `before` is NULL for a new one. */
static int labels_above(sat_store *store, const sat_state *before, const sat_write *writes, size_t count,
                        sat_arena *arena, sat_records *labels, sat_error *err)
{
	sat_records former = { 0 };
	size_t most = 1, from_count = 0;
	int rc = before == NULL ? 0 : sat_protocol_parents(before, &former, err);
	for (size_t i = 0; i < count; i++)
		most += sat_value_reference_count(&writes[i].value);
	sat_dot *from = rc != 0 ? NULL : sat_arena_take(arena, (former.count + most) * sizeof *from);
	if (from == NULL)
		return rc != 0 ? rc : sat_no_memory(err);
	for (size_t i = 0; i < former.count; i++)
		from[from_count++] = former.at[i];
	for (size_t i = 0; i < count; i++)
		from_count += sat_value_put_references(&writes[i].value, from + from_count);
	if (before != NULL)
		from[from_count++] = before->id;
	return sat_protocol_labels(store, from, from_count, arena, labels, err);
}

/* The dot and the sequence of a write, apart from others where it stands under labels. */
static int next_dot(sat_store *store, const sat_state *before, const sat_write *writes, size_t count, sat_dot *dot,
                    int64_t *seq, sat_error *err)
{
	SAT_ARENA(arena);
	sat_records labels = { 0 };
	int rc = sat_protocol_any(store) ? labels_above(store, before, writes, count, &arena, &labels, err) : 0;
	bool begins = rc == 0 && labels.count > 0 && !store->is_apart;
	if (begins)
		rc = sat_apart_begin(store, labels.at, labels.count, err);
	if (rc == 0)
		rc = sat_store_next(store, dot, seq, err);
	if (begins)
		sat_apart_end(store);
	return rc;
}

/* Whom a write names, and the record itself: all who are concerned. */
static int persons_of_writes(const sat_write *writes, size_t count, sat_state *state)
{
	bool changed;
	int rc = sat_state_concern_itself(state, &changed);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		sat_sibling named = { .field = writes[i].column, .value = writes[i].value };
		rc = sat_state_concern_named(state, &named, &changed);
	}
	return rc;
}

/* The usual creation: nobody concerned has closed an episode and no list names a person, so that
 * neither statement nor list has to be written down and the row alone says everything. */
static int add_usual(sat_store *store, sat_table *table, sat_dot id, const sat_write *writes, size_t count,
                     sat_arena *arena, sat_error *err)
{
	int rc = sat_table_prepare(store, table, &table->insert, err);
	if (rc != 0)
		return rc;
	sat_stmt *s = table->insert;
	sat_bind_none(s);
	sat_bind_int(s, SAT_BIND_ID, id);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = sat_bind_value(s, SAT_BIND_FIELDS + writes[i].column, &writes[i].value, arena, err);
	if (rc == 0)
		rc = sat_run(store->db, s, err);
	for (size_t i = 0; rc == 0 && table->files && i < count; i++)
		rc = sat_file_use_value(store, table, id, &writes[i].value, err);
	return rc;
}

static bool names_list(const sat_table *table, const sat_write *writes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (table->columns[writes[i].column].concerns && writes[i].value.type == SAT_REFERENCES)
			return true;
	}
	return false;
}

static int new_name(sat_store *store, const sat_table *table, sat_dot dot, sat_dot *id, sat_error *err)
{
	*id = dot;
	if (table->kind == NULL || !table->kind->unlinked)
		return 0;
	uint8_t name[SAT_UNLINKED_BYTES];
	store->env->random(store->env->context, name, sizeof name);
	return sat_unlinked_intern(store, name, id, err);
}

/* What a write states now about all persons that its record concerns. */
static int state_now(sat_store *store, const sat_dot *persons, size_t count, sat_arena *arena,
                     const sat_stated **stated, uint32_t *stated_count, sat_error *err)
{
	sat_gate *gate = NULL;
	sat_recipient self = { .role = store->role };
	int rc = sat_gate_open(&gate, store, &self, err);
	if (rc == 0)
		rc = sat_gate_state(gate, persons, count, arena, stated, stated_count, err);
	sat_gate_free(gate);
	return rc;
}

static int add_stated(sat_store *store, sat_table *table, sat_dot id, sat_dot dot, int64_t seq,
                      const sat_write *writes, size_t count, sat_arena *arena, sat_error *err)
{
	sat_state before = { .store = store, .table = table, .id = id, .arena = arena };
	sat_state state = before;
	state.created = true;
	if (persons_of_writes(writes, count, &state) != 0)
		return sat_no_memory(err);
	const sat_stated *stated;
	uint32_t stated_count;
	int rc = state_now(store, state.persons, state.person_count, arena, &stated, &stated_count, err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		sat_sibling sibling = { .field = writes[i].column, .dot = dot, .stated = stated,
			                .stated_count = stated_count, .value = writes[i].value };
		bool changed;
		if (writes[i].value.type != SAT_CLEARED && sat_state_add(&state, &sibling, &changed) != 0)
			rc = sat_no_memory(err);
	}
	return rc != 0 ? rc : sat_record_save(store, &before, &state, seq, 0, err);
}

int sat_record_add(sat_store *store, sat_table *table, const sat_write *writes, size_t count, sat_dot *id,
                   sat_error *err)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = check_write(table, &writes[i], err);
	sat_dot dot;
	int64_t seq;
	if (rc == 0)
		rc = next_dot(store, NULL, writes, count, &dot, &seq, err);
	if (rc == 0)
		rc = new_name(store, table, dot, id, err);
	if (rc == 0 && *id == dot && table->searchable)
		rc = sat_search_defer(store, dot, err);
	if (rc != 0)
		return rc;
	SAT_ARENA(arena);
	/* An unlinked record's dot is not its name, so its row has to tell it. */
	if (*id != dot || names_list(table, writes, count) || store->closed_subjects > 0)
		return add_stated(store, table, *id, dot, seq, writes, count, &arena, err);
	return add_usual(store, table, *id, writes, count, &arena, err);
}

/* True when a write would tell what the field already shows, alone. */
static bool says_the_same(const sat_state *state, const sat_write *write)
{
	const sat_sibling *first;
	size_t n = sat_state_field(state, write->column, &first);
	if (n == 0)
		return write->value.type == SAT_CLEARED;
	return n == 1 && !first->blank && sat_value_compare(&first->value, &write->value) == 0;
}

static int write_field(sat_state *state, const sat_write *write, sat_dot dot, const sat_stated *stated,
                       uint32_t stated_count)
{
	sat_sibling fresh = { .field = write->column, .dot = dot, .stated = stated,
		              .stated_count = stated_count, .value = write->value };
	const sat_sibling *first;
	size_t n = sat_state_field(state, write->column, &first);
	for (size_t i = 0; i < n; i++) {
		if (sat_past_join(state->arena, &fresh.past, &fresh.past_count, first[i].past, first[i].past_count,
		                  first[i].dot) != 0)
			return SAT_ENOMEM;
	}
	bool changed;
	return sat_state_add(state, &fresh, &changed);
}

int sat_record_set(sat_store *store, sat_dot id, const sat_write *writes, size_t count, size_t *changed,
                   sat_error *err)
{
	SAT_ARENA(arena);
	sat_state before, state;
	size_t fresh = 0;
	int rc = sat_record_load(store, NULL, id, &arena, &before, err);
	if (changed != NULL)
		*changed = 0;
	if (rc != 0)
		return rc;
	if (!before.created)
		return sat_fail(err, SAT_ENOTFOUND, "there is no such record in this store");
	for (size_t i = 0; rc == 0 && i < count; i++) {
		rc = check_write(before.table, &writes[i], err);
		fresh += rc == 0 && !says_the_same(&before, &writes[i]);
	}
	if (rc != 0 || fresh == 0)
		return rc;
	if (sat_state_copy(&before, &state) != 0 ||
	    persons_of_writes(writes, count, &state) != 0)
		return sat_no_memory(err);
	sat_dot dot;
	int64_t seq;
	const sat_stated *stated;
	uint32_t stated_count;
	rc = next_dot(store, &before, writes, count, &dot, &seq, err);
	if (rc == 0)
		rc = state_now(store, state.persons, state.person_count, &arena, &stated, &stated_count, err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (!says_the_same(&before, &writes[i]) &&
		    write_field(&state, &writes[i], dot, stated, stated_count) != 0)
			rc = sat_no_memory(err);
	}
	if (rc == 0)
		rc = sat_record_save(store, &before, &state, seq, 0, err);
	if (changed != NULL)
		*changed = fresh;
	return rc;
}

/* --- provenance ----------------------------------------------------------------------------------- */

int sat_record_moment(sat_store *store, sat_dot dot, int64_t *at, sat_error *err)
{
	*at = 0;
	int rc = SAT_SQL(store, moment_find,
	                 "SELECT at FROM sat_moment WHERE dot BETWEEN ? AND ? ORDER BY dot DESC LIMIT 1");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.moment_find, 1, sat_dot_make(sat_dot_index(dot), 0));
	sat_bind_int(store->sql.moment_find, 2, dot);
	rc = sat_step(store->db, store->sql.moment_find, err);
	if (rc == 1)
		*at = sat_column_int(store->sql.moment_find, 0);
	sat_reset(store->sql.moment_find);
	return rc < 0 ? rc : 0;
}

int sat_record_vouched(sat_store *store, sat_dot dot, int64_t *device, sat_error *err)
{
	*device = 0;
	int rc = SAT_SQL(store, vouched_find, "SELECT device FROM sat_vouched WHERE dot = ?");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.vouched_find, 1, dot);
	rc = sat_step(store->db, store->sql.vouched_find, err);
	if (rc == 1)
		*device = sat_column_int(store->sql.vouched_find, 0);
	sat_reset(store->sql.vouched_find);
	return rc < 0 ? rc : 0;
}
