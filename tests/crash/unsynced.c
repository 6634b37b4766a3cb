/* See unsynced.h. */
#include "unsynced.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTOR_BYTES = 512 };

/* One thing done to a file since its latest sync: a write, or a truncation where `data` is NULL. */
typedef struct change {
	uint64_t offset;             /* or the size that it was truncated to */
	size_t count;
	uint8_t *data;
} change;

/* A file with unsynced bytes. */
typedef struct unsynced_file {
	char path[PATH_MAX];
	uint8_t *synced;             /* what it held at its latest sync */
	size_t synced_size;
	change *changes;
	size_t change_count;
} unsynced_file;

/* Something done to a name whose folder was not synced since. */
typedef enum name_event { NAME_MADE, NAME_CHANGED, NAME_REMOVED, FOLDER_MADE } name_event;

typedef struct name_change {
	name_event what;
	char path[PATH_MAX];         /* the name that is there now, or was there last */
	char before[PATH_MAX];       /* of NAME_CHANGED */
	uint8_t *data;               /* of NAME_REMOVED: what the file held */
	size_t size;
} name_change;

struct unsynced {
	unsynced_file *files;
	size_t file_count;
	name_change *names;
	size_t name_count;
};

static void fail(const char *doing, const char *path)
{
	fprintf(stderr, "unsynced: %s %s: %s\n", doing, path, strerror(errno));
	abort();
}

static void *grown(void *array, size_t count, size_t size)
{
	void *more = reallocarray(array, count + 1, size);
	if (more == NULL)
		fail("growing", "a list");
	memset((uint8_t *)more + count * size, 0, size);
	return more;
}

uint64_t unsynced_draw(uint64_t *seed)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

unsynced *unsynced_new(void)
{
	return grown(NULL, 0, sizeof(unsynced));
}

static uint8_t *load(const char *path, size_t *size)
{
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) != 0)
		fail("reading", path);
	*size = (size_t)status.st_size;
	uint8_t *data = malloc(*size + 1);
	if (data == NULL || pread(fd, data, *size, 0) != (ssize_t)*size)
		fail("reading", path);
	close(fd);
	return data;
}

/* `flags` O_CREAT where the name may be missing; without it a file that is gone is left alone. */
static void store(const char *path, int flags, const uint8_t *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | flags, 0600);
	if (fd < 0 && errno == ENOENT && flags == 0)
		return;
	if (fd < 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		fail("putting back", path);
	close(fd);
}

/* --- bytes ---------------------------------------------------------------------------------------- */

static unsynced_file *find(unsynced *u, const char *path)
{
	for (size_t i = 0; i < u->file_count; i++) {
		if (strcmp(u->files[i].path, path) == 0)
			return &u->files[i];
	}
	return NULL;
}

static change *add_change(unsynced *u, const char *path)
{
	unsynced_file *f = find(u, path);
	if (f == NULL) {
		u->files = grown(u->files, u->file_count, sizeof *u->files);
		f = &u->files[u->file_count++];
		snprintf(f->path, sizeof f->path, "%s", path);
		f->synced = load(path, &f->synced_size);
	}
	f->changes = grown(f->changes, f->change_count, sizeof *f->changes);
	return &f->changes[f->change_count++];
}

void unsynced_write(unsynced *u, const char *path, uint64_t offset, const void *data, size_t count)
{
	if (u == NULL)
		return;
	change *c = add_change(u, path);
	*c = (change){ .offset = offset, .count = count, .data = malloc(count + 1) };
	if (c->data == NULL)
		fail("remembering", path);
	memcpy(c->data, data, count);
}

void unsynced_truncate(unsynced *u, const char *path, uint64_t size)
{
	if (u != NULL)
		add_change(u, path)->offset = size;
}

void unsynced_sync(unsynced *u, const char *path)
{
	unsynced_file *f = u == NULL ? NULL : find(u, path);
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->change_count; i++)
		free(f->changes[i].data);
	free(f->changes);
	free(f->synced);
	*f = u->files[--u->file_count];
}

/* What a file has after the cut. */
typedef struct content {
	uint8_t *data;
	size_t size;
	uint8_t filler;              /* in a stretch that the file grew by and nothing reached */
} content;

static void resize(content *c, size_t size)
{
	if (size > c->size) {
		c->data = realloc(c->data, size);
		if (c->data == NULL)
			fail("growing", "a file");
		memset(c->data + c->size, c->filler, size - c->size);
	}
	c->size = size;
}

/* Some sectors of a write reach the medium and others do not.  Where one at the end did not, the file may
 * have its length all the same. */
static void write_partly(content *c, const change *w, uint64_t *seed)
{
	if (w->offset + w->count > c->size && unsynced_draw(seed) % 2 == 0)
		resize(c, w->offset + w->count);
	for (size_t done = 0; done < w->count;) {
		uint64_t at = w->offset + done;
		size_t take = SECTOR_BYTES - (size_t)(at % SECTOR_BYTES);
		if (take > w->count - done)
			take = w->count - done;
		if (unsynced_draw(seed) % 2 == 0) {
			if (at + take > c->size)
				resize(c, at + take);
			memcpy(c->data + at, w->data + done, take);
		}
		done += take;
	}
}

static void lose_bytes(const unsynced_file *f, bool partly, uint64_t *seed)
{
	content c = { .data = f->synced, .size = f->synced_size };
	c.filler = unsynced_draw(seed) % 2 == 0 ? 0 : 0xa5;
	for (size_t i = 0; partly && i < f->change_count; i++) {
		if (f->changes[i].data != NULL)
			write_partly(&c, &f->changes[i], seed);
		else if (unsynced_draw(seed) % 2 == 0)
			resize(&c, f->changes[i].offset);
	}
	store(f->path, 0, c.data, c.size);
}

/* --- names ---------------------------------------------------------------------------------------- */

static name_change *add_name(unsynced *u, name_event what, const char *path)
{
	u->names = grown(u->names, u->name_count, sizeof *u->names);
	name_change *n = &u->names[u->name_count++];
	n->what = what;
	snprintf(n->path, sizeof n->path, "%s", path);
	return n;
}

void unsynced_create(unsynced *u, const char *path)
{
	if (u != NULL)
		add_name(u, NAME_MADE, path);
}

void unsynced_make_folder(unsynced *u, const char *path)
{
	if (u != NULL)
		add_name(u, FOLDER_MADE, path);
}

void unsynced_rename(unsynced *u, const char *from, const char *to)
{
	if (u == NULL)
		return;
	name_change *n = add_name(u, NAME_CHANGED, to);
	snprintf(n->before, sizeof n->before, "%s", from);
	unsynced_file *f = find(u, from);
	if (f != NULL)
		snprintf(f->path, sizeof f->path, "%s", to);
}

void unsynced_remove(unsynced *u, const char *path)
{
	if (u == NULL || access(path, F_OK) != 0)
		return;
	name_change *n = add_name(u, NAME_REMOVED, path);
	n->data = load(path, &n->size);
}

static bool is_in(const char *path, const char *folder)
{
	size_t length = strlen(folder);
	while (length > 1 && folder[length - 1] == '/')
		length--;
	return strncmp(path, folder, length) == 0 && strrchr(path, '/') == path + length;
}

void unsynced_sync_folder(unsynced *u, const char *path)
{
	size_t kept = 0;
	for (size_t i = 0; u != NULL && i < u->name_count; i++) {
		if (!is_in(u->names[i].path, path))
			u->names[kept++] = u->names[i];
	}
	if (u != NULL)
		u->name_count = kept;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

static void undo(unsynced *u, const name_change *n)
{
	unsynced_file *f;
	switch (n->what) {
	case NAME_MADE:
		unlink(n->path);
		break;
	case NAME_CHANGED:
		f = find(u, n->path);
		if (f != NULL)
			snprintf(f->path, sizeof f->path, "%s", n->before);
		if (rename(n->path, n->before) != 0 && errno != ENOENT)
			fail("naming back", n->path);
		break;
	case NAME_REMOVED:
		store(n->path, O_CREAT, n->data, n->size);
		break;
	case FOLDER_MADE:
		nftw(n->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
		break;
	}
}

void unsynced_lose(unsynced *u, bool partly, uint64_t seed)
{
	if (u == NULL)
		return;
	size_t stay = partly ? unsynced_draw(&seed) % (u->name_count + 1) : 0;
	while (u->name_count > stay)
		undo(u, &u->names[--u->name_count]);
	for (size_t i = 0; i < u->file_count; i++)
		lose_bytes(&u->files[i], partly, &seed);
}
