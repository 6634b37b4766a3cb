/* Names of files on a medium: how ours are drawn, and how they are told from others'.
 *
 * A finished bundle is sixteen random base32 characters and ".satchel"; an unfinished one is a dot,
 * sixteen of them and ".part".  They are drawn from randomness alone, so that a name says neither who
 * nor when, and 80 bits make it so unlikely to meet a taken one that a second draw always suffices.
 *
 * This knows names only, no medium.  For the modules of the folder carrier (folder.h).
 */
#ifndef SAT_FILE_NAME_H
#define SAT_FILE_NAME_H

#include <stdbool.h>

#include "carrier.h"
#include "core/env.h"

#define SAT_FILE_NAME_BYTES_MAX 63      /* what sat_carrier.commit has room for */
#define SAT_FILE_NAME_TRIES 16          /* draws before a medium on which every name is taken is given up */
#define SAT_PART_NAME_BYTES 23          /* ".", 16 characters, ".part" and the end */

/* Draws the name of a finished bundle. */
void sat_file_name_draw(const sat_env *env, char name[static SAT_FILE_NAME_BYTES_MAX + 1]);
/* Draws the name of an unfinished one. */
void sat_file_name_draw_part(const sat_env *env, char name[static SAT_PART_NAME_BYTES]);
/* Why a file of this name is no bundle: a sentence, borrowed for ever; NULL when it may be one.
 * `regular` is false for what is not a regular file. */
const char *sat_file_name_foreign(const char *name, bool regular);

#endif
