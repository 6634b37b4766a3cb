/* The verbs of satchel consent, and what they share. */
#ifndef CLI_DECISIONS_H
#define CLI_DECISIONS_H

#include "command.h"
#include "core/consent.h"

/* A person or a community, by id or by title. */
int cli_subject(cli *c, const char *text, sat_dot *subject);
/* A person or a community as somebody concerned (core/dot.h), by the kind of its record. */
int cli_concerned(cli *c, sat_dot subject, sat_dot *concerned);
/* Whether a purpose, or a state, is for them to decide: SAT_EINVALID with a sentence when it is another's. */
int cli_decides(cli *c, sat_dot concerned, const char *purpose);
/* A purpose of the programme; the name is borrowed from it. */
int cli_purpose(cli *c, const char *text, size_t length, const char **purpose);
/* The same, or a state of a person: has_guardian, in_mourning. */
int cli_purpose_or_state(cli *c, const char *text, size_t length, const char **purpose);

int cli_consent_record(cli *c, int argc, char **argv);
int cli_consent_document(cli *c, int argc, char **argv);
int cli_consent_verify(cli *c, int argc, char **argv);
int cli_consent_receipt(cli *c, int argc, char **argv);
int cli_consent_show(cli *c, int argc, char **argv);
int cli_consent_withdraw(cli *c, int argc, char **argv);

/* Before decisions about one subject are recorded: asks a person where one of them is a yes after that
 * subject took the purpose back for ever, or a yes whose last day is past.  `yes` answers for scripts.  0 to
 * go on; else the error of cli_confirm is in c->err. */
int cli_consent_ask(cli *c, const sat_decision *decisions, size_t count, bool yes);

/* Reads the words of an option that names recipients into sorted ones in `arena`. */
int cli_recipients(cli *c, const char *option, const char *text, sat_arena *arena, const char **recipients);

#endif
