/* satchel disclosures: what went to whom, when, in which bundle. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "core/concern.h"
#include "core/device.h"
#include "core/permission.h"
#include "core/table.h"
#include "decisions.h"
#include "sync/disclosure.h"
#include "values.h"
#include "view.h"

static const cli_usage usage = {
	"disclosures", "[ID]",
	"Tells what this machine has sent to whom, when, in which bundle, and for which purposes: of a record; of\n"
	"everything that concerns a person or a community; without ID, of everything.",
	0, 1
};

typedef struct telling {
	cli *c;
	sat_gate *gate;         /* of this replica: what labels keep from it is not told */
	sat_dot record;         /* 0: many at once */
	json_t *list, *files;
} telling;

static void add_fields(const sat_disclosure *d, json_t *fields, sat_bytes *words, sat_purposes *needs)
{
	for (uint16_t i = 0; i < d->table->column_count; i++) {
		const sat_column *column = &d->table->columns[i];
		if (!sat_disclosure_has(d, i))
			continue;
		json_array_append_new(fields, json_string(column->name));
		sat_bytes_put_text(words, words->length > 0 ? ", " : "");
		sat_bytes_put(words, column->name, strlen(column->name));
		*needs |= column->needs;
	}
}

static json_t *purposes_json(cli *c, sat_purposes needs)
{
	json_t *purposes = json_array();
	for (unsigned i = 0; i < SAT_PURPOSE_BITS; i++) {
		const char *name = (needs >> i & 1) != 0 ? sat_purpose_name(c->store, i) : NULL;
		if (name != NULL && !sat_purpose_is_state(name))
			json_array_append_new(purposes, json_string(name));
	}
	return purposes;
}

static int tell(void *context, const sat_disclosure *d, sat_error *err)
{
	telling *t = context;
	sat_device to;
	char at[CLI_TIME_CHARS], id[SAT_ID_CHARS] = "", count[64];
	SAT_BYTES(words);
	sat_purposes needs = 0;
	int rc = sat_device_get(t->c->store, d->device, &to, err);
	if (rc == 0 && t->record != 0)
		rc = sat_id_print(t->c->store, t->record, id, err);
	if (rc != 0)
		return rc;
	json_t *fields = json_array();
	add_fields(d, fields, &words, &needs);
	cli_time(d->at, at);
	cli_print(t->c, "%s  to %s, %s  %s %s: %.*s\n", at, to.name, d->received ? "received" : "not confirmed",
	          d->table->name, t->record != 0 ? id : cli_count(d->records, "record", "records", count),
	          words.length == 0 ? 16 : (int)words.length,
	          words.length == 0 ? "that it is there" : (const char *)words.data);
	json_array_append_new(
	    t->list, json_pack("{s:s, s:o, s:o, s:b, s:s, s:I, s:o, s:o, s:o}", "at", at, "to", cli_text(to.name),
	                       "bundle", cli_text(d->file), "received", (int)d->received, "kind", d->table->name,
	                       "records", (json_int_t)d->records, "record", id[0] == '\0' ? json_null() : cli_text(id),
	                       "fields", fields, "purposes", purposes_json(t->c, needs)));
	return 0;
}

/* The file itself, and not only what it is called. */
static int tell_file(void *context, const sat_disclosed_file *f, sat_error *err)
{
	telling *t = context;
	sat_device to;
	char at[CLI_TIME_CHARS], id[SAT_ID_CHARS];
	bool seen;
	int rc = sat_gate_see_record(t->gate, f->record, &seen, err);
	if (rc != 0 || !seen)
		return rc;
	rc = sat_device_get(t->c->store, f->device, &to, err);
	if (rc == 0)
		rc = sat_id_print(t->c->store, f->record, id, err);
	if (rc != 0)
		return rc;
	cli_time(f->at, at);
	cli_print(t->c, "%s  to %s, %s  %s: %zu of %zu pieces of the %s\n", at, to.name,
	          f->received ? "received" : "not confirmed", id, f->pieces, f->of,
	          f->preview ? "preview" : "file itself");
	json_array_append_new(t->files,
	                      json_pack("{s:s, s:o, s:o, s:b, s:s, s:I, s:b, s:I, s:I}", "at", at, "to",
	                                cli_text(to.name), "bundle", cli_text(f->file), "received",
	                                (int)f->received, "record", id, "file", (json_int_t)f->number, "preview",
	                                (int)f->preview, "pieces", (json_int_t)f->pieces, "of", (json_int_t)f->of));
	return 0;
}

static int tell_record(void *context, sat_table *table, sat_dot id, sat_error *err)
{
	telling *t = context;
	t->record = id;
	int rc = sat_disclosures_each(t->c->store, t->gate, table, id, tell, t, err);
	return rc == 0 && table->files ? sat_disclosed_files_each(t->c->store, id, tell_file, t, err) : rc;
}

static int tell_all(telling *t)
{
	int rc = sat_disclosures_each(t->c->store, t->gate, NULL, 0, tell, t, &t->c->err);
	return rc == 0 ? sat_disclosed_files_each(t->c->store, 0, tell_file, t, &t->c->err) : rc;
}

/* Of a person or a community everything that concerns them, else the record alone. */
static int tell_about(telling *t, const char *text)
{
	sat_dot id;
	sat_table *table;
	int rc = cli_record_named(t->c, text, strlen(text), NULL, &id);
	if (rc == SAT_EINVALID || rc == SAT_ENOTFOUND)
		rc = cli_subject(t->c, text, &id);
	if (rc == 0)
		rc = sat_table_of_record(t->c->store, id, &table, &t->c->err);
	if (rc == 0 && table == NULL)
		rc = sat_fail(&t->c->err, SAT_ENOTFOUND, "there is no record \"%.100s\" here; write its id", text);
	if (rc != 0)
		return rc;
	return table->is != 0 ? sat_record_each_of_person(t->c->store, id, tell_record, t, &t->c->err)
	                      : tell_record(t, table, id, &t->c->err);
}

int cmd_disclosures(cli *c, int argc, char **argv)
{
	if (!cli_options(c, &usage, NULL, &argc, &argv))
		return c->code;
	telling t = { .c = c, .list = json_array(), .files = json_array() };
	cli_set(c, "disclosures", t.list);
	cli_set(c, "files", t.files);
	if (cli_open(c) != 0 || cli_own_gate(c, &t.gate) != 0 ||
	    (argc > 0 ? tell_about(&t, argv[0]) : tell_all(&t)) != 0)
		return cli_fail(c);
	if (json_array_size(t.list) == 0)
		cli_say(c, "Nothing of it was sent from here.\n");
	return CLI_DONE;
}
