/* Planted bugs: places where a test build goes wrong on purpose, so that the simulator can show that it
 * would notice.  In every other build they are not there.
 */
#ifndef SAT_PLANT_H
#define SAT_PLANT_H

#ifdef SAT_PLANTED
/* Which bug is in force, 0 for none; tests/sim/sim.c and tests/report/make-reports.c list them. */
extern int sat_plant;
#define SAT_PLANTED_BUG(n) (sat_plant == (n))
#else
#define SAT_PLANTED_BUG(n) 0
#endif

#endif
