/* What the commands of the program share: one context, options, output, keys.
 *
 * A command is a function that is given its own words (argv[0] is its name) and returns the exit code:
 *
 *     int cmd_thing(cli *c, int argc, char **argv)
 *     {
 *             if (!cli_options(c, &usage, options, &argc, &argv))
 *                     return c->code;
 *             if (cli_open(c) != 0)
 *                     return cli_fail(c);
 *             ...
 *     }
 *
 * main.c closes the store and ends the output.  With --json a command fills in c->result and prints
 * nothing; without it, it prints sentences.  Refusals and remarks go to standard error in both cases.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/arena.h"
#include "core/bytes.h"
#include "core/device.h"
#include "core/enrolment.h"
#include "core/env.h"
#include "core/error.h"
#include "core/gate.h"
#include "core/invitation.h"
#include "core/keys.h"
#include "core/store.h"

enum cli_exit {
	CLI_DONE = 0,
	CLI_PARTLY = 1, /* something was refused or set aside; the rest is done */
	CLI_USAGE = 2,
	CLI_FAILED = 3, /* the store or the medium failed; nothing changed */
};

typedef struct cli {
	const char *store_path;
	const char *passphrase_file; /* NULL: ask */
	bool json, quiet, help, version;
	int code; /* what cli_options decided */
	const sat_env *env;
	sat_store *store;       /* NULL until cli_open */
	sat_identity *identity; /* NULL until cli_unlock */
	sat_gate *own_gate;     /* see view.h */
	sat_gate *registry_gate;
	sat_device registry;
	struct cli_titles *titles; /* see titles.h */
	json_t *result;            /* the one object of --json; owned here */
	const char *stream;        /* member that is being streamed, see cli_stream_begin */
	size_t streamed;
	sat_error err;
} cli;

/* --- options (options.c) ----------------------------------------------------------------------- */

#define CLI_LIST_MAX 256

typedef struct cli_list {
	const char *at[CLI_LIST_MAX];
	size_t count;
} cli_list;

typedef enum cli_kind {
	CLI_FLAG,   /* into a bool */
	CLI_TEXT,   /* into a const char * */
	CLI_NUMBER, /* into an unsigned */
	CLI_WORDS,  /* into a cli_list; may be given several times */
} cli_kind;

typedef struct cli_option {
	const char *name; /* without the hyphens; NULL ends a table */
	cli_kind kind;
	void *into;
	const char *argument; /* what help calls it; NULL for a flag */
	const char *help;
} cli_option;

typedef struct cli_usage {
	const char *name;
	const char *arguments;
	const char *about; /* a sentence or two */
	int least, most;   /* positional words; most < 0: any number */
} cli_usage;

/* Reads a command's options, and the global ones wherever they stand.  True: go on, argc and argv are
 * the positional words.  False: c->code is the exit code (help was asked for, or usage was wrong). */
bool cli_options(cli *c, const cli_usage *usage, const cli_option *options, int *argc, char ***argv);
/* The same for the words before the command; `*argv` then begins with the command. */
bool cli_global_options(cli *c, int *argc, char ***argv);

/* --- output (output.c) ------------------------------------------------------------------------- */

/* Results for people: to standard output, not with --json; cli_say not with --quiet either.  Control
 * characters in values from elsewhere are replaced, so that they cannot steer a terminal, and line breaks in them
 * shown as a sign, so that they make no lines of their own (line.h says which conversions there are). */
void cli_print(cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
void cli_say(cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A text that is the whole answer: to standard output, or with --json under `name`.  Leaves `text` terminated. */
void cli_tell_text(cli *c, const char *name, sat_bytes *text);
/* Remarks: to standard error, not with --quiet. */
void cli_note(cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What a person is to answer, to standard error, without an end of its line. */
void cli_ask(cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A refusal that does not end the command: to standard error. */
void cli_refuse(cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prints c->err (and puts it into the result) and returns the exit code that it means. */
int cli_fail(cli *c);
/* Puts more behind the sentence of c->err: what a command has done before it failed, or how to make up for it. */
void cli_fail_also(cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Wrong usage, with the sentence; returns CLI_USAGE. */
int cli_wrong(cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Takes over `value`; a failure to allocate ends the program, since there is nothing else to do. */
void cli_set(cli *c, const char *name, json_t *value);
/* Text that may not be valid UTF-8 (file names); never NULL. */
json_t *cli_text(const char *text);
json_t *cli_bytes(const void *data, size_t length);
/* An array under `name` that is printed as it grows, since it may be longer than memory.  Without
 * --json it does nothing. */
void cli_stream_begin(cli *c, const char *name);
void cli_stream_add(cli *c, json_t *item);
/* Prints what is left of the result; false when standard output could not be written. */
bool cli_end(cli *c);

#define CLI_TIME_CHARS 24
/* "2022-06-14T09:30:00Z"; "" when not known. */
const char *cli_time(int64_t seconds, char text[static CLI_TIME_CHARS]);
json_t *cli_time_json(int64_t seconds);
/* Days since 1970 to "2022-06-14", and back; false when it is no full date. */
const char *cli_day(int32_t days, char text[static CLI_TIME_CHARS]);
bool cli_day_read(const char *text, int32_t *days);
/* "1 record", "2 records". */
const char *cli_count(size_t n, const char *one, const char *many, char text[static 64]);

/* Writes text from elsewhere, with what could steer a terminal replaced. */
void cli_put_harmless(FILE *out, const char *text);

/* --- progress (progress.c) ---------------------------------------------------------------------- */

/* From here on a person sees that the command works, on a terminal, not with --quiet and after half a second;
 * cli_options calls it, and main.c the other when all is written. */
void cli_progress_start(cli *c);
void cli_progress_stop(void);
/* Makes way for something that is about to be printed to `out`. */
void cli_progress_aside(FILE *out);
/* While a person is asked. */
void cli_progress_pause(bool pause);

/* A part of a command that knows how far it is, or can be stopped.  cli_progress_step has the form of sat_progress;
 * it answers false after Ctrl-C, which until the end stops the program by itself no more. */
typedef struct cli_progress {
	const char *before;
} cli_progress;
void cli_progress_begin(cli_progress *progress, const char *doing);
bool cli_progress_step(void *progress, const char *name, uint64_t done, uint64_t total);
void cli_progress_end(cli_progress *progress);

/* --- store and keys (context.c) ---------------------------------------------------------------- */

/* Opens the store; its errors mean CLI_FAILED.  The error is in c->err. */
int cli_open(cli *c);
/* Opens the store and the identity. */
int cli_unlock(cli *c);
/* Runs `change` in a transaction: commits when it returns 0, else rolls back. */
int cli_transaction(cli *c, int (*change)(cli *c, void *context), void *context);
/* Closes both, if they are open. */
int cli_close(cli *c);
/* The key file's path, in `path`. */
void cli_key_path(const char *store_path, sat_bytes *path);
/* A new passphrase, asked for twice; wiped and freed by cli_secret_free. */
int cli_new_passphrase(cli *c, char **passphrase);
void cli_secret_free(char *secret);
/* Says `question`, which is one or more sentences, and asks for `word` on the terminal, unless `yes`: 0 when
 * it was typed, else an error in c->err, which without a terminal holds the question. */
int cli_confirm(cli *c, bool yes, const char *question, const char *word);
/* A device id in hex. */
#define CLI_DEVICE_CHARS (2 * SAT_DEVICE_BYTES + 1)
const char *cli_device(const sat_device_id *device, char text[static CLI_DEVICE_CHARS]);

/* --- files (files.c) --------------------------------------------------------------------------- */

/* Appends a whole file; SAT_ELIMIT above `most` bytes. */
int cli_file_read(const char *path, size_t most, sat_bytes *out, sat_error *err);
/* Where an invitation lies: `given` itself, or in that folder under a name that says what it is. */
void cli_invitation_path(const char *given, char *path, size_t room);
/* Writes a new file: temporary name, fsync, rename without replacing, fsync of the folder. */
int cli_file_write(const char *path, const void *data, size_t length, unsigned mode, sat_error *err);
/* The same out of pieces: `next` appends one and answers 1, or 0 at the end, or an error. */
int cli_file_write_from(const char *path, int (*next)(void *context, sat_bytes *piece, sat_error *err),
                        void *context, unsigned mode, sat_error *err);
/* Copies a file in the same way. */
int cli_file_copy(const char *from, const char *to, unsigned mode, sat_error *err);
/* Renames without replacing and makes it durable. */
int cli_file_rename(const char *from, const char *to, sat_error *err);
bool cli_file_there(const char *path);
/* 0 where nothing is yet; SAT_EEXISTS with a sentence where something is. */
int cli_file_new(const char *path, sat_error *err);

/* --- commands ---------------------------------------------------------------------------------- */

int cmd_init(cli *c, int argc, char **argv);
int cmd_invite(cli *c, int argc, char **argv);
int cmd_device(cli *c, int argc, char **argv);
int cmd_add(cli *c, int argc, char **argv);
int cmd_set(cli *c, int argc, char **argv);
int cmd_show(cli *c, int argc, char **argv);
int cmd_list(cli *c, int argc, char **argv);
int cmd_search(cli *c, int argc, char **argv);
int cmd_erase(cli *c, int argc, char **argv);
int cmd_import(cli *c, int argc, char **argv);
int cmd_dump(cli *c, int argc, char **argv);
int cmd_consent(cli *c, int argc, char **argv);
int cmd_label(cli *c, int argc, char **argv);
int cmd_date(cli *c, int argc, char **argv);
int cmd_media(cli *c, int argc, char **argv);
int cmd_report(cli *c, int argc, char **argv);
int cmd_export(cli *c, int argc, char **argv);
int cmd_merge(cli *c, int argc, char **argv);
int cmd_verify(cli *c, int argc, char **argv);
int cmd_inspect(cli *c, int argc, char **argv);
int cmd_disclosures(cli *c, int argc, char **argv);
int cmd_status(cli *c, int argc, char **argv);
int cmd_conflicts(cli *c, int argc, char **argv);
int cmd_resolve(cli *c, int argc, char **argv);
int cmd_quarantine(cli *c, int argc, char **argv);
int cmd_doctor(cli *c, int argc, char **argv);
int cmd_backup(cli *c, int argc, char **argv);
int cmd_restore(cli *c, int argc, char **argv);

#endif
