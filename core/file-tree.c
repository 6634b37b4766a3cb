/* See file-tree.h. */
#include "file-tree.h"

#include <string.h>

uint32_t sat_tree_pieces(int64_t size)
{
	return (uint32_t)((size + SAT_PIECE_BYTES - 1) / SAT_PIECE_BYTES);
}

size_t sat_tree_piece_bytes(int64_t size, uint32_t number)
{
	int64_t left = size - (int64_t)number * SAT_PIECE_BYTES;
	return (size_t)(left < SAT_PIECE_BYTES ? left : SAT_PIECE_BYTES);
}

/* Whether the node `at` of a level of `count` has a neighbour. */
static bool has_neighbour(uint32_t at, uint32_t count) { return (at ^ 1) < count; }

size_t sat_tree_proof_hashes(int64_t size, uint32_t number)
{
	size_t hashes = 0;
	for (uint32_t count = sat_tree_pieces(size); count > 1; count = (count + 1) / 2, number /= 2)
		hashes += has_neighbour(number, count);
	return hashes;
}

void sat_tree_leaf(uint8_t leaf[static SAT_HASH_BYTES], const void *piece, size_t length)
{
	sat_hash(leaf, "satchel1piece", piece, length);
}

static void join(uint8_t node[static SAT_HASH_BYTES], const uint8_t *left, const uint8_t *right)
{
	uint8_t both[2 * SAT_HASH_BYTES];
	memcpy(both, left, SAT_HASH_BYTES);
	memcpy(both + SAT_HASH_BYTES, right, SAT_HASH_BYTES);
	sat_hash(node, "satchel1branch", both, sizeof both);
}

static void name_of_root(const uint8_t root[static SAT_HASH_BYTES], int64_t size,
                         uint8_t hash[static SAT_HASH_BYTES])
{
	uint8_t all[8 + SAT_HASH_BYTES];
	for (size_t i = 0; i < 8; i++)
		all[i] = (uint8_t)((uint64_t)size >> (8 * i));
	memcpy(all + 8, root, SAT_HASH_BYTES);
	sat_hash(hash, "satchel1media", all, sizeof all);
}

int sat_tree_build(sat_tree *tree, sat_arena *arena, const uint8_t *leaves, uint32_t count)
{
	*tree = (sat_tree){ .level = { leaves }, .count = { count }, .levels = 1 };
	while (tree->count[tree->levels - 1] > 1) {
		const uint8_t *below = tree->level[tree->levels - 1];
		uint32_t n = tree->count[tree->levels - 1], up = (n + 1) / 2;
		uint8_t *level = sat_arena_take(arena, (size_t)up * SAT_HASH_BYTES);
		if (level == NULL)
			return SAT_ENOMEM;
		for (uint32_t i = 0; i < up; i++) {
			const uint8_t *left = below + (size_t)i * 2 * SAT_HASH_BYTES;
			if (has_neighbour(2 * i, n))
				join(level + (size_t)i * SAT_HASH_BYTES, left, left + SAT_HASH_BYTES);
			else
				memcpy(level + (size_t)i * SAT_HASH_BYTES, left, SAT_HASH_BYTES);
		}
		tree->level[tree->levels] = level;
		tree->count[tree->levels++] = up;
	}
	return 0;
}

int sat_tree_name(const uint8_t *leaves, int64_t size, sat_file_name *name, sat_error *err)
{
	SAT_ARENA(arena);
	sat_tree tree;
	if (sat_tree_build(&tree, &arena, leaves, sat_tree_pieces(size)) != 0)
		return sat_no_memory(err);
	name->size = size;
	name_of_root(tree.level[tree.levels - 1], size, name->hash);
	return 0;
}

size_t sat_tree_proof(const sat_tree *tree, uint32_t number,
                      uint8_t proof[static SAT_PROOF_HASHES_MAX * SAT_HASH_BYTES])
{
	size_t hashes = 0;
	for (size_t l = 0; l + 1 < tree->levels; l++, number /= 2) {
		if (has_neighbour(number, tree->count[l]))
			memcpy(proof + SAT_HASH_BYTES * hashes++,
			       tree->level[l] + (size_t)(number ^ 1) * SAT_HASH_BYTES, SAT_HASH_BYTES);
	}
	return hashes;
}

bool sat_tree_check(const sat_file_name *name, uint32_t number, const uint8_t *proof, const void *piece)
{
	uint8_t node[SAT_HASH_BYTES], hash[SAT_HASH_BYTES];
	sat_tree_leaf(node, piece, sat_tree_piece_bytes(name->size, number));
	for (uint32_t count = sat_tree_pieces(name->size); count > 1; count = (count + 1) / 2, number /= 2) {
		if (!has_neighbour(number, count))
			continue;
		if (number & 1)
			join(node, proof, node);
		else
			join(node, node, proof);
		proof += SAT_HASH_BYTES;
	}
	name_of_root(node, name->size, hash);
	return memcmp(hash, name->hash, sizeof hash) == 0;
}
