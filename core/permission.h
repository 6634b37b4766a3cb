/* Permission: what the decisions about one subject come to.  Pure functions over a list of decisions.
 *
 * Decisions are reckoned within one (subject, purpose, voice, episode), a *chain*.  In a chain a decision
 * names, by hash, those that it supersedes; what nobody supersedes is a *head*.  The purpose is permitted
 * when
 *
 *   every head of the person's own chain says yes, for this recipient, today, under a notice that is new
 *   enough, and follows lawfully (life-cycle.h) from what it supersedes, all of which is here;
 *   and, for somebody who has a guardian, every head of the guardian's chain does so as well.
 *
 * So several yeses permit what they have in common, a yes and a no said apart permit nothing, and a chain
 * without a head permits nothing.  Nothing here erases: what is dead follows from episodes alone.
 *
 * Two states of a person are said by decisions under reserved purposes, which no programme may define:
 *
 *   has_guardian   in force while a head says yes: a guardian decides together with the person.  `until` is
 *                  the day on which the person comes of age: after it nothing is permitted until somebody
 *                  has asked again and ended the state
 *   in_mourning    in force while a head says yes: fields that the programme marks are not permitted.
 *                  `until` is the day on which the family is asked again; the state holds until it is ended
 *
 *
 * A third is said of a *record* of any kind, and keeps it for some:
 *
 *   protocol       a label, in force while a head says yes: whoever is not among its recipients does not see
 *                  the record, nor anything that derives from it (protocol.h).  `until` is the last day of an
 *                  embargo: after it the label keeps nobody out.  The word SAT_DO_NOT_COPY among the recipients
 *                  keeps the record on the machines that have it.  Without recipients a label keeps nobody out
 *                  either: it says what a community wants to be known (attribution, say)
 *
 * Of these a head that says yes rules over heads that do not, since it may only hide more.
 *
 * The order of the list never matters.
 */
#ifndef SAT_PERMISSION_H
#define SAT_PERMISSION_H

#include "decision.h"

#define SAT_HAS_GUARDIAN "has_guardian"
#define SAT_IN_MOURNING "in_mourning"
#define SAT_PROTOCOL "protocol"
#define SAT_DO_NOT_COPY "do_not_copy"
/* True for the three states above. */
bool sat_purpose_is_state(const char *purpose);

/* For whom, and on which day.  Without a role it is whoever reads a published page: in no list of
 * recipients, and in every list of those from whom something is withheld. */
typedef struct sat_recipient {
	sat_role role;          /* SAT_ROLE_NONE: the public */
	const char *audiences;  /* sorted words that decisions may name besides the role; "" for none */
	int32_t today;          /* days since 1970, as in sat_gate_today */
	int32_t signed_day;     /* the same by the registry alone: what opens goes by it */
	bool own;               /* this replica itself: nothing is copied */
} sat_recipient;

/* What stands in the way of a yes; of several the greatest is told. */
typedef enum sat_obstacle {
	SAT_NO_OBSTACLE = 0,
	SAT_NOT_ASKED,
	SAT_UNANSWERED,
	SAT_UNDECIDED,
	SAT_SAID_NO,
	SAT_STOPPED,
	SAT_TAKEN_BACK,          /* and no later yes */
	SAT_NOT_VALID,           /* expired, invalidated, entered in error */
	SAT_TIME_OVER,
	SAT_OTHER_RECIPIENTS,    /* given to others only */
	SAT_WITHHELD_FROM,       /* this recipient was left out by name */
	SAT_OLD_NOTICE,          /* a newer version of the notice asks again */
	SAT_HOLE,                /* it supersedes something that is not here, which may be a no */
	SAT_OUT_OF_TURN,         /* it does not follow from what it supersedes */
	SAT_COME_OF_AGE,
	SAT_MOURNED,
	SAT_LABELLED,            /* of a record: a label keeps it for others */
	SAT_NOT_COPIED,          /* a label keeps it where it is */
	SAT_EMBARGOED,           /* and does so until a day that has not passed */
	SAT_OBSTACLES,
	SAT_OF_GUARDIAN = 32,    /* added to one of the above: it is the guardian's */
} sat_obstacle;

/* Ends the sentence "NAME ...": "said no"; of a label, "the record ...".  Borrowed for ever; NULL for SAT_NO_OBSTACLE. */
const char *sat_obstacle_words(sat_obstacle obstacle);

/* The present episode of (subject, purpose): 0, or one above the greatest that was closed.  A guardian
 * closes episodes of those only who were ever said to have one: what arrives in whatever order, a
 * guardian's final withdrawal erases nothing of an adult. */
uint32_t sat_consent_episode(const sat_decision *decisions, size_t count, const char *purpose);

/* True when role or audiences of the recipient are among the words. */
bool sat_recipient_is_named(const sat_recipient *to, const char *words);

/* The greatest obstacle to `purpose` in the present episode.  `decisions` are all that are known about the
 * subject, with their names where any supersedes another; `notice` is the least version of the notice
 * that has to have been explained (0: any). */
sat_obstacle sat_permission(const sat_decision *decisions, size_t count, const char *purpose, uint32_t notice,
                            const sat_recipient *to);

/* The greatest obstacle that the labels on one record put in the recipient's way; `decisions` are all that are
 * known about the record, with their names where any supersedes another. */
sat_obstacle sat_protocol_permission(const sat_decision *decisions, size_t count, const sat_recipient *to);

/* Whether a state of a person is in force; `*until` receives the first of the days that its heads name, 0 for none. */
bool sat_state_in_force(const sat_decision *decisions, size_t count, const char *state, int32_t *until);

/* True for a head of its chain. */
bool sat_decision_is_head(const sat_decision *decisions, size_t count, const sat_decision *decision);

#endif
