/* satchel add: a new record. */
#include <string.h>
#include <strings.h>

#include "command.h"
#include "core/query.h"
#include "values.h"
#include "view.h"

static const cli_usage usage = {
	"add", "KIND FIELD=VALUE...",
	"Writes a new record and prints its id.  Dates are 2022, 2022-06 or 2022-06-14; yes and no are yes "
	"and\n"
	"no; a record is named by its id or by its title; several are separated by semicolons.",
	1, -1
};

/* --- namesakes ---------------------------------------------------------------------------------- */

/* People of the same title (a pseudonym, in the usual programme) may be one person who was written down
 * twice.  That is for people to see: nothing is merged or refused by itself. */
typedef struct namesakes {
	cli *c;
	const sat_column *column;
	const char *title;
	size_t length;
	json_t *ids;
} namesakes;

/* As people read them: "p1" and " P1 " are the same. */
static bool same_title(const namesakes *n, const sat_value *value)
{
	size_t length;
	const char *text = value->text.bytes;
	text = cli_trim(text, text + value->text.length, &length);
	return length == n->length && strncasecmp(text, n->title, length) == 0;
}

static int look_at(void *context, const sat_state *state, sat_error *err)
{
	(void)err; /* the same as the context's */
	namesakes *n = context;
	const sat_sibling *title = sat_state_shown(state, n->column->number);
	char id[SAT_ID_CHARS];
	bool seen = false;
	if (title == NULL || title->value.type != SAT_TEXT || !same_title(n, &title->value))
		return 0;
	/* What may not be shown must not be found out by guessing it either. */
	int rc = cli_seen(n->c, state, title, &seen, NULL, 0);
	if (rc == 0 && seen)
		json_array_append_new(n->ids, json_string(cli_id(n->c, state->id, id)));
	return rc;
}

static int find_namesakes(cli *c, sat_table *table, const sat_write *writes, size_t count)
{
	namesakes n = { .c = c, .column = (table->is & SAT_AS_PERSON) ? sat_query_title_column(table) : NULL };
	if (n.column == NULL)
		return 0;
	for (size_t i = 0; i < count; i++) {
		const sat_value *value = &writes[i].value;
		if (writes[i].column == n.column->number && value->type == SAT_TEXT)
			n.title =
			    cli_trim(value->text.bytes, value->text.bytes + value->text.length, &n.length);
	}
	n.ids = json_array();
	cli_set(c, "namesakes", n.ids);
	int rc = n.title == NULL ? 0 : cli_each(c, table, look_at, &n);
	size_t i;
	json_t *id;
	json_array_foreach(n.ids, i, id)
	{
		cli_note(
		    c,
		    "another %s with this %s is here already: %s.  Both are kept; if they are one and the "
		    "same, go on with the one that was there",
		    table->name, n.column->name, json_string_value(id));
	}
	return rc;
}

/* --- adding ------------------------------------------------------------------------------------- */

static int add(cli *c, int argc, char **argv, sat_dot *id)
{
	SAT_ARENA(arena);
	sat_table *table;
	size_t count = (size_t)argc - 1;
	sat_write *writes = sat_arena_take(&arena, (count + 1) * sizeof *writes);
	if (writes == NULL)
		return sat_fail(&c->err, SAT_ENOMEM, "out of memory");
	int rc = cli_kind_named(c, argv[0], &table);
	if (rc == 0)
		rc = cli_writes_read(c, table, argv + 1, count, &arena, writes);
	if (rc == 0)
		rc = cli_required(c, table, writes, count);
	if (rc == 0)
		rc = find_namesakes(c, table, writes, count);
	if (rc == 0)
		rc = sat_store_begin(c->store, &c->err);
	if (rc != 0)
		return rc;
	rc = sat_record_add(c->store, table, writes, count, id, &c->err);
	if (rc == 0)
		rc = sat_store_commit(c->store, &c->err);
	if (rc != 0)
		sat_store_rollback(c->store);
	return rc;
}

int cmd_add(cli *c, int argc, char **argv)
{
	if (!cli_options(c, &usage, NULL, &argc, &argv))
		return c->code;
	sat_dot id;
	char text[SAT_ID_CHARS];
	if (cli_open(c) != 0 || add(c, argc, argv, &id) != 0)
		return cli_fail(c);
	cli_set(c, "id", cli_text(cli_id(c, id, text)));
	cli_print(c, "%s\n", text);
	return CLI_DONE;
}
