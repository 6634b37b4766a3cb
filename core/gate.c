/* See gate.h. */
#include "gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "gate-private.h"
#include "plant.h"

int sat_gate_open(sat_gate **out, sat_store *store, const sat_recipient *to, sat_error *err)
{
	sat_gate *gate = calloc(1, sizeof *gate);
	if (gate == NULL || (gate->views = calloc(VIEWS_MIN, sizeof *gate->views)) == NULL) {
		free(gate);
		return sat_no_memory(err);
	}
	gate->store = store;
	gate->to = *to;
	int64_t day = 0;
	int rc = store->labels > 0 ? sat_meta_int(store, "registry_date", &day, 0, err) : 0;
	if (rc != 0) {
		sat_gate_free(gate);
		return rc;
	}
	if (SAT_PLANTED_BUG(37) && store->env->now(store->env->context) / 86400 > day)
		day = store->env->now(store->env->context) / 86400;
	gate->to.signed_day = (int32_t)day;
	gate->room = VIEWS_MIN;
	gate->unasked[false] = sat_purpose_find(store, SAT_IN_MOURNING) | store->collective;
	gate->unasked[true] = sat_purpose_find(store, SAT_IN_MOURNING) |
	                      (SAT_PLANTED_BUG(30) ? store->collective : store->personal);
	for (unsigned i = 0; i < SAT_PURPOSE_BITS; i++)
		gate->noticed |= sat_purpose_notice(store, i) == 0 ? 0 : UINT64_C(1) << i;
	*out = gate;
	return 0;
}

void sat_gate_free(sat_gate *gate)
{
	if (gate == NULL)
		return;
	sat_arena_clear(&gate->episodes);
	sat_arena_clear(&gate->scratch);
	free(gate->views);
	free(gate->open);
	free(gate->weighed);
	free(gate);
}

int sat_gate_open_own(sat_gate **gate, sat_store *store, sat_error *err)
{
	sat_device self;
	sat_recipient to = { .role = store->role, .audiences = "" };
	int rc = sat_device_get(store, 1, &self, err);
	if (rc == 0)
		rc = sat_gate_today(store, SAT_PLANTED_BUG(12), &to.today, err);
	if (rc == 0)
		rc = sat_gate_open(gate, store, &to, err);
	if (rc != 0)
		return rc;
	if (!SAT_PLANTED_BUG(19))
		memcpy((*gate)->audiences, self.audiences, sizeof self.audiences);
	(*gate)->to.audiences = (*gate)->audiences;
	(*gate)->to.own = true;
	return 0;
}

/* Of the lowest purpose in the set. */
static uint32_t notice_of(const sat_gate *gate, sat_purposes purposes)
{
	return sat_purpose_notice(gate->store, (unsigned)__builtin_ctzll(purposes));
}

/* --- from decisions to a view ------------------------------------------------------------------- */

/* Names are needed only where decisions can supersede each other. */
static bool needs_names(const sat_decision *all, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (all[i].supersedes_count > 0)
			return true;
	}
	return false;
}

static int decisions_of(sat_gate *gate, sat_dot person, sat_decision **all, size_t *count, sat_error *err)
{
	sat_arena_reset(&gate->scratch);
	int rc = sat_consent_of_subject(gate->store, sat_dot_record(person), false, &gate->scratch, all, count, err);
	for (size_t i = 0; rc == 0 && needs_names(*all, *count) && i < *count; i++)
		rc = sat_decision_seal(gate->store, &(*all)[i], err);
	return rc;
}

/* Fills in a view from all decisions about its person. */
static int weigh_decisions(sat_gate *gate, view *v, const sat_decision *all, size_t count, sat_error *err)
{
	v->permitted = gate->unasked[sat_dot_collective(v->person)];
	v->advanced = 0;
	sat_purposes seen = 0;
	uint32_t *episodes = NULL;
	for (size_t i = 0; i < count; i++) {
		sat_purposes bit = sat_purpose_find(gate->store, all[i].purpose);
		if (bit == 0 || (seen & bit) != 0)
			continue;
		seen |= bit;
		uint32_t episode = sat_consent_episode(all, count, all[i].purpose);
		if (episode > 0 && episodes == NULL) {
			episodes = sat_arena_zeroed(&gate->episodes, 64, sizeof *episodes);
			if (episodes == NULL)
				return sat_no_memory(err);
		}
		if (episode > 0) {
			v->advanced |= bit;
			episodes[__builtin_ctzll(bit)] = episode;
		}
		if (sat_permission(all, count, all[i].purpose, notice_of(gate, bit), &gate->to) ==
		    SAT_NO_OBSTACLE)
			v->permitted |= bit;
		else
			v->permitted &= ~bit;
	}
	v->episodes = episodes;
	return 0;
}

static int look(sat_gate *gate, view *v, sat_error *err)
{
	sat_decision *all;
	size_t count;
	int rc = decisions_of(gate, v->person, &all, &count, err);
	return rc != 0 ? rc : weigh_decisions(gate, v, all, count, err);
}

/* --- the views ---------------------------------------------------------------------------------- */

size_t sat_gate_slot(const view *views, size_t room, sat_dot person)
{
	size_t slot = (size_t)((uint64_t)person * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (room - 1);
	while (views[slot].person != 0 && views[slot].person != person)
		slot = (slot + 1) & (room - 1);
	return slot;
}

/* Records that concern one person mostly stand together, so when many persons have been asked about they
 * are all forgotten: memory stays small whatever the size of the store, and whoever comes again is
 * looked at again. */
int sat_gate_make_room(sat_gate *gate, sat_error *err)
{
	if (gate->count * 2 < gate->room)
		return 0;
	size_t room = gate->room < VIEWS_MAX ? gate->room * 2 : VIEWS_MAX;
	view *old = gate->views;
	view *views = calloc(room, sizeof *views);
	if (views == NULL)
		return sat_no_memory(err);
	gate->views = views;
	for (size_t i = 0; room > gate->room && i < gate->room; i++) {
		if (old[i].person != 0)
			views[sat_gate_slot(views, room, old[i].person)] = old[i];
	}
	if (room == gate->room) {
		gate->count = 0;
		sat_arena_reset(&gate->episodes);
	}
	gate->room = room;
	free(old);
	return 0;
}

void sat_gate_keep(sat_gate *gate, const view *fresh)
{
	gate->views[sat_gate_slot(gate->views, gate->room, fresh->person)] = *fresh;
	gate->count++;
}

/* Somebody who is not known yet, and for whom there is room without forgetting others. */
static bool can_expect(const sat_gate *gate, sat_dot person)
{
	return gate->count * 2 < VIEWS_MAX && gate->views[sat_gate_slot(gate->views, gate->room, person)].person == 0;
}

/* What the sittings of one person come to, while they go by. */
typedef struct expectation {
	sat_gate *gate;
	sat_dot person;
	sat_purposes yes, no;
	bool summed;
	bool others;                /* somebody's sittings have no sum */
} expectation;

/* Whether a sum says all that the gate has to know: it names one version of what was explained for all. */
static bool tells_all(const sat_gate *gate, const sat_sitting *sitting)
{
	for (sat_purposes left = (sitting->yes | sitting->some) & gate->noticed; left != 0; left &= left - 1) {
		if (sitting->notice < notice_of(gate, left))
			return false;
	}
	return sitting->summed;
}

/* Where no decision hangs on an earlier one every one of them is a head, and has to permit. */
static int end_person(expectation *e, sat_error *err)
{
	if (!e->summed || !can_expect(e->gate, e->person))
		return 0;
	int rc = sat_gate_make_room(e->gate, err);
	if (rc == 0)
		sat_gate_keep(e->gate, &(view){ .person = e->person,
		                            .permitted = (e->yes | e->gate->unasked[false]) & ~e->no });
	return rc;
}

static int add_sitting(void *context, const sat_sitting *sitting, sat_error *err)
{
	expectation *e = context;
	int rc = sitting->subject == e->person ? 0 : end_person(e, err);
	if (sitting->subject != e->person)
		*e = (expectation){ .gate = e->gate, .person = sitting->subject, .summed = true, .others = e->others };
	bool fits = sitting->some != 0 && sat_recipient_is_named(&e->gate->to, sitting->only_to);
	e->yes |= sitting->yes | (fits ? sitting->some : 0);
	e->no |= sitting->no | (fits ? 0 : sitting->some);
	bool all = tells_all(e->gate, sitting);
	e->summed = e->summed && all;
	e->others = e->others || !all;
	return rc;
}

/* Those whose decisions supersede one another are left for when somebody asks, since their names are
 * needed. */
static int expect_one(void *context, sat_dot person, const sat_decision *all, size_t count, sat_error *err)
{
	sat_gate *gate = context;
	view fresh = { .person = person };
	if (needs_names(all, count) || !can_expect(gate, person))
		return 0;
	int rc = sat_gate_make_room(gate, err);
	if (rc == 0)
		rc = weigh_decisions(gate, &fresh, all, count, err);
	if (rc == 0)
		sat_gate_keep(gate, &fresh);
	return rc;
}

int sat_gate_expect(sat_gate *gate, sat_dot first, sat_dot last, sat_error *err)
{
	expectation e = { .gate = gate };
	int rc = sat_consent_each_sitting(gate->store, first, last, add_sitting, &e, err);
	if (rc == 0)
		rc = end_person(&e, err);
	if (rc != 0 || !e.others)
		return rc;
	sat_arena_reset(&gate->scratch);
	return sat_consent_each_subject(gate->store, first, last, &gate->scratch, expect_one, gate, err);
}

static int view_of(sat_gate *gate, sat_dot person, const view **out, sat_error *err)
{
	size_t slot = sat_gate_slot(gate->views, gate->room, person);
	if (gate->views[slot].person == 0) {
		int rc = sat_gate_make_room(gate, err);
		view fresh = { .person = person };
		if (rc == 0)
			rc = look(gate, &fresh, err);
		if (rc != 0)
			return rc;
		sat_gate_keep(gate, &fresh);
		slot = sat_gate_slot(gate->views, gate->room, person);
	}
	*out = &gate->views[slot];
	return 0;
}

/* --- weighing ----------------------------------------------------------------------------------- */

/* What one person allows, given the entries that a value states for them (none: unstated). */
static void weigh_one(const view *v, const sat_stated *stated, size_t count, sat_leave *leave)
{
	if (count == 0) {
		leave->permitted &= v->permitted & ~v->advanced;
		return;
	}
	sat_purposes fits = 0, dead = 0, said = 0;
	for (size_t i = 0; i < count; i++) {
		if (stated[i].purpose == SAT_EVERY_PURPOSE || stated[i].purpose > 62)
			continue;
		sat_purposes bit = UINT64_C(1) << stated[i].purpose;
		uint32_t present = v->episodes == NULL ? 0 : v->episodes[stated[i].purpose];
		said |= bit;
		if (stated[i].episode == present)
			fits |= bit;
		else if (stated[i].episode < present)
			dead |= bit;
	}
	leave->permitted &= v->permitted & (fits | (~said & ~v->advanced));
	leave->dead |= dead | (v->advanced & ~said);
}

int sat_gate_weigh(sat_gate *gate, const sat_dot *persons, size_t person_count, const sat_stated *stated,
                   size_t stated_count, sat_leave *leave, sat_error *err)
{
	*leave = (sat_leave){ .permitted = ~SAT_PURPOSE_NEVER };
	size_t p = 0, s = 0;
	while (p < person_count || s < stated_count) {
		sat_dot person = p == person_count                       ? stated[s].person
		                 : s == stated_count                     ? persons[p]
		                 : stated[s].person < persons[p]         ? stated[s].person
		                                                         : persons[p];
		p += p < person_count && persons[p] == person;
		size_t first = s;
		while (s < stated_count && stated[s].person == person)
			s++;
		const view *v;
		int rc = view_of(gate, person, &v, err);
		if (rc != 0)
			return rc;
		weigh_one(v, s > first ? stated + first : NULL, s - first, leave);
	}
	return 0;
}

int sat_gate_lets(sat_gate *gate, const sat_state *state, const sat_sibling *s, bool *lets, sat_error *err)
{
	sat_leave leave;
	int rc = sat_gate_see_state(gate, state, lets, err);
	if (rc == 0 && *lets)
		rc = sat_gate_weigh(gate, state->persons, state->person_count, s->stated, s->stated_count, &leave, err);
	*lets = rc == 0 && *lets && sat_gate_answer(&leave, state->table->columns[s->field].needs) == SAT_PERMITTED;
	return rc;
}

static int reason_for(sat_gate *gate, sat_dot person, sat_purposes bit, bool dead, bool unstated,
                      char *sentence, size_t room, sat_error *err)
{
	sat_decision *all;
	size_t count;
	int rc = decisions_of(gate, person, &all, &count, err);
	char id[SAT_ID_CHARS];
	if (rc == 0)
		rc = sat_id_print(gate->store, sat_dot_record(person), id, err);
	if (rc != 0)
		return rc;
	const char *purpose = sat_purpose_name(gate->store, (unsigned)__builtin_ctzll(bit));
	if (purpose == NULL)
		purpose = "a purpose that is not known here";
	const char *why = NULL;
	if (dead)
		why = sat_obstacle_words(SAT_TAKEN_BACK);
	else if (unstated)
		why = "took back an earlier yes, and this has not been confirmed since";
	else
		why = sat_obstacle_words(sat_permission(all, count, purpose,
		                                        notice_of(gate, bit), &gate->to));
	snprintf(sentence, room, "%s: %s %s %s", purpose, sat_dot_collective(person) ? "community" : "person", id,
	         why == NULL ? "has not agreed to this" : why);
	return 0;
}

int sat_gate_reason(sat_gate *gate, const sat_dot *persons, size_t person_count, const sat_stated *stated,
                    size_t stated_count, sat_purposes needs, char *sentence, size_t room, sat_error *err)
{
	sentence[0] = '\0';
	for (size_t i = 0; i < person_count; i++) {
		size_t first = 0;
		while (first < stated_count && stated[first].person < persons[i])
			first++;
		size_t n = 0;
		while (first + n < stated_count && stated[first + n].person == persons[i])
			n++;
		sat_leave leave = { .permitted = ~SAT_PURPOSE_NEVER };
		const view *v;
		int rc = view_of(gate, persons[i], &v, err);
		if (rc != 0)
			return rc;
		weigh_one(v, stated + first, n, &leave);
		sat_purposes bad = needs & (leave.dead | ~leave.permitted);
		if (bad != 0)
			return reason_for(gate, persons[i], bad & -bad, (bad & -bad & leave.dead) != 0,
			                  n == 0 && (v->advanced & bad & -bad) != 0, sentence, room, err);
	}
	return 0;
}

int sat_gate_state(sat_gate *gate, const sat_dot *persons, size_t person_count, sat_arena *arena,
                   const sat_stated **stated, uint32_t *stated_count, sat_error *err)
{
	size_t most = 0, n = 0;
	for (size_t i = 0; i < person_count; i++) {
		const view *v;
		int rc = view_of(gate, persons[i], &v, err);
		if (rc != 0)
			return rc;
		most += 1 + (size_t)__builtin_popcountll(v->advanced);
	}
	sat_stated *list = sat_arena_take(arena, (most + 1) * sizeof *list);
	if (list == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; i < person_count; i++) {
		const view *v;
		int rc = view_of(gate, persons[i], &v, err);
		if (rc != 0)
			return rc;
		for (uint8_t bit = 0; bit < 63; bit++) {
			if (v->advanced >> bit & 1)
				list[n++] = (sat_stated){ persons[i], v->episodes[bit], bit };
		}
		list[n++] = (sat_stated){ persons[i], 0, SAT_EVERY_PURPOSE };
	}
	*stated = list;
	*stated_count = (uint32_t)n;
	return 0;
}
