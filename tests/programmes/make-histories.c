/* Makes a random programme and a random history of it: make-histories FOLDER SEED.
 *
 * FOLDER, which is there and empty, receives programme.json, facts.json (facts.h) and every bundle that was
 * exported on the way, for a checker that knows nothing of this code.  Equal seeds make equal histories.
 *
 * Built with the bugs that can be planted in core, make-histories-planted FOLDER SEED BUG switches one on.
 */
#include <stdlib.h>
#include <string.h>

#include "camp.h"
#include "core/plant.h"

#ifdef SAT_PLANTED
int sat_plant;
#endif

enum { STEPS_MIN = 20, STEPS_MORE = 60 };

/* A bundle for one of those who only receive; some answer, so that the next one rests on it. */
static void send_to_reader(camp *c, size_t from, size_t reader)
{
	camp_export(c, from, reader, c->replies[reader]);
	if (c->replies[reader])
		camp_export(c, reader, from, true);
}

static void step(camp *c)
{
	replica *r = &c->all[dice_chance(&c->dice, 65) ? CAMP_REGISTRY : CAMP_LAPTOP];
	if (c->labels && dice_chance(&c->dice, 25)) {
		camp_label(c, r);
		return;
	}
	unsigned n = dice_below(&c->dice, 100);
	if (n < 34) {
		camp_add(c, r);
	} else if (n < 56) {
		camp_edit(c, r);
	} else if (n < 73) {
		camp_decide(c, r, camp_anybody(c), false);
	} else if (n < 77) {
		camp_agree_again(c, r);
	} else if (n < 84) {
		camp_change_state(c, r, camp_anybody(c));
	} else if (n < 87) {
		camp_erase(c, r);
	} else if (n < 91) {
		camp_sync(c);
	} else if (n < 94) {
		camp_set_day(c, c->day + 1 + (int32_t)dice_below(&c->dice, 6));
	} else if (n < 95) {
		camp_sign_date(c);
	} else if (n < 97) {
		replica_close(r);
		replica_open(r);
	} else {
		send_to_reader(c, CAMP_REGISTRY, CAMP_READERS + dice_below(&c->dice, CAMP_REPLICAS - CAMP_READERS));
	}
}

int main(int argc, char **argv)
{
	camp *c = calloc(1, sizeof *c);
	if (c == NULL || argc < 3 || argc > 4) {
		fprintf(stderr, "usage: make-histories FOLDER SEED\n");
		return 2;
	}
	uint64_t seed = strtoull(argv[2], NULL, 10);
	camp_found(c, argv[1], seed);
#ifdef SAT_PLANTED
	sat_plant = argc == 4 ? atoi(argv[3]) : 0;
#endif
	for (unsigned i = 0, n = STEPS_MIN + dice_below(&c->dice, STEPS_MORE); i < n; i++)
		step(c);
	bool synced = dice_chance(&c->dice, 80);
	if (synced)
		camp_sync(c);
	for (size_t i = CAMP_READERS; i < CAMP_REPLICAS; i++)
		send_to_reader(c, CAMP_REGISTRY, i);
	/* What labels keep from the registry comes to readers from the laptop alone. */
	for (size_t i = CAMP_READERS; synced && c->labels && i < CAMP_REPLICAS; i++)
		send_to_reader(c, CAMP_LAPTOP, i);
	camp_end(c, seed);
	free(c);
	return 0;
}
