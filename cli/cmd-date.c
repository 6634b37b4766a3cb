/* satchel date: the day that headquarters signs, which ends embargoes everywhere. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "core/registry-statement.h"

static const cli_usage usage = {
	"date", "[DATE]",
	"Tells the day that headquarters signed last.  At headquarters, with a date: signs that it is at least this\n"
	"day.  Embargoes end and decisions run out by it on every machine, whatever its clock says.",
	0, 1
};

typedef struct signing {
	int32_t day;
} signing;

static int sign_change(cli *c, void *context)
{
	SAT_BYTES(body);
	sat_bytes_put_varint(&body, (uint64_t)((signing *)context)->day);
	return sat_statement_issue(c->store, c->identity, SAT_SIGNED_DATE, body.data, body.length, &c->err);
}

static int sign(cli *c, const char *text, int64_t known, bool yes)
{
	signing s;
	char question[256], day[CLI_TIME_CHARS], before[CLI_TIME_CHARS];
	if (!cli_day_read(text, &s.day))
		return sat_fail(&c->err, SAT_EINVALID,
		                "\"%.40s\" is no full date such as 2027-06-30; nothing was signed", text);
	if (s.day <= known)
		return sat_fail(&c->err, SAT_EINVALID,
		                "headquarters has signed %s already, and days do not go back; nothing was signed",
		                cli_day((int32_t)known, before));
	snprintf(question, sizeof question,
	         "Signing that it is at least %s cannot be taken back; embargoes up to the day before end everywhere.",
	         cli_day(s.day, day));
	int rc = cli_confirm(c, yes, question, day);
	if (rc == 0)
		rc = cli_unlock(c);
	if (rc == 0)
		rc = cli_transaction(c, sign_change, &s);
	if (rc == 0)
		cli_say(c, "Signed.  It travels with the next exports.\n");
	return rc;
}

int cmd_date(cli *c, int argc, char **argv)
{
	bool yes = false;
	int64_t known;
	char day[CLI_TIME_CHARS];
	const cli_option options[] = { { "yes", CLI_FLAG, &yes, NULL, "do not ask" }, { 0 } };
	if (!cli_options(c, &usage, options, &argc, &argv))
		return c->code;
	if (cli_open(c) != 0 || sat_meta_int(c->store, "registry_date", &known, 0, &c->err) != 0)
		return cli_fail(c);
	if (argc == 1 && sat_store_role(c->store) != SAT_REGISTRY)
		return cli_wrong(c, "only headquarters signs dates; nothing was signed");
	if (argc == 1 && (sign(c, argv[0], known, yes) != 0 ||
	                  sat_meta_int(c->store, "registry_date", &known, 0, &c->err) != 0))
		return cli_fail(c);
	cli_set(c, "date", known == 0 ? json_null() : json_string(cli_day((int32_t)known, day)));
	if (argc == 0)
		cli_print(c, "%s\n", known == 0 ? "Headquarters has signed no day yet." : cli_day((int32_t)known, day));
	return CLI_DONE;
}
