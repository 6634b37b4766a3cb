/* Where exchanges stand, and what is set aside; see exchange.h. */
#include <stdio.h>
#include <string.h>

#include "core/delta.h"
#include "core/query.h"
#include "core/registry-statement.h"
#include "core/store-private.h"
#include "exchange.h"
#include "frame.h"
#include "ledger.h"
#include "spans.h"

/* --- status --------------------------------------------------------------------------------------- */

/* Counts what an export over these spans would hold, asking the same gate.  With `heard`, what that
 * incarnation of the peer told is left out, as in an export. */
static int count_spans(sat_store *store, const sat_device *peer, int64_t heard, const sat_span *spans,
                       size_t count, size_t *records, size_t *withheld, sat_error *err)
{
	*records = 0;
	sat_delta_options options = { .to = { .role = peer->role, .audiences = peer->audiences },
		                      .device = peer->id, .heard = heard,
		                      .everything = store->role == SAT_REGISTRY,
		                      .chunk_bytes_max = SAT_CHUNK_BYTES_MAX };
	SAT_AUTO(sat_delta) delta = NULL;
	int rc = sat_gate_today(store, true, &options.to.today, err);
	if (rc == 0)
		rc = sat_delta_open(&delta, store, &options, SAT_TRACK_RECORDS, spans, count, err);
	const sat_chunk *chunk;
	while (rc == 0 && (rc = sat_delta_next(delta, &chunk, err)) == 1)
		rc = 0;
	if (rc == 0) {
		bool assumed;
		sat_delta_totals(delta, records, withheld, &assumed);
	}
	return rc;
}

/* Files of which an export over these spans would hold pieces, and their bytes, without reading them. */
static int count_files(sat_store *store, const sat_device *peer, const sat_span *spans, size_t count, size_t *files,
                       uint64_t *bytes, sat_error *err)
{
	sat_delta_options options = { .to = { .role = peer->role, .audiences = peer->audiences },
		                      .device = peer->id, .heard = peer->heard,
		                      .everything = store->role == SAT_REGISTRY, .unread = true,
		                      .chunk_bytes_max = SAT_CHUNK_BYTES_MAX, .file_bytes_max = UINT64_MAX };
	SAT_AUTO(sat_delta) delta = NULL;
	int rc = sat_gate_today(store, true, &options.to.today, err);
	if (rc == 0)
		rc = sat_delta_open(&delta, store, &options, SAT_TRACK_FILES, spans, count, err);
	const sat_chunk *chunk;
	while (rc == 0 && (rc = sat_delta_next(delta, &chunk, err)) == 1)
		rc = 0;
	sat_file_totals totals = { 0 };
	if (rc == 0)
		sat_delta_file_totals(delta, &totals);
	*files = totals.whole;
	*bytes = totals.bytes;
	return rc;
}

/* A file counts where the least of its pieces stands. */
static int file_status(sat_store *store, const sat_device *peer, sat_arena *arena, sat_file_status *status,
                       sat_error *err)
{
	sat_standing s;
	sat_span whole = { 0, INT64_MAX };
	size_t all = 0, open = 0;
	uint64_t bytes = 0;
	int rc = sat_ledger_standing(store, peer->id, SAT_TRACK_FILES, arena, &s, err);
	sat_spans not_received = { 0 };
	for (size_t i = 0; rc == 0 && i < s.copied_count + s.unsent_count; i++) {
		const sat_span *span = i < s.copied_count ? &s.copied[i] : &s.unsent[i - s.copied_count];
		if (!sat_spans_add(&not_received, arena, span->above, span->upto))
			rc = sat_no_memory(err);
	}
	sat_spans_join(&not_received);
	if (rc == 0)
		rc = count_files(store, peer, &whole, 1, &all, &bytes, err);
	if (rc == 0)
		rc =
		    count_files(store, peer, s.unsent, s.unsent_count, &status->unsent, &status->unsent_bytes, err);
	if (rc == 0)
		rc = count_files(store, peer, not_received.at, not_received.count, &open, &status->copied_bytes,
		                 err);
	status->copied = open - status->unsent;
	status->received = all - open;
	status->received_bytes = bytes - status->copied_bytes;
	status->copied_bytes -= status->unsent_bytes;
	return rc;
}

/* What the peer itself told needs no sending: it is received, as is everything that is neither copied
 * nor unsent. */
static int peer_status(sat_store *store, const sat_device *peer, sat_arena *arena, sat_peer_status *status,
                       size_t *withheld, sat_error *err)
{
	*status = (sat_peer_status){ .device = peer->id };
	snprintf(status->name, sizeof status->name, "%s", peer->name);
	snprintf(status->role, sizeof status->role, "%s", sat_role_name(peer->role));
	sat_standing standing;
	int rc = sat_ledger_standing(store, peer->id, SAT_TRACK_RECORDS, arena, &standing, err);
	status->last_receipt = standing.last_receipt;
	size_t all = 0, unused;
	sat_span whole = { 0, store->seq };
	if (rc == 0)
		rc = count_spans(store, peer, 0, &whole, 1, &all, withheld, err);
	if (rc == 0)
		rc = count_spans(store, peer, peer->heard, standing.copied, standing.copied_count, &status->copied,
		                 &unused, err);
	if (rc == 0)
		rc = count_spans(store, peer, peer->heard, standing.unsent, standing.unsent_count, &status->unsent,
		                 &unused, err);
	status->received = all - status->copied - status->unsent;
	return rc == 0 ? file_status(store, peer, arena, &status->files, err) : rc;
}

static int count_in(void *context, const sat_state *state, sat_error *err)
{
	(void)err;
	for (uint16_t i = 0; i < state->table->column_count; i++)
		*(size_t *)context += sat_state_conflict(state, i);
	return 0;
}

static int count_conflicts(sat_store *store, size_t *conflicts, sat_error *err)
{
	SAT_AUTO(sat_gate) gate = NULL;
	*conflicts = 0;
	int rc = sat_gate_open_own(&gate, store, err);
	return rc != 0 ? rc : sat_query_in_conflict(store, gate, count_in, conflicts, err);
}

/* A laptop shows where it stands with headquarters; headquarters shows all its laptops. */
static bool shown(const sat_store *store, const sat_device *device)
{
	if (device->id == 1 || strcmp(device->state, "approved") != 0)
		return false;
	return store->role == SAT_REGISTRY || device->role == SAT_REGISTRY || device->heard != 0;
}

int sat_status_read(sat_store *store, sat_arena *arena, sat_status *status, sat_error *err)
{
	*status = (sat_status){ 0 };
	sat_device *devices;
	size_t count;
	int rc = sat_devices(store, arena, &devices, &count, err);
	if (rc != 0)
		return rc;
	status->peers = sat_arena_zeroed(arena, count + 1, sizeof *status->peers);
	if (status->peers == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (!shown(store, &devices[i]))
			continue;
		size_t withheld = 0;
		rc = peer_status(store, &devices[i], arena, &status->peers[status->peer_count++], &withheld, err);
		if (withheld > status->withheld)
			status->withheld = withheld;
	}
	if (rc == 0)
		rc = count_conflicts(store, &status->conflicts, err);
	int64_t quarantined = 0;
	if (rc == 0)
		rc = sat_db_int(store->db, "SELECT count(*) FROM sat_quarantine WHERE state = 'waiting'", &quarantined,
		                0, err);
	status->quarantined = (size_t)quarantined;
	return rc;
}

/* --- revocation ------------------------------------------------------------------------------------ */

/* Whom a kept statement revokes: it begins with type, issuer, serial and time, and its body with a device
 * (FORMAT.md, 3.2).  It was parsed and verified before it was kept. */
static bool revokes(const void *object, size_t length, const sat_device_id *device)
{
	sat_cursor c = sat_cursor_over(object, length);
	bool revocation = sat_cursor_u8(&c) == SAT_SIGNED_REVOCATION;
	sat_cursor_take(&c, SAT_DEVICE_BYTES);
	sat_cursor_varint(&c);
	sat_cursor_zigzag(&c);
	sat_cursor body = sat_cursor_span(&c);
	const uint8_t *whom = sat_cursor_take(&body, SAT_DEVICE_BYTES);
	return revocation && whom != NULL && memcmp(whom, device->bytes, SAT_DEVICE_BYTES) == 0;
}

int sat_revocation_of(sat_store *store, const sat_device_id *device, int64_t *seq, sat_error *err)
{
	*seq = 0;
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, "SELECT object, seq FROM sat_statement WHERE type = ? ORDER BY seq DESC",
	                        err);
	if (rc == 0)
		sat_bind_int(s, 1, SAT_SIGNED_REVOCATION);
	while (rc == 0 && *seq == 0 && (rc = sat_step(store->db, s, err)) == 1) {
		size_t length;
		const void *object = sat_column_blob(s, 0, &length);
		*seq = revokes(object, length, device) ? sat_column_int(s, 1) : 0;
		rc = 0;
	}
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

/* --- quarantine ------------------------------------------------------------------------------------ */

int sat_quarantine_list(sat_store *store, sat_arena *arena, sat_set_aside **list, size_t *count, sat_error *err)
{
	*list = NULL;
	*count = 0;
	int64_t all;
	int rc = sat_db_int(store->db, "SELECT count(*) FROM sat_quarantine", &all, 0, err);
	sat_stmt *s = NULL;
	if (rc == 0)
		rc = sat_db_prepare(store->db, &s,
		                    "SELECT q.bundle, ifnull(d.name, ''), q.reason, q.at, q.state FROM sat_quarantine q "
		                    "LEFT JOIN sat_device d ON d.id = q.device ORDER BY q.at", err);
	*list = rc == 0 ? sat_arena_zeroed(arena, (size_t)all + 1, sizeof **list) : NULL;
	if (rc == 0 && *list == NULL)
		rc = sat_no_memory(err);
	while (rc == 0 && *count < (size_t)all && (rc = sat_step(store->db, s, err)) == 1) {
		sat_set_aside *item = &(*list)[(*count)++];
		size_t length;
		const uint8_t *name = sat_column_blob(s, 0, &length);
		for (size_t i = 0; i < length && i < 16; i++)
			snprintf(item->bundle + 2 * i, 3, "%02x", name[i]);
		snprintf(item->sender, sizeof item->sender, "%s", sat_column_text(s, 1, NULL));
		const char *reason = sat_column_text(s, 2, &length);
		item->reason = sat_arena_copy(arena, reason, length);
		item->at = sat_column_int(s, 3);
		snprintf(item->state, sizeof item->state, "%s", sat_column_text(s, 4, NULL));
		rc = item->reason == NULL ? sat_no_memory(err) : 0;
	}
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

int sat_quarantine_decide(sat_store *store, const sat_identity *identity, const char *bundle, bool accept,
                          sat_error *err)
{
	SAT_ARENA(arena);
	sat_set_aside *list;
	size_t count, found = 0;
	uint8_t body[SAT_NAME16_BYTES + 1] = { 0 };
	int rc = sat_quarantine_list(store, &arena, &list, &count, err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (strlen(bundle) < 4 || strncmp(list[i].bundle, bundle, strlen(bundle)) != 0)
			continue;
		found++;
		if (strcmp(list[i].state, "waiting") != 0)
			return sat_fail(err, SAT_EEXISTS, "that was %s before. Nothing was changed", list[i].state);
		for (size_t k = 0; k < SAT_NAME16_BYTES; k++) {
			unsigned byte;
			sscanf(list[i].bundle + 2 * k, "%2x", &byte);
			body[k] = (uint8_t)byte;
		}
	}
	if (rc == 0 && found != 1)
		rc = sat_fail(err, found == 0 ? SAT_ENOTFOUND : SAT_EINVALID,
		              found == 0 ? "nothing of that name was set aside here"
		                         : "several bundles begin like that; write more of the name");
	if (rc != 0)
		return rc;
	body[SAT_NAME16_BYTES] = accept ? 1 : 2;
	rc = sat_store_begin(store, err);
	if (rc == 0)
		rc = sat_statement_issue(store, identity, SAT_SIGNED_RELEASE, body, sizeof body, err);
	if (rc == 0)
		rc = sat_store_commit(store, err);
	if (rc != 0)
		sat_store_rollback(store);
	return rc;
}
