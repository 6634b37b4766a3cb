/* Possible worlds: whoever reads reports knows exactly what is the same in all worlds in which they would read
 * as they do.  This tries worlds out, where report/inference.h reckons; so it is for few people.
 */
#ifndef POSSIBLE_WORLDS_H
#define POSSIBLE_WORLDS_H

#include "report/suppress.h"

/* NULL when readers who know of every count whether it changed learn nothing from these reports that they must
 * not, else what they learn, borrowed until the next call.  The reports have the same tables. */
const char *worlds_tell(const sat_population *reports, size_t count, int64_t small);

#endif
