/* Decisions: what people said about their own data, signed, immutable, never forgotten.
 *
 * A decision is one event (given, refused, withdrawn ...) for one subject and one purpose, in one
 * *episode*.  A final withdrawal closes its episode and all below it for ever; a later yes opens the
 * next.  Within an episode a decision names, by hash, those that it supersedes; what nobody
 * supersedes is a *head*.  The signed core holds a commitment to the details (who granted it, how,
 * before whom), which may be withheld or erased while the core goes on proving itself.
 *
 * Decisions saved together are one batch: one signature over a tree of their names.  The bytes are
 * those of FORMAT.md, 3.4, on disk as on the wire.
 *
 * What follows from decisions is worked out in gate.h; this module keeps them.
 */
#ifndef SAT_CONSENT_H
#define SAT_CONSENT_H

#include "arena.h"
#include "keys.h"
#include "store.h"
#include "table.h"

typedef enum sat_event {
	SAT_REQUESTED = 1,
	SAT_DEFERRED,
	SAT_REFUSED,
	SAT_GIVEN,
	SAT_RENEWED,
	SAT_WITHDRAWN,   /* by the person */
	SAT_REVOKED,     /* by somebody else */
	SAT_EXPIRED,
	SAT_INVALIDATED,
	SAT_ENTERED_IN_ERROR,
} sat_event;
#define SAT_EVENT_LAST SAT_ENTERED_IN_ERROR
/* "given" ...; NULL for no event. */
const char *sat_event_name(sat_event event);
/* 0 for a name that is none. */
sat_event sat_event_of_name(const char *name);

/* The details, in the order of the format. */
enum {
	SAT_GRANTOR, SAT_RELATION, SAT_METHOD, SAT_LANGUAGE, SAT_INTERPRETER, SAT_WITNESS, SAT_EVIDENCE,
	SAT_NOTICE, SAT_PROCESS, SAT_DISSENT, SAT_DETAILS,
};
/* "grantor" ...  Borrowed for ever. */
const char *sat_detail_name(int detail);

#define SAT_SALT_BYTES 16
#define SAT_BATCH_MAX 4096
#define SAT_BATCH_BYTES_MAX 700000     /* of texts and fixed parts: a batch travels in one frame */
#define SAT_SUPERSEDES_MAX 64

typedef struct sat_decision {
	sat_dot id;
	sat_dot subject;
	const char *purpose;
	sat_event event;
	bool final;                    /* closes the episode; only withdrawn and revoked */
	uint32_t episode;
	int32_t until;                 /* last day of validity, days since 1970; 0: no end */
	const char *recipients;        /* sorted words; "" or NULL: nobody is left out */
	const uint8_t *supersedes;     /* names, SAT_HASH_BYTES each */
	size_t supersedes_count;
	bool has_details;
	bool own_salt;                 /* `salt` is its own, not the batch's piece */
	const char *details[SAT_DETAILS]; /* NULL or "": absent */
	int64_t claimed_time;          /* seconds since 1970, by the author's clock */
	uint8_t salt[SAT_SALT_BYTES];
	uint8_t commitment[SAT_HASH_BYTES];
	uint8_t name[SAT_HASH_BYTES];  /* hash of the core */
} sat_decision;

typedef struct sat_batch {
	sat_dot first;                 /* dot of leaf 0 */
	uint32_t leaves;
	bool has_seed;
	uint8_t seed[SAT_SALT_BYTES];
	uint8_t signature[SAT_SIGNATURE_BYTES];
	const uint8_t *proof;          /* hashes of the largest subtrees without a leaf that is here */
	size_t proof_count;
} sat_batch;

/* Fills in commitment and name from the other fields (and salt, where there are details). */
int sat_decision_seal(sat_store *store, sat_decision *decision, sat_error *err);

/* The root over leaves of which `here` (names in the order of leaves; `in[i]` says whether leaf i is
 * among them) are known and `proof` covers the rest.  SAT_EREFUSED when the proof does not fit. */
int sat_batch_root(const sat_batch *batch, const bool *in, const uint8_t (*here)[SAT_HASH_BYTES],
                   uint8_t root[static SAT_HASH_BYTES], sat_error *err);
/* What the signature of a batch is over. */
int sat_batch_digest(sat_store *store, const sat_batch *batch, const uint8_t root[static SAT_HASH_BYTES],
                     uint8_t digest[static SAT_HASH_BYTES], sat_error *err);
/* Checks a batch that came from elsewhere: works out salts and names of its decisions (`in` as above,
 * NULL: all leaves), the root, and the author's signature.  SAT_EFORGED. */
int sat_batch_verify(sat_store *store, const sat_batch *batch, const bool *in, sat_decision *decisions,
                     size_t count, const sat_public *author, sat_error *err);
/* The hashes that prove a batch without the leaves that are not `in`, given all names; in `arena`. */
int sat_batch_proof(sat_batch *batch, const bool *in, const uint8_t (*all)[SAT_HASH_BYTES],
                    sat_arena *arena, sat_error *err);

/* Records decisions made here: gives them dots, the open episode and what they supersede (all heads
 * of that episode), signs them as one batch, writes them, and erases what a final one erases.
 * `decisions` need subject, purpose, event, and whatever else is known; id, episode, supersedes, salt,
 * commitment and name are filled in (the list of what is superseded is not: ask the store).  At most
 * SAT_BATCH_MAX.  In a transaction.
 * SAT_EINVALID for an unknown purpose, or for `final` with another event than a withdrawal; SAT_ELIMIT
 * when they are too many or too long for one batch. */
int sat_consent_record(sat_store *store, const sat_identity *identity, sat_decision *decisions,
                       size_t count, sat_error *err);

/* Whether a whole batch is here already, with all details and under this signature: then a batch that
 * claims to be the same one has nothing to tell, and needs no check. */
int sat_batch_known(sat_store *store, const sat_batch *batch, bool *known, sat_error *err);

/* Keeps decisions that came from elsewhere and whose batch signature was checked; those that are here
 * already change nothing.  `told` is the incarnation that told them.  `*fresh` receives how many were
 * new.  In a transaction. */
int sat_consent_admit(sat_store *store, const sat_batch *batch, const sat_decision *decisions, size_t count,
                      int64_t told, size_t *fresh, sat_error *err);

/* All decisions about a subject, in `arena`: whole and sealed when `names` is set or one supersedes another;
 * else without details and names, which is all that the gate asks for. */
int sat_consent_of_subject(sat_store *store, sat_dot subject, bool names, sat_arena *arena,
                           sat_decision **decisions, size_t *count, sat_error *err);
/* Reads a row of `SELECT <SAT_CONSENT_COLUMNS> FROM sat_decision`; text is copied into `arena`. */
int sat_consent_row(sat_store *store, sat_stmt *row, sat_arena *arena, sat_decision *decision,
                    sat_error *err);
#define SAT_CONSENT_COLUMNS                                                                          \
	"id, subject, purpose, event, final, episode, until, recipients, supersedes, grantor, relation, " \
	"method, language, interpreter, witness, evidence, notice, process, dissent, claimed_time, "    \
	"salt, commitment"
/* The batch of a decision, its proof in `arena`. */
int sat_batch_of(sat_store *store, sat_dot decision, sat_arena *arena, sat_batch *batch, sat_error *err);
/* Salts of a row that has the batch's salt. */
void sat_batch_salt(const sat_batch *batch, sat_dot decision, uint8_t salt[static SAT_SALT_BYTES]);

/* The present episode of (subject, purpose): 0, or one above the greatest that was closed. */
uint32_t sat_consent_episode(const sat_decision *decisions, size_t count, const char *purpose);

#endif
