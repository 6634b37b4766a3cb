/* What a peer needs: everything above its checkpoint, as the gate lets it through.
 *
 * A delta walks over gaps in the local sequence and yields *chunks*, each small enough for one frame
 * and covering one interval of the sequence, so that a receipt for the frame means just that interval.
 * There are two tracks, walked one after the other: what leads every bundle (registry statements,
 * tombstones, decisions, asks), and records.  It is state, not a log: a record that changed twice is
 * in it once, at its latest sequence, and what is withheld is simply not there.
 */
#ifndef SAT_DELTA_H
#define SAT_DELTA_H

#include "block.h"
#include "gate.h"

enum { SAT_TRACK_LEAD = 0, SAT_TRACK_RECORDS = 1 };

typedef struct sat_span {
	int64_t above, upto;        /* sequences above the first and up to the second */
} sat_span;

typedef struct sat_moment {
	sat_dot dot;
	int64_t at;
} sat_moment;

typedef struct sat_object {
	const uint8_t *data;
	size_t length;
} sat_object;

typedef struct sat_asked {
	uint8_t name[16];
	sat_dot record;
} sat_asked;

typedef struct sat_chunk {
	sat_arena arena;            /* holds everything below */
	int track;
	sat_span span;
	size_t bytes;               /* at least what it takes in a frame */
	size_t entries;             /* rows, decisions, tombstones, statements, asks */
	size_t records;             /* records of which something is in it */
	size_t withheld;            /* records of which something was left out by the gate */
	bool assumed;               /* something was left out because the recipient told it */
	bool part;                  /* of one record that is larger than a frame */
	/* track records */
	sat_block *blocks;          /* at the place of their table in the store; rows may be 0 */
	size_t block_count;
	sat_moment *moments;
	size_t moment_count;
	/* track lead */
	sat_object *statements;
	sat_dot *tombstones;
	sat_batch *batches;
	sat_decision *decisions;    /* in the order of batches; decision_counts[i] belong to batch i */
	size_t *decision_counts;
	sat_asked *asks;
	size_t statement_count, tombstone_count, batch_count, decision_count, ask_count;
} sat_chunk;

typedef struct sat_delta_options {
	sat_recipient to;
	int64_t device;             /* sat_device.id of the recipient: for asks */
	int64_t heard;              /* its incarnation heard last: what that told is left out; 0: none */
	bool everything;            /* the registry, or one that vouches, sends others' writes as well */
	size_t chunk_bytes_max;
} sat_delta_options;

typedef struct sat_delta sat_delta;

/* Walks `track` over `gaps` (ascending, not overlapping; borrowed).  Owned by the caller.  The store
 * must not be written to while it is walked. */
int sat_delta_open(sat_delta **delta, sat_store *store, const sat_delta_options *options, int track,
                   const sat_span *gaps, size_t gap_count, sat_error *err);
void sat_delta_free(sat_delta *delta);
SAT_AUTO_DEFINE(sat_delta)

/* 1: `*chunk` is the next one, borrowed until the next call; 0: that was all; negative: an error.
 * Intervals without anything to send are passed over. */
int sat_delta_next(sat_delta *delta, const sat_chunk **chunk, sat_error *err);

/* Totals over the chunks so far, and of what was passed over. */
void sat_delta_totals(const sat_delta *delta, size_t *records, size_t *withheld, bool *assumed);

#endif
