/* See permission.h. */
#include "permission.h"

#include <string.h>

#include "life-cycle.h"
#include "plant.h"

bool sat_purpose_is_state(const char *purpose)
{
	return strcmp(purpose, SAT_HAS_GUARDIAN) == 0 || strcmp(purpose, SAT_IN_MOURNING) == 0 ||
	       strcmp(purpose, SAT_PROTOCOL) == 0;
}

static const char *const words[SAT_OBSTACLES] = {
	[SAT_NOT_ASKED] = "has not been asked",
	[SAT_UNANSWERED] = "was asked and has not answered",
	[SAT_UNDECIDED] = "has not decided yet",
	[SAT_SAID_NO] = "said no",
	[SAT_STOPPED] = "stopped sharing",
	[SAT_TAKEN_BACK] = "took it back for ever",
	[SAT_NOT_VALID] = "has no valid decision",
	[SAT_TIME_OVER] = "gave it for a time that is over",
	[SAT_OTHER_RECIPIENTS] = "did not allow this recipient",
	[SAT_WITHHELD_FROM] = "asked that this recipient does not get it",
	[SAT_OLD_NOTICE] = "was told an older version of what it is for, and has to be asked again",
	[SAT_HOLE] = "has a decision of which a part is missing here",
	[SAT_OUT_OF_TURN] = "has a decision that does not follow from the one before",
	[SAT_COME_OF_AGE] = "has come of age since, and has to be asked again",
	[SAT_MOURNED] = "is mourned: name, image and voice rest",
	[SAT_LABELLED] = "is kept for others by a label",
	[SAT_NOT_COPIED] = "stays where it is: its label says that it is not copied",
	[SAT_EMBARGOED] = "is under an embargo that is not over",
};

static const char *const words_of_guardian[SAT_OBSTACLES] = {
	[SAT_NOT_ASKED] = "has a guardian who has not been asked",
	[SAT_UNANSWERED] = "has a guardian who was asked and has not answered",
	[SAT_UNDECIDED] = "has a guardian who has not decided yet",
	[SAT_SAID_NO] = "has a guardian who said no",
	[SAT_STOPPED] = "has a guardian who stopped sharing",
	[SAT_TAKEN_BACK] = "has a guardian who took it back for ever",
	[SAT_NOT_VALID] = "has a guardian without a valid decision",
	[SAT_TIME_OVER] = "has a guardian who gave it for a time that is over",
	[SAT_OTHER_RECIPIENTS] = "has a guardian who did not allow this recipient",
	[SAT_WITHHELD_FROM] = "has a guardian who asked that this recipient does not get it",
	[SAT_OLD_NOTICE] = "has a guardian who was told an older version of what it is for",
	[SAT_HOLE] = "has a guardian of whose decisions a part is missing here",
	[SAT_OUT_OF_TURN] = "has a guardian whose decision does not follow from the one before",
};

const char *sat_obstacle_words(sat_obstacle obstacle)
{
	return obstacle & SAT_OF_GUARDIAN ? words_of_guardian[obstacle - SAT_OF_GUARDIAN] : words[obstacle];
}

/* --- chains -------------------------------------------------------------------------------------- */

/* Whatever its episode. */
static bool is_of(const sat_decision *d, const char *purpose, sat_voice voice)
{
	return d->voice == voice && strcmp(d->purpose, purpose) == 0;
}

static bool same_chain(const sat_decision *a, const sat_decision *b)
{
	return a->episode == b->episode && is_of(a, b->purpose, b->voice);
}

static bool supersedes(const sat_decision *later, const sat_decision *earlier)
{
	for (size_t i = 0; i < later->supersedes_count; i++) {
		if (memcmp(later->supersedes + i * SAT_HASH_BYTES, earlier->name, SAT_HASH_BYTES) == 0)
			return true;
	}
	return false;
}

bool sat_decision_is_head(const sat_decision *all, size_t count, const sat_decision *decision)
{
	for (size_t i = 0; i < count; i++) {
		if (&all[i] != decision && same_chain(&all[i], decision) && supersedes(&all[i], decision))
			return false;
	}
	return true;
}

static const sat_decision *find(const sat_decision *all, size_t count, const sat_decision *later,
                                const uint8_t *name)
{
	for (size_t i = 0; i < count; i++) {
		if (same_chain(&all[i], later) && memcmp(all[i].name, name, SAT_HASH_BYTES) == 0)
			return &all[i];
	}
	return NULL;
}

/* Whether a head follows from what it supersedes; a chain with a hole in it may hide a refusal. */
static sat_obstacle follows(const sat_decision *all, size_t count, const sat_decision *head)
{
	if (head->supersedes_count == 0 && !sat_event_may_follow((sat_event)0, head->event))
		return SAT_OUT_OF_TURN;
	for (size_t i = 0; i < head->supersedes_count; i++) {
		const sat_decision *before = find(all, count, head, head->supersedes + i * SAT_HASH_BYTES);
		if (before == NULL)
			return SAT_HOLE;
		if (!sat_event_may_follow(before->event, head->event))
			return SAT_OUT_OF_TURN;
	}
	return SAT_NO_OBSTACLE;
}

/* --- states of a person ---------------------------------------------------------------------------- */

bool sat_state_in_force(const sat_decision *all, size_t count, const char *state, int32_t *until)
{
	bool any = false;
	*until = 0;
	for (size_t i = 0; i < count; i++) {
		const sat_decision *d = &all[i];
		if (!is_of(d, state, SAT_OWN_VOICE) || !sat_event_permits(d->event) ||
		    !sat_decision_is_head(all, count, d))
			continue;
		if (!any || (d->until != 0 && (*until == 0 || d->until < *until)))
			*until = d->until;
		any = true;
	}
	return any;
}

static bool ever_had_guardian(const sat_decision *all, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (is_of(&all[i], SAT_HAS_GUARDIAN, SAT_OWN_VOICE) && sat_event_permits(all[i].event))
			return true;
	}
	return false;
}

/* --- permission ------------------------------------------------------------------------------------ */

uint32_t sat_consent_episode(const sat_decision *all, size_t count, const char *purpose)
{
	uint32_t episode = 0;
	for (size_t i = 0; i < count; i++) {
		const sat_decision *d = &all[i];
		if (d->final && d->episode >= episode && strcmp(d->purpose, purpose) == 0 &&
		    (d->voice != SAT_GUARDIAN || ever_had_guardian(all, count)))
			episode = d->episode + 1;
	}
	return episode;
}

static bool word_in(const char *list, const char *word, size_t length)
{
	for (const char *at = list; at != NULL && *at != '\0';) {
		size_t n = strcspn(at, " ");
		if (n == length && memcmp(at, word, n) == 0)
			return true;
		at += n + (at[n] == ' ');
	}
	return false;
}

bool sat_recipient_is_named(const sat_recipient *to, const char *list)
{
	if (list == NULL || list[0] == '\0')
		return false;
	const char *role = sat_role_name(to->role);
	if (role != NULL && word_in(list, role, strlen(role)))
		return true;
	for (const char *at = to->audiences; at != NULL && *at != '\0';) {
		size_t n = strcspn(at, " ");
		if (word_in(list, at, n))
			return true;
		at += n + (at[n] == ' ');
	}
	return false;
}

/* A published page reaches those as well who are left out by name. */
static bool is_left_out(const sat_recipient *to, const char *list)
{
	if (to->role == SAT_ROLE_NONE)
		return list != NULL && list[0] != '\0';
	return sat_recipient_is_named(to, list);
}

/* --- labels ---------------------------------------------------------------------------------------- */

static bool keeps_in_place(const char *recipients)
{
	return word_in(recipients, SAT_DO_NOT_COPY, sizeof SAT_DO_NOT_COPY - 1);
}

/* Whether the words name anybody besides saying that nothing is copied. */
static bool names_others(const char *recipients)
{
	return strcmp(recipients, SAT_DO_NOT_COPY) != 0;
}

static sat_obstacle weigh_label(const sat_decision *label, const sat_recipient *to)
{
	const char *for_whom = label->recipients == NULL ? "" : label->recipients;
	sat_obstacle obstacle = SAT_NO_OBSTACLE;
	if (for_whom[0] != '\0' && names_others(for_whom) && !sat_recipient_is_named(to, for_whom))
		obstacle = SAT_LABELLED;
	if (is_left_out(to, label->withheld_from))
		obstacle = SAT_LABELLED;
	if (!to->own && keeps_in_place(for_whom))
		obstacle = SAT_NOT_COPIED;
	return obstacle != SAT_NO_OBSTACLE && label->until != 0 ? SAT_EMBARGOED : obstacle;
}

sat_obstacle sat_protocol_permission(const sat_decision *all, size_t count, const sat_recipient *to)
{
	sat_obstacle worst = SAT_NO_OBSTACLE;
	for (size_t i = 0; i < count; i++) {
		const sat_decision *d = &all[i];
		if (!is_of(d, SAT_PROTOCOL, SAT_OWN_VOICE) || !sat_event_permits(d->event) ||
		    (d->until != 0 && to->signed_day > d->until) || !sat_decision_is_head(all, count, d))
			continue;
		sat_obstacle obstacle = weigh_label(d, to);
		worst = obstacle > worst ? obstacle : worst;
	}
	return worst;
}

/* --- purposes -------------------------------------------------------------------------------------- */

static sat_obstacle without_yes(const sat_decision *head)
{
	switch (head->event) {
	case SAT_REQUESTED:
		return SAT_UNANSWERED;
	case SAT_DEFERRED:
		return SAT_UNDECIDED;
	case SAT_REFUSED:
		return SAT_SAID_NO;
	case SAT_WITHDRAWN:
	case SAT_REVOKED:
		return head->final ? SAT_TAKEN_BACK : SAT_STOPPED;
	default:
		return SAT_NOT_VALID;
	}
}

static sat_obstacle weigh_head(const sat_decision *all, size_t count, const sat_decision *head, uint32_t notice,
                               const sat_recipient *to)
{
	if (!sat_event_permits(head->event))
		return without_yes(head);
	if (head->until != 0 && to->today > head->until)
		return SAT_TIME_OVER;
	if (head->recipients != NULL && head->recipients[0] != '\0' &&
	    !sat_recipient_is_named(to, head->recipients))
		return SAT_OTHER_RECIPIENTS;
	if (is_left_out(to, head->withheld_from) && !SAT_PLANTED_BUG(24))
		return SAT_WITHHELD_FROM;
	if (head->notice < notice && !SAT_PLANTED_BUG(25))
		return SAT_OLD_NOTICE;
	return follows(all, count, head);
}

static sat_obstacle weigh_chain(const sat_decision *all, size_t count, const char *purpose, sat_voice voice,
                                uint32_t episode, uint32_t notice, const sat_recipient *to)
{
	bool any = false;
	sat_obstacle worst = SAT_NO_OBSTACLE;
	for (size_t i = 0; i < count; i++) {
		if (all[i].episode != episode || !is_of(&all[i], purpose, voice) ||
		    !sat_decision_is_head(all, count, &all[i]))
			continue;
		sat_obstacle obstacle = weigh_head(all, count, &all[i], notice, to);
		worst = obstacle > worst ? obstacle : worst;
		any = true;
	}
	return any ? worst : episode > 0 ? SAT_TAKEN_BACK : SAT_NOT_ASKED;
}

sat_obstacle sat_permission(const sat_decision *all, size_t count, const char *purpose, uint32_t notice,
                            const sat_recipient *to)
{
	int32_t until;
	if (strcmp(purpose, SAT_IN_MOURNING) == 0 && !SAT_PLANTED_BUG(23))
		return sat_state_in_force(all, count, purpose, &until) ? SAT_MOURNED : SAT_NO_OBSTACLE;
	uint32_t episode = sat_consent_episode(all, count, purpose);
	sat_obstacle own = weigh_chain(all, count, purpose, SAT_OWN_VOICE, episode, notice, to);
	if (own != SAT_NO_OBSTACLE || SAT_PLANTED_BUG(22) || !sat_state_in_force(all, count, SAT_HAS_GUARDIAN, &until))
		return own;
	if (until != 0 && to->today > until)
		return SAT_COME_OF_AGE;
	sat_obstacle of_guardian = weigh_chain(all, count, purpose, SAT_GUARDIAN, episode, notice, to);
	return of_guardian == SAT_NO_OBSTACLE ? of_guardian : (sat_obstacle)(of_guardian | SAT_OF_GUARDIAN);
}
