/* Memory that is given back all at once: decoded rows, loaded records, a batch of decisions.
 *
 * Pointers stay valid until sat_arena_reset or sat_arena_clear.
 */
#ifndef SAT_ARENA_H
#define SAT_ARENA_H

#include <stddef.h>

typedef struct sat_arena {
	struct sat_arena_chunk *chunks; /* newest first */
	struct sat_arena_chunk *spare;  /* from before the latest reset */
	size_t used;                    /* of the newest */
} sat_arena;

/* `count` bytes aligned for anything, uninitialised; NULL when memory ran out. */
void *sat_arena_take(sat_arena *arena, size_t count);
/* The same, zeroed, for `count` things of `size` bytes; NULL also when the product overflows. */
void *sat_arena_zeroed(sat_arena *arena, size_t count, size_t size);
/* A copy of `count` bytes with a zero behind it; never NULL for count 0 but for lack of memory. */
void *sat_arena_copy(sat_arena *arena, const void *data, size_t count);
/* Room for one more in a list of `count` things of `size` bytes that only grows, one by one from none:
 * the list itself, or a copy of twice the room; NULL for lack of memory. */
void *sat_arena_grown(sat_arena *arena, void *list, size_t count, size_t size);
/* Forgets everything, keeps the memory for the next round. */
void sat_arena_reset(sat_arena *arena);
/* Gives everything back. */
void sat_arena_clear(sat_arena *arena);

#define SAT_ARENA(name) __attribute__((cleanup(sat_arena_clear))) sat_arena name = { 0 }

#endif
