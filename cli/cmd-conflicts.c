/* satchel conflicts and satchel resolve: what two people wrote while apart. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "core/query.h"
#include "values.h"
#include "view.h"

static const cli_usage list_usage = {
	"conflicts", "",
	"Lists the fields to which two people wrote different values while apart.  Nothing is lost: one is\n"
	"shown, the others are kept until a person decides.",
	0, 0
};
static const cli_usage resolve_usage = {
	"resolve", "ID FIELD --keep N | --value TEXT",
	"Decides a conflict, by the number of the value in `satchel conflicts` or by a new value.", 2, 2
};

typedef struct listing {
	cli *c;
	json_t *conflicts;
	size_t count;
} listing;

static int value_of(listing *l, const sat_state *state, const sat_sibling *s, size_t number, json_t *values)
{
	cli *c = l->c;
	bool seen;
	char reason[CLI_REASON_BYTES] = "", author[SAT_DEVICE_NAME_BYTES], time[CLI_TIME_CHARS];
	SAT_BYTES(text);
	int rc = cli_seen(c, state, s, &seen, reason, sizeof reason);
	if (rc == 0 && seen && s->value.type != SAT_CLEARED)
		rc = cli_describe_value(c, &s->value, 400, &text);
	if (rc != 0)
		return rc;
	cli_author(c, s->dot, author);
	int64_t moment = cli_moment(c, s->dot);
	json_t *value = json_pack("{s:i, s:o, s:o, s:o}", "number", (int)number, "value",
	                          seen ? cli_value_json(c, &s->value) : json_null(), "author",
	                          cli_text(author), "claimed_time", cli_time_json(moment));
	if (!seen)
		json_object_set_new(value, "not_shown", cli_text(reason));
	json_array_append_new(values, value);
	cli_print(c, "    %zu: ", number);
	if (!seen)
		cli_print(c, "(not shown: %s)", reason);
	else if (s->value.type == SAT_CLEARED)
		cli_print(c, "(emptied)");
	else
		cli_print(c, "%.*s", (int)text.length, (const char *)text.data);
	cli_time(moment, time);
	cli_print(c, "\n       %s%s%s\n", author, time[0] == '\0' ? "" : ", ", time);
	return 0;
}

static int list_one(void *context, const sat_state *state, sat_error *err)
{
	(void)err;
	listing *l = context;
	char id[SAT_ID_CHARS];
	cli_id(l->c, state->id, id);
	for (uint16_t field = 0; field < state->table->column_count; field++) {
		const sat_sibling *values[CLI_VALUES_MAX];
		if (!sat_state_conflict(state, field))
			continue;
		size_t n = cli_values_of(state, field, values, CLI_VALUES_MAX);
		json_t *list = json_array();
		l->count++;
		json_array_append_new(l->conflicts,
		                      json_pack("{s:s, s:s, s:s, s:o}", "id", id, "kind", state->table->name,
		                                "field", state->table->columns[field].name, "values", list));
		cli_print(l->c, "%s %s, %s:\n", state->table->name, id, state->table->columns[field].name);
		for (size_t i = 0; i < n; i++) {
			int rc = value_of(l, state, values[i], i + 1, list);
			if (rc != 0)
				return rc;
		}
	}
	return 0;
}

int cmd_conflicts(cli *c, int argc, char **argv)
{
	if (!cli_options(c, &list_usage, NULL, &argc, &argv))
		return c->code;
	listing l = { c, json_array(), 0 };
	cli_set(c, "conflicts", l.conflicts);
	if (cli_open(c) != 0 || cli_each_conflict(c, list_one, &l) != 0)
		return cli_fail(c);
	if (l.count == 0)
		cli_say(c, "There is no conflict.\n");
	else
		cli_say(c, "\nTo decide: satchel resolve ID FIELD --keep NUMBER, or --value TEXT\n");
	return CLI_DONE;
}

typedef struct resolution {
	sat_dot id;
	sat_write write;
} resolution;

static int choose(cli *c, const sat_state *state, const sat_column *column, unsigned keep, const char *text,
                  sat_arena *arena, sat_value *value)
{
	if (text != NULL) {
		if (text[0] == '\0' && column->field != NULL && column->field->required)
			return sat_fail(&c->err, SAT_EINVALID, "a %s needs %s; it cannot be emptied",
			                state->table->name, column->name);
		return cli_value_read(c, column, text, strlen(text), false, arena, value);
	}
	const sat_sibling *values[CLI_VALUES_MAX];
	size_t n = cli_values_of(state, column->number, values, CLI_VALUES_MAX);
	if (keep == 0 || keep > n)
		return sat_fail(&c->err, SAT_EUSAGE,
		                "this field has the values 1 to %zu; `satchel conflicts` lists "
		                "them; nothing was changed",
		                n);
	bool seen;
	char reason[CLI_REASON_BYTES] = "";
	int rc = cli_seen(c, state, values[keep - 1], &seen, reason, sizeof reason);
	if (rc == 0 && !seen)
		return sat_fail(&c->err, SAT_EREFUSED,
		                "value %u may not be seen here (%s), so it cannot be chosen; "
		                "nothing was changed",
		                keep, reason);
	*value = values[keep - 1]->value;
	return rc;
}

static int write_resolution(cli *c, void *context)
{
	resolution *r = context;
	return sat_record_set(c->store, r->id, &r->write, 1, NULL, &c->err);
}

static int resolve(cli *c, char **argv, unsigned keep, const char *text)
{
	SAT_ARENA(arena);
	sat_state state;
	sat_column *column;
	resolution r;
	int rc = cli_record_named(c, argv[0], strlen(argv[0]), NULL, &r.id);
	if (rc == 0)
		rc = sat_record_load(c->store, NULL, r.id, &arena, &state, &c->err);
	if (rc == 0)
		rc = cli_column_named(c, state.table, argv[1], strlen(argv[1]), &column);
	if (rc == 0 && !sat_state_conflict(&state, column->number))
		rc = sat_fail(&c->err, SAT_EUSAGE, "field %s is not in conflict; nothing was changed",
		              column->name);
	if (rc == 0)
		rc = choose(c, &state, column, keep, text, &arena, &r.write.value);
	if (rc != 0)
		return rc;
	r.write.column = column->number;
	return cli_transaction(c, write_resolution, &r);
}

int cmd_resolve(cli *c, int argc, char **argv)
{
	unsigned keep = 0;
	const char *text = NULL;
	const cli_option options[] = {
		{ "keep", CLI_NUMBER, &keep, "N", "keep this value" },
		{ "value", CLI_TEXT, &text, "TEXT", "write this value instead of all" },
		{ 0 },
	};
	if (!cli_options(c, &resolve_usage, options, &argc, &argv))
		return c->code;
	if ((keep == 0) == (text == NULL))
		return cli_wrong(c, "resolve needs either --keep N or --value TEXT; nothing was changed");
	if (cli_open(c) != 0 || resolve(c, argv, keep, text) != 0)
		return cli_fail(c);
	cli_set(c, "id", cli_text(argv[0]));
	cli_set(c, "field", cli_text(argv[1]));
	cli_say(c, "Decided.  The decision travels with the next export.\n");
	return CLI_DONE;
}
