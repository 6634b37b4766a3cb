/* A registry and two laptops that it has approved, with a stick in memory between them: for claims about the
 * whole path between replicas. */
#ifndef TEST_TWO_LAPTOPS_H
#define TEST_TWO_LAPTOPS_H

#include "sync/bundle.h"
#include "tests/support/replica.h"

typedef struct camp {
	char dir[64];
	replica hq, one, two;
	memory_place stick;
} camp;

/* Set-up and tear-down of one claim; `*state` is the camp. */
int camp_set_up(void **state);
int camp_tear_down(void **state);
#define CAMP_CLAIM(name) cmocka_unit_test_setup_teardown(name, camp_set_up, camp_tear_down)

/* A whole export from one to the other, which takes everything that is on the stick. */
void camp_carry(replica *from, replica *to, memory_place *stick);
/* How a replica stands with the peer of that name. */
sat_peer_status camp_standing(replica *r, const char *peer);
/* The manifest of a bundle for `to`, borrowed from the reader, which is made. */
const sat_manifest *camp_manifest(sat_bundle_reader **reader, replica *to, const memory_bundle *bundle);
/* Carries a bundle of which one frame is lost: what leads (0), or the first of the records (1). */
void camp_carry_without(camp *c, replica *from, replica *to, size_t lost);
/* Opens a copy of a replica's store, which goes on beside it; there is one at most. */
void camp_copy(camp *c, const replica *of, replica *copy);
/* A person whom laptop one wrote down, as both others know; the id is that at laptop one. */
sat_dot camp_known_to_all(camp *c);
/* Headquarters revokes the laptop of that name. */
void camp_revoke(camp *c, const char *name);

#endif
