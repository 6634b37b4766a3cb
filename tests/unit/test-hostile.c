/* Claims about a laptop that was approved and means ill: its bundles are well sealed and signed, and claim
 * what is not so.  Each has its verdict and a sentence, and leaves the store unchanged, or exactly as the
 * claim says; what honest laptops send afterwards is merged as ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/record.h"
#include "core/store-private.h"
#include "evil-camp.h"

/* --- claims about envelopes ----------------------------------------------------------------------------- */

static void hostile__replay_of_an_old_bundle_undoes_nothing(void **state)
{
	camp *c = *state;
	replica_set(&c->evil, c->own_note, "text", "first");
	replica_export(&c->evil, &c->hq, &c->stick);
	memory_bundle old = c->stick.bundles[0];
	SAT_BYTES(copy);
	sat_bytes_put(&copy, old.data, old.size);
	replica_merge_all(&c->hq, &c->stick);
	replica_set(&c->evil, c->own_note, "text", "second");
	camp_carry(&c->evil, &c->hq, &c->stick);
	char *before = replica_dump(&c->hq);
	memory_place_add(&c->stick, copy.data, copy.length);
	sat_merged merged = replica_merge_all(&c->hq, &c->stick);
	assert_int_equal(merged.verdict, SAT_DUPLICATE);
	char *after = replica_dump(&c->hq);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

/* Who was sent a bundle can open it and seal it again for somebody else; the signature names whom it was
 * meant for. */
static void hostile__bundle_sealed_again_for_another_is_forged(void **state)
{
	camp *c = *state;
	forgery f;
	forgery_begin(&f, &c->evil, &c->hq);
	f.manifest.sender = *sat_identity_device(c->good.identity);
	sat_chunk chunk = camp_one_row(c, "note", "text", "x", camp_next_dot(c), camp_next_dot(c));
	forgery_chunk(&f, c->evil.store, &chunk);
	sat_merged merged = camp_deliver(c, &f);
	assert_int_equal(merged.verdict, SAT_FORGED);
	assert_true(merged.reason[0] != '\0');
	camp_unchanged(c);
	camp_goes_on(c);
}

static void hostile__bundle_that_names_another_recipient_is_left_alone(void **state)
{
	camp *c = *state;
	forgery f;
	forgery_begin(&f, &c->evil, &c->hq);
	f.manifest.recipient = *sat_identity_device(c->good.identity);
	sat_merged merged = camp_deliver(c, &f);
	assert_int_equal(merged.verdict, SAT_NOT_FOR_US);
	camp_unchanged(c);
}

/* An approval as headquarters would let it decide who else is let in. */
static void hostile__stranger_who_asks_to_be_headquarters_is_refused(void **state)
{
	camp *c = *state;
	SAT_AUTO(sat_identity) stranger = NULL;
	sat_device known;
	assert_int_equal(sat_identity_create(&stranger, &c->evil.env.env, NULL), 0);
	for (unsigned role = SAT_REGISTRY; role <= SAT_FACILITATOR; role++) {
		forgery f;
		forgery_begin(&f, &c->evil, &c->hq);
		f.signer = stranger;
		f.manifest.flags |= SAT_MANIFEST_ENROLMENT;
		f.manifest.sender = *sat_identity_device(stranger);
		f.manifest.keys = *sat_identity_public(stranger);
		f.manifest.role = (sat_role)role;
		strcpy(f.manifest.name, "Headquarters");
		sat_merged merged = camp_deliver(c, &f);
		bool fit = role != SAT_REGISTRY;
		assert_int_equal(merged.verdict, fit ? SAT_ENROLMENT : SAT_REFUSED_BUNDLE);
		assert_non_null(strstr(merged.reason, fit ? "as a facilitator" : "there is only one"));
		assert_int_equal(sat_device_find(c->hq.store, sat_identity_device(stranger), &known, NULL),
		                 fit ? 0 : SAT_ENOTFOUND);
	}
	camp_unchanged(c);
}

static void hostile__bundle_within_a_bundle_is_no_bundle(void **state)
{
	camp *c = *state;
	forgery f;
	SAT_BYTES(inner);
	forgery_begin(&f, &c->evil, &c->hq);
	sat_chunk chunk = camp_one_row(c, "note", "text", "inner", camp_next_dot(c), camp_next_dot(c));
	forgery_chunk(&f, c->evil.store, &chunk);
	forgery_end(&f, &inner);
	camp_refused(c, camp_deliver_bytes(c, &inner), "breaks the format");
}

static void hostile__frame_beyond_the_limits_is_refused(void **state)
{
	camp *c = *state;
	SAT_BYTES(frame);
	memset(sat_bytes_extend(&frame, 1114112 + 1), 0, 1114112 + 1);
	camp_refused(c, camp_deliver_bytes(c, &frame), "manifest breaks the format");
}

/* --- claims about dots ---------------------------------------------------------------------------------- */

static void hostile__creation_under_anothers_name_is_refused(void **state)
{
	camp *c = *state;
	sat_chunk chunk = camp_one_row(c, "note", "text", "never said", c->note, c->note);
	camp_refused(c, camp_deliver_chunk(c, &chunk, 0), "another device");
}

static void hostile__write_under_anothers_dot_is_refused(void **state)
{
	camp *c = *state;
	sat_chunk chunk = camp_one_row(c, "note", "text", "never said", c->own_note, c->note);
	camp_refused(c, camp_deliver_chunk(c, &chunk, 0), "another device");
}

/* With the flag for vouching it is taken, as the format says, and cannot change what is there: both
 * tellings of that dot stand side by side until a person looks. */
static void hostile__vouched_lie_stands_beside_the_truth(void **state)
{
	camp *c = *state;
	sat_chunk chunk = camp_one_row(c, "note", "text", "never said", c->note, c->note);
	sat_merged merged = camp_deliver_chunk(c, &chunk, SAT_MANIFEST_VOUCHES);
	assert_int_equal(merged.verdict, SAT_MERGED);
	assert_int_equal(merged.conflicts, 1);
	sat_dot there = replica_same(&c->evil, c->note, &c->hq);
	assert_int_equal(replica_field(&c->hq, there, "text", NULL), 2);
	camp_goes_on(c);
}

/* A past beyond what anybody has signed for would overwrite what is yet to be written. */
static void hostile__past_of_writes_to_come_is_not_admitted(void **state)
{
	camp *c = *state;
	sat_chunk chunk = camp_one_row(c, "note", "text", "overwritten", c->note, camp_next_dot(c));
	sat_dot past = sat_dot_make(sat_dot_index(c->note), 1 << 19);
	chunk.blocks[0].row[0].past = &past;
	chunk.blocks[0].row[0].past_count = 1;
	sat_merged merged = camp_deliver_chunk(c, &chunk, 0);
	assert_int_equal(merged.verdict, SAT_WAITING);
	assert_true(merged.reason[0] != '\0');
	camp_unchanged(c);
	camp_goes_on(c);
}

static void hostile__write_beyond_what_was_signed_for_is_not_admitted(void **state)
{
	camp *c = *state;
	sat_dot dot = sat_dot_make(camp_own(&c->evil), (1 << 19) + 7);
	sat_chunk chunk = camp_one_row(c, "note", "text", "x", dot, dot);
	sat_merged merged = camp_deliver_chunk(c, &chunk, 0);
	assert_int_equal(merged.verdict, SAT_WAITING);
	camp_unchanged(c);
	camp_goes_on(c);
}

/* An entry for a record that nobody has created is kept out of sight. */
/* A revocation accepts what had arrived, however far the laptop had signed for its counters. */
static void hostile__signing_ahead_of_a_revocation_gains_nothing(void **state)
{
	camp *c = *state;
	sat_dot early = camp_next_dot(c), late = camp_next_dot(c);
	sat_chunk chunk = camp_one_row(c, "note", "text", "before", early, early);
	assert_int_equal(camp_deliver_chunk(c, &chunk, 0).verdict, SAT_MERGED);
	sat_device evil;
	assert_int_equal(sat_device_named(c->hq.store, "evil", &evil, NULL), 0);
	assert_int_equal(sat_store_begin(c->hq.store, NULL), 0);
	assert_int_equal(sat_device_revoke(c->hq.store, c->hq.identity, evil.id, NULL), 0);
	assert_int_equal(sat_store_commit(c->hq.store, NULL), 0);
	free(c->before);
	c->before = replica_dump(&c->hq);
	chunk = camp_one_row(c, "note", "text", "after", late, late);
	assert_int_equal(camp_deliver_chunk(c, &chunk, 0).verdict, SAT_REVOKED_SENDER);
	camp_unchanged(c);
}

static void hostile__write_to_a_record_that_is_not_there_waits_unseen(void **state)
{
	camp *c = *state;
	sat_chunk chunk =
	    camp_one_row(c, "note", "text", "x", sat_dot_make(camp_own(&c->evil), 99999), camp_next_dot(c));
	sat_merged merged = camp_deliver_chunk(c, &chunk, 0);
	assert_int_equal(merged.verdict, SAT_MERGED);
	camp_unchanged(c);
	camp_goes_on(c);
}

/* --- claims about moments ------------------------------------------------------------------------------- */

/* What headquarters takes for the time of a write, which has one name at the evil laptop. */
static int64_t moment_at_hq(camp *c, sat_dot write)
{
	int64_t at;
	assert_int_equal(sat_record_moment(c->hq.store, replica_same(&c->evil, write, &c->hq), &at, NULL), 0);
	return at;
}

static sat_merged deliver_moment(camp *c, sat_dot write, int64_t at, unsigned flags)
{
	sat_moment moment = { write, at };
	sat_chunk chunk = { .moments = &moment, .moment_count = 1 };
	return camp_deliver_chunk(c, &chunk, flags);
}

/* When somebody said something is theirs to say, as what they said is. */
static void hostile__moment_of_anothers_write_is_refused(void **state)
{
	camp *c = *state;
	int64_t before = moment_at_hq(c, c->note);
	assert_int_not_equal(before, 0);
	camp_refused(c, deliver_moment(c, c->note, before + 86400, 0), "another device");
	assert_int_equal(moment_at_hq(c, c->note), before);
}

/* Neither its author nor who vouches for it dates a write anew. */
static void hostile__moment_that_is_known_is_not_replaced(void **state)
{
	camp *c = *state;
	const struct {
		sat_dot write;
		unsigned flags;
	} cases[] = { { c->own_note, 0 }, { c->note, SAT_MANIFEST_VOUCHES } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t before = moment_at_hq(c, cases[i].write);
		sat_merged merged = deliver_moment(c, cases[i].write, before + 86400, cases[i].flags);
		assert_int_equal(merged.verdict, SAT_MERGED);
		assert_int_equal(moment_at_hq(c, cases[i].write), before);
	}
	camp_goes_on(c);
}

/* A moment rules from its dot on, so one for what is yet to be written would date that. */
static void hostile__moment_beyond_what_was_signed_for_is_not_admitted(void **state)
{
	camp *c = *state;
	sat_dot to_come = sat_dot_make(sat_dot_index(c->note), sat_dot_counter(c->note) + 1);
	deliver_moment(c, to_come, 1, SAT_MANIFEST_VOUCHES);
	sat_dot id = replica_add(&c->good, "note", "text", "afterwards", NULL);
	assert_int_equal(replica_same(&c->good, id, &c->evil), to_come);
	camp_carry(&c->good, &c->hq, &c->stick);
	assert_int_not_equal(moment_at_hq(c, to_come), 1);
}

/* --- claims about decisions ------------------------------------------------------------------------------
 */

/* A batch of one decision, signed by `signer`. */
static sat_chunk one_decision(camp *c, const sat_identity *signer, sat_decision *d)
{
	sat_error err = { 0 };
	uint8_t digest[SAT_HASH_BYTES];
	camp_sign_up_to(c, 1 << 18);
	sat_chunk chunk = { .decisions = d, .decision_count = 1, .batch_count = 1 };
	chunk.batches = sat_arena_zeroed(&c->arena, 1, sizeof *chunk.batches);
	chunk.decision_counts = sat_arena_zeroed(&c->arena, 1, sizeof *chunk.decision_counts);
	chunk.decision_counts[0] = 1;
	chunk.batches[0] = (sat_batch){ .first = d->id, .leaves = 1 };
	d->has_details = d->own_salt = true;
	assert_int_equal(sat_decision_seal(c->evil.store, d, &err), 0);
	/* The root of one leaf is that leaf. */
	assert_int_equal(sat_batch_digest(c->evil.store, &chunk.batches[0], d->name, digest, &err), 0);
	sat_sign(signer, digest, chunk.batches[0].signature);
	return chunk;
}

/* A person of the evil laptop whom headquarters knows by name, with a yes. */
static sat_dot known_person(camp *c)
{
	sat_dot person = replica_add(&c->evil, "person", "pseudonym", "P 1", NULL);
	replica_decide(&c->evil, person, "attend", SAT_GIVEN, false);
	camp_carry(&c->evil, &c->hq, &c->stick);
	free(c->before);
	c->before = replica_dump(&c->hq);
	assert_non_null(strstr(c->before, "P 1"));
	return person;
}

/* The chain has a hole that may hide a no: nothing is permitted any more, nothing is erased. */
static void hostile__decision_over_what_nobody_has_permits_nothing(void **state)
{
	camp *c = *state;
	sat_dot person = known_person(c);
	const uint8_t nowhere[SAT_HASH_BYTES] = { 1, 2, 3 };
	sat_decision d = { .id = camp_next_dot(c),
		           .subject = person,
		           .purpose = "attend",
		           .event = SAT_GIVEN,
		           .supersedes = nowhere,
		           .supersedes_count = 1 };
	sat_chunk chunk = one_decision(c, c->evil.identity, &d);
	sat_merged merged = camp_deliver_chunk(c, &chunk, 0);
	assert_int_equal(merged.verdict, SAT_MERGED);
	char *dump = replica_dump(&c->hq);
	assert_null(strstr(dump, "P 1"));
	free(dump);
	char *text;
	replica_field(&c->hq, replica_same(&c->evil, person, &c->hq), "pseudonym", &text);
	assert_string_equal(text, "P 1");
	free(text);
	camp_goes_on(c);
}

static void hostile__decision_by_another_author_is_refused(void **state)
{
	camp *c = *state;
	sat_dot person = known_person(c);
	sat_decision d = { .id = sat_dot_make(sat_dot_index(c->note), 1),
		           .subject = person,
		           .purpose = "attend",
		           .event = SAT_WITHDRAWN,
		           .final = true };
	sat_chunk chunk = one_decision(c, c->evil.identity, &d);
	camp_refused(c, camp_deliver_chunk(c, &chunk, 0), "not signed by");
}

static void hostile__decision_with_a_wrong_signature_is_refused(void **state)
{
	camp *c = *state;
	sat_dot person = known_person(c);
	sat_decision d = { .id = camp_next_dot(c),
		           .subject = person,
		           .purpose = "attend",
		           .event = SAT_WITHDRAWN,
		           .final = true };
	sat_chunk chunk = one_decision(c, c->evil.identity, &d);
	chunk.batches[0].signature[5] ^= 1;
	camp_refused(c, camp_deliver_chunk(c, &chunk, 0), "not signed by");
}

/* Two batches under the same dots cannot both be true.  The first stays, as it was signed, so that what
 * headquarters passes on still proves itself to everybody. */
static void second_batch_is_refused(camp *c, int32_t shift)
{
	sat_dot person = known_person(c), first = camp_next_dot(c), other = camp_next_dot(c);
	(void)other;
	sat_decision d = { .id = first, .subject = person, .purpose = "attend", .event = SAT_RENEWED };
	sat_chunk chunk = one_decision(c, c->evil.identity, &d);
	assert_int_equal(camp_deliver_chunk(c, &chunk, 0).verdict, SAT_MERGED);
	free(c->before);
	c->before = replica_dump(&c->hq);
	/* Two leaves that begin before, at, or on the first batch's. */
	sat_error err = { 0 };
	uint8_t names[2][SAT_HASH_BYTES], root[SAT_HASH_BYTES], digest[SAT_HASH_BYTES];
	sat_decision two[2];
	sat_batch batch = { .first = first + shift, .leaves = 2 };
	size_t count = 2;
	for (int i = 0; i < 2; i++) {
		two[i] = (sat_decision){ .id = batch.first + i,
			                 .subject = person,
			                 .purpose = "attend",
			                 .event = SAT_REFUSED,
			                 .has_details = true,
			                 .own_salt = true };
		assert_int_equal(sat_decision_seal(c->evil.store, &two[i], &err), 0);
		memcpy(names[i], two[i].name, SAT_HASH_BYTES);
	}
	assert_int_equal(sat_batch_root(&batch, NULL, (const uint8_t(*)[SAT_HASH_BYTES])names, root, &err),
	                 0);
	assert_int_equal(sat_batch_digest(c->evil.store, &batch, root, digest, &err), 0);
	sat_sign(c->evil.identity, digest, batch.signature);
	sat_chunk lie = { .batches = &batch,
		          .batch_count = 1,
		          .decisions = two,
		          .decision_count = 2,
		          .decision_counts = &count };
	camp_refused(c, camp_deliver_chunk(c, &lie, 0), "in two ways");
}

static void hostile__second_batch_with_the_first_dot_is_refused(void **state)
{
	second_batch_is_refused(*state, 0);
}

static void hostile__second_batch_over_the_last_dot_is_refused(void **state)
{
	second_batch_is_refused(*state, -1);
}

/* Each part proves itself with the hash of the other; together they are the whole, which needs none. */
static void hostile__second_part_of_a_batch_joins_the_first(void **state)
{
	camp *c = *state;
	sat_dot person = known_person(c);
	sat_error err = { 0 };
	uint8_t names[2][SAT_HASH_BYTES], root[SAT_HASH_BYTES], digest[SAT_HASH_BYTES];
	sat_decision two[2];
	sat_batch batch = { .first = camp_next_dot(c), .leaves = 2 };
	size_t one = 1;
	camp_next_dot(c);
	for (int i = 0; i < 2; i++) {
		two[i] = (sat_decision){ .id = batch.first + i,
			                 .subject = person,
			                 .purpose = "attend",
			                 .event = SAT_RENEWED,
			                 .has_details = true,
			                 .own_salt = true };
		assert_int_equal(sat_decision_seal(c->evil.store, &two[i], &err), 0);
		memcpy(names[i], two[i].name, SAT_HASH_BYTES);
	}
	camp_sign_up_to(c, 1 << 18);
	assert_int_equal(sat_batch_root(&batch, NULL, (const uint8_t(*)[SAT_HASH_BYTES])names, root, &err),
	                 0);
	assert_int_equal(sat_batch_digest(c->evil.store, &batch, root, digest, &err), 0);
	sat_sign(c->evil.identity, digest, batch.signature);
	batch.proof_count = 1;
	batch.proof = names[1];
	sat_chunk part = { .batches = &batch,
		           .batch_count = 1,
		           .decisions = &two[0],
		           .decision_count = 1,
		           .decision_counts = &one };
	assert_int_equal(camp_deliver_chunk(c, &part, 0).verdict, SAT_MERGED);
	camp_goes_on(c);
	batch.proof = names[0];
	part.decisions = &two[1];
	assert_int_equal(camp_deliver_chunk(c, &part, 0).verdict, SAT_MERGED);
	int64_t whole;
	assert_int_equal(sat_db_int(c->hq.store->db,
	                            "SELECT count(*) FROM sat_batch JOIN sat_decision ON sat_decision.id BETWEEN sat_batch.id "
	                            "AND sat_batch.id + leaves - 1 WHERE leaves = 2 AND proof IS NULL", &whole, 0, NULL), 0);
	assert_int_equal(whole, 2);
}

/* An unlinked id is nobody's own: who knows it can tell it as a record of another kind. */
static void hostile__unlinked_id_of_another_kind_is_left_out(void **state)
{
	camp *c = *state;
	sat_dot theirs = replica_add(&c->good, "feedback", "text", "well done", NULL);
	camp_carry(&c->good, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->evil, &c->stick);
	sat_dot id = replica_same(&c->good, theirs, &c->evil);
	sat_chunk chunk = camp_one_row(c, "note", "text", "mine as well", id, camp_next_dot(c));
	sat_merged merged = camp_deliver_chunk(c, &chunk, 0);
	assert_int_equal(merged.verdict, SAT_MERGED);
	assert_int_equal(merged.records, 0);
	char *after = replica_dump(&c->hq);
	assert_null(strstr(after, "mine as well"));
	free(after);
	camp_goes_on(c);
}

/* One dot, told as a creation of two kinds, in one frame or one after the other. */
static void hostile__one_creation_of_two_kinds_is_let_in_once(void **state)
{
	camp *c = *state;
	sat_chunk chunk = camp_one_row(c, "feedback", "text", "mine as well", c->own_note, c->own_note);
	sat_merged merged = camp_deliver_chunk(c, &chunk, 0);
	assert_int_equal(merged.verdict, SAT_MERGED);
	camp_unchanged(c);
	sat_dot dot = camp_next_dot(c);
	chunk = camp_one_row(c, "feedback", "text", "one", dot, dot);
	sat_chunk other = camp_one_row(c, "note", "text", "two", dot, dot);
	sat_block both[] = { chunk.blocks[0], other.blocks[0] };
	chunk.blocks = both;
	chunk.block_count = 2;
	camp_refused(c, camp_deliver_chunk(c, &chunk, 0), "two kinds of record");
}

/* A decision that stands under the dot of a record, and a record under that of a decision. */
static void hostile__one_dot_for_two_things_keeps_both_apart(void **state)
{
	camp *c = *state;
	sat_dot person = known_person(c);
	sat_decision d = { .id = c->own_note, .subject = person, .purpose = "attend", .event = SAT_RENEWED };
	sat_chunk chunk = one_decision(c, c->evil.identity, &d);
	sat_merged merged = camp_deliver_chunk(c, &chunk, 0);
	assert_true(merged.verdict == SAT_MERGED || merged.verdict == SAT_REFUSED_BUNDLE);
	char *text;
	replica_field(&c->hq, replica_same(&c->evil, c->own_note, &c->hq), "text", &text);
	assert_string_equal(text, "mine");
	free(text);
	camp_goes_on(c);
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, camp_set_up, camp_tear_down)

int main(void)
{
	const struct CMUnitTest claims[] = {
		CLAIM(hostile__replay_of_an_old_bundle_undoes_nothing),
		CLAIM(hostile__bundle_sealed_again_for_another_is_forged),
		CLAIM(hostile__bundle_that_names_another_recipient_is_left_alone),
		CLAIM(hostile__stranger_who_asks_to_be_headquarters_is_refused),
		CLAIM(hostile__bundle_within_a_bundle_is_no_bundle),
		CLAIM(hostile__frame_beyond_the_limits_is_refused),
		CLAIM(hostile__creation_under_anothers_name_is_refused),
		CLAIM(hostile__write_under_anothers_dot_is_refused),
		CLAIM(hostile__vouched_lie_stands_beside_the_truth),
		CLAIM(hostile__past_of_writes_to_come_is_not_admitted),
		CLAIM(hostile__write_beyond_what_was_signed_for_is_not_admitted),
		CLAIM(hostile__write_to_a_record_that_is_not_there_waits_unseen),
		CLAIM(hostile__signing_ahead_of_a_revocation_gains_nothing),
		CLAIM(hostile__moment_of_anothers_write_is_refused),
		CLAIM(hostile__moment_that_is_known_is_not_replaced),
		CLAIM(hostile__moment_beyond_what_was_signed_for_is_not_admitted),
		CLAIM(hostile__decision_over_what_nobody_has_permits_nothing),
		CLAIM(hostile__decision_by_another_author_is_refused),
		CLAIM(hostile__decision_with_a_wrong_signature_is_refused),
		CLAIM(hostile__second_batch_with_the_first_dot_is_refused),
		CLAIM(hostile__second_batch_over_the_last_dot_is_refused),
		CLAIM(hostile__second_part_of_a_batch_joins_the_first),
		CLAIM(hostile__unlinked_id_of_another_kind_is_left_out),
		CLAIM(hostile__one_creation_of_two_kinds_is_let_in_once),
		CLAIM(hostile__one_dot_for_two_things_keeps_both_apart),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
