/* See evil-camp.h. */
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

static const char programme[] =
    "{\"satchel_programme\":1,\"name\":\"hostile\",\"version\":1,\"language\":\"en\","
    "\"purposes\":[{\"name\":\"attend\"}],\"kinds\":["
    "{\"name\":\"person\",\"person\":true,\"fields\":["
    "{\"name\":\"pseudonym\",\"type\":\"text\",\"needs\":[\"attend\"]}]},"
    "{\"name\":\"note\",\"fields\":[{\"name\":\"text\",\"type\":\"text\"},"
    "{\"name\":\"speaker\",\"type\":\"reference\",\"of\":\"person\",\"needs\":[\"attend\"]}]},"
    "{\"name\":\"feedback\",\"unlinked\":true,\"fields\":[{\"name\":\"text\",\"type\":\"text\"}]}]}";

void camp_carry(replica *from, replica *to, memory_place *stick)
{
	replica_export(from, to, stick);
	replica_merge_all(to, stick);
}

int camp_set_up(void **state)
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
	camp_carry(&c->good, &c->hq, &c->stick);
	camp_carry(&c->evil, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->evil, &c->stick);
	c->note = replica_same(&c->good, note, &c->evil);
	assert_int_not_equal(c->note, 0);
	c->before = replica_dump(&c->hq);
	return 0;
}

int camp_tear_down(void **state)
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

int64_t camp_own(const replica *r)
{
	return sat_store_incarnation(r->store);
}

/* The next dot of the evil laptop, signed for: what it brings under it is its own. */
sat_dot camp_next_dot(camp *c)
{
	static int64_t counter = 1000;
	return sat_dot_make(camp_own(&c->evil), ++counter);
}

void camp_sign_up_to(camp *c, int64_t highest)
{
	sat_error err = { 0 };
	uint8_t digest[SAT_HASH_BYTES], signature[SAT_SIGNATURE_BYTES];
	sat_incarnation_digest(sat_incarnation_at(c->evil.store, camp_own(&c->evil))->name,
	                       sat_store_self(c->evil.store), highest, digest);
	sat_sign(c->evil.identity, digest, signature);
	assert_int_equal(sat_store_begin(c->evil.store, &err), 0);
	assert_int_equal(
	    sat_incarnation_state(c->evil.store, camp_own(&c->evil), 1, highest, signature, &err), 0);
	assert_int_equal(sat_store_commit(c->evil.store, &err), 0);
}

/* A block of one row with one text. */
sat_chunk camp_one_row(camp *c, const char *kind, const char *field, const char *text, sat_dot record,
                       sat_dot dot)
{
	sat_chunk chunk = { 0 };
	sat_row *row;
	camp_sign_up_to(c, 1 << 18);
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

sat_merged camp_deliver(camp *c, forgery *f)
{
	SAT_BYTES(bundle);
	char name[64];
	forgery_end(f, &bundle);
	snprintf(name, sizeof name, "%s", memory_place_add(&c->stick, bundle.data, bundle.length));
	sat_merged merged = replica_merge(&c->hq, &c->stick, name);
	memory_place_clear(&c->stick);
	return merged;
}

sat_merged camp_deliver_chunk(camp *c, const sat_chunk *chunk, unsigned flags)
{
	forgery f;
	forgery_begin(&f, &c->evil, &c->hq);
	f.manifest.flags = flags;
	forgery_chunk(&f, c->evil.store, chunk);
	return camp_deliver(c, &f);
}

sat_merged camp_deliver_bytes(camp *c, const sat_bytes *frame)
{
	forgery f;
	forgery_begin(&f, &c->evil, &c->hq);
	forgery_frame(&f, frame->data, frame->length);
	return camp_deliver(c, &f);
}

/* --- what must follow ----------------------------------------------------------------------------------- */

void camp_unchanged(camp *c)
{
	char *after = replica_dump(&c->hq);
	assert_string_equal(c->before, after);
	free(after);
}

/* What honest people do goes on. */
void camp_goes_on(camp *c)
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

void camp_refused(camp *c, sat_merged merged, const char *words)
{
	if (merged.verdict != SAT_REFUSED_BUNDLE || strstr(merged.reason, words) == NULL)
		fail_msg("%s: %s", sat_verdict_name(merged.verdict), merged.reason);
	assert_true(sat_utf8_valid(merged.reason, strlen(merged.reason)));
	camp_unchanged(c);
	camp_goes_on(c);
}

/* A frame with the table of one incarnation, the evil laptop's own. */
void camp_begin_frame(camp *c, sat_bytes *frame)
{
	sat_bytes_put_varint(frame, 1);
	sat_bytes_put(frame, sat_incarnation_at(c->evil.store, camp_own(&c->evil))->name,
	              SAT_INCARNATION_BYTES);
}

void camp_put_section(sat_bytes *frame, uint8_t type, const sat_bytes *body)
{
	sat_bytes_put_u8(frame, type);
	sat_bytes_put_span(frame, body->data, body->length);
}
