/* See file-use.h. */
#include "file-use.h"

#include <string.h>

#include "admit-waiting.h"
#include "ask.h"
#include "gate.h"
#include "record.h"
#include "store-private.h"

/* Something was let go here once, so a sender may be wrong about what is here. */
static const char let_go[] = "files_let_go";

/* --- where values are written --------------------------------------------------------------------------- */

static int note_use(sat_store *store, const sat_table *table, sat_dot record, const sat_file_name *name,
                    bool preview, sat_error *err)
{
	sat_file file;
	int rc = sat_file_ensure(store, name, &file, err);
	if (rc == 0)
		rc = SAT_SQL(store, file_use_insert,
		             "INSERT OR IGNORE INTO sat_file_use(file, record, kind, preview) VALUES(?, ?, ?, ?)");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.file_use_insert;
	sat_bind_int(s, 1, file.id);
	sat_bind_int(s, 2, record);
	sat_bind_int(s, 3, table->id);
	sat_bind_int(s, 4, preview);
	return sat_run(store->db, s, err);
}

int sat_file_use_value(sat_store *store, const sat_table *table, sat_dot record, const sat_value *value,
                       sat_error *err)
{
	sat_file_value named;
	if (value->type != SAT_FILE || !sat_file_value_read(&named, value->text.bytes, value->text.length))
		return 0;
	int rc = note_use(store, table, record, &named.original, false, err);
	return rc == 0 && named.preview.size != 0 ? note_use(store, table, record, &named.preview, true, err) : rc;
}

static bool holds(const sat_state *state, const sat_value *value)
{
	bool found = false;
	for (size_t i = 0; !found && i < state->count; i++)
		found = state->siblings[i].value.type == SAT_FILE &&
		        sat_value_compare(&state->siblings[i].value, value) == 0;
	return found;
}

int sat_file_use_state(sat_store *store, const sat_state *before, const sat_state *state, sat_error *err)
{
	int rc = 0;
	bool less = false;
	for (size_t i = 0; !less && i < before->count; i++)
		less = before->siblings[i].value.type == SAT_FILE && !holds(state, &before->siblings[i].value);
	for (size_t i = 0; rc == 0 && i < state->count; i++)
		rc = sat_file_use_value(store, state->table, state->id, &state->siblings[i].value, err);
	return rc == 0 && less ? sat_file_use_look(store, state->id, err) : rc;
}

int sat_file_use_look(sat_store *store, sat_dot record, sat_error *err)
{
	int rc =
	    SAT_SQL(store, file_loose,
	            "UPDATE sat_file SET loose = 1 WHERE id IN (SELECT file FROM sat_file_use WHERE record = ?)");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.file_loose, 1, record);
	rc = sat_run(store->db, store->sql.file_loose, err);
	store->loose_files = store->loose_files || sat_db_changes(store->db) > 0;
	return rc;
}

/* --- where somebody wants to know ----------------------------------------------------------------------- */

static bool same_file(const sat_file_name *a, const sat_file_name *b)
{
	return a->size == b->size && memcmp(a->hash, b->hash, sizeof a->hash) == 0;
}

static bool names(const sat_sibling *s, const sat_file_name *name)
{
	sat_file_value value;
	return s->value.type == SAT_FILE &&
	       sat_file_value_read(&value, s->value.text.bytes, s->value.text.length) &&
	       (same_file(&value.original, name) || same_file(&value.preview, name));
}

/* Whether one record names the file with a value that counts. */
static int judge_record(sat_store *store, sat_table *table, sat_dot record, const sat_file *file, bool waiting,
                        sat_file_judge judge, void *context, bool *yes, sat_error *err)
{
	SAT_ARENA(arena);
	sat_state state;
	int rc = sat_record_load(store, table, record, &arena, &state, err);
	if (rc == 0 && waiting && !state.created)
		rc = sat_waiting_load(store, &state, err);
	for (size_t i = 0; rc == 0 && !*yes && i < state.count; i++) {
		if (names(&state.siblings[i], &file->name))
			rc = judge(context, &state, &state.siblings[i], yes, err);
	}
	return rc;
}

typedef struct use {
	sat_dot record;
	sat_table *table;
} use;

/* The records that are noted for a file. */
static int uses_of(sat_store *store, int64_t file, sat_arena *arena, use **uses, size_t *count, sat_error *err)
{
	*uses = NULL;
	*count = 0;
	int rc = SAT_SQL(store, file_uses, "SELECT DISTINCT record, kind FROM sat_file_use WHERE file = ?");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.file_uses;
	sat_bind_int(s, 1, file);
	while ((rc = sat_step(store->db, s, err)) == 1) {
		use *grown = sat_arena_grown(arena, *uses, *count, sizeof *grown);
		sat_table *table = sat_table_of_id(store, sat_column_int(s, 1));
		if (grown == NULL || table == NULL) {
			rc = grown == NULL ? sat_no_memory(err)
			                   : sat_fail(err, SAT_EDAMAGED, "the store's list of files is damaged");
			break;
		}
		*uses = grown;
		(*uses)[(*count)++] = (use){ sat_column_int(s, 0), table };
	}
	sat_reset(s);
	return rc < 0 ? rc : 0;
}

int sat_file_named(sat_store *store, const sat_file *file, bool waiting, sat_file_judge judge, void *context,
                   sat_dot *record, sat_error *err)
{
	SAT_ARENA(arena);
	use *uses;
	size_t count;
	bool yes = false;
	*record = 0;
	int rc = file->id == 0 ? 0 : uses_of(store, file->id, &arena, &uses, &count, err);
	for (size_t i = 0; file->id != 0 && rc == 0 && !yes && i < count; i++) {
		rc = judge_record(store, uses[i].table, uses[i].record, file, waiting, judge, context, &yes, err);
		*record = yes ? uses[i].record : 0;
	}
	return rc;
}

/* --- letting go ----------------------------------------------------------------------------------------- */

static int any_value(void *context, const sat_state *state, const sat_sibling *sibling, bool *yes, sat_error *err)
{
	(void)context;
	(void)state;
	(void)sibling;
	(void)err;
	*yes = true;
	return 0;
}

static int file_of_row(sat_stmt *s, sat_file *file, sat_error *err)
{
	size_t length;
	const void *hash = sat_column_blob(s, 1, &length);
	*file = (sat_file){ .id = sat_column_int(s, 0), .name.size = sat_column_int(s, 2),
		            .here = (uint32_t)sat_column_int(s, 3) };
	if (length != sizeof file->name.hash)
		return sat_fail(err, SAT_EDAMAGED, "the store's list of files is damaged");
	memcpy(file->name.hash, hash, length);
	file->pieces = sat_tree_pieces(file->name.size);
	return 0;
}

/* Files out of a query that gives id, name, size and here; in `arena`. */
static int files_of(sat_store *store, const char *sql, sat_arena *arena, sat_file **files, size_t *count,
                    sat_error *err)
{
	*files = NULL;
	*count = 0;
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, sql, err);
	while (rc == 0 && (rc = sat_step(store->db, s, err)) == 1) {
		sat_file *grown = sat_arena_grown(arena, *files, *count, sizeof *grown);
		if (grown == NULL) {
			rc = sat_no_memory(err);
			break;
		}
		*files = grown;
		rc = file_of_row(s, &(*files)[(*count)++], err);
	}
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

/* Forgets the uses that are none any more; one that is left keeps the file. */
static int look_at(sat_store *store, const sat_file *file, sat_error *err)
{
	SAT_ARENA(arena);
	use *uses;
	size_t count, left = 0;
	int rc = uses_of(store, file->id, &arena, &uses, &count, err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		bool yes = false;
		rc = judge_record(store, uses[i].table, uses[i].record, file, true, any_value, NULL, &yes, err);
		left += yes;
		if (rc != 0 || yes)
			continue;
		sat_stmt *s = NULL;
		rc = sat_db_prepare(store->db, &s, "DELETE FROM sat_file_use WHERE file = ? AND record = ?", err);
		sat_bind_int(s, 1, file->id);
		sat_bind_int(s, 2, uses[i].record);
		if (rc == 0)
			rc = sat_run(store->db, s, err);
		sat_db_finalize(store->db, &s);
	}
	if (rc != 0 || left > 0)
		return rc;
	rc = sat_file_erase(store, file->id, err);
	return rc != 0 ? rc : sat_meta_set_int(store, let_go, 1, err);
}

int sat_files_let_go(sat_store *store, sat_error *err)
{
	if (!store->loose_files)
		return 0;
	SAT_ARENA(arena);
	sat_file *files;
	size_t count;
	int rc = files_of(store, "SELECT id, name, size, here FROM sat_file WHERE loose = 1", &arena, &files,
	                  &count, err);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = look_at(store, &files[i], err);
	if (rc == 0)
		rc = sat_db_exec(store->db, "UPDATE sat_file SET loose = 0 WHERE loose = 1", err);
	store->loose_files = rc != 0;
	return rc;
}

/* --- asking --------------------------------------------------------------------------------------------- */

int sat_file_renew_record(sat_store *store, sat_dot record, sat_error *err)
{
	SAT_ARENA(arena);
	int64_t *files = NULL;
	size_t count = 0;
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, "SELECT DISTINCT file FROM sat_file_use WHERE record = ?", err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, record);
	while ((rc = sat_step(store->db, s, err)) == 1) {
		int64_t *grown = sat_arena_grown(&arena, files, count, sizeof *grown);
		if (grown == NULL) {
			rc = sat_no_memory(err);
			break;
		}
		files = grown;
		files[count++] = sat_column_int(s, 0);
	}
	sat_db_finalize(store->db, &s);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = sat_file_renew(store, files[i], err);
	return rc;
}

int sat_file_decline(sat_store *store, const sat_file_name *name, int64_t device, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s,
	                        "INSERT OR IGNORE INTO sat_file_declined(name, size, source) VALUES(?, ?, ?)", err);
	if (rc == 0) {
		sat_bind_blob(s, 1, name->hash, sizeof name->hash);
		sat_bind_int(s, 2, name->size);
		sat_bind_int(s, 3, device);
		rc = sat_run(store->db, s, err);
	}
	sat_db_finalize(store->db, &s);
	return rc;
}

static int own_gate_allows(void *context, const sat_state *state, const sat_sibling *s, bool *yes, sat_error *err)
{
	return sat_gate_lets(context, state, s, yes, err);
}

/* Asks everybody who brought pieces of it, unless it came whole meanwhile. */
static int ask_sources(sat_store *store, const sat_file *file, sat_dot record, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc =
	    sat_db_prepare(store->db, &s, "SELECT source FROM sat_file_declined WHERE name = ? AND size = ?", err);
	sat_bind_blob(s, 1, file->name.hash, sizeof file->name.hash);
	sat_bind_int(s, 2, file->name.size);
	while (rc == 0 && file->here < file->pieces && (rc = sat_step(store->db, s, err)) == 1)
		rc = sat_ask(store, record, sat_column_int(s, 0), err);
	sat_db_finalize(store->db, &s);
	if (rc >= 0)
		rc =
		    sat_db_prepare(store->db, &s, "DELETE FROM sat_file_declined WHERE name = ? AND size = ?", err);
	if (rc == 0) {
		sat_bind_blob(s, 1, file->name.hash, sizeof file->name.hash);
		sat_bind_int(s, 2, file->name.size);
		rc = sat_run(store->db, s, err);
	}
	sat_db_finalize(store->db, &s);
	return rc;
}

int sat_file_ask_declined(sat_store *store, sat_error *err)
{
	SAT_ARENA(arena);
	sat_file *files;
	size_t count;
	SAT_AUTO(sat_gate) gate = NULL;
	int rc =
	    files_of(store,
	             "SELECT DISTINCT f.id, f.name, f.size, f.here FROM sat_file_declined d JOIN sat_file f ON "
	             "f.name = d.name AND f.size = d.size",
	             &arena, &files, &count, err);
	if (rc == 0 && count > 0)
		rc = sat_gate_open_own(&gate, store, err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		sat_dot record;
		rc = sat_file_named(store, &files[i], true, own_gate_allows, gate, &record, err);
		if (rc == 0 && record != 0)
			rc = ask_sources(store, &files[i], record, err);
	}
	return rc;
}

int sat_file_ask_missing(sat_store *store, int64_t after, int64_t device, sat_error *err)
{
	int64_t flag;
	int rc = sat_meta_int(store, let_go, &flag, 0, err);
	if (rc != 0 || flag == 0)
		return rc;
	sat_stmt *s = NULL;
	rc = sat_db_prepare(
	    store->db, &s,
	    "SELECT DISTINCT u.record FROM sat_file_use u JOIN sat_file f ON f.id = u.file WHERE u.id > ? "
	    "AND f.here < (f.size + 262143) / 262144",
	    err);
	sat_bind_int(s, 1, after);
	while (rc == 0 && (rc = sat_step(store->db, s, err)) == 1)
		rc = sat_ask(store, sat_column_int(s, 0), device, err);
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}
