/* Claims about files in one store: names, pieces, values that name them, and what goes with the last of those. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/erase.h"
#include "core/query.h"
#include "core/store-private.h"
#include "some-file.h"
#include "two-laptops.h"

enum { PIECE = SAT_PIECE_BYTES };

/* --- values --------------------------------------------------------------------------------------------- */

#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static bool reads(const char *text)
{
	sat_file_value value;
	SAT_BYTES(again);
	bool yes = sat_file_value_read(&value, text, strlen(text));
	if (yes) {
		sat_file_value_print(&value, &again);
		assert_int_equal(again.length, strlen(text));
		assert_memory_equal(again.data, text, again.length);
	}
	return yes;
}

static void file_value__has_one_form(void **state)
{
	(void)state;
	assert_true(reads("image/jpeg 1 " HASH));
	assert_true(reads("application/vnd.ms-x+y 17179869184 " HASH));
	assert_true(reads("image/jpeg 3145728 " HASH " 24576 " HASH));
	const char *const others[] = {
		"",
		" ",
		"image/jpeg",
		"image/jpeg 1",
		"image/jpeg 0 " HASH,
		"image/jpeg 01 " HASH,
		"image/jpeg -1 " HASH,
		"image/jpeg 17179869185 " HASH,
		"image/jpeg 99999999999 " HASH,
		"image/jpeg 184467440737095516160 " HASH,
		"image/jpeg 1 " HASH " ",
		" image/jpeg 1 " HASH,
		"image/jpeg  1 " HASH,
		"image/jpeg 1 " HASH " 1",
		"image/jpeg 1 " HASH " 24577 " HASH,
		"image/jpeg 1 " HASH " 1 " HASH " ",
		"image/jpeg 1 " HASH " 1 " HASH " 1",
		"image 1 " HASH,
		"/jpeg 1 " HASH,
		"image/ 1 " HASH,
		"Image/jpeg 1 " HASH,
		"image/.x 1 " HASH,
		"image/jpeg 1 00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff",
		"image/jpeg 1 00112233445566778899aabbccddeeff00112233445566778899aabbccddee",
		"image/jpeg 1 " HASH "00",
	};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_false(reads(others[i]));
	char type[200] = "image/";
	memset(type + 6, 'x', 58);
	strcpy(type + 64, " 1 " HASH);
	assert_false(reads(type));
	strcpy(type + 63, " 1 " HASH);
	assert_true(reads(type));
}

static void file_value__is_checked_when_it_is_written(void **state)
{
	(void)state;
	sat_value value;
	assert_int_equal(sat_value_parse(&value, SAT_FILE, "photo.jpg", 9, NULL), SAT_EINVALID);
	assert_int_equal(sat_value_parse(&value, SAT_FILE, "image/png 1 " HASH, strlen("image/png 1 " HASH), NULL),
	                 0);
	value.text.length--;
	assert_int_equal(sat_value_check(&value, NULL), SAT_EINVALID);
}

/* --- names ---------------------------------------------------------------------------------------------- */

/* A file of `size` bytes: every piece proves itself, and no other. */
static void prove_all(int64_t size)
{
	SAT_ARENA(arena);
	uint32_t n = sat_tree_pieces(size);
	uint8_t *leaves = malloc((size_t)n * SAT_HASH_BYTES), *bytes = calloc(1, (size_t)n * PIECE);
	some_bytes(bytes, (size_t)n * 8, (uint64_t)size);
	sat_file_name name, other;
	sat_tree tree;
	for (uint32_t i = 0; i < n; i++) {
		bytes[(size_t)i * PIECE] = (uint8_t)i;
		sat_tree_leaf(leaves + (size_t)i * SAT_HASH_BYTES, bytes + (size_t)i * PIECE,
		              sat_tree_piece_bytes(size, i));
	}
	assert_int_equal(sat_tree_name(leaves, size, &name, NULL), 0);
	assert_int_equal(sat_tree_build(&tree, &arena, leaves, n), 0);
	for (uint32_t i = 0; i < n; i++) {
		uint8_t proof[SAT_PROOF_HASHES_MAX * SAT_HASH_BYTES];
		uint8_t *piece = bytes + (size_t)i * PIECE;
		assert_int_equal(sat_tree_proof(&tree, i, proof), sat_tree_proof_hashes(size, i));
		assert_true(sat_tree_check(&name, i, proof, piece));
		piece[0] ^= 1;
		assert_false(sat_tree_check(&name, i, proof, piece));
		piece[0] ^= 1;
		other = name;
		other.size--;
		assert_false(other.size > 0 && sat_tree_pieces(other.size) == n &&
		             sat_tree_check(&other, i, proof, piece));
		if (n > 1) {
			proof[0] ^= 1;
			assert_false(sat_tree_check(&name, i, proof, piece));
		}
	}
	free(leaves);
	free(bytes);
}

static void file_tree__every_piece_proves_itself(void **state)
{
	(void)state;
	for (int64_t n = 1; n <= 17; n++) {
		prove_all(n * PIECE);
		prove_all(n * PIECE - PIECE + 1);
	}
	assert_int_equal(sat_tree_pieces(SAT_FILE_BYTES_MAX), SAT_PIECES_MAX);
	assert_int_equal(sat_tree_proof_hashes(SAT_FILE_BYTES_MAX, SAT_PIECES_MAX - 1), SAT_PROOF_HASHES_MAX);
}

/* --- keeping -------------------------------------------------------------------------------------------- */

static int64_t count(replica *r, const char *sql)
{
	int64_t n;
	assert_int_equal(sat_db_int(r->store->db, sql, &n, -1, NULL), 0);
	return n;
}

static void file__is_kept_as_it_was(void **state)
{
	camp *c = *state;
	const size_t sizes[] = { 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5 };
	for (size_t i = 0; i < 5; i++) {
		sat_dot photo = some_photo(&c->one, sizes[i], 100 + i, i, 0);
		assert_true(some_photo_whole(&c->one, photo, sizes[i], i));
		assert_int_equal(some_preview_pieces(&c->one, photo), 1);
	}
	assert_int_equal(sat_store_begin(c->one.store, NULL), 0);
	SAT_AUTO(sat_file_writer) writer = NULL;
	sat_file_name name;
	assert_int_equal(sat_file_begin(&writer, c->one.store, NULL), 0);
	assert_int_equal(sat_file_end(writer, &name, NULL), SAT_EINVALID);
	sat_store_rollback(c->one.store);
}

static void file__that_two_records_name_is_kept_once(void **state)
{
	camp *c = *state;
	sat_dot first = some_photo(&c->one, 3 * PIECE, 200, 7, 0);
	sat_dot second = some_photo(&c->one, 3 * PIECE, 200, 7, 0);
	assert_int_equal(count(&c->one, "SELECT count(*) FROM sat_bytes"), 4);
	assert_int_equal(count(&c->one, "SELECT count(*) FROM sat_file"), 2);
	assert_true(some_photo_whole(&c->one, first, 3 * PIECE, 7));
	assert_true(some_photo_whole(&c->one, second, 3 * PIECE, 7));
}

static void erase(replica *r, sat_dot record)
{
	assert_int_equal(sat_store_begin(r->store, NULL), 0);
	assert_int_equal(sat_record_erase(r->store, record, 0, NULL), 0);
	assert_int_equal(sat_store_commit(r->store, NULL), 0);
}

static void file__goes_with_the_last_record_that_names_it(void **state)
{
	camp *c = *state;
	sat_dot first = some_photo(&c->one, 2 * PIECE, 300, 11, 0);
	sat_dot second = some_photo(&c->one, 2 * PIECE, 300, 11, 0);
	erase(&c->one, first);
	assert_true(some_photo_whole(&c->one, second, 2 * PIECE, 11));
	assert_true(some_bytes_found(&c->one, 2 * PIECE, 11));
	erase(&c->one, second);
	assert_int_equal(count(&c->one,
	                       "SELECT (SELECT count(*) FROM sat_file) + (SELECT count(*) FROM sat_piece) + "
	                       "(SELECT count(*) FROM sat_bytes) + (SELECT count(*) FROM sat_file_use)"),
	                 0);
	assert_false(some_bytes_found(&c->one, 2 * PIECE, 11));
	assert_false(some_bytes_found(&c->one, 300, 11 + 1000003));
}

static void file__that_was_replaced_is_gone(void **state)
{
	camp *c = *state;
	sat_dot photo = some_photo(&c->one, PIECE + 9, 250, 21, 0);
	some_photo_into(&c->one, photo, 2 * PIECE, 0, 22);
	assert_true(some_photo_whole(&c->one, photo, 2 * PIECE, 22));
	assert_false(some_bytes_found(&c->one, PIECE + 9, 21));
	assert_int_equal(count(&c->one, "SELECT count(*) FROM sat_file"), 1);
}

/* Among many others, whose pages are moved about. */
static void file__leaves_no_byte_in_a_busy_store(void **state)
{
	camp *c = *state;
	sat_dot photos[40];
	for (uint64_t i = 0; i < 40; i++)
		photos[i] = some_photo(&c->one, 1000 + 137 * (size_t)i, 20 + (size_t)i, 100 + i, 0);
	for (uint64_t i = 0; i < 40; i += 3)
		erase(&c->one, photos[i]);
	for (uint64_t i = 0; i < 40; i++) {
		assert_int_equal(some_bytes_found(&c->one, 1000 + 137 * (size_t)i, 100 + i), i % 3 != 0);
		assert_int_equal(some_bytes_found(&c->one, 20 + (size_t)i, 100 + i + 1000003), i % 3 != 0);
	}
}

static void file__of_a_person_who_took_it_back_is_gone(void **state)
{
	camp *c = *state;
	sat_dot person = some_person(&c->one, "P 0417"), other = some_person(&c->one, "P 0418");
	sat_dot photo = some_photo(&c->one, PIECE, 400, 31, person);
	sat_dot shared = some_photo(&c->one, PIECE, 400, 33, person);
	sat_dot same = some_photo(&c->one, PIECE, 400, 33, other);
	replica_decide(&c->one, person, "photo", SAT_WITHDRAWN, true);
	assert_false(some_bytes_found(&c->one, PIECE, 31));
	assert_false(some_bytes_found(&c->one, 400, 31 + 1000003));
	assert_int_equal(some_pieces(&c->one, photo), -1);
	assert_int_equal(some_pieces(&c->one, shared), -1);
	/* Another record, of somebody else, holds the same picture. */
	assert_true(some_photo_whole(&c->one, same, PIECE, 33));
}

static void count_sentence(void *context, const char *sentence)
{
	(void)sentence;
	++*(size_t *)context;
}

static size_t troubles(replica *r)
{
	size_t found = 0;
	assert_int_equal(sat_query_check(r->store, count_sentence, &found, NULL), 0);
	return found;
}

static void file__bookkeeping_agrees_and_is_checked(void **state)
{
	camp *c = *state;
	static const char *const harms[] = {
		"UPDATE sat_file SET here = here + 1", "DELETE FROM sat_file_use",
		"DELETE FROM sat_bytes WHERE id = (SELECT bytes FROM sat_piece LIMIT 1)",
		"INSERT INTO sat_bytes(content) VALUES(x'00')"
	};
	sat_dot photo = some_photo(&c->one, 3 * PIECE, 300, 61, 0),
	        other = some_photo(&c->one, 3 * PIECE, 300, 61, 0);
	some_photo_into(&c->one, photo, PIECE, 300, 62);
	assert_int_equal(troubles(&c->one), 0);
	erase(&c->one, other);
	assert_int_equal(troubles(&c->one), 0);
	for (size_t i = 0; i < sizeof harms / sizeof *harms; i++) {
		assert_int_equal(sat_store_begin(c->one.store, NULL), 0);
		assert_int_equal(sat_db_exec(c->one.store->db, harms[i], NULL), 0);
		assert_int_equal(troubles(&c->one), 1);
		sat_store_rollback(c->one.store);
	}
}

static void file__that_was_rolled_back_is_not_there(void **state)
{
	camp *c = *state;
	assert_int_equal(sat_store_begin(c->one.store, NULL), 0);
	some_file(&c->one, PIECE, 0, 41);
	sat_store_rollback(c->one.store);
	assert_int_equal(count(&c->one, "SELECT count(*) FROM sat_bytes"), 0);
	sat_dot photo = some_photo(&c->one, PIECE, 0, 42, 0);
	assert_int_equal(sat_store_begin(c->one.store, NULL), 0);
	assert_int_equal(sat_record_erase(c->one.store, photo, 0, NULL), 0);
	sat_store_rollback(c->one.store);
	assert_true(some_photo_whole(&c->one, photo, PIECE, 42));
}

static void file__that_is_damaged_in_the_store_is_not_read(void **state)
{
	camp *c = *state;
	sat_dot photo = some_photo(&c->one, 2 * PIECE, 0, 51, 0);
	assert_true(some_photo_whole(&c->one, photo, 2 * PIECE, 51));
	char *text;
	sat_file_value value;
	sat_file file;
	SAT_BYTES(piece);
	replica_field(&c->one, photo, "photo_file", &text);
	assert_true(sat_file_value_read(&value, text, strlen(text)));
	free(text);
	assert_int_equal(sat_file_find(c->one.store, &value.original, &file, NULL), 0);
	assert_int_equal(
	    sat_db_exec(c->one.store->db, "UPDATE sat_bytes SET content = zeroblob(262144) WHERE id = 2", NULL), 0);
	assert_int_equal(sat_file_read(c->one.store, &file, 0, &piece, NULL), 0);
	assert_int_equal(sat_file_read(c->one.store, &file, 1, &piece, NULL), SAT_EDAMAGED);
}

int main(void)
{
	const struct CMUnitTest claims[] = {
		cmocka_unit_test(file_value__has_one_form),
		cmocka_unit_test(file_value__is_checked_when_it_is_written),
		cmocka_unit_test(file_tree__every_piece_proves_itself),
		CAMP_CLAIM(file__is_kept_as_it_was),
		CAMP_CLAIM(file__that_two_records_name_is_kept_once),
		CAMP_CLAIM(file__goes_with_the_last_record_that_names_it),
		CAMP_CLAIM(file__that_was_replaced_is_gone),
		CAMP_CLAIM(file__leaves_no_byte_in_a_busy_store),
		CAMP_CLAIM(file__of_a_person_who_took_it_back_is_gone),
		CAMP_CLAIM(file__bookkeeping_agrees_and_is_checked),
		CAMP_CLAIM(file__that_was_rolled_back_is_not_there),
		CAMP_CLAIM(file__that_is_damaged_in_the_store_is_not_read),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
