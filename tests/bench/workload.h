/* The benchmark's workload: n workshops as a field team would record them, all of it invented.
 *
 * W(n) is n workshops; each has 40 participants, 80 attendance rows, 120 consents and 15 notes of
 * about 255 characters, so 256 rows with the workshop's own.  Names, places and choices are drawn
 * from small sets; notes from a phrase grammar over a Zipf-weighted vocabulary (words.txt), so that
 * they compress about as prose does.  The same n and seed give the same rows on every machine, and
 * W(50) is the beginning of W(500).
 *
 * Ids are dense: 1, 2, 3 ... in the order in which the rows are made, over all tables together, and
 * a reference always names a row made earlier.
 *
 * Rows are made one workshop at a time and handed out one by one, so memory does not grow with n.
 * sat_workload_seconds tells how long the making took, for a measurement to leave out.
 *
 *	SAT_AUTO(sat_workload) w = NULL;
 *	sat_workload_new(&w, 50, SAT_WORKLOAD_SEED, &err);
 *	for (const sat_workload_row *row; (row = sat_workload_next(w)) != NULL;)
 *		...
 *
 * Nothing here is shared between workloads; one workload belongs to one thread.
 */
#ifndef SAT_WORKLOAD_H
#define SAT_WORKLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define SAT_WORKLOAD_SEED UINT64_C(20240601)

#define SAT_WORKLOAD_PARTICIPANTS 40
#define SAT_WORKLOAD_DAYS         2
#define SAT_WORKLOAD_PURPOSES     3
#define SAT_WORKLOAD_NOTES        15
/* Rows of one workshop, its own included. */
#define SAT_WORKLOAD_ROWS 256

typedef enum sat_workload_table {
	SAT_WORKLOAD_WORKSHOP,
	SAT_WORKLOAD_PARTICIPANT,
	SAT_WORKLOAD_ATTENDANCE,
	SAT_WORKLOAD_CONSENT,
	SAT_WORKLOAD_NOTE,
} sat_workload_table;
#define SAT_WORKLOAD_TABLES      5
#define SAT_WORKLOAD_COLUMNS_MAX 9

typedef enum sat_workload_type {
	SAT_WORKLOAD_NULL, /* in cells only: nothing was recorded */
	SAT_WORKLOAD_INTEGER,
	SAT_WORKLOAD_TEXT,
} sat_workload_type;

/* A table's name and columns, the id first.  References are the columns whose names end in "_id". */
typedef struct sat_workload_shape {
	const char *name;
	size_t columns;
	struct {
		const char *name;
		sat_workload_type type;
	} column[SAT_WORKLOAD_COLUMNS_MAX];
} sat_workload_shape;

extern const sat_workload_shape sat_workload_shapes[SAT_WORKLOAD_TABLES];

typedef struct sat_workload_cell {
	sat_workload_type type;
	int64_t integer;  /* SAT_WORKLOAD_INTEGER; decided_at is in seconds since 1970 */
	const char *text; /* SAT_WORKLOAD_TEXT: UTF-8, terminated, not owned by whoever reads it */
	size_t length;    /* of the text, in bytes, without its terminator */
} sat_workload_cell;

typedef struct sat_workload_row {
	sat_workload_table table;
	size_t columns;                                    /* as in the table's shape */
	sat_workload_cell cells[SAT_WORKLOAD_COLUMNS_MAX]; /* cells[0] is the id */
} sat_workload_row;

typedef struct sat_workload sat_workload;

/* A workload at its first row, owned by the caller.  `workshops` is at least 1.  SAT_ENOMEM. */
int sat_workload_new(sat_workload **workload, int64_t workshops, uint64_t seed, sat_error *err);
void sat_workload_free(sat_workload *workload);
SAT_AUTO_DEFINE(sat_workload)

/* The next row, or NULL after the last one.  The row and its texts are borrowed until the first row
 * of the next workshop is asked for. */
const sat_workload_row *sat_workload_next(sat_workload *workload);

/* Seconds that the making of rows has taken since sat_workload_new. */
double sat_workload_seconds(const sat_workload *workload);

/* The id of a workshop (from 0) and of a participant (0 to 39) in it. */
static inline int64_t sat_workload_workshop_id(int64_t workshop)
{
	return workshop * SAT_WORKLOAD_ROWS + 1;
}
static inline int64_t sat_workload_participant_id(int64_t workshop, int64_t participant)
{
	return sat_workload_workshop_id(workshop) + 1 + participant;
}

#endif
