/* Photos without what a camera writes beside the picture: position, owner, serial number, and whatever else.
 *
 * A photo is rebuilt from what a decoder needs to show it, and from nothing else: a list of what is kept, since
 * nobody can list all that makers of cameras put in.  Kept are the picture itself, its colour profile, and which
 * way up it is; the latter in Exif of our own making.  What stands behind the end of the picture (a film of the
 * same moment, a second picture) goes as well.  What somebody painted into the picture, or can be recognised in
 * it, stays of course.
 *
 *     sat_photo_clean(data, length, &clean, &photo, err)
 *     sat_preview_make(clean.data, clean.length, &photo, &preview, err)      (preview.h)
 *
 * The bytes come from anywhere: every length is held against what is left, and what does not fit is refused with a
 * sentence.
 */
#ifndef SAT_PHOTO_H
#define SAT_PHOTO_H

#include "core/bytes.h"
#include "core/error.h"

#define SAT_PHOTO_BYTES_MAX (UINT32_C(1) << 28)

typedef struct sat_photo {
	const char *type;       /* "image/jpeg", "image/png" or "image/webp" */
	uint32_t width, height; /* as stored */
	unsigned orientation;   /* as in Exif: 1 to 8; 1: upright */
	size_t removed;         /* bytes that were left out */
} sat_photo;

/* Appends a clean copy of a JPEG, PNG or WebP picture.  SAT_EINVALID for another kind, and for one that is damaged
 * or ends too soon. */
int sat_photo_clean(const void *data, size_t length, sat_bytes *clean, sat_photo *photo, sat_error *err);

#endif
