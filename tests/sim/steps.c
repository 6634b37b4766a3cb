/* See steps.h. */
#include "steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/erase.h"
#include "core/permission.h"
#include "core/store-private.h"
#include "drawer.h"
#include "markers.h"
#include "office.h"
#include "parcel.h"
#include "promises.h"

static machine *any_machine(world *w)
{
	machine *m;
	do
		m = &w->machines[dice_below(&w->dice, w->machine_count)];
	while (w->lost[m->device]);
	return m;
}

/* --- writing -------------------------------------------------------------------------------------- */

const held_record *step_any_record(world *w, const machine *m, const char *kind)
{
	const holdings *h = m->held;
	size_t n = 0;
	for (size_t i = 0; i < h->record_count; i++)
		n += kind == NULL || strcmp(h->records[i].kind, kind) == 0;
	size_t pick = dice_below(&w->dice, n);
	for (size_t i = 0; i < h->record_count; i++) {
		if ((kind == NULL || strcmp(h->records[i].kind, kind) == 0) && pick-- == 0)
			return &h->records[i];
	}
	return NULL;
}

/* A text of which two or three make a record that is larger than a frame.  It lives until the next one. */
static sat_value large_text(world *w, const machine *m)
{
	static char texts[4][SAT_VALUE_BYTES_MAX];
	static unsigned next;
	char *text = texts[next++ % 4];
	size_t length = SAT_VALUE_BYTES_MAX - (dice_chance(&w->dice, 50) ? dice_below(&w->dice, 600000) : 0);
	uint64_t hash = dice_throw(&w->dice);
	for (size_t i = 0; i < length; i++)
		text[i] = i % 61 == 60 ? ' ' : (char)('a' + (hash + i * i / 61) % 23);
	w->large_left--;
	world_trace(w, "%4zu  %s writes a text of %zu bytes", w->step, world_name(w, m), length);
	return sat_value_text(text, length);
}

void step_invent(world *w, machine *m, const sat_column *column, scribe *s)
{
	if (s->count == 16)
		return;
	sat_write *write = &s->writes[s->count];
	*write = (sat_write){ .column = column->number };
	sat_value *v = &write->value;
	v->type = column->type;
	const held_record *target = column->type == SAT_REFERENCE || column->type == SAT_REFERENCES
	                                    ? step_any_record(w, m, column->field->of)
	                                    : NULL;
	if (column->type == SAT_TEXT && w->large_left > 0 && dice_chance(&w->dice, 25)) {
		*v = large_text(w, m);
	} else if (column->type == SAT_TEXT) {
		char *text = s->text[s->count];
		if (dice_chance(&w->dice, 10)) {
			snprintf(text, sizeof s->text[0], "the same");
		} else {
			snprintf(text, sizeof s->text[0], "%s %zu", world_name(w, m), m->writes++);
			marker_add(text, sizeof s->text[0]);
		}
		*v = sat_value_text(text, strlen(text));
	} else if (column->type == SAT_INTEGER) {
		v->integer = dice_below(&w->dice, 5);
	} else if (target == NULL) {
		return;
	} else if (column->type == SAT_REFERENCE) {
		v->reference = target->local;
	} else {
		sat_dot *list = s->list[s->count];
		size_t n = 1 + dice_below(&w->dice, 3);
		for (size_t i = 0; i < n; i++)
			list[i] = step_any_record(w, m, column->field->of)->local;
		v->references.at = list;
		v->references.count = n;
	}
	s->count++;
}

bool step_commit(world *w, machine *m, const char *what, const char *which)
{
	bool again = dice_chance(&w->dice, 3);
	world_trace(w, "%4zu  %s %s %s%s", w->step, world_name(w, m), what, which, again ? ", but rolls back" : "");
	if (again)
		sat_store_rollback(m->store);
	else
		MUST(w, sat_store_commit(m->store, err));
	promise_after_write(w, m);
	return !again;
}

static void decide(world *w, machine *m, sat_dot person, size_t count);

static void add(world *w, machine *m)
{
	static const char *const kinds[] = { "workshop", "person", "person", "community", "note", "note", "note",
		                             "note", "attendance", "feedback", "action" };
	const char *kind = kinds[dice_below(&w->dice, sizeof kinds / sizeof *kinds)];
	sat_table *table = sat_table_named(m->store, kind);
	if (table == NULL || table->kind == NULL)
		table = sat_table_named(m->store, kind = "note");
	scribe s = { .count = 0 };
	for (size_t i = 0; i < table->column_count; i++) {
		if (table->columns[i].field != NULL && dice_chance(&w->dice, 75))
			step_invent(w, m, &table->columns[i], &s);
	}
	sat_dot id;
	MUST(w, sat_store_begin(m->store, err));
	MUST(w, sat_record_add(m->store, table, s.writes, s.count, &id, err));
	sat_dot itself[2];
	bool decides = sat_concerned(table->is, id, itself) > 0;
	if (step_commit(w, m, "adds a", kind) && decides && dice_chance(&w->dice, 60))
		decide(w, m, itself[0], 1 + dice_below(&w->dice, 4));
}

void step_edit(world *w, machine *m)
{
	const held_record *record = step_any_record(w, m, NULL);
	if (record == NULL)
		return;
	/* Those with a conflict are looked at more often. */
	for (size_t i = 0; i < m->held->record_count && dice_chance(&w->dice, 50); i++) {
		const held_record *other = &m->held->records[i];
		for (size_t k = 1; k < other->count; k++) {
			if (m->held->values[other->first + k].value->field ==
			    m->held->values[other->first + k - 1].value->field)
				record = other;
		}
	}
	sat_table *table = sat_table_named(m->store, record->kind);
	scribe s = { .count = 0 };
	size_t fields = 1 + dice_below(&w->dice, 2);
	uint16_t first = (uint16_t)dice_below(&w->dice, table->column_count);
	for (size_t i = 0; i < fields && i < table->column_count; i++) {
		const sat_column *column = &table->columns[(first + i) % table->column_count];
		if (column->field == NULL)
			continue;
		if (dice_chance(&w->dice, 15))
			s.writes[s.count++] = (sat_write){ .column = column->number };
		else
			step_invent(w, m, column, &s);
	}
	char which[96];
	snprintf(which, sizeof which, "%s %s", record->kind, world_dot_text(record->id));
	MUST(w, sat_store_begin(m->store, err));
	MUST(w, sat_record_set(m->store, record->local, s.writes, s.count, NULL, err));
	step_commit(w, m, "edits", which);
}

static void erase(world *w, machine *m)
{
	const held_record *record = step_any_record(w, m, NULL);
	if (record == NULL)
		return;
	char which[96];
	snprintf(which, sizeof which, "%s %s", record->kind, world_dot_text(record->id));
	MUST(w, sat_store_begin(m->store, err));
	MUST(w, sat_record_erase(m->store, record->local, 0, err));
	step_commit(w, m, "erases", which);
}

/* --- consent -------------------------------------------------------------------------------------- */

static sat_event any_event(dice *d, bool *final)
{
	unsigned n = dice_below(d, 100);
	*final = n >= 74 && n < 88;
	return n < 48   ? SAT_GIVEN
	       : n < 53 ? SAT_RENEWED
	       : n < 62 ? SAT_REFUSED
	       : n < 66 ? SAT_DEFERRED
	       : n < 68 ? SAT_REQUESTED
	       : n < 84 ? SAT_WITHDRAWN
	       : n < 92 ? SAT_REVOKED
	       : n < 96 ? SAT_ENTERED_IN_ERROR
	                : SAT_GIVEN;
}

static const char *any_recipients(dice *d)
{
	static const char *const some[] = { "registry", "facilitator registry", "facilitator",
		                            "community facilitator registry", "auditor registry",
		                            "divers elders", "elders registry", "registry youth" };
	return dice_chance(d, 72) ? NULL : some[dice_below(d, sizeof some / sizeof *some)];
}

static bool has_guardian(world *w, machine *m, sat_dot person)
{
	SAT_ARENA(arena);
	sat_decision *all;
	size_t count;
	int32_t until;
	MUST(w, sat_consent_of_subject(m->store, person, true, &arena, &all, &count, err));
	return sat_state_in_force(all, count, SAT_HAS_GUARDIAN, &until);
}

/* Somebody gets a guardian, or comes of age; is mourned, or is no more. */
static void make_state(dice *d, sat_decision *decision)
{
	decision->purpose = dice_chance(d, 50) ? SAT_HAS_GUARDIAN : SAT_IN_MOURNING;
	decision->event = dice_chance(d, 55) ? SAT_GIVEN : dice_chance(d, 50) ? SAT_WITHDRAWN : SAT_REFUSED;
	decision->final = false;
}

/* Mostly it is asked what is its own to decide. */
static const char *any_purpose(world *w, machine *m, bool community)
{
	const sat_programme *programme = sat_store_programme(m->store);
	const sat_purpose *purpose;
	do
		purpose = &programme->purposes[dice_below(&w->dice, programme->purpose_count)];
	while (purpose->collective != community && dice_chance(&w->dice, 90));
	return purpose->name;
}

static void decide(world *w, machine *m, sat_dot concerned, size_t count)
{
	const sat_dot person = sat_dot_record(concerned);
	sat_decision all[4];
	char which[512], granted[4][80];
	size_t n = 0;
	int at = snprintf(which, sizeof which, "person %s:", world_dot_text(world_dot_of(w, m, concerned)));
	bool first = count > 1 || dice_chance(&w->dice, 20), guarded = has_guardian(w, m, person);
	for (size_t i = 0; i < count && i < 4; i++) {
		sat_decision *d = &all[n++];
		*d = (sat_decision){ .subject = person, .claimed_time = 1 };
		d->purpose = any_purpose(w, m, sat_dot_collective(concerned));
		d->event = any_event(&w->dice, &d->final);
		/* Whoever was asked several things at once mostly said yes. */
		if (first && dice_chance(&w->dice, 70)) {
			d->event = SAT_GIVEN;
			d->final = false;
		}
		d->recipients = any_recipients(&w->dice);
		if (dice_chance(&w->dice, 8))
			d->withheld_from = any_recipients(&w->dice);
		d->notice = dice_below(&w->dice, 4);
		if (dice_chance(&w->dice, 40)) {
			snprintf(granted[i], sizeof granted[i], "%s granted %zu", world_name(w, m), m->writes++);
			marker_add(granted[i], sizeof granted[i]);
			d->details[SAT_GRANTOR] = granted[i];
		}
		if (dice_chance(&w->dice, 20))
			d->details[SAT_WITNESS] = "who saw it";
		if (guarded && dice_chance(&w->dice, 50))
			d->voice = SAT_GUARDIAN;
		else if (dice_chance(&w->dice, 9))
			make_state(&w->dice, d);
		if (w->dated && dice_chance(&w->dice, 35))
			d->until = WORLD_DAY_FIRST + (int32_t)dice_below(&w->dice, WORLD_DAYS);
		at += snprintf(which + at, sizeof which - (size_t)at, " %s%s %s%s", d->voice == SAT_GUARDIAN ? "guardian of " : "",
		               d->purpose, sat_event_name(d->event), d->final ? " for ever" : "");
		if (d->until != 0)
			at += snprintf(which + at, sizeof which - (size_t)at, " until %d", d->until);
		if (d->recipients != NULL)
			at += snprintf(which + at, sizeof which - (size_t)at, " (to %s)", d->recipients);
		if (d->withheld_from != NULL)
			at += snprintf(which + at, sizeof which - (size_t)at, " (not to %s)", d->withheld_from);
	}
	MUST(w, sat_store_begin(m->store, err));
	int rc = sat_consent_record(m->store, m->identity, all, n, NULL);
	if (rc == SAT_EINVALID) {
		/* It does not follow from what was said before. */
		sat_store_rollback(m->store);
		world_trace(w, "%4zu  %s may not record consent of %s", w->step, world_name(w, m), which);
		promise_after_write(w, m);
		return;
	}
	if (rc != 0)
		world_fail(w, 0, "%s cannot record consent of %s", world_name(w, m), which);
	step_commit(w, m, "records consent of", which);
}

void step_decide(world *w, machine *m)
{
	sat_dot person = 0;
	bool community = dice_chance(&w->dice, 20);
	const held_record *record = step_any_record(w, m, community ? "community" : "person");
	if (record != NULL)
		person = community ? sat_dot_community(record->local) : record->local;
	/* Also of somebody who is known here by an id alone. */
	if (m->held->persons_count > 0 && (person == 0 || dice_chance(&w->dice, 30)))
		person = world_local_dot(w, m, m->held->persons[dice_below(&w->dice, m->held->persons_count)]);
	if (person != 0)
		decide(w, m, person, 1 + dice_below(&w->dice, 3));
}

/* --- travelling ----------------------------------------------------------------------------------- */

static int any_peer(world *w, const machine *m)
{
	if (m->device != 0 && dice_chance(&w->dice, 75))
		return 0;
	int other = (int)dice_below(&w->dice, w->kit->devices);
	return other == m->device ? (m->device == 0 ? 1 : 0) : other;
}

static int send(world *w, machine *m, int to, bool vouch)
{
	int sent = parcel_send(w, m, to, vouch);
	world_trace(w, "%4zu  %s %s to device %d%s", w->step, world_name(w, m), vouch ? "vouches" : "exports", to,
	            sent < 0 ? ": it may not" : sent == 0 ? ": nothing new" : "");
	return sent;
}

/* NULL for a laptop that is lost. */
static machine *machine_of(world *w, int device)
{
	size_t n = 0;
	if (w->lost[device])
		return NULL;
	for (size_t i = 0; i < w->machine_count; i++)
		n += w->machines[i].device == device;
	size_t pick = dice_below(&w->dice, n);
	for (size_t i = 0; i < w->machine_count; i++) {
		if (w->machines[i].device == device && pick-- == 0)
			return &w->machines[i];
	}
	return NULL;
}

static void deliver(world *w, size_t at)
{
	if (at >= w->parcel_count)
		return;
	machine *to = machine_of(w, w->parcels[at].to);
	unsigned fortune = dice_below(&w->dice, 100);
	if (fortune < 6 || to == NULL) {
		world_trace(w, "%4zu  a bundle to device %d is lost", w->step, w->parcels[at].to);
		parcel_drop(w, at);
		return;
	}
	parcel_deliver(w, at, to, fortune < 16);
	if (fortune >= 30 || (fortune >= 6 && fortune < 12))
		parcel_drop(w, at);
}

/* A stick that goes straight there and back. */
static void visit(world *w, machine *m)
{
	int to = any_peer(w, m);
	size_t before = w->parcel_count;
	send(w, m, to, false);
	if (w->parcel_count > before)
		deliver(w, w->parcel_count - 1);
	machine *there = machine_of(w, to);
	if (there == NULL)
		return;
	before = w->parcel_count;
	send(w, there, m->device, false);
	if (w->parcel_count <= before)
		return;
	parcel_deliver(w, w->parcel_count - 1, m, false);
	parcel_drop(w, w->parcel_count - 1);
}

/* --- accidents ------------------------------------------------------------------------------------ */

static void set_clock(world *w, machine *m)
{
	/* From 1970 to 2099.  The dice of the seed are left alone. */
	m->env.now = (int64_t)(dice_throw(&w->clocks) % (UINT64_C(130) * 31556952));
	world_trace(w, "%4zu  the clock of %s jumps", w->step, world_name(w, m));
}

static void reopen(world *w, machine *m)
{
	bool properly = dice_chance(&w->dice, 60);
	world_trace(w, "%4zu  %s %s", w->step, world_name(w, m), properly ? "is closed and opened" : "loses power");
	if (dice_chance(&w->dice, 30))
		holdings_dump(w, m, m->held);
	machine_close(w, m, properly);
	machine_open(w, m);
	promise_after_reopen(w, m);
}

static void back_up(world *w, machine *m)
{
	backup *b = &m->backups[dice_below(&w->dice, BACKUPS_MAX)];
	bool closed = dice_chance(&w->dice, 50);
	world_trace(w, "%4zu  %s is backed up%s", w->step, world_name(w, m), closed ? " while it is closed" : "");
	if (closed)
		machine_close(w, m, true);
	world_copy_file(w, m->path, b->path);
	holdings_drop(b->held);
	b->held = holdings_keep(m->held);
	memcpy(b->heard, m->heard, sizeof b->heard);
	b->export_day = m->export_day;
	dealings_set(&b->dealt, &m->dealt);
	if (closed)
		machine_open(w, m);
}

static void restore(world *w, machine *m)
{
	const backup *b = &m->backups[dice_below(&w->dice, BACKUPS_MAX)];
	if (b->held == NULL)
		return;
	bool closed = dice_chance(&w->dice, 50);
	world_trace(w, "%4zu  %s is restored from a backup%s", w->step, world_name(w, m),
	            closed ? " after it was closed" : "");
	machine_close(w, m, closed);
	world_copy_file(w, b->path, m->path);
	holdings_drop(m->held);
	m->held = holdings_keep(b->held);
	memcpy(m->heard, b->heard, sizeof m->heard);
	m->export_day = b->export_day;
	dealings_set(&m->dealt, &b->dealt);
	machine_open(w, m);
	promise_after_reopen(w, m);
}

static void copy(world *w, machine *m)
{
	if (m->device == 0)
		return;
	bool closed = dice_chance(&w->dice, 50);
	if (closed)
		machine_close(w, m, true);
	machine *twin = world_twin(w, m);
	if (closed)
		machine_open(w, m);
	if (twin == NULL)
		return;
	world_trace(w, "%4zu  %s is copied to another computer: %s", w->step, world_name(w, m), world_name(w, twin));
	machine_open(w, twin);
	promise_after_reopen(w, twin);
}

static void lose_laptop(world *w)
{
	int device = office_laptop_to_part_with(w, w->lost);
	if (device == 0)
		return;
	w->lost[device] = true;
	world_trace(w, "%4zu  laptop %d and its copies are lost for ever", w->step, device);
}

/* Asked for what it holds of somebody who is lost, a laptop brings all that it holds; one that was revoked
 * claims to have been asked. */
static void vouch(world *w, machine *m)
{
	bool any = w->revoked[m->device];
	for (size_t i = 1; i < w->kit->devices; i++)
		any = any || w->lost[i];
	if (any && m->device != 0)
		send(w, m, any_peer(w, m), true);
}

/* --- choosing ------------------------------------------------------------------------------------- */

void step_take(world *w)
{
	machine *m = any_machine(w);
	unsigned n = dice_below(&w->dice, 1000);
	if (n < 180)
		add(w, m);
	else if (n < 235)
		label_step(w, m);
	else if (n < 345)
		step_edit(w, m);
	else if (n < 350)
		erase(w, m);
	else if (n < 440)
		step_decide(w, m);
	else if (n < 450)
		drawer_look(w);
	else if (n < 462)
		office_change_audiences(w);
	else if (n < 472)
		vouch(w, m);
	else if (n < 612)
		send(w, m, any_peer(w, m), false);
	else if (n < 778)
		deliver(w, dice_below(&w->dice, w->parcel_count));
	else if (n < 865)
		visit(w, m);
	else if (n < 895)
		set_clock(w, m);
	else if (n < 930)
		reopen(w, m);
	else if (n < 955)
		back_up(w, m);
	else if (n < 975)
		restore(w, m);
	else if (n < 985)
		copy(w, m);
	else if (n < 989)
		office_revoke_laptop(w);
	else if (n < 992)
		lose_laptop(w);
	else if (n < 996)
		office_publish(w);
	else
		office_sign_date(w);
}
