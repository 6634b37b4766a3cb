/* Rows of numbers in reduced row echelon form: which sums of unknowns follow from others.
 *
 * Numbers are integers modulo the prime 2^61 - 1: exact, all of one size, and whatever follows with fractions
 * follows with these as well.  (The reverse fails only for a matrix with a minor that is a multiple of the
 * prime; more would seem to follow then, never less.)
 */
#ifndef SAT_ECHELON_H
#define SAT_ECHELON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"

#define SAT_ECHELON_PRIME ((UINT64_C(1) << 61) - 1)
#define SAT_ECHELON_MINUS_ONE (SAT_ECHELON_PRIME - 1)
#define SAT_NO_ROW SIZE_MAX

typedef struct sat_echelon {
	size_t width;                /* columns in use */
	size_t pivots;               /* only the first so many may hold a pivot */
	size_t rank;
	uint64_t **rows;             /* each has a pivot: 1, where all other rows have 0 */
	size_t *pivot_row;           /* of each column: the row whose pivot it is, or SAT_NO_ROW */
} sat_echelon;

/* Room for so many rows and columns, in `arena`.  SAT_ENOMEM. */
int sat_echelon_make(sat_echelon *e, size_t rows, size_t columns, sat_arena *arena, sat_error *err);
/* Forgets all rows. */
void sat_echelon_begin(sat_echelon *e, size_t width, size_t pivots);
/* Takes off a line everything that follows from the rows; true when a column that may hold a pivot is left. */
bool sat_echelon_reduce(const sat_echelon *e, uint64_t *line);
/* Adds a line that was reduced and of which something was left; scales it. */
void sat_echelon_add(sat_echelon *e, uint64_t *line);

static inline uint64_t sat_echelon_plus(uint64_t a, uint64_t b)
{
	return a + b >= SAT_ECHELON_PRIME ? a + b - SAT_ECHELON_PRIME : a + b;
}
static inline uint64_t sat_echelon_minus(uint64_t a, uint64_t b)
{
	return a >= b ? a - b : a + SAT_ECHELON_PRIME - b;
}
static inline uint64_t sat_echelon_times(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;
	uint64_t sum = (uint64_t)(product & SAT_ECHELON_PRIME) + (uint64_t)(product >> 61);
	return sum >= SAT_ECHELON_PRIME ? sum - SAT_ECHELON_PRIME : sum;
}

#endif
