/* See decision-table.h. */
#include "decision-table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "life-cycle.h"
#include "permission.h"
#include "store-private.h"

/* --- reading ------------------------------------------------------------------------------------ */

/* `before` is a copy in the same arena that may well be the same text; or NULL. */
static const char *copy_text(sat_stmt *row, int at, const char *before, sat_arena *arena, int *rc)
{
	size_t length;
	const char *text = sat_column_text(row, at, &length);
	if (text == NULL)
		return NULL;
	if (before != NULL && strcmp(text, before) == 0)
		return before;
	const char *copy = sat_arena_copy(arena, text, length);
	if (copy == NULL)
		*rc = SAT_ENOMEM;
	return copy;
}

/* What a decision says, without its details. */
#define CORE_COLUMNS \
	"id, subject, purpose, event, flags, episode, until, recipients, withheld_from, notice_version, " \
	"stated, supersedes"
enum {
	AT_ID, AT_SUBJECT, AT_PURPOSE, AT_EVENT, AT_FLAGS, AT_EPISODE, AT_UNTIL, AT_RECIPIENTS, AT_WITHHELD_FROM,
	AT_NOTICE_VERSION, AT_STATED, AT_SUPERSEDES, AT_DETAILS, AT_TIME = AT_DETAILS + SAT_DETAILS, AT_SALT, AT_COMMITMENT,
	DECISION_COLUMNS,
};

static int read_core(sat_store *store, sat_stmt *row, sat_arena *arena, sat_decision *d, sat_error *err)
{
	int rc = 0;
	*d = (sat_decision){ .id = sat_column_int(row, AT_ID),
		             .subject = sat_column_int(row, AT_SUBJECT),
		             .event = (sat_event)sat_column_int(row, AT_EVENT),
		             .episode = (uint32_t)sat_column_int(row, AT_EPISODE),
		             .until = (int32_t)sat_column_int(row, AT_UNTIL),
		             .notice = (uint32_t)sat_column_int(row, AT_NOTICE_VERSION) };
	if (!sat_decision_take_flags(d, (uint8_t)sat_column_int(row, AT_FLAGS)))
		return sat_fail(err, SAT_EDAMAGED, "a decision in the store says what none can say");
	d->purpose = sat_column_is_int(row, AT_PURPOSE)
	                 ? sat_purpose_name(store, (unsigned)sat_column_int(row, AT_PURPOSE))
	                 : copy_text(row, AT_PURPOSE, NULL, arena, &rc);
	d->recipients = copy_text(row, AT_RECIPIENTS, NULL, arena, &rc);
	d->withheld_from = copy_text(row, AT_WITHHELD_FROM, NULL, arena, &rc);
	d->stated = copy_text(row, AT_STATED, NULL, arena, &rc);
	size_t length;
	const void *blob = sat_column_blob(row, AT_SUPERSEDES, &length);
	if (blob != NULL) {
		d->supersedes = sat_arena_copy(arena, blob, length);
		d->supersedes_count = length / SAT_HASH_BYTES;
	}
	if (rc != 0 || d->purpose == NULL || (d->supersedes_count > 0 && d->supersedes == NULL))
		return sat_no_memory(err);
	return 0;
}

int sat_consent_row(sat_store *store, sat_stmt *row, const sat_decision *before, sat_arena *arena,
                    sat_decision *d, sat_error *err)
{
	int rc = read_core(store, row, arena, d, err);
	if (rc != 0)
		return rc;
	for (int i = 0; i < SAT_DETAILS; i++)
		d->details[i] = copy_text(row, AT_DETAILS + i, before == NULL ? NULL : before->details[i], arena, &rc);
	d->claimed_time = sat_column_int(row, AT_TIME);
	size_t length;
	const void *blob = sat_column_blob(row, AT_SALT, &length);
	d->own_salt = blob != NULL && length == SAT_SALT_BYTES;
	if (d->own_salt)
		memcpy(d->salt, blob, length);
	blob = sat_column_blob(row, AT_COMMITMENT, &length);
	d->has_details = blob == NULL;
	if (blob != NULL && length == SAT_HASH_BYTES)
		memcpy(d->commitment, blob, length);
	return rc != 0 ? sat_no_memory(err) : 0;
}

/* The last batch of an incarnation that begins at or before `dot`: 1, or 0 when there is none. */
int sat_batch_last(sat_store *store, sat_dot dot, sat_arena *arena, sat_batch *batch, sat_error *err)
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
	int rc = sat_batch_last(store, decision, arena, batch, err);
	if (rc == 0 || (rc == 1 && decision - batch->first >= batch->leaves))
		return sat_fail(err, SAT_EDAMAGED, "a decision has lost its batch");
	return rc < 0 ? rc : 0;
}

/* A list of decisions in an arena, which doubles. */
typedef struct list {
	sat_decision *at;
	size_t count, room;
} list;

static sat_decision *next_of(list *l, sat_arena *arena, sat_error *err)
{
	if (l->count == l->room) {
		size_t room = l->room == 0 ? 8 : l->room * 2;
		sat_decision *grown = sat_arena_take(arena, room * sizeof *grown);
		if (grown == NULL) {
			sat_no_memory(err);
			return NULL;
		}
		if (l->count > 0)
			memcpy(grown, l->at, l->count * sizeof *grown);
		l->at = grown;
		l->room = room;
	}
	return &l->at[l->count];
}

static int read_subject(sat_store *store, sat_stmt *s, bool whole, sat_arena *arena, sat_decision **out,
                        size_t *count, sat_error *err)
{
	list l = { 0 };
	int rc;
	while ((rc = sat_step(store->db, s, err)) == 1) {
		sat_decision *d = next_of(&l, arena, err);
		rc = d == NULL ? SAT_ENOMEM
		     : whole   ? sat_consent_row(store, s, l.count == 0 ? NULL : d - 1, arena, d, err)
		               : read_core(store, s, arena, d, err);
		if (rc != 0)
			break;
		l.count++;
	}
	sat_reset(s);
	*out = l.at;
	*count = l.count;
	return rc;
}

int sat_consent_each_subject(sat_store *store, sat_dot first, sat_dot last, sat_arena *arena,
                             int (*each)(void *context, sat_dot subject, const sat_decision *decisions,
                                         size_t count, sat_error *err),
                             void *context, sat_error *err)
{
	int rc = SAT_SQL(store, consent_between,
	                 "SELECT " CORE_COLUMNS " FROM sat_decided CROSS JOIN sat_decision ON id BETWEEN first "
	                 "AND first + count - 1 WHERE about BETWEEN ? AND ? ORDER BY about, first, id");
	if (rc != 0 || first > store->last_subject)
		return rc;
	sat_stmt *s = store->sql.consent_between;
	sat_bind_int(s, 1, first);
	sat_bind_int(s, 2, last);
	list l = { 0 };
	while ((rc = sat_step(store->db, s, err)) == 1) {
		if (l.count > 0 && l.at[0].subject != sat_column_int(s, 1)) {
			if ((rc = each(context, l.at[0].subject, l.at, l.count, err)) != 0)
				break;
			sat_arena_reset(arena);
			l = (list){ 0 };
		}
		sat_decision *d = next_of(&l, arena, err);
		if ((rc = d == NULL ? SAT_ENOMEM : read_core(store, s, arena, d, err)) != 0)
			break;
		l.count++;
	}
	sat_reset(s);
	return rc == 0 && l.count > 0 ? each(context, l.at[0].subject, l.at, l.count, err) : rc;
}

int sat_consent_each_sitting(sat_store *store, sat_dot first, sat_dot last,
                             int (*each)(void *context, const sat_sitting *sitting, sat_error *err),
                             void *context, sat_error *err)
{
	int rc = SAT_SQL(store, sittings,
	                 "SELECT about, yes, no, some, only_to, explained FROM sat_decided WHERE about BETWEEN ? AND ? "
	                 "ORDER BY about");
	if (rc != 0 || first > store->last_subject)
		return rc;
	sat_stmt *s = store->sql.sittings;
	sat_bind_int(s, 1, first);
	sat_bind_int(s, 2, last);
	while ((rc = sat_step(store->db, s, err)) == 1) {
		sat_sitting sitting = { .subject = sat_column_int(s, 0),
			                .summed = !sat_column_is_null(s, 1),
			                .yes = (sat_purposes)sat_column_int(s, 1),
			                .no = (sat_purposes)sat_column_int(s, 2),
			                .some = (sat_purposes)sat_column_int(s, 3),
			                .notice = (uint32_t)sat_column_int(s, 5) };
		sitting.only_to = sitting.some == 0 ? NULL : sat_column_text(s, 4, NULL);
		if ((rc = each(context, &sitting, err)) != 0)
			break;
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

int sat_consent_of_batch(sat_store *store, const sat_batch *batch, sat_arena *arena, sat_decision **out, size_t *count,
                         sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s,
	                        "SELECT " SAT_CONSENT_COLUMNS " FROM sat_decision WHERE id BETWEEN ? AND ? ORDER BY id",
	                        err);
	*out = NULL;
	*count = 0;
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, batch->first);
	sat_bind_int(s, 2, batch->first + batch->leaves - 1);
	while ((rc = sat_step(store->db, s, err)) == 1) {
		*out = sat_arena_grown(arena, *out, *count, sizeof **out);
		if (*out == NULL) {
			rc = sat_no_memory(err);
			break;
		}
		sat_decision *d = &(*out)[(*count)++];
		rc = sat_consent_row(store, s, NULL, arena, d, err);
		if (rc == 0 && d->has_details && !d->own_salt)
			sat_batch_salt(batch, d->id, d->salt);
		if (rc == 0)
			rc = sat_decision_seal(store, d, err);
		if (rc != 0)
			break;
	}
	sat_db_finalize(store->db, &s);
	return rc;
}

/* --- writing ------------------------------------------------------------------------------------ */

/* What is empty stays NULL. */
static void bind_text(sat_stmt *s, int at, const char *text)
{
	if (text != NULL && text[0] != '\0')
		sat_bind_string(s, at, text);
}

enum { ROWS_AT_ONCE = 8 };
#define ROW_1 "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
#define ROW_2 ROW_1 "," ROW_1
#define ROW_8 ROW_2 "," ROW_2 "," ROW_2 "," ROW_2
#define INSERT_DECISION "INSERT INTO sat_decision(" SAT_CONSENT_COLUMNS ") VALUES"

/* Binds one row whose first parameter is `at`; the others of it are NULL. */
static void bind_decision(sat_store *store, sat_stmt *s, int at, const sat_decision *d)
{
	sat_bind_int(s, at + AT_ID, d->id);
	sat_bind_int(s, at + AT_SUBJECT, d->subject);
	sat_purposes bit = sat_purpose_find(store, d->purpose);
	bit != 0 ? sat_bind_int(s, at + AT_PURPOSE, __builtin_ctzll(bit))
	         : sat_bind_string(s, at + AT_PURPOSE, d->purpose);
	sat_bind_int(s, at + AT_EVENT, d->event);
	if (sat_decision_flags(d) != 0)
		sat_bind_int(s, at + AT_FLAGS, sat_decision_flags(d));
	sat_bind_int(s, at + AT_EPISODE, d->episode);
	if (d->until != 0)
		sat_bind_int(s, at + AT_UNTIL, d->until);
	bind_text(s, at + AT_RECIPIENTS, d->recipients);
	bind_text(s, at + AT_WITHHELD_FROM, d->withheld_from);
	if (d->notice != 0)
		sat_bind_int(s, at + AT_NOTICE_VERSION, d->notice);
	bind_text(s, at + AT_STATED, d->stated);
	if (d->supersedes_count > 0)
		sat_bind_blob(s, at + AT_SUPERSEDES, d->supersedes, d->supersedes_count * SAT_HASH_BYTES);
	for (int i = 0; d->has_details && i < SAT_DETAILS; i++)
		bind_text(s, at + AT_DETAILS + i, d->details[i]);
	if (d->has_details)
		sat_bind_int(s, at + AT_TIME, d->claimed_time);
	if (d->has_details && d->own_salt)
		sat_bind_blob(s, at + AT_SALT, d->salt, SAT_SALT_BYTES);
	if (!d->has_details)
		sat_bind_blob(s, at + AT_COMMITMENT, d->commitment, SAT_HASH_BYTES);
}

int sat_decision_insert(sat_store *store, const sat_decision *d, sat_error *err)
{
	int rc = SAT_SQL(store, consent_insert, INSERT_DECISION ROW_1 " ON CONFLICT(id) DO NOTHING");
	if (rc != 0)
		return rc;
	sat_bind_none(store->sql.consent_insert);
	bind_decision(store, store->sql.consent_insert, 1, d);
	return sat_run(store->db, store->sql.consent_insert, err);
}

/* Decisions none of which is here yet: several rows a statement take a fifth less time. */
int sat_decision_insert_all(sat_store *store, const sat_decision *decisions, size_t count, sat_error *err)
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
		rc = sat_decision_insert(store, &decisions[done], err);
	return rc;
}

/* Adds a decision to the sum of its sitting; false when it hangs on more than the sum can say. */
static bool add_up(sat_store *store, sat_sitting *sitting, const sat_decision *d)
{
	sat_purposes bit = sat_purpose_find(store, d->purpose);
	bool given = sat_event_permits(d->event);
	bool limited = given && d->recipients != NULL && d->recipients[0] != '\0';
	if (bit == 0 || bit == SAT_PURPOSE_NEVER || d->episode != 0 || d->final || d->until != 0 ||
	    d->supersedes_count > 0 || d->voice != SAT_OWN_VOICE || d->withheld_from != NULL ||
	    sat_purpose_is_state(d->purpose) || !sat_event_may_follow((sat_event)0, d->event))
		return false;
	if (given && d->notice < sitting->notice)
		sitting->notice = d->notice;
	if (limited && sitting->only_to != NULL && strcmp(sitting->only_to, d->recipients) != 0)
		return false;
	if (limited)
		sitting->only_to = d->recipients;
	*(limited ? &sitting->some : given ? &sitting->yes : &sitting->no) |= bit;
	return true;
}

static int list_sitting(sat_store *store, const sat_decision *decisions, size_t count, sat_error *err)
{
	sat_sitting sitting = { .summed = true, .notice = UINT32_MAX };
	for (size_t i = 0; sitting.summed && i < count; i++)
		sitting.summed = add_up(store, &sitting, &decisions[i]);
	sat_stmt *s = store->sql.decided_insert;
	sat_bind_none(s);
	sat_bind_int(s, 1, decisions[0].subject);
	sat_bind_int(s, 2, decisions[0].id);
	sat_bind_int(s, 3, (int64_t)count);
	if (sitting.summed) {
		sat_bind_int(s, 4, (int64_t)sitting.yes);
		sat_bind_int(s, 5, (int64_t)sitting.no);
	}
	if (sitting.summed && sitting.some != 0) {
		sat_bind_int(s, 6, (int64_t)sitting.some);
		sat_bind_string(s, 7, sitting.only_to);
	}
	if (sitting.summed && sitting.notice != 0)
		sat_bind_int(s, 8, sitting.notice);
	return sat_run(store->db, s, err);
}

int sat_decision_list(sat_store *store, const sat_decision *decisions, const bool *is_new, size_t count,
                        sat_error *err)
{
	int rc = SAT_SQL(store, decided_insert,
	                 "INSERT INTO sat_decided(about, first, count, yes, no, some, only_to, explained) "
	                 "VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
	for (size_t i = 0, end; rc == 0 && i < count; i = end) {
		const sat_decision *d = &decisions[i];
		end = i + 1;
		if (is_new != NULL && !is_new[i])
			continue;
		while (end < count && decisions[end].subject == d->subject &&
		       decisions[end].id == d->id + (sat_dot)(end - i) && (is_new == NULL || is_new[end]))
			end++;
		rc = list_sitting(store, d, end - i, err);
		if (d->subject > store->last_subject)
			store->last_subject = d->subject;
	}
	return rc;
}

int sat_batch_insert(sat_store *store, const sat_batch *batch, sat_error *err)
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

/* Details that arrive for a decision that is here without them are put in; the core proves itself by
 * the commitment, so nothing else can differ. */
int sat_decision_fill(sat_store *store, const sat_decision *d, sat_error *err)
{
	int rc = SAT_SQL(store, consent_fill,
	                 "UPDATE sat_decision SET grantor=?, relation=?, method=?, language=?, interpreter=?, "
	                 "witness=?, evidence=?, notice=?, process=?, dissent=?, terms=?, claimed_time=?, salt=?, "
	                 "commitment=NULL WHERE id=? AND commitment=?");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.consent_fill;
	sat_bind_none(s);
	for (int i = 0; i < SAT_DETAILS; i++)
		bind_text(s, 1 + i, d->details[i]);
	sat_bind_int(s, SAT_DETAILS + 1, d->claimed_time);
	sat_bind_blob(s, SAT_DETAILS + 2, d->salt, SAT_SALT_BYTES);
	sat_bind_int(s, SAT_DETAILS + 3, d->id);
	sat_bind_blob(s, SAT_DETAILS + 4, d->commitment, SAT_HASH_BYTES);
	rc = sat_run(store->db, s, err);
	if (rc == 0 && sat_db_changes(store->db) > 0)
		rc = sat_history_put(store, d->id, SAT_HISTORY_DECISION, sat_store_next_sequence(store), 0, NULL,
		                     err);
	return rc;
}

int sat_decision_bare(sat_store *store, const sat_decision *d, sat_error *err)
{
	int rc = SAT_SQL(store, consent_bare,
	                 "UPDATE sat_decision SET grantor=NULL, relation=NULL, method=NULL, language=NULL, "
	                 "interpreter=NULL, witness=NULL, evidence=NULL, notice=NULL, process=NULL, dissent=NULL, "
	                 "terms=NULL, claimed_time=NULL, salt=NULL, commitment=?2 WHERE id=?1 AND commitment IS NULL");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.consent_bare, 1, d->id);
	sat_bind_blob(store->sql.consent_bare, 2, d->commitment, SAT_HASH_BYTES);
	return sat_run(store->db, store->sql.consent_bare, err);
}

static int give_own_salts(sat_store *store, const sat_batch *batch, sat_error *err)
{
	SAT_ARENA(arena);
	uint8_t *salts = sat_arena_take(&arena, (size_t)batch->leaves * SAT_SALT_BYTES);
	sat_stmt *s = NULL;
	if (salts == NULL)
		return sat_no_memory(err);
	sat_salts(salts, batch->leaves, batch->seed);
	int rc = sat_db_prepare(store->db, &s,
	                        "UPDATE sat_decision SET salt = ? WHERE id = ? AND salt IS NULL AND commitment IS NULL",
	                        err);
	for (uint32_t i = 0; rc == 0 && i < batch->leaves; i++) {
		sat_bind_blob(s, 1, salts + (size_t)i * SAT_SALT_BYTES, SAT_SALT_BYTES);
		sat_bind_int(s, 2, batch->first + i);
		rc = sat_run(store->db, s, err);
	}
	sat_db_finalize(store->db, &s);
	sat_wipe(salts, (size_t)batch->leaves * SAT_SALT_BYTES);
	return rc;
}

int sat_batch_bare(sat_store *store, const sat_batch *batch, bool *bare, sat_error *err)
{
	int rc = SAT_SQL(store, batch_bare,
	                 "SELECT EXISTS (SELECT 1 FROM sat_decision WHERE commitment IS NOT NULL AND id BETWEEN ? AND ?)");
	*bare = false;
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.batch_bare, 1, batch->first);
	sat_bind_int(store->sql.batch_bare, 2, batch->first + batch->leaves - 1);
	rc = sat_step(store->db, store->sql.batch_bare, err);
	*bare = rc == 1 && sat_column_int(store->sql.batch_bare, 0) != 0;
	sat_reset(store->sql.batch_bare);
	return rc < 0 ? rc : 0;
}

int sat_batch_unseed(sat_store *store, sat_dot decision, sat_error *err)
{
	SAT_ARENA(arena);
	sat_batch batch;
	bool bare = false;
	sat_stmt *s = NULL;
	int rc = sat_batch_of(store, decision, &arena, &batch, err);
	if (rc == 0 && batch.has_seed)
		rc = sat_batch_bare(store, &batch, &bare, err);
	if (rc != 0 || !bare)
		return rc;
	rc = sat_db_prepare(store->db, &s, "UPDATE sat_batch SET seed = NULL WHERE id = ?", err);
	if (rc == 0) {
		sat_bind_int(s, 1, batch.first);
		rc = sat_run(store->db, s, err);
	}
	sat_db_finalize(store->db, &s);
	return rc == 0 ? give_own_salts(store, &batch, err) : rc;
}

int sat_batch_known(sat_store *store, const sat_batch *batch, bool *known, sat_error *err)
{
	int rc = SAT_SQL(store, batch_known,
	                 "SELECT signature FROM sat_batch WHERE id = ?1 AND leaves = ?2 AND ?2 = (SELECT count(*) "
	                 "FROM sat_decision WHERE id BETWEEN ?1 AND ?1 + ?2 - 1) AND NOT EXISTS (SELECT 1 "
	                 "FROM sat_decision WHERE id BETWEEN ?1 AND ?1 + ?2 - 1 AND commitment IS NOT NULL)");
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
