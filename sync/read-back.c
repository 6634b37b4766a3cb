/* See read-back.h. */
#include "read-back.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "medium-failure.h"

#define CHUNK_BYTES (1u << 20)
#define ALIGN_BYTES 4096                /* O_DIRECT wants memory and positions like this */

typedef struct read_back {
	const sat_part *part;
	const sat_watch *watch;
	int fd;
	bool direct;
	uint8_t *buffer;
	size_t room_bytes;              /* of the buffer: a multiple of ALIGN_BYTES */
	size_t region;                  /* the one that is being hashed ... */
	uint64_t region_done_bytes;     /* ... and how far */
	sat_hasher hasher;
} read_back;

int sat_watch_tell(const sat_watch *watch, uint64_t done, sat_error *err)
{
	if (watch->progress == NULL || watch->progress(watch->context, watch->name, done, watch->size_bytes))
		return 0;
	return sat_fail(err, SAT_ECANCELLED, "stopped; nothing of this bundle is on the stick");
}

static int mismatch(sat_error *err)
{
	return sat_fail(err, SAT_EIO,
	                "the stick gave back other bytes than were written to it: it is failing, or "
	                "smaller than it claims; this bundle was not marked as copied; use another stick");
}

/* Past the page cache: O_DIRECT where the medium knows it; else what was just synced is dropped from
 * memory, which the kernel does for clean pages. */
static int open_file(read_back *r, bool direct, sat_error *err)
{
	const sat_place *place = r->part->place;
	struct stat status;
	if (r->fd >= 0)
		sat_place_close(place, r->fd);
	r->direct = direct;
	r->fd = sat_place_open_file(place, r->watch->name, direct ? O_DIRECT : 0);
	if (r->fd < 0 && direct && errno == EINVAL) {
		r->direct = false;
		r->fd = sat_place_open_file(place, r->watch->name, 0);
	}
	if (r->fd < 0)
		return sat_medium_write_failed(errno, 0, err);
	(void)posix_fadvise(r->fd, 0, 0, POSIX_FADV_DONTNEED);
	if (fstat(r->fd, &status) != 0)
		return sat_medium_write_failed(errno, 0, err);
	return S_ISREG(status.st_mode) && (uint64_t)status.st_size == r->watch->size_bytes ? 0 : mismatch(err);
}

/* Hashes bytes that follow those before and compares wherever a region ends. */
static int compare(read_back *r, const uint8_t *data, size_t count, sat_error *err)
{
	while (count > 0) {
		if (r->region == r->part->count)
			return mismatch(err);
		const sat_region *region = &r->part->regions[r->region];
		uint64_t left = region->length_bytes - r->region_done_bytes;
		size_t take = count < left ? count : (size_t)left;
		if (r->region_done_bytes == 0)
			sat_hash_begin(&r->hasher, SAT_REGION_PERSONAL);
		sat_hash_add(&r->hasher, data, take);
		r->region_done_bytes += take;
		data += take;
		count -= take;
		if (r->region_done_bytes == region->length_bytes) {
			uint8_t hash[SAT_HASH_BYTES];
			sat_hash_end(&r->hasher, hash);
			if (memcmp(hash, region->hash, sizeof hash) != 0)
				return mismatch(err);
			r->region++;
			r->region_done_bytes = 0;
		}
	}
	return 0;
}

/* A short read leaves a position that O_DIRECT refuses; the rest then goes the other way. */
static int read_all(read_back *r, sat_error *err)
{
	const sat_disk *disk = r->part->place->disk;
	int code = open_file(r, true, err);
	for (uint64_t done = 0; code == 0 && done < r->watch->size_bytes;) {
		ssize_t got = disk->pread(disk->context, r->fd, r->buffer, r->room_bytes, (off_t)done);
		if (got < 0 && errno == EINVAL && r->direct) {
			code = open_file(r, false, err);
			continue;
		}
		if (got < 0)
			return sat_medium_write_failed(errno, 0, err);
		if (got == 0)
			return mismatch(err);
		code = compare(r, r->buffer, (size_t)got, err);
		done += (uint64_t)got;
		if (code == 0)
			code = sat_watch_tell(r->watch, done, err);
	}
	return code;
}

int sat_read_back(const sat_part *part, const sat_watch *watch, sat_error *err)
{
	read_back r = { .part = part, .watch = watch, .fd = -1 };
	r.room_bytes = watch->size_bytes < CHUNK_BYTES
	                       ? ((size_t)watch->size_bytes / ALIGN_BYTES + 1) * ALIGN_BYTES
	                       : CHUNK_BYTES;
	r.buffer = aligned_alloc(ALIGN_BYTES, r.room_bytes);
	if (r.buffer == NULL)
		return sat_fail(err, SAT_ENOMEM, "memory ran out while reading a bundle back");
	int code = read_all(&r, err);
	if (r.fd >= 0)
		sat_place_close(part->place, r.fd);
	free(r.buffer);
	return code;
}
