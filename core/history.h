/* The bookkeeping of records that are not as they were created: their latest sequence, who told exactly
 * this state, and the clock of their values.  Most records never have any, and pay nothing for it.
 */
#ifndef SAT_HISTORY_H
#define SAT_HISTORY_H

#include "bytes.h"
#include "store.h"

/* `kind` in sat_history of decisions, which are in no kind's table. */
enum { SAT_HISTORY_DECISION = 0 };

/* Writes the bookkeeping of a record (or decision): `kind` as in sat_kind, `told` the index of an
 * incarnation or 0, `clock` in the form of clock.c (empty or NULL: that of the creation).
 * In a transaction. */
int sat_history_put(sat_store *store, sat_dot record, int64_t kind, int64_t seq, int64_t told,
                    const sat_bytes *clock, sat_error *err);
/* Gives a record the next sequence, unless it has one that no export has covered; who told it and its
 * clock stay.  In a transaction. */
int sat_history_touch(sat_store *store, sat_dot record, int64_t kind, sat_error *err);
/* Whether some record or decision from the first to the last has any. */
int sat_history_between(sat_store *store, sat_dot first, sat_dot last, bool *any, sat_error *err);

#endif
