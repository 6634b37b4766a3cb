/* Writing bundles; see bundle.h and FORMAT.md, section 2.
 *
 * Sealed frames are kept until 2 MiB have come together; a bundle that ends before has a manifest box
 * of just the right size.  A larger one reserves room for a manifest of many times as many frames, and
 * from there on frames go out as they come.  What is reserved stands in the bundle twice, so there are
 * limits to it: when it is used up the bundle is full, and another one follows.
 *
 * Compressing takes a quarter of an export, so a large frame is packed by a thread of its own while the
 * caller reads the next one from its store.  The thread touches the frame, the compressor, keys of the
 * envelope and room that was made before; every call waits for it first, so the bytes are the same.
 */
#include "bundle.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "frame.h"

enum {
	KEEP_BYTES = 2 << 20,
	FRAME_ENTRY_BYTES = SAT_HASH_BYTES + 3 + 3,
	MANIFEST_FIXED_BYTES = 2 << 10,  /* all but frames and lists of names, with their counts */
	RESERVE_BYTES_MIN = 16 << 10,    /* for frames, however small the bundle */
	ASIDE_BYTES_MIN = 64 << 10,      /* of a frame for which a thread is worth its while */
};

/* One frame on its way from plaintext to ciphertext. */
typedef struct packing {
	const void *frame;           /* borrowed; NULL: none is under way */
	size_t count;
	pthread_t thread;
	bool aside;                  /* `thread` does it, or has */
	size_t length;               /* compressed; or zstd's error */
	sat_frame_entry entry;
} packing;

struct sat_bundle_writer {
	sat_form form;
	const sat_env *env;
	sat_public recipient;
	sat_envelope *envelope;
	ZSTD_CCtx *zstd;
	uint64_t bytes_max;
	sat_bytes packed;            /* scratch for one compressed frame */
	packing packing;
	int failed;                  /* what a frame could not be packed for */
	sat_bytes body;              /* sealed frames that have not gone out, then the tail */
	sat_bytes front;             /* header and manifest, once they are known */
	uint64_t body_bytes;         /* of frames, all of them */
	uint64_t gone;               /* of the body, what has gone out already */
	uint32_t manifest_box;       /* fixed length; 0 while it is open */
	size_t frames_max;
	uint64_t rest_bytes;         /* of the manifest, besides its frames: at most */
	sat_frame_entry *frames;
	size_t frame_count, frame_room;
	sat_hasher hasher;           /* over everything behind the front */
	bool finished, front_out;
	bool taken;                  /* the body's bytes were handed out: forget them at the next call */
};

int sat_bundle_writer_begin(sat_bundle_writer **out, sat_form form, const sat_public *recipient,
                            int zstd_level, uint64_t bytes_max, const sat_env *env, sat_error *err)
{
	*out = NULL;
	sat_bundle_writer *w = calloc(1, sizeof *w);
	if (w == NULL || (w->zstd = ZSTD_createCCtx()) == NULL) {
		free(w);
		return sat_no_memory(err);
	}
	w->form = form;
	w->env = env;
	w->recipient = *recipient;
	w->bytes_max = bytes_max;
	w->frames_max = SAT_FRAMES_MAX;
	w->rest_bytes = MANIFEST_FIXED_BYTES;
	ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, zstd_level);
	ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_contentSizeFlag, 1);
	ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_checksumFlag, 0);
	int rc = sat_envelope_create(&w->envelope, form, recipient, env, err);
	if (rc != 0) {
		sat_bundle_writer_free(w);
		return rc;
	}
	sat_hash_begin(&w->hasher, "satchel1file");
	*out = w;
	return 0;
}

/* Room for one more frame that takes at most `bound` bytes compressed. */
static int make_room(sat_bundle_writer *w, size_t bound, sat_error *err)
{
	if (w->frame_count == w->frame_room) {
		size_t room = w->frame_room == 0 ? 16 : w->frame_room * 2;
		sat_frame_entry *frames = realloc(w->frames, room * sizeof *frames);
		if (frames == NULL)
			return sat_no_memory(err);
		w->frames = frames;
		w->frame_room = room;
	}
	sat_bytes_reset(&w->packed);
	if (sat_bytes_extend(&w->packed, bound) == NULL || sat_bytes_extend(&w->body, bound + SAT_BOX_BYTES) == NULL)
		return sat_no_memory(err);
	w->body.length -= bound + SAT_BOX_BYTES;
	return 0;
}

/* Frames of the size seen so far, as many as the largest bundle could hold and a half more, if that does
 * not take more than RESERVE_BYTES_MIN, or twice as much as those that are there. */
static void reserve_manifest(sat_bundle_writer *w)
{
	uint64_t average = w->body_bytes / w->frame_count;
	uint64_t frames = w->bytes_max / (average > 0 ? average : 1);
	uint64_t cheap = w->frame_count + RESERVE_BYTES_MIN / FRAME_ENTRY_BYTES;
	frames += frames / 2 + 16;
	if (cheap < 3 * (uint64_t)w->frame_count)
		cheap = 3 * (uint64_t)w->frame_count;
	if (frames > cheap)
		frames = cheap;
	if (frames > SAT_FRAMES_MAX)
		frames = SAT_FRAMES_MAX;
	w->frames_max = (size_t)frames;
	uint64_t plain = sat_padme(w->rest_bytes + frames * FRAME_ENTRY_BYTES + SAT_SIGNATURE_BYTES);
	if (plain + SAT_BOX_BYTES > SAT_MANIFEST_BOX_MAX)
		plain = SAT_MANIFEST_BOX_MAX - SAT_BOX_BYTES;
	w->manifest_box = (uint32_t)plain + SAT_BOX_BYTES;
}

void sat_bundle_writer_names(sat_bundle_writer *w, size_t names)
{
	w->rest_bytes = MANIFEST_FIXED_BYTES + names * SAT_NAME16_BYTES;
}

/* Everything that may be done beside the caller. */
static void *pack(void *context)
{
	sat_bundle_writer *w = context;
	packing *p = &w->packing;
	p->length = ZSTD_compress2(w->zstd, w->packed.data, w->packed.length, p->frame, p->count);
	if (ZSTD_isError(p->length))
		return NULL;
	uint8_t *sealed = w->body.data + w->body.length;
	p->entry = (sat_frame_entry){ .length = p->length + SAT_BOX_BYTES, .expanded = p->count };
	sat_envelope_seal_frame(w->envelope, w->frame_count, sealed, w->packed.data, p->length);
	sat_hash(p->entry.hash, "satchel1frame", sealed, p->entry.length);
	sat_hash_add(&w->hasher, sealed, p->entry.length);
	return NULL;
}

/* Waits for the frame that is being packed, and counts it in. */
static void settle(sat_bundle_writer *w)
{
	packing *p = &w->packing;
	if (p->frame == NULL)
		return;
	if (p->aside)
		pthread_join(p->thread, NULL);
	p->frame = NULL;
	if (ZSTD_isError(p->length)) {
		w->failed = SAT_ENOMEM;
		return;
	}
	w->body.length += p->entry.length;
	w->body_bytes += p->entry.length;
	w->frames[w->frame_count++] = p->entry;
	if (w->manifest_box == 0 && w->body_bytes > KEEP_BYTES)
		reserve_manifest(w);
}

void sat_bundle_writer_free(sat_bundle_writer *w)
{
	if (w == NULL)
		return;
	settle(w);
	ZSTD_freeCCtx(w->zstd);
	sat_envelope_free(w->envelope);
	sat_bytes_clear(&w->packed);
	sat_bytes_clear(&w->body);
	sat_bytes_clear(&w->front);
	free(w->frames);
	free(w);
}

/* What was handed out is forgotten. */
static int begin_call(sat_bundle_writer *w, sat_error *err)
{
	settle(w);
	if (w->taken)
		sat_bytes_reset(&w->body);
	w->taken = false;
	return w->failed == 0 ? 0 : sat_fail(err, w->failed, "there is no memory left to compress with");
}

int sat_bundle_writer_add(sat_bundle_writer *w, const void *frame, size_t count, sat_error *err)
{
	int rc = begin_call(w, err);
	if (rc == 0)
		rc = make_room(w, ZSTD_compressBound(count), err);
	if (rc != 0)
		return rc;
	w->packing = (packing){ .frame = frame, .count = count };
	if (count >= ASIDE_BYTES_MIN)
		w->packing.aside = pthread_create(&w->packing.thread, NULL, pack, w) == 0;
	if (!w->packing.aside)
		pack(w);
	return 0;
}

bool sat_bundle_writer_full(sat_bundle_writer *w)
{
	settle(w);
	uint64_t ends = 2 * (uint64_t)(SAT_HEADER_BYTES + w->rest_bytes + w->frame_count * FRAME_ENTRY_BYTES);
	if (w->manifest_box > 0)
		ends = 2 * (uint64_t)(SAT_HEADER_BYTES + w->manifest_box);
	return w->frame_count + 1 >= w->frames_max ||
	       sat_padme(w->body_bytes + ends + 2 * SAT_FRAME_BYTES_MAX) > w->bytes_max;
}

uint64_t sat_bundle_writer_bytes(sat_bundle_writer *w, uint64_t expected)
{
	settle(w);
	uint64_t frames = w->frame_count * FRAME_ENTRY_BYTES;
	if (expected > KEEP_BYTES)
		frames += 2 * frames + RESERVE_BYTES_MIN;
	uint64_t box = w->manifest_box;
	if (box == 0)
		box = sat_padme(w->rest_bytes + frames + SAT_SIGNATURE_BYTES) + SAT_BOX_BYTES;
	return w->body_bytes + (w->form == SAT_FULL ? 2 : 1) * (SAT_HEADER_BYTES + box) + SAT_HASH_BYTES;
}

static int seal_manifest(sat_bundle_writer *w, const sat_bytes *plain, const sat_identity *identity,
                         const sat_public *recipient, uint64_t *size, sat_name16 *name, sat_error *err)
{
	uint64_t least = SAT_HEADER_BYTES + w->manifest_box + w->body_bytes + SAT_HASH_BYTES;
	*size = least;
	if (w->form == SAT_FULL)
		*size = sat_padme(least + SAT_HEADER_BYTES + w->manifest_box);
	uint8_t header[SAT_HEADER_BYTES], digest[SAT_HASH_BYTES], signature[SAT_SIGNATURE_BYTES];
	sat_envelope_header(w->envelope, w->manifest_box, *size, header);
	sat_envelope_digest(w->envelope, recipient, plain->data, plain->length, digest);
	sat_sign(identity, digest, signature);
	memcpy(name->bytes, digest, sizeof name->bytes);
	SAT_BYTES(box);
	sat_bytes_put_span(&box, plain->data, plain->length);
	sat_bytes_put(&box, signature, sizeof signature);
	if (!sat_bytes_ok(&box))
		return sat_no_memory(err);
	if (box.length + SAT_BOX_BYTES > w->manifest_box)
		return sat_fail(err, SAT_ELIMIT, "a bundle's manifest has become too large");
	size_t zeros = w->manifest_box - SAT_BOX_BYTES - box.length;
	uint8_t *pad = sat_bytes_extend(&box, zeros);
	if (pad == NULL && zeros > 0)
		return sat_no_memory(err);
	memset(pad, 0, zeros);
	sat_bytes_put(&w->front, header, sizeof header);
	uint8_t *sealed = sat_bytes_extend(&w->front, w->manifest_box);
	if (sealed == NULL)
		return sat_no_memory(err);
	sat_envelope_seal_manifest(w->envelope, sealed, box.data, box.length);
	return 0;
}

static int put_tail(sat_bundle_writer *w, uint64_t size, sat_error *err)
{
	size_t before = w->body.length;
	if (w->form == SAT_FULL) {
		uint64_t padding = size - (2 * w->front.length + w->body_bytes + SAT_HASH_BYTES);
		uint8_t *room = sat_bytes_extend(&w->body, (size_t)padding);
		if (room == NULL && padding > 0)
			return sat_no_memory(err);
		sat_envelope_padding(w->envelope, 0, room, (size_t)padding);
		sat_bytes_put(&w->body, w->front.data + SAT_HEADER_BYTES, w->front.length - SAT_HEADER_BYTES);
		sat_bytes_put(&w->body, w->front.data, SAT_HEADER_BYTES);
	}
	sat_hash_add(&w->hasher, w->body.data + before, w->body.length - before);
	sat_hash_add(&w->hasher, w->front.data, w->front.length);
	uint8_t hash[SAT_HASH_BYTES];
	sat_hash_end(&w->hasher, hash);
	sat_bytes_put(&w->body, hash, sizeof hash);
	return sat_bytes_ok(&w->body) && sat_bytes_ok(&w->front) ? 0
	                                                         : sat_no_memory(err);
}

int sat_bundle_writer_finish(sat_bundle_writer *w, sat_manifest *manifest, const sat_identity *identity,
                             sat_name16 *name, uint64_t *size, sat_error *err)
{
	int rc = begin_call(w, err);
	if (rc != 0)
		return rc;
	memcpy(manifest->courier, sat_envelope_courier(w->envelope), SAT_COURIER_BYTES);
	manifest->frames = w->frames;
	manifest->frame_count = w->frame_count;
	SAT_BYTES(plain);
	sat_manifest_write(manifest, &plain);
	if (!sat_bytes_ok(&plain))
		return sat_no_memory(err);
	if (w->manifest_box == 0) {
		SAT_BYTES(length);
		sat_bytes_put_varint(&length, plain.length);
		uint64_t box = sat_padme(length.length + plain.length + SAT_SIGNATURE_BYTES) + SAT_BOX_BYTES;
		if (box > SAT_MANIFEST_BOX_MAX)
			return sat_fail(err, SAT_ELIMIT, "a bundle's manifest has become too large");
		w->manifest_box = (uint32_t)box;
	}
	rc = seal_manifest(w, &plain, identity, &w->recipient, size, name, err);
	if (rc == 0)
		rc = put_tail(w, *size, err);
	w->finished = rc == 0;
	return rc;
}

bool sat_bundle_writer_next(sat_bundle_writer *w, uint64_t *offset, const void **data, size_t *count)
{
	settle(w);
	if (w->manifest_box == 0)
		return false;
	if (!w->taken && w->body.length > 0) {
		*offset = SAT_HEADER_BYTES + w->manifest_box + w->gone;
		*data = w->body.data;
		*count = w->body.length;
		w->gone += w->body.length;
		w->taken = true;
		return true;
	}
	if (w->finished && !w->front_out) {
		*offset = 0;
		*data = w->front.data;
		*count = w->front.length;
		w->front_out = true;
		return true;
	}
	return false;
}
