/* Values, their text form, dates, UTF-8 and names: core/value.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/value.h"

static int parse(sat_value *value, sat_type type, const char *text)
{
	sat_error err = { 0 };
	int rc = sat_value_parse(value, type, text, strlen(text), &err);
	assert_int_equal(rc, err.code);
	if (rc != 0) {
		assert_int_equal(value->type, SAT_CLEARED);
		assert_true(strlen(err.message) > 0);
		assert_true(sat_utf8_valid(err.message, strlen(err.message)));
	}
	return rc;
}

static void assert_refused(sat_type type, const char *text)
{
	sat_value value;
	if (parse(&value, type, text) != SAT_EINVALID)
		fail_msg("%s \"%s\" was not refused", sat_type_name(type), text);
}

static void assert_prints(const sat_value *value, const char *text)
{
	SAT_BYTES(out);
	sat_value_print(value, &out);
	sat_bytes_put_u8(&out, 0);
	assert_true(sat_bytes_ok(&out));
	assert_string_equal((const char *)out.data, text);
}

static void assert_reads_back(sat_type type, const char *text)
{
	sat_value value;
	assert_int_equal(parse(&value, type, text), 0);
	assert_int_equal(value.type, type);
	assert_int_equal(sat_value_check(&value, NULL), 0);
	assert_prints(&value, text);
}

static sat_value text_of(sat_type type, const char *text)
{
	return (sat_value){ .type = type, .text = { text, strlen(text) } };
}

static sat_value real_of(double real)
{
	return (sat_value){ .type = SAT_REAL, .real = real };
}

static int check(const sat_value *value)
{
	sat_error err = { 0 };
	int rc = sat_value_check(value, &err);
	assert_int_equal(rc, err.code);
	return rc;
}

/* Types */

static void value__type_names_are_those_of_programmes(void **state)
{
	(void)state;
	const char *const names[] = { "text", "integer", "real", "boolean", "date", "choice", "reference",
		                      "references" };
	for (unsigned i = 0; i < 8; i++) {
		assert_string_equal(sat_type_name((sat_type)(i + 1)), names[i]);
		assert_int_equal(sat_type_of_name(names[i]), i + 1);
	}
}

static void value__no_type_has_no_name(void **state)
{
	(void)state;
	assert_null(sat_type_name(SAT_CLEARED));
	assert_null(sat_type_name((sat_type)(SAT_TYPE_LAST + 1)));
	assert_int_equal(sat_type_of_name(""), SAT_CLEARED);
	assert_int_equal(sat_type_of_name("Text"), SAT_CLEARED);
	assert_int_equal(sat_type_of_name("blob"), SAT_CLEARED);
}

/* UTF-8 and names */

static bool utf8(const char *text)
{
	return sat_utf8_valid(text, strlen(text));
}

static void value__utf8_at_the_edges_of_every_length_is_valid(void **state)
{
	(void)state;
	assert_true(sat_utf8_valid(NULL, 0));
	assert_true(utf8("\x01\x7f"));
	assert_true(utf8("\xc2\x80"));
	assert_true(utf8("\xdf\xbf"));
	assert_true(utf8("\xe0\xa0\x80"));
	assert_true(utf8("\xed\x9f\xbf"));
	assert_true(utf8("\xee\x80\x80"));
	assert_true(utf8("\xef\xbf\xbf"));
	assert_true(utf8("\xf0\x90\x80\x80"));
	assert_true(utf8("\xf4\x8f\xbf\xbf"));
	assert_true(utf8("Yidi\xc3\xb1, Ndra\xca\xbcngith"));
}

static void value__utf8_with_zero_is_refused(void **state)
{
	(void)state;
	assert_false(sat_utf8_valid("", 1));
	assert_false(sat_utf8_valid("a\0b", 3));
}

static void value__utf8_in_a_longer_form_is_refused(void **state)
{
	(void)state;
	assert_false(utf8("\xc0\x80"));
	assert_false(utf8("\xc1\xbf"));
	assert_false(utf8("\xe0\x80\xaf"));
	assert_false(utf8("\xe0\x9f\xbf"));
	assert_false(utf8("\xf0\x80\x80\xaf"));
	assert_false(utf8("\xf0\x8f\xbf\xbf"));
}

static void value__utf8_surrogates_are_refused(void **state)
{
	(void)state;
	assert_false(utf8("\xed\xa0\x80"));
	assert_false(utf8("\xed\xbf\xbf"));
	assert_false(utf8("\xed\xa0\xbd\xed\xb8\x80"));
}

static void value__utf8_beyond_the_last_character_is_refused(void **state)
{
	(void)state;
	assert_false(utf8("\xf4\x90\x80\x80"));
	assert_false(utf8("\xf5\x80\x80\x80"));
	assert_false(utf8("\xf8\x88\x80\x80\x80"));
	assert_false(utf8("\xff"));
}

static void value__utf8_that_is_cut_off_or_interrupted_is_refused(void **state)
{
	(void)state;
	assert_false(utf8("\x80"));
	assert_false(utf8("a\xbf"));
	assert_false(utf8("\xc3"));
	assert_false(utf8("\xe2\x82"));
	assert_false(utf8("\xf0\x9f\x98"));
	assert_false(utf8("\xc3" "a"));
	assert_false(utf8("\xe2\x82" "a"));
	assert_false(utf8("\xf0\x9f\x98" "a"));
	/* What lies behind the end must not complete a character. */
	assert_false(sat_utf8_valid("\xc3\xb1", 1));
}

static bool name(const char *text)
{
	return sat_name_valid(text, strlen(text));
}

static void value__names_are_small_letters_digits_and_underscores(void **state)
{
	(void)state;
	assert_true(name("a"));
	assert_true(name("age_0_14"));
	assert_true(name("z9_"));
	assert_false(name(""));
	assert_false(name("0a"));
	assert_false(name("_a"));
	assert_false(name("A"));
	assert_false(name("aB"));
	assert_false(name("a-b"));
	assert_false(name("a b"));
	assert_false(name("a\"b"));
	assert_false(name("a\xc3\xb1"));
	assert_false(sat_name_valid("a\0b", 3));
}

static void value__names_have_at_most_48_characters(void **state)
{
	(void)state;
	char text[50];
	memset(text, 'a', sizeof text);
	assert_true(sat_name_valid(text, 48));
	assert_false(sat_name_valid(text, 49));
}

static void value__names_of_the_machinery_are_refused(void **state)
{
	(void)state;
	assert_false(name("sat_"));
	assert_false(name("sat_peer"));
	assert_false(name("sqlite_"));
	assert_false(name("sqlite_master"));
	assert_true(name("sat"));
	assert_true(name("satchel"));
	assert_true(name("sqlite"));
}

/* Dates */

static bool date(const char *text, int32_t *number)
{
	return sat_date_number(text, strlen(text), number);
}

static void value__dates_that_do_not_exist_are_refused(void **state)
{
	(void)state;
	const char *const texts[] = { "2022-02-30", "2022-02-29", "1900-02-29", "2022-04-31", "2022-06-31",
		                      "2022-09-31", "2022-11-31", "2022-01-32", "2022-13", "2022-13-01",
		                      "2022-00", "2022-00-01", "2022-06-00", "0000", "0000-01", "0000-01-01" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_refused(SAT_DATE, texts[i]);
}

static void value__dates_have_one_form_only(void **state)
{
	(void)state;
	const char *const texts[] = { "", "22", "202", "20222", "2022-", "2022-6", "2022-06-", "2022-06-1",
		                      "2022-06-145", "2022/06/14", "2022-06/14", "2022_06-14", "14-06-2022",
		                      " 2022", "2022 ", "-022", "+022", "2o22", "2022-1a", "2022-06-1a",
		                      "2022-06-14T00:00" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_refused(SAT_DATE, texts[i]);
}

static void value__dates_that_exist_read_back(void **state)
{
	(void)state;
	const char *const texts[] = { "0001", "0001-01-01", "2022", "2022-06", "2022-06-14", "2020-02-29",
		                      "2000-02-29", "2022-01-31", "2022-12", "2022-12-31", "9999-12-31" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		int32_t number;
		char text[11];
		assert_reads_back(SAT_DATE, texts[i]);
		assert_true(date(texts[i], &number));
		assert_int_equal(sat_date_text(number, text), strlen(texts[i]));
		assert_string_equal(text, texts[i]);
	}
}

static void value__partial_dates_sort_before_what_they_contain(void **state)
{
	(void)state;
	const char *const texts[] = { "2021-12-31", "2022",       "2022-01",    "2022-01-01", "2022-01-31",
		                      "2022-02",    "2022-12",    "2022-12-01", "2022-12-19", "2022-12-20",
		                      "2022-12-31", "2023",       "2023-01",    "2023-01-01" };
	for (size_t i = 1; i < sizeof texts / sizeof *texts; i++) {
		int32_t before, after;
		assert_true(date(texts[i - 1], &before));
		assert_true(date(texts[i], &after));
		assert_true(before < after);
		sat_value a = text_of(SAT_DATE, texts[i - 1]), b = text_of(SAT_DATE, texts[i]);
		assert_int_equal(sat_value_compare(&a, &b), -1);
		assert_int_equal(sat_value_compare(&b, &a), 1);
	}
}

/* Of every number in the range of four years, those that are dates are dates in one way, in order,
 * and as many as the calendar has: 1461 days, 48 months, 4 years. */
static void value__date_numbers_are_dates_in_one_way(void **state)
{
	(void)state;
	int32_t first, end, found = 0;
	char before[11] = "", text[11];
	assert_true(date("2020", &first));
	assert_true(date("2024", &end));
	for (int32_t number = first; number < end; number++) {
		int32_t again;
		if (sat_date_text(number, text) == 0) {
			assert_string_equal(text, "");
			continue;
		}
		assert_true(date(text, &again));
		assert_int_equal(again, number);
		assert_true(strcmp(before, text) < 0);
		memcpy(before, text, sizeof text);
		found++;
	}
	assert_int_equal(found, 1461 + 48 + 4);
}

static void value__numbers_beyond_the_calendar_are_no_dates(void **state)
{
	(void)state;
	char text[11];
	int32_t last;
	assert_true(date("9999-12-31", &last));
	assert_int_equal(sat_date_text(last + 1, text), 0);
	assert_int_equal(sat_date_text(0, text), 0);
	assert_int_equal(sat_date_text(-1, text), 0);
	assert_int_equal(sat_date_text(INT64_MAX, text), 0);
	assert_int_equal(sat_date_text(INT64_MIN, text), 0);
	/* 2022-00-05 and 2022-02-30 */
	assert_int_equal(sat_date_text(2022 * 512 + 5, text), 0);
	assert_int_equal(sat_date_text(2022 * 512 + 2 * 40 + 30, text), 0);
}

/* Text forms */

static void value__text_is_kept_as_it_is(void **state)
{
	(void)state;
	assert_reads_back(SAT_TEXT, "");
	assert_reads_back(SAT_TEXT, "  two\nlines \xe2\x9c\x93 ");
	assert_refused(SAT_TEXT, "caf\xe9");
	sat_value value;
	assert_int_equal(sat_value_parse(&value, SAT_TEXT, "a\0b", 3, NULL), SAT_EINVALID);
}

static void value__text_is_borrowed(void **state)
{
	(void)state;
	const char *text = "borrowed";
	sat_value value;
	assert_int_equal(parse(&value, SAT_TEXT, text), 0);
	assert_ptr_equal(value.text.bytes, text);
	assert_int_equal(value.text.length, 8);
}

static void value__text_longer_than_the_limit_is_refused(void **state)
{
	(void)state;
	char *text = malloc(SAT_VALUE_BYTES_MAX + 1);
	assert_non_null(text);
	memset(text, 'a', SAT_VALUE_BYTES_MAX + 1);
	sat_value value;
	assert_int_equal(sat_value_parse(&value, SAT_TEXT, text, SAT_VALUE_BYTES_MAX, NULL), 0);
	assert_int_equal(check(&value), 0);
	assert_int_equal(sat_value_parse(&value, SAT_TEXT, text, SAT_VALUE_BYTES_MAX + 1, NULL), SAT_ELIMIT);
	assert_int_equal(sat_value_parse(&value, SAT_REAL, text, SAT_VALUE_BYTES_MAX + 1, NULL), SAT_ELIMIT);
	value = sat_value_text(text, SAT_VALUE_BYTES_MAX + 1);
	assert_int_equal(check(&value), SAT_ELIMIT);
	free(text);
}

static void value__integers_reach_both_extremes(void **state)
{
	(void)state;
	sat_value value;
	assert_reads_back(SAT_INTEGER, "0");
	assert_reads_back(SAT_INTEGER, "-1");
	assert_reads_back(SAT_INTEGER, "9223372036854775807");
	assert_reads_back(SAT_INTEGER, "-9223372036854775808");
	assert_int_equal(parse(&value, SAT_INTEGER, "-9223372036854775808"), 0);
	assert_true(value.integer == INT64_MIN);
	assert_int_equal(parse(&value, SAT_INTEGER, "007"), 0);
	assert_true(value.integer == 7);
}

static void value__integers_beyond_the_extremes_are_refused(void **state)
{
	(void)state;
	assert_refused(SAT_INTEGER, "9223372036854775808");
	assert_refused(SAT_INTEGER, "-9223372036854775809");
	assert_refused(SAT_INTEGER, "18446744073709551616");
	assert_refused(SAT_INTEGER, "18446744073709551617");
	assert_refused(SAT_INTEGER, "100000000000000000000000000000");
}

static void value__integers_are_digits_only(void **state)
{
	(void)state;
	const char *const texts[] = { "", "-", "--1", "+1", " 1", "1 ", "1.0", "1e3", "0x10", "1,000", "forty" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_refused(SAT_INTEGER, texts[i]);
}

static void value__reals_print_the_fewest_digits_that_read_back(void **state)
{
	(void)state;
	const char *const texts[] = { "0", "0.1", "-30.1451", "138.671", "1e+300", "0.30000000000000004",
		                      "5e-324", "1.7976931348623157e+308", "inf", "-inf" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		sat_value value;
		assert_int_equal(parse(&value, SAT_REAL, texts[i]), 0);
		SAT_BYTES(out);
		sat_value_print(&value, &out);
		sat_value again;
		assert_int_equal(sat_value_parse(&again, SAT_REAL, (char *)out.data, out.length, NULL), 0);
		assert_memory_equal(&again.real, &value.real, sizeof value.real);
	}
	for (size_t i = 0; i < 6; i++)
		assert_reads_back(SAT_REAL, texts[i]);
}

/* SQLite keeps none: a value that came as minus zero would differ from itself when it comes again. */
static void value__minus_zero_is_read_as_zero(void **state)
{
	(void)state;
	sat_value value;
	assert_int_equal(parse(&value, SAT_REAL, "-0"), 0);
	assert_int_equal(signbit(value.real), 0);
	assert_int_equal(parse(&value, SAT_REAL, "-0.0"), 0);
	assert_int_equal(signbit(value.real), 0);
}

static void value__reals_that_are_no_numbers_are_refused(void **state)
{
	(void)state;
	const char *const texts[] = { "", "-", ".", ".5", "5.", "1e", "1e+", "e5", "+1", " 1", "1 ", "3,5",
		                      "0x1p3", "nan", "-nan", "NAN", "infinity", "INF", "1inf", "--1", "1.2.3",
		                      "1e400", "-1e400" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_refused(SAT_REAL, texts[i]);
	char text[100];
	memset(text, '1', 99);
	text[99] = '\0';
	assert_refused(SAT_REAL, text);
}

/* The only locale that every machine has uses a point; where one with a comma is installed, the
 * application will run in it. */
static void value__reals_read_alike_under_a_decimal_comma(void **state)
{
	(void)state;
	const char *const names[] = { "de_DE.UTF-8", "es_ES.UTF-8", "fr_FR.UTF-8", "pt_BR.UTF-8" };
	size_t i = 0;
	while (i < 4 && setlocale(LC_NUMERIC, names[i]) == NULL)
		i++;
	if (i == 4)
		skip();
	assert_string_equal(localeconv()->decimal_point, ",");
	assert_reads_back(SAT_REAL, "138.671");
	assert_refused(SAT_REAL, "138,671");
	assert_string_equal(localeconv()->decimal_point, ",");
	setlocale(LC_NUMERIC, "C");
}

static void value__booleans_are_yes_and_no(void **state)
{
	(void)state;
	assert_reads_back(SAT_BOOLEAN, "yes");
	assert_reads_back(SAT_BOOLEAN, "no");
	const char *const texts[] = { "", "y", "n", "Yes", "true", "1", "0", "yess", "not" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_refused(SAT_BOOLEAN, texts[i]);
}

static void value__choices_are_names(void **state)
{
	(void)state;
	assert_reads_back(SAT_CHOICE, "age_0_14");
	assert_refused(SAT_CHOICE, "");
	assert_refused(SAT_CHOICE, "Woman");
	assert_refused(SAT_CHOICE, "0_14");
}

static void value__references_have_no_text_form(void **state)
{
	(void)state;
	const sat_dot dot = sat_dot_make(1, 1);
	sat_value value = { .type = SAT_REFERENCE, .reference = dot };
	assert_prints(&value, "");
	value = (sat_value){ .type = SAT_REFERENCES, .references = { &dot, 1 } };
	assert_prints(&value, "");
	assert_refused(SAT_REFERENCE, "1");
	assert_refused(SAT_REFERENCES, "1");
	assert_refused(SAT_CLEARED, "");
}

static void value__cleared_prints_nothing(void **state)
{
	(void)state;
	const sat_value value = { .type = SAT_CLEARED };
	assert_prints(&value, "");
}

static void value__message_quotes_at_most_40_characters(void **state)
{
	(void)state;
	char text[3 * 50 + 1] = "";
	for (size_t i = 0; i < 50; i++)
		memcpy(text + 3 * i, "\xe2\x82\xac", 4);
	sat_error err = { 0 };
	sat_value value;
	assert_int_equal(sat_value_parse(&value, SAT_INTEGER, text, 150, &err), SAT_EINVALID);
	assert_true(sat_utf8_valid(err.message, strlen(err.message)));
	size_t count = 0;
	for (const char *at = err.message; (at = strstr(at, "\xe2\x82\xac")) != NULL; at += 3)
		count++;
	assert_int_equal(count, 40);
	assert_non_null(strstr(err.message, "\xe2\x82\xac...\""));
	/* Exactly 40 are quoted whole. */
	assert_int_equal(sat_value_parse(&value, SAT_INTEGER, text, 120, &err), SAT_EINVALID);
	assert_null(strstr(err.message, "..."));
}

static void value__message_is_text_whatever_was_given(void **state)
{
	(void)state;
	sat_error err = { 0 };
	sat_value value;
	char text[200];
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)(i * 37 + 128);
	assert_int_equal(sat_value_parse(&value, SAT_TEXT, text, sizeof text, &err), SAT_EINVALID);
	assert_true(sat_utf8_valid(err.message, strlen(err.message)));
	assert_int_equal(sat_value_parse(&value, SAT_DATE, "20\n22\x1b[0m", 9, &err), SAT_EINVALID);
	assert_null(strpbrk(err.message, "\n\x1b"));
}

/* Checking and comparing */

static void value__check_refuses_what_parsing_refuses(void **state)
{
	(void)state;
	sat_value value = text_of(SAT_TEXT, "\xc0\x80");
	assert_int_equal(check(&value), SAT_EINVALID);
	value = sat_value_text("a\0b", 3);
	assert_int_equal(check(&value), SAT_EINVALID);
	value = text_of(SAT_DATE, "2022-02-30");
	assert_int_equal(check(&value), SAT_EINVALID);
	value = text_of(SAT_CHOICE, "No Name");
	assert_int_equal(check(&value), SAT_EINVALID);
	value = (sat_value){ .type = SAT_BOOLEAN, .integer = 2 };
	assert_int_equal(check(&value), SAT_EINVALID);
	value.integer = -1;
	assert_int_equal(check(&value), SAT_EINVALID);
	value = (sat_value){ .type = (sat_type)(SAT_TYPE_LAST + 1) };
	assert_int_equal(check(&value), SAT_EINVALID);
}

static void value__check_accepts_infinity_and_refuses_nan(void **state)
{
	(void)state;
	const sat_value infinite = real_of(-INFINITY), nan_value = real_of(NAN);
	assert_int_equal(check(&infinite), 0);
	assert_int_equal(check(&nan_value), SAT_EINVALID);
}

static void value__check_refuses_references_to_nothing(void **state)
{
	(void)state;
	const sat_dot good[] = { sat_dot_unlinked(1), sat_dot_make(1, 1),
				 sat_dot_make(SAT_INDEX_END - 1, SAT_COUNTER_END - 1) };
	const sat_dot bad[] = { 0, 1, -1, INT64_MIN, sat_dot_make(1, 0), SAT_UNLINKED, INT64_MAX };
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		const sat_value value = { .type = SAT_REFERENCE, .reference = good[i] };
		assert_int_equal(check(&value), 0);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const sat_dot list[] = { sat_dot_make(1, 1), bad[i] };
		sat_value value = { .type = SAT_REFERENCE, .reference = bad[i] };
		assert_int_equal(check(&value), SAT_EINVALID);
		value = (sat_value){ .type = SAT_REFERENCES, .references = { list, 2 } };
		assert_int_equal(check(&value), SAT_EINVALID);
	}
}

static void value__check_limits_the_number_of_references(void **state)
{
	(void)state;
	static sat_dot list[SAT_REFERENCES_MAX + 1];
	for (size_t i = 0; i <= SAT_REFERENCES_MAX; i++)
		list[i] = sat_dot_make(1, (int64_t)i + 1);
	sat_value value = { .type = SAT_REFERENCES, .references = { list, SAT_REFERENCES_MAX } };
	assert_int_equal(check(&value), 0);
	value.references.count++;
	assert_int_equal(check(&value), SAT_ELIMIT);
	value = (sat_value){ .type = SAT_REFERENCES, .references = { NULL, 0 } };
	assert_int_equal(check(&value), 0);
}

/* Each value is greater than all before it. */
static void value__compare_orders_by_type_then_content(void **state)
{
	(void)state;
	static const sat_dot one[] = { 5 }, two[] = { 5, 1 }, three[] = { 6 };
	const sat_value values[] = {
		{ .type = SAT_CLEARED },
		sat_value_text(NULL, 0),
		text_of(SAT_TEXT, "B"),
		text_of(SAT_TEXT, "a"),
		text_of(SAT_TEXT, "ab"),
		text_of(SAT_TEXT, "b"),
		text_of(SAT_TEXT, "\xc3\xb1"),
		sat_value_integer(INT64_MIN),
		sat_value_integer(-1),
		sat_value_integer(0),
		sat_value_integer(INT64_MAX),
		real_of(-INFINITY),
		real_of(-1.5),
		real_of(0.0),
		real_of(5e-324),
		real_of(INFINITY),
		{ .type = SAT_BOOLEAN, .integer = 0 },
		{ .type = SAT_BOOLEAN, .integer = 1 },
		text_of(SAT_DATE, "2022"),
		text_of(SAT_DATE, "2022-06"),
		text_of(SAT_CHOICE, "man"),
		text_of(SAT_CHOICE, "woman"),
		{ .type = SAT_REFERENCE, .reference = 1 },
		{ .type = SAT_REFERENCE, .reference = sat_dot_make(1, 1) },
		{ .type = SAT_REFERENCES, .references = { NULL, 0 } },
		{ .type = SAT_REFERENCES, .references = { one, 1 } },
		{ .type = SAT_REFERENCES, .references = { two, 2 } },
		{ .type = SAT_REFERENCES, .references = { three, 1 } },
	};
	const size_t count = sizeof values / sizeof *values;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++)
			assert_int_equal(sat_value_compare(&values[i], &values[j]), (i > j) - (i < j));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(value__type_names_are_those_of_programmes),
		cmocka_unit_test(value__no_type_has_no_name),
		cmocka_unit_test(value__utf8_at_the_edges_of_every_length_is_valid),
		cmocka_unit_test(value__utf8_with_zero_is_refused),
		cmocka_unit_test(value__utf8_in_a_longer_form_is_refused),
		cmocka_unit_test(value__utf8_surrogates_are_refused),
		cmocka_unit_test(value__utf8_beyond_the_last_character_is_refused),
		cmocka_unit_test(value__utf8_that_is_cut_off_or_interrupted_is_refused),
		cmocka_unit_test(value__names_are_small_letters_digits_and_underscores),
		cmocka_unit_test(value__names_have_at_most_48_characters),
		cmocka_unit_test(value__names_of_the_machinery_are_refused),
		cmocka_unit_test(value__dates_that_do_not_exist_are_refused),
		cmocka_unit_test(value__dates_have_one_form_only),
		cmocka_unit_test(value__dates_that_exist_read_back),
		cmocka_unit_test(value__partial_dates_sort_before_what_they_contain),
		cmocka_unit_test(value__date_numbers_are_dates_in_one_way),
		cmocka_unit_test(value__numbers_beyond_the_calendar_are_no_dates),
		cmocka_unit_test(value__text_is_kept_as_it_is),
		cmocka_unit_test(value__text_is_borrowed),
		cmocka_unit_test(value__text_longer_than_the_limit_is_refused),
		cmocka_unit_test(value__integers_reach_both_extremes),
		cmocka_unit_test(value__integers_beyond_the_extremes_are_refused),
		cmocka_unit_test(value__integers_are_digits_only),
		cmocka_unit_test(value__reals_print_the_fewest_digits_that_read_back),
		cmocka_unit_test(value__minus_zero_is_read_as_zero),
		cmocka_unit_test(value__reals_that_are_no_numbers_are_refused),
		cmocka_unit_test(value__reals_read_alike_under_a_decimal_comma),
		cmocka_unit_test(value__booleans_are_yes_and_no),
		cmocka_unit_test(value__choices_are_names),
		cmocka_unit_test(value__references_have_no_text_form),
		cmocka_unit_test(value__cleared_prints_nothing),
		cmocka_unit_test(value__message_quotes_at_most_40_characters),
		cmocka_unit_test(value__message_is_text_whatever_was_given),
		cmocka_unit_test(value__check_refuses_what_parsing_refuses),
		cmocka_unit_test(value__check_accepts_infinity_and_refuses_nan),
		cmocka_unit_test(value__check_refuses_references_to_nothing),
		cmocka_unit_test(value__check_limits_the_number_of_references),
		cmocka_unit_test(value__compare_orders_by_type_then_content),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
