/* Reading records for a report: one walk over a kind, every value through the gate.
 *
 *     static const char *const fields[] = { [TITLE] = "title", [START] = "start" };
 *     sat_reading_each(&reading, "workshop", fields, 2, add_workshop, context, err)
 *
 *     static void add_workshop(void *context, sat_reading *r)
 *     {
 *             ... sat_reading_text(r, TITLE) ...
 *     }
 *
 * What is not recorded, not permitted, or not a field of the programme reads as nothing.  The first failure
 * is kept: everything after it reads as nothing, and the walk ends and returns it.
 */
#ifndef SAT_READING_H
#define SAT_READING_H

#include "core/gate.h"
#include "report.h"

#define SAT_READING_FIELDS_MAX 20

typedef struct sat_reading {
	sat_store *store;
	sat_gate *gate;              /* opened for whoever reads the report */
	sat_purposes also;           /* what every value needs besides what its field does */
	sat_purposes of_communities; /* and what those need besides that a community decides about */
	const char *language;        /* of labels */
	sat_arena *arena;            /* where what is kept goes */
	const sat_column *columns[SAT_READING_FIELDS_MAX]; /* of the walk; NULL where the programme has none */
	const sat_state *state;      /* the present record */
	const sat_sibling *weighed;  /* the sibling of it for which `leave` is */
	sat_leave leave;
	sat_dot expected;            /* the greatest person whom the gate was told to expect in this walk */
	int rc;
	sat_error err;
} sat_reading;

/* Walks over all records of a kind, in the order of their ids; none when the programme has no such kind.  One
 * walk at a time. */
int sat_reading_each(sat_reading *r, const char *kind, const char *const *fields, size_t field_count,
                     void (*each)(void *context, sat_reading *r), void *context, sat_error *err);

/* The value of a field of the present record, borrowed while it is present; NULL for nothing. */
const sat_value *sat_reading_value(sat_reading *r, size_t field);
/* A text or a date, kept. */
const char *sat_reading_text(sat_reading *r, size_t field);
/* A choice with its label, kept. */
sat_report_choice sat_reading_choice(sat_reading *r, size_t field);
/* A whole number of at least 0 and at most INT32_MAX; -1 for nothing, and for a negative one. */
int64_t sat_reading_count(sat_reading *r, size_t field);
/* 0 for nothing. */
sat_dot sat_reading_reference(sat_reading *r, size_t field);
/* The id of the present record as people see it, kept. */
const char *sat_reading_id(sat_reading *r);

/* Fails the reading for want of memory. */
void sat_reading_no_memory(sat_reading *r);
/* Room for one more in a list in the reading's arena that grows one by one; NULL without memory. */
void *sat_reading_grown(sat_reading *r, void *list, size_t count, size_t size);
/* One more element of such a list, zeroed and counted in: a pointer to it, or NULL. */
#define SAT_READING_ADD(r, list, count)                                                     \
	(((list) = sat_reading_grown((r), (list), (count), sizeof *(list))) == NULL ? NULL \
	                                                                            : &(list)[(count)++])

#endif
