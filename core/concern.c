/* See concern.h. */
#include "concern.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "store-private.h"

int sat_concerned_add(sat_store *store, const sat_state *state, sat_dot person, sat_error *err)
{
	int rc = SAT_SQL(store, concerned_insert,
	                 "INSERT OR IGNORE INTO sat_concerned(person, record, kind) VALUES(?, ?, ?)");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.concerned_insert;
	sat_bind_int(s, 1, person);
	sat_bind_int(s, 2, state->id);
	sat_bind_int(s, 3, state->table->id);
	return sat_run(store->db, s, err);
}

int sat_concerned_load(sat_store *store, sat_state *state, sat_error *err)
{
	int rc = SAT_SQL(store, concerned_of_record, "SELECT person FROM sat_concerned WHERE record = ?");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.concerned_of_record;
	sat_bind_int(s, 1, state->id);
	bool changed;
	while ((rc = sat_step(store->db, s, err)) == 1) {
		if (sat_state_concern(state, sat_column_int(s, 0), &changed) != 0) {
			rc = sat_no_memory(err);
			break;
		}
	}
	sat_reset(s);
	return rc;
}

/* Ids are collected first, since what is called may change the tables that are asked. */
static int collect(sat_store *store, sat_stmt *s, sat_dot person, sat_dot **ids, size_t *count, sat_error *err)
{
	size_t room = *count;
	sat_bind_int(s, 1, person);
	int rc;
	while ((rc = sat_step(store->db, s, err)) == 1) {
		if (*count >= room) {
			room = room < 16 ? 64 : room * 2;
			sat_dot *grown = realloc(*ids, room * sizeof *grown);
			if (grown == NULL) {
				rc = sat_no_memory(err);
				break;
			}
			*ids = grown;
		}
		(*ids)[(*count)++] = sat_column_int(s, 0);
	}
	sat_reset(s);
	return rc;
}

static int each_in_table(sat_store *store, sat_table *table, const char *sql, sat_dot person,
                         int (*each)(void *, sat_table *, sat_dot, sat_error *), void *context,
                         sat_error *err)
{
	sat_stmt *s = NULL;
	sat_dot *ids = NULL;
	size_t count = 0;
	int rc = sat_db_prepare(store->db, &s, sql, err);
	if (rc == 0)
		rc = collect(store, s, person, &ids, &count, err);
	sat_db_finalize(store->db, &s);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = each(context, table, ids[i], err);
	free(ids);
	return rc;
}

/* Who is concerned as a person or as a community stands in a column under one name. */
static int each_by_columns(sat_store *store, sat_table *table, sat_dot person,
                           int (*each)(void *, sat_table *, sat_dot, sat_error *), void *context,
                           sat_error *err)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < table->column_count; i++) {
		const sat_column *column = &table->columns[i];
		if (column->concerns == 0 || column->type != SAT_REFERENCE)
			continue;
		SAT_BYTES(sql);
		sat_bytes_put_text(&sql, "SELECT id FROM \"");
		sat_bytes_put_text(&sql, table->name);
		sat_bytes_put_text(&sql, "\" WHERE \"");
		char name[SAT_SQL_NAME_BYTES];
		sat_column_sql_name(table, column, name);
		sat_bytes_put_text(&sql, name);
		sat_bytes_put(&sql, "\" = ?", 6);
		rc = each_in_table(store, table, (const char *)sql.data, person, each, context, err);
	}
	return rc;
}

int sat_record_each_of_person(sat_store *store, sat_dot person,
                              int (*each)(void *, sat_table *, sat_dot, sat_error *), void *context,
                              sat_error *err)
{
	sat_table *own;
	int rc = sat_table_of_record(store, person, &own, err);
	if (rc == 0 && own != NULL)
		rc = each(context, own, person, err);
	for (size_t i = 0; rc == 0 && i < store->table_count; i++)
		rc = each_by_columns(store, store->tables[i], person, each, context, err);
	for (size_t i = 0; rc == 0 && i < store->table_count; i++) {
		char sql[160];
		snprintf(sql, sizeof sql,
		         "SELECT record FROM sat_concerned WHERE person IN (?1, ?1 | " SAT_COLLECTIVE_SQL
		         ") AND kind = %" PRId64, store->tables[i]->id);
		rc = each_in_table(store, store->tables[i], sql, person, each, context, err);
	}
	return rc;
}

bool sat_never_offered(const sat_store *store, sat_dot dot)
{
	return dot >= store->run_first && dot < store->run_first + store->run_count &&
	       store->run_seq + (dot - store->run_first) > store->offered;
}

static int touch_one(void *context, sat_table *table, sat_dot id, sat_error *err)
{
	sat_store *store = context;
	return sat_never_offered(store, id) ? 0 : sat_history_touch(store, id, table->id, err);
}

/* Whether any record concerns somebody from the first to the last of these: a look into each index,
 * which spares a look for each person when a bundle brings the decisions before the records. */
static int any_concerned(sat_store *store, sat_dot first, sat_dot last, bool *any, sat_error *err)
{
	int rc = SAT_SQL(store, concerned_of_person,
	                 "SELECT EXISTS(SELECT 1 FROM sat_concerned WHERE person BETWEEN ?1 AND ?2) OR "
	                 "EXISTS(SELECT 1 FROM sat_concerned WHERE person BETWEEN ?1 | " SAT_COLLECTIVE_SQL
	                 " AND ?2 | " SAT_COLLECTIVE_SQL ")");
	*any = false;
	for (size_t i = 0; rc == 0 && !*any && i <= store->table_count; i++) {
		sat_table *table = i < store->table_count ? store->tables[i] : NULL;
		if (table != NULL && (rc = sat_table_prepare(store, table, &table->among, err)) != 0)
			break;
		sat_stmt *s = table != NULL ? table->among : store->sql.concerned_of_person;
		sat_bind_int(s, 1, first);
		sat_bind_int(s, 2, last);
		rc = sat_step(store->db, s, err);
		*any = rc == 1 && sat_column_int(s, 0) != 0;
		sat_reset(s);
		rc = rc < 0 ? rc : 0;
	}
	return rc;
}

int sat_record_touch_persons(sat_store *store, const sat_dot *persons, size_t count, sat_error *err)
{
	sat_dot first = INT64_MAX, last = 0;
	for (size_t i = 0; i < count; i++) {
		if (sat_never_offered(store, persons[i]))
			continue;
		first = persons[i] < first ? persons[i] : first;
		last = persons[i] > last ? persons[i] : last;
	}
	/* Nobody's checkpoint can lie above what was never offered. */
	bool any = store->offered > 0 && first <= last;
	int rc = any ? any_concerned(store, first, last, &any, err) : 0;
	for (size_t i = 0; rc == 0 && any && i < count; i++) {
		if (!sat_never_offered(store, persons[i]))
			rc = sat_record_each_of_person(store, persons[i], touch_one, store, err);
	}
	return rc;
}
