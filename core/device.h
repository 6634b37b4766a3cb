/* Devices: who this store knows, and what the registry has said of each.
 *
 * A device is a laptop or the registry, named by the hash of its two public keys.  The table sat_device
 * is worked out from registry statements (registry-effect.h) and from requests to be let in
 * (enrolment.h); everybody else only looks things up here.  Number 1 is this store's own device.
 *
 * sat_device_get by number, sat_device_find by id, sat_device_named by what a person typed.  Results are
 * copies that the caller owns; nothing has to be freed.
 */
#ifndef SAT_DEVICE_H
#define SAT_DEVICE_H

#include "arena.h"
#include "keys.h"
#include "store.h"

#define SAT_DEVICE_NAME_BYTES 128       /* of a name, with its end */
#define SAT_AUDIENCES_BYTES 256         /* of all its audiences together, with the end */

/* What is known of a device. */
typedef struct sat_device {
	int64_t id;                  /* this store's number for it; 1 is ourselves */
	sat_device_id device;
	sat_public keys;
	sat_role role;
	char name[SAT_DEVICE_NAME_BYTES];
	char audiences[SAT_AUDIENCES_BYTES]; /* sorted words */
	char state[16];              /* self, pending, approved, revoked */
	int64_t heard;               /* incarnation heard last, 0 for none */
	int64_t heard_counter;       /* of its newest receipt */
	bool confirmed;              /* a person here confirmed the six words */
} sat_device;

/* The device with a number.  SAT_ENOTFOUND when there is none, SAT_EDAMAGED. */
int sat_device_get(sat_store *store, int64_t id, sat_device *device, sat_error *err);
/* The device with an id.  SAT_ENOTFOUND when there is none, SAT_EDAMAGED. */
int sat_device_find(sat_store *store, const sat_device_id *device, sat_device *out, sat_error *err);
/* The device that a person means: by its name, or by the beginning of its id in hex (at least four
 * digits).  SAT_ENOTFOUND, SAT_EINVALID when several fit. */
int sat_device_named(sat_store *store, const char *text, sat_device *out, sat_error *err);
/* All of them in the order of their numbers, in `arena`. */
int sat_devices(sat_store *store, sat_arena *arena, sat_device **devices, size_t *count, sat_error *err);
/* The registry as this replica knows it (itself, at the registry).  SAT_ENOTFOUND on a laptop without one. */
int sat_device_registry(sat_store *store, sat_device *out, sat_error *err);

/* Notes that a device sealed a bundle under an incarnation, which is not to say that its writes are the device's.
 * In a transaction. */
int sat_device_speaks(sat_store *store, int64_t device, int64_t incarnation, sat_error *err);
/* Whether it ever did. */
int sat_device_spoke(sat_store *store, int64_t device, int64_t incarnation, bool *spoke, sat_error *err);

/* Puts a device in, or changes role, name, audiences and state of one that is there; a device that was
 * revoked, or is ourselves, keeps its state.  For the modules that work the table out; in a transaction. */
int sat_device_put(sat_store *store, const sat_public *keys, sat_role role, const char *name,
                   const char *audiences, const char *state, sat_error *err);

#endif
