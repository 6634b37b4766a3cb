/* See folder.h.
 *
 * One bundle is written in this order, and each step may be the last one that the medium lives:
 *
 *   begin    satchel/ is made (if need be, and its parent synced); .RANDOM.part is created
 *   put      bytes go to their positions; each region's hash is remembered
 *   commit   times set, fsync, close; renamed to RANDOM.satchel without replacing; times seen to; folder
 *            synced; page cache dropped; every region read back and compared
 *
 * Before the rename there is only a .part, which a listing calls an unfinished copy.  After it the
 * file is whole, because it was synced first.  Whatever fails later takes the new file off again.
 *
 * What the carrier opens, reads, writes, renames or removes goes through the sat_disk.  Merely looking
 * (fstat, readdir, statvfs) and what is best effort (times, syncfs, removing a folder that
 * stayed empty) goes to the system directly: no promise hangs on it.
 *
 * A stick that is pulled out leaves its empty mount point behind, on the laptop's own disk.  Writing
 * on would "copy to USB" without any USB; so the device on which the place was first seen is
 * remembered, and another one counts as pulled out.  The inode is not compared, since FAT makes
 * up a new one whenever the kernel has forgotten it.
 *
 * This file is long because listing, reading and writing share the place, the rules for names and the
 * sentences about failures, and nothing else in the program should see those.
 */
#include "folder.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/keys.h"
#include "seal.h"

#define FOLDER_NAME "satchel"
#define PART_SUFFIX ".part"
#define RANDOM_BYTES 10                 /* 80 bits are exactly 16 base32 characters */
#define RANDOM_CHARS 16
#define NAME_TRIES 16
#define NAME_BYTES_MAX 63               /* what sat_carrier.commit has room for */
#define THINGS_MAX 100000               /* in one folder; a listing is sorted in memory */
#define CHUNK_BYTES (1u << 20)
#define ALIGN_BYTES 4096                /* O_DIRECT wants memory and positions like this */
#define TIME_1980 315532800             /* 1980-01-01T00:00:00Z */
#define PERSONAL "satchel1readback"

#define DIRECTORY_FLAGS (O_RDONLY | O_DIRECTORY)

static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";

/* What one put wrote.  The regions of a writing are sorted and never overlap. */
typedef struct region {
	uint64_t offset;
	uint64_t length_bytes;
	uint8_t hash[SAT_HASH_BYTES];
} region;

typedef struct folder folder;

/* A begun bundle. */
typedef struct writing {
	folder *folder;
	struct writing *next;
	int fd;                                         /* -1 once closed */
	bool on_disk;                                   /* the temporary file has to be removed */
	char part[1 + RANDOM_CHARS + sizeof PART_SUFFIX];
	uint64_t need_bytes;                            /* the hint, or more once more was put */
	uint64_t written_bytes;
	region *regions;
	size_t count;
	size_t capacity;
	sat_error failure;                              /* of the first put that failed; commit repeats it */
} writing;

struct folder {
	sat_carrier carrier;
	const sat_disk *disk;
	const sat_env *env;
	char *base;                     /* the path that was given, without slashes at its end */
	char *place;                    /* base/satchel, or the same as base */
	bool device_known;
	dev_t device;
	bool made_place;                /* by us, and nothing was committed in it so far */
	bool folder_sync_unsupported;   /* a warning only: the medium's syncfs has to do */
	writing *writings;              /* begun and not ended */
};

typedef struct reading {
	int fd;
	char name[NAME_BYTES_MAX + 1];
} reading;

/* --- calls and their errors -------------------------------------------------------------------- */

static int disk_open(const folder *f, const char *path, int flags)
{
	return f->disk->open(f->disk->context, path, flags, 0666);
}

static int disk_close(const folder *f, int fd) { return f->disk->close(f->disk->context, fd); }

static void path_of(const folder *f, const char *name, char path[static PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", f->place, name);
}

/* Reading does not say that it happened; otherwise FAT would keep the day of it. */
static int file_open(const folder *f, const char *path, int flags)
{
	flags |= O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	int fd = disk_open(f, path, flags | O_NOATIME);
	return fd < 0 && errno == EPERM ? disk_open(f, path, flags) : fd;
}

static bool is_pulled(int number)
{
	switch (number) {
	case ENODEV:
	case EIO:
	case ENOENT:
	case ENXIO:
	case ESTALE:
	case ENOMEDIUM:
	case ENOTCONN:          /* a FUSE file system whose process is gone says these two */
	case ECONNABORTED:
		return true;
	default:
		return false;
	}
}

static int other_failure(const char *doing, int number, sat_error *err)
{
	if (number == ENOMEM)
		return sat_fail(err, SAT_ENOMEM, "memory ran out while %s the stick", doing);
	if (number == EACCES || number == EPERM)
		return sat_fail(err, SAT_EIO,
		                "%s the stick is not allowed to this account; nothing was changed on it",
		                doing);
	return sat_fail(err, SAT_EIO, "%s the stick failed: %s", doing, strerror(number));
}

static int read_failure(int number, sat_error *err)
{
	if (is_pulled(number))
		return sat_fail(err, SAT_EIO,
		                "the stick was pulled out or failed; nothing on it was changed");
	return other_failure("reading", number, err);
}

static int full_failure(uint64_t missing_bytes, sat_error *err)
{
	if (missing_bytes == 0)
		return sat_fail(err, SAT_EFULL,
		                "the stick is full: nothing was changed on it; free some space "
		                "or use another stick");
	return sat_fail(err, SAT_EFULL,
	                "the stick is full: nothing was changed on it; free %" PRIu64
	                " bytes or use another stick",
	                missing_bytes);
}

static int write_failure(int number, uint64_t missing_bytes, sat_error *err)
{
	if (number == ENOSPC || number == EDQUOT)
		return full_failure(missing_bytes, err);
	if (number == EROFS)
		return sat_fail(err, SAT_EIO, "the stick is write-protected: nothing was changed on it; "
		                              "move its lock or use another stick");
	if (is_pulled(number))
		return sat_fail(err, SAT_EIO, "the stick was pulled out or failed; what was on it before is "
		                              "unchanged there, and nothing was marked as copied");
	return other_failure("writing to", number, err);
}

/* EPERM for bytes of a file that is open for writing can only be the FUSE driver for FAT, and means full. */
static int put_failure(const writing *w, int number, sat_error *err)
{
	uint64_t missing = w->need_bytes > w->written_bytes ? w->need_bytes - w->written_bytes : 0;
	return write_failure(number == EPERM ? ENOSPC : number, missing, err);
}

/* --- the place --------------------------------------------------------------------------------- */

static uint64_t free_bytes_of(int fd)
{
	struct statvfs status;
	if (fstatvfs(fd, &status) != 0 || status.f_blocks == 0)
		return UINT64_MAX;
	return (uint64_t)status.f_bavail * (status.f_frsize != 0 ? status.f_frsize : status.f_bsize);
}

static int place_failure(const folder *f, int number, sat_error *err)
{
	if (number == ENOTDIR || number == ELOOP)
		return sat_fail(err, SAT_EEXISTS, "%s is not a folder; rename it or use another stick",
		                f->place);
	return read_failure(number, err);
}

/* Opens the place, or its parent (`*absent`) where the place is still to be made. */
static int place_open(folder *f, int *fd, bool *absent, sat_error *err)
{
	*absent = false;
	*fd = disk_open(f, f->place, DIRECTORY_FLAGS | O_NOFOLLOW);
	if (*fd < 0 && errno == ENOENT && f->place != f->base) {
		*absent = true;
		*fd = disk_open(f, f->base, DIRECTORY_FLAGS);
	}
	if (*fd < 0)
		return place_failure(f, errno, err);
	struct stat status;
	int number = fstat(*fd, &status) != 0 ? errno : 0;
	if (number == 0 && f->device_known && status.st_dev != f->device)
		number = ENODEV;
	if (number != 0) {
		disk_close(f, *fd);
		*fd = -1;
		return read_failure(number, err);
	}
	f->device = status.st_dev;
	f->device_known = true;
	return 0;
}

/* Neither a file nor its folder should tell when a bundle was written; 1980 is the oldest that FAT can
 * say.  A creation time, where there is one, cannot be set by any call. */
static void set_times(int fd)
{
	const struct timespec times[2] = { { .tv_sec = TIME_1980 }, { .tv_sec = TIME_1980 } };
	(void)futimens(fd, times);
}

static int directory_sync(folder *f, int fd, sat_error *err)
{
	if (!f->folder_sync_unsupported) {
		if (f->disk->fsync(f->disk->context, fd) == 0)
			return 0;
		if (errno != EINVAL && errno != EOPNOTSUPP && errno != EPERM)
			return write_failure(errno, 0, err);
		f->folder_sync_unsupported = true;
	}
	(void)syncfs(fd);
	return 0;
}

static int place_sync(folder *f, sat_error *err)
{
	int fd = disk_open(f, f->place, DIRECTORY_FLAGS | O_NOFOLLOW);
	if (fd < 0)
		return write_failure(errno, 0, err);
	set_times(fd);
	int code = directory_sync(f, fd, err);
	disk_close(f, fd);
	return code;
}

/* "Nothing was changed" includes the folder that was made for a bundle that then did not fit. */
static void place_unmake(folder *f)
{
	if (f->made_place && f->writings == NULL && rmdir(f->place) == 0)
		f->made_place = false;
}

/* EPERM from creating means a full FAT below FUSE where free space is not told, else missing rights. */
static int create_failure(int number, uint64_t need_bytes, bool free_known, sat_error *err)
{
	return write_failure(number == EPERM && !free_known ? ENOSPC : number, need_bytes, err);
}

/* Makes the place where need be.  A bundle that cannot fit is refused before anything is touched.  A
 * folder that could not be made counts as made by us, because the FUSE driver for FAT leaves an
 * unusable one behind when it is full. */
static int place_prepare(folder *f, uint64_t need_bytes, bool *free_known, sat_error *err)
{
	int fd;
	bool absent;
	int code = place_open(f, &fd, &absent, err);
	if (code != 0)
		return code;
	uint64_t room = free_bytes_of(fd);
	*free_known = room != UINT64_MAX;
	if (need_bytes > room) {
		code = full_failure(need_bytes - room, err);
	} else if (absent && f->disk->mkdir(f->disk->context, f->place, 0777) == 0) {
		f->made_place = true;
		code = directory_sync(f, fd, err);
	} else if (absent && errno != EEXIST) {
		f->made_place = true;
		code = create_failure(errno, need_bytes, *free_known, err);
	}
	disk_close(f, fd);
	return code;
}

/* --- names ------------------------------------------------------------------------------------- */

static void draw_name(const folder *f, const char *before, const char *after, char *name, size_t room)
{
	uint8_t drawn[RANDOM_BYTES];
	char text[RANDOM_CHARS + 1] = "";
	f->env->random(f->env->context, drawn, sizeof drawn);
	for (unsigned i = 0; i < RANDOM_CHARS; i++) {
		unsigned bit = 5 * i;
		unsigned pair = (unsigned)drawn[bit / 8] << 8;
		if (bit / 8 + 1 < RANDOM_BYTES)
			pair |= drawn[bit / 8 + 1];
		text[i] = base32[(pair >> (11 - bit % 8)) & 31];
	}
	snprintf(name, room, "%s%s%s", before, text, after);
}

static bool is_part_name(const char *name)
{
	return name[0] == '.' && strspn(name + 1, base32) == RANDOM_CHARS &&
	       strcmp(name + 1 + RANDOM_CHARS, PART_SUFFIX) == 0;
}

static bool is_printable_ascii(const char *name)
{
	for (const char *at = name; *at != '\0'; at++) {
		if (*at < ' ' || *at > '~')
			return false;
	}
	return true;
}

static const char *why_foreign_name(const char *name, bool regular)
{
	size_t length = strlen(name);
	size_t suffix = strlen(SAT_SUFFIX);
	if (regular && is_part_name(name))
		return "unfinished copy; it can be deleted";
	if (length > NAME_BYTES_MAX)
		return "its name is too long for a bundle";
	if (!is_printable_ascii(name))
		return "its name has characters that no bundle has";
	if (name[0] == '.')
		return "a hidden file of another program";
	if (length <= suffix || strcmp(name + length - suffix, SAT_SUFFIX) != 0)
		return "not a bundle: its name does not end in " SAT_SUFFIX;
	return NULL;
}

/* A sentence for what is not a bundle, borrowed for ever; NULL for what may be one. */
static const char *why_foreign(const char *name, const struct stat *status)
{
	const char *why = why_foreign_name(name, S_ISREG(status->st_mode));
	if (S_ISLNK(status->st_mode))
		return "a link to something else; it is not followed";
	if (S_ISDIR(status->st_mode))
		return why == NULL ? "a folder named like a bundle; bundles are files" : "a folder";
	if (!S_ISREG(status->st_mode))
		return "not a file that can be read from a stick";
	if (why != NULL)
		return why;
	if (status->st_size == 0)
		return "an empty file: copying it was interrupted; it can be deleted";
	if (status->st_size > (off_t)SAT_BUNDLE_BYTES_MAX)
		return "too large to be a bundle";
	return NULL;
}

/* Makes sure that `name` is a bundle before it is opened or removed: no path, link, folder or pipe. */
static int bundle_check(folder *f, const char *name, sat_error *err)
{
	int fd;
	bool absent;
	struct stat status;
	if (name[0] == '\0' || strchr(name, '/') != NULL)
		return sat_fail(err, SAT_EUSAGE, "this is not the name of a bundle: %.100s", name);
	int code = place_open(f, &fd, &absent, err);
	if (code != 0)
		return code;
	int number = absent ? ENOENT : fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0 ? errno : 0;
	disk_close(f, fd);
	if (number == ENOENT || number == ENAMETOOLONG)
		return sat_fail(err, SAT_ENOTFOUND, "there is no bundle of that name: %.100s", name);
	if (number != 0)
		return read_failure(number, err);
	const char *why = why_foreign(name, &status);
	return why == NULL ? 0 : sat_fail(err, SAT_EREFUSED, "%.100s: %s", name, why);
}

/* --- listing ----------------------------------------------------------------------------------- */

typedef struct thing {
	char *name;
	uint64_t size_bytes;
	const char *why;
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

static bool is_being_written(const folder *f, const char *name)
{
	for (const writing *w = f->writings; w != NULL; w = w->next) {
		if (strcmp(w->part, name) == 0)
			return true;
	}
	return false;
}

static int listing_add(listing *l, const char *name, uint64_t size_bytes, const char *why, sat_error *err)
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
	l->things[l->count++] = (thing){ copy, size_bytes, why };
	return 0;
}

/* One damaged directory entry must not hide the bundles next to it. */
static int listing_look(const folder *f, listing *l, int fd, const char *name, sat_error *err)
{
	struct stat status;
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || is_being_written(f, name))
		return 0;
	if (fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
		return listing_add(l, name, (uint64_t)status.st_size, why_foreign(name, &status), err);
	if (errno == ENOENT)
		return 0;
	if (errno == EIO || errno == EUCLEAN || errno == EINVAL)
		return listing_add(l, name, 0, "it cannot be looked at; the stick may be damaged", err);
	return read_failure(errno, err);
}

/* readdir gets a descriptor of its own because closedir closes past the sat_disk. */
static int listing_fill(const folder *f, listing *l, int fd, sat_error *err)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	DIR *directory = own < 0 ? NULL : fdopendir(own);
	if (directory == NULL) {
		int number = errno;
		if (own >= 0)
			close(own);
		return read_failure(number, err);
	}
	int code = 0;
	while (code == 0) {
		errno = 0;
		const struct dirent *entry = readdir(directory);
		if (entry == NULL) {
			code = errno == 0 ? 0 : read_failure(errno, err);
			break;
		}
		code = listing_look(f, l, fd, entry->d_name, err);
	}
	closedir(directory);
	return code;
}

static int folder_list(void *context, int (*each)(void *user, const sat_found *found), void *user,
                       sat_error *err)
{
	folder *f = context;
	int fd;
	bool absent;
	int code = place_open(f, &fd, &absent, err);
	if (code != 0)
		return code;
	listing l = { 0 };
	if (!absent)
		code = listing_fill(f, &l, fd, err);
	disk_close(f, fd);
	if (code == 0 && l.count > 1)
		qsort(l.things, l.count, sizeof *l.things, compare_things);
	for (size_t i = 0; code == 0 && i < l.count; i++) {
		const thing *t = &l.things[i];
		const sat_found found = { t->name, t->size_bytes, t->why != NULL, t->why };
		code = each(user, &found);
	}
	listing_clear(&l);
	return code;
}

/* --- reading ----------------------------------------------------------------------------------- */

/* What was checked by name is checked again on the descriptor, since names can change in between. */
static int folder_open_bundle(void *context, const char *name, void **handle, uint64_t *size_bytes,
                              sat_error *err)
{
	folder *f = context;
	*handle = NULL;
	int code = bundle_check(f, name, err);
	if (code != 0)
		return code;
	reading *r = calloc(1, sizeof *r);
	if (r == NULL)
		return sat_fail(err, SAT_ENOMEM, "memory ran out while opening %s", name);
	char path[PATH_MAX];
	path_of(f, name, path);
	r->fd = file_open(f, path, 0);
	struct stat status;
	if (r->fd < 0 || fstat(r->fd, &status) != 0)
		code = read_failure(errno, err);
	else if (!S_ISREG(status.st_mode) || status.st_size > (off_t)SAT_BUNDLE_BYTES_MAX)
		code = sat_fail(err, SAT_EREFUSED, "%s changed while it was opened", name);
	if (code != 0) {
		if (r->fd >= 0)
			disk_close(f, r->fd);
		free(r);
		return code;
	}
	snprintf(r->name, sizeof r->name, "%s", name);
	*size_bytes = (uint64_t)status.st_size;
	*handle = r;
	return 0;
}

static int folder_read(void *context, void *handle, uint64_t offset, void *data, size_t count, sat_error *err)
{
	folder *f = context;
	const reading *r = handle;
	uint8_t *at = data;
	while (count > 0) {
		ssize_t got = offset > SAT_BUNDLE_BYTES_MAX
		                      ? 0
		                      : f->disk->pread(f->disk->context, r->fd, at, count, (off_t)offset);
		if (got < 0)
			return read_failure(errno, err);
		if (got == 0)
			return sat_fail(err, SAT_EIO, "%s ends before byte %" PRIu64 ": it was cut short",
			                r->name, offset + count);
		at += got;
		offset += (uint64_t)got;
		count -= (size_t)got;
	}
	return 0;
}

static void folder_close(void *context, void *handle)
{
	folder *f = context;
	reading *r = handle;
	if (r == NULL)
		return;
	disk_close(f, r->fd);
	free(r);
}

/* --- writing ----------------------------------------------------------------------------------- */

/* Takes everything of an unfinished bundle off the medium again. */
static void writing_withdraw(writing *w)
{
	const folder *f = w->folder;
	if (w->fd >= 0)
		disk_close(f, w->fd);
	w->fd = -1;
	if (w->on_disk) {
		char path[PATH_MAX];
		path_of(f, w->part, path);
		(void)f->disk->unlink(f->disk->context, path);
	}
	w->on_disk = false;
}

static void writing_end(writing *w)
{
	folder *f = w->folder;
	writing_withdraw(w);
	for (writing **at = &f->writings; *at != NULL; at = &(*at)->next) {
		if (*at == w) {
			*at = w->next;
			break;
		}
	}
	place_unmake(f);
	free(w->regions);
	free(w);
}

/* Remembers what was put at its place in the order; nothing may lie there already. */
static int region_add(writing *w, uint64_t offset, const void *data, size_t count, sat_error *err)
{
	size_t at = w->count;
	while (at > 0 && w->regions[at - 1].offset >= offset)
		at--;
	if ((at < w->count && w->regions[at].offset - offset < count) ||
	    (at > 0 && offset - w->regions[at - 1].offset < w->regions[at - 1].length_bytes))
		return sat_fail(err, SAT_EUSAGE, "bytes at %" PRIu64 " of the bundle were written twice",
		                offset);
	if (w->count == w->capacity) {
		size_t capacity = w->capacity == 0 ? 16 : 2 * w->capacity;
		region *regions = realloc(w->regions, capacity * sizeof *regions);
		if (regions == NULL)
			return sat_fail(err, SAT_ENOMEM, "memory ran out while writing a bundle");
		w->regions = regions;
		w->capacity = capacity;
	}
	memmove(w->regions + at + 1, w->regions + at, (w->count - at) * sizeof *w->regions);
	w->count++;
	w->regions[at] = (region){ .offset = offset, .length_bytes = count };
	sat_hash(w->regions[at].hash, PERSONAL, data, count);
	return 0;
}

static int writing_store(writing *w, uint64_t offset, const void *data, size_t count, sat_error *err)
{
	const sat_disk *disk = w->folder->disk;
	const uint8_t *at = data;
	while (count > 0) {
		ssize_t put = disk->pwrite(disk->context, w->fd, at, count, (off_t)offset);
		if (put <= 0)
			return put_failure(w, put == 0 ? ENOSPC : errno, err);
		at += put;
		offset += (uint64_t)put;
		count -= (size_t)put;
		w->written_bytes += (uint64_t)put;
	}
	return 0;
}

/* A put that failed takes the temporary file off the medium at once, because the sentence about it
 * says that nothing was changed; the bundle can then only be abandoned. */
static int writing_put(void *context, uint64_t offset, const void *data, size_t count, sat_error *err)
{
	writing *w = context;
	if (w == NULL)
		return sat_fail(err, SAT_EUSAGE, "this bundle is already ended");
	if (w->failure.code == 0 && count > 0) {
		if (offset > SAT_BUNDLE_BYTES_MAX || count > SAT_BUNDLE_BYTES_MAX - offset) {
			sat_fail(&w->failure, SAT_ELIMIT, "a bundle may have at most %u bytes",
			         SAT_BUNDLE_BYTES_MAX);
		} else {
			if (w->need_bytes < offset + count)
				w->need_bytes = offset + count;
			if (region_add(w, offset, data, count, &w->failure) == 0)
				writing_store(w, offset, data, count, &w->failure);
		}
		if (w->failure.code != 0)
			writing_withdraw(w);
	}
	return w->failure.code == 0 ? 0 : sat_fail(err, w->failure.code, "%s", w->failure.message);
}

/* A name that could not be created may be there all the same, and is removed unless it was taken. */
static int part_create(writing *w, bool free_known, sat_error *err)
{
	char path[PATH_MAX];
	for (unsigned tries = 0; tries < NAME_TRIES; tries++) {
		draw_name(w->folder, ".", PART_SUFFIX, w->part, sizeof w->part);
		path_of(w->folder, w->part, path);
		w->fd = disk_open(w->folder, path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW);
		if (w->fd >= 0 || errno != EEXIST)
			w->on_disk = true;
		if (w->fd >= 0)
			return 0;
		if (w->on_disk)
			return create_failure(errno, w->need_bytes, free_known, err);
	}
	return sat_fail(err, SAT_EEXISTS, "no free name was found on the stick; nothing was changed on it");
}

static int folder_begin(void *context, uint64_t size_hint_bytes, sat_sink *sink, sat_error *err)
{
	folder *f = context;
	bool free_known;
	*sink = (sat_sink){ .put = writing_put };
	if (size_hint_bytes > SAT_BUNDLE_BYTES_MAX)
		return sat_fail(err, SAT_ELIMIT, "a bundle may have at most %u bytes", SAT_BUNDLE_BYTES_MAX);
	writing *w = calloc(1, sizeof *w);
	if (w == NULL)
		return sat_fail(err, SAT_ENOMEM, "memory ran out while beginning a bundle");
	w->folder = f;
	w->fd = -1;
	w->need_bytes = size_hint_bytes;
	w->next = f->writings;
	f->writings = w;
	int code = place_prepare(f, size_hint_bytes, &free_known, err);
	if (code == 0)
		code = part_create(w, free_known, err);
	if (code != 0)
		writing_end(w);
	else
		sink->context = w;
	return code;
}

static void folder_abandon(void *context, sat_sink *sink)
{
	(void)context;
	if (sink->context != NULL)
		writing_end(sink->context);
	*sink = (sat_sink){ .put = writing_put };
}

/* --- committing -------------------------------------------------------------------------------- */

typedef struct committing {
	writing *writing;
	const char *name;
	uint64_t size_bytes;
	sat_progress progress;
	void *progress_context;
	/* reading back */
	int fd;
	bool direct;
	uint8_t *buffer;
	size_t region;                  /* the one that is being hashed ... */
	uint64_t region_done_bytes;     /* ... and how far */
	sat_hasher hasher;
} committing;

static int tell_progress(const committing *c, uint64_t done, sat_error *err)
{
	if (c->progress == NULL || c->progress(c->progress_context, c->name, done, c->size_bytes))
		return 0;
	return sat_fail(err, SAT_ECANCELLED, "stopped; nothing of this bundle is on the stick");
}

/* A bundle with a hole in it is not whole, and the read-back needs regions that follow each other. */
static int check_whole(committing *c, sat_error *err)
{
	const writing *w = c->writing;
	if (w->failure.code != 0)
		return sat_fail(err, w->failure.code, "%s", w->failure.message);
	for (size_t i = 0; i < w->count; i++) {
		if (w->regions[i].offset != c->size_bytes)
			return sat_fail(err, SAT_EUSAGE,
			                "bytes at %" PRIu64 " of the bundle were never written",
			                c->size_bytes);
		c->size_bytes += w->regions[i].length_bytes;
	}
	return c->size_bytes > 0 ? 0 : sat_fail(err, SAT_EUSAGE, "the bundle is empty");
}

static int make_durable(writing *w, sat_error *err)
{
	const folder *f = w->folder;
	set_times(w->fd);
	if (f->disk->fsync(f->disk->context, w->fd) != 0)
		return put_failure(w, errno, err);
	int closed = disk_close(f, w->fd);
	w->fd = -1;
	return closed == 0 ? 0 : put_failure(w, errno, err);
}

static int give_name(writing *w, char name[static NAME_BYTES_MAX + 1], sat_error *err)
{
	const folder *f = w->folder;
	char from[PATH_MAX];
	char to[PATH_MAX];
	path_of(f, w->part, from);
	for (unsigned tries = 0; tries < NAME_TRIES; tries++) {
		path_of(f, name, to);
		if (f->disk->rename_new(f->disk->context, from, to) == 0) {
			w->on_disk = false;
			return 0;
		}
		if (errno != EEXIST)
			return put_failure(w, errno, err);
		draw_name(f, "", SAT_SUFFIX, name, NAME_BYTES_MAX + 1);
	}
	return sat_fail(err, SAT_EEXISTS, "no free name was found on the stick; nothing was changed on it");
}

/* Some drivers for FAT write a new directory entry when they rename, with the time of now in it. */
static int settle_times(const folder *f, const char *name, sat_error *err)
{
	char path[PATH_MAX];
	struct stat status;
	int code = 0;
	path_of(f, name, path);
	int fd = file_open(f, path, 0);
	if (fd < 0)
		return write_failure(errno, 0, err);
	if (fstat(fd, &status) == 0 && status.st_mtime != TIME_1980) {
		set_times(fd);
		if (f->disk->fsync(f->disk->context, fd) != 0)
			code = write_failure(errno, 0, err);
	}
	disk_close(f, fd);
	return code;
}

static int mismatch(sat_error *err)
{
	return sat_fail(err, SAT_EIO,
	                "the stick gave back other bytes than were written to it: it is failing, or "
	                "smaller than it claims; nothing was marked as copied; use another stick");
}

/* Past the page cache: O_DIRECT where the medium knows it; else what was just synced is dropped from
 * memory, which the kernel does for clean pages. */
static int read_back_open(committing *c, bool direct, sat_error *err)
{
	const folder *f = c->writing->folder;
	char path[PATH_MAX];
	struct stat status;
	path_of(f, c->name, path);
	if (c->fd >= 0)
		disk_close(f, c->fd);
	c->direct = direct;
	c->fd = file_open(f, path, direct ? O_DIRECT : 0);
	if (c->fd < 0 && direct && errno == EINVAL) {
		c->direct = false;
		c->fd = file_open(f, path, 0);
	}
	if (c->fd < 0)
		return write_failure(errno, 0, err);
	(void)posix_fadvise(c->fd, 0, 0, POSIX_FADV_DONTNEED);
	if (fstat(c->fd, &status) != 0)
		return write_failure(errno, 0, err);
	return S_ISREG(status.st_mode) && (uint64_t)status.st_size == c->size_bytes ? 0 : mismatch(err);
}

/* Hashes bytes that follow those before and compares wherever a region ends. */
static int read_back_compare(committing *c, const uint8_t *data, size_t count, sat_error *err)
{
	while (count > 0) {
		if (c->region == c->writing->count)
			return mismatch(err);
		const region *r = &c->writing->regions[c->region];
		uint64_t left = r->length_bytes - c->region_done_bytes;
		size_t take = count < left ? count : (size_t)left;
		if (c->region_done_bytes == 0)
			sat_hash_begin(&c->hasher, PERSONAL);
		sat_hash_add(&c->hasher, data, take);
		c->region_done_bytes += take;
		data += take;
		count -= take;
		if (c->region_done_bytes == r->length_bytes) {
			uint8_t hash[SAT_HASH_BYTES];
			sat_hash_end(&c->hasher, hash);
			if (memcmp(hash, r->hash, sizeof hash) != 0)
				return mismatch(err);
			c->region++;
			c->region_done_bytes = 0;
		}
	}
	return 0;
}

/* A short read leaves a position that O_DIRECT refuses; the rest then goes the other way. */
static int read_back_all(committing *c, sat_error *err)
{
	const sat_disk *disk = c->writing->folder->disk;
	int code = read_back_open(c, true, err);
	for (uint64_t done = 0; code == 0 && done < c->size_bytes;) {
		ssize_t got = disk->pread(disk->context, c->fd, c->buffer, CHUNK_BYTES, (off_t)done);
		if (got < 0 && errno == EINVAL && c->direct) {
			code = read_back_open(c, false, err);
			continue;
		}
		if (got < 0)
			return write_failure(errno, 0, err);
		if (got == 0)
			return mismatch(err);
		code = read_back_compare(c, c->buffer, (size_t)got, err);
		done += (uint64_t)got;
		if (code == 0)
			code = tell_progress(c, done, err);
	}
	return code;
}

static int read_back(committing *c, sat_error *err)
{
	c->buffer = aligned_alloc(ALIGN_BYTES, CHUNK_BYTES);
	if (c->buffer == NULL)
		return sat_fail(err, SAT_ENOMEM, "memory ran out while reading a bundle back");
	int code = read_back_all(c, err);
	if (c->fd >= 0)
		disk_close(c->writing->folder, c->fd);
	free(c->buffer);
	return code;
}

/* Ends the sink, whatever comes of it: abandoning it afterwards does nothing. */
static int folder_commit(void *context, sat_sink *sink, char name[static 64], sat_progress progress,
                         void *progress_context, sat_error *err)
{
	folder *f = context;
	writing *w = sink->context;
	*sink = (sat_sink){ .put = writing_put };
	if (w == NULL)
		return sat_fail(err, SAT_EUSAGE, "this bundle is already ended");
	committing c = { .writing = w, .name = name, .progress = progress,
		         .progress_context = progress_context, .fd = -1 };
	draw_name(f, "", SAT_SUFFIX, name, NAME_BYTES_MAX + 1);
	int code = check_whole(&c, err);
	if (code == 0)
		code = tell_progress(&c, 0, err);
	if (code == 0)
		code = make_durable(w, err);
	if (code == 0)
		code = give_name(w, name, err);
	if (code == 0) {
		code = settle_times(f, name, err);
		if (code == 0)
			code = place_sync(f, err);
		if (code == 0)
			code = read_back(&c, err);
		if (code == 0) {
			f->made_place = false;
		} else {
			char path[PATH_MAX];
			path_of(f, name, path);
			(void)f->disk->unlink(f->disk->context, path);
			(void)place_sync(f, NULL);
		}
	}
	writing_end(w);
	return code;
}

/* --- the rest of the carrier ------------------------------------------------------------------- */

static int folder_drop(void *context, const char *name, sat_error *err)
{
	folder *f = context;
	int code = bundle_check(f, name, err);
	if (code != 0)
		return code;
	char path[PATH_MAX];
	path_of(f, name, path);
	if (f->disk->unlink(f->disk->context, path) != 0)
		return write_failure(errno, 0, err);
	return place_sync(f, err);
}

static uint64_t folder_free_bytes(void *context)
{
	folder *f = context;
	int fd;
	bool absent;
	if (place_open(f, &fd, &absent, NULL) != 0)
		return UINT64_MAX;
	uint64_t room = free_bytes_of(fd);
	disk_close(f, fd);
	return room;
}

static void folder_free(void *context)
{
	folder *f = context;
	while (f->writings != NULL)
		writing_end(f->writings);
	if (f->place != f->base)
		free(f->place);
	free(f->base);
	free(f);
}

/* Splits what was given into the medium's folder and ours in it. */
static int take_path(folder *f, const char *path, sat_error *err)
{
	size_t length = strlen(path);
	while (length > 1 && path[length - 1] == '/')
		length--;
	if (length == 0 || length > PATH_MAX - 2 * (NAME_BYTES_MAX + 1))
		return sat_fail(err, SAT_ENOTFOUND, "this path is empty or too long");
	f->base = strndup(path, length);
	if (f->base == NULL)
		return sat_fail(err, SAT_ENOMEM, "memory ran out while opening a folder");
	const char *slash = strrchr(f->base, '/');
	f->place = f->base;
	if (strcmp(slash == NULL ? f->base : slash + 1, FOLDER_NAME) == 0)
		return 0;
	char place[PATH_MAX];
	snprintf(place, sizeof place, "%s/" FOLDER_NAME, f->base);
	f->place = strdup(place);
	return f->place != NULL ? 0 : sat_fail(err, SAT_ENOMEM, "memory ran out while opening a folder");
}

static int check_base(folder *f, sat_error *err)
{
	bool absent;
	int fd = disk_open(f, f->base, DIRECTORY_FLAGS);
	if (fd < 0)
		return sat_fail(err, SAT_ENOTFOUND, "%s is not a folder that can be read: %s", f->base,
		                strerror(errno));
	disk_close(f, fd);
	int code = place_open(f, &fd, &absent, err);
	if (code == 0)
		disk_close(f, fd);
	return code;
}

int sat_folder_open(sat_carrier **carrier, const char *path, const sat_disk *disk, const sat_env *env,
                    sat_error *err)
{
	assert(path != NULL && env != NULL);
	*carrier = NULL;
	folder *f = calloc(1, sizeof *f);
	if (f == NULL)
		return sat_fail(err, SAT_ENOMEM, "memory ran out while opening a folder");
	f->disk = disk != NULL ? disk : sat_disk_system();
	f->env = env;
	f->carrier = (sat_carrier){
		.version = SAT_CARRIER_VERSION,
		.context = f,
		.list = folder_list,
		.open = folder_open_bundle,
		.read = folder_read,
		.close = folder_close,
		.begin = folder_begin,
		.commit = folder_commit,
		.abandon = folder_abandon,
		.drop = folder_drop,
		.free_bytes = folder_free_bytes,
		.free = folder_free,
	};
	int code = take_path(f, path, err);
	if (code == 0)
		code = check_base(f, err);
	if (code != 0)
		folder_free(f);
	else
		*carrier = &f->carrier;
	return code;
}
