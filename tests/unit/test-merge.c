/* Claims about merging as a pure function: in whatever order, grouping or repetition values arrive, the
 * same ones are held, and none goes that another has not seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/incarnation.h"
#include "registry-place.h"

enum { WRITERS = 4, WRITES = 12, ROUNDS = 400 };

typedef struct place {
	char dir[PLACE_DIR_CHARS];
	replica r;
	sat_table *table;
	int64_t writers[WRITERS];
} place;

static int set_up(void **state)
{
	place *p = *state = calloc(1, sizeof *p);
	registry_place_make(p->dir, &p->r);
	p->table = sat_table_named(p->r.store, "workshop");
	assert_int_equal(sat_store_begin(p->r.store, NULL), 0);
	for (int i = 0; i < WRITERS; i++) {
		uint8_t name[SAT_INCARNATION_BYTES];
		test_env_random(&p->r.env, name, sizeof name);
		assert_int_equal(sat_incarnation_intern(p->r.store, name, &p->writers[i], NULL), 0);
	}
	assert_int_equal(sat_store_commit(p->r.store, NULL), 0);
	return 0;
}

static int tear_down(void **state)
{
	place *p = *state;
	registry_place_remove(p->dir, &p->r);
	free(p);
	return 0;
}

static sat_state empty(place *p, sat_arena *arena)
{
	return (sat_state){ .store = p->r.store, .table = p->table, .id = 1, .created = true, .arena = arena };
}

/* A history: writers hold states of their own, write to one field what covers all that they hold, and
 * sometimes take over what another holds.  All values ever written come out. */
static size_t history(place *p, sat_arena *arena, sat_sibling *all)
{
	sat_state held[WRITERS];
	int64_t counters[WRITERS] = { 0 };
	size_t count = 0;
	bool changed;
	for (int w = 0; w < WRITERS; w++)
		held[w] = empty(p, arena);
	while (count < WRITES) {
		uint64_t dice = test_env_next(&p->r.env);
		size_t w = dice % WRITERS, other = dice / WRITERS % WRITERS;
		if (dice >> 32 & 1) {
			assert_int_equal(sat_state_merge(&held[w], &held[other], &changed), 0);
			continue;
		}
		sat_sibling s = { .field = 0, .dot = sat_dot_make(p->writers[w], ++counters[w]),
			          .value = sat_value_integer((int64_t)(dice >> 40)) };
		for (size_t i = 0; i < held[w].count; i++)
			assert_int_equal(sat_past_join(arena, &s.past, &s.past_count, held[w].siblings[i].past,
			                               held[w].siblings[i].past_count, held[w].siblings[i].dot), 0);
		assert_int_equal(sat_state_add(&held[w], &s, &changed), 0);
		all[count++] = s;
	}
	return count;
}

static void assert_same(const sat_state *a, const sat_state *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_int_equal(a->siblings[i].dot, b->siblings[i].dot);
		assert_int_equal(a->siblings[i].blank, b->siblings[i].blank);
		assert_int_equal(sat_value_compare(&a->siblings[i].value, &b->siblings[i].value), 0);
	}
}

static void merge__order_grouping_and_repetition_do_not_matter(void **state)
{
	place *p = *state;
	for (int round = 0; round < ROUNDS; round++) {
		SAT_ARENA(arena);
		sat_sibling all[WRITES];
		bool changed;
		size_t n = history(p, &arena, all);
		sat_state straight = empty(p, &arena), shuffled = empty(p, &arena), left = empty(p, &arena);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(sat_state_add(&straight, &all[i], &changed), 0);
		for (size_t i = 0; i < 3 * n; i++)
			assert_int_equal(sat_state_add(&shuffled, &all[test_env_next(&p->r.env) % n], &changed), 0);
		for (size_t i = n; i > 0; i--)
			assert_int_equal(sat_state_add(i % 2 ? &shuffled : &left, &all[i - 1], &changed), 0);
		assert_int_equal(sat_state_merge(&shuffled, &left, &changed), 0);
		assert_same(&straight, &shuffled);
		changed = false;
		assert_int_equal(sat_state_merge(&shuffled, &straight, &changed), 0);
		assert_false(changed);
	}
}

static void merge__value_goes_only_when_one_that_is_held_has_seen_it(void **state)
{
	place *p = *state;
	for (int round = 0; round < ROUNDS; round++) {
		SAT_ARENA(arena);
		sat_sibling all[WRITES];
		bool changed;
		size_t n = history(p, &arena, all);
		sat_state held = empty(p, &arena);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(sat_state_add(&held, &all[i], &changed), 0);
		for (size_t i = 0; i < n; i++) {
			bool there = false, covered = false;
			for (size_t k = 0; k < held.count; k++) {
				there = there || held.siblings[k].dot == all[i].dot;
				covered = covered || sat_past_covers(held.siblings[k].past,
				                                     held.siblings[k].past_count, all[i].dot);
			}
			assert_true(there != covered);
		}
	}
}

static void merge__one_dot_told_in_two_ways_keeps_both(void **state)
{
	place *p = *state;
	SAT_ARENA(arena);
	sat_state held = empty(p, &arena);
	bool changed;
	sat_sibling one = { .dot = sat_dot_make(p->writers[0], 1), .value = sat_value_integer(1) }, two = one;
	two.value.integer = 2;
	assert_int_equal(sat_state_add(&held, &one, &changed), 0);
	assert_int_equal(sat_state_add(&held, &two, &changed), 0);
	assert_int_equal(held.count, 2);
	assert_true(sat_state_conflict(&held, 0));
}

static void merge__blank_never_empties_and_content_fills_it(void **state)
{
	place *p = *state;
	sat_sibling value = { .dot = sat_dot_make(p->writers[0], 1), .value = sat_value_integer(1) }, blank = value;
	blank.blank = true;
	blank.value = (sat_value){ .type = SAT_CLEARED };
	for (int first = 0; first < 2; first++) {
		SAT_ARENA(arena);
		sat_state held = empty(p, &arena);
		bool changed;
		assert_int_equal(sat_state_add(&held, first ? &value : &blank, &changed), 0);
		assert_int_equal(sat_state_add(&held, first ? &blank : &value, &changed), 0);
		assert_int_equal(held.count, 1);
		assert_false(held.siblings[0].blank);
	}
}

static void merge__withheld_sibling_survives_the_answer(void **state)
{
	place *p = *state;
	SAT_ARENA(arena);
	bool changed;
	/* Two values stand against each other; somebody who may see only one of them edits that one. */
	sat_sibling seen = { .dot = sat_dot_make(p->writers[0], 1), .value = sat_value_integer(1) };
	sat_sibling withheld = { .dot = sat_dot_make(p->writers[1], 1), .value = sat_value_integer(2) };
	sat_dot past[] = { seen.dot };
	sat_sibling answer = { .dot = sat_dot_make(p->writers[2], 1), .past = past, .past_count = 1,
		               .value = sat_value_integer(3) };
	sat_state held = empty(p, &arena);
	assert_int_equal(sat_state_add(&held, &seen, &changed), 0);
	assert_int_equal(sat_state_add(&held, &withheld, &changed), 0);
	assert_int_equal(sat_state_add(&held, &answer, &changed), 0);
	assert_int_equal(held.count, 2);
	assert_true(held.siblings[0].dot == withheld.dot || held.siblings[1].dot == withheld.dot);
}

static void merge__equal_contents_are_no_conflict_and_both_kept(void **state)
{
	place *p = *state;
	SAT_ARENA(arena);
	sat_state held = empty(p, &arena);
	bool changed;
	for (int w = 0; w < 2; w++) {
		sat_sibling s = { .dot = sat_dot_make(p->writers[w], 1), .value = sat_value_integer(7) };
		assert_int_equal(sat_state_add(&held, &s, &changed), 0);
	}
	assert_int_equal(held.count, 2);
	assert_false(sat_state_conflict(&held, 0));
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest claims[] = {
		CLAIM(merge__order_grouping_and_repetition_do_not_matter),
		CLAIM(merge__value_goes_only_when_one_that_is_held_has_seen_it),
		CLAIM(merge__one_dot_told_in_two_ways_keeps_both),
		CLAIM(merge__blank_never_empties_and_content_fills_it),
		CLAIM(merge__withheld_sibling_survives_the_answer),
		CLAIM(merge__equal_contents_are_no_conflict_and_both_kept),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
