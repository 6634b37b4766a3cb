/* Writing apart: what stands under labels is written under incarnations of its own.
 *
 * Counters of one incarnation follow one another, so that whoever gets the writes 1 to 4 and 6 to 9 knows that
 * something is kept from them.  Records, edits and decisions under labels (protocol.h) are therefore written under
 * an incarnation that is used for nothing but records under the same labels, of which an outsider never hears the
 * name; decisions about a record under one of their own, since who held something of it before hears of these.  Such
 * incarnations last as long as the store is open.
 *
 *     sat_apart_begin(store, labels, count, err)       from here on writes are apart, when there are labels
 *     ... sat_record_add, sat_consent_record ...
 *     sat_apart_end(store)                             whatever happened
 *
 * Both modules named do it by themselves; others only for a record that is labelled as soon as it is made.  Within
 * one pair another one changes nothing.
 */
#ifndef SAT_APART_H
#define SAT_APART_H

#include "store.h"

#define SAT_APART_MAX 16  /* incarnations that are kept for more; the oldest is left for ever */

/* What is written apart together: the labelled records above, as a hash. */
typedef struct sat_apart {
	uint8_t key[16];
	int64_t own, counter;   /* incarnation and its latest counter */
} sat_apart;

/* Writes go under the incarnation for records under these labels (ascending), in a transaction. */
int sat_apart_begin(sat_store *store, const sat_dot *labels, size_t count, sat_error *err);
/* The same for a record that is about to be labelled: under one that was never used. */
int sat_apart_begin_new(sat_store *store, sat_error *err);
/* Back to the usual one. */
void sat_apart_end(sat_store *store);
/* Leaves them all for ever.  For a transaction that was rolled back. */
void sat_apart_forget(sat_store *store);

#endif
