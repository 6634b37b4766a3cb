/* See ledger.h. */
#include "ledger-private.h"

#include <stdlib.h>
#include <string.h>

#include "core/device.h"
#include "core/incarnation.h"
#include "core/plant.h"
#include "core/store-private.h"

/* Runs one statement with integer and blob parameters: "i" int64_t, "n" const sat_name16 *, "s" text,
 * "0" NULL. */
static int run(sat_store *store, sat_error *err, const char *sql, const char *types, ...)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, sql, err);
	if (rc != 0)
		return rc;
	va_list args;
	va_start(args, types);
	for (int i = 0; types[i] != '\0'; i++) {
		if (types[i] == 'i')
			sat_bind_int(s, i + 1, va_arg(args, int64_t));
		else if (types[i] == 'n')
			sat_bind_blob(s, i + 1, va_arg(args, const sat_name16 *), SAT_NAME16_BYTES);
		else if (types[i] == 's')
			sat_bind_string(s, i + 1, va_arg(args, const char *));
		else
			sat_bind_null(s, i + 1);
	}
	va_end(args);
	rc = sat_run(store->db, s, err);
	sat_db_finalize(store->db, &s);
	return rc;
}

/* --- spans ---------------------------------------------------------------------------------------- */

/* Intervals of frames sent to a device on a track whose state is at least `least` and at most `most`; with
 * `parts_together`, a part of a record counts only when every other part that went with it does. */
int sat_ledger_frame_spans(sat_store *store, int64_t device, int track, int least, int most, bool parts_together,
                       sat_spans *list, sat_arena *arena, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s,
	                        "SELECT above, upto FROM sat_sent_frame f WHERE device = ?1 AND track = ?2 AND "
	                        "state BETWEEN ?3 AND ?4 AND (part = 0 OR NOT ?5 OR NOT EXISTS (SELECT 1 FROM "
	                        "sat_sent_frame g WHERE g.device = ?1 AND g.part = 1 AND g.upto = f.upto AND "
	                        "g.bundle = f.bundle AND g.state NOT BETWEEN ?3 AND ?4))", err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, device);
	sat_bind_int(s, 2, track);
	sat_bind_int(s, 3, least);
	sat_bind_int(s, 4, most);
	sat_bind_int(s, 5, parts_together);
	while ((rc = sat_step(store->db, s, err)) == 1) {
		if (!sat_spans_add(list, arena, sat_column_int(s, 0), sat_column_int(s, 1))) {
			rc = sat_no_memory(err);
			break;
		}
	}
	sat_db_finalize(store->db, &s);
	return rc;
}

static int base_of(sat_store *store, int64_t device, sat_name16 *base, int64_t *upto, sat_error *err)
{
	*base = (sat_name16){ { 0 } };
	*upto = 0;
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, "SELECT bundle, upto FROM sat_base WHERE device = ?", err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, device);
	rc = sat_step(store->db, s, err);
	size_t length;
	if (rc == 1) {
		const void *name = sat_column_blob(s, 0, &length);
		if (length == sizeof base->bytes)
			memcpy(base->bytes, name, length);
		*upto = sat_column_int(s, 1);
	}
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

/* A list of names out of a query with one integer parameter. */
static int names_of(sat_store *store, const char *sql, int64_t parameter, int64_t second, sat_arena *arena,
                    sat_name16 **names, size_t *count, sat_error *err)
{
	*names = NULL;
	*count = 0;
	size_t room = 0;
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, sql, err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, parameter);
	sat_bind_int(s, 2, second);
	while ((rc = sat_step(store->db, s, err)) == 1) {
		if (*count == room) {
			room = room == 0 ? 16 : room * 2;
			sat_name16 *grown = sat_arena_take(arena, room * sizeof *grown);
			if (grown == NULL) {
				rc = sat_no_memory(err);
				break;
			}
			if (*count > 0)
				memcpy(grown, *names, *count * sizeof *grown);
			*names = grown;
		}
		size_t length;
		const void *name = sat_column_blob(s, 0, &length);
		if (length == SAT_NAME16_BYTES)
			memcpy((*names)[(*count)++].bytes, name, length);
	}
	sat_db_finalize(store->db, &s);
	return rc;
}

/* --- sending -------------------------------------------------------------------------------------- */

int sat_ledger_vouch(sat_store *store, int64_t device, sat_error *err)
{
	int rc = run(store, err, "UPDATE sat_device SET vouched = 1 WHERE id = ?", "i", device);
	return rc != 0 ? rc : run(store, err, "UPDATE sat_sent SET vouches = 0 WHERE device = ?", "i", device);
}

/* True while nothing that was sent since we vouch to the device is its base. */
static int vouches_still(sat_store *store, int64_t device, const sat_name16 *base, bool *yes, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s,
	                        "SELECT 1 FROM sat_device WHERE id = ? AND vouched = 1 AND NOT EXISTS "
	                        "(SELECT 1 FROM sat_sent WHERE name = ? AND vouches = 1)", err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, device);
	sat_bind_blob(s, 2, base->bytes, SAT_NAME16_BYTES);
	rc = sat_step(store->db, s, err);
	*yes = rc == 1;
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

/* Everything, from the beginning, resting on nothing. */
static int plan_all(sat_store *store, sat_arena *arena, sat_plan *plan, sat_error *err)
{
	*plan = (sat_plan){ .upto = store->seq, .vouches = plan->vouches };
	for (int track = 0; track < SAT_TRACK_FILES; track++) {
		sat_spans gaps = { 0 };
		if (store->seq > 0 && !sat_spans_add(&gaps, arena, 0, store->seq))
			return sat_no_memory(err);
		plan->gaps[track] = gaps.at;
		plan->gap_count[track] = gaps.count;
	}
	return 0;
}

int sat_ledger_plan(sat_store *store, int64_t device, sat_arena *arena, sat_plan *plan, sat_error *err)
{
	*plan = (sat_plan){ .upto = store->seq };
	int rc = base_of(store, device, &plan->base, &plan->base_upto, err);
	if (rc == 0)
		rc = vouches_still(store, device, &plan->base, &plan->vouches, err);
	if (rc == 0 && plan->vouches && !SAT_PLANTED_BUG(15)) {
		rc = plan_all(store, arena, plan, err);
		return rc == 0 ? sat_ledger_plan_files(store, device, arena, plan, err) : rc;
	}
	for (int track = 0; rc == 0 && track < SAT_TRACK_FILES; track++) {
		sat_spans covered = { 0 }, gaps = { 0 };
		rc = sat_ledger_frame_spans(store, device, track, SAT_FRAME_SETTLED, SAT_FRAME_DECLINED, true,
		                            &covered, arena, err);
		if (rc != 0)
			break;
		sat_spans_join(&covered);
		if (!sat_spans_gaps(&covered, plan->base_upto, plan->upto, &gaps, arena))
			rc = sat_no_memory(err);
		plan->gaps[track] = gaps.at;
		plan->gap_count[track] = gaps.count;
	}
	if (rc == 0)
		rc = sat_ledger_plan_files(store, device, arena, plan, err);
	return rc == 0 ? sat_ledger_plan_rests(store, device, arena, plan, err) : rc;
}

int sat_ledger_sent(sat_store *store, int64_t device, const sat_name16 *bundle, int64_t upto, int64_t assumes,
                    const char *file, const uint8_t courier[static SAT_COURIER_BYTES],
                    const sat_sent_frame *frames, size_t frame_count, sat_error *err)
{
	int64_t now = store->env->now(store->env->context);
	int rc = run(store, err,
	             "INSERT INTO sat_sent(name, device, upto, under, assumes, at, file, courier, vouches) "
	             "SELECT ?, id, ?, ?, nullif(?, 0), ?, ?, ?, vouched FROM sat_device WHERE id = ?", "niiiisni",
	             bundle, upto, store->own, assumes, now, file, (const sat_name16 *)courier, device);
	sat_stmt *s = NULL;
	if (rc == 0)
		rc = sat_db_prepare(store->db, &s,
		                    "INSERT INTO sat_sent_frame(name, device, bundle, track, above, upto, part) "
		                    "VALUES(?, ?, ?, ?, ?, ?, ?)", err);
	for (size_t i = 0; rc == 0 && i < frame_count; i++) {
		sat_bind_blob(s, 1, frames[i].name.bytes, SAT_NAME16_BYTES);
		sat_bind_int(s, 2, device);
		sat_bind_blob(s, 3, bundle->bytes, SAT_NAME16_BYTES);
		sat_bind_int(s, 4, frames[i].track);
		sat_bind_int(s, 5, frames[i].span.above);
		sat_bind_int(s, 6, frames[i].span.upto);
		sat_bind_int(s, 7, frames[i].part);
		rc = sat_run(store->db, s, err);
	}
	sat_db_finalize(store->db, &s);
	if (rc == 0)
		rc = run(store, err, "UPDATE sat_device SET receipt_due = 0 WHERE id = ?", "i", device);
	if (rc == 0 && upto > store->offered)
		store->offered = upto;
	return rc;
}

int sat_ledger_receipt(sat_store *store, int64_t device, sat_manifest *manifest, sat_arena *arena,
                       sat_error *err)
{
	int rc = run(store, err, "UPDATE sat_device SET receipt = receipt + 1 WHERE id = ?", "i", device);
	sat_stmt *s = NULL;
	if (rc == 0)
		rc = sat_db_prepare(store->db, &s, "SELECT receipt, heard FROM sat_device WHERE id = ?", err);
	if (rc == 0) {
		sat_bind_int(s, 1, device);
		rc = sat_step(store->db, s, err);
		manifest->receipt_counter = rc == 1 ? (uint64_t)sat_column_int(s, 0) : 0;
		const sat_incarnation *heard = rc == 1 ? sat_incarnation_at(store, sat_column_int(s, 1)) : NULL;
		if (heard != NULL)
			memcpy(manifest->heard, heard->name, SAT_INCARNATION_BYTES);
	}
	sat_db_finalize(store->db, &s);
	if (rc >= 0)
		rc = names_of(store, "SELECT bundle FROM sat_held WHERE device = ? ORDER BY n", device, 0, arena,
		              &manifest->held, &manifest->held_count, err);
	const char *frames = "SELECT name FROM sat_got_frame WHERE device = ? AND state = ? LIMIT 65536";
	if (rc == 0)
		rc = names_of(store, frames, device, SAT_FRAME_SETTLED, arena, &manifest->settled,
		              &manifest->settled_count, err);
	if (rc == 0)
		rc = names_of(store, frames, device, SAT_FRAME_DECLINED, arena, &manifest->declined,
		              &manifest->declined_count, err);
	manifest->receipt = true;
	return rc;
}

int sat_ledger_receipt_names(sat_store *store, int64_t device, size_t *names, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s,
	                        "SELECT (SELECT count(*) FROM sat_held WHERE device = ?1) + "
	                        "(SELECT count(*) FROM sat_got_frame WHERE device = ?1)", err);
	if (rc == 0) {
		sat_bind_int(s, 1, device);
		rc = sat_step(store->db, s, err);
	}
	*names = rc == 1 ? (size_t)sat_column_int(s, 0) : 0;
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

int sat_ledger_receipt_due(sat_store *store, int64_t device, bool *due, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, "SELECT receipt_due FROM sat_device WHERE id = ?", err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, device);
	rc = sat_step(store->db, s, err);
	*due = rc == 1 && sat_column_int(s, 0) != 0;
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

/* --- receipts that come in ------------------------------------------------------------------------- */

static int is_retired(sat_store *store, int64_t incarnation, bool *retired, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, "SELECT 1 FROM sat_retired WHERE incarnation = ?", err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, incarnation);
	rc = sat_step(store->db, s, err);
	*retired = rc == 1;
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

/* Nothing is confirmed: until the receipt that follows says what is. */
static int forget_confirmations(sat_store *store, int64_t device, sat_error *err)
{
	int rc = run(store, err, "DELETE FROM sat_base WHERE device = ?", "i", device);
	return rc != 0 ? rc
	               : run(store, err, "UPDATE sat_sent_frame SET state = 0 WHERE device = ? AND state > 0", "i",
	                     device);
}

static int take_names(sat_store *store, int64_t device, const sat_name16 *names, size_t count, int64_t state,
                      sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s,
	                        "UPDATE sat_sent_frame SET state = ? WHERE name = ? AND device = ?", err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		sat_bind_int(s, 1, state);
		sat_bind_blob(s, 2, names[i].bytes, SAT_NAME16_BYTES);
		sat_bind_int(s, 3, device);
		rc = sat_run(store->db, s, err);
	}
	sat_db_finalize(store->db, &s);
	return rc;
}

static int take_receipt(sat_store *store, int64_t device, const sat_manifest *m, sat_error *err)
{
	int rc = forget_confirmations(store, device, err);
	for (size_t i = 0; rc == 0 && i < m->held_count; i++)
		rc = run(store, err,
		         "INSERT INTO sat_base(device, bundle, upto) SELECT device, name, upto FROM sat_sent "
		         "WHERE name = ? AND device = ? ON CONFLICT(device) DO UPDATE SET bundle = excluded.bundle, "
		         "upto = excluded.upto WHERE excluded.upto >= upto", "ni", &m->held[i], device);
	if (rc == 0)
		rc = sat_ledger_take_held_files(store, device, m, err);
	if (rc == 0)
		rc = take_names(store, device, m->settled, m->settled_count, SAT_FRAME_SETTLED, err);
	if (rc == 0)
		rc = take_names(store, device, m->declined, m->declined_count,
		                SAT_PLANTED_BUG(7) ? SAT_FRAME_SETTLED : SAT_FRAME_DECLINED, err);
	return rc != 0 ? rc
	               : run(store, err, "UPDATE sat_device SET heard_counter = ?, receipt_at = ? WHERE id = ?",
	                     "iii", (int64_t)m->receipt_counter, store->env->now(store->env->context), device);
}

int sat_ledger_heard(sat_store *store, int64_t device, const sat_manifest *m, int64_t incarnation, sat_error *err)
{
	sat_device peer;
	bool retired;
	int rc = sat_device_get(store, device, &peer, err);
	if (rc == 0)
		rc = sat_device_speaks(store, device, incarnation, err);
	if (rc == 0)
		rc = is_retired(store, incarnation, &retired, err);
	if (rc != 0 || (retired && !SAT_PLANTED_BUG(5)))
		return rc;
	if (peer.heard != incarnation) {
		if (peer.heard != 0)
			rc = run(store, err, "INSERT OR IGNORE INTO sat_retired(incarnation) VALUES(?)", "i",
			         peer.heard);
		if (rc == 0)
			rc = forget_confirmations(store, device, err);
		if (rc == 0)
			rc = run(store, err, "UPDATE sat_device SET heard = ?, heard_counter = 0 WHERE id = ?", "ii",
			         incarnation, device);
		peer.heard_counter = 0;
	}
	if (rc != 0 || !m->receipt || (int64_t)m->receipt_counter <= peer.heard_counter)
		return rc;
	return take_receipt(store, device, m, err);
}

static int sent_under_own(sat_store *store, int64_t device, const char *sql, const sat_name16 *names,
                          size_t count, bool *yes, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, sql, err);
	for (size_t i = 0; rc == 0 && !*yes && i < count; i++) {
		sat_bind_blob(s, 1, names[i].bytes, SAT_NAME16_BYTES);
		sat_bind_int(s, 2, store->own);
		sat_bind_int(s, 3, device);
		rc = sat_step(store->db, s, err);
		*yes = rc == 1;
		rc = rc < 0 ? rc : 0;
		sat_reset(s);
	}
	sat_db_finalize(store->db, &s);
	return rc;
}

int sat_ledger_present_heard(sat_store *store, int64_t device, const sat_manifest *m, bool *yes,
                             sat_error *err)
{
	static const char bundle[] = "SELECT 1 FROM sat_sent WHERE name = ? AND under = ? AND device = ?";
	static const char frame[] = "SELECT 1 FROM sat_sent_frame f JOIN sat_sent s ON s.name = f.bundle "
	                            "WHERE f.name = ? AND s.under = ? AND f.device = ?";
	*yes = false;
	if (store->own == 0 || !m->receipt)
		return 0;
	int rc = sent_under_own(store, device, bundle, m->held, m->held_count, yes, err);
	if (rc == 0)
		rc = sent_under_own(store, device, frame, m->settled, m->settled_count, yes, err);
	return rc != 0 ? rc : sent_under_own(store, device, frame, m->declined, m->declined_count, yes, err);
}

/* --- bundles that come in --------------------------------------------------------------------------- */

static int exists(sat_store *store, const char *sql, const sat_name16 *name, bool *there, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, sql, err);
	if (rc != 0)
		return rc;
	sat_bind_blob(s, 1, name->bytes, SAT_NAME16_BYTES);
	rc = sat_step(store->db, s, err);
	*there = rc == 1;
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

int sat_ledger_done(sat_store *store, const sat_name16 *bundle, bool *done, sat_error *err)
{
	return exists(store, "SELECT 1 FROM sat_done WHERE bundle = ?", bundle, done, err);
}

/* Everything that a bundle's lower end rests on is here. */
static int rests_held(sat_store *store, const sat_manifest *m, bool *held, sat_error *err)
{
	*held = true;
	int rc = 0;
	if (!sat_name16_none(&m->base))
		rc = exists(store, "SELECT 1 FROM sat_held WHERE bundle = ?", &m->base, held, err);
	for (size_t i = 0; rc == 0 && *held && i < m->rest_count && !SAT_PLANTED_BUG(11); i++)
		rc = exists(store, "SELECT 1 FROM sat_got_frame WHERE name = ?", &m->rests[i], held, err);
	return rc;
}

static int hold(sat_store *store, int64_t device, const sat_name16 *bundle, const sat_manifest *m, sat_error *err)
{
	int rc = run(store, err,
	             "INSERT OR IGNORE INTO sat_held(device, n, bundle) "
	             "SELECT ?1, ifnull(max(n), 0) + 1, ?2 FROM sat_held WHERE device = ?1", "in", device, bundle);
	if (rc == 0)
		rc = run(store, err,
		         "DELETE FROM sat_held WHERE device = ?1 AND n <= "
		         "(SELECT max(n) FROM sat_held WHERE device = ?1) - ?2", "ii", device, (int64_t)SAT_HELD_MAX);
	/* Frames that a held bundle stands for need not be named one by one; what was declined must be. */
	for (size_t i = 0; rc == 0 && i < m->frame_count; i++)
		rc = run(store, err, "DELETE FROM sat_got_frame WHERE name = ? AND state = 1", "n",
		         (const sat_name16 *)m->frames[i].hash);
	for (size_t i = 0; rc == 0 && i < m->rest_count; i++)
		rc = run(store, err, "DELETE FROM sat_got_frame WHERE name = ? AND state = 1", "n", &m->rests[i]);
	return rc;
}

int sat_ledger_got(sat_store *store, int64_t device, const sat_name16 *bundle, const sat_manifest *m,
                   const sat_frame_state *states, sat_error *err)
{
	int rc = run(store, err, "UPDATE sat_device SET receipt_due = 1 WHERE id = ?", "i", device);
	const sat_incarnation *own = sat_incarnation_at(store, store->own);
	bool assumes_us = sat_incarnation_none(m->assumes) ||
	                  (own != NULL && memcmp(m->assumes, own->name, SAT_INCARNATION_BYTES) == 0);
	bool all_known = true, all_settled = true;
	for (size_t i = 0; rc == 0 && i < m->frame_count; i++) {
		all_known = all_known && states[i] != SAT_FRAME_NONE;
		all_settled = all_settled && states[i] == SAT_FRAME_SETTLED;
		if (states[i] != SAT_FRAME_NONE && assumes_us)
			rc = run(store, err,
			         "INSERT OR REPLACE INTO sat_got_frame(name, device, bundle, state) VALUES(?, ?, ?, ?)",
			         "nini", (const sat_name16 *)m->frames[i].hash, device, bundle, (int64_t)states[i]);
	}
	if (rc == 0 && all_settled)
		rc = run(store, err, "INSERT OR REPLACE INTO sat_done(bundle, device, at) VALUES(?, ?, ?)", "nii",
		         bundle, device, store->env->now(store->env->context));
	/* A part that others follow stands for its frames alone: its sender's ledger ends it where it began. */
	bool held = false;
	if (rc == 0 && all_known && assumes_us && (m->flags & SAT_MANIFEST_MORE) == 0)
		rc = rests_held(store, m, &held, err);
	return rc == 0 && held ? hold(store, device, bundle, m, err) : rc;
}

/* --- tidying --------------------------------------------------------------------------------------- */

int sat_ledger_bundle_confirmed(sat_store *store, const sat_name16 *bundle, bool *confirmed, sat_error *err)
{
	/* Confirmed as a whole, or frame by frame; a request to be let in when it was answered. */
	int rc = exists(store,
	                "SELECT 1 FROM sat_sent s WHERE name = ?1 AND CASE WHEN upto = -1 THEN "
	                "EXISTS (SELECT 1 FROM sat_meta WHERE name = 'approved') ELSE EXISTS "
	                "(SELECT 1 FROM sat_base b WHERE b.device = s.device AND b.upto >= s.upto) AND "
	                "NOT EXISTS (SELECT 1 FROM sat_sent_frame f JOIN sat_base b ON b.device = f.device "
	                "WHERE f.bundle = s.name AND f.state <> 1 AND f.upto > b.upto AND f.track <> 2) END",
	                bundle, confirmed, err);
	return rc == 0 && *confirmed ? sat_ledger_files_confirmed(store, bundle, confirmed, err) : rc;
}

int sat_ledger_confirmed(sat_store *store, const char *file, uint8_t courier[static SAT_COURIER_BYTES],
                         bool *confirmed, sat_error *err)
{
	*confirmed = false;
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, "SELECT name, courier FROM sat_sent WHERE file = ?", err);
	if (rc != 0)
		return rc;
	sat_bind_string(s, 1, file);
	rc = sat_step(store->db, s, err);
	size_t length = 0, token_length = 0;
	const void *name = rc == 1 ? sat_column_blob(s, 0, &length) : NULL;
	const void *token = rc == 1 ? sat_column_blob(s, 1, &token_length) : NULL;
	sat_name16 bundle;
	bool known =
	    name != NULL && token != NULL && length == sizeof bundle.bytes && token_length == SAT_COURIER_BYTES;
	if (known) {
		memcpy(bundle.bytes, name, length);
		memcpy(courier, token, token_length);
	}
	sat_db_finalize(store->db, &s);
	return rc < 0 || !known ? (rc < 0 ? rc : 0) : sat_ledger_bundle_confirmed(store, &bundle, confirmed, err);
}

/* --- standing ---------------------------------------------------------------------------------------- */

int sat_ledger_standing(sat_store *store, int64_t device, int track, sat_arena *arena, sat_standing *standing,
                        sat_error *err)
{
	*standing = (sat_standing){ 0 };
	sat_name16 base;
	int64_t upto, last = store->seq;
	int rc = base_of(store, device, &base, &upto, err);
	sat_spans received = { 0 }, offered = { 0 }, copied = { 0 }, unsent = { 0 };
	if (rc == 0 && track == SAT_TRACK_FILES) {
		rc = sat_ledger_latest_piece(store, &last, err);
		if (rc == 0)
			rc = sat_ledger_held_files(store, device, &received, arena, err);
	} else if (rc == 0 && upto > 0 && !sat_spans_add(&received, arena, 0, upto)) {
		rc = sat_no_memory(err);
	}
	if (rc == 0)
		rc = sat_ledger_frame_spans(store, device, track, SAT_FRAME_SETTLED, SAT_FRAME_SETTLED, true,
		                 &received, arena, err);
	if (rc == 0)
		rc = sat_ledger_frame_spans(store, device, track, SAT_FRAME_NONE, SAT_FRAME_DECLINED, false,
		                            &offered, arena, err);
	if (rc != 0)
		return rc;
	/* A held bundle may have had a frame in which something was declined: that was not received. */
	sat_spans declined = { 0 }, whole = received;
	rc = sat_ledger_frame_spans(store, device, track, SAT_FRAME_DECLINED, SAT_FRAME_DECLINED, false, &declined,
	                 arena, err);
	if (rc != 0)
		return rc;
	sat_spans_join(&whole);
	sat_spans_join(&declined);
	received = (sat_spans){ 0 };
	for (size_t i = 0; i < whole.count; i++) {
		if (!sat_spans_gaps(&declined, whole.at[i].above, whole.at[i].upto, &received, arena))
			return sat_no_memory(err);
	}
	for (size_t i = 0; i < whole.count; i++) {
		if (!sat_spans_add(&offered, arena, whole.at[i].above, whole.at[i].upto))
			return sat_no_memory(err);
	}
	sat_spans_join(&offered);
	if (!sat_spans_gaps(&offered, 0, last, &unsent, arena))
		return sat_no_memory(err);
	for (size_t i = 0; i < offered.count; i++) {
		if (!sat_spans_gaps(&received, offered.at[i].above, offered.at[i].upto, &copied, arena))
			return sat_no_memory(err);
	}
	*standing = (sat_standing){ .received = received.at, .received_count = received.count,
		                    .copied = copied.at, .copied_count = copied.count,
		                    .unsent = unsent.at, .unsent_count = unsent.count };
	sat_stmt *s = NULL;
	rc = sat_db_prepare(store->db, &s, "SELECT receipt_at FROM sat_device WHERE id = ?", err);
	if (rc == 0) {
		sat_bind_int(s, 1, device);
		rc = sat_step(store->db, s, err);
		standing->last_receipt = rc == 1 ? sat_column_int(s, 0) : 0;
	}
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}
