/* Claims about what consent does not let in: it is not kept, noted until it comes again, and asked for when it may. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/store-private.h"
#include "two-laptops.h"

static void declined__is_asked_of_everybody_who_sent_it(void **state)
{
	camp *c = *state;
	sat_dot person = camp_known_to_all(c);
	sat_dot at_two = replica_same(&c->one, person, &c->two);
	/* The name arrives from both without the decision about it; then the decision, from one alone. */
	replica_decide(&c->one, person, "identity", SAT_GIVEN, false);
	replica_set(&c->one, person, "name", "Maria");
	camp_carry_without(c, &c->one, &c->two, 0);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry_without(c, &c->hq, &c->two, 0);
	camp_carry_without(c, &c->one, &c->two, 1);
	assert_int_equal(replica_field(&c->two, at_two, "name", NULL), 0);
	/* Laptop one is lost, but headquarters has the name as well. */
	camp_carry(&c->two, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	assert_int_equal(replica_field(&c->two, at_two, "name", NULL), 1);
}

/* A copy of laptop one that was made before the person took it back brings the name, and laptop one the blank that
 * it left; the decision about either is lost. */
static void blank_and_name_without_decisions(camp *c, bool blank_first, replica *copy, sat_dot *person)
{
	*person = replica_add(&c->one, "person", "pseudonym", "P 0417", "name", "Maria", NULL);
	camp_carry(&c->hq, &c->one, &c->stick);
	replica_decide(&c->one, *person, "attend_record", SAT_GIVEN, false);
	camp_carry(&c->one, &c->hq, &c->stick);
	replica_decide(&c->one, *person, "identity", SAT_GIVEN, false);
	camp_copy(c, &c->one, copy);
	replica_decide(&c->one, *person, "identity", SAT_WITHDRAWN, true);
	camp_carry_without(c, blank_first ? &c->one : copy, &c->hq, 0);
	camp_carry_without(c, blank_first ? copy : &c->one, &c->hq, 0);
}

static int64_t names_declined(const replica *r)
{
	int64_t declined;
	assert_int_equal(sat_db_int(r->store->db, "SELECT count(*) FROM sat_declined WHERE field = 'name'", &declined, 0,
	                            NULL), 0);
	return declined;
}

/* What took it back never comes, as when the laptop was revoked and a person let its other bundle in: then the
 * blank is one for whoever knows more, and not for ever. */
static void declined_in_spite_of_a_blank(camp *c, bool blank_first)
{
	replica copy;
	sat_dot person;
	blank_and_name_without_decisions(c, blank_first, &copy, &person);
	assert_int_equal(names_declined(&c->hq), 1);
	camp_carry(&copy, &c->hq, &c->stick);
	camp_carry(&c->hq, &copy, &c->stick);
	camp_carry(&copy, &c->hq, &c->stick);
	char *name;
	assert_int_equal(replica_field(&c->hq, replica_same(&c->one, person, &c->hq), "name", &name), 1);
	assert_string_equal(name, "Maria");
	free(name);
	assert_int_equal(names_declined(&c->hq), 0);
	replica_close(&copy);
}

static void declined__is_noted_though_its_blank_is_held(void **state)
{
	declined_in_spite_of_a_blank(*state, true);
}

static void declined__is_not_settled_by_a_blank(void **state)
{
	declined_in_spite_of_a_blank(*state, false);
}

static void declined__is_settled_by_a_blank_for_ever(void **state)
{
	camp *c = *state;
	replica copy;
	sat_dot person;
	blank_and_name_without_decisions(c, false, &copy, &person);
	assert_int_equal(names_declined(&c->hq), 1);
	for (int round = 0; round < 2; round++) {
		camp_carry(&c->one, &c->hq, &c->stick);
		camp_carry(&c->hq, &c->one, &c->stick);
	}
	assert_int_equal(names_declined(&c->hq), 0);
	replica_close(&copy);
}

static void declined__is_asked_for_again_by_an_own_decision(void **state)
{
	camp *c = *state;
	sat_dot note = replica_add(&c->hq, "note", "text", "the dust on the bush tucker", NULL);
	camp_carry(&c->hq, &c->one, &c->stick);
	sat_dot at_one = replica_same(&c->hq, note, &c->one);
	/* Laptop one learns who said it; headquarters, who does not know that, mends the words. */
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0417", NULL);
	char speaker[SAT_ID_CHARS];
	assert_int_equal(sat_id_print(c->one.store, person, speaker, NULL), 0);
	replica_set(&c->one, at_one, "speaker", speaker);
	replica_set(&c->hq, note, "text", "the red dust on the bush tucker");
	camp_carry(&c->hq, &c->one, &c->stick);
	/* Nobody else holds a decision that could come in and ask. */
	replica_decide(&c->one, person, "quote_unnamed", SAT_GIVEN, false);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	char *text;
	assert_int_equal(replica_field(&c->one, at_one, "text", &text), 1);
	assert_string_equal(text, "the red dust on the bush tucker");
	free(text);
}

/* Nobody is asked for what a revoked laptop brought and consent did not let in; the file still has it. */
static void declined__comes_with_a_released_bundle_that_is_merged_again(void **state)
{
	camp *c = *state;
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0417", NULL);
	replica_decide(&c->one, person, "attend_record", SAT_GIVEN, false);
	camp_carry(&c->one, &c->hq, &c->stick);
	sat_dot there = replica_same(&c->one, person, &c->hq);
	camp_revoke(c, "one");
	replica_decide(&c->hq, there, "identity", SAT_REFUSED, false);
	replica_set(&c->one, person, "name", "Maria");
	replica_decide(&c->one, person, "identity", SAT_GIVEN, false);
	replica_export(&c->one, &c->hq, &c->stick);
	const char *name = c->stick.bundles[0].name;
	assert_int_equal(replica_merge(&c->hq, &c->stick, name).verdict, SAT_REVOKED_SENDER);
	SAT_ARENA(arena);
	sat_set_aside *list;
	size_t count;
	assert_int_equal(sat_quarantine_list(c->hq.store, &arena, &list, &count, NULL), 0);
	assert_int_equal(sat_quarantine_decide(c->hq.store, c->hq.identity, list[0].bundle, true, NULL), 0);
	sat_merged merged = replica_merge(&c->hq, &c->stick, name);
	assert_int_equal(merged.verdict, SAT_MERGED);
	assert_int_equal(merged.declined, 1);
	assert_non_null(strstr(merged.reason, "keep this file"));
	assert_int_equal(replica_field(&c->hq, there, "name", NULL), 0);
	replica_decide(&c->hq, there, "identity", SAT_GIVEN, false);
	merged = replica_merge(&c->hq, &c->stick, name);
	assert_int_equal(merged.verdict, SAT_MERGED);
	assert_int_equal(merged.declined, 0);
	assert_null(strstr(merged.reason, "keep this file"));
	assert_int_equal(replica_field(&c->hq, there, "name", NULL), 1);
	memory_place_clear(&c->stick);
}

/* Who wrote the words is known from them alone, and they were not let in; the record comes from another, who
 * tells nothing of it but that it is there. */
static void declined__concerns_whom_it_named(void **state)
{
	camp *c = *state;
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	sat_dot note = replica_add(&c->one, "note", "text", "the dust on the bush tucker", NULL);
	camp_carry(&c->one, &c->two, &c->stick);
	sat_dot at_two = replica_same(&c->one, note, &c->two);
	sat_dot person = replica_add(&c->two, "person", "pseudonym", "P 0417", NULL);
	replica_refer(&c->two, at_two, "speaker", person);
	replica_set(&c->two, at_two, "text", "the red dust on the bush tucker");
	replica_decide(&c->two, person, "quote_named", SAT_GIVEN, false);
	replica_decide(&c->two, person, "quote_unnamed", SAT_GIVEN, false);
	camp_carry_without(c, &c->two, &c->hq, 0);
	camp_carry(&c->two, &c->one, &c->stick);
	camp_carry(&c->one, &c->hq, &c->stick);
	SAT_ARENA(arena);
	sat_state at_hq;
	sat_dot there = replica_same(&c->one, note, &c->hq), who = replica_same(&c->two, person, &c->hq);
	assert_int_equal(sat_record_load(c->hq.store, NULL, there, &arena, &at_hq, NULL), 0);
	assert_true(at_hq.created);
	assert_int_equal(at_hq.person_count, 1);
	assert_int_equal(at_hq.persons[0], who);
}

int main(void)
{
	const struct CMUnitTest claims[] = {
		CAMP_CLAIM(declined__is_asked_of_everybody_who_sent_it),
		CAMP_CLAIM(declined__is_noted_though_its_blank_is_held),
		CAMP_CLAIM(declined__is_not_settled_by_a_blank),
		CAMP_CLAIM(declined__is_settled_by_a_blank_for_ever),
		CAMP_CLAIM(declined__is_asked_for_again_by_an_own_decision),
		CAMP_CLAIM(declined__comes_with_a_released_bundle_that_is_merged_again),
		CAMP_CLAIM(declined__concerns_whom_it_named),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
