/* Claims about sync/place-listing.c and sync/file-name.c: what lies on a stick, which of it is a bundle, and
 * reading that. */
#include "folder-place.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync/seal.h"

static void folder__opening_and_listing_make_nothing(void **state)
{
	place *p = *state;
	found all = place_list(p->carrier);
	assert_int_equal(all.bundles + all.foreign, 0);
	assert_int_equal(access(p->satchel, F_OK), -1);
}

static void folder__path_that_is_no_folder_is_not_found(void **state)
{
	place *p = *state;
	char path[PATH_MAX];
	sat_carrier *carrier;
	snprintf(path, sizeof path, "%s/nowhere", p->base);
	assert_int_equal(sat_folder_open(&carrier, path, NULL, &p->env, &p->err), SAT_ENOTFOUND);
	assert_null(carrier);
	assert_non_null(strstr(p->err.message, "nowhere"));
	assert_int_equal(mkdir(p->satchel, 0755), 0);
	place_write(p, "file", "x", 1);
	place_path(p, "file", path);
	assert_int_equal(sat_folder_open(&carrier, path, NULL, &p->env, &p->err), SAT_ENOTFOUND);
	assert_int_equal(sat_folder_open(&carrier, "", NULL, &p->env, &p->err), SAT_ENOTFOUND);
}

static void folder__path_named_satchel_is_the_place_itself(void **state)
{
	place *p = *state;
	char name[64];
	char path[PATH_MAX];
	sat_carrier *carrier;
	assert_int_equal(mkdir(p->satchel, 0755), 0);
	snprintf(path, sizeof path, "%s//", p->satchel);
	assert_int_equal(sat_folder_open(&carrier, path, NULL, &p->env, NULL), 0);
	assert_int_equal(place_write_bundle(p, carrier, name, NULL), 0);
	sat_carrier_free(carrier);
	place_assert_whole(p, p->carrier, name);
}

static void folder__listing_is_sorted_and_names_foreign_things(void **state)
{
	place *p = *state;
	char path[PATH_MAX];
	char long_name[90];
	assert_int_equal(mkdir(p->satchel, 0755), 0);
	memset(long_name, 'n', sizeof long_name);
	strcpy(long_name + 70, ".satchel");
	place_write(p, "zz.satchel", "four", 4);
	place_write(p, "aa.satchel", "sealed", 6);
	place_write(p, "empty.satchel", "", 0);
	place_write(p, ".abcdefghijklmnop.part", "half", 4);
	place_write(p, "._aa.satchel", "mac", 3);
	place_write(p, "photo.jpg", "x", 1);
	place_write(p, "g\xc3\xbc.satchel", "x", 1);
	place_write(p, long_name, "x", 1);
	place_path(p, "dir.satchel", path);
	assert_int_equal(mkdir(path, 0755), 0);
	place_path(p, "link.satchel", path);
	assert_int_equal(symlink("aa.satchel", path), 0);
	place_path(p, "pipe.satchel", path);
	assert_int_equal(mkfifo(path, 0644), 0);
	place_write(p, "huge.satchel", "x", 1);
	place_path(p, "huge.satchel", path);
	assert_int_equal(truncate(path, (off_t)SAT_BUNDLE_BYTES_MAX + 1), 0);
	found all = place_list(p->carrier);
	assert_int_equal(all.bundles, 2);
	assert_int_equal(all.foreign, 10);
	assert_non_null(strstr(all.text, "aa.satchel 6 -\n"));
	assert_string_equal(all.last_bundle, "zz.satchel");
	assert_non_null(strstr(all.text, ".abcdefghijklmnop.part 4 unfinished copy; it can be deleted\n"));
	assert_non_null(strstr(all.text, " a folder named like a bundle; bundles are files\n"));
	assert_non_null(strstr(all.text, " a link to something else; it is not followed\n"));
	assert_non_null(strstr(all.text, "empty.satchel 0 an empty file"));
	assert_non_null(strstr(all.text, "huge.satchel 1073741825 too large to be a bundle\n"));
	char before[64] = "";
	for (const char *line = all.text; *line != '\0'; line = strchr(line, '\n') + 1) {
		char name[64];
		assert_int_equal(sscanf(line, "%63s", name), 1);
		assert_true(strcmp(before, name) < 0);
		strcpy(before, name);
	}
}

static int stop_at_second(void *user, const sat_found *thing)
{
	(void)thing;
	return ++*(int *)user == 2 ? 42 : 0;
}

static void folder__listing_stops_when_told(void **state)
{
	place *p = *state;
	int seen = 0;
	assert_int_equal(mkdir(p->satchel, 0755), 0);
	place_write(p, "a.satchel", "x", 1);
	place_write(p, "b.satchel", "x", 1);
	place_write(p, "c.satchel", "x", 1);
	assert_int_equal(p->carrier->list(p->carrier->context, stop_at_second, &seen, NULL), 42);
	assert_int_equal(seen, 2);
}

/* A pipe would block for ever, a link could lead anywhere, so none of them is opened or removed. */
static void folder__foreign_things_are_never_opened_or_dropped(void **state)
{
	place *p = *state;
	static const char *const names[] = { "link.satchel", "pipe.satchel", "dir.satchel", "photo.jpg",
		                             "empty.satchel" };
	char path[PATH_MAX];
	assert_int_equal(mkdir(p->satchel, 0755), 0);
	place_write(p, "aa.satchel", "sealed", 6);
	place_write(p, "photo.jpg", "x", 1);
	place_write(p, "empty.satchel", "", 0);
	place_path(p, "link.satchel", path);
	assert_int_equal(symlink("aa.satchel", path), 0);
	place_path(p, "pipe.satchel", path);
	assert_int_equal(mkfifo(path, 0644), 0);
	place_path(p, "dir.satchel", path);
	assert_int_equal(mkdir(path, 0755), 0);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		void *handle;
		uint64_t size;
		struct stat status;
		assert_int_equal(p->carrier->open(p->carrier->context, names[i], &handle, &size, &p->err),
		                 SAT_EREFUSED);
		assert_null(handle);
		assert_int_equal(p->carrier->drop(p->carrier->context, names[i], &p->err), SAT_EREFUSED);
		place_path(p, names[i], path);
		assert_int_equal(lstat(path, &status), 0);
	}
}

static void folder__names_that_leave_the_place_are_refused(void **state)
{
	place *p = *state;
	void *handle;
	uint64_t size;
	assert_int_equal(p->carrier->open(p->carrier->context, "../a.satchel", &handle, &size, NULL),
	                 SAT_EUSAGE);
	assert_int_equal(p->carrier->drop(p->carrier->context, "x/a.satchel", NULL), SAT_EUSAGE);
	assert_int_equal(p->carrier->open(p->carrier->context, "a.satchel", &handle, &size, NULL),
	                 SAT_ENOTFOUND);
	assert_int_equal(p->carrier->drop(p->carrier->context, "a.satchel", NULL), SAT_ENOTFOUND);
}

static void folder__link_in_place_of_the_folder_is_refused(void **state)
{
	place *p = *state;
	char elsewhere[PATH_MAX];
	sat_sink sink;
	snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", p->base);
	assert_int_equal(mkdir(elsewhere, 0755), 0);
	assert_int_equal(symlink("elsewhere", p->satchel), 0);
	assert_int_equal(p->carrier->begin(p->carrier->context, 0, &sink, &p->err), SAT_EEXISTS);
	assert_int_equal(rmdir(elsewhere), 0);
}

static void folder__read_is_by_position_and_exact(void **state)
{
	place *p = *state;
	void *handle;
	uint64_t size;
	char text[4] = "";
	assert_int_equal(mkdir(p->satchel, 0755), 0);
	place_write(p, "aa.satchel", "sealed", 6);
	assert_int_equal(p->carrier->open(p->carrier->context, "aa.satchel", &handle, &size, NULL), 0);
	assert_int_equal(size, 6);
	assert_int_equal(p->carrier->read(p->carrier->context, handle, 3, text, 3, NULL), 0);
	assert_string_equal(text, "led");
	assert_int_equal(p->carrier->read(p->carrier->context, handle, 4, text, 3, &p->err), SAT_EIO);
	assert_int_equal(p->carrier->read(p->carrier->context, handle, UINT64_MAX, text, 3, &p->err),
	                 SAT_EIO);
	p->carrier->close(p->carrier->context, handle);
}

static void folder__drop_removes_the_bundle_alone(void **state)
{
	place *p = *state;
	assert_int_equal(mkdir(p->satchel, 0755), 0);
	place_write(p, "aa.satchel", "sealed", 6);
	place_write(p, "bb.satchel", "sealed", 6);
	assert_int_equal(p->carrier->drop(p->carrier->context, "aa.satchel", NULL), 0);
	found all = place_list(p->carrier);
	assert_string_equal(all.text, "bb.satchel 6 -\n");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(folder__opening_and_listing_make_nothing),
		CASE(folder__path_that_is_no_folder_is_not_found),
		CASE(folder__path_named_satchel_is_the_place_itself),
		CASE(folder__listing_is_sorted_and_names_foreign_things),
		CASE(folder__listing_stops_when_told),
		CASE(folder__foreign_things_are_never_opened_or_dropped),
		CASE(folder__names_that_leave_the_place_are_refused),
		CASE(folder__link_in_place_of_the_folder_is_refused),
		CASE(folder__read_is_by_position_and_exact),
		CASE(folder__drop_removes_the_bundle_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
