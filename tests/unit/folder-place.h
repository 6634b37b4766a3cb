/* A place for claims about the folder carrier: a real folder in a temporary directory, a bundle to put
 * there, and a machine whose randomness replays.
 *
 * The bundle is three regions that are put out of order, the header last, and is longer than one chunk of
 * the read-back.
 *
 *     #define CASE(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)
 *     place *p = *state;
 *     place_write_bundle(p, p->carrier, name, &p->err);
 *     place_assert_whole(p, p->carrier, name);
 */
#ifndef SAT_TEST_FOLDER_PLACE_H
#define SAT_TEST_FOLDER_PLACE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>

#include "chance.h"
#include "sync/folder.h"

#define BUNDLE_BYTES (1200 * 1000 + 17)
#define HEADER_BYTES 184
#define SECOND_BYTES 700001
#define TIME_1980 315532800
#define PULLED                                                                                               \
	"the stick was pulled out or failed; what was on it before is unchanged there, and what was not "    \
	"finished was not marked as copied; put it in again and repeat this, or use another stick"

typedef struct place {
	char base[64];          /* what the carrier was opened over */
	char satchel[80];       /* the folder in it, which the first bundle makes */
	chance chance;
	sat_env env;
	sat_carrier *carrier;
	sat_error err;
	uint8_t *bundle;        /* BUNDLE_BYTES */
} place;

int place_setup(void **state);
int place_teardown(void **state);

/* The path of a name in the folder. */
void place_path(const place *p, const char *name, char path[static PATH_MAX]);
/* Makes a file of that name in the folder, which must be there. */
void place_write(const place *p, const char *name, const void *data, size_t count);

/* What a listing found, as lines "name size why". */
typedef struct found {
	unsigned bundles;
	unsigned foreign;
	char text[8192];
	char last_bundle[64];
} found;
/* For sat_carrier.list: notes one thing in a found. */
int place_each(void *user, const sat_found *thing);
/* Lists everything. */
found place_list(sat_carrier *carrier);

/* Puts the whole bundle into a sink, header last. */
int place_put_bundle(const place *p, sat_sink *sink, sat_error *err);
/* Begins, puts and commits the whole bundle. */
int place_write_bundle(const place *p, sat_carrier *carrier, char name[static 64], sat_error *err);
/* A bundle of that name is there, to the last byte. */
void place_assert_whole(const place *p, sat_carrier *carrier, const char *name);
/* Nothing, hidden or not, lies in the folder, or the folder is not there. */
void place_assert_empty(const place *p);

#endif
