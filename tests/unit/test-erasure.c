/* Claims about receipts for erasures: who took something back learns who has erased it, and nobody else can
 * say so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/consent.h"
#include "core/erase.h"
#include "core/erasure.h"
#include "core/store-private.h"
#include "two-laptops.h"

typedef uint8_t erasure_name[SAT_ERASURE_NAME_BYTES];

/* The person's last decision at `r`, which is final. */
static void name_of_last(replica *r, sat_dot person, erasure_name name)
{
	SAT_ARENA(arena);
	sat_decision *all;
	size_t count;
	assert_int_equal(sat_consent_of_subject(r->store, person, true, &arena, &all, &count, NULL), 0);
	assert_true(count > 0 && all[count - 1].final);
	sat_erasure_of_decision(&all[count - 1], name);
}

/* Whether `r` knows that `by` has erased it. */
static bool knows(replica *r, const erasure_name name, const replica *by)
{
	sat_device device;
	int64_t at;
	if (sat_device_find(r->store, sat_identity_device(by->identity), &device, NULL) != 0)
		return false;
	return sat_erasure_confirmed(r->store, name, device.id, &at, NULL) == 1;
}

static int64_t receipts(replica *r)
{
	int64_t n;
	assert_int_equal(sat_db_int(r->store->db, "SELECT count(*) FROM sat_statement WHERE type = 7", &n, 0, NULL), 0);
	return n;
}

/* A person of laptop one, who is known everywhere and then takes their name back. */
static sat_dot take_back(camp *c, erasure_name name)
{
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0417", "name", "Name 0417", NULL);
	replica_decide(&c->one, person, "attend_record", SAT_GIVEN, false);
	replica_decide(&c->one, person, "identity", SAT_GIVEN, false);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->two, &c->stick);
	replica_decide(&c->one, person, "identity", SAT_WITHDRAWN, true);
	name_of_last(&c->one, person, name);
	return person;
}

static void receipt__comes_back_from_everybody(void **state)
{
	camp *c = *state;
	erasure_name name;
	take_back(c, name);
	assert_true(knows(&c->one, name, &c->one));
	assert_false(knows(&c->one, name, &c->hq));
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_true(knows(&c->hq, name, &c->one));
	assert_true(knows(&c->hq, name, &c->hq));
	camp_carry(&c->hq, &c->two, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_true(knows(&c->one, name, &c->hq));
	assert_false(knows(&c->one, name, &c->two));
	camp_carry(&c->two, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_true(knows(&c->one, name, &c->two));
}

static void receipt__is_given_for_a_record_too(void **state)
{
	camp *c = *state;
	erasure_name name;
	sat_dot note = replica_add(&c->one, "note", "text", "to be erased", NULL);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_int_equal(sat_store_begin(c->one.store, NULL), 0);
	assert_int_equal(sat_record_erase(c->one.store, note, 0, NULL), 0);
	assert_int_equal(sat_store_commit(c->one.store, NULL), 0);
	assert_int_equal(sat_erasure_of_record(c->one.store, note, name, NULL), 0);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_true(knows(&c->one, name, &c->hq));
}

static void receipt__is_signed_once(void **state)
{
	camp *c = *state;
	erasure_name name;
	take_back(c, name);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(receipts(&c->one), 2);
	for (int i = 0; i < 2; i++) {
		camp_carry(&c->one, &c->hq, &c->stick);
		camp_carry(&c->hq, &c->one, &c->stick);
	}
	assert_int_equal(receipts(&c->one), 2);
	assert_int_equal(receipts(&c->hq), 2);
}

/* One receipt stands for all that was erased since the last. */
static void receipt__covers_what_came_together(void **state)
{
	camp *c = *state;
	erasure_name first, second;
	sat_dot person = take_back(c, first);
	replica_decide(&c->one, person, "attend_record", SAT_WITHDRAWN, true);
	name_of_last(&c->one, person, second);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(receipts(&c->one), 2);
	assert_true(knows(&c->one, first, &c->hq));
	assert_true(knows(&c->one, second, &c->hq));
}

/* Signs, as laptop two, a receipt that says it is by `issuer`. */
static int admit_forged(camp *c, const replica *issuer, const void *body, size_t length)
{
	SAT_BYTES(object);
	uint8_t digest[SAT_HASH_BYTES], signature[SAT_SIGNATURE_BYTES];
	bool fresh;
	sat_bytes_put_u8(&object, SAT_SIGNED_ERASURE);
	sat_bytes_put(&object, sat_identity_device(issuer->identity), SAT_DEVICE_BYTES);
	sat_bytes_put(&object, "\0\2", 2);
	sat_bytes_put_span(&object, body, length);
	sat_hash(digest, "satchel1state", object.data, object.length);
	sat_sign(c->two.identity, digest, signature);
	sat_bytes_put(&object, signature, sizeof signature);
	assert_int_equal(sat_store_begin(c->one.store, NULL), 0);
	int rc = sat_statement_admit(c->one.store, object.data, object.length, 0, &fresh, NULL);
	if (rc == 0)
		assert_int_equal(sat_store_commit(c->one.store, NULL), 0);
	else
		sat_store_rollback(c->one.store);
	return rc;
}

static void receipt__of_another_cannot_be_forged(void **state)
{
	camp *c = *state;
	erasure_name name;
	take_back(c, name);
	uint8_t body[1 + sizeof name] = { 1 };
	memcpy(body + 1, name, sizeof name);
	assert_int_equal(admit_forged(c, &c->hq, body, sizeof body), SAT_EFORGED);
	assert_false(knows(&c->one, name, &c->hq));
}

static void receipt__that_is_malformed_is_refused(void **state)
{
	camp *c = *state;
	camp_carry(&c->hq, &c->one, &c->stick);
	uint8_t body[1 + 2 * SAT_ERASURE_NAME_BYTES] = { 2 };
	assert_int_equal(admit_forged(c, &c->two, body, 0), SAT_EDAMAGED);
	assert_int_equal(admit_forged(c, &c->two, "\0", 1), SAT_EDAMAGED);
	assert_int_equal(admit_forged(c, &c->two, body, sizeof body - 1), SAT_EDAMAGED);
	assert_int_equal(admit_forged(c, &c->two, body, sizeof body), 0);
}

/* It comes again by way of headquarters, which tells who that is. */
static void receipt__of_a_stranger_is_passed_over(void **state)
{
	camp *c = *state;
	replica stranger;
	erasure_name name;
	take_back(c, name);
	replica_join(&stranger, &c->hq, c->dir, "three", 9, SAT_FACILITATOR);
	uint8_t body[1 + sizeof name] = { 1 };
	memcpy(body + 1, name, sizeof name);
	int64_t before = receipts(&c->one);
	assert_int_equal(admit_forged(c, &stranger, body, sizeof body), 0);
	assert_int_equal(receipts(&c->one), before);
	camp_carry(&c->one, &c->hq, &c->stick);
	camp_carry(&c->hq, &stranger, &c->stick);
	camp_carry(&stranger, &c->hq, &c->stick);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_true(knows(&c->one, name, &stranger));
	replica_free(&stranger);
}

int main(void)
{
	const struct CMUnitTest claims[] = {
		CAMP_CLAIM(receipt__comes_back_from_everybody),
		CAMP_CLAIM(receipt__is_given_for_a_record_too),
		CAMP_CLAIM(receipt__is_signed_once),
		CAMP_CLAIM(receipt__covers_what_came_together),
		CAMP_CLAIM(receipt__of_another_cannot_be_forged),
		CAMP_CLAIM(receipt__that_is_malformed_is_refused),
		CAMP_CLAIM(receipt__of_a_stranger_is_passed_over),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
