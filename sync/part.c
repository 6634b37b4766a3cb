/* See part.h. */
#include "part.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "medium-failure.h"
#include "seal.h"

/* Takes everything of an unfinished bundle off the medium again. */
static void withdraw(sat_part *part)
{
	if (part->fd >= 0)
		sat_place_close(part->place, part->fd);
	part->fd = -1;
	if (part->on_disk)
		(void)sat_place_remove(part->place, part->name);
	part->on_disk = false;
}

static int put_failed(const sat_part *part, int number, sat_error *err)
{
	uint64_t missing = part->need_bytes > part->written_bytes ? part->need_bytes - part->written_bytes : 0;
	return sat_medium_put_failed(number, missing, err);
}

/* Remembers what was put at its place in the order; nothing may lie there already. */
static int add_region(sat_part *part, uint64_t offset, const void *data, size_t count, sat_error *err)
{
	size_t at = part->count;
	while (at > 0 && part->regions[at - 1].offset >= offset)
		at--;
	if ((at < part->count && part->regions[at].offset - offset < count) ||
	    (at > 0 && offset - part->regions[at - 1].offset < part->regions[at - 1].length_bytes))
		return sat_fail(err, SAT_EUSAGE, "bytes at %" PRIu64 " of the bundle were written twice",
		                offset);
	if (part->count == part->capacity) {
		size_t capacity = part->capacity == 0 ? 16 : 2 * part->capacity;
		sat_region *regions = realloc(part->regions, capacity * sizeof *regions);
		if (regions == NULL)
			return sat_fail(err, SAT_ENOMEM, "memory ran out while writing a bundle");
		part->regions = regions;
		part->capacity = capacity;
	}
	memmove(part->regions + at + 1, part->regions + at, (part->count - at) * sizeof *part->regions);
	part->count++;
	part->regions[at] = (sat_region){ .offset = offset, .length_bytes = count };
	sat_hash(part->regions[at].hash, SAT_REGION_PERSONAL, data, count);
	return 0;
}

static int store(sat_part *part, uint64_t offset, const void *data, size_t count, sat_error *err)
{
	const sat_disk *disk = part->place->disk;
	const uint8_t *at = data;
	while (count > 0) {
		ssize_t put = disk->pwrite(disk->context, part->fd, at, count, (off_t)offset);
		if (put <= 0)
			return put_failed(part, put == 0 ? ENOSPC : errno, err);
		at += put;
		offset += (uint64_t)put;
		count -= (size_t)put;
		part->written_bytes += (uint64_t)put;
	}
	return 0;
}

/* What failed is taken off the medium at once, because the sentence about it says that nothing was
 * changed. */
int sat_part_put(sat_part *part, uint64_t offset, const void *data, size_t count, sat_error *err)
{
	if (part->failure.code == 0 && count > 0) {
		if (offset > SAT_BUNDLE_BYTES_MAX || count > SAT_BUNDLE_BYTES_MAX - offset) {
			sat_fail(&part->failure, SAT_ELIMIT, "a bundle may have at most %u bytes",
			         SAT_BUNDLE_BYTES_MAX);
		} else {
			if (part->need_bytes < offset + count)
				part->need_bytes = offset + count;
			if (add_region(part, offset, data, count, &part->failure) == 0)
				store(part, offset, data, count, &part->failure);
		}
		if (part->failure.code != 0)
			withdraw(part);
	}
	return part->failure.code == 0 ? 0 : sat_fail(err, part->failure.code, "%s", part->failure.message);
}

/* A name that could not be created may be there all the same, and is removed unless it was taken. */
static int make_file(sat_part *part, bool free_known, sat_error *err)
{
	for (unsigned tries = 0; tries < SAT_FILE_NAME_TRIES; tries++) {
		sat_file_name_draw_part(part->place->env, part->name);
		part->fd = sat_place_create_file(part->place, part->name);
		if (part->fd >= 0 || errno != EEXIST)
			part->on_disk = true;
		if (part->fd >= 0)
			return 0;
		if (part->on_disk)
			return sat_medium_create_failed(errno, part->need_bytes, free_known, err);
	}
	return sat_fail(err, SAT_EEXISTS, "no free name was found on the stick; nothing was changed on it");
}

int sat_part_create(sat_part **part, sat_place *place, uint64_t need_bytes, bool free_known, sat_error *err)
{
	*part = calloc(1, sizeof **part);
	if (*part == NULL)
		return sat_fail(err, SAT_ENOMEM, "memory ran out while beginning a bundle");
	(*part)->place = place;
	(*part)->fd = -1;
	(*part)->need_bytes = need_bytes;
	int code = make_file(*part, free_known, err);
	if (code != 0) {
		sat_part_free(*part);
		*part = NULL;
	}
	return code;
}

void sat_part_free(sat_part *part)
{
	if (part == NULL)
		return;
	withdraw(part);
	free(part->regions);
	free(part);
}

/* The read-back needs regions that follow each other. */
int sat_part_whole(const sat_part *part, uint64_t *size_bytes, sat_error *err)
{
	*size_bytes = 0;
	if (part->failure.code != 0)
		return sat_fail(err, part->failure.code, "%s", part->failure.message);
	for (size_t i = 0; i < part->count; i++) {
		if (part->regions[i].offset != *size_bytes)
			return sat_fail(err, SAT_EUSAGE,
			                "bytes at %" PRIu64 " of the bundle were never written",
			                *size_bytes);
		*size_bytes += part->regions[i].length_bytes;
	}
	return *size_bytes > 0 ? 0 : sat_fail(err, SAT_EUSAGE, "the bundle is empty");
}

int sat_part_make_durable(sat_part *part, sat_error *err)
{
	const sat_disk *disk = part->place->disk;
	sat_place_set_times(part->fd);
	if (disk->fsync(disk->context, part->fd) != 0)
		return put_failed(part, errno, err);
	int closed = sat_place_close(part->place, part->fd);
	part->fd = -1;
	return closed == 0 ? 0 : put_failed(part, errno, err);
}

int sat_part_rename(sat_part *part, char name[static SAT_FILE_NAME_BYTES_MAX + 1], sat_error *err)
{
	const sat_disk *disk = part->place->disk;
	char from[PATH_MAX];
	char to[PATH_MAX];
	sat_place_path(part->place, part->name, from);
	for (unsigned tries = 0; tries < SAT_FILE_NAME_TRIES; tries++) {
		sat_place_path(part->place, name, to);
		if (disk->rename_new(disk->context, from, to) == 0) {
			part->on_disk = false;
			return 0;
		}
		if (errno != EEXIST)
			return put_failed(part, errno, err);
		sat_file_name_draw(part->place->env, name);
	}
	return sat_fail(err, SAT_EEXISTS, "no free name was found on the stick; nothing was changed on it");
}
