/* See query.h. */
#include "query.h"

#include <stdio.h>
#include <string.h>

#include "record.h"
#include "store-private.h"

static int give(const sat_state *state, sat_gate *gate, sat_on_record each, void *context, sat_error *err)
{
	bool seen = true;
	int rc = gate == NULL ? 0 : sat_gate_see_state(gate, state, &seen, err);
	return rc != 0 || !seen ? rc : each(context, state, err);
}

/* A copy of the table prepares statements of its own, which nobody else steps or resets. */
int sat_query_each(sat_store *store, sat_table *table, sat_gate *gate, sat_on_record each, void *context,
                   sat_error *err)
{
	sat_table own = *table;
	own.range = NULL;
	int rc = sat_table_prepare(store, &own, &own.range, err);
	if (rc != 0)
		return rc;
	sat_bind_int(own.range, 1, INT64_MIN);
	sat_bind_int(own.range, 2, INT64_MAX);
	SAT_ARENA(arena);
	while ((rc = sat_step(store->db, own.range, err)) == 1) {
		sat_state state;
		rc = sat_record_load_row(store, table, own.range, &arena, &state, err);
		if (rc == 0)
			rc = give(&state, gate, each, context, err);
		if (rc != 0)
			break;
		sat_arena_reset(&arena);
	}
	sat_db_finalize(store->db, &own.range);
	return rc;
}

static bool has_conflict(const sat_state *state)
{
	for (size_t i = 0; i < state->count; i++) {
		if (sat_state_conflict(state, state->siblings[i].field))
			return true;
	}
	return false;
}

int sat_query_in_conflict(sat_store *store, sat_gate *gate, sat_on_record each, void *context, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s,
	                        "SELECT DISTINCT record, kind FROM sat_sibling ORDER BY kind, record", err);
	if (rc != 0)
		return rc;
	SAT_ARENA(arena);
	while ((rc = sat_step(store->db, s, err)) == 1) {
		sat_state state;
		sat_table *table = sat_table_of_id(store, sat_column_int(s, 1));
		if (table == NULL)
			continue;
		rc = sat_record_load(store, table, sat_column_int(s, 0), &arena, &state, err);
		if (rc == 0 && state.created && has_conflict(&state))
			rc = give(&state, gate, each, context, err);
		if (rc != 0)
			break;
		sat_arena_reset(&arena);
	}
	sat_db_finalize(store->db, &s);
	return rc;
}

/* --- titles ------------------------------------------------------------------------------------- */

sat_column *sat_query_title_column(sat_table *table)
{
	if (table->kind == NULL || table->kind->title[0] == '\0')
		return NULL;
	sat_column *column = sat_column_named(table, table->kind->title, SAT_CLEARED);
	return column != NULL && column->type == SAT_TEXT ? column : NULL;
}

/* As table.c names columns in SQL: the first of a name has the plain one. */
static void put_column_name(const sat_table *table, const sat_column *column, sat_bytes *sql)
{
	bool twice = false;
	for (size_t i = 0; i < column->number; i++)
		twice = twice || strcmp(table->columns[i].name, column->name) == 0;
	sat_bytes_put(sql, column->name, strlen(column->name));
	if (twice) {
		const char *type = sat_type_name(column->type);
		sat_bytes_put(sql, "__", 2);
		sat_bytes_put(sql, type, strlen(type));
	}
}

int sat_query_title(sat_store *store, sat_table *table, const char *title, size_t length, sat_dot *ids,
                    size_t most, size_t *found, sat_error *err)
{
	*found = 0;
	const sat_column *column = sat_query_title_column(table);
	if (column == NULL)
		return 0;
	SAT_BYTES(sql);
	sat_bytes_put_text(&sql, "SELECT id FROM \"");
	sat_bytes_put_text(&sql, table->name);
	sat_bytes_put_text(&sql, "\" WHERE \"");
	put_column_name(table, column, &sql);
	static const char tail[] = "\" = ? ORDER BY id LIMIT ?";
	sat_bytes_put(&sql, tail, sizeof tail);
	if (!sat_bytes_ok(&sql))
		return sat_no_memory(err);
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, (const char *)sql.data, err);
	if (rc != 0)
		return rc;
	sat_bind_text(s, 1, title, length);
	sat_bind_int(s, 2, (int64_t)most);
	while (*found < most && (rc = sat_step(store->db, s, err)) == 1)
		ids[(*found)++] = sat_column_int(s, 0);
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

/* --- checking ----------------------------------------------------------------------------------- */

static int check_integrity(sat_store *store, void (*each)(void *, const char *), void *context,
                           sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, "PRAGMA integrity_check", err);
	while (rc == 0 && (rc = sat_step(store->db, s, err)) == 1) {
		const char *line = sat_column_text(s, 0, NULL);
		if (line != NULL && strcmp(line, "ok") != 0) {
			char sentence[512];
			snprintf(sentence, sizeof sentence, "the store file is damaged: %s", line);
			each(context, sentence);
		}
		rc = 0;
	}
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

/* Bookkeeping that must agree; each counts what does not. */
static const struct rule {
	const char *sql;
	const char *what;
} rules[] = {
	{ "SELECT count(*) FROM sat_sibling WHERE kind NOT IN (SELECT id FROM sat_kind)",
	  "other values belong to a kind that is not here" },
	{ "SELECT count(*) FROM sat_concerned WHERE kind NOT IN (SELECT id FROM sat_kind)",
	  "persons concerned belong to a kind that is not here" },
	{ "SELECT count(*) FROM sat_sibling JOIN sat_tombstone USING (record)",
	  "values are left of records that were erased" },
	{ "SELECT count(*) FROM sat_waiting JOIN sat_tombstone USING (record)",
	  "values wait for records that were erased" },
	{ "SELECT count(*) FROM sat_decision WHERE id >> 20 NOT IN (SELECT id FROM sat_incarnation)",
	  "decisions come from an unknown incarnation" },
	{ "SELECT count(*) FROM sat_decision AS c WHERE NOT EXISTS "
	  "(SELECT 1 FROM sat_batch AS b WHERE b.id <= c.id AND c.id < b.id + b.leaves)",
	  "decisions have lost their signature" },
	{ "SELECT count(*) FROM sat_decision WHERE NOT EXISTS (SELECT 1 FROM sat_decided "
	  "WHERE about = subject AND id BETWEEN first AND first + count - 1)",
	  "decisions are not listed under their subject" },
	{ "SELECT count(*) FROM sat_decided JOIN sat_decision ON id BETWEEN first AND first + count - 1 "
	  "WHERE yes IS NOT NULL AND (flags OR episode OR until OR supersedes IS NOT NULL OR withheld_from IS NOT NULL OR "
	  "(event IN (4, 5) AND coalesce(notice_version, 0) < coalesce(explained, 0)) OR NOT CASE "
	  "WHEN event NOT IN (4, 5) THEN no >> purpose & 1 WHEN recipients IS NULL THEN yes >> purpose & 1 "
	  "ELSE some >> purpose & 1 AND recipients = only_to END)",
	  "decisions are summed up wrongly" },
	{ "SELECT count(*) FROM sat_run AS a JOIN sat_run AS b "
	  "ON a.seq < b.seq AND b.seq < a.seq + a.count",
	  "runs of creations overlap in the local sequence" },
	{ "SELECT count(*) FROM sat_run AS a JOIN sat_run AS b "
	  "ON a.first < b.first AND b.first < a.first + a.count",
	  "runs of creations overlap" },
	{ "SELECT count(*) FROM sat_file AS f WHERE here <> (SELECT count(*) FROM sat_piece WHERE file = f.id)",
	  "files have another number of pieces than is written down" },
	{ "SELECT count(*) FROM sat_file WHERE id NOT IN (SELECT file FROM sat_file_use)",
	  "files are here that no record names" },
	{ "SELECT count(*) FROM sat_piece WHERE file NOT IN (SELECT id FROM sat_file) OR bytes NOT IN (SELECT id FROM sat_bytes)",
	  "pieces of files have lost their file or their bytes" },
	{ "SELECT count(*) FROM sat_bytes WHERE id NOT IN (SELECT bytes FROM sat_piece)",
	  "pieces of files are left that belong to nothing" },
	{ "SELECT count(*) FROM sat_incarnation WHERE device NOT IN (SELECT id FROM sat_device)",
	  "incarnations belong to a device that is not here" },
};

/* A row of a kind must not outlive its tombstone. */
static int check_tombstones(sat_store *store, const sat_table *table, int64_t *wrong, sat_error *err)
{
	SAT_BYTES(sql);
	static const char head[] = "SELECT count(*) FROM sat_tombstone JOIN \"";
	static const char tail[] = "\" AS t ON t.id = record";
	sat_bytes_put(&sql, head, sizeof head - 1);
	sat_bytes_put_text(&sql, table->name);
	sat_bytes_put(&sql, tail, sizeof tail);
	if (!sat_bytes_ok(&sql))
		return sat_no_memory(err);
	return sat_db_int(store->db, (const char *)sql.data, wrong, 0, err);
}

int sat_query_check(sat_store *store, void (*each)(void *context, const char *sentence), void *context,
                    sat_error *err)
{
	char sentence[512];
	int64_t wrong = 0;
	int rc = check_integrity(store, each, context, err);
	for (size_t i = 0; rc == 0 && i < sizeof rules / sizeof *rules; i++) {
		rc = sat_db_int(store->db, rules[i].sql, &wrong, 0, err);
		if (rc != 0 || wrong == 0)
			continue;
		snprintf(sentence, sizeof sentence, "%lld %s", (long long)wrong, rules[i].what);
		each(context, sentence);
	}
	for (size_t i = 0; rc == 0 && i < store->table_count; i++) {
		rc = check_tombstones(store, store->tables[i], &wrong, err);
		if (rc != 0 || wrong == 0)
			continue;
		snprintf(sentence, sizeof sentence, "%lld erased records are still in kind %s", (long long)wrong,
		         store->tables[i]->name);
		each(context, sentence);
	}
	return rc;
}
