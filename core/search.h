/* The search index: words of the fields that the programme wants searched.
 *
 * The index holds no text, so it can only forget what it is told exactly: every change takes the old
 * words out and puts the new ones in.
 */
#ifndef SAT_SEARCH_H
#define SAT_SEARCH_H

#include "record.h"

/* Puts the words of the searched fields of a state into the index, or takes them out. */
int sat_search_add(sat_store *store, const sat_state *state, sat_error *err);
int sat_search_remove(sat_store *store, const sat_state *state, sat_error *err);
/* The words of a record that is just being made, from its writes. */
int sat_search_add_writes(sat_store *store, const sat_table *table, sat_dot id, const sat_write *writes,
                          size_t count, sat_error *err);
/* Records that hold all words of `text`, best first, at most `most`; results in `ids`.
 * SAT_EINVALID when the text holds no word. */
int sat_search(sat_store *store, const char *text, sat_dot *ids, size_t most, size_t *found, sat_error *err);

#endif
