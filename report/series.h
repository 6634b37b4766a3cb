/* A population over time, laid out so that what its reports say can be compared.
 *
 * A *cell* is a category of a table, the same one in all reports; cell 0 is the total.  A *count* is a cell
 * together with a number that it had, in one report or in several: whoever takes what has not changed for
 * unchanged knows all of them once the number was published in one.  A cell that was 0, or that a report
 * lacks, has no count there, since a 0 is always published.
 */
#ifndef SAT_SERIES_H
#define SAT_SERIES_H

#include "suppress.h"

#define SAT_NO_COUNT SIZE_MAX

typedef struct sat_count {
	size_t cell;
	int64_t value;               /* above 0 */
	size_t published;            /* in how many reports */
} sat_count;

typedef struct sat_series {
	size_t reports;              /* the new one is the last */
	size_t cells;                /* those of the new report come first, in its order, from 1 on */
	size_t tables;
	size_t *table_of;            /* of each cell but cell 0 */
	bool *has_table;             /* report * tables + table: whether that report has that table */
	size_t *count_of;            /* report * cells + cell: an index in `counts`, or SAT_NO_COUNT */
	sat_count *counts;           /* those of one cell stand together */
	size_t count_count;
} sat_series;

/* Lays out `now` as if all of it were hidden, and what the earlier ones published.  Earlier ones that are
 * frozen say again what another one said and are left out.  Lives in `arena`, borrows nothing.  SAT_ENOMEM. */
int sat_series_make(sat_series **series, const sat_population *now, const sat_population *earlier,
                    size_t earlier_count, sat_arena *arena, sat_error *err);

static inline size_t sat_series_count(const sat_series *s, size_t report, size_t cell)
{
	return s->count_of[report * s->cells + cell];
}

static inline int64_t sat_series_value(const sat_series *s, size_t report, size_t cell)
{
	size_t count = sat_series_count(s, report, cell);
	return count == SAT_NO_COUNT ? 0 : s->counts[count].value;
}

#endif
