/* Plain SQLite, and SQLite with its session extension, as participants.  See peers.h.
 *
 * Like is compared with like: both run with the settings that Satchel's store runs with (one
 * exclusive connection, rollback journal truncated at each commit, synchronous=EXTRA so that the
 * journal's folder is synced too, freed pages overwritten), the same page and cache size, prepared
 * statements and the workload's ids.  Settings are read back, since a pragma that is misspelt or not
 * compiled in is ignored silently.
 *
 * The session extension gets its best case: change sets are made and applied whole in memory, and
 * neither reading the file nor decompressing counts as applying.
 */
#include "peers.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>
#include <zstd.h>

#include "measure.h"

/* peers.sql, embedded at build. */
extern const char bench_peers_sql[];

const char *const bench_side_names[BENCH_SIDES] = {
	[BENCH_SENDER] = "sender",
	[BENCH_RECEIVER] = "receiver",
	[BENCH_SMALL] = "small",
};

#define STORE_FILE "store.db"

typedef struct store {
	sqlite3 *db;
	sqlite3_session *session; /* NULL in plain SQLite, and in a store that only receives */
	sqlite3_stmt *insert[SAT_WORKLOAD_TABLES];
	sqlite3_stmt *update;
	sqlite3_stmt *contact;
} store;

static int db_fail(sqlite3 *db, const char *doing, sat_error *err)
{
	return sat_fail(err, SAT_EIO, "%s: %s", doing, sqlite3_errmsg(db));
}

static int run(store *s, const char *sql, sat_error *err)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : db_fail(s->db, sql, err);
}

static int prepare(store *s, sqlite3_stmt **statement, const char *sql, sat_error *err)
{
	int rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
	return rc == SQLITE_OK ? 0 : db_fail(s->db, sql, err);
}

/* --- opening ----------------------------------------------------------------------------------- */

/* Says so when a pragma does not have the value that was set. */
static int check_pragma(store *s, const char *pragma, const char *expected, sat_error *err)
{
	sqlite3_stmt *statement = NULL;
	int rc = prepare(s, &statement, pragma, err);
	if (rc != 0)
		return rc;
	const char *value = NULL;
	if (sqlite3_step(statement) == SQLITE_ROW)
		value = (const char *)sqlite3_column_text(statement, 0);
	if (value == NULL || strcmp(value, expected) != 0)
		rc = sat_fail(err, SAT_EIO, "%s is %s instead of %s", pragma,
		              value != NULL ? value : "unknown", expected);
	sqlite3_finalize(statement);
	return rc;
}

static int configure(store *s, int cache_kib, sat_error *err)
{
	static const char *const wanted[][2] = {
		{ "pragma page_size", "4096" },         { "pragma journal_mode", "truncate" },
		{ "pragma synchronous", "3" },          { "pragma secure_delete", "1" },
		{ "pragma locking_mode", "exclusive" },
	};
	char cache[64];
	snprintf(cache, sizeof cache, "pragma cache_size=-%d", cache_kib);
	int rc = run(s,
	             "pragma page_size=4096; pragma locking_mode=exclusive;"
	             "pragma journal_mode=truncate; pragma synchronous=extra; pragma secure_delete=on",
	             err);
	if (rc == 0)
		rc = run(s, cache, err);
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0] && rc == 0; i++)
		rc = check_pragma(s, wanted[i][0], wanted[i][1], err);
	return rc;
}

static int prepare_statements(store *s, sat_error *err)
{
	int rc = 0;
	for (int i = 0; i < SAT_WORKLOAD_TABLES && rc == 0; i++) {
		char sql[128];
		int length =
		    snprintf(sql, sizeof sql, "insert into %s values (?", sat_workload_shapes[i].name);
		for (size_t column = 1; column < sat_workload_shapes[i].columns; column++)
			length += snprintf(sql + length, sizeof sql - (size_t)length, ", ?");
		snprintf(sql + length, sizeof sql - (size_t)length, ")");
		rc = prepare(s, &s->insert[i], sql, err);
	}
	if (rc == 0)
		rc = prepare(s, &s->update, "update participant set contact = ?2 where id = ?1", err);
	if (rc == 0)
		rc = prepare(s, &s->contact, "select contact from participant where id = ?1", err);
	return rc;
}

/* Records what changes from here on; what was recorded before is gone. */
static int begin_session(store *s, sat_error *err)
{
	if (s->session != NULL)
		sqlite3session_delete(s->session);
	s->session = NULL;
	if (sqlite3session_create(s->db, "main", &s->session) != SQLITE_OK ||
	    sqlite3session_attach(s->session, NULL) != SQLITE_OK)
		return db_fail(s->db, "recording a session", err);
	return 0;
}

static void close_store(void *opaque)
{
	store *s = opaque;
	if (s == NULL)
		return;
	if (s->session != NULL)
		sqlite3session_delete(s->session);
	for (int i = 0; i < SAT_WORKLOAD_TABLES; i++)
		sqlite3_finalize(s->insert[i]);
	sqlite3_finalize(s->update);
	sqlite3_finalize(s->contact);
	sqlite3_close(s->db);
	free(s);
}

static int open_store(void **opened, const bench_settings *settings, bench_side side, bool record,
                      sat_error *err)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/%s/" STORE_FILE, settings->dir, bench_side_names[side]);
	bool fresh = bench_file_bytes(path) < 0;
	store *s = calloc(1, sizeof *s);
	if (s == NULL)
		return sat_fail(err, SAT_ENOMEM, "memory ran out while %s was opened", path);
	int rc = 0;
	if (sqlite3_open(path, &s->db) != SQLITE_OK)
		rc = db_fail(s->db, path, err);
	if (rc == 0)
		rc = configure(s, settings->cache_kib, err);
	if (rc == 0 && fresh)
		rc = run(s, bench_peers_sql, err);
	if (rc == 0)
		rc = prepare_statements(s, err);
	if (rc == 0 && record)
		rc = begin_session(s, err);
	if (rc == 0)
		*opened = s;
	else
		close_store(s);
	return rc;
}

static int open_plain(void **opened, const bench_settings *settings, bench_side side, sat_error *err)
{
	return open_store(opened, settings, side, false, err);
}

static int open_session(void **opened, const bench_settings *settings, bench_side side, sat_error *err)
{
	return open_store(opened, settings, side, side != BENCH_RECEIVER, err);
}

/* --- writing and looking ------------------------------------------------------------------------ */

static int bind_cell(sqlite3_stmt *statement, int place, const sat_workload_cell *cell)
{
	switch (cell->type) {
	case SAT_WORKLOAD_INTEGER:
		return sqlite3_bind_int64(statement, place, cell->integer);
	case SAT_WORKLOAD_TEXT:
		return sqlite3_bind_text(statement, place, cell->text, (int)cell->length, SQLITE_STATIC);
	default:
		return sqlite3_bind_null(statement, place);
	}
}

static int insert_row(store *s, const sat_workload_row *row, sat_error *err)
{
	sqlite3_stmt *statement = s->insert[row->table];
	int rc = SQLITE_OK;
	for (size_t i = 0; i < row->columns && rc == SQLITE_OK; i++)
		rc = bind_cell(statement, (int)i + 1, &row->cells[i]);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	if (rc != SQLITE_DONE || sqlite3_reset(statement) != SQLITE_OK)
		return db_fail(s->db, "storing a row", err);
	return 0;
}

static int capture(void *opaque, sat_workload *workload, int64_t rows_per_commit, double *seconds,
                   sat_error *err)
{
	store *s = opaque;
	double making = sat_workload_seconds(workload), start = bench_seconds();
	int64_t stored = 0;
	int rc = run(s, "begin immediate", err);
	const sat_workload_row *row;
	while (rc == 0 && (row = sat_workload_next(workload)) != NULL) {
		if (rows_per_commit > 0 && stored > 0 && stored % rows_per_commit == 0)
			rc = run(s, "commit; begin immediate", err);
		if (rc == 0)
			rc = insert_row(s, row, err);
		stored++;
	}
	if (rc == 0)
		rc = run(s, "commit", err);
	*seconds = bench_seconds() - start - (sat_workload_seconds(workload) - making);
	return rc;
}

static int update(void *opaque, int64_t participant_id, const char *contact, double *seconds, sat_error *err)
{
	store *s = opaque;
	double start = bench_seconds();
	sqlite3_bind_int64(s->update, 1, participant_id);
	sqlite3_bind_text(s->update, 2, contact, -1, SQLITE_STATIC);
	bool done = sqlite3_step(s->update) == SQLITE_DONE && sqlite3_reset(s->update) == SQLITE_OK;
	*seconds = bench_seconds() - start;
	return done ? 0 : db_fail(s->db, "changing a contact", err);
}

static int count(void *opaque, int64_t *rows, sat_error *err)
{
	store *s = opaque;
	*rows = 0;
	int rc = 0;
	for (int i = 0; i < SAT_WORKLOAD_TABLES && rc == 0; i++) {
		char sql[128];
		sqlite3_stmt *statement = NULL;
		snprintf(sql, sizeof sql, "select count(*) from %s", sat_workload_shapes[i].name);
		rc = prepare(s, &statement, sql, err);
		if (rc == 0 && sqlite3_step(statement) != SQLITE_ROW)
			rc = db_fail(s->db, "counting rows", err);
		if (rc == 0)
			*rows += sqlite3_column_int64(statement, 0);
		sqlite3_finalize(statement);
	}
	return rc;
}

static int read_contact(void *opaque, int64_t participant_id, char *contact, size_t contact_bytes,
                        sat_error *err)
{
	store *s = opaque;
	sqlite3_bind_int64(s->contact, 1, participant_id);
	bool found = sqlite3_step(s->contact) == SQLITE_ROW;
	const unsigned char *value = found ? sqlite3_column_text(s->contact, 0) : NULL;
	snprintf(contact, contact_bytes, "%s", value != NULL ? (const char *)value : "");
	if (sqlite3_reset(s->contact) != SQLITE_OK)
		return db_fail(s->db, "reading a contact", err);
	return found
	           ? 0
	           : sat_fail(err, SAT_ENOTFOUND, "there is no participant %lld", (long long)participant_id);
}

/* --- carrying ---------------------------------------------------------------------------------- */

/* How small zstd makes it.  The output is thrown away as it comes, so that it costs no memory. */
static int compressed_bytes(const void *data, size_t size, int level, int64_t *bytes, sat_error *err)
{
	ZSTD_CCtx *zstd = ZSTD_createCCtx();
	size_t room = ZSTD_CStreamOutSize(), left = 1;
	void *out = malloc(room);
	int rc = 0;
	*bytes = 0;
	if (zstd == NULL || out == NULL) {
		rc = sat_fail(err, SAT_ENOMEM, "memory ran out before compressing");
	} else {
		ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, level);
		ZSTD_CCtx_setPledgedSrcSize(zstd, size);
		ZSTD_inBuffer input = { data, size, 0 };
		while (left != 0 && rc == 0) {
			ZSTD_outBuffer output = { out, room, 0 };
			left = ZSTD_compressStream2(zstd, &output, &input, ZSTD_e_end);
			if (ZSTD_isError(left))
				rc = sat_fail(err, SAT_EIO, "zstd: %s", ZSTD_getErrorName(left));
			*bytes += (int64_t)output.pos;
		}
	}
	free(out);
	ZSTD_freeCCtx(zstd);
	return rc;
}

static int write_file(const char *path, const void *data, size_t size, sat_error *err)
{
	FILE *file = fopen(path, "we");
	if (file == NULL)
		return sat_fail(err, SAT_EIO, "%s cannot be written: %s", path, strerror(errno));
	bool whole = size == 0 || fwrite(data, 1, size, file) == size; /* nothing changed: no bytes, NULL */
	if (fclose(file) != 0 || !whole)
		return sat_fail(err, SAT_EIO, "%s was not written whole", path);
	return 0;
}

static int read_file(const char *path, void **data, size_t *size, sat_error *err)
{
	int64_t bytes = bench_file_bytes(path);
	FILE *file = bytes < 0 ? NULL : fopen(path, "re");
	if (file == NULL)
		return sat_fail(err, SAT_EIO, "%s cannot be read", path);
	*size = (size_t)bytes;
	*data = malloc(*size + 1);
	int rc = 0;
	if (*data == NULL)
		rc = sat_fail(err, SAT_ENOMEM, "memory ran out while %s was read", path);
	else if (fread(*data, 1, *size, file) != *size)
		rc = sat_fail(err, SAT_EIO, "%s was not read whole", path);
	fclose(file);
	return rc;
}

/* The file holds the change set as it is, so that applying starts from there. */
static int extract(void *opaque, bench_level level, const char *path, bench_bundle *bundle, sat_error *err)
{
	store *s = opaque;
	void *changes = NULL;
	int size = 0;
	double start = bench_seconds();
	if (sqlite3session_changeset(s->session, &size, &changes) != SQLITE_OK)
		return db_fail(s->db, "making a change set", err);
	double extracted = bench_seconds();
	bundle->raw_bytes = bundle->bytes = size;
	int rc = 0;
	if (level != BENCH_COMPACT)
		rc = compressed_bytes(changes, (size_t)size, level == BENCH_HIGH ? 19 : 3, &bundle->bytes,
		                      err);
	bundle->extract_seconds = extracted - start;
	bundle->seconds = bench_seconds() - start;
	if (rc == 0)
		rc = write_file(path, changes, (size_t)size, err);
	sqlite3_free(changes);
	return rc;
}

static int keep_ours(void *context, int kind, sqlite3_changeset_iter *change)
{
	(void)context, (void)kind, (void)change;
	return SQLITE_CHANGESET_OMIT;
}

static int take_theirs(void *context, int kind, sqlite3_changeset_iter *change)
{
	(void)context, (void)change;
	bool replaceable = kind == SQLITE_CHANGESET_DATA || kind == SQLITE_CHANGESET_CONFLICT;
	return replaceable ? SQLITE_CHANGESET_REPLACE : SQLITE_CHANGESET_OMIT;
}

static int apply_with(store *s, const char *path, int (*conflict)(void *, int, sqlite3_changeset_iter *),
                      double *seconds, sat_error *err)
{
	void *changes = NULL;
	size_t size = 0;
	int rc = read_file(path, &changes, &size, err);
	if (rc == 0) {
		double start = bench_seconds();
		if (sqlite3changeset_apply(s->db, (int)size, changes, NULL, conflict, NULL) != SQLITE_OK)
			rc = db_fail(s->db, "applying a change set", err);
		*seconds = bench_seconds() - start;
	}
	free(changes);
	return rc;
}

static int apply(void *opaque, const char *path, double *seconds, sat_error *err)
{
	return apply_with(opaque, path, keep_ours, seconds, err);
}

static int apply_replace(void *opaque, const char *path, double *seconds, sat_error *err)
{
	return apply_with(opaque, path, take_theirs, seconds, err);
}

static int settle(void *sender, void *receiver, sat_error *err)
{
	(void)receiver;
	return begin_session(sender, err);
}

const bench_peer bench_plain = {
	.name = "plain SQLite",
	.store_file = STORE_FILE,
	.open = open_plain,
	.close = close_store,
	.capture = capture,
	.update = update,
	.count = count,
	.contact = read_contact,
};

const bench_peer bench_session = {
	.name = "session ext.",
	.store_file = STORE_FILE,
	.open = open_session,
	.close = close_store,
	.capture = capture,
	.update = update,
	.extract = extract,
	.apply = apply,
	.apply_replace = apply_replace,
	.settle = settle,
	.count = count,
	.contact = read_contact,
};
