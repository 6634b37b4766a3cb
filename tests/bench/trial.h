/* One participant, one round: every step of peers.h, each in a process of its own, as figures. */
#ifndef SAT_TRIAL_H
#define SAT_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "figures.h"
#include "peers.h"

/* The row about small transactions: their size, and how many workshops it takes at most, since the
 * disk's syncing and not n decides there. */
#define BENCH_SMALL_ROWS          25
#define BENCH_SMALL_WORKSHOPS_MAX 50
/* How many one-field changes are made; their medians count. */
#define BENCH_CHANGES 15

typedef struct bench_trial {
	const bench_peer *peer;
	bench_settings settings; /* `dir` exists and is empty */
	int64_t workshops;
	uint64_t seed;
	bool high_level; /* also the bundle at the high level, which is slow and the same every round */
} bench_trial;

/* Runs all steps, after each other, and fills in the figures.  What is left in the trial's folder is
 * the caller's to remove.  The error names participant and step. */
int bench_trial_run(const bench_trial *trial, bench_figures *figures, sat_error *err);

#endif
