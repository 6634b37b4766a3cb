/* See report-html.h. */
#include "report-html.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "page-parts.h"
#include "sheets.h"

/* --- what the parts share --------------------------------------------------------------------- */

void sat_page_number(sat_page *p, int64_t number)
{
	char text[24];
	snprintf(text, sizeof text, "%" PRId64, number);
	sat_page_put(p, text);
}

void sat_page_begin_section(sat_page *p, const char *id, const char *heading)
{
	sat_page_put(p, "<section aria-labelledby='");
	sat_page_put(p, id);
	sat_page_put(p, "'>\n<h2 id='");
	sat_page_put(p, id);
	sat_page_put(p, "'>");
	sat_page_text(p, heading);
	sat_page_put(p, "</h2>\n");
}

void sat_page_end_section(sat_page *p)
{
	sat_page_put(p, "</section>\n");
}

void sat_page_begin_facts(sat_page *p)
{
	sat_page_put(p, "<dl>\n");
}
void sat_page_end_facts(sat_page *p)
{
	sat_page_put(p, "</dl>\n");
}

static void begin_fact(sat_page *p, const char *term)
{
	sat_page_put(p, "<div><dt>");
	sat_page_text(p, term);
	sat_page_put(p, "</dt><dd dir='auto'>");
}

static void end_fact(sat_page *p)
{
	sat_page_put(p, "</dd></div>\n");
}

void sat_page_fact(sat_page *p, const char *term, const char *text)
{
	if (text[0] == '\0')
		return;
	begin_fact(p, term);
	sat_page_text(p, text);
	end_fact(p);
}

void sat_page_fact_two(sat_page *p, const char *term, const char *first, const char *between,
                       const char *second)
{
	if (first[0] == '\0' && second[0] == '\0')
		return;
	begin_fact(p, term);
	sat_page_text(p, first);
	if (second[0] != '\0' && strcmp(first, second) != 0) {
		sat_page_put(p, first[0] == '\0' ? "" : between);
		sat_page_text(p, second);
	}
	end_fact(p);
}

void sat_page_fact_people(sat_page *p, const char *term, const sat_report_number *number)
{
	if (!number->told)
		return;
	begin_fact(p, term);
	sat_page_people(p, number->hidden, number->count);
	sat_page_frozen(p, number);
	end_fact(p);
}

void sat_page_frozen(sat_page *p, const sat_report_number *number)
{
	char day[SAT_REPORT_DAY_CHARS];
	if (!number->frozen)
		return;
	sat_page_put(p, ", ");
	sat_page_text(p, p->words->as_of);
	sat_page_put(p, " <time>");
	sat_page_text(p, sat_report_day(number->at, day));
	sat_page_put(p, "</time>");
}

void sat_page_fact_number(sat_page *p, const char *term, int64_t number)
{
	if (number < 0)
		return;
	begin_fact(p, term);
	sat_page_number(p, number);
	end_fact(p);
}

void sat_page_counts(sat_page *p, const char *of, const char *const *terms, const size_t *counts,
                     size_t count)
{
	bool first = true;
	sat_page_put(p, "<li><strong dir='auto'>");
	sat_page_text(p, of);
	sat_page_put(p, "</strong>");
	for (size_t i = 0; i < count; i++) {
		if (counts[i] == 0)
			continue;
		sat_page_put(p, first ? ": " : ", ");
		sat_page_text(p, terms[i]);
		sat_page_put(p, "\u00a0");
		sat_page_number(p, (int64_t)counts[i]);
		first = false;
	}
	sat_page_put(p, "</li>\n");
}

void sat_page_people(sat_page *p, bool hidden, int64_t count)
{
	if (!hidden) {
		sat_page_number(p, count);
		return;
	}
	sat_page_put(p, "<abbr title='");
	sat_page_text(p, p->words->not_published);
	sat_page_put(p, "'>" SAT_NOT_PUBLISHED "</abbr>");
}

/* --- workshops, meetings, materials ----------------------------------------------------------- */

static void put_workshop(sat_page *p, const sat_report_workshop *w)
{
	const sat_page_words *words = p->words;
	sat_page_put(p, "<article>\n<h3 dir='auto'>");
	sat_page_text(p, w->title);
	sat_page_put(p, "</h3>\n");
	sat_page_begin_facts(p);
	sat_page_fact_two(p, words->days, w->start, " – ", w->end);
	sat_page_fact(p, words->place, w->place);
	sat_page_fact(p, words->owners, w->traditional_owners);
	sat_page_fact(p, words->status, w->status.label);
	sat_page_fact(p, words->reason, w->reason);
	sat_page_fact_people(p, words->people, &w->headcount);
	sat_page_fact(p, words->origins, w->origins);
	sat_page_fact(p, words->audience, w->audience);
	sat_page_fact(p, words->guests, w->guests);
	sat_page_fact(p, words->aim, w->aim);
	sat_page_fact(p, words->topics, w->topics);
	sat_page_fact(p, words->languages, w->languages);
	sat_page_fact(p, words->format, w->format.label);
	sat_page_fact(p, words->series, w->series);
	sat_page_end_facts(p);
	sat_page_put(p, "</article>\n");
}

static void put_workshops(sat_page *p)
{
	sat_page_begin_section(p, "workshops", p->words->workshops);
	for (size_t i = 0; i < p->report->workshop_count; i++)
		put_workshop(p, &p->report->workshops[i]);
	if (p->report->workshop_count == 0) {
		sat_page_put(p, "<p>");
		sat_page_text(p, p->words->nothing);
		sat_page_put(p, "</p>\n");
	}
	sat_page_end_section(p);
}

static void put_meetings(sat_page *p)
{
	const sat_page_words *words = p->words;
	if (p->report->meeting_count == 0)
		return;
	sat_page_begin_section(p, "meetings", words->meetings);
	for (size_t i = 0; i < p->report->meeting_count; i++) {
		const sat_report_meeting *m = &p->report->meetings[i];
		sat_page_put(p, "<article>\n<h3 dir='auto'>");
		sat_page_text(p, m->title);
		sat_page_put(p, "</h3>\n");
		sat_page_begin_facts(p);
		sat_page_fact(p, words->days, m->date);
		sat_page_fact(p, words->place, m->place);
		sat_page_fact(p, words->format, m->format.label);
		sat_page_fact_people(p, words->people, &m->headcount);
		sat_page_fact_number(p, words->organisations, m->organisations);
		sat_page_fact_number(p, words->countries, m->countries);
		sat_page_fact_number(p, words->minutes, m->minutes);
		sat_page_end_facts(p);
		sat_page_put(p, "</article>\n");
	}
	sat_page_end_section(p);
}

static void put_materials(sat_page *p)
{
	const sat_page_words *words = p->words;
	if (p->report->material_count == 0)
		return;
	sat_page_begin_section(p, "materials", words->materials);
	for (size_t i = 0; i < p->report->material_count; i++) {
		const sat_report_material *m = &p->report->materials[i];
		sat_page_put(p, "<article>\n<h3 dir='auto'>");
		sat_page_text(p, m->title);
		sat_page_put(p, "</h3>\n");
		sat_page_begin_facts(p);
		sat_page_fact(p, words->kind, m->kind.label);
		sat_page_fact(p, words->version, m->version);
		sat_page_fact(p, words->language_name, m->language);
		sat_page_fact(p, words->made_by, m->made_by);
		sat_page_fact(p, words->used_at, m->workshops);
		sat_page_fact(p, words->left_with, m->left_with);
		sat_page_end_facts(p);
		sat_page_put(p, "</article>\n");
	}
	sat_page_end_section(p);
}

static void put_sentence(sat_page *p, const char *sentence)
{
	sat_page_put(p, "<li>");
	sat_page_text(p, sentence);
	sat_page_put(p, "</li>\n");
}

static void put_numbers(sat_page *p)
{
	const sat_page_words *w = p->words;
	const char *const of_counts[] = { w->of_people, w->of_headcount, w->of_hidden, w->of_frozen };
	sat_page_begin_section(p, "numbers", w->numbers);
	sat_page_put(p, "<ul>\n");
	for (size_t i = 0; i < 4 && p->report->with_counts; i++)
		put_sentence(p, of_counts[i]);
	if (!p->report->with_counts)
		put_sentence(p, w->of_no_counts);
	put_sentence(p, w->of_consent);
	if (p->report->from[0] != '\0' || p->report->until[0] != '\0')
		put_sentence(p, w->of_period);
	if (p->report->community[0] != '\0')
		put_sentence(p, w->of_community);
	put_sentence(p, w->of_near);
	sat_page_put(p, "</ul>\n");
	sat_page_end_section(p);
}

/* --- the page --------------------------------------------------------------------------------- */

static const char head[] =
    "<meta charset='utf-8'>\n<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
    "<meta name='color-scheme' content='light dark'>\n"
    "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src 'unsafe-inline'\">\n";

static const char style[] =
    ":root{--ink:#000;--paper:#fff;--line:#595959;--soft:#f0f0f0;--bar:#1d4f80;--link:#0b3d91;--good:#05611f}"
    "@media(prefers-color-scheme:dark){:root{--ink:#f4f4f4;--paper:#101010;--line:#a6a6a6;--soft:#242424;"
    "--bar:#8cc8ff;--link:#9ecbff;--good:#8fe3a3}}"
    "*{box-sizing:border-box}"
    "body{font:1.25rem/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:0 auto;"
    "max-width:60rem;padding:1rem;overflow-wrap:anywhere}"
    "h1{font-size:2rem;line-height:1.2;margin:.5rem 0}"
    "h2{font-size:1.6rem;line-height:1.25;border-bottom:4px solid var(--ink);margin:2.5rem 0 1rem}"
    "h3{font-size:1.3rem;line-height:1.3;margin:1.5rem 0 .5rem}article h3{margin-top:0}"
    "p{margin:.3rem 0}a{color:var(--link)}nav ul{list-style:none;padding:0}nav "
    "a{display:inline-block;padding:.35rem 0}"
    "article{border:2px solid var(--line);border-radius:.5rem;padding:1rem;margin:0 0 1rem}"
    "dl{margin:0}dl div{display:grid;grid-template-columns:minmax(0,13rem) minmax(0,1fr);gap:0 "
    "1rem;padding:.3rem 0;"
    "border-top:1px solid var(--line)}dl div:first-child{border-top:0}dt{font-weight:700}dd{margin:0}"
    "blockquote{margin:.5rem 0;padding:.2rem 0 .2rem 1rem;border-left:6px solid var(--bar);font-size:1.35rem}"
    "blockquote p{margin:0}.summary{list-style:none;padding:.5rem "
    "1rem;background:var(--soft)}.draft{border:4px solid var(--ink);padding:.5rem 1rem;font-weight:700}"
    ".state{font-weight:700;display:flex;align-items:center;gap:.5rem;margin:.5rem 0}"
    ".mark{width:1.6rem;height:1.6rem;flex:none;fill:none;stroke:currentColor;stroke-width:6;stroke-linecap:"
    "round;"
    "stroke-linejoin:round}.good{color:var(--good)}"
    ".steps{list-style:none;padding:0;margin:0}.steps li{border-top:1px solid var(--line);padding:.5rem 0}"
    "h4{font-size:1.2rem;margin:1rem 0 .3rem}"
    "figure{margin:0 0 2rem}figcaption{font-weight:700;font-size:1.3rem;margin-bottom:.5rem}"
    ".pair{display:grid;grid-template-columns:1fr 1fr;gap:1.5rem;align-items:start}"
    ".chart p{display:flex;justify-content:space-between;gap:1rem;margin:.6rem 0 .1rem}.chart "
    "b{white-space:nowrap}"
    ".chart svg{display:block;width:100%;height:1.1rem}.chart rect{height:100%}.chart .bar{fill:var(--bar)}"
    ".chart .track{width:100%;fill:var(--soft)}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .5rem;"
    "border-bottom:1px solid var(--line)}thead th{border-bottom:3px solid var(--ink)}tbody "
    "th{font-weight:400}"
    "td.number,th.number{text-align:right;white-space:nowrap;overflow-wrap:normal}tfoot th,tfoot "
    "td{font-weight:700;"
    "border-top:3px solid var(--ink)}abbr{text-decoration:none}time{white-space:nowrap}footer{margin:2.5rem "
    "0 1rem;border-top:4px "
    "solid "
    "var(--ink);padding-top:1rem;font-weight:700}"
    "@media(max-width:40rem){.pair{grid-template-columns:1fr}dl "
    "div{grid-template-columns:1fr}article{padding:.75rem}}"
    "@page{size:A4;margin:18mm}"
    "@media "
    "print{:root{--ink:#000;--paper:#fff;--line:#595959;--soft:#f0f0f0;--bar:#1d4f80;--link:#000;--good:#000}"
    "body{font-size:12pt;max-width:none;padding:0}nav{display:none}h2,h3,h4,figcaption{break-after:avoid}"
    "footer{break-before:avoid}article,figure,tr,li,blockquote,dl "
    "div{break-inside:avoid}thead{display:table-header-group}"
    "tfoot{display:table-row-group}}";

/* What has come of it, in three lines. */
static void put_summary(sat_page *p)
{
	const sat_page_words *w = p->words;
	const sat_report *r = p->report;
	size_t requests[3] = { 0 }, actions[3] = { 0 };
	for (size_t i = 0; i < r->request_count; i++)
		requests[sat_report_request_state(&r->requests[i])]++;
	for (size_t i = 0; i < r->action_count; i++)
		actions[sat_report_action_state(&r->actions[i])]++;
	const char *const of_requests[] = { w->answered, w->refused, w->open };
	const char *const of_actions[] = { w->done, w->not_done, w->undone };
	sat_page_put(p, "<ul class='summary'>\n");
	sat_page_counts(p, w->in_short, (const char *const[]){ w->workshops, w->messages, w->requests },
	                (const size_t[]){ r->workshop_count, r->message_count, r->request_count }, 3);
	if (r->request_count > 0)
		sat_page_counts(p, w->requests, of_requests, requests, 3);
	if (r->action_count > 0)
		sat_page_counts(p, w->actions, of_actions, actions, 3);
	sat_page_put(p, "</ul>\n");
}

static void put_header(sat_page *p)
{
	const sat_page_words *w = p->words;
	const sat_report *r = p->report;
	sat_page_put(p, "<header>\n<h1>");
	sat_page_text(p, w->title);
	sat_page_put(p, "</h1>\n<p>");
	if (r->community[0] == '\0') {
		sat_page_text(p, w->for_anybody);
	} else {
		sat_page_text(p, w->for_community);
		sat_page_put(p, " ");
		sat_page_text(p, r->community);
	}
	sat_page_put(p, ", ");
	sat_page_text(p, w->made_on);
	sat_page_put(p, " <time>");
	sat_page_text(p, r->day);
	sat_page_put(p, "</time></p>\n");
	if (r->from[0] != '\0' || r->until[0] != '\0') {
		sat_page_put(p, "<p>");
		sat_page_text(p, w->period);
		sat_page_put(p, " ");
		sat_page_text(p, r->from[0] == '\0' ? w->first_day : r->from);
		sat_page_put(p, " – ");
		sat_page_text(p, r->until[0] == '\0' ? w->last_day : r->until);
		sat_page_put(p, "</p>\n");
	}
	if (r->draft) {
		sat_page_put(p, "<p class='draft'>");
		sat_page_text(p, w->draft);
		sat_page_put(p, "</p>\n");
	}
	put_summary(p);
	sat_page_put(p, "</header>\n");
}

static void put_contents(sat_page *p)
{
	const sat_page_words *w = p->words;
	const sat_report *r = p->report;
	const struct {
		const char *id, *heading;
		bool there;
	} parts[] = { { "workshops", w->workshops, true },
		      { "came", w->came, sat_page_has_people(p) },
		      { "heard", w->heard, true },
		      { "happened", w->happened, true },
		      { "meetings", w->meetings, r->meeting_count > 0 },
		      { "materials", w->materials, r->material_count > 0 },
		      { "where", w->where, true },
		      { "near", w->near, r->community_count > 0 },
		      { "numbers", w->numbers, true } };
	sat_page_put(p, "<nav aria-label='");
	sat_page_text(p, w->contents);
	sat_page_put(p, "'>\n<ul>\n");
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (!parts[i].there)
			continue;
		sat_page_put(p, "<li><a href='#");
		sat_page_put(p, parts[i].id);
		sat_page_put(p, "'>");
		sat_page_text(p, parts[i].heading);
		sat_page_put(p, "</a></li>\n");
	}
	sat_page_put(p, "</ul>\n</nav>\n");
}

void sat_report_html(const sat_report *report, sat_bytes *out)
{
	sat_page page = { out, report, sat_page_words_in(report->language) };
	sat_page *p = &page;
	sat_page_put(p, "<!doctype html>\n<html lang='");
	sat_page_text(p, p->words->language);
	sat_page_put(p, "'>\n<head>\n");
	sat_page_put(p, head);
	sat_page_put(p, "<title>");
	sat_page_text(p, p->words->title);
	sat_page_put(p, "</title>\n<style>");
	sat_page_put(p, style);
	sat_page_put(p, "</style>\n</head>\n<body>\n");
	put_header(p);
	put_contents(p);
	sat_page_put(p, "<main>\n");
	put_workshops(p);
	sat_page_came(p);
	sat_page_heard(p);
	sat_page_happened(p);
	put_meetings(p);
	put_materials(p);
	sat_page_where(p);
	sat_page_near(p);
	put_numbers(p);
	sat_page_put(p, "</main>\n<footer>\n<p>");
	sat_page_text(p, p->words->of_mining);
	sat_page_put(p, "</p>\n</footer>\n</body>\n</html>\n");
}
