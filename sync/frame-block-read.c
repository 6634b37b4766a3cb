/* Reading record blocks, strictly; see frame-private.h and FORMAT.md, section 3.5. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "frame-private.h"

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

/* How long each of `n` lists is, at most `most`, and all of them. */
static int read_counts(sat_frame_reader *r, sat_cursor *c, size_t n, uint64_t most, uint64_t **counts,
                       size_t *total)
{
	*total = 0;
	int rc = sat_frame_read_varints(r, c, n, most, counts);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		*total += (*counts)[i];
		if (*total > SAT_FRAME_CELLS_MAX)
			rc = sat_frame_breach(r, "a count");
	}
	return rc;
}

/* `n` lists of dots: how long each is, at most `most`, then all of their dots as one list. */
static int read_dot_lists(sat_frame_reader *r, sat_cursor *c, size_t n, uint64_t most, uint64_t **counts,
                          sat_dot **dots)
{
	size_t total;
	int rc = read_counts(r, c, n, most, counts, &total);
	return rc == 0 ? sat_frame_read_dots(r, c, total, dots) : rc;
}

/* Names of purposes, at most SAT_PURPOSE_BITS, each once. */
static int read_purposes(sat_frame_reader *r, sat_cursor *c, size_t count, sat_purposes **bits)
{
	char names[SAT_PURPOSE_BITS][SAT_NAME_BYTES];
	*bits = sat_arena_take(r->arena, (count + 1) * sizeof **bits);
	if (*bits == NULL)
		return sat_frame_no_memory(r);
	for (size_t i = 0; i < count; i++) {
		if (!take_name(c, names[i]))
			return sat_frame_breach(r, "the name of a purpose");
		for (size_t k = 0; k < i; k++) {
			if (strcmp(names[k], names[i]) == 0)
				return sat_frame_breach(r, "a purpose that occurs twice");
		}
		int rc = sat_purpose_intern(r->store, names[i], strlen(names[i]), &(*bits)[i], r->err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

/* --- pasts -------------------------------------------------------------------------------------------- */

/* Puts a past in the store's own order, which is not the frame's; false when it names an incarnation twice
 * or something that is no write.  Most are short and in order; a sender may make them as long as a frame. */
static bool order_past(sat_dot *past, size_t count)
{
	bool sorted = true;
	for (size_t k = 1; sorted && k < count; k++)
		sorted = past[k - 1] < past[k];
	if (!sorted)
		qsort(past, count, sizeof *past, sat_dot_ascending);
	for (size_t k = 0; k < count; k++) {
		if (!sat_dot_linked(past[k]) || (k > 0 && sat_dot_index(past[k]) == sat_dot_index(past[k - 1])))
			return false;
	}
	return true;
}

static int read_pasts(sat_frame_reader *r, sat_cursor *c, sat_block *block)
{
	uint64_t *counts;
	sat_dot *dots;
	int rc = read_dot_lists(r, c, block->rows, SAT_FRAME_CELLS_MAX, &counts, &dots);
	for (size_t i = 0, at = 0; rc == 0 && i < block->rows; at += counts[i], i++) {
		sat_row *row = &block->row[i];
		row->past_count = (uint32_t)counts[i];
		row->past = dots + at;
		if (!order_past(dots + at, (size_t)counts[i]))
			rc = sat_frame_breach(r, "a past");
	}
	return rc;
}

/* --- statements --------------------------------------------------------------------------------------- */

typedef struct statements {
	size_t total;
	uint64_t *counts;        /* by row: 0 the usual statement, else its entries and one */
	uint64_t *communities;   /* by row: how many entries at its end are of communities; NULL: none are */
	sat_dot *persons;        /* by entry, and so on */
	uint64_t *which;         /* 0 every purpose, else one of `purposes`, from 1 */
	uint64_t *episodes;
	sat_purposes *purposes;
} statements;

/* Whether each row's entries ascend as the frame orders them, so that none occurs twice.  Indices and names
 * of persons are what the frame says, not what they became here: `list` is at the list of dots, `names` at
 * those of its unlinked ones. */
static bool stated_in_order(const statements *s, size_t rows, sat_cursor list, const uint8_t *names)
{
	uint64_t index = 0, run = 0;
	for (size_t i = 0, at = 0; i < rows; i++) {
		sat_frame_stated last = { 0 };
		uint64_t communities = s->communities == NULL ? 0 : s->communities[i];
		for (uint64_t k = 1; k < s->counts[i]; k++, at++, run--) {
			if (run == 0) {
				index = sat_cursor_varint(&list);
				run = sat_cursor_varint(&list);
			}
			sat_frame_stated next = { .community = s->counts[i] - k <= communities, .index = index,
				                  .purpose = s->which[at] };
			if (index == 0) {
				next.index = SAT_FRAME_UNLINKED;
				memcpy(next.name, names, sizeof next.name);
				names += sizeof next.name;
			} else {
				next.counter = sat_dot_counter(s->persons[at]);
			}
			if (k > 1 && sat_frame_compare_stated(&last, &next) >= 0)
				return false;
			last = next;
		}
	}
	return true;
}

/* By row, how many of its entries are of communities: those at its end. */
static int read_communities(sat_frame_reader *r, sat_cursor *c, size_t rows, const uint64_t *counts,
                            uint64_t spared, uint64_t **communities)
{
	int rc = sat_frame_read_varints(r, c, rows, SAT_FRAME_CELLS_MAX, communities);
	for (size_t i = 0; rc == 0 && i < rows; i++) {
		uint64_t most = counts[i] < spared ? 0 : counts[i] - spared;
		if ((*communities)[i] > most)
			rc = sat_frame_breach(r, "communities beyond those who are named");
	}
	return rc;
}

static int read_statement_columns(sat_frame_reader *r, sat_cursor *c, size_t rows, uint64_t flags, statements *s)
{
	size_t p = sat_cursor_count(c, 1), unlinked = 0;
	int rc = p <= SAT_PURPOSE_BITS && sat_cursor_ok(c) ? read_purposes(r, c, p, &s->purposes)
	                                                   : sat_frame_breach(r, "purposes of a statement");
	if (rc == 0)
		rc = sat_frame_read_varints(r, c, rows, SAT_FRAME_CELLS_MAX, &s->counts);
	for (size_t i = 0; rc == 0 && i < rows; i++)
		s->total += s->counts[i] > 0 ? (size_t)s->counts[i] - 1 : 0;
	if (rc == 0 && flags & 64)
		rc = read_communities(r, c, rows, s->counts, 1, &s->communities);
	sat_cursor list = *c;
	if (rc == 0)
		rc = sat_frame_read_dots(r, c, s->total, &s->persons);
	for (size_t i = 0; rc == 0 && i < s->total; i++)
		unlinked += !sat_dot_linked(s->persons[i]);
	const uint8_t *names = rc == 0 ? c->at - unlinked * SAT_UNLINKED_BYTES : NULL;
	if (rc == 0)
		rc = sat_frame_read_varints(r, c, s->total, p, &s->which);
	if (rc == 0)
		rc = sat_frame_read_varints(r, c, s->total, UINT32_MAX - 1, &s->episodes);
	if (rc == 0 && !stated_in_order(s, rows, list, names))
		rc = sat_frame_breach(r, "a statement out of order");
	return rc;
}

static int compare_stated(const void *a, const void *b)
{
	const sat_stated *x = a, *y = b;
	if (x->person != y->person)
		return x->person < y->person ? -1 : 1;
	return x->purpose < y->purpose ? -1 : x->purpose > y->purpose;
}

/* The store's order, which is not the frame's.  Purposes for which the store has no more room have become
 * one. */
static uint32_t order_stated(sat_stated *stated, size_t count)
{
	size_t n = 0;
	qsort(stated, count, sizeof *stated, compare_stated);
	for (size_t i = 0; i < count; i++) {
		if (n == 0 || compare_stated(&stated[n - 1], &stated[i]) != 0)
			stated[n++] = stated[i];
	}
	return (uint32_t)n;
}

/* Communities are marked as such, now that the names of all are known. */
static void mark_communities(const statements *s, size_t rows)
{
	for (size_t i = 0, at = 0; s->communities != NULL && i < rows; i++) {
		at += s->counts[i] > 0 ? (size_t)s->counts[i] - 1 : 0;
		for (uint64_t k = 1; k <= s->communities[i]; k++)
			s->persons[at - k] = sat_dot_community(s->persons[at - k]);
	}
}

static int read_stated(sat_frame_reader *r, sat_cursor *c, uint64_t flags, sat_block *block)
{
	statements s = { 0 };
	int rc = read_statement_columns(r, c, block->rows, flags, &s);
	if (rc == 0)
		mark_communities(&s, block->rows);
	sat_stated *all = rc == 0 ? sat_arena_take(r->arena, (s.total + 1) * sizeof *all) : NULL;
	if (rc == 0 && all == NULL)
		rc = sat_frame_no_memory(r);
	for (size_t i = 0; rc == 0 && i < s.total; i++) {
		/* What cannot be told apart here states every purpose, which keeps it back the sooner. */
		bool every = s.which[i] == 0 || s.purposes[s.which[i] - 1] == SAT_PURPOSE_NEVER;
		all[i] = (sat_stated){ .person = s.persons[i], .purpose = SAT_EVERY_PURPOSE };
		if (!every) {
			all[i].purpose = (uint8_t)__builtin_ctzll(s.purposes[s.which[i] - 1]);
			all[i].episode = (uint32_t)s.episodes[i];
		}
		if (s.which[i] == 0 && s.episodes[i] != 0)
			rc = sat_frame_breach(r, "a statement");
	}
	for (size_t i = 0, at = 0; rc == 0 && i < block->rows; i++) {
		sat_row *row = &block->row[i];
		row->usual = s.counts[i] == 0;
		if (row->usual)
			continue;
		row->stated = all + at;
		row->stated_count = order_stated(all + at, (size_t)s.counts[i] - 1);
		at += (size_t)s.counts[i] - 1;
	}
	return rc;
}

/* --- rows --------------------------------------------------------------------------------------------- */

static int read_persons(sat_frame_reader *r, sat_cursor *c, uint64_t flags, sat_block *block)
{
	uint64_t *counts, *communities = NULL;
	sat_dot *dots = NULL;
	size_t total;
	int rc = read_counts(r, c, block->rows, SAT_FRAME_CELLS_MAX, &counts, &total);
	if (rc == 0 && flags & 64)
		rc = read_communities(r, c, block->rows, counts, 0, &communities);
	if (rc == 0)
		rc = sat_frame_read_dots(r, c, total, &dots);
	for (size_t i = 0, at = 0; rc == 0 && i < block->rows; i++) {
		block->row[i].persons = dots + at;
		block->row[i].person_count = (uint32_t)counts[i];
		at += counts[i];
		for (uint64_t k = 1; communities != NULL && k <= communities[i]; k++)
			dots[at - k] = sat_dot_community(dots[at - k]);
	}
	return rc;
}

static int read_rows(sat_frame_reader *r, sat_cursor *c, sat_block *block, uint64_t flags)
{
	sat_dot *records, *dots;
	int rc = sat_frame_read_dots(r, c, block->rows, &records);
	dots = records;
	if (rc == 0 && flags & 1)
		rc = sat_frame_read_dots(r, c, block->rows, &dots);
	for (size_t i = 0; rc == 0 && i < block->rows; i++) {
		/* Records may be unlinked; writes never are. */
		if (!sat_dot_linked(dots[i]))
			return sat_frame_breach(r, "the dot of a write");
		block->row[i] = (sat_row){ .record = records[i], .dot = dots[i], .usual = true };
	}
	if (rc == 0 && flags & 2)
		rc = read_pasts(r, c, block);
	if (rc == 0 && flags & 4)
		rc = read_stated(r, c, flags, block);
	if (rc == 0 && flags & 8)
		rc = read_persons(r, c, flags, block);
	return rc;
}

/* --- fields ------------------------------------------------------------------------------------------- */

static int read_presence(sat_frame_reader *r, sat_cursor *c, sat_block_field *f, size_t rows)
{
	uint8_t form = sat_cursor_u8(c);
	if (form == 0) {
		memset(f->cells, SAT_PRESENT, rows);
	} else if (form == 1) {
		const uint8_t *bits = sat_cursor_take(c, (rows + 7) / 8);
		if (bits == NULL || (rows % 8 != 0 && bits[rows / 8] >> (rows % 8) != 0))
			return sat_frame_breach(r, "a bitmap");
		for (size_t i = 0; i < rows; i++)
			f->cells[i] = bits[i / 8] >> (i % 8) & 1;
	} else if (form == 2) {
		const uint8_t *cells = sat_cursor_take(c, rows);
		for (size_t i = 0; i < rows; i++) {
			if (cells == NULL || cells[i] > SAT_BLANKED)
				return sat_frame_breach(r, "the state of a value");
			f->cells[i] = cells[i];
		}
	} else {
		return sat_frame_breach(r, "the state of values");
	}
	for (size_t i = 0; i < rows; i++)
		f->present += f->cells[i] == SAT_PRESENT;
	return sat_cursor_ok(c) ? 0 : sat_frame_breach(r, "it ends too soon");
}

static int read_text_column(sat_frame_reader *r, sat_cursor *c, sat_block_field *f, size_t rows)
{
	sat_piece *texts;
	int rc = sat_frame_read_texts(r, c, f->present, &texts);
	for (size_t i = 0, k = 0; rc == 0 && i < rows; i++) {
		if (f->cells[i] != SAT_PRESENT)
			continue;
		f->values[i] = (sat_value){ .type = f->type, .text = { texts[k].bytes, texts[k].length } };
		if (f->type == SAT_FILE && sat_value_check(&f->values[i], NULL) != 0)
			return sat_frame_breach(r, "the name of a file");
		k++;
	}
	return rc;
}

static int read_lists(sat_frame_reader *r, sat_cursor *c, sat_block_field *f, size_t rows)
{
	uint64_t *counts;
	sat_dot *dots;
	int rc = read_dot_lists(r, c, f->present, SAT_REFERENCES_MAX, &counts, &dots);
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
static int read_date(sat_frame_reader *r, sat_cursor *c, int64_t *number, sat_value *value)
{
	char text[11];
	if (__builtin_add_overflow(*number, sat_cursor_zigzag(c), number))
		return sat_frame_breach(r, "a date");
	size_t length = sat_date_text(*number, text);
	if (length == 0)
		return sat_frame_breach(r, "a date that does not exist");
	value->text.bytes = sat_arena_copy(r->arena, text, length);
	value->text.length = length;
	return value->text.bytes == NULL ? sat_frame_no_memory(r) : 0;
}

static int read_scalar(sat_frame_reader *r, sat_cursor *c, sat_type type, int64_t *number, sat_value *value)
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
		value->real += 0.0; /* a store keeps no minus zero: see value.h */
		return isnan(value->real) ? sat_frame_breach(r, "a number that is none") : 0;
	case SAT_BOOLEAN:
		value->integer = sat_cursor_u8(c);
		return value->integer > 1 ? sat_frame_breach(r, "a boolean") : 0;
	default:
		return read_date(r, c, number, value);
	}
}

static int read_column(sat_frame_reader *r, sat_cursor *c, sat_block_field *f, size_t rows)
{
	if (f->type == SAT_TEXT || f->type == SAT_CHOICE || f->type == SAT_FILE)
		return read_text_column(r, c, f, rows);
	if (f->type == SAT_REFERENCES)
		return read_lists(r, c, f, rows);
	int rc = 0;
	if (f->type == SAT_REFERENCE) {
		sat_dot *dots;
		rc = sat_frame_read_dots(r, c, f->present, &dots);
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
	return rc == 0 && !sat_cursor_ok(c) ? sat_frame_breach(r, "it ends too soon") : rc;
}

static int read_field(sat_frame_reader *r, sat_cursor *c, sat_block *block, size_t at)
{
	sat_block_field *f = &block->field[at];
	if (!take_name(c, f->name))
		return sat_frame_breach(r, "the name of a field");
	uint8_t type = sat_cursor_u8(c), flags = sat_cursor_u8(c);
	size_t q = sat_cursor_count(c, 1);
	if (!sat_cursor_ok(c) || type < SAT_TEXT || type > SAT_TYPE_LAST || flags > 3 || q > SAT_PURPOSE_BITS)
		return sat_frame_breach(r, "a field");
	f->type = (sat_type)type;
	f->concerns = flags;
	for (size_t i = 0; i < at; i++) {
		if (block->field[i].type == f->type && strcmp(block->field[i].name, f->name) == 0)
			return sat_frame_breach(r, "a field that occurs twice");
	}
	sat_purposes *bits;
	int rc = read_purposes(r, c, q, &bits);
	for (size_t i = 0; rc == 0 && i < q; i++)
		f->needs |= bits[i];
	if (rc == 0)
		rc = read_presence(r, c, f, block->rows);
	return rc != 0 ? rc : read_column(r, c, f, block->rows);
}

int sat_frame_read_block(sat_frame_reader *r, sat_cursor *c)
{
	char kind[SAT_NAME_BYTES];
	if (!take_name(c, kind))
		return sat_frame_breach(r, "the name of a kind");
	uint64_t flags = sat_cursor_varint(c);
	uint64_t rows = sat_cursor_varint(c);
	/* A row takes at least a byte of its counter. */
	if (!sat_cursor_ok(c) || flags > 127 || (flags & (4 | 8 | 64)) == 64 || rows == 0 || rows > sat_cursor_left(c))
		return sat_frame_breach(r, "a block");
	if (r->content->block_count >= SAT_KINDS_MAX)
		return sat_frame_breach(r, "too many blocks");
	sat_block head = { .rows = (size_t)rows };
	head.row = sat_arena_take(r->arena, (head.rows + 1) * sizeof *head.row);
	if (head.row == NULL)
		return sat_frame_no_memory(r);
	int rc = read_rows(r, c, &head, flags);
	size_t fields = rc == 0 ? sat_cursor_count(c, 4) : 0;
	if (rc == 0 && (!sat_cursor_ok(c) || fields > SAT_FIELDS_MAX))
		rc = sat_frame_breach(r, "fields");
	if (rc == 0)
		rc = sat_frame_spend(r, fields * head.rows);
	if (rc != 0)
		return rc;
	sat_block *block = &r->content->blocks[r->content->block_count++];
	if (sat_block_begin(block, r->arena, fields, head.rows) != 0)
		return sat_frame_no_memory(r);
	memcpy(block->kind, kind, sizeof kind);
	block->is = (sat_subjects)((flags & 16 ? SAT_AS_PERSON : 0) | (flags & 32 ? SAT_AS_COMMUNITY : 0));
	block->rows = head.rows;
	block->row = head.row;
	for (size_t i = 0; rc == 0 && i < fields; i++)
		rc = read_field(r, c, block, i);
	return rc == 0 && !sat_cursor_done(c) ? sat_frame_breach(r, "a block") : rc;
}
