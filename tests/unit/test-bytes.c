/* The buffers and integer codings of core/bytes.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/bytes.h"

static uint64_t varint_of(const char *bytes, size_t count, bool *done)
{
	sat_cursor c = sat_cursor_over(bytes, count);
	uint64_t value = sat_cursor_varint(&c);
	*done = sat_cursor_done(&c);
	return value;
}

static void assert_varint(uint64_t value, const char *bytes, size_t count)
{
	SAT_BYTES(b);
	bool done;
	sat_bytes_put_varint(&b, value);
	assert_int_equal(b.length, count);
	assert_memory_equal(b.data, bytes, count);
	assert_true(varint_of(bytes, count, &done) == value);
	assert_true(done);
}

static void assert_varint_refused(const char *bytes, size_t count)
{
	sat_cursor c = sat_cursor_over(bytes, count);
	assert_true(sat_cursor_varint(&c) == 0);
	assert_false(sat_cursor_ok(&c));
}

static void bytes__varint_is_little_endian_in_sevens(void **state)
{
	(void)state;
	assert_varint(0, "\x00", 1);
	assert_varint(1, "\x01", 1);
	assert_varint(127, "\x7f", 1);
	assert_varint(128, "\x80\x01", 2);
	assert_varint(300, "\xac\x02", 2);
	assert_varint(16383, "\xff\x7f", 2);
	assert_varint(16384, "\x80\x80\x01", 3);
	assert_varint(UINT64_MAX, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10);
}

static void bytes__varint_at_every_length_reads_back(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 64; bit++) {
		const uint64_t around[] = { (UINT64_C(1) << bit) - 1, UINT64_C(1) << bit, (UINT64_C(1) << bit) + 1 };
		for (size_t i = 0; i < 3; i++) {
			SAT_BYTES(b);
			sat_bytes_put_varint(&b, around[i]);
			sat_cursor c = sat_cursor_over(b.data, b.length);
			assert_true(sat_cursor_varint(&c) == around[i]);
			assert_true(sat_cursor_done(&c));
		}
	}
}

static void bytes__varint_with_a_trailing_zero_is_refused(void **state)
{
	(void)state;
	assert_varint_refused("\x80\x00", 2);
	assert_varint_refused("\xff\x00", 2);
	assert_varint_refused("\x80\x80\x00", 3);
	assert_varint_refused("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00", 10);
}

static void bytes__varint_of_eleven_bytes_is_refused(void **state)
{
	(void)state;
	assert_varint_refused("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11);
	assert_varint_refused("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x00", 11);
}

static void bytes__varint_beyond_64_bits_is_refused(void **state)
{
	(void)state;
	assert_varint_refused("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10);
	assert_varint_refused("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f", 10);
}

static void bytes__varint_that_is_cut_off_is_refused(void **state)
{
	(void)state;
	assert_varint_refused("", 0);
	assert_varint_refused("\x80", 1);
	assert_varint_refused("\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9);
}

static void bytes__zigzag_interleaves_the_signs(void **state)
{
	(void)state;
	const int64_t values[] = { 0, -1, 1, -2, 2 };
	for (uint64_t i = 0; i < 5; i++) {
		assert_true(sat_zigzag(values[i]) == i);
		assert_true(sat_unzigzag(i) == values[i]);
	}
}

static void bytes__zigzag_holds_the_extremes(void **state)
{
	(void)state;
	assert_true(sat_zigzag(INT64_MAX) == UINT64_MAX - 1);
	assert_true(sat_zigzag(INT64_MIN) == UINT64_MAX);
	const int64_t values[] = { INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX };
	const size_t count = sizeof values / sizeof *values;
	SAT_BYTES(b);
	for (size_t i = 0; i < count; i++)
		sat_bytes_put_zigzag(&b, values[i]);
	sat_cursor c = sat_cursor_over(b.data, b.length);
	for (size_t i = 0; i < count; i++)
		assert_true(sat_cursor_zigzag(&c) == values[i]);
	assert_true(sat_cursor_done(&c));
}

static void bytes__fixed_numbers_are_little_endian(void **state)
{
	(void)state;
	SAT_BYTES(b);
	sat_bytes_put_u8(&b, 0xfe);
	sat_bytes_put_le32(&b, 0x01020304);
	sat_bytes_put_le64(&b, UINT64_C(0xf102030405060708));
	assert_int_equal(b.length, 13);
	assert_memory_equal(b.data, "\xfe\x04\x03\x02\x01\x08\x07\x06\x05\x04\x03\x02\xf1", 13);
	sat_cursor c = sat_cursor_over(b.data, b.length);
	assert_int_equal(sat_cursor_u8(&c), 0xfe);
	assert_int_equal(sat_cursor_le32(&c), 0x01020304);
	assert_true(sat_cursor_le64(&c) == UINT64_C(0xf102030405060708));
	assert_true(sat_cursor_done(&c));
}

static void bytes__fixed_number_that_is_cut_off_is_refused(void **state)
{
	(void)state;
	for (size_t left = 0; left < 4; left++) {
		sat_cursor c = sat_cursor_over("\x01\x02\x03", left);
		assert_int_equal(sat_cursor_le32(&c), 0);
		assert_false(sat_cursor_ok(&c));
	}
	sat_cursor c = sat_cursor_over("\x01\x02\x03\x04\x05\x06\x07", 7);
	assert_true(sat_cursor_le64(&c) == 0);
	assert_false(sat_cursor_ok(&c));
}

static void bytes__reading_after_a_failure_gives_nothing(void **state)
{
	(void)state;
	sat_cursor c = sat_cursor_over("\x05\x06", 2);
	assert_null(sat_cursor_take(&c, 3));
	assert_false(sat_cursor_ok(&c));
	assert_int_equal(sat_cursor_u8(&c), 0);
	assert_true(sat_cursor_varint(&c) == 0);
	assert_null(sat_cursor_take(&c, 0));
	assert_int_equal(sat_cursor_count(&c, 1), 0);
	sat_cursor span = sat_cursor_span(&c);
	assert_false(sat_cursor_ok(&span));
	assert_int_equal(sat_cursor_left(&span), 0);
	assert_false(sat_cursor_done(&c));
}

static void bytes__bytes_left_over_are_not_done(void **state)
{
	(void)state;
	sat_cursor c = sat_cursor_over("\x01\x02", 2);
	sat_cursor_u8(&c);
	assert_true(sat_cursor_ok(&c));
	assert_false(sat_cursor_done(&c));
}

static void bytes__span_reads_back_and_goes_no_further(void **state)
{
	(void)state;
	SAT_BYTES(b);
	sat_bytes_put_span(&b, "abc", 3);
	sat_bytes_put_span(&b, NULL, 0);
	sat_bytes_put_u8(&b, 9);
	sat_cursor c = sat_cursor_over(b.data, b.length);
	sat_cursor span = sat_cursor_span(&c);
	const uint8_t *text = sat_cursor_take(&span, 3);
	assert_non_null(text);
	assert_memory_equal(text, "abc", 3);
	assert_true(sat_cursor_done(&span));
	assert_null(sat_cursor_take(&span, 1));
	span = sat_cursor_span(&c);
	assert_true(sat_cursor_done(&span));
	assert_int_equal(sat_cursor_u8(&c), 9);
	assert_true(sat_cursor_done(&c));
}

static void bytes__span_longer_than_what_is_left_is_refused(void **state)
{
	(void)state;
	sat_cursor c = sat_cursor_over("\x03" "ab", 3);
	sat_cursor span = sat_cursor_span(&c);
	assert_false(sat_cursor_ok(&span));
	assert_false(sat_cursor_ok(&c));
	assert_int_equal(sat_cursor_left(&span), 0);
}

static void bytes__count_must_fit_into_what_is_left(void **state)
{
	(void)state;
	sat_cursor c = sat_cursor_over("\x02" "12345678", 9);
	assert_int_equal(sat_cursor_count(&c, 4), 2);
	assert_true(sat_cursor_ok(&c));
	c = sat_cursor_over("\x03" "12345678", 9);
	assert_int_equal(sat_cursor_count(&c, 4), 0);
	assert_false(sat_cursor_ok(&c));
	/* A count whose product with the item size wraps around must not slip through. */
	c = sat_cursor_over("\x80\x80\x80\x80\x80\x80\x80\x80\x40" "1234", 13);
	assert_int_equal(sat_cursor_count(&c, 8), 0);
	assert_false(sat_cursor_ok(&c));
}

static void bytes__buffer_grows_and_keeps_what_it_holds(void **state)
{
	(void)state;
	SAT_BYTES(b);
	for (unsigned i = 0; i < 10000; i++)
		sat_bytes_put_u8(&b, (uint8_t)(i * 7));
	assert_true(sat_bytes_ok(&b));
	assert_int_equal(b.length, 10000);
	for (unsigned i = 0; i < 10000; i++)
		assert_int_equal(b.data[i], (uint8_t)(i * 7));
}

static void bytes__failed_buffer_takes_nothing_more(void **state)
{
	(void)state;
	SAT_BYTES(b);
	sat_bytes_put(&b, "ab", 2);
	assert_null(sat_bytes_extend(&b, SIZE_MAX / 2));
	assert_false(sat_bytes_ok(&b));
	sat_bytes_put_u8(&b, 1);
	assert_int_equal(b.length, 2);
	assert_false(sat_bytes_ok(&b));
	sat_bytes_clear(&b);
	assert_true(sat_bytes_ok(&b));
	sat_bytes_put_u8(&b, 1);
	assert_int_equal(b.length, 1);
}

static void bytes__reset_forgets_content_and_keeps_memory(void **state)
{
	(void)state;
	SAT_BYTES(b);
	sat_bytes_put(&b, "abcdef", 6);
	uint8_t *data = b.data;
	sat_bytes_reset(&b);
	assert_int_equal(b.length, 0);
	sat_bytes_put_u8(&b, 'z');
	assert_ptr_equal(b.data, data);
	assert_int_equal(b.length, 1);
	assert_int_equal(b.data[0], 'z');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes__varint_is_little_endian_in_sevens),
		cmocka_unit_test(bytes__varint_at_every_length_reads_back),
		cmocka_unit_test(bytes__varint_with_a_trailing_zero_is_refused),
		cmocka_unit_test(bytes__varint_of_eleven_bytes_is_refused),
		cmocka_unit_test(bytes__varint_beyond_64_bits_is_refused),
		cmocka_unit_test(bytes__varint_that_is_cut_off_is_refused),
		cmocka_unit_test(bytes__zigzag_interleaves_the_signs),
		cmocka_unit_test(bytes__zigzag_holds_the_extremes),
		cmocka_unit_test(bytes__fixed_numbers_are_little_endian),
		cmocka_unit_test(bytes__fixed_number_that_is_cut_off_is_refused),
		cmocka_unit_test(bytes__reading_after_a_failure_gives_nothing),
		cmocka_unit_test(bytes__bytes_left_over_are_not_done),
		cmocka_unit_test(bytes__span_reads_back_and_goes_no_further),
		cmocka_unit_test(bytes__span_longer_than_what_is_left_is_refused),
		cmocka_unit_test(bytes__count_must_fit_into_what_is_left),
		cmocka_unit_test(bytes__buffer_grows_and_keeps_what_it_holds),
		cmocka_unit_test(bytes__failed_buffer_takes_nothing_more),
		cmocka_unit_test(bytes__reset_forgets_content_and_keeps_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
