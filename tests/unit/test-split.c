/* Claims about records that are larger than a frame, and exports that are split into several bundles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/store-private.h"
#include "two-laptops.h"

static char *long_text(size_t bytes, char letter)
{
	char *text = malloc(bytes + 1);
	/* Words that differ, so that they do not simply vanish in compression. */
	for (size_t i = 0; i < bytes; i++)
		text[i] = i % 7 == 0 ? ' ' : (char)(letter + (char)(i * i / 11 % 20));
	text[bytes] = '\0';
	return text;
}

static void split__record_larger_than_a_frame_goes_in_parts(void **state)
{
	camp *c = *state;
	char *text = long_text(SAT_VALUE_BYTES_MAX, 'a'), *theme = long_text(SAT_VALUE_BYTES_MAX - 5, 'b');
	char *translation = long_text(700000, 'c'), *there;
	sat_dot note = replica_add(&c->one, "note", "text", text, "theme", theme, "translation", translation, NULL);
	replica_add(&c->one, "workshop", "title", "after it", NULL);
	camp_carry(&c->one, &c->hq, &c->stick);
	sat_dot same = replica_same(&c->one, note, &c->hq);
	const char *const fields[] = { "text", "theme", "translation" };
	const char *const expected[] = { text, theme, translation };
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(replica_field(&c->hq, same, fields[i], &there), 1);
		assert_string_equal(there, expected[i]);
		free(there);
	}
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(camp_standing(&c->one, "registry").received, 2);
	assert_int_equal(camp_standing(&c->one, "registry").copied, 0);
	free(text);
	free(theme);
	free(translation);
}

static int count_records(void *context, const sat_exported *exported)
{
	*(size_t *)context += exported->records;
	return 0;
}

/* Exports from laptop one to headquarters, in bundles of at most `most` bytes or one frame: how many
 * records are in them. */
static size_t export_within(camp *c, uint64_t most)
{
	sat_export_options options = { .form = SAT_FULL, .bundle_bytes_max = most };
	sat_device hq;
	size_t records = 0;
	assert_int_equal(sat_device_registry(c->one.store, &hq, NULL), 0);
	assert_int_equal(sat_export(c->one.store, c->one.identity, hq.id, &c->stick.carrier, &options, count_records,
	                            &records, NULL), 0);
	return records;
}

/* Two notes that do not fit into one frame, and so not into one bundle. */
static void export_two_parts(camp *c)
{
	char *text = long_text(700000, 'a');
	/* What leads every bundle is confirmed before. */
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	replica_add(&c->one, "note", "text", text, NULL);
	replica_add(&c->one, "note", "text", text, NULL);
	assert_int_equal(export_within(c, 1), 2);
	free(text);
}

/* The last part may never arrive; what did is confirmed for itself. */
static void split__part_that_arrived_is_received(void **state)
{
	camp *c = *state;
	export_two_parts(c);
	memory_place_remove(&c->stick, c->stick.count - 1);
	replica_merge_all(&c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(camp_standing(&c->one, "registry").received, 1);
	assert_int_equal(camp_standing(&c->one, "registry").copied, 1);
	assert_int_equal(export_within(c, 0), 1);
	replica_merge_all(&c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(camp_standing(&c->one, "registry").received, 2);
}

static void split__what_arrived_whole_is_received_whole(void **state)
{
	camp *c = *state;
	export_two_parts(c);
	replica_merge_all(&c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(camp_standing(&c->one, "registry").received, 2);
	assert_int_equal(camp_standing(&c->one, "registry").copied, 0);
	assert_int_equal(export_within(c, 0), 0);
	/* No single frame is named any more: the bundle that is held stands for all that it rests on. */
	int64_t named;
	assert_int_equal(sat_db_int(c->hq.store->db, "SELECT count(*) FROM sat_got_frame", &named, -1, NULL), 0);
	assert_int_equal(named, 0);
}

/* However small a bundle may be, none goes out without a frame in front of the others. */
static void split__no_part_is_empty(void **state)
{
	camp *c = *state;
	export_two_parts(c);
	assert_int_equal(c->stick.count, 2);
}

/* However small the bundles, a record that was received in part alone is not received. */
static void split__parts_of_a_record_stay_together(void **state)
{
	camp *c = *state;
	char *text = long_text(SAT_VALUE_BYTES_MAX, 'a'), *theme = long_text(SAT_VALUE_BYTES_MAX - 5, 'b');
	replica_add(&c->one, "note", "text", text, "theme", theme, NULL);
	assert_int_equal(export_within(c, 1), 1);
	memory_place_remove(&c->stick, c->stick.count - 1);
	replica_merge_all(&c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(camp_standing(&c->one, "registry").received, 0);
	free(text);
	free(theme);
}

/* Nor is one of which a part was declined, here since the bundle with the decisions is lost. */
static void split__record_with_a_part_declined_is_not_received(void **state)
{
	camp *c = *state;
	char *text = long_text(SAT_VALUE_BYTES_MAX, 'a'), *theme = long_text(SAT_VALUE_BYTES_MAX - 5, 'b');
	char speaker[SAT_ID_CHARS];
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0417", NULL);
	replica_decide(&c->one, person, "attend_record", SAT_GIVEN, false);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(sat_id_print(c->one.store, person, speaker, NULL), 0);
	replica_decide(&c->one, person, "quote_unnamed", SAT_GIVEN, false);
	replica_decide(&c->one, person, "quote_named", SAT_GIVEN, false);
	replica_add(&c->one, "note", "text", text, "theme", theme, "speaker", speaker, NULL);
	export_within(c, 1);
	assert_true(c->stick.count >= 2);
	memory_place_remove(&c->stick, 0);
	assert_true(replica_merge_all(&c->hq, &c->stick).declined > 0);
	camp_carry(&c->hq, &c->one, &c->stick);
	/* The person is. */
	assert_int_equal(camp_standing(&c->one, "registry").received, 1);
	assert_int_equal(camp_standing(&c->one, "registry").copied, 1);
	free(text);
	free(theme);
}

static void split__parts_say_that_they_leave_out_what_the_recipient_told(void **state)
{
	camp *c = *state;
	sat_dot workshop = replica_add(&c->hq, "workshop", "title", "by headquarters", NULL);
	camp_carry(&c->hq, &c->one, &c->stick);
	replica_set(&c->one, replica_same(&c->hq, workshop, &c->one), "title", "told by one");
	camp_carry(&c->one, &c->hq, &c->stick);
	replica_add(&c->hq, "workshop", "title", "by headquarters", NULL);
	/* Another author's records go in a frame of their own, here in a bundle of its own. */
	replica_add(&c->two, "workshop", "title", "by two", NULL);
	camp_carry(&c->two, &c->hq, &c->stick);
	sat_export_options options = { .form = SAT_FULL, .bundle_bytes_max = 1 };
	sat_device one;
	assert_int_equal(sat_device_named(c->hq.store, "one", &one, NULL), 0);
	assert_int_equal(sat_export(c->hq.store, c->hq.identity, one.id, &c->stick.carrier, &options, NULL, NULL, NULL),
	                 0);
	assert_true(c->stick.count >= 2);
	SAT_AUTO(sat_bundle_reader) reader = NULL;
	const sat_manifest *m = camp_manifest(&reader, &c->one, &c->stick.bundles[c->stick.count - 2]);
	assert_false(sat_incarnation_none(m->assumes));
}

typedef struct tally {
	size_t bundles, records[4], withheld;
} tally;

static int note_bundle(void *context, const sat_exported *exported)
{
	tally *t = context;
	t->records[t->bundles++] = exported->records;
	t->withheld += exported->withheld;
	return 0;
}

static tally export_and_tally(camp *c, uint64_t most)
{
	sat_export_options options = { .form = SAT_FULL, .bundle_bytes_max = most };
	sat_device hq;
	tally t = { 0 };
	assert_int_equal(sat_device_registry(c->one.store, &hq, NULL), 0);
	assert_int_equal(sat_export(c->one.store, c->one.identity, hq.id, &c->stick.carrier, &options, note_bundle, &t,
	                            NULL), 0);
	return t;
}

/* New, and again when it changed, which goes another way through merging. */
static void split__record_in_parts_is_counted_once_at_both_ends(void **state)
{
	camp *c = *state;
	char *text = long_text(SAT_VALUE_BYTES_MAX, 'a'), *other = long_text(SAT_VALUE_BYTES_MAX, 'b');
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0417", "name", text, "phone", text, "email",
	                             text, "languages", "Wik", NULL);
	const char *const purposes[] = { "attend_record", "identity", "contact" };
	for (size_t i = 0; i < 3; i++)
		replica_decide(&c->one, person, purposes[i], SAT_GIVEN, false);
	replica_add(&c->one, "workshop", "title", "beside it", NULL);
	for (size_t round = 0; round < 2; round++) {
		tally t = export_and_tally(c, 0);
		assert_int_equal(t.bundles, 1);
		assert_int_equal(t.records[0], round == 0 ? 2 : 1);
		assert_int_equal(t.withheld, 1);
		sat_merged merged = replica_merge_all(&c->hq, &c->stick);
		assert_int_equal(merged.records, t.records[0]);
		camp_carry(&c->hq, &c->one, &c->stick);
		replica_set(&c->one, person, "name", other);
		replica_set(&c->one, person, "phone", other);
	}
	free(text);
	free(other);
}

static void split__every_bundle_says_how_many_records_are_in_it(void **state)
{
	camp *c = *state;
	char *text = long_text(700000, 'a');
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	for (size_t i = 0; i < 3; i++)
		replica_add(&c->one, "note", "text", text, NULL);
	tally t = export_and_tally(c, 1);
	assert_int_equal(t.bundles, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(t.records[i], 1);
		sat_merged merged = replica_merge(&c->hq, &c->stick, c->stick.bundles[i].name);
		assert_int_equal(merged.records, 1);
	}
	memory_place_clear(&c->stick);
	memory_place_init(&c->stick);
	free(text);
}

int main(void)
{
	const struct CMUnitTest claims[] = {
		CAMP_CLAIM(split__record_larger_than_a_frame_goes_in_parts),
		CAMP_CLAIM(split__part_that_arrived_is_received),
		CAMP_CLAIM(split__what_arrived_whole_is_received_whole),
		CAMP_CLAIM(split__no_part_is_empty),
		CAMP_CLAIM(split__parts_of_a_record_stay_together),
		CAMP_CLAIM(split__record_with_a_part_declined_is_not_received),
		CAMP_CLAIM(split__record_in_parts_is_counted_once_at_both_ends),
		CAMP_CLAIM(split__every_bundle_says_how_many_records_are_in_it),
		CAMP_CLAIM(split__parts_say_that_they_leave_out_what_the_recipient_told),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
