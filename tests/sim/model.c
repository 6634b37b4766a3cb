/* See model.h. */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/dice.h"

const char *const model_audiences[MODEL_AUDIENCES] = { "divers", "elders", "youth" };

static void *copy(model *m, const void *data, size_t count, size_t size)
{
	return count == 0 ? NULL : sat_arena_copy(&m->arena, data, count * size);
}

void model_init(model *m)
{
	*m = (model){ .slot_count = 1024 };
	m->slots = calloc(m->slot_count, sizeof *m->slots);
}

void model_clear(model *m)
{
	sat_arena_clear(&m->arena);
	free(m->fields);
	free(m->values);
	free(m->slots);
	free(m->decisions);
	free(m->persons);
	*m = (model){ 0 };
}

uint32_t model_field_of(model *m, const char *kind, const char *name, sat_type type)
{
	for (size_t i = 0; i < m->field_count; i++) {
		const model_field *f = &m->fields[i];
		if (f->type == type && strcmp(f->name, name) == 0 && strcmp(f->kind, kind) == 0)
			return (uint32_t)i;
	}
	m->fields = realloc(m->fields, (m->field_count + 1) * sizeof *m->fields);
	model_field *fresh = &m->fields[m->field_count];
	fresh->type = type;
	snprintf(fresh->kind, sizeof fresh->kind, "%s", kind);
	snprintf(fresh->name, sizeof fresh->name, "%s", name);
	return (uint32_t)m->field_count++;
}

int model_purpose_of(model *m, const char *name)
{
	for (size_t i = 0; i < m->purpose_count; i++) {
		if (strcmp(m->purposes[i], name) == 0)
			return (int)i;
	}
	snprintf(m->purposes[m->purpose_count], SAT_NAME_BYTES, "%s", name);
	return (int)m->purpose_count++;
}

/* --- values --------------------------------------------------------------------------------------- */

static size_t slot_of(const model *m, world_dot record, uint32_t field, world_dot dot)
{
	uint64_t hash = dice_hash_u64(dice_hash_u64(dice_mix(record), field), dot);
	return (size_t)hash & (m->slot_count - 1);
}

const model_value *model_find(const model *m, world_dot record, uint32_t field, world_dot dot)
{
	size_t slot = slot_of(m, record, field, dot);
	for (; m->slots[slot] != 0; slot = (slot + 1) & (m->slot_count - 1)) {
		const model_value *v = m->values[m->slots[slot] - 1];
		if (v->record == record && v->field == field && v->dot == dot)
			return v;
	}
	return NULL;
}

static void enter(model *m, size_t number)
{
	const model_value *v = m->values[number];
	size_t slot = slot_of(m, v->record, v->field, v->dot);
	while (m->slots[slot] != 0)
		slot = (slot + 1) & (m->slot_count - 1);
	m->slots[slot] = (uint32_t)number + 1;
}

const model_value *model_add(model *m, const model_value *value)
{
	if (m->value_count == m->value_room) {
		m->value_room = m->value_room == 0 ? 256 : m->value_room * 2;
		m->values = realloc(m->values, m->value_room * sizeof *m->values);
	}
	model_value *v = copy(m, value, 1, sizeof *value);
	m->values[m->value_count++] = v;
	v->past = copy(m, value->past, value->past_count, sizeof *value->past);
	v->stated = copy(m, value->stated, value->stated_count, sizeof *value->stated);
	v->names = copy(m, value->names, value->name_count, sizeof *value->names);
	v->references = copy(m, value->references, value->reference_count, sizeof *value->references);
	if (m->value_count * 2 > m->slot_count) {
		free(m->slots);
		m->slot_count *= 2;
		m->slots = calloc(m->slot_count, sizeof *m->slots);
		for (size_t i = 0; i + 1 < m->value_count; i++)
			enter(m, i);
	}
	enter(m, m->value_count - 1);
	return v;
}

bool model_covers(const model_value *by, world_dot dot)
{
	for (size_t i = 0; i < by->past_count; i++) {
		if (world_dot_incarnation(by->past[i]) == world_dot_incarnation(dot) && by->past[i] >= dot)
			return true;
	}
	return false;
}

/* --- decisions ------------------------------------------------------------------------------------ */

size_t model_decision_find(const model *m, world_dot id)
{
	for (size_t i = m->decision_count; i > 0; i--) {
		if (m->decisions[i - 1].id == id)
			return i - 1;
	}
	return SIZE_MAX;
}

static size_t person_number(const model *m, world_dot person)
{
	person = world_dot_record(person);
	for (size_t i = 0; i < m->person_count; i++) {
		if (m->persons[i] == person)
			return i;
	}
	return SIZE_MAX;
}

size_t model_decision_add(model *m, const model_decision *decision)
{
	m->decisions = realloc(m->decisions, (m->decision_count + 1) * sizeof *m->decisions);
	model_decision *d = &m->decisions[m->decision_count];
	*d = *decision;
	d->supersedes = copy(m, decision->supersedes, decision->supersedes_count, sizeof *decision->supersedes);
	d->stated = copy(m, decision->stated, decision->stated_count, sizeof *decision->stated);
	if (person_number(m, d->subject) == SIZE_MAX) {
		m->persons = realloc(m->persons, (m->person_count + 1) * sizeof *m->persons);
		m->persons[m->person_count++] = d->subject;
	}
	return m->decision_count++;
}

static bool says_yes(const model_decision *d) { return d->event == SAT_GIVEN || d->event == SAT_RENEWED; }

static bool is_state(const model *m, const model_decision *d, const char *state)
{
	return strcmp(m->purposes[d->purpose], state) == 0;
}

/* A guardian closes nothing of somebody who never had one. */
static bool ever_had_guardian(const model *m, const size_t *known, size_t count, world_dot person)
{
	for (size_t i = 0; i < count; i++) {
		const model_decision *d = &m->decisions[known[i]];
		if (d->subject == person && is_state(m, d, "has_guardian") && says_yes(d))
			return true;
	}
	return false;
}

uint32_t model_episode(const model *m, const size_t *known, size_t count, world_dot person, int purpose)
{
	uint32_t episode = 0;
	person = world_dot_record(person);
	for (size_t i = 0; i < count; i++) {
		const model_decision *d = &m->decisions[known[i]];
		if (d->subject == person && d->purpose == purpose && d->final && d->episode + 1 > episode &&
		    (!d->guardian || ever_had_guardian(m, known, count, person)))
			episode = d->episode + 1;
	}
	return episode;
}

static bool supersedes(const model_decision *by, size_t decision)
{
	for (size_t i = 0; i < by->supersedes_count; i++) {
		if (by->supersedes[i] == decision)
			return true;
	}
	return false;
}

bool model_is_head(const model *m, const size_t *known, size_t count, size_t decision)
{
	const model_decision *d = &m->decisions[decision];
	for (size_t i = 0; i < count; i++) {
		const model_decision *by = &m->decisions[known[i]];
		if (by->subject == d->subject && by->purpose == d->purpose && by->episode == d->episode &&
		    by->guardian == d->guardian && supersedes(by, decision))
			return false;
	}
	return true;
}

static bool is_known(const size_t *known, size_t count, size_t decision)
{
	for (size_t i = 0; i < count; i++) {
		if (known[i] == decision)
			return true;
	}
	return false;
}

/* The third programme asks anew for this purpose. */
static uint32_t notice_of(const model *m, int purpose, uint32_t programme)
{
	return programme >= 3 && strcmp(m->purposes[purpose], "quote_unnamed") == 0 ? 2 : 0;
}

/* Whether one head permits: to nobody when its chain has a hole. */
static bool permits(const model *m, const model_decision *d, const size_t *known, size_t count,
                    const model_recipient *to)
{
	if (!says_yes(d) || (d->words & to->words) == 0 || (d->left_out & to->words) != 0 ||
	    (d->until != 0 && d->until < to->today) || d->notice < notice_of(m, d->purpose, to->programme))
		return false;
	for (size_t i = 0; i < d->supersedes_count; i++) {
		if (!is_known(known, count, d->supersedes[i]))
			return false;
	}
	return true;
}

/* What the heads of one chain come to: 1 all say yes, 0 some does not, -1 there are none. */
static int chain(const model *m, const size_t *known, size_t count, world_dot person, int purpose, bool guardian,
                 uint32_t episode, const model_recipient *to)
{
	int answer = -1;
	for (size_t i = 0; i < count; i++) {
		const model_decision *d = &m->decisions[known[i]];
		if (d->subject != person || d->purpose != purpose || d->guardian != guardian ||
		    d->episode != episode || !model_is_head(m, known, count, known[i]))
			continue;
		answer = answer != 0 && permits(m, d, known, count, to);
	}
	return answer;
}

/* Whether somebody is in a state now, and until when as said by the heads that say so. */
static bool in_state(const model *m, const size_t *known, size_t count, world_dot person, const char *state,
                     int32_t *until)
{
	bool any = false;
	*until = 0;
	for (size_t i = 0; i < count; i++) {
		const model_decision *d = &m->decisions[known[i]];
		if (d->subject != person || !is_state(m, d, state) || !says_yes(d) ||
		    !model_is_head(m, known, count, known[i]))
			continue;
		any = true;
		if (d->until != 0 && (*until == 0 || d->until < *until))
			*until = d->until;
	}
	return any;
}

static bool permitted(const model *m, const size_t *known, size_t count, world_dot person, int purpose,
                      uint32_t episode, const model_recipient *to)
{
	int32_t until;
	if (strcmp(m->purposes[purpose], "in_mourning") == 0)
		return !in_state(m, known, count, person, "in_mourning", &until);
	if (chain(m, known, count, person, purpose, false, episode, to) != 1)
		return false;
	if (!in_state(m, known, count, person, "has_guardian", &until))
		return true;
	return (until == 0 || until >= to->today) && chain(m, known, count, person, purpose, true, episode, to) == 1;
}

static bool any_decided(const model *m, const size_t *known, size_t count, world_dot person, int purpose)
{
	bool any = false;
	for (size_t i = 0; i < count; i++) {
		const model_decision *d = &m->decisions[known[i]];
		any = any || (d->subject == person && d->purpose == purpose);
	}
	return any;
}

model_views model_views_for(const model *m, const size_t *known, size_t count, const model_recipient *to)
{
	model_views views = { .at = calloc(m->person_count * MODEL_PURPOSES_MAX + 1, sizeof *views.at),
		              .persons = m->person_count, .programme = to->programme };
	for (size_t i = 0; i < m->person_count; i++) {
		for (int purpose = 0; purpose < (int)m->purpose_count; purpose++) {
			model_view *v = &views.at[i * MODEL_PURPOSES_MAX + (size_t)purpose];
			v->episode = model_episode(m, known, count, m->persons[i], purpose);
			v->permitted = permitted(m, known, count, m->persons[i], purpose, v->episode, to);
			v->decided = any_decided(m, known, count, m->persons[i], purpose);
		}
	}
	return views;
}

/* --- the answer ----------------------------------------------------------------------------------- */

/* Who decides about a purpose, as the programmes say: 1 communities, 0 persons, -1 not known there. */
static int decided_by_communities(const model *m, int purpose, uint32_t programme)
{
	const char *name = m->purposes[purpose];
	if (strcmp(name, "lore") == 0 || strcmp(name, "mood") == 0)
		return programme < 2 ? -1 : name[0] == 'l';
	return strcmp(name, "community_words") == 0;
}

/* What is another's to decide needs no yes; nor does the state of mourning, unless it was declared. */
static bool unasked(const model *m, world_dot person, int purpose, uint32_t programme)
{
	int communities = decided_by_communities(m, purpose, programme);
	bool is_community = (person & WORLD_COLLECTIVE) != 0;
	return strcmp(m->purposes[purpose], "in_mourning") == 0 || (communities >= 0 && communities != is_community);
}

static model_view view_of(const model *m, const model_views *views, world_dot person, int purpose)
{
	size_t n = person_number(m, person);
	model_view v = { 0 };
	if (n < views->persons)
		v = views->at[n * MODEL_PURPOSES_MAX + (size_t)purpose];
	if (!v.decided)
		v.permitted = unasked(m, person, purpose, views->programme);
	return v;
}

static sat_answer answer_for(const model *m, const model_views *views, world_dot person,
                             const model_value *value, int purpose)
{
	model_view v = view_of(m, views, person, purpose);
	bool states = false;
	uint32_t episode = 0;
	for (size_t i = 0; i < value->stated_count; i++) {
		const model_stated *s = &value->stated[i];
		states = states || s->person == person;
		if (s->person == person && s->purpose == purpose)
			episode = s->episode;
	}
	if (states && episode < v.episode)
		return SAT_ERASED;
	if (states ? episode != v.episode : v.episode > 0)
		return SAT_SUSPENDED;
	return v.permitted ? SAT_PERMITTED : SAT_SUSPENDED;
}

sat_answer model_answer(const model *m, const model_views *views, const world_dot *persons,
                        size_t person_count, const model_value *value, unsigned needs)
{
	sat_answer answer = SAT_PERMITTED;
	for (int purpose = 0; purpose < MODEL_PURPOSES_MAX; purpose++) {
		if ((needs >> purpose & 1) == 0)
			continue;
		for (size_t i = 0; i < person_count + value->stated_count; i++) {
			world_dot person = i < person_count ? persons[i] : value->stated[i - person_count].person;
			sat_answer one = answer_for(m, views, person, value, purpose);
			if (one == SAT_ERASED)
				return SAT_ERASED;
			if (one != SAT_PERMITTED)
				answer = one;
		}
	}
	return answer;
}

/* They are dead with their own purpose too, but need no yes to it.  Where a community decided, what persons
 * would have to permit needs its very yes. */
sat_answer model_details_answer(const model *m, const model_views *views, const model_decision *d)
{
	model_stated stated[SAT_STATED_MAX + 1];
	model_value value = { .stated = stated, .stated_count = d->stated_count };
	const bool collective = decided_by_communities(m, d->purpose, views->programme) == 1;
	const world_dot subject = d->subject | (collective ? WORLD_COLLECTIVE : 0);
	unsigned own = 1u << d->purpose, needs = d->needs, personal = 0;
	for (size_t i = 0; i < d->stated_count; i++) {
		stated[i] = d->stated[i];
		stated[i].person = subject;
	}
	for (int purpose = 0; purpose < (int)m->purpose_count; purpose++)
		personal |= decided_by_communities(m, purpose, views->programme) == 0 &&
		                    strcmp(m->purposes[purpose], "in_mourning") != 0
		                ? 1u << purpose
		                : 0;
	if (collective && (needs & personal) != 0)
		needs = (needs & ~personal) | own;
	if (model_answer(m, views, &subject, 1, &value, own) == SAT_ERASED)
		return SAT_ERASED;
	return model_answer(m, views, &subject, 1, &value, needs);
}
