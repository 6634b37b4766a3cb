/* See db-words.h. */
#include "db-words.h"

#include <limits.h>

typedef struct walk {
	sat_on_word on;
	void *context;
} walk;

static int on_token(void *context, int flags, const char *token, int length, int begin, int end)
{
	walk *w = context;
	(void)flags;
	return w->on(w->context, token, (size_t)length, (size_t)begin, (size_t)end);
}

/* The documented way to the functions of FTS5: a query that fills in a pointer. */
static int find_api(sqlite3 *connection, fts5_api **api)
{
	sqlite3_stmt *s;
	*api = NULL;
	int rc = sqlite3_prepare_v2(connection, "SELECT fts5(?1)", -1, &s, NULL);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_pointer(s, 1, api, "fts5_api_ptr", NULL);
	sqlite3_step(s);
	rc = sqlite3_finalize(s);
	return rc == SQLITE_OK && *api == NULL ? SQLITE_ERROR : rc;
}

int sat_words_each(sqlite3 *connection, const char *text, size_t length, sat_on_word on, void *context)
{
	/* The words of the table's own option, see sql/001-store.sql. */
	const char *options[] = { "remove_diacritics", "2" };
	walk w = { on, context };
	fts5_api *api;
	fts5_tokenizer tokenizer;
	Fts5Tokenizer *instance = NULL;
	void *about;
	if (length > INT_MAX)
		return SQLITE_TOOBIG;
	int rc = find_api(connection, &api);
	if (rc == SQLITE_OK)
		rc = api->xFindTokenizer(api, "unicode61", &about, &tokenizer);
	if (rc == SQLITE_OK)
		rc = tokenizer.xCreate(about, options, 2, &instance);
	if (rc == SQLITE_OK)
		rc = tokenizer.xTokenize(instance, &w, FTS5_TOKENIZE_DOCUMENT, text, (int)length, on_token);
	if (instance != NULL)
		tokenizer.xDelete(instance);
	return rc;
}
