/* See hex.h. */
#include "hex.h"

void sat_hex_print(const void *data, size_t count, char *text)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < count; i++) {
		*text++ = digits[((const uint8_t *)data)[i] >> 4];
		*text++ = digits[((const uint8_t *)data)[i] & 15];
	}
	*text = '\0';
}

static int value_of(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

bool sat_hex_read(const char *text, size_t length, uint8_t *data)
{
	if (length % 2 != 0)
		return false;
	for (size_t i = 0; i < length; i += 2) {
		int high = value_of(text[i]), low = value_of(text[i + 1]);
		if (high < 0 || low < 0)
			return false;
		data[i / 2] = (uint8_t)(high << 4 | low);
	}
	return true;
}
