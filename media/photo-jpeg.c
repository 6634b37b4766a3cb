/* JPEG (ITU T.81, annex B): segments that decoding needs, one after the other; see photo.h. */
#include "photo-private.h"

#include <string.h>

enum {
	SOF0 = 0xc0, DHT = 0xc4, JPG = 0xc8, DAC = 0xcc, SOF15 = 0xcf,
	RST0 = 0xd0, RST7 = 0xd7, SOI = 0xd8, EOI = 0xd9, SOS = 0xda, DQT = 0xdb, DNL = 0xdc, DRI = 0xdd,
	APP0 = 0xe0, APP1 = 0xe1, APP2 = 0xe2, APP14 = 0xee, APP15 = 0xef, COM = 0xfe,
	JFIF_BYTES = 14,   /* of the body, without a thumbnail */
	ADOBE_BYTES = 12,  /* likewise */
	ICC_HEAD_BYTES = 14,
};

typedef struct jpeg {
	const uint8_t *at, *end;
	sat_bytes *out;
	sat_photo *photo;
	bool exif;       /* the first Exif was read; there is one place for ours, before everything but JFIF */
	bool begun;      /* something besides JFIF was written */
	bool framed, scanned;
} jpeg;

static void put_segment(jpeg *j, uint8_t marker, const uint8_t *body, size_t length)
{
	const uint8_t head[] = { 0xff, marker, (uint8_t)((length + 2) >> 8), (uint8_t)(length + 2) };
	sat_bytes_put(j->out, head, sizeof head);
	sat_bytes_put(j->out, body, length);
}

static bool begins(const uint8_t *body, size_t length, const char *word, size_t count)
{
	return length >= count && memcmp(body, word, count) == 0;
}

/* Version, density and no thumbnail. */
static void put_jfif(jpeg *j, const uint8_t *body)
{
	uint8_t plain[JFIF_BYTES];
	memcpy(plain, body, sizeof plain);
	plain[12] = plain[13] = 0;
	put_segment(j, APP0, plain, sizeof plain);
}

/* How large it is: in every frame header. */
static int read_frame(jpeg *j, const uint8_t *body, size_t length, sat_error *err)
{
	if (length < 6 || j->framed)
		return sat_photo_damaged("the header of the picture", err);
	j->framed = true;
	j->photo->height = sat_be16(body + 1);
	j->photo->width = sat_be16(body + 3);
	return 0;
}

/* Coded data stand bare behind a scan's header, up to a marker that is none of theirs. */
static int put_scan(jpeg *j, sat_error *err)
{
	const uint8_t *from = j->at;
	while (true) {
		j->at = memchr(j->at, 0xff, (size_t)(j->end - j->at));
		if (j->at == NULL || j->end - j->at < 2) {
			j->at = j->end;
			return sat_photo_short(err);
		}
		if (j->at[1] != 0 && (j->at[1] < RST0 || j->at[1] > RST7) && j->at[1] != 0xff)
			break;
		j->at += j->at[1] == 0xff ? 1 : 2;
	}
	sat_bytes_put(j->out, from, (size_t)(j->at - from));
	j->scanned = true;
	return 0;
}

/* One application segment: little of them is needed. */
static void put_application(jpeg *j, uint8_t marker, const uint8_t *body, size_t length)
{
	if (marker == APP0 && length >= JFIF_BYTES && begins(body, length, "JFIF\0", 5) && !j->begun)
		put_jfif(j, body);
	else if (marker == APP2 && length > ICC_HEAD_BYTES && begins(body, length, "ICC_PROFILE\0", 12))
		put_segment(j, marker, body, length);
	else if (marker == APP14 && length >= ADOBE_BYTES && begins(body, length, "Adobe", 5))
		put_segment(j, marker, body, ADOBE_BYTES);
	else if (marker == APP1 && !j->exif && begins(body, length, "Exif\0", 5) && length > 6) {
		j->exif = true;
		j->photo->orientation = sat_exif_orientation(body + 6, length - 6);
	}
}

static bool is_frame(uint8_t marker)
{
	return marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC;
}

static int put_marker(jpeg *j, uint8_t marker, const uint8_t *body, size_t length, sat_error *err)
{
	if ((marker >= APP0 && marker <= APP15) || marker == COM) {
		put_application(j, marker, body, length);
		return 0;
	}
	bool table = marker == DHT || marker == DAC || marker == DQT || marker == DRI || marker == DNL;
	if (!table && marker != SOS && !is_frame(marker))
		return sat_photo_damaged("a part of an unknown kind", err);
	int rc = is_frame(marker) ? read_frame(j, body, length, err) : 0;
	if (rc == 0 && marker == SOS && !j->framed)
		rc = sat_photo_damaged("its parts are out of order", err);
	if (rc != 0)
		return rc;
	put_segment(j, marker, body, length);
	return marker == SOS ? put_scan(j, err) : 0;
}

/* The next segment: 1 when it was the end of the picture. */
static int next_segment(jpeg *j, sat_error *err)
{
	if (j->end - j->at < 2)
		return sat_photo_short(err);
	if (j->at[0] != 0xff)
		return sat_photo_damaged("between its parts", err);
	uint8_t marker = j->at[1];
	if (marker == 0xff) { /* fill bytes may stand before every marker */
		j->at++;
		return 0;
	}
	if (marker == EOI)
		return j->scanned ? 1 : sat_photo_short(err);
	if (marker < SOF0 || (marker >= RST0 && marker <= SOI))
		return sat_photo_damaged("a part of an unknown kind", err);
	if (j->end - j->at < 4)
		return sat_photo_short(err);
	size_t length = sat_be16(j->at + 2);
	if (length < 2)
		return sat_photo_damaged("the length of a part", err);
	if (length > (size_t)(j->end - j->at) - 2)
		return sat_photo_short(err);
	const uint8_t *body = j->at + 4;
	j->at += 2 + length;
	return put_marker(j, marker, body, length - 2, err);
}

/* Where our Exif goes: behind the beginning and JFIF, which ends in front of everything else. */
static size_t exif_place(const sat_bytes *out, size_t before)
{
	size_t place = before + 2;
	const uint8_t *at = out->data + place;
	bool jfif = out->length - place >= 4 + JFIF_BYTES && at[0] == 0xff && at[1] == APP0;
	return jfif ? place + 4 + JFIF_BYTES : place;
}

static int put_exif(jpeg *j, size_t before, sat_error *err)
{
	enum { BODY = 6 + SAT_EXIF_BYTES };
	uint8_t segment[4 + BODY] = { 0xff, APP1, 0, BODY + 2, 'E', 'x', 'i', 'f', 0, 0 };
	sat_exif_make(segment + 10, j->photo->orientation);
	size_t place = exif_place(j->out, before), behind = j->out->length - place;
	if (sat_bytes_extend(j->out, sizeof segment) == NULL)
		return sat_no_memory(err);
	memmove(j->out->data + place + sizeof segment, j->out->data + place, behind);
	memcpy(j->out->data + place, segment, sizeof segment);
	return 0;
}

int sat_photo_clean_jpeg(const uint8_t *data, size_t length, sat_bytes *clean, sat_photo *photo, sat_error *err)
{
	static const uint8_t begin[] = { 0xff, SOI }, end[] = { 0xff, EOI };
	jpeg j = { .at = data + 2, .end = data + length, .out = clean, .photo = photo };
	size_t before = clean->length;
	sat_bytes_put(clean, begin, sizeof begin);
	int rc = 0;
	while (rc == 0) {
		const uint8_t marker = j.end - j.at >= 2 ? j.at[1] : 0;
		rc = next_segment(&j, err);
		j.begun = j.begun || (marker != APP0 && marker != 0xff);
	}
	if (rc < 0)
		return rc;
	sat_bytes_put(clean, end, sizeof end);
	if (!sat_bytes_ok(clean))
		return sat_no_memory(err);
	return photo->orientation == 1 ? 0 : put_exif(&j, before, err);
}
