/* The envelope and the reader's way through a file.
 *
 * The first byte says what the others are.  Bit 0: how to damage a bundle that is well sealed to us, three
 * bytes each: a place (le16, beyond the end: cut there) and what to flip.  However it is damaged, nothing
 * comes out of it but frames that its sender wrote.  Else bit 2: what a sender compressed, be it Zstandard or
 * not, with its expanded size before it (le24; 0: what it declares); seal and signature are right, so that
 * nothing is between it and the decompressor.  Else: a file. */
#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "scratch-store.h"
#include "sync/bundle.h"
#include "sync/frame.h"
#include "target.h"
#include "tests/support/forged-bundle.h"
#include "tests/support/test-env.h"

static const char *const frames[] = { "the first frame", "the second frame, which is a little longer" };
enum { FRAMES = 2 };

static void stop_unless(bool fine)
{
	if (!fine)
		abort();
}

static void make_bundle(sat_bytes *bundle, sat_form form)
{
	test_env env;
	sat_name16 name;
	uint64_t size, offset;
	const void *data;
	size_t count;
	sat_bundle_writer *w = NULL;
	const sat_public *us = sat_identity_public(scratch_identity());
	sat_manifest m = { .sender = *sat_identity_device(scratch_sender()), .recipient = sat_device_of(us) };
	test_env_init(&env, 3);
	stop_unless(sat_bundle_writer_begin(&w, form, us, 3, SAT_BUNDLE_BYTES_MAX, &env.env, NULL) == 0);
	for (size_t i = 0; i < FRAMES; i++)
		stop_unless(sat_bundle_writer_add(w, frames[i], strlen(frames[i]), NULL) == 0);
	stop_unless(sat_bundle_writer_finish(w, &m, scratch_sender(), &name, &size, NULL) == 0);
	memset(sat_bytes_extend(bundle, size), 0, size);
	while (sat_bundle_writer_next(w, &offset, &data, &count))
		memcpy(bundle->data + offset, data, count);
	sat_bundle_writer_free(w);
}

static void damage(sat_bytes *bundle, const uint8_t *data, size_t size)
{
	for (; size >= 3; data += 3, size -= 3) {
		size_t at = data[0] | (size_t)data[1] << 8;
		if (at < bundle->length)
			bundle->data[at] ^= data[2];
		else
			bundle->length -= at % (bundle->length + 1);
	}
}

/* A compact bundle of one frame, which holds these bytes instead of what a writer would have compressed. */
static void seal_frame(const uint8_t *packed, size_t count, uint64_t expanded, sat_bytes *bundle)
{
	test_env env;
	SAT_AUTO(sat_envelope) envelope = NULL;
	SAT_BYTES(plain);
	SAT_BYTES(box);
	uint8_t digest[SAT_HASH_BYTES], signature[SAT_SIGNATURE_BYTES], *sealed = malloc(count + SAT_BOX_BYTES);
	const sat_public *us = sat_identity_public(scratch_identity());
	sat_frame_entry entry = { .length = count + SAT_BOX_BYTES, .expanded = expanded };
	sat_manifest m = { .sender = *sat_identity_device(scratch_sender()), .recipient = sat_device_of(us),
		           .frames = &entry, .frame_count = 1 };
	test_env_init(&env, 4);
	stop_unless(sat_envelope_create(&envelope, SAT_COMPACT, us, &env.env, NULL) == 0);
	sat_envelope_seal_frame(envelope, 0, sealed, packed, count);
	sat_hash(entry.hash, "satchel1frame", sealed, count + SAT_BOX_BYTES);
	memcpy(m.courier, sat_envelope_courier(envelope), SAT_COURIER_BYTES);
	sat_manifest_write(&m, &plain);
	sat_bytes_put_span(&box, plain.data, plain.length);
	size_t front = (size_t)sat_padme(box.length + SAT_SIGNATURE_BYTES);
	uint8_t *file = sat_bytes_extend(bundle, SAT_HEADER_BYTES + front + SAT_BOX_BYTES + count + SAT_BOX_BYTES +
	                                                 SAT_HASH_BYTES);
	sat_envelope_header(envelope, (uint32_t)(front + SAT_BOX_BYTES), bundle->length, file);
	sat_envelope_digest(envelope, us, plain.data, plain.length, digest);
	sat_sign(scratch_sender(), digest, signature);
	sat_bytes_put(&box, signature, sizeof signature);
	memset(sat_bytes_extend(&box, front - box.length), 0, front - box.length);
	sat_envelope_seal_manifest(envelope, file + SAT_HEADER_BYTES, box.data, box.length);
	memcpy(file + SAT_HEADER_BYTES + front + SAT_BOX_BYTES, sealed, count + SAT_BOX_BYTES);
	forgery_rehash(file, bundle->length);
	free(sealed);
}

static int read_file(const uint8_t *data, size_t size, bool ours)
{
	SAT_AUTO(sat_bundle_reader) r = NULL;
	sat_bundle_event event = SAT_BUNDLE_MORE;
	sat_name16 name;
	uint64_t offset;
	size_t count, index;
	const void *plain;
	int rc = sat_bundle_reader_begin(&r, scratch_identity(), size, NULL);
	while (rc == 0 && sat_bundle_reader_want(r, &offset, &count)) {
		stop_unless(offset <= size && count <= size - offset);
		rc = sat_bundle_reader_feed(r, data + offset, count, &event, NULL);
		if (rc == 0 && event == SAT_BUNDLE_MANIFEST)
			rc = sat_bundle_reader_trust(r, sat_identity_public(scratch_sender()),
			                             sat_identity_public(scratch_identity()), &name, NULL);
		if (rc != 0 || event != SAT_BUNDLE_FRAME)
			continue;
		sat_bundle_reader_frame(r, &index, &plain, &count);
		stop_unless(!ours || (index < FRAMES && count == strlen(frames[index]) &&
		                      memcmp(plain, frames[index], count) == 0));
	}
	/* What was damaged was not written so by its sender. */
	stop_unless(!ours || rc != SAT_EREFUSED);
	return rc;
}

static void read_sealed(const uint8_t *data, size_t size)
{
	SAT_BYTES(bundle);
	if (size < 4 || size > SAT_FRAME_BYTES_MAX)
		return;
	uint64_t expanded = data[0] | (uint64_t)data[1] << 8 | (uint64_t)data[2] << 16;
	unsigned long long declared = ZSTD_getFrameContentSize(data + 3, size - 3);
	if (expanded == 0 && declared <= SAT_FRAME_BYTES_MAX)
		expanded = declared;
	if (expanded == 0 || expanded > SAT_FRAME_BYTES_MAX)
		return;
	seal_frame(data + 3, size - 3, expanded, &bundle);
	int rc = read_file(bundle.data, bundle.length, false);
	stop_unless(rc == 0 || rc == SAT_EREFUSED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static sat_bytes full, compact;
	if (size == 0)
		return 0;
	if (full.length == 0) {
		make_bundle(&full, SAT_FULL);
		make_bundle(&compact, SAT_COMPACT);
	}
	if ((data[0] & 5) == 4) {
		read_sealed(data + 1, size - 1);
		return 0;
	}
	if ((data[0] & 1) == 0) {
		read_file(data + 1, size - 1, false);
		return 0;
	}
	const sat_bytes *whole = (data[0] & 2) != 0 ? &compact : &full;
	SAT_BYTES(copy);
	sat_bytes_put(&copy, whole->data, whole->length);
	damage(&copy, data + 1, size - 1);
	/* A piece of memory of just that size, so that a read beyond its end is seen. */
	uint8_t *exact = malloc(copy.length + (copy.length == 0));
	memcpy(exact, copy.data, copy.length);
	read_file(exact, copy.length, true);
	free(exact);
	return 0;
}
