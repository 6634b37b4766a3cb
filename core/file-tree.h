/* Names of files: a tree of hashes over pieces of one size, so that a piece proves itself.
 *
 * A file is cut into pieces of SAT_PIECE_BYTES; the last may be shorter.  Its name commits to its size and to the
 * root of a tree over the hashes of its pieces (sync/FORMAT.md, 3.8).  A piece travels with its *proof*, the hashes
 * of the neighbours on its way to the root, half a kibibyte at most beside 256: so it is checked when it arrives,
 * whatever else has arrived, and nobody has to carry or trust a list of hashes first.  (A flat list would be
 * larger than a frame for a film of 9 GB, and would have to travel before the first piece.)
 *
 * Pure functions.  Whoever adds a file keeps its leaves, from which proofs are made:
 *
 *     sat_tree_leaf(leaf, piece, length)                  for every piece
 *     sat_tree_name(leaves, count, size, &name)
 *     sat_tree_proof(leaves, count, number, proof)
 *     sat_tree_check(&name, number, proof, piece)         at the other end
 */
#ifndef SAT_FILE_TREE_H
#define SAT_FILE_TREE_H

#include "arena.h"
#include "error.h"
#include "file-value.h"

#define SAT_PIECE_BYTES 262144
#define SAT_PIECES_MAX ((uint32_t)(SAT_FILE_BYTES_MAX / SAT_PIECE_BYTES))
#define SAT_PROOF_HASHES_MAX 16 /* levels of the largest tree */

/* How many pieces a file of `size` bytes has, how long one of them is, and how many hashes prove it. */
uint32_t sat_tree_pieces(int64_t size);
size_t sat_tree_piece_bytes(int64_t size, uint32_t number);
size_t sat_tree_proof_hashes(int64_t size, uint32_t number);

/* The hash of one piece. */
void sat_tree_leaf(uint8_t leaf[static SAT_HASH_BYTES], const void *piece, size_t length);
/* The name that these leaves, one hash a piece, come to.  SAT_ENOMEM. */
int sat_tree_name(const uint8_t *leaves, int64_t size, sat_file_name *name, sat_error *err);

/* All levels of the tree of a file, so that many proofs cost one walk; lives in `arena`. */
typedef struct sat_tree {
	const uint8_t *level[SAT_PROOF_HASHES_MAX + 1];
	uint32_t count[SAT_PROOF_HASHES_MAX + 1];
	size_t levels;
} sat_tree;
/* `leaves` are borrowed for the life of the tree.  SAT_ENOMEM. */
int sat_tree_build(sat_tree *tree, sat_arena *arena, const uint8_t *leaves, uint32_t count);
/* Writes the proof of one piece; returns how many hashes it has. */
size_t sat_tree_proof(const sat_tree *tree, uint32_t number,
                      uint8_t proof[static SAT_PROOF_HASHES_MAX * SAT_HASH_BYTES]);

/* True when a piece, as long as it has to be, and its proof come to the name. */
bool sat_tree_check(const sat_file_name *name, uint32_t number, const uint8_t *proof, const void *piece);

#endif
