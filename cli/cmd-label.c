/* satchel label: what a community wants to be known of a record, and whom it is kept for. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "core/consent.h"
#include "core/label-codes.h"
#include "core/permission.h"
#include "core/protocol-reach.h"
#include "core/protocol.h"
#include "holding.h"
#include "labels.h"
#include "values.h"
#include "view.h"

static const char about[] =
    "put    puts a label on a record, in place of the one that it has: codes, the community's words, whom it is\n"
    "       kept for, an embargo.  Whatever refers to the record stands under it as well, now and later.  Machines\n"
    "       that are not among those it is kept for neither get it nor show it\n"
    "end    ends the labels of a record: it goes to everybody again\n"
    "show   tells the labels of a record, and those that it stands under\n"
    "codes  lists the codes of Local Contexts";

static const cli_usage usage = { "label", "put ID | end ID | show ID | codes", about, 1, 2 };

typedef struct labelling {
	sat_dot record;
	sat_decision decision;
	size_t under;           /* how many records derive from it */
} labelling;

/* --- putting and ending ------------------------------------------------------------------------- */

static int put_change(cli *c, void *context)
{
	labelling *l = context;
	int rc = sat_protocol_count(c->store, l->record, &l->under, &c->err);
	return rc != 0 ? rc : sat_consent_record(c->store, c->identity, &l->decision, 1, &c->err);
}

static int put(cli *c, const char *text, const cli_label *label)
{
	SAT_ARENA(arena);
	labelling l;
	char id[SAT_ID_CHARS], count[64];
	json_t *labels;
	if (!cli_label_said(label))
		return cli_wrong(c, "label put needs what the label says: --codes, --words, --audience, --embargo or "
		                    "--do-not-copy; nothing was changed");
	if (cli_open(c) != 0 || cli_record_held(c, text, &l.record) != 0 ||
	    cli_label_read(c, label, l.record, &arena, &l.decision) != 0 || cli_holding_tell(c, l.record) != 0 ||
	    cli_unlock(c) != 0 || cli_transaction(c, put_change, &l) != 0)
		return cli_fail(c);
	cli_set(c, "record", cli_text(cli_id(c, l.record, id)));
	cli_set(c, "under", json_integer((json_int_t)l.under));
	cli_say(c, "Labelled %s; %s it.  The label goes with the next exports to whoever may see the record or has it "
	           "already.\n", id, cli_count(l.under, "record stands under", "records stand under", count));
	if (cli_labels_of(c, l.record, "    ", &labels) != 0)
		return cli_fail(c);
	cli_set(c, "labels", labels);
	return cli_label_remark(c, label, &l.decision) != 0 ? cli_fail(c) : CLI_DONE;
}

static int end(cli *c, const char *text, const cli_label *label)
{
	SAT_ARENA(arena);
	labelling l;
	char id[SAT_ID_CHARS];
	if (cli_open(c) != 0 || cli_record_held(c, text, &l.record) != 0 ||
	    cli_label_read(c, label, l.record, &arena, &l.decision) != 0)
		return cli_fail(c);
	if (!sat_protocol_labelled(c->store, l.record)) {
		sat_fail(&c->err, SAT_ENOTFOUND, "record %s has no label of its own; nothing was changed", text);
		return cli_fail(c);
	}
	l.decision.event = SAT_WITHDRAWN;
	if (cli_unlock(c) != 0 || cli_transaction(c, put_change, &l) != 0)
		return cli_fail(c);
	cli_set(c, "record", cli_text(cli_id(c, l.record, id)));
	cli_set(c, "under", json_integer((json_int_t)l.under));
	cli_say(c, "The label of %s has ended.  The record, and what stood under it, goes with the next exports wherever "
	           "consent lets it.\n", id);
	return CLI_DONE;
}

/* --- telling ------------------------------------------------------------------------------------ */

static int show(cli *c, const char *text)
{
	SAT_ARENA(arena);
	sat_dot record;
	sat_records above;
	char id[SAT_ID_CHARS];
	if (cli_open(c) != 0 || cli_record_named(c, text, strlen(text), NULL, &record) != 0 ||
	    sat_protocol_labels(c->store, &record, 1, &arena, &above, &c->err) != 0)
		return cli_fail(c);
	json_t *own = NULL, *inherited = json_array();
	cli_set(c, "record", cli_text(cli_id(c, record, id)));
	cli_print(c, "%s\n", id);
	int rc = cli_labels_of(c, record, "    ", &own);
	cli_set(c, "labels", own);
	cli_set(c, "stands_under", inherited);
	size_t told = json_array_size(own);
	for (size_t i = 0; rc == 0 && i < above.count; i++) {
		json_t *labels = NULL;
		if (above.at[i] == record)
			continue;
		cli_print(c, "    stands under %s:\n", cli_id(c, above.at[i], id));
		rc = cli_labels_of(c, above.at[i], "        ", &labels);
		told += json_array_size(labels);
		json_array_append_new(inherited, json_pack("{s:s, s:o}", "record", id, "labels", labels));
	}
	if (rc == 0 && told == 0)
		cli_say(c, "    no label is in force\n");
	return rc != 0 ? cli_fail(c) : CLI_DONE;
}

static int list_codes(cli *c)
{
	json_t *codes = json_array();
	for (size_t i = 0; i < SAT_LABEL_CODES; i++) {
		json_array_append_new(codes, json_pack("{s:s, s:s}", "code", sat_label_codes[i].code, "name",
		                                       sat_label_codes[i].name));
		cli_print(c, "%-7s %s\n", sat_label_codes[i].code, sat_label_codes[i].name);
	}
	cli_set(c, "codes", codes);
	return CLI_DONE;
}

int cmd_label(cli *c, int argc, char **argv)
{
	cli_label label = { 0 };
	const cli_option options[] = {
		CLI_LABEL_OPTIONS(&label, "codes"),
		{ "reason", CLI_TEXT, &label.reason, "TEXT", "why" },
		{ 0 },
	};
	if (!cli_options(c, &usage, options, &argc, &argv))
		return c->code;
	if (argc == 2 && strcmp(argv[0], "put") == 0)
		return put(c, argv[1], &label);
	if (argc == 2 && strcmp(argv[0], "end") == 0)
		return end(c, argv[1], &label);
	if (argc == 2 && strcmp(argv[0], "show") == 0)
		return show(c, argv[1]);
	if (argc == 1 && strcmp(argv[0], "codes") == 0)
		return list_codes(c);
	return cli_wrong(c, "usage: satchel label %s", usage.arguments);
}
