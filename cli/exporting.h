/* Exporting, shared by `export` and `merge --reply`, and what a revoked laptop is told. */
#ifndef CLI_EXPORTING_H
#define CLI_EXPORTING_H

#include "command.h"
#include "sync/exchange.h"
#include "sync/folder.h"

typedef struct cli_exports {
	cli *c;
	json_t *bundles; /* what was written, in the form of `export --json` */
	size_t count;
	sat_export_options options;
} cli_exports;

/* Exports to one device and adds what was written to the list. */
int cli_export_to(cli_exports *e, sat_carrier *carrier, int64_t device);

/* Puts `revoked` into the result and, where headquarters revoked this laptop, a sentence that says so, what
 * is safe and what to do; says it too: as a result, or with `remark` to standard error. */
int cli_tell_revoked(cli *c, bool remark);

#endif
