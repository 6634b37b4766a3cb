/* A carrier in memory: bundles by name, which tests may lose, double, reorder and damage. */
#ifndef SAT_TEST_MEMORY_CARRIER_H
#define SAT_TEST_MEMORY_CARRIER_H

#include "sync/carrier.h"

typedef struct memory_bundle {
	char name[64];
	uint8_t *data;
	size_t size;
} memory_bundle;

typedef struct memory_place {
	sat_carrier carrier;
	memory_bundle *bundles;
	size_t count;
	uint8_t *growing;        /* the bundle being written */
	size_t growing_size, growing_room;
	unsigned serial;
} memory_place;

/* An empty place; its `carrier` borrows it. */
void memory_place_init(memory_place *place);
void memory_place_clear(memory_place *place);
/* Puts a copy of some bytes there under a new name and returns the name. */
const char *memory_place_add(memory_place *place, const void *data, size_t size);
memory_bundle *memory_place_find(memory_place *place, const char *name);
void memory_place_remove(memory_place *place, size_t at);

#endif
