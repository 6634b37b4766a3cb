/* See apart.h. */
#include "apart.h"

#include <string.h>

#include "keys.h"
#include "plant.h"
#include "store-private.h"

static void turn_to(sat_store *store, int64_t own, int64_t counter)
{
	store->own = own;
	store->counter = counter;
	/* Its first write in this transaction says when. */
	store->moment = INT64_MIN;
	store->moment_due = true;
}

static size_t find(const sat_store *store, const uint8_t key[static 16])
{
	size_t at = 0;
	while (at < store->apart_count && memcmp(store->apart[at].key, key, sizeof store->apart[at].key) != 0)
		at++;
	return at;
}

/* The incarnation that is written under from here on is that of `key`. */
static int begin(sat_store *store, const uint8_t key[static 16], sat_error *err)
{
	size_t at = find(store, key);
	sat_apart one = { 0 };
	if (at < store->apart_count)
		one = store->apart[at];
	else
		memcpy(one.key, key, sizeof one.key);
	if (at == SAT_APART_MAX)
		at--;
	/* The one used last stands first. */
	memmove(store->apart + 1, store->apart, at * sizeof one);
	store->apart[0] = one;
	store->apart_count += at == store->apart_count;
	store->usual_own = store->own;
	store->usual_counter = store->counter;
	store->is_apart = true;
	turn_to(store, one.own, one.counter);
	return sat_incarnation_own(store, err);
}

int sat_apart_begin(sat_store *store, const sat_dot *labels, size_t count, sat_error *err)
{
	uint8_t hash[SAT_HASH_BYTES];
	if (count == 0 || store->is_apart || SAT_PLANTED_BUG(35))
		return 0;
	sat_hash(hash, "satchel1apart", labels, count * sizeof *labels);
	return begin(store, hash, err);
}

int sat_apart_begin_new(sat_store *store, sat_error *err)
{
	uint8_t key[16];
	store->env->random(store->env->context, key, sizeof key);
	return store->is_apart || SAT_PLANTED_BUG(35) ? 0 : begin(store, key, err);
}

void sat_apart_end(sat_store *store)
{
	if (!store->is_apart)
		return;
	store->apart[0].own = store->own;
	store->apart[0].counter = store->counter;
	store->is_apart = false;
	turn_to(store, store->usual_own, store->usual_counter);
}

void sat_apart_forget(sat_store *store)
{
	sat_apart_end(store);
	store->apart_count = 0;
}
