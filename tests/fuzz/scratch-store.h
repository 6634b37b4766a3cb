/* A registry's store for fuzz targets that need one.  It is opened once, and every input begins and rolls
 * back a transaction in it.
 *
 * Registry and laptop have the keys of those in the vectors (their seeds are 1 and 2), so that vectors are
 * good inputs.
 */
#ifndef SAT_FUZZ_SCRATCH_STORE_H
#define SAT_FUZZ_SCRATCH_STORE_H

#include "core/store.h"

/* The device, by its number, that inputs are taken to come from: an approved laptop. */
#define SCRATCH_SENDER 2

/* Borrowed; removed when the program ends. */
sat_store *scratch_store(void);

/* Whom the store belongs to, and whom it has approved.  Borrowed. */
const sat_identity *scratch_identity(void);
const sat_identity *scratch_sender(void);

#endif
