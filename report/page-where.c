/* Organisations, countries, languages, and certifications near communities, on a report's page. */
#include <string.h>

#include "page-parts.h"

/* --- who and where ---------------------------------------------------------------------------- */

static void put_organisation(sat_page *p, const sat_report_organisation *o)
{
	const char *before = ": ";
	sat_page_put(p, "<li><strong dir='auto'>");
	sat_page_text(p, o->name);
	sat_page_put(p, "</strong>");
	if (o->country[0] != '\0') {
		sat_page_put(p, ", ");
		sat_page_text(p, o->country);
	}
	for (unsigned deed = 0; deed < SAT_DEEDS; deed++) {
		if ((o->did >> deed & 1) == 0)
			continue;
		sat_page_put(p, before);
		sat_page_text(p, p->words->deeds[deed]);
		before = ", ";
	}
	sat_page_put(p, "</li>\n");
}

static void begin_list(sat_page *p, const char *heading)
{
	sat_page_put(p, "<h3>");
	sat_page_text(p, heading);
	sat_page_put(p, "</h3>\n<ul>\n");
}

static void end_list(sat_page *p, size_t count)
{
	sat_page_put(p, count > 0 ? "</ul>\n" : "");
}

void sat_page_where(sat_page *p)
{
	const sat_page_words *w = p->words;
	const sat_report *r = p->report;
	const char *const terms[] = { w->workshops, w->communities, w->organisations, w->certifications };
	sat_page_begin_section(p, "where", w->where);
	if (r->organisation_count > 0)
		begin_list(p, w->organisations);
	for (size_t i = 0; i < r->organisation_count; i++)
		put_organisation(p, &r->organisations[i]);
	end_list(p, r->organisation_count);
	if (r->country_count > 0)
		begin_list(p, w->countries);
	for (size_t i = 0; i < r->country_count; i++) {
		const sat_report_country *c = &r->countries[i];
		const size_t counts[] = { c->workshops, c->communities, c->organisations, c->certifications };
		sat_page_counts(p, c->country, terms, counts, 4);
	}
	end_list(p, r->country_count);
	if (r->language_count > 0)
		begin_list(p, w->languages);
	for (size_t i = 0; i < r->language_count; i++)
		sat_page_counts(p, r->languages[i].language, terms, &r->languages[i].workshops, 1);
	end_list(p, r->language_count);
	sat_page_end_section(p);
}

/* --- certifications --------------------------------------------------------------------------- */

static bool same_near(const sat_report_community *a, const sat_report_community *b)
{
	bool same = a->near_count == b->near_count;
	for (size_t i = 0; same && i < a->near_count; i++)
		same = a->near[i].certification == b->near[i].certification &&
		       a->near[i].nearness == b->near[i].nearness;
	return same;
}

static void put_near(sat_page *p, const sat_report_near *near)
{
	const sat_page_words *w = p->words;
	const sat_report_certification *c = near->certification;
	sat_page_put(p, "<li><p><strong dir='auto'>");
	sat_page_text(p, c->organisation);
	sat_page_put(p, "</strong></p>\n");
	sat_page_begin_facts(p);
	sat_page_fact(p, w->nearness, w->near_as[near->nearness]);
	sat_page_fact(p, w->place, c->place);
	sat_page_fact(p, w->standard, c->standard);
	sat_page_fact(p, w->version, c->version);
	sat_page_fact(p, w->scope, c->scope);
	sat_page_fact(p, w->announced, c->announced);
	sat_page_fact(p, w->valid_until, c->valid_until);
	sat_page_end_facts(p);
	sat_page_put(p, "</li>\n");
}

/* Communities that have the same certifications near them share one list; the first of them brings it. */
static bool is_first(const sat_report *r, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (same_near(&r->communities[i], &r->communities[at]))
			return false;
	}
	return true;
}

static void put_group(sat_page *p, size_t first)
{
	const sat_report *r = p->report;
	const sat_report_community *of = &r->communities[first];
	sat_page_put(p, "<article>\n<h3 dir='auto'>");
	for (size_t i = first; i < r->community_count; i++) {
		if (!same_near(of, &r->communities[i]))
			continue;
		sat_page_put(p, i > first ? ", " : "");
		sat_page_text(p, r->communities[i].name);
	}
	sat_page_put(p, "</h3>\n");
	if (of->near_count == 0) {
		sat_page_put(p, "<p>");
		sat_page_text(p, p->words->none_near);
		sat_page_put(p, "</p>\n");
	} else {
		sat_page_put(p, "<ul class='steps'>\n");
		for (size_t i = 0; i < of->near_count; i++)
			put_near(p, &of->near[i]);
		sat_page_put(p, "</ul>\n");
	}
	sat_page_put(p, "</article>\n");
}

void sat_page_near(sat_page *p)
{
	if (p->report->community_count == 0)
		return;
	sat_page_begin_section(p, "near", p->words->near);
	for (size_t i = 0; i < p->report->community_count; i++) {
		if (is_first(p->report, i))
			put_group(p, i);
	}
	sat_page_end_section(p);
}
