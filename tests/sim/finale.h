/* The end of a world: everything is healed, sent again until nothing is left to say, and looked at. */
#ifndef SIM_FINALE_H
#define SIM_FINALE_H

#include "holdings.h"

void finale(world *w);

#endif
