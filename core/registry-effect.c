/* See registry-effect.h. */
#include "registry-effect.h"

#include <string.h>

#include "device.h"
#include "erasure.h"
#include "plant.h"
#include "protocol.h"
#include "store-private.h"

static int forget_sent(sat_store *store, int64_t device, sat_error *err)
{
	static const char *const forget[] = { "DELETE FROM sat_base WHERE device = ?",
		                              "DELETE FROM sat_sent_frame WHERE device = ?",
		                              "DELETE FROM sat_sent WHERE device = ?" };
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < sizeof forget / sizeof *forget; i++) {
		sat_stmt *s = NULL;
		rc = sat_db_prepare(store->db, &s, forget[i], err);
		if (rc == 0) {
			sat_bind_int(s, 1, device);
			rc = sat_run(store->db, s, err);
		}
		sat_db_finalize(store->db, &s);
	}
	return rc;
}

static bool is_about(const sat_statement *st, const sat_device_id *device)
{
	sat_approval a;
	sat_cursor body = st->body;
	if (st->type == SAT_SIGNED_APPROVAL)
		return sat_approval_read(&a, st) && sat_device_equal(&a.device, device);
	const uint8_t *id = sat_cursor_take(&body, SAT_DEVICE_BYTES);
	return id != NULL && memcmp(id, device->bytes, SAT_DEVICE_BYTES) == 0;
}

/* By serial; a registry that was restored may have used one twice, and then the name decides. */
static bool is_greater(const sat_statement *st, const sat_statement *than)
{
	if (st->serial != than->serial)
		return st->serial > than->serial;
	return memcmp(st->name, than->name, SAT_HASH_BYTES) > 0;
}

/* Whether the set has a statement of a type about a device, and one greater than `than` unless that is NULL. */
static int is_stated(sat_store *store, sat_statement_type type, const sat_device_id *device,
                     const sat_statement *than, bool *stated, sat_error *err)
{
	*stated = false;
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, "SELECT object FROM sat_statement WHERE type = ?", err);
	if (rc == 0)
		sat_bind_int(s, 1, type);
	while (rc == 0 && !*stated && (rc = sat_step(store->db, s, err)) == 1) {
		sat_statement st;
		size_t length;
		const void *object = sat_column_blob(s, 0, &length);
		rc = sat_statement_read(&st, object, length, err);
		*stated = rc == 0 && is_about(&st, device) && (than == NULL || is_greater(&st, than));
	}
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

/* What is known of a device already, against what an approval says: a greater approval, which may have come
 * first, leaves nothing for this one to say.  A peer with a new role or audience may see other things: what
 * it was sent counts from zero. */
static int weigh_approval(sat_store *store, const sat_statement *st, const sat_approval *a, const sat_device *known,
                          bool *outdone, sat_error *err)
{
	bool other = known->role != a->role || strcmp(known->audiences, a->audiences) != 0;
	if ((!other && strcmp(known->name, a->name) == 0) || strcmp(known->state, "pending") == 0)
		return 0;
	int rc = is_stated(store, SAT_SIGNED_APPROVAL, &a->device, st, outdone, err);
	if (rc != 0 || *outdone || !other || SAT_PLANTED_BUG(20))
		return rc;
	return forget_sent(store, known->id, err);
}

static int apply_approval(sat_store *store, const sat_statement *st, sat_error *err)
{
	sat_approval a;
	if (!sat_approval_read(&a, st))
		return sat_fail(err, SAT_EDAMAGED, "an approval is damaged");
	sat_device known;
	bool outdone = false, revoked = false;
	int64_t ahead = 0;
	int rc = sat_device_find(store, &a.device, &known, err);
	if (rc == 0)
		rc = weigh_approval(store, st, &a, &known, &outdone, err);
	else if (rc == SAT_ENOTFOUND)
		rc = 0;
	if (rc != 0 || outdone)
		return rc;
	rc = sat_meta_int(store, "revoked_ahead", &ahead, 0, err);
	if (rc == 0 && ahead != 0)
		rc = is_stated(store, SAT_SIGNED_REVOCATION, &a.device, NULL, &revoked, err);
	if (rc == 0)
		rc = sat_device_put(store, &a.keys, a.role, a.name, a.audiences, revoked ? "revoked" : "approved", err);
	if (rc == 0 && sat_device_equal(&a.device, &store->self))
		rc = sat_meta_set_int(store, "approved", 1, err);
	return rc;
}

static int apply_revocation(sat_store *store, sat_cursor body, sat_error *err)
{
	sat_device_id device;
	const uint8_t *id = sat_cursor_take(&body, SAT_DEVICE_BYTES);
	size_t n = sat_cursor_count(&body, SAT_INCARNATION_BYTES + 1);
	sat_stmt *state = NULL;
	int rc = SAT_SQL(store, accepted_set,
	                 "INSERT INTO sat_accepted(incarnation, counter) VALUES(?1, ?2) ON CONFLICT(incarnation) "
	                 "DO UPDATE SET counter = max(counter, ?2)");
	if (rc == 0)
		rc = sat_db_prepare(store->db, &state,
		                    "UPDATE sat_device SET state = 'revoked' WHERE device = ? AND state <> 'self'", err);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		const uint8_t *name = sat_cursor_take(&body, SAT_INCARNATION_BYTES);
		uint64_t counter = sat_cursor_varint(&body);
		int64_t index;
		if (name == NULL || counter >= (uint64_t)SAT_COUNTER_END)
			rc = sat_fail(err, SAT_EDAMAGED, "a revocation is damaged");
		else
			rc = sat_incarnation_intern(store, name, &index, err);
		if (rc != 0)
			break;
		sat_bind_int(store->sql.accepted_set, 1, index);
		sat_bind_int(store->sql.accepted_set, 2, (int64_t)counter);
		rc = sat_run(store->db, store->sql.accepted_set, err);
	}
	if (rc == 0 && (id == NULL || !sat_cursor_done(&body)))
		rc = sat_fail(err, SAT_EDAMAGED, "a revocation is damaged");
	if (rc == 0) {
		memcpy(device.bytes, id, SAT_DEVICE_BYTES);
		sat_bind_blob(state, 1, device.bytes, SAT_DEVICE_BYTES);
		rc = sat_run(store->db, state, err);
	}
	/* The approval of a device that is not known yet may be on its way: it then looks for this. */
	if (rc == 0 && sat_db_changes(store->db) == 0)
		rc = sat_meta_set_int(store, "revoked_ahead", 1, err);
	sat_db_finalize(store->db, &state);
	return rc;
}

/* Of several programmes the one with the greatest version rules; between equals the greater name. */
static int apply_programme(sat_store *store, const sat_statement *st, sat_error *err)
{
	sat_cursor body = st->body;
	uint64_t version = sat_cursor_varint(&body);
	sat_cursor json = sat_cursor_span(&body);
	if (!sat_cursor_done(&body) || version > INT64_MAX)
		return sat_fail(err, SAT_EDAMAGED, "a programme from headquarters is damaged");
	int64_t present;
	SAT_BYTES(name);
	int rc = sat_meta_int(store, "programme_version", &present, -1, err);
	if (rc == 0)
		rc = sat_meta_bytes(store, "programme_name", &name, err);
	if (rc != 0 || (int64_t)version < present ||
	    ((int64_t)version == present && name.length == SAT_HASH_BYTES &&
	     memcmp(name.data, st->name, SAT_HASH_BYTES) >= 0))
		return rc;
	rc = sat_store_set_programme(store, (const char *)json.at, sat_cursor_left(&json), err);
	if (rc == 0)
		rc = sat_meta_set_int(store, "programme_version", (int64_t)version, err);
	return rc != 0 ? rc : sat_meta_set_bytes(store, "programme_name", st->name, SAT_HASH_BYTES, err);
}

static int apply_date(sat_store *store, sat_cursor body, sat_error *err)
{
	uint64_t day = sat_cursor_varint(&body);
	if (!sat_cursor_done(&body) || day > INT32_MAX)
		return sat_fail(err, SAT_EDAMAGED, "a date from headquarters is damaged");
	int64_t known;
	int rc = sat_meta_int(store, "registry_date", &known, 0, err);
	if (rc != 0 || (int64_t)day <= known)
		return rc;
	rc = sat_meta_set_int(store, "registry_date", (int64_t)day, err);
	return rc != 0 ? rc : sat_protocol_new_day(store, (int32_t)known, (int32_t)day, err);
}

static int apply_release(sat_store *store, sat_cursor body, sat_error *err)
{
	const uint8_t *bundle = sat_cursor_take(&body, SAT_NAME16_BYTES);
	uint8_t verdict = sat_cursor_u8(&body);
	if (!sat_cursor_done(&body) || verdict < 1 || verdict > 2)
		return sat_fail(err, SAT_EDAMAGED, "a release from quarantine is damaged");
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(
	    store->db, &s,
	    "INSERT INTO sat_quarantine(bundle, reason, at, state) VALUES(?1, '', 0, ?2) "
	    "ON CONFLICT(bundle) DO UPDATE SET state = CASE state WHEN 'rejected' THEN state ELSE ?2 END",
	    err);
	if (rc == 0) {
		sat_bind_blob(s, 1, bundle, SAT_NAME16_BYTES);
		sat_bind_string(s, 2, verdict == 1 ? "released" : "rejected");
		rc = sat_run(store->db, s, err);
	}
	sat_db_finalize(store->db, &s);
	return rc;
}

int sat_statement_take_effect(sat_store *store, const sat_statement *st, sat_error *err)
{
	switch (st->type) {
	case SAT_SIGNED_APPROVAL:
		return apply_approval(store, st, err);
	case SAT_SIGNED_REVOCATION:
		return apply_revocation(store, st->body, err);
	case SAT_SIGNED_PROGRAMME:
		return apply_programme(store, st, err);
	case SAT_SIGNED_DATE:
		return apply_date(store, st->body, err);
	case SAT_SIGNED_RELEASE:
		return apply_release(store, st->body, err);
	case SAT_SIGNED_ERASURE:
		return sat_erasure_take_effect(store, st, err);
	default:
		return 0; /* kept and passed on, unread */
	}
}
