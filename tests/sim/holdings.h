/* Holdings: what one store holds at one moment, in the names of the world.
 *
 * Read through core's own ways of reading and held against the model while it is read: every value must
 * be one that somebody wrote, with the past, the statement and the content with which it was written.
 */
#ifndef SIM_HOLDINGS_H
#define SIM_HOLDINGS_H

#include "dots.h"
#include "world.h"

/* Longest past, statement or list of persons that is looked at. */
enum { LIST_MAX = 256 };

typedef struct held {
	const model_value *value;
	bool blank;
	uint8_t answer;          /* a sat_answer, by the model, for the replica itself */
} held;

typedef struct held_record {
	world_dot id;
	sat_dot local;
	char kind[SAT_NAME_BYTES];
	size_t first, count;     /* its values */
	size_t first_person, person_count;
} held_record;

typedef struct held_name {
	world_dot record, dot;   /* of whom a record concerns that is not here: the person */
	uint32_t field;
	bool content;
} held_name;

typedef struct held_voucher {
	world_dot dot;           /* of a write that neither its author nor the registry brought */
	int device;              /* who vouched for it */
} held_voucher;

/* A record that was erased, and a labelled one under which it stood. */
typedef struct held_under {
	world_dot record, label;
} held_under;

typedef struct holdings {
	unsigned keepers;
	held *values;            /* ascending by record, field, dot */
	held_record *records;    /* ascending by id */
	world_dot *persons;      /* of all records, each ascending */
	size_t *decisions;       /* numbers in the model, ascending */
	size_t *bare;            /* of those that are here without their details, ascending */
	uint64_t *statements;    /* hashes, ascending */
	world_dot *tombstones;   /* ascending */
	held_under *under;       /* ascending by record, label */
	dots hushed;             /* what was erased here under labels, see labels.h */
	held_name *waiting;      /* values whose record's creation is not known */
	held_name *heard_persons; /* whom values that wait, or were declined, named for a record */
	held_name *declined;
	held_voucher *vouchers;
	size_t value_count, record_count, persons_count, decision_count, statement_count, tombstone_count, bare_count, receipt_count, under_count,
		waiting_count, heard_persons_count, declined_count, voucher_count;
	unsigned *needs;         /* by the model's field */
	size_t need_count;
	model_recipient own;     /* the replica itself, on the day that the registry signed for last */
	struct held_views *views; /* what its decisions say to those who were asked about */
	uint64_t digest;         /* equal for equal admitted sets */
	uint64_t fate;           /* the same without what depends on clocks */
	char *dump;              /* the canonical dump, once somebody asked */
} holdings;

/* Reads a machine's store.  With `wrote`, values and decisions that the model does not know yet are
 * taken as written just now by this machine; otherwise nobody wrote them, and the seed fails. */
holdings *holdings_read(world *w, machine *m, bool wrote);
holdings *holdings_keep(holdings *h);
void holdings_drop(holdings *h);
void held_views_drop(struct held_views *views);

/* NULL when it is not there. */
const held_record *holdings_record(const holdings *h, world_dot id);
const held *holdings_value(const holdings *h, const model_value *value);
/* True when some value held of the same field has seen this one. */
bool holdings_cover(const holdings *h, const model_value *value);
bool holdings_tombstone(const holdings *h, world_dot record);
bool holdings_waits(const holdings *h, const model_value *value);
/* The device that vouched for a write, -1 for none. */
int holdings_voucher(const holdings *h, world_dot dot);
bool holdings_knows(const holdings *h, size_t decision);
/* Whether a decision is here with its details. */
bool holdings_details(const holdings *h, size_t decision);
/* What the model says of the details of a decision to a recipient. */
sat_answer holdings_details_answer(const world *w, const holdings *h, size_t decision, const model_recipient *to);
/* A device as it is known to whoever holds `h`, on the day that the registry signed for last. */
model_recipient holdings_self(const world *w, const holdings *h, int device);
/* A device as a recipient, on the day on which the machine would send: its own clock may hide more than
 * the registry's date does, and never less. */
model_recipient holdings_recipient(const world *w, const machine *from, int device);
/* What the model says of a value here to a recipient; the persons are those held for its record, or
 * those known from values that wait for it or were declined. */
sat_answer holdings_answer(const world *w, const holdings *h, const model_value *value, const model_recipient *to);
/* The same with persons whom somebody else holds for the record. */
sat_answer holdings_answer_about(const world *w, const holdings *h, const model_value *value,
                                 const world_dot *persons, size_t person_count, const model_recipient *to);
/* Whether labels let a recipient see a record, or anything that is known here by its name. */
bool holdings_sees(const world *w, const holdings *h, world_dot record, const model_recipient *to);
/* The hash of the statement that a machine admitted last, and its serial (may be NULL). */
uint64_t holdings_newest_statement(world *w, machine *m, int64_t *serial);
/* True when a statement is held of which this is the hash. */
bool holdings_statement(const holdings *h, uint64_t statement);
/* The dump of the machine of which `h` is the present state. */
const char *holdings_dump(world *w, machine *m, holdings *h);

/* The hash of a content that is written in the names of a machine's store. */
uint64_t holdings_content(world *w, machine *m, const sat_value *value);
/* "note 2-7 text 3-1" */
const char *value_text(const world *w, const model_value *value);

#endif
