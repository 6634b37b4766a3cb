/* See registry-statement.h. */
#include "registry-statement.h"

#include <string.h>

#include "device.h"
#include "registry-effect.h"
#include "store-private.h"

int sat_statement_read(sat_statement *st, const void *object, size_t length, sat_error *err)
{
	sat_cursor c = sat_cursor_over(object, length);
	st->type = sat_cursor_u8(&c);
	const uint8_t *issuer = sat_cursor_take(&c, SAT_DEVICE_BYTES);
	st->serial = sat_cursor_varint(&c);
	st->time = sat_cursor_zigzag(&c);
	st->body = sat_cursor_span(&c);
	st->signed_bytes = sat_cursor_ok(&c) ? (size_t)(c.at - (const uint8_t *)object) : 0;
	st->signature = sat_cursor_take(&c, SAT_SIGNATURE_BYTES);
	if (!sat_cursor_done(&c) || length > SAT_STATEMENT_BYTES_MAX || st->serial > INT64_MAX)
		return sat_fail(err, SAT_EDAMAGED, "a statement of headquarters is damaged");
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

bool sat_approval_read(sat_approval *a, const sat_statement *st)
{
	sat_cursor body = st->body;
	const uint8_t *sign = sat_cursor_take(&body, SAT_KEY_BYTES);
	const uint8_t *seal = sat_cursor_take(&body, SAT_KEY_BYTES);
	uint8_t role = sat_cursor_u8(&body);
	if (st->type != SAT_SIGNED_APPROVAL || sign == NULL || seal == NULL || role < SAT_REGISTRY ||
	    role > SAT_AUDITOR || !take_text(&body, a->name, sizeof a->name) ||
	    !take_text(&body, a->audiences, sizeof a->audiences) || !sat_cursor_done(&body))
		return false;
	memcpy(a->keys.sign, sign, SAT_KEY_BYTES);
	memcpy(a->keys.seal, seal, SAT_KEY_BYTES);
	a->device = sat_device_of(&a->keys);
	a->role = (sat_role)role;
	return true;
}

bool sat_statement_signed_by(const sat_statement *st, const void *object, const sat_public *keys)
{
	uint8_t digest[SAT_HASH_BYTES];
	sat_device_id device = sat_device_of(keys);
	sat_hash(digest, "satchel1state", object, st->signed_bytes);
	return sat_device_equal(&st->issuer, &device) && sat_verify(keys, digest, st->signature);
}

static int keep(sat_store *store, const sat_statement *st, const void *object, size_t length, int64_t told,
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
static int is_known(sat_store *store, const sat_statement *st, bool *known, sat_error *err)
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
static int check_programme(const sat_statement *st, sat_error *err)
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
	sat_error_context(err, "a programme from headquarters");
	if (err != NULL)
		err->code = SAT_EREFUSED;
	return SAT_EREFUSED;
}

/* Whose signature it has to bear. */
static int find_issuer(sat_store *store, const sat_statement *st, sat_device *issuer, sat_error *err)
{
	return st->type == SAT_SIGNED_ERASURE ? sat_device_find(store, &st->issuer, issuer, err)
	                                      : sat_device_registry(store, issuer, err);
}

int sat_statement_admit(sat_store *store, const void *object, size_t length, int64_t told, bool *fresh,
                        sat_error *err)
{
	*fresh = false;
	sat_statement st;
	int rc = sat_statement_read(&st, object, length, err);
	bool known = false;
	if (rc == 0)
		rc = is_known(store, &st, &known, err);
	if (rc != 0 || known)
		return rc;
	sat_device issuer;
	rc = find_issuer(store, &st, &issuer, err);
	if (rc == SAT_ENOTFOUND && st.type == SAT_SIGNED_ERASURE)
		return 0;
	if (rc != 0)
		return rc;
	if (!sat_statement_signed_by(&st, object, &issuer.keys))
		return sat_fail(err, SAT_EFORGED,
		                st.type == SAT_SIGNED_ERASURE ? "a receipt for an erasure is not by who it says"
		                                              : "a statement claims to be from headquarters and is not");
	rc = check_programme(&st, err);
	if (rc != 0)
		return rc;
	rc = keep(store, &st, object, length, told, fresh, err);
	return rc != 0 || !*fresh ? rc : sat_statement_take_effect(store, &st, err);
}

int sat_statement_sign(sat_store *store, const sat_identity *identity, sat_statement_type type, int64_t serial,
                       const void *body, size_t length, sat_error *err)
{
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

int sat_statement_issue(sat_store *store, const sat_identity *identity, sat_statement_type type,
                        const void *body, size_t length, sat_error *err)
{
	if (store->role != SAT_REGISTRY)
		return sat_fail(err, SAT_EUSAGE, "only headquarters makes such statements");
	int64_t serial;
	int rc = sat_db_int(store->db, "SELECT max(serial) + 1 FROM sat_statement", &serial, 1, err);
	return rc != 0 ? rc : sat_statement_sign(store, identity, type, serial, body, length, err);
}
