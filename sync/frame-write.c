/* Writing frames; see frame.h and FORMAT.md, section 3. */
#include <stdlib.h>
#include <string.h>

#include "core/incarnation.h"
#include "core/store-private.h"
#include "frame.h"

typedef struct writer {
	sat_store *store;
	sat_bytes body;          /* sections; the table of names is known when they are done */
	sat_bytes scratch;
	sat_arena arena;
	uint32_t *frame_index;   /* by the store's index: 1 and up; 0 not in the table yet */
	int64_t *names;          /* the table: the store's indices */
	size_t name_count;
	int failed;              /* SAT_E... of the first failure */
	sat_error *err;
} writer;

static void fail(writer *w, int code)
{
	if (w->failed == 0)
		w->failed = code;
}

static size_t index_of(writer *w, sat_dot dot)
{
	if (!sat_dot_linked(dot))
		return 0;
	int64_t index = sat_dot_index(dot);
	if (w->frame_index[index] == 0) {
		w->names[w->name_count++] = index;
		w->frame_index[index] = (uint32_t)w->name_count;
	}
	return w->frame_index[index];
}

/* --- parts -------------------------------------------------------------------------------------- */

static void put_text(sat_bytes *b, const char *text)
{
	sat_bytes_put_span(b, text, text == NULL ? 0 : strlen(text));
}

static void put_dots(writer *w, sat_bytes *b, const sat_dot *dots, size_t count)
{
	for (size_t i = 0; i < count;) {
		size_t index = index_of(w, dots[i]), end = i + 1;
		while (end < count && index_of(w, dots[end]) == index)
			end++;
		sat_bytes_put_varint(b, index);
		sat_bytes_put_varint(b, end - i);
		i = end;
	}
	int64_t previous = 0;
	for (size_t i = 0; i < count; i++) {
		if (!sat_dot_linked(dots[i]))
			continue;
		sat_bytes_put_zigzag(b, sat_dot_counter(dots[i]) - previous);
		previous = sat_dot_counter(dots[i]);
	}
	for (size_t i = 0; i < count; i++) {
		uint8_t name[SAT_UNLINKED_BYTES];
		if (sat_dot_linked(dots[i]))
			continue;
		int rc = sat_unlinked_name(w->store, dots[i], name, w->err);
		if (rc != 0)
			fail(w, rc);
		sat_bytes_put(b, name, sizeof name);
	}
}

typedef struct piece {
	const char *bytes;
	size_t length;
} piece;

static void put_plain(sat_bytes *b, const piece *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sat_bytes_put_varint(b, texts[i].length);
	for (size_t i = 0; i < count; i++)
		sat_bytes_put(b, texts[i].bytes, texts[i].length);
}

static uint64_t hash_text(const piece *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ text->length;
	size_t i = 0;
	for (; i + 8 <= text->length; i += 8) {
		uint64_t word;
		memcpy(&word, text->bytes + i, 8);
		hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
		hash ^= hash >> 29;
	}
	for (; i < text->length; i++)
		hash = (hash ^ (uint8_t)text->bytes[i]) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 32;
}

enum { DICTIONARY_MAX = 16384 };

/* Numbers each text by the first place of its kind; false when too many differ for that to pay. */
static bool number_texts(writer *w, const piece *texts, size_t count, uint32_t *numbers, piece *distinct,
                         size_t *distinct_count)
{
	size_t room = 64;
	while (room < count * 2 && room < DICTIONARY_MAX * 2)
		room *= 2;
	uint32_t *slots = sat_arena_zeroed(&w->arena, room, sizeof *slots);
	if (slots == NULL)
		return false;
	size_t n = 0;
	for (size_t i = 0; i < count; i++) {
		size_t slot = hash_text(&texts[i]) & (room - 1);
		while (slots[slot] != 0 &&
		       (distinct[slots[slot] - 1].length != texts[i].length ||
		        memcmp(distinct[slots[slot] - 1].bytes, texts[i].bytes, texts[i].length) != 0))
			slot = (slot + 1) & (room - 1);
		if (slots[slot] == 0) {
			/* After a first look, a column in which nearly everything differs is left plain. */
			if (n == DICTIONARY_MAX || (i >= 64 && n * 8 > i * 7))
				return false;
			distinct[n++] = texts[i];
			slots[slot] = (uint32_t)n;
		}
		numbers[i] = slots[slot] - 1;
	}
	*distinct_count = n;
	return true;
}

static void put_texts(writer *w, sat_bytes *b, const piece *texts, size_t count)
{
	size_t plain = 0, named = 0, n = 0;
	uint32_t *numbers = sat_arena_take(&w->arena, (count + 1) * sizeof *numbers);
	piece *distinct = sat_arena_take(&w->arena, (count + 1) * sizeof *distinct);
	if (numbers == NULL || distinct == NULL) {
		fail(w, SAT_ENOMEM);
		return;
	}
	bool numbered = count > 1 && number_texts(w, texts, count, numbers, distinct, &n);
	for (size_t i = 0; i < count; i++)
		plain += texts[i].length + 1;
	for (size_t i = 0; i < n; i++)
		named += distinct[i].length + 1;
	if (!numbered || named + count * (n <= 256 ? 1 : 2) >= plain) {
		sat_bytes_put_u8(b, 0);
		put_plain(b, texts, count);
		return;
	}
	sat_bytes_put_u8(b, 1);
	sat_bytes_put_varint(b, n);
	put_plain(b, distinct, n);
	for (size_t i = 0; i < count; i++) {
		if (n <= 256)
			sat_bytes_put_u8(b, (uint8_t)numbers[i]);
		else
			sat_bytes_put_varint(b, numbers[i]);
	}
}

/* Begins a section: its body is written to w->scratch and closed by end_section. */
static sat_bytes *begin_section(writer *w)
{
	sat_bytes_reset(&w->scratch);
	return &w->scratch;
}

static void end_section(writer *w, uint8_t type)
{
	if (!sat_bytes_ok(&w->scratch))
		fail(w, SAT_ENOMEM);
	sat_bytes_put_u8(&w->body, type);
	sat_bytes_put_span(&w->body, w->scratch.data, w->scratch.length);
}

/* --- leading sections ---------------------------------------------------------------------------- */

static void write_statements(writer *w, const sat_chunk *c)
{
	if (c->statement_count == 0)
		return;
	sat_bytes *b = begin_section(w);
	sat_bytes_put_varint(b, c->statement_count);
	for (size_t i = 0; i < c->statement_count; i++)
		sat_bytes_put_span(b, c->statements[i].data, c->statements[i].length);
	end_section(w, SAT_SECTION_STATEMENTS);
}

static void write_tombstones(writer *w, const sat_chunk *c)
{
	if (c->tombstone_count == 0)
		return;
	sat_bytes *b = begin_section(w);
	sat_bytes_put_varint(b, c->tombstone_count);
	put_dots(w, b, c->tombstones, c->tombstone_count);
	end_section(w, SAT_SECTION_TOMBSTONES);
}

static void put_batch_heads(writer *w, sat_bytes *b, const sat_chunk *c)
{
	sat_bytes_put_varint(b, c->batch_count);
	for (size_t i = 0, at = 0; i < c->batch_count; at += c->decision_counts[i], i++) {
		const sat_batch *batch = &c->batches[i];
		bool whole = c->decision_counts[i] == batch->leaves;
		sat_bytes_put_varint(b, index_of(w, batch->first));
		sat_bytes_put_varint(b, (uint64_t)sat_dot_counter(batch->first));
		sat_bytes_put_varint(b, batch->leaves);
		sat_bytes_put_u8(b, (uint8_t)((batch->has_seed ? 1 : 0) | (whole ? 0 : 2)));
		sat_bytes_put(b, batch->signature, SAT_SIGNATURE_BYTES);
		if (batch->has_seed)
			sat_bytes_put(b, batch->seed, SAT_SALT_BYTES);
		if (whole)
			continue;
		size_t bytes = (batch->leaves + 7) / 8;
		uint8_t *bits = sat_arena_zeroed(&w->arena, bytes, 1);
		for (size_t k = 0; bits != NULL && k < c->decision_counts[i]; k++) {
			size_t leaf = (size_t)(c->decisions[at + k].id - batch->first);
			bits[leaf / 8] |= (uint8_t)(1u << (leaf % 8));
		}
		if (bits == NULL)
			fail(w, SAT_ENOMEM);
		else
			sat_bytes_put(b, bits, bytes);
	}
}

static void put_details(writer *w, sat_bytes *b, const sat_chunk *c, piece *texts)
{
	size_t n = 0;
	for (size_t i = 0; i < c->decision_count; i++) {
		const sat_decision *d = &c->decisions[i];
		sat_bytes_put_u8(b, !d->has_details ? 0 : d->own_salt ? 2 : 1);
		n += d->has_details;
	}
	for (int detail = 0; detail < SAT_DETAILS; detail++) {
		size_t k = 0;
		for (size_t i = 0; i < c->decision_count; i++) {
			const sat_decision *d = &c->decisions[i];
			const char *text = d->details[detail] == NULL ? "" : d->details[detail];
			if (d->has_details)
				texts[k++] = (piece){ text, strlen(text) };
		}
		put_texts(w, b, texts, n);
	}
	int64_t previous = 0;
	for (size_t i = 0; i < c->decision_count; i++) {
		if (!c->decisions[i].has_details)
			continue;
		sat_bytes_put_zigzag(b, c->decisions[i].claimed_time - previous);
		previous = c->decisions[i].claimed_time;
	}
	for (size_t i = 0; i < c->decision_count; i++) {
		if (c->decisions[i].has_details && c->decisions[i].own_salt)
			sat_bytes_put(b, c->decisions[i].salt, SAT_SALT_BYTES);
	}
	for (size_t i = 0; i < c->decision_count; i++) {
		if (!c->decisions[i].has_details)
			sat_bytes_put(b, c->decisions[i].commitment, SAT_HASH_BYTES);
	}
}

static void write_decisions(writer *w, const sat_chunk *c)
{
	if (c->batch_count == 0)
		return;
	sat_bytes *b = begin_section(w);
	put_batch_heads(w, b, c);
	size_t m = c->decision_count;
	sat_dot *subjects = sat_arena_take(&w->arena, (m + 1) * sizeof *subjects);
	piece *texts = sat_arena_take(&w->arena, (m + 1) * sizeof *texts);
	if (subjects == NULL || texts == NULL) {
		fail(w, SAT_ENOMEM);
		return;
	}
	for (size_t i = 0; i < m; i++)
		subjects[i] = c->decisions[i].subject;
	put_dots(w, b, subjects, m);
	for (size_t i = 0; i < m; i++)
		texts[i] = (piece){ c->decisions[i].purpose, strlen(c->decisions[i].purpose) };
	put_texts(w, b, texts, m);
	for (size_t i = 0; i < m; i++)
		sat_bytes_put_u8(b, (uint8_t)c->decisions[i].event);
	for (size_t i = 0; i < m; i++)
		sat_bytes_put_u8(b, c->decisions[i].final);
	for (size_t i = 0; i < m; i++)
		sat_bytes_put_varint(b, c->decisions[i].episode);
	for (size_t i = 0; i < m; i++)
		sat_bytes_put_varint(b, (uint64_t)c->decisions[i].until);
	for (size_t i = 0; i < m; i++) {
		const char *recipients = c->decisions[i].recipients == NULL ? "" : c->decisions[i].recipients;
		texts[i] = (piece){ recipients, strlen(recipients) };
	}
	put_texts(w, b, texts, m);
	for (size_t i = 0; i < m; i++)
		sat_bytes_put_varint(b, c->decisions[i].supersedes_count);
	for (size_t i = 0; i < m; i++)
		sat_bytes_put(b, c->decisions[i].supersedes, c->decisions[i].supersedes_count * SAT_HASH_BYTES);
	put_details(w, b, c, texts);
	for (size_t i = 0; i < c->batch_count; i++)
		sat_bytes_put(b, c->batches[i].proof, c->batches[i].proof_count * SAT_HASH_BYTES);
	end_section(w, SAT_SECTION_DECISIONS);
}

static void write_asks(writer *w, const sat_chunk *c)
{
	if (c->ask_count == 0)
		return;
	sat_bytes *b = begin_section(w);
	sat_dot *records = sat_arena_take(&w->arena, c->ask_count * sizeof *records);
	if (records == NULL) {
		fail(w, SAT_ENOMEM);
		return;
	}
	sat_bytes_put_varint(b, c->ask_count);
	for (size_t i = 0; i < c->ask_count; i++) {
		sat_bytes_put(b, c->asks[i].name, sizeof c->asks[i].name);
		records[i] = c->asks[i].record;
	}
	put_dots(w, b, records, c->ask_count);
	end_section(w, SAT_SECTION_ASKS);
}

static void write_moments(writer *w, const sat_chunk *c)
{
	if (c->moment_count == 0)
		return;
	sat_bytes *b = begin_section(w);
	sat_dot *dots = sat_arena_take(&w->arena, c->moment_count * sizeof *dots);
	if (dots == NULL) {
		fail(w, SAT_ENOMEM);
		return;
	}
	sat_bytes_put_varint(b, c->moment_count);
	for (size_t i = 0; i < c->moment_count; i++)
		dots[i] = c->moments[i].dot;
	put_dots(w, b, dots, c->moment_count);
	int64_t previous = 0;
	for (size_t i = 0; i < c->moment_count; i++) {
		sat_bytes_put_zigzag(b, c->moments[i].at - previous);
		previous = c->moments[i].at;
	}
	end_section(w, SAT_SECTION_MOMENTS);
}

/* --- blocks -------------------------------------------------------------------------------------- */

static unsigned block_flags(const sat_block *block)
{
	unsigned flags = block->person ? 16 : 0;
	for (size_t i = 0; i < block->rows; i++) {
		const sat_row *row = &block->row[i];
		flags |= (row->dot != row->record ? 1u : 0) | (row->past_count > 0 ? 2u : 0) |
		         (!row->usual ? 4u : 0) | (row->person_count > 0 ? 8u : 0);
	}
	return flags;
}

static void put_pasts(writer *w, sat_bytes *b, const sat_block *block, sat_dot *dots)
{
	size_t n = 0;
	for (size_t i = 0; i < block->rows; i++) {
		const sat_row *row = &block->row[i];
		sat_bytes_put_varint(b, row->past_count);
		/* Ascending by the frame's own indices, which are not the store's. */
		for (uint32_t k = 0; k < row->past_count; k++) {
			size_t at = n + k;
			while (at > n && index_of(w, dots[at - 1]) > index_of(w, row->past[k])) {
				dots[at] = dots[at - 1];
				at--;
			}
			dots[at] = row->past[k];
		}
		n += row->past_count;
	}
	put_dots(w, b, dots, n);
}

static void put_stated(writer *w, sat_bytes *b, const sat_block *block, sat_dot *dots)
{
	sat_purposes used = 0;
	for (size_t i = 0; i < block->rows; i++) {
		for (uint32_t k = 0; !block->row[i].usual && k < block->row[i].stated_count; k++) {
			if (block->row[i].stated[k].purpose != SAT_EVERY_PURPOSE)
				used |= UINT64_C(1) << block->row[i].stated[k].purpose;
		}
	}
	sat_bytes_put_varint(b, (uint64_t)__builtin_popcountll(used));
	for (unsigned bit = 0; bit < 63; bit++) {
		if (used >> bit & 1)
			put_text(b, sat_purpose_name(w->store, bit));
	}
	size_t n = 0;
	for (size_t i = 0; i < block->rows; i++) {
		const sat_row *row = &block->row[i];
		sat_bytes_put_varint(b, row->usual ? 0 : (uint64_t)row->stated_count + 1);
		for (uint32_t k = 0; !row->usual && k < row->stated_count; k++)
			dots[n++] = row->stated[k].person;
	}
	put_dots(w, b, dots, n);
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < block->rows; i++) {
			const sat_row *row = &block->row[i];
			for (uint32_t k = 0; !row->usual && k < row->stated_count; k++) {
				uint8_t purpose = row->stated[k].purpose;
				if (pass == 1)
					sat_bytes_put_varint(b, row->stated[k].episode);
				else if (purpose == SAT_EVERY_PURPOSE)
					sat_bytes_put_varint(b, 0);
				else
					sat_bytes_put_varint(b, 1 + (uint64_t)__builtin_popcountll(
									    used & ((UINT64_C(1) << purpose) - 1)));
			}
		}
	}
}

static void put_persons(writer *w, sat_bytes *b, const sat_block *block, sat_dot *dots)
{
	size_t n = 0;
	for (size_t i = 0; i < block->rows; i++) {
		sat_bytes_put_varint(b, block->row[i].person_count);
		for (uint32_t k = 0; k < block->row[i].person_count; k++)
			dots[n++] = block->row[i].persons[k];
	}
	put_dots(w, b, dots, n);
}

static void put_column(writer *w, sat_bytes *b, const sat_block_field *f, size_t rows)
{
	size_t n = 0, total = 0;
	piece *texts = NULL;
	sat_dot *dots = NULL;
	if (f->type == SAT_TEXT || f->type == SAT_CHOICE)
		texts = sat_arena_take(&w->arena, (f->present + 1) * sizeof *texts);
	for (size_t i = 0; i < rows; i++) {
		if (f->cells[i] == SAT_PRESENT)
			total += f->type == SAT_REFERENCES ? f->values[i].references.count : 1;
	}
	if (f->type == SAT_REFERENCE || f->type == SAT_REFERENCES)
		dots = sat_arena_take(&w->arena, (total + 1) * sizeof *dots);
	if (texts == NULL && dots == NULL && (f->type == SAT_TEXT || f->type == SAT_REFERENCE)) {
		fail(w, SAT_ENOMEM);
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
			texts[n++] = (piece){ v->text.bytes, v->text.length };
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
				fail(w, SAT_EDAMAGED);
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
		put_texts(w, b, texts, n);
	if (dots != NULL)
		put_dots(w, b, dots, n);
}

static void put_presence(writer *w, sat_bytes *b, const sat_block_field *f, size_t rows)
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
			fail(w, SAT_ENOMEM);
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

static void put_field(writer *w, sat_bytes *b, const sat_block_field *f, size_t rows)
{
	put_text(b, f->name);
	sat_bytes_put_u8(b, (uint8_t)f->type);
	sat_bytes_put_u8(b, f->concerns);
	sat_purposes named = f->needs & ~SAT_PURPOSE_NEVER;
	sat_bytes_put_varint(b, (uint64_t)__builtin_popcountll(named));
	for (unsigned bit = 0; bit < 63; bit++) {
		if (named >> bit & 1)
			put_text(b, sat_purpose_name(w->store, bit));
	}
	put_presence(w, b, f, rows);
	put_column(w, b, f, rows);
}

static void write_block(writer *w, const sat_block *block)
{
	if (block->rows == 0)
		return;
	sat_bytes *b = begin_section(w);
	size_t most = block->rows, pasts = 0, stated = 0, persons = 0, fields = 0;
	for (size_t i = 0; i < block->rows; i++) {
		pasts += block->row[i].past_count;
		stated += block->row[i].usual ? 0 : block->row[i].stated_count;
		persons += block->row[i].person_count;
	}
	most = pasts > most ? pasts : most;
	most = stated > most ? stated : most;
	most = persons > most ? persons : most;
	sat_dot *dots = sat_arena_take(&w->arena, (most + 1) * sizeof *dots);
	if (dots == NULL) {
		fail(w, SAT_ENOMEM);
		return;
	}
	unsigned flags = block_flags(block);
	put_text(b, block->kind);
	sat_bytes_put_varint(b, flags);
	sat_bytes_put_varint(b, block->rows);
	for (size_t i = 0; i < block->rows; i++)
		dots[i] = block->row[i].record;
	put_dots(w, b, dots, block->rows);
	for (size_t i = 0; i < block->rows; i++)
		dots[i] = block->row[i].dot;
	if (flags & 1)
		put_dots(w, b, dots, block->rows);
	if (flags & 2)
		put_pasts(w, b, block, dots);
	if (flags & 4)
		put_stated(w, b, block, dots);
	if (flags & 8)
		put_persons(w, b, block, dots);
	for (size_t i = 0; i < block->fields; i++)
		fields += field_used(&block->field[i], block->rows);
	sat_bytes_put_varint(b, fields);
	for (size_t i = 0; i < block->fields; i++) {
		if (field_used(&block->field[i], block->rows))
			put_field(w, b, &block->field[i], block->rows);
	}
	end_section(w, SAT_SECTION_BLOCK);
}

/* --- the frame ----------------------------------------------------------------------------------- */

/* The statement of every incarnation that the frame names and that somebody has signed for. */
static int write_claims(writer *w, sat_bytes *out, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(w->store->db, &s,
	                        "SELECT d.device, i.highest, i.signature FROM sat_incarnation i "
	                        "JOIN sat_device d ON d.id = i.device WHERE i.id = ? AND i.signature IS NOT NULL",
	                        err);
	SAT_BYTES(body);
	size_t count = 0;
	for (size_t i = 0; rc == 0 && i < w->name_count; i++) {
		sat_bind_int(s, 1, w->names[i]);
		rc = sat_step(w->store->db, s, err);
		size_t length;
		if (rc == 1) {
			count++;
			sat_bytes_put_varint(&body, i + 1);
			const void *device = sat_column_blob(s, 0, &length);
			sat_bytes_put(&body, device, length);
			sat_bytes_put_varint(&body, (uint64_t)sat_column_int(s, 1));
			const void *signature = sat_column_blob(s, 2, &length);
			sat_bytes_put(&body, signature, length);
		}
		sat_reset(s);
		rc = rc < 0 ? rc : 0;
	}
	sat_db_finalize(w->store->db, &s);
	if (rc == 0 && count > 0) {
		SAT_BYTES(section);
		sat_bytes_put_varint(&section, count);
		sat_bytes_put(&section, body.data, body.length);
		sat_bytes_put_u8(out, SAT_SECTION_INCARNATIONS);
		sat_bytes_put_span(out, section.data, section.length);
	}
	return rc;
}

static int assemble(writer *w, sat_bytes *frame, sat_error *err)
{
	size_t before = frame->length;
	sat_bytes_put_varint(frame, w->name_count);
	for (size_t i = 0; i < w->name_count; i++)
		sat_bytes_put(frame, sat_incarnation_at(w->store, w->names[i])->name, SAT_INCARNATION_BYTES);
	int rc = write_claims(w, frame, err);
	sat_bytes_put(frame, w->body.data, w->body.length);
	if (rc == 0 && w->failed != 0)
		rc = sat_fail(err, w->failed, "a frame could not be written");
	if (rc == 0 && (!sat_bytes_ok(frame) || !sat_bytes_ok(&w->body)))
		rc = sat_no_memory(err);
	if (rc == 0 && frame->length - before > SAT_FRAME_BYTES_MAX)
		rc = sat_fail(err, SAT_ELIMIT, "a record is too large for one frame");
	return rc;
}

int sat_frame_write(sat_store *store, const sat_chunk *chunk, sat_bytes *frame, sat_error *err)
{
	writer w = { .store = store, .err = err };
	w.frame_index = calloc(store->incarnation_count + 1, sizeof *w.frame_index);
	w.names = calloc(store->incarnation_count + 1, sizeof *w.names);
	int rc = 0;
	if (w.frame_index == NULL || w.names == NULL) {
		rc = sat_no_memory(err);
	} else {
		write_statements(&w, chunk);
		write_tombstones(&w, chunk);
		write_decisions(&w, chunk);
		for (size_t i = 0; i < chunk->block_count; i++)
			write_block(&w, &chunk->blocks[i]);
		write_asks(&w, chunk);
		write_moments(&w, chunk);
		rc = assemble(&w, frame, err);
	}
	free(w.frame_index);
	free(w.names);
	sat_bytes_clear(&w.body);
	sat_bytes_clear(&w.scratch);
	sat_arena_clear(&w.arena);
	return rc;
}
