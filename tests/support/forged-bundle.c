/* See forged-bundle.h. */
#include "forged-bundle.h"

#include <stdlib.h>
#include <string.h>

#include "core/incarnation.h"
#include "sync/bundle.h"
#include "sync/frame.h"

static void check(const char *where, int rc, const sat_error *err)
{
	if (rc != 0)
		replica_fail(where, err);
}

void forgery_begin(forgery *f, replica *from, const replica *to)
{
	*f = (forgery){ .form = SAT_FULL, .zstd_level = 5, .env = &from->env.env, .signer = from->identity,
		        .sealed_to = *sat_identity_public(to->identity) };
	f->manifest.sender = *sat_identity_device(from->identity);
	f->manifest.recipient = *sat_identity_device(to->identity);
	f->manifest.time = from->env.now;
	const sat_incarnation *own = sat_incarnation_at(from->store, sat_store_incarnation(from->store));
	if (own != NULL)
		memcpy(f->manifest.incarnation, own->name, SAT_INCARNATION_BYTES);
}

void forgery_frame(forgery *f, const void *plaintext, size_t count)
{
	f->frames = realloc(f->frames, (f->frame_count + 1) * sizeof *f->frames);
	f->frames[f->frame_count] = (sat_bytes){ 0 };
	sat_bytes_put(&f->frames[f->frame_count++], plaintext, count);
}

void forgery_chunk(forgery *f, sat_store *store, const sat_chunk *chunk)
{
	sat_error err = { 0 };
	SAT_BYTES(plain);
	check("forgery_chunk", sat_frame_write(store, chunk, &plain, &err), &err);
	forgery_frame(f, plain.data, plain.length);
}

static void drain(sat_bundle_writer *w, sat_bytes *bundle, size_t start)
{
	uint64_t offset;
	const void *data;
	size_t count;
	while (sat_bundle_writer_next(w, &offset, &data, &count)) {
		size_t end = start + (size_t)offset + count;
		if (bundle->length < end)
			memset(sat_bytes_extend(bundle, end - bundle->length), 0, end - bundle->length);
		memcpy(bundle->data + start + offset, data, count);
	}
}

void forgery_end(forgery *f, sat_bytes *bundle)
{
	sat_error err = { 0 };
	sat_bundle_writer *w = NULL;
	sat_name16 name;
	uint64_t size;
	size_t start = bundle->length;
	check("forgery_end", sat_bundle_writer_begin(&w, f->form, &f->sealed_to, f->zstd_level,
	                                             SAT_BUNDLE_BYTES_MAX, f->env, &err), &err);
	for (size_t i = 0; i < f->frame_count; i++) {
		check("forgery_end", sat_bundle_writer_add(w, f->frames[i].data, f->frames[i].length, &err),
		      &err);
		drain(w, bundle, start);
	}
	check("forgery_end", sat_bundle_writer_finish(w, &f->manifest, f->signer, &name, &size, &err), &err);
	drain(w, bundle, start);
	sat_bundle_writer_free(w);
	for (size_t i = 0; i < f->frame_count; i++)
		sat_bytes_clear(&f->frames[i]);
	free(f->frames);
	f->frames = NULL;
	f->frame_count = 0;
}

void forgery_rehash(uint8_t *bundle, size_t count)
{
	sat_cursor c = sat_cursor_over(bundle + 140, 4);
	size_t front = SAT_HEADER_BYTES + sat_cursor_le32(&c), end = count - SAT_HASH_BYTES;
	sat_hasher hasher;
	sat_hash_begin(&hasher, "satchel1file");
	sat_hash_add(&hasher, bundle + front, end - front);
	sat_hash_add(&hasher, bundle, front);
	sat_hash_end(&hasher, bundle + end);
}
