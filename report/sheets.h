/* A report as tables, the same for CSV, spreadsheets and JSON.
 *
 * Columns have a name for programs and a hashtag of the Humanitarian Exchange Language (HXL 1.1), which says
 * what is in them.  What is hidden of counts of people is a kind of cell of its own, without a number.
 */
#ifndef SAT_SHEETS_H
#define SAT_SHEETS_H

#include "report.h"

/* What stands where a number is hidden. */
#define SAT_NOT_PUBLISHED "n.p."

typedef enum sat_sheet_kind {
	SAT_SHEET_NOTHING,
	SAT_SHEET_TEXT,
	SAT_SHEET_NUMBER,
	SAT_SHEET_HIDDEN,
} sat_sheet_kind;

typedef struct sat_sheet_cell {
	sat_sheet_kind kind;
	const char *text;           /* of SAT_SHEET_TEXT; borrowed from the report, or for ever */
	int64_t number;             /* of SAT_SHEET_NUMBER */
} sat_sheet_cell;

typedef struct sat_sheet_column {
	const char *name, *tag;
} sat_sheet_column;

typedef struct sat_sheet {
	const char *name;           /* "workshops": a file's name without its end, a sheet's, a member's */
	const sat_sheet_column *columns;
	size_t column_count;
	const sat_sheet_cell *cells; /* row by row */
	size_t row_count;
} sat_sheet;

#define SAT_SHEETS 13

/* Makes all tables of a report, in `arena`; they borrow its texts.  SAT_ENOMEM. */
int sat_sheets_make(const sat_report *report, sat_arena *arena, sat_sheet sheets[static SAT_SHEETS],
                    sat_error *err);

#endif
