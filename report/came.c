/* Who came: the populations of a report.  Persons are counted here and go no further. */
#include <stdlib.h>
#include <string.h>

#include "gathering.h"

/* One person at one workshop of the report. */
typedef struct coming {
	size_t workshop;
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

static void add_coming(counting *c, sat_reading *r, const sat_referred *workshop, sat_dot person)
{
	if (person == 0 || workshop == NULL || workshop->at == SAT_NOT_IN_REPORT)
		return;
	coming *added = SAT_READING_ADD(r, c->comings, c->coming_count);
	if (added != NULL)
		*added = (coming){ workshop->at, person };
}

enum { PARTICIPATION_PERSON, PARTICIPATION_WORKSHOP, PARTICIPATION_FIELDS };
static const char *const participation_fields[] = {
	[PARTICIPATION_PERSON] = "person",
	[PARTICIPATION_WORKSHOP] = "workshop",
};

static void add_participation(void *context, sat_reading *r)
{
	counting *c = context;
	sat_dot workshop = sat_reading_reference(r, PARTICIPATION_WORKSHOP);
	add_coming(c, r, sat_referred_find(&c->g->workshops, workshop),
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
	sat_dot session = sat_reading_reference(r, ATTENDANCE_SESSION);
	add_coming(c, r, sat_referred_find(&c->g->sessions, session),
	           sat_reading_reference(r, ATTENDANCE_PERSON));
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
	c->named = sat_arena_zeroed(arena, c->g->report->workshop_count + 1, sizeof *c->named);
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

static int add_key(counting *c, sat_tally *tally, sat_dot id, int64_t count, sat_error *err)
{
	char text[SAT_ID_CHARS];
	int rc = sat_id_print(c->g->facts.store, id, text, err);
	const char *key = rc != 0 ? NULL : sat_arena_copy(&c->g->report->arena, text, strlen(text));
	if (rc == 0 && key == NULL)
		rc = sat_no_memory(err);
	if (rc == 0)
		add_cell(tally, key, count);
	return rc;
}

static int tally_communities(counting *c, sat_tally *tally, sat_error *err)
{
	const sat_referred_list *all = &c->g->communities;
	int rc = begin_tally(c, tally, person_fields[PERSON_COMMUNITY], all->count + 1, err);
	for (size_t i = 0; rc == 0 && i < all->count; i++) {
		if (c->of_community[i] > 0)
			rc = add_key(c, tally, all->at[i].id, c->of_community[i], err);
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

static int tell_people(counting *c, sat_population *people, sat_error *err)
{
	*people = (sat_population){ .name = SAT_REPORT_PEOPLE,
		                    .at = c->g->options->now,
		                    .total = (int64_t)c->people_count,
		                    .tallies = sat_arena_zeroed(&c->g->report->arena, PERSON_FIELDS,
		                                                sizeof *people->tallies) };
	if (people->tallies == NULL)
		return sat_no_memory(err);
	int rc = tally_communities(c, &people->tallies[people->tally_count++], err);
	for (size_t i = 0; rc == 0 && i < PERSON_FIELDS - 1; i++) {
		if (c->choices[i].described != NULL)
			rc = tally_choices(c, &c->choices[i], &people->tallies[people->tally_count++], err);
	}
	return rc;
}

/* How many came to each workshop or meeting; `events` tells their ids, `named` (may be NULL) how many were
 * written down.  What nobody counted is not in it. */
static int tell_headcount(counting *c, const char *name, const char *table, const sat_referred_list *events,
                          const sat_counted_list *counted, const int64_t *named, sat_population *population,
                          sat_error *err)
{
	*population = (sat_population){ .name = name, .at = c->g->options->now, .tally_count = 1 };
	population->tallies = sat_arena_zeroed(&c->g->report->arena, 1, sizeof *population->tallies);
	if (population->tallies == NULL)
		return sat_no_memory(err);
	int rc = begin_tally(c, population->tallies, table, events->count + 1, err);
	for (size_t i = 0; rc == 0 && i < events->count; i++) {
		size_t at = events->at[i].at;
		int64_t count = at == SAT_NOT_IN_REPORT ? -1 : counted->at[at];
		if (at != SAT_NOT_IN_REPORT && named != NULL && named[at] > 0 && named[at] > count)
			count = named[at];
		if (count < 0)
			continue;
		rc = add_key(c, population->tallies, events->at[i].id, count, err);
		population->total += count;
	}
	return rc;
}

int sat_gather_came(sat_gathering *g, sat_error *err)
{
	counting c = { .g = g };
	sat_reading *r = &g->facts;
	sat_report *report = g->report;
	report->populations = sat_arena_zeroed(&report->arena, 3, sizeof *report->populations);
	if (report->populations == NULL)
		return sat_no_memory(err);
	int rc = sat_reading_each(r, "participation", participation_fields, PARTICIPATION_FIELDS,
	                          add_participation, &c, err);
	if (rc == 0)
		rc = sat_reading_each(r, "attendance", attendance_fields, ATTENDANCE_FIELDS, add_attendance,
		                      &c, err);
	if (rc == 0)
		rc = count_comings(&c, err);
	if (rc == 0)
		rc = count_people(&c, err);
	if (rc == 0)
		rc = tell_people(&c, &report->populations[0], err);
	if (rc == 0)
		rc = tell_headcount(&c, SAT_REPORT_HEADCOUNT, "workshop", &g->workshops, &g->workshop_counts,
		                    c.named, &report->populations[1], err);
	if (rc == 0)
		rc = tell_headcount(&c, SAT_REPORT_MEETING_HEADCOUNT, "meeting", &g->meetings,
		                    &g->meeting_counts, NULL, &report->populations[2], err);
	report->population_count = 3;
	return rc;
}
