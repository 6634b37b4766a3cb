/* Claims about damage: every single bit of a small bundle flipped, and every truncation of it, is either
 * refused with the store unchanged or salvaged exactly: the frames that are intact, nothing else.
 *
 * The bundle has two frames.  The first holds a decision, the second a person whose values need that
 * decision and a visit that needs nobody's.  What each set of frames leaves in the store is learnt once
 * from a bundle in which just those are intact; every other damage must leave exactly the same.
 *
 * Every bit goes through the reader, which must hand out just the intact frames, as they were written;
 * one bit of every byte, and every truncation, goes through a whole merge besides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sync/bundle.h"
#include "tests/support/forged-bundle.h"

static const char programme[] =
	"{\"satchel_programme\":1,\"name\":\"damage\",\"version\":1,\"language\":\"en\","
	"\"purposes\":[{\"name\":\"attend\"}],\"kinds\":["
	"{\"name\":\"person\",\"person\":true,\"fields\":["
	"{\"name\":\"pseudonym\",\"type\":\"text\",\"needs\":[\"attend\"]}]},"
	"{\"name\":\"visit\",\"fields\":[{\"name\":\"title\",\"type\":\"text\"}]}]}";

enum { FRAMES = 2, FIRST = 1, SECOND = 2, BOTH = 3, REFUSED = -1 };

typedef struct scene {
	char dir[64];
	replica hq, one;
	memory_place place;
	sat_bytes bundle;               /* the reference */
	size_t body, frame[FRAMES], end; /* where frames begin, how long they are, where they end */
	sat_bytes saved;                /* the file of headquarters' store before any merge */
	char *dumps[4];                 /* by set of intact frames; 0: nothing merged */
	sat_bytes plain[FRAMES];        /* what the frames hold */
} scene;

/* --- the store ---------------------------------------------------------------------------------------- */

static void read_file(const char *path, sat_bytes *bytes)
{
	sat_bytes_reset(bytes);
	FILE *in = fopen(path, "rb");
	assert_non_null(in);
	char part[65536];
	for (size_t n; (n = fread(part, 1, sizeof part, in)) > 0;)
		sat_bytes_put(bytes, part, n);
	fclose(in);
}

/* As if nothing had been merged. */
static void restore(scene *s)
{
	sat_store_free(s->hq.store);
	FILE *out = fopen(s->hq.path, "wb");
	assert_non_null(out);
	assert_int_equal(fwrite(s->saved.data, 1, s->saved.length, out), s->saved.length);
	fclose(out);
	replica_open(&s->hq);
}

static bool file_unchanged(scene *s)
{
	SAT_BYTES(now);
	read_file(s->hq.path, &now);
	return now.length == s->saved.length && memcmp(now.data, s->saved.data, now.length) == 0;
}

/* --- the bundle --------------------------------------------------------------------------------------- */

static int only_one(void *context, const sat_exported *exported)
{
	(void)exported;
	++*(int *)context;
	return 0;
}

static void make_reference(scene *s, sat_form form)
{
	sat_error err = { 0 };
	sat_device device;
	int count = 0;
	sat_export_options options = { .form = form };
	sat_dot person = replica_add(&s->one, "person", "pseudonym", "P 1", NULL);
	replica_add(&s->one, "visit", "title", "Cairns", NULL);
	replica_decide(&s->one, person, "attend", SAT_GIVEN, false);
	assert_int_equal(sat_device_find(s->one.store, sat_identity_device(s->hq.identity), &device, &err), 0);
	assert_int_equal(sat_export(s->one.store, s->one.identity, device.id, &s->place.carrier, &options, only_one,
	                            &count, &err), 0);
	assert_int_equal(count, 1);
	sat_bytes_put(&s->bundle, s->place.bundles[0].data, s->place.bundles[0].size);
	memory_place_clear(&s->place);
}

/* Reads damaged bytes up to the end.  `seen` is told of every frame that comes out of them; returns the
 * set of them, or REFUSED when there is nothing to be had. */
static int read_bundle(scene *s, const uint8_t *data, size_t size,
                       void (*seen)(scene *s, size_t index, const void *plain, size_t count))
{
	sat_error err = { 0 };
	SAT_AUTO(sat_bundle_reader) r = NULL;
	sat_bundle_event event = SAT_BUNDLE_MORE;
	sat_name16 name;
	uint64_t offset;
	size_t count, index;
	const void *plain;
	int intact = 0;
	if (sat_bundle_reader_begin(&r, s->hq.identity, size, &err) != 0)
		return REFUSED;
	while (event != SAT_BUNDLE_DONE && sat_bundle_reader_want(r, &offset, &count)) {
		if (sat_bundle_reader_feed(r, data + offset, count, &event, &err) != 0)
			return REFUSED;
		if (event == SAT_BUNDLE_MANIFEST &&
		    sat_bundle_reader_trust(r, sat_identity_public(s->one.identity),
		                            sat_identity_public(s->hq.identity), &name, &err) != 0)
			return REFUSED;
		if (event != SAT_BUNDLE_FRAME)
			continue;
		sat_bundle_reader_frame(r, &index, &plain, &count);
		intact |= 1 << index;
		seen(s, index, plain, count);
	}
	s->body = sat_bundle_reader_body(r);
	for (size_t i = 0; i < FRAMES; i++)
		s->frame[i] = sat_bundle_reader_manifest(r)->frames[i].length;
	return intact;
}

static void keep_frame(scene *s, size_t index, const void *plain, size_t count)
{
	assert_true(index < FRAMES);
	sat_bytes_put(&s->plain[index], plain, count);
}

static void same_frame(scene *s, size_t index, const void *plain, size_t count)
{
	assert_int_equal(count, s->plain[index].length);
	assert_memory_equal(plain, s->plain[index].data, count);
}

static void set_up_form(scene *s, sat_form form)
{
	/* Commits are many here, and what they cost on a disk proves nothing. */
	strcpy(s->dir, access("/dev/shm", W_OK) == 0 ? "/dev/shm/satchel-XXXXXX" : "/tmp/satchel-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	memory_place_init(&s->place);
	replica_found(&s->hq, s->dir, "registry", 1, programme);
	replica_join(&s->one, &s->hq, s->dir, "one", 2, SAT_FACILITATOR);
	make_reference(s, form);
	assert_int_equal(read_bundle(s, s->bundle.data, s->bundle.length, keep_frame), BOTH);
	s->end = s->body + s->frame[0] + s->frame[1];
	sat_store_free(s->hq.store);
	read_file(s->hq.path, &s->saved);
	replica_open(&s->hq);
	s->dumps[0] = replica_dump(&s->hq);
	restore(s);
}

static int set_up_full(void **state)
{
	set_up_form(*state = calloc(1, sizeof(scene)), SAT_FULL);
	return 0;
}

static int set_up_compact(void **state)
{
	set_up_form(*state = calloc(1, sizeof(scene)), SAT_COMPACT);
	return 0;
}

static int tear_down(void **state)
{
	scene *s = *state;
	char command[128];
	replica_free(&s->hq);
	replica_free(&s->one);
	memory_place_clear(&s->place);
	sat_bytes_clear(&s->bundle);
	sat_bytes_clear(&s->saved);
	for (size_t i = 0; i < FRAMES; i++)
		sat_bytes_clear(&s->plain[i]);
	for (size_t i = 0; i < 4; i++)
		free(s->dumps[i]);
	snprintf(command, sizeof command, "rm -rf %s", s->dir);
	assert_int_equal(system(command), 0);
	free(s);
	return 0;
}

/* --- merging ------------------------------------------------------------------------------------------ */

static sat_merged merge(scene *s, const void *data, size_t count)
{
	memory_place_clear(&s->place);
	char name[64];
	snprintf(name, sizeof name, "%s", memory_place_add(&s->place, data, count));
	sat_merged merged = replica_merge(&s->hq, &s->place, name);
	/* Nobody is left without a word about what is not whole. */
	assert_true(merged.verdict == SAT_MERGED || merged.reason[0] != '\0');
	return merged;
}

/* Merges damaged bytes of which just `intact` can be had; REFUSED: nothing. */
static void check_damage(scene *s, const char *what, size_t at, const void *data, size_t count, int intact,
                         sat_verdict expected)
{
	sat_merged merged = merge(s, data, count);
	if (merged.verdict != expected)
		fail_msg("%s %zu: %s, not %s (%s)", what, at, sat_verdict_name(merged.verdict),
		         sat_verdict_name(expected), merged.reason);
	if (intact == REFUSED) {
		if (!file_unchanged(s))
			fail_msg("%s %zu: the store was changed", what, at);
		return;
	}
	char *dump = replica_dump(&s->hq);
	if (s->dumps[intact] == NULL)
		s->dumps[intact] = strdup(dump);
	if (strcmp(s->dumps[intact], dump) != 0)
		fail_msg("%s %zu: the store holds something else than frames %d", what, at, intact);
	free(dump);
	restore(s);
}

/* What each set of frames leaves, from bundles in which the others are destroyed altogether. */
static void learn(scene *s)
{
	for (int intact = BOTH; intact >= 0; intact--) {
		SAT_BYTES(copy);
		sat_bytes_put(&copy, s->bundle.data, s->bundle.length);
		for (size_t i = 0, at = s->body; i < FRAMES; at += s->frame[i], i++) {
			if ((intact >> i & 1) == 0)
				memset(copy.data + at, 0, s->frame[i]);
		}
		check_damage(s, "only frames", (size_t)intact, copy.data, copy.length, intact,
		             intact == BOTH ? SAT_MERGED : SAT_SALVAGED);
	}
	/* Values without the decision that they need are not kept; what needs none is. */
	assert_string_not_equal(s->dumps[BOTH], s->dumps[SECOND]);
	assert_non_null(strstr(s->dumps[BOTH], "P 1"));
	assert_null(strstr(s->dumps[SECOND], "P 1"));
	assert_non_null(strstr(s->dumps[SECOND], "Cairns"));
	assert_null(strstr(s->dumps[FIRST], "Cairns"));
	assert_non_null(strstr(s->dumps[FIRST], "decision"));
}

static int frames_without(const scene *s, size_t at)
{
	if (at < s->body || at >= s->end)
		return BOTH;
	return at < s->body + s->frame[0] ? SECOND : FIRST;
}

/* --- claims ------------------------------------------------------------------------------------------- */

static void flip(scene *s, size_t at, int bit, int intact, sat_verdict expected)
{
	s->bundle.data[at] ^= (uint8_t)(1 << bit);
	if (read_bundle(s, s->bundle.data, s->bundle.length, same_frame) != intact)
		fail_msg("byte %zu, bit %d: other frames than %d were read", at, bit, intact);
	if ((size_t)bit == at % 8 || intact == REFUSED)
		check_damage(s, "byte", at, s->bundle.data, s->bundle.length, intact, expected);
	s->bundle.data[at] ^= (uint8_t)(1 << bit);
}

static void damage__every_bit_of_a_full_bundle(void **state)
{
	scene *s = *state;
	learn(s);
	for (size_t at = 0; at < s->bundle.length; at++) {
		for (int bit = 0; bit < 8; bit++)
			flip(s, at, bit, frames_without(s, at), at < s->end ? SAT_SALVAGED : SAT_MERGED);
	}
	print_message("%zu bits of %zu bytes\n", s->bundle.length * 8, s->bundle.length);
}

/* A byte of the version that became greater says that the bundle is too new. */
static sat_verdict verdict_on_front(size_t at, uint8_t byte)
{
	return at == 8 && byte > 1 ? SAT_TOO_NEW : SAT_DAMAGED;
}

static void damage__every_bit_of_a_compact_bundle(void **state)
{
	scene *s = *state;
	learn(s);
	for (size_t at = 0; at < s->bundle.length; at++) {
		for (int bit = 0; bit < 8; bit++) {
			if (at < s->body)
				flip(s, at, bit, REFUSED, verdict_on_front(at, s->bundle.data[at] ^ (uint8_t)(1 << bit)));
			else
				flip(s, at, bit, frames_without(s, at), at < s->end ? SAT_SALVAGED : SAT_MERGED);
		}
	}
}

/* Frames that lie wholly within the first `length` bytes. */
static int frames_within(const scene *s, size_t length)
{
	int intact = 0;
	for (size_t i = 0, at = s->body; i < FRAMES; i++) {
		at += s->frame[i];
		intact |= at <= length ? 1 << i : 0;
	}
	return intact;
}

static void damage__every_truncation(void **state)
{
	scene *s = *state;
	learn(s);
	for (size_t length = 0; length < s->bundle.length; length++) {
		bool readable = length >= s->body + SAT_HASH_BYTES;
		check_damage(s, "truncated to", length, s->bundle.data, length,
		             readable ? frames_within(s, length) : REFUSED, readable ? SAT_SALVAGED : SAT_DAMAGED);
	}
}

/* The copies at the end tell what it was; the frames are not where they should stand. */
static void damage__every_lost_beginning(void **state)
{
	scene *s = *state;
	learn(s);
	for (size_t lost = 1; lost < s->bundle.length; lost++) {
		bool readable = s->bundle.length - lost >= 2 * s->body + SAT_HASH_BYTES ||
		                s->bundle.length - lost >= s->body + SAT_HASH_BYTES + SAT_HEADER_BYTES;
		sat_merged merged = merge(s, s->bundle.data + lost, s->bundle.length - lost);
		assert_true(merged.verdict == SAT_DAMAGED || (readable && merged.verdict == SAT_SALVAGED));
		assert_int_equal(merged.records, 0);
		if (merged.verdict == SAT_DAMAGED)
			assert_true(file_unchanged(s));
		else
			restore(s);
	}
}

/* Two bundles one after the other, and one within another's bytes: the first one counts. */
static void damage__bundle_within_a_file(void **state)
{
	scene *s = *state;
	learn(s);
	SAT_BYTES(twice);
	sat_bytes_put(&twice, s->bundle.data, s->bundle.length);
	sat_bytes_put(&twice, s->bundle.data, s->bundle.length);
	check_damage(s, "twice", 0, twice.data, twice.length, BOTH, SAT_SALVAGED);
	SAT_BYTES(within);
	memset(sat_bytes_extend(&within, 1000), ' ', 1000);
	sat_bytes_put(&within, s->bundle.data, s->bundle.length);
	sat_merged merged = merge(s, within.data, within.length);
	assert_int_equal(merged.records, 0);
	restore(s);
	memset(sat_bytes_extend(&within, 500), ' ', 500);
	check_damage(s, "within", 0, within.data, within.length, REFUSED, SAT_DAMAGED);
}

#define FULL(name)    cmocka_unit_test_setup_teardown(name, set_up_full, tear_down)
#define COMPACT(name) cmocka_unit_test_setup_teardown(name, set_up_compact, tear_down)

int main(void)
{
	const struct CMUnitTest claims[] = {
		FULL(damage__every_bit_of_a_full_bundle),
		COMPACT(damage__every_bit_of_a_compact_bundle),
		FULL(damage__every_truncation),
		FULL(damage__every_lost_beginning),
		FULL(damage__bundle_within_a_file),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
