/* Writing the columns of frames; see frame-private.h and FORMAT.md, sections 3 and 3.5. */
#include <string.h>

#include "core/incarnation.h"
#include "frame-private.h"

void sat_frame_fail(sat_frame_writer *w, int code)
{
	if (w->failed == 0)
		w->failed = code;
}

size_t sat_frame_index_of(sat_frame_writer *w, sat_dot dot)
{
	if (!sat_dot_linked(dot))
		return 0;
	int64_t index = sat_dot_index(dot);
	if (w->frame_index[index] == 0) {
		w->names[w->name_count++] = index;
		w->frame_index[index] = (uint32_t)w->name_count;
	}
	return w->frame_index[index];
}

void sat_frame_put_dots(sat_frame_writer *w, sat_bytes *b, const sat_dot *dots, size_t count)
{
	for (size_t i = 0; i < count;) {
		size_t index = sat_frame_index_of(w, dots[i]), end = i + 1;
		while (end < count && sat_frame_index_of(w, dots[end]) == index)
			end++;
		sat_bytes_put_varint(b, index);
		sat_bytes_put_varint(b, end - i);
		i = end;
	}
	int64_t previous = 0;
	for (size_t i = 0; i < count; i++) {
		if (!sat_dot_linked(dots[i]))
			continue;
		sat_bytes_put_zigzag(b, sat_dot_counter(dots[i]) - previous);
		previous = sat_dot_counter(dots[i]);
	}
	for (size_t i = 0; i < count; i++) {
		uint8_t name[SAT_UNLINKED_BYTES];
		if (sat_dot_linked(dots[i]))
			continue;
		int rc = sat_unlinked_name(w->store, dots[i], name, w->err);
		if (rc != 0)
			sat_frame_fail(w, rc);
		sat_bytes_put(b, name, sizeof name);
	}
}

static void put_plain(sat_bytes *b, const sat_piece *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sat_bytes_put_varint(b, texts[i].length);
	for (size_t i = 0; i < count; i++)
		sat_bytes_put(b, texts[i].bytes, texts[i].length);
}

static uint64_t hash_text(const sat_piece *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ text->length;
	size_t i = 0;
	for (; i + 8 <= text->length; i += 8) {
		uint64_t word;
		memcpy(&word, text->bytes + i, 8);
		hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
		hash ^= hash >> 29;
	}
	for (; i < text->length; i++)
		hash = (hash ^ (uint8_t)text->bytes[i]) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 32;
}

static bool same_text(const sat_piece *a, const sat_piece *b)
{
	return a->length == b->length && (a->length == 0 || memcmp(a->bytes, b->bytes, a->length) == 0);
}

enum { DICTIONARY_MAX = 16384 };

/* A column of texts as a list of those that differ, and the number of its text for each row. */
typedef struct dictionary {
	sat_piece *distinct;
	size_t count;
	uint32_t *numbers;
	size_t bytes;               /* of the list */
} dictionary;

/* Numbers each text by the first place of its kind; false when too many differ for that to pay. */
static bool number_texts(sat_frame_writer *w, const sat_piece *texts, size_t count, dictionary *d)
{
	size_t room = 64;
	while (room < count * 2 && room < DICTIONARY_MAX * 2)
		room *= 2;
	uint32_t *slots = sat_arena_zeroed(&w->arena, room, sizeof *slots);
	*d = (dictionary){ .distinct = sat_arena_take(&w->arena, count * sizeof *d->distinct),
		           .numbers = sat_arena_take(&w->arena, count * sizeof *d->numbers) };
	if (slots == NULL || d->distinct == NULL || d->numbers == NULL) {
		sat_frame_fail(w, SAT_ENOMEM);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && same_text(&texts[i], &texts[i - 1])) {
			d->numbers[i] = d->numbers[i - 1];
			continue;
		}
		size_t slot = hash_text(&texts[i]) & (room - 1);
		while (slots[slot] != 0 && !same_text(&d->distinct[slots[slot] - 1], &texts[i]))
			slot = (slot + 1) & (room - 1);
		if (slots[slot] == 0) {
			/* After a first look, a column in which nearly everything differs is left plain. */
			if (d->count == DICTIONARY_MAX || (i >= 64 && d->count * 8 > i * 7))
				return false;
			d->distinct[d->count++] = texts[i];
			d->bytes += texts[i].length + 1;
			slots[slot] = (uint32_t)d->count;
		}
		d->numbers[i] = slots[slot] - 1;
	}
	return true;
}

void sat_frame_put_texts(sat_frame_writer *w, sat_bytes *b, const sat_piece *texts, size_t count)
{
	dictionary d;
	size_t plain = 0;
	for (size_t i = 0; i < count; i++)
		plain += texts[i].length + 1;
	if (plain == count || !number_texts(w, texts, count, &d) ||
	    d.bytes + count * (d.count <= 256 ? 1 : 2) >= plain) {
		sat_bytes_put_u8(b, 0);
		put_plain(b, texts, count);
		return;
	}
	sat_bytes_put_u8(b, 1);
	sat_bytes_put_varint(b, d.count);
	put_plain(b, d.distinct, d.count);
	for (size_t i = 0; i < count; i++) {
		if (d.count <= 256)
			sat_bytes_put_u8(b, (uint8_t)d.numbers[i]);
		else
			sat_bytes_put_varint(b, d.numbers[i]);
	}
}
