/* What the modules that clean photos share; see photo.h.  Nobody outside of them includes this. */
#ifndef SAT_PHOTO_PRIVATE_H
#define SAT_PHOTO_PRIVATE_H

#include "photo.h"

/* Each appends the clean picture and fills in the photo; SAT_EINVALID with a sentence. */
int sat_photo_clean_jpeg(const uint8_t *data, size_t length, sat_bytes *clean, sat_photo *photo, sat_error *err);
int sat_photo_clean_png(const uint8_t *data, size_t length, sat_bytes *clean, sat_photo *photo, sat_error *err);
int sat_photo_clean_webp(const uint8_t *data, size_t length, sat_bytes *clean, sat_photo *photo, sat_error *err);

/* "It ends too soon" and "it is damaged", with what to do. */
int sat_photo_short(sat_error *err);
int sat_photo_damaged(const char *where, sat_error *err);

/* Which way up it is, out of a TIFF structure as Exif has it; 1 when that does not say. */
unsigned sat_exif_orientation(const uint8_t *tiff, size_t length);
/* The least such structure, that says nothing else. */
#define SAT_EXIF_BYTES 26
void sat_exif_make(uint8_t tiff[static SAT_EXIF_BYTES], unsigned orientation);

static inline uint32_t sat_be16(const uint8_t *at) { return (uint32_t)at[0] << 8 | at[1]; }
static inline uint32_t sat_be32(const uint8_t *at) { return sat_be16(at) << 16 | sat_be16(at + 2); }
static inline uint32_t sat_le16(const uint8_t *at) { return (uint32_t)at[1] << 8 | at[0]; }
static inline uint32_t sat_le32(const uint8_t *at) { return sat_le16(at + 2) << 16 | sat_le16(at); }

#endif
