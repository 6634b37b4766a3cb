/* See invitation.h. */
#include "invitation.h"

#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "hex.h"
#include "json.h"
#include "registry-statement.h"
#include "store-private.h"

static int damaged(sat_error *err)
{
	return sat_fail(err, SAT_EDAMAGED,
	                "this is no invitation, or a damaged one. Nothing was made. Ask headquarters for a new one");
}

static int hex_read(const json_t *json, sat_bytes *out, size_t most, sat_error *err)
{
	const char *text = json_string_value(json);
	size_t n = text == NULL ? 1 : strlen(text);
	if (n % 2 != 0 || n / 2 > most)
		return damaged(err);
	uint8_t *room = sat_bytes_extend(out, n / 2);
	if (room == NULL && n > 0)
		return sat_no_memory(err);
	return sat_hex_read(text, n, room) ? 0 : damaged(err);
}

static int key_read(const json_t *json, uint8_t key[static SAT_KEY_BYTES], sat_error *err)
{
	SAT_BYTES(read);
	int rc = hex_read(json, &read, SAT_KEY_BYTES, err);
	if (rc == 0 && read.length != SAT_KEY_BYTES)
		rc = damaged(err);
	if (rc == 0)
		memcpy(key, read.data, SAT_KEY_BYTES);
	return rc;
}

/* What is signed: all that an invitation says but the signature, as the one text that jansson makes of it with
 * the names in order and no blanks.  So how it is laid out in the file does not matter, and what a later Satchel
 * adds is signed as well.  `json` has no member "signature". */
static int digest_of(const json_t *json, uint8_t digest[static SAT_HASH_BYTES], sat_error *err)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
	if (text == NULL)
		return sat_no_memory(err);
	sat_hash(digest, "satchel1invite", text, strlen(text));
	free(text);
	return 0;
}

/* --- writing -------------------------------------------------------------------------------------- */

static int add_statements(sat_store *store, json_t *list, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s,
	                        "SELECT object FROM sat_statement WHERE type = 3 OR (type = 1 AND serial = 1) "
	                        "ORDER BY serial", err);
	while (rc == 0 && (rc = sat_step(store->db, s, err)) == 1) {
		size_t length;
		const void *object = sat_column_blob(s, 0, &length);
		rc = json_array_append_new(list, sat_json_hex(object, length)) == 0 ? 0 : sat_no_memory(err);
	}
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

static int sign(json_t *json, const sat_identity *identity, sat_error *err)
{
	uint8_t digest[SAT_HASH_BYTES], signature[SAT_SIGNATURE_BYTES];
	int rc = digest_of(json, digest, err);
	if (rc != 0)
		return rc;
	sat_sign(identity, digest, signature);
	return json_object_set_new(json, "signature", sat_json_hex(signature, sizeof signature)) == 0
	           ? 0
	           : sat_no_memory(err);
}

int sat_invitation_write(sat_store *store, const sat_identity *identity, sat_role role, sat_bytes *file,
                         sat_error *err)
{
	if (store->role != SAT_REGISTRY)
		return sat_fail(err, SAT_EUSAGE, "only headquarters writes invitations");
	const sat_public *self = sat_identity_public(identity);
	json_t *list = json_array();
	int rc = list == NULL ? sat_no_memory(err) : add_statements(store, list, err);
	json_t *json = json_pack("{s:i, s:s, s:s, s:o, s:o, s:o}", "satchel_invitation", 1, "registry", store->name,
	                         "role", sat_role_name(role), "sign", sat_json_hex(self->sign, SAT_KEY_BYTES),
	                         "seal", sat_json_hex(self->seal, SAT_KEY_BYTES), "statements", list);
	if (rc == 0)
		rc = json == NULL ? sat_no_memory(err) : sign(json, identity, err);
	char *text = rc == 0 ? json_dumps(json, JSON_INDENT(1)) : NULL;
	if (rc == 0 && text == NULL)
		rc = sat_no_memory(err);
	if (rc == 0) {
		sat_bytes_put(file, text, strlen(text));
		sat_bytes_put_u8(file, '\n');
	}
	free(text);
	json_decref(json);
	return rc == 0 && !sat_bytes_ok(file) ? sat_no_memory(err) : rc;
}

/* --- accepting ------------------------------------------------------------------------------------ */

/* The programme out of the first statement of that type; the signature is checked when it is admitted. */
static int programme_in(const json_t *statements, sat_bytes *object, sat_cursor *json, sat_error *err)
{
	size_t i;
	json_t *entry;
	json_array_foreach(statements, i, entry) {
		sat_statement st;
		sat_bytes_reset(object);
		int rc = hex_read(entry, object, SAT_STATEMENT_BYTES_MAX, err);
		if (rc == 0)
			rc = sat_statement_read(&st, object->data, object->length, err);
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
	return damaged(err);
}

static int admit_invitation(sat_store *store, const json_t *json, const sat_public *registry, sat_error *err)
{
	const char *name = json_string_value(json_object_get(json, "registry"));
	int rc = sat_device_put(store, registry, SAT_REGISTRY, name == NULL ? "headquarters" : name, "", "approved",
	                    err);
	size_t i;
	json_t *entry;
	json_array_foreach(json_object_get(json, "statements"), i, entry) {
		SAT_BYTES(object);
		bool fresh;
		if (rc == 0)
			rc = hex_read(entry, &object, SAT_STATEMENT_BYTES_MAX, err);
		if (rc == 0)
			rc = sat_statement_admit(store, object.data, object.length, 0, &fresh, err);
	}
	return rc;
}

static int fill_invited(const char *path, const json_t *json, const sat_public *registry,
                        const sat_store_options *options, const sat_env *env, sat_error *err)
{
	sat_store *store = NULL;
	int rc = sat_store_open(&store, path, options, env, err);
	if (rc == 0)
		rc = sat_store_begin(store, err);
	if (rc == 0)
		rc = admit_invitation(store, json, registry, err);
	if (rc == 0)
		rc = sat_store_commit(store, err);
	if (rc == 0)
		return sat_store_close(store, err);
	sat_store_free(store);
	return rc;
}

/* Takes the signature out of the invitation and compares it.  An invitation without one is refused as well, or
 * whoever changes it would only have to leave the signature out. */
static int check_signature(json_t *json, const sat_public *registry, sat_error *err)
{
	SAT_BYTES(signature);
	uint8_t digest[SAT_HASH_BYTES];
	const json_t *given = json_object_get(json, "signature");
	if (given == NULL)
		return sat_fail(err, SAT_EDAMAGED,
		                "this invitation does not bear the signature of headquarters. Nothing was made. Ask "
		                "headquarters for a new one (`satchel invite`)");
	int rc = hex_read(given, &signature, SAT_SIGNATURE_BYTES, err);
	if (rc == 0 && signature.length != SAT_SIGNATURE_BYTES)
		rc = damaged(err);
	json_object_del(json, "signature");
	if (rc == 0)
		rc = digest_of(json, digest, err);
	if (rc == 0 && !sat_verify(registry, digest, signature.data))
		rc = sat_fail(err, SAT_EDAMAGED,
		              "this invitation was changed after headquarters wrote it, on its way or by damage. Nothing "
		              "was made. Ask headquarters for a new one, and carry it by hand");
	return rc;
}

/* What is signed and still cannot be used: a programme or a statement that this Satchel does not understand. */
static int unusable(int code, sat_error *err)
{
	if (code != SAT_EFORGED && code != SAT_EREFUSED && code != SAT_EINVALID)
		return code;
	sat_error why = { 0 };
	if (err != NULL)
		why = *err;
	return sat_fail(err, SAT_EDAMAGED,
	                "this invitation cannot be used here: %.300s. Nothing was made. Tell headquarters, and ask for a "
	                "new one", why.message);
}

/* A store that knows no headquarters would be of no use, and in the way of the next attempt. */
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
	if (rc != 0)
		return unusable(rc, err);
	rc = fill_invited(path, json, registry, options, env, err);
	if (rc != 0)
		sat_store_discard(path);
	return unusable(rc, err);
}

int sat_invitation_accept(const char *path, const void *file, size_t length, const char *name,
                          const sat_identity *identity, const sat_store_options *options,
                          const sat_env *env, sat_error *err)
{
	if (length > 4 * SAT_STATEMENT_BYTES_MAX)
		return damaged(err);
	json_error_t where;
	int rc;
	json_t *json = sat_json_read(file, length, &where, &rc);
	if (rc == SAT_ENOMEM)
		return sat_no_memory(err);
	sat_public registry;
	const char *word = json_string_value(json_object_get(json, "role"));
	sat_role role = sat_role_of_name(word == NULL ? "" : word);
	json_int_t version = json_integer_value(json_object_get(json, "satchel_invitation"));
	rc = 0;
	if (version > 1)
		rc = sat_fail(err, SAT_ETOONEW,
		              "this invitation is from a newer Satchel. Nothing was made. Install the newer Satchel here");
	else if (version != 1 || role == SAT_ROLE_NONE || role == SAT_REGISTRY)
		rc = damaged(err);
	if (rc == 0)
		rc = key_read(json_object_get(json, "sign"), registry.sign, err);
	if (rc == 0)
		rc = key_read(json_object_get(json, "seal"), registry.seal, err);
	if (rc == 0)
		rc = check_signature(json, &registry, err);
	if (rc == 0)
		rc = make_invited(path, json, &registry, role, name, identity, options, env, err);
	json_decref(json);
	return rc;
}
