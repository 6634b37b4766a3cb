/* The manifest: any bytes.  What is read must be what would be written: there is one encoding. */
#include <stdlib.h>
#include <string.h>

#include "sync/manifest.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SAT_ARENA(arena);
	sat_manifest manifest;
	if (sat_manifest_read(&manifest, data, size, &arena, NULL) != 0)
		return 0;
	SAT_BYTES(again);
	sat_manifest_write(&manifest, &again);
	if (again.length != size || memcmp(again.data, data, size) != 0)
		abort();
	return 0;
}
