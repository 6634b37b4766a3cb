/* See preview.h. */
#include "preview.h"

#include <gd.h>
#include <limits.h>
#include <string.h>

enum { QUALITY_FIRST = 75, QUALITY_STEP = 15, QUALITY_LAST = 15, SIDE_LAST = 40 };

/* What libgd has to say about a picture goes nowhere: whoever asked is told in a sentence. */
static void say_nothing(int priority, const char *format, va_list args)
{
	(void)priority;
	(void)format;
	(void)args;
}

static gdImagePtr decode(const void *data, size_t length, const char *type)
{
	gdSetErrorMethod(say_nothing);
	if (length > INT_MAX)
		return NULL;
	if (strcmp(type, "image/jpeg") == 0)
		return gdImageCreateFromJpegPtrEx((int)length, (void *)(uintptr_t)data, 1);
	if (strcmp(type, "image/png") == 0)
		return gdImageCreateFromPngPtr((int)length, (void *)(uintptr_t)data);
	return gdImageCreateFromWebpPtr((int)length, (void *)(uintptr_t)data);
}

/* Scaled to fit, on white where it is transparent. */
static gdImagePtr scale(gdImagePtr image, int side)
{
	int width = gdImageSX(image), height = gdImageSY(image), longest = width > height ? width : height;
	int to_width = longest <= side ? width : (int)((int64_t)width * side / longest);
	int to_height = longest <= side ? height : (int)((int64_t)height * side / longest);
	to_width = to_width < 1 ? 1 : to_width;
	to_height = to_height < 1 ? 1 : to_height;
	gdImagePtr small = gdImageCreateTrueColor(to_width, to_height);
	if (small == NULL)
		return NULL;
	gdImageFilledRectangle(small, 0, 0, to_width - 1, to_height - 1, gdTrueColor(255, 255, 255));
	gdImageCopyResampled(small, image, 0, 0, 0, 0, to_width, to_height, width, height);
	return small;
}

/* Turned as its orientation says: 2 to 4 flip or turn by half, 5 to 8 exchange the sides as well. */
static gdImagePtr turn(gdImagePtr image, unsigned orientation)
{
	int width = gdImageSX(image), height = gdImageSY(image);
	bool sides = orientation >= 5;
	gdImagePtr out = gdImageCreateTrueColor(sides ? height : width, sides ? width : height);
	for (int y = 0; out != NULL && y < height; y++) {
		for (int x = 0; x < width; x++) {
			bool mirror_x =
			    orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
			bool mirror_y =
			    orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
			int from_x = mirror_x ? width - 1 - x : x, from_y = mirror_y ? height - 1 - y : y;
			gdImageSetPixel(out, sides ? from_y : from_x, sides ? from_x : from_y,
			                gdImageGetTrueColorPixel(image, x, y));
		}
	}
	return out;
}

/* Writes it with less and less quality until it fits: 1 when it does. */
static int encode(gdImagePtr image, sat_bytes *preview, sat_error *err)
{
	for (int quality = QUALITY_FIRST; quality >= QUALITY_LAST; quality -= QUALITY_STEP) {
		SAT_BYTES(clean);
		sat_photo photo;
		int length;
		void *data = gdImageJpegPtr(image, &length, quality);
		if (data == NULL)
			return sat_no_memory(err);
		int rc = sat_photo_clean(data, (size_t)length, &clean, &photo, err);
		gdFree(data);
		if (rc != 0)
			return rc;
		if (clean.length > SAT_PREVIEW_BYTES_MAX)
			continue;
		sat_bytes_put(preview, clean.data, clean.length);
		return sat_bytes_ok(preview) ? 1 : sat_no_memory(err);
	}
	return 0;
}

static int make(gdImagePtr image, unsigned orientation, sat_bytes *preview, sat_error *err)
{
	int rc = 0;
	for (int side = SAT_PREVIEW_SIDE_MAX; rc == 0 && side >= SIDE_LAST; side /= 2) {
		gdImagePtr small = scale(image, side);
		gdImagePtr upright = small == NULL || orientation == 1 ? small : turn(small, orientation);
		rc = upright == NULL ? sat_no_memory(err) : encode(upright, preview, err);
		if (upright != small && upright != NULL)
			gdImageDestroy(upright);
		if (small != NULL)
			gdImageDestroy(small);
	}
	return rc == 1 ? 0 : rc == 0 ? sat_fail(err, SAT_ELIMIT, "no preview of the picture is small enough") : rc;
}

int sat_preview_make(const void *clean, size_t length, const sat_photo *photo, sat_bytes *preview, sat_error *err)
{
	if ((uint64_t)photo->width * photo->height > SAT_PREVIEW_PIXELS_MAX)
		return sat_fail(err, SAT_ELIMIT, "a picture of %u by %u points is too large for a preview",
		                photo->width, photo->height);
	gdImagePtr image = decode(clean, length, photo->type);
	if (image == NULL)
		return sat_fail(err, SAT_EINVALID,
		                "the picture cannot be shown, so it is damaged; nothing was stored; copy it from "
		                "the camera again");
	int rc = make(image, photo->orientation, preview, err);
	gdImageDestroy(image);
	return rc;
}
