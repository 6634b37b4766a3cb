/* Words that people read to each other: words.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/words.h"
#include "tests/support/test-env.h"

/* Two parties whose keys are the same in each run. */
static void make_parties(sat_public *registry, sat_public *device)
{
	test_env t;
	SAT_AUTO(sat_identity) first = NULL;
	SAT_AUTO(sat_identity) second = NULL;
	test_env_init(&t, 1);
	assert_int_equal(sat_identity_create(&first, &t.env, NULL), 0);
	test_env_init(&t, 2);
	assert_int_equal(sat_identity_create(&second, &t.env, NULL), 0);
	*registry = *sat_identity_public(first);
	*device = *sat_identity_public(second);
}

/* The examples of the proposal, which are IPv4 addresses. */
static void words__spell_as_in_the_proposal(void **state)
{
	static const struct {
		uint8_t bytes[4];
		const char *text;
	} examples[] = {
		{ { 127, 0, 0, 1 }, "lusab-babad" },      { { 63, 84, 220, 193 }, "gutih-tugad" },
		{ { 63, 118, 7, 35 }, "gutuk-bisog" },    { { 140, 98, 193, 141 }, "mudof-sakat" },
		{ { 64, 255, 6, 200 }, "haguz-biram" },   { { 128, 30, 52, 45 }, "mabiv-gibot" },
		{ { 147, 67, 119, 2 }, "natag-lisaf" },   { { 212, 58, 253, 68 }, "tibup-zujah" },
		{ { 216, 35, 68, 215 }, "tobog-higil" },  { { 216, 68, 232, 21 }, "todah-vobij" },
		{ { 198, 81, 129, 136 }, "sinid-makam" }, { { 12, 110, 110, 204 }, "budov-kuras" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		char text[12];
		uint8_t bytes[4];
		sat_proquint_write(text, examples[i].bytes, 2, '-');
		assert_string_equal(text, examples[i].text);
		assert_int_equal(sat_proquint_read(bytes, 2, examples[i].text, NULL), 0);
		assert_memory_equal(bytes, examples[i].bytes, 4);
	}
}

static void words__every_sixteen_bits_come_back(void **state)
{
	(void)state;
	for (unsigned bits = 0; bits <= 0xffff; bits++) {
		const uint8_t in[2] = { (uint8_t)(bits >> 8), (uint8_t)bits };
		uint8_t out[2] = { 0 };
		char text[6];
		sat_proquint_write(text, in, 1, ' ');
		assert_int_equal(strlen(text), 5);
		assert_int_equal(sat_proquint_read(out, 1, text, NULL), 0);
		assert_memory_equal(in, out, 2);
	}
}

static void words__writing_stays_within_its_room(void **state)
{
	char text[19];
	(void)state;
	memset(text, '#', sizeof text);
	sat_proquint_write(text, (const uint8_t[6]){ 0 }, 3, '.');
	assert_string_equal(text, "babab.babab.babab");
	assert_int_equal(text[18], '#');
}

static void words__are_read_with_any_separators_and_case(void **state)
{
	static const char *const texts[] = {
		"lusab-babad",
		"lusab babad",
		"LUSAB, BABAD.",
		"Lusab\nBabad\n",
		"\t lusab \r\n\r\nbAbAd ",
		"-lusab---babad-",
		"...lusab..,, -babad\r\n",
	};
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		uint8_t bytes[4];
		assert_int_equal(sat_proquint_read(bytes, 2, texts[i], NULL), 0);
		assert_memory_equal(bytes, ((const uint8_t[]){ 127, 0, 0, 1 }), 4);
	}
}

static void words__a_wrong_word_is_refused_and_named(void **state)
{
	static const char *const wrong[] = {
		"lusac", "lucab",       "lesab",      "lusa", "lusabb",       "ulsab",
		"lus4b", "lusab_babad", "lusabbabad", "b",    "\xc3\xa9usab", "lusab;",
	};
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		char text[64] = "babad ";
		char quoted[64] = "\"";
		uint8_t bytes[4] = { 1, 2, 3, 4 };
		sat_error err = { 0 };
		strcat(text, wrong[i]);
		strcat(strcat(quoted, wrong[i]), "\"");
		assert_int_equal(sat_proquint_read(bytes, 2, text, &err), SAT_EINVALID);
		assert_int_equal(err.code, SAT_EINVALID);
		assert_non_null(strstr(err.message, quoted));
		assert_memory_equal(bytes, ((const uint8_t[4]){ 0 }), 4);
	}
}

/* 40 characters of two bytes each, after one byte: a cut at any even count would split one. */
static void words__a_long_wrong_word_is_cut_between_characters(void **state)
{
	char text[82] = "x";
	uint8_t bytes[2];
	sat_error err = { 0 };
	(void)state;
	for (size_t i = 0; i < 40; i++)
		memcpy(text + 1 + 2 * i, "\xc3\xa9", 2);
	assert_int_equal(sat_proquint_read(bytes, 1, text, &err), SAT_EINVALID);
	const char *dots = strstr(err.message, "...\"");
	assert_non_null(dots);
	assert_int_equal((unsigned char)dots[-1], 0xa9);
	assert_true(dots - err.message < 40);
}

static void words__too_few_and_too_many_are_refused(void **state)
{
	static const char *const texts[] = { "", " - ", "lusab", "lusab-babad-babad",
		                             "babad babad babad babad" };
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		uint8_t bytes[4];
		assert_int_equal(sat_proquint_read(bytes, 2, texts[i], NULL), SAT_EINVALID);
	}
}

/* The expected text was computed by a second implementation, with Python's hashlib. */
static void words__of_an_enrolment_are_those_of_the_format(void **state)
{
	sat_public registry, device;
	char text[SAT_WORDS_CHARS];
	(void)state;
	make_parties(&registry, &device);
	sat_enrolment_words(text, &registry, &device, SAT_FACILITATOR);
	assert_string_equal(text, "lasot-vuhok-bulos-vibad-jifak-jikuf");
}

static void words__differ_when_any_bit_of_a_key_differs(void **state)
{
	sat_public parties[2];
	char text[SAT_WORDS_CHARS];
	char other[SAT_WORDS_CHARS];
	(void)state;
	make_parties(&parties[0], &parties[1]);
	sat_enrolment_words(text, &parties[0], &parties[1], SAT_FACILITATOR);
	for (size_t bit = 0; bit < 8 * sizeof parties; bit++) {
		uint8_t *byte = (uint8_t *)parties + bit / 8;
		*byte ^= (uint8_t)(1u << bit % 8);
		sat_enrolment_words(other, &parties[0], &parties[1], SAT_FACILITATOR);
		assert_string_not_equal(text, other);
		*byte ^= (uint8_t)(1u << bit % 8);
	}
}

static void words__differ_when_the_role_or_the_sides_differ(void **state)
{
	sat_public registry, device;
	char text[SAT_AUDITOR + 2][SAT_WORDS_CHARS];
	(void)state;
	make_parties(&registry, &device);
	for (int role = SAT_ROLE_NONE; role <= SAT_AUDITOR; role++)
		sat_enrolment_words(text[role], &registry, &device, (sat_role)role);
	sat_enrolment_words(text[SAT_AUDITOR + 1], &device, &registry, SAT_REGISTRY);
	for (size_t i = 0; i < SAT_AUDITOR + 2; i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(text[i], text[j]);
}

static int setup(void **state)
{
	(void)state;
	return sat_crypto_init(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words__spell_as_in_the_proposal),
		cmocka_unit_test(words__every_sixteen_bits_come_back),
		cmocka_unit_test(words__writing_stays_within_its_room),
		cmocka_unit_test(words__are_read_with_any_separators_and_case),
		cmocka_unit_test(words__a_wrong_word_is_refused_and_named),
		cmocka_unit_test(words__a_long_wrong_word_is_cut_between_characters),
		cmocka_unit_test(words__too_few_and_too_many_are_refused),
		cmocka_unit_test(words__of_an_enrolment_are_those_of_the_format),
		cmocka_unit_test(words__differ_when_any_bit_of_a_key_differs),
		cmocka_unit_test(words__differ_when_the_role_or_the_sides_differ),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
