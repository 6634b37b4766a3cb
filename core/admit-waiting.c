/* See admit-waiting.h. */
#include "admit-waiting.h"

#include "admit-declined.h"
#include "concern.h"
#include "file-use.h"

static int put_sibling(sat_admission *a, const sat_state *told, const sat_sibling *s, sat_error *err)
{
	sat_store *store = a->store;
	int rc = SAT_SQL(store, waiting_insert,
	                 "INSERT INTO sat_waiting(record, n, kind, field, dot, clock, content) "
	                 "SELECT ?1, ifnull(max(n), 0) + 1, ?2, ?3, ?4, ?5, ?6 FROM sat_waiting "
	                 "WHERE record = ?1 HAVING NOT EXISTS (SELECT 1 FROM sat_waiting WHERE record = ?1 "
	                 "AND field = ?3 AND dot = ?4 AND clock = ?5 AND content IS ?6)");
	if (rc != 0)
		return rc;
	SAT_BYTES(clock);
	if (sat_clock_write_one(s, &clock) != 0)
		return sat_no_memory(err);
	sat_stmt *insert = store->sql.waiting_insert;
	sat_bind_int(insert, 1, told->id);
	sat_bind_int(insert, 2, told->table->id);
	sat_bind_int(insert, 3, s->field);
	sat_bind_int(insert, 4, s->dot);
	sat_bind_blob(insert, 5, clock.data, clock.length);
	rc = sat_bind_value(insert, 6, &s->value, told->arena, err);
	if (rc == 0)
		rc = sat_run(store->db, insert, err);
	store->waiting += rc == 0 && sat_db_changes(store->db) > 0;
	a->frame.waiting++;
	return rc == 0 ? sat_file_use_value(store, told->table, told->id, &s->value, err) : rc;
}

int sat_waiting_keep(sat_admission *a, sat_state *told, sat_error *err)
{
	sat_state slept = { .store = a->store, .table = told->table, .id = told->id, .arena = told->arena };
	int rc = sat_waiting_load(a->store, &slept, err);
	if (rc == 0)
		rc = sat_declined_sift(a, told, &slept, err);
	/* Where nothing waits, the row that arrives says everything itself. */
	for (size_t i = 0; rc == 0 && told->count > 0 && i < told->person_count; i++)
		rc = sat_concerned_add(a->store, told, told->persons[i], err);
	for (size_t i = 0; rc == 0 && i < told->count; i++)
		rc = put_sibling(a, told, &told->siblings[i], err);
	return rc != 0 ? rc : sat_declined_settle(a, told, err);
}

int sat_waiting_load(sat_store *store, sat_state *slept, sat_error *err)
{
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
		if ((rc = sat_clock_read_sibling(slept, s, 0, 1, err)) != 0)
			break;
	}
	sat_reset(s);
	return rc == 0 ? sat_concerned_load(store, slept, err) : rc;
}

int sat_waiting_knows(sat_store *store, sat_dot record, sat_dot dot, bool *known, sat_error *err)
{
	*known = false;
	if (store->waiting == 0)
		return 0;
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, "SELECT 1 FROM sat_waiting WHERE record = ? AND dot = ?", err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, record);
	sat_bind_int(s, 2, dot);
	rc = sat_step(store->db, s, err);
	*known = rc == 1;
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

int sat_waiting_forget(sat_store *store, sat_dot record, sat_error *err)
{
	if (store->waiting == 0)
		return 0;
	int rc = SAT_SQL(store, waiting_delete, "DELETE FROM sat_waiting WHERE record = ?");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.waiting_delete, 1, record);
	rc = sat_run(store->db, store->sql.waiting_delete, err);
	int64_t forgotten = rc == 0 ? sat_db_changes(store->db) : 0;
	store->waiting -= forgotten;
	return rc == 0 && forgotten > 0 ? sat_file_use_look(store, record, err) : rc;
}
