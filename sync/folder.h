/* The folder carrier: bundles in a folder named `satchel` on a mounted medium.
 *
 * Writing is new name, temporary file, fsync, rename without replacing, fsync of the folder, drop
 * of the page cache (or O_DIRECT), read back and compare by hash.  Only then is a bundle "on the
 * stick".  Names are 16 random lower-case base32 characters and the suffix; file and folder times
 * are set to 1980-01-01 (the oldest that FAT can tell), so that neither name nor time says who or
 * when.  Nothing is ever overwritten; only sat_carrier.drop removes a bundle.
 *
 * The parts: place.h is the folder itself, place-listing.h what lies in it, part.h a bundle on its way
 * to it, read-back.h the proof that it arrived, medium-failure.h the sentences when it does not.
 *
 * sat_folder_open, then what carrier.h says, then sat_carrier_free.
 */
#ifndef SAT_FOLDER_H
#define SAT_FOLDER_H

#include "carrier.h"
#include "core/env.h"
#include "disk.h"

/* A carrier over `path`/satchel (or `path` itself when its last part is "satchel").  The folder is made
 * at the first write, not before.  `disk` NULL is sat_disk_system(); it and `env` are borrowed until the
 * carrier is freed.  Owned by the caller; NULL when it fails: SAT_ENOTFOUND when `path` is not a folder
 * that can be read, SAT_EEXISTS when `path`/satchel is no folder. */
int sat_folder_open(sat_carrier **carrier, const char *path, const sat_disk *disk, const sat_env *env,
                    sat_error *err);

#endif
