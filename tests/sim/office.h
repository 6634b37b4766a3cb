/* The office: what people at the registry sign. */
#ifndef SIM_OFFICE_H
#define SIM_OFFICE_H

#include "holdings.h"

/* A laptop that is still there, of which one is taken away; 0 when that was done before, or none would be
 * left. */
int office_laptop_to_part_with(world *w, const bool *gone);
void office_revoke_laptop(world *w);
/* The next programme, with more kinds, fields and needs. */
void office_publish(world *w);
/* The registry says that it is at least some day: now and then less than it said before. */
void office_sign_date(world *w);
/* The registry signs again for a laptop, which stands for other groups from now on. */
void office_change_audiences(world *w);

#endif
