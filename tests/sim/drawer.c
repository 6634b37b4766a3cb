/* See drawer.h. */
#include "drawer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "promises.h"

static void *copied(const void *data, size_t bytes)
{
	void *copy = malloc(bytes + 1);
	if (bytes > 0)
		memcpy(copy, data, bytes);
	return copy;
}

void drawer_put(world *w, const parcel *p)
{
	for (size_t i = 0; i < w->drawer_count; i++) {
		if (memcmp(&w->drawer[i].name, &p->name, sizeof p->name) == 0)
			return;
	}
	if (w->drawer_count == DRAWER_MAX)
		return;
	parcel *kept = &w->drawer[w->drawer_count++];
	*kept = *p;
	kept->data = copied(p->data, p->size);
	kept->frame_ends = copied(p->frame_ends, p->frame_count * sizeof *p->frame_ends);
	kept->told = copied(p->told, p->told_count * sizeof *p->told);
	kept->records = dots_copy(&p->records);
	kept->above = dots_copy(&p->above);
}

void drawer_clear(world *w)
{
	for (size_t i = 0; i < w->drawer_count; i++) {
		free(w->drawer[i].data);
		free(w->drawer[i].frame_ends);
		free(w->drawer[i].told);
		dots_clear(&w->drawer[i].records);
		dots_clear(&w->drawer[i].above);
	}
	w->drawer_count = 0;
}

/* Once rejected is rejected for ever. */
drawer_verdict drawer_verdict_known(const world *w, const holdings *h, const parcel *p)
{
	drawer_verdict verdict = DRAWER_WAITING;
	for (size_t i = 0; i < w->release_count; i++) {
		const release *r = &w->releases[i];
		if (memcmp(&r->bundle, &p->name, sizeof p->name) != 0 || !holdings_statement(h, r->statement))
			continue;
		if (!r->accepts)
			return DRAWER_REJECTED;
		verdict = DRAWER_RELEASED;
	}
	return verdict;
}

static void decide(world *w, const parcel *p, bool accept)
{
	machine *registry = &w->machines[0];
	if (w->release_count == sizeof w->releases / sizeof *w->releases)
		return;
	char name[2 * SAT_NAME16_BYTES + 1];
	for (size_t i = 0; i < SAT_NAME16_BYTES; i++)
		snprintf(name + 2 * i, 3, "%02x", p->name.bytes[i]);
	sat_error why = { 0 };
	int rc = sat_quarantine_decide(registry->store, registry->identity, name, accept, &why);
	/* A registry that was restored since may not have seen the bundle. */
	if (rc == SAT_ENOTFOUND)
		return;
	if (rc != 0)
		world_fail(w, 0, "deciding on a bundle that was set aside: %s", why.message);
	world_trace(w, "%4zu  a person at the registry %s a bundle of %s", w->step, accept ? "releases" : "rejects",
	            world_name(w, &w->machines[p->from]));
	w->releases[w->release_count++] = (release){ .statement = holdings_newest_statement(w, registry, NULL),
		                                     .bundle = p->name, .accepts = accept };
	promise_after_write(w, registry);
}

void drawer_look(world *w)
{
	machine *registry = &w->machines[0];
	if (w->drawer_count == 0)
		return;
	const parcel *p = &w->drawer[dice_below(&w->dice, w->drawer_count)];
	if (drawer_verdict_known(w, registry->held, p) == DRAWER_WAITING && dice_chance(&w->dice, 70))
		decide(w, p, dice_chance(&w->dice, 65));
	parcel_hand_over(w, p, registry, false);
}

bool drawer_empty_out(world *w)
{
	machine *registry = &w->machines[0];
	for (size_t i = 0; i < w->drawer_count; i++) {
		const parcel *p = &w->drawer[i];
		parcel_hand_over(w, p, registry, false);
		if (drawer_verdict_known(w, registry->held, p) == DRAWER_WAITING)
			decide(w, p, dice_chance(&w->dice, 65));
	}
	/* One may bring what another waits for. */
	bool changed = w->drawer_count > 0;
	while (changed) {
		uint64_t before = registry->held->digest;
		for (size_t i = 0; i < w->drawer_count; i++)
			parcel_hand_over(w, &w->drawer[i], registry, false);
		changed = registry->held->digest != before;
	}
	return w->drawer_count > 0;
}

void drawer_check(world *w)
{
	const machine *registry = &w->machines[0];
	for (size_t i = 0; i < w->drawer_count; i++) {
		const parcel *p = &w->drawer[i];
		if (drawer_verdict_known(w, registry->held, p) != DRAWER_RELEASED)
			continue;
		for (size_t k = 0; k < p->told_count; k++) {
			if (!p->told[k].blank && !promise_arrived(w, &w->machines[p->from], registry, p->told[k].value))
				world_fail(w, 11, "the registry let a bundle in and has not got %s",
				           value_text(w, p->told[k].value));
		}
	}
}
