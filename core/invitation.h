/* Invitations: what headquarters gives a person with whom a laptop begins.
 *
 * A JSON document with the registry's public keys, the role, the registry's statements that a new store needs
 * (its own approval, the programmes), and the registry's signature over all of that.  It holds no secret.
 *
 * Two things guard it.  The signature shows when a part of it was changed: the role, say, which would make an
 * auditor's copy of a facilitator's laptop.  Somebody who makes one of their own, with keys and a signature of
 * their own, is shown by the six words (enrolment.h), which are made of the keys.
 *
 *   signature   Ed25519 by "sign" over hash32["satchel1invite"] of the document without the member "signature",
 *               as JSON with members in the order of their names' bytes and without blanks
 *
 * sat_invitation_write at the registry, sat_invitation_accept on the laptop; the store then asks to be let
 * in with its first bundle.
 */
#ifndef SAT_INVITATION_H
#define SAT_INVITATION_H

#include "bytes.h"
#include "keys.h"
#include "store.h"

/* Appends an invitation for a role to `file`, signed by the registry's `identity`.  SAT_EUSAGE elsewhere than at
 * the registry. */
int sat_invitation_write(sat_store *store, const sat_identity *identity, sat_role role, sat_bytes *file,
                         sat_error *err);
/* Makes a store out of an invitation, as sat_store_create does, and opens nothing.  `name` is what the
 * laptop is to be called; `options` as for sat_store_create.  SAT_EDAMAGED for what is no invitation, was changed,
 * is not signed or cannot be used, SAT_ETOONEW, and what sat_store_create says.  Nothing is left behind then. */
int sat_invitation_accept(const char *path, const void *file, size_t length, const char *name,
                          const sat_identity *identity, const sat_store_options *options,
                          const sat_env *env, sat_error *err);

#endif
