/* See db.h. */
#include "db.h"

#include <limits.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db-scrub.h"

enum { IDLE_MAX = 128 };

/* Our own statements are listed, since SQLite's list of them also holds those of its search index.  Those
 * that were finalised stay idle for a while: reading SQL takes longer than most of what it asks for. */
struct sat_db {
	sqlite3 *handle;
	sat_scrub scrub;     /* of its file */
	sqlite3_stmt **statements;
	size_t count, room;
	sqlite3_stmt *idle[IDLE_MAX];
	size_t idle_next;    /* the place that is used next, the oldest one */
	sqlite3_stmt *rollback; /* prepared ahead, since it has to work when memory has run out */
	int lost;            /* why SQLite ended the transaction by itself; 0: it did not */
};

static int code_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return SAT_EBUSY;
	case SQLITE_NOMEM:
		return SAT_ENOMEM;
	case SQLITE_FULL:
		return SAT_EFULL;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return SAT_EDAMAGED;
	case SQLITE_CANTOPEN:
		return SAT_ENOTFOUND;
	case SQLITE_TOOBIG:
		return SAT_ELIMIT;
	default:
		return SAT_EIO;
	}
}

int sat_db_fail(sat_db *db, sat_error *err)
{
	int rc = sqlite3_extended_errcode(db->handle);
	if (db->lost != 0)
		return sat_fail(err, db->lost, "the store could not be read or written; nothing was changed");
	switch (code_of(rc)) {
	case SAT_EBUSY:
		return sat_fail(err, SAT_EBUSY,
		                "another Satchel has this store open; nothing was changed; close it there "
		                "and try again");
	case SAT_EFULL:
		return sat_fail(err, SAT_EFULL,
		                "the disk is full; nothing was changed; free some room and try again");
	case SAT_EDAMAGED:
		return sat_fail(err, SAT_EDAMAGED,
		                "the store file is damaged or is no Satchel store (%s); leave it as it is "
		                "and restore a backup beside it", sqlite3_errmsg(db->handle));
	default:
		if ((rc & 0xff) == SQLITE_READONLY)
			return sat_fail(err, SAT_EIO,
			                "the store is where this account may not write, or its disk is write-protected; "
			                "nothing was changed; unlock it, or copy the store and its key file to another place");
		return sat_fail(err, code_of(rc), "the store could not be read or written (%s); nothing was changed",
		                sqlite3_errmsg(db->handle));
	}
}

static const char rolling_back[] = "ROLLBACK";

/* The lock is taken at once, so that a second process learns it before a person has typed anything. */
static const char opening[] =
	"PRAGMA locking_mode=EXCLUSIVE;"
	"PRAGMA journal_mode=TRUNCATE;"
	"PRAGMA synchronous=EXTRA;"
	"PRAGMA secure_delete=ON;"
	"PRAGMA temp_store=MEMORY;"
	"PRAGMA foreign_keys=OFF;"
	"PRAGMA trusted_schema=OFF;"
	"PRAGMA max_page_count=16777215;" /* 64 GiB: see db-scrub.h */
	"BEGIN EXCLUSIVE; COMMIT;";

/* SQLite's own account of its memory takes a lock at every allocation, and nobody asks for it.  Where
 * another library uses SQLite in this process already, its choice stays. */
static void leave_memory_uncounted(void) { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

int sat_db_open(sat_db **out, const char *path, const sat_db_options *options, sat_error *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, leave_memory_uncounted);
	*out = NULL;
	sat_db *db = calloc(1, sizeof *db);
	if (db == NULL)
		return sat_no_memory(err);
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
	            (options->create ? SQLITE_OPEN_CREATE : 0);
	char cache[64];
	snprintf(cache, sizeof cache, "PRAGMA cache_size=-%d;",
	         options->cache_kib > 0 ? options->cache_kib : 8192);
	int rc = sqlite3_open_v2(path, &db->handle, flags, options->vfs);
	if (rc == SQLITE_OK)
		rc = sat_scrub_attach(&db->scrub, db->handle);
	if (rc != SQLITE_OK) {
		if (code_of(rc) == SAT_ENOTFOUND)
			sat_fail(err, SAT_ENOTFOUND,
			         "%s could not be opened; nothing was changed; is it a file, and may this account write to it "
			         "and to its folder?", path);
		else
			sat_fail(err, code_of(rc), "%s could not be opened: %s; nothing was changed", path,
			         db->handle == NULL ? "out of memory" : sqlite3_errmsg(db->handle));
	} else if (sat_db_exec(db, cache, err) == 0 && sat_db_exec(db, opening, err) == 0 &&
	           (options->temporary == NULL || sat_db_exec(db, options->temporary, err) == 0)) {
		sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		rc = sqlite3_prepare_v3(db->handle, rolling_back, -1, SQLITE_PREPARE_PERSISTENT, &db->rollback,
		                        NULL);
		if (rc == SQLITE_OK) {
			*out = db;
			return 0;
		}
		sat_db_fail(db, err);
	}
	int code = err != NULL ? err->code : code_of(rc);
	sat_db_close(db);
	return code != 0 ? code : SAT_EIO;
}

void sat_db_close(sat_db *db)
{
	if (db == NULL)
		return;
	for (size_t i = 0; i < db->count; i++)
		sqlite3_finalize(db->statements[i]);
	for (size_t i = 0; i < IDLE_MAX; i++)
		sqlite3_finalize(db->idle[i]);
	sqlite3_finalize(db->rollback);
	free(db->statements);
	sqlite3_close(db->handle);
	free(db);
}

static int roll_back(sat_db *db, sat_error *err)
{
	/* What SQLite has rolled back by itself is done. */
	int rc = sqlite3_get_autocommit(db->handle) != 0 ? SQLITE_DONE : sqlite3_step(db->rollback);
	int code = rc == SQLITE_DONE ? 0 : sat_db_fail(db, err);
	sqlite3_reset(db->rollback);
	db->lost = 0;
	return code;
}

int sat_db_exec(sat_db *db, const char *sql, sat_error *err)
{
	if (strcmp(sql, rolling_back) == 0)
		return roll_back(db, err);
	if (db->lost != 0)
		return sat_db_fail(db, err);
	return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : sat_db_fail(db, err);
}

static sqlite3_stmt *take_idle(sat_db *db, const char *sql)
{
	for (size_t i = 0; i < IDLE_MAX; i++) {
		sqlite3_stmt *s = db->idle[i];
		if (s == NULL || strcmp(sqlite3_sql(s), sql) != 0)
			continue;
		db->idle[i] = NULL;
		return s;
	}
	return NULL;
}

int sat_db_prepare(sat_db *db, sat_stmt **slot, const char *sql, sat_error *err)
{
	if (*slot != NULL)
		return 0;
	if (db->count == db->room) {
		size_t room = db->room == 0 ? 64 : db->room * 2;
		sqlite3_stmt **grown = realloc(db->statements, room * sizeof *grown);
		if (grown == NULL)
			return sat_no_memory(err);
		db->statements = grown;
		db->room = room;
	}
	*slot = take_idle(db, sql);
	if (*slot == NULL &&
	    sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, slot, NULL) != SQLITE_OK)
		return sat_db_fail(db, err);
	db->statements[db->count++] = *slot;
	return 0;
}

/* Those that are finalised early were mostly made last. */
void sat_db_finalize(sat_db *db, sat_stmt **slot)
{
	if (*slot == NULL)
		return;
	size_t i = db->count;
	while (db->statements[i - 1] != *slot)
		i--;
	db->statements[i - 1] = db->statements[--db->count];
	sqlite3_reset(*slot);
	sqlite3_clear_bindings(*slot);
	sqlite3_finalize(db->idle[db->idle_next]);
	db->idle[db->idle_next] = *slot;
	db->idle_next = (db->idle_next + 1) % IDLE_MAX;
	*slot = NULL;
}

void sat_bind_none(sat_stmt *s) { sqlite3_clear_bindings(s); }
void sat_bind_null(sat_stmt *s, int at) { sqlite3_bind_null(s, at); }
void sat_bind_int(sat_stmt *s, int at, int64_t value) { sqlite3_bind_int64(s, at, value); }
void sat_bind_real(sat_stmt *s, int at, double value) { sqlite3_bind_double(s, at, value); }

void sat_bind_text(sat_stmt *s, int at, const char *text, size_t length)
{
	sqlite3_bind_text64(s, at, text == NULL ? "" : text, length, SQLITE_STATIC, SQLITE_UTF8);
}

void sat_bind_string(sat_stmt *s, int at, const char *text)
{
	sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC);
}

void sat_bind_blob(sat_stmt *s, int at, const void *data, size_t length)
{
	sqlite3_bind_blob64(s, at, data == NULL ? "" : data, length, SQLITE_STATIC);
}

/* Some failures end the whole transaction, memory that runs out for one.  Were its failure overlooked, the
 * statements that follow would each be a transaction of its own and leave half of something behind: so they
 * fail as well, until somebody rolls back. */
static int step(sat_db *db, sat_stmt *s)
{
	bool within = sqlite3_get_autocommit(db->handle) == 0;
	int rc = db->lost != 0 ? SQLITE_ABORT : sqlite3_step(s);
	if (within && rc != SQLITE_ROW && rc != SQLITE_DONE && sqlite3_get_autocommit(db->handle) != 0)
		db->lost = code_of(rc);
	return rc;
}

int sat_step(sat_db *db, sat_stmt *s, sat_error *err)
{
	int rc = step(db, s);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	int code = sat_db_fail(db, err);
	sqlite3_reset(s);
	return code;
}

int sat_run(sat_db *db, sat_stmt *s, sat_error *err)
{
	int rc = step(db, s);
	int code = rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : sat_db_fail(db, err);
	sqlite3_reset(s);
	return code;
}

int sat_run_unless(sat_db *db, sat_stmt *s, sat_error *err)
{
	int rc = step(db, s);
	int code = rc == SQLITE_DONE                       ? 0
	           : (rc & 0xff) == SQLITE_CONSTRAINT      ? 1
	                                                   : sat_db_fail(db, err);
	sqlite3_reset(s);
	return code;
}

void sat_reset(sat_stmt *s)
{
	if (s != NULL)
		sqlite3_reset(s);
}

bool sat_column_is_null(sat_stmt *s, int at) { return sqlite3_column_type(s, at) == SQLITE_NULL; }
bool sat_column_is_int(sat_stmt *s, int at) { return sqlite3_column_type(s, at) == SQLITE_INTEGER; }
int64_t sat_column_int(sat_stmt *s, int at) { return sqlite3_column_int64(s, at); }
double sat_column_real(sat_stmt *s, int at) { return sqlite3_column_double(s, at); }

const char *sat_column_text(sat_stmt *s, int at, size_t *length)
{
	const char *text = (const char *)sqlite3_column_text(s, at);
	if (length != NULL)
		*length = text == NULL ? 0 : (size_t)sqlite3_column_bytes(s, at);
	return text;
}

const void *sat_column_blob(sat_stmt *s, int at, size_t *length)
{
	const void *data = sqlite3_column_blob(s, at);
	*length = data == NULL ? 0 : (size_t)sqlite3_column_bytes(s, at);
	return data;
}

int sat_column_count(sat_stmt *s) { return sqlite3_column_count(s); }

int64_t sat_db_changes(sat_db *db) { return sqlite3_changes64(db->handle); }

int sat_db_int(sat_db *db, const char *sql, int64_t *value, int64_t fallback, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(db, &s, sql, err);
	if (rc == 0)
		rc = sat_step(db, s, err);
	if (rc >= 0)
		*value = rc == 1 && !sat_column_is_null(s, 0) ? sat_column_int(s, 0) : fallback;
	sat_db_finalize(db, &s);
	return rc < 0 ? rc : 0;
}

int sat_db_words(sat_db *db, const char *text, size_t length, sat_on_word on, void *context, sat_error *err)
{
	int rc = sat_words_each(db->handle, text, length, on, context);
	if (rc <= 0) /* our codes are negative, SQLite's are not */
		return rc;
	return sat_fail(err, code_of(rc), "the words to search for could not be read (%s); nothing was changed",
	                sqlite3_errstr(rc));
}

int sat_db_backup(sat_db *db, const char *path, sat_error *err)
{
	sqlite3 *copy = NULL;
	sat_scrub scrub;
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE | SQLITE_OPEN_NOFOLLOW;
	int rc = sqlite3_open_v2(path, &copy, flags, NULL);
	if (rc == SQLITE_OK)
		rc = sat_scrub_attach(&scrub, copy);
	if (rc == SQLITE_OK)
		/* The journal is removed at the end: the copy gets another name, and a journal does not follow. */
		rc = sqlite3_exec(copy, "PRAGMA synchronous=EXTRA; PRAGMA journal_mode=DELETE;", NULL, NULL, NULL);
	sqlite3_backup *backup = NULL;
	if (rc == SQLITE_OK) {
		backup = sqlite3_backup_init(copy, "main", db->handle, "main");
		rc = backup == NULL ? sqlite3_errcode(copy) : sqlite3_backup_step(backup, -1);
		if (backup != NULL)
			sqlite3_backup_finish(backup);
	}
	int code = 0;
	if (rc != SQLITE_DONE)
		code = sat_fail(err, code_of(rc), "the backup to %s failed: %s; the store itself is unchanged",
		                path, copy == NULL ? "out of memory" : sqlite3_errmsg(copy));
	sqlite3_close(copy);
	return code;
}
