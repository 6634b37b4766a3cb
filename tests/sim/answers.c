/* What the model answers from what a store holds: to whom, on which day, about whom.  See holdings.h. */
#include "holdings.h"

#include <stdlib.h>
#include <string.h>

#include "labels.h"

/* --- recipients ----------------------------------------------------------------------------------- */

/* What decisions may name a device by, as far as it is known to somebody: of several approvals the one with
 * the greatest serial rules, and between equals the greater name. */
static unsigned words_known(const world *w, const holdings *h, int device)
{
	unsigned words = 1u << w->kit->roles[device];
	size_t best = SIZE_MAX;
	for (size_t i = 0; i < w->approval_count; i++) {
		if (w->approvals[i].device != device || !holdings_statement(h, w->approvals[i].statement))
			continue;
		if (best == SIZE_MAX || w->approvals[i].serial > w->approvals[best].serial ||
		    (w->approvals[i].serial == w->approvals[best].serial &&
		     memcmp(&w->approvals[i].statement, &w->approvals[best].statement, sizeof(uint64_t)) > 0))
			best = i;
	}
	return best == SIZE_MAX ? words : words | w->approvals[best].words;
}

model_recipient holdings_self(const world *w, const holdings *h, int device)
{
	model_recipient self = { .words = words_known(w, h, device), .own = true };
	for (size_t i = 0; i < w->date_count; i++) {
		if (w->dates[i].day > self.today && holdings_statement(h, w->dates[i].statement))
			self.today = w->dates[i].day;
	}
	self.signed_day = self.today;
	return self;
}

model_recipient holdings_recipient(const world *w, const machine *from, int device)
{
	int32_t clock = (int32_t)(from->env.now / 86400), signed_day = from->held->own.today;
	return (model_recipient){ .words = words_known(w, from->held, device),
		                  .today = clock > signed_day ? clock : signed_day, .signed_day = signed_day,
		                  .programme = from->held->own.programme };
}

/* --- views ---------------------------------------------------------------------------------------- */

/* What decisions say does not change for a holding, so it is worked out once for each recipient. */
struct held_views {
	model_recipient to;
	model_views views;
	dots unseen;             /* records that labels keep from the recipient */
	struct held_views *next;
};

void held_views_drop(struct held_views *v)
{
	while (v != NULL) {
		struct held_views *next = v->next;
		free(v->views.at);
		dots_clear(&v->unseen);
		free(v);
		v = next;
	}
}

static const struct held_views *views_for(const world *w, const holdings *h, const model_recipient *to)
{
	for (const struct held_views *v = h->views; v != NULL; v = v->next) {
		if (v->to.words == to->words && v->to.today == to->today && v->to.programme == to->programme &&
		    v->to.signed_day == to->signed_day && v->to.own == to->own)
			return v;
	}
	struct held_views *fresh = malloc(sizeof *fresh);
	*fresh = (struct held_views){ .to = *to, .next = h->views,
		                      .views = model_views_for(&w->model, h->decisions, h->decision_count, to),
		                      .unseen = labels_unseen(w, h, to) };
	/* Whoever keeps a holding sees the same one with or without what was worked out from it. */
	((holdings *)h)->views = fresh;
	return fresh;
}

bool holdings_sees(const world *w, const holdings *h, world_dot record, const model_recipient *to)
{
	return !dots_have(&views_for(w, h, to)->unseen, record);
}

/* What is not seen is not there; what is erased is so all the same. */
static sat_answer as_seen(sat_answer answer, const dots *unseen, world_dot record)
{
	return answer == SAT_PERMITTED && dots_have(unseen, record) ? SAT_SUSPENDED : answer;
}

sat_answer holdings_answer_about(const world *w, const holdings *h, const model_value *value,
                                 const world_dot *persons, size_t person_count, const model_recipient *to)
{
	const struct held_views *v = views_for(w, h, to);
	unsigned needs = value->field < h->need_count ? h->needs[value->field] : 0;
	return as_seen(model_answer(&w->model, &v->views, persons, person_count, value, needs), &v->unseen, value->record);
}

sat_answer holdings_answer(const world *w, const holdings *h, const model_value *value, const model_recipient *to)
{
	const held_record *record = holdings_record(h, value->record);
	if (record != NULL)
		return holdings_answer_about(w, h, value, h->persons + record->first_person, record->person_count, to);
	world_dot persons[LIST_MAX];
	size_t n = 0;
	for (size_t i = 0; i < h->heard_persons_count && n < LIST_MAX; i++) {
		if (h->heard_persons[i].record == value->record)
			persons[n++] = h->heard_persons[i].dot;
	}
	return holdings_answer_about(w, h, value, persons, n, to);
}

sat_answer holdings_details_answer(const world *w, const holdings *h, size_t decision, const model_recipient *to)
{
	const struct held_views *v = views_for(w, h, to);
	const model_decision *d = &w->model.decisions[decision];
	return as_seen(model_details_answer(&w->model, &v->views, d), &v->unseen, d->subject);
}
