/* Exporting, shared by `export` and `merge --reply`. */
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

#endif
