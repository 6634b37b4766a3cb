/* See memory-carrier.h. */
#include "memory-carrier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

memory_bundle *memory_place_find(memory_place *place, const char *name)
{
	for (size_t i = 0; i < place->count; i++) {
		if (strcmp(place->bundles[i].name, name) == 0)
			return &place->bundles[i];
	}
	return NULL;
}

const char *memory_place_add(memory_place *place, const void *data, size_t size)
{
	place->bundles = realloc(place->bundles, (place->count + 1) * sizeof *place->bundles);
	memory_bundle *bundle = &place->bundles[place->count++];
	snprintf(bundle->name, sizeof bundle->name, "%08u" SAT_SUFFIX, place->serial++);
	bundle->data = malloc(size + 1);
	bundle->size = size;
	memcpy(bundle->data, data, size);
	return bundle->name;
}

void memory_place_remove(memory_place *place, size_t at)
{
	free(place->bundles[at].data);
	memmove(place->bundles + at, place->bundles + at + 1, (place->count - at - 1) * sizeof *place->bundles);
	place->count--;
}

static int list(void *context, int (*each)(void *, const sat_found *), void *user, sat_error *err)
{
	memory_place *place = context;
	(void)err;
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < place->count; i++)
		rc = each(user, &(sat_found){ .name = place->bundles[i].name, .size_bytes = place->bundles[i].size });
	return rc;
}

static int open_one(void *context, const char *name, void **handle, uint64_t *size, sat_error *err)
{
	memory_bundle *bundle = memory_place_find(context, name);
	if (bundle == NULL)
		return sat_fail(err, SAT_ENOTFOUND, "there is no bundle %s", name);
	*handle = bundle;
	*size = bundle->size;
	return 0;
}

static int read_some(void *context, void *handle, uint64_t offset, void *data, size_t count, sat_error *err)
{
	(void)context;
	memory_bundle *bundle = handle;
	if (offset > bundle->size || count > bundle->size - offset)
		return sat_fail(err, SAT_EIO, "read beyond the end");
	if (count > 0)
		memcpy(data, bundle->data + offset, count);
	return 0;
}

static void close_one(void *context, void *handle)
{
	(void)context;
	(void)handle;
}

static int put(void *context, uint64_t offset, const void *data, size_t count, sat_error *err)
{
	memory_place *place = context;
	if (offset + count > place->growing_room) {
		size_t room = (size_t)(offset + count) * 2;
		uint8_t *grown = realloc(place->growing, room);
		if (grown == NULL)
			return sat_fail(err, SAT_ENOMEM, "out of memory");
		place->growing = grown;
		place->growing_room = room;
	}
	memcpy(place->growing + offset, data, count);
	if (offset + count > place->growing_size)
		place->growing_size = (size_t)(offset + count);
	return 0;
}

static int begin(void *context, uint64_t hint, sat_sink *sink, sat_error *err)
{
	(void)hint;
	(void)err;
	memory_place *place = context;
	place->growing_size = 0;
	*sink = (sat_sink){ .context = place, .put = put };
	return 0;
}

static int commit(void *context, sat_sink *sink, char name[static 64], sat_progress progress, void *user,
                  sat_error *err)
{
	(void)sink;
	(void)progress;
	(void)user;
	(void)err;
	memory_place *place = context;
	snprintf(name, 64, "%s", memory_place_add(place, place->growing, place->growing_size));
	return 0;
}

static void abandon(void *context, sat_sink *sink)
{
	(void)sink;
	((memory_place *)context)->growing_size = 0;
}

static int drop(void *context, const char *name, sat_error *err)
{
	memory_place *place = context;
	memory_bundle *bundle = memory_place_find(place, name);
	if (bundle == NULL)
		return sat_fail(err, SAT_ENOTFOUND, "there is no bundle %s", name);
	memory_place_remove(place, (size_t)(bundle - place->bundles));
	return 0;
}

static uint64_t free_bytes(void *context)
{
	(void)context;
	return UINT64_MAX;
}

static void nothing(void *context) { (void)context; }

void memory_place_init(memory_place *place)
{
	*place = (memory_place){ .carrier = { .version = SAT_CARRIER_VERSION, .context = place, .list = list,
		                              .open = open_one, .read = read_some, .close = close_one,
		                              .begin = begin, .commit = commit, .abandon = abandon,
		                              .drop = drop, .free_bytes = free_bytes, .free = nothing } };
}

void memory_place_clear(memory_place *place)
{
	while (place->count > 0)
		memory_place_remove(place, place->count - 1);
	free(place->bundles);
	free(place->growing);
	memory_place_init(place);
}
