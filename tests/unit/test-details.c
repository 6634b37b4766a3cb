/* Claims about the details of decisions: who may have them, and that they are gone when they were taken back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/details.h"
#include "core/erase.h"
#include "core/store-private.h"
#include "two-laptops.h"

#define GRANTOR "Aunt of P 0417"
#define WITNESS "Witness of P 0418"

/* Records an answer of a person whose grantor is named, which needs their identity. */
static void say(replica *r, sat_dot person, const char *purpose, sat_event event, bool final, const char *grantor)
{
	sat_error err = { 0 };
	sat_decision d = { .subject = person, .purpose = purpose, .event = event, .final = final,
		           .claimed_time = 86400, .details = { [SAT_GRANTOR] = grantor, [SAT_METHOD] = "oral" } };
	if (sat_store_begin(r->store, &err) != 0 || sat_consent_record(r->store, r->identity, &d, 1, &err) != 0 ||
	    sat_store_commit(r->store, &err) != 0)
		replica_fail("a decision with details", &err);
}

/* Two people answer in one sitting, under one signature. */
static void sit_together(replica *r, sat_dot one, sat_dot two)
{
	sat_error err = { 0 };
	sat_decision all[] = {
		{ .subject = one, .purpose = "attend_record", .event = SAT_GIVEN, .details = { [SAT_GRANTOR] = GRANTOR } },
		{ .subject = two, .purpose = "attend_record", .event = SAT_GIVEN, .details = { [SAT_WITNESS] = WITNESS } },
		{ .subject = two, .purpose = "identity", .event = SAT_GIVEN, .details = { [SAT_METHOD] = "oral" } },
	};
	if (sat_store_begin(r->store, &err) != 0 || sat_consent_record(r->store, r->identity, all, 3, &err) != 0 ||
	    sat_store_commit(r->store, &err) != 0)
		replica_fail("a sitting", &err);
}

typedef struct found {
	size_t decisions, detailed;
	char grantors[256];          /* those that are there, one after the other */
} found;

/* What is known at `r` of the decisions about a person, whose numbers are those of `of`. */
static found look(replica *of, sat_dot person, replica *r)
{
	SAT_ARENA(arena);
	sat_decision *all;
	found f = { 0 };
	sat_dot there = of == r ? person : replica_same(of, person, r);
	/* Names are worked out on the way, from details or commitment. */
	assert_int_equal(sat_consent_of_subject(r->store, there, true, &arena, &all, &f.decisions, NULL), 0);
	for (size_t i = 0; i < f.decisions; i++) {
		f.detailed += all[i].has_details;
		if (all[i].details[SAT_GRANTOR] != NULL)
			strncat(f.grantors, all[i].details[SAT_GRANTOR], sizeof f.grantors - strlen(f.grantors) - 1);
	}
	return f;
}

static bool in_file(const char *path, const char *text)
{
	FILE *in = fopen(path, "rb");
	if (in == NULL)
		return false;
	bool seen = false;
	size_t matched = 0, length = strlen(text);
	/* The text's first byte occurs once in it, so that one place is enough to go on from. */
	for (int byte; !seen && (byte = fgetc(in)) != EOF;) {
		matched = byte == text[matched] ? matched + 1 : byte == text[0];
		seen = matched == length;
	}
	fclose(in);
	return seen;
}

/* Whether a text stands anywhere in the files of a store. */
static bool on_disk(replica *r, const char *text)
{
	char journal[320];
	snprintf(journal, sizeof journal, "%s-journal", r->path);
	replica_close(r);
	bool seen = in_file(r->path, text) || in_file(journal, text);
	replica_open(r);
	return seen;
}

/* Whether the salt that hides erased or withheld details can be worked out. */
static bool salt_is_known(replica *r)
{
	int64_t seeds;
	assert_int_equal(sat_db_int(r->store->db,
	                            "SELECT count(*) FROM sat_batch AS b JOIN sat_decision AS d ON d.id BETWEEN b.id "
	                            "AND b.id + b.leaves - 1 WHERE d.commitment IS NOT NULL AND b.seed IS NOT NULL",
	                            &seeds, 0, NULL), 0);
	return seeds > 0;
}

static sat_dot person_of(replica *r, const char *pseudonym)
{
	return replica_add(r, "person", "pseudonym", pseudonym, NULL);
}

static void details__stay_where_they_are_until_the_person_lets_them_go(void **state)
{
	camp *c = *state;
	sat_dot person = person_of(&c->one, "P 0417");
	say(&c->one, person, "attend_record", SAT_GIVEN, false, GRANTOR);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->one, &c->hq, &c->stick);
	found there = look(&c->one, person, &c->hq);
	assert_int_equal(there.decisions, 1);
	assert_int_equal(there.detailed, 0);
	assert_false(on_disk(&c->hq, GRANTOR));
	assert_false(salt_is_known(&c->hq));
	camp_carry(&c->hq, &c->one, &c->stick);
	/* Now they agree that their name is written down. */
	say(&c->one, person, "identity", SAT_GIVEN, false, NULL);
	camp_carry(&c->one, &c->hq, &c->stick);
	there = look(&c->one, person, &c->hq);
	assert_int_equal(there.detailed, 2);
	assert_string_equal(there.grantors, GRANTOR);
	/* From there to the other laptop. */
	camp_carry(&c->hq, &c->two, &c->stick);
	assert_string_equal(look(&c->one, person, &c->two).grantors, GRANTOR);
}

static void details__of_one_are_held_back_and_those_of_another_go(void **state)
{
	camp *c = *state;
	sat_dot one = person_of(&c->one, "P 0417"), two = person_of(&c->one, "P 0418");
	sit_together(&c->one, one, two);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_int_equal(look(&c->one, one, &c->hq).detailed, 0);
	assert_int_equal(look(&c->one, two, &c->hq).detailed, 2);
	assert_false(on_disk(&c->hq, GRANTOR));
	assert_true(on_disk(&c->hq, WITNESS));
	assert_false(salt_is_known(&c->hq));
	/* Parts of a batch go on from there. */
	camp_carry(&c->hq, &c->two, &c->stick);
	assert_int_equal(look(&c->one, two, &c->two).detailed, 2);
	assert_int_equal(look(&c->one, one, &c->two).decisions, 1);
}

/* Gives headquarters everything about two people, of whom the first then takes their name back. */
static void take_back_identity(camp *c, sat_dot *one, sat_dot *two)
{
	*one = person_of(&c->one, "P 0417");
	*two = person_of(&c->one, "P 0418");
	sit_together(&c->one, *one, *two);
	say(&c->one, *one, "identity", SAT_GIVEN, false, GRANTOR);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_true(on_disk(&c->hq, GRANTOR));
	say(&c->one, *one, "identity", SAT_WITHDRAWN, true, NULL);
}

static void details__that_were_taken_back_are_gone_here_and_there(void **state)
{
	camp *c = *state;
	sat_dot one, two;
	take_back_identity(c, &one, &two);
	assert_false(on_disk(&c->one, GRANTOR));
	assert_false(salt_is_known(&c->one));
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_false(on_disk(&c->hq, GRANTOR));
	assert_false(salt_is_known(&c->hq));
	assert_int_equal(look(&c->one, one, &c->hq).decisions, 3);
	/* The other's are not touched, though one seed hid them all. */
	assert_string_equal(look(&c->one, two, &c->hq).grantors, "");
	assert_int_equal(look(&c->one, two, &c->hq).detailed, 2);
	assert_true(on_disk(&c->one, WITNESS));
	assert_true(on_disk(&c->hq, WITNESS));
	/* And all of it goes on proving itself to whoever comes later. */
	camp_carry(&c->hq, &c->two, &c->stick);
	assert_int_equal(look(&c->one, one, &c->two).decisions, 3);
	assert_int_equal(look(&c->one, two, &c->two).detailed, 2);
}

static void details__do_not_come_back_with_an_old_stick(void **state)
{
	camp *c = *state;
	memory_place old;
	memory_place_init(&old);
	sat_dot person = person_of(&c->one, "P 0417");
	say(&c->one, person, "attend_record", SAT_GIVEN, false, GRANTOR);
	say(&c->one, person, "identity", SAT_GIVEN, false, GRANTOR);
	camp_carry(&c->hq, &c->one, &c->stick);
	replica_export(&c->one, &c->hq, &old);
	say(&c->one, person, "identity", SAT_WITHDRAWN, true, NULL);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_int_equal(look(&c->one, person, &c->hq).decisions, 3);
	assert_string_equal(look(&c->one, person, &c->hq).grantors, "");
	replica_merge_all(&c->hq, &old);
	memory_place_clear(&old);
	assert_string_equal(look(&c->one, person, &c->hq).grantors, "");
	assert_false(on_disk(&c->hq, GRANTOR));
}

static void details__after_a_later_yes_travel_again(void **state)
{
	camp *c = *state;
	sat_dot one, two;
	take_back_identity(c, &one, &two);
	say(&c->one, one, "identity", SAT_GIVEN, false, "Uncle of P 0417");
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_string_equal(look(&c->one, one, &c->hq).grantors, "Uncle of P 0417");
}

/* What was said when it was taken back stays with who wrote it down, as proof. */
static void details__of_the_last_word_stay_where_they_were_written(void **state)
{
	camp *c = *state;
	sat_dot person = person_of(&c->one, "P 0417");
	say(&c->one, person, "identity", SAT_GIVEN, false, GRANTOR);
	say(&c->one, person, "identity", SAT_WITHDRAWN, true, "said by P 0417");
	assert_string_equal(look(&c->one, person, &c->one).grantors, "said by P 0417");
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_int_equal(look(&c->one, person, &c->hq).decisions, 2);
	assert_string_equal(look(&c->one, person, &c->hq).grantors, "");
}

static void details__go_with_the_record_of_the_person(void **state)
{
	camp *c = *state;
	sat_dot person = person_of(&c->one, "P 0417");
	say(&c->one, person, "attend_record", SAT_GIVEN, false, GRANTOR);
	say(&c->one, person, "identity", SAT_GIVEN, false, NULL);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_true(on_disk(&c->hq, GRANTOR));
	assert_int_equal(sat_store_begin(c->one.store, NULL), 0);
	assert_int_equal(sat_record_erase(c->one.store, person, 0, NULL), 0);
	assert_int_equal(sat_store_commit(c->one.store, NULL), 0);
	assert_false(on_disk(&c->one, GRANTOR));
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_false(on_disk(&c->hq, GRANTOR));
}

static void details__state_what_the_format_allows(void **state)
{
	(void)state;
	const char *const bad[] = { "identity", "identity=", "identity=0", "identity=01", "identity=4294967296",
		                    "identity=1 ", " identity=1", "identity=1  photo=1", "photo=1 identity=1",
		                    "identity=1 identity=2", "Identity=1", "identity=1x", "=1", "identity=-1",
		                    "identity=99999999999999999999999" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(sat_decision_each_stated(bad[i], NULL, NULL));
	sat_decision d = { .stated = "identity=4294967295 photo=2" };
	assert_true(sat_decision_each_stated(d.stated, NULL, NULL));
	assert_true(sat_decision_each_stated(NULL, NULL, NULL));
	assert_int_equal(sat_decision_states(&d, "photo"), 2);
	assert_int_equal(sat_decision_states(&d, "identity"), 4294967295u);
	assert_int_equal(sat_decision_states(&d, "contact"), 0);
}

int main(void)
{
	const struct CMUnitTest claims[] = {
		CAMP_CLAIM(details__stay_where_they_are_until_the_person_lets_them_go),
		CAMP_CLAIM(details__of_one_are_held_back_and_those_of_another_go),
		CAMP_CLAIM(details__that_were_taken_back_are_gone_here_and_there),
		CAMP_CLAIM(details__do_not_come_back_with_an_old_stick),
		CAMP_CLAIM(details__after_a_later_yes_travel_again),
		CAMP_CLAIM(details__of_the_last_word_stay_where_they_were_written),
		CAMP_CLAIM(details__go_with_the_record_of_the_person),
		cmocka_unit_test(details__state_what_the_format_allows),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
