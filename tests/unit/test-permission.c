/* Permission: the life cycle, every combination of what can stand in the way, and a million histories
 * against a model that was written from permission.h alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/life-cycle.h"
#include "core/permission.h"
#include "tests/support/dice.h"

/* --- the life cycle -------------------------------------------------------------------------------- */

/* Rows: what was said before; columns: requested, deferred, refused, given, renewed, withdrawn, revoked,
 * expired, invalidated, entered in error. */
static const char *const cycle[] = {
	"1111.11...", /* nothing */
	"1111.111.1", /* requested */
	"1111.111.1", /* deferred */
	"1111.11..1", /* refused */
	"1111111111", /* given */
	"1111111111", /* renewed */
	"1111.11..1", /* withdrawn */
	"1111.11..1", /* revoked */
	"1111111..1", /* expired */
	"1111.11..1", /* invalidated */
	"1111.11...", /* entered in error */
};

static void life_cycle__is_as_the_table_says(void **state)
{
	(void)state;
	for (int before = 0; before <= SAT_EVENT_LAST; before++) {
		for (int next = 1; next <= SAT_EVENT_LAST; next++)
			assert_int_equal(sat_event_may_follow((sat_event)before, (sat_event)next),
			                 cycle[before][next - 1] == '1');
	}
	assert_false(sat_event_may_follow(SAT_GIVEN, (sat_event)(SAT_EVENT_LAST + 1)));
}

static void life_cycle__taking_back_is_always_possible(void **state)
{
	(void)state;
	for (int before = 0; before <= SAT_EVENT_LAST; before++)
		assert_true(sat_event_may_follow((sat_event)before, SAT_WITHDRAWN));
}

/* --- one chain ------------------------------------------------------------------------------------- */

static void name_it(sat_decision *d, uint8_t number)
{
	memset(d->name, 0, sizeof d->name);
	d->name[0] = number;
}

static const sat_recipient registry = { .role = SAT_REGISTRY, .audiences = "community:aurukun women", .today = 100,
                                         .signed_day = 100 };

static sat_obstacle ask(const sat_decision *all, size_t count)
{
	return sat_permission(all, count, "identity", 2, &registry);
}

/* A yes that nothing stands in the way of. */
static sat_decision yes(uint8_t number)
{
	sat_decision d = { .purpose = "identity", .event = SAT_GIVEN, .notice = 2 };
	name_it(&d, number);
	return d;
}

static void permission__every_event_alone(void **state)
{
	(void)state;
	static const sat_obstacle expected[] = {
		[SAT_REQUESTED] = SAT_UNANSWERED, [SAT_DEFERRED] = SAT_UNDECIDED,     [SAT_REFUSED] = SAT_SAID_NO,
		[SAT_GIVEN] = SAT_NO_OBSTACLE,    [SAT_RENEWED] = SAT_OUT_OF_TURN,    [SAT_WITHDRAWN] = SAT_STOPPED,
		[SAT_REVOKED] = SAT_STOPPED,      [SAT_EXPIRED] = SAT_NOT_VALID,      [SAT_INVALIDATED] = SAT_NOT_VALID,
		[SAT_ENTERED_IN_ERROR] = SAT_NOT_VALID,
	};
	assert_int_equal(ask(NULL, 0), SAT_NOT_ASKED);
	for (int event = 1; event <= SAT_EVENT_LAST; event++) {
		sat_decision d = yes(1);
		d.event = (sat_event)event;
		assert_int_equal(ask(&d, 1), expected[event]);
	}
}

/* Everything that a yes may say of itself, in every combination; the greatest obstacle is told. */
static void permission__every_combination_of_what_a_yes_says(void **state)
{
	(void)state;
	static const struct {
		const char *words;
		bool named;
	} lists[] = { { NULL, false }, { "", false }, { "registry", true }, { "auditor women", true },
		      { "auditor", false }, { "community:aurukun", true }, { "registr", false } };
	static const int32_t days[] = { 0, 99, 100, 101 };
	size_t tried = 0;
	for (size_t r = 0; r < 7; r++)
		for (size_t w = 0; w < 7; w++)
			for (size_t t = 0; t < 4; t++)
				for (uint32_t notice = 0; notice < 4; notice++, tried++) {
					sat_decision d = yes(1);
					d.recipients = lists[r].words;
					d.withheld_from = lists[w].words;
					d.until = days[t];
					d.notice = notice;
					sat_obstacle no =
					    days[t] == 99                  ? SAT_TIME_OVER
					    : r >= 2 && !lists[r].named    ? SAT_OTHER_RECIPIENTS
					    : lists[w].named               ? SAT_WITHHELD_FROM
					    : notice < 2                   ? SAT_OLD_NOTICE
					                                   : SAT_NO_OBSTACLE;
					assert_int_equal(ask(&d, 1), no);
				}
	assert_int_equal(tried, 7 * 7 * 4 * 4);
}

static void permission__yes_and_no_apart_is_no_in_either_order(void **state)
{
	(void)state;
	sat_decision all[2] = { yes(1), yes(2) };
	assert_int_equal(ask(all, 2), SAT_NO_OBSTACLE);
	all[1].event = SAT_REFUSED;
	assert_int_equal(ask(all, 2), SAT_SAID_NO);
	all[1].event = SAT_GIVEN;
	all[0].event = SAT_REFUSED;
	assert_int_equal(ask(all, 2), SAT_SAID_NO);
}

static void permission__later_word_replaces_the_one_that_it_names(void **state)
{
	(void)state;
	sat_decision all[2] = { yes(1), yes(2) };
	all[0].event = SAT_REFUSED;
	all[1].supersedes = all[0].name;
	all[1].supersedes_count = 1;
	assert_int_equal(ask(all, 2), SAT_NO_OBSTACLE);
	/* Not across purposes, voices or episodes: then it hangs on something that is not in its chain. */
	all[0].purpose = "contact";
	assert_int_equal(ask(all, 2), SAT_HOLE);
	all[0].purpose = "identity";
	all[0].voice = SAT_GUARDIAN;
	assert_int_equal(ask(all, 2), SAT_HOLE);
	all[0].voice = SAT_OWN_VOICE;
	all[0].episode = 1;
	assert_int_equal(ask(all, 2), SAT_HOLE);
}

static void permission__what_supersedes_nothing_that_exists_is_no(void **state)
{
	(void)state;
	const uint8_t nobody[SAT_HASH_BYTES] = { 99 };
	sat_decision d = yes(1);
	d.supersedes = nobody;
	d.supersedes_count = 1;
	assert_int_equal(ask(&d, 1), SAT_HOLE);
}

/* Names are hashes, so no cycle can be made; should one ever stand in a store, it permits nothing. */
static void permission__cycle_permits_nothing(void **state)
{
	(void)state;
	sat_decision all[3] = { yes(1), yes(2), yes(3) };
	for (int i = 0; i < 3; i++) {
		all[i].supersedes = all[(i + 1) % 3].name;
		all[i].supersedes_count = 1;
	}
	assert_int_equal(ask(all, 3), SAT_NOT_ASKED);
	assert_int_equal(ask(all, 1), SAT_HOLE);
}

static void permission__final_withdrawal_opens_the_next_episode(void **state)
{
	(void)state;
	sat_decision all[3] = { yes(1), yes(2), yes(3) };
	all[1].event = SAT_WITHDRAWN;
	all[1].final = true;
	assert_int_equal(sat_consent_episode(all, 2, "identity"), 1);
	assert_int_equal(ask(all, 2), SAT_TAKEN_BACK);
	assert_int_equal(ask(all, 3), SAT_TAKEN_BACK);
	all[2].episode = 1;
	assert_int_equal(ask(all, 3), SAT_NO_OBSTACLE);
	assert_int_equal(sat_consent_episode(all, 3, "contact"), 0);
}

/* --- guardians and mourning -------------------------------------------------------------------------- */

static sat_decision state_of(const char *purpose, sat_event event, int32_t until, uint8_t number)
{
	sat_decision d = { .purpose = purpose, .event = event, .until = until };
	name_it(&d, number);
	return d;
}

static void permission__guardian_and_person_both(void **state)
{
	(void)state;
	for (int own = 0; own < 3; own++)
		for (int guardian = 0; guardian < 3; guardian++) {
			sat_decision all[3] = { state_of(SAT_HAS_GUARDIAN, SAT_GIVEN, 0, 1) };
			size_t n = 1;
			if (own > 0) {
				all[n] = yes(2);
				all[n++].event = own == 1 ? SAT_GIVEN : SAT_REFUSED;
			}
			if (guardian > 0) {
				all[n] = yes(3);
				all[n].voice = SAT_GUARDIAN;
				all[n++].event = guardian == 1 ? SAT_GIVEN : SAT_REFUSED;
			}
			sat_obstacle of_guardian = guardian == 0   ? SAT_NOT_ASKED | SAT_OF_GUARDIAN
			                           : guardian == 1 ? SAT_NO_OBSTACLE
			                                           : SAT_SAID_NO | SAT_OF_GUARDIAN;
			assert_int_equal(ask(all, n), own == 0 ? SAT_NOT_ASKED : own == 2 ? SAT_SAID_NO : of_guardian);
		}
}

static void permission__guardian_of_an_adult_decides_nothing(void **state)
{
	(void)state;
	sat_decision all[3] = { yes(1), yes(2) };
	all[1].voice = SAT_GUARDIAN;
	all[1].event = SAT_REFUSED;
	assert_int_equal(ask(all, 2), SAT_NO_OBSTACLE);
	assert_int_equal(ask(all + 1, 1), SAT_NOT_ASKED);
	all[1].event = SAT_REVOKED;
	all[1].final = true;
	assert_int_equal(ask(all, 2), SAT_NO_OBSTACLE);
	assert_int_equal(sat_consent_episode(all, 2, "identity"), 0);
	/* In whatever order it comes to be known that there is a guardian. */
	all[2] = state_of(SAT_HAS_GUARDIAN, SAT_GIVEN, 0, 3);
	assert_int_equal(sat_consent_episode(all, 3, "identity"), 1);
	assert_int_equal(ask(all, 3), SAT_TAKEN_BACK);
}

static void permission__who_comes_of_age_is_asked_again(void **state)
{
	(void)state;
	sat_decision all[4] = { state_of(SAT_HAS_GUARDIAN, SAT_GIVEN, 100, 1), yes(2), yes(3) };
	all[2].voice = SAT_GUARDIAN;
	assert_int_equal(ask(all, 3), SAT_NO_OBSTACLE);
	all[0].until = 99;
	assert_int_equal(ask(all, 3), SAT_COME_OF_AGE);
	all[3] = state_of(SAT_HAS_GUARDIAN, SAT_EXPIRED, 0, 4);
	all[3].supersedes = all[0].name;
	all[3].supersedes_count = 1;
	assert_int_equal(ask(all, 4), SAT_NO_OBSTACLE);
	/* Said to have one and said to have none, apart from each other: has one. */
	all[3].supersedes_count = 0;
	assert_int_equal(ask(all, 4), SAT_COME_OF_AGE);
}

static void permission__mourning_holds_until_it_is_ended(void **state)
{
	(void)state;
	sat_decision all[2] = { state_of(SAT_IN_MOURNING, SAT_GIVEN, 50, 1),
		                state_of(SAT_IN_MOURNING, SAT_WITHDRAWN, 0, 2) };
	assert_int_equal(sat_permission(NULL, 0, SAT_IN_MOURNING, 0, &registry), SAT_NO_OBSTACLE);
	assert_int_equal(sat_permission(all, 1, SAT_IN_MOURNING, 0, &registry), SAT_MOURNED);
	assert_int_equal(sat_permission(all, 2, SAT_IN_MOURNING, 0, &registry), SAT_MOURNED);
	all[1].supersedes = all[0].name;
	all[1].supersedes_count = 1;
	assert_int_equal(sat_permission(all, 2, SAT_IN_MOURNING, 0, &registry), SAT_NO_OBSTACLE);
}

static void permission__each_obstacle_has_words(void **state)
{
	(void)state;
	assert_null(sat_obstacle_words(SAT_NO_OBSTACLE));
	for (int o = SAT_NOT_ASKED; o < SAT_OBSTACLES; o++) {
		assert_non_null(sat_obstacle_words((sat_obstacle)o));
		if (o < SAT_COME_OF_AGE)
			assert_non_null(sat_obstacle_words((sat_obstacle)(o | SAT_OF_GUARDIAN)));
	}
}

/* --- a model ----------------------------------------------------------------------------------------- */

enum { MOST = 9 };

/* Says yes or no, not why: heads by crossing off, episodes by counting up until none is closed. */
static bool model_yes(const sat_decision *d)
{
	return d->event == SAT_GIVEN || d->event == SAT_RENEWED;
}

static bool model_state(const sat_decision *d, const unsigned *crossed, size_t n, const char *purpose, bool ever,
                        int32_t *until)
{
	bool any = false;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(d[i].purpose, purpose) != 0 || d[i].voice != SAT_OWN_VOICE || !model_yes(&d[i]))
			continue;
		any = any || ever || !crossed[i];
		if (!ever && !crossed[i] && d[i].until != 0 && (*until == 0 || *until > d[i].until))
			*until = d[i].until;
	}
	return any;
}

static bool model(const sat_decision *d, size_t n, uint32_t notice, const sat_recipient *to)
{
	unsigned crossed[MOST] = { 0 }, yeses[2] = { 0, 0 }, noes[2] = { 0, 0 };
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			for (size_t s = 0; s < d[i].supersedes_count && k != i; s++)
				crossed[k] += d[i].supersedes[s * SAT_HASH_BYTES] == d[k].name[0] &&
				              d[i].voice == d[k].voice && d[i].episode == d[k].episode &&
				              strcmp(d[i].purpose, d[k].purpose) == 0;
	int32_t of_age = 0, none = 0;
	bool ever = model_state(d, crossed, n, "has_guardian", true, &none);
	bool guarded = model_state(d, crossed, n, "has_guardian", false, &of_age);
	uint32_t episode = 0;
	for (size_t i = 0; i < n; i++)
		if (d[i].final && strcmp(d[i].purpose, "identity") == 0 && (ever || d[i].voice == SAT_OWN_VOICE) &&
		    episode <= d[i].episode)
			episode = d[i].episode + 1;
	for (size_t i = 0; i < n; i++) {
		if (crossed[i] || strcmp(d[i].purpose, "identity") != 0 || d[i].episode != episode)
			continue;
		bool fits = model_yes(&d[i]) && (d[i].until == 0 || d[i].until >= to->today) &&
		            (d[i].recipients == NULL || strstr(d[i].recipients, "registry") != NULL) &&
		            (d[i].withheld_from == NULL || strstr(d[i].withheld_from, "registry") == NULL) &&
		            d[i].notice >= notice && (d[i].event == SAT_GIVEN || d[i].supersedes_count > 0);
		for (size_t s = 0; fits && s < d[i].supersedes_count; s++) {
			bool found = false;
			for (size_t k = 0; k < n; k++)
				found = found || (d[k].name[0] == d[i].supersedes[s * SAT_HASH_BYTES] &&
				                  d[k].voice == d[i].voice && d[k].episode == episode &&
				                  strcmp(d[k].purpose, "identity") == 0 &&
				                  (d[i].event == SAT_GIVEN || model_yes(&d[k]) || d[k].event == SAT_EXPIRED));
			fits = found;
		}
		yeses[d[i].voice] += fits;
		noes[d[i].voice] += !fits;
	}
	if (yeses[0] == 0 || noes[0] > 0)
		return false;
	return !guarded || ((of_age == 0 || of_age >= to->today) && yeses[1] > 0 && noes[1] == 0);
}

static void throw_history(dice *luck, sat_decision *d, uint8_t (*names)[SAT_HASH_BYTES], size_t n)
{
	static const char *const purposes[] = { "identity", "identity", "identity", "identity", "has_guardian", "contact" };
	static const char *const lists[] = { NULL, NULL, NULL, NULL, "auditor", "auditor registry", "registry" };
	for (size_t i = 0; i < n; i++) {
		bool good = dice_chance(luck, 60);
		d[i] = (sat_decision){ .purpose = purposes[dice_below(luck, 6)],
			               .event = good ? SAT_GIVEN : (sat_event)(1 + dice_below(luck, SAT_EVENT_LAST)),
			               .voice = dice_chance(luck, 30) ? SAT_GUARDIAN : SAT_OWN_VOICE,
			               .episode = dice_chance(luck, 85) ? 0 : 1 + dice_below(luck, 2),
			               .until = dice_chance(luck, 80) ? 0 : 1 + (int32_t)dice_below(luck, 3),
			               .recipients = lists[dice_below(luck, 7)],
			               .withheld_from = lists[dice_chance(luck, 80) ? 0 : dice_below(luck, 7)],
			               .notice = dice_chance(luck, 70) ? 2 : dice_below(luck, 3) };
		name_it(&d[i], (uint8_t)(i + 1));
		bool ends = d[i].event == SAT_WITHDRAWN || d[i].event == SAT_REVOKED;
		d[i].final = ends && dice_chance(luck, 50);
		d[i].supersedes = names[i * 2];
		d[i].supersedes_count = dice_chance(luck, 45) ? 0 : 1 + dice_below(luck, 2);
		for (size_t s = 0; s < d[i].supersedes_count; s++) {
			uint8_t *name = names[i * 2 + s];
			memset(name, 0, SAT_HASH_BYTES);
			name[0] = (uint8_t)(i == 0 || dice_chance(luck, 3) ? 200 : 1 + dice_below(luck, i));
		}
	}
}

static void permission__million_histories_are_as_the_model_says(void **state)
{
	(void)state;
	size_t permitted = 0;
	for (uint64_t seed = 0; seed < 1000000; seed++) {
		dice luck = { .state = dice_mix(seed) };
		sat_decision d[MOST];
		uint8_t names[MOST * 2][SAT_HASH_BYTES];
		size_t n = 1 + dice_below(&luck, MOST);
		throw_history(&luck, d, names, n);
		uint32_t notice = dice_below(&luck, 3);
		sat_recipient to = { .role = SAT_REGISTRY, .audiences = "", .today = 1 + (int32_t)dice_below(&luck, 3) };
		bool expected = model(d, n, notice, &to);
		sat_obstacle got = sat_permission(d, n, "identity", notice, &to);
		if ((got == SAT_NO_OBSTACLE) != expected)
			fail_msg("seed %llu: %s, and the model says %s", (unsigned long long)seed,
			         got == 0 ? "permitted" : sat_obstacle_words(got), expected ? "yes" : "no");
		/* The order of the list is nothing. */
		for (size_t i = 0; i < n / 2; i++) {
			sat_decision other = d[i];
			d[i] = d[n - 1 - i];
			d[n - 1 - i] = other;
		}
		assert_int_equal(sat_permission(d, n, "identity", notice, &to), got);
		permitted += expected;
	}
	/* Histories that always come to the same would show nothing. */
	assert_in_range(permitted, 50000, 950000);
}

/* A page that anybody can read reaches those, too, from whom something is withheld. */
static void permission__public_is_in_no_list_but_of_those_left_out(void **state)
{
	(void)state;
	static const sat_recipient anybody = { .role = SAT_ROLE_NONE, .audiences = "", .today = 100, .signed_day = 100 };
	sat_decision yes = { .purpose = "identity", .event = SAT_GIVEN };
	assert_int_equal(sat_permission(&yes, 1, "identity", 0, &anybody), SAT_NO_OBSTACLE);
	yes.withheld_from = "auditor";
	assert_int_equal(sat_permission(&yes, 1, "identity", 0, &anybody), SAT_WITHHELD_FROM);
	yes.withheld_from = NULL;
	yes.recipients = "auditor community facilitator registry";
	assert_int_equal(sat_permission(&yes, 1, "identity", 0, &anybody), SAT_OTHER_RECIPIENTS);
}

int main(void)
{
	const struct CMUnitTest claims[] = {
		cmocka_unit_test(life_cycle__is_as_the_table_says),
		cmocka_unit_test(life_cycle__taking_back_is_always_possible),
		cmocka_unit_test(permission__every_event_alone),
		cmocka_unit_test(permission__every_combination_of_what_a_yes_says),
		cmocka_unit_test(permission__public_is_in_no_list_but_of_those_left_out),
		cmocka_unit_test(permission__yes_and_no_apart_is_no_in_either_order),
		cmocka_unit_test(permission__later_word_replaces_the_one_that_it_names),
		cmocka_unit_test(permission__what_supersedes_nothing_that_exists_is_no),
		cmocka_unit_test(permission__cycle_permits_nothing),
		cmocka_unit_test(permission__final_withdrawal_opens_the_next_episode),
		cmocka_unit_test(permission__guardian_and_person_both),
		cmocka_unit_test(permission__guardian_of_an_adult_decides_nothing),
		cmocka_unit_test(permission__who_comes_of_age_is_asked_again),
		cmocka_unit_test(permission__mourning_holds_until_it_is_ended),
		cmocka_unit_test(permission__each_obstacle_has_words),
		cmocka_unit_test(permission__million_histories_are_as_the_model_says),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
