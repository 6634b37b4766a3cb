/* See arena.h. */
#include "arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct sat_arena_chunk {
	struct sat_arena_chunk *next;
	size_t size;
	alignas(max_align_t) unsigned char data[];
};

#define CHUNK_BYTES_MIN ((size_t)8 << 10)
#define CHUNK_BYTES_USUAL ((size_t)256 << 10)

/* A spare piece that is large enough, else a new one; each new one doubles up to the usual size. */
static struct sat_arena_chunk *next_chunk(sat_arena *arena, size_t count)
{
	for (struct sat_arena_chunk **at = &arena->spare; *at != NULL; at = &(*at)->next) {
		struct sat_arena_chunk *chunk = *at;
		if (chunk->size < count)
			continue;
		*at = chunk->next;
		return chunk;
	}
	size_t size = CHUNK_BYTES_MIN;
	if (arena->chunks != NULL)
		size = arena->chunks->size * 2 < CHUNK_BYTES_USUAL ? arena->chunks->size * 2 : CHUNK_BYTES_USUAL;
	if (size < count)
		size = count;
	struct sat_arena_chunk *chunk = malloc(sizeof *chunk + size);
	if (chunk != NULL)
		chunk->size = size;
	return chunk;
}

void *sat_arena_take(sat_arena *arena, size_t count)
{
	if (count > SIZE_MAX / 2)
		return NULL;
	count = (count + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (arena->chunks == NULL || arena->chunks->size - arena->used < count) {
		struct sat_arena_chunk *chunk = next_chunk(arena, count);
		if (chunk == NULL)
			return NULL;
		chunk->next = arena->chunks;
		arena->chunks = chunk;
		arena->used = 0;
	}
	void *memory = arena->chunks->data + arena->used;
	arena->used += count;
	return memory;
}

void *sat_arena_zeroed(sat_arena *arena, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / 2 / size)
		return NULL;
	void *memory = sat_arena_take(arena, count * size);
	if (memory != NULL)
		memset(memory, 0, count * size);
	return memory;
}

void *sat_arena_copy(sat_arena *arena, const void *data, size_t count)
{
	char *copy = sat_arena_take(arena, count + 1);
	if (copy == NULL)
		return NULL;
	if (count > 0)
		memcpy(copy, data, count);
	copy[count] = '\0';
	return copy;
}

static void free_chunks(struct sat_arena_chunk *chunk)
{
	while (chunk != NULL) {
		struct sat_arena_chunk *next = chunk->next;
		free(chunk);
		chunk = next;
	}
}

/* Room is 16 and then a power of two, so that the count alone tells when it is used up. */
void *sat_arena_grown(sat_arena *arena, void *list, size_t count, size_t size)
{
	if (count != 0 && (count < 16 || (count & (count - 1)) != 0))
		return list;
	size_t room = count < 16 ? 16 : count * 2;
	void *fresh = sat_arena_take(arena, room * size);
	if (fresh != NULL && count > 0)
		memcpy(fresh, list, count * size);
	return fresh;
}

/* An arena that held one piece goes on in it; several become spare, the newest and largest first. */
void sat_arena_reset(sat_arena *arena)
{
	while (arena->chunks != NULL && (arena->chunks->next != NULL || arena->spare != NULL)) {
		struct sat_arena_chunk *chunk = arena->chunks;
		arena->chunks = chunk->next;
		chunk->next = arena->spare;
		arena->spare = chunk;
	}
	arena->used = 0;
}

void sat_arena_clear(sat_arena *arena)
{
	free_chunks(arena->chunks);
	free_chunks(arena->spare);
	*arena = (sat_arena){ 0 };
}
