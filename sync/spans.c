/* See spans.h. */
#include "spans.h"

#include <stdlib.h>
#include <string.h>

bool sat_spans_add(sat_spans *list, sat_arena *arena, int64_t above, int64_t upto)
{
	if (list->count == list->room) {
		size_t room = list->room == 0 ? 16 : list->room * 2;
		sat_span *grown = sat_arena_take(arena, room * sizeof *grown);
		if (grown == NULL)
			return false;
		if (list->count > 0)
			memcpy(grown, list->at, list->count * sizeof *grown);
		list->at = grown;
		list->room = room;
	}
	list->at[list->count++] = (sat_span){ above, upto };
	return true;
}

static int compare_spans(const void *a, const void *b)
{
	const sat_span *x = a, *y = b;
	return x->above < y->above ? -1 : x->above > y->above;
}

void sat_spans_join(sat_spans *list)
{
	size_t n = 0;
	if (list->count > 0)
		qsort(list->at, list->count, sizeof *list->at, compare_spans);
	for (size_t i = 0; i < list->count; i++) {
		if (n > 0 && list->at[i].above <= list->at[n - 1].upto) {
			if (list->at[i].upto > list->at[n - 1].upto)
				list->at[n - 1].upto = list->at[i].upto;
		} else {
			list->at[n++] = list->at[i];
		}
	}
	list->count = n;
}

bool sat_spans_gaps(const sat_spans *covered, int64_t from, int64_t upto, sat_spans *gaps, sat_arena *arena)
{
	for (size_t i = 0; i < covered->count && from < upto; i++) {
		const sat_span *c = &covered->at[i];
		if (c->upto <= from)
			continue;
		if (c->above > from && !sat_spans_add(gaps, arena, from, c->above < upto ? c->above : upto))
			return false;
		from = c->upto;
	}
	return from >= upto || sat_spans_add(gaps, arena, from, upto);
}

bool sat_spans_hold(const sat_spans *list, int64_t above, int64_t upto)
{
	bool found = false;
	for (size_t i = 0; !found && i < list->count; i++)
		found = list->at[i].above <= above && upto <= list->at[i].upto;
	return found;
}

void sat_spans_write(const sat_spans *list, sat_bytes *out)
{
	int64_t at = 0;
	for (size_t i = 0; i < list->count; i++) {
		sat_bytes_put_varint(out, (uint64_t)(list->at[i].above - at));
		sat_bytes_put_varint(out, (uint64_t)(list->at[i].upto - list->at[i].above));
		at = list->at[i].upto;
	}
}

bool sat_spans_read(sat_spans *list, sat_arena *arena, const void *data, size_t length)
{
	sat_cursor c = sat_cursor_over(data, length);
	int64_t at = 0;
	while (sat_cursor_left(&c) > 0) {
		int64_t above = at + (int64_t)sat_cursor_varint(&c);
		at = above + (int64_t)sat_cursor_varint(&c);
		if (sat_cursor_ok(&c) && !sat_spans_add(list, arena, above, at))
			return false;
	}
	return true;
}
