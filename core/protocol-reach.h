/* Reach: what stands under labels, looked for from above (protocol.h).
 *
 * Nothing is written down for what stands under a label, so that this walks over every column that refers to
 * something, level by level.  It is done when a label is put, ended or read for the first time, when an embargo
 * is over, when a record leaves what stands under a label, and before somebody whom a label leaves out is told of
 * it all the same; never for another write.
 */
#ifndef SAT_PROTOCOL_REACH_H
#define SAT_PROTOCOL_REACH_H

#include "store.h"

/* Makes the temporary table that this works in; for sat_db_options. */
extern const char sat_reach_table[];

/* Gives everything at or below these records the next sequences, so that every peer is offered what it may have
 * now: records, decisions about them, tombstones, receipts for erasures.  In a transaction. */
int sat_protocol_touch(sat_store *store, const sat_dot *records, size_t count, sat_error *err);

/* Gives the decisions about one record the next sequences: for somebody who turns out to hold what a label keeps
 * from them.  In a transaction. */
int sat_protocol_tell_again(sat_store *store, sat_dot record, sat_error *err);

/* A device told of a record that a label above it, on `label`, keeps from it: it is told of the label, which it has to
 * heed.  In a transaction. */
int sat_protocol_told_by(sat_store *store, int64_t device, sat_dot record, sat_dot label, sat_error *err);

/* A device told of a record what was here already: it holds something of it, and is to hear what is decided about it
 * (who made a record, and who told all of it first, is known otherwise).  In a transaction. */
int sat_protocol_holder(sat_store *store, int64_t device, sat_dot record, sat_error *err);

/* Before what a record holds is erased, or becomes something else than was told: who told it holds something of it, and
 * is to hear what is decided about it.  In a transaction. */
int sat_protocol_keep_holders(sat_store *store, sat_dot record, sat_error *err);

/* How many records that are here derive from a record.  In a transaction. */
int sat_protocol_count(sat_store *store, sat_dot record, size_t *count, sat_error *err);

/* Whether a device (sat_device.id) holds, or held, something at or below any of these records: it was sent there, or
 * it came from there.  Such a device is told of labels, withdrawals and tombstones though it may not see what they
 * are about, since it has to heed them.  In a transaction. */
int sat_protocol_held(sat_store *store, int64_t device, const sat_dot *records, size_t count, bool *held,
                      sat_error *err);

#endif
