/* Entries: a frame's plaintext, admitted as if its sender had signed for all that it names, in a
 * transaction that is rolled back.  Whatever is admitted can be dumped, changes nothing when it comes again,
 * and can be passed on: a frame that would make headquarters fail at its next export would silence
 * everybody. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/admit-files.h"
#include "core/admit.h"
#include "core/delta.h"
#include "core/dump.h"
#include "core/incarnation.h"
#include "core/store-private.h"
#include "scratch-store.h"
#include "sync/frame.h"
#include "target.h"

enum { LARGEST = 1 << 16 }; /* larger frames hold nothing new, and are slow */

/* A breach has a verdict of its own; anything else would be told as a failure of the store. */
static void stop_unless(bool fine, const char *doing, const sat_error *err)
{
	if (fine)
		return;
	fprintf(stderr, "%s: %s: %s\n", doing, sat_error_name(err->code), err->message);
	abort();
}

/* Whatever incarnation nobody has yet is the sender's, up to the end. */
static int sign_for_all(sat_store *store, sat_error *err)
{
	static const uint8_t signature[SAT_SIGNATURE_BYTES];
	int rc = 0;
	for (size_t i = 1; rc == 0 && i < store->incarnation_count; i++) {
		if (store->incarnations[i].device == 0)
			rc = sat_incarnation_state(store, (int64_t)i, SCRATCH_SENDER, SAT_COUNTER_END - 1, signature,
			                           err);
	}
	return rc;
}

/* Signatures of batches are none of a fuzzer's; names are worked out all the same. */
static int admit_decisions(sat_store *store, sat_admission *a, sat_frame_content *content, sat_error *err)
{
	for (size_t i = 0, at = 0; i < content->batch_count; at += content->decision_counts[i], i++) {
		int rc = sat_batch_verify(store, &content->batches[i], content->in[i], content->decisions + at,
		                          content->decision_counts[i], sat_identity_public(scratch_sender()), err);
		if (rc != 0 && rc != SAT_EFORGED)
			return rc;
	}
	return sat_admit_decisions(a, content->batches, content->decisions, content->decision_counts,
	                           content->batch_count, err);
}

static int admit(sat_store *store, sat_admission *a, sat_frame_content *content, sat_error *err)
{
	sat_admission_frame(a);
	int rc = sign_for_all(store, err);
	if (rc == 0)
		rc = sat_admit_tombstones(a, content->tombstones, content->tombstone_count, content->under,
		                          content->under_count, err);
	if (rc == 0)
		rc = admit_decisions(store, a, content, err);
	if (rc == 0)
		rc = sat_admit_blocks(a, content->blocks, content->block_count, err);
	if (rc == 0)
		rc = sat_admit_asks(a, content->asks, content->ask_count, err);
	if (rc == 0)
		rc = sat_admit_moments(a, content->moments, content->moment_count, err);
	return rc == 0 && content->pieces != NULL ? sat_admit_pieces(a, content->pieces, err) : rc;
}

static void dump(sat_store *store, sat_bytes *text)
{
	sat_error err = { 0 };
	stop_unless(sat_dump_canonical(store, text, &err) == 0, "dump", &err);
}

/* The same frame, read again, in a bundle of its own. */
static void come_again(sat_store *store, const sat_sender *from, const uint8_t *data, size_t size)
{
	SAT_ARENA(arena);
	SAT_BYTES(before);
	SAT_BYTES(after);
	SAT_AUTO(sat_admission) a = NULL;
	sat_frame_content content;
	sat_error err = { 0 };
	dump(store, &before);
	int rc = sat_frame_read(store, data, size, &arena, &content, &err);
	if (rc == 0)
		rc = sat_admission_begin(&a, store, from, &err);
	if (rc == 0)
		rc = admit(store, a, &content, &err);
	stop_unless(rc == 0, "admit again", &err);
	dump(store, &after);
	stop_unless(before.length == after.length && memcmp(before.data, after.data, after.length) == 0,
	            "what came again changed something", &err);
}

static void pass_on(sat_store *store, int track)
{
	const sat_span everything = { 0, sat_store_sequence(store) };
	sat_delta_options options = { .to = { .role = SAT_FACILITATOR, .audiences = "" }, .device = SCRATCH_SENDER,
		                      .everything = true, .chunk_bytes_max = SAT_CHUNK_BYTES_MAX };
	SAT_AUTO(sat_delta) delta = NULL;
	sat_error err = { 0 };
	const sat_chunk *chunk;
	int rc = sat_delta_open(&delta, store, &options, track, &everything, 1, &err);
	while (rc == 0 && (rc = sat_delta_next(delta, &chunk, &err)) == 1) {
		SAT_ARENA(arena);
		SAT_BYTES(frame);
		sat_frame_content content;
		rc = sat_frame_write(store, chunk, &frame, &err);
		if (rc == 0)
			rc = sat_frame_read(store, frame.data, frame.length, &arena, &content, &err);
	}
	stop_unless(rc == 0, "pass on", &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SAT_ARENA(arena);
	SAT_AUTO(sat_admission) a = NULL;
	sat_frame_content content;
	sat_error err = { 0 };
	sat_store *store = scratch_store();
	sat_sender from = { .device = SCRATCH_SENDER };
	if (size > LARGEST || sat_store_begin(store, NULL) != 0)
		return 0;
	int rc = sat_incarnation_intern(store, (const uint8_t *)"a laptop", &from.incarnation, &err);
	if (rc == 0)
		rc = sat_frame_read(store, data, size, &arena, &content, &err);
	if (rc == 0)
		rc = sat_admission_begin(&a, store, &from, &err);
	if (rc == 0)
		rc = admit(store, a, &content, &err);
	stop_unless(rc == 0 || rc == SAT_EREFUSED || rc == SAT_ETOONEW || rc == SAT_ELIMIT || rc == SAT_EFORGED,
	            "admit", &err);
	sat_admission_free(a);
	a = NULL;
	if (rc == 0) {
		come_again(store, &from, data, size);
		pass_on(store, SAT_TRACK_LEAD);
		pass_on(store, SAT_TRACK_RECORDS);
	}
	sat_store_rollback(store);
	return 0;
}
