/* The words of a report's pages and tables, in each language that it can be written in. */
#ifndef SAT_PAGE_WORDS_H
#define SAT_PAGE_WORDS_H

#include "report.h"

typedef struct sat_page_words {
	const char *language;       /* the tag, for the page's lang */
	/* The head of the page. */
	const char *title, *for_anybody, *for_community, *made_on, *period, *first_day, *last_day, *draft, *contents,
	    *in_short;
	/* Headings. */
	const char *workshops, *came, *heard, *happened, *meetings, *materials, *where, *near, *numbers;
	/* Workshops and meetings. */
	const char *series, *aim, *topics, *place, *country, *owners, *days, *origins, *audience, *guests,
	    *languages, *format, *status, *reason, *people, *organisations, *countries, *minutes;
	/* People: names of tables, and the category without a name. */
	const char *by_community, *by_gender, *by_age_band, *by_workshop, *unasked, *all, *as_of;
	const char *not_published;  /* how "n.p." is read out */
	/* Messages, requests, actions. */
	const char *messages, *requests, *said_at, *translation, *asked, *answer, *declined, *answered_by, *answered_on,
	    *brought_back, *not_brought_back, *words_withheld, *actions, *other_actions, *due, *overdue, *done,
	    *not_done, *undone, *outcome, *open, *answered, *refused, *no_reason;
	/* Materials, organisations and certifications. */
	const char *kind, *version, *made_by, *used_at, *left_with, *organisation, *standard, *scope,
	    *announced, *valid_until, *community, *nearness, *communities, *certifications, *language_name;
	const char *deeds[SAT_DEEDS];
	const char *near_as[SAT_NEAR_REGION + 1];
	const char *nothing, *none_near;
	/* What has to be known to read the numbers: sentences. */
	const char *of_hidden, *of_frozen, *of_people, *of_headcount, *of_no_counts, *of_period, *of_consent, *of_near, *of_community,
	    *of_mining;
} sat_page_words;

/* Those of a language ("es"), or of the language before a hyphen in it ("es-PE"); English for others. */
const sat_page_words *sat_page_words_in(const char *language);
/* The heading of a table of people, "" for one that is not known. */
const char *sat_page_words_table(const sat_page_words *words, const char *table);

#endif
