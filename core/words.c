/* See words.h.
 *
 * A proquint spells 16 bits from the top: consonant (4 bits), vowel (2), consonant, vowel, consonant.
 * The letters are those of the proposal: no two of them sound alike in most languages.
 */
#include "words.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#define LETTERS     5
#define SHOWN_BYTES 24 /* how much of a wrong word an error repeats */

static const char consonants[] = "bdfghjklmnprstvz";
static const char vowels[] = "aiou";

static void write_word(char *text, unsigned bits)
{
	text[0] = consonants[bits >> 12 & 15];
	text[1] = vowels[bits >> 10 & 3];
	text[2] = consonants[bits >> 6 & 15];
	text[3] = vowels[bits >> 4 & 3];
	text[4] = consonants[bits & 15];
}

void sat_proquint_write(char *text, const uint8_t *bytes, size_t pairs, char separator)
{
	assert(pairs > 0);
	for (size_t i = 0; i < pairs; i++) {
		write_word(text + 6 * i, (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1]);
		text[6 * i + LETTERS] = separator;
	}
	text[6 * pairs - 1] = '\0';
}

static bool is_separator(char c)
{
	return c != '\0' && strchr(" \t\r\n-,.", c) != NULL;
}

/* Adds a letter's place in its alphabet to `bits`; false when it is not there.  By hand and not with
 * tolower, which follows the locale. */
static bool read_letter(unsigned *bits, char letter, const char *alphabet, unsigned width)
{
	if (letter >= 'A' && letter <= 'Z')
		letter = (char)(letter - 'A' + 'a');
	const char *place = strchr(alphabet, letter);
	if (place == NULL)
		return false;
	*bits = *bits << width | (unsigned)(place - alphabet);
	return true;
}

static bool read_word(uint8_t pair[static 2], const char *word, size_t length)
{
	unsigned bits = 0;
	if (length != LETTERS)
		return false;
	for (size_t i = 0; i < LETTERS; i++)
		if (!read_letter(&bits, word[i], i % 2 == 0 ? consonants : vowels, i % 2 == 0 ? 4 : 2))
			return false;
	pair[0] = (uint8_t)(bits >> 8);
	pair[1] = (uint8_t)bits;
	return true;
}

/* Names a word that is none, cut at a character's end so that the sentence stays UTF-8. */
static int fail_word(sat_error *err, const char *word, size_t length)
{
	size_t shown = length;
	if (shown > SHOWN_BYTES) {
		shown = SHOWN_BYTES;
		while (shown > 0 && ((unsigned char)word[shown] & 0xc0) == 0x80)
			shown--;
	}
	return sat_fail(err, SAT_EINVALID, "\"%.*s%s\" is none of the words; read it again, letter by letter",
	                (int)shown, word, shown < length ? "..." : "");
}

static int read_words(uint8_t *bytes, size_t pairs, const char *text, sat_error *err)
{
	size_t words = 0;
	while (*text != '\0') {
		size_t length = 0;
		while (text[length] != '\0' && !is_separator(text[length]))
			length++;
		if (length == 0) {
			text++;
			continue;
		}
		uint8_t pair[2];
		if (!read_word(pair, text, length))
			return fail_word(err, text, length);
		if (words < pairs)
			memcpy(bytes + 2 * words, pair, 2);
		sat_wipe(pair, sizeof pair);
		words++;
		text += length;
	}
	if (words != pairs)
		return sat_fail(err, SAT_EINVALID, "there are %zu words; there must be %zu", words, pairs);
	return 0;
}

/* Nobody should go on with half a code, and the code may be a secret. */
int sat_proquint_read(uint8_t *bytes, size_t pairs, const char *text, sat_error *err)
{
	int code = read_words(bytes, pairs, text, err);
	if (code != 0)
		sat_wipe(bytes, 2 * pairs);
	return code;
}

void sat_enrolment_words(char text[static SAT_WORDS_CHARS], const sat_public *registry,
                         const sat_public *device, sat_role role)
{
	uint8_t hash[SAT_HASH_BYTES];
	uint8_t role_byte = (uint8_t)role;
	sat_hasher hasher;
	sat_hash_begin(&hasher, "satchel1words");
	sat_hash_add(&hasher, registry->sign, SAT_KEY_BYTES);
	sat_hash_add(&hasher, registry->seal, SAT_KEY_BYTES);
	sat_hash_add(&hasher, device->sign, SAT_KEY_BYTES);
	sat_hash_add(&hasher, device->seal, SAT_KEY_BYTES);
	sat_hash_add(&hasher, &role_byte, 1);
	sat_hash_end(&hasher, hash);
	sat_proquint_write(text, hash, SAT_WORDS, '-');
}
