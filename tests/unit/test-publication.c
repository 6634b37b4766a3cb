/* Claims about what earlier reports said: it is kept whole, and found by the name of the population. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "registry-place.h"
#include "report/publication.h"

typedef struct place {
	char dir[PLACE_DIR_CHARS];
	replica r;
	sat_arena arena;
} place;

static int set_up(void **state)
{
	place *p = *state = calloc(1, sizeof *p);
	registry_place_make(p->dir, &p->r);
	return 0;
}

static int tear_down(void **state)
{
	place *p = *state;
	registry_place_remove(p->dir, &p->r);
	sat_arena_clear(&p->arena);
	free(p);
	return 0;
}

static sat_cell_count places[] = { { "Hope Vale", 20, false }, { "Aurukun", 3, true }, { "", 10, true } };
static sat_cell_count genders[] = { { "woman", 33, false } };
static sat_tally tallies[] = { { "community", places, 3 }, { "gender", genders, 1 } };
static const sat_population people = {
	.name = "people", .at = 86400, .total = 33, .tallies = tallies, .tally_count = 2
};
static const sat_population empty = {
	.name = "people", .at = 90000, .total = 7, .total_hidden = true, .frozen = true
};
static const sat_population others = { .name = "people of Aurukun", .at = 86400, .total = 5 };

static int64_t note(place *p, const sat_population *populations, size_t count)
{
	sat_error err = { 0 };
	int64_t number = 0;
	if (sat_store_begin(p->r.store, &err) != 0 ||
	    sat_publication_note(p->r.store, 100000, "everybody", populations, count, &number, &err) != 0 ||
	    sat_store_commit(p->r.store, &err) != 0)
		replica_fail("a report", &err);
	return number;
}

static size_t earlier(place *p, const char *name, sat_population **list)
{
	size_t count;
	assert_int_equal(sat_publication_earlier(p->r.store, name, &p->arena, list, &count, NULL), 0);
	return count;
}

static void assert_same(const sat_population *a, const sat_population *b)
{
	assert_string_equal(a->name, b->name);
	assert_int_equal(a->at, b->at);
	assert_int_equal(a->total, b->total);
	assert_int_equal(a->total_hidden, b->total_hidden);
	assert_int_equal(a->frozen, b->frozen);
	assert_int_equal(a->tally_count, b->tally_count);
	for (size_t t = 0; t < a->tally_count; t++) {
		assert_string_equal(a->tallies[t].name, b->tallies[t].name);
		assert_int_equal(a->tallies[t].cell_count, b->tallies[t].cell_count);
		for (size_t c = 0; c < a->tallies[t].cell_count; c++) {
			assert_string_equal(a->tallies[t].cells[c].key, b->tallies[t].cells[c].key);
			assert_int_equal(a->tallies[t].cells[c].count, b->tallies[t].cells[c].count);
			assert_int_equal(a->tallies[t].cells[c].hidden, b->tallies[t].cells[c].hidden);
		}
	}
}

static void publication__nothing_was_said_at_first(void **state)
{
	place *p = *state;
	sat_population *list;
	assert_int_equal(earlier(p, "people", &list), 0);
}

static void publication__what_was_noted_comes_back(void **state)
{
	place *p = *state;
	sat_population *list;
	const sat_population both[] = { others, people };
	assert_int_equal(note(p, both, 2), 1);
	replica_close(&p->r);
	replica_open(&p->r);
	assert_int_equal(earlier(p, "people", &list), 1);
	assert_same(&list[0], &people);
	assert_int_equal(earlier(p, "people of Aurukun", &list), 1);
	assert_same(&list[0], &others);
}

static void publication__reports_come_in_their_order(void **state)
{
	place *p = *state;
	sat_population *list;
	assert_int_equal(note(p, &people, 1), 1);
	assert_int_equal(note(p, &others, 1), 2);
	assert_int_equal(note(p, &empty, 1), 3);
	for (int i = 0; i < 40; i++)
		note(p, &people, 1);
	assert_int_equal(earlier(p, "people", &list), 42);
	assert_same(&list[0], &people);
	assert_same(&list[1], &empty);
	assert_same(&list[41], &people);
}

static void publication__what_is_rolled_back_was_not_said(void **state)
{
	place *p = *state;
	sat_population *list;
	int64_t number;
	assert_int_equal(sat_store_begin(p->r.store, NULL), 0);
	assert_int_equal(sat_publication_note(p->r.store, 0, "everybody", &people, 1, &number, NULL), 0);
	sat_store_rollback(p->r.store);
	assert_int_equal(earlier(p, "people", &list), 0);
	assert_int_equal(note(p, &people, 1), 1);
}

/* What the one says, the next is compared with. */
static void publication__what_was_said_is_frozen_after_a_small_change(void **state)
{
	place *p = *state;
	sat_population *list, now = people;
	note(p, &people, 1);
	sat_cell_count changed[] = { { "Hope Vale", 19, false }, { "Aurukun", 3, false }, { "", 10, false } };
	sat_tally table = { "community", changed, 3 };
	now.total = 32;
	now.tallies = &table;
	now.tally_count = 1;
	size_t count = earlier(p, "people", &list);
	assert_int_equal(sat_suppress(&now, list, count, SAT_SMALL, &p->arena, NULL), 0);
	assert_true(now.frozen);
	now.frozen = false;
	assert_same(&now, &people);
}

#define PLACE_CLAIM(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest claims[] = {
		PLACE_CLAIM(publication__nothing_was_said_at_first),
		PLACE_CLAIM(publication__what_was_noted_comes_back),
		PLACE_CLAIM(publication__reports_come_in_their_order),
		PLACE_CLAIM(publication__what_is_rolled_back_was_not_said),
		PLACE_CLAIM(publication__what_was_said_is_frozen_after_a_small_change),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
