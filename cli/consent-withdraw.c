/* satchel consent withdraw: "stop sharing", which can be undone, and "take back", which cannot. */
#include <stdio.h>
#include <string.h>

#include "core/record.h"
#include "core/concern.h"
#include "decisions.h"
#include "holding.h"
#include "values.h"
#include "view.h"

static const cli_usage usage = {
	"consent withdraw", "SUBJECT PURPOSE...",
	"Stops sharing: what the purposes cover is no longer sent or shown, and a later yes undoes it.\n"
	"With --final takes back: what the purposes cover is erased, here and wherever the withdrawal\n"
	"arrives, and no later yes brings it back.",
	2, -1
};

typedef struct withdrawal {
	cli *c;
	sat_dot subject;
	bool final, by_other, by_guardian;
	sat_purposes purposes;
	sat_decision *decisions;
	size_t count;
	json_t *erased; /* what a final one takes away */
	sat_holders *holders;
	size_t values;
} withdrawal;

/* A value goes when it states this person in the episode that is closed now. */
static bool goes(const withdrawal *w, const sat_state *state, const sat_sibling *s)
{
	if (s->blank || (state->table->columns[s->field].needs & w->purposes) == 0)
		return false;
	for (uint32_t i = 0; i < s->stated_count; i++) {
		if (sat_dot_record(s->stated[i].person) == w->subject)
			return true;
	}
	return false;
}

/* A record that names a person twice is met twice. */
static bool foreseen(const withdrawal *w, const char *id)
{
	size_t i;
	json_t *record;
	json_array_foreach(w->erased, i, record)
	{
		if (strcmp(json_string_value(json_object_get(record, "id")), id) == 0)
			return true;
	}
	return false;
}

static int foresee_one(void *context, sat_table *table, sat_dot id, sat_error *err)
{
	withdrawal *w = context;
	SAT_ARENA(arena);
	sat_state state;
	char text[SAT_ID_CHARS];
	int rc = sat_record_load(w->c->store, table, id, &arena, &state, err);
	if (rc != 0 || !state.created || foreseen(w, cli_id(w->c, id, text)))
		return rc;
	json_t *fields = json_array();
	for (size_t i = 0; i < state.count; i++) {
		const sat_sibling *s = &state.siblings[i];
		if (!goes(w, &state, s))
			continue;
		w->values++;
		const char *name = table->columns[s->field].name;
		size_t n = json_array_size(fields);
		if (n == 0 || strcmp(json_string_value(json_array_get(fields, n - 1)), name) != 0)
			json_array_append_new(fields, json_string(name));
	}
	if (json_array_size(fields) > 0)
		json_array_append_new(w->erased, json_pack("{s:s, s:s, s:O}", "id", text, "kind", table->name,
		                                           "fields", fields));
	json_decref(fields);
	return sat_holders_add(w->holders, &state, w->purposes, err);
}

static void print_erased(cli *c, const withdrawal *w)
{
	size_t i, k;
	json_t *record, *field;
	cli_say(c, "This erases, here and wherever it has gone, for ever:\n");
	json_array_foreach(w->erased, i, record)
	{
		cli_say(c, "    %s %s:", json_string_value(json_object_get(record, "kind")),
		        json_string_value(json_object_get(record, "id")));
		json_array_foreach(json_object_get(record, "fields"), k, field)
		    cli_say(c, "%s %s", k == 0 ? "" : ",", json_string_value(field));
		cli_say(c, "\n");
	}
	if (w->values == 0)
		cli_say(c, "    nothing that is here\n");
}

static int foresee(cli *c, withdrawal *w)
{
	w->erased = json_array();
	cli_set(c, "erases", w->erased);
	int rc = sat_holders_begin(&w->holders, c->store, &c->err);
	if (rc == 0)
		rc = sat_record_each_of_person(c->store, w->subject, foresee_one, w, &c->err);
	if (rc == 0) {
		print_erased(c, w);
		cli_holding_print(c, w->holders);
	}
	sat_holders_free(w->holders);
	return rc;
}

static int read_purposes(cli *c, withdrawal *w, char **words, sat_arena *arena)
{
	w->decisions = sat_arena_zeroed(arena, w->count + 1, sizeof *w->decisions);
	if (w->decisions == NULL)
		return sat_fail(&c->err, SAT_ENOMEM, "out of memory");
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < w->count; i++) {
		sat_decision *d = &w->decisions[i];
		d->subject = w->subject;
		d->event = w->by_other ? SAT_REVOKED : SAT_WITHDRAWN;
		d->voice = w->by_guardian ? SAT_GUARDIAN : SAT_OWN_VOICE;
		d->final = w->final;
		d->claimed_time = c->env->now(c->env->context);
		rc = cli_purpose(c, words[i], strlen(words[i]), &d->purpose);
		sat_purposes bit = rc == 0 ? sat_purpose_find(c->store, d->purpose) : 0;
		if (rc == 0 && (w->purposes & bit) != 0)
			rc = sat_fail(&c->err, SAT_EUSAGE, "purpose %s was given twice", d->purpose);
		w->purposes |= bit;
	}
	return rc;
}

static int withdraw_change(cli *c, void *context)
{
	withdrawal *w = context;
	return sat_consent_record(c->store, c->identity, w->decisions, w->count, &c->err);
}

static int withdraw(cli *c, withdrawal *w, char **words, bool yes)
{
	SAT_ARENA(arena);
	int rc = read_purposes(c, w, words, &arena);
	if (rc == 0 && w->final) {
		rc = foresee(c, w);
		if (rc == 0)
			rc = cli_confirm(c, yes, "This cannot be undone.", "take back");
	}
	if (rc == 0)
		rc = cli_unlock(c);
	return rc != 0 ? rc : cli_transaction(c, withdraw_change, w);
}

int cli_consent_withdraw(cli *c, int argc, char **argv)
{
	withdrawal w = { .c = c };
	bool yes = false;
	const cli_option options[] = {
		{ "final", CLI_FLAG, &w.final, NULL, "take back: erase for ever what the purposes cover" },
		{ "by-other", CLI_FLAG, &w.by_other, NULL, "somebody else withdraws it for the person" },
		{ "by-guardian", CLI_FLAG, &w.by_guardian, NULL, "the person's guardian takes back what they said" },
		{ "yes", CLI_FLAG, &yes, NULL, "do not ask" },
		{ 0 },
	};
	if (!cli_options(c, &usage, options, &argc, &argv))
		return c->code;
	w.count = (size_t)argc - 1;
	if (cli_open(c) != 0 || cli_subject(c, argv[0], &w.subject) != 0 ||
	    withdraw(c, &w, argv + 1, yes) != 0)
		return cli_fail(c);
	char id[SAT_ID_CHARS];
	cli_set(c, "subject", cli_text(cli_id(c, w.subject, id)));
	cli_set(c, "final", json_boolean(w.final));
	cli_say(c, w.final
	               ? "Taken back and erased here.  The withdrawal leads every next export, and erases "
	                 "where it arrives.\n"
	               : "Sharing is stopped.  What was sent before is hidden where the next exchange "
	                 "arrives; a later yes undoes it.\n");
	return CLI_DONE;
}
