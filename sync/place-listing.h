/* What lies in a place, and which of it may be a bundle.
 *
 * People keep photographs, folders and links on the same sticks.  Those are *foreign*: they are named
 * with a reason that a person can read, and never opened, changed or removed.  Only a regular file with
 * a bundle's name and size may be a bundle; whether it is one, its bytes say (bundle.h).
 *
 * Listing and checking are two ways to the same rule: what sat_place_list does not call foreign,
 * sat_place_check_bundle lets through.  For the folder carrier (folder.h).
 */
#ifndef SAT_PLACE_LISTING_H
#define SAT_PLACE_LISTING_H

#include "carrier.h"
#include "place.h"

/* Calls `each` for everything in the place in the order of names, as sat_carrier.list does: stops at its
 * first non-zero result and returns that.  An absent place holds nothing.  SAT_EIO when the medium is
 * gone, SAT_ELIMIT for a folder with more things than anybody's stick holds. */
int sat_place_list(sat_place *place, int (*each)(void *user, const sat_found *found), void *user,
                   sat_error *err);
/* Makes sure that `name` may be a bundle before it is opened or removed: no path, link, folder or pipe.
 * SAT_EUSAGE for what is no name, SAT_ENOTFOUND, SAT_EREFUSED with the reason, SAT_EIO. */
int sat_place_check_bundle(sat_place *place, const char *name, sat_error *err);

#endif
