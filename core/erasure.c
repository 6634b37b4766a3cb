/* See erasure.h. */
#include "erasure.h"

#include <string.h>

#include "device.h"
#include "plant.h"
#include "protocol.h"
#include "store-private.h"

/* So that a receipt is far below the size of a statement. */
enum { NAMES_AT_ONCE = 4096 };

void sat_erasure_of_decision(const sat_decision *decision, uint8_t name[static SAT_ERASURE_NAME_BYTES])
{
	memcpy(name, decision->name, SAT_ERASURE_NAME_BYTES);
}

int sat_erasure_of_record(sat_store *store, sat_dot record, uint8_t name[static SAT_ERASURE_NAME_BYTES],
                          sat_error *err)
{
	uint8_t hash[SAT_HASH_BYTES];
	SAT_BYTES(id);
	int rc = sat_decision_put_subject(store, record, &id, err);
	if (rc == 0 && !sat_bytes_ok(&id))
		rc = sat_no_memory(err);
	if (rc != 0)
		return rc;
	sat_hash(hash, "satchel1tombname", id.data, id.length);
	memcpy(name, hash, SAT_ERASURE_NAME_BYTES);
	return 0;
}

static int note_labelled(sat_store *store, sat_dot record, const uint8_t *name, sat_error *err)
{
	SAT_ARENA(arena);
	sat_records labels;
	int rc = sat_protocol_labels(store, &record, 1, &arena, &labels, err);
	if (rc != 0 || labels.count == 0)
		return rc;
	rc = SAT_SQL(store, erasure_label, "INSERT OR IGNORE INTO sat_erasure_label(what, record) VALUES(?, ?)");
	if (rc != 0)
		return rc;
	sat_bind_blob(store->sql.erasure_label, 1, name, SAT_ERASURE_NAME_BYTES);
	sat_bind_int(store->sql.erasure_label, 2, record);
	return sat_run(store->db, store->sql.erasure_label, err);
}

int sat_erasure_due(sat_store *store, sat_dot record, const uint8_t name[static SAT_ERASURE_NAME_BYTES],
                    sat_error *err)
{
	int rc = note_labelled(store, record, name, err);
	if (rc == 0)
		rc = SAT_SQL(store, erasure_due,
	                 "INSERT OR IGNORE INTO sat_erasure_due(what, at, record) SELECT ?1, ?2, ?3 "
	                 "WHERE NOT EXISTS (SELECT 1 FROM sat_erasure WHERE what = ?1 AND device = 1)");
	if (rc != 0)
		return rc;
	sat_bind_blob(store->sql.erasure_due, 1, name, SAT_ERASURE_NAME_BYTES);
	sat_bind_int(store->sql.erasure_due, 2, store->env->now(store->env->context));
	sat_bind_int(store->sql.erasure_due, 3, record);
	return sat_run(store->db, store->sql.erasure_due, err);
}

/* Names that are due, as the body of a receipt: some that stand under no label, or else one that does. */
static int collect(sat_store *store, sat_bytes *body, size_t *count, sat_error *err)
{
	SAT_BYTES(names);
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s,
	                        "SELECT what FROM (SELECT what FROM sat_erasure_due WHERE what NOT IN (SELECT what "
	                        "FROM sat_erasure_label) LIMIT ?) UNION ALL SELECT what FROM (SELECT what FROM "
	                        "sat_erasure_due WHERE NOT EXISTS (SELECT 1 FROM sat_erasure_due WHERE what NOT IN "
	                        "(SELECT what FROM sat_erasure_label)) LIMIT 1)", err);
	*count = 0;
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, NAMES_AT_ONCE);
	while ((rc = sat_step(store->db, s, err)) == 1) {
		size_t length;
		const void *name = sat_column_blob(s, 0, &length);
		sat_bytes_put(&names, name, length);
		++*count;
	}
	sat_db_finalize(store->db, &s);
	sat_bytes_put_varint(body, *count);
	sat_bytes_put(body, names.data, names.length);
	return rc == 0 && (!sat_bytes_ok(&names) || !sat_bytes_ok(body)) ? sat_no_memory(err) : rc;
}

static int sign_some(sat_store *store, const sat_identity *identity, bool *more, sat_error *err)
{
	SAT_BYTES(body);
	size_t count;
	int rc = collect(store, &body, &count, err);
	*more = count > 0;
	if (rc != 0 || count == 0)
		return rc;
	rc = sat_statement_sign(store, identity, SAT_SIGNED_ERASURE, 0, body.data, body.length, err);
	return rc != 0 ? rc
	               : sat_db_exec(store->db,
	                             "DELETE FROM sat_erasure_due WHERE what IN (SELECT what FROM sat_erasure WHERE "
	                             "device = 1)", err);
}

/* A label may have come since: behind the withdrawal in one bundle, say. */
static int note_labelled_since(sat_store *store, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = !sat_protocol_any(store)
	             ? 0
	             : sat_db_prepare(store->db, &s,
	                              "SELECT what, record FROM sat_erasure_due WHERE what NOT IN (SELECT what FROM "
	                              "sat_erasure_label)", err);
	SAT_BYTES(due);
	size_t length;
	while (rc == 0 && s != NULL && (rc = sat_step(store->db, s, err)) == 1) {
		sat_dot record = sat_column_int(s, 1);
		const void *name = sat_column_blob(s, 0, &length);
		sat_bytes_put(&due, &record, sizeof record);
		sat_bytes_put(&due, name, SAT_ERASURE_NAME_BYTES);
		rc = 0;
	}
	sat_db_finalize(store->db, &s);
	if (rc == 0 && !sat_bytes_ok(&due))
		rc = sat_no_memory(err);
	for (size_t at = 0; rc == 0 && at < due.length; at += sizeof(sat_dot) + SAT_ERASURE_NAME_BYTES) {
		sat_dot record;
		memcpy(&record, due.data + at, sizeof record);
		rc = note_labelled(store, record, due.data + at + sizeof record, err);
	}
	return rc;
}

int sat_erasure_sign(sat_store *store, const sat_identity *identity, sat_error *err)
{
	bool more = !SAT_PLANTED_BUG(28);
	int rc = more ? note_labelled_since(store, err) : 0;
	while (rc == 0 && more)
		rc = sign_some(store, identity, &more, err);
	return rc;
}

int sat_erasure_take_effect(sat_store *store, const sat_statement *st, sat_error *err)
{
	sat_device device;
	sat_cursor body = st->body;
	size_t n = sat_cursor_count(&body, SAT_ERASURE_NAME_BYTES);
	int rc = sat_device_find(store, &st->issuer, &device, err);
	if (rc == 0)
		rc = SAT_SQL(store, erasure_insert,
		             "INSERT INTO sat_erasure(what, device, at) VALUES(?, ?, ?) "
		             "ON CONFLICT(what, device) DO UPDATE SET at = min(at, excluded.at)");
	for (size_t i = 0; rc == 0 && i < n; i++) {
		const uint8_t *name = sat_cursor_take(&body, SAT_ERASURE_NAME_BYTES);
		if (name == NULL)
			break;
		sat_bind_blob(store->sql.erasure_insert, 1, name, SAT_ERASURE_NAME_BYTES);
		sat_bind_int(store->sql.erasure_insert, 2, device.id);
		sat_bind_int(store->sql.erasure_insert, 3, st->time);
		rc = sat_run(store->db, store->sql.erasure_insert, err);
	}
	if (rc == 0 && (n == 0 || !sat_cursor_done(&body)))
		rc = sat_fail(err, SAT_EDAMAGED, "a receipt for an erasure is damaged");
	return rc;
}

int sat_erasure_each_labelled(sat_store *store, const sat_statement *receipt,
                              int (*each)(void *, sat_dot, sat_error *), void *context, sat_error *err)
{
	sat_cursor body = receipt->body;
	size_t n = sat_cursor_count(&body, SAT_ERASURE_NAME_BYTES);
	int rc = SAT_SQL(store, erasure_labelled, "SELECT record FROM sat_erasure_label WHERE what = ?");
	for (size_t i = 0; rc == 0 && i < n; i++) {
		const uint8_t *name = sat_cursor_take(&body, SAT_ERASURE_NAME_BYTES);
		if (name == NULL)
			return sat_fail(err, SAT_EDAMAGED, "a receipt for an erasure is damaged");
		sat_bind_blob(store->sql.erasure_labelled, 1, name, SAT_ERASURE_NAME_BYTES);
		rc = sat_step(store->db, store->sql.erasure_labelled, err);
		sat_dot record = rc == 1 ? sat_column_int(store->sql.erasure_labelled, 0) : 0;
		sat_reset(store->sql.erasure_labelled);
		rc = rc == 1 ? each(context, record, err) : rc;
	}
	return rc;
}

int sat_erasure_confirmed(sat_store *store, const uint8_t name[static SAT_ERASURE_NAME_BYTES], int64_t device,
                          int64_t *at, sat_error *err)
{
	int rc = SAT_SQL(store, erasure_find,
	                 "SELECT at FROM sat_erasure WHERE what = ?1 AND device = ?2 "
	                 "UNION ALL SELECT at FROM sat_erasure_due WHERE what = ?1 AND ?2 = 1");
	if (rc != 0)
		return rc;
	sat_bind_blob(store->sql.erasure_find, 1, name, SAT_ERASURE_NAME_BYTES);
	sat_bind_int(store->sql.erasure_find, 2, device);
	rc = sat_step(store->db, store->sql.erasure_find, err);
	*at = rc == 1 ? sat_column_int(store->sql.erasure_find, 0) : 0;
	sat_reset(store->sql.erasure_find);
	return rc;
}
