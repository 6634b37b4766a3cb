/* Queries: walking over records and looking them up, for programs that show, list and export tables.
 *
 * Every walk uses a statement of its own, so that what is called back may load, and look up, whatever
 * it likes; it must not write to the store.  Records that labels keep from whom `gate` is for are passed
 * over, as if they were not there (NULL: none is); what of the others may be shown is decided by who calls.
 */
#ifndef SAT_QUERY_H
#define SAT_QUERY_H

#include "gate.h"
#include "merge.h"
#include "store.h"
#include "table.h"

/* Is given one record at a time, borrowed until it returns; a non-zero result stops the walk and is
 * what the walk returns. */
typedef int (*sat_on_record)(void *context, const sat_state *state, sat_error *err);

/* All records of a kind, in the order of their ids in this store. */
int sat_query_each(sat_store *store, sat_table *table, sat_gate *gate, sat_on_record each, void *context,
                   sat_error *err);

/* All records of which some field holds more than one value, of every kind. */
int sat_query_in_conflict(sat_store *store, sat_gate *gate, sat_on_record each, void *context, sat_error *err);

/* The column that stands for a record of the kind in lists; NULL when the kind has none. */
sat_column *sat_query_title_column(sat_table *table);

/* Records of a kind whose title is exactly `title`, in the order of ids; at most `most` go to `ids`,
 * `*found` receives how many did.  None for a kind without titles.  Asks no gate. */
int sat_query_title(sat_store *store, sat_table *table, const char *title, size_t length, sat_dot *ids,
                    size_t most, size_t *found, sat_error *err);

/* Checks the file and the bookkeeping; calls `each` with a sentence for everything that is wrong.
 * 0 also when something was found; negative when it could not be read. */
int sat_query_check(sat_store *store, void (*each)(void *context, const char *sentence), void *context,
                    sat_error *err);

#endif
