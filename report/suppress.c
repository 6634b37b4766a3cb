/* See suppress.h.
 *
 * How it is decided.  All counts of the new report but its zeros begin as hidden.  Then one after the other is
 * published, first the total, then the greatest cells, whenever nothing follows that must not
 * (inference.h); so whatever is decided was checked as a whole, and no further count could be published.
 * That a hidden cell is never alone, that small ones leave each other room, and that what is hidden together
 * stays together is nowhere written down: it is what passes the check.
 *
 * Why the check suffices over time.  A reader has the tables of all reports, v1 to vn, each of which adds up.
 * What links them is what the reader knows of changes.  The strongest assumption that is also right is to know
 * every count that did not change: these are one unknown, whichever reports they stand in, and published when
 * one report publishes them.  Then
 *
 *   two reports   v1 hides {A, B}, v2 would publish B, unchanged: A of v1 follows.  So B stays hidden, or
 *                 others that were hidden with it do, or the report is frozen.
 *   backwards     v2 hides {A, C}, and C was published in v1, unchanged: A of v2 follows.  So a cell is no
 *                 cover in v2 because of its size alone, but only when it has changed or was hidden.
 *   three         v1 hides {A, B}, v2 {B, C}, v3 {A, C}: no two of these tell anything, all three tell all.
 *                 Elimination over all reports at once sees it, whatever their number and order.
 *   later         v3 publishes what completes v1 and v2 and tells nothing about v3 itself: small counts and
 *                 small changes of all reports are looked at each time, not those of the newest alone.
 *
 * An assumption that is wrong can still come out right.  Somebody who takes all others for unchanged finds a
 * small count with an error, the sum of their changes; it has to be `small` at least, between the new report
 * and every earlier one.  (To ask the same of each single change would freeze nearly everything in a
 * population that grows slowly, and does not help against changes that cancel.)
 *
 * Published changes of 1 to 4 are persons who came or went.  Changes of less than `small` that are known, of a
 * cell, the total, or cells that are hidden together, are therefore not let through either.
 *
 * When the total changed by little it is not hidden instead: in each table the cells that are hidden besides
 * would be those of whoever came or went.  Such a report is frozen.
 */
#include "suppress.h"

#include <stdlib.h>
#include <string.h>

#include "core/plant.h"
#include "inference.h"

/* A new report in which less than two thirds of the numbers can be read that can be read in the latest one
 * tells less than that one, which is repeated then. */
enum { READABLE_NEW = 3, READABLE_LATEST = 2 };

/* --- checking -------------------------------------------------------------------------------------- */

static bool adds_up(const sat_tally *tally, int64_t total)
{
	for (size_t c = 0; c < tally->cell_count; c++) {
		int64_t count = tally->cells[c].count;
		if (count < 0 || count > total)
			return false;
		total -= count;
	}
	return total == 0;
}

static int check(const sat_population *p, sat_error *err)
{
	if (p->total < 0)
		return sat_fail(err, SAT_EINVALID, "%s: the total is below 0", p->name);
	for (size_t t = 0; t < p->tally_count; t++) {
		const sat_tally *tally = &p->tallies[t];
		if (!adds_up(tally, p->total))
			return sat_fail(err, SAT_EINVALID, "%s: the table by %s does not add up to %lld", p->name, tally->name,
			                (long long)p->total);
		for (size_t c = 0; c < tally->cell_count; c++) {
			for (size_t d = 0; d < c; d++) {
				if (strcmp(tally->cells[c].key, tally->cells[d].key) == 0)
					return sat_fail(err, SAT_EINVALID, "%s: the table by %s has \"%s\" twice", p->name,
					                tally->name, tally->cells[c].key);
			}
		}
		for (size_t u = 0; u < t; u++) {
			if (strcmp(tally->name, p->tallies[u].name) == 0)
				return sat_fail(err, SAT_EINVALID, "%s: there are two tables by %s", p->name, tally->name);
		}
	}
	return 0;
}

/* --- publishing ------------------------------------------------------------------------------------ */

typedef struct choice {
	sat_cell_count *cell;
	sat_count *count;
} choice;

/* The new report while it is being decided. */
typedef struct draft {
	sat_population *now;
	sat_inference *inference;
	sat_count *total;            /* NULL for 0 */
	choice *choices;             /* the cells above 0, in the order in which they are tried */
	size_t choice_count;
} draft;

/* The greatest first; of equals the one that comes first. */
static int by_count(const void *a, const void *b)
{
	const choice *x = a, *y = b;
	if (x->cell->count != y->cell->count)
		return x->cell->count > y->cell->count ? -1 : 1;
	return x->count < y->count ? -1 : 1;
}

static sat_count *count_in(const sat_series *s, size_t cell)
{
	size_t count = sat_series_count(s, s->reports - 1, cell);
	return count == SAT_NO_COUNT ? NULL : &s->counts[count];
}

static int begin(draft *d, const sat_series *s, sat_arena *arena, sat_error *err)
{
	size_t cell = 1;
	d->total = count_in(s, 0);
	d->choices = sat_arena_zeroed(arena, s->cells, sizeof *d->choices);
	if (d->choices == NULL)
		return sat_no_memory(err);
	for (size_t t = 0; t < d->now->tally_count; t++) {
		sat_tally *tally = &d->now->tallies[t];
		for (size_t c = 0; c < tally->cell_count; c++, cell++) {
			tally->cells[c].hidden = tally->cells[c].count > 0;
			if (tally->cells[c].hidden)
				d->choices[d->choice_count++] = (choice){ &tally->cells[c], count_in(s, cell) };
		}
	}
	qsort(d->choices, d->choice_count, sizeof *d->choices, by_count);
	return 0;
}

/* Publishes the total, and false when that is not safe whatever else is hidden. */
static bool publish_total(draft *d)
{
	if (d->total != NULL)
		d->total->published++;
	d->now->total_hidden = !sat_inference_is_safe(d->inference) && !SAT_PLANTED_BUG(57);
	if (d->now->total_hidden && d->total != NULL)
		d->total->published--;
	return !d->now->total_hidden;
}

static void publish_cells(draft *d)
{
	for (size_t i = 0; i < d->choice_count; i++) {
		choice *one = &d->choices[i];
		one->count->published++;
		one->cell->hidden = !sat_inference_is_safe(d->inference);
		if (one->cell->hidden)
			one->count->published--;
	}
}

/* --- freezing -------------------------------------------------------------------------------------- */

/* How many numbers above 0 can be read. */
static size_t readable(const sat_population *p)
{
	size_t numbers = !p->total_hidden && p->total > 0;
	for (size_t t = 0; t < p->tally_count; t++) {
		for (size_t c = 0; c < p->tallies[t].cell_count; c++)
			numbers += !p->tallies[t].cells[c].hidden && p->tallies[t].cells[c].count > 0;
	}
	return numbers;
}

static bool total_changed_little(const sat_population *now, const sat_population *earlier, size_t earlier_count,
                                 int64_t small)
{
	for (size_t i = 0; i < earlier_count; i++) {
		int64_t change = llabs(now->total - earlier[i].total);
		if (!earlier[i].total_hidden && change > 0 && change < small)
			return true;
	}
	return false;
}

static int freeze(sat_population *now, const sat_population *latest, sat_arena *arena, sat_error *err)
{
	sat_population copy = *latest;
	copy.frozen = true;
	copy.tallies = sat_arena_copy(arena, latest->tallies, latest->tally_count * sizeof *latest->tallies);
	if (copy.tallies == NULL)
		return sat_no_memory(err);
	for (size_t t = 0; t < copy.tally_count; t++) {
		sat_tally *tally = &copy.tallies[t];
		tally->cells = sat_arena_copy(arena, tally->cells, tally->cell_count * sizeof *tally->cells);
		if (tally->cells == NULL)
			return sat_no_memory(err);
	}
	*now = copy;
	return 0;
}

int sat_suppress(sat_population *now, const sat_population *earlier, size_t earlier_count, int64_t small,
                 sat_arena *arena, sat_error *err)
{
	SAT_ARENA(scratch);
	sat_series *series;
	draft d = { .now = now };
	const sat_population *latest = earlier_count > 0 ? &earlier[earlier_count - 1] : NULL;
	now->frozen = false;
	int rc = check(now, err);
	if (rc == 0)
		rc = sat_series_make(&series, now, earlier, earlier_count, &scratch, err);
	if (rc == 0)
		rc = sat_inference_make(&d.inference, series, small, &scratch, err);
	if (rc == 0)
		rc = begin(&d, series, &scratch, err);
	if (rc != 0)
		return rc;
	bool safe = publish_total(&d) || latest == NULL ||
	            (!total_changed_little(now, earlier, earlier_count, small) && sat_inference_is_safe(d.inference));
	if (safe)
		publish_cells(&d);
	if (latest != NULL && (!safe || READABLE_NEW * readable(now) < READABLE_LATEST * readable(latest)))
		return freeze(now, latest, arena, err);
	return 0;
}
