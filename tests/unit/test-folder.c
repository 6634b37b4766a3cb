/* Claims about sync/folder.c and sync/disk.c, on real folders in a temporary directory.
 *
 * The bundle of most cases is three regions that are put out of order, the header last, and is longer
 * than one chunk of the read-back.  The shim is a sat_disk that misbehaves at the Nth call.  The file is
 * long because every claim is about the same place and the same shim.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync/folder.h"
#include "sync/seal.h"

#define BUNDLE_BYTES (1200 * 1000 + 17)
#define HEADER_BYTES 184
#define SECOND_BYTES 700001
#define TIME_1980 315532800
#define PULLED                                                                                               \
	"the stick was pulled out or failed; what was on it before is unchanged there, and nothing was "     \
	"marked as copied"

/* --- a machine that replays -------------------------------------------------------------------- */

/* Draws the same bytes `repeats` times, then others. */
typedef struct chance {
	uint64_t seed;
	unsigned repeats;
} chance;

static void chance_random(void *context, void *data, size_t count)
{
	chance *c = context;
	uint64_t state = c->seed;
	uint8_t *bytes = data;
	for (size_t i = 0; i < count; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		bytes[i] = (uint8_t)(state >> 56);
	}
	if (c->repeats > 0)
		c->repeats--;
	else
		c->seed = state;
}

static int64_t chance_now(void *context)
{
	(void)context;
	return 1700000000;
}

/* --- a place ----------------------------------------------------------------------------------- */

typedef struct place {
	char base[64];
	char satchel[80];
	chance chance;
	sat_env env;
	sat_carrier *carrier;
	sat_error err;
	uint8_t *bundle;
} place;

static void place_path(const place *p, const char *name, char path[static PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", p->satchel, name);
}

static void place_write(const place *p, const char *name, const void *data, size_t count)
{
	char path[PATH_MAX];
	place_path(p, name, path);
	FILE *file = fopen(path, "wx");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, count, file), count);
	assert_int_equal(fclose(file), 0);
}

static int place_setup(void **state)
{
	place *p = calloc(1, sizeof *p);
	assert_non_null(p);
	strcpy(p->base, "/tmp/satchel-test-folder-XXXXXX");
	assert_non_null(mkdtemp(p->base));
	assert_int_equal(chmod(p->base, 0755), 0);
	snprintf(p->satchel, sizeof p->satchel, "%s/satchel", p->base);
	p->chance.seed = 17;
	p->env = (sat_env){ .context = &p->chance, .random = chance_random, .now = chance_now };
	p->bundle = malloc(BUNDLE_BYTES);
	assert_non_null(p->bundle);
	chance content = { .seed = 4 };
	chance_random(&content, p->bundle, BUNDLE_BYTES);
	assert_int_equal(sat_folder_open(&p->carrier, p->base, NULL, &p->env, &p->err), 0);
	*state = p;
	return 0;
}

/* The folder is flat but for one level of folders that a case made in it. */
static void remove_all(const char *path, unsigned depth)
{
	DIR *directory = opendir(path);
	for (const struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
		char inner[PATH_MAX];
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) >= (int)sizeof inner)
			continue;
		if (unlink(inner) != 0 && depth < 4)
			remove_all(inner, depth + 1);
	}
	if (directory != NULL)
		closedir(directory);
	rmdir(path);
}

static int place_teardown(void **state)
{
	place *p = *state;
	sat_carrier_free(p->carrier);
	remove_all(p->base, 0);
	free(p->bundle);
	free(p);
	return 0;
}

/* What a listing found, as lines "name size why". */
typedef struct found {
	unsigned bundles;
	unsigned foreign;
	char text[8192];
	char last_bundle[64];
} found;

static int found_each(void *user, const sat_found *thing)
{
	found *all = user;
	size_t used = strlen(all->text);
	snprintf(all->text + used, sizeof all->text - used, "%s %llu %s\n", thing->name,
	         (unsigned long long)thing->size_bytes, thing->foreign ? thing->why : "-");
	assert_int_equal(thing->foreign, thing->why != NULL);
	if (thing->foreign)
		all->foreign++;
	else
		all->bundles++;
	if (!thing->foreign)
		snprintf(all->last_bundle, sizeof all->last_bundle, "%s", thing->name);
	return 0;
}

static found list_all(sat_carrier *carrier)
{
	found all = { 0 };
	assert_int_equal(carrier->list(carrier->context, found_each, &all, NULL), 0);
	return all;
}

/* Puts the whole bundle of the case, header last. */
static int put_bundle(const place *p, sat_sink *sink, sat_error *err)
{
	static const struct {
		size_t offset, end;
	} parts[] = { { SECOND_BYTES, BUNDLE_BYTES }, { HEADER_BYTES, SECOND_BYTES }, { 0, HEADER_BYTES } };
	int code = 0;
	for (size_t i = 0; i < 3 && code == 0; i++)
		code = sink->put(sink->context, parts[i].offset, p->bundle + parts[i].offset,
		                 parts[i].end - parts[i].offset, err);
	return code;
}

static int write_bundle(const place *p, sat_carrier *carrier, char name[static 64], sat_error *err)
{
	sat_sink sink;
	int code = carrier->begin(carrier->context, BUNDLE_BYTES, &sink, err);
	if (code != 0)
		return code;
	code = put_bundle(p, &sink, err);
	if (code == 0)
		code = carrier->commit(carrier->context, &sink, name, NULL, NULL, err);
	carrier->abandon(carrier->context, &sink);
	return code;
}

static void assert_whole(const place *p, sat_carrier *carrier, const char *name)
{
	void *handle;
	uint64_t size = 0;
	uint8_t *data = malloc(BUNDLE_BYTES);
	assert_non_null(data);
	assert_int_equal(carrier->open(carrier->context, name, &handle, &size, NULL), 0);
	assert_int_equal(size, BUNDLE_BYTES);
	assert_int_equal(carrier->read(carrier->context, handle, 0, data, BUNDLE_BYTES, NULL), 0);
	assert_memory_equal(data, p->bundle, BUNDLE_BYTES);
	carrier->close(carrier->context, handle);
	free(data);
}

/* Nothing, hidden or not, lies in the place, or the place is not there. */
static void assert_nothing_there(const place *p)
{
	DIR *directory = opendir(p->satchel);
	for (const struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			fail_msg("%s was left behind", entry->d_name);
	}
	if (directory != NULL)
		closedir(directory);
}

/* --- listing and reading ----------------------------------------------------------------------- */

static void folder__opening_and_listing_make_nothing(void **state)
{
	place *p = *state;
	found all = list_all(p->carrier);
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
	assert_int_equal(write_bundle(p, carrier, name, NULL), 0);
	sat_carrier_free(carrier);
	assert_whole(p, p->carrier, name);
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
	found all = list_all(p->carrier);
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
	found all = list_all(p->carrier);
	assert_string_equal(all.text, "bb.satchel 6 -\n");
}

/* --- writing ----------------------------------------------------------------------------------- */

static void folder__commit_leaves_the_whole_bundle_and_nothing_else(void **state)
{
	place *p = *state;
	char name[64];
	assert_int_equal(write_bundle(p, p->carrier, name, &p->err), 0);
	found all = list_all(p->carrier);
	assert_int_equal(all.bundles, 1);
	assert_int_equal(all.foreign, 0);
	assert_string_equal(all.last_bundle, name);
	assert_whole(p, p->carrier, name);
}

static void folder__nothing_of_a_bundle_is_listed_before_commit(void **state)
{
	place *p = *state;
	sat_sink sink;
	assert_int_equal(p->carrier->begin(p->carrier->context, 0, &sink, NULL), 0);
	assert_int_equal(put_bundle(p, &sink, NULL), 0);
	found all = list_all(p->carrier);
	assert_int_equal(all.bundles + all.foreign, 0);
	sat_carrier *other;
	assert_int_equal(sat_folder_open(&other, p->base, NULL, &p->env, NULL), 0);
	all = list_all(other);
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
	assert_int_equal(put_bundle(p, &sink, NULL), 0);
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
		assert_int_equal(put_bundle(p, &sinks[i], NULL), 0);
	}
	sat_carrier_free(carrier);
	assert_nothing_there(p);
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
		assert_nothing_there(p);
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
	assert_nothing_there(p);
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
	assert_nothing_there(p);
}

static void folder__taken_names_are_never_overwritten(void **state)
{
	place *p = *state;
	char name[64];
	char taken[64];
	char path[PATH_MAX];
	struct stat status;
	assert_int_equal(write_bundle(p, p->carrier, taken, NULL), 0);
	assert_int_equal(p->carrier->drop(p->carrier->context, taken, NULL), 0);
	place_write(p, taken, "mine", 4);
	char part[64];
	p->chance = (chance){ .seed = 17, .repeats = 0 };
	sat_sink sink;
	assert_int_equal(p->carrier->begin(p->carrier->context, 0, &sink, NULL), 0);
	p->carrier->abandon(p->carrier->context, &sink);
	/* The second draw of the first run named the bundle; drawing from there on repeats it. */
	p->chance.repeats = 5;
	assert_int_equal(write_bundle(p, p->carrier, name, &p->err), 0);
	assert_string_not_equal(name, taken);
	place_path(p, taken, path);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_size, 4);
	assert_whole(p, p->carrier, name);
	/* An unfinished copy of somebody else is no less theirs. */
	snprintf(part, sizeof part, ".%.16s.part", taken);
	place_write(p, part, "half", 4);
	p->chance = (chance){ .seed = 17 };
	assert_int_equal(p->carrier->begin(p->carrier->context, 0, &sink, NULL), 0);
	p->carrier->abandon(p->carrier->context, &sink);
	p->chance.repeats = 3;
	assert_int_equal(write_bundle(p, p->carrier, name, &p->err), 0);
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
	assert_int_equal(write_bundle(p, p->carrier, taken, NULL), 0);
	assert_int_equal(write_bundle(p, p->carrier, name, &p->err), SAT_EEXISTS);
	found all = list_all(p->carrier);
	assert_int_equal(all.bundles, 1);
	assert_int_equal(all.foreign, 0);
	assert_whole(p, p->carrier, taken);
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
	assert_int_equal(put_bundle(p, &sink, NULL), 0);
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
		assert_int_equal(put_bundle(p, &sink, NULL), 0);
		assert_int_equal(
		    p->carrier->commit(p->carrier->context, &sink, name, watch_progress, &w, &p->err),
		    SAT_ECANCELLED);
		assert_int_equal(w.calls, stop_at);
		assert_nothing_there(p);
	}
}

/* --- what a stranger can see ------------------------------------------------------------------- */

static void folder__names_come_from_randomness_alone(void **state)
{
	place *p = *state;
	char first[64];
	char second[64];
	char again[64];
	assert_int_equal(write_bundle(p, p->carrier, first, NULL), 0);
	assert_int_equal(write_bundle(p, p->carrier, second, NULL), 0);
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
	assert_int_equal(write_bundle(p, p->carrier, name, NULL), 0);
	assert_1980(p->satchel);
	place_path(p, name, path);
	assert_1980(path);
	assert_whole(p, p->carrier, name);
	assert_1980(path);
	assert_int_equal(p->carrier->drop(p->carrier->context, name, NULL), 0);
	struct stat status;
	assert_int_equal(stat(p->satchel, &status), 0);
	assert_int_equal(status.st_mtime, TIME_1980);
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
	found all = list_all(p->carrier);
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
	assert_int_equal(put_bundle(p, &sink, NULL), 0);
	snprintf(away, sizeof away, "%s-away", p->base);
	assert_int_equal(rename(p->base, away), 0);
	int committed = p->carrier->commit(p->carrier->context, &sink, name, NULL, NULL, &p->err);
	sat_error err;
	int begun = p->carrier->begin(p->carrier->context, 0, &sink, &err);
	int listed = p->carrier->list(p->carrier->context, found_each, &all, NULL);
	int made = access(p->base, F_OK);
	assert_int_equal(rename(away, p->base), 0);
	assert_int_equal(committed, SAT_EIO);
	assert_string_equal(p->err.message, PULLED);
	assert_int_equal(begun, SAT_EIO);
	assert_non_null(strstr(err.message, "pulled out"));
	assert_int_equal(listed, SAT_EIO);
	assert_int_equal(made, -1);
	assert_int_equal(list_all(p->carrier).bundles, 0);
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

/* --- a disk that misbehaves at one call -------------------------------------------------------- */

typedef enum trouble {
	FAILS_ONCE,             /* the call does nothing and fails; the medium goes on */
	PULLED_BEFORE,          /* the call and all after it fail */
	PULLED_AFTER,           /* the call takes effect, and is the last one that does */
	TORN,                   /* a write or read does half of its work, then the medium is gone */
	FORGETS,                /* as PULLED_AFTER, and what was not synced is lost */
	LIES,                   /* a write stores other bytes, a read gives other bytes, and both succeed */
	TROUBLES,
} trouble;

typedef struct shim {
	trouble trouble;
	unsigned at;            /* the call that goes wrong, from 1; 0 only counts */
	unsigned calls;
	int number;             /* errno of a call that fails */
	bool gone;
	bool hit;
	int folder_fsync_number;        /* when not 0, folders cannot be synced */
	ino_t watched;                  /* a folder ... */
	bool watched_synced;            /* ... and whether it was synced */
	bool no_direct;
	unsigned short_reads;           /* when not 0, no read gives more */
	char unsynced[PATH_MAX];        /* the file with bytes that were written and not synced */
	int unsynced_fd;
	bool has_unsynced;
} shim;

/* Counts a call; true when it must fail without effect. */
static bool shim_fails(shim *s, bool *last)
{
	bool now = ++s->calls == s->at;
	s->hit = s->hit || now;
	*last = now;
	if (now && (s->trouble == PULLED_BEFORE || s->trouble == FAILS_ONCE))
		s->gone = s->trouble == PULLED_BEFORE;
	if (s->gone || (now && s->trouble == FAILS_ONCE)) {
		errno = s->number;
		return true;
	}
	return false;
}

/* After a call that took effect: the medium may be gone from here on. */
static ssize_t shim_after(shim *s, bool last, ssize_t result)
{
	if (!last || s->trouble == LIES)
		return result;
	s->gone = true;
	if (s->trouble == FORGETS && s->has_unsynced)
		assert_int_equal(truncate(s->unsynced, 100), 0);
	errno = s->number;
	return -1;
}

static int shim_open(void *context, const char *path, int flags, mode_t mode)
{
	shim *s = context;
	bool last;
	if (shim_fails(s, &last))
		return -1;
	if (s->no_direct && (flags & O_DIRECT) != 0) {
		errno = EINVAL;
		return -1;
	}
	int fd = open(path, flags | O_CLOEXEC, mode);
	if (fd >= 0 && (flags & O_CREAT) != 0) {
		snprintf(s->unsynced, sizeof s->unsynced, "%s", path);
		s->unsynced_fd = fd;
	}
	int result = (int)shim_after(s, last, fd);
	if (result < 0 && fd >= 0) {
		int number = errno;
		close(fd);
		errno = number;
	}
	return result;
}

static ssize_t shim_pread(void *context, int fd, void *data, size_t count, off_t offset)
{
	shim *s = context;
	bool last;
	if (shim_fails(s, &last))
		return -1;
	if (s->short_reads != 0 && count > s->short_reads)
		count = s->short_reads;
	ssize_t got = pread(fd, data, last && s->trouble == TORN ? count / 2 : count, offset);
	if (last && s->trouble == LIES && got > 0)
		((uint8_t *)data)[got / 2] ^= 1;
	return shim_after(s, last, got);
}

static ssize_t shim_pwrite(void *context, int fd, const void *data, size_t count, off_t offset)
{
	shim *s = context;
	bool last;
	if (shim_fails(s, &last))
		return -1;
	ssize_t put = pwrite(fd, data, last && (s->trouble == TORN || s->trouble == LIES) ? count / 2 : count,
	                     offset);
	s->has_unsynced = true;
	return shim_after(s, last, last && s->trouble == LIES ? (ssize_t)count : put);
}

static int shim_fsync(void *context, int fd)
{
	shim *s = context;
	bool last;
	struct stat status;
	if (shim_fails(s, &last))
		return -1;
	assert_int_equal(fstat(fd, &status), 0);
	if (S_ISDIR(status.st_mode) && s->folder_fsync_number != 0) {
		errno = s->folder_fsync_number;
		return -1;
	}
	if (fd == s->unsynced_fd)
		s->has_unsynced = false;
	s->watched_synced = s->watched_synced || status.st_ino == s->watched;
	return (int)shim_after(s, last, fsync(fd));
}

/* Descriptors are the laptop's, not the medium's: they are closed in any case. */
static int shim_close(void *context, int fd)
{
	shim *s = context;
	bool last;
	bool fails = shim_fails(s, &last);
	int number = errno;
	int result = close(fd);
	errno = number;
	return fails ? -1 : (int)shim_after(s, last, result);
}

static int shim_rename_new(void *context, const char *from, const char *to)
{
	shim *s = context;
	bool last;
	if (shim_fails(s, &last))
		return -1;
	int result = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
	if (result == 0)
		snprintf(s->unsynced, sizeof s->unsynced, "%s", to);
	return (int)shim_after(s, last, result);
}

static int shim_unlink(void *context, const char *path)
{
	shim *s = context;
	bool last;
	if (shim_fails(s, &last))
		return -1;
	return (int)shim_after(s, last, unlink(path));
}

static int shim_mkdir(void *context, const char *path, mode_t mode)
{
	shim *s = context;
	bool last;
	if (shim_fails(s, &last))
		return -1;
	return (int)shim_after(s, last, mkdir(path, mode));
}

static sat_disk shim_disk(shim *s)
{
	return (sat_disk){ .context = s,
		           .open = shim_open,
		           .pread = shim_pread,
		           .pwrite = shim_pwrite,
		           .fsync = shim_fsync,
		           .close = shim_close,
		           .rename_new = shim_rename_new,
		           .unlink = shim_unlink,
		           .mkdir = shim_mkdir };
}

/* One whole writing over the shim, from opening the folder on. */
static int write_over(place *p, shim *s, sat_error *err)
{
	sat_disk disk = shim_disk(s);
	sat_carrier *carrier;
	char name[64];
	int code = sat_folder_open(&carrier, p->base, &disk, &p->env, err);
	if (code == 0)
		code = write_bundle(p, carrier, name, err);
	sat_carrier_free(carrier);
	return code;
}

/* What must hold whatever happened: at most one new bundle, and a whole one; the old one as it was. */
static void assert_all_or_nothing(place *p, const shim *s, int code, const char *old)
{
	found all = list_all(p->carrier);
	if (all.bundles > 2 || all.bundles < 1)
		fail_msg("trouble %d at call %u: %u bundles", (int)s->trouble, s->at, all.bundles);
	DIR *directory = opendir(p->satchel);
	for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
		size_t length = strlen(entry->d_name);
		if (length > 8 && strcmp(entry->d_name + length - 8, SAT_SUFFIX) == 0)
			assert_whole(p, p->carrier, entry->d_name);
	}
	closedir(directory);
	assert_whole(p, p->carrier, old);
	if (code == 0)
		assert_int_equal(all.bundles, 2);
	if (code != 0 && (s->trouble == FAILS_ONCE || s->trouble == LIES)) {
		assert_int_equal(all.bundles, 1);
		assert_int_equal(all.foreign, 0);
	}
}

static void clear_but(place *p, const char *old)
{
	DIR *directory = opendir(p->satchel);
	for (const struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
		char path[PATH_MAX];
		place_path(p, entry->d_name, path);
		if (strcmp(entry->d_name, old) != 0)
			unlink(path);
	}
	if (directory != NULL)
		closedir(directory);
}

static void folder__trouble_at_any_call_leaves_nothing_or_the_whole_bundle(void **state)
{
	place *p = *state;
	char old[64];
	unsigned steps = 0;
	unsigned failed = 0;
	assert_int_equal(write_bundle(p, p->carrier, old, NULL), 0);
	for (unsigned kind = 0; kind < TROUBLES; kind++) {
		for (unsigned at = 1;; at++) {
			shim s = { .trouble = kind, .at = at, .number = ENODEV, .unsynced_fd = -1 };
			sat_error err = { 0 };
			int code = write_over(p, &s, &err);
			assert_all_or_nothing(p, &s, code, old);
			assert_true(code == 0 || err.message[0] != '\0');
			clear_but(p, old);
			if (!s.hit)
				break;
			steps++;
			failed += code != 0;
		}
	}
	print_message("           %u steps tried, %u of them ended the writing\n", steps, failed);
	assert_true(steps > 100 && failed > steps / 2);
}

static void folder__trouble_on_an_empty_medium_leaves_no_part_of_a_bundle(void **state)
{
	place *p = *state;
	unsigned steps = 0;
	for (unsigned kind = 0; kind < TROUBLES; kind++) {
		for (unsigned at = 1;; at++) {
			shim s = { .trouble = kind, .at = at, .number = EIO, .unsynced_fd = -1 };
			int code = write_over(p, &s, NULL);
			found all = list_all(p->carrier);
			assert_true(all.bundles <= 1);
			if (all.bundles == 1)
				assert_whole(p, p->carrier, all.last_bundle);
			if (code == 0)
				assert_int_equal(all.bundles, 1);
			if (code != 0 && kind == FAILS_ONCE)
				assert_int_equal(access(p->satchel, F_OK), -1);
			clear_but(p, "");
			rmdir(p->satchel);
			if (!s.hit)
				break;
			steps++;
		}
	}
	print_message("           %u steps tried\n", steps);
	assert_true(steps > 100);
}

/* The read-back alone can notice a medium that stores other bytes than it was given. */
static void folder__medium_that_lies_is_noticed_and_the_copy_taken_off(void **state)
{
	place *p = *state;
	unsigned noticed = 0;
	for (unsigned at = 1;; at++) {
		shim s = { .trouble = LIES, .at = at, .unsynced_fd = -1 };
		sat_error err = { 0 };
		int code = write_over(p, &s, &err);
		if (!s.hit)
			break;
		if (code != 0) {
			assert_int_equal(code, SAT_EIO);
			assert_non_null(strstr(err.message, "gave back other bytes"));
			assert_nothing_there(p);
			noticed++;
		}
		clear_but(p, "");
	}
	/* Three writes and two reads. */
	assert_int_equal(noticed, 5);
}

/* Puts the bundle with one call failing; true when it was a put that failed. */
static bool put_over(place *p, shim *s, sat_error *err)
{
	sat_disk disk = shim_disk(s);
	sat_carrier *carrier;
	sat_sink sink;
	int code = 0;
	if (sat_folder_open(&carrier, p->base, &disk, &p->env, NULL) != 0)
		return false;
	bool begun = carrier->begin(carrier->context, BUNDLE_BYTES, &sink, NULL) == 0;
	if (begun)
		code = put_bundle(p, &sink, err);
	/* The sentence must be true before anybody abandons the bundle. */
	if (code != 0)
		assert_nothing_there(p);
	carrier->abandon(carrier->context, &sink);
	sat_carrier_free(carrier);
	clear_but(p, "");
	return code != 0;
}

static void folder__full_medium_says_how_much_is_missing(void **state)
{
	static const int numbers[] = { ENOSPC, EDQUOT, EPERM };
	static const unsigned missing[] = { BUNDLE_BYTES, SECOND_BYTES, HEADER_BYTES };
	place *p = *state;
	for (size_t i = 0; i < 3; i++) {
		unsigned writes = 0;
		for (unsigned at = 1;; at++) {
			shim s = { .trouble = FAILS_ONCE, .at = at, .number = numbers[i], .unsynced_fd = -1 };
			char sentence[200];
			sat_error err = { 0 };
			bool failed = put_over(p, &s, &err);
			if (!s.hit)
				break;
			if (!failed)
				continue;
			assert_true(writes < 3);
			snprintf(sentence, sizeof sentence,
			         "the stick is full: nothing was changed on it; free %u bytes or use another "
			         "stick",
			         missing[writes++]);
			assert_int_equal(err.code, SAT_EFULL);
			assert_string_equal(err.message, sentence);
		}
		assert_int_equal(writes, 3);
	}
}

static void folder__write_protected_medium_is_told_so(void **state)
{
	place *p = *state;
	unsigned told = 0;
	for (unsigned at = 1;; at++) {
		shim s = { .trouble = FAILS_ONCE, .at = at, .number = EROFS, .unsynced_fd = -1 };
		sat_error err = { 0 };
		int code = write_over(p, &s, &err);
		if (!s.hit)
			break;
		told += code == SAT_EIO && strstr(err.message, "the stick is write-protected") != NULL;
		clear_but(p, "");
		rmdir(p->satchel);
	}
	/* At least making the folder, the file, three writes, the sync and the new name. */
	assert_true(told >= 7);
}

/* Somebody may have made satchel/ a moment ago, or was stopped before its name was synced; without that
 * name everything in it would be lost with the stick. */
static void folder__name_of_a_folder_that_was_there_is_synced_too(void **state)
{
	place *p = *state;
	struct stat status;
	assert_int_equal(mkdir(p->satchel, 0755), 0);
	assert_int_equal(stat(p->base, &status), 0);
	shim s = { .watched = status.st_ino, .unsynced_fd = -1 };
	assert_int_equal(write_over(p, &s, &p->err), 0);
	assert_true(s.watched_synced);
}

static void folder__unsupported_folder_sync_is_no_failure(void **state)
{
	static const int numbers[] = { EINVAL, EOPNOTSUPP, EPERM };
	place *p = *state;
	for (size_t i = 0; i < 3; i++) {
		shim s = { .folder_fsync_number = numbers[i], .unsynced_fd = -1 };
		assert_int_equal(write_over(p, &s, &p->err), 0);
	}
	shim s = { .folder_fsync_number = EIO, .unsynced_fd = -1 };
	assert_int_equal(write_over(p, &s, &p->err), SAT_EIO);
	assert_int_equal(list_all(p->carrier).bundles, 3);
}

static void folder__read_back_works_without_o_direct_and_in_short_reads(void **state)
{
	place *p = *state;
	shim s = { .no_direct = true, .short_reads = 70001, .unsynced_fd = -1 };
	assert_int_equal(write_over(p, &s, &p->err), 0);
	shim direct = { .short_reads = 70001, .unsynced_fd = -1 };
	assert_int_equal(write_over(p, &direct, &p->err), 0);
	assert_int_equal(list_all(p->carrier).bundles, 2);
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
		CASE(folder__read_only_folder_says_so_and_stays_as_it_was),
		CASE(folder__vanished_folder_is_told_and_not_made_again),
		CASE(folder__other_device_under_the_same_path_is_pulled_out),
		CASE(folder__trouble_at_any_call_leaves_nothing_or_the_whole_bundle),
		CASE(folder__trouble_on_an_empty_medium_leaves_no_part_of_a_bundle),
		CASE(folder__medium_that_lies_is_noticed_and_the_copy_taken_off),
		CASE(folder__full_medium_says_how_much_is_missing),
		CASE(folder__write_protected_medium_is_told_so),
		CASE(folder__name_of_a_folder_that_was_there_is_synced_too),
		CASE(folder__unsupported_folder_sync_is_no_failure),
		CASE(folder__read_back_works_without_o_direct_and_in_short_reads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
