/* Claims about the folder carrier on media as they are carried: FAT32, exFAT, full, write-protected and
 * pulled out.  tests/cli/sticks.sh mounts them and names their mount points in the environment; a case
 * whose medium was not named is skipped.
 *
 *   SATCHEL_TEST_MEDIUM            writable, with free space, below 512 MiB; is left as it was found
 *   SATCHEL_TEST_MEDIUM_FULL       without a free byte
 *   SATCHEL_TEST_MEDIUM_READONLY   mounted without the right to write
 *   SATCHEL_TEST_MEDIUM_PULL       dies with the process SATCHEL_TEST_MEDIUM_PULL_PID
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "chance.h"
#include "sync/folder.h"
#include "sync/seal.h"

#define BUNDLE_BYTES (2 * 1024 * 1024 + 333)
#define HEADER_BYTES 184
#define FILL_BYTES_MAX (512u << 20)
#define TIME_1980 315532800

typedef struct medium {
	const char *path;
	chance chance;
	sat_env env;
	sat_carrier *carrier;
	uint8_t *bundle;
	sat_error err;
} medium;

static int medium_setup(void **state)
{
	medium *m = calloc(1, sizeof *m);
	assert_non_null(m);
	m->chance.seed = 23;
	m->env = (sat_env){ .context = &m->chance, .random = chance_random, .now = chance_now };
	m->bundle = malloc(BUNDLE_BYTES);
	assert_non_null(m->bundle);
	chance content = { .seed = 5 };
	chance_random(&content, m->bundle, BUNDLE_BYTES);
	*state = m;
	return 0;
}

static int medium_teardown(void **state)
{
	medium *m = *state;
	sat_carrier_free(m->carrier);
	free(m->bundle);
	free(m);
	return 0;
}

/* False where the medium was not named: the case then skips. */
static bool medium_open(medium *m, const char *variable)
{
	m->path = getenv(variable);
	if (m->path == NULL || m->path[0] == '\0')
		return false;
	if (sat_folder_open(&m->carrier, m->path, NULL, &m->env, &m->err) != 0)
		fail_msg("%s", m->err.message);
	return true;
}

static void medium_file(const medium *m, const char *name, char path[static PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/satchel/%s", m->path, name);
}

/* Everything in the place, hidden or not. */
static unsigned count_things(const medium *m)
{
	char path[PATH_MAX];
	unsigned count = 0;
	medium_file(m, "", path);
	DIR *directory = opendir(path);
	for (const struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;)
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	if (directory != NULL)
		closedir(directory);
	return count;
}

static int write_bundle(medium *m, char name[static 64])
{
	sat_sink sink;
	sat_carrier *carrier = m->carrier;
	int code = carrier->begin(carrier->context, BUNDLE_BYTES, &sink, &m->err);
	if (code != 0)
		return code;
	code = sink.put(sink.context, HEADER_BYTES, m->bundle + HEADER_BYTES, BUNDLE_BYTES - HEADER_BYTES,
	                &m->err);
	if (code == 0)
		code = sink.put(sink.context, 0, m->bundle, HEADER_BYTES, &m->err);
	if (code == 0)
		code = carrier->commit(carrier->context, &sink, name, NULL, NULL, &m->err);
	carrier->abandon(carrier->context, &sink);
	return code;
}

static void write_whole(medium *m, char name[static 64])
{
	if (write_bundle(m, name) != 0)
		fail_msg("%s", m->err.message);
}

static void drop(medium *m, const char *name)
{
	if (m->carrier->drop(m->carrier->context, name, &m->err) != 0)
		fail_msg("%s: %s", name, m->err.message);
}

/* The medium should be found again as it was: an empty folder of ours is no use to the next case. */
static void remove_place(const medium *m)
{
	char path[PATH_MAX];
	medium_file(m, "", path);
	rmdir(path);
}

static int found_each(void *user, const sat_found *found)
{
	unsigned *counts = user;
	counts[found->foreign]++;
	return 0;
}

static void medium__bundle_is_written_listed_and_read_back_whole(void **state)
{
	medium *m = *state;
	char name[64];
	void *handle;
	uint64_t size;
	unsigned counts[2] = { 0, 0 };
	if (!medium_open(m, "SATCHEL_TEST_MEDIUM"))
		skip();
	write_whole(m, name);
	assert_int_equal(m->carrier->list(m->carrier->context, found_each, counts, NULL), 0);
	assert_int_equal(counts[false], 1);
	assert_int_equal(counts[true], 0);
	assert_int_equal(count_things(m), 1);
	uint8_t *data = malloc(BUNDLE_BYTES);
	assert_non_null(data);
	assert_int_equal(m->carrier->open(m->carrier->context, name, &handle, &size, NULL), 0);
	assert_int_equal(size, BUNDLE_BYTES);
	assert_int_equal(m->carrier->read(m->carrier->context, handle, 0, data, BUNDLE_BYTES, NULL), 0);
	m->carrier->close(m->carrier->context, handle);
	assert_memory_equal(data, m->bundle, BUNDLE_BYTES);
	free(data);
	drop(m, name);
	assert_int_equal(count_things(m), 0);
	remove_place(m);
}

/* FAT and FUSE have no renaming without replacing, so the fall-back is what this tries. */
static void medium__taken_names_are_never_overwritten(void **state)
{
	medium *m = *state;
	char taken[64];
	char name[64];
	char path[PATH_MAX];
	struct stat status;
	if (!medium_open(m, "SATCHEL_TEST_MEDIUM"))
		skip();
	m->chance.repeats = UINT_MAX;
	write_whole(m, taken);
	assert_int_equal(write_bundle(m, name), SAT_EEXISTS);
	assert_int_equal(count_things(m), 1);
	m->chance.repeats = 3;
	write_whole(m, name);
	assert_string_not_equal(name, taken);
	medium_file(m, taken, path);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_size, BUNDLE_BYTES);
	assert_int_equal(count_things(m), 2);
	drop(m, taken);
	drop(m, name);
	remove_place(m);
}

static void medium__times_are_1980(void **state)
{
	medium *m = *state;
	char name[64];
	char path[PATH_MAX];
	struct stat status;
	sat_sink sink;
	if (!medium_open(m, "SATCHEL_TEST_MEDIUM"))
		skip();
	write_whole(m, name);
	medium_file(m, name, path);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mtime, TIME_1980);
	assert_true(status.st_atime <= TIME_1980);
	assert_int_equal(m->carrier->begin(m->carrier->context, 0, &sink, NULL), 0);
	assert_int_equal(sink.put(sink.context, 0, m->bundle, HEADER_BYTES, NULL), 0);
	m->carrier->abandon(m->carrier->context, &sink);
	medium_file(m, "", path);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mtime, TIME_1980);
	assert_true(status.st_atime <= TIME_1980);
	drop(m, name);
	remove_place(m);
}

static void medium__hint_beyond_free_space_is_refused_before_anything_is_made(void **state)
{
	medium *m = *state;
	char path[PATH_MAX];
	sat_sink sink;
	if (!medium_open(m, "SATCHEL_TEST_MEDIUM"))
		skip();
	uint64_t room = m->carrier->free_bytes(m->carrier->context);
	if (room >= SAT_BUNDLE_BYTES_MAX)
		skip();
	assert_int_equal(m->carrier->begin(m->carrier->context, room + 5, &sink, &m->err), SAT_EFULL);
	assert_string_equal(
	    m->err.message,
	    "the stick is full; what was on it before is unchanged; free 5 bytes or use another stick");
	medium_file(m, "", path);
	assert_int_equal(access(path, F_OK), -1);
}

static void medium__that_fills_up_while_writing_is_full_and_keeps_nothing(void **state)
{
	medium *m = *state;
	char name[64];
	sat_sink sink;
	int code = 0;
	if (!medium_open(m, "SATCHEL_TEST_MEDIUM"))
		skip();
	assert_int_equal(m->carrier->begin(m->carrier->context, 0, &sink, &m->err), 0);
	for (uint64_t done = 0; code == 0 && done < FILL_BYTES_MAX; done += BUNDLE_BYTES)
		code = sink.put(sink.context, done, m->bundle, BUNDLE_BYTES, &m->err);
	if (code == 0)
		code = m->carrier->commit(m->carrier->context, &sink, name, NULL, NULL, &m->err);
	unsigned before_abandon = count_things(m);
	m->carrier->abandon(m->carrier->context, &sink);
	assert_int_equal(code, SAT_EFULL);
	assert_non_null(strstr(m->err.message, "the stick is full; what was on it before is unchanged; free "));
	assert_int_equal(before_abandon, 0);
	/* The room is free again. */
	write_whole(m, name);
	drop(m, name);
	remove_place(m);
}

static void medium__full_one_is_told_and_keeps_nothing(void **state)
{
	medium *m = *state;
	char name[64];
	char path[PATH_MAX];
	if (!medium_open(m, "SATCHEL_TEST_MEDIUM_FULL"))
		skip();
	assert_int_equal(write_bundle(m, name), SAT_EFULL);
	assert_non_null(strstr(m->err.message, "or use another stick"));
	medium_file(m, "", path);
	assert_int_equal(access(path, F_OK), -1);
	/* Without a hint nothing is known in advance, and the medium itself has to refuse. */
	sat_sink sink;
	int code = m->carrier->begin(m->carrier->context, 0, &sink, &m->err);
	if (code == 0)
		code = sink.put(sink.context, 0, m->bundle, BUNDLE_BYTES, &m->err);
	m->carrier->abandon(m->carrier->context, &sink);
	assert_int_equal(code, SAT_EFULL);
	assert_int_equal(access(path, F_OK), -1);
}

static void medium__write_protected_one_is_told_so(void **state)
{
	medium *m = *state;
	char name[64];
	if (!medium_open(m, "SATCHEL_TEST_MEDIUM_READONLY"))
		skip();
	assert_int_equal(write_bundle(m, name), SAT_EIO);
	assert_non_null(strstr(m->err.message, "the stick is write-protected"));
}

/* sticks.sh looks afterwards, on the medium mounted anew, that no bundle is there. */
static void medium__pulled_out_while_writing_is_told_so(void **state)
{
	medium *m = *state;
	const char *pid = getenv("SATCHEL_TEST_MEDIUM_PULL_PID");
	char name[64];
	sat_sink sink;
	sat_error err;
	if (pid == NULL || !medium_open(m, "SATCHEL_TEST_MEDIUM_PULL"))
		skip();
	assert_int_equal(m->carrier->begin(m->carrier->context, 0, &sink, NULL), 0);
	assert_int_equal(sink.put(sink.context, 0, m->bundle, BUNDLE_BYTES, NULL), 0);
	assert_int_equal(kill((pid_t)strtol(pid, NULL, 10), SIGKILL), 0);
	assert_int_equal(m->carrier->commit(m->carrier->context, &sink, name, NULL, NULL, &m->err), SAT_EIO);
	assert_string_equal(m->err.message,
	                    "the stick was pulled out or failed; what was on it before is unchanged there, and what "
	                    "was not finished was not marked as copied; put it in again and repeat this, or use "
	                    "another stick");
	assert_int_equal(m->carrier->begin(m->carrier->context, 0, &sink, &err), SAT_EIO);
	assert_non_null(strstr(err.message, "pulled out"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, medium_setup, medium_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(medium__bundle_is_written_listed_and_read_back_whole),
		CASE(medium__taken_names_are_never_overwritten),
		CASE(medium__times_are_1980),
		CASE(medium__hint_beyond_free_space_is_refused_before_anything_is_made),
		CASE(medium__that_fills_up_while_writing_is_full_and_keeps_nothing),
		CASE(medium__full_one_is_told_and_keeps_nothing),
		CASE(medium__write_protected_one_is_told_so),
		CASE(medium__pulled_out_while_writing_is_told_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
