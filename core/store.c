/* See store.h. */
#include "store.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ask.h"
#include "file-use.h"
#include "hex.h"
#include "protocol-reach.h"
#include "protocol.h"
#include "refit.h"
#include "search.h"
#include "store-private.h"

extern const char sat_schema_sql[];

/* --- facts -------------------------------------------------------------------------------------- */

static int meta_row(sat_store *store, const char *name, sat_error *err)
{
	int rc = SAT_SQL(store, meta_get, "SELECT value FROM sat_meta WHERE name = ?");
	if (rc != 0)
		return rc;
	sat_bind_string(store->sql.meta_get, 1, name);
	return sat_step(store->db, store->sql.meta_get, err);
}

int sat_meta_int(sat_store *store, const char *name, int64_t *value, int64_t fallback, sat_error *err)
{
	int rc = meta_row(store, name, err);
	*value = rc == 1 ? sat_column_int(store->sql.meta_get, 0) : fallback;
	sat_reset(store->sql.meta_get);
	return rc < 0 ? rc : 0;
}

int sat_meta_bytes(sat_store *store, const char *name, sat_bytes *value, sat_error *err)
{
	int rc = meta_row(store, name, err);
	if (rc == 1) {
		size_t length;
		const void *data = sat_column_blob(store->sql.meta_get, 0, &length);
		sat_bytes_put(value, data, length);
		if (!sat_bytes_ok(value))
			rc = sat_no_memory(err);
	}
	sat_reset(store->sql.meta_get);
	return rc < 0 ? rc : 0;
}

static int meta_set(sat_store *store, const char *name, sat_error *err)
{
	int rc = SAT_SQL(store, meta_set, "INSERT OR REPLACE INTO sat_meta(name, value) VALUES(?, ?)");
	if (rc == 0)
		sat_bind_string(store->sql.meta_set, 1, name);
	return rc;
}

int sat_meta_set_int(sat_store *store, const char *name, int64_t value, sat_error *err)
{
	int rc = meta_set(store, name, err);
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.meta_set, 2, value);
	return sat_run(store->db, store->sql.meta_set, err);
}

int sat_meta_set_bytes(sat_store *store, const char *name, const void *data, size_t length,
                       sat_error *err)
{
	int rc = meta_set(store, name, err);
	if (rc != 0)
		return rc;
	sat_bind_blob(store->sql.meta_set, 2, data, length);
	return sat_run(store->db, store->sql.meta_set, err);
}

/* --- sequences ---------------------------------------------------------------------------------- */

static int insert_run(sat_store *store, int64_t seq, sat_dot first, int64_t count, int64_t told, sat_error *err)
{
	int rc = SAT_SQL(store, run_insert, "INSERT INTO sat_run(seq, first, count, told) VALUES(?, ?, ?, ?)");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.run_insert;
	sat_bind_int(s, 1, seq);
	sat_bind_int(s, 2, first);
	sat_bind_int(s, 3, count);
	told != 0 ? sat_bind_int(s, 4, told) : sat_bind_null(s, 4);
	return sat_run(store->db, s, err);
}

/* Lets the row of the run that grows say this length. */
static int keep_run(sat_store *store, int64_t count, sat_error *err)
{
	int rc;
	if (store->run_kept == 0) {
		rc = insert_run(store, store->run_seq, store->run_first, count, 0, err);
	} else {
		rc = SAT_SQL(store, run_update, "UPDATE sat_run SET count = ? WHERE seq = ?");
		if (rc != 0)
			return rc;
		sat_bind_int(store->sql.run_update, 1, count);
		sat_bind_int(store->sql.run_update, 2, store->run_seq);
		rc = sat_run(store->db, store->sql.run_update, err);
	}
	if (rc == 0)
		store->run_kept = count;
	return rc;
}

int sat_store_end_run(sat_store *store, sat_error *err)
{
	return store->run_count == store->run_kept ? 0 : keep_run(store, store->run_count, err);
}

/* True while the next creation goes on with the run. */
static bool run_grows(const sat_store *store)
{
	return store->run_count > 0 && store->run_seq + store->run_count == store->seq + 1;
}

/* The row of a run that grows says more than there is, so that most commits can leave it alone: nobody
 * looks above store->seq.  After a crash the rest of it stays unused. */
static int keep_ahead(sat_store *store, sat_error *err)
{
	enum { AHEAD = 1024 };
	if (!run_grows(store))
		return sat_store_end_run(store, err);
	if (store->run_count <= store->run_kept)
		return 0;
	int64_t room = SAT_COUNTER_END - 1 - sat_dot_counter(store->run_first + store->run_count - 1);
	return keep_run(store, store->run_count + (room < AHEAD ? room : AHEAD), err);
}

/* A moment is noted when the clock shows another second than at the latest one, so that a day of
 * typing costs a few bytes a minute and a bulk import none. */
static int note_moment(sat_store *store, sat_dot dot, sat_error *err)
{
	int64_t now = store->env->now(store->env->context);
	if (now == store->moment)
		return 0;
	int rc = SAT_SQL(store, moment_insert, "INSERT OR REPLACE INTO sat_moment(dot, at) VALUES(?, ?)");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.moment_insert, 1, dot);
	sat_bind_int(store->sql.moment_insert, 2, now);
	rc = sat_run(store->db, store->sql.moment_insert, err);
	store->moment = now;
	store->moment_due = false;
	return rc;
}

int sat_store_reserve(sat_store *store, int64_t count, sat_error *err)
{
	if (store->own != 0 && store->counter + count >= SAT_COUNTER_END)
		sat_incarnation_leave(store);
	return sat_incarnation_own(store, err);
}

int sat_store_next(sat_store *store, sat_dot *dot, int64_t *seq, sat_error *err)
{
	int rc = sat_store_reserve(store, 1, err);
	if (rc != 0)
		return rc;
	*dot = sat_dot_make(store->own, ++store->counter);
	*seq = ++store->seq;
	if (store->run_count > 0 && store->run_first + store->run_count == *dot &&
	    store->run_seq + store->run_count == *seq) {
		store->run_count++;
	} else {
		if ((rc = sat_store_end_run(store, err)) != 0)
			return rc;
		store->run_seq = *seq;
		store->run_first = *dot;
		store->run_count = 1;
		store->run_kept = 0;
	}
	return store->moment_due ? note_moment(store, *dot, err) : 0;
}

int64_t sat_store_next_sequence(sat_store *store) { return ++store->seq; }

int sat_store_add_run(sat_store *store, sat_dot first, int64_t count, int64_t told, sat_error *err)
{
	int rc = sat_store_end_run(store, err);
	if (rc == 0)
		rc = insert_run(store, store->seq + 1, first, count, told, err);
	store->seq += count;
	return rc;
}

/* After a rollback: the run that grows under our incarnation, with all dots that were given out. */
static int find_run(sat_store *store, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, "SELECT seq, first, count FROM sat_run ORDER BY seq DESC LIMIT 1", err);
	if (rc == 0)
		rc = sat_step(store->db, s, err);
	if (rc == 1 && sat_dot_index(sat_column_int(s, 1)) == store->own) {
		store->run_seq = sat_column_int(s, 0);
		store->run_first = sat_column_int(s, 1);
		store->run_kept = sat_column_int(s, 2);
		int64_t given = sat_dot_make(store->own, store->counter) - store->run_first + 1;
		store->run_count = given < store->run_kept ? given : store->run_kept;
	}
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

/* --- loading ------------------------------------------------------------------------------------ */

static int load_programme(sat_store *store, sat_error *err)
{
	SAT_BYTES(json);
	int rc = sat_meta_bytes(store, "programme", &json, err);
	if (rc != 0)
		return rc;
	sat_programme *programme;
	rc = sat_programme_read(&programme, (const char *)json.data, json.length, err);
	if (rc != 0)
		return sat_error_context(err, "the programme in the store");
	sat_programme_free(store->programme);
	store->programme = programme;
	return sat_tables_load(store, err);
}

/* The store's text facts are short and owned by the struct. */
static int load_identity(sat_store *store, sat_error *err)
{
	SAT_BYTES(name);
	int rc = sat_meta_bytes(store, "name", &name, err);
	if (rc != 0)
		return rc;
	snprintf(store->name, sizeof store->name, "%.*s", (int)name.length, (const char *)name.data);
	SAT_BYTES(device);
	rc = sat_meta_bytes(store, "device", &device, err);
	if (rc == 0 && device.length != SAT_DEVICE_BYTES)
		rc = sat_fail(err, SAT_EDAMAGED, "the store does not say whose it is");
	if (rc != 0)
		return rc;
	memcpy(store->self.bytes, device.data, SAT_DEVICE_BYTES);
	int64_t role;
	rc = sat_meta_int(store, "role", &role, 0, err);
	store->role = (sat_role)role;
	return rc;
}

static int load_counters(sat_store *store, sat_error *err)
{
	/* The latest sequence is the greatest that anything carries. */
	int64_t run_end = 0, seq = 0;
	int rc = sat_db_int(store->db, "SELECT max(seq + count) - 1 FROM sat_run", &run_end, 0, err);
	if (rc == 0)
		rc = sat_meta_int(store, "seq", &seq, 0, err);
	store->seq = run_end > seq ? run_end : seq;
	if (rc == 0)
		rc = sat_db_int(store->db, "SELECT max(upto) FROM sat_sent", &store->offered, 0, err);
	if (rc == 0)
		rc = sat_db_int(store->db, "SELECT count(*) FROM sat_tombstone", &store->tombstones, 0, err);
	if (rc == 0)
		rc = sat_db_int(store->db, "SELECT count(*) FROM sat_waiting", &store->waiting, 0, err);
	if (rc == 0)
		rc = sat_db_int(store->db, "SELECT count(*) FROM sat_declined", &store->declined, 0, err);
	if (rc == 0)
		rc = sat_protocol_load(store, err);
	if (rc == 0)
		rc = sat_meta_int(store, "unsearched", &store->unsearched, 0, err);
	if (rc == 0)
		rc = sat_db_int(store->db, "SELECT max(about) FROM sat_decided", &store->last_subject, 0, err);
	if (rc == 0)
		rc = sat_meta_int(store, "closed_subjects", &store->closed_subjects, 0, err);
	store->run_count = store->run_kept = 0;
	store->moment = INT64_MIN;
	return rc;
}

int sat_store_reload(sat_store *store, sat_error *err)
{
	int rc = load_identity(store, err);
	if (rc == 0)
		rc = sat_incarnations_load(store, err);
	/* Callers hold on to tables, so they stay where they are unless they are other ones now. */
	if (rc == 0 && (store->programme == NULL || store->tables_changed))
		rc = load_programme(store, err);
	store->tables_changed = false;
	return rc != 0 ? rc : load_counters(store, err);
}

/* --- opening and closing ------------------------------------------------------------------------ */

static int check_version(sat_store *store, const char *path, sat_error *err)
{
	int64_t application, version;
	int rc = sat_db_int(store->db, "PRAGMA application_id", &application, 0, err);
	if (rc == 0)
		rc = sat_db_int(store->db, "PRAGMA user_version", &version, 0, err);
	if (rc != 0)
		return rc;
	if (application != SAT_APPLICATION_ID)
		return sat_fail(err, SAT_EDAMAGED, "%s is no Satchel store; nothing was changed", path);
	if (version > SAT_SCHEMA_VERSION)
		return sat_fail(err, SAT_ETOONEW,
		                "%s was written by a newer Satchel (version %lld of the store, this one knows "
		                "%d); nothing was changed; install the newer Satchel to open it",
		                path, (long long)version, SAT_SCHEMA_VERSION);
	return 0;
}

static int open_file(sat_store **out, const char *path, const sat_store_options *options, bool create,
                     const sat_env *env, sat_error *err)
{
	*out = NULL;
	sat_store *store = calloc(1, sizeof *store);
	if (store == NULL || (store->path = strdup(path)) == NULL) {
		free(store);
		return sat_no_memory(err);
	}
	store->env = env;
	store->no_search = options != NULL && options->no_search;
	sat_db_options db = { .create = create,
		              .temporary = sat_reach_table,
		              .vfs = options == NULL ? NULL : options->vfs,
		              .cache_kib = options == NULL ? 0 : options->cache_kib };
	int rc = sat_db_open(&store->db, path, &db, err);
	if (rc != 0) {
		sat_store_free(store);
		return rc;
	}
	*out = store;
	return 0;
}

int sat_store_open(sat_store **out, const char *path, const sat_store_options *options,
                   const sat_env *env, sat_error *err)
{
	sat_store *store;
	*out = NULL;
	struct stat there;
	bool file_named = strncmp(path, "file:", 5) != 0;
	if (file_named && (options == NULL || options->vfs == NULL) && stat(path, &there) != 0)
		return sat_fail(err, SAT_ENOTFOUND,
		                "there is no store at %s. Go to the folder where it is, or name it with --store; "
		                "`satchel init` makes a new one", path);
	if (file_named && (options == NULL || options->vfs == NULL) && S_ISDIR(there.st_mode))
		return sat_fail(err, SAT_ENOTFOUND,
		                "%s is a folder, and a store is a file. Nothing was changed. Name the file in it, such as "
		                "%s/satchel.db", path, path);
	int rc = open_file(&store, path, options, false, env, err);
	if (rc != 0)
		return rc;
	rc = check_version(store, path, err);
	if (rc == 0)
		rc = sat_store_reload(store, err);
	if (rc == 0)
		rc = sat_token_take(store, err);
	if (rc != 0) {
		sat_store_free(store);
		return rc;
	}
	*out = store;
	return 0;
}

static int add_self(sat_store *store, const sat_store_setup *setup, sat_error *err)
{
	sat_device_id device = sat_device_of(setup->self);
	int rc = sat_meta_set_bytes(store, "name", setup->name, strlen(setup->name), err);
	if (rc == 0)
		rc = sat_meta_set_bytes(store, "device", device.bytes, SAT_DEVICE_BYTES, err);
	if (rc == 0)
		rc = sat_meta_set_int(store, "role", setup->role, err);
	if (rc == 0)
		rc = sat_meta_set_int(store, "self", 1, err);
	sat_stmt *s = NULL;
	if (rc == 0)
		rc = sat_db_prepare(store->db, &s,
		                    "INSERT INTO sat_device(id, device, sign, seal, role, name, audiences, state) "
		                    "VALUES(1, ?, ?, ?, ?, ?, '', 'self')", err);
	if (rc != 0)
		return rc;
	sat_bind_blob(s, 1, device.bytes, SAT_DEVICE_BYTES);
	sat_bind_blob(s, 2, setup->self->sign, SAT_KEY_BYTES);
	sat_bind_blob(s, 3, setup->self->seal, SAT_KEY_BYTES);
	sat_bind_int(s, 4, setup->role);
	sat_bind_string(s, 5, setup->name);
	rc = sat_run(store->db, s, err);
	sat_db_finalize(store->db, &s);
	return rc;
}

static int fill_new(sat_store *store, const sat_store_setup *setup, sat_error *err)
{
	char header[128];
	snprintf(header, sizeof header, "PRAGMA application_id=%d; PRAGMA user_version=%d;",
	         SAT_APPLICATION_ID, SAT_SCHEMA_VERSION);
	int rc = sat_db_exec(store->db, "BEGIN IMMEDIATE", err);
	if (rc == 0)
		rc = sat_db_exec(store->db, header, err);
	if (rc == 0)
		rc = sat_db_exec(store->db, sat_schema_sql, err);
	store->in_transaction = true;
	if (rc == 0)
		rc = add_self(store, setup, err);
	size_t length = setup->programme_length;
	const char *json = setup->programme;
	if (json == NULL)
		json = sat_programme_default(&length);
	if (rc == 0)
		rc = sat_store_set_programme(store, json, length, err);
	if (rc == 0)
		rc = sat_db_exec(store->db, "COMMIT", err);
	store->in_transaction = false;
	return rc;
}

int sat_store_create(const char *path, const sat_store_setup *setup, const sat_store_options *options,
                     const sat_env *env, sat_error *err)
{
	struct stat there;
	if (lstat(path, &there) == 0)
		return sat_fail(err, SAT_EEXISTS, "%s is there already; it was left alone; choose another name",
		                path);
	sat_store *store;
	int rc = open_file(&store, path, options, true, env, err);
	if (rc != 0) {
		/* There was nothing, so what is there now is ours, unless somebody makes one at this moment. */
		if (rc != SAT_EBUSY)
			sat_store_discard(path);
		return rc;
	}
	rc = fill_new(store, setup, err);
	sat_store_free(store);
	/* What people said is not for every account of the machine. */
	if (rc == 0 && (options == NULL || options->vfs == NULL) && chmod(path, 0600) != 0)
		rc = sat_fail(err, SAT_EIO, "%s could not be made private: %s", path, strerror(errno));
	if (rc != 0)
		sat_store_discard(path);
	return rc;
}

void sat_store_discard(const char *path)
{
	char journal[PATH_MAX];
	unlink(path);
	if ((size_t)snprintf(journal, sizeof journal, "%s-journal", path) < sizeof journal)
		unlink(journal);
}

int sat_store_close(sat_store *store, sat_error *err)
{
	int rc = 0;
	if (store != NULL && !store->in_transaction)
		rc = sat_token_put(store, err);
	sat_store_free(store);
	return rc;
}

void sat_store_free(sat_store *store)
{
	if (store == NULL)
		return;
	sat_db_close(store->db);
	sat_tables_free(store);
	sat_programme_free(store->programme);
	free(store->incarnations);
	free(store->incarnation_slots);
	free(store->labelled);
	free(store->path);
	free(store);
}

/* --- transactions ------------------------------------------------------------------------------- */

/* Knows again what is in the file.  Until that has succeeded nothing may be written: what is in memory
 * speaks of rows that were rolled back, incarnations among them.  The counter does not go back: a number
 * that was given out is never given out again, whether or not anything was kept under it. */
static int reread(sat_store *store, sat_error *err)
{
	uint8_t name[SAT_INCARNATION_BYTES] = { 0 };
	const sat_incarnation *own = sat_incarnation_at(store, store->own);
	if (own != NULL)
		memcpy(name, own->name, sizeof name);
	int64_t seq = store->seq;
	store->tables_changed = store->tables_changed || store->stale;
	int rc = sat_store_reload(store, err);
	store->stale = rc != 0;
	/* An incarnation whose row was rolled back is gone; one that is still there goes on. */
	if (store->own != 0 && (store->stale || sat_incarnation_find(store, name) != store->own))
		sat_incarnation_leave(store);
	if (rc == 0 && store->own != 0) {
		rc = find_run(store, err);
		store->stale = rc != 0;
	}
	if (store->seq < seq)
		store->seq = seq;
	return rc;
}

int sat_store_begin(sat_store *store, sat_error *err)
{
	int rc = store->stale ? reread(store, err) : 0;
	if (rc == 0)
		rc = SAT_SQL(store, begin, "BEGIN IMMEDIATE");
	if (rc == 0)
		rc = sat_run(store->db, store->sql.begin, err);
	if (rc == 0) {
		store->in_transaction = true;
		store->moment_due = true;
		store->tables_changed = false;
	}
	return rc;
}

int sat_store_commit(sat_store *store, sat_error *err)
{
	int rc = sat_search_settle_if_many(store, err);
	if (rc == 0)
		rc = sat_search_purge_if_due(store, err);
	if (rc == 0)
		rc = sat_files_let_go(store, err);
	if (rc == 0)
		rc = sat_incarnations_keep(store, err);
	if (rc == 0)
		rc = keep_ahead(store, err);
	/* A sequence that no run ends with has to be remembered by itself. */
	if (rc == 0 && !run_grows(store))
		rc = sat_meta_set_int(store, "seq", store->seq, err);
	if (rc != 0)
		return rc;
	/* A commit that fails may be on the disk all the same.  The counter has to be put back with a new
	 * token in any case, or the next process would give its numbers out again. */
	store->wrote = true;
	rc = SAT_SQL(store, commit, "COMMIT");
	if (rc == 0)
		rc = sat_run(store->db, store->sql.commit, err);
	if (rc == 0)
		store->in_transaction = false;
	return rc;
}

void sat_store_rollback(sat_store *store)
{
	if (!store->in_transaction)
		return;
	sat_db_exec(store->db, "ROLLBACK", NULL);
	sat_apart_forget(store);
	store->in_transaction = store->purge_search = store->loose_files = false;
	reread(store, NULL);
}

/* --- what others ask ---------------------------------------------------------------------------- */

const sat_device_id *sat_store_self(const sat_store *store) { return &store->self; }
sat_role sat_store_role(const sat_store *store) { return store->role; }
const char *sat_store_name(const sat_store *store) { return store->name; }
const sat_env *sat_store_env(const sat_store *store) { return store->env; }
const sat_programme *sat_store_programme(const sat_store *store) { return store->programme; }
int64_t sat_store_incarnation(const sat_store *store) { return store->own; }
int64_t sat_store_sequence(const sat_store *store) { return store->seq; }

int sat_store_set_programme(sat_store *store, const char *json, size_t length, sat_error *err)
{
	sat_programme *programme;
	int rc = sat_programme_read(&programme, json, length, err);
	if (rc != 0)
		return rc;
	sat_programme_free(programme);
	store->tables_changed = true;
	const sat_purposes personal = store->personal, collective = store->collective;
	rc = sat_meta_set_bytes(store, "programme", json, length, err);
	if (rc == 0)
		rc = load_programme(store, err);
	/* Who is asked about a purpose may be known only now. */
	if (rc == 0 && (personal != store->personal || collective != store->collective))
		rc = sat_ask_again(store, 0, err);
	return rc != 0 ? rc : sat_refit(store, err);
}

int sat_store_backup(sat_store *store, const char *path, sat_error *err)
{
	int rc = sat_db_backup(store->db, path, err);
	if (rc == 0 && chmod(path, 0600) != 0)
		rc = sat_fail(err, SAT_EIO, "%s could not be made private: %s", path, strerror(errno));
	return rc;
}

/* --- names for people --------------------------------------------------------------------------- */

int sat_id_print(sat_store *store, sat_dot id, char text[static SAT_ID_CHARS], sat_error *err)
{
	text[0] = '\0';
	if (!sat_dot_linked(id)) {
		uint8_t name[SAT_UNLINKED_BYTES];
		int rc = sat_unlinked_name(store, id, name, err);
		if (rc == 0)
			sat_hex_print(name, sizeof name, text);
		return rc;
	}
	const sat_incarnation *incarnation = sat_incarnation_at(store, sat_dot_index(id));
	if (incarnation == NULL)
		return sat_fail(err, SAT_ENOTFOUND, "the store knows no record of that name");
	sat_hex_print(incarnation->name, SAT_INCARNATION_BYTES, text);
	snprintf(text + 2 * SAT_INCARNATION_BYTES, SAT_ID_CHARS - 2 * SAT_INCARNATION_BYTES, "-%lld",
	         (long long)sat_dot_counter(id));
	return 0;
}

static int read_unlinked(sat_store *store, const char *text, sat_dot *id, sat_error *err)
{
	uint8_t name[SAT_UNLINKED_BYTES];
	if (!sat_hex_read(text, 2 * sizeof name, name))
		return sat_fail(err, SAT_EINVALID, "\"%.40s\" is no record id", text);
	int rc = sat_unlinked_find(store, name, id, err);
	if (rc == 0 && *id == 0)
		rc = sat_fail(err, SAT_ENOTFOUND, "there is no record %.40s in this store", text);
	return rc;
}

int sat_id_read(sat_store *store, const char *text, sat_dot *id, sat_error *err)
{
	*id = 0;
	size_t length = strlen(text);
	const char *hyphen = strchr(text, '-');
	if (hyphen == NULL && length == 2 * SAT_UNLINKED_BYTES)
		return read_unlinked(store, text, id, err);
	if (hyphen == NULL || hyphen == text || hyphen - text > 2 * SAT_INCARNATION_BYTES ||
	    hyphen[1] < '1' || hyphen[1] > '9' || strspn(hyphen + 1, "0123456789") != strlen(hyphen + 1) ||
	    strlen(hyphen + 1) > 13)
		return sat_fail(err, SAT_EINVALID, "\"%.40s\" is no record id; ids look like a3f9c2e1b4d5f607-12",
		                text);
	long long counter = strtoll(hyphen + 1, NULL, 10);
	int64_t found = 0;
	for (size_t i = 1; i < store->incarnation_count; i++) {
		char name[2 * SAT_INCARNATION_BYTES + 1];
		sat_hex_print(store->incarnations[i].name, SAT_INCARNATION_BYTES, name);
		if (strncasecmp(name, text, (size_t)(hyphen - text)) != 0)
			continue;
		if (found != 0)
			return sat_fail(err, SAT_EINVALID, "\"%.40s\" fits several records; write more of it", text);
		found = (int64_t)i;
	}
	if (found == 0 || counter >= SAT_COUNTER_END)
		return sat_fail(err, SAT_ENOTFOUND, "there is no record %.40s in this store", text);
	*id = sat_dot_make(found, counter);
	return 0;
}
