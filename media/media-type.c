/* See media-type.h. */
#include "media-type.h"

#include <stdint.h>
#include <string.h>

/* `length` bytes at `at` have to be these; then, where there is a second word, `length_2` at `at_2`. */
typedef struct sign {
	size_t at, length;
	const char *bytes;
	size_t at_2, length_2;
	const char *bytes_2;
	sat_media_type type;
} sign;

#define WORD(at, text) at, sizeof text - 1, text
#define ONE(at, text) WORD(at, text), 0, 0, NULL

/* The first that fits counts: general signs stand behind special ones. */
static const sign signs[] = {
	{ ONE(0, "\xff\xd8\xff"), { "image/jpeg", "a JPEG picture", SAT_PICTURE, true } },
	{ ONE(0, "\x89PNG\r\n\x1a\n"), { "image/png", "a PNG picture", SAT_PICTURE, true } },
	{ WORD(0, "RIFF"), WORD(8, "WEBP"), { "image/webp", "a WebP picture", SAT_PICTURE, true } },
	{ WORD(4, "ftyp"), WORD(8, "avi"), { "image/avif", "an AVIF picture", SAT_PICTURE, false } },
	{ WORD(4, "ftyp"), WORD(8, "hei"), { "image/heic", "a HEIC picture", SAT_PICTURE, false } },
	{ WORD(4, "ftyp"), WORD(8, "hev"), { "image/heic", "a HEIC picture", SAT_PICTURE, false } },
	{ WORD(4, "ftyp"), WORD(8, "mif1"), { "image/heif", "a HEIF picture", SAT_PICTURE, false } },
	{ WORD(4, "ftyp"), WORD(8, "msf1"), { "image/heif", "a HEIF picture", SAT_PICTURE, false } },
	{ WORD(4, "ftyp"), WORD(8, "crx "), { "image/x-canon-cr3", "a raw picture", SAT_PICTURE, false } },
	{ ONE(0, "GIF8"), { "image/gif", "a GIF picture", SAT_PICTURE, false } },
	{ ONE(0, "II*\0"), { "image/tiff", "a TIFF or raw picture", SAT_PICTURE, false } },
	{ ONE(0, "MM\0*"), { "image/tiff", "a TIFF or raw picture", SAT_PICTURE, false } },
	{ ONE(0, "FUJIFILMCCD-RAW"), { "image/x-fuji-raf", "a raw picture", SAT_PICTURE, false } },
	{ ONE(0, "\0\0\0\x0cJXL "), { "image/jxl", "a JPEG XL picture", SAT_PICTURE, false } },
	{ ONE(0, "\0\0\0\x0cjP  "), { "image/jp2", "a JPEG 2000 picture", SAT_PICTURE, false } },
	{ WORD(4, "ftyp"), WORD(8, "M4A"), { "audio/mp4", "a sound recording (M4A)", SAT_SOUND, false } },
	{ WORD(4, "ftyp"), WORD(8, "M4B"), { "audio/mp4", "a sound recording (M4B)", SAT_SOUND, false } },
	{ WORD(4, "ftyp"), WORD(8, "qt  "), { "video/quicktime", "a film (QuickTime)", SAT_FILM, false } },
	{ WORD(4, "ftyp"), WORD(8, "3g"), { "video/3gpp", "a film (3GP)", SAT_FILM, false } },
	{ ONE(4, "ftyp"), { "video/mp4", "a film (MP4)", SAT_FILM, false } },
	{ ONE(0, "\x1a\x45\xdf\xa3"), { "video/webm", "a film (WebM or Matroska)", SAT_FILM, false } },
	{ WORD(0, "RIFF"), WORD(8, "AVI "), { "video/x-msvideo", "a film (AVI)", SAT_FILM, false } },
	{ WORD(0, "RIFF"), WORD(8, "WAVE"), { "audio/wav", "a sound recording (WAV)", SAT_SOUND, false } },
	{ WORD(0, "OggS"), WORD(29, "theora"), { "video/ogg", "a film (Ogg)", SAT_FILM, false } },
	{ ONE(0, "OggS"), { "audio/ogg", "a sound recording (Ogg)", SAT_SOUND, false } },
	{ ONE(0, "fLaC"), { "audio/flac", "a sound recording (FLAC)", SAT_SOUND, false } },
	{ ONE(0, "ID3"), { "audio/mpeg", "a sound recording (MP3)", SAT_SOUND, false } },
	{ ONE(0, "\xff\xfb"), { "audio/mpeg", "a sound recording (MP3)", SAT_SOUND, false } },
	{ ONE(0, "\xff\xf3"), { "audio/mpeg", "a sound recording (MP3)", SAT_SOUND, false } },
	{ ONE(0, "\xff\xf1"), { "audio/aac", "a sound recording (AAC)", SAT_SOUND, false } },
	{ ONE(0, "\xff\xf9"), { "audio/aac", "a sound recording (AAC)", SAT_SOUND, false } },
	{ ONE(0, "#!AMR"), { "audio/amr", "a sound recording (AMR)", SAT_SOUND, false } },
	{ ONE(0, "%PDF-"), { "application/pdf", "a PDF", SAT_PAPER, false } },
};

static const sat_media_type unknown = { "application/octet-stream", "of a kind that Satchel does not know",
	                                SAT_UNKNOWN_MEDIUM, false };

static bool has(const uint8_t *head, size_t length, size_t at, size_t count, const char *bytes)
{
	return bytes == NULL || (at + count <= length && memcmp(head + at, bytes, count) == 0);
}

const sat_media_type *sat_media_type_of(const void *head, size_t length)
{
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		const sign *s = &signs[i];
		if (has(head, length, s->at, s->length, s->bytes) && has(head, length, s->at_2, s->length_2, s->bytes_2))
			return &s->type;
	}
	return &unknown;
}
