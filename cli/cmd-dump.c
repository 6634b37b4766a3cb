/* satchel dump: a kind as a table, as far as consent permits it. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "core/csv-cell.h"
#include "core/query.h"
#include "values.h"
#include "view.h"

static const cli_usage usage = {
	"dump", "KIND",
	"Writes all records of a kind to standard output, as CSV with a header and an `id` column, or as "
	"JSON.\n"
	"Only what consent permits this replica to use is in it; a record of which nothing may be used is\n"
	"left out.  Importing the CSV here changes nothing.",
	1, 1
};

typedef struct dump {
	cli *c;
	sat_table *table;
	bool neutral;
	size_t records, withheld;
} dump;

/* Fields of the programme in force; those that only a peer's programme knows cannot be imported. */
static bool in_dump(const sat_table *table, const sat_column *column)
{
	return table->kind == NULL || column->field != NULL;
}

static int put_value(dump *d, const sat_value *value)
{
	SAT_BYTES(text);
	SAT_BYTES(cell);
	int rc = cli_value_print(d->c, value, &text);
	if (rc != 0)
		return rc;
	sat_csv_put_cell(&cell, (const char *)text.data, text.length, d->neutral && value->type == SAT_TEXT);
	if (!sat_bytes_ok(&cell))
		return sat_fail(&d->c->err, SAT_ENOMEM, "out of memory");
	fwrite(cell.data, 1, cell.length, stdout);
	return 0;
}

static void put_header(const dump *d)
{
	cli_progress_aside(stdout);
	fputs("id", stdout);
	for (size_t i = 0; i < d->table->column_count; i++) {
		if (!in_dump(d->table, &d->table->columns[i]))
			continue;
		putchar(',');
		fputs(d->table->columns[i].name, stdout);
	}
	fputs("\r\n", stdout);
}

/* The values that may be used, by column; *any says whether there is one, *hidden whether one may not. */
static int choose(dump *d, const sat_state *state, const sat_sibling **values, bool *any, bool *hidden)
{
	*any = state->count == 0;
	*hidden = false;
	for (uint16_t i = 0; i < state->table->column_count; i++) {
		const sat_sibling *shown = sat_state_shown(state, i);
		bool permitted = false;
		values[i] = NULL;
		if (shown == NULL || shown->value.type == SAT_CLEARED ||
		    !in_dump(d->table, &d->table->columns[i]))
			continue;
		int rc = cli_permitted(d->c, state, shown, &permitted);
		if (rc != 0)
			return rc;
		*any = *any || permitted;
		*hidden = *hidden || !permitted;
		if (permitted)
			values[i] = shown;
	}
	return 0;
}

static int put_csv(dump *d, const sat_state *state, const sat_sibling *const *values)
{
	char id[SAT_ID_CHARS];
	int rc = 0;
	fputs(cli_id(d->c, state->id, id), stdout);
	for (size_t i = 0; rc == 0 && i < d->table->column_count; i++) {
		if (!in_dump(d->table, &d->table->columns[i]))
			continue;
		putchar(',');
		if (values[i] != NULL)
			rc = put_value(d, &values[i]->value);
	}
	fputs("\r\n", stdout);
	return rc;
}

static void put_json(dump *d, const sat_state *state, const sat_sibling *const *values)
{
	char id[SAT_ID_CHARS];
	json_t *record = json_pack("{s:s}", "id", cli_id(d->c, state->id, id));
	for (size_t i = 0; i < d->table->column_count; i++) {
		if (values[i] != NULL)
			json_object_set_new(record, d->table->columns[i].name,
			                    cli_value_json(d->c, &values[i]->value));
	}
	cli_stream_add(d->c, record);
}

static int dump_one(void *context, const sat_state *state, sat_error *err)
{
	dump *d = context;
	const sat_sibling **values =
	    sat_arena_take(state->arena, (d->table->column_count + 1) * sizeof *values);
	if (values == NULL)
		return sat_fail(err, SAT_ENOMEM, "out of memory");
	bool any, hidden;
	int rc = choose(d, state, values, &any, &hidden);
	if (rc != 0)
		return rc;
	d->withheld += hidden;
	if (!any && hidden)
		return 0;
	d->records++;
	if (d->c->json)
		put_json(d, state, values);
	else
		rc = put_csv(d, state, values);
	if (rc == 0 && ferror(stdout))
		rc = sat_fail(err, SAT_EIO, "the dump could not be written; is the disk full?");
	return rc;
}

int cmd_dump(cli *c, int argc, char **argv)
{
	const char *format = NULL;
	dump d = { .c = c };
	const cli_option options[] = {
		{ "format", CLI_TEXT, &format, "csv|json", "the form (csv, and json with --json)" },
		{ "neutral", CLI_FLAG, &d.neutral, NULL, "put a ' before what a spreadsheet would run" },
		{ 0 },
	};
	if (!cli_options(c, &usage, options, &argc, &argv))
		return c->code;
	if (format != NULL && strcmp(format, "csv") != 0 && strcmp(format, "json") != 0)
		return cli_wrong(c, "--format is csv or json, not \"%.40s\"", format);
	if (format != NULL && c->json && strcmp(format, "csv") == 0)
		return cli_wrong(c, "--json and --format csv exclude each other");
	if (cli_open(c) != 0 || cli_kind_named(c, argv[0], &d.table) != 0)
		return cli_fail(c);
	c->json = c->json || (format != NULL && strcmp(format, "json") == 0);
	cli_stream_begin(c, "records");
	if (!c->json)
		put_header(&d);
	if (cli_each(c, d.table, dump_one, &d) != 0)
		return cli_fail(c);
	cli_set(c, "kind", cli_text(d.table->name));
	cli_set(c, "count", json_integer((json_int_t)d.records));
	cli_set(c, "withheld", json_integer((json_int_t)d.withheld));
	char count[64];
	if (d.withheld > 0)
		cli_note(c, "consent keeps something of %s out of this table",
		         cli_count(d.withheld, "record", "records", count));
	return CLI_DONE;
}
