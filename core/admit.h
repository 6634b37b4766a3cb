/* Admitting: what comes in from a sender whose signature was checked, entry by entry.
 *
 * The caller has opened a transaction and admits the sections of all intact frames of one bundle, in
 * their order.  Every entry is checked for itself: that its dots are the sender's to use, that the
 * statements which arrived cover them, and that consent allows it here.  The result of a frame says
 * whether it is settled, declined or has something missing; nothing is ever half-admitted, since the
 * transaction is one.
 *
 *     sat_admission_begin(&admission, store, &sender, err)
 *     for each frame: sat_admission_frame(admission), then its sections in the order of their types:
 *         sat_admit_tombstones, sat_admit_decisions, sat_admit_blocks, sat_admit_asks, sat_admit_moments
 *         sat_admission_of_frame(admission)
 *     sat_admit_files_end(admission)          (admit-files.h, for a frame of a file sat_admit_pieces)
 *     sat_admission_total(admission)
 *
 * Every sat_admit_... returns 0, SAT_EREFUSED when the sender claims what is another's, SAT_ENOMEM, or what
 * the store reports; after an error the transaction has to be rolled back.  What lies behind it is told in
 * admit-private.h.
 */
#ifndef SAT_ADMIT_H
#define SAT_ADMIT_H

#include "block.h"
#include "chunk.h"
#include "gate.h"
#include "store.h"

typedef struct sat_admission sat_admission;

/* Who brings it, as far as that decides what is admitted. */
typedef struct sat_sender {
	int64_t device;       /* sat_device.id */
	int64_t incarnation;  /* index of the sender's present one: what it tells is noted as told by it */
	bool registry;        /* may bring anybody's writes */
	bool vouches;         /* brings others' writes, which are shown as vouched for */
	bool revoked;         /* only what lies at or below its accepted points */
} sat_sender;

/* What came of it, in numbers. */
typedef struct sat_outcome {
	size_t records;       /* records that are new or changed, each once however many frames it takes */
	size_t conflicts;     /* fields that came to be in conflict */
	size_t declined;      /* values that consent did not let in */
	size_t missing;       /* entries beyond the statements that have arrived */
	size_t set_aside_decisions; /* of those, decisions about consent */
	size_t set_aside;     /* entries of a revoked device beyond its accepted points */
	size_t waiting;       /* entries for records whose creation is not known */
	size_t decisions, statements, tombstones;
	size_t pieces;        /* of files, that are new */
} sat_outcome;

/* Owned by the caller; borrows the store, copies `sender`.  SAT_ENOMEM. */
int sat_admission_begin(sat_admission **admission, sat_store *store, const sat_sender *sender,
                        sat_error *err);
/* NULL is fine. */
void sat_admission_free(sat_admission *admission);
SAT_AUTO_DEFINE(sat_admission)

/* A frame begins: its outcome is counted from here. */
void sat_admission_frame(sat_admission *admission);

/* All blocks of one frame, together, since their creations become runs.  Values are borrowed for the call. */
int sat_admit_blocks(sat_admission *admission, const sat_block *blocks, size_t count, sat_error *err);
/* Decisions of a frame: `counts[i]` of them belong to batch i; signatures checked by the caller. */
int sat_admit_decisions(sat_admission *admission, const sat_batch *batches, const sat_decision *decisions,
                        const size_t *counts, size_t batch_count, sat_error *err);
/* Records that were erased, and labels under which some of them stood; anybody may pass on a tombstone, but a
 * revoked device's are set aside. */
int sat_admit_tombstones(sat_admission *admission, const sat_dot *records, size_t count, const sat_under *under,
                         size_t under_count, sat_error *err);
/* Asks: records to send again.  One that took effect before does nothing. */
int sat_admit_asks(sat_admission *admission, const sat_asked *asks, size_t count, sat_error *err);
/* Moments of writes that the sender may bring; one that is known stays as it is. */
int sat_admit_moments(sat_admission *admission, const sat_moment *moments, size_t count, sat_error *err);

/* What the frame came to, and what the whole admission came to; borrowed until the next call. */
const sat_outcome *sat_admission_of_frame(const sat_admission *admission);
const sat_outcome *sat_admission_total(const sat_admission *admission);
/* Counts registry statements, which registry-statement.h admitted, into the outcome, and heeds what they change: a
 * date or an approval counts at once, and new audiences of ours ask again for what was declined. */
int sat_admission_heed_statements(sat_admission *admission, size_t count, sat_error *err);

#endif
