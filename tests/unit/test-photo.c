/* Claims about photos: nothing of what a camera writes beside the picture stays, and no bytes do harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gd.h>

#include "media/media-store.h"
#include "media/photo.h"
#include "media/preview.h"
#include "tests/support/dice.h"

static const char owner[] = "Bandicoot Owner 00417";

/* A picture of noise, so that it does not get small; its upper left corner is white, and the rest is dark. */
static gdImagePtr noise(int width, int height)
{
	dice d = { 7 };
	gdImagePtr image = gdImageCreateTrueColor(width, height);
	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++)
			gdImageSetPixel(image, x, y,
			                x < width / 2 && y < height / 2 ? 0xffffff
			                                                : (int)(dice_throw(&d) & 0x3f3f3f));
	}
	return image;
}

static void encoded(const char *type, int width, int height, sat_bytes *out)
{
	int length;
	gdImagePtr image = noise(width, height);
	void *data = strcmp(type, "image/jpeg") == 0 ? gdImageJpegPtr(image, &length, 90)
	             : strcmp(type, "image/png") == 0 ? gdImagePngPtr(image, &length)
	                                              : gdImageWebpPtrEx(image, &length, 80);
	assert_non_null(data);
	sat_bytes_put(out, data, (size_t)length);
	gdFree(data);
	gdImageDestroy(image);
}

static bool holds(const sat_bytes *bytes, const void *word, size_t length)
{
	return memmem(bytes->data, bytes->length, word, length) != NULL;
}

/* A TIFF structure as Exif has it, of either order, with an orientation and an owner. */
static size_t exif(uint8_t *tiff, bool little, unsigned orientation)
{
	const uint8_t big[] = { 'M', 'M',  0,    '*',  0, 0, 0, 8, 0, 2,
		                1,   0x12, 0,    3,    0, 0, 0, 1, 0, (uint8_t)orientation,
		                0,   0,    0xa4, 0x30, 0, 2, 0, 0, 0, 22,
		                0,   0,    0,    38,   0, 0, 0, 0 };
	const uint8_t small[] = {
		'I', 'I', '*', 0,    8,    0, 0, 0,  2, 0, 0x12, 1,  3, 0, 1, 0, 0, 0, (uint8_t)orientation,
		0,   0,   0,   0x30, 0xa4, 2, 0, 22, 0, 0, 0,    38, 0, 0, 0, 0, 0, 0, 0
	};
	memcpy(tiff, little ? small : big, sizeof big);
	memcpy(tiff + sizeof big, owner, sizeof owner);
	return sizeof big + sizeof owner;
}

static void put_segment(sat_bytes *out, uint8_t marker, const char *head, size_t head_length, const void *body,
                        size_t length)
{
	const uint8_t start[] = { 0xff, marker, (uint8_t)((length + head_length + 2) >> 8),
		                  (uint8_t)(length + head_length + 2) };
	sat_bytes_put(out, start, sizeof start);
	sat_bytes_put(out, head, head_length);
	sat_bytes_put(out, body, length);
}

/* A JPEG with all that cameras add. */
static void camera_jpeg(bool little, unsigned orientation, sat_bytes *out)
{
	SAT_BYTES(plain);
	uint8_t tiff[128];
	encoded("image/jpeg", 400, 300, &plain);
	size_t length = exif(tiff, little, orientation);
	sat_bytes_put(out, plain.data, 2);
	put_segment(out, 0xe1, "Exif\0\0", 6, tiff, length);
	put_segment(out, 0xe1, "http://ns.adobe.com/xap/1.0/\0", 29, owner, sizeof owner);
	put_segment(out, 0xe2, "MPF\0", 4, owner, sizeof owner);
	put_segment(out, 0xe2, "ICC_PROFILE\0\1\1", 14, "the profile", 11);
	put_segment(out, 0xe5, "", 0, owner, sizeof owner);
	put_segment(out, 0xed, "Photoshop 3.0\0", 14, owner, sizeof owner);
	put_segment(out, 0xfe, "", 0, owner, sizeof owner);
	sat_bytes_put(out, plain.data + 2, plain.length - 2);
	sat_bytes_put(out, owner, sizeof owner);
}

static void put_chunk(sat_bytes *out, const char *type, const void *body, size_t length)
{
	SAT_BYTES(whole);
	sat_bytes_put(&whole, type, 4);
	sat_bytes_put(&whole, body, length);
	uint32_t crc = UINT32_MAX;
	for (size_t i = 0; i < whole.length; i++) {
		crc ^= whole.data[i];
		for (int k = 0; k < 8; k++)
			crc = crc & 1 ? UINT32_C(0xedb88320) ^ (crc >> 1) : crc >> 1;
	}
	crc = ~crc;
	const uint8_t size[] = { (uint8_t)(length >> 24), (uint8_t)(length >> 16), (uint8_t)(length >> 8),
		                 (uint8_t)length };
	const uint8_t end[] = { (uint8_t)(crc >> 24), (uint8_t)(crc >> 16), (uint8_t)(crc >> 8), (uint8_t)crc };
	sat_bytes_put(out, size, 4);
	sat_bytes_put(out, whole.data, whole.length);
	sat_bytes_put(out, end, 4);
}

static void camera_png(unsigned orientation, sat_bytes *out)
{
	SAT_BYTES(plain);
	uint8_t tiff[128];
	encoded("image/png", 120, 90, &plain);
	size_t length = exif(tiff, false, orientation), head = 8 + 25;
	sat_bytes_put(out, plain.data, head);
	put_chunk(out, "tEXt", owner, sizeof owner);
	put_chunk(out, "eXIf", tiff, length);
	put_chunk(out, "prVt", owner, sizeof owner);
	put_chunk(out, "tIME", owner, 7);
	sat_bytes_put(out, plain.data + head, plain.length - head);
	sat_bytes_put(out, owner, sizeof owner);
}

static void camera_webp(unsigned orientation, sat_bytes *out)
{
	SAT_BYTES(plain);
	uint8_t tiff[128];
	encoded("image/webp", 120, 90, &plain);
	size_t length = exif(tiff, true, orientation);
	const uint8_t extended[] = { 'V', 'P', '8', 'X', 10, 0, 0, 0, 8 | 4, 0, 0, 0, 119, 0, 0, 89, 0, 0 };
	sat_bytes_put(out, plain.data, 12);
	sat_bytes_put(out, extended, sizeof extended);
	sat_bytes_put(out, plain.data + 12, plain.length - 12);
	sat_bytes_put(out, "EXIF", 4);
	sat_bytes_put_le32(out, (uint32_t)length);
	sat_bytes_put(out, tiff, length + (length & 1));
	sat_bytes_put(out, "XMP ", 4);
	sat_bytes_put_le32(out, sizeof owner);
	sat_bytes_put(out, owner, sizeof owner + (sizeof owner & 1));
	uint32_t riff = (uint32_t)out->length - 8;
	memcpy(out->data + 4, &riff, sizeof riff);
	sat_bytes_put(out, owner, sizeof owner);
}

/* It is clean, says the orientation and no more, and cleaning it again changes nothing. */
static void check_clean(const sat_bytes *camera, unsigned orientation, uint32_t width, uint32_t height)
{
	SAT_BYTES(clean);
	SAT_BYTES(again);
	sat_photo photo;
	assert_true(holds(camera, owner, sizeof owner));
	assert_int_equal(sat_photo_clean(camera->data, camera->length, &clean, &photo, NULL), 0);
	assert_false(holds(&clean, "Bandicoot", 9));
	assert_int_equal(photo.orientation, orientation);
	assert_int_equal(photo.width, width);
	assert_int_equal(photo.height, height);
	assert_int_equal(photo.removed, camera->length - clean.length);
	assert_int_equal(holds(&clean, "MM\0*", 4), orientation != 1);
	assert_int_equal(sat_photo_clean(clean.data, clean.length, &again, &photo, NULL), 0);
	assert_int_equal(photo.orientation, orientation);
	assert_int_equal(again.length, clean.length);
	assert_memory_equal(again.data, clean.data, clean.length);
}

static void jpeg__loses_all_but_picture_profile_and_orientation(void **state)
{
	(void)state;
	for (unsigned orientation = 1; orientation <= 8; orientation++) {
		SAT_BYTES(camera);
		camera_jpeg(orientation & 1, orientation, &camera);
		check_clean(&camera, orientation, 400, 300);
		SAT_BYTES(clean);
		sat_photo photo;
		assert_int_equal(sat_photo_clean(camera.data, camera.length, &clean, &photo, NULL), 0);
		assert_true(holds(&clean, "the profile", 11));
		assert_true(clean.data[clean.length - 1] == 0xd9);
	}
}

static void png__loses_all_but_picture_and_orientation(void **state)
{
	(void)state;
	for (unsigned orientation = 1; orientation <= 8; orientation++) {
		SAT_BYTES(camera);
		camera_png(orientation, &camera);
		check_clean(&camera, orientation, 120, 90);
	}
}

static void webp__loses_all_but_picture_and_orientation(void **state)
{
	(void)state;
	for (unsigned orientation = 1; orientation <= 8; orientation++) {
		SAT_BYTES(camera);
		camera_webp(orientation, &camera);
		check_clean(&camera, orientation, 120, 90);
		SAT_BYTES(clean);
		sat_photo photo;
		assert_int_equal(sat_photo_clean(camera.data, camera.length, &clean, &photo, NULL), 0);
		assert_memory_equal(clean.data + 12, "VP8X", 4);
		assert_int_equal(clean.data[20], orientation == 1 ? 0 : 8);
	}
}

static void photo__of_a_kind_that_cannot_be_cleaned_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *bytes, *words;
	} kinds[] = {
		{ "\0\0\0\x18"
		  "ftypheic\0\0\0\0mif1heic",
		  "a HEIC picture" },
		{ "GIF89a and more than that", "a GIF picture" },
		{ "II*\0 and more than that.", "a TIFF or raw picture" },
		{ "no picture at all, but words", "does not know" },
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		SAT_BYTES(clean);
		sat_photo photo;
		sat_error err = { 0 };
		assert_int_equal(sat_photo_clean(kinds[i].bytes, 24, &clean, &photo, &err), SAT_EINVALID);
		assert_non_null(strstr(err.message, kinds[i].words));
		assert_non_null(strstr(err.message, "nothing was stored"));
	}
}

/* Whatever is cut off, or altered, ends in a sentence or in a clean picture, and in nothing worse. */
static void harm(const sat_bytes *camera)
{
	dice d = { 11 };
	size_t refused = 0;
	for (size_t length = 0; length < camera->length; length += length < 2000 ? 1 : 97) {
		SAT_BYTES(clean);
		sat_photo photo;
		uint8_t *copy = malloc(length + 1);
		memcpy(copy, camera->data, length);
		sat_error err = { 0 };
		int rc = sat_photo_clean(copy, length, &clean, &photo, &err);
		assert_true(rc == 0 || rc == SAT_EINVALID);
		assert_true(rc == 0 || err.message[0] != '\0');
		refused += rc != 0;
		free(copy);
	}
	assert_true(refused > 500);
	for (size_t round = 0; round < 3000; round++) {
		SAT_BYTES(clean);
		sat_photo photo;
		uint8_t *copy = malloc(camera->length);
		memcpy(copy, camera->data, camera->length);
		for (unsigned n = 1 + dice_below(&d, 4); n > 0; n--)
			copy[dice_below(&d, round % 2 ? camera->length : 700)] = (uint8_t)dice_throw(&d);
		int rc = sat_photo_clean(copy, camera->length, &clean, &photo, NULL);
		assert_true(rc == 0 || rc == SAT_EINVALID);
		SAT_BYTES(preview);
		if (rc == 0 && round % 50 == 0)
			sat_preview_make(clean.data, clean.length, &photo, &preview, NULL);
		free(copy);
	}
}

static void photo__that_is_cut_or_altered_does_no_harm(void **state)
{
	(void)state;
	SAT_BYTES(jpeg);
	SAT_BYTES(png);
	SAT_BYTES(webp);
	camera_jpeg(true, 6, &jpeg);
	camera_png(6, &png);
	camera_webp(6, &webp);
	harm(&jpeg);
	harm(&png);
	harm(&webp);
}

/* The white quarter stands where the orientation puts the upper left corner. */
static void check_preview(const sat_bytes *camera, unsigned orientation)
{
	static const uint8_t corners[9] = { 0, 0, 1, 3, 2, 0, 1, 3, 2 }; /* 1: right, 2: below */
	SAT_BYTES(clean);
	SAT_BYTES(preview);
	sat_photo photo;
	assert_int_equal(sat_photo_clean(camera->data, camera->length, &clean, &photo, NULL), 0);
	assert_int_equal(sat_preview_make(clean.data, clean.length, &photo, &preview, NULL), 0);
	assert_true(preview.length <= SAT_PREVIEW_BYTES_MAX);
	assert_false(holds(&preview, "gd-jpeg", 7));
	gdImagePtr image = gdImageCreateFromJpegPtr((int)preview.length, preview.data);
	assert_non_null(image);
	int width = gdImageSX(image), height = gdImageSY(image);
	assert_true(width <= SAT_PREVIEW_SIDE_MAX && height <= SAT_PREVIEW_SIDE_MAX);
	assert_int_equal(width > height, orientation <= 4);
	for (int corner = 0; corner < 4; corner++) {
		int x = corner & 1 ? width * 3 / 4 : width / 4, y = corner & 2 ? height * 3 / 4 : height / 4;
		bool white = (gdImageGetTrueColorPixel(image, x, y) & 0xff) > 0xc0;
		assert_int_equal(white, corner == corners[orientation]);
	}
	gdImageDestroy(image);
}

static void preview__is_small_and_upright(void **state)
{
	(void)state;
	for (unsigned orientation = 1; orientation <= 8; orientation++) {
		SAT_BYTES(jpeg);
		SAT_BYTES(png);
		SAT_BYTES(webp);
		camera_jpeg(true, orientation, &jpeg);
		camera_png(orientation, &png);
		camera_webp(orientation, &webp);
		check_preview(&jpeg, orientation);
		check_preview(&png, orientation);
		check_preview(&webp, orientation);
	}
}

/* A header that promises more points than memory has is not believed. */
static void preview__of_too_large_a_picture_is_not_tried(void **state)
{
	(void)state;
	SAT_BYTES(jpeg);
	SAT_BYTES(clean);
	SAT_BYTES(preview);
	sat_photo photo;
	camera_jpeg(true, 1, &jpeg);
	assert_int_equal(sat_photo_clean(jpeg.data, jpeg.length, &clean, &photo, NULL), 0);
	photo.width = photo.height = 65535;
	assert_int_equal(sat_preview_make(clean.data, clean.length, &photo, &preview, NULL), SAT_ELIMIT);
	assert_int_equal(
	    sat_preview_make("\xff\xd8\xff", 3, &(sat_photo){ "image/jpeg", 9, 9, 1, 0 }, &preview, NULL),
	    SAT_EINVALID);
}

static void field__takes_what_its_name_says(void **state)
{
	(void)state;
	assert_true(sat_media_field_takes("photo_file", SAT_PICTURE));
	assert_true(sat_media_field_takes("drawing_file", SAT_PAPER));
	assert_true(sat_media_field_takes("drawing_file", SAT_PICTURE));
	assert_true(sat_media_field_takes("recording", SAT_FILM));
	assert_false(sat_media_field_takes("audio_file", SAT_FILM));
	assert_false(sat_media_field_takes("photo_file", SAT_FILM));
	assert_false(sat_media_field_takes("photo_file", SAT_PAPER));
	assert_false(sat_media_field_takes("video_file", SAT_SOUND));
	assert_string_equal(sat_media_type_of("\xff\xfb\x90", 3)->name, "audio/mpeg");
	assert_string_equal(sat_media_type_of("RIFF1234WAVEfmt ", 16)->name, "audio/wav");
	assert_string_equal(sat_media_type_of("\0\0\0\x20" "ftypisom", 12)->name, "video/mp4");
	assert_int_equal(sat_media_type_of("", 0)->medium, SAT_UNKNOWN_MEDIUM);
}

int main(void)
{
	const struct CMUnitTest claims[] = {
		cmocka_unit_test(jpeg__loses_all_but_picture_profile_and_orientation),
		cmocka_unit_test(png__loses_all_but_picture_and_orientation),
		cmocka_unit_test(webp__loses_all_but_picture_and_orientation),
		cmocka_unit_test(photo__of_a_kind_that_cannot_be_cleaned_is_refused),
		cmocka_unit_test(photo__that_is_cut_or_altered_does_no_harm),
		cmocka_unit_test(preview__is_small_and_upright),
		cmocka_unit_test(preview__of_too_large_a_picture_is_not_tried),
		cmocka_unit_test(field__takes_what_its_name_says),
	};
	return cmocka_run_group_tests(claims, NULL, NULL);
}
