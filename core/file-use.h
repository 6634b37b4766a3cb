/* Who names a file: from files to the records whose values name them, and what follows from that.
 *
 * The bytes of a file are gated and erased like the values that name them, and nothing else decides.  So where
 * values are written it is noted which record names which file, and where they go the file is looked at again
 * before the commit: when no value of any record names it any more, shown, in conflict or waiting, its bytes, its
 * preview and its row are erased in the same transaction.  The note is a hint, and quick; every answer comes from
 * the records themselves.
 */
#ifndef SAT_FILE_USE_H
#define SAT_FILE_USE_H

#include "file.h"
#include "merge.h"

/* --- where values are written --------------------------------------------------------------------------- */

/* A record of `table` has come to hold a value; one that names no file is nothing.  In a transaction. */
int sat_file_use_value(sat_store *store, const sat_table *table, sat_dot record, const sat_value *value,
                       sat_error *err);
/* A record that was `before` is `state` now. */
int sat_file_use_state(sat_store *store, const sat_state *before, const sat_state *state, sat_error *err);
/* A record may name fewer files than before: they are looked at before the commit. */
int sat_file_use_look(sat_store *store, sat_dot record, sat_error *err);
/* Erases the files that were to be looked at and that nothing names any more.  Called by the commit. */
int sat_files_let_go(sat_store *store, sat_error *err);

/* --- where somebody wants to know ----------------------------------------------------------------------- */

/* Says of one value that names a file whether it counts. */
typedef int (*sat_file_judge)(void *context, const sat_state *state, const sat_sibling *sibling, bool *yes,
                              sat_error *err);
/* Finds a record with a value that names the file, as itself or as a preview, and that counts: `*record` is 0 when
 * there is none.  Values that wait for their record are asked about only when `waiting` is set. */
int sat_file_named(sat_store *store, const sat_file *file, bool waiting, sat_file_judge judge, void *context,
                   sat_dot *record, sat_error *err);

/* Gives the pieces of all files that a record names new sequences: somebody asked for it. */
int sat_file_renew_record(sat_store *store, sat_dot record, sat_error *err);

/* Pieces of a file came from a device and were not let in. */
int sat_file_decline(sat_store *store, const sat_file_name *name, int64_t device, sat_error *err);
/* Asks for the records of files of which pieces were declined and that are allowed here by now. */
int sat_file_ask_declined(sat_store *store, sat_error *err);
/* Asks `device` for the records that came to name a file after the use `after` (sat_file_use.id) and of which
 * pieces are missing, when files were let go here before: the sender may think that this replica has them. */
int sat_file_ask_missing(sat_store *store, int64_t after, int64_t device, sat_error *err);

#endif
