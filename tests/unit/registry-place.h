/* A registry in a folder of its own, for claims about what happens within one store.  A test keeps both in whatever
 * else it needs:
 *
 *     typedef struct place { char dir[PLACE_DIR_CHARS]; replica r; ... } place;
 */
#ifndef TEST_REGISTRY_PLACE_H
#define TEST_REGISTRY_PLACE_H

#include "tests/support/replica.h"

enum { PLACE_DIR_CHARS = 64 };

/* Makes the folder, and in it a registry with the default programme. */
void registry_place_make(char dir[static PLACE_DIR_CHARS], replica *r);
/* Closes the store and takes the folder away. */
void registry_place_remove(const char *dir, replica *r);

#endif
