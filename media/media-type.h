/* What kind of file some bytes are: by the bytes at their beginning, never by a name.
 *
 * Consent is asked field by field ("may we take pictures of you", "may we record your voice"), so a film that was
 * called a sound recording would be kept under the wrong yes.  What is not known here is not taken in.
 */
#ifndef SAT_MEDIA_TYPE_H
#define SAT_MEDIA_TYPE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum sat_medium { SAT_UNKNOWN_MEDIUM, SAT_PICTURE, SAT_SOUND, SAT_FILM, SAT_PAPER } sat_medium;

typedef struct sat_media_type {
	const char *name;      /* "image/jpeg"; never NULL */
	const char *called;    /* "a JPEG picture": for sentences */
	sat_medium medium;
	bool cleaned;          /* a picture out of which photo.h can take what says who, where and with what */
} sat_media_type;

/* Bytes of the beginning that are looked at. */
#define SAT_MEDIA_HEAD_BYTES 64
/* Borrowed for ever; of SAT_UNKNOWN_MEDIUM when nothing fits.  Fewer bytes than the above are fine for short
 * files. */
const sat_media_type *sat_media_type_of(const void *head, size_t length);

#endif
