/* Claims about a laptop that was lost: another one vouches for what it holds of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/store-private.h"
#include "two-laptops.h"

/* Laptop two exports to headquarters, in bundles of at most `most` bytes or one frame (0: in one). */
static void two_exports(camp *c, bool vouch, uint64_t most)
{
	sat_export_options options = { .form = SAT_FULL, .vouch = vouch, .bundle_bytes_max = most };
	sat_device hq;
	assert_int_equal(sat_device_registry(c->two.store, &hq, NULL), 0);
	assert_int_equal(sat_export(c->two.store, c->two.identity, hq.id, &c->stick.carrier, &options, NULL, NULL,
	                            NULL), 0);
}

static sat_verdict two_vouches(camp *c)
{
	two_exports(c, true, 0);
	return replica_merge_all(&c->hq, &c->stick).verdict;
}

/* How many values of a field of laptop one's record headquarters holds. */
static size_t at_hq(camp *c, sat_dot record, const char *field)
{
	return replica_field(&c->hq, replica_same(&c->one, record, &c->hq), field, NULL);
}

static int64_t voucher_at_hq(camp *c, sat_dot dot)
{
	int64_t voucher;
	assert_int_equal(sat_record_vouched(c->hq.store, dot, &voucher, NULL), 0);
	return voucher;
}

static void vouch__lost_laptops_writes_come_back_by_one_that_vouches(void **state)
{
	camp *c = *state;
	sat_dot workshop = replica_add(&c->one, "workshop", "title", "River mapping", NULL);
	camp_carry(&c->hq, &c->one, &c->stick);
	/* Laptop two gets it from laptop one directly; then laptop one falls into the river. */
	camp_carry(&c->one, &c->two, &c->stick);
	assert_int_equal(replica_field(&c->two, replica_same(&c->one, workshop, &c->two), "title", NULL), 1);
	camp_carry(&c->two, &c->hq, &c->stick);
	assert_int_equal(replica_field(&c->hq, replica_same(&c->two, replica_same(&c->one, workshop, &c->two), &c->hq),
	                               "title", NULL), 0);
	assert_int_equal(two_vouches(c), SAT_MERGED);
	sat_dot there = replica_same(&c->one, workshop, &c->hq);
	assert_int_equal(replica_field(&c->hq, there, "title", NULL), 1);
	sat_device device;
	assert_int_equal(sat_device_get(c->hq.store, voucher_at_hq(c, there), &device, NULL), 0);
	assert_string_equal(device.name, "two");
}

static void vouch__nobody_vouches_for_what_its_author_brought(void **state)
{
	camp *c = *state;
	sat_dot before = replica_add(&c->one, "workshop", "title", "River mapping", NULL);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->one, &c->hq, &c->stick);
	sat_dot after = replica_add(&c->one, "workshop", "title", "Reef mapping", NULL);
	camp_carry(&c->one, &c->two, &c->stick);
	assert_int_equal(two_vouches(c), SAT_MERGED);
	assert_int_equal(voucher_at_hq(c, replica_same(&c->one, before, &c->hq)), 0);
	assert_true(voucher_at_hq(c, replica_same(&c->one, after, &c->hq)) != 0);
	/* The laptop that was thought lost comes back. */
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_int_equal(voucher_at_hq(c, replica_same(&c->one, after, &c->hq)), 0);
}

static void vouch__nobody_vouches_after_being_revoked(void **state)
{
	camp *c = *state;
	sat_dot workshop = replica_add(&c->one, "workshop", "title", "River mapping", NULL);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->one, &c->two, &c->stick);
	camp_revoke(c, "two");
	assert_int_equal(two_vouches(c), SAT_REVOKED_SENDER);
	assert_int_equal(replica_field(&c->hq, replica_same(&c->one, workshop, &c->hq), "title", NULL), 0);
}

/* A stick that was lost takes nothing with it. */
static void vouch__goes_on_until_it_is_received(void **state)
{
	camp *c = *state;
	sat_dot workshop = replica_add(&c->one, "workshop", "title", "River mapping", NULL);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->one, &c->two, &c->stick);
	two_exports(c, true, 0);
	memory_place_remove(&c->stick, 0);
	camp_carry(&c->two, &c->hq, &c->stick);
	assert_int_equal(at_hq(c, workshop, "title"), 1);
}

/* What comes to be later its author brings. */
static void vouch__ends_when_it_is_received(void **state)
{
	camp *c = *state;
	replica_add(&c->one, "workshop", "title", "River mapping", NULL);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->one, &c->two, &c->stick);
	assert_int_equal(two_vouches(c), SAT_MERGED);
	camp_carry(&c->hq, &c->two, &c->stick);
	sat_dot later = replica_add(&c->one, "workshop", "title", "Reef mapping", NULL);
	camp_carry(&c->one, &c->two, &c->stick);
	camp_carry(&c->two, &c->hq, &c->stick);
	assert_int_equal(at_hq(c, later, "title"), 0);
}

/* Parts may arrive in any order: here the values before the decision that permits them, and something of
 * the voucher's own at the end, so that all of it is confirmed. */
static void vouch__answers_for_what_was_declined(void **state)
{
	camp *c = *state;
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0417", NULL);
	replica_decide(&c->one, person, "attend_record", SAT_GIVEN, false);
	camp_carry(&c->hq, &c->one, &c->stick);
	camp_carry(&c->one, &c->two, &c->stick);
	replica_add(&c->two, "workshop", "title", "Reef mapping", NULL);
	two_exports(c, true, 1);
	size_t values = c->stick.count - 2;
	assert_int_equal(replica_merge(&c->hq, &c->stick, c->stick.bundles[values].name).declined, 1);
	memory_place_remove(&c->stick, values);
	replica_merge_all(&c->hq, &c->stick);
	assert_int_equal(at_hq(c, person, "pseudonym"), 0);
	camp_carry(&c->hq, &c->two, &c->stick);
	camp_carry(&c->two, &c->hq, &c->stick);
	assert_int_equal(at_hq(c, person, "pseudonym"), 1);
}

int main(void)
{
	const struct CMUnitTest claims[] = {
		CAMP_CLAIM(vouch__lost_laptops_writes_come_back_by_one_that_vouches),
		CAMP_CLAIM(vouch__nobody_vouches_for_what_its_author_brought),
		CAMP_CLAIM(vouch__nobody_vouches_after_being_revoked),
		CAMP_CLAIM(vouch__goes_on_until_it_is_received),
		CAMP_CLAIM(vouch__ends_when_it_is_received),
		CAMP_CLAIM(vouch__answers_for_what_was_declined),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
