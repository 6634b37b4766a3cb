/* Reading frames, strictly; see frame.h and FORMAT.md, section 3. */
#include <stdlib.h>
#include <string.h>

#include "core/incarnation.h"
#include "frame-private.h"

/* --- sections ----------------------------------------------------------------------------------------- */

static int read_claims(sat_frame_reader *r, sat_cursor *c)
{
	size_t n = sat_cursor_count(c, 1 + SAT_DEVICE_BYTES + 1 + SAT_SIGNATURE_BYTES);
	sat_frame_content *content = r->content;
	content->claims = sat_arena_take(r->arena, (n + 1) * sizeof *content->claims);
	if (content->claims == NULL)
		return sat_frame_no_memory(r);
	for (size_t i = 0; i < n; i++) {
		uint64_t index = sat_cursor_varint(c);
		const uint8_t *device = sat_cursor_take(c, SAT_DEVICE_BYTES);
		uint64_t highest = sat_cursor_varint(c);
		const uint8_t *signature = sat_cursor_take(c, SAT_SIGNATURE_BYTES);
		if (!sat_cursor_ok(c) || index == 0 || index > r->name_count ||
		    highest >= (uint64_t)SAT_COUNTER_END)
			return sat_frame_breach(r, "an incarnation statement");
		sat_incarnation_claim *claim = &content->claims[content->claim_count++];
		*claim = (sat_incarnation_claim){ .index = r->names[index],
			                          .highest = (int64_t)highest,
			                          .signature = signature };
		memcpy(claim->device.bytes, device, SAT_DEVICE_BYTES);
	}
	return sat_cursor_done(c) ? 0 : sat_frame_breach(r, "incarnation statements");
}

static int read_statements(sat_frame_reader *r, sat_cursor *c)
{
	size_t n = sat_cursor_count(c, 1);
	sat_frame_content *content = r->content;
	content->statements = sat_arena_take(r->arena, (n + 1) * sizeof *content->statements);
	if (content->statements == NULL)
		return sat_frame_no_memory(r);
	for (size_t i = 0; i < n; i++) {
		sat_cursor object = sat_cursor_span(c);
		content->statements[content->statement_count++] =
		    (sat_object){ object.at, sat_cursor_left(&object) };
	}
	return sat_cursor_done(c) ? 0 : sat_frame_breach(r, "registry statements");
}

/* Under which labels some of the tombstones stood: places in their list, then labelled records. */
static int read_under(sat_frame_reader *r, sat_cursor *c)
{
	sat_frame_content *content = r->content;
	size_t n = sat_cursor_count(c, 2);
	sat_dot *labels = NULL;
	content->under = sat_arena_take(r->arena, (n + 1) * sizeof *content->under);
	if (content->under == NULL)
		return sat_frame_no_memory(r);
	uint64_t before = 0;
	for (size_t i = 0; i < n && sat_cursor_ok(c); i++) {
		uint64_t at = sat_cursor_varint(c);
		if (at >= content->tombstone_count || at < before)
			return sat_frame_breach(r, "tombstones");
		content->under[i].record = content->tombstones[at];
		before = at;
	}
	if (n == 0 || !sat_cursor_ok(c))
		return sat_frame_breach(r, "tombstones");
	int rc = sat_frame_read_dots(r, c, n, &labels);
	for (size_t i = 0; rc == 0 && i < n; i++)
		content->under[i].label = labels[i];
	content->under_count = rc == 0 ? n : 0;
	return rc;
}

static int read_tombstones(sat_frame_reader *r, sat_cursor *c)
{
	r->content->tombstone_count = sat_cursor_count(c, 1);
	if (!sat_cursor_ok(c))
		return sat_frame_breach(r, "tombstones");
	int rc = sat_frame_read_dots(r, c, r->content->tombstone_count, &r->content->tombstones);
	if (rc == 0 && sat_cursor_left(c) > 0)
		rc = read_under(r, c);
	return rc == 0 && !sat_cursor_done(c) ? sat_frame_breach(r, "tombstones") : rc;
}

static int read_asks(sat_frame_reader *r, sat_cursor *c)
{
	size_t n = sat_cursor_count(c, 16);
	sat_frame_content *content = r->content;
	content->asks = sat_arena_take(r->arena, (n + 1) * sizeof *content->asks);
	if (content->asks == NULL)
		return sat_frame_no_memory(r);
	for (size_t i = 0; i < n; i++) {
		const uint8_t *name = sat_cursor_take(c, 16);
		if (name != NULL)
			memcpy(content->asks[i].name, name, 16);
	}
	sat_dot *records;
	int rc = sat_cursor_ok(c) ? sat_frame_read_dots(r, c, n, &records) : sat_frame_breach(r, "asks");
	for (size_t i = 0; rc == 0 && i < n; i++)
		content->asks[i].record = records[i];
	content->ask_count = n;
	return rc == 0 && !sat_cursor_done(c) ? sat_frame_breach(r, "asks") : rc;
}

static int read_moments(sat_frame_reader *r, sat_cursor *c)
{
	size_t n = sat_cursor_count(c, 2);
	sat_frame_content *content = r->content;
	content->moments = sat_arena_take(r->arena, (n + 1) * sizeof *content->moments);
	if (content->moments == NULL)
		return sat_frame_no_memory(r);
	sat_dot *dots;
	int rc = sat_cursor_ok(c) ? sat_frame_read_dots(r, c, n, &dots) : sat_frame_breach(r, "moments");
	int64_t at = 0;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (__builtin_add_overflow(at, sat_cursor_zigzag(c), &at))
			rc = sat_frame_breach(r, "moments");
		else
			content->moments[i] = (sat_moment){ dots[i], at };
	}
	content->moment_count = n;
	return rc == 0 && !sat_cursor_done(c) ? sat_frame_breach(r, "moments") : rc;
}

/* Nothing is allocated for bytes and proofs: they are borrowed from the frame. */
static int read_pieces(sat_frame_reader *r, sat_cursor *c)
{
	sat_file_pieces *f = r->content->pieces = sat_arena_zeroed(r->arena, 1, sizeof *f);
	if (f == NULL)
		return sat_frame_no_memory(r);
	const uint8_t *hash = sat_cursor_take(c, sizeof f->name.hash);
	uint64_t size = sat_cursor_varint(c), count = sat_cursor_varint(c);
	if (!sat_cursor_ok(c) || size == 0 || size > (uint64_t)SAT_FILE_BYTES_MAX || count == 0 ||
	    count > SAT_FRAME_PIECES_MAX)
		return sat_frame_breach(r, "pieces of a file");
	memcpy(f->name.hash, hash, sizeof f->name.hash);
	f->name.size = (int64_t)size;
	for (size_t i = 0; i < count; i++) {
		uint64_t number = sat_cursor_varint(c);
		if (!sat_cursor_ok(c) || number >= sat_tree_pieces(f->name.size) ||
		    (i > 0 && number <= f->piece[i - 1].number))
			return sat_frame_breach(r, "the number of a piece");
		sat_file_piece *p = &f->piece[i];
		p->number = (uint32_t)number;
		p->proof = sat_cursor_take(c, sat_tree_proof_hashes(f->name.size, p->number) * SAT_HASH_BYTES);
		p->bytes = sat_cursor_take(c, sat_tree_piece_bytes(f->name.size, p->number));
	}
	f->count = (size_t)count;
	return sat_cursor_done(c) ? 0 : sat_frame_breach(r, "pieces of a file");
}

/* --- the frame ---------------------------------------------------------------------------------------- */

static int compare_indices(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* One incarnation under two indices would let one list name the same thing twice. */
static int check_distinct(sat_frame_reader *r, size_t n)
{
	int64_t *sorted = sat_arena_take(r->arena, (n + 1) * sizeof *sorted);
	if (sorted == NULL)
		return sat_frame_no_memory(r);
	memcpy(sorted, r->names + 1, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, compare_indices);
	for (size_t i = 1; i < n; i++) {
		if (sorted[i - 1] == sorted[i])
			return sat_frame_breach(r, "an incarnation that is named twice");
	}
	return 0;
}

static int read_names(sat_frame_reader *r, sat_cursor *c)
{
	size_t n = sat_cursor_count(c, SAT_INCARNATION_BYTES);
	r->names = sat_arena_take(r->arena, (n + 1) * sizeof *r->names);
	if (r->names == NULL)
		return sat_frame_no_memory(r);
	static const uint8_t zeros[SAT_INCARNATION_BYTES];
	for (size_t i = 0; i < n; i++) {
		const uint8_t *name = sat_cursor_take(c, SAT_INCARNATION_BYTES);
		if (name == NULL || memcmp(name, zeros, sizeof zeros) == 0)
			return sat_frame_breach(r, "names of incarnations");
		int rc = sat_incarnation_intern(r->store, name, &r->names[i + 1], r->err);
		if (rc != 0)
			return rc;
	}
	r->name_count = n;
	return sat_cursor_ok(c) ? check_distinct(r, n) : sat_frame_breach(r, "names of incarnations");
}

static int read_section(sat_frame_reader *r, uint8_t type, sat_cursor *body)
{
	switch (type) {
	case SAT_SECTION_INCARNATIONS:
		return r->content->claims == NULL ? read_claims(r, body)
		                                  : sat_frame_breach(r, "a section twice");
	case SAT_SECTION_STATEMENTS:
		return r->content->statements == NULL ? read_statements(r, body)
		                                      : sat_frame_breach(r, "a section twice");
	case SAT_SECTION_TOMBSTONES:
		return r->content->tombstones == NULL ? read_tombstones(r, body)
		                                      : sat_frame_breach(r, "a section twice");
	case SAT_SECTION_DECISIONS:
		return r->content->batches == NULL ? sat_frame_read_decisions(r, body)
		                                   : sat_frame_breach(r, "two sections of decisions");
	case SAT_SECTION_BLOCK:
		return sat_frame_read_block(r, body);
	case SAT_SECTION_ASKS:
		return r->content->asks == NULL ? read_asks(r, body) : sat_frame_breach(r, "a section twice");
	case SAT_SECTION_MOMENTS:
		return r->content->moments == NULL ? read_moments(r, body)
		                                   : sat_frame_breach(r, "a section twice");
	case SAT_SECTION_PIECES:
		return r->content->pieces == NULL ? read_pieces(r, body) : sat_frame_breach(r, "a section twice");
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
	sat_frame_reader r = { .store = store, .arena = arena, .content = content, .err = err };
	content->blocks = sat_arena_zeroed(arena, SAT_KINDS_MAX, sizeof *content->blocks);
	if (content->blocks == NULL)
		return sat_frame_no_memory(&r);
	sat_cursor c = sat_cursor_over(data, length);
	int rc = read_names(&r, &c);
	uint8_t last = 0;
	while (rc == 0 && sat_cursor_left(&c) > 0) {
		uint8_t type = sat_cursor_u8(&c);
		sat_cursor body = sat_cursor_span(&c);
		if (!sat_cursor_ok(&c) || type < last)
			rc = sat_frame_breach(&r, "its sections");
		else if (type == SAT_SECTION_PIECES && last != 0)
			rc = sat_frame_breach(&r, "pieces of a file beside something else");
		else
			rc = read_section(&r, type, &body);
		last = type;
	}
	return rc;
}
