/* See enrolment.h. */
#include "enrolment.h"

#include <string.h>

#include "registry-statement.h"
#include "store-private.h"

static int issue_approval(sat_store *store, const sat_identity *identity, const sat_public *keys,
                          sat_role role, const char *name, const char *audiences, sat_error *err)
{
	SAT_BYTES(body);
	sat_bytes_put(&body, keys->sign, SAT_KEY_BYTES);
	sat_bytes_put(&body, keys->seal, SAT_KEY_BYTES);
	sat_bytes_put_u8(&body, (uint8_t)role);
	sat_bytes_put_span(&body, name, strlen(name));
	sat_bytes_put_span(&body, audiences, audiences == NULL ? 0 : strlen(audiences));
	return sat_statement_issue(store, identity, SAT_SIGNED_APPROVAL, body.data, body.length, err);
}

int sat_registry_found(sat_store *store, const sat_identity *identity, sat_error *err)
{
	const sat_public *self = sat_identity_public(identity);
	int rc = issue_approval(store, identity, self, SAT_REGISTRY, store->name, NULL, err);
	SAT_BYTES(json);
	if (rc == 0)
		rc = sat_meta_bytes(store, "programme", &json, err);
	SAT_BYTES(body);
	sat_bytes_put_varint(&body, store->programme->version);
	sat_bytes_put_span(&body, json.data, json.length);
	return rc != 0
	           ? rc
	           : sat_statement_issue(store, identity, SAT_SIGNED_PROGRAMME, body.data, body.length, err);
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
	rc = sat_db_int(store->db, "SELECT count(*) FROM sat_device WHERE state = 'pending'", &pending, 0,
	                err);
	if (rc == 0 && pending >= SAT_PENDING_MAX)
		return sat_fail(err, SAT_ELIMIT,
		                "%d devices are waiting for approval already; approve or revoke some first",
		                SAT_PENDING_MAX);
	if (rc == 0)
		rc = sat_device_put(store, keys, role, name, "", "pending", err);
	if (rc == 0)
		rc = sat_device_find(store, &device, &known, err);
	if (rc == 0)
		*id = known.id;
	return rc;
}

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
		return sat_fail(err, SAT_EUSAGE, "only headquarters approves laptops");
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
			return sat_fail(err, SAT_EEXISTS,
			                "these are the words of \"%s\", which is %s already. Nothing "
			                "was changed",
			                all[i].name, all[i].state);
		*approved = all[i];
		return issue_approval(store, identity, &all[i].keys, all[i].role, all[i].name, audiences,
		                      err);
	}
	if (rc != 0)
		return rc;
	return sat_fail(
	    err, SAT_ENOTFOUND,
	    "these six words belong to no laptop that has asked to be let in. Nothing was approved. "
	    "Have them read again; if they still differ, the invitation or the request was changed "
	    "on the way: make a new invitation and carry it by hand");
}

int sat_device_stand_for(sat_store *store, const sat_identity *identity, int64_t id, const char *audiences,
                         sat_error *err)
{
	sat_device device;
	int rc = store->role != SAT_REGISTRY
	             ? sat_fail(err, SAT_EUSAGE, "only headquarters says for whom a laptop stands")
	             : sat_device_get(store, id, &device, err);
	if (rc == 0 && strcmp(device.state, "approved") != 0)
		rc = sat_fail(err, SAT_EINVALID, "\"%s\" is not approved. Nothing was changed", device.name);
	return rc != 0 ? rc : issue_approval(store, identity, &device.keys, device.role, device.name, audiences, err);
}

int sat_device_revoke(sat_store *store, const sat_identity *identity, int64_t id, sat_error *err)
{
	sat_device device;
	int rc = sat_device_get(store, id, &device, err);
	if (rc != 0)
		return rc;
	if (id == 1)
		return sat_fail(err, SAT_EUSAGE, "headquarters cannot revoke itself");
	if (strcmp(device.state, "revoked") == 0)
		return sat_fail(err, SAT_EEXISTS, "\"%s\" was revoked before. Nothing was changed",
		                device.name);
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
		sat_bytes_put_varint(&body, (uint64_t)store->incarnations[i].arrived);
	}
	return sat_statement_issue(store, identity, SAT_SIGNED_REVOCATION, body.data, body.length, err);
}

int sat_device_certificate(sat_store *store, const sat_device_id *device, sat_bytes *object, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s,
	                        "SELECT object FROM sat_statement WHERE type = ? ORDER BY serial DESC, name DESC", err);
	if (rc != 0)
		return rc;
	bool found = false;
	sat_bind_int(s, 1, SAT_SIGNED_APPROVAL);
	while (!found && (rc = sat_step(store->db, s, err)) == 1) {
		size_t length;
		sat_statement st;
		sat_approval a;
		const void *data = sat_column_blob(s, 0, &length);
		found = sat_statement_read(&st, data, length, NULL) == 0 && sat_approval_read(&a, &st) &&
		        sat_device_equal(&a.device, device);
		if (found)
			sat_bytes_put(object, data, length);
	}
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : sat_bytes_ok(object) ? 0 : sat_no_memory(err);
}

int sat_certificate_check(sat_store *store, const void *object, size_t length, const sat_device_id *device,
                          sat_public *keys, bool *good, sat_error *err)
{
	sat_statement st;
	sat_approval a;
	sat_device registry;
	int rc = sat_device_registry(store, &registry, err);
	*good = rc == 0 && length > 0 && sat_statement_read(&st, object, length, NULL) == 0 &&
	        st.type == SAT_SIGNED_APPROVAL && sat_approval_read(&a, &st) &&
	        sat_device_equal(&a.device, device) && sat_statement_signed_by(&st, object, &registry.keys);
	if (*good)
		*keys = a.keys;
	return rc;
}

int sat_device_confirm(sat_store *store, sat_error *err)
{
	if (store->role == SAT_REGISTRY)
		return sat_fail(err, SAT_EUSAGE, "headquarters has nothing to confirm; it approves");
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
		return sat_fail(
		    err, SAT_EWAITING,
		    "headquarters has not approved this laptop yet; what is recorded here is safe and "
		    "stays here; carry the request to headquarters and read them the six words");
	if (!registry.confirmed)
		return sat_fail(
		    err, SAT_EWAITING,
		    "headquarters has approved this laptop, but nobody here has confirmed the six "
		    "words yet; compare them and run `satchel device confirm`");
	return 0;
}
