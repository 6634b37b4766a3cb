/* Labels as a pure function of decisions: every combination of what one says, and a million histories against a
 * model that was written from permission.h alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/permission.h"
#include "tests/support/dice.h"

static void name_it(sat_decision *d, uint8_t number)
{
	memset(d->name, 0, sizeof d->name);
	d->name[0] = number;
}

/* --- one label -------------------------------------------------------------------------------------- */

static const struct {
	const char *words;
	bool named, copied;   /* the women's laptop is among them; and it may be copied */
} audiences[] = {
	{ NULL, true, true },
	{ "", true, true },
	{ "women", true, true },
	{ "community:creek women", true, true },
	{ "facilitator", true, true },
	{ "men", false, true },
	{ "registry", false, true },
	{ "do_not_copy", true, false },
	{ "do_not_copy women", true, false },
	{ "do_not_copy men", false, false },
};
enum { AUDIENCES = sizeof audiences / sizeof *audiences };

static void label__every_combination_of_what_it_says(void **state)
{
	(void)state;
	static const int32_t days[] = { 0, 99, 100, 101 };
	size_t tried = 0, seen = 0;
	for (size_t a = 0; a < AUDIENCES; a++)
		for (size_t day = 0; day < 4; day++)
			for (int own = 0; own < 2; own++)
				for (int left_out = 0; left_out < 2; left_out++, tried++) {
					sat_decision d = { .purpose = SAT_PROTOCOL, .event = SAT_GIVEN, .until = days[day],
						           .recipients = audiences[a].words,
						           .withheld_from = left_out ? "women" : NULL };
					/* Its own clock is far ahead, which opens nothing. */
					sat_recipient to = { .role = SAT_FACILITATOR, .audiences = "women", .own = own != 0,
						             .today = 9999, .signed_day = 100 };
					sat_obstacle got = sat_protocol_permission(&d, 1, &to);
					bool keeps = !audiences[a].named || left_out || (!own && !audiences[a].copied);
					bool over = days[day] == 99;
					assert_int_equal(got != SAT_NO_OBSTACLE, keeps && !over);
					if (got != SAT_NO_OBSTACLE)
						assert_int_equal(got == SAT_EMBARGOED, days[day] != 0);
					seen += got == SAT_NO_OBSTACLE;
				}
	assert_int_equal(tried, AUDIENCES * 4 * 2 * 2);
	assert_in_range(seen, 40, 120);
}

static void label__public_is_in_no_audience(void **state)
{
	(void)state;
	static const sat_recipient anybody = { .role = SAT_ROLE_NONE, .audiences = "", .today = 100, .signed_day = 100 };
	sat_decision d = { .purpose = SAT_PROTOCOL, .event = SAT_GIVEN,
		           .recipients = "auditor community facilitator men registry women" };
	assert_int_equal(sat_protocol_permission(&d, 1, &anybody), SAT_LABELLED);
	d.recipients = NULL;
	assert_int_equal(sat_protocol_permission(&d, 1, &anybody), SAT_NO_OBSTACLE);
	d.withheld_from = "auditor";
	assert_int_equal(sat_protocol_permission(&d, 1, &anybody), SAT_LABELLED);
}

static void label__each_obstacle_has_words(void **state)
{
	(void)state;
	assert_non_null(sat_obstacle_words(SAT_LABELLED));
	assert_non_null(sat_obstacle_words(SAT_NOT_COPIED));
	assert_non_null(sat_obstacle_words(SAT_EMBARGOED));
}

/* --- histories -------------------------------------------------------------------------------------- */

enum { MOST = 6 };

static bool in(const char *words, const char *word)
{
	return words != NULL && strstr(words, word) != NULL;
}

/* A label keeps somebody out while a decision says so that no other one replaces. */
static bool model(const sat_decision *d, size_t n, const sat_recipient *to)
{
	for (size_t i = 0; i < n; i++) {
		bool replaced = false;
		for (size_t k = 0; k < n; k++) {
			for (size_t s = 0; s < d[k].supersedes_count; s++)
				replaced = replaced || (k != i && d[k].supersedes[s * SAT_HASH_BYTES] == d[i].name[0] &&
				                        strcmp(d[k].purpose, d[i].purpose) == 0);
		}
		if (replaced || strcmp(d[i].purpose, "protocol") != 0 || (d[i].event != SAT_GIVEN && d[i].event != SAT_RENEWED) ||
		    (d[i].until > 0 && to->signed_day > d[i].until))
			continue;
		bool stays = in(d[i].recipients, "copy"), women = in(d[i].recipients, "women");
		bool some = in(d[i].recipients, "men");
		if ((stays && !to->own) || (some && !(women && in(to->audiences, "women"))) ||
		    (in(d[i].withheld_from, "registry") && to->role == SAT_REGISTRY))
			return false;
	}
	return true;
}

static void throw_history(dice *luck, sat_decision *d, uint8_t (*names)[SAT_HASH_BYTES], size_t n)
{
	static const char *const lists[] = { NULL, "women", "do_not_copy", "do_not_copy women", "men" };
	for (size_t i = 0; i < n; i++) {
		d[i] = (sat_decision){ .purpose = dice_chance(luck, 90) ? SAT_PROTOCOL : "identity",
			               .event = dice_chance(luck, 60) ? SAT_GIVEN
			                                              : (sat_event)(1 + dice_below(luck, SAT_EVENT_LAST)),
			               .until = dice_chance(luck, 70) ? 0 : 1 + (int32_t)dice_below(luck, 3),
			               .recipients = lists[dice_below(luck, 5)],
			               .withheld_from = dice_chance(luck, 85) ? NULL : "registry" };
		name_it(&d[i], (uint8_t)(i + 1));
		d[i].supersedes = names[i * 2];
		d[i].supersedes_count = i == 0 || dice_chance(luck, 45) ? 0 : 1 + dice_below(luck, 2);
		for (size_t s = 0; s < d[i].supersedes_count; s++) {
			memset(names[i * 2 + s], 0, SAT_HASH_BYTES);
			names[i * 2 + s][0] = (uint8_t)(1 + dice_below(luck, i));
		}
	}
}

static void label__million_histories_are_as_the_model_says(void **state)
{
	(void)state;
	size_t seen = 0;
	for (uint64_t seed = 0; seed < 1000000; seed++) {
		dice luck = { .state = dice_mix(seed) };
		sat_decision d[MOST];
		uint8_t names[MOST * 2][SAT_HASH_BYTES];
		size_t n = 1 + dice_below(&luck, MOST);
		throw_history(&luck, d, names, n);
		sat_recipient to = { .role = dice_chance(&luck, 50) ? SAT_REGISTRY : SAT_FACILITATOR,
			             .audiences = dice_chance(&luck, 50) ? "women" : "", .own = dice_chance(&luck, 30),
			             .today = 99, .signed_day = 1 + (int32_t)dice_below(&luck, 3) };
		bool expected = model(d, n, &to);
		sat_obstacle got = sat_protocol_permission(d, n, &to);
		if ((got == SAT_NO_OBSTACLE) != expected)
			fail_msg("seed %llu: %s, and the model says %s", (unsigned long long)seed,
			         got == 0 ? "seen" : sat_obstacle_words(got), expected ? "yes" : "no");
		seen += expected;
	}
	assert_in_range(seen, 50000, 950000);
}

int main(void)
{
	const struct CMUnitTest claims[] = {
		cmocka_unit_test(label__every_combination_of_what_it_says),
		cmocka_unit_test(label__public_is_in_no_audience),
		cmocka_unit_test(label__each_obstacle_has_words),
		cmocka_unit_test(label__million_histories_are_as_the_model_says),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
