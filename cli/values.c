/* See values.h. */
#include "values.h"

#include <math.h>
#include <string.h>

#include "core/erase.h"
#include "core/query.h"
#include "titles.h"
#include "view.h"

/* --- kinds and fields --------------------------------------------------------------------------- */

bool cli_name(const char *text, size_t length, char name[static SAT_NAME_BYTES])
{
	bool fits = length < SAT_NAME_BYTES;
	for (size_t i = 0; fits && i < length; i++)
		name[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i];
	name[fits ? length : 0] = '\0';
	return fits;
}

const char *cli_trim(const char *text, const char *end, size_t *length)
{
	while (text < end && (*text == ' ' || *text == '\t'))
		text++;
	while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*length = (size_t)(end - text);
	return text;
}

int cli_kind_named(cli *c, const char *text, sat_table **table)
{
	char name[SAT_NAME_BYTES];
	cli_name(text, strlen(text), name);
	*table = sat_table_named(c->store, name);
	if (*table != NULL)
		return 0;
	const sat_kind *kind = sat_programme_kind(sat_store_programme(c->store), name);
	if (kind != NULL && kind->decisions)
		return sat_fail(
		    &c->err, SAT_EINVALID,
		    "decisions are written with `satchel consent record` and read with `satchel consent "
		    "show`");
	SAT_BYTES(names);
	for (size_t i = 0; i < sat_table_count(c->store); i++) {
		const char *other = sat_table_at(c->store, i)->name;
		if (i > 0)
			sat_bytes_put(&names, ", ", 2);
		sat_bytes_put(&names, other, strlen(other));
	}
	return sat_fail(&c->err, SAT_EINVALID, "there is no kind \"%.60s\"; there are %.*s", text,
	                (int)names.length, (const char *)names.data);
}

int cli_column_named(cli *c, sat_table *table, const char *text, size_t length, sat_column **column)
{
	char name[SAT_NAME_BYTES];
	*column = cli_name(text, length, name) ? sat_column_named(table, name, SAT_CLEARED) : NULL;
	if (*column != NULL)
		return 0;
	SAT_BYTES(names);
	for (size_t i = 0; i < table->column_count; i++) {
		const sat_column *other = &table->columns[i];
		if (other->field == NULL && table->kind != NULL)
			continue;
		if (names.length > 0)
			sat_bytes_put(&names, ", ", 2);
		sat_bytes_put(&names, other->name, strlen(other->name));
	}
	return sat_fail(&c->err, SAT_EINVALID, "kind %s has no field \"%.*s\"; it has %.*s", table->name,
	                (int)(length > 60 ? 60 : length), text, (int)names.length, (const char *)names.data);
}

/* --- titles ------------------------------------------------------------------------------------- */

enum { CANDIDATES = 8 };

static int ambiguous(cli *c, const sat_table *table, const char *title, size_t length, const sat_dot *ids,
                     size_t count)
{
	SAT_BYTES(names);
	char id[SAT_ID_CHARS];
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			sat_bytes_put(&names, ", ", 2);
		cli_id(c, ids[i], id);
		sat_bytes_put(&names, id, strlen(id));
	}
	return sat_fail(&c->err, SAT_EINVALID,
	                "several records of kind %s are titled \"%.*s\"; write the id of "
	                "the one that is meant: %.*s%s",
	                table->name, (int)(length > 60 ? 60 : length), title, (int)names.length,
	                (const char *)names.data, count == CANDIDATES ? ", ..." : "");
}

/* A title that may not be shown here must not be found out by guessing it either. */
static int keep_visible(cli *c, sat_table *table, sat_dot *ids, size_t *count)
{
	size_t kept = 0;
	SAT_ARENA(arena);
	for (size_t i = 0; i < *count; i++) {
		sat_state state;
		bool seen = false;
		int rc = sat_record_load(c->store, table, ids[i], &arena, &state, &c->err);
		const sat_sibling *title =
		    rc != 0 ? NULL : sat_state_shown(&state, sat_query_title_column(table)->number);
		if (rc == 0 && title != NULL)
			rc = cli_seen(c, &state, title, &seen, NULL, 0);
		if (rc != 0)
			return rc;
		if (seen)
			ids[kept++] = ids[i];
		sat_arena_reset(&arena);
	}
	*count = kept;
	return 0;
}

static int record_titled(cli *c, sat_table *table, const char *title, size_t length, sat_dot *id)
{
	sat_dot ids[CANDIDATES];
	size_t found;
	int rc = cli_titled(c, table, title, length, ids, CANDIDATES, &found);
	if (rc == 0)
		rc = keep_visible(c, table, ids, &found);
	if (rc != 0)
		return rc;
	if (found == 0)
		return sat_fail(&c->err, SAT_ENOTFOUND,
		                "there is no %s titled \"%.*s\" here; add it first, or write "
		                "its id",
		                table->name, (int)(length > 100 ? 100 : length), title);
	if (found > 1)
		return ambiguous(c, table, title, length, ids, found);
	*id = ids[0];
	return 0;
}

/* --- records ------------------------------------------------------------------------------------ */

const char *cli_id(cli *c, sat_dot id, char text[static SAT_ID_CHARS])
{
	if (sat_id_print(c->store, id, text, NULL) != 0)
		memcpy(text, "?", 2);
	return text;
}

/* A whole id, that nobody typed by hand: 16 hex digits, a hyphen, a number; or 32 hex digits. */
static bool whole_id(const char *text, size_t length)
{
	size_t hex = strspn(text, "0123456789abcdef");
	return (hex == 16 && length > 17 && text[16] == '-') || (hex == 32 && length == 32);
}

/* Some hex digits, a hyphen and a number, or hex digits alone. */
static bool looks_like_id(const char *text, size_t length)
{
	return length > 0 && strspn(text, "0123456789abcdef-") >= length &&
	       strcspn(text, "0123456789") < length;
}

/* What a label keeps from this replica is not there for it. */
static int see(cli *c, const char *text, sat_dot id)
{
	sat_gate *gate;
	bool seen;
	int rc = cli_own_gate(c, &gate);
	if (rc == 0)
		rc = sat_gate_see_record(gate, id, &seen, &c->err);
	return rc != 0 || seen ? rc : sat_fail(&c->err, SAT_ENOTFOUND, "there is no record %s in this store", text);
}

static int record_of_id(cli *c, const char *text, const sat_table *table, bool hidden_too, sat_dot *id)
{
	int rc = sat_id_read(c->store, text, id, &c->err);
	sat_table *found = NULL;
	if (rc == 0 && !hidden_too)
		rc = see(c, text, *id);
	if (rc == 0)
		rc = sat_table_of_record(c->store, *id, &found, &c->err);
	if (rc != 0)
		return rc;
	bool erased = false;
	if (found == NULL)
		rc = sat_record_erased(c->store, *id, &erased, &c->err);
	if (rc == 0 && erased)
		return sat_fail(&c->err, SAT_ENOTFOUND, "record %s was erased", text);
	if (rc == 0 && found == NULL)
		return sat_fail(&c->err, SAT_ENOTFOUND, "there is no record %s in this store", text);
	if (rc == 0 && table != NULL && found != table)
		return sat_fail(&c->err, SAT_EINVALID, "record %s is of kind %s, not %s", text, found->name,
		                table->name);
	return rc;
}

int cli_record_held(cli *c, const char *text, sat_dot *id) { return record_of_id(c, text, NULL, true, id); }

int cli_record_named(cli *c, const char *text, size_t length, sat_table *table, sat_dot *id)
{
	char copy[64];
	int rc = sat_fail(&c->err, SAT_EINVALID, "\"%.*s\" is no record id", (int)(length > 40 ? 40 : length),
	                  text);
	if (length > 0 && length < sizeof copy && memchr(text, '\0', length) == NULL) {
		memcpy(copy, text, length);
		copy[length] = '\0';
		rc = record_of_id(c, copy, table, false, id);
		if (rc == 0)
			return 0;
		if (whole_id(copy, length) || (rc != SAT_EINVALID && rc != SAT_ENOTFOUND))
			return rc;
	}
	if (table == NULL && rc == SAT_EINVALID && c->err.code == SAT_EINVALID &&
	    !looks_like_id(text, length))
		return sat_fail(
		    &c->err, SAT_EINVALID,
		    "\"%.*s\" is no record id, which looks like a3f9c2e1b4d5f607-12; `satchel list` and "
		    "`satchel search` show the ids of records",
		    (int)(length > 40 ? 40 : length), text);
	bool titled = table != NULL && sat_query_title_column(table) != NULL;
	return titled ? record_titled(c, table, text, length, id) : rc;
}

/* --- values ------------------------------------------------------------------------------------- */

static int check_choice(cli *c, const sat_column *column, const char *text, size_t length)
{
	const sat_field *field = column->field;
	if (field == NULL || field->choice_count == 0 || sat_field_choice(field, text, length) != NULL)
		return 0;
	SAT_BYTES(names);
	for (size_t i = 0; i < field->choice_count; i++) {
		if (i > 0)
			sat_bytes_put(&names, ", ", 2);
		sat_bytes_put(&names, field->choices[i].name, strlen(field->choices[i].name));
	}
	return sat_fail(&c->err, SAT_EINVALID, "\"%.*s\" is none of the choices; they are %.*s",
	                (int)(length > 40 ? 40 : length), text, (int)names.length, (const char *)names.data);
}

static int read_reference(cli *c, const sat_column *column, const char *text, size_t length, bool lenient,
                          sat_dot *id)
{
	sat_table *table = column->field == NULL ? NULL : sat_table_named(c->store, column->field->of);
	int rc = cli_record_named(c, text, length, table, id);
	if (rc == SAT_ENOTFOUND && lenient && whole_id(text, length)) {
		char copy[64];
		memcpy(copy, text, length);
		copy[length] = '\0';
		rc = sat_id_read(c->store, copy, id, &c->err);
	}
	return rc;
}

/* A list is separated by semicolons; a title with one in it has to be given as an id. */
static int read_references(cli *c, const sat_column *column, const char *text, size_t length, bool lenient,
                           sat_arena *arena, sat_value *value)
{
	size_t most = 1, count = 0;
	for (size_t i = 0; i < length; i++)
		most += text[i] == ';';
	if (most > SAT_REFERENCES_MAX)
		return sat_fail(&c->err, SAT_ELIMIT, "a list of %zu records is too long: at most %d are kept",
		                most, SAT_REFERENCES_MAX);
	sat_dot *ids = sat_arena_take(arena, most * sizeof *ids);
	if (ids == NULL)
		return sat_fail(&c->err, SAT_ENOMEM, "out of memory");
	const char *end = text + length;
	for (const char *at = text; at <= end;) {
		const char *stop = memchr(at, ';', (size_t)(end - at));
		if (stop == NULL)
			stop = end;
		size_t n;
		const char *part = cli_trim(at, stop, &n);
		int rc = n == 0 ? 0 : read_reference(c, column, part, n, lenient, &ids[count]);
		if (rc != 0)
			return rc;
		count += n > 0;
		at = stop + 1;
	}
	*value = count == 0 ? (sat_value){ .type = SAT_CLEARED }
	                    : (sat_value){ .type = SAT_REFERENCES, .references = { ids, count } };
	return 0;
}

int cli_value_read(cli *c, const sat_column *column, const char *text, size_t length, bool lenient,
                   sat_arena *arena, sat_value *value)
{
	*value = (sat_value){ .type = SAT_CLEARED };
	if (length == 0)
		return 0;
	if (column->type == SAT_REFERENCES)
		return read_references(c, column, text, length, lenient, arena, value);
	if (column->type == SAT_REFERENCE) {
		sat_dot id;
		int rc = read_reference(c, column, text, length, lenient, &id);
		if (rc == 0)
			*value = (sat_value){ .type = SAT_REFERENCE, .reference = id };
		return rc;
	}
	int rc = column->type == SAT_CHOICE ? check_choice(c, column, text, length) : 0;
	if (rc == 0)
		rc = sat_value_parse(value, column->type, text, length, &c->err);
	/* Nobody measures or counts it: whoever types it meant something else.  A dump that holds one may be read again. */
	if (rc == 0 && value->type == SAT_REAL && isinf(value->real) && !lenient)
		return sat_fail(&c->err, SAT_EINVALID, "\"%.*s\" is no number that can be recorded: write it like 3.5",
		                (int)length, text);
	return rc;
}

int cli_write_read(cli *c, sat_table *table, const char *assignment, sat_arena *arena, sat_write *write)
{
	const char *equals = strchr(assignment, '=');
	if (equals == NULL)
		return sat_fail(&c->err, SAT_EUSAGE, "\"%.60s\" is not FIELD=VALUE", assignment);
	sat_column *column;
	int rc = cli_column_named(c, table, assignment, (size_t)(equals - assignment), &column);
	if (rc != 0)
		return rc;
	write->column = column->number;
	rc = cli_value_read(c, column, equals + 1, strlen(equals + 1), false, arena, &write->value);
	return rc != 0 ? sat_error_context(&c->err, "field %s", column->name) : 0;
}

int cli_writes_read(cli *c, sat_table *table, char **assignments, size_t count, sat_arena *arena,
                    sat_write *writes)
{
	for (size_t i = 0; i < count; i++) {
		int rc = cli_write_read(c, table, assignments[i], arena, &writes[i]);
		if (rc != 0)
			return rc;
		for (size_t k = 0; k < i; k++) {
			if (writes[k].column == writes[i].column)
				return sat_fail(&c->err, SAT_EUSAGE, "field %s was given twice",
				                table->columns[writes[i].column].name);
		}
	}
	return 0;
}

int cli_required(cli *c, const sat_table *table, const sat_write *writes, size_t count)
{
	SAT_BYTES(names);
	for (size_t i = 0; i < table->column_count; i++) {
		const sat_column *column = &table->columns[i];
		bool given = column->field == NULL || !column->field->required;
		for (size_t k = 0; k < count && !given; k++)
			given = writes[k].column == column->number && writes[k].value.type != SAT_CLEARED;
		if (given)
			continue;
		if (names.length > 0)
			sat_bytes_put(&names, ", ", 2);
		sat_bytes_put(&names, column->name, strlen(column->name));
	}
	return names.length == 0 ? 0
	                         : sat_fail(&c->err, SAT_EINVALID, "a %s also needs %.*s", table->name,
	                                    (int)names.length, (const char *)names.data);
}

int cli_value_print(cli *c, const sat_value *value, sat_bytes *out)
{
	char id[SAT_ID_CHARS];
	const sat_dot *at = value->type == SAT_REFERENCE ? &value->reference : value->references.at;
	size_t count = value->type == SAT_REFERENCE ? 1 : value->references.count;
	if (value->type != SAT_REFERENCE && value->type != SAT_REFERENCES) {
		sat_value_print(value, out);
		count = 0;
	}
	for (size_t i = 0; i < count; i++) {
		cli_id(c, at[i], id);
		sat_bytes_put(out, "; ", i == 0 ? 0 : 2);
		sat_bytes_put(out, id, strlen(id));
	}
	return sat_bytes_ok(out) ? 0 : sat_fail(&c->err, SAT_ENOMEM, "out of memory");
}

json_t *cli_value_json(cli *c, const sat_value *value)
{
	char id[SAT_ID_CHARS];
	switch (value->type) {
	case SAT_CLEARED:
		return json_null();
	case SAT_INTEGER:
		return json_integer(value->integer);
	case SAT_BOOLEAN:
		return json_boolean(value->integer != 0);
	case SAT_REAL: {
		/* JSON has no infinity. */
		json_t *real = json_real(value->real);
		return real != NULL ? real : json_string(value->real > 0 ? "inf" : "-inf");
	}
	case SAT_REFERENCE:
		return json_string(cli_id(c, value->reference, id));
	case SAT_REFERENCES: {
		json_t *list = json_array();
		for (size_t i = 0; i < value->references.count; i++)
			json_array_append_new(list, json_string(cli_id(c, value->references.at[i], id)));
		return list;
	}
	default:
		return cli_bytes(value->text.bytes, value->text.length);
	}
}
