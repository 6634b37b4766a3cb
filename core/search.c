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

/* --- searching ------------------------------------------------------------------------------------ */

/* More words than anybody types; each of them walks through a part of the index. */
enum { WORDS_MAX = 256 };

typedef struct word {
	size_t at, length;  /* in the folded bytes */
	size_t begin, end;  /* in the text */
	bool whole;         /* not just its beginning: the person went on after a hyphen or the like */
	bool found;
} word;

typedef struct sought {
	const char *text;
	sat_bytes folded;
	word words[WORDS_MAX];
	size_t count;
	sat_error *err;
} sought;

static int add_sought(void *context, const char *folded, size_t length, size_t begin, size_t end)
{
	sought *t = context;
	if (t->count == WORDS_MAX)
		return sat_fail(t->err, SAT_ELIMIT,
		                "more than %d words are too many to search for; search for fewer of them", WORDS_MAX);
	if (t->count > 0) {
		word *last = &t->words[t->count - 1];
		last->whole = true;
		for (size_t i = last->end; i < begin; i++)
			last->whole = last->whole && strchr(" \t\n\r", t->text[i]) == NULL;
	}
	t->words[t->count++] = (word){ .at = t->folded.length, .length = length, .begin = begin, .end = end };
	sat_bytes_put(&t->folded, folded, length);
	return sat_bytes_ok(&t->folded) ? 0 : sat_no_memory(t->err);
}

/* The words of what a person typed.  Freed with forget_sought, also after a failure. */
static int read_sought(sat_store *store, const char *text, sought **out, sat_error *err)
{
	sought *t = *out = calloc(1, sizeof *t);
	if (t == NULL)
		return sat_no_memory(err);
	t->text = text;
	t->err = err;
	int rc = sat_db_words(store->db, text, strlen(text), add_sought, t, err);
	if (rc == 0 && t->count == 0)
		rc = sat_fail(err, SAT_EINVALID,
		              "there is no letter and no digit in this to search for; type a word or a number");
	return rc;
}

static void forget_sought(sought *t)
{
	if (t != NULL)
		sat_bytes_clear(&t->folded);
	free(t);
}

/* As the person wrote them, since the index folds what it is asked for by itself; each in quotes, which no word
 * holds, so that nothing is taken for its query language. */
static void write_query(const sought *t, sat_bytes *query)
{
	for (size_t i = 0; i < t->count; i++) {
		const word *w = &t->words[i];
		sat_bytes_put_text(query, i == 0 ? "\"" : " \"");
		sat_bytes_put(query, t->text + w->begin, w->end - w->begin);
		sat_bytes_put_text(query, w->whole ? "\"" : "\"*");
	}
}

static int note_found(void *context, const char *folded, size_t length, size_t begin, size_t end)
{
	sought *t = context;
	(void)begin, (void)end;
	for (size_t i = 0; i < t->count; i++) {
		word *w = &t->words[i];
		bool long_enough = w->whole ? length == w->length : length >= w->length;
		w->found = w->found || (long_enough && memcmp(folded, t->folded.data + w->at, w->length) == 0);
	}
	return 0;
}

int sat_search_fits(sat_store *store, const char *words, const void *text, size_t length, bool *fits, sat_error *err)
{
	sought *t;
	*fits = false;
	int rc = read_sought(store, words, &t, err);
	if (rc == 0)
		rc = sat_db_words(store->db, length == 0 ? "" : text, length, note_found, t, err);
	*fits = rc == 0;
	for (size_t i = 0; rc == 0 && i < t->count; i++)
		*fits = *fits && t->words[i].found;
	forget_sought(t);
	return rc;
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

static int find(sat_store *store, const sat_bytes *query, sat_dot *ids, size_t most, size_t *found, sat_error *err)
{
	int rc = SAT_SQL(store, search_find,
	                 "SELECT rowid FROM sat_search WHERE sat_search MATCH ? "
	                 "ORDER BY rowid DESC LIMIT ?");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.search_find;
	sat_bind_text(s, 1, (const char *)query->data, query->length);
	sat_bind_int(s, 2, (int64_t)most);
	while (*found < most && (rc = sat_step(store->db, s, err)) == 1)
		ids[(*found)++] = sat_column_int(s, 0);
	sat_reset(s);
	return rc < 0 ? rc : 0;
}

int sat_search(sat_store *store, const char *text, sat_dot *ids, size_t most, size_t *found, sat_error *err)
{
	SAT_BYTES(query);
	sought *t;
	*found = 0;
	int rc = read_sought(store, text, &t, err);
	if (rc == 0) {
		write_query(t, &query);
		rc = sat_bytes_ok(&query) ? settle_now(store, err) : sat_no_memory(err);
	}
	forget_sought(t);
	return rc != 0 ? rc : find(store, &query, ids, most, found, err);
}
