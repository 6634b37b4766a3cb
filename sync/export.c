/* Exporting: from a store to bundles on a carrier; see exchange.h. */
#include <stdlib.h>
#include <string.h>

#include "bundle.h"
#include "core/delta.h"
#include "core/enrolment.h"
#include "core/erasure.h"
#include "core/gate.h"
#include "core/incarnation-statement.h"
#include "core/incarnation.h"
#include "core/plant.h"
#include "core/store-private.h"
#include "disclosure.h"
#include "exchange.h"
#include "frame.h"
#include "ledger.h"

/* zstd's levels for the two kinds of way: measured in `./run bench`. */
enum { STICK_ZSTD = 3, SLOW_LINK_ZSTD = 19 };

typedef struct job {
	sat_store *store;
	const sat_identity *identity;
	sat_device peer;
	sat_carrier *carrier;
	sat_export_options options;
	sat_on_exported each;
	void *context;
	sat_arena arena;            /* plan, receipt, names of frames: as long as the export */
	sat_plan plan;
	bool receipt_due;
	sat_bundle_writer *writer;  /* of the part being written */
	sat_disclosing *disclosing; /* what the part discloses */
	sat_sink sink;
	bool begun;                 /* the carrier has begun a bundle */
	sat_sent_frame *frames;     /* of the part */
	size_t frame_count, frame_room;
	sat_name16 *rests;          /* confirmed frames and those of the parts before */
	size_t rest_count, rest_room;
	size_t records;             /* in the part */
	uint64_t file_bytes;        /* likewise */
	uint64_t written;           /* bytes of the parts before */
	sat_file_totals files;
	sat_span *file_spans;       /* frames of files in all parts, and what the plan rests on */
	size_t file_span_count;
	size_t withheld, parts;
	bool assumed;
	bool vouches;               /* others' writes are in the part */
	sat_bytes plain[2];         /* the frame that is being packed, and the one that is being written */
	int turn;                   /* the latter */
} job;

static bool is_revoked(const sat_device *peer)
{
	return strcmp(peer->state, "revoked") == 0;
}

/* --- parts ---------------------------------------------------------------------------------------- */

static int drain(job *j, sat_error *err)
{
	uint64_t offset;
	const void *data;
	size_t count;
	int rc = 0;
	while (rc == 0 && sat_bundle_writer_next(j->writer, &offset, &data, &count)) {
		if (!j->begun) {
			rc = j->carrier->begin(j->carrier->context, 0, &j->sink, err);
			j->begun = rc == 0;
		}
		if (rc == 0)
			rc = j->sink.put(j->sink.context, offset, data, count, err);
	}
	return rc;
}

static int begin_part(job *j, sat_error *err)
{
	uint64_t most = j->options.bundle_bytes_max;
	if (most == 0 || most > SAT_BUNDLE_BYTES_MAX)
		most = SAT_BUNDLE_BYTES_MAX;
	j->frame_count = j->records = 0;
	j->file_bytes = 0;
	j->vouches = j->plan.vouches;
	size_t names;
	int rc = sat_ledger_receipt_names(j->store, j->peer.id, &names, err);
	if (rc == 0)
		rc = sat_bundle_writer_begin(&j->writer, j->options.form, &j->peer.keys,
		                             j->options.level == SAT_LEVEL_SLOW_LINK ? SLOW_LINK_ZSTD
		                                                                     : STICK_ZSTD,
		                             most, j->store->env, err);
	if (rc == 0)
		sat_bundle_writer_names(j->writer, names + j->rest_count);
	return rc;
}

static void fill_manifest(job *j, sat_manifest *m, unsigned flags)
{
	*m = (sat_manifest){ .flags = flags | (j->vouches ? SAT_MANIFEST_VOUCHES : 0u),
		             .sender = j->store->self, .recipient = j->peer.device,
		             .time = j->store->env->now(j->store->env->context), .base = j->plan.base,
		             .rests = j->rests, .rest_count = j->rest_count };
	const sat_incarnation *own = sat_incarnation_at(j->store, j->store->own);
	if (own != NULL)
		memcpy(m->incarnation, own->name, SAT_INCARNATION_BYTES);
	const sat_incarnation *heard = sat_incarnation_at(j->store, j->peer.heard);
	if (heard != NULL)
		memcpy(m->heard, heard->name, SAT_INCARNATION_BYTES);
	if (j->assumed && heard != NULL)
		memcpy(m->assumes, heard->name, SAT_INCARNATION_BYTES);
}

static int make_durable(job *j, const sat_name16 *bundle, const sat_manifest *m, uint64_t size, bool last,
                        sat_error *err)
{
	sat_exported exported = { .bytes = size, .records = j->records,
		                  .withheld = last ? j->withheld : 0, .file_bytes = j->file_bytes,
		                  .request = (m->flags & SAT_MANIFEST_ENROLMENT) != 0,
		                  .revocation = is_revoked(&j->peer) };
	if (last)
		exported.files = j->files;
	memcpy(exported.to, j->peer.name, sizeof exported.to);
	j->written += size;
	int rc = drain(j, err);
	if (rc == 0) {
		rc = j->carrier->commit(j->carrier->context, &j->sink, exported.file, j->options.progress,
		                        j->options.progress_context, err);
		j->begun = false;
	}
	/* Only the last part stands for everything up to here; the others for their frames alone. */
	int64_t upto = exported.request ? -1 : last ? j->plan.upto : j->plan.base_upto;
	if (rc == 0)
		rc = sat_ledger_sent(j->store, j->peer.id, bundle, upto,
		                     j->assumed ? j->peer.heard : 0, exported.file, m->courier, j->frames,
		                     j->frame_count, err);
	if (rc == 0 && last)
		rc = sat_ledger_sent_files(j->store, bundle, j->file_spans, j->file_span_count, err);
	if (rc == 0)
		rc = sat_disclosing_write(j->disclosing, j->peer.id, bundle, m->time, err);
	return rc == 0 && j->each != NULL ? j->each(j->context, &exported) : rc;
}

static int remember_rests(job *j, sat_error *err)
{
	size_t need = j->rest_count + j->frame_count;
	if (need > j->rest_room) {
		size_t room = need * 2 + 16;
		sat_name16 *grown = sat_arena_take(&j->arena, room * sizeof *grown);
		if (grown == NULL)
			return sat_no_memory(err);
		if (j->rest_count > 0)
			memcpy(grown, j->rests, j->rest_count * sizeof *grown);
		j->rests = grown;
		j->rest_room = room;
	}
	for (size_t i = 0; i < j->frame_count && j->rest_count < SAT_NAMES_MAX; i++)
		j->rests[j->rest_count++] = j->frames[i].name;
	return 0;
}

/* On a stick, where its bytes do not count, a laptop says who let it in. */
static int add_certificate(job *j, sat_manifest *m, sat_bytes *certificate, sat_error *err)
{
	if (j->options.form != SAT_FULL || j->store->role == SAT_REGISTRY)
		return 0;
	int rc = sat_device_certificate(j->store, &j->store->self, certificate, err);
	if (rc != 0 || certificate->length == 0 || certificate->length > SAT_CERTIFICATE_BYTES_MAX)
		return rc;
	m->flags |= SAT_MANIFEST_CERTIFICATE;
	m->certificate = certificate->data;
	m->certificate_bytes = certificate->length;
	return 0;
}

static int end_part(job *j, unsigned flags, sat_error *err)
{
	sat_manifest m;
	SAT_BYTES(certificate);
	fill_manifest(j, &m, flags);
	int rc = 0;
	if ((flags & SAT_MANIFEST_ENROLMENT) == 0) {
		rc = sat_ledger_receipt(j->store, j->peer.id, &m, &j->arena, err);
		if (rc == 0)
			rc = add_certificate(j, &m, &certificate, err);
	} else {
		m.keys = *sat_identity_public(j->identity);
		m.role = j->store->role;
		memcpy(m.name, j->store->name, sizeof m.name);
		m.name[sizeof m.name - 1] = '\0';
	}
	sat_name16 name;
	uint64_t size;
	if (rc == 0)
		rc = sat_bundle_writer_finish(j->writer, &m, j->identity, &name, &size, err);
	for (size_t i = 0; rc == 0 && i < j->frame_count; i++)
		memcpy(j->frames[i].name.bytes, m.frames[i].hash, sizeof j->frames[i].name.bytes);
	if (rc == 0)
		rc = make_durable(j, &name, &m, size, (flags & SAT_MANIFEST_MORE) == 0, err);
	if (rc == 0)
		rc = remember_rests(j, err);
	sat_bundle_writer_free(j->writer);
	j->writer = NULL;
	j->parts++;
	return rc;
}

/* --- frames --------------------------------------------------------------------------------------- */

/* Its name is known when the part ends. */
static int note_frame(job *j, const sat_chunk *chunk, sat_error *err)
{
	if (j->frame_count == j->frame_room) {
		size_t room = j->frame_room == 0 ? 16 : j->frame_room * 2;
		sat_sent_frame *grown = sat_arena_take(&j->arena, room * sizeof *grown);
		if (grown == NULL)
			return sat_no_memory(err);
		if (j->frame_count > 0)
			memcpy(grown, j->frames, j->frame_count * sizeof *grown);
		j->frames = grown;
		j->frame_room = room;
	}
	if (chunk->track == SAT_TRACK_FILES) {
		sat_span *grown = sat_arena_grown(&j->arena, j->file_spans, j->file_span_count, sizeof *grown);
		if (grown == NULL)
			return sat_no_memory(err);
		j->file_spans = grown;
		j->file_spans[j->file_span_count++] = chunk->span;
	}
	j->frames[j->frame_count++] = (sat_sent_frame){ .track = chunk->track,
	                                                .part = chunk->part && !SAT_PLANTED_BUG(21),
	                                                .span = chunk->span };
	return 0;
}

/* Parts of one record go in one bundle, whatever its size: the ledger counts a part when no other part in
 * its bundle is open. */
static bool goes_on(const job *j, const sat_chunk *chunk)
{
	const sat_sent_frame *last = j->frame_count == 0 ? NULL : &j->frames[j->frame_count - 1];
	return last != NULL && chunk->part && last->part && last->span.upto == chunk->span.upto;
}

static int add_chunk(job *j, const sat_chunk *chunk, sat_error *err)
{
	sat_bytes *plain = &j->plain[j->turn];
	j->turn = !j->turn;
	sat_bytes_reset(plain);
	int rc = sat_frame_write(j->store, chunk, plain, err);
	if (rc == 0)
		rc = drain(j, err);
	if (rc == 0 && j->frame_count > 0 && sat_bundle_writer_full(j->writer) && !goes_on(j, chunk)) {
		rc = end_part(j, SAT_MANIFEST_MORE, err);
		if (rc == 0)
			rc = begin_part(j, err);
	}
	/* Every part whose frames leave out what the recipient told has to say so. */
	j->assumed = j->assumed || chunk->assumed;
	j->vouches = j->vouches || chunk->vouches;
	if (rc == 0)
		rc = sat_bundle_writer_add(j->writer, plain->data, plain->length, err);
	if (rc == 0)
		rc = note_frame(j, chunk, err);
	if (rc == 0)
		rc = sat_disclosing_add(j->disclosing, chunk, err);
	j->records += chunk->records;
	for (size_t i = 0; i < chunk->file.count; i++)
		j->file_bytes += sat_tree_piece_bytes(chunk->file.name.size, chunk->file.piece[i].number);
	/* How many files will go is known at their end, so there the time alone is shown. */
	bool files = chunk->track == SAT_TRACK_FILES;
	if (rc == 0 && j->options.progress != NULL &&
	    !j->options.progress(j->options.progress_context, j->peer.name, files ? 0 : (uint64_t)chunk->span.upto,
	                         files ? 0 : (uint64_t)j->plan.upto))
		rc = sat_fail(err, SAT_ECANCELLED,
		              "stopped; this bundle was not written, and nothing of it was marked as copied");
	return rc;
}

/* What files may take: what the budget leaves, so that the padded bundle stays within it. */
static uint64_t room_for_files(const job *j)
{
	uint64_t budget = j->options.budget_bytes;
	if (budget == 0)
		return UINT64_MAX;
	budget = budget > j->written ? budget - j->written : 0;
	if (j->options.form == SAT_FULL)
		budget = sat_padme_below(budget);
	uint64_t used = sat_bundle_writer_bytes(j->writer, budget);
	return budget > used ? budget - used : 0;
}

static int add_track(job *j, int track, sat_error *err)
{
	sat_delta_options options = { .to = { .role = j->peer.role, .audiences = j->peer.audiences },
		                      .device = j->peer.id,
		                      .heard = j->peer.heard,
		                      .everything = j->store->role == SAT_REGISTRY || j->plan.vouches,
		                      .chunk_bytes_max = SAT_CHUNK_BYTES_MAX,
		                      .previews_only = j->options.files == SAT_FILES_PREVIEWS,
		                      .file_bytes_max =
		                          track == SAT_TRACK_FILES && j->options.files != SAT_FILES_NONE
		                              ? room_for_files(j)
		                              : 0 };
	SAT_AUTO(sat_delta) delta = NULL;
	int rc = sat_gate_today(j->store, true, &options.to.today, err);
	if (rc == 0)
		rc = sat_delta_open(&delta, j->store, &options, track, j->plan.gaps[track], j->plan.gap_count[track],
		                    err);
	const sat_chunk *chunk;
	while (rc == 0 && (rc = sat_delta_next(delta, &chunk, err)) == 1)
		rc = add_chunk(j, chunk, err);
	if (delta != NULL) {
		size_t records, withheld;
		bool assumed;
		sat_delta_totals(delta, &records, &withheld, &assumed);
		if (track == SAT_TRACK_FILES)
			sat_delta_file_totals(delta, &j->files);
		j->withheld += withheld;
		j->assumed = j->assumed || assumed;
	}
	return rc;
}

/* --- the export ------------------------------------------------------------------------------------- */

/* Every incarnation of ours is signed for, so that nobody can claim its dots. */
static int sign_incarnations(job *j, sat_error *err)
{
	int rc = sat_incarnation_own(j->store, err);
	for (size_t i = 1; rc == 0 && i < j->store->incarnation_count; i++) {
		if (j->store->incarnations[i].device == 1)
			rc = sat_incarnation_sign(j->store, j->identity, (int64_t)i, err);
	}
	return rc;
}

static int export_data(job *j, sat_error *err)
{
	int rc = sign_incarnations(j, err);
	if (rc == 0)
		rc = sat_erasure_sign(j->store, j->identity, err);
	if (rc == 0)
		rc = sat_gate_new_day(j->store, err);
	if (rc == 0 && j->options.vouch)
		rc = sat_ledger_vouch(j->store, j->peer.id, err);
	if (rc == 0)
		rc = sat_ledger_plan(j->store, j->peer.id, &j->arena, &j->plan, err);
	if (rc == 0)
		rc = sat_ledger_receipt_due(j->store, j->peer.id, &j->receipt_due, err);
	j->rests = j->plan.rests;
	j->rest_count = j->rest_room = j->plan.rest_count;
	j->file_spans = j->plan.files;
	j->file_span_count = j->plan.file_count;
	if (rc == 0)
		rc = begin_part(j, err);
	for (int track = 0; rc == 0 && track < SAT_TRACKS; track++)
		rc = add_track(j, track, err);
	if (rc == 0 && j->frame_count == 0 && j->parts == 0 && !j->receipt_due)
		return 0; /* nothing new for this peer, and nothing of theirs to confirm */
	return rc == 0 ? end_part(j, 0, err) : rc;
}

static bool has(const sat_span *gaps, size_t count, int64_t seq)
{
	bool found = false;
	for (size_t i = 0; i < count; i++)
		found = found || (gaps[i].above < seq && seq <= gaps[i].upto);
	return found;
}

/* To a revoked peer goes the statement that says so, until it has confirmed it, and nothing else: no record,
 * no decision.  The bundle rests on a name that nobody holds, so that it is confirmed for its one frame
 * and never for what lies below. */
static int export_revocation(job *j, sat_error *err)
{
	int64_t seq;
	int rc = sat_revocation_of(j->store, &j->peer.device, &seq, err);
	if (rc == 0)
		rc = sign_incarnations(j, err);
	if (rc == 0)
		rc = sat_ledger_plan(j->store, j->peer.id, &j->arena, &j->plan, err);
	if (rc != 0 || !has(j->plan.gaps[SAT_TRACK_LEAD], j->plan.gap_count[SAT_TRACK_LEAD], seq))
		return rc;
	sat_span statement = { seq - 1, seq };
	j->plan.gaps[SAT_TRACK_LEAD] = &statement;
	j->plan.gap_count[SAT_TRACK_LEAD] = 1;
	j->plan.upto = j->plan.base_upto;
	j->store->env->random(j->store->env->context, j->plan.base.bytes, sizeof j->plan.base.bytes);
	rc = begin_part(j, err);
	if (rc == 0)
		rc = add_track(j, SAT_TRACK_LEAD, err);
	return rc == 0 ? end_part(j, 0, err) : rc;
}

static int run_job(job *j, sat_error *err)
{
	int rc = sat_store_begin(j->store, err);
	if (rc != 0)
		return rc;
	sat_error waiting;
	rc = sat_may_send(j->store, &waiting);
	int64_t approved;
	if (rc == SAT_EWAITING && sat_meta_int(j->store, "approved", &approved, 0, err) == 0 && approved == 0) {
		rc = begin_part(j, err);
		if (rc == 0)
			rc = end_part(j, SAT_MANIFEST_ENROLMENT, err);
	} else if (rc != 0) {
		if (err != NULL)
			*err = waiting;
	} else {
		rc = is_revoked(&j->peer) ? export_revocation(j, err) : export_data(j, err);
	}
	if (rc == 0)
		rc = sat_store_commit(j->store, err);
	if (rc != 0)
		sat_store_rollback(j->store);
	return rc;
}

int sat_export(sat_store *store, const sat_identity *identity, int64_t device, sat_carrier *carrier,
               const sat_export_options *options, sat_on_exported each, void *context, sat_error *err)
{
	job j = { .store = store, .identity = identity, .carrier = carrier, .options = *options, .each = each,
		  .context = context };
	int rc = sat_device_get(store, device, &j.peer, err);
	if (rc == 0 && is_revoked(&j.peer) && !options->tell_revoked)
		rc = sat_fail(err, SAT_EREVOKED, "%s was revoked; nothing is sent to it", j.peer.name);
	if (rc == 0 && !is_revoked(&j.peer) && strcmp(j.peer.state, "approved") != 0)
		rc = sat_fail(err, SAT_EWAITING, "%s is not approved; nothing is sent to it", j.peer.name);
	if (rc == 0)
		rc = sat_disclosing_begin(&j.disclosing, store, err);
	if (rc == 0)
		rc = run_job(&j, err);
	if (j.begun)
		carrier->abandon(carrier->context, &j.sink);
	sat_bundle_writer_free(j.writer);
	sat_disclosing_free(j.disclosing);
	for (int i = 0; i < 2; i++)
		sat_bytes_clear(&j.plain[i]);
	sat_arena_clear(&j.arena);
	return rc;
}

/* --- tidying ---------------------------------------------------------------------------------------- */

typedef struct tidying {
	sat_store *store;
	sat_carrier *carrier;
	char (*names)[64];
	size_t count;
} tidying;

/* A bundle of ours that was confirmed: the ledger knows its name, and its header the token. */
static int look_at(void *context, const sat_found *found)
{
	tidying *t = context;
	uint8_t courier[SAT_COURIER_BYTES], header[SAT_HEADER_BYTES];
	bool confirmed;
	void *handle;
	uint64_t size;
	if (found->foreign || strlen(found->name) >= sizeof *t->names ||
	    sat_ledger_confirmed(t->store, found->name, courier, &confirmed, NULL) != 0 || !confirmed ||
	    t->carrier->open(t->carrier->context, found->name, &handle, &size, NULL) != 0)
		return 0;
	int rc = t->carrier->read(t->carrier->context, handle, 0, header, sizeof header, NULL);
	t->carrier->close(t->carrier->context, handle);
	if (rc != 0 || !sat_header_courier(header, courier))
		return 0;
	char(*names)[64] = realloc(t->names, (t->count + 1) * sizeof *names);
	if (names == NULL)
		return 0;
	t->names = names;
	memcpy(t->names[t->count], found->name, strlen(found->name) + 1);
	t->count++;
	return 0;
}

int sat_tidy(sat_store *store, sat_carrier *carrier, size_t *dropped, sat_error *err)
{
	tidying t = { .store = store, .carrier = carrier };
	*dropped = 0;
	int rc = carrier->list(carrier->context, look_at, &t, err);
	for (size_t i = 0; rc == 0 && i < t.count; i++) {
		rc = carrier->drop(carrier->context, t.names[i], err);
		*dropped += rc == 0;
	}
	free(t.names);
	return rc;
}
