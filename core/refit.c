/* See refit.h. */
#include "refit.h"

#include <stdlib.h>
#include <string.h>

#include "erase.h"
#include "record.h"
#include "search.h"
#include "store-private.h"

/* Calls `each` with every integer that a query gives; they are collected first, so that what is called
 * may change the tables that were asked. */
static int for_each(sat_store *store, const char *sql, sat_table *table,
                    int (*each)(sat_store *store, sat_table *table, sat_dot id, sat_error *err),
                    sat_error *err)
{
	sat_stmt *s = NULL;
	sat_dot *ids = NULL;
	size_t count = 0, room = 0;
	int rc = sat_db_prepare(store->db, &s, sql, err);
	while (rc == 0 && (rc = sat_step(store->db, s, err)) == 1) {
		rc = 0;
		if (count == room) {
			room = room == 0 ? 256 : room * 2;
			sat_dot *grown = realloc(ids, room * sizeof *grown);
			if (grown == NULL) {
				rc = sat_no_memory(err);
				break;
			}
			ids = grown;
		}
		ids[count++] = sat_column_int(s, 0);
	}
	sat_db_finalize(store->db, &s);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = each(store, table, ids[i], err);
	free(ids);
	return rc;
}

static int index_record(sat_store *store, sat_table *table, sat_dot id, sat_error *err)
{
	SAT_ARENA(arena);
	sat_state state;
	int rc = sat_record_load(store, table, id, &arena, &state, err);
	return rc != 0 || !state.created ? rc : sat_search_add(store, &state, err);
}

static int erase_for(sat_store *store, sat_table *table, sat_dot subject, sat_error *err)
{
	(void)table;
	return sat_record_erase_dead(store, subject, err);
}

int sat_refit_dead(sat_store *store, sat_error *err)
{
	store->needs_grew = false;
	if (store->closed_subjects == 0)
		return 0;
	return for_each(store, "SELECT DISTINCT subject FROM sat_decision WHERE final = 1", NULL, erase_for, err);
}

int sat_refit(sat_store *store, sat_error *err)
{
	int rc = 0;
	if (!store->no_search)
		rc = sat_db_exec(store->db, "INSERT INTO sat_search(sat_search) VALUES('delete-all')", err);
	for (size_t i = 0; rc == 0 && !store->no_search && i < store->table_count; i++) {
		sat_table *table = store->tables[i];
		if (!table->searchable)
			continue;
		SAT_BYTES(sql);
		sat_bytes_put(&sql, "SELECT id FROM \"", 16);
		sat_bytes_put(&sql, table->name, strlen(table->name));
		sat_bytes_put(&sql, "\"", 2);
		rc = for_each(store, (const char *)sql.data, table, index_record, err);
	}
	return rc == 0 ? sat_refit_dead(store, err) : rc;
}
