/* Small files beside the store: key files, invitations, backups.  Each is there whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"

bool cli_file_there(const char *path)
{
	struct stat status;
	return lstat(path, &status) == 0;
}

static int failed(const char *path, const char *what, sat_error *err)
{
	int number = errno;
	switch (number) {
	case ENOSPC:
	case EDQUOT:
		return sat_fail(err, SAT_EFULL,
		                "there is no room for %s; nothing was changed; free some and try again", path);
	case EEXIST:
		return sat_fail(err, SAT_EEXISTS,
		                "%s is there already; it was left alone; choose another name", path);
	case EROFS:
		return sat_fail(err, SAT_EIO,
		                "%s could not be %s, since nothing can be written to this disk or stick; nothing was "
		                "changed; unlock it, or choose another place", path, what);
	case EACCES:
	case EPERM:
		return sat_fail(err, SAT_EIO,
		                "%s could not be %s, since this account is not allowed to; nothing was changed; "
		                "choose another place, or ask whoever cares for this computer", path, what);
	case ENOENT:
	case ENOTDIR:
		return sat_fail(err, SAT_EIO,
		                "%s could not be %s, since the file or its folder is not there; nothing was changed; "
		                "is the name right, and is the stick in?", path, what);
	default:
		return sat_fail(err, SAT_EIO, "%s could not be %s: %s; nothing was changed", path, what,
		                strerror(number));
	}
}

int cli_file_new(const char *path, sat_error *err)
{
	if (!cli_file_there(path))
		return 0;
	errno = EEXIST;
	return failed(path, "written", err);
}

void cli_invitation_path(const char *given, char *path, size_t room)
{
	struct stat status;
	bool folder = stat(given, &status) == 0 && S_ISDIR(status.st_mode);
	snprintf(path, room, "%s%s", given, folder ? "/satchel-invitation.json" : "");
}

int cli_file_read(const char *path, size_t most, sat_bytes *out, sat_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat status;
	if (fd < 0)
		return failed(path, "opened", err);
	int rc = 0;
	if (fstat(fd, &status) != 0)
		rc = failed(path, "read", err);
	else if (!S_ISREG(status.st_mode))
		rc = sat_fail(err, SAT_EINVALID, "%s is not a file", path);
	else if (status.st_size > 0 && (uintmax_t)status.st_size > most)
		rc = sat_fail(err, SAT_ELIMIT, "%s is larger than the %zu bytes that are expected", path,
		              most);
	while (rc == 0) {
		uint8_t *at = out->length >= most + 1 ? NULL : sat_bytes_extend(out, 4096);
		if (at == NULL) {
			rc = sat_fail(err, SAT_ELIMIT, "%s is too large", path);
			break;
		}
		ssize_t n = read(fd, at, 4096);
		out->length -= 4096 - (size_t)(n > 0 ? n : 0);
		if (n < 0)
			rc = failed(path, "read", err);
		if (n <= 0)
			break;
	}
	close(fd);
	return rc;
}

/* The folder of a path: what has to be synced so that a name in it lasts. */
static int sync_folder(const char *path, sat_error *err)
{
	char copy[PATH_MAX];
	snprintf(copy, sizeof copy, "%s", path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return failed(path, "made durable", err);
	/* Some media cannot sync folders and say EINVAL; they write through. */
	int rc = fsync(fd) != 0 && errno != EINVAL ? failed(path, "made durable", err) : 0;
	close(fd);
	return rc;
}

/* FAT under FUSE knows no rename without replacing; there a look has to do. */
static int rename_new(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
		return -1;
	if (cli_file_there(to)) {
		errno = EEXIST;
		return -1;
	}
	return rename(from, to);
}

int cli_file_rename(const char *from, const char *to, sat_error *err)
{
	return rename_new(from, to) != 0 ? failed(to, "written", err) : sync_folder(to, err);
}

static int write_all(int fd, const void *data, size_t length)
{
	const char *at = data;
	while (length > 0) {
		ssize_t n = write(fd, at, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		at += n;
		length -= (size_t)n;
	}
	return 0;
}

static int open_part(const char *path, unsigned mode, char *part, size_t room, sat_error *err)
{
	if ((size_t)snprintf(part, room, "%s.part", path) >= room)
		return sat_fail(err, SAT_ELIMIT, "the name %.60s... is too long", path);
	/* What a killed process left behind under this name is nobody's. */
	unlink(part);
	int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, (mode_t)mode);
	return fd < 0 ? failed(path, "written", err) : fd;
}

static int finish_part(int fd, int rc, const char *part, const char *path, sat_error *err)
{
	if (rc == 0 && fsync(fd) != 0)
		rc = failed(path, "written", err);
	if (close(fd) != 0 && rc == 0)
		rc = failed(path, "written", err);
	if (rc == 0)
		rc = cli_file_rename(part, path, err);
	if (rc != 0)
		unlink(part);
	return rc;
}

int cli_file_write(const char *path, const void *data, size_t length, unsigned mode, sat_error *err)
{
	char part[PATH_MAX];
	int there = cli_file_new(path, err);
	if (there != 0)
		return there;
	int fd = open_part(path, mode, part, sizeof part, err);
	if (fd < 0)
		return fd;
	int rc = write_all(fd, data, length) != 0 ? failed(path, "written", err) : 0;
	return finish_part(fd, rc, part, path, err);
}

int cli_file_write_from(const char *path, int (*next)(void *, sat_bytes *, sat_error *), void *context,
                        unsigned mode, sat_error *err)
{
	char part[PATH_MAX];
	SAT_BYTES(piece);
	int there = cli_file_new(path, err);
	if (there != 0)
		return there;
	int fd = open_part(path, mode, part, sizeof part, err);
	if (fd < 0)
		return fd;
	int rc;
	while ((rc = next(context, &piece, err)) == 1) {
		rc = write_all(fd, piece.data, piece.length) != 0 ? failed(path, "written", err) : 0;
		sat_bytes_reset(&piece);
		if (rc != 0)
			break;
	}
	return finish_part(fd, rc, part, path, err);
}

int cli_file_copy(const char *from, const char *to, unsigned mode, sat_error *err)
{
	char part[PATH_MAX];
	int there = cli_file_new(to, err);
	if (there != 0)
		return there;
	int in = open(from, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (in < 0)
		return failed(from, "opened", err);
	int out = open_part(to, mode, part, sizeof part, err);
	static const size_t chunk = 1 << 16;
	char *buffer = malloc(chunk);
	int rc = out < 0 ? out : buffer == NULL ? sat_fail(err, SAT_ENOMEM, "out of memory") : 0;
	ssize_t n = 0;
	while (rc == 0 && (n = read(in, buffer, chunk)) > 0) {
		if (write_all(out, buffer, (size_t)n) != 0)
			rc = failed(to, "written", err);
	}
	if (rc == 0 && n < 0)
		rc = failed(from, "read", err);
	free(buffer);
	close(in);
	return out < 0 ? rc : finish_part(out, rc, part, to, err);
}
