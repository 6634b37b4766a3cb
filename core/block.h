/* Blocks: rows of one kind, side by side, on their way out of or into a store.
 *
 * A row is one *write*: the fields of one record that share a dot, a past and a statement.  A record
 * whose fields come from several writes is several rows, next to each other.  Dots are this store's;
 * the codec (sync/frame.h) translates them.  Memory belongs to an arena of the caller.
 */
#ifndef SAT_BLOCK_H
#define SAT_BLOCK_H

#include "arena.h"
#include "consent.h"
#include "merge.h"
#include "table.h"

typedef enum sat_cell { SAT_ABSENT = 0, SAT_PRESENT = 1, SAT_EMPTIED = 2, SAT_BLANKED = 3 } sat_cell;

typedef struct sat_row {
	sat_dot record;
	sat_dot dot;                /* equal to record: the creation */
	const sat_dot *past;
	const sat_stated *stated;   /* not used when `usual` */
	const sat_dot *persons;     /* concerned (dot.h), beyond those whom the row names */
	uint32_t past_count;
	uint32_t stated_count;
	uint32_t person_count;
	bool usual;                 /* states what is usual for the row (merge.h) */
} sat_row;

typedef struct sat_block_field {
	char name[SAT_NAME_BYTES];
	sat_type type;
	sat_subjects concerns;
	sat_purposes needs;
	uint8_t *cells;             /* a sat_cell a row */
	sat_value *values;          /* a value a row, where the cell is SAT_PRESENT */
	size_t present;             /* how many are */
} sat_block_field;

typedef struct sat_block {
	char kind[SAT_NAME_BYTES];
	sat_subjects is;
	size_t rows, room;
	sat_row *row;
	size_t fields;
	sat_block_field *field;
} sat_block;

/* Sets a block up with these fields' room for `rows` rows; all cells absent.  SAT_ENOMEM. */
int sat_block_begin(sat_block *block, sat_arena *arena, size_t fields, size_t rows);
/* Room for one more row, all its cells absent; the row is zeroed.  SAT_ENOMEM. */
int sat_block_add(sat_block *block, sat_arena *arena, sat_row **row);
/* Forgets the rows from `rows` on. */
void sat_block_cut(sat_block *block, size_t rows);

#endif
