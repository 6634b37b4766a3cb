/* See registry-place.h. */
#include "registry-place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

void registry_place_make(char dir[static PLACE_DIR_CHARS], replica *r)
{
	strcpy(dir, "/tmp/satchel-XXXXXX");
	assert_non_null(mkdtemp(dir));
	replica_found(r, dir, "registry", 1, NULL);
}

void registry_place_remove(const char *dir, replica *r)
{
	char command[128];
	replica_free(r);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
}
