/* What is in a bundle, as the frame reader finds it, in a neutral JSON that another implementation can
 * make as well: ids and dots are "incarnationhex-counter" or 32 hex digits, sets are sorted, reals are
 * the hex of their bits, and of a row only what is not as usual is told.
 */
#ifndef SAT_TEST_CONTENT_H
#define SAT_TEST_CONTENT_H

#include <jansson.h>

#include "core/keys.h"
#include "core/store.h"

/* The content of a bundle that is sealed to `identity`, signed by one of the devices that the store
 * knows, or asks to be let in.  Read in a transaction that is rolled back.  NULL when it cannot be
 * read; owned by the caller. */
json_t *content_of_bundle(sat_store *store, const sat_identity *identity, const void *data, size_t count);

#endif
