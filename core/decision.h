/* Decisions: what people said about their own data, one event for one subject and one purpose.
 *
 * A decision is immutable and named by the hash of its signed *core*.  The core holds a commitment to
 * the details (who granted it, how, before whom), which may be withheld or erased while the core goes on
 * proving itself.  The bytes are those of FORMAT.md, 3.4, on disk as on the wire.
 *
 *     sat_decision d = { .id = dot, .subject = person, .purpose = "identity", .event = SAT_GIVEN, ... };
 *     sat_decision_seal(store, &d, err)       commitment and name
 */
#ifndef SAT_DECISION_H
#define SAT_DECISION_H

#include "incarnation.h"
#include "keys.h"
#include "store.h"

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

/* Who speaks.  Each voice has decisions of its own about a subject and a purpose: those of one never
 * supersede those of another. */
typedef enum sat_voice {
	SAT_OWN_VOICE,   /* the person; for a community, its authority */
	SAT_GUARDIAN,    /* whoever decides for a person together with them */
} sat_voice;
#define SAT_VOICE_LAST SAT_GUARDIAN

/* The details, in the order of the format.  Terms are those that are rarely said (terms.h). */
enum {
	SAT_GRANTOR, SAT_RELATION, SAT_METHOD, SAT_LANGUAGE, SAT_INTERPRETER, SAT_WITNESS, SAT_EVIDENCE,
	SAT_NOTICE, SAT_PROCESS, SAT_DISSENT, SAT_TERMS, SAT_DETAILS,
};
/* "grantor" ...  Borrowed for ever. */
const char *sat_detail_name(int detail);

#define SAT_SALT_BYTES 16
#define SAT_SUPERSEDES_MAX 64

typedef struct sat_decision {
	sat_dot id;
	sat_dot subject;
	const char *purpose;
	sat_event event;
	sat_voice voice;
	bool final;                    /* closes the episode; only withdrawn and revoked */
	uint32_t episode;
	int32_t until;                 /* last day of validity, days since 1970; 0: no end */
	const char *recipients;        /* sorted words; "" or NULL: nobody is left out */
	const char *withheld_from;     /* sorted words: who is left out all the same; "" or NULL: nobody */
	uint32_t notice;               /* version of the notice that was explained; 0: not said */
	const char *stated;            /* "identity=1": episodes above 0 that the details state; "" or NULL: none */
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

/* Finality and voice as the format's byte, and back; false when it is no such byte for the event. */
uint8_t sat_decision_flags(const sat_decision *decision);
bool sat_decision_take_flags(sat_decision *decision, uint8_t flags);

/* Appends the name of a record as the format writes subjects: incarnation and counter, or zeros and the name of
 * an unlinked one.  SAT_EDAMAGED when it cannot be named. */
int sat_decision_put_subject(sat_store *store, sat_dot subject, sat_bytes *out, sat_error *err);
/* The episode of a purpose that the details state, as a value does of its person: 0 where nothing is said. */
uint32_t sat_decision_states(const sat_decision *decision, const char *purpose);
/* Calls `each` (NULL: nobody) for every purpose that is stated, in the order of their names; false when the text is
 * not what the format allows: words "purpose=episode", parted by one space, ascending, SAT_STATED_MAX at the most. */
bool sat_decision_each_stated(const char *stated, void (*each)(void *context, const char *purpose, uint32_t episode),
                              void *context);
#define SAT_STATED_MAX 64

/* Fills in commitment and name from the other fields (and salt, where there are details).
 * SAT_EDAMAGED when the author or the subject cannot be named. */
int sat_decision_seal(sat_store *store, sat_decision *decision, sat_error *err);
/* The same without a store: who wrote it and whom it is about as the format names them (`subject` as from
 * sat_decision_put_subject); the ids of the decision are not looked at. */
int sat_decision_seal_as(const uint8_t author[static SAT_INCARNATION_BYTES], int64_t counter, const void *subject,
                         size_t subject_bytes, sat_decision *decision, sat_error *err);
/* The same for many: `scratch` is reset each time and keeps its memory. */
int sat_decision_seal_in(sat_store *store, sat_decision *decision, sat_bytes *scratch, sat_error *err);

#endif
