/* See registry.h. */
#include "registry.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plant.h"
#include "store-private.h"

/* --- devices ------------------------------------------------------------------------------------ */

#define DEVICE_COLUMNS "id, device, sign, seal, role, name, audiences, state, heard, heard_counter, told_words"

static int device_row(sat_stmt *s, sat_device *d)
{
	*d = (sat_device){ .id = sat_column_int(s, 0), .role = (sat_role)sat_column_int(s, 4),
		           .heard = sat_column_int(s, 8), .heard_counter = sat_column_int(s, 9),
		           .confirmed = sat_column_int(s, 10) != 0 };
	size_t length;
	const void *blob = sat_column_blob(s, 1, &length);
	if (length != SAT_DEVICE_BYTES)
		return SAT_EDAMAGED;
	memcpy(d->device.bytes, blob, length);
	blob = sat_column_blob(s, 2, &length);
	if (length != SAT_KEY_BYTES)
		return SAT_EDAMAGED;
	memcpy(d->keys.sign, blob, length);
	blob = sat_column_blob(s, 3, &length);
	if (length != SAT_KEY_BYTES)
		return SAT_EDAMAGED;
	memcpy(d->keys.seal, blob, length);
	snprintf(d->name, sizeof d->name, "%s", sat_column_text(s, 5, NULL));
	snprintf(d->audiences, sizeof d->audiences, "%s", sat_column_text(s, 6, NULL));
	snprintf(d->state, sizeof d->state, "%s", sat_column_text(s, 7, NULL));
	return 0;
}

static int one_device(sat_store *store, sat_stmt *s, sat_device *d, sat_error *err)
{
	int rc = sat_step(store->db, s, err);
	int damaged = rc == 1 ? device_row(s, d) : 0;
	sat_reset(s);
	if (rc == 0)
		return sat_fail(err, SAT_ENOTFOUND, "this store knows no such device");
	if (damaged != 0)
		return sat_fail(err, SAT_EDAMAGED, "the store's table of devices is damaged");
	return rc < 0 ? rc : 0;
}

int sat_device_get(sat_store *store, int64_t id, sat_device *device, sat_error *err)
{
	int rc = SAT_SQL(store, device_get, "SELECT " DEVICE_COLUMNS " FROM sat_device WHERE id = ?");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.device_get, 1, id);
	return one_device(store, store->sql.device_get, device, err);
}

int sat_device_find(sat_store *store, const sat_device_id *device, sat_device *out, sat_error *err)
{
	int rc = SAT_SQL(store, device_find, "SELECT " DEVICE_COLUMNS " FROM sat_device WHERE device = ?");
	if (rc != 0)
		return rc;
	sat_bind_blob(store->sql.device_find, 1, device->bytes, SAT_DEVICE_BYTES);
	return one_device(store, store->sql.device_find, out, err);
}

int sat_devices(sat_store *store, sat_arena *arena, sat_device **devices, size_t *count, sat_error *err)
{
	*devices = NULL;
	*count = 0;
	int64_t all;
	int rc = sat_db_int(store->db, "SELECT count(*) FROM sat_device", &all, 0, err);
	if (rc != 0)
		return rc;
	*devices = sat_arena_zeroed(arena, (size_t)all + 1, sizeof **devices);
	if (*devices == NULL)
		return sat_no_memory(err);
	sat_stmt *s = NULL;
	rc = sat_db_prepare(store->db, &s, "SELECT " DEVICE_COLUMNS " FROM sat_device ORDER BY id", err);
	while (rc == 0 && *count < (size_t)all && (rc = sat_step(store->db, s, err)) == 1)
		rc = device_row(s, &(*devices)[(*count)++]);
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

static bool begins_with_hex(const sat_device_id *device, const char *text)
{
	char hex[2 * SAT_DEVICE_BYTES + 1];
	for (size_t i = 0; i < SAT_DEVICE_BYTES; i++)
		snprintf(hex + 2 * i, 3, "%02x", device->bytes[i]);
	return strlen(text) >= 4 && strncasecmp(hex, text, strlen(text)) == 0;
}

int sat_device_named(sat_store *store, const char *text, sat_device *out, sat_error *err)
{
	SAT_ARENA(arena);
	sat_device *all;
	size_t count, found = 0;
	int rc = sat_devices(store, &arena, &all, &count, err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (strcmp(all[i].name, text) != 0 && !begins_with_hex(&all[i].device, text))
			continue;
		*out = all[i];
		found++;
	}
	if (rc == 0 && found == 0)
		rc = sat_fail(err, SAT_ENOTFOUND, "this store knows no device \"%.60s\"", text);
	if (rc == 0 && found > 1)
		rc = sat_fail(err, SAT_EINVALID, "\"%.60s\" fits several devices; give the beginning of its id", text);
	return rc;
}

int sat_device_registry(sat_store *store, sat_device *out, sat_error *err)
{
	if (store->role == SAT_REGISTRY)
		return sat_device_get(store, 1, out, err);
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s,
	                        "SELECT " DEVICE_COLUMNS " FROM sat_device WHERE role = 1 AND state = 'approved' "
	                        "ORDER BY id LIMIT 1", err);
	if (rc == 0)
		rc = one_device(store, s, out, err);
	sat_db_finalize(store->db, &s);
	return rc;
}

/* Puts a device in, or changes role, name, audiences and state of one that is there. */
static int put_device(sat_store *store, const sat_public *keys, sat_role role, const char *name,
                      const char *audiences, const char *state, sat_error *err)
{
	int rc = SAT_SQL(store, device_insert,
	                 "INSERT INTO sat_device(device, sign, seal, role, name, audiences, state) "
	                 "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(device) DO UPDATE SET "
	                 "role = ?4, name = ?5, audiences = ?6, "
	                 "state = CASE state WHEN 'self' THEN 'self' WHEN 'revoked' THEN 'revoked' ELSE ?7 END");
	if (rc != 0)
		return rc;
	sat_device_id device = sat_device_of(keys);
	sat_stmt *s = store->sql.device_insert;
	sat_bind_blob(s, 1, device.bytes, SAT_DEVICE_BYTES);
	sat_bind_blob(s, 2, keys->sign, SAT_KEY_BYTES);
	sat_bind_blob(s, 3, keys->seal, SAT_KEY_BYTES);
	sat_bind_int(s, 4, role);
	sat_bind_string(s, 5, name);
	sat_bind_string(s, 6, audiences);
	sat_bind_string(s, 7, state);
	return sat_run(store->db, s, err);
}

int sat_device_request(sat_store *store, const sat_public *keys, sat_role role, const char *name, int64_t *id,
                       sat_error *err)
{
	sat_device_id device = sat_device_of(keys);
	sat_device known;
	int rc = sat_device_find(store, &device, &known, err);
	if (rc == 0) {
		*id = known.id;
		return 0;
	}
	if (rc != SAT_ENOTFOUND)
		return rc;
	int64_t pending;
	rc = sat_db_int(store->db, "SELECT count(*) FROM sat_device WHERE state = 'pending'", &pending, 0, err);
	if (rc == 0 && pending >= SAT_PENDING_MAX)
		return sat_fail(err, SAT_ELIMIT,
		                "%d devices are waiting for approval already; approve or revoke some first",
		                SAT_PENDING_MAX);
	if (rc == 0)
		rc = put_device(store, keys, role, name, "", "pending", err);
	if (rc == 0)
		rc = sat_device_find(store, &device, &known, err);
	*id = known.id;
	return rc;
}

/* --- words -------------------------------------------------------------------------------------- */

void sat_device_words(sat_store *store, const sat_device *device, char words[static SAT_WORDS_CHARS],
                      sat_error *err)
{
	sat_device self;
	words[0] = '\0';
	if (sat_device_get(store, 1, &self, err) != 0)
		return;
	if (store->role == SAT_REGISTRY)
		sat_enrolment_words(words, &self.keys, &device->keys, device->role);
	else
		sat_enrolment_words(words, &device->keys, &self.keys, store->role);
}

int sat_device_approve(sat_store *store, const sat_identity *identity, const char *words,
                       const char *audiences, sat_device *approved, sat_error *err)
{
	if (store->role != SAT_REGISTRY)
		return sat_fail(err, SAT_EUSAGE, "only the registry approves devices");
	uint8_t typed[2 * SAT_WORDS], theirs[2 * SAT_WORDS];
	int rc = sat_proquint_read(typed, SAT_WORDS, words, err);
	SAT_ARENA(arena);
	sat_device *all;
	size_t count;
	if (rc == 0)
		rc = sat_devices(store, &arena, &all, &count, err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		char text[SAT_WORDS_CHARS];
		sat_device_words(store, &all[i], text, err);
		if (i == 0 || sat_proquint_read(theirs, SAT_WORDS, text, NULL) != 0 ||
		    !sat_equal_secret(typed, theirs, sizeof typed))
			continue;
		if (strcmp(all[i].state, "pending") != 0)
			return sat_fail(err, SAT_EEXISTS, "these are the words of \"%s\", which is %s already. Nothing "
			                                  "was changed", all[i].name, all[i].state);
		*approved = all[i];
		SAT_BYTES(body);
		sat_bytes_put(&body, all[i].keys.sign, SAT_KEY_BYTES);
		sat_bytes_put(&body, all[i].keys.seal, SAT_KEY_BYTES);
		sat_bytes_put_u8(&body, (uint8_t)all[i].role);
		sat_bytes_put_span(&body, all[i].name, strlen(all[i].name));
		sat_bytes_put_span(&body, audiences, audiences == NULL ? 0 : strlen(audiences));
		return sat_statement_issue(store, identity, SAT_SIGNED_APPROVAL, body.data, body.length, err);
	}
	if (rc != 0)
		return rc;
	return sat_fail(err, SAT_ENOTFOUND,
	                "these six words belong to no laptop that has asked to be let in. Nothing was approved. "
	                "Have them read again; if they still differ, the invitation or the request was changed "
	                "on the way: make a new invitation and carry it by hand");
}

int sat_device_confirm(sat_store *store, sat_error *err)
{
	if (store->role == SAT_REGISTRY)
		return sat_fail(err, SAT_EUSAGE, "the registry has nothing to confirm; it approves");
	sat_device registry;
	int rc = sat_device_registry(store, &registry, err);
	if (rc != 0)
		return rc;
	return sat_db_exec(store->db, "UPDATE sat_device SET told_words = 1 WHERE role = 1", err);
}

int sat_may_send(sat_store *store, sat_error *err)
{
	if (store->role == SAT_REGISTRY)
		return 0;
	sat_device registry;
	int rc = sat_device_registry(store, &registry, err);
	int64_t approved = 0;
	if (rc == 0)
		rc = sat_meta_int(store, "approved", &approved, 0, err);
	if (rc != 0)
		return rc;
	if (approved == 0)
		return sat_fail(err, SAT_EWAITING,
		                "headquarters has not approved this laptop yet; what is recorded here is safe and "
		                "stays here; carry the request to headquarters and read them the six words");
	if (!registry.confirmed)
		return sat_fail(err, SAT_EWAITING,
		                "headquarters has approved this laptop, but nobody here has confirmed the six "
		                "words yet; compare them and run `satchel device confirm`");
	return 0;
}

/* --- statements --------------------------------------------------------------------------------- */

typedef struct statement {
	uint8_t type;
	sat_device_id issuer;
	uint64_t serial;
	sat_cursor body;
	const uint8_t *signature;
	size_t signed_bytes;
	uint8_t name[SAT_HASH_BYTES];
} statement;

static int parse(statement *st, const void *object, size_t length, sat_error *err)
{
	sat_cursor c = sat_cursor_over(object, length);
	st->type = sat_cursor_u8(&c);
	const uint8_t *issuer = sat_cursor_take(&c, SAT_DEVICE_BYTES);
	st->serial = sat_cursor_varint(&c);
	sat_cursor_zigzag(&c);
	st->body = sat_cursor_span(&c);
	st->signed_bytes = sat_cursor_ok(&c) ? (size_t)(c.at - (const uint8_t *)object) : 0;
	st->signature = sat_cursor_take(&c, SAT_SIGNATURE_BYTES);
	if (!sat_cursor_done(&c) || length > SAT_STATEMENT_BYTES_MAX || st->serial > INT64_MAX)
		return sat_fail(err, SAT_EDAMAGED, "a statement of the registry is damaged");
	memcpy(st->issuer.bytes, issuer, SAT_DEVICE_BYTES);
	sat_hash(st->name, "satchel1statname", object, length);
	return 0;
}

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

/* Statements arrive in any order.  Of several approvals of one device the one with the greatest serial
 * rules; between equals the greater name. */
static int is_overruled(sat_store *store, const statement *st, const uint8_t keys[static 2 * SAT_KEY_BYTES],
                        bool *yes, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s,
	                        "SELECT object FROM sat_statement WHERE type = 1 AND "
	                        "(serial > ?1 OR (serial = ?1 AND name > ?2))", err);
	*yes = false;
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, (int64_t)st->serial);
	sat_bind_blob(s, 2, st->name, SAT_HASH_BYTES);
	while (!*yes && (rc = sat_step(store->db, s, err)) == 1) {
		size_t length;
		const void *object = sat_column_blob(s, 0, &length);
		statement other;
		const uint8_t *theirs = NULL;
		if (parse(&other, object, length, NULL) == 0)
			theirs = sat_cursor_take(&other.body, (size_t)2 * SAT_KEY_BYTES);
		*yes = theirs != NULL && memcmp(theirs, keys, (size_t)2 * SAT_KEY_BYTES) == 0;
	}
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

static int apply_approval(sat_store *store, const statement *st, sat_error *err)
{
	sat_cursor body = st->body;
	sat_public keys;
	char name[SAT_DEVICE_NAME_BYTES], audiences[256];
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
	bool overruled = false;
	int rc = sat_device_find(store, &device, &known, NULL);
	if (rc == 0 && strcmp(known.state, "pending") != 0)
		rc = is_overruled(store, st, sign, &overruled, err);
	if (rc != SAT_ENOTFOUND && (rc != 0 || overruled))
		return rc;
	/* A peer with a new role or audience may see other things: what it was sent counts from zero. */
	if (rc == 0 && !SAT_PLANTED_BUG(20) && strcmp(known.state, "approved") == 0 &&
	    (known.role != (sat_role)role || strcmp(known.audiences, audiences) != 0)) {
		int forgotten = forget_sent(store, known.id, err);
		if (forgotten != 0)
			return forgotten;
	}
	rc = put_device(store, &keys, role, name, audiences, "approved", err);
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
	sat_db_finalize(store->db, &state);
	return rc;
}

/* Of several programmes the one with the greatest version rules; between equals the greater name. */
static int apply_programme(sat_store *store, const statement *st, sat_error *err)
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
	return rc != 0 || (int64_t)day <= known ? rc : sat_meta_set_int(store, "registry_date", (int64_t)day, err);
}

static int apply_release(sat_store *store, sat_cursor body, sat_error *err)
{
	const uint8_t *bundle = sat_cursor_take(&body, SAT_NAME16_BYTES);
	uint8_t verdict = sat_cursor_u8(&body);
	if (!sat_cursor_done(&body) || verdict < 1 || verdict > 2)
		return sat_fail(err, SAT_EDAMAGED, "a release from quarantine is damaged");
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s,
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

static int apply(sat_store *store, const statement *st, sat_error *err)
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
	default:
		return 0; /* kept and passed on, unread */
	}
}

static int keep(sat_store *store, const statement *st, const void *object, size_t length, int64_t told,
                bool *fresh, sat_error *err)
{
	int rc = SAT_SQL(store, statement_insert,
	                 "INSERT OR IGNORE INTO sat_statement(name, type, issuer, serial, object, seq, told) "
	                 "VALUES(?, ?, ?, ?, ?, ?, ?)");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.statement_insert;
	sat_bind_blob(s, 1, st->name, SAT_HASH_BYTES);
	sat_bind_int(s, 2, st->type);
	sat_bind_blob(s, 3, st->issuer.bytes, SAT_DEVICE_BYTES);
	sat_bind_int(s, 4, (int64_t)st->serial);
	sat_bind_blob(s, 5, object, length);
	sat_bind_int(s, 6, store->seq + 1);
	told != 0 ? sat_bind_int(s, 7, told) : sat_bind_null(s, 7);
	rc = sat_run(store->db, s, err);
	*fresh = rc == 0 && sat_db_changes(store->db) > 0;
	if (*fresh)
		sat_store_next_sequence(store);
	return rc;
}

/* A name is of the whole object with its signature: what is known was checked when it came. */
static int is_known(sat_store *store, const statement *st, bool *known, sat_error *err)
{
	int rc = SAT_SQL(store, statement_find, "SELECT 1 FROM sat_statement WHERE name = ?");
	if (rc != 0)
		return rc;
	sat_bind_blob(store->sql.statement_find, 1, st->name, SAT_HASH_BYTES);
	rc = sat_step(store->db, store->sql.statement_find, err);
	sat_reset(store->sql.statement_find);
	*known = rc == 1;
	return rc < 0 ? rc : 0;
}

/* A programme that cannot be read here is not kept either: it comes again, and a newer Satchel puts it in
 * force then. */
static int check_programme(const statement *st, sat_error *err)
{
	if (st->type != SAT_SIGNED_PROGRAMME)
		return 0;
	sat_cursor body = st->body;
	sat_cursor_varint(&body);
	sat_cursor json = sat_cursor_span(&body);
	SAT_AUTO(sat_programme) programme = NULL;
	int rc = sat_programme_read(&programme, (const char *)json.at, sat_cursor_left(&json), err);
	if (rc != SAT_EINVALID)
		return rc;
	sat_error_context(err, "a programme of the registry");
	if (err != NULL)
		err->code = SAT_EREFUSED;
	return SAT_EREFUSED;
}

int sat_statement_admit(sat_store *store, const void *object, size_t length, int64_t told, bool *fresh,
                        sat_error *err)
{
	*fresh = false;
	statement st;
	int rc = parse(&st, object, length, err);
	bool known = false;
	if (rc == 0)
		rc = is_known(store, &st, &known, err);
	if (rc != 0 || known)
		return rc;
	sat_device registry;
	rc = sat_device_registry(store, &registry, err);
	if (rc != 0)
		return rc;
	uint8_t digest[SAT_HASH_BYTES];
	sat_hash(digest, "satchel1state", object, st.signed_bytes);
	if (!sat_device_equal(&st.issuer, &registry.device) || !sat_verify(&registry.keys, digest, st.signature))
		return sat_fail(err, SAT_EFORGED, "a statement claims to be the registry's and is not");
	rc = check_programme(&st, err);
	if (rc != 0)
		return rc;
	rc = keep(store, &st, object, length, told, fresh, err);
	return rc != 0 || !*fresh ? rc : apply(store, &st, err);
}

int sat_statement_issue(sat_store *store, const sat_identity *identity, sat_statement_type type,
                        const void *body, size_t length, sat_error *err)
{
	if (store->role != SAT_REGISTRY)
		return sat_fail(err, SAT_EUSAGE, "only the registry makes such statements");
	int64_t serial;
	int rc = sat_db_int(store->db, "SELECT max(serial) + 1 FROM sat_statement", &serial, 1, err);
	if (rc != 0)
		return rc;
	SAT_BYTES(object);
	sat_bytes_put_u8(&object, (uint8_t)type);
	sat_bytes_put(&object, store->self.bytes, SAT_DEVICE_BYTES);
	sat_bytes_put_varint(&object, (uint64_t)serial);
	sat_bytes_put_zigzag(&object, store->env->now(store->env->context));
	sat_bytes_put_span(&object, body, length);
	uint8_t digest[SAT_HASH_BYTES], signature[SAT_SIGNATURE_BYTES];
	sat_hash(digest, "satchel1state", object.data, object.length);
	sat_sign(identity, digest, signature);
	sat_bytes_put(&object, signature, sizeof signature);
	if (!sat_bytes_ok(&object))
		return sat_no_memory(err);
	bool fresh;
	return sat_statement_admit(store, object.data, object.length, 0, &fresh, err);
}

int sat_registry_found(sat_store *store, const sat_identity *identity, sat_error *err)
{
	const sat_public *self = sat_identity_public(identity);
	SAT_BYTES(approval);
	sat_bytes_put(&approval, self->sign, SAT_KEY_BYTES);
	sat_bytes_put(&approval, self->seal, SAT_KEY_BYTES);
	sat_bytes_put_u8(&approval, SAT_REGISTRY);
	sat_bytes_put_span(&approval, store->name, strlen(store->name));
	sat_bytes_put_span(&approval, NULL, 0);
	int rc = sat_statement_issue(store, identity, SAT_SIGNED_APPROVAL, approval.data, approval.length, err);
	SAT_BYTES(json);
	if (rc == 0)
		rc = sat_meta_bytes(store, "programme", &json, err);
	SAT_BYTES(body);
	sat_bytes_put_varint(&body, store->programme->version);
	sat_bytes_put_span(&body, json.data, json.length);
	return rc != 0 ? rc : sat_statement_issue(store, identity, SAT_SIGNED_PROGRAMME, body.data, body.length, err);
}

int sat_device_revoke(sat_store *store, const sat_identity *identity, int64_t id, sat_error *err)
{
	sat_device device;
	int rc = sat_device_get(store, id, &device, err);
	if (rc != 0)
		return rc;
	if (id == 1)
		return sat_fail(err, SAT_EUSAGE, "the registry cannot revoke itself");
	if (strcmp(device.state, "revoked") == 0)
		return sat_fail(err, SAT_EEXISTS, "\"%s\" was revoked before. Nothing was changed", device.name);
	SAT_BYTES(body);
	sat_bytes_put(&body, device.device.bytes, SAT_DEVICE_BYTES);
	size_t n = 0;
	for (size_t i = 1; i < store->incarnation_count; i++)
		n += store->incarnations[i].device == id;
	sat_bytes_put_varint(&body, n);
	for (size_t i = 1; i < store->incarnation_count; i++) {
		if (store->incarnations[i].device != id)
			continue;
		sat_bytes_put(&body, store->incarnations[i].name, SAT_INCARNATION_BYTES);
		sat_bytes_put_varint(&body, (uint64_t)store->incarnations[i].highest);
	}
	return sat_statement_issue(store, identity, SAT_SIGNED_REVOCATION, body.data, body.length, err);
}

/* --- incarnation statements ---------------------------------------------------------------------- */

void sat_incarnation_digest(const uint8_t name[static SAT_INCARNATION_BYTES], const sat_device_id *device,
                            int64_t highest, uint8_t digest[static SAT_HASH_BYTES])
{
	uint8_t text[SAT_INCARNATION_BYTES + SAT_DEVICE_BYTES + 8];
	memcpy(text, name, SAT_INCARNATION_BYTES);
	memcpy(text + SAT_INCARNATION_BYTES, device->bytes, SAT_DEVICE_BYTES);
	for (unsigned i = 0; i < 8; i++)
		text[SAT_INCARNATION_BYTES + SAT_DEVICE_BYTES + i] = (uint8_t)((uint64_t)highest >> (8 * i));
	sat_hash(digest, "satchel1incarn", text, sizeof text);
}

int sat_incarnation_sign(sat_store *store, const sat_identity *identity, int64_t index, sat_error *err)
{
	const sat_incarnation *own = sat_incarnation_at(store, index);
	int64_t highest = store->counter;
	/* An incarnation that ended without a word has numbered what its runs hold. */
	if (index != store->own) {
		sat_stmt *s = NULL;
		int rc = sat_db_prepare(store->db, &s,
		                        "SELECT max(first + count - 1) FROM sat_run WHERE first BETWEEN ? AND ?", err);
		if (rc == 0) {
			sat_bind_int(s, 1, sat_dot_make(index, 0));
			sat_bind_int(s, 2, sat_dot_make(index, SAT_COUNTER_END - 1));
			rc = sat_step(store->db, s, err);
			highest = rc == 1 && !sat_column_is_null(s, 0) ? sat_dot_counter(sat_column_int(s, 0)) : 0;
		}
		sat_db_finalize(store->db, &s);
		if (rc < 0)
			return rc;
	}
	if (highest <= own->highest)
		return 0;
	uint8_t digest[SAT_HASH_BYTES], signature[SAT_SIGNATURE_BYTES];
	sat_incarnation_digest(own->name, &store->self, highest, digest);
	sat_sign(identity, digest, signature);
	return sat_incarnation_state(store, index, own->device, highest, signature, err);
}

/* --- invitations --------------------------------------------------------------------------------- */

static json_t *hex_json(const void *data, size_t count)
{
	char *text = malloc(2 * count + 1);
	if (text == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		snprintf(text + 2 * i, 3, "%02x", ((const uint8_t *)data)[i]);
	json_t *json = json_string(text);
	free(text);
	return json;
}

static bool hex_read(const json_t *json, sat_bytes *out, size_t most)
{
	const char *text = json_string_value(json);
	size_t n = text == NULL ? 1 : strlen(text);
	if (n % 2 != 0 || n / 2 > most)
		return false;
	for (size_t i = 0; i < n; i += 2) {
		unsigned byte;
		char pair[3] = { text[i], text[i + 1], '\0' };
		if (strspn(pair, "0123456789abcdefABCDEF") != 2 || sscanf(pair, "%x", &byte) != 1)
			return false;
		sat_bytes_put_u8(out, (uint8_t)byte);
	}
	return sat_bytes_ok(out);
}

static int add_statements(sat_store *store, json_t *list, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s,
	                        "SELECT object FROM sat_statement WHERE type = 3 OR (type = 1 AND serial = 1) "
	                        "ORDER BY serial", err);
	while (rc == 0 && (rc = sat_step(store->db, s, err)) == 1) {
		size_t length;
		const void *object = sat_column_blob(s, 0, &length);
		rc = json_array_append_new(list, hex_json(object, length)) == 0 ? 0 : sat_no_memory(err);
	}
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

int sat_invitation_write(sat_store *store, sat_role role, sat_bytes *file, sat_error *err)
{
	if (store->role != SAT_REGISTRY)
		return sat_fail(err, SAT_EUSAGE, "only the registry writes invitations");
	sat_device self;
	int rc = sat_device_get(store, 1, &self, err);
	json_t *list = json_array();
	if (rc == 0 && list != NULL)
		rc = add_statements(store, list, err);
	json_t *json = json_pack("{s:i, s:s, s:s, s:o, s:o, s:o}", "satchel_invitation", 1, "registry", store->name,
	                         "role", sat_role_name(role), "sign", hex_json(self.keys.sign, SAT_KEY_BYTES),
	                         "seal", hex_json(self.keys.seal, SAT_KEY_BYTES), "statements", list);
	char *text = json == NULL ? NULL : json_dumps(json, JSON_INDENT(1));
	if (rc == 0 && text == NULL)
		rc = sat_no_memory(err);
	if (rc == 0) {
		sat_bytes_put(file, text, strlen(text));
		sat_bytes_put_u8(file, '\n');
	}
	free(text);
	json_decref(json);
	return rc;
}

/* The programme out of the first statement of that type; the signature is checked when it is admitted. */
static int programme_in(const json_t *statements, sat_bytes *object, sat_cursor *json, sat_error *err)
{
	size_t i;
	json_t *entry;
	json_array_foreach(statements, i, entry) {
		statement st;
		sat_bytes_reset(object);
		if (!hex_read(entry, object, SAT_STATEMENT_BYTES_MAX))
			break;
		int rc = parse(&st, object->data, object->length, err);
		if (rc != 0)
			return rc;
		if (st.type == SAT_SIGNED_PROGRAMME) {
			sat_cursor_varint(&st.body);
			*json = sat_cursor_span(&st.body);
			if (sat_cursor_done(&st.body))
				return 0;
			break;
		}
	}
	return sat_fail(err, SAT_EDAMAGED, "the invitation is damaged; ask headquarters for a new one");
}

static int admit_invitation(sat_store *store, const json_t *json, const sat_public *registry, sat_error *err)
{
	const char *name = json_string_value(json_object_get(json, "registry"));
	int rc = put_device(store, registry, SAT_REGISTRY, name == NULL ? "headquarters" : name, "", "approved",
	                    err);
	size_t i;
	json_t *entry;
	json_array_foreach(json_object_get(json, "statements"), i, entry) {
		SAT_BYTES(object);
		bool fresh;
		if (rc == 0 && !hex_read(entry, &object, SAT_STATEMENT_BYTES_MAX))
			rc = sat_fail(err, SAT_EDAMAGED, "the invitation is damaged; ask headquarters for a new one");
		if (rc == 0)
			rc = sat_statement_admit(store, object.data, object.length, 0, &fresh, err);
	}
	return rc;
}

static int make_invited(const char *path, const json_t *json, const sat_public *registry, sat_role role,
                        const char *name, const sat_identity *identity, const sat_store_options *options,
                        const sat_env *env, sat_error *err)
{
	SAT_BYTES(object);
	sat_cursor programme;
	int rc = programme_in(json_object_get(json, "statements"), &object, &programme, err);
	if (rc != 0)
		return rc;
	sat_store_setup setup = { .name = name, .role = role, .self = sat_identity_public(identity),
		                  .programme = (const char *)programme.at,
		                  .programme_length = sat_cursor_left(&programme) };
	rc = sat_store_create(path, &setup, options, env, err);
	sat_store *store = NULL;
	if (rc == 0)
		rc = sat_store_open(&store, path, options, env, err);
	if (rc == 0)
		rc = sat_store_begin(store, err);
	if (rc == 0)
		rc = admit_invitation(store, json, registry, err);
	if (rc == 0)
		rc = sat_store_commit(store, err);
	if (rc == 0)
		return sat_store_close(store, err);
	bool made = store != NULL;
	sat_store_free(store);
	if (made)
		remove(path);
	return rc;
}

int sat_invitation_accept(const char *path, const void *file, size_t length, const char *name,
                          const sat_identity *identity, const sat_store_options *options,
                          const sat_env *env, sat_error *err)
{
	if (length > 4 * SAT_STATEMENT_BYTES_MAX)
		return sat_fail(err, SAT_ELIMIT, "that is too large for an invitation");
	json_t *json = json_loadb(file, length, JSON_REJECT_DUPLICATES, NULL);
	SAT_BYTES(sign);
	SAT_BYTES(seal);
	sat_public registry;
	sat_role role = sat_role_of_name(json_string_value(json_object_get(json, "role")) == NULL
	                                         ? ""
	                                         : json_string_value(json_object_get(json, "role")));
	json_int_t version = json_integer_value(json_object_get(json, "satchel_invitation"));
	int rc = 0;
	if (version > 1)
		rc = sat_fail(err, SAT_ETOONEW, "the invitation is from a newer Satchel; install that one here");
	else if (version != 1 || role == SAT_ROLE_NONE || role == SAT_REGISTRY ||
	         !hex_read(json_object_get(json, "sign"), &sign, SAT_KEY_BYTES) || sign.length != SAT_KEY_BYTES ||
	         !hex_read(json_object_get(json, "seal"), &seal, SAT_KEY_BYTES) || seal.length != SAT_KEY_BYTES)
		rc = sat_fail(err, SAT_EDAMAGED,
		              "this is no invitation, or a damaged one; ask headquarters for a new one");
	if (rc == 0) {
		memcpy(registry.sign, sign.data, SAT_KEY_BYTES);
		memcpy(registry.seal, seal.data, SAT_KEY_BYTES);
		rc = make_invited(path, json, &registry, role, name, identity, options, env, err);
	}
	json_decref(json);
	return rc;
}
