/* See registry-effect.h. */
#include "registry-effect.h"

#include <string.h>

#include "device.h"
#include "store-private.h"

/* Text of a statement into a fixed field: valid, short enough, terminated. */
static bool take_text(sat_cursor *c, char *text, size_t room)
{
	sat_cursor span = sat_cursor_span(c);
	size_t n = sat_cursor_left(&span);
	if (!sat_cursor_ok(c) || n >= room || !sat_utf8_valid(span.at, n))
		return false;
	memcpy(text, span.at, n);
	text[n] = '\0';
	return true;
}

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

static int apply_approval(sat_store *store, sat_cursor body, sat_error *err)
{
	sat_public keys;
	char name[SAT_DEVICE_NAME_BYTES], audiences[SAT_AUDIENCES_BYTES];
	const uint8_t *sign = sat_cursor_take(&body, SAT_KEY_BYTES);
	const uint8_t *seal = sat_cursor_take(&body, SAT_KEY_BYTES);
	uint8_t role = sat_cursor_u8(&body);
	if (sign == NULL || seal == NULL || role < SAT_REGISTRY || role > SAT_AUDITOR ||
	    !take_text(&body, name, sizeof name) || !take_text(&body, audiences, sizeof audiences) ||
	    !sat_cursor_done(&body))
		return sat_fail(err, SAT_EDAMAGED, "an approval is damaged");
	memcpy(keys.sign, sign, SAT_KEY_BYTES);
	memcpy(keys.seal, seal, SAT_KEY_BYTES);
	sat_device_id device = sat_device_of(&keys);
	sat_device known;
	/* A peer with a new role or audience may see other things: what it was sent counts from zero. */
	if (sat_device_find(store, &device, &known, NULL) == 0 && strcmp(known.state, "approved") == 0 &&
	    (known.role != (sat_role)role || strcmp(known.audiences, audiences) != 0)) {
		int forgotten = forget_sent(store, known.id, err);
		if (forgotten != 0)
			return forgotten;
	}
	int rc = sat_device_put(store, &keys, role, name, audiences, "approved", err);
	if (rc == 0 && sat_device_equal(&device, &store->self))
		rc = sat_meta_set_int(store, "approved", 1, err);
	return rc;
}

static int apply_revocation(sat_store *store, sat_cursor body, sat_error *err)
{
	sat_device_id device;
	const uint8_t *id = sat_cursor_take(&body, SAT_DEVICE_BYTES);
	size_t n = sat_cursor_count(&body, SAT_INCARNATION_BYTES + 1);
	sat_stmt *state = NULL;
	int rc =
	    SAT_SQL(store, accepted_set,
	            "INSERT INTO sat_accepted(incarnation, counter) VALUES(?1, ?2) ON CONFLICT(incarnation) "
	            "DO UPDATE SET counter = max(counter, ?2)");
	if (rc == 0)
		rc = sat_db_prepare(
		    store->db, &state,
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
		return sat_fail(err, SAT_EDAMAGED, "a programme of the registry is damaged");
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
		return sat_fail(err, SAT_EDAMAGED, "a date of the registry is damaged");
	int64_t known;
	int rc = sat_meta_int(store, "registry_date", &known, 0, err);
	return rc != 0 || (int64_t)day <= known ? rc
	                                        : sat_meta_set_int(store, "registry_date", (int64_t)day, err);
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
		return apply_approval(store, st->body, err);
	case SAT_SIGNED_REVOCATION:
		return apply_revocation(store, st->body, err);
	case SAT_SIGNED_PROGRAMME:
		return apply_programme(store, st, err);
	case SAT_SIGNED_DATE:
		return apply_date(store, st->body, err);
	case SAT_SIGNED_RELEASE:
		return apply_release(store, st->body, err);
	default:
		return 0; /* kept and passed on, unread */
	}
}
