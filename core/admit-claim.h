/* Claims: whose writes a sender may bring.
 *
 * To bring a write is to claim that somebody made it.  A sender may bring what it wrote itself; the
 * registry, and a sender that vouches, may bring anybody's.  All of it only as far as incarnation
 * statements reach that have arrived, and from a revoked device only up to its accepted points.  Every
 * entry of a frame is asked about for itself, before anything is done with it:
 *
 *     sat_claim_of_row(admission, row, &goes_on, err)         a row with its past and its record
 *     sat_claim_of_dot(admission, dot, &claim, err)           anything else that has a dot
 */
#ifndef SAT_ADMIT_CLAIM_H
#define SAT_ADMIT_CLAIM_H

#include "admit-private.h"

typedef enum sat_claim {
	SAT_CLAIM_FINE,
	SAT_CLAIM_MISSING, /* nobody has signed for that dot yet: the statement may still arrive */
	SAT_CLAIM_ASIDE,   /* of a revoked device beyond its accepted points: a person decides */
	SAT_CLAIM_FALSE,   /* another device's, and the sender does not vouch */
} sat_claim;

/* May the sender bring something under this dot?  Always for an unlinked name, which is nobody's.  Fails
 * only when the store cannot be read; what a false claim leads to is the caller's to say. */
int sat_claim_of_dot(sat_admission *admission, sat_dot dot, sat_claim *claim, sat_error *err);
/* The same for a write with its past and the name of its record; counts what is missing or set aside,
 * and notes who vouched.  SAT_EREFUSED for a false claim. */
int sat_claim_of_row(sat_admission *admission, const sat_row *row, bool *goes_on, sat_error *err);
/* Counts an entry that is missing or set aside; true for one that goes on. */
bool sat_claim_goes_on(sat_admission *admission, sat_claim claim);

#endif
