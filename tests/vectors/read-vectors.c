/* Reads test vectors with the real reader: one line of JSON for each file named, in their order.
 *
 *     {"name", "verdict", "outcome", "reason", "whole", "content"}
 *
 * "outcome" is the word that stands behind `expect:`, "whole" what verify says, "content" as in
 * content.h where the bundle was taken in.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "content.h"
#include "core/store-private.h"
#include "tests/support/replica.h"
#include "vector.h"

static void check(const char *where, int rc, const sat_error *err)
{
	if (rc != 0)
		replica_fail(where, err);
}

/* A store that is the vector's recipient and has approved the vector's devices. */
static void open_recipient(replica *r, vector *v, const char *dir)
{
	sat_error err = { 0 };
	*r = (replica){ .role = v->role, .identity = v->recipient };
	test_env_init(&r->env, 1);
	snprintf(r->path, sizeof r->path, "%s/%s.db", dir, v->name);
	sat_store_setup setup = { .name = "recipient", .role = v->role,
		                  .self = sat_identity_public(v->recipient) };
	check("create", sat_store_create(r->path, &setup, NULL, &r->env.env, &err), &err);
	replica_open(r);
	check("begin", sat_store_begin(r->store, &err), &err);
	for (size_t i = 0; i < v->known_count; i++) {
		char name[32];
		int64_t id;
		snprintf(name, sizeof name, "device %zu", i);
		check("known", sat_device_request(r->store, &v->known[i].keys, v->known[i].role, name, &id, &err),
		      &err);
	}
	check("known", sat_db_exec(r->store->db, "UPDATE sat_device SET state = 'approved' WHERE state = 'pending'",
	                           &err), &err);
	check("commit", sat_store_commit(r->store, &err), &err);
}

static const char *outcome_of(sat_verdict verdict)
{
	switch (verdict) {
	case SAT_MERGED:
	case SAT_ENROLMENT:
	case SAT_DUPLICATE:
	case SAT_WAITING:
		return "ok";
	default:
		return sat_verdict_name(verdict);
	}
}

static void read_one(const char *path, const char *dir)
{
	vector v;
	replica r;
	vector_read(&v, path);
	open_recipient(&r, &v, dir);
	memory_place place;
	memory_place_init(&place);
	char name[64];
	const void *data = v.bytes.length == 0 ? "" : (const void *)v.bytes.data;
	snprintf(name, sizeof name, "%s", memory_place_add(&place, data, v.bytes.length));
	bool opened;
	bool whole = sat_bundle_verify(r.store, r.identity, &place.carrier, name, &opened, NULL) == 0;
	json_t *content = content_of_bundle(r.store, r.identity, data, v.bytes.length);
	sat_merged merged = replica_merge(&r, &place, name);
	const char *outcome = outcome_of(merged.verdict);
	bool taken = strcmp(outcome, "ok") == 0 || merged.verdict == SAT_SALVAGED;
	if (!sat_utf8_valid(merged.reason, strlen(merged.reason))) {
		fprintf(stderr, "%s: the reason is not valid UTF-8\n", v.name);
		abort();
	}
	json_t *line = json_pack("{s:s, s:s, s:s, s:s, s:b, s:O?}", "name", v.name, "verdict",
	                         sat_verdict_name(merged.verdict), "outcome", outcome, "reason", merged.reason,
	                         "whole", (int)whole, "content", taken ? content : NULL);
	char *text = json_dumps(line, JSON_COMPACT | JSON_SORT_KEYS);
	puts(text);
	free(text);
	json_decref(line);
	json_decref(content);
	memory_place_clear(&place);
	sat_store_free(r.store);
	vector_clear(&v);
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/satchel-vectors-XXXXXX";
	if (argc < 2 || mkdtemp(dir) == NULL) {
		fprintf(stderr, "usage: read-vectors FILE.vector...\n");
		return 2;
	}
	for (int i = 1; i < argc; i++)
		read_one(argv[i], dir);
	char command[64];
	snprintf(command, sizeof command, "rm -r %s", dir);
	return system(command) == 0 ? 0 : 1;
}
