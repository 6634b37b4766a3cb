/* Cells of CSV files (RFC 4180), and those that a spreadsheet would take for something else than text. */
#ifndef SAT_CSV_CELL_H
#define SAT_CSV_CELL_H

#include "bytes.h"

/* True for text that spreadsheet programs run as a formula when they open a file: it begins with = + - @,
 * a tabulator or a carriage return. */
bool sat_text_is_formula(const char *text, size_t length);

/* Appends one cell, quoted where it has to be, and where it begins or ends with a blank, which readers may
 * trim.  With `neutral` an apostrophe stands before what would run as a formula. */
void sat_csv_put_cell(sat_bytes *out, const char *text, size_t length, bool neutral);

#endif
