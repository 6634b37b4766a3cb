/* See titles.h. */
#include "titles.h"

#include <stdlib.h>
#include <string.h>

#include "core/query.h"
#include "core/record.h"
#include "hashes.h"
#include "view.h"

enum { TABLES_MAX = SAT_KINDS_MAX };

typedef struct titles_of {
	const sat_table *table;
	cli_hashes ids;
} titles_of;

struct cli_titles {
	titles_of tables[TABLES_MAX];
	size_t count;
};

int cli_titles_make(cli *c)
{
	if (c->titles == NULL)
		c->titles = calloc(1, sizeof *c->titles);
	return c->titles == NULL ? sat_fail(&c->err, SAT_ENOMEM, "memory ran out") : 0;
}

void cli_titles_free(cli_titles *titles)
{
	for (size_t i = 0; titles != NULL && i < titles->count; i++)
		cli_hashes_free(&titles->tables[i].ids);
	free(titles);
}

static const sat_value *title_of(const sat_state *state)
{
	const sat_sibling *title = sat_state_shown(state, sat_query_title_column(state->table)->number);
	return title == NULL || title->value.type != SAT_TEXT ? NULL : &title->value;
}

static int keep_one(void *context, const sat_state *state, sat_error *err)
{
	titles_of *t = context;
	const sat_value *title = title_of(state);
	if (title == NULL)
		return 0;
	uint64_t hash = cli_hash(CLI_HASH_NOTHING, title->text.bytes, title->text.length);
	return cli_hashes_put(&t->ids, hash, state->id) == 0 ? 0
	                                                     : sat_fail(err, SAT_ENOMEM, "memory ran out");
}

static int titles_in(cli *c, sat_table *table, titles_of **out)
{
	cli_titles *titles = c->titles;
	*out = NULL;
	for (size_t i = 0; i < titles->count; i++) {
		if (titles->tables[i].table == table)
			*out = &titles->tables[i];
	}
	if (*out != NULL || titles->count == TABLES_MAX)
		return 0;
	*out = &titles->tables[titles->count++];
	(*out)->table = table;
	return cli_each(c, table, keep_one, *out);
}

/* Equal hashes are no proof. */
static int check(cli *c, sat_table *table, sat_dot id, const char *title, size_t length, bool *same)
{
	SAT_ARENA(arena);
	sat_state state;
	int rc = sat_record_load(c->store, table, id, &arena, &state, &c->err);
	const sat_value *value = rc != 0 ? NULL : title_of(&state);
	*same =
	    value != NULL && value->text.length == length && memcmp(value->text.bytes, title, length) == 0;
	return rc;
}

int cli_titled(cli *c, sat_table *table, const char *title, size_t length, sat_dot *ids, size_t most,
               size_t *found)
{
	titles_of *t = NULL;
	*found = 0;
	int rc = c->titles == NULL || sat_query_title_column(table) == NULL ? 0 : titles_in(c, table, &t);
	uint64_t hash = cli_hash(CLI_HASH_NOTHING, title, length);
	size_t at = 0;
	while (rc == 0 && t != NULL && *found < most) {
		bool same;
		sat_dot id = cli_hashes_next(&t->ids, hash, &at);
		if (id == 0)
			break;
		rc = check(c, table, id, title, length, &same);
		if (same)
			ids[(*found)++] = id;
	}
	/* What this very import has added is not among those that were kept. */
	return rc != 0 || *found > 0
	           ? rc
	           : sat_query_title(c->store, table, title, length, ids, most, found, &c->err);
}
