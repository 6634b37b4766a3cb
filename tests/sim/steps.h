/* Steps: what people, sticks, clocks and accidents do in a simulated world, thrown with the seed's dice. */
#ifndef SIM_STEPS_H
#define SIM_STEPS_H

#include "core/record.h"
#include "holdings.h"

/* One step of some machine, chosen by the dice. */
void step_take(world *w);

/* Something that labels have to do with; another step in worlds that have none.  See label-steps.c. */
void label_step(world *w, machine *m);

/* --- what steps have in common ---------------------------------------------------------------------- */

/* Values that are about to be written. */
typedef struct scribe {
	char text[16][80];
	sat_dot list[16][3];
	sat_write writes[16];
	size_t count;
} scribe;

/* A record of a kind (NULL: any) that the machine holds; NULL when there is none. */
const held_record *step_any_record(world *w, const machine *m, const char *kind);
/* Adds a value that fits the column, if there is one. */
void step_invent(world *w, machine *m, const sat_column *column, scribe *s);
/* Ends a transaction, mostly by keeping it, and looks; true when it was kept. */
bool step_commit(world *w, machine *m, const char *what, const char *which);
/* Somebody decides, and somebody edits. */
void step_decide(world *w, machine *m);
void step_edit(world *w, machine *m);

#endif
