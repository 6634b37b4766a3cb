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

void *sat_arena_take(sat_arena *arena, size_t count)
{
	if (count > SIZE_MAX / 2)
		return NULL;
	count = (count + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (arena->chunks == NULL || arena->chunks->size - arena->used < count) {
		size_t size = CHUNK_BYTES_MIN;
		if (arena->chunks != NULL)
			size = arena->chunks->size * 2 < CHUNK_BYTES_USUAL ? arena->chunks->size * 2
			                                                   : CHUNK_BYTES_USUAL;
		if (size < count)
			size = count;
		struct sat_arena_chunk *chunk = malloc(sizeof *chunk + size);
		if (chunk == NULL)
			return NULL;
		chunk->next = arena->chunks;
		chunk->size = size;
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

void sat_arena_reset(sat_arena *arena)
{
	struct sat_arena_chunk *kept = arena->chunks;
	for (struct sat_arena_chunk *chunk = arena->chunks; chunk != NULL; chunk = chunk->next) {
		if (chunk->size > kept->size)
			kept = chunk;
	}
	for (struct sat_arena_chunk *chunk = arena->chunks, *next; chunk != NULL; chunk = next) {
		next = chunk->next;
		if (chunk != kept)
			free(chunk);
	}
	if (kept != NULL)
		kept->next = NULL;
	arena->chunks = kept;
	arena->used = 0;
}

void sat_arena_clear(sat_arena *arena)
{
	free_chunks(arena->chunks);
	*arena = (sat_arena){ 0 };
}
