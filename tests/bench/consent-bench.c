/* The benchmark of consent: what asking everybody costs, and how long it takes to forget.
 *
 *	bench-consent [--people N] [--rounds N]
 *
 * A registry holds N people (100 000), each of whom came to a workshop and said something there, and three
 * decisions a person, saved a dozen people at a time.  The same is written into a second registry whose programme
 * asks nobody (there are no persons, and fields need nothing); both export everything to a laptop, turn by turn, and
 * the difference is what gating costs.  Then the report is made of all that, somebody takes back the words of a
 * thousand notes, and the last workshop is labelled, so that both look for labels above every record.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/permission.h"
#include "core/store-private.h"
#include "measure.h"
#include "report/report-html.h"
#include "report/report.h"
#include "tests/support/replica.h"

extern const char bench_consent_programme[];
extern const size_t bench_consent_programme_length;

enum {
	PURPOSES = 3,
	TOGETHER = 12,
	WORKSHOP = 48, /* people at one */
	FIELDS = 11,   /* of a person, of their note, and of their coming */
	WITHDRAWN = 1000,
	ROUNDS_MAX = 99,
};

typedef struct side {
	replica hq, laptop;
	memory_place place;
	sat_dot workshop; /* the latest */
	double seconds[ROUNDS_MAX];
} side;

static void check(int rc, const sat_error *err)
{
	if (rc != 0)
		replica_fail("bench-consent", err);
}

/* --- what is there ------------------------------------------------------------------------------------ */

/* The programme in which nobody is asked: the same names and types. */
static char *without_needs(const char *json)
{
	char *copy = strdup(json), *at;
	while ((at = strstr(copy, ", \"needs\": [")) != NULL) {
		char *end = strchr(at, ']') + 1;
		memmove(at, end, strlen(end) + 1);
	}
	static const char *const flags[] = { ", \"mourned\": true", ", \"person\": true" };
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		while ((at = strstr(copy, flags[i])) != NULL)
			memmove(at, at + strlen(flags[i]), strlen(at + strlen(flags[i])) + 1);
	}
	at = strstr(copy, "\"of\": \"person\"");
	char *whole = malloc(strlen(copy) + 32);
	sprintf(whole, "%.*s\"concerns\": false, %s", (int)(at - copy), copy, at);
	free(copy);
	return whole;
}

static sat_write text_write(sat_table *table, const char *field, const char *text)
{
	return (sat_write){ sat_column_named(table, field, SAT_TEXT)->number, sat_value_text(text, strlen(text)) };
}

static sat_write choice_write(sat_table *table, const char *field, const char *choice)
{
	sat_write write = text_write(table, field, choice);
	write.column = sat_column_named(table, field, SAT_CHOICE)->number;
	write.value.type = SAT_CHOICE;
	return write;
}

static sat_write reference_write(sat_table *table, const char *field, sat_dot to)
{
	return (sat_write){ sat_column_named(table, field, SAT_REFERENCE)->number,
		            { .type = SAT_REFERENCE, .reference = to } };
}

static sat_dot add_record(side *s, sat_table *table, const sat_write *writes, size_t count)
{
	sat_error err = { 0 };
	sat_dot id;
	check(sat_record_add(s->hq.store, table, writes, count, &id, &err), &err);
	return id;
}

static void add_note(side *s, sat_dot speaker, const char *text)
{
	sat_table *note = sat_table_named(s->hq.store, "note");
	sat_write writes[] = { text_write(note, "text", text), text_write(note, "theme", "water"),
		               reference_write(note, "workshop", s->workshop),
		               reference_write(note, "speaker", speaker) };
	add_record(s, note, writes, 4);
}

static sat_dot add_person(side *s, int number)
{
	static const char *const genders[] = { "woman", "man", "woman", "man", "different_term" };
	static const char *const ages[] = { "age_15_24", "age_25_44", "age_25_44", "age_45_64", "age_65_over" };
	sat_table *person = sat_table_named(s->hq.store, "person");
	char pseudonym[32], name[48], contact[32];
	snprintf(pseudonym, sizeof pseudonym, "P %06d", number);
	snprintf(name, sizeof name, "Participant %06d", number);
	snprintf(contact, sizeof contact, "+61 400 %06d", number);
	sat_write writes[] = { text_write(person, "pseudonym", pseudonym), text_write(person, "name", name),
		               text_write(person, "contact", contact),
		               choice_write(person, "gender", genders[number % 5]),
		               choice_write(person, "age_band", ages[number % 7 % 5]) };
	return add_record(s, person, writes, 5);
}

static void add_people(side *s, int first, int count)
{
	static const char *const purposes[PURPOSES] = { "attend", "quote", "publish_report" };
	sat_error err = { 0 };
	sat_decision decisions[TOGETHER * PURPOSES];
	sat_dot people[TOGETHER];
	sat_table *workshop = sat_table_named(s->hq.store, "workshop"),
		  *participation = sat_table_named(s->hq.store, "participation");
	check(sat_store_begin(s->hq.store, &err), &err);
	if (first % WORKSHOP == 0)
		s->workshop = add_record(s, workshop, (sat_write[]){ text_write(workshop, "title", "River mapping") }, 1);
	for (int i = 0; i < count; i++) {
		people[i] = add_person(s, first + i);
		for (int k = 0; k < PURPOSES; k++)
			decisions[i * PURPOSES + k] = (sat_decision){ .subject = people[i], .purpose = purposes[k],
				                                      .event = SAT_GIVEN, .claimed_time = 1700000000 };
	}
	for (int i = 0; i < count; i++) {
		char text[64];
		snprintf(text, sizeof text, "what participant %06d said about the creek", first + i);
		add_note(s, people[i], text);
		sat_write came[] = { reference_write(participation, "person", people[i]),
			             reference_write(participation, "workshop", s->workshop) };
		add_record(s, participation, came, 2);
	}
	check(sat_consent_record(s->hq.store, s->hq.identity, decisions, (size_t)count * PURPOSES, &err), &err);
	check(sat_store_commit(s->hq.store, &err), &err);
}

static void make_side(side *s, const char *dir, const char *name, const char *programme, int people)
{
	char own[300];
	snprintf(own, sizeof own, "%s/%s", dir, name);
	sat_error err = { 0 };
	check(bench_make_dir(own, &err), &err);
	memory_place_init(&s->place);
	replica_found(&s->hq, own, "registry", 1, programme);
	replica_join(&s->laptop, &s->hq, own, "laptop", 2, SAT_FACILITATOR);
	for (int i = 0; i < people; i += TOGETHER)
		add_people(s, i, people - i < TOGETHER ? people - i : TOGETHER);
}

/* --- what is measured --------------------------------------------------------------------------------- */

/* Everything again, as if nothing had been sent. */
static double export_all(side *s)
{
	sat_error err = { 0 };
	check(sat_db_exec(s->hq.store->db, "DELETE FROM sat_sent; DELETE FROM sat_sent_frame; DELETE FROM sat_base; "
	                                   "DELETE FROM sat_disclosure", &err), &err);
	double start = bench_seconds();
	replica_export(&s->hq, &s->laptop, &s->place);
	double seconds = bench_seconds() - start;
	memory_place_clear(&s->place);
	memory_place_init(&s->place);
	return seconds;
}

static double report(side *s, int people)
{
	sat_error err = { 0 };
	SAT_AUTO(sat_report) made = NULL;
	SAT_BYTES(page);
	sat_report_options options = { .counts = true, .now = 1700000000 };
	double start = bench_seconds();
	check(sat_report_gather(&made, s->hq.store, &options, &err), &err);
	sat_report_html(made, &page);
	double seconds = bench_seconds() - start;
	if (made->people.all.count != people || !sat_bytes_ok(&page))
		abort();
	return seconds;
}

static double withdraw(side *s)
{
	sat_error err = { 0 };
	sat_dot person = replica_add(&s->hq, "person", "pseudonym", "P 0417", NULL);
	replica_decide(&s->hq, person, "quote", SAT_GIVEN, false);
	check(sat_store_begin(s->hq.store, &err), &err);
	for (int i = 0; i < WITHDRAWN; i++) {
		char text[64];
		snprintf(text, sizeof text, "thing %d that will be taken back", i);
		add_note(s, person, text);
	}
	check(sat_store_commit(s->hq.store, &err), &err);
	double start = bench_seconds();
	replica_decide(&s->hq, person, "quote", SAT_WITHDRAWN, true);
	double seconds = bench_seconds() - start;
	int64_t left;
	check(sat_db_int(s->hq.store->db, "SELECT count(*) FROM note WHERE text LIKE '%will be taken back'", &left, 0, &err),
	      &err);
	if (left != 0)
		abort();
	return seconds;
}

/* Keeps the latest workshop, and all that was said there, from the laptop. */
static double label(side *s)
{
	sat_error err = { 0 };
	sat_decision d = { .subject = s->workshop, .purpose = SAT_PROTOCOL, .event = SAT_GIVEN, .recipients = "women" };
	double start = bench_seconds();
	check(sat_store_begin(s->hq.store, &err), &err);
	check(sat_consent_record(s->hq.store, s->hq.identity, &d, 1, &err), &err);
	check(sat_store_commit(s->hq.store, &err), &err);
	return bench_seconds() - start;
}

/* Medians of exports of both sides, turn by turn. */
static void export_both(side *gated, side *open, int rounds, double *with, double *without)
{
	for (int i = 0; i < rounds; i++) {
		gated->seconds[i] = export_all(gated);
		open->seconds[i] = export_all(open);
	}
	*with = bench_median(gated->seconds, (size_t)rounds);
	*without = bench_median(open->seconds, (size_t)rounds);
}

static void tell(const char *measure, const char *goal, double value, const char *unit, double limit)
{
	printf("%-44s | %-20s | %8.2f %-4s | %s\n", measure, goal, value, unit, value <= limit ? "yes" : "NO");
}

/* --- the program -------------------------------------------------------------------------------------- */

static bool read_options(int argc, char **argv, int *people, int *rounds)
{
	static const struct option known[] = { { "people", required_argument, NULL, 'p' },
		                               { "rounds", required_argument, NULL, 'r' },
		                               { NULL, 0, NULL, 0 } };
	for (int letter; (letter = getopt_long(argc, argv, "", known, NULL)) != -1;) {
		if (letter == '?')
			return false;
		*(letter == 'p' ? people : rounds) = atoi(optarg);
	}
	return optind == argc && *people > 0 && *rounds > 0 && *rounds <= ROUNDS_MAX;
}

int main(int argc, char **argv)
{
	static side gated, open;
	int people = 100000, rounds = 5;
	char dir[] = "/tmp/satchel-bench-XXXXXX";
	if (!read_options(argc, argv, &people, &rounds)) {
		fputs("usage: bench-consent [--people N] [--rounds N]\n", stderr);
		return 2;
	}
	if (mkdtemp(dir) == NULL) {
		perror(dir);
		return 1;
	}
	char *nobody_asked = without_needs(bench_consent_programme);
	make_side(&gated, dir, "gated", bench_consent_programme, people);
	make_side(&open, dir, "open", nobody_asked, people);
	double with, without, labelled;
	export_both(&gated, &open, rounds, &with, &without);
	printf("%d people, %d decisions, %d notes; medians of %d\n\n", people, people * PURPOSES, people, rounds);
	tell("effective permission, a field in an export", "at most 2 us",
	     (with - without) * 1e6 / ((double)people * FIELDS), "us", 2);
	tell("gating, of the time of an export", "at most 15 %", (with - without) / with * 100, "%", 15);
	tell("report, gathered and written as a page", "at most 3 s", report(&gated, people), "s", 3);
	tell("withdrawal that touches 1 000 records", "at most 1 s", withdraw(&gated), "s", 1);
	tell("label on a workshop, among all these records", "at most 1 s", label(&gated), "s", 1);
	export_both(&gated, &open, rounds, &labelled, &without);
	tell("gating where there are labels, of an export", "at most 15 %", (labelled - without) / labelled * 100, "%", 15);
	printf("\nexport with everybody asked %.2f s, with nobody asked %.2f s, with labels above some %.2f s\n", with,
	       without, labelled);
	replica_free(&gated.hq);
	replica_free(&gated.laptop);
	replica_free(&open.hq);
	replica_free(&open.laptop);
	free(nobody_asked);
	bench_remove_dir(dir);
	return 0;
}
