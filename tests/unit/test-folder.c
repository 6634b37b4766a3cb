/* Claims about sync/folder.c, and sync/part.c, sync/place.c and sync/disk.c below it: what one bundle after
 * another leaves on a medium on which all goes well. */
#include "folder-place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync/seal.h"

/* --- writing ----------------------------------------------------------------------------------- */

static void folder__commit_leaves_the_whole_bundle_and_nothing_else(void **state)
{
	place *p = *state;
	char name[64];
	assert_int_equal(place_write_bundle(p, p->carrier, name, &p->err), 0);
	found all = place_list(p->carrier);
	assert_int_equal(all.bundles, 1);
	assert_int_equal(all.foreign, 0);
	assert_string_equal(all.last_bundle, name);
	place_assert_whole(p, p->carrier, name);
}

static void folder__nothing_of_a_bundle_is_listed_before_commit(void **state)
{
	place *p = *state;
	sat_sink sink;
	assert_int_equal(p->carrier->begin(p->carrier->context, 0, &sink, NULL), 0);
	assert_int_equal(place_put_bundle(p, &sink, NULL), 0);
	found all = place_list(p->carrier);
	assert_int_equal(all.bundles + all.foreign, 0);
	sat_carrier *other;
	assert_int_equal(sat_folder_open(&other, p->base, NULL, &p->env, NULL), 0);
	all = place_list(other);
	assert_int_equal(all.bundles, 0);
	assert_non_null(strstr(all.text, "unfinished copy; it can be deleted"));
	sat_carrier_free(other);
	p->carrier->abandon(p->carrier->context, &sink);
}

static void folder__abandon_leaves_not_even_the_folder(void **state)
{
	place *p = *state;
	sat_sink sink;
	assert_int_equal(p->carrier->begin(p->carrier->context, 0, &sink, NULL), 0);
	assert_int_equal(place_put_bundle(p, &sink, NULL), 0);
	p->carrier->abandon(p->carrier->context, &sink);
	p->carrier->abandon(p->carrier->context, &sink);
	assert_int_equal(access(p->satchel, F_OK), -1);
	assert_int_equal(sink.put(sink.context, 0, "x", 1, &p->err), SAT_EUSAGE);
}

static void folder__freeing_the_carrier_abandons_what_was_begun(void **state)
{
	place *p = *state;
	sat_carrier *carrier;
	sat_sink sinks[2];
	assert_int_equal(sat_folder_open(&carrier, p->base, NULL, &p->env, NULL), 0);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(carrier->begin(carrier->context, 0, &sinks[i], NULL), 0);
		assert_int_equal(place_put_bundle(p, &sinks[i], NULL), 0);
	}
	sat_carrier_free(carrier);
	place_assert_empty(p);
}

static void folder__overlapping_put_is_refused_and_not_committed(void **state)
{
	static const struct {
		uint64_t offset;
		size_t count;
	} overlaps[] = { { 100, 50 }, { 99, 2 }, { 149, 1 }, { 0, 101 }, { 50, 500 }, { 120, 5 } };
	place *p = *state;
	char name[64];
	for (size_t i = 0; i < sizeof overlaps / sizeof *overlaps; i++) {
		sat_sink sink;
		assert_int_equal(p->carrier->begin(p->carrier->context, 0, &sink, NULL), 0);
		assert_int_equal(sink.put(sink.context, 100, p->bundle, 50, NULL), 0);
		assert_int_equal(
		    sink.put(sink.context, overlaps[i].offset, p->bundle, overlaps[i].count, &p->err),
		    SAT_EUSAGE);
		assert_int_equal(p->carrier->commit(p->carrier->context, &sink, name, NULL, NULL, &p->err),
		                 SAT_EUSAGE);
		place_assert_empty(p);
	}
}

static void folder__bundle_with_a_hole_or_without_bytes_is_refused(void **state)
{
	place *p = *state;
	char name[64];
	sat_sink sink;
	assert_int_equal(p->carrier->begin(p->carrier->context, 0, &sink, NULL), 0);
	assert_int_equal(sink.put(sink.context, 0, p->bundle, 10, NULL), 0);
	assert_int_equal(sink.put(sink.context, 11, p->bundle, 10, NULL), 0);
	assert_int_equal(p->carrier->commit(p->carrier->context, &sink, name, NULL, NULL, NULL), SAT_EUSAGE);
	assert_int_equal(p->carrier->begin(p->carrier->context, 0, &sink, NULL), 0);
	assert_int_equal(p->carrier->commit(p->carrier->context, &sink, name, NULL, NULL, NULL), SAT_EUSAGE);
	place_assert_empty(p);
}

static void folder__more_than_a_bundle_may_have_is_refused(void **state)
{
	place *p = *state;
	sat_sink sink;
	assert_int_equal(
	    p->carrier->begin(p->carrier->context, (uint64_t)SAT_BUNDLE_BYTES_MAX + 1, &sink, NULL),
	    SAT_ELIMIT);
	assert_int_equal(p->carrier->begin(p->carrier->context, 0, &sink, NULL), 0);
	assert_int_equal(sink.put(sink.context, SAT_BUNDLE_BYTES_MAX - 9, p->bundle, 10, NULL), SAT_ELIMIT);
	p->carrier->abandon(p->carrier->context, &sink);
	assert_int_equal(p->carrier->begin(p->carrier->context, 0, &sink, NULL), 0);
	assert_int_equal(sink.put(sink.context, UINT64_MAX, p->bundle, 10, NULL), SAT_ELIMIT);
	p->carrier->abandon(p->carrier->context, &sink);
	place_assert_empty(p);
}

static void folder__taken_names_are_never_overwritten(void **state)
{
	place *p = *state;
	char name[64];
	char taken[64];
	char path[PATH_MAX];
	struct stat status;
	assert_int_equal(place_write_bundle(p, p->carrier, taken, NULL), 0);
	assert_int_equal(p->carrier->drop(p->carrier->context, taken, NULL), 0);
	place_write(p, taken, "mine", 4);
	char part[64];
	p->chance = (chance){ .seed = 17, .repeats = 0 };
	sat_sink sink;
	assert_int_equal(p->carrier->begin(p->carrier->context, 0, &sink, NULL), 0);
	p->carrier->abandon(p->carrier->context, &sink);
	/* The second draw of the first run named the bundle; drawing from there on repeats it. */
	p->chance.repeats = 5;
	assert_int_equal(place_write_bundle(p, p->carrier, name, &p->err), 0);
	assert_string_not_equal(name, taken);
	place_path(p, taken, path);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_size, 4);
	place_assert_whole(p, p->carrier, name);
	/* An unfinished copy of somebody else is no less theirs. */
	snprintf(part, sizeof part, ".%.16s.part", taken);
	place_write(p, part, "half", 4);
	p->chance = (chance){ .seed = 17 };
	assert_int_equal(p->carrier->begin(p->carrier->context, 0, &sink, NULL), 0);
	p->carrier->abandon(p->carrier->context, &sink);
	p->chance.repeats = 3;
	assert_int_equal(place_write_bundle(p, p->carrier, name, &p->err), 0);
	place_path(p, part, path);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_size, 4);
}

static void folder__randomness_that_only_repeats_ends_in_an_error(void **state)
{
	place *p = *state;
	char taken[64];
	char name[64];
	p->chance.repeats = UINT_MAX;
	assert_int_equal(place_write_bundle(p, p->carrier, taken, NULL), 0);
	assert_int_equal(place_write_bundle(p, p->carrier, name, &p->err), SAT_EEXISTS);
	found all = place_list(p->carrier);
	assert_int_equal(all.bundles, 1);
	assert_int_equal(all.foreign, 0);
	place_assert_whole(p, p->carrier, taken);
}

static void disk__rename_new_never_replaces(void **state)
{
	place *p = *state;
	const sat_disk *disk = sat_disk_system();
	char from[PATH_MAX];
	char to[PATH_MAX];
	struct stat status;
	assert_int_equal(mkdir(p->satchel, 0755), 0);
	place_write(p, "from", "new", 3);
	place_write(p, "to", "standing", 8);
	place_path(p, "from", from);
	place_path(p, "to", to);
	assert_int_equal(disk->rename_new(disk->context, from, to), -1);
	assert_int_equal(errno, EEXIST);
	assert_int_equal(stat(to, &status), 0);
	assert_int_equal(status.st_size, 8);
	assert_int_equal(unlink(to), 0);
	assert_int_equal(disk->rename_new(disk->context, from, to), 0);
	assert_int_equal(stat(to, &status), 0);
	assert_int_equal(status.st_size, 3);
	assert_int_equal(access(from, F_OK), -1);
}

/* --- progress and cancelling ------------------------------------------------------------------- */

typedef struct watch {
	unsigned calls;
	unsigned stop_at;       /* 0: never */
	uint64_t done;
	char name[64];
} watch;

static bool watch_progress(void *context, const char *name, uint64_t done, uint64_t total)
{
	watch *w = context;
	assert_int_equal(total, BUNDLE_BYTES);
	assert_true(w->calls == 0 ? done == 0 : done > w->done);
	w->done = done;
	w->calls++;
	snprintf(w->name, sizeof w->name, "%s", name);
	return w->calls != w->stop_at;
}

static void folder__commit_tells_progress_to_the_end(void **state)
{
	place *p = *state;
	char name[64];
	watch w = { 0 };
	sat_sink sink;
	assert_int_equal(p->carrier->begin(p->carrier->context, 0, &sink, NULL), 0);
	assert_int_equal(place_put_bundle(p, &sink, NULL), 0);
	assert_int_equal(p->carrier->commit(p->carrier->context, &sink, name, watch_progress, &w, NULL), 0);
	assert_int_equal(w.done, BUNDLE_BYTES);
	assert_true(w.calls >= 3);
	assert_string_equal(w.name, name);
}

static void folder__cancelled_commit_leaves_nothing(void **state)
{
	place *p = *state;
	for (unsigned stop_at = 1; stop_at <= 3; stop_at++) {
		char name[64];
		watch w = { .stop_at = stop_at };
		sat_sink sink;
		assert_int_equal(p->carrier->begin(p->carrier->context, 0, &sink, NULL), 0);
		assert_int_equal(place_put_bundle(p, &sink, NULL), 0);
		assert_int_equal(
		    p->carrier->commit(p->carrier->context, &sink, name, watch_progress, &w, &p->err),
		    SAT_ECANCELLED);
		assert_int_equal(w.calls, stop_at);
		place_assert_empty(p);
	}
}

/* --- what a stranger can see ------------------------------------------------------------------- */

static void folder__names_come_from_randomness_alone(void **state)
{
	place *p = *state;
	char first[64];
	char second[64];
	char again[64];
	assert_int_equal(place_write_bundle(p, p->carrier, first, NULL), 0);
	assert_int_equal(place_write_bundle(p, p->carrier, second, NULL), 0);
	assert_string_not_equal(first, second);
	assert_int_equal(strlen(first), 16 + strlen(SAT_SUFFIX));
	assert_int_equal(strspn(first, "abcdefghijklmnopqrstuvwxyz234567"), 16);
	assert_string_equal(first + 16, SAT_SUFFIX);
	/* Another content, size and hour under the same randomness: the same name. */
	assert_int_equal(p->carrier->drop(p->carrier->context, first, NULL), 0);
	sat_sink sink;
	p->chance = (chance){ .seed = 17 };
	assert_int_equal(p->carrier->begin(p->carrier->context, 0, &sink, NULL), 0);
	assert_int_equal(sink.put(sink.context, 0, "other", 5, NULL), 0);
	assert_int_equal(p->carrier->commit(p->carrier->context, &sink, again, NULL, NULL, NULL), 0);
	assert_string_equal(first, again);
}

static void assert_1980(const char *path)
{
	struct stat status;
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mtime, TIME_1980);
	assert_int_equal(status.st_mtim.tv_nsec, 0);
	assert_int_equal(status.st_atime, TIME_1980);
}

static void folder__times_of_file_and_folder_are_1980(void **state)
{
	place *p = *state;
	char name[64];
	char path[PATH_MAX];
	assert_int_equal(place_write_bundle(p, p->carrier, name, NULL), 0);
	assert_1980(p->satchel);
	place_path(p, name, path);
	assert_1980(path);
	place_assert_whole(p, p->carrier, name);
	assert_1980(path);
	assert_int_equal(p->carrier->drop(p->carrier->context, name, NULL), 0);
	struct stat status;
	assert_int_equal(stat(p->satchel, &status), 0);
	assert_int_equal(status.st_mtime, TIME_1980);
}

/* As with a driver that notes every reading: what is set here is a time that only reading could have left. */
static void read_lately(const char *path)
{
	const struct timespec times[2] = { { .tv_sec = TIME_1980 + 86400 }, { .tv_nsec = UTIME_OMIT } };
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void folder__reading_leaves_no_time(void **state)
{
	place *p = *state;
	char name[64];
	char path[PATH_MAX];
	assert_int_equal(place_write_bundle(p, p->carrier, name, NULL), 0);
	place_path(p, name, path);
	read_lately(path);
	place_assert_whole(p, p->carrier, name);
	assert_1980(path);
	read_lately(p->satchel);
	assert_int_equal(place_list(p->carrier).bundles, 1);
	assert_1980(p->satchel);
}

static void folder__writing_that_came_to_nothing_leaves_no_time(void **state)
{
	place *p = *state;
	sat_sink sink;
	char name[64];
	assert_int_equal(place_write_bundle(p, p->carrier, name, NULL), 0);
	assert_int_equal(p->carrier->begin(p->carrier->context, 0, &sink, NULL), 0);
	assert_int_equal(place_put_bundle(p, &sink, NULL), 0);
	p->carrier->abandon(p->carrier->context, &sink);
	assert_1980(p->satchel);
	assert_int_equal(p->carrier->begin(p->carrier->context, 0, &sink, NULL), 0);
	assert_int_equal(sink.put(sink.context, 7, "x", 1, NULL), 0);
	assert_int_equal(p->carrier->commit(p->carrier->context, &sink, name, NULL, NULL, NULL), SAT_EUSAGE);
	assert_1980(p->satchel);
}

/* --- places that fail -------------------------------------------------------------------------- */

static void folder__read_only_folder_says_so_and_stays_as_it_was(void **state)
{
	place *p = *state;
	sat_sink sink;
	uid_t user = geteuid();
	assert_int_equal(chmod(p->base, 0555), 0);
	if (user == 0)
		assert_int_equal(seteuid(65534), 0);
	int code = p->carrier->begin(p->carrier->context, 0, &sink, &p->err);
	found all = place_list(p->carrier);
	if (user == 0)
		assert_int_equal(seteuid(user), 0);
	assert_int_equal(chmod(p->base, 0755), 0);
	assert_int_equal(code, SAT_EIO);
	assert_non_null(strstr(p->err.message, "not allowed"));
	assert_int_equal(all.bundles + all.foreign, 0);
	assert_int_equal(access(p->satchel, F_OK), -1);
}

static void folder__vanished_folder_is_told_and_not_made_again(void **state)
{
	place *p = *state;
	char name[64];
	char away[PATH_MAX];
	sat_sink sink;
	found all = { 0 };
	assert_int_equal(p->carrier->begin(p->carrier->context, 0, &sink, NULL), 0);
	assert_int_equal(place_put_bundle(p, &sink, NULL), 0);
	snprintf(away, sizeof away, "%s-away", p->base);
	assert_int_equal(rename(p->base, away), 0);
	int committed = p->carrier->commit(p->carrier->context, &sink, name, NULL, NULL, &p->err);
	sat_error err;
	int begun = p->carrier->begin(p->carrier->context, 0, &sink, &err);
	int listed = p->carrier->list(p->carrier->context, place_each, &all, NULL);
	int made = access(p->base, F_OK);
	assert_int_equal(rename(away, p->base), 0);
	assert_int_equal(committed, SAT_EIO);
	assert_string_equal(p->err.message, PULLED);
	assert_int_equal(begun, SAT_EIO);
	assert_non_null(strstr(err.message, "pulled out"));
	assert_int_equal(listed, SAT_EIO);
	assert_int_equal(made, -1);
	assert_int_equal(place_list(p->carrier).bundles, 0);
}

/* A mount point stays behind when its stick goes: the same path, on another device. */
static void folder__other_device_under_the_same_path_is_pulled_out(void **state)
{
	place *p = *state;
	char link_path[PATH_MAX];
	char other[] = "/dev/shm/satchel-test-folder-XXXXXX";
	struct stat here;
	struct stat there;
	sat_carrier *carrier;
	sat_sink sink;
	if (mkdtemp(other) == NULL)
		skip();
	assert_int_equal(stat(other, &there), 0);
	assert_int_equal(stat(p->base, &here), 0);
	snprintf(link_path, sizeof link_path, "%s/mount", p->base);
	assert_int_equal(symlink(p->base, link_path), 0);
	assert_int_equal(sat_folder_open(&carrier, link_path, NULL, &p->env, NULL), 0);
	assert_int_equal(unlink(link_path), 0);
	assert_int_equal(symlink(other, link_path), 0);
	int code = carrier->begin(carrier->context, 0, &sink, &p->err);
	carrier->abandon(carrier->context, &sink);
	sat_carrier_free(carrier);
	int left = rmdir(other);
	if (here.st_dev == there.st_dev)
		skip();
	assert_int_equal(code, SAT_EIO);
	assert_non_null(strstr(p->err.message, "pulled out"));
	assert_int_equal(left, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(folder__commit_leaves_the_whole_bundle_and_nothing_else),
		CASE(folder__nothing_of_a_bundle_is_listed_before_commit),
		CASE(folder__abandon_leaves_not_even_the_folder),
		CASE(folder__freeing_the_carrier_abandons_what_was_begun),
		CASE(folder__overlapping_put_is_refused_and_not_committed),
		CASE(folder__bundle_with_a_hole_or_without_bytes_is_refused),
		CASE(folder__more_than_a_bundle_may_have_is_refused),
		CASE(folder__taken_names_are_never_overwritten),
		CASE(folder__randomness_that_only_repeats_ends_in_an_error),
		CASE(disk__rename_new_never_replaces),
		CASE(folder__commit_tells_progress_to_the_end),
		CASE(folder__cancelled_commit_leaves_nothing),
		CASE(folder__names_come_from_randomness_alone),
		CASE(folder__times_of_file_and_folder_are_1980),
		CASE(folder__reading_leaves_no_time),
		CASE(folder__writing_that_came_to_nothing_leaves_no_time),
		CASE(folder__read_only_folder_says_so_and_stays_as_it_was),
		CASE(folder__vanished_folder_is_told_and_not_made_again),
		CASE(folder__other_device_under_the_same_path_is_pulled_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
