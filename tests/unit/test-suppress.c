/* Claims about small numbers: what of a report may be read, beside all earlier ones.
 *
 * Reports are written as lines: "30: 10 20 | 15 15" is a total and two tables, "n.p." a number that is hidden.
 * In what the tests put in, a * hides.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "possible-worlds.h"
#include "report/suppress.h"
#include "tests/support/allocations.h"
#include "tests/support/dice.h"

enum { TABLES_MAX = 4, CELLS_MAX = 12, REPORTS_MAX = 8, ROUNDS = 1000 };

static const char *const tables[TABLES_MAX] = { "community", "gender", "age", "origin" };
static const char *const keys[CELLS_MAX] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l" };

/* --- reports in a line ------------------------------------------------------------------------------- */

typedef struct story {
	sat_arena arena;
	sat_population reports[REPORTS_MAX];
	size_t count;
	char line[400];
} story;

static void story_end(story *s) { sat_arena_clear(&s->arena); }
#define STORY(name) __attribute__((cleanup(story_end))) story name = { 0 }

static sat_population read_line(story *s, const char *line)
{
	char *at;
	sat_population p = { .name = "people", .at = (int64_t)s->count * 1000, .total = strtoll(line, &at, 10) };
	p.total_hidden = *at == '*';
	at += p.total_hidden;
	p.tallies = sat_arena_zeroed(&s->arena, TABLES_MAX, sizeof *p.tallies);
	assert_non_null(p.tallies);
	for (; *at == ':' || *at == '|'; p.tally_count++) {
		sat_tally *t = &p.tallies[p.tally_count];
		*t = (sat_tally){ .name = tables[p.tally_count],
			          .cells = sat_arena_zeroed(&s->arena, CELLS_MAX, sizeof *t->cells) };
		assert_non_null(t->cells);
		for (at += 1 + strspn(at + 1, " "); *at != '\0' && *at != '|'; at += strspn(at, " ")) {
			sat_cell_count *c = &t->cells[t->cell_count];
			*c = (sat_cell_count){ .key = keys[t->cell_count++], .count = strtoll(at, &at, 10), .hidden = *at == '*' };
			at += c->hidden;
		}
	}
	return p;
}

static void put_text(story *s, const char *text)
{
	size_t n = strlen(s->line);
	assert_true(n + strlen(text) < sizeof s->line);
	strcpy(s->line + n, text);
}

static void put_number(story *s, bool hidden, int64_t count)
{
	char text[24];
	snprintf(text, sizeof text, " %lld", (long long)count);
	put_text(s, hidden ? " n.p." : text);
}

static const char *print_line(story *s, const sat_population *p)
{
	strcpy(s->line, p->frozen ? "frozen" : "now");
	put_number(s, p->total_hidden, p->total);
	for (size_t t = 0; t < p->tally_count; t++) {
		put_text(s, t == 0 ? ":" : " |");
		for (size_t c = 0; c < p->tallies[t].cell_count; c++)
			put_number(s, p->tallies[t].cells[c].hidden, p->tallies[t].cells[c].count);
	}
	return s->line;
}

/* A report that was made somehow, with what it hid. */
static void was(story *s, const char *line) { s->reports[s->count] = read_line(s, line); s->count++; }

/* The next report, and how it reads. */
static const char *next(story *s, const char *line)
{
	sat_error err = { 0 };
	sat_population *now = &s->reports[s->count];
	*now = read_line(s, line);
	int rc = sat_suppress(now, s->reports, s->count, SAT_SMALL, &s->arena, &err);
	if (rc != 0)
		fail_msg("%s: %s", line, err.message);
	s->count++;
	return print_line(s, now);
}

/* --- one report -------------------------------------------------------------------------------------- */

static void suppress__small_cells_are_hidden(void **state)
{
	(void)state;
	STORY(s);
	assert_string_equal(next(&s, "57: 4 3 20 30"), "now 57: n.p. n.p. 20 30");
}

static void suppress__five_and_more_are_not_hidden_and_neither_is_zero(void **state)
{
	(void)state;
	STORY(s);
	assert_string_equal(next(&s, "35: 5 0 30 | 35 0 0"), "now 35: 5 0 30 | 35 0 0");
}

static void suppress__one_small_cell_is_covered_by_the_next_smallest(void **state)
{
	(void)state;
	STORY(s);
	assert_string_equal(next(&s, "63: 20 3 30 10"), "now 63: 20 n.p. 30 n.p.");
}

static void suppress__small_cells_without_room_take_another_along(void **state)
{
	(void)state;
	STORY(s);
	STORY(t);
	STORY(u);
	/* 2 is 1 and 1, and 5 leaves each of two four numbers; 6 leaves 1 to 5. */
	assert_string_equal(next(&s, "52: 1 1 20 30"), "now 52: n.p. n.p. n.p. 30");
	assert_string_equal(next(&t, "55: 1 4 20 30"), "now 55: n.p. n.p. n.p. 30");
	assert_string_equal(next(&u, "56: 2 4 20 30"), "now 56: n.p. n.p. 20 30");
}

static void suppress__zero_is_no_cover(void **state)
{
	(void)state;
	STORY(s);
	assert_string_equal(next(&s, "33: 0 3 30 0"), "now 33: 0 n.p. n.p. 0");
}

static void suppress__total_hides_where_all_cells_do_not_help(void **state)
{
	(void)state;
	STORY(s);
	assert_string_equal(next(&s, "6: 2 2 2"), "now n.p.: n.p. n.p. n.p.");
}

/* What another table adds up to is the total as well. */
static void suppress__hidden_total_follows_from_no_other_table(void **state)
{
	(void)state;
	STORY(s);
	assert_string_equal(next(&s, "6: 2 2 2 | 6 0"), "now n.p.: n.p. n.p. n.p. | n.p. 0");
}

static void suppress__small_total_is_hidden(void **state)
{
	(void)state;
	STORY(s);
	assert_string_equal(next(&s, "3: 3 | 2 1 0"), "now n.p.: n.p. | n.p. n.p. 0");
}

static void suppress__nobody_is_no_secret(void **state)
{
	(void)state;
	STORY(s);
	assert_string_equal(next(&s, "0: 0 0 | 0"), "now 0: 0 0 | 0");
	assert_string_equal(next(&s, "0: | "), "now 0: |");
	assert_string_equal(next(&s, "0"), "now 0");
}

static void suppress__one_category_says_what_the_total_says(void **state)
{
	(void)state;
	STORY(s);
	assert_string_equal(next(&s, "50: 50"), "now 50: 50");
}

static void suppress__population_without_tables_is_its_total(void **state)
{
	(void)state;
	STORY(s);
	assert_string_equal(next(&s, "4"), "now n.p.");
	assert_string_equal(next(&s, "20"), "now 20");
	assert_string_equal(next(&s, "22"), "frozen 20");
	assert_string_equal(next(&s, "25"), "now 25");
}

static void suppress__threshold_is_the_callers(void **state)
{
	(void)state;
	STORY(s);
	sat_population p = read_line(&s, "63: 20 3 30 10");
	assert_int_equal(sat_suppress(&p, NULL, 0, 3, &s.arena, NULL), 0);
	assert_string_equal(print_line(&s, &p), "now 63: 20 3 30 10");
	assert_int_equal(sat_suppress(&p, NULL, 0, 11, &s.arena, NULL), 0);
	assert_string_equal(print_line(&s, &p), "now 63: 20 n.p. 30 n.p.");
}

static void suppress__what_does_not_add_up_is_refused(void **state)
{
	(void)state;
	static const char *const lines[] = { "63: 20 3 30 11", "63: 20 3 30", "63: 20 43 | 63 1",
		                             "2: 3 -1", "-1: -1", "-1",
		                             "5: 9223372036854775807 9223372036854775807 7" };
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		STORY(s);
		sat_error err;
		sat_population p = read_line(&s, lines[i]);
		assert_int_equal(sat_suppress(&p, NULL, 0, SAT_SMALL, &s.arena, &err), SAT_EINVALID);
	}
}

static void suppress__what_is_named_twice_is_refused(void **state)
{
	(void)state;
	STORY(s);
	sat_population p = read_line(&s, "30: 10 20 | 15 15");
	p.tallies[1].cells[1].key = "a";
	assert_int_equal(sat_suppress(&p, NULL, 0, SAT_SMALL, &s.arena, NULL), SAT_EINVALID);
	p.tallies[1].cells[1].key = "b";
	p.tallies[1].name = "community";
	assert_int_equal(sat_suppress(&p, NULL, 0, SAT_SMALL, &s.arena, NULL), SAT_EINVALID);
}

static void suppress__memory_that_runs_out_is_told(void **state)
{
	(void)state;
	STORY(s);
	for (int r = 0; r < 6; r++) {
		char line[200];
		int a = 30 + r * 9, b = 10 + r * 7;
		snprintf(line, sizeof line, "%d*: %d* %d* %d* %d* %d* %d* %d* %d*", 4 * (a + b), a, b, a, b, a, b, a, b);
		was(&s, line);
	}
	size_t asked = 1, n = 0;
	sat_population sixth = s.reports[--s.count];
	while (asked >= n) {
		SAT_ARENA(arena);
		sat_error err = { 0 };
		sat_population now = sixth;
		allocations_watch(++n, 1);
		int rc = sat_suppress(&now, s.reports, s.count, SAT_SMALL, &arena, &err);
		asked = allocations_unwatch();
		/* Valgrind puts an allocator of its own in the place of ours. */
		if (asked == 0)
			break;
		assert_int_equal(rc, asked >= n ? SAT_ENOMEM : 0);
		assert_int_equal(err.code, rc);
	}
	if (asked != 0)
		assert_in_range(n, 4, 1000);
}

/* --- two reports ------------------------------------------------------------------------------------- */

static void suppress__same_report_again_reads_the_same(void **state)
{
	(void)state;
	STORY(s);
	assert_string_equal(next(&s, "63: 20 3 30 10 | 40 23"), "now 63: 20 n.p. 30 n.p. | 40 23");
	assert_string_equal(next(&s, "63: 20 3 30 10 | 40 23"), "now 63: 20 n.p. 30 n.p. | 40 23");
}

/* One withdrawal between two reports. */
static void suppress__who_leaves_alone_is_not_seen_to(void **state)
{
	(void)state;
	STORY(s);
	assert_string_equal(next(&s, "50: 20 30 | 25 25"), "now 50: 20 30 | 25 25");
	assert_string_equal(next(&s, "49: 19 30 | 24 25"), "frozen 50: 20 30 | 25 25");
	assert_int_equal(s.reports[1].at, 0);
	assert_ptr_not_equal(s.reports[1].tallies, s.reports[0].tallies);
	assert_ptr_not_equal(s.reports[1].tallies[0].cells, s.reports[0].tallies[0].cells);
}

/* It would be seen in which cells those are who came. */
static void suppress__total_that_changed_little_is_frozen_not_hidden(void **state)
{
	(void)state;
	STORY(s);
	assert_string_equal(next(&s, "8: 4 4"), "now 8: n.p. n.p.");
	assert_string_equal(next(&s, "9: 4 5"), "frozen 8: n.p. n.p.");
}

static void suppress__frozen_report_is_compared_as_what_it_says(void **state)
{
	(void)state;
	STORY(s);
	next(&s, "50: 20 30 | 25 25");
	next(&s, "49: 19 30 | 24 25");
	assert_string_equal(next(&s, "54: 24 30 | 29 25"), "frozen 50: 20 30 | 25 25");
	assert_string_equal(next(&s, "55: 25 30 | 30 25"), "now 55: 25 30 | 30 25");
}

static void suppress__what_was_hidden_stays_hidden_in_what_is_frozen(void **state)
{
	(void)state;
	STORY(s);
	next(&s, "63: 20 3 30 10");
	assert_string_equal(next(&s, "64: 21 3 30 10"), "frozen 63: 20 n.p. 30 n.p.");
}

static void suppress__cell_that_grew_by_one_is_hidden_with_one_that_grew_by_more(void **state)
{
	(void)state;
	STORY(s);
	next(&s, "140: 20 30 40 50 | 70 70");
	assert_string_equal(next(&s, "151: 21 30 50 50 | 75 76"), "now 151: n.p. 30 n.p. 50 | 75 76");
}

static void suppress__small_changes_that_make_a_great_one_cover_each_other(void **state)
{
	(void)state;
	STORY(s);
	next(&s, "140: 20 30 40 50 | 70 70");
	assert_string_equal(next(&s, "145: 21 30 44 50 | 75 70"), "now 145: n.p. 30 n.p. 50 | 75 70");
}

static void suppress__who_moves_between_two_cells_hides_both(void **state)
{
	(void)state;
	STORY(s);
	next(&s, "140: 20 30 40 50 | 70 70");
	assert_string_equal(next(&s, "140: 21 30 39 50 | 70 70"), "now 140: n.p. 30 n.p. 50 | 70 70");
}

static void suppress__unchanged_cell_does_not_uncover_what_it_covered(void **state)
{
	(void)state;
	STORY(s);
	assert_string_equal(next(&s, "103: 3 10 30 60 | 50 53"), "now 103: n.p. n.p. 30 60 | 50 53");
	/* Of 13 then, 10 would be one that can be read now. */
	assert_string_equal(next(&s, "121: 9 10 42 60 | 60 61"), "now 121: n.p. n.p. 42 60 | 60 61");
}

static void suppress__nearly_unchanged_cell_does_not_either(void **state)
{
	(void)state;
	STORY(s);
	next(&s, "103: 3 10 30 60 | 50 53");
	assert_string_equal(next(&s, "123: 9 12 42 60 | 60 63"), "now 123: n.p. n.p. 42 60 | 60 63");
}

static void suppress__changed_cells_are_released(void **state)
{
	(void)state;
	STORY(s);
	next(&s, "103: 3 10 30 60 | 50 53");
	assert_string_equal(next(&s, "128: 9 15 44 60 | 60 68"), "now 128: 9 15 44 60 | 60 68");
}

/* It was published, so it covers nothing that falls below 5 later. */
static void suppress__unchanged_cell_is_no_cover_for_a_new_small_one(void **state)
{
	(void)state;
	STORY(s);
	assert_string_equal(next(&s, "138: 9 10 49 70 | 70 68"), "now 138: 9 10 49 70 | 70 68");
	assert_string_equal(next(&s, "149: 3 10 66 70 | 75 74"), "now 149: n.p. 10 n.p. 70 | 75 74");
}

static void suppress__only_change_is_frozen_where_it_makes_a_small_cell(void **state)
{
	(void)state;
	STORY(s);
	next(&s, "60: 10 20 30 | 30 30");
	assert_string_equal(next(&s, "54: 4 20 30 | 24 30"), "frozen 60: 10 20 30 | 30 30");
}

/* Changes that cancel are as good as none for somebody who takes them for none. */
static void suppress__changes_that_cancel_uncover_nothing(void **state)
{
	(void)state;
	STORY(s);
	assert_string_equal(next(&s, "103: 2 2 9 90"), "now 103: n.p. n.p. n.p. 90");
	/* Were 12 published, then 7 and 4, which are 11 together now as they were then, would leave 2. */
	assert_string_equal(next(&s, "213: 12 7 4 190"), "now 213: n.p. 7 n.p. 190");
}

static void suppress__category_that_was_not_there_counted_zero(void **state)
{
	(void)state;
	STORY(s);
	next(&s, "50: 20 30");
	assert_string_equal(next(&s, "59: 20 30 9"), "now 59: 20 30 9");
	STORY(t);
	next(&t, "50: 20 30 | 25 25");
	assert_string_equal(next(&t, "62: 29 30 3 | 30 32"), "now 62: n.p. 30 n.p. | 30 32");
}

static void suppress__table_that_was_not_there_counted_zero(void **state)
{
	(void)state;
	STORY(s);
	next(&s, "50: 20 30");
	assert_string_equal(next(&s, "50: 20 30 | 10 2 38"), "now 50: 20 30 | n.p. n.p. 38");
	assert_string_equal(next(&s, "50: 20 30"), "now 50: 20 30");
}

static void suppress__hidden_total_is_compared_with_nothing(void **state)
{
	(void)state;
	STORY(s);
	assert_string_equal(next(&s, "4: 4"), "now n.p.: n.p.");
	assert_string_equal(next(&s, "6: 6"), "now 6: 6");
}

static void suppress__little_to_read_gives_way_to_what_the_latest_says(void **state)
{
	(void)state;
	STORY(s);
	next(&s, "140: 20 30 40 50");
	assert_string_equal(next(&s, "151: 21 31 42 57"), "frozen 140: 20 30 40 50");
}

/* Reports of whatever origin: when nothing is safe, not even to hide everything is. */
static void suppress__what_is_not_safe_is_frozen_even_if_nothing_can_be_read_then(void **state)
{
	(void)state;
	STORY(s);
	was(&s, "50: 20 30 0");
	was(&s, "200*: 100* 100* 0");
	assert_string_equal(next(&s, "51: 21 30 0"), "frozen n.p.: n.p. n.p. 0");
}

/* --- three reports ----------------------------------------------------------------------------------- */

static void suppress__first_report_counts_as_well_as_the_latest(void **state)
{
	(void)state;
	STORY(s);
	next(&s, "140: 20 30 40 50 | 70 70");
	assert_string_equal(next(&s, "160: 30 30 50 50 | 85 75"), "now 160: 30 30 50 50 | 85 75");
	assert_string_equal(next(&s, "160: 22 30 58 50 | 85 75"), "now 160: n.p. 30 n.p. 50 | 85 75");
}

/* Each report hides two of three, any two reports tell nothing, and the three together would tell all. */
static void suppress__three_reports_do_not_tell_what_two_do_not(void **state)
{
	(void)state;
	STORY(s);
	was(&s, "143: 3* 10* 30 100 | 70 73");
	was(&s, "167: 50 10* 7* 100 | 80 87");
	assert_null(worlds_tell(s.reports, 2, SAT_SMALL));
	assert_string_equal(next(&s, "200: 3 40 7 150 | 95 105"), "now 200: n.p. n.p. n.p. 150 | 95 105");
	assert_null(worlds_tell(s.reports, 3, SAT_SMALL));
	s.reports[2].tallies[0].cells[1].hidden = false;
	assert_non_null(worlds_tell(s.reports, 3, SAT_SMALL));
}

/* 10 and 19 are 29 together, and were 25 in the first, where both can be read; 19 was hidden in the second with
 * two of which the one can be read by now and the other not. */
static void suppress__groups_of_several_reports_do_not_change_by_little(void **state)
{
	(void)state;
	STORY(s);
	was(&s, "56: 9 4* 20 16 7*");
	was(&s, "69: 9 14* 20 19* 7*");
	assert_null(worlds_tell(s.reports, 2, SAT_SMALL));
	assert_string_equal(next(&s, "76: 10 14 20 19 13"), "now 76: n.p. 14 20 n.p. n.p.");
	assert_null(worlds_tell(s.reports, 3, SAT_SMALL));
}

/* The third says nothing new about itself; but what is the same in it was hidden in the second. */
static void suppress__later_report_does_not_complete_earlier_ones(void **state)
{
	(void)state;
	STORY(s);
	next(&s, "140: 20 30 40 50 | 70 70");
	assert_string_equal(next(&s, "155: 21 30 54 50 | 80 75"), "now 155: n.p. 30 n.p. 50 | 80 75");
	/* Of 75 in the second 54 would leave 21, and 20 was in the first. */
	assert_string_equal(next(&s, "165: 31 30 54 50 | 90 75"), "now 165: n.p. 30 n.p. 50 | 90 75");
}

static void suppress__big_changes_set_everything_free_again(void **state)
{
	(void)state;
	STORY(s);
	next(&s, "103: 3 10 30 60 | 50 53");
	next(&s, "121: 9 10 42 60 | 60 61");
	assert_string_equal(next(&s, "221: 29 32 70 90 | 110 111"), "now 221: 29 32 70 90 | 110 111");
}

/* --- chance ------------------------------------------------------------------------------------------ */

static void throw_report(dice *luck, sat_population *p, const sat_population *before, story *s)
{
	*p = (sat_population){ .name = "people", .tally_count = 2 };
	p->tallies = sat_arena_zeroed(&s->arena, 2, sizeof *p->tallies);
	if (before == NULL)
		p->total = dice_below(luck, 24);
	else
		p->total = before->total + (dice_chance(luck, 30) ? 0 : (int64_t)dice_below(luck, 10));
	for (size_t t = 0; t < 2; t++) {
		size_t cells = before == NULL ? 2 + dice_below(luck, 3) : before->tallies[t].cell_count;
		sat_tally *tally = &p->tallies[t];
		*tally = (sat_tally){ .name = tables[t], .cells = sat_arena_zeroed(&s->arena, cells, sizeof *tally->cells),
			              .cell_count = cells };
		int64_t sum = 0;
		for (size_t c = 0; c < cells; c++) {
			tally->cells[c] = (sat_cell_count){ .key = keys[c] };
			tally->cells[c].count = before == NULL ? 0 : before->tallies[t].cells[c].count;
			sum += tally->cells[c].count;
		}
		for (; sum < p->total; sum++)
			tally->cells[dice_below(luck, dice_chance(luck, 60) ? 1 : cells)].count++;
		size_t from = dice_below(luck, cells);
		if (dice_chance(luck, 30) && tally->cells[from].count > 0) {
			tally->cells[from].count--;
			tally->cells[dice_below(luck, cells)].count++;
		}
	}
}

static void suppress__no_world_can_be_told_from_the_others(void **state)
{
	(void)state;
	size_t hidden = 0, numbers = 0;
	print_message("seeds 0 to %d\n", ROUNDS - 1);
	for (uint64_t seed = 0; seed < ROUNDS; seed++) {
		STORY(s);
		dice luck = { .state = dice_mix(seed) };
		size_t count = 1 + dice_below(&luck, 3);
		for (size_t r = 0; r < count; r++) {
			throw_report(&luck, &s.reports[r], r > 0 ? &s.reports[r - 1] : NULL, &s);
			assert_int_equal(sat_suppress(&s.reports[r], s.reports, r, SAT_SMALL, &s.arena, NULL), 0);
			for (size_t t = 0; t < 2; t++) {
				for (size_t c = 0; c < s.reports[r].tallies[t].cell_count; c++, numbers++)
					hidden += s.reports[r].tallies[t].cells[c].hidden;
			}
		}
		const char *told = worlds_tell(s.reports, count, SAT_SMALL);
		for (size_t r = 0; r < count && told != NULL; r++)
			print_message("%s\n", print_line(&s, &s.reports[r]));
		if (told != NULL)
			fail_msg("seed %llu: %s", (unsigned long long)seed, told);
	}
	/* Hiding everything, or nothing, would show little. */
	assert_in_range(100 * hidden / numbers, 10, 80);
}

/* Whoever tries out worlds has to see what is not hidden well. */
static void suppress__worlds_tell_what_is_badly_hidden(void **state)
{
	(void)state;
	static const char *const bad[][3] = {
		{ "63: 20 3* 30 10" },
		{ "63: 20 3 30 10" },
		{ "24: 1* 1* 22" },
		{ "20: 2* 18* | 2* 18" },
		{ "50: 20 30", "51: 21 30" },
		{ "50*: 20 30", "51: 21* 30*" },
		{ "30: 3* 10* 17", "36: 9 10 17" },
		{ "30: 10 10 10", "36: 12* 14* 10", "43: 12 21 10" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		STORY(s);
		while (s.count < 3 && bad[i][s.count] != NULL)
			was(&s, bad[i][s.count]);
		if (worlds_tell(s.reports, s.count, SAT_SMALL) == NULL)
			fail_msg("nothing is told by %s", bad[i][0]);
	}
}

int main(void)
{
	const struct CMUnitTest claims[] = {
		cmocka_unit_test(suppress__small_cells_are_hidden),
		cmocka_unit_test(suppress__five_and_more_are_not_hidden_and_neither_is_zero),
		cmocka_unit_test(suppress__one_small_cell_is_covered_by_the_next_smallest),
		cmocka_unit_test(suppress__small_cells_without_room_take_another_along),
		cmocka_unit_test(suppress__zero_is_no_cover),
		cmocka_unit_test(suppress__total_hides_where_all_cells_do_not_help),
		cmocka_unit_test(suppress__hidden_total_follows_from_no_other_table),
		cmocka_unit_test(suppress__small_total_is_hidden),
		cmocka_unit_test(suppress__nobody_is_no_secret),
		cmocka_unit_test(suppress__one_category_says_what_the_total_says),
		cmocka_unit_test(suppress__population_without_tables_is_its_total),
		cmocka_unit_test(suppress__threshold_is_the_callers),
		cmocka_unit_test(suppress__what_does_not_add_up_is_refused),
		cmocka_unit_test(suppress__what_is_named_twice_is_refused),
		cmocka_unit_test(suppress__memory_that_runs_out_is_told),
		cmocka_unit_test(suppress__same_report_again_reads_the_same),
		cmocka_unit_test(suppress__who_leaves_alone_is_not_seen_to),
		cmocka_unit_test(suppress__total_that_changed_little_is_frozen_not_hidden),
		cmocka_unit_test(suppress__frozen_report_is_compared_as_what_it_says),
		cmocka_unit_test(suppress__what_was_hidden_stays_hidden_in_what_is_frozen),
		cmocka_unit_test(suppress__cell_that_grew_by_one_is_hidden_with_one_that_grew_by_more),
		cmocka_unit_test(suppress__small_changes_that_make_a_great_one_cover_each_other),
		cmocka_unit_test(suppress__who_moves_between_two_cells_hides_both),
		cmocka_unit_test(suppress__unchanged_cell_does_not_uncover_what_it_covered),
		cmocka_unit_test(suppress__nearly_unchanged_cell_does_not_either),
		cmocka_unit_test(suppress__changed_cells_are_released),
		cmocka_unit_test(suppress__unchanged_cell_is_no_cover_for_a_new_small_one),
		cmocka_unit_test(suppress__only_change_is_frozen_where_it_makes_a_small_cell),
		cmocka_unit_test(suppress__changes_that_cancel_uncover_nothing),
		cmocka_unit_test(suppress__category_that_was_not_there_counted_zero),
		cmocka_unit_test(suppress__table_that_was_not_there_counted_zero),
		cmocka_unit_test(suppress__hidden_total_is_compared_with_nothing),
		cmocka_unit_test(suppress__little_to_read_gives_way_to_what_the_latest_says),
		cmocka_unit_test(suppress__what_is_not_safe_is_frozen_even_if_nothing_can_be_read_then),
		cmocka_unit_test(suppress__first_report_counts_as_well_as_the_latest),
		cmocka_unit_test(suppress__three_reports_do_not_tell_what_two_do_not),
		cmocka_unit_test(suppress__groups_of_several_reports_do_not_change_by_little),
		cmocka_unit_test(suppress__later_report_does_not_complete_earlier_ones),
		cmocka_unit_test(suppress__big_changes_set_everything_free_again),
		cmocka_unit_test(suppress__no_world_can_be_told_from_the_others),
		cmocka_unit_test(suppress__worlds_tell_what_is_badly_hidden),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
