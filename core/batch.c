/* See batch.h. */
#include "batch.h"

#include <string.h>

#include "incarnation.h"

/* --- the tree ----------------------------------------------------------------------------------- */

enum { ARITY = 8 };

static uint32_t parents(uint32_t nodes) { return (nodes + ARITY - 1) / ARITY; }

/* One pass up the tree.  `known[i]` says whether node i of a level is there; a node of which no leaf
 * is known takes its hash from the proof at the highest level where that is so. */
typedef struct tree {
	uint8_t (*hash)[SAT_HASH_BYTES];
	bool *known;          /* some leaf below is in */
	uint32_t count;
} tree;

/* The levels of a tree, leaves first; `known` is filled in, hashes are not. */
static int plan(tree levels[static 8], unsigned *depth, uint32_t leaves, const bool *in, sat_arena *arena,
                sat_error *err)
{
	*depth = 0;
	for (uint32_t n = leaves;; n = parents(n)) {
		tree *level = &levels[(*depth)++];
		level->count = n;
		level->hash = sat_arena_take(arena, (size_t)n * SAT_HASH_BYTES);
		level->known = sat_arena_zeroed(arena, n, sizeof *level->known);
		if (level->hash == NULL || level->known == NULL)
			return sat_no_memory(err);
		for (uint32_t i = 0; i < n; i++) {
			if (*depth == 1) {
				level->known[i] = in == NULL || in[i];
				continue;
			}
			for (uint32_t k = i * ARITY; k < (i + 1) * ARITY && k < level[-1].count; k++)
				level->known[i] = level->known[i] || level[-1].known[k];
		}
		if (n == 1)
			return 0;
	}
}

static void hash_node(const tree *below, uint32_t i, uint8_t hash[static SAT_HASH_BYTES])
{
	uint32_t first = i * ARITY;
	uint32_t n = below->count - first < ARITY ? below->count - first : ARITY;
	sat_hash(hash, "satchel1node", below->hash[first], (size_t)n * SAT_HASH_BYTES);
}

/* Visits, from the left, the largest subtrees that hold no known leaf. */
static int walk_unknown(tree *levels, unsigned level, uint32_t node, uint8_t **at, const uint8_t *end,
                        bool read)
{
	if (!levels[level].known[node]) {
		if (*at == end)
			return SAT_EREFUSED;
		if (read)
			memcpy(levels[level].hash[node], *at, SAT_HASH_BYTES);
		else
			memcpy(*at, levels[level].hash[node], SAT_HASH_BYTES);
		*at += SAT_HASH_BYTES;
		return 0;
	}
	int rc = 0;
	for (uint32_t k = node * ARITY; level > 0 && rc == 0 && k < (node + 1) * ARITY &&
	                                k < levels[level - 1].count; k++)
		rc = walk_unknown(levels, level - 1, k, at, end, read);
	return rc;
}

/* Fills in the hashes of all nodes that are known, from the names of the leaves that are `held` (NULL: all) and
 * the proof of the rest. */
static int grow(tree levels[static 8], unsigned *depth, const sat_batch *batch, const bool *held,
                const uint8_t (*names)[SAT_HASH_BYTES], sat_arena *arena, sat_error *err)
{
	int rc = plan(levels, depth, batch->leaves, held, arena, err);
	if (rc != 0)
		return rc;
	size_t next = 0;
	for (uint32_t i = 0; i < batch->leaves; i++) {
		if (levels[0].known[i])
			memcpy(levels[0].hash[i], names[next++], SAT_HASH_BYTES);
	}
	uint8_t *at = (uint8_t *)batch->proof;
	const uint8_t *end = at == NULL ? NULL : at + batch->proof_count * SAT_HASH_BYTES;
	if (walk_unknown(levels, *depth - 1, 0, &at, end, true) != 0 || at != end)
		return sat_fail(err, SAT_EREFUSED, "the proof of a batch of decisions does not fit");
	for (unsigned level = 1; level < *depth; level++) {
		for (uint32_t i = 0; i < levels[level].count; i++) {
			if (levels[level].known[i])
				hash_node(&levels[level - 1], i, levels[level].hash[i]);
		}
	}
	return 0;
}

int sat_batch_root(const sat_batch *batch, const bool *in, const uint8_t (*here)[SAT_HASH_BYTES],
                   uint8_t root[static SAT_HASH_BYTES], sat_error *err)
{
	SAT_ARENA(arena);
	tree levels[8];
	unsigned depth;
	int rc = grow(levels, &depth, batch, in, here, &arena, err);
	if (rc == 0)
		memcpy(root, levels[depth - 1].hash[0], SAT_HASH_BYTES);
	return rc;
}

/* Writes the hashes that prove a batch by the leaves that `left` knows. */
static int put_proof(sat_batch *batch, tree *left, unsigned depth, sat_arena *arena, sat_error *err)
{
	uint8_t *proof = sat_arena_take(arena, (size_t)batch->leaves * SAT_HASH_BYTES);
	if (proof == NULL)
		return sat_no_memory(err);
	uint8_t *at = proof;
	walk_unknown(left, depth - 1, 0, &at, proof + (size_t)batch->leaves * SAT_HASH_BYTES, false);
	batch->proof = proof;
	batch->proof_count = (size_t)(at - proof) / SAT_HASH_BYTES;
	return 0;
}

int sat_batch_narrow(sat_batch *batch, const bool *held, const uint8_t (*names)[SAT_HASH_BYTES], const bool *in,
                     sat_arena *arena, sat_error *err)
{
	tree whole[8], left[8];
	unsigned depth;
	int rc = grow(whole, &depth, batch, held, names, arena, err);
	if (rc == 0)
		rc = plan(left, &depth, batch->leaves, in, arena, err);
	for (unsigned level = 0; rc == 0 && level < depth; level++)
		left[level].hash = whole[level].hash;
	return rc != 0 ? rc : put_proof(batch, left, depth, arena, err);
}

int sat_batch_join(sat_batch *batch, const bool *in, const uint8_t (*names)[SAT_HASH_BYTES], const sat_batch *other,
                   const bool *other_in, const uint8_t (*other_names)[SAT_HASH_BYTES], sat_arena *arena,
                   sat_error *err)
{
	tree one[8], two[8], both[8];
	unsigned depth;
	bool *any = sat_arena_zeroed(arena, batch->leaves, sizeof *any);
	if (any == NULL)
		return sat_no_memory(err);
	for (uint32_t i = 0; i < batch->leaves; i++)
		any[i] = in[i] || other_in[i];
	int rc = grow(one, &depth, batch, in, names, arena, err);
	if (rc == 0)
		rc = grow(two, &depth, other, other_in, other_names, arena, err);
	if (rc == 0)
		rc = plan(both, &depth, batch->leaves, any, arena, err);
	/* A largest subtree without a leaf of either stands in the proof of whichever knows a leaf beside it. */
	for (unsigned level = 0; rc == 0 && level + 1 < depth; level++) {
		for (uint32_t i = 0; i < both[level].count; i++) {
			const tree *from = one[level + 1].known[i / ARITY] ? one : two;
			memcpy(both[level].hash[i], from[level].hash[i], SAT_HASH_BYTES);
		}
	}
	return rc != 0 ? rc : put_proof(batch, both, depth, arena, err);
}

int sat_batch_digest_as(const uint8_t author[static SAT_INCARNATION_BYTES], int64_t first_counter, uint32_t leaves,
                        const uint8_t root[static SAT_HASH_BYTES], uint8_t digest[static SAT_HASH_BYTES],
                        sat_error *err)
{
	SAT_BYTES(signed_bytes);
	sat_bytes_put(&signed_bytes, author, SAT_INCARNATION_BYTES);
	sat_bytes_put_le64(&signed_bytes, (uint64_t)first_counter);
	sat_bytes_put_le64(&signed_bytes, leaves);
	sat_bytes_put(&signed_bytes, root, SAT_HASH_BYTES);
	if (!sat_bytes_ok(&signed_bytes))
		return sat_no_memory(err);
	sat_hash(digest, "satchel1batch", signed_bytes.data, signed_bytes.length);
	return 0;
}

int sat_batch_digest(sat_store *store, const sat_batch *batch, const uint8_t root[static SAT_HASH_BYTES],
                     uint8_t digest[static SAT_HASH_BYTES], sat_error *err)
{
	const sat_incarnation *author = sat_incarnation_at(store, sat_dot_index(batch->first));
	if (author == NULL)
		return sat_fail(err, SAT_EDAMAGED, "a batch of decisions has no author");
	return sat_batch_digest_as(author->name, sat_dot_counter(batch->first), batch->leaves, root, digest, err);
}

static int name_all(sat_store *store, const sat_batch *batch, sat_decision *decisions, size_t count,
                    uint8_t (*names)[SAT_HASH_BYTES], sat_arena *arena, sat_error *err)
{
	uint8_t *salts = sat_arena_take(arena, (size_t)batch->leaves * SAT_SALT_BYTES);
	if (salts == NULL)
		return sat_no_memory(err);
	if (batch->has_seed)
		sat_salts(salts, batch->leaves, batch->seed);
	SAT_BYTES(scratch);
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		sat_decision *d = &decisions[i];
		if (d->has_details && !d->own_salt)
			memcpy(d->salt, salts + (size_t)(d->id - batch->first) * SAT_SALT_BYTES, SAT_SALT_BYTES);
		rc = sat_decision_seal_in(store, d, &scratch, err);
		memcpy(names[i], d->name, SAT_HASH_BYTES);
	}
	return rc;
}

int sat_batch_verify(sat_store *store, const sat_batch *batch, const bool *in, sat_decision *decisions,
                     size_t count, const sat_public *author, sat_error *err)
{
	SAT_ARENA(arena);
	uint8_t(*names)[SAT_HASH_BYTES] = sat_arena_take(&arena, (count + 1) * SAT_HASH_BYTES);
	uint8_t root[SAT_HASH_BYTES], digest[SAT_HASH_BYTES];
	int rc = names == NULL ? sat_no_memory(err)
	                       : name_all(store, batch, decisions, count, names, &arena, err);
	if (rc == 0)
		rc = sat_batch_root(batch, in, (const uint8_t(*)[SAT_HASH_BYTES])names, root, err);
	if (rc == 0)
		rc = sat_batch_digest(store, batch, root, digest, err);
	if (rc == 0 && !sat_verify(author, digest, batch->signature))
		rc = sat_fail(err, SAT_EFORGED, "a decision about consent is not signed by who it says");
	return rc;
}

void sat_batch_salt(const sat_batch *batch, sat_dot decision, uint8_t salt[static SAT_SALT_BYTES])
{
	size_t leaf = (size_t)(decision - batch->first);
	uint8_t salts[SAT_BATCH_MAX * SAT_SALT_BYTES];
	sat_salts(salts, leaf + 1, batch->seed);
	memcpy(salt, salts + leaf * SAT_SALT_BYTES, SAT_SALT_BYTES);
	sat_wipe(salts, (leaf + 1) * SAT_SALT_BYTES);
}

int sat_batch_sign(sat_store *store, const sat_identity *identity, const sat_decision *decisions,
                   sat_batch *batch, sat_error *err)
{
	SAT_ARENA(arena);
	uint8_t(*names)[SAT_HASH_BYTES] = sat_arena_take(&arena, (size_t)batch->leaves * SAT_HASH_BYTES);
	if (names == NULL)
		return sat_no_memory(err);
	for (uint32_t i = 0; i < batch->leaves; i++)
		memcpy(names[i], decisions[i].name, SAT_HASH_BYTES);
	uint8_t root[SAT_HASH_BYTES], digest[SAT_HASH_BYTES];
	int rc = sat_batch_root(batch, NULL, (const uint8_t(*)[SAT_HASH_BYTES])names, root, err);
	if (rc == 0)
		rc = sat_batch_digest(store, batch, root, digest, err);
	if (rc == 0)
		sat_sign(identity, digest, batch->signature);
	return rc;
}
