/* Keys: who a device is, how its secrets lie on disk, and the hashes and signatures that others use.
 *
 * Here and in sync/seal.c is all of Satchel's cryptography; nobody else calls libsodium.  Secrets
 * live in sodium_malloc memory inside sat_identity and are wiped when it is freed.
 *
 * The key file (FORMAT in keyfile.c) holds the secrets sealed under a master key; each *slot* opens
 * the master key with something a person has: the passphrase, or the recovery code on paper.
 */
#ifndef SAT_KEYS_H
#define SAT_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"
#include "env.h"
#include "error.h"

#define SAT_KEY_BYTES 32
#define SAT_HASH_BYTES 32
#define SAT_NAME16_BYTES 16         /* names of bundles, frames and devices are short hashes */
#define SAT_SIGNATURE_BYTES 64
#define SAT_DEVICE_BYTES 16

typedef struct sat_device_id { uint8_t bytes[SAT_DEVICE_BYTES]; } sat_device_id;

/* The public half of a device. */
typedef struct sat_public {
	uint8_t sign[SAT_KEY_BYTES];   /* Ed25519 */
	uint8_t seal[SAT_KEY_BYTES];   /* X25519 */
} sat_public;

typedef enum sat_role {
	SAT_ROLE_NONE = 0,
	SAT_REGISTRY = 1,
	SAT_FACILITATOR = 2,
	SAT_COMMUNITY = 3,
	SAT_AUDITOR = 4,
} sat_role;
/* "registry", ...; NULL for no role. */
const char *sat_role_name(sat_role role);
/* "a facilitator", "an auditor": as what somebody takes part, for sentences; "nobody" for no role. */
const char *sat_role_phrase(sat_role role);
/* SAT_ROLE_NONE for a name that is none. */
sat_role sat_role_of_name(const char *name);

/* Call once before anything else; safe to call again.  SAT_EIO when the machine cannot. */
int sat_crypto_init(sat_error *err);

/* --- hashes ------------------------------------------------------------------------------------ */

/* BLAKE2b with `personal` (ASCII, at most 16 characters, zero-padded), as FORMAT.md writes it. */
typedef struct sat_hasher { _Alignas(64) uint8_t state[384]; } sat_hasher;
void sat_hash_begin(sat_hasher *h, const char *personal);
void sat_hash_add(sat_hasher *h, const void *data, size_t count);
void sat_hash_end(sat_hasher *h, uint8_t hash[static SAT_HASH_BYTES]);
/* All in one: hash32[personal](data). */
void sat_hash(uint8_t hash[static SAT_HASH_BYTES], const char *personal, const void *data, size_t count);
/* hash16[personal](data): BLAKE2b with an output of 16 bytes (not a cut of the other). */
void sat_hash16(uint8_t hash[static 16], const char *personal, const void *data, size_t count);
/* True when equal, in constant time. */
bool sat_equal_secret(const void *a, const void *b, size_t count);
/* Overwrites memory in a way that the compiler keeps. */
void sat_wipe(void *data, size_t count);

/* Consecutive 16-byte salts of a batch of decisions: pieces first..first+count of the ChaCha20
 * keystream under hash32["satchel1salts"](seed).  `salts` has room for 16 * count bytes. */
void sat_salts(uint8_t *salts, size_t count, const uint8_t seed[static 16]);

/* --- identities -------------------------------------------------------------------------------- */

typedef struct sat_identity sat_identity;

/* A new identity with keys from `env`'s randomness, owned by the caller. */
int sat_identity_create(sat_identity **identity, const sat_env *env, sat_error *err);
void sat_identity_free(sat_identity *identity);
SAT_AUTO_DEFINE(sat_identity)
const sat_public *sat_identity_public(const sat_identity *identity);
const sat_device_id *sat_identity_device(const sat_identity *identity);
/* The secret sealing key, borrowed; for sync/seal.c alone. */
const uint8_t *sat_identity_seal_secret(const sat_identity *identity);

/* hash16["satchel1device"](sign ‖ seal). */
sat_device_id sat_device_of(const sat_public *public);
bool sat_device_equal(const sat_device_id *a, const sat_device_id *b);

/* Ed25519 over a 32-byte hash (every signature of ours is over a personal hash). */
void sat_sign(const sat_identity *identity, const uint8_t hash[static SAT_HASH_BYTES],
              uint8_t signature[static SAT_SIGNATURE_BYTES]);
bool sat_verify(const sat_public *public, const uint8_t hash[static SAT_HASH_BYTES],
                const uint8_t signature[static SAT_SIGNATURE_BYTES]);

/* --- the key file ------------------------------------------------------------------------------ */

#define SAT_KDF_MEMORY_MIN (64u << 20)
#define SAT_KDF_MEMORY_MAX (512u << 20)
#define SAT_KDF_PASSES_MIN 3
#define SAT_KDF_PASSES_MAX 16
#define SAT_RECOVERY_CHARS 56          /* room for a recovery code: 8 proquints with hyphens, and its end */

/* Seals an identity.  `passphrase` may be NULL for a machine without a person: then the secrets lie
 * open in the file, protected by its permissions alone.  `kdf_ms` is how long opening may take
 * (about; at least the floor of 64 MiB and 3 passes; 0 means 1000).  `recovery`, when not NULL,
 * receives a fresh recovery code (128 bits as 8 proquints) that opens a second slot.
 * The bytes are appended to `file`. */
int sat_keyfile_write(sat_bytes *file, const sat_identity *identity, const char *passphrase,
                      unsigned kdf_ms, char recovery[SAT_RECOVERY_CHARS], const sat_env *env,
                      sat_error *err);

/* Opens a key file with a passphrase or a recovery code (tried in turn; NULL for an open file).
 * SAT_EPASSPHRASE for a wrong or missing one, SAT_EDAMAGED, SAT_ETOONEW, SAT_ELIMIT when the file
 * asks for more memory or passes than the bounds above. */
int sat_keyfile_read(sat_identity **identity, const void *file, size_t count, const char *passphrase,
                     sat_error *err);

/* True when the key file needs a passphrase; false for an open or an unreadable one. */
bool sat_keyfile_locked(const void *file, size_t count);

#endif
