/* Reading bundles in the order of checks of FORMAT.md, section 2.5; see bundle.h. */
#include "bundle.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "frame.h"

typedef enum stage { FRONT_HEADER, BACK_HEADER, FRONT_MANIFEST, BACK_MANIFEST, LOOKING, FRAMES, DONE } stage;

struct sat_bundle_reader {
	const sat_identity *identity;
	uint64_t size;               /* of the file as it is */
	stage stage;
	bool mended;
	sat_header header;
	uint8_t header_bytes[SAT_HEADER_BYTES];
	sat_envelope *envelope;
	sat_error first;             /* why the first copy failed, to be told when the second fails too */
	sat_bytes box;               /* the opened manifest box: span, signature, zeros */
	const uint8_t *plain;        /* the manifest's bytes in it */
	size_t plain_length;
	uint8_t signature[SAT_SIGNATURE_BYTES];
	sat_manifest manifest;
	sat_arena arena;
	size_t frame;                /* the next one */
	uint64_t offset;             /* where it stands */
	sat_bytes packed, expanded;
};

int sat_bundle_reader_begin(sat_bundle_reader **out, const sat_identity *identity, uint64_t size,
                            sat_error *err)
{
	*out = NULL;
	if (size == 0)
		return sat_fail(err, SAT_EDAMAGED, "it is empty, since copying it was not finished");
	if (size < SAT_BUNDLE_BYTES_MIN)
		return sat_fail(err, SAT_EDAMAGED, "it is too short for a bundle");
	if (size > SAT_BUNDLE_BYTES_MAX)
		return sat_fail(err, SAT_ELIMIT, "it is larger than any bundle");
	sat_bundle_reader *r = calloc(1, sizeof *r);
	if (r == NULL)
		return sat_no_memory(err);
	r->identity = identity;
	r->size = size;
	*out = r;
	return 0;
}

void sat_bundle_reader_free(sat_bundle_reader *r)
{
	if (r == NULL)
		return;
	sat_envelope_free(r->envelope);
	sat_bytes_clear(&r->box);
	sat_bytes_clear(&r->packed);
	sat_bytes_clear(&r->expanded);
	sat_arena_clear(&r->arena);
	free(r);
}

bool sat_bundle_reader_want(const sat_bundle_reader *r, uint64_t *offset, size_t *count)
{
	uint64_t tail = SAT_HEADER_BYTES + SAT_HASH_BYTES;
	switch (r->stage) {
	case FRONT_HEADER:
		*offset = 0;
		*count = SAT_HEADER_BYTES;
		return true;
	case BACK_HEADER:
		*offset = r->size - tail;
		*count = SAT_HEADER_BYTES;
		return true;
	case FRONT_MANIFEST:
		*offset = SAT_HEADER_BYTES;
		*count = r->header.manifest_box_bytes;
		return true;
	case BACK_MANIFEST:
		*offset = r->size - tail - r->header.manifest_box_bytes;
		*count = r->header.manifest_box_bytes;
		return true;
	case FRAMES:
		if (r->frame >= r->manifest.frame_count)
			return false;
		*offset = r->offset;
		*count = (size_t)r->manifest.frames[r->frame].length;
		/* What lies beyond the end of a file that was cut short is lost, without being read. */
		if (*offset > r->size || *count > r->size - *offset) {
			*offset = r->size;
			*count = 0;
		}
		return true;
	default:
		return false;
	}
}

/* --- header and manifest -------------------------------------------------------------------------- */

static int fed_header(sat_bundle_reader *r, const uint8_t *data, size_t count, sat_error *err)
{
	sat_error why = { 0 };
	int rc = count == SAT_HEADER_BYTES ? sat_header_read(&r->header, data, &why)
	                                   : sat_fail(&why, SAT_EDAMAGED, "its header cannot be read");
	if (rc == 0 && r->stage == BACK_HEADER && r->header.form != SAT_FULL)
		rc = sat_fail(&why, SAT_EDAMAGED, "its header is damaged");
	if (rc == 0 && r->header.manifest_box_bytes + SAT_HEADER_BYTES + SAT_HASH_BYTES > r->size)
		rc = sat_fail(&why, SAT_EDAMAGED, "it was cut short");
	if (rc == 0)
		rc = sat_envelope_open(&r->envelope, r->identity, data, &why);
	if (rc == 0) {
		memcpy(r->header_bytes, data, SAT_HEADER_BYTES);
		r->mended = r->mended || r->stage == BACK_HEADER || r->header.file_bytes != r->size;
		r->stage = FRONT_MANIFEST;
		return 0;
	}
	if (r->stage == FRONT_HEADER && rc != SAT_ENOMEM &&
	    r->size >= 2 * SAT_HEADER_BYTES + SAT_HASH_BYTES) {
		r->first = why;
		r->stage = BACK_HEADER;
		return 0;
	}
	if (r->stage == BACK_HEADER)
		why = r->first;
	if (err != NULL)
		*err = why;
	return why.code;
}

static int open_manifest(sat_bundle_reader *r, const uint8_t *data, size_t count, sat_error *err)
{
	if (count != r->header.manifest_box_bytes)
		return sat_fail(err, SAT_EDAMAGED, "its manifest cannot be read");
	sat_bytes_reset(&r->box);
	uint8_t *plain = sat_bytes_extend(&r->box, count - SAT_BOX_BYTES);
	if (plain == NULL)
		return sat_no_memory(err);
	int rc = sat_envelope_open_manifest(r->envelope, plain, data, count, err);
	if (rc != 0)
		return sat_fail(err, SAT_EDAMAGED, "its manifest is damaged");
	sat_cursor c = sat_cursor_over(plain, count - SAT_BOX_BYTES);
	sat_cursor span = sat_cursor_span(&c);
	const uint8_t *signature = sat_cursor_take(&c, SAT_SIGNATURE_BYTES);
	size_t used = signature == NULL ? 0 : (size_t)(c.at - plain);
	uint8_t rest = 0;
	while (signature != NULL && sat_cursor_left(&c) > 0)
		rest |= *c.at++;
	if (signature == NULL || rest != 0 || count - SAT_BOX_BYTES < sat_padme(used))
		return sat_fail(err, SAT_EREFUSED, "its manifest breaks the format");
	r->plain = span.at;
	r->plain_length = sat_cursor_left(&span);
	memcpy(r->signature, signature, SAT_SIGNATURE_BYTES);
	return sat_manifest_read(&r->manifest, r->plain, r->plain_length, &r->arena, err);
}

/* The size that follows from the manifest: a header that says another one was written so. */
static uint64_t size_due(const sat_bundle_reader *r)
{
	uint64_t size = SAT_HEADER_BYTES + r->header.manifest_box_bytes + SAT_HASH_BYTES;
	for (size_t i = 0; i < r->manifest.frame_count; i++)
		size += r->manifest.frames[i].length;
	return r->header.form == SAT_COMPACT
	               ? size
	               : sat_padme(size + SAT_HEADER_BYTES + r->header.manifest_box_bytes);
}

static int fed_manifest(sat_bundle_reader *r, const uint8_t *data, size_t count, sat_bundle_event *event,
                        sat_error *err)
{
	int rc = open_manifest(r, data, count, err);
	if (rc == SAT_EDAMAGED && r->stage == FRONT_MANIFEST && r->header.form == SAT_FULL &&
	    r->size >= 2 * (uint64_t)(SAT_HEADER_BYTES + r->header.manifest_box_bytes) + SAT_HASH_BYTES) {
		r->stage = BACK_MANIFEST;
		return 0;
	}
	if (rc != 0)
		return rc;
	r->mended = r->mended || r->stage == BACK_MANIFEST;
	if (!sat_header_courier(r->header_bytes, r->manifest.courier))
		return sat_fail(err, SAT_EREFUSED, "its courier token is not the one that its header promises");
	if (r->header.file_bytes != size_due(r))
		return sat_fail(err, SAT_EREFUSED, "its size is not the one that its header promises");
	r->stage = LOOKING;
	r->offset = SAT_HEADER_BYTES + r->header.manifest_box_bytes;
	*event = SAT_BUNDLE_MANIFEST;
	return 0;
}

const sat_manifest *sat_bundle_reader_manifest(const sat_bundle_reader *r) { return &r->manifest; }
bool sat_bundle_reader_mended(const sat_bundle_reader *r) { return r->mended; }

int sat_bundle_reader_trust(sat_bundle_reader *r, const sat_public *sender, const sat_public *recipient,
                            sat_name16 *name, sat_error *err)
{
	uint8_t digest[SAT_HASH_BYTES];
	sat_envelope_digest(r->envelope, recipient, r->plain, r->plain_length, digest);
	memcpy(name->bytes, digest, sizeof name->bytes);
	if (!sat_verify(sender, digest, r->signature))
		return sat_fail(err, SAT_EFORGED, "its signature does not hold: somebody made or changed it who is "
		                                  "not its sender. Nothing was merged; keep the file and tell "
		                                  "headquarters");
	r->stage = r->manifest.frame_count > 0 ? FRAMES : DONE;
	return 0;
}

/* --- frames --------------------------------------------------------------------------------------- */

static int refuse_frame(const sat_bundle_reader *r, const char *what, sat_error *err)
{
	return sat_fail(err, SAT_EREFUSED, "its sender wrote frame %zu so that it cannot be read (%s)", r->frame,
	                what);
}

/* RFC 8878, 3.1.1.1.1: behind the magic; a size that is declared means that it is there. */
enum { ZSTD_DESCRIPTOR = 4, ZSTD_DICTIONARY_BITS = 3 };

static int expand(sat_bundle_reader *r, const sat_frame_entry *entry, sat_error *err)
{
	size_t packed = r->packed.length, expanded = (size_t)entry->expanded;
	if (ZSTD_getFrameContentSize(r->packed.data, packed) != expanded ||
	    ZSTD_findFrameCompressedSize(r->packed.data, packed) != packed ||
	    (r->packed.data[ZSTD_DESCRIPTOR] & ZSTD_DICTIONARY_BITS) != 0)
		return refuse_frame(r, "its compressed size is not what was declared", err);
	sat_bytes_reset(&r->expanded);
	uint8_t *room = sat_bytes_extend(&r->expanded, expanded);
	if (room == NULL)
		return sat_no_memory(err);
	size_t n = ZSTD_decompress(room, expanded, r->packed.data, packed);
	if (ZSTD_isError(n) && ZSTD_getErrorCode(n) == ZSTD_error_memory_allocation)
		return sat_no_memory(err);
	return ZSTD_isError(n) || n != expanded ? refuse_frame(r, "it does not expand", err) : 0;
}

static int fed_frame(sat_bundle_reader *r, const uint8_t *data, size_t count, sat_bundle_event *event,
                     sat_error *err)
{
	const sat_frame_entry *entry = &r->manifest.frames[r->frame];
	uint8_t hash[SAT_HASH_BYTES];
	int rc = 0;
	*event = SAT_BUNDLE_LOST;
	if (count == entry->length) {
		sat_hash(hash, "satchel1frame", data, count);
		if (memcmp(hash, entry->hash, sizeof hash) == 0) {
			sat_bytes_reset(&r->packed);
			uint8_t *packed = sat_bytes_extend(&r->packed, count - SAT_BOX_BYTES);
			if (packed == NULL)
				return sat_no_memory(err);
			rc = sat_envelope_open_frame(r->envelope, r->frame, packed, data, count, err);
			rc = rc != 0 ? refuse_frame(r, "its seal does not hold", err) : expand(r, entry, err);
			*event = SAT_BUNDLE_FRAME;
		}
	}
	r->offset += entry->length;
	r->frame++;
	if (r->frame == r->manifest.frame_count)
		r->stage = DONE;
	return rc;
}

int sat_bundle_reader_feed(sat_bundle_reader *r, const void *data, size_t count, sat_bundle_event *event,
                           sat_error *err)
{
	*event = SAT_BUNDLE_MORE;
	switch (r->stage) {
	case FRONT_HEADER:
	case BACK_HEADER:
		return fed_header(r, data, count, err);
	case FRONT_MANIFEST:
	case BACK_MANIFEST:
		return fed_manifest(r, data, count, event, err);
	case FRAMES:
		return fed_frame(r, data, count, event, err);
	default:
		*event = SAT_BUNDLE_DONE;
		return 0;
	}
}

int sat_bundle_reader_skip(sat_bundle_reader *r, sat_bundle_event *event, sat_error *err)
{
	return sat_bundle_reader_feed(r, NULL, 0, event, err);
}

void sat_bundle_reader_frame(const sat_bundle_reader *r, size_t *index, const void **data, size_t *count)
{
	*index = r->frame - 1;
	*data = r->expanded.data;
	*count = r->expanded.length;
}

uint64_t sat_bundle_reader_body(const sat_bundle_reader *r)
{
	return SAT_HEADER_BYTES + r->header.manifest_box_bytes;
}

size_t sat_bundle_reader_padding(const sat_bundle_reader *r, uint64_t offset, uint8_t *padding, size_t count)
{
	uint64_t frames = 0;
	for (size_t i = 0; i < r->manifest.frame_count; i++)
		frames += r->manifest.frames[i].length;
	uint64_t ends = SAT_HEADER_BYTES + r->header.manifest_box_bytes;
	uint64_t first = ends + frames;
	if (r->header.form != SAT_FULL || r->size < first + ends + SAT_HASH_BYTES)
		return 0;
	uint64_t end = r->size - ends - SAT_HASH_BYTES;
	if (offset < first || offset >= end)
		return 0;
	if (count > end - offset)
		count = (size_t)(end - offset);
	sat_envelope_padding(r->envelope, offset - first, padding, count);
	return count;
}
