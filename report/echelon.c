/* See echelon.h. */
#include "echelon.h"

#include <string.h>

int sat_echelon_make(sat_echelon *e, size_t rows, size_t columns, sat_arena *arena, sat_error *err)
{
	e->rows = sat_arena_zeroed(arena, rows, sizeof *e->rows);
	e->pivot_row = sat_arena_zeroed(arena, columns, sizeof *e->pivot_row);
	bool all = e->rows != NULL && e->pivot_row != NULL;
	for (size_t r = 0; all && r < rows; r++)
		all = (e->rows[r] = sat_arena_zeroed(arena, columns, sizeof *e->rows[r])) != NULL;
	sat_echelon_begin(e, 0, 0);
	return all ? 0 : sat_no_memory(err);
}

void sat_echelon_begin(sat_echelon *e, size_t width, size_t pivots)
{
	e->width = width;
	e->pivots = pivots;
	e->rank = 0;
	for (size_t u = 0; u < width; u++)
		e->pivot_row[u] = SAT_NO_ROW;
}

/* By Fermat: `a` to the power of the prime less 2. */
static uint64_t inverse(uint64_t a)
{
	uint64_t result = 1;
	for (uint64_t power = SAT_ECHELON_PRIME - 2; power > 0; power >>= 1) {
		result = power & 1 ? sat_echelon_times(result, a) : result;
		a = sat_echelon_times(a, a);
	}
	return result;
}

/* row -= factor * other */
static void subtract(const sat_echelon *e, uint64_t *row, uint64_t factor, const uint64_t *other)
{
	for (size_t u = 0; u < e->width; u++) {
		if (other[u] != 0)
			row[u] = sat_echelon_minus(row[u], sat_echelon_times(factor, other[u]));
	}
}

bool sat_echelon_reduce(const sat_echelon *e, uint64_t *line)
{
	bool left = false;
	for (size_t u = 0; u < e->pivots; u++) {
		if (line[u] != 0 && e->pivot_row[u] != SAT_NO_ROW)
			subtract(e, line, line[u], e->rows[e->pivot_row[u]]);
		left = left || line[u] != 0;
	}
	return left;
}

void sat_echelon_add(sat_echelon *e, uint64_t *line)
{
	size_t pivot = 0;
	while (line[pivot] == 0)
		pivot++;
	uint64_t scale = inverse(line[pivot]);
	for (size_t u = 0; u < e->width; u++)
		line[u] = sat_echelon_times(line[u], scale);
	for (size_t r = 0; r < e->rank; r++) {
		if (e->rows[r][pivot] != 0)
			subtract(e, e->rows[r], e->rows[r][pivot], line);
	}
	memcpy(e->rows[e->rank], line, e->width * sizeof *line);
	e->pivot_row[pivot] = e->rank++;
}
