/* See delta.h. */
#include "delta.h"

#include <stdlib.h>

#include "decision-table.h"
#include "delta-files.h"
#include "delta-lead.h"
#include "delta-moments.h"
#include "delta-private.h"
#include "delta-records.h"
#include "protocol-reach.h"
#include "protocol.h"

/* Sequences looked at in one go: enough to make the queries cheap, few enough to undo when they do not
 * fit into the chunk. */
enum { STEP_MAX = 2048 };

/* --- opening ------------------------------------------------------------------------------------ */

static int prepare(sat_delta *d, sat_error *err)
{
	const struct {
		sat_stmt **slot;
		const char *sql;
	} all[] = {
		{ &d->run_at, "SELECT seq, first, count, told FROM sat_run WHERE seq <= ? ORDER BY seq DESC LIMIT 1" },
		{ &d->run_next, "SELECT min(seq) FROM sat_run WHERE seq > ?" },
		{ &d->tombstones, "SELECT record, told FROM sat_tombstone WHERE seq > ? AND seq <= ?" },
		{ &d->under, "SELECT label FROM sat_under WHERE record = ?" },
		{ &d->statements, "SELECT object, told FROM sat_statement WHERE seq > ? AND seq <= ? ORDER BY seq" },
		{ &d->asks, "SELECT name, record FROM sat_ask WHERE device = ? AND seq > ? AND seq <= ?" },
		{ &d->vouch, "SELECT 1 FROM sat_vouch WHERE device = ? AND record = ?" },
		{ &d->batches, "SELECT id, leaves FROM sat_batch WHERE id > ? AND id <= ? ORDER BY id" },
		{ &d->consent_range,
		  "SELECT " SAT_CONSENT_COLUMNS " FROM sat_decision WHERE id BETWEEN ? AND ? ORDER BY id" },
		{ &d->consent_changed,
		  "SELECT record, told FROM sat_history WHERE kind = 0 AND seq > ? AND seq <= ?" },
		{ &d->moments,
		  "SELECT dot, at FROM sat_moment WHERE dot <= ? AND dot >= coalesce((SELECT "
		  "max(dot) FROM sat_moment WHERE dot BETWEEN ? AND ?), ?) ORDER BY dot" },
	};
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < sizeof all / sizeof *all; i++)
		rc = sat_db_prepare(d->store->db, all[i].slot, all[i].sql, err);
	return rc;
}

int sat_delta_open(sat_delta **out, sat_store *store, const sat_delta_options *options, int track,
                   const sat_span *gaps, size_t gap_count, sat_error *err)
{
	*out = NULL;
	sat_delta *d = calloc(1, sizeof *d);
	if (d == NULL)
		return sat_no_memory(err);
	d->store = store;
	d->options = *options;
	d->track = track;
	d->gaps = gaps;
	d->gap_count = gap_count;
	d->at = gap_count > 0 ? gaps[0].above : 0;
	d->step = STEP_MAX;
	int rc = sat_gate_open(&d->gate, store, &options->to, err);
	if (rc == 0)
		rc = sat_meta_int(store, "self", &d->self, 0, err);
	int64_t vouches = 0;
	if (rc == 0)
		rc = sat_db_int(store->db, "SELECT EXISTS(SELECT 1 FROM sat_vouch)", &vouches, 0, err);
	d->vouches = vouches != 0;
	if (rc == 0)
		rc = prepare(d, err);
	if (rc != 0) {
		sat_delta_free(d);
		return rc;
	}
	*out = d;
	return 0;
}

void sat_delta_free(sat_delta *d)
{
	if (d == NULL)
		return;
	sat_stmt **all[] = { &d->run_at,  &d->run_next,      &d->tombstones,      &d->statements,      &d->asks, &d->vouch,
		             &d->batches, &d->consent_range, &d->consent_changed, &d->moments,
		             &d->under };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		sat_db_finalize(d->store->db, all[i]);
	sat_file_walk_free(d->files);
	sat_gate_free(d->gate);
	sat_arena_clear(&d->chunk.arena);
	sat_arena_clear(&d->scratch);
	free(d);
}

/* Mostly a recipient whom labels leave out has nothing of all that stands under them, which one look tells for all. */
static int holds(sat_delta *d, sat_dot record, bool *held, sat_error *err)
{
	int rc = 0;
	*held = false;
	if (!d->counted_held)
		rc = sat_protocol_held(d->store, d->options.device, d->store->labelled, d->store->labels, &d->holds_some,
		                       err);
	d->counted_held = rc == 0;
	return rc != 0 || !d->holds_some ? rc
	                                 : sat_protocol_held(d->store, d->options.device, &record, 1, held, err);
}

int sat_delta_may_hear(sat_delta *d, sat_dot record, bool *may, sat_error *err)
{
	*may = true;
	if (!sat_protocol_any(d->store))
		return 0;
	int rc = 0;
	if (d->heard_about != record) {
		rc = sat_gate_see_record(d->gate, record, &d->may_hear, err);
		if (rc == 0 && !d->may_hear)
			rc = holds(d, record, &d->may_hear, err);
		d->heard_about = rc == 0 ? record : 0;
	}
	*may = rc == 0 && d->may_hear;
	return rc;
}

/* --- stretches ---------------------------------------------------------------------------------- */

/* A stretch that begins inside a run ends with it at the latest, and says which dots it has. */
static int within_run(sat_delta *d, sat_stretch *s, sat_error *err)
{
	sat_bind_int(d->run_at, 1, d->at + 1);
	int rc = sat_step(d->store->db, d->run_at, err);
	if (rc == 1) {
		int64_t seq = sat_column_int(d->run_at, 0), count = sat_column_int(d->run_at, 2);
		if (d->at + 1 < seq + count) {
			if (s->upto >= seq + count)
				s->upto = seq + count - 1;
			s->run = true;
			s->first = sat_column_int(d->run_at, 1) + (d->at + 1 - seq);
			s->last = s->first + (s->upto - s->above) - 1;
			s->told = sat_column_int(d->run_at, 3);
		}
	}
	sat_reset(d->run_at);
	return rc < 0 ? rc : 0;
}

/* Any other ends before the next run. */
static int next_stretch(sat_delta *d, sat_stretch *s, sat_error *err)
{
	const sat_span *gap = &d->gaps[d->gap];
	*s = (sat_stretch){ .above = d->at, .upto = d->at + d->step < gap->upto ? d->at + d->step : gap->upto };
	int rc = within_run(d, s, err);
	if (rc != 0 || s->run)
		return rc;
	sat_bind_int(d->run_next, 1, d->at);
	rc = sat_step(d->store->db, d->run_next, err);
	if (rc == 1 && !sat_column_is_null(d->run_next, 0) && sat_column_int(d->run_next, 0) <= s->upto)
		s->upto = sat_column_int(d->run_next, 0) - 1;
	sat_reset(d->run_next);
	return rc < 0 ? rc : 0;
}

/* --- walking ------------------------------------------------------------------------------------ */

static int begin_chunk(sat_delta *d, sat_error *err)
{
	return sat_chunk_begin(&d->chunk, d->track, d->at, d->store->table_count, err);
}

static void count_chunk(sat_delta *d)
{
	d->records += d->chunk.records;
	d->withheld += d->chunk.withheld;
	d->assumed = d->assumed || d->chunk.assumed;
}

/* One part of a record that is too large for a frame.  Every part covers the record's sequence: it is
 * received when all of them are (sync/ledger.h). */
static int step_part(sat_delta *d, const sat_stretch *s, sat_error *err)
{
	bool full = false;
	d->rest = false;
	int rc = sat_delta_add_records(d, s, &full, err);
	d->chunk.part = true;
	d->chunk.span.upto = s->upto;
	if (!d->rest) {
		d->at = s->upto;
		d->dividing = false;
	}
	return rc != 0 ? rc : 1;
}

/* Looks at one stretch: 1 when the chunk goes out, without it or with a part of it. */
static int step(sat_delta *d, sat_error *err)
{
	sat_stretch s;
	int rc = next_stretch(d, &s, err);
	if (rc != 0)
		return rc;
	if (d->dividing)
		return step_part(d, &s, err);
	sat_chunk_mark before;
	sat_chunk_take_mark(&d->chunk, &before);
	bool full = false;
	rc = d->track == SAT_TRACK_LEAD ? sat_delta_add_lead(d, &s, &full, err)
	                                : sat_delta_add_records(d, &s, &full, err);
	if (rc != 0)
		return rc;
	bool alone = before.entries == 0 && s.upto - s.above == 1;
	/* One batch or statement fits into a frame by its own limits, one record need not. */
	if ((full || d->chunk.bytes > d->options.chunk_bytes_max) && !(alone && d->track == SAT_TRACK_LEAD)) {
		sat_chunk_back_to(&d->chunk, &before);
		if (before.entries > 0)
			return 1;
		d->dividing = alone;
		d->divided = 0;
		d->step = alone ? 1 : (s.upto - s.above) / 2;
		return 0;
	}
	d->step = d->step * 2 < STEP_MAX ? d->step * 2 : STEP_MAX;
	d->at = s.upto;
	d->chunk.span.upto = s.upto;
	return 0;
}

int sat_delta_next(sat_delta *d, const sat_chunk **chunk, sat_error *err)
{
	int rc = begin_chunk(d, err);
	if (rc == 0 && d->track == SAT_TRACK_FILES) {
		rc = sat_delta_next_pieces(d, err);
		*chunk = &d->chunk;
		return rc;
	}
	while (rc == 0 && d->gap < d->gap_count) {
		if (d->at < d->gaps[d->gap].upto) {
			rc = step(d, err);
			continue;
		}
		if (++d->gap < d->gap_count)
			d->at = d->gaps[d->gap].above;
		if (d->chunk.entries > 0)
			break;
		count_chunk(d);
		rc = begin_chunk(d, err);
	}
	if (rc < 0)
		return rc;
	count_chunk(d);
	if (d->chunk.entries == 0)
		return 0;
	if (d->track == SAT_TRACK_RECORDS && (rc = sat_delta_add_moments(d, err)) != 0)
		return rc;
	*chunk = &d->chunk;
	return 1;
}

void sat_delta_totals(const sat_delta *d, size_t *records, size_t *withheld, bool *assumed)
{
	*records = d->records;
	*withheld = d->withheld;
	*assumed = d->assumed;
}
