/* Dice: the one source of chance in the simulator.  Equal seeds give equal throws everywhere. */
#ifndef SIM_DICE_H
#define SIM_DICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct dice {
	uint64_t state;
} dice;

/* A well-mixed 64-bit number out of any (splitmix64). */
static inline uint64_t dice_mix(uint64_t z)
{
	z += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static inline uint64_t dice_throw(dice *d) { return dice_mix(d->state++ * UINT64_C(0x9e3779b97f4a7c15)); }
/* 0 to sides - 1. */
static inline unsigned dice_below(dice *d, size_t sides)
{
	return sides == 0 ? 0 : (unsigned)((dice_throw(d) >> 32) * sides >> 32);
}
static inline bool dice_chance(dice *d, unsigned percent) { return dice_below(d, 100) < percent; }

/* Hashes for comparing contents; collisions would hide a fault, not make one. */
static inline uint64_t dice_hash(uint64_t hash, const void *data, size_t count)
{
	const uint8_t *bytes = data;
	size_t i = 0;
	for (uint64_t word; i + sizeof word <= count; i += sizeof word) {
		memcpy(&word, bytes + i, sizeof word);
		hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	for (; i < count; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
	return dice_mix(hash ^ count);
}
static inline uint64_t dice_hash_u64(uint64_t hash, uint64_t value) { return dice_mix(hash * 31 + value); }

#endif
