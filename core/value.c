/* See value.h. */
#include "value.h"

#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file-value.h"

#define QUOTE_CHARS_MAX 40
#define QUOTE_BYTES (QUOTE_CHARS_MAX * 4 + 4) /* characters of at most 4 bytes, "..." and the end */
#define NUMBER_CHARS_MAX 63                   /* no number that a person means is longer */
#define NAME_CHARS_MAX 48

/* Scripts and programmes see these names; they follow the numbers of sat_type. */
static const char *const type_names[] = {
	NULL, "text", "integer", "real", "boolean", "date", "choice", "reference", "references", "file",
};

const char *sat_type_name(sat_type type)
{
	return (unsigned)type <= SAT_TYPE_LAST ? type_names[type] : NULL;
}

sat_type sat_type_of_name(const char *name)
{
	for (unsigned i = SAT_TEXT; i <= SAT_TYPE_LAST; i++)
		if (strcmp(type_names[i], name) == 0)
			return (sat_type)i;
	return SAT_CLEARED;
}

/* The length of the character at the start of `at`, 0 when it is not UTF-8.  What the second byte
 * may be depends on the first: that is where longer forms of shorter characters, surrogates and
 * numbers beyond U+10FFFF are kept out (Unicode 15, table 3-7). */
static size_t character_length(const uint8_t *at, size_t left)
{
	uint8_t least = 0x80, most = 0xbf;
	size_t length;
	if (at[0] < 0x80)
		return 1;
	if (at[0] >= 0xc2 && at[0] <= 0xdf) {
		length = 2;
	} else if (at[0] >= 0xe0 && at[0] <= 0xef) {
		length = 3;
		least = at[0] == 0xe0 ? 0xa0 : least;
		most = at[0] == 0xed ? 0x9f : most;
	} else if (at[0] >= 0xf0 && at[0] <= 0xf4) {
		length = 4;
		least = at[0] == 0xf0 ? 0x90 : least;
		most = at[0] == 0xf4 ? 0x8f : most;
	} else {
		return 0;
	}
	if (left < length || at[1] < least || at[1] > most)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

#define BYTES(byte) ((byte) * UINT64_C(0x0101010101010101))

bool sat_utf8_valid(const void *data, size_t count)
{
	const uint8_t *at = data;
	for (size_t i = 0; i < count;) {
		/* Most text is ASCII, which is passed over eight bytes at a time; the sum sets the upper bit of
		 * every byte that is not zero. */
		uint64_t word;
		if (count - i >= sizeof word) {
			memcpy(&word, at + i, sizeof word);
			if ((word & BYTES(0x80)) == 0 && ((word + BYTES(0x7f)) & BYTES(0x80)) == BYTES(0x80)) {
				i += sizeof word;
				continue;
			}
		}
		size_t length = character_length(at + i, count - i);
		if (length == 0 || at[i] == 0)
			return false;
		i += length;
	}
	return true;
}

bool sat_name_valid(const char *name, size_t length)
{
	if (length == 0 || length > NAME_CHARS_MAX || name[0] < 'a' || name[0] > 'z')
		return false;
	for (size_t i = 1; i < length; i++) {
		char c = name[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
			return false;
	}
	return (length < 4 || memcmp(name, "sat_", 4) != 0) &&
	       (length < 7 || memcmp(name, "sqlite_", 7) != 0);
}

/* The start of what was typed, for a message: always valid UTF-8 on one line, whatever it is. */
static const char *quote(char quoted[static QUOTE_BYTES], const char *text, size_t length)
{
	const uint8_t *at = (const uint8_t *)text;
	size_t used = 0, i = 0;
	for (unsigned n = 0; n < QUOTE_CHARS_MAX && i < length; n++) {
		size_t count = character_length(at + i, length - i);
		if (count == 0 || at[i] < ' ' || at[i] == 0x7f) {
			quoted[used++] = '?';
			i++;
		} else {
			memcpy(quoted + used, at + i, count);
			used += count;
			i += count;
		}
	}
	memcpy(quoted + used, i < length ? "..." : "", i < length ? 4 : 1);
	return quoted;
}

/* The number that `count` digits at the start of `text` stand for, -1 when they are not digits. */
static int32_t digits(const char *text, size_t count)
{
	int32_t number = 0;
	for (size_t i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + (text[i] - '0');
	}
	return number;
}

/* Month 0 is a date that is only a year, day 0 one that ends with the month. */
static bool date_exists(int64_t year, int64_t month, int64_t day)
{
	static const uint8_t days[] = { 0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (year < 1 || year > 9999 || month < 0 || month > 12 || day < 0)
		return false;
	bool leap = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return day <= days[month] + leap;
}

bool sat_date_number(const char *text, size_t length, int32_t *number)
{
	if (length != 4 && length != 7 && length != 10)
		return false;
	if ((length > 4 && text[4] != '-') || (length > 7 && text[7] != '-'))
		return false;
	int32_t year = digits(text, 4);
	int32_t month = length > 4 ? digits(text + 5, 2) : 0;
	int32_t day = length > 7 ? digits(text + 8, 2) : 0;
	/* A zero that was written out is no date; only one that was left out means "unknown". */
	if ((length > 4 && month < 1) || (length > 7 && day < 1) || !date_exists(year, month, day))
		return false;
	*number = year * 512 + month * 40 + day;
	return true;
}

size_t sat_date_text(int64_t number, char text[static 11])
{
	int64_t year = number / 512, month = number % 512 / 40, day = number % 512 % 40;
	text[0] = '\0';
	if (number < 0 || !date_exists(year, month, day))
		return 0;
	size_t length = month == 0 ? 4 : day == 0 ? 7 : 10;
	const int64_t parts[] = { year / 100, year % 100, month, day };
	static const uint8_t places[] = { 0, 2, 5, 8 };
	memcpy(text, "0000-00-00", 11);
	for (size_t i = 0; i < 4; i++) {
		text[places[i]] = (char)('0' + parts[i] / 10);
		text[places[i] + 1] = (char)('0' + parts[i] % 10);
	}
	text[length] = '\0';
	return length;
}

static int parse_integer(int64_t *integer, const char *text, size_t length, sat_error *err)
{
	char quoted[QUOTE_BYTES];
	bool negative = length > 0 && text[0] == '-';
	uint64_t limit = (uint64_t)INT64_MAX + negative, number = 0;
	if (length == negative)
		return sat_fail(err, SAT_EINVALID, "\"%s\" is no whole number", quote(quoted, text, length));
	for (size_t i = negative; i < length; i++) {
		int32_t digit = digits(text + i, 1);
		if (digit < 0)
			return sat_fail(err, SAT_EINVALID, "\"%s\" is no whole number",
			                quote(quoted, text, length));
		if (number > (limit - (uint64_t)digit) / 10)
			return sat_fail(err, SAT_EINVALID, "\"%s\" is too large a number",
			                quote(quoted, text, length));
		number = number * 10 + (uint64_t)digit;
	}
	/* Negated as unsigned, since the least number has no positive counterpart. */
	*integer = (int64_t)(negative ? 0 - number : number);
	return 0;
}

/* -1.5e-3, inf or -inf: what print_real writes.  strtod alone would also take hexadecimal, NaN and
 * leading space. */
static bool real_grammar(const char *text, size_t length)
{
	size_t i = length > 0 && text[0] == '-';
	if (length - i == 3 && memcmp(text + i, "inf", 3) == 0)
		return true;
	size_t start = i;
	while (i < length && digits(text + i, 1) >= 0)
		i++;
	if (i == start)
		return false;
	if (i < length && text[i] == '.') {
		start = ++i;
		while (i < length && digits(text + i, 1) >= 0)
			i++;
		if (i == start)
			return false;
	}
	if (i < length && (text[i] == 'e' || text[i] == 'E')) {
		i++;
		i += i < length && (text[i] == '-' || text[i] == '+');
		start = i;
		while (i < length && digits(text + i, 1) >= 0)
			i++;
		if (i == start)
			return false;
	}
	return i == length;
}

/* A decimal comma is a matter of the screen: what is stored and exchanged reads the same under
 * every locale that the program may have set. */
static locale_t enter_c_locale(locale_t *before)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	*before = uselocale(c);
	return c;
}

static void leave_c_locale(locale_t c, locale_t before)
{
	uselocale(before);
	if (c != (locale_t)0)
		freelocale(c);
}

static int parse_real(double *real, const char *text, size_t length, sat_error *err)
{
	char quoted[QUOTE_BYTES], copy[NUMBER_CHARS_MAX + 1];
	if (length > NUMBER_CHARS_MAX || !real_grammar(text, length))
		return sat_fail(err, SAT_EINVALID, "\"%s\" is no number: write it like 3.5",
		                quote(quoted, text, length));
	memcpy(copy, text, length);
	copy[length] = '\0';
	locale_t before, c = enter_c_locale(&before);
	*real = strtod(copy, NULL) + 0.0;
	leave_c_locale(c, before);
	if (isinf(*real) && copy[length - 1] != 'f')
		return sat_fail(err, SAT_EINVALID, "\"%s\" is too large a number", quote(quoted, text, length));
	return 0;
}

/* The fewest digits that read back as the same number. */
static void print_real(double real, sat_bytes *out)
{
	char text[NUMBER_CHARS_MAX + 1];
	int length = 0;
	locale_t before, c = enter_c_locale(&before);
	for (int places = 15; places <= 17; places++) {
		length = snprintf(text, sizeof text, "%.*g", places, real);
		if (strtod(text, NULL) == real)
			break;
	}
	leave_c_locale(c, before);
	sat_bytes_put(out, text, (size_t)length);
}

/* The checks that text, choices and dates share, and that of each. */
static int check_text(sat_type type, const char *text, size_t length, sat_error *err)
{
	char quoted[QUOTE_BYTES];
	int32_t number;
	if (length > SAT_VALUE_BYTES_MAX)
		return sat_fail(err, SAT_ELIMIT, "a value of %zu bytes is too long: at most %u are kept", length,
		                SAT_VALUE_BYTES_MAX);
	if (type == SAT_TEXT && !sat_utf8_valid(text, length))
		return sat_fail(err, SAT_EINVALID, "\"%s\" is not text in UTF-8", quote(quoted, text, length));
	if (type == SAT_CHOICE && !sat_name_valid(text, length))
		return sat_fail(err, SAT_EINVALID, "\"%s\" is not the code of a choice",
		                quote(quoted, text, length));
	if (type == SAT_DATE && !sat_date_number(text, length, &number))
		return sat_fail(err, SAT_EINVALID, "\"%s\" is no date: write 2022, 2022-06 or 2022-06-14",
		                quote(quoted, text, length));
	if (type == SAT_FILE && !sat_file_value_read(&(sat_file_value){ 0 }, text, length))
		return sat_fail(err, SAT_EINVALID, "\"%s\" names no file; `satchel media add` takes a file in",
		                quote(quoted, text, length));
	return 0;
}

static int parse_boolean(int64_t *integer, const char *text, size_t length, sat_error *err)
{
	char quoted[QUOTE_BYTES];
	bool yes = length == 3 && memcmp(text, "yes", 3) == 0;
	if (!yes && (length != 2 || memcmp(text, "no", 2) != 0))
		return sat_fail(err, SAT_EINVALID, "\"%s\" is neither yes nor no", quote(quoted, text, length));
	*integer = yes;
	return 0;
}

int sat_value_parse(sat_value *value, sat_type type, const char *text, size_t length, sat_error *err)
{
	*value = (sat_value){ .type = SAT_CLEARED };
	sat_value read = { .type = type };
	int rc;
	if (length > SAT_VALUE_BYTES_MAX)
		return check_text(SAT_TEXT, text, length, err);
	switch (type) {
	case SAT_TEXT:
	case SAT_DATE:
	case SAT_CHOICE:
	case SAT_FILE:
		read.text.bytes = text;
		read.text.length = length;
		rc = check_text(type, text, length, err);
		break;
	case SAT_INTEGER:
		rc = parse_integer(&read.integer, text, length, err);
		break;
	case SAT_REAL:
		rc = parse_real(&read.real, text, length, err);
		break;
	case SAT_BOOLEAN:
		rc = parse_boolean(&read.integer, text, length, err);
		break;
	default:
		return sat_fail(err, SAT_EINVALID, "only the store can read what a record refers to");
	}
	if (rc == 0)
		*value = read;
	return rc;
}

void sat_value_print(const sat_value *value, sat_bytes *out)
{
	char text[24];
	switch (value->type) {
	case SAT_TEXT:
	case SAT_CHOICE:
	case SAT_FILE:
	case SAT_DATE:
		sat_bytes_put(out, value->text.bytes, value->text.length);
		break;
	case SAT_INTEGER:
		sat_bytes_put(out, text, (size_t)snprintf(text, sizeof text, "%" PRId64, value->integer));
		break;
	case SAT_REAL:
		print_real(value->real, out);
		break;
	case SAT_BOOLEAN:
		sat_bytes_put(out, value->integer ? "yes" : "no", value->integer ? 3 : 2);
		break;
	default:
		break;
	}
}

static int check_references(const sat_dot *at, size_t count, sat_error *err)
{
	if (count > SAT_REFERENCES_MAX)
		return sat_fail(err, SAT_ELIMIT, "a list of %zu records is too long: at most %d are kept", count,
		                SAT_REFERENCES_MAX);
	for (size_t i = 0; i < count; i++)
		if (!sat_dot_valid(at[i]))
			return sat_fail(err, SAT_EINVALID, "what is referred to is not a record");
	return 0;
}

int sat_value_check(const sat_value *value, sat_error *err)
{
	switch (value->type) {
	case SAT_CLEARED:
	case SAT_INTEGER:
		return 0;
	case SAT_TEXT:
	case SAT_DATE:
	case SAT_CHOICE:
	case SAT_FILE:
		return check_text(value->type, value->text.bytes, value->text.length, err);
	case SAT_REAL:
		if (isnan(value->real))
			return sat_fail(err, SAT_EINVALID, "a value is not a number");
		return 0;
	case SAT_BOOLEAN:
		if (value->integer != 0 && value->integer != 1)
			return sat_fail(err, SAT_EINVALID, "a value is neither yes nor no");
		return 0;
	case SAT_REFERENCE:
		return check_references(&value->reference, 1, err);
	case SAT_REFERENCES:
		return check_references(value->references.at, value->references.count, err);
	}
	return sat_fail(err, SAT_EINVALID, "a value has the unknown type %d", (int)value->type);
}

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_bytes(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t shared = a_length < b_length ? a_length : b_length;
	int order = shared == 0 ? 0 : memcmp(a, b, shared);
	return order != 0 ? ORDER(order, 0) : ORDER(a_length, b_length);
}

static int compare_references(const sat_value *a, const sat_value *b)
{
	size_t a_count = a->references.count, b_count = b->references.count;
	for (size_t i = 0; i < a_count && i < b_count; i++) {
		int order = ORDER(a->references.at[i], b->references.at[i]);
		if (order != 0)
			return order;
	}
	return ORDER(a_count, b_count);
}

size_t sat_value_reference_count(const sat_value *value)
{
	return value->type == SAT_REFERENCE ? 1 : value->type == SAT_REFERENCES ? value->references.count : 0;
}

size_t sat_value_put_references(const sat_value *value, sat_dot *records)
{
	if (value->type == SAT_REFERENCE)
		records[0] = value->reference;
	for (size_t i = 0; value->type == SAT_REFERENCES && i < value->references.count; i++)
		records[i] = value->references.at[i];
	return sat_value_reference_count(value);
}

int sat_value_compare(const sat_value *a, const sat_value *b)
{
	if (a->type != b->type)
		return ORDER(a->type, b->type);
	switch (a->type) {
	case SAT_TEXT:
	case SAT_DATE:
	case SAT_CHOICE:
	case SAT_FILE:
		return compare_bytes(a->text.bytes, a->text.length, b->text.bytes, b->text.length);
	case SAT_INTEGER:
	case SAT_BOOLEAN:
		return ORDER(a->integer, b->integer);
	case SAT_REAL:
		return ORDER(a->real, b->real);
	case SAT_REFERENCE:
		return ORDER(a->reference, b->reference);
	case SAT_REFERENCES:
		return compare_references(a, b);
	case SAT_CLEARED:
		break;
	}
	return 0;
}
