/* Writing record blocks; see frame-private.h and FORMAT.md, section 3.5. */
#include <stdlib.h>
#include <string.h>

#include "core/incarnation.h"
#include "frame-private.h"

static void put_text(sat_bytes *b, const char *text)
{
	sat_bytes_put_span(b, text, text == NULL ? 0 : strlen(text));
}

/* Names of purposes, in the order of their bits. */
static void put_purposes(sat_frame_writer *w, sat_bytes *b, sat_purposes purposes)
{
	sat_bytes_put_varint(b, (uint64_t)__builtin_popcountll(purposes));
	for (unsigned bit = 0; bit < SAT_PURPOSE_BITS; bit++) {
		if (purposes >> bit & 1)
			put_text(b, sat_purpose_name(w->store, bit));
	}
}

/* --- rows --------------------------------------------------------------------------------------------- */

static size_t row_entries(const sat_row *row) { return row->usual ? 0 : row->stated_count; }

static bool names_community(const sat_row *row)
{
	bool any = false;
	for (size_t i = 0; i < row->person_count; i++)
		any = any || sat_dot_collective(row->persons[i]);
	for (size_t i = 0; i < row_entries(row); i++)
		any = any || sat_dot_collective(row->stated[i].person);
	return any;
}

static unsigned block_flags(const sat_block *block)
{
	unsigned flags = (block->is & SAT_AS_PERSON ? 16u : 0) | (block->is & SAT_AS_COMMUNITY ? 32u : 0);
	for (size_t i = 0; i < block->rows; i++) {
		const sat_row *row = &block->row[i];
		flags |= (row->dot != row->record ? 1u : 0) | (row->past_count > 0 ? 2u : 0) |
		         (!row->usual ? 4u : 0) | (row->person_count > 0 ? 8u : 0) | (names_community(row) ? 64u : 0);
	}
	return flags;
}

static void put_pasts(sat_frame_writer *w, sat_bytes *b, const sat_block *block, sat_dot *dots)
{
	size_t n = 0;
	for (size_t i = 0; i < block->rows; i++) {
		const sat_row *row = &block->row[i];
		sat_bytes_put_varint(b, row->past_count);
		/* Ascending by the frame's own indices, which are not the store's. */
		for (uint32_t k = 0; k < row->past_count; k++) {
			size_t at = n + k;
			while (at > n &&
			       sat_frame_index_of(w, dots[at - 1]) > sat_frame_index_of(w, row->past[k])) {
				dots[at] = dots[at - 1];
				at--;
			}
			dots[at] = row->past[k];
		}
		n += row->past_count;
	}
	sat_frame_put_dots(w, b, dots, n);
}

/* The records of a row's persons, or of its communities. */
static size_t take_concerned(const sat_row *row, bool communities, sat_dot *dots)
{
	size_t n = 0;
	for (uint32_t k = 0; k < row->person_count; k++) {
		if (sat_dot_collective(row->persons[k]) == communities)
			dots[n++] = sat_dot_record(row->persons[k]);
	}
	return n;
}

static void put_persons(sat_frame_writer *w, sat_bytes *b, const sat_block *block, unsigned flags, sat_dot *dots)
{
	size_t n = 0;
	for (size_t i = 0; i < block->rows; i++)
		sat_bytes_put_varint(b, block->row[i].person_count);
	for (size_t i = 0; i < block->rows; i++) {
		n += take_concerned(&block->row[i], false, dots + n);
		size_t communities = take_concerned(&block->row[i], true, dots + n);
		if (flags & 64)
			sat_bytes_put_varint(b, communities);
		n += communities;
	}
	sat_frame_put_dots(w, b, dots, n);
}

/* --- statements --------------------------------------------------------------------------------------- */

/* An entry of a statement, and its place in the order of the frame. */
typedef struct entry {
	sat_frame_stated place;
	const sat_stated *stated;
} entry;

static int compare_entries(const void *a, const void *b)
{
	const entry *x = a, *y = b;
	return sat_frame_compare_stated(&x->place, &y->place);
}

/* The purposes that are stated one by one, whose names the section begins with. */
static sat_purposes put_stated_purposes(sat_frame_writer *w, sat_bytes *b, const sat_block *block)
{
	sat_purposes used = 0;
	for (size_t i = 0; i < block->rows; i++) {
		for (size_t k = 0; k < row_entries(&block->row[i]); k++) {
			if (block->row[i].stated[k].purpose != SAT_EVERY_PURPOSE)
				used |= UINT64_C(1) << block->row[i].stated[k].purpose;
		}
	}
	put_purposes(w, b, used);
	return used;
}

static entry place_entry(sat_frame_writer *w, const sat_stated *stated, sat_purposes used)
{
	entry e = { .stated = stated,
		    .place = { .community = sat_dot_collective(stated->person), .index = SAT_FRAME_UNLINKED } };
	const sat_dot record = sat_dot_record(stated->person);
	if (sat_dot_linked(record)) {
		e.place.index = sat_frame_index_of(w, record);
		e.place.counter = sat_dot_counter(record);
	} else {
		int rc = sat_unlinked_name(w->store, record, e.place.name, w->err);
		if (rc != 0)
			sat_frame_fail(w, rc);
	}
	if (stated->purpose != SAT_EVERY_PURPOSE)
		e.place.purpose =
		    1 + (uint64_t)__builtin_popcountll(used & ((UINT64_C(1) << stated->purpose) - 1));
	return e;
}

static void put_stated(sat_frame_writer *w, sat_bytes *b, const sat_block *block, unsigned flags, sat_dot *dots,
                       size_t total)
{
	entry *entries = sat_arena_take(&w->arena, (total + 1) * sizeof *entries);
	if (entries == NULL) {
		sat_frame_fail(w, SAT_ENOMEM);
		return;
	}
	sat_purposes used = put_stated_purposes(w, b, block);
	size_t n = 0;
	for (size_t i = 0; i < block->rows; i++) {
		const sat_row *row = &block->row[i];
		size_t count = row_entries(row);
		sat_bytes_put_varint(b, row->usual ? 0 : count + 1);
		for (size_t k = 0; k < count; k++)
			entries[n + k] = place_entry(w, &row->stated[k], used);
		qsort(entries + n, count, sizeof *entries, compare_entries);
		n += count;
	}
	for (size_t i = 0, at = 0; flags & 64 && i < block->rows; i++) {
		uint64_t communities = 0;
		for (size_t end = at + row_entries(&block->row[i]); at < end; at++)
			communities += entries[at].place.community;
		sat_bytes_put_varint(b, communities);
	}
	for (size_t i = 0; i < n; i++)
		dots[i] = sat_dot_record(entries[i].stated->person);
	sat_frame_put_dots(w, b, dots, n);
	for (size_t i = 0; i < n; i++)
		sat_bytes_put_varint(b, entries[i].place.purpose);
	for (size_t i = 0; i < n; i++)
		sat_bytes_put_varint(b, entries[i].stated->episode);
}

/* --- fields ------------------------------------------------------------------------------------------- */

static void put_column(sat_frame_writer *w, sat_bytes *b, const sat_block_field *f, size_t rows)
{
	bool text = f->type == SAT_TEXT || f->type == SAT_CHOICE || f->type == SAT_FILE;
	bool dot = f->type == SAT_REFERENCE || f->type == SAT_REFERENCES;
	size_t n = 0, total = 0;
	for (size_t i = 0; i < rows; i++) {
		if (f->cells[i] == SAT_PRESENT)
			total += f->type == SAT_REFERENCES ? f->values[i].references.count : 1;
	}
	sat_piece *texts = text ? sat_arena_take(&w->arena, (total + 1) * sizeof *texts) : NULL;
	sat_dot *dots = dot ? sat_arena_take(&w->arena, (total + 1) * sizeof *dots) : NULL;
	if ((text && texts == NULL) || (dot && dots == NULL)) {
		sat_frame_fail(w, SAT_ENOMEM);
		return;
	}
	int64_t previous = 0;
	for (size_t i = 0; i < rows; i++) {
		const sat_value *v = &f->values[i];
		int32_t date = 0;
		uint64_t bits;
		if (f->cells[i] != SAT_PRESENT)
			continue;
		switch (f->type) {
		case SAT_TEXT:
		case SAT_CHOICE:
		case SAT_FILE:
			texts[n++] = (sat_piece){ v->text.bytes, v->text.length };
			break;
		case SAT_INTEGER:
			sat_bytes_put_zigzag(b, v->integer);
			break;
		case SAT_REAL:
			memcpy(&bits, &v->real, sizeof bits);
			sat_bytes_put_le64(b, bits);
			break;
		case SAT_BOOLEAN:
			sat_bytes_put_u8(b, v->integer != 0);
			break;
		case SAT_DATE:
			if (!sat_date_number(v->text.bytes, v->text.length, &date))
				sat_frame_fail(w, SAT_EDAMAGED);
			sat_bytes_put_zigzag(b, date - previous);
			previous = date;
			break;
		case SAT_REFERENCE:
			dots[n++] = v->reference;
			break;
		case SAT_REFERENCES:
			sat_bytes_put_varint(b, v->references.count);
			memcpy(dots + n, v->references.at, v->references.count * sizeof *dots);
			n += v->references.count;
			break;
		default:
			break;
		}
	}
	if (texts != NULL)
		sat_frame_put_texts(w, b, texts, n);
	if (dots != NULL)
		sat_frame_put_dots(w, b, dots, n);
}

static void put_presence(sat_frame_writer *w, sat_bytes *b, const sat_block_field *f, size_t rows)
{
	bool plain = true;
	for (size_t i = 0; plain && i < rows; i++)
		plain = f->cells[i] <= SAT_PRESENT;
	if (plain && f->present == rows) {
		sat_bytes_put_u8(b, 0);
	} else if (plain) {
		sat_bytes_put_u8(b, 1);
		size_t bytes = (rows + 7) / 8;
		uint8_t *bits = sat_bytes_extend(b, bytes);
		if (bits == NULL) {
			sat_frame_fail(w, SAT_ENOMEM);
			return;
		}
		memset(bits, 0, bytes);
		for (size_t i = 0; i < rows; i++)
			bits[i / 8] |= (uint8_t)(f->cells[i] << (i % 8));
	} else {
		sat_bytes_put_u8(b, 2);
		sat_bytes_put(b, f->cells, rows);
	}
}

static bool field_used(const sat_block_field *f, size_t rows)
{
	for (size_t i = 0; f->present == 0 && i < rows; i++) {
		if (f->cells[i] != SAT_ABSENT)
			return true;
	}
	return f->present > 0;
}

static void put_field(sat_frame_writer *w, sat_bytes *b, const sat_block_field *f, size_t rows)
{
	put_text(b, f->name);
	sat_bytes_put_u8(b, (uint8_t)f->type);
	sat_bytes_put_u8(b, f->concerns);
	put_purposes(w, b, f->needs & ~SAT_PURPOSE_NEVER);
	put_presence(w, b, f, rows);
	put_column(w, b, f, rows);
}

void sat_frame_write_block(sat_frame_writer *w, const sat_block *block)
{
	if (block->rows == 0)
		return;
	sat_bytes *b = sat_frame_begin_section(w);
	size_t most = block->rows, pasts = 0, stated = 0, persons = 0, fields = 0;
	for (size_t i = 0; i < block->rows; i++) {
		pasts += block->row[i].past_count;
		stated += row_entries(&block->row[i]);
		persons += block->row[i].person_count;
	}
	most = pasts > most ? pasts : most;
	most = stated > most ? stated : most;
	most = persons > most ? persons : most;
	sat_dot *dots = sat_arena_take(&w->arena, (most + 1) * sizeof *dots);
	if (dots == NULL) {
		sat_frame_fail(w, SAT_ENOMEM);
		return;
	}
	unsigned flags = block_flags(block);
	put_text(b, block->kind);
	sat_bytes_put_varint(b, flags);
	sat_bytes_put_varint(b, block->rows);
	for (size_t i = 0; i < block->rows; i++)
		dots[i] = block->row[i].record;
	sat_frame_put_dots(w, b, dots, block->rows);
	for (size_t i = 0; i < block->rows; i++)
		dots[i] = block->row[i].dot;
	if (flags & 1)
		sat_frame_put_dots(w, b, dots, block->rows);
	if (flags & 2)
		put_pasts(w, b, block, dots);
	if (flags & 4)
		put_stated(w, b, block, flags, dots, stated);
	if (flags & 8)
		put_persons(w, b, block, flags, dots);
	for (size_t i = 0; i < block->fields; i++)
		fields += field_used(&block->field[i], block->rows);
	sat_bytes_put_varint(b, fields);
	for (size_t i = 0; i < block->fields; i++) {
		if (field_used(&block->field[i], block->rows))
			put_field(w, b, &block->field[i], block->rows);
	}
	sat_frame_end_section(w, SAT_SECTION_BLOCK);
}
