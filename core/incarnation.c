/* See incarnation.h. */
#include "incarnation.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plant.h"
#include "store-private.h"

/* --- the table in memory ------------------------------------------------------------------------ */

/* Names are random, so their own bytes are a good hash. */
static size_t slot_of(const sat_store *store, const uint8_t *name)
{
	uint64_t hash;
	memcpy(&hash, name, sizeof hash);
	return (size_t)(hash ^ hash >> 29) & (store->incarnation_slot_count - 1);
}

static void enter(sat_store *store, uint32_t index)
{
	size_t slot = slot_of(store, store->incarnations[index].name);
	while (store->incarnation_slots[slot] != 0)
		slot = (slot + 1) & (store->incarnation_slot_count - 1);
	store->incarnation_slots[slot] = index;
}

static int make_room(sat_store *store, size_t index, sat_error *err)
{
	if (index >= (size_t)SAT_INDEX_END)
		return sat_fail(err, SAT_ELIMIT, "this store has met %lld incarnations, which is all it can hold",
		                (long long)SAT_INDEX_END);
	if (index < store->incarnation_room)
		return 0;
	size_t room = store->incarnation_room == 0 ? 64 : store->incarnation_room * 2;
	while (room <= index)
		room *= 2;
	/* Slots first: a table that has grown alone would be taken for room enough the next time. */
	uint32_t *slots = calloc(room * 2, sizeof *slots);
	sat_incarnation *table = slots == NULL ? NULL : realloc(store->incarnations, room * sizeof *table);
	if (table == NULL) {
		free(slots);
		return sat_no_memory(err);
	}
	memset(table + store->incarnation_room, 0, (room - store->incarnation_room) * sizeof *table);
	store->incarnations = table;
	store->incarnation_room = room;
	free(store->incarnation_slots);
	store->incarnation_slots = slots;
	store->incarnation_slot_count = room * 2;
	for (uint32_t i = 1; i < store->incarnation_count; i++)
		enter(store, i);
	return 0;
}

int sat_incarnations_load(sat_store *store, sat_error *err)
{
	store->incarnation_count = 1;
	if (store->incarnation_slots != NULL)
		memset(store->incarnation_slots, 0, store->incarnation_slot_count * sizeof(uint32_t));
	sat_stmt *all = NULL;
	int rc = sat_db_prepare(store->db, &all,
	                        "SELECT id, name, device, highest, arrived FROM sat_incarnation ORDER BY id", err);
	while (rc == 0 && (rc = sat_step(store->db, all, err)) == 1) {
		int64_t id = sat_column_int(all, 0);
		size_t length;
		const void *name = sat_column_blob(all, 1, &length);
		if (id != (int64_t)store->incarnation_count || length != SAT_INCARNATION_BYTES)
			rc = sat_fail(err, SAT_EDAMAGED, "the store's table of incarnations is damaged");
		else
			rc = make_room(store, (size_t)id, err);
		if (rc != 0)
			break;
		sat_incarnation *entry = &store->incarnations[store->incarnation_count++];
		memcpy(entry->name, name, SAT_INCARNATION_BYTES);
		entry->device = sat_column_int(all, 2);
		entry->highest = sat_column_int(all, 3);
		entry->arrived = sat_column_int(all, 4);
		entry->arrived_now = false;
		enter(store, (uint32_t)id);
	}
	sat_db_finalize(store->db, &all);
	return rc < 0 ? rc : 0;
}

const sat_incarnation *sat_incarnation_at(const sat_store *store, int64_t index)
{
	return index > 0 && index < (int64_t)store->incarnation_count ? &store->incarnations[index] : NULL;
}

int64_t sat_incarnation_find(const sat_store *store, const uint8_t name[static SAT_INCARNATION_BYTES])
{
	if (store->incarnation_slot_count == 0)
		return 0;
	size_t slot = slot_of(store, name);
	for (uint32_t index; (index = store->incarnation_slots[slot]) != 0;) {
		if (memcmp(store->incarnations[index].name, name, SAT_INCARNATION_BYTES) == 0)
			return index;
		slot = (slot + 1) & (store->incarnation_slot_count - 1);
	}
	return 0;
}

int sat_incarnation_intern(sat_store *store, const uint8_t name[static SAT_INCARNATION_BYTES],
                           int64_t *index, sat_error *err)
{
	*index = sat_incarnation_find(store, name);
	if (*index != 0)
		return 0;
	int64_t fresh = (int64_t)store->incarnation_count;
	int rc = make_room(store, (size_t)fresh, err);
	if (rc == 0)
		rc = SAT_SQL(store, incarnation_insert, "INSERT INTO sat_incarnation(id, name) VALUES(?, ?)");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.incarnation_insert, 1, fresh);
	sat_bind_blob(store->sql.incarnation_insert, 2, name, SAT_INCARNATION_BYTES);
	rc = sat_run(store->db, store->sql.incarnation_insert, err);
	if (rc != 0)
		return rc;
	store->incarnations[fresh] = (sat_incarnation){ 0 };
	memcpy(store->incarnations[fresh].name, name, SAT_INCARNATION_BYTES);
	store->incarnation_count++;
	enter(store, (uint32_t)fresh);
	*index = fresh;
	return 0;
}

int sat_incarnation_state(sat_store *store, int64_t index, int64_t device, int64_t highest,
                          const uint8_t *signature, sat_error *err)
{
	sat_incarnation *entry = &store->incarnations[index];
	if (entry->device != 0 && entry->device != device)
		return sat_fail(err, SAT_EREFUSED, "it claims an incarnation that belongs to another device");
	if (entry->device == device && highest <= entry->highest)
		return 0;
	int rc = SAT_SQL(store, incarnation_update,
	                 "UPDATE sat_incarnation SET device = ?, highest = ?, signature = ? WHERE id = ?");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.incarnation_update;
	sat_bind_int(s, 1, device);
	sat_bind_int(s, 2, highest);
	if (signature != NULL)
		sat_bind_blob(s, 3, signature, SAT_SIGNATURE_BYTES);
	else
		sat_bind_null(s, 3);
	sat_bind_int(s, 4, index);
	rc = sat_run(store->db, s, err);
	if (rc == 0) {
		entry->device = device;
		entry->highest = highest;
	}
	return rc;
}

void sat_incarnation_arrived(sat_store *store, int64_t index, int64_t counter)
{
	sat_incarnation *entry = &store->incarnations[index];
	if (counter <= entry->arrived)
		return;
	entry->arrived = counter;
	entry->arrived_now = store->arrivals = true;
}

int sat_incarnations_keep(sat_store *store, sat_error *err)
{
	if (!store->arrivals)
		return 0;
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, "UPDATE sat_incarnation SET arrived = ? WHERE id = ?", err);
	for (size_t i = 1; rc == 0 && i < store->incarnation_count; i++) {
		sat_incarnation *entry = &store->incarnations[i];
		if (!entry->arrived_now)
			continue;
		sat_bind_int(s, 1, entry->arrived);
		sat_bind_int(s, 2, (int64_t)i);
		rc = sat_run(store->db, s, err);
		entry->arrived_now = false;
	}
	sat_db_finalize(store->db, &s);
	store->arrivals = rc != 0;
	return rc;
}

int sat_dot_compare(const sat_store *store, sat_dot a, sat_dot b)
{
	if (a == b)
		return 0;
	if (sat_dot_counter(a) != sat_dot_counter(b))
		return sat_dot_counter(a) < sat_dot_counter(b) ? -1 : 1;
	const sat_incarnation *one = sat_incarnation_at(store, sat_dot_index(a));
	const sat_incarnation *other = sat_incarnation_at(store, sat_dot_index(b));
	if (one == NULL || other == NULL)
		return one != NULL ? 1 : -1;
	return memcmp(one->name, other->name, SAT_INCARNATION_BYTES);
}

/* --- unlinked names ----------------------------------------------------------------------------- */

int sat_unlinked_find(sat_store *store, const uint8_t name[static SAT_UNLINKED_BYTES], sat_dot *dot,
                      sat_error *err)
{
	*dot = 0;
	int rc = SAT_SQL(store, unlinked_find, "SELECT id FROM sat_unlinked WHERE name = ?");
	if (rc != 0)
		return rc;
	sat_bind_blob(store->sql.unlinked_find, 1, name, SAT_UNLINKED_BYTES);
	rc = sat_step(store->db, store->sql.unlinked_find, err);
	if (rc == 1)
		*dot = sat_dot_unlinked(sat_column_int(store->sql.unlinked_find, 0));
	sat_reset(store->sql.unlinked_find);
	return rc < 0 ? rc : 0;
}

int sat_unlinked_intern(sat_store *store, const uint8_t name[static SAT_UNLINKED_BYTES], sat_dot *dot,
                        sat_error *err)
{
	int rc = sat_unlinked_find(store, name, dot, err);
	if (rc != 0 || *dot != 0)
		return rc;
	rc = SAT_SQL(store, unlinked_insert, "INSERT INTO sat_unlinked(name) VALUES(?)");
	if (rc != 0)
		return rc;
	sat_bind_blob(store->sql.unlinked_insert, 1, name, SAT_UNLINKED_BYTES);
	rc = sat_run(store->db, store->sql.unlinked_insert, err);
	return rc != 0 ? rc : sat_unlinked_find(store, name, dot, err);
}

int sat_unlinked_name(sat_store *store, sat_dot dot, uint8_t name[static SAT_UNLINKED_BYTES],
                      sat_error *err)
{
	int rc = SAT_SQL(store, unlinked_name, "SELECT name FROM sat_unlinked WHERE id = ?");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.unlinked_name;
	sat_bind_int(s, 1, sat_dot_number(dot));
	rc = sat_step(store->db, s, err);
	size_t length = 0;
	const void *data = rc == 1 ? sat_column_blob(s, 0, &length) : NULL;
	if (data != NULL && length == SAT_UNLINKED_BYTES)
		memcpy(name, data, length);
	else if (rc >= 0)
		rc = sat_fail(err, SAT_ENOTFOUND, "the store knows no record of that name");
	sat_reset(s);
	return rc < 0 ? rc : 0;
}

/* --- the token ---------------------------------------------------------------------------------- */

/* The folder's file is named after the replica's device, not after the store's path: a copied file
 * looks for the same token and finds it gone or changed. */
static bool token_path(const sat_store *store, char *path, size_t room, const char *suffix)
{
	if (store->env->runtime_dir == NULL)
		return false;
	char hex[2 * SAT_DEVICE_BYTES + 1];
	for (size_t i = 0; i < SAT_DEVICE_BYTES; i++)
		snprintf(hex + 2 * i, 3, "%02x", store->self.bytes[i]);
	int length = snprintf(path, room, "%s/%s%s", store->env->runtime_dir, hex, suffix);
	return length > 0 && (size_t)length < room;
}

/* Renaming it to a private name decides between two processes that come at once. */
static bool take_file(const sat_store *store, uint8_t token[static SAT_TOKEN_BYTES])
{
	char shared[512], private[512], suffix[64];
	uint64_t salt;
	store->env->random(store->env->context, &salt, sizeof salt);
	snprintf(suffix, sizeof suffix, ".%016llx", (unsigned long long)salt);
	if (!token_path(store, shared, sizeof shared, ".token") ||
	    !token_path(store, private, sizeof private, suffix) ||
	    (SAT_PLANTED_BUG(4) ? link(shared, private) : rename(shared, private)) != 0)
		return false;
	int fd = open(private, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool whole = fd >= 0 && read(fd, token, SAT_TOKEN_BYTES) == SAT_TOKEN_BYTES;
	if (fd >= 0)
		close(fd);
	unlink(private);
	return whole;
}

static bool put_file(const sat_store *store)
{
	char shared[512], fresh[512];
	if (!token_path(store, shared, sizeof shared, ".token") ||
	    !token_path(store, fresh, sizeof fresh, ".new"))
		return false;
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	bool whole = write(fd, store->token, SAT_TOKEN_BYTES) == SAT_TOKEN_BYTES;
	close(fd);
	return whole && rename(fresh, shared) == 0;
}

int sat_token_take(sat_store *store, sat_error *err)
{
	SAT_BYTES(kept);
	int64_t own = 0, counter = 0;
	int rc = sat_meta_bytes(store, "token", &kept, err);
	if (rc == 0)
		rc = sat_meta_int(store, "incarnation", &own, 0, err);
	if (rc == 0)
		rc = sat_meta_int(store, "counter", &counter, 0, err);
	if (rc != 0)
		return rc;
	uint8_t found[SAT_TOKEN_BYTES];
	store->own = 0;
	store->token_matched = take_file(store, found) && kept.length == SAT_TOKEN_BYTES &&
	                       memcmp(found, kept.data, SAT_TOKEN_BYTES) == 0 && own > 0;
	if (store->token_matched) {
		memcpy(store->token, found, SAT_TOKEN_BYTES);
		store->own = own;
		store->counter = counter;
	}
	return 0;
}

/* Where nothing was written the old token goes back: the file and all its copies are then the same,
 * and whoever comes first may go on. */
int sat_token_put(sat_store *store, sat_error *err)
{
	if (store->own == 0 || store->env->runtime_dir == NULL)
		return 0;
	if (store->wrote) {
		store->env->random(store->env->context, store->token, SAT_TOKEN_BYTES);
		int rc = sat_store_begin(store, err);
		if (rc != 0)
			return rc;
		rc = sat_meta_set_bytes(store, "token", store->token, SAT_TOKEN_BYTES, err);
		if (rc == 0)
			rc = sat_meta_set_int(store, "incarnation", store->own, err);
		if (rc == 0)
			rc = sat_meta_set_int(store, "counter", store->counter, err);
		if (rc == 0)
			rc = sat_store_end_run(store, err);
		if (rc == 0)
			rc = sat_store_commit(store, err);
		if (rc != 0) {
			sat_store_rollback(store);
			return rc;
		}
	}
	put_file(store);
	return 0;
}

int sat_incarnation_own(sat_store *store, sat_error *err)
{
	if (store->own != 0)
		return 0;
	uint8_t name[SAT_INCARNATION_BYTES];
	do
		store->env->random(store->env->context, name, sizeof name);
	while (sat_incarnation_find(store, name) != 0 || memcmp(name, (uint8_t[8]){ 0 }, 8) == 0);
	int64_t index;
	int rc = sat_incarnation_intern(store, name, &index, err);
	int64_t self = 0;
	if (rc == 0)
		rc = sat_meta_int(store, "self", &self, 0, err);
	if (rc == 0)
		rc = sat_incarnation_state(store, index, self, 0, NULL, err);
	if (rc != 0)
		return rc;
	store->own = index;
	store->counter = 0;
	store->moment = INT64_MIN;
	return 0;
}

void sat_incarnation_leave(sat_store *store)
{
	store->own = 0;
	store->counter = 0;
	store->token_matched = false;
}
