/* Records by title.  A title has no index in the store, so one look-up reads the whole kind; an import,
 * which makes thousands of them, keeps the hashes of all titles in memory.
 */
#ifndef CLI_TITLES_H
#define CLI_TITLES_H

#include "command.h"
#include "core/table.h"

typedef struct cli_titles cli_titles;

/* From now on titles are kept; freed with the context. */
int cli_titles_make(cli *c);
void cli_titles_free(cli_titles *titles);

/* As sat_query_title, through what is kept where something is. */
int cli_titled(cli *c, sat_table *table, const char *title, size_t length, sat_dot *ids, size_t most,
               size_t *found);

#endif
