/* See sheets.h. */
#include "sheets.h"

#include <assert.h>
#include <string.h>

#include "page-words.h"

/* A table that is being filled, cell by cell; without memory it stays as it is and says so. */
typedef struct filling {
	const sat_report *report;
	sat_arena *arena;
	sat_sheet sheet;
	sat_sheet_cell *cells;
	size_t cell_count;
	bool failed;
} filling;

/* --- cells ------------------------------------------------------------------------------------ */

static void put(filling *f, sat_sheet_cell cell)
{
	sat_sheet_cell *cells =
	    f->failed ? NULL : sat_arena_grown(f->arena, f->cells, f->cell_count, sizeof *cells);
	f->failed = cells == NULL;
	if (f->failed)
		return;
	f->cells = cells;
	f->cells[f->cell_count++] = cell;
}

static void put_text(filling *f, const char *text)
{
	put(f,
	    (sat_sheet_cell){ .kind = text[0] == '\0' ? SAT_SHEET_NOTHING : SAT_SHEET_TEXT, .text = text });
}

static void put_number(filling *f, int64_t number)
{
	put(f, (sat_sheet_cell){ .kind = SAT_SHEET_NUMBER, .number = number });
}

/* -1 stands for what was not recorded. */
static void put_recorded(filling *f, int64_t number)
{
	put(f,
	    (sat_sheet_cell){ .kind = number < 0 ? SAT_SHEET_NOTHING : SAT_SHEET_NUMBER, .number = number });
}

static void put_people(filling *f, bool hidden, int64_t count)
{
	put(f, (sat_sheet_cell){ .kind = hidden ? SAT_SHEET_HIDDEN : SAT_SHEET_NUMBER, .number = count });
}

static const char *day_of(filling *f, int64_t at)
{
	char day[SAT_REPORT_DAY_CHARS];
	sat_report_day(at, day);
	const char *kept = sat_arena_copy(f->arena, day, strlen(day));
	f->failed = f->failed || kept == NULL;
	return kept == NULL ? "" : kept;
}

/* How many came, and when that was true. */
static void put_headcount(filling *f, const sat_report_number *number)
{
	if (number->told)
		put_people(f, number->hidden, number->count);
	else
		put_text(f, "");
	put_text(f, number->told ? day_of(f, number->at) : "");
}

/* --- the tables ------------------------------------------------------------------------------- */

static const sat_sheet_column about_columns[] = { { "item", "#meta+item" }, { "text", "#meta+text" } };

static void put_about(filling *f, const char *item, const char *text)
{
	put_text(f, item);
	put_text(f, text);
}

static void fill_about(filling *f)
{
	const sat_report *r = f->report;
	const sat_page_words *w = sat_page_words_in(r->language);
	put_about(f, "title", w->title);
	put_about(f, "community", r->community);
	put_about(f, "day", r->day);
	put_about(f, "from", r->from);
	put_about(f, "until", r->until);
	put_about(f, "draft", r->draft ? "yes" : "no");
	put_about(f, "language", w->language);
	put_about(f, SAT_NOT_PUBLISHED, w->of_hidden);
	put_about(f, "as_of", w->of_frozen);
	put_about(f, "people", r->with_counts ? w->of_people : w->of_no_counts);
	put_about(f, "headcount", r->with_counts ? w->of_headcount : w->of_no_counts);
	put_about(f, "words", r->community[0] == '\0' ? w->of_consent : w->of_community);
	put_about(f, "near", w->of_near);
	put_about(f, "attendance", w->of_mining);
}

static const sat_sheet_column workshop_columns[] = {
	{ "series", "#event+series" },
	{ "title", "#event+name" },
	{ "start", "#date+start" },
	{ "end", "#date+end" },
	{ "place", "#loc+name" },
	{ "country", "#country+code" },
	{ "traditional_owners", "#group+owners" },
	{ "format", "#event+format" },
	{ "status", "#status" },
	{ "status_reason", "#status+reason" },
	{ "aim", "#description+aim" },
	{ "topics", "#description+topics" },
	{ "people_came_from", "#loc+origin" },
	{ "audience", "#description+audience" },
	{ "guest_organisations", "#org+guest" },
	{ "languages", "#lang" },
	{ "headcount", "#reached+headcount" },
	{ "headcount_as_of", "#date+headcount" },
};

static void fill_workshops(filling *f)
{
	for (size_t i = 0; i < f->report->workshop_count; i++) {
		const sat_report_workshop *w = &f->report->workshops[i];
		const char *const texts[] = { w->series,
			                      w->title,
			                      w->start,
			                      w->end,
			                      w->place,
			                      w->country,
			                      w->traditional_owners,
			                      w->format.name,
			                      w->status.name,
			                      w->reason,
			                      w->aim,
			                      w->topics,
			                      w->origins,
			                      w->audience,
			                      w->guests,
			                      w->languages };
		for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
			put_text(f, texts[k]);
		put_headcount(f, &w->headcount);
	}
}

static const sat_sheet_column people_columns[] = {
	{ "table", "#indicator+name" }, { "category", "#group+code" }, { "label", "#group+name" },
	{ "people", "#reached" },       { "as_of", "#date" },
};

static void put_table(filling *f, const sat_report_table *table, const char *day)
{
	const char *unasked = sat_page_words_in(f->report->language)->unasked;
	for (size_t i = 0; i < table->count_count; i++) {
		const sat_report_count *count = &table->counts[i];
		put_text(f, table->name);
		put_text(f, table->of_records ? "" : count->key);
		put_text(f, count->key[0] == '\0' ? unasked : count->label);
		put_people(f, count->hidden, count->count);
		put_text(f, day);
	}
}

static void fill_people(filling *f)
{
	const sat_report_people *people = &f->report->people;
	const char *day = day_of(f, people->all.at);
	if (people->all.told) {
		put_text(f, "all");
		put_text(f, "");
		put_text(f, sat_page_words_in(f->report->language)->all);
		put_people(f, people->all.hidden, people->all.count);
		put_text(f, day);
	}
	for (size_t i = 0; i < people->table_count; i++)
		put_table(f, &people->tables[i], day);
}

static const sat_sheet_column meeting_columns[] = {
	{ "title", "#event+name" },
	{ "date", "#date" },
	{ "place", "#loc+name" },
	{ "format", "#event+format" },
	{ "organisations", "#org+num" },
	{ "countries", "#country+num" },
	{ "minutes", "#event+minutes" },
	{ "headcount", "#reached+headcount" },
	{ "headcount_as_of", "#date+headcount" },
};

static void fill_meetings(filling *f)
{
	for (size_t i = 0; i < f->report->meeting_count; i++) {
		const sat_report_meeting *m = &f->report->meetings[i];
		put_text(f, m->title);
		put_text(f, m->date);
		put_text(f, m->place);
		put_text(f, m->format.name);
		put_recorded(f, m->organisations);
		put_recorded(f, m->countries);
		put_recorded(f, m->minutes);
		put_headcount(f, &m->headcount);
	}
}

static const sat_sheet_column message_columns[] = {
	{ "theme", "#subject" },    { "words", "#description+words" },
	{ "language", "#lang" },    { "translation", "#description+translation" },
	{ "event", "#event+name" }, { "community", "#loc+community" },
};

static void fill_messages(filling *f)
{
	for (size_t i = 0; i < f->report->message_count; i++) {
		const sat_report_message *m = &f->report->messages[i];
		put_text(f, m->theme);
		put_text(f, m->words);
		put_text(f, m->language);
		put_text(f, m->translation);
		put_text(f, m->event);
		put_text(f, m->community);
	}
}

static const sat_sheet_column theme_columns[] = {
	{ "theme", "#subject" },
	{ "messages", "#indicator+messages" },
	{ "requests", "#indicator+requests" },
	{ "answered", "#indicator+answered" },
	{ "declined", "#indicator+declined" },
};

static void fill_themes(filling *f)
{
	for (size_t i = 0; i < f->report->theme_count; i++) {
		const sat_report_theme *t = &f->report->themes[i];
		put_text(f, t->theme);
		put_number(f, (int64_t)t->messages);
		put_number(f, (int64_t)t->requests);
		put_number(f, (int64_t)t->answered);
		put_number(f, (int64_t)t->declined);
	}
}

static const sat_sheet_column request_columns[] = {
	{ "request", "#item+num" },
	{ "theme", "#subject" },
	{ "words", "#description+words" },
	{ "event", "#event+name" },
	{ "community", "#loc+community" },
	{ "status", "#status" },
	{ "answer", "#description+answer" },
	{ "declined_reason", "#status+reason" },
	{ "answered_by", "#org+answered" },
	{ "answered_on", "#date+answered" },
	{ "brought_back_on", "#date+brought_back" },
	{ "brought_back_how", "#description+brought_back" },
};

static void fill_requests(filling *f)
{
	for (size_t i = 0; i < f->report->request_count; i++) {
		const sat_report_request *q = &f->report->requests[i];
		put_number(f, (int64_t)i + 1);
		const char *const texts[] = { q->theme,           q->words,           q->event,
			                      q->community,       q->status.name,     q->answer,
			                      q->declined_reason, q->answered_by,     q->answered_on,
			                      q->brought_back_on, q->brought_back_how };
		for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
			put_text(f, texts[k]);
	}
}

static const sat_sheet_column action_columns[] = {
	{ "request", "#item+num" },
	{ "action", "#activity+name" },
	{ "responsible", "#org+responsible" },
	{ "due", "#date+due" },
	{ "done_on", "#date+done" },
	{ "outcome", "#description+outcome" },
	{ "not_done_reason", "#status+reason" },
};

static void fill_actions(filling *f)
{
	for (size_t i = 0; i < f->report->action_count; i++) {
		const sat_report_action *a = &f->report->actions[i];
		const char *const texts[] = { a->text,    a->responsible, a->due,
			                      a->done_on, a->outcome,     a->not_done_reason };
		put_recorded(f, a->request == 0 ? -1 : (int64_t)a->request);
		for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
			put_text(f, texts[k]);
	}
}

static const sat_sheet_column material_columns[] = {
	{ "title", "#item+name" },         { "kind", "#item+type" },   { "version", "#item+version" },
	{ "language", "#lang" },           { "made_by", "#org+made" }, { "workshops", "#event+name" },
	{ "left_with", "#loc+community" },
};

static void fill_materials(filling *f)
{
	for (size_t i = 0; i < f->report->material_count; i++) {
		const sat_report_material *m = &f->report->materials[i];
		const char *const texts[] = { m->title,   m->kind.name, m->version,  m->language,
			                      m->made_by, m->workshops, m->left_with };
		for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
			put_text(f, texts[k]);
	}
}

static const sat_sheet_column organisation_columns[] = {
	{ "name", "#org+name" },
	{ "kind", "#org+type" },
	{ "country", "#country+code" },
	{ "organised", "#org+organised" },
	{ "guest", "#org+guest" },
	{ "answered", "#org+answered" },
	{ "undertook", "#org+responsible" },
	{ "made_material", "#org+made" },
};

static void fill_organisations(filling *f)
{
	for (size_t i = 0; i < f->report->organisation_count; i++) {
		const sat_report_organisation *o = &f->report->organisations[i];
		put_text(f, o->name);
		put_text(f, o->kind.name);
		put_text(f, o->country);
		for (unsigned deed = 0; deed < SAT_DEEDS; deed++)
			put_text(f, (o->did >> deed & 1) != 0 ? "yes" : "no");
	}
}

static const sat_sheet_column country_columns[] = {
	{ "country", "#country+code" },
	{ "workshops", "#event+num" },
	{ "communities", "#loc+num" },
	{ "organisations", "#org+num" },
	{ "certifications", "#indicator+certifications" },
};

static void fill_countries(filling *f)
{
	for (size_t i = 0; i < f->report->country_count; i++) {
		const sat_report_country *c = &f->report->countries[i];
		put_text(f, c->country);
		put_number(f, (int64_t)c->workshops);
		put_number(f, (int64_t)c->communities);
		put_number(f, (int64_t)c->organisations);
		put_number(f, (int64_t)c->certifications);
	}
}

static const sat_sheet_column language_columns[] = { { "language", "#lang" }, { "workshops", "#event+num" } };

static void fill_languages(filling *f)
{
	for (size_t i = 0; i < f->report->language_count; i++) {
		put_text(f, f->report->languages[i].language);
		put_number(f, (int64_t)f->report->languages[i].workshops);
	}
}

static const sat_sheet_column near_columns[] = {
	{ "community", "#loc+community" },  { "region", "#adm2+name" },
	{ "state", "#adm1+name" },          { "country", "#country+code" },
	{ "nearness", "#indicator+near" },  { "organisation", "#org+name" },
	{ "standard", "#item+name" },       { "version", "#item+version" },
	{ "covers", "#description+scope" }, { "place", "#loc+name" },
	{ "announced", "#date+announced" }, { "valid_until", "#date+end" },
};

static void fill_near(filling *f)
{
	static const char *const nearness[] = { "country", "state", "region" };
	for (size_t i = 0; i < f->report->community_count; i++) {
		const sat_report_community *c = &f->report->communities[i];
		for (size_t k = 0; k < c->near_count; k++) {
			const sat_report_certification *n = c->near[k].certification;
			const char *const texts[] = { c->name,
				                      c->region,
				                      c->state,
				                      c->country,
				                      nearness[c->near[k].nearness],
				                      n->organisation,
				                      n->standard,
				                      n->version,
				                      n->scope,
				                      n->place,
				                      n->announced,
				                      n->valid_until };
			for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
				put_text(f, texts[t]);
		}
	}
}

/* --- all of them ------------------------------------------------------------------------------ */

#define COLUMNS(list) list, sizeof list / sizeof *list

static const struct {
	const char *name;
	const sat_sheet_column *columns;
	size_t column_count;
	void (*fill)(filling *f);
} kinds[SAT_SHEETS] = {
	{ "about", COLUMNS(about_columns), fill_about },
	{ "workshops", COLUMNS(workshop_columns), fill_workshops },
	{ "people", COLUMNS(people_columns), fill_people },
	{ "themes", COLUMNS(theme_columns), fill_themes },
	{ "messages", COLUMNS(message_columns), fill_messages },
	{ "requests", COLUMNS(request_columns), fill_requests },
	{ "actions", COLUMNS(action_columns), fill_actions },
	{ "meetings", COLUMNS(meeting_columns), fill_meetings },
	{ "materials", COLUMNS(material_columns), fill_materials },
	{ "organisations", COLUMNS(organisation_columns), fill_organisations },
	{ "countries", COLUMNS(country_columns), fill_countries },
	{ "languages", COLUMNS(language_columns), fill_languages },
	{ "certifications", COLUMNS(near_columns), fill_near },
};

int sat_sheets_make(const sat_report *report, sat_arena *arena, sat_sheet sheets[static SAT_SHEETS],
                    sat_error *err)
{
	for (size_t i = 0; i < SAT_SHEETS; i++) {
		filling f = { .report = report, .arena = arena };
		kinds[i].fill(&f);
		if (f.failed)
			return sat_no_memory(err);
		assert(f.cell_count % kinds[i].column_count == 0);
		sheets[i] = (sat_sheet){ .name = kinds[i].name,
			                 .columns = kinds[i].columns,
			                 .column_count = kinds[i].column_count,
			                 .cells = f.cells,
			                 .row_count = f.cell_count / kinds[i].column_count };
	}
	return 0;
}
