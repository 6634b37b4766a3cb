/* Text as the words that the search index of a store keeps of it.
 *
 * The index folds case, leaves accents out and ends a word at everything that is neither letter nor digit:
 * "Co-op" is the two words "co" and "op".  Whoever searches has to end words at the same places, in every
 * script, so its own tokenizer is asked and none is written again here.
 */
#ifndef SAT_DB_WORDS_H
#define SAT_DB_WORDS_H

#include <sqlite3.h>
#include <stddef.h>

/* A word as the index has it, borrowed for the call, and the bytes of the text from `begin` to `end` that it was
 * made of.  0 to go on; anything else ends the walk. */
typedef int (*sat_on_word)(void *context, const char *word, size_t length, size_t begin, size_t end);

/* Calls `on` for every word of a text, which may be of any bytes.  An SQLite result code, or what `on` ended it
 * with. */
int sat_words_each(sqlite3 *connection, const char *text, size_t length, sat_on_word on, void *context);

#endif
