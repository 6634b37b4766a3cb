/* Moments of a delta: when, by their authors' clocks, the writes of a chunk were made.
 *
 * Provenance travels with what it is about: a finished chunk of records (sat_delta_add_records) gets the
 * moments that cover its dots, and no others.
 */
#ifndef SAT_DELTA_MOMENTS_H
#define SAT_DELTA_MOMENTS_H

#include "delta-private.h"

/* Adds the moments from the first to the last dot of each incarnation in the chunk's blocks, with the one
 * before the first.  SAT_ENOMEM, and what sat_step reports. */
int sat_delta_add_moments(sat_delta *delta, sat_error *err);

#endif
