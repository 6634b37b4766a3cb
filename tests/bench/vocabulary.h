/* What the workload is drawn from: chance from a seed, and lists of names, choices and words.
 *
 * Most lists are drawn from evenly, an item that stands in one several times the more often.  NOUN,
 * VERB and ADJECTIVE follow Zipf's law: words of the field first, then a long tail from words.txt.
 * Names of people, places, clans and languages are partly invented from syllables, by the seed.
 *
 * Every function but _item moves the chance on.  One vocabulary belongs to one thread.
 */
#ifndef SAT_VOCABULARY_H
#define SAT_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

/* Some bytes of UTF-8 without a terminator. */
typedef struct sat_span {
	const char *text;
	size_t length;
} sat_span;

typedef enum sat_vocabulary_list {
	GIVEN,
	FAMILY,
	COMMUNITY,
	CLAN,
	LANGUAGE,
	SYLLABLE,
	SYLLABLE_LAST,
	SERIES,
	PLACE,
	STATUS,
	GENDER,
	AGE,
	ROLE,
	PURPOSE,
	DECISION,
	FORM,
	THEME,
	VISIBILITY,
	DETERMINER,
	PREPOSITION,
	CONJUNCTION,
	ADVERB,
	NOUN,
	VERB,
	ADJECTIVE,
	LISTS
} sat_vocabulary_list;

typedef struct sat_vocabulary sat_vocabulary;

/* Lists and chance from a seed, owned by the caller.  SAT_ENOMEM. */
int sat_vocabulary_new(sat_vocabulary **vocabulary, uint64_t seed, sat_error *err);
void sat_vocabulary_free(sat_vocabulary *vocabulary);

/* An item of a list, borrowed for the life of the vocabulary. */
sat_span sat_vocabulary_pick(sat_vocabulary *v, sat_vocabulary_list which);
/* The item at a place in a list, borrowed in the same way. */
sat_span sat_vocabulary_item(const sat_vocabulary *v, sat_vocabulary_list which, size_t place);

/* At least 0, below 1. */
double sat_vocabulary_unit(sat_vocabulary *v);
/* Mean 0, deviation 1, never beyond 6. */
double sat_vocabulary_normal(sat_vocabulary *v);
bool sat_vocabulary_chance(sat_vocabulary *v, double probability);
/* From `low` to `high`, both included, less than 2^32 apart. */
int64_t sat_vocabulary_between(sat_vocabulary *v, int64_t low, int64_t high);

#endif
