/* Invitations: what headquarters gives a person with whom a laptop begins.
 *
 * A JSON document with the registry's public keys, the role, and the registry's statements that a new
 * store needs (its own approval, the programmes).  It holds no secret.  Whether it was changed on the way
 * shows when the six words are compared (enrolment.h), which are made of these keys.
 *
 * sat_invitation_write at the registry, sat_invitation_accept on the laptop; the store then asks to be let
 * in with its first bundle.
 */
#ifndef SAT_INVITATION_H
#define SAT_INVITATION_H

#include "bytes.h"
#include "keys.h"
#include "store.h"

/* Appends an invitation for a role to `file`.  SAT_EUSAGE elsewhere than at the registry. */
int sat_invitation_write(sat_store *store, sat_role role, sat_bytes *file, sat_error *err);
/* Makes a store out of an invitation, as sat_store_create does, and opens nothing.  `name` is what the
 * laptop is to be called; `options` as for sat_store_create.  SAT_EDAMAGED for what is no invitation,
 * SAT_ETOONEW, SAT_ELIMIT, SAT_EFORGED, and what sat_store_create says. */
int sat_invitation_accept(const char *path, const void *file, size_t length, const char *name,
                          const sat_identity *identity, const sat_store_options *options,
                          const sat_env *env, sat_error *err);

#endif
