/* See file.h. */
#include "file.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "store-private.h"

enum { ASIDE_PIECES_MIN = 8 };

/* --- rows ----------------------------------------------------------------------------------------------- */

int sat_file_find(sat_store *store, const sat_file_name *name, sat_file *file, sat_error *err)
{
	*file = (sat_file){ .name = *name, .pieces = sat_tree_pieces(name->size) };
	int rc = SAT_SQL(store, file_find, "SELECT id, here FROM sat_file WHERE name = ? AND size = ?");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.file_find;
	sat_bind_blob(s, 1, name->hash, sizeof name->hash);
	sat_bind_int(s, 2, name->size);
	rc = sat_step(store->db, s, err);
	if (rc == 1) {
		file->id = sat_column_int(s, 0);
		file->here = (uint32_t)sat_column_int(s, 1);
	}
	sat_reset(s);
	return rc < 0 ? rc : 0;
}

/* The id of the row that was put into a table last. */
static int latest(sat_store *store, const char *sql, int64_t *id, sat_error *err)
{
	return sat_db_int(store->db, sql, id, 0, err);
}

static int insert_file(sat_store *store, const sat_file_name *name, int64_t *id, sat_error *err)
{
	int rc = SAT_SQL(store, file_insert, "INSERT INTO sat_file(name, size) VALUES(?, ?)");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.file_insert;
	sat_bind_blob(s, 1, name->hash, sizeof name->hash);
	sat_bind_int(s, 2, name->size);
	rc = sat_run(store->db, s, err);
	return rc != 0 ? rc : latest(store, "SELECT max(id) FROM sat_file", id, err);
}

int sat_file_ensure(sat_store *store, const sat_file_name *name, sat_file *file, sat_error *err)
{
	int rc = sat_file_find(store, name, file, err);
	return rc != 0 || file->id != 0 ? rc : insert_file(store, name, &file->id, err);
}

/* Runs a statement over one file. */
static int run_over(sat_store *store, const char *sql, int64_t file, int64_t other, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, sql, err);
	if (rc == 0) {
		sat_bind_int(s, 1, file);
		sat_bind_int(s, 2, other);
		rc = sat_run(store->db, s, err);
	}
	sat_db_finalize(store->db, &s);
	return rc;
}

/* --- pieces --------------------------------------------------------------------------------------------- */

static int insert_piece(sat_store *store, int64_t file, uint32_t number, const uint8_t *proof, size_t proof_bytes,
                        const void *piece, size_t length, int64_t told, sat_error *err)
{
	int rc = SAT_SQL(store, bytes_insert, "INSERT INTO sat_bytes(proof, content) VALUES(?, ?)");
	if (rc == 0)
		rc = SAT_SQL(store, piece_insert,
		             "INSERT INTO sat_piece(file, number, bytes, told) VALUES(?, ?, last_insert_rowid(), "
		             "nullif(?, 0))");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.bytes_insert;
	sat_bind_none(s);
	if (proof != NULL)
		sat_bind_blob(s, 1, proof, proof_bytes);
	sat_bind_blob(s, 2, piece, length);
	rc = sat_run(store->db, s, err);
	s = store->sql.piece_insert;
	sat_bind_int(s, 1, file);
	sat_bind_int(s, 2, number);
	sat_bind_int(s, 3, told);
	return rc != 0 ? rc : sat_run(store->db, s, err);
}

/* The row of sat_bytes with a piece; 0 when it has not arrived. */
static int bytes_of(sat_store *store, int64_t file, uint32_t number, int64_t *bytes, sat_error *err)
{
	*bytes = 0;
	int rc = SAT_SQL(store, piece_find, "SELECT bytes FROM sat_piece WHERE file = ? AND number = ?");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.piece_find, 1, file);
	sat_bind_int(store->sql.piece_find, 2, number);
	rc = sat_step(store->db, store->sql.piece_find, err);
	if (rc == 1)
		*bytes = sat_column_int(store->sql.piece_find, 0);
	sat_reset(store->sql.piece_find);
	return rc < 0 ? rc : 0;
}

int sat_file_keep(sat_store *store, sat_file *file, uint32_t number, const uint8_t *proof, const void *piece,
                  int64_t told, bool *fresh, sat_error *err)
{
	int64_t bytes;
	int rc = bytes_of(store, file->id, number, &bytes, err);
	*fresh = rc == 0 && bytes == 0;
	if (!*fresh)
		return rc;
	rc = insert_piece(store, file->id, number, proof,
	                  sat_tree_proof_hashes(file->name.size, number) * SAT_HASH_BYTES, piece,
	                  sat_tree_piece_bytes(file->name.size, number), told, err);
	if (rc == 0)
		rc = SAT_SQL(store, file_here, "UPDATE sat_file SET here = here + 1 WHERE id = ?");
	if (rc != 0)
		return rc;
	file->here++;
	sat_bind_int(store->sql.file_here, 1, file->id);
	return sat_run(store->db, store->sql.file_here, err);
}

/* The proof of a piece that came with none: from the leaves of its file. */
static int check_leaf(sat_store *store, const sat_file *file, uint32_t number, const sat_bytes *piece, size_t at,
                      bool *right, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, "SELECT substr(leaves, ?2, 32) FROM sat_file WHERE id = ?1", err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, file->id);
	sat_bind_int(s, 2, (int64_t)number * SAT_HASH_BYTES + 1);
	rc = sat_step(store->db, s, err);
	size_t length = 0;
	const void *leaf = rc == 1 ? sat_column_blob(s, 0, &length) : NULL;
	uint8_t hash[SAT_HASH_BYTES];
	sat_tree_leaf(hash, piece->data + at, piece->length - at);
	*right = leaf != NULL && length == sizeof hash && memcmp(leaf, hash, length) == 0;
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

int sat_file_read(sat_store *store, const sat_file *file, uint32_t number, sat_bytes *piece, sat_error *err)
{
	int64_t bytes;
	int rc = bytes_of(store, file->id, number, &bytes, err);
	if (rc == 0 && bytes == 0)
		return sat_fail(err, SAT_ENOTFOUND, "piece %u of the file has not arrived", (unsigned)number + 1);
	if (rc == 0)
		rc = SAT_SQL(store, bytes_read, "SELECT proof, content FROM sat_bytes WHERE id = ?");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.bytes_read;
	sat_bind_int(s, 1, bytes);
	rc = sat_step(store->db, s, err);
	size_t length = 0, proof_bytes = 0, at = piece->length;
	const uint8_t *proof = rc == 1 ? sat_column_blob(s, 0, &proof_bytes) : NULL;
	const void *content = rc == 1 ? sat_column_blob(s, 1, &length) : NULL;
	sat_bytes_put(piece, content, content == NULL ? 0 : length);
	bool right = sat_bytes_ok(piece) && length == sat_tree_piece_bytes(file->name.size, number);
	if (rc == 1 && right && proof_bytes == 0 && file->pieces > 1)
		rc = check_leaf(store, file, number, piece, at, &right, err);
	else if (rc == 1 && right)
		right = proof_bytes == sat_tree_proof_hashes(file->name.size, number) * SAT_HASH_BYTES &&
		        sat_tree_check(&file->name, number, proof, piece->data + at);
	sat_reset(s);
	if (rc < 0)
		return rc;
	if (!sat_bytes_ok(piece))
		return sat_no_memory(err);
	return right
	           ? 0
	           : sat_fail(
	                 err, SAT_EDAMAGED,
	                 "piece %u of the file is damaged in the store; nothing was changed; restore a backup beside "
	                 "it, or add the file again",
	                 (unsigned)number + 1);
}

int sat_file_erase(sat_store *store, int64_t file, sat_error *err)
{
	int rc = run_over(store, "DELETE FROM sat_bytes WHERE id IN (SELECT bytes FROM sat_piece WHERE file = ?)",
	                  file, 0, err);
	if (rc == 0)
		rc = run_over(store, "DELETE FROM sat_piece WHERE file = ?", file, 0, err);
	if (rc == 0)
		rc = run_over(store, "DELETE FROM sat_file_use WHERE file = ?", file, 0, err);
	return rc != 0 ? rc : run_over(store, "DELETE FROM sat_file WHERE id = ?", file, 0, err);
}

int sat_file_renew(sat_store *store, int64_t file, sat_error *err)
{
	int64_t last;
	int rc = latest(store, "SELECT max(id) FROM sat_piece", &last, err);
	if (rc == 0)
		rc =
		    run_over(store,
		             "INSERT INTO sat_piece(file, number, bytes) SELECT file, number, bytes FROM sat_piece "
		             "WHERE file = ? ORDER BY number",
		             file, 0, err);
	return rc != 0 ? rc : run_over(store, "DELETE FROM sat_piece WHERE file = ? AND id <= ?", file, last, err);
}

/* --- adding --------------------------------------------------------------------------------------------- */

/* Until its name is known, a file is the row `id` under a random one. */
struct sat_file_writer {
	sat_store *store;
	int64_t id, size;
	sat_bytes leaves, piece;
};

int sat_file_begin(sat_file_writer **out, sat_store *store, sat_error *err)
{
	sat_file_name unnamed = { .size = 1 };
	sat_file_writer *w = *out = calloc(1, sizeof *w);
	if (w == NULL)
		return sat_no_memory(err);
	w->store = store;
	store->env->random(store->env->context, unnamed.hash, sizeof unnamed.hash);
	int rc = insert_file(store, &unnamed, &w->id, err);
	if (rc != 0) {
		sat_file_writer_free(w);
		*out = NULL;
	}
	return rc;
}

void sat_file_writer_free(sat_file_writer *w)
{
	if (w == NULL)
		return;
	sat_bytes_clear(&w->leaves);
	sat_bytes_clear(&w->piece);
	free(w);
}

/* Pieces that are hashed; only the last may be short. */
typedef struct hashing {
	const uint8_t *data;
	size_t length;
	uint8_t *leaves;
} hashing;

static size_t pieces_in(size_t length) { return (length + SAT_PIECE_BYTES - 1) / SAT_PIECE_BYTES; }

static size_t piece_length(size_t length, size_t at)
{
	return length - at < SAT_PIECE_BYTES ? length - at : SAT_PIECE_BYTES;
}

static void *hash_pieces(void *context)
{
	const hashing *h = context;
	for (size_t at = 0, i = 0; at < h->length; at += SAT_PIECE_BYTES, i++)
		sat_tree_leaf(h->leaves + i * SAT_HASH_BYTES, h->data + at, piece_length(h->length, at));
	return NULL;
}

/* Several pieces are hashed by a thread of its own while they are stored, which takes about as long; for one that
 * would be more waiting than working.  The thread sees nothing of the store. */
static int flush(sat_file_writer *w, const uint8_t *data, size_t length, sat_error *err)
{
	uint32_t first = (uint32_t)(w->leaves.length / SAT_HASH_BYTES);
	hashing h = { data, length, sat_bytes_extend(&w->leaves, pieces_in(length) * SAT_HASH_BYTES) };
	pthread_t thread;
	int rc = 0;
	if (h.leaves == NULL)
		return sat_no_memory(err);
	bool aside = pieces_in(length) >= ASIDE_PIECES_MIN && pthread_create(&thread, NULL, hash_pieces, &h) == 0;
	if (!aside)
		hash_pieces(&h);
	for (size_t at = 0; rc == 0 && at < length; at += SAT_PIECE_BYTES)
		rc = insert_piece(w->store, w->id, first++, NULL, 0, data + at, piece_length(length, at), 0, err);
	if (aside)
		pthread_join(thread, NULL);
	return rc;
}

int sat_file_put(sat_file_writer *w, const void *data, size_t count, sat_error *err)
{
	const uint8_t *at = data;
	int rc = 0;
	if ((int64_t)count > SAT_FILE_BYTES_MAX - w->size)
		return sat_fail(err, SAT_ELIMIT,
		                "the file is larger than %lld bytes, which is the most that is kept; nothing "
		                "was changed",
		                (long long)SAT_FILE_BYTES_MAX);
	w->size += (int64_t)count;
	while (rc == 0 && count > 0) {
		size_t whole = count / SAT_PIECE_BYTES * SAT_PIECE_BYTES, room = SAT_PIECE_BYTES - w->piece.length;
		size_t take = count < room ? count : room;
		if (w->piece.length == 0 && whole > 0) {
			take = whole;
			rc = flush(w, at, whole, err);
		} else {
			sat_bytes_put(&w->piece, at, take);
			rc = sat_bytes_ok(&w->piece) ? 0 : sat_no_memory(err);
			if (rc == 0 && w->piece.length == SAT_PIECE_BYTES) {
				rc = flush(w, w->piece.data, w->piece.length, err);
				sat_bytes_reset(&w->piece);
			}
		}
		at += take;
		count -= take;
	}
	return rc;
}

/* The file was here, whole or in part: what it lacks comes from the new one, the rest of which goes. */
static int join_known(sat_file_writer *w, const sat_file *known, sat_error *err)
{
	sat_store *store = w->store;
	int rc =
	    run_over(store,
	             "DELETE FROM sat_bytes WHERE id IN (SELECT bytes FROM sat_piece WHERE file = ?1 AND number IN "
	             "(SELECT number FROM sat_piece WHERE file = ?2))",
	             w->id, known->id, err);
	if (rc == 0)
		rc = run_over(store,
		              "DELETE FROM sat_piece WHERE file = ?1 AND number IN (SELECT number FROM sat_piece "
		              "WHERE file = ?2)",
		              w->id, known->id, err);
	if (rc == 0)
		rc = run_over(store,
		              "UPDATE sat_file SET here = here + (SELECT count(*) FROM sat_piece WHERE file = ?2), "
		              "leaves = (SELECT leaves FROM sat_file WHERE id = ?2) WHERE id = ?1",
		              known->id, w->id, err);
	if (rc == 0)
		rc = run_over(store, "UPDATE sat_piece SET file = ?2 WHERE file = ?1", w->id, known->id, err);
	return rc != 0 ? rc : run_over(store, "DELETE FROM sat_file WHERE id = ?", w->id, 0, err);
}

static int give_name(sat_file_writer *w, const sat_file_name *name, sat_error *err)
{
	int rc = SAT_SQL(w->store, file_name, "UPDATE sat_file SET name = ?, size = ?, here = ? WHERE id = ?");
	if (rc != 0)
		return rc;
	sat_stmt *s = w->store->sql.file_name;
	sat_bind_blob(s, 1, name->hash, sizeof name->hash);
	sat_bind_int(s, 2, name->size);
	sat_bind_int(s, 3, sat_tree_pieces(name->size));
	sat_bind_int(s, 4, w->id);
	return sat_run(w->store->db, s, err);
}

static int keep_leaves(sat_file_writer *w, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(w->store->db, &s, "UPDATE sat_file SET leaves = ? WHERE id = ?", err);
	if (rc == 0) {
		sat_bind_blob(s, 1, w->leaves.data, w->leaves.length);
		sat_bind_int(s, 2, w->id);
		rc = sat_run(w->store->db, s, err);
	}
	sat_db_finalize(w->store->db, &s);
	return rc;
}

int sat_file_end(sat_file_writer *w, sat_file_name *name, sat_error *err)
{
	sat_file known;
	if (w->size == 0)
		return sat_fail(err, SAT_EINVALID, "the file is empty; nothing was changed");
	int rc = w->piece.length == 0 ? 0 : flush(w, w->piece.data, w->piece.length, err);
	if (rc == 0)
		rc = keep_leaves(w, err);
	if (rc == 0)
		rc = sat_tree_name(w->leaves.data, w->size, name, err);
	if (rc == 0)
		rc = sat_file_find(w->store, name, &known, err);
	if (rc != 0)
		return rc;
	return known.id == 0 ? give_name(w, name, err) : join_known(w, &known, err);
}
