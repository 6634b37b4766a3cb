/* See report-json.h. */
#include "report-json.h"

#include <string.h>

#include "sheets.h"

/* Text in a store is valid UTF-8, so this fails for want of memory alone. */
static json_t *of_cell(const sat_sheet_cell *cell)
{
	switch (cell->kind) {
	case SAT_SHEET_TEXT:
		return json_string(cell->text);
	case SAT_SHEET_NUMBER:
		return json_integer(cell->number);
	case SAT_SHEET_HIDDEN:
		return json_string(SAT_NOT_PUBLISHED);
	default:
		return json_null();
	}
}

static json_t *of_sheet(const sat_sheet *sheet)
{
	json_t *rows = json_array();
	bool whole = rows != NULL;
	for (size_t i = 0; i < sheet->row_count; i++) {
		json_t *row = json_object();
		for (size_t k = 0; k < sheet->column_count; k++) {
			const sat_sheet_cell *cell = &sheet->cells[i * sheet->column_count + k];
			whole = json_object_set_new(row, sheet->columns[k].name, of_cell(cell)) == 0 && whole;
		}
		whole = json_array_append_new(rows, row) == 0 && whole;
	}
	if (!whole)
		json_decref(rows);
	return whole ? rows : NULL;
}

/* The first table has an item and a text in each row. */
static json_t *of_about(const sat_sheet *about)
{
	json_t *members = json_object();
	bool whole = members != NULL;
	for (size_t i = 0; i < about->row_count; i++) {
		const sat_sheet_cell *row = &about->cells[i * about->column_count];
		whole = json_object_set_new(members, row[0].text, of_cell(&row[1])) == 0 && whole;
	}
	if (!whole)
		json_decref(members);
	return whole ? members : NULL;
}

int sat_report_json(const sat_report *report, json_t **json, sat_error *err)
{
	SAT_ARENA(arena);
	sat_sheet sheets[SAT_SHEETS];
	int rc = sat_sheets_make(report, &arena, sheets, err);
	*json = rc != 0 ? NULL : json_object();
	bool whole = *json != NULL;
	for (size_t i = 0; whole && i < SAT_SHEETS; i++)
		whole = json_object_set_new(*json, sheets[i].name,
		                            i == 0 ? of_about(&sheets[i]) : of_sheet(&sheets[i])) == 0;
	if (whole)
		return 0;
	json_decref(*json);
	*json = NULL;
	return rc != 0 ? rc : sat_no_memory(err);
}
