/* See line.h. */
#include "line.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BREAK_SIGN "\xe2\x86\xb5" /* U+21B5, as keyboards have it on the key that makes one */

typedef struct conversion {
	bool left;
	int width, precision; /* precision < 0: none */
	unsigned longs;       /* l once or twice; z counts as one */
	char type;
} conversion;

static int read_number(const char **at, va_list *args)
{
	int number = 0;
	if (**at == '*') {
		(*at)++;
		return va_arg(*args, int);
	}
	while (**at >= '0' && **at <= '9' && number < 10000)
		number = number * 10 + (*(*at)++ - '0');
	return number;
}

/* What stands after the sign; `*at` is then behind it. */
static conversion read_conversion(const char **at, va_list *args)
{
	conversion c = { .precision = -1 };
	for (; **at == '-'; (*at)++)
		c.left = true;
	c.width = read_number(at, args);
	if (**at == '.') {
		(*at)++;
		c.precision = read_number(at, args);
	}
	for (; **at == 'l' || **at == 'z'; (*at)++)
		c.longs++;
	c.type = *(*at)++;
	return c;
}

static void put_padded(sat_bytes *out, const conversion *c, const char *text, size_t length)
{
	size_t gap = c->width > 0 && (size_t)c->width > length ? (size_t)c->width - length : 0;
	for (size_t i = 0; i < gap && !c->left; i++)
		sat_bytes_put_u8(out, ' ');
	for (const char *end = text + length; text < end;) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((stop == NULL ? end : stop) - text);
		sat_bytes_put(out, text, n);
		if (stop != NULL)
			sat_bytes_put_text(out, BREAK_SIGN);
		text += n + (stop != NULL);
	}
	for (size_t i = 0; i < gap && c->left; i++)
		sat_bytes_put_u8(out, ' ');
}

static void put_one(sat_bytes *out, const conversion *c, va_list *args)
{
	char number[32] = "%";
	const char *text = number;
	switch (c->type) {
	case '%':
		break;
	case 's':
		text = va_arg(*args, const char *);
		text = text == NULL ? "" : text;
		break;
	case 'c':
		number[0] = (char)va_arg(*args, int);
		break;
	case 'd':
		snprintf(number, sizeof number, "%lld",
		         c->longs > 1   ? va_arg(*args, long long)
		         : c->longs > 0 ? (long long)va_arg(*args, long)
		                        : (long long)va_arg(*args, int));
		break;
	case 'u':
		snprintf(number, sizeof number, "%llu",
		         c->longs > 1   ? va_arg(*args, unsigned long long)
		         : c->longs > 0 ? (unsigned long long)va_arg(*args, unsigned long)
		                        : (unsigned long long)va_arg(*args, unsigned));
		break;
	default:
		abort();
	}
	size_t length = c->type == 's' && c->precision >= 0 ? strnlen(text, (size_t)c->precision) : strlen(text);
	put_padded(out, c, text, length);
}

void cli_line_put(sat_bytes *out, const char *format, va_list args)
{
	va_list own;
	va_copy(own, args);
	while (*format != '\0') {
		size_t n = strcspn(format, "%");
		sat_bytes_put(out, format, n);
		format += n;
		if (*format == '\0')
			break;
		format++;
		conversion c = read_conversion(&format, &own);
		put_one(out, &c, &own);
	}
	va_end(own);
}
