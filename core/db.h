/* SQLite as Satchel uses it: one exclusive connection, rollback journal, everything synced.
 *
 * Only db.c calls sqlite3_*.  Statements are prepared once, belong to the connection and are
 * finalised with it; there is no pasting of values into SQL.  One thread at a time.
 */
#ifndef SAT_DB_H
#define SAT_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db-words.h"
#include "error.h"

typedef struct sat_db sat_db;
typedef struct sqlite3_stmt sat_stmt;

typedef struct sat_db_options {
	const char *vfs;      /* NULL: the machine's own; tests bring one that fails on purpose */
	int cache_kib;        /* page cache; 0: 8 MiB */
	bool create;          /* make the file if it is not there */
	const char *temporary; /* makes temporary tables, before anything else is prepared; NULL: there are none */
} sat_db_options;

/* Opens `path` and takes the exclusive lock.  SAT_EBUSY when another process has it, SAT_ENOTFOUND,
 * SAT_EDAMAGED when it is no database, SAT_EIO.  Owned by the caller. */
int sat_db_open(sat_db **db, const char *path, const sat_db_options *options, sat_error *err);
void sat_db_close(sat_db *db);

/* Runs a script without parameters.  "ROLLBACK" needs no memory. */
int sat_db_exec(sat_db *db, const char *sql, sat_error *err);

/* Prepares `sql` into *slot unless something is there already; borrowed until the connection closes. */
int sat_db_prepare(sat_db *db, sat_stmt **slot, const char *sql, sat_error *err);
/* Finalises a statement before its connection closes (for those made for a table that grew). */
void sat_db_finalize(sat_db *db, sat_stmt **slot);

/* Turns SQLite's latest failure into ours: SAT_EFULL, SAT_EIO, SAT_EBUSY, SAT_EDAMAGED ... */
int sat_db_fail(sat_db *db, sat_error *err);

/* Binding: parameters count from 1.  Text and blobs are borrowed until the statement is reset. */
void sat_bind_none(sat_stmt *s); /* all of them are NULL again */
void sat_bind_null(sat_stmt *s, int at);
void sat_bind_int(sat_stmt *s, int at, int64_t value);
void sat_bind_real(sat_stmt *s, int at, double value);
void sat_bind_text(sat_stmt *s, int at, const char *text, size_t length);
void sat_bind_string(sat_stmt *s, int at, const char *text); /* NULL binds NULL */
void sat_bind_blob(sat_stmt *s, int at, const void *data, size_t length);

/* 1: a row is there; 0: done; negative: failed (err is set, the statement is reset). */
int sat_step(sat_db *db, sat_stmt *s, sat_error *err);
/* Steps a statement that gives no rows, resets it: 0 or an error. */
int sat_run(sat_db *db, sat_stmt *s, sat_error *err);
/* Like sat_run, and 1 when a constraint stood in the way of the row. */
int sat_run_unless(sat_db *db, sat_stmt *s, sat_error *err);
void sat_reset(sat_stmt *s);

/* Columns count from 0; text and blobs are borrowed until the next step or reset. */
bool sat_column_is_null(sat_stmt *s, int at);
bool sat_column_is_int(sat_stmt *s, int at);
int64_t sat_column_int(sat_stmt *s, int at);
double sat_column_real(sat_stmt *s, int at);
const char *sat_column_text(sat_stmt *s, int at, size_t *length); /* NULL for NULL */
const void *sat_column_blob(sat_stmt *s, int at, size_t *length);

/* How many columns a statement gives. */
int sat_column_count(sat_stmt *s);

/* Rows that the latest statement changed. */
int64_t sat_db_changes(sat_db *db);

/* A whole query for one integer: `fallback` when there is no row or it is NULL. */
int sat_db_int(sat_db *db, const char *sql, int64_t *value, int64_t fallback, sat_error *err);

/* Calls `on` for every word of a text as the search index sees it, see db-words.h; `on` answers 0 or one of our
 * codes, which ends the walk and is returned with `err` as `on` left it. */
int sat_db_words(sat_db *db, const char *text, size_t length, sat_on_word on, void *context, sat_error *err);

/* Copies the whole database to a new file by SQLite's backup interface; nothing may be there yet. */
int sat_db_backup(sat_db *db, const char *path, sat_error *err);

#endif
