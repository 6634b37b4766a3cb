/* Claims about communities: whoever speaks in the name of a community needs its yes besides that of persons. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/store-private.h"
#include "two-laptops.h"

/* A community that headquarters and laptop one know; the id is that at laptop one. */
static sat_dot community_of_one(camp *c, const char *name)
{
	sat_dot community = replica_add(&c->hq, "community", "name", name, NULL);
	camp_carry(&c->hq, &c->one, &c->stick);
	return replica_same(&c->hq, community, &c->one);
}

static sat_dot note_of(replica *r, sat_dot community)
{
	char id[SAT_ID_CHARS];
	assert_int_equal(sat_id_print(r->store, community, id, NULL), 0);
	return replica_add(r, "note", "theme", "water", "text", "the creek is ours to look after", "community", id, NULL);
}

/* How many texts a note has at headquarters. */
static size_t texts_at_hq(camp *c, sat_dot note)
{
	sat_dot there = replica_same(&c->one, note, &c->hq);
	return there == 0 ? 0 : replica_field(&c->hq, there, "text", NULL);
}

static void community__words_stay_until_the_community_has_agreed(void **state)
{
	camp *c = *state;
	sat_dot community = community_of_one(c, "Station Creek");
	sat_dot note = note_of(&c->one, community);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_int_equal(texts_at_hq(c, note), 0);
	sat_dot there = replica_same(&c->one, note, &c->hq);
	assert_int_equal(replica_field(&c->hq, there, "theme", NULL), 1);
	replica_decide(&c->one, community, "community_words", SAT_GIVEN, false);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_int_equal(texts_at_hq(c, note), 1);
}

static void community__person_cannot_agree_for_it(void **state)
{
	camp *c = *state;
	sat_dot note = note_of(&c->one, community_of_one(c, "Station Creek"));
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0417", NULL);
	replica_refer(&c->one, note, "speaker", person);
	replica_decide(&c->one, person, "quote_unnamed", SAT_GIVEN, false);
	replica_decide(&c->one, person, "community_words", SAT_GIVEN, false);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_int_equal(texts_at_hq(c, note), 0);
}

static void community__cannot_agree_for_a_person(void **state)
{
	camp *c = *state;
	sat_dot community = community_of_one(c, "Station Creek");
	sat_dot note = note_of(&c->one, community);
	replica_refer(&c->one, note, "speaker", replica_add(&c->one, "person", "pseudonym", "P 0417", NULL));
	replica_decide(&c->one, community, "community_words", SAT_GIVEN, false);
	replica_decide(&c->one, community, "quote_unnamed", SAT_GIVEN, false);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_int_equal(texts_at_hq(c, note), 0);
}

/* Whoever the words came from before has a say for ever, so a note that changes hands needs both. */
static void community__two_must_both_agree(void **state)
{
	camp *c = *state;
	sat_dot creek = community_of_one(c, "Station Creek"), hill = community_of_one(c, "Red Hill");
	sat_dot note = note_of(&c->one, creek);
	replica_refer(&c->one, note, "community", hill);
	replica_decide(&c->one, hill, "community_words", SAT_GIVEN, false);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_int_equal(texts_at_hq(c, note), 0);
	replica_decide(&c->one, creek, "community_words", SAT_GIVEN, false);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_int_equal(texts_at_hq(c, note), 1);
	replica_decide(&c->one, hill, "community_words", SAT_WITHDRAWN, false);
	camp_carry(&c->one, &c->hq, &c->stick);
	char *dump = replica_dump(&c->hq);
	assert_null(strstr(dump, "the creek is ours"));
	free(dump);
}

static void community__takes_its_words_back_everywhere(void **state)
{
	camp *c = *state;
	sat_dot community = community_of_one(c, "Station Creek");
	sat_dot note = note_of(&c->one, community);
	replica_decide(&c->one, community, "community_words", SAT_GIVEN, false);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	sat_dot at_two = replica_same(&c->one, note, &c->two);
	assert_int_equal(replica_field(&c->two, at_two, "text", NULL), 1);
	replica_decide(&c->one, community, "community_words", SAT_WITHDRAWN, true);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	int64_t left;
	assert_int_equal(sat_db_int(c->two.store->db, "SELECT count(text) FROM note", &left, 0, NULL), 0);
	assert_int_equal(left, 0);
	/* A later yes opens a new episode, and what is then written travels. */
	replica_decide(&c->one, community, "community_words", SAT_GIVEN, false);
	replica_set(&c->one, note, "text", "ask us first");
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_int_equal(texts_at_hq(c, note), 1);
}

/* Its record is not known there yet, so nothing tells what it is but the note itself. */
static void community__that_is_not_known_is_asked_all_the_same(void **state)
{
	camp *c = *state;
	sat_dot community = replica_add(&c->one, "community", "name", "Station Creek", NULL);
	sat_dot note = note_of(&c->one, community);
	replica_decide(&c->one, community, "community_words", SAT_GIVEN, false);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_int_equal(texts_at_hq(c, note), 1);
	camp_carry(&c->hq, &c->two, &c->stick);
	/* What was agreed for headquarters alone does not go on to the other laptop. */
	sat_decision only = { .subject = replica_same(&c->one, community, &c->hq), .purpose = "community_words",
		              .event = SAT_GIVEN, .recipients = "registry" };
	assert_int_equal(sat_store_begin(c->hq.store, NULL), 0);
	assert_int_equal(sat_consent_record(c->hq.store, c->hq.identity, &only, 1, NULL), 0);
	assert_int_equal(sat_store_commit(c->hq.store, NULL), 0);
	sat_dot there = replica_same(&c->one, note, &c->hq);
	replica_set(&c->hq, there, "text", "the creek, the swamp and the beach");
	camp_carry(&c->hq, &c->two, &c->stick);
	char *dump = replica_dump(&c->two);
	assert_null(strstr(dump, "the swamp"));
	assert_null(strstr(dump, "the creek is ours"));
	free(dump);
}

/* Who spoke for it, and how it was decided, goes to whom it lets have its words. */
static void community__details_go_with_its_yes(void **state)
{
	camp *c = *state;
	sat_dot community = community_of_one(c, "Station Creek");
	sat_decision d = { .subject = community, .purpose = "community_words", .event = SAT_REFUSED };
	d.details[SAT_GRANTOR] = "the land trust";
	for (int yes = 0; yes < 2; yes++) {
		d.event = yes ? SAT_GIVEN : SAT_REFUSED;
		assert_int_equal(sat_store_begin(c->one.store, NULL), 0);
		assert_int_equal(sat_consent_record(c->one.store, c->one.identity, &d, 1, NULL), 0);
		assert_int_equal(sat_store_commit(c->one.store, NULL), 0);
		camp_carry(&c->one, &c->hq, &c->stick);
		int64_t told;
		assert_int_equal(sat_db_int(c->hq.store->db,
		                            "SELECT count(*) FROM sat_decision WHERE grantor = 'the land trust'",
		                            &told, 0, NULL), 0);
		assert_int_equal(told, yes ? 2 : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CAMP_CLAIM(community__words_stay_until_the_community_has_agreed),
		CAMP_CLAIM(community__person_cannot_agree_for_it),
		CAMP_CLAIM(community__cannot_agree_for_a_person),
		CAMP_CLAIM(community__two_must_both_agree),
		CAMP_CLAIM(community__takes_its_words_back_everywhere),
		CAMP_CLAIM(community__that_is_not_known_is_asked_all_the_same),
		CAMP_CLAIM(community__details_go_with_its_yes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
