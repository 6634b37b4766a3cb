/* Where bundles lie: a folder with all its bundles, or one file. */
#ifndef CLI_PLACES_H
#define CLI_PLACES_H

#include "command.h"
#include "sync/carrier.h"

/* A carrier that holds one file and cannot write.  Owned by the caller. */
int cli_file_open(sat_carrier **carrier, const char *path, sat_error *err);

/* The folder carrier of `path`; where that is a file, of the folder that it lies in. */
int cli_folder_open(cli *c, const char *path, sat_carrier **carrier);

/* A carrier for a path that people name, and whether it is a folder. */
int cli_place_open(cli *c, const char *path, sat_carrier **carrier, bool *folder);
/* The last part of a path: what a file carrier calls its file.  Borrowed from `path`. */
const char *cli_last_part(const char *path);

#endif
