/* Registry statements: approvals, revocations, programmes, dates, releases from quarantine.
 *
 * Each is one object signed by the registry (FORMAT.md, 3.2).  They are a grow-only set that every
 * replica keeps and passes on, so that a restored registry relearns its own.  What devices there are,
 * and what they may, is worked out from the set and kept in sat_device.
 */
#ifndef SAT_REGISTRY_H
#define SAT_REGISTRY_H

#include "arena.h"
#include "keys.h"
#include "store.h"
#include "words.h"

typedef enum sat_statement_type {
	SAT_SIGNED_APPROVAL = 1,
	SAT_SIGNED_REVOCATION = 2,
	SAT_SIGNED_PROGRAMME = 3,
	SAT_SIGNED_SUCCESSION = 4,
	SAT_SIGNED_DATE = 5,
	SAT_SIGNED_RELEASE = 6,
} sat_statement_type;

#define SAT_DEVICE_NAME_BYTES 128
#define SAT_STATEMENT_BYTES_MAX (1u << 20)
/* Unknown devices whose requests a registry keeps; more are refused until some are decided. */
#define SAT_PENDING_MAX 256

/* What is known of a device.  `id` is this store's number for it, 1 is ourselves. */
typedef struct sat_device {
	int64_t id;
	sat_device_id device;
	sat_public keys;
	sat_role role;
	char name[SAT_DEVICE_NAME_BYTES];
	char audiences[256];         /* sorted words */
	char state[16];              /* self, pending, approved, revoked */
	int64_t heard;               /* incarnation heard last, 0 for none */
	int64_t heard_counter;
	bool confirmed;              /* a person here confirmed the six words */
} sat_device;

/* By number, by device id: SAT_ENOTFOUND when there is none. */
int sat_device_get(sat_store *store, int64_t id, sat_device *device, sat_error *err);
int sat_device_find(sat_store *store, const sat_device_id *device, sat_device *out, sat_error *err);
/* By what a person types: a name, or the beginning of the id in hex.  SAT_EINVALID when several fit. */
int sat_device_named(sat_store *store, const char *text, sat_device *out, sat_error *err);
/* All of them in the order of their numbers, in `arena`. */
int sat_devices(sat_store *store, sat_arena *arena, sat_device **devices, size_t *count, sat_error *err);
/* The registry as this replica knows it (itself, at the registry).  SAT_ENOTFOUND on a laptop without one. */
int sat_device_registry(sat_store *store, sat_device *out, sat_error *err);

/* Notes an unknown device that asked to be let in.  `*id` receives its number.
 * SAT_ELIMIT above SAT_PENDING_MAX.  In a transaction. */
int sat_device_request(sat_store *store, const sat_public *keys, sat_role role, const char *name, int64_t *id,
                       sat_error *err);

/* The six words between this replica and a device (at the registry), or between the registry and
 * this replica (elsewhere: `device` is then the registry). */
void sat_device_words(sat_store *store, const sat_device *device, char words[static SAT_WORDS_CHARS],
                      sat_error *err);

/* At the registry: approves the pending device whose six words these are.  SAT_ENOTFOUND when they
 * are nobody's: then somebody's keys were swapped on the way.  In a transaction. */
int sat_device_approve(sat_store *store, const sat_identity *identity, const char *words,
                       const char *audiences, sat_device *approved, sat_error *err);
/* At the registry: revokes a device; accepted are the counters that have arrived here. In a transaction. */
int sat_device_revoke(sat_store *store, const sat_identity *identity, int64_t id, sat_error *err);
/* On a laptop: its owner says that the six words matched.  In a transaction. */
int sat_device_confirm(sat_store *store, sat_error *err);
/* True when this replica may send data: at the registry always; elsewhere when it was approved and its
 * owner confirmed.  SAT_EWAITING with a sentence that says what is to be done, when it may not. */
int sat_may_send(sat_store *store, sat_error *err);

/* Signs and admits a statement at the registry.  In a transaction. */
int sat_statement_issue(sat_store *store, const sat_identity *identity, sat_statement_type type,
                        const void *body, size_t length, sat_error *err);
/* Admits one that came from elsewhere: checks the issuer's signature and takes effect.  Known ones
 * change nothing (*fresh false).  SAT_EFORGED, SAT_EDAMAGED.  In a transaction. */
int sat_statement_admit(sat_store *store, const void *object, size_t length, int64_t told, bool *fresh,
                        sat_error *err);

/* Invitations: a JSON document with the registry's keys, the role, and its statements (its own
 * approval, the programme).  Appended to `file`. */
int sat_invitation_write(sat_store *store, sat_role role, sat_bytes *file, sat_error *err);
/* Makes a store out of an invitation, as sat_store_create does, and opens nothing. */
int sat_invitation_accept(const char *path, const void *file, size_t length, const char *name,
                          const sat_identity *identity, const sat_store_options *options,
                          const sat_env *env, sat_error *err);
/* At `init --registry`: the registry approves itself and publishes its programme.  In a transaction. */
int sat_registry_found(sat_store *store, const sat_identity *identity, sat_error *err);

/* This device's signed statement about one of its incarnations (FORMAT.md, 3.1); for the present one
 * the highest counter is the latest.  Refreshes sat_incarnation.  In a transaction. */
int sat_incarnation_sign(sat_store *store, const sat_identity *identity, int64_t index, sat_error *err);
/* What the signature of an incarnation statement is over. */
void sat_incarnation_digest(const uint8_t name[static SAT_INCARNATION_BYTES], const sat_device_id *device,
                            int64_t highest, uint8_t digest[static SAT_HASH_BYTES]);

#endif
