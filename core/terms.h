/* Terms: what a decision says besides, and mostly does not: where and how long data is kept, who answers
 * for it, how to take it back.  All of them are one detail of the decision (SAT_TERMS), a JSON object of
 * texts, so that terms of later versions are kept, signed and shown by earlier ones.
 *
 * The names are those of CONSENT.md, after ISO/IEC TS 27560.
 *
 *     const char *values[SAT_TERM_COUNT] = { [SAT_TERM_RETENTION] = "seven years" };
 *     sat_terms_write(values, &json, err)          {"retention": "seven years"}
 */
#ifndef SAT_TERMS_H
#define SAT_TERMS_H

#include "bytes.h"
#include "error.h"

typedef enum sat_term {
	SAT_TERM_AUTHORITY,         /* of a collective decision: who speaks for the group */
	SAT_TERM_CONTACT,           /* whom to ask about it */
	SAT_TERM_CONTROLLER,        /* who answers for the data */
	SAT_TERM_FAMILY_CONTACT,    /* in mourning: whom to ask again */
	SAT_TERM_JURISDICTION,
	SAT_TERM_LABEL_CODES,       /* of a label: "TK WR, BC P" (label-codes.h) */
	SAT_TERM_LABEL_WORDS,       /* of a label: the community's own */
	SAT_TERM_REASON,            /* of an exclusion, an error, an end */
	SAT_TERM_RENEW_ON,          /* a date, 2027-06-30: ask again then; a reminder, it ends nothing */
	SAT_TERM_RETENTION,
	SAT_TERM_STORAGE_LOCATION,
	SAT_TERM_SUBSTITUTE_NAME,   /* in mourning: the name to say instead */
	SAT_TERM_WITHDRAWAL_METHOD,
	SAT_TERM_COUNT,
} sat_term;

#define SAT_TERM_BYTES_MAX 2000     /* of one */

/* "authority" ...; borrowed for ever. */
const char *sat_term_name(sat_term term);

/* Appends the object that says those which are neither NULL nor empty, in the order of their names; nothing
 * when there are none.  SAT_EINVALID for what is no text, too long, or no date. */
int sat_terms_write(const char *const values[static SAT_TERM_COUNT], sat_bytes *json, sat_error *err);

/* Calls `each` with every term of the object, known or not, in its order; texts last until it returns.  What
 * is no object of texts (it came from elsewhere) is given whole, under the name "terms".  A non-zero result
 * stops.  SAT_ENOMEM. */
int sat_terms_each(const char *json, int (*each)(void *context, const char *name, const char *value),
                   void *context, sat_error *err);

#endif
