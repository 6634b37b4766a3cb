/* See folder.h.
 *
 * One bundle is written in this order, and each step may be the last one that the medium lives:
 *
 *   begin    satchel/ is made if need be, and its parent synced; .RANDOM.part is created
 *   put      bytes go to their positions; each region's hash is remembered
 *   commit   times set, fsync, close; renamed to RANDOM.satchel without replacing; times seen to; folder
 *            synced; page cache dropped; every region read back and compared
 *
 * Before the rename there is only a .part, which a listing calls an unfinished copy.  After it the
 * file is whole, because it was synced first.  Whatever fails later takes the new file off again.
 */
#include "folder.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "file-name.h"
#include "medium-failure.h"
#include "part.h"
#include "place-listing.h"
#include "place.h"
#include "read-back.h"
#include "seal.h"

typedef struct folder {
	sat_carrier carrier;
	sat_place place;
	sat_part *parts;                /* begun and not ended */
} folder;

typedef struct reading {
	int fd;
	char name[SAT_FILE_NAME_BYTES_MAX + 1];
} reading;

/* --- listing ----------------------------------------------------------------------------------- */

typedef struct visit {
	const folder *folder;
	int (*each)(void *user, const sat_found *found);
	void *user;
} visit;

/* What is being written here is neither a bundle yet nor anybody else's. */
static int visit_found(void *context, const sat_found *found)
{
	const visit *v = context;
	for (const sat_part *part = v->folder->parts; part != NULL; part = part->next) {
		if (strcmp(part->name, found->name) == 0)
			return 0;
	}
	return v->each(v->user, found);
}

static int folder_list(void *context, int (*each)(void *user, const sat_found *found), void *user,
                       sat_error *err)
{
	folder *f = context;
	visit v = { f, each, user };
	return sat_place_list(&f->place, visit_found, &v, err);
}

/* --- reading ----------------------------------------------------------------------------------- */

/* What was checked by name is checked again on the descriptor, since names can change in between. */
static int folder_open_bundle(void *context, const char *name, void **handle, uint64_t *size_bytes,
                              sat_error *err)
{
	folder *f = context;
	*handle = NULL;
	int code = sat_place_check_bundle(&f->place, name, err);
	if (code != 0)
		return code;
	reading *r = calloc(1, sizeof *r);
	if (r == NULL)
		return sat_fail(err, SAT_ENOMEM, "memory ran out while opening %s", name);
	r->fd = sat_place_open_file(&f->place, name, 0);
	struct stat status;
	if (r->fd < 0 || fstat(r->fd, &status) != 0)
		code = sat_medium_read_failed(errno, err);
	else if (!S_ISREG(status.st_mode) || status.st_size > (off_t)SAT_BUNDLE_BYTES_MAX)
		code = sat_fail(err, SAT_EREFUSED, "%s changed while it was opened", name);
	if (code != 0) {
		if (r->fd >= 0)
			sat_place_close(&f->place, r->fd);
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
	const folder *f = context;
	const reading *r = handle;
	const sat_disk *disk = f->place.disk;
	uint8_t *at = data;
	while (count > 0) {
		ssize_t got = offset > SAT_BUNDLE_BYTES_MAX
		                      ? 0
		                      : disk->pread(disk->context, r->fd, at, count, (off_t)offset);
		if (got < 0)
			return sat_medium_read_failed(errno, err);
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
	const folder *f = context;
	reading *r = handle;
	if (r == NULL)
		return;
	sat_place_forget_reading(r->fd);
	sat_place_close(&f->place, r->fd);
	free(r);
}

/* --- writing ----------------------------------------------------------------------------------- */

static int folder_put(void *context, uint64_t offset, const void *data, size_t count, sat_error *err)
{
	if (context == NULL)
		return sat_fail(err, SAT_EUSAGE, "this bundle is already ended");
	return sat_part_put(context, offset, data, count, err);
}

/* A place in which others are still being written stays. */
static void end_part(folder *f, sat_part *part)
{
	for (sat_part **at = &f->parts; *at != NULL; at = &(*at)->next) {
		if (*at == part) {
			*at = part->next;
			break;
		}
	}
	sat_part_free(part);
	if (f->parts == NULL)
		sat_place_unmake(&f->place);
}

static int folder_begin(void *context, uint64_t size_hint_bytes, sat_sink *sink, sat_error *err)
{
	folder *f = context;
	bool free_known;
	sat_part *part = NULL;
	*sink = (sat_sink){ .put = folder_put };
	if (size_hint_bytes > SAT_BUNDLE_BYTES_MAX)
		return sat_fail(err, SAT_ELIMIT, "a bundle may have at most %u bytes", SAT_BUNDLE_BYTES_MAX);
	int code = sat_place_prepare(&f->place, size_hint_bytes, &free_known, err);
	if (code == 0)
		code = sat_part_create(&part, &f->place, size_hint_bytes, free_known, err);
	if (code != 0) {
		end_part(f, part);
		return code;
	}
	part->next = f->parts;
	f->parts = part;
	sink->context = part;
	return 0;
}

static void folder_abandon(void *context, sat_sink *sink)
{
	if (sink->context != NULL)
		end_part(context, sink->context);
	*sink = (sat_sink){ .put = folder_put };
}

/* After the rename: whatever goes wrong takes the bundle off the medium again. */
static int settle(folder *f, const sat_part *part, const sat_watch *watch, sat_error *err)
{
	int code = sat_place_settle_times(&f->place, watch->name, err);
	if (code == 0)
		code = sat_place_sync(&f->place, err);
	if (code == 0)
		code = sat_read_back(part, watch, err);
	if (code == 0) {
		sat_place_keep(&f->place);
		/* The bundle is whole whether or not the time of that reading can be taken back. */
		(void)sat_place_settle_times(&f->place, watch->name, NULL);
	} else {
		(void)sat_place_remove(&f->place, watch->name);
		(void)sat_place_sync(&f->place, NULL);
	}
	return code;
}

/* Ends the sink, whatever comes of it: abandoning it afterwards does nothing. */
static int folder_commit(void *context, sat_sink *sink, char name[static 64], sat_progress progress,
                         void *progress_context, sat_error *err)
{
	folder *f = context;
	sat_part *part = sink->context;
	*sink = (sat_sink){ .put = folder_put };
	if (part == NULL)
		return sat_fail(err, SAT_EUSAGE, "this bundle is already ended");
	sat_watch watch = { progress, progress_context, name, 0 };
	sat_file_name_draw(f->place.env, name);
	int code = sat_part_whole(part, &watch.size_bytes, err);
	if (code == 0)
		code = sat_watch_tell(&watch, 0, err);
	if (code == 0)
		code = sat_part_make_durable(part, err);
	if (code == 0)
		code = sat_part_rename(part, name, err);
	if (code == 0)
		code = settle(f, part, &watch, err);
	end_part(f, part);
	return code;
}

/* --- the rest of the carrier ------------------------------------------------------------------- */

static int folder_drop(void *context, const char *name, sat_error *err)
{
	folder *f = context;
	int code = sat_place_check_bundle(&f->place, name, err);
	if (code != 0)
		return code;
	if (sat_place_remove(&f->place, name) != 0)
		return sat_medium_write_failed(errno, 0, err);
	return sat_place_sync(&f->place, err);
}

static uint64_t folder_free_bytes(void *context)
{
	folder *f = context;
	int fd;
	bool absent;
	if (sat_place_open(&f->place, &fd, &absent, NULL) != 0)
		return UINT64_MAX;
	uint64_t room = sat_place_free_bytes(fd);
	sat_place_close(&f->place, fd);
	return room;
}

static void folder_free(void *context)
{
	folder *f = context;
	while (f->parts != NULL)
		end_part(f, f->parts);
	sat_place_clear(&f->place);
	free(f);
}

int sat_folder_open(sat_carrier **carrier, const char *path, const sat_disk *disk, const sat_env *env,
                    sat_error *err)
{
	assert(path != NULL && env != NULL);
	*carrier = NULL;
	folder *f = calloc(1, sizeof *f);
	if (f == NULL)
		return sat_fail(err, SAT_ENOMEM, "memory ran out while opening a folder");
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
	int code = sat_place_init(&f->place, path, disk != NULL ? disk : sat_disk_system(), env, err);
	if (code == 0)
		code = sat_place_check(&f->place, err);
	if (code != 0)
		folder_free(f);
	else
		*carrier = &f->carrier;
	return code;
}
