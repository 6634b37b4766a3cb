/* See delta-lead.h. */
#include "delta-lead.h"

#include <string.h>

#include "decision-table.h"
#include "details.h"
#include "erasure.h"
#include "plant.h"
#include "protocol.h"

typedef struct hearing {
	sat_delta *delta;
	bool may;
} hearing;

static int hear(void *context, sat_dot record, sat_error *err)
{
	hearing *h = context;
	bool may;
	int rc = sat_delta_may_hear(h->delta, record, &may, err);
	h->may = h->may && may;
	return rc;
}

/* Receipts for what was erased under a label go to those who may hear of it. */
static int may_hear_statement(sat_delta *d, const void *object, size_t length, bool *may, sat_error *err)
{
	sat_statement statement;
	hearing h = { .delta = d, .may = true };
	int rc = sat_protocol_any(d->store) ? sat_statement_read(&statement, object, length, err) : 0;
	if (rc == 0 && sat_protocol_any(d->store) && statement.type == SAT_SIGNED_ERASURE && !SAT_PLANTED_BUG(34))
		rc = sat_erasure_each_labelled(d->store, &statement, hear, &h, err);
	*may = h.may;
	return rc;
}

static int add_statements(sat_delta *d, const sat_stretch *s, sat_error *err)
{
	sat_chunk *c = &d->chunk;
	sat_bind_int(d->statements, 1, s->above);
	sat_bind_int(d->statements, 2, s->upto);
	int rc;
	while ((rc = sat_step(d->store->db, d->statements, err)) == 1) {
		if (sat_delta_told(d, sat_column_int(d->statements, 1)))
			continue;
		size_t length;
		const void *object = sat_column_blob(d->statements, 0, &length);
		bool may;
		rc = may_hear_statement(d, object, length, &may, err);
		if (rc != 0)
			return rc;
		if (!may)
			continue;
		if (SAT_CHUNK_GROW(c, statements, statement_count) == NULL)
			return sat_no_memory(err);
		sat_object *out = &c->statements[c->statement_count++];
		out->data = sat_arena_copy(&c->arena, object, length);
		out->length = length;
		if (out->data == NULL)
			return sat_no_memory(err);
		c->bytes += length + 4;
		c->entries++;
	}
	sat_reset(d->statements);
	return rc;
}

/* Under which labels an erased record stood, which it cannot say itself any more. */
static int add_under(sat_delta *d, sat_dot record, sat_error *err)
{
	sat_chunk *c = &d->chunk;
	int rc = 0;
	if (!sat_protocol_any(d->store))
		return 0;
	sat_bind_int(d->under, 1, record);
	while ((rc = sat_step(d->store->db, d->under, err)) == 1) {
		if (SAT_CHUNK_GROW(c, under, under_count) == NULL)
			return sat_no_memory(err);
		c->under[c->under_count++] = (sat_under){ record, sat_column_int(d->under, 0) };
		c->bytes += 24;
	}
	sat_reset(d->under);
	return rc;
}

static int add_tombstones(sat_delta *d, const sat_stretch *s, sat_error *err)
{
	sat_chunk *c = &d->chunk;
	sat_bind_int(d->tombstones, 1, s->above);
	sat_bind_int(d->tombstones, 2, s->upto);
	int rc;
	while ((rc = sat_step(d->store->db, d->tombstones, err)) == 1) {
		if (sat_delta_told(d, sat_column_int(d->tombstones, 1)))
			continue;
		sat_dot record = sat_column_int(d->tombstones, 0);
		bool may;
		rc = sat_delta_may_hear(d, record, &may, err);
		if (rc != 0)
			return rc;
		if (!may && !SAT_PLANTED_BUG(33))
			continue;
		if (SAT_CHUNK_GROW(c, tombstones, tombstone_count) == NULL)
			return sat_no_memory(err);
		c->tombstones[c->tombstone_count++] = record;
		c->bytes += 17;
		c->entries++;
		rc = add_under(d, record, err);
		if (rc != 0)
			return rc;
	}
	sat_reset(d->tombstones);
	return rc;
}

static int add_asks(sat_delta *d, const sat_stretch *s, sat_error *err)
{
	sat_chunk *c = &d->chunk;
	sat_bind_int(d->asks, 1, d->options.device);
	sat_bind_int(d->asks, 2, s->above);
	sat_bind_int(d->asks, 3, s->upto);
	int rc;
	while ((rc = sat_step(d->store->db, d->asks, err)) == 1) {
		size_t length;
		const void *name = sat_column_blob(d->asks, 0, &length);
		if (SAT_CHUNK_GROW(c, asks, ask_count) == NULL || length != 16)
			return sat_no_memory(err);
		sat_asked *ask = &c->asks[c->ask_count++];
		memcpy(ask->name, name, 16);
		ask->record = sat_column_int(d->asks, 1);
		c->bytes += 36;
		c->entries++;
	}
	sat_reset(d->asks);
	return rc;
}

/* At least what it takes in a frame. */
static size_t decision_bytes(const sat_decision *decision)
{
	size_t bytes = 64 + decision->supersedes_count * SAT_HASH_BYTES + (decision->has_details ? 0 : 32) +
	               (decision->own_salt ? SAT_SALT_BYTES : 0) +
	               (decision->stated == NULL ? 0 : strlen(decision->stated));
	for (int i = 0; i < SAT_DETAILS; i++)
		bytes += decision->details[i] == NULL ? 1 : strlen(decision->details[i]) + 4;
	return bytes;
}

/* Leaves nothing of a decision's details, whose salt is known, but the commitment. */
static int leave_out_details(sat_delta *d, sat_decision *decision, sat_error *err)
{
	int rc = sat_decision_seal(d->store, decision, err);
	memset(decision->details, 0, sizeof decision->details);
	memset(decision->salt, 0, sizeof decision->salt);
	decision->claimed_time = 0;
	decision->has_details = decision->own_salt = false;
	return rc;
}

/* Whether details of any of these may not go to the recipient, or are not here; `stay` says which may not. */
static int find_bare(sat_delta *d, const sat_decision *decisions, size_t count, bool *stay, bool *bare,
                     sat_error *err)
{
	for (size_t i = 0; i < count; i++) {
		sat_answer answer = SAT_PERMITTED;
		int rc = decisions[i].has_details && !SAT_PLANTED_BUG(27)
		             ? sat_details_answer(d->gate, d->store, &decisions[i], &answer, err)
		             : 0;
		bool seen = true;
		if (rc == 0 && decisions[i].has_details)
			rc = sat_gate_see_record(d->gate, decisions[i].subject, &seen, err);
		if (rc != 0)
			return rc;
		stay[i] = answer != SAT_PERMITTED || !seen;
		*bare = *bare || stay[i] || !decisions[i].has_details;
	}
	return 0;
}

/* Details that the recipient may not have stay here.  The batch's seed would give away the salt that hides
 * them, so the others go with salts of their own. */
static int sift_details(sat_delta *d, sat_batch *batch, bool part, sat_decision *decisions, size_t count,
                        sat_error *err)
{
	bool bare = part, *stay;
	sat_arena_reset(&d->scratch);
	uint8_t *salts = sat_arena_take(&d->scratch, (size_t)batch->leaves * SAT_SALT_BYTES);
	if (salts == NULL || (stay = sat_arena_take(&d->scratch, count + 1)) == NULL)
		return sat_no_memory(err);
	int rc = find_bare(d, decisions, count, stay, &bare, err);
	if (rc == 0 && bare && batch->has_seed)
		sat_salts(salts, batch->leaves, batch->seed);
	for (size_t i = 0; rc == 0 && bare && i < count; i++) {
		sat_decision *one = &decisions[i];
		if (!one->has_details)
			continue;
		if (!one->own_salt)
			memcpy(one->salt, salts + (size_t)(one->id - batch->first) * SAT_SALT_BYTES, SAT_SALT_BYTES);
		one->own_salt = true;
		if (stay[i])
			rc = leave_out_details(d, one, err);
	}
	batch->has_seed = batch->has_seed && !bare;
	return rc;
}

/* Proves a batch by those of its decisions that are `in`, of all that are here. */
static int narrow(sat_delta *d, sat_batch *batch, sat_decision *decisions, const bool *in, size_t count,
                  sat_error *err)
{
	sat_arena_reset(&d->scratch);
	bool *held = sat_arena_zeroed(&d->scratch, batch->leaves, sizeof *held);
	bool *left = sat_arena_zeroed(&d->scratch, batch->leaves, sizeof *left);
	uint8_t(*names)[SAT_HASH_BYTES] = sat_arena_take(&d->scratch, (count + 1) * sizeof *names);
	if (held == NULL || left == NULL || names == NULL)
		return sat_no_memory(err);
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		sat_decision *one = &decisions[i];
		size_t leaf = (size_t)(one->id - batch->first);
		if (one->has_details && !one->own_salt)
			sat_batch_salt(batch, one->id, one->salt);
		rc = sat_decision_seal(d->store, one, err);
		memcpy(names[i], one->name, SAT_HASH_BYTES);
		held[leaf] = true;
		left[leaf] = in[i];
	}
	return rc != 0 ? rc
	               : sat_batch_narrow(batch, held, (const uint8_t(*)[SAT_HASH_BYTES])names, left, &d->chunk.arena,
	                                  err);
}

/* Leaves out decisions about what the recipient may not hear of; `*part` when there were any. */
static int sift_subjects(sat_delta *d, sat_batch *batch, sat_decision *decisions, size_t *count, bool *part,
                         sat_error *err)
{
	*part = false;
	if (!sat_protocol_any(d->store) || SAT_PLANTED_BUG(32))
		return 0;
	bool *in = sat_arena_zeroed(&d->chunk.arena, *count + 1, sizeof *in);
	if (in == NULL)
		return sat_no_memory(err);
	size_t kept = 0;
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < *count; i++) {
		rc = sat_delta_may_hear(d, decisions[i].subject, &in[i], err);
		kept += rc == 0 && in[i];
	}
	*part = kept < *count;
	if (rc == 0 && *part && kept > 0)
		rc = narrow(d, batch, decisions, in, *count, err);
	kept = 0;
	for (size_t i = 0; rc == 0 && i < *count; i++) {
		if (in[i])
			decisions[kept++] = decisions[i];
	}
	*count = kept;
	return rc;
}

/* All decisions of `batch` that are here and may be heard of, in the order of leaves. */
static int put_batch(sat_delta *d, const sat_batch *batch, sat_error *err)
{
	sat_chunk *c = &d->chunk;
	if (SAT_CHUNK_GROW(c, batches, batch_count) == NULL ||
	    SAT_CHUNK_GROW(c, decision_counts, batch_count) == NULL)
		return sat_no_memory(err);
	c->batches[c->batch_count] = *batch;
	size_t before = c->decision_count;
	bool part = false;
	sat_bind_int(d->consent_range, 1, batch->first);
	sat_bind_int(d->consent_range, 2, batch->first + batch->leaves - 1);
	int rc;
	while ((rc = sat_step(d->store->db, d->consent_range, err)) == 1) {
		if (SAT_CHUNK_GROW(c, decisions, decision_count) == NULL)
			return sat_no_memory(err);
		sat_decision *decision = &c->decisions[c->decision_count++];
		rc = sat_consent_row(d->store, d->consent_range, c->decision_count - before > 1 ? decision - 1 : NULL,
		                     &c->arena, decision, err);
		if (rc != 0)
			break;
	}
	sat_reset(d->consent_range);
	size_t count = c->decision_count - before;
	if (rc == 0)
		rc = sift_subjects(d, &c->batches[c->batch_count], c->decisions + before, &count, &part, err);
	c->decision_count = before + count;
	if (rc != 0 || count == 0)
		return rc;
	rc = sift_details(d, &c->batches[c->batch_count], part, c->decisions + before, count, err);
	for (size_t i = before; i < c->decision_count; i++)
		c->bytes += decision_bytes(&c->decisions[i]);
	c->decision_counts[c->batch_count++] = c->decision_count - before;
	c->entries += c->decision_count - before;
	c->bytes += 128 + batch->proof_count * SAT_HASH_BYTES;
	return rc;
}

static bool has_batch(const sat_chunk *c, sat_dot first)
{
	for (size_t i = c->batch_count; i > 0; i--) {
		if (c->batches[i - 1].first == first)
			return true;
	}
	return false;
}

static int add_batch_of(sat_delta *d, sat_dot decision, bool *full, sat_error *err)
{
	sat_batch batch;
	int64_t author = sat_delta_author(d, decision);
	if (!sat_delta_sends(d, author))
		return 0;
	int rc = sat_batch_of(d->store, decision, &d->chunk.arena, &batch, err);
	if (rc != 0 || has_batch(&d->chunk, batch.first))
		return rc;
	int64_t before = d->chunk.author;
	size_t batches = d->chunk.batch_count;
	if (!sat_chunk_of_author(&d->chunk, author)) {
		*full = true;
		return 0;
	}
	rc = put_batch(d, &batch, err);
	/* When labels keep all of it from the recipient, the chunk is still whose it was. */
	if (d->chunk.batch_count == batches)
		d->chunk.author = before;
	return rc;
}

/* Batches go whole, so a stretch that begins inside one adds it again only when it is not there. */
static int add_run_decisions(sat_delta *d, const sat_stretch *s, bool *full, sat_error *err)
{
	/* No batch is longer than this, so one that reaches into the stretch begins here. */
	sat_bind_int(d->batches, 1, s->first - SAT_BATCH_MAX);
	sat_bind_int(d->batches, 2, s->last);
	int rc = 0;
	while (!*full && (rc = sat_step(d->store->db, d->batches, err)) == 1) {
		sat_dot first = sat_column_int(d->batches, 0);
		if (first + sat_column_int(d->batches, 1) > s->first &&
		    (rc = add_batch_of(d, first, full, err)) != 0)
			break;
	}
	sat_reset(d->batches);
	return rc < 0 ? rc : 0;
}

static int add_decisions(sat_delta *d, const sat_stretch *s, bool *full, sat_error *err)
{
	int rc = s->run && !sat_delta_told(d, s->told) ? add_run_decisions(d, s, full, err) : 0;
	if (rc != 0)
		return rc;
	sat_bind_int(d->consent_changed, 1, s->above);
	sat_bind_int(d->consent_changed, 2, s->upto);
	while (!*full && (rc = sat_step(d->store->db, d->consent_changed, err)) == 1) {
		if (!sat_delta_told(d, sat_column_int(d->consent_changed, 1)) &&
		    (rc = add_batch_of(d, sat_column_int(d->consent_changed, 0), full, err)) != 0)
			break;
	}
	sat_reset(d->consent_changed);
	return rc < 0 ? rc : 0;
}

int sat_delta_add_lead(sat_delta *d, const sat_stretch *s, bool *full, sat_error *err)
{
	int rc = add_statements(d, s, err);
	if (rc == 0)
		rc = add_tombstones(d, s, err);
	if (rc == 0)
		rc = add_decisions(d, s, full, err);
	return rc != 0 ? rc : add_asks(d, s, err);
}
