/* See admit.h. */
#include "admit.h"

#include <stdlib.h>
#include <string.h>

#include "admit-claim.h"
#include "admit-creations.h"
#include "admit-private.h"
#include "admit-record.h"
#include "admit-usual.h"
#include "ask.h"
#include "erase.h"
#include "file-use.h"
#include "history.h"
#include "plant.h"
#include "protocol.h"
#include "refit.h"

/* --- an admission and what it came to ------------------------------------------------------------ */

int sat_admission_begin(sat_admission **out, sat_store *store, const sat_sender *sender, sat_error *err)
{
	sat_admission *a = calloc(1, sizeof *a);
	if (a == NULL)
		return sat_no_memory(err);
	a->store = store;
	a->from = *sender;
	*out = a;
	int64_t any;
	int rc = sat_db_int(store->db, "SELECT EXISTS(SELECT 1 FROM sat_vouched)", &any, 0, err);
	a->any_vouched = rc == 0 && any != 0;
	if (rc == 0)
		rc = sat_db_int(store->db, "SELECT max(id) FROM sat_file_use", &a->file_uses, 0, err);
	sat_device self;
	if (rc == 0)
		rc = sat_device_get(store, 1, &self, err);
	if (rc == 0)
		memcpy(a->audiences, self.audiences, sizeof a->audiences);
	return rc;
}

static void forget_gates(sat_admission *a)
{
	sat_gate_free(a->gate);
	sat_gate_free(a->sender_gate);
	a->gate = a->sender_gate = NULL;
}

void sat_admission_free(sat_admission *a)
{
	if (a == NULL)
		return;
	forget_gates(a);
	sat_arena_clear(&a->arena);
	sat_arena_clear(&a->frame_arena);
	free(a);
}

static void sum(sat_outcome *total, const sat_outcome *part)
{
	total->records += part->records;
	total->conflicts += part->conflicts;
	total->declined += part->declined;
	total->missing += part->missing;
	total->set_aside += part->set_aside;
	total->set_aside_decisions += part->set_aside_decisions;
	total->waiting += part->waiting;
	total->decisions += part->decisions;
	total->statements += part->statements;
	total->tombstones += part->tombstones;
	total->pieces += part->pieces;
}

void sat_admission_frame(sat_admission *a)
{
	sum(&a->total, &a->frame);
	a->frame = (sat_outcome){ 0 };
	sat_arena_reset(&a->frame_arena);
}

const sat_outcome *sat_admission_of_frame(const sat_admission *a) { return &a->frame; }

const sat_outcome *sat_admission_total(const sat_admission *a)
{
	sum(&((sat_admission *)a)->total, &a->frame);
	((sat_admission *)a)->frame = (sat_outcome){ 0 };
	return &a->total;
}

int sat_admission_heed_statements(sat_admission *a, size_t count, sat_error *err)
{
	a->frame.statements += count;
	sat_device self;
	int rc = count == 0 ? 0 : sat_device_get(a->store, 1, &self, err);
	if (count == 0 || rc != 0)
		return rc;
	forget_gates(a);
	if (strcmp(self.audiences, a->audiences) == 0)
		return 0;
	memcpy(a->audiences, self.audiences, sizeof a->audiences);
	return sat_ask_again(a->store, 0, err);
}

/* --- blocks -------------------------------------------------------------------------------------- */

static int fit(sat_admission *a, const sat_block *block, sat_fitting *f, sat_error *err)
{
	*f = (sat_fitting){ .block = block };
	int rc = sat_table_ensure(a->store, block->kind, block->is, &f->table, err);
	if (rc != 0)
		return rc;
	f->columns = sat_arena_take(&a->frame_arena, (block->fields + 1) * sizeof *f->columns);
	f->needs = sat_arena_take(&a->frame_arena, (block->fields + 1) * sizeof *f->needs);
	f->concerns = sat_arena_zeroed(&a->frame_arena, block->fields + 1, sizeof *f->concerns);
	if (f->columns == NULL || f->needs == NULL || f->concerns == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; i < block->fields; i++) {
		const sat_block_field *field = &block->field[i];
		sat_column *column;
		rc = sat_column_ensure(a->store, f->table, field->name, field->type, field->concerns,
		                       field->needs, &column, err);
		if (rc != 0)
			return rc;
		f->columns[i] = column->number;
		f->needs[i] = column->needs;
		f->concerns[i] = column->concerns;
		f->lists = f->lists || (column->concerns != 0 && column->type == SAT_REFERENCES);
	}
	return 0;
}

/* Rows of one record stand together; `end` is behind the last one. */
static size_t record_end(const sat_block *block, size_t first)
{
	size_t end = first + 1;
	while (end < block->rows && block->row[end].record == block->row[first].record)
		end++;
	return end;
}

/* Rows that may not go on are left out; those between them are admitted together. */
static int admit_long(sat_admission *a, const sat_fitting *f, size_t first, size_t end, sat_error *err)
{
	int rc = 0;
	size_t from = first;
	sat_arena_reset(&a->arena);
	for (size_t r = first; rc == 0 && r <= end; r++) {
		bool goes_on = false;
		if (r < end && (rc = sat_claim_of_row(a, &f->block->row[r], &goes_on, err)) != 0)
			break;
		if (goes_on)
			continue;
		if (from < r)
			rc = sat_admit_record(a, f, from, r, err);
		from = r + 1;
	}
	return rc;
}

static int admit_block(sat_admission *a, const sat_block *block, sat_error *err)
{
	sat_fitting f;
	int rc = fit(a, block, &f, err);
	for (size_t i = 0; rc == 0 && i < block->rows;) {
		size_t end = sat_admit_usual_end(block, i);
		if (end > i) {
			rc = sat_admit_usual(a, &f, i, end, err);
		} else {
			end = record_end(block, i);
			rc = admit_long(a, &f, i, end, err);
		}
		i = end;
	}
	return rc;
}

/* The gate will be asked about them, unless they are here and what is told of them is nothing new. */
static int expect_persons(sat_admission *a, const sat_block *block, sat_error *err)
{
	if (!(block->is & SAT_AS_PERSON) || block->rows == 0)
		return 0;
	sat_dot first = block->row[0].record, last = block->row[block->rows - 1].record;
	return sat_creations_were_here(a, first, last) ? 0 : sat_gate_expect(a->gate, first, last, err);
}

int sat_admit_blocks(sat_admission *a, const sat_block *blocks, size_t count, sat_error *err)
{
	int rc = a->gate != NULL ? 0 : sat_gate_open_own(&a->gate, a->store, err);
	if (rc == 0)
		rc = sat_creations_survey(a, blocks, count, err);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = expect_persons(a, &blocks[i], err);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = admit_block(a, &blocks[i], err);
	if (rc == 0)
		rc = sat_creations_make_runs(a, err);
	return rc == 0 && a->store->needs_grew ? sat_refit_dead(a->store, err) : rc;
}

/* --- the other sections -------------------------------------------------------------------------- */

int sat_admit_decisions(sat_admission *a, const sat_batch *batches, const sat_decision *decisions,
                        const size_t *counts, size_t batch_count, sat_error *err)
{
	for (size_t i = 0, at = 0; i < batch_count; at += counts[i], i++) {
		sat_claim claim;
		int rc = sat_claim_of_dot(a, batches[i].first + batches[i].leaves - 1, &claim, err);
		if (rc == 0 && claim == SAT_CLAIM_FALSE)
			rc = sat_fail(err, SAT_EREFUSED, "it claims decisions that another device recorded");
		if (rc != 0)
			return rc;
		a->frame.set_aside_decisions += claim == SAT_CLAIM_ASIDE ? counts[i] : 0;
		if (!sat_claim_goes_on(a, claim) && !(SAT_PLANTED_BUG(17) && claim == SAT_CLAIM_ASIDE))
			continue;
		size_t fresh;
		rc = sat_consent_admit(a->store, &batches[i], decisions + at, counts[i], a->from.incarnation,
		                       &fresh, err);
		if (rc != 0)
			return rc;
		a->frame.decisions += fresh;
		if (fresh > 0)
			forget_gates(a);
	}
	return 0;
}

int sat_admit_tombstones(sat_admission *a, const sat_dot *records, size_t count, const sat_under *under,
                         size_t under_count, sat_error *err)
{
	int rc = 0;
	/* Before they are gone, so that their receipts know it. */
	for (size_t i = 0; rc == 0 && i < under_count && !a->from.revoked; i++)
		rc = sat_protocol_put_under(a->store, under[i].record, under[i].label, err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		bool erased;
		rc = sat_record_erased(a->store, records[i], &erased, err);
		if (rc != 0 || erased)
			continue;
		if (a->from.revoked) {
			a->frame.set_aside++;
			continue;
		}
		sat_admission_changes(a, records[i]);
		rc = sat_record_erase(a->store, records[i], a->from.incarnation, err);
		a->frame.tombstones++;
	}
	return rc;
}

/* To whom we vouched for what others wrote, that goes again as well. */
static int vouch_again(sat_admission *a, sat_dot record, sat_error *err)
{
	sat_store *store = a->store;
	int rc = SAT_SQL(store, vouch_insert,
	                 "INSERT OR IGNORE INTO sat_vouch(device, record) SELECT id, ? FROM sat_device "
	                 "WHERE id = ? AND vouched = 1");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.vouch_insert, 1, record);
	sat_bind_int(store->sql.vouch_insert, 2, a->from.device);
	return sat_run(store->db, store->sql.vouch_insert, err);
}

static int answer_ask(sat_admission *a, const sat_asked *ask, sat_error *err)
{
	sat_store *store = a->store;
	int rc = SAT_SQL(store, ask_find, "INSERT OR IGNORE INTO sat_ask(name, record) VALUES(?, ?)");
	if (rc != 0)
		return rc;
	sat_bind_blob(store->sql.ask_find, 1, ask->name, sizeof ask->name);
	sat_bind_int(store->sql.ask_find, 2, ask->record);
	rc = sat_run(store->db, store->sql.ask_find, err);
	if (rc != 0 || sat_db_changes(store->db) == 0)
		return rc;
	sat_table *table;
	rc = sat_table_of_record(store, ask->record, &table, err);
	if (rc != 0 || table == NULL)
		return rc;
	rc = sat_history_touch(store, ask->record, table->id, err);
	if (rc == 0 && table->files)
		rc = sat_file_renew_record(store, ask->record, err);
	return rc != 0 ? rc : vouch_again(a, ask->record, err);
}

int sat_admit_asks(sat_admission *a, const sat_asked *asks, size_t count, sat_error *err)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = answer_ask(a, &asks[i], err);
	return rc;
}

/* A moment is part of its write's provenance, so who may not bring the write may not date it.  What is
 * known stays: nobody dates a write anew.  Rows that are missing or set aside are counted; their moments
 * come again with them. */
static int admit_moment(sat_admission *a, const sat_moment *moment, sat_error *err)
{
	sat_store *store = a->store;
	sat_claim claim;
	int rc = sat_claim_of_dot(a, moment->dot, &claim, err);
	if (rc == 0 && claim == SAT_CLAIM_FALSE)
		rc = sat_fail(err, SAT_EREFUSED, "it claims to know when another device wrote");
	if (rc != 0 || claim != SAT_CLAIM_FINE || !sat_dot_linked(moment->dot))
		return rc;
	rc = SAT_SQL(store, moment_admit, "INSERT OR IGNORE INTO sat_moment(dot, at) VALUES(?, ?)");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.moment_admit, 1, moment->dot);
	sat_bind_int(store->sql.moment_admit, 2, moment->at);
	return sat_run(store->db, store->sql.moment_admit, err);
}

int sat_admit_moments(sat_admission *a, const sat_moment *moments, size_t count, sat_error *err)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = admit_moment(a, &moments[i], err);
	return rc;
}
