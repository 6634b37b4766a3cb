/* The search index: words of the fields that the programme wants searched.
 *
 * The index holds no text, so it can only forget what it is told exactly: every change takes the old
 * words out and puts the new ones in.
 *
 * Words of records that are made here are deferred: they go in many at a time, and before anybody
 * searches.  What is deferred is a range of dots (`unsearched` in sat_meta, and all above it under the
 * same incarnation); until it is settled, changes and erasures in it leave the index alone.
 */
#ifndef SAT_SEARCH_H
#define SAT_SEARCH_H

#include "record.h"

/* Puts the words of the searched fields of a state into the index, or takes them out. */
int sat_search_add(sat_store *store, const sat_state *state, sat_error *err);
int sat_search_remove(sat_store *store, const sat_state *state, sat_error *err);
/* Defers a record that is just being made here, under its own dot.  In a transaction. */
int sat_search_defer(sat_store *store, sat_dot id, sat_error *err);
/* Puts everything that is deferred into the index; at a commit only when it is much.
 * In a transaction. */
int sat_search_settle(sat_store *store, sat_error *err);
int sat_search_settle_if_many(sat_store *store, sat_error *err);
/* Lets this transaction's commit leave no trace in the index of words that were taken out of it: they stay in
 * older pieces of it until all are merged into one. */
void sat_search_purge(sat_store *store);
/* Merges them, if that was asked for.  Called by sat_store_commit. */
int sat_search_purge_if_due(sat_store *store, sat_error *err);
/* Makes the whole index anew, for another programme.  In a transaction. */
int sat_search_rebuild(sat_store *store, sat_error *err);
/* Records that hold all words of `text`, newest first, at most `most`; results in `ids`.  Words end where those of
 * the index do, so that "co-op" asks for "co" and for what begins with "op"; nothing in `text` is a query language.
 * Settles what is deferred, in a transaction of its own where there is none.  SAT_EINVALID when the text holds
 * no word, SAT_ELIMIT for hundreds of them. */
int sat_search(sat_store *store, const char *text, sat_dot *ids, size_t most, size_t *found, sat_error *err);
/* Whether `text`, which is of any bytes, holds all of `words` in the same sense. */
int sat_search_fits(sat_store *store, const char *words, const void *text, size_t length, bool *fits, sat_error *err);

#endif
