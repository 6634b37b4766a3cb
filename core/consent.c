/* See consent.h. */
#include "consent.h"

#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "concern.h"
#include "details.h"
#include "erase.h"
#include "erasure.h"
#include "life-cycle.h"
#include "permission.h"
#include "protocol.h"
#include "store-private.h"

/* --- what follows from a new decision ------------------------------------------------------------- */

/* A final decision closes its episode; a guardian's does so as soon as the person is said to have one. */
static bool may_close(const sat_store *store, const sat_decision *d)
{
	return d->final || (store->closed_subjects > 0 && strcmp(d->purpose, SAT_HAS_GUARDIAN) == 0);
}

/* What the new decisions about one subject come to. */
typedef struct news {
	sat_dot subject;
	bool fresh;                  /* there are any */
	bool dead;                   /* one may have closed an episode */
	sat_purposes purposes;       /* what they are about; a guardian has a say in everything */
} news;

static int add_news(sat_store *store, news *n, const sat_decision *d, sat_error *err)
{
	uint8_t name[SAT_ERASURE_NAME_BYTES];
	bool guardian = strcmp(d->purpose, SAT_HAS_GUARDIAN) == 0;
	n->fresh = true;
	n->dead = n->dead || may_close(store, d);
	n->purposes |= guardian ? ~UINT64_C(0) : sat_purpose_find(store, d->purpose);
	store->closed_subjects += d->final;
	if (!d->final)
		return 0;
	sat_erasure_of_decision(d, name);
	return sat_erasure_due(store, d->subject, name, err);
}

/* What is dead is erased, records first. */
static int erase_dead(sat_store *store, const news *n, sat_error *err)
{
	int rc = 0;
	if (n->dead)
		rc = sat_meta_set_int(store, "closed_subjects", store->closed_subjects, err);
	if (rc == 0 && n->dead)
		rc = sat_record_erase_dead(store, n->subject, err);
	/* Also details that arrive when it is over. */
	if (rc == 0 && (store->closed_subjects > 0 || store->tombstones > 0))
		rc = sat_details_erase_dead(store, n->subject, err);
	return rc;
}

/* Closed episodes erase; every change of a subject's decisions may change what the gate says about its
 * records, about details of its decisions, and about what it declined.  Decisions about one subject mostly
 * follow one another, so that this is done once.  `is_new` NULL: all of them are. */
static int follow(sat_store *store, const sat_decision *decisions, const bool *is_new, size_t count,
                  sat_error *err)
{
	int rc = 0;
	size_t subjects = 0;
	sat_dot *subject = calloc(count + 1, sizeof *subject);
	if (subject == NULL)
		return sat_no_memory(err);
	news n = { 0 };
	for (size_t i = 0; rc == 0 && i < count; i++) {
		n.subject = decisions[i].subject;
		if (is_new == NULL || is_new[i])
			rc = add_news(store, &n, &decisions[i], err);
		if (i + 1 < count && decisions[i + 1].subject == n.subject)
			continue;
		if (rc == 0 && n.fresh) {
			subject[subjects++] = n.subject;
			rc = erase_dead(store, &n, err);
			if (rc == 0)
				rc = sat_details_touch(store, n.subject, n.purposes, decisions[0].id,
				                       decisions[count - 1].id, err);
		}
		n = (news){ 0 };
	}
	if (rc == 0)
		rc = sat_protocol_heed(store, decisions, is_new, count, err);
	if (rc == 0)
		rc = sat_record_touch_persons(store, subject, subjects, err);
	for (size_t i = 0; rc == 0 && i < subjects; i++)
		rc = sat_ask_again(store, subject[i], err);
	free(subject);
	return rc;
}

/* --- recording ---------------------------------------------------------------------------------- */

static int refuse_turn(const sat_decision *d, sat_event before, sat_error *err)
{
	const char *after = sat_event_name(before);
	return sat_fail(err, SAT_EINVALID, "%s: \"%s\" cannot be said %s%s; say what the person answers now",
	                d->purpose, sat_event_name(d->event), after == NULL ? "before anything else" : "after ",
	                after == NULL ? "" : after);
}

/* Gives a decision its episode and what it supersedes: every head of its chain, from each of which it has
 * to follow. */
static int place(sat_decision *d, const sat_decision *all, size_t count, sat_arena *arena, sat_error *err)
{
	int32_t until;
	d->episode = sat_consent_episode(all, count, d->purpose);
	if (d->voice == SAT_GUARDIAN && !sat_state_in_force(all, count, SAT_HAS_GUARDIAN, &until))
		return sat_fail(err, SAT_EINVALID,
		                "a guardian decides only for somebody who is recorded as having one; record "
		                SAT_HAS_GUARDIAN " first");
	uint8_t *names = NULL;
	size_t n = 0;
	for (size_t i = 0; i < count; i++) {
		const sat_decision *e = &all[i];
		if (e->episode != d->episode || e->voice != d->voice || strcmp(e->purpose, d->purpose) != 0 ||
		    n == SAT_SUPERSEDES_MAX || !sat_decision_is_head(all, count, e))
			continue;
		if (!sat_event_may_follow(e->event, d->event))
			return refuse_turn(d, e->event, err);
		if (names == NULL && (names = sat_arena_take(arena, SAT_SUPERSEDES_MAX * SAT_HASH_BYTES)) == NULL)
			return sat_no_memory(err);
		memcpy(names + n++ * SAT_HASH_BYTES, e->name, SAT_HASH_BYTES);
	}
	if (n == 0 && !sat_event_may_follow((sat_event)0, d->event))
		return refuse_turn(d, (sat_event)0, err);
	d->supersedes = names;
	d->supersedes_count = n;
	return sat_details_state(d, all, count, arena, &d->stated, err);
}

static int check_decision(sat_store *store, const sat_decision *d, sat_error *err)
{
	bool state = sat_purpose_is_state(d->purpose);
	if (!state && sat_purpose_find(store, d->purpose) == 0)
		return sat_fail(err, SAT_EINVALID, "\"%.60s\" is no purpose of this programme", d->purpose);
	if (sat_event_name(d->event) == NULL)
		return sat_fail(err, SAT_EINVALID, "that is no event of a decision");
	if (d->final && d->event != SAT_WITHDRAWN && d->event != SAT_REVOKED)
		return sat_fail(err, SAT_EINVALID, "only taking back is final");
	if (state && d->final)
		return sat_fail(err, SAT_EINVALID, "%s can be ended, but not taken back for ever", d->purpose);
	if (state && d->voice != SAT_OWN_VOICE)
		return sat_fail(err, SAT_EINVALID, "%s is no question to a guardian", d->purpose);
	for (int i = 0; i < SAT_DETAILS; i++) {
		if (d->details[i] != NULL && !sat_utf8_valid(d->details[i], strlen(d->details[i])))
			return sat_fail(err, SAT_EINVALID, "the %s is not valid UTF-8", sat_detail_name(i));
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
			rc = sat_decision_seal_in(store, d, &scratch, err);
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

/* Signs, writes and follows one batch. */
static int record_batch(sat_store *store, const sat_identity *identity, sat_decision *decisions, size_t count,
                        sat_error *err)
{
	SAT_ARENA(arena);
	sat_batch batch = { 0 };
	int rc = number_and_seal(store, decisions, count, &batch, &arena, err);
	if (rc == 0)
		rc = sat_batch_sign(store, identity, decisions, &batch, err);
	if (rc == 0)
		rc = sat_batch_insert(store, &batch, err);
	if (rc == 0)
		rc = sat_decision_insert_all(store, decisions, count, err);
	if (rc == 0)
		rc = sat_decision_list(store, decisions, NULL, count, err);
	if (rc == 0)
		rc = follow(store, decisions, NULL, count, err);
	/* What they supersede lived here. */
	for (size_t i = 0; i < count; i++) {
		decisions[i].supersedes = NULL;
		decisions[i].supersedes_count = 0;
		decisions[i].stated = NULL;
	}
	return rc;
}

/* With what a decision about something under labels, or one that puts a label, is written: its subject, after the
 * other labels.  What is decided about a record goes to all who hold something of it, whom nothing tells of
 * others under the same labels, so that it must not share its numbers with these. */
static int written_with(sat_store *store, const sat_decision *d, sat_arena *arena, sat_records *with, sat_error *err)
{
	sat_records labels;
	int rc = sat_protocol_labels(store, &d->subject, 1, arena, &labels, err);
	*with = (sat_records){ 0 };
	if (rc != 0 || (labels.count == 0 && strcmp(d->purpose, SAT_PROTOCOL) != 0))
		return rc;
	with->at = sat_arena_take(arena, (labels.count + 2) * sizeof *with->at);
	if (with->at == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; i < labels.count; i++) {
		if (labels.at[i] != d->subject)
			with->at[with->count++] = labels.at[i];
	}
	/* Twice, so that no list of labels alone is the same. */
	with->at[with->count++] = d->subject;
	with->at[with->count++] = d->subject;
	return 0;
}

static bool same_records(const sat_records *a, const sat_records *b)
{
	return a->count == b->count && (a->count == 0 || memcmp(a->at, b->at, a->count * sizeof *a->at) == 0);
}

/* Decisions that follow one another are one batch when none is about something under labels, or all are about the
 * same record; mostly that is all. */
static int record_apart(sat_store *store, const sat_identity *identity, sat_decision *decisions, size_t count,
                        size_t *done, sat_error *err)
{
	SAT_ARENA(arena);
	sat_records with, next;
	int rc = written_with(store, &decisions[0], &arena, &with, err);
	for (*done = 1; rc == 0 && *done < count; ++*done) {
		rc = written_with(store, &decisions[*done], &arena, &next, err);
		if (rc == 0 && !same_records(&with, &next))
			break;
	}
	bool begins = !store->is_apart;
	if (rc == 0)
		rc = sat_apart_begin(store, with.at, with.count, err);
	if (rc == 0)
		rc = record_batch(store, identity, decisions, *done, err);
	if (begins)
		sat_apart_end(store);
	return rc;
}

static bool any_about_labels(const sat_store *store, const sat_decision *decisions, size_t count)
{
	bool any = sat_protocol_any(store);
	for (size_t i = 0; !any && i < count; i++)
		any = strcmp(decisions[i].purpose, SAT_PROTOCOL) == 0;
	return any;
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
	if (!any_about_labels(store, decisions, count))
		return record_batch(store, identity, decisions, count, err);
	int rc = 0;
	for (size_t at = 0, done = 0; rc == 0 && at < count; at += done)
		rc = record_apart(store, identity, decisions + at, count - at, &done, err);
	return rc;
}

/* --- admitting ---------------------------------------------------------------------------------- */

/* A dot belongs to one batch: what is passed on from here is proved by the signature that is kept for
 * it.  An author who signs another batch over dots of one that is here is refused, since with that kept
 * beside it neither could be proved to anybody.  Batches here do not overlap, so that the last one that
 * begins before the end of the new one is the one to look at. */
static int check_alone(sat_store *store, const sat_batch *batch, bool *nothing_here, sat_error *err)
{
	SAT_ARENA(arena);
	sat_batch held;
	sat_dot last = batch->first + batch->leaves - 1;
	int rc = sat_batch_last(store, last, &arena, &held, err);
	*nothing_here = rc == 0 || (rc == 1 && held.first + held.leaves <= batch->first);
	if (rc < 0 || *nothing_here)
		return rc < 0 ? rc : 0;
	if (held.first == batch->first && held.leaves == batch->leaves &&
	    memcmp(held.signature, batch->signature, SAT_SIGNATURE_BYTES) == 0)
		return 0;
	return sat_fail(err, SAT_EREFUSED, "it signs the same decisions in two ways");
}

/* Which leaves of a batch these decisions are, and their names. */
static int mark_leaves(const sat_batch *batch, const sat_decision *decisions, size_t count, sat_arena *arena,
                       bool **in, uint8_t (**names)[SAT_HASH_BYTES], sat_error *err)
{
	*in = sat_arena_zeroed(arena, batch->leaves, sizeof **in);
	*names = sat_arena_take(arena, (count + 1) * sizeof **names);
	if (*in == NULL || *names == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; i < count; i++) {
		(*in)[decisions[i].id - batch->first] = true;
		memcpy((*names)[i], decisions[i].name, SAT_HASH_BYTES);
	}
	return 0;
}

/* A part of a batch comes where another part is here, since labels let different senders send different ones: what
 * is then here is proved by the hashes of both. */
static int join_held(sat_store *store, sat_batch *batch, const sat_decision *decisions, size_t count,
                     sat_arena *arena, sat_error *err)
{
	sat_batch held;
	sat_decision *here;
	size_t here_count;
	bool *in, *held_in;
	uint8_t(*names)[SAT_HASH_BYTES], (*held_names)[SAT_HASH_BYTES];
	int rc = sat_batch_of(store, batch->first, arena, &held, err);
	if (rc == 0)
		rc = sat_consent_of_batch(store, &held, arena, &here, &here_count, err);
	if (rc == 0)
		rc = mark_leaves(batch, decisions, count, arena, &in, &names, err);
	if (rc == 0)
		rc = mark_leaves(batch, here, here_count, arena, &held_in, &held_names, err);
	return rc != 0 ? rc
	               : sat_batch_join(batch, in, (const uint8_t(*)[SAT_HASH_BYTES])names, &held, held_in,
	                                (const uint8_t(*)[SAT_HASH_BYTES])held_names, arena, err);
}

/* Details that come for a decision which is here without them; not those that were erased. */
static int fill(sat_store *store, const sat_decision *d, sat_error *err)
{
	SAT_ARENA(arena);
	sat_decision *all;
	size_t count;
	bool erased = false;
	if (store->closed_subjects == 0 && store->tombstones == 0)
		return sat_decision_fill(store, d, err);
	int rc = sat_record_erased(store, d->subject, &erased, err);
	if (rc == 0)
		rc = sat_consent_of_subject(store, d->subject, false, &arena, &all, &count, err);
	return rc != 0 || erased || sat_details_dead(store, d, all, count) ? rc : sat_decision_fill(store, d, err);
}

/* Writes those decisions of a batch that are not here, and details that are not. */
static int insert_missing(sat_store *store, const sat_batch *batch, const sat_decision *decisions, size_t count,
                          bool *is_new, sat_error *err)
{
	bool bare;
	int rc = sat_batch_bare(store, batch, &bare, err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		rc = sat_decision_insert(store, &decisions[i], err);
		is_new[i] = rc == 0 && sat_db_changes(store->db) > 0;
		if (rc == 0 && bare && !is_new[i] && decisions[i].has_details)
			rc = fill(store, &decisions[i], err);
	}
	return rc;
}

/* New decisions of a batch mostly follow one another, so that they need one run. */
static int add_runs(sat_store *store, const sat_decision *decisions, const bool *is_new, size_t count,
                    int64_t told, sat_error *err)
{
	int rc = 0;
	for (size_t i = 0, end; rc == 0 && i < count; i = end) {
		end = i + 1;
		if (!is_new[i])
			continue;
		while (end < count && is_new[end] && decisions[end].id == decisions[end - 1].id + 1)
			end++;
		rc = sat_store_add_run(store, decisions[i].id, (int64_t)(end - i), told, err);
	}
	return rc;
}

int sat_consent_admit(sat_store *store, const sat_batch *batch, const sat_decision *decisions, size_t count,
                      int64_t told, size_t *fresh, sat_error *err)
{
	SAT_ARENA(arena);
	sat_batch kept = *batch;
	bool nothing_here;
	*fresh = 0;
	int rc = check_alone(store, batch, &nothing_here, err);
	if (rc == 0 && !nothing_here && batch->proof_count > 0)
		rc = join_held(store, &kept, decisions, count, &arena, err);
	bool *is_new = rc != 0 ? NULL : sat_arena_zeroed(&arena, count + 1, sizeof *is_new);
	if (is_new == NULL)
		return rc != 0 ? rc : sat_no_memory(err);
	memset(is_new, nothing_here, count);
	if (nothing_here)
		rc = sat_decision_insert_all(store, decisions, count, err);
	else
		rc = insert_missing(store, batch, decisions, count, is_new, err);
	for (size_t i = 0; i < count; i++)
		*fresh += is_new[i];
	if (rc == 0)
		rc = add_runs(store, decisions, is_new, count, told, err);
	if (rc == 0 && *fresh > 0)
		rc = sat_batch_insert(store, &kept, err);
	if (rc == 0 && *fresh > 0 && batch->has_seed && !nothing_here)
		rc = sat_batch_unseed(store, batch->first, err);
	if (rc == 0)
		rc = sat_decision_list(store, decisions, is_new, count, err);
	return rc != 0 ? rc : follow(store, decisions, is_new, count, err);
}
