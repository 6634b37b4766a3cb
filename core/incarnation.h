/* Incarnations: the names under which replicas write, and how one may be taken up again.
 *
 * A process that opens a store writes under a fresh random incarnation.  It may go on with the one
 * before only when a *token* matches that lives in two places: in the store, and in a folder that a
 * reboot empties.  Opening takes the token away from the folder (a rename, so that only one process
 * gets it); closing puts a new one into both, or the old one back when nothing was written.  A copied
 * or restored file therefore finds no token, or one that does not match, and writes under a new name:
 * nothing has to be noticed, and no dot is ever used twice.
 *
 * The table of incarnations is kept in memory: a name for each index and an index for each name.
 */
#ifndef SAT_INCARNATION_H
#define SAT_INCARNATION_H

#include "dot.h"
#include "error.h"
#include "store.h"

typedef struct sat_incarnation {
	uint8_t name[SAT_INCARNATION_BYTES];
	int64_t device;   /* sat_device.id, 0 when no statement has said whose it is */
	int64_t highest;  /* greatest counter that a statement covers */
	int64_t arrived;  /* greatest counter of which something was let in here */
	bool arrived_now; /* that is not in the table yet */
} sat_incarnation;

/* Loads the table.  Called by sat_store_open. */
int sat_incarnations_load(sat_store *store, sat_error *err);

/* The entry of an index, borrowed until the next change; NULL for an index that is not in use. */
const sat_incarnation *sat_incarnation_at(const sat_store *store, int64_t index);
/* The index of a name; 0 when it is not known. */
int64_t sat_incarnation_find(const sat_store *store, const uint8_t name[static SAT_INCARNATION_BYTES]);
/* The index of a name, made when it is new.  In a transaction.  SAT_ELIMIT at 2^22 incarnations. */
int sat_incarnation_intern(sat_store *store, const uint8_t name[static SAT_INCARNATION_BYTES],
                           int64_t *index, sat_error *err);
/* Notes a verified statement {incarnation, device, highest, signature}; a lower one changes nothing.
 * SAT_EREFUSED when the incarnation is already another device's. */
int sat_incarnation_state(sat_store *store, int64_t index, int64_t device, int64_t highest,
                          const uint8_t *signature, sat_error *err);

/* Notes that something written under this counter was let in: kept by the commit. */
void sat_incarnation_arrived(sat_store *store, int64_t index, int64_t counter);
/* Writes down what has arrived since the latest commit; called by sat_store_commit. */
int sat_incarnations_keep(sat_store *store, sat_error *err);

/* The dot of an unlinked name, made when it is new.  In a transaction. */
int sat_unlinked_intern(sat_store *store, const uint8_t name[static SAT_UNLINKED_BYTES], sat_dot *dot,
                        sat_error *err);
/* Without making one: 0 when it is not known, negative on failure. */
int sat_unlinked_find(sat_store *store, const uint8_t name[static SAT_UNLINKED_BYTES], sat_dot *dot,
                      sat_error *err);
/* The 16 bytes of an unlinked dot. */
int sat_unlinked_name(sat_store *store, sat_dot dot, uint8_t name[static SAT_UNLINKED_BYTES],
                      sat_error *err);

/* Order of dots in the world, the same at every replica: by counter, then incarnation name. */
int sat_dot_compare(const sat_store *store, sat_dot a, sat_dot b);

/* Takes the token away, if it matches; called by sat_store_open. */
int sat_token_take(sat_store *store, sat_error *err);
/* Puts it back; called by sat_store_close when nothing failed. */
int sat_token_put(sat_store *store, sat_error *err);
/* Makes sure that this process has an incarnation to write under.  In a transaction. */
int sat_incarnation_own(sat_store *store, sat_error *err);
/* Gives the present incarnation up: the next write takes a fresh one.  For a store that learns that
 * another copy of it goes on under the same device. */
void sat_incarnation_leave(sat_store *store);

#endif
