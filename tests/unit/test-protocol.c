/* Claims about labels: what stands under one that leaves a machine out does not exist for that machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/apart.h"
#include "core/consent.h"
#include "core/erase.h"
#include "core/permission.h"
#include "core/protocol.h"
#include "core/store-private.h"
#include "two-laptops.h"

/* --- what happens ----------------------------------------------------------------------------------- */

static void put_label(replica *r, sat_dot record, sat_event event, const char *for_whom, int32_t until)
{
	sat_error err;
	sat_decision d = { .subject = record, .purpose = SAT_PROTOCOL, .event = event, .recipients = for_whom,
		           .until = until };
	d.details[SAT_TERMS] = "{\"label_codes\":\"TK WR\",\"label_words\":\"ask the aunties\"}";
	int rc = sat_store_begin(r->store, &err);
	if (rc == 0)
		rc = sat_consent_record(r->store, r->identity, &d, 1, &err);
	if (rc == 0)
		rc = sat_store_commit(r->store, &err);
	if (rc != 0)
		replica_fail("label", &err);
}

/* A record that is labelled as it is made. */
static sat_dot add_labelled(replica *r, const char *kind, const char *title, const char *for_whom)
{
	sat_error err;
	sat_table *table = sat_table_named(r->store, kind);
	sat_write write = { sat_column_named(table, "title", SAT_CLEARED)->number, sat_value_text(title, strlen(title)) };
	sat_dot id = 0;
	sat_decision d = { .purpose = SAT_PROTOCOL, .event = SAT_GIVEN, .recipients = for_whom };
	int rc = sat_store_begin(r->store, &err);
	if (rc == 0)
		rc = sat_apart_begin_new(r->store, &err);
	if (rc == 0)
		rc = sat_record_add(r->store, table, &write, 1, &id, &err);
	d.subject = id;
	if (rc == 0)
		rc = sat_consent_record(r->store, r->identity, &d, 1, &err);
	sat_apart_end(r->store);
	if (rc == 0)
		rc = sat_store_commit(r->store, &err);
	if (rc != 0)
		replica_fail("add labelled", &err);
	return id;
}

static sat_dot note_in(replica *r, sat_dot session, const char *theme)
{
	char id[SAT_ID_CHARS];
	assert_int_equal(sat_id_print(r->store, session, id, NULL), 0);
	return replica_add(r, "note", "theme", theme, "session", id, NULL);
}

static void sign_day(replica *hq, int32_t day)
{
	SAT_BYTES(body);
	sat_error err;
	sat_bytes_put_varint(&body, (uint64_t)day);
	assert_int_equal(sat_store_begin(hq->store, &err), 0);
	assert_int_equal(sat_statement_issue(hq->store, hq->identity, SAT_SIGNED_DATE, body.data, body.length, &err), 0);
	assert_int_equal(sat_store_commit(hq->store, &err), 0);
}

/* --- what is looked at ------------------------------------------------------------------------------ */

static bool dumps(replica *r, const char *words)
{
	char *dump = replica_dump(r);
	bool found = strstr(dump, words) != NULL;
	free(dump);
	return found;
}

static int64_t number(replica *r, const char *sql)
{
	int64_t n;
	assert_int_equal(sat_db_int(r->store->db, sql, &n, -1, NULL), 0);
	return n;
}

/* Names that a replica has for what others write. */
static int64_t incarnations(replica *r) { return number(r, "SELECT count(*) FROM sat_incarnation"); }

/* --- claims ----------------------------------------------------------------------------------------- */

static void label__leaves_nothing_of_a_record_with_an_outsider(void **state)
{
	camp *c = *state;
	replica_add(&c->one, "workshop", "title", "Open to everybody", NULL);
	camp_carry(&c->one, &c->hq, &c->stick);
	int64_t names = incarnations(&c->hq), rows = number(&c->hq, "SELECT count(*) FROM session");
	sat_dot session = add_labelled(&c->one, "session", "Kept for women", "women");
	note_in(&c->one, session, "kept theme");
	replica_add(&c->one, "workshop", "title", "Open as well", NULL);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_true(dumps(&c->hq, "Open as well"));
	assert_int_equal(number(&c->hq, "SELECT count(*) FROM session"), rows);
	assert_int_equal(number(&c->hq, "SELECT count(*) FROM note"), 0);
	assert_int_equal(number(&c->hq, "SELECT count(*) FROM sat_decision"), 0);
	assert_int_equal(number(&c->hq, "SELECT count(*) FROM sat_declined"), 0);
	assert_int_equal(incarnations(&c->hq), names);
	/* Numbers follow one another. */
	assert_int_equal(number(&c->hq, "SELECT max(id) - min(id) FROM workshop"), 1);
}

static void label__lets_its_audience_have_everything(void **state)
{
	camp *c = *state;
	replica aunties;
	replica_join_for(&aunties, &c->hq, c->dir, "aunties", 77, SAT_FACILITATOR, "women");
	camp_carry(&c->hq, &c->one, &c->stick);
	sat_dot session = add_labelled(&c->one, "session", "Kept for women", "women");
	note_in(&c->one, session, "kept theme");
	camp_carry(&c->one, &aunties, &c->stick);
	assert_true(dumps(&aunties, "Kept for women"));
	assert_true(dumps(&aunties, "kept theme"));
	assert_int_equal(number(&aunties, "SELECT count(*) FROM sat_decision WHERE terms LIKE '%aunties%'"), 0);
	replica_free(&aunties);
}

static void label__hides_on_the_machine_that_wrote_it(void **state)
{
	camp *c = *state;
	sat_dot session = replica_add(&c->one, "session", "title", "Kept for women", NULL);
	note_in(&c->one, session, "kept theme");
	assert_true(dumps(&c->one, "kept theme"));
	put_label(&c->one, session, SAT_GIVEN, "women", 0);
	assert_false(dumps(&c->one, "kept theme"));
	assert_false(dumps(&c->one, "Kept for women"));
	put_label(&c->one, session, SAT_WITHDRAWN, NULL, 0);
	assert_true(dumps(&c->one, "kept theme"));
}

static void label__reaches_who_holds_the_record_already(void **state)
{
	camp *c = *state;
	sat_dot session = replica_add(&c->one, "session", "title", "Kept for women", NULL);
	note_in(&c->one, session, "kept theme");
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	assert_true(dumps(&c->two, "kept theme"));
	put_label(&c->one, session, SAT_GIVEN, "women", 0);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	assert_false(dumps(&c->hq, "kept theme"));
	assert_false(dumps(&c->two, "kept theme"));
	/* They have to heed it, but its words are for the audience. */
	assert_int_equal(number(&c->two, "SELECT count(*) FROM sat_decision WHERE terms IS NULL"), 1);
	put_label(&c->one, session, SAT_WITHDRAWN, NULL, 0);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	assert_true(dumps(&c->hq, "kept theme"));
	assert_true(dumps(&c->two, "kept theme"));
}

/* Laptop two knows nothing of the label when it writes; headquarters does when it comes. */
static void label__meets_what_was_derived_elsewhere(void **state)
{
	camp *c = *state;
	sat_dot session = replica_add(&c->one, "session", "title", "Kept for women", NULL);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	note_in(&c->two, replica_same(&c->one, session, &c->two), "kept theme");
	put_label(&c->one, session, SAT_GIVEN, "women", 0);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->two, &c->hq, &c->stick);
	assert_false(dumps(&c->hq, "kept theme"));
	assert_int_equal(number(&c->hq, "SELECT count(*) FROM note WHERE theme = 'kept theme'"), 0);
	/* And tells whoever brought it. */
	camp_carry(&c->hq, &c->two, &c->stick);
	assert_false(dumps(&c->two, "kept theme"));
	put_label(&c->one, session, SAT_WITHDRAWN, NULL, 0);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	camp_carry(&c->two, &c->hq, &c->stick);
	assert_true(dumps(&c->hq, "kept theme"));
}

/* What an edit tells of the session does not say where it belongs, but headquarters knows. */
static void label__meets_an_edit_and_what_derives_from_it(void **state)
{
	camp *c = *state;
	sat_dot workshop = replica_add(&c->hq, "workshop", "title", "Kept for women", NULL);
	sat_dot session = replica_add(&c->hq, "session", "title", "By the river", NULL);
	replica_refer(&c->hq, session, "workshop", workshop);
	camp_carry(&c->hq, &c->two, &c->stick);
	sat_dot at_two = replica_same(&c->hq, session, &c->two);
	replica_set(&c->two, at_two, "topic", "kept topic");
	note_in(&c->two, at_two, "kept theme");
	put_label(&c->hq, workshop, SAT_GIVEN, "women", 0);
	camp_carry(&c->two, &c->hq, &c->stick);
	assert_int_equal(number(&c->hq, "SELECT count(*) FROM note WHERE theme = 'kept theme'"), 0);
	assert_int_equal(number(&c->hq, "SELECT count(*) FROM session WHERE topic = 'kept topic'"), 0);
}

static void label__that_ends_lets_out_what_was_kept(void **state)
{
	camp *c = *state;
	sat_dot session = add_labelled(&c->one, "session", "Kept for women", "women");
	note_in(&c->one, session, "kept theme");
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_false(dumps(&c->hq, "kept"));
	put_label(&c->one, session, SAT_WITHDRAWN, NULL, 0);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_true(dumps(&c->hq, "Kept for women"));
	assert_true(dumps(&c->hq, "kept theme"));
}

static void label__of_erased_records_keeps_the_erasure_too(void **state)
{
	camp *c = *state;
	sat_dot session = add_labelled(&c->one, "session", "Kept for women", "women");
	sat_dot note = note_in(&c->one, session, "kept theme");
	camp_carry(&c->one, &c->hq, &c->stick);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sat_store_begin(c->one.store, NULL), 0);
		assert_int_equal(sat_record_erase(c->one.store, i == 0 ? note : session, 0, NULL), 0);
		assert_int_equal(sat_store_commit(c->one.store, NULL), 0);
		camp_carry(&c->one, &c->hq, &c->stick);
		camp_carry(&c->one, &c->hq, &c->stick);
		assert_int_equal(number(&c->hq, "SELECT count(*) FROM sat_tombstone"), 0);
		assert_int_equal(number(&c->hq, "SELECT count(*) FROM sat_erasure"), 0);
	}
	assert_int_equal(number(&c->one, "SELECT count(*) FROM sat_erasure"), 2);
}

/* Its tombstone says where it belonged, so that who learns it from others keeps it as well. */
static void label__of_erased_records_goes_with_the_tombstone(void **state)
{
	camp *c = *state;
	replica aunties;
	replica_join_for(&aunties, &c->hq, c->dir, "aunties", 77, SAT_FACILITATOR, "women");
	camp_carry(&c->hq, &c->one, &c->stick);
	sat_dot session = add_labelled(&c->one, "session", "Kept for women", "women");
	sat_dot note = note_in(&c->one, session, "kept theme");
	assert_int_equal(sat_store_begin(c->one.store, NULL), 0);
	assert_int_equal(sat_record_erase(c->one.store, note, 0, NULL), 0);
	assert_int_equal(sat_store_commit(c->one.store, NULL), 0);
	camp_carry(&c->one, &aunties, &c->stick);
	assert_int_equal(number(&aunties, "SELECT count(*) FROM sat_tombstone"), 1);
	assert_int_equal(number(&aunties, "SELECT count(*) FROM sat_under"), 1);
	camp_carry(&aunties, &c->hq, &c->stick);
	assert_int_equal(number(&c->hq, "SELECT count(*) FROM sat_tombstone"), 0);
	assert_int_equal(number(&c->hq, "SELECT count(*) FROM sat_erasure"), 0);
	replica_free(&aunties);
}

/* What the laptop's clock says opens nothing. */
static void embargo__ends_with_a_day_that_headquarters_signed(void **state)
{
	camp *c = *state;
	const int32_t day = (int32_t)(TEST_ENV_NOW / 86400) + 30;
	sat_dot session = replica_add(&c->one, "session", "title", "Not before June", NULL);
	put_label(&c->one, session, SAT_GIVEN, SAT_DO_NOT_COPY, day);
	assert_true(dumps(&c->one, "Not before June"));
	c->one.env.now += INT64_C(86400) * 365;
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_false(dumps(&c->hq, "Not before June"));
	sign_day(&c->hq, day);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_false(dumps(&c->hq, "Not before June"));
	sign_day(&c->hq, day + 1);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_true(dumps(&c->hq, "Not before June"));
}

static void label__two_people_put_apart_leave_what_both_allow(void **state)
{
	camp *c = *state;
	replica aunties;
	replica_join_for(&aunties, &c->hq, c->dir, "aunties", 77, SAT_FACILITATOR, "women");
	sat_dot session = replica_add(&c->one, "session", "title", "Kept for somebody", NULL);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	camp_carry(&c->hq, &aunties, &c->stick);
	put_label(&c->one, session, SAT_GIVEN, "facilitator", 0);
	put_label(&c->two, replica_same(&c->one, session, &c->two), SAT_GIVEN, "women", 0);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->two, &c->hq, &c->stick);
	camp_carry(&c->hq, &aunties, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_false(dumps(&c->hq, "Kept for somebody"));
	assert_false(dumps(&c->one, "Kept for somebody"));
	assert_true(dumps(&aunties, "Kept for somebody"));
	replica_free(&aunties);
}

/* Decisions that were signed together go apart when one of them is about somebody under a label. */
static void label__of_a_person_keeps_what_they_decided(void **state)
{
	camp *c = *state;
	sat_dot open = replica_add(&c->one, "person", "pseudonym", "P 0001", NULL);
	sat_dot kept = replica_add(&c->one, "person", "pseudonym", "P 0002", NULL);
	sat_decision both[] = { { .subject = open, .purpose = "attend_record", .event = SAT_GIVEN },
		                { .subject = kept, .purpose = "attend_record", .event = SAT_GIVEN } };
	assert_int_equal(sat_store_begin(c->one.store, NULL), 0);
	assert_int_equal(sat_consent_record(c->one.store, c->one.identity, both, 2, NULL), 0);
	assert_int_equal(sat_store_commit(c->one.store, NULL), 0);
	put_label(&c->one, kept, SAT_GIVEN, "women", 0);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_int_equal(number(&c->hq, "SELECT count(*) FROM sat_decision"), 1);
	assert_true(dumps(&c->hq, "P 0001"));
	assert_false(dumps(&c->hq, "P 0002"));
	/* What came in part is passed on in part, and made whole when the label ends. */
	camp_carry(&c->hq, &c->two, &c->stick);
	assert_int_equal(number(&c->two, "SELECT count(*) FROM sat_decision"), 1);
	put_label(&c->one, kept, SAT_WITHDRAWN, NULL, 0);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	assert_int_equal(number(&c->two, "SELECT count(*) FROM sat_decision"), 4);
	assert_true(dumps(&c->two, "P 0002"));
}

/* Who held the session hears what is decided about it, and of nothing that was made from it since. */
static void label__leaves_no_gap_with_who_held_the_record(void **state)
{
	camp *c = *state;
	sat_dot session = replica_add(&c->one, "session", "title", "Kept for women", NULL);
	camp_carry(&c->one, &c->hq, &c->stick);
	put_label(&c->one, session, SAT_GIVEN, "women", 0);
	sat_dot note = note_in(&c->one, session, "kept theme");
	put_label(&c->one, note, SAT_GIVEN, "women", 0);
	put_label(&c->one, session, SAT_RENEWED, "women", 0);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_int_equal(number(&c->hq, "SELECT count(*) FROM sat_decision"), 2);
	assert_int_equal(number(&c->hq, "SELECT max(id) - min(id) FROM sat_decision"), 1);
	assert_int_equal(number(&c->hq, "SELECT count(*) FROM note"), 0);
}

/* Somebody who held it before has to carry out what is decided later. */
static void label__lets_a_withdrawal_reach_who_holds_something(void **state)
{
	camp *c = *state;
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0001", "name", "Participant One", NULL);
	replica_decide(&c->one, person, "attend_record", SAT_GIVEN, false);
	replica_decide(&c->one, person, "identity", SAT_GIVEN, false);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_true(dumps(&c->hq, "Participant One"));
	put_label(&c->one, person, SAT_GIVEN, "women", 0);
	replica_decide(&c->one, person, "identity", SAT_WITHDRAWN, true);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_int_equal(number(&c->hq, "SELECT count(name) FROM person"), 0);
}

/* A laptop that stands for others now gets another part of what was signed together, and can pass on both. */
static void label__lets_parts_of_a_batch_come_one_after_the_other(void **state)
{
	camp *c = *state;
	replica aunties;
	sat_device device;
	replica_join_for(&aunties, &c->hq, c->dir, "aunties", 77, SAT_FACILITATOR, "women");
	camp_carry(&c->hq, &c->one, &c->stick);
	sat_dot people[2];
	sat_decision both[2];
	for (int i = 0; i < 2; i++) {
		people[i] = replica_add(&c->one, "person", "pseudonym", i == 0 ? "P 0001" : "P 0002", NULL);
		both[i] = (sat_decision){ .subject = people[i], .purpose = "attend_record", .event = SAT_GIVEN };
	}
	assert_int_equal(sat_store_begin(c->one.store, NULL), 0);
	assert_int_equal(sat_consent_record(c->one.store, c->one.identity, both, 2, NULL), 0);
	assert_int_equal(sat_store_commit(c->one.store, NULL), 0);
	put_label(&c->one, people[0], SAT_GIVEN, "women", 0);
	put_label(&c->one, people[1], SAT_GIVEN, "men", 0);
	camp_carry(&c->one, &aunties, &c->stick);
	assert_true(dumps(&aunties, "P 0001"));
	assert_false(dumps(&aunties, "P 0002"));
	assert_int_equal(sat_device_named(c->hq.store, "aunties", &device, NULL), 0);
	assert_int_equal(sat_store_begin(c->hq.store, NULL), 0);
	assert_int_equal(sat_device_stand_for(c->hq.store, c->hq.identity, device.id, "men", NULL), 0);
	assert_int_equal(sat_store_commit(c->hq.store, NULL), 0);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->hq, &aunties, &c->stick);
	camp_carry(&c->one, &aunties, &c->stick);
	assert_true(dumps(&aunties, "P 0002"));
	assert_false(dumps(&aunties, "P 0001"));
	replica_free(&aunties);
}

/* A chunk has one author, and of whom nothing is in it is not the one. */
static void label__that_keeps_the_decisions_of_one_lets_those_of_the_next_go(void **state)
{
	camp *c = *state;
	camp_carry(&c->two, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->one, &c->hq, &c->stick);
	add_labelled(&c->two, "session", "Kept for headquarters", "registry");
	camp_carry(&c->two, &c->hq, &c->stick);
	assert_int_equal(number(&c->hq, "SELECT count(*) FROM sat_decision"), 1);
	sat_dot open = replica_add(&c->hq, "person", "pseudonym", "P 0001", NULL);
	replica_decide(&c->hq, open, "attend_record", SAT_GIVEN, false);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(number(&c->one, "SELECT count(*) FROM sat_decision"), 1);
	assert_true(dumps(&c->one, "P 0001"));
}

/* Who sees what is above would see a gap where a label was put below. */
static void label__below_another_is_put_apart_from_what_is_above(void **state)
{
	camp *c = *state;
	sat_dot session = add_labelled(&c->one, "session", "Kept for women", "women");
	sat_dot note = note_in(&c->one, session, "first theme");
	put_label(&c->one, note, SAT_GIVEN, "elders", 0);
	note_in(&c->one, session, "second theme");
	assert_int_equal(number(&c->one, "SELECT max(id) - min(id) FROM note"), 1);
}

/* What was declined for the label is asked for, by whatever way the label's end came. */
static void label__that_ends_asks_for_what_was_declined(void **state)
{
	camp *c = *state;
	sat_dot session = replica_add(&c->one, "session", "title", "Kept for women", NULL);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	note_in(&c->two, replica_same(&c->one, session, &c->two), "kept theme");
	put_label(&c->hq, replica_same(&c->one, session, &c->hq), SAT_GIVEN, "women", 0);
	camp_carry(&c->two, &c->hq, &c->stick);
	assert_int_equal(number(&c->hq, "SELECT count(*) FROM sat_declined"), 2);
	put_label(&c->hq, replica_same(&c->one, session, &c->hq), SAT_WITHDRAWN, NULL, 0);
	assert_int_equal(number(&c->hq, "SELECT count(*) FROM sat_ask WHERE device IS NOT NULL"), 1);
}

/* The withdrawal comes before the label in the bundle that brings both. */
static void label__that_comes_with_an_erasure_keeps_its_receipt(void **state)
{
	camp *c = *state;
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0001", NULL);
	replica_decide(&c->one, person, "identity", SAT_GIVEN, false);
	replica_decide(&c->one, person, "identity", SAT_WITHDRAWN, true);
	put_label(&c->one, person, SAT_GIVEN, "registry", 0);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	assert_int_equal(number(&c->two, "SELECT count(*) FROM sat_decision"), 0);
	assert_int_equal(number(&c->two, "SELECT count(*) FROM sat_erasure"), 0);
}

/* Laptop one has the session from laptop two, and headquarters tells it later. */
static void label__reaches_who_tells_of_the_record(void **state)
{
	camp *c = *state;
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	sat_dot session = replica_add(&c->two, "session", "title", "Kept for women", NULL);
	camp_carry(&c->two, &c->one, &c->stick);
	put_label(&c->one, replica_same(&c->two, session, &c->one), SAT_GIVEN, "women", 0);
	camp_carry(&c->two, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_true(dumps(&c->hq, "Kept for women"));
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_false(dumps(&c->hq, "Kept for women"));
}

/* Headquarters tells laptop one what it has from laptop two, the same, before there is any label. */
static void label__reaches_who_told_the_same_before(void **state)
{
	camp *c = *state;
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	sat_dot session = replica_add(&c->two, "session", "title", "Kept for women", NULL);
	camp_carry(&c->two, &c->one, &c->stick);
	camp_carry(&c->two, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	put_label(&c->one, replica_same(&c->two, session, &c->one), SAT_GIVEN, "women", 0);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_false(dumps(&c->hq, "Kept for women"));
}

/* The name of feedback does not say who wrote it, and its row is gone. */
static void label__of_an_erased_record_keeps_nothing_from_who_told_it(void **state)
{
	camp *c = *state;
	sat_dot feedback = replica_add(&c->hq, "feedback", "text", "kept words", NULL);
	camp_carry(&c->hq, &c->one, &c->stick);
	sat_dot there = replica_same(&c->hq, feedback, &c->one);
	put_label(&c->one, there, SAT_GIVEN, "women", 0);
	assert_int_equal(sat_store_begin(c->one.store, NULL), 0);
	assert_int_equal(sat_record_erase(c->one.store, there, 0, NULL), 0);
	assert_int_equal(sat_store_commit(c->one.store, NULL), 0);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_int_equal(number(&c->hq, "SELECT count(*) FROM feedback"), 0);
}

/* What was told is not what is here any more. */
static void label__reaches_who_told_of_a_record_that_was_edited_since(void **state)
{
	camp *c = *state;
	sat_dot workshop = replica_add(&c->one, "workshop", "title", "Kept for women", NULL);
	char id[SAT_ID_CHARS];
	assert_int_equal(sat_id_print(c->one.store, workshop, id, NULL), 0);
	sat_dot feedback = replica_add(&c->one, "feedback", "text", "kept words", "workshop", id, NULL);
	camp_carry(&c->one, &c->hq, &c->stick);
	sat_dot there = replica_same(&c->one, feedback, &c->hq);
	replica_set(&c->hq, there, "text", "other words");
	put_label(&c->hq, there, SAT_GIVEN, "registry", 0);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_false(dumps(&c->one, "kept words"));
}

/* Who told of several records is weighed for each, by their own audiences. */
static void label__lets_a_sender_it_is_for_tell_several_records(void **state)
{
	camp *c = *state;
	replica aunties;
	replica_join_for(&aunties, &c->hq, c->dir, "aunties", 77, SAT_FACILITATOR, "women");
	sat_dot session = replica_add(&c->hq, "session", "title", "Kept for women", NULL);
	put_label(&c->hq, session, SAT_GIVEN, "women", 0);
	camp_carry(&c->hq, &aunties, &c->stick);
	note_in(&aunties, replica_same(&c->hq, session, &aunties), "first theme");
	note_in(&aunties, replica_same(&c->hq, session, &aunties), "second theme");
	replica_add(&aunties, "workshop", "title", "Open to everybody", NULL);
	camp_carry(&aunties, &c->hq, &c->stick);
	/* They are no outsider whose word is kept in mind. */
	assert_int_equal(number(&c->hq, "SELECT count(*) FROM sat_holder"), 0);
	replica_free(&aunties);
}

/* What is below a record that does not stand under the label any more does not either. */
static void label__lets_go_what_is_below_a_record_that_refers_elsewhere(void **state)
{
	camp *c = *state;
	sat_dot open = replica_add(&c->one, "workshop", "title", "Open to everybody", NULL);
	sat_dot kept = add_labelled(&c->one, "workshop", "Kept for women", "women");
	char id[SAT_ID_CHARS];
	assert_int_equal(sat_id_print(c->one.store, kept, id, NULL), 0);
	sat_dot session = replica_add(&c->one, "session", "title", "A session", "workshop", id, NULL);
	note_in(&c->one, session, "kept theme");
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_false(dumps(&c->hq, "A session"));
	replica_refer(&c->one, session, "workshop", open);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_true(dumps(&c->hq, "A session"));
	assert_true(dumps(&c->hq, "kept theme"));
}

/* A record without a value is one all the same. */
static void label__keeps_a_record_of_which_nothing_is_told_but_that_it_is(void **state)
{
	camp *c = *state;
	memory_place late;
	memory_place_init(&late);
	sat_dot workshop = replica_add(&c->hq, "workshop", NULL);
	replica_export(&c->hq, &c->one, &late);
	put_label(&c->hq, workshop, SAT_GIVEN, "registry", 0);
	camp_carry(&c->hq, &c->one, &c->stick);
	replica_merge_all(&c->one, &late);
	assert_int_equal(number(&c->one, "SELECT count(*) FROM workshop"), 0);
	put_label(&c->hq, workshop, SAT_WITHDRAWN, NULL, 0);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(number(&c->one, "SELECT count(*) FROM workshop"), 1);
	assert_int_equal(number(&c->one, "SELECT count(*) FROM sat_declined"), 0);
	memory_place_clear(&late);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CAMP_CLAIM(label__leaves_nothing_of_a_record_with_an_outsider),
		CAMP_CLAIM(label__lets_its_audience_have_everything),
		CAMP_CLAIM(label__hides_on_the_machine_that_wrote_it),
		CAMP_CLAIM(label__reaches_who_holds_the_record_already),
		CAMP_CLAIM(label__meets_what_was_derived_elsewhere),
		CAMP_CLAIM(label__meets_an_edit_and_what_derives_from_it),
		CAMP_CLAIM(label__that_ends_lets_out_what_was_kept),
		CAMP_CLAIM(label__of_erased_records_keeps_the_erasure_too),
		CAMP_CLAIM(label__of_erased_records_goes_with_the_tombstone),
		CAMP_CLAIM(embargo__ends_with_a_day_that_headquarters_signed),
		CAMP_CLAIM(label__two_people_put_apart_leave_what_both_allow),
		CAMP_CLAIM(label__of_a_person_keeps_what_they_decided),
		CAMP_CLAIM(label__lets_parts_of_a_batch_come_one_after_the_other),
		CAMP_CLAIM(label__leaves_no_gap_with_who_held_the_record),
		CAMP_CLAIM(label__lets_a_withdrawal_reach_who_holds_something),
		CAMP_CLAIM(label__that_keeps_the_decisions_of_one_lets_those_of_the_next_go),
		CAMP_CLAIM(label__below_another_is_put_apart_from_what_is_above),
		CAMP_CLAIM(label__that_ends_asks_for_what_was_declined),
		CAMP_CLAIM(label__that_comes_with_an_erasure_keeps_its_receipt),
		CAMP_CLAIM(label__reaches_who_tells_of_the_record),
		CAMP_CLAIM(label__reaches_who_told_the_same_before),
		CAMP_CLAIM(label__of_an_erased_record_keeps_nothing_from_who_told_it),
		CAMP_CLAIM(label__reaches_who_told_of_a_record_that_was_edited_since),
		CAMP_CLAIM(label__lets_a_sender_it_is_for_tell_several_records),
		CAMP_CLAIM(label__lets_go_what_is_below_a_record_that_refers_elsewhere),
		CAMP_CLAIM(label__keeps_a_record_of_which_nothing_is_told_but_that_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
