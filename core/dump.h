/* The canonical dump: everything that was admitted, as text, the same at every replica that admitted
 * the same and has the same role and audiences.
 *
 * It is for people who look for a difference and for the simulator, which compares dumps byte by byte.
 * Suspended values print as their blanks.  Not in it: provenance, local sequences, checkpoints, the
 * disclosure ledger, quarantine.
 */
#ifndef SAT_DUMP_H
#define SAT_DUMP_H

#include "bytes.h"
#include "store.h"

/* Appends the dump to `text`. */
int sat_dump_canonical(sat_store *store, sat_bytes *text, sat_error *err);

#endif
