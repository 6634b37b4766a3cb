/* What a person is asked before a yes is recorded that may not mean what it seems to mean. */
#include <stdio.h>
#include <string.h>

#include "core/gate.h"
#include "core/life-cycle.h"
#include "decisions.h"
#include "view.h"

/* The final decision behind which the present episode of a purpose begins; NULL for the first episode, and
 * for one in which somebody has said yes already, since that was asked then. */
static const sat_decision *closed_by(const sat_decision *all, size_t count, const char *purpose)
{
	uint32_t episode = sat_consent_episode(all, count, purpose);
	const sat_decision *closing = NULL;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(all[i].purpose, purpose) != 0)
			continue;
		if (all[i].episode == episode && sat_event_permits(all[i].event))
			return NULL;
		if (all[i].final && all[i].episode + 1 == episode)
			closing = &all[i];
	}
	return closing;
}

static void put_text(sat_bytes *out, const char *text)
{
	sat_bytes_put(out, text, strlen(text));
}

static void put_closed(sat_bytes *out, const sat_decision *closing)
{
	char day[CLI_TIME_CHARS];
	cli_day((int32_t)(closing->claimed_time / 86400), day);
	put_text(out, closing->purpose);
	put_text(out, closing->claimed_time == 0 ? " on a day that is not known" : " on ");
	put_text(out, closing->claimed_time == 0 ? "" : day);
	put_text(out, closing->event == SAT_REVOKED ? " (by somebody else)" : "");
}

/* A yes after "for ever": it is possible, but it is another one than before, and brings nothing back. */
static int ask_reopening(cli *c, const sat_decision *decisions, size_t count, bool yes)
{
	SAT_ARENA(arena);
	SAT_BYTES(question);
	sat_decision *all;
	size_t all_count, closed = 0;
	int rc =
	    sat_consent_of_subject(c->store, decisions[0].subject, true, &arena, &all, &all_count, &c->err);
	if (rc == 0)
		rc = cli_describe_id(c, decisions[0].subject, &question);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		const sat_decision *closing =
		    sat_event_permits(decisions[i].event) ? closed_by(all, all_count, decisions[i].purpose) : NULL;
		if (closing == NULL)
			continue;
		put_text(&question, closed++ == 0 ? " took back for ever: " : ", ");
		put_closed(&question, closing);
	}
	if (rc != 0 || closed == 0)
		return rc;
	put_text(&question,
	         ".  A new yes opens a new episode: it covers only what is written from now on, and "
	         "nothing that was erased comes back.");
	sat_bytes_put_u8(&question, 0);
	return !sat_bytes_ok(&question) ? sat_fail(&c->err, SAT_ENOMEM, "out of memory")
	                                : cli_confirm(c, yes, (const char *)question.data, "new yes");
}

/* A clock may be wrong, so a past day is asked about and never refused. */
static int ask_past(cli *c, const sat_decision *decisions, size_t count, bool yes)
{
	int32_t today;
	char last_day[CLI_TIME_CHARS], this_day[CLI_TIME_CHARS], question[256];
	bool any_yes = false;
	for (size_t i = 0; i < count; i++)
		any_yes = any_yes || sat_event_permits(decisions[i].event);
	int rc = sat_gate_today(c->store, true, &today, &c->err);
	if (rc != 0 || !any_yes || decisions[0].until == 0 || decisions[0].until >= today)
		return rc;
	snprintf(question, sizeof question,
	         "The last day, %s, is past: today is %s here.  A yes that has ended is no yes and permits "
	         "nothing; go on only if the clock of this computer is wrong.",
	         cli_day(decisions[0].until, last_day), cli_day(today, this_day));
	return cli_confirm(c, yes, question, "past");
}

int cli_consent_ask(cli *c, const sat_decision *decisions, size_t count, bool yes)
{
	int rc = ask_past(c, decisions, count, yes);
	return rc != 0 ? rc : ask_reopening(c, decisions, count, yes);
}
