/* See place-listing.h. */
#include "place-listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file-name.h"
#include "medium-failure.h"
#include "seal.h"

#define THINGS_MAX 100000               /* in one folder; a listing is sorted in memory */

typedef struct thing {
	char *name;
	uint64_t size_bytes;
	const char *why;
	bool broken;
} thing;

typedef struct listing {
	thing *things;
	size_t count;
	size_t capacity;
} listing;

static void listing_clear(listing *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->things[i].name);
	free(l->things);
}

static int compare_things(const void *a, const void *b)
{
	return strcmp(((const thing *)a)->name, ((const thing *)b)->name);
}

/* A sentence for what is not a bundle, borrowed for ever; NULL for what may be one. */
static const char *why_foreign(const char *name, const struct stat *status)
{
	const char *why = sat_file_name_foreign(name, S_ISREG(status->st_mode));
	if (S_ISLNK(status->st_mode))
		return "a link to something else; it is not followed";
	if (S_ISDIR(status->st_mode))
		return why == NULL ? "a folder named like a bundle; bundles are files" : "a folder";
	if (!S_ISREG(status->st_mode))
		return "not a file that can be read from a stick";
	if (why != NULL)
		return why;
	if (status->st_size == 0)
		return "an empty file, since copying it was interrupted; it can be deleted";
	if (status->st_size > (off_t)SAT_BUNDLE_BYTES_MAX)
		return "too large to be a bundle";
	return NULL;
}

static int listing_add(listing *l, const char *name, uint64_t size_bytes, const char *why, bool regular, sat_error *err)
{
	if (l->count == THINGS_MAX)
		return sat_fail(
		    err, SAT_ELIMIT,
		    "the folder holds more than %d things; give the bundles a folder of their own",
		    THINGS_MAX);
	if (l->count == l->capacity) {
		size_t capacity = l->capacity == 0 ? 64 : 2 * l->capacity;
		thing *things = realloc(l->things, capacity * sizeof *things);
		if (things == NULL)
			return sat_fail(err, SAT_ENOMEM, "memory ran out while listing the stick");
		l->things = things;
		l->capacity = capacity;
	}
	char *copy = strdup(name);
	if (copy == NULL)
		return sat_fail(err, SAT_ENOMEM, "memory ran out while listing the stick");
	l->things[l->count++] = (thing){ copy, size_bytes, why,
	                                why != NULL && regular && sat_file_name_foreign(name, true) == NULL };
	return 0;
}

/* One damaged directory entry must not hide the bundles next to it. */
static int listing_look(listing *l, int fd, const char *name, sat_error *err)
{
	struct stat status;
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return 0;
	if (fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
		return listing_add(l, name, (uint64_t)status.st_size, why_foreign(name, &status),
		                   S_ISREG(status.st_mode), err);
	if (errno == ENOENT)
		return 0;
	if (errno == EIO || errno == EUCLEAN || errno == EINVAL)
		return listing_add(l, name, 0, "it cannot be looked at; the stick may be damaged", true, err);
	return sat_medium_read_failed(errno, err);
}

/* readdir gets a descriptor of its own because closedir closes past the sat_disk. */
static int listing_fill(listing *l, int fd, sat_error *err)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	DIR *directory = own < 0 ? NULL : fdopendir(own);
	if (directory == NULL) {
		int number = errno;
		if (own >= 0)
			close(own);
		return sat_medium_read_failed(number, err);
	}
	int code = 0;
	while (code == 0) {
		errno = 0;
		const struct dirent *entry = readdir(directory);
		if (entry == NULL) {
			code = errno == 0 ? 0 : sat_medium_read_failed(errno, err);
			break;
		}
		code = listing_look(l, fd, entry->d_name, err);
	}
	closedir(directory);
	return code;
}

int sat_place_list(sat_place *place, int (*each)(void *user, const sat_found *found), void *user,
                   sat_error *err)
{
	int fd;
	bool absent;
	int code = sat_place_open(place, &fd, &absent, err);
	if (code != 0)
		return code;
	listing l = { 0 };
	if (!absent)
		code = listing_fill(&l, fd, err);
	if (!absent)
		sat_place_forget_reading(fd);
	sat_place_close(place, fd);
	if (code == 0 && l.count > 1)
		qsort(l.things, l.count, sizeof *l.things, compare_things);
	for (size_t i = 0; code == 0 && i < l.count; i++) {
		const thing *t = &l.things[i];
		const sat_found found = { t->name, t->size_bytes, t->why != NULL, t->why, t->broken };
		code = each(user, &found);
	}
	listing_clear(&l);
	return code;
}

int sat_place_check_bundle(sat_place *place, const char *name, sat_error *err)
{
	int fd;
	bool absent;
	struct stat status;
	if (name[0] == '\0' || strchr(name, '/') != NULL)
		return sat_fail(err, SAT_EUSAGE, "this is not the name of a bundle: %.100s", name);
	int code = sat_place_open(place, &fd, &absent, err);
	if (code != 0)
		return code;
	int number = absent ? ENOENT : fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0 ? errno : 0;
	sat_place_close(place, fd);
	if (number == ENOENT || number == ENAMETOOLONG)
		return sat_fail(err, SAT_ENOTFOUND, "there is no bundle of that name: %.100s", name);
	if (number != 0)
		return sat_medium_read_failed(number, err);
	const char *why = why_foreign(name, &status);
	return why == NULL ? 0 : sat_fail(err, SAT_EREFUSED, "%.100s: %s", name, why);
}
