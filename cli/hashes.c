/* See hashes.h.  Open addressing; records with the same hash stand behind each other. */
#include "hashes.h"

#include <stdlib.h>

#include "core/error.h"

uint64_t cli_hash(uint64_t hash, const void *data, size_t length)
{
	const uint8_t *bytes = data;
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
	return hash;
}

static void put(struct cli_hashed *at, size_t room, struct cli_hashed entry)
{
	size_t slot = entry.hash & (room - 1);
	while (at[slot].id != 0)
		slot = (slot + 1) & (room - 1);
	at[slot] = entry;
}

static int grow(cli_hashes *h)
{
	if (h->count * 2 < h->room)
		return 0;
	size_t room = h->room == 0 ? 1024 : h->room * 2;
	struct cli_hashed *at = calloc(room, sizeof *at);
	if (at == NULL)
		return SAT_ENOMEM;
	for (size_t i = 0; i < h->room; i++) {
		if (h->at[i].id != 0)
			put(at, room, h->at[i]);
	}
	free(h->at);
	h->at = at;
	h->room = room;
	return 0;
}

int cli_hashes_put(cli_hashes *hashes, uint64_t hash, sat_dot id)
{
	if (grow(hashes) != 0)
		return SAT_ENOMEM;
	put(hashes->at, hashes->room, (struct cli_hashed){ hash, id });
	hashes->count++;
	return 0;
}

sat_dot cli_hashes_next(const cli_hashes *hashes, uint64_t hash, size_t *at)
{
	while (hashes->room > 0) {
		const struct cli_hashed *entry = &hashes->at[(hash + *at) & (hashes->room - 1)];
		if (entry->id == 0)
			return 0;
		(*at)++;
		if (entry->hash == hash)
			return entry->id;
	}
	return 0;
}

void cli_hashes_free(cli_hashes *hashes)
{
	free(hashes->at);
	*hashes = (cli_hashes){ 0 };
}
