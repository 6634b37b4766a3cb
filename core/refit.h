/* What a new programme asks of records that are there already.
 *
 * A changed programme adds tables and columns and touches no row.  Two things hang on it all the same:
 * which fields are searched, and what a field needs, which may make values dead whose episode was
 * closed before anybody knew that they needed it.
 */
#ifndef SAT_REFIT_H
#define SAT_REFIT_H

#include "store.h"

/* Builds the search index anew and erases what is dead.  Called by sat_store_set_programme, in its
 * transaction. */
int sat_refit(sat_store *store, sat_error *err);

/* Erases what is dead, and forgets that needs grew.  For a column that a peer says needs more. */
int sat_refit_dead(sat_store *store, sat_error *err);

#endif
