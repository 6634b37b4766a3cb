/* Text in HTML pages: what comes from people must not become markup. */
#ifndef SAT_MARKUP_H
#define SAT_MARKUP_H

#include "bytes.h"

/* Appends text so that it stands for itself, between tags as well as in a quoted attribute. */
void sat_markup_put(sat_bytes *page, const char *text, size_t length);
/* The same for a terminated text. */
static inline void sat_markup_put_text(sat_bytes *page, const char *text) { sat_markup_put(page, text, strlen(text)); }

#endif
