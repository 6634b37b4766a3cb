/* Merging bundles into a store; see exchange.h and FORMAT.md, section 2.5. */
#include "exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/admit-files.h"
#include "core/admit.h"
#include "core/enrolment.h"
#include "core/incarnation-statement.h"
#include "core/incarnation.h"
#include "core/plant.h"
#include "core/registry-statement.h"
#include "core/store-private.h"
#include "frame.h"
#include "ledger.h"
#include "merge-verdict.h"
#include "pull.h"

typedef struct merge {
	sat_store *store;
	const sat_identity *identity;
	sat_pull pull;
	sat_merged *out;
	sat_device peer;
	sat_name16 name;
	bool begun;              /* a transaction is open */
	sat_admission *admission;
	sat_frame_state *states;
	sat_merge_course course; /* what it came to so far */
	sat_arena frame_arena;
} merge;

/* Ends the bundle with a verdict: no error, and nothing changed. */
static int verdict(merge *m, sat_verdict v, const char *reason) { return sat_verdict_give(m->out, v, reason); }

/* Header and manifest could not be had: says why. */
static int unreadable(merge *m, const sat_error *why, sat_error *err)
{
	bool whole = false;
	if (why->code == SAT_ENOTFORUS || why->code == SAT_EDAMAGED) {
		int rc = sat_pull_hash_right(&m->pull, &whole, err);
		if (rc != 0)
			return rc;
	}
	bool alien = m->pull.size > 0 && !sat_pull_looks_like_one(&m->pull);
	int rc = sat_verdict_unreadable(m->out, why, whole, alien);
	if (rc != 1 && err != NULL)
		*err = *why;
	return rc;
}

/* --- who sent it ----------------------------------------------------------------------------------- */

static int trust(merge *m, const sat_public *keys, sat_error *err)
{
	sat_error why = { 0 };
	int rc = sat_bundle_reader_trust(m->pull.reader, keys, sat_identity_public(m->identity), &m->name, &why);
	if (rc == SAT_EFORGED)
		return verdict(m, SAT_FORGED, why.message);
	if (rc != 0 && err != NULL)
		*err = why;
	return rc;
}

static int enrol(merge *m, const sat_manifest *manifest, sat_error *err)
{
	if (sat_store_role(m->store) != SAT_REGISTRY)
		return verdict(m, SAT_REFUSED_BUNDLE, "This is a request to be let in, which only headquarters can "
		                                      "answer. It was left as it is.");
	int rc = trust(m, &manifest->keys, err);
	if (rc != 0)
		return rc;
	if (manifest->role == SAT_REGISTRY)
		return verdict(m, SAT_REFUSED_BUNDLE,
		               "This is a request to be let in as headquarters, and there is only one. Nothing was "
		               "merged from it. Keep the file, and ask whoever brought it.");
	sat_device known;
	rc = sat_device_find(m->store, &manifest->sender, &known, err);
	if (rc == 0 && strcmp(known.state, "pending") != 0)
		return verdict(m, SAT_DUPLICATE, "This request to be let in was answered before.");
	if (rc == 0 || rc == SAT_ENOTFOUND)
		rc = sat_store_begin(m->store, err);
	m->begun = rc == 0;
	if (rc == 0)
		rc = sat_device_request(m->store, &manifest->keys, manifest->role, manifest->name, &m->out->device,
		                        err);
	if (rc == SAT_ELIMIT)
		return verdict(m, SAT_REFUSED_BUNDLE, err->message);
	if (rc == 0) /* what was asked for first is what an approval says */
		rc = sat_device_get(m->store, m->out->device, &known, err);
	if (rc != 0)
		return rc;
	char text[SAT_ERROR_MESSAGE_BYTES];
	snprintf(text, sizeof text,
	         "\"%s\" asks to be let in as %s. If it is to be that, have its owner read you the six words on its "
	         "screen, and type them: satchel device approve \"...\"", known.name, sat_role_phrase(known.role));
	verdict(m, SAT_ENROLMENT, text);
	return 2; /* commits */
}

/* Whoever is not known here, or not approved, may bring the registry's approval: a registry that was restored
 * from an older backup relearns its own.  It counts when the bundle bears the signature of its keys. */
static int introduce(merge *m, const sat_manifest *manifest, sat_error *err)
{
	sat_device known;
	sat_public keys;
	bool good = false, fresh;
	if (!(manifest->flags & SAT_MANIFEST_CERTIFICATE))
		return 0;
	int rc = sat_device_find(m->store, &manifest->sender, &known, err);
	if (rc != SAT_ENOTFOUND && (rc != 0 || strcmp(known.state, "pending") != 0))
		return rc;
	rc = sat_certificate_check(m->store, manifest->certificate, manifest->certificate_bytes, &manifest->sender,
	                           &keys, &good, err);
	if (rc != 0 || !good)
		return rc;
	rc = trust(m, &keys, err);
	if (rc == 0)
		rc = sat_store_begin(m->store, err);
	if (rc != 0)
		return rc;
	m->begun = true;
	rc = sat_statement_admit(m->store, manifest->certificate, manifest->certificate_bytes, 0, &fresh, err);
	if (rc == 0)
		rc = sat_store_commit(m->store, err);
	m->begun = rc != 0;
	m->course.introduced = rc == 0;
	return rc;
}

static int find_sender(merge *m, const sat_manifest *manifest, sat_error *err)
{
	if (!sat_device_equal(&manifest->recipient, sat_store_self(m->store)))
		return verdict(m, SAT_NOT_FOR_US, "This bundle names another recipient. It was left as it is.");
	if (manifest->flags & SAT_MANIFEST_ENROLMENT)
		return enrol(m, manifest, err);
	int rc = introduce(m, manifest, err);
	if (rc == 0)
		rc = sat_device_find(m->store, &manifest->sender, &m->peer, err);
	if (rc == SAT_ENOTFOUND && sat_store_role(m->store) != SAT_REGISTRY)
		return verdict(m, SAT_UNKNOWN_SENDER,
		               "This bundle is from a laptop of which headquarters has not told this one. Nothing was "
		               "merged; the file was left as it is. Merge what headquarters sends, then this again.");
	if (rc == SAT_ENOTFOUND)
		return verdict(m, SAT_UNKNOWN_SENDER,
		               "This bundle is from a laptop that headquarters has not approved. Nothing was merged; "
		               "the file was left as it is. Approve the laptop, then merge it again.");
	if (rc != 0)
		return rc;
	m->out->device = m->peer.id;
	rc = trust(m, &m->peer.keys, err);
	if (rc != 0)
		return rc;
	if (strcmp(m->peer.state, "pending") == 0)
		return verdict(m, SAT_UNKNOWN_SENDER,
		               "This bundle is from a laptop that asked to be let in and is not approved yet. Nothing "
		               "was merged; the file was left as it is. Approve the laptop, then merge it again.");
	bool done;
	rc = sat_ledger_done(m->store, &m->name, &done, err);
	if (rc != 0)
		return rc;
	m->out->told_us = true;
	return done ? verdict(m, SAT_DUPLICATE, "This bundle was merged before; there is nothing new in it.") : 0;
}

/* --- what is in it --------------------------------------------------------------------------------- */

/* What a person decided, when the bundle was set aside once. */
static int read_decision(merge *m, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(m->store->db, &s, "SELECT state FROM sat_quarantine WHERE bundle = ?", err);
	if (rc != 0)
		return rc;
	sat_bind_blob(s, 1, m->name.bytes, sizeof m->name.bytes);
	rc = sat_step(m->store->db, s, err);
	const char *state = rc == 1 ? sat_column_text(s, 0, NULL) : "";
	m->course.released = strcmp(state, SAT_PLANTED_BUG(18) ? "rejected" : "released") == 0;
	m->course.rejected = strcmp(state, "rejected") == 0;
	sat_db_finalize(m->store->db, &s);
	return rc < 0 ? rc : 0;
}

/* Another copy of this store goes on somewhere when the sender has heard an incarnation of ours that this
 * store does not know; or one that it knows (through others, or from before) after it heard the present
 * one, which is past for the sender then.  From here on this store is another.  A sender that has not
 * heard the present one yet is only late. */
static int notice_twin(merge *m, const sat_manifest *manifest, sat_error *err)
{
	if (sat_incarnation_none(manifest->heard))
		return 0;
	int64_t index = sat_incarnation_find(m->store, manifest->heard);
	const sat_incarnation *known = sat_incarnation_at(m->store, index);
	bool past = known == NULL || known->device != 1;
	int rc = 0;
	if (!past && index != m->store->own)
		rc = sat_ledger_present_heard(m->store, m->peer.id, manifest, &past, err);
	if (rc == 0 && past)
		sat_incarnation_leave(m->store);
	return rc;
}

static int begin(merge *m, const sat_manifest *manifest, sat_error *err)
{
	int rc = sat_store_begin(m->store, err);
	if (rc != 0)
		return rc;
	m->begun = true;
	rc = notice_twin(m, manifest, err);
	if (rc != 0)
		return rc;
	sat_sender from = { .device = m->peer.id, .registry = m->peer.role == SAT_REGISTRY,
		            .vouches = (manifest->flags & SAT_MANIFEST_VOUCHES) != 0,
		            .revoked = strcmp(m->peer.state, "revoked") == 0 };
	rc = sat_incarnation_own(m->store, err);
	if (rc == 0)
		rc = sat_incarnation_intern(m->store, manifest->incarnation, &from.incarnation, err);
	if (rc == 0 && from.revoked)
		rc = read_decision(m, err);
	from.revoked = from.revoked && !m->course.released;
	if (rc == 0)
		rc = sat_admission_begin(&m->admission, m->store, &from, err);
	m->states = calloc(manifest->frame_count + 1, sizeof *m->states);
	return rc == 0 && m->states == NULL ? sat_no_memory(err) : rc;
}

/* A statement counts when the device that it names signed it; of unknown devices nothing counts. */
static int admit_claims(merge *m, const sat_frame_content *content, sat_error *err)
{
	for (size_t i = 0; i < content->claim_count; i++) {
		const sat_incarnation_claim *claim = &content->claims[i];
		const sat_incarnation *known = sat_incarnation_at(m->store, claim->index);
		if (known->device != 0 && claim->highest <= known->highest)
			continue;
		sat_device device;
		int rc = sat_device_find(m->store, &claim->device, &device, err);
		if (rc == SAT_ENOTFOUND)
			continue;
		uint8_t digest[SAT_HASH_BYTES];
		sat_incarnation_digest(known->name, &claim->device, claim->highest, digest);
		if (rc == 0 && !sat_verify(&device.keys, digest, claim->signature))
			rc = sat_fail(err, SAT_EREFUSED, "a statement about an incarnation is not its device's");
		if (rc == 0)
			rc = sat_incarnation_state(m->store, claim->index, device.id, claim->highest,
			                           claim->signature, err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int admit_statements(merge *m, const sat_frame_content *content, int64_t told, sat_error *err)
{
	size_t fresh_count = 0;
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < content->statement_count; i++) {
		bool fresh;
		rc = sat_statement_admit(m->store, content->statements[i].data, content->statements[i].length, told,
		                         &fresh, err);
		fresh_count += fresh;
	}
	return rc != 0 ? rc : sat_admission_heed_statements(m->admission, fresh_count, err);
}

/* Names, root and signature of every batch that has something to tell; one whose author is not known yet
 * is missing. */
static int check_batches(merge *m, sat_frame_content *content, sat_error *err)
{
	size_t kept = 0, at = 0, kept_decisions = 0;
	for (size_t i = 0; i < content->batch_count; at += content->decision_counts[i], i++) {
		const sat_batch *batch = &content->batches[i];
		const sat_incarnation *author = sat_incarnation_at(m->store, sat_dot_index(batch->first));
		sat_device device;
		bool known;
		if (author->device == 0) {
			m->course.missing++;
			continue;
		}
		int rc = sat_batch_known(m->store, batch, &known, err);
		if (rc == 0 && known)
			continue;
		if (rc == 0)
			rc = sat_device_get(m->store, author->device, &device, err);
		if (rc == 0)
			rc = sat_batch_verify(m->store, batch, content->in[i], content->decisions + at,
			                      content->decision_counts[i], &device.keys, err);
		if (rc != 0)
			return rc;
		memmove(content->decisions + kept_decisions, content->decisions + at,
		        content->decision_counts[i] * sizeof *content->decisions);
		kept_decisions += content->decision_counts[i];
		content->batches[kept] = *batch;
		content->decision_counts[kept++] = content->decision_counts[i];
	}
	content->batch_count = kept;
	content->decision_count = kept_decisions;
	return 0;
}

static int admit_frame(merge *m, const void *data, size_t count, int64_t told, sat_error *err)
{
	sat_arena_reset(&m->frame_arena);
	sat_frame_content content;
	sat_admission_frame(m->admission);
	int rc = sat_frame_read(m->store, data, count, &m->frame_arena, &content, err);
	if (rc == 0)
		rc = admit_statements(m, &content, told, err);
	if (rc == 0)
		rc = admit_claims(m, &content, err);
	if (rc == 0)
		rc = sat_admit_tombstones(m->admission, content.tombstones, content.tombstone_count, content.under,
		                          content.under_count, err);
	if (rc == 0)
		rc = check_batches(m, &content, err);
	if (rc == 0)
		rc = sat_admit_decisions(m->admission, content.batches, content.decisions, content.decision_counts,
		                         content.batch_count, err);
	if (rc == 0)
		rc = sat_admit_blocks(m->admission, content.blocks, content.block_count, err);
	if (rc == 0)
		rc = sat_admit_asks(m->admission, content.asks, content.ask_count, err);
	if (rc == 0)
		rc = sat_admit_moments(m->admission, content.moments, content.moment_count, err);
	return rc == 0 && content.pieces != NULL ? sat_admit_pieces(m->admission, content.pieces, err) : rc;
}

static int take_frame(merge *m, int64_t told, sat_error *err)
{
	size_t index, count, missing_before = m->course.missing;
	const void *data;
	sat_bundle_reader_frame(m->pull.reader, &index, &data, &count);
	int rc = admit_frame(m, data, count, told, err);
	if (rc == SAT_ETOONEW) {
		m->course.too_new++;
		return 0;
	}
	if (rc != 0)
		return sat_error_context(err, "frame %zu", index);
	const sat_outcome *outcome = sat_admission_of_frame(m->admission);
	m->course.missing += outcome->missing;
	m->course.set_aside += outcome->set_aside;
	m->course.set_aside_decisions += outcome->set_aside_decisions;
	m->states[index] = m->course.missing > missing_before || outcome->set_aside > 0 ? SAT_FRAME_NONE
	                   : outcome->declined > 0                                      ? SAT_FRAME_DECLINED
	                                                                                : SAT_FRAME_SETTLED;
	return 0;
}

static int read_frames(merge *m, int64_t told, sat_error *err)
{
	sat_bundle_event event = SAT_BUNDLE_MORE;
	int rc = 0;
	while (rc == 0) {
		rc = sat_pull_next(&m->pull, &event, err);
		if (rc != 0 || event == SAT_BUNDLE_DONE)
			break;
		if (event == SAT_BUNDLE_LOST)
			m->course.lost++;
		else if (event == SAT_BUNDLE_FRAME)
			rc = take_frame(m, told, err);
	}
	if (rc != SAT_EREFUSED && rc != SAT_ELIMIT && rc != SAT_EFORGED && rc != SAT_EDAMAGED)
		return rc;
	return sat_verdict_refuse(m->out, err->message, m->peer.name);
}

static int set_aside(merge *m, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(m->store->db, &s,
	                        "INSERT OR IGNORE INTO sat_quarantine(bundle, device, reason, at, state) "
	                        "VALUES(?, ?, ?, ?, 'waiting')", err);
	if (rc == 0) {
		char reason[SAT_REASON_ASIDE_BYTES];
		sat_verdict_reason_aside(&m->course, reason);
		sat_bind_blob(s, 1, m->name.bytes, sizeof m->name.bytes);
		sat_bind_int(s, 2, m->peer.id);
		sat_bind_string(s, 3, reason);
		sat_bind_int(s, 4, m->store->env->now(m->store->env->context));
		rc = sat_run(m->store->db, s, err);
	}
	sat_db_finalize(m->store->db, &s);
	return rc;
}

/* The verdict on a bundle that was merged, wholly or in part. */
static void conclude(merge *m, const sat_manifest *manifest)
{
	const sat_outcome *total = sat_admission_total(m->admission);
	m->out->records = total->records;
	m->out->decisions = total->decisions;
	m->out->conflicts = total->conflicts;
	m->out->declined = m->course.declined = total->declined;
	m->out->pieces = total->pieces;
	m->course.sender = m->peer.name;
	m->course.registry = sat_store_role(m->store) == SAT_REGISTRY;
	m->course.revoked = strcmp(m->peer.state, "revoked") == 0;
	m->course.mended = sat_bundle_reader_mended(m->pull.reader);
	m->course.frames = manifest->frame_count;
	sat_verdict_conclude(m->out, &m->course);
}

static int merge_data(merge *m, sat_error *err)
{
	const sat_manifest *manifest = sat_bundle_reader_manifest(m->pull.reader);
	int rc = begin(m, manifest, err);
	int64_t incarnation = rc == 0 ? sat_incarnation_find(m->store, manifest->incarnation) : 0;
	if (rc == 0)
		rc = read_frames(m, incarnation, err);
	if (rc == 0)
		rc = sat_admit_files_end(m->admission, err);
	if (rc == 0)
		rc = sat_ledger_got(m->store, m->peer.id, &m->name, manifest, m->states, err);
	if (rc == 0)
		rc = sat_ledger_heard(m->store, m->peer.id, manifest, incarnation, err);
	if (rc == 0 && m->course.set_aside > 0)
		rc = set_aside(m, err);
	if (rc != 0)
		return rc;
	conclude(m, manifest);
	return 2;
}

static int merge_open(merge *m, sat_error *err)
{
	sat_error why = { 0 };
	int rc = sat_pull_begin(&m->pull, m->identity, &why);
	sat_bundle_event event = SAT_BUNDLE_MORE;
	if (rc == 0)
		rc = sat_pull_next(&m->pull, &event, &why);
	if (rc != 0)
		return unreadable(m, &why, err);
	rc = find_sender(m, sat_bundle_reader_manifest(m->pull.reader), err);
	return rc == 0 ? merge_data(m, err) : rc;
}

int sat_merge(sat_store *store, const sat_identity *identity, sat_carrier *carrier, const char *name,
              sat_merged *merged, sat_progress progress, void *progress_context, sat_error *err)
{
	merge m = { .store = store, .identity = identity, .out = merged,
		    .pull = { .progress = progress, .progress_context = progress_context } };
	*merged = (sat_merged){ 0 };
	snprintf(merged->file, sizeof merged->file, "%s", name);
	sat_error own = { 0 };
	if (err == NULL)
		err = &own;
	int rc = sat_pull_open(&m.pull, carrier, name, err);
	/* 1: a verdict without a change; 2: a verdict, and the transaction is kept. */
	if (rc == 0)
		rc = merge_open(&m, err);
	if (rc == 2)
		rc = sat_store_commit(store, err);
	if (rc != 0 && m.begun)
		sat_store_rollback(store);
	sat_admission_free(m.admission);
	sat_pull_close(&m.pull);
	sat_arena_clear(&m.frame_arena);
	free(m.states);
	return rc > 0 ? 0 : rc;
}
