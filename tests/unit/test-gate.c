/* Claims about decisions and the gate: what may leave, for whom, and what erases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/gate.h"
#include "registry-place.h"

typedef struct place {
	char dir[PLACE_DIR_CHARS];
	replica r;
	sat_dot person;
} place;

static int set_up(void **state)
{
	place *p = *state = calloc(1, sizeof *p);
	registry_place_make(p->dir, &p->r);
	p->person = replica_add(&p->r, "person", "pseudonym", "P 0417", NULL);
	return 0;
}

static int tear_down(void **state)
{
	place *p = *state;
	registry_place_remove(p->dir, &p->r);
	free(p);
	return 0;
}

/* What the gate says to a role about a purpose, for a value that states these episodes. */
static sat_answer ask(place *p, sat_role role, int32_t today, const char *purpose, const sat_stated *stated,
                      size_t count)
{
	SAT_AUTO(sat_gate) gate = NULL;
	sat_recipient to = { .role = role, .audiences = "", .today = today };
	sat_leave leave;
	assert_int_equal(sat_gate_open(&gate, p->r.store, &to, NULL), 0);
	assert_int_equal(sat_gate_weigh(gate, &p->person, 1, stated, count, &leave, NULL), 0);
	return sat_gate_answer(&leave, sat_purpose_find(p->r.store, purpose));
}

static sat_answer ask_usual(place *p, const char *purpose)
{
	sat_stated usual = { p->person, 0, SAT_EVERY_PURPOSE };
	return ask(p, SAT_REGISTRY, 0, purpose, &usual, 1);
}

static void gate__is_no_by_default(void **state)
{
	assert_int_equal(ask_usual(*state, "identity"), SAT_SUSPENDED);
}

static void gate__only_given_and_renewed_permit(void **state)
{
	place *p = *state;
	for (int event = SAT_REQUESTED; event <= SAT_EVENT_LAST; event++) {
		replica_decide(&p->r, p->person, "identity", SAT_GIVEN, false);
		replica_decide(&p->r, p->person, "identity", (sat_event)event, false);
		assert_int_equal(ask_usual(p, "identity"),
		                 event == SAT_GIVEN || event == SAT_RENEWED ? SAT_PERMITTED : SAT_SUSPENDED);
	}
}

static void gate__one_purpose_says_nothing_of_another(void **state)
{
	place *p = *state;
	replica_decide(&p->r, p->person, "identity", SAT_GIVEN, false);
	assert_int_equal(ask_usual(p, "contact"), SAT_SUSPENDED);
}

static void gate__stopping_is_reversible(void **state)
{
	place *p = *state;
	replica_decide(&p->r, p->person, "identity", SAT_GIVEN, false);
	replica_decide(&p->r, p->person, "identity", SAT_WITHDRAWN, false);
	assert_int_equal(ask_usual(p, "identity"), SAT_SUSPENDED);
	replica_decide(&p->r, p->person, "identity", SAT_GIVEN, false);
	assert_int_equal(ask_usual(p, "identity"), SAT_PERMITTED);
}

static void gate__taking_back_erases_what_was_stated_and_a_new_yes_does_not_bring_it_back(void **state)
{
	place *p = *state;
	replica_decide(&p->r, p->person, "identity", SAT_GIVEN, false);
	replica_decide(&p->r, p->person, "identity", SAT_WITHDRAWN, true);
	assert_int_equal(ask_usual(p, "identity"), SAT_ERASED);
	replica_decide(&p->r, p->person, "identity", SAT_GIVEN, false);
	assert_int_equal(ask_usual(p, "identity"), SAT_ERASED);
	uint8_t bit = (uint8_t)__builtin_ctzll(sat_purpose_find(p->r.store, "identity"));
	sat_stated next[] = { { p->person, 1, bit }, { p->person, 0, SAT_EVERY_PURPOSE } };
	assert_int_equal(ask(p, SAT_REGISTRY, 0, "identity", next, 2), SAT_PERMITTED);
	sat_stated future[] = { { p->person, 2, bit }, { p->person, 0, SAT_EVERY_PURPOSE } };
	assert_int_equal(ask(p, SAT_REGISTRY, 0, "identity", future, 2), SAT_SUSPENDED);
}

static void gate__value_that_does_not_state_a_person_is_suspended_not_erased(void **state)
{
	place *p = *state;
	replica_decide(&p->r, p->person, "identity", SAT_GIVEN, false);
	assert_int_equal(ask(p, SAT_REGISTRY, 0, "identity", NULL, 0), SAT_PERMITTED);
	replica_decide(&p->r, p->person, "identity", SAT_WITHDRAWN, true);
	replica_decide(&p->r, p->person, "identity", SAT_GIVEN, false);
	assert_int_equal(ask(p, SAT_REGISTRY, 0, "identity", NULL, 0), SAT_SUSPENDED);
}

static void decide(place *p, sat_decision decision)
{
	decision.subject = p->person;
	decision.purpose = "identity";
	decision.event = SAT_GIVEN;
	sat_error err = { 0 };
	assert_int_equal(sat_store_begin(p->r.store, &err), 0);
	assert_int_equal(sat_consent_record(p->r.store, p->r.identity, &decision, 1, &err), 0);
	assert_int_equal(sat_store_commit(p->r.store, &err), 0);
}

static void gate__recipients_that_are_named_leave_others_out(void **state)
{
	place *p = *state;
	sat_stated usual = { p->person, 0, SAT_EVERY_PURPOSE };
	decide(p, (sat_decision){ .recipients = "facilitator registry" });
	assert_int_equal(ask(p, SAT_REGISTRY, 0, "identity", &usual, 1), SAT_PERMITTED);
	assert_int_equal(ask(p, SAT_AUDITOR, 0, "identity", &usual, 1), SAT_SUSPENDED);
}

static void gate__validity_ends_with_its_day(void **state)
{
	place *p = *state;
	sat_stated usual = { p->person, 0, SAT_EVERY_PURPOSE };
	decide(p, (sat_decision){ .until = 19000 });
	assert_int_equal(ask(p, SAT_REGISTRY, 19000, "identity", &usual, 1), SAT_PERMITTED);
	assert_int_equal(ask(p, SAT_REGISTRY, 19001, "identity", &usual, 1), SAT_SUSPENDED);
}

static size_t below(uint64_t *state, size_t limit)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(*state >> 33) % limit;
}

/* One to four purposes decided in one sitting, now and then with something that hangs on more. */
static void decide_by_chance(place *p, uint64_t *luck, sat_dot person)
{
	static const char *const purposes[] = { "identity", "contact", "attend_record", "quote_unnamed" };
	static const char *const recipients[] = { NULL, NULL, NULL, "registry", "elders", "auditor registry" };
	sat_decision all[4] = { 0 };
	size_t count = 1 + below(luck, 4), first = below(luck, 4);
	const char *named = recipients[below(luck, 6)];
	for (size_t i = 0; i < count; i++) {
		all[i] = (sat_decision){ .subject = person, .purpose = purposes[(first + i) % 4],
			                 .event = below(luck, 4) == 0 ? SAT_REFUSED : SAT_GIVEN,
			                 .recipients = below(luck, 2) == 0 ? named : NULL,
			                 .until = below(luck, 20) == 0 ? 19000 : 0 };
		if (below(luck, 20) == 0)
			all[i].recipients = "community";
		if (below(luck, 20) == 0) {
			all[i].event = SAT_WITHDRAWN;
			all[i].final = true;
		}
	}
	assert_int_equal(sat_consent_record(p->r.store, p->r.identity, all, count, NULL), 0);
}

static void gate__who_was_expected_is_answered_as_who_was_not(void **state)
{
	place *p = *state;
	enum { PERSONS = 300 };
	uint64_t luck = 20261128;
	sat_dot persons[PERSONS];
	assert_int_equal(sat_store_begin(p->r.store, NULL), 0);
	for (int i = 0; i < PERSONS; i++) {
		persons[i] = i == 0 ? p->person : persons[0] + i;
		for (size_t n = below(&luck, 3); n > 0; n--)
			decide_by_chance(p, &luck, persons[i]);
	}
	assert_int_equal(sat_store_commit(p->r.store, NULL), 0);
	size_t permitted = 0, dead = 0;
	for (int role = SAT_REGISTRY; role <= SAT_AUDITOR; role++) {
		SAT_AUTO(sat_gate) expecting = NULL;
		SAT_AUTO(sat_gate) asking = NULL;
		sat_recipient to = { .role = (sat_role)role, .audiences = role == SAT_AUDITOR ? "elders" : "",
			             .today = 19001 };
		assert_int_equal(sat_gate_open(&expecting, p->r.store, &to, NULL), 0);
		assert_int_equal(sat_gate_open(&asking, p->r.store, &to, NULL), 0);
		assert_int_equal(sat_gate_expect(expecting, persons[0], persons[PERSONS - 1], NULL), 0);
		for (int i = 0; i < PERSONS; i++) {
			sat_stated usual = { persons[i], 0, SAT_EVERY_PURPOSE };
			sat_leave one, other;
			assert_int_equal(sat_gate_weigh(expecting, &persons[i], 1, &usual, 1, &one, NULL), 0);
			assert_int_equal(sat_gate_weigh(asking, &persons[i], 1, &usual, 1, &other, NULL), 0);
			assert_int_equal(one.permitted, other.permitted);
			assert_int_equal(one.dead, other.dead);
			permitted += one.permitted != 0;
			dead += one.dead != 0;
		}
	}
	assert_true(permitted > PERSONS && dead > PERSONS / 10);
}

static void gate__reason_can_be_shown(void **state)
{
	place *p = *state;
	SAT_AUTO(sat_gate) gate = NULL;
	sat_recipient to = { .role = SAT_REGISTRY, .audiences = "" };
	sat_stated usual = { p->person, 0, SAT_EVERY_PURPOSE };
	char sentence[256];
	replica_decide(&p->r, p->person, "identity", SAT_REFUSED, false);
	assert_int_equal(sat_gate_open(&gate, p->r.store, &to, NULL), 0);
	assert_int_equal(sat_gate_reason(gate, &p->person, 1, &usual, 1, sat_purpose_find(p->r.store, "identity"),
	                                 sentence, sizeof sentence, NULL), 0);
	assert_non_null(strstr(sentence, "identity: person "));
	assert_non_null(strstr(sentence, "said no"));
}

static void consent__unknown_purpose_is_refused(void **state)
{
	place *p = *state;
	sat_decision decision = { .subject = p->person, .purpose = "mining", .event = SAT_GIVEN };
	sat_error err;
	assert_int_equal(sat_store_begin(p->r.store, &err), 0);
	assert_int_equal(sat_consent_record(p->r.store, p->r.identity, &decision, 1, &err), SAT_EINVALID);
	sat_store_rollback(p->r.store);
}

static void consent__only_taking_back_is_final(void **state)
{
	place *p = *state;
	sat_decision decision = { .subject = p->person, .purpose = "identity", .event = SAT_GIVEN, .final = true };
	assert_int_equal(sat_store_begin(p->r.store, NULL), 0);
	assert_int_equal(sat_consent_record(p->r.store, p->r.identity, &decision, 1, NULL), SAT_EINVALID);
	sat_store_rollback(p->r.store);
}

/* Every decision of a batch is provable alone, and only as it was made. */
static void batch__any_part_proves_itself_and_no_change_does(void **state)
{
	place *p = *state;
	enum { LEAVES = 70 };
	sat_decision all[LEAVES] = { 0 };
	SAT_ARENA(arena);
	for (int i = 0; i < LEAVES; i++)
		all[i] = (sat_decision){ .subject = p->person, .purpose = i % 2 ? "identity" : "contact",
			                 .event = SAT_GIVEN, .details = { [SAT_METHOD] = "oral" } };
	assert_int_equal(sat_store_begin(p->r.store, NULL), 0);
	assert_int_equal(sat_consent_record(p->r.store, p->r.identity, all, LEAVES, NULL), 0);
	assert_int_equal(sat_store_commit(p->r.store, NULL), 0);
	sat_batch batch;
	sat_decision *kept;
	size_t count;
	assert_int_equal(sat_consent_of_subject(p->r.store, p->person, true, &arena, &kept, &count, NULL), 0);
	assert_int_equal(count, LEAVES);
	assert_int_equal(sat_batch_of(p->r.store, all[0].id, &arena, &batch, NULL), 0);
	assert_int_equal(batch.leaves, LEAVES);
	uint8_t names[LEAVES][SAT_HASH_BYTES];
	for (int i = 0; i < LEAVES; i++)
		memcpy(names[i], all[i].name, SAT_HASH_BYTES);
	const sat_public *author = sat_identity_public(p->r.identity);
	for (int leaf = 0; leaf < LEAVES; leaf++) {
		bool in[LEAVES] = { false };
		sat_batch alone = batch;
		in[leaf] = true;
		assert_int_equal(sat_batch_narrow(&alone, NULL, (const uint8_t(*)[SAT_HASH_BYTES])names, in, &arena, NULL), 0);
		assert_true(alone.proof_count < 20);
		sat_decision one = kept[leaf];
		assert_int_equal(sat_batch_verify(p->r.store, &alone, in, &one, 1, author, NULL), 0);
		one.event = SAT_REFUSED;
		assert_int_equal(sat_batch_verify(p->r.store, &alone, in, &one, 1, author, NULL), SAT_EFORGED);
		one = kept[leaf];
		one.details[SAT_METHOD] = "written";
		assert_int_equal(sat_batch_verify(p->r.store, &alone, in, &one, 1, author, NULL), SAT_EFORGED);
	}
}

/* One person's yeses, signed together. */
static void record_together(place *p, sat_decision *all, size_t count)
{
	for (size_t i = 0; i < count; i++)
		all[i] = (sat_decision){ .subject = p->person, .purpose = "identity", .event = SAT_GIVEN };
	assert_int_equal(sat_store_begin(p->r.store, NULL), 0);
	assert_int_equal(sat_consent_record(p->r.store, p->r.identity, all, count, NULL), 0);
	assert_int_equal(sat_store_commit(p->r.store, NULL), 0);
}

/* Whoever has a part can pass on a part of that. */
static void batch__part_of_a_part_proves_itself(void **state)
{
	place *p = *state;
	enum { LEAVES = 70 };
	sat_decision all[LEAVES] = { 0 };
	SAT_ARENA(arena);
	record_together(p, all, LEAVES);
	sat_batch batch;
	sat_decision *kept, left[LEAVES];
	size_t count, n = 0, m = 0;
	assert_int_equal(sat_consent_of_subject(p->r.store, p->person, true, &arena, &kept, &count, NULL), 0);
	assert_int_equal(sat_batch_of(p->r.store, all[0].id, &arena, &batch, NULL), 0);
	uint8_t names[LEAVES][SAT_HASH_BYTES], names_left[LEAVES][SAT_HASH_BYTES];
	bool in[LEAVES], fewer[LEAVES];
	for (int i = 0; i < LEAVES; i++) {
		memcpy(names[i], all[i].name, SAT_HASH_BYTES);
		in[i] = i % 3 != 0 && (i < 20 || i > 40);
		fewer[i] = in[i] && i % 5 == 1;
		if (in[i])
			memcpy(names_left[n++], all[i].name, SAT_HASH_BYTES);
		if (fewer[i])
			left[m++] = kept[i];
	}
	assert_int_equal(sat_batch_narrow(&batch, NULL, (const uint8_t(*)[SAT_HASH_BYTES])names, in, &arena, NULL), 0);
	assert_int_equal(sat_batch_narrow(&batch, in, (const uint8_t(*)[SAT_HASH_BYTES])names_left, fewer, &arena, NULL), 0);
	assert_int_equal(sat_batch_verify(p->r.store, &batch, fewer, left, m, sat_identity_public(p->r.identity), NULL), 0);
}

/* Two parts that came from different people prove themselves together. */
static void batch__parts_are_joined(void **state)
{
	place *p = *state;
	enum { LEAVES = 70 };
	sat_decision all[LEAVES] = { 0 };
	SAT_ARENA(arena);
	record_together(p, all, LEAVES);
	sat_batch whole;
	sat_decision *kept;
	size_t count;
	assert_int_equal(sat_consent_of_subject(p->r.store, p->person, true, &arena, &kept, &count, NULL), 0);
	assert_int_equal(sat_batch_of(p->r.store, all[0].id, &arena, &whole, NULL), 0);
	uint8_t names[LEAVES][SAT_HASH_BYTES];
	for (int i = 0; i < LEAVES; i++)
		memcpy(names[i], all[i].name, SAT_HASH_BYTES);
	for (int step = 2; step < 20; step++) {
		bool in[2][LEAVES], both[LEAVES];
		uint8_t parts[2][LEAVES][SAT_HASH_BYTES];
		sat_batch part[2] = { whole, whole };
		sat_decision left[LEAVES];
		size_t n[2] = { 0 }, m = 0;
		for (int i = 0; i < LEAVES; i++) {
			in[0][i] = i % step == 0;
			in[1][i] = i % step == 1 || i > 66;
			both[i] = in[0][i] || in[1][i];
			for (int k = 0; k < 2; k++) {
				if (in[k][i])
					memcpy(parts[k][n[k]++], names[i], SAT_HASH_BYTES);
			}
			if (both[i])
				left[m++] = kept[i];
		}
		for (int k = 0; k < 2; k++)
			assert_int_equal(sat_batch_narrow(&part[k], NULL, (const uint8_t(*)[SAT_HASH_BYTES])names, in[k],
			                                  &arena, NULL), 0);
		assert_int_equal(sat_batch_join(&part[0], in[0], (const uint8_t(*)[SAT_HASH_BYTES])parts[0], &part[1], in[1],
		                                (const uint8_t(*)[SAT_HASH_BYTES])parts[1], &arena, NULL), 0);
		assert_int_equal(sat_batch_verify(p->r.store, &part[0], both, left, m, sat_identity_public(p->r.identity),
		                                  NULL), 0);
	}
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest claims[] = {
		CLAIM(gate__is_no_by_default),
		CLAIM(gate__only_given_and_renewed_permit),
		CLAIM(gate__one_purpose_says_nothing_of_another),
		CLAIM(gate__stopping_is_reversible),
		CLAIM(gate__taking_back_erases_what_was_stated_and_a_new_yes_does_not_bring_it_back),
		CLAIM(gate__value_that_does_not_state_a_person_is_suspended_not_erased),
		CLAIM(gate__recipients_that_are_named_leave_others_out),
		CLAIM(gate__validity_ends_with_its_day),
		CLAIM(gate__who_was_expected_is_answered_as_who_was_not),
		CLAIM(gate__reason_can_be_shown),
		CLAIM(consent__unknown_purpose_is_refused),
		CLAIM(consent__only_taking_back_is_final),
		CLAIM(batch__any_part_proves_itself_and_no_change_does),
		CLAIM(batch__part_of_a_part_proves_itself),
		CLAIM(batch__parts_are_joined),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
