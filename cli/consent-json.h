/* A decision and its proof as JSON, by the names of ISO/IEC TS 27560 and CONSENT.md, and back.
 *
 * Every member is either part of what was signed or checked against it, so nothing can be said beside the
 * signature: a member that is not known here is refused.
 */
#ifndef CLI_CONSENT_JSON_H
#define CLI_CONSENT_JSON_H

#include "command.h"
#include "core/proof.h"

/* Owned by the caller; NULL with SAT_ENOMEM in `err`. */
json_t *cli_proof_json(const sat_proof *proof, sat_error *err);
/* Lists and texts go into `arena` or are borrowed from `json`.  SAT_EINVALID with the member that is missing,
 * wrong, or not known. */
int cli_proof_read(const json_t *json, sat_arena *arena, sat_proof *proof, sat_error *err);

/* A subject's bytes as an id: "a3f9c2e1b4d5f607-12", or 32 digits. */
void cli_subject_text(const uint8_t *subject, size_t bytes, char text[static SAT_ID_CHARS]);

#endif
