/* See workload.h.
 *
 * The vocabulary draws names, choices and words; here they become phrases, and rows, one function a
 * table.  Texts lie in an arena that is used again for every workshop.
 */
#include "workload.h"

#include "vocabulary.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const sat_workload_shape sat_workload_shapes[SAT_WORKLOAD_TABLES] = {
#define I(name)                                                                                              \
	{                                                                                                    \
		name, SAT_WORKLOAD_INTEGER                                                                   \
	}
#define T(name)                                                                                              \
	{                                                                                                    \
		name, SAT_WORKLOAD_TEXT                                                                      \
	}
	[SAT_WORKLOAD_WORKSHOP] = { "workshop",
	                            9,
	                            { I("id"), T("title"), T("series"), T("place"), T("community"),
	                              T("start_date"), T("end_date"), T("language"), T("status") } },
	[SAT_WORKLOAD_PARTICIPANT] = { "participant",
	                               9,
	                               { I("id"), T("given_name"), T("family_name"), T("community"),
	                                 T("clan_or_group"), T("gender"), T("age_band"), T("role"),
	                                 T("contact") } },
	[SAT_WORKLOAD_ATTENDANCE] = { "attendance",
	                              5,
	                              { I("id"), I("workshop_id"), I("participant_id"), I("day"),
	                                I("present") } },
	[SAT_WORKLOAD_CONSENT] = { "consent",
	                           9,
	                           { I("id"), I("participant_id"), T("purpose"), T("decision"), T("form"),
	                             T("language"), T("interpreter"), T("witness"), I("decided_at") } },
	[SAT_WORKLOAD_NOTE] = { "note",
	                        6,
	                        { I("id"), I("workshop_id"), T("session"), T("theme"), T("text"),
	                          T("visibility") } },
#undef I
#undef T
};

#define TEXT_BYTES     (64 * 1024) /* more than the longest texts of one workshop */
#define NOTE_BYTES_MAX 700
#define SECONDS_A_DAY  INT64_C(86400)

typedef sat_span span;

struct sat_workload {
	sat_vocabulary *vocabulary;
	int64_t workshops;
	int64_t made; /* workshops handed out or being handed out */
	int64_t id;   /* of the last row made */
	double seconds;
	sat_workload_row rows[SAT_WORKLOAD_ROWS];
	size_t rows_made;
	size_t rows_read;
	char text[TEXT_BYTES];
	size_t text_used;
};

static span pick(sat_workload *w, sat_vocabulary_list which)
{
	return sat_vocabulary_pick(w->vocabulary, which);
}

static bool chance(sat_workload *w, double probability)
{
	return sat_vocabulary_chance(w->vocabulary, probability);
}

static int64_t between(sat_workload *w, int64_t low, int64_t high)
{
	return sat_vocabulary_between(w->vocabulary, low, high);
}

/* --- texts ------------------------------------------------------------------------------------- */

static void put(sat_workload *w, span s)
{
	assert(w->text_used + s.length < TEXT_BYTES);
	memcpy(w->text + w->text_used, s.text, s.length);
	w->text_used += s.length;
}

static void put_text(sat_workload *w, const char *text)
{
	put(w, (span){ text, strlen(text) });
}

/* Lower case of ASCII and of the accented Latin letters that names here have. */
static void put_lower(sat_workload *w, span s)
{
	size_t start = w->text_used;
	put(w, s);
	for (size_t i = start; i < w->text_used; i++) {
		unsigned char c = (unsigned char)w->text[i];
		bool accented = i > start && w->text[i - 1] == '\xc3' && c >= 0x80 && c <= 0x9e;
		if ((c >= 'A' && c <= 'Z') || accented)
			w->text[i] = (char)(c + 0x20);
	}
}

/* Ends the text that began at `start`. */
static span taken(sat_workload *w, size_t start)
{
	span s = { w->text + start, w->text_used - start };
	put(w, (span){ "", 1 });
	return s;
}

static void put_pick(sat_workload *w, sat_vocabulary_list which)
{
	put(w, pick(w, which));
	put_text(w, " ");
}

/* Phrases end in a space; the sentence takes the last one away. */
static void put_noun_phrase(sat_workload *w)
{
	put_pick(w, DETERMINER);
	if (chance(w, .38))
		put_pick(w, ADJECTIVE);
	put_pick(w, NOUN);
	if (chance(w, .30)) {
		put_pick(w, PREPOSITION);
		put_pick(w, DETERMINER);
		put_pick(w, NOUN);
	}
}

static void put_clause(sat_workload *w)
{
	put_noun_phrase(w);
	if (chance(w, .2))
		put_pick(w, ADVERB);
	put_pick(w, VERB);
	put_noun_phrase(w);
	if (chance(w, .35)) {
		put_pick(w, PREPOSITION);
		put_noun_phrase(w);
	}
}

static void put_sentence(sat_workload *w)
{
	size_t start = w->text_used;
	put_clause(w);
	if (chance(w, .35)) {
		w->text_used--;
		put_text(w, chance(w, .5) ? ", " : " ");
		put_pick(w, CONJUNCTION);
		put_clause(w);
	}
	w->text[start] = (char)(w->text[start] - 'a' + 'A'); /* every determiner is ASCII */
	w->text_used--;
	put_text(w, ".");
}

static span paragraph(sat_workload *w)
{
	int target = (int)(255 + 85 * sat_vocabulary_normal(w->vocabulary));
	size_t length = target < 60 ? 60 : target > NOTE_BYTES_MAX ? NOTE_BYTES_MAX : (size_t)target;
	size_t start = w->text_used;
	put_sentence(w);
	while (w->text_used - start < length) {
		put_text(w, " ");
		put_sentence(w);
	}
	return taken(w, start);
}

static span full_name(sat_workload *w)
{
	size_t start = w->text_used;
	put_pick(w, GIVEN);
	put(w, pick(w, FAMILY));
	return taken(w, start);
}

/* --- dates: a calendar of 360 days from 2022 on, none of them after the 28th --------------------- */

typedef struct date {
	int year, month, day;
} date;

static date date_of(int64_t number)
{
	int in_month = (int)(number % 30) + 1;
	return (date){ 2022 + (int)(number / 360), (int)(number % 360 / 30) + 1,
		       in_month < 28 ? in_month : 28 };
}

static span date_text(sat_workload *w, int64_t number)
{
	date d = date_of(number);
	char text[40];
	size_t start = w->text_used;
	snprintf(text, sizeof text, "%04d-%02d-%02d", d.year, d.month, d.day);
	put_text(w, text);
	return taken(w, start);
}

/* Midnight of that date, in seconds since 1970, for the years 2000 to 2099. */
static int64_t date_seconds(int64_t number)
{
	static const int days_before[12] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	date d = date_of(number);
	int64_t days = 10957 + 365 * (d.year - 2000) + (d.year - 2000 + 3) / 4; /* to 1 January */
	days += days_before[d.month - 1] + (d.month > 2 && d.year % 4 == 0) + d.day - 1;
	return days * SECONDS_A_DAY;
}

/* --- rows -------------------------------------------------------------------------------------- */

static sat_workload_cell integer(int64_t value)
{
	return (sat_workload_cell){ .type = SAT_WORKLOAD_INTEGER, .integer = value };
}

static sat_workload_cell text(span s)
{
	return (sat_workload_cell){ .type = SAT_WORKLOAD_TEXT, .text = s.text, .length = s.length };
}

/* A text from a list.  Items are not terminated there, so it is copied. */
static sat_workload_cell choice(sat_workload *w, span s)
{
	size_t start = w->text_used;
	put(w, s);
	return text(taken(w, start));
}

static sat_workload_cell *add_row(sat_workload *w, sat_workload_table table)
{
	assert(w->rows_made < SAT_WORKLOAD_ROWS);
	sat_workload_row *row = &w->rows[w->rows_made++];
	row->table = table;
	row->columns = sat_workload_shapes[table].columns;
	memset(row->cells, 0, sizeof row->cells);
	row->cells[0] = integer(++w->id);
	return row->cells;
}

/* What the rows of one workshop have in common. */
typedef struct setting {
	int64_t workshop_id;
	int64_t day;
	span community;
	span language;
	bool interpreted; /* not held in English */
	span facilitator;
} setting;

static setting add_workshop(sat_workload *w)
{
	sat_workload_cell *c = add_row(w, SAT_WORKLOAD_WORKSHOP);
	span english = sat_vocabulary_item(w->vocabulary, LANGUAGE, 0);
	setting s = { .workshop_id = w->id, .day = between(w, 0, 900), .community = pick(w, COMMUNITY) };
	s.language = chance(w, .6) ? pick(w, LANGUAGE) : english;
	s.interpreted = s.language.text != english.text;
	s.facilitator = full_name(w);
	span series = pick(w, SERIES);

	size_t start = w->text_used;
	put(w, series);
	put_text(w, ": ");
	put_pick(w, NOUN);
	put_text(w, "and ");
	put_pick(w, NOUN);
	put_text(w, "(");
	put(w, s.community);
	put_text(w, ")");
	c[1] = text(taken(w, start));
	c[2] = choice(w, series);
	start = w->text_used;
	put(w, s.community);
	put_text(w, " ");
	put(w, pick(w, PLACE));
	c[3] = text(taken(w, start));
	c[4] = choice(w, s.community);
	c[5] = text(date_text(w, s.day));
	c[6] = text(date_text(w, s.day + 1));
	c[7] = choice(w, s.language);
	c[8] = choice(w, pick(w, STATUS));
	return s;
}

/* Nothing for 35 of 100, a telephone number for 50, an address for 15. */
static sat_workload_cell contact(sat_workload *w, span given, span family)
{
	double share = sat_vocabulary_unit(w->vocabulary);
	if (share < .35)
		return (sat_workload_cell){ .type = SAT_WORKLOAD_NULL };
	size_t start = w->text_used;
	if (share < .85) {
		char number[80];
		int country = (int)between(w, 50, 68), area = (int)between(w, 100, 999);
		snprintf(number, sizeof number, "+%d %03d %04d", country, area, (int)between(w, 0, 9999));
		put_text(w, number);
	} else {
		put_lower(w, given);
		put_text(w, ".");
		put_lower(w, family);
		put_text(w, "@example.org");
	}
	return text(taken(w, start));
}

static void add_participant(sat_workload *w, const setting *s)
{
	sat_workload_cell *c = add_row(w, SAT_WORKLOAD_PARTICIPANT);
	span given = pick(w, GIVEN), family = pick(w, FAMILY);
	c[1] = choice(w, given);
	c[2] = choice(w, family);
	c[3] = choice(w, chance(w, .8) ? s->community : pick(w, COMMUNITY));
	if (chance(w, .85))
		c[4] = choice(w, pick(w, CLAN));
	c[5] = choice(w, pick(w, GENDER));
	c[6] = choice(w, pick(w, AGE));
	c[7] = choice(w, pick(w, ROLE));
	c[8] = contact(w, given, family);
}

static void add_attendance(sat_workload *w, const setting *s, int64_t participant_id, int64_t day)
{
	sat_workload_cell *c = add_row(w, SAT_WORKLOAD_ATTENDANCE);
	c[1] = integer(s->workshop_id);
	c[2] = integer(participant_id);
	c[3] = integer(day);
	c[4] = integer(chance(w, .12) ? 0 : 1);
}

/* A person decides about every purpose in one sitting, with one interpreter and one witness. */
static void add_consents(sat_workload *w, const setting *s, int64_t participant_id)
{
	span form = pick(w, FORM);
	bool interpreter = s->interpreted && chance(w, .5);
	span interpreted_by = interpreter ? full_name(w) : (span){ NULL, 0 };
	int64_t second = between(w, 8 * 3600, 17 * 3600);
	span witness = chance(w, .7) ? s->facilitator : full_name(w);
	for (size_t i = 0; i < SAT_WORKLOAD_PURPOSES; i++) {
		sat_workload_cell *c = add_row(w, SAT_WORKLOAD_CONSENT);
		second += between(w, 5, 50);
		c[1] = integer(participant_id);
		c[2] = choice(w, sat_vocabulary_item(w->vocabulary, PURPOSE, i));
		c[3] = choice(w, pick(w, DECISION));
		c[4] = choice(w, form);
		c[5] = choice(w, s->language);
		if (interpreter)
			c[6] = text(interpreted_by);
		c[7] = text(witness);
		c[8] = integer(date_seconds(s->day) + second);
	}
}

static void add_note(sat_workload *w, const setting *s, int number)
{
	sat_workload_cell *c = add_row(w, SAT_WORKLOAD_NOTE);
	char session[40];
	snprintf(session, sizeof session, "S%d", number / 4 + 1);
	c[1] = integer(s->workshop_id);
	c[2] = choice(w, (span){ session, strlen(session) });
	c[3] = choice(w, pick(w, THEME));
	c[4] = text(paragraph(w));
	c[5] = choice(w, pick(w, VISIBILITY));
}

static void make_workshop(sat_workload *w)
{
	w->rows_made = w->rows_read = w->text_used = 0;
	setting s = add_workshop(w);
	int64_t first = s.workshop_id + 1, end = first + SAT_WORKLOAD_PARTICIPANTS;
	for (int64_t id = first; id < end; id++)
		add_participant(w, &s);
	for (int64_t day = 1; day <= SAT_WORKLOAD_DAYS; day++)
		for (int64_t id = first; id < end; id++)
			add_attendance(w, &s, id, day);
	for (int64_t id = first; id < end; id++)
		add_consents(w, &s, id);
	for (int number = 0; number < SAT_WORKLOAD_NOTES; number++)
		add_note(w, &s, number);
	assert(w->rows_made == SAT_WORKLOAD_ROWS);
	w->made++;
}

/* --- public ------------------------------------------------------------------------------------ */

int sat_workload_new(sat_workload **workload, int64_t workshops, uint64_t seed, sat_error *err)
{
	assert(workshops >= 1);
	SAT_AUTO(sat_workload) w = calloc(1, sizeof *w);
	if (w == NULL)
		return sat_fail(err, SAT_ENOMEM, "memory ran out while the workload was prepared");
	int rc = sat_vocabulary_new(&w->vocabulary, seed, err);
	if (rc != 0)
		return rc;
	w->workshops = workshops;
	*workload = w;
	w = NULL;
	return 0;
}

void sat_workload_free(sat_workload *workload)
{
	if (workload == NULL)
		return;
	sat_vocabulary_free(workload->vocabulary);
	free(workload);
}

const sat_workload_row *sat_workload_next(sat_workload *workload)
{
	if (workload->rows_read == workload->rows_made) {
		if (workload->made == workload->workshops)
			return NULL;
		struct timespec before, after;
		clock_gettime(CLOCK_MONOTONIC, &before);
		make_workshop(workload);
		clock_gettime(CLOCK_MONOTONIC, &after);
		workload->seconds +=
		    (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) * 1e-9;
	}
	return &workload->rows[workload->rows_read++];
}

double sat_workload_seconds(const sat_workload *workload)
{
	return workload->seconds;
}
