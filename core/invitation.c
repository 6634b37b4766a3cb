/* See invitation.h. */
#include "invitation.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "device.h"
#include "hex.h"
#include "json.h"
#include "registry-statement.h"
#include "store-private.h"

static int damaged(sat_error *err)
{
	return sat_fail(err, SAT_EDAMAGED, "this is no invitation, or a damaged one; ask headquarters for a new one");
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

int sat_invitation_write(sat_store *store, sat_role role, sat_bytes *file, sat_error *err)
{
	if (store->role != SAT_REGISTRY)
		return sat_fail(err, SAT_EUSAGE, "only headquarters writes invitations");
	sat_device self;
	int rc = sat_device_get(store, 1, &self, err);
	json_t *list = json_array();
	if (rc == 0 && list != NULL)
		rc = add_statements(store, list, err);
	json_t *json = json_pack("{s:i, s:s, s:s, s:o, s:o, s:o}", "satchel_invitation", 1, "registry", store->name,
	                         "role", sat_role_name(role), "sign", sat_json_hex(self.keys.sign, SAT_KEY_BYTES),
	                         "seal", sat_json_hex(self.keys.seal, SAT_KEY_BYTES), "statements", list);
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
	struct stat there;
	bool ours = lstat(path, &there) != 0 && errno == ENOENT;
	rc = sat_store_create(path, &setup, options, env, err);
	if (rc == 0)
		rc = fill_invited(path, json, registry, options, env, err);
	if (rc != 0 && rc != SAT_EEXISTS && ours)
		remove(path);
	return rc;
}

int sat_invitation_accept(const char *path, const void *file, size_t length, const char *name,
                          const sat_identity *identity, const sat_store_options *options,
                          const sat_env *env, sat_error *err)
{
	if (length > 4 * SAT_STATEMENT_BYTES_MAX)
		return sat_fail(err, SAT_ELIMIT, "that is too large for an invitation");
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
		rc = sat_fail(err, SAT_ETOONEW, "the invitation is from a newer Satchel; install that one here");
	else if (version != 1 || role == SAT_ROLE_NONE || role == SAT_REGISTRY)
		rc = damaged(err);
	if (rc == 0)
		rc = key_read(json_object_get(json, "sign"), registry.sign, err);
	if (rc == 0)
		rc = key_read(json_object_get(json, "seal"), registry.seal, err);
	if (rc == 0)
		rc = make_invited(path, json, &registry, role, name, identity, options, env, err);
	json_decref(json);
	return rc;
}
