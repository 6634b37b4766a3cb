/* See protocol.h. */
#include "protocol.h"

#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "erase.h"
#include "permission.h"
#include "protocol-reach.h"
#include "record.h"
#include "store-private.h"

bool sat_protocol_any(const sat_store *store) { return store->labels > 0; }

/* Where a record stands among the labelled ones, or would. */
static size_t place_of(const sat_store *store, sat_dot record)
{
	size_t low = 0, high = store->labels;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (store->labelled[middle] < record)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int enter(sat_store *store, sat_dot record, sat_error *err)
{
	if (store->labels == store->label_room) {
		size_t room = store->label_room == 0 ? 64 : store->label_room * 2;
		sat_dot *grown = realloc(store->labelled, room * sizeof *grown);
		if (grown == NULL)
			return sat_no_memory(err);
		store->labelled = grown;
		store->label_room = room;
	}
	size_t at = place_of(store, record);
	memmove(store->labelled + at + 1, store->labelled + at, (store->labels - at) * sizeof record);
	store->labelled[at] = record;
	store->labels++;
	return 0;
}

int sat_protocol_load(sat_store *store, sat_error *err)
{
	sat_stmt *s = NULL;
	store->labels = 0;
	int rc = sat_db_prepare(store->db, &s, "SELECT record FROM sat_label ORDER BY record", err);
	while (rc == 0 && (rc = sat_step(store->db, s, err)) == 1)
		rc = enter(store, sat_column_int(s, 0), err);
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}

bool sat_protocol_labelled(const sat_store *store, sat_dot record)
{
	size_t at = place_of(store, record);
	return at < store->labels && store->labelled[at] == record;
}

/* --- what a record derives from --------------------------------------------------------------------- */

static void sort_once(sat_records *list)
{
	qsort(list->at, list->count, sizeof *list->at, sat_dot_ascending);
	size_t kept = 0;
	for (size_t i = 0; i < list->count; i++) {
		if (kept == 0 || list->at[kept - 1] != list->at[i])
			list->at[kept++] = list->at[i];
	}
	list->count = kept;
}

int sat_protocol_parents(const sat_state *state, sat_records *parents, sat_error *err)
{
	size_t most = state->person_count;
	for (size_t i = 0; i < state->count; i++)
		most += sat_value_reference_count(&state->siblings[i].value);
	*parents = (sat_records){ .at = sat_arena_take(state->arena, (most + 1) * sizeof(sat_dot)) };
	if (parents->at == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; i < state->person_count; i++)
		parents->at[parents->count++] = sat_dot_record(state->persons[i]);
	for (size_t i = 0; i < state->count; i++)
		parents->count += sat_value_put_references(&state->siblings[i].value, parents->at + parents->count);
	sort_once(parents);
	return 0;
}

/* --- climbing --------------------------------------------------------------------------------------- */

/* Records that were reached, in the order in which they were, with a table of them beside. */
typedef struct reached {
	sat_arena *arena;
	sat_dot *list;
	size_t count;
	sat_dot *slots;     /* open addressing, half full at most; 0: empty */
	size_t room;
} reached;

static size_t slot_of(const reached *r, sat_dot record)
{
	size_t slot = (size_t)((uint64_t)record * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (r->room - 1);
	while (r->slots[slot] != 0 && r->slots[slot] != record)
		slot = (slot + 1) & (r->room - 1);
	return slot;
}

static int make_room(reached *r)
{
	if (r->count * 2 < r->room)
		return 0;
	r->room = r->room == 0 ? 64 : r->room * 2;
	r->slots = sat_arena_zeroed(r->arena, r->room, sizeof *r->slots);
	for (size_t i = 0; r->slots != NULL && i < r->count; i++)
		r->slots[slot_of(r, r->list[i])] = r->list[i];
	return r->slots == NULL ? SAT_ENOMEM : 0;
}

static int reach(reached *r, sat_dot record)
{
	if (make_room(r) != 0)
		return SAT_ENOMEM;
	size_t slot = slot_of(r, record);
	if (r->slots[slot] == record)
		return 0;
	r->list = sat_arena_grown(r->arena, r->list, r->count, sizeof *r->list);
	if (r->list == NULL)
		return SAT_ENOMEM;
	r->slots[slot] = r->list[r->count++] = record;
	return 0;
}

static int reach_all(reached *r, const sat_dot *records, size_t count, sat_error *err)
{
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = reach(r, records[i]);
	return rc != 0 ? sat_no_memory(err) : 0;
}

/* Labels under which an erased record stood. */
static int reach_former(sat_store *store, sat_dot record, reached *r, sat_error *err)
{
	int rc = SAT_SQL(store, under_find, "SELECT label FROM sat_under WHERE record = ?");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.under_find;
	sat_bind_int(s, 1, record);
	while ((rc = sat_step(store->db, s, err)) == 1) {
		if (reach(r, sat_column_int(s, 0)) != 0) {
			rc = sat_no_memory(err);
			break;
		}
	}
	sat_reset(s);
	return rc;
}

/* What the row of a table's statement refers to; of one that is not as it was created, whatever it says besides. */
static int reach_row(sat_store *store, sat_table *table, reached *r, sat_error *err)
{
	sat_state state;
	sat_records parents;
	int rc = 0;
	if (!sat_column_is_null(table->one, SAT_AT_CLOCK)) {
		rc = sat_record_load_row(store, table, table->one, r->arena, &state, err);
		if (rc == 0)
			rc = sat_protocol_parents(&state, &parents, err);
		return rc != 0 ? rc : reach_all(r, parents.at, parents.count, err);
	}
	for (size_t i = 0; rc == 0 && i < table->column_count; i++) {
		const sat_column *column = &table->columns[i];
		sat_value value;
		if (column->type != SAT_REFERENCE && column->type != SAT_REFERENCES)
			continue;
		rc = sat_row_value(table->one, SAT_AT_FIELDS + (int)i, column->type, r->arena, &value, err);
		if (rc == 0 && value.type == SAT_REFERENCE)
			rc = reach_all(r, &value.reference, 1, err);
		else if (rc == 0 && value.type == SAT_REFERENCES)
			rc = reach_all(r, value.references.at, value.references.count, err);
	}
	return rc;
}

/* `*found` when the record is in this table. */
static int reach_in_table(sat_store *store, sat_table *table, sat_dot record, reached *r, bool *found, sat_error *err)
{
	int rc = sat_table_prepare(store, table, &table->one, err);
	*found = false;
	if (rc != 0)
		return rc;
	sat_bind_int(table->one, 1, record);
	rc = sat_step(store->db, table->one, err);
	*found = rc == 1;
	if (*found)
		rc = reach_row(store, table, r, err);
	sat_reset(table->one);
	return rc;
}

/* Records that are looked at one after the other are mostly of one kind. */
static int reach_above(sat_store *store, sat_dot record, reached *r, sat_error *err)
{
	bool found = false;
	int rc = store->tombstones > 0 ? reach_former(store, record, r, err) : 0;
	if (rc == 0 && store->climbed < store->table_count)
		rc = reach_in_table(store, store->tables[store->climbed], record, r, &found, err);
	for (size_t i = 0; rc == 0 && !found && i < store->table_count; i++) {
		if (i == store->climbed)
			continue;
		rc = reach_in_table(store, store->tables[i], record, r, &found, err);
		store->climbed = found ? i : store->climbed;
	}
	return rc;
}

int sat_protocol_climb(sat_store *store, const sat_dot *from, size_t count, sat_arena *arena,
                       int (*each)(void *, sat_dot, bool, sat_climb *, sat_error *), void *context, sat_error *err)
{
	reached r = { .arena = arena };
	int rc = reach_all(&r, from, count, err);
	for (size_t i = 0; rc == 0 && i < r.count; i++) {
		sat_climb go = SAT_CLIMB_ON;
		rc = each(context, r.list[i], sat_protocol_labelled(store, r.list[i]), &go, err);
		if (rc != 0 || go == SAT_CLIMB_STOP)
			return rc;
		if (go == SAT_CLIMB_ON)
			rc = reach_above(store, r.list[i], &r, err);
	}
	return rc;
}

/* --- the labels above ------------------------------------------------------------------------------- */

typedef struct gathering {
	sat_arena *arena;
	sat_records *labels;
} gathering;

static int gather(void *context, sat_dot record, bool labelled, sat_climb *go, sat_error *err)
{
	gathering *g = context;
	(void)go;
	if (!labelled)
		return 0;
	g->labels->at = sat_arena_grown(g->arena, g->labels->at, g->labels->count, sizeof *g->labels->at);
	if (g->labels->at == NULL)
		return sat_no_memory(err);
	g->labels->at[g->labels->count++] = record;
	return 0;
}

int sat_protocol_labels(sat_store *store, const sat_dot *from, size_t count, sat_arena *arena, sat_records *labels,
                        sat_error *err)
{
	*labels = (sat_records){ 0 };
	gathering g = { .arena = arena, .labels = labels };
	int rc = store->labels == 0 ? 0 : sat_protocol_climb(store, from, count, arena, gather, &g, err);
	if (rc == 0 && labels->count > 1)
		sort_once(labels);
	return rc;
}

/* --- labels that are known --------------------------------------------------------------------------- */

static int put_label(sat_store *store, sat_dot record, sat_error *err)
{
	int rc = SAT_SQL(store, label_insert, "INSERT OR IGNORE INTO sat_label(record) VALUES(?)");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.label_insert, 1, record);
	rc = sat_run(store->db, store->sql.label_insert, err);
	return rc == 0 && sat_db_changes(store->db) > 0 ? enter(store, record, err) : rc;
}

/* --- what follows from decisions and dates ---------------------------------------------------------- */

/* What stands under these is seen by others than before.  Of what was declined it is not known under which labels
 * it stands, so that all of it is asked for. */
static int look_again(sat_store *store, const sat_records *labels, sat_error *err)
{
	int rc = sat_protocol_touch(store, labels->at, labels->count, err);
	return rc != 0 ? rc : sat_ask_again(store, 0, err);
}

int sat_protocol_heed(sat_store *store, const sat_decision *decisions, const bool *is_new, size_t count,
                      sat_error *err)
{
	SAT_ARENA(arena);
	sat_records labels = { 0 };
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if ((is_new != NULL && !is_new[i]) || strcmp(decisions[i].purpose, SAT_PROTOCOL) != 0)
			continue;
		labels.at = sat_arena_grown(&arena, labels.at, labels.count, sizeof *labels.at);
		if (labels.at == NULL)
			return sat_no_memory(err);
		labels.at[labels.count++] = decisions[i].subject;
		rc = put_label(store, decisions[i].subject, err);
	}
	if (rc != 0 || labels.count == 0)
		return rc;
	sort_once(&labels);
	return look_again(store, &labels, err);
}

int sat_protocol_new_day(sat_store *store, int32_t before, int32_t now, sat_error *err)
{
	SAT_ARENA(arena);
	sat_records labels = { 0 };
	sat_stmt *s = NULL;
	int rc = store->labels == 0
	             ? 0
	             : sat_db_prepare(store->db, &s,
	                              "SELECT DISTINCT record FROM sat_label JOIN sat_decided ON about = record "
	                              "JOIN sat_decision ON id BETWEEN first AND first + count - 1 "
	                              "WHERE purpose = '" SAT_PROTOCOL "' AND until >= ? AND until < ?", err);
	if (rc != 0 || store->labels == 0)
		return rc;
	sat_bind_int(s, 1, before);
	sat_bind_int(s, 2, now);
	while ((rc = sat_step(store->db, s, err)) == 1) {
		labels.at = sat_arena_grown(&arena, labels.at, labels.count, sizeof *labels.at);
		if (labels.at == NULL)
			rc = sat_no_memory(err);
		else
			labels.at[labels.count++] = sat_column_int(s, 0);
		if (rc < 0)
			break;
	}
	sat_db_finalize(store->db, &s);
	return rc != 0 || labels.count == 0 ? rc : look_again(store, &labels, err);
}

int sat_protocol_refers_anew(sat_store *store, const sat_state *before, const sat_state *state, sat_error *err)
{
	sat_records left, now = { 0 }, labels = { 0 };
	if (store->labels == 0)
		return 0;
	int rc = sat_protocol_parents(before, &left, err);
	if (rc == 0)
		rc = sat_protocol_parents(state, &now, err);
	size_t count = 0;
	for (size_t i = 0, k = 0; rc == 0 && i < left.count; i++) {
		while (k < now.count && now.at[k] < left.at[i])
			k++;
		if (k == now.count || now.at[k] != left.at[i])
			left.at[count++] = left.at[i];
	}
	if (rc == 0 && count > 0)
		rc = sat_protocol_labels(store, left.at, count, state->arena, &labels, err);
	sat_dot itself = state->id;
	return rc != 0 || labels.count == 0 ? rc : look_again(store, &(sat_records){ &itself, 1 }, err);
}

/* --- erased records --------------------------------------------------------------------------------- */

int sat_protocol_put_under(sat_store *store, sat_dot record, sat_dot label, sat_error *err)
{
	int rc = SAT_SQL(store, under_insert, "INSERT OR IGNORE INTO sat_under(record, label) VALUES(?, ?)");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.under_insert, 1, record);
	sat_bind_int(store->sql.under_insert, 2, label);
	rc = sat_run(store->db, store->sql.under_insert, err);
	/* The decision itself may be on its way. */
	return rc != 0 ? rc : put_label(store, label, err);
}

int sat_protocol_erase(sat_store *store, sat_dot record, sat_error *err)
{
	SAT_ARENA(arena);
	sat_records labels;
	int rc = sat_protocol_labels(store, &record, 1, &arena, &labels, err);
	for (size_t i = 0; rc == 0 && i < labels.count; i++)
		rc = sat_protocol_put_under(store, record, labels.at[i], err);
	return rc != 0 || labels.count == 0 ? rc : sat_protocol_keep_holders(store, record, err);
}
