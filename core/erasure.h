/* Erasure receipts: every device signs that what was taken back is gone from its store.
 *
 * Two things erase: a decision that closes an episode, and the tombstone of a record.  Each has a name of 16
 * bytes.  When one has taken effect here it becomes *due*; the next export signs a receipt over all that is
 * due and carries it along.  Receipts are statements (registry-statement.h) that any approved device may
 * issue: a grow-only set that everybody keeps and passes on, so that whoever asked for an erasure learns who
 * has carried it out, and who has not answered.
 *
 * A receipt says what its device did; a device that lies, a backup, and paper are beyond it.
 *
 *     sat_erasure_of_decision(&decision, name), sat_erasure_due(store, name, err)
 *     sat_erasure_sign(store, identity, err)            at the next export
 *     sat_erasure_confirmed(store, name, device, &at, err)
 */
#ifndef SAT_ERASURE_H
#define SAT_ERASURE_H

#include "decision.h"
#include "registry-statement.h"

#define SAT_ERASURE_NAME_BYTES 16

/* The name of what a final decision erases, which is sealed; and of what a record's tombstone does. */
void sat_erasure_of_decision(const sat_decision *decision, uint8_t name[static SAT_ERASURE_NAME_BYTES]);
int sat_erasure_of_record(sat_store *store, sat_dot record, uint8_t name[static SAT_ERASURE_NAME_BYTES],
                          sat_error *err);

/* Notes that something about `record` was erased here, for the next receipt.  In a transaction. */
int sat_erasure_due(sat_store *store, sat_dot record, const uint8_t name[static SAT_ERASURE_NAME_BYTES],
                    sat_error *err);
/* Signs for all that is due, if anything is: in one receipt, but for what stands under labels, of which each has
 * its own, since they go to fewer.  In a transaction. */
int sat_erasure_sign(sat_store *store, const sat_identity *identity, sat_error *err);

/* Takes a receipt apart and notes who confirms what.  SAT_EDAMAGED when its body breaks the format.  Called by
 * sat_statement_take_effect alone, after its issuer's signature was checked.  In a transaction. */
int sat_erasure_take_effect(sat_store *store, const sat_statement *statement, sat_error *err);

/* The records under labels that a receipt speaks of: `each` is called for every one that is known; a non-zero
 * result stops.  SAT_EDAMAGED when it is no receipt. */
int sat_erasure_each_labelled(sat_store *store, const sat_statement *receipt,
                              int (*each)(void *context, sat_dot record, sat_error *err), void *context,
                              sat_error *err);

/* 1 when this device (sat_device.id) confirms it, with `*at` what its clock said, seconds since 1970; for this
 * device also before it has signed.  0 when not. */
int sat_erasure_confirmed(sat_store *store, const uint8_t name[static SAT_ERASURE_NAME_BYTES], int64_t device,
                          int64_t *at, sat_error *err);

#endif
