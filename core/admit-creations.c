/* See admit-creations.h. */
#include "admit-creations.h"

#include <stdlib.h>
#include <string.h>

static int load_runs(sat_admission *a, sat_dot first, sat_dot last, sat_error *err)
{
	sat_creations *c = &a->creations;
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(a->store->db, &s,
	                        "SELECT first, count, told FROM sat_run WHERE first <= ? AND first >= "
	                        "coalesce((SELECT max(first) FROM sat_run WHERE first <= ?), ?) "
	                        "ORDER BY first", err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, last);
	sat_bind_int(s, 2, first);
	sat_bind_int(s, 3, first);
	while ((rc = sat_step(a->store->db, s, err)) == 1) {
		c->runs = sat_arena_grown(&a->frame_arena, c->runs, c->run_count, sizeof *c->runs);
		if (c->runs == NULL) {
			rc = sat_no_memory(err);
			break;
		}
		sat_dot begin = sat_column_int(s, 0);
		c->runs[c->run_count++] = (sat_creation_run){ begin, begin + sat_column_int(s, 1) - 1, sat_column_int(s, 2) };
	}
	sat_db_finalize(a->store->db, &s);
	return rc < 0 ? rc : 0;
}

/* The first run that does not end before `dot`; run_count when there is none. */
static size_t run_from(const sat_creations *c, sat_dot dot)
{
	size_t low = 0, high = c->run_count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (c->runs[middle].last < dot)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool inside_run(const sat_creations *c, sat_dot dot)
{
	size_t i = run_from(c, dot);
	return i < c->run_count && c->runs[i].first <= dot;
}

typedef struct creation {
	sat_dot id;
	const char *kind;
} creation;

static int compare_creations(const void *a, const void *b)
{
	return sat_dot_ascending(&((const creation *)a)->id, &((const creation *)b)->id);
}

static size_t take_creations(const sat_block *block, creation *at)
{
	size_t n = 0;
	for (size_t i = 0; i < block->rows; i++) {
		if (block->row[i].record == block->row[i].dot)
			at[n++] = (creation){ block->row[i].record, block->kind };
	}
	return n;
}

/* Two rows of a block may tell one creation.  An author who means ill tells it in blocks of two kinds; within
 * one frame nobody else can. */
static int check_kinds(sat_admission *a, const sat_block *blocks, size_t count, size_t rows, sat_error *err)
{
	const sat_creations *c = &a->creations;
	bool twice = false;
	for (size_t i = 1; !twice && i < c->count; i++)
		twice = c->ids[i] == c->ids[i - 1];
	if (!twice)
		return 0;
	creation *all = sat_arena_take(&a->frame_arena, (rows + 1) * sizeof *all);
	if (all == NULL)
		return sat_no_memory(err);
	size_t n = 0;
	for (size_t i = 0; i < count; i++)
		n += take_creations(&blocks[i], all + n);
	qsort(all, n, sizeof *all, compare_creations);
	for (size_t i = 1; i < n; i++) {
		if (all[i].id == all[i - 1].id && strcmp(all[i].kind, all[i - 1].kind) != 0)
			return sat_fail(err, SAT_EREFUSED, "it creates one record as two kinds of record");
	}
	return 0;
}

int sat_creations_survey(sat_admission *a, const sat_block *blocks, size_t count, sat_error *err)
{
	sat_creations *c = &a->creations;
	size_t rows = 0;
	for (size_t i = 0; i < count; i++)
		rows += blocks[i].rows;
	*c = (sat_creations){ .ids = sat_arena_take(&a->frame_arena, (rows + 1) * sizeof *c->ids) };
	if (c->ids == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < blocks[i].rows; k++) {
			const sat_row *row = &blocks[i].row[k];
			if (row->record == row->dot && sat_dot_linked(row->dot))
				c->ids[c->count++] = row->dot;
		}
	}
	c->fresh = sat_arena_zeroed(&a->frame_arena, c->count + 1, sizeof *c->fresh);
	if (c->fresh == NULL)
		return sat_no_memory(err);
	if (c->count == 0)
		return 0;
	qsort(c->ids, c->count, sizeof *c->ids, sat_dot_ascending);
	int rc = check_kinds(a, blocks, count, rows, err);
	if (rc == 0)
		rc = load_runs(a, c->ids[0], c->ids[c->count - 1], err);
	for (size_t i = 0; rc == 0 && !c->any_inside && i < c->count; i++)
		c->any_inside = inside_run(c, c->ids[i]);
	return rc;
}

bool sat_creations_inside(const sat_admission *a, sat_dot id)
{
	return a->creations.any_inside && inside_run(&a->creations, id);
}

int64_t sat_creations_told(const sat_admission *a, sat_dot id)
{
	size_t i = run_from(&a->creations, id);
	return i < a->creations.run_count && a->creations.runs[i].first <= id ? a->creations.runs[i].told : 0;
}

bool sat_creations_were_here(const sat_admission *a, sat_dot first, sat_dot last)
{
	size_t i = run_from(&a->creations, first);
	return i < a->creations.run_count && a->creations.runs[i].first <= first &&
	       a->creations.runs[i].last >= last;
}

void sat_creations_note(sat_admission *a, sat_dot id)
{
	const sat_creations *c = &a->creations;
	const sat_dot *at = bsearch(&id, c->ids, c->count, sizeof *c->ids, sat_dot_ascending);
	c->fresh[at - c->ids] = true;
}

/* From one new creation to the next as long as no older run lies between. */
int sat_creations_make_runs(sat_admission *a, sat_error *err)
{
	const sat_creations *c = &a->creations;
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < c->count;) {
		if (!c->fresh[i] || inside_run(c, c->ids[i])) {
			i++;
			continue;
		}
		size_t end = i + 1, last = i;
		while (end < c->count && sat_dot_index(c->ids[end]) == sat_dot_index(c->ids[i])) {
			size_t next = run_from(c, c->ids[last]);
			if (next < c->run_count && c->runs[next].first <= c->ids[end])
				break;
			if (c->fresh[end])
				last = end;
			end++;
		}
		rc = sat_store_add_run(a->store, c->ids[i], c->ids[last] - c->ids[i] + 1, a->from.incarnation, err);
		i = end;
	}
	return rc;
}
