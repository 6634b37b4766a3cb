/* Whole replicas for tests: a real store file, an identity, an environment that replays from a seed.
 *
 * Every function aborts the test with a message when something fails that should not.
 */
#ifndef SAT_TEST_REPLICA_H
#define SAT_TEST_REPLICA_H

#include "core/device.h"
#include "core/dump.h"
#include "core/enrolment.h"
#include "core/incarnation-statement.h"
#include "core/invitation.h"
#include "core/record.h"
#include "core/registry-statement.h"
#include "memory-carrier.h"
#include "sync/exchange.h"
#include "tests/support/test-env.h"

typedef struct replica {
	char name[32];
	char path[300];
	char runtime[280];
	test_env env;
	sat_role role;
	sat_identity *identity;
	sat_store *store;
} replica;

/* A registry in `dir` with a programme (NULL: the default). */
void replica_found(replica *r, const char *dir, const char *name, uint64_t seed, const char *programme);
/* A laptop of `role` that was invited, approved and confirmed, all through bundles. */
void replica_join(replica *r, replica *registry, const char *dir, const char *name, uint64_t seed,
                  sat_role role);
/* The same for one that stands for audiences as well: sorted words. */
void replica_join_for(replica *r, replica *registry, const char *dir, const char *name, uint64_t seed,
                      sat_role role, const char *audiences);
/* Closes the store the proper way, and opens it. */
void replica_close(replica *r);
void replica_open(replica *r);
void replica_free(replica *r);

/* Exports to the replica of that name; the number of bundles that came to be. */
size_t replica_export(replica *from, const replica *to, memory_place *place);
/* Merges one bundle. */
sat_merged replica_merge(replica *to, memory_place *place, const char *bundle);
/* Merges everything in the place, in its order, and empties it; the last verdict. */
sat_merged replica_merge_all(replica *to, memory_place *place);

/* Makes a record of texts: pairs of field name and text form, ended by NULL; references as ids. */
sat_dot replica_add(replica *r, const char *kind, ...);
/* Sets one field from its text form. */
void replica_set(replica *r, sat_dot id, const char *field, const char *text);
/* Sets a reference. */
void replica_refer(replica *r, sat_dot id, const char *field, sat_dot to);
/* Records one decision. */
void replica_decide(replica *r, sat_dot subject, const char *purpose, sat_event event, bool final);
/* The same record in another replica's numbers; 0 when it does not know it. */
sat_dot replica_same(replica *from, sat_dot id, replica *to);
/* The number of siblings of a field, and the text of the shown one (owned by the caller, "" for none). */
size_t replica_field(replica *r, sat_dot id, const char *field, char **shown);
/* The canonical dump, owned by the caller. */
char *replica_dump(replica *r);

/* Stops the test with the error's message. */
void replica_fail(const char *where, const sat_error *err) __attribute__((noreturn));

#endif
