/* What a field of type `file` holds: which file it is, how large, of which media type, and its preview.
 *
 *     image/jpeg 3145728 9f86d081...0a08
 *     image/jpeg 3145728 9f86d081...0a08 20311 2c26b46b...ae33      the second pair is the preview's
 *
 * A text in one form only: media type, size in bytes, name (file-tree.h) in hex, parted by one space.  It is
 * dumped, imported, merged and sent like a text, so the purposes of its field are the gate of the file as well,
 * and nothing else decides who may have the bytes.  The bytes themselves are a matter of file.h.
 */
#ifndef SAT_FILE_VALUE_H
#define SAT_FILE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"
#include "keys.h"

#define SAT_FILE_BYTES_MAX (INT64_C(1) << 34)
#define SAT_PREVIEW_BYTES_MAX 24576
#define SAT_MEDIA_TYPE_BYTES 64  /* with its end */

/* One file: what its bytes come to, and how many there are. */
typedef struct sat_file_name {
	uint8_t hash[SAT_HASH_BYTES];
	int64_t size;
} sat_file_name;

typedef struct sat_file_value {
	sat_file_name original;
	sat_file_name preview;      /* its size is 0 when there is none */
	char type[SAT_MEDIA_TYPE_BYTES];
} sat_file_value;

/* Reads the one form; false for everything else. */
bool sat_file_value_read(sat_file_value *value, const char *text, size_t length);
/* Appends it. */
void sat_file_value_print(const sat_file_value *value, sat_bytes *out);

#endif
