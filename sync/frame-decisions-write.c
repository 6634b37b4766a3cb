/* Writing the section of decisions; see frame-private.h and FORMAT.md, section 3.4. */
#include <string.h>

#include "frame-private.h"

static sat_piece piece_of(const char *text)
{
	return text == NULL ? (sat_piece){ "", 0 } : (sat_piece){ text, strlen(text) };
}

static void put_batch_heads(sat_frame_writer *w, sat_bytes *b, const sat_chunk *c)
{
	sat_bytes_put_varint(b, c->batch_count);
	for (size_t i = 0, at = 0; i < c->batch_count; at += c->decision_counts[i], i++) {
		const sat_batch *batch = &c->batches[i];
		bool whole = c->decision_counts[i] == batch->leaves;
		sat_bytes_put_varint(b, sat_frame_index_of(w, batch->first));
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
			sat_frame_fail(w, SAT_ENOMEM);
		else
			sat_bytes_put(b, bits, bytes);
	}
}

static void put_details(sat_frame_writer *w, sat_bytes *b, const sat_chunk *c, sat_piece *texts)
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
			if (d->has_details)
				texts[k++] = piece_of(d->details[detail]);
		}
		sat_frame_put_texts(w, b, texts, n);
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

void sat_frame_write_decisions(sat_frame_writer *w, const sat_chunk *c)
{
	if (c->batch_count == 0)
		return;
	sat_bytes *b = sat_frame_begin_section(w);
	put_batch_heads(w, b, c);
	size_t m = c->decision_count;
	sat_dot *subjects = sat_arena_take(&w->arena, (m + 1) * sizeof *subjects);
	sat_piece *texts = sat_arena_take(&w->arena, (m + 1) * sizeof *texts);
	if (subjects == NULL || texts == NULL) {
		sat_frame_fail(w, SAT_ENOMEM);
		return;
	}
	for (size_t i = 0; i < m; i++)
		subjects[i] = c->decisions[i].subject;
	sat_frame_put_dots(w, b, subjects, m);
	for (size_t i = 0; i < m; i++)
		texts[i] = (sat_piece){ c->decisions[i].purpose, strlen(c->decisions[i].purpose) };
	sat_frame_put_texts(w, b, texts, m);
	for (size_t i = 0; i < m; i++)
		sat_bytes_put_u8(b, (uint8_t)c->decisions[i].event);
	for (size_t i = 0; i < m; i++)
		sat_bytes_put_u8(b, sat_decision_flags(&c->decisions[i]));
	for (size_t i = 0; i < m; i++)
		sat_bytes_put_varint(b, c->decisions[i].episode);
	for (size_t i = 0; i < m; i++)
		sat_bytes_put_varint(b, (uint64_t)c->decisions[i].until);
	for (size_t i = 0; i < m; i++)
		texts[i] = piece_of(c->decisions[i].recipients);
	sat_frame_put_texts(w, b, texts, m);
	for (size_t i = 0; i < m; i++)
		texts[i] = piece_of(c->decisions[i].withheld_from);
	sat_frame_put_texts(w, b, texts, m);
	for (size_t i = 0; i < m; i++)
		sat_bytes_put_varint(b, c->decisions[i].notice);
	for (size_t i = 0; i < m; i++)
		texts[i] = piece_of(c->decisions[i].stated);
	sat_frame_put_texts(w, b, texts, m);
	for (size_t i = 0; i < m; i++)
		sat_bytes_put_varint(b, c->decisions[i].supersedes_count);
	for (size_t i = 0; i < m; i++)
		sat_bytes_put(b, c->decisions[i].supersedes,
		              c->decisions[i].supersedes_count * SAT_HASH_BYTES);
	put_details(w, b, c, texts);
	for (size_t i = 0; i < c->batch_count; i++)
		sat_bytes_put(b, c->batches[i].proof, c->batches[i].proof_count * SAT_HASH_BYTES);
	sat_frame_end_section(w, SAT_SECTION_DECISIONS);
}
