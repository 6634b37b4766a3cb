/* Purposes as bits of a set: what a column needs, what a person permits.
 *
 * A purpose gets its bit when its name is first met, in a programme or in a peer's bundle, and keeps it
 * (sat_purpose).  What does not fit into the set any more is never permitted.
 */
#ifndef SAT_PURPOSE_H
#define SAT_PURPOSE_H

#include "bytes.h"
#include "store.h"

/* A set of purposes, one bit each; bit 63 stands for all that did not fit: never permitted. */
typedef uint64_t sat_purposes;
#define SAT_PURPOSE_BITS 63
#define SAT_PURPOSE_NEVER (UINT64_C(1) << SAT_PURPOSE_BITS)

/* The bit of a purpose, made when it is new (SAT_PURPOSE_NEVER when the set is full). */
int sat_purpose_intern(sat_store *store, const char *name, size_t length, sat_purposes *bit,
                       sat_error *err);
/* 0 when it is not known. */
sat_purposes sat_purpose_find(const sat_store *store, const char *name);
/* The name of bit `i`; NULL when it is not in use. */
const char *sat_purpose_name(const sat_store *store, unsigned i);

/* The least version of its notice that a yes to the purpose of bit `i` may rest on; 0: any.  It only grows:
 * what a programme once asked anew, an older or another one does not take back. */
uint32_t sat_purpose_notice(const sat_store *store, unsigned i);
/* Raises it.  In a transaction. */
int sat_purpose_ask_again(sat_store *store, sat_purposes bit, uint32_t notice, sat_error *err);

/* Those that communities decide about, by the programme in force. */
sat_purposes sat_purposes_collective(const sat_store *store);

/* Appends a set as words in the order of bits, and reads it back; a word that is not known here makes the
 * set one that is never permitted. */
void sat_purposes_words(const sat_store *store, sat_purposes set, sat_bytes *out);
sat_purposes sat_purposes_of_words(const sat_store *store, const char *words);
/* Loads what the store knows.  Called by table.c. */
int sat_purposes_load(sat_store *store, sat_error *err);

#endif
