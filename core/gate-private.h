/* What the modules of the gate share; see gate.h.  Nobody outside of them includes this.
 *
 *   gate.c         from decisions to what each person permits, and what all of them do
 *   gate-sight.c   what labels let the recipient see
 *   gate-day.c     the day that validity goes by
 */
#ifndef SAT_GATE_PRIVATE_H
#define SAT_GATE_PRIVATE_H

#include "gate.h"
#include "store-private.h"

/* What is known of one person, for the gate's recipient. */
typedef struct view {
	sat_dot person;             /* of those concerned (dot.h); 0: an empty slot */
	sat_purposes permitted;     /* in the present episode of each purpose */
	sat_purposes advanced;      /* purposes whose present episode is above 0 */
	const uint32_t *episodes;   /* by bit, when something advanced; else NULL */
} view;

/* Slots of views, a power of two; half of them are used at most. */
enum { VIEWS_MIN = 256, VIEWS_MAX = 32768 };

struct sat_gate {
	sat_store *store;
	sat_recipient to;
	char audiences[256];        /* ours, in a gate for ourselves */
	view *views;                /* open addressing */
	size_t room, count;
	sat_purposes unasked[2];    /* what a person permits who has decided nothing, and a community */
	sat_purposes noticed;       /* purposes of which some notice asked again */
	sat_dot *open;              /* records above which no label keeps the recipient out: a place for each hash, where
	                               the latest one stands; NULL before the first */
	bool forgot_open;           /* one of those was put out of its place by another */
	sat_sight *weighed;         /* the same for records with labels, and what those come to */
	sat_arena episodes;
	sat_arena scratch;
};

/* Where somebody stands among the views, or the empty slot where they would. */
size_t sat_gate_slot(const view *views, size_t room, sat_dot person);
/* Makes sure that one more view fits in; may forget others.  SAT_ENOMEM. */
int sat_gate_make_room(sat_gate *gate, sat_error *err);
/* Puts a view in, for which there is room. */
void sat_gate_keep(sat_gate *gate, const view *fresh);

#endif
