/* See steps.h: labels are put, changed and ended, and what stands under them is made, edited and erased. */
#include <stdio.h>
#include <string.h>

#include "core/apart.h"
#include "core/consent.h"
#include "core/erase.h"
#include "core/permission.h"
#include "labels.h"
#include "markers.h"
#include "office.h"
#include "promises.h"
#include "steps.h"

/* --- which ------------------------------------------------------------------------------------------ */

static const char *any_audience(dice *d)
{
	static const char *const some[] = { "elders",
		                            "divers",
		                            "youth",
		                            "elders",
		                            "divers",
		                            "facilitator",
		                            "elders registry",
		                            "divers facilitator",
		                            "registry",
		                            "community elders",
		                            "auditor",
		                            SAT_DO_NOT_COPY,
		                            "divers do_not_copy",
		                            "facilitator registry" };
	return dice_chance(d, 5) ? NULL : some[dice_below(d, sizeof some / sizeof *some)];
}

/* A record that stands under some label, as the machine knows it; NULL when there is none. */
static const held_record *any_labelled(world *w, const machine *m)
{
	const held_record *found = NULL;
	for (int tries = 0; found == NULL && tries < 8; tries++) {
		const held_record *record = step_any_record(w, m, NULL);
		if (record == NULL)
			return NULL;
		dots labels = labels_above(w, m->held, NULL, record->id);
		found = labels.count > 0 ? record : NULL;
		dots_clear(&labels);
	}
	return found;
}

/* --- labels ----------------------------------------------------------------------------------------- */

/* A label as somebody might put it; `granted` has room for what is said of it. */
static sat_decision a_label(world *w, machine *m, sat_dot subject, char granted[static 80],
                            char what[static 160])
{
	sat_decision d = { .subject = subject,
		           .purpose = SAT_PROTOCOL,
		           .event = SAT_GIVEN,
		           .claimed_time = 1,
		           .recipients = any_audience(&w->dice) };
	if (dice_chance(&w->dice, 8))
		d.withheld_from = "facilitator";
	/* It ends by no clock, so it may end in every world. */
	if (dice_chance(&w->dice, 35))
		d.until = WORLD_DAY_FIRST + (int32_t)dice_below(&w->dice, WORLD_DAYS / 2);
	if (dice_chance(&w->dice, 40)) {
		snprintf(granted, 80, "%s labelled %zu", world_name(w, m), m->writes++);
		marker_add(granted, 80);
		d.details[SAT_GRANTOR] = granted;
	}
	snprintf(what, 160, "for \"%s\"%s%s until %d", d.recipients == NULL ? "" : d.recipients,
	         d.withheld_from == NULL ? "" : " but not for ",
	         d.withheld_from == NULL ? "" : d.withheld_from, (int)d.until);
	return d;
}

static void record(world *w, machine *m, sat_decision *d, const char *what, const char *which)
{
	MUST(w, sat_store_begin(m->store, err));
	sat_error why = { 0 };
	int rc = sat_consent_record(m->store, m->identity, d, 1, &why);
	if (rc == SAT_EINVALID) {
		sat_store_rollback(m->store);
		world_trace(w, "%4zu  %s may not do so: %s %s", w->step, world_name(w, m), what, which);
		promise_after_write(w, m);
		return;
	}
	if (rc != 0)
		world_fail(w, 0, "%s cannot record a label: %s", world_name(w, m), why.message);
	step_commit(w, m, what, which);
}

static void put_label(world *w, machine *m)
{
	const held_record *target = step_any_record(w, m, NULL);
	char granted[80], what[160], which[256];
	if (target == NULL)
		return;
	sat_decision d = a_label(w, m, target->local, granted, what);
	snprintf(which, sizeof which, "%s %s %s", target->kind, world_dot_text(target->id), what);
	record(w, m, &d, "labels", which);
}

static void end_label(world *w, machine *m)
{
	const held_record *target = any_labelled(w, m);
	if (target == NULL)
		return;
	/* Of the label itself, which may be on another record above. */
	dots labels = labels_above(w, m->held, NULL, target->id);
	world_dot on = labels.list[dice_below(&w->dice, labels.count)];
	dots_clear(&labels);
	char which[96];
	sat_decision d = { .subject = world_local_dot(w, m, on),
		           .purpose = SAT_PROTOCOL,
		           .claimed_time = 1,
		           .event = dice_chance(&w->dice, 80) ? SAT_WITHDRAWN : SAT_REFUSED };
	d.final = d.event == SAT_WITHDRAWN && dice_chance(&w->dice, 12);
	snprintf(which, sizeof which, "%s%s", world_dot_text(on), d.final ? " for ever" : "");
	record(w, m, &d, "ends the label of", which);
}

/* --- records under labels --------------------------------------------------------------------------- */

/* Labelled as soon as it is made. */
static void add_labelled(world *w, machine *m)
{
	static const char *const kinds[] = { "workshop", "workshop", "person",     "community",
		                             "note",     "note",     "attendance", "feedback" };
	const char *kind = kinds[dice_below(&w->dice, sizeof kinds / sizeof *kinds)];
	sat_table *table = sat_table_named(m->store, kind);
	scribe s = { .count = 0 };
	char granted[80], what[160], which[256];
	for (size_t i = 0; i < table->column_count; i++) {
		if (table->columns[i].field != NULL && dice_chance(&w->dice, 60))
			step_invent(w, m, &table->columns[i], &s);
	}
	sat_dot id;
	MUST(w, sat_store_begin(m->store, err));
	MUST(w, sat_apart_begin_new(m->store, err));
	MUST(w, sat_record_add(m->store, table, s.writes, s.count, &id, err));
	sat_decision d = a_label(w, m, id, granted, what);
	MUST(w, sat_consent_record(m->store, m->identity, &d, 1, err));
	sat_apart_end(m->store);
	snprintf(which, sizeof which, "%s %s %s", kind, world_dot_text(world_dot_of(w, m, id)), what);
	step_commit(w, m, "adds and labels", which);
}

static bool refer(scribe *s, sat_table *table, const held_record *to)
{
	for (size_t i = 0; i < table->column_count && s->count < 16; i++) {
		const sat_column *column = &table->columns[i];
		if (column->field == NULL || column->field->of[0] == '\0' ||
		    strcmp(column->field->of, to->kind) != 0)
			continue;
		sat_write *write = &s->writes[s->count];
		*write = (sat_write){ .column = column->number, .value = { .type = column->type } };
		s->list[s->count][0] = to->local;
		if (column->type == SAT_REFERENCE)
			write->value.reference = to->local;
		else
			write->value.references.at = s->list[s->count];
		if (column->type == SAT_REFERENCES)
			write->value.references.count = 1;
		s->count++;
		return true;
	}
	return false;
}

static void add_below(world *w, machine *m)
{
	static const char *const kinds[] = { "note", "note", "attendance", "feedback" };
	const held_record *above = any_labelled(w, m);
	sat_table *table =
	    sat_table_named(m->store, kinds[dice_below(&w->dice, sizeof kinds / sizeof *kinds)]);
	scribe s = { .count = 0 };
	char which[96];
	if (above == NULL || !refer(&s, table, above))
		return;
	for (size_t i = 0; i < table->column_count; i++) {
		const sat_column *column = &table->columns[i];
		if (column->field != NULL && column->field->of[0] == '\0' && dice_chance(&w->dice, 75))
			step_invent(w, m, column, &s);
	}
	sat_dot id;
	MUST(w, sat_store_begin(m->store, err));
	MUST(w, sat_record_add(m->store, table, s.writes, s.count, &id, err));
	snprintf(which, sizeof which, "%s below %s", table->name, world_dot_text(above->id));
	step_commit(w, m, "adds a", which);
}

static void edit_below(world *w, machine *m)
{
	const held_record *target = any_labelled(w, m);
	if (target == NULL)
		return;
	sat_table *table = sat_table_named(m->store, target->kind);
	const sat_column *column = &table->columns[dice_below(&w->dice, table->column_count)];
	/* What it refers to, rather than its words: so it comes below other labels, or below none. */
	for (int i = 0; i < 3 && column->type != SAT_REFERENCE; i++)
		column = &table->columns[dice_below(&w->dice, table->column_count)];
	scribe s = { .count = 0 };
	char which[96];
	if (column->field == NULL)
		return;
	step_invent(w, m, column, &s);
	snprintf(which, sizeof which, "%s %s under a label", target->kind, world_dot_text(target->id));
	MUST(w, sat_store_begin(m->store, err));
	MUST(w, sat_record_set(m->store, target->local, s.writes, s.count, NULL, err));
	step_commit(w, m, "edits", which);
}

static void erase_below(world *w, machine *m)
{
	const held_record *target = any_labelled(w, m);
	if (target == NULL)
		return;
	char which[96];
	snprintf(which, sizeof which, "%s %s under a label", target->kind, world_dot_text(target->id));
	MUST(w, sat_store_begin(m->store, err));
	MUST(w, sat_record_erase(m->store, target->local, 0, err));
	step_commit(w, m, "erases", which);
}

/* --- choosing --------------------------------------------------------------------------------------- */

void label_step(world *w, machine *m)
{
	unsigned n = dice_below(&w->dice, 100);
	if (!w->labelled && n < 50)
		step_edit(w, m);
	else if (!w->labelled)
		step_decide(w, m);
	else if (n < 25)
		add_labelled(w, m);
	else if (n < 48)
		put_label(w, m);
	else if (n < 60)
		end_label(w, m);
	else if (n < 75)
		add_below(w, m);
	else if (n < 87)
		edit_below(w, m);
	else if (n < 94)
		erase_below(w, m);
	else
		office_sign_date(w);
}
