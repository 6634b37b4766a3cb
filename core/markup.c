/* See markup.h. */
#include "markup.h"

static const char *escape_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void sat_markup_put(sat_bytes *page, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		const char *escape = escape_of(text[i]);
		if (escape != NULL)
			sat_bytes_put_text(page, escape);
		else
			sat_bytes_put_u8(page, (uint8_t)text[i]);
	}
}
