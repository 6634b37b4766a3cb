/* Test vectors: a bundle, the keys to read it with, and what a reader must make of it, as text.
 *
 *     name: data-full
 *     expect: ok
 *     comment: one line for people
 *     recipient-role: registry
 *     recipient-seeds: 64 bytes, hex         of the signing key, then of the sealing key
 *     recipient-sign: 32 bytes               its public keys, and the secret one that opens the bundle
 *     recipient-seal: 32 bytes
 *     recipient-seal-secret: 32 bytes
 *     known: facilitator SIGN SEAL           a device that the recipient has approved; several lines
 *
 *     the bytes of the bundle in hex, in lines of any length, after one blank line
 *
 * `expect` is ok, salvaged, damaged, forged, not_for_us, too_new, unknown_sender or refused: what
 * merging comes to, where "ok" stands for every outcome that takes the bundle in whole.  For ok and
 * salvaged a file NAME.json beside it says what is in the bundle (content.h).
 */
#ifndef SAT_TEST_VECTOR_H
#define SAT_TEST_VECTOR_H

#include <stdio.h>

#include "core/bytes.h"
#include "core/keys.h"

#define VECTOR_KNOWN_MAX 8
#define VECTOR_SEEDS_BYTES 64

typedef struct vector_device {
	sat_role role;
	sat_public keys;
} vector_device;

typedef struct vector {
	char name[64];
	char expect[32];
	char comment[256];
	sat_role role;
	uint8_t seeds[VECTOR_SEEDS_BYTES];
	sat_identity *recipient;       /* made from the seeds */
	vector_device known[VECTOR_KNOWN_MAX];
	size_t known_count;
	sat_bytes bytes;
} vector;

/* Stops the program with a message when the file is no vector.  Owned by the caller. */
void vector_read(vector *v, const char *path);
void vector_write(const vector *v, FILE *out);
void vector_clear(vector *v);

/* The identity that has these seeds. */
sat_identity *vector_identity(const uint8_t seeds[static VECTOR_SEEDS_BYTES]);

#endif
