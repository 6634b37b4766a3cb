/* Reading CSV files that somebody else made: RFC 4180 as libcsv reads it, with limits.
 *
 * A cell longer than a value may be costs no more memory than the longest value: it is passed over and
 * its row is told as bad, whatever its size.  A byte order mark and any line ends are fine.  Rows are
 * numbered as spreadsheets do, blank ones counted, so that people find them.
 */
#ifndef CLI_CSV_READ_H
#define CLI_CSV_READ_H

#include "command.h"

#define CLI_CELLS_MAX     512
#define CLI_ROW_BYTES_MAX (16u << 20)

typedef struct cli_cell {
	const char *text; /* terminated */
	size_t length;
	const char *bad; /* why it cannot be used, else NULL */
} cli_cell;

typedef struct cli_row {
	size_t number; /* 1 is the first of the file */
	size_t count;  /* how many cells the file has, also those above CLI_CELLS_MAX */
	const cli_cell *cells;
	const char *bad; /* why the whole row cannot be used, else NULL */
	bool broken;     /* its quoting is, within the cell after `count` whole ones, and no row can follow */
} cli_row;

/* Calls `each` for every row that is not blank; its first non-zero result ends the reading and is
 * returned.  A row of which the quoting is broken is the last, whatever `each` answers, since where cells and rows
 * begin after it cannot be known: then SAT_EINVALID. */
int cli_csv_read(cli *c, const char *path, char delimiter, int (*each)(void *context, const cli_row *row),
                 void *context);

#endif
