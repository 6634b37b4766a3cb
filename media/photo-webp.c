/* WebP (RIFF container, RFC 9649): chunks that decoding needs; see photo.h.  Moving pictures are refused, since
 * their frames hold chunks of their own. */
#include "photo-private.h"

#include <string.h>

enum { RIFF_BYTES = 12, HEAD_BYTES = 8, VP8X_BYTES = 10, FLAG_XMP = 4, FLAG_EXIF = 8, FLAG_ANIMATION = 2 };

static uint32_t le24(const uint8_t *at) { return (uint32_t)at[2] << 16 | sat_le16(at); }

static void put_chunk(sat_bytes *out, const uint8_t *type, const uint8_t *body, size_t length)
{
	sat_bytes_put(out, type, 4);
	sat_bytes_put_le32(out, (uint32_t)length);
	sat_bytes_put(out, body, length);
	if (length & 1)
		sat_bytes_put_u8(out, 0);
}

/* Where the size of a picture stands in each of its three forms. */
static void read_size(const uint8_t *type, const uint8_t *body, size_t length, sat_photo *photo)
{
	if (memcmp(type, "VP8X", 4) == 0 && length >= VP8X_BYTES) {
		photo->width = le24(body + 4) + 1;
		photo->height = le24(body + 7) + 1;
	} else if (photo->width == 0 && memcmp(type, "VP8 ", 4) == 0 && length >= 10) {
		photo->width = sat_le16(body + 6) & 0x3fff;
		photo->height = sat_le16(body + 8) & 0x3fff;
	} else if (photo->width == 0 && memcmp(type, "VP8L", 4) == 0 && length >= 5) {
		uint32_t bits = sat_le32(body + 1);
		photo->width = (bits & 0x3fff) + 1;
		photo->height = (bits >> 14 & 0x3fff) + 1;
	}
}

static bool is(const uint8_t *type, const char *name) { return memcmp(type, name, 4) == 0; }

static int take_chunk(const uint8_t *type, const uint8_t *body, size_t length, sat_bytes *clean, size_t *flags,
                      bool *picture, sat_photo *photo, sat_error *err)
{
	read_size(type, body, length, photo);
	if (is(type, "VP8X")) {
		if (length < VP8X_BYTES || *flags != 0)
			return sat_photo_damaged("its header", err);
		uint8_t head[VP8X_BYTES];
		memcpy(head, body, sizeof head);
		if (head[0] & FLAG_ANIMATION)
			return sat_fail(err, SAT_EINVALID,
			                "this is a moving WebP picture, which Satchel cannot clean; nothing was "
			                "stored; make a JPEG or PNG of it, and add that");
		head[0] &= (uint8_t)~(FLAG_XMP | FLAG_EXIF);
		*flags = clean->length + HEAD_BYTES;
		put_chunk(clean, type, head, sizeof head);
	} else if (is(type, "VP8 ") || is(type, "VP8L") || is(type, "ALPH") || is(type, "ICCP")) {
		*picture = *picture || is(type, "VP8 ") || is(type, "VP8L");
		put_chunk(clean, type, body, length);
	} else if (is(type, "EXIF")) {
		/* Some writers put the name of the JPEG segment in front. */
		size_t skip = length > 6 && memcmp(body, "Exif\0\0", 6) == 0 ? 6 : 0;
		photo->orientation = sat_exif_orientation(body + skip, length - skip);
	}
	return 0;
}

static void end_picture(sat_bytes *clean, size_t before, size_t flags, sat_photo *photo)
{
	uint8_t tiff[SAT_EXIF_BYTES];
	/* Exif has a place only where there is a flag for it. */
	if (flags == 0)
		photo->orientation = 1;
	if (photo->orientation != 1 && sat_bytes_ok(clean)) {
		sat_exif_make(tiff, photo->orientation);
		clean->data[flags] |= FLAG_EXIF;
		put_chunk(clean, (const uint8_t *)"EXIF", tiff, sizeof tiff);
	}
	if (!sat_bytes_ok(clean))
		return;
	size_t riff = clean->length - before - HEAD_BYTES;
	for (size_t i = 0; i < 4; i++)
		clean->data[before + 4 + i] = (uint8_t)(riff >> (8 * i));
}

int sat_photo_clean_webp(const uint8_t *data, size_t length, sat_bytes *clean, sat_photo *photo, sat_error *err)
{
	size_t before = clean->length, flags = 0;
	bool picture = false;
	if (length < RIFF_BYTES + HEAD_BYTES || sat_le32(data + 4) > length - HEAD_BYTES)
		return sat_photo_short(err);
	const uint8_t *at = data + RIFF_BYTES, *end = data + HEAD_BYTES + sat_le32(data + 4);
	sat_bytes_put(clean, data, RIFF_BYTES);
	while (at < end) {
		if (end - at < HEAD_BYTES || sat_le32(at + 4) > (size_t)(end - at) - HEAD_BYTES)
			return sat_photo_short(err);
		size_t body = sat_le32(at + 4);
		int rc = take_chunk(at, at + HEAD_BYTES, body, clean, &flags, &picture, photo, err);
		if (rc != 0)
			return rc;
		size_t step = HEAD_BYTES + body + (body & 1);
		at += step < (size_t)(end - at) ? step : (size_t)(end - at);
	}
	if (!picture)
		return sat_photo_short(err);
	end_picture(clean, before, flags, photo);
	return 0;
}
