/* The model: what was ever written and decided in a simulated world, and what consent makes of it.
 *
 * It is simple and slow, knows nothing of rows, clocks, deltas or bundles, and calls nothing of core that
 * merges or judges: it is what core is held against.  Names are those of the world and not of any store:
 * a *world dot* is an incarnation's number in the world with the counter, or number 0 with the number of
 * an unlinked name.
 */
#ifndef SIM_MODEL_H
#define SIM_MODEL_H

#include "core/arena.h"
#include "core/consent.h"
#include "core/gate.h"

typedef uint64_t world_dot;
#define WORLD_COUNTER_BITS 20
static inline uint32_t world_dot_incarnation(world_dot dot) { return (uint32_t)(dot >> WORLD_COUNTER_BITS); }
static inline uint64_t world_dot_counter(world_dot dot)
{
	return dot & ((UINT64_C(1) << WORLD_COUNTER_BITS) - 1);
}

/* A community as somebody concerned, and the record of anybody concerned. */
#define WORLD_COLLECTIVE (UINT64_C(1) << 63)
static inline world_dot world_dot_record(world_dot concerned) { return concerned & ~WORLD_COLLECTIVE; }

#define MODEL_PURPOSES_MAX 16
#define MODEL_EVERY (-1)

typedef struct model_stated {
	world_dot person;
	int purpose;             /* number in the model, or MODEL_EVERY */
	uint32_t episode;
} model_stated;

typedef struct model_field {
	char kind[SAT_NAME_BYTES], name[SAT_NAME_BYTES];
	sat_type type;
} model_field;

/* One value that somebody wrote. */
typedef struct model_value {
	world_dot record, dot;
	uint32_t field;
	uint64_t content;        /* hash of type and content */
	world_dot *past;         /* ascending */
	model_stated *stated;    /* ascending by person, purpose */
	world_dot *names;        /* concerned, by being named in the content */
	world_dot *references;   /* records that the content refers to, whether they are concerned or not */
	size_t past_count, stated_count, name_count, reference_count;
	int device;              /* who wrote it */
	size_t step;             /* when */
} model_value;

typedef struct model_decision {
	world_dot id, subject;
	int purpose;
	sat_event event;
	bool final, guardian;
	uint32_t episode, notice;
	unsigned words;          /* recipients that it permits: bits of model_recipient */
	unsigned left_out;       /* and whom it leaves out all the same */
	bool stays;              /* a label that keeps its record where it is */
	int32_t until;           /* last day of validity; 0: no end */
	uint8_t name[SAT_HASH_BYTES];
	size_t *supersedes;      /* numbers of decisions */
	size_t supersedes_count;
	unsigned needs;          /* what its details need: bits by purpose */
	model_stated *stated;    /* what its details state */
	size_t stated_count;
	int device;
	size_t step;             /* when it was made */
} model_decision;

/* Audiences, of which each has a bit above those of the roles. */
#define MODEL_AUDIENCE 8
#define MODEL_AUDIENCES 3
extern const char *const model_audiences[MODEL_AUDIENCES];

/* For whom, and when. */
typedef struct model_recipient {
	unsigned words;          /* what decisions may name it by: bit 1 << role, and from MODEL_AUDIENCE on */
	int32_t today;           /* days since 1970 */
	int32_t signed_day;      /* the same by the registry alone: embargoes end by it */
	bool own;                /* whoever holds it: nothing is copied */
	uint32_t programme;      /* version of the programme by which it is judged */
} model_recipient;

/* What some set of decisions says about one person and purpose to one recipient. */
typedef struct model_view {
	uint32_t episode;
	bool decided;            /* anything */
	bool permitted;          /* if it was */
} model_view;

/* A view for each of the first `persons` of model.persons, and each purpose, for one recipient. */
typedef struct model_views {
	model_view *at;
	size_t persons;
	uint32_t programme;      /* by which it is judged */
} model_views;

typedef struct model {
	sat_arena arena;
	model_field *fields;
	size_t field_count;
	char purposes[MODEL_PURPOSES_MAX][SAT_NAME_BYTES];
	size_t purpose_count;
	model_value **values;    /* each stays where it is */
	size_t value_count, value_room;
	uint32_t *slots;         /* open addressing: number of value + 1 */
	size_t slot_count;
	model_decision *decisions;
	size_t decision_count;
	world_dot *persons;      /* everyone of whom anything was ever decided */
	size_t person_count;
} model;

void model_init(model *m);
void model_clear(model *m);

uint32_t model_field_of(model *m, const char *kind, const char *name, sat_type type);
int model_purpose_of(model *m, const char *name);

/* NULL when nobody wrote it. */
const model_value *model_find(const model *m, world_dot record, uint32_t field, world_dot dot);
/* Copies `value` and its lists. */
const model_value *model_add(model *m, const model_value *value);
bool model_covers(const model_value *by, world_dot dot);

/* The number of a decision; SIZE_MAX when it was never made. */
size_t model_decision_find(const model *m, world_dot id);
size_t model_decision_add(model *m, const model_decision *decision);

/* The present episode of (person, purpose) by the decisions with these numbers. */
uint32_t model_episode(const model *m, const size_t *known, size_t count, world_dot person, int purpose);
/* True when no other known decision of its person, purpose and episode supersedes it. */
bool model_is_head(const model *m, const size_t *known, size_t count, size_t decision);
/* What those decisions say to a recipient; `at` is owned by the caller. */
model_views model_views_for(const model *m, const size_t *known, size_t count, const model_recipient *to);

/* The answer for a value of a record that concerns `persons`, whose field needs `needs` (bits by the
 * model's purposes), to the recipient of the views. */
sat_answer model_answer(const model *m, const model_views *views, const world_dot *persons, size_t person_count,
                        const model_value *value, unsigned needs);

/* The same for the details of a decision. */
sat_answer model_details_answer(const model *m, const model_views *views, const model_decision *decision);

#endif
