/* See proof.h. */
#include "proof.h"

#include <string.h>

#include "decision-table.h"
#include "device.h"
#include "enrolment.h"
#include "incarnation-statement.h"
#include "store-private.h"

/* --- making --------------------------------------------------------------------------------------- */

/* The path of one leaf, from the names of those that are here and what proves the rest. */
static int find_path(sat_store *store, sat_dot decision, sat_batch *batch, sat_arena *arena, sat_error *err)
{
	sat_decision *here;
	size_t count;
	int rc = sat_batch_of(store, decision, arena, batch, err);
	if (rc == 0)
		rc = sat_consent_of_batch(store, batch, arena, &here, &count, err);
	if (rc != 0)
		return rc;
	bool *held = sat_arena_zeroed(arena, batch->leaves, sizeof *held);
	bool *in = sat_arena_zeroed(arena, batch->leaves, sizeof *in);
	uint8_t(*names)[SAT_HASH_BYTES] = sat_arena_take(arena, (count + 1) * sizeof *names);
	if (held == NULL || in == NULL || names == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; i < count; i++) {
		held[here[i].id - batch->first] = true;
		memcpy(names[i], here[i].name, SAT_HASH_BYTES);
	}
	in[decision - batch->first] = true;
	return sat_batch_narrow(batch, held, (const uint8_t(*)[SAT_HASH_BYTES])names, in, arena, err);
}

static int find_statement(sat_store *store, int64_t index, sat_proof *proof, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc =
	    sat_db_prepare(store->db, &s, "SELECT highest, signature FROM sat_incarnation WHERE id = ?", err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, index);
	rc = sat_step(store->db, s, err);
	size_t length = 0;
	const void *signature = rc == 1 ? sat_column_blob(s, 1, &length) : NULL;
	proof->highest = rc == 1 ? sat_column_int(s, 0) : 0;
	if (length == SAT_SIGNATURE_BYTES)
		memcpy(proof->incarnation_signature, signature, length);
	sat_db_finalize(store->db, &s);
	if (rc < 0)
		return rc;
	return length == SAT_SIGNATURE_BYTES && proof->highest >= proof->counter
	           ? 0
	           : sat_fail(err, SAT_ENOTFOUND,
	                      "its author's machine has not signed for it yet; it does with the next export");
}

/* Of several approvals any will do, as each names the keys: the newest. */
static int find_approval(sat_store *store, const sat_device *author, sat_arena *arena, sat_proof *proof,
                         sat_error *err)
{
	SAT_BYTES(object);
	int rc = sat_device_certificate(store, &author->device, &object, err);
	if (rc == 0 && object.length == 0)
		rc = sat_fail(err, SAT_ENOTFOUND, "headquarters' approval of %s is not here", author->name);
	if (rc != 0)
		return rc;
	proof->approval = sat_arena_copy(arena, object.data, object.length);
	proof->approval_bytes = object.length;
	return proof->approval == NULL ? sat_no_memory(err) : 0;
}

int sat_proof_make(sat_store *store, const sat_decision *d, bool details, sat_arena *arena, sat_proof *proof,
                   sat_error *err)
{
	sat_batch batch;
	sat_device author, registry;
	SAT_BYTES(subject);
	const sat_incarnation *incarnation = sat_incarnation_at(store, sat_dot_index(d->id));
	*proof = (sat_proof){ .decision = *d, .counter = sat_dot_counter(d->id) };
	if (incarnation == NULL || incarnation->device == 0)
		return sat_fail(err, SAT_ENOTFOUND, "nobody has said whose it is");
	memcpy(proof->incarnation, incarnation->name, SAT_INCARNATION_BYTES);
	int rc = sat_decision_put_subject(store, d->subject, &subject, err);
	if (rc == 0 && !sat_bytes_ok(&subject))
		rc = sat_no_memory(err);
	if (rc == 0)
		rc = find_path(store, d->id, &batch, arena, err);
	if (rc == 0)
		rc = sat_device_get(store, incarnation->device, &author, err);
	if (rc == 0)
		rc = sat_device_registry(store, &registry, err);
	if (rc == 0)
		rc = find_statement(store, sat_dot_index(d->id), proof, err);
	if (rc == 0 && !sat_device_equal(&author.device, &registry.device))
		rc = find_approval(store, &author, arena, proof, err);
	if (rc != 0)
		return rc;
	proof->subject_bytes = subject.length;
	memcpy(proof->subject, subject.data, subject.length);
	proof->first = sat_dot_counter(batch.first);
	proof->leaves = batch.leaves;
	memcpy(proof->signature, batch.signature, SAT_SIGNATURE_BYTES);
	proof->path = batch.proof;
	proof->path_count = batch.proof_count;
	proof->author = author.keys;
	proof->registry = registry.keys;
	if (!details) {
		memset(proof->decision.details, 0, sizeof proof->decision.details);
		memset(proof->decision.salt, 0, sizeof proof->decision.salt);
		proof->decision.claimed_time = 0;
		proof->decision.has_details = false;
	}
	return 0;
}

/* --- checking ------------------------------------------------------------------------------------- */

static int check_batch(const sat_proof *p, sat_error *err)
{
	bool in[SAT_BATCH_MAX] = { false };
	uint8_t root[SAT_HASH_BYTES], digest[SAT_HASH_BYTES];
	if (p->leaves == 0 || p->leaves > SAT_BATCH_MAX || p->first < 1 || p->counter < p->first ||
	    p->counter - p->first >= p->leaves)
		return sat_fail(err, SAT_EFORGED, "it is no part of what was signed");
	sat_batch batch = { .leaves = p->leaves, .proof = p->path, .proof_count = p->path_count };
	in[p->counter - p->first] = true;
	int rc = sat_batch_root(&batch, in, &p->decision.name, root, err);
	if (rc == 0)
		rc = sat_batch_digest_as(p->incarnation, p->first, p->leaves, root, digest, err);
	if (rc == SAT_EREFUSED)
		return sat_fail(err, SAT_EFORGED, "its proof does not fit");
	if (rc != 0)
		return rc;
	return sat_verify(&p->author, digest, p->signature)
	           ? 0
	           : sat_fail(err, SAT_EFORGED,
	                      "the signature does not hold: it was not written so by that machine");
}

static int check_incarnation(const sat_proof *p, sat_error *err)
{
	uint8_t digest[SAT_HASH_BYTES];
	sat_device_id device = sat_device_of(&p->author);
	sat_incarnation_digest(p->incarnation, &device, p->highest, digest);
	if (p->counter > p->highest || !sat_verify(&p->author, digest, p->incarnation_signature))
		return sat_fail(err, SAT_EFORGED, "the machine has not signed that it wrote under this name");
	return 0;
}

static int check_approval(const sat_proof *p, sat_approval *approved, sat_error *err)
{
	sat_device_id author = sat_device_of(&p->author), registry = sat_device_of(&p->registry);
	sat_statement st;
	*approved = (sat_approval){ .keys = p->author, .device = author, .role = SAT_REGISTRY };
	if (sat_device_equal(&author, &registry))
		return 0;
	if (p->approval == NULL || sat_statement_read(&st, p->approval, p->approval_bytes, NULL) != 0 ||
	    !sat_statement_signed_by(&st, p->approval, &p->registry) || !sat_approval_read(approved, &st) ||
	    !sat_device_equal(&approved->device, &author))
		return sat_fail(err, SAT_EFORGED, "headquarters' approval of the machine does not hold");
	return 0;
}

int sat_proof_check(sat_proof *p, sat_approval *approved, sat_error *err)
{
	int rc =
	    sat_decision_seal_as(p->incarnation, p->counter, p->subject, p->subject_bytes, &p->decision, err);
	if (rc == 0)
		rc = check_batch(p, err);
	if (rc == 0)
		rc = check_incarnation(p, err);
	return rc == 0 ? check_approval(p, approved, err) : rc;
}
