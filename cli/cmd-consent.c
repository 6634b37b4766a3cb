/* satchel consent: the front of its verbs, and whom and what they are about. */
#include <string.h>

#include "core/permission.h"
#include "core/query.h"
#include "decisions.h"
#include "values.h"

static const cli_usage usage = {
	"consent", "record | show | withdraw | receipt | document | verify ...",
	"record SUBJECT PURPOSE=EVENT...   writes down what a person said: yes, no, later, asked\n"
	"show SUBJECT                      all decisions, and what is permitted now\n"
	"withdraw SUBJECT PURPOSE...       stops sharing; with --final takes back and erases for ever\n"
	"receipt SUBJECT                   what was answered, who has it, what is confirmed erased\n"
	"document SUBJECT FILE             all decisions as JSON, with their proof\n"
	"verify FILE                       checks such a file, without a store\n\n"
	"`satchel consent VERB --help` says more.  Being at a workshop is never a yes to anything.",
	1, -1
};

/* People, and communities for what a group decides. */
static bool may_decide(const sat_table *table) { return table->is != 0; }

int cli_subject(cli *c, const char *text, sat_dot *subject)
{
	sat_table *table = NULL;
	int rc = cli_record_named(c, text, strlen(text), NULL, subject);
	if (rc == 0)
		rc = sat_table_of_record(c->store, *subject, &table, &c->err);
	if (rc == 0 && table != NULL && !may_decide(table))
		return sat_fail(&c->err, SAT_EINVALID,
		                "%.60s is of kind %s; only people and communities decide", text, table->name);
	if (rc != SAT_EINVALID && rc != SAT_ENOTFOUND)
		return rc;
	for (size_t i = 0; i < sat_table_count(c->store); i++) {
		table = sat_table_at(c->store, i);
		if (!may_decide(table) || sat_query_title_column(table) == NULL)
			continue;
		rc = cli_record_named(c, text, strlen(text), table, subject);
		if (rc != SAT_ENOTFOUND)
			return rc;
	}
	return sat_fail(&c->err, SAT_ENOTFOUND,
	                "there is no person or community \"%.100s\" here; write the id, the pseudonym or the name",
	                text);
}

int cli_concerned(cli *c, sat_dot subject, sat_dot *concerned)
{
	sat_table *table;
	int rc = sat_table_of_record(c->store, subject, &table, &c->err);
	bool community = rc == 0 && table != NULL && (table->is & SAT_AS_COMMUNITY);
	*concerned = community ? sat_dot_community(subject) : subject;
	return rc;
}

static bool is_collective(cli *c, const char *name)
{
	const sat_programme *programme = sat_store_programme(c->store);
	bool collective = false;
	for (size_t i = 0; i < programme->purpose_count; i++)
		collective = collective || (strcmp(programme->purposes[i].name, name) == 0 && programme->purposes[i].collective);
	return collective;
}

int cli_decides(cli *c, sat_dot concerned, const char *purpose)
{
	bool collective = is_collective(c, purpose);
	if (collective == sat_dot_collective(concerned))
		return 0;
	return sat_fail(&c->err, SAT_EINVALID, "%s is for %s to decide; nothing was recorded. Name %s instead", purpose,
	                collective ? "a community" : "each person",
	                collective ? "the community" : "the person");
}

int cli_purpose(cli *c, const char *text, size_t length, const char **purpose)
{
	const sat_programme *programme = sat_store_programme(c->store);
	SAT_BYTES(names);
	char typed[SAT_NAME_BYTES];
	cli_name(text, length, typed);
	for (size_t i = 0; i < programme->purpose_count; i++) {
		const char *name = programme->purposes[i].name;
		if (strcmp(name, typed) == 0) {
			*purpose = name;
			return 0;
		}
		sat_bytes_put(&names, ", ", i == 0 ? 0 : 2);
		sat_bytes_put(&names, name, strlen(name));
	}
	return sat_fail(&c->err, SAT_EINVALID, "\"%.*s\" is no purpose; they are %.*s",
	                (int)(length > 60 ? 60 : length), text, (int)names.length, (const char *)names.data);
}

int cli_purpose_or_state(cli *c, const char *text, size_t length, const char **purpose)
{
	static const char *const states[] = { SAT_HAS_GUARDIAN, SAT_IN_MOURNING };
	char typed[SAT_NAME_BYTES];
	cli_name(text, length, typed);
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		if (strcmp(states[i], typed) == 0) {
			*purpose = states[i];
			return 0;
		}
	}
	return cli_purpose(c, text, length, purpose);
}

int cmd_consent(cli *c, int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(cli *, int, char **);
	} verbs[] = {
		{ "record", cli_consent_record },     { "show", cli_consent_show },
		{ "withdraw", cli_consent_withdraw }, { "receipt", cli_consent_receipt },
		{ "document", cli_consent_document }, { "verify", cli_consent_verify },
	};
	for (size_t i = 0; argc > 1 && i < sizeof verbs / sizeof *verbs; i++) {
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run(c, argc - 1, argv + 1);
	}
	if (!cli_options(c, &usage, NULL, &argc, &argv))
		return c->code;
	return cli_wrong(c, "\"%.40s\" is no verb of consent; they are record, show, withdraw, receipt, "
	                 "document and verify", argv[0]);
}
