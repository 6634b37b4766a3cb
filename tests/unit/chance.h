/* Randomness that can be made to repeat itself, for claims about names that are drawn.
 *
 *     chance c = { .seed = 17 };
 *     sat_env env = { .context = &c, .random = chance_random, .now = chance_now };
 */
#ifndef SAT_TEST_CHANCE_H
#define SAT_TEST_CHANCE_H

#include <stddef.h>
#include <stdint.h>

/* Draws the same bytes `repeats` times, then others. */
typedef struct chance {
	uint64_t seed;
	unsigned repeats;
} chance;

/* sat_env.random over a chance. */
static inline void chance_random(void *context, void *data, size_t count)
{
	chance *c = context;
	uint64_t state = c->seed;
	uint8_t *bytes = data;
	for (size_t i = 0; i < count; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		bytes[i] = (uint8_t)(state >> 56);
	}
	if (c->repeats > 0)
		c->repeats--;
	else
		c->seed = state;
}

/* sat_env.now: the clock stands still. */
static inline int64_t chance_now(void *context)
{
	(void)context;
	return 1700000000;
}

#endif
