/* See pull.h. */
#include "pull.h"

#include <string.h>

int sat_pull_open(sat_pull *pull, sat_carrier *carrier, const char *name, sat_error *err)
{
	pull->carrier = carrier;
	pull->name = name;
	return carrier->open(carrier->context, name, &pull->handle, &pull->size, err);
}

void sat_pull_close(sat_pull *pull)
{
	if (pull->handle != NULL)
		pull->carrier->close(pull->carrier->context, pull->handle);
	pull->handle = NULL;
	sat_bundle_reader_free(pull->reader);
	pull->reader = NULL;
	sat_bytes_clear(&pull->buffer);
}

int sat_pull_begin(sat_pull *pull, const sat_identity *identity, sat_error *err)
{
	return sat_bundle_reader_begin(&pull->reader, identity, pull->size, err);
}

static uint8_t *room_for(sat_pull *pull, size_t count, sat_error *err)
{
	sat_bytes_reset(&pull->buffer);
	/* One byte more, so that nothing to read is still somewhere. */
	uint8_t *room = sat_bytes_extend(&pull->buffer, count + 1);
	if (room == NULL)
		sat_no_memory(err);
	return room;
}

int sat_pull_next(sat_pull *pull, sat_bundle_event *event, sat_error *err)
{
	uint64_t offset;
	size_t count;
	*event = SAT_BUNDLE_MORE;
	while (*event == SAT_BUNDLE_MORE) {
		if (!sat_bundle_reader_want(pull->reader, &offset, &count)) {
			*event = SAT_BUNDLE_DONE;
			return 0;
		}
		uint8_t *room = room_for(pull, count, err);
		if (room == NULL)
			return SAT_ENOMEM;
		if (pull->progress != NULL &&
		    !pull->progress(pull->progress_context, pull->name, offset, pull->size))
			return sat_fail(err, SAT_ECANCELLED, "stopped; nothing was merged from this bundle");
		int rc = pull->carrier->read(pull->carrier->context, pull->handle, offset, room, count, err);
		rc = rc != 0 ? sat_bundle_reader_skip(pull->reader, event, err)
		             : sat_bundle_reader_feed(pull->reader, room, count, event, err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

enum { PIECE_BYTES = 1 << 20 };

/* Adds a stretch of the file to the hash; 1 when it cannot be read. */
static int hash_stretch(sat_pull *pull, sat_hasher *hasher, uint64_t from, uint64_t to, sat_error *err)
{
	while (from < to) {
		size_t n = to - from < PIECE_BYTES ? (size_t)(to - from) : PIECE_BYTES;
		uint8_t *room = room_for(pull, n, err);
		if (room == NULL)
			return SAT_ENOMEM;
		if (pull->carrier->read(pull->carrier->context, pull->handle, from, room, n, NULL) != 0)
			return 1;
		sat_hash_add(hasher, room, n);
		from += n;
	}
	return 0;
}

int sat_pull_hash_right(sat_pull *pull, bool *right, sat_error *err)
{
	*right = false;
	uint8_t header[SAT_HEADER_BYTES], expected[SAT_HASH_BYTES], actual[SAT_HASH_BYTES];
	sat_header h;
	if (pull->size < SAT_BUNDLE_BYTES_MIN ||
	    pull->carrier->read(pull->carrier->context, pull->handle, 0, header, sizeof header, NULL) != 0 ||
	    sat_header_read(&h, header, NULL) != 0 || h.file_bytes != pull->size)
		return 0;
	uint64_t front = SAT_HEADER_BYTES + h.manifest_box_bytes, end = pull->size - SAT_HASH_BYTES;
	sat_hasher hasher;
	sat_hash_begin(&hasher, "satchel1file");
	int rc = hash_stretch(pull, &hasher, front, end, err);
	if (rc == 0)
		rc = hash_stretch(pull, &hasher, 0, front, err);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	sat_hash_end(&hasher, actual);
	if (pull->carrier->read(pull->carrier->context, pull->handle, end, expected, sizeof expected, NULL) == 0)
		*right = memcmp(actual, expected, sizeof actual) == 0;
	return 0;
}

bool sat_pull_looks_like_one(sat_pull *pull)
{
	uint8_t magic[8] = { 0 };
	return pull->size >= sizeof magic &&
	       pull->carrier->read(pull->carrier->context, pull->handle, 0, magic, sizeof magic, NULL) == 0 &&
	       memcmp(magic, "SATCHEL\n", sizeof magic) == 0;
}
