/* See merge.h. */
#include "merge.h"

#include <stdlib.h>
#include <string.h>

#include "incarnation.h"
#include "plant.h"

/* --- pasts -------------------------------------------------------------------------------------- */

bool sat_past_covers(const sat_dot *past, size_t count, sat_dot dot)
{
	for (size_t i = 0; i < count; i++) {
		if (sat_dot_index(past[i]) == sat_dot_index(dot))
			return sat_dot_counter(dot) <= sat_dot_counter(past[i]);
	}
	return false;
}

bool sat_past_equal(const sat_dot *a, size_t a_count, const sat_dot *b, size_t b_count)
{
	return a_count == b_count && (a_count == 0 || memcmp(a, b, a_count * sizeof *a) == 0);
}

/* Dots ascend by incarnation index, so an insertion keeps one dot an incarnation. */
static size_t past_put(sat_dot *past, size_t count, sat_dot dot)
{
	size_t i = 0;
	while (i < count && sat_dot_index(past[i]) < sat_dot_index(dot))
		i++;
	if (i < count && sat_dot_index(past[i]) == sat_dot_index(dot)) {
		if (past[i] < dot)
			past[i] = dot;
		return count;
	}
	memmove(past + i + 1, past + i, (count - i) * sizeof *past);
	past[i] = dot;
	return count + 1;
}

int sat_past_join(sat_arena *arena, const sat_dot **past, uint32_t *count, const sat_dot *other,
                  size_t other_count, sat_dot dot)
{
	sat_dot *joined = sat_arena_take(arena, (*count + other_count + 1) * sizeof *joined);
	if (joined == NULL)
		return SAT_ENOMEM;
	size_t n = *count;
	if (n > 0)
		memcpy(joined, *past, n * sizeof *joined);
	for (size_t i = 0; i < other_count; i++)
		n = past_put(joined, n, other[i]);
	if (dot != 0)
		n = past_put(joined, n, dot);
	*past = joined;
	*count = (uint32_t)n;
	return 0;
}

/* --- statements --------------------------------------------------------------------------------- */

bool sat_stated_equal(const sat_stated *a, size_t a_count, const sat_stated *b, size_t b_count)
{
	if (a_count != b_count)
		return false;
	for (size_t i = 0; i < a_count; i++) {
		if (a[i].person != b[i].person || a[i].purpose != b[i].purpose || a[i].episode != b[i].episode)
			return false;
	}
	return true;
}

static uint32_t stated_put(sat_stated *stated, uint32_t count, sat_dot person)
{
	uint32_t i = 0;
	while (i < count && stated[i].person < person)
		i++;
	if (i < count && stated[i].person == person)
		return count;
	memmove(stated + i + 1, stated + i, (count - i) * sizeof *stated);
	stated[i] = (sat_stated){ .person = person, .purpose = SAT_EVERY_PURPOSE };
	return count + 1;
}

/* The records that a sibling names where its field concerns them. */
static size_t named_by(const sat_table *table, const sat_sibling *sibling, const sat_dot **records)
{
	*records = NULL;
	if (sibling->blank || table->columns[sibling->field].concerns == 0)
		return 0;
	if (sibling->value.type == SAT_REFERENCE) {
		*records = &sibling->value.reference;
		return 1;
	}
	if (sibling->value.type == SAT_REFERENCES) {
		*records = sibling->value.references.at;
		return sibling->value.references.count;
	}
	return 0;
}

static uint32_t stated_put_record(sat_stated *stated, uint32_t count, sat_subjects subjects, sat_dot record)
{
	sat_dot concerned[2];
	size_t n = sat_concerned(subjects, record, concerned);
	for (size_t i = 0; i < n; i++)
		count = stated_put(stated, count, concerned[i]);
	return count;
}

int sat_stated_usual(sat_arena *arena, const sat_table *table, sat_dot id, const sat_sibling *siblings,
                     size_t count, sat_dot dot, const sat_stated **stated, uint32_t *stated_count)
{
	size_t most = table->is != 0;
	const sat_dot *records;
	for (size_t i = 0; i < count; i++) {
		if (siblings[i].dot == dot)
			most += named_by(table, &siblings[i], &records);
	}
	*stated = NULL;
	*stated_count = 0;
	if (most == 0)
		return 0;
	sat_stated *list = sat_arena_take(arena, most * 2 * sizeof *list);
	if (list == NULL)
		return SAT_ENOMEM;
	uint32_t n = stated_put_record(list, 0, table->is, id);
	for (size_t i = 0; i < count; i++) {
		if (siblings[i].dot != dot)
			continue;
		size_t named = named_by(table, &siblings[i], &records);
		for (size_t k = 0; k < named; k++)
			n = stated_put_record(list, n, table->columns[siblings[i].field].concerns, records[k]);
	}
	*stated = list;
	*stated_count = n;
	return 0;
}

/* --- states ------------------------------------------------------------------------------------- */

static bool same_shell(const sat_sibling *a, const sat_sibling *b)
{
	return a->field == b->field && a->dot == b->dot &&
	       sat_past_equal(a->past, a->past_count, b->past, b->past_count) &&
	       sat_stated_equal(a->stated, a->stated_count, b->stated, b->stated_count);
}

/* Order within a state: field, the world's order of dots, blanks last, content. */
static int compare_siblings(const sat_store *store, const sat_sibling *a, const sat_sibling *b)
{
	if (a->field != b->field)
		return a->field < b->field ? -1 : 1;
	int order = sat_dot_compare(store, a->dot, b->dot);
	if (order != 0)
		return order;
	if (a->blank != b->blank)
		return a->blank ? 1 : -1;
	order = sat_value_compare(&a->value, &b->value);
	if (order != 0)
		return order;
	if (a->stated_count != b->stated_count)
		return a->stated_count < b->stated_count ? -1 : 1;
	return a->past_count < b->past_count ? -1 : a->past_count > b->past_count;
}

static int insert_sibling(sat_state *state, const sat_sibling *sibling)
{
	if (state->count == state->room) {
		size_t room = state->room == 0 ? 16 : state->room * 2;
		sat_sibling *grown = sat_arena_take(state->arena, room * sizeof *grown);
		if (grown == NULL)
			return SAT_ENOMEM;
		if (state->count > 0)
			memcpy(grown, state->siblings, state->count * sizeof *grown);
		state->siblings = grown;
		state->room = room;
	}
	size_t i = state->count;
	while (i > 0 && compare_siblings(state->store, &state->siblings[i - 1], sibling) > 0)
		i--;
	memmove(state->siblings + i + 1, state->siblings + i, (state->count - i) * sizeof *sibling);
	state->siblings[i] = *sibling;
	state->count++;
	return 0;
}

static void remove_covered(sat_state *state, const sat_sibling *by)
{
	size_t kept = 0;
	for (size_t i = 0; i < state->count; i++) {
		sat_sibling *sibling = &state->siblings[i];
		if (sibling->field == by->field && sat_past_covers(by->past, by->past_count, sibling->dot))
			continue;
		state->siblings[kept++] = *sibling;
	}
	state->count = kept;
}

int sat_state_add(sat_state *state, const sat_sibling *sibling, bool *changed)
{
	sat_sibling added = *sibling;
	for (size_t i = 0; i < state->count; i++) {
		const sat_sibling *held = &state->siblings[i];
		if (held->field != added.field)
			continue;
		if (sat_past_covers(held->past, held->past_count, added.dot))
			return 0;
		if (!same_shell(held, &added))
			continue;
		if (added.blank || (!held->blank && sat_value_compare(&held->value, &added.value) == 0))
			return 0;
		if (held->blank) {
			/* Content fills the blank: the blank goes, the value takes its place. */
			memmove(state->siblings + i, state->siblings + i + 1,
			        (state->count - i - 1) * sizeof *held);
			state->count--;
			break;
		}
	}
	*changed = true;
	remove_covered(state, &added);
	return insert_sibling(state, &added);
}

int sat_state_concern(sat_state *state, sat_dot person, bool *changed)
{
	size_t i = 0;
	while (i < state->person_count && state->persons[i] < person)
		i++;
	if (i < state->person_count && state->persons[i] == person)
		return 0;
	if (state->person_count == state->person_room) {
		size_t room = state->person_room == 0 ? 4 : state->person_room * 2;
		sat_dot *grown = sat_arena_take(state->arena, room * sizeof *grown);
		if (grown == NULL)
			return SAT_ENOMEM;
		if (state->person_count > 0)
			memcpy(grown, state->persons, state->person_count * sizeof *grown);
		state->persons = grown;
		state->person_room = room;
	}
	memmove(state->persons + i + 1, state->persons + i, (state->person_count - i) * sizeof person);
	state->persons[i] = person;
	state->person_count++;
	*changed = true;
	return 0;
}

static int concern_record(sat_state *state, sat_subjects subjects, sat_dot record, bool *changed)
{
	sat_dot concerned[2];
	size_t count = sat_concerned(subjects, record, concerned);
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = sat_state_concern(state, concerned[i], changed);
	return rc;
}

int sat_state_concern_itself(sat_state *state, bool *changed)
{
	return concern_record(state, state->table->is, state->id, changed);
}

int sat_state_concern_named(sat_state *state, const sat_sibling *sibling, bool *changed)
{
	const sat_dot *records;
	size_t count = named_by(state->table, sibling, &records);
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = concern_record(state, state->table->columns[sibling->field].concerns, records[i], changed);
	return rc;
}

int sat_state_merge(sat_state *state, const sat_state *other, bool *changed)
{
	int rc = 0;
	if (other->created && !state->created) {
		state->created = true;
		*changed = true;
	}
	for (size_t i = 0; rc == 0 && i < other->count; i++)
		rc = sat_state_add(state, &other->siblings[i], changed);
	for (size_t i = 0; rc == 0 && i < other->person_count; i++)
		rc = sat_state_concern(state, other->persons[i], changed);
	return rc;
}

/* Siblings of both stand in the same order. */
bool sat_state_same_values(const sat_state *a, const sat_state *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const sat_sibling *x = &a->siblings[i], *y = &b->siblings[i];
		if (!same_shell(x, y) || x->blank != y->blank || sat_value_compare(&x->value, &y->value) != 0)
			return false;
	}
	return true;
}

int sat_state_copy(const sat_state *from, sat_state *to)
{
	*to = *from;
	to->siblings = NULL;
	to->persons = NULL;
	to->count = to->room = to->person_count = to->person_room = 0;
	bool changed;
	return sat_state_merge(to, from, &changed);
}

size_t sat_state_field(const sat_state *state, uint16_t field, const sat_sibling **first)
{
	size_t i = 0;
	while (i < state->count && state->siblings[i].field < field)
		i++;
	*first = i < state->count ? &state->siblings[i] : NULL;
	size_t n = 0;
	while (i + n < state->count && state->siblings[i + n].field == field)
		n++;
	return n;
}

/* Siblings ascend, so the last one with content is the greatest. */
const sat_sibling *sat_state_shown(const sat_state *state, uint16_t field)
{
	const sat_sibling *first;
	size_t n = sat_state_field(state, field, &first);
	if (SAT_PLANTED_BUG(9) && sat_store_env(state->store)->now(sat_store_env(state->store)->context) % 2 != 0)
		return n > 0 ? first : NULL;
	for (size_t i = n; i > 0; i--) {
		if (!first[i - 1].blank)
			return &first[i - 1];
	}
	return n > 0 ? &first[n - 1] : NULL;
}

bool sat_state_conflict(const sat_state *state, uint16_t field)
{
	const sat_sibling *first, *seen = NULL;
	size_t n = sat_state_field(state, field, &first);
	for (size_t i = 0; i < n; i++) {
		if (first[i].blank)
			continue;
		if (seen != NULL && sat_value_compare(&seen->value, &first[i].value) != 0)
			return true;
		seen = &first[i];
	}
	return false;
}
