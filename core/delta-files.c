/* See delta-files.h. */
#include "delta-files.h"

#include <stdlib.h>
#include <string.h>

#include "delta-records.h"
#include "file-use.h"

/* What a piece takes in a bundle besides itself, at most: its proof, the frame's head and seal, and its entry in
 * the manifest, which stands there twice. */
enum { PIECE_OVERHEAD = SAT_PROOF_HASHES_MAX * SAT_HASH_BYTES + 256 };

/* One file of which pieces lie in the gaps. */
typedef struct candidate {
	sat_file file;
	bool preview;
	bool leaves;         /* it was added here: proofs are made */
} candidate;

/* One of its pieces that has not gone. */
typedef struct waiting_piece {
	int64_t id, bytes;
	uint32_t number;
} waiting_piece;

struct sat_file_walk {
	sat_arena arena;           /* the list of files */
	candidate *files;
	size_t count, at;
	sat_arena file_arena;      /* what follows, of the file at hand */
	waiting_piece *pieces;
	size_t piece_count, next;  /* pieces to send, and those of them that went */
	sat_tree tree;
	sat_dot record;            /* whose value lets it go */
	bool open;                 /* a file is at hand */
	uint64_t room;
	sat_file_totals totals;
	sat_stmt *in_gap, *of_file, *content;
};

void sat_file_walk_free(sat_file_walk *w)
{
	if (w == NULL)
		return;
	sat_arena_clear(&w->arena);
	sat_arena_clear(&w->file_arena);
	free(w);
}

void sat_delta_file_totals(const sat_delta *d, sat_file_totals *totals)
{
	*totals = d->files == NULL ? (sat_file_totals){ 0 } : d->files->totals;
}

/* --- which files ---------------------------------------------------------------------------------------- */

static int compare_ids(const void *a, const void *b)
{
	const candidate *x = a, *y = b;
	return x->file.id < y->file.id ? -1 : x->file.id > y->file.id;
}

static int compare_turns(const void *a, const void *b)
{
	const candidate *x = a, *y = b;
	if (x->preview != y->preview)
		return x->preview ? -1 : 1;
	if (x->file.name.size != y->file.name.size)
		return x->file.name.size < y->file.name.size ? -1 : 1;
	return compare_ids(a, b);
}

static int read_candidate(sat_stmt *s, candidate *c, sat_error *err)
{
	size_t length;
	*c = (candidate){ .file.id = sat_column_int(s, 0), .file.name.size = sat_column_int(s, 2),
		          .file.here = (uint32_t)sat_column_int(s, 3), .leaves = sat_column_int(s, 4) != 0,
		          .preview = sat_column_int(s, 5) != 0 };
	const void *hash = sat_column_blob(s, 1, &length);
	if (length != sizeof c->file.name.hash)
		return sat_fail(err, SAT_EDAMAGED, "the store's list of files is damaged");
	memcpy(c->file.name.hash, hash, length);
	c->file.pieces = sat_tree_pieces(c->file.name.size);
	return 0;
}

/* The files of which a piece lies in one gap. */
static int collect(sat_delta *d, const sat_span *gap, sat_error *err)
{
	sat_file_walk *w = d->files;
	sat_bind_int(w->in_gap, 1, gap->above);
	sat_bind_int(w->in_gap, 2, gap->upto);
	sat_bind_int(w->in_gap, 3, d->options.heard);
	int rc;
	while ((rc = sat_step(d->store->db, w->in_gap, err)) == 1) {
		candidate *grown = sat_arena_grown(&w->arena, w->files, w->count, sizeof *grown);
		if (grown == NULL) {
			rc = sat_no_memory(err);
			break;
		}
		w->files = grown;
		if ((rc = read_candidate(w->in_gap, &w->files[w->count++], err)) != 0)
			break;
	}
	sat_reset(w->in_gap);
	return rc;
}

static int begin_walk(sat_delta *d, sat_error *err)
{
	sat_file_walk *w = d->files = calloc(1, sizeof *w);
	if (w == NULL)
		return sat_no_memory(err);
	w->room = d->options.file_bytes_max;
	int rc =
	    sat_db_prepare(d->store->db, &w->in_gap,
	                   "SELECT f.id, f.name, f.size, f.here, f.leaves IS NOT NULL, EXISTS (SELECT 1 FROM "
	                   "sat_file_use u WHERE u.file = f.id AND u.preview = 1) FROM sat_file f WHERE f.id IN "
	                   "(SELECT file FROM sat_piece WHERE id > ? AND id <= ? AND told IS NOT ?)",
	                   err);
	if (rc == 0)
		rc = sat_db_prepare(
		    d->store->db, &w->of_file,
		    "SELECT id, number, bytes FROM sat_piece WHERE file = ? AND told IS NOT ? ORDER BY id", err);
	if (rc == 0)
		rc = sat_db_prepare(d->store->db, &w->content, "SELECT proof, content FROM sat_bytes WHERE id = ?",
		                    err);
	for (size_t i = 0; rc == 0 && i < d->gap_count; i++)
		rc = collect(d, &d->gaps[i], err);
	if (rc != 0 || w->count == 0)
		return rc;
	qsort(w->files, w->count, sizeof *w->files, compare_ids);
	size_t kept = 1;
	for (size_t i = 1; i < w->count; i++) {
		if (w->files[i].file.id != w->files[kept - 1].file.id)
			w->files[kept++] = w->files[i];
	}
	w->count = kept;
	qsort(w->files, w->count, sizeof *w->files, compare_turns);
	return 0;
}

/* --- one file ------------------------------------------------------------------------------------------- */

static int lets(void *context, const sat_state *state, const sat_sibling *sibling, bool *yes, sat_error *err)
{
	sat_delta *d = context;
	int rc = d->vouches ? sat_delta_look_asked(d, state->id, err) : 0;
	if (rc == 0)
		rc = sat_gate_see_state(d->gate, state, yes, err);
	if (rc != 0 || !*yes)
		return rc;
	*yes = false;
	return sibling->blank ? 0 : sat_delta_lets(d, state, sibling, NULL, yes, err);
}

static bool in_gaps(const sat_delta *d, int64_t id)
{
	size_t low = 0, high = d->gap_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (d->gaps[middle].upto < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < d->gap_count && d->gaps[low].above < id;
}

static int load_pieces(sat_delta *d, const candidate *c, sat_error *err)
{
	sat_file_walk *w = d->files;
	int rc = 0;
	w->pieces = sat_arena_take(&w->file_arena, ((size_t)c->file.here + 1) * sizeof *w->pieces);
	if (w->pieces == NULL)
		return sat_no_memory(err);
	sat_bind_int(w->of_file, 1, c->file.id);
	sat_bind_int(w->of_file, 2, d->options.heard);
	while (w->piece_count < c->file.here && (rc = sat_step(d->store->db, w->of_file, err)) == 1) {
		waiting_piece p = { sat_column_int(w->of_file, 0), sat_column_int(w->of_file, 2),
			            (uint32_t)sat_column_int(w->of_file, 1) };
		if (in_gaps(d, p.id))
			w->pieces[w->piece_count++] = p;
	}
	sat_reset(w->of_file);
	return rc < 0 ? rc : 0;
}

static int load_tree(sat_delta *d, const candidate *c, sat_error *err)
{
	sat_file_walk *w = d->files;
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(d->store->db, &s, "SELECT leaves FROM sat_file WHERE id = ?", err);
	sat_bind_int(s, 1, c->file.id);
	if (rc == 0)
		rc = sat_step(d->store->db, s, err);
	size_t length = 0;
	const void *leaves = rc == 1 ? sat_column_blob(s, 0, &length) : NULL;
	if (rc == 1 && length != (size_t)c->file.pieces * SAT_HASH_BYTES)
		rc = sat_fail(err, SAT_EDAMAGED, "the store's list of files is damaged");
	const uint8_t *kept = rc == 1 ? sat_arena_copy(&w->file_arena, leaves, length) : NULL;
	sat_db_finalize(d->store->db, &s);
	if (rc != 1)
		return rc;
	return kept == NULL || sat_tree_build(&w->tree, &w->file_arena, kept, c->file.pieces) != 0
	           ? sat_no_memory(err)
	           : 0;
}

/* Opens the next file that may go. */
static int open_file(sat_delta *d, sat_error *err)
{
	sat_file_walk *w = d->files;
	int rc = 0;
	for (; rc == 0 && !w->open && w->at < w->count; w->at += !w->open) {
		const candidate *c = &w->files[w->at];
		sat_arena_reset(&w->file_arena);
		w->piece_count = w->next = 0;
		rc = sat_file_named(d->store, &c->file, false, lets, d, &w->record, err);
		if (rc != 0 || w->record == 0)
			continue;
		rc = load_pieces(d, c, err);
		w->open = rc == 0 && w->piece_count > 0;
		if (w->open && c->leaves && !d->options.unread)
			rc = load_tree(d, c, err);
	}
	return rc;
}

static void close_file(sat_file_walk *w, const candidate *c)
{
	bool whole = w->next == w->piece_count;
	w->totals.whole += whole;
	w->totals.in_part += !whole && w->next > 0;
	w->totals.left += w->next == 0;
	for (size_t i = w->next; i < w->piece_count; i++)
		w->totals.bytes_left += sat_tree_piece_bytes(c->file.name.size, w->pieces[i].number);
	w->open = false;
	w->at++;
}

/* --- chunks --------------------------------------------------------------------------------------------- */

static int put_bytes(sat_delta *d, const candidate *c, const waiting_piece *p, sat_file_piece *out, sat_error *err)
{
	sat_file_walk *w = d->files;
	size_t length = 0, proof_bytes = 0, hashes = sat_tree_proof_hashes(c->file.name.size, p->number);
	sat_bind_int(w->content, 1, p->bytes);
	int rc = sat_step(d->store->db, w->content, err);
	const void *proof = rc == 1 ? sat_column_blob(w->content, 0, &proof_bytes) : NULL;
	const void *bytes = rc == 1 ? sat_column_blob(w->content, 1, &length) : NULL;
	uint8_t made[SAT_PROOF_HASHES_MAX * SAT_HASH_BYTES];
	if (rc == 1 && proof_bytes == 0 && c->leaves) {
		proof_bytes = sat_tree_proof(&w->tree, p->number, made) * SAT_HASH_BYTES;
		proof = made;
	}
	if (rc >= 0 && (length != sat_tree_piece_bytes(c->file.name.size, p->number) ||
	                proof_bytes != hashes * SAT_HASH_BYTES))
		rc = sat_fail(err, SAT_EDAMAGED, "a piece of a file is damaged in the store");
	if (rc == 1) {
		out->proof = sat_arena_copy(&d->chunk.arena, proof, proof_bytes);
		out->bytes = sat_arena_copy(&d->chunk.arena, bytes, length);
		rc = out->proof == NULL || out->bytes == NULL ? sat_no_memory(err) : 0;
	}
	sat_reset(w->content);
	return rc;
}

/* The next piece can stand in the chunk beside those that are in it. */
static bool goes_on(const sat_delta *d, const candidate *c, const waiting_piece *p)
{
	const sat_chunk *chunk = &d->chunk;
	size_t bytes = sat_tree_piece_bytes(c->file.name.size, p->number) + PIECE_OVERHEAD;
	if (bytes > d->files->room || (d->options.previews_only && !c->preview))
		return false;
	return chunk->file.count == 0 ||
	       (chunk->file.count < SAT_FRAME_PIECES_MAX && p->id == chunk->span.upto + 1 &&
	        p->number > chunk->file.piece[chunk->file.count - 1].number &&
	        chunk->bytes + bytes <= d->options.chunk_bytes_max);
}

static int fill(sat_delta *d, const candidate *c, sat_error *err)
{
	sat_file_walk *w = d->files;
	sat_chunk *chunk = &d->chunk;
	int rc = 0;
	for (; rc == 0 && w->next < w->piece_count && goes_on(d, c, &w->pieces[w->next]); w->next++) {
		const waiting_piece *p = &w->pieces[w->next];
		size_t bytes = sat_tree_piece_bytes(c->file.name.size, p->number);
		if (chunk->file.count == 0)
			chunk->span.above = p->id - 1;
		chunk->span.upto = p->id;
		chunk->file.piece[chunk->file.count].number = p->number;
		if (!d->options.unread)
			rc = put_bytes(d, c, p, &chunk->file.piece[chunk->file.count], err);
		chunk->file.count++;
		chunk->bytes += bytes + PIECE_OVERHEAD;
		w->room -= bytes + PIECE_OVERHEAD;
		w->totals.bytes += bytes;
	}
	return rc;
}

int sat_delta_next_pieces(sat_delta *d, sat_error *err)
{
	int rc = d->files != NULL ? 0 : begin_walk(d, err);
	sat_file_walk *w = d->files;
	while (rc == 0 && d->chunk.file.count == 0) {
		rc = open_file(d, err);
		if (rc != 0 || !w->open)
			return rc;
		const candidate *c = &w->files[w->at];
		d->chunk.file.name = c->file.name;
		d->chunk.file_id = c->file.id;
		d->chunk.file_record = w->record;
		d->chunk.file_preview = c->preview;
		rc = fill(d, c, err);
		d->chunk.entries = d->chunk.file.count;
		/* What comes later in the order does not go before what had no room. */
		if (d->chunk.file.count == 0)
			w->room = 0;
		if (rc == 0 && (w->next == w->piece_count || d->chunk.file.count == 0))
			close_file(w, c);
	}
	return rc != 0 ? rc : 1;
}
