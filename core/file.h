/* Files in the store: photos, recordings, scanned sheets, in pieces, each kept once.
 *
 * A file is here because some value of a record names it (file-value.h), and goes with the last one that does
 * (file-use.h).  What it is called follows from its bytes alone (file-tree.h), so two records that name the same
 * photo share its bytes, and a piece from anywhere is either right or refused.
 *
 *     sat_file_begin(&writer, store, err)               in a transaction
 *     sat_file_put(writer, bytes, count, err)           as often as there is something
 *     sat_file_end(writer, &name, err)                  now a value that names it has to be written, before the
 *                                                       commit
 *
 *     sat_file_find(store, &name, &file, err)           file.id is 0 when no value here names it
 *     sat_file_read(store, &file, number, &piece, err)  one piece, checked against the name
 */
#ifndef SAT_FILE_H
#define SAT_FILE_H

#include "file-tree.h"
#include "store.h"

typedef struct sat_file {
	int64_t id;             /* sat_file.id; 0: it is not known here */
	sat_file_name name;
	uint32_t pieces, here;  /* how many it has, and how many of them have arrived */
} sat_file;

/* --- adding ------------------------------------------------------------------------------------------- */

typedef struct sat_file_writer sat_file_writer;

/* Owned by the caller; borrows the store. */
int sat_file_begin(sat_file_writer **writer, sat_store *store, sat_error *err);
void sat_file_writer_free(sat_file_writer *writer);
SAT_AUTO_DEFINE(sat_file_writer)
/* Any number of bytes; some megabytes at once are quickest.  SAT_ELIMIT beyond SAT_FILE_BYTES_MAX. */
int sat_file_put(sat_file_writer *writer, const void *data, size_t count, sat_error *err);
/* Completes the file; a value has to name it before the transaction ends.  Bytes that are here already are kept
 * once. SAT_EINVALID when there were none. */
int sat_file_end(sat_file_writer *writer, sat_file_name *name, sat_error *err);

/* --- looking ------------------------------------------------------------------------------------------ */

int sat_file_find(sat_store *store, const sat_file_name *name, sat_file *file, sat_error *err);
/* Appends one piece.  SAT_ENOTFOUND when it has not arrived, SAT_EDAMAGED when it is not what the name says. */
int sat_file_read(sat_store *store, const sat_file *file, uint32_t number, sat_bytes *piece, sat_error *err);

/* --- for the modules that bring files and let them go --------------------------------------------------- */

/* The same as sat_file_find, made when it is not there. */
int sat_file_ensure(sat_store *store, const sat_file_name *name, sat_file *file, sat_error *err);
/* Keeps one piece, which was checked, unless it is here; `told` as in sat_piece, 0: nobody. */
int sat_file_keep(sat_store *store, sat_file *file, uint32_t number, const uint8_t *proof, const void *piece,
                  int64_t told, bool *fresh, sat_error *err);
/* Erases the bytes, and what is known of the file. */
int sat_file_erase(sat_store *store, int64_t file, sat_error *err);
/* Gives all its pieces new sequences, so that they go out again. */
int sat_file_renew(sat_store *store, int64_t file, sat_error *err);

#endif
