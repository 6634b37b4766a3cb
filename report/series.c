/* See series.h. */
#include "series.h"

#include <string.h>

#include "core/plant.h"

/* The reports that count, the names by which their cells are found, and what stands in them. */
typedef struct layout {
	sat_series *series;
	const sat_population **reports;
	const char **tables;         /* the name of each table */
	const char **keys;           /* the category of each cell */
	int64_t *values;             /* report * cells + cell */
	bool *published;             /* likewise */
} layout;

static size_t find_table(layout *l, const char *name)
{
	sat_series *s = l->series;
	size_t t = 0;
	while (t < s->tables && strcmp(l->tables[t], name) != 0)
		t++;
	if (t == s->tables)
		l->tables[s->tables++] = name;
	return t;
}

static size_t find_cell(layout *l, size_t table, const char *key)
{
	sat_series *s = l->series;
	size_t c = 1;
	while (c < s->cells && (s->table_of[c] != table || strcmp(l->keys[c], key) != 0))
		c++;
	if (c == s->cells) {
		s->table_of[c] = table;
		l->keys[c] = key;
		s->cells++;
	}
	return c;
}

/* Finds every table and cell, the new report's first. */
static int find_all(layout *l, sat_arena *arena, sat_error *err)
{
	sat_series *s = l->series;
	size_t tables = 0, cells = 1;
	for (size_t r = 0; r < s->reports; r++) {
		tables += l->reports[r]->tally_count;
		for (size_t t = 0; t < l->reports[r]->tally_count; t++)
			cells += l->reports[r]->tallies[t].cell_count;
	}
	l->tables = sat_arena_zeroed(arena, tables, sizeof *l->tables);
	l->keys = sat_arena_zeroed(arena, cells, sizeof *l->keys);
	s->table_of = sat_arena_zeroed(arena, cells, sizeof *s->table_of);
	if (l->tables == NULL || l->keys == NULL || s->table_of == NULL)
		return sat_no_memory(err);
	s->cells = 1;
	for (size_t r = s->reports; r-- > 0;) {
		for (size_t t = 0; t < l->reports[r]->tally_count; t++) {
			const sat_tally *tally = &l->reports[r]->tallies[t];
			size_t table = find_table(l, tally->name);
			for (size_t c = 0; c < tally->cell_count; c++)
				find_cell(l, table, tally->cells[c].key);
		}
	}
	return 0;
}

static void enter_report(layout *l, size_t report)
{
	sat_series *s = l->series;
	const sat_population *p = l->reports[report];
	bool is_new = report + 1 == s->reports;
	size_t row = report * s->cells;
	l->values[row] = p->total;
	l->published[row] = !is_new && !p->total_hidden;
	for (size_t t = 0; t < p->tally_count; t++) {
		size_t table = find_table(l, p->tallies[t].name);
		s->has_table[report * s->tables + table] = true;
		for (size_t c = 0; c < p->tallies[t].cell_count; c++) {
			const sat_cell_count *cell = &p->tallies[t].cells[c];
			size_t at = row + find_cell(l, table, cell->key);
			l->values[at] = cell->count;
			l->published[at] = !is_new && !cell->hidden;
		}
	}
}

/* Gives every number above 0 that a cell had its count. */
static void count_cell(layout *l, size_t cell)
{
	sat_series *s = l->series;
	size_t first = s->count_count;
	for (size_t r = 0; r < s->reports; r++) {
		size_t at = r * s->cells + cell, n = SAT_PLANTED_BUG(51) ? s->count_count : first;
		s->count_of[at] = SAT_NO_COUNT;
		if (l->values[at] == 0)
			continue;
		while (n < s->count_count && s->counts[n].value != l->values[at])
			n++;
		if (n == s->count_count)
			s->counts[s->count_count++] = (sat_count){ .cell = cell, .value = l->values[at] };
		s->count_of[at] = n;
		s->counts[n].published += l->published[at];
	}
}

int sat_series_make(sat_series **series, const sat_population *now, const sat_population *earlier,
                    size_t earlier_count, sat_arena *arena, sat_error *err)
{
	sat_series *s = *series = sat_arena_zeroed(arena, 1, sizeof *s);
	layout l = { .series = s, .reports = sat_arena_zeroed(arena, earlier_count + 1, sizeof *l.reports) };
	if (s == NULL || l.reports == NULL)
		return sat_no_memory(err);
	for (size_t r = SAT_PLANTED_BUG(58) && earlier_count > 0 ? earlier_count - 1 : 0; r < earlier_count; r++) {
		if (!earlier[r].frozen)
			l.reports[s->reports++] = &earlier[r];
	}
	l.reports[s->reports++] = now;
	int rc = find_all(&l, arena, err);
	if (rc != 0)
		return rc;
	size_t places = s->reports * s->cells;
	l.values = sat_arena_zeroed(arena, places, sizeof *l.values);
	l.published = sat_arena_zeroed(arena, places, sizeof *l.published);
	s->has_table = sat_arena_zeroed(arena, s->reports * s->tables, sizeof *s->has_table);
	s->count_of = sat_arena_zeroed(arena, places, sizeof *s->count_of);
	s->counts = sat_arena_zeroed(arena, places, sizeof *s->counts);
	if (l.values == NULL || l.published == NULL || s->has_table == NULL || s->count_of == NULL ||
	    s->counts == NULL)
		return sat_no_memory(err);
	for (size_t r = 0; r < s->reports; r++)
		enter_report(&l, r);
	for (size_t c = 0; c < s->cells; c++)
		count_cell(&l, c);
	return 0;
}
