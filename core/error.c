/* See error.h. */
#include "error.h"

#include <stdio.h>
#include <string.h>

int sat_fail(sat_error *err, int code, const char *format, ...)
{
	if (err != NULL) {
		va_list args;
		va_start(args, format);
		err->code = code;
		vsnprintf(err->message, sizeof err->message, format, args);
		va_end(args);
	}
	return code;
}

int sat_no_memory(sat_error *err) { return sat_fail(err, SAT_ENOMEM, "out of memory"); }

int sat_error_context(sat_error *err, const char *format, ...)
{
	if (err == NULL)
		return SAT_EIO;
	char inner[SAT_ERROR_MESSAGE_BYTES];
	memcpy(inner, err->message, sizeof inner);
	va_list args;
	va_start(args, format);
	vsnprintf(err->message, sizeof err->message, format, args);
	va_end(args);
	size_t length = strlen(err->message);
	snprintf(err->message + length, sizeof err->message - length, ": %s", inner);
	/* Who forgot to say what failed must not make a success of it. */
	if (err->code == 0)
		err->code = SAT_EIO;
	return err->code;
}

const char *sat_error_name(int code)
{
	switch (code) {
#define X(code, number, name, meaning) \
	case code:                     \
		return name;
		SAT_ERRORS(X)
#undef X
	default:
		return "error";
	}
}
