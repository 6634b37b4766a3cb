/* Steps: what people, sticks, clocks and accidents do in a simulated world, thrown with the seed's dice. */
#ifndef SIM_STEPS_H
#define SIM_STEPS_H

#include "holdings.h"

/* One step of some machine, chosen by the dice. */
void step_take(world *w);

#endif
