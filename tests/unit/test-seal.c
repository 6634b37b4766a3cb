/* The envelope of a bundle: seal.h.
 *
 * Constants called "by a second implementation" were computed with Python's hashlib and PyNaCl from
 * section 2 of FORMAT.md, not with the code under test.  Where a test plays the attacker it calls
 * libsodium itself.
 */
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sync/seal.h"
#include "tests/support/test-env.h"

#define MANIFEST_BOX      80
#define FILE_BYTES        4096
#define FAR_INDEX         UINT64_C(0x0102030405060708)
#define AT_RANDOM         12
#define AT_EPHEMERAL      60
#define AT_STANZA         92
#define AT_MANIFEST_BYTES 140
#define AT_FILE_BYTES     144
#define AT_MAC            152

/* One bundle as both sides see it: `sealing` is the sender's, `opened` the recipient's. */
static struct fixture {
	sat_identity *recipient;
	sat_identity *other;
	sat_envelope *sealing;
	sat_envelope *opened;
	uint8_t header[SAT_HEADER_BYTES];
} fixture;

/* Points of low order on Curve25519 and its twist, and two that are them plus p. */
static const uint8_t low_order[][32] = {
	{ 0 },
	{ 1 },
	{ 0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
	  0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00 },
	{ 0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b,
	  0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57 },
	{ 0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
	{ 0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
	{ 0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
};

static void assert_hash_hex(const void *data, size_t count, const char *hex)
{
	uint8_t hash[SAT_HASH_BYTES];
	char text[2 * SAT_HASH_BYTES + 1];
	sat_hash(hash, "satchel1file", data, count);
	sodium_bin2hex(text, sizeof text, hash, sizeof hash);
	assert_string_equal(text, hex);
}

static void flip(uint8_t *bytes, size_t bit)
{
	bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
}

static void put_le(uint8_t *at, uint64_t value, size_t count)
{
	for (size_t i = 0; i < count; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static void keyed32(uint8_t hash[static 32], const char *personal, const uint8_t key[static 32],
                    const void *data, size_t count)
{
	uint8_t padded[16] = { 0 };
	memcpy(padded, personal, strlen(personal));
	crypto_generichash_blake2b_salt_personal(hash, 32, data, count, key, 32, NULL, padded);
}

/* Opens a header that must be refused, and says why it was. */
static int refusal(const sat_identity *identity, const uint8_t header[static SAT_HEADER_BYTES])
{
	sat_envelope *envelope = (sat_envelope *)&fixture;
	sat_error err = { 0 };
	int code = sat_envelope_open(&envelope, identity, header, &err);
	assert_null(envelope);
	assert_int_not_equal(code, 0);
	assert_int_equal(code, err.code);
	return code;
}

/* --- the header -------------------------------------------------------------------------------- */

static void seal__writes_what_the_format_says(void **state)
{
	const sat_envelope *e = fixture.sealing;
	uint8_t box[64];
	uint8_t padding[300];
	uint8_t digest[SAT_HASH_BYTES];
	char text[2 * SAT_HASH_BYTES + 1];
	(void)state;
	assert_hash_hex(fixture.header, SAT_HEADER_BYTES,
	                "fe7a5295bb526f49d59d9884f3cf72cc6a9e73fd2de277ef0ce6021abc0156eb");
	sat_envelope_seal_manifest(e, box, (const uint8_t *)"manifest", 8);
	assert_hash_hex(box, 24, "4149c391ca2a71184215c046f90baea3c8dd885aa8a6b8d970f801ac5deb820f");
	sat_envelope_seal_frame(e, 258, box, (const uint8_t *)"frame", 5);
	assert_hash_hex(box, 21, "92860978bee7e07dd5c2c44a4a37ce55cb05a686e213c087a61c61efa7af3da2");
	sat_envelope_seal_frame(e, FAR_INDEX, box, (const uint8_t *)"frame", 5);
	assert_hash_hex(box, 21, "80d69300c61cf27188182cb102f735c1a29b287fde757616e4fa2edef9c7de11");
	sat_envelope_padding(e, 0, padding, sizeof padding);
	assert_hash_hex(padding, sizeof padding,
	                "275e7177fdd536ffac05dd6a5b4ff51aee767304aa1baa7deddae791417458bf");
	sat_envelope_digest(e, sat_identity_public(fixture.recipient), (const uint8_t *)"manifest", 8,
	                    digest);
	sodium_bin2hex(text, sizeof text, digest, sizeof digest);
	assert_string_equal(text, "d8441e8dbab7246043adcec3a9641f6a568051b5dd826c6fafc51f6906f10e63");
}

static void seal__header_says_form_and_sizes(void **state)
{
	sat_header h;
	(void)state;
	assert_int_equal(sat_header_read(&h, fixture.header, NULL), 0);
	assert_int_equal(h.form, SAT_FULL);
	assert_int_equal(h.manifest_box_bytes, MANIFEST_BOX);
	assert_int_equal(h.file_bytes, FILE_BYTES);
}

static void seal__compact_form_opens_and_says_so(void **state)
{
	test_env t;
	uint8_t header[SAT_HEADER_BYTES];
	sat_header h;
	SAT_AUTO(sat_envelope) sealing = NULL;
	SAT_AUTO(sat_envelope) opened = NULL;
	(void)state;
	test_env_init(&t, 9);
	assert_int_equal(
	    sat_envelope_create(&sealing, SAT_COMPACT, sat_identity_public(fixture.recipient), &t.env, NULL),
	    0);
	sat_envelope_header(sealing, 17, SAT_HEADER_BYTES + 17 + 32, header);
	assert_int_equal(sat_header_read(&h, header, NULL), 0);
	assert_int_equal(h.form, SAT_COMPACT);
	assert_int_equal(sat_envelope_open(&opened, fixture.recipient, header, NULL), 0);
}

static void seal__header_beyond_its_limits_is_refused(void **state)
{
	static const struct {
		uint8_t version, form, zero;
		uint64_t manifest, file;
		int code;
	} cases[] = {
		{ 1, 0, 0, 80, 4096, 0 },
		{ 1, 1, 0, 1 << 22, 1 << 30, 0 },
		{ 2, 0, 0, 80, 4096, SAT_ETOONEW },
		{ 255, 9, 9, 0, 0, SAT_ETOONEW },
		{ 0, 0, 0, 80, 4096, SAT_EDAMAGED },
		{ 1, 2, 0, 80, 4096, SAT_EDAMAGED },
		{ 1, 0, 1, 80, 4096, SAT_EDAMAGED },
		{ 1, 0, 0, 16, 4096, SAT_EDAMAGED },
		{ 1, 0, 0, 0, 4096, SAT_EDAMAGED },
		{ 1, 0, 0, (1 << 22) + 1, 1 << 30, SAT_ELIMIT },
		{ 1, 0, 0, UINT32_MAX, 1 << 30, SAT_ELIMIT },
		{ 1, 0, 0, 80, (1 << 30) + 1, SAT_ELIMIT },
		{ 1, 0, 0, 80, UINT64_MAX, SAT_ELIMIT },
		{ 1, 0, 0, 80, 2 * (184 + 80) + 32, 0 },
		{ 1, 0, 0, 80, 2 * (184 + 80) + 31, SAT_EDAMAGED },
		{ 1, 1, 0, 17, 184 + 17 + 32, 0 },
		{ 1, 1, 0, 17, 184 + 17 + 31, SAT_EDAMAGED },
		{ 1, 1, 0, 17, 0, SAT_EDAMAGED },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (size_t at = 10; at < 12; at++) {
			uint8_t header[SAT_HEADER_BYTES];
			sat_header h;
			memcpy(header, fixture.header, sizeof header);
			header[8] = cases[i].version;
			header[9] = cases[i].form;
			header[at] = cases[i].zero;
			put_le(header + AT_MANIFEST_BYTES, cases[i].manifest, 4);
			put_le(header + AT_FILE_BYTES, cases[i].file, 8);
			assert_int_equal(sat_header_read(&h, header, NULL), cases[i].code);
		}
	}
}

/* --- opening ----------------------------------------------------------------------------------- */

static void seal__manifest_and_frames_come_back(void **state)
{
	static const size_t counts[] = { 0, 1, 63, 64, 1000 };
	uint8_t plain[1000], sealed[1016], back[1000];
	(void)state;
	for (size_t i = 0; i < sizeof plain; i++)
		plain[i] = (uint8_t)(i * 3);
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		size_t n = counts[i];
		sat_envelope_seal_manifest(fixture.sealing, sealed, plain, n);
		assert_int_equal(
		    sat_envelope_open_manifest(fixture.opened, back, sealed, n + SAT_BOX_BYTES, NULL), 0);
		assert_memory_equal(plain, back, n);
		sat_envelope_seal_frame(fixture.sealing, i, sealed, plain, n);
		assert_int_equal(
		    sat_envelope_open_frame(fixture.opened, i, back, sealed, n + SAT_BOX_BYTES, NULL), 0);
		assert_memory_equal(plain, back, n);
	}
}

static void seal__both_sides_sign_and_pad_alike(void **state)
{
	const sat_public *to = sat_identity_public(fixture.recipient);
	uint8_t a[SAT_HASH_BYTES], b[SAT_HASH_BYTES];
	(void)state;
	sat_envelope_digest(fixture.sealing, to, (const uint8_t *)"m", 1, a);
	sat_envelope_digest(fixture.opened, to, (const uint8_t *)"m", 1, b);
	assert_memory_equal(a, b, sizeof a);
	sat_envelope_padding(fixture.sealing, 100, a, sizeof a);
	sat_envelope_padding(fixture.opened, 100, b, sizeof b);
	assert_memory_equal(a, b, sizeof a);
}

static void seal__frames_may_be_sealed_before_the_header(void **state)
{
	test_env t;
	uint8_t header[SAT_HEADER_BYTES], sealed[21], back[5];
	SAT_AUTO(sat_envelope) sealing = NULL;
	SAT_AUTO(sat_envelope) opened = NULL;
	(void)state;
	test_env_init(&t, 10);
	assert_int_equal(
	    sat_envelope_create(&sealing, SAT_FULL, sat_identity_public(fixture.recipient), &t.env, NULL), 0);
	sat_envelope_seal_frame(sealing, 0, sealed, (const uint8_t *)"frame", 5);
	sat_envelope_header(sealing, MANIFEST_BOX, FILE_BYTES, header);
	assert_int_equal(sat_envelope_open(&opened, fixture.recipient, header, NULL), 0);
	assert_int_equal(sat_envelope_open_frame(opened, 0, back, sealed, sizeof sealed, NULL), 0);
	assert_memory_equal(back, "frame", 5);
}

static void seal__does_not_open_for_somebody_else(void **state)
{
	(void)state;
	assert_int_equal(refusal(fixture.other, fixture.header), SAT_ENOTFORUS);
}

/* What stands before the stanza's check is told by what it is; all else that the stanza does not cover
 * is caught by the MAC, which the sender's file key alone can make. */
static void seal__every_flipped_bit_of_a_header_is_refused(void **state)
{
	uint8_t header[SAT_HEADER_BYTES];
	(void)state;
	memcpy(header, fixture.header, sizeof header);
	for (size_t bit = 0; bit < 8 * sizeof header; bit++) {
		size_t at = bit / 8;
		flip(header, bit);
		int code = refusal(fixture.recipient, header);
		if (at >= AT_EPHEMERAL && at < AT_MANIFEST_BYTES)
			assert_int_equal(code, SAT_ENOTFORUS);
		else if ((at >= AT_RANDOM && at < AT_EPHEMERAL) || at >= AT_MAC)
			assert_int_equal(code, SAT_EDAMAGED);
		flip(header, bit);
	}
}

static void seal__sizes_within_limits_hang_on_the_mac(void **state)
{
	uint8_t header[SAT_HEADER_BYTES];
	(void)state;
	memcpy(header, fixture.header, sizeof header);
	put_le(header + AT_MANIFEST_BYTES, MANIFEST_BOX + 16, 4);
	assert_int_equal(refusal(fixture.recipient, header), SAT_EDAMAGED);
	put_le(header + AT_MANIFEST_BYTES, MANIFEST_BOX, 4);
	put_le(header + AT_FILE_BYTES, FILE_BYTES + 1, 8);
	assert_int_equal(refusal(fixture.recipient, header), SAT_EDAMAGED);
}

/* --- low order --------------------------------------------------------------------------------- */

static void seal__to_a_key_of_low_order_is_refused(void **state)
{
	test_env t;
	(void)state;
	test_env_init(&t, 12);
	for (size_t i = 0; i < sizeof low_order / sizeof low_order[0]; i++) {
		sat_public recipient = *sat_identity_public(fixture.recipient);
		sat_envelope *envelope = (sat_envelope *)&fixture;
		sat_error err = { 0 };
		memcpy(recipient.seal, low_order[i], SAT_KEY_BYTES);
		assert_int_equal(sat_envelope_create(&envelope, SAT_FULL, &recipient, &t.env, &err),
		                 SAT_EFORGED);
		assert_int_equal(err.code, SAT_EFORGED);
		assert_null(envelope);
	}
}

/* A header whose stanza and MAC are right for a shared secret of zeros, which anybody can make for
 * anybody: only the refusal of that secret keeps it out. */
static void seal__from_an_ephemeral_key_of_low_order_is_refused(void **state)
{
	static const uint8_t shared[32];
	static const uint8_t file_key[32] = { 7 };
	static const uint8_t nonce[24];
	(void)state;
	for (size_t i = 0; i < sizeof low_order / sizeof low_order[0]; i++) {
		uint8_t header[SAT_HEADER_BYTES], both[64], wrap_key[32];
		memcpy(header, fixture.header, sizeof header);
		memcpy(header + AT_EPHEMERAL, low_order[i], 32);
		memcpy(both, low_order[i], 32);
		memcpy(both + 32, sat_identity_public(fixture.recipient)->seal, 32);
		keyed32(wrap_key, "satchel1wrap", shared, both, sizeof both);
		crypto_aead_xchacha20poly1305_ietf_encrypt(header + AT_STANZA, NULL, file_key, 32, NULL, 0,
		                                           NULL, nonce, wrap_key);
		keyed32(header + AT_MAC, "satchel1header", file_key, header, AT_MAC);
		assert_int_equal(refusal(fixture.recipient, header), SAT_ENOTFORUS);
	}
}

/* --- boxes ------------------------------------------------------------------------------------- */

static void seal__frame_at_another_index_is_refused(void **state)
{
	static const uint64_t indexes[] = { 0, 2, 257, UINT64_C(1) << 32 | 1, UINT64_MAX };
	uint8_t sealed[21], plain[5];
	(void)state;
	sat_envelope_seal_frame(fixture.sealing, 1, sealed, (const uint8_t *)"frame", 5);
	for (size_t i = 0; i < sizeof indexes / sizeof indexes[0]; i++)
		assert_int_equal(
		    sat_envelope_open_frame(fixture.opened, indexes[i], plain, sealed, sizeof sealed, NULL),
		    SAT_EFORGED);
	assert_int_equal(sat_envelope_open_frame(fixture.opened, 1, plain, sealed, sizeof sealed, NULL), 0);
}

static void seal__every_flipped_bit_of_a_box_is_refused(void **state)
{
	static const uint8_t zeros[5];
	uint8_t manifest[21], frame[21], plain[5];
	(void)state;
	sat_envelope_seal_manifest(fixture.sealing, manifest, (const uint8_t *)"plain", 5);
	sat_envelope_seal_frame(fixture.sealing, 0, frame, (const uint8_t *)"plain", 5);
	for (size_t bit = 0; bit < 8 * sizeof frame; bit++) {
		flip(manifest, bit);
		assert_int_equal(
		    sat_envelope_open_manifest(fixture.opened, plain, manifest, sizeof manifest, NULL),
		    SAT_EFORGED);
		assert_memory_equal(plain, zeros, sizeof plain);
		flip(manifest, bit);
		flip(frame, bit);
		assert_int_equal(sat_envelope_open_frame(fixture.opened, 0, plain, frame, sizeof frame, NULL),
		                 SAT_EFORGED);
		assert_memory_equal(plain, zeros, sizeof plain);
		flip(frame, bit);
	}
}

static void seal__cut_box_is_refused(void **state)
{
	uint8_t sealed[21], plain[5];
	(void)state;
	sat_envelope_seal_manifest(fixture.sealing, sealed, (const uint8_t *)"plain", 5);
	for (size_t count = 0; count < sizeof sealed; count++)
		assert_int_equal(sat_envelope_open_manifest(fixture.opened, plain, sealed, count, NULL),
		                 SAT_EFORGED);
	sat_envelope_seal_frame(fixture.sealing, 0, sealed, (const uint8_t *)"plain", 5);
	for (size_t count = 0; count < sizeof sealed; count++)
		assert_int_equal(sat_envelope_open_frame(fixture.opened, 0, plain, sealed, count, NULL),
		                 SAT_EFORGED);
}

static void seal__frame_is_no_manifest(void **state)
{
	uint8_t sealed[21], plain[5];
	(void)state;
	sat_envelope_seal_frame(fixture.sealing, 0, sealed, (const uint8_t *)"plain", 5);
	assert_int_equal(sat_envelope_open_manifest(fixture.opened, plain, sealed, sizeof sealed, NULL),
	                 SAT_EFORGED);
	sat_envelope_seal_manifest(fixture.sealing, sealed, (const uint8_t *)"plain", 5);
	assert_int_equal(sat_envelope_open_frame(fixture.opened, 0, plain, sealed, sizeof sealed, NULL),
	                 SAT_EFORGED);
}

static void seal__frame_of_another_bundle_is_refused(void **state)
{
	test_env t;
	uint8_t sealed[21], plain[5];
	SAT_AUTO(sat_envelope) sealing = NULL;
	(void)state;
	test_env_init(&t, 13);
	assert_int_equal(
	    sat_envelope_create(&sealing, SAT_FULL, sat_identity_public(fixture.recipient), &t.env, NULL), 0);
	sat_envelope_seal_frame(sealing, 0, sealed, (const uint8_t *)"frame", 5);
	assert_int_equal(sat_envelope_open_frame(fixture.opened, 0, plain, sealed, sizeof sealed, NULL),
	                 SAT_EFORGED);
}

/* --- what is signed, and small things ----------------------------------------------------------- */

static void seal__digest_covers_recipient_and_manifest(void **state)
{
	sat_public to = *sat_identity_public(fixture.recipient);
	uint8_t manifest[8] = { 0 };
	uint8_t digest[SAT_HASH_BYTES], other[SAT_HASH_BYTES];
	(void)state;
	sat_envelope_digest(fixture.opened, &to, manifest, sizeof manifest, digest);
	for (size_t bit = 0; bit < 8 * sizeof to; bit++) {
		flip((uint8_t *)&to, bit);
		sat_envelope_digest(fixture.opened, &to, manifest, sizeof manifest, other);
		assert_memory_not_equal(digest, other, sizeof digest);
		flip((uint8_t *)&to, bit);
	}
	for (size_t bit = 0; bit < 8 * sizeof manifest; bit++) {
		flip(manifest, bit);
		sat_envelope_digest(fixture.opened, &to, manifest, sizeof manifest, other);
		assert_memory_not_equal(digest, other, sizeof digest);
		flip(manifest, bit);
	}
	sat_envelope_digest(fixture.opened, &to, manifest, sizeof manifest - 1, other);
	assert_memory_not_equal(digest, other, sizeof digest);
}

/* The same prefix and manifest with another file size: another header, so another thing is signed. */
static void seal__digest_covers_the_header(void **state)
{
	const sat_public *to = sat_identity_public(fixture.recipient);
	test_env t;
	uint8_t header[SAT_HEADER_BYTES], digest[SAT_HASH_BYTES], other[SAT_HASH_BYTES];
	SAT_AUTO(sat_envelope) sealing = NULL;
	(void)state;
	test_env_init(&t, 5);
	assert_int_equal(sat_envelope_create(&sealing, SAT_FULL, to, &t.env, NULL), 0);
	sat_envelope_header(sealing, MANIFEST_BOX, FILE_BYTES + 1, header);
	assert_memory_equal(header, fixture.header, AT_FILE_BYTES);
	sat_envelope_digest(fixture.sealing, to, (const uint8_t *)"m", 1, digest);
	sat_envelope_digest(sealing, to, (const uint8_t *)"m", 1, other);
	assert_memory_not_equal(digest, other, sizeof digest);
}

static void seal__padding_is_the_same_in_pieces(void **state)
{
	uint8_t whole[300], piece[300];
	(void)state;
	sat_envelope_padding(fixture.sealing, 0, whole, sizeof whole);
	for (size_t offset = 0; offset < 200; offset++) {
		for (size_t count = 0; count <= 100; count += 1 + offset % 3) {
			memset(piece, 0xee, sizeof piece);
			sat_envelope_padding(fixture.opened, offset, piece, count);
			assert_memory_equal(whole + offset, piece, count);
			assert_int_equal(piece[count], 0xee);
		}
	}
}

static void seal__courier_token_belongs_to_its_header_alone(void **state)
{
	uint8_t courier[SAT_COURIER_BYTES];
	(void)state;
	memcpy(courier, sat_envelope_courier(fixture.sealing), sizeof courier);
	assert_true(sat_header_courier(fixture.header, courier));
	for (size_t bit = 0; bit < 8 * sizeof courier; bit++) {
		flip(courier, bit);
		assert_false(sat_header_courier(fixture.header, courier));
		flip(courier, bit);
	}
}

static void seal__padme_sizes_are_those_of_the_paper(void **state)
{
	static const uint64_t known[][2] = {
		{ 0, 0 },
		{ 1, 1 },
		{ 2, 2 },
		{ 3, 3 },
		{ 4, 4 },
		{ 7, 7 },
		{ 8, 8 },
		{ 9, 10 },
		{ 10, 10 },
		{ 17, 18 },
		{ 99, 104 },
		{ 100, 104 },
		{ 256, 256 },
		{ 257, 272 },
		{ 1000, 1024 },
		{ 1024, 1024 },
		{ 1025, 1088 },
		{ 65535, 65536 },
		{ 65537, 67584 },
		{ 1000000, 1015808 },
		{ 1 << 20, 1 << 20 },
		{ (1 << 20) + 1, (1 << 20) + (1 << 15) },
		{ (1 << 30) - 1, 1 << 30 },
		{ 1 << 30, 1 << 30 },
		{ UINT64_C(1) << 63, UINT64_C(1) << 63 },
		{ UINT64_MAX, UINT64_MAX },
	};
	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		assert_int_equal(sat_padme(known[i][0]), known[i][1]);
}

static void seal__padme_adds_less_than_an_eighth_and_rests_at_its_own_sizes(void **state)
{
	(void)state;
	for (uint64_t length = 4; length < 1 << 16; length++) {
		uint64_t padded = sat_padme(length);
		assert_true(padded >= length && 8 * (padded - length) < length);
		assert_int_equal(sat_padme(padded), padded);
		assert_true(sat_padme(length + 1) >= padded);
	}
}

static int setup(void **state)
{
	test_env t;
	(void)state;
	if (sat_crypto_init(NULL) != 0)
		return -1;
	test_env_init(&t, 2);
	if (sat_identity_create(&fixture.recipient, &t.env, NULL) != 0)
		return -1;
	if (sat_identity_create(&fixture.other, &t.env, NULL) != 0)
		return -1;
	test_env_init(&t, 5);
	if (sat_envelope_create(&fixture.sealing, SAT_FULL, sat_identity_public(fixture.recipient), &t.env,
	                        NULL) != 0)
		return -1;
	sat_envelope_header(fixture.sealing, MANIFEST_BOX, FILE_BYTES, fixture.header);
	return sat_envelope_open(&fixture.opened, fixture.recipient, fixture.header, NULL);
}

static int teardown(void **state)
{
	(void)state;
	sat_envelope_free(fixture.sealing);
	sat_envelope_free(fixture.opened);
	sat_identity_free(fixture.recipient);
	sat_identity_free(fixture.other);
	sat_envelope_free(NULL);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seal__writes_what_the_format_says),
		cmocka_unit_test(seal__header_says_form_and_sizes),
		cmocka_unit_test(seal__compact_form_opens_and_says_so),
		cmocka_unit_test(seal__header_beyond_its_limits_is_refused),
		cmocka_unit_test(seal__manifest_and_frames_come_back),
		cmocka_unit_test(seal__both_sides_sign_and_pad_alike),
		cmocka_unit_test(seal__frames_may_be_sealed_before_the_header),
		cmocka_unit_test(seal__does_not_open_for_somebody_else),
		cmocka_unit_test(seal__every_flipped_bit_of_a_header_is_refused),
		cmocka_unit_test(seal__sizes_within_limits_hang_on_the_mac),
		cmocka_unit_test(seal__to_a_key_of_low_order_is_refused),
		cmocka_unit_test(seal__from_an_ephemeral_key_of_low_order_is_refused),
		cmocka_unit_test(seal__frame_at_another_index_is_refused),
		cmocka_unit_test(seal__every_flipped_bit_of_a_box_is_refused),
		cmocka_unit_test(seal__cut_box_is_refused),
		cmocka_unit_test(seal__frame_is_no_manifest),
		cmocka_unit_test(seal__frame_of_another_bundle_is_refused),
		cmocka_unit_test(seal__digest_covers_recipient_and_manifest),
		cmocka_unit_test(seal__digest_covers_the_header),
		cmocka_unit_test(seal__padding_is_the_same_in_pieces),
		cmocka_unit_test(seal__courier_token_belongs_to_its_header_alone),
		cmocka_unit_test(seal__padme_sizes_are_those_of_the_paper),
		cmocka_unit_test(seal__padme_adds_less_than_an_eighth_and_rests_at_its_own_sizes),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
