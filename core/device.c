/* See device.h. */
#include "device.h"

#include <stdio.h>
#include <string.h>

#include "hex.h"
#include "store-private.h"

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
	char *const texts[] = { d->name, d->audiences, d->state };
	const size_t rooms[] = { sizeof d->name, sizeof d->audiences, sizeof d->state };
	for (int i = 0; i < 3; i++) {
		const char *text = sat_column_text(s, 5 + i, NULL);
		/* None of them is ever NULL in the table. */
		if (text == NULL)
			return SAT_ENOMEM;
		snprintf(texts[i], rooms[i], "%s", text);
	}
	return 0;
}

static int one_device(sat_store *store, sat_stmt *s, sat_device *d, sat_error *err)
{
	int rc = sat_step(store->db, s, err);
	int damaged = rc == 1 ? device_row(s, d) : 0;
	sat_reset(s);
	if (rc == 0)
		return sat_fail(err, SAT_ENOTFOUND, "this store knows no such device");
	if (damaged == SAT_ENOMEM)
		return sat_no_memory(err);
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
	sat_hex_print(device->bytes, SAT_DEVICE_BYTES, hex);
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

int sat_device_put(sat_store *store, const sat_public *keys, sat_role role, const char *name,
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

/* --- who spoke ---------------------------------------------------------------------------------- */

int sat_device_speaks(sat_store *store, int64_t device, int64_t incarnation, sat_error *err)
{
	int rc = SAT_SQL(store, heard_insert, "INSERT OR IGNORE INTO sat_heard(incarnation, device) VALUES(?, ?)");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.heard_insert, 1, incarnation);
	sat_bind_int(store->sql.heard_insert, 2, device);
	return sat_run(store->db, store->sql.heard_insert, err);
}

int sat_device_spoke(sat_store *store, int64_t device, int64_t incarnation, bool *spoke, sat_error *err)
{
	*spoke = false;
	int rc = SAT_SQL(store, heard_find, "SELECT 1 FROM sat_heard WHERE incarnation = ? AND device = ?");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.heard_find, 1, incarnation);
	sat_bind_int(store->sql.heard_find, 2, device);
	rc = sat_step(store->db, store->sql.heard_find, err);
	sat_reset(store->sql.heard_find);
	*spoke = rc == 1;
	return rc < 0 ? rc : 0;
}
