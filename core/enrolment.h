/* Enrolment: how a laptop is let in, and how it is shut out again.
 *
 * A laptop comes with an invitation (invitation.h) and asks to be let in.  Both sides then see the same
 * six words, made of both parties' keys and the role: headquarters types what the laptop's owner reads
 * out, and the owner confirms on the laptop that they matched.  Somebody who swaps keys on the way makes
 * the words differ.  What headquarters decides is a registry statement (registry-statement.h), and
 * travels to everybody.
 *
 *   the registry   sat_registry_found once; sat_device_request when a bundle asks; sat_device_words,
 *                  sat_device_approve; sat_device_revoke when a laptop is lost
 *   a laptop       sat_device_words, sat_device_confirm; sat_may_send says whether all that has happened
 */
#ifndef SAT_ENROLMENT_H
#define SAT_ENROLMENT_H

#include "device.h"
#include "keys.h"
#include "store.h"
#include "words.h"

/* Unknown devices whose requests a registry keeps; more are refused until some are decided. */
#define SAT_PENDING_MAX 256

/* At `init --registry`: the registry approves itself and publishes its programme.  In a transaction. */
int sat_registry_found(sat_store *store, const sat_identity *identity, sat_error *err);

/* Notes an unknown device that asked to be let in; a known one stays as it is.  `*id` receives its number,
 * and is set only when this succeeds.  SAT_ELIMIT above SAT_PENDING_MAX.  In a transaction. */
int sat_device_request(sat_store *store, const sat_public *keys, sat_role role, const char *name, int64_t *id,
                       sat_error *err);

/* The six words between this replica and a device (at the registry), or between the registry and
 * this replica (elsewhere: `device` is then the registry).  Empty when the store cannot be read; `err`
 * says why. */
void sat_device_words(sat_store *store, const sat_device *device, char words[static SAT_WORDS_CHARS],
                      sat_error *err);

/* At the registry: approves the pending device whose six words these are, for `audiences` (words parted by
 * spaces; NULL for none); `*approved` receives it as it was before.  SAT_ENOTFOUND when the words are
 * nobody's: then somebody's keys were swapped on the way.  SAT_EEXISTS when it was decided before,
 * SAT_EINVALID for what are no six words, SAT_EUSAGE elsewhere than at the registry.  In a transaction. */
int sat_device_approve(sat_store *store, const sat_identity *identity, const char *words,
                       const char *audiences, sat_device *approved, sat_error *err);
/* At the registry: says anew for which audiences an approved device stands (sorted words; "" for none); what it
 * has been sent counts from zero.  SAT_ENOTFOUND, SAT_EINVALID for one that is not approved, SAT_EUSAGE elsewhere
 * than at the registry.  In a transaction. */
int sat_device_stand_for(sat_store *store, const sat_identity *identity, int64_t id, const char *audiences,
                         sat_error *err);
/* At the registry: revokes a device; accepted are the counters that have arrived here.  SAT_ENOTFOUND,
 * SAT_EEXISTS when it was revoked before, SAT_EUSAGE for the registry itself.  In a transaction. */
int sat_device_revoke(sat_store *store, const sat_identity *identity, int64_t id, sat_error *err);
/* Appends the registry's newest approval of `device`, as it was signed; nothing when there is none.  With its own
 * a device can introduce itself to who has not heard of it, a registry restored from an older backup, say. */
int sat_device_certificate(sat_store *store, const sat_device_id *device, sat_bytes *object, sat_error *err);
/* Whether an object is the registry's approval of `device`; `*keys` then receives the device's keys. */
int sat_certificate_check(sat_store *store, const void *object, size_t length, const sat_device_id *device,
                          sat_public *keys, bool *good, sat_error *err);
/* On a laptop: its owner says that the six words matched.  SAT_EUSAGE at the registry.  In a transaction. */
int sat_device_confirm(sat_store *store, sat_error *err);
/* 0 when this replica may send data: at the registry always; elsewhere when it was approved and its
 * owner confirmed.  SAT_EWAITING with a sentence that says what is to be done, when it may not. */
int sat_may_send(sat_store *store, sat_error *err);

#endif
