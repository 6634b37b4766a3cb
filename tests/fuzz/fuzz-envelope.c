/* The envelope and the reader's way through a file.
 *
 * With an even first byte, the others are a file.  With an odd one they say how to damage a bundle that is
 * well sealed to us, three bytes each: a place (le16, beyond the end: cut there) and what to flip.  However
 * it is damaged, nothing comes out of it but frames that its sender wrote. */
#include <stdlib.h>
#include <string.h>

#include "scratch-store.h"
#include "sync/bundle.h"
#include "target.h"
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
		stop_unless(sat_bundle_writer_add(w, frames[i], strlen(frames[i]), &name, NULL) == 0);
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

static void read_file(const uint8_t *data, size_t size, bool ours)
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
