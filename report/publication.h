/* What earlier reports said, kept in the store they were made from: every later report is compared with all
 * of it (suppress.h), whoever they were for, since readers meet.
 *
 * A report is noted when it is handed out, with all its populations, true counts and what was hidden of them.
 * True counts stay on this machine and do not travel; a report that another machine made from the same records
 * is not known here.
 *
 *     sat_publication_earlier(store, "people", &arena, &earlier, &count, err)
 *     sat_suppress(&people, earlier, count, SAT_SMALL, &arena, err)
 *     ... write the report ...
 *     sat_publication_note(store, now, "everybody", &people, 1, &number, err)
 */
#ifndef SAT_PUBLICATION_H
#define SAT_PUBLICATION_H

#include "core/store.h"
#include "suppress.h"

/* All that earlier reports said of the population of that name, oldest first, in `arena`.  Categories keep
 * their order; tables without categories are not there. */
int sat_publication_earlier(sat_store *store, const char *population, sat_arena *arena, sat_population **earlier,
                            size_t *count, sat_error *err);

/* Notes a report that says these populations, made at `at` (seconds since 1970) for `audience`, as people call
 * it.  `*number` (may be NULL) receives its number: 1 for the first.  In a transaction. */
int sat_publication_note(sat_store *store, int64_t at, const char *audience, const sat_population *populations,
                         size_t count, int64_t *number, sat_error *err);

#endif
