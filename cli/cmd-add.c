/* satchel add: a new record. */
#include "command.h"
#include "values.h"

static const cli_usage usage = {
	"add", "KIND FIELD=VALUE...",
	"Writes a new record and prints its id.  Dates are 2022, 2022-06 or 2022-06-14; yes and no are yes "
	"and\n"
	"no; a record is named by its id or by its title; several are separated by semicolons.",
	1, -1
};

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
