/* Who else holds what is here: for the sentence before something is taken back, and for the receipt.
 *
 * Worked out from the ledger, which knows which parts of the sequence went to whom, from the gate, which knows
 * what may go now, and from the ledger of disclosures (disclosure.h), which knows what went under an earlier yes.
 *
 *     sat_holders_begin(&holders, store, err)
 *     sat_holders_add(holders, &state, purposes, err)        for each record
 *     sat_holders_list(holders, &list, &count)
 */
#ifndef SAT_HOLDERS_H
#define SAT_HOLDERS_H

#include "core/device.h"
#include "core/gate.h"

/* How many of the values that were asked about one device has. */
typedef struct sat_holder {
	sat_device device;
	size_t held;        /* it confirmed them, told them, or wrote them itself */
	size_t on_the_way;  /* in bundles that it has not confirmed */
	size_t earlier;     /* that field was sent to it under an earlier yes; it hides or has erased it by now */
} sat_holder;

typedef struct sat_holders sat_holders;

/* Owned by the caller; borrows the store, which must not change meanwhile. */
int sat_holders_begin(sat_holders **holders, sat_store *store, sat_error *err);
void sat_holders_free(sat_holders *holders);
SAT_AUTO_DEFINE(sat_holders)
/* Counts the values of a record that need one of `purposes`; with all bits set, all of them. */
int sat_holders_add(sat_holders *holders, const sat_state *state, sat_purposes purposes, sat_error *err);
/* Every other device that is or was approved; borrowed from `holders`. */
void sat_holders_list(const sat_holders *holders, const sat_holder **list, size_t *count);

#endif
