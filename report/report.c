/* See report.h. */
#include "report.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gathering.h"
#include "publication.h"

/* What people agree to. */
static const char to_reporting[] = "publish_report", to_their_community[] = "share_with_community";
/* And communities to their words being told to everybody, where the programme asks them. */
static const char by_communities[] = "community_report";

/* --- who reads it ----------------------------------------------------------------------------- */

static int purpose(sat_store *store, const char *name, sat_purposes *set, sat_error *err)
{
	sat_purposes bit = sat_purpose_find(store, name);
	*set |= bit;
	return bit != 0
	           ? 0
	           : sat_fail(err, SAT_EINVALID,
	                      "the programme has no purpose %s, so nobody can have agreed to be in such a "
	                      "report; nothing was made",
	                      name);
}

/* The word for a community in lists of recipients: "community:lockhart_river". */
static int audience_of(const char *community, sat_bytes *word, sat_error *err)
{
	sat_bytes_put_text(word, "community:");
	for (const char *at = community; *at != '\0'; at++)
		sat_bytes_put_u8(word, *at == ' ' ? '_' : (uint8_t)tolower((unsigned char)*at));
	sat_bytes_put_u8(word, '\0');
	return sat_bytes_ok(word) ? 0 : sat_no_memory(err);
}

/* A reading for one reader; its gate is the caller's to free. */
static int begin_reading(sat_gathering *g, sat_reading *r, sat_store *store, sat_recipient to, sat_error *err)
{
	*r = (sat_reading){ .store = store, .language = g->report->language, .arena = &g->report->arena };
	int rc = purpose(store, to_reporting, &r->also, err);
	if (rc == 0 && to.role == SAT_COMMUNITY)
		rc = purpose(store, to_their_community, &r->also, err);
	if (to.role != SAT_COMMUNITY)
		r->of_communities = sat_purpose_find(store, by_communities);
	if (rc == 0)
		rc = sat_gate_today(store, true, &to.today, err);
	return rc != 0 ? rc : sat_gate_open(&r->gate, store, &to, err);
}

/* --- small numbers ---------------------------------------------------------------------------- */

static bool is_of_communities(const char *table)
{
	return strcmp(table, "community") == 0;
}

/* The label of a category: the name of a community, or that of a choice. */
static const char *label_of(const sat_gathering *g, const char *table, const char *key)
{
	const sat_programme *programme = sat_store_programme(g->facts.store);
	sat_dot id;
	if (is_of_communities(table))
		return sat_id_read(g->facts.store, key, &id, NULL) != 0
		           ? ""
		           : sat_referred_name(&g->communities, id);
	const sat_kind *person = sat_programme_kind(programme, "person");
	const sat_field *field = person == NULL ? NULL : sat_kind_field(person, table);
	const sat_choice *choice = field == NULL ? NULL : sat_field_choice(field, key, strlen(key));
	const char *label =
	    choice == NULL ? NULL : sat_programme_label(programme, &choice->labels, g->report->language);
	return label == NULL ? key : label;
}

static int by_label(const void *a, const void *b)
{
	const sat_report_count *x = a, *y = b;
	if ((x->key[0] == '\0') != (y->key[0] == '\0'))
		return x->key[0] == '\0' ? 1 : -1;
	return sat_text_order(x->label, y->label);
}

/* What may be read of a table: where a number is hidden, there is none. */
static int tell_table(const sat_gathering *g, const sat_tally *tally, sat_report_table *table, sat_error *err)
{
	table->name = tally->name;
	table->of_records = is_of_communities(tally->name);
	table->counts = sat_arena_zeroed(&g->report->arena, tally->cell_count + 1, sizeof *table->counts);
	if (table->counts == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; i < tally->cell_count; i++) {
		const sat_cell_count *cell = &tally->cells[i];
		table->counts[table->count_count++] =
		    (sat_report_count){ .key = cell->key,
			                .label = label_of(g, tally->name, cell->key),
			                .hidden = cell->hidden,
			                .count = cell->hidden ? 0 : cell->count };
	}
	if (table->of_records)
		qsort(table->counts, table->count_count, sizeof *table->counts, by_label);
	return 0;
}

/* Of the communities only the one whose version it is. */
static void keep_own(const sat_gathering *g, sat_report_table *table)
{
	const char *own = g->report->communities[0].id;
	size_t count = 0;
	for (size_t i = 0; i < table->count_count; i++) {
		if (strcmp(table->counts[i].key, own) == 0)
			table->counts[count++] = table->counts[i];
	}
	table->count_count = count;
}

/* A community's version tells of people its own number, and no ages and genders. */
static int tell_tables(const sat_gathering *g, const sat_population *truth, sat_report_people *people,
                       sat_error *err)
{
	bool own = g->options->community != 0;
	int rc = 0;
	people->all.told = !own;
	people->tables = sat_arena_zeroed(&g->report->arena, truth->tally_count + 1, sizeof *people->tables);
	if (people->tables == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; rc == 0 && i < truth->tally_count; i++) {
		if (!own || is_of_communities(truth->tallies[i].name))
			rc = tell_table(g, &truth->tallies[i], &people->tables[people->table_count++], err);
	}
	if (rc == 0 && own && people->table_count > 0)
		keep_own(g, &people->tables[0]);
	return rc;
}

/* Hides what small numbers and earlier reports make it hide, then copies what may be read. */
static int tell_population(const sat_gathering *g, sat_population *truth, const sat_told_at *to,
                           sat_error *err)
{
	sat_population *earlier;
	size_t count;
	sat_arena *arena = &g->report->arena;
	int rc = sat_publication_earlier(g->facts.store, truth->name, arena, &earlier, &count, err);
	if (rc == 0)
		rc = sat_suppress(truth, earlier, count, SAT_SMALL, arena, err);
	if (rc != 0)
		return rc;
	*to->number = (sat_report_number){ .told = true,
		                           .hidden = truth->total_hidden,
		                           .frozen = truth->frozen,
		                           .count = truth->total_hidden ? 0 : truth->total,
		                           .at = truth->at };
	return to->people == NULL ? 0 : tell_tables(g, truth, to->people, err);
}

static int tell_counts(const sat_gathering *g, sat_error *err)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < g->report->population_count; i++)
		rc = tell_population(g, &g->report->populations[i], &g->told_at[i], err);
	return rc;
}

/* --- gathering -------------------------------------------------------------------------------- */

static int by_start(const void *a, const void *b)
{
	const sat_report_workshop *x = a, *y = b;
	int order = strcmp(x->start, y->start);
	return order != 0 ? order : sat_text_order(x->title, y->title);
}

static int by_date(const void *a, const void *b)
{
	const sat_report_meeting *x = a, *y = b;
	int order = strcmp(x->date, y->date);
	return order != 0 ? order : sat_text_order(x->title, y->title);
}

static int by_community(const void *a, const void *b)
{
	return sat_text_order(((const sat_report_community *)a)->name,
	                      ((const sat_report_community *)b)->name);
}

/* Those without a theme last. */
static int by_message(const void *a, const void *b)
{
	const sat_report_message *x = a, *y = b;
	if ((x->theme[0] == '\0') != (y->theme[0] == '\0'))
		return x->theme[0] == '\0' ? 1 : -1;
	int order = sat_text_order(x->theme, y->theme);
	return order != 0 ? order : sat_text_order(x->words, y->words);
}

/* When nothing points into the lists any more. */
static void put_in_order(sat_report *report)
{
	if (report->workshop_count > 0)
		qsort(report->workshops, report->workshop_count, sizeof *report->workshops, by_start);
	if (report->meeting_count > 0)
		qsort(report->meetings, report->meeting_count, sizeof *report->meetings, by_date);
	if (report->message_count > 0)
		qsort(report->messages, report->message_count, sizeof *report->messages, by_message);
	if (report->community_count > 0)
		qsort(report->communities, report->community_count, sizeof *report->communities,
		      by_community);
}

static int read_date(const char *text, int32_t *number, sat_error *err)
{
	*number = 0;
	if (text == NULL || sat_date_number(text, strlen(text), number))
		return 0;
	return sat_fail(err, SAT_EINVALID, "\"%.40s\" is no date: write 2022, 2022-06 or 2022-06-14", text);
}

static const char *kept(sat_report *report, const char *text, sat_error *err, int *rc)
{
	const char *copy =
	    sat_arena_copy(&report->arena, text == NULL ? "" : text, text == NULL ? 0 : strlen(text));
	if (copy == NULL && *rc == 0)
		*rc = sat_no_memory(err);
	return copy;
}

static int begin_report(sat_gathering *g, sat_store *store, sat_error *err)
{
	const sat_report_options *options = g->options;
	sat_report *report = g->report;
	char day[SAT_REPORT_DAY_CHARS];
	int rc = read_date(options->from, &g->from, err);
	if (rc == 0)
		rc = read_date(options->until, &g->until, err);
	report->day = kept(report, sat_report_day(options->now, day), err, &rc);
	report->from = kept(report, options->from, err, &rc);
	report->until = kept(report, options->until, err, &rc);
	report->language =
	    kept(report, options->language != NULL ? options->language : sat_store_programme(store)->language,
	         err, &rc);
	report->community = "";
	report->draft = options->draft;
	report->with_counts = options->counts;
	return rc;
}

/* Reads in an order in which what is referred to comes first. */
static int gather(sat_gathering *g, sat_store *store, sat_error *err)
{
	SAT_BYTES(audience);
	SAT_AUTO(sat_gate) community_gate = NULL;
	sat_report *report = g->report;
	int rc = sat_gather_held(g, err);
	if (rc == 0 && g->options->community != 0 && report->community_count == 0)
		rc =
		    sat_fail(err, SAT_ENOTFOUND, "that is no community; `satchel list community` shows them");
	g->words = g->facts;
	if (rc == 0 && g->options->community != 0) {
		rc = audience_of(report->community, &audience, err);
		sat_recipient to = { .role = SAT_COMMUNITY, .audiences = (const char *)audience.data };
		if (rc == 0) {
			rc = begin_reading(g, &g->words, store, to, err);
			community_gate = g->words.gate;
		}
	}
	if (rc == 0)
		rc = sat_gather_heard(g, err);
	if (rc == 0 && g->options->counts)
		rc = sat_gather_came(g, err);
	if (rc == 0)
		rc = sat_gather_where(g, err);
	return rc != 0 ? rc : tell_counts(g, err);
}

int sat_report_gather(sat_report **out, sat_store *store, const sat_report_options *options, sat_error *err)
{
	*out = calloc(1, sizeof **out);
	if (*out == NULL)
		return sat_no_memory(err);
	sat_gathering g = { .report = *out, .options = options };
	sat_recipient anybody = { .role = SAT_ROLE_NONE, .audiences = "" };
	int rc = begin_report(&g, store, err);
	if (rc == 0)
		rc = begin_reading(&g, &g.facts, store, anybody, err);
	if (rc == 0)
		rc = gather(&g, store, err);
	sat_gate_free(g.facts.gate);
	if (rc == 0) {
		put_in_order(*out);
		return 0;
	}
	sat_report_free(*out);
	*out = NULL;
	return rc;
}

const char *sat_report_day(int64_t seconds, char text[static SAT_REPORT_DAY_CHARS])
{
	time_t at = (time_t)seconds;
	struct tm parts;
	if (gmtime_r(&at, &parts) == NULL || strftime(text, SAT_REPORT_DAY_CHARS, "%Y-%m-%d", &parts) == 0)
		text[0] = '\0';
	return text;
}

void sat_report_free(sat_report *report)
{
	if (report == NULL)
		return;
	sat_arena_clear(&report->arena);
	free(report);
}

sat_report_deed sat_report_request_state(const sat_report_request *request)
{
	if (strcmp(request->status.name, "answered") == 0)
		return SAT_REPORT_DONE;
	return strcmp(request->status.name, "declined") == 0 ? SAT_REPORT_NOT_DONE : SAT_REPORT_OPEN;
}

sat_report_deed sat_report_action_state(const sat_report_action *action)
{
	if (action->done_on[0] != '\0')
		return SAT_REPORT_DONE;
	return action->not_done_reason[0] != '\0' ? SAT_REPORT_NOT_DONE : SAT_REPORT_OPEN;
}

bool sat_report_is_over(const char *date, const char *day)
{
	int32_t last, today;
	return sat_date_number(date, strlen(date), &last) && sat_date_number(day, strlen(day), &today) &&
	       sat_date_last(last) < today;
}
