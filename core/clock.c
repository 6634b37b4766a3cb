/* The form of a record's bookkeeping on disk.
 *
 * The usual row was written once: every value has the dot of the creation, no past, and states what
 * is usual, and has no clock.  Otherwise its clock (in sat_history) lists *groups* of fields that share dot,
 * past and statement; what no group names is as in the usual row.
 *
 *     varint groups, then each:
 *         varint n, n × varint (field << 2 | form)      form 0 value, 1 cleared, 2 blank
 *         varint dot                                    as in dot.h
 *         varint n, n × varint dots of the past, ascending
 *         varint 0: states what is usual, or n + 1, then n × { varint person,
 *                 varint 0 every purpose or bit + 1, varint episode }
 *
 * The clock of a sibling outside the row is one such group of one field, its statement never usual.
 */
#include <stdlib.h>
#include <string.h>

#include "merge.h"
#include "store-private.h"

enum { FORM_VALUE = 0, FORM_CLEARED = 1, FORM_BLANK = 2 };

static unsigned form_of(const sat_sibling *sibling)
{
	if (sibling->blank)
		return FORM_BLANK;
	return sibling->value.type == SAT_CLEARED ? FORM_CLEARED : FORM_VALUE;
}

/* --- writing ------------------------------------------------------------------------------------ */

static void write_head(const sat_sibling *s, sat_bytes *clock)
{
	sat_bytes_put_varint(clock, (uint64_t)s->dot);
	sat_bytes_put_varint(clock, s->past_count);
	for (uint32_t i = 0; i < s->past_count; i++)
		sat_bytes_put_varint(clock, (uint64_t)s->past[i]);
}

static void write_stated(const sat_sibling *s, bool usual, sat_bytes *clock)
{
	if (usual) {
		sat_bytes_put_varint(clock, 0);
		return;
	}
	sat_bytes_put_varint(clock, (uint64_t)s->stated_count + 1);
	for (uint32_t i = 0; i < s->stated_count; i++) {
		const sat_stated *e = &s->stated[i];
		sat_bytes_put_varint(clock, (uint64_t)e->person);
		sat_bytes_put_varint(clock, e->purpose == SAT_EVERY_PURPOSE ? 0 : (uint64_t)e->purpose + 1);
		sat_bytes_put_varint(clock, e->episode);
	}
}

int sat_clock_write_one(const sat_sibling *sibling, sat_bytes *clock)
{
	sat_bytes_put_varint(clock, 1);
	sat_bytes_put_varint(clock, 1);
	sat_bytes_put_varint(clock, (uint64_t)sibling->field << 2 | form_of(sibling));
	write_head(sibling, clock);
	write_stated(sibling, false, clock);
	return sat_bytes_ok(clock) ? 0 : SAT_ENOMEM;
}

static bool same_group(const sat_sibling *a, const sat_sibling *b)
{
	return a->dot == b->dot && sat_past_equal(a->past, a->past_count, b->past, b->past_count) &&
	       sat_stated_equal(a->stated, a->stated_count, b->stated, b->stated_count);
}

int sat_clock_write(sat_arena *arena, const sat_state *state, const sat_sibling *const *shown, size_t count,
                    sat_bytes *clock)
{
	sat_sibling *row = sat_arena_take(arena, (count + 1) * sizeof *row);
	bool *usual = sat_arena_zeroed(arena, count + 1, sizeof *usual);
	bool *done = sat_arena_zeroed(arena, count + 1, sizeof *done);
	if (row == NULL || usual == NULL || done == NULL)
		return SAT_ENOMEM;
	for (size_t i = 0; i < count; i++)
		row[i] = *shown[i];
	size_t groups = 0;
	for (size_t i = 0; i < count; i++) {
		const sat_stated *stated;
		uint32_t n;
		int rc = sat_stated_usual(arena, state->table, state->id, row, count, row[i].dot, &stated, &n);
		if (rc != 0)
			return rc;
		usual[i] = sat_stated_equal(stated, n, row[i].stated, row[i].stated_count);
		done[i] = usual[i] && row[i].dot == state->id && row[i].past_count == 0 &&
		          form_of(&row[i]) == FORM_VALUE;
		bool first = !done[i];
		for (size_t k = 0; first && k < i; k++)
			first = done[k] || !same_group(&row[k], &row[i]);
		groups += first;
	}
	if (groups == 0)
		return 0;
	sat_bytes_put_varint(clock, groups);
	for (size_t i = 0; i < count; i++) {
		if (done[i])
			continue;
		size_t members = 0;
		for (size_t k = i; k < count; k++)
			members += !done[k] && same_group(&row[i], &row[k]);
		sat_bytes_put_varint(clock, members);
		for (size_t k = i; k < count; k++) {
			if (done[k] || !same_group(&row[i], &row[k]))
				continue;
			sat_bytes_put_varint(clock, (uint64_t)row[k].field << 2 | form_of(&row[k]));
			done[k] = k != i;
		}
		write_head(&row[i], clock);
		write_stated(&row[i], usual[i], clock);
		done[i] = true;
	}
	return sat_bytes_ok(clock) ? 0 : SAT_ENOMEM;
}

/* --- reading ------------------------------------------------------------------------------------ */

static int damaged(sat_error *err)
{
	return sat_fail(err, SAT_EDAMAGED, "the bookkeeping of a record is damaged; restore a backup");
}

/* Reads dot, past and statement into `s`; *usual says that the statement is yet to be worked out. */
static int read_head(sat_state *state, sat_cursor *c, sat_sibling *s, bool *usual, sat_error *err)
{
	s->dot = (sat_dot)sat_cursor_varint(c);
	size_t n = sat_cursor_count(c, 1);
	sat_dot *past = sat_arena_take(state->arena, (n + 1) * sizeof *past);
	for (size_t i = 0; past != NULL && i < n; i++)
		past[i] = (sat_dot)sat_cursor_varint(c);
	s->past = past;
	s->past_count = (uint32_t)n;
	uint64_t coded = sat_cursor_varint(c);
	*usual = coded == 0;
	size_t entries = *usual ? 0 : (size_t)(coded - 1);
	if (entries > sat_cursor_left(c))
		return damaged(err);
	sat_stated *stated = sat_arena_take(state->arena, (entries + 1) * sizeof *stated);
	for (size_t i = 0; stated != NULL && i < entries; i++) {
		stated[i].person = (sat_dot)sat_cursor_varint(c);
		uint64_t purpose = sat_cursor_varint(c);
		stated[i].purpose = purpose == 0 ? SAT_EVERY_PURPOSE : (uint8_t)(purpose - 1);
		stated[i].episode = (uint32_t)sat_cursor_varint(c);
	}
	s->stated = stated;
	s->stated_count = (uint32_t)entries;
	if (past == NULL || stated == NULL)
		return sat_no_memory(err);
	return sat_cursor_ok(c) ? 0 : damaged(err);
}

int sat_clock_read_one(sat_state *state, sat_sibling *sibling, const void *clock, size_t length,
                       sat_error *err)
{
	sat_cursor c = sat_cursor_over(clock, length);
	uint64_t groups = sat_cursor_varint(&c), members = sat_cursor_varint(&c);
	uint64_t field = sat_cursor_varint(&c);
	bool usual;
	if (!sat_cursor_ok(&c) || groups != 1 || members != 1 || field >> 2 >= state->table->column_count)
		return damaged(err);
	sibling->field = (uint16_t)(field >> 2);
	sibling->blank = (field & 3) == FORM_BLANK;
	int rc = read_head(state, &c, sibling, &usual, err);
	return rc == 0 && (usual || !sat_cursor_done(&c)) ? damaged(err) : rc;
}

int sat_clock_read_sibling(sat_state *state, sat_stmt *row, int clock, int content, sat_error *err)
{
	sat_sibling sibling = { 0 };
	size_t length;
	bool changed;
	const void *form = sat_column_blob(row, clock, &length);
	int rc = sat_clock_read_one(state, &sibling, form, length, err);
	if (rc == 0)
		rc = sat_row_value(row, content, state->table->columns[sibling.field].type, state->arena,
		                   &sibling.value, err);
	if (rc == 0 && (sat_value_keep(&sibling.value, state->arena) != 0 ||
	                sat_state_add(state, &sibling, &changed) != 0))
		rc = sat_no_memory(err);
	return rc;
}

/* What one group says goes to each of its fields in `row`, which is indexed by column. */
static int read_group(sat_state *state, sat_cursor *c, sat_sibling *row, bool *present, bool *usual,
                      sat_error *err)
{
	size_t members = sat_cursor_count(c, 1);
	sat_cursor fields = *c;
	for (size_t i = 0; i < members; i++)
		sat_cursor_varint(c);
	sat_sibling head = { 0 };
	bool head_usual;
	int rc = read_head(state, c, &head, &head_usual, err);
	for (size_t i = 0; rc == 0 && i < members; i++) {
		uint64_t code = sat_cursor_varint(&fields);
		if (code >> 2 >= state->table->column_count)
			return damaged(err);
		sat_sibling *s = &row[code >> 2];
		sat_value value = s->value;
		*s = head;
		s->field = (uint16_t)(code >> 2);
		s->blank = (code & 3) == FORM_BLANK;
		s->value = (code & 3) == FORM_VALUE ? value : (sat_value){ .type = SAT_CLEARED };
		present[s->field] = true;
		usual[s->field] = head_usual;
	}
	return rc;
}

/* Text of the row is borrowed from SQLite until its next step, so it is copied. */
static int read_values(sat_state *state, sat_stmt *row, sat_sibling *siblings, bool *present, sat_error *err)
{
	for (size_t i = 0; i < state->table->column_count; i++) {
		sat_value *value = &siblings[i].value;
		int rc = sat_row_value(row, SAT_AT_FIELDS + (int)i, state->table->columns[i].type, state->arena,
		                       value, err);
		if (rc != 0)
			return rc;
		siblings[i].field = (uint16_t)i;
		siblings[i].dot = state->id;
		present[i] = value->type != SAT_CLEARED;
		if (sat_value_keep(value, state->arena) != 0)
			return sat_no_memory(err);
	}
	return 0;
}

int sat_clock_read(sat_state *state, sat_stmt *row, sat_error *err)
{
	size_t columns = state->table->column_count;
	sat_sibling *all = sat_arena_zeroed(state->arena, columns + 1, sizeof *all);
	sat_sibling *dense = sat_arena_take(state->arena, (columns + 1) * sizeof *dense);
	bool *present = sat_arena_zeroed(state->arena, columns + 1, sizeof *present);
	bool *usual = sat_arena_take(state->arena, columns + 1);
	if (all == NULL || dense == NULL || present == NULL || usual == NULL)
		return sat_no_memory(err);
	memset(usual, true, columns + 1);
	int rc = read_values(state, row, all, present, err);
	size_t length;
	const void *clock = sat_column_blob(row, SAT_AT_CLOCK, &length);
	sat_cursor c = sat_cursor_over(clock, clock == NULL ? 0 : length);
	size_t groups = clock == NULL ? 0 : sat_cursor_count(&c, 1);
	for (size_t i = 0; rc == 0 && i < groups; i++)
		rc = read_group(state, &c, all, present, usual, err);
	if (rc == 0 && !sat_cursor_done(&c))
		rc = damaged(err);
	size_t count = 0;
	for (size_t i = 0; i < columns; i++) {
		if (present[i])
			dense[count++] = all[i];
	}
	bool changed = false;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		sat_sibling s = dense[i];
		if (usual[s.field])
			rc = sat_stated_usual(state->arena, state->table, state->id, dense, count, s.dot, &s.stated,
			                      &s.stated_count);
		if (rc == 0)
			rc = sat_state_add(state, &s, &changed);
		if (rc != 0)
			rc = sat_fail(err, rc, "out of memory");
	}
	return rc;
}
