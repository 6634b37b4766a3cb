/* satchel verify and satchel inspect: looking at a bundle without merging it. */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "places.h"
#include "sync/exchange.h"

static const cli_usage verify_usage = {
	"verify", "FILE",
	"Checks every byte of a bundle, as far as this replica can: with the store and its key whether it "
	"is\n"
	"for us, from whom, and whether every part opens; without one its form and that it arrived whole.",
	1, 1
};
static const cli_usage inspect_usage = {
	"inspect", "FILE",
	"Shows what can be seen of a bundle without merging it: from outside size and form, and where it is\n"
	"sealed to this replica, its sender and what is in it.",
	1, 1
};

/* A courier has no store, and may check all the same. */
static int open_what_there_is(cli *c)
{
	return cli_file_there(c->store_path) ? cli_unlock(c) : 0;
}

static int open_bundle(cli *c, const char *path, sat_carrier **carrier)
{
	bool folder;
	int rc = open_what_there_is(c);
	if (rc == 0)
		rc = cli_place_open(c, path, carrier, &folder);
	if (rc == 0 && folder)
		return sat_fail(&c->err, SAT_EUSAGE, "%s is a folder; name one bundle in it", path);
	return rc;
}

int cmd_verify(cli *c, int argc, char **argv)
{
	if (!cli_options(c, &verify_usage, NULL, &argc, &argv))
		return c->code;
	SAT_AUTO(sat_carrier) carrier = NULL;
	if (open_bundle(c, argv[0], &carrier) != 0)
		return cli_fail(c);
	bool opened;
	int rc = sat_bundle_verify(c->store, c->identity, carrier, cli_last_part(argv[0]), &opened, &c->err);
	cli_set(c, "file", cli_text(argv[0]));
	cli_set(c, "ok", json_boolean(rc == 0));
	cli_set(c, "reason", rc == 0 ? json_null() : cli_text(c->err.message));
	cli_set(c, "checked", cli_text(opened ? "everything" : "form"));
	if (rc == SAT_EIO || rc == SAT_ENOMEM)
		return cli_fail(c);
	if (rc != 0) {
		cli_refuse(c, "%s: %s", argv[0], c->err.message);
		return CLI_PARTLY;
	}
	cli_say(c,
	        opened
	            ? "%s is whole, and its seal and signature hold.\n"
	            : "%s is whole.  It is sealed to somebody else, so who sent it cannot be checked here.\n",
	        argv[0]);
	return CLI_DONE;
}

static void print_json(cli *c, const char *name, const json_t *value, int depth)
{
	const char *key;
	json_t *member;
	size_t i;
	if (json_is_object(value)) {
		if (name[0] != '\0')
			cli_print(c, "%*s%s:\n", depth * 4 - 4, "", name);
		json_object_foreach((json_t *)value, key, member) print_json(c, key, member, depth + 1);
		return;
	}
	if (json_is_array(value)) {
		cli_print(c, "%*s%s:%s\n", depth * 4 - 4, "", name,
		          json_array_size(value) == 0 ? " none" : "");
		json_array_foreach(value, i, member) print_json(c, "-", member, depth + 1);
		return;
	}
	char *text = json_dumps(value, JSON_ENCODE_ANY);
	cli_print(c, "%*s%s: %s\n", depth * 4 - 4, "", name,
	          json_is_string(value) ? json_string_value(value)
	          : text == NULL        ? "?"
	                                : text);
	free(text);
}

int cmd_inspect(cli *c, int argc, char **argv)
{
	if (!cli_options(c, &inspect_usage, NULL, &argc, &argv))
		return c->code;
	SAT_AUTO(sat_carrier) carrier = NULL;
	SAT_BYTES(text);
	if (open_bundle(c, argv[0], &carrier) != 0 ||
	    sat_bundle_inspect(c->store, c->identity, carrier, cli_last_part(argv[0]), &text, &c->err) != 0)
		return cli_fail(c);
	json_t *json = json_loadb((const char *)text.data, text.length, 0, NULL);
	cli_set(c, "file", cli_text(argv[0]));
	if (json_is_object(json))
		json_object_update(c->result, json);
	json_decref(json);
	print_json(c, "", c->result, 0);
	if (json_is_true(json_object_get(c->result, "whole")) ||
	    json_is_true(json_object_get(c->result, "for_us")))
		return CLI_DONE;
	cli_refuse(c, "%s is no whole bundle; `satchel verify` says more", argv[0]);
	return CLI_PARTLY;
}
