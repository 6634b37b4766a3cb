/* See consent.h. */
#include "consent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "concern.h"
#include "erase.h"
#include "gate.h"
#include "history.h"
#include "record.h"
#include "store-private.h"

/* --- names -------------------------------------------------------------------------------------- */

static const char *const event_names[] = {
	[SAT_REQUESTED] = "requested", [SAT_DEFERRED] = "deferred",       [SAT_REFUSED] = "refused",
	[SAT_GIVEN] = "given",         [SAT_RENEWED] = "renewed",         [SAT_WITHDRAWN] = "withdrawn",
	[SAT_REVOKED] = "revoked",     [SAT_EXPIRED] = "expired",         [SAT_INVALIDATED] = "invalidated",
	[SAT_ENTERED_IN_ERROR] = "entered_in_error",
};

static const char *const detail_names[SAT_DETAILS] = {
	"grantor", "relation", "method", "language", "interpreter", "witness", "evidence", "notice",
	"process", "dissent",
};

const char *sat_event_name(sat_event event)
{
	return event >= SAT_REQUESTED && event <= SAT_EVENT_LAST ? event_names[event] : NULL;
}

sat_event sat_event_of_name(const char *name)
{
	for (int i = SAT_REQUESTED; name != NULL && i <= SAT_EVENT_LAST; i++) {
		if (strcmp(event_names[i], name) == 0)
			return (sat_event)i;
	}
	return (sat_event)0;
}

const char *sat_detail_name(int detail) { return detail_names[detail]; }

/* --- cores -------------------------------------------------------------------------------------- */

static void put_text(sat_bytes *b, const char *text)
{
	sat_bytes_put_span(b, text, text == NULL ? 0 : strlen(text));
}

static int put_subject(sat_store *store, sat_dot subject, sat_bytes *core, sat_error *err)
{
	static const uint8_t zeros[SAT_INCARNATION_BYTES];
	if (!sat_dot_linked(subject)) {
		uint8_t name[SAT_UNLINKED_BYTES];
		sat_bytes_put(core, zeros, sizeof zeros);
		int rc = sat_unlinked_name(store, subject, name, err);
		sat_bytes_put(core, name, sizeof name);
		return rc;
	}
	const sat_incarnation *incarnation = sat_incarnation_at(store, sat_dot_index(subject));
	if (incarnation == NULL)
		return sat_fail(err, SAT_EDAMAGED, "a decision is about a record that cannot be named");
	sat_bytes_put(core, incarnation->name, SAT_INCARNATION_BYTES);
	sat_bytes_put_le64(core, (uint64_t)sat_dot_counter(subject));
	return 0;
}

static void commit_to_details(sat_decision *d, sat_bytes *scratch)
{
	sat_bytes_reset(scratch);
	sat_bytes_put(scratch, d->salt, SAT_SALT_BYTES);
	for (int i = 0; i < SAT_DETAILS; i++)
		put_text(scratch, d->details[i]);
	sat_bytes_put_zigzag(scratch, d->claimed_time);
	sat_hash(d->commitment, "satchel1commit", scratch->data, scratch->length);
}

static int seal_into(sat_store *store, sat_decision *d, sat_bytes *scratch, sat_error *err)
{
	if (d->has_details)
		commit_to_details(d, scratch);
	const sat_incarnation *author = sat_incarnation_at(store, sat_dot_index(d->id));
	if (author == NULL)
		return sat_fail(err, SAT_EDAMAGED, "a decision has no author");
	sat_bytes_reset(scratch);
	sat_bytes_put(scratch, author->name, SAT_INCARNATION_BYTES);
	sat_bytes_put_le64(scratch, (uint64_t)sat_dot_counter(d->id));
	int rc = put_subject(store, d->subject, scratch, err);
	if (rc != 0)
		return rc;
	put_text(scratch, d->purpose);
	sat_bytes_put_u8(scratch, (uint8_t)d->event);
	sat_bytes_put_u8(scratch, d->final);
	sat_bytes_put_varint(scratch, d->episode);
	sat_bytes_put_varint(scratch, (uint64_t)d->until);
	put_text(scratch, d->recipients);
	sat_bytes_put_varint(scratch, d->supersedes_count);
	sat_bytes_put(scratch, d->supersedes, d->supersedes_count * SAT_HASH_BYTES);
	sat_bytes_put(scratch, d->commitment, SAT_HASH_BYTES);
	if (!sat_bytes_ok(scratch))
		return sat_no_memory(err);
	sat_hash(d->name, "satchel1decision", scratch->data, scratch->length);
	return 0;
}

int sat_decision_seal(sat_store *store, sat_decision *decision, sat_error *err)
{
	SAT_BYTES(scratch);
	return seal_into(store, decision, &scratch, err);
}

/* --- the tree ----------------------------------------------------------------------------------- */

enum { ARITY = 8 };

static uint32_t parents(uint32_t nodes) { return (nodes + ARITY - 1) / ARITY; }

/* One pass up the tree.  `known[i]` says whether node i of a level is there; a node of which no leaf
 * is known takes its hash from the proof at the highest level where that is so. */
typedef struct tree {
	uint8_t (*hash)[SAT_HASH_BYTES];
	bool *known;          /* some leaf below is in */
	uint32_t count;
} tree;

/* The levels of a tree, leaves first; `known` is filled in, hashes are not. */
static int plan(tree levels[static 8], unsigned *depth, uint32_t leaves, const bool *in, sat_arena *arena,
                sat_error *err)
{
	*depth = 0;
	for (uint32_t n = leaves;; n = parents(n)) {
		tree *level = &levels[(*depth)++];
		level->count = n;
		level->hash = sat_arena_take(arena, (size_t)n * SAT_HASH_BYTES);
		level->known = sat_arena_zeroed(arena, n, sizeof *level->known);
		if (level->hash == NULL || level->known == NULL)
			return sat_no_memory(err);
		for (uint32_t i = 0; i < n; i++) {
			if (*depth == 1) {
				level->known[i] = in == NULL || in[i];
				continue;
			}
			for (uint32_t k = i * ARITY; k < (i + 1) * ARITY && k < level[-1].count; k++)
				level->known[i] = level->known[i] || level[-1].known[k];
		}
		if (n == 1)
			return 0;
	}
}

static void hash_node(const tree *below, uint32_t i, uint8_t hash[static SAT_HASH_BYTES])
{
	uint32_t first = i * ARITY;
	uint32_t n = below->count - first < ARITY ? below->count - first : ARITY;
	sat_hash(hash, "satchel1node", below->hash[first], (size_t)n * SAT_HASH_BYTES);
}

/* Visits, from the left, the largest subtrees that hold no known leaf. */
static int walk_unknown(tree *levels, unsigned level, uint32_t node, uint8_t **at, const uint8_t *end,
                        bool read)
{
	if (!levels[level].known[node]) {
		if (*at == end)
			return SAT_EREFUSED;
		if (read)
			memcpy(levels[level].hash[node], *at, SAT_HASH_BYTES);
		else
			memcpy(*at, levels[level].hash[node], SAT_HASH_BYTES);
		*at += SAT_HASH_BYTES;
		return 0;
	}
	int rc = 0;
	for (uint32_t k = node * ARITY; level > 0 && rc == 0 && k < (node + 1) * ARITY &&
	                                k < levels[level - 1].count; k++)
		rc = walk_unknown(levels, level - 1, k, at, end, read);
	return rc;
}

int sat_batch_root(const sat_batch *batch, const bool *in, const uint8_t (*here)[SAT_HASH_BYTES],
                   uint8_t root[static SAT_HASH_BYTES], sat_error *err)
{
	SAT_ARENA(arena);
	tree levels[8];
	unsigned depth;
	int rc = plan(levels, &depth, batch->leaves, in, &arena, err);
	if (rc != 0)
		return rc;
	size_t next = 0;
	for (uint32_t i = 0; i < batch->leaves; i++) {
		if (levels[0].known[i])
			memcpy(levels[0].hash[i], here[next++], SAT_HASH_BYTES);
	}
	uint8_t *at = (uint8_t *)batch->proof;
	const uint8_t *end = at == NULL ? NULL : at + batch->proof_count * SAT_HASH_BYTES;
	if (walk_unknown(levels, depth - 1, 0, &at, end, true) != 0 || at != end)
		return sat_fail(err, SAT_EREFUSED, "the proof of a batch of decisions does not fit");
	for (unsigned level = 1; level < depth; level++) {
		for (uint32_t i = 0; i < levels[level].count; i++) {
			if (levels[level].known[i])
				hash_node(&levels[level - 1], i, levels[level].hash[i]);
		}
	}
	memcpy(root, levels[depth - 1].hash[0], SAT_HASH_BYTES);
	return 0;
}

int sat_batch_proof(sat_batch *batch, const bool *in, const uint8_t (*all)[SAT_HASH_BYTES],
                    sat_arena *arena, sat_error *err)
{
	tree levels[8];
	unsigned depth;
	int rc = plan(levels, &depth, batch->leaves, in, arena, err);
	if (rc != 0)
		return rc;
	memcpy(levels[0].hash, all, (size_t)batch->leaves * SAT_HASH_BYTES);
	for (unsigned level = 1; level < depth; level++) {
		for (uint32_t i = 0; i < levels[level].count; i++)
			hash_node(&levels[level - 1], i, levels[level].hash[i]);
	}
	uint8_t *proof = sat_arena_take(arena, (size_t)batch->leaves * SAT_HASH_BYTES);
	if (proof == NULL)
		return sat_no_memory(err);
	uint8_t *at = proof;
	walk_unknown(levels, depth - 1, 0, &at, proof + (size_t)batch->leaves * SAT_HASH_BYTES, false);
	batch->proof = proof;
	batch->proof_count = (size_t)(at - proof) / SAT_HASH_BYTES;
	return 0;
}

int sat_batch_digest(sat_store *store, const sat_batch *batch, const uint8_t root[static SAT_HASH_BYTES],
                     uint8_t digest[static SAT_HASH_BYTES], sat_error *err)
{
	const sat_incarnation *author = sat_incarnation_at(store, sat_dot_index(batch->first));
	if (author == NULL)
		return sat_fail(err, SAT_EDAMAGED, "a batch of decisions has no author");
	SAT_BYTES(signed_bytes);
	sat_bytes_put(&signed_bytes, author->name, SAT_INCARNATION_BYTES);
	sat_bytes_put_le64(&signed_bytes, (uint64_t)sat_dot_counter(batch->first));
	sat_bytes_put_le64(&signed_bytes, batch->leaves);
	sat_bytes_put(&signed_bytes, root, SAT_HASH_BYTES);
	if (!sat_bytes_ok(&signed_bytes))
		return sat_no_memory(err);
	sat_hash(digest, "satchel1batch", signed_bytes.data, signed_bytes.length);
	return 0;
}

static int name_all(sat_store *store, const sat_batch *batch, sat_decision *decisions, size_t count,
                    uint8_t (*names)[SAT_HASH_BYTES], sat_arena *arena, sat_error *err)
{
	uint8_t *salts = sat_arena_take(arena, (size_t)batch->leaves * SAT_SALT_BYTES);
	if (salts == NULL)
		return sat_no_memory(err);
	if (batch->has_seed)
		sat_salts(salts, batch->leaves, batch->seed);
	SAT_BYTES(scratch);
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		sat_decision *d = &decisions[i];
		if (d->has_details && !d->own_salt)
			memcpy(d->salt, salts + (size_t)(d->id - batch->first) * SAT_SALT_BYTES, SAT_SALT_BYTES);
		rc = seal_into(store, d, &scratch, err);
		memcpy(names[i], d->name, SAT_HASH_BYTES);
	}
	return rc;
}

int sat_batch_verify(sat_store *store, const sat_batch *batch, const bool *in, sat_decision *decisions,
                     size_t count, const sat_public *author, sat_error *err)
{
	SAT_ARENA(arena);
	uint8_t(*names)[SAT_HASH_BYTES] = sat_arena_take(&arena, (count + 1) * SAT_HASH_BYTES);
	uint8_t root[SAT_HASH_BYTES], digest[SAT_HASH_BYTES];
	int rc = names == NULL ? sat_no_memory(err)
	                       : name_all(store, batch, decisions, count, names, &arena, err);
	if (rc == 0)
		rc = sat_batch_root(batch, in, (const uint8_t(*)[SAT_HASH_BYTES])names, root, err);
	if (rc == 0)
		rc = sat_batch_digest(store, batch, root, digest, err);
	if (rc == 0 && !sat_verify(author, digest, batch->signature))
		rc = sat_fail(err, SAT_EFORGED, "a decision about consent is not signed by who it says");
	return rc;
}

void sat_batch_salt(const sat_batch *batch, sat_dot decision, uint8_t salt[static SAT_SALT_BYTES])
{
	size_t leaf = (size_t)(decision - batch->first);
	uint8_t salts[SAT_BATCH_MAX * SAT_SALT_BYTES];
	sat_salts(salts, leaf + 1, batch->seed);
	memcpy(salt, salts + leaf * SAT_SALT_BYTES, SAT_SALT_BYTES);
	sat_wipe(salts, (leaf + 1) * SAT_SALT_BYTES);
}

/* --- rows --------------------------------------------------------------------------------------- */

static const char *copy_text(sat_stmt *row, int at, sat_arena *arena, int *rc)
{
	size_t length;
	const char *text = sat_column_text(row, at, &length);
	if (text == NULL)
		return NULL;
	const char *copy = sat_arena_copy(arena, text, length);
	if (copy == NULL)
		*rc = SAT_ENOMEM;
	return copy;
}

/* What a decision says, without its details. */
#define CORE_COLUMNS "id, subject, purpose, event, final, episode, until, recipients, supersedes"

static int read_core(sat_store *store, sat_stmt *row, sat_arena *arena, sat_decision *d, sat_error *err)
{
	int rc = 0;
	*d = (sat_decision){ .id = sat_column_int(row, 0),
		             .subject = sat_column_int(row, 1),
		             .event = (sat_event)sat_column_int(row, 3),
		             .final = sat_column_int(row, 4) != 0,
		             .episode = (uint32_t)sat_column_int(row, 5),
		             .until = (int32_t)sat_column_int(row, 6) };
	d->purpose = sat_column_is_int(row, 2) ? sat_purpose_name(store, (unsigned)sat_column_int(row, 2))
	                                       : copy_text(row, 2, arena, &rc);
	d->recipients = copy_text(row, 7, arena, &rc);
	size_t length;
	const void *blob = sat_column_blob(row, 8, &length);
	if (blob != NULL) {
		d->supersedes = sat_arena_copy(arena, blob, length);
		d->supersedes_count = length / SAT_HASH_BYTES;
	}
	if (rc != 0 || d->purpose == NULL || (d->supersedes_count > 0 && d->supersedes == NULL))
		return sat_no_memory(err);
	return 0;
}

int sat_consent_row(sat_store *store, sat_stmt *row, sat_arena *arena, sat_decision *d, sat_error *err)
{
	int rc = read_core(store, row, arena, d, err);
	if (rc != 0)
		return rc;
	for (int i = 0; i < SAT_DETAILS; i++)
		d->details[i] = copy_text(row, 9 + i, arena, &rc);
	d->claimed_time = sat_column_int(row, 19);
	size_t length;
	const void *blob = sat_column_blob(row, 20, &length);
	d->own_salt = blob != NULL && length == SAT_SALT_BYTES;
	if (d->own_salt)
		memcpy(d->salt, blob, length);
	blob = sat_column_blob(row, 21, &length);
	d->has_details = blob == NULL;
	if (blob != NULL && length == SAT_HASH_BYTES)
		memcpy(d->commitment, blob, length);
	return rc != 0 ? sat_no_memory(err) : 0;
}

/* The last batch of an incarnation that begins at or before `dot`: 1, or 0 when there is none. */
static int last_batch(sat_store *store, sat_dot dot, sat_arena *arena, sat_batch *batch, sat_error *err)
{
	int rc = SAT_SQL(store, batch_find,
	                 "SELECT id, leaves, seed, signature, proof FROM sat_batch "
	                 "WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.batch_find;
	sat_bind_int(s, 1, sat_dot_make(sat_dot_index(dot), 0));
	sat_bind_int(s, 2, dot);
	rc = sat_step(store->db, s, err);
	if (rc == 1) {
		*batch = (sat_batch){ .first = sat_column_int(s, 0), .leaves = (uint32_t)sat_column_int(s, 1) };
		size_t length;
		const void *seed = sat_column_blob(s, 2, &length);
		batch->has_seed = seed != NULL && length == SAT_SALT_BYTES;
		if (batch->has_seed)
			memcpy(batch->seed, seed, length);
		const void *signature = sat_column_blob(s, 3, &length);
		if (length == SAT_SIGNATURE_BYTES)
			memcpy(batch->signature, signature, length);
		const void *proof = sat_column_blob(s, 4, &length);
		batch->proof = proof == NULL ? NULL : sat_arena_copy(arena, proof, length);
		batch->proof_count = proof == NULL ? 0 : length / SAT_HASH_BYTES;
	}
	sat_reset(s);
	return rc;
}

int sat_batch_of(sat_store *store, sat_dot decision, sat_arena *arena, sat_batch *batch, sat_error *err)
{
	int rc = last_batch(store, decision, arena, batch, err);
	if (rc == 0 || (rc == 1 && decision - batch->first >= batch->leaves))
		return sat_fail(err, SAT_EDAMAGED, "a decision has lost its batch");
	return rc < 0 ? rc : 0;
}

static int read_subject(sat_store *store, sat_stmt *s, bool whole, sat_arena *arena, sat_decision **out,
                        size_t *count, sat_error *err)
{
	size_t room = 0;
	int rc;
	while ((rc = sat_step(store->db, s, err)) == 1) {
		if (*count == room) {
			room = room == 0 ? 8 : room * 2;
			sat_decision *grown = sat_arena_take(arena, room * sizeof *grown);
			if (grown == NULL) {
				rc = sat_no_memory(err);
				break;
			}
			if (*count > 0)
				memcpy(grown, *out, *count * sizeof *grown);
			*out = grown;
		}
		sat_decision *d = &(*out)[*count];
		rc = whole ? sat_consent_row(store, s, arena, d, err) : read_core(store, s, arena, d, err);
		if (rc != 0)
			break;
		++*count;
	}
	sat_reset(s);
	return rc;
}

static int name_each(sat_store *store, sat_decision *all, size_t count, sat_arena *arena, sat_error *err)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		sat_batch batch;
		/* Salts live with the batch; without them a name cannot be worked out. */
		if (all[i].has_details && !all[i].own_salt) {
			rc = sat_batch_of(store, all[i].id, arena, &batch, err);
			if (rc == 0)
				sat_batch_salt(&batch, all[i].id, all[i].salt);
		}
		if (rc == 0)
			rc = sat_decision_seal(store, &all[i], err);
	}
	return rc;
}

int sat_consent_of_subject(sat_store *store, sat_dot subject, bool names, sat_arena *arena,
                           sat_decision **out, size_t *count, sat_error *err)
{
#define OF_SUBJECT                                                                                      \
	" FROM sat_decided CROSS JOIN sat_decision ON id BETWEEN first AND first + count - 1 "               \
	"WHERE about = ? ORDER BY first, id"
	sat_stmt **slot = names ? &store->sql.consent_of_subject : &store->sql.consent_cores;
	*out = NULL;
	*count = 0;
	if (subject > store->last_subject)
		return 0;
	int rc = sat_db_prepare(store->db, slot,
	                        names ? "SELECT " SAT_CONSENT_COLUMNS OF_SUBJECT
	                              : "SELECT " CORE_COLUMNS OF_SUBJECT, err);
	if (rc != 0)
		return rc;
	sat_bind_int(*slot, 1, subject);
	rc = read_subject(store, *slot, names, arena, out, count, err);
	for (size_t i = 0; rc == 0 && !names && i < *count; i++) {
		if ((*out)[i].supersedes_count > 0)
			return sat_consent_of_subject(store, subject, true, arena, out, count, err);
	}
	return rc == 0 && names ? name_each(store, *out, *count, arena, err) : rc;
}

uint32_t sat_consent_episode(const sat_decision *all, size_t count, const char *purpose)
{
	uint32_t episode = 0;
	for (size_t i = 0; i < count; i++) {
		if (all[i].final && all[i].episode >= episode && strcmp(all[i].purpose, purpose) == 0)
			episode = all[i].episode + 1;
	}
	return episode;
}

/* What is empty stays NULL. */
static void bind_text(sat_stmt *s, int at, const char *text)
{
	if (text != NULL && text[0] != '\0')
		sat_bind_string(s, at, text);
}

enum { DECISION_COLUMNS = 22, ROWS_AT_ONCE = 8 };
#define ROW_1 "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
#define ROW_2 ROW_1 "," ROW_1
#define ROW_8 ROW_2 "," ROW_2 "," ROW_2 "," ROW_2
#define INSERT_DECISION "INSERT INTO sat_decision(" SAT_CONSENT_COLUMNS ") VALUES"

/* Binds one row whose first parameter is `at`; the others of it are NULL. */
static void bind_decision(sat_store *store, sat_stmt *s, int at, const sat_decision *d)
{
	sat_bind_int(s, at, d->id);
	sat_bind_int(s, at + 1, d->subject);
	sat_purposes bit = sat_purpose_find(store, d->purpose);
	bit != 0 ? sat_bind_int(s, at + 2, __builtin_ctzll(bit)) : sat_bind_string(s, at + 2, d->purpose);
	sat_bind_int(s, at + 3, d->event);
	if (d->final)
		sat_bind_int(s, at + 4, 1);
	sat_bind_int(s, at + 5, d->episode);
	if (d->until != 0)
		sat_bind_int(s, at + 6, d->until);
	bind_text(s, at + 7, d->recipients);
	if (d->supersedes_count > 0)
		sat_bind_blob(s, at + 8, d->supersedes, d->supersedes_count * SAT_HASH_BYTES);
	for (int i = 0; d->has_details && i < SAT_DETAILS; i++)
		bind_text(s, at + 9 + i, d->details[i]);
	if (d->has_details)
		sat_bind_int(s, at + 19, d->claimed_time);
	if (d->has_details && d->own_salt)
		sat_bind_blob(s, at + 20, d->salt, SAT_SALT_BYTES);
	if (!d->has_details)
		sat_bind_blob(s, at + 21, d->commitment, SAT_HASH_BYTES);
}

static int insert_decision(sat_store *store, const sat_decision *d, sat_error *err)
{
	int rc = SAT_SQL(store, consent_insert, INSERT_DECISION ROW_1 " ON CONFLICT(id) DO NOTHING");
	if (rc != 0)
		return rc;
	sat_bind_none(store->sql.consent_insert);
	bind_decision(store, store->sql.consent_insert, 1, d);
	return sat_run(store->db, store->sql.consent_insert, err);
}

/* Decisions none of which is here yet: several rows a statement take a fifth less time. */
static int insert_all(sat_store *store, const sat_decision *decisions, size_t count, sat_error *err)
{
	int rc = SAT_SQL(store, consent_insert_rows, INSERT_DECISION ROW_8);
	size_t done = 0;
	for (; rc == 0 && done + ROWS_AT_ONCE <= count; done += ROWS_AT_ONCE) {
		sat_bind_none(store->sql.consent_insert_rows);
		for (int i = 0; i < ROWS_AT_ONCE; i++)
			bind_decision(store, store->sql.consent_insert_rows, 1 + i * DECISION_COLUMNS,
			              &decisions[done + (size_t)i]);
		rc = sat_run(store->db, store->sql.consent_insert_rows, err);
	}
	for (; rc == 0 && done < count; done++)
		rc = insert_decision(store, &decisions[done], err);
	return rc;
}

/* Lists new decisions under their subjects.  `is_new` NULL: all of them are. */
static int list_decided(sat_store *store, const sat_decision *decisions, const bool *is_new, size_t count,
                        sat_error *err)
{
	int rc = SAT_SQL(store, decided_insert, "INSERT INTO sat_decided(about, first, count) VALUES(?, ?, ?)");
	sat_stmt *s = store->sql.decided_insert;
	for (size_t i = 0, end; rc == 0 && i < count; i = end) {
		const sat_decision *d = &decisions[i];
		end = i + 1;
		if (is_new != NULL && !is_new[i])
			continue;
		while (end < count && decisions[end].subject == d->subject &&
		       decisions[end].id == d->id + (sat_dot)(end - i) && (is_new == NULL || is_new[end]))
			end++;
		sat_bind_int(s, 1, d->subject);
		sat_bind_int(s, 2, d->id);
		sat_bind_int(s, 3, (int64_t)(end - i));
		rc = sat_run(store->db, s, err);
		if (d->subject > store->last_subject)
			store->last_subject = d->subject;
	}
	return rc;
}

static int insert_batch(sat_store *store, const sat_batch *batch, sat_error *err)
{
	int rc = SAT_SQL(store, batch_insert,
	                 "INSERT INTO sat_batch(id, leaves, seed, signature, proof) VALUES(?,?,?,?,?) "
	                 "ON CONFLICT(id) DO UPDATE SET seed = excluded.seed, proof = excluded.proof "
	                 "WHERE sat_batch.proof IS NOT NULL");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.batch_insert;
	sat_bind_int(s, 1, batch->first);
	sat_bind_int(s, 2, batch->leaves);
	batch->has_seed ? sat_bind_blob(s, 3, batch->seed, SAT_SALT_BYTES) : sat_bind_null(s, 3);
	sat_bind_blob(s, 4, batch->signature, SAT_SIGNATURE_BYTES);
	if (batch->proof_count > 0)
		sat_bind_blob(s, 5, batch->proof, batch->proof_count * SAT_HASH_BYTES);
	else
		sat_bind_null(s, 5);
	return sat_run(store->db, s, err);
}

/* --- what follows from a new decision ------------------------------------------------------------- */

/* Closed episodes erase; every change of a subject's decisions may change what the gate says about its
 * records.  Decisions about one subject mostly follow one another, so their records are touched once.
 * `is_new` NULL: all of them are. */
static int follow(sat_store *store, const sat_decision *decisions, const bool *is_new, size_t count,
                  sat_error *err)
{
	int rc = 0;
	size_t subjects = 0;
	sat_dot *subject = calloc(count + 1, sizeof *subject);
	if (subject == NULL)
		return sat_no_memory(err);
	bool touch = false, dead = false;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		const sat_decision *d = &decisions[i];
		bool fresh = is_new == NULL || is_new[i];
		touch = touch || fresh;
		dead = dead || (fresh && d->final);
		store->closed_subjects += fresh && d->final;
		if (i + 1 < count && decisions[i + 1].subject == d->subject)
			continue;
		if (dead)
			rc = sat_meta_set_int(store, "closed_subjects", store->closed_subjects, err);
		if (rc == 0 && dead)
			rc = sat_record_erase_dead(store, d->subject, err);
		if (touch)
			subject[subjects++] = d->subject;
		touch = dead = false;
	}
	if (rc == 0)
		rc = sat_record_touch_persons(store, subject, subjects, err);
	free(subject);
	return rc;
}

/* --- recording ---------------------------------------------------------------------------------- */

/* Gives a decision its episode and what it supersedes: every head of the present episode. */
static int place(sat_decision *d, const sat_decision *all, size_t count, sat_arena *arena, sat_error *err)
{
	d->episode = sat_consent_episode(all, count, d->purpose);
	uint8_t *names = NULL;
	size_t n = 0;
	for (size_t i = 0; i < count; i++) {
		const sat_decision *e = &all[i];
		if (e->episode != d->episode || strcmp(e->purpose, d->purpose) != 0)
			continue;
		bool head = true;
		for (size_t k = 0; head && k < count; k++) {
			for (size_t m = 0; head && m < all[k].supersedes_count; m++)
				head = memcmp(all[k].supersedes + m * SAT_HASH_BYTES, e->name,
				              SAT_HASH_BYTES) != 0;
		}
		if (!head || n == SAT_SUPERSEDES_MAX)
			continue;
		if (names == NULL && (names = sat_arena_take(arena, SAT_SUPERSEDES_MAX * SAT_HASH_BYTES)) == NULL)
			return sat_no_memory(err);
		memcpy(names + n++ * SAT_HASH_BYTES, e->name, SAT_HASH_BYTES);
	}
	d->supersedes = names;
	d->supersedes_count = n;
	return 0;
}

static int check_decision(sat_store *store, const sat_decision *d, sat_error *err)
{
	if (sat_purpose_find(store, d->purpose) == 0)
		return sat_fail(err, SAT_EINVALID, "\"%.60s\" is no purpose of this programme", d->purpose);
	if (sat_event_name(d->event) == NULL)
		return sat_fail(err, SAT_EINVALID, "that is no event of a decision");
	if (d->final && d->event != SAT_WITHDRAWN && d->event != SAT_REVOKED)
		return sat_fail(err, SAT_EINVALID, "only taking back is final");
	for (int i = 0; i < SAT_DETAILS; i++) {
		if (d->details[i] != NULL && !sat_utf8_valid(d->details[i], strlen(d->details[i])))
			return sat_fail(err, SAT_EINVALID, "the %s is not valid UTF-8", detail_names[i]);
	}
	return 0;
}

/* What is known about one subject while its decisions are recorded: those in the store, and those that
 * came before in the same call. */
typedef struct earlier {
	sat_dot subject;
	sat_decision *list;
	size_t count;
} earlier;

static int know_subject(sat_store *store, const sat_decision *all, size_t i, size_t count, earlier *known,
                        sat_arena *arena, sat_error *err)
{
	sat_decision *held;
	size_t held_count, room = 0;
	known->subject = all[i].subject;
	int rc = sat_consent_of_subject(store, known->subject, true, arena, &held, &held_count, err);
	if (rc != 0)
		return rc;
	for (size_t k = 0; k < count; k++)
		room += all[k].subject == known->subject;
	known->list = sat_arena_take(arena, (held_count + room) * sizeof *known->list);
	if (known->list == NULL)
		return sat_no_memory(err);
	if (held_count > 0)
		memcpy(known->list, held, held_count * sizeof *held);
	known->count = held_count;
	for (size_t k = 0; k < i; k++) {
		if (all[k].subject == known->subject)
			known->list[known->count++] = all[k];
	}
	return 0;
}

static int sign_batch(sat_store *store, const sat_identity *identity, const sat_decision *decisions,
                      sat_batch *batch, sat_arena *arena, sat_error *err)
{
	uint8_t(*names)[SAT_HASH_BYTES] = sat_arena_take(arena, (size_t)batch->leaves * SAT_HASH_BYTES);
	if (names == NULL)
		return sat_no_memory(err);
	for (uint32_t i = 0; i < batch->leaves; i++)
		memcpy(names[i], decisions[i].name, SAT_HASH_BYTES);
	uint8_t root[SAT_HASH_BYTES], digest[SAT_HASH_BYTES];
	int rc = sat_batch_root(batch, NULL, (const uint8_t(*)[SAT_HASH_BYTES])names, root, err);
	if (rc == 0)
		rc = sat_batch_digest(store, batch, root, digest, err);
	if (rc == 0)
		sat_sign(identity, digest, batch->signature);
	return rc;
}

static int number_and_seal(sat_store *store, sat_decision *decisions, size_t count, sat_batch *batch,
                           sat_arena *arena, sat_error *err)
{
	store->env->random(store->env->context, batch->seed, sizeof batch->seed);
	uint8_t *salts = sat_arena_take(arena, count * SAT_SALT_BYTES);
	if (salts == NULL)
		return sat_no_memory(err);
	sat_salts(salts, count, batch->seed);
	SAT_BYTES(scratch);
	earlier known = { 0 };
	int rc = sat_store_reserve(store, (int64_t)count, err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		sat_decision *d = &decisions[i];
		int64_t seq;
		rc = check_decision(store, d, err);
		if (rc == 0)
			rc = sat_store_next(store, &d->id, &seq, err);
		if (rc == 0 && known.subject != d->subject)
			rc = know_subject(store, decisions, i, count, &known, arena, err);
		if (rc == 0)
			rc = place(d, known.list, known.count, arena, err);
		d->has_details = true;
		d->own_salt = false;
		memcpy(d->salt, salts + i * SAT_SALT_BYTES, SAT_SALT_BYTES);
		if (rc == 0)
			rc = seal_into(store, d, &scratch, err);
		if (rc == 0)
			known.list[known.count++] = *d;
	}
	batch->first = decisions[0].id;
	batch->leaves = (uint32_t)count;
	batch->has_seed = true;
	return rc;
}

static size_t batch_bytes(const sat_decision *decisions, size_t count)
{
	size_t bytes = 0;
	for (size_t i = 0; i < count; i++) {
		bytes += 160 + (decisions[i].recipients == NULL ? 0 : strlen(decisions[i].recipients));
		for (int k = 0; k < SAT_DETAILS; k++)
			bytes += decisions[i].details[k] == NULL ? 0 : strlen(decisions[i].details[k]);
	}
	return bytes;
}

int sat_consent_record(sat_store *store, const sat_identity *identity, sat_decision *decisions,
                       size_t count, sat_error *err)
{
	if (count == 0)
		return 0;
	if (count > SAT_BATCH_MAX || batch_bytes(decisions, count) > SAT_BATCH_BYTES_MAX)
		return sat_fail(err, SAT_ELIMIT,
		                "these decisions are too many or too long to be saved together; save them in "
		                "several steps");
	SAT_ARENA(arena);
	sat_batch batch = { 0 };
	int rc = number_and_seal(store, decisions, count, &batch, &arena, err);
	if (rc == 0)
		rc = sign_batch(store, identity, decisions, &batch, &arena, err);
	if (rc == 0)
		rc = insert_batch(store, &batch, err);
	if (rc == 0)
		rc = insert_all(store, decisions, count, err);
	if (rc == 0)
		rc = list_decided(store, decisions, NULL, count, err);
	if (rc == 0)
		rc = follow(store, decisions, NULL, count, err);
	/* What they supersede lived here. */
	for (size_t i = 0; i < count; i++) {
		decisions[i].supersedes = NULL;
		decisions[i].supersedes_count = 0;
	}
	return rc;
}

/* --- admitting ---------------------------------------------------------------------------------- */

/* Details that arrive for a decision that is here without them are put in; the core proves itself by
 * the commitment, so nothing else can differ. */
static int fill_details(sat_store *store, const sat_decision *d, sat_error *err)
{
	int rc = SAT_SQL(store, consent_fill,
	                 "UPDATE sat_decision SET grantor=?, relation=?, method=?, language=?, interpreter=?, "
	                 "witness=?, evidence=?, notice=?, process=?, dissent=?, claimed_time=?, salt=?, "
	                 "commitment=NULL WHERE id=? AND commitment=?");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.consent_fill;
	sat_bind_none(s);
	for (int i = 0; i < SAT_DETAILS; i++)
		bind_text(s, 1 + i, d->details[i]);
	sat_bind_int(s, 11, d->claimed_time);
	sat_bind_blob(s, 12, d->salt, SAT_SALT_BYTES);
	sat_bind_int(s, 13, d->id);
	sat_bind_blob(s, 14, d->commitment, SAT_HASH_BYTES);
	rc = sat_run(store->db, s, err);
	if (rc == 0 && sat_db_changes(store->db) > 0)
		rc = sat_history_put(store, d->id, SAT_HISTORY_DECISION, sat_store_next_sequence(store), 0, NULL,
		                     err);
	return rc;
}

int sat_batch_known(sat_store *store, const sat_batch *batch, bool *known, sat_error *err)
{
	int rc = SAT_SQL(store, batch_known,
	                 "SELECT signature FROM sat_batch WHERE id = ?1 AND leaves = ?2 AND ?2 = (SELECT "
	                 "count(*) FROM sat_decision WHERE id BETWEEN ?1 AND ?1 + ?2 - 1 AND commitment IS NULL)");
	*known = false;
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.batch_known;
	sat_bind_int(s, 1, batch->first);
	sat_bind_int(s, 2, batch->leaves);
	rc = sat_step(store->db, s, err);
	size_t length = 0;
	const void *signature = rc == 1 ? sat_column_blob(s, 0, &length) : NULL;
	*known = length == SAT_SIGNATURE_BYTES && memcmp(signature, batch->signature, length) == 0;
	sat_reset(s);
	return rc < 0 ? rc : 0;
}

/* A dot belongs to one batch: what is passed on from here is proved by the signature that is kept for
 * it.  An author who signs another batch over dots of one that is here is refused, since with that kept
 * beside it neither could be proved to anybody.  Batches here do not overlap, so that the last one that
 * begins before the end of the new one is the one to look at. */
static int check_alone(sat_store *store, const sat_batch *batch, sat_error *err)
{
	SAT_ARENA(arena);
	sat_batch held;
	sat_dot last = batch->first + batch->leaves - 1;
	int rc = last_batch(store, last, &arena, &held, err);
	if (rc <= 0 || held.first + held.leaves <= batch->first)
		return rc < 0 ? rc : 0;
	if (held.first == batch->first && held.leaves == batch->leaves &&
	    memcmp(held.signature, batch->signature, SAT_SIGNATURE_BYTES) == 0)
		return 0;
	return sat_fail(err, SAT_EREFUSED, "it signs the same decisions in two ways");
}

/* The proof that came covers what is here after it was admitted, or nothing could be proved from it. */
static int check_covered(sat_store *store, const sat_batch *batch, size_t count, sat_error *err)
{
	if (batch->proof_count == 0)
		return 0;
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, "SELECT count(*) FROM sat_decision WHERE id BETWEEN ? AND ?", err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, batch->first);
	sat_bind_int(s, 2, batch->first + batch->leaves - 1);
	rc = sat_step(store->db, s, err);
	bool more = rc == 1 && sat_column_int(s, 0) > (int64_t)count;
	sat_db_finalize(store->db, &s);
	if (rc < 0)
		return rc;
	return more ? sat_fail(err, SAT_EREFUSED, "it brings another part of a batch of decisions than is here") : 0;
}

int sat_consent_admit(sat_store *store, const sat_batch *batch, const sat_decision *decisions, size_t count,
                      int64_t told, size_t *fresh, sat_error *err)
{
	*fresh = 0;
	int rc = check_alone(store, batch, err);
	if (rc != 0)
		return rc;
	bool *is_new = calloc(count + 1, sizeof *is_new);
	if (is_new == NULL)
		return sat_no_memory(err);
	/* New decisions of a batch follow one another, so that they need one run. */
	sat_dot run_first = 0, run_end = 0;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		rc = insert_decision(store, &decisions[i], err);
		is_new[i] = rc == 0 && sat_db_changes(store->db) > 0;
		if (is_new[i] && run_end == decisions[i].id) {
			run_end++;
		} else if (is_new[i]) {
			if (run_end > run_first)
				rc = sat_store_add_run(store, run_first, run_end - run_first, told, err);
			run_first = decisions[i].id;
			run_end = run_first + 1;
		} else if (rc == 0 && decisions[i].has_details) {
			rc = fill_details(store, &decisions[i], err);
		}
		*fresh += is_new[i];
	}
	if (rc == 0 && run_end > run_first)
		rc = sat_store_add_run(store, run_first, run_end - run_first, told, err);
	if (rc == 0 && *fresh > 0)
		rc = check_covered(store, batch, count, err);
	if (rc == 0 && *fresh > 0)
		rc = insert_batch(store, batch, err);
	if (rc == 0)
		rc = list_decided(store, decisions, is_new, count, err);
	if (rc == 0)
		rc = follow(store, decisions, is_new, count, err);
	free(is_new);
	return rc;
}
