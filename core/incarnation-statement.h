/* Incarnation statements: a device signs for each of its incarnations how far it has counted.
 *
 * {incarnation, device, highest counter} (FORMAT.md, 3.1) ties a random name to the device that writes
 * under it, and bounds what anybody else may claim was written under it: a dot or a past beyond is not
 * admitted.  A bundle brings the statements for every incarnation that it names.
 *
 * An exporter calls sat_incarnation_sign for its own incarnations before it writes; a receiver checks the
 * signature over sat_incarnation_digest and notes the statement with sat_incarnation_state (incarnation.h).
 */
#ifndef SAT_INCARNATION_STATEMENT_H
#define SAT_INCARNATION_STATEMENT_H

#include "incarnation.h"
#include "keys.h"
#include "store.h"

/* Signs this device's statement about one of its incarnations and notes it; for the present one the highest
 * counter is the latest.  Where nothing was counted since the last one it stays.  In a transaction. */
int sat_incarnation_sign(sat_store *store, const sat_identity *identity, int64_t index, sat_error *err);
/* What the signature of an incarnation statement is over. */
void sat_incarnation_digest(const uint8_t name[static SAT_INCARNATION_BYTES], const sat_device_id *device,
                            int64_t highest, uint8_t digest[static SAT_HASH_BYTES]);

#endif
