/* Registry statements: approvals, revocations, programmes, dates, releases from quarantine; and receipts for
 * erasures, which are such statements by any device.
 *
 * Each is one object signed by its issuer (FORMAT.md, 3.2).  They are a grow-only set that every
 * replica keeps and passes on, so that a restored registry relearns its own.  A statement of an unknown
 * type is kept and passed on unread.
 *
 * The registry makes them with sat_statement_issue; everybody else admits what arrives with
 * sat_statement_admit.  What an admitted one does is in registry-effect.h.
 */
#ifndef SAT_REGISTRY_STATEMENT_H
#define SAT_REGISTRY_STATEMENT_H

#include "bytes.h"
#include "keys.h"
#include "store.h"

typedef enum sat_statement_type {
	SAT_SIGNED_APPROVAL = 1,
	SAT_SIGNED_REVOCATION = 2,
	SAT_SIGNED_PROGRAMME = 3,
	SAT_SIGNED_SUCCESSION = 4,      /* reserved */
	SAT_SIGNED_DATE = 5,
	SAT_SIGNED_RELEASE = 6,
	SAT_SIGNED_ERASURE = 7,         /* by any device: see erasure.h */
} sat_statement_type;

/* An approval taken apart. */
typedef struct sat_approval {
	sat_public keys;
	sat_device_id device;           /* whose id is made of the keys */
	sat_role role;
	char name[128], audiences[256]; /* as in sat_device */
} sat_approval;

#define SAT_STATEMENT_BYTES_MAX (1u << 20)

/* A statement taken apart; it borrows from the object that it was read from. */
typedef struct sat_statement {
	uint8_t type;                   /* sat_statement_type, or one that only a newer Satchel knows */
	sat_device_id issuer;           /* who it says that signed it */
	uint64_t serial;
	int64_t time;                   /* when, by the issuer's clock, seconds since 1970 */
	sat_cursor body;
	const uint8_t *signature;       /* SAT_SIGNATURE_BYTES, unchecked */
	size_t signed_bytes;            /* of the object, from its start */
	uint8_t name[SAT_HASH_BYTES];   /* hash of the whole object */
} sat_statement;

/* Takes an object apart without believing any of it: SAT_EDAMAGED when it has no statement's form. */
int sat_statement_read(sat_statement *statement, const void *object, size_t length, sat_error *err);

/* False when the body of an approval breaks the format. */
bool sat_approval_read(sat_approval *approval, const sat_statement *statement);
/* True when the statement bears the signature of these keys, whose device it names as its issuer. */
bool sat_statement_signed_by(const sat_statement *statement, const void *object, const sat_public *keys);

/* Signs a statement with this body and admits it, at the registry (elsewhere SAT_EUSAGE).  In a
 * transaction. */
int sat_statement_issue(sat_store *store, const sat_identity *identity, sat_statement_type type,
                        const void *body, size_t length, sat_error *err);
/* Signs a statement by this device, whichever it is, and admits it.  In a transaction. */
int sat_statement_sign(sat_store *store, const sat_identity *identity, sat_statement_type type, int64_t serial,
                       const void *body, size_t length, sat_error *err);
/* Admits one that came from elsewhere: checks the issuer's signature, keeps it, and lets it take effect.
 * `told` is the incarnation that brought it, 0 for none.  A known one changes nothing (`*fresh` false), and
 * neither does a receipt by a device that is not known yet: it comes again by way of the registry.
 * SAT_EFORGED, SAT_EDAMAGED; SAT_ETOONEW or SAT_EREFUSED for a programme that cannot be read here, which
 * is not kept.  In a transaction. */
int sat_statement_admit(sat_store *store, const void *object, size_t length, int64_t told, bool *fresh,
                        sat_error *err);

#endif
