/* What was held, and by whom: organisations, communities, series, workshops, sessions, meetings, materials.
 */
#include <stdlib.h>
#include <string.h>

#include "gathering.h"

/* --- organisations, communities, series ------------------------------------------------------- */

enum { ORGANISATION_NAME, ORGANISATION_KIND, ORGANISATION_COUNTRY, ORGANISATION_FIELDS };
static const char *const organisation_fields[] = {
	[ORGANISATION_NAME] = "name",
	[ORGANISATION_KIND] = "kind",
	[ORGANISATION_COUNTRY] = "country",
};

static void add_organisation(void *context, sat_reading *r)
{
	sat_gathering *g = context;
	size_t at = g->all_organisation_count;
	sat_report_organisation *o = SAT_READING_ADD(r, g->all_organisations, g->all_organisation_count);
	if (o == NULL)
		return;
	o->name = sat_reading_text(r, ORGANISATION_NAME);
	o->kind = sat_reading_choice(r, ORGANISATION_KIND);
	o->country = sat_reading_text(r, ORGANISATION_COUNTRY);
	sat_refer(r, &g->organisations, o->name, at);
}

enum { COMMUNITY_NAME, COMMUNITY_REGION, COMMUNITY_STATE, COMMUNITY_COUNTRY, COMMUNITY_FIELDS };
static const char *const community_fields[] = {
	[COMMUNITY_NAME] = "name",
	[COMMUNITY_REGION] = "region",
	[COMMUNITY_STATE] = "state",
	[COMMUNITY_COUNTRY] = "country",
};

static void add_community(void *context, sat_reading *r)
{
	sat_gathering *g = context;
	sat_report *report = g->report;
	sat_dot whose = g->options->community;
	const char *name = sat_reading_text(r, COMMUNITY_NAME);
	bool in = whose == 0 || whose == r->state->id;
	sat_refer(r, &g->communities, name, in ? report->community_count : SAT_NOT_IN_REPORT);
	sat_report_community *c =
	    in ? SAT_READING_ADD(r, report->communities, report->community_count) : NULL;
	if (c == NULL)
		return;
	c->id = sat_reading_id(r);
	c->name = name;
	c->region = sat_reading_text(r, COMMUNITY_REGION);
	c->state = sat_reading_text(r, COMMUNITY_STATE);
	c->country = sat_reading_text(r, COMMUNITY_COUNTRY);
	if (whose != 0)
		report->community = name;
}

enum { SERIES_TITLE, SERIES_ORGANISERS, SERIES_FIELDS };
static const char *const series_fields[] = {
	[SERIES_TITLE] = "title",
	[SERIES_ORGANISERS] = "organisers",
};

static void add_series(void *context, sat_reading *r)
{
	sat_gathering *g = context;
	size_t at = g->series_count;
	sat_series *series = SAT_READING_ADD(r, g->series_list, g->series_count);
	const sat_value *value = sat_reading_value(r, SERIES_ORGANISERS);
	if (series != NULL && value != NULL && value->type == SAT_REFERENCES) {
		series->organiser_count = value->references.count;
		series->organisers = sat_arena_copy(r->arena, value->references.at,
		                                    value->references.count * sizeof *series->organisers);
		if (series->organisers == NULL)
			sat_reading_no_memory(r);
	}
	sat_refer(r, &g->series, sat_reading_text(r, SERIES_TITLE), at);
}

/* --- workshops and their sessions ------------------------------------------------------------- */

enum {
	WORKSHOP_SERIES,
	WORKSHOP_TITLE,
	WORKSHOP_AIM,
	WORKSHOP_TOPICS,
	WORKSHOP_PLACE,
	WORKSHOP_COUNTRY,
	WORKSHOP_OWNERS,
	WORKSHOP_START,
	WORKSHOP_END,
	WORKSHOP_FORMAT,
	WORKSHOP_STATUS,
	WORKSHOP_REASON,
	WORKSHOP_COUNT,
	WORKSHOP_ORIGINS,
	WORKSHOP_AUDIENCE,
	WORKSHOP_GUESTS,
	WORKSHOP_LANGUAGES,
	WORKSHOP_FIELDS
};
static const char *const workshop_fields[] = {
	[WORKSHOP_SERIES] = "series",
	[WORKSHOP_TITLE] = "title",
	[WORKSHOP_AIM] = "aim",
	[WORKSHOP_TOPICS] = "topics",
	[WORKSHOP_PLACE] = "place",
	[WORKSHOP_COUNTRY] = "country",
	[WORKSHOP_OWNERS] = "traditional_owners",
	[WORKSHOP_START] = "start",
	[WORKSHOP_END] = "end",
	[WORKSHOP_FORMAT] = "format",
	[WORKSHOP_STATUS] = "status",
	[WORKSHOP_REASON] = "status_reason",
	[WORKSHOP_COUNT] = "headcount_manual",
	[WORKSHOP_ORIGINS] = "communities",
	[WORKSHOP_AUDIENCE] = "audience",
	[WORKSHOP_GUESTS] = "guest_organisations",
	[WORKSHOP_LANGUAGES] = "languages",
};

/* Several languages are written in one field, with commas or semicolons between them. */
static void add_languages(sat_gathering *g, sat_reading *r, const char *text, size_t workshop)
{
	while (*text != '\0') {
		text += strspn(text, " ,;");
		size_t length = strcspn(text, ",;"), end = length;
		while (end > 0 && text[end - 1] == ' ')
			end--;
		const char *language = end == 0 ? NULL : sat_arena_copy(r->arena, text, end);
		sat_heard_language *added =
		    language == NULL ? NULL : SAT_READING_ADD(r, g->languages, g->language_count);
		if (added != NULL)
			*added = (sat_heard_language){ language, workshop };
		else if (end > 0)
			sat_reading_no_memory(r);
		text += length;
	}
}

static const char *series_of(sat_gathering *g, sat_dot id)
{
	const sat_referred *series = sat_referred_find(&g->series, id);
	if (series == NULL)
		return "";
	const sat_series *told = &g->series_list[series->at];
	for (size_t i = 0; i < told->organiser_count; i++)
		sat_gathering_organisation(g, told->organisers[i], SAT_DID_ORGANISE);
	return series->name;
}

static void add_workshop(void *context, sat_reading *r)
{
	sat_gathering *g = context;
	sat_report *report = g->report;
	const char *start = sat_reading_text(r, WORKSHOP_START), *end = sat_reading_text(r, WORKSHOP_END);
	const char *title = sat_reading_text(r, WORKSHOP_TITLE);
	bool in = sat_gathering_in_period(g, start, end);
	sat_refer(r, &g->workshops, title, in ? report->workshop_count : SAT_NOT_IN_REPORT);
	int64_t *count = SAT_READING_ADD(r, g->workshop_counts.at, g->workshop_counts.count);
	sat_report_workshop *w = in ? SAT_READING_ADD(r, report->workshops, report->workshop_count) : NULL;
	if (count != NULL)
		*count = sat_reading_count(r, WORKSHOP_COUNT);
	if (w == NULL)
		return;
	*w = (sat_report_workshop){
		.series = series_of(g, sat_reading_reference(r, WORKSHOP_SERIES)),
		.title = title,
		.aim = sat_reading_text(r, WORKSHOP_AIM),
		.topics = sat_reading_text(r, WORKSHOP_TOPICS),
		.place = sat_reading_text(r, WORKSHOP_PLACE),
		.country = sat_reading_text(r, WORKSHOP_COUNTRY),
		.traditional_owners = sat_reading_text(r, WORKSHOP_OWNERS),
		.start = start,
		.end = end,
		.format = sat_reading_choice(r, WORKSHOP_FORMAT),
		.status = sat_reading_choice(r, WORKSHOP_STATUS),
		.reason = sat_reading_text(r, WORKSHOP_REASON),
		.origins = sat_reading_text(r, WORKSHOP_ORIGINS),
		.audience = sat_reading_text(r, WORKSHOP_AUDIENCE),
		.guests = sat_gathering_names(g, r, WORKSHOP_GUESTS, &g->organisations, SAT_DID_VISIT),
		.languages = sat_reading_text(r, WORKSHOP_LANGUAGES),
	};
	add_languages(g, r, w->languages, report->workshop_count - 1);
}

enum { SESSION_WORKSHOP, SESSION_COUNT, SESSION_LANGUAGES, SESSION_FIELDS };
static const char *const session_fields[] = {
	[SESSION_WORKSHOP] = "workshop",
	[SESSION_COUNT] = "headcount_manual",
	[SESSION_LANGUAGES] = "languages",
};

/* Whoever refers to a session refers to its workshop.  Whoever was at a session was at the workshop, so the
 * largest count of a session is one of the workshop. */
static void add_session(void *context, sat_reading *r)
{
	sat_gathering *g = context;
	const sat_referred *workshop =
	    sat_referred_find(&g->workshops, sat_reading_reference(r, SESSION_WORKSHOP));
	if (workshop == NULL)
		return;
	size_t at = (size_t)(workshop - g->workshops.at);
	int64_t count = sat_reading_count(r, SESSION_COUNT);
	sat_refer(r, &g->sessions, workshop->name, at);
	if (count > g->workshop_counts.at[at])
		g->workshop_counts.at[at] = count;
	if (workshop->at != SAT_NOT_IN_REPORT)
		add_languages(g, r, sat_reading_text(r, SESSION_LANGUAGES), workshop->at);
}

/* --- meetings and materials ------------------------------------------------------------------- */

enum {
	MEETING_TITLE,
	MEETING_DATE,
	MEETING_FORMAT,
	MEETING_PLACE,
	MEETING_COUNT,
	MEETING_ORGANISATIONS,
	MEETING_COUNTRIES,
	MEETING_MINUTES,
	MEETING_FIELDS
};
static const char *const meeting_fields[] = {
	[MEETING_TITLE] = "title",
	[MEETING_DATE] = "date",
	[MEETING_FORMAT] = "format",
	[MEETING_PLACE] = "place",
	[MEETING_COUNT] = "headcount_manual",
	[MEETING_ORGANISATIONS] = "organisations_present",
	[MEETING_COUNTRIES] = "countries_present",
	[MEETING_MINUTES] = "duration_minutes",
};

static void add_meeting(void *context, sat_reading *r)
{
	sat_gathering *g = context;
	sat_report *report = g->report;
	const char *title = sat_reading_text(r, MEETING_TITLE), *date = sat_reading_text(r, MEETING_DATE);
	bool in = sat_gathering_in_period(g, date, date);
	sat_refer(r, &g->meetings, title, in ? report->meeting_count : SAT_NOT_IN_REPORT);
	int64_t *count = SAT_READING_ADD(r, g->meeting_counts.at, g->meeting_counts.count);
	sat_report_meeting *m = in ? SAT_READING_ADD(r, report->meetings, report->meeting_count) : NULL;
	if (count != NULL)
		*count = sat_reading_count(r, MEETING_COUNT);
	if (m == NULL)
		return;
	*m = (sat_report_meeting){
		.title = title,
		.date = date,
		.place = sat_reading_text(r, MEETING_PLACE),
		.format = sat_reading_choice(r, MEETING_FORMAT),
		.organisations = sat_reading_count(r, MEETING_ORGANISATIONS),
		.countries = sat_reading_count(r, MEETING_COUNTRIES),
		.minutes = sat_reading_count(r, MEETING_MINUTES),
	};
}

enum {
	MATERIAL_TITLE,
	MATERIAL_KIND,
	MATERIAL_VERSION,
	MATERIAL_LANGUAGE,
	MATERIAL_MAKERS,
	MATERIAL_WORKSHOPS,
	MATERIAL_COMMUNITIES,
	MATERIAL_FIELDS
};
static const char *const material_fields[] = {
	[MATERIAL_TITLE] = "title",           [MATERIAL_KIND] = "kind",
	[MATERIAL_VERSION] = "version",       [MATERIAL_LANGUAGE] = "language",
	[MATERIAL_MAKERS] = "made_by",        [MATERIAL_WORKSHOPS] = "workshops",
	[MATERIAL_COMMUNITIES] = "left_with",
};

/* True when a field of the present record names something that is in the report; `*any` whether it names
 * anything. */
static bool names_one(sat_reading *r, size_t field, const sat_referred_list *list, bool *any)
{
	const sat_value *value = sat_reading_value(r, field);
	bool found = false;
	*any = value != NULL && value->type == SAT_REFERENCES && value->references.count > 0;
	for (size_t i = 0; *any && i < value->references.count; i++) {
		const sat_referred *named = sat_referred_find(list, value->references.at[i]);
		found = found || (named != NULL && named->at != SAT_NOT_IN_REPORT);
	}
	return found;
}

static void add_material(void *context, sat_reading *r)
{
	sat_gathering *g = context;
	sat_report *report = g->report;
	bool used, left;
	bool in = names_one(r, MATERIAL_WORKSHOPS, &g->workshops, &used) ||
	          (!used && g->from == 0 && g->until == 0);
	if (!in ||
	    (!names_one(r, MATERIAL_COMMUNITIES, &g->communities, &left) && g->options->community != 0))
		return;
	sat_report_material *m = SAT_READING_ADD(r, report->materials, report->material_count);
	if (m == NULL)
		return;
	*m = (sat_report_material){
		.title = sat_reading_text(r, MATERIAL_TITLE),
		.kind = sat_reading_choice(r, MATERIAL_KIND),
		.version = sat_reading_text(r, MATERIAL_VERSION),
		.language = sat_reading_text(r, MATERIAL_LANGUAGE),
		.made_by = sat_gathering_names(g, r, MATERIAL_MAKERS, &g->organisations, SAT_DID_MAKE),
		.workshops = sat_gathering_names(g, r, MATERIAL_WORKSHOPS, &g->workshops, 0),
		.left_with = sat_gathering_names(g, r, MATERIAL_COMMUNITIES, &g->communities, 0),
	};
}

int sat_gather_held(sat_gathering *g, sat_error *err)
{
	sat_reading *r = &g->facts;
	int rc = sat_reading_each(r, "organisation", organisation_fields, ORGANISATION_FIELDS,
	                          add_organisation, g, err);
	if (rc == 0)
		rc = sat_reading_each(r, "community", community_fields, COMMUNITY_FIELDS, add_community, g,
		                      err);
	if (rc == 0)
		rc = sat_reading_each(r, "series", series_fields, SERIES_FIELDS, add_series, g, err);
	if (rc == 0)
		rc = sat_reading_each(r, "workshop", workshop_fields, WORKSHOP_FIELDS, add_workshop, g, err);
	if (rc == 0)
		rc = sat_reading_each(r, "session", session_fields, SESSION_FIELDS, add_session, g, err);
	if (rc == 0)
		rc = sat_reading_each(r, "meeting", meeting_fields, MEETING_FIELDS, add_meeting, g, err);
	if (rc == 0)
		rc = sat_reading_each(r, "material", material_fields, MATERIAL_FIELDS, add_material, g, err);
	return rc;
}
