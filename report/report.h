/* A report of outcomes: what was held, who came, what was heard, and what has come of it.
 *
 * It is gathered from the store in one walk over each kind, through the gate (gate.h).  Every value needs what
 * its field needs and besides `publish_report`, from every person whom its record concerns, and in the public
 * report `community_report` where a community decides about the field; without that
 * the record is not there, not even in a count.  No person is named, and no pseudonym or id of one is here.
 *
 *   the public report      for anybody, so for nobody whom a decision can name: a yes that is limited to
 *                          certain recipients is none, and one that leaves out somebody is none either
 *   a community's version  holds the words of that community (notes, requests and what followed from them)
 *                          and no other's, as far as they may be shared with the community as well; of
 *                          people it tells what the public report tells of that community, and nothing finer,
 *                          since ages or genders within each community would be a table of two dimensions,
 *                          published in pieces, from which hidden numbers follow
 *
 * Counts of people are *populations* (suppress.h): "people", and the headcount of each workshop and meeting by
 * itself, since no sum of them is told.  Their true numbers are for publication.h alone; where a number may be
 * read, a hidden one is not.  Counts of anything else are as they are.
 *
 * Counts of people are told only where it is noted that they were told, so that later reports are compared
 * with them: whoever sees a draft, or what another machine publishes, could subtract as well.
 *
 *     sat_report_gather(&report, store, &options, err)
 *     sat_report_html(report, page) ...            report-html.h, report-json.h, report-csv.h, report-xlsx.h
 *     sat_report_free(report)
 *
 * Texts are never NULL; "" means that nothing was recorded, or that it may not be told.  They are
 * terminated, live as long as the report and are as people wrote them: who writes them out escapes them.
 * Days are as they were recorded, whole or in part ("2022-06").
 */
#ifndef SAT_REPORT_H
#define SAT_REPORT_H

#include "core/arena.h"
#include "core/store.h"
#include "suppress.h"

typedef struct sat_report_options {
	const char *language;       /* of labels; NULL: the programme's own */
	sat_dot community;          /* whose version; 0: the public report */
	const char *from, *until;   /* only workshops and meetings of these days, and what hangs on them; dates,
	                               whole or in part; NULL: without an end.  What hangs on no dated one is
	                               then left out */
	bool draft;                 /* says so on the page */
	bool counts;                /* tell counts of people; whoever asks for them notes what was told */
	int64_t now;                /* seconds since 1970 */
} sat_report_options;

/* --- numbers of people, as they may be read ---------------------------------------------------- */

/* One number.  Without `told` nobody counted, or this report does not say it. */
typedef struct sat_report_number {
	bool told;
	bool hidden;                /* it reads "n.p." */
	bool frozen;                /* as an earlier report said it, since a newer one would give somebody away */
	int64_t count;              /* 0 when hidden */
	int64_t at;                 /* seconds since 1970: when it was true */
} sat_report_number;

typedef struct sat_report_count {
	const char *key;            /* a choice, or the id of a community; "": not asked, or not to be told */
	const char *label;
	bool hidden;
	int64_t count;              /* 0 when hidden */
} sat_report_count;

typedef struct sat_report_table {
	const char *name;           /* "community", "gender", "age_band" */
	bool of_records;            /* its keys are ids of records, which are for nobody outside */
	sat_report_count *counts;
	size_t count_count;
} sat_report_table;

/* People who came to some workshop, each once, of the whole store whatever days a report is about: numbers of
 * overlapping days could be subtracted, so a report about some days does not tell them. */
typedef struct sat_report_people {
	sat_report_number all;      /* not told in a community's version; `frozen` and `at` hold for the tables too */
	sat_report_table *tables;   /* each adds up to `all`; of a community's version there is its own number */
	size_t table_count;
} sat_report_people;

/* --- what was held ---------------------------------------------------------------------------- */

typedef struct sat_report_choice {
	const char *name, *label;   /* as in the programme; "" when nothing was chosen */
} sat_report_choice;

typedef struct sat_report_workshop {
	const char *series, *title, *aim, *topics, *place, *country, *traditional_owners, *start, *end, *origins,
	    *audience, *languages;
	const char *guests;         /* organisations, joined by "; " */
	sat_report_choice format, status;
	const char *reason;         /* why it was postponed or cancelled */
	sat_report_number headcount; /* the larger of two: how many were counted without names, at the workshop or in
	                               any session of it, and how many were written down and agreed */
} sat_report_workshop;

typedef struct sat_report_meeting {
	const char *title, *date, *place;
	sat_report_choice format;
	int64_t organisations, countries, minutes; /* how many came, and how long it took; -1: not recorded */
	sat_report_number headcount; /* counted without names */
} sat_report_meeting;

typedef struct sat_report_material {
	const char *title, *version, *language, *made_by, *workshops, *left_with;
	sat_report_choice kind;
} sat_report_material;

/* --- what was heard, what happened ------------------------------------------------------------ */

typedef struct sat_report_message {
	const char *event;          /* title of the workshop or meeting */
	const char *theme, *words, *language, *translation, *community;
} sat_report_message;

typedef struct sat_report_action {
	const char *text, *responsible, *due, *done_on, *outcome, *not_done_reason;
	size_t request;             /* number of the request that it follows from, from 1; 0: none */
} sat_report_action;

typedef struct sat_report_request {
	const char *event, *theme, *community;
	const char *words;          /* "" when only they may not be told */
	sat_report_choice status;
	const char *answer, *declined_reason, *answered_by, *answered_on, *brought_back_on, *brought_back_how;
	const sat_report_action *actions;
	size_t action_count;
} sat_report_request;

/* What has become of a request or an action. */
typedef enum sat_report_deed {
	SAT_REPORT_DONE,            /* answered; done */
	SAT_REPORT_NOT_DONE,        /* declined; not done, and it is said why */
	SAT_REPORT_OPEN,
} sat_report_deed;

typedef struct sat_report_theme {
	const char *theme;
	size_t messages, requests, answered, declined;
} sat_report_theme;

/* --- who and where ---------------------------------------------------------------------------- */

/* What an organisation did, as bits of a set. */
enum {
	SAT_DID_ORGANISE = 1,       /* a series */
	SAT_DID_VISIT = 2,          /* a workshop, as a guest */
	SAT_DID_ANSWER = 4,         /* a request */
	SAT_DID_UNDERTAKE = 8,      /* an action */
	SAT_DID_MAKE = 16,          /* material */
};
#define SAT_DEEDS 5

typedef struct sat_report_organisation {
	const char *name, *country;
	sat_report_choice kind;
	unsigned did;
} sat_report_organisation;

typedef struct sat_report_country {
	const char *country;        /* as recorded, two letters */
	size_t workshops, communities, organisations, certifications;
} sat_report_country;

typedef struct sat_report_language {
	const char *language;       /* as recorded */
	size_t workshops;           /* in which it was used, or into which it was interpreted */
} sat_report_language;

/* A certification is near a community in the same country, and nearer when its place names the community's
 * state, its region or the community itself.  The data holds no distances. */
typedef enum sat_report_nearness { SAT_NEAR_COUNTRY, SAT_NEAR_STATE, SAT_NEAR_REGION } sat_report_nearness;

typedef struct sat_report_certification {
	const char *organisation, *standard, *version, *scope, *place, *country, *announced, *valid_until;
} sat_report_certification;

typedef struct sat_report_near {
	const sat_report_certification *certification;
	sat_report_nearness nearness;
} sat_report_near;

typedef struct sat_report_community {
	const char *id, *name, *region, *state, *country;
	const sat_report_near *near; /* nearest first */
	size_t near_count;
} sat_report_community;

/* --- the report ------------------------------------------------------------------------------- */

typedef struct sat_report {
	sat_arena arena;            /* holds all of it */
	const char *language;       /* of the labels */
	const char *community;      /* whose version; "" for the public report */
	const char *day, *from, *until;
	bool draft;
	bool with_counts;           /* counts of people were asked for */

	sat_population *populations; /* true numbers, for publication.h */
	size_t population_count;
	sat_report_people people;

	sat_report_workshop *workshops; /* by their first day */
	sat_report_meeting *meetings;
	sat_report_material *materials;
	sat_report_message *messages; /* by theme */
	sat_report_theme *themes;   /* by name */
	sat_report_request *requests;
	sat_report_action *actions; /* those of one request side by side; those of none first */
	sat_report_organisation *organisations; /* by name */
	sat_report_country *countries;
	sat_report_language *languages;
	sat_report_community *communities; /* by name */
	size_t workshop_count, meeting_count, material_count, message_count, theme_count, request_count,
	    action_count, organisation_count, country_count, language_count, community_count;
} sat_report;

/* Gathers a report; owned by the caller.  Writes nothing.  SAT_EINVALID when the programme has none of the
 * purposes that people would have to agree to, or a date is none; SAT_ENOTFOUND for an unknown community. */
int sat_report_gather(sat_report **report, sat_store *store, const sat_report_options *options, sat_error *err);
void sat_report_free(sat_report *report);
SAT_AUTO_DEFINE(sat_report)

/* A request is what its status says; an action is done when it has a day on which it was. */
sat_report_deed sat_report_request_state(const sat_report_request *request);
sat_report_deed sat_report_action_state(const sat_report_action *action);
/* True when a date, whole or in part, lies before a day; false for "". */
bool sat_report_is_over(const char *date, const char *day);

/* The day of a moment, "2026-11-28"; "" when it is none of four digits.  Returns `text`. */
#define SAT_REPORT_DAY_CHARS 11
const char *sat_report_day(int64_t seconds, char text[static SAT_REPORT_DAY_CHARS]);

#endif
