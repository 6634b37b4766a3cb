/* See scratch-store.h. */
#include "scratch-store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/store-private.h"
#include "tests/support/replica.h"

static const char programme[] =
	"{\"satchel_programme\":1,\"name\":\"fuzz\",\"version\":1,\"language\":\"en\","
	"\"purposes\":[{\"name\":\"attend\"},{\"name\":\"identity\"}],\"kinds\":["
	"{\"name\":\"person\",\"person\":true,\"title\":\"pseudonym\",\"fields\":["
	"{\"name\":\"pseudonym\",\"type\":\"text\",\"needs\":[\"attend\"],\"search\":true},"
	"{\"name\":\"name\",\"type\":\"text\",\"needs\":[\"attend\",\"identity\"]}]},"
	"{\"name\":\"visit\",\"title\":\"title\",\"fields\":["
	"{\"name\":\"title\",\"type\":\"text\",\"search\":true},{\"name\":\"heads\",\"type\":\"integer\"},"
	"{\"name\":\"day\",\"type\":\"date\"},"
	"{\"name\":\"guide\",\"type\":\"reference\",\"of\":\"person\",\"needs\":[\"attend\"]},"
	"{\"name\":\"guests\",\"type\":\"references\",\"of\":\"person\",\"needs\":[\"attend\"]}]},"
	"{\"name\":\"reply\",\"unlinked\":true,\"fields\":[{\"name\":\"text\",\"type\":\"text\"}]}]}";

static replica hq;
static sat_identity *sender;
static char dir[64];

static void remove_all(void)
{
	char command[128];
	replica_free(&hq);
	sat_identity_free(sender);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	if (system(command) != 0)
		perror(command);
}

static void check(int rc, const sat_error *err)
{
	if (rc != 0)
		replica_fail("scratch store", err);
}

static void open_once(void)
{
	sat_error err = { 0 };
	test_env env;
	int64_t id;
	strcpy(dir, access("/dev/shm", W_OK) == 0 ? "/dev/shm/satchel-XXXXXX" : "/tmp/satchel-XXXXXX");
	if (mkdtemp(dir) == NULL)
		abort();
	replica_found(&hq, dir, "registry", 1, programme);
	test_env_init(&env, 2);
	check(sat_identity_create(&sender, &env.env, &err), &err);
	check(sat_store_begin(hq.store, &err), &err);
	check(sat_device_request(hq.store, sat_identity_public(sender), SAT_FACILITATOR, "laptop", &id, &err), &err);
	check(sat_db_exec(hq.store->db, "UPDATE sat_device SET state = 'approved' WHERE state = 'pending'", &err),
	      &err);
	check(sat_store_commit(hq.store, &err), &err);
	if (id != SCRATCH_SENDER)
		abort();
	atexit(remove_all);
}

sat_store *scratch_store(void)
{
	if (hq.store == NULL)
		open_once();
	return hq.store;
}

const sat_identity *scratch_identity(void)
{
	scratch_store();
	return hq.identity;
}

const sat_identity *scratch_sender(void)
{
	scratch_store();
	return sender;
}
