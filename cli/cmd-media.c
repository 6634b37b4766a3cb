/* satchel media: photos, recordings and scanned sheets; the verbs, and the list of what is here. */
#include "media.h"

#include <stdio.h>
#include <string.h>

#include "core/ask.h"
#include "core/query.h"
#include "core/record.h"
#include "values.h"
#include "view.h"

static const cli_usage usage = {
	"media", "VERB ...",
	"Photos, sound, films and scanned sheets of records.  The verbs:\n"
	"  add FILE [KIND] [FIELD=VALUE...]   takes a file in, with a new record or into one (--record)\n"
	"  get ID [FIELD] OUT                 writes the file of a record out\n"
	"  list                               shows every file and how much of it is here\n"
	"  ask ID                             asks for the missing pieces of a record's file\n"
	"`satchel media VERB --help` says more about each.",
	1, -1
};
static const cli_usage list_usage = {
	"media list", "",
	"Shows the files that records name, as far as these may be shown here, and how many pieces of each have\n"
	"arrived.",
	0, 0
};
static const cli_usage ask_usage = {
	"media ask", "ID",
	"Asks for the file of a record, with the next export, from the device that wrote it, or from headquarters.\n"
	"Needed only where pieces stay away though the others say that all is sent.",
	1, 1
};

/* --- what the verbs share ------------------------------------------------------------------------------- */

int cli_media_file(cli *c, const sat_value *value, bool preview, sat_file_value *named, sat_file *file)
{
	if (!sat_file_value_read(named, value->text.bytes, value->text.length))
		return sat_fail(&c->err, SAT_EDAMAGED, "the name of a file is damaged in the store");
	if (preview && named->preview.size == 0)
		return sat_fail(&c->err, SAT_ENOTFOUND, "there is no preview of this file; nothing was written");
	return sat_file_find(c->store, preview ? &named->preview : &named->original, file, &c->err);
}

const char *cli_media_pieces(const sat_file *file, char text[static 64])
{
	if (file->here == file->pieces)
		snprintf(text, 64, "all %u piece%s", file->pieces, file->pieces == 1 ? "" : "s");
	else
		snprintf(text, 64, "%u of %u pieces", file->here, file->pieces);
	return text;
}

int cli_media_field(cli *c, const sat_state *state, const char *name, const sat_sibling **shown)
{
	size_t found = 0;
	SAT_BYTES(names);
	*shown = NULL;
	for (uint16_t i = 0; i < state->table->column_count; i++) {
		const sat_column *column = &state->table->columns[i];
		const sat_sibling *s = column->type == SAT_FILE ? sat_state_shown(state, i) : NULL;
		if (s == NULL || s->blank || s->value.type != SAT_FILE ||
		    (name != NULL && strcmp(column->name, name) != 0))
			continue;
		sat_bytes_put_text(&names, found++ == 0 ? "" : ", ");
		sat_bytes_put_text(&names, column->name);
		*shown = s;
	}
	if (found > 1)
		return sat_fail(&c->err, SAT_EUSAGE, "the record has several files (%.*s); say which",
		                (int)names.length, (const char *)names.data);
	return found == 1 ? 0
	                  : sat_fail(&c->err, SAT_ENOTFOUND,
	                             "the record names no file%s%s; `satchel media list` shows those "
	                             "that do",
	                             name == NULL ? "" : " in ", name == NULL ? "" : name);
}

/* --- list ----------------------------------------------------------------------------------------------- */

typedef struct listing {
	cli *c;
	json_t *files;
	size_t incomplete;
} listing;

static int list_value(listing *l, const sat_state *state, const sat_sibling *s)
{
	cli *c = l->c;
	char id[SAT_ID_CHARS], pieces[64];
	const char *field = state->table->columns[s->field].name;
	sat_file_value named;
	sat_file file, preview = { 0 };
	int rc = cli_media_file(c, &s->value, false, &named, &file);
	if (rc == 0 && named.preview.size != 0)
		rc = sat_file_find(c->store, &named.preview, &preview, &c->err);
	if (rc != 0)
		return rc;
	bool small = preview.id != 0 && preview.here == preview.pieces;
	l->incomplete += file.here < file.pieces;
	json_array_append_new(
	    l->files, json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:b}", "id", cli_id(c, state->id, id), "kind",
	                        state->table->name, "field", field, "type", named.type, "bytes",
	                        (json_int_t)named.original.size, "pieces", (json_int_t)file.pieces, "here",
	                        (json_int_t)file.here, "preview", (int)small));
	cli_print(c, "%s  %s  %s, %lld bytes: %s here%s\n", id, field, named.type, (long long)named.original.size,
	          cli_media_pieces(&file, pieces),
	          named.preview.size == 0 ? ""
	          : small                 ? ", with preview"
	                                  : ", preview missing");
	return 0;
}

static int list_record(void *context, const sat_state *state, sat_error *err)
{
	(void)err; /* the same as the context's */
	listing *l = context;
	int rc = 0;
	for (uint16_t i = 0; rc == 0 && i < state->table->column_count; i++) {
		const sat_sibling *s = state->table->columns[i].type == SAT_FILE ? sat_state_shown(state, i) : NULL;
		bool seen = false;
		if (s == NULL || s->blank || s->value.type != SAT_FILE)
			continue;
		rc = cli_seen(l->c, state, s, &seen, NULL, 0);
		if (rc == 0 && seen)
			rc = list_value(l, state, s);
	}
	return rc;
}

int cli_media_list(cli *c, int argc, char **argv)
{
	if (!cli_options(c, &list_usage, NULL, &argc, &argv))
		return c->code;
	listing l = { .c = c, .files = json_array() };
	cli_set(c, "files", l.files);
	int rc = cli_open(c);
	for (size_t i = 0; rc == 0 && i < sat_table_count(c->store); i++) {
		sat_table *table = sat_table_at(c->store, i);
		if (table->files)
			rc = cli_each(c, table, list_record, &l);
	}
	if (rc != 0)
		return cli_fail(c);
	cli_set(c, "incomplete", json_integer((json_int_t)l.incomplete));
	if (json_array_size(l.files) == 0)
		cli_say(c, "There are no files.\n");
	else if (l.incomplete > 0)
		cli_say(c, "What is missing comes with later bundles, as far as their room allows.\n");
	return CLI_DONE;
}

/* --- ask ------------------------------------------------------------------------------------------------ */

/* Whoever wrote the value has the file; where that is this machine itself, headquarters may. */
static int whom_to_ask(cli *c, const sat_sibling *s, sat_device *device)
{
	const sat_incarnation *author = sat_incarnation_at(c->store, sat_dot_index(s->dot));
	if (sat_store_role(c->store) == SAT_REGISTRY && author != NULL && author->device > 1)
		return sat_device_get(c->store, author->device, device, &c->err);
	if (sat_store_role(c->store) == SAT_REGISTRY)
		return sat_fail(&c->err, SAT_ENOTFOUND,
		                "this machine wrote that itself; there is nobody to ask; add the file again, "
		                "or restore a backup beside this store");
	return sat_device_registry(c->store, device, &c->err);
}

typedef struct asking {
	sat_dot record;
	int64_t device;
} asking;

static int ask(cli *c, void *context)
{
	asking *a = context;
	return sat_ask(c->store, a->record, a->device, &c->err);
}

int cli_media_ask(cli *c, int argc, char **argv)
{
	if (!cli_options(c, &ask_usage, NULL, &argc, &argv))
		return c->code;
	SAT_ARENA(arena);
	sat_dot id;
	sat_state state;
	const sat_sibling *s;
	sat_file_value named;
	sat_file file;
	sat_device device;
	char text[SAT_ID_CHARS];
	if (cli_open(c) != 0 || cli_record_named(c, argv[0], strlen(argv[0]), NULL, &id) != 0 ||
	    sat_record_load(c->store, NULL, id, &arena, &state, &c->err) != 0 ||
	    cli_media_field(c, &state, NULL, &s) != 0 || cli_media_file(c, &s->value, false, &named, &file) != 0)
		return cli_fail(c);
	cli_set(c, "id", cli_text(cli_id(c, id, text)));
	cli_set(c, "asked", json_boolean(file.here < file.pieces));
	if (file.here == file.pieces) {
		cli_say(c, "The file is here whole; there is nothing to ask for.\n");
		return CLI_DONE;
	}
	if (whom_to_ask(c, s, &device) != 0 || cli_transaction(c, ask, &(asking){ id, device.id }) != 0)
		return cli_fail(c);
	cli_set(c, "from", cli_text(device.name));
	cli_say(c, "The next export asks \"%s\" for it.\n", device.name);
	return CLI_DONE;
}

/* --- the verbs ------------------------------------------------------------------------------------------ */

int cmd_media(cli *c, int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(cli *, int, char **);
	} verbs[] = {
		{ "add", cli_media_add },
		{ "get", cli_media_get },
		{ "list", cli_media_list },
		{ "ask", cli_media_ask },
	};
	for (size_t i = 0; argc > 1 && i < sizeof verbs / sizeof *verbs; i++) {
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run(c, argc - 1, argv + 1);
	}
	if (!cli_options(c, &usage, NULL, &argc, &argv))
		return c->code;
	return cli_wrong(c, "\"%.40s\" is no verb of media; they are add, get, list and ask", argv[0]);
}
