/* Sets of the world's names, which only grow. */
#ifndef SIM_DOTS_H
#define SIM_DOTS_H

#include "model.h"

typedef struct dots {
	world_dot *list; /* in the order in which they came */
	size_t count;
	world_dot *slots; /* open addressing, half full at most; 0: empty */
	size_t room;
} dots;

bool dots_have(const dots *set, world_dot dot);
/* True when it is new. */
bool dots_add(dots *set, world_dot dot);
dots dots_copy(const dots *set);
void dots_clear(dots *set);

#endif
