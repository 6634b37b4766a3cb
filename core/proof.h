/* A decision by itself, with everything that proves it to somebody who has no store.
 *
 *     details -> commitment -> core -> name -> path to the root of its batch -> signature of the author
 *     author's incarnation -> statement of the author's device -> approval by headquarters
 *
 * Whoever checks a proof learns that the device of these keys signed the decision, and that a headquarters of
 * *these* keys approved the device.  Whether that is the headquarters one knows is a question of its keys,
 * whose id is short enough to be read aloud.
 */
#ifndef SAT_PROOF_H
#define SAT_PROOF_H

#include "batch.h"
#include "registry-statement.h"

/* Bytes of a subject as the format names it: of an unlinked record, the longer form. */
#define SAT_SUBJECT_BYTES_MAX 24

typedef struct sat_proof {
	sat_decision decision;          /* ids are 0; salt and name are worked out from the rest */
	uint8_t subject[SAT_SUBJECT_BYTES_MAX];
	size_t subject_bytes;
	uint8_t incarnation[SAT_INCARNATION_BYTES];
	int64_t counter;                /* the decision's */
	int64_t first;                  /* counter of leaf 0 of the batch */
	uint32_t leaves;
	uint8_t signature[SAT_SIGNATURE_BYTES];             /* of the batch */
	const uint8_t *path;            /* hashes of the subtrees that do not hold the decision */
	size_t path_count;
	sat_public author;
	int64_t highest;                /* counter that the author's device signed for */
	uint8_t incarnation_signature[SAT_SIGNATURE_BYTES];
	sat_public registry;
	const uint8_t *approval;        /* statement of the registry about the author; NULL when that is itself */
	size_t approval_bytes;
} sat_proof;

/* Gathers the proof of a decision of this store, sealed and with its salt; lists in `arena`, texts of the
 * decision borrowed.  With `details` unset it proves the core alone.  SAT_ENOTFOUND when something of it is not
 * here: the statement of its incarnation, its author's approval. */
int sat_proof_make(sat_store *store, const sat_decision *decision, bool details, sat_arena *arena, sat_proof *proof,
                   sat_error *err);

/* Checks a proof from anywhere, and fills in the name of its decision.  `*approved` receives what the registry
 * of the proof says about the author; its role is SAT_REGISTRY and its name empty when that is the registry
 * itself.  SAT_EFORGED with a sentence on what does not hold. */
int sat_proof_check(sat_proof *proof, sat_approval *approved, sat_error *err);

#endif
