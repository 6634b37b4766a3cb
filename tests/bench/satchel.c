/* Satchel's own store as two participants; see peers.h and side.h.
 *
 * `bench_satchel` is Satchel as it is used: words go into the search index, and the workload's consent
 * rows are decisions, one transaction and one signature a workshop.  `bench_satchel_bare` leaves the
 * index alone and keeps consent rows as records, so that the session extension is compared with a
 * store that does the same work.
 */
#include "side.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/consent.h"
#include "core/device.h"
#include "core/store-private.h"
#include "measure.h"

static int prepare(const bench_settings *settings, sat_error *err) { return bench_sides_make(settings, err); }

static int open_full(void **store, const bench_settings *settings, bench_side which, sat_error *err)
{
	return bench_side_open((bench_open_side **)store, settings, which, false, err);
}

static int open_bare(void **store, const bench_settings *settings, bench_side which, sat_error *err)
{
	return bench_side_open((bench_open_side **)store, settings, which, true, err);
}

static void close_store(void *opaque) { bench_side_free(opaque); }

static int unlock(const bench_settings *settings, double *seconds, sat_error *err)
{
	(void)settings;
	SAT_AUTO(sat_identity) made = NULL;
	SAT_AUTO(sat_identity) opened = NULL;
	SAT_BYTES(file);
	int rc = sat_crypto_init(err);
	if (rc == 0)
		rc = sat_identity_create(&made, sat_env_system(), err);
	if (rc == 0)
		rc = sat_keyfile_write(&file, made, "a phrase of five words", 0, NULL, sat_env_system(), err);
	if (rc != 0)
		return rc;
	double start = bench_seconds();
	rc = sat_keyfile_read(&opened, file.data, file.length, "a phrase of five words", err);
	*seconds = bench_seconds() - start;
	return rc;
}

/* --- capture ------------------------------------------------------------------------------------- */

static sat_value value_of(const bench_open_side *side, const sat_column *column,
                          const sat_workload_cell *cell)
{
	sat_value value = { .type = column->type };
	if (column->type == SAT_REFERENCE) {
		value.reference = side->origin + cell->integer;
	} else if (cell->type == SAT_WORKLOAD_INTEGER) {
		value.integer = cell->integer;
	} else {
		value.text.bytes = cell->text;
		value.text.length = cell->length;
	}
	return value;
}

static int add_record(bench_open_side *side, const sat_workload_row *row, sat_error *err)
{
	const bench_table *t = &side->tables[row->table];
	sat_write writes[SAT_WORKLOAD_COLUMNS_MAX];
	size_t count = 0;
	for (size_t i = 1; i < row->columns; i++) {
		if (row->cells[i].type != SAT_WORKLOAD_NULL)
			writes[count++] = (sat_write){ t->column[i]->number,
				                       value_of(side, t->column[i], &row->cells[i]) };
	}
	sat_dot id;
	int rc = sat_record_add(side->store, t->table, writes, count, &id, err);
	if (rc == 0 && side->origin == 0)
		side->origin = id - row->cells[0].integer;
	if (rc == 0 && id != side->origin + row->cells[0].integer)
		rc = sat_fail(err, SAT_EDAMAGED, "the store and the workload do not number alike");
	return rc;
}

/* In the order of the workload's columns. */
enum { PARTICIPANT = 1, PURPOSE, DECISION, FORM, LANGUAGE, INTERPRETER, WITNESS, DECIDED_AT };

/* "limited" is a yes that leaves others than the registry out. */
static sat_decision decision_of(const bench_open_side *side, const sat_workload_row *row)
{
	static const struct {
		const char *word;
		sat_event event;
		const char *recipients;
	} events[] = {
		{ "yes", SAT_GIVEN, NULL },
		{ "no", SAT_REFUSED, NULL },
		{ "limited", SAT_GIVEN, "registry" },
		{ "deferred", SAT_DEFERRED, NULL },
	};
	const sat_workload_cell *c = row->cells;
	sat_decision d = { .subject = side->origin + c[PARTICIPANT].integer,
		           .purpose = c[PURPOSE].text,
		           .claimed_time = c[DECIDED_AT].integer };
	for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
		if (strcmp(events[i].word, c[DECISION].text) != 0)
			continue;
		d.event = events[i].event;
		d.recipients = events[i].recipients;
	}
	d.details[SAT_METHOD] = c[FORM].text;
	d.details[SAT_LANGUAGE] = c[LANGUAGE].text;
	d.details[SAT_INTERPRETER] = c[INTERPRETER].text;
	d.details[SAT_WITNESS] = c[WITNESS].text;
	return d;
}

/* Decisions that follow one another are one batch; a commit or another kind of row ends it. */
typedef struct sitting {
	sat_decision decisions[SAT_WORKLOAD_ROWS];
	size_t count;
} sitting;

static int end_sitting(bench_open_side *side, sitting *s, sat_error *err)
{
	int rc = sat_consent_record(side->store, side->identity, s->decisions, s->count, err);
	s->count = 0;
	return rc;
}

static int add_row(bench_open_side *side, sitting *s, const sat_workload_row *row, sat_error *err)
{
	if (side->tables[row->table].table == NULL) {
		s->decisions[s->count++] = decision_of(side, row);
		return 0;
	}
	int rc = s->count > 0 ? end_sitting(side, s, err) : 0;
	return rc != 0 ? rc : add_record(side, row, err);
}

static int commit(bench_open_side *side, sitting *s, sat_error *err)
{
	int rc = end_sitting(side, s, err);
	return rc != 0 ? rc : sat_store_commit(side->store, err);
}

static int capture(void *opaque, sat_workload *workload, int64_t rows_per_commit, double *seconds,
                   sat_error *err)
{
	bench_open_side *side = opaque;
	static sitting s;
	double making = sat_workload_seconds(workload), start = bench_seconds();
	int64_t stored = 0;
	int rc = sat_store_begin(side->store, err);
	const sat_workload_row *row;
	while (rc == 0 && (row = sat_workload_next(workload)) != NULL) {
		if (rows_per_commit > 0 && stored > 0 && stored % rows_per_commit == 0) {
			rc = commit(side, &s, err);
			if (rc == 0)
				rc = sat_store_begin(side->store, err);
		}
		if (rc == 0)
			rc = add_row(side, &s, row, err);
		stored++;
	}
	if (rc == 0)
		rc = commit(side, &s, err);
	*seconds = bench_seconds() - start - (sat_workload_seconds(workload) - making);
	return rc;
}

static int update(void *opaque, int64_t participant_id, const char *contact, double *seconds, sat_error *err)
{
	enum { CONTACT = 8 };
	bench_open_side *side = opaque;
	const sat_column *column = side->tables[SAT_WORKLOAD_PARTICIPANT].column[CONTACT];
	sat_write write = { column->number, sat_value_text(contact, strlen(contact)) };
	double start = bench_seconds();
	int rc = sat_store_begin(side->store, err);
	if (rc == 0)
		rc = sat_record_set(side->store, side->origin + participant_id, &write, 1, NULL, err);
	if (rc == 0)
		rc = sat_store_commit(side->store, err);
	*seconds = bench_seconds() - start;
	return rc;
}

/* --- looking ------------------------------------------------------------------------------------- */

static int count(void *opaque, int64_t *rows, sat_error *err)
{
	bench_open_side *side = opaque;
	*rows = 0;
	int rc = 0;
	for (int i = 0; i < SAT_WORKLOAD_TABLES && rc == 0; i++) {
		const sat_table *table = side->tables[i].table;
		char sql[128];
		int64_t n;
		snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table != NULL ? table->name : "consent");
		rc = sat_db_int(side->store->db, sql, &n, 0, err);
		*rows += n;
	}
	return rc;
}

static int read_contact(void *opaque, int64_t participant_id, char *contact, size_t contact_bytes,
                        sat_error *err)
{
	enum { CONTACT = 8 };
	bench_open_side *side = opaque;
	const bench_table *t = &side->tables[SAT_WORKLOAD_PARTICIPANT];
	SAT_ARENA(arena);
	sat_state state;
	int rc = sat_record_load(side->store, t->table, side->origin + participant_id, &arena, &state, err);
	if (rc != 0)
		return rc;
	const sat_sibling *shown = sat_state_shown(&state, t->column[CONTACT]->number);
	bool text = shown != NULL && shown->value.type == SAT_TEXT;
	snprintf(contact, contact_bytes, "%.*s", text ? (int)shown->value.text.length : 0,
	         text ? shown->value.text.bytes : "");
	return 0;
}

/* --- carrying ------------------------------------------------------------------------------------ */

static int extract(void *opaque, bench_level level, const char *path, bench_bundle *bundle, sat_error *err)
{
	bench_open_side *side = opaque;
	sat_export_options options = { .form = level == BENCH_COMPACT ? SAT_COMPACT : SAT_FULL,
		                       .level = level == BENCH_HIGH ? SAT_LEVEL_SLOW_LINK : SAT_LEVEL_STICK };
	sat_device registry;
	double start = bench_seconds();
	int rc = sat_device_registry(side->store, &registry, err);
	if (rc == 0)
		rc = bench_side_export(side, registry.id, path, &options, &bundle->bytes, err);
	bundle->seconds = bench_seconds() - start;
	return rc;
}

/* A laptop whose receipts were all lost sends everything again: its ledger is as if none had come. */
static int extract_all(void *opaque, bench_level level, const char *path, bench_bundle *bundle,
                       sat_error *err)
{
	bench_open_side *side = opaque;
	int rc = sat_db_exec(side->store->db,
	                     "DELETE FROM sat_sent; DELETE FROM sat_sent_frame; DELETE FROM sat_base", err);
	return rc != 0 ? rc : extract(side, level, path, bundle, err);
}

static int apply(void *opaque, const char *path, double *seconds, sat_error *err)
{
	bench_open_side *side = opaque;
	double start = bench_seconds();
	int rc = bench_side_merge(side, path, err);
	*seconds = bench_seconds() - start;
	return rc != 0 ? rc : side->origin != 0 ? 0 : bench_side_locate(side, err);
}

static int settle(void *sender, void *receiver, sat_error *err)
{
	/* Every reply needs a folder of its own. */
	static int replies;
	const bench_open_side *from = receiver;
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%.*s/reply-%d", PATH_MAX - 32, from->env.runtime_dir, ++replies);
	return bench_side_carry(receiver, sender, path, err);
}

#define SATCHEL(label, opening, keys)                                                                        \
	{                                                                                                    \
		.name = label, .store_file = BENCH_SATCHEL_FILE, .prepare = prepare, .open = opening,        \
		.close = close_store, .unlock = keys, .capture = capture, .update = update,                  \
		.extract = extract, .extract_all = extract_all, .apply = apply, .settle = settle,            \
		.count = count, .contact = read_contact                                                      \
	}

const bench_peer bench_satchel_bare = SATCHEL("Satchel, bare", open_bare, NULL);
const bench_peer bench_satchel = SATCHEL("Satchel", open_full, unlock);
