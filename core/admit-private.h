/* What the modules that admit share; see admit.h.  Nobody outside of them includes this.
 *
 *   admit.c             the front: blocks against their tables, decisions, tombstones, asks, moments
 *   admit-claim.c       whose dots a sender may bring
 *   admit-creations.c   the creations of a frame, and the runs that they become
 *   admit-usual.c       the quick way: usual creations, side by side with their table
 *   admit-record.c      the long way: one record, merged as a state
 *   admit-declined.c    what consent does not let in, until it comes again
 *   admit-files.c       pieces of files, which hang on the values that name them
 *   admit-waiting.c     values whose record is not there yet
 *
 * Each has a header of its own.  What one record needs while it is admitted lives in the admission's arena,
 * what one frame needs in its frame_arena.
 */
#ifndef SAT_ADMIT_PRIVATE_H
#define SAT_ADMIT_PRIVATE_H

#include "admit.h"
#include "device.h"
#include "store-private.h"

/* First and last dot of creations that have their sequences side by side. */
typedef struct sat_creation_run {
	sat_dot first, last;
	int64_t told;               /* incarnation that told all of it; 0: nobody alone */
} sat_creation_run;

/* Creations in the frame; all of it lives in the frame's arena. */
typedef struct sat_creations {
	sat_dot *ids;               /* ascending */
	bool *fresh;                /* which of them were put into their table as new */
	size_t count;
	sat_creation_run *runs;     /* that were there before, among the ids; ascending */
	size_t run_count;
	bool any_inside;            /* some of the ids lie within those runs */
} sat_creations;

struct sat_admission {
	sat_store *store;
	sat_sender from;
	sat_gate *gate;          /* for ourselves; thrown away when decisions change */
	sat_gate *sender_gate;   /* for the sender, where there are labels; the same */
	sat_device sender;       /* whose words that gate borrows */
	sat_outcome frame, total;
	sat_dot counted;         /* the record that was counted last */
	sat_arena arena;         /* for one record at a time */
	sat_arena frame_arena;   /* for one frame */
	sat_creations creations;
	char audiences[sizeof((sat_device *)0)->audiences]; /* ours, when this began */
	int64_t file_uses;       /* the latest of sat_file_use when this began */
	bool any_vouched;        /* somebody has vouched for writes that are here */
};

/* A record is about to be written to. */
static inline void sat_admission_changes(sat_admission *a, sat_dot record)
{
	sat_gate_changed(a->gate, record);
	sat_gate_changed(a->sender_gate, record);
}

/* Counts a record that is new or changed.  A long one is divided over frames, which come one after the other:
 * it is one record all the same, as it is for its sender. */
static inline void sat_admission_count(sat_admission *a, sat_dot record)
{
	a->frame.records += record != a->counted;
	a->counted = record;
}

/* A block of a frame against its table; lives in the frame's arena. */
typedef struct sat_fitting {
	const sat_block *block;
	sat_table *table;
	uint16_t *columns;       /* number of the column of each field of the block */
	sat_purposes *needs;     /* what each field needs here */
	sat_subjects *concerns;  /* as what each field concerns whom it names, here */
	bool lists;              /* a field names several of those concerned */
} sat_fitting;

#endif
