/* What the parts of a report share while it is gathered.  Nobody outside report includes this.
 *
 * Kinds are read in an order in which everything that is referred to comes first, so that references become
 * names at once:
 *
 *   held.c      organisations, communities, series, workshops, sessions, meetings, materials
 *   heard.c     messages, requests, actions, themes
 *   came.c      participation, attendance, persons: the populations
 *   where.c     certifications near communities, countries, languages, organisations that did something
 *   report.c    opens the gates, calls these in turn, hides small numbers
 */
#ifndef SAT_GATHERING_H
#define SAT_GATHERING_H

#include "reading.h"

/* Where the events of a report lie that are not in it. */
#define SAT_NOT_IN_REPORT SIZE_MAX

/* A record that others refer to.  Lists of these ascend by id. */
typedef struct sat_referred {
	sat_dot id;
	const char *name;
	size_t at;                   /* index in the list of its kind in the report, or SAT_NOT_IN_REPORT */
} sat_referred;

typedef struct sat_referred_list {
	sat_referred *at;
	size_t count;
} sat_referred_list;

/* A series, and who organises it. */
typedef struct sat_series {
	const sat_dot *organisers;
	size_t organiser_count;
} sat_series;

/* People counted without names, for each workshop or meeting that there is; -1: not counted. */
typedef struct sat_counted_list {
	int64_t *at;
	size_t count;
} sat_counted_list;

/* Where what may be read of a population goes. */
typedef struct sat_told_at {
	sat_report_number *number;
	sat_report_people *people;   /* NULL: it has no tables */
} sat_told_at;

/* A language that was used at a workshop, or into which it was interpreted. */
typedef struct sat_heard_language {
	const char *language;
	size_t workshop;
} sat_heard_language;

typedef struct sat_gathering {
	sat_report *report;
	const sat_report_options *options;
	sat_reading facts;           /* for the public */
	sat_reading words;           /* for the community whose version it is; else the same as `facts` */
	int32_t from, until;         /* as in sat_date_number; 0: without an end */
	sat_referred_list organisations, communities, series, workshops, meetings;
	sat_referred_list sessions;  /* `at` is the index of their workshop in the list above */
	sat_series *series_list;
	size_t series_count;
	sat_report_organisation *all_organisations; /* in the order of their ids; those that did something
	                                               are in the report */
	size_t all_organisation_count;
	sat_counted_list workshop_counts, meeting_counts;
	sat_told_at *told_at;        /* of each population of the report */
	sat_heard_language *languages;
	size_t language_count;
} sat_gathering;

/* Adds a record to a list; it has to come after those that are there. */
void sat_refer(sat_reading *r, sat_referred_list *list, const char *name, size_t at);
/* NULL when it is not known here. */
const sat_referred *sat_referred_find(const sat_referred_list *list, sat_dot id);
/* "" when it is not known here. */
const char *sat_referred_name(const sat_referred_list *list, sat_dot id);
/* The names that a field of the present record refers to, joined by "; "; each of the organisations among
 * them did `deed` (0: the list is one of something else). */
const char *sat_gathering_names(sat_gathering *g, sat_reading *r, size_t field, const sat_referred_list *list,
                                unsigned deed);
/* Notes what an organisation did, and gives its name. */
const char *sat_gathering_organisation(sat_gathering *g, sat_dot id, unsigned deed);

/* The last day that a date in part may mean, both as in sat_date_number: 2022 is over on 31 December. */
int32_t sat_date_last(int32_t date);
/* Whether an event of these days is in the report; days as people write them, "" for not known. */
bool sat_gathering_in_period(const sat_gathering *g, const char *start, const char *end);
/* The workshop or meeting that the present record hangs on, given the fields that name it: NULL and `*in`
 * when there is none, else its entry; `*in` says whether what hangs on it is in the report. */
const sat_referred *sat_gathering_event(sat_gathering *g, sat_reading *r, size_t workshop, size_t session,
                                        size_t meeting, bool *in);

int sat_gather_held(sat_gathering *g, sat_error *err);
int sat_gather_heard(sat_gathering *g, sat_error *err);
int sat_gather_came(sat_gathering *g, sat_error *err);
/* When all others have gathered. */
int sat_gather_where(sat_gathering *g, sat_error *err);

/* The order of names: capitals aside, and only then by them. */
int sat_text_order(const char *a, const char *b);

#endif
