/* Rows that are here already: a file that is imported twice must not double everything without a word.
 *
 * Every record of the kind is walked over once and kept by the hash of what it says in the columns of the
 * file; each row then costs one look-up, however many records there are.
 */
#include <string.h>

#include "core/query.h"
#include "importing.h"
#include "view.h"

/* The sum of such hashes does not hang on the order of the columns, and an empty field adds nothing. */
static uint64_t hash_value(uint16_t column, const sat_value *value)
{
	uint64_t hash = cli_hash(CLI_HASH_NOTHING, &column, sizeof column);
	/* Equal numbers may differ in their bits: minus zero. */
	double real = value->type == SAT_REAL ? value->real + 0.0 : 0;
	switch (value->type) {
	case SAT_CLEARED:
		return 0;
	case SAT_INTEGER:
	case SAT_BOOLEAN:
		return cli_hash(hash, &value->integer, sizeof value->integer);
	case SAT_REAL:
		return cli_hash(hash, &real, sizeof real);
	case SAT_REFERENCE:
		return cli_hash(hash, &value->reference, sizeof value->reference);
	case SAT_REFERENCES:
		return cli_hash(hash, value->references.at,
		                value->references.count * sizeof *value->references.at);
	default:
		return cli_hash(hash, value->text.bytes, value->text.length);
	}
}

static const sat_value *value_in(const sat_write *writes, size_t count, uint16_t column)
{
	for (size_t k = 0; k < count; k++) {
		if (writes[k].column == column && writes[k].value.type != SAT_CLEARED)
			return &writes[k].value;
	}
	return NULL;
}

/* What a record shows in a field; NULL for an empty one. */
static const sat_sibling *shown_in(const sat_state *state, uint16_t column)
{
	const sat_sibling *shown = sat_state_shown(state, column);
	return shown == NULL || shown->blank || shown->value.type == SAT_CLEARED ? NULL : shown;
}

/* The columns that every row fills or leaves empty. */
static void list_columns(import *i)
{
	for (size_t k = 0; k < i->column_count; k++) {
		if (i->columns[k].column != NULL)
			i->compared[i->compared_count++] = i->columns[k].column->number;
	}
	for (size_t k = 0; k < i->set_count; k++)
		i->compared[i->compared_count++] = i->set[k].column;
}

/* --- what is here ------------------------------------------------------------------------------- */

static int keep_one(void *context, const sat_state *state, sat_error *err)
{
	import *i = context;
	uint64_t hash = 0;
	for (size_t k = 0; k < i->compared_count; k++) {
		const sat_sibling *shown = shown_in(state, i->compared[k]);
		bool seen = true;
		int rc = shown == NULL ? 0 : cli_seen(i->c, state, shown, &seen, NULL, 0);
		if (rc != 0 || !seen)
			return rc;
		hash += shown == NULL ? 0 : hash_value(i->compared[k], &shown->value);
	}
	/* One record stands for all that say the same, or a thousand like it would cost a million steps. */
	size_t at = 0;
	if (cli_hashes_next(&i->here, hash, &at) != 0 || cli_hashes_put(&i->here, hash, state->id) == 0)
		return 0;
	return sat_fail(err, SAT_ENOMEM, "memory ran out; nothing was imported");
}

/* --- a row -------------------------------------------------------------------------------------- */

static int says_the_same(import *i, sat_dot id, const sat_write *writes, size_t count, bool *same)
{
	SAT_ARENA(arena);
	sat_state state;
	int rc = sat_record_load(i->c->store, i->table, id, &arena, &state, &i->c->err);
	*same = rc == 0;
	for (size_t k = 0; *same && k < i->compared_count; k++) {
		const sat_sibling *shown = shown_in(&state, i->compared[k]);
		const sat_value *value = value_in(writes, count, i->compared[k]);
		*same = shown == NULL || value == NULL ? shown == NULL && value == NULL
		                                       : sat_value_compare(&shown->value, value) == 0;
	}
	return rc;
}

int import_same(import *i, const sat_write *writes, size_t count, bool *same)
{
	*same = false;
	if (!i->here_is_known) {
		list_columns(i);
		int rc = cli_each(i->c, i->table, keep_one, i);
		if (rc != 0)
			return rc;
		i->here_is_known = true;
	}
	uint64_t hash = 0;
	for (size_t k = 0; k < count; k++)
		hash += hash_value(writes[k].column, &writes[k].value);
	size_t at = 0;
	sat_dot id = cli_hashes_next(&i->here, hash, &at);
	return id == 0 ? 0 : says_the_same(i, id, writes, count, same);
}
