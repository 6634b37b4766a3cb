/* See bytes.h. */
#include "bytes.h"

#include <stdlib.h>
#include <string.h>

void sat_bytes_clear(sat_bytes *b)
{
	free(b->data);
	*b = (sat_bytes){ 0 };
}

void sat_bytes_reset(sat_bytes *b)
{
	b->length = 0;
	b->failed = false;
}

bool sat_bytes_grow(sat_bytes *b, size_t count)
{
	if (b->failed || count > SIZE_MAX / 4 - b->length) {
		b->failed = true;
		return false;
	}
	size_t capacity = b->capacity < 64 ? 64 : b->capacity;
	while (capacity < b->length + count)
		capacity += capacity / 2;
	uint8_t *data = realloc(b->data, capacity);
	if (data == NULL) {
		b->failed = true;
		return false;
	}
	b->data = data;
	b->capacity = capacity;
	return true;
}

static void put_le(sat_bytes *b, uint64_t value, size_t count)
{
	uint8_t *room = sat_bytes_extend(b, count);
	for (size_t i = 0; room != NULL && i < count; i++)
		room[i] = (uint8_t)(value >> (8 * i));
}

void sat_bytes_put_le32(sat_bytes *b, uint32_t value) { put_le(b, value, 4); }
void sat_bytes_put_le64(sat_bytes *b, uint64_t value) { put_le(b, value, 8); }

void sat_bytes_put_varint(sat_bytes *b, uint64_t value)
{
	uint8_t text[10];
	size_t count = 0;
	if (value <= 0x7f) {
		sat_bytes_put_u8(b, (uint8_t)value);
		return;
	}
	while (value > 0x7f) {
		text[count++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	text[count++] = (uint8_t)value;
	sat_bytes_put(b, text, count);
}

void sat_bytes_put_zigzag(sat_bytes *b, int64_t value)
{
	sat_bytes_put_varint(b, sat_zigzag(value));
}

void sat_bytes_put_span(sat_bytes *b, const void *data, size_t count)
{
	sat_bytes_put_varint(b, count);
	sat_bytes_put(b, data, count);
}

sat_cursor sat_cursor_over(const void *data, size_t count)
{
	const uint8_t *at = data;
	return (sat_cursor){ .at = at, .end = at == NULL ? at : at + count };
}

const uint8_t *sat_cursor_take(sat_cursor *c, size_t count)
{
	if (c->failed || sat_cursor_left(c) < count) {
		c->failed = true;
		return NULL;
	}
	const uint8_t *data = c->at;
	if (count > 0)
		c->at += count;
	return data;
}

uint8_t sat_cursor_u8(sat_cursor *c)
{
	const uint8_t *data = sat_cursor_take(c, 1);
	return data == NULL ? 0 : *data;
}

static uint64_t take_le(sat_cursor *c, size_t count)
{
	const uint8_t *data = sat_cursor_take(c, count);
	uint64_t value = 0;
	for (size_t i = 0; data != NULL && i < count; i++)
		value |= (uint64_t)data[i] << (8 * i);
	return value;
}

uint32_t sat_cursor_le32(sat_cursor *c) { return (uint32_t)take_le(c, 4); }
uint64_t sat_cursor_le64(sat_cursor *c) { return take_le(c, 8); }

/* A last byte of zero would be a longer form of a shorter number, and a tenth byte above 1 would not
 * fit into 64 bits: both are refused. */
uint64_t sat_cursor_varint(sat_cursor *c)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < 10 && !c->failed && c->at < c->end; i++) {
		uint8_t byte = *c->at++;
		value |= (uint64_t)(byte & 0x7f) << (7 * i);
		if ((byte & 0x80) == 0) {
			if ((i > 0 && byte == 0) || (i == 9 && byte > 1))
				break;
			return value;
		}
	}
	c->failed = true;
	return 0;
}

int64_t sat_cursor_zigzag(sat_cursor *c) { return sat_unzigzag(sat_cursor_varint(c)); }

size_t sat_cursor_count(sat_cursor *c, size_t least_bytes)
{
	uint64_t count = sat_cursor_varint(c);
	size_t left = sat_cursor_left(c);
	if (c->failed || count > (least_bytes == 0 ? left : left / least_bytes)) {
		c->failed = true;
		return 0;
	}
	return (size_t)count;
}

sat_cursor sat_cursor_span(sat_cursor *c)
{
	size_t count = sat_cursor_count(c, 1);
	const uint8_t *data = sat_cursor_take(c, count);
	sat_cursor span = sat_cursor_over(data, data == NULL ? 0 : count);
	span.failed = c->failed;
	return span;
}
