/* See dots.h. */
#include "dots.h"

#include <stdlib.h>

#include "tests/support/dice.h"

static size_t slot_of(const dots *set, world_dot dot)
{
	size_t at = (size_t)dice_mix(dot) & (set->room - 1);
	while (set->slots[at] != 0 && set->slots[at] != dot)
		at = (at + 1) & (set->room - 1);
	return at;
}

bool dots_have(const dots *set, world_dot dot)
{
	return set->room > 0 && set->slots[slot_of(set, dot)] == dot;
}

bool dots_add(dots *set, world_dot dot)
{
	if (dots_have(set, dot))
		return false;
	if (set->count * 2 >= set->room) {
		free(set->slots);
		set->room = set->room == 0 ? 32 : set->room * 2;
		set->slots = calloc(set->room, sizeof *set->slots);
		set->list = realloc(set->list, set->room / 2 * sizeof *set->list);
		for (size_t i = 0; i < set->count; i++)
			set->slots[slot_of(set, set->list[i])] = set->list[i];
	}
	set->slots[slot_of(set, dot)] = set->list[set->count++] = dot;
	return true;
}

dots dots_copy(const dots *set)
{
	dots copy = { 0 };
	for (size_t i = 0; i < set->count; i++)
		dots_add(&copy, set->list[i]);
	return copy;
}

void dots_clear(dots *set)
{
	free(set->list);
	free(set->slots);
	*set = (dots){ 0 };
}
