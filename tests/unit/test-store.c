/* Claims about a store as a file: opening, tokens, versions, programmes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "core/consent.h"
#include "core/erase.h"
#include "core/incarnation.h"
#include "core/record.h"
#include "core/search.h"
#include "core/store-private.h"
#include "registry-place.h"
#include "tests/support/dice.h"

typedef struct place {
	char dir[PLACE_DIR_CHARS];
	replica r;
} place;

static int set_up(void **state)
{
	place *p = *state = calloc(1, sizeof *p);
	registry_place_make(p->dir, &p->r);
	return 0;
}

static int tear_down(void **state)
{
	place *p = *state;
	registry_place_remove(p->dir, &p->r);
	free(p);
	return 0;
}

static int64_t write_and_name(replica *r)
{
	sat_dot id = replica_add(r, "workshop", "title", "x", NULL);
	return sat_dot_index(id);
}

static void store__second_process_gets_a_sentence(void **state)
{
	place *p = *state;
	sat_store *other;
	sat_error err;
	assert_int_equal(sat_store_open(&other, p->r.path, NULL, &p->r.env.env, &err), SAT_EBUSY);
	assert_non_null(strstr(err.message, "another Satchel has this store open"));
}

static void store__newer_version_is_refused_and_left_alone(void **state)
{
	place *p = *state;
	sqlite3 *db;
	sat_error err;
	replica_close(&p->r);
	assert_int_equal(sqlite3_open(p->r.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version=99", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(sat_store_open(&p->r.store, p->r.path, NULL, &p->r.env.env, &err), SAT_ETOONEW);
	assert_non_null(strstr(err.message, "newer Satchel"));
}

static void store__foreign_file_is_refused(void **state)
{
	place *p = *state;
	char path[128];
	sat_error err;
	sat_store *other;
	snprintf(path, sizeof path, "%s/letter.txt", p->dir);
	FILE *f = fopen(path, "w");
	for (int i = 0; i < 100; i++)
		fputs("This is no store, only a letter to somebody.\n", f);
	fclose(f);
	assert_int_equal(sat_store_open(&other, path, NULL, &p->r.env.env, &err), SAT_EDAMAGED);
}

static void store__existing_file_is_never_replaced(void **state)
{
	place *p = *state;
	sat_store_setup setup = { .name = "x", .role = SAT_REGISTRY, .self = sat_identity_public(p->r.identity) };
	assert_int_equal(sat_store_create(p->r.path, &setup, NULL, &p->r.env.env, NULL), SAT_EEXISTS);
}

static void token__closing_and_opening_goes_on_under_one_name(void **state)
{
	place *p = *state;
	int64_t first = write_and_name(&p->r);
	replica_close(&p->r);
	replica_open(&p->r);
	assert_int_equal(write_and_name(&p->r), first);
}

static void token__power_cut_takes_a_fresh_name(void **state)
{
	place *p = *state;
	int64_t first = write_and_name(&p->r);
	sat_store_free(p->r.store);
	replica_open(&p->r);
	assert_int_not_equal(write_and_name(&p->r), first);
}

/* A batch stays together, so it takes a fresh name before the old one ends. */
static void incarnation__used_up_one_is_followed_by_a_fresh_one(void **state)
{
	place *p = *state;
	int64_t before = sat_store_sequence(p->r.store), first = write_and_name(&p->r);
	p->r.store->counter = SAT_COUNTER_END - 4;
	sat_dot person = replica_add(&p->r, "person", "pseudonym", "P1", NULL);
	assert_int_equal(sat_dot_counter(person), SAT_COUNTER_END - 3);
	sat_decision decisions[4];
	for (size_t i = 0; i < 4; i++)
		decisions[i] = (sat_decision){ .subject = person, .purpose = i % 2 == 0 ? "identity" : "contact",
			                       .event = SAT_GIVEN };
	sat_error err;
	assert_int_equal(sat_store_begin(p->r.store, &err), 0);
	assert_int_equal(sat_consent_record(p->r.store, p->r.identity, decisions, 4, &err), 0);
	assert_int_equal(sat_store_commit(p->r.store, &err), 0);
	int64_t second = sat_dot_index(decisions[0].id);
	assert_int_not_equal(second, first);
	for (int64_t i = 0; i < 4; i++)
		assert_int_equal(decisions[i].id, sat_dot_make(second, 1 + i));
	p->r.store->counter = SAT_COUNTER_END - 2;
	assert_int_equal(write_and_name(&p->r), second);
	assert_int_not_equal(write_and_name(&p->r), second);
	replica_close(&p->r);
	replica_open(&p->r);
	assert_int_equal(sat_store_sequence(p->r.store), before + 8);
}

static void copy_file(const char *from, const char *to)
{
	char command[700];
	snprintf(command, sizeof command, "cp %s %s", from, to);
	assert_int_equal(system(command), 0);
}

static void token__restored_file_takes_a_fresh_name(void **state)
{
	place *p = *state;
	char backup[128];
	snprintf(backup, sizeof backup, "%s/backup", p->dir);
	int64_t first = write_and_name(&p->r);
	replica_close(&p->r);
	copy_file(p->r.path, backup);
	replica_open(&p->r);
	assert_int_equal(write_and_name(&p->r), first);
	replica_close(&p->r);
	copy_file(backup, p->r.path);
	replica_open(&p->r);
	assert_int_not_equal(write_and_name(&p->r), first);
}

static void token__of_two_copies_at_most_one_goes_on_under_the_name(void **state)
{
	place *p = *state;
	char copy[128];
	snprintf(copy, sizeof copy, "%s/copy.db", p->dir);
	write_and_name(&p->r);
	replica_close(&p->r);
	copy_file(p->r.path, copy);
	replica other = p->r;
	snprintf(other.path, sizeof other.path, "%s", copy);
	replica_open(&p->r);
	replica_open(&other);
	sat_dot one = replica_add(&p->r, "workshop", "title", "one", NULL);
	sat_dot two = replica_add(&other, "workshop", "title", "two", NULL);
	char one_name[SAT_ID_CHARS], two_name[SAT_ID_CHARS];
	assert_int_equal(sat_id_print(p->r.store, one, one_name, NULL), 0);
	assert_int_equal(sat_id_print(other.store, two, two_name, NULL), 0);
	assert_string_not_equal(one_name, two_name);
	sat_store_free(other.store);
}

static void store__rolled_back_write_leaves_nothing(void **state)
{
	place *p = *state;
	char *before = replica_dump(&p->r);
	sat_table *table = sat_table_named(p->r.store, "workshop");
	sat_write write = { sat_column_named(table, "title", SAT_CLEARED)->number, sat_value_text("x", 1) };
	sat_dot lost, kept;
	assert_int_equal(sat_store_begin(p->r.store, NULL), 0);
	assert_int_equal(sat_record_add(p->r.store, table, &write, 1, &lost, NULL), 0);
	char lost_name[SAT_ID_CHARS], kept_name[SAT_ID_CHARS];
	assert_int_equal(sat_id_print(p->r.store, lost, lost_name, NULL), 0);
	sat_store_rollback(p->r.store);
	char *after = replica_dump(&p->r);
	assert_string_equal(before, after);
	/* Its number is never given out again. */
	kept = replica_add(&p->r, "workshop", "title", "y", NULL);
	assert_int_equal(sat_id_print(p->r.store, kept, kept_name, NULL), 0);
	assert_string_not_equal(lost_name, kept_name);
	free(before);
	free(after);
}

static int64_t counted(replica *r, const char *sql)
{
	int64_t n;
	assert_int_equal(sat_db_int(r->store->db, sql, &n, -1, NULL), 0);
	return n;
}

/* Every creation has one place in the local sequence, whatever interrupts a run. */
/* --- bytes that were deleted ------------------------------------------------------------------------ */

enum { ROWS = 6000 };

static void run_sql(sat_db *db, const char *sql) { assert_int_equal(sat_db_exec(db, sql, NULL), 0); }

/* Rows in two trees, each with a marker that says its number, in an order that makes pages split and merge. */
static void fill_trees(sat_db *db, dice *d)
{
	char sql[1200], filler[901];
	int ids[ROWS];
	memset(filler, 'y', sizeof filler - 1);
	filler[sizeof filler - 1] = '\0';
	for (int i = 0; i < ROWS; i++) {
		int other = (int)dice_below(d, (size_t)i + 1);
		ids[i] = ids[other];
		ids[other] = i;
	}
	run_sql(db, "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b TEXT); CREATE INDEX ti ON t(a);"
	            "CREATE TABLE w(a INTEGER, n INTEGER, c TEXT, PRIMARY KEY(a, n)) WITHOUT ROWID; BEGIN");
	for (int i = 0; i < ROWS; i++) {
		snprintf(sql, sizeof sql, "INSERT INTO t VALUES(%d, 'MARK%06dQ%.*s', '%.*s')", ids[i], ids[i],
		         (int)dice_below(d, 60), filler, (int)dice_below(d, 400), filler);
		run_sql(db, sql);
		snprintf(sql, sizeof sql, "INSERT INTO w VALUES(%u, %d, 'MARK%06dQ%.*s')", dice_below(d, 1u << 30), ids[i],
		         ids[i], (int)dice_below(d, 200), filler);
		run_sql(db, sql);
		if (i % 500 == 499)
			run_sql(db, "COMMIT; BEGIN");
	}
	for (int i = 0; i < ROWS / 2; i++) {
		snprintf(sql, sizeof sql, "UPDATE t SET b = '%.*s' WHERE id = %u", (int)dice_below(d, 900), filler,
		         dice_below(d, ROWS));
		run_sql(db, sql);
	}
	run_sql(db, "COMMIT");
}

/* How many rows that are divisible by three still have a marker somewhere in the file. */
static size_t markers_of_deleted(const char *path)
{
	bool seen[ROWS] = { false };
	size_t count = 0;
	FILE *in = fopen(path, "rb");
	assert_non_null(in);
	char window[12] = "";
	for (int byte; (byte = fgetc(in)) != EOF;) {
		memmove(window, window + 1, 10);
		window[10] = (char)byte;
		int row;
		if (window[10] == 'Q' && sscanf(window, "MARK%6dQ", &row) == 1 && row >= 0 && row < ROWS)
			seen[row] = true;
	}
	fclose(in);
	for (size_t i = 0; i < ROWS; i += 3)
		count += seen[i];
	return count;
}

static void store__leaves_no_byte_of_what_was_deleted(void **state)
{
	place *p = *state;
	dice d = { .state = 3 };
	char path[320], copy[340];
	sat_db *db;
	sat_db_options options = { .create = true, .cache_kib = 2000 };
	snprintf(path, sizeof path, "%s/trees.db", p->dir);
	snprintf(copy, sizeof copy, "%s/copy.db", p->dir);
	assert_int_equal(sat_db_open(&db, path, &options, NULL), 0);
	fill_trees(db, &d);
	assert_int_equal(markers_of_deleted(path), ROWS / 3);
	run_sql(db, "BEGIN; UPDATE t SET a = NULL WHERE id % 3 = 0; DELETE FROM w WHERE n % 3 = 0; COMMIT");
	assert_int_equal(markers_of_deleted(path), 0);
	assert_int_equal(sat_db_backup(db, copy, NULL), 0);
	assert_int_equal(markers_of_deleted(copy), 0);
	int64_t sound;
	assert_int_equal(sat_db_int(db, "SELECT (SELECT count(*) FROM t) FROM pragma_integrity_check WHERE "
	                            "integrity_check = 'ok'", &sound, 0, NULL), 0);
	assert_int_equal(sound, ROWS);
	sat_db_close(db);
}

static void store__runs_stay_apart(void **state)
{
	place *p = *state;
	replica *r = &p->r;
	replica_add(r, "workshop", "title", "one", NULL);
	sat_dot edited = replica_add(r, "workshop", "title", "two", NULL);
	assert_int_equal(sat_store_begin(r->store, NULL), 0);
	sat_dot dot;
	int64_t seq;
	assert_int_equal(sat_store_next(r->store, &dot, &seq, NULL), 0);
	sat_store_rollback(r->store);
	replica_add(r, "workshop", "title", "after a rollback", NULL);
	replica_set(r, edited, "title", "edited");
	replica_add(r, "workshop", "title", "after an edit", NULL);
	sat_store_free(r->store);
	replica_open(r);
	replica_add(r, "workshop", "title", "after a power cut", NULL);
	replica_close(r);
	replica_open(r);
	replica_add(r, "workshop", "title", "after a clean close", NULL);
	assert_int_equal(counted(r, "SELECT count(*) FROM sat_run AS a JOIN sat_run AS b ON "
	                            "(a.seq < b.seq AND b.seq < a.seq + a.count) OR "
	                            "(a.first < b.first AND b.first < a.first + a.count)"), 0);
	assert_int_equal(counted(r, "SELECT count(*) FROM workshop JOIN sat_run ON "
	                            "id BETWEEN first AND first + count - 1"), 6);
}

static const char grown[] =
	"{\"satchel_programme\":1,\"name\":\"grown\",\"version\":2,\"language\":\"en\",\"purposes\":[],"
	"\"kinds\":[{\"name\":\"workshop\",\"label\":{\"en\":\"Workshop\"},\"title\":\"title\",\"fields\":["
	"{\"name\":\"title\",\"type\":\"text\",\"label\":{\"en\":\"Title\"},\"search\":true},"
	"{\"name\":\"weather\",\"type\":\"text\",\"label\":{\"en\":\"Weather\"},\"search\":true}]}]}";

static void programme__new_field_leaves_rows_and_takes_values(void **state)
{
	place *p = *state;
	sat_error err = { 0 };
	sat_dot id = replica_add(&p->r, "workshop", "title", "River", "place", "Weipa", NULL);
	assert_int_equal(sat_store_begin(p->r.store, &err), 0);
	assert_int_equal(sat_store_set_programme(p->r.store, grown, strlen(grown), &err), 0);
	assert_int_equal(sat_store_commit(p->r.store, &err), 0);
	char *text;
	replica_field(&p->r, id, "title", &text);
	assert_string_equal(text, "River");
	free(text);
	replica_set(&p->r, id, "weather", "dry");
	sat_dot found[4];
	size_t count;
	assert_int_equal(sat_search(p->r.store, "dry", found, 4, &count, &err), 0);
	assert_int_equal(count, 1);
	/* What the new programme does not know any more is kept. */
	SAT_ARENA(arena);
	sat_state loaded;
	assert_int_equal(sat_record_load(p->r.store, NULL, id, &arena, &loaded, &err), 0);
	const sat_column *place_column = sat_column_named(loaded.table, "place", SAT_TEXT);
	assert_non_null(sat_state_shown(&loaded, place_column->number));
}

static void search__finds_by_beginnings_of_words_and_forgets_what_changed(void **state)
{
	place *p = *state;
	sat_dot found[4];
	size_t count;
	sat_dot id = replica_add(&p->r, "workshop", "title", "Mapping the river", NULL);
	assert_int_equal(sat_search(p->r.store, "map riv", found, 4, &count, NULL), 0);
	assert_int_equal(count, 1);
	assert_int_equal(found[0], id);
	replica_set(&p->r, id, "title", "Songs");
	assert_int_equal(sat_search(p->r.store, "river", found, 4, &count, NULL), 0);
	assert_int_equal(count, 0);
	assert_int_equal(sat_search(p->r.store, "\" OR *", found, 4, &count, NULL), 0);
}

static bool fits(replica *r, const char *words, const char *text)
{
	bool yes;
	assert_int_equal(sat_search_fits(r->store, words, text, strlen(text), &yes, NULL), 0);
	return yes;
}

/* What is found by the index and what is found in a text of which a part is hidden must not differ. */
static void search__fits_a_text_as_the_index_finds_it(void **state)
{
	place *p = *state;
	const char *text = "The Co-op's boat at 12:30, P-0401, Mañana", *words[] = { "co-op", "CO OP'S", "12:3", "p-04",
		"manana", "co-o", "c-op", "12:30 boats", "oat", "co-op hidden", "p-0401-x" };
	sat_dot found[4];
	size_t count;
	replica_add(&p->r, "note", "text", text, NULL);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		assert_int_equal(sat_search(p->r.store, words[i], found, 4, &count, NULL), 0);
		assert_int_equal(count, i < 6 ? 1 : 0);
		assert_int_equal(fits(&p->r, words[i], text), i < 6);
	}
	assert_false(fits(&p->r, "boat", ""));
	bool yes;
	assert_int_equal(sat_search_fits(p->r.store, "-", text, strlen(text), &yes, NULL), SAT_EINVALID);
	assert_false(yes);
}

static size_t found_for(replica *r, unsigned word)
{
	char text[24];
	sat_dot found[4];
	size_t count;
	snprintf(text, sizeof text, "w%u", word);
	assert_int_equal(sat_search(r->store, text, found, 4, &count, NULL), 0);
	return count;
}

/* Every record has a word of its own; words above those in use stand for "changed".  Records are added,
 * changed and erased, stores closed, cut off and searched, so that changes meet records whose words are
 * in the index and records whose words are still deferred. */
/* Workshops in one transaction, each with a title of one word. */
static void add_titled(place *p, unsigned word, unsigned count, sat_dot *ids)
{
	sat_table *table = sat_table_named(p->r.store, "workshop");
	const sat_column *title = sat_column_named(table, "title", SAT_TEXT);
	assert_int_equal(sat_store_begin(p->r.store, NULL), 0);
	for (unsigned i = 0; i < count; i++) {
		char text[24];
		size_t length = (size_t)snprintf(text, sizeof text, "w%u", word + i);
		sat_write write = { title->number, { .type = SAT_TEXT, .text = { text, length } } };
		assert_int_equal(sat_record_add(p->r.store, table, &write, 1, &ids[i], NULL), 0);
	}
	assert_int_equal(sat_store_commit(p->r.store, NULL), 0);
}

/* Searched, closed and cut off at first; then more is written than a stride of the index is long. */
static void search__what_is_deferred_is_found_and_forgotten_like_the_rest(void **state)
{
	enum { GROUPS = 120, GROUP = 50, RECORDS = GROUPS * GROUP };
	place *p = *state;
	static sat_dot ids[RECORDS];
	static unsigned words[RECORDS];
	unsigned next = 100000;
	for (unsigned g = 0; g < GROUPS; g++) {
		unsigned first = g * GROUP, edited = first / 2 + 3;
		add_titled(p, next, GROUP, ids + first);
		for (unsigned i = 0; i < GROUP; i++)
			words[first + i] = next++;
		char word[24];
		snprintf(word, sizeof word, "w%u", words[edited] = next++);
		replica_set(&p->r, ids[edited], "title", word);
		if (g < 20 && g % 4 == 2)
			assert_int_equal(found_for(&p->r, words[first + 7]), 1);
		if (g == 7 || g == 70) {
			replica_close(&p->r);
			replica_open(&p->r);
		}
		if (g == 9 || g == 19) {
			sat_store_free(p->r.store);
			replica_open(&p->r);
		}
	}
	sat_error err;
	assert_int_equal(sat_store_begin(p->r.store, &err), 0);
	for (unsigned i = 0; i < RECORDS; i += 3)
		assert_int_equal(sat_record_erase(p->r.store, ids[i], 0, &err), 0);
	assert_int_equal(sat_store_commit(p->r.store, &err), 0);
	for (unsigned word = 100000; word < next; word += 5) {
		size_t expected = 0;
		for (unsigned i = 0; i < RECORDS; i++)
			expected += words[i] == word && i % 3 != 0;
		if (found_for(&p->r, word) != expected)
			fail_msg("word %u is found %zu times instead of %zu", word, found_for(&p->r, word), expected);
	}
}

static void id__may_be_shortened_while_it_is_unique(void **state)
{
	place *p = *state;
	sat_dot id = replica_add(&p->r, "workshop", "title", "x", NULL), again;
	char text[SAT_ID_CHARS], shortened[SAT_ID_CHARS];
	assert_int_equal(sat_id_print(p->r.store, id, text, NULL), 0);
	snprintf(shortened, sizeof shortened, "%.4s%s", text, strchr(text, '-'));
	assert_int_equal(sat_id_read(p->r.store, shortened, &again, NULL), 0);
	assert_int_equal(again, id);
	const char *const none[] = { "", "-", "zz-1", "a-", "a-0", "a--1", "a-1x", "0123456789abcdef0-1",
		                     "a-99999999999999999999" };
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_int_not_equal(sat_id_read(p->r.store, none[i], &again, NULL), 0);
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest claims[] = {
		CLAIM(store__second_process_gets_a_sentence),
		CLAIM(store__newer_version_is_refused_and_left_alone),
		CLAIM(store__foreign_file_is_refused),
		CLAIM(store__existing_file_is_never_replaced),
		CLAIM(store__rolled_back_write_leaves_nothing),
		CLAIM(store__leaves_no_byte_of_what_was_deleted),
		CLAIM(store__runs_stay_apart),
		CLAIM(token__closing_and_opening_goes_on_under_one_name),
		CLAIM(token__power_cut_takes_a_fresh_name),
		CLAIM(incarnation__used_up_one_is_followed_by_a_fresh_one),
		CLAIM(token__restored_file_takes_a_fresh_name),
		CLAIM(token__of_two_copies_at_most_one_goes_on_under_the_name),
		CLAIM(programme__new_field_leaves_rows_and_takes_values),
		CLAIM(search__finds_by_beginnings_of_words_and_forgets_what_changed),
		CLAIM(search__fits_a_text_as_the_index_finds_it),
		CLAIM(search__what_is_deferred_is_found_and_forgotten_like_the_rest),
		CLAIM(id__may_be_shortened_while_it_is_unique),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
