/* Decisions of a history.  See camp.h. */
#include "camp.h"

#include <string.h>

#include "core/consent.h"
#include "core/permission.h"

enum { SITTING_MAX = 8 };

/* Texts of the details of one sitting. */
typedef struct sitting {
	sat_decision at[SITTING_MAX];
	char text[SITTING_MAX][SAT_DETAILS][64];
	size_t count;
} sitting;

static sat_event any_event(dice *d)
{
	static const struct {
		unsigned share;
		sat_event event;
	} shares[] = { { 50, SAT_GIVEN },   { 8, SAT_RENEWED },     { 8, SAT_REFUSED },          { 4, SAT_DEFERRED },
		       { 3, SAT_REQUESTED }, { 11, SAT_WITHDRAWN }, { 5, SAT_REVOKED },          { 3, SAT_EXPIRED },
		       { 3, SAT_INVALIDATED }, { 5, SAT_ENTERED_IN_ERROR } };
	unsigned n = dice_below(d, 100), at = 0;
	while (n >= shares[at].share)
		n -= shares[at++].share;
	return shares[at].event;
}

/* Roles and audiences, and words that nobody here stands for. */
static const char *any_words(dice *d)
{
	static const char *const some[] = { "auditor",
		                            "auditor facilitator registry",
		                            "community registry",
		                            "elders",
		                            "facilitator",
		                            "elders facilitator registry",
		                            "community facilitator registry",
		                            "registry women",
		                            "nobody",
		                            "women youth",
		                            "women",
		                            "elders youth" };
	return some[dice_below(d, sizeof some / sizeof *some)];
}

static void add_details(camp *c, sitting *s)
{
	sat_decision *d = &s->at[s->count];
	for (size_t i = 0, n = 1 + dice_below(&c->dice, 3); i < n; i++) {
		int detail = (int)dice_below(&c->dice, SAT_DETAILS);
		char marker[32], *text = s->text[s->count][detail];
		camp_marker(c, marker, sizeof marker);
		snprintf(text, sizeof s->text[0][0], detail == SAT_TERMS ? "{\"reason\":\"%s\"}" : "by %s", marker);
		d->details[detail] = text;
	}
}

/* What a decision says besides its event. */
static void add_limits(camp *c, sat_decision *d, uint32_t notice)
{
	if (dice_chance(&c->dice, 22))
		d->recipients = any_words(&c->dice);
	if (dice_chance(&c->dice, 8))
		d->withheld_from = any_words(&c->dice);
	if (dice_chance(&c->dice, 15))
		d->until = c->day - 4 + (int32_t)dice_below(&c->dice, 20);
	d->notice = dice_chance(&c->dice, 85) ? notice + dice_below(&c->dice, 2) : dice_below(&c->dice, 4);
}

void camp_note_decisions(camp *c, replica *r, const sat_decision *decisions, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, facts_decision(r, &decisions[i]));
	camp_note(c, json_pack("{s:s, s:s, s:o}", "do", "decide", "at", r->name, "decisions", list));
}

/* True when it was kept; else it does not follow from what was said before, and nothing was noted. */
static bool record_all(camp *c, replica *r, sitting *s)
{
	sat_error why = { 0 };
	if (s->count == 0)
		return false;
	CAMP_MUST(sat_store_begin(r->store, err));
	int rc = sat_consent_record(r->store, r->identity, s->at, s->count, &why);
	if (rc == SAT_EINVALID) {
		sat_store_rollback(r->store);
		return false;
	}
	camp_check("a decision", rc, &why);
	CAMP_MUST(sat_store_commit(r->store, err));
	camp_note_decisions(c, r, s->at, s->count);
	return true;
}

static bool is_in(const sitting *s, sat_dot subject, const char *purpose)
{
	for (size_t i = 0; i < s->count; i++) {
		if (s->at[i].subject == subject && strcmp(s->at[i].purpose, purpose) == 0)
			return true;
	}
	return false;
}

/* Adds what somebody says about one purpose. */
static void add_answer(camp *c, sitting *s, sat_dot id, const known_record *subject, const sat_purpose *purpose,
                       bool yes)
{
	sat_decision *d = &s->at[s->count];
	if (s->count == SITTING_MAX || is_in(s, id, purpose->name))
		return;
	*d = (sat_decision){ .subject = id, .purpose = purpose->name, .claimed_time = c->all[0].env.now - 1000 };
	d->event = yes ? SAT_GIVEN : any_event(&c->dice);
	if (d->event == SAT_WITHDRAWN || d->event == SAT_REVOKED)
		d->final = dice_chance(&c->dice, 50);
	d->notice = purpose->notice;
	if (!yes || dice_chance(&c->dice, 20))
		add_limits(c, d, purpose->notice);
	if (subject->guarded && dice_chance(&c->dice, 40))
		d->voice = SAT_GUARDIAN;
	if (dice_chance(&c->dice, 45))
		add_details(c, s);
	s->count++;
}

/* Now and then somebody says something about what others decide. */
static bool may_answer(camp *c, const known_record *subject, const sat_purpose *purpose)
{
	return purpose->collective == (subject->is == SAT_AS_COMMUNITY) || dice_chance(&c->dice, 6);
}

/* Who has a guardian mostly gets the guardian's yes with their own. */
static void let_guardian_agree(camp *c, replica *r, const sitting *said)
{
	sitting also = { .count = 0 };
	for (size_t i = 0; i < said->count; i++) {
		sat_decision *d = &also.at[also.count++];
		*d = (sat_decision){ .subject = said->at[i].subject, .purpose = said->at[i].purpose, .event = SAT_GIVEN,
			             .voice = SAT_GUARDIAN, .notice = said->at[i].notice };
	}
	record_all(c, r, &also);
}

void camp_decide(camp *c, replica *r, known_record *subject, bool first)
{
	sitting s = { .count = 0 };
	const sat_programme *programme = sat_store_programme(r->store);
	sat_dot id;
	if (subject == NULL || subject->erased || sat_id_read(r->store, subject->id, &id, NULL) != 0)
		return;
	/* Who holds nothing of a record knows nothing of the labels above it. */
	if (c->labels && !camp_is_known(r, subject, &id))
		return;
	bool all = first && dice_chance(&c->dice, 80);
	size_t from = dice_below(&c->dice, programme->purpose_count);
	size_t n = all ? programme->purpose_count : 1 + dice_below(&c->dice, 3);
	for (size_t i = 0; i < n && i < programme->purpose_count; i++) {
		const sat_purpose *purpose = &programme->purposes[(from + i) % programme->purpose_count];
		if (may_answer(c, subject, purpose))
			add_answer(c, &s, id, subject, purpose, all && dice_chance(&c->dice, 90));
	}
	/* Another one may be asked in the same sitting. */
	const known_record *other = dice_chance(&c->dice, 15) ? camp_anybody(c) : NULL;
	const sat_purpose *purpose = &programme->purposes[from];
	if (other != NULL && sat_id_read(r->store, other->id, &id, NULL) == 0 &&
	    (!c->labels || camp_is_known(r, other, &id)) && may_answer(c, other, purpose))
		add_answer(c, &s, id, other, purpose, dice_chance(&c->dice, 50));
	if (!record_all(c, r, &s))
		return;
	for (size_t i = 0; i < s.count; i++)
		subject->took_back = subject->took_back || s.at[i].final;
	if (subject->guarded && dice_chance(&c->dice, 60))
		let_guardian_agree(c, r, &s);
}

void camp_agree_again(camp *c, replica *r)
{
	for (size_t i = 0, from = dice_below(&c->dice, c->record_count); i < c->record_count; i++) {
		known_record *record = &c->records[(from + i) % c->record_count];
		if (record->took_back && !record->erased) {
			camp_decide(c, r, record, true);
			camp_edit_one(c, r, record);
			camp_edit(c, r);
			return;
		}
	}
}

void camp_change_state(camp *c, replica *r, known_record *subject)
{
	sitting s = { .count = 0 };
	sat_dot id;
	if (subject == NULL || subject->is != SAT_AS_PERSON || sat_id_read(r->store, subject->id, &id, NULL) != 0)
		return;
	if (c->labels && !camp_is_known(r, subject, &id))
		return;
	static const sat_event events[] = { SAT_GIVEN, SAT_GIVEN, SAT_GIVEN, SAT_WITHDRAWN, SAT_REFUSED, SAT_EXPIRED };
	sat_decision *d = &s.at[0];
	*d = (sat_decision){ .subject = id, .purpose = dice_chance(&c->dice, 50) ? SAT_HAS_GUARDIAN : SAT_IN_MOURNING };
	d->event = events[dice_below(&c->dice, sizeof events / sizeof *events)];
	if (dice_chance(&c->dice, 40))
		d->until = c->day - 4 + (int32_t)dice_below(&c->dice, 20);
	if (dice_chance(&c->dice, 50))
		add_details(c, &s);
	s.count = 1;
	if (!record_all(c, r, &s))
		return;
	if (strcmp(d->purpose, SAT_HAS_GUARDIAN) == 0) {
		subject->guarded = d->event == SAT_GIVEN;
		const sat_programme *programme = sat_store_programme(r->store);
		sitting asked = { .count = 0 };
		for (size_t i = 0; i < programme->purpose_count && asked.count < SITTING_MAX; i++)
			if (!programme->purposes[i].collective)
				asked.at[asked.count++] = (sat_decision){ .subject = id, .purpose = programme->purposes[i].name,
					                                  .notice = programme->purposes[i].notice };
		if (subject->guarded && dice_chance(&c->dice, 60))
			let_guardian_agree(c, r, &asked);
	}
}

known_record *camp_anybody(camp *c)
{
	for (int tries = 0; tries < 16 && c->record_count > 0; tries++) {
		known_record *record = &c->records[dice_below(&c->dice, c->record_count)];
		if (record->is != 0 && !record->erased)
			return record;
	}
	return NULL;
}
