/* satchel merge: what is on a stick, into the store, and an answer onto the stick. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "exporting.h"
#include "places.h"

static const cli_usage usage = {
	"merge", "PATH...",
	"Takes in bundles: a folder (a mounted stick) stands for all bundles in its `satchel` folder, a "
	"file\n"
	"for itself.  Each is merged whole or not at all; what is damaged, foreign or not for us is named "
	"and\n"
	"left alone.  With --reply an answer for each sender is left in the same place.",
	1, -1
};

enum { SENDERS_MAX = 1024 };

typedef struct merging {
	cli *c;
	json_t *bundles;
	bool reply, folder;
	int code;
	size_t taken;      /* bundles that were merged or were merged before */
	size_t for_others; /* bundles on a shared stick that are not ours to open */
	sat_carrier *carrier;
	char **names; /* what the place held when it was listed */
	size_t count, room;
	int64_t senders[SENDERS_MAX]; /* of this place, whom a reply is for */
	size_t sender_count;
} merging;

static bool is_done(sat_verdict verdict, bool folder)
{
	switch (verdict) {
	case SAT_MERGED:
	case SAT_ENROLMENT:
	case SAT_DUPLICATE:
		return true;
	case SAT_NOT_FOR_US:
		return folder; /* others' bundles on a shared stick are as they should be */
	default:
		return false;
	}
}

/* Scripts get the verdict's name; people its sentence, which says all that the name does. */
static void tell(merging *m, const sat_merged *merged)
{
	cli *c = m->c;
	char records[64], conflicts[64];
	const char *sentence = merged->reason[0] == '\0' ? sat_verdict_name(merged->verdict) : merged->reason;
	bool with_counts = merged->verdict == SAT_MERGED || merged->records > 0;
	json_array_append_new(
	    m->bundles,
	    json_pack("{s:o, s:s, s:I, s:I, s:I, s:I, s:I, s:o}", "file", cli_text(merged->file), "outcome",
	              sat_verdict_name(merged->verdict), "records", (json_int_t)merged->records, "decisions",
	              (json_int_t)merged->decisions, "conflicts",
	              (json_int_t)merged->conflicts, "declined", (json_int_t)merged->declined, "pieces",
	              (json_int_t)merged->pieces, "reason",
	              merged->reason[0] == '\0' ? json_null() : cli_text(merged->reason)));
	if (merged->verdict == SAT_NOT_FOR_US && m->folder) {
		m->for_others++;
		return;
	}
	m->taken += is_done(merged->verdict, m->folder) || merged->records > 0;
	if (!is_done(merged->verdict, m->folder)) {
		m->code = CLI_PARTLY;
		cli_refuse(c, "%s: %s", merged->file, sentence);
		if (merged->records == 0)
			return;
	}
	cli_say(c, "%s: %s", merged->file, with_counts ? "merged" : sentence);
	if (with_counts) {
		cli_say(c, ", %s", cli_count(merged->records, "record", "records", records));
		if (merged->decisions > 0)
			cli_say(c, ", %s about consent",
			        cli_count(merged->decisions, "decision", "decisions", records));
		if (merged->conflicts > 0)
			cli_say(c, ", %s to decide (`satchel conflicts`)",
			        cli_count(merged->conflicts, "conflict", "conflicts", conflicts));
		if (merged->pieces > 0)
			cli_say(c, ", %s of files", cli_count(merged->pieces, "piece", "pieces", records));
		if (merged->declined > 0)
			cli_say(c, ", %s not let in for want of consent",
			        cli_count(merged->declined, "value", "values", records));
	}
	if (merged->verdict == SAT_MERGED && merged->reason[0] != '\0')
		cli_say(c, ": %s", merged->reason);
	cli_say(c, "\n");
}

static void remember_sender(merging *m, const sat_merged *merged)
{
	if (!merged->told_us || merged->device <= 1)
		return;
	for (size_t i = 0; i < m->sender_count; i++) {
		if (m->senders[i] == merged->device)
			return;
	}
	if (m->sender_count < SENDERS_MAX)
		m->senders[m->sender_count++] = merged->device;
}

/* Names are collected first, since a reply changes what a listing would see. */
static int collect(void *context, const sat_found *found)
{
	merging *m = context;
	if (found->broken) {
		sat_merged merged = { .verdict = SAT_DAMAGED };
		snprintf(merged.file, sizeof merged.file, "%s", found->name);
		snprintf(merged.reason, sizeof merged.reason,
		         "This is no whole bundle: %s. Nothing was merged from it.", found->why);
		tell(m, &merged);
		return 0;
	}
	if (found->foreign) {
		cli_note(m->c, "%s was left alone: %s", found->name,
		         found->why == NULL ? "it is no bundle" : found->why);
		return 0;
	}
	if (m->count == m->room) {
		size_t room = m->room == 0 ? 64 : m->room * 2;
		char **names = realloc(m->names, room * sizeof *names);
		if (names == NULL)
			return SAT_ENOMEM;
		m->names = names;
		m->room = room;
	}
	m->names[m->count] = strdup(found->name);
	return m->names[m->count++] == NULL ? SAT_ENOMEM : 0;
}

static void forget_names(merging *m)
{
	for (size_t i = 0; i < m->count; i++)
		free(m->names[i]);
	free(m->names);
	m->names = NULL;
	m->count = m->room = 0;
}

static int merge_all(merging *m)
{
	int rc = m->carrier->list(m->carrier->context, collect, m, &m->c->err);
	if (rc == SAT_ENOMEM)
		sat_fail(&m->c->err, SAT_ENOMEM, "memory ran out");
	for (size_t i = 0; rc == 0 && i < m->count; i++) {
		cli_progress progress;
		sat_merged merged = { 0 };
		cli_progress_begin(&progress, "merging");
		rc = sat_merge(m->c->store, m->c->identity, m->carrier, m->names[i], &merged,
		               cli_progress_step, &progress, &m->c->err);
		cli_progress_end(&progress);
		if (rc != 0) {
			sat_error_context(&m->c->err, "%s", m->names[i]);
			if (m->taken > 0)
				cli_fail_also(m->c, ". What was merged before it is kept; merging again takes the rest");
			break;
		}
		tell(m, &merged);
		remember_sender(m, &merged);
	}
	return rc;
}

/* Merging has succeeded by then, and must not sound as if it had not. */
static int no_answer(merging *m)
{
	sat_error why = m->c->err;
	sat_fail(&m->c->err, why.code,
	         "the answer could not be written: %.320s. What the stick brought is merged and kept; for "
	         "the answer, merge again with --reply, or export to another stick",
	         why.message);
	return why.code;
}

static int reply_all(merging *m, cli_exports *replies, const char *path)
{
	SAT_AUTO(sat_carrier) place = NULL;
	int rc = m->sender_count == 0 ? 0 : cli_folder_open(m->c, path, &place);
	for (size_t i = 0; rc == 0 && i < m->sender_count; i++) {
		rc = cli_export_to(replies, place, m->senders[i]);
		if (rc == SAT_EWAITING || rc == SAT_EREVOKED) {
			cli_refuse(m->c, "no reply: %s", m->c->err.message);
			m->code = CLI_PARTLY;
			rc = 0;
		}
	}
	return rc == 0 ? 0 : no_answer(m);
}

/* What we wrote to this stick and a receipt has confirmed since makes room. */
static int tidy(merging *m)
{
	size_t dropped;
	char count[64];
	int rc = sat_tidy(m->c->store, m->carrier, &dropped, &m->c->err);
	m->for_others -= dropped < m->for_others ? dropped : m->for_others;
	if (dropped > 0)
		cli_say(m->c, "%s of ours taken off the stick: confirmed.\n",
		        cli_count(dropped, "bundle", "bundles", count));
	/* A stick that cannot be written keeps them, which does no harm. */
	return rc == SAT_EFULL || rc == SAT_EIO ? 0 : rc;
}

static int merge_path(merging *m, cli_exports *replies, const char *path)
{
	int rc = cli_place_open(m->c, path, &m->carrier, &m->folder);
	char count[64];
	m->sender_count = m->for_others = 0;
	if (rc == 0)
		rc = merge_all(m);
	if (rc == 0 && m->count == 0)
		cli_note(m->c, "there is no bundle in %s", path);
	if (rc == 0 && m->folder)
		rc = tidy(m);
	if (m->for_others > 0)
		cli_say(m->c, "%s for others and left alone; carry on with them.\n",
		        cli_count(m->for_others, "bundle is", "bundles are", count));
	forget_names(m);
	sat_carrier_free(m->carrier);
	m->carrier = NULL;
	return rc == 0 && m->reply ? reply_all(m, replies, path) : rc;
}

static void tell_replies(cli *c, const cli_exports *replies)
{
	json_t *files = json_array(), *bundle;
	size_t i;
	json_array_foreach(replies->bundles, i, bundle)
	    json_array_append(files, json_object_get(bundle, "file"));
	cli_set(c, "replies", files);
	json_decref(replies->bundles);
}

/* A slip in the last path must not come to light after the first was merged. */
static int all_there(cli *c, int argc, char **argv)
{
	int rc = 0;
	for (int i = 0; rc == 0 && i < argc; i++) {
		SAT_AUTO(sat_carrier) place = NULL;
		bool folder;
		rc = cli_place_open(c, argv[i], &place, &folder);
	}
	return rc;
}

int cmd_merge(cli *c, int argc, char **argv)
{
	merging *m = calloc(1, sizeof *m);
	if (m == NULL)
		return CLI_FAILED;
	m->c = c;
	m->bundles = json_array();
	cli_exports replies = { .c = c, .bundles = json_array(), .options = { .tell_revoked = true } };
	cli_set(c, "bundles", m->bundles);
	const cli_option options[] = {
		{ "reply", CLI_FLAG, &m->reply, NULL, "leave an answer for each sender in the same place" },
		{ 0 },
	};
	if (!cli_options(c, &usage, options, &argc, &argv)) {
		json_decref(replies.bundles);
		free(m);
		return c->code;
	}
	int rc = cli_unlock(c), code;
	if (rc == 0)
		rc = all_there(c, argc, argv);
	for (int i = 0; rc == 0 && i < argc; i++)
		rc = merge_path(m, &replies, argv[i]);
	if (rc == SAT_ENOTFOUND)
		rc = c->err.code = SAT_EIO;
	tell_replies(c, &replies);
	if (rc == 0)
		rc = cli_tell_revoked(c, true);
	if (rc == 0 && m->reply && replies.count > 0)
		cli_say(c, "All was read back and is whole; the stick may be taken out.\n");
	code = rc != 0 ? cli_fail(c) : m->code;
	free(m);
	return code;
}
