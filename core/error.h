/* What can go wrong, and how it is told.
 *
 * A fallible function returns 0 or one of the negative SAT_E... codes; its last parameter is a
 * sat_error that the caller owns and that receives the code and one sentence.  The sentence says
 * what happened, what is still safe and, where there is something to do, what to do next.  Callers
 * add context outward with sat_error_context: "merge 0007.satchel: frame 12: ...".
 *
 * Libraries never print and never exit.  `err` may be NULL where only the code matters.
 */
#ifndef SAT_ERROR_H
#define SAT_ERROR_H

#include <stdarg.h>

/* code, name for scripts, what it means for the program that sees it */
#define SAT_ERRORS(X)                                                                    \
	X(SAT_ENOMEM, -1, "no_memory", "memory ran out")                                 \
	X(SAT_EUSAGE, -2, "usage", "the call or the command was not understood")         \
	X(SAT_ENOTFOUND, -3, "not_found", "what was named does not exist here")          \
	X(SAT_EEXISTS, -4, "exists", "something of that name is there already")          \
	X(SAT_EINVALID, -5, "invalid", "a value does not fit the programme")             \
	X(SAT_EBUSY, -6, "busy", "another process has the store open")                   \
	X(SAT_EIO, -7, "io", "the store or the medium failed")                           \
	X(SAT_EFULL, -8, "full", "the medium is full")                                   \
	X(SAT_ETOONEW, -9, "too_new", "written by a newer version than this one")        \
	X(SAT_EDAMAGED, -10, "damaged", "bytes are missing or altered")                  \
	X(SAT_EFORGED, -11, "forged", "a signature or a seal does not hold")             \
	X(SAT_ENOTFORUS, -12, "not_for_us", "sealed to somebody else")                   \
	X(SAT_EUNKNOWN, -13, "unknown_sender", "from a device that is not approved")     \
	X(SAT_EREVOKED, -14, "revoked", "from a device that was revoked")                \
	X(SAT_EREFUSED, -15, "refused", "against the rules of merging")                  \
	X(SAT_ELIMIT, -16, "limit", "larger than what is accepted")                      \
	X(SAT_EPASSPHRASE, -17, "passphrase", "the passphrase does not open the key")    \
	X(SAT_EWAITING, -18, "waiting", "something has to be done by a person first")    \
	X(SAT_ECANCELLED, -19, "cancelled", "a person stopped it")

enum {
#define X(code, number, name, meaning) code = number,
	SAT_ERRORS(X)
#undef X
};

#define SAT_ERROR_MESSAGE_BYTES 512

typedef struct sat_error {
	int code;                               /* 0, or a SAT_E... */
	char message[SAT_ERROR_MESSAGE_BYTES];  /* UTF-8, always terminated; "" when code is 0 */
} sat_error;

/* Sets `err` (may be NULL) and returns `code`, so that `return sat_fail(...)` reads well. */
int sat_fail(sat_error *err, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same for memory that ran out. */
int sat_no_memory(sat_error *err);

/* Puts "context: " before the message and returns the code that is there. */
int sat_error_context(sat_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The name of a code for scripts ("not_found"), borrowed for ever; "error" for an unknown one. */
const char *sat_error_name(int code);

/* SAT_AUTO(sat_store) s = NULL; frees s at every exit of its scope through sat_store_free(s). */
#define SAT_AUTO(type) __attribute__((cleanup(type##_cleanup))) type *
#define SAT_AUTO_DEFINE(type)                            \
	static inline void type##_cleanup(type **object) \
	{                                                \
		type##_free(*object);                    \
		*object = NULL;                          \
	}

#endif
