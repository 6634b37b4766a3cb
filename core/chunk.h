/* Chunks: what goes into one frame, and the interval of the sequence that it stands for.
 *
 * A delta (delta.h) fills a chunk, a frame (sync/frame.h) lays it out in columns.  All of it comes from
 * one author, since what different authors chose is never compressed together, and all of it lives in the
 * chunk's arena.  A delta adds in steps and takes a step back that made the chunk too large:
 *
 *     sat_chunk_begin(&chunk, track, at, tables, err)
 *     sat_chunk_take_mark(&chunk, &mark)
 *     sat_chunk_of_author(&chunk, author)       false: the chunk has to go out first
 *     sat_chunk_row(&chunk, table, &block, &row, err), sat_chunk_put_value(...)
 *     sat_chunk_back_to(&chunk, &mark)          when it does not fit
 *
 * Whoever only reads chunks, or makes one by hand, needs nothing but the types.
 */
#ifndef SAT_CHUNK_H
#define SAT_CHUNK_H

#include "batch.h"
#include "block.h"
#include "file-tree.h"

/* What leads every bundle, records, and pieces of files, which have a sequence of their own. */
enum { SAT_TRACK_LEAD = 0, SAT_TRACK_RECORDS = 1, SAT_TRACK_FILES = 2, SAT_TRACKS = 3 };

/* Sequences above the first and up to the second. */
typedef struct sat_span {
	int64_t above, upto;
} sat_span;

/* What an author's clock said from this dot on, seconds since 1970. */
typedef struct sat_moment {
	sat_dot dot;
	int64_t at;
} sat_moment;

/* A signed statement of the registry, as it was signed. */
typedef struct sat_object {
	const uint8_t *data;
	size_t length;
} sat_object;

/* An erased record, and a labelled one under which it stood. */
typedef struct sat_under {
	sat_dot record, label;
} sat_under;

/* "Please send this record again", under a random name, so that it takes effect once. */
typedef struct sat_asked {
	uint8_t name[16];
	sat_dot record;
} sat_asked;

/* Some pieces of one file (file-tree.h), ascending. */
#define SAT_FRAME_PIECES_MAX 4
typedef struct sat_file_piece {
	uint32_t number;
	const uint8_t *proof;       /* as many hashes as its number and the size of the file ask for */
	const uint8_t *bytes;       /* likewise */
} sat_file_piece;
typedef struct sat_file_pieces {
	sat_file_name name;
	sat_file_piece piece[SAT_FRAME_PIECES_MAX];
	size_t count;
} sat_file_pieces;

typedef struct sat_chunk {
	sat_arena arena;            /* holds everything below */
	int track;
	sat_span span;
	int64_t author;             /* sat_device.id of whose writes are in it; -1: nothing yet */
	size_t bytes;               /* at least what it takes in a frame */
	size_t entries;             /* rows, decisions, tombstones, statements, asks */
	size_t records;             /* records of which something is in it */
	size_t withheld;            /* records of which something was left out by the gate */
	bool assumed;               /* something was left out because the recipient told it */
	bool vouches;               /* what others wrote may be in it, though nothing else is vouched for */
	bool part;                  /* of one record that is larger than a frame */
	/* track records */
	sat_block *blocks;          /* at the place of their table in the store; rows may be 0 */
	size_t block_count;
	size_t expected[SAT_KINDS_MAX]; /* rows of each in the chunk before: what this one will hold, about */
	sat_moment *moments;
	size_t moment_count;
	/* track lead */
	sat_object *statements;
	sat_dot *tombstones;
	sat_under *under;           /* of those, in their order */
	sat_batch *batches;
	sat_decision *decisions;    /* in the order of batches; decision_counts[i] belong to batch i */
	size_t *decision_counts;
	sat_asked *asks;
	size_t statement_count, tombstone_count, under_count, batch_count, decision_count, ask_count;
	/* track files */
	sat_file_pieces file;
	int64_t file_id;            /* sat_file.id */
	sat_dot file_record;        /* the record whose value lets it go */
	bool file_preview;
} sat_chunk;

/* Empties a chunk for what lies above sequence `at`, with a block for each of `tables` tables; its
 * memory is used again.  SAT_ENOMEM. */
int sat_chunk_begin(sat_chunk *chunk, int track, int64_t at, size_t tables, sat_error *err);

/* False when the chunk holds another author's and has to go out before anything of `author` is added;
 * else what is added from here on is that author's. */
bool sat_chunk_of_author(sat_chunk *chunk, int64_t author);

/* Appends a row to the block of `table`, which is set up with the first one.  `*block` and `*row` are
 * borrowed until the next row; the row is zeroed, its cells are absent.  SAT_ENOMEM. */
int sat_chunk_row(sat_chunk *chunk, const sat_table *table, sat_block **block, sat_row **row, sat_error *err);
/* Puts a value, which is not SAT_CLEARED, into a field of the block's last row.  Text is copied, a list
 * of references is borrowed for the life of the chunk.  SAT_ENOMEM. */
int sat_chunk_put_value(sat_chunk *chunk, sat_block *block, uint16_t field, const sat_value *value,
                        sat_error *err);
/* At least the bytes that a value takes in a frame. */
size_t sat_chunk_value_bytes(const sat_value *value);

/* Makes room for one more in a list of the chunk, `SAT_CHUNK_GROW(chunk, asks, ask_count)`: NULL for lack of
 * memory, else the list. */
#define SAT_CHUNK_GROW(chunk, list, count) \
	((chunk)->list = sat_arena_grown(&(chunk)->arena, (chunk)->list, (chunk)->count, sizeof *(chunk)->list))

/* How far a chunk was filled, so that a step can be taken back. */
typedef struct sat_chunk_mark {
	size_t bytes, entries, records, withheld, statements, tombstones, under, batches, decisions, asks, moments;
	bool assumed, vouches;
	int64_t author;
	size_t rows[SAT_KINDS_MAX];
} sat_chunk_mark;
/* Notes how far `chunk` is filled. */
void sat_chunk_take_mark(const sat_chunk *chunk, sat_chunk_mark *mark);
/* Forgets what was added after `mark` was taken; its memory stays in the arena. */
void sat_chunk_back_to(sat_chunk *chunk, const sat_chunk_mark *mark);

#endif
