/* See seal.h; the construction is section 2 of FORMAT.md, whose names the code uses.
 *
 * An envelope being written knows its prefix (HP) from the start, and with it the keys of frames and
 * padding; its header, HH and the manifest key follow when the sizes are known, and then the file key
 * is wiped.  An envelope that was opened has all of them at once and never keeps the file key.
 */
#include "seal.h"

#include <assert.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

enum {
	VERSION = 1,
	NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	RANDOM_BYTES = 16,
	INDEX_BYTES = 8,
	FILE_HASH_BYTES = SAT_HASH_BYTES,
	STREAM_BLOCK_BYTES = 64,
	/* the header */
	AT_VERSION = 8,
	AT_FORM = 9,
	AT_ZERO = 10,
	AT_RANDOM = 12,
	AT_COURIER = AT_RANDOM + RANDOM_BYTES,
	AT_EPHEMERAL = AT_COURIER + SAT_HASH_BYTES,
	AT_STANZA = AT_EPHEMERAL + SAT_KEY_BYTES,
	AT_MANIFEST_BYTES = AT_STANZA + SAT_KEY_BYTES + SAT_BOX_BYTES,
	AT_FILE_BYTES = AT_MANIFEST_BYTES + 4,
	AT_MAC = AT_FILE_BYTES + 8,
	PREFIX_BYTES = AT_MANIFEST_BYTES,
};
_Static_assert(AT_MAC + SAT_HASH_BYTES == SAT_HEADER_BYTES && PREFIX_BYTES == 140, "the header is as in 2.1");
_Static_assert(SAT_BOX_BYTES == crypto_aead_xchacha20poly1305_ietf_ABYTES, "a box adds its tag");
_Static_assert(SAT_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES &&
                   SAT_KEY_BYTES == crypto_scalarmult_BYTES &&
                   SAT_KEY_BYTES == crypto_stream_xchacha20_KEYBYTES,
               "keys have one size");

static const uint8_t magic[8] = { 'S', 'A', 'T', 'C', 'H', 'E', 'L', '\n' };

/* Which keys are there. */
enum stage {
	STAGE_FRAMES, /* new: frames and padding may be sealed */
	STAGE_WHOLE,  /* new, and its header is written: the manifest too */
	STAGE_OPENED, /* read from a header, all keys */
};

struct sat_envelope {
	uint8_t file_key[SAT_KEY_BYTES];  /* FK; wiped when the header is written */
	uint8_t ephemeral[SAT_KEY_BYTES]; /* e, ss, wk: wiped as soon as the stanza is made or opened */
	uint8_t shared[SAT_KEY_BYTES];
	uint8_t wrap_key[SAT_KEY_BYTES];
	uint8_t manifest_key[SAT_KEY_BYTES];
	uint8_t payload_key[SAT_KEY_BYTES];
	uint8_t padding_key[SAT_KEY_BYTES];
	uint8_t prefix_hash[SAT_HASH_BYTES]; /* HP */
	uint8_t header_hash[SAT_HASH_BYTES]; /* HH */
	uint8_t courier[SAT_COURIER_BYTES];
	uint8_t header[SAT_HEADER_BYTES];
	enum stage stage;
};

static sat_envelope *allocate(sat_error *err)
{
	sat_envelope *envelope = sodium_malloc(sizeof *envelope);
	if (envelope == NULL)
		sat_fail(err, SAT_ENOMEM, "there is no protected memory left for the keys of a bundle");
	else
		memset(envelope, 0, sizeof *envelope);
	return envelope;
}

static void put_le(uint8_t *at, uint64_t value, size_t count)
{
	for (size_t i = 0; i < count; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static void keyed32(uint8_t hash[static SAT_HASH_BYTES], const char *personal,
                    const uint8_t key[static SAT_KEY_BYTES], const uint8_t *data, size_t count)
{
	uint8_t padded[crypto_generichash_blake2b_PERSONALBYTES] = { 0 };
	assert(strlen(personal) <= sizeof padded);
	memcpy(padded, personal, strlen(personal));
	crypto_generichash_blake2b_salt_personal(hash, SAT_HASH_BYTES, data, count, key, SAT_KEY_BYTES, NULL,
	                                         padded);
}

static void box_seal(uint8_t *sealed, const uint8_t *key, uint64_t number, const uint8_t *extra,
                     size_t extra_count, const uint8_t *plain, size_t count)
{
	uint8_t nonce[NONCE_BYTES] = { 0 };
	put_le(nonce, number, INDEX_BYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, NULL, plain, count, extra, extra_count, NULL,
	                                           nonce, key);
}

/* False when the box does not hold or is shorter than a tag; then `plain` is zeros, or untouched. */
static bool box_open(uint8_t *plain, const uint8_t *key, uint64_t number, const uint8_t *extra,
                     size_t extra_count, const uint8_t *sealed, size_t sealed_count)
{
	uint8_t nonce[NONCE_BYTES] = { 0 };
	put_le(nonce, number, INDEX_BYTES);
	return crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed, sealed_count, extra,
	                                                  extra_count, nonce, key) == 0;
}

/* wk from one side's secret and the other side's public key.  False for a key of low order, where
 * the shared secret would be zero and everybody's; crypto_scalarmult finds it. */
static bool find_wrap_key(sat_envelope *envelope, const uint8_t *secret, const uint8_t *theirs,
                          const uint8_t *ephemeral, const uint8_t *recipient)
{
	uint8_t both[2 * SAT_KEY_BYTES];
	if (crypto_scalarmult(envelope->shared, secret, theirs) != 0)
		return false;
	memcpy(both, ephemeral, SAT_KEY_BYTES);
	memcpy(both + SAT_KEY_BYTES, recipient, SAT_KEY_BYTES);
	keyed32(envelope->wrap_key, "satchel1wrap", envelope->shared, both, sizeof both);
	return true;
}

static void wipe_wrapping(sat_envelope *envelope)
{
	sodium_memzero(envelope->ephemeral, SAT_KEY_BYTES);
	sodium_memzero(envelope->shared, SAT_KEY_BYTES);
	sodium_memzero(envelope->wrap_key, SAT_KEY_BYTES);
}

/* HP, pk and dk. */
static void derive_from_prefix(sat_envelope *envelope)
{
	sat_hash(envelope->prefix_hash, "satchel1prefix", envelope->header, PREFIX_BYTES);
	keyed32(envelope->payload_key, "satchel1payload", envelope->file_key, envelope->prefix_hash,
	        SAT_HASH_BYTES);
	keyed32(envelope->padding_key, "satchel1padding", envelope->file_key, envelope->prefix_hash,
	        SAT_HASH_BYTES);
}

/* HH and mk; after them the file key has no use. */
static void derive_from_header(sat_envelope *envelope)
{
	sat_hash(envelope->header_hash, "satchel1hh", envelope->header, SAT_HEADER_BYTES);
	keyed32(envelope->manifest_key, "satchel1manifest", envelope->file_key, envelope->header_hash,
	        SAT_HASH_BYTES);
	sodium_memzero(envelope->file_key, SAT_KEY_BYTES);
}

/* --- writing ----------------------------------------------------------------------------------- */

static bool fill_prefix(sat_envelope *envelope, sat_form form, const sat_public *recipient,
                        const sat_env *env)
{
	uint8_t *header = envelope->header;
	env->random(env->context, envelope->file_key, SAT_KEY_BYTES);
	env->random(env->context, envelope->ephemeral, SAT_KEY_BYTES);
	env->random(env->context, header + AT_RANDOM, RANDOM_BYTES);
	env->random(env->context, envelope->courier, SAT_COURIER_BYTES);
	memcpy(header, magic, sizeof magic);
	header[AT_VERSION] = VERSION;
	header[AT_FORM] = (uint8_t)form;
	sat_hash(header + AT_COURIER, "satchel1courier", envelope->courier, SAT_COURIER_BYTES);
	crypto_scalarmult_base(header + AT_EPHEMERAL, envelope->ephemeral);
	if (!find_wrap_key(envelope, envelope->ephemeral, recipient->seal, header + AT_EPHEMERAL,
	                   recipient->seal))
		return false;
	box_seal(header + AT_STANZA, envelope->wrap_key, 0, NULL, 0, envelope->file_key, SAT_KEY_BYTES);
	return true;
}

int sat_envelope_create(sat_envelope **envelope, sat_form form, const sat_public *recipient,
                        const sat_env *env, sat_error *err)
{
	*envelope = NULL;
	SAT_AUTO(sat_envelope) fresh = allocate(err);
	if (fresh == NULL)
		return SAT_ENOMEM;
	if (!fill_prefix(fresh, form, recipient, env))
		return sat_fail(err, SAT_EFORGED,
		                "the recipient's key would let anybody read the bundle; nothing was written");
	wipe_wrapping(fresh);
	derive_from_prefix(fresh);
	*envelope = fresh;
	fresh = NULL;
	return 0;
}

/* sodium_free wipes. */
void sat_envelope_free(sat_envelope *envelope)
{
	sodium_free(envelope);
}

const uint8_t *sat_envelope_courier(const sat_envelope *envelope)
{
	assert(envelope->stage != STAGE_OPENED); /* there it stands in the manifest */
	return envelope->courier;
}

void sat_envelope_header(sat_envelope *envelope, uint32_t manifest_box_bytes, uint64_t file_bytes,
                         uint8_t header[static SAT_HEADER_BYTES])
{
	assert(envelope->stage == STAGE_FRAMES);
	assert(manifest_box_bytes > SAT_BOX_BYTES && manifest_box_bytes <= SAT_MANIFEST_BOX_MAX);
	assert(file_bytes <= SAT_BUNDLE_BYTES_MAX);
	put_le(envelope->header + AT_MANIFEST_BYTES, manifest_box_bytes, 4);
	put_le(envelope->header + AT_FILE_BYTES, file_bytes, 8);
	keyed32(envelope->header + AT_MAC, "satchel1header", envelope->file_key, envelope->header, AT_MAC);
	derive_from_header(envelope);
	envelope->stage = STAGE_WHOLE;
	memcpy(header, envelope->header, SAT_HEADER_BYTES);
}

/* --- reading ----------------------------------------------------------------------------------- */

static int fail_header(sat_error *err)
{
	return sat_fail(err, SAT_EDAMAGED, "its header is damaged");
}

/* A file too short for its own header and manifest is damage too, so that callers may subtract. */
static int check_sizes(const sat_header *h, sat_error *err)
{
	uint64_t copies = h->form == SAT_FULL ? 2 : 1;
	if (h->manifest_box_bytes > SAT_MANIFEST_BOX_MAX || h->file_bytes > SAT_BUNDLE_BYTES_MAX)
		return sat_fail(err, SAT_ELIMIT, "its header says that it is larger than any bundle");
	if (h->manifest_box_bytes <= SAT_BOX_BYTES ||
	    h->file_bytes < copies * (SAT_HEADER_BYTES + (uint64_t)h->manifest_box_bytes) + FILE_HASH_BYTES)
		return fail_header(err);
	return 0;
}

int sat_header_read(sat_header *out, const uint8_t header[static SAT_HEADER_BYTES], sat_error *err)
{
	if (memcmp(header, magic, sizeof magic) != 0)
		return sat_fail(err, SAT_EDAMAGED, "it is no bundle, or its beginning was lost");
	if (header[AT_VERSION] > VERSION)
		return sat_fail(err, SAT_ETOONEW,
		                "it was written by a newer Satchel; keep it until that one is installed here");
	if (header[AT_VERSION] != VERSION || header[AT_FORM] > SAT_COMPACT || header[AT_ZERO] != 0 ||
	    header[AT_ZERO + 1] != 0)
		return fail_header(err);
	sat_cursor c = sat_cursor_over(header + AT_MANIFEST_BYTES, 4 + 8);
	out->form = (sat_form)header[AT_FORM];
	out->manifest_box_bytes = sat_cursor_le32(&c);
	out->file_bytes = sat_cursor_le64(&c);
	return check_sizes(out, err);
}

static bool unwrap(sat_envelope *envelope, const sat_identity *identity)
{
	const uint8_t *ephemeral = envelope->header + AT_EPHEMERAL;
	return find_wrap_key(envelope, sat_identity_seal_secret(identity), ephemeral, ephemeral,
	                     sat_identity_public(identity)->seal) &&
	       box_open(envelope->file_key, envelope->wrap_key, 0, NULL, 0, envelope->header + AT_STANZA,
	                SAT_KEY_BYTES + SAT_BOX_BYTES);
}

int sat_envelope_open(sat_envelope **envelope, const sat_identity *identity,
                      const uint8_t header[static SAT_HEADER_BYTES], sat_error *err)
{
	uint8_t mac[SAT_HASH_BYTES];
	sat_header sizes;
	*envelope = NULL;
	int code = sat_header_read(&sizes, header, err);
	if (code != 0)
		return code;
	SAT_AUTO(sat_envelope) opened = allocate(err);
	if (opened == NULL)
		return SAT_ENOMEM;
	memcpy(opened->header, header, SAT_HEADER_BYTES);
	if (!unwrap(opened, identity))
		return sat_fail(err, SAT_ENOTFORUS,
		                "the bundle is sealed to somebody else; leave it for them");
	wipe_wrapping(opened);
	keyed32(mac, "satchel1header", opened->file_key, header, AT_MAC);
	if (!sat_equal_secret(mac, header + AT_MAC, SAT_HASH_BYTES))
		return fail_header(err);
	derive_from_prefix(opened);
	derive_from_header(opened);
	opened->stage = STAGE_OPENED;
	*envelope = opened;
	opened = NULL;
	return 0;
}

/* --- boxes ------------------------------------------------------------------------------------- */

void sat_envelope_seal_manifest(const sat_envelope *envelope, uint8_t *sealed, const uint8_t *plain,
                                size_t count)
{
	assert(envelope->stage != STAGE_FRAMES);
	box_seal(sealed, envelope->manifest_key, 0, envelope->header_hash, SAT_HASH_BYTES, plain, count);
}

int sat_envelope_open_manifest(const sat_envelope *envelope, uint8_t *plain, const uint8_t *sealed,
                               size_t sealed_count, sat_error *err)
{
	assert(envelope->stage != STAGE_FRAMES);
	if (!box_open(plain, envelope->manifest_key, 0, envelope->header_hash, SAT_HASH_BYTES, sealed,
	              sealed_count))
		return sat_fail(err, SAT_EFORGED, "the manifest's seal does not hold");
	return 0;
}

static void frame_extra(const sat_envelope *envelope, uint64_t index,
                        uint8_t extra[static SAT_HASH_BYTES + INDEX_BYTES])
{
	memcpy(extra, envelope->prefix_hash, SAT_HASH_BYTES);
	put_le(extra + SAT_HASH_BYTES, index, INDEX_BYTES);
}

void sat_envelope_seal_frame(const sat_envelope *envelope, uint64_t index, uint8_t *sealed,
                             const uint8_t *plain, size_t count)
{
	uint8_t extra[SAT_HASH_BYTES + INDEX_BYTES];
	frame_extra(envelope, index, extra);
	box_seal(sealed, envelope->payload_key, index, extra, sizeof extra, plain, count);
}

int sat_envelope_open_frame(const sat_envelope *envelope, uint64_t index, uint8_t *plain,
                            const uint8_t *sealed, size_t sealed_count, sat_error *err)
{
	uint8_t extra[SAT_HASH_BYTES + INDEX_BYTES];
	frame_extra(envelope, index, extra);
	if (!box_open(plain, envelope->payload_key, index, extra, sizeof extra, sealed, sealed_count))
		return sat_fail(err, SAT_EFORGED, "frame %llu: its seal does not hold",
		                (unsigned long long)index);
	return 0;
}

/* The cipher counts in blocks of 64 bytes: an offset within one takes the end of a block first. */
void sat_envelope_padding(const sat_envelope *envelope, uint64_t offset, uint8_t *padding, size_t count)
{
	static const uint8_t nonce[crypto_stream_xchacha20_NONCEBYTES];
	uint64_t block = offset / STREAM_BLOCK_BYTES;
	size_t skip = (size_t)(offset % STREAM_BLOCK_BYTES);
	if (skip > 0) {
		uint8_t whole[STREAM_BLOCK_BYTES] = { 0 };
		size_t part = STREAM_BLOCK_BYTES - skip < count ? STREAM_BLOCK_BYTES - skip : count;
		crypto_stream_xchacha20_xor_ic(whole, whole, sizeof whole, nonce, block,
		                               envelope->padding_key);
		memcpy(padding, whole + skip, part);
		padding += part;
		count -= part;
		block++;
	}
	if (count == 0)
		return;
	memset(padding, 0, count);
	crypto_stream_xchacha20_xor_ic(padding, padding, count, nonce, block, envelope->padding_key);
}

/* --- what is signed, and small things ----------------------------------------------------------- */

void sat_envelope_digest(const sat_envelope *envelope, const sat_public *recipient, const uint8_t *manifest,
                         size_t count, uint8_t digest[static SAT_HASH_BYTES])
{
	uint8_t manifest_hash[SAT_HASH_BYTES];
	sat_hasher hasher;
	assert(envelope->stage != STAGE_FRAMES);
	sat_hash(manifest_hash, "satchel1manif", manifest, count);
	sat_hash_begin(&hasher, "satchel1bundle");
	sat_hash_add(&hasher, envelope->header_hash, SAT_HASH_BYTES);
	sat_hash_add(&hasher, recipient->sign, SAT_KEY_BYTES);
	sat_hash_add(&hasher, recipient->seal, SAT_KEY_BYTES);
	sat_hash_add(&hasher, manifest_hash, SAT_HASH_BYTES);
	sat_hash_end(&hasher, digest);
}

int sat_header_courier(const uint8_t header[static SAT_HEADER_BYTES],
                       const uint8_t courier[static SAT_COURIER_BYTES])
{
	uint8_t hash[SAT_HASH_BYTES];
	sat_hash(hash, "satchel1courier", courier, SAT_COURIER_BYTES);
	return memcmp(hash, header + AT_COURIER, SAT_HASH_BYTES) == 0;
}

static unsigned floor_log2(uint64_t value)
{
	return 63 - (unsigned)__builtin_clzll(value);
}

/* A length so near 2^64 that rounding would pass it stays as it is. */
uint64_t sat_padme(uint64_t length)
{
	if (length < 4)
		return length;
	unsigned e = floor_log2(length);
	unsigned s = floor_log2(e) + 1;
	uint64_t rest = (UINT64_C(1) << (e - s)) - 1;
	return length > UINT64_MAX - rest ? length : (length + rest) & ~rest;
}

uint64_t sat_padme_below(uint64_t length)
{
	if (length < 4)
		return length;
	unsigned e = floor_log2(length);
	return length & ~((UINT64_C(1) << (e - floor_log2(e) - 1)) - 1);
}
