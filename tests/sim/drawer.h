/* The drawer: bundles of a revoked laptop that the registry has set aside, kept until a person there decides,
 * and merged again afterwards.
 */
#ifndef SIM_DRAWER_H
#define SIM_DRAWER_H

#include "parcel.h"

typedef enum drawer_verdict { DRAWER_WAITING, DRAWER_RELEASED, DRAWER_REJECTED } drawer_verdict;

/* Keeps a copy of a bundle that was set aside, when there is room and it is not there yet. */
void drawer_put(world *w, const parcel *p);
void drawer_clear(world *w);
/* What somebody who holds `h` knows of a person's verdict on a bundle. */
drawer_verdict drawer_verdict_known(const world *w, const holdings *h, const parcel *p);
/* A person at the registry looks at one of them: decides, or merges it again. */
void drawer_look(world *w);
/* The end: everything is decided, and what was released is merged until it changes nothing.  True when
 * there was anything. */
bool drawer_empty_out(world *w);
/* Everything that was released, and is permitted, is at the registry. */
void drawer_check(world *w);

#endif
