/* Usual rows: written once, by the creation, and saying themselves whom they concern.
 *
 * Most records stay as they were created, and then they concern the record itself, where it is a person or a
 * community, and whoever its columns name, each stated in episode 0.  So a delta and an admission can ask the
 * gate about such a row without making a state of it (merge.h):
 *
 *     sat_usual_begin(&usual, table, id)
 *     sat_usual_name(&usual, concerns, record)    for each reference in a column that concerns somebody
 *     if (!usual.many) sat_usual_weigh(&usual, gate, &leave, err)
 *
 * There are one or two of them as a rule.  A row that names more than fit takes the long way through a
 * state, and so does one in whose table a column lists persons or communities.
 */
#ifndef SAT_USUAL_ROW_H
#define SAT_USUAL_ROW_H

#include "gate.h"

#define SAT_USUAL_PERSONS_MAX 8

/* Whom one usual row concerns.  Holds no memory of its own. */
typedef struct sat_usual {
	sat_dot persons[SAT_USUAL_PERSONS_MAX]; /* concerned (dot.h), ascending, each once */
	size_t count;
	bool many;               /* more than fit, or a list: weigh a state instead */
} sat_usual;

/* Begins with the record `id` itself where `table` is one of persons or communities, else with nobody. */
void sat_usual_begin(sat_usual *usual, const sat_table *table, sat_dot id);
/* Adds whom the row names in a column that concerns `subjects`; sets `many` when there is no room. */
void sat_usual_name(sat_usual *usual, sat_subjects subjects, sat_dot record);
/* What the gate allows for the row's values.  `many` must not be set.  Errors of sat_gate_weigh. */
int sat_usual_weigh(const sat_usual *usual, sat_gate *gate, sat_leave *leave, sat_error *err);

#endif
