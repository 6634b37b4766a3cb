/* Previews of photos: small JPEGs that travel before the originals.
 *
 * 320 pixels on the longest side, upright, at most 24 KiB: as much as a slow link carries for each.  Made by libgd
 * from the cleaned picture, and cleaned again, since libgd writes a remark of its own into what it makes.
 */
#ifndef SAT_PREVIEW_H
#define SAT_PREVIEW_H

#include "core/file-value.h"
#include "photo.h"

#define SAT_PREVIEW_SIDE_MAX 320
/* A larger picture is not decoded, which would take four bytes a pixel. */
#define SAT_PREVIEW_PIXELS_MAX (UINT64_C(64) << 20)

/* Appends the preview of a picture that was cleaned.  SAT_ELIMIT for one that is too large to be decoded, which
 * may be kept without; SAT_EINVALID for one that cannot be decoded, SAT_ENOMEM. */
int sat_preview_make(const void *clean, size_t length, const sat_photo *photo, sat_bytes *preview, sat_error *err);

#endif
