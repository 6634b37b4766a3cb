/* See bounds.h. */
#include "bounds.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define NO_ROW SIZE_MAX
/* Coefficients and sums are small integers, and so is all that becomes of them. */
#define ROUNDING 1e-7

int sat_bounds_make(sat_bounds *b, size_t rows, size_t columns, sat_arena *arena, sat_error *err)
{
	b->table = sat_arena_zeroed(arena, rows, sizeof *b->table);
	b->basis = sat_arena_zeroed(arena, rows, sizeof *b->basis);
	b->row_of = sat_arena_zeroed(arena, columns, sizeof *b->row_of);
	b->low = sat_arena_zeroed(arena, columns, sizeof *b->low);
	b->high = sat_arena_zeroed(arena, columns, sizeof *b->high);
	bool all = b->table != NULL && b->basis != NULL && b->row_of != NULL && b->low != NULL && b->high != NULL;
	for (size_t r = 0; all && r < rows; r++)
		all = (b->table[r] = sat_arena_zeroed(arena, columns + 1, sizeof *b->table[r])) != NULL;
	sat_bounds_begin(b, 0);
	return all ? 0 : sat_no_memory(err);
}

void sat_bounds_begin(sat_bounds *b, size_t width)
{
	b->width = width;
	b->rows = 0;
	b->feasible = false;
	for (size_t u = 0; u < width; u++) {
		b->row_of[u] = NO_ROW;
		b->low[u] = INFINITY;
		b->high[u] = -INFINITY;
	}
}

void sat_bounds_tell(sat_bounds *b, const double *coefficients, double sum)
{
	double *row = b->table[b->rows], sign = sum < 0 ? -1 : 1;
	for (size_t u = 0; u < b->width; u++)
		row[u] = sign * coefficients[u];
	row[b->width] = sign * sum;
	b->basis[b->rows++] = b->width;
}

/* Notes the solution in which all unknowns are 0 that no row gives. */
static void note_solution(sat_bounds *b)
{
	for (size_t u = 0; u < b->width; u++) {
		double value = b->row_of[u] == NO_ROW ? 0 : b->table[b->row_of[u]][b->width];
		b->low[u] = value < b->low[u] ? value : b->low[u];
		b->high[u] = value > b->high[u] ? value : b->high[u];
	}
}

/* From now on row `r` gives unknown `u`. */
static void pivot(sat_bounds *b, size_t r, size_t u)
{
	double *row = b->table[r], scale = row[u];
	for (size_t w = 0; w <= b->width; w++)
		row[w] /= scale;
	for (size_t q = 0; q < b->rows; q++) {
		double *other = b->table[q], factor = other[u];
		for (size_t w = 0; q != r && fabs(factor) > ROUNDING && w <= b->width; w++)
			other[w] -= factor * row[w];
		if (q != r)
			other[u] = 0;
	}
	if (b->basis[r] != b->width)
		b->row_of[b->basis[r]] = NO_ROW;
	b->basis[r] = u;
	b->row_of[u] = r;
}

/* Which row stops unknown `u` first when it grows; of several, one that gives nothing yet, then the one of the
 * first unknown.  NO_ROW when none does. */
static size_t stops(const sat_bounds *b, size_t u)
{
	size_t first = NO_ROW;
	double least = INFINITY;
	for (size_t r = 0; r < b->rows; r++) {
		if (b->table[r][u] <= ROUNDING)
			continue;
		double ratio = b->table[r][b->width] / b->table[r][u];
		bool wins = first == NO_ROW || ratio < least - ROUNDING;
		bool ties = !wins && ratio <= least + ROUNDING;
		if (wins || (ties && b->basis[first] != b->width &&
		             (b->basis[r] == b->width || b->basis[r] < b->basis[first]))) {
			first = r;
			least = ratio < least ? ratio : least;
		}
	}
	return first;
}

/* The first unknown that brings the rows that give nothing yet nearer to it when it grows; `width` for none. */
static size_t brings_nearer(const sat_bounds *b)
{
	for (size_t u = 0; u < b->width; u++) {
		double gain = 0;
		for (size_t r = 0; b->row_of[u] == NO_ROW && r < b->rows; r++)
			gain += b->basis[r] == b->width ? b->table[r][u] : 0;
		if (gain > ROUNDING)
			return u;
	}
	return b->width;
}

/* Finds a first solution, in which every row gives an unknown. */
static bool find_solution(sat_bounds *b, size_t *steps)
{
	for (size_t u; (u = brings_nearer(b)) < b->width;) {
		size_t stop = stops(b, u);
		if (stop == NO_ROW || --*steps == 0)
			return false;
		pivot(b, stop, u);
	}
	for (size_t r = 0; r < b->rows; r++) {
		size_t u = 0;
		if (b->basis[r] != b->width)
			continue;
		while (u < b->width && fabs(b->table[r][u]) <= ROUNDING)
			u++;
		if (u == b->width || fabs(b->table[r][b->width]) > ROUNDING)
			return false;
		pivot(b, r, u);
	}
	return true;
}

/* The first unknown that lets `column` grow (1) or shrink (-1) when it grows itself; `width` for none. */
static size_t moves(const sat_bounds *b, size_t column, double direction)
{
	size_t own = b->row_of[column], u = 0;
	if (own == NO_ROW)
		return direction > 0 ? column : b->width;
	while (u < b->width && (b->row_of[u] != NO_ROW || direction * b->table[own][u] >= -ROUNDING))
		u++;
	return u;
}

/* Lets unknown `column` grow or shrink until it has come so far, or cannot; true when it has. */
static bool push(sat_bounds *b, size_t column, double direction, double span, size_t *steps)
{
	while (b->high[column] - b->low[column] < span - ROUNDING && --*steps > 0) {
		size_t u = moves(b, column, direction);
		if (u == b->width)
			return false;
		size_t stop = stops(b, u);
		if (stop == NO_ROW)
			return true;
		pivot(b, stop, u);
		note_solution(b);
	}
	return *steps > 0;
}

bool sat_bounds_span(sat_bounds *b, size_t column, double span)
{
	size_t steps = 1000 + 50 * (b->rows + b->width);
	if (!b->feasible) {
		if (!find_solution(b, &steps))
			return false;
		b->feasible = true;
		note_solution(b);
	}
	return push(b, column, 1, span, &steps) || push(b, column, -1, span, &steps);
}
