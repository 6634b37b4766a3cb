/* See place.h. */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "file-name.h"
#include "medium-failure.h"

#define FOLDER_NAME "satchel"
#define TIME_1980 315532800             /* 1980-01-01T00:00:00Z */
#define DIRECTORY_FLAGS (O_RDONLY | O_DIRECTORY)

static int disk_open(const sat_place *place, const char *path, int flags)
{
	return place->disk->open(place->disk->context, path, flags, 0666);
}

/* Reading does not say that it happened; otherwise FAT would keep the day of it.  Only the owner may ask for that. */
static int open_unseen(const sat_place *place, const char *path, int flags)
{
	int fd = disk_open(place, path, flags | O_NOATIME);
	return fd < 0 && errno == EPERM ? disk_open(place, path, flags) : fd;
}

int sat_place_close(const sat_place *place, int fd) { return place->disk->close(place->disk->context, fd); }

/* --- files ------------------------------------------------------------------------------------- */

void sat_place_path(const sat_place *place, const char *name, char path[static PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", place->path, name);
}

int sat_place_create_file(const sat_place *place, const char *name)
{
	char path[PATH_MAX];
	sat_place_path(place, name, path);
	return disk_open(place, path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW);
}

int sat_place_open_file(const sat_place *place, const char *name, int flags)
{
	char path[PATH_MAX];
	sat_place_path(place, name, path);
	return open_unseen(place, path, flags | O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
}

int sat_place_remove(const sat_place *place, const char *name)
{
	char path[PATH_MAX];
	sat_place_path(place, name, path);
	return place->disk->unlink(place->disk->context, path);
}

/* A creation time, where there is one, cannot be set by any call. */
void sat_place_set_times(int fd)
{
	const struct timespec times[2] = { { .tv_sec = TIME_1980 }, { .tv_sec = TIME_1980 } };
	(void)futimens(fd, times);
}

static bool tells_times(int fd)
{
	struct stat status;
	return fstat(fd, &status) == 0 && (status.st_mtime != TIME_1980 || status.st_atime != TIME_1980);
}

void sat_place_forget_reading(int fd)
{
	struct stat status;
	if (fstat(fd, &status) == 0 && status.st_mtime == TIME_1980 && status.st_atime != TIME_1980)
		sat_place_set_times(fd);
}

/* Some drivers for FAT write a new directory entry when they rename, with the time of now in it. */
int sat_place_settle_times(const sat_place *place, const char *name, sat_error *err)
{
	int code = 0;
	int fd = sat_place_open_file(place, name, 0);
	if (fd < 0)
		return sat_medium_write_failed(errno, 0, err);
	if (tells_times(fd)) {
		sat_place_set_times(fd);
		if (place->disk->fsync(place->disk->context, fd) != 0)
			code = sat_medium_write_failed(errno, 0, err);
	}
	sat_place_close(place, fd);
	return code;
}

/* --- the folder -------------------------------------------------------------------------------- */

/* Splits what was given into the medium's folder and ours in it. */
static int split_path(sat_place *place, const char *path, sat_error *err)
{
	size_t length = strlen(path);
	while (length > 1 && path[length - 1] == '/')
		length--;
	if (length == 0 || length > PATH_MAX - 2 * (SAT_FILE_NAME_BYTES_MAX + 1))
		return sat_fail(err, SAT_ENOTFOUND, "this path is empty or too long");
	place->base = strndup(path, length);
	if (place->base == NULL)
		return sat_fail(err, SAT_ENOMEM, "memory ran out while opening a folder");
	const char *slash = strrchr(place->base, '/');
	place->path = place->base;
	if (strcmp(slash == NULL ? place->base : slash + 1, FOLDER_NAME) == 0)
		return 0;
	char below[PATH_MAX];
	snprintf(below, sizeof below, "%s/" FOLDER_NAME, place->base);
	place->path = strdup(below);
	return place->path != NULL ? 0 : sat_fail(err, SAT_ENOMEM, "memory ran out while opening a folder");
}

int sat_place_init(sat_place *place, const char *path, const sat_disk *disk, const sat_env *env, sat_error *err)
{
	*place = (sat_place){ .disk = disk, .env = env };
	return split_path(place, path, err);
}

void sat_place_clear(sat_place *place)
{
	if (place->path != place->base)
		free(place->path);
	free(place->base);
	place->path = NULL;
	place->base = NULL;
}

static int place_failure(const sat_place *place, int number, sat_error *err)
{
	if (number == ENOTDIR || number == ELOOP)
		return sat_fail(err, SAT_EEXISTS,
		                "%s is not a folder; nothing was changed on the stick; rename it or use another stick",
		                place->path);
	return sat_medium_read_failed(number, err);
}

int sat_place_open(sat_place *place, int *fd, bool *absent, sat_error *err)
{
	*absent = false;
	*fd = open_unseen(place, place->path, DIRECTORY_FLAGS | O_NOFOLLOW);
	if (*fd < 0 && errno == ENOENT && place->path != place->base) {
		*absent = true;
		*fd = disk_open(place, place->base, DIRECTORY_FLAGS);
	}
	if (*fd < 0)
		return place_failure(place, errno, err);
	struct stat status;
	int number = fstat(*fd, &status) != 0 ? errno : 0;
	if (number == 0 && place->device_known && status.st_dev != place->device)
		number = ENODEV;
	if (number != 0) {
		sat_place_close(place, *fd);
		*fd = -1;
		return sat_medium_read_failed(number, err);
	}
	place->device = status.st_dev;
	place->device_known = true;
	return 0;
}

int sat_place_check(sat_place *place, sat_error *err)
{
	bool absent;
	int fd = disk_open(place, place->base, DIRECTORY_FLAGS);
	if (fd < 0)
		return sat_medium_absent(place->base, errno, err);
	sat_place_close(place, fd);
	int code = sat_place_open(place, &fd, &absent, err);
	if (code == 0)
		sat_place_close(place, fd);
	return code;
}

uint64_t sat_place_free_bytes(int fd)
{
	struct statvfs status;
	if (fstatvfs(fd, &status) != 0 || status.f_blocks == 0)
		return UINT64_MAX;
	return (uint64_t)status.f_bavail * (status.f_frsize != 0 ? status.f_frsize : status.f_bsize);
}

static int directory_sync(sat_place *place, int fd, sat_error *err)
{
	if (!place->folder_sync_unsupported) {
		if (place->disk->fsync(place->disk->context, fd) == 0)
			return 0;
		if (errno != EINVAL && errno != EOPNOTSUPP && errno != EPERM)
			return sat_medium_write_failed(errno, 0, err);
		place->folder_sync_unsupported = true;
	}
	(void)syncfs(fd);
	return 0;
}

int sat_place_sync(sat_place *place, sat_error *err)
{
	int fd = disk_open(place, place->path, DIRECTORY_FLAGS | O_NOFOLLOW);
	if (fd < 0)
		return sat_medium_write_failed(errno, 0, err);
	sat_place_set_times(fd);
	int code = directory_sync(place, fd, err);
	sat_place_close(place, fd);
	return code;
}

void sat_place_keep(sat_place *place) { place->made = false; }

/* "Nothing was changed" includes the folder that was made for a bundle that then did not fit, and the time that
 * stays in a folder where a file came and went. */
void sat_place_unmake(sat_place *place)
{
	if (place->made && rmdir(place->path) == 0) {
		place->made = false;
		return;
	}
	int fd = open_unseen(place, place->path, DIRECTORY_FLAGS | O_NOFOLLOW);
	if (fd < 0)
		return;
	if (tells_times(fd))
		sat_place_set_times(fd);
	sat_place_close(place, fd);
}

static int parent_sync(sat_place *place, int fd, sat_error *err)
{
	int code = directory_sync(place, fd, err);
	place->parent_synced = code == 0;
	return code;
}

/* The name of a place that is there already.  Where the path that was given is the place, its parent is not
 * ours. */
static int name_sync(sat_place *place, sat_error *err)
{
	if (place->parent_synced || place->path == place->base)
		return 0;
	int fd = disk_open(place, place->base, DIRECTORY_FLAGS);
	if (fd < 0)
		return sat_medium_write_failed(errno, 0, err);
	int code = parent_sync(place, fd, err);
	sat_place_close(place, fd);
	return code;
}

/* Makes the place where need be.  A bundle that cannot fit is refused before anything is touched.  A
 * folder that could not be made counts as made by us, because the FUSE driver for FAT leaves an
 * unusable one behind when it is full. */
int sat_place_prepare(sat_place *place, uint64_t need_bytes, bool *free_known, sat_error *err)
{
	int fd;
	bool absent;
	int code = sat_place_open(place, &fd, &absent, err);
	if (code != 0)
		return code;
	uint64_t room = sat_place_free_bytes(fd);
	*free_known = room != UINT64_MAX;
	if (need_bytes > room) {
		code = sat_medium_full(need_bytes - room, err);
	} else if (absent && place->disk->mkdir(place->disk->context, place->path, 0777) == 0) {
		place->made = true;
		code = parent_sync(place, fd, err);
	} else if (absent && errno != EEXIST) {
		place->made = true;
		code = sat_medium_create_failed(errno, need_bytes, *free_known, err);
	} else {
		code = name_sync(place, err);
	}
	sat_place_close(place, fd);
	return code;
}
