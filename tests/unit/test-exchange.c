/* Claims about the whole path between replicas: export, merge, receipts.  Bundles are real, stores are
 * files; only the stick is in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/gate.h"
#include "core/store-private.h"
#include "two-laptops.h"

static void exchange__record_reaches_headquarters(void **state)
{
	camp *c = *state;
	sat_dot workshop = replica_add(&c->one, "workshop", "title", "River mapping", NULL);
	assert_int_equal(camp_standing(&c->one, "registry").unsent, 1);
	assert_int_equal(replica_export(&c->one, &c->hq, &c->stick), 1);
	assert_int_equal(camp_standing(&c->one, "registry").copied, 1);
	sat_merged merged = replica_merge_all(&c->hq, &c->stick);
	assert_int_equal(merged.verdict, SAT_MERGED);
	assert_int_equal(merged.records, 1);
	char *title;
	replica_field(&c->hq, replica_same(&c->one, workshop, &c->hq), "title", &title);
	assert_string_equal(title, "River mapping");
	free(title);
}

static void exchange__receipt_moves_copied_to_received(void **state)
{
	camp *c = *state;
	replica_add(&c->one, "workshop", "title", "River mapping", NULL);
	camp_carry(&c->one, &c->hq, &c->stick);
	sat_peer_status before = camp_standing(&c->one, "registry");
	assert_int_equal(before.copied, 1);
	assert_int_equal(before.received, 0);
	camp_carry(&c->hq, &c->one, &c->stick);
	sat_peer_status after = camp_standing(&c->one, "registry");
	assert_int_equal(after.copied, 0);
	assert_int_equal(after.received, 1);
	/* Nothing is left to say on either side. */
	assert_int_equal(replica_export(&c->one, &c->hq, &c->stick), 1);
	replica_merge_all(&c->hq, &c->stick);
}

static void exchange__changes_reach_the_other_laptop_through_headquarters(void **state)
{
	camp *c = *state;
	sat_dot workshop = replica_add(&c->one, "workshop", "title", "River mapping", "place", "Cairns", NULL);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	sat_dot there = replica_same(&c->one, workshop, &c->two);
	assert_true(there != 0);
	replica_set(&c->two, there, "place", "Weipa");
	camp_carry(&c->two, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	char *place;
	assert_int_equal(replica_field(&c->one, workshop, "place", &place), 1);
	assert_string_equal(place, "Weipa");
	free(place);
}

static void exchange__edits_made_apart_are_both_kept(void **state)
{
	camp *c = *state;
	sat_dot note = replica_add(&c->one, "note", "text", "first", NULL);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	replica_set(&c->one, note, "text", "by one");
	replica_set(&c->two, replica_same(&c->one, note, &c->two), "text", "by two");
	camp_carry(&c->one, &c->hq, &c->stick);
	replica_export(&c->two, &c->hq, &c->stick);
	sat_merged merged = replica_merge_all(&c->hq, &c->stick);
	assert_int_equal(merged.conflicts, 1);
	sat_dot at_hq = replica_same(&c->one, note, &c->hq);
	assert_int_equal(replica_field(&c->hq, at_hq, "text", NULL), 2);
	replica_set(&c->hq, at_hq, "text", "by both");
	camp_carry(&c->hq, &c->one, &c->stick);
	char *text;
	assert_int_equal(replica_field(&c->one, note, "text", &text), 1);
	assert_string_equal(text, "by both");
	free(text);
}

static void exchange__nothing_leaves_without_consent(void **state)
{
	camp *c = *state;
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0417", "name", "Participant 0417", NULL);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_int_equal(replica_field(&c->hq, replica_same(&c->one, person, &c->hq), "pseudonym", NULL), 0);
	replica_decide(&c->one, person, "attend_record", SAT_GIVEN, false);
	camp_carry(&c->one, &c->hq, &c->stick);
	sat_dot there = replica_same(&c->one, person, &c->hq);
	assert_true(there != 0);
	assert_int_equal(replica_field(&c->hq, there, "pseudonym", NULL), 1);
	assert_int_equal(replica_field(&c->hq, there, "name", NULL), 0);
	replica_decide(&c->one, person, "identity", SAT_GIVEN, false);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_int_equal(replica_field(&c->hq, there, "name", NULL), 1);
}

static void exchange__taking_back_erases_at_headquarters(void **state)
{
	camp *c = *state;
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0417", "name", "Participant 0417", NULL);
	replica_decide(&c->one, person, "attend_record", SAT_GIVEN, false);
	replica_decide(&c->one, person, "identity", SAT_GIVEN, false);
	camp_carry(&c->one, &c->hq, &c->stick);
	sat_dot there = replica_same(&c->one, person, &c->hq);
	char *name;
	replica_field(&c->hq, there, "name", &name);
	assert_string_equal(name, "Participant 0417");
	free(name);
	replica_decide(&c->one, person, "identity", SAT_WITHDRAWN, true);
	camp_carry(&c->one, &c->hq, &c->stick);
	replica_field(&c->hq, there, "name", &name);
	assert_string_equal(name, "");
	free(name);
	/* What needs another purpose stays. */
	replica_field(&c->hq, there, "pseudonym", &name);
	assert_string_equal(name, "P 0417");
	free(name);
	/* A later yes opens a new episode, and what is then written travels. */
	replica_decide(&c->one, person, "identity", SAT_GIVEN, false);
	replica_set(&c->one, person, "name", "Participant 0417 b");
	camp_carry(&c->one, &c->hq, &c->stick);
	replica_field(&c->hq, there, "name", &name);
	assert_string_equal(name, "Participant 0417 b");
	free(name);
}

static void exchange__same_bundle_twice_changes_nothing(void **state)
{
	camp *c = *state;
	replica_add(&c->one, "workshop", "title", "River mapping", NULL);
	replica_export(&c->one, &c->hq, &c->stick);
	memory_place_add(&c->stick, c->stick.bundles[0].data, c->stick.bundles[0].size);
	replica_merge(&c->hq, &c->stick, c->stick.bundles[0].name);
	sat_merged merged = replica_merge(&c->hq, &c->stick, c->stick.bundles[1].name);
	assert_int_equal(merged.verdict, SAT_DUPLICATE);
	memory_place_clear(&c->stick);
}

static void exchange__replicas_that_saw_the_same_dump_the_same(void **state)
{
	camp *c = *state;
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0417", NULL);
	replica_decide(&c->one, person, "attend_record", SAT_GIVEN, false);
	replica_add(&c->two, "workshop", "title", "River mapping", NULL);
	for (int i = 0; i < 3; i++) {
		camp_carry(&c->one, &c->hq, &c->stick);
		camp_carry(&c->two, &c->hq, &c->stick);
		camp_carry(&c->hq, &c->one, &c->stick);
		camp_carry(&c->hq, &c->two, &c->stick);
	}
	char *one = replica_dump(&c->one), *two = replica_dump(&c->two);
	assert_string_equal(one, two);
	free(one);
	free(two);
}

static void exchange__bundle_for_another_is_left_alone(void **state)
{
	camp *c = *state;
	replica_add(&c->one, "workshop", "title", "River mapping", NULL);
	replica_export(&c->one, &c->hq, &c->stick);
	sat_merged merged = replica_merge_all(&c->two, &c->stick);
	assert_int_equal(merged.verdict, SAT_NOT_FOR_US);
}

static void exchange__revoked_laptop_is_set_aside_until_a_person_decides(void **state)
{
	camp *c = *state;
	sat_dot before = replica_add(&c->one, "workshop", "title", "before", NULL);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_revoke(c, "one");
	sat_dot after = replica_add(&c->one, "workshop", "title", "after", NULL);
	replica_export(&c->one, &c->hq, &c->stick);
	const char *name = c->stick.bundles[0].name;
	sat_merged merged = replica_merge(&c->hq, &c->stick, name);
	assert_int_equal(merged.verdict, SAT_REVOKED_SENDER);
	assert_int_equal(replica_field(&c->hq, replica_same(&c->one, before, &c->hq), "title", NULL), 1);
	assert_int_equal(replica_field(&c->hq, replica_same(&c->one, after, &c->hq), "title", NULL), 0);
	SAT_ARENA(arena);
	sat_set_aside *list;
	size_t count;
	assert_int_equal(sat_quarantine_list(c->hq.store, &arena, &list, &count, NULL), 0);
	assert_int_equal(count, 1);
	assert_int_equal(sat_quarantine_decide(c->hq.store, c->hq.identity, list[0].bundle, true, NULL), 0);
	merged = replica_merge(&c->hq, &c->stick, name);
	assert_int_equal(replica_field(&c->hq, replica_same(&c->one, after, &c->hq), "title", NULL), 1);
	memory_place_clear(&c->stick);
}

static void exchange__edit_that_the_sender_lacks_is_sent_back(void **state)
{
	camp *c = *state;
	sat_dot note = replica_add(&c->hq, "note", "text", "by headquarters", NULL);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	sat_dot at_one = replica_same(&c->hq, note, &c->one);
	/* Two and headquarters disagree; one has changed what it knew.  Headquarters then tells one as many
	 * values as one holds afterwards, but not the same. */
	replica_set(&c->hq, note, "text", "by headquarters again");
	camp_carry(&c->hq, &c->one, &c->stick);
	replica_set(&c->two, replica_same(&c->hq, note, &c->two), "text", "by two");
	camp_carry(&c->two, &c->hq, &c->stick);
	replica_set(&c->one, at_one, "text", "by one");
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(replica_field(&c->one, at_one, "text", NULL), 2);
	camp_carry(&c->one, &c->hq, &c->stick);
	char *one = replica_dump(&c->one), *hq = replica_dump(&c->hq);
	assert_string_equal(one, hq);
	free(one);
	free(hq);
}

static void exchange__unlinked_record_without_values_goes_unsaid(void **state)
{
	camp *c = *state;
	replica_add(&c->hq, "feedback", NULL);
	replica_add(&c->hq, "workshop", "title", "River mapping", NULL);
	replica_export(&c->hq, &c->one, &c->stick);
	sat_merged merged = replica_merge_all(&c->one, &c->stick);
	assert_int_equal(merged.verdict, SAT_MERGED);
	assert_int_equal(merged.records, 1);
}

/* Headquarters goes on from a backup that is older than its approval of a third laptop. */
static void exchange__registry_relearns_an_approval_from_its_laptop(void **state)
{
	camp *c = *state;
	replica three, older;
	camp_copy(c, &c->hq, &older);
	replica_join(&three, &c->hq, c->dir, "three", 9, SAT_FACILITATOR);
	sat_dot note = replica_add(&three, "note", "text", "said after the backup", NULL);
	camp_carry(&three, &c->hq, &c->stick);
	camp_carry(&c->hq, &three, &c->stick);
	replica_add(&three, "note", "text", "and this one later", NULL);
	replica_export(&three, &older, &c->stick);
	sat_merged merged = replica_merge_all(&older, &c->stick);
	assert_int_equal(merged.verdict, SAT_MERGED);
	assert_non_null(strstr(merged.reason, "was not known here"));
	/* What the lost registry had confirmed is sent again once this one answers. */
	camp_carry(&older, &three, &c->stick);
	camp_carry(&three, &older, &c->stick);
	assert_int_equal(replica_field(&older, replica_same(&three, note, &older), "text", NULL), 1);
	replica_free(&three);
	sat_store_free(older.store);
}

/* Its own approval is known, and another's is not about it. */
static void exchange__certificate_of_another_introduces_nobody(void **state)
{
	camp *c = *state;
	SAT_BYTES(certificate);
	sat_public keys;
	bool good;
	assert_int_equal(sat_device_certificate(c->one.store, &c->one.store->self, &certificate, NULL), 0);
	assert_int_equal(sat_certificate_check(c->hq.store, certificate.data, certificate.length,
	                                       sat_identity_device(c->one.identity), &keys, &good, NULL), 0);
	assert_true(good);
	assert_int_equal(sat_certificate_check(c->hq.store, certificate.data, certificate.length,
	                                       sat_identity_device(c->two.identity), &keys, &good, NULL), 0);
	assert_false(good);
	certificate.data[certificate.length - 1] ^= 1;
	assert_int_equal(sat_certificate_check(c->hq.store, certificate.data, certificate.length,
	                                       sat_identity_device(c->one.identity), &keys, &good, NULL), 0);
	assert_false(good);
}

static void exchange__copy_whose_name_is_past_takes_another(void **state)
{
	camp *c = *state;
	replica copy;
	sat_dot note = replica_add(&c->one, "note", "text", "first", NULL);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_copy(c, &c->one, &copy);
	/* The copy is heard by headquarters, and its name reaches the other one through a third laptop. */
	replica_set(&copy, note, "text", "by the copy");
	camp_carry(&copy, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	replica_set(&c->two, replica_same(&copy, note, &c->two), "text", "by two");
	camp_carry(&c->two, &c->one, &c->stick);
	sat_store_free(copy.store);
	replica_add(&c->one, "workshop", "title", "River mapping", NULL);
	replica_add(&c->hq, "workshop", "title", "Reef mapping", NULL);
	for (int i = 0; i < 3; i++) {
		camp_carry(&c->one, &c->hq, &c->stick);
		camp_carry(&c->hq, &c->one, &c->stick);
	}
	camp_carry(&c->one, &c->hq, &c->stick);
	sat_peer_status after = camp_standing(&c->hq, "one");
	assert_int_equal(after.unsent, 0);
	assert_int_equal(after.copied, 0);
}

static int64_t waiting_contents(replica *r)
{
	int64_t count;
	assert_int_equal(sat_db_int(r->store->db, "SELECT count(*) FROM sat_waiting WHERE content IS NOT NULL",
	                            &count, -1, NULL), 0);
	return count;
}

static void exchange__value_that_waits_is_taken_back_as_well(void **state)
{
	camp *c = *state;
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0417", NULL);
	/* At first headquarters is left out, so that it never sees the person created. */
	sat_decision laptops = { .subject = person, .purpose = "attend_record", .event = SAT_GIVEN,
		                 .recipients = "facilitator" };
	assert_int_equal(sat_store_begin(c->one.store, NULL), 0);
	assert_int_equal(sat_consent_record(c->one.store, c->one.identity, &laptops, 1, NULL), 0);
	assert_int_equal(sat_store_commit(c->one.store, NULL), 0);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->one, &c->two, &c->stick);
	sat_dot at_two = replica_same(&c->one, person, &c->two);
	replica_decide(&c->two, at_two, "attend_record", SAT_GIVEN, false);
	replica_set(&c->two, at_two, "pseudonym", "P 0418");
	camp_carry(&c->two, &c->hq, &c->stick);
	assert_int_equal(waiting_contents(&c->hq), 1);
	replica_decide(&c->two, at_two, "attend_record", SAT_WITHDRAWN, true);
	camp_carry(&c->two, &c->hq, &c->stick);
	assert_int_equal(waiting_contents(&c->hq), 0);
}

static void exchange__what_a_wrong_clock_hid_is_sent_when_the_clock_is_right(void **state)
{
	camp *c = *state;
	int64_t right = c->one.env.now;
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0417", NULL);
	sat_decision decision = { .subject = person, .purpose = "attend_record", .event = SAT_GIVEN,
		                  .until = (int32_t)(right / 86400) + 30 };
	assert_int_equal(sat_store_begin(c->one.store, NULL), 0);
	assert_int_equal(sat_consent_record(c->one.store, c->one.identity, &decision, 1, NULL), 0);
	assert_int_equal(sat_store_commit(c->one.store, NULL), 0);
	c->one.env.now = right + INT64_C(50) * 365 * 86400;
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	c->one.env.now = right;
	/* Never offered, it is not received, before the next export as little as after it. */
	assert_int_equal(camp_standing(&c->one, "registry").received, 0);
	camp_carry(&c->one, &c->hq, &c->stick);
	char *pseudonym;
	replica_field(&c->hq, replica_same(&c->one, person, &c->hq), "pseudonym", &pseudonym);
	assert_string_equal(pseudonym, "P 0417");
	free(pseudonym);
}

/* The stick with the values is found when the withdrawal has long been there, alone: the record's own frame
 * was lost. */
static void exchange__taking_back_holds_for_a_record_that_comes_later(void **state)
{
	camp *c = *state;
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0417", "name", "Participant 0417", NULL);
	replica_decide(&c->one, person, "attend_record", SAT_GIVEN, false);
	replica_decide(&c->one, person, "identity", SAT_GIVEN, false);
	replica_export(&c->one, &c->hq, &c->stick);
	SAT_BYTES(late);
	sat_bytes_put(&late, c->stick.bundles[0].data, c->stick.bundles[0].size);
	memory_place_clear(&c->stick);
	memory_place_init(&c->stick);
	replica_decide(&c->one, person, "identity", SAT_WITHDRAWN, true);
	camp_carry_without(c, &c->one, &c->hq, 1);
	int64_t people, names;
	assert_int_equal(sat_db_int(c->hq.store->db, "SELECT count(*) FROM person", &people, 0, NULL), 0);
	assert_int_equal(people, 0);
	memory_place_add(&c->stick, late.data, late.length);
	assert_int_equal(replica_merge_all(&c->hq, &c->stick).verdict, SAT_MERGED);
	assert_int_equal(sat_db_int(c->hq.store->db, "SELECT count(pseudonym) FROM person", &people, 0, NULL), 0);
	assert_int_equal(sat_db_int(c->hq.store->db, "SELECT count(name) FROM person", &names, 0, NULL), 0);
	assert_int_equal(people, 1);
	assert_int_equal(names, 0);
}

/* A clock that stands in 2099 dates a decision, and decides nothing. */
static void exchange__decision_dated_in_2099_is_one_like_any_other(void **state)
{
	camp *c = *state;
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0417", "name", "Participant 0417", NULL);
	sat_decision d = { .subject = person, .purpose = "identity", .event = SAT_GIVEN,
		           .claimed_time = INT64_C(4070908800) };
	assert_int_equal(sat_store_begin(c->one.store, NULL), 0);
	assert_int_equal(sat_consent_record(c->one.store, c->one.identity, &d, 1, NULL), 0);
	assert_int_equal(sat_store_commit(c->one.store, NULL), 0);
	camp_carry(&c->one, &c->hq, &c->stick);
	sat_dot there = replica_same(&c->one, person, &c->hq);
	assert_int_equal(replica_field(&c->hq, there, "name", NULL), 1);
	/* What is said after it, by a clock that is right, counts. */
	replica_decide(&c->one, person, "identity", SAT_REFUSED, false);
	camp_carry(&c->one, &c->hq, &c->stick);
	char *dump = replica_dump(&c->hq);
	assert_null(strstr(dump, "Participant 0417"));
	free(dump);
}

/* What waited was let in when it came, so its sender was told that it is received; whom the record concerns
 * besides, as its creation says, hides it like any other value that is held. */
static void exchange__value_that_waited_is_held_back_when_its_record_names_somebody(void **state)
{
	camp *c = *state;
	sat_dot note = replica_add(&c->one, "note", "text", "the dust on the bush tucker", NULL);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	camp_carry(&c->one, &c->two, &c->stick);
	replica_set(&c->two, replica_same(&c->one, note, &c->two), "text", "the red dust on the bush tucker");
	/* What overwrote comes first and waits; with the creation comes who said it, and has not been asked. */
	camp_carry(&c->two, &c->hq, &c->stick);
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0417", NULL);
	replica_refer(&c->one, note, "speaker", person);
	replica_decide(&c->one, person, "quote_named", SAT_GIVEN, false);
	replica_decide(&c->one, person, "quote_unnamed", SAT_GIVEN, false);
	camp_carry_without(c, &c->one, &c->hq, 0);
	char *dump = replica_dump(&c->hq);
	assert_null(strstr(dump, "red dust"));
	free(dump);
	int64_t declined;
	assert_int_equal(sat_db_int(c->hq.store->db, "SELECT count(*) FROM sat_declined WHERE field = 'text'", &declined,
	                            0, NULL), 0);
	assert_int_equal(declined, 0);
	/* With the yes and the record it is there; only laptop one was asked for anything. */
	for (int round = 0; round < 2; round++) {
		camp_carry(&c->hq, &c->one, &c->stick);
		camp_carry(&c->one, &c->hq, &c->stick);
	}
	dump = replica_dump(&c->hq);
	assert_non_null(strstr(dump, "red dust"));
	free(dump);
}

/* Neither laptop knew what the other wrote down: nobody may take the yes for the answer. */
static void exchange__yes_and_no_recorded_apart_permit_nothing(void **state)
{
	camp *c = *state;
	sat_dot person = camp_known_to_all(c);
	replica_decide(&c->one, person, "identity", SAT_GIVEN, false);
	replica_decide(&c->two, replica_same(&c->one, person, &c->two), "identity", SAT_REFUSED, false);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->two, &c->hq, &c->stick);
	sat_dot at_hq = replica_same(&c->one, person, &c->hq);
	sat_purposes identity = sat_purpose_find(c->hq.store, "identity");
	SAT_AUTO(sat_gate) gate = NULL;
	sat_leave leave;
	assert_int_equal(sat_gate_open_own(&gate, c->hq.store, NULL), 0);
	assert_int_equal(sat_gate_expect(gate, at_hq, at_hq, NULL), 0);
	assert_int_equal(sat_gate_weigh(gate, &at_hq, 1, NULL, 0, &leave, NULL), 0);
	assert_int_equal(sat_gate_answer(&leave, identity), SAT_SUSPENDED);
	assert_int_equal(sat_gate_answer(&leave, sat_purpose_find(c->hq.store, "attend_record")), SAT_PERMITTED);
}

/* Headquarters signs that laptop two stands for these groups. */
static void stands_for(camp *c, const char *audiences)
{
	const sat_public *keys = sat_identity_public(c->two.identity);
	SAT_BYTES(body);
	sat_bytes_put(&body, keys->sign, SAT_KEY_BYTES);
	sat_bytes_put(&body, keys->seal, SAT_KEY_BYTES);
	sat_bytes_put_u8(&body, SAT_FACILITATOR);
	sat_bytes_put_span(&body, "two", 3);
	sat_bytes_put_span(&body, audiences, strlen(audiences));
	assert_int_equal(sat_store_begin(c->hq.store, NULL), 0);
	assert_int_equal(sat_statement_issue(c->hq.store, c->hq.identity, SAT_SIGNED_APPROVAL, body.data, body.length,
	                                     NULL), 0);
	assert_int_equal(sat_store_commit(c->hq.store, NULL), 0);
}

/* A person of laptop one who lets elders know, and nobody else. */
static sat_dot person_for_elders(camp *c)
{
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0417", NULL);
	sat_decision decision = { .subject = person, .purpose = "attend_record", .event = SAT_GIVEN,
		                  .recipients = "elders registry" };
	assert_int_equal(sat_store_begin(c->one.store, NULL), 0);
	assert_int_equal(sat_consent_record(c->one.store, c->one.identity, &decision, 1, NULL), 0);
	assert_int_equal(sat_store_commit(c->one.store, NULL), 0);
	return person;
}

static bool two_holds_pseudonym(camp *c, sat_dot person)
{
	sat_dot there = replica_same(&c->one, person, &c->two);
	return there != 0 && replica_field(&c->two, there, "pseudonym", NULL) > 0;
}

static void exchange__audience_that_a_decision_names_receives(void **state)
{
	camp *c = *state;
	sat_dot person = person_for_elders(c);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	assert_false(two_holds_pseudonym(c, person));
	camp_carry(&c->two, &c->hq, &c->stick);
	stands_for(c, "elders");
	camp_carry(&c->hq, &c->two, &c->stick);
	assert_true(two_holds_pseudonym(c, person));
}

static void exchange__new_audience_asks_again_for_what_was_declined(void **state)
{
	camp *c = *state;
	sat_dot person = person_for_elders(c);
	camp_carry(&c->hq, &c->two, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->one, &c->two, &c->stick);
	stands_for(c, "elders");
	camp_carry(&c->hq, &c->one, &c->stick);
	/* What laptop one sends leads with the new approval; that frame is lost. */
	camp_carry_without(c, &c->one, &c->two, 0);
	assert_false(two_holds_pseudonym(c, person));
	camp_carry(&c->two, &c->one, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	for (int i = 0; i < 2; i++) {
		camp_carry(&c->one, &c->two, &c->stick);
		camp_carry(&c->two, &c->one, &c->stick);
	}
	assert_true(two_holds_pseudonym(c, person));
}

static void exchange__latest_approval_rules_in_whatever_order(void **state)
{
	camp *c = *state;
	stands_for(c, "divers");
	stands_for(c, "elders");
	sat_stmt *s = NULL;
	sat_device two;
	bool fresh;
	assert_int_equal(sat_db_prepare(c->hq.store->db, &s, "SELECT object FROM sat_statement ORDER BY serial DESC", NULL),
	                 0);
	assert_int_equal(sat_store_begin(c->one.store, NULL), 0);
	while (sat_step(c->hq.store->db, s, NULL) == 1) {
		size_t length;
		const void *object = sat_column_blob(s, 0, &length);
		assert_int_equal(sat_statement_admit(c->one.store, object, length, 0, &fresh, NULL), 0);
	}
	assert_int_equal(sat_store_commit(c->one.store, NULL), 0);
	sat_db_finalize(c->hq.store->db, &s);
	assert_int_equal(sat_device_named(c->one.store, "two", &two, NULL), 0);
	assert_string_equal(two.audiences, "elders");
}

int main(void)
{
	const struct CMUnitTest claims[] = {
		CAMP_CLAIM(exchange__record_reaches_headquarters),
		CAMP_CLAIM(exchange__receipt_moves_copied_to_received),
		CAMP_CLAIM(exchange__changes_reach_the_other_laptop_through_headquarters),
		CAMP_CLAIM(exchange__edits_made_apart_are_both_kept),
		CAMP_CLAIM(exchange__nothing_leaves_without_consent),
		CAMP_CLAIM(exchange__taking_back_erases_at_headquarters),
		CAMP_CLAIM(exchange__same_bundle_twice_changes_nothing),
		CAMP_CLAIM(exchange__replicas_that_saw_the_same_dump_the_same),
		CAMP_CLAIM(exchange__bundle_for_another_is_left_alone),
		CAMP_CLAIM(exchange__edit_that_the_sender_lacks_is_sent_back),
		CAMP_CLAIM(exchange__unlinked_record_without_values_goes_unsaid),
		CAMP_CLAIM(exchange__taking_back_holds_for_a_record_that_comes_later),
		CAMP_CLAIM(exchange__decision_dated_in_2099_is_one_like_any_other),
		CAMP_CLAIM(exchange__registry_relearns_an_approval_from_its_laptop),
		CAMP_CLAIM(exchange__certificate_of_another_introduces_nobody),
		CAMP_CLAIM(exchange__copy_whose_name_is_past_takes_another),
		CAMP_CLAIM(exchange__value_that_waits_is_taken_back_as_well),
		CAMP_CLAIM(exchange__value_that_waited_is_held_back_when_its_record_names_somebody),
		CAMP_CLAIM(exchange__yes_and_no_recorded_apart_permit_nothing),
		CAMP_CLAIM(exchange__audience_that_a_decision_names_receives),
		CAMP_CLAIM(exchange__new_audience_asks_again_for_what_was_declined),
		CAMP_CLAIM(exchange__latest_approval_rules_in_whatever_order),
		CAMP_CLAIM(exchange__revoked_laptop_is_set_aside_until_a_person_decides),
		CAMP_CLAIM(exchange__what_a_wrong_clock_hid_is_sent_when_the_clock_is_right),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
