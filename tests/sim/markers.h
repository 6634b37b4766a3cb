/* Markers: every text that is written in a simulated world ends in twelve letters that occur nowhere else, so
 * that bytes can be searched for it: the file of a store, and every frame before it is sealed.
 *
 * This asks nothing of the core's own ways of reading, and so finds what they do not see: words in the search
 * index, pages that were freed, columns that nobody reads.  An index may cut off what a word has in common with
 * the one before it, so the last eight letters are looked for.
 */
#ifndef SIM_MARKERS_H
#define SIM_MARKERS_H

#include "world.h"

#define MARKER_LETTERS 12

/* Appends a marker to a text that is unique in its world. */
void marker_add(char *text, size_t room);
/* Learns that a text, if it bears a marker, is that of this value, or of details of the decision with this
 * number (`value` NULL). */
void marker_learn(world *w, const char *text, size_t length, const model_value *value, size_t decision);

/* 4: no byte of a machine's file tells what was taken back, or whose record was erased. */
void marker_check_file(world *w, const machine *on, const struct holdings *now);
/* 3: no line of a dump tells what may not be shown here. */
void marker_check_dump(world *w, const machine *m, const struct holdings *now, const char *dump);
/* 3: no byte of a frame tells what the recipient may not have. */
void marker_check_frame(world *w, const machine *from, int to, const void *data, size_t count);

#endif
