/* PNG (W3C, third edition): chunks that decoding needs; see photo.h. */
#include "photo-private.h"

#include <string.h>

enum { SIGNATURE_BYTES = 8, HEAD_BYTES = 8, CRC_BYTES = 4, IHDR_BYTES = 13 };

/* The picture, what its colours mean, and films of pictures. */
static const char kept[][5] = { "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP",
	                        "sBIT", "bKGD", "pHYs", "acTL", "fcTL", "fdAT" };

static uint32_t crc_of(const uint8_t *data, size_t length)
{
	static uint32_t table[256];
	if (table[1] == 0) {
		for (uint32_t n = 0; n < 256; n++) {
			uint32_t c = n;
			for (int k = 0; k < 8; k++)
				c = c & 1 ? UINT32_C(0xedb88320) ^ (c >> 1) : c >> 1;
			table[n] = c;
		}
	}
	uint32_t crc = UINT32_MAX;
	for (size_t i = 0; i < length; i++)
		crc = table[(crc ^ data[i]) & 0xff] ^ (crc >> 8);
	return ~crc;
}

static bool is_kept(const uint8_t *type)
{
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		if (memcmp(kept[i], type, 4) == 0)
			return true;
	}
	return false;
}

static void put_exif(sat_bytes *out, unsigned orientation)
{
	uint8_t chunk[HEAD_BYTES + SAT_EXIF_BYTES] = { 0, 0, 0, SAT_EXIF_BYTES, 'e', 'X', 'I', 'f' };
	sat_exif_make(chunk + HEAD_BYTES, orientation);
	uint32_t crc = crc_of(chunk + 4, 4 + SAT_EXIF_BYTES);
	const uint8_t end[] = { (uint8_t)(crc >> 24), (uint8_t)(crc >> 16), (uint8_t)(crc >> 8), (uint8_t)crc };
	sat_bytes_put(out, chunk, sizeof chunk);
	sat_bytes_put(out, end, sizeof end);
}

/* One chunk of `length` bytes at `at`: 1 when it was the last. */
static int take_chunk(const uint8_t *at, size_t length, bool first, sat_bytes *clean, sat_photo *photo,
                      sat_error *err)
{
	const uint8_t *type = at + 4, *body = at + HEAD_BYTES;
	if (sat_be32(body + length) != crc_of(type, 4 + length))
		return sat_photo_damaged("a checksum is wrong", err);
	if (first != (memcmp(type, "IHDR", 4) == 0) || (first && length != IHDR_BYTES))
		return sat_photo_damaged("its header", err);
	if (first) {
		photo->width = sat_be32(body);
		photo->height = sat_be32(body + 4);
	}
	if (memcmp(type, "eXIf", 4) == 0)
		photo->orientation = sat_exif_orientation(body, length);
	bool end = memcmp(type, "IEND", 4) == 0;
	/* It may stand before or behind the picture, and ours stands behind. */
	if (end && photo->orientation != 1)
		put_exif(clean, photo->orientation);
	if (is_kept(type))
		sat_bytes_put(clean, at, HEAD_BYTES + length + CRC_BYTES);
	else if (type[0] >= 'A' && type[0] <= 'Z')
		return sat_photo_damaged("a part of an unknown kind", err);
	return end;
}

int sat_photo_clean_png(const uint8_t *data, size_t length, sat_bytes *clean, sat_photo *photo, sat_error *err)
{
	const uint8_t *at = data + SIGNATURE_BYTES, *end = data + length;
	sat_bytes_put(clean, data, SIGNATURE_BYTES);
	for (int rc = 0; rc == 0;) {
		if (end - at < HEAD_BYTES + CRC_BYTES || sat_be32(at) > (size_t)(end - at) - HEAD_BYTES - CRC_BYTES)
			return sat_photo_short(err);
		size_t body = sat_be32(at);
		rc = take_chunk(at, body, at == data + SIGNATURE_BYTES, clean, photo, err);
		if (rc < 0)
			return rc;
		at += HEAD_BYTES + body + CRC_BYTES;
	}
	return 0;
}
