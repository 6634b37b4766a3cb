/* Labels: what stands under them, worked out from what somebody holds, and what that asks of every step.
 *
 * A label is a decision under the purpose `protocol` about a record.  What refers to that record in a value
 * that has content, or concerns it, stands under it, and so does what refers to that; of what was erased it
 * is said (holdings.h, `under`).  Core climbs from a record to the labels above it; here everything that a
 * recipient may not see is spread downwards from the labels until nothing more is reached.
 *
 * Of what a device does not see it hears nothing, unless it holds something at or below it: then it has to
 * heed labels, withdrawals and tombstones.  Whether it does is known from bundles that went there, or came
 * from there, as the machine in question remembers it: who is restored has forgotten some.
 */
#ifndef SIM_LABELS_H
#define SIM_LABELS_H

#include "holdings.h"
#include "parcel.h"
#include "sync/frame.h"

/* True when the words of a label keep its record where it is. */
bool labels_stay(const char *recipients);
/* True when the holder knows of any label. */
bool labels_any(const world *w, const holdings *h);
/* Records that labels keep from a recipient, among all names that are known here. */
dots labels_unseen(const world *w, const holdings *h, const model_recipient *to);
/* The labelled records above a record as `h` knows it; `also` (may be NULL) knows more of what it refers to.
 */
dots labels_above(const world *w, const holdings *h, const holdings *also, world_dot record);
/* What a record told by `from` would be to whoever holds `h`: a recipient who sees what `h` lets it see. */
bool labels_see_told(const world *w, const holdings *h, const holdings *from, world_dot record,
                     const model_recipient *to);

/* Notes what the records in a bundle refer to. */
void labels_note_above(const holdings *from, parcel *p);
/* Something about a record went to a device, or came from it; `surely` when nothing of it was lost. */
void labels_dealt(dealings *d, int device, world_dot record, bool surely);
/* Whether a device may hear of a record: it sees it, or holds something at or below it. */
bool labels_hears(const world *w, const machine *from, int device, world_dot record);
/* Whether `to` has to be told what is decided about a record at the end: it sees it, or holds something of
 * which itself it knows that it stands at or below, and of which `from` knows that it went there or came from
 * there. */
bool labels_must_hear(const world *w, const machine *from, const machine *to, world_dot record);

/* True when the open store writes under the incarnation of the dot. */
bool labels_writes_under(world *w, const machine *m, world_dot dot);
/* 3: what was written just now is under an incarnation that is for nothing but records under the same labels.
 */
void labels_check_written(world *w, machine *m, const holdings *now, size_t first_value,
                          size_t first_decision);
/* 3: no record is newly here that is not seen here. */
void labels_check_admitted(world *w, machine *m, const holdings *now);
/* What tombstones stood under is known, and kept. */
void labels_check_step(world *w, machine *m, holdings *now);
/* 3: the dump shows what is seen here, and nothing else. */
void labels_check_dump(world *w, machine *m, holdings *now);
/* 3: a bundle is sent under an incarnation that everybody may know. */
void labels_check_sender(world *w, machine *from, const parcel *p);
/* 3: nothing in a frame is about what its recipient does not see. */
void labels_check_frame(world *w, machine *from, parcel *p, const sat_frame_content *content);
/* At the end: receipts for erasures under labels are where they may be. */
bool labels_receipt_goes(const world *w, const machine *from, int device, const model_decision *d);

#endif
