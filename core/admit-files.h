/* Pieces of files that come in: let in when a value that is here, and allowed here, names their file.
 *
 * A piece is checked against the name that the frame gives to its file, so who sent it does not matter.  Whether it
 * is let in hangs on the values alone, which came before it in the bundle or with an earlier one: the same gate
 * that let the value in is asked again.  What is not let in is declined, and asked for when a value allows it
 * (file-use.h).
 */
#ifndef SAT_ADMIT_FILES_H
#define SAT_ADMIT_FILES_H

#include "admit.h"

/* The pieces of one frame.  SAT_EREFUSED when one is not what the name says, SAT_ENOMEM, and what the store
 * reports. */
int sat_admit_pieces(sat_admission *admission, const sat_file_pieces *pieces, sat_error *err);
/* When all frames of a bundle are in: asks for what is missing where its sender may think that it is here. */
int sat_admit_files_end(sat_admission *admission, sat_error *err);

#endif
