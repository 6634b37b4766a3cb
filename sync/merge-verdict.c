/* See merge-verdict.h. */
#include "merge-verdict.h"

#include <stdio.h>
#include <string.h>

static const char *const verdicts[] = {
	[SAT_MERGED] = "merged",           [SAT_ENROLMENT] = "enrolment",
	[SAT_DUPLICATE] = "duplicate",     [SAT_SALVAGED] = "salvaged",
	[SAT_WAITING] = "waiting",         [SAT_UNKNOWN_SENDER] = "unknown_sender",
	[SAT_REVOKED_SENDER] = "revoked",  [SAT_NOT_FOR_US] = "not_for_us",
	[SAT_DAMAGED] = "damaged",         [SAT_FORGED] = "forged",
	[SAT_TOO_NEW] = "too_new",         [SAT_REFUSED_BUNDLE] = "refused",
};

const char *sat_verdict_name(sat_verdict verdict) { return verdicts[verdict]; }

int sat_verdict_give(sat_merged *out, sat_verdict verdict, const char *sentence)
{
	out->verdict = verdict;
	snprintf(out->reason, sizeof out->reason, "%s", sentence);
	return 1;
}

/* --- nothing was merged ------------------------------------------------------------------------------ */

int sat_verdict_unreadable(sat_merged *out, const sat_error *why, bool whole, bool alien)
{
	if (why->code == SAT_EDAMAGED && alien && !whole)
		return sat_verdict_give(out, SAT_DAMAGED, "This file is no Satchel bundle, or a bundle whose beginning was lost. "
		                                          "It was left as it is.");
	char text[SAT_ERROR_MESSAGE_BYTES + 256];
	switch (why->code) {
	case SAT_ENOTFORUS:
		return whole ? sat_verdict_give(out, SAT_NOT_FOR_US,
		                                "This bundle is sealed to somebody else. It was left as it is; carry it on.")
		             : sat_verdict_give(out, SAT_DAMAGED,
		                                "This bundle is damaged, or for somebody else. Nothing was merged from it; "
		                                "it was left as it is. Its sender still has everything: export again.");
	case SAT_ELIMIT: /* a size that no bundle has */
	case SAT_EDAMAGED:
		if (whole)
			return sat_verdict_give(out, SAT_FORGED,
			                        "This bundle was changed on its way by somebody who is not its sender. Nothing "
			                        "was merged from it. Keep the file and tell headquarters.");
		snprintf(text, sizeof text,
		         "This bundle is damaged: %s. Nothing was merged from it. Copy it again from where it is whole, or "
		         "ask its sender, who still has everything, to export again.", why->message);
		return sat_verdict_give(out, SAT_DAMAGED, text);
	case SAT_ETOONEW:
		return sat_verdict_give(out, SAT_TOO_NEW, "This bundle was written by a newer Satchel. It was left as it is; "
		                                          "install the newer Satchel here and merge it again.");
	case SAT_EREFUSED:
		snprintf(text, sizeof text, "This bundle was refused: %s. Nothing was merged from it.", why->message);
		return sat_verdict_give(out, SAT_REFUSED_BUNDLE, text);
	default:
		return why->code;
	}
}

int sat_verdict_refuse(sat_merged *out, const char *why, const char *sender)
{
	char text[SAT_ERROR_MESSAGE_BYTES + SAT_DEVICE_NAME_BYTES + 160];
	snprintf(text, sizeof text,
	         "This bundle was refused: %s. Nothing was merged from it; tell headquarters which laptop it came "
	         "from (%s).", why, sender);
	return sat_verdict_give(out, SAT_REFUSED_BUNDLE, text);
}

/* --- something was merged ---------------------------------------------------------------------------- */

enum { COUNT_CHARS = 64 };

static const char *entries(size_t n, char text[static COUNT_CHARS])
{
	snprintf(text, COUNT_CHARS, "%zu %s", n, n == 1 ? "entry" : "entries");
	return text;
}

static const char *of_them(size_t decisions, char text[static COUNT_CHARS])
{
	snprintf(text, COUNT_CHARS, decisions == 0 ? "no decision about consent among them"
	                                           : "%zu of them about consent", decisions);
	return text;
}

void sat_verdict_reason_aside(const sat_merge_course *c, char reason[static SAT_REASON_ASIDE_BYTES])
{
	char count[COUNT_CHARS], decisions[COUNT_CHARS];
	snprintf(reason, SAT_REASON_ASIDE_BYTES, "%s written after the laptop was revoked, %s",
	         entries(c->set_aside, count), of_them(c->set_aside_decisions, decisions));
}

static void conclude_set_aside(sat_merged *out, const sat_merge_course *c)
{
	char text[SAT_ERROR_MESSAGE_BYTES], count[COUNT_CHARS], decisions[COUNT_CHARS];
	snprintf(text, sizeof text,
	         c->rejected ? "%s was revoked. What it wrote before that is merged; a person at headquarters decided that "
	                       "what it wrote later stays out: %s, %s.%s"
	                     : "%s was revoked. What it wrote before that is merged; what it wrote later is set aside until "
	                       "a person at headquarters decides (satchel quarantine): %s, %s.",
	         c->sender, entries(c->set_aside, count), of_them(c->set_aside_decisions, decisions),
	         c->declined == 0 ? " Nothing else is to be done." : "");
	sat_verdict_give(out, SAT_REVOKED_SENDER, text);
}

/* Header and manifest stand in a bundle twice, and its padding says nothing: all of that may be damaged and nothing
 * be lost. */
static void conclude_damaged(sat_merged *out, const sat_merge_course *c)
{
	char text[SAT_ERROR_MESSAGE_BYTES];
	if (c->lost == 0)
		snprintf(text, sizeof text,
		         "This bundle is damaged, but everything that it brought could be read and is merged. Nothing has "
		         "to be sent again.");
	else
		snprintf(text, sizeof text,
		         "This bundle is damaged: %zu of its %zu parts %s lost, %s. The receipt tells its sender what to "
		         "send again; nothing else is to be done.", c->lost, c->frames, c->lost == 1 ? "was" : "were",
		         c->lost == c->frames ? "that is all of it" : "the rest is merged");
	sat_verdict_give(out, SAT_SALVAGED, text);
}

static void conclude_introduced(sat_merged *out, const sat_merge_course *c)
{
	char text[SAT_ERROR_MESSAGE_BYTES];
	snprintf(text, sizeof text, "\"%s\" was not known here%s: it brought the approval that headquarters had signed%s",
	         c->sender, c->registry ? ", as after a backup was restored" : " yet",
	         c->registry ? ", which counts again. If it was lost or stolen meanwhile, revoke it: satchel device revoke."
	                     : ".");
	sat_verdict_give(out, SAT_MERGED, text);
}

/* All of it that could be read was merged. */
static void conclude_read(sat_merged *out, const sat_merge_course *c)
{
	char text[SAT_ERROR_MESSAGE_BYTES] = "", count[COUNT_CHARS];
	sat_verdict v = SAT_MERGED;
	if (c->too_new > 0) {
		v = SAT_TOO_NEW;
		snprintf(text, sizeof text,
		         "%zu of %zu parts need a newer Satchel and were left in the file; the rest is merged. "
		         "Install the newer Satchel and merge it again.", c->too_new, c->frames);
	} else if (c->missing > 0) {
		v = SAT_WAITING;
		snprintf(text, sizeof text,
		         "%s %s on something that has not arrived yet, and will come again by %s; the rest is merged.",
		         entries(c->missing, count), c->missing == 1 ? "rests" : "rest",
		         c->missing == 1 ? "itself" : "themselves");
	} else if (c->released) {
		snprintf(text, sizeof text, "%s was revoked; a person at headquarters let this bundle in.", c->sender);
	} else if (c->revoked) {
		v = SAT_REVOKED_SENDER;
		snprintf(text, sizeof text, "%s was revoked; everything in this bundle was written before that and is "
		         "merged.", c->sender);
	}
	sat_verdict_give(out, v, text);
}

/* What consent does not let in is asked for again when it does, but not of a revoked laptop: it is sent nothing, and
 * what it then brought would be set aside. */
static void add_keep_the_file(sat_merged *out, const sat_merge_course *c)
{
	size_t length = strlen(out->reason);
	snprintf(out->reason + length, sizeof out->reason - length,
	         " %s let in for want of consent. A revoked laptop is not asked for that again: keep this file, and merge it "
	         "again when consent is here.", c->declined == 1 ? "One value was not" : "Some values were not");
}

void sat_verdict_conclude(sat_merged *out, const sat_merge_course *c)
{
	bool damaged = c->lost > 0 || (c->mended && c->frames > 0 && c->missing == 0);
	if (c->set_aside > 0)
		conclude_set_aside(out, c);
	else if (c->too_new == 0 && damaged)
		conclude_damaged(out, c);
	else if (c->too_new == 0 && c->missing == 0 && c->introduced)
		conclude_introduced(out, c);
	else
		conclude_read(out, c);
	if (c->revoked && c->declined > 0)
		add_keep_the_file(out, c);
}
