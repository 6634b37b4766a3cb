/* See promises.h. */
#include "promises.h"

#include <stdlib.h>
#include <string.h>

#include "core/incarnation.h"
#include "core/store-private.h"
#include "drawer.h"
#include "labels.h"
#include "markers.h"
#include "sync/ledger.h"

/* --- 2: nothing is lost ---------------------------------------------------------------------------- */

static bool still_there(const holdings *now, const model_value *v)
{
	return holdings_value(now, v) != NULL || holdings_cover(now, v) || holdings_tombstone(now, v->record);
}

static void check_kept(world *w, machine *m, const holdings *before, const holdings *now)
{
	for (size_t i = 0; i < before->value_count; i++) {
		const held *was = &before->values[i], *is = holdings_value(now, was->value);
		if (!still_there(now, was->value))
			world_fail(w, 2, "%s has lost %s", world_name(w, m), value_text(w, was->value));
		if (is != NULL && !was->blank && is->blank &&
		    holdings_answer(w, now, was->value, &now->own) != SAT_ERASED)
			world_fail(w, 2, "%s has erased %s, which no final withdrawal reaches", world_name(w, m),
			           value_text(w, was->value));
	}
	for (size_t i = 0; i < before->decision_count; i++) {
		if (!holdings_knows(now, before->decisions[i]))
			world_fail(w, 2, "%s has lost decision %s", world_name(w, m),
			           world_dot_text(w->model.decisions[before->decisions[i]].id));
	}
	for (size_t i = 0; i < before->decision_count; i++) {
		size_t number = before->decisions[i];
		if (holdings_details(before, number) && !holdings_details(now, number) &&
		    holdings_details_answer(w, now, number, &now->own) != SAT_ERASED &&
		    !holdings_tombstone(now, w->model.decisions[number].subject))
			world_fail(w, 2, "%s has erased the details of decision %s, which no final withdrawal reaches",
			           world_name(w, m), world_dot_text(w->model.decisions[number].id));
	}
	for (size_t i = 0; i < before->tombstone_count; i++) {
		if (!holdings_tombstone(now, before->tombstones[i]))
			world_fail(w, 2, "%s has lost a tombstone", world_name(w, m));
	}
	if (now->statement_count < before->statement_count)
		world_fail(w, 2, "%s has lost a statement of the registry", world_name(w, m));
}

static bool concerns(const holdings *h, const held_record *record, world_dot person)
{
	for (size_t i = 0; i < record->person_count; i++) {
		if (h->persons[record->first_person + i] == person)
			return true;
	}
	return false;
}

/* Whom a record concerns only grows. */
static void check_persons(world *w, machine *m, const holdings *before, const holdings *now)
{
	for (size_t i = 0; i < before->record_count; i++) {
		const held_record *was = &before->records[i], *is = holdings_record(now, was->id);
		if (is == NULL && !holdings_tombstone(now, was->id))
			world_fail(w, 2, "%s has lost %s %s", world_name(w, m), was->kind, world_dot_text(was->id));
		for (size_t k = 0; is != NULL && k < was->person_count; k++) {
			world_dot person = before->persons[was->first_person + k];
			if (!concerns(now, is, person))
				world_fail(w, 2, "%s has forgotten that %s %s concerns %s", world_name(w, m), was->kind,
				           world_dot_text(was->id), world_dot_text(person));
		}
	}
}

/* Everybody whom a value names or states is concerned; and what is dead holds no content. */
static void check_waiting(world *w, machine *m, const holdings *now)
{
	for (size_t i = 0; i < now->waiting_count; i++) {
		const held_name *n = &now->waiting[i];
		const model_value *v = model_find(&w->model, n->record, n->field, n->dot);
		if (v == NULL)
			world_fail(w, 10, "%s lets wait what nobody wrote", world_name(w, m));
		if (n->content && holdings_answer(w, now, v, &now->own) == SAT_ERASED)
			world_fail(w, 4, "%s still lets %s wait, which was withdrawn for ever", world_name(w, m),
			           value_text(w, v));
	}
}

static void check_state(world *w, machine *m, const holdings *now)
{
	check_waiting(w, m, now);
	for (size_t i = 0; i < now->decision_count; i++) {
		size_t number = now->decisions[i];
		if (holdings_details(now, number) &&
		    (holdings_details_answer(w, now, number, &now->own) == SAT_ERASED ||
		     holdings_tombstone(now, w->model.decisions[number].subject)))
			world_fail(w, 4, "%s still holds the details of decision %s, which were withdrawn for ever",
			           world_name(w, m), world_dot_text(w->model.decisions[number].id));
	}
	for (size_t i = 0; i < now->record_count; i++) {
		const held_record *record = &now->records[i];
		if (holdings_tombstone(now, record->id))
			world_fail(w, 4, "%s holds %s %s, which was erased", world_name(w, m), record->kind,
			           world_dot_text(record->id));
		for (size_t k = 0; k < record->count; k++) {
			const held *one = &now->values[record->first + k];
			const model_value *v = one->value;
			for (size_t n = 0; n < v->name_count + v->stated_count; n++) {
				world_dot person = n < v->name_count ? v->names[n] : v->stated[n - v->name_count].person;
				if ((n >= v->name_count || !one->blank) && !concerns(now, record, person))
					world_fail(w, 3, "%s does not know that %s concerns %s", world_name(w, m),
					           value_text(w, v), world_dot_text(person));
			}
			if (!one->blank && one->answer == SAT_ERASED)
				world_fail(w, 4, "%s still holds %s, which was withdrawn for ever", world_name(w, m),
				           value_text(w, v));
		}
	}
}

/* --- 1: convergence ------------------------------------------------------------------------------- */

static void check_convergence(world *w, machine *m)
{
	for (size_t i = 0; i < w->machine_count; i++) {
		machine *other = &w->machines[i];
		if (other == m || other->role != m->role || other->store == NULL || other->held == NULL ||
		    other->held->digest != m->held->digest)
			continue;
		if (strcmp(holdings_dump(w, m, m->held), holdings_dump(w, other, other->held)) != 0)
			world_fail(w, 1, "%s and %s admitted the same and dump it differently", world_name(w, m),
			           world_name(w, other));
	}
}

static void replace(world *w, machine *m, holdings *now)
{
	bool same = m->held != NULL && m->held->digest == now->digest;
	holdings_drop(m->held);
	m->held = now;
	w->fate = dice_hash_u64(w->fate, now->fate);
	if (!same)
		check_convergence(w, m);
}

static void check_step(world *w, machine *m, holdings *now)
{
	check_kept(w, m, m->held, now);
	check_persons(w, m, m->held, now);
	check_state(w, m, now);
	labels_check_step(w, m, now);
	marker_check_file(w, m, now);
}

void promise_at_beginning(world *w, machine *m)
{
	holdings *now = holdings_read(w, m, true);
	check_state(w, m, now);
	replace(w, m, now);
}

/* --- writing -------------------------------------------------------------------------------------- */

static int compare_dots(const void *a, const void *b)
{
	world_dot x = *(const world_dot *)a, y = *(const world_dot *)b;
	return x < y ? -1 : x > y;
}

/* A write's past covers all that its writer then held of this field: dots and pasts. */
static void check_past(world *w, machine *m, const model_value *v)
{
	const held_record *record = holdings_record(m->held, v->record);
	world_dot expected[512];
	size_t n = 0;
	for (size_t i = 0; record != NULL && i < record->count; i++) {
		const model_value *seen = m->held->values[record->first + i].value;
		for (size_t k = 0; seen->field == v->field && k <= seen->past_count && n < 512; k++)
			expected[n++] = k == seen->past_count ? seen->dot : seen->past[k];
	}
	if (n > 1)
		qsort(expected, n, sizeof *expected, compare_dots);
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		if (i + 1 == n || world_dot_incarnation(expected[i]) != world_dot_incarnation(expected[i + 1]))
			expected[kept++] = expected[i];
	}
	bool same = kept == v->past_count;
	for (size_t i = 0; same && i < kept; i++)
		same = expected[i] == v->past[i];
	if (!same)
		world_fail(w, 2, "%s wrote %s with another past than it held", world_name(w, m), value_text(w, v));
}

/* It states the present episode of every person who is concerned. */
static void check_statement(world *w, machine *m, const holdings *now, const model_value *v)
{
	const held_record *record = holdings_record(now, v->record);
	for (size_t i = 0; record != NULL && i < record->person_count; i++) {
		world_dot person = now->persons[record->first_person + i];
		for (int purpose = 0; purpose < (int)w->model.purpose_count; purpose++) {
			uint32_t expected = model_episode(&w->model, m->held->decisions, m->held->decision_count, person,
			                                  purpose);
			uint32_t stated = 0;
			bool any = false;
			for (size_t k = 0; k < v->stated_count; k++) {
				any = any || v->stated[k].person == person;
				if (v->stated[k].person == person && v->stated[k].purpose == purpose)
					stated = v->stated[k].episode;
			}
			if (!any || stated != expected)
				world_fail(w, 4, "%s wrote %s and states episode %u of %s for %s instead of %u",
				           world_name(w, m), value_text(w, v), stated, w->model.purposes[purpose],
				           world_dot_text(person), expected);
		}
	}
}

static void check_decision(world *w, machine *m, size_t number)
{
	const model_decision *d = &w->model.decisions[number];
	/* Decisions of one call see those before them. */
	size_t known[1024], count = m->held->decision_count, expected = 0;
	if (count > 0)
		memcpy(known, m->held->decisions, count * sizeof *known);
	for (size_t i = 0; i < number; i++) {
		if (!holdings_knows(m->held, i) && world_dot_incarnation(w->model.decisions[i].id) ==
		                                           world_dot_incarnation(d->id))
			known[count++] = i;
	}
	if (d->episode != model_episode(&w->model, known, count, d->subject, d->purpose))
		world_fail(w, 4, "%s gave decision %s a wrong episode", world_name(w, m), world_dot_text(d->id));
	for (size_t i = 0; i < count; i++) {
		const model_decision *e = &w->model.decisions[known[i]];
		if (e->subject != d->subject || e->purpose != d->purpose || e->guardian != d->guardian ||
		    e->episode != d->episode || !model_is_head(&w->model, known, count, known[i]))
			continue;
		bool named = false;
		for (size_t k = 0; k < d->supersedes_count; k++)
			named = named || d->supersedes[k] == known[i];
		if (!named)
			world_fail(w, 4, "decision %s does not supersede %s", world_dot_text(d->id), world_dot_text(e->id));
		expected++;
	}
	for (int purpose = 0; purpose < (int)w->model.purpose_count; purpose++) {
		uint32_t stated = 0, present = model_episode(&w->model, known, count, d->subject, purpose);
		present += d->final && purpose == d->purpose;
		for (size_t k = 0; k < d->stated_count; k++) {
			if (d->stated[k].purpose == purpose)
				stated = d->stated[k].episode;
		}
		if (stated != present)
			world_fail(w, 4, "the details of decision %s state episode %u of %s instead of %u",
			           world_dot_text(d->id), stated, w->model.purposes[purpose], present);
	}
	if (expected != d->supersedes_count)
		world_fail(w, 4, "decision %s supersedes what is no head", world_dot_text(d->id));
}

void promise_after_write(world *w, machine *m)
{
	size_t values = w->model.value_count, decisions = w->model.decision_count;
	holdings *now = holdings_read(w, m, true);
	for (size_t i = values; i < w->model.value_count; i++) {
		check_past(w, m, w->model.values[i]);
		check_statement(w, m, now, w->model.values[i]);
	}
	for (size_t i = decisions; i < w->model.decision_count; i++)
		check_decision(w, m, i);
	labels_check_written(w, m, now, values, decisions);
	check_step(w, m, now);
	replace(w, m, now);
	promise_received(w, m, m->device == 0 ? 1 : 0);
}

/* An export signs receipts for what was erased. */
static bool has_signed(world *w, const machine *m)
{
	int64_t n;
	MUST(w, sat_db_int(m->store->db, "SELECT count(*) FROM sat_statement", &n, 0, err));
	return (size_t)n != m->held->statement_count;
}

void promise_after_export(world *w, machine *m)
{
	if (has_signed(w, m)) {
		holdings *now = holdings_read(w, m, false);
		check_step(w, m, now);
		replace(w, m, now);
	}
	m->export_day = holdings_recipient(w, m, m->device).today;
	int64_t own = sat_store_incarnation(m->store);
	const sat_incarnation *incarnation = sat_incarnation_at(m->store, own);
	if (incarnation != NULL)
		w->incarnations[world_incarnation(w, incarnation->name)].device = m->device;
}

void promise_after_reopen(world *w, machine *m)
{
	holdings *now = holdings_read(w, m, false);
	if (now->digest != m->held->digest)
		world_fail(w, 1, "%s holds something else after it was opened again", world_name(w, m));
	if (m->held->dump != NULL && strcmp(m->held->dump, holdings_dump(w, m, now)) != 0)
		world_fail(w, 1, "%s dumps otherwise after it was opened again", world_name(w, m));
	check_step(w, m, now);
	replace(w, m, now);
}

/* --- merging -------------------------------------------------------------------------------------- */

/* 3: nothing came in that what is known here does not permit. */
static void check_admitted(world *w, machine *m, const holdings *now)
{
	for (size_t i = 0; i < now->value_count; i++) {
		const held *is = &now->values[i], *was = holdings_value(m->held, is->value);
		/* What waited for its record was let in when it came. */
		if (is->blank || (was != NULL && !was->blank) || is->answer == SAT_PERMITTED ||
		    holdings_waits(m->held, is->value))
			continue;
		world_fail(w, 3, "%s has let in %s, which consent does not permit here", world_name(w, m),
		           value_text(w, is->value));
	}
}

static bool is_declined(const world *w, const holdings *now, const model_value *v)
{
	for (size_t i = 0; i < now->declined_count; i++) {
		const held_name *n = &now->declined[i];
		if (n->record == v->record && n->dot == v->dot && n->field < w->model.field_count &&
		    strcmp(w->model.fields[n->field].name, w->model.fields[v->field].name) == 0)
			return true;
	}
	return false;
}

/* Everything in a bundle that was merged whole is accounted for. */
static void check_accounted(world *w, machine *m, const holdings *now, const parcel *p)
{
	for (size_t i = 0; i < p->told_count; i++) {
		const model_value *v = p->told[i].value;
		const held *is = holdings_value(now, v);
		if (is == NULL && (holdings_cover(now, v) || holdings_tombstone(now, v->record) ||
		                   holdings_waits(now, v) || is_declined(w, now, v)))
			continue;
		if (is == NULL)
			world_fail(w, 2, "%s merged a bundle and neither keeps nor declines %s", world_name(w, m),
			           value_text(w, v));
		/* A blank that was here stays one, when the decisions that made it are still on their way or set aside: then
		 * what it is blank of is declined, and may come again. */
		if (is->blank && !p->told[i].blank && is->answer != SAT_ERASED && !is_declined(w, now, v))
			world_fail(w, 2, "%s merged %s and keeps a blank", world_name(w, m), value_text(w, v));
	}
}

/* True when something of this write is here, seen or unseen. */
static bool knows_write(const holdings *h, world_dot dot)
{
	bool known = false;
	for (size_t i = 0; !known && i < h->value_count; i++)
		known = h->values[i].value->dot == dot;
	for (size_t i = 0; !known && i < h->waiting_count; i++)
		known = h->waiting[i].dot == dot;
	return known;
}

/* Whoever vouched for a write is told as long as neither its author nor the registry has brought it. */
static void check_provenance(world *w, machine *m, const holdings *now, const parcel *p)
{
	int sender = w->machines[p->from].device;
	for (size_t i = 0; i < p->told_count; i++) {
		const model_value *v = p->told[i].value;
		if (holdings_value(now, v) == NULL)
			continue;
		int expected = sender == 0 || v->device == sender ? -1
		               : knows_write(m->held, v->dot)     ? holdings_voucher(m->held, v->dot)
		                                                  : sender;
		if (holdings_voucher(now, v->dot) != expected)
			world_fail(w, 0, "%s says that device %d vouched for %s, which was device %d (-1: nobody had to)",
			           world_name(w, m), holdings_voucher(now, v->dot), value_text(w, v), expected);
	}
}

/* What is let in of a revoked laptop, as long as no person has let its bundle in, is what it wrote itself
 * before it was revoked; and what waited for that. */
static void check_set_aside(world *w, machine *m, const holdings *now, const parcel *p)
{
	int device = w->machines[p->from].device;
	if (!w->revoked[device] || !holdings_statement(m->held, w->revocation.statement) ||
	    drawer_verdict_known(w, m->held, p) == DRAWER_RELEASED)
		return;
	for (size_t i = 0; i < now->value_count; i++) {
		const model_value *v = now->values[i].value;
		if ((v->device == device && v->step <= w->revocation.step) || holdings_value(m->held, v) != NULL ||
		    holdings_waits(m->held, v))
			continue;
		world_fail(w, 3, "%s lets in %s of a revoked laptop", world_name(w, m), value_text(w, v));
	}
	for (size_t i = 0; i < now->decision_count; i++) {
		const model_decision *d = &w->model.decisions[now->decisions[i]];
		if ((d->device != device || d->step > w->revocation.step) && !holdings_knows(m->held, now->decisions[i]))
			world_fail(w, 3, "%s lets in decision %s of a revoked laptop", world_name(w, m),
			           world_dot_text(d->id));
	}
	if (now->tombstone_count > m->held->tombstone_count)
		world_fail(w, 4, "%s erases what a revoked laptop says is erased", world_name(w, m));
}

static void check_verdict(world *w, machine *m, const parcel *p, bool damaged, const sat_merged *merged)
{
	bool fine = damaged || merged->verdict == SAT_MERGED || merged->verdict == SAT_DUPLICATE ||
	            merged->verdict == SAT_WAITING || merged->verdict == SAT_REVOKED_SENDER;
	fine = fine && (merged->verdict != SAT_REVOKED_SENDER ||
	                drawer_verdict_known(w, m->held, p) != DRAWER_RELEASED);
	if (!fine)
		world_fail(w, 7, "%s did not merge a whole bundle of %s: %s", world_name(w, m),
		           world_name(w, &w->machines[p->from]), merged->reason);
}

static void check_whole(world *w, machine *m, const holdings *now, const parcel *p)
{
	check_accounted(w, m, now, p);
	check_provenance(w, m, now, p);
}

static void hear(hearing *h, uint32_t incarnation)
{
	for (size_t i = 0; i < h->past_count; i++) {
		if (h->past[i] == incarnation)
			return;
	}
	if (h->last != 0 && h->last != incarnation && h->past_count < 64)
		h->past[h->past_count++] = h->last;
	h->last = incarnation;
}

void promise_after_merge(world *w, machine *m, const parcel *p, bool damaged, const sat_merged *merged)
{
	check_verdict(w, m, p, damaged, merged);
	if (merged->verdict == SAT_MERGED || merged->verdict == SAT_SALVAGED || merged->verdict == SAT_WAITING ||
	    merged->verdict == SAT_REVOKED_SENDER)
		hear(&m->heard[w->machines[p->from].device], p->incarnation);
	holdings *now = holdings_read(w, m, false);
	for (size_t i = 0; i < p->records.count; i++)
		labels_dealt(&m->dealt, w->machines[p->from].device, p->records.list[i],
		             !damaged && merged->verdict == SAT_MERGED);
	for (size_t i = 0; i < p->above.count; i++)
		labels_dealt(&m->dealt, w->machines[p->from].device, p->above.list[i], false);
	check_admitted(w, m, now);
	labels_check_admitted(w, m, now);
	check_set_aside(w, m, now, p);
	if (!damaged && merged->verdict == SAT_MERGED)
		check_whole(w, m, now, p);
	check_step(w, m, now);
	w->fate = dice_hash_u64(w->fate, merged->verdict);
	replace(w, m, now);
	promise_received(w, m, w->machines[p->from].device);
}

/* --- 5: received means received -------------------------------------------------------------------- */

static const holdings *receipt_taken(world *w, machine *m, const sat_device *peer)
{
	const sat_incarnation *heard = sat_incarnation_at(m->store, peer->heard);
	if (heard == NULL || peer->heard_counter == 0)
		return NULL;
	uint32_t incarnation = world_incarnation(w, heard->name);
	int device = world_device(w, &peer->device);
	if (m->heard[device].last != 0 && m->heard[device].last != incarnation)
		world_fail(w, 5, "%s believes receipts of an incarnation of device %d that is past", world_name(w, m),
		           device);
	for (size_t i = w->receipt_count; i > 0; i--) {
		const receipt *r = &w->receipts[i - 1];
		if (r->incarnation == incarnation && r->to == m->device && (int64_t)r->counter == peer->heard_counter)
			return r->held;
	}
	world_fail(w, 5, "%s believes a receipt that nobody signed", world_name(w, m));
}

static void check_received_value(world *w, machine *m, int peer, const holdings *there, const held *one)
{
	const model_value *v = one->value;
	model_recipient to = holdings_recipient(w, m, peer);
	/* What the latest export left out, because it had ended by the clock of that time, was not offered. */
	to.today = m->export_day > to.today ? m->export_day : to.today;
	if (one->blank || (m->role != SAT_REGISTRY && v->device != m->device) ||
	    holdings_answer(w, m->held, v, &to) != SAT_PERMITTED)
		return;
	const held *is = there == NULL ? NULL : holdings_value(there, v);
	if (is != NULL && (!is->blank || is->answer == SAT_ERASED))
		return;
	if (there != NULL && is == NULL &&
	    (holdings_cover(there, v) || holdings_tombstone(there, v->record) || holdings_waits(there, v)))
		return;
	world_fail(w, 5, "%s calls %s received by device %d, which did not hold it when it signed", world_name(w, m),
	           value_text(w, v), peer);
}

static bool in_spans(const sat_span *spans, size_t count, int64_t seq)
{
	for (size_t i = 0; i < count; i++) {
		if (seq > spans[i].above && seq <= spans[i].upto)
			return true;
	}
	return false;
}

static void check_received_table(world *w, machine *m, int peer, const holdings *there,
                                 const sat_standing *standing, const char *table)
{
	char sql[300] = "SELECT id, coalesce((SELECT seq FROM sat_history WHERE record = id), (SELECT seq + id - first "
	                "FROM sat_run WHERE first <= id AND "
	                "id < first + count ORDER BY seq DESC LIMIT 1)) FROM ";
	strncat(sql, table, sizeof sql - strlen(sql) - 1);
	sat_db *db = m->store->db;
	sat_stmt *s = NULL;
	MUST(w, sat_db_prepare(db, &s, sql, err));
	while (sat_step(db, s, NULL) == 1) {
		if (!in_spans(standing->received, standing->received_count, sat_column_int(s, 1)))
			continue;
		const held_record *record = holdings_record(m->held, world_dot_of(w, m, sat_column_int(s, 0)));
		for (size_t i = 0; record != NULL && i < record->count; i++)
			check_received_value(w, m, peer, there, &m->held->values[record->first + i]);
	}
	sat_db_finalize(db, &s);
}

void promise_received(world *w, machine *m, int peer)
{
	sat_device device;
	if (peer == m->device ||
	    sat_device_find(m->store, sat_identity_device(w->kit->identities[peer]), &device, NULL) != 0)
		return;
	SAT_ARENA(arena);
	sat_standing standing;
	MUST(w, sat_ledger_standing(m->store, device.id, SAT_TRACK_RECORDS, &arena, &standing, err));
	if (standing.received_count == 0)
		return;
	const holdings *there = receipt_taken(w, m, &device);
	for (size_t i = 0; i < sat_table_count(m->store); i++)
		check_received_table(w, m, peer, there, &standing, sat_table_at(m->store, i)->name);
}

/* --- the end -------------------------------------------------------------------------------------- */

static void check_shared_persons(world *w, const machine *from, const machine *to, const held_record *record)
{
	const held_record *there = holdings_record(to->held, record->id);
	for (size_t i = 0; there != NULL && i < record->person_count; i++) {
		world_dot person = from->held->persons[record->first_person + i];
		if (!concerns(to->held, there, person))
			world_fail(w, 1, "at the end %s does not know that %s %s concerns %s, as %s does",
			           world_name(w, to), record->kind, world_dot_text(record->id), world_dot_text(person),
			           world_name(w, from));
	}
}

bool promise_arrived(const world *w, const machine *from, const machine *to, const model_value *v)
{
	const holdings *there = to->held;
	const held *is = holdings_value(there, v);
	/* What somebody told it a blank of was declined, or it is blank for ever. */
	if (is != NULL && (!is->blank || is->answer == SAT_ERASED || !is_declined(w, there, v)))
		return !is->blank || is->answer == SAT_ERASED;
	/* A record that only a revoked laptop knows of waits for a person. */
	if (holdings_cover(there, v) || holdings_tombstone(there, v->record) || holdings_waits(there, v) ||
	    holdings_answer(w, there, v, &there->own) != SAT_PERMITTED ||
	    !labels_see_told(w, there, from->held, v->record, &there->own))
		return true;
	const held_record *record = holdings_record(from->held, v->record);
	return record != NULL && holdings_answer_about(w, there, v, from->held->persons + record->first_person,
	                                               record->person_count, &there->own) != SAT_PERMITTED;
}

/* At the end everybody has vouched to the registry for those who are lost. */
static bool brings(const world *w, const machine *from, const machine *to, int author)
{
	return from->role == SAT_REGISTRY || author == from->device || (to->role == SAT_REGISTRY && w->lost[author]);
}

void promise_everything_shared(world *w, const machine *from, const machine *to)
{
	model_recipient recipient = holdings_recipient(w, from, to->device);
	for (size_t i = 0; i < from->held->record_count; i++) {
		const held_record *record = &from->held->records[i];
		bool any = false;
		for (size_t k = 0; k < record->count; k++) {
			const held *one = &from->held->values[record->first + k];
			if (!brings(w, from, to, one->value->device) || one->blank ||
			    holdings_answer(w, from->held, one->value, &recipient) != SAT_PERMITTED)
				continue;
			any = true;
			if (!promise_arrived(w, from, to, one->value))
				world_fail(w, 2, "at the end %s has not got %s from %s", world_name(w, to),
				           value_text(w, one->value), world_name(w, from));
		}
		if (any)
			check_shared_persons(w, from, to, record);
	}
	for (size_t i = 0; i < from->held->decision_count; i++) {
		size_t number = from->held->decisions[i];
		const model_decision *d = &w->model.decisions[number];
		if (brings(w, from, to, d->device) && !holdings_knows(to->held, number) &&
		    labels_must_hear(w, from, to, d->subject))
			world_fail(w, 4, "at the end %s has not got decision %s from %s", world_name(w, to),
			           world_dot_text(d->id), world_name(w, from));
		if (brings(w, from, to, d->device) && holdings_details(from->held, number) &&
		    holdings_details_answer(w, from->held, number, &recipient) == SAT_PERMITTED &&
		    !holdings_details(to->held, number) &&
		    holdings_details_answer(w, to->held, number, &to->held->own) != SAT_ERASED)
			world_fail(w, 2, "at the end %s has not got the details of decision %s from %s",
			           world_name(w, to), world_dot_text(d->id), world_name(w, from));
	}
	for (size_t i = 0; i < from->held->tombstone_count; i++) {
		if (!holdings_tombstone(to->held, from->held->tombstones[i]) &&
		    labels_must_hear(w, from, to, from->held->tombstones[i]))
			world_fail(w, 4, "at the end %s has not got a tombstone of %s", world_name(w, to),
			           world_name(w, from));
	}
	/* Receipts for what stands under labels go to some: see finale.c. */
	if (from->role == SAT_REGISTRY && to->held->statement_count - to->held->receipt_count !=
	                                      from->held->statement_count - from->held->receipt_count)
		world_fail(w, 1, "at the end %s and %s know different statements", world_name(w, from), world_name(w, to));
}
