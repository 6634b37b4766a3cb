/* How far unknowns can go that are 0 at least and of which some sums are known: linear programming, by the
 * simplex method on a dense tableau with Bland's rule, so that it ends.
 *
 *     sat_bounds_begin(&b, width);
 *     sat_bounds_tell(&b, coefficients, sum);            for each sum, none of which follows from the others
 *     sat_bounds_span(&b, column, least)
 */
#ifndef SAT_BOUNDS_H
#define SAT_BOUNDS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/error.h"

typedef struct sat_bounds {
	size_t width;                /* unknowns */
	size_t rows;
	double **table;              /* of each row: its coefficients, then its sum */
	size_t *basis;               /* of each row: the unknown that it gives; `width` while it gives none */
	size_t *row_of;              /* of each unknown: the row that gives it, or SIZE_MAX; such a one is 0 */
	double *low, *high;          /* what each unknown was in a solution that was met on the way */
	bool feasible;               /* a solution was found already */
} sat_bounds;

/* Room for so many sums of so many unknowns, in `arena`.  SAT_ENOMEM. */
int sat_bounds_make(sat_bounds *b, size_t rows, size_t columns, sat_arena *arena, sat_error *err);
/* Forgets everything. */
void sat_bounds_begin(sat_bounds *b, size_t width);
/* One more sum; copies the coefficients. */
void sat_bounds_tell(sat_bounds *b, const double *coefficients, double sum);
/* Whether the greatest value that an unknown can have is above the least by `span` at least.  The sums are
 * those of some solution.  False also when it cannot be found out. */
bool sat_bounds_span(sat_bounds *b, size_t column, double span);

#endif
