/* A store: one SQLite file with everything that a replica knows.
 *
 * Least sequence of calls:
 *
 *     sat_store *store;
 *     sat_store_create("camp.satchel.db", &setup, env, err)       once
 *     sat_store_open(&store, "camp.satchel.db", &options, env, err)
 *     sat_store_begin(store, err)
 *     ... sat_record_add, sat_record_set (record.h) ...
 *     sat_store_commit(store, err)        or sat_store_rollback(store)
 *     sat_store_close(store, err)
 *
 * A store belongs to one thread and one process; a second process gets SAT_EBUSY at once.  What was
 * committed is on the disk.  Keys are not here: functions that sign or seal take a sat_identity.
 */
#ifndef SAT_STORE_H
#define SAT_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "dot.h"
#include "env.h"
#include "error.h"
#include "keys.h"
#include "programme.h"

typedef struct sat_store sat_store;

#define SAT_APPLICATION_ID 0x53544348 /* "STCH" in the file's header: file(1) and SQLite show it */
#define SAT_SCHEMA_VERSION 1

typedef struct sat_store_setup {
	const char *name;            /* what people call this replica */
	sat_role role;
	const sat_public *self;
	const char *programme;       /* JSON, length below; NULL: the compiled-in one */
	size_t programme_length;
} sat_store_setup;

typedef struct sat_store_options {
	const char *vfs;             /* see db.h */
	int cache_kib;
	bool no_search;              /* leave the search index alone (only to measure what it costs) */
} sat_store_options;

/* Makes a new store file.  SAT_EEXISTS when something is there; after every other failure nothing is. */
int sat_store_create(const char *path, const sat_store_setup *setup, const sat_store_options *options,
                     const sat_env *env, sat_error *err);
/* Takes the files of a store away that was made just now and came to nothing.  It is not open. */
void sat_store_discard(const char *path);
/* Opens a store.  `options` may be NULL.  SAT_ENOTFOUND, SAT_EBUSY, SAT_ETOONEW, SAT_EDAMAGED. */
int sat_store_open(sat_store **store, const char *path, const sat_store_options *options,
                   const sat_env *env, sat_error *err);
/* Puts the token back and closes.  The store is gone whatever this returns. */
int sat_store_close(sat_store *store, sat_error *err);
/* Closes as if the power had failed: no token is put back.  For SAT_AUTO and for tests. */
void sat_store_free(sat_store *store);
SAT_AUTO_DEFINE(sat_store)

/* One transaction at a time.  After a failed call inside it, roll back. */
int sat_store_begin(sat_store *store, sat_error *err);
int sat_store_commit(sat_store *store, sat_error *err);
void sat_store_rollback(sat_store *store);

/* Who we are.  Borrowed from the store. */
const sat_device_id *sat_store_self(const sat_store *store);
sat_role sat_store_role(const sat_store *store);
const char *sat_store_name(const sat_store *store);
const sat_env *sat_store_env(const sat_store *store);
/* The programme in force, borrowed until another one is admitted. */
const sat_programme *sat_store_programme(const sat_store *store);
/* Puts a programme in force: makes tables and columns that are missing, touches no row.  `json` is
 * kept.  In a transaction. */
int sat_store_set_programme(sat_store *store, const char *json, size_t length, sat_error *err);
/* The present incarnation's index; 0 before the first write. */
int64_t sat_store_incarnation(const sat_store *store);
/* The latest local sequence. */
int64_t sat_store_sequence(const sat_store *store);

/* Single facts in sat_meta.  Integers give `fallback` when there is none. */
int sat_meta_int(sat_store *store, const char *name, int64_t *value, int64_t fallback, sat_error *err);
int sat_meta_set_int(sat_store *store, const char *name, int64_t value, sat_error *err);
/* Appends the fact to `value` (empty when there is none). */
int sat_meta_bytes(sat_store *store, const char *name, sat_bytes *value, sat_error *err);
int sat_meta_set_bytes(sat_store *store, const char *name, const void *data, size_t length,
                       sat_error *err);

/* Names of records for people: "a3f9c2e1b4d5f607-12", or 32 hex digits for unlinked ones. */
#define SAT_ID_CHARS 40
int sat_id_print(sat_store *store, sat_dot id, char text[static SAT_ID_CHARS], sat_error *err);
/* Reads one; the incarnation may be shortened to a unique beginning ("a3f9-12").
 * SAT_ENOTFOUND, or SAT_EINVALID when it is no id or not unique. */
int sat_id_read(sat_store *store, const char *text, sat_dot *id, sat_error *err);

/* Copies the whole store to a new file.  The copy goes on by itself when it is opened. */
int sat_store_backup(sat_store *store, const char *path, sat_error *err);

#endif
