/* Claims about the ledger of disclosures: what went is written down, exactly, and for good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/erase.h"
#include "core/store-private.h"
#include "sync/disclosure.h"
#include "two-laptops.h"

/* What the ledger of laptop one says about one record: how often it went, and with which fields. */
typedef struct said {
	size_t lines, received;
	char fields[256];
} said;

static int add_line(void *context, const sat_disclosure *d, sat_error *err)
{
	said *s = context;
	(void)err;
	s->lines++;
	s->received += d->received;
	for (uint16_t i = 0; i < d->table->column_count; i++) {
		size_t length = strlen(s->fields);
		if (sat_disclosure_has(d, i))
			snprintf(s->fields + length, sizeof s->fields - length, "%s ", d->table->columns[i].name);
	}
	return 0;
}

static said said_of(replica *r, const char *kind, sat_dot record)
{
	said s = { 0 };
	assert_int_equal(sat_disclosures_each(r->store, NULL, sat_table_named(r->store, kind), record, add_line, &s, NULL), 0);
	return s;
}

static void disclosure__says_which_fields_of_which_record_went(void **state)
{
	camp *c = *state;
	sat_dot named = replica_add(&c->one, "person", "pseudonym", "P 0417", "name", "Participant 0417", NULL);
	sat_dot unnamed = replica_add(&c->one, "person", "pseudonym", "P 0418", "name", "Participant 0418", NULL);
	sat_dot silent = replica_add(&c->one, "person", "pseudonym", "P 0419", NULL);
	replica_decide(&c->one, named, "attend_record", SAT_GIVEN, false);
	replica_decide(&c->one, named, "identity", SAT_GIVEN, false);
	replica_decide(&c->one, unnamed, "attend_record", SAT_GIVEN, false);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_string_equal(said_of(&c->one, "person", named).fields, "pseudonym name ");
	assert_string_equal(said_of(&c->one, "person", unnamed).fields, "pseudonym ");
	assert_int_equal(said_of(&c->one, "person", silent).lines, 0);
	assert_int_equal(said_of(&c->hq, "person", replica_same(&c->one, named, &c->hq)).lines, 0);
}

static void disclosure__is_received_when_the_bundle_is(void **state)
{
	camp *c = *state;
	sat_dot note = replica_add(&c->one, "note", "text", "said by the creek", NULL);
	camp_carry(&c->one, &c->hq, &c->stick);
	assert_int_equal(said_of(&c->one, "note", note).received, 0);
	camp_carry(&c->hq, &c->one, &c->stick);
	assert_int_equal(said_of(&c->one, "note", note).received, 1);
}

static void disclosure__outlives_the_yes_and_the_record(void **state)
{
	camp *c = *state;
	sat_dot person = replica_add(&c->one, "person", "pseudonym", "P 0417", "name", "Participant 0417", NULL);
	replica_decide(&c->one, person, "identity", SAT_GIVEN, false);
	camp_carry(&c->one, &c->hq, &c->stick);
	replica_decide(&c->one, person, "identity", SAT_WITHDRAWN, true);
	assert_string_equal(said_of(&c->one, "person", person).fields, "name ");
	assert_int_equal(sat_store_begin(c->one.store, NULL), 0);
	assert_int_equal(sat_record_erase(c->one.store, person, 0, NULL), 0);
	assert_int_equal(sat_store_commit(c->one.store, NULL), 0);
	assert_int_equal(said_of(&c->one, "person", person).lines, 1);
}

/* More than one line holds, in any order, and ids of both sorts. */
static void disclosure__finds_one_record_among_many(void **state)
{
	camp *c = *state;
	enum { MANY = 5000 };
	sat_table *note = sat_table_named(c->one.store, "note"), *feedback = sat_table_named(c->one.store, "feedback");
	sat_dot ids[MANY], lone;
	char text[32];
	assert_int_equal(sat_store_begin(c->one.store, NULL), 0);
	for (int i = 0; i < MANY; i++) {
		snprintf(text, sizeof text, "note %d", i);
		const sat_column *column = sat_column_named(note, i % 7 == 0 ? "theme" : "text", SAT_TEXT);
		sat_write write = { column->number, sat_value_text(text, strlen(text)) };
		assert_int_equal(sat_record_add(c->one.store, note, &write, 1, &ids[i], NULL), 0);
	}
	sat_write write = { sat_column_named(feedback, "text", SAT_TEXT)->number, sat_value_text("good", 4) };
	assert_int_equal(sat_record_add(c->one.store, feedback, &write, 1, &lone, NULL), 0);
	assert_int_equal(sat_store_commit(c->one.store, NULL), 0);
	camp_carry(&c->one, &c->hq, &c->stick);
	for (int i = 0; i < MANY; i += 613) {
		said s = said_of(&c->one, "note", ids[i]);
		assert_int_equal(s.lines, 1);
		assert_string_equal(s.fields, i % 7 == 0 ? "theme " : "text ");
	}
	assert_string_equal(said_of(&c->one, "feedback", lone).fields, "text ");
	assert_int_equal(said_of(&c->one, "note", ids[MANY - 1] + 1).lines, 0);
	int64_t lines;
	assert_int_equal(sat_db_int(c->one.store->db, "SELECT count(*) FROM sat_disclosure", &lines, 0, NULL), 0);
	assert_int_equal(lines, 4);
}

int main(void)
{
	const struct CMUnitTest claims[] = {
		CAMP_CLAIM(disclosure__says_which_fields_of_which_record_went),
		CAMP_CLAIM(disclosure__is_received_when_the_bundle_is),
		CAMP_CLAIM(disclosure__outlives_the_yes_and_the_record),
		CAMP_CLAIM(disclosure__finds_one_record_among_many),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
