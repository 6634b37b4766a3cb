/* See file-value.h. */
#include "file-value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hex.h"

enum { HASH_CHARS = 2 * SAT_HASH_BYTES, SIZE_CHARS_MAX = 11 };

static bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/* [a-z0-9]+/[a-z0-9][a-z0-9.+-]* */
static bool type_valid(const char *text, size_t length)
{
	size_t i = 0;
	while (i < length && is_word(text[i]))
		i++;
	if (i == 0 || length - i < 2 || length >= SAT_MEDIA_TYPE_BYTES || text[i] != '/' || !is_word(text[i + 1]))
		return false;
	for (i += 2; i < length; i++) {
		if (!is_word(text[i]) && text[i] != '.' && text[i] != '+' && text[i] != '-')
			return false;
	}
	return true;
}

/* The word up to the next space or the end, and moves behind both. */
static const char *next_word(const char **at, const char *end, size_t *length)
{
	const char *word = *at, *stop = memchr(word, ' ', (size_t)(end - word));
	*length = (size_t)((stop == NULL ? end : stop) - word);
	*at = stop == NULL ? end : stop + 1;
	return word;
}

static bool read_size(const char *text, size_t length, int64_t most, int64_t *size)
{
	*size = 0;
	if (length == 0 || length > SIZE_CHARS_MAX || text[0] == '0')
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*size = *size * 10 + (text[i] - '0');
	}
	return *size <= most;
}

static bool read_hash(const char *text, size_t length, uint8_t hash[static SAT_HASH_BYTES])
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] >= 'A' && text[i] <= 'F')
			return false;
	}
	return length == HASH_CHARS && sat_hex_read(text, length, hash);
}

static bool read_name(const char **at, const char *end, int64_t most, sat_file_name *name)
{
	size_t length;
	const char *word = next_word(at, end, &length);
	if (!read_size(word, length, most, &name->size))
		return false;
	word = next_word(at, end, &length);
	return read_hash(word, length, name->hash);
}

bool sat_file_value_read(sat_file_value *value, const char *text, size_t length)
{
	*value = (sat_file_value){ 0 };
	const char *at = text, *end = text + length;
	size_t type_length;
	if (length == 0 || end[-1] == ' ')
		return false;
	const char *type = next_word(&at, end, &type_length);
	if (!type_valid(type, type_length) || !read_name(&at, end, SAT_FILE_BYTES_MAX, &value->original))
		return false;
	memcpy(value->type, type, type_length);
	return at == end || (read_name(&at, end, SAT_PREVIEW_BYTES_MAX, &value->preview) && at == end);
}

static void print_name(const sat_file_name *name, sat_bytes *out)
{
	char text[SIZE_CHARS_MAX + HASH_CHARS + 16];
	int length = snprintf(text, sizeof text, " %" PRId64 " ", name->size);
	sat_hex_print(name->hash, sizeof name->hash, text + length);
	sat_bytes_put_text(out, text);
}

void sat_file_value_print(const sat_file_value *value, sat_bytes *out)
{
	sat_bytes_put_text(out, value->type);
	print_name(&value->original, out);
	if (value->preview.size != 0)
		print_name(&value->preview, out);
}
