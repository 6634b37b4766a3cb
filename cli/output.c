/* What the program says, to people and to scripts. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "line.h"

static _Noreturn void no_memory(void)
{
	fputs("satchel: memory ran out; close other programs and try again\n", stderr);
	_exit(CLI_FAILED);
}

/* The bytes at `text` that must not reach a terminal: C0 but tab and newline, DEL, C1, and the marks
 * that turn the direction of writing; 0 for a harmless beginning. */
static size_t harmful(const unsigned char *text)
{
	if ((text[0] < 0x20 && text[0] != '\n' && text[0] != '\t') || text[0] == 0x7f)
		return 1;
	if (text[0] == 0xc2 && text[1] >= 0x80 && text[1] <= 0x9f)
		return 2;
	if (text[0] == 0xe2 && text[1] == 0x80 && text[2] >= 0xaa && text[2] <= 0xae)
		return 3;
	if (text[0] == 0xe2 && text[1] == 0x81 && text[2] >= 0xa6 && text[2] <= 0xa9)
		return 3;
	return 0;
}

void cli_put_harmless(FILE *out, const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
		size_t n = harmful(at);
		if (n == 0)
			putc(*at++, out);
		else
			fputs("\xef\xbf\xbd", out);
		at += n;
	}
}

static void put_text(FILE *out, const char *before, sat_bytes *text, const char *after)
{
	sat_bytes_put_u8(text, 0);
	if (!sat_bytes_ok(text))
		no_memory();
	cli_progress_aside(out);
	fputs(before, out);
	cli_put_harmless(out, (const char *)text->data);
	fputs(after, out);
}

static void put(FILE *out, const char *before, const char *format, va_list args, const char *after)
{
	SAT_BYTES(text);
	cli_line_put(&text, format, args);
	put_text(out, before, &text, after);
}

void cli_print(cli *c, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (!c->json)
		put(stdout, "", format, args, "");
	va_end(args);
}

void cli_tell_text(cli *c, const char *name, sat_bytes *text)
{
	if (!sat_bytes_ok(text))
		no_memory();
	if (!c->json) {
		put_text(stdout, "", text, "");
		return;
	}
	/* Earlier members belong to an answer that was not asked for. */
	json_object_clear(c->result);
	cli_set(c, name, cli_bytes(text->data, text->length));
}

void cli_say(cli *c, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (!c->json && !c->quiet)
		put(stdout, "", format, args, "");
	va_end(args);
}

void cli_note(cli *c, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (!c->quiet)
		put(stderr, "satchel: ", format, args, "\n");
	va_end(args);
}

void cli_ask(cli *c, const char *format, ...)
{
	(void)c;
	va_list args;
	va_start(args, format);
	put(stderr, "", format, args, "");
	va_end(args);
	fflush(stderr);
}

void cli_refuse(cli *c, const char *format, ...)
{
	(void)c;
	va_list args;
	va_start(args, format);
	put(stderr, "satchel: ", format, args, "\n");
	va_end(args);
}

static int exit_code(int code)
{
	switch (code) {
	case SAT_EUSAGE:
	case SAT_EINVALID:
	case SAT_ENOTFOUND:
	case SAT_EEXISTS:
	case SAT_ELIMIT:
		return CLI_USAGE;
	case SAT_ENOMEM:
	case SAT_EIO:
	case SAT_EFULL:
	case SAT_EBUSY:
	case SAT_EDAMAGED:
	case SAT_ETOONEW:
	case SAT_EPASSPHRASE:
		return CLI_FAILED;
	default:
		return CLI_PARTLY;
	}
}

static void set_error(cli *c, const char *name, const char *message)
{
	json_t *error = json_object();
	if (error == NULL || json_object_set_new(error, "code", json_string(name)) != 0 ||
	    json_object_set_new(error, "message", cli_text(message)) != 0)
		no_memory();
	cli_set(c, "error", error);
}

int cli_fail(cli *c)
{
	if (c->err.message[0] == '\0')
		sat_fail(&c->err, c->err.code, "it failed and did not say why; nothing was changed");
	cli_refuse(c, "%s", c->err.message);
	set_error(c, sat_error_name(c->err.code), c->err.message);
	return c->store == NULL && c->err.code == SAT_ENOTFOUND ? CLI_FAILED : exit_code(c->err.code);
}

void cli_fail_also(cli *c, const char *format, ...)
{
	size_t length = strlen(c->err.message);
	va_list args;
	va_start(args, format);
	vsnprintf(c->err.message + length, sizeof c->err.message - length, format, args);
	va_end(args);
}

int cli_wrong(cli *c, const char *format, ...)
{
	char *text;
	va_list args;
	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		no_memory();
	va_end(args);
	cli_refuse(c, "%s", text);
	set_error(c, "usage", text);
	free(text);
	return CLI_USAGE;
}

/* --- JSON --------------------------------------------------------------------------------------- */

void cli_set(cli *c, const char *name, json_t *value)
{
	if (value == NULL || json_object_set_new(c->result, name, value) != 0)
		no_memory();
}

json_t *cli_bytes(const void *data, size_t length)
{
	json_t *text = json_stringn(data, length);
	if (text != NULL)
		return text;
	/* Not UTF-8: every byte above ASCII becomes a question mark. */
	char *copy = malloc(length + 1);
	if (copy == NULL)
		no_memory();
	for (size_t i = 0; i < length; i++) {
		char byte = ((const char *)data)[i];
		copy[i] = (byte & 0x80) != 0 ? '?' : byte;
	}
	text = json_stringn_nocheck(copy, length);
	free(copy);
	if (text == NULL)
		no_memory();
	return text;
}

json_t *cli_text(const char *text)
{
	return cli_bytes(text, strlen(text));
}

void cli_stream_begin(cli *c, const char *name)
{
	if (!c->json)
		return;
	c->stream = name;
	cli_progress_aside(stdout);
	printf("{\"%s\":[", name);
}

void cli_stream_add(cli *c, json_t *item)
{
	if (item == NULL)
		no_memory();
	if (c->stream != NULL) {
		if (c->streamed++ > 0)
			putchar(',');
		json_dumpf(item, stdout, JSON_COMPACT);
	}
	json_decref(item);
}

static void end_json(cli *c)
{
	const char *name;
	json_t *value;
	if (c->stream == NULL) {
		json_dumpf(c->result, stdout, JSON_COMPACT);
		putchar('\n');
		return;
	}
	putchar(']');
	json_object_foreach(c->result, name, value)
	{
		printf(",\"%s\":", name);
		json_dumpf(value, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
	}
	fputs("}\n", stdout);
}

bool cli_end(cli *c)
{
	if (c->json) {
		cli_progress_aside(stdout);
		end_json(c);
	}
	json_decref(c->result);
	c->result = NULL;
	bool whole = fflush(stdout) == 0 && !ferror(stdout);
	return fclose(stdout) == 0 && whole;
}

/* --- times -------------------------------------------------------------------------------------- */

const char *cli_time(int64_t seconds, char text[static CLI_TIME_CHARS])
{
	time_t at = (time_t)seconds;
	struct tm parts;
	text[0] = '\0';
	if (seconds != 0 && gmtime_r(&at, &parts) != NULL &&
	    strftime(text, CLI_TIME_CHARS, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		text[0] = '\0';
	return text;
}

json_t *cli_time_json(int64_t seconds)
{
	char text[CLI_TIME_CHARS];
	return cli_time(seconds, text)[0] == '\0' ? json_null() : cli_text(text);
}

const char *cli_day(int32_t days, char text[static CLI_TIME_CHARS])
{
	cli_time((int64_t)days * 86400 + 1, text);
	text[text[0] == '\0' ? 0 : 10] = '\0';
	return text;
}

bool cli_day_read(const char *text, int32_t *days)
{
	int year, month, day, end = 0;
	int32_t number;
	if (strlen(text) != 10 || !sat_date_number(text, 10, &number) ||
	    sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 || end != 10)
		return false;
	struct tm parts = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day };
	*days = (int32_t)(timegm(&parts) / 86400);
	return true;
}

const char *cli_count(size_t n, const char *one, const char *many, char text[static 64])
{
	snprintf(text, 64, "%zu %s", n, n == 1 ? one : many);
	return text;
}
