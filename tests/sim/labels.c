/* See labels.h: who sees what, and who hears of it. */
#include "labels.h"

#include <string.h>

#include "core/incarnation.h"
#include "core/permission.h"
#include "core/store-private.h"

static bool is_label(const model *m, const model_decision *d)
{
	return !d->guardian && strcmp(m->purposes[d->purpose], SAT_PROTOCOL) == 0;
}

static bool says_yes(const model_decision *d)
{
	return d->event == SAT_GIVEN || d->event == SAT_RENEWED;
}

bool labels_stay(const char *recipients)
{
	return recipients != NULL && strstr(recipients, SAT_DO_NOT_COPY) != NULL;
}

/* Whether a record bears a label, or once did. */
static bool was_labelled(const world *w, const holdings *h, world_dot record)
{
	for (size_t i = 0; i < h->decision_count; i++) {
		const model_decision *d = &w->model.decisions[h->decisions[i]];
		if (d->subject == record && strcmp(w->model.purposes[d->purpose], SAT_PROTOCOL) == 0)
			return true;
	}
	for (size_t i = 0; i < h->under_count; i++) {
		if (h->under[i].label == record)
			return true;
	}
	return false;
}

bool labels_any(const world *w, const holdings *h)
{
	for (size_t i = 0; i < h->decision_count; i++) {
		if (is_label(&w->model, &w->model.decisions[h->decisions[i]]))
			return true;
	}
	return h->under_count > 0;
}

/* --- down from labels ------------------------------------------------------------------------------- */

static bool refers_into(const holdings *h, const held_record *record, const dots *set)
{
	for (size_t i = 0; i < record->person_count; i++) {
		if (dots_have(set, world_dot_record(h->persons[record->first_person + i])))
			return true;
	}
	for (size_t i = 0; i < record->count; i++) {
		const held *one = &h->values[record->first + i];
		for (size_t k = 0; !one->blank && k < one->value->reference_count; k++) {
			if (dots_have(set, one->value->references[k]))
				return true;
		}
	}
	return false;
}

/* Adds all that refers to something in the set, until nothing does. */
static void spread(const holdings *h, dots *set)
{
	bool more = set->count > 0;
	while (more) {
		more = false;
		for (size_t i = 0; i < h->record_count; i++) {
			if (!dots_have(set, h->records[i].id) && refers_into(h, &h->records[i], set))
				more |= dots_add(set, h->records[i].id);
		}
		for (size_t i = 0; i < h->under_count; i++) {
			if (dots_have(set, h->under[i].label))
				more |= dots_add(set, h->under[i].record);
		}
	}
}

static bool keeps_out(const model_decision *label, const model_recipient *to)
{
	if (label->until != 0 && label->until < to->signed_day)
		return false;
	return (label->words & to->words) == 0 || (label->left_out & to->words) != 0 ||
	       (label->stays && !to->own);
}

dots labels_unseen(const world *w, const holdings *h, const model_recipient *to)
{
	dots unseen = { 0 };
	for (size_t i = 0; i < h->decision_count; i++) {
		const model_decision *d = &w->model.decisions[h->decisions[i]];
		if (is_label(&w->model, d) && says_yes(d) && keeps_out(d, to) &&
		    model_is_head(&w->model, h->decisions, h->decision_count, h->decisions[i]))
			dots_add(&unseen, d->subject);
	}
	spread(h, &unseen);
	return unseen;
}

/* --- up from a record ------------------------------------------------------------------------------- */

static void reach_above(const holdings *h, world_dot id, dots *reached)
{
	const held_record *record = holdings_record(h, id);
	for (size_t i = 0; i < h->under_count; i++) {
		if (h->under[i].record == id)
			dots_add(reached, h->under[i].label);
	}
	for (size_t i = 0; record != NULL && i < record->person_count; i++)
		dots_add(reached, world_dot_record(h->persons[record->first_person + i]));
	for (size_t i = 0; record != NULL && i < record->count; i++) {
		const held *one = &h->values[record->first + i];
		for (size_t k = 0; !one->blank && k < one->value->reference_count; k++)
			dots_add(reached, one->value->references[k]);
	}
}

/* A record and all above it, by what `h` knows and by what `also` knows of itself. */
static dots reach(const holdings *h, const holdings *also, world_dot record)
{
	dots reached = { 0 };
	dots_add(&reached, record);
	if (also != NULL)
		reach_above(also, record, &reached);
	for (size_t i = 0; i < reached.count; i++)
		reach_above(h, reached.list[i], &reached);
	return reached;
}

dots labels_above(const world *w, const holdings *h, const holdings *also, world_dot record)
{
	dots reached = reach(h, also, record), labels = { 0 };
	for (size_t i = 0; i < reached.count; i++) {
		if (was_labelled(w, h, reached.list[i]))
			dots_add(&labels, reached.list[i]);
	}
	dots_clear(&reached);
	return labels;
}

bool labels_see_told(const world *w, const holdings *h, const holdings *from, world_dot record,
                     const model_recipient *to)
{
	dots reached = reach(h, from, record);
	bool seen = true;
	for (size_t i = 0; seen && i < reached.count; i++)
		seen = holdings_sees(w, h, reached.list[i], to);
	dots_clear(&reached);
	return seen;
}

/* --- who hears of what is not seen -------------------------------------------------------------------- */

void labels_note_above(const holdings *from, parcel *p)
{
	for (size_t i = 0; i < p->records.count; i++)
		dots_add(&p->above, p->records.list[i]);
	for (size_t i = 0; i < p->above.count; i++)
		reach_above(from, p->above.list[i], &p->above);
}

void labels_dealt(dealings *d, int device, world_dot record, bool surely)
{
	dots_add(&d->maybe[device], record);
	if (surely)
		dots_add(&d->surely[device], record);
}

static bool made(const world *w, int device, world_dot record)
{
	uint32_t incarnation = world_dot_incarnation(record);
	return incarnation != 0 && w->incarnations[incarnation].device == device;
}

bool labels_hears(const world *w, const machine *from, int device, world_dot record)
{
	model_recipient to = holdings_recipient(w, from, device);
	dots below = { 0 };
	bool hears = holdings_sees(w, from->held, record, &to);
	dots_add(&below, record);
	spread(from->held, &below);
	for (size_t i = 0; !hears && i < below.count; i++)
		hears =
		    dots_have(&from->dealt.maybe[device], below.list[i]) || made(w, device, below.list[i]);
	dots_clear(&below);
	return hears;
}

bool labels_must_hear(const world *w, const machine *from, const machine *to, world_dot record)
{
	model_recipient recipient = holdings_recipient(w, from, to->device);
	dots below = { 0 };
	bool must = holdings_sees(w, from->held, record, &recipient);
	dots_add(&below, record);
	spread(to->held, &below);
	for (size_t i = 0; !must && i < below.count; i++)
		must = dots_have(&from->dealt.surely[to->device], below.list[i]) &&
		       holdings_record(to->held, below.list[i]) != NULL;
	dots_clear(&below);
	return must;
}

bool labels_receipt_goes(const world *w, const machine *from, int device, const model_decision *d)
{
	model_recipient to = holdings_recipient(w, from, device);
	return from->device == device || holdings_sees(w, from->held, d->subject, &to);
}

/* --- under which incarnations ------------------------------------------------------------------------- */

bool labels_writes_under(world *w, const machine *m, world_dot dot)
{
	const sat_store *store = m->store;
	for (size_t i = 0; i <= store->apart_count; i++) {
		int64_t own = i == 0 ? sat_store_incarnation(store) : store->apart[i - 1].own;
		const sat_incarnation *incarnation = sat_incarnation_at(store, own);
		uint32_t number = incarnation == NULL ? 0 : world_incarnation(w, incarnation->name);
		if (number != 0 && number == world_dot_incarnation(dot))
			return true;
	}
	return false;
}
