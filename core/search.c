/* See search.h. */
#include "search.h"

#include <stdlib.h>
#include <string.h>

#include "store-private.h"

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

/* In the order of columns, so that the same row always gives the same words: the index can only
 * forget what it is told exactly. */
int sat_search_add_writes(sat_store *store, const sat_table *table, sat_dot id, const sat_write *writes,
                            size_t count, sat_error *err)
{
	SAT_BYTES(words);
	for (size_t column = 0; column < table->column_count; column++) {
		if (!table->columns[column].search)
			continue;
		for (size_t i = 0; i < count; i++) {
			if (writes[i].column == column)
				add_words(&words, &writes[i].value);
		}
	}
	return index_words(store, id, &words, true, err);
}

static int index_state(sat_store *store, const sat_state *state, bool add, sat_error *err)
{
	if (store->no_search || !state->table->searchable)
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

int sat_search(sat_store *store, const char *text, sat_dot *ids, size_t most, size_t *found, sat_error *err)
{
	*found = 0;
	SAT_BYTES(query);
	quote_words(text, &query);
	if (query.length == 0)
		return sat_fail(err, SAT_EINVALID, "there is no word to search for");
	int rc = SAT_SQL(store, search_find, "SELECT rowid FROM sat_search WHERE sat_search MATCH ? "
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
