/* What was heard and what has come of it: messages, requests, actions, themes. */
#include <stdlib.h>
#include <string.h>

#include "gathering.h"

/* Requests that actions may follow from. */
typedef struct hearing {
	sat_gathering *g;
	sat_referred_list requests;
} hearing;

/* True for the words that the report is to hold: a community's version holds its own alone. */
static bool is_ours(const sat_gathering *g, sat_dot community)
{
	return g->options->community == 0 || g->options->community == community;
}

/* --- themes ----------------------------------------------------------------------------------- */

static void add_theme(sat_gathering *g, sat_reading *r, sat_report_theme theme)
{
	sat_report *report = g->report;
	sat_report_theme *added =
	    theme.theme[0] == '\0' ? NULL : SAT_READING_ADD(r, report->themes, report->theme_count);
	if (added != NULL)
		*added = theme;
}

static int by_theme(const void *a, const void *b)
{
	return sat_text_order(((const sat_report_theme *)a)->theme, ((const sat_report_theme *)b)->theme);
}

/* Each message and request brought its theme; equal ones become one. */
static void join_themes(sat_report *report)
{
	size_t count = 0;
	if (report->theme_count > 0)
		qsort(report->themes, report->theme_count, sizeof *report->themes, by_theme);
	for (size_t i = 0; i < report->theme_count; i++) {
		const sat_report_theme *next = &report->themes[i];
		sat_report_theme *last = count == 0 ? NULL : &report->themes[count - 1];
		if (last == NULL || strcmp(last->theme, next->theme) != 0) {
			report->themes[count++] = *next;
			continue;
		}
		last->messages += next->messages;
		last->requests += next->requests;
		last->answered += next->answered;
		last->declined += next->declined;
	}
	report->theme_count = count;
}

/* --- messages --------------------------------------------------------------------------------- */

enum {
	NOTE_WORKSHOP,
	NOTE_SESSION,
	NOTE_MEETING,
	NOTE_THEME,
	NOTE_TEXT,
	NOTE_LANGUAGE,
	NOTE_TRANSLATION,
	NOTE_COMMUNITY,
	NOTE_FIELDS
};
static const char *const note_fields[] = {
	[NOTE_WORKSHOP] = "workshop",
	[NOTE_SESSION] = "session",
	[NOTE_MEETING] = "meeting",
	[NOTE_THEME] = "theme",
	[NOTE_TEXT] = "text",
	[NOTE_LANGUAGE] = "language",
	[NOTE_TRANSLATION] = "translation",
	[NOTE_COMMUNITY] = "community",
};

static void add_message(void *context, sat_reading *r)
{
	hearing *h = context;
	sat_gathering *g = h->g;
	bool in;
	sat_dot community = sat_reading_reference(r, NOTE_COMMUNITY);
	const sat_referred *event = sat_gathering_event(g, r, NOTE_WORKSHOP, NOTE_SESSION, NOTE_MEETING, &in);
	if (!in || !is_ours(g, community))
		return;
	sat_report_message told = {
		.event = event == NULL ? "" : event->name,
		.theme = sat_reading_text(r, NOTE_THEME),
		.words = sat_reading_text(r, NOTE_TEXT),
		.language = sat_reading_text(r, NOTE_LANGUAGE),
		.translation = sat_reading_text(r, NOTE_TRANSLATION),
		.community = sat_referred_name(&g->communities, community),
	};
	add_theme(g, r, (sat_report_theme){ .theme = told.theme, .messages = 1 });
	if (told.words[0] == '\0' && told.translation[0] == '\0')
		return;
	sat_report_message *added = SAT_READING_ADD(r, g->report->messages, g->report->message_count);
	if (added != NULL)
		*added = told;
}

/* --- requests --------------------------------------------------------------------------------- */

enum {
	REQUEST_WORKSHOP,
	REQUEST_SESSION,
	REQUEST_MEETING,
	REQUEST_THEME,
	REQUEST_TEXT,
	REQUEST_COMMUNITY,
	REQUEST_STATUS,
	REQUEST_ANSWER,
	REQUEST_REASON,
	REQUEST_BY,
	REQUEST_ON,
	REQUEST_BACK_ON,
	REQUEST_BACK_HOW,
	REQUEST_FIELDS
};
static const char *const request_fields[] = {
	[REQUEST_WORKSHOP] = "workshop",
	[REQUEST_SESSION] = "session",
	[REQUEST_MEETING] = "meeting",
	[REQUEST_THEME] = "theme",
	[REQUEST_TEXT] = "text",
	[REQUEST_COMMUNITY] = "community",
	[REQUEST_STATUS] = "status",
	[REQUEST_ANSWER] = "answer",
	[REQUEST_REASON] = "declined_reason",
	[REQUEST_BY] = "answered_by",
	[REQUEST_ON] = "answered_on",
	[REQUEST_BACK_ON] = "brought_back_on",
	[REQUEST_BACK_HOW] = "brought_back_how",
};

static void add_request(void *context, sat_reading *r)
{
	hearing *h = context;
	sat_gathering *g = h->g;
	sat_report *report = g->report;
	bool in;
	sat_dot community = sat_reading_reference(r, REQUEST_COMMUNITY);
	const sat_referred *event =
	    sat_gathering_event(g, r, REQUEST_WORKSHOP, REQUEST_SESSION, REQUEST_MEETING, &in);
	sat_report_request told = {
		.event = event == NULL ? "" : event->name,
		.theme = sat_reading_text(r, REQUEST_THEME),
		.words = sat_reading_text(r, REQUEST_TEXT),
		.status = sat_reading_choice(r, REQUEST_STATUS),
	};
	/* Of a request about which nothing may be told, not even that it exists is. */
	bool any = told.theme[0] != '\0' || told.words[0] != '\0' || told.status.name[0] != '\0';
	if (!in || !any || !is_ours(g, community)) {
		sat_refer(r, &h->requests, "", SAT_NOT_IN_REPORT);
		return;
	}
	told.community = sat_referred_name(&g->communities, community);
	told.answer = sat_reading_text(r, REQUEST_ANSWER);
	told.declined_reason = sat_reading_text(r, REQUEST_REASON);
	told.answered_by =
	    sat_gathering_organisation(g, sat_reading_reference(r, REQUEST_BY), SAT_DID_ANSWER);
	told.answered_on = sat_reading_text(r, REQUEST_ON);
	told.brought_back_on = sat_reading_text(r, REQUEST_BACK_ON);
	told.brought_back_how = sat_reading_text(r, REQUEST_BACK_HOW);
	sat_refer(r, &h->requests, "", report->request_count);
	sat_report_deed state = sat_report_request_state(&told);
	add_theme(g, r,
	          (sat_report_theme){ .theme = told.theme,
	                              .requests = 1,
	                              .answered = state == SAT_REPORT_DONE,
	                              .declined = state == SAT_REPORT_NOT_DONE });
	sat_report_request *added = SAT_READING_ADD(r, report->requests, report->request_count);
	if (added != NULL)
		*added = told;
}

/* --- actions ---------------------------------------------------------------------------------- */

enum {
	ACTION_REQUEST,
	ACTION_TEXT,
	ACTION_RESPONSIBLE,
	ACTION_DUE,
	ACTION_DONE_ON,
	ACTION_OUTCOME,
	ACTION_REASON,
	ACTION_FIELDS
};
static const char *const action_fields[] = {
	[ACTION_REQUEST] = "request",         [ACTION_TEXT] = "text",
	[ACTION_RESPONSIBLE] = "responsible", [ACTION_DUE] = "due",
	[ACTION_DONE_ON] = "done_on",         [ACTION_OUTCOME] = "outcome",
	[ACTION_REASON] = "not_done_reason",
};

/* An action repeats what was asked for, so it is told where its request is.  One that follows from no request
 * is nobody's words, and hangs on no event. */
static void add_action(void *context, sat_reading *r)
{
	hearing *h = context;
	sat_gathering *g = h->g;
	sat_report *report = g->report;
	sat_dot id = sat_reading_reference(r, ACTION_REQUEST);
	const sat_referred *request = sat_referred_find(&h->requests, id);
	bool in = id == 0 ? g->options->community == 0 && g->from == 0 && g->until == 0
	                  : request != NULL && request->at != SAT_NOT_IN_REPORT;
	sat_report_action *added = in ? SAT_READING_ADD(r, report->actions, report->action_count) : NULL;
	if (added == NULL)
		return;
	*added = (sat_report_action){
		.request = request == NULL ? 0 : request->at + 1,
		.text = sat_reading_text(r, ACTION_TEXT),
		.responsible = sat_gathering_organisation(g, sat_reading_reference(r, ACTION_RESPONSIBLE),
		                                          SAT_DID_UNDERTAKE),
		.due = sat_reading_text(r, ACTION_DUE),
		.done_on = sat_reading_text(r, ACTION_DONE_ON),
		.outcome = sat_reading_text(r, ACTION_OUTCOME),
		.not_done_reason = sat_reading_text(r, ACTION_REASON),
	};
}

static int by_request(const void *a, const void *b)
{
	const sat_report_action *x = a, *y = b;
	if (x->request != y->request)
		return x->request < y->request ? -1 : 1;
	return sat_text_order(x->text, y->text);
}

/* Gives each request the actions that follow from it. */
static void hand_out_actions(sat_report *report)
{
	if (report->action_count > 0)
		qsort(report->actions, report->action_count, sizeof *report->actions, by_request);
	for (size_t i = 0; i < report->action_count; i++) {
		const sat_report_action *action = &report->actions[i];
		if (action->request == 0)
			continue;
		sat_report_request *request = &report->requests[action->request - 1];
		if (request->action_count++ == 0)
			request->actions = action;
	}
}

int sat_gather_heard(sat_gathering *g, sat_error *err)
{
	hearing h = { .g = g };
	sat_reading *r = &g->words;
	int rc = sat_reading_each(r, "note", note_fields, NOTE_FIELDS, add_message, &h, err);
	if (rc == 0)
		rc = sat_reading_each(r, "request", request_fields, REQUEST_FIELDS, add_request, &h, err);
	if (rc == 0)
		rc = sat_reading_each(r, "action", action_fields, ACTION_FIELDS, add_action, &h, err);
	if (rc != 0)
		return rc;
	join_themes(g->report);
	hand_out_actions(g->report);
	return 0;
}
