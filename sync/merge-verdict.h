/* The verdict on a bundle that was to be merged, in a word for scripts and in a sentence for a person: what
 * happened, what is safe, what to do.
 *
 * exchange.c finds out what happened; here it is said.  Nothing here reads a store or a bundle.
 */
#ifndef SAT_MERGE_VERDICT_H
#define SAT_MERGE_VERDICT_H

#include "exchange.h"

/* What a merge came to, as far as the sentence about it hangs on that. */
typedef struct sat_merge_course {
	const char *sender;      /* its name; borrowed */
	bool registry;           /* the bundle was merged at headquarters */
	bool introduced;         /* the sender brought its approval, which was not known here */
	bool revoked;            /* the sender was revoked */
	bool released, rejected; /* what a person at the registry decided about what was set aside */
	bool mended;             /* something that a merge needs was damaged at one of its two places */
	size_t frames, lost, too_new;
	size_t missing;          /* entries beyond the statements that have arrived */
	size_t set_aside, set_aside_decisions; /* entries, and of those decisions about consent */
	size_t declined;         /* values that consent did not let in */
} sat_merge_course;

/* Gives a bundle its verdict, with a sentence that the caller wrote (copied).  1, as the caller then returns: no error,
 * and nothing changed. */
int sat_verdict_give(sat_merged *merged, sat_verdict verdict, const char *sentence);

/* The verdict on a bundle of which header and manifest could not be had: `why` not.  `whole` says that its file hash
 * is right, `alien` that it does not begin like a bundle.  1; or the code of `why`, without a verdict, when that says
 * nothing about the bundle. */
int sat_verdict_unreadable(sat_merged *merged, const sat_error *why, bool whole, bool alien);

/* The verdict on a bundle that was refused for `why` once its sender was known.  1. */
int sat_verdict_refuse(sat_merged *merged, const char *why, const char *sender);

/* The verdict on a bundle that was merged, wholly or in part. */
void sat_verdict_conclude(sat_merged *merged, const sat_merge_course *course);

/* Why a bundle is set aside, for the list of those. */
enum { SAT_REASON_ASIDE_BYTES = 256 };
void sat_verdict_reason_aside(const sat_merge_course *course, char reason[static SAT_REASON_ASIDE_BYTES]);

#endif
