/* See erase.h. */
#include "erase.h"

#include <stdlib.h>
#include <string.h>

#include "concern.h"
#include "details.h"
#include "erasure.h"
#include "file-use.h"
#include "plant.h"
#include "protocol.h"
#include "search.h"
#include "store-private.h"

int sat_record_erased(sat_store *store, sat_dot id, bool *erased, sat_error *err)
{
	*erased = false;
	if (store->tombstones == 0)
		return 0;
	int rc = SAT_SQL(store, tombstone_find, "SELECT 1 FROM sat_tombstone WHERE record = ?");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.tombstone_find, 1, id);
	rc = sat_step(store->db, store->sql.tombstone_find, err);
	sat_reset(store->sql.tombstone_find);
	*erased = rc == 1;
	return rc < 0 ? rc : 0;
}

/* Takes a record out of every table that holds something of it. */
static int wipe_record(sat_store *store, sat_dot id, sat_error *err)
{
	SAT_ARENA(arena);
	sat_state state;
	int rc = sat_record_load(store, NULL, id, &arena, &state, err);
	if (rc == 0)
		rc = sat_file_use_look(store, id, err);
	if (rc == 0 && state.created) {
		rc = sat_search_remove(store, &state, err);
		if (state.table->searchable)
			sat_search_purge(store);
		if (rc == 0)
			rc = sat_table_prepare(store, state.table, &state.table->remove, err);
		if (rc == 0) {
			sat_bind_int(state.table->remove, 1, id);
			rc = sat_run(store->db, state.table->remove, err);
		}
	}
	static const char *const tables[] = { "sat_history", "sat_sibling", "sat_concerned", "sat_waiting", "sat_declined",
		                              "sat_declined_person" };
	for (size_t i = 0; rc == 0 && i < sizeof tables / sizeof *tables; i++) {
		SAT_BYTES(sql);
		sat_bytes_put_text(&sql, "DELETE FROM ");
		sat_bytes_put_text(&sql, tables[i]);
		sat_bytes_put(&sql, " WHERE record = ?", 18);
		sat_stmt *s = NULL;
		rc = sat_db_prepare(store->db, &s, (const char *)sql.data, err);
		if (rc == 0) {
			sat_bind_int(s, 1, id);
			rc = sat_run(store->db, s, err);
		}
		sat_db_finalize(store->db, &s);
	}
	return rc;
}

int sat_record_erase(sat_store *store, sat_dot id, int64_t told, sat_error *err)
{
	bool erased;
	int rc = sat_record_erased(store, id, &erased, err);
	if (rc != 0 || erased)
		return rc;
	rc = SAT_SQL(store, tombstone_insert, "INSERT INTO sat_tombstone(record, seq, told) VALUES(?, ?, ?)");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.tombstone_insert, 1, id);
	sat_bind_int(store->sql.tombstone_insert, 2, sat_store_next_sequence(store));
	told != 0 ? sat_bind_int(store->sql.tombstone_insert, 3, told)
	          : sat_bind_null(store->sql.tombstone_insert, 3);
	rc = sat_run(store->db, store->sql.tombstone_insert, err);
	store->tombstones++;
	uint8_t name[SAT_ERASURE_NAME_BYTES];
	if (rc == 0)
		rc = sat_protocol_erase(store, id, err);
	if (rc == 0)
		rc = wipe_record(store, id, err);
	if (rc == 0)
		rc = sat_erasure_of_record(store, id, name, err);
	if (rc == 0)
		rc = sat_erasure_due(store, id, name, err);
	return rc != 0 ? rc : sat_details_erase_dead(store, id, err);
}

int sat_state_erase_dead(sat_store *store, sat_gate *gate, sat_state *state, bool *changed, sat_error *err)
{
	(void)store;
	for (size_t i = 0; i < state->count; i++) {
		sat_sibling *s = &state->siblings[i];
		sat_leave leave;
		int rc = sat_gate_weigh(gate, state->persons, state->person_count, s->stated, s->stated_count,
		                        &leave, err);
		if (rc != 0)
			return rc;
		sat_answer answer = sat_gate_answer(&leave, state->table->columns[s->field].needs);
		if (s->blank || (answer != SAT_ERASED && !(SAT_PLANTED_BUG(8) && answer == SAT_SUSPENDED)))
			continue;
		s->blank = true;
		s->value = (sat_value){ .type = SAT_CLEARED };
		*changed = true;
	}
	if (!*changed)
		return 0;
	/* Two tellings of one dot may have become the same blank, and their order is another one. */
	sat_state again;
	if (sat_state_copy(state, &again) != 0)
		return sat_no_memory(err);
	state->siblings = again.siblings;
	state->count = again.count;
	state->room = again.room;
	return 0;
}

static int erase_dead_of_record(void *context, sat_table *table, sat_dot id, sat_error *err)
{
	sat_store *store = ((void **)context)[0];
	sat_gate *gate = ((void **)context)[1];
	SAT_ARENA(arena);
	sat_state before, state;
	int rc = sat_record_load(store, table, id, &arena, &before, err);
	if (rc != 0 || !before.created)
		return rc;
	if (sat_state_copy(&before, &state) != 0)
		return sat_no_memory(err);
	bool changed = false;
	rc = sat_state_erase_dead(store, gate, &state, &changed, err);
	return rc == 0 && changed ? sat_record_save(store, &before, &state, 0, 0, err) : rc;
}

/* Values that wait for their record's creation are withdrawn like any other.  Only whom they state can
 * make them dead. */
static int erase_dead_waiting(sat_store *store, sat_gate *gate, sat_error *err)
{
	if (store->waiting == 0)
		return 0;
	sat_stmt *all = NULL, *blank = NULL;
	int rc = sat_db_prepare(store->db, &all,
	                        "SELECT record, n, kind, clock FROM sat_waiting WHERE content IS NOT NULL", err);
	if (rc == 0)
		rc = sat_db_prepare(store->db, &blank,
		                    "UPDATE sat_waiting SET clock = ?, content = NULL WHERE record = ? AND n = ?", err);
	SAT_ARENA(arena);
	while (rc == 0 && (rc = sat_step(store->db, all, err)) == 1) {
		sat_state state = { .store = store, .table = sat_table_of_id(store, sat_column_int(all, 2)),
			            .id = sat_column_int(all, 0), .arena = &arena };
		sat_sibling s = { 0 };
		sat_leave leave;
		size_t length;
		const void *clock = sat_column_blob(all, 3, &length);
		rc = sat_clock_read_one(&state, &s, clock, length, err);
		if (rc == 0)
			rc = sat_gate_weigh(gate, NULL, 0, s.stated, s.stated_count, &leave, err);
		if (rc != 0 || sat_gate_answer(&leave, state.table->columns[s.field].needs) != SAT_ERASED)
			continue;
		SAT_BYTES(form);
		s.blank = true;
		if (sat_clock_write_one(&s, &form) != 0)
			rc = sat_no_memory(err);
		sat_bind_blob(blank, 1, form.data, form.length);
		sat_bind_int(blank, 2, state.id);
		sat_bind_int(blank, 3, sat_column_int(all, 1));
		if (rc == 0)
			rc = sat_run(store->db, blank, err);
		if (rc == 0)
			rc = sat_file_use_look(store, state.id, err);
	}
	sat_db_finalize(store->db, &all);
	sat_db_finalize(store->db, &blank);
	return rc < 0 ? rc : 0;
}

int sat_record_erase_dead(sat_store *store, sat_dot person, sat_error *err)
{
	SAT_AUTO(sat_gate) gate = NULL;
	int rc = sat_gate_open_own(&gate, store, err);
	void *context[] = { store, gate };
	if (rc == 0)
		rc = sat_record_each_of_person(store, person, erase_dead_of_record, context, err);
	if (rc == 0)
		rc = erase_dead_waiting(store, gate, err);
	sat_search_purge(store);
	return rc;
}
