/* Records of a delta: rows and states into blocks, value by value through the gate.
 *
 * The track SAT_TRACK_RECORDS of a delta.  The usual row (usual-row.h) goes from SQLite's columns straight
 * into its block; everything else takes the long way through a state (merge.h).  Both ask the same gate,
 * and nothing else in core/ or sync/ puts a value into a chunk.  Called by the walk over the sequence
 * (delta.c), stretch by stretch.
 */
#ifndef SAT_DELTA_RECORDS_H
#define SAT_DELTA_RECORDS_H

#include "delta-private.h"
#include "merge.h"

/* Adds the records of one stretch to the chunk, table by table, until it is larger than a chunk may be.
 * `*full` becomes true when something of another author stands in the way: the caller takes the step back.
 * While delta->dividing, adds the next part of the one record there is, and sets delta->rest when more of
 * it is to come.  SAT_ENOMEM, and what reading the store reports. */
int sat_delta_add_records(sat_delta *delta, const sat_stretch *stretch, bool *full, sat_error *err);
/* Whether one value goes: this delta passes on what its author wrote, and the gate lets it through.  A file goes
 * when such a value names it.  `*sends` (may be NULL) receives the first of the two. */
int sat_delta_lets(sat_delta *delta, const sat_state *state, const sat_sibling *sibling, bool *sends, bool *lets,
                   sat_error *err);
/* Notes whether of this record others' writes go as well, since the recipient asked for it where we vouched. */
int sat_delta_look_asked(sat_delta *delta, sat_dot record, sat_error *err);

#endif
