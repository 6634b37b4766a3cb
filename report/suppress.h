/* Small numbers: which counts of a report may be read, so that no report gives a person away.
 *
 * A *population* is a number of people and one-way tables of it: by community, by gender, by age band.  Every
 * table adds up to the same total.  A cell of 1 to 4 people (k = 5) reads "n.p.", not published; and then so
 * much more that it follows from nothing that can be read:
 *
 *   primary        a cell or a total of 1..k-1 is hidden; 0 and k or more are not for their size
 *   consequential  what is hidden in a table, together, is known whenever the total is: so it is never one
 *                  small cell, and it leaves every small one room for k numbers at least
 *   over time      every earlier report counts, and so does whoever knows which counts did not change.  No
 *                  small count of any report follows then; and where a change follows, of a cell, of the
 *                  total or of cells that are hidden together, it is 0 or k at least in size
 *
 * Where hiding cells is not enough the total is hidden too.  Where that is not enough, or would show who came
 * or went, or would let much less be read than the latest report does, the population is *frozen*: what the
 * latest report said of it is said again, with its date.  That tells nobody anything new.
 *
 * A hidden cell is never 0.
 *
 * After the Australian Bureau of Statistics' practice ("n.p.", consequential suppression) and Willenborg and
 * de Waal, Elements of Statistical Disclosure Control, 2001, chapters 1 and 6.  Pure functions; no I/O.
 *
 *     sat_population now = { .name = "people", .total = 31, .tables = ... };
 *     sat_suppress(&now, earlier, earlier_count, SAT_SMALL, &arena, err)
 */
#ifndef SAT_SUPPRESS_H
#define SAT_SUPPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"

/* Counts below this one are small. */
#define SAT_SMALL 5

typedef struct sat_cell_count {
	const char *key;            /* the category, once in its table; "" for those who were not asked */
	int64_t count;              /* true, 0 or more */
	bool hidden;                /* reads "n.p." */
} sat_cell_count;

typedef struct sat_tally {
	const char *name;           /* of the dimension, once in its population: "gender" */
	sat_cell_count *cells;      /* they add up to the population's total */
	size_t cell_count;
} sat_tally;

typedef struct sat_population {
	const char *name;           /* "people" */
	int64_t at;                 /* seconds since 1970: when these counts were true */
	int64_t total;
	bool total_hidden;
	bool frozen;                /* these are the counts of an earlier report */
	sat_tally *tallies;
	size_t tally_count;
} sat_population;

/* Decides what of `now` is hidden, in place; or, when it is frozen, makes it a copy of the latest earlier one,
 * whose names it then borrows.  `earlier` are the populations of the same name in all earlier reports, oldest
 * first, frozen ones included, with their true counts and what was hidden; a category or a table that one of
 * them lacks counted 0 there.  The copy lives in `arena`.  SAT_ENOMEM; SAT_EINVALID when a table does not add
 * up to the total or names something twice. */
int sat_suppress(sat_population *now, const sat_population *earlier, size_t earlier_count, int64_t small,
                 sat_arena *arena, sat_error *err);

#endif
