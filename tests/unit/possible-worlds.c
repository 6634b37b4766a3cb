/* See possible-worlds.h.
 *
 * A world gives every number that is hidden a value of 1 to VALUE_MAX; a cell that did not change has one in
 * all its reports, and a number that is published anywhere is no question.  Tables have to add up in it.  A
 * world that is not found in many steps is taken not to be there, so that nothing is taken for safe that
 * was not seen to be.
 */
#include "possible-worlds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

enum { NUMBERS_MAX = 96, LINES_MAX = 24, PLACES_MAX = 12, VALUE_MAX = 40, TRIES_MAX = 5000 };

/* One number of one cell, in whichever reports. */
typedef struct number {
	size_t table, cell;          /* of the total: SIZE_MAX both */
	int64_t value;               /* the true one */
	bool published;
} number;

/* What a number can still be in the worlds that are being tried. */
typedef struct range {
	int64_t least, most;
} range;

typedef struct worlds {
	number numbers[NUMBERS_MAX];
	size_t count;
	size_t lines[LINES_MAX][PLACES_MAX]; /* the total, then the cells, of each table of each report */
	size_t lengths[LINES_MAX];
	size_t line_count;
	size_t tries;
} worlds;

static size_t enter(worlds *w, size_t table, size_t cell, int64_t value, bool hidden)
{
	size_t n = 0;
	while (n < w->count && (w->numbers[n].table != table || w->numbers[n].cell != cell ||
	                        w->numbers[n].value != value))
		n++;
	if (n == w->count)
		w->numbers[w->count++] = (number){ .table = table, .cell = cell, .value = value };
	w->numbers[n].published = w->numbers[n].published || !hidden;
	return n;
}

static void enter_report(worlds *w, const sat_population *p)
{
	size_t total = enter(w, SIZE_MAX, SIZE_MAX, p->total, p->total_hidden);
	for (size_t t = 0; t < p->tally_count; t++) {
		size_t *line = w->lines[w->line_count], length = 0;
		line[length++] = total;
		for (size_t c = 0; c < p->tallies[t].cell_count; c++)
			line[length++] = enter(w, t, c, p->tallies[t].cells[c].count, p->tallies[t].cells[c].hidden);
		w->lengths[w->line_count++] = length;
	}
}

/* Narrows the numbers of one table to what lets it add up; true when any became narrower. */
static bool narrow_table(const worlds *w, size_t line, range *ranges)
{
	const size_t *places = w->lines[line];
	bool narrower = false;
	int64_t least = 0, most = 0;
	for (size_t i = 1; i < w->lengths[line]; i++) {
		least += ranges[places[i]].least;
		most += ranges[places[i]].most;
	}
	range total = ranges[places[0]];
	for (size_t i = 0; i < w->lengths[line]; i++) {
		range *r = &ranges[places[i]], before = *r;
		int64_t low = i == 0 ? least : total.least - (most - before.most);
		int64_t high = i == 0 ? most : total.most - (least - before.least);
		r->least = low > r->least ? low : r->least;
		r->most = high < r->most ? high : r->most;
		narrower = narrower || r->least != before.least || r->most != before.most;
	}
	return narrower;
}

/* False when some number is left without a value. */
static bool narrow(const worlds *w, range *ranges)
{
	for (bool narrower = true; narrower;) {
		narrower = false;
		for (size_t l = 0; l < w->line_count; l++)
			narrower = narrow_table(w, l, ranges) || narrower;
		for (size_t n = 0; n < w->count; n++) {
			if (ranges[n].least > ranges[n].most)
				return false;
		}
	}
	return true;
}

/* How much a group of numbers is above another: is it always so much? */
typedef struct question {
	size_t after[PLACES_MAX], before[PLACES_MAX];
	size_t count;
	int64_t answer;
} question;

static bool may_have_another_answer(const range *ranges, const question *q)
{
	int64_t least = 0, most = 0;
	for (size_t i = 0; i < q->count; i++) {
		least += ranges[q->after[i]].least - ranges[q->before[i]].most;
		most += ranges[q->after[i]].most - ranges[q->before[i]].least;
	}
	return least != q->answer || most != q->answer;
}

/* A number that has several values left, of the question if there is one there; `count` for none. */
static size_t undecided(const worlds *w, const range *ranges, const question *q)
{
	size_t n = 0;
	for (size_t i = 0; q != NULL && i < q->count; i++) {
		if (ranges[q->before[i]].least < ranges[q->before[i]].most)
			return q->before[i];
		if (ranges[q->after[i]].least < ranges[q->after[i]].most)
			return q->after[i];
	}
	while (n < w->count && ranges[n].least == ranges[n].most)
		n++;
	return n;
}

/* Whether there is a world within these ranges in which the question (if any) has another answer.  Worlds like
 * the true one come first, since they are the likeliest to add up.  `depth` numbers were chosen on the way; what
 * follows from the first choice is given up after TRIES_MAX steps. */
static bool some_world(worlds *w, const range *within, const question *q, size_t depth)
{
	range ranges[NUMBERS_MAX];
	memcpy(ranges, within, sizeof ranges);
	if (w->tries++ > TRIES_MAX || !narrow(w, ranges) || (q != NULL && !may_have_another_answer(ranges, q)))
		return false;
	size_t n = undecided(w, ranges, q);
	if (n == w->count)
		return true;
	range all = ranges[n];
	for (int64_t step = 0; step <= 2 * VALUE_MAX; step++) {
		int64_t value = w->numbers[n].value + (step % 2 == 0 ? step / 2 : -(step + 1) / 2);
		w->tries = depth == 0 ? 0 : w->tries;
		ranges[n] = (range){ value, value };
		if (value >= all.least && value <= all.most && some_world(w, ranges, q, depth + 1))
			return true;
	}
	return false;
}

/* Everything that the numbers may be for all that is published. */
static void open_all(const worlds *w, range *ranges)
{
	memset(ranges, 0, NUMBERS_MAX * sizeof *ranges);
	for (size_t n = 0; n < w->count; n++) {
		const number *one = &w->numbers[n];
		ranges[n] = one->published ? (range){ one->value, one->value } : (range){ 1, VALUE_MAX };
	}
}

static bool is_open(worlds *w, const question *q)
{
	range ranges[NUMBERS_MAX];
	open_all(w, ranges);
	w->tries = 0;
	return some_world(w, ranges, q, 0);
}

/* How many values, up to `enough`, a number may have. */
static int64_t freedom(worlds *w, size_t n, int64_t enough)
{
	int64_t values = 0;
	for (int64_t value = 1; value <= VALUE_MAX && values < enough; value++) {
		range ranges[NUMBERS_MAX];
		open_all(w, ranges);
		if (value < ranges[n].least || value > ranges[n].most)
			continue;
		ranges[n] = (range){ value, value };
		w->tries = 0;
		values += some_world(w, ranges, NULL, 0);
	}
	return values;
}

static char told[100];

static const char *tell(const worlds *w, const question *q, size_t line_a, size_t line_b)
{
	int length = snprintf(told, sizeof told, "from table %zu to %zu a change by %lld:", line_a, line_b,
	                      (long long)q->answer);
	for (size_t i = 0; i < q->count && length < (int)sizeof told; i++)
		length += snprintf(told + length, sizeof told - (size_t)length, " %zd",
		                   (ssize_t)w->numbers[q->after[i]].cell);
	return told;
}

/* Looks at the total, and at every group of cells, of a table in two reports; the least groups first. */
static const char *ask_of_changes(worlds *w, size_t line_a, size_t line_b, int64_t small)
{
	size_t total_a = w->lines[line_a][0], total_b = w->lines[line_b][0];
	question total = { .before = { total_a }, .after = { total_b }, .count = 1 };
	total.answer = w->numbers[total_b].value - w->numbers[total_a].value;
	if (total.answer != 0 && llabs(total.answer) < small && !is_open(w, &total))
		return tell(w, &total, line_a, line_b);
	size_t cells = w->lengths[line_a] - 1;
	unsigned known[1 << (PLACES_MAX - 1)], known_count = 0;
	for (size_t size = 1; size <= cells; size++) {
		for (unsigned group = 1; group < 1U << cells; group++) {
			question q = { 0 };
			bool least = true;
			for (unsigned k = 0; k < known_count; k++)
				least = least && (known[k] & group) != known[k];
			for (size_t c = 0; c < cells; c++) {
				size_t a = w->lines[line_a][c + 1], b = w->lines[line_b][c + 1];
				if ((group >> c & 1) == 0)
					continue;
				q.before[q.count] = a;
				q.after[q.count++] = b;
				q.answer += w->numbers[b].value - w->numbers[a].value;
			}
			if (!least || q.count != size || is_open(w, &q))
				continue;
			known[known_count++] = group;
			if (q.answer != 0 && llabs(q.answer) < small)
				return tell(w, &q, line_a, line_b);
		}
	}
	return NULL;
}

static const char *ask_of_numbers(worlds *w, int64_t small)
{
	for (size_t n = 0; n < w->count; n++) {
		const number *one = &w->numbers[n];
		if (one->value > 0 && one->value < small && freedom(w, n, small) < small) {
			snprintf(told, sizeof told, "cell %zd of table %zd is %lld", (ssize_t)one->cell, (ssize_t)one->table,
			         (long long)one->value);
			return told;
		}
	}
	return NULL;
}

const char *worlds_tell(const sat_population *reports, size_t count, int64_t small)
{
	worlds w = { 0 };
	for (size_t r = 0; r < count; r++)
		enter_report(&w, &reports[r]);
	const char *learned = ask_of_numbers(&w, small);
	size_t tables = reports[0].tally_count;
	for (size_t b = tables; b < w.line_count && learned == NULL; b++) {
		for (size_t a = b % tables; a < b && learned == NULL; a += tables)
			learned = ask_of_changes(&w, a, b, small);
	}
	return learned;
}
