/* A key file: any bytes, whose hash is made right so that more than the hash is tried.  No passphrase is
 * given, so that no input costs the time of Argon2id. */
#include <stdlib.h>
#include <string.h>

#include "core/keys.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 4096 || sat_crypto_init(NULL) != 0)
		return 0;
	uint8_t *copy = malloc(size + (size == 0));
	memcpy(copy, size == 0 ? (const uint8_t *)"" : data, size);
	if (size > SAT_HASH_BYTES && (data[0] & 0x80) == 0)
		sat_hash(copy + size - SAT_HASH_BYTES, "satchel1keyfile", copy, size - SAT_HASH_BYTES);
	SAT_AUTO(sat_identity) identity = NULL;
	bool locked = sat_keyfile_locked(copy, size);
	int rc = sat_keyfile_read(&identity, copy, size, NULL, NULL);
	if ((rc == 0) != (identity != NULL) || (locked && rc != SAT_EPASSPHRASE))
		abort();
	free(copy);
	return 0;
}
