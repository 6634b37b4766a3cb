/* satchel import: records out of a CSV file, all or none. */
#include <stdlib.h>
#include <string.h>

#include "importing.h"
#include "titles.h"

static const cli_usage usage = {
	"import", "KIND FILE.csv",
	"Reads records from a CSV file with a header (UTF-8).  Either all rows are imported or, when one is\n"
	"bad, none, and each bad row is named.  A column `id` makes rows change the records that they name;\n"
	"an empty cell leaves a field as it is.  Rows without an id that are here already, word for word, "
	"are\n"
	"not written again unless --again says so.",
	2, 2
};

static int on_row(void *context, const cli_row *row)
{
	import *i = context;
	if (row->broken)
		return import_broken(i, row);
	return i->column_count == 0 ? import_header(i, row) : import_row(i, row);
}

static int read_delimiter(cli *c, const char *text, char *delimiter)
{
	if (strcmp(text, "tab") == 0 || strcmp(text, "\\t") == 0)
		*delimiter = '\t';
	else if (strlen(text) == 1 && strchr("\"\r\n ", text[0]) == NULL)
		*delimiter = text[0];
	else
		return cli_wrong(c, "--delimiter takes one character, or the word tab");
	return 0;
}

static bool accepted(const import *i)
{
	return (i->bad == 0 || i->skip_bad) && (i->same == 0 || i->skip_same);
}

/* The rows are read within the transaction, so that a file of any length needs no memory of its own. */
static int run(import *i, const char *path, char delimiter)
{
	cli *c = i->c;
	int rc = sat_store_begin(c->store, &c->err);
	if (rc != 0)
		return rc;
	rc = cli_csv_read(c, path, delimiter, on_row, i);
	if (rc == 0 && i->column_count == 0)
		rc = sat_fail(&c->err, SAT_EINVALID, "%s is empty; nothing was imported", path);
	bool keep = rc == 0 && !i->dry_run && accepted(i) && i->added + i->changed > 0;
	if (keep)
		rc = sat_store_commit(c->store, &c->err);
	if (!keep || rc != 0)
		sat_store_rollback(c->store);
	return rc;
}

static void set_counts(const import *i)
{
	cli *c = i->c;
	bool kept = accepted(i);
	cli_set(c, "added", json_integer(kept ? (json_int_t)i->added : 0));
	cli_set(c, "changed", json_integer(kept ? (json_int_t)i->changed : 0));
	cli_set(c, "unchanged", json_integer(kept ? (json_int_t)i->unchanged : 0));
	cli_set(c, "left_out", json_integer((json_int_t)i->left_out));
	cli_set(c, "bad_count", json_integer((json_int_t)i->bad));
	cli_set(c, "same", json_integer((json_int_t)i->same));
	cli_set(c, "first_same", i->same > 0 ? json_integer((json_int_t)i->first_same) : json_null());
	cli_set(c, "dry_run", json_boolean(i->dry_run));
}

/* Bad rows first: a row that is mended may be another one. */
static int refuse(import *i)
{
	cli *c = i->c;
	char rows[64];
	if (i->bad > 0 && !i->skip_bad)
		sat_fail(
		    &c->err, SAT_EREFUSED,
		    "nothing was imported: %s.  Correct the file, or import the good rows with --skip-bad",
		    cli_count(i->bad, "row is bad", "rows are bad", rows));
	else
		sat_fail(&c->err, SAT_EREFUSED,
		         "nothing was imported: %s here already, word for word; the first is row %zu.  To "
		         "leave such "
		         "rows out say --skip-same; to write them once more say --again",
		         cli_count(i->same, "row is", "rows are", rows), i->first_same);
	return cli_fail(c);
}

static int tell(import *i)
{
	cli *c = i->c;
	char rows[64], added[64];
	if (i->bad > IMPORT_BAD_TOLD)
		cli_refuse(c, "and %zu more bad rows", i->bad - IMPORT_BAD_TOLD);
	set_counts(i);
	if (!accepted(i))
		return refuse(i);
	cli_say(c, "%s %s of kind %s", i->dry_run ? "Would import" : "Imported",
	        cli_count(i->added, "new record", "new records", added), i->table->name);
	if (i->has_id)
		cli_say(c, ", %zu changed, %zu as they were", i->changed, i->unchanged);
	if (i->left_out > 0)
		cli_say(c, "; %s left out by --only", cli_count(i->left_out, "row", "rows", rows));
	if (i->same > 0)
		cli_say(c, "; %s left out that %s here already", cli_count(i->same, "row", "rows", rows),
		        i->same == 1 ? "is" : "are");
	if (i->bad > 0)
		cli_say(c, "; %s skipped", cli_count(i->bad, "bad row", "bad rows", rows));
	cli_say(c, ".\n");
	return i->bad > 0 ? CLI_PARTLY : CLI_DONE;
}

static int prepare(import *i, const char *kind, const cli_list *set, sat_arena *arena)
{
	cli *c = i->c;
	int rc = cli_open(c);
	if (rc == 0)
		rc = cli_kind_named(c, kind, &i->table);
	if (rc == 0)
		rc = cli_titles_make(c);
	i->set = sat_arena_take(arena, (set->count + 1) * sizeof *i->set);
	if (rc == 0 && i->set == NULL)
		rc = sat_fail(&c->err, SAT_ENOMEM, "memory ran out");
	if (rc == 0)
		rc = cli_writes_read(c, i->table, (char **)set->at, set->count, arena, i->set);
	i->set_count = set->count;
	return rc;
}

int cmd_import(cli *c, int argc, char **argv)
{
	SAT_ARENA(arena);
	import *i = sat_arena_zeroed(&arena, 1, sizeof *i);
	cli_list *lists = sat_arena_zeroed(&arena, 4, sizeof *lists);
	if (i == NULL || lists == NULL)
		return CLI_FAILED;
	*i = (import){
		.c = c, .map = &lists[0], .only = &lists[1], .ignore = &lists[2], .bad_rows = json_array()
	};
	cli_set(c, "bad", i->bad_rows);
	const char *delimiter_text = ",";
	char delimiter = ',';
	const cli_option options[] = {
		{ "skip-bad", CLI_FLAG, &i->skip_bad, NULL, "import the good rows although some are bad" },
		{ "skip-same", CLI_FLAG, &i->skip_same, NULL, "leave out rows that are here already" },
		{ "again", CLI_FLAG, &i->again, NULL, "write rows that are here already once more" },
		{ "dry-run", CLI_FLAG, &i->dry_run, NULL, "check everything and change nothing" },
		{ "map", CLI_WORDS, &lists[0], "COLUMN=FIELD", "the column is for this field" },
		{ "only", CLI_WORDS, &lists[1], "COLUMN=TEXT", "only rows that have this text there" },
		{ "ignore", CLI_WORDS, &lists[2], "COLUMN", "leave this column out" },
		{ "set", CLI_WORDS, &lists[3], "FIELD=VALUE", "for every row" },
		{ "delimiter", CLI_TEXT, &delimiter_text, "CHAR", "what separates cells (,)" },
		{ 0 },
	};
	if (!cli_options(c, &usage, options, &argc, &argv))
		return c->code;
	int code = read_delimiter(c, delimiter_text, &delimiter);
	if (code == 0 && i->again && i->skip_same)
		code = cli_wrong(c, "--again and --skip-same exclude each other");
	if (code != 0)
		return code;
	int rc = prepare(i, argv[0], &lists[3], &arena);
	if (rc == 0)
		rc = run(i, argv[1], delimiter);
	cli_hashes_free(&i->here);
	if (rc != 0 && i->bad > 0)
		cli_set(c, "bad_count", json_integer((json_int_t)i->bad));
	return rc != 0 ? cli_fail(c) : tell(i);
}
