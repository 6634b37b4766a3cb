/* What a registry statement does when it is admitted.
 *
 * Statements arrive in any order and never leave, so each effect is worked out in a way that comes to
 * the same from every order: of approvals of one device the greatest serial rules, a revocation is final
 * also when it comes first, the latest day counts, of programmes the greatest version rules, and a rejected
 * bundle stays rejected.
 *
 * Called by sat_statement_admit alone, once for each statement, after its signature was checked and it
 * was kept.
 */
#ifndef SAT_REGISTRY_EFFECT_H
#define SAT_REGISTRY_EFFECT_H

#include "registry-statement.h"

/* Lets a statement take effect; one of an unknown type does nothing.  SAT_EDAMAGED when its body breaks
 * the format; the transaction is then to be rolled back.  In a transaction. */
int sat_statement_take_effect(sat_store *store, const sat_statement *statement, sat_error *err);

#endif
