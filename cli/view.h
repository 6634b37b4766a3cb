/* What may be shown of a record here, what of it headquarters may have, and who wrote it.
 *
 * A value that this device wrote itself is always shown to those who sit at it: they typed it.  What
 * others wrote is shown as far as the gate for this replica permits, and else named with the reason.
 */
#ifndef CLI_VIEW_H
#define CLI_VIEW_H

#include "command.h"
#include "core/merge.h"
#include "core/query.h"

#define CLI_REASON_BYTES 256

/* True when the value was written by this device. */
bool cli_own(cli *c, const sat_sibling *sibling);
/* Do labels let this replica see the record at all? */
int cli_record_seen(cli *c, const sat_state *state, bool *seen);
/* May it be shown here?  `reason` (may be NULL) receives why not. */
int cli_seen(cli *c, const sat_state *state, const sat_sibling *sibling, bool *seen, char *reason,
             size_t room);
/* The same without the rule about one's own writing: what dumps go by. */
int cli_permitted(cli *c, const sat_state *state, const sat_sibling *sibling, bool *permitted);
/* May headquarters have it? */
int cli_shared(cli *c, const sat_state *state, const sat_sibling *sibling, bool *shared, char *reason,
               size_t room);
/* Walks over the records of a kind, and over those in conflict, that labels let this replica see. */
int cli_each(cli *c, sat_table *table, sat_on_record each, void *context);
int cli_each_conflict(cli *c, sat_on_record each, void *context);
/* The gates themselves, opened on first use. */
int cli_own_gate(cli *c, sat_gate **gate);
int cli_registry_gate(cli *c, sat_gate **gate);

/* Whether somebody is mourned, as far as it is known here, and the name that is said instead (appended to
 * `name`, nothing when none was told). */
int cli_mourned(cli *c, sat_dot person, bool *mourned, sat_bytes *name);

/* Who vouched for a write that came neither from its author nor from headquarters; "" for nobody. */
const char *cli_voucher(cli *c, sat_dot dot, char name[static SAT_DEVICE_NAME_BYTES]);
/* The name of the device that wrote under a dot; "unknown" when no statement has said whose it is. */
const char *cli_author(cli *c, sat_dot dot, char name[static SAT_DEVICE_NAME_BYTES]);
/* When its author's clock says that it was written; 0 when that is not known. */
int64_t cli_moment(cli *c, sat_dot dot);

/* A value on one line for people, shortened; references by their titles. */
int cli_describe_value(cli *c, const sat_value *value, size_t most, sat_bytes *out);
/* What stands for a record in a list: its title, else its fields, as far as they may be shown. */
int cli_describe(cli *c, const sat_state *state, sat_bytes *out);
int cli_describe_id(cli *c, sat_dot id, sat_bytes *out);

/* The different values that a field holds and that are not blank; equal ones count once.  `values`
 * (borrowed siblings) receives at most `most`; the last is the one that is shown. */
size_t cli_values_of(const sat_state *state, uint16_t field, const sat_sibling **values, size_t most);
#define CLI_VALUES_MAX 64

#endif
