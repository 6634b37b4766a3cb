/* Writing frames; see frame.h and FORMAT.md, section 3. */
#include <stdlib.h>
#include <string.h>

#include "core/incarnation.h"
#include "core/store-private.h"
#include "frame-private.h"

/* --- sections ----------------------------------------------------------------------------------------- */

sat_bytes *sat_frame_begin_section(sat_frame_writer *w)
{
	sat_bytes_reset(&w->scratch);
	return &w->scratch;
}

void sat_frame_end_section(sat_frame_writer *w, uint8_t type)
{
	if (!sat_bytes_ok(&w->scratch))
		sat_frame_fail(w, SAT_ENOMEM);
	sat_bytes_put_u8(&w->body, type);
	sat_bytes_put_span(&w->body, w->scratch.data, w->scratch.length);
}

static void write_statements(sat_frame_writer *w, const sat_chunk *c)
{
	if (c->statement_count == 0)
		return;
	sat_bytes *b = sat_frame_begin_section(w);
	sat_bytes_put_varint(b, c->statement_count);
	for (size_t i = 0; i < c->statement_count; i++)
		sat_bytes_put_span(b, c->statements[i].data, c->statements[i].length);
	sat_frame_end_section(w, SAT_SECTION_STATEMENTS);
}

/* Which of the tombstones stood under which labels; both lists are in one order. */
static void write_under(sat_frame_writer *w, sat_bytes *b, const sat_chunk *c)
{
	sat_dot *labels = sat_arena_take(&w->arena, c->under_count * sizeof *labels);
	if (labels == NULL) {
		sat_frame_fail(w, SAT_ENOMEM);
		return;
	}
	sat_bytes_put_varint(b, c->under_count);
	for (size_t i = 0, at = 0; i < c->under_count; i++) {
		while (c->tombstones[at] != c->under[i].record)
			at++;
		sat_bytes_put_varint(b, at);
		labels[i] = c->under[i].label;
	}
	sat_frame_put_dots(w, b, labels, c->under_count);
}

static void write_tombstones(sat_frame_writer *w, const sat_chunk *c)
{
	if (c->tombstone_count == 0)
		return;
	sat_bytes *b = sat_frame_begin_section(w);
	sat_bytes_put_varint(b, c->tombstone_count);
	sat_frame_put_dots(w, b, c->tombstones, c->tombstone_count);
	if (c->under_count > 0)
		write_under(w, b, c);
	sat_frame_end_section(w, SAT_SECTION_TOMBSTONES);
}

static void write_asks(sat_frame_writer *w, const sat_chunk *c)
{
	if (c->ask_count == 0)
		return;
	sat_bytes *b = sat_frame_begin_section(w);
	sat_dot *records = sat_arena_take(&w->arena, c->ask_count * sizeof *records);
	if (records == NULL) {
		sat_frame_fail(w, SAT_ENOMEM);
		return;
	}
	sat_bytes_put_varint(b, c->ask_count);
	for (size_t i = 0; i < c->ask_count; i++) {
		sat_bytes_put(b, c->asks[i].name, sizeof c->asks[i].name);
		records[i] = c->asks[i].record;
	}
	sat_frame_put_dots(w, b, records, c->ask_count);
	sat_frame_end_section(w, SAT_SECTION_ASKS);
}

static void write_moments(sat_frame_writer *w, const sat_chunk *c)
{
	if (c->moment_count == 0)
		return;
	sat_bytes *b = sat_frame_begin_section(w);
	sat_dot *dots = sat_arena_take(&w->arena, c->moment_count * sizeof *dots);
	if (dots == NULL) {
		sat_frame_fail(w, SAT_ENOMEM);
		return;
	}
	sat_bytes_put_varint(b, c->moment_count);
	for (size_t i = 0; i < c->moment_count; i++)
		dots[i] = c->moments[i].dot;
	sat_frame_put_dots(w, b, dots, c->moment_count);
	int64_t previous = 0;
	for (size_t i = 0; i < c->moment_count; i++) {
		sat_bytes_put_zigzag(b, c->moments[i].at - previous);
		previous = c->moments[i].at;
	}
	sat_frame_end_section(w, SAT_SECTION_MOMENTS);
}

static void write_pieces(sat_frame_writer *w, const sat_chunk *c)
{
	const sat_file_pieces *f = &c->file;
	if (f->count == 0)
		return;
	sat_bytes *b = sat_frame_begin_section(w);
	sat_bytes_put(b, f->name.hash, sizeof f->name.hash);
	sat_bytes_put_varint(b, (uint64_t)f->name.size);
	sat_bytes_put_varint(b, f->count);
	for (size_t i = 0; i < f->count; i++) {
		const sat_file_piece *p = &f->piece[i];
		sat_bytes_put_varint(b, p->number);
		sat_bytes_put(b, p->proof, sat_tree_proof_hashes(f->name.size, p->number) * SAT_HASH_BYTES);
		sat_bytes_put(b, p->bytes, sat_tree_piece_bytes(f->name.size, p->number));
	}
	sat_frame_end_section(w, SAT_SECTION_PIECES);
}

/* --- the frame ---------------------------------------------------------------------------------------- */

/* The statement of every incarnation that the frame names and that somebody has signed for. */
static int write_claims(sat_frame_writer *w, sat_bytes *out, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc =
	    sat_db_prepare(w->store->db, &s,
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
		if (!sat_bytes_ok(&body) || !sat_bytes_ok(&section))
			sat_frame_fail(w, SAT_ENOMEM);
		sat_bytes_put_u8(out, SAT_SECTION_INCARNATIONS);
		sat_bytes_put_span(out, section.data, section.length);
	}
	return rc;
}

static int assemble(sat_frame_writer *w, sat_bytes *frame, sat_error *err)
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
	sat_frame_writer w = { .store = store, .err = err };
	w.frame_index = calloc(store->incarnation_count + 1, sizeof *w.frame_index);
	w.names = calloc(store->incarnation_count + 1, sizeof *w.names);
	int rc = 0;
	if (w.frame_index == NULL || w.names == NULL) {
		rc = sat_no_memory(err);
	} else {
		write_statements(&w, chunk);
		write_tombstones(&w, chunk);
		sat_frame_write_decisions(&w, chunk);
		for (size_t i = 0; i < chunk->block_count; i++)
			sat_frame_write_block(&w, &chunk->blocks[i]);
		write_asks(&w, chunk);
		write_moments(&w, chunk);
		write_pieces(&w, chunk);
		rc = assemble(&w, frame, err);
	}
	free(w.frame_index);
	free(w.names);
	sat_bytes_clear(&w.body);
	sat_bytes_clear(&w.scratch);
	sat_arena_clear(&w.arena);
	return rc;
}
