/* Frames: the sections of FORMAT.md, section 3, between bytes and the structs of core.
 *
 * Writing turns a chunk (core/chunk.h) into the plaintext of one frame.  Reading parses a plaintext
 * strictly: every count is checked against the bytes that are left before anything is allocated, and
 * what is expanded is bounded as a whole.  Dots of the frame become dots of the store, which gives new
 * incarnations an index: reading therefore happens inside a transaction, and only for frames whose
 * sender was verified.
 *
 * A chunk, sat_frame_write, and the bundle's writer; on the other side the bundle's reader, sat_frame_read,
 * and sat_admission.  What lies between is told in frame-private.h.
 */
#ifndef SAT_FRAME_H
#define SAT_FRAME_H

#include "core/chunk.h"
#include "core/store.h"

#define SAT_FRAME_BYTES_MAX (1114112u)  /* expanded: 1 MiB and 64 KiB */
/* What a chunk may estimate: its frame stays below the limit, and an export below 32 MiB of memory. */
#define SAT_CHUNK_BYTES_MAX (800000u)
/* Cells of all blocks of one frame: bounds what a hostile frame makes us allocate. */
#define SAT_FRAME_CELLS_MAX (4u << 20)

enum {
	SAT_SECTION_INCARNATIONS = 1,
	SAT_SECTION_STATEMENTS = 2,
	SAT_SECTION_TOMBSTONES = 3,
	SAT_SECTION_DECISIONS = 4,
	SAT_SECTION_BLOCK = 5,
	SAT_SECTION_ASKS = 6,
	SAT_SECTION_MOMENTS = 7,
	SAT_SECTION_PIECES = 8,
	SAT_SECTION_SKIPPABLE = 128,
};

/* Appends the plaintext of a frame to `frame`.  SAT_ELIMIT when it comes out larger than a frame may be;
 * `frame` then holds some of it. */
int sat_frame_write(sat_store *store, const sat_chunk *chunk, sat_bytes *frame, sat_error *err);

/* What one incarnation statement says; its signature is yet to be checked. */
typedef struct sat_incarnation_claim {
	int64_t index;               /* in this store */
	sat_device_id device;
	int64_t highest;
	const uint8_t *signature;    /* SAT_SIGNATURE_BYTES */
} sat_incarnation_claim;

/* What a frame holds, one array for each section; NULL and 0 for a section that is not there.  Batches are
 * as long as their `decision_counts`, in the order of `decisions`. */
typedef struct sat_frame_content {
	sat_incarnation_claim *claims;
	sat_object *statements;
	sat_dot *tombstones;
	sat_under *under;            /* of those: under which labels they stood */
	sat_batch *batches;
	const bool **in;             /* by batch: which leaves are in; NULL: all */
	sat_decision *decisions;
	size_t *decision_counts;
	sat_block *blocks;
	sat_asked *asks;
	sat_moment *moments;
	sat_file_pieces *pieces;
	size_t claim_count, statement_count, tombstone_count, under_count, batch_count, decision_count, block_count,
		ask_count, moment_count;
} sat_frame_content;

/* Parses a plaintext; the content lives in `arena` and borrows from `data`.
 * SAT_EREFUSED with the place of a breach, SAT_ETOONEW for a section that must be understood,
 * SAT_ELIMIT.  In a transaction. */
int sat_frame_read(sat_store *store, const void *data, size_t length, sat_arena *arena,
                   sat_frame_content *content, sat_error *err);

#endif
