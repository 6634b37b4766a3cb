/* See protocol-reach.h. */
#include "protocol-reach.h"

#include <inttypes.h>
#include <stdio.h>

#include "arena.h"
#include "concern.h"
#include "disclosed.h"
#include "history.h"
#include "registry-statement.h"
#include "store-private.h"

/* --- walking down ----------------------------------------------------------------------------------- */

/* Records that were reached, with the kind of each (0: it is not here) and its distance.  The table is there from
 * the opening of the store on, since one that is made in a transaction lets a rollback need memory. */
const char sat_reach_table[] =
	"CREATE TEMP TABLE sat_reached(record INTEGER PRIMARY KEY, kind INTEGER NOT NULL, level INTEGER NOT NULL)";

static int begin(sat_store *store, sat_error *err)
{
	return sat_db_exec(store->db, "DELETE FROM temp.sat_reached", err);
}

static int put_start(sat_store *store, sat_dot record, sat_error *err)
{
	sat_table *table;
	sat_stmt *s = NULL;
	int rc = sat_table_of_record(store, record, &table, err);
	if (rc == 0)
		rc = sat_db_prepare(store->db, &s, "INSERT OR IGNORE INTO temp.sat_reached VALUES(?, ?, 0)", err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, record);
	sat_bind_int(s, 2, table == NULL ? 0 : table->id);
	rc = sat_run(store->db, s, err);
	sat_db_finalize(store->db, &s);
	return rc;
}

/* One step down by one way to refer: `source` yields (record, kind, what it refers to). */
static int step_down(sat_store *store, const char *source, int level, bool *more, sat_error *err)
{
	SAT_BYTES(sql);
	sat_stmt *s = NULL;
	sat_bytes_put_text(&sql, "INSERT OR IGNORE INTO temp.sat_reached SELECT s.record, s.kind, ?1 + 1 FROM (");
	sat_bytes_put_text(&sql, source);
	static const char tail[] = ") AS s JOIN temp.sat_reached AS r ON r.record = s.above WHERE r.level = ?1";
	sat_bytes_put(&sql, tail, sizeof tail);
	if (!sat_bytes_ok(&sql))
		return sat_no_memory(err);
	int rc = sat_db_prepare(store->db, &s, (const char *)sql.data, err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, level);
	rc = sat_run(store->db, s, err);
	*more = *more || (rc == 0 && sat_db_changes(store->db) > 0);
	sat_db_finalize(store->db, &s);
	return rc;
}

/* Values in rows, and those beside them. */
static int step_by_column(sat_store *store, const sat_table *table, const sat_column *column, int level, bool *more,
                          sat_error *err)
{
	char name[SAT_SQL_NAME_BYTES], row[512], beside[256];
	bool list = column->type == SAT_REFERENCES;
	sat_column_sql_name(table, column, name);
	if (list)
		snprintf(row, sizeof row,
		         "SELECT t.id AS record, %" PRId64 " AS kind, j.value AS above FROM \"%s\" AS t, "
		         "json_each(t.\"%s\") AS j", table->id, table->name, name);
	else
		snprintf(row, sizeof row, "SELECT id AS record, %" PRId64 " AS kind, \"%s\" AS above FROM \"%s\"",
		         table->id, name, table->name);
	snprintf(beside, sizeof beside,
	         "SELECT record, kind, %s AS above FROM sat_sibling%s WHERE kind = %" PRId64 " AND field = %u",
	         list ? "j.value" : "content", list ? ", json_each(content) AS j" : "", table->id,
	         (unsigned)column->number);
	int rc = step_down(store, row, level, more, err);
	return rc != 0 ? rc : step_down(store, beside, level, more, err);
}

static int step_by_table(sat_store *store, const sat_table *table, int level, bool *more, sat_error *err)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < table->column_count; i++) {
		const sat_column *column = &table->columns[i];
		if (column->type == SAT_REFERENCE || column->type == SAT_REFERENCES)
			rc = step_by_column(store, table, column, level, more, err);
	}
	return rc;
}

/* Fills temp.sat_reached with these records and all that derives from them. */
static int walk_down(sat_store *store, const sat_dot *records, size_t count, sat_error *err)
{
	int rc = begin(store, err);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = put_start(store, records[i], err);
	bool more = true;
	for (int level = 0; rc == 0 && more; level++) {
		more = false;
		for (size_t i = 0; rc == 0 && i < store->table_count; i++)
			rc = step_by_table(store, store->tables[i], level, &more, err);
		if (rc == 0)
			rc = step_down(store, "SELECT record, kind, person & ~" SAT_COLLECTIVE_SQL
			                      " AS above FROM sat_concerned", level, &more, err);
		if (rc == 0)
			rc = step_down(store, "SELECT record, 0 AS kind, label AS above FROM sat_under", level, &more, err);
	}
	return rc;
}

int sat_protocol_count(sat_store *store, sat_dot record, size_t *count, sat_error *err)
{
	int64_t n = 0;
	int rc = walk_down(store, &record, 1, err);
	if (rc == 0)
		rc = sat_db_int(store->db, "SELECT count(*) FROM temp.sat_reached WHERE level > 0 AND kind <> 0", &n, 0, err);
	*count = (size_t)n;
	return rc;
}

/* --- telling again ---------------------------------------------------------------------------------- */

int sat_protocol_tell_again(sat_store *store, sat_dot record, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, "SELECT first, count FROM sat_decided WHERE about = ?", err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, record);
	while ((rc = sat_step(store->db, s, err)) == 1) {
		sat_dot first = sat_column_int(s, 0);
		for (int64_t i = 0; rc >= 0 && i < sat_column_int(s, 1); i++)
			rc = sat_never_offered(store, first + i)
			         ? 0
			         : sat_history_touch(store, first + i, SAT_HISTORY_DECISION, err);
		if (rc < 0)
			break;
	}
	sat_db_finalize(store->db, &s);
	return rc;
}

int sat_protocol_holder(sat_store *store, int64_t device, sat_dot record, sat_error *err)
{
	const sat_incarnation *author = sat_incarnation_at(store, sat_dot_index(record));
	if (sat_dot_linked(record) && author != NULL && author->device == device)
		return 0;
	int rc = SAT_SQL(store, holder_put, "INSERT OR IGNORE INTO sat_holder(record, device) VALUES(?, ?)");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.holder_put, 1, record);
	sat_bind_int(store->sql.holder_put, 2, device);
	return sat_run(store->db, store->sql.holder_put, err);
}

int sat_protocol_told_by(sat_store *store, int64_t device, sat_dot record, sat_dot label, sat_error *err)
{
	int rc = sat_protocol_holder(store, device, record, err);
	/* The record may not stay here, so that what is above says it. */
	if (rc == 0)
		rc = sat_protocol_holder(store, device, label, err);
	return rc != 0 ? rc : sat_protocol_tell_again(store, label, err);
}

int sat_protocol_keep_holders(sat_store *store, sat_dot record, sat_error *err)
{
	/* Who made a record is known for ever, and who told a run of creations as long as the run is. */
	int rc = SAT_SQL(store, holder_keep,
	                 "INSERT OR IGNORE INTO sat_holder(record, device) SELECT ?1, device FROM sat_heard WHERE "
	                 "incarnation = (SELECT told FROM sat_history WHERE record = ?1) AND device <> coalesce((SELECT "
	                 "device FROM sat_incarnation WHERE id = ?1 >> 20), 0)");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.holder_keep, 1, record);
	return sat_run(store->db, store->sql.holder_keep, err);
}

static int touch_tombstone(sat_store *store, sat_dot record, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, "UPDATE sat_tombstone SET seq = ? WHERE record = ?", err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, sat_store_next_sequence(store));
	sat_bind_int(s, 2, record);
	rc = sat_run(store->db, s, err);
	sat_db_finalize(store->db, &s);
	return rc;
}

/* Those for erasures under labels were kept from some; there are few of them. */
static int touch_receipts(sat_store *store, sat_error *err)
{
	int64_t any;
	int rc = sat_db_int(store->db, "SELECT EXISTS(SELECT 1 FROM sat_erasure_label)", &any, 0, err);
	sat_stmt *names = NULL, *update = NULL;
	if (rc != 0 || any == 0)
		return rc;
	SAT_BYTES(all);
	rc = sat_db_prepare(store->db, &names, "SELECT name FROM sat_statement WHERE type = ?", err);
	if (rc == 0)
		rc = sat_db_prepare(store->db, &update, "UPDATE sat_statement SET seq = ? WHERE name = ?", err);
	sat_bind_int(names, 1, SAT_SIGNED_ERASURE);
	while (rc == 0 && (rc = sat_step(store->db, names, err)) == 1) {
		size_t length;
		const void *name = sat_column_blob(names, 0, &length);
		sat_bytes_put(&all, name, length);
		rc = 0;
	}
	if (rc == 0 && !sat_bytes_ok(&all))
		rc = sat_no_memory(err);
	for (size_t at = 0; rc == 0 && at < all.length; at += SAT_HASH_BYTES) {
		sat_bind_int(update, 1, sat_store_next_sequence(store));
		sat_bind_blob(update, 2, all.data + at, SAT_HASH_BYTES);
		rc = sat_run(store->db, update, err);
	}
	sat_db_finalize(store->db, &names);
	sat_db_finalize(store->db, &update);
	return rc;
}

static int touch_reached(sat_store *store, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, "SELECT record, kind FROM temp.sat_reached", err);
	while (rc == 0 && (rc = sat_step(store->db, s, err)) == 1) {
		sat_dot record = sat_column_int(s, 0);
		int64_t kind = sat_column_int(s, 1);
		rc = kind == 0 || sat_never_offered(store, record) ? 0 : sat_history_touch(store, record, kind, err);
		if (rc == 0 && kind == 0)
			rc = touch_tombstone(store, record, err);
		if (rc == 0)
			rc = sat_protocol_tell_again(store, record, err);
	}
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

int sat_protocol_touch(sat_store *store, const sat_dot *records, size_t count, sat_error *err)
{
	int rc = walk_down(store, records, count, err);
	if (rc == 0)
		rc = touch_reached(store, err);
	return rc != 0 ? rc : touch_receipts(store, err);
}

/* --- who holds something ---------------------------------------------------------------------------- */

/* What it made itself, or told. */
static int came_from(sat_store *store, int64_t device, bool *held, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s,
	                        "SELECT 1 FROM temp.sat_reached AS r WHERE EXISTS (SELECT 1 FROM sat_incarnation WHERE "
	                        "id = r.record >> 20 AND device = ?1) OR EXISTS (SELECT 1 FROM sat_heard WHERE device = "
	                        "?1 AND incarnation IN (SELECT told FROM sat_history WHERE record = r.record UNION ALL "
	                        "SELECT told FROM sat_run WHERE first <= r.record AND r.record < first + count)) OR EXISTS "
	                        "(SELECT 1 FROM sat_holder WHERE record = r.record AND device = ?1)", err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, device);
	rc = sat_step(store->db, s, err);
	*held = rc == 1;
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

static int was_sent(sat_store *store, int64_t device, bool *held, sat_error *err)
{
	sat_stmt *lines = NULL, *reached = NULL;
	int rc = sat_db_prepare(store->db, &lines,
	                        "SELECT records FROM sat_disclosure WHERE device = ? AND last >= (SELECT min(record) FROM "
	                        "temp.sat_reached) AND first <= (SELECT max(record) FROM temp.sat_reached)", err);
	if (rc == 0)
		rc = sat_db_prepare(store->db, &reached, "SELECT 1 FROM temp.sat_reached WHERE record = ?", err);
	if (rc == 0)
		sat_bind_int(lines, 1, device);
	while (rc == 0 && !*held && (rc = sat_step(store->db, lines, err)) == 1) {
		size_t length;
		const void *list = sat_column_blob(lines, 0, &length);
		sat_cursor ids = sat_cursor_over(list, length);
		rc = 0;
		for (sat_dot id = 0; rc == 0 && !*held && sat_disclosed_next(&ids, &id);) {
			sat_bind_int(reached, 1, id);
			rc = sat_step(store->db, reached, err);
			*held = rc == 1;
			sat_reset(reached);
			rc = rc < 0 ? rc : 0;
		}
	}
	sat_db_finalize(store->db, &lines);
	sat_db_finalize(store->db, &reached);
	return rc < 0 ? rc : 0;
}

int sat_protocol_held(sat_store *store, int64_t device, const sat_dot *records, size_t count, bool *held,
                      sat_error *err)
{
	*held = false;
	int rc = walk_down(store, records, count, err);
	if (rc == 0)
		rc = came_from(store, device, held, err);
	return rc != 0 || *held ? rc : was_sent(store, device, held, err);
}
