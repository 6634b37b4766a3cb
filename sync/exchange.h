/* Exchange: bundles out of a store and into it.
 *
 * This is what programs call.  It joins delta and admission (core) with the bundle codec and the
 * ledger, and moves sealed bytes through a carrier; it holds no rules of its own about who may see
 * what.
 */
#ifndef SAT_EXCHANGE_H
#define SAT_EXCHANGE_H

#include "carrier.h"
#include "core/delta.h"
#include "core/device.h"
#include "core/keys.h"
#include "core/store.h"
#include "seal.h"

typedef enum sat_level {
	SAT_LEVEL_STICK,     /* zstd level for media: quick */
	SAT_LEVEL_SLOW_LINK, /* zstd level for slow links: small */
} sat_level;

/* Which files go along.  Records and what leads always go whole. */
typedef enum sat_export_files { SAT_FILES_ALL, SAT_FILES_PREVIEWS, SAT_FILES_NONE } sat_export_files;

typedef struct sat_export_options {
	sat_form form;
	sat_level level;
	bool vouch;                  /* bring others' writes as well: when a laptop was lost.  Goes for every
	                              * export from now on until the peer has confirmed them, and sends again
	                              * what it confirmed before, since that did not hold them */
	bool tell_revoked;           /* a revoked peer is sent the statement that revoked it, and nothing else,
	                              * instead of being refused */
	sat_export_files files;
	uint64_t budget_bytes; /* files go only as far as all bundles together stay within this: previews, then
	                              * originals, smallest first; 0: no end */
	uint64_t bundle_bytes_max;   /* an export is split into bundles of at most this; 0: 1 GiB */
	sat_progress progress;       /* may be NULL */
	void *progress_context;
} sat_export_options;

/* One bundle that was written. */
typedef struct sat_exported {
	char file[64];               /* its name in the carrier's place */
	char to[SAT_DEVICE_NAME_BYTES];
	uint64_t bytes;
	size_t records;              /* records in this bundle */
	size_t withheld;             /* records of this export of which consent kept something back: counted at
	                              * its last bundle, since those may be in none */
	uint64_t file_bytes;         /* of files, in this bundle */
	sat_file_totals files;       /* of this export: counted at its last bundle */
	bool request;                /* an enrolment request, nothing else */
	bool revocation;             /* that the recipient was revoked, nothing else */
} sat_exported;

typedef int (*sat_on_exported)(void *context, const sat_exported *exported);

/* Exports to one peer what it has not confirmed: one bundle, or several when it is large; none of
 * data, but a request, when this replica is not approved yet.  `each` is called for every bundle that
 * is durable.  Begins and ends its own transactions.  SAT_EWAITING when it may not send yet and a
 * person has to act, SAT_EREVOKED for a revoked peer, the carrier's errors. */
int sat_export(sat_store *store, const sat_identity *identity, int64_t device, sat_carrier *carrier,
               const sat_export_options *options, sat_on_exported each, void *context, sat_error *err);

/* What came of one bundle. */
typedef enum sat_verdict {
	SAT_MERGED, SAT_ENROLMENT, SAT_DUPLICATE, SAT_SALVAGED, SAT_WAITING, SAT_UNKNOWN_SENDER,
	SAT_REVOKED_SENDER, SAT_NOT_FOR_US, SAT_DAMAGED, SAT_FORGED, SAT_TOO_NEW, SAT_REFUSED_BUNDLE,
} sat_verdict;
/* "merged", "enrolment", ... as scripts see it.  Borrowed for ever. */
const char *sat_verdict_name(sat_verdict verdict);

typedef struct sat_merged {
	char file[256];
	sat_verdict verdict;
	char reason[2 * SAT_ERROR_MESSAGE_BYTES]; /* one sentence: what happened, what is safe, what to do */
	size_t records, decisions, conflicts, declined;
	size_t pieces;               /* of files, that are new here */
	int64_t device;              /* the sender, 0 when it is not known */
	bool told_us;                /* the sender is a peer to whom a reply makes sense */
} sat_merged;

/* Merges one bundle of a carrier's place in one transaction.  A bundle that cannot be merged is no
 * error: `merged` says why and nothing is changed.  Negative only when the store or the medium failed,
 * and then nothing is changed either. */
int sat_merge(sat_store *store, const sat_identity *identity, sat_carrier *carrier, const char *name,
              sat_merged *merged, sat_progress progress, void *progress_context, sat_error *err);

/* Removes from a carrier's place the bundles that this replica wrote and that were confirmed since;
 * everything else stays.  `*dropped` receives how many. */
int sat_tidy(sat_store *store, sat_carrier *carrier, size_t *dropped, sat_error *err);

/* Checks every byte of a bundle.  Where it is sealed to this identity that includes seal, signature and
 * every frame, and `*opened` is true; else (or when identity is NULL) form and file hash alone, which
 * prove nothing about origin.  0 when it is whole; else the error says what is wrong with it. */
int sat_bundle_verify(sat_store *store, const sat_identity *identity, sat_carrier *carrier, const char *name,
                      bool *opened, sat_error *err);

/* Appends a JSON object about a bundle to `json`: what anybody can see and, where it is sealed to this
 * identity, what is in it. */
int sat_bundle_inspect(sat_store *store, const sat_identity *identity, sat_carrier *carrier, const char *name,
                       sat_bytes *json, sat_error *err);

/* Files that a peer may have: how many have pieces that are not copied yet, how many have none of these but some
 * that are not confirmed, and how many are confirmed as far as they are here; and the bytes of all such pieces. */
typedef struct sat_file_status {
	size_t unsent, copied, received;
	uint64_t unsent_bytes, copied_bytes, received_bytes;
} sat_file_status;

/* Where an exchange with one peer stands. */
typedef struct sat_peer_status {
	char name[SAT_DEVICE_NAME_BYTES];
	char role[16];
	int64_t device;
	size_t unsent;               /* records changed since the last bundle for it was written */
	size_t copied;               /* in a bundle, not confirmed */
	size_t received;             /* confirmed by its incarnation heard last */
	sat_file_status files;
	int64_t last_receipt;        /* seconds since 1970 by our clock, 0 for never */
} sat_peer_status;

typedef struct sat_status {
	sat_peer_status *peers;      /* in `arena` */
	size_t peer_count;
	size_t withheld;             /* records of which consent keeps something from the registry */
	size_t conflicts;            /* fields in conflict */
	size_t quarantined;          /* bundles set aside */
} sat_status;
int sat_status_read(sat_store *store, sat_arena *arena, sat_status *status, sat_error *err);

/* The local sequence of the registry's newest statement here that revokes `device`; 0 when none does.  Its
 * own device row never says that a store was revoked: it stays "self", so that it goes on recording. */
int sat_revocation_of(sat_store *store, const sat_device_id *device, int64_t *seq, sat_error *err);

/* Bundles set aside until a person decides. */
typedef struct sat_set_aside {
	char bundle[33];             /* name in hex */
	char sender[SAT_DEVICE_NAME_BYTES];
	char *reason;                /* in `arena` */
	int64_t at;
	char state[16];              /* waiting, released, rejected */
} sat_set_aside;
/* At the registry: a person lets a bundle that was set aside in (it takes effect when the bundle is
 * merged again, here and at every replica), or rejects it.  `bundle` is the beginning of its name in
 * hex.  SAT_ENOTFOUND.  Begins and ends its own transaction. */
int sat_quarantine_decide(sat_store *store, const sat_identity *identity, const char *bundle, bool accept,
                          sat_error *err);
int sat_quarantine_list(sat_store *store, sat_arena *arena, sat_set_aside **list, size_t *count,
                        sat_error *err);

#endif
