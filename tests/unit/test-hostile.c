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
#include <unistd.h>

#include <cmocka.h>

#include "core/incarnation.h"
#include "sync/frame.h"
#include "tests/support/allocations.h"
#include "tests/support/forged-bundle.h"

static const char programme[] =
	"{\"satchel_programme\":1,\"name\":\"hostile\",\"version\":1,\"language\":\"en\","
	"\"purposes\":[{\"name\":\"attend\"}],\"kinds\":["
	"{\"name\":\"person\",\"person\":true,\"fields\":["
	"{\"name\":\"pseudonym\",\"type\":\"text\",\"needs\":[\"attend\"]}]},"
	"{\"name\":\"note\",\"fields\":[{\"name\":\"text\",\"type\":\"text\"},"
	"{\"name\":\"speaker\",\"type\":\"reference\",\"of\":\"person\",\"needs\":[\"attend\"]}]}]}";

typedef struct camp {
	char dir[64];
	replica hq, evil, good;
	memory_place stick;
	sat_dot note;         /* of the good laptop, in the evil one's numbers */
	sat_dot own_note;     /* of the evil one */
	char *before;         /* headquarters' dump */
	sat_arena arena;
} camp;

static void carry(replica *from, replica *to, memory_place *stick)
{
	replica_export(from, to, stick);
	replica_merge_all(to, stick);
}

static int set_up(void **state)
{
	camp *c = *state = calloc(1, sizeof *c);
	strcpy(c->dir, "/tmp/satchel-XXXXXX");
	assert_non_null(mkdtemp(c->dir));
	memory_place_init(&c->stick);
	replica_found(&c->hq, c->dir, "registry", 1, programme);
	replica_join(&c->evil, &c->hq, c->dir, "evil", 2, SAT_FACILITATOR);
	replica_join(&c->good, &c->hq, c->dir, "good", 3, SAT_FACILITATOR);
	sat_dot note = replica_add(&c->good, "note", "text", "said at Cairns", NULL);
	c->own_note = replica_add(&c->evil, "note", "text", "mine", NULL);
	carry(&c->good, &c->hq, &c->stick);
	carry(&c->evil, &c->hq, &c->stick);
	carry(&c->hq, &c->evil, &c->stick);
	c->note = replica_same(&c->good, note, &c->evil);
	assert_int_not_equal(c->note, 0);
	c->before = replica_dump(&c->hq);
	return 0;
}

static int tear_down(void **state)
{
	camp *c = *state;
	char command[128];
	replica_free(&c->hq);
	replica_free(&c->evil);
	replica_free(&c->good);
	memory_place_clear(&c->stick);
	sat_arena_clear(&c->arena);
	free(c->before);
	snprintf(command, sizeof command, "rm -rf %s", c->dir);
	assert_int_equal(system(command), 0);
	free(c);
	return 0;
}

/* --- crafting ----------------------------------------------------------------------------------------- */

static int64_t own(const replica *r) { return sat_store_incarnation(r->store); }

/* The next dot of the evil laptop, signed for: what it brings under it is its own. */
static sat_dot next_dot(camp *c)
{
	static int64_t counter = 1000;
	return sat_dot_make(own(&c->evil), ++counter);
}

static void sign_up_to(camp *c, int64_t highest)
{
	sat_error err = { 0 };
	uint8_t digest[SAT_HASH_BYTES], signature[SAT_SIGNATURE_BYTES];
	sat_incarnation_digest(sat_incarnation_at(c->evil.store, own(&c->evil))->name, sat_store_self(c->evil.store),
	                       highest, digest);
	sat_sign(c->evil.identity, digest, signature);
	assert_int_equal(sat_store_begin(c->evil.store, &err), 0);
	assert_int_equal(sat_incarnation_state(c->evil.store, own(&c->evil), 1, highest, signature, &err), 0);
	assert_int_equal(sat_store_commit(c->evil.store, &err), 0);
}

/* A block of one row with one text. */
static sat_chunk one_row(camp *c, const char *kind, const char *field, const char *text, sat_dot record, sat_dot dot)
{
	sat_chunk chunk = { 0 };
	sat_row *row;
	sign_up_to(c, 1 << 18);
	chunk.block_count = 1;
	chunk.blocks = sat_arena_zeroed(&c->arena, 1, sizeof *chunk.blocks);
	sat_block *b = chunk.blocks;
	assert_int_equal(sat_block_begin(b, &c->arena, 1, 1), 0);
	assert_int_equal(sat_block_add(b, &c->arena, &row), 0);
	snprintf(b->kind, sizeof b->kind, "%s", kind);
	snprintf(b->field[0].name, sizeof b->field[0].name, "%s", field);
	b->field[0].type = SAT_TEXT;
	b->field[0].cells[0] = SAT_PRESENT;
	b->field[0].values[0] = sat_value_text(text, strlen(text));
	b->field[0].present = 1;
	*row = (sat_row){ .record = record, .dot = dot, .usual = true };
	return chunk;
}

static sat_merged deliver(camp *c, forgery *f)
{
	SAT_BYTES(bundle);
	char name[64];
	forgery_end(f, &bundle);
	snprintf(name, sizeof name, "%s", memory_place_add(&c->stick, bundle.data, bundle.length));
	sat_merged merged = replica_merge(&c->hq, &c->stick, name);
	memory_place_clear(&c->stick);
	return merged;
}

static sat_merged deliver_chunk(camp *c, const sat_chunk *chunk, unsigned flags)
{
	forgery f;
	forgery_begin(&f, &c->evil, &c->hq);
	f.manifest.flags = flags;
	forgery_chunk(&f, c->evil.store, chunk);
	return deliver(c, &f);
}

static sat_merged deliver_bytes(camp *c, const sat_bytes *frame)
{
	forgery f;
	forgery_begin(&f, &c->evil, &c->hq);
	forgery_frame(&f, frame->data, frame->length);
	return deliver(c, &f);
}

/* --- what must follow ----------------------------------------------------------------------------------- */

static void unchanged(camp *c)
{
	char *after = replica_dump(&c->hq);
	assert_string_equal(c->before, after);
	free(after);
}

/* What honest people do goes on. */
static void goes_on(camp *c)
{
	sat_dot id = replica_add(&c->good, "note", "text", "afterwards", NULL);
	replica_export(&c->good, &c->hq, &c->stick);
	sat_merged merged = replica_merge_all(&c->hq, &c->stick);
	assert_int_equal(merged.verdict, SAT_MERGED);
	assert_int_equal(replica_field(&c->hq, replica_same(&c->good, id, &c->hq), "text", NULL), 1);
	replica_export(&c->hq, &c->good, &c->stick);
	merged = replica_merge_all(&c->good, &c->stick);
	assert_int_equal(merged.verdict, SAT_MERGED);
	free(c->before);
	c->before = replica_dump(&c->hq);
}

static void refused(camp *c, sat_merged merged, const char *words)
{
	if (merged.verdict != SAT_REFUSED_BUNDLE || strstr(merged.reason, words) == NULL)
		fail_msg("%s: %s", sat_verdict_name(merged.verdict), merged.reason);
	assert_true(sat_utf8_valid(merged.reason, strlen(merged.reason)));
	unchanged(c);
	goes_on(c);
}

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
	carry(&c->evil, &c->hq, &c->stick);
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
	sat_chunk chunk = one_row(c, "note", "text", "x", next_dot(c), next_dot(c));
	forgery_chunk(&f, c->evil.store, &chunk);
	sat_merged merged = deliver(c, &f);
	assert_int_equal(merged.verdict, SAT_FORGED);
	assert_true(merged.reason[0] != '\0');
	unchanged(c);
	goes_on(c);
}

static void hostile__bundle_that_names_another_recipient_is_left_alone(void **state)
{
	camp *c = *state;
	forgery f;
	forgery_begin(&f, &c->evil, &c->hq);
	f.manifest.recipient = *sat_identity_device(c->good.identity);
	sat_merged merged = deliver(c, &f);
	assert_int_equal(merged.verdict, SAT_NOT_FOR_US);
	unchanged(c);
}

static void hostile__bundle_within_a_bundle_is_no_bundle(void **state)
{
	camp *c = *state;
	forgery f;
	SAT_BYTES(inner);
	forgery_begin(&f, &c->evil, &c->hq);
	sat_chunk chunk = one_row(c, "note", "text", "inner", next_dot(c), next_dot(c));
	forgery_chunk(&f, c->evil.store, &chunk);
	forgery_end(&f, &inner);
	refused(c, deliver_bytes(c, &inner), "breaks the format");
}

static void hostile__frame_beyond_the_limits_is_refused(void **state)
{
	camp *c = *state;
	SAT_BYTES(frame);
	memset(sat_bytes_extend(&frame, 1114112 + 1), 0, 1114112 + 1);
	refused(c, deliver_bytes(c, &frame), "manifest breaks the format");
}

/* --- claims about dots ---------------------------------------------------------------------------------- */

static void hostile__creation_under_anothers_name_is_refused(void **state)
{
	camp *c = *state;
	sat_chunk chunk = one_row(c, "note", "text", "never said", c->note, c->note);
	refused(c, deliver_chunk(c, &chunk, 0), "another device");
}

static void hostile__write_under_anothers_dot_is_refused(void **state)
{
	camp *c = *state;
	sat_chunk chunk = one_row(c, "note", "text", "never said", c->own_note, c->note);
	refused(c, deliver_chunk(c, &chunk, 0), "another device");
}

/* With the flag for vouching it is taken, as the format says, and cannot change what is there: both
 * tellings of that dot stand side by side until a person looks. */
static void hostile__vouched_lie_stands_beside_the_truth(void **state)
{
	camp *c = *state;
	sat_chunk chunk = one_row(c, "note", "text", "never said", c->note, c->note);
	sat_merged merged = deliver_chunk(c, &chunk, SAT_MANIFEST_VOUCHES);
	assert_int_equal(merged.verdict, SAT_MERGED);
	assert_int_equal(merged.conflicts, 1);
	sat_dot there = replica_same(&c->evil, c->note, &c->hq);
	assert_int_equal(replica_field(&c->hq, there, "text", NULL), 2);
	goes_on(c);
}

/* A past beyond what anybody has signed for would overwrite what is yet to be written. */
static void hostile__past_of_writes_to_come_is_not_admitted(void **state)
{
	camp *c = *state;
	sat_chunk chunk = one_row(c, "note", "text", "overwritten", c->note, next_dot(c));
	sat_dot past = sat_dot_make(sat_dot_index(c->note), 1 << 19);
	chunk.blocks[0].row[0].past = &past;
	chunk.blocks[0].row[0].past_count = 1;
	sat_merged merged = deliver_chunk(c, &chunk, 0);
	assert_int_equal(merged.verdict, SAT_WAITING);
	assert_true(merged.reason[0] != '\0');
	unchanged(c);
	goes_on(c);
}

static void hostile__write_beyond_what_was_signed_for_is_not_admitted(void **state)
{
	camp *c = *state;
	sat_dot dot = sat_dot_make(own(&c->evil), (1 << 19) + 7);
	sat_chunk chunk = one_row(c, "note", "text", "x", dot, dot);
	sat_merged merged = deliver_chunk(c, &chunk, 0);
	assert_int_equal(merged.verdict, SAT_WAITING);
	unchanged(c);
	goes_on(c);
}

/* An entry for a record that nobody has created is kept out of sight. */
static void hostile__write_to_a_record_that_is_not_there_waits_unseen(void **state)
{
	camp *c = *state;
	sat_chunk chunk = one_row(c, "note", "text", "x", sat_dot_make(own(&c->evil), 99999), next_dot(c));
	sat_merged merged = deliver_chunk(c, &chunk, 0);
	assert_int_equal(merged.verdict, SAT_MERGED);
	unchanged(c);
	goes_on(c);
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
	return deliver_chunk(c, &chunk, flags);
}

/* When somebody said something is theirs to say, as what they said is. */
static void hostile__moment_of_anothers_write_is_refused(void **state)
{
	camp *c = *state;
	int64_t before = moment_at_hq(c, c->note);
	assert_int_not_equal(before, 0);
	refused(c, deliver_moment(c, c->note, before + 86400, 0), "another device");
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
	goes_on(c);
}

/* A moment rules from its dot on, so one for what is yet to be written would date that. */
static void hostile__moment_beyond_what_was_signed_for_is_not_admitted(void **state)
{
	camp *c = *state;
	sat_dot to_come = sat_dot_make(sat_dot_index(c->note), sat_dot_counter(c->note) + 1);
	deliver_moment(c, to_come, 1, SAT_MANIFEST_VOUCHES);
	sat_dot id = replica_add(&c->good, "note", "text", "afterwards", NULL);
	assert_int_equal(replica_same(&c->good, id, &c->evil), to_come);
	carry(&c->good, &c->hq, &c->stick);
	assert_int_not_equal(moment_at_hq(c, to_come), 1);
}

/* --- claims about bytes --------------------------------------------------------------------------------- */

/* A frame with the table of one incarnation, the evil laptop's own. */
static void begin_frame(camp *c, sat_bytes *frame)
{
	sat_bytes_put_varint(frame, 1);
	sat_bytes_put(frame, sat_incarnation_at(c->evil.store, own(&c->evil))->name, SAT_INCARNATION_BYTES);
}

static void put_section(sat_bytes *frame, uint8_t type, const sat_bytes *body)
{
	sat_bytes_put_u8(frame, type);
	sat_bytes_put_span(frame, body->data, body->length);
}

static void counters_are_refused(camp *c, uint64_t zigzag)
{
	SAT_BYTES(frame);
	SAT_BYTES(body);
	begin_frame(c, &frame);
	sat_bytes_put(&body, "\1\1\1", 3); /* one tombstone: a run of index 1, one long */
	sat_bytes_put_varint(&body, zigzag);
	put_section(&frame, 3, &body);
	refused(c, deliver_bytes(c, &frame), "a counter");
}

static void hostile__counter_of_two_to_the_63_is_refused(void **state)
{
	counters_are_refused(*state, UINT64_MAX);         /* -2^63 */
	counters_are_refused(*state, UINT64_MAX - 1);     /* 2^63 - 1 */
	counters_are_refused(*state, UINT64_C(2) << 20);  /* 2^20 */
	counters_are_refused(*state, 0);
	counters_are_refused(*state, 1);                  /* -1 */
}

static void put_claim(sat_bytes *frame, const sat_device_id *device, uint64_t highest, const uint8_t *signature)
{
	SAT_BYTES(body);
	sat_bytes_put(&body, "\1\1", 2);
	sat_bytes_put(&body, device->bytes, SAT_DEVICE_BYTES);
	sat_bytes_put_varint(&body, highest);
	sat_bytes_put(&body, signature, SAT_SIGNATURE_BYTES);
	put_section(frame, 1, &body);
}

static void hostile__statement_for_a_counter_of_two_to_the_63_is_refused(void **state)
{
	camp *c = *state;
	const uint64_t counters[] = { UINT64_C(1) << 63, UINT64_C(1) << 20, UINT64_MAX };
	for (size_t i = 0; i < 3; i++) {
		SAT_BYTES(frame);
		uint8_t digest[SAT_HASH_BYTES], signature[SAT_SIGNATURE_BYTES];
		sat_incarnation_digest(sat_incarnation_at(c->evil.store, own(&c->evil))->name,
		                       sat_store_self(c->evil.store), (int64_t)counters[i], digest);
		sat_sign(c->evil.identity, digest, signature);
		begin_frame(c, &frame);
		put_claim(&frame, sat_store_self(c->evil.store), counters[i], signature);
		refused(c, deliver_bytes(c, &frame), "incarnation statement");
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
	refused(c, deliver_bytes(c, &frame), "another device");
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
	refused(c, deliver_bytes(c, &frame), "not its device's");
}

/* A frame with one statement in the registry's name, signed by `signer`. */
static void put_statement(camp *c, const sat_identity *signer, uint8_t type, const sat_bytes *text, sat_bytes *frame)
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
	put_section(frame, 2, &body);
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
		refused(c, deliver_bytes(c, &frame), "headquarters and is not");
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
	goes_on(c);
}

/* --- claims about names --------------------------------------------------------------------------------- */

/* Kinds and fields become tables and columns: none may meet what the store keeps for itself. */
static void hostile__names_of_the_store_itself_are_refused(void **state)
{
	camp *c = *state;
	const struct {
		const char *kind, *field;
	} cases[] = { { "consent", "text" }, { "note", "id" }, { "sat_meta", "text" }, { "sqlite_master", "x" },
		      { "note", "sat_seq" } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		sat_dot dot = next_dot(c);
		sat_chunk chunk = one_row(c, cases[i].kind, cases[i].field, "x", dot, dot);
		refused(c, deliver_chunk(c, &chunk, 0), "name of a");
	}
}

static void hostile__names_that_sql_knows_are_names(void **state)
{
	camp *c = *state;
	const struct {
		const char *kind, *field;
	} cases[] = { { "consent_subject", "text" }, { "consent_seq", "text" }, { "note_speaker", "text" },
		      { "select", "where" }, { "note", "rowid" }, { "note", "oid" }, { "note_speaker", "rowid" },
		      { "main", "group" }, { "statement", "text" } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		sat_dot dot = next_dot(c);
		sat_chunk chunk = one_row(c, cases[i].kind, cases[i].field, "kept", dot, dot);
		sat_merged merged = deliver_chunk(c, &chunk, 0);
		if (merged.verdict != SAT_MERGED || merged.records != 1)
			fail_msg("%s.%s: %s", cases[i].kind, cases[i].field, merged.reason);
		char id[SAT_ID_CHARS], line[256], *dump = replica_dump(&c->hq);
		assert_int_equal(sat_id_print(c->evil.store, dot, id, NULL), 0);
		snprintf(line, sizeof line, "record %s %s %s text %s past{} states{} text kept\n", cases[i].kind,
		         id, cases[i].field, id);
		assert_non_null(strstr(dump, line));
		free(dump);
	}
	goes_on(c);
}

/* A note of one row in which the person `dot` states `count` purposes, named by `letter` and a number, each
 * in an episode of its own. */
static void put_stating_note(sat_bytes *frame, sat_dot dot, char letter, unsigned count)
{
	SAT_BYTES(body);
	sat_bytes_put_span(&body, "note", 4);
	sat_bytes_put(&body, "\4\1\1\1", 4);    /* with statements; one row; its id: a run of index 1, one long */
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
	sat_bytes_put_u8(&body, 1);               /* one field: text, of text, plain */
	sat_bytes_put_span(&body, "text", 4);
	sat_bytes_put(&body, "\1\0\0\0\0", 5);
	sat_bytes_put_span(&body, "told", 4);
	put_section(frame, 5, &body);
}

/* What becomes of the purposes that the store cannot tell apart is still what a reader accepts. */
static void hostile__statements_of_too_many_purposes_are_passed_on(void **state)
{
	camp *c = *state;
	SAT_BYTES(frame);
	sat_dot first = next_dot(c), second = next_dot(c);
	sign_up_to(c, 1 << 18);
	forgery f;
	forgery_begin(&f, &c->evil, &c->hq);
	sat_chunk statements = one_row(c, "note", "text", "signed", next_dot(c), next_dot(c));
	forgery_chunk(&f, c->evil.store, &statements);
	begin_frame(c, &frame);
	put_stating_note(&frame, first, 'p', SAT_PURPOSES_MAX);
	put_stating_note(&frame, second, 'q', 3);
	forgery_frame(&f, frame.data, frame.length);
	sat_merged merged = deliver(c, &f);
	assert_int_equal(merged.verdict, SAT_MERGED);
	goes_on(c);
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
		sat_dot dot = next_dot(c);
		snprintf(field, sizeof field, "f%d", i);
		sat_chunk chunk = one_row(c, "heap", field, "x", dot, dot);
		free(c->before);
		c->before = replica_dump(&c->hq);
		merged = deliver_chunk(c, &chunk, 0);
	}
	refused(c, merged, "fields");
}

/* --- claims about decisions ------------------------------------------------------------------------------ */

/* A batch of one decision, signed by `signer`. */
static sat_chunk one_decision(camp *c, const sat_identity *signer, sat_decision *d)
{
	sat_error err = { 0 };
	uint8_t digest[SAT_HASH_BYTES];
	sign_up_to(c, 1 << 18);
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
	carry(&c->evil, &c->hq, &c->stick);
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
	sat_decision d = { .id = next_dot(c), .subject = person, .purpose = "attend", .event = SAT_GIVEN,
		           .supersedes = nowhere, .supersedes_count = 1 };
	sat_chunk chunk = one_decision(c, c->evil.identity, &d);
	sat_merged merged = deliver_chunk(c, &chunk, 0);
	assert_int_equal(merged.verdict, SAT_MERGED);
	char *dump = replica_dump(&c->hq);
	assert_null(strstr(dump, "P 1"));
	free(dump);
	char *text;
	replica_field(&c->hq, replica_same(&c->evil, person, &c->hq), "pseudonym", &text);
	assert_string_equal(text, "P 1");
	free(text);
	goes_on(c);
}

static void hostile__decision_by_another_author_is_refused(void **state)
{
	camp *c = *state;
	sat_dot person = known_person(c);
	sat_decision d = { .id = sat_dot_make(sat_dot_index(c->note), 1), .subject = person, .purpose = "attend",
		           .event = SAT_WITHDRAWN, .final = true };
	sat_chunk chunk = one_decision(c, c->evil.identity, &d);
	refused(c, deliver_chunk(c, &chunk, 0), "not signed by");
}

static void hostile__decision_with_a_wrong_signature_is_refused(void **state)
{
	camp *c = *state;
	sat_dot person = known_person(c);
	sat_decision d = { .id = next_dot(c), .subject = person, .purpose = "attend", .event = SAT_WITHDRAWN,
		           .final = true };
	sat_chunk chunk = one_decision(c, c->evil.identity, &d);
	chunk.batches[0].signature[5] ^= 1;
	refused(c, deliver_chunk(c, &chunk, 0), "not signed by");
}

/* Two batches under the same dots cannot both be true.  The first stays, as it was signed, so that what
 * headquarters passes on still proves itself to everybody. */
static void second_batch_is_refused(camp *c, int32_t shift)
{
	sat_dot person = known_person(c), first = next_dot(c), other = next_dot(c);
	(void)other;
	sat_decision d = { .id = first, .subject = person, .purpose = "attend", .event = SAT_RENEWED };
	sat_chunk chunk = one_decision(c, c->evil.identity, &d);
	assert_int_equal(deliver_chunk(c, &chunk, 0).verdict, SAT_MERGED);
	free(c->before);
	c->before = replica_dump(&c->hq);
	/* Two leaves that begin before, at, or on the first batch's. */
	sat_error err = { 0 };
	uint8_t names[2][SAT_HASH_BYTES], root[SAT_HASH_BYTES], digest[SAT_HASH_BYTES];
	sat_decision two[2];
	sat_batch batch = { .first = first + shift, .leaves = 2 };
	size_t count = 2;
	for (int i = 0; i < 2; i++) {
		two[i] = (sat_decision){ .id = batch.first + i, .subject = person, .purpose = "attend",
			                 .event = SAT_REFUSED, .has_details = true, .own_salt = true };
		assert_int_equal(sat_decision_seal(c->evil.store, &two[i], &err), 0);
		memcpy(names[i], two[i].name, SAT_HASH_BYTES);
	}
	assert_int_equal(sat_batch_root(&batch, NULL, (const uint8_t(*)[SAT_HASH_BYTES])names, root, &err), 0);
	assert_int_equal(sat_batch_digest(c->evil.store, &batch, root, digest, &err), 0);
	sat_sign(c->evil.identity, digest, batch.signature);
	sat_chunk lie = { .batches = &batch, .batch_count = 1, .decisions = two, .decision_count = 2,
		          .decision_counts = &count };
	refused(c, deliver_chunk(c, &lie, 0), "in two ways");
}

static void hostile__second_batch_with_the_first_dot_is_refused(void **state)
{
	second_batch_is_refused(*state, 0);
}

static void hostile__second_batch_over_the_last_dot_is_refused(void **state)
{
	second_batch_is_refused(*state, -1);
}

/* Each part proves itself with the hash of the other; what is here would then be proved by neither. */
static void hostile__second_part_of_a_batch_is_refused(void **state)
{
	camp *c = *state;
	sat_dot person = known_person(c);
	sat_error err = { 0 };
	uint8_t names[2][SAT_HASH_BYTES], root[SAT_HASH_BYTES], digest[SAT_HASH_BYTES];
	sat_decision two[2];
	sat_batch batch = { .first = next_dot(c), .leaves = 2 };
	size_t one = 1;
	next_dot(c);
	for (int i = 0; i < 2; i++) {
		two[i] = (sat_decision){ .id = batch.first + i, .subject = person, .purpose = "attend",
			                 .event = SAT_RENEWED, .has_details = true, .own_salt = true };
		assert_int_equal(sat_decision_seal(c->evil.store, &two[i], &err), 0);
		memcpy(names[i], two[i].name, SAT_HASH_BYTES);
	}
	sign_up_to(c, 1 << 18);
	assert_int_equal(sat_batch_root(&batch, NULL, (const uint8_t(*)[SAT_HASH_BYTES])names, root, &err), 0);
	assert_int_equal(sat_batch_digest(c->evil.store, &batch, root, digest, &err), 0);
	sat_sign(c->evil.identity, digest, batch.signature);
	batch.proof_count = 1;
	batch.proof = names[1];
	sat_chunk part = { .batches = &batch, .batch_count = 1, .decisions = &two[0], .decision_count = 1,
		           .decision_counts = &one };
	assert_int_equal(deliver_chunk(c, &part, 0).verdict, SAT_MERGED);
	goes_on(c);
	batch.proof = names[0];
	part.decisions = &two[1];
	refused(c, deliver_chunk(c, &part, 0), "another part");
}

/* A decision that stands under the dot of a record, and a record under that of a decision. */
static void hostile__one_dot_for_two_things_keeps_both_apart(void **state)
{
	camp *c = *state;
	sat_dot person = known_person(c);
	sat_decision d = { .id = c->own_note, .subject = person, .purpose = "attend", .event = SAT_RENEWED };
	sat_chunk chunk = one_decision(c, c->evil.identity, &d);
	sat_merged merged = deliver_chunk(c, &chunk, 0);
	assert_true(merged.verdict == SAT_MERGED || merged.verdict == SAT_REFUSED_BUNDLE);
	char *text;
	replica_field(&c->hq, replica_same(&c->evil, c->own_note, &c->hq), "text", &text);
	assert_string_equal(text, "mine");
	free(text);
	goes_on(c);
}

/* One decision without details, in a batch that begins at this counter. */
static void put_batch_at(sat_bytes *body, uint64_t first, uint64_t leaves)
{
	const uint8_t zeros[SAT_SIGNATURE_BYTES] = { 0 };
	sat_bytes_put(body, "\1\1", 2);           /* one batch, by incarnation 1 */
	sat_bytes_put_varint(body, first);
	sat_bytes_put_varint(body, leaves);
	sat_bytes_put_u8(body, 0);
	sat_bytes_put(body, zeros, SAT_SIGNATURE_BYTES);
	sat_bytes_put(body, "\1", 1);             /* subjects: one run of index 1 */
	sat_bytes_put_varint(body, leaves);
	for (uint64_t i = 0; i < leaves; i++)
		sat_bytes_put_u8(body, 2);
	sat_bytes_put_u8(body, 0);                /* purposes, plain */
	for (uint64_t i = 0; i < leaves; i++)
		sat_bytes_put_u8(body, 6);
	for (uint64_t i = 0; i < leaves; i++)
		sat_bytes_put(body, "attend", 6);
	for (uint64_t i = 0; i < leaves; i++)
		sat_bytes_put_u8(body, SAT_GIVEN);
	for (uint64_t i = 0; i < 3 * leaves; i++) /* flags, episodes, until */
		sat_bytes_put_u8(body, 0);
	for (uint64_t i = 0; i < 1 + leaves; i++) /* recipients: plain, empty */
		sat_bytes_put_u8(body, 0);
	for (uint64_t i = 0; i < 2 * leaves; i++) /* nothing superseded, no details */
		sat_bytes_put_u8(body, 0);
	sat_bytes_put(body, zeros, 10);           /* their ten columns, empty */
	for (uint64_t i = 0; i < leaves; i++)
		sat_bytes_put(body, zeros, SAT_HASH_BYTES);
}

/* Counters that would come out small again once the leaves are added. */
static void hostile__batch_beyond_all_counters_is_refused(void **state)
{
	camp *c = *state;
	const struct {
		uint64_t first, leaves;
	} cases[] = { { UINT64_MAX, 1 }, { UINT64_MAX - 1, 3 }, { UINT64_C(1) << 20, 1 }, { (UINT64_C(1) << 20) - 1, 2 },
		      { 0, 1 } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		SAT_BYTES(frame);
		SAT_BYTES(body);
		begin_frame(c, &frame);
		put_batch_at(&body, cases[i].first, cases[i].leaves);
		put_section(&frame, 4, &body);
		refused(c, deliver_bytes(c, &frame), "a batch of decisions");
	}
}

/* The first says nothing; the second must not slip in behind it. */
static void hostile__second_section_of_decisions_is_refused(void **state)
{
	camp *c = *state;
	const uint8_t nothing[13] = { 0 };        /* no batches; twelve columns of text, plain */
	SAT_BYTES(frame);
	SAT_BYTES(body);
	begin_frame(c, &frame);
	sat_bytes_put(&body, nothing, sizeof nothing);
	put_section(&frame, 4, &body);
	put_section(&frame, 4, &body);
	refused(c, deliver_bytes(c, &frame), "two sections of decisions");
}

/* A million counters of one incarnation, each below the one before: putting them in order one by one would
 * hold the merge up for minutes. */
static void hostile__endless_past_is_refused_at_once(void **state)
{
	camp *c = *state;
	enum { ENTRIES = 1000000 };
	SAT_BYTES(frame);
	SAT_BYTES(body);
	begin_frame(c, &frame);
	sat_bytes_put_span(&body, "note", 4);
	sat_bytes_put(&body, "\2\1", 2);         /* with pasts; one row */
	sat_bytes_put(&body, "\1\1\2", 3);       /* its id: a run of index 1, one long; counter 1 */
	sat_bytes_put_varint(&body, ENTRIES);
	sat_bytes_put_u8(&body, 1);
	sat_bytes_put_varint(&body, ENTRIES);
	sat_bytes_put_zigzag(&body, ENTRIES + 1);
	for (int i = 1; i < ENTRIES; i++)
		sat_bytes_put_zigzag(&body, -1);
	sat_bytes_put_u8(&body, 0);               /* no fields */
	put_section(&frame, 5, &body);
	alarm(60);                                /* instead of waiting for the end of it */
	refused(c, deliver_bytes(c, &frame), "a past");
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
	begin_frame(c, &frame);
	sat_bytes_put_varint(&body, BATCHES);
	for (unsigned i = 0; i < BATCHES; i++) {
		sat_bytes_put_u8(&body, 1);
		sat_bytes_put_varint(&body, 1);
		sat_bytes_put_varint(&body, SAT_BATCH_MAX);
		sat_bytes_put_u8(&body, 0);
		sat_bytes_put(&body, zeros, SAT_SIGNATURE_BYTES);
	}
	sat_bytes_put(&body, zeros, ROOM);
	put_section(&frame, 4, &body);
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
	refused(c, deliver_bytes(c, &frame), "breaks the format (decisions)");
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest claims[] = {
		CLAIM(hostile__replay_of_an_old_bundle_undoes_nothing),
		CLAIM(hostile__bundle_sealed_again_for_another_is_forged),
		CLAIM(hostile__bundle_that_names_another_recipient_is_left_alone),
		CLAIM(hostile__bundle_within_a_bundle_is_no_bundle),
		CLAIM(hostile__frame_beyond_the_limits_is_refused),
		CLAIM(hostile__creation_under_anothers_name_is_refused),
		CLAIM(hostile__write_under_anothers_dot_is_refused),
		CLAIM(hostile__vouched_lie_stands_beside_the_truth),
		CLAIM(hostile__past_of_writes_to_come_is_not_admitted),
		CLAIM(hostile__write_beyond_what_was_signed_for_is_not_admitted),
		CLAIM(hostile__write_to_a_record_that_is_not_there_waits_unseen),
		CLAIM(hostile__moment_of_anothers_write_is_refused),
		CLAIM(hostile__moment_that_is_known_is_not_replaced),
		CLAIM(hostile__moment_beyond_what_was_signed_for_is_not_admitted),
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
		CLAIM(hostile__decision_over_what_nobody_has_permits_nothing),
		CLAIM(hostile__decision_by_another_author_is_refused),
		CLAIM(hostile__decision_with_a_wrong_signature_is_refused),
		CLAIM(hostile__second_batch_with_the_first_dot_is_refused),
		CLAIM(hostile__second_batch_over_the_last_dot_is_refused),
		CLAIM(hostile__second_part_of_a_batch_is_refused),
		CLAIM(hostile__one_dot_for_two_things_keeps_both_apart),
		CLAIM(hostile__batch_beyond_all_counters_is_refused),
		CLAIM(hostile__second_section_of_decisions_is_refused),
		CLAIM(hostile__endless_past_is_refused_at_once),
		CLAIM(hostile__decisions_that_bytes_cannot_hold_are_not_allocated),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
