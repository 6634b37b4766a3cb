/* Claims about registry statements: whatever order they come in, they come to the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/store-private.h"
#include "two-laptops.h"

/* Of a laptop that nobody has heard of. */
static sat_public keys;

static int set_up(void **state)
{
	camp_set_up(state);
	camp *c = *state;
	sat_identity *identity;
	assert_int_equal(sat_identity_create(&identity, &c->hq.env.env, NULL), 0);
	keys = *sat_identity_public(identity);
	sat_identity_free(identity);
	return 0;
}

/* A statement as the registry signs it. */
static void sign(camp *c, sat_statement_type type, uint64_t serial, const sat_bytes *body, sat_bytes *object)
{
	uint8_t digest[SAT_HASH_BYTES], signature[SAT_SIGNATURE_BYTES];
	sat_bytes_put_u8(object, (uint8_t)type);
	sat_bytes_put(object, sat_store_self(c->hq.store)->bytes, SAT_DEVICE_BYTES);
	sat_bytes_put_varint(object, serial);
	sat_bytes_put_zigzag(object, 0);
	sat_bytes_put_span(object, body->data, body->length);
	sat_hash(digest, "satchel1state", object->data, object->length);
	sat_sign(c->hq.identity, digest, signature);
	sat_bytes_put(object, signature, sizeof signature);
}

static void sign_approval(camp *c, uint64_t serial, const char *name, const char *audiences, sat_bytes *object)
{
	SAT_BYTES(body);
	sat_bytes_put(&body, keys.sign, SAT_KEY_BYTES);
	sat_bytes_put(&body, keys.seal, SAT_KEY_BYTES);
	sat_bytes_put_u8(&body, SAT_COMMUNITY);
	sat_bytes_put_span(&body, name, strlen(name));
	sat_bytes_put_span(&body, audiences, strlen(audiences));
	sign(c, SAT_SIGNED_APPROVAL, serial, &body, object);
}

static void sign_revocation(camp *c, uint64_t serial, sat_bytes *object)
{
	SAT_BYTES(body);
	sat_device_id device = sat_device_of(&keys);
	sat_bytes_put(&body, device.bytes, SAT_DEVICE_BYTES);
	sat_bytes_put_varint(&body, 0);
	sign(c, SAT_SIGNED_REVOCATION, serial, &body, object);
}

static void admit(replica *r, const sat_bytes *object)
{
	sat_error err = { 0 };
	bool fresh;
	int rc = sat_store_begin(r->store, &err);
	if (rc == 0)
		rc = sat_statement_admit(r->store, object->data, object->length, 0, &fresh, &err);
	if (rc == 0)
		rc = sat_store_commit(r->store, &err);
	if (rc != 0)
		replica_fail("a statement", &err);
	assert_true(fresh);
}

static sat_device look(replica *r)
{
	sat_device device;
	sat_device_id id = sat_device_of(&keys);
	assert_int_equal(sat_device_find(r->store, &id, &device, NULL), 0);
	return device;
}

/* One laptop hears them in this order, another the other way round. */
static void admit_both_ways(camp *c, const sat_bytes *first, const sat_bytes *second)
{
	admit(&c->one, first);
	admit(&c->one, second);
	admit(&c->two, second);
	admit(&c->two, first);
}

static void revocation__holds_before_and_after_its_approval(void **state)
{
	camp *c = *state;
	SAT_BYTES(approval);
	SAT_BYTES(revocation);
	sign_approval(c, 100, "lost", "", &approval);
	sign_revocation(c, 101, &revocation);
	admit_both_ways(c, &approval, &revocation);
	assert_string_equal(look(&c->one).state, "revoked");
	assert_string_equal(look(&c->two).state, "revoked");
}

static void two_approvals(camp *c, uint64_t first_serial, uint64_t second_serial)
{
	SAT_BYTES(first);
	SAT_BYTES(second);
	sign_approval(c, first_serial, "old name", "women", &first);
	sign_approval(c, second_serial, "new name", "men", &second);
	admit_both_ways(c, &first, &second);
}

/* A registry that was restored may approve a laptop that it has forgotten a second time. */
static void approval__with_the_greatest_serial_rules(void **state)
{
	camp *c = *state;
	two_approvals(c, 100, 101);
	assert_string_equal(look(&c->one).audiences, "men");
	assert_string_equal(look(&c->two).audiences, "men");
	assert_string_equal(look(&c->one).name, "new name");
	assert_string_equal(look(&c->two).name, "new name");
}

/* It may have used a serial before and after it was restored. */
static void approval__of_equal_serials_comes_to_the_same(void **state)
{
	camp *c = *state;
	two_approvals(c, 100, 100);
	assert_string_equal(look(&c->one).audiences, look(&c->two).audiences);
}

/* What was received under other audiences says nothing of what it may see now, revoked or not. */
static void approval__for_other_audiences_starts_a_revoked_laptop_from_zero(void **state)
{
	camp *c = *state;
	SAT_BYTES(first);
	SAT_BYTES(revocation);
	SAT_BYTES(second);
	sign_approval(c, 100, "lost", "women", &first);
	sign_revocation(c, 101, &revocation);
	sign_approval(c, 102, "lost", "men", &second);
	admit(&c->one, &first);
	admit(&c->one, &revocation);
	char sql[128];
	int64_t left;
	snprintf(sql, sizeof sql, "INSERT INTO sat_base(device, bundle, upto) VALUES(%lld, zeroblob(16), 7)",
	         (long long)look(&c->one).id);
	assert_int_equal(sat_db_exec(c->one.store->db, sql, NULL), 0);
	admit(&c->one, &second);
	assert_string_equal(look(&c->one).state, "revoked");
	assert_int_equal(sat_db_int(c->one.store->db, "SELECT count(*) FROM sat_base", &left, 0, NULL), 0);
	assert_int_equal(left, 0);
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, set_up, camp_tear_down)

int main(void)
{
	const struct CMUnitTest claims[] = {
		CLAIM(revocation__holds_before_and_after_its_approval),
		CLAIM(approval__with_the_greatest_serial_rules),
		CLAIM(approval__of_equal_serials_comes_to_the_same),
		CLAIM(approval__for_other_audiences_starts_a_revoked_laptop_from_zero),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
