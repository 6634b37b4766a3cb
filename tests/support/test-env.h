/* An environment that replays from a seed: randomness is splitmix64, the clock stands still unless a
 * test moves it.  Equal seeds and equal calls give equal bytes.
 *
 *     test_env t;
 *     test_env_init(&t, 7);
 *     sat_identity_create(&identity, &t.env, &err);
 *
 * A test_env may not move once it is initialised, since its env points back to it.
 */
#ifndef TEST_ENV_H
#define TEST_ENV_H

#include <stddef.h>
#include <stdint.h>

#include "core/env.h"

#define TEST_ENV_NOW INT64_C(1700000000)

typedef struct test_env {
	sat_env env;
	uint64_t state;
	int64_t now; /* seconds since 1970; a test may set it */
} test_env;

/* The next 64 bits (Steele, Lea and Flood, 2014). */
static inline uint64_t test_env_next(test_env *t)
{
	uint64_t z = t->state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* Every call begins with 64 fresh bits, least significant byte first, so that what one call draws
 * does not hang on the odd lengths of those before it. */
static inline void test_env_random(void *context, void *data, size_t count)
{
	test_env *t = context;
	uint8_t *bytes = data;
	uint64_t bits = 0;
	for (size_t i = 0; i < count; i++) {
		bits = i % 8 == 0 ? test_env_next(t) : bits >> 8;
		bytes[i] = (uint8_t)bits;
	}
}

static inline int64_t test_env_now(void *context)
{
	const test_env *t = context;
	return t->now;
}

/* No runtime folder: every opening takes a fresh incarnation, unless a test sets one. */
static inline void test_env_init(test_env *t, uint64_t seed)
{
	*t = (test_env){
		.env = { .context = t, .random = test_env_random, .now = test_env_now },
		.state = seed,
		.now = TEST_ENV_NOW,
	};
}

#endif
