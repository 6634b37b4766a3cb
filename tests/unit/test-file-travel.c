/* Claims about files between replicas: as far as the values that name them, in whatever pieces, until all are
 * there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/consent.h"
#include "core/erase.h"
#include "core/permission.h"
#include "core/store-private.h"
#include "some-file.h"
#include "sync/disclosure.h"
#include "sync/ledger.h"
#include "tests/support/forged-bundle.h"
#include "two-laptops.h"

enum { PIECE = SAT_PIECE_BYTES };

typedef struct export {
	size_t bundles;
	uint64_t bytes, file_bytes;
	sat_file_totals files;
} export;

static int note_bundle(void *context, const sat_exported *exported)
{
	export *e = context;
	e->bundles++;
	e->bytes += exported->bytes;
	e->file_bytes += exported->file_bytes;
	e->files = exported->files;
	return 0;
}

static export export_with(camp *c, replica *from, const replica *to, const sat_export_options *options)
{
	export e = { 0 };
	sat_device device;
	assert_int_equal(sat_device_find(from->store, sat_identity_device(to->identity), &device, NULL), 0);
	assert_int_equal(
	    sat_export(from->store, from->identity, device.id, &c->stick.carrier, options, note_bundle, &e, NULL),
	    0);
	return e;
}

static export export_within(camp *c, uint64_t budget)
{
	return export_with(c, &c->one, &c->hq, &(sat_export_options){ .form = SAT_FULL, .budget_bytes = budget });
}

static export export_files(camp *c, sat_export_files files)
{
	return export_with(c, &c->one, &c->hq, &(sat_export_options){ .form = SAT_FULL, .files = files });
}

/* Laptop one and headquarters, after a receipt each way. */
static void settle(camp *c)
{
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
}

static sat_dot at_hq(camp *c, sat_dot record) { return replica_same(&c->one, record, &c->hq); }

static int pieces_at_hq(camp *c, sat_dot record) { return some_pieces(&c->hq, at_hq(c, record)); }

static int64_t count(replica *r, const char *sql)
{
	int64_t n;
	assert_int_equal(sat_db_int(r->store->db, sql, &n, -1, NULL), 0);
	return n;
}

/* --- how far -------------------------------------------------------------------------------------------- */

static void travel__file_goes_with_its_record(void **state)
{
	camp *c = *state;
	sat_dot photo = some_photo(&c->one, 7 * PIECE + 3, 500, 1, 0);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_true(some_photo_whole(&c->hq, at_hq(c, photo), 7 * PIECE + 3, 1));
	assert_int_equal(some_preview_pieces(&c->hq, at_hq(c, photo)), 1);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(export_within(c, 0).file_bytes, 0);
	assert_int_equal(camp_standing(&c->one, "registry").files.received, 2);
	assert_int_equal(camp_standing(&c->one, "registry").files.unsent, 0);
}

/* Nor back to whom it came from; on to others it goes. */
static void travel__file_is_passed_on_and_not_back(void **state)
{
	camp *c = *state;
	sat_dot photo = some_photo(&c->one, 3 * PIECE, 500, 2, 0);
	camp_carry(&c->one, &c->hq, &c->stick);
	export back = export_with(c, &c->hq, &c->one, &(sat_export_options){ .form = SAT_FULL });
	assert_int_equal(back.file_bytes, 0);
	replica_merge_all(&c->one, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	assert_true(some_photo_whole(&c->two, replica_same(&c->hq, at_hq(c, photo), &c->two), 3 * PIECE, 2));
}

static void travel__file_waits_for_a_yes_like_its_value(void **state)
{
	camp *c = *state;
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0417", NULL);
	replica_decide(&c->one, person, "attend_record", SAT_GIVEN, false);
	sat_dot photo = some_photo(&c->one, 2 * PIECE, 300, 3, person);
	settle(c);
	assert_int_equal(pieces_at_hq(c, photo), -1);
	assert_int_equal(count(&c->hq, "SELECT count(*) FROM sat_bytes"), 0);
	replica_decide(&c->one, person, "photo", SAT_GIVEN, false);
	settle(c);
	assert_true(some_photo_whole(&c->hq, at_hq(c, photo), 2 * PIECE, 3));
}

/* A label keeps the bytes as it keeps the value that names them. */
static void travel__file_under_a_label_stays_until_it_ends(void **state)
{
	camp *c = *state;
	sat_dot photo = some_photo(&c->one, 3 * PIECE, 500, 7, 0);
	sat_decision d = { .subject = photo, .purpose = SAT_PROTOCOL, .event = SAT_GIVEN, .recipients = "women" };
	for (int ends = 0; ends < 2; ends++) {
		d.event = ends ? SAT_WITHDRAWN : SAT_GIVEN;
		assert_int_equal(sat_store_begin(c->one.store, NULL), 0);
		assert_int_equal(sat_consent_record(c->one.store, c->one.identity, &d, 1, NULL), 0);
		assert_int_equal(sat_store_commit(c->one.store, NULL), 0);
		settle(c);
		assert_int_equal(count(&c->hq, "SELECT count(*) FROM sat_piece"), ends ? 4 : 0);
		assert_int_equal(count(&c->hq, "SELECT count(*) FROM sat_file_declined"), 0);
	}
	assert_true(some_photo_whole(&c->hq, at_hq(c, photo), 3 * PIECE, 7));
}

static void travel__only_text_and_previews_leave_the_rest_for_later(void **state)
{
	camp *c = *state;
	sat_dot photo = some_photo(&c->one, 2 * PIECE, 300, 4, 0);
	export e = export_files(c, SAT_FILES_NONE);
	assert_int_equal(e.file_bytes, 0);
	assert_int_equal(e.files.left, 2);
	assert_int_equal(e.files.bytes_left, 2 * PIECE + 300);
	replica_merge_all(&c->hq, &c->stick);
	assert_int_equal(pieces_at_hq(c, photo), 0);
	camp_carry(&c->hq, &c->one, &c->stick);
	e = export_files(c, SAT_FILES_PREVIEWS);
	assert_int_equal(e.file_bytes, 300);
	replica_merge_all(&c->hq, &c->stick);
	assert_int_equal(some_preview_pieces(&c->hq, at_hq(c, photo)), 1);
	assert_int_equal(pieces_at_hq(c, photo), 0);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(camp_standing(&c->one, "registry").files.unsent, 1);
	assert_int_equal(camp_standing(&c->one, "registry").files.received, 1);
	e = export_files(c, SAT_FILES_ALL);
	assert_int_equal(e.file_bytes, 2 * PIECE);
	replica_merge_all(&c->hq, &c->stick);
	assert_true(some_photo_whole(&c->hq, at_hq(c, photo), 2 * PIECE, 4));
}

/* --- budgets -------------------------------------------------------------------------------------------- */

/* Whatever the budget, no bundle is larger, nothing goes twice, previews and small files come first, and in the
 * end all is there. */
static void budget_of(camp *c, uint64_t budget, bool receipts)
{
	const size_t sizes[] = { 5 * PIECE + 77, 2 * PIECE, 40000, 9 * PIECE };
	sat_dot photos[4];
	size_t all = 0;
	settle(c);
	for (size_t i = 0; i < 4; i++) {
		photos[i] = some_photo(&c->one, sizes[i], 20000 + i, 10 + i, 0);
		all += sizes[i] + 20000 + i;
	}
	uint64_t gone = 0;
	for (int round = 0; gone < all; round++) {
		assert_true(round < 40);
		export e = export_within(c, budget);
		assert_true(e.bytes <= budget);
		gone += e.file_bytes;
		replica_merge_all(&c->hq, &c->stick);
		for (size_t i = 0; i < 4; i++)
			assert_int_equal(some_preview_pieces(&c->hq, at_hq(c, photos[i])), 1);
		if (pieces_at_hq(c, photos[3]) > 0)
			assert_true(some_photo_whole(&c->hq, at_hq(c, photos[0]), sizes[0], 10));
		if (receipts)
			camp_carry(&c->hq, &c->one, &c->stick);
	}
	assert_int_equal(gone, all);
	for (size_t i = 0; i < 4; i++)
		assert_true(some_photo_whole(&c->hq, at_hq(c, photos[i]), sizes[i], 10 + i));
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(export_within(c, budget).file_bytes, 0);
}

static void budget__is_kept_and_filled_by_later_exports(void **state)
{
	budget_of(*state, 700000, true);
}

static void budget__may_be_large(void **state)
{
	budget_of(*state, 3000000, true);
}

static void budget__below_the_records_lets_them_go_alone(void **state)
{
	camp *c = *state;
	sat_dot photo = some_photo(&c->one, 2000, 300, 5, 0);
	export e = export_within(c, 10);
	assert_int_equal(e.file_bytes, 0);
	assert_int_equal(e.files.left, 2);
	replica_merge_all(&c->hq, &c->stick);
	assert_int_equal(pieces_at_hq(c, photo), 0);
}

/* However small an original is. */
static void budget__goes_to_previews_first(void **state)
{
	camp *c = *state;
	sat_dot photos[10];
	int previews = 0, originals = 0;
	settle(c);
	for (uint64_t i = 0; i < 10; i++)
		photos[i] = some_photo(&c->one, 1000, 20000, 200 + i, 0);
	export_within(c, 120000);
	replica_merge_all(&c->hq, &c->stick);
	for (size_t i = 0; i < 10; i++) {
		previews += some_preview_pieces(&c->hq, at_hq(c, photos[i]));
		originals += pieces_at_hq(c, photos[i]);
	}
	assert_true(previews >= 4 && previews < 10);
	assert_int_equal(originals, 0);
}

/* --- losses --------------------------------------------------------------------------------------------- */

static void loss__of_a_bundle_is_made_up_for(void **state)
{
	camp *c = *state;
	settle(c);
	sat_dot photo = some_photo(&c->one, 6 * PIECE, 400, 6, 0);
	export_within(c, 1000000);
	memory_place_remove(&c->stick, 0);
	/* Nothing is confirmed, so all goes again. */
	assert_int_equal(export_within(c, 0).file_bytes, 6 * PIECE + 400);
	memory_place_remove(&c->stick, 0);
	export_within(c, 1000000);
	replica_merge_all(&c->hq, &c->stick);
	int there = pieces_at_hq(c, photo);
	assert_true(there > 0 && there < 6);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(export_within(c, 0).file_bytes, (6 - there) * PIECE);
	memory_place_remove(&c->stick, 0);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(export_within(c, 0).file_bytes, (6 - there) * PIECE);
	replica_merge_all(&c->hq, &c->stick);
	assert_true(some_photo_whole(&c->hq, at_hq(c, photo), 6 * PIECE, 6));
}

/* A bundle whose receipt never came: what was held is not sent a third time, and nothing is taken for received
 * that is not. */
static void loss__of_receipts_loses_nothing(void **state)
{
	camp *c = *state;
	settle(c);
	sat_dot photo = some_photo(&c->one, 4 * PIECE, 400, 7, 0);
	export_within(c, 800000);
	export_within(c, 1500000);
	export_files(c, SAT_FILES_NONE);
	assert_int_equal(c->stick.count, 3);
	replica_merge_all(&c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	sat_peer_status standing = camp_standing(&c->one, "registry");
	assert_int_equal(standing.files.received, 2);
	assert_int_equal(export_within(c, 0).file_bytes, 0);
	assert_true(some_photo_whole(&c->hq, at_hq(c, photo), 4 * PIECE, 7));
	/* The next bundle stands for no more than it rests on, and yet nothing goes twice. */
	for (int i = 0; i < 3; i++) {
		replica_add(&c->one, "workshop", "title", "a record", NULL);
		export e = export_within(c, 0);
		assert_int_equal(e.file_bytes, 0);
		replica_merge_all(&c->hq, &c->stick);
		camp_carry(&c->hq, &c->one, &c->stick);
	}
}

static void loss__of_a_frame_is_made_up_for(void **state)
{
	camp *c = *state;
	settle(c);
	sat_dot photo = some_photo(&c->one, 9 * PIECE, 400, 8, 0);
	export_within(c, 0);
	memory_bundle *bundle = &c->stick.bundles[0];
	bundle->data[bundle->size / 2] ^= 1;
	assert_int_equal(replica_merge_all(&c->hq, &c->stick).verdict, SAT_SALVAGED);
	int there = pieces_at_hq(c, photo);
	assert_int_equal(there, 6);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(export_within(c, 0).file_bytes, 3 * PIECE);
	replica_merge_all(&c->hq, &c->stick);
	assert_true(some_photo_whole(&c->hq, at_hq(c, photo), 9 * PIECE, 8));
}

static void loss__of_a_part_is_made_up_for(void **state)
{
	camp *c = *state;
	settle(c);
	sat_dot photo = some_photo(&c->one, 12 * PIECE, 400, 9, 0);
	sat_export_options options = { .form = SAT_FULL, .bundle_bytes_max = 1 };
	export e = export_with(c, &c->one, &c->hq, &options);
	assert_true(e.bundles >= 4);
	assert_int_equal(e.files.whole, 2);
	memory_place_remove(&c->stick, 2);
	replica_merge_all(&c->hq, &c->stick);
	assert_int_equal(pieces_at_hq(c, photo), 9);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(export_within(c, 0).file_bytes, 3 * PIECE);
	replica_merge_all(&c->hq, &c->stick);
	assert_true(some_photo_whole(&c->hq, at_hq(c, photo), 12 * PIECE, 9));
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(export_within(c, 0).file_bytes, 0);
}

/* Headquarters goes back to a backup from before: it gets its files again, though they were received once. */
static void loss__of_a_store_is_made_up_for(void **state)
{
	camp *c = *state;
	char backup[400], command[900];
	settle(c);
	sat_dot early = some_photo(&c->one, 2 * PIECE, 400, 61, 0);
	settle(c);
	snprintf(backup, sizeof backup, "%s/backup.db", c->dir);
	assert_int_equal(sat_store_backup(c->hq.store, backup, NULL), 0);
	sat_dot late = some_photo(&c->one, 3 * PIECE, 400, 62, 0);
	settle(c);
	settle(c);
	assert_true(some_photo_whole(&c->hq, at_hq(c, late), 3 * PIECE, 62));
	replica_close(&c->hq);
	snprintf(command, sizeof command, "mv %s %s", backup, c->hq.path);
	assert_int_equal(system(command), 0);
	replica_open(&c->hq);
	replica_add(&c->hq, "workshop", "title", "by headquarters", NULL);
	camp_carry(&c->hq, &c->one, &c->stick);
	export e = export_within(c, 0);
	assert_int_equal(e.file_bytes, 3 * PIECE + 400);
	replica_merge_all(&c->hq, &c->stick);
	assert_true(some_photo_whole(&c->hq, at_hq(c, late), 3 * PIECE, 62));
	assert_true(some_photo_whole(&c->hq, at_hq(c, early), 2 * PIECE, 61));
}

/* Of two bundles one arrived late, and is not in the backup that headquarters goes back to: what it brought is not
 * stood for by a third, which rests on the other. */
static void loss__of_a_bundle_with_the_store_is_made_up_for(void **state)
{
	camp *c = *state;
	char backup[400], command[900];
	settle(c);
	sat_dot photo = some_photo(&c->one, 2 * PIECE, 300, 65, 0);
	export_within(c, 0);
	replica_add(&c->one, "workshop", "title", "a record", NULL);
	export_files(c, SAT_FILES_NONE);
	replica_merge(&c->hq, &c->stick, c->stick.bundles[1].name);
	snprintf(backup, sizeof backup, "%s/backup.db", c->dir);
	assert_int_equal(sat_store_backup(c->hq.store, backup, NULL), 0);
	replica_merge_all(&c->hq, &c->stick);
	assert_true(some_photo_whole(&c->hq, at_hq(c, photo), 2 * PIECE, 65));
	camp_carry(&c->hq, &c->one, &c->stick);
	replica_add(&c->one, "workshop", "title", "another record", NULL);
	assert_int_equal(export_within(c, 0).file_bytes, 0);
	replica_close(&c->hq);
	snprintf(command, sizeof command, "mv %s %s", backup, c->hq.path);
	assert_int_equal(system(command), 0);
	replica_open(&c->hq);
	replica_merge_all(&c->hq, &c->stick);
	assert_int_equal(pieces_at_hq(c, photo), 0);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(export_within(c, 0).file_bytes, 2 * PIECE + 300);
	replica_merge_all(&c->hq, &c->stick);
	assert_true(some_photo_whole(&c->hq, at_hq(c, photo), 2 * PIECE, 65));
}

/* --- taken back ----------------------------------------------------------------------------------------- */

static void taken_back__leaves_no_byte_on_either_side(void **state)
{
	camp *c = *state;
	sat_dot person = some_person(&c->one, "P 0417"), other = some_person(&c->one, "P 0418");
	some_photo(&c->one, 2 * PIECE + 9, 700, 71, person);
	some_photo(&c->one, PIECE, 700, 72, person);
	sat_dot kept = some_photo(&c->one, PIECE, 700, 72, other);
	settle(c);
	assert_true(some_bytes_found(&c->hq, 2 * PIECE + 9, 71));
	replica_decide(&c->one, person, "photo", SAT_WITHDRAWN, true);
	settle(c);
	replica *both[] = { &c->one, &c->hq };
	for (int i = 0; i < 2; i++) {
		assert_false(some_bytes_found(both[i], 2 * PIECE + 9, 71));
		assert_false(some_bytes_found(both[i], 700, 71 + 1000003));
	}
	/* What another record names as well stays. */
	assert_true(some_photo_whole(&c->one, kept, PIECE, 72));
	assert_true(some_photo_whole(&c->hq, at_hq(c, kept), PIECE, 72));
}

/* Headquarters alone let it go, and its sender thinks that it has it. */
static void taken_back__and_given_again_comes_again(void **state)
{
	camp *c = *state;
	sat_dot first = some_photo(&c->one, 2 * PIECE, 300, 73, 0);
	sat_dot elsewhere = replica_add(&c->one, "media", "kind", "photo", NULL);
	settle(c);
	/* Another record holds it here all the time, under a no. */
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0417", NULL);
	replica_decide(&c->one, person, "attend_record", SAT_GIVEN, false);
	sat_dot hidden = some_photo(&c->one, 2 * PIECE, 300, 73, person);
	some_photo_into(&c->one, first, PIECE, 0, 74);
	settle(c);
	assert_false(some_bytes_found(&c->hq, 2 * PIECE, 73));
	assert_true(some_photo_whole(&c->one, hidden, 2 * PIECE, 73));
	some_photo_into(&c->one, elsewhere, 2 * PIECE, 300, 73);
	settle(c);
	assert_int_equal(pieces_at_hq(c, elsewhere), 0);
	settle(c);
	assert_true(some_photo_whole(&c->hq, at_hq(c, elsewhere), 2 * PIECE, 73));
	/* It is asked for once. */
	settle(c);
	assert_int_equal(export_within(c, 0).file_bytes, 0);
}

/* --- pieces without a value ----------------------------------------------------------------------------- */

static void piece__before_its_value_is_declined_and_asked_for(void **state)
{
	camp *c = *state;
	sat_export_options parts = { .form = SAT_FULL, .bundle_bytes_max = 1 };
	settle(c);
	sat_dot photo = some_photo(&c->one, 2 * PIECE, 0, 81, 0);
	export_with(c, &c->one, &c->hq, &parts);
	assert_int_equal(c->stick.count, 2);
	/* The bundle with the record is lost. */
	memory_place_remove(&c->stick, 0);
	sat_merged merged = replica_merge_all(&c->hq, &c->stick);
	assert_int_equal(merged.declined, 2);
	assert_int_equal(count(&c->hq, "SELECT count(*) FROM sat_bytes"), 0);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(camp_standing(&c->one, "registry").files.received, 0);
	assert_int_equal(camp_standing(&c->one, "registry").files.copied, 1);
	/* Now it comes, and the pieces are asked for. */
	assert_int_equal(export_within(c, 0).file_bytes, 0);
	replica_merge_all(&c->hq, &c->stick);
	assert_int_equal(pieces_at_hq(c, photo), 0);
	settle(c);
	settle(c);
	assert_true(some_photo_whole(&c->hq, at_hq(c, photo), 2 * PIECE, 81));
	assert_int_equal(count(&c->hq, "SELECT count(*) FROM sat_file_declined"), 0);
	assert_int_equal(camp_standing(&c->one, "registry").files.received, 1);
}

/* --- what ill will makes -------------------------------------------------------------------------------- */

/* A frame with pieces of the photo, as an honest laptop would write it, and then as `alter` leaves it. */
static sat_merged deliver_pieces(camp *c, sat_dot photo, size_t bytes, uint64_t seed, void (*alter)(sat_chunk *))
{
	SAT_ARENA(arena);
	char *text;
	sat_file_value value;
	uint8_t *data = malloc(bytes + 1), leaves[4 * SAT_HASH_BYTES];
	uint8_t proofs[4][SAT_PROOF_HASHES_MAX * SAT_HASH_BYTES] = { { 0 } };
	uint32_t n = sat_tree_pieces((int64_t)bytes);
	sat_tree tree;
	some_bytes(data, bytes, seed);
	for (uint32_t i = 0; i < n; i++)
		sat_tree_leaf(leaves + i * SAT_HASH_BYTES, data + i * PIECE,
		              sat_tree_piece_bytes((int64_t)bytes, i));
	assert_int_equal(sat_tree_build(&tree, &arena, leaves, n), 0);
	replica_field(&c->one, photo, "photo_file", &text);
	assert_true(sat_file_value_read(&value, text, strlen(text)));
	free(text);
	sat_chunk chunk = { .track = SAT_TRACK_FILES, .file = { .name = value.original, .count = n } };
	for (uint32_t i = 0; i < n; i++) {
		sat_tree_proof(&tree, i, proofs[i]);
		chunk.file.piece[i] = (sat_file_piece){ i, proofs[i], data + i * PIECE };
	}
	alter(&chunk);
	forgery f;
	SAT_BYTES(bundle);
	forgery_begin(&f, &c->one, &c->hq);
	forgery_chunk(&f, c->one.store, &chunk);
	forgery_end(&f, &bundle);
	memory_place_add(&c->stick, bundle.data, bundle.length);
	free(data);
	return replica_merge_all(&c->hq, &c->stick);
}

static void leave(sat_chunk *chunk) { (void)chunk; }
static void change_byte(sat_chunk *chunk) { *(uint8_t *)(uintptr_t)(chunk->file.piece[1].bytes + 100) ^= 1; }
static void change_proof(sat_chunk *chunk) { *(uint8_t *)(uintptr_t)chunk->file.piece[1].proof ^= 1; }
static void change_name(sat_chunk *chunk) { chunk->file.name.hash[0] ^= 1; }
static void change_size(sat_chunk *chunk) { chunk->file.name.size++; }
static void swap_numbers(sat_chunk *chunk)
{
	chunk->file.piece[0].number = 1;
	chunk->file.piece[1].number = 0;
}

static void forged__piece_is_refused_with_its_bundle(void **state)
{
	camp *c = *state;
	sat_dot photo = some_photo(&c->one, 3 * PIECE - 1, 0, 91, 0);
	export_files(c, SAT_FILES_NONE);
	replica_merge_all(&c->hq, &c->stick);
	void (*const alterations[])(sat_chunk *) = { change_byte, change_proof, change_name, change_size,
		                                     swap_numbers };
	for (size_t i = 0; i < 5; i++) {
		sat_merged merged = deliver_pieces(c, photo, 3 * PIECE - 1, 91, alterations[i]);
		assert_int_equal(merged.verdict, SAT_REFUSED_BUNDLE);
		assert_int_equal(pieces_at_hq(c, photo), 0);
	}
	assert_int_equal(deliver_pieces(c, photo, 3 * PIECE - 1, 91, leave).verdict, SAT_MERGED);
	assert_true(some_photo_whole(&c->hq, at_hq(c, photo), 3 * PIECE - 1, 91));
}

/* --- who has this? -------------------------------------------------------------------------------------- */

static int tally(void *context, const sat_disclosed_file *file, sat_error *err)
{
	size_t *t = context;
	(void)err;
	t[0]++;
	t[1] += file->preview;
	t[2] += file->preview ? 0 : file->pieces;
	t[3] += file->received;
	return 0;
}

static void disclosure__says_that_the_file_went(void **state)
{
	camp *c = *state;
	sat_dot photo = some_photo(&c->one, 4 * PIECE, 300, 95, 0), other = some_photo(&c->one, 500, 0, 96, 0);
	size_t t[4] = { 0 };
	export_within(c, 900000);
	assert_int_equal(sat_disclosed_files_each(c->one.store, photo, tally, t, NULL), 0);
	assert_int_equal(t[1], 1);
	assert_true(t[2] > 0 && t[2] < 4);
	assert_int_equal(t[3], 0);
	replica_merge_all(&c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	settle(c);
	memset(t, 0, sizeof t);
	assert_int_equal(sat_disclosed_files_each(c->one.store, photo, tally, t, NULL), 0);
	assert_int_equal(t[0], 3);
	assert_int_equal(t[2], 4);
	assert_int_equal(t[3], 3);
	memset(t, 0, sizeof t);
	assert_int_equal(sat_disclosed_files_each(c->one.store, other, tally, t, NULL), 0);
	assert_int_equal(t[2], 1);
}

int main(void)
{
	const struct CMUnitTest claims[] = {
		CAMP_CLAIM(travel__file_goes_with_its_record),
		CAMP_CLAIM(travel__file_is_passed_on_and_not_back),
		CAMP_CLAIM(travel__file_waits_for_a_yes_like_its_value),
		CAMP_CLAIM(travel__file_under_a_label_stays_until_it_ends),
		CAMP_CLAIM(travel__only_text_and_previews_leave_the_rest_for_later),
		CAMP_CLAIM(budget__is_kept_and_filled_by_later_exports),
		CAMP_CLAIM(budget__may_be_large),
		CAMP_CLAIM(budget__below_the_records_lets_them_go_alone),
		CAMP_CLAIM(budget__goes_to_previews_first),
		CAMP_CLAIM(loss__of_a_bundle_is_made_up_for),
		CAMP_CLAIM(loss__of_receipts_loses_nothing),
		CAMP_CLAIM(loss__of_a_frame_is_made_up_for),
		CAMP_CLAIM(loss__of_a_part_is_made_up_for),
		CAMP_CLAIM(loss__of_a_store_is_made_up_for),
		CAMP_CLAIM(loss__of_a_bundle_with_the_store_is_made_up_for),
		CAMP_CLAIM(taken_back__leaves_no_byte_on_either_side),
		CAMP_CLAIM(taken_back__and_given_again_comes_again),
		CAMP_CLAIM(piece__before_its_value_is_declined_and_asked_for),
		CAMP_CLAIM(forged__piece_is_refused_with_its_bundle),
		CAMP_CLAIM(disclosure__says_that_the_file_went),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
