/* The participants of the benchmark, and what each is asked to do.
 *
 * A participant is a bench_peer: a name and functions over a store of its own.  Plain SQLite is the
 * floor; SQLite with its session extension carries changes too, though it merges nothing and loses
 * what it recorded when the connection closes.  Both have one settings block (see peers.c), ordinary
 * tables (peers.sql) and the workload's ids.  Satchel's own store takes part twice (satchel.c).
 *
 * bench.c calls them like this, each numbered line in a process of its own, everything below a
 * folder `dir` that is empty at first and belongs to one participant and one round:
 *
 *	0  prepare(dir)
 *	1  open(dir, SENDER)  capture  extract(DEFAULT -> dir/bundle)  [extract(HIGH)]  count  close
 *	2  open(dir, SMALL)  capture, few rows a transaction  close
 *	3  open(dir, RECEIVER)  apply(dir/bundle)  count  apply  [apply_replace]  close
 *	4  unlock(dir)
 *	5  open(dir, SENDER)  open(dir, RECEIVER)  settle
 *	   then over and over: update  extract(COMPACT)  apply  contact  settle
 *	6  open(dir, SENDER)  open(dir, RECEIVER)  extract_all  apply
 *
 * Functions that time something set `*seconds` from CLOCK_MONOTONIC for that thing alone, its commit
 * and syncing included; opening, unlocking and making the workload's rows are left out.  All return
 * 0 or a SAT_E... with `err` set.  A pointer may be NULL where its comment says so; the figures that
 * need it are then missing.
 */
#ifndef SAT_PEERS_H
#define SAT_PEERS_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "workload.h"

/* Folders in `dir`, made before prepare; each holds one store. */
typedef enum bench_side {
	BENCH_SENDER,
	BENCH_RECEIVER,
	BENCH_SMALL,
} bench_side;
#define BENCH_SIDES 3
/* "sender", "receiver", "small". */
extern const char *const bench_side_names[BENCH_SIDES];

typedef struct bench_settings {
	const char *dir;
	int cache_kib; /* SQLite's page cache, a connection */
} bench_settings;

/* How hard to press a bundle. */
typedef enum bench_level {
	BENCH_DEFAULT, /* for a stick; the peers use zstd -3 */
	BENCH_HIGH,    /* for a slow link; the peers use zstd -19 */
	BENCH_COMPACT, /* for a few changes; the peers do not compress */
} bench_level;

typedef struct bench_bundle {
	double seconds;         /* everything that makes the bundle */
	double extract_seconds; /* before compressing; NAN where the two are not apart */
	int64_t raw_bytes;      /* before compressing; -1 where that means nothing */
	int64_t bytes;          /* as it travels */
} bench_bundle;

typedef struct bench_peer {
	const char *name;
	const char *store_file; /* the store in a side's folder, whose size counts */

	/* Makes whatever both sides need before they can be opened, enrolment say.  May be NULL. */
	int (*prepare)(const bench_settings *settings, sat_error *err);
	/* Opens one side's store, or makes it with its tables.  The store is owned by the caller. */
	int (*open)(void **store, const bench_settings *settings, bench_side side, sat_error *err);
	void (*close)(void *store);
	/* How long the keys take to open.  May be NULL. */
	int (*unlock)(const bench_settings *settings, double *seconds, sat_error *err);

	/* Stores all rows of the workload, `rows_per_commit` in each transaction; 0 puts all into one. */
	int (*capture)(void *store, sat_workload *workload, int64_t rows_per_commit, double *seconds,
	               sat_error *err);
	/* Sets one participant's contact and commits. */
	int (*update)(void *store, int64_t participant_id, const char *contact, double *seconds,
	              sat_error *err);
	/* Writes what was not settled yet to the new file, or folder, `path`; may be called again for the same.
	 * NULL where nothing can be carried. */
	int (*extract)(void *store, bench_level level, const char *path, bench_bundle *bundle,
	               sat_error *err);
	/* The same for every row of the store, settled or not.  May be NULL. */
	int (*extract_all)(void *store, bench_level level, const char *path, bench_bundle *bundle,
	                   sat_error *err);
	/* Takes a bundle in; rows that are there already stay as they are.  NULL if extract is. */
	int (*apply)(void *store, const char *path, double *seconds, sat_error *err);
	/* The same, writing over rows that are there already.  May be NULL. */
	int (*apply_replace)(void *store, const char *path, double *seconds, sat_error *err);
	/* Tells the sender what the receiver has, so that the next extract is of later changes.  NULL if
	 * extract is. */
	int (*settle)(void *sender, void *receiver, sat_error *err);

	/* To check that what was timed was also done: the workload's rows in the store, and one
	 * participant's contact. */
	int (*count)(void *store, int64_t *rows, sat_error *err);
	int (*contact)(void *store, int64_t participant_id, char *contact, size_t contact_bytes,
	               sat_error *err);
} bench_peer;

extern const bench_peer bench_plain;
extern const bench_peer bench_session;
/* Satchel without search index and decision proofs, and as it is used. */
extern const bench_peer bench_satchel_bare;
extern const bench_peer bench_satchel;

#endif
