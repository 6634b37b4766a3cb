/* What was heard, what was asked, and what has come of it, on a report's page. */
#include <string.h>

#include "page-parts.h"

/* Drawn in a square of 48, as lines; each repeats the word beside it, so a screen reader passes it over. */
static const char *const marks[] = {
	[SAT_REPORT_DONE] = "<path d='M8 26l11 11 21-26'/>",
	[SAT_REPORT_NOT_DONE] = "<path d='M11 11l26 26M37 11L11 37'/>",
	[SAT_REPORT_OPEN] = "<circle cx='24' cy='24' r='17'/><path d='M24 13v12l8 6'/>",
};

static void put_state(sat_page *p, sat_report_deed state, const char *words)
{
	sat_page_put(p, state == SAT_REPORT_DONE ? "<p class='state good'>" : "<p class='state'>");
	sat_page_put(p, "<svg class='mark' viewBox='0 0 48 48' aria-hidden='true'>");
	sat_page_put(p, marks[state]);
	sat_page_put(p, "</svg><span>");
	sat_page_text(p, words);
	sat_page_put(p, "</span></p>\n");
}

static void put_nothing(sat_page *p)
{
	sat_page_put(p, "<p>");
	sat_page_text(p, p->words->nothing);
	sat_page_put(p, "</p>\n");
}

/* Somebody's words, told to a screen reader in their language where it is given as a tag. */
static void put_words(sat_page *p, const char *words, const char *language)
{
	size_t letters = strspn(language, "abcdefghijklmnopqrstuvwxyz");
	bool is_tag = letters >= 2 && letters <= 3 && (language[letters] == '\0' || language[letters] == '-');
	sat_page_put(p, "<blockquote dir='auto'");
	if (is_tag) {
		sat_page_put(p, " lang='");
		sat_page_text(p, language);
		sat_page_put(p, "'");
	}
	sat_page_put(p, "><p>");
	sat_page_text(p, words);
	sat_page_put(p, "</p></blockquote>\n");
}

/* --- what was heard --------------------------------------------------------------------------- */

static void put_themes(sat_page *p)
{
	const char *const terms[] = { p->words->messages, p->words->requests };
	sat_page_put(p, "<ul>\n");
	for (size_t i = 0; i < p->report->theme_count; i++) {
		const sat_report_theme *theme = &p->report->themes[i];
		sat_page_counts(p, theme->theme, terms, (const size_t[]){ theme->messages, theme->requests },
		                2);
	}
	sat_page_put(p, "</ul>\n");
}

static void put_message(sat_page *p, const sat_report_message *m)
{
	const sat_page_words *w = p->words;
	sat_page_put(p, "<article>\n");
	if (m->theme[0] != '\0') {
		sat_page_put(p, "<h3 dir='auto'>");
		sat_page_text(p, m->theme);
		sat_page_put(p, "</h3>\n");
	}
	if (m->words[0] != '\0')
		put_words(p, m->words, m->language);
	sat_page_begin_facts(p);
	sat_page_fact(p, w->translation, m->translation);
	sat_page_fact(p, w->language_name, m->language);
	sat_page_fact(p, w->community, m->community);
	sat_page_fact(p, w->said_at, m->event);
	sat_page_end_facts(p);
	sat_page_put(p, "</article>\n");
}

void sat_page_heard(sat_page *p)
{
	const sat_report *r = p->report;
	sat_page_begin_section(p, "heard", p->words->heard);
	if (r->theme_count > 0)
		put_themes(p);
	for (size_t i = 0; i < r->message_count; i++)
		put_message(p, &r->messages[i]);
	if (r->theme_count == 0 && r->message_count == 0)
		put_nothing(p);
	sat_page_end_section(p);
}

/* --- what happened ---------------------------------------------------------------------------- */

static void put_action(sat_page *p, const sat_report_action *a)
{
	const sat_page_words *w = p->words;
	sat_report_deed state = sat_report_action_state(a);
	bool late = state == SAT_REPORT_OPEN && sat_report_is_over(a->due, p->report->day);
	sat_page_put(p, "<li><p dir='auto'>");
	sat_page_text(p, a->text);
	sat_page_put(p, "</p>\n");
	const char *const words[] = { w->done, w->not_done, late ? w->overdue : w->undone };
	put_state(p, state, words[state]);
	sat_page_begin_facts(p);
	sat_page_fact(p, w->organisation, a->responsible);
	sat_page_fact(p, w->due, a->due);
	sat_page_fact(p, w->done, a->done_on);
	sat_page_fact(p, w->outcome, a->outcome);
	sat_page_fact(p, w->reason, a->not_done_reason);
	sat_page_end_facts(p);
	sat_page_put(p, "</li>\n");
}

static void put_actions(sat_page *p, const sat_report_action *actions, size_t count)
{
	if (count == 0)
		return;
	sat_page_put(p, "<ul class='steps'>\n");
	for (size_t i = 0; i < count; i++)
		put_action(p, &actions[i]);
	sat_page_put(p, "</ul>\n");
}

static void put_answer(sat_page *p, const sat_report_request *q)
{
	const sat_page_words *w = p->words;
	sat_report_deed state = sat_report_request_state(q);
	bool declined = state == SAT_REPORT_NOT_DONE;
	const char *const words[] = { w->answered, w->refused, w->open };
	put_state(p, state, words[state]);
	sat_page_begin_facts(p);
	sat_page_fact(p, w->answer, q->answer);
	sat_page_fact(p, w->declined,
	              declined && q->declined_reason[0] == '\0' ? w->no_reason : q->declined_reason);
	sat_page_fact(p, w->answered_by, q->answered_by);
	sat_page_fact(p, w->answered_on, q->answered_on);
	sat_page_fact_two(p, w->brought_back, q->brought_back_on, ", ", q->brought_back_how);
	sat_page_fact(p, w->community, q->community);
	sat_page_fact(p, w->asked, q->event);
	sat_page_end_facts(p);
	if (state != SAT_REPORT_OPEN && q->brought_back_on[0] == '\0') {
		sat_page_put(p, "<p>");
		sat_page_text(p, w->not_brought_back);
		sat_page_put(p, "</p>\n");
	}
}

static void put_request(sat_page *p, const sat_report_request *q, size_t number)
{
	const sat_page_words *w = p->words;
	sat_page_put(p, "<article>\n<h3 dir='auto'>");
	sat_page_number(p, (int64_t)number);
	sat_page_put(p, ". ");
	sat_page_text(p, q->theme);
	sat_page_put(p, "</h3>\n");
	if (q->words[0] != '\0') {
		put_words(p, q->words, "");
	} else {
		sat_page_put(p, "<p>");
		sat_page_text(p, w->words_withheld);
		sat_page_put(p, "</p>\n");
	}
	put_answer(p, q);
	if (q->action_count > 0) {
		sat_page_put(p, "<h4>");
		sat_page_text(p, w->actions);
		sat_page_put(p, "</h4>\n");
	}
	put_actions(p, q->actions, q->action_count);
	sat_page_put(p, "</article>\n");
}

/* Actions of no request come first in the list. */
void sat_page_happened(sat_page *p)
{
	const sat_report *r = p->report;
	size_t others = 0;
	while (others < r->action_count && r->actions[others].request == 0)
		others++;
	sat_page_begin_section(p, "happened", p->words->happened);
	for (size_t i = 0; i < r->request_count; i++)
		put_request(p, &r->requests[i], i + 1);
	if (others > 0) {
		sat_page_put(p, "<h3>");
		sat_page_text(p, p->words->other_actions);
		sat_page_put(p, "</h3>\n");
	}
	put_actions(p, r->actions, others);
	if (r->request_count == 0 && others == 0)
		put_nothing(p);
	sat_page_end_section(p);
}
