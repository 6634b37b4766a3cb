/* A simulated world: one registry and some laptops on real store files, bundles on their way between
 * them, backups, copies that go on elsewhere, clocks that say anything, and the model beside them.
 *
 * A *machine* is one store file on one computer.  Several machines may be the same *device*: copies of
 * one laptop's file that both go on under its identity.
 *
 * Enrolment costs more than all steps of a seed together, so it is done once for each make-up of a world
 * and the files are copied (`world_kit`); the dice of a seed are thrown after that.
 *
 * A check that fails calls world_fail, which jumps back to whoever runs the seed.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <setjmp.h>

#include "core/enrolment.h"
#include "core/registry-statement.h"
#include "core/store.h"
#include "tests/support/dice.h"
#include "dots.h"
#include "model.h"
#include "sync/exchange.h"
#include "sync/manifest.h"
#include "tests/support/memory-carrier.h"
#include "tests/support/test-env.h"

#define MACHINES_MAX 12
#define DEVICES_MAX 8
#define BACKUPS_MAX 2
#define PARCELS_MAX 24
#define DRAWER_MAX 8
#define PROGRAMMES 3

struct holdings;

/* Which incarnations of a device were heard: the last one counts, those before it are past for ever. */
typedef struct hearing {
	uint32_t last;
	uint32_t past[64];
	size_t past_count;
} hearing;

/* Records that went to a device from a machine, or came from it; `surely` those of which no frame was lost. */
typedef struct dealings {
	dots maybe[DEVICES_MAX], surely[DEVICES_MAX];
} dealings;

typedef struct backup {
	char path[320];
	hearing heard[DEVICES_MAX];
	dealings dealt;
	struct holdings *held;   /* NULL: there is none */
	int32_t export_day;
} backup;

typedef struct machine {
	char path[320], runtime[320];
	int device;              /* number in the world; 0 is the registry */
	sat_role role;
	sat_identity *identity;  /* borrowed from the kit */
	test_env env;
	sat_store *store;
	uint32_t *incarnations;  /* the store's index to the world's number */
	size_t incarnation_count;
	struct holdings *held;   /* as last looked at */
	hearing heard[DEVICES_MAX];
	dealings dealt;
	backup backups[BACKUPS_MAX];
	size_t writes;           /* makes texts unique */
	int32_t export_day;      /* by which the latest export went */
	bool vouched[DEVICES_MAX]; /* somebody has told it to vouch to the device */
	struct sqlite3_stmt *reads[8]; /* of the open store, for holdings.c and promises.c */
} machine;

/* One bundle on its way. */
typedef struct parcel {
	uint8_t *data;
	size_t size;
	int from;                /* machine */
	int to;                  /* device */
	bool vouches;            /* brings others' writes as well */
	sat_name16 name;
	uint32_t incarnation;    /* under which it was sent */
	size_t frame_count;
	uint64_t body;           /* where the first frame begins */
	uint64_t *frame_ends;
	struct told *told;       /* values in it, see parcel.h */
	size_t told_count;
	dots records;            /* of which there is anything in it */
	dots above;              /* what these refer to, as its sender knows */
} parcel;

/* What the receiver held when it signed a receipt. */
typedef struct receipt {
	uint32_t incarnation;
	int to;                  /* device */
	uint64_t counter;
	struct holdings *held;
} receipt;

/* A person at the registry has said whether a bundle that was set aside is let in. */
typedef struct release {
	uint64_t statement;
	sat_name16 bundle;
	bool accepts;
} release;

/* The end of a text, and whose it is: see markers.h. */
typedef struct mark {
	uint64_t key;            /* 0: an empty slot */
	const model_value *value;
	size_t decision;
} mark;

typedef struct kit {
	char dir[300];
	size_t devices;
	sat_role roles[DEVICES_MAX];
	sat_identity *identities[DEVICES_MAX];
	char paths[DEVICES_MAX][320];
} kit;

typedef struct world {
	uint64_t seed;
	dice dice, clocks;
	char dir[300];
	const kit *kit;
	machine machines[MACHINES_MAX];
	size_t machine_count;
	bool revoked[DEVICES_MAX];
	struct {
		uint64_t statement;
		int device;
		size_t step;
	} revocation;            /* there is one at most */
	bool lost[DEVICES_MAX];  /* all machines of the device are gone for ever */
	int programme;           /* version that the registry published last */
	bool labelled;           /* there are labels */
	bool dated;              /* decisions end, so that clocks may hide something */
	struct {
		uint64_t statement;
		int32_t day;
	} dates[64];             /* that the registry signed */
	size_t date_count;
	size_t large_left;       /* so many texts may still be so long that their record is larger than a frame */
	struct {
		uint64_t statement;
		int64_t serial;
		int device;
		unsigned words;
	} approvals[64];         /* that gave a device other audiences */
	size_t approval_count;
	model model;
	struct {
		uint8_t name[SAT_INCARNATION_BYTES];
		int device;      /* who writes under it; -1: not known yet */
		bool used;
		uint64_t labels; /* under which everything stands that is written under it */
	} incarnations[1024];
	uint32_t incarnation_count;  /* 0 is for unlinked names */
	uint8_t unlinked[1024][SAT_UNLINKED_BYTES];
	uint32_t unlinked_count;
	parcel parcels[PARCELS_MAX];
	size_t parcel_count;
	parcel drawer[DRAWER_MAX]; /* see drawer.h */
	size_t drawer_count;
	release releases[64];
	size_t release_count;
	struct {
		world_dot record;
		uint8_t name[16];
	} erasures[256];         /* what receipts call that a record was erased */
	size_t erasure_count;
	receipt *receipts;
	size_t receipt_count;
	mark *marks;             /* open addressing */
	size_t mark_count, mark_room;
	memory_place place;
	size_t step;
	uint64_t fate;           /* hash over what happened that no clock may change */
	uint64_t *fates;         /* after each step */
	sat_bytes trace;
	bool verbose;
	char failure[1024];
	int promise;             /* that failed; 0: something that must work did not */
	jmp_buf escape;
} world;

/* Makes the kit number `n`, enrolling its devices through bundles; owned by the caller. */
#define KITS 8
void kit_make(kit *k, const char *dir, unsigned n);
void kit_free(kit *k);

/* `to` becomes what `from` is. */
void dealings_set(dealings *to, const dealings *from);

/* A fresh world in `dir`, which must not exist.  `clock_salt` chooses the clocks and nothing else. */
void world_begin(world *w, const kit *k, const char *dir, uint64_t seed, uint64_t clock_salt, size_t steps);
/* The days around which decisions end and the registry signs dates; the finale's clocks say one of them. */
enum { WORLD_DAY_FIRST = 19500, WORLD_DAYS = 400 };
void world_end(world *w);

/* Ends the seed: promise `promise` was broken.  Does not return. */
void world_fail(world *w, int promise, const char *format, ...) __attribute__((noreturn, format(printf, 3, 4)));
/* A line for those who replay a seed. */
void world_trace(world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* "laptop 2b": who a machine is. */
const char *world_name(const world *w, const machine *m);

/* Runs a call that has to work; `err` is what it may use. */
#define MUST(w, call)                                                                    \
	do {                                                                             \
		sat_error must_err = { 0 };                                              \
		sat_error *err = &must_err;                                              \
		if ((call) != 0)                                                         \
			world_fail(w, 0, "%s: %s", #call, must_err.message);             \
	} while (0)

void machine_open(world *w, machine *m);
/* Closes with a token, or as if the power had failed. */
void machine_close(world *w, machine *m, bool properly);
/* Copies the file of a closed or open machine; what was committed is in the copy. */
void world_copy_file(world *w, const char *from, const char *to);
/* A new machine with a copy of the store of `m`; NULL when there are enough. */
machine *world_twin(world *w, machine *m);

/* Names between a store and the world. */
uint32_t world_incarnation(world *w, const uint8_t name[static SAT_INCARNATION_BYTES]);
world_dot world_dot_of(world *w, machine *m, sat_dot dot);
sat_dot world_local_dot(world *w, machine *m, world_dot dot);
/* The world's number of a device. */
int world_device(const world *w, const sat_device_id *device);
/* "3-17": incarnation 3 of the world, counter 17. */
const char *world_dot_text(world_dot dot);

#endif
