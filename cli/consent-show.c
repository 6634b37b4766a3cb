/* satchel consent show: all decisions of a person, and what follows from them now. */
#include <string.h>

#include "core/details.h"
#include "core/permission.h"
#include "core/table.h"
#include "core/terms.h"
#include "decisions.h"
#include "values.h"
#include "view.h"

static const cli_usage usage = { "consent show", "SUBJECT",
	                         "Shows every decision of a person (by id or pseudonym) or a community with its details, "
	                         "which of them stand now, and\n"
	                         "for each purpose what headquarters may have and what may be shown here.",
	                         1, 1 };

/* What stands now: a head of its chain, in the present episode. */
static bool stands(const sat_decision *all, size_t count, const sat_decision *d)
{
	return d->episode == sat_consent_episode(all, count, d->purpose) && sat_decision_is_head(all, count, d);
}

/* --- details ------------------------------------------------------------------------------------ */

typedef struct terms {
	cli *c;
	json_t *details;
} terms;

static int show_term(void *context, const char *name, const char *value)
{
	terms *t = context;
	cli_print(t->c, "        %s: %s\n", name, value);
	json_object_set_new(t->details, name, cli_text(value));
	return 0;
}

/* Each detail is shown when the person permits what it needs; what was written here may be seen here. */
static json_t *details_json(cli *c, sat_gate *gate, const sat_decision *d)
{
	json_t *details = json_object();
	sat_sibling written = { .dot = d->id };
	sat_leave leave = { 0 };
	if (!d->has_details)
		cli_print(c, "        how and by whom it was said is not here: it was taken back, or may not leave where it "
		             "was written\n");
	if (sat_details_weigh(gate, c->store, d, &leave, &c->err) != 0)
		leave.permitted = 0;
	for (int i = 0; i < SAT_DETAILS; i++) {
		if (d->details[i] == NULL || d->details[i][0] == '\0')
			continue;
		bool seen = cli_own(c, &written) ||
		            sat_gate_answer(&leave, sat_detail_needs(c->store, d, i)) == SAT_PERMITTED;
		if (i == SAT_TERMS && seen && sat_terms_each(d->details[i], show_term, &(terms){ c, details }, NULL) == 0)
			continue;
		cli_print(c, "        %s: %s\n", sat_detail_name(i), seen ? d->details[i] : "(not shown)");
		if (seen)
			json_object_set_new(details, sat_detail_name(i), cli_text(d->details[i]));
	}
	return details;
}

static json_t *decision_json(cli *c, sat_gate *gate, const sat_decision *d, bool head)
{
	char id[SAT_ID_CHARS], author[SAT_DEVICE_NAME_BYTES], time[CLI_TIME_CHARS], day[CLI_TIME_CHARS];
	/* When it was said is a detail too. */
	time[0] = '\0';
	if (d->has_details)
		cli_time(d->claimed_time, time);
	cli_print(c, "    %s: %s%s%s%s\n", d->purpose, d->voice == SAT_GUARDIAN ? "guardian " : "",
	          sat_event_name(d->event), d->final ? ", for ever" : "",
	          head || d->final ? "" : "  (no longer stands)");
	cli_print(c, "        recorded by %s%s%s\n", cli_author(c, d->id, author),
	          time[0] == '\0' ? "" : ", ", time);
	if (d->until != 0)
		cli_print(c, "        until: %s\n", cli_day(d->until, day));
	if (d->recipients != NULL && d->recipients[0] != '\0')
		cli_print(c, "        only for: %s\n", d->recipients);
	if (d->withheld_from != NULL && d->withheld_from[0] != '\0')
		cli_print(c, "        not for: %s\n", d->withheld_from);
	if (d->notice != 0)
		cli_print(c, "        notice version: %u\n", (unsigned)d->notice);
	json_t *json = json_pack("{s:s, s:s, s:s, s:b, s:i, s:b, s:o, s:o}", "id", cli_id(c, d->id, id),
	                         "purpose", d->purpose, "event", sat_event_name(d->event), "final",
	                         (int)d->final, "episode", (int)d->episode, "head", (int)head, "author",
	                         cli_text(author), "claimed_time", d->has_details ? cli_time_json(d->claimed_time) : json_null());
	json_object_set_new(json, "until", d->until == 0 ? json_null() : cli_text(cli_day(d->until, day)));
	json_object_set_new(json, "recipients", cli_text(d->recipients == NULL ? "" : d->recipients));
	json_object_set_new(json, "withheld_from", cli_text(d->withheld_from == NULL ? "" : d->withheld_from));
	json_object_set_new(json, "voice", json_string(d->voice == SAT_GUARDIAN ? "guardian" : "own"));
	json_object_set_new(json, "notice_version", d->notice == 0 ? json_null() : json_integer(d->notice));
	json_object_set_new(json, "details_here", json_boolean(d->has_details));
	json_object_set_new(json, "details", details_json(c, gate, d));
	return json;
}

/* --- what is permitted -------------------------------------------------------------------------- */

typedef struct standing {
	sat_gate *gate;
	sat_dot subject;
	const sat_stated *stated; /* as a value written now would state */
	uint32_t stated_count;
	sat_leave leave;
} standing;

static int stand(cli *c, standing *s, sat_dot subject, sat_arena *arena)
{
	s->subject = subject;
	int rc = sat_gate_state(s->gate, &s->subject, 1, arena, &s->stated, &s->stated_count, &c->err);
	return rc != 0
	           ? rc
	           : sat_gate_weigh(s->gate, &s->subject, 1, s->stated, s->stated_count, &s->leave, &c->err);
}

static int answer(cli *c, standing *s, sat_purposes bit, char *reason, const char **word)
{
	reason[0] = '\0';
	*word = sat_gate_answer(&s->leave, bit) == SAT_PERMITTED ? "permitted" : "suspended";
	if (**word == 'p')
		return 0;
	int rc = sat_gate_reason(s->gate, &s->subject, 1, s->stated, s->stated_count, bit, reason,
	                         CLI_REASON_BYTES, &c->err);
	/* The sentence begins with the purpose, which stands beside it already. */
	char *colon = strstr(reason, ": ");
	if (rc == 0 && colon != NULL)
		memmove(reason, colon + 2, strlen(colon + 2) + 1);
	return rc;
}

/* Of the purposes that are for the subject to decide. */
static int show_purposes(cli *c, standing *registry, standing *own)
{
	const sat_programme *programme = sat_store_programme(c->store);
	json_t *purposes = json_array();
	cli_set(c, "purposes", purposes);
	cli_print(c, "now:\n");
	for (size_t i = 0; i < programme->purpose_count; i++) {
		const char *name = programme->purposes[i].name, *there, *here;
		sat_purposes bit = sat_purpose_find(c->store, name);
		if (programme->purposes[i].collective != sat_dot_collective(own->subject))
			continue;
		char reason[CLI_REASON_BYTES], own_reason[CLI_REASON_BYTES];
		int rc = answer(c, registry, bit, reason, &there);
		if (rc == 0)
			rc = answer(c, own, bit, own_reason, &here);
		if (rc != 0)
			return rc;
		json_array_append_new(
		    purposes, json_pack("{s:s, s:s, s:o, s:s}", "purpose", name, "answer", there, "reason",
		                        reason[0] == '\0' ? json_null() : cli_text(reason), "here", here));
		cli_print(c, "    %-20s %s%s%s%s\n", name, there, reason[0] == '\0' ? "" : " (", reason,
		          reason[0] == '\0' ? "" : ")");
	}
	return 0;
}

static void show_states(cli *c, const sat_decision *all, size_t count)
{
	static const char *const words[][2] = { { SAT_HAS_GUARDIAN, "has a guardian; asked again after" },
		                                { SAT_IN_MOURNING, "is mourned; the family is asked again on" } };
	json_t *states = json_object();
	cli_set(c, "states", states);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		int32_t until;
		char day[CLI_TIME_CHARS] = "a day that was not said";
		if (!sat_state_in_force(all, count, words[i][0], &until))
			continue;
		if (until != 0)
			cli_day(until, day);
		cli_print(c, "    %s %s\n", words[i][1], day);
		json_object_set_new(states, words[i][0], until == 0 ? json_true() : cli_text(day));
	}
}

static int show(cli *c, sat_dot subject)
{
	SAT_ARENA(arena);
	sat_decision *all;
	size_t count;
	standing registry = { 0 }, own = { 0 };
	char id[SAT_ID_CHARS];
	sat_dot concerned;
	int rc = cli_concerned(c, subject, &concerned);
	if (rc == 0)
		rc = cli_registry_gate(c, &registry.gate);
	if (rc == 0)
		rc = cli_own_gate(c, &own.gate);
	if (rc == 0)
		rc = stand(c, &registry, concerned, &arena);
	if (rc == 0)
		rc = stand(c, &own, concerned, &arena);
	if (rc == 0)
		rc = sat_consent_of_subject(c->store, subject, true, &arena, &all, &count, &c->err);
	if (rc != 0)
		return rc;
	cli_set(c, "subject", cli_text(cli_id(c, subject, id)));
	cli_print(c, "%s\n%s:\n", id, count == 0 ? "no decisions" : "decisions");
	json_t *decisions = json_array();
	cli_set(c, "decisions", decisions);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(decisions,
		                      decision_json(c, own.gate, &all[i], stands(all, count, &all[i])));
	rc = show_purposes(c, &registry, &own);
	if (rc == 0)
		show_states(c, all, count);
	return rc;
}

int cli_consent_show(cli *c, int argc, char **argv)
{
	if (!cli_options(c, &usage, NULL, &argc, &argv))
		return c->code;
	sat_dot subject;
	if (cli_open(c) != 0 || cli_subject(c, argv[0], &subject) != 0 || show(c, subject) != 0)
		return cli_fail(c);
	return CLI_DONE;
}
