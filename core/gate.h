/* The gate: the one place that says whether something may leave, be shown, or be kept.
 *
 * Every export, dump, search and report asks here, and every merge asks again for what comes in.  The
 * answer is worked out from what this replica now knows, and is *no* by default:
 *
 *   permitted   every person and every community concerned permits every purpose that the field needs and
 *               that it decides about (permission.h)
 *   suspended   something is missing, refused, deferred, expired, contradictory or incomplete: not
 *               sent, not shown, kept; a later decision can change it
 *   erased      the value states an episode that a signed final withdrawal has closed.  Nothing else
 *               ever erases, and in particular no evaluation
 *
 * A gate is opened for one recipient and keeps what it worked out for each person, so that asking
 * costs a few operations on words.  It sees the store as it was when each person was first asked
 * about: open a new one after decisions changed.
 */
#ifndef SAT_GATE_H
#define SAT_GATE_H

#include "consent.h"
#include "merge.h"
#include "permission.h"
#include "store.h"
#include "table.h"

typedef enum sat_answer { SAT_PERMITTED, SAT_SUSPENDED, SAT_ERASED } sat_answer;

typedef struct sat_gate sat_gate;

/* Owned by the caller; borrows the store and `to->audiences`. */
int sat_gate_open(sat_gate **gate, sat_store *store, const sat_recipient *to, sat_error *err);
/* The same for this replica itself: what may be shown, kept and dumped here. */
int sat_gate_open_own(sat_gate **gate, sat_store *store, sat_error *err);
void sat_gate_free(sat_gate *gate);
SAT_AUTO_DEFINE(sat_gate)

/* The date that expiry goes by: the greatest that the registry signed, and when `own_clock` is set also
 * this machine's, which may only hide more, and that of the latest export, which left out what had ended. */
int sat_gate_today(sat_store *store, bool own_clock, int32_t *today, sat_error *err);
/* Before an export: takes this machine's date for its own.  When an earlier one went by a later date, the
 * clock was set back, and what that one left out is sent now.  In a transaction. */
int sat_gate_new_day(sat_store *store, sat_error *err);

/* Whether the labels that a record stands under (protocol.h) let the recipient see it.  Of what is not seen
 * nothing is told: it is asked about before anything else. */
typedef struct sat_sight {
	sat_obstacle obstacle;      /* SAT_NO_OBSTACLE: it is seen */
	sat_dot label;              /* else the labelled record above that keeps it */
} sat_sight;
/* For a record that derives from `parents` (sat_protocol_parents), and for one whose state is here. */
int sat_gate_see(sat_gate *gate, sat_dot record, const sat_dot *parents, size_t count, sat_sight *sight,
                 sat_error *err);
int sat_gate_see_state(sat_gate *gate, const sat_state *state, bool *seen, sat_error *err);
/* The record whose sight was asked for derives from nothing but what was given, and is seen: whoever comes to it on the
 * way to labels need not look further.  SAT_ENOMEM. */
int sat_gate_saw_all(sat_gate *gate, sat_dot record, sat_error *err);
/* A record is written to while the gate is open: what was known of it may be otherwise.  NULL is fine. */
void sat_gate_changed(sat_gate *gate, sat_dot record);
/* For any record, here or not, by what is known of it. */
int sat_gate_see_record(sat_gate *gate, sat_dot record, bool *seen, sat_error *err);

/* Persons are asked for the purposes that the programme gives to persons, communities for those that it calls
 * collective, and both for what the programme does not know.  What somebody says about a purpose that is another's
 * counts against it all the same: a no hides, and a taking back erases.  In all that follows "persons" are those
 * concerned, communities among them (dot.h).
 *
 * What all of them together allow for values with one statement. */
typedef struct sat_leave {
	sat_purposes permitted;
	sat_purposes dead;      /* purposes for which the statement names a closed episode */
} sat_leave;

/* Looks at everybody between two ids of whom decisions are known, in one walk over them: for whoever is
 * about to weigh records of a stretch, which mostly concern people of that stretch.  Never needed for a
 * right answer. */
int sat_gate_expect(sat_gate *gate, sat_dot first, sat_dot last, sat_error *err);

/* Weighs persons concerned and what a value states.  Both lists ascend by person. */
int sat_gate_weigh(sat_gate *gate, const sat_dot *persons, size_t person_count, const sat_stated *stated,
                   size_t stated_count, sat_leave *leave, sat_error *err);

/* The answer for a field that needs `needs`. */
static inline sat_answer sat_gate_answer(const sat_leave *leave, sat_purposes needs)
{
	if (needs & leave->dead)
		return SAT_ERASED;
	return (needs & ~leave->permitted) != 0 ? SAT_SUSPENDED : SAT_PERMITTED;
}

/* Both together for one value of a record: labels let it be seen, and consent permits it. */
int sat_gate_lets(sat_gate *gate, const sat_state *state, const sat_sibling *sibling, bool *lets, sat_error *err);

/* One sentence that can be shown to a person on why a value is not permitted: the first person and
 * purpose that stand in the way. */
int sat_gate_reason(sat_gate *gate, const sat_dot *persons, size_t person_count, const sat_stated *stated,
                    size_t stated_count, sat_purposes needs, char *sentence, size_t room, sat_error *err);

/* Episodes that a write about these persons has to state now: the usual ones (every purpose, episode 0)
 * and one entry for each purpose whose present episode is above 0.  In `arena`, ascending. */
int sat_gate_state(sat_gate *gate, const sat_dot *persons, size_t person_count, sat_arena *arena,
                   const sat_stated **stated, uint32_t *stated_count, sat_error *err);

#endif
