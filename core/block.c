/* See block.h. */
#include "block.h"

#include <string.h>

int sat_block_begin(sat_block *block, sat_arena *arena, size_t fields, size_t rows)
{
	*block = (sat_block){ .fields = fields, .room = rows };
	block->field = sat_arena_zeroed(arena, fields + 1, sizeof *block->field);
	block->row = sat_arena_take(arena, (rows + 1) * sizeof *block->row);
	if (block->field == NULL || block->row == NULL)
		return SAT_ENOMEM;
	for (size_t i = 0; i < fields; i++) {
		block->field[i].cells = sat_arena_zeroed(arena, rows + 1, 1);
		block->field[i].values = sat_arena_take(arena, (rows + 1) * sizeof(sat_value));
		if (block->field[i].cells == NULL || block->field[i].values == NULL)
			return SAT_ENOMEM;
	}
	return 0;
}

/* The old pieces stay in the arena; doubling keeps what is lost below what is used. */
static int grow(sat_block *block, sat_arena *arena)
{
	size_t room = block->room < 32 ? 64 : block->room * 2;
	sat_row *row = sat_arena_take(arena, room * sizeof *row);
	if (row == NULL)
		return SAT_ENOMEM;
	if (block->rows > 0)
		memcpy(row, block->row, block->rows * sizeof *row);
	block->row = row;
	for (size_t i = 0; i < block->fields; i++) {
		sat_block_field *field = &block->field[i];
		uint8_t *cells = sat_arena_zeroed(arena, room, 1);
		sat_value *values = sat_arena_take(arena, room * sizeof *values);
		if (cells == NULL || values == NULL)
			return SAT_ENOMEM;
		memcpy(cells, field->cells, block->rows);
		memcpy(values, field->values, block->rows * sizeof *values);
		field->cells = cells;
		field->values = values;
	}
	block->room = room;
	return 0;
}

int sat_block_add(sat_block *block, sat_arena *arena, sat_row **row)
{
	if (block->rows == block->room && grow(block, arena) != 0)
		return SAT_ENOMEM;
	for (size_t i = 0; i < block->fields; i++)
		block->field[i].cells[block->rows] = SAT_ABSENT;
	*row = &block->row[block->rows++];
	**row = (sat_row){ 0 };
	return 0;
}

void sat_block_cut(sat_block *block, size_t rows)
{
	for (size_t i = 0; i < block->fields; i++) {
		for (size_t k = rows; k < block->rows; k++)
			block->field[i].present -= block->field[i].cells[k] == SAT_PRESENT;
	}
	block->rows = rows;
}
