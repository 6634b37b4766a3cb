/* What the modules of the ledger share; see ledger.h.  Nobody outside of them includes this.
 *
 *   ledger.c         bundles, frames and receipts, both ways
 *   ledger-files.c   the track of files, on which a held bundle stands for intervals
 */
#ifndef SAT_LEDGER_PRIVATE_H
#define SAT_LEDGER_PRIVATE_H

#include "ledger.h"
#include "spans.h"

/* Adds the intervals of frames sent to a device on a track whose state is at least `least` and at most `most`; with
 * `parts_together`, a part of a record counts only when every other part that went with it does. */
int sat_ledger_frame_spans(sat_store *store, int64_t device, int track, int least, int most, bool parts_together,
                           sat_spans *list, sat_arena *arena, sat_error *err);

/* The track of files of a plan: its gaps, and what its base and rests stand for. */
int sat_ledger_plan_files(sat_store *store, int64_t device, sat_arena *arena, sat_plan *plan, sat_error *err);
/* The confirmed frames that the next bundle rests on: those above its base, and those of files that its base does
 * not stand for. */
int sat_ledger_plan_rests(sat_store *store, int64_t device, sat_arena *arena, sat_plan *plan, sat_error *err);
/* Adds all that the bundles held by a device stand for, as its newest receipt said. */
int sat_ledger_held_files(sat_store *store, int64_t device, sat_spans *list, sat_arena *arena, sat_error *err);
/* Notes that from the held bundles of a receipt. */
int sat_ledger_take_held_files(sat_store *store, int64_t device, const sat_manifest *manifest, sat_error *err);
/* Takes `*confirmed` back when a frame of files of the bundle is neither settled nor stood for. */
int sat_ledger_files_confirmed(sat_store *store, const sat_name16 *bundle, bool *confirmed, sat_error *err);
/* The latest sequence of the track. */
int sat_ledger_latest_piece(sat_store *store, int64_t *piece, sat_error *err);

#endif
