/* Labels as people read and write them: options that say one, and what is in force on a record. */
#ifndef CLI_LABELS_H
#define CLI_LABELS_H

#include "command.h"
#include "core/consent.h"

/* What the options of a label say. */
typedef struct cli_label {
	const char *codes, *words, *audience, *embargo, *grantor, *authority, *reason;
	bool do_not_copy;
} cli_label;

/* The options above, for a command's table; `codes` is the name of the one that gives the codes. */
#define CLI_LABEL_OPTIONS(label, codes_name)                                                                      \
	{ codes_name, CLI_TEXT, &(label)->codes, "CODES", "codes of Local Contexts, such as \"TK WR, BC P\"" },   \
	{ "words", CLI_TEXT, &(label)->words, "TEXT", "what the label says, in the community's own words" },      \
	{ "audience", CLI_TEXT, &(label)->audience, "WORDS", "whom it is kept for: women, community:Aurukun ..." }, \
	{ "embargo", CLI_TEXT, &(label)->embargo, "DATE", "until the end of this day, by headquarters' date" },   \
	{ "do-not-copy", CLI_FLAG, &(label)->do_not_copy, NULL, "it stays on the machines that have it" },        \
	{ "grantor", CLI_TEXT, &(label)->grantor, "TEXT", "who decided" },                                        \
	{ "authority", CLI_TEXT, &(label)->authority, "TEXT", "in whose name they speak" }

/* True when any option of a label was given. */
bool cli_label_said(const cli_label *label);
/* Turns the options into a decision about `record`, its texts in `arena`.  SAT_EINVALID with a sentence. */
int cli_label_read(cli *c, const cli_label *label, sat_dot record, sat_arena *arena, sat_decision *decision);
/* Says what is odd about a label that was put: codes that are mostly for some without an audience, matter that is
 * best not recorded, a machine that will not show it any more. */
int cli_label_remark(cli *c, const cli_label *label, const sat_decision *decision);

/* The labels in force on a record itself, as JSON (owned by the caller), and printed with `indent` before each. */
int cli_labels_of(cli *c, sat_dot record, const char *indent, json_t **labels);

#endif
