/* Keeps what was deleted out of the file of a store.
 *
 * SQLite's secure_delete overwrites a cell that is deleted, but not the copies that are left behind when it moves
 * cells between pages to balance a tree: they stay in the unused middle of a page, below the pointers to its
 * cells and above the cells, where nobody reads them and nothing overwrites them.  One in fifty deleted values
 * was still found in the file of a busy table (SQLite 3.40).  So every page is written with zeros in its middle:
 * the format says that it holds nothing ("unallocated region", https://www.sqlite.org/fileformat2.html, 1.6).
 *
 * A page of a tree is told from others by its first byte, which is 0 in theirs as long as the file is smaller than
 * 64 GiB: so it may not become larger (db.c).
 *
 * What is in memory, and what goes into the rollback journal, stays as SQLite has it.
 */
#ifndef SAT_DB_SCRUB_H
#define SAT_DB_SCRUB_H

#include <sqlite3.h>

/* The methods of the file, one of which is ours; has to outlive the connection. */
typedef struct sat_scrub {
	sqlite3_io_methods methods;
	const sqlite3_io_methods *real;
} sat_scrub;

/* Puts itself between a connection, just opened, and its main file.  An SQLite result code. */
int sat_scrub_attach(sat_scrub *scrub, sqlite3 *connection);

#endif
