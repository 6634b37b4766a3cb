/* See camp.h. */
#include "camp.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "random-programme.h"

void camp_check(const char *where, int rc, const sat_error *err)
{
	if (rc != 0)
		replica_fail(where, err);
}

static void write_json(const camp *c, const char *name, json_t *json)
{
	char path[400];
	snprintf(path, sizeof path, "%s/%s", c->folder, name);
	if (json_dump_file(json, path, JSON_COMPACT | JSON_SORT_KEYS) != 0) {
		fprintf(stderr, "%s cannot be written\n", path);
		exit(1);
	}
	json_decref(json);
}

static void any_audiences(dice *d, char words[static 64])
{
	static const char *const some[] = { "", "", "elders", "women", "elders women", "women youth", "youth" };
	snprintf(words, 64, "%s", some[dice_below(d, sizeof some / sizeof *some)]);
}

void camp_found(camp *c, const char *folder, uint64_t seed)
{
	static const struct {
		const char *name;
		sat_role role;
	} laptops[CAMP_REPLICAS] = { [CAMP_LAPTOP] = { "camp", SAT_FACILITATOR },
		                     [CAMP_READERS] = { "field", SAT_FACILITATOR },
		                     { "village", SAT_COMMUNITY },
		                     { "audit", SAT_AUDITOR } };
	*c = (camp){ .dice = { dice_mix(seed) }, .folder = folder, .events = json_array() };
	memory_place_init(&c->stick);
	snprintf(c->stores, sizeof c->stores, "%s/stores-XXXXXX", folder);
	if (mkdtemp(c->stores) == NULL) {
		perror(c->stores);
		exit(1);
	}
	json_t *programme = random_programme(&c->dice);
	char *text = json_dumps(programme, JSON_COMPACT);
	uint64_t own = dice_throw(&c->dice);
	replica_found(&c->all[CAMP_REGISTRY], c->stores, "registry", own, text);
	free(text);
	write_json(c, "programme.json", programme);
	for (size_t i = 1; i < CAMP_REPLICAS; i++) {
		any_audiences(&c->dice, c->audiences[i]);
		replica_join_for(&c->all[i], &c->all[CAMP_REGISTRY], c->stores, laptops[i].name, own + i,
		                 laptops[i].role, c->audiences[i]);
		c->replies[i] = i == CAMP_LAPTOP || dice_chance(&c->dice, 35);
	}
	camp_set_day(c, (int32_t)(TEST_ENV_NOW / 86400) + (int32_t)dice_below(&c->dice, 10));
	/* Of dice of its own, so that histories without labels are what they would be if there were none. */
	dice apart = { dice_mix(seed ^ UINT64_C(0x6c6162656c)) };
	c->labels = dice_chance(&apart, 60);
}

void camp_end(camp *c, uint64_t seed)
{
	json_t *devices = json_array();
	for (size_t i = 0; i < CAMP_REPLICAS; i++) {
		json_array_append_new(devices, facts_device(&c->all[i], c->audiences[i], c->replies[i]));
		replica_free(&c->all[i]);
	}
	write_json(c, "facts.json", json_pack("{s:I, s:o, s:o}", "seed", (json_int_t)seed, "devices", devices,
	                                      "events", c->events));
	memory_place_clear(&c->stick);
	char command[400];
	snprintf(command, sizeof command, "rm -rf '%s'", c->stores);
	if (system(command) != 0)
		exit(1);
}

void camp_note(camp *c, json_t *event)
{
	if (event == NULL || json_array_append_new(c->events, event) != 0)
		abort();
}

void camp_marker(camp *c, char *text, size_t room)
{
	uint64_t bits = dice_mix(++c->markers);
	char letters[13] = "";
	/* Numbers below 2^16 are in it as they are, so that no two markers are the same. */
	bits = (bits & ~UINT64_C(0xffff)) | c->markers;
	for (size_t i = 0; i < 12; i++, bits >>= 4)
		letters[i] = (char)('a' + (bits & 15));
	snprintf(text, room, "zq%sqz", letters);
}

void camp_set_day(camp *c, int32_t day)
{
	c->day = day;
	for (size_t i = 0; i < CAMP_REPLICAS; i++)
		c->all[i].env.now = (int64_t)day * 86400 + 40000;
	camp_note(c, json_pack("{s:s, s:i}", "do", "day", "day", day));
}

void camp_sign_date(camp *c)
{
	replica *registry = &c->all[CAMP_REGISTRY];
	int32_t day = c->day - 5 + (int32_t)dice_below(&c->dice, 12);
	SAT_BYTES(body);
	sat_bytes_put_varint(&body, (uint64_t)day);
	CAMP_MUST(sat_store_begin(registry->store, err));
	CAMP_MUST(sat_statement_issue(registry->store, registry->identity, SAT_SIGNED_DATE, body.data, body.length, err));
	CAMP_MUST(sat_store_commit(registry->store, err));
	camp_note(c, json_pack("{s:s, s:i}", "do", "date", "day", day));
}

/* --- sticks ------------------------------------------------------------------------------------------ */

static json_t *keep_bundle(camp *c, const memory_bundle *bundle)
{
	char path[400], name[32];
	snprintf(name, sizeof name, "%03u.satchel", c->files++);
	snprintf(path, sizeof path, "%s/%s", c->folder, name);
	FILE *out = fopen(path, "wb");
	if (out == NULL || fwrite(bundle->data, 1, bundle->size, out) != bundle->size || fclose(out) != 0) {
		perror(path);
		exit(1);
	}
	return json_string(name);
}

void camp_export(camp *c, size_t from, size_t to, bool merge)
{
	replica *sender = &c->all[from], *recipient = &c->all[to];
	sat_device device;
	json_t *files = json_array();
	sat_export_options options = { .form = dice_chance(&c->dice, 70) ? SAT_FULL : SAT_COMPACT,
		                       .level = dice_chance(&c->dice, 70) ? SAT_LEVEL_STICK : SAT_LEVEL_SLOW_LINK,
		                       .bundle_bytes_max = dice_chance(&c->dice, 25) ? 1 : 0 };
	CAMP_MUST(sat_device_find(sender->store, sat_identity_device(recipient->identity), &device, err));
	CAMP_MUST(sat_export(sender->store, sender->identity, device.id, &c->stick.carrier, &options, NULL, NULL, err));
	for (size_t i = 0; i < c->stick.count; i++)
		json_array_append_new(files, keep_bundle(c, &c->stick.bundles[i]));
	bool all = c->stick.count > 0;
	while (merge && c->stick.count > 0) {
		sat_merged merged = replica_merge(recipient, &c->stick, c->stick.bundles[0].name);
		all = all && (merged.verdict == SAT_MERGED || merged.verdict == SAT_DUPLICATE);
		memory_place_remove(&c->stick, 0);
	}
	memory_place_clear(&c->stick);
	camp_note(c, json_pack("{s:s, s:s, s:s, s:o, s:b}", "do", "export", "from", sender->name, "to",
	                       recipient->name, "files", files, "merged", merge && all));
}

void camp_sync(camp *c)
{
	for (int round = 0; round < 3; round++) {
		camp_export(c, CAMP_REGISTRY, CAMP_LAPTOP, true);
		camp_export(c, CAMP_LAPTOP, CAMP_REGISTRY, true);
	}
}
