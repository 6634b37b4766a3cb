/* See importing.h. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/record.h"
#include "importing.h"
#include "view.h"

/* --- the header --------------------------------------------------------------------------------- */

/* The value behind "NAME=" in a list of options; NULL when the name is not in it. */
static const char *option_of(const cli_list *list, const char *name, size_t length)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strncmp(list->at[i], name, length) == 0 && list->at[i][length] == '=')
			return list->at[i] + length + 1;
	}
	return NULL;
}

static bool named(const cli_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->at[i], name) == 0)
			return true;
	}
	return false;
}

/* A column that only filters, or is ignored, need not be a field. */
static int take_column(import *i, const cli_cell *cell, import_column *column)
{
	cli *c = i->c;
	snprintf(column->name, sizeof column->name, "%s", cell->text);
	column->only = option_of(i->only, cell->text, cell->length);
	if (named(i->ignore, cell->text))
		return 0;
	const char *field = option_of(i->map, cell->text, cell->length);
	if (field == NULL && strcasecmp(cell->text, "id") == 0) {
		column->id = i->has_id = true;
		return 0;
	}
	if (field == NULL)
		field = cell->text;
	if (cli_column_named(c, i->table, field, strlen(field), &column->column) == 0)
		return 0;
	if (column->only != NULL && option_of(i->map, cell->text, cell->length) == NULL)
		return 0;
	return sat_fail(&c->err, SAT_EINVALID,
	                "column \"%.60s\" is no field of %s; nothing was imported; "
	                "--map %.60s=FIELD names one, --ignore %.60s leaves it out",
	                cell->text, i->table->name, cell->text, cell->text);
}

/* A row's own kind column is often a field too: what is only a filter's is not imported twice. */
static int check_twice(import *i)
{
	for (size_t a = 0; a < i->column_count; a++) {
		const import_column *one = &i->columns[a];
		for (size_t b = 0; b < a; b++) {
			const import_column *other = &i->columns[b];
			if (strcmp(one->name, other->name) == 0 ||
			    (one->column != NULL && one->column == other->column))
				return sat_fail(&i->c->err, SAT_EINVALID,
				                "the columns %zu and %zu are both for \"%s\"; "
				                "nothing was imported",
				                b + 1, a + 1,
				                one->column == NULL ? one->name : one->column->name);
		}
		for (size_t k = 0; k < i->set_count; k++) {
			if (one->column != NULL && one->column->number == i->set[k].column)
				return sat_fail(&i->c->err, SAT_EINVALID,
				                "field %s is both a column and in --set; "
				                "nothing was imported",
				                one->column->name);
		}
	}
	return 0;
}

static int check_required(import *i)
{
	for (size_t f = 0; f < i->table->column_count && !i->has_id; f++) {
		const sat_column *column = &i->table->columns[f];
		bool given = column->field == NULL || !column->field->required;
		for (size_t k = 0; k < i->column_count && !given; k++)
			given = i->columns[k].column == column;
		for (size_t k = 0; k < i->set_count && !given; k++)
			given = i->set[k].column == column->number;
		if (!given)
			return sat_fail(&i->c->err, SAT_EINVALID,
			                "the column \"%s\" is missing, which every %s needs; "
			                "nothing was imported",
			                column->name, i->table->name);
	}
	return 0;
}

static int check_options(import *i)
{
	const cli_list *lists[] = { i->map, i->only };
	for (size_t l = 0; l < 2; l++) {
		for (size_t k = 0; k < lists[l]->count; k++) {
			const char *text = lists[l]->at[k];
			size_t n = strcspn(text, "=");
			bool found = false;
			for (size_t f = 0; f < i->column_count; f++)
				found = found || (strlen(i->columns[f].name) == n &&
				                  memcmp(i->columns[f].name, text, n) == 0);
			if (text[n] != '=')
				return sat_fail(&i->c->err, SAT_EUSAGE, "--%s takes COLUMN=%s, not \"%.80s\"",
				                l == 0 ? "map" : "only", l == 0 ? "FIELD" : "TEXT", text);
			if (!found)
				return sat_fail(&i->c->err, SAT_EUSAGE,
				                "--%s %.80s: the file has no such column; "
				                "nothing was imported",
				                l == 0 ? "map" : "only", text);
		}
	}
	return 0;
}

int import_header(import *i, const cli_row *row)
{
	cli *c = i->c;
	if (row->bad != NULL || row->count > CLI_CELLS_MAX)
		return sat_fail(&c->err, SAT_ELIMIT,
		                "the header of the file is too long; nothing was imported");
	for (size_t k = 0; k < row->count; k++) {
		const cli_cell *cell = &row->cells[k];
		if (cell->bad != NULL || cell->length == 0)
			return sat_fail(&c->err, SAT_EINVALID,
			                "row %zu, column %zu: %s; nothing was imported", row->number, k + 1,
			                cell->bad != NULL ? cell->bad : "the column has no name");
		if (row->count == 1 && strchr(cell->text, ';') != NULL)
			return sat_fail(&c->err, SAT_EINVALID,
			                "the cells of the file are separated by semicolons; "
			                "nothing was imported; say --delimiter ';'");
		int rc = take_column(i, cell, &i->columns[k]);
		if (rc != 0)
			return rc;
	}
	i->column_count = row->count;
	int rc = check_options(i);
	if (rc == 0)
		rc = check_twice(i);
	return rc != 0 ? rc : check_required(i);
}

/* --- rows --------------------------------------------------------------------------------------- */

static int bad_row(import *i, size_t number, const char *column, const char *reason)
{
	i->bad++;
	if (i->bad <= IMPORT_BAD_TOLD)
		cli_refuse(i->c, "row %zu%s%s: %s", number, column == NULL ? "" : ", column ",
		           column == NULL ? "" : column, reason);
	if (i->bad <= IMPORT_BAD_LISTED)
		json_array_append_new(i->bad_rows,
		                      json_pack("{s:I, s:o, s:o}", "row", (json_int_t)number, "column",
		                                column == NULL ? json_null() : cli_text(column), "reason",
		                                cli_text(reason)));
	return 0;
}

/* What a row can be wrong about; anything else is the store's. */
static bool is_bad_value(int rc)
{
	return rc == SAT_EINVALID || rc == SAT_ENOTFOUND || rc == SAT_ELIMIT || rc == SAT_EUSAGE;
}

static bool left_out(const import *i, const cli_row *row)
{
	for (size_t k = 0; k < i->column_count && k < row->count; k++) {
		const cli_cell *cell = &row->cells[k];
		if (i->columns[k].only != NULL && cell->bad == NULL &&
		    strcmp(i->columns[k].only, cell->text) != 0)
			return true;
	}
	return false;
}

static int read_id(import *i, const cli_cell *cell, sat_dot *id)
{
	sat_table *table = NULL;
	int rc = cli_record_named(i->c, cell->text, cell->length, NULL, id);
	if (rc == 0)
		rc = sat_table_of_record(i->c->store, *id, &table, &i->c->err);
	if (rc == 0 && table != i->table)
		rc = sat_fail(&i->c->err, SAT_EINVALID, "record %.40s is of kind %s", cell->text,
		              table == NULL ? "?" : table->name);
	return rc;
}

/* Reads the cells into writes.  An empty cell says nothing: it neither fills nor empties a field.
 * `*column` is the one that was wrong. */
static int read_cells(import *i, const cli_row *row, sat_arena *arena, sat_write *writes, size_t *count,
                      sat_dot *id, const char **column)
{
	for (size_t k = 0; k < i->column_count; k++) {
		const import_column *use = &i->columns[k];
		const cli_cell *cell = &row->cells[k];
		int rc = 0;
		if (cell->bad != NULL && (use->id || use->column != NULL))
			rc = sat_fail(&i->c->err, SAT_EINVALID, "%s", cell->bad);
		else if (cell->length > 0 && use->id)
			rc = read_id(i, cell, id);
		else if (cell->length > 0 && use->column != NULL) {
			rc = cli_value_read(i->c, use->column, cell->text, cell->length, i->has_id, arena,
			                    &writes[*count].value);
			writes[*count].column = use->column->number;
			*count += rc == 0 && writes[*count].value.type != SAT_CLEARED;
		}
		if (rc != 0) {
			*column = use->name;
			return rc;
		}
	}
	for (size_t k = 0; k < i->set_count; k++)
		writes[(*count)++] = i->set[k];
	return 0;
}

/* What the record shows already is not written: it would settle conflicts that nobody has looked at. */
static int change(import *i, sat_dot id, sat_write *writes, size_t count, sat_arena *arena)
{
	cli *c = i->c;
	sat_state state;
	int rc = sat_record_load(c->store, i->table, id, arena, &state, &c->err);
	size_t kept = 0, changed = 0;
	for (size_t k = 0; rc == 0 && k < count; k++) {
		const sat_sibling *shown = sat_state_shown(&state, writes[k].column);
		bool same = shown == NULL
		                ? writes[k].value.type == SAT_CLEARED
		                : !shown->blank && sat_value_compare(&shown->value, &writes[k].value) == 0;
		if (!same)
			writes[kept++] = writes[k];
	}
	if (rc == 0 && kept > 0)
		rc = sat_record_set(c->store, id, writes, kept, &changed, &c->err);
	i->changed += changed > 0;
	i->unchanged += changed == 0;
	return rc;
}

static int write_row(import *i, const cli_row *row, sat_dot id, sat_write *writes, size_t count,
                     sat_arena *arena)
{
	cli *c = i->c;
	if (id == 0) {
		int rc = cli_required(c, i->table, writes, count);
		if (rc != 0)
			return rc == SAT_EINVALID ? bad_row(i, row->number, NULL, c->err.message) : rc;
	}
	/* After a bad row only the others' mistakes are still of interest; after one that repeats what is
	 * here, the mistakes and the repetitions. */
	if (i->bad > 0 && !i->skip_bad)
		return 0;
	if (id != 0)
		return change(i, id, writes, count, arena);
	bool same = false;
	int rc = i->again ? 0 : import_same(i, writes, count, &same);
	if (same && i->same++ == 0)
		i->first_same = row->number;
	if (rc != 0 || same || (i->same > 0 && !i->skip_same))
		return rc;
	i->added++;
	return sat_record_add(c->store, i->table, writes, count, &id, &c->err);
}

int import_broken(import *i, const cli_row *row)
{
	char reason[160];
	const char *column = row->count < i->column_count ? i->columns[row->count].name : NULL;
	if (column == NULL)
		snprintf(reason, sizeof reason, "in cell %zu, %s", row->count + 1, row->bad);
	else
		snprintf(reason, sizeof reason, "%s", row->bad);
	bad_row(i, row->number, column, reason);
	return sat_fail(&i->c->err, SAT_EINVALID,
	                "nothing was imported, and --skip-bad does not help: where cells and rows begin after row %zu cannot "
	                "be known.  Put the cell in quotes, double the quotation marks in it, and see that the file is whole",
	                row->number);
}

int import_row(import *i, const cli_row *row)
{
	if (left_out(i, row)) {
		i->left_out++;
		return 0;
	}
	if (row->bad != NULL)
		return bad_row(i, row->number, NULL, row->bad);
	if (row->count != i->column_count) {
		char reason[128], cells[64];
		snprintf(reason, sizeof reason, "it has %s where the header has %zu",
		         cli_count(row->count, "cell", "cells", cells), i->column_count);
		return bad_row(i, row->number,
		               row->count < i->column_count ? i->columns[row->count].name : NULL, reason);
	}
	SAT_ARENA(arena);
	sat_dot id = 0;
	size_t count = 0;
	const char *column = NULL;
	sat_write *writes = sat_arena_take(&arena, (i->column_count + i->set_count + 1) * sizeof *writes);
	if (writes == NULL)
		return sat_fail(&i->c->err, SAT_ENOMEM, "memory ran out; nothing was imported");
	int rc = read_cells(i, row, &arena, writes, &count, &id, &column);
	if (rc != 0)
		return is_bad_value(rc) ? bad_row(i, row->number, column, i->c->err.message) : rc;
	return write_row(i, row, id, writes, count, &arena);
}
