/* One table of a report as CSV (RFC 4180, UTF-8): the names of its columns, their HXL tags, its rows.
 *
 * A cell that a spreadsheet would run as a formula gets an apostrophe before it; a hidden number is "n.p.". */
#ifndef SAT_REPORT_CSV_H
#define SAT_REPORT_CSV_H

#include "core/bytes.h"
#include "sheets.h"

/* Appends the file; whether memory sufficed, sat_bytes_ok says. */
void sat_report_csv(const sat_sheet *sheet, sat_bytes *out);

#endif
