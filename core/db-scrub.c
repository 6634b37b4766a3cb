/* See db-scrub.h. */
#include "db-scrub.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { PAGE_BYTES_MAX = 65536, FILE_HEADER_BYTES = 100 };

static size_t two_bytes(const uint8_t *at)
{
	return (size_t)at[0] << 8 | at[1];
}

/* Where the middle of a page of a tree begins and ends; false for every other page.  Those begin with the
 * number of a page, of which the first byte is 0 in files below 64 GiB. */
static bool find_middle(const uint8_t *page, size_t bytes, sqlite3_int64 offset, size_t *begin, size_t *end)
{
	const uint8_t *header = page + (offset == 0 ? FILE_HEADER_BYTES : 0);
	bool interior = header[0] == 2 || header[0] == 5, leaf = header[0] == 10 || header[0] == 13;
	if (bytes < 512 || bytes > PAGE_BYTES_MAX || (bytes & (bytes - 1)) != 0 ||
	    offset % (sqlite3_int64)bytes != 0 || (!interior && !leaf))
		return false;
	*begin = (size_t)(header - page) + (leaf ? 8 : 12) + 2 * two_bytes(header + 3);
	*end = two_bytes(header + 5) == 0 ? PAGE_BYTES_MAX : two_bytes(header + 5);
	return *begin < *end && *end <= bytes;
}

static bool is_zero(const uint8_t *data, size_t count)
{
	return data[0] == 0 && memcmp(data, data + 1, count - 1) == 0;
}

static int write_scrubbed(sqlite3_file *file, const void *data, int count, sqlite3_int64 offset)
{
	const sat_scrub *scrub = (const sat_scrub *)file->pMethods;
	uint8_t page[PAGE_BYTES_MAX];
	size_t begin, end;
	if (find_middle(data, (size_t)count, offset, &begin, &end) &&
	    !is_zero((const uint8_t *)data + begin, end - begin)) {
		memcpy(page, data, (size_t)count);
		memset(page + begin, 0, end - begin);
		data = page;
	}
	return scrub->real->xWrite(file, data, count, offset);
}

int sat_scrub_attach(sat_scrub *scrub, sqlite3 *connection)
{
	sqlite3_file *file = NULL;
	int rc = sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	if (rc != SQLITE_OK || file == NULL || file->pMethods == NULL)
		return rc;
	scrub->real = file->pMethods;
	scrub->methods = *file->pMethods;
	scrub->methods.xWrite = write_scrubbed;
	file->pMethods = &scrub->methods;
	return SQLITE_OK;
}
