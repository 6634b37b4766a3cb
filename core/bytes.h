/* Growing byte buffers, bounded readers, and the two integer codings that every format here uses.
 *
 * A sat_bytes grows as it is written to.  A failed allocation makes it *failed*: later writes do
 * nothing and sat_bytes_ok says so once, at the end, so that encoders read as straight lines.
 *
 * A sat_cursor walks over bytes that belong to somebody else.  Reading past the end, or a number
 * in a form that is not the shortest, makes it *failed* in the same way: later reads give zeros and
 * empty spans, and sat_cursor_ok says so.  Decoders check it before they believe anything, and
 * check every count against what the bytes left could hold before they allocate.
 *
 * varint   LEB128, at most 10 bytes (64 bits), shortest form only: one value, one encoding.
 * zigzag   a signed number as varint: 0, -1, 1, -2 ... become 0, 1, 2, 3 ...
 */
#ifndef SAT_BYTES_H
#define SAT_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct sat_bytes {
	uint8_t *data;  /* NULL while nothing was written */
	size_t length;
	size_t capacity;
	bool failed;
} sat_bytes;

/* Frees what it holds and leaves an empty buffer that may be written again. */
void sat_bytes_clear(sat_bytes *b);
/* Forgets the content, keeps the memory. */
void sat_bytes_reset(sat_bytes *b);
static inline bool sat_bytes_ok(const sat_bytes *b) { return !b->failed; }
/* Makes the memory larger by at least `count` bytes; for the functions below, which are here so that
 * encoders of many small things cost little. */
bool sat_bytes_grow(sat_bytes *b, size_t count);
/* Room for `count` more bytes at the end, uninitialised and counted in; NULL when memory ran out. */
static inline uint8_t *sat_bytes_extend(sat_bytes *b, size_t count)
{
	if (b->failed || (b->capacity - b->length < count && !sat_bytes_grow(b, count)))
		return NULL;
	uint8_t *room = b->data + b->length;
	b->length += count;
	return room;
}
static inline void sat_bytes_put(sat_bytes *b, const void *data, size_t count)
{
	uint8_t *room = count == 0 ? NULL : sat_bytes_extend(b, count);
	if (room != NULL)
		memcpy(room, data, count);
}
static inline void sat_bytes_put_u8(sat_bytes *b, uint8_t value) { sat_bytes_put(b, &value, 1); }
/* A string without its zero. */
static inline void sat_bytes_put_text(sat_bytes *b, const char *text) { sat_bytes_put(b, text, strlen(text)); }
void sat_bytes_put_le32(sat_bytes *b, uint32_t value);
void sat_bytes_put_le64(sat_bytes *b, uint64_t value);
void sat_bytes_put_varint(sat_bytes *b, uint64_t value);
void sat_bytes_put_zigzag(sat_bytes *b, int64_t value);
/* A varint length, then the bytes. */
void sat_bytes_put_span(sat_bytes *b, const void *data, size_t count);

static inline void sat_bytes_auto(sat_bytes *b) { sat_bytes_clear(b); }
/* SAT_BYTES(name); declares an empty buffer that is cleared at every exit of its scope. */
#define SAT_BYTES(name) __attribute__((cleanup(sat_bytes_auto))) sat_bytes name = { 0 }

typedef struct sat_cursor {
	const uint8_t *at;
	const uint8_t *end;
	bool failed;
} sat_cursor;

sat_cursor sat_cursor_over(const void *data, size_t count);
static inline size_t sat_cursor_left(const sat_cursor *c) { return (size_t)(c->end - c->at); }
static inline bool sat_cursor_ok(const sat_cursor *c) { return !c->failed; }
/* True when all was read and nothing failed. */
static inline bool sat_cursor_done(const sat_cursor *c) { return !c->failed && c->at == c->end; }
/* The next `count` bytes, borrowed; NULL (and failed) when fewer are left. */
const uint8_t *sat_cursor_take(sat_cursor *c, size_t count);
uint8_t sat_cursor_u8(sat_cursor *c);
uint32_t sat_cursor_le32(sat_cursor *c);
uint64_t sat_cursor_le64(sat_cursor *c);
uint64_t sat_cursor_varint(sat_cursor *c);
int64_t sat_cursor_zigzag(sat_cursor *c);
/* A varint count of things of at least `least_bytes` bytes each; failed when they cannot fit. */
size_t sat_cursor_count(sat_cursor *c, size_t least_bytes);
/* A varint length and that many bytes, as a cursor of their own. */
sat_cursor sat_cursor_span(sat_cursor *c);

static inline uint64_t sat_zigzag(int64_t value)
{
	return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
}
static inline int64_t sat_unzigzag(uint64_t value)
{
	return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

#endif
