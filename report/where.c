/* Who and where: certifications near communities, countries, languages, organisations. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gathering.h"

typedef struct certified {
	sat_gathering *g;
	sat_report_certification *all;
	size_t count;
} certified;

/* --- certifications --------------------------------------------------------------------------- */

enum {
	CERTIFICATION_ORGANISATION,
	CERTIFICATION_STANDARD,
	CERTIFICATION_VERSION,
	CERTIFICATION_SCOPE,
	CERTIFICATION_PLACE,
	CERTIFICATION_COUNTRY,
	CERTIFICATION_ANNOUNCED,
	CERTIFICATION_UNTIL,
	CERTIFICATION_FIELDS
};
static const char *const certification_fields[] = {
	[CERTIFICATION_ORGANISATION] = "organisation",
	[CERTIFICATION_STANDARD] = "standard",
	[CERTIFICATION_VERSION] = "standard_version",
	[CERTIFICATION_SCOPE] = "scope",
	[CERTIFICATION_PLACE] = "place",
	[CERTIFICATION_COUNTRY] = "country",
	[CERTIFICATION_ANNOUNCED] = "announced",
	[CERTIFICATION_UNTIL] = "valid_until",
};

static void add_certification(void *context, sat_reading *r)
{
	certified *c = context;
	sat_report_certification *added = SAT_READING_ADD(r, c->all, c->count);
	if (added == NULL)
		return;
	*added = (sat_report_certification){
		.organisation = sat_referred_name(&c->g->organisations,
		                                  sat_reading_reference(r, CERTIFICATION_ORGANISATION)),
		.standard = sat_reading_text(r, CERTIFICATION_STANDARD),
		.version = sat_reading_text(r, CERTIFICATION_VERSION),
		.scope = sat_reading_text(r, CERTIFICATION_SCOPE),
		.place = sat_reading_text(r, CERTIFICATION_PLACE),
		.country = sat_reading_text(r, CERTIFICATION_COUNTRY),
		.announced = sat_reading_text(r, CERTIFICATION_ANNOUNCED),
		.valid_until = sat_reading_text(r, CERTIFICATION_UNTIL),
	};
}

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || ((uint8_t)c & 0x80) != 0;
}

/* True when the text holds these words, whole; capitals aside. */
static bool holds_words(const char *text, const char *words)
{
	size_t length = strlen(words);
	for (const char *at = text; length > 0 && (at = strcasestr(at, words)) != NULL; at++) {
		if ((at == text || !in_word(at[-1])) && !in_word(at[length]))
			return true;
	}
	return false;
}

static sat_report_nearness nearness_of(const sat_report_certification *c, const sat_report_community *to)
{
	if (holds_words(c->place, to->name) || holds_words(c->place, to->region))
		return SAT_NEAR_REGION;
	return holds_words(c->place, to->state) ? SAT_NEAR_STATE : SAT_NEAR_COUNTRY;
}

static int by_nearness(const void *a, const void *b)
{
	const sat_report_near *x = a, *y = b;
	if (x->nearness != y->nearness)
		return x->nearness > y->nearness ? -1 : 1;
	return sat_text_order(x->certification->organisation, y->certification->organisation);
}

static int find_near(const certified *c, sat_report_community *community, sat_error *err)
{
	sat_report_near *near = sat_arena_take(&c->g->report->arena, (c->count + 1) * sizeof *near);
	if (near == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; i < c->count; i++) {
		if (community->country[0] == '\0' || strcasecmp(c->all[i].country, community->country) != 0)
			continue;
		near[community->near_count++] =
		    (sat_report_near){ &c->all[i], nearness_of(&c->all[i], community) };
	}
	qsort(near, community->near_count, sizeof *near, by_nearness);
	community->near = near;
	return 0;
}

/* --- organisations ---------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return sat_text_order(((const sat_report_organisation *)a)->name,
	                      ((const sat_report_organisation *)b)->name);
}

static int choose_organisations(sat_gathering *g, sat_error *err)
{
	sat_report *report = g->report;
	report->organisations =
	    sat_arena_take(&report->arena, (g->all_organisation_count + 1) * sizeof *report->organisations);
	if (report->organisations == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; i < g->all_organisation_count; i++) {
		if (g->all_organisations[i].did != 0 && g->all_organisations[i].name[0] != '\0')
			report->organisations[report->organisation_count++] = g->all_organisations[i];
	}
	qsort(report->organisations, report->organisation_count, sizeof *report->organisations, by_name);
	return 0;
}

/* --- countries and languages ------------------------------------------------------------------ */

/* Each workshop, community, organisation and certification brings its country; equal ones become one. */
static void add_country(sat_report *report, sat_report_country country)
{
	if (country.country[0] != '\0')
		report->countries[report->country_count++] = country;
}

static int by_country(const void *a, const void *b)
{
	return sat_text_order(((const sat_report_country *)a)->country,
	                      ((const sat_report_country *)b)->country);
}

static void join_countries(sat_report *report)
{
	size_t count = 0;
	qsort(report->countries, report->country_count, sizeof *report->countries, by_country);
	for (size_t i = 0; i < report->country_count; i++) {
		const sat_report_country *next = &report->countries[i];
		sat_report_country *last = count == 0 ? NULL : &report->countries[count - 1];
		if (last == NULL || strcasecmp(last->country, next->country) != 0) {
			report->countries[count++] = *next;
			continue;
		}
		last->workshops += next->workshops;
		last->communities += next->communities;
		last->organisations += next->organisations;
		last->certifications += next->certifications;
	}
	report->country_count = count;
}

static int gather_countries(const certified *c, sat_error *err)
{
	sat_report *report = c->g->report;
	size_t most =
	    report->workshop_count + report->community_count + report->organisation_count + c->count;
	report->countries = sat_arena_take(&report->arena, (most + 1) * sizeof *report->countries);
	if (report->countries == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; i < report->workshop_count; i++)
		add_country(report, (sat_report_country){ report->workshops[i].country, .workshops = 1 });
	for (size_t i = 0; i < report->community_count; i++)
		add_country(report, (sat_report_country){ report->communities[i].country, .communities = 1 });
	for (size_t i = 0; i < report->organisation_count; i++)
		add_country(report,
		            (sat_report_country){ report->organisations[i].country, .organisations = 1 });
	for (size_t i = 0; i < c->count; i++)
		add_country(report, (sat_report_country){ c->all[i].country, .certifications = 1 });
	join_countries(report);
	return 0;
}

static int by_language(const void *a, const void *b)
{
	const sat_heard_language *x = a, *y = b;
	int order = sat_text_order(x->language, y->language);
	return order != 0 ? order : x->workshop < y->workshop ? -1 : x->workshop > y->workshop;
}

static int gather_languages(sat_gathering *g, sat_error *err)
{
	sat_report *report = g->report;
	report->languages =
	    sat_arena_take(&report->arena, (g->language_count + 1) * sizeof *report->languages);
	if (report->languages == NULL)
		return sat_no_memory(err);
	if (g->language_count > 0)
		qsort(g->languages, g->language_count, sizeof *g->languages, by_language);
	for (size_t i = 0; i < g->language_count; i++) {
		const sat_heard_language *one = &g->languages[i], *before = i == 0 ? NULL : one - 1;
		bool fresh = before == NULL || strcmp(before->language, one->language) != 0;
		if (fresh)
			report->languages[report->language_count++] =
			    (sat_report_language){ one->language, 1 };
		else if (before->workshop != one->workshop)
			report->languages[report->language_count - 1].workshops++;
	}
	return 0;
}

int sat_gather_where(sat_gathering *g, sat_error *err)
{
	certified c = { .g = g };
	int rc = sat_reading_each(&g->facts, "certification", certification_fields, CERTIFICATION_FIELDS,
	                          add_certification, &c, err);
	for (size_t i = 0; rc == 0 && i < g->report->community_count; i++)
		rc = find_near(&c, &g->report->communities[i], err);
	if (rc == 0)
		rc = choose_organisations(g, err);
	if (rc == 0)
		rc = gather_countries(&c, err);
	return rc != 0 ? rc : gather_languages(g, err);
}
