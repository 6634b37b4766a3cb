/* Values as people type and read them: kinds, fields, choices, references by id or title. */
#ifndef CLI_VALUES_H
#define CLI_VALUES_H

#include "command.h"
#include "core/record.h"
#include "core/table.h"

/* What a person typed as the name of a kind, field, purpose or event, in the lower case that all of them
 * have.  False, and an empty name, when it is longer than any name is. */
bool cli_name(const char *text, size_t length, char name[static SAT_NAME_BYTES]);
/* The text from `text` to `end` without the blanks around it; borrowed. */
const char *cli_trim(const char *text, const char *end, size_t *length);
/* The table of a kind.  The error names the kinds that there are. */
int cli_kind_named(cli *c, const char *text, sat_table **table);
/* The column of a field.  The error names the fields that there are. */
int cli_column_named(cli *c, sat_table *table, const char *text, size_t length, sat_column **column);
/* A record by id, or by the title that one record of `table` (NULL: no titles) alone has.  It must be
 * here and, where `table` is given, of that kind. */
int cli_record_named(cli *c, const char *text, size_t length, sat_table *table, sat_dot *id);
/* A record by its id alone, also one that a label keeps from this replica: to erase it, or to end the label. */
int cli_record_held(cli *c, const char *text, sat_dot *id);

/* Reads a value of a column's type; empty text clears.  Choices and references are checked against
 * the programme and the store; `lenient`, for a table that was dumped, takes whole ids of records
 * that are not here yet, and an infinite number.  Lists go
 * into `arena`, text is borrowed. */
int cli_value_read(cli *c, const sat_column *column, const char *text, size_t length, bool lenient,
                   sat_arena *arena, sat_value *value);
/* Reads "FIELD=VALUE". */
int cli_write_read(cli *c, sat_table *table, const char *assignment, sat_arena *arena, sat_write *write);
/* Reads several; a field may be named once.  `writes` has room for them. */
int cli_writes_read(cli *c, sat_table *table, char **assignments, size_t count, sat_arena *arena,
                    sat_write *writes);
/* SAT_EINVALID with the names of required fields that a new record would lack. */
int cli_required(cli *c, const sat_table *table, const sat_write *writes, size_t count);

/* The text form, with references as ids. */
int cli_value_print(cli *c, const sat_value *value, sat_bytes *out);
/* Numbers and booleans as such, references as ids, the rest as text. */
json_t *cli_value_json(cli *c, const sat_value *value);
/* An id as text; "?" when it has no name here. */
const char *cli_id(cli *c, sat_dot id, char text[static SAT_ID_CHARS]);

#endif
