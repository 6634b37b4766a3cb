/* Records by the hash of something that they say, in memory: for commands that look up as many records as
 * a file has rows, where the store has no index for it.  Equal hashes are no proof; who asks compares.
 */
#ifndef CLI_HASHES_H
#define CLI_HASHES_H

#include <stddef.h>
#include <stdint.h>

#include "core/dot.h"

/* Zeroed, it is empty. */
typedef struct cli_hashes {
	struct cli_hashed {
		uint64_t hash;
		sat_dot id; /* 0: an empty slot */
	} * at;
	size_t room, count;
} cli_hashes;

/* The hash of `length` bytes after what `hash` stands for already; CLI_HASH_NOTHING to begin with. */
#define CLI_HASH_NOTHING UINT64_C(14695981039346656037)
uint64_t cli_hash(uint64_t hash, const void *data, size_t length);

/* Keeps a record; several may have one hash.  SAT_ENOMEM, without a sentence. */
int cli_hashes_put(cli_hashes *hashes, uint64_t hash, sat_dot id);
/* The records with this hash, one a call; 0 after the last.  `*at` is 0 before the first call. */
sat_dot cli_hashes_next(const cli_hashes *hashes, uint64_t hash, size_t *at);
void cli_hashes_free(cli_hashes *hashes);

#endif
