/* Who else has something: told before it is taken back or erased, and on a receipt. */
#ifndef CLI_HOLDING_H
#define CLI_HOLDING_H

#include "command.h"
#include "sync/holders.h"

/* "has it", "may have it from an earlier yes" ...; NULL for whoever has nothing. */
const char *cli_holding_words(const sat_holder *holder);
/* Says which machines have it, and that paper, backups and sealed sticks are beyond reach; puts the machines
 * into the result as `held_by`. */
void cli_holding_print(cli *c, const sat_holders *holders);
/* The same for one record, as far as it is here. */
int cli_holding_tell(cli *c, sat_dot record);

#endif
