/* See keys.h.
 *
 * An identity grows from two independent seeds of 32 bytes, one to sign and one to receive, and the
 * seeds are all that the key file keeps.  They must not be the same: libsodium expands both kinds of
 * seed with SHA-512, and one seed would make one scalar of both keys.
 */
#include "keys.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#define PERSONAL_BYTES crypto_generichash_blake2b_PERSONALBYTES
#define SEEDS_BYTES    (2 * SAT_KEY_BYTES)

/* The doors to the seeds, for keyfile.c alone, which repeats these two lines. */
int sat_identity_from_seeds(sat_identity **identity, const uint8_t seeds[static SEEDS_BYTES], sat_error *err);
const uint8_t *sat_identity_seeds(const sat_identity *identity);

_Static_assert(sizeof((sat_hasher *)0)->state >= sizeof(crypto_generichash_blake2b_state),
               "a sat_hasher has room for libsodium's state");
_Static_assert(_Alignof(sat_hasher) >= _Alignof(crypto_generichash_blake2b_state),
               "a sat_hasher is aligned as libsodium's state");
_Static_assert(SAT_KEY_BYTES == crypto_sign_PUBLICKEYBYTES && SAT_KEY_BYTES == crypto_sign_SEEDBYTES &&
                   SAT_KEY_BYTES == crypto_box_PUBLICKEYBYTES && SAT_KEY_BYTES == crypto_box_SEEDBYTES &&
                   SAT_KEY_BYTES == crypto_box_SECRETKEYBYTES &&
                   SAT_KEY_BYTES == crypto_stream_chacha20_KEYBYTES,
               "keys have one size");
_Static_assert(SAT_SIGNATURE_BYTES == crypto_sign_BYTES, "signatures are Ed25519");
_Static_assert(sizeof(sat_public) == 2 * SAT_KEY_BYTES, "a sat_public is hashed as it lies in memory");

/* Lives in sodium_malloc memory that is read-only once it is filled. */
struct sat_identity {
	uint8_t seeds[SEEDS_BYTES]; /* sign, then seal */
	uint8_t sign_secret[crypto_sign_SECRETKEYBYTES];
	uint8_t seal_secret[SAT_KEY_BYTES];
	sat_public public;
	sat_device_id device;
};

static const char *const role_names[] = {
	[SAT_REGISTRY] = "registry",
	[SAT_FACILITATOR] = "facilitator",
	[SAT_COMMUNITY] = "community",
	[SAT_AUDITOR] = "auditor",
};
static const char *const role_phrases[] = {
	[SAT_REGISTRY] = "headquarters",
	[SAT_FACILITATOR] = "a facilitator",
	[SAT_COMMUNITY] = "a community",
	[SAT_AUDITOR] = "an auditor",
};
#define ROLES (sizeof role_names / sizeof role_names[0])

static void pad_personal(uint8_t padded[static PERSONAL_BYTES], const char *personal)
{
	size_t length = strlen(personal);
	assert(length <= PERSONAL_BYTES);
	memset(padded, 0, PERSONAL_BYTES);
	memcpy(padded, personal, length);
}

static void hash_of_size(uint8_t *hash, size_t hash_bytes, const char *personal, const void *data,
                         size_t count)
{
	uint8_t padded[PERSONAL_BYTES];
	pad_personal(padded, personal);
	crypto_generichash_blake2b_salt_personal(hash, hash_bytes, data, count, NULL, 0, NULL, padded);
}

const char *sat_role_name(sat_role role)
{
	return (size_t)role < ROLES ? role_names[role] : NULL;
}

const char *sat_role_phrase(sat_role role)
{
	return sat_role_name(role) != NULL ? role_phrases[role] : "nobody";
}

sat_role sat_role_of_name(const char *name)
{
	for (size_t i = SAT_REGISTRY; i < ROLES; i++)
		if (strcmp(name, role_names[i]) == 0)
			return (sat_role)i;
	return SAT_ROLE_NONE;
}

int sat_crypto_init(sat_error *err)
{
	if (sodium_init() < 0)
		return sat_fail(err, SAT_EIO,
		                "this machine offers no randomness; nothing was opened or written");
	return 0;
}

void sat_hash_begin(sat_hasher *h, const char *personal)
{
	uint8_t padded[PERSONAL_BYTES];
	pad_personal(padded, personal);
	crypto_generichash_blake2b_init_salt_personal((crypto_generichash_blake2b_state *)h->state, NULL, 0,
	                                              SAT_HASH_BYTES, NULL, padded);
}

void sat_hash_add(sat_hasher *h, const void *data, size_t count)
{
	if (count > 0)
		crypto_generichash_blake2b_update((crypto_generichash_blake2b_state *)h->state, data, count);
}

/* What was hashed may have been secret, and the state still holds its last block. */
void sat_hash_end(sat_hasher *h, uint8_t hash[static SAT_HASH_BYTES])
{
	crypto_generichash_blake2b_final((crypto_generichash_blake2b_state *)h->state, hash, SAT_HASH_BYTES);
	sodium_memzero(h, sizeof *h);
}

void sat_hash(uint8_t hash[static SAT_HASH_BYTES], const char *personal, const void *data, size_t count)
{
	hash_of_size(hash, SAT_HASH_BYTES, personal, data, count);
}

void sat_hash16(uint8_t hash[static 16], const char *personal, const void *data, size_t count)
{
	hash_of_size(hash, 16, personal, data, count);
}

bool sat_equal_secret(const void *a, const void *b, size_t count)
{
	return sodium_memcmp(a, b, count) == 0;
}

void sat_wipe(void *data, size_t count)
{
	sodium_memzero(data, count);
}

/* The key stays on the stack, wiped: a batch cannot fail for want of locked memory, and its seed is
 * told to whoever receives the batch whole. */
void sat_salts(uint8_t *salts, size_t count, const uint8_t seed[static 16])
{
	static const uint8_t nonce[crypto_stream_chacha20_NONCEBYTES];
	uint8_t key[SAT_KEY_BYTES];
	assert(count <= SIZE_MAX / 16);
	if (count == 0)
		return;
	sat_hash(key, "satchel1salts", seed, 16);
	crypto_stream_chacha20(salts, 16 * count, nonce, key);
	sodium_memzero(key, sizeof key);
}

static sat_identity *allocate_identity(sat_error *err)
{
	sat_identity *identity = sodium_malloc(sizeof *identity);
	if (identity == NULL)
		sat_fail(err, SAT_ENOMEM, "there is no protected memory left for the keys");
	return identity;
}

static void grow_from_seeds(sat_identity *identity)
{
	crypto_sign_seed_keypair(identity->public.sign, identity->sign_secret, identity->seeds);
	crypto_box_seed_keypair(identity->public.seal, identity->seal_secret,
	                        identity->seeds + SAT_KEY_BYTES);
	identity->device = sat_device_of(&identity->public);
	/* A machine that cannot protect the page is no worse off than with plain memory. */
	(void)sodium_mprotect_readonly(identity);
}

int sat_identity_create(sat_identity **identity, const sat_env *env, sat_error *err)
{
	*identity = allocate_identity(err);
	if (*identity == NULL)
		return SAT_ENOMEM;
	env->random(env->context, (*identity)->seeds, SEEDS_BYTES);
	grow_from_seeds(*identity);
	return 0;
}

/* Makes the identity that has these seeds; otherwise as sat_identity_create. */
int sat_identity_from_seeds(sat_identity **identity, const uint8_t seeds[static SEEDS_BYTES], sat_error *err)
{
	*identity = allocate_identity(err);
	if (*identity == NULL)
		return SAT_ENOMEM;
	memcpy((*identity)->seeds, seeds, SEEDS_BYTES);
	grow_from_seeds(*identity);
	return 0;
}

/* sodium_free wipes. */
void sat_identity_free(sat_identity *identity)
{
	sodium_free(identity);
}

/* The 64 bytes that the identity grew from, borrowed. */
const uint8_t *sat_identity_seeds(const sat_identity *identity)
{
	return identity->seeds;
}

const sat_public *sat_identity_public(const sat_identity *identity)
{
	return &identity->public;
}

const sat_device_id *sat_identity_device(const sat_identity *identity)
{
	return &identity->device;
}

const uint8_t *sat_identity_seal_secret(const sat_identity *identity)
{
	return identity->seal_secret;
}

sat_device_id sat_device_of(const sat_public *public)
{
	sat_device_id device;
	sat_hash16(device.bytes, "satchel1device", public, sizeof *public);
	return device;
}

bool sat_device_equal(const sat_device_id *a, const sat_device_id *b)
{
	return memcmp(a->bytes, b->bytes, SAT_DEVICE_BYTES) == 0;
}

void sat_sign(const sat_identity *identity, const uint8_t hash[static SAT_HASH_BYTES],
              uint8_t signature[static SAT_SIGNATURE_BYTES])
{
	crypto_sign_detached(signature, NULL, hash, SAT_HASH_BYTES, identity->sign_secret);
}

bool sat_verify(const sat_public *public, const uint8_t hash[static SAT_HASH_BYTES],
                const uint8_t signature[static SAT_SIGNATURE_BYTES])
{
	return crypto_sign_verify_detached(signature, hash, SAT_HASH_BYTES, public->sign) == 0;
}
