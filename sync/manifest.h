/* The manifest of a bundle: FORMAT.md, section 2.2.  Pure: structs to bytes and back, strictly.
 */
#ifndef SAT_MANIFEST_H
#define SAT_MANIFEST_H

#include "core/arena.h"
#include "core/dot.h"
#include "core/keys.h"
#include "seal.h"

#define SAT_FRAMES_MAX 65536u
/* Names that a manifest may list of one sort: bounds what a reader allocates. */
#define SAT_NAMES_MAX 65536u

#define SAT_CERTIFICATE_BYTES_MAX 1024u

enum { SAT_MANIFEST_ENROLMENT = 1, SAT_MANIFEST_VOUCHES = 2, SAT_MANIFEST_MORE = 4, SAT_MANIFEST_CERTIFICATE = 8 };

typedef struct sat_name16 { uint8_t bytes[SAT_NAME16_BYTES]; } sat_name16;

typedef struct sat_frame_entry {
	uint64_t length;                /* of the ciphertext with its tag */
	uint64_t expanded;
	uint8_t hash[SAT_HASH_BYTES];   /* of the ciphertext; the first 16 bytes name the frame */
} sat_frame_entry;

typedef struct sat_manifest {
	unsigned flags;
	sat_device_id sender, recipient;
	uint8_t courier[SAT_COURIER_BYTES];
	uint8_t incarnation[SAT_INCARNATION_BYTES];
	uint8_t assumes[SAT_INCARNATION_BYTES];  /* zeros: nothing */
	uint8_t heard[SAT_INCARNATION_BYTES];    /* zeros: nobody */
	int64_t time;
	uint8_t programme[SAT_HASH_BYTES];       /* zeros: none */
	sat_name16 base;                         /* zeros: the beginning */
	sat_name16 *rests;
	size_t rest_count;
	bool receipt;
	uint64_t receipt_counter;
	sat_name16 *held, *settled, *declined;
	size_t held_count, settled_count, declined_count;
	sat_frame_entry *frames;
	size_t frame_count;
	/* with SAT_MANIFEST_ENROLMENT */
	sat_public keys;
	sat_role role;
	char name[128];
	/* with SAT_MANIFEST_CERTIFICATE: the registry's approval of the sender, unchecked; borrowed */
	const uint8_t *certificate;
	size_t certificate_bytes;
} sat_manifest;

/* Appends the manifest's bytes. */
void sat_manifest_write(const sat_manifest *manifest, sat_bytes *out);
/* Parses them; lists live in `arena`.  SAT_EREFUSED for a breach of the format. */
int sat_manifest_read(sat_manifest *manifest, const void *data, size_t length, sat_arena *arena,
                      sat_error *err);
/* True when a name, or an incarnation, is all zeros: "none". */
bool sat_name16_none(const sat_name16 *name);
bool sat_incarnation_none(const uint8_t name[static SAT_INCARNATION_BYTES]);

#endif
