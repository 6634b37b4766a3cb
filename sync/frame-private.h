/* What the modules that read and write frames share.  Nobody outside of them includes this.
 *
 * A frame is a table of incarnation names, then sections; a section is columns side by side (FORMAT.md,
 * section 3).  So there are three layers, each read in one file and written in another:
 *
 *   frame-column-read.c      frame-column-write.c      lists of dots, numbers, texts
 *   frame-decisions-read.c   frame-decisions-write.c   the section of decisions
 *   frame-block-read.c       frame-block-write.c       record blocks: rows, fields, values
 *   frame-read.c             frame-write.c             the other sections, and the frame around all
 *
 * Reading: the bytes were signed by an approved sender, so what is wrong with them is that sender's
 * doing, and the frame is refused.  Nothing is allocated on a promise: a count is first held against the
 * bytes that are left, and cells are counted over the whole frame.  Every reading function returns 0,
 * SAT_EREFUSED with the place of a breach, SAT_ELIMIT or SAT_ENOMEM; what it gives lives in the reader's
 * arena or is borrowed from the frame's bytes.  Reading past the end makes a cursor fail, which gives
 * zeros: whoever reads a section asks sat_cursor_done at its end.
 *
 * Writing: what fails is remembered in the writer and said once, when the frame is put together.
 */
#ifndef SAT_FRAME_PRIVATE_H
#define SAT_FRAME_PRIVATE_H

#include <string.h>

#include "frame.h"

/* One text of a column, not terminated; borrowed. */
typedef struct sat_piece {
	const char *bytes;
	size_t length;
} sat_piece;

/* One entry of a statement as a frame orders them (FORMAT.md, section 3.5). */
typedef struct sat_frame_stated {
	bool community;                      /* and not a person */
	uint64_t index;                      /* of the person's incarnation in the frame's table; SAT_FRAME_UNLINKED */
	int64_t counter;
	uint8_t name[SAT_UNLINKED_BYTES];    /* of an unlinked person, else zeros */
	uint64_t purpose;                    /* its number in the block, 0: every purpose */
} sat_frame_stated;

/* The unlinked come after all others. */
#define SAT_FRAME_UNLINKED UINT64_MAX

/* Below 0, 0 or above it, as `a` comes before, with or after `b`. */
static inline int sat_frame_compare_stated(const sat_frame_stated *a, const sat_frame_stated *b)
{
	if (a->community != b->community)
		return a->community ? 1 : -1;
	if (a->index != b->index)
		return a->index < b->index ? -1 : 1;
	if (a->counter != b->counter)
		return a->counter < b->counter ? -1 : 1;
	int names = memcmp(a->name, b->name, sizeof a->name);
	if (names != 0)
		return names;
	return a->purpose < b->purpose ? -1 : a->purpose > b->purpose;
}

/* --- reading ------------------------------------------------------------------------------------- */

typedef struct sat_frame_reader {
	sat_store *store;
	sat_arena *arena;
	int64_t *names;          /* the frame's table: indices of the store, from 1 */
	size_t name_count;
	size_t cells;            /* allocated so far */
	sat_frame_content *content;
	sat_error *err;
} sat_frame_reader;

/* Notes that the sender broke the format, and where; returns SAT_EREFUSED. */
int sat_frame_breach(sat_frame_reader *r, const char *what);
/* Notes that memory ran out; returns SAT_ENOMEM. */
int sat_frame_no_memory(sat_frame_reader *r);
/* Counts cells before they are allocated: SAT_ELIMIT beyond SAT_FRAME_CELLS_MAX in one frame. */
int sat_frame_spend(sat_frame_reader *r, size_t cells);

/* A dot list of `count` dots, which become dots of the store. */
int sat_frame_read_dots(sat_frame_reader *r, sat_cursor *c, size_t count, sat_dot **dots);
/* `count` varints that must not exceed `most`. */
int sat_frame_read_varints(sat_frame_reader *r, sat_cursor *c, size_t count, uint64_t most, uint64_t **numbers);
/* A text column of `count` texts, each valid UTF-8 of at most 1 MiB. */
int sat_frame_read_texts(sat_frame_reader *r, sat_cursor *c, size_t count, sat_piece **texts);

/* The body of the section of decisions, into the content. */
int sat_frame_read_decisions(sat_frame_reader *r, sat_cursor *c);
/* The body of a record block, appended to the content. */
int sat_frame_read_block(sat_frame_reader *r, sat_cursor *c);

/* --- writing ------------------------------------------------------------------------------------- */

typedef struct sat_frame_writer {
	sat_store *store;
	sat_bytes body;          /* sections; the table of names is known when they are done */
	sat_bytes scratch;       /* the body of the section that is being written */
	sat_arena arena;
	uint32_t *frame_index;   /* by the store's index: 1 and up; 0 not in the table yet */
	int64_t *names;          /* the table: the store's indices */
	size_t name_count;
	int failed;              /* SAT_E... of the first failure */
	sat_error *err;
} sat_frame_writer;

/* Notes a failure, unless there was one before. */
void sat_frame_fail(sat_frame_writer *w, int code);
/* The frame's index of a dot's incarnation, which enters the table; 0 for an unlinked dot. */
size_t sat_frame_index_of(sat_frame_writer *w, sat_dot dot);
/* Begins a section: its body goes into the buffer that is returned, until sat_frame_end_section. */
sat_bytes *sat_frame_begin_section(sat_frame_writer *w);
/* Ends the section that was begun, as one of type `type` (SAT_SECTION_...). */
void sat_frame_end_section(sat_frame_writer *w, uint8_t type);

/* Appends a dot list. */
void sat_frame_put_dots(sat_frame_writer *w, sat_bytes *b, const sat_dot *dots, size_t count);
/* Appends a text column, with every text named by an index where that is shorter. */
void sat_frame_put_texts(sat_frame_writer *w, sat_bytes *b, const sat_piece *texts, size_t count);

/* Writes the section of decisions, if the chunk has any. */
void sat_frame_write_decisions(sat_frame_writer *w, const sat_chunk *c);
/* Writes a record block, if it has rows. */
void sat_frame_write_block(sat_frame_writer *w, const sat_block *block);

#endif
