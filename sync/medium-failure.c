/* See medium-failure.h. */
#include "medium-failure.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

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
		return sat_fail(err, SAT_ENOMEM, "memory ran out while %s the stick; close other programs and try again",
		                doing);
	if (number == EACCES || number == EPERM)
		return sat_fail(err, SAT_EIO,
		                "%s the stick is not allowed to this account; nothing was changed on it; use another "
		                "stick, or ask whoever cares for this computer",
		                doing);
	return sat_fail(err, SAT_EIO,
	                "%s the stick failed (%s); what was on it before is unchanged; use another stick", doing,
	                strerror(number));
}

int sat_medium_read_failed(int number, sat_error *err)
{
	if (is_pulled(number))
		return sat_fail(err, SAT_EIO,
		                "the stick was pulled out or failed; nothing on it was changed; put it in again and "
		                "repeat this, or use another stick");
	return other_failure("reading", number, err);
}

int sat_medium_absent(const char *path, int number, sat_error *err)
{
	switch (number) {
	case ENOENT:
		return sat_fail(err, SAT_ENOTFOUND,
		                "%s is not there; nothing was changed; is the stick in, and is the name right?", path);
	case ENOTDIR:
		return sat_fail(err, SAT_ENOTFOUND,
		                "%s is not a folder; nothing was changed; name the folder in which the stick is", path);
	case EACCES:
	case EPERM:
		return sat_fail(err, SAT_ENOTFOUND,
		                "%s may not be read by this account; nothing was changed; use another stick, or ask "
		                "whoever cares for this computer",
		                path);
	default:
		return sat_fail(err, SAT_ENOTFOUND,
		                "%s cannot be read, since the stick was pulled out or failed; nothing was changed; put "
		                "it in again and repeat this, or use another stick",
		                path);
	}
}

int sat_medium_full(uint64_t missing_bytes, sat_error *err)
{
	if (missing_bytes == 0)
		return sat_fail(err, SAT_EFULL,
		                "the stick is full; what was on it before is unchanged; free some space "
		                "or use another stick");
	return sat_fail(err, SAT_EFULL,
	                "the stick is full; what was on it before is unchanged; free %" PRIu64
	                " bytes or use another stick",
	                missing_bytes);
}

int sat_medium_write_failed(int number, uint64_t missing_bytes, sat_error *err)
{
	if (number == ENOSPC || number == EDQUOT)
		return sat_medium_full(missing_bytes, err);
	if (number == EROFS)
		return sat_fail(err, SAT_EIO, "the stick is write-protected; nothing was changed on it; "
		                              "move its lock or use another stick");
	if (is_pulled(number))
		return sat_fail(err, SAT_EIO, "the stick was pulled out or failed; what was on it before is "
		                              "unchanged there, and what was not finished was not marked as copied; put "
		                              "it in again and repeat this, or use another stick");
	return other_failure("writing to", number, err);
}

/* EPERM for bytes of a file that is open for writing can only be the FUSE driver for FAT, and means full. */
int sat_medium_put_failed(int number, uint64_t missing_bytes, sat_error *err)
{
	return sat_medium_write_failed(number == EPERM ? ENOSPC : number, missing_bytes, err);
}

/* EPERM from creating means a full FAT below FUSE where free space is not told, else missing rights. */
int sat_medium_create_failed(int number, uint64_t missing_bytes, bool free_known, sat_error *err)
{
	return sat_medium_write_failed(number == EPERM && !free_known ? ENOSPC : number, missing_bytes, err);
}
