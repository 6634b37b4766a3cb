/* satchel show: one record, with who wrote what, conflicts, and what is kept back. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "core/record.h"
#include "labels.h"
#include "values.h"
#include "view.h"

static const cli_usage usage = {
	"show", "ID",
	"Shows a record: each field with the device that wrote it and what its clock said, conflicts, and\n"
	"whether headquarters may have it or why it is kept back.",
	1, 1
};

/* One value with its author: the common part of a field and of each side of a conflict. */
static json_t *value_json(cli *c, const sat_state *state, const sat_sibling *s, bool *seen, char *reason)
{
	char author[SAT_DEVICE_NAME_BYTES];
	json_t *json = json_object();
	if (s->blank) {
		*seen = false;
		snprintf(reason, CLI_REASON_BYTES, "it was erased");
	} else if (cli_seen(c, state, s, seen, reason, CLI_REASON_BYTES) != 0) {
		json_decref(json);
		return NULL;
	}
	if (*seen)
		json_object_set_new(json, "value", cli_value_json(c, &s->value));
	else
		json_object_set_new(json, "not_shown", cli_text(reason));
	json_object_set_new(json, "author", cli_text(cli_author(c, s->dot, author)));
	json_object_set_new(json, "claimed_time", cli_time_json(cli_moment(c, s->dot)));
	char voucher[SAT_DEVICE_NAME_BYTES];
	if (cli_voucher(c, s->dot, voucher)[0] != '\0')
		json_object_set_new(json, "vouched_by", cli_text(voucher));
	return json;
}

static void print_value(cli *c, const sat_sibling *s, bool seen, const char *reason)
{
	SAT_BYTES(text);
	if (!seen) {
		cli_print(c, "(not shown: %s)", reason);
		return;
	}
	if (s->value.type == SAT_CLEARED)
		cli_print(c, "(emptied)");
	else if (cli_describe_value(c, &s->value, SAT_VALUE_BYTES_MAX, &text) == 0)
		cli_print(c, "%.*s", (int)text.length, (const char *)text.data);
}

static void print_origin(cli *c, const sat_sibling *s)
{
	char author[SAT_DEVICE_NAME_BYTES], time[CLI_TIME_CHARS];
	cli_time(cli_moment(c, s->dot), time);
	char voucher[SAT_DEVICE_NAME_BYTES];
	cli_voucher(c, s->dot, voucher);
	cli_print(c, "        written by %s%s%s%s%s\n", cli_author(c, s->dot, author),
	          time[0] == '\0' ? "" : ", ", time, voucher[0] == '\0' ? "" : "; vouched for by ", voucher);
}

static int show_conflict(cli *c, const sat_state *state, uint16_t field, json_t *json)
{
	const sat_sibling *values[CLI_VALUES_MAX];
	size_t n = cli_values_of(state, field, values, CLI_VALUES_MAX);
	json_t *list = json_array();
	json_object_set_new(json, "values", list);
	cli_print(c, "        in conflict; `satchel resolve` decides:\n");
	for (size_t i = 0; i < n; i++) {
		bool seen;
		char reason[CLI_REASON_BYTES] = "";
		json_t *value = value_json(c, state, values[i], &seen, reason);
		if (value == NULL)
			return c->err.code;
		json_array_append_new(list, value);
		cli_print(c, "        %zu: ", i + 1);
		print_value(c, values[i], seen, reason);
		cli_print(c, "\n");
		print_origin(c, values[i]);
	}
	return 0;
}

static int show_shared(cli *c, const sat_state *state, const sat_sibling *s, json_t *json)
{
	bool shared = false;
	char reason[CLI_REASON_BYTES] = "";
	int rc = s->blank ? 0 : cli_shared(c, state, s, &shared, reason, sizeof reason);
	if (rc != 0 || s->blank)
		return rc;
	json_object_set_new(json, "shared", json_boolean(shared));
	if (!shared) {
		json_object_set_new(json, "kept_back", cli_text(reason));
		cli_print(c, "        kept back: %s\n", reason);
	} else if (sat_store_role(c->store) != SAT_REGISTRY) {
		cli_print(c, "        shared with headquarters\n");
	}
	return 0;
}

static int show_field(cli *c, const sat_state *state, uint16_t field, json_t *fields)
{
	const sat_sibling *shown = sat_state_shown(state, field);
	const char *name = state->table->columns[field].name;
	if (shown == NULL)
		return 0;
	bool seen, conflict = sat_state_conflict(state, field);
	char reason[CLI_REASON_BYTES] = "";
	json_t *json = value_json(c, state, shown, &seen, reason);
	if (json == NULL)
		return c->err.code;
	json_object_set_new(fields, name, json);
	json_object_set_new(json, "conflict", json_boolean(conflict));
	cli_print(c, "    %s: ", name);
	print_value(c, shown, seen, reason);
	cli_print(c, "\n");
	print_origin(c, shown);
	int rc = show_shared(c, state, shown, json);
	return rc == 0 && conflict ? show_conflict(c, state, field, json) : rc;
}

static int show_mourning(cli *c, const sat_state *state)
{
	SAT_BYTES(name);
	bool mourned = false;
	int rc = (state->table->is & SAT_AS_PERSON) ? cli_mourned(c, state->id, &mourned, &name) : 0;
	cli_set(c, "mourned", json_boolean(mourned));
	cli_set(c, "substitute_name", name.length == 0 ? json_null() : cli_bytes(name.data, name.length));
	if (mourned)
		cli_print(c, "    (is mourned%s%.*s)\n", name.length == 0 ? "" : "; say instead: ", (int)name.length,
		          (const char *)name.data);
	return rc;
}

int cmd_show(cli *c, int argc, char **argv)
{
	if (!cli_options(c, &usage, NULL, &argc, &argv))
		return c->code;
	SAT_ARENA(arena);
	sat_dot id;
	sat_state state;
	char text[SAT_ID_CHARS];
	if (cli_open(c) != 0 || cli_record_named(c, argv[0], strlen(argv[0]), NULL, &id) != 0 ||
	    sat_record_load(c->store, NULL, id, &arena, &state, &c->err) != 0)
		return cli_fail(c);
	json_t *fields = json_object();
	cli_set(c, "id", cli_text(cli_id(c, id, text)));
	cli_set(c, "kind", cli_text(state.table->name));
	cli_set(c, "fields", fields);
	cli_print(c, "%s %s\n", state.table->name, text);
	json_t *labels = NULL;
	if (show_mourning(c, &state) != 0 || cli_labels_of(c, id, "    ", &labels) != 0)
		return cli_fail(c);
	cli_set(c, "labels", labels);
	for (uint16_t i = 0; i < state.table->column_count; i++) {
		if (show_field(c, &state, i, fields) != 0)
			return cli_fail(c);
	}
	return CLI_DONE;
}
