/* See finale.h. */
#include "finale.h"

#include <string.h>

#include "core/record.h"
#include "core/erasure.h"
#include "core/store-private.h"
#include "drawer.h"
#include "labels.h"
#include "parcel.h"
#include "promises.h"
#include "sync/ledger.h"

enum { ROUNDS_MAX = 12 };

/* --- sending until it is quiet -------------------------------------------------------------------- */

/* True when something that mattered was sent, or a machine goes on under another name. */
static bool carry(world *w, machine *from, machine *to, bool vouch)
{
	int64_t before = sat_store_incarnation(to->store);
	int sent = parcel_send(w, from, to->device, vouch);
	while (w->parcel_count > 0) {
		parcel_deliver(w, 0, to, false);
		/* In order: parts of one export rest on each other, and every order is tried elsewhere. */
		parcel_drop(w, 0);
	}
	return sent > 0 || sat_store_incarnation(to->store) != before;
}

/* A copy that has nothing to say is not noticed until it says something. */
static void write_something(world *w, machine *m)
{
	sat_table *table = sat_table_named(m->store, "workshop");
	sat_write write = { .column = sat_column_named(table, "title", SAT_TEXT)->number,
		            .value = sat_value_text("the end", 7) };
	sat_dot id;
	MUST(w, sat_store_begin(m->store, err));
	MUST(w, sat_record_add(m->store, table, &write, 1, &id, err));
	MUST(w, sat_store_commit(m->store, err));
	promise_after_write(w, m);
}

/* One machine a device speaks with the registry, until nobody has anything to say. */
static void rounds(world *w, machine *const *laptops, size_t count)
{
	machine *registry = &w->machines[0];
	for (size_t i = 0; i < count; i++)
		write_something(w, laptops[i]);
	bool any = true;
	for (int round = 0; any; round++) {
		any = false;
		world_trace(w, "%4zu  round %d", w->step, round);
		for (size_t i = 0; i < count; i++)
			any |= carry(w, laptops[i], registry, false);
		for (size_t i = 0; i < count; i++)
			any |= carry(w, registry, laptops[i], false);
		if (any && round == ROUNDS_MAX)
			world_fail(w, 11, "after %d rounds there is still something to send", ROUNDS_MAX);
	}
}

/* Somebody asks everybody to bring what they hold of those who are lost. */
static void vouch_for_lost(world *w, machine *const *laptops, size_t count)
{
	bool any = false;
	for (size_t i = 0; i < w->kit->devices; i++)
		any = any || w->lost[i];
	for (size_t i = 0; any && i < count; i++)
		carry(w, laptops[i], &w->machines[0], true);
	if (any)
		rounds(w, laptops, count);
}

/* The n-th copy of each device that is neither revoked nor lost; the first where there are fewer. */
static size_t choose(world *w, size_t n, machine **chosen)
{
	size_t count = 0;
	for (size_t i = 1; i < w->machine_count; i++) {
		machine *m = &w->machines[i];
		size_t copies = 0, before = 0;
		for (size_t k = 1; k < w->machine_count; k++) {
			copies += w->machines[k].device == m->device;
			before += k < i && w->machines[k].device == m->device;
		}
		if (!w->revoked[m->device] && !w->lost[m->device] && before == (n < copies ? n : 0))
			chosen[count++] = m;
	}
	return count;
}

/* --- looking -------------------------------------------------------------------------------------- */

static void check_waiting(world *w, const machine *m)
{
	for (size_t i = 0; i < m->held->waiting_count; i++) {
		if (holdings_record(m->held, m->held->waiting[i].record) != NULL)
			world_fail(w, 11, "%s still waits for %s, which it holds", world_name(w, m),
			           world_dot_text(m->held->waiting[i].record));
	}
}

/* What the receiver's decisions say of a value, by whom the record concerns to its knowledge and its teller's. */
static sat_answer answer_to_teller(const world *w, const machine *m, const machine *teller,
                                   const held_record *record, const model_value *value)
{
	sat_answer answer = holdings_answer_about(w, m->held, value, teller->held->persons + record->first_person,
	                                          record->person_count, &m->held->own);
	if (!labels_see_told(w, m->held, teller->held, value->record, &m->held->own))
		return SAT_SUSPENDED;
	return answer != SAT_PERMITTED ? answer : holdings_answer(w, m->held, value, &m->held->own);
}

/* What was declined and is permitted now must have been asked for and have come, if its sender has it. */
static void check_declined(world *w, const machine *m, machine *const *live, size_t count)
{
	for (size_t i = 0; i < m->held->declined_count; i++) {
		const held_name *n = &m->held->declined[i];
		/* That a record exists was declined; its values are looked at by themselves. */
		for (size_t k = 0; k < count && n->field < w->model.field_count; k++) {
			const held_record *record = holdings_record(live[k]->held, n->record);
			model_recipient to = holdings_recipient(w, live[k], m->device);
			for (size_t v = 0; record != NULL && v < record->count; v++) {
				const held *one = &live[k]->held->values[record->first + v];
				bool sends = live[k]->role == SAT_REGISTRY || one->value->device == live[k]->device;
				if (one->value->dot != n->dot || !sends || one->blank ||
				    strcmp(w->model.fields[one->value->field].name, w->model.fields[n->field].name) != 0 ||
				    (live[k]->role != SAT_REGISTRY && m->role != SAT_REGISTRY) ||
				    holdings_answer(w, live[k]->held, one->value, &to) != SAT_PERMITTED ||
				    answer_to_teller(w, m, live[k], record, one->value) != SAT_PERMITTED)
					continue;
				world_fail(w, 11, "%s has declined %s and never got it again", world_name(w, m),
				           value_text(w, one->value));
			}
		}
	}
}

static bool has_declined_frame(world *w, const machine *m, int64_t device)
{
	int64_t n = 0;
	sat_stmt *s = NULL;
	MUST(w, sat_db_prepare(m->store->db, &s, "SELECT count(*) FROM sat_sent_frame WHERE device = ? AND state = 2",
	                       err));
	sat_bind_int(s, 1, device);
	if (sat_step(m->store->db, s, NULL) == 1)
		n = sat_column_int(s, 0);
	sat_db_finalize(m->store->db, &s);
	return n > 0;
}

static void check_status(world *w, const machine *m)
{
	SAT_ARENA(arena);
	sat_status status;
	MUST(w, sat_status_read(m->store, &arena, &status, err));
	for (size_t i = 0; i < status.peer_count; i++) {
		const sat_peer_status *peer = &status.peers[i];
		sat_device device;
		MUST(w, sat_device_get(m->store, peer->device, &device, err));
		bool live = false;
		for (size_t d = 0; d < w->kit->devices; d++)
			live = live || (!w->revoked[d] && !w->lost[d] && (d == 0 || m->device == 0) &&
			                sat_device_equal(sat_identity_device(w->kit->identities[d]), &device.device));
		if (!live)
			continue;
		if (peer->unsent > 0)
			world_fail(w, 11, "at the end %s counts %zu records as unsent to %s", world_name(w, m), peer->unsent,
			           peer->name);
		if (peer->copied > 0 && !has_declined_frame(w, m, peer->device))
			world_fail(w, 11, "at the end %s counts %zu records as copied, not received, to %s",
			           world_name(w, m), peer->copied, peer->name);
	}
}

/* The receipt of `signer` for a decision goes by the registry, and under labels to those alone who may see. */
static bool receipt_arrives(const world *w, const machine *m, const machine *signer, const machine *registry,
                            size_t number)
{
	const model_decision *d = &w->model.decisions[number];
	return holdings_knows(signer->held, number) && labels_receipt_goes(w, signer, registry->device, d) &&
	       labels_receipt_goes(w, registry, m->device, d);
}

/* Everybody has heard from everybody that what was taken back is gone. */
static void check_receipts(world *w, const machine *m, machine *const *live, size_t count)
{
	for (size_t i = 0; i < live[0]->held->decision_count; i++) {
		const model_decision *d = &w->model.decisions[live[0]->held->decisions[i]];
		for (size_t k = 0; d->final && k < count; k++) {
			if (!receipt_arrives(w, m, live[k], live[0], live[0]->held->decisions[i]))
				continue;
			sat_device device;
			int64_t at;
			MUST(w, sat_device_find(m->store, sat_identity_device(w->kit->identities[live[k]->device]),
			                        &device, err));
			if (sat_erasure_confirmed(m->store, d->name, device.id, &at, NULL) != 1)
				world_fail(w, 4, "at the end %s does not know that %s has erased what decision %s took back",
				           world_name(w, m), world_name(w, live[k]), world_dot_text(d->id));
		}
	}
}

void finale(world *w)
{
	while (w->parcel_count > 0)
		parcel_drop(w, 0);
	for (size_t i = 0; i < w->machine_count; i++)
		w->machines[i].env.now = TEST_ENV_NOW + 1000000;
	machine *live[MACHINES_MAX] = { &w->machines[0] };
	size_t copies = 1;
	for (size_t i = 1; i < w->machine_count; i++) {
		size_t n = 0;
		for (size_t k = 1; k <= i; k++)
			n += w->machines[k].device == w->machines[i].device;
		copies = n > copies ? n : copies;
	}
	/* Copies of one laptop speak in turn, since each takes the other's place. */
	size_t count = 0;
	for (size_t n = copies; n > 0; n--) {
		count = choose(w, n - 1, live + 1);
		rounds(w, live + 1, count);
	}
	vouch_for_lost(w, live + 1, count);
	if (drawer_empty_out(w))
		rounds(w, live + 1, count);
	drawer_check(w);
	for (size_t i = 1; i <= count; i++) {
		promise_everything_shared(w, live[i], live[0]);
		promise_everything_shared(w, live[0], live[i]);
		promise_received(w, live[0], live[i]->device);
		promise_received(w, live[i], 0);
		check_status(w, live[i]);
	}
	check_status(w, live[0]);
	for (size_t i = 0; i <= count; i++) {
		check_waiting(w, live[i]);
		check_declined(w, live[i], live, count + 1);
		check_receipts(w, live[i], live, count + 1);
	}
}
