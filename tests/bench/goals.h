/* The goals, and the tables that hold the figures against them. */
#ifndef SAT_GOALS_H
#define SAT_GOALS_H

#include <stdint.h>
#include <stdio.h>

#include "figures.h"
#include "peers.h"

/* In this order everywhere. */
typedef enum bench_who {
	BENCH_PLAIN,
	BENCH_SESSION,
	BENCH_BARE, /* Satchel without search index and decision proofs */
	BENCH_SATCHEL,
} bench_who;
#define BENCH_PARTICIPANTS 4
extern const bench_peer *const bench_participants[BENCH_PARTICIPANTS];

#define BENCH_ROUNDS_MAX 99

/* All figures of one n.  A round that was not run does not count. */
typedef struct bench_results {
	int64_t workshops;
	int rounds;
	bench_figures of[BENCH_PARTICIPANTS][BENCH_ROUNDS_MAX];
} bench_results;

/* Prints `measure | goal | peer | Satchel | ratio | met`, a line a goal that holds for this n, and how
 * many are met.  Values are medians over the rounds; a ratio is the median of the ratios in each round. */
void bench_print_goals(FILE *out, const bench_results *results);
/* Prints the medians of everything that was measured, a column a participant. */
void bench_print_figures(FILE *out, const bench_results *results);

#endif
