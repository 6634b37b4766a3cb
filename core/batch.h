/* Batches: decisions saved together, under one signature over a tree of their names.
 *
 * Each decision is still provable alone: with the hashes of the subtrees that hold none of the leaves
 * shown (`proof`).  The salts of all details come from one seed, until one of the batch is erased.
 */
#ifndef SAT_BATCH_H
#define SAT_BATCH_H

#include "arena.h"
#include "decision.h"

#define SAT_BATCH_MAX 4096
#define SAT_BATCH_BYTES_MAX 700000     /* of texts and fixed parts: a batch travels in one frame */

typedef struct sat_batch {
	sat_dot first;                 /* dot of leaf 0 */
	uint32_t leaves;
	bool has_seed;
	uint8_t seed[SAT_SALT_BYTES];
	uint8_t signature[SAT_SIGNATURE_BYTES];
	const uint8_t *proof;          /* hashes of the largest subtrees without a leaf that is here */
	size_t proof_count;
} sat_batch;

/* The root over leaves of which `here` (names in the order of leaves; `in[i]` says whether leaf i is
 * among them, NULL: all are) are known and `proof` covers the rest.  SAT_EREFUSED when the proof does
 * not fit. */
int sat_batch_root(const sat_batch *batch, const bool *in, const uint8_t (*here)[SAT_HASH_BYTES],
                   uint8_t root[static SAT_HASH_BYTES], sat_error *err);
/* Narrows what proves a batch down to the leaves that are `in`, in `arena`.  `held` are those whose names are given
 * (NULL: all), in the order of leaves, and the batch's present proof covers the rest. */
int sat_batch_narrow(sat_batch *batch, const bool *held, const uint8_t (*names)[SAT_HASH_BYTES], const bool *in,
                     sat_arena *arena, sat_error *err);
/* Widens what proves a batch, by the leaves that are `in`, to what `other` holds of the same batch, in `arena`; the
 * names of both are given in the order of leaves. */
int sat_batch_join(sat_batch *batch, const bool *in, const uint8_t (*names)[SAT_HASH_BYTES], const sat_batch *other,
                   const bool *other_in, const uint8_t (*other_names)[SAT_HASH_BYTES], sat_arena *arena,
                   sat_error *err);
/* What the signature of a batch is over, and the same without a store. */
int sat_batch_digest(sat_store *store, const sat_batch *batch, const uint8_t root[static SAT_HASH_BYTES],
                     uint8_t digest[static SAT_HASH_BYTES], sat_error *err);
int sat_batch_digest_as(const uint8_t author[static SAT_INCARNATION_BYTES], int64_t first_counter, uint32_t leaves,
                        const uint8_t root[static SAT_HASH_BYTES], uint8_t digest[static SAT_HASH_BYTES],
                        sat_error *err);
/* Signs a batch whose decisions (`batch->leaves` of them) are all here and sealed. */
int sat_batch_sign(sat_store *store, const sat_identity *identity, const sat_decision *decisions,
                   sat_batch *batch, sat_error *err);
/* Checks a batch that came from elsewhere: works out salts and names of its decisions (`in` as above),
 * the root, and the author's signature.  SAT_EFORGED. */
int sat_batch_verify(sat_store *store, const sat_batch *batch, const bool *in, sat_decision *decisions,
                     size_t count, const sat_public *author, sat_error *err);
/* The salt of one decision of a batch that has its seed. */
void sat_batch_salt(const sat_batch *batch, sat_dot decision, uint8_t salt[static SAT_SALT_BYTES]);

#endif
