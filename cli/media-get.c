/* satchel media get: the file of a record, written out. */
#include <stdio.h>
#include <string.h>

#include "core/record.h"
#include "media.h"
#include "values.h"
#include "view.h"

static const cli_usage usage = {
	"media get", "ID [FIELD] OUT",
	"Writes the file of a record to OUT, where nothing may be yet, after checking every piece.  FIELD where the\n"
	"record has several.  Only what may be shown here is written out.",
	2, 3
};

typedef struct getting {
	cli *c;
	sat_file file;
	bool partly;
	uint32_t next;
	cli_progress progress;
} getting;

/* The next piece; one that is missing is zeros, where that was asked for. */
static int next_piece(void *context, sat_bytes *piece, sat_error *err)
{
	getting *g = context;
	if (g->next == g->file.pieces)
		return 0;
	int rc = sat_file_read(g->c->store, &g->file, g->next, piece, err);
	if (rc == SAT_ENOTFOUND && g->partly) {
		size_t length = sat_tree_piece_bytes(g->file.name.size, g->next);
		uint8_t *zeros = sat_bytes_extend(piece, length);
		if (zeros == NULL)
			return sat_no_memory(err);
		memset(zeros, 0, length);
		rc = 0;
	}
	g->next++;
	if (rc == 0 && !cli_progress_step(&g->progress, "file", g->next, g->file.pieces))
		return sat_fail(err, SAT_ECANCELLED, "stopped; nothing was written");
	return rc != 0 ? rc : 1;
}

/* "2, 5 to 9 and 12": which pieces have not arrived, numbered from 1. */
static int missing(cli *c, const sat_file *file, sat_bytes *words)
{
	SAT_BYTES(piece);
	char text[48];
	uint32_t from = 0;
	for (uint32_t i = 0; i <= file->pieces; i++) {
		sat_bytes_reset(&piece);
		int rc = i == file->pieces ? 0 : sat_file_read(c->store, file, i, &piece, &c->err);
		if (rc != 0 && rc != SAT_ENOTFOUND)
			return rc;
		if (rc == SAT_ENOTFOUND && from == 0)
			from = i + 1;
		if (rc != 0 || from == 0)
			continue;
		snprintf(text, sizeof text, from == i ? "%s%u" : "%s%u to %u", words->length == 0 ? "" : ", ", from,
		         i);
		sat_bytes_put_text(words, text);
		from = 0;
	}
	return 0;
}

/* A file that has not arrived whole is not written, unless that was asked for. */
static int look(cli *c, const getting *g)
{
	SAT_BYTES(words);
	char pieces[64];
	if (g->file.id != 0 && g->file.here == g->file.pieces)
		return 0;
	int rc = missing(c, &g->file, &words);
	cli_set(c, "missing", cli_bytes(words.data, words.length));
	if (rc != 0 || (g->partly && g->file.here > 0))
		return rc;
	return sat_fail(&c->err, SAT_EWAITING,
	                "%s of the file are here (missing: %.*s); nothing was written; the rest comes with "
	                "later bundles%s",
	                cli_media_pieces(&g->file, pieces), (int)words.length, (const char *)words.data,
	                g->file.here == 0 ? "" : "; --partly writes what is here, with zeros for the rest");
}

static int find(cli *c, const char *text, const char *field, bool preview, sat_arena *arena, getting *g)
{
	sat_dot id;
	sat_state state;
	const sat_sibling *shown;
	sat_file_value named;
	bool seen;
	char reason[CLI_REASON_BYTES];
	int rc = cli_record_named(c, text, strlen(text), NULL, &id);
	if (rc == 0)
		rc = sat_record_load(c->store, NULL, id, arena, &state, &c->err);
	if (rc == 0)
		rc = cli_media_field(c, &state, field, &shown);
	if (rc == 0)
		rc = cli_seen(c, &state, shown, &seen, reason, sizeof reason);
	if (rc == 0 && !seen)
		rc = sat_fail(&c->err, SAT_EWAITING, "the file may not be shown here: %s; nothing was written",
		              reason);
	if (rc == 0)
		rc = cli_media_file(c, &shown->value, preview, &named, &g->file);
	return rc;
}

int cli_media_get(cli *c, int argc, char **argv)
{
	bool preview = false;
	getting g = { .c = c };
	const cli_option options[] = {
		{ "preview", CLI_FLAG, &preview, NULL, "the small picture instead of the original" },
		{ "partly", CLI_FLAG, &g.partly, NULL, "write what is here, with zeros for what is missing" },
		{ 0 },
	};
	SAT_ARENA(arena);
	if (!cli_options(c, &usage, options, &argc, &argv))
		return c->code;
	const char *out = argv[argc - 1], *field = argc == 3 ? argv[1] : NULL;
	if (cli_open(c) != 0 || find(c, argv[0], field, preview, &arena, &g) != 0 || look(c, &g) != 0)
		return cli_fail(c);
	bool whole = g.file.here == g.file.pieces;
	cli_progress_begin(&g.progress, "writing");
	int rc = cli_file_write_from(out, next_piece, &g, 0600, &c->err);
	cli_progress_end(&g.progress);
	if (rc != 0)
		return cli_fail(c);
	cli_set(c, "file", cli_text(out));
	cli_set(c, "bytes", json_integer((json_int_t)g.file.name.size));
	cli_set(c, "whole", json_boolean(whole));
	if (whole)
		cli_say(c, "Wrote %s, %lld bytes; every piece is what its name says.\n", out,
		        (long long)g.file.name.size);
	else
		cli_refuse(c, "%s is not whole: zeros stand for what has not arrived", out);
	return whole ? CLI_DONE : CLI_PARTLY;
}
