/* Parcels: bundles on their way, and what they were seen to hold when they left.
 *
 * Every bundle is opened with its recipient's keys as soon as it is sealed, and everything in it is asked
 * of the model: whether somebody wrote it so, whether its sender may bring it, whether consent as its
 * sender then knew it lets it go to this recipient, and whether it says whom it concerns.
 */
#ifndef SIM_PARCEL_H
#define SIM_PARCEL_H

#include "holdings.h"

typedef struct told {
	const model_value *value;
	bool blank;
} told;

/* Exports from a machine to a device; new parcels are added to the world.  With `vouch` others' writes go
 * as well.  Returns how many bundles had frames, or -1 when the machine may not send to that device. */
int parcel_send(world *w, machine *from, int to, bool vouch);
void parcel_drop(world *w, size_t at);
/* Hands parcel `at` to a machine: merges a copy of its bytes.  With `damage`, some of them are changed. */
void parcel_deliver(world *w, size_t at, machine *to, bool damage);
void parcel_hand_over(world *w, const parcel *p, machine *to, bool damage);

#endif
