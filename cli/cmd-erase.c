/* satchel erase: a record, for ever, everywhere. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "core/erase.h"
#include "holding.h"
#include "values.h"
#include "view.h"

static const cli_usage usage = {
	"erase", "ID",
	"Erases a record here, and at every replica that the next exchanges reach.  It cannot be undone.\n"
	"It first says who else is known to have it.",
	1, 1
};

static int erase_change(cli *c, void *context)
{
	return sat_record_erase(c->store, *(sat_dot *)context, 0, &c->err);
}

static int ask(cli *c, sat_dot id, bool yes)
{
	char text[SAT_ID_CHARS], question[512];
	SAT_BYTES(title);
	int rc = cli_describe_id(c, id, &title);
	if (rc == 0)
		rc = cli_holding_tell(c, id);
	if (rc != 0)
		return rc;
	snprintf(question, sizeof question, "This erases %s (%.*s) here and wherever it has gone, for ever.",
	         cli_id(c, id, text), (int)title.length, (const char *)title.data);
	return cli_confirm(c, yes, question, "erase");
}

int cmd_erase(cli *c, int argc, char **argv)
{
	bool yes = false;
	const cli_option options[] = { { "yes", CLI_FLAG, &yes, NULL, "do not ask" }, { 0 } };
	if (!cli_options(c, &usage, options, &argc, &argv))
		return c->code;
	sat_dot id;
	char text[SAT_ID_CHARS];
	if (cli_open(c) != 0 || cli_record_held(c, argv[0], &id) != 0 ||
	    ask(c, id, yes) != 0 || cli_transaction(c, erase_change, &id) != 0)
		return cli_fail(c);
	cli_set(c, "id", cli_text(cli_id(c, id, text)));
	cli_set(c, "erased", json_true());
	cli_say(c, "Erased %s here.  The erasure travels with the next exports.\n", text);
	return CLI_DONE;
}
