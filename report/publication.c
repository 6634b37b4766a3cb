/* See publication.h. */
#include "publication.h"

#include <string.h>

#include "core/store-private.h"

/* --- reading --------------------------------------------------------------------------------------- */

static const char *copy_text(sat_stmt *s, int at, sat_arena *arena)
{
	size_t length;
	const char *text = sat_column_text(s, at, &length);
	return sat_arena_copy(arena, text, length);
}

/* Adds the category that a row tells to the table that it belongs to, which is the last one or a new one. */
static int add_cell(sat_population *p, sat_stmt *s, sat_arena *arena, sat_error *err)
{
	size_t length;
	const char *dimension = sat_column_text(s, 5, &length);
	sat_tally *last = p->tally_count > 0 ? &p->tallies[p->tally_count - 1] : NULL;
	if (last == NULL || strcmp(last->name, dimension) != 0) {
		sat_tally *grown = sat_arena_grown(arena, p->tallies, p->tally_count, sizeof *grown);
		const char *name = copy_text(s, 5, arena);
		if (grown == NULL || name == NULL)
			return sat_no_memory(err);
		p->tallies = grown;
		last = &p->tallies[p->tally_count++];
		*last = (sat_tally){ .name = name };
	}
	sat_cell_count *cells = sat_arena_grown(arena, last->cells, last->cell_count, sizeof *cells);
	const char *key = copy_text(s, 6, arena);
	if (cells == NULL || key == NULL)
		return sat_no_memory(err);
	last->cells = cells;
	last->cells[last->cell_count++] =
	    (sat_cell_count){ .key = key, .count = sat_column_int(s, 7), .hidden = sat_column_int(s, 8) != 0 };
	return 0;
}

int sat_publication_earlier(sat_store *store, const char *population, sat_arena *arena, sat_population **earlier,
                            size_t *count, sat_error *err)
{
	sat_stmt *s = NULL;
	int64_t latest = 0;
	const char *name = sat_arena_copy(arena, population, strlen(population));
	*earlier = NULL;
	*count = 0;
	if (name == NULL)
		return sat_no_memory(err);
	int rc = sat_db_prepare(store->db, &s,
	                        "SELECT p.id, p.at, p.total, p.total_hidden, p.frozen, c.dimension, c.category, "
	                        "c.count, c.hidden FROM sat_published AS p "
	                        "LEFT JOIN sat_published_cell AS c ON c.published = p.id "
	                        "WHERE p.population = ? ORDER BY p.id, c.n", err);
	if (rc != 0)
		return rc;
	sat_bind_string(s, 1, population);
	while ((rc = sat_step(store->db, s, err)) == 1) {
		if (sat_column_int(s, 0) != latest) {
			sat_population *grown = sat_arena_grown(arena, *earlier, *count, sizeof *grown);
			if (grown == NULL) {
				rc = sat_no_memory(err);
				break;
			}
			*earlier = grown;
			(*earlier)[(*count)++] = (sat_population){ .name = name,
				                                   .at = sat_column_int(s, 1),
				                                   .total = sat_column_int(s, 2),
				                                   .total_hidden = sat_column_int(s, 3) != 0,
				                                   .frozen = sat_column_int(s, 4) != 0 };
			latest = sat_column_int(s, 0);
		}
		if (!sat_column_is_null(s, 5) && (rc = add_cell(&(*earlier)[*count - 1], s, arena, err)) != 0)
			break;
	}
	sat_db_finalize(store->db, &s);
	return rc;
}

/* --- noting ---------------------------------------------------------------------------------------- */

/* The statements of one report. */
typedef struct notes {
	sat_store *store;
	sat_stmt *report, *population, *cell;
} notes;

static int note_cells(notes *n, int64_t published, const sat_population *p, sat_error *err)
{
	int64_t position = 0;
	int rc = 0;
	for (size_t t = 0; rc == 0 && t < p->tally_count; t++) {
		for (size_t c = 0; rc == 0 && c < p->tallies[t].cell_count; c++) {
			const sat_cell_count *cell = &p->tallies[t].cells[c];
			sat_bind_int(n->cell, 1, published);
			sat_bind_int(n->cell, 2, position++);
			sat_bind_string(n->cell, 3, p->tallies[t].name);
			sat_bind_string(n->cell, 4, cell->key);
			sat_bind_int(n->cell, 5, cell->count);
			sat_bind_int(n->cell, 6, cell->hidden);
			rc = sat_run(n->store->db, n->cell, err);
		}
	}
	return rc;
}

static int note_population(notes *n, int64_t number, const sat_population *p, sat_error *err)
{
	int64_t published;
	sat_bind_int(n->population, 1, number);
	sat_bind_string(n->population, 2, p->name);
	sat_bind_int(n->population, 3, p->at);
	sat_bind_int(n->population, 4, p->total);
	sat_bind_int(n->population, 5, p->total_hidden);
	sat_bind_int(n->population, 6, p->frozen);
	int rc = sat_run(n->store->db, n->population, err);
	if (rc == 0)
		rc = sat_db_int(n->store->db, "SELECT max(id) FROM sat_published", &published, 0, err);
	return rc != 0 ? rc : note_cells(n, published, p, err);
}

static int prepare(notes *n, sat_error *err)
{
	sat_db *db = n->store->db;
	int rc = sat_db_prepare(db, &n->report,
	                        "INSERT INTO sat_publication(number, at, audience) VALUES(?, ?, ?)", err);
	if (rc == 0)
		rc = sat_db_prepare(db, &n->population,
		                    "INSERT INTO sat_published(publication, population, at, total, total_hidden, frozen) "
		                    "VALUES(?, ?, ?, ?, ?, ?)", err);
	if (rc == 0)
		rc = sat_db_prepare(db, &n->cell,
		                    "INSERT INTO sat_published_cell(published, n, dimension, category, count, hidden) "
		                    "VALUES(?, ?, ?, ?, ?, ?)", err);
	return rc;
}

int sat_publication_note(sat_store *store, int64_t at, const char *audience, const sat_population *populations,
                         size_t count, int64_t *number, sat_error *err)
{
	notes n = { .store = store };
	int64_t latest;
	int rc = sat_db_int(store->db, "SELECT max(number) FROM sat_publication", &latest, 0, err);
	if (rc == 0)
		rc = prepare(&n, err);
	if (rc == 0) {
		sat_bind_int(n.report, 1, latest + 1);
		sat_bind_int(n.report, 2, at);
		sat_bind_string(n.report, 3, audience);
		rc = sat_run(store->db, n.report, err);
	}
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = note_population(&n, latest + 1, &populations[i], err);
	sat_db_finalize(store->db, &n.report);
	sat_db_finalize(store->db, &n.population);
	sat_db_finalize(store->db, &n.cell);
	if (rc == 0 && number != NULL)
		*number = latest + 1;
	return rc;
}
