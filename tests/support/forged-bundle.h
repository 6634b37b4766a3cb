/* Bundles whose every part a test chooses: what an honest writer would never put together.
 *
 *     forgery f;
 *     forgery_begin(&f, &laptop, &headquarters);      as an honest laptop would begin
 *     f.manifest.sender = ...                         what is to be wrong
 *     forgery_chunk(&f, laptop.store, &chunk);        or forgery_frame(&f, bytes, count)
 *     forgery_end(&f, &bundle);
 *
 * Envelope, compression and signature are the real ones, so that a reader gets as far as the claim
 * that the test is about.
 */
#ifndef SAT_TEST_FORGED_BUNDLE_H
#define SAT_TEST_FORGED_BUNDLE_H

#include "core/chunk.h"
#include "replica.h"
#include "sync/manifest.h"

typedef struct forgery {
	sat_form form;
	int zstd_level;
	const sat_env *env;
	const sat_identity *signer;    /* who signs; the replica that it began with */
	sat_public sealed_to;          /* who can open it; the recipient that it began with */
	sat_manifest manifest;         /* courier and frames are filled in at the end */
	sat_bytes *frames;             /* plaintexts */
	size_t frame_count;
} forgery;

/* An honest bundle without frames. */
void forgery_begin(forgery *f, replica *from, const replica *to);
/* One more frame, as bytes. */
void forgery_frame(forgery *f, const void *plaintext, size_t count);
/* One more frame, written from a chunk by the real writer out of `store`. */
void forgery_chunk(forgery *f, sat_store *store, const sat_chunk *chunk);
/* Appends the bundle to `bundle` and forgets the frames. */
void forgery_end(forgery *f, sat_bytes *bundle);

/* Makes the file hash of altered bytes right again, as anybody can. */
void forgery_rehash(uint8_t *bundle, size_t count);

#endif
