/* The tables of a report as one spreadsheet (Office Open XML), a sheet each: the names of the columns, their
 * HXL tags, the rows.
 *
 * Text is written as text, so nothing in it runs as a formula.  A hidden number is the text "n.p.".
 * The library can only write to a path, so it is given one that names a file in memory, and a folder in
 * memory for the pieces that it keeps on the way: nothing of the report comes to lie on a disk by this.
 */
#ifndef SAT_REPORT_XLSX_H
#define SAT_REPORT_XLSX_H

#include "core/bytes.h"
#include "sheets.h"

/* Appends the file.  SAT_ENOMEM; SAT_ELIMIT when a table has more rows than a sheet can (1 048 576); SAT_EIO. */
int sat_report_xlsx(const sat_sheet sheets[static SAT_SHEETS], sat_bytes *out, sat_error *err);

#endif
