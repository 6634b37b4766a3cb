/* Words that two people can read to each other: proquints (Wilkerson, "A Proposal for Proquints",
 * 2009) write 16 bits as five letters, consonant-vowel-consonant-vowel-consonant.
 */
#ifndef SAT_WORDS_H
#define SAT_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "keys.h"

#define SAT_WORDS 6
#define SAT_WORDS_CHARS (SAT_WORDS * 6) /* six words of five letters, separators, the end */

/* Writes 2 * `pairs` bytes as `pairs` words joined by `separator`; `text` needs 6 * pairs bytes. */
void sat_proquint_write(char *text, const uint8_t *bytes, size_t pairs, char separator);

/* Reads words with any case, any separators (spaces, hyphens, commas, dots, line ends).
 * SAT_EINVALID when there are not exactly `pairs` of them or one is no proquint: the sentence names
 * the word. */
int sat_proquint_read(uint8_t *bytes, size_t pairs, const char *text, sat_error *err);

/* The six words that both sides of an enrolment see: 12 bytes of hash32["satchel1words"] over the
 * registry's sign and seal key, the device's sign and seal key, and the role (u8). */
void sat_enrolment_words(char text[static SAT_WORDS_CHARS], const sat_public *registry,
                         const sat_public *device, sat_role role);

#endif
