/* See places.h. */
#include "places.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync/folder.h"
#include "sync/medium-failure.h"

typedef struct place {
	sat_carrier carrier;
	char *path;
} place;

/* --- one file ----------------------------------------------------------------------------------- */

static int list_file(void *context, int (*each)(void *user, const sat_found *found), void *user,
                     sat_error *err)
{
	place *p = context;
	struct stat status;
	if (stat(p->path, &status) != 0)
		return sat_fail(err, SAT_EIO, "%s could not be read: %s", p->path, strerror(errno));
	sat_found found = { .name = cli_last_part(p->path), .size_bytes = (uint64_t)status.st_size };
	return each(user, &found);
}

static int open_file(void *context, const char *name, void **handle, uint64_t *size_bytes, sat_error *err)
{
	place *p = context;
	(void)name;
	int *fd = malloc(sizeof *fd);
	if (fd == NULL)
		return sat_fail(err, SAT_ENOMEM, "out of memory");
	struct stat status;
	*fd = open(p->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (*fd >= 0 && fstat(*fd, &status) == 0 && S_ISREG(status.st_mode)) {
		*size_bytes = (uint64_t)status.st_size;
		*handle = fd;
		return 0;
	}
	int number = *fd < 0 ? errno : EINVAL;
	if (*fd >= 0)
		close(*fd);
	free(fd);
	return sat_fail(err, SAT_EIO, "%s could not be opened: %s", p->path,
	                number == EINVAL ? "it is no file" : strerror(number));
}

static int read_file(void *context, void *handle, uint64_t offset, void *data, size_t count, sat_error *err)
{
	place *p = context;
	char *at = data;
	while (count > 0) {
		ssize_t n = pread(*(int *)handle, at, count, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return sat_fail(err, SAT_EIO, "%s could not be read: %s; nothing was changed",
			                p->path, n == 0 ? "it became shorter" : strerror(errno));
		at += n;
		offset += (uint64_t)n;
		count -= (size_t)n;
	}
	return 0;
}

static void close_file(void *context, void *handle)
{
	(void)context;
	close(*(int *)handle);
	free(handle);
}

static int begin_nothing(void *context, uint64_t size_hint_bytes, sat_sink *sink, sat_error *err)
{
	(void)context;
	(void)size_hint_bytes;
	*sink = (sat_sink){ 0 };
	return sat_fail(err, SAT_EUSAGE, "a single file cannot take new bundles; name a folder");
}

static int commit_nothing(void *context, sat_sink *sink, char name[static 64], sat_progress progress,
                          void *progress_context, sat_error *err)
{
	(void)progress;
	(void)progress_context;
	name[0] = '\0';
	return begin_nothing(context, 0, sink, err);
}

static void abandon_nothing(void *context, sat_sink *sink)
{
	(void)context;
	(void)sink;
}

static int drop_nothing(void *context, const char *name, sat_error *err)
{
	(void)context;
	return sat_fail(err, SAT_EUSAGE, "%s was named by itself and is left alone", name);
}

static uint64_t no_free_bytes(void *context)
{
	(void)context;
	return UINT64_MAX;
}

static void free_place(void *context)
{
	place *p = context;
	free(p->path);
	free(p);
}

int cli_file_open(sat_carrier **carrier, const char *path, sat_error *err)
{
	place *p = calloc(1, sizeof *p);
	if (p == NULL || (p->path = strdup(path)) == NULL) {
		free(p);
		return sat_fail(err, SAT_ENOMEM, "out of memory");
	}
	p->carrier = (sat_carrier){ SAT_CARRIER_VERSION, p,
		                    list_file,           open_file,
		                    read_file,           close_file,
		                    begin_nothing,       commit_nothing,
		                    abandon_nothing,     drop_nothing,
		                    no_free_bytes,       free_place };
	*carrier = &p->carrier;
	return 0;
}

/* --- places ------------------------------------------------------------------------------------- */

const char *cli_last_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash == NULL ? path : slash + 1;
}

int cli_folder_open(cli *c, const char *path, sat_carrier **carrier)
{
	struct stat status;
	char folder[PATH_MAX];
	if (strlen(path) >= sizeof folder)
		return sat_fail(&c->err, SAT_ENOTFOUND, "the path %.60s... is too long", path);
	snprintf(folder, sizeof folder, "%s", path);
	if (stat(path, &status) == 0 && !S_ISDIR(status.st_mode)) {
		char *slash = strrchr(folder, '/');
		if (slash == NULL)
			snprintf(folder, sizeof folder, ".");
		else
			slash[slash == folder] = '\0';
	}
	return sat_folder_open(carrier, folder, NULL, c->env, &c->err);
}

int cli_place_open(cli *c, const char *path, sat_carrier **carrier, bool *folder)
{
	struct stat status;
	*carrier = NULL;
	if (stat(path, &status) != 0) {
		*folder = false;
		int number = errno;
		sat_medium_absent(path, number == ENOTDIR ? ENOENT : number, &c->err);
		c->err.code = SAT_EIO;
		return SAT_EIO;
	}
	*folder = S_ISDIR(status.st_mode);
	return *folder ? cli_folder_open(c, path, carrier) : cli_file_open(carrier, path, &c->err);
}
