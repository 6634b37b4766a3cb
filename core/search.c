/* See search.h. */
#include "search.h"

#include <stdlib.h>
#include <string.h>

#include "plant.h"
#include "store-private.h"

/* Dots given out since the oldest deferred record at which a commit settles it: some workshops.  Putting
 * a thousand records into the index at once takes some twenty milliseconds, which nobody notices when they
 * search; a piece of index with every commit doubled its price. */
enum { DEFER_MAX = 4096 };

static int index_words(sat_store *store, sat_dot id, const sat_bytes *words, bool add, sat_error *err)
{
	if (words->length == 0)
		return 0;
	int rc = SAT_SQL(store, search_insert, "INSERT INTO sat_search(rowid, words) VALUES(?, ?)");
	if (rc == 0)
		rc = SAT_SQL(store, search_delete,
		             "INSERT INTO sat_search(sat_search, rowid, words) VALUES('delete', ?, ?)");
	if (rc != 0)
		return rc;
	sat_stmt *s = add ? store->sql.search_insert : store->sql.search_delete;
	sat_bind_int(s, 1, id);
	sat_bind_text(s, 2, (const char *)words->data, words->length);
	return sat_run(store->db, s, err);
}

static void add_words(sat_bytes *words, const sat_value *value)
{
	if (value->type != SAT_TEXT || value->text.length == 0)
		return;
	if (words->length > 0)
		sat_bytes_put_u8(words, ' ');
	sat_bytes_put(words, value->text.bytes, value->text.length);
}

/* Records that were made here and whose words are not in the index yet: those under the incarnation of
 * `unsearched`, from there on. */
static bool deferred(const sat_store *store, sat_dot id)
{
	return store->unsearched != 0 && id >= store->unsearched &&
	       id < sat_dot_make(sat_dot_index(store->unsearched) + 1, 0);
}

/* In the order of columns, so that the same record always gives the same words: the index can only
 * forget what it is told exactly. */
static int index_state(sat_store *store, const sat_state *state, bool add, sat_error *err)
{
	if (store->no_search || !state->table->searchable || deferred(store, state->id))
		return 0;
	SAT_BYTES(words);
	for (uint16_t i = 0; i < state->table->column_count; i++) {
		const sat_sibling *shown = state->table->columns[i].search ? sat_state_shown(state, i) : NULL;
		if (shown != NULL)
			add_words(&words, &shown->value);
	}
	return index_words(store, state->id, &words, add, err);
}

int sat_search_add(sat_store *store, const sat_state *state, sat_error *err)
{
	return index_state(store, state, true, err);
}

int sat_search_remove(sat_store *store, const sat_state *state, sat_error *err)
{
	return index_state(store, state, false, err);
}

/* Selects, for the records of a table between two, their ids and the columns that are searched. */
static int prepare_searched(sat_store *store, const sat_table *table, sat_stmt **s, sat_error *err)
{
	SAT_BYTES(sql);
	sat_bytes_put_text(&sql, "SELECT id");
	for (size_t i = 0; i < table->column_count; i++) {
		char name[SAT_SQL_NAME_BYTES];
		if (!table->columns[i].search || table->columns[i].type != SAT_TEXT)
			continue;
		sat_column_sql_name(table, &table->columns[i], name);
		sat_bytes_put_text(&sql, ", \"");
		sat_bytes_put_text(&sql, name);
		sat_bytes_put_text(&sql, "\"");
	}
	sat_bytes_put_text(&sql, " FROM \"");
	sat_bytes_put_text(&sql, table->name);
	sat_bytes_put_text(&sql, "\" WHERE id BETWEEN ? AND ?");
	sat_bytes_put_u8(&sql, 0);
	return sat_bytes_ok(&sql) ? sat_db_prepare(store->db, s, (const char *)sql.data, err) : sat_no_memory(err);
}

/* The same words as index_state finds. */
static void words_of_row(sat_stmt *row, sat_bytes *words)
{
	sat_bytes_reset(words);
	for (int i = 1; i < sat_column_count(row); i++) {
		sat_value value = { .type = SAT_TEXT };
		value.text.bytes = sat_column_text(row, i, &value.text.length);
		add_words(words, &value);
	}
}

static int index_table(sat_store *store, const sat_table *table, sat_dot first, sat_dot last, sat_error *err)
{
	SAT_BYTES(words);
	sat_stmt *s = NULL;
	int rc = prepare_searched(store, table, &s, err);
	if (rc == 0) {
		sat_bind_int(s, 1, first);
		sat_bind_int(s, 2, last);
	}
	while (rc == 0 && (rc = sat_step(store->db, s, err)) == 1) {
		words_of_row(s, &words);
		rc = sat_bytes_ok(&words) ? index_words(store, sat_column_int(s, 0), &words, true, err)
		                          : sat_no_memory(err);
	}
	sat_db_finalize(store->db, &s);
	return rc;
}

/* Puts the words of all records from `first` to `last` into the index, a statement each: one of several
 * rows would make the index write itself out every time. */
static int index_range(sat_store *store, sat_dot first, sat_dot last, sat_error *err)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < store->table_count; i++) {
		if (store->tables[i]->searchable)
			rc = index_table(store, store->tables[i], first, last, err);
	}
	return rc;
}

static int set_unsearched(sat_store *store, sat_dot dot, sat_error *err)
{
	store->unsearched = dot;
	return sat_meta_set_int(store, "unsearched", dot, err);
}

int sat_search_settle(sat_store *store, sat_error *err)
{
	if (store->unsearched == 0 || store->no_search)
		return 0;
	sat_dot last = sat_dot_make(sat_dot_index(store->unsearched), SAT_COUNTER_END - 1);
	int rc = index_range(store, store->unsearched, last, err);
	return rc != 0 ? rc : set_unsearched(store, 0, err);
}

int sat_search_defer(sat_store *store, sat_dot id, sat_error *err)
{
	if (store->no_search || deferred(store, id))
		return 0;
	int rc = sat_search_settle(store, err);
	return rc != 0 ? rc : set_unsearched(store, id, err);
}

int sat_search_settle_if_many(sat_store *store, sat_error *err)
{
	bool many = store->unsearched != 0 && (sat_dot_index(store->unsearched) != store->own ||
	                                       store->counter - sat_dot_counter(store->unsearched) >= DEFER_MAX);
	return many ? sat_search_settle(store, err) : 0;
}

void sat_search_purge(sat_store *store) { store->purge_search = true; }

int sat_search_purge_if_due(sat_store *store, sat_error *err)
{
	if (!store->purge_search || store->no_search || SAT_PLANTED_BUG(29))
		return 0;
	int rc = sat_db_exec(store->db, "INSERT INTO sat_search(sat_search) VALUES('optimize')", err);
	store->purge_search = rc != 0;
	return rc;
}

int sat_search_rebuild(sat_store *store, sat_error *err)
{
	if (store->no_search)
		return 0;
	int rc = sat_db_exec(store->db, "INSERT INTO sat_search(sat_search) VALUES('delete-all')", err);
	if (rc == 0)
		rc = index_range(store, 0, INT64_MAX, err);
	return rc != 0 || store->unsearched == 0 ? rc : set_unsearched(store, 0, err);
}

/* Each word in quotes, so that nothing a person types is taken for a query language. */
static void quote_words(const char *text, sat_bytes *query)
{
	while (*text != '\0') {
		size_t n = strcspn(text, " \t\n\r\"");
		if (n > 0) {
			if (query->length > 0)
				sat_bytes_put_u8(query, ' ');
			sat_bytes_put_u8(query, '"');
			sat_bytes_put(query, text, n);
			sat_bytes_put(query, "\"*", 2);
		}
		text += n + (text[n] != '\0');
	}
}

/* In the caller's transaction, or in one of its own. */
static int settle_now(sat_store *store, sat_error *err)
{
	if (store->in_transaction || store->unsearched == 0)
		return sat_search_settle(store, err);
	int rc = sat_store_begin(store, err);
	if (rc == 0)
		rc = sat_search_settle(store, err);
	if (rc == 0)
		rc = sat_store_commit(store, err);
	if (rc != 0)
		sat_store_rollback(store);
	return rc;
}

int sat_search(sat_store *store, const char *text, sat_dot *ids, size_t most, size_t *found, sat_error *err)
{
	*found = 0;
	SAT_BYTES(query);
	quote_words(text, &query);
	if (query.length == 0)
		return sat_fail(err, SAT_EINVALID, "there is no word to search for");
	int rc = settle_now(store, err);
	if (rc == 0)
		rc = SAT_SQL(store, search_find,
		             "SELECT rowid FROM sat_search WHERE sat_search MATCH ? "
		             "ORDER BY rowid DESC LIMIT ?");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.search_find;
	sat_bind_text(s, 1, (const char *)query.data, query.length);
	sat_bind_int(s, 2, (int64_t)most);
	while (*found < most && (rc = sat_step(store->db, s, err)) == 1)
		ids[(*found)++] = sat_column_int(s, 0);
	sat_reset(s);
	return rc < 0 ? rc : 0;
}
