/* Reading frames, strictly; see frame.h and FORMAT.md, section 3.
 *
 * The bytes were signed by an approved sender, so what is wrong here is that sender's doing: the frame
 * is refused, and with it the bundle.  Nothing is allocated on a promise: a count is first held against
 * the bytes that are left, and cells are counted over the whole frame.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/incarnation.h"
#include "frame.h"

typedef struct reader {
	sat_store *store;
	sat_arena *arena;
	int64_t *names;          /* the frame's table: indices of the store, from 1 */
	size_t name_count;
	size_t cells;            /* allocated so far */
	sat_frame_content *content;
	sat_error *err;
} reader;

static int breach(reader *r, const char *what)
{
	return sat_fail(r->err, SAT_EREFUSED, "its sender wrote a frame that breaks the format (%s)", what);
}

static int no_memory(reader *r) { return sat_fail(r->err, SAT_ENOMEM, "out of memory"); }

/* --- parts -------------------------------------------------------------------------------------- */

/* Counts cells before they are allocated. */
static int spend(reader *r, size_t cells)
{
	if (cells > SAT_FRAME_CELLS_MAX || r->cells + cells > SAT_FRAME_CELLS_MAX)
		return sat_fail(r->err, SAT_ELIMIT, "a frame would expand to more than is accepted");
	r->cells += cells;
	return 0;
}

/* Text that is at most `room` - 1 bytes into a fixed field. */
static bool take_name(sat_cursor *c, char *name)
{
	sat_cursor span = sat_cursor_span(c);
	size_t n = sat_cursor_left(&span);
	if (!sat_cursor_ok(c) || n >= SAT_NAME_BYTES || !sat_name_valid((const char *)span.at, n))
		return false;
	memcpy(name, span.at, n);
	name[n] = '\0';
	return true;
}

static int read_runs(reader *r, sat_cursor *c, size_t count, sat_dot *dots)
{
	uint64_t last = UINT64_MAX;
	for (size_t i = 0; i < count;) {
		uint64_t index = sat_cursor_varint(c), length = sat_cursor_varint(c);
		if (!sat_cursor_ok(c) || index > r->name_count || length == 0 || length > count - i ||
		    index == last)
			return breach(r, "a list of dots");
		last = index;
		/* The index stands in each dot until its counter is read. */
		for (uint64_t k = 0; k < length; k++)
			dots[i++] = index == 0 ? 0 : sat_dot_make(r->names[index], 0);
	}
	return 0;
}

static int read_dots(reader *r, sat_cursor *c, size_t count, sat_dot **out)
{
	*out = NULL;
	int rc = spend(r, count);
	if (rc != 0)
		return rc;
	sat_dot *dots = sat_arena_take(r->arena, (count + 1) * sizeof *dots);
	if (dots == NULL)
		return no_memory(r);
	if ((rc = read_runs(r, c, count, dots)) != 0)
		return rc;
	int64_t counter = 0;
	for (size_t i = 0; i < count; i++) {
		if (dots[i] == 0)
			continue;
		int64_t step = sat_cursor_zigzag(c);
		if (step <= -SAT_COUNTER_END || step >= SAT_COUNTER_END)
			return breach(r, "a counter");
		counter += step;
		if (!sat_cursor_ok(c) || counter < 1 || counter >= SAT_COUNTER_END)
			return breach(r, "a counter");
		dots[i] |= counter;
	}
	for (size_t i = 0; i < count; i++) {
		if (dots[i] != 0)
			continue;
		const uint8_t *name = sat_cursor_take(c, SAT_UNLINKED_BYTES);
		if (name == NULL)
			return breach(r, "a list of dots");
		if ((rc = sat_unlinked_intern(r->store, name, &dots[i], r->err)) != 0)
			return rc;
	}
	*out = dots;
	return 0;
}

/* `count` varints that must not exceed `most`. */
static int read_varints(reader *r, sat_cursor *c, size_t count, uint64_t most, uint64_t **out)
{
	int rc = spend(r, count);
	if (rc != 0)
		return rc;
	uint64_t *numbers = sat_arena_take(r->arena, (count + 1) * sizeof *numbers);
	if (numbers == NULL)
		return no_memory(r);
	for (size_t i = 0; i < count; i++) {
		numbers[i] = sat_cursor_varint(c);
		if (numbers[i] > most)
			return breach(r, "a number is out of range");
	}
	*out = numbers;
	return sat_cursor_ok(c) ? 0 : breach(r, "it ends too soon");
}

typedef struct piece {
	const char *bytes;
	size_t length;
} piece;

static int read_plain(reader *r, sat_cursor *c, size_t count, piece **out)
{
	if (count > sat_cursor_left(c))
		return breach(r, "a column of text");
	int rc = spend(r, count);
	piece *texts = rc == 0 ? sat_arena_take(r->arena, (count + 1) * sizeof *texts) : NULL;
	if (texts == NULL)
		return rc != 0 ? rc : no_memory(r);
	for (size_t i = 0; i < count; i++) {
		uint64_t length = sat_cursor_varint(c);
		if (length > SAT_VALUE_BYTES_MAX)
			return sat_fail(r->err, SAT_ELIMIT, "a value is larger than 1 MiB");
		texts[i].length = (size_t)length;
	}
	for (size_t i = 0; i < count; i++) {
		texts[i].bytes = (const char *)sat_cursor_take(c, texts[i].length);
		if (texts[i].bytes == NULL || !sat_utf8_valid(texts[i].bytes, texts[i].length))
			return breach(r, "text that is not valid UTF-8");
	}
	*out = texts;
	return 0;
}

static int read_texts(reader *r, sat_cursor *c, size_t count, piece **out)
{
	uint8_t encoding = sat_cursor_u8(c);
	if (encoding == 0)
		return read_plain(r, c, count, out);
	if (encoding != 1 || !sat_cursor_ok(c))
		return breach(r, "an unknown encoding of text");
	size_t distinct = sat_cursor_count(c, 1);
	piece *named;
	int rc = sat_cursor_ok(c) ? read_plain(r, c, distinct, &named) : breach(r, "a column of text");
	if (rc == 0)
		rc = count > sat_cursor_left(c) ? breach(r, "a column of text") : spend(r, count);
	piece *texts = rc == 0 ? sat_arena_take(r->arena, (count + 1) * sizeof *texts) : NULL;
	if (texts == NULL)
		return rc != 0 ? rc : no_memory(r);
	for (size_t i = 0; i < count; i++) {
		uint64_t at = distinct <= 256 ? sat_cursor_u8(c) : sat_cursor_varint(c);
		if (!sat_cursor_ok(c) || at >= distinct)
			return breach(r, "a column of text");
		texts[i] = named[at];
		/* One long string named many times must not become gigabytes in the store. */
		if ((rc = spend(r, texts[i].length / 16)) != 0)
			return rc;
	}
	*out = texts;
	return 0;
}

/* A terminated copy; texts here hold no zero. */
static const char *terminated(reader *r, const piece *text)
{
	return text->length == 0 ? NULL : sat_arena_copy(r->arena, text->bytes, text->length);
}

/* --- leading sections ---------------------------------------------------------------------------- */

static int read_claims(reader *r, sat_cursor *c)
{
	size_t n = sat_cursor_count(c, 1 + SAT_DEVICE_BYTES + 1 + SAT_SIGNATURE_BYTES);
	sat_frame_content *content = r->content;
	content->claims = sat_arena_take(r->arena, (n + 1) * sizeof *content->claims);
	if (content->claims == NULL)
		return no_memory(r);
	for (size_t i = 0; i < n; i++) {
		uint64_t index = sat_cursor_varint(c);
		const uint8_t *device = sat_cursor_take(c, SAT_DEVICE_BYTES);
		uint64_t highest = sat_cursor_varint(c);
		const uint8_t *signature = sat_cursor_take(c, SAT_SIGNATURE_BYTES);
		if (!sat_cursor_ok(c) || index == 0 || index > r->name_count ||
		    highest >= (uint64_t)SAT_COUNTER_END)
			return breach(r, "an incarnation statement");
		sat_incarnation_claim *claim = &content->claims[content->claim_count++];
		*claim = (sat_incarnation_claim){ .index = r->names[index], .highest = (int64_t)highest,
			                          .signature = signature };
		memcpy(claim->device.bytes, device, SAT_DEVICE_BYTES);
	}
	return sat_cursor_done(c) ? 0 : breach(r, "incarnation statements");
}

static int read_statements(reader *r, sat_cursor *c)
{
	size_t n = sat_cursor_count(c, 1);
	sat_frame_content *content = r->content;
	content->statements = sat_arena_take(r->arena, (n + 1) * sizeof *content->statements);
	if (content->statements == NULL)
		return no_memory(r);
	for (size_t i = 0; i < n; i++) {
		sat_cursor object = sat_cursor_span(c);
		content->statements[content->statement_count++] =
			(sat_object){ object.at, sat_cursor_left(&object) };
	}
	return sat_cursor_done(c) ? 0 : breach(r, "registry statements");
}

static int read_tombstones(reader *r, sat_cursor *c)
{
	r->content->tombstone_count = sat_cursor_count(c, 1);
	if (!sat_cursor_ok(c))
		return breach(r, "tombstones");
	int rc = read_dots(r, c, r->content->tombstone_count, &r->content->tombstones);
	return rc == 0 && !sat_cursor_done(c) ? breach(r, "tombstones") : rc;
}

static int read_asks(reader *r, sat_cursor *c)
{
	size_t n = sat_cursor_count(c, 16);
	sat_frame_content *content = r->content;
	content->asks = sat_arena_take(r->arena, (n + 1) * sizeof *content->asks);
	if (content->asks == NULL)
		return no_memory(r);
	for (size_t i = 0; i < n; i++) {
		const uint8_t *name = sat_cursor_take(c, 16);
		if (name != NULL)
			memcpy(content->asks[i].name, name, 16);
	}
	sat_dot *records;
	int rc = sat_cursor_ok(c) ? read_dots(r, c, n, &records) : breach(r, "asks");
	for (size_t i = 0; rc == 0 && i < n; i++)
		content->asks[i].record = records[i];
	content->ask_count = n;
	return rc == 0 && !sat_cursor_done(c) ? breach(r, "asks") : rc;
}

static int read_moments(reader *r, sat_cursor *c)
{
	size_t n = sat_cursor_count(c, 2);
	sat_frame_content *content = r->content;
	content->moments = sat_arena_take(r->arena, (n + 1) * sizeof *content->moments);
	if (content->moments == NULL)
		return no_memory(r);
	sat_dot *dots;
	int rc = sat_cursor_ok(c) ? read_dots(r, c, n, &dots) : breach(r, "moments");
	int64_t at = 0;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (__builtin_add_overflow(at, sat_cursor_zigzag(c), &at))
			rc = breach(r, "moments");
		else
			content->moments[i] = (sat_moment){ dots[i], at };
	}
	content->moment_count = n;
	return rc == 0 && !sat_cursor_done(c) ? breach(r, "moments") : rc;
}

/* --- decisions ----------------------------------------------------------------------------------- */

static int read_batch_head(reader *r, sat_cursor *c, size_t i, size_t *leaves_in)
{
	sat_frame_content *content = r->content;
	sat_batch *batch = &content->batches[i];
	uint64_t index = sat_cursor_varint(c), first = sat_cursor_varint(c), leaves = sat_cursor_varint(c);
	uint8_t flags = sat_cursor_u8(c);
	const uint8_t *signature = sat_cursor_take(c, SAT_SIGNATURE_BYTES);
	const uint8_t *seed = flags & 1 ? sat_cursor_take(c, SAT_SALT_BYTES) : NULL;
	if (!sat_cursor_ok(c) || index == 0 || index > r->name_count || leaves == 0 || leaves > SAT_BATCH_MAX ||
	    first == 0 || first + leaves > (uint64_t)SAT_COUNTER_END || (flags & ~3u) != 0)
		return breach(r, "a batch of decisions");
	*batch = (sat_batch){ .first = sat_dot_make(r->names[index], (int64_t)first),
		              .leaves = (uint32_t)leaves, .has_seed = seed != NULL };
	memcpy(batch->signature, signature, SAT_SIGNATURE_BYTES);
	if (seed != NULL)
		memcpy(batch->seed, seed, SAT_SALT_BYTES);
	content->in[i] = NULL;
	content->decision_counts[i] = leaves;
	if (flags & 2) {
		const uint8_t *bits = sat_cursor_take(c, (leaves + 7) / 8);
		bool *in = sat_arena_zeroed(r->arena, leaves, 1);
		if (in == NULL)
			return no_memory(r);
		size_t n = 0;
		for (size_t k = 0; bits != NULL && k < (leaves + 7) / 8 * 8; k++) {
			bool set = bits[k / 8] >> (k % 8) & 1;
			if (k >= leaves && set)
				return breach(r, "a batch of decisions");
			if (k < leaves && set) {
				in[k] = true;
				n++;
			}
		}
		if (bits == NULL || n == leaves)
			return breach(r, "a batch of decisions");
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

static int read_cores(reader *r, sat_cursor *c, size_t m)
{
	sat_decision *d = r->content->decisions;
	sat_dot *subjects;
	piece *texts;
	uint64_t *numbers;
	int rc = read_dots(r, c, m, &subjects);
	if (rc == 0)
		rc = read_texts(r, c, m, &texts);
	for (size_t i = 0; rc == 0 && i < m; i++) {
		d[i].subject = subjects[i];
		if (!sat_name_valid(texts[i].bytes, texts[i].length))
			rc = breach(r, "the name of a purpose");
		else if ((d[i].purpose = terminated(r, &texts[i])) == NULL)
			rc = no_memory(r);
	}
	const uint8_t *events = rc == 0 ? sat_cursor_take(c, m) : NULL;
	const uint8_t *flags = rc == 0 ? sat_cursor_take(c, m) : NULL;
	for (size_t i = 0; rc == 0 && i < m; i++) {
		if (events == NULL || flags == NULL || events[i] < 1 || events[i] > SAT_EVENT_LAST ||
		    flags[i] > 1 || (flags[i] == 1 && events[i] != SAT_WITHDRAWN && events[i] != SAT_REVOKED))
			rc = breach(r, "an event of a decision");
		else {
			d[i].event = (sat_event)events[i];
			d[i].final = flags[i] != 0;
		}
	}
	if (rc == 0)
		rc = read_varints(r, c, m, UINT32_MAX - 1, &numbers);
	for (size_t i = 0; rc == 0 && i < m; i++)
		d[i].episode = (uint32_t)numbers[i];
	if (rc == 0)
		rc = read_varints(r, c, m, INT32_MAX, &numbers);
	for (size_t i = 0; rc == 0 && i < m; i++)
		d[i].until = (int32_t)numbers[i];
	if (rc == 0)
		rc = read_texts(r, c, m, &texts);
	for (size_t i = 0; rc == 0 && i < m; i++)
		d[i].recipients = terminated(r, &texts[i]);
	if (rc == 0)
		rc = read_varints(r, c, m, SAT_SUPERSEDES_MAX, &numbers);
	for (size_t i = 0; rc == 0 && i < m; i++) {
		d[i].supersedes_count = (size_t)numbers[i];
		d[i].supersedes = sat_cursor_take(c, (size_t)numbers[i] * SAT_HASH_BYTES);
	}
	return rc == 0 && !sat_cursor_ok(c) ? breach(r, "decisions") : rc;
}

static int read_details(reader *r, sat_cursor *c, size_t m)
{
	sat_decision *d = r->content->decisions;
	const uint8_t *states = sat_cursor_take(c, m);
	size_t n = 0;
	for (size_t i = 0; i < m; i++) {
		if (states == NULL || states[i] > 2)
			return breach(r, "details of a decision");
		d[i].has_details = states[i] != 0;
		d[i].own_salt = states[i] == 2;
		n += d[i].has_details;
	}
	for (int detail = 0; detail < SAT_DETAILS; detail++) {
		piece *texts;
		int rc = read_texts(r, c, n, &texts);
		if (rc != 0)
			return rc;
		for (size_t i = 0, k = 0; i < m; i++) {
			if (d[i].has_details)
				d[i].details[detail] = terminated(r, &texts[k++]);
		}
	}
	int64_t at = 0;
	for (size_t i = 0; i < m; i++) {
		if (d[i].has_details && __builtin_add_overflow(at, sat_cursor_zigzag(c), &at))
			return breach(r, "the time of a decision");
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
	return sat_cursor_ok(c) ? 0 : breach(r, "details of a decision");
}

/* How many hashes a batch without some of its leaves brings: the largest subtrees without a leaf that
 * is in.  Computed level by level, as the tree is built. */
static size_t proof_length(reader *r, const bool *in, size_t leaves)
{
	size_t hashes = 0;
	bool *known = sat_arena_take(r->arena, leaves);
	if (known == NULL)
		return 0;
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

static int read_decisions(reader *r, sat_cursor *c)
{
	sat_frame_content *content = r->content;
	if (content->batch_count > 0)
		return breach(r, "two sections of decisions");
	size_t b = sat_cursor_count(c, 4 + SAT_SIGNATURE_BYTES), m = 0;
	content->batches = sat_arena_zeroed(r->arena, b + 1, sizeof *content->batches);
	content->in = sat_arena_zeroed(r->arena, b + 1, sizeof *content->in);
	content->decision_counts = sat_arena_zeroed(r->arena, b + 1, sizeof *content->decision_counts);
	if (content->batches == NULL || content->in == NULL || content->decision_counts == NULL)
		return no_memory(r);
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < b; i++) {
		rc = read_batch_head(r, c, i, &m);
		/* Every decision takes several bytes. */
		if (rc == 0 && m > sat_cursor_left(c))
			rc = breach(r, "decisions");
	}
	if (rc != 0)
		return rc;
	content->batch_count = b;
	content->decisions = sat_arena_zeroed(r->arena, m + 1, sizeof *content->decisions);
	if (content->decisions == NULL)
		return no_memory(r);
	content->decision_count = m;
	number_decisions(content);
	rc = read_cores(r, c, m);
	if (rc == 0)
		rc = read_details(r, c, m);
	for (size_t i = 0; rc == 0 && i < b; i++) {
		if (content->in[i] == NULL)
			continue;
		sat_batch *batch = &content->batches[i];
		batch->proof_count = proof_length(r, content->in[i], batch->leaves);
		batch->proof = sat_cursor_take(c, batch->proof_count * SAT_HASH_BYTES);
	}
	/* Salts of the batch go into its decisions, so that their names can be worked out. */
	size_t at = 0;
	for (size_t i = 0; rc == 0 && i < b; at += content->decision_counts[i], i++) {
		for (size_t k = at; rc == 0 && k < at + content->decision_counts[i]; k++) {
			if (content->decisions[k].has_details && !content->decisions[k].own_salt &&
			    !content->batches[i].has_seed)
				rc = breach(r, "details without a salt");
		}
	}
	return rc == 0 && !sat_cursor_done(c) ? breach(r, "decisions") : rc;
}

/* --- blocks -------------------------------------------------------------------------------------- */

static int total_of(reader *r, const uint64_t *counts, size_t n, size_t *total)
{
	*total = 0;
	for (size_t i = 0; i < n; i++) {
		*total += counts[i];
		if (*total > SAT_FRAME_CELLS_MAX)
			return breach(r, "a count");
	}
	return 0;
}

static int read_pasts(reader *r, sat_cursor *c, sat_block *block)
{
	uint64_t *counts;
	size_t total;
	sat_dot *dots;
	int rc = read_varints(r, c, block->rows, SAT_FRAME_CELLS_MAX, &counts);
	if (rc == 0)
		rc = total_of(r, counts, block->rows, &total);
	if (rc == 0)
		rc = read_dots(r, c, total, &dots);
	for (size_t i = 0, at = 0; rc == 0 && i < block->rows; at += counts[i], i++) {
		sat_row *row = &block->row[i];
		row->past_count = (uint32_t)counts[i];
		row->past = dots + at;
		/* One dot an incarnation; in the store's own order, which is not the frame's. */
		for (size_t k = 1; rc == 0 && k < counts[i]; k++) {
			sat_dot dot = dots[at + k];
			size_t m = k;
			for (; m > 0 && dots[at + m - 1] > dot; m--)
				dots[at + m] = dots[at + m - 1];
			dots[at + m] = dot;
		}
		for (size_t k = 0; rc == 0 && k < counts[i]; k++) {
			if (!sat_dot_linked(dots[at + k]) ||
			    (k > 0 && sat_dot_index(dots[at + k]) == sat_dot_index(dots[at + k - 1])))
				rc = breach(r, "a past");
		}
	}
	return rc;
}

static int read_purposes(reader *r, sat_cursor *c, size_t count, sat_purposes **bits)
{
	*bits = sat_arena_take(r->arena, (count + 1) * sizeof **bits);
	if (*bits == NULL)
		return no_memory(r);
	for (size_t i = 0; i < count; i++) {
		sat_cursor name = sat_cursor_span(c);
		if (!sat_cursor_ok(c) || !sat_name_valid((const char *)name.at, sat_cursor_left(&name)))
			return breach(r, "the name of a purpose");
		int rc = sat_purpose_intern(r->store, (const char *)name.at, sat_cursor_left(&name), &(*bits)[i],
		                            r->err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int compare_stated(const void *a, const void *b)
{
	const sat_stated *x = a, *y = b;
	if (x->person != y->person)
		return x->person < y->person ? -1 : 1;
	return x->purpose < y->purpose ? -1 : x->purpose > y->purpose;
}

static int read_stated(reader *r, sat_cursor *c, sat_block *block)
{
	size_t p = sat_cursor_count(c, 1);
	sat_purposes *bits;
	uint64_t *counts, *which, *episodes;
	int rc = p <= SAT_PURPOSES_MAX && sat_cursor_ok(c) ? read_purposes(r, c, p, &bits)
	                                                   : breach(r, "purposes of a statement");
	if (rc == 0)
		rc = read_varints(r, c, block->rows, SAT_FRAME_CELLS_MAX, &counts);
	size_t total = 0;
	for (size_t i = 0; rc == 0 && i < block->rows; i++)
		total += counts[i] > 0 ? (size_t)counts[i] - 1 : 0;
	sat_dot *persons;
	if (rc == 0)
		rc = read_dots(r, c, total, &persons);
	if (rc == 0)
		rc = read_varints(r, c, total, p, &which);
	if (rc == 0)
		rc = read_varints(r, c, total, UINT32_MAX - 1, &episodes);
	sat_stated *all = rc == 0 ? sat_arena_take(r->arena, (total + 1) * sizeof *all) : NULL;
	if (rc == 0 && all == NULL)
		rc = no_memory(r);
	for (size_t i = 0; rc == 0 && i < total; i++) {
		bool every = which[i] == 0 || bits[which[i] - 1] == SAT_PURPOSE_NEVER;
		all[i] = (sat_stated){ persons[i], (uint32_t)episodes[i],
			               every ? SAT_EVERY_PURPOSE : (uint8_t)__builtin_ctzll(bits[which[i] - 1]) };
		if (which[i] == 0 && episodes[i] != 0)
			rc = breach(r, "a statement");
	}
	for (size_t i = 0, at = 0; rc == 0 && i < block->rows; i++) {
		sat_row *row = &block->row[i];
		row->usual = counts[i] == 0;
		if (row->usual)
			continue;
		row->stated = all + at;
		row->stated_count = (uint32_t)(counts[i] - 1);
		qsort(all + at, row->stated_count, sizeof *all, compare_stated);
		at += row->stated_count;
	}
	return rc;
}

static int read_persons(reader *r, sat_cursor *c, sat_block *block)
{
	uint64_t *counts;
	size_t total;
	sat_dot *dots;
	int rc = read_varints(r, c, block->rows, SAT_FRAME_CELLS_MAX, &counts);
	if (rc == 0)
		rc = total_of(r, counts, block->rows, &total);
	if (rc == 0)
		rc = read_dots(r, c, total, &dots);
	for (size_t i = 0, at = 0; rc == 0 && i < block->rows; at += counts[i], i++) {
		block->row[i].persons = dots + at;
		block->row[i].person_count = (uint32_t)counts[i];
	}
	return rc;
}

static int read_presence(reader *r, sat_cursor *c, sat_block_field *f, size_t rows)
{
	uint8_t form = sat_cursor_u8(c);
	if (form == 0) {
		memset(f->cells, SAT_PRESENT, rows);
	} else if (form == 1) {
		const uint8_t *bits = sat_cursor_take(c, (rows + 7) / 8);
		if (bits == NULL || (rows % 8 != 0 && bits[rows / 8] >> (rows % 8) != 0))
			return breach(r, "a bitmap");
		for (size_t i = 0; i < rows; i++)
			f->cells[i] = bits[i / 8] >> (i % 8) & 1;
	} else if (form == 2) {
		const uint8_t *cells = sat_cursor_take(c, rows);
		for (size_t i = 0; i < rows; i++) {
			if (cells == NULL || cells[i] > SAT_BLANKED)
				return breach(r, "the state of a value");
			f->cells[i] = cells[i];
		}
	} else {
		return breach(r, "the state of values");
	}
	for (size_t i = 0; i < rows; i++)
		f->present += f->cells[i] == SAT_PRESENT;
	return sat_cursor_ok(c) ? 0 : breach(r, "it ends too soon");
}

static int read_text_column(reader *r, sat_cursor *c, sat_block_field *f, size_t rows)
{
	piece *texts;
	int rc = read_texts(r, c, f->present, &texts);
	for (size_t i = 0, k = 0; rc == 0 && i < rows; i++) {
		if (f->cells[i] != SAT_PRESENT)
			continue;
		f->values[i] = (sat_value){ .type = f->type, .text = { texts[k].bytes, texts[k].length } };
		k++;
	}
	return rc;
}

static int read_lists(reader *r, sat_cursor *c, sat_block_field *f, size_t rows)
{
	uint64_t *counts;
	size_t total;
	sat_dot *dots;
	int rc = read_varints(r, c, f->present, SAT_REFERENCES_MAX, &counts);
	if (rc == 0)
		rc = total_of(r, counts, f->present, &total);
	if (rc == 0)
		rc = read_dots(r, c, total, &dots);
	for (size_t i = 0, k = 0, at = 0; rc == 0 && i < rows; i++) {
		if (f->cells[i] != SAT_PRESENT)
			continue;
		f->values[i] = (sat_value){ .type = SAT_REFERENCES };
		f->values[i].references.at = dots + at;
		f->values[i].references.count = (size_t)counts[k];
		at += counts[k++];
	}
	return rc;
}

/* Dates come as numbers and are kept as text, ten bytes each at the most. */
static int read_date(reader *r, sat_cursor *c, int64_t *number, sat_value *value)
{
	char text[11];
	if (__builtin_add_overflow(*number, sat_cursor_zigzag(c), number))
		return breach(r, "a date");
	size_t length = sat_date_text(*number, text);
	if (length == 0)
		return breach(r, "a date that does not exist");
	value->text.bytes = sat_arena_copy(r->arena, text, length);
	value->text.length = length;
	return value->text.bytes == NULL ? no_memory(r) : 0;
}

static int read_scalar(reader *r, sat_cursor *c, sat_type type, int64_t *number, sat_value *value)
{
	uint64_t bits;
	*value = (sat_value){ .type = type };
	switch (type) {
	case SAT_INTEGER:
		value->integer = sat_cursor_zigzag(c);
		return 0;
	case SAT_REAL:
		bits = sat_cursor_le64(c);
		memcpy(&value->real, &bits, sizeof bits);
		return isnan(value->real) ? breach(r, "a number that is none") : 0;
	case SAT_BOOLEAN:
		value->integer = sat_cursor_u8(c);
		return value->integer > 1 ? breach(r, "a boolean") : 0;
	default:
		return read_date(r, c, number, value);
	}
}

static int read_column(reader *r, sat_cursor *c, sat_block_field *f, size_t rows)
{
	if (f->type == SAT_TEXT || f->type == SAT_CHOICE)
		return read_text_column(r, c, f, rows);
	if (f->type == SAT_REFERENCES)
		return read_lists(r, c, f, rows);
	int rc = 0;
	if (f->type == SAT_REFERENCE) {
		sat_dot *dots;
		rc = read_dots(r, c, f->present, &dots);
		for (size_t i = 0, k = 0; rc == 0 && i < rows; i++) {
			if (f->cells[i] == SAT_PRESENT)
				f->values[i] = (sat_value){ .type = SAT_REFERENCE, .reference = dots[k++] };
		}
		return rc;
	}
	int64_t number = 0;
	for (size_t i = 0; rc == 0 && i < rows; i++) {
		if (f->cells[i] == SAT_PRESENT)
			rc = read_scalar(r, c, f->type, &number, &f->values[i]);
	}
	return rc == 0 && !sat_cursor_ok(c) ? breach(r, "it ends too soon") : rc;
}

static int read_field(reader *r, sat_cursor *c, sat_block *block, size_t at)
{
	sat_block_field *f = &block->field[at];
	if (!take_name(c, f->name))
		return breach(r, "the name of a field");
	uint8_t type = sat_cursor_u8(c), flags = sat_cursor_u8(c);
	size_t q = sat_cursor_count(c, 1);
	if (!sat_cursor_ok(c) || type < SAT_TEXT || type > SAT_TYPE_LAST || flags > 1 || q > SAT_PURPOSES_MAX)
		return breach(r, "a field");
	f->type = (sat_type)type;
	f->concerns = flags != 0;
	for (size_t i = 0; i < at; i++) {
		if (block->field[i].type == f->type && strcmp(block->field[i].name, f->name) == 0)
			return breach(r, "a field that occurs twice");
	}
	sat_purposes *bits;
	int rc = read_purposes(r, c, q, &bits);
	for (size_t i = 0; rc == 0 && i < q; i++)
		f->needs |= bits[i];
	if (rc == 0)
		rc = read_presence(r, c, f, block->rows);
	return rc != 0 ? rc : read_column(r, c, f, block->rows);
}

static int read_rows(reader *r, sat_cursor *c, sat_block *block, uint64_t flags)
{
	sat_dot *records, *dots;
	int rc = read_dots(r, c, block->rows, &records);
	dots = records;
	if (rc == 0 && flags & 1)
		rc = read_dots(r, c, block->rows, &dots);
	for (size_t i = 0; rc == 0 && i < block->rows; i++) {
		/* Records may be unlinked; writes never are. */
		if (!sat_dot_linked(dots[i]))
			return breach(r, "the dot of a write");
		block->row[i] = (sat_row){ .record = records[i], .dot = dots[i], .usual = true };
	}
	if (rc == 0 && flags & 2)
		rc = read_pasts(r, c, block);
	if (rc == 0 && flags & 4)
		rc = read_stated(r, c, block);
	if (rc == 0 && flags & 8)
		rc = read_persons(r, c, block);
	return rc;
}

static int read_block(reader *r, sat_cursor *c)
{
	char kind[SAT_NAME_BYTES];
	if (!take_name(c, kind))
		return breach(r, "the name of a kind");
	uint64_t flags = sat_cursor_varint(c);
	uint64_t rows = sat_cursor_varint(c);
	/* A row takes at least a byte of its counter. */
	if (!sat_cursor_ok(c) || flags > 31 || rows == 0 || rows > sat_cursor_left(c))
		return breach(r, "a block");
	if (r->content->block_count >= SAT_KINDS_MAX)
		return breach(r, "too many blocks");
	sat_block head = { .rows = (size_t)rows };
	head.row = sat_arena_take(r->arena, (head.rows + 1) * sizeof *head.row);
	if (head.row == NULL)
		return no_memory(r);
	int rc = read_rows(r, c, &head, flags);
	size_t fields = rc == 0 ? sat_cursor_count(c, 4) : 0;
	if (rc == 0 && (!sat_cursor_ok(c) || fields > SAT_FIELDS_MAX))
		rc = breach(r, "fields");
	if (rc == 0)
		rc = spend(r, fields * head.rows);
	if (rc != 0)
		return rc;
	sat_block *block = &r->content->blocks[r->content->block_count++];
	if (sat_block_begin(block, r->arena, fields, head.rows) != 0)
		return no_memory(r);
	memcpy(block->kind, kind, sizeof kind);
	block->person = (flags & 16) != 0;
	block->rows = head.rows;
	block->row = head.row;
	for (size_t i = 0; rc == 0 && i < fields; i++)
		rc = read_field(r, c, block, i);
	return rc == 0 && !sat_cursor_done(c) ? breach(r, "a block") : rc;
}

/* --- the frame ----------------------------------------------------------------------------------- */

static int read_names(reader *r, sat_cursor *c)
{
	size_t n = sat_cursor_count(c, SAT_INCARNATION_BYTES);
	r->names = sat_arena_take(r->arena, (n + 1) * sizeof *r->names);
	if (r->names == NULL)
		return no_memory(r);
	static const uint8_t zeros[SAT_INCARNATION_BYTES];
	for (size_t i = 0; i < n; i++) {
		const uint8_t *name = sat_cursor_take(c, SAT_INCARNATION_BYTES);
		if (name == NULL || memcmp(name, zeros, sizeof zeros) == 0)
			return breach(r, "names of incarnations");
		int rc = sat_incarnation_intern(r->store, name, &r->names[i + 1], r->err);
		if (rc != 0)
			return rc;
	}
	r->name_count = n;
	return sat_cursor_ok(c) ? 0 : breach(r, "names of incarnations");
}

static int read_section(reader *r, uint8_t type, sat_cursor *body)
{
	switch (type) {
	case SAT_SECTION_INCARNATIONS:
		return r->content->claims == NULL ? read_claims(r, body) : breach(r, "a section twice");
	case SAT_SECTION_STATEMENTS:
		return r->content->statements == NULL ? read_statements(r, body) : breach(r, "a section twice");
	case SAT_SECTION_TOMBSTONES:
		return r->content->tombstones == NULL ? read_tombstones(r, body) : breach(r, "a section twice");
	case SAT_SECTION_DECISIONS:
		return read_decisions(r, body);
	case SAT_SECTION_BLOCK:
		return read_block(r, body);
	case SAT_SECTION_ASKS:
		return r->content->asks == NULL ? read_asks(r, body) : breach(r, "a section twice");
	case SAT_SECTION_MOMENTS:
		return r->content->moments == NULL ? read_moments(r, body) : breach(r, "a section twice");
	default:
		if (type >= SAT_SECTION_SKIPPABLE)
			return 0;
		return sat_fail(r->err, SAT_ETOONEW, "it holds something that only a newer Satchel can read");
	}
}

int sat_frame_read(sat_store *store, const void *data, size_t length, sat_arena *arena,
                   sat_frame_content *content, sat_error *err)
{
	*content = (sat_frame_content){ 0 };
	reader r = { .store = store, .arena = arena, .content = content, .err = err };
	content->blocks = sat_arena_zeroed(arena, SAT_KINDS_MAX, sizeof *content->blocks);
	if (content->blocks == NULL)
		return no_memory(&r);
	sat_cursor c = sat_cursor_over(data, length);
	int rc = read_names(&r, &c);
	uint8_t last = 0;
	while (rc == 0 && sat_cursor_left(&c) > 0) {
		uint8_t type = sat_cursor_u8(&c);
		sat_cursor body = sat_cursor_span(&c);
		if (!sat_cursor_ok(&c) || type < last)
			rc = breach(&r, "its sections");
		else
			rc = read_section(&r, type, &body);
		last = type;
	}
	return rc;
}
