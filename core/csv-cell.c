/* See csv-cell.h. */
#include "csv-cell.h"

bool sat_text_is_formula(const char *text, size_t length)
{
	return length > 0 && memchr("=+-@\t\r", text[0], 6) != NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool needs_quotes(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (memchr(",\"\r\n", text[i], 4) != NULL)
			return true;
	}
	return length > 0 && (is_blank(text[0]) || is_blank(text[length - 1]));
}

void sat_csv_put_cell(sat_bytes *out, const char *text, size_t length, bool neutral)
{
	bool quoted = needs_quotes(text, length);
	sat_bytes_put(out, "\"", quoted);
	sat_bytes_put(out, "'", neutral && sat_text_is_formula(text, length));
	for (size_t i = 0; i < length; i++)
		sat_bytes_put(out, text[i] == '"' ? "\"\"" : &text[i], text[i] == '"' ? 2 : 1);
	sat_bytes_put(out, "\"", quoted);
}
