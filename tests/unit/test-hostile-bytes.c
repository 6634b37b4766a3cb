/* Claims about a laptop that was approved and means ill, and writes the bytes of its frames by hand:
 * counters, statements, names and columns that are not what they say.  Each is refused with a sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/incarnation.h"
#include "evil-camp.h"
#include "sync/frame.h"
#include "tests/support/allocations.h"

/* --- claims about bytes --------------------------------------------------------------------------------- */

static void counters_are_refused(camp *c, uint64_t zigzag)
{
	SAT_BYTES(frame);
	SAT_BYTES(body);
	camp_begin_frame(c, &frame);
	sat_bytes_put(&body, "\1\1\1", 3); /* one tombstone: a run of index 1, one long */
	sat_bytes_put_varint(&body, zigzag);
	camp_put_section(&frame, 3, &body);
	camp_refused(c, camp_deliver_bytes(c, &frame), "a counter");
}

static void hostile__counter_of_two_to_the_63_is_refused(void **state)
{
	counters_are_refused(*state, UINT64_MAX);        /* -2^63 */
	counters_are_refused(*state, UINT64_MAX - 1);    /* 2^63 - 1 */
	counters_are_refused(*state, UINT64_C(2) << 20); /* 2^20 */
	counters_are_refused(*state, 0);
	counters_are_refused(*state, 1); /* -1 */
}

static void put_claim(sat_bytes *frame, const sat_device_id *device, uint64_t highest,
                      const uint8_t *signature)
{
	SAT_BYTES(body);
	sat_bytes_put(&body, "\1\1", 2);
	sat_bytes_put(&body, device->bytes, SAT_DEVICE_BYTES);
	sat_bytes_put_varint(&body, highest);
	sat_bytes_put(&body, signature, SAT_SIGNATURE_BYTES);
	camp_put_section(frame, 1, &body);
}

static void hostile__statement_for_a_counter_of_two_to_the_63_is_refused(void **state)
{
	camp *c = *state;
	const uint64_t counters[] = { UINT64_C(1) << 63, UINT64_C(1) << 20, UINT64_MAX };
	for (size_t i = 0; i < 3; i++) {
		SAT_BYTES(frame);
		uint8_t digest[SAT_HASH_BYTES], signature[SAT_SIGNATURE_BYTES];
		sat_incarnation_digest(sat_incarnation_at(c->evil.store, camp_own(&c->evil))->name,
		                       sat_store_self(c->evil.store), (int64_t)counters[i], digest);
		sat_sign(c->evil.identity, digest, signature);
		camp_begin_frame(c, &frame);
		put_claim(&frame, sat_store_self(c->evil.store), counters[i], signature);
		camp_refused(c, camp_deliver_bytes(c, &frame), "incarnation statement");
	}
}

/* Signed by the evil laptop, rightly, for itself: but that incarnation is another's already. */
static void hostile__claim_to_anothers_incarnation_is_refused(void **state)
{
	camp *c = *state;
	const uint8_t *theirs = sat_incarnation_at(c->evil.store, sat_dot_index(c->note))->name;
	uint8_t digest[SAT_HASH_BYTES], signature[SAT_SIGNATURE_BYTES];
	SAT_BYTES(frame);
	sat_incarnation_digest(theirs, sat_store_self(c->evil.store), 5000, digest);
	sat_sign(c->evil.identity, digest, signature);
	sat_bytes_put_varint(&frame, 1);
	sat_bytes_put(&frame, theirs, SAT_INCARNATION_BYTES);
	put_claim(&frame, sat_store_self(c->evil.store), 5000, signature);
	camp_refused(c, camp_deliver_bytes(c, &frame), "another device");
}

static void hostile__statement_that_its_device_did_not_sign_is_refused(void **state)
{
	camp *c = *state;
	uint8_t digest[SAT_HASH_BYTES], signature[SAT_SIGNATURE_BYTES];
	const uint8_t *theirs = sat_incarnation_at(c->evil.store, sat_dot_index(c->note))->name;
	SAT_BYTES(frame);
	sat_incarnation_digest(theirs, sat_identity_device(c->good.identity), 5000, digest);
	sat_sign(c->evil.identity, digest, signature);
	sat_bytes_put_varint(&frame, 1);
	sat_bytes_put(&frame, theirs, SAT_INCARNATION_BYTES);
	put_claim(&frame, sat_identity_device(c->good.identity), 5000, signature);
	camp_refused(c, camp_deliver_bytes(c, &frame), "not its device's");
}

/* A frame with one statement in the registry's name, signed by `signer`. */
static void put_statement(camp *c, const sat_identity *signer, uint8_t type, const sat_bytes *text,
                          sat_bytes *frame)
{
	uint8_t digest[SAT_HASH_BYTES], signature[SAT_SIGNATURE_BYTES];
	SAT_BYTES(object);
	SAT_BYTES(body);
	sat_bytes_put_u8(&object, type);
	sat_bytes_put(&object, sat_store_self(c->hq.store)->bytes, SAT_DEVICE_BYTES);
	sat_bytes_put_varint(&object, 77);
	sat_bytes_put_zigzag(&object, 0);
	sat_bytes_put_span(&object, text->data, text->length);
	sat_hash(digest, "satchel1state", object.data, object.length);
	sat_sign(signer, digest, signature);
	sat_bytes_put(&object, signature, sizeof signature);
	sat_bytes_put_varint(&body, 1);
	sat_bytes_put_span(&body, object.data, object.length);
	sat_bytes_put_varint(frame, 0);
	camp_put_section(frame, 2, &body);
}

static void hostile__statement_of_the_registry_by_another_is_refused(void **state)
{
	camp *c = *state;
	const uint8_t types[] = { SAT_SIGNED_DATE, 99 }; /* one that is known, one that is not */
	SAT_BYTES(date);
	sat_bytes_put_varint(&date, 60000);
	for (size_t i = 0; i < sizeof types; i++) {
		SAT_BYTES(frame);
		put_statement(c, c->evil.identity, types[i], &date, &frame);
		camp_refused(c, camp_deliver_bytes(c, &frame), "headquarters and is not");
	}
}

/* From headquarters itself to the good laptop. */
static sat_verdict deliver_programme(camp *c, const char *json)
{
	SAT_BYTES(frame);
	SAT_BYTES(body);
	SAT_BYTES(bundle);
	forgery f;
	sat_bytes_put_varint(&body, 50);
	sat_bytes_put_span(&body, json, strlen(json));
	put_statement(c, c->hq.identity, SAT_SIGNED_PROGRAMME, &body, &frame);
	forgery_begin(&f, &c->hq, &c->good);
	forgery_frame(&f, frame.data, frame.length);
	forgery_end(&f, &bundle);
	memory_place_add(&c->stick, bundle.data, bundle.length);
	char *before = replica_dump(&c->good);
	sat_merged merged = replica_merge_all(&c->good, &c->stick);
	char *after = replica_dump(&c->good);
	assert_string_equal(before, after);
	assert_true(merged.reason[0] != '\0');
	free(before);
	free(after);
	return merged.verdict;
}

/* What is not kept comes again: a Satchel that can read it will put it in force. */
static void hostile__programme_that_cannot_be_read_is_not_kept(void **state)
{
	camp *c = *state;
	assert_int_equal(deliver_programme(c, "{\"satchel_programme\":2}"), SAT_TOO_NEW);
	assert_int_equal(deliver_programme(c, "{\"satchel_programme\":1}"), SAT_REFUSED_BUNDLE);
	assert_int_equal(deliver_programme(c, "{"), SAT_REFUSED_BUNDLE);
	camp_goes_on(c);
}

/* --- claims about names --------------------------------------------------------------------------------- */

/* Kinds and fields become tables and columns: none may meet what the store keeps for itself. */
static void hostile__names_of_the_store_itself_are_refused(void **state)
{
	camp *c = *state;
	const struct {
		const char *kind, *field;
	} cases[] = { { "consent", "text" },
		      { "note", "id" },
		      { "sat_meta", "text" },
		      { "sqlite_master", "x" },
		      { "note", "sat_seq" } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		sat_dot dot = camp_next_dot(c);
		sat_chunk chunk = camp_one_row(c, cases[i].kind, cases[i].field, "x", dot, dot);
		camp_refused(c, camp_deliver_chunk(c, &chunk, 0), "name of a");
	}
}

static void hostile__names_that_sql_knows_are_names(void **state)
{
	camp *c = *state;
	const struct {
		const char *kind, *field;
	} cases[] = { { "consent_subject", "text" }, { "consent_seq", "text" }, { "note_speaker", "text" },
		      { "select", "where" },         { "note", "rowid" },       { "note", "oid" },
		      { "note_speaker", "rowid" },   { "main", "group" },       { "statement", "text" } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		sat_dot dot = camp_next_dot(c);
		sat_chunk chunk = camp_one_row(c, cases[i].kind, cases[i].field, "kept", dot, dot);
		sat_merged merged = camp_deliver_chunk(c, &chunk, 0);
		if (merged.verdict != SAT_MERGED || merged.records != 1)
			fail_msg("%s.%s: %s", cases[i].kind, cases[i].field, merged.reason);
		char id[SAT_ID_CHARS], line[256], *dump = replica_dump(&c->hq);
		assert_int_equal(sat_id_print(c->evil.store, dot, id, NULL), 0);
		snprintf(line, sizeof line, "record %s %s %s text %s past{} states{} text kept\n",
		         cases[i].kind, id, cases[i].field, id);
		assert_non_null(strstr(dump, line));
		free(dump);
	}
	camp_goes_on(c);
}

/* A note of one row in which the person `dot` states `count` purposes, named by `letter` and a number, each
 * in an episode of its own. */
static void put_stating_note(sat_bytes *frame, sat_dot dot, char letter, unsigned count)
{
	SAT_BYTES(body);
	sat_bytes_put_span(&body, "note", 4);
	sat_bytes_put(&body, "\4\1\1\1",
	              4); /* with statements; one row; its id: a run of index 1, one long */
	sat_bytes_put_zigzag(&body, sat_dot_counter(dot));
	sat_bytes_put_varint(&body, count);
	for (unsigned i = 0; i < count; i++) {
		char name[8];
		sat_bytes_put_span(&body, name, (size_t)snprintf(name, sizeof name, "%c%02u", letter, i));
	}
	sat_bytes_put_varint(&body, count + 1);
	sat_bytes_put_u8(&body, 1);
	sat_bytes_put_varint(&body, count);
	for (unsigned i = 0; i < count; i++)
		sat_bytes_put_zigzag(&body, i == 0 ? sat_dot_counter(dot) : 0);
	for (unsigned i = 0; i < count; i++)
		sat_bytes_put_varint(&body, i + 1);
	for (unsigned i = 0; i < count; i++)
		sat_bytes_put_varint(&body, i + 5);
	sat_bytes_put_u8(&body, 1); /* one field: text, of text, plain */
	sat_bytes_put_span(&body, "text", 4);
	sat_bytes_put(&body, "\1\0\0\0\0", 5);
	sat_bytes_put_span(&body, "told", 4);
	camp_put_section(frame, 5, &body);
}

/* What becomes of the purposes that the store cannot tell apart is still what a reader accepts. */
static void hostile__statements_of_too_many_purposes_are_passed_on(void **state)
{
	camp *c = *state;
	SAT_BYTES(frame);
	sat_dot first = camp_next_dot(c), second = camp_next_dot(c);
	camp_sign_up_to(c, 1 << 18);
	forgery f;
	forgery_begin(&f, &c->evil, &c->hq);
	sat_chunk statements = camp_one_row(c, "note", "text", "signed", camp_next_dot(c), camp_next_dot(c));
	forgery_chunk(&f, c->evil.store, &statements);
	camp_begin_frame(c, &frame);
	put_stating_note(&frame, first, 'p', SAT_PURPOSE_BITS);
	put_stating_note(&frame, second, 'q', 3);
	forgery_frame(&f, frame.data, frame.length);
	sat_merged merged = camp_deliver(c, &f);
	assert_int_equal(merged.verdict, SAT_MERGED);
	camp_goes_on(c);
	sat_dot there = replica_same(&c->evil, second, &c->good);
	assert_int_not_equal(there, 0);
	assert_int_equal(replica_field(&c->good, there, "text", NULL), 1);
}

/* More fields than a kind can have: the bundle is refused, the store is not stuck. */
static void hostile__too_many_fields_are_refused(void **state)
{
	camp *c = *state;
	sat_merged merged = { 0 };
	for (int i = 0; i < 300 && merged.verdict == SAT_MERGED; i++) {
		char field[SAT_NAME_BYTES];
		sat_dot dot = camp_next_dot(c);
		snprintf(field, sizeof field, "f%d", i);
		sat_chunk chunk = camp_one_row(c, "heap", field, "x", dot, dot);
		free(c->before);
		c->before = replica_dump(&c->hq);
		merged = camp_deliver_chunk(c, &chunk, 0);
	}
	camp_refused(c, merged, "fields");
}

/* --- claims about the bytes of decisions and pasts -------------------------------------------------------
 */

/* One decision without details, in a batch that begins at this counter. */
static void put_batch_at(sat_bytes *body, uint64_t first, uint64_t leaves)
{
	const uint8_t zeros[SAT_SIGNATURE_BYTES] = { 0 };
	sat_bytes_put(body, "\1\1", 2); /* one batch, by incarnation 1 */
	sat_bytes_put_varint(body, first);
	sat_bytes_put_varint(body, leaves);
	sat_bytes_put_u8(body, 0);
	sat_bytes_put(body, zeros, SAT_SIGNATURE_BYTES);
	sat_bytes_put(body, "\1", 1); /* subjects: one run of index 1 */
	sat_bytes_put_varint(body, leaves);
	for (uint64_t i = 0; i < leaves; i++)
		sat_bytes_put_u8(body, 2);
	sat_bytes_put_u8(body, 0); /* purposes, plain */
	for (uint64_t i = 0; i < leaves; i++)
		sat_bytes_put_u8(body, 6);
	for (uint64_t i = 0; i < leaves; i++)
		sat_bytes_put(body, "attend", 6);
	for (uint64_t i = 0; i < leaves; i++)
		sat_bytes_put_u8(body, SAT_GIVEN);
	for (uint64_t i = 0; i < 3 * leaves; i++) /* flags, episodes, until */
		sat_bytes_put_u8(body, 0);
	for (uint64_t i = 0; i < 2 * (1 + leaves); i++) /* recipients and who is left out: plain, empty */
		sat_bytes_put_u8(body, 0);
	for (uint64_t i = 0; i < leaves; i++) /* notices */
		sat_bytes_put_u8(body, 0);
	for (uint64_t i = 0; i < 1 + 3 * leaves; i++) /* nothing stated, nothing superseded, no details */
		sat_bytes_put_u8(body, 0);
	sat_bytes_put(body, zeros, SAT_DETAILS); /* their columns, empty */
	for (uint64_t i = 0; i < leaves; i++)
		sat_bytes_put(body, zeros, SAT_HASH_BYTES);
}

/* Counters that would come out small again once the leaves are added. */
static void hostile__batch_beyond_all_counters_is_refused(void **state)
{
	camp *c = *state;
	const struct {
		uint64_t first, leaves;
	} cases[] = { { UINT64_MAX, 1 },
		      { UINT64_MAX - 1, 3 },
		      { UINT64_C(1) << 20, 1 },
		      { (UINT64_C(1) << 20) - 1, 2 },
		      { 0, 1 } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		SAT_BYTES(frame);
		SAT_BYTES(body);
		camp_begin_frame(c, &frame);
		put_batch_at(&body, cases[i].first, cases[i].leaves);
		camp_put_section(&frame, 4, &body);
		camp_refused(c, camp_deliver_bytes(c, &frame), "a batch of decisions");
	}
}

/* The first says nothing; the second must not slip in behind it. */
static void hostile__second_section_of_decisions_is_refused(void **state)
{
	camp *c = *state;
	const uint8_t nothing[1 + 4 + SAT_DETAILS] = { 0 }; /* no batches; columns of text, plain */
	SAT_BYTES(frame);
	SAT_BYTES(body);
	camp_begin_frame(c, &frame);
	sat_bytes_put(&body, nothing, sizeof nothing);
	camp_put_section(&frame, 4, &body);
	camp_put_section(&frame, 4, &body);
	camp_refused(c, camp_deliver_bytes(c, &frame), "two sections of decisions");
}

/* A million counters of one incarnation, each below the one before: putting them in order one by one would
 * hold the merge up for minutes. */
static void hostile__endless_past_is_refused_at_once(void **state)
{
	camp *c = *state;
	enum { ENTRIES = 1000000 };
	SAT_BYTES(frame);
	SAT_BYTES(body);
	camp_begin_frame(c, &frame);
	sat_bytes_put_span(&body, "note", 4);
	sat_bytes_put(&body, "\2\1", 2);   /* with pasts; one row */
	sat_bytes_put(&body, "\1\1\2", 3); /* its id: a run of index 1, one long; counter 1 */
	sat_bytes_put_varint(&body, ENTRIES);
	sat_bytes_put_u8(&body, 1);
	sat_bytes_put_varint(&body, ENTRIES);
	sat_bytes_put_zigzag(&body, ENTRIES + 1);
	for (int i = 1; i < ENTRIES; i++)
		sat_bytes_put_zigzag(&body, -1);
	sat_bytes_put_u8(&body, 0); /* no fields */
	camp_put_section(&frame, 5, &body);
	alarm(60); /* instead of waiting for the end of it */
	camp_refused(c, camp_deliver_bytes(c, &frame), "a past");
	alarm(0);
}

/* A few bytes each announce the largest batch there is. */
static void hostile__decisions_that_bytes_cannot_hold_are_not_allocated(void **state)
{
	camp *c = *state;
	enum { BATCHES = 256, ROOM = 1 << 20 };
	static const uint8_t zeros[ROOM + SAT_SIGNATURE_BYTES];
	SAT_BYTES(frame);
	SAT_BYTES(body);
	camp_begin_frame(c, &frame);
	sat_bytes_put_varint(&body, BATCHES);
	for (unsigned i = 0; i < BATCHES; i++) {
		sat_bytes_put_u8(&body, 1);
		sat_bytes_put_varint(&body, 1);
		sat_bytes_put_varint(&body, SAT_BATCH_MAX);
		sat_bytes_put_u8(&body, 0);
		sat_bytes_put(&body, zeros, SAT_SIGNATURE_BYTES);
	}
	sat_bytes_put(&body, zeros, ROOM);
	camp_put_section(&frame, 4, &body);
	SAT_ARENA(arena);
	sat_frame_content content;
	sat_error err = { 0 };
	assert_int_equal(sat_store_begin(c->hq.store, &err), 0);
	allocations_watch(0, 0);
	int rc = sat_frame_read(c->hq.store, frame.data, frame.length, &arena, &content, &err);
	allocations_unwatch();
	sat_store_rollback(c->hq.store);
	assert_int_equal(rc, SAT_EREFUSED);
	assert_true(allocations_largest() <= 16u * SAT_FRAME_BYTES_MAX);
	camp_refused(c, camp_deliver_bytes(c, &frame), "breaks the format (decisions)");
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, camp_set_up, camp_tear_down)

int main(void)
{
	const struct CMUnitTest claims[] = {
		CLAIM(hostile__counter_of_two_to_the_63_is_refused),
		CLAIM(hostile__statement_for_a_counter_of_two_to_the_63_is_refused),
		CLAIM(hostile__claim_to_anothers_incarnation_is_refused),
		CLAIM(hostile__statement_that_its_device_did_not_sign_is_refused),
		CLAIM(hostile__statement_of_the_registry_by_another_is_refused),
		CLAIM(hostile__programme_that_cannot_be_read_is_not_kept),
		CLAIM(hostile__names_of_the_store_itself_are_refused),
		CLAIM(hostile__names_that_sql_knows_are_names),
		CLAIM(hostile__statements_of_too_many_purposes_are_passed_on),
		CLAIM(hostile__too_many_fields_are_refused),
		CLAIM(hostile__batch_beyond_all_counters_is_refused),
		CLAIM(hostile__second_section_of_decisions_is_refused),
		CLAIM(hostile__endless_past_is_refused_at_once),
		CLAIM(hostile__decisions_that_bytes_cannot_hold_are_not_allocated),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
