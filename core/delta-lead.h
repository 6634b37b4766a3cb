/* What leads every bundle: statements of the registry, tombstones, decisions about consent, asks.
 *
 * The track SAT_TRACK_LEAD of a delta.  It goes before all records, so that a recipient knows what was
 * withdrawn or erased before it looks at anything else.  Called by the walk over the sequence (delta.c),
 * stretch by stretch.
 */
#ifndef SAT_DELTA_LEAD_H
#define SAT_DELTA_LEAD_H

#include "delta-private.h"

/* Adds what leads in one stretch to the chunk.  `*full` becomes true when something of another author
 * stands in the way: the caller takes the step back.  SAT_ENOMEM, and what sat_step reports. */
int sat_delta_add_lead(sat_delta *delta, const sat_stretch *stretch, bool *full, sat_error *err);

#endif
