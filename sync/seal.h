/* The envelope of a bundle: FORMAT.md, section 2.1.  Keys in, sealed bytes out; no I/O, no state but
 * the keys of one bundle.
 */
#ifndef SAT_SEAL_H
#define SAT_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "core/env.h"
#include "core/error.h"
#include "core/keys.h"

#define SAT_HEADER_BYTES 184
#define SAT_BOX_BYTES 16            /* what a box adds: its tag */
#define SAT_COURIER_BYTES 16
#define SAT_BUNDLE_BYTES_MAX (1u << 30)
#define SAT_MANIFEST_BOX_MAX (1u << 22)

typedef enum sat_form { SAT_FULL = 0, SAT_COMPACT = 1 } sat_form;

/* The keys of one bundle, in sodium_malloc memory. */
typedef struct sat_envelope sat_envelope;

/* Draws a fresh file key and ephemeral pair and wraps them for `recipient`; frames and padding can be
 * sealed at once, the manifest after sat_envelope_header.  The result is owned by the caller.
 * SAT_EFORGED when the recipient's key is of low order. */
int sat_envelope_create(sat_envelope **envelope, sat_form form, const sat_public *recipient,
                        const sat_env *env, sat_error *err);
void sat_envelope_free(sat_envelope *envelope);
SAT_AUTO_DEFINE(sat_envelope)

/* t, the courier token, drawn with the keys; borrowed from the envelope. */
const uint8_t *sat_envelope_courier(const sat_envelope *envelope);

/* Writes the header, now that the sizes are known; fixes HH and the manifest key.  Once. */
void sat_envelope_header(sat_envelope *envelope, uint32_t manifest_box_bytes, uint64_t file_bytes,
                         uint8_t header[static SAT_HEADER_BYTES]);

typedef struct sat_header {
	sat_form form;
	uint32_t manifest_box_bytes;
	uint64_t file_bytes;
} sat_header;

/* Reads the open part of a header: magic, version, form, limits.  SAT_EDAMAGED, SAT_ETOONEW, SAT_ELIMIT. */
int sat_header_read(sat_header *out, const uint8_t header[static SAT_HEADER_BYTES], sat_error *err);

/* Unwraps a header sealed to `identity` and checks its MAC: steps 2 and 3.  SAT_ENOTFORUS, SAT_EDAMAGED. */
int sat_envelope_open(sat_envelope **envelope, const sat_identity *identity,
                      const uint8_t header[static SAT_HEADER_BYTES], sat_error *err);

/* Seals `count` bytes to `sealed` (count + SAT_BOX_BYTES); opening writes sealed_count - SAT_BOX_BYTES
 * bytes to `plain`, or fails with SAT_EFORGED and writes nothing that may be used. */
void sat_envelope_seal_manifest(const sat_envelope *envelope, uint8_t *sealed, const uint8_t *plain,
                                size_t count);
int sat_envelope_open_manifest(const sat_envelope *envelope, uint8_t *plain, const uint8_t *sealed,
                               size_t sealed_count, sat_error *err);
void sat_envelope_seal_frame(const sat_envelope *envelope, uint64_t index, uint8_t *sealed,
                             const uint8_t *plain, size_t count);
int sat_envelope_open_frame(const sat_envelope *envelope, uint64_t index, uint8_t *plain,
                            const uint8_t *sealed, size_t sealed_count, sat_error *err);

/* `count` bytes of padding from `offset` within the padding. */
void sat_envelope_padding(const sat_envelope *envelope, uint64_t offset, uint8_t *padding, size_t count);

/* S of section 2.2, over which the sender signs; its first 16 bytes name the bundle. */
void sat_envelope_digest(const sat_envelope *envelope, const sat_public *recipient,
                         const uint8_t *manifest, size_t count,
                         uint8_t digest[static SAT_HASH_BYTES]);

/* True when `courier` (t) belongs to the header. */
int sat_header_courier(const uint8_t header[static SAT_HEADER_BYTES],
                       const uint8_t courier[static SAT_COURIER_BYTES]);

/* Section 2.4: the Padmé size for `length`. */
uint64_t sat_padme(uint64_t length);
/* The greatest Padmé size that is not above `length`. */
uint64_t sat_padme_below(uint64_t length);

#endif
