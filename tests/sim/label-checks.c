/* See labels.h: what every step is held against. */
#include <string.h>

#include "core/erasure.h"
#include "core/permission.h"
#include "core/registry-statement.h"
#include "core/store-private.h"
#include "labels.h"
#include "markers.h"
#include "sync/frame.h"

/* --- what is written -------------------------------------------------------------------------------- */

/* Equal for equal sets. */
static uint64_t hash_of(const dots *set)
{
	uint64_t hash = 0;
	for (size_t i = 0; i < set->count; i++)
		hash += dice_mix(set->list[i] + 1);
	return hash;
}

static void check_incarnation(world *w, machine *m, const holdings *now, world_dot record, world_dot dot)
{
	/* The labels above what it was before count too. */
	dots labels = labels_above(w, now, m->held, record);
	uint64_t hash = hash_of(&labels);
	uint32_t number = world_dot_incarnation(dot);
	bool used = w->incarnations[number].used;
	dots_clear(&labels);
	if (used && w->incarnations[number].labels != hash)
		world_fail(w, 3,
		           "%s writes %s about %s under an incarnation for what stands under other labels",
		           world_name(w, m), world_dot_text(dot), world_dot_text(record));
	w->incarnations[number].used = true;
	w->incarnations[number].device = m->device;
	w->incarnations[number].labels = hash;
}

void labels_check_written(world *w, machine *m, const holdings *now, size_t first_value,
                          size_t first_decision)
{
	for (size_t i = first_value; i < w->model.value_count; i++)
		check_incarnation(w, m, now, w->model.values[i]->record, w->model.values[i]->dot);
	for (size_t i = first_decision; i < w->model.decision_count; i++)
		check_incarnation(w, m, now, w->model.decisions[i].subject, w->model.decisions[i].id);
}

/* --- what is let in --------------------------------------------------------------------------------- */

void labels_check_admitted(world *w, machine *m, const holdings *now)
{
	for (size_t i = 0; i < now->record_count; i++) {
		const held_record *record = &now->records[i];
		bool waited = false;
		for (size_t k = 0; k < m->held->waiting_count; k++)
			waited = waited || m->held->waiting[k].record == record->id;
		if (!waited && holdings_record(m->held, record->id) == NULL &&
		    !holdings_sees(w, now, record->id, &now->own))
			world_fail(w, 3, "%s has let in %s %s, which a label keeps from it", world_name(w, m),
			           record->kind, world_dot_text(record->id));
	}
}

/* --- what is erased --------------------------------------------------------------------------------- */

static bool has_under(const holdings *h, world_dot record, world_dot label)
{
	bool found = false;
	for (size_t i = 0; !found && i < h->under_count; i++)
		found = h->under[i].record == record && h->under[i].label == label;
	return found;
}

/* Decisions and tombstones are told apart in one set. */
static world_dot erasure_of_decision(size_t number)
{
	return UINT64_C(1) << 62 | number;
}

static bool stood_under_any(const world *w, const holdings *before, const holdings *now, world_dot record)
{
	dots labels = labels_above(w, now, before, record);
	bool any = labels.count > 0;
	dots_clear(&labels);
	return any;
}

/* What a receipt calls the erasure of a record. */
static void learn_name(world *w, machine *m, world_dot record)
{
	for (size_t i = 0; i < w->erasure_count; i++) {
		if (w->erasures[i].record == record)
			return;
	}
	if (w->erasure_count == sizeof w->erasures / sizeof *w->erasures)
		world_fail(w, 0, "there are too many tombstones for one world");
	w->erasures[w->erasure_count].record = record;
	MUST(w, sat_erasure_of_record(m->store, world_local_dot(w, m, record),
	                              w->erasures[w->erasure_count].name, err));
	w->erasure_count++;
}

static void check_tombstone(world *w, machine *m, holdings *now, world_dot record)
{
	const holdings *before = m->held;
	learn_name(w, m, record);
	if (holdings_tombstone(before, record))
		return;
	dots labels = labels_above(w, before, NULL, record);
	for (size_t i = 0; i < labels.count; i++) {
		if (!has_under(now, record, labels.list[i]))
			world_fail(w, 3,
			           "%s has forgotten that %s, which was erased, stood under the label of %s",
			           world_name(w, m), world_dot_text(record), world_dot_text(labels.list[i]));
	}
	dots_clear(&labels);
	if (stood_under_any(w, before, now, record))
		dots_add(&now->hushed, record);
}

void labels_check_step(world *w, machine *m, holdings *now)
{
	const holdings *before = m->held;
	now->hushed = dots_copy(&before->hushed);
	for (size_t i = 0; i < before->under_count; i++) {
		if (!has_under(now, before->under[i].record, before->under[i].label))
			world_fail(w, 2, "%s has lost under which label an erased record stood",
			           world_name(w, m));
	}
	for (size_t i = 0; i < now->tombstone_count; i++)
		check_tombstone(w, m, now, now->tombstones[i]);
	for (size_t i = 0; i < now->decision_count; i++) {
		size_t number = now->decisions[i];
		const model_decision *d = &w->model.decisions[number];
		if (d->final && !holdings_knows(before, number) &&
		    stood_under_any(w, before, now, d->subject))
			dots_add(&now->hushed, erasure_of_decision(number));
	}
	labels_check_dump(w, m, now);
}

/* --- what is shown ---------------------------------------------------------------------------------- */

void labels_check_dump(world *w, machine *m, holdings *now)
{
	if (!labels_any(w, now))
		return;
	const char *dump = holdings_dump(w, m, now);
	size_t shown = 0, seen = 0;
	for (const char *line = dump; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
		line += *line == '\n';
		const char *end = strchr(line, '\n'), *concerns = strstr(line, " concerns ");
		shown +=
		    strncmp(line, "record ", 7) == 0 && concerns != NULL && (end == NULL || concerns < end);
	}
	for (size_t i = 0; i < now->record_count; i++)
		seen += holdings_sees(w, now, now->records[i].id, &now->own);
	if (shown != seen)
		world_fail(w, 3, "%s shows %zu records and may see %zu", world_name(w, m), shown, seen);
	marker_check_dump(w, m, now, dump);
}

/* --- what goes out ---------------------------------------------------------------------------------- */

void labels_check_sender(world *w, machine *from, const parcel *p)
{
	if (w->incarnations[p->incarnation].labels != 0)
		world_fail(w, 3, "%s sends a bundle under an incarnation for what stands under labels",
		           world_name(w, from));
}

typedef struct looking {
	world *w;
	machine *from;
	parcel *p;
	dots named; /* incarnations that entries name */
} looking;

static void name(looking *l, world_dot dot)
{
	if (world_dot_incarnation(world_dot_record(dot)) != 0)
		dots_add(&l->named, world_dot_incarnation(world_dot_record(dot)));
}

static void name_local(looking *l, sat_dot dot)
{
	name(l, world_dot_of(l->w, l->from, dot));
}

static void check_hears(looking *l, sat_dot record, const char *what)
{
	world_dot subject = world_dot_record(world_dot_of(l->w, l->from, record));
	name(l, subject);
	/* Who speaks of it knows of it. */
	dots_add(&l->p->above, subject);
	if (!labels_hears(l->w, l->from, l->p->to, subject))
		world_fail(l->w, 3, "%s sends %s %s to device %d, which a label leaves out",
		           world_name(l->w, l->from), what, world_dot_text(subject), l->p->to);
}

static void check_row(looking *l, const sat_block *block, size_t at)
{
	const sat_row *row = &block->row[at];
	world_dot record = world_dot_of(l->w, l->from, row->record);
	model_recipient to = holdings_recipient(l->w, l->from, l->p->to);
	if (!holdings_sees(l->w, l->from->held, record, &to))
		world_fail(l->w, 3, "%s sends %s %s to device %d, which a label leaves out",
		           world_name(l->w, l->from), block->kind, world_dot_text(record), l->p->to);
	dots_add(&l->p->records, record);
	name(l, record);
	name_local(l, row->dot);
	for (uint32_t i = 0; i < row->past_count; i++)
		name_local(l, row->past[i]);
	for (uint32_t i = 0; !row->usual && i < row->stated_count; i++)
		name_local(l, row->stated[i].person);
	for (uint32_t i = 0; i < row->person_count; i++)
		name_local(l, row->persons[i]);
	for (size_t i = 0; i < block->fields; i++) {
		const sat_block_field *f = &block->field[i];
		const sat_value *v = &f->values[at];
		if (f->cells[at] == SAT_PRESENT && f->type == SAT_REFERENCE)
			name_local(l, v->reference);
		for (size_t k = 0;
		     f->cells[at] == SAT_PRESENT && f->type == SAT_REFERENCES && k < v->references.count; k++)
			name_local(l, v->references.at[k]);
	}
}

/* Whose erasure a name is, as `*record`; `*hushed` when it was under labels here. */
static bool erasure_named(const looking *l, const uint8_t *name, world_dot *record, bool *hushed)
{
	const world *w = l->w;
	const dots *all = &l->from->held->hushed;
	for (size_t i = 0; i < w->erasure_count; i++) {
		*record = w->erasures[i].record;
		*hushed = dots_have(all, *record);
		if (memcmp(w->erasures[i].name, name, SAT_ERASURE_NAME_BYTES) == 0)
			return true;
	}
	for (size_t i = 0; i < w->model.decision_count; i++) {
		*record = w->model.decisions[i].subject;
		*hushed = dots_have(all, erasure_of_decision(i));
		if (memcmp(w->model.decisions[i].name, name, SAT_ERASURE_NAME_BYTES) == 0)
			return true;
	}
	return false;
}

static void check_statement(looking *l, const sat_object *object)
{
	sat_statement st;
	MUST(l->w, sat_statement_read(&st, object->data, object->length, err));
	if (st.type != SAT_SIGNED_ERASURE)
		return;
	size_t n = sat_cursor_count(&st.body, SAT_ERASURE_NAME_BYTES);
	for (size_t i = 0; i < n; i++) {
		world_dot record;
		bool hushed;
		if (!erasure_named(l, sat_cursor_take(&st.body, SAT_ERASURE_NAME_BYTES), &record, &hushed) ||
		    !hushed)
			continue;
		if (!labels_hears(l->w, l->from, l->p->to, record))
			world_fail(
			    l->w, 3,
			    "%s sends a receipt for an erasure of %s to device %d, which a label leaves out",
			    world_name(l->w, l->from), world_dot_text(record), l->p->to);
	}
}

/* Incarnations are stated, and times told, of what is named in the same frame alone. */
static void check_claims(looking *l, const sat_frame_content *content)
{
	for (size_t i = 0; i < content->claim_count; i++) {
		world_dot dot = world_dot_of(l->w, l->from, sat_dot_make(content->claims[i].index, 1));
		if (!dots_have(&l->named, world_dot_incarnation(dot)))
			world_fail(l->w, 3,
			           "%s signs for incarnation %u, of which nothing is told to device %d",
			           world_name(l->w, l->from), world_dot_incarnation(dot), l->p->to);
	}
	for (size_t i = 0; i < content->moment_count; i++) {
		world_dot dot = world_dot_of(l->w, l->from, content->moments[i].dot);
		if (!dots_have(&l->named, world_dot_incarnation(dot)))
			world_fail(l->w, 3, "%s says when %s was, which is not told to device %d",
			           world_name(l->w, l->from), world_dot_text(dot), l->p->to);
	}
}

void labels_check_frame(world *w, machine *from, parcel *p, const sat_frame_content *content)
{
	looking l = { .w = w, .from = from, .p = p };
	for (size_t i = 0; i < content->statement_count; i++)
		check_statement(&l, &content->statements[i]);
	for (size_t i = 0; i < content->tombstone_count; i++) {
		check_hears(&l, content->tombstones[i], "the tombstone of");
		if (w->verbose)
			world_trace(w, "          tells that %s was erased",
			            world_dot_text(world_dot_of(w, from, content->tombstones[i])));
	}
	for (size_t i = 0; i < content->under_count; i++)
		name_local(&l, content->under[i].label);
	for (size_t i = 0; i < content->decision_count; i++) {
		check_hears(&l, content->decisions[i].subject, "a decision about");
		name_local(&l, content->decisions[i].id);
		if (w->verbose)
			world_trace(w, "          tells decision %s about %s",
			            world_dot_text(world_dot_of(w, from, content->decisions[i].id)),
			            world_dot_text(world_dot_of(w, from, content->decisions[i].subject)));
	}
	for (size_t i = 0; i < content->ask_count; i++)
		check_hears(&l, content->asks[i].record, "an ask for");
	for (size_t b = 0; b < content->block_count; b++) {
		for (size_t row = 0; row < content->blocks[b].rows; row++)
			check_row(&l, &content->blocks[b], row);
	}
	check_claims(&l, content);
	dots_clear(&l.named);
}
