/* Records of a history: values of every type, thrown from dice.  See camp.h. */
#include "camp.h"

#include <stdlib.h>
#include <string.h>

#include "core/apart.h"
#include "core/consent.h"
#include "core/erase.h"
#include "core/permission.h"

enum { WRITES_MAX = 8, LIST_MAX = 3, TEXT_BYTES = 4000 };

/* What one write says, and where its texts and lists lie. */
typedef struct draft {
	char text[WRITES_MAX][TEXT_BYTES];
	sat_dot list[WRITES_MAX][LIST_MAX];
	sat_write writes[WRITES_MAX];
	const sat_column *columns[WRITES_MAX];
	size_t count;
	bool near;              /* it refers to something that stands under a label */
} draft;

/* A record of a kind as `r` numbers it; 0 when there is none that it can name.  Where there are labels, often one
 * near them. */
static sat_dot any_of_kind(camp *c, replica *r, const char *kind, draft *d)
{
	size_t n = 0;
	bool near = c->labels && dice_chance(&c->dice, 30);
	for (size_t i = 0; i < c->record_count; i++)
		n += strcmp(c->records[i].kind, kind) == 0 && (!near || c->records[i].near);
	size_t pick = dice_below(&c->dice, n);
	for (size_t i = 0; i < c->record_count; i++) {
		const known_record *record = &c->records[i];
		sat_dot id;
		if (strcmp(record->kind, kind) != 0 || (near && !record->near) || pick-- != 0)
			continue;
		if ((record->erased && !dice_chance(&c->dice, 10)) || sat_id_read(r->store, record->id, &id, NULL) != 0)
			return 0;
		d->near = d->near || record->near;
		return id;
	}
	return 0;
}

static void any_text(camp *c, char text[static TEXT_BYTES])
{
	char marker[32];
	if (dice_chance(&c->dice, 10)) {
		snprintf(text, TEXT_BYTES, "the same");
		return;
	}
	camp_marker(c, marker, sizeof marker);
	snprintf(text, TEXT_BYTES, "said %s here", marker);
	/* Some are long, so that records do not all go in one frame. */
	for (size_t at = strlen(text); dice_chance(&c->dice, 3) && at < TEXT_BYTES - 16; at = strlen(text))
		for (size_t i = 0; i < 40 && at < TEXT_BYTES - 16; i++, at = strlen(text))
			snprintf(text + at, TEXT_BYTES - at, " %x", dice_below(&c->dice, 1u << 30));
}

static void any_date(camp *c, char text[static TEXT_BYTES])
{
	unsigned year = 1950 + dice_below(&c->dice, 90), month = 1 + dice_below(&c->dice, 12),
	         day = 1 + dice_below(&c->dice, 28), parts = dice_below(&c->dice, 3);
	int at = snprintf(text, TEXT_BYTES, "%04u", year);
	if (parts > 0)
		at += snprintf(text + at, TEXT_BYTES - (size_t)at, "-%02u", month);
	if (parts > 1)
		snprintf(text + at, TEXT_BYTES - (size_t)at, "-%02u", day);
}

/* Of references; false when there is nothing to refer to. */
static bool any_reference(camp *c, replica *r, const sat_column *column, draft *d)
{
	sat_value *v = &d->writes[d->count].value;
	sat_dot *list = d->list[d->count];
	if (column->type == SAT_REFERENCE)
		return (v->reference = any_of_kind(c, r, column->field->of, d)) != 0;
	size_t count = 0;
	for (size_t i = 0, n = 1 + dice_below(&c->dice, LIST_MAX); i < n; i++) {
		sat_dot id = any_of_kind(c, r, column->field->of, d);
		if (id != 0)
			list[count++] = id;
	}
	v->references.at = list;
	v->references.count = count;
	return count > 0;
}

/* Adds a value for the column, when one can be made. */
static void invent(camp *c, replica *r, const sat_column *column, draft *d)
{
	char *text = d->text[d->count];
	sat_value *v = &d->writes[d->count].value;
	*v = (sat_value){ .type = column->type };
	switch (column->type) {
	case SAT_INTEGER: v->integer = (int64_t)dice_below(&c->dice, 2000) - 1000; break;
	case SAT_BOOLEAN: v->integer = dice_below(&c->dice, 2); break;
	case SAT_REAL: v->real = (double)dice_below(&c->dice, 4000) / 16 - 100; break;
	case SAT_REFERENCE:
	case SAT_REFERENCES:
		if (!any_reference(c, r, column, d))
			return;
		break;
	case SAT_CHOICE:
		snprintf(text, TEXT_BYTES, "%s",
		         column->field->choices[dice_below(&c->dice, column->field->choice_count)].name);
		break;
	case SAT_DATE: any_date(c, text); break;
	default: any_text(c, text); break;
	}
	if (v->type == SAT_TEXT || v->type == SAT_CHOICE || v->type == SAT_DATE) {
		v->text.bytes = text;
		v->text.length = strlen(text);
	}
	d->columns[d->count] = column;
	d->writes[d->count++].column = column->number;
}

/* The one sibling that a field has; 0 for none or several. */
static sat_dot only_dot(const sat_state *state, const sat_column *column)
{
	const sat_sibling *first;
	return sat_state_field(state, column->number, &first) == 1 ? first->dot : 0;
}

/* Notes what a write wrote: of the fields that it was asked to write those that have a new dot. */
static void note_write(camp *c, replica *r, const sat_state *before, sat_dot id, const draft *d, const char *kind,
                       bool labelled)
{
	SAT_ARENA(arena);
	sat_state after;
	sat_dot dot = 0;
	json_t *fields = json_object();
	CAMP_MUST(sat_record_load(r->store, NULL, id, &arena, &after, err));
	for (size_t i = 0; i < d->count; i++) {
		sat_dot now = only_dot(&after, d->columns[i]);
		if (now == 0 || (before != NULL && now == only_dot(before, d->columns[i])))
			continue;
		dot = now;
		json_object_set_new(fields, d->columns[i]->name, facts_value(r, &d->writes[i].value));
	}
	/* A creation without values, or one under a random name, of which nothing else is known. */
	if (dot == 0 && (before != NULL || !sat_dot_linked(id))) {
		json_decref(fields);
		return;
	}
	camp_note(c, json_pack("{s:s, s:s, s:o, s:s, s:b, s:b, s:o, s:o}", "do", "write", "at", r->name, "record",
	                       facts_id(r, id), "kind", kind, "creates", before == NULL, "labelled",
	                       labelled, "dot", facts_id(r, dot == 0 ? id : dot), "fields", fields));
}

/* Makes a record of what was drafted, under a label from the beginning if there is one. */
static known_record *make(camp *c, replica *r, const sat_kind *kind, const draft *d, sat_decision *label)
{
	sat_dot id;
	CAMP_MUST(sat_store_begin(r->store, err));
	if (label != NULL)
		CAMP_MUST(sat_apart_begin_new(r->store, err));
	CAMP_MUST(sat_record_add(r->store, sat_table_named(r->store, kind->name), d->writes, d->count, &id, err));
	if (label != NULL) {
		label->subject = id;
		CAMP_MUST(sat_consent_record(r->store, r->identity, label, 1, err));
		sat_apart_end(r->store);
	}
	CAMP_MUST(sat_store_commit(r->store, err));
	known_record *record = &c->records[c->record_count++];
	*record = (known_record){ .is = kind->is, .labelled = label != NULL, .near = label != NULL || d->near };
	snprintf(record->kind, sizeof record->kind, "%s", kind->name);
	CAMP_MUST(sat_id_print(r->store, id, record->id, err));
	note_write(c, r, NULL, id, d, kind->name, label != NULL);
	if (label != NULL)
		camp_note_decisions(c, r, label, 1);
	return record;
}

static void add(camp *c, replica *r, sat_decision *label)
{
	draft *d = calloc(1, sizeof *d);
	const sat_programme *programme = sat_store_programme(r->store);
	const sat_kind *kind;
	do
		kind = &programme->kinds[dice_below(&c->dice, programme->kind_count)];
	while (kind->decisions || (kind->is == 0 && dice_chance(&c->dice, 20)));
	if (d == NULL || c->record_count == CAMP_RECORDS_MAX)
		abort();
	sat_table *table = sat_table_named(r->store, kind->name);
	for (size_t i = 0; i < table->column_count && d->count < WRITES_MAX; i++) {
		if (dice_chance(&c->dice, 80))
			invent(c, r, &table->columns[i], d);
	}
	known_record *record = make(c, r, kind, d, label);
	if (kind->is != 0 && dice_chance(&c->dice, 75))
		camp_decide(c, r, record, true);
	free(d);
}

void camp_add(camp *c, replica *r) { add(c, r, NULL); }

void camp_add_labelled(camp *c, replica *r)
{
	sat_decision label;
	char text[CAMP_LABEL_BYTES];
	camp_throw_label(c, &label, text);
	add(c, r, &label);
}

/* A record that was not erased anywhere; NULL when there is none. */
static known_record *any_living(camp *c)
{
	for (int tries = 0; tries < 8 && c->record_count > 0; tries++) {
		known_record *record = &c->records[dice_below(&c->dice, c->record_count)];
		if (!record->erased)
			return record;
	}
	return NULL;
}

bool camp_is_known(replica *r, const known_record *record, sat_dot *id)
{
	SAT_ARENA(arena);
	sat_state state;
	if (sat_id_read(r->store, record->id, id, NULL) != 0)
		return false;
	CAMP_MUST(sat_record_load(r->store, NULL, *id, &arena, &state, err));
	return state.created || record->erased;
}

void camp_edit(camp *c, replica *r)
{
	const known_record *record = any_living(c);
	if (record != NULL)
		camp_edit_one(c, r, record);
}

void camp_edit_one(camp *c, replica *r, const known_record *record)
{
	SAT_ARENA(arena);
	sat_dot id;
	sat_state before;
	if (record->erased || sat_id_read(r->store, record->id, &id, NULL) != 0)
		return;
	CAMP_MUST(sat_record_load(r->store, NULL, id, &arena, &before, err));
	if (!before.created)
		return;
	draft *d = calloc(1, sizeof *d);
	sat_table *table = before.table;
	size_t first = dice_below(&c->dice, table->column_count);
	for (size_t i = 0, n = 1 + dice_below(&c->dice, 2); d != NULL && i < n && i < table->column_count; i++) {
		const sat_column *column = &table->columns[(first + i) % table->column_count];
		if (!dice_chance(&c->dice, 12)) {
			invent(c, r, column, d);
			continue;
		}
		d->columns[d->count] = column;
		d->writes[d->count++] = (sat_write){ .column = column->number };
	}
	CAMP_MUST(sat_store_begin(r->store, err));
	CAMP_MUST(sat_record_set(r->store, id, d->writes, d->count, NULL, err));
	CAMP_MUST(sat_store_commit(r->store, err));
	note_write(c, r, &before, id, d, record->kind, false);
	free(d);
}

void camp_erase(camp *c, replica *r)
{
	known_record *record = any_living(c);
	if (record != NULL)
		camp_erase_one(c, r, record);
}

void camp_erase_one(camp *c, replica *r, known_record *record)
{
	sat_dot id;
	if (record->erased || sat_id_read(r->store, record->id, &id, NULL) != 0)
		return;
	CAMP_MUST(sat_store_begin(r->store, err));
	CAMP_MUST(sat_record_erase(r->store, id, 0, err));
	CAMP_MUST(sat_store_commit(r->store, err));
	record->erased = true;
	camp_note(c, json_pack("{s:s, s:s, s:s}", "do", "erase", "at", r->name, "record", record->id));
}
