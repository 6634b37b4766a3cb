/* See goals.h. */
#include "goals.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "measure.h"

const bench_peer *const bench_participants[BENCH_PARTICIPANTS] = {
	[BENCH_PLAIN] = &bench_plain,
	[BENCH_SESSION] = &bench_session,
	[BENCH_BARE] = &bench_satchel_bare,
	[BENCH_SATCHEL] = &bench_satchel,
};

static const struct {
	const char *label, *unit;
	int digits;
} shown[BENCH_FIGURES] = {
#define X(symbol, label, unit, digits) [BENCH_##symbol] = { label, unit, digits },
	BENCH_FIGURE_LIST(X)
#undef X
};

/* How a ratio is formed, so that a goal reads as it was set, and what is held against the limit. */
typedef enum rule {
	TIME_AT_MOST,  /* peer's rate / Satchel's: how many times longer it takes */
	RATE_AT_LEAST, /* Satchel's rate / peer's */
	SIZE_AT_MOST,  /* Satchel's size / peer's */
	AT_MOST,       /* Satchel's value itself */
	AT_LEAST,
	FOR_ITSELF,    /* measured, and no goal was set */
} rule;

typedef struct goal {
	bench_figure figure;
	bench_who satchel;
	bench_who peer;
	rule rule;
	double limit;
	int64_t workshops_min; /* for smaller n there is no such goal */
} goal;

static const goal goals[] = {
	{ BENCH_CAPTURE, BENCH_BARE, BENCH_PLAIN, TIME_AT_MOST, 1.6, 0 },
	{ BENCH_CAPTURE, BENCH_SATCHEL, BENCH_PLAIN, TIME_AT_MOST, 2.0, 0 },
	{ BENCH_CAPTURE_SMALL, BENCH_SATCHEL, BENCH_PLAIN, TIME_AT_MOST, 1.25, 0 },
	{ BENCH_BUNDLE_DEFAULT, BENCH_SATCHEL, BENCH_SESSION, AT_MOST, 12.5, 0 },
	{ BENCH_BUNDLE_HIGH, BENCH_SATCHEL, BENCH_SESSION, AT_MOST, 10.5, 0 },
	{ BENCH_CHANGE_BYTES, BENCH_SATCHEL, BENCH_SESSION, AT_MOST, 1000, 0 },
	{ BENCH_EXPORT, BENCH_SATCHEL, BENCH_SESSION, AT_LEAST, 500000, 0 },
	{ BENCH_MERGE, BENCH_BARE, BENCH_SESSION, RATE_AT_LEAST, 1.0, 0 },
	{ BENCH_MERGE, BENCH_SATCHEL, BENCH_SESSION, RATE_AT_LEAST, 0.7, 0 },
	{ BENCH_AGAIN, BENCH_SATCHEL, BENCH_SESSION, AT_MOST, 5, 0 },
	{ BENCH_OVERLAP, BENCH_SATCHEL, BENCH_SESSION, AT_LEAST, 1000000, 0 },
	{ BENCH_CHANGE_EXPORT, BENCH_SATCHEL, BENCH_SESSION, AT_MOST, 5, 0 },
	{ BENCH_CHANGE_MERGE, BENCH_SATCHEL, BENCH_SESSION, AT_MOST, 5, 0 },
	{ BENCH_EXPORT_PEAK, BENCH_SATCHEL, BENCH_SESSION, AT_MOST, 32, 2000 },
	{ BENCH_MERGE_PEAK, BENCH_SATCHEL, BENCH_SESSION, AT_MOST, 32, 2000 },
	{ BENCH_STORE, BENCH_SATCHEL, BENCH_PLAIN, SIZE_AT_MOST, 1.3, 0 },
	{ BENCH_UNLOCK, BENCH_SATCHEL, BENCH_PLAIN, FOR_ITSELF, 0, 0 },
};

/* --- numbers ----------------------------------------------------------------------------------- */

static double median_of(const bench_results *r, bench_who who, bench_figure figure)
{
	double values[BENCH_ROUNDS_MAX];
	for (int i = 0; i < r->rounds; i++)
		values[i] = r->of[who][i].value[figure];
	return bench_median(values, (size_t)r->rounds);
}

static double median_ratio(const bench_results *r, const goal *g)
{
	double ratios[BENCH_ROUNDS_MAX];
	for (int i = 0; i < r->rounds; i++) {
		double peer = r->of[g->peer][i].value[g->figure];
		double satchel = r->of[g->satchel][i].value[g->figure];
		ratios[i] = g->rule == TIME_AT_MOST ? peer / satchel : satchel / peer;
	}
	return bench_median(ratios, (size_t)r->rounds);
}

static bool is_met(const goal *g, double satchel, double ratio)
{
	switch (g->rule) {
	case TIME_AT_MOST:
	case SIZE_AT_MOST:
		return ratio <= g->limit;
	case RATE_AT_LEAST:
		return ratio >= g->limit;
	case AT_MOST:
		return satchel <= g->limit;
	default:
		return satchel >= g->limit;
	}
}

/* --- printing ---------------------------------------------------------------------------------- */

#define CELL_BYTES 64

static void show_value(char cell[static CELL_BYTES], bench_figure figure, double value)
{
	if (isnan(value))
		snprintf(cell, CELL_BYTES, "-");
	else
		snprintf(cell, CELL_BYTES, "%.*f %s", shown[figure].digits, value, shown[figure].unit);
}

static void show_goal(char cell[static CELL_BYTES], const goal *g)
{
	static const char *const forms[] = {
		[TIME_AT_MOST] = "at most %g x the time",
		[RATE_AT_LEAST] = "at least %g x the rate",
		[SIZE_AT_MOST] = "at most %g x the size",
	};
	const char *unit = shown[g->figure].unit;
	if (g->rule == FOR_ITSELF)
		snprintf(cell, CELL_BYTES, "-");
	else if (g->rule == AT_MOST)
		snprintf(cell, CELL_BYTES, "at most %.10g %s", g->limit, unit);
	else if (g->rule == AT_LEAST)
		snprintf(cell, CELL_BYTES, "at least %.10g %s", g->limit, unit);
	else
		snprintf(cell, CELL_BYTES, forms[g->rule], g->limit);
}

static void show_peer(char cell[static CELL_BYTES], const bench_results *r, const goal *g)
{
	char value[CELL_BYTES];
	show_value(value, g->figure, median_of(r, g->peer, g->figure));
	bool none = strcmp(value, "-") == 0;
	snprintf(cell, CELL_BYTES, "%.30s%s%.20s", value, none ? "" : ", ",
	         none ? "" : bench_participants[g->peer]->name);
}

typedef enum verdict { NOT_JUDGED, MET, MISSED } verdict;

static verdict print_goal(FILE *out, const bench_results *r, const goal *g)
{
	static const char *const words[] = { [NOT_JUDGED] = "-", [MET] = "yes", [MISSED] = "NO" };
	char measure[CELL_BYTES], aim[CELL_BYTES], peer[CELL_BYTES], own[CELL_BYTES], ratio[CELL_BYTES];
	double satchel = median_of(r, g->satchel, g->figure), times = median_ratio(r, g);
	verdict met = is_met(g, satchel, times) ? MET : MISSED;
	if (isnan(satchel) || g->rule == FOR_ITSELF)
		met = NOT_JUDGED;
	snprintf(measure, sizeof measure, "%s%s", shown[g->figure].label,
	         g->satchel == BENCH_BARE ? " (bare)" : "");
	show_goal(aim, g);
	show_peer(peer, r, g);
	show_value(own, g->figure, satchel);
	snprintf(ratio, sizeof ratio, isnan(times) ? "-" : "%.2f", times);
	fprintf(out, "%-37s | %-24s | %-29s | %-17s | %7s | %s\n", measure, aim, peer, own, ratio, words[met]);
	return met;
}

void bench_print_goals(FILE *out, const bench_results *results)
{
	int counts[3] = { 0 };
	fprintf(out, "%-37s | %-24s | %-29s | %-17s | %7s | %s\n", "measure", "goal", "peer", "Satchel", "ratio",
	        "met");
	for (size_t i = 0; i < sizeof goals / sizeof goals[0]; i++)
		if (results->workshops >= goals[i].workshops_min)
			counts[print_goal(out, results, &goals[i])]++;
	fprintf(out, "%d of %d goals met.  (bare): no search index, and consent rows as records without proofs.\n",
	        counts[MET], counts[MET] + counts[MISSED]);
}

void bench_print_figures(FILE *out, const bench_results *results)
{
	fprintf(out, "%-37s", "figure");
	for (int who = 0; who < BENCH_PARTICIPANTS; who++)
		fprintf(out, " | %17s", bench_participants[who]->name);
	fputc('\n', out);
	for (int figure = 0; figure < BENCH_FIGURES; figure++) {
		fprintf(out, "%-37s", shown[figure].label);
		for (int who = 0; who < BENCH_PARTICIPANTS; who++) {
			char cell[CELL_BYTES];
			show_value(cell, (bench_figure)figure,
			           median_of(results, (bench_who)who, (bench_figure)figure));
			fprintf(out, " | %17s", cell);
		}
		fputc('\n', out);
	}
}
