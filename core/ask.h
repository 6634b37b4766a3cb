/* Asking for what was declined: once more, now that it may be let in.
 *
 * What the gate does not permit here was not kept (admit-declined.h); who sent it does not send it again by
 * itself.  When decisions about a person are new, recorded here or brought by somebody, when labels are, or
 * embargoes over, and when our own audiences are others, an ask goes to each who sent something that was
 * declined; pieces of files (file-use.h) are asked for by the record that names them.  An ask gives its record the
 * next sequence at the one who is asked, who then sends it with what may be sent (delta-lead.c sends asks, admit.c
 * answers them).
 */
#ifndef SAT_ASK_H
#define SAT_ASK_H

#include "store.h"

/* Asks for everything again that was declined about a person; 0: about anybody.  Inside a transaction.
 * SAT_ENOMEM, and what the store reports. */
int sat_ask_again(sat_store *store, sat_dot person, sat_error *err);
/* Asks one device for one record. */
int sat_ask(sat_store *store, sat_dot record, int64_t device, sat_error *err);

#endif
