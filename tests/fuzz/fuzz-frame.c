/* A frame's plaintext: any bytes, read into a transaction that is rolled back. */
#include <stdlib.h>
#include <string.h>

#include "scratch-store.h"
#include "sync/frame.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SAT_ARENA(arena);
	sat_frame_content content;
	sat_error err = { 0 };
	sat_store *store = scratch_store();
	if (size > SAT_FRAME_BYTES_MAX || sat_store_begin(store, NULL) != 0)
		return 0;
	int rc = sat_frame_read(store, data, size, &arena, &content, &err);
	sat_store_rollback(store);
	/* A breach has a verdict of its own; anything else would be told as a failure of the store. */
	if (rc != 0 && rc != SAT_EREFUSED && rc != SAT_ETOONEW && rc != SAT_ELIMIT)
		abort();
	if (!sat_utf8_valid(err.message, strlen(err.message)))
		abort();
	return 0;
}
