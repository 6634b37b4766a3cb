/* Reading the columns of frames, strictly; see frame-private.h and FORMAT.md, sections 3 and 3.5. */
#include <string.h>

#include "core/incarnation.h"
#include "frame-private.h"

int sat_frame_breach(sat_frame_reader *r, const char *what)
{
	return sat_fail(r->err, SAT_EREFUSED, "its sender wrote a frame that breaks the format (%s)", what);
}

int sat_frame_no_memory(sat_frame_reader *r)
{
	return sat_fail(r->err, SAT_ENOMEM, "out of memory");
}

int sat_frame_spend(sat_frame_reader *r, size_t cells)
{
	if (cells > SAT_FRAME_CELLS_MAX || r->cells + cells > SAT_FRAME_CELLS_MAX)
		return sat_fail(r->err, SAT_ELIMIT, "a frame would expand to more than is accepted");
	r->cells += cells;
	return 0;
}

static int read_runs(sat_frame_reader *r, sat_cursor *c, size_t count, sat_dot *dots)
{
	uint64_t last = UINT64_MAX;
	for (size_t i = 0; i < count;) {
		uint64_t index = sat_cursor_varint(c), length = sat_cursor_varint(c);
		if (!sat_cursor_ok(c) || index > r->name_count || length == 0 || length > count - i ||
		    index == last)
			return sat_frame_breach(r, "a list of dots");
		last = index;
		/* The index stands in each dot until its counter is read. */
		for (uint64_t k = 0; k < length; k++)
			dots[i++] = index == 0 ? 0 : sat_dot_make(r->names[index], 0);
	}
	return 0;
}

int sat_frame_read_dots(sat_frame_reader *r, sat_cursor *c, size_t count, sat_dot **out)
{
	*out = NULL;
	int rc = sat_frame_spend(r, count);
	if (rc != 0)
		return rc;
	sat_dot *dots = sat_arena_take(r->arena, (count + 1) * sizeof *dots);
	if (dots == NULL)
		return sat_frame_no_memory(r);
	if ((rc = read_runs(r, c, count, dots)) != 0)
		return rc;
	int64_t counter = 0;
	for (size_t i = 0; i < count; i++) {
		if (dots[i] == 0)
			continue;
		int64_t step = sat_cursor_zigzag(c);
		if (step <= -SAT_COUNTER_END || step >= SAT_COUNTER_END)
			return sat_frame_breach(r, "a counter");
		counter += step;
		if (!sat_cursor_ok(c) || counter < 1 || counter >= SAT_COUNTER_END)
			return sat_frame_breach(r, "a counter");
		dots[i] |= counter;
	}
	for (size_t i = 0; i < count; i++) {
		if (dots[i] != 0)
			continue;
		const uint8_t *name = sat_cursor_take(c, SAT_UNLINKED_BYTES);
		if (name == NULL)
			return sat_frame_breach(r, "a list of dots");
		if ((rc = sat_unlinked_intern(r->store, name, &dots[i], r->err)) != 0)
			return rc;
	}
	*out = dots;
	return 0;
}

int sat_frame_read_varints(sat_frame_reader *r, sat_cursor *c, size_t count, uint64_t most, uint64_t **out)
{
	int rc = sat_frame_spend(r, count);
	if (rc != 0)
		return rc;
	uint64_t *numbers = sat_arena_take(r->arena, (count + 1) * sizeof *numbers);
	if (numbers == NULL)
		return sat_frame_no_memory(r);
	for (size_t i = 0; i < count; i++) {
		numbers[i] = sat_cursor_varint(c);
		if (numbers[i] > most)
			return sat_frame_breach(r, "a number is out of range");
	}
	*out = numbers;
	return sat_cursor_ok(c) ? 0 : sat_frame_breach(r, "it ends too soon");
}

static int read_plain(sat_frame_reader *r, sat_cursor *c, size_t count, sat_piece **out)
{
	if (count > sat_cursor_left(c))
		return sat_frame_breach(r, "a column of text");
	int rc = sat_frame_spend(r, count);
	sat_piece *texts = rc == 0 ? sat_arena_take(r->arena, (count + 1) * sizeof *texts) : NULL;
	if (texts == NULL)
		return rc != 0 ? rc : sat_frame_no_memory(r);
	for (size_t i = 0; i < count; i++) {
		uint64_t length = sat_cursor_varint(c);
		if (length > SAT_VALUE_BYTES_MAX)
			return sat_fail(r->err, SAT_ELIMIT, "a value is larger than 1 MiB");
		texts[i].length = (size_t)length;
	}
	for (size_t i = 0; i < count; i++) {
		texts[i].bytes = (const char *)sat_cursor_take(c, texts[i].length);
		if (texts[i].bytes == NULL || !sat_utf8_valid(texts[i].bytes, texts[i].length))
			return sat_frame_breach(r, "text that is not valid UTF-8");
	}
	*out = texts;
	return 0;
}

int sat_frame_read_texts(sat_frame_reader *r, sat_cursor *c, size_t count, sat_piece **out)
{
	uint8_t encoding = sat_cursor_u8(c);
	if (encoding == 0)
		return read_plain(r, c, count, out);
	if (encoding != 1 || !sat_cursor_ok(c))
		return sat_frame_breach(r, "an unknown encoding of text");
	size_t distinct = sat_cursor_count(c, 1);
	sat_piece *named;
	int rc =
	    sat_cursor_ok(c) ? read_plain(r, c, distinct, &named) : sat_frame_breach(r, "a column of text");
	if (rc == 0)
		rc = count > sat_cursor_left(c) ? sat_frame_breach(r, "a column of text")
		                                : sat_frame_spend(r, count);
	sat_piece *texts = rc == 0 ? sat_arena_take(r->arena, (count + 1) * sizeof *texts) : NULL;
	if (texts == NULL)
		return rc != 0 ? rc : sat_frame_no_memory(r);
	for (size_t i = 0; i < count; i++) {
		uint64_t at = distinct <= 256 ? sat_cursor_u8(c) : sat_cursor_varint(c);
		if (!sat_cursor_ok(c) || at >= distinct)
			return sat_frame_breach(r, "a column of text");
		texts[i] = named[at];
		/* One long string named many times must not become gigabytes in the store. */
		if ((rc = sat_frame_spend(r, texts[i].length / 16)) != 0)
			return rc;
	}
	*out = texts;
	return 0;
}
