/* What a peer needs: everything above its checkpoint, as the gate lets it through.
 *
 * A delta walks over gaps in the local sequence and yields *chunks*, each small enough for one frame
 * and covering one interval of the sequence, so that a receipt for the frame means just that interval.
 * There are three tracks, walked one after the other: what leads every bundle (registry statements,
 * tombstones, decisions, asks), records, and pieces of files (delta-files.h).  It is state, not a log: a record
 * that changed twice is in it once, at its latest sequence, and what is withheld is simply not there.
 *
 *     sat_delta_open(&delta, store, &options, SAT_TRACK_RECORDS, gaps, gap_count, err)
 *     while ((rc = sat_delta_next(delta, &chunk, err)) == 1) ...      in the same transaction
 *     sat_delta_totals(delta, &records, &withheld, &assumed)
 *
 * delta.c walks over the sequence; delta-records.c and delta-lead.c fill the chunks of their track,
 * delta-moments.c adds when the author's clock said what; delta-files.c walks over files instead.
 */
#ifndef SAT_DELTA_H
#define SAT_DELTA_H

#include "chunk.h"
#include "gate.h"

/* For whom a delta is. */
typedef struct sat_delta_options {
	sat_recipient to;           /* what the gate is opened for; its audiences are borrowed */
	int64_t device;             /* sat_device.id of the recipient: for asks */
	int64_t heard;              /* its incarnation heard last: what that told is left out; 0: none */
	bool everything;            /* the registry, or one that vouches, sends others' writes as well; else
	                               only those of records that the recipient asked for after that */
	size_t chunk_bytes_max;     /* a chunk holds about this, at most; one batch of decisions may hold more */
	bool previews_only;         /* track files: no originals */
	bool unread;                /* track files: without their bytes, to count them */
	uint64_t file_bytes_max;    /* track files: so much may go, in frames; UINT64_MAX: no end */
} sat_delta_options;

typedef struct sat_delta sat_delta;

/* Walks `track` over `gaps` (ascending, not overlapping; borrowed).  Owned by the caller; borrows the
 * store, which must not be written to while it is walked. */
int sat_delta_open(sat_delta **delta, sat_store *store, const sat_delta_options *options, int track,
                   const sat_span *gaps, size_t gap_count, sat_error *err);
/* Gives it back with its last chunk; NULL is fine. */
void sat_delta_free(sat_delta *delta);
SAT_AUTO_DEFINE(sat_delta)

/* 1: `*chunk` is the next one, borrowed until the next call; 0: that was all; negative: an error.
 * Intervals without anything to send are passed over. */
int sat_delta_next(sat_delta *delta, const sat_chunk **chunk, sat_error *err);

/* Totals over the chunks so far, and of what was passed over: records of which something went out, those of
 * which something was withheld, and whether something was left out because the recipient told it. */
void sat_delta_totals(const sat_delta *delta, size_t *records, size_t *withheld, bool *assumed);
/* What became of the files of which something was to go: gone with all that there is of them here, in part, or not
 * at all, for want of room; and their bytes that went and that did not. */
typedef struct sat_file_totals {
	size_t whole, in_part, left;
	uint64_t bytes, bytes_left;
} sat_file_totals;
void sat_delta_file_totals(const sat_delta *delta, sat_file_totals *totals);

#endif
