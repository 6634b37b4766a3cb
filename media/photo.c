/* See photo.h. */
#include "photo.h"

#include <string.h>

#include "media-type.h"
#include "photo-private.h"

int sat_photo_short(sat_error *err)
{
	return sat_fail(err, SAT_EINVALID,
	                "the picture ends too soon, so some of it is lost; nothing was stored; copy it from "
	                "the camera again");
}

int sat_photo_damaged(const char *where, sat_error *err)
{
	return sat_fail(err, SAT_EINVALID,
	                "the picture is damaged (%s); nothing was stored; copy it from the camera again", where);
}

/* --- Exif ----------------------------------------------------------------------------------------------- */

enum { TAG_ORIENTATION = 0x112, TYPE_SHORT = 3, ENTRY_BYTES = 12 };

unsigned sat_exif_orientation(const uint8_t *tiff, size_t length)
{
	if (length < 14 || (memcmp(tiff, "II*\0", 4) != 0 && memcmp(tiff, "MM\0*", 4) != 0))
		return 1;
	bool little = tiff[0] == 'I';
	uint32_t at = little ? sat_le32(tiff + 4) : sat_be32(tiff + 4);
	if (at > length - 2)
		return 1;
	uint32_t entries = little ? sat_le16(tiff + at) : sat_be16(tiff + at);
	const uint8_t *entry = tiff + at + 2;
	for (; entries > 0 && (size_t)(tiff + length - entry) >= ENTRY_BYTES; entries--, entry += ENTRY_BYTES) {
		uint32_t tag = little ? sat_le16(entry) : sat_be16(entry);
		uint32_t type = little ? sat_le16(entry + 2) : sat_be16(entry + 2);
		uint32_t value = little ? sat_le16(entry + 8) : sat_be16(entry + 8);
		if (tag == TAG_ORIENTATION)
			return type == TYPE_SHORT && value >= 1 && value <= 8 ? value : 1;
	}
	return 1;
}

void sat_exif_make(uint8_t tiff[static SAT_EXIF_BYTES], unsigned orientation)
{
	static const uint8_t form[SAT_EXIF_BYTES] = { 'M', 'M', 0,    '*', 0,          0, 0, 8, 0,
		                                      1,   1,   0x12, 0,   TYPE_SHORT, 0, 0, 0, 1 };
	memcpy(tiff, form, sizeof form);
	tiff[19] = (uint8_t)orientation;
}

/* --- the front ------------------------------------------------------------------------------------------ */

int sat_photo_clean(const void *data, size_t length, sat_bytes *clean, sat_photo *photo, sat_error *err)
{
	static const struct {
		const char *type;
		int (*clean)(const uint8_t *, size_t, sat_bytes *, sat_photo *, sat_error *);
	} kinds[] = {
		{ "image/jpeg", sat_photo_clean_jpeg },
		{ "image/png", sat_photo_clean_png },
		{ "image/webp", sat_photo_clean_webp },
	};
	const sat_media_type *type = sat_media_type_of(data, length);
	size_t before = clean->length;
	*photo = (sat_photo){ .orientation = 1 };
	if (length > SAT_PHOTO_BYTES_MAX)
		return sat_fail(err, SAT_ELIMIT,
		                "a picture of %zu bytes is too large: at most %u are read; nothing was stored; "
		                "make it smaller",
		                length, SAT_PHOTO_BYTES_MAX);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(kinds[i].type, type->name) != 0)
			continue;
		photo->type = kinds[i].type;
		int rc = kinds[i].clean(data, length, clean, photo, err);
		size_t kept = clean->length - before;
		photo->removed = length > kept ? length - kept : 0;
		if (rc == 0 && (photo->width == 0 || photo->height == 0))
			return sat_photo_damaged("it says no size", err);
		return rc == 0 && !sat_bytes_ok(clean) ? sat_no_memory(err) : rc;
	}
	return sat_fail(
	    err, SAT_EINVALID,
	    "this file is %s, out of which Satchel cannot take what the camera wrote beside the "
	    "picture (where it was made, whose camera it was); nothing was stored; let the camera or phone save "
	    "JPEG (\"most compatible\"), or make a JPEG or PNG of it, and add that",
	    type->called);
}
