/* See chunk.h. */
#include "chunk.h"

#include <string.h>

int sat_chunk_begin(sat_chunk *c, int track, int64_t at, size_t tables, sat_error *err)
{
	sat_chunk fresh = { .arena = c->arena, .track = track, .span = { at, at }, .author = -1,
		            .block_count = tables };
	memcpy(fresh.expected, c->expected, sizeof fresh.expected);
	for (size_t i = 0; i < c->block_count; i++)
		fresh.expected[i] = c->blocks[i].rows;
	sat_arena_reset(&fresh.arena);
	*c = fresh;
	c->blocks = sat_arena_zeroed(&c->arena, tables + 1, sizeof *c->blocks);
	return c->blocks == NULL ? sat_no_memory(err) : 0;
}

bool sat_chunk_of_author(sat_chunk *c, int64_t author)
{
	if (c->author != -1 && c->author != author)
		return false;
	c->author = author;
	return true;
}

/* --- rows --------------------------------------------------------------------------------------- */

static int begin_block(sat_chunk *c, const sat_table *table, sat_block *block, size_t rows)
{
	if (sat_block_begin(block, &c->arena, table->column_count, rows) != 0)
		return SAT_ENOMEM;
	memcpy(block->kind, table->name, sizeof table->name);
	block->is = table->is;
	for (size_t i = 0; i < table->column_count; i++) {
		sat_block_field *field = &block->field[i];
		memcpy(field->name, table->columns[i].name, sizeof field->name);
		field->type = table->columns[i].type;
		field->concerns = table->columns[i].concerns;
		field->needs = table->columns[i].needs;
	}
	c->bytes += 64 * (table->column_count + 1);
	return 0;
}

int sat_chunk_row(sat_chunk *c, const sat_table *table, sat_block **block, sat_row **row, sat_error *err)
{
	size_t at = (size_t)table->id - 1;
	*block = &c->blocks[at];
	if ((*block)->field == NULL &&
	    begin_block(c, table, *block, c->expected[at] + c->expected[at] / 8) != 0)
		return sat_no_memory(err);
	return sat_block_add(*block, &c->arena, row) != 0 ? sat_no_memory(err) : 0;
}

size_t sat_chunk_value_bytes(const sat_value *value)
{
	switch (value->type) {
	case SAT_TEXT:
	case SAT_CHOICE:
	case SAT_FILE:
		return value->text.length + 4;
	case SAT_REFERENCES:
		return 2 + value->references.count * 10;
	default:
		return 10;
	}
}

int sat_chunk_put_value(sat_chunk *c, sat_block *block, uint16_t field, const sat_value *value, sat_error *err)
{
	sat_block_field *f = &block->field[field];
	size_t at = block->rows - 1;
	f->cells[at] = SAT_PRESENT;
	f->present++;
	f->values[at] = *value;
	c->bytes += sat_chunk_value_bytes(value);
	return sat_value_keep(&f->values[at], &c->arena) != 0 ? sat_no_memory(err) : 0;
}

/* --- marks -------------------------------------------------------------------------------------- */

void sat_chunk_take_mark(const sat_chunk *c, sat_chunk_mark *m)
{
	*m = (sat_chunk_mark){ .bytes = c->bytes, .entries = c->entries, .records = c->records,
		               .withheld = c->withheld, .statements = c->statement_count,
		               .tombstones = c->tombstone_count, .under = c->under_count, .batches = c->batch_count,
		               .decisions = c->decision_count, .asks = c->ask_count,
		               .moments = c->moment_count, .assumed = c->assumed, .vouches = c->vouches,
		               .author = c->author };
	for (size_t i = 0; i < c->block_count; i++)
		m->rows[i] = c->blocks[i].rows;
}

void sat_chunk_back_to(sat_chunk *c, const sat_chunk_mark *m)
{
	c->bytes = m->bytes;
	c->entries = m->entries;
	c->records = m->records;
	c->withheld = m->withheld;
	c->statement_count = m->statements;
	c->tombstone_count = m->tombstones;
	c->under_count = m->under;
	c->batch_count = m->batches;
	c->decision_count = m->decisions;
	c->ask_count = m->asks;
	c->moment_count = m->moments;
	c->assumed = m->assumed;
	c->vouches = m->vouches;
	c->author = m->author;
	for (size_t i = 0; i < c->block_count; i++)
		sat_block_cut(&c->blocks[i], m->rows[i]);
}
