/* Claims about memory that runs out: whichever allocation gets nothing, the call says so, the store is as
 * before or as after, and the same call succeeds once there is memory again.  That nothing leaks is what the
 * address sanitizer says at the end.
 *
 * Each operation is done once to count what it allocates, in our code and in the libraries, then again and
 * again with one allocation failing, and with all from that one on.  Where there are too many, the steps are
 * drawn from a seed that is printed. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/consent.h"
#include "core/file.h"
#include "core/permission.h"
#include "sync/folder.h"
#include "tests/support/allocations.h"
#include "tests/support/replica.h"

static const char programme[] =
	"{\"satchel_programme\":1,\"name\":\"scarce\",\"version\":1,\"language\":\"en\","
	"\"purposes\":[{\"name\":\"attend\"}],\"kinds\":["
	"{\"name\":\"person\",\"person\":true,\"fields\":["
	"{\"name\":\"pseudonym\",\"type\":\"text\",\"needs\":[\"attend\"],\"search\":true}]},"
	"{\"name\":\"note\",\"fields\":[{\"name\":\"text\",\"type\":\"text\",\"search\":true},"
	"{\"name\":\"speaker\",\"type\":\"reference\",\"of\":\"person\",\"needs\":[\"attend\"]},"
	"{\"name\":\"picture\",\"type\":\"file\",\"needs\":[\"attend\"]}]}]}";

enum { SEED = 20, TRIES = 200 };

typedef struct camp {
	char dir[64], stick[80], fresh[96];
	replica hq, laptop;
	sat_bytes hq_image, laptop_image;
	memory_place place;          /* a bundle from the laptop for headquarters */
	sat_bytes invitation;
} camp;

/* One thing that a person does, with a store that is restored and opened before each try. */
typedef struct operation {
	const char *name;
	int (*run)(camp *c, sat_error *err);
	replica *subject;
	const sat_bytes *image;
} operation;

/* --- files -------------------------------------------------------------------------------------------- */

static void read_file(const char *path, sat_bytes *bytes)
{
	char part[16384];
	FILE *in = fopen(path, "rb");
	assert_non_null(in);
	for (size_t n; (n = fread(part, 1, sizeof part, in)) > 0;)
		sat_bytes_put(bytes, part, n);
	fclose(in);
	assert_true(sat_bytes_ok(bytes));
}

static void write_file(const char *path, const sat_bytes *bytes)
{
	FILE *out = fopen(path, "wb");
	assert_non_null(out);
	assert_int_equal(fwrite(bytes->data, 1, bytes->length, out), bytes->length);
	assert_int_equal(fclose(out), 0);
}

/* Removes the files of a folder that has no folders. */
static void empty_folder(const char *path)
{
	DIR *dir = opendir(path);
	for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
		char file[600];
		if (entry->d_name[0] == '.' && (entry->d_name[1] == '\0' || entry->d_name[1] == '.'))
			continue;
		snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
		assert_int_equal(unlink(file), 0);
	}
	if (dir != NULL)
		closedir(dir);
}

static void take_image(replica *r, sat_bytes *image)
{
	replica_close(r);
	empty_folder(r->runtime);
	read_file(r->path, image);
}

/* The store as it was, nothing on the stick, and the same random bytes as every time. */
static void restore(camp *c, const operation *o)
{
	char folder[96];
	replica *r = o->subject;
	sat_store_free(r->store);
	r->store = NULL;
	empty_folder(r->runtime);
	write_file(r->path, o->image);
	snprintf(folder, sizeof folder, "%s/satchel", c->stick);
	empty_folder(folder);
	r->env.state = SEED;
	replica_open(r);
}

/* --- the camp ----------------------------------------------------------------------------------------- */

/* A note with a picture, the bytes of which follow from `seed`, and with a preview. */
static int add_picture(replica *r, uint8_t seed, sat_dot *id, sat_error *err)
{
	static uint8_t bytes[20000]; /* less than a piece, which a thread would hash */
	SAT_BYTES(text);
	SAT_AUTO(sat_file_writer) large = NULL;
	SAT_AUTO(sat_file_writer) small = NULL;
	sat_file_value value = { .type = "image/jpeg" };
	sat_table *note = sat_table_named(r->store, "note");
	if (note == NULL)
		return sat_fail(err, SAT_ENOTFOUND, "no such kind");
	memset(bytes, seed, sizeof bytes);
	int rc = sat_file_begin(&large, r->store, err);
	if (rc == 0)
		rc = sat_file_put(large, bytes, sizeof bytes, err);
	if (rc == 0)
		rc = sat_file_end(large, &value.original, err);
	if (rc == 0)
		rc = sat_file_begin(&small, r->store, err);
	if (rc == 0)
		rc = sat_file_put(small, bytes, 300, err);
	if (rc == 0)
		rc = sat_file_end(small, &value.preview, err);
	sat_file_value_print(&value, &text);
	if (rc == 0 && !sat_bytes_ok(&text))
		rc = sat_no_memory(err);
	sat_write picture = { sat_column_named(note, "picture", SAT_FILE)->number,
		              { .type = SAT_FILE, .text = { (char *)text.data, text.length } } };
	if (rc != 0)
		return rc;
	return *id == 0 ? sat_record_add(r->store, note, &picture, 1, id, err)
	                : sat_record_set(r->store, *id, &picture, 1, NULL, err);
}

static int put_label(replica *r, sat_dot record, const char *for_whom, sat_error *err)
{
	sat_decision label = { .subject = record, .purpose = SAT_PROTOCOL, .event = SAT_GIVEN, .recipients = for_whom,
		               .claimed_time = r->env.now };
	return sat_consent_record(r->store, r->identity, &label, 1, err);
}

/* Pictures, decisions, and labels: one for headquarters, and one that it is kept from. */
static void fill_laptop(camp *c)
{
	sat_dot note = 0;
	assert_int_equal(sat_store_begin(c->laptop.store, NULL), 0);
	assert_int_equal(add_picture(&c->laptop, 1, &note, NULL), 0);
	assert_int_equal(sat_store_commit(c->laptop.store, NULL), 0);
	for (int i = 0; i < 4; i++) {
		char text[64], id[SAT_ID_CHARS];
		snprintf(text, sizeof text, "Participant %04d", i);
		sat_dot person = replica_add(&c->laptop, "person", "pseudonym", text, NULL);
		assert_int_equal(sat_id_print(c->laptop.store, person, id, NULL), 0);
		replica_decide(&c->laptop, person, "attend", SAT_GIVEN, false);
		note = replica_add(&c->laptop, "note", "text", "said at the river", "speaker", id, NULL);
		assert_int_equal(sat_store_begin(c->laptop.store, NULL), 0);
		if (i < 2)
			assert_int_equal(put_label(&c->laptop, note, i == 0 ? "registry" : "women", NULL), 0);
		assert_int_equal(sat_store_commit(c->laptop.store, NULL), 0);
	}
}

static int set_up(void **state)
{
	camp *c = *state = calloc(1, sizeof *c);
	sprintf(c->dir, "%s/satchel-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(c->dir));
	snprintf(c->stick, sizeof c->stick, "%s/stick", c->dir);
	snprintf(c->fresh, sizeof c->fresh, "%s/fresh.db", c->dir);
	assert_int_equal(mkdir(c->stick, 0700), 0);
	memory_place_init(&c->place);
	replica_found(&c->hq, c->dir, "registry", 1, programme);
	replica_join(&c->laptop, &c->hq, c->dir, "laptop", 2, SAT_FACILITATOR);
	fill_laptop(c);
	assert_int_equal(sat_invitation_write(c->hq.store, c->hq.identity, SAT_FACILITATOR, &c->invitation, NULL), 0);
	take_image(&c->hq, &c->hq_image);
	take_image(&c->laptop, &c->laptop_image);
	replica_open(&c->laptop);
	replica_export(&c->laptop, &c->hq, &c->place);
	replica_close(&c->laptop);
	return 0;
}

static int tear_down(void **state)
{
	camp *c = *state;
	char command[128];
	replica_free(&c->hq);
	replica_free(&c->laptop);
	memory_place_clear(&c->place);
	sat_bytes_clear(&c->hq_image);
	sat_bytes_clear(&c->laptop_image);
	sat_bytes_clear(&c->invitation);
	snprintf(command, sizeof command, "rm -rf %s", c->dir);
	assert_int_equal(system(command), 0);
	free(c);
	return 0;
}

/* --- trying ------------------------------------------------------------------------------------------- */

static uint64_t draw(void)
{
	static test_env chance = { .state = SEED };
	return test_env_next(&chance);
}

/* The allocation to fail after this one: each, or one of so many that there are TRIES in all. */
static size_t next_try(size_t n, size_t total)
{
	size_t stride = total / TRIES + 1;
	return n + 1 + (stride > 1 ? (size_t)(draw() % (2 * stride - 1)) : 0);
}

static void told(const operation *o, size_t n, int rc, const sat_error *err)
{
	if (rc == SAT_ENOMEM && err->code == rc && err->message[0] != '\0')
		return;
	fail_msg("%s: allocation %zu: %s: %s", o->name, n, sat_error_name(rc), err->message);
}

static void holds(const operation *o, size_t n, const char *what, const char *wanted)
{
	char *dump = replica_dump(o->subject);
	if (strcmp(dump, wanted) != 0)
		fail_msg("%s: allocation %zu: the store is not as %s:\n%s\nbut\n%s", o->name, n, what, wanted, dump);
	free(dump);
}

static void try_one(camp *c, const operation *o, size_t n, size_t count, const char *before, const char *after)
{
	sat_error err = { 0 };
	restore(c, o);
	allocations_watch(n, count);
	int rc = o->run(c, &err);
	allocations_unwatch();
	if (rc != 0)
		told(o, n, rc, &err);
	const char *wanted = rc == 0 ? after : before;
	holds(o, n, "expected", wanted);
	sat_store_free(o->subject->store);
	o->subject->store = NULL;
	replica_open(o->subject);
	holds(o, n, "expected in its file", wanted);
}

/* Nor is there anything left in memory that would spoil the next attempt with the same open store. */
static void try_again(camp *c, const operation *o, size_t n, size_t count)
{
	sat_error err = { 0 };
	restore(c, o);
	allocations_watch(n, count);
	int rc = o->run(c, &err);
	allocations_unwatch();
	if (rc != 0 && (rc = o->run(c, &err)) != 0)
		fail_msg("%s: after allocation %zu: %s: %s", o->name, n, sat_error_name(rc), err.message);
	char *dump = replica_dump(o->subject);
	sat_store_free(o->subject->store);
	o->subject->store = NULL;
	replica_open(o->subject);
	holds(o, n, "it was in memory", dump);
	free(dump);
}

static void fail_each(camp *c, const operation *o)
{
	sat_error err = { 0 };
	restore(c, o);
	char *before = replica_dump(o->subject);
	allocations_watch(0, 0);
	int rc = o->run(c, &err);
	size_t total = allocations_unwatch();
	if (rc != 0)
		replica_fail(o->name, &err);
	char *after = replica_dump(o->subject);
	print_message("%s: %zu allocations, seed %d\n", o->name, total, SEED);
	for (size_t n = 1; n <= total; n = next_try(n, total)) {
		try_one(c, o, n, 1, before, after);
		try_one(c, o, n, SIZE_MAX, before, after);
		try_again(c, o, n, 1);
		try_again(c, o, n, SIZE_MAX);
	}
	free(before);
	free(after);
}

/* --- capture, export, merge --------------------------------------------------------------------------- */

static int capture_one(replica *r, sat_error *err)
{
	sat_table *person = sat_table_named(r->store, "person"), *note = sat_table_named(r->store, "note");
	if (person == NULL || note == NULL)
		return sat_fail(err, SAT_ENOTFOUND, "no such kind");
	sat_write name = { sat_column_named(person, "pseudonym", SAT_TEXT)->number,
		           sat_value_text("Participant 0417", 16) };
	sat_dot id;
	int rc = sat_record_add(r->store, person, &name, 1, &id, err);
	sat_decision yes = { .subject = id, .purpose = "attend", .event = SAT_GIVEN, .claimed_time = r->env.now };
	if (rc == 0)
		rc = sat_consent_record(r->store, r->identity, &yes, 1, err);
	sat_write said[] = { { sat_column_named(note, "text", SAT_TEXT)->number, sat_value_text("about water", 11) },
		             { sat_column_named(note, "speaker", SAT_REFERENCE)->number,
		               { .type = SAT_REFERENCE, .reference = id } } };
	if (rc == 0)
		rc = sat_record_add(r->store, note, said, 2, &id, err);
	if (rc == 0)
		rc = sat_record_set(r->store, id, &said[0], 1, NULL, err);
	return rc == 0 ? put_label(r, id, "women", err) : rc;
}

static int capture(camp *c, sat_error *err)
{
	int rc = sat_store_begin(c->laptop.store, err);
	for (int i = 0; rc == 0 && i < 3; i++)
		rc = capture_one(&c->laptop, err);
	/* The second takes the place of the first, whose bytes go before the commit. */
	sat_dot id = 0;
	for (uint8_t i = 2; rc == 0 && i < 4; i++)
		rc = add_picture(&c->laptop, i, &id, err);
	if (rc == 0)
		rc = sat_store_commit(c->laptop.store, err);
	if (rc != 0)
		sat_store_rollback(c->laptop.store);
	return rc;
}

static void no_memory__capture_is_whole_or_nothing(void **state)
{
	camp *c = *state;
	fail_each(c, &(operation){ "capture", capture, &c->laptop, &c->laptop_image });
}

static int ignore(void *context, const sat_exported *exported)
{
	(void)context;
	(void)exported;
	return 0;
}

static int export(camp *c, sat_error *err)
{
	replica *r = &c->laptop;
	sat_carrier *stick = NULL;
	sat_device to;
	sat_export_options options = { .form = SAT_FULL };
	int rc = sat_folder_open(&stick, c->stick, NULL, &r->env.env, err);
	if (rc == 0)
		rc = sat_device_registry(r->store, &to, err);
	if (rc == 0)
		rc = sat_export(r->store, r->identity, to.id, stick, &options, ignore, NULL, err);
	sat_carrier_free(stick);
	return rc;
}

static void no_memory__export_changes_no_record(void **state)
{
	camp *c = *state;
	fail_each(c, &(operation){ "export", export, &c->laptop, &c->laptop_image });
}

/* Nothing that memory ran out for may be said of the bundle. */
static int merge(camp *c, sat_error *err)
{
	sat_merged merged;
	int rc = sat_merge(c->hq.store, c->hq.identity, &c->place.carrier, c->place.bundles[0].name, &merged, NULL,
	                   NULL, err);
	if (rc == 0 && merged.verdict != SAT_MERGED)
		rc = sat_fail(err, SAT_EREFUSED, "%s: %s", sat_verdict_name(merged.verdict), merged.reason);
	return rc;
}

static void no_memory__merge_is_whole_or_nothing(void **state)
{
	camp *c = *state;
	fail_each(c, &(operation){ "merge", merge, &c->hq, &c->hq_image });
}

/* --- opening, making ---------------------------------------------------------------------------------- */

static int open_again(camp *c, sat_error *err)
{
	replica *r = &c->laptop;
	sat_store *store;
	int rc = sat_store_close(r->store, err);
	r->store = NULL;
	if (rc == 0)
		rc = sat_store_open(&store, r->path, NULL, &r->env.env, err);
	/* Who could not open it tries later, with memory. */
	if (rc == 0)
		r->store = store;
	return rc;
}

/* Each allocation in turn, alone or with all that follow. */
static size_t lasting(size_t n) { return n % 2 == 0 ? 1 : SIZE_MAX; }

static void no_memory__store_opens_or_says_so(void **state)
{
	camp *c = *state;
	sat_error err = { 0 };
	const operation o = { "open", open_again, &c->laptop, &c->laptop_image };
	restore(c, &o);
	char *before = replica_dump(&c->laptop);
	allocations_watch(0, 0);
	assert_int_equal(open_again(c, &err), 0);
	size_t total = allocations_unwatch();
	print_message("open: %zu allocations, seed %d\n", total, SEED);
	for (size_t n = 1; n <= total; n = next_try(n, total)) {
		restore(c, &o);
		allocations_watch(n, lasting(n));
		int rc = open_again(c, &err);
		allocations_unwatch();
		if (rc != 0)
			told(&o, n, rc, &err);
		if (c->laptop.store == NULL)
			replica_open(&c->laptop);
		holds(&o, n, "before", before);
	}
	free(before);
}

static int accept(camp *c, sat_error *err)
{
	return sat_invitation_accept(c->fresh, c->invitation.data, c->invitation.length, "laptop 2",
	                             c->laptop.identity, NULL, &c->laptop.env.env, err);
}

/* A half-made store would be in the way of the next attempt. */
static void no_memory__invitation_that_is_not_accepted_leaves_no_file(void **state)
{
	camp *c = *state;
	sat_error err = { 0 };
	const operation o = { .name = "accept" };
	allocations_watch(0, 0);
	assert_int_equal(accept(c, &err), 0);
	size_t total = allocations_unwatch();
	print_message("accept: %zu allocations, seed %d\n", total, SEED);
	for (size_t n = 1; n <= total; n = next_try(n, total)) {
		unlink(c->fresh);
		allocations_watch(n, lasting(n));
		int rc = accept(c, &err);
		allocations_unwatch();
		if (rc == 0)
			continue;
		told(&o, n, rc, &err);
		if (access(c->fresh, F_OK) == 0)
			fail_msg("allocation %zu: a store was left behind", n);
	}
}

static void no_memory__what_was_there_is_left_alone(void **state)
{
	camp *c = *state;
	sat_error err = { 0 };
	const sat_bytes other = { .data = (uint8_t *)"kept", .length = 4 };
	write_file(c->fresh, &other);
	assert_int_equal(accept(c, &err), SAT_EEXISTS);
	SAT_BYTES(found);
	read_file(c->fresh, &found);
	assert_int_equal(found.length, 4);
}

static void no_memory__key_file_opens_or_says_so(void **state)
{
	camp *c = *state;
	const char *passphrase = "yarn lamp river tin";
	SAT_BYTES(file);
	sat_error err = { 0 };
	const operation o = { .name = "key file" };
	assert_int_equal(sat_keyfile_write(&file, c->laptop.identity, passphrase, 1, NULL, &c->laptop.env.env, &err),
	                 0);
	size_t total = SIZE_MAX;
	for (size_t n = 0; n <= total; n++) {
		SAT_AUTO(sat_identity) identity = NULL;
		allocations_watch(n, n > 0);
		int rc = sat_keyfile_read(&identity, file.data, file.length, passphrase, &err);
		size_t asked = allocations_unwatch();
		total = n == 0 ? asked : total;
		assert_int_equal(rc == 0, identity != NULL);
		if (rc != 0)
			told(&o, n, rc, &err);
	}
	print_message("key file: %zu allocations\n", total);
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest claims[] = {
		CLAIM(no_memory__capture_is_whole_or_nothing),
		CLAIM(no_memory__export_changes_no_record),
		CLAIM(no_memory__merge_is_whole_or_nothing),
		CLAIM(no_memory__store_opens_or_says_so),
		CLAIM(no_memory__invitation_that_is_not_accepted_leaves_no_file),
		CLAIM(no_memory__what_was_there_is_left_alone),
		CLAIM(no_memory__key_file_opens_or_says_so),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
