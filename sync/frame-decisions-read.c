/* Reading the section of decisions, strictly; see frame-private.h and FORMAT.md, section 3.4. */
#include <string.h>

#include "frame-private.h"

/* What a decision takes at the least: its subject's counter, its purpose's index, event, flags, episode,
 * until, recipients, who is left out, notice, what is stated, number of superseded names and the byte that
 * tells of its details; then its texts and a time, or a commitment, which is longer. */
#define DECISION_BYTES_MIN (12u + SAT_DETAILS + 1u)

/* A terminated copy, NULL for an empty text; texts here hold no zero. */
static int terminate(sat_frame_reader *r, const sat_piece *text, const char **copy)
{
	*copy = text->length == 0 ? NULL : sat_arena_copy(r->arena, text->bytes, text->length);
	return text->length > 0 && *copy == NULL ? sat_frame_no_memory(r) : 0;
}

static int read_batch_head(sat_frame_reader *r, sat_cursor *c, size_t i, size_t *leaves_in)
{
	sat_frame_content *content = r->content;
	sat_batch *batch = &content->batches[i];
	uint64_t index = sat_cursor_varint(c), first = sat_cursor_varint(c), leaves = sat_cursor_varint(c);
	uint8_t flags = sat_cursor_u8(c);
	const uint8_t *signature = sat_cursor_take(c, SAT_SIGNATURE_BYTES);
	const uint8_t *seed = flags & 1 ? sat_cursor_take(c, SAT_SALT_BYTES) : NULL;
	if (!sat_cursor_ok(c) || index == 0 || index > r->name_count || leaves == 0 ||
	    leaves > SAT_BATCH_MAX || first == 0 || first > (uint64_t)SAT_COUNTER_END - leaves ||
	    (flags & ~3u) != 0)
		return sat_frame_breach(r, "a batch of decisions");
	*batch = (sat_batch){ .first = sat_dot_make(r->names[index], (int64_t)first),
		              .leaves = (uint32_t)leaves,
		              .has_seed = seed != NULL };
	memcpy(batch->signature, signature, SAT_SIGNATURE_BYTES);
	if (seed != NULL)
		memcpy(batch->seed, seed, SAT_SALT_BYTES);
	content->in[i] = NULL;
	content->decision_counts[i] = leaves;
	if (flags & 2) {
		const uint8_t *bits = sat_cursor_take(c, (leaves + 7) / 8);
		bool *in = sat_arena_zeroed(r->arena, leaves, 1);
		if (in == NULL)
			return sat_frame_no_memory(r);
		size_t n = 0;
		for (size_t k = 0; bits != NULL && k < (leaves + 7) / 8 * 8; k++) {
			bool set = bits[k / 8] >> (k % 8) & 1;
			if (k >= leaves && set)
				return sat_frame_breach(r, "a batch of decisions");
			if (k < leaves && set) {
				in[k] = true;
				n++;
			}
		}
		if (bits == NULL || n == leaves)
			return sat_frame_breach(r, "a batch of decisions");
		content->in[i] = in;
		content->decision_counts[i] = n;
	}
	*leaves_in += content->decision_counts[i];
	return 0;
}

static void number_decisions(sat_frame_content *content)
{
	size_t at = 0;
	for (size_t i = 0; i < content->batch_count; i++) {
		for (uint32_t leaf = 0; leaf < content->batches[i].leaves; leaf++) {
			if (content->in[i] == NULL || content->in[i][leaf])
				content->decisions[at++].id = content->batches[i].first + leaf;
		}
	}
}

/* --- cores ---------------------------------------------------------------------------------------- */

static int read_purposes(sat_frame_reader *r, sat_cursor *c, size_t m)
{
	sat_piece *texts;
	int rc = sat_frame_read_texts(r, c, m, &texts);
	for (size_t i = 0; rc == 0 && i < m; i++) {
		if (!sat_name_valid(texts[i].bytes, texts[i].length))
			return sat_frame_breach(r, "the name of a purpose");
		rc = terminate(r, &texts[i], &r->content->decisions[i].purpose);
	}
	return rc;
}

static int read_events(sat_frame_reader *r, sat_cursor *c, size_t m)
{
	const uint8_t *events = sat_cursor_take(c, m);
	const uint8_t *flags = sat_cursor_take(c, m);
	for (size_t i = 0; i < m; i++) {
		sat_decision *d = &r->content->decisions[i];
		if (events == NULL || flags == NULL || events[i] < 1 || events[i] > SAT_EVENT_LAST)
			return sat_frame_breach(r, "an event of a decision");
		d->event = (sat_event)events[i];
		if (!sat_decision_take_flags(d, flags[i]))
			return sat_frame_breach(r, "an event of a decision");
	}
	return 0;
}

/* A column of texts; `first` is where the first decision keeps its own. */
static int read_texts_of(sat_frame_reader *r, sat_cursor *c, size_t m, const char **first)
{
	sat_piece *texts;
	int rc = sat_frame_read_texts(r, c, m, &texts);
	for (size_t i = 0; rc == 0 && i < m; i++)
		rc = terminate(r, &texts[i], (const char **)(void *)((char *)(void *)first + i * sizeof(sat_decision)));
	return rc;
}

static int read_superseded(sat_frame_reader *r, sat_cursor *c, size_t m)
{
	uint64_t *counts;
	int rc = sat_frame_read_varints(r, c, m, SAT_SUPERSEDES_MAX, &counts);
	for (size_t i = 0; rc == 0 && i < m; i++) {
		sat_decision *d = &r->content->decisions[i];
		d->supersedes_count = (size_t)counts[i];
		d->supersedes = sat_cursor_take(c, d->supersedes_count * SAT_HASH_BYTES);
	}
	return rc == 0 && !sat_cursor_ok(c) ? sat_frame_breach(r, "decisions") : rc;
}

static int read_cores(sat_frame_reader *r, sat_cursor *c, size_t m)
{
	sat_decision *d = r->content->decisions;
	sat_dot *subjects;
	uint64_t *numbers;
	int rc = sat_frame_read_dots(r, c, m, &subjects);
	for (size_t i = 0; rc == 0 && i < m; i++)
		d[i].subject = subjects[i];
	if (rc == 0)
		rc = read_purposes(r, c, m);
	if (rc == 0)
		rc = read_events(r, c, m);
	if (rc == 0)
		rc = sat_frame_read_varints(r, c, m, UINT32_MAX - 1, &numbers);
	for (size_t i = 0; rc == 0 && i < m; i++)
		d[i].episode = (uint32_t)numbers[i];
	if (rc == 0)
		rc = sat_frame_read_varints(r, c, m, INT32_MAX, &numbers);
	for (size_t i = 0; rc == 0 && i < m; i++)
		d[i].until = (int32_t)numbers[i];
	if (rc == 0)
		rc = read_texts_of(r, c, m, &d->recipients);
	if (rc == 0)
		rc = read_texts_of(r, c, m, &d->withheld_from);
	if (rc == 0)
		rc = sat_frame_read_varints(r, c, m, UINT32_MAX, &numbers);
	for (size_t i = 0; rc == 0 && i < m; i++)
		d[i].notice = (uint32_t)numbers[i];
	if (rc == 0)
		rc = read_texts_of(r, c, m, &d->stated);
	for (size_t i = 0; rc == 0 && i < m; i++) {
		if (!sat_decision_each_stated(d[i].stated, NULL, NULL))
			return sat_frame_breach(r, "what the details of a decision state");
	}
	return rc == 0 ? read_superseded(r, c, m) : rc;
}

/* --- details and proofs --------------------------------------------------------------------------- */

static int read_details(sat_frame_reader *r, sat_cursor *c, size_t m)
{
	sat_decision *d = r->content->decisions;
	const uint8_t *states = sat_cursor_take(c, m);
	size_t n = 0;
	for (size_t i = 0; i < m; i++) {
		if (states == NULL || states[i] > 2)
			return sat_frame_breach(r, "details of a decision");
		d[i].has_details = states[i] != 0;
		d[i].own_salt = states[i] == 2;
		n += d[i].has_details;
	}
	for (int detail = 0; detail < SAT_DETAILS; detail++) {
		sat_piece *texts;
		int rc = sat_frame_read_texts(r, c, n, &texts);
		if (rc != 0)
			return rc;
		for (size_t i = 0, k = 0; rc == 0 && i < m; i++) {
			if (d[i].has_details)
				rc = terminate(r, &texts[k++], &d[i].details[detail]);
		}
		if (rc != 0)
			return rc;
	}
	int64_t at = 0;
	for (size_t i = 0; i < m; i++) {
		if (d[i].has_details && __builtin_add_overflow(at, sat_cursor_zigzag(c), &at))
			return sat_frame_breach(r, "the time of a decision");
		d[i].claimed_time = d[i].has_details ? at : 0;
	}
	for (size_t i = 0; i < m; i++) {
		const uint8_t *salt = d[i].own_salt ? sat_cursor_take(c, SAT_SALT_BYTES) : NULL;
		if (salt != NULL)
			memcpy(d[i].salt, salt, SAT_SALT_BYTES);
	}
	for (size_t i = 0; i < m; i++) {
		const uint8_t *commitment = d[i].has_details ? NULL : sat_cursor_take(c, SAT_HASH_BYTES);
		if (commitment != NULL)
			memcpy(d[i].commitment, commitment, SAT_HASH_BYTES);
	}
	return sat_cursor_ok(c) ? 0 : sat_frame_breach(r, "details of a decision");
}

/* How many hashes a batch without some of its leaves brings: the largest subtrees without a leaf that
 * is in.  Computed level by level, as the tree is built. */
static size_t proof_length(const bool *in, size_t leaves)
{
	size_t hashes = 0;
	bool known[SAT_BATCH_MAX];
	memcpy(known, in, leaves);
	for (size_t n = leaves; n > 1; n = (n + 7) / 8) {
		size_t above = (n + 7) / 8;
		for (size_t i = 0; i < above; i++) {
			bool any = false;
			size_t missing = 0;
			for (size_t k = i * 8; k < i * 8 + 8 && k < n; k++) {
				any = any || known[k];
				missing += !known[k];
			}
			hashes += any ? missing : 0;
			known[i] = any;
		}
	}
	return hashes + (known[0] ? 0 : 1);
}

int sat_frame_read_decisions(sat_frame_reader *r, sat_cursor *c)
{
	sat_frame_content *content = r->content;
	size_t b = sat_cursor_count(c, 4 + SAT_SIGNATURE_BYTES), m = 0;
	content->batches = sat_arena_zeroed(r->arena, b + 1, sizeof *content->batches);
	content->in = sat_arena_zeroed(r->arena, b + 1, sizeof *content->in);
	content->decision_counts = sat_arena_zeroed(r->arena, b + 1, sizeof *content->decision_counts);
	if (content->batches == NULL || content->in == NULL || content->decision_counts == NULL)
		return sat_frame_no_memory(r);
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < b; i++) {
		rc = read_batch_head(r, c, i, &m);
		if (rc == 0 && m > sat_cursor_left(c) / DECISION_BYTES_MIN)
			rc = sat_frame_breach(r, "decisions");
	}
	if (rc == 0)
		rc = sat_frame_spend(r, m);
	if (rc != 0)
		return rc;
	content->batch_count = b;
	content->decisions = sat_arena_zeroed(r->arena, m + 1, sizeof *content->decisions);
	if (content->decisions == NULL)
		return sat_frame_no_memory(r);
	content->decision_count = m;
	number_decisions(content);
	rc = read_cores(r, c, m);
	if (rc == 0)
		rc = read_details(r, c, m);
	for (size_t i = 0; rc == 0 && i < b; i++) {
		if (content->in[i] == NULL)
			continue;
		sat_batch *batch = &content->batches[i];
		batch->proof_count = proof_length(content->in[i], batch->leaves);
		batch->proof = sat_cursor_take(c, batch->proof_count * SAT_HASH_BYTES);
	}
	/* Details can be checked against their commitment only with a salt. */
	size_t at = 0;
	for (size_t i = 0; rc == 0 && i < b; at += content->decision_counts[i], i++) {
		for (size_t k = at; rc == 0 && k < at + content->decision_counts[i]; k++) {
			if (content->decisions[k].has_details && !content->decisions[k].own_salt &&
			    !content->batches[i].has_seed)
				rc = sat_frame_breach(r, "details without a salt");
		}
	}
	return rc == 0 && !sat_cursor_done(c) ? sat_frame_breach(r, "decisions") : rc;
}
