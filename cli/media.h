/* The verbs of satchel media, and what they share. */
#ifndef CLI_MEDIA_H
#define CLI_MEDIA_H

#include "command.h"
#include "core/file.h"
#include "core/merge.h"

int cli_media_add(cli *c, int argc, char **argv);
int cli_media_get(cli *c, int argc, char **argv);
int cli_media_list(cli *c, int argc, char **argv);
int cli_media_ask(cli *c, int argc, char **argv);

/* The file that a value names, and how much of it is here: of its preview with `preview`.  `file->id` is 0 when
 * nothing is known of it. */
int cli_media_file(cli *c, const sat_value *value, bool preview, sat_file_value *named, sat_file *file);
/* "3 of 12 pieces", "all 12 pieces". */
const char *cli_media_pieces(const sat_file *file, char text[static 64]);
/* The one field of a record that names a file, or the one of that name (NULL: any): SAT_ENOTFOUND with a
 * sentence. */
int cli_media_field(cli *c, const sat_state *state, const char *name, const sat_sibling **shown);

#endif
