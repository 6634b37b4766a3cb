/* Labels of a history.  See camp.h. */
#include "camp.h"

#include <string.h>

#include "core/consent.h"
#include "core/permission.h"

/* Audiences out of what the replicas stand for, and some that nobody here does. */
static const char *any_audience(dice *d)
{
	static const char *const some[] = { "registry",
		                            "facilitator registry",
		                            "elders registry",
		                            "registry women",
		                            "community registry",
		                            "auditor registry",
		                            "facilitator",
		                            "community facilitator",
		                            "elders",
		                            "women",
		                            "elders women youth",
		                            "auditor",
		                            "community",
		                            SAT_DO_NOT_COPY,
		                            SAT_DO_NOT_COPY " registry",
		                            SAT_DO_NOT_COPY " women",
		                            "nobody",
		                            "" };
	return some[dice_below(d, sizeof some / sizeof *some)];
}

static void add_limits(camp *c, sat_decision *label, char text[static CAMP_LABEL_BYTES])
{
	label->recipients = any_audience(&c->dice);
	if (dice_chance(&c->dice, 35))
		label->until = c->day - 8 + (int32_t)dice_below(&c->dice, 16);
	if (dice_chance(&c->dice, 45)) {
		char marker[32];
		camp_marker(c, marker, sizeof marker);
		snprintf(text, CAMP_LABEL_BYTES, "{\"label_codes\":\"TK WR\",\"label_words\":\"%s\"}", marker);
		label->details[SAT_TERMS] = text;
	}
}

void camp_throw_label(camp *c, sat_decision *label, char text[static CAMP_LABEL_BYTES])
{
	*label = (sat_decision){ .purpose = SAT_PROTOCOL, .event = SAT_GIVEN, .claimed_time = c->all[0].env.now - 1000 };
	add_limits(c, label, text);
}

static sat_event any_event(dice *d, bool labelled)
{
	static const sat_event first[] = { SAT_GIVEN, SAT_GIVEN, SAT_GIVEN, SAT_GIVEN, SAT_GIVEN, SAT_GIVEN, SAT_REQUESTED,
		                           SAT_REFUSED };
	static const sat_event later[] = { SAT_GIVEN,     SAT_GIVEN,     SAT_GIVEN,     SAT_RENEWED,
		                           SAT_WITHDRAWN, SAT_WITHDRAWN, SAT_WITHDRAWN, SAT_REVOKED,
		                           SAT_EXPIRED,   SAT_REFUSED,   SAT_INVALIDATED, SAT_ENTERED_IN_ERROR };
	return labelled ? later[dice_below(d, sizeof later / sizeof *later)]
	                : first[dice_below(d, sizeof first / sizeof *first)];
}

/* Says something about a label on a record, unless the replica never heard of it, or it does not follow from what was
 * said before. */
static void label_one(camp *c, replica *r, known_record *record)
{
	sat_decision label;
	char text[CAMP_LABEL_BYTES];
	sat_error why = { 0 };
	camp_throw_label(c, &label, text);
	if (!camp_is_known(r, record, &label.subject))
		return;
	label.event = any_event(&c->dice, record->labelled);
	CAMP_MUST(sat_store_begin(r->store, err));
	int rc = sat_consent_record(r->store, r->identity, &label, 1, &why);
	if (rc == SAT_EINVALID) {
		sat_store_rollback(r->store);
		return;
	}
	camp_check("a label", rc, &why);
	CAMP_MUST(sat_store_commit(r->store, err));
	camp_note_decisions(c, r, &label, 1);
	record->labelled = record->near = true;
}

/* Any record, erased ones seldom; `labelled`: one that has a label, or is near one, if there is any. */
static known_record *any_record(camp *c, bool labelled, bool near)
{
	for (int tries = 0; tries < 24 && c->record_count > 0; tries++) {
		known_record *record = &c->records[dice_below(&c->dice, c->record_count)];
		if ((!labelled || record->labelled) && (!near || record->near) && (!record->erased || dice_chance(&c->dice, 10)))
			return record;
	}
	return NULL;
}

void camp_label(camp *c, replica *r)
{
	unsigned n = dice_below(&c->dice, 100);
	replica *other = r == &c->all[CAMP_LAPTOP] ? &c->all[CAMP_REGISTRY] : &c->all[CAMP_LAPTOP];
	if (n < 27) {
		camp_add_labelled(c, r);
	} else if (n < 47) {
		camp_add(c, r);
	} else if (n < 82) {
		known_record *record = any_record(c, n < 67, false);
		if (record == NULL)
			return;
		label_one(c, r, record);
		/* Somebody else may do so at the same time. */
		if (dice_chance(&c->dice, 30))
			label_one(c, other, record);
	} else if (n < 90) {
		known_record *record = any_record(c, false, true);
		if (record != NULL)
			camp_erase_one(c, r, record);
	} else if (n < 94) {
		camp_sign_date(c);
	} else {
		camp_sync(c);
	}
}
