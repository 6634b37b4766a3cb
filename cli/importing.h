/* From rows of a CSV file to records: shared by cmd-import.c, import-row.c and import-same.c. */
#ifndef CLI_IMPORTING_H
#define CLI_IMPORTING_H

#include "command.h"
#include "csv-read.h"
#include "hashes.h"
#include "values.h"

enum { IMPORT_BAD_TOLD = 50, IMPORT_BAD_LISTED = 1000 };

/* What is done with one column of the file. */
typedef struct import_column {
	char name[128]; /* as the file has it, shortened */
	bool id;
	sat_column *column; /* NULL: not imported */
	const char *only;   /* rows with another text are left out; NULL: all */
} import_column;

typedef struct import {
	cli *c;
	sat_table *table;
	bool skip_bad, skip_same, again, dry_run;
	const cli_list *map, *only, *ignore;
	sat_write *set; /* --set, for every row */
	size_t set_count;
	import_column columns[CLI_CELLS_MAX];
	size_t column_count; /* 0 until the header was read */
	bool has_id;
	cli_hashes here; /* what was here before, by what it says in these columns: see import-same.c */
	bool here_is_known;
	uint16_t compared[CLI_CELLS_MAX + CLI_LIST_MAX];
	size_t compared_count;
	size_t added, changed, unchanged, left_out, bad;
	size_t same, first_same; /* rows that only say what a record says already; 0: none */
	json_t *bad_rows;
} import;

/* Understands the header; errors are about the whole file. */
int import_header(import *i, const cli_row *row);
/* Tells a row of which the quoting is broken, and that the file cannot be read on: SAT_EINVALID. */
int import_broken(import *i, const cli_row *row);
/* Imports one row, or counts and tells it as bad.  Non-zero only when nothing can go on. */
int import_row(import *i, const cli_row *row);
/* Whether a record that was here before the import says just what a row says: the same in every column that
 * the file gives, nothing where the row says nothing.  What may not be shown here is compared with nothing,
 * or it could be found out by guessing.  Before the first record is added. */
int import_same(import *i, const sat_write *writes, size_t count, bool *same);

#endif
