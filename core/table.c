/* See table.h. */
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "details.h"
#include "history.h"
#include "permission.h"
#include "store-private.h"

/* --- tables and columns in memory --------------------------------------------------------------- */

size_t sat_table_count(const sat_store *store) { return store->table_count; }
sat_table *sat_table_at(const sat_store *store, size_t i) { return store->tables[i]; }

sat_table *sat_table_named(const sat_store *store, const char *name)
{
	for (size_t i = 0; i < store->table_count; i++) {
		if (strcmp(store->tables[i]->name, name) == 0)
			return store->tables[i];
	}
	return NULL;
}

sat_table *sat_table_of_id(const sat_store *store, int64_t id)
{
	for (size_t i = 0; i < store->table_count; i++) {
		if (store->tables[i]->id == id)
			return store->tables[i];
	}
	return NULL;
}

sat_column *sat_column_named(sat_table *table, const char *name, sat_type type)
{
	for (size_t i = 0; i < table->column_count; i++) {
		sat_column *column = &table->columns[i];
		bool fits = type == SAT_CLEARED ? column->field != NULL || table->kind == NULL
		                                : column->type == type;
		if (fits && strcmp(column->name, name) == 0)
			return column;
	}
	return NULL;
}

/* Prepared statements name all columns, so they go when one is added. */
static void forget_statements(sat_store *store, sat_table *table)
{
	sat_stmt **slots[] = { &table->insert,    &table->update,  &table->one,    &table->range,
		               &table->unchanged, &table->changed, &table->remove, &table->among };
	for (size_t i = 0; i < sizeof slots / sizeof *slots; i++)
		sat_db_finalize(store->db, slots[i]);
}

static void free_table(sat_table *table)
{
	if (table != NULL)
		free(table->columns);
	free(table);
}

/* The connection, and with it every statement, is closed before this. */
void sat_tables_free(sat_store *store)
{
	for (size_t i = 0; i < store->table_count; i++)
		free_table(store->tables[i]);
	free(store->tables);
	store->tables = NULL;
	store->table_count = 0;
}

static int keep_table(sat_store *store, int64_t id, const char *name, sat_subjects is, sat_table **out,
                      sat_error *err)
{
	sat_table **tables = realloc(store->tables, (store->table_count + 1) * sizeof *tables);
	if (tables == NULL)
		return sat_no_memory(err);
	store->tables = tables;
	sat_table *table = calloc(1, sizeof *table);
	if (table == NULL)
		return sat_no_memory(err);
	table->id = id;
	table->is = is;
	snprintf(table->name, sizeof table->name, "%s", name);
	store->tables[store->table_count++] = table;
	*out = table;
	return 0;
}

static int keep_column(sat_table *table, const sat_column *column, sat_column **out, sat_error *err)
{
	sat_column *columns = realloc(table->columns, (table->column_count + 1) * sizeof *columns);
	if (columns == NULL)
		return sat_no_memory(err);
	table->columns = columns;
	columns[table->column_count] = *column;
	table->files = table->files || column->type == SAT_FILE;
	*out = &columns[table->column_count++];
	return 0;
}

/* --- tables and columns in the file ------------------------------------------------------------- */

static const char *sql_type(sat_type type)
{
	switch (type) {
	case SAT_INTEGER:
	case SAT_BOOLEAN:
	case SAT_REFERENCE:
		return "INTEGER";
	case SAT_REAL:
		return "REAL";
	default:
		return "TEXT";
	}
}

/* No field's name holds an @, so this can meet no other column. */
void sat_column_sql_name(const sat_table *table, const sat_column *column, char name[static SAT_SQL_NAME_BYTES])
{
	bool twice = false;
	for (size_t i = 0; i < column->number && i < table->column_count; i++)
		twice = twice || strcmp(table->columns[i].name, column->name) == 0;
	snprintf(name, SAT_SQL_NAME_BYTES, twice ? "%s@%s" : "%s", column->name, sat_type_name(column->type));
}

static int exec_format(sat_store *store, sat_error *err, const char *format, const char *a, const char *b,
                       const char *c)
{
	char sql[512];
	snprintf(sql, sizeof sql, format, a, b, c);
	return sat_db_exec(store->db, sql, err);
}

static int store_field(sat_store *store, const sat_table *table, const sat_column *column, sat_error *err)
{
	SAT_BYTES(needs);
	sat_purposes_words(store, column->needs, &needs);
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s,
	                        "INSERT OR REPLACE INTO sat_field(kind, number, name, type, concerns, needs) "
	                        "VALUES(?, ?, ?, ?, ?, ?)", err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, table->id);
	sat_bind_int(s, 2, column->number);
	sat_bind_string(s, 3, column->name);
	sat_bind_int(s, 4, column->type);
	sat_bind_int(s, 5, column->concerns);
	sat_bind_text(s, 6, (const char *)needs.data, needs.length);
	rc = sat_run(store->db, s, err);
	sat_db_finalize(store->db, &s);
	return rc;
}

/* Which records concern somebody is asked through an index on the column itself.  No kind's name holds
 * an @, so an index can meet no table. */
static int index_concerned(sat_store *store, const sat_table *table, const sat_column *column, sat_error *err)
{
	if (!column->concerns || column->type != SAT_REFERENCE)
		return 0;
	char name[SAT_SQL_NAME_BYTES];
	sat_column_sql_name(table, column, name);
	char sql[512];
	snprintf(sql, sizeof sql, "CREATE INDEX IF NOT EXISTS \"%s@%s\" ON \"%s\"(\"%s\")", table->name, name,
	         table->name, name);
	return sat_db_exec(store->db, sql, err);
}

static int note_kind(sat_store *store, const char *name, sat_subjects is, int64_t id, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, "INSERT INTO sat_kind(id, name, subjects) VALUES(?, ?, ?)", err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, id);
	sat_bind_string(s, 2, name);
	sat_bind_int(s, 3, is);
	rc = sat_run(store->db, s, err);
	sat_db_finalize(store->db, &s);
	return rc;
}

/* Makes a table with the columns that are known from the start; others are added to it later. */
static int make_table(sat_store *store, const char *name, sat_subjects is, const sat_column *columns,
                      size_t count, sat_table **table, sat_error *err)
{
	store->tables_changed = true;
	if (!sat_name_valid(name, strlen(name)) || strcmp(name, "consent") == 0)
		return sat_fail(err, SAT_EREFUSED, "\"%.60s\" is no name of a kind", name);
	if (store->table_count >= SAT_KINDS_MAX)
		return sat_fail(err, SAT_ELIMIT, "there are more than %d kinds of record", SAT_KINDS_MAX);
	SAT_BYTES(sql);
	sat_bytes_put_text(&sql, "CREATE TABLE \"");
	sat_bytes_put_text(&sql, name);
	sat_bytes_put_text(&sql, "\"(id INTEGER PRIMARY KEY");
	for (size_t i = 0; i < count; i++) {
		sat_bytes_put_text(&sql, ", \"");
		sat_bytes_put_text(&sql, columns[i].name);
		sat_bytes_put_text(&sql, "\" ");
		sat_bytes_put_text(&sql, sql_type(columns[i].type));
	}
	sat_bytes_put_text(&sql, ")");
	sat_bytes_put_u8(&sql, 0);
	if (!sat_bytes_ok(&sql))
		return sat_no_memory(err);
	int64_t id = (int64_t)store->table_count + 1;
	int rc = sat_db_exec(store->db, (const char *)sql.data, err);
	if (rc == 0)
		rc = note_kind(store, name, is, id, err);
	if (rc == 0)
		rc = keep_table(store, id, name, is, table, err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		sat_column *column = NULL;
		rc = keep_column(*table, &columns[i], &column, err);
		if (rc == 0)
			rc = store_field(store, *table, column, err);
		if (rc == 0)
			rc = index_concerned(store, *table, column, err);
	}
	return rc;
}

int sat_table_ensure(sat_store *store, const char *name, sat_subjects is, sat_table **table, sat_error *err)
{
	*table = sat_table_named(store, name);
	return *table != NULL ? 0 : make_table(store, name, is, NULL, 0, table, err);
}

static int add_column(sat_store *store, sat_table *table, sat_column *fresh, sat_column **column,
                      sat_error *err)
{
	store->tables_changed = true;
	if (!sat_name_valid(fresh->name, strlen(fresh->name)) || strcmp(fresh->name, "id") == 0)
		return sat_fail(err, SAT_EREFUSED, "\"%.60s\" is no name of a field", fresh->name);
	if (table->column_count >= SAT_FIELDS_MAX)
		return sat_fail(err, SAT_ELIMIT, "kind %s has more than %d fields", table->name, SAT_FIELDS_MAX);
	fresh->number = (uint16_t)table->column_count;
	char name[SAT_SQL_NAME_BYTES];
	sat_column_sql_name(table, fresh, name);
	forget_statements(store, table);
	int rc = exec_format(store, err, "ALTER TABLE \"%s\" ADD COLUMN \"%s\" %s", table->name, name,
	                     sql_type(fresh->type));
	if (rc == 0)
		rc = store_field(store, table, fresh, err);
	if (rc == 0)
		rc = keep_column(table, fresh, column, err);
	return rc != 0 ? rc : index_concerned(store, table, *column, err);
}

int sat_column_ensure(sat_store *store, sat_table *table, const char *name, sat_type type, sat_subjects concerns,
                      sat_purposes needs, sat_column **out, sat_error *err)
{
	for (size_t i = 0; i < table->column_count; i++) {
		sat_column *column = &table->columns[i];
		if (column->type != type || strcmp(column->name, name) != 0)
			continue;
		*out = column;
		if ((column->needs | needs) == column->needs && (column->concerns | concerns) == column->concerns)
			return 0;
		store->tables_changed = true;
		store->needs_grew = store->needs_grew || (column->needs | needs) != column->needs;
		column->needs |= needs;
		column->concerns |= concerns;
		int rc = store_field(store, table, column, err);
		return rc != 0 ? rc : index_concerned(store, table, column, err);
	}
	sat_column fresh = { .type = type, .needs = needs, .concerns = concerns };
	snprintf(fresh.name, sizeof fresh.name, "%s", name);
	return add_column(store, table, &fresh, out, err);
}

/* --- loading ------------------------------------------------------------------------------------ */

static int load_columns(sat_store *store, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s,
	                        "SELECT kind, number, name, type, concerns, needs FROM sat_field "
	                        "ORDER BY kind, number", err);
	while (rc == 0 && (rc = sat_step(store->db, s, err)) == 1) {
		sat_table *table = sat_table_of_id(store, sat_column_int(s, 0));
		sat_column column = { .number = (uint16_t)sat_column_int(s, 1),
			              .type = (sat_type)sat_column_int(s, 3),
			              .concerns = (sat_subjects)sat_column_int(s, 4),
			              .needs = sat_purposes_of_words(store, sat_column_text(s, 5, NULL)) };
		snprintf(column.name, sizeof column.name, "%s", sat_column_text(s, 2, NULL));
		sat_column *kept;
		if (table == NULL || column.number != table->column_count)
			rc = sat_fail(err, SAT_EDAMAGED, "the store's table of fields is damaged");
		else
			rc = keep_column(table, &column, &kept, err);
	}
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

static int load_tables(sat_store *store, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, "SELECT id, name, subjects FROM sat_kind ORDER BY id", err);
	while (rc == 0 && (rc = sat_step(store->db, s, err)) == 1) {
		sat_table *table;
		rc = keep_table(store, sat_column_int(s, 0), sat_column_text(s, 1, NULL),
		                (sat_subjects)sat_column_int(s, 2), &table, err);
	}
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : load_columns(store, err);
}

sat_purposes sat_field_needs(const sat_store *store, const sat_field *field)
{
	sat_purposes needs = 0;
	for (size_t i = 0; i < field->need_count; i++)
		needs |= sat_purpose_find(store, store->programme->purposes[field->needs[i]].name);
	if (field->mourned)
		needs |= sat_purpose_find(store, SAT_IN_MOURNING);
	return needs;
}

/* The table of a kind that is not here yet, with all its columns at once. */
static int make_kind(sat_store *store, const sat_kind *kind, sat_table **table, sat_error *err)
{
	sat_column *columns = calloc(kind->field_count + 1, sizeof *columns);
	if (columns == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; i < kind->field_count; i++) {
		const sat_field *field = &kind->fields[i];
		columns[i] = (sat_column){ .number = (uint16_t)i, .type = field->type,
			                   .concerns = field->concerns, .needs = sat_field_needs(store, field) };
		memcpy(columns[i].name, field->name, sizeof columns[i].name);
	}
	int rc = make_table(store, kind->name, kind->is, columns, kind->field_count, table, err);
	free(columns);
	return rc;
}

static int bind_kind(sat_store *store, const sat_kind *kind, sat_error *err)
{
	sat_table *table = sat_table_named(store, kind->name);
	int rc = table == NULL ? make_kind(store, kind, &table, err) : 0;
	if (rc != 0)
		return rc;
	table->kind = kind;
	for (size_t i = 0; rc == 0 && i < kind->field_count; i++) {
		const sat_field *field = &kind->fields[i];
		sat_column *column;
		rc = sat_column_ensure(store, table, field->name, field->type, field->concerns,
		                       sat_field_needs(store, field), &column, err);
		if (rc != 0)
			return rc;
		column->field = field;
		column->search = field->search;
		table->searchable = table->searchable || field->search;
	}
	return 0;
}

int sat_tables_load(sat_store *store, sat_error *err)
{
	for (size_t i = 0; i < store->table_count; i++)
		forget_statements(store, store->tables[i]);
	sat_tables_free(store);
	int rc = sat_purposes_load(store, err);
	if (rc == 0)
		rc = load_tables(store, err);
	const sat_programme *programme = store->programme;
	sat_purposes bit;
	store->personal = store->collective = 0;
	if (rc == 0)
		rc = sat_purpose_intern(store, SAT_IN_MOURNING, strlen(SAT_IN_MOURNING), &bit, err);
	for (size_t i = 0; rc == 0 && i < programme->purpose_count; i++) {
		const char *name = programme->purposes[i].name;
		rc = sat_purpose_intern(store, name, strlen(name), &bit, err);
		if (rc == 0)
			rc = sat_purpose_ask_again(store, bit, programme->purposes[i].notice, err);
		if (rc == 0)
			*(programme->purposes[i].collective ? &store->collective : &store->personal) |= bit;
	}
	for (size_t i = 0; rc == 0 && i < programme->kind_count; i++) {
		if (!programme->kinds[i].decisions)
			rc = bind_kind(store, &programme->kinds[i], err);
	}
	sat_details_load(store);
	return rc;
}

/* --- statements --------------------------------------------------------------------------------- */

static void put_columns(sat_bytes *sql, const sat_table *table, const char *before, const char *after)
{
	for (size_t i = 0; i < table->column_count; i++) {
		char name[SAT_SQL_NAME_BYTES];
		sat_column_sql_name(table, &table->columns[i], name);
		sat_bytes_put_text(sql, before);
		sat_bytes_put_text(sql, name);
		sat_bytes_put_text(sql, after);
	}
}

static void put_insert(sat_bytes *sql, const sat_table *table)
{
	sat_bytes_put_text(sql, "INSERT INTO \"");
	sat_bytes_put_text(sql, table->name);
	sat_bytes_put_text(sql, "\"(id");
	put_columns(sql, table, ", \"", "\"");
	sat_bytes_put_text(sql, ") VALUES(?");
	for (size_t i = 0; i < table->column_count; i++)
		sat_bytes_put_text(sql, ", ?");
	sat_bytes_put_text(sql, ") ON CONFLICT(id) DO NOTHING");
}

/* A field may have any name, so everything is said with its table: `t` and sat_history. */
static void put_read(sat_bytes *sql, const sat_table *table)
{
	sat_bytes_put_text(sql, "SELECT t.id, sat_history.seq, sat_history.told, sat_history.clock");
	put_columns(sql, table, ", t.\"", "\"");
}

/* Rows with their bookkeeping, which most of them do not have. */
static void put_select(sat_bytes *sql, const sat_table *table, const char *where)
{
	put_read(sql, table);
	sat_bytes_put_text(sql, " FROM \"");
	sat_bytes_put_text(sql, table->name);
	sat_bytes_put_text(sql, "\" AS t LEFT JOIN sat_history ON sat_history.record = t.id WHERE t.id ");
	sat_bytes_put_text(sql, where);
}

/* The same where none of them has any, without looking for it in every row. */
static void put_unchanged(sat_bytes *sql, const sat_table *table)
{
	sat_bytes_put_text(sql, "SELECT t.id, NULL, NULL, NULL");
	put_columns(sql, table, ", t.\"", "\"");
	sat_bytes_put_text(sql, " FROM \"");
	sat_bytes_put_text(sql, table->name);
	sat_bytes_put_text(sql, "\" AS t WHERE t.id BETWEEN ? AND ? ORDER BY t.id");
}

/* From the bookkeeping to the rows. */
static void put_changed(sat_bytes *sql, const sat_table *table)
{
	char kind[24];
	snprintf(kind, sizeof kind, "%lld", (long long)table->id);
	put_read(sql, table);
	sat_bytes_put_text(sql, " FROM sat_history CROSS JOIN \"");
	sat_bytes_put_text(sql, table->name);
	sat_bytes_put_text(sql, "\" AS t ON t.id = sat_history.record WHERE sat_history.kind = ");
	sat_bytes_put_text(sql, kind);
	sat_bytes_put_text(sql, " AND sat_history.seq > ? AND sat_history.seq <= ? ORDER BY sat_history.seq");
}

/* The id is the first parameter, as in the insertion.  A kind without fields has nothing to set. */
static void put_update(sat_bytes *sql, const sat_table *table)
{
	sat_bytes_put_text(sql, "UPDATE \"");
	sat_bytes_put_text(sql, table->name);
	sat_bytes_put_text(sql, table->column_count == 0 ? "\" SET id = id" : "\" SET ");
	for (size_t i = 0; i < table->column_count; i++) {
		char name[SAT_SQL_NAME_BYTES], place[32];
		sat_column_sql_name(table, &table->columns[i], name);
		snprintf(place, sizeof place, "\" = ?%zu", i + SAT_BIND_FIELDS);
		sat_bytes_put_text(sql, i == 0 ? "\"" : ", \"");
		sat_bytes_put_text(sql, name);
		sat_bytes_put_text(sql, place);
	}
	sat_bytes_put_text(sql, " WHERE id = ?1");
}

/* One look into each index; ids of whatever kind may be subjects of decisions. */
static void put_among(sat_bytes *sql, const sat_table *table)
{
	sat_bytes_put_text(sql, "SELECT EXISTS(SELECT 1 FROM \"");
	sat_bytes_put_text(sql, table->name);
	sat_bytes_put_text(sql, "\" WHERE id BETWEEN ?1 AND ?2)");
	for (size_t i = 0; i < table->column_count; i++) {
		const sat_column *column = &table->columns[i];
		char name[SAT_SQL_NAME_BYTES];
		if (!column->concerns || column->type != SAT_REFERENCE)
			continue;
		sat_column_sql_name(table, column, name);
		sat_bytes_put_text(sql, " OR EXISTS(SELECT 1 FROM \"");
		sat_bytes_put_text(sql, table->name);
		sat_bytes_put_text(sql, "\" WHERE \"");
		sat_bytes_put_text(sql, name);
		sat_bytes_put_text(sql, "\" BETWEEN ?1 AND ?2)");
	}
}

int sat_table_prepare(sat_store *store, sat_table *table, sat_stmt **slot, sat_error *err)
{
	if (*slot != NULL)
		return 0;
	SAT_BYTES(sql);
	if (slot == &table->insert) {
		put_insert(&sql, table);
	} else if (slot == &table->update) {
		put_update(&sql, table);
	} else if (slot == &table->one) {
		put_select(&sql, table, "= ?");
	} else if (slot == &table->range) {
		put_select(&sql, table, "BETWEEN ? AND ? ORDER BY t.id");
	} else if (slot == &table->unchanged) {
		put_unchanged(&sql, table);
	} else if (slot == &table->changed) {
		put_changed(&sql, table);
	} else if (slot == &table->among) {
		put_among(&sql, table);
	} else {
		sat_bytes_put_text(&sql, "DELETE FROM \"");
		sat_bytes_put_text(&sql, table->name);
		sat_bytes_put_text(&sql, "\" WHERE id = ?");
	}
	sat_bytes_put_u8(&sql, 0);
	if (!sat_bytes_ok(&sql))
		return sat_no_memory(err);
	return sat_db_prepare(store->db, slot, (const char *)sql.data, err);
}

int sat_table_range(sat_store *store, sat_table *table, sat_dot first, sat_dot last, sat_stmt **rows,
                    sat_error *err)
{
	bool any = false;
	int rc = sat_history_between(store, first, last, &any, err);
	sat_stmt **slot = any ? &table->range : &table->unchanged;
	if (rc == 0)
		rc = sat_table_prepare(store, table, slot, err);
	if (rc != 0)
		return rc;
	sat_bind_int(*slot, 1, first);
	sat_bind_int(*slot, 2, last);
	*rows = *slot;
	return 0;
}

int sat_table_of_record(sat_store *store, sat_dot id, sat_table **out, sat_error *err)
{
	*out = NULL;
	for (size_t i = 0; i < store->table_count; i++) {
		sat_table *table = store->tables[i];
		int rc = sat_table_prepare(store, table, &table->one, err);
		if (rc != 0)
			return rc;
		sat_bind_int(table->one, 1, id);
		rc = sat_step(store->db, table->one, err);
		sat_reset(table->one);
		if (rc < 0)
			return rc;
		if (rc == 1) {
			*out = table;
			return 0;
		}
	}
	return 0;
}

/* --- values in rows ----------------------------------------------------------------------------- */

/* Lists are JSON arrays of ids, which SQLite's json_each can join.  We wrote them ourselves, so the
 * reader is as simple as the writer. */
static int read_references(const char *text, size_t length, sat_arena *arena, sat_value *value,
                           sat_error *err)
{
	size_t count = 0;
	for (size_t i = 0; i < length; i++)
		count += text[i] == ',';
	sat_dot *at = sat_arena_take(arena, (count + 1) * sizeof *at);
	if (at == NULL)
		return sat_no_memory(err);
	const char *end = text + length;
	size_t n = 0;
	for (const char *p = text + 1; p < end && *p != ']' && n <= count; n++) {
		sat_dot dot = 0;
		while (p < end && *p >= '0' && *p <= '9')
			dot = dot * 10 + (*p++ - '0');
		at[n] = dot;
		p += p < end && *p == ',';
	}
	value->references.at = at;
	value->references.count = n;
	return 0;
}

static int read_text(sat_stmt *row, int at, sat_arena *arena, sat_value *value, sat_error *err)
{
	size_t length;
	const char *text = sat_column_text(row, at, &length);
	if (text == NULL && !sat_column_is_null(row, at))
		return sat_no_memory(err);
	if (text == NULL)
		value->type = SAT_CLEARED;
	else if (value->type == SAT_REFERENCES)
		return read_references(text, length, arena, value, err);
	value->text.bytes = text;
	value->text.length = length;
	return 0;
}

/* A NULL reads as zero or as no text, so only then is its type asked for: this runs for every value that
 * is sent or compared. */
int sat_row_value(sat_stmt *row, int at, sat_type type, sat_arena *arena, sat_value *value, sat_error *err)
{
	*value = (sat_value){ .type = type };
	bool zero;
	switch (type) {
	case SAT_INTEGER:
	case SAT_BOOLEAN:
		value->integer = sat_column_int(row, at);
		zero = value->integer == 0;
		break;
	case SAT_REFERENCE:
		value->reference = sat_column_int(row, at);
		zero = value->reference == 0;
		break;
	case SAT_REAL:
		value->real = sat_column_real(row, at);
		zero = !(value->real < 0 || value->real > 0);
		break;
	default:
		return read_text(row, at, arena, value, err);
	}
	if (zero && sat_column_is_null(row, at))
		value->type = SAT_CLEARED;
	return 0;
}

static int bind_references(sat_stmt *s, int at, const sat_value *value, sat_arena *arena, sat_error *err)
{
	size_t room = value->references.count * 21 + 3;
	char *text = sat_arena_take(arena, room);
	if (text == NULL)
		return sat_no_memory(err);
	size_t length = 0;
	text[length++] = '[';
	for (size_t i = 0; i < value->references.count; i++)
		length += (size_t)snprintf(text + length, room - length, "%s%lld", i == 0 ? "" : ",",
		                           (long long)value->references.at[i]);
	text[length++] = ']';
	sat_bind_text(s, at, text, length);
	return 0;
}

int sat_bind_value(sat_stmt *s, int at, const sat_value *value, sat_arena *arena, sat_error *err)
{
	switch (value->type) {
	case SAT_CLEARED:
		sat_bind_null(s, at);
		return 0;
	case SAT_INTEGER:
	case SAT_BOOLEAN:
		sat_bind_int(s, at, value->integer);
		return 0;
	case SAT_REFERENCE:
		sat_bind_int(s, at, value->reference);
		return 0;
	case SAT_REAL:
		sat_bind_real(s, at, value->real);
		return 0;
	case SAT_REFERENCES:
		return bind_references(s, at, value, arena, err);
	default:
		sat_bind_text(s, at, value->text.bytes, value->text.length);
		return 0;
	}
}
