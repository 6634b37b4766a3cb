/* See media-store.h. */
#include "media-store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "photo.h"
#include "preview.h"

/* Enough for file.c to hash beside storing. */
enum { READ_BYTES = 4 << 20 };

static const char *const words[] = { [SAT_PICTURE] = "photo", [SAT_SOUND] = "audio", [SAT_FILM] = "video",
	                             [SAT_PAPER] = "drawing" };

const char *sat_media_word(sat_medium medium)
{
	return medium == SAT_UNKNOWN_MEDIUM ? "" : words[medium];
}

bool sat_media_field_takes(const char *field, sat_medium medium)
{
	for (size_t i = SAT_PICTURE; i <= SAT_PAPER; i++) {
		if (strncmp(field, words[i], strlen(words[i])) == 0)
			return medium == (sat_medium)i || (i == SAT_PAPER && medium == SAT_PICTURE);
	}
	return true;
}

static int store_bytes(sat_store *store, const void *data, size_t length, sat_file_name *name, sat_error *err)
{
	SAT_AUTO(sat_file_writer) writer = NULL;
	int rc = sat_file_begin(&writer, store, err);
	if (rc == 0)
		rc = sat_file_put(writer, data, length, err);
	return rc == 0 ? sat_file_end(writer, name, err) : rc;
}

/* As it comes, however long. */
static int store_stream(sat_store *store, const sat_media_source *source, sat_file_name *name, sat_error *err)
{
	SAT_AUTO(sat_file_writer) writer = NULL;
	uint8_t *buffer = malloc(READ_BYTES);
	int rc = buffer == NULL ? sat_no_memory(err) : sat_file_begin(&writer, store, err);
	size_t count = 1;
	while (rc == 0 && count > 0) {
		rc = source->read(source->context, buffer, READ_BYTES, &count, err);
		if (rc == 0 && count > 0)
			rc = sat_file_put(writer, buffer, count, err);
	}
	free(buffer);
	return rc == 0 ? sat_file_end(writer, name, err) : rc;
}

/* A picture is read whole, since what is left of it is known at its end. */
static int read_all(const sat_media_source *source, sat_bytes *all, sat_error *err)
{
	size_t count = 1;
	int rc = 0;
	while (rc == 0 && count > 0) {
		uint8_t *room = sat_bytes_extend(all, READ_BYTES);
		if (room == NULL)
			return sat_no_memory(err);
		rc = source->read(source->context, room, READ_BYTES, &count, err);
		all->length -= READ_BYTES - (rc == 0 ? count : 0);
		if (rc == 0 && all->length > SAT_PHOTO_BYTES_MAX)
			rc = sat_fail(err, SAT_ELIMIT,
			              "a picture of more than %u bytes is too large; nothing was stored; make it "
			              "smaller",
			              SAT_PHOTO_BYTES_MAX);
	}
	return rc;
}

static int take_picture(sat_store *store, const sat_media_source *source, sat_media_taken *taken, sat_error *err)
{
	SAT_BYTES(all);
	SAT_BYTES(clean);
	SAT_BYTES(preview);
	sat_photo photo;
	int rc = read_all(source, &all, err);
	if (rc == 0)
		rc = sat_photo_clean(all.data, all.length, &clean, &photo, err);
	if (rc != 0)
		return rc;
	taken->cleaned = true;
	taken->removed = photo.removed;
	rc = sat_preview_make(clean.data, clean.length, &photo, &preview, err);
	/* One that is too large for it is kept without. */
	if (rc != 0 && rc != SAT_ELIMIT)
		return rc;
	bool small = rc == 0;
	rc = store_bytes(store, clean.data, clean.length, &taken->value.original, err);
	return rc == 0 && small ? store_bytes(store, preview.data, preview.length, &taken->value.preview, err) : rc;
}

int sat_media_take(sat_store *store, const sat_media_type *type, const sat_media_source *source,
                   sat_media_taken *taken, sat_error *err)
{
	*taken = (sat_media_taken){ 0 };
	snprintf(taken->value.type, sizeof taken->value.type, "%s", type->name);
	if (type->medium == SAT_UNKNOWN_MEDIUM)
		return sat_fail(err, SAT_EINVALID,
		                "this file is %s; nothing was stored; pictures (JPEG, PNG, WebP), sound (M4A, MP3, "
		                "WAV, Ogg, FLAC, AAC, AMR), films (MP4, MOV, WebM, AVI, 3GP) and PDF are taken in",
		                type->called);
	return type->medium == SAT_PICTURE ? take_picture(store, source, taken, err)
	                                   : store_stream(store, source, &taken->value.original, err);
}
