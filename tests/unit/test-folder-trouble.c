/* Claims about the folder carrier on a disk that misbehaves at the Nth call: whatever is stopped, torn,
 * refused or lied about, what is on the medium is nothing or the whole bundle, and the sentence says which. */
#include "folder-place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
		code = place_write_bundle(p, carrier, name, err);
	sat_carrier_free(carrier);
	return code;
}

/* What must hold whatever happened: at most one new bundle, and a whole one; the old one as it was. */
static void assert_all_or_nothing(place *p, const shim *s, int code, const char *old)
{
	found all = place_list(p->carrier);
	if (all.bundles > 2 || all.bundles < 1)
		fail_msg("trouble %d at call %u: %u bundles", (int)s->trouble, s->at, all.bundles);
	DIR *directory = opendir(p->satchel);
	for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
		size_t length = strlen(entry->d_name);
		if (length > 8 && strcmp(entry->d_name + length - 8, SAT_SUFFIX) == 0)
			place_assert_whole(p, p->carrier, entry->d_name);
	}
	closedir(directory);
	place_assert_whole(p, p->carrier, old);
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
	assert_int_equal(place_write_bundle(p, p->carrier, old, NULL), 0);
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
			found all = place_list(p->carrier);
			assert_true(all.bundles <= 1);
			if (all.bundles == 1)
				place_assert_whole(p, p->carrier, all.last_bundle);
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
			place_assert_empty(p);
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
		code = place_put_bundle(p, &sink, err);
	/* The sentence must be true before anybody abandons the bundle. */
	if (code != 0)
		place_assert_empty(p);
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
			         "the stick is full; what was on it before is unchanged; free %u bytes or use another "
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
	assert_int_equal(place_list(p->carrier).bundles, 3);
}

static void folder__read_back_works_without_o_direct_and_in_short_reads(void **state)
{
	place *p = *state;
	shim s = { .no_direct = true, .short_reads = 70001, .unsynced_fd = -1 };
	assert_int_equal(write_over(p, &s, &p->err), 0);
	shim direct = { .short_reads = 70001, .unsynced_fd = -1 };
	assert_int_equal(write_over(p, &direct, &p->err), 0);
	assert_int_equal(place_list(p->carrier).bundles, 2);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
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
