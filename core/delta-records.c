/* See delta-records.h. */
#include "delta-records.h"

#include "plant.h"
#include "protocol.h"
#include "record.h"
#include "usual-row.h"

/* --- the long way: states ----------------------------------------------------------------------- */

static bool same_write(const sat_sibling *a, const sat_sibling *b)
{
	return a->dot == b->dot && sat_past_equal(a->past, a->past_count, b->past, b->past_count) &&
	       sat_stated_equal(a->stated, a->stated_count, b->stated, b->stated_count);
}

static void *copied(sat_arena *arena, const void *data, size_t bytes, int *rc)
{
	void *copy = sat_arena_copy(arena, data, bytes);
	if (copy == NULL)
		*rc = SAT_ENOMEM;
	return copy;
}

/* What a row says besides its values: its write's dot, past and statement, and whom the record concerns. */
static int fill_row(sat_chunk *c, sat_row *row, const sat_state *state, const sat_sibling *group, size_t count,
                    bool first)
{
	const sat_stated *usual;
	uint32_t usual_count;
	int rc = sat_stated_usual(&c->arena, state->table, state->id, group, count, group[0].dot, &usual,
	                          &usual_count);
	*row = (sat_row){ .record = state->id, .dot = group[0].dot, .past_count = group[0].past_count,
		          .stated_count = group[0].stated_count };
	row->past = copied(&c->arena, group[0].past, group[0].past_count * sizeof(sat_dot), &rc);
	row->stated = copied(&c->arena, group[0].stated, group[0].stated_count * sizeof(sat_stated), &rc);
	row->usual = rc == 0 && sat_stated_equal(usual, usual_count, group[0].stated, group[0].stated_count);
	for (size_t i = 0; SAT_PLANTED_BUG(1) && rc == 0 && i < state->count; i++) {
		if (state->siblings[i].field == group[0].field && state->siblings[i].dot != group[0].dot)
			rc = sat_past_join(&c->arena, &row->past, &row->past_count, NULL, 0, state->siblings[i].dot);
	}
	if (first && !SAT_PLANTED_BUG(3)) {
		/* The first row of a record tells everybody whom it concerns; who is named twice is no harm. */
		row->persons = copied(&c->arena, state->persons, state->person_count * sizeof(sat_dot), &rc);
		row->person_count = (uint32_t)state->person_count;
		sat_dot itself[2];
		if (row->person_count == 1 && sat_concerned(state->table->is, state->id, itself) == 1 &&
		    row->persons[0] == itself[0])
			row->person_count = 0;
	}
	c->bytes += 16 + 10 * (size_t)(row->past_count + row->stated_count * 2 + row->person_count);
	c->entries++;
	return rc;
}

static int put_sibling(sat_chunk *c, sat_block *block, const sat_sibling *s, sat_error *err)
{
	if (s->blank || s->value.type == SAT_CLEARED) {
		block->field[s->field].cells[block->rows - 1] = s->blank ? SAT_BLANKED : SAT_EMPTIED;
		c->bytes++;
		return 0;
	}
	int rc = 0;
	sat_value value = s->value;
	if (value.type == SAT_REFERENCES)
		value.references.at =
		    copied(&c->arena, value.references.at, value.references.count * sizeof(sat_dot), &rc);
	return rc != 0 ? sat_no_memory(err) : sat_chunk_put_value(c, block, s->field, &value, err);
}

/* One row for the siblings of `group` (all of one write). */
static int put_group(sat_chunk *c, const sat_state *state, const sat_sibling *group, size_t count, bool first,
                     sat_error *err)
{
	sat_block *block;
	sat_row *row;
	int rc = sat_chunk_row(c, state->table, &block, &row, err);
	if (rc == 0 && fill_row(c, row, state, group, count, first) != 0)
		rc = sat_no_memory(err);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = put_sibling(c, block, &group[i], err);
	return rc;
}

/* Nothing of the creation is left or may go; that the record exists is said all the same. */
static int put_bare_creation(sat_chunk *c, const sat_state *state, sat_error *err)
{
	sat_block *block;
	sat_row *row;
	int rc = sat_chunk_row(c, state->table, &block, &row, err);
	if (rc != 0)
		return rc;
	*row = (sat_row){ .record = state->id, .dot = state->id, .usual = true };
	c->bytes += 8;
	c->entries++;
	return 0;
}

static bool names_field(const sat_sibling *group, size_t count, uint16_t field)
{
	bool named = false;
	for (size_t i = 0; i < count; i++)
		named = named || group[i].field == field;
	return named;
}

/* The siblings that may go, grouped by write, the creation first. */
static int put_groups(sat_delta *d, const sat_state *state, const sat_sibling *allowed, size_t count,
                      bool creation, sat_error *err)
{
	bool *done = sat_arena_zeroed(&d->scratch, count + 1, 1);
	sat_sibling *group = sat_arena_take(&d->scratch, (count + 1) * sizeof *group);
	if (done == NULL || group == NULL)
		return sat_no_memory(err);
	bool first = true, told = false;
	for (size_t i = 0; i < count; i++)
		told = told || allowed[i].dot == state->id;
	int rc = creation && !told ? put_bare_creation(&d->chunk, state, err) : 0;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (done[i])
			continue;
		size_t n = 0;
		for (size_t k = i; k < count; k++) {
			/* A field occurs once in a row: two siblings of one dot are two rows. */
			if (done[k] || names_field(group, n, allowed[k].field) ||
			    !same_write(&allowed[i], &allowed[k]))
				continue;
			group[n++] = allowed[k];
			done[k] = true;
		}
		rc = put_group(&d->chunk, state, group, n, first, err);
		first = false;
	}
	return rc;
}

/* The one author of what goes out; 0 where there are several. */
static int64_t author_of_all(const sat_delta *d, const sat_sibling *siblings, size_t count, sat_dot id)
{
	int64_t author = sat_delta_author(d, count == 0 ? id : siblings[0].dot);
	for (size_t i = 1; i < count; i++) {
		if (sat_delta_author(d, siblings[i].dot) != author)
			return 0;
	}
	return author;
}

/* Leaves the values that fit into one frame, beginning with the first that has not gone out. */
static void next_part(sat_delta *d, const sat_sibling **allowed, size_t *count)
{
	size_t bytes = d->chunk.bytes, n = 0;
	*allowed += d->divided;
	*count -= d->divided;
	while (n < *count && (n == 0 || bytes + sat_chunk_value_bytes(&(*allowed)[n].value) <=
	                                    d->options.chunk_bytes_max))
		bytes += sat_chunk_value_bytes(&(*allowed)[n++].value);
	d->rest = n < *count;
	d->divided += n;
	*count = n;
}

int sat_delta_lets(sat_delta *d, const sat_state *state, const sat_sibling *s, bool *sends, bool *lets,
                   sat_error *err)
{
	bool passed_on = sat_delta_sends(d, sat_delta_author(d, s->dot));
	*lets = false;
	if (sends != NULL)
		*sends = passed_on;
	if (!passed_on)
		return 0;
	sat_leave leave;
	int rc =
	    sat_gate_weigh(d->gate, state->persons, state->person_count, s->stated, s->stated_count, &leave, err);
	*lets = rc == 0 && (s->blank || sat_gate_answer(&leave, state->table->columns[s->field].needs) == SAT_PERMITTED);
	return rc;
}

/* The siblings that this delta passes on and the gate lets through. */
static int sift(sat_delta *d, const sat_state *state, sat_sibling *allowed, size_t *count, size_t *held_back,
                sat_error *err)
{
	int rc = 0;
	*count = *held_back = 0;
	for (size_t i = 0; rc == 0 && i < state->count; i++) {
		bool sends, lets;
		rc = sat_delta_lets(d, state, &state->siblings[i], &sends, &lets, err);
		if (lets)
			allowed[(*count)++] = state->siblings[i];
		else
			*held_back += sends;
	}
	return rc;
}

static int add_state(sat_delta *d, sat_table *table, sat_stmt *row, bool *full, sat_error *err)
{
	sat_arena_reset(&d->scratch);
	sat_state state;
	int rc = sat_record_load_row(d->store, table, row, &d->scratch, &state, err);
	if (rc != 0)
		return rc;
	sat_sibling *let = sat_arena_take(&d->scratch, (state.count + 1) * sizeof *let);
	if (let == NULL)
		return sat_no_memory(err);
	size_t count, held_back;
	bool seen;
	rc = sat_gate_see_state(d->gate, &state, &seen, err);
	if (rc != 0 || !seen)
		return rc;
	rc = sift(d, &state, let, &count, &held_back, err);
	bool owned = sat_dot_linked(state.id) && sat_delta_sends(d, sat_delta_author(d, state.id));
	bool again = d->dividing && d->divided > 0; /* a further part of one that was counted */
	d->chunk.withheld += rc == 0 && held_back > 0 && !again;
	if (rc != 0 || (count == 0 && (held_back > 0 || !owned)))
		return rc;
	if (!sat_chunk_of_author(&d->chunk, author_of_all(d, let, count, state.id))) {
		*full = true;
		return 0;
	}
	const sat_sibling *allowed = let;
	if (d->dividing)
		next_part(d, &allowed, &count);
	d->chunk.records += !d->dividing || d->divided == count;
	return put_groups(d, &state, allowed, count, owned, err);
}

/* --- the quick way: usual rows ------------------------------------------------------------------- */

/* Reads a row's values, whose text is borrowed from SQLite, and whom it concerns. */
static int read_usual(sat_delta *d, const sat_table *table, sat_stmt *row, sat_value *values, sat_usual *usual,
                      sat_error *err)
{
	sat_usual_begin(usual, table, sat_column_int(row, SAT_AT_ID));
	for (size_t i = 0; i < table->column_count; i++) {
		const sat_column *column = &table->columns[i];
		int rc = sat_row_value(row, SAT_AT_FIELDS + (int)i, column->type, &d->chunk.arena, &values[i], err);
		if (rc != 0)
			return rc;
		if (column->concerns == 0)
			continue;
		usual->many = usual->many || column->type == SAT_REFERENCES;
		if (values[i].type == SAT_REFERENCE)
			sat_usual_name(usual, column->concerns, values[i].reference);
	}
	return 0;
}

static int put_usual(sat_chunk *c, const sat_table *table, sat_dot id, const sat_value *values,
                     const sat_leave *leave, sat_error *err)
{
	sat_block *block;
	sat_row *row;
	int rc = sat_chunk_row(c, table, &block, &row, err);
	if (rc != 0)
		return rc;
	*row = (sat_row){ .record = id, .dot = id, .usual = true };
	c->bytes += 4;
	c->entries++;
	c->records++;
	for (uint16_t i = 0; rc == 0 && i < table->column_count; i++) {
		if (values[i].type != SAT_CLEARED &&
		    sat_gate_answer(leave, table->columns[i].needs) == SAT_PERMITTED)
			rc = sat_chunk_put_value(c, block, i, &values[i], err);
	}
	return rc;
}

/* Whether the recipient sees a record, by the values of its row. */
static int see_usual(sat_delta *d, const sat_table *table, sat_dot id, const sat_value *values, bool *seen,
                     sat_error *err)
{
	sat_sight sight;
	size_t most = 1, count = 0;
	for (size_t i = 0; i < table->column_count; i++)
		most += sat_value_reference_count(&values[i]);
	sat_arena_reset(&d->scratch);
	sat_dot *parents = sat_arena_take(&d->scratch, most * sizeof *parents);
	if (parents == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; i < table->column_count; i++)
		count += sat_value_put_references(&values[i], parents + count);
	int rc = sat_gate_see(d->gate, id, parents, count, &sight, err);
	*seen = rc == 0 && sight.obstacle == SAT_NO_OBSTACLE;
	return *seen ? sat_gate_saw_all(d->gate, id, err) : rc;
}

static int add_usual(sat_delta *d, sat_table *table, sat_stmt *row, bool *full, sat_error *err)
{
	sat_dot id = sat_column_int(row, SAT_AT_ID);
	sat_value values[SAT_FIELDS_MAX];
	sat_usual usual;
	int rc = read_usual(d, table, row, values, &usual, err);
	if (rc != 0)
		return rc;
	if (usual.many)
		return add_state(d, table, row, full, err);
	int64_t author = sat_delta_author(d, id);
	if (!sat_delta_sends(d, author))
		return 0;
	bool seen = true;
	if (sat_protocol_any(d->store))
		rc = see_usual(d, table, id, values, &seen, err);
	if (rc != 0 || !seen)
		return rc;
	sat_leave leave;
	rc = sat_usual_weigh(&usual, d->gate, &leave, err);
	if (rc != 0)
		return rc;
	size_t allowed = 0, held_back = 0;
	bool person_held_back = false;
	for (size_t i = 0; i < table->column_count; i++) {
		if (values[i].type == SAT_CLEARED)
			continue;
		bool yes = sat_gate_answer(&leave, table->columns[i].needs) == SAT_PERMITTED;
		allowed += yes;
		held_back += !yes;
		person_held_back = person_held_back || (!yes && table->columns[i].concerns);
	}
	/* A row whose persons cannot be read off it any more has to tell them. */
	if (allowed > 0 && person_held_back)
		return add_state(d, table, row, full, err);
	d->chunk.withheld += held_back > 0;
	if (allowed == 0 && held_back > 0)
		return 0;
	if (!sat_chunk_of_author(&d->chunk, author)) {
		*full = true;
		return 0;
	}
	return put_usual(&d->chunk, table, id, values, &leave, err);
}

/* --- one stretch --------------------------------------------------------------------------------- */

int sat_delta_look_asked(sat_delta *d, sat_dot record, sat_error *err)
{
	sat_bind_int(d->vouch, 1, d->options.device);
	sat_bind_int(d->vouch, 2, record);
	int rc = sat_step(d->store->db, d->vouch, err);
	sat_reset(d->vouch);
	d->asked = rc == 1;
	d->chunk.vouches = d->chunk.vouches || d->asked;
	return rc < 0 ? rc : 0;
}

static int add_row(sat_delta *d, sat_table *table, sat_stmt *row, int64_t told, bool *full, sat_error *err)
{
	bool of_device = SAT_PLANTED_BUG(6) && told != 0 &&
	                 sat_delta_author(d, sat_dot_make(told, 1)) == d->options.device;
	if (of_device)
		d->chunk.assumed = true;
	if (of_device || sat_delta_told(d, told))
		return 0;
	int rc = d->vouches ? sat_delta_look_asked(d, sat_column_int(row, SAT_AT_ID), err) : 0;
	if (rc != 0)
		return rc;
	/* The name of an unlinked record is no dot: without a write of its own there is nothing to tell. */
	bool usual = sat_column_is_null(row, SAT_AT_CLOCK) && sat_dot_linked(sat_column_int(row, SAT_AT_ID));
	return usual && !d->dividing ? add_usual(d, table, row, full, err) : add_state(d, table, row, full, err);
}

static bool goes_on(const sat_delta *d, const bool *full)
{
	return !*full && d->chunk.bytes <= d->options.chunk_bytes_max;
}

/* Creations of the run that are as they were created. */
static int add_run(sat_delta *d, sat_table *table, const sat_stretch *s, bool *full, sat_error *err)
{
	sat_stmt *rows;
	int rc = sat_table_range(d->store, table, s->first, s->last, &rows, err);
	if (rc != 0)
		return rc;
	while (goes_on(d, full) && (rc = sat_step(d->store->db, rows, err)) == 1) {
		if (sat_column_is_null(rows, SAT_AT_SEQ) && (rc = add_row(d, table, rows, s->told, full, err)) != 0)
			break;
	}
	sat_reset(rows);
	return rc < 0 ? rc : 0;
}

/* Records that got a sequence of their own. */
static int add_changed(sat_delta *d, sat_table *table, const sat_stretch *s, bool *full, sat_error *err)
{
	int rc = sat_table_prepare(d->store, table, &table->changed, err);
	if (rc != 0)
		return rc;
	sat_bind_int(table->changed, 1, s->above);
	sat_bind_int(table->changed, 2, s->upto);
	while (goes_on(d, full) && (rc = sat_step(d->store->db, table->changed, err)) == 1) {
		rc = add_row(d, table, table->changed, sat_column_int(table->changed, SAT_AT_TOLD), full, err);
		if (rc != 0)
			break;
	}
	sat_reset(table->changed);
	return rc < 0 ? rc : 0;
}

int sat_delta_add_records(sat_delta *d, const sat_stretch *s, bool *full, sat_error *err)
{
	int rc = s->run ? sat_gate_expect(d->gate, s->first, s->last, err) : 0;
	for (size_t i = 0; rc == 0 && !*full && i < d->store->table_count; i++) {
		sat_table *table = d->store->tables[i];
		if (s->run)
			rc = add_run(d, table, s, full, err);
		if (rc == 0)
			rc = add_changed(d, table, s, full, err);
	}
	return rc;
}
