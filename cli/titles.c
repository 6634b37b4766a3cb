/* See titles.h. */
#include "titles.h"

#include <stdlib.h>
#include <string.h>

#include "core/query.h"
#include "core/record.h"

enum { TABLES_MAX = SAT_KINDS_MAX };

/* Open addressing; records with the same hash stand behind each other. */
typedef struct titles_of {
	const sat_table *table;
	struct entry {
		uint64_t hash;
		sat_dot id; /* 0: an empty slot */
	} * at;
	size_t room, count;
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
		free(titles->tables[i].at);
	free(titles);
}

static uint64_t hash_of(const char *title, size_t length)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (uint8_t)title[i]) * UINT64_C(1099511628211);
	return hash;
}

static void put(struct entry *at, size_t room, struct entry entry)
{
	size_t slot = entry.hash & (room - 1);
	while (at[slot].id != 0)
		slot = (slot + 1) & (room - 1);
	at[slot] = entry;
}

static int grow(titles_of *t)
{
	if (t->count * 2 < t->room)
		return 0;
	size_t room = t->room == 0 ? 1024 : t->room * 2;
	struct entry *at = calloc(room, sizeof *at);
	if (at == NULL)
		return SAT_ENOMEM;
	for (size_t i = 0; i < t->room; i++) {
		if (t->at[i].id != 0)
			put(at, room, t->at[i]);
	}
	free(t->at);
	t->at = at;
	t->room = room;
	return 0;
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
	if (grow(t) != 0)
		return sat_fail(err, SAT_ENOMEM, "memory ran out");
	put(t->at, t->room, (struct entry){ hash_of(title->text.bytes, title->text.length), state->id });
	t->count++;
	return 0;
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
	return sat_query_each(c->store, table, keep_one, *out, &c->err);
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
	uint64_t hash = hash_of(title, length);
	size_t slot = t == NULL || t->room == 0 ? 0 : hash & (t->room - 1);
	while (rc == 0 && t != NULL && t->room > 0 && t->at[slot].id != 0 && *found < most) {
		bool same = false;
		if (t->at[slot].hash == hash)
			rc = check(c, table, t->at[slot].id, title, length, &same);
		if (same)
			ids[(*found)++] = t->at[slot].id;
		slot = (slot + 1) & (t->room - 1);
	}
	/* What this very import has added is not among those that were kept. */
	return rc != 0 || *found > 0
	           ? rc
	           : sat_query_title(c->store, table, title, length, ids, most, found, &c->err);
}
