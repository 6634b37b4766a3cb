/* The ledger: what was sent to whom and confirmed, what came from whom, and the receipts between.
 *
 * Bundles and receipts name hashes; only the sender's ledger maps them to its local sequence.
 *
 *     merge B    each intact frame: missing (beyond statements) | declined | settled
 *                if B assumes nothing, or our present incarnation: note those states; else nothing
 *                all frames of B known, what B rests on is held, and no part of its export follows:
 *                hold B, forget its settled frames and those that it rests on
 *     receipt    {incarnation, counter, held, settled, declined}: complete every time
 *     send       base = the greatest end that the ledger knows for a held name, else 0
 *                covered = up to base, and the intervals of settled and declined frames
 *                send the gaps up to the present; the new bundle rests on base and on those frames
 *
 * Pieces of files have a sequence of their own, in which what is withheld or left out for want of room stays open:
 * a frame of theirs covers its pieces and nothing else, and a bundle that is held stands for a list of intervals,
 * kept with it: those of its base, of the frames that it rests on, and its own.  A plan passes over what any held
 * bundle stands for, but the next bundle stands for no more than what it rests on itself.
 *
 * Only receipts of the incarnation of a peer that was heard last count, and of those only the one with
 * the greatest counter.  An incarnation that was followed by another is past for ever: a store that
 * was restored, or copied, speaks under a new one.
 */
#ifndef SAT_LEDGER_H
#define SAT_LEDGER_H

#include "core/chunk.h"
#include "manifest.h"

#define SAT_HELD_MAX 16   /* bundles held that a receipt names, a peer */

/* What to send to a peer now. */
typedef struct sat_plan {
	sat_name16 base;          /* zeros: the beginning */
	int64_t base_upto;
	int64_t upto;             /* the present sequence */
	sat_span *gaps[SAT_TRACKS]; /* by track; in the arena */
	size_t gap_count[SAT_TRACKS];
	sat_span *files;          /* of the track of files: what base and rests stand for */
	size_t file_count;
	sat_name16 *rests;        /* frames above the base that are confirmed */
	size_t rest_count;
	bool vouches;             /* others' writes go as well */
} sat_plan;
int sat_ledger_plan(sat_store *store, int64_t device, sat_arena *arena, sat_plan *plan, sat_error *err);

/* From now on we vouch to the device for what others wrote: plans begin at the beginning, resting on nothing,
 * until it has confirmed a bundle that was made by such a plan. */
int sat_ledger_vouch(sat_store *store, int64_t device, sat_error *err);

/* Notes a bundle that is durable on its carrier. */
typedef struct sat_sent_frame {
	sat_name16 name;
	int track;
	bool part;      /* of one record that is larger than a frame */
	sat_span span;
} sat_sent_frame;
int sat_ledger_sent(sat_store *store, int64_t device, const sat_name16 *bundle, int64_t upto, int64_t assumes,
                    const char *file, const uint8_t courier[static SAT_COURIER_BYTES],
                    const sat_sent_frame *frames, size_t frame_count, sat_error *err);
/* What a bundle that was noted stands for on the track of files, once it is held: `files` and the frames that went
 * before it in its export. */
int sat_ledger_sent_files(sat_store *store, const sat_name16 *bundle, const sat_span *files, size_t count,
                          sat_error *err);

/* Fills in the receipt of a manifest for a peer (lists in `arena`). */
int sat_ledger_receipt(sat_store *store, int64_t device, sat_manifest *manifest, sat_arena *arena,
                       sat_error *err);
/* How many names such a receipt would list. */
int sat_ledger_receipt_names(sat_store *store, int64_t device, size_t *names, sat_error *err);
/* True when the peer sent something that no receipt of ours has named. */
int sat_ledger_receipt_due(sat_store *store, int64_t device, bool *due, sat_error *err);

/* A verified manifest of a peer arrived: notes which incarnation was heard, and takes its receipt. */
int sat_ledger_heard(sat_store *store, int64_t device, const sat_manifest *manifest, int64_t incarnation,
                     sat_error *err);

/* True when a peer's receipt names something that was sent under our present incarnation. */
int sat_ledger_present_heard(sat_store *store, int64_t device, const sat_manifest *manifest, bool *yes,
                             sat_error *err);

typedef enum sat_frame_state { SAT_FRAME_NONE = 0, SAT_FRAME_SETTLED = 1, SAT_FRAME_DECLINED = 2 } sat_frame_state;
/* The frames of a bundle came in with these states (NONE: lost or missing something). */
int sat_ledger_got(sat_store *store, int64_t device, const sat_name16 *bundle, const sat_manifest *manifest,
                   const sat_frame_state *states, sat_error *err);
/* True when the bundle was merged before and nothing was left open. */
int sat_ledger_done(sat_store *store, const sat_name16 *bundle, bool *done, sat_error *err);

/* True when a bundle of ours, written under this file name, has been confirmed; `courier` receives the
 * token that its header must promise, so that no other file is taken for it. */
int sat_ledger_confirmed(sat_store *store, const char *file, uint8_t courier[static SAT_COURIER_BYTES],
                         bool *confirmed, sat_error *err);

/* True when a bundle of ours was confirmed: as a whole, or frame by frame. */
int sat_ledger_bundle_confirmed(sat_store *store, const sat_name16 *bundle, bool *confirmed, sat_error *err);

/* Where a peer stands: the parts of a track's sequence that are received, copied and unsent. */
typedef struct sat_standing {
	sat_span *received, *copied, *unsent;
	size_t received_count, copied_count, unsent_count;
	int64_t last_receipt;
} sat_standing;
int sat_ledger_standing(sat_store *store, int64_t device, int track, sat_arena *arena, sat_standing *standing,
                        sat_error *err);

#endif
