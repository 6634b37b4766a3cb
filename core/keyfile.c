/* The key file.  See keys.h for the functions.
 *
 * Three things lie in it: the *secrets* (the two seeds of an identity, keys.c), sealed under a
 * *master key*; *slots*, each of which seals that master key under something that a person has; and a
 * hash by which anybody can see damage, so that a broken file is not mistaken for a forgotten
 * passphrase.  Notation as in sync/FORMAT.md, section 1; integers are little-endian.
 *
 *     offset      bytes    field
 *     0           8        magic: 53 41 54 43 4b 45 59 0a ("SATCKEY", newline)
 *     8           1        version: 1
 *     9           1        n, number of slots: 1 to 4
 *     10          2        zero
 *     12          132 n    slots
 *     12 + 132 n  80       the sealed secrets
 *     92 + 132 n  32       hash32["satchel1keyfile"] of all before it
 *
 * and the file ends there.  A slot:
 *
 *     0           1        kind: 0 none, 1 passphrase, 2 recovery code
 *     1           3        zero
 *     4           4        Argon2id memory in KiB: 65 536 to 524 288; 0 for kind none
 *     8           4        Argon2id passes: 3 to 16; 0 for kind none
 *     12          16       salt
 *     28          24       nonce
 *     52          48       XChaCha20-Poly1305 of the master key under wk, with this nonce; the
 *                          additional data are bytes 0..51 of the slot
 *     100         32       commitment: keyed32["satchel1slot"](master key; bytes 0..99 of the slot)
 *
 *     wk, kind 1  Argon2id(the passphrase's bytes, salt, passes, memory), one lane, 32 bytes
 *     wk, kind 2  the same over the 16 bytes that the recovery code spells
 *     wk, kind 0  hash32["satchel1open"](salt): no secret.  The file's permissions are all that guards
 *                 such a file, so a slot of kind none must be the only one
 *
 *     secrets     box(sk, 0, ""; sign seed (32) ‖ seal seed (32)), where
 *                 sk = keyed32["satchel1secrets"](master key; all bytes before the sealed secrets)
 *
 * Why so.  XChaCha20-Poly1305 does not commit to its key: without the commitment one could make a slot
 * that opens with any of many passphrases, and learn from a victim's tries which of them is theirs.  A
 * slot whose commitment fails is therefore told exactly as a wrong passphrase.  sk hangs on every byte
 * before the secrets, so no slot can be changed, dropped or added without the master key, and a file
 * written anew has a new sk: its nonce may be zero.  A recovery code has 128 random bits, which no cost
 * could improve; its slot takes the least.
 *
 * A reader checks, in this order and before it spends memory or time: size, magic, version (greater:
 * too_new), n, that the size fits n, the hash, then each slot's kind, zeros and bounds (above them:
 * limit; any other breach: damaged).  There is one encoding; trailing bytes are damage.
 */
#include "keys.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>
#include <time.h>

#include "words.h"

#define SEEDS_BYTES (2 * SAT_KEY_BYTES)

/* The doors to an identity's seeds: see keys.c. */
int sat_identity_from_seeds(sat_identity **identity, const uint8_t seeds[static SEEDS_BYTES], sat_error *err);
const uint8_t *sat_identity_seeds(const sat_identity *identity);

enum {
	VERSION = 1,
	SLOTS_MAX = 4,
	TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	SALT_BYTES = crypto_pwhash_argon2id_SALTBYTES,
	/* the file */
	AT_VERSION = 8,
	AT_COUNT = 9,
	AT_SLOTS = 12,
	SECRETS_BYTES = SEEDS_BYTES + TAG_BYTES,
	/* a slot */
	SLOT_MEMORY = 4,
	SLOT_PASSES = 8,
	SLOT_SALT = 12,
	SLOT_NONCE = SLOT_SALT + SALT_BYTES,
	SLOT_SEALED = SLOT_NONCE + NONCE_BYTES,
	SLOT_COMMITMENT = SLOT_SEALED + SAT_KEY_BYTES + TAG_BYTES,
	SLOT_BYTES = SLOT_COMMITMENT + SAT_HASH_BYTES,

	FILE_BYTES_MAX = AT_SLOTS + SLOTS_MAX * SLOT_BYTES + SECRETS_BYTES + SAT_HASH_BYTES,

	CODE_BYTES = 16,
	CODE_WORDS = CODE_BYTES / 2,
	PASSPHRASE_BYTES_MAX = 1024,
	KDF_MS_USUAL = 1000,
};
_Static_assert(SLOT_BYTES == 132 && SECRETS_BYTES == 80, "the sizes are those of the table above");
_Static_assert(CODE_WORDS * 6 <= SAT_RECOVERY_CHARS, "a recovery code fits");

enum kind { KIND_NONE = 0, KIND_PASSPHRASE = 1, KIND_RECOVERY = 2 };

static const uint8_t magic[8] = { 'S', 'A', 'T', 'C', 'K', 'E', 'Y', '\n' };

typedef struct cost {
	uint32_t memory_kib;
	uint32_t passes;
} cost;

static const cost cost_none = { 0, 0 };
static const cost cost_least = { SAT_KDF_MEMORY_MIN / 1024, SAT_KDF_PASSES_MIN };

/* All that is secret while a file is read or written, in sodium_malloc memory. */
typedef struct ring {
	uint8_t master[SAT_KEY_BYTES];
	uint8_t wrap[SAT_KEY_BYTES];
	uint8_t secrets_key[SAT_KEY_BYTES];
	uint8_t seeds[SEEDS_BYTES];
	uint8_t code[CODE_BYTES];
} ring;

static ring *ring_new(sat_error *err)
{
	ring *r = sodium_malloc(sizeof *r);
	if (r == NULL)
		sat_fail(err, SAT_ENOMEM, "there is no protected memory left for the keys");
	return r;
}
static void ring_free(ring *r)
{
	sodium_free(r);
}
SAT_AUTO_DEFINE(ring)

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

static void keyed32(uint8_t hash[static SAT_HASH_BYTES], const char *personal,
                    const uint8_t key[static SAT_KEY_BYTES], const uint8_t *data, size_t count)
{
	uint8_t padded[crypto_generichash_blake2b_PERSONALBYTES] = { 0 };
	assert(strlen(personal) <= sizeof padded);
	memcpy(padded, personal, strlen(personal));
	crypto_generichash_blake2b_salt_personal(hash, SAT_HASH_BYTES, data, count, key, SAT_KEY_BYTES, NULL,
	                                         padded);
}

/* --- slots ------------------------------------------------------------------------------------- */

static int stretch(uint8_t key[static SAT_KEY_BYTES], const void *text, size_t count, const uint8_t *salt,
                   cost c)
{
	return crypto_pwhash_argon2id(key, SAT_KEY_BYTES, text, count, salt, c.passes,
	                              (size_t)c.memory_kib * 1024, crypto_pwhash_argon2id_ALG_ARGON2ID13);
}

/* wk of a slot whose bytes 0..51 are there and within bounds. */
static int find_wrap_key(ring *r, const uint8_t *slot, const void *text, size_t count, sat_error *err)
{
	cost c = { get_le32(slot + SLOT_MEMORY), get_le32(slot + SLOT_PASSES) };
	if (slot[0] == KIND_NONE) {
		sat_hash(r->wrap, "satchel1open", slot + SLOT_SALT, SALT_BYTES);
		return 0;
	}
	if (stretch(r->wrap, text, count, slot + SLOT_SALT, c) != 0)
		return sat_fail(
		    err, SAT_ENOMEM,
		    "the key needs %u MiB of memory for a moment; close other programs and try again",
		    c.memory_kib / 1024);
	return 0;
}

/* Seals the master key of `r` into a new slot. */
static int seal_slot(uint8_t slot[static SLOT_BYTES], ring *r, enum kind kind, cost c, const void *text,
                     size_t count, const sat_env *env, sat_error *err)
{
	memset(slot, 0, SLOT_BYTES);
	slot[0] = (uint8_t)kind;
	put_le32(slot + SLOT_MEMORY, c.memory_kib);
	put_le32(slot + SLOT_PASSES, c.passes);
	env->random(env->context, slot + SLOT_SALT, SALT_BYTES);
	env->random(env->context, slot + SLOT_NONCE, NONCE_BYTES);
	int code = find_wrap_key(r, slot, text, count, err);
	if (code != 0)
		return code;
	crypto_aead_xchacha20poly1305_ietf_encrypt(slot + SLOT_SEALED, NULL, r->master, SAT_KEY_BYTES, slot,
	                                           SLOT_SEALED, NULL, slot + SLOT_NONCE, r->wrap);
	keyed32(slot + SLOT_COMMITMENT, "satchel1slot", r->master, slot, SLOT_COMMITMENT);
	return 0;
}

/* Opens the master key into `r`.  SAT_EPASSPHRASE, with no word about which check failed. */
static int open_slot(ring *r, const uint8_t *slot, const void *text, size_t count, sat_error *err)
{
	uint8_t commitment[SAT_HASH_BYTES];
	int code = find_wrap_key(r, slot, text, count, err);
	if (code != 0)
		return code;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(r->master, NULL, NULL, slot + SLOT_SEALED,
	                                               SLOT_COMMITMENT - SLOT_SEALED, slot, SLOT_SEALED,
	                                               slot + SLOT_NONCE, r->wrap) != 0)
		return SAT_EPASSPHRASE;
	keyed32(commitment, "satchel1slot", r->master, slot, SLOT_COMMITMENT);
	if (!sat_equal_secret(commitment, slot + SLOT_COMMITMENT, SAT_HASH_BYTES))
		return SAT_EPASSPHRASE;
	return 0;
}

/* --- the cost of a passphrase ------------------------------------------------------------------ */

/* How long one derivation takes; 0 when the memory is not to be had.  The monotonic clock, and not
 * env's, since only the machine at hand can say how fast it is. */
static uint64_t measure_us(cost c)
{
	static const uint8_t salt[SALT_BYTES];
	uint8_t key[SAT_KEY_BYTES];
	struct timespec begin, end;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	if (stretch(key, "", 0, salt, c) != 0)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &end);
	int64_t us = (int64_t)(end.tv_sec - begin.tv_sec) * 1000000 + (end.tv_nsec - begin.tv_nsec) / 1000;
	return us < 1 ? 1 : (uint64_t)us;
}

static uint32_t clamp(uint64_t value, uint32_t least, uint32_t most)
{
	return value < least ? least : value > most ? most : (uint32_t)value;
}

/* Time grows with memory and with passes about in proportion; memory comes first because it is what
 * costs somebody who tries passphrases on special hardware.  The second measurement finds a machine
 * that has no such memory, or swaps: then half of it is tried. */
static int calibrate(cost *c, unsigned kdf_ms, sat_error *err)
{
	uint64_t wanted_us = (uint64_t)(kdf_ms == 0 ? KDF_MS_USUAL : kdf_ms) * 1000;
	*c = cost_least;
	uint64_t us = measure_us(*c);
	if (us == 0)
		return sat_fail(err, SAT_ENOMEM,
		                "a key needs %u MiB of memory for a moment; nothing was written",
		                cost_least.memory_kib / 1024);
	uint64_t memory_mib = cost_least.memory_kib / 1024 * wanted_us / us;
	c->memory_kib = clamp(memory_mib, SAT_KDF_MEMORY_MIN >> 20, SAT_KDF_MEMORY_MAX >> 20) * 1024;
	while (c->memory_kib > cost_least.memory_kib) {
		us = measure_us(*c);
		if (us != 0 && us / 2 <= wanted_us)
			break;
		c->memory_kib = clamp(c->memory_kib / 2, cost_least.memory_kib, SAT_KDF_MEMORY_MAX / 1024);
	}
	if (c->memory_kib == SAT_KDF_MEMORY_MAX / 1024)
		c->passes =
		    clamp(SAT_KDF_PASSES_MIN * wanted_us / us, SAT_KDF_PASSES_MIN, SAT_KDF_PASSES_MAX);
	return 0;
}

/* --- reading ----------------------------------------------------------------------------------- */

typedef struct layout {
	const uint8_t *file;
	size_t slots;
} layout;

static const uint8_t *slot_at(const layout *l, size_t index)
{
	return l->file + AT_SLOTS + index * SLOT_BYTES;
}

static size_t secrets_offset(size_t slots)
{
	return AT_SLOTS + slots * SLOT_BYTES;
}

static int fail_damaged(sat_error *err)
{
	return sat_fail(err, SAT_EDAMAGED,
	                "the key file is damaged; the records are safe in the store, and nothing was changed; put back "
	                "the key file from a backup");
}

static int check_slot(const uint8_t *slot, size_t slots, sat_error *err)
{
	cost c = { get_le32(slot + SLOT_MEMORY), get_le32(slot + SLOT_PASSES) };
	if (slot[0] > KIND_RECOVERY || slot[1] != 0 || slot[2] != 0 || slot[3] != 0)
		return fail_damaged(err);
	if (slot[0] == KIND_NONE)
		return slots == 1 && c.memory_kib == 0 && c.passes == 0 ? 0 : fail_damaged(err);
	if (c.memory_kib > SAT_KDF_MEMORY_MAX / 1024 || c.passes > SAT_KDF_PASSES_MAX)
		return sat_fail(
		    err, SAT_ELIMIT,
		    "the key file asks for %u MiB and %u passes, and at most %u MiB and %u are accepted; nothing was "
		    "changed; put back the key file from a backup",
		    c.memory_kib / 1024, c.passes, SAT_KDF_MEMORY_MAX >> 20, (unsigned)SAT_KDF_PASSES_MAX);
	if (c.memory_kib < cost_least.memory_kib || c.passes < cost_least.passes)
		return fail_damaged(err);
	return 0;
}

static int parse(layout *l, const void *file, size_t count, sat_error *err)
{
	uint8_t hash[SAT_HASH_BYTES];
	const uint8_t *bytes = file;
	if (count <= AT_SLOTS || memcmp(bytes, magic, sizeof magic) != 0)
		return sat_fail(err, SAT_EDAMAGED,
		                "there is another file, or nothing, in the place of the key file; the records are safe in "
		                "the store, and nothing was changed; put back the key file from a backup");
	if (bytes[AT_VERSION] > VERSION)
		return sat_fail(err, SAT_ETOONEW, "the key file was written by a newer Satchel; nothing was changed; "
		                                 "install the newer Satchel here");
	*l = (layout){ bytes, bytes[AT_COUNT] };
	if (bytes[AT_VERSION] != VERSION || l->slots < 1 || l->slots > SLOTS_MAX || bytes[10] != 0 ||
	    bytes[11] != 0)
		return fail_damaged(err);
	if (count != secrets_offset(l->slots) + SECRETS_BYTES + SAT_HASH_BYTES)
		return fail_damaged(err);
	sat_hash(hash, "satchel1keyfile", bytes, count - SAT_HASH_BYTES);
	if (memcmp(hash, bytes + count - SAT_HASH_BYTES, SAT_HASH_BYTES) != 0)
		return fail_damaged(err);
	for (size_t i = 0; i < l->slots; i++) {
		int code = check_slot(slot_at(l, i), l->slots, err);
		if (code != 0)
			return code;
	}
	return 0;
}

/* Tries `text` on every slot of one kind. */
static int open_slots_of(ring *r, const layout *l, enum kind kind, const void *text, size_t count,
                         sat_error *err)
{
	for (size_t i = 0; i < l->slots; i++) {
		if (slot_at(l, i)[0] != kind)
			continue;
		int code = open_slot(r, slot_at(l, i), text, count, err);
		if (code != SAT_EPASSPHRASE)
			return code;
	}
	return SAT_EPASSPHRASE;
}

/* A text that can be read as a recovery code is tried as one first, since that is cheap; it may still
 * be somebody's passphrase.  The words of it never get into an error. */
static int open_master(ring *r, const layout *l, const char *passphrase, sat_error *err)
{
	int code = SAT_EPASSPHRASE;
	if (slot_at(l, 0)[0] == KIND_NONE) {
		code = open_slots_of(r, l, KIND_NONE, NULL, 0, err);
		return code == SAT_EPASSPHRASE ? fail_damaged(err) : code;
	}
	if (passphrase == NULL)
		return sat_fail(err, SAT_EPASSPHRASE, "the key file needs a passphrase or the recovery code");
	size_t length = strnlen(passphrase, PASSPHRASE_BYTES_MAX + 1);
	if (length <= PASSPHRASE_BYTES_MAX && sat_proquint_read(r->code, CODE_WORDS, passphrase, NULL) == 0)
		code = open_slots_of(r, l, KIND_RECOVERY, r->code, CODE_BYTES, err);
	if (length <= PASSPHRASE_BYTES_MAX && code == SAT_EPASSPHRASE)
		code = open_slots_of(r, l, KIND_PASSPHRASE, passphrase, length, err);
	if (code == SAT_EPASSPHRASE)
		return sat_fail(
		    err, SAT_EPASSPHRASE,
		    "that is neither the passphrase nor the recovery code; nothing was changed; try again");
	return code;
}

int sat_keyfile_read(sat_identity **identity, const void *file, size_t count, const char *passphrase,
                     sat_error *err)
{
	static const uint8_t nonce[NONCE_BYTES];
	layout l = { 0 };
	*identity = NULL;
	int code = parse(&l, file, count, err);
	if (code != 0)
		return code;
	SAT_AUTO(ring) r = ring_new(err);
	if (r == NULL)
		return SAT_ENOMEM;
	code = open_master(r, &l, passphrase, err);
	if (code != 0)
		return code;
	size_t at = secrets_offset(l.slots);
	keyed32(r->secrets_key, "satchel1secrets", r->master, l.file, at);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(r->seeds, NULL, NULL, l.file + at, SECRETS_BYTES, NULL,
	                                               0, nonce, r->secrets_key) != 0)
		return fail_damaged(err);
	return sat_identity_from_seeds(identity, r->seeds, err);
}

bool sat_keyfile_locked(const void *file, size_t count)
{
	layout l = { 0 };
	return parse(&l, file, count, NULL) == 0 && slot_at(&l, 0)[0] != KIND_NONE;
}

/* --- writing ----------------------------------------------------------------------------------- */

static int check_passphrase(const char *passphrase, const char *recovery, sat_error *err)
{
	if (passphrase == NULL && recovery != NULL)
		return sat_fail(err, SAT_EUSAGE,
		                "an open key file has nothing that a recovery code could open");
	if (passphrase != NULL && passphrase[0] == '\0')
		return sat_fail(err, SAT_EUSAGE, "the passphrase is empty; nothing was written");
	if (passphrase != NULL && strnlen(passphrase, PASSPHRASE_BYTES_MAX + 1) > PASSPHRASE_BYTES_MAX)
		return sat_fail(err, SAT_ELIMIT, "a passphrase has at most %d bytes; nothing was written",
		                PASSPHRASE_BYTES_MAX);
	return 0;
}

/* Fills the slots from `slot` on; `*slots` receives how many. */
static int seal_slots(uint8_t *slot, size_t *slots, ring *r, const char *passphrase, unsigned kdf_ms,
                      bool recovery, const sat_env *env, sat_error *err)
{
	cost c;
	*slots = 1;
	if (passphrase == NULL)
		return seal_slot(slot, r, KIND_NONE, cost_none, NULL, 0, env, err);
	int code = calibrate(&c, kdf_ms, err);
	if (code == 0)
		code = seal_slot(slot, r, KIND_PASSPHRASE, c, passphrase, strlen(passphrase), env, err);
	if (code != 0 || !recovery)
		return code;
	*slots = 2;
	env->random(env->context, r->code, CODE_BYTES);
	return seal_slot(slot + SLOT_BYTES, r, KIND_RECOVERY, cost_least, r->code, CODE_BYTES, env, err);
}

/* The file is put together aside, so that a failure appends nothing. */
int sat_keyfile_write(sat_bytes *file, const sat_identity *identity, const char *passphrase, unsigned kdf_ms,
                      char recovery[SAT_RECOVERY_CHARS], const sat_env *env, sat_error *err)
{
	static const uint8_t nonce[NONCE_BYTES];
	uint8_t bytes[FILE_BYTES_MAX] = { 0 };
	size_t slots;
	int code = check_passphrase(passphrase, recovery, err);
	if (code != 0)
		return code;
	SAT_AUTO(ring) r = ring_new(err);
	if (r == NULL)
		return SAT_ENOMEM;
	env->random(env->context, r->master, SAT_KEY_BYTES);
	code = seal_slots(bytes + AT_SLOTS, &slots, r, passphrase, kdf_ms, recovery != NULL, env, err);
	if (code != 0)
		return code;
	memcpy(bytes, magic, sizeof magic);
	bytes[AT_VERSION] = VERSION;
	bytes[AT_COUNT] = (uint8_t)slots;
	size_t at = secrets_offset(slots);
	keyed32(r->secrets_key, "satchel1secrets", r->master, bytes, at);
	crypto_aead_xchacha20poly1305_ietf_encrypt(bytes + at, NULL, sat_identity_seeds(identity),
	                                           SEEDS_BYTES, NULL, 0, NULL, nonce, r->secrets_key);
	at += SECRETS_BYTES;
	sat_hash(bytes + at, "satchel1keyfile", bytes, at);
	sat_bytes_put(file, bytes, at + SAT_HASH_BYTES);
	if (!sat_bytes_ok(file))
		return sat_fail(err, SAT_ENOMEM, "memory ran out while the key file was written");
	if (recovery != NULL)
		sat_proquint_write(recovery, r->code, CODE_WORDS, '-');
	return 0;
}
