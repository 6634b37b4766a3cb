/* Hashes, identities and signatures, and the key file: keys.h.
 *
 * Constants called "by a second implementation" were computed with Python's hashlib and PyNaCl from
 * the descriptions in sync/FORMAT.md and keyfile.c, not with the code under test.  Where a test plays
 * the attacker it calls libsodium itself.  The file is long since all of its key file tests share one
 * locked file, which is slow to make.
 */
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "core/keys.h"
#include "tests/support/test-env.h"

#define PASSPHRASE      "correct horse"
#define SLOTS           12
#define SLOT_BYTES      132
#define SLOT_MEMORY     4
#define SLOT_PASSES     8
#define SLOT_SEALED     52
#define SLOT_COMMITMENT 100
#define SECRETS_BYTES   80

/* Argon2id is slow, so the tests share one locked file. */
static struct fixture {
	sat_identity *identity;
	sat_bytes open;
	sat_bytes locked;
	char recovery[SAT_RECOVERY_CHARS];
} fixture;

static void assert_hex(const uint8_t *bytes, const char *hex)
{
	char text[2 * 80 + 1];
	size_t count = strlen(hex) / 2;
	assert_true(count <= 80);
	for (size_t i = 0; i < count; i++) {
		text[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		text[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	text[2 * count] = '\0';
	assert_string_equal(text, hex);
}

static void assert_hash_hex(const void *data, size_t count, const char *hex)
{
	uint8_t hash[SAT_HASH_BYTES];
	sat_hash(hash, "satchel1file", data, count);
	assert_hex(hash, hex);
}

static void flip(uint8_t *bytes, size_t bit)
{
	bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
}

static void put_le32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t get_le32(const uint8_t *at)
{
	sat_cursor c = sat_cursor_over(at, 4);
	return sat_cursor_le32(&c);
}

static void keyed32(uint8_t hash[static 32], const char *personal, const uint8_t key[static 32],
                    const void *data, size_t count)
{
	uint8_t padded[16] = { 0 };
	memcpy(padded, personal, strlen(personal));
	crypto_generichash_blake2b_salt_personal(hash, 32, data, count, key, 32, NULL, padded);
}

static void copy(sat_bytes *to, const sat_bytes *from)
{
	sat_bytes_reset(to);
	sat_bytes_put(to, from->data, from->length);
	assert_true(sat_bytes_ok(to));
}

/* What somebody does who changes a file on purpose: the hash at the end needs no key. */
static void mend_hash(sat_bytes *file)
{
	size_t count = file->length - SAT_HASH_BYTES;
	sat_hash(file->data + count, "satchel1keyfile", file->data, count);
}

/* Reads a file that must not open, and says why it did not. */
static int refusal(const sat_bytes *file, const char *passphrase)
{
	sat_identity *identity = (sat_identity *)&fixture;
	sat_error err = { 0 };
	int code = sat_keyfile_read(&identity, file->data, file->length, passphrase, &err);
	assert_null(identity);
	assert_int_not_equal(code, 0);
	assert_int_equal(code, err.code);
	assert_string_not_equal(err.message, "");
	return code;
}

static void assert_opens(const sat_bytes *file, const char *passphrase)
{
	SAT_AUTO(sat_identity) identity = NULL;
	uint8_t hash[SAT_HASH_BYTES] = { 1 };
	uint8_t signature[SAT_SIGNATURE_BYTES];
	sat_error err = { 0 };
	sat_keyfile_read(&identity, file->data, file->length, passphrase, &err);
	assert_string_equal(err.message, "");
	assert_non_null(identity);
	assert_memory_equal(sat_identity_public(identity), sat_identity_public(fixture.identity),
	                    sizeof(sat_public));
	assert_memory_equal(sat_identity_seal_secret(identity), sat_identity_seal_secret(fixture.identity),
	                    SAT_KEY_BYTES);
	sat_sign(identity, hash, signature);
	assert_true(sat_verify(sat_identity_public(fixture.identity), hash, signature));
}

/* --- hashes ------------------------------------------------------------------------------------ */

static void keys__personal_hash_is_blake2b(void **state)
{
	static const struct {
		const char *personal;
		const char *hex;
	} known[] = {
		{ "satchel1file", "575362a6cf3ea5d5befdae422ed65ce255907d57c0e45a956cc18a744388da94" },
		{ "satchel1manifest", "10454939b87d42e534aa5396290368c93c7501c3999ac72acf408709be67f2d5" },
		{ "", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319" },
	};
	uint8_t hash[SAT_HASH_BYTES];
	uint8_t long_one[1000];
	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		sat_hash(hash, known[i].personal, "abc", 3);
		assert_hex(hash, known[i].hex);
	}
	sat_hash(hash, "satchel1file", NULL, 0);
	assert_hex(hash, "5135bfcb81bb7d3b8707a737fdf9c73ca275d71074264058197e1a9ae95e5629");
	for (size_t i = 0; i < sizeof long_one; i++)
		long_one[i] = (uint8_t)(i % 251);
	sat_hash(hash, "satchel1frame", long_one, sizeof long_one);
	assert_hex(hash, "09446893260cba9312da51c02bf1d871f7e0b8e1381d9ea693b7df5b97f6d43e");
}

static void keys__hash_in_pieces_equals_hash_at_once(void **state)
{
	uint8_t data[300];
	uint8_t whole[SAT_HASH_BYTES];
	uint8_t pieces[SAT_HASH_BYTES];
	(void)state;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(7 * i);
	sat_hash(whole, "satchel1node", data, sizeof data);
	for (size_t cut = 0; cut <= sizeof data; cut++) {
		sat_hasher h;
		sat_hash_begin(&h, "satchel1node");
		sat_hash_add(&h, data, cut);
		sat_hash_add(&h, NULL, 0);
		sat_hash_add(&h, data + cut, sizeof data - cut);
		sat_hash_end(&h, pieces);
		assert_memory_equal(whole, pieces, SAT_HASH_BYTES);
	}
}

/* What was hashed may have been secret. */
static void keys__hasher_is_empty_afterwards(void **state)
{
	static const sat_hasher zeros;
	uint8_t hash[SAT_HASH_BYTES];
	sat_hasher h;
	(void)state;
	sat_hash_begin(&h, "satchel1node");
	sat_hash_add(&h, "secret", 6);
	sat_hash_end(&h, hash);
	assert_memory_equal(&h, &zeros, sizeof h);
}

static void keys__short_hash_is_blake2b_of_sixteen_bytes(void **state)
{
	uint8_t hash[17] = { [16] = 0xee };
	(void)state;
	sat_hash16(hash, "satchel1device", "abc", 3);
	assert_hex(hash, "5f8244fdd3292a43e337b044c41054b0");
	assert_int_equal(hash[16], 0xee);
}

/* Constants by a second implementation. */
static void keys__salts_are_a_keystream_from_its_start(void **state)
{
	static const uint8_t seed[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
	uint8_t salts[16 * 5 + 1] = { [80] = 0xee };
	uint8_t fewer[16 * 2];
	(void)state;
	sat_salts(salts, 5, seed);
	assert_hex(salts, "bde84b7c0479e6431a21241386ff6102347682a68570e91ca50f619049a4d7a0"
	                  "b9461c9167ebaefc7b9d6003a95ebfb17fe6acd317f13a05df3fd7aadb0c8637"
	                  "d2310791026aa1379019abfa77a19a17");
	assert_int_equal(salts[80], 0xee);
	sat_salts(fewer, 2, seed);
	assert_memory_equal(salts, fewer, sizeof fewer);
	sat_salts(fewer, 0, seed);
	assert_memory_equal(salts, fewer, sizeof fewer);
}

static void keys__secret_comparison_sees_every_bit(void **state)
{
	uint8_t a[SAT_HASH_BYTES] = { 0 };
	uint8_t b[SAT_HASH_BYTES] = { 0 };
	(void)state;
	assert_true(sat_equal_secret(a, b, sizeof a));
	for (size_t bit = 0; bit < 8 * sizeof a; bit++) {
		flip(b, bit);
		assert_false(sat_equal_secret(a, b, sizeof a));
		flip(b, bit);
	}
	memset(a, 0xa5, sizeof a);
	sat_wipe(a, sizeof a);
	assert_memory_equal(a, b, sizeof a);
}

static void keys__roles_and_their_names_match(void **state)
{
	(void)state;
	for (int role = SAT_REGISTRY; role <= SAT_AUDITOR; role++)
		assert_int_equal(sat_role_of_name(sat_role_name((sat_role)role)), role);
	assert_string_equal(sat_role_name(SAT_COMMUNITY), "community");
	assert_null(sat_role_name(SAT_ROLE_NONE));
	assert_null(sat_role_name((sat_role)5));
	assert_null(sat_role_name((sat_role)-1));
	assert_int_equal(sat_role_of_name(""), SAT_ROLE_NONE);
	assert_int_equal(sat_role_of_name("Registry"), SAT_ROLE_NONE);
	assert_int_equal(sat_role_of_name("registry "), SAT_ROLE_NONE);
}

/* --- identities -------------------------------------------------------------------------------- */

/* Constants by a second implementation. */
static void identity__replays_from_the_seed_of_its_env(void **state)
{
	const sat_public *public = sat_identity_public(fixture.identity);
	const sat_device_id *device = sat_identity_device(fixture.identity);
	sat_device_id again = sat_device_of(public);
	(void)state;
	assert_hex(public->sign, "4bb675de4f6376ab61737033d701560e4434be1d6736562ae29b8835b763cd24");
	assert_hex(public->seal, "9ca3d1d62ba43f20cab42a454a8bc711ccc372e8001afb408ded2e6125a18d06");
	assert_hex(device->bytes, "a0b0121a3328fd0c34fe8b42aa4d3340");
	assert_true(sat_device_equal(device, &again));
}

static void identity__device_id_hangs_on_every_bit_of_both_keys(void **state)
{
	sat_public public = *sat_identity_public(fixture.identity);
	(void)state;
	for (size_t bit = 0; bit < 8 * sizeof public; bit++) {
		flip((uint8_t *)&public, bit);
		sat_device_id other = sat_device_of(&public);
		assert_false(sat_device_equal(&other, sat_identity_device(fixture.identity)));
		flip((uint8_t *)&public, bit);
	}
}

static void identity__of_another_seed_has_other_keys(void **state)
{
	test_env t;
	SAT_AUTO(sat_identity) other = NULL;
	const sat_public *a = sat_identity_public(fixture.identity);
	(void)state;
	test_env_init(&t, 2);
	assert_int_equal(sat_identity_create(&other, &t.env, NULL), 0);
	assert_memory_not_equal(a->sign, sat_identity_public(other)->sign, SAT_KEY_BYTES);
	assert_memory_not_equal(a->seal, sat_identity_public(other)->seal, SAT_KEY_BYTES);
	sat_identity_free(NULL);
}

static void signature__holds_for_its_hash_and_key_alone(void **state)
{
	sat_public public = *sat_identity_public(fixture.identity);
	uint8_t hash[SAT_HASH_BYTES];
	uint8_t signature[SAT_SIGNATURE_BYTES];
	(void)state;
	sat_hash(hash, "satchel1file", "abc", 3);
	sat_sign(fixture.identity, hash, signature);
	assert_hex(signature, "aae55a27e7c2e5aaccb08a8d49520094cb30a57331c6ce852e42d33d568f809b"
	                      "baac203b12df71467b677e51623764277758f7e15b200375bb1b7fdf701def08");
	assert_true(sat_verify(&public, hash, signature));
	for (size_t bit = 0; bit < 8 * sizeof signature; bit++) {
		flip(signature, bit);
		assert_false(sat_verify(&public, hash, signature));
		flip(signature, bit);
	}
	for (size_t bit = 0; bit < 8 * sizeof hash; bit++) {
		flip(hash, bit);
		assert_false(sat_verify(&public, hash, signature));
		flip(hash, bit);
		flip(public.sign, bit);
		assert_false(sat_verify(&public, hash, signature));
		flip(public.sign, bit);
	}
}

/* With the neutral point as key and as R, and S = 0, the equation holds for every message. */
static void signature__by_a_low_order_key_is_refused(void **state)
{
	const sat_public nobody = { .sign = { 1 } };
	const uint8_t signature[SAT_SIGNATURE_BYTES] = { 1 };
	uint8_t hash[SAT_HASH_BYTES] = { 0 };
	(void)state;
	assert_false(sat_verify(&nobody, hash, signature));
}

/* S and S + L satisfy the same equation; were both accepted, anybody could make a second form. */
static void signature__in_a_second_form_is_refused(void **state)
{
	static const uint8_t order[32] = {
		0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,        0xd6,
		0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10,
	};
	uint8_t hash[SAT_HASH_BYTES] = { 0 };
	uint8_t signature[SAT_SIGNATURE_BYTES];
	unsigned carry = 0;
	(void)state;
	sat_sign(fixture.identity, hash, signature);
	for (size_t i = 0; i < 32; i++) {
		carry += (unsigned)signature[32 + i] + order[i];
		signature[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_int_equal(carry, 0);
	assert_false(sat_verify(sat_identity_public(fixture.identity), hash, signature));
}

/* --- the key file ------------------------------------------------------------------------------ */

/* The hashes are of whole files by a second implementation. */
static void keyfile__is_written_as_its_format_says(void **state)
{
	(void)state;
	assert_int_equal(fixture.open.length, 256);
	assert_hash_hex(fixture.open.data, 256,
	                "3146e922865c015a56d7c9f9be42adb5bdf0f66ce878fa2f780da5b0ec4e7d48");
	assert_int_equal(fixture.locked.length, 388);
	assert_hash_hex(fixture.locked.data, 388,
	                "bde18fb542000871bcd4293a011dbea7442d0366e4e7cfc49e7d8558f3956cc0");
	assert_string_equal(fixture.recovery, "bilas-pakuv-nazig-pifan-fanos-nirol-pupum-hirar");
}

static void keyfile__open_one_comes_back(void **state)
{
	(void)state;
	assert_opens(&fixture.open, NULL);
	assert_opens(&fixture.open, "needless");
}

static void keyfile__locked_one_opens_with_the_passphrase(void **state)
{
	(void)state;
	assert_opens(&fixture.locked, PASSPHRASE);
}

static void keyfile__locked_one_opens_with_the_recovery_code(void **state)
{
	(void)state;
	assert_opens(&fixture.locked, fixture.recovery);
	assert_opens(&fixture.locked, "BILAS pakuv, nazig pifan\nfanos nirol pupum hirar.\n");
}

static void keyfile__passphrase_that_looks_like_a_code_opens(void **state)
{
	static const char words[] = "lusab babad lusab babad lusab babad lusab babad";
	test_env t;
	char recovery[SAT_RECOVERY_CHARS];
	SAT_BYTES(file);
	(void)state;
	test_env_init(&t, 6);
	assert_int_equal(sat_keyfile_write(&file, fixture.identity, words, 1, recovery, &t.env, NULL), 0);
	assert_opens(&file, words);
}

static void keyfile__wrong_passphrase_is_told_as_such(void **state)
{
	static const char *const wrong[] = {
		"",
		"correct hors",
		"correct horse ",
		"Correct horse",
		"bilas-pakuv-nazig-pifan-fanos-nirol-pupum-hiras",
		"bilas-pakuv-nazig-pifan-fanos-nirol-pupum",
	};
	char long_one[4096];
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_int_equal(refusal(&fixture.locked, wrong[i]), SAT_EPASSPHRASE);
	memset(long_one, 'x', sizeof long_one);
	long_one[sizeof long_one - 1] = '\0';
	assert_int_equal(refusal(&fixture.locked, long_one), SAT_EPASSPHRASE);
	assert_int_equal(refusal(&fixture.locked, NULL), SAT_EPASSPHRASE);
}

static void keyfile__error_repeats_no_word_of_a_passphrase(void **state)
{
	sat_identity *identity = NULL;
	sat_error err = { 0 };
	(void)state;
	sat_keyfile_read(&identity, fixture.locked.data, fixture.locked.length, "lusab babad hunter2", &err);
	assert_int_equal(err.code, SAT_EPASSPHRASE);
	assert_null(strstr(err.message, "hunter2"));
}

static void keyfile__says_whether_it_is_locked(void **state)
{
	SAT_BYTES(file);
	(void)state;
	assert_true(sat_keyfile_locked(fixture.locked.data, fixture.locked.length));
	assert_false(sat_keyfile_locked(fixture.open.data, fixture.open.length));
	assert_false(sat_keyfile_locked(NULL, 0));
	copy(&file, &fixture.locked);
	flip(file.data, 8 * 200);
	assert_false(sat_keyfile_locked(file.data, file.length));
}

/* Damage is found by the hash before any passphrase is tried, so all bits cost nothing; with a NULL
 * passphrase a reader that looked no further would say SAT_EPASSPHRASE. */
static void keyfile__every_flipped_bit_is_told_as_damage(void **state)
{
	const sat_bytes *files[] = { &fixture.open, &fixture.locked };
	SAT_BYTES(file);
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		copy(&file, files[i]);
		for (size_t bit = 0; bit < 8 * file.length; bit++) {
			flip(file.data, bit);
			int code = refusal(&file, NULL);
			assert_true(code == SAT_EDAMAGED || (code == SAT_ETOONEW && bit / 8 == 8));
			flip(file.data, bit);
		}
	}
}

/* The same by somebody who knows to mend the hash: now the seals have to hold by themselves. */
static void keyfile__every_flipped_bit_of_an_open_one_is_refused_with_its_hash_mended(void **state)
{
	SAT_BYTES(file);
	(void)state;
	copy(&file, &fixture.open);
	for (size_t bit = 0; bit < 8 * (file.length - SAT_HASH_BYTES); bit++) {
		flip(file.data, bit);
		mend_hash(&file);
		int code = refusal(&file, NULL);
		assert_true(code == SAT_EDAMAGED || code == SAT_ETOONEW || code == SAT_ELIMIT);
		flip(file.data, bit);
	}
}

/* A bit of each part of both slots and of the secrets, opened with the passphrase: what is wrong with
 * its own slot cannot be told from a wrong passphrase, all else is damage. */
static void keyfile__flipped_bits_of_a_locked_one_are_refused_with_its_hash_mended(void **state)
{
	static const size_t parts[] = { 12, 20, 28, 40, 52, 75, 84, 99, 100, 131 };
	test_env t;
	SAT_BYTES(file);
	(void)state;
	test_env_init(&t, 11);
	copy(&file, &fixture.locked);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		for (size_t slot = 0; slot < 2; slot++) {
			size_t bit = 8 * (SLOTS + slot * SLOT_BYTES + parts[i]) + test_env_next(&t) % 8;
			flip(file.data, bit);
			mend_hash(&file);
			assert_int_equal(refusal(&file, PASSPHRASE),
			                 slot == 0 ? SAT_EPASSPHRASE : SAT_EDAMAGED);
			flip(file.data, bit);
		}
	}
	for (size_t i = 0; i < SECRETS_BYTES; i += 13) {
		size_t bit = 8 * (SLOTS + 2 * SLOT_BYTES + i) + test_env_next(&t) % 8;
		flip(file.data, bit);
		mend_hash(&file);
		assert_int_equal(refusal(&file, PASSPHRASE), SAT_EDAMAGED);
		flip(file.data, bit);
	}
}

/* Its box holds; were the commitment not looked at, the secrets would fail and be told as damage. */
static void keyfile__broken_commitment_is_told_as_a_wrong_passphrase(void **state)
{
	SAT_BYTES(file);
	(void)state;
	copy(&file, &fixture.locked);
	file.data[SLOTS + SLOT_COMMITMENT] ^= 1;
	mend_hash(&file);
	assert_int_equal(refusal(&file, PASSPHRASE), SAT_EPASSPHRASE);
}

static void keyfile__slot_cannot_be_dropped_or_doubled(void **state)
{
	SAT_BYTES(file);
	size_t second = SLOTS + SLOT_BYTES;
	(void)state;
	sat_bytes_put(&file, fixture.locked.data, second);
	sat_bytes_put(&file, fixture.locked.data + second + SLOT_BYTES,
	              fixture.locked.length - second - SLOT_BYTES);
	file.data[9] = 1;
	mend_hash(&file);
	assert_int_equal(refusal(&file, PASSPHRASE), SAT_EDAMAGED);

	copy(&file, &fixture.locked);
	memcpy(file.data + second, file.data + SLOTS, SLOT_BYTES);
	mend_hash(&file);
	assert_int_equal(refusal(&file, PASSPHRASE), SAT_EDAMAGED);
}

/* Else a file would say that it is locked, and open to everybody. */
static void keyfile__open_slot_beside_another_is_refused(void **state)
{
	SAT_BYTES(file);
	(void)state;
	for (size_t slot = 0; slot < 2; slot++) {
		copy(&file, &fixture.locked);
		memcpy(file.data + SLOTS + slot * SLOT_BYTES, fixture.open.data + SLOTS, SLOT_BYTES);
		mend_hash(&file);
		assert_int_equal(refusal(&file, PASSPHRASE), SAT_EDAMAGED);
	}
}

static long memory_most_kib(void)
{
	struct rusage usage;
	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_maxrss;
}

/* SAT_ENOMEM or SAT_EPASSPHRASE would show that the memory was asked for; the greatest of these that
 * a machine can give would show in the process's peak. */
static void keyfile__absurd_cost_is_refused_before_memory_is_taken(void **state)
{
	static const struct {
		uint32_t memory_kib;
		uint32_t passes;
	} absurd[] = {
		{ (512 << 10) + 1, 3 }, { 1 << 20, 3 },        { UINT32_MAX, 3 },
		{ 65536, 17 },          { 65536, UINT32_MAX }, { UINT32_MAX, UINT32_MAX },
	};
	SAT_BYTES(file);
	(void)state;
	assert_opens(&fixture.locked, PASSPHRASE);
	long before_kib = memory_most_kib();
	for (size_t i = 0; i < sizeof absurd / sizeof absurd[0]; i++) {
		for (size_t slot = 0; slot < 2; slot++) {
			uint8_t *at;
			copy(&file, &fixture.locked);
			at = file.data + SLOTS + slot * SLOT_BYTES;
			put_le32(at + SLOT_MEMORY, absurd[i].memory_kib);
			put_le32(at + SLOT_PASSES, absurd[i].passes);
			mend_hash(&file);
			assert_int_equal(refusal(&file, PASSPHRASE), SAT_ELIMIT);
		}
	}
	assert_true(memory_most_kib() - before_kib < 32 << 10);
}

static void keyfile__cost_below_the_floor_is_refused(void **state)
{
	SAT_BYTES(file);
	(void)state;
	copy(&file, &fixture.locked);
	put_le32(file.data + SLOTS + SLOT_MEMORY, 65535);
	mend_hash(&file);
	assert_int_equal(refusal(&file, PASSPHRASE), SAT_EDAMAGED);
	copy(&file, &fixture.locked);
	put_le32(file.data + SLOTS + SLOT_PASSES, 2);
	mend_hash(&file);
	assert_int_equal(refusal(&file, PASSPHRASE), SAT_EDAMAGED);
}

static void keyfile__other_lengths_are_refused(void **state)
{
	SAT_BYTES(file);
	(void)state;
	for (size_t count = 0; count < fixture.open.length; count++) {
		/* In memory of its own, so that a sanitizer sees a read past the end. */
		uint8_t *cut = malloc(count == 0 ? 1 : count);
		sat_bytes part = { .data = cut, .length = count };
		assert_non_null(cut);
		memcpy(cut, fixture.open.data, count);
		if (count >= SLOTS + SAT_HASH_BYTES)
			mend_hash(&part);
		assert_int_equal(refusal(&part, NULL), SAT_EDAMAGED);
		free(cut);
	}
	for (size_t more = 1; more <= 2 * SLOT_BYTES; more++) {
		copy(&file, &fixture.open);
		memset(sat_bytes_extend(&file, more), 0, more);
		assert_int_equal(refusal(&file, NULL), SAT_EDAMAGED);
		mend_hash(&file);
		assert_int_equal(refusal(&file, NULL), SAT_EDAMAGED);
	}
}

/* A writer of its own for files whose first slot is open, after the format in keyfile.c: every seal of
 * what it writes is right, so that nothing but the rules can refuse it.  `starts` are bytes 0..11 of
 * each slot. */
static void build_open(sat_bytes *file, const uint8_t zeros[static 2], const uint8_t (*starts)[12],
                       size_t slots)
{
	static const uint8_t master[32] = { 5 };
	static const uint8_t nonce[24] = { 6 };
	static const uint8_t no_nonce[24];
	uint8_t key[32], seeds[64];
	test_env t;
	sat_bytes_reset(file);
	sat_bytes_put(file, "SATCKEY\n\1", 9);
	sat_bytes_put_u8(file, (uint8_t)slots);
	sat_bytes_put(file, zeros, 2);
	for (size_t i = 0; i < slots; i++) {
		uint8_t slot[SLOT_BYTES] = { 0 };
		memcpy(slot, starts[i], 12);
		memcpy(slot + 28, nonce, sizeof nonce);
		sat_hash(key, "satchel1open", slot + 12, 16);
		crypto_aead_xchacha20poly1305_ietf_encrypt(slot + SLOT_SEALED, NULL, master, 32, slot,
		                                           SLOT_SEALED, NULL, nonce, key);
		keyed32(slot + SLOT_COMMITMENT, "satchel1slot", master, slot, SLOT_COMMITMENT);
		sat_bytes_put(file, slot, sizeof slot);
	}
	test_env_init(&t, 1);
	test_env_random(&t, seeds, sizeof seeds);
	keyed32(key, "satchel1secrets", master, file->data, file->length);
	crypto_aead_xchacha20poly1305_ietf_encrypt(sat_bytes_extend(file, SECRETS_BYTES), NULL, seeds,
	                                           sizeof seeds, NULL, 0, NULL, no_nonce, key);
	assert_non_null(sat_bytes_extend(file, SAT_HASH_BYTES));
	mend_hash(file);
}

static void keyfile__rules_hold_though_every_seal_does(void **state)
{
	static const uint8_t zeros[2];
	static const struct {
		uint8_t zeros[2];
		uint8_t start[12];
	} breaches[] = {
		{ { 1, 0 }, { 0 } },
		{ { 0, 1 }, { 0 } },
		{ { 0 }, { [1] = 1 } },
		{ { 0 }, { [2] = 1 } },
		{ { 0 }, { [3] = 1 } },
		{ { 0 }, { [4] = 1 } },
		{ { 0 }, { [6] = 1 } },
		{ { 0 }, { [8] = 3 } },
		{ { 0 }, { [0] = 3, [6] = 1, [8] = 3 } },
		{ { 0 }, { [0] = 255, [6] = 1, [8] = 3 } },
	};
	/* An open slot, then such as passphrases have: 64 MiB, 3 passes. */
	static const uint8_t starts[][12] = {
		{ 0 },
		{ [0] = 1, [6] = 1, [8] = 3 },
		{ [0] = 1, [6] = 1, [8] = 3 },
		{ [0] = 1, [6] = 1, [8] = 3 },
		{ [0] = 1, [6] = 1, [8] = 3 },
		{ [0] = 1, [6] = 1, [8] = 3 },
	};
	SAT_BYTES(file);
	(void)state;
	build_open(&file, zeros, starts, 1);
	assert_opens(&file, NULL);
	for (size_t i = 0; i < sizeof breaches / sizeof breaches[0]; i++) {
		build_open(&file, breaches[i].zeros, &breaches[i].start, 1);
		assert_int_equal(refusal(&file, NULL), SAT_EDAMAGED);
	}
	build_open(&file, zeros, starts, 0);
	assert_int_equal(refusal(&file, NULL), SAT_EDAMAGED);
	build_open(&file, zeros, starts, 2);
	assert_int_equal(refusal(&file, NULL), SAT_EDAMAGED);
	build_open(&file, zeros, starts + 1, 4);
	assert_int_equal(refusal(&file, NULL), SAT_EPASSPHRASE);
	build_open(&file, zeros, starts + 1, 5);
	assert_int_equal(refusal(&file, NULL), SAT_EDAMAGED);
}

static void keyfile__newer_version_is_told_as_such(void **state)
{
	SAT_BYTES(file);
	(void)state;
	copy(&file, &fixture.open);
	file.data[8] = 2;
	assert_int_equal(refusal(&file, NULL), SAT_ETOONEW);
	file.data[8] = 0;
	mend_hash(&file);
	assert_int_equal(refusal(&file, NULL), SAT_EDAMAGED);
}

static void keyfile__refused_writing_appends_nothing(void **state)
{
	test_env t;
	char recovery[SAT_RECOVERY_CHARS];
	char long_one[1026];
	SAT_BYTES(file);
	(void)state;
	test_env_init(&t, 7);
	memset(long_one, 'x', sizeof long_one);
	long_one[sizeof long_one - 1] = '\0';
	assert_int_equal(sat_keyfile_write(&file, fixture.identity, "", 1, NULL, &t.env, NULL), SAT_EUSAGE);
	assert_int_equal(sat_keyfile_write(&file, fixture.identity, NULL, 1, recovery, &t.env, NULL),
	                 SAT_EUSAGE);
	assert_int_equal(sat_keyfile_write(&file, fixture.identity, long_one, 1, NULL, &t.env, NULL),
	                 SAT_ELIMIT);
	assert_int_equal(file.length, 0);
}

static void keyfile__is_appended_to_what_is_there(void **state)
{
	test_env t;
	SAT_BYTES(file);
	(void)state;
	test_env_init(&t, 3);
	sat_bytes_put(&file, "before", 6);
	assert_int_equal(sat_keyfile_write(&file, fixture.identity, NULL, 1, NULL, &t.env, NULL), 0);
	assert_int_equal(file.length, 6 + fixture.open.length);
	assert_memory_equal(file.data, "before", 6);
	assert_memory_equal(file.data + 6, fixture.open.data, fixture.open.length);
}

/* How much a machine can do in the time asked is its own affair; the bounds are not. */
static void keyfile__calibrated_cost_stays_within_its_bounds(void **state)
{
	test_env t;
	SAT_BYTES(file);
	(void)state;
	test_env_init(&t, 8);
	assert_int_equal(sat_keyfile_write(&file, fixture.identity, PASSPHRASE, 300, NULL, &t.env, NULL), 0);
	assert_int_equal(file.data[9], 1);
	assert_in_range(get_le32(file.data + SLOTS + SLOT_MEMORY), SAT_KDF_MEMORY_MIN / 1024,
	                SAT_KDF_MEMORY_MAX / 1024);
	assert_in_range(get_le32(file.data + SLOTS + SLOT_PASSES), SAT_KDF_PASSES_MIN, SAT_KDF_PASSES_MAX);
	assert_opens(&file, PASSPHRASE);
}

static int setup(void **state)
{
	test_env t;
	(void)state;
	if (sat_crypto_init(NULL) != 0)
		return -1;
	test_env_init(&t, 1);
	if (sat_identity_create(&fixture.identity, &t.env, NULL) != 0)
		return -1;
	test_env_init(&t, 3);
	if (sat_keyfile_write(&fixture.open, fixture.identity, NULL, 0, NULL, &t.env, NULL) != 0)
		return -1;
	/* One millisecond is less than the floor takes, so the cost is the floor's on any machine. */
	test_env_init(&t, 4);
	return sat_keyfile_write(&fixture.locked, fixture.identity, PASSPHRASE, 1, fixture.recovery, &t.env,
	                         NULL);
}

static int teardown(void **state)
{
	(void)state;
	sat_identity_free(fixture.identity);
	sat_bytes_clear(&fixture.open);
	sat_bytes_clear(&fixture.locked);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* First, since it watches the peak of the whole process. */
		cmocka_unit_test(keyfile__absurd_cost_is_refused_before_memory_is_taken),
		cmocka_unit_test(keys__personal_hash_is_blake2b),
		cmocka_unit_test(keys__hash_in_pieces_equals_hash_at_once),
		cmocka_unit_test(keys__hasher_is_empty_afterwards),
		cmocka_unit_test(keys__short_hash_is_blake2b_of_sixteen_bytes),
		cmocka_unit_test(keys__salts_are_a_keystream_from_its_start),
		cmocka_unit_test(keys__secret_comparison_sees_every_bit),
		cmocka_unit_test(keys__roles_and_their_names_match),
		cmocka_unit_test(identity__replays_from_the_seed_of_its_env),
		cmocka_unit_test(identity__device_id_hangs_on_every_bit_of_both_keys),
		cmocka_unit_test(identity__of_another_seed_has_other_keys),
		cmocka_unit_test(signature__holds_for_its_hash_and_key_alone),
		cmocka_unit_test(signature__by_a_low_order_key_is_refused),
		cmocka_unit_test(signature__in_a_second_form_is_refused),
		cmocka_unit_test(keyfile__is_written_as_its_format_says),
		cmocka_unit_test(keyfile__open_one_comes_back),
		cmocka_unit_test(keyfile__locked_one_opens_with_the_passphrase),
		cmocka_unit_test(keyfile__locked_one_opens_with_the_recovery_code),
		cmocka_unit_test(keyfile__passphrase_that_looks_like_a_code_opens),
		cmocka_unit_test(keyfile__wrong_passphrase_is_told_as_such),
		cmocka_unit_test(keyfile__error_repeats_no_word_of_a_passphrase),
		cmocka_unit_test(keyfile__says_whether_it_is_locked),
		cmocka_unit_test(keyfile__every_flipped_bit_is_told_as_damage),
		cmocka_unit_test(keyfile__every_flipped_bit_of_an_open_one_is_refused_with_its_hash_mended),
		cmocka_unit_test(keyfile__flipped_bits_of_a_locked_one_are_refused_with_its_hash_mended),
		cmocka_unit_test(keyfile__broken_commitment_is_told_as_a_wrong_passphrase),
		cmocka_unit_test(keyfile__slot_cannot_be_dropped_or_doubled),
		cmocka_unit_test(keyfile__open_slot_beside_another_is_refused),
		cmocka_unit_test(keyfile__cost_below_the_floor_is_refused),
		cmocka_unit_test(keyfile__other_lengths_are_refused),
		cmocka_unit_test(keyfile__rules_hold_though_every_seal_does),
		cmocka_unit_test(keyfile__newer_version_is_told_as_such),
		cmocka_unit_test(keyfile__refused_writing_appends_nothing),
		cmocka_unit_test(keyfile__is_appended_to_what_is_there),
		cmocka_unit_test(keyfile__calibrated_cost_stays_within_its_bounds),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
