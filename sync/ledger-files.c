/* See ledger.h and ledger-private.h. */
#include "ledger-private.h"

#include <string.h>

#include "core/store-private.h"

/* Adds the intervals that a query gives in blobs; ?1 is a name, ?2 a device. */
static int spans_of(sat_store *store, const char *sql, const sat_name16 *name, int64_t device, sat_spans *list,
                    sat_arena *arena, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, sql, err);
	if (rc != 0)
		return rc;
	if (name != NULL)
		sat_bind_blob(s, 1, name->bytes, SAT_NAME16_BYTES);
	if (device != 0)
		sat_bind_int(s, 2, device);
	while ((rc = sat_step(store->db, s, err)) == 1) {
		size_t length;
		const void *blob = sat_column_blob(s, 0, &length);
		if (!sat_spans_read(list, arena, blob, length)) {
			rc = sat_no_memory(err);
			break;
		}
	}
	sat_db_finalize(store->db, &s);
	return rc;
}

/* What one bundle stands for. */
static int files_of_bundle(sat_store *store, int64_t device, const sat_name16 *bundle, sat_spans *list,
                           sat_arena *arena, sat_error *err)
{
	return spans_of(store, "SELECT files FROM sat_sent WHERE name = ?1 AND device = ?2 AND files IS NOT NULL",
	                bundle, device, list, arena, err);
}

int sat_ledger_held_files(sat_store *store, int64_t device, sat_spans *list, sat_arena *arena, sat_error *err)
{
	return spans_of(store, "SELECT files FROM sat_base WHERE device = ?2 AND files IS NOT NULL", NULL, device,
	                list, arena, err);
}

/* Keeps a list in the column `files` of a row. */
static int keep_spans(sat_store *store, const char *sql, sat_spans *list, const sat_name16 *name, int64_t device,
                      sat_error *err)
{
	SAT_BYTES(blob);
	sat_stmt *s = NULL;
	sat_spans_join(list);
	sat_spans_write(list, &blob);
	int rc = sat_bytes_ok(&blob) ? sat_db_prepare(store->db, &s, sql, err) : sat_no_memory(err);
	if (rc == 0) {
		sat_bind_blob(s, 1, blob.data, blob.length);
		name != NULL ? sat_bind_blob(s, 2, name->bytes, SAT_NAME16_BYTES) : sat_bind_int(s, 2, device);
		rc = sat_run(store->db, s, err);
	}
	sat_db_finalize(store->db, &s);
	return rc;
}

/* --- sending -------------------------------------------------------------------------------------- */

int sat_ledger_latest_piece(sat_store *store, int64_t *piece, sat_error *err)
{
	return sat_db_int(store->db, "SELECT max(id) FROM sat_piece", piece, 0, err);
}

int sat_ledger_plan_files(sat_store *store, int64_t device, sat_arena *arena, sat_plan *plan, sat_error *err)
{
	sat_spans covered = { 0 }, stands = { 0 }, gaps = { 0 };
	int64_t last = 0;
	int rc = sat_ledger_held_files(store, device, &covered, arena, err);
	if (rc == 0 && !plan->vouches)
		rc = files_of_bundle(store, device, &plan->base, &stands, arena, err);
	if (rc == 0)
		rc = sat_ledger_frame_spans(store, device, SAT_TRACK_FILES, SAT_FRAME_SETTLED, SAT_FRAME_DECLINED,
		                            false, &covered, arena, err);
	if (rc == 0 && !plan->vouches)
		rc = sat_ledger_frame_spans(store, device, SAT_TRACK_FILES, SAT_FRAME_SETTLED, SAT_FRAME_DECLINED,
		                            false, &stands, arena, err);
	if (rc == 0)
		rc = sat_ledger_latest_piece(store, &last, err);
	if (rc != 0)
		return rc;
	sat_spans_join(&covered);
	sat_spans_join(&stands);
	if (!sat_spans_gaps(&covered, 0, last, &gaps, arena))
		return sat_no_memory(err);
	plan->gaps[SAT_TRACK_FILES] = gaps.at;
	plan->gap_count[SAT_TRACK_FILES] = gaps.count;
	plan->files = stands.at;
	plan->file_count = stands.count;
	return 0;
}

int sat_ledger_plan_rests(sat_store *store, int64_t device, sat_arena *arena, sat_plan *plan, sat_error *err)
{
	sat_spans stands = { 0 };
	sat_stmt *s = NULL;
	int rc = files_of_bundle(store, device, &plan->base, &stands, arena, err);
	if (rc == 0)
		rc = sat_db_prepare(
		    store->db, &s,
		    "SELECT name, track, above, upto FROM sat_sent_frame WHERE device = ? AND state > 0 AND "
		    "(upto > ? OR track = 2) ORDER BY track = 2, upto DESC",
		    err);
	if (rc != 0)
		return rc;
	sat_spans_join(&stands);
	sat_bind_int(s, 1, device);
	sat_bind_int(s, 2, plan->base_upto);
	while (plan->rest_count < SAT_NAMES_MAX && (rc = sat_step(store->db, s, err)) == 1) {
		if (sat_column_int(s, 1) == SAT_TRACK_FILES &&
		    sat_spans_hold(&stands, sat_column_int(s, 2), sat_column_int(s, 3)))
			continue;
		sat_name16 *grown = sat_arena_grown(arena, plan->rests, plan->rest_count, sizeof *grown);
		if (grown == NULL) {
			rc = sat_no_memory(err);
			break;
		}
		plan->rests = grown;
		size_t length;
		const void *name = sat_column_blob(s, 0, &length);
		if (length == SAT_NAME16_BYTES)
			memcpy(plan->rests[plan->rest_count++].bytes, name, length);
	}
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

int sat_ledger_sent_files(sat_store *store, const sat_name16 *bundle, const sat_span *files, size_t count,
                          sat_error *err)
{
	SAT_ARENA(arena);
	sat_spans list = { 0 };
	for (size_t i = 0; i < count; i++) {
		if (!sat_spans_add(&list, &arena, files[i].above, files[i].upto))
			return sat_no_memory(err);
	}
	return keep_spans(store, "UPDATE sat_sent SET files = ? WHERE name = ?", &list, bundle, 0, err);
}

/* --- receipts ------------------------------------------------------------------------------------- */

int sat_ledger_take_held_files(sat_store *store, int64_t device, const sat_manifest *m, sat_error *err)
{
	SAT_ARENA(arena);
	sat_spans list = { 0 };
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < m->held_count; i++)
		rc = files_of_bundle(store, device, &m->held[i], &list, &arena, err);
	return rc != 0 || list.count == 0
	           ? rc
	           : keep_spans(store, "UPDATE sat_base SET files = ? WHERE device = ?", &list, NULL, device, err);
}

int sat_ledger_files_confirmed(sat_store *store, const sat_name16 *bundle, bool *confirmed, sat_error *err)
{
	SAT_ARENA(arena);
	sat_spans stands = { 0 };
	sat_stmt *s = NULL;
	int rc = spans_of(store,
	                  "SELECT b.files FROM sat_base b JOIN sat_sent s ON s.device = b.device WHERE s.name = ?1 "
	                  "AND b.files IS NOT NULL",
	                  bundle, 0, &stands, &arena, err);
	if (rc == 0)
		rc = sat_db_prepare(
		    store->db, &s,
		    "SELECT above, upto, state FROM sat_sent_frame WHERE bundle = ?1 AND device = (SELECT device "
		    "FROM sat_sent WHERE name = ?1) AND track = 2 AND state <> 1",
		    err);
	if (rc != 0)
		return rc;
	sat_spans_join(&stands);
	sat_bind_blob(s, 1, bundle->bytes, SAT_NAME16_BYTES);
	while (*confirmed && (rc = sat_step(store->db, s, err)) == 1)
		*confirmed = sat_column_int(s, 2) == 0 && sat_spans_hold(&stands, sat_column_int(s, 0), sat_column_int(s, 1));
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}
