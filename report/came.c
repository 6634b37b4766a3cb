/* Who came: the populations of a report.  Persons are counted here and go no further. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gathering.h"

/* One person at one workshop. */
typedef struct coming {
	size_t workshop; /* index in g->workshops */
	sat_dot person;
} coming;

/* People in one category of a choice. */
typedef struct by_choice {
	const char *name;           /* of the field, and of the table */
	size_t field;               /* of the walk */
	const sat_field *described; /* NULL: the programme has no such field */
	int64_t *counts;            /* of each choice */
} by_choice;

enum { PERSON_COMMUNITY, PERSON_GENDER, PERSON_AGE_BAND, PERSON_FIELDS };
static const char *const person_fields[] = {
	[PERSON_COMMUNITY] = "community",
	[PERSON_GENDER] = "gender",
	[PERSON_AGE_BAND] = "age_band",
};

typedef struct counting {
	sat_gathering *g;
	coming *comings;
	size_t coming_count;
	int64_t *named;  /* people written down, by workshop */
	sat_dot *people; /* each once, ascending */
	size_t people_count;
	by_choice choices[PERSON_FIELDS - 1];
	int64_t *of_community; /* by index in g->communities */
} counting;

/* --- who was where ---------------------------------------------------------------------------- */

static void add_coming(counting *c, sat_reading *r, size_t workshop, sat_dot person)
{
	coming *added = person == 0 ? NULL : SAT_READING_ADD(r, c->comings, c->coming_count);
	if (added != NULL)
		*added = (coming){ workshop, person };
}

enum { PARTICIPATION_PERSON, PARTICIPATION_WORKSHOP, PARTICIPATION_FIELDS };
static const char *const participation_fields[] = {
	[PARTICIPATION_PERSON] = "person",
	[PARTICIPATION_WORKSHOP] = "workshop",
};

static void add_participation(void *context, sat_reading *r)
{
	counting *c = context;
	const sat_referred_list *workshops = &c->g->workshops;
	const sat_referred *workshop =
	    sat_referred_find(workshops, sat_reading_reference(r, PARTICIPATION_WORKSHOP));
	if (workshop != NULL)
		add_coming(c, r, (size_t)(workshop - workshops->at),
		           sat_reading_reference(r, PARTICIPATION_PERSON));
}

enum { ATTENDANCE_PERSON, ATTENDANCE_SESSION, ATTENDANCE_PRESENT, ATTENDANCE_FIELDS };
static const char *const attendance_fields[] = {
	[ATTENDANCE_PERSON] = "person",
	[ATTENDANCE_SESSION] = "session",
	[ATTENDANCE_PRESENT] = "present",
};

static void add_attendance(void *context, sat_reading *r)
{
	counting *c = context;
	const sat_value *present = sat_reading_value(r, ATTENDANCE_PRESENT);
	if (present == NULL || present->type != SAT_BOOLEAN || present->integer == 0)
		return;
	const sat_referred *session =
	    sat_referred_find(&c->g->sessions, sat_reading_reference(r, ATTENDANCE_SESSION));
	if (session != NULL)
		add_coming(c, r, session->at, sat_reading_reference(r, ATTENDANCE_PERSON));
}

static int by_workshop(const void *a, const void *b)
{
	const coming *x = a, *y = b;
	if (x->workshop != y->workshop)
		return x->workshop < y->workshop ? -1 : 1;
	return sat_dot_ascending(&x->person, &y->person);
}

/* Counts everybody once at each workshop, and lists everybody once. */
static int count_comings(counting *c, sat_error *err)
{
	sat_arena *arena = &c->g->report->arena;
	c->named = sat_arena_zeroed(arena, c->g->workshops.count + 1, sizeof *c->named);
	c->people = sat_arena_take(arena, (c->coming_count + 1) * sizeof *c->people);
	if (c->named == NULL || c->people == NULL)
		return sat_no_memory(err);
	if (c->coming_count > 0)
		qsort(c->comings, c->coming_count, sizeof *c->comings, by_workshop);
	for (size_t i = 0; i < c->coming_count; i++) {
		if (i == 0 || by_workshop(&c->comings[i - 1], &c->comings[i]) != 0)
			c->named[c->comings[i].workshop]++;
		c->people[i] = c->comings[i].person;
	}
	qsort(c->people, c->coming_count, sizeof *c->people, sat_dot_ascending);
	for (size_t i = 0; i < c->coming_count; i++) {
		if (c->people_count == 0 || c->people[c->people_count - 1] != c->people[i])
			c->people[c->people_count++] = c->people[i];
	}
	return 0;
}

/* --- who they are ----------------------------------------------------------------------------- */

/* "Not asked" may be a choice of the programme; it is then the same as no answer. */
static const char not_asked[] = "not_asked";

static void count_choice(by_choice *by, sat_reading *r)
{
	const sat_value *value = by->described == NULL ? NULL : sat_reading_value(r, by->field);
	if (value == NULL || value->type != SAT_CHOICE)
		return;
	const sat_choice *choice = sat_field_choice(by->described, value->text.bytes, value->text.length);
	if (choice != NULL)
		by->counts[choice - by->described->choices]++;
}

static void count_person(void *context, sat_reading *r)
{
	counting *c = context;
	sat_dot id = r->state->id;
	if (bsearch(&id, c->people, c->people_count, sizeof id, sat_dot_ascending) == NULL)
		return;
	for (size_t i = 0; i < PERSON_FIELDS - 1; i++)
		count_choice(&c->choices[i], r);
	const sat_referred *community =
	    sat_referred_find(&c->g->communities, sat_reading_reference(r, PERSON_COMMUNITY));
	if (community != NULL)
		c->of_community[community - c->g->communities.at]++;
}

static int count_people(counting *c, sat_error *err)
{
	sat_reading *r = &c->g->facts;
	const sat_kind *person = sat_programme_kind(sat_store_programme(r->store), "person");
	c->of_community = sat_arena_zeroed(r->arena, c->g->communities.count + 1, sizeof *c->of_community);
	bool whole = c->of_community != NULL;
	for (size_t i = 0; i < PERSON_FIELDS - 1; i++) {
		by_choice *by = &c->choices[i];
		by->field = i + 1;
		by->name = person_fields[by->field];
		by->described = person == NULL ? NULL : sat_kind_field(person, by->name);
		size_t count = by->described == NULL ? 0 : by->described->choice_count;
		by->counts = sat_arena_zeroed(r->arena, count + 1, sizeof *by->counts);
		whole = whole && by->counts != NULL;
	}
	return whole ? sat_reading_each(r, "person", person_fields, PERSON_FIELDS, count_person, c, err)
	             : sat_no_memory(err);
}

/* --- populations ------------------------------------------------------------------------------ */

/* A table of at most `most` cells, empty yet. */
static int begin_tally(counting *c, sat_tally *tally, const char *name, size_t most, sat_error *err)
{
	*tally = (sat_tally){ .name = name };
	tally->cells = sat_arena_zeroed(&c->g->report->arena, most, sizeof *tally->cells);
	return tally->cells == NULL ? sat_no_memory(err) : 0;
}

static void add_cell(sat_tally *tally, const char *key, int64_t count)
{
	tally->cells[tally->cell_count++] = (sat_cell_count){ .key = key, .count = count };
}

/* Those who are in no other category were not asked, or may not tell. */
static void end_tally(sat_tally *tally, int64_t total)
{
	int64_t told = 0;
	for (size_t i = 0; i < tally->cell_count; i++)
		told += tally->cells[i].count;
	add_cell(tally, "", total - told);
}

/* An id as a text: a key that stays the same from report to report. */
static const char *key_of(counting *c, const char *before, sat_dot id, sat_error *err, int *rc)
{
	char text[SAT_ID_CHARS], key[SAT_ID_CHARS + 32];
	*rc = sat_id_print(c->g->facts.store, id, text, err);
	if (*rc != 0)
		return NULL;
	int length = snprintf(key, sizeof key, "%s%s", before, text);
	const char *kept = sat_arena_copy(&c->g->report->arena, key, (size_t)length);
	*rc = kept == NULL ? sat_no_memory(err) : 0;
	return kept;
}

static int tally_communities(counting *c, sat_tally *tally, sat_error *err)
{
	const sat_referred_list *all = &c->g->communities;
	int rc = begin_tally(c, tally, person_fields[PERSON_COMMUNITY], all->count + 1, err);
	for (size_t i = 0; rc == 0 && i < all->count; i++) {
		const char *key = c->of_community[i] == 0 ? NULL : key_of(c, "", all->at[i].id, err, &rc);
		if (key != NULL)
			add_cell(tally, key, c->of_community[i]);
	}
	if (rc == 0)
		end_tally(tally, (int64_t)c->people_count);
	return rc;
}

static int tally_choices(counting *c, const by_choice *by, sat_tally *tally, sat_error *err)
{
	const sat_field *field = by->described;
	int rc = begin_tally(c, tally, by->name, field->choice_count + 1, err);
	for (size_t i = 0; rc == 0 && i < field->choice_count; i++) {
		if (strcmp(field->choices[i].name, not_asked) != 0)
			add_cell(tally, field->choices[i].name, by->counts[i]);
	}
	if (rc == 0)
		end_tally(tally, (int64_t)c->people_count);
	return rc;
}

/* A population whose numbers go there. */
static sat_population *add_population(counting *c, const char *name, int64_t total, sat_report_number *number,
                                      sat_report_people *people)
{
	sat_report *report = c->g->report;
	size_t at = report->population_count++;
	c->g->told_at[at] = (sat_told_at){ number, people };
	report->populations[at] = (sat_population){ .name = name, .at = c->g->options->now, .total = total };
	return &report->populations[at];
}

static int tell_people(counting *c, sat_error *err)
{
	sat_report *report = c->g->report;
	sat_population *people =
	    add_population(c, "people", (int64_t)c->people_count, &report->people.all, &report->people);
	people->tallies = sat_arena_zeroed(&report->arena, PERSON_FIELDS, sizeof *people->tallies);
	if (people->tallies == NULL)
		return sat_no_memory(err);
	int rc = tally_communities(c, &people->tallies[people->tally_count++], err);
	for (size_t i = 0; rc == 0 && i < PERSON_FIELDS - 1; i++) {
		if (c->choices[i].described != NULL)
			rc = tally_choices(c, &c->choices[i], &people->tallies[people->tally_count++], err);
	}
	return rc;
}

/* How many came to a workshop or meeting; nothing when nobody counted. */
static int tell_headcount(counting *c, const char *before, sat_dot id, int64_t counted, int64_t named,
                          sat_report_number *number, sat_error *err)
{
	int rc;
	int64_t count = named > 0 && named > counted ? named : counted;
	if (count < 0)
		return 0;
	const char *name = key_of(c, before, id, err, &rc);
	if (rc == 0)
		add_population(c, name, count, number, NULL);
	return rc;
}

static int tell_headcounts(counting *c, sat_error *err)
{
	sat_gathering *g = c->g;
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < g->workshops.count; i++) {
		const sat_referred *w = &g->workshops.at[i];
		if (w->at != SAT_NOT_IN_REPORT)
			rc = tell_headcount(c, "workshop ", w->id, g->workshop_counts.at[i], c->named[i],
			                    &g->report->workshops[w->at].headcount, err);
	}
	for (size_t i = 0; rc == 0 && i < g->meetings.count; i++) {
		const sat_referred *m = &g->meetings.at[i];
		if (m->at != SAT_NOT_IN_REPORT)
			rc = tell_headcount(c, "meeting ", m->id, g->meeting_counts.at[i], 0,
			                    &g->report->meetings[m->at].headcount, err);
	}
	return rc;
}

int sat_gather_came(sat_gathering *g, sat_error *err)
{
	counting c = { .g = g };
	sat_reading *r = &g->facts;
	sat_report *report = g->report;
	size_t most = 1 + report->workshop_count + report->meeting_count;
	report->populations = sat_arena_take(&report->arena, most * sizeof *report->populations);
	g->told_at = sat_arena_take(&report->arena, most * sizeof *g->told_at);
	if (report->populations == NULL || g->told_at == NULL)
		return sat_no_memory(err);
	int rc = sat_reading_each(r, "participation", participation_fields, PARTICIPATION_FIELDS,
	                          add_participation, &c, err);
	if (rc == 0)
		rc = sat_reading_each(r, "attendance", attendance_fields, ATTENDANCE_FIELDS, add_attendance,
		                      &c, err);
	if (rc == 0)
		rc = count_comings(&c, err);
	bool all_days = g->from == 0 && g->until == 0;
	if (rc == 0 && all_days)
		rc = count_people(&c, err);
	if (rc == 0 && all_days)
		rc = tell_people(&c, err);
	return rc != 0 ? rc : tell_headcounts(&c, err);
}
