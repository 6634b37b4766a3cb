/* See two-laptops.h. */
#include "two-laptops.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

int camp_set_up(void **state)
{
	camp *c = *state = calloc(1, sizeof *c);
	strcpy(c->dir, "/tmp/satchel-XXXXXX");
	assert_non_null(mkdtemp(c->dir));
	memory_place_init(&c->stick);
	replica_found(&c->hq, c->dir, "registry", 1, NULL);
	replica_join(&c->one, &c->hq, c->dir, "one", 2, SAT_FACILITATOR);
	replica_join(&c->two, &c->hq, c->dir, "two", 3, SAT_FACILITATOR);
	return 0;
}

int camp_tear_down(void **state)
{
	camp *c = *state;
	char command[128];
	replica_free(&c->hq);
	replica_free(&c->one);
	replica_free(&c->two);
	memory_place_clear(&c->stick);
	snprintf(command, sizeof command, "rm -rf %s", c->dir);
	assert_int_equal(system(command), 0);
	free(c);
	return 0;
}

void camp_carry(replica *from, replica *to, memory_place *stick)
{
	replica_export(from, to, stick);
	replica_merge_all(to, stick);
}

sat_peer_status camp_standing(replica *r, const char *peer)
{
	SAT_ARENA(arena);
	sat_status status;
	assert_int_equal(sat_status_read(r->store, &arena, &status, NULL), 0);
	for (size_t i = 0; i < status.peer_count; i++) {
		if (strcmp(status.peers[i].name, peer) == 0)
			return status.peers[i];
	}
	fail_msg("no peer %s", peer);
	return (sat_peer_status){ 0 };
}

const sat_manifest *camp_manifest(sat_bundle_reader **reader, replica *to, const memory_bundle *bundle)
{
	sat_bundle_event event = SAT_BUNDLE_MORE;
	uint64_t offset;
	size_t count;
	assert_int_equal(sat_bundle_reader_begin(reader, to->identity, bundle->size, NULL), 0);
	while (event != SAT_BUNDLE_MANIFEST && sat_bundle_reader_want(*reader, &offset, &count))
		assert_int_equal(sat_bundle_reader_feed(*reader, bundle->data + offset, count, &event, NULL), 0);
	return sat_bundle_reader_manifest(*reader);
}

void camp_revoke(camp *c, const char *name)
{
	sat_device device;
	assert_int_equal(sat_device_named(c->hq.store, name, &device, NULL), 0);
	assert_int_equal(sat_store_begin(c->hq.store, NULL), 0);
	assert_int_equal(sat_device_revoke(c->hq.store, c->hq.identity, device.id, NULL), 0);
	assert_int_equal(sat_store_commit(c->hq.store, NULL), 0);
}

void camp_copy(camp *c, const replica *of, replica *copy)
{
	*copy = *of;
	snprintf(copy->path, sizeof copy->path, "%s/copy.db", c->dir);
	assert_int_equal(sat_store_backup(of->store, copy->path, NULL), 0);
	test_env_init(&copy->env, 77);
	replica_open(copy);
}

void camp_carry_without(camp *c, replica *from, replica *to, size_t lost)
{
	replica_export(from, to, &c->stick);
	SAT_AUTO(sat_bundle_reader) reader = NULL;
	const sat_manifest *m = camp_manifest(&reader, to, &c->stick.bundles[0]);
	assert_in_range(m->frame_count, 2, 3);
	uint64_t at = sat_bundle_reader_body(reader) + (lost == 0 ? 0 : m->frames[0].length);
	c->stick.bundles[0].data[at] ^= 1;
	assert_int_equal(replica_merge_all(to, &c->stick).verdict, SAT_SALVAGED);
}

sat_dot camp_known_to_all(camp *c)
{
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0417", NULL);
	replica_decide(&c->one, person, "attend_record", SAT_GIVEN, false);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	return person;
}
