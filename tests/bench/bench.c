/* The benchmark: all participants side by side, interleaved round by round, medians, goals.
 *
 *	bench [--dir DIR] [--rounds N] [--cache-kib N] [--seed N] [--csv DIR] [N...]
 *
 * Each N is a number of workshops; 50 500 2000 without one.  Stores live in a new folder below DIR
 * (else $TMPDIR, else /tmp), which should be on the disk that is to be measured; they are removed
 * again.  --csv writes W(N) of the first N as CSV files into an existing folder instead of measuring.
 * The exit status is 0 when everything was measured, whether goals are met or not.
 */
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "goals.h"
#include "measure.h"
#include "trial.h"
#include "workload-csv.h"

#define SIZES_MAX     16
#define WORKSHOPS_MAX 1000000

typedef struct options {
	const char *dir;
	const char *csv_dir; /* NULL: measure */
	int rounds;
	int cache_kib;
	uint64_t seed;
	int64_t sizes[SIZES_MAX];
	size_t size_count;
} options;

static int usage(void)
{
	fputs("usage: bench [--dir DIR] [--rounds N] [--cache-kib N] [--seed N] [--csv DIR] [N...]\n",
	      stderr);
	return SAT_EUSAGE;
}

/* A whole number from `low` to `high`; -1 for anything else. */
static int64_t parse_number(const char *text, int64_t low, int64_t high)
{
	char *end;
	long long number = strtoll(text, &end, 10);
	return end == text || *end != '\0' || number < low || number > high ? -1 : number;
}

static int parse_options(options *o, int argc, char **argv)
{
	static const struct option known[] = {
		{ "dir", required_argument, NULL, 'd' },       { "rounds", required_argument, NULL, 'r' },
		{ "cache-kib", required_argument, NULL, 'c' }, { "seed", required_argument, NULL, 's' },
		{ "csv", required_argument, NULL, 'v' },       { NULL, 0, NULL, 0 },
	};
	int64_t number = 0;
	for (int letter; (letter = getopt_long(argc, argv, "", known, NULL)) != -1 && number >= 0;) {
		if (letter == 'd')
			o->dir = optarg;
		else if (letter == 'v')
			o->csv_dir = optarg;
		else if (letter == 'r')
			o->rounds = (int)(number = parse_number(optarg, 1, BENCH_ROUNDS_MAX));
		else if (letter == 'c')
			o->cache_kib = (int)(number = parse_number(optarg, 1, INT_MAX));
		else if (letter == 's')
			o->seed = (uint64_t)(number = parse_number(optarg, 0, INT64_MAX));
		else
			number = -1;
	}
	if (number < 0 || argc - optind > SIZES_MAX)
		return usage();
	if (optind < argc)
		o->size_count = 0;
	for (; optind < argc; optind++) {
		number = parse_number(argv[optind], 1, WORKSHOPS_MAX);
		if (number < 0)
			return usage();
		o->sizes[o->size_count++] = number;
	}
	return 0;
}

static int write_csv(const options *o, sat_error *err)
{
	SAT_AUTO(sat_workload) w = NULL;
	int rc = sat_workload_new(&w, o->sizes[0], o->seed, err);
	return rc != 0 ? rc : sat_workload_write_csv(w, o->csv_dir, err);
}

static void tell_progress(const bench_results *r, int round, int rounds, const char *name)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[KW(%" PRId64 "), round %d of %d, %s", r->workshops, round + 1, rounds,
		        name);
}

/* Participants take turns at going first, so that none always finds the machine as the same other
 * one left it. */
static int run_round(const options *o, const char *dir, bench_results *r, int round, sat_error *err)
{
	int rc = 0;
	for (int turn = 0; turn < BENCH_PARTICIPANTS && rc == 0; turn++) {
		int who = (round + turn) % BENCH_PARTICIPANTS;
		const bench_peer *peer = bench_participants[who];
		bench_figures *figures = &r->of[who][round];
		for (size_t i = 0; i < BENCH_FIGURES; i++)
			figures->value[i] = NAN;
		tell_progress(r, round, o->rounds, peer->name);
		char own[PATH_MAX];
		rc = bench_make_temporary_dir(own, sizeof own, dir, err);
		if (rc != 0)
			break;
		bench_trial trial = { peer, { own, o->cache_kib }, r->workshops, o->seed, round == 0 };
		rc = bench_trial_run(&trial, figures, err);
		bench_empty_dir(own);
	}
	return rc;
}

static int measure_size(const options *o, const char *dir, int64_t workshops, sat_error *err)
{
	static bench_results results;
	int rc = 0;
	results.workshops = workshops;
	results.rounds = 0;
	for (int round = 0; round < o->rounds && rc == 0; round++) {
		rc = run_round(o, dir, &results, round, err);
		results.rounds++;
	}
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	if (rc != 0)
		return rc;
	printf("W(%" PRId64 "): %" PRId64 " rows, medians of %d, cache %d KiB\n\n", workshops,
	       workshops * SAT_WORKLOAD_ROWS, o->rounds, o->cache_kib);
	bench_print_goals(stdout, &results);
	putchar('\n');
	bench_print_figures(stdout, &results);
	putchar('\n');
	fflush(stdout);
	return 0;
}

static int measure(const options *o, sat_error *err)
{
	char dir[PATH_MAX];
	int rc = bench_make_temporary_dir(dir, sizeof dir, o->dir, err);
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < o->size_count && rc == 0; i++)
		rc = measure_size(o, dir, o->sizes[i], err);
	bench_remove_dir(dir);
	return rc;
}

int main(int argc, char **argv)
{
	const char *temporary = getenv("TMPDIR");
	options o = { .dir = temporary != NULL && *temporary != '\0' ? temporary : "/tmp",
		      .rounds = 5,
		      .cache_kib = 8 * 1024,
		      .seed = SAT_WORKLOAD_SEED,
		      .sizes = { 50, 500, 2000 },
		      .size_count = 3 };
	if (parse_options(&o, argc, argv) != 0)
		return 2;
	sat_error err = { 0 };
	int rc = o.csv_dir != NULL ? write_csv(&o, &err) : measure(&o, &err);
	if (rc != 0)
		fprintf(stderr, "bench: %s\n", err.message);
	return rc != 0;
}
