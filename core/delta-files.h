/* Files of a delta: pieces into chunks, file by file, as the values that name them go.
 *
 * The track SAT_TRACK_FILES of a delta, over the sequence of pieces (sat_piece.id).  A file goes when some value
 * that names it would go to this recipient, by the same function that decides about the value (delta-records.h). 
 * Previews come first, then originals, smallest first, until there is no more room.  A chunk holds pieces of one
 * file and covers just their sequences, never a hole: so what is withheld, or left out for want of room, stays a
 * gap, and is looked at again at each export.  Pieces that the recipient's present incarnation brought are passed
 * over, and nothing is said about them either.
 */
#ifndef SAT_DELTA_FILES_H
#define SAT_DELTA_FILES_H

#include "delta-private.h"

typedef struct sat_file_walk sat_file_walk;

/* Fills the delta's chunk with the next pieces: 1, 0 when that was all, or negative.  SAT_ENOMEM, and what reading
 * the store reports. */
int sat_delta_next_pieces(sat_delta *delta, sat_error *err);
/* NULL is fine. */
void sat_file_walk_free(sat_file_walk *walk);

#endif
