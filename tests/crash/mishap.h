/* A mishap: which durable step of a process goes wrong, and how.
 *
 * Everything that a crash test wants to stop at passes through mishap_step: each write, truncation, sync,
 * creation, renaming and removal, on the store's disk and on the stick, in one count from 1.  The shims
 * (failing-vfs.h, failing-disk.h) ask before a step, do what they are told, and die where they are told.
 *
 *     mishap m = { .kind = MISHAP_KILL, .at = 17, .seed = 1, .report = shared };
 *     mishap_begin(&m);
 *     mishap_answer a = mishap_step(&m, MISHAP_STORE, MISHAP_WRITE);
 *     ... do the step, or fail as `a` says ...
 *     mishap_done(a);
 *
 * The report lives in memory that the parent shares, because a process that kills itself says nothing.
 */
#ifndef CRASH_MISHAP_H
#define CRASH_MISHAP_H

#include <stdbool.h>
#include <stdint.h>

#include "unsynced.h"

/* kind, name on the command line and in messages */
#define MISHAPS(X) \
	X(MISHAP_NONE, "none")             /* only counts */ \
	X(MISHAP_KILL, "kill")             /* SIGKILL instead of the step */ \
	X(MISHAP_TEAR, "tear")             /* a write does a first part of its sectors, then SIGKILL */ \
	X(MISHAP_CUT, "cut")               /* the power fails before it; nothing unsynced stays */ \
	X(MISHAP_CUT_PARTLY, "cut-partly") /* the same; of what is unsynced stays what the seed says */ \
	X(MISHAP_ERROR_ONCE, "error-once") /* the step fails with an I/O error */ \
	X(MISHAP_FULL_ONCE, "full-once")   /* the step fails for want of room */ \
	X(MISHAP_ERROR_ON, "error-on")     /* it and all later ones on its medium: a stick pulled out */ \
	X(MISHAP_FULL_ON, "full-on")       /* it and all later ones on its medium that need room */

typedef enum mishap_kind {
#define X(kind, name) kind,
	MISHAPS(X)
#undef X
	MISHAP_KINDS
} mishap_kind;

/* "kill", ...  Borrowed for ever. */
const char *mishap_name(mishap_kind kind);
/* The process goes on after these. */
bool mishap_is_failure(mishap_kind kind);
/* After these the machine has started again. */
bool mishap_is_cut(mishap_kind kind);

typedef enum mishap_medium { MISHAP_STORE, MISHAP_STICK, MISHAP_MEDIA } mishap_medium;

typedef enum mishap_what {
	MISHAP_CREATE = 'c',
	MISHAP_WRITE = 'w',
	MISHAP_TRUNCATE = 't',
	MISHAP_SYNC = 's',
	MISHAP_RENAME = 'r',
	MISHAP_REMOVE = 'd',
	MISHAP_MAKE_FOLDER = 'm',
	MISHAP_RETURN = '.',         /* no step on a disk: the operation has said that it is done */
} mishap_what;

typedef enum mishap_answer {
	MISHAP_GO,                   /* do the step */
	MISHAP_TORN,                 /* do a first part of it (mishap_part) if it is a write */
	MISHAP_REFUSED,              /* fail with an I/O error */
	MISHAP_NO_ROOM,              /* fail for want of room */
} mishap_answer;

#define MISHAP_STEPS_MAX 8192

typedef struct mishap_report {
	unsigned steps;              /* counted so far */
	bool hit;                    /* the step came */
	bool returned;               /* the operation returned success before it */
	int code;                    /* what the operation returned */
	char what[MISHAP_STEPS_MAX]; /* mishap_what of each step; on the stick in capitals */
} mishap_report;

typedef struct mishap {
	mishap_kind kind;
	unsigned at;
	uint64_t seed;
	mishap_report *report;
	unsynced *unsynced;          /* made by mishap_begin for power cuts, else NULL */
	bool gone[MISHAP_MEDIA];
} mishap;

void mishap_begin(mishap *m);
/* Counts a step and says what becomes of it; does not return where the process dies at once. */
mishap_answer mishap_step(mishap *m, mishap_medium medium, mishap_what what);
/* Dies where a torn step was the last one. */
void mishap_done(mishap_answer answer);
/* How many of `count` bytes a torn write writes. */
size_t mishap_part(const mishap *m, size_t count);
/* The end of the process: a power cut that was set for the step after the last one happens now. */
void mishap_end(mishap *m);

#endif
