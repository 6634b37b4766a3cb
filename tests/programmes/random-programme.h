/* Random programmes: every kind, field, need and mark that programme.h knows, thrown from dice. */
#ifndef TEST_RANDOM_PROGRAMME_H
#define TEST_RANDOM_PROGRAMME_H

#include <jansson.h>

#include "tests/support/dice.h"

/* A programme of 2 to 8 kinds and 1 to 8 purposes as its JSON document; owned by the caller. */
json_t *random_programme(dice *d);

#endif
