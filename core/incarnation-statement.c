/* See incarnation-statement.h. */
#include "incarnation-statement.h"

#include <string.h>

#include "store-private.h"

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
