/* See csv-read.h. */
#include "csv-read.h"

#include <csv.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/value.h"

enum { CHUNK_BYTES = 1 << 16 };

typedef struct reading {
	struct csv_parser parser;
	int (*each)(void *context, const cli_row *row);
	void *context;
	sat_arena arena; /* cells of the present row */
	cli_cell cells[CLI_CELLS_MAX];
	cli_row row;
	size_t row_bytes;
	bool oversize; /* of the present cell, something was passed over */
	int ended;     /* the character that ended the latest row, 0 within one */
	int rc;
} reading;

static const char too_long[] = "the cell is longer than the 1 MiB that a value may have";

static const char *judge(const reading *r, const void *text, size_t length)
{
	if (r->oversize || length > SAT_VALUE_BYTES_MAX)
		return too_long;
	if (memchr(text, '\0', length) != NULL)
		return "there is a character of value zero (NUL) in the text; save the file again without it";
	return sat_utf8_valid(text, length) ? NULL
	                                    : "the text is not valid UTF-8; save the file as CSV UTF-8";
}

static void on_cell(void *text, size_t length, void *context)
{
	reading *r = context;
	r->ended = 0;
	size_t at = r->row.count++;
	const char *bad = judge(r, text, length);
	r->oversize = false;
	if (at >= CLI_CELLS_MAX || r->rc != 0)
		return;
	r->row_bytes += length;
	if (r->row_bytes > CLI_ROW_BYTES_MAX)
		r->row.bad = "the row is longer than 16 MiB";
	cli_cell *cell = &r->cells[at];
	*cell = (cli_cell){ "", 0, bad };
	if (bad != NULL || r->row.bad != NULL || length == 0)
		return;
	cell->text = sat_arena_copy(&r->arena, text, length);
	cell->length = length;
	if (cell->text == NULL)
		r->rc = SAT_ENOMEM;
}

/* Every line end is told, also that of a blank line; the second half of CR LF is none of its own. */
static void on_row(int character, void *context)
{
	reading *r = context;
	bool second_half = r->row.count == 0 && character == '\n' && r->ended == '\r';
	r->ended = second_half ? 0 : character;
	if (second_half || (character < 0 && r->row.count == 0))
		return;
	r->row.number++;
	if (r->row.count > 0 && r->rc == 0)
		r->rc = r->each(r->context, &r->row);
	r->row.count = 0;
	r->row.bad = NULL;
	r->row_bytes = 0;
	sat_arena_reset(&r->arena);
}

/* Takes back what the parser has gathered of a cell that is too long already.  At the end of the cell
 * it cuts off trailing spaces and a closing quote, so as much has to stay. */
static int pass_over(cli *c, reading *r)
{
	struct csv_parser *p = &r->parser;
	if (p->entry_pos <= SAT_VALUE_BYTES_MAX + CHUNK_BYTES)
		return 0;
	r->oversize = true;
	p->entry_pos = p->spaces + 1;
	return p->spaces < SAT_VALUE_BYTES_MAX
	           ? 0
	           : sat_fail(&c->err, SAT_ELIMIT,
	                      "row %zu, cell %zu is longer than 1 MiB; nothing was "
	                      "imported",
	                      r->row.number + 1, r->row.count + 1);
}

static int broken(cli *c, reading *r, const char *why)
{
	cli_row row = r->row;
	row.number++;
	row.bad = why;
	row.broken = true;
	int rc = r->each(r->context, &row);
	return rc != 0 ? rc : sat_fail(&c->err, SAT_EINVALID, "row %zu: %s; nothing was imported", row.number, why);
}

static int parse(cli *c, reading *r, const char *data, size_t length)
{
	if (csv_parse(&r->parser, data, length, on_cell, on_row, r) != length && r->rc == 0)
		return csv_error(&r->parser) == CSV_EPARSE
		           ? broken(c, r, "there is a quotation mark where none may be")
		           : sat_fail(&c->err, SAT_ENOMEM, "memory ran out; nothing was imported");
	return r->rc == SAT_ENOMEM ? sat_fail(&c->err, SAT_ENOMEM, "memory ran out; nothing was imported")
	       : r->rc != 0        ? r->rc
	                           : pass_over(c, r);
}

static int finish(cli *c, reading *r)
{
	if (csv_fini(&r->parser, on_cell, on_row, r) != 0)
		return broken(c, r, "the file ends within a cell in quotes that begins in this row");
	return r->rc;
}

static int check_start(cli *c, const char *path, const char *data, size_t length, size_t *mark)
{
	*mark = length >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	if (length >= 2 && (memcmp(data, "\xff\xfe", 2) == 0 || memcmp(data, "\xfe\xff", 2) == 0))
		return sat_fail(&c->err, SAT_EINVALID,
		                "%s is UTF-16; nothing was imported; save it as CSV UTF-8", path);
	return 0;
}

static int read_file(cli *c, reading *r, FILE *file, const char *path, char *chunk)
{
	struct stat status;
	uint64_t done = 0, total = fstat(fileno(file), &status) == 0 ? (uint64_t)status.st_size : 0;
	cli_progress progress;
	cli_progress_begin(&progress, "reading");
	int rc = 0;
	size_t n, mark;
	while (rc == 0 && (n = fread(chunk, 1, CHUNK_BYTES, file)) > 0) {
		mark = 0;
		if (done == 0)
			rc = check_start(c, path, chunk, n, &mark);
		if (rc == 0)
			rc = parse(c, r, chunk + mark, n - mark);
		done += n;
		if (rc == 0 && !cli_progress_step(&progress, path, done, total))
			rc = sat_fail(&c->err, SAT_ECANCELLED, "it was stopped; nothing was imported");
	}
	if (rc == 0 && ferror(file))
		rc = sat_fail(&c->err, SAT_EIO, "%s could not be read: %s; nothing was imported", path,
		              strerror(errno));
	if (rc == 0)
		rc = finish(c, r);
	cli_progress_end(&progress);
	return rc;
}

int cli_csv_read(cli *c, const char *path, char delimiter, int (*each)(void *context, const cli_row *row),
                 void *context)
{
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return sat_fail(&c->err, SAT_EIO, "%s could not be opened: %s", path, strerror(errno));
	reading *r = calloc(1, sizeof *r);
	char *chunk = malloc(CHUNK_BYTES);
	int rc = r == NULL || chunk == NULL ||
	                 csv_init(&r->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0
	             ? sat_fail(&c->err, SAT_ENOMEM, "memory ran out")
	             : 0;
	if (rc == 0) {
		csv_set_delim(&r->parser, (unsigned char)delimiter);
		csv_set_blk_size(&r->parser, CHUNK_BYTES);
		r->each = each;
		r->context = context;
		r->row.cells = r->cells;
		rc = read_file(c, r, file, path, chunk);
		csv_free(&r->parser);
		sat_arena_clear(&r->arena);
	}
	free(r);
	free(chunk);
	fclose(file);
	return rc;
}
