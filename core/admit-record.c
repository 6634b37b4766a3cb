/* See admit-record.h. */
#include "admit-record.h"

#include "admit-creations.h"
#include "admit-declined.h"
#include "admit-waiting.h"
#include "erase.h"
#include "history.h"
#include "plant.h"
#include "protocol-reach.h"
#include "record.h"

/* Adds what one row tells; `group` has room for its fields. */
static int tell_row(const sat_fitting *f, size_t at, sat_sibling *group, sat_state *told)
{
	const sat_row *row = &f->block->row[at];
	size_t n = 0;
	bool changed;
	told->created = told->created || row->record == row->dot;
	for (size_t i = 0; i < f->block->fields; i++) {
		const sat_block_field *field = &f->block->field[i];
		if (field->cells[at] == SAT_ABSENT)
			continue;
		group[n] = (sat_sibling){ .field = f->columns[i], .blank = field->cells[at] == SAT_BLANKED,
			                  .dot = row->dot, .past = row->past, .past_count = row->past_count };
		if (field->cells[at] == SAT_PRESENT)
			group[n].value = field->values[at];
		n++;
	}
	const sat_stated *stated = row->stated;
	uint32_t stated_count = row->stated_count;
	int rc = row->usual ? sat_stated_usual(told->arena, f->table, row->record, group, n, row->dot, &stated,
	                                       &stated_count)
	                    : 0;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		group[i].stated = stated;
		group[i].stated_count = stated_count;
		rc = sat_state_add(told, &group[i], &changed);
		if (rc == 0)
			rc = sat_state_concern_named(told, &group[i], &changed);
	}
	for (uint32_t i = 0; rc == 0 && i < stated_count; i++)
		rc = sat_state_concern(told, stated[i].person, &changed);
	for (uint32_t i = 0; rc == 0 && i < row->person_count; i++)
		rc = sat_state_concern(told, row->persons[i], &changed);
	return rc;
}

/* Turns the rows first..end of one record into a state of what they tell. */
static int told_state(sat_admission *a, const sat_fitting *f, size_t first, size_t end, sat_state *told,
                      sat_error *err)
{
	*told = (sat_state){ .store = a->store, .table = f->table, .id = f->block->row[first].record,
		             .arena = &a->arena };
	bool changed;
	told->created = !sat_dot_linked(told->id);
	sat_sibling *group = sat_arena_take(&a->arena, (f->block->fields + 1) * sizeof *group);
	int rc = group == NULL ? SAT_ENOMEM : 0;
	if (rc == 0)
		rc = sat_state_concern_itself(told, &changed);
	for (size_t r = first; rc == 0 && r < end; r++)
		rc = tell_row(f, r, group, told);
	return rc != 0 ? sat_no_memory(err) : 0;
}

static size_t conflicts_in(const sat_state *state)
{
	size_t n = 0;
	for (uint16_t i = 0; i < state->table->column_count; i++)
		n += sat_state_conflict(state, i);
	return n;
}

static int save(sat_admission *a, const sat_state *before, sat_state *state, const sat_state *told,
                size_t persons_told, sat_error *err)
{
	size_t conflicts = conflicts_in(state), had = conflicts_in(before);
	a->frame.conflicts += conflicts > had ? conflicts - had : 0;
	sat_admission_count(a, state->id);
	sat_admission_changes(a, state->id);
	/* What holds no more than what was just told need not be sent back. */
	bool all_told = state->person_count == persons_told && sat_state_same_values(state, told);
	int rc = sat_record_save(a->store, before, state, 0, all_told ? a->from.incarnation : 0, err);
	return rc != 0 || all_told ? rc : sat_protocol_holder(a->store, a->from.device, state->id, err);
}

/* Merges what is told into what was here before, with what waited for the creation when that comes now. */
static int merge(sat_admission *a, const sat_state *before, sat_state *told, sat_error *err)
{
	sat_state state = { .store = a->store, .table = told->table, .id = told->id, .arena = &a->arena };
	sat_state slept = state;
	bool changed = false;
	size_t declined_before = a->frame.declined, persons_told = told->person_count;
	/* What waited for the creation may say whom it concerns. */
	int rc = before->created ? 0 : sat_waiting_load(a->store, &slept, err);
	if (rc == 0 && !before->created)
		rc = sat_declined_persons(a->store, &slept, err);
	if (rc == 0)
		rc = sat_declined_sift(a, told, before->created ? before : &slept, err);
	if (rc != 0)
		return rc;
	/* A new record of which nothing may be kept leaves nothing behind but what was declined. */
	if (!before->created && told->count == 0 && a->frame.declined > declined_before)
		return 0;
	if (!(SAT_PLANTED_BUG(2) && told->count > 0) && sat_state_merge(&state, before, &changed) != 0)
		return sat_no_memory(err);
	changed = !before->created;
	if (!before->created)
		rc = sat_waiting_forget(a->store, told->id, err);
	if (rc == 0 && (sat_state_merge(&state, told, &changed) != 0 ||
	                sat_state_merge(&state, &slept, &changed) != 0))
		rc = sat_no_memory(err);
	/* A person who is newly concerned may make older values dead. */
	if (rc == 0)
		rc = sat_state_erase_dead(a->store, a->gate, &state, &changed, err);
	if (rc == 0)
		rc = sat_declined_settle(a, &state, err);
	if (rc != 0)
		return rc;
	return changed ? save(a, before, &state, told, persons_told, err)
	               : sat_protocol_holder(a->store, a->from.device, told->id, err);
}

/* A creation that is here lies within a run of creations or has a history. */
static int may_be_here(sat_admission *a, sat_dot id, bool *may, sat_error *err)
{
	*may = !sat_dot_linked(id) || sat_creations_inside(a, id);
	return *may ? 0 : sat_history_between(a->store, id, id, may, err);
}

int sat_admit_other_kind(sat_admission *a, const sat_table *table, sat_dot id, bool *other, sat_error *err)
{
	sat_table *found = NULL;
	bool may;
	int rc = may_be_here(a, id, &may, err);
	if (rc == 0 && may)
		rc = sat_table_of_record(a->store, id, &found, err);
	*other = rc == 0 && found != NULL && found != table;
	return rc;
}

int sat_admit_record(sat_admission *a, const sat_fitting *f, size_t first, size_t end, sat_error *err)
{
	sat_dot id = f->block->row[first].record;
	bool erased, other = false;
	int rc = sat_record_erased(a->store, id, &erased, err);
	if (rc != 0 || erased)
		return rc;
	sat_state told, before;
	rc = told_state(a, f, first, end, &told, err);
	if (rc == 0)
		rc = sat_record_load(a->store, f->table, id, &a->arena, &before, err);
	if (rc == 0 && !before.created && told.created)
		rc = sat_admit_other_kind(a, f->table, id, &other, err);
	if (rc != 0 || other)
		return rc;
	return before.created || told.created ? merge(a, &before, &told, err) : sat_waiting_keep(a, &told, err);
}
