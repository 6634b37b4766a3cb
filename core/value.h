/* Values: what one field of one record holds, and their text form.
 *
 * A sat_value borrows its text and lists; whoever made it says for how long.  The text form is what
 * people type and read, and what CSV holds: dates are 2022, 2022-06 or 2022-06-14, booleans are
 * yes and no, references are written by the store (record.h), since only it can name records.
 */
#ifndef SAT_VALUE_H
#define SAT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "bytes.h"
#include "dot.h"
#include "error.h"

/* The numbers are those of the bundle format. */
typedef enum sat_type {
	SAT_CLEARED = 0,    /* a value that says: nothing (not the same as absent, which is no value) */
	SAT_TEXT = 1,       /* UTF-8 without U+0000 */
	SAT_INTEGER = 2,
	SAT_REAL = 3,       /* finite or infinite, never NaN: people cannot type an infinite one, and where another
	                     * program brought it, it reads "inf" or "-inf", in JSON too, which has no number for it */
	SAT_BOOLEAN = 4,
	SAT_DATE = 5,       /* possibly partial */
	SAT_CHOICE = 6,     /* a code out of the programme's list */
	SAT_REFERENCE = 7,
	SAT_REFERENCES = 8,
	SAT_FILE = 9,       /* names a file, which travels in pieces beside the records (file-value.h) */
} sat_type;
#define SAT_TYPE_LAST SAT_FILE

#define SAT_VALUE_BYTES_MAX (1u << 20)
#define SAT_REFERENCES_MAX 4096

typedef struct sat_value {
	sat_type type;
	union {
		struct {
			const char *bytes; /* not terminated */
			size_t length;
		} text;            /* SAT_TEXT, SAT_CHOICE, SAT_FILE, SAT_DATE (in its text form) */
		int64_t integer;   /* SAT_INTEGER, SAT_BOOLEAN (0, 1) */
		double real;       /* never NaN; minus zero is read as zero, since SQLite keeps none */
		sat_dot reference;
		struct {
			const sat_dot *at;
			size_t count;
		} references;
	};
} sat_value;

static inline sat_value sat_value_text(const char *bytes, size_t length)
{
	return (sat_value){ .type = SAT_TEXT, .text = { bytes, length } };
}
static inline sat_value sat_value_integer(int64_t integer)
{
	return (sat_value){ .type = SAT_INTEGER, .integer = integer };
}

/* Copies the value's text, if it has one, into `arena`, so that it outlives what it was borrowed from.
 * SAT_ENOMEM. */
static inline int sat_value_keep(sat_value *value, sat_arena *arena)
{
	if (value->type != SAT_TEXT && value->type != SAT_CHOICE && value->type != SAT_DATE &&
	    value->type != SAT_FILE)
		return 0;
	value->text.bytes = sat_arena_copy(arena, value->text.bytes, value->text.length);
	return value->text.bytes == NULL ? SAT_ENOMEM : 0;
}

/* The name of a type as programmes write it ("text", "references"); NULL for no type. */
const char *sat_type_name(sat_type type);
/* The type of that name, or SAT_CLEARED. */
sat_type sat_type_of_name(const char *name);

/* Reads a value of `type` (not a reference) from its text form; the result borrows `text`.
 * SAT_EINVALID with a sentence that quotes at most 40 characters of it; SAT_ELIMIT when too long. */
int sat_value_parse(sat_value *value, sat_type type, const char *text, size_t length, sat_error *err);

/* Appends the text form (not for references; nothing for SAT_CLEARED). */
void sat_value_print(const sat_value *value, sat_bytes *out);

/* Checks a value that came from outside against its type: UTF-8, dates that exist, limits.
 * SAT_EINVALID or SAT_ELIMIT. */
int sat_value_check(const sat_value *value, sat_error *err);

/* -1, 0, 1 by type and content, bytewise; references by their number in this store. */
int sat_value_compare(const sat_value *a, const sat_value *b);

/* How many records a value refers to; and writes them to `records`, which has room, giving their number. */
size_t sat_value_reference_count(const sat_value *value);
size_t sat_value_put_references(const sat_value *value, sat_dot *records);

/* A date between its text form and the number y * 512 + m * 40 + d (month and day 0 when unknown),
 * which sorts as the dates do: 512 because 31 December is 511.  Years 0001 to 9999. */
bool sat_date_number(const char *text, size_t length, int32_t *number);
/* Writes at most 10 characters and returns how many; 0 when the number is no date. */
size_t sat_date_text(int64_t number, char text[static 11]);

/* True for valid UTF-8 without U+0000. */
bool sat_utf8_valid(const void *data, size_t count);
/* True for a name of a kind, field or purpose: [a-z][a-z0-9_]{0,47}, not sat_..., not sqlite_... */
bool sat_name_valid(const char *name, size_t length);

#endif
