/* See delta.h. */
#include "delta.h"

#include <stdlib.h>
#include <string.h>

#include "plant.h"
#include "record.h"
#include "store-private.h"

/* Sequences looked at in one go: enough to make the queries cheap, few enough to undo when they do not
 * fit into the chunk. */
enum { STEP_MAX = 2048 };

struct sat_delta {
	sat_store *store;
	sat_delta_options options;
	int track;
	const sat_span *gaps;
	size_t gap_count, gap;
	int64_t at;              /* everything up to here has been looked at */
	int64_t step;
	sat_gate *gate;
	int64_t self;            /* our sat_device.id */
	int64_t domain;          /* author of what the chunk holds; -1: nothing yet */
	bool dividing;           /* one record that is too large for a frame goes out in parts */
	size_t divided;          /* its values that went out */
	bool rest;               /* more of them are to come */
	sat_chunk chunk;
	size_t rows[SAT_KINDS_MAX]; /* of each table in the chunk before: what the next one will hold, about */
	size_t records, withheld;
	bool assumed;
	sat_stmt *run_at, *run_next, *tombstones, *statements, *asks, *consent_range, *consent_changed, *moments;
	sat_arena scratch;
};

/* What a step adds and may have to take back. */
typedef struct mark {
	size_t bytes, entries, records, withheld, statements, tombstones, batches, decisions, asks, moments;
	bool assumed;
	int64_t domain;
	size_t rows[SAT_KINDS_MAX];
} mark;

/* --- opening ------------------------------------------------------------------------------------ */

static int prepare(sat_delta *d, sat_error *err)
{
	sat_db *db = d->store->db;
	int rc = sat_db_prepare(db, &d->run_at,
	                        "SELECT seq, first, count, told FROM sat_run WHERE seq <= ? "
	                        "ORDER BY seq DESC LIMIT 1", err);
	if (rc == 0)
		rc = sat_db_prepare(db, &d->run_next, "SELECT min(seq) FROM sat_run WHERE seq > ?", err);
	if (rc == 0)
		rc = sat_db_prepare(db, &d->tombstones,
		                    "SELECT record, told FROM sat_tombstone WHERE seq > ? AND seq <= ?", err);
	if (rc == 0)
		rc = sat_db_prepare(db, &d->statements,
		                    "SELECT object, told FROM sat_statement WHERE seq > ? AND seq <= ? "
		                    "ORDER BY seq", err);
	if (rc == 0)
		rc = sat_db_prepare(db, &d->asks,
		                    "SELECT name, record FROM sat_ask WHERE device = ? AND seq > ? AND seq <= ?",
		                    err);
	if (rc == 0)
		rc = sat_db_prepare(db, &d->consent_range,
		                    "SELECT " SAT_CONSENT_COLUMNS
		                    " FROM sat_decision WHERE id BETWEEN ? AND ? ORDER BY id", err);
	if (rc == 0)
		rc = sat_db_prepare(db, &d->consent_changed,
		                    "SELECT record, told FROM sat_history WHERE kind = 0 AND seq > ? AND seq <= ?", err);
	if (rc == 0)
		rc = sat_db_prepare(db, &d->moments,
		                    "SELECT dot, at FROM sat_moment WHERE dot <= ? AND dot >= coalesce((SELECT "
		                    "max(dot) FROM sat_moment WHERE dot BETWEEN ? AND ?), ?) ORDER BY dot", err);
	return rc;
}

int sat_delta_open(sat_delta **out, sat_store *store, const sat_delta_options *options, int track,
                   const sat_span *gaps, size_t gap_count, sat_error *err)
{
	*out = NULL;
	sat_delta *d = calloc(1, sizeof *d);
	if (d == NULL)
		return sat_no_memory(err);
	d->store = store;
	d->options = *options;
	d->track = track;
	d->gaps = gaps;
	d->gap_count = gap_count;
	d->at = gap_count > 0 ? gaps[0].above : 0;
	d->step = STEP_MAX;
	int rc = sat_gate_open(&d->gate, store, &options->to, err);
	if (rc == 0)
		rc = sat_meta_int(store, "self", &d->self, 0, err);
	if (rc == 0)
		rc = prepare(d, err);
	if (rc != 0) {
		sat_delta_free(d);
		return rc;
	}
	*out = d;
	return 0;
}

void sat_delta_free(sat_delta *d)
{
	if (d == NULL)
		return;
	sat_stmt **all[] = { &d->run_at,  &d->run_next,      &d->tombstones,      &d->statements,
		             &d->asks,    &d->consent_range, &d->consent_changed, &d->moments };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		sat_db_finalize(d->store->db, all[i]);
	sat_gate_free(d->gate);
	sat_arena_clear(&d->chunk.arena);
	sat_arena_clear(&d->scratch);
	free(d);
}

/* --- marks -------------------------------------------------------------------------------------- */

static void take_mark(const sat_delta *d, mark *m)
{
	const sat_chunk *c = &d->chunk;
	*m = (mark){ .bytes = c->bytes, .entries = c->entries, .records = c->records, .withheld = c->withheld,
		     .statements = c->statement_count, .tombstones = c->tombstone_count,
		     .batches = c->batch_count, .decisions = c->decision_count, .asks = c->ask_count,
		     .moments = c->moment_count, .assumed = c->assumed, .domain = d->domain };
	for (size_t i = 0; i < c->block_count; i++)
		m->rows[i] = c->blocks[i].rows;
}

static void back_to(sat_delta *d, const mark *m)
{
	sat_chunk *c = &d->chunk;
	c->bytes = m->bytes;
	c->entries = m->entries;
	c->records = m->records;
	c->withheld = m->withheld;
	c->statement_count = m->statements;
	c->tombstone_count = m->tombstones;
	c->batch_count = m->batches;
	c->decision_count = m->decisions;
	c->ask_count = m->asks;
	c->moment_count = m->moments;
	c->assumed = m->assumed;
	d->domain = m->domain;
	for (size_t i = 0; i < c->block_count; i++)
		sat_block_cut(&c->blocks[i], m->rows[i]);
}

/* A list in the chunk's arena that doubles. */
static void *grown(sat_arena *arena, void *list, size_t count, size_t size)
{
	if (count != 0 && (count < 16 || (count & (count - 1)) != 0))
		return list;
	size_t room = count < 16 ? 16 : count * 2;
	void *fresh = sat_arena_take(arena, room * size);
	if (fresh != NULL && count > 0)
		memcpy(fresh, list, count * size);
	return fresh;
}

#define GROW(c, list, count) ((c)->list = grown(&(c)->arena, (c)->list, (c)->count, sizeof *(c)->list))

/* --- authors ------------------------------------------------------------------------------------ */

static int64_t author_of(const sat_delta *d, sat_dot dot)
{
	const sat_incarnation *incarnation = sat_incarnation_at(d->store, sat_dot_index(dot));
	return incarnation == NULL ? 0 : incarnation->device;
}

/* What different authors chose is never compressed together: false means that the chunk has to go out
 * before this can be added. */
static bool same_domain(sat_delta *d, int64_t author)
{
	if (d->domain != -1 && d->domain != author)
		return false;
	d->domain = author;
	return true;
}

/* --- rows --------------------------------------------------------------------------------------- */

static int block_of(sat_delta *d, const sat_table *table, sat_block **block, sat_error *err)
{
	sat_chunk *c = &d->chunk;
	size_t at = (size_t)table->id - 1;
	*block = &c->blocks[at];
	if ((*block)->field != NULL)
		return 0;
	if (sat_block_begin(*block, &c->arena, table->column_count, d->rows[at] + d->rows[at] / 8) != 0)
		return sat_no_memory(err);
	memcpy((*block)->kind, table->name, sizeof table->name);
	(*block)->person = table->person;
	for (size_t i = 0; i < table->column_count; i++) {
		sat_block_field *field = &(*block)->field[i];
		memcpy(field->name, table->columns[i].name, sizeof field->name);
		field->type = table->columns[i].type;
		field->concerns = table->columns[i].concerns;
		field->needs = table->columns[i].needs;
	}
	c->bytes += 64 * (table->column_count + 1);
	return 0;
}

static size_t value_bytes(const sat_value *value)
{
	switch (value->type) {
	case SAT_TEXT:
	case SAT_CHOICE:
		return value->text.length + 4;
	case SAT_REFERENCES:
		return 2 + value->references.count * 10;
	default:
		return 10;
	}
}

static int put_value(sat_chunk *c, sat_block *block, uint16_t field, const sat_value *value, sat_error *err)
{
	sat_block_field *f = &block->field[field];
	size_t at = block->rows - 1;
	f->cells[at] = SAT_PRESENT;
	f->present++;
	f->values[at] = *value;
	c->bytes += value_bytes(value);
	return sat_value_keep(&f->values[at], &c->arena) != 0 ? sat_no_memory(err) : 0;
}

/* Persons of a usual row: the record itself, and whoever its columns name. */
static int persons_of_row(sat_delta *d, const sat_table *table, const sat_value *values, sat_dot id,
                          sat_stated *stated, sat_dot *persons, size_t room, size_t *count)
{
	size_t n = 0;
	if (table->person)
		persons[n++] = id;
	for (size_t i = 0; i < table->column_count; i++) {
		if (!table->columns[i].concerns || values[i].type != SAT_REFERENCE)
			continue;
		if (n == room)
			return 1;
		persons[n++] = values[i].reference;
	}
	/* Ascending and without repeats; there are one or two. */
	for (size_t i = 1; i < n; i++) {
		for (size_t k = i; k > 0 && persons[k - 1] > persons[k]; k--) {
			sat_dot swap = persons[k];
			persons[k] = persons[k - 1];
			persons[k - 1] = swap;
		}
	}
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || persons[kept - 1] != persons[i])
			persons[kept++] = persons[i];
	}
	for (size_t i = 0; i < kept; i++)
		stated[i] = (sat_stated){ .person = persons[i], .purpose = SAT_EVERY_PURPOSE };
	*count = kept;
	(void)d;
	return 0;
}

static int add_state(sat_delta *d, sat_table *table, sat_stmt *row, bool *full, sat_error *err);

/* The usual row goes from SQLite's columns straight into the block; everything else takes the long way
 * through a state.  Both ask the same gate. */
static int add_usual(sat_delta *d, sat_table *table, sat_stmt *row, bool *full, sat_error *err)
{
	sat_dot id = sat_column_int(row, SAT_AT_ID);
	sat_value values[SAT_FIELDS_MAX];
	bool lists = false;
	for (size_t i = 0; i < table->column_count; i++) {
		const sat_column *column = &table->columns[i];
		lists = lists || (column->concerns && column->type == SAT_REFERENCES);
		int rc = sat_row_value(row, SAT_AT_FIELDS + (int)i, column->type, &d->chunk.arena, &values[i],
		                       err);
		if (rc != 0)
			return rc;
	}
	sat_dot persons[8];
	sat_stated stated[8];
	size_t count;
	if (lists || persons_of_row(d, table, values, id, stated, persons, 8, &count) != 0)
		return add_state(d, table, row, full, err);
	int64_t author = author_of(d, id);
	if (!d->options.everything && author != d->self)
		return 0;
	sat_leave leave;
	int rc = sat_gate_weigh(d->gate, persons, count, stated, count, &leave, err);
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
	d->chunk.withheld += held_back > 0;
	if (allowed == 0 && held_back > 0)
		return 0;
	/* A row whose persons cannot be read off it any more has to tell them. */
	if (person_held_back) {
		d->chunk.withheld -= 1;
		return add_state(d, table, row, full, err);
	}
	if (!same_domain(d, author)) {
		*full = true;
		return 0;
	}
	sat_block *block;
	sat_row *out;
	rc = block_of(d, table, &block, err);
	if (rc == 0 && sat_block_add(block, &d->chunk.arena, &out) != 0)
		rc = sat_no_memory(err);
	if (rc != 0)
		return rc;
	*out = (sat_row){ .record = id, .dot = id, .usual = true };
	d->chunk.bytes += 4;
	d->chunk.entries++;
	d->chunk.records++;
	for (uint16_t i = 0; rc == 0 && i < table->column_count; i++) {
		if (values[i].type != SAT_CLEARED &&
		    sat_gate_answer(&leave, table->columns[i].needs) == SAT_PERMITTED)
			rc = put_value(&d->chunk, block, i, &values[i], err);
	}
	return rc;
}

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

/* One row for the siblings of `group` (all of one write). */
static int put_group(sat_delta *d, const sat_state *state, const sat_sibling *group, size_t count, bool first,
                     sat_error *err)
{
	sat_chunk *c = &d->chunk;
	sat_block *block;
	sat_row *row;
	int rc = block_of(d, state->table, &block, err);
	if (rc == 0 && sat_block_add(block, &c->arena, &row) != 0)
		rc = sat_no_memory(err);
	if (rc != 0)
		return rc;
	const sat_stated *usual;
	uint32_t usual_count;
	rc = sat_stated_usual(&c->arena, state->table, state->id, group, count, group[0].dot, &usual, &usual_count);
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
		if (state->table->person && row->person_count == 1 && row->persons[0] == state->id)
			row->person_count = 0;
	}
	c->bytes += 16 + 10 * (size_t)(row->past_count + row->stated_count * 2 + row->person_count);
	c->entries++;
	if (rc != 0)
		return sat_no_memory(err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (group[i].blank || group[i].value.type == SAT_CLEARED) {
			block->field[group[i].field].cells[block->rows - 1] =
				group[i].blank ? SAT_BLANKED : SAT_EMPTIED;
			c->bytes++;
		} else {
			sat_value value = group[i].value;
			if (value.type == SAT_REFERENCES)
				value.references.at = copied(&c->arena, value.references.at,
				                             value.references.count * sizeof(sat_dot), &rc);
			if (rc == 0)
				rc = put_value(c, block, group[i].field, &value, err);
		}
	}
	return rc;
}

/* The siblings that may go, grouped by write, the creation first. */
static int put_groups(sat_delta *d, const sat_state *state, sat_sibling *allowed, size_t count,
                      bool creation, sat_error *err)
{
	bool *done = sat_arena_zeroed(&d->scratch, count + 1, 1);
	sat_sibling *group = sat_arena_take(&d->scratch, (count + 1) * sizeof *group);
	if (done == NULL || group == NULL)
		return sat_no_memory(err);
	bool first = true;
	int rc = 0;
	bool told = false;
	for (size_t i = 0; i < count; i++)
		told = told || allowed[i].dot == state->id;
	if (creation && !told) {
		/* Nothing of the creation is left or may go; that the record exists is said all the same. */
		sat_block *block;
		sat_row *row;
		rc = block_of(d, state->table, &block, err);
		if (rc == 0 && sat_block_add(block, &d->chunk.arena, &row) != 0)
			rc = sat_no_memory(err);
		if (rc != 0)
			return rc;
		*row = (sat_row){ .record = state->id, .dot = state->id, .usual = true };
		d->chunk.bytes += 8;
		d->chunk.entries++;
	}
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (done[i])
			continue;
		size_t n = 0;
		for (size_t k = i; k < count; k++) {
			/* A field occurs once in a row: two siblings of one dot are two rows. */
			bool twice = false;
			for (size_t m = 0; m < n; m++)
				twice = twice || group[m].field == allowed[k].field;
			if (done[k] || twice || !same_write(&allowed[i], &allowed[k]))
				continue;
			group[n++] = allowed[k];
			done[k] = true;
		}
		rc = put_group(d, state, group, n, first, err);
		first = false;
	}
	return rc;
}

static int64_t domain_of(const sat_delta *d, const sat_sibling *siblings, size_t count, sat_dot id)
{
	int64_t domain = count == 0 ? author_of(d, id) : author_of(d, siblings[0].dot);
	for (size_t i = 1; i < count; i++) {
		if (author_of(d, siblings[i].dot) != domain)
			return 0;
	}
	return domain;
}

/* Leaves the values that fit into one frame, beginning with the first that has not gone out. */
static void next_part(sat_delta *d, sat_sibling **allowed, size_t *count)
{
	size_t bytes = d->chunk.bytes, n = 0;
	*allowed += d->divided;
	*count -= d->divided;
	while (n < *count && (n == 0 || bytes + value_bytes(&(*allowed)[n].value) <= d->options.chunk_bytes_max))
		bytes += value_bytes(&(*allowed)[n++].value);
	d->rest = n < *count;
	d->divided += n;
	*count = n;
}

static int add_state(sat_delta *d, sat_table *table, sat_stmt *row, bool *full, sat_error *err)
{
	sat_arena_reset(&d->scratch);
	sat_state state;
	int rc = sat_record_load_row(d->store, table, row, &d->scratch, &state, err);
	sat_sibling *allowed = rc == 0 ? sat_arena_take(&d->scratch, (state.count + 1) * sizeof *allowed) : NULL;
	if (rc == 0 && allowed == NULL)
		rc = sat_no_memory(err);
	size_t count = 0, held_back = 0;
	for (size_t i = 0; rc == 0 && i < state.count; i++) {
		const sat_sibling *s = &state.siblings[i];
		if (!d->options.everything && author_of(d, s->dot) != d->self)
			continue;
		sat_leave leave;
		rc = sat_gate_weigh(d->gate, state.persons, state.person_count, s->stated, s->stated_count, &leave,
		                    err);
		if (rc == 0 && (s->blank ||
		                sat_gate_answer(&leave, table->columns[s->field].needs) == SAT_PERMITTED))
			allowed[count++] = *s;
		else
			held_back++;
	}
	bool owned = sat_dot_linked(state.id) && (d->options.everything || author_of(d, state.id) == d->self);
	d->chunk.withheld += rc == 0 && held_back > 0;
	if (rc != 0 || (count == 0 && (held_back > 0 || !owned)))
		return rc;
	if (!same_domain(d, domain_of(d, allowed, count, state.id))) {
		*full = true;
		return 0;
	}
	if (d->dividing)
		next_part(d, &allowed, &count);
	d->chunk.records += !d->dividing || d->divided == count;
	return put_groups(d, &state, allowed, count, owned, err);
}

/* --- one step over records ---------------------------------------------------------------------- */

static int add_row(sat_delta *d, sat_table *table, sat_stmt *row, int64_t told, bool *full, sat_error *err)
{
	bool of_device = SAT_PLANTED_BUG(6) && told != 0 && author_of(d, sat_dot_make(told, 1)) == d->options.device;
	if ((told != 0 && told == d->options.heard) || of_device) {
		d->chunk.assumed = true;
		return 0;
	}
	/* The name of an unlinked record is no dot: without a write of its own there is nothing to tell. */
	bool usual = sat_column_is_null(row, SAT_AT_CLOCK) && sat_dot_linked(sat_column_int(row, SAT_AT_ID));
	return usual && !d->dividing ? add_usual(d, table, row, full, err) : add_state(d, table, row, full, err);
}

typedef struct stretch {     /* sequences that one step looks at */
	int64_t above, upto;
	bool run;            /* they are creations with the dots below */
	sat_dot first, last;
	int64_t told;
} stretch;

static int add_table(sat_delta *d, sat_table *table, const stretch *s, bool *full, sat_error *err)
{
	int rc = 0;
	if (s->run) {
		rc = sat_table_prepare(d->store, table, &table->range, err);
		if (rc != 0)
			return rc;
		sat_bind_int(table->range, 1, s->first);
		sat_bind_int(table->range, 2, s->last);
		while (!*full && d->chunk.bytes <= d->options.chunk_bytes_max &&
		       (rc = sat_step(d->store->db, table->range, err)) == 1) {
			rc = sat_column_is_null(table->range, SAT_AT_SEQ)
			             ? add_row(d, table, table->range, s->told, full, err)
			             : 0;
			if (rc != 0)
				break;
		}
		sat_reset(table->range);
	}
	if (rc < 0)
		return rc;
	rc = sat_table_prepare(d->store, table, &table->changed, err);
	if (rc != 0)
		return rc;
	sat_bind_int(table->changed, 1, s->above);
	sat_bind_int(table->changed, 2, s->upto);
	while (!*full && d->chunk.bytes <= d->options.chunk_bytes_max &&
	       (rc = sat_step(d->store->db, table->changed, err)) == 1) {
		rc = add_row(d, table, table->changed, sat_column_int(table->changed, SAT_AT_TOLD), full, err);
		if (rc != 0)
			break;
	}
	sat_reset(table->changed);
	return rc < 0 ? rc : 0;
}

static int add_records(sat_delta *d, const stretch *s, bool *full, sat_error *err)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && !*full && i < d->store->table_count; i++)
		rc = add_table(d, d->store->tables[i], s, full, err);
	return rc;
}

/* --- one step over what leads -------------------------------------------------------------------- */

static int add_statements(sat_delta *d, const stretch *s, sat_error *err)
{
	sat_chunk *c = &d->chunk;
	sat_bind_int(d->statements, 1, s->above);
	sat_bind_int(d->statements, 2, s->upto);
	int rc;
	while ((rc = sat_step(d->store->db, d->statements, err)) == 1) {
		int64_t told = sat_column_int(d->statements, 1);
		if (told != 0 && told == d->options.heard) {
			c->assumed = true;
			continue;
		}
		size_t length;
		const void *object = sat_column_blob(d->statements, 0, &length);
		if (GROW(c, statements, statement_count) == NULL)
			return sat_no_memory(err);
		sat_object *out = &c->statements[c->statement_count++];
		out->data = sat_arena_copy(&c->arena, object, length);
		out->length = length;
		if (out->data == NULL)
			return sat_no_memory(err);
		c->bytes += length + 4;
		c->entries++;
	}
	sat_reset(d->statements);
	return rc;
}

static int add_tombstones(sat_delta *d, const stretch *s, sat_error *err)
{
	sat_chunk *c = &d->chunk;
	sat_bind_int(d->tombstones, 1, s->above);
	sat_bind_int(d->tombstones, 2, s->upto);
	int rc;
	while ((rc = sat_step(d->store->db, d->tombstones, err)) == 1) {
		int64_t told = sat_column_int(d->tombstones, 1);
		if (told != 0 && told == d->options.heard) {
			c->assumed = true;
			continue;
		}
		if (GROW(c, tombstones, tombstone_count) == NULL)
			return sat_no_memory(err);
		c->tombstones[c->tombstone_count++] = sat_column_int(d->tombstones, 0);
		c->bytes += 17;
		c->entries++;
	}
	sat_reset(d->tombstones);
	return rc;
}

static int add_asks(sat_delta *d, const stretch *s, sat_error *err)
{
	sat_chunk *c = &d->chunk;
	sat_bind_int(d->asks, 1, d->options.device);
	sat_bind_int(d->asks, 2, s->above);
	sat_bind_int(d->asks, 3, s->upto);
	int rc;
	while ((rc = sat_step(d->store->db, d->asks, err)) == 1) {
		size_t length;
		const void *name = sat_column_blob(d->asks, 0, &length);
		if (GROW(c, asks, ask_count) == NULL || length != 16)
			return sat_no_memory(err);
		sat_asked *ask = &c->asks[c->ask_count++];
		memcpy(ask->name, name, 16);
		ask->record = sat_column_int(d->asks, 1);
		c->bytes += 36;
		c->entries++;
	}
	sat_reset(d->asks);
	return rc;
}

/* All decisions of `batch` that are here, in the order of leaves. */
static int put_batch(sat_delta *d, const sat_batch *batch, sat_error *err)
{
	sat_chunk *c = &d->chunk;
	if (GROW(c, batches, batch_count) == NULL)
		return sat_no_memory(err);
	c->batches[c->batch_count] = *batch;
	size_t *counts = grown(&c->arena, c->decision_counts, c->batch_count, sizeof *counts);
	if (counts == NULL)
		return sat_no_memory(err);
	c->decision_counts = counts;
	size_t before = c->decision_count;
	sat_bind_int(d->consent_range, 1, batch->first);
	sat_bind_int(d->consent_range, 2, batch->first + batch->leaves - 1);
	int rc;
	while ((rc = sat_step(d->store->db, d->consent_range, err)) == 1) {
		if (GROW(c, decisions, decision_count) == NULL)
			return sat_no_memory(err);
		sat_decision *decision = &c->decisions[c->decision_count++];
		rc = sat_consent_row(d->store, d->consent_range, &c->arena, decision, err);
		if (rc != 0)
			break;
		c->bytes += 64 + decision->supersedes_count * SAT_HASH_BYTES + (decision->has_details ? 0 : 32);
		for (int i = 0; i < SAT_DETAILS; i++)
			c->bytes += decision->details[i] == NULL ? 1 : strlen(decision->details[i]) + 4;
	}
	sat_reset(d->consent_range);
	c->decision_counts[c->batch_count++] = c->decision_count - before;
	c->entries += c->decision_count - before;
	c->bytes += 128 + batch->proof_count * SAT_HASH_BYTES;
	return rc;
}

static bool has_batch(const sat_chunk *c, sat_dot first)
{
	for (size_t i = c->batch_count; i > 0; i--) {
		if (c->batches[i - 1].first == first)
			return true;
	}
	return false;
}

static int add_batch_of(sat_delta *d, sat_dot decision, bool *full, sat_error *err)
{
	sat_batch batch;
	int64_t author = author_of(d, decision);
	if (!d->options.everything && author != d->self)
		return 0;
	int rc = sat_batch_of(d->store, decision, &d->chunk.arena, &batch, err);
	if (rc != 0 || has_batch(&d->chunk, batch.first))
		return rc;
	if (!same_domain(d, author)) {
		*full = true;
		return 0;
	}
	return put_batch(d, &batch, err);
}

/* Batches go whole, so a stretch that begins inside one adds it again only when it is not there. */
static int add_decisions(sat_delta *d, const stretch *s, bool *full, sat_error *err)
{
	int rc = 0;
	if (s->run && !(s->told != 0 && s->told == d->options.heard)) {
		sat_stmt *in_run = NULL;
		rc = sat_db_prepare(d->store->db, &in_run,
		                    "SELECT id, leaves FROM sat_batch WHERE id > ? AND id <= ? ORDER BY id", err);
		if (rc == 0) {
			/* No batch is longer than this, so one that reaches into the stretch begins here. */
			sat_bind_int(in_run, 1, s->first - SAT_BATCH_MAX);
			sat_bind_int(in_run, 2, s->last);
		}
		while (rc == 0 && !*full && (rc = sat_step(d->store->db, in_run, err)) == 1) {
			sat_dot first = sat_column_int(in_run, 0);
			rc = first + sat_column_int(in_run, 1) > s->first ? add_batch_of(d, first, full, err) : 0;
		}
		sat_db_finalize(d->store->db, &in_run);
	} else if (s->run) {
		d->chunk.assumed = true;
	}
	if (rc < 0)
		return rc;
	sat_bind_int(d->consent_changed, 1, s->above);
	sat_bind_int(d->consent_changed, 2, s->upto);
	while (!*full && (rc = sat_step(d->store->db, d->consent_changed, err)) == 1) {
		int64_t told = sat_column_int(d->consent_changed, 1);
		if (told != 0 && told == d->options.heard)
			d->chunk.assumed = true;
		else if ((rc = add_batch_of(d, sat_column_int(d->consent_changed, 0), full, err)) != 0)
			break;
	}
	sat_reset(d->consent_changed);
	return rc < 0 ? rc : 0;
}

static int add_lead(sat_delta *d, const stretch *s, bool *full, sat_error *err)
{
	int rc = add_statements(d, s, err);
	if (rc == 0)
		rc = add_tombstones(d, s, err);
	if (rc == 0)
		rc = add_decisions(d, s, full, err);
	return rc != 0 ? rc : add_asks(d, s, err);
}

/* --- moments ------------------------------------------------------------------------------------ */

static int add_moments(sat_delta *d, sat_dot first, sat_dot last, sat_error *err)
{
	sat_chunk *c = &d->chunk;
	sat_bind_int(d->moments, 1, last);
	sat_bind_int(d->moments, 2, sat_dot_make(sat_dot_index(first), 0));
	sat_bind_int(d->moments, 3, first);
	sat_bind_int(d->moments, 4, first);
	int rc;
	while ((rc = sat_step(d->store->db, d->moments, err)) == 1) {
		if (GROW(c, moments, moment_count) == NULL)
			return sat_no_memory(err);
		c->moments[c->moment_count++] = (sat_moment){ sat_column_int(d->moments, 0),
			                                      sat_column_int(d->moments, 1) };
		c->bytes += 20;
	}
	sat_reset(d->moments);
	return rc;
}

/* Moments for the writes of a finished chunk: from the first to the last dot of each incarnation. */
static int note_moments(sat_delta *d, sat_error *err)
{
	sat_chunk *c = &d->chunk;
	size_t incarnations = d->store->incarnation_count;
	sat_arena_reset(&d->scratch);
	struct {
		sat_dot first, last;
	} *of = sat_arena_zeroed(&d->scratch, incarnations + 1, sizeof *of);
	if (of == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; i < c->block_count; i++) {
		for (size_t k = 0; k < c->blocks[i].rows; k++) {
			sat_dot dot = c->blocks[i].row[k].dot;
			int64_t index = sat_dot_index(dot);
			if (of[index].first == 0 || dot < of[index].first)
				of[index].first = dot;
			if (dot > of[index].last)
				of[index].last = dot;
		}
	}
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < incarnations; i++) {
		if (of[i].first != 0)
			rc = add_moments(d, of[i].first, of[i].last, err);
	}
	return rc;
}

/* --- walking ------------------------------------------------------------------------------------ */

static int next_stretch(sat_delta *d, stretch *s, sat_error *err)
{
	const sat_span *gap = &d->gaps[d->gap];
	*s = (stretch){ .above = d->at, .upto = d->at + d->step < gap->upto ? d->at + d->step : gap->upto };
	sat_bind_int(d->run_at, 1, d->at + 1);
	int rc = sat_step(d->store->db, d->run_at, err);
	if (rc == 1) {
		int64_t seq = sat_column_int(d->run_at, 0), count = sat_column_int(d->run_at, 2);
		if (d->at + 1 < seq + count) {
			if (s->upto >= seq + count)
				s->upto = seq + count - 1;
			s->run = true;
			s->first = sat_column_int(d->run_at, 1) + (d->at + 1 - seq);
			s->last = s->first + (s->upto - s->above) - 1;
			s->told = sat_column_int(d->run_at, 3);
		}
	}
	sat_reset(d->run_at);
	if (rc < 0 || s->run)
		return rc < 0 ? rc : 0;
	sat_bind_int(d->run_next, 1, d->at);
	rc = sat_step(d->store->db, d->run_next, err);
	if (rc == 1 && !sat_column_is_null(d->run_next, 0) && sat_column_int(d->run_next, 0) <= s->upto)
		s->upto = sat_column_int(d->run_next, 0) - 1;
	sat_reset(d->run_next);
	return rc < 0 ? rc : 0;
}

static int begin_chunk(sat_delta *d, sat_error *err)
{
	sat_arena arena = d->chunk.arena;
	for (size_t i = 0; i < d->chunk.block_count; i++)
		d->rows[i] = d->chunk.blocks[i].rows;
	sat_arena_reset(&arena);
	d->chunk = (sat_chunk){ .arena = arena, .track = d->track, .span = { d->at, d->at } };
	d->domain = -1;
	d->chunk.block_count = d->store->table_count;
	d->chunk.blocks = sat_arena_zeroed(&d->chunk.arena, d->chunk.block_count + 1, sizeof(sat_block));
	return d->chunk.blocks == NULL ? sat_no_memory(err) : 0;
}

/* One part of a record that is too large for a frame.  Every part covers the record's sequence: it is
 * received when all of them are (sync/ledger.h). */
static int step_part(sat_delta *d, const stretch *s, sat_error *err)
{
	bool full = false;
	d->rest = false;
	int rc = add_records(d, s, &full, err);
	d->chunk.part = true;
	d->chunk.span.upto = s->upto;
	if (!d->rest) {
		d->at = s->upto;
		d->dividing = false;
	}
	return rc != 0 ? rc : 1;
}

/* Looks at one stretch: 1 when the chunk goes out, without it or with a part of it. */
static int step(sat_delta *d, sat_error *err)
{
	stretch s;
	int rc = next_stretch(d, &s, err);
	if (rc != 0)
		return rc;
	if (d->dividing)
		return step_part(d, &s, err);
	mark before;
	take_mark(d, &before);
	bool full = false;
	rc = d->track == SAT_TRACK_LEAD ? add_lead(d, &s, &full, err) : add_records(d, &s, &full, err);
	if (rc != 0)
		return rc;
	bool alone = before.entries == 0 && s.upto - s.above == 1;
	/* One batch or statement fits into a frame by its own limits, one record need not. */
	if ((full || d->chunk.bytes > d->options.chunk_bytes_max) && !(alone && d->track == SAT_TRACK_LEAD)) {
		back_to(d, &before);
		if (before.entries > 0)
			return 1;
		d->dividing = alone;
		d->divided = 0;
		d->step = alone ? 1 : (s.upto - s.above) / 2;
		return 0;
	}
	d->step = d->step * 2 < STEP_MAX ? d->step * 2 : STEP_MAX;
	d->at = s.upto;
	d->chunk.span.upto = s.upto;
	return 0;
}

int sat_delta_next(sat_delta *d, const sat_chunk **chunk, sat_error *err)
{
	int rc = begin_chunk(d, err);
	while (rc == 0 && d->gap < d->gap_count) {
		if (d->at >= d->gaps[d->gap].upto) {
			if (++d->gap < d->gap_count)
				d->at = d->gaps[d->gap].above;
			if (d->chunk.entries > 0)
				break;
			d->records += d->chunk.records;
			d->withheld += d->chunk.withheld;
			d->assumed = d->assumed || d->chunk.assumed;
			if ((rc = begin_chunk(d, err)) != 0)
				break;
			continue;
		}
		rc = step(d, err);
	}
	if (rc < 0)
		return rc;
	d->records += d->chunk.records;
	d->withheld += d->chunk.withheld;
	d->assumed = d->assumed || d->chunk.assumed;
	if (d->chunk.entries == 0)
		return 0;
	if (d->track == SAT_TRACK_RECORDS && (rc = note_moments(d, err)) != 0)
		return rc;
	*chunk = &d->chunk;
	return 1;
}

void sat_delta_totals(const sat_delta *d, size_t *records, size_t *withheld, bool *assumed)
{
	*records = d->records;
	*withheld = d->withheld;
	*assumed = d->assumed;
}
