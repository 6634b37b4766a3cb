/* See disclosure.h. */
#include "disclosure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/disclosed.h"
#include "core/disclosed.h"
#include "core/store-private.h"
#include "ledger.h"

enum {
	MASK_BYTES = SAT_FIELDS_MAX / 8,
	LINE_RECORDS_MAX = 4096,     /* so that looking for one record reads little */
};

/* Records of one kind with the same fields: each id as the difference to the one before (a zigzag). */
typedef struct line {
	int64_t kind;
	uint8_t fields[MASK_BYTES];
	sat_bytes ids;
	sat_dot previous, first, last;
	size_t records;
} line;

/* Pieces of one file. */
typedef struct file_line {
	int64_t file;
	sat_dot record;
	bool preview;
	size_t pieces, of;
} file_line;

struct sat_disclosing {
	sat_store *store;
	file_line *files;
	size_t file_count, file_room;
	line *lines;
	size_t count, room;
	size_t latest[SAT_KINDS_MAX]; /* by kind: the line that its latest row went into, and one; 0: none */
};

/* --- writing it down -------------------------------------------------------------------------------- */

int sat_disclosing_begin(sat_disclosing **out, sat_store *store, sat_error *err)
{
	sat_disclosing *d = *out = calloc(1, sizeof *d);
	if (d == NULL)
		return sat_no_memory(err);
	d->store = store;
	return 0;
}

static void forget(sat_disclosing *d)
{
	for (size_t i = 0; i < d->count; i++)
		sat_bytes_clear(&d->lines[i].ids);
	d->count = d->file_count = 0;
	memset(d->latest, 0, sizeof d->latest);
}

void sat_disclosing_free(sat_disclosing *d)
{
	if (d == NULL)
		return;
	forget(d);
	free(d->lines);
	free(d->files);
	free(d);
}

static bool takes(const line *l, int64_t kind, const uint8_t fields[static MASK_BYTES])
{
	return l->kind == kind && l->records < LINE_RECORDS_MAX && memcmp(l->fields, fields, MASK_BYTES) == 0;
}

/* Rows with the same fields mostly follow one another. */
static line *line_of(sat_disclosing *d, int64_t kind, const uint8_t fields[static MASK_BYTES])
{
	size_t *latest = &d->latest[kind - 1];
	if (*latest != 0 && takes(&d->lines[*latest - 1], kind, fields))
		return &d->lines[*latest - 1];
	for (size_t i = d->count; i > 0; i--) {
		if (takes(&d->lines[i - 1], kind, fields)) {
			*latest = i;
			return &d->lines[i - 1];
		}
	}
	if (d->count == d->room) {
		size_t room = d->room == 0 ? 16 : d->room * 2;
		line *grown = realloc(d->lines, room * sizeof *grown);
		if (grown == NULL)
			return NULL;
		d->lines = grown;
		d->room = room;
	}
	line *fresh = &d->lines[d->count];
	*fresh = (line){ .kind = kind, .first = INT64_MAX };
	memcpy(fresh->fields, fields, MASK_BYTES);
	*latest = ++d->count;
	return fresh;
}

static int add_row(sat_disclosing *d, int64_t kind, const sat_block *block, size_t row)
{
	uint8_t fields[MASK_BYTES] = { 0 };
	for (size_t i = 0; i < block->fields; i++) {
		if (block->field[i].cells[row] == SAT_PRESENT)
			fields[i / 8] |= (uint8_t)(1u << (i % 8));
	}
	line *l = line_of(d, kind, fields);
	if (l == NULL)
		return SAT_ENOMEM;
	sat_dot id = block->row[row].record;
	sat_disclosed_put(&l->ids, &l->previous, id);
	l->first = id < l->first ? id : l->first;
	l->last = id > l->last ? id : l->last;
	l->records++;
	return sat_bytes_ok(&l->ids) ? 0 : SAT_ENOMEM;
}

/* Frames of one file follow one another. */
static int add_pieces(sat_disclosing *d, const sat_chunk *chunk)
{
	if (d->file_count == 0 || d->files[d->file_count - 1].file != chunk->file_id) {
		if (d->file_count == d->file_room) {
			size_t room = d->file_room == 0 ? 16 : d->file_room * 2;
			file_line *grown = realloc(d->files, room * sizeof *grown);
			if (grown == NULL)
				return SAT_ENOMEM;
			d->files = grown;
			d->file_room = room;
		}
		d->files[d->file_count++] = (file_line){ .file = chunk->file_id, .record = chunk->file_record,
			                                 .preview = chunk->file_preview,
			                                 .of = sat_tree_pieces(chunk->file.name.size) };
	}
	d->files[d->file_count - 1].pieces += chunk->file.count;
	return 0;
}

int sat_disclosing_add(sat_disclosing *d, const sat_chunk *chunk, sat_error *err)
{
	int rc = chunk->track == SAT_TRACK_FILES ? add_pieces(d, chunk) : 0;
	for (size_t i = 0; chunk->track == SAT_TRACK_RECORDS && i < chunk->block_count; i++) {
		for (size_t row = 0; rc == 0 && row < chunk->blocks[i].rows; row++)
			rc = add_row(d, d->store->tables[i]->id, &chunk->blocks[i], row);
	}
	return rc != 0 ? sat_no_memory(err) : 0;
}

/* Columns of a kind that has fewer of them take fewer bytes. */
static size_t used_bytes(const uint8_t fields[static MASK_BYTES])
{
	size_t n = MASK_BYTES;
	while (n > 0 && fields[n - 1] == 0)
		n--;
	return n;
}

static int write_files(sat_disclosing *d, int64_t device, const sat_name16 *bundle, int64_t at, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = d->file_count == 0
	             ? 0
	             : sat_db_prepare(d->store->db, &s,
	                              "INSERT INTO sat_disclosed_file(bundle, device, at, file, record, "
	                              "preview, pieces, of) VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
	                              err);
	for (size_t i = 0; rc == 0 && i < d->file_count; i++) {
		const file_line *f = &d->files[i];
		sat_bind_blob(s, 1, bundle->bytes, sizeof bundle->bytes);
		sat_bind_int(s, 2, device);
		sat_bind_int(s, 3, at);
		sat_bind_int(s, 4, f->file);
		sat_bind_int(s, 5, f->record);
		sat_bind_int(s, 6, f->preview);
		sat_bind_int(s, 7, (int64_t)f->pieces);
		sat_bind_int(s, 8, (int64_t)f->of);
		rc = sat_run(d->store->db, s, err);
	}
	sat_db_finalize(d->store->db, &s);
	return rc;
}

int sat_disclosing_write(sat_disclosing *d, int64_t device, const sat_name16 *bundle, int64_t at, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = d->count == 0 ? 0
	                       : sat_db_prepare(d->store->db, &s,
	                                        "INSERT INTO sat_disclosure(bundle, device, at, kind, fields, first, "
	                                        "last, count, records) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)", err);
	for (size_t i = 0; rc == 0 && i < d->count; i++) {
		const line *l = &d->lines[i];
		sat_bind_blob(s, 1, bundle->bytes, sizeof bundle->bytes);
		sat_bind_int(s, 2, device);
		sat_bind_int(s, 3, at);
		sat_bind_int(s, 4, l->kind);
		sat_bind_blob(s, 5, l->fields, used_bytes(l->fields));
		sat_bind_int(s, 6, l->first);
		sat_bind_int(s, 7, l->last);
		sat_bind_int(s, 8, (int64_t)l->records);
		sat_bind_blob(s, 9, l->ids.data, l->ids.length);
		rc = sat_run(d->store->db, s, err);
	}
	sat_db_finalize(d->store->db, &s);
	if (rc == 0)
		rc = write_files(d, device, bundle, at, err);
	forget(d);
	return rc;
}

/* --- reading it ------------------------------------------------------------------------------------- */

bool sat_disclosure_has(const sat_disclosure *disclosure, uint16_t column)
{
	return column / 8u < disclosure->field_bytes && (disclosure->fields[column / 8] >> (column % 8) & 1) != 0;
}

/* How many of a line's records are the one that is asked for (0: any) and are seen. */
static int count_ids(const void *ids, size_t length, sat_dot record, sat_gate *gate, size_t *count, sat_error *err)
{
	sat_cursor c = sat_cursor_over(ids, length);
	int rc = 0;
	*count = 0;
	for (sat_dot id = 0; rc == 0 && sat_disclosed_next(&c, &id);) {
		bool counts = record == 0 || id == record;
		if (counts && gate != NULL)
			rc = sat_gate_see_record(gate, id, &counts, err);
		*count += rc == 0 && counts;
	}
	return rc;
}

#define LINES                                                                                                \
	"SELECT d.bundle, d.device, d.at, d.kind, d.fields, d.records, s.file FROM sat_disclosure d "   \
	"LEFT JOIN sat_sent s ON s.name = d.bundle WHERE ?1 = 0 OR (d.kind = ?1 AND d.first <= ?2 AND "          \
	"d.last >= ?2) ORDER BY d.id"

static int give_line(sat_store *store, sat_gate *gate, sat_stmt *s, sat_dot record,
                     int (*each)(void *, const sat_disclosure *, sat_error *), void *context, sat_error *err)
{
	size_t length, name_length;
	const void *ids = sat_column_blob(s, 5, &length), *name = sat_column_blob(s, 0, &name_length);
	sat_disclosure d = { .device = sat_column_int(s, 1), .at = sat_column_int(s, 2),
		             .table = sat_table_of_id(store, sat_column_int(s, 3)) };
	if (d.table == NULL || name_length != sizeof d.bundle.bytes)
		return sat_fail(err, SAT_EDAMAGED, "the ledger of disclosures is damaged");
	int rc = count_ids(ids, length, record, gate, &d.records, err);
	if (rc != 0 || d.records == 0)
		return rc;
	memcpy(d.bundle.bytes, name, name_length);
	d.fields = sat_column_blob(s, 4, &d.field_bytes);
	if (!sat_column_is_null(s, 6))
		snprintf(d.file, sizeof d.file, "%s", sat_column_text(s, 6, NULL));
	rc = sat_ledger_bundle_confirmed(store, &d.bundle, &d.received, err);
	return rc != 0 ? rc : each(context, &d, err);
}

int sat_disclosures_each(sat_store *store, sat_gate *gate, const sat_table *table, sat_dot record,
                         int (*each)(void *, const sat_disclosure *, sat_error *), void *context, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s, LINES, err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, table == NULL ? 0 : table->id);
	sat_bind_int(s, 2, record);
	while ((rc = sat_step(store->db, s, err)) == 1) {
		if ((rc = give_line(store, gate, s, record, each, context, err)) != 0)
			break;
	}
	sat_db_finalize(store->db, &s);
	return rc;
}

int sat_disclosed_files_each(sat_store *store, sat_dot record,
                             int (*each)(void *, const sat_disclosed_file *, sat_error *), void *context,
                             sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(
	    store->db, &s,
	    "SELECT d.bundle, d.device, d.at, s.file, d.file, d.record, d.preview, d.pieces, d.of FROM "
	    "sat_disclosed_file d LEFT JOIN sat_sent s ON s.name = d.bundle WHERE ?1 = 0 OR d.record = ?1 "
	    "OR d.file IN (SELECT file FROM sat_file_use WHERE record = ?1) ORDER BY d.id",
	    err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, record);
	while ((rc = sat_step(store->db, s, err)) == 1) {
		size_t length;
		sat_name16 bundle = { { 0 } };
		const void *name = sat_column_blob(s, 0, &length);
		if (length == sizeof bundle.bytes)
			memcpy(bundle.bytes, name, length);
		sat_disclosed_file f = { .device = sat_column_int(s, 1),
			                 .at = sat_column_int(s, 2),
			                 .number = sat_column_int(s, 4),
			                 .record = sat_column_int(s, 5),
			                 .preview = sat_column_int(s, 6) != 0,
			                 .pieces = (size_t)sat_column_int(s, 7),
			                 .of = (size_t)sat_column_int(s, 8) };
		if (!sat_column_is_null(s, 3))
			snprintf(f.file, sizeof f.file, "%s", sat_column_text(s, 3, NULL));
		rc = sat_ledger_bundle_confirmed(store, &bundle, &f.received, err);
		if (rc == 0)
			rc = each(context, &f, err);
		if (rc != 0)
			break;
	}
	sat_db_finalize(store->db, &s);
	return rc;
}
