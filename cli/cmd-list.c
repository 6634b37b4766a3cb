/* satchel list and satchel search: several records on a line each. */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "core/search.h"
#include "core/query.h"
#include "values.h"
#include "view.h"

enum { FOUND_MAX = 1000 };

static const cli_usage list_usage = {
	"list", "KIND [FIELD=VALUE...]",
	"Lists records of a kind, those that have the given values where some are given; FIELD= asks for an\n"
	"empty one.  A value that may not be shown here fits nothing.",
	1, -1
};
static const cli_usage search_usage = {
	"search", "TEXT...",
	"Finds records that hold all the words (or words that begin with them), newest first.", 1, -1
};

typedef struct listing {
	cli *c;
	const sat_write *filters;
	size_t filter_count;
	size_t count;
} listing;

static json_t *record_json(cli *c, const sat_state *state)
{
	char id[SAT_ID_CHARS];
	json_t *record = json_object(), *hidden = NULL;
	json_object_set_new(record, "id", json_string(cli_id(c, state->id, id)));
	for (uint16_t i = 0; i < state->table->column_count; i++) {
		const sat_sibling *shown = sat_state_shown(state, i);
		char reason[CLI_REASON_BYTES];
		bool seen = false;
		if (shown == NULL || shown->value.type == SAT_CLEARED)
			continue;
		if (cli_seen(c, state, shown, &seen, reason, sizeof reason) != 0) {
			json_decref(record);
			return NULL;
		}
		const char *name = state->table->columns[i].name;
		if (seen) {
			json_object_set_new(record, name, cli_value_json(c, &shown->value));
		} else {
			if (hidden == NULL)
				json_object_set_new(record, "sat_not_shown", hidden = json_object());
			json_object_set_new(hidden, name, cli_text(reason));
		}
	}
	return record;
}

static int put_record(cli *c, const sat_state *state, bool with_kind)
{
	if (c->json) {
		json_t *record = record_json(c, state);
		if (record == NULL)
			return c->err.code;
		if (with_kind)
			json_object_set_new(record, "sat_kind", cli_text(state->table->name));
		cli_stream_add(c, record);
		return 0;
	}
	char id[SAT_ID_CHARS];
	SAT_BYTES(text);
	int rc = cli_describe(c, state, &text);
	cli_print(c, "%s  %s%s%.*s\n", cli_id(c, state->id, id), with_kind ? state->table->name : "",
	          with_kind ? ": " : "", (int)text.length, text.data == NULL ? "" : (const char *)text.data);
	return rc;
}

static bool holds(const sat_value *value, const sat_value *asked)
{
	if (value->type != SAT_REFERENCES || asked->type != SAT_REFERENCES)
		return sat_value_compare(value, asked) == 0;
	for (size_t i = 0; i < asked->references.count; i++) {
		bool found = false;
		for (size_t k = 0; k < value->references.count; k++)
			found = found || value->references.at[k] == asked->references.at[i];
		if (!found)
			return false;
	}
	return true;
}

static int fits(listing *l, const sat_state *state, bool *yes)
{
	*yes = true;
	for (size_t i = 0; i < l->filter_count && *yes; i++) {
		const sat_sibling *shown = sat_state_shown(state, l->filters[i].column);
		const sat_value *asked = &l->filters[i].value;
		if (shown == NULL || shown->value.type == SAT_CLEARED) {
			*yes = asked->type == SAT_CLEARED && (shown == NULL || !shown->blank);
			continue;
		}
		int rc = cli_seen(l->c, state, shown, yes, NULL, 0);
		if (rc != 0)
			return rc;
		*yes = *yes && holds(&shown->value, asked);
	}
	return 0;
}

static int list_one(void *context, const sat_state *state, sat_error *err)
{
	(void)err; /* the same as the context's */
	listing *l = context;
	bool yes;
	int rc = fits(l, state, &yes);
	if (rc != 0 || !yes)
		return rc;
	l->count++;
	return put_record(l->c, state, false);
}

int cmd_list(cli *c, int argc, char **argv)
{
	if (!cli_options(c, &list_usage, NULL, &argc, &argv))
		return c->code;
	SAT_ARENA(arena);
	sat_table *table;
	size_t count = (size_t)argc - 1;
	sat_write *filters = sat_arena_take(&arena, (count + 1) * sizeof *filters);
	listing l = { c, filters, count, 0 };
	if (filters == NULL)
		return CLI_FAILED;
	if (cli_open(c) != 0 || cli_kind_named(c, argv[0], &table) != 0 ||
	    cli_writes_read(c, table, argv + 1, count, &arena, filters) != 0)
		return cli_fail(c);
	cli_stream_begin(c, "records");
	if (cli_each(c, table, list_one, &l) != 0)
		return cli_fail(c);
	cli_set(c, "kind", cli_text(table->name));
	cli_set(c, "count", json_integer((json_int_t)l.count));
	if (l.count == 0)
		cli_say(c, "There is none.\n");
	return CLI_DONE;
}

/* --- searching ---------------------------------------------------------------------------------- */

/* A record that was found only through words that may not be shown must not be told, since that
 * would tell the words.  Where something is hidden, the words have to be in what is left. */
static int may_be_found(cli *c, const sat_state *state, const char *words, bool *yes)
{
	SAT_BYTES(visible);
	bool hidden = false;
	for (uint16_t i = 0; i < state->table->column_count; i++) {
		const sat_sibling *shown = state->table->columns[i].search ? sat_state_shown(state, i) : NULL;
		bool seen;
		if (shown == NULL || shown->value.type != SAT_TEXT)
			continue;
		int rc = cli_seen(c, state, shown, &seen, NULL, 0);
		if (rc != 0)
			return rc;
		hidden = hidden || !seen;
		sat_bytes_put_u8(&visible, ' ');
		if (seen)
			sat_bytes_put(&visible, shown->value.text.bytes, shown->value.text.length);
	}
	*yes = !hidden;
	if (!hidden)
		return 0;
	if (!sat_bytes_ok(&visible))
		return sat_no_memory(&c->err);
	return sat_search_fits(c->store, words, visible.data, visible.length, yes, &c->err);
}

static int search(cli *c, const char *words, size_t *count, bool *more)
{
	sat_dot *ids = malloc(FOUND_MAX * sizeof *ids);
	size_t found = 0;
	if (ids == NULL)
		return sat_fail(&c->err, SAT_ENOMEM, "out of memory");
	int rc = sat_search(c->store, words, ids, FOUND_MAX, &found, &c->err);
	SAT_ARENA(arena);
	for (size_t i = 0; rc == 0 && i < found; i++) {
		sat_state state;
		bool yes = false;
		rc = sat_record_load(c->store, NULL, ids[i], &arena, &state, &c->err);
		if (rc == 0 && state.created)
			rc = cli_record_seen(c, &state, &yes);
		if (rc == 0 && yes)
			rc = may_be_found(c, &state, words, &yes);
		if (rc == 0 && yes) {
			(*count)++;
			rc = put_record(c, &state, true);
		}
		sat_arena_reset(&arena);
	}
	*more = found == FOUND_MAX;
	free(ids);
	return rc;
}

int cmd_search(cli *c, int argc, char **argv)
{
	if (!cli_options(c, &search_usage, NULL, &argc, &argv))
		return c->code;
	SAT_BYTES(words);
	for (int i = 0; i < argc; i++) {
		sat_bytes_put(&words, " ", i > 0);
		sat_bytes_put(&words, argv[i], strlen(argv[i]));
	}
	sat_bytes_put_u8(&words, 0);
	size_t count = 0;
	bool more = false;
	if (cli_open(c) != 0)
		return cli_fail(c);
	cli_stream_begin(c, "records");
	if (search(c, (const char *)words.data, &count, &more) != 0)
		return cli_fail(c);
	cli_set(c, "count", json_integer((json_int_t)count));
	cli_set(c, "more", json_boolean(more));
	if (count == 0)
		cli_say(c, "Nothing was found.\n");
	if (more)
		cli_note(c, "only the newest %d are listed; search for more words", FOUND_MAX);
	return CLI_DONE;
}
