/* A photo: cleaned, and cleaned again, which must change nothing. */
#include <stdlib.h>
#include <string.h>

#include "media/photo.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SAT_BYTES(clean);
	SAT_BYTES(again);
	sat_photo photo, same;
	sat_error err = { 0 };
	int rc = sat_photo_clean(data, size, &clean, &photo, &err);
	if (rc != 0) {
		if (err.code != rc || err.message[0] == '\0')
			abort();
		return 0;
	}
	if (sat_photo_clean(clean.data, clean.length, &again, &same, NULL) != 0 || again.length != clean.length ||
	    memcmp(again.data, clean.data, clean.length) != 0 || same.orientation != photo.orientation ||
	    same.width != photo.width)
		abort();
	return 0;
}
