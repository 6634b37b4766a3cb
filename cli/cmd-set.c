/* satchel set: changed fields of a record. */
#include <string.h>

#include "command.h"
#include "values.h"

static const cli_usage usage = {
	"set", "ID FIELD=VALUE...",
	"Changes fields of a record; FIELD= empties one.  Writing a field that is in conflict settles it.", 2,
	-1
};

static int required_stay(cli *c, const sat_table *table, const sat_write *writes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const sat_column *column = &table->columns[writes[i].column];
		if (writes[i].value.type == SAT_CLEARED && column->field != NULL && column->field->required)
			return sat_fail(&c->err, SAT_EINVALID, "a %s needs %s; it cannot be emptied",
			                table->name, column->name);
	}
	return 0;
}

static int set(cli *c, int argc, char **argv, sat_dot *id, size_t *changed)
{
	SAT_ARENA(arena);
	sat_table *table;
	size_t count = (size_t)argc - 1;
	sat_write *writes = sat_arena_take(&arena, (count + 1) * sizeof *writes);
	if (writes == NULL)
		return sat_fail(&c->err, SAT_ENOMEM, "out of memory");
	int rc = cli_record_named(c, argv[0], strlen(argv[0]), NULL, id);
	if (rc == 0)
		rc = sat_table_of_record(c->store, *id, &table, &c->err);
	if (rc == 0)
		rc = cli_writes_read(c, table, argv + 1, count, &arena, writes);
	if (rc == 0)
		rc = required_stay(c, table, writes, count);
	if (rc == 0)
		rc = sat_store_begin(c->store, &c->err);
	if (rc != 0)
		return rc;
	rc = sat_record_set(c->store, *id, writes, count, changed, &c->err);
	if (rc == 0)
		rc = sat_store_commit(c->store, &c->err);
	if (rc != 0)
		sat_store_rollback(c->store);
	return rc;
}

int cmd_set(cli *c, int argc, char **argv)
{
	if (!cli_options(c, &usage, NULL, &argc, &argv))
		return c->code;
	sat_dot id;
	size_t changed = 0;
	char text[SAT_ID_CHARS], count[64];
	if (cli_open(c) != 0 || set(c, argc, argv, &id, &changed) != 0)
		return cli_fail(c);
	cli_set(c, "id", cli_text(cli_id(c, id, text)));
	cli_set(c, "changed", json_integer((json_int_t)changed));
	if (changed == 0)
		cli_say(c, "Nothing to change: the record says that already.\n");
	else
		cli_say(c, "Changed %s of %s.\n", cli_count(changed, "field", "fields", count), text);
	return CLI_DONE;
}
