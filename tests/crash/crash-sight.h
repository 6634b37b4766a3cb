/* What is seen of the stores after a run, and what it must be.
 *
 * A sight has two texts.  `state` is all that the operation may change, to the byte: the canonical dump,
 * where the exchange stands, what else the operation makes.  After a crash it equals the state before or
 * the state after, never anything else.  `end` is what repeating the operation leads to, with the
 * receipts having come back; it is the same whatever happened on the way.
 *
 * Taking a sight also checks what must hold in any state: the file's integrity, that every bundle on the
 * stick is whole and every one in the ledger is on the stick, that nothing counts as received which the
 * other side does not hold, that erased words are in no file, and that the next write is made under a
 * name that nothing was ever written under.
 */
#ifndef CRASH_SIGHT_H
#define CRASH_SIGHT_H

#include "crash-camp.h"

typedef struct sight {
	char *state;
	char *end;                   /* ids and hashes that the start did not know are "#" */
} sight;

typedef struct viewpoint {
	camp *camp;
	const operation *operation;
	const sight *before;         /* NULL when this is the sight before */
	const sight *after;          /* NULL when this is it, or the one before */
	bool fresh;                  /* the process died: no incarnation may be taken up again */
	bool repeated;               /* it failed and was done again in the same process: ids are others */
	bool done;                   /* it said that it was done: only the state after will do */
} viewpoint;

/* Looks at the stores in `work`, closed.  Ends the process with a sentence when something is not as it
 * must be. */
sight sight_take(const viewpoint *v);

/* The state of the stores as they are open in this process, owned by the caller; NULL with `err` when
 * they cannot be read. */
char *sight_state(camp *c, const operation *o, sat_error *err);

/* The text with every id and hash that `known` does not hold as "#", lines sorted; owned by the caller. */
char *sight_normal(const char *text, const char *known);

#endif
