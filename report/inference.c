/* See inference.h.
 *
 * Counts that are not published are the unknowns, each a column.  Every table of every report is a line: its
 * cells, less its total, come to nothing.  After elimination some columns have a pivot; every count is then
 * put in terms of those that have none and stay free.  It is known when nothing is left of it, and the
 * difference of two counts is known when the same is left of both.
 *
 * A change of several cells together is known when what is left of their changes cancels.  Which of them
 * cancel is a null space.  In its reduced basis each cell with a pivot stands in one vector alone, so a group
 * is the sum of as many vectors as it has such cells.
 */
#include "inference.h"

#include <string.h>

#include "bounds.h"
#include "core/plant.h"
#include "echelon.h"

#define PUBLISHED SIZE_MAX
/* Groups that are the sum of more vectors than this are not looked for.  Some are of two; one of three was never
 * met. */
enum { GROUP_PARTS_MAX = 3 };

struct sat_inference {
	const sat_series *series;
	int64_t small;
	size_t *unknown_of;          /* of each count: its column, or PUBLISHED */
	size_t *count_of;            /* of each column */
	uint64_t *line;              /* of a matrix, on its way into it */
	double *coefficients;        /* the same line for `bounds` */
	sat_echelon told;            /* what all tables say */
	sat_bounds bounds;           /* the same, of unknowns that are less by 1 there, so 0 at least */

	size_t free;                 /* columns without a pivot */
	size_t *columns;             /* these, or some of them */
	uint64_t *left;              /* column * free + free column: each unknown in terms of these */
	uint64_t *sketch;            /* of each count: a fingerprint of what is left of it, 0 for nothing */

	size_t *members;             /* cells of which the changes are unknown */
	sat_echelon parts;           /* what is left of these changes, and which cells went into each row */
	sat_echelon groups;          /* which members cancel */
	uint64_t *passed;            /* of each pair of reports and table: a fingerprint of the form in which its
	                              * groups were looked at last and showed nothing */
};

static int make_matrices(sat_inference *in, size_t unknown, sat_arena *arena, sat_error *err)
{
	size_t cells = in->series->cells, tables = in->series->reports * in->series->tables;
	size_t lines = unknown < tables ? unknown : tables;
	int rc = sat_echelon_make(&in->told, lines, unknown, arena, err);
	if (rc == 0)
		rc = sat_bounds_make(&in->bounds, lines, unknown, arena, err);
	if (rc == 0)
		rc = sat_echelon_make(&in->parts, cells, unknown + cells, arena, err);
	return rc != 0 ? rc : sat_echelon_make(&in->groups, cells, cells, arena, err);
}

int sat_inference_make(sat_inference **inference, const sat_series *s, int64_t small, sat_arena *arena,
                       sat_error *err)
{
	sat_inference *in = *inference = sat_arena_zeroed(arena, 1, sizeof *in);
	size_t unknown = 0;
	if (in == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; i < s->count_count; i++)
		unknown += s->counts[i].published == 0;
	*in = (sat_inference){
		.series = s,
		.small = small,
		.unknown_of = sat_arena_zeroed(arena, s->count_count, sizeof *in->unknown_of),
		.count_of = sat_arena_zeroed(arena, unknown, sizeof *in->count_of),
		.line = sat_arena_zeroed(arena, unknown + s->cells, sizeof *in->line),
		.coefficients = sat_arena_zeroed(arena, unknown, sizeof *in->coefficients),
		.columns = sat_arena_zeroed(arena, unknown, sizeof *in->columns),
		.left = sat_arena_zeroed(arena, unknown * unknown, sizeof *in->left),
		.sketch = sat_arena_zeroed(arena, s->count_count, sizeof *in->sketch),
		.members = sat_arena_zeroed(arena, s->cells, sizeof *in->members),
		.passed = sat_arena_zeroed(arena, s->reports * s->reports * s->tables, sizeof *in->passed),
	};
	if (in->unknown_of == NULL || in->count_of == NULL || in->line == NULL || in->coefficients == NULL ||
	    in->columns == NULL || in->left == NULL || in->sketch == NULL || in->members == NULL || in->passed == NULL)
		return sat_no_memory(err);
	return make_matrices(in, unknown, arena, err);
}

/* --- elimination ----------------------------------------------------------------------------------- */

/* What one table of one report says, in the unknowns that are left of it; false when none are. */
static bool state_table(sat_inference *in, size_t report, size_t table)
{
	const sat_series *s = in->series;
	bool any = false;
	memset(in->line, 0, in->told.width * sizeof *in->line);
	for (size_t c = 0; c < s->cells; c++) {
		size_t count = sat_series_count(s, report, c);
		if (count == SAT_NO_COUNT || in->unknown_of[count] == PUBLISHED || (c > 0 && s->table_of[c] != table))
			continue;
		in->line[in->unknown_of[count]] = c == 0 ? SAT_ECHELON_MINUS_ONE : 1;
		any = true;
	}
	return any;
}

static void take_in_line(sat_inference *in)
{
	double sum = 0;
	for (size_t u = 0; u < in->told.width; u++) {
		in->coefficients[u] = in->line[u] == SAT_ECHELON_MINUS_ONE ? -1 : (double)in->line[u];
		sum += in->coefficients[u] * (double)(in->series->counts[in->count_of[u]].value - 1);
	}
	if (sat_echelon_reduce(&in->told, in->line)) {
		sat_echelon_add(&in->told, in->line);
		sat_bounds_tell(&in->bounds, in->coefficients, sum);
	}
}

/* Well mixed bits (Steele, Lea and Flood, 2014). */
static uint64_t mix(uint64_t z)
{
	z += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* Puts every unknown in terms of the columns that stay free. */
static void leave_free(sat_inference *in)
{
	in->free = 0;
	memset(in->sketch, 0, in->series->count_count * sizeof *in->sketch);
	for (size_t u = 0; u < in->told.width; u++) {
		if (in->told.pivot_row[u] == SAT_NO_ROW)
			in->columns[in->free++] = u;
	}
	for (size_t own = 0; own < in->told.width; own++) {
		size_t row = in->told.pivot_row[own];
		uint64_t *left = &in->left[own * in->free], *sketch = &in->sketch[in->count_of[own]];
		for (size_t f = 0; f < in->free; f++) {
			size_t u = in->columns[f];
			left[f] = row == SAT_NO_ROW ? own == u : sat_echelon_minus(0, in->told.rows[row][u]);
			uint64_t weight = left[f] == 0 ? 0 : mix(in->count_of[u]) % SAT_ECHELON_PRIME;
			*sketch = sat_echelon_plus(*sketch, sat_echelon_times(left[f], weight));
		}
	}
}

static void eliminate(sat_inference *in)
{
	const sat_series *s = in->series;
	size_t width = 0;
	for (size_t i = 0; i < s->count_count; i++) {
		in->unknown_of[i] = s->counts[i].published > 0 ? PUBLISHED : width;
		if (s->counts[i].published == 0)
			in->count_of[width++] = i;
	}
	sat_echelon_begin(&in->told, width, width);
	sat_bounds_begin(&in->bounds, width);
	for (size_t r = 0; r < s->reports; r++) {
		for (size_t t = 0; t < s->tables; t++) {
			if (s->has_table[r * s->tables + t] && state_table(in, r, t))
				take_in_line(in);
		}
	}
	leave_free(in);
}

static uint64_t sketch_of(const sat_inference *in, size_t count)
{
	return count == SAT_NO_COUNT ? 0 : in->sketch[count];
}

static bool is_known(const sat_inference *in, size_t count) { return sketch_of(in, count) == 0; }

static bool difference_is_known(const sat_inference *in, size_t a, size_t b)
{
	return sketch_of(in, a) == sketch_of(in, b);
}

/* --- what must not follow -------------------------------------------------------------------------- */

static bool is_small(const sat_inference *in, int64_t number)
{
	return number != 0 && number > -in->small && number < in->small;
}

static bool small_count_shows(sat_inference *in)
{
	const sat_series *s = in->series;
	for (size_t i = 0; i < s->count_count; i++) {
		if (!is_small(in, s->counts[i].value))
			continue;
		if (is_known(in, i) ? !SAT_PLANTED_BUG(52)
		                    : !sat_bounds_span(&in->bounds, in->unknown_of[i], (double)(in->small - 1)) &&
		                          !SAT_PLANTED_BUG(53))
			return true;
	}
	return false;
}

/* Of one cell or of the total. */
static bool small_change_shows(const sat_inference *in)
{
	const sat_series *s = in->series;
	for (size_t i = 0; i < s->count_count && !SAT_PLANTED_BUG(54); i++) {
		for (size_t k = i + 1; k < s->count_count && s->counts[k].cell == s->counts[i].cell; k++) {
			if (is_small(in, s->counts[i].value - s->counts[k].value) && difference_is_known(in, i, k))
				return true;
		}
	}
	return false;
}

/* --- changes of groups ----------------------------------------------------------------------------- */

/* What is left of a count in one free column. */
static uint64_t left_of(const sat_inference *in, size_t count, size_t column)
{
	if (count == SAT_NO_COUNT || in->unknown_of[count] == PUBLISHED)
		return 0;
	return in->left[in->unknown_of[count] * in->free + column];
}

static uint64_t change_left(const sat_inference *in, size_t a, size_t b, size_t cell, size_t column)
{
	return sat_echelon_minus(left_of(in, sat_series_count(in->series, b, cell), column),
	                         left_of(in, sat_series_count(in->series, a, cell), column));
}

/* Lists the cells of a table of which the changes from report `a` to `b` are unknown, and the free columns that
 * are left of these changes; returns how many columns. */
static size_t list_members(sat_inference *in, size_t a, size_t b, size_t table)
{
	const sat_series *s = in->series;
	size_t members = 0, columns = 0;
	for (size_t c = 1; c < s->cells; c++) {
		if (s->table_of[c] == table &&
		    !difference_is_known(in, sat_series_count(s, a, c), sat_series_count(s, b, c)))
			in->members[members++] = c;
	}
	for (size_t f = 0; f < in->free; f++) {
		bool any = false;
		for (size_t m = 0; m < members && !any; m++)
			any = change_left(in, a, b, in->members[m], f) != 0;
		if (any)
			in->columns[columns++] = f;
	}
	sat_echelon_begin(&in->parts, columns + members, columns);
	sat_echelon_begin(&in->groups, members, members);
	return columns;
}

/* Finds which members cancel: each goes into `parts` with a mark of its own behind what is left of it, and
 * where nothing is left the marks tell why. */
static void find_groups(sat_inference *in, size_t a, size_t b, size_t table)
{
	size_t columns = list_members(in, a, b, table);
	for (size_t m = 0; m < in->groups.width; m++) {
		for (size_t u = 0; u < columns; u++)
			in->line[u] = change_left(in, a, b, in->members[m], in->columns[u]);
		for (size_t u = 0; u < in->groups.width; u++)
			in->line[columns + u] = u == m;
		if (sat_echelon_reduce(&in->parts, in->line)) {
			sat_echelon_add(&in->parts, in->line);
		} else {
			sat_echelon_reduce(&in->groups, in->line + columns);
			sat_echelon_add(&in->groups, in->line + columns);
		}
	}
}

/* Whether the sum of vectors in `line` is a group, and it changed by little. */
static bool group_changed_little(const sat_inference *in, size_t a, size_t b)
{
	int64_t change = 0;
	for (size_t m = 0; m < in->groups.width; m++) {
		if (in->line[m] > 1)
			return false;
		if (in->line[m] == 1)
			change += sat_series_value(in->series, b, in->members[m]) -
			          sat_series_value(in->series, a, in->members[m]);
	}
	return is_small(in, change);
}

/* The same of every sum that begins as `line` and has up to `parts` more vectors, from `first` on. */
static bool any_group_changed_little(sat_inference *in, size_t first, int parts, size_t a, size_t b)
{
	const sat_echelon *g = &in->groups;
	for (size_t r = first; r < g->rank; r++) {
		for (size_t m = 0; m < g->width; m++)
			in->line[m] = sat_echelon_plus(in->line[m], g->rows[r][m]);
		if (group_changed_little(in, a, b) ||
		    (parts > 1 && any_group_changed_little(in, r + 1, parts - 1, a, b)))
			return true;
		for (size_t m = 0; m < g->width; m++)
			in->line[m] = sat_echelon_minus(in->line[m], g->rows[r][m]);
	}
	return false;
}

static bool small_change_of_group_shows(sat_inference *in, size_t a, size_t b, size_t table)
{
	const sat_series *s = in->series;
	uint64_t form = 0, *passed = &in->passed[(a * s->reports + b) * s->tables + table];
	for (size_t c = 1; c < s->cells; c++) {
		if (s->table_of[c] == table)
			form = mix(mix(form ^ sketch_of(in, sat_series_count(s, a, c))) ^
			           sketch_of(in, sat_series_count(s, b, c)));
	}
	if (form == *passed && form != 0)
		return false;
	find_groups(in, a, b, table);
	memset(in->line, 0, in->groups.width * sizeof *in->line);
	if (any_group_changed_little(in, 0, GROUP_PARTS_MAX, a, b))
		return true;
	*passed = form;
	return false;
}

/* --- reckoning ------------------------------------------------------------------------------------- */

/* Whether the small count of `target` in report `a` comes out about right for somebody who takes the others for
 * unchanged in report `b`: those that are hidden with it in `a`, when `b` tells of all of these; or those that
 * are hidden in either, when `b` tells of the target itself. */
static bool reckons(const sat_inference *in, size_t a, size_t b, size_t target)
{
	const sat_series *s = in->series;
	bool others_told = true;
	int64_t of_others = 0, of_all = 0;
	for (size_t c = 1; c < s->cells; c++) {
		if (s->table_of[c] != s->table_of[target] || c == target)
			continue;
		bool hidden_a = !is_known(in, sat_series_count(s, a, c));
		bool hidden_b = !is_known(in, sat_series_count(s, b, c));
		int64_t change = sat_series_value(s, b, c) - sat_series_value(s, a, c);
		others_told = others_told && !(hidden_a && hidden_b);
		of_others += hidden_a ? change : 0;
		of_all += hidden_a || hidden_b ? change : 0;
	}
	bool target_told = is_known(in, sat_series_count(s, b, target));
	return (others_told && (of_others == 0 || is_small(in, of_others))) ||
	       (target_told && (of_all == 0 || is_small(in, of_all)));
}

static bool reckoning_shows(const sat_inference *in, size_t a, size_t b)
{
	const sat_series *s = in->series;
	if (!is_known(in, sat_series_count(s, a, 0)) || !is_known(in, sat_series_count(s, b, 0)))
		return false;
	for (size_t c = 1; c < s->cells && !SAT_PLANTED_BUG(56); c++) {
		size_t count = sat_series_count(s, a, c), table = s->table_of[c];
		if (!is_known(in, count) && is_small(in, s->counts[count].value) &&
		    s->has_table[b * s->tables + table] && reckons(in, a, b, c))
			return true;
	}
	return false;
}

bool sat_inference_is_safe(sat_inference *in)
{
	const sat_series *s = in->series;
	size_t now = s->reports - 1;
	eliminate(in);
	if (small_count_shows(in) || small_change_shows(in))
		return false;
	for (size_t a = 0; a < now; a++) {
		if (reckoning_shows(in, a, now) || reckoning_shows(in, now, a))
			return false;
	}
	for (size_t b = 1; b < s->reports && !SAT_PLANTED_BUG(55); b++) {
		for (size_t a = 0; a < b; a++) {
			for (size_t t = 0; t < s->tables; t++) {
				if (small_change_of_group_shows(in, a, b, t))
					return false;
			}
		}
	}
	return true;
}
