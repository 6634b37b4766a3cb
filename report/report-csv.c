/* See report-csv.h. */
#include "report-csv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/csv-cell.h"

static void put_cell(const sat_sheet_cell *cell, sat_bytes *out)
{
	char number[24];
	switch (cell->kind) {
	case SAT_SHEET_TEXT:
		sat_csv_put_cell(out, cell->text, strlen(cell->text), true);
		break;
	case SAT_SHEET_NUMBER:
		snprintf(number, sizeof number, "%" PRId64, cell->number);
		sat_bytes_put_text(out, number);
		break;
	case SAT_SHEET_HIDDEN:
		sat_bytes_put_text(out, SAT_NOT_PUBLISHED);
		break;
	default:
		break;
	}
}

void sat_report_csv(const sat_sheet *sheet, sat_bytes *out)
{
	for (size_t i = 0; i < sheet->column_count; i++) {
		sat_bytes_put(out, ",", i > 0);
		sat_bytes_put_text(out, sheet->columns[i].name);
	}
	sat_bytes_put_text(out, "\r\n");
	for (size_t i = 0; i < sheet->column_count; i++) {
		sat_bytes_put(out, ",", i > 0);
		sat_bytes_put_text(out, sheet->columns[i].tag);
	}
	sat_bytes_put_text(out, "\r\n");
	for (size_t i = 0; i < sheet->row_count * sheet->column_count; i++) {
		sat_bytes_put(out, ",", i % sheet->column_count > 0);
		put_cell(&sheet->cells[i], out);
		sat_bytes_put(out, "\r\n", (i + 1) % sheet->column_count == 0 ? 2 : 0);
	}
}
