/* Taking files into a store: pictures cleaned and with a preview, everything else as it is.
 *
 *     type = sat_media_type_of(head, length)                     before anything is opened for writing
 *     sat_media_field_takes(column->name, type->medium)          may this field hold it?
 *     sat_media_take(store, type, &source, &taken, err)          in a transaction
 *     sat_file_value_print(&taken.value, &text)                  the value that has to name it, before the commit
 */
#ifndef SAT_MEDIA_STORE_H
#define SAT_MEDIA_STORE_H

#include "core/file.h"
#include "media-type.h"

/* Where the bytes come from: appends at most `room` of them, none at the end.  0 or an error, which is passed
 * on. */
typedef struct sat_media_source {
	int (*read)(void *context, void *buffer, size_t room, size_t *count, sat_error *err);
	void *context;
} sat_media_source;

typedef struct sat_media_taken {
	sat_file_value value;
	bool cleaned;           /* what a camera wrote beside the picture was left out; false: nothing was */
	size_t removed;         /* so many bytes of it */
} sat_media_taken;

/* Whether a field may hold such a file.  Consent is asked by fields, so one whose name begins with photo, drawing,
 * audio or video holds what that word says: a film in a field for sound would be kept without a yes to pictures. 
 * Other fields hold anything. */
bool sat_media_field_takes(const char *field, sat_medium medium);
/* The beginning of the name of the field that such a file goes into by itself: "photo", "audio", "video" or
 * "drawing". */
const char *sat_media_word(sat_medium medium);

/* Stores a file of `type`.  SAT_EINVALID with a sentence for a picture that cannot be cleaned or is damaged, for
 * bytes of an unknown kind, and for no bytes; SAT_ELIMIT; and what source and store report. */
int sat_media_take(sat_store *store, const sat_media_type *type, const sat_media_source *source,
                   sat_media_taken *taken, sat_error *err);

#endif
