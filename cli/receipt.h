/* A person's receipt: what they answered, what they took back and who has erased it, who has the rest.
 *
 * consent-receipt.c gathers it and says it on the terminal and as JSON; receipt-page.c makes a page of it
 * that can be printed, with a picture beside every question, for people who read little or another language.
 */
#ifndef CLI_RECEIPT_H
#define CLI_RECEIPT_H

#include "command.h"

typedef enum receipt_said {
	RECEIPT_YES,
	RECEIPT_ON_HOLD,    /* a yes that does not permit anything now */
	RECEIPT_NO,
	RECEIPT_LATER,
	RECEIPT_STOPPED,
	RECEIPT_TAKEN_BACK,
	RECEIPT_ENDED,      /* expired, not valid, or a mistake */
	RECEIPT_UNCLEAR,    /* several answers that were given apart */
	RECEIPT_ANSWERS,
} receipt_said;

typedef struct receipt_answer {
	const char *purpose, *label; /* borrowed from the programme */
	receipt_said said;
	char day[CLI_TIME_CHARS];    /* "" when it is not known here */
	const char *only_for;        /* sorted words; "" for everybody.  In the receipt's arena */
} receipt_answer;

typedef enum receipt_state { RECEIPT_ERASED, RECEIPT_WAITING, RECEIPT_LOST, RECEIPT_STATES } receipt_state;

/* One machine about one erasure. */
typedef struct receipt_machine {
	char name[SAT_DEVICE_NAME_BYTES];
	bool here;                   /* this machine */
	receipt_state state;
	char day[CLI_TIME_CHARS];    /* when it was erased, by the machine's own clock */
} receipt_machine;

typedef struct receipt_erasure {
	const char *purpose, *label; /* NULL: the whole record of the person */
	char day[CLI_TIME_CHARS];
	receipt_machine *machines;
	size_t machine_count;
} receipt_erasure;

typedef struct receipt_holder {
	char name[SAT_DEVICE_NAME_BYTES];
	bool lost;                   /* revoked: it cannot be reached */
	bool here;                   /* this machine */
	bool earlier;                /* it was sent under an earlier yes, and nothing since */
} receipt_holder;

typedef struct receipt {
	sat_arena arena;             /* holds the lists */
	char id[SAT_ID_CHARS], day[CLI_TIME_CHARS];
	sat_bytes title;             /* pseudonym, as far as it may be shown */
	receipt_answer *answers;
	receipt_erasure *erasures;
	receipt_holder *holders;
	size_t answer_count, erasure_count, holder_count;
} receipt;

/* Appends the page in `language` ("es"; words that are not known in it are in English).  What comes from
 * records is escaped; the page refers to nothing outside. */
void cli_receipt_page(const receipt *receipt, const char *language, sat_bytes *page);

#endif
