/* See holdings.h. */
#include "holdings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/dump.h"
#include "core/incarnation.h"
#include "core/permission.h"
#include "core/record.h"
#include "core/store-private.h"
#include "labels.h"
#include "markers.h"

typedef struct reading {
	world *w;
	machine *m;
	holdings *h;
	bool wrote;
	uint32_t *fields;        /* the model's field of each column of the table being read */
	size_t value_room, record_room, persons_room;
} reading;

/* --- lists ---------------------------------------------------------------------------------------- */

static void sort(void *list, size_t count, size_t size, int (*compare)(const void *, const void *))
{
	if (count > 1)
		qsort(list, count, size, compare);
}

static void *grown(void *list, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return list;
	*room = *room == 0 ? 64 : *room * 2;
	return realloc(list, *room * size);
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static int compare_size(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	return x < y ? -1 : x > y;
}

static int compare_stated(const void *a, const void *b)
{
	const model_stated *x = a, *y = b;
	if (x->person != y->person)
		return x->person < y->person ? -1 : 1;
	return x->purpose < y->purpose ? -1 : x->purpose > y->purpose;
}

/* The order of values: record, field, dot. */
static int compare_values(const model_value *x, const model_value *y)
{
	if (x->record != y->record)
		return x->record < y->record ? -1 : 1;
	if (x->field != y->field)
		return x->field < y->field ? -1 : 1;
	return x->dot < y->dot ? -1 : x->dot > y->dot;
}

static int compare_under(const void *a, const void *b)
{
	const held_under *x = a, *y = b;
	if (x->record != y->record)
		return x->record < y->record ? -1 : 1;
	return x->label < y->label ? -1 : x->label > y->label;
}

static int compare_held(const void *a, const void *b)
{
	return compare_values(((const held *)a)->value, ((const held *)b)->value);
}

static int compare_records(const void *a, const void *b)
{
	world_dot x = ((const held_record *)a)->id, y = ((const held_record *)b)->id;
	return x < y ? -1 : x > y;
}

/* --- values --------------------------------------------------------------------------------------- */

uint64_t holdings_content(world *w, machine *m, const sat_value *v)
{
	uint64_t hash = dice_hash_u64(7, (uint64_t)v->type);
	switch (v->type) {
	case SAT_TEXT:
	case SAT_CHOICE:
	case SAT_DATE:
		return dice_hash(hash, v->text.bytes, v->text.length);
	case SAT_REFERENCE:
		return dice_hash_u64(hash, world_dot_of(w, m, v->reference));
	case SAT_REFERENCES:
		for (size_t i = 0; i < v->references.count; i++)
			hash = dice_hash_u64(hash, world_dot_of(w, m, v->references.at[i]));
		return hash;
	case SAT_CLEARED:
		return hash;
	default:
		return dice_hash_u64(hash, (uint64_t)v->integer);
	}
}

static size_t names_in(world *w, machine *m, const sat_column *column, const sat_sibling *s, world_dot *names,
                       size_t room)
{
	size_t n = 0, count = s->value.type == SAT_REFERENCES ? s->value.references.count
	                      : s->value.type == SAT_REFERENCE ? 1
	                                                       : 0;
	const sat_dot *named = s->value.type == SAT_REFERENCE ? &s->value.reference : s->value.references.at;
	for (size_t i = 0; !s->blank && i < count && n + 2 <= room; i++) {
		sat_dot concerned[2];
		size_t more = sat_concerned(column->concerns, named[i], concerned);
		for (size_t k = 0; k < more; k++)
			names[n++] = world_dot_of(w, m, concerned[k]);
	}
	return n;
}

static size_t references_in(world *w, machine *m, const sat_sibling *s, world_dot *references)
{
	const sat_value *v = &s->value;
	size_t n = 0;
	if (!s->blank && v->type == SAT_REFERENCE)
		references[n++] = world_dot_of(w, m, v->reference);
	for (size_t i = 0; !s->blank && v->type == SAT_REFERENCES && i < v->references.count && n < LIST_MAX; i++)
		references[n++] = world_dot_of(w, m, v->references.at[i]);
	return n;
}

/* A sibling in the world's names; the lists live in the caller's arrays. */
static model_value translate(world *w, machine *m, const sat_state *state, const sat_sibling *s, uint32_t field,
                             world_dot *past, model_stated *stated, world_dot *names,
                             world_dot *references)
{
	if (s->past_count > LIST_MAX || s->stated_count > LIST_MAX)
		world_fail(w, 0, "a value has more past or statement than the simulator can look at");
	model_value v = { .record = world_dot_of(w, m, state->id), .dot = world_dot_of(w, m, s->dot), .field = field,
		          .content = s->blank ? 0 : holdings_content(w, m, &s->value), .past = past, .stated = stated,
		          .names = names, .references = references, .past_count = s->past_count, .stated_count = s->stated_count,
		          .device = m->device, .step = w->step };
	for (uint32_t i = 0; i < s->past_count; i++)
		past[i] = world_dot_of(w, m, s->past[i]);
	sort(past, s->past_count, sizeof *past, compare_u64);
	for (uint32_t i = 0; i < s->stated_count; i++) {
		const sat_stated *e = &s->stated[i];
		const char *purpose = e->purpose == SAT_EVERY_PURPOSE ? NULL : sat_purpose_name(m->store, e->purpose);
		stated[i] = (model_stated){ .person = world_dot_of(w, m, e->person), .episode = e->episode,
			                    .purpose = purpose == NULL ? MODEL_EVERY
			                                               : model_purpose_of(&w->model, purpose) };
	}
	sort(stated, s->stated_count, sizeof *stated, compare_stated);
	v.reference_count = references_in(w, m, s, references);
	v.name_count = names_in(w, m, &state->table->columns[s->field], s, names, LIST_MAX);
	return v;
}

const char *value_text(const world *w, const model_value *v)
{
	static char texts[4][160];
	static unsigned next;
	char *text = texts[next++ % 4];
	snprintf(text, sizeof *texts, "%s %s %s %s", w->model.fields[v->field].kind, world_dot_text(v->record),
	         w->model.fields[v->field].name, world_dot_text(v->dot));
	return text;
}

static void check_same(reading *r, const model_value *known, const model_value *seen, bool blank)
{
	bool same = known->past_count == seen->past_count && known->stated_count == seen->stated_count &&
	            (blank || known->content == seen->content);
	for (size_t i = 0; same && i < known->past_count; i++)
		same = known->past[i] == seen->past[i];
	for (size_t i = 0; same && i < known->stated_count; i++)
		same = compare_stated(&known->stated[i], &seen->stated[i]) == 0 &&
		       known->stated[i].episode == seen->stated[i].episode;
	if (!same)
		world_fail(r->w, 10, "%s holds %s otherwise than it was written (at step %zu)", world_name(r->w, r->m),
		           value_text(r->w, known), known->step);
}

/* A dot names one write to one record, or one decision, and nothing else ever. */
static void check_fresh(reading *r, world_dot dot, world_dot record)
{
	const model *m = &r->w->model;
	bool used = model_decision_find(m, dot) != SIZE_MAX;
	for (size_t i = 0; !used && i < m->value_count; i++)
		used = m->values[i]->dot == dot && (m->values[i]->record != record || m->values[i]->step != r->w->step);
	if (used)
		world_fail(r->w, 10, "%s writes under %s, which was used before", world_name(r->w, r->m),
		           world_dot_text(dot));
}

static const model_value *learn(reading *r, const model_value *seen, const sat_value *content, bool blank)
{
	world *w = r->w;
	const model_value *known = model_find(&w->model, seen->record, seen->field, seen->dot);
	if (known != NULL) {
		check_same(r, known, seen, blank);
		return known;
	}
	if (!r->wrote || blank || !labels_writes_under(w, r->m, seen->dot))
		world_fail(w, 10, "%s holds %s, which nobody wrote", world_name(w, r->m), value_text(w, seen));
	check_fresh(r, seen->dot, seen->record);
	const model_value *fresh = model_add(&w->model, seen);
	if (content->type == SAT_TEXT)
		marker_learn(w, content->text.bytes, content->text.length, fresh, 0);
	return fresh;
}

/* The value that is shown must be the one with the greatest counter, then incarnation. */
static void check_shown(reading *r, const sat_state *state, uint16_t field)
{
	const sat_sibling *first, *best = NULL, *shown = sat_state_shown(state, field);
	size_t n = sat_state_field(state, field, &first);
	for (size_t i = 0; i < n; i++) {
		if (best != NULL && best->blank < first[i].blank)
			continue;
		if (best == NULL || best->blank > first[i].blank ||
		    sat_dot_counter(first[i].dot) > sat_dot_counter(best->dot) ||
		    (sat_dot_counter(first[i].dot) == sat_dot_counter(best->dot) &&
		     memcmp(sat_incarnation_at(r->m->store, sat_dot_index(first[i].dot))->name,
		            sat_incarnation_at(r->m->store, sat_dot_index(best->dot))->name,
		            SAT_INCARNATION_BYTES) > 0))
			best = &first[i];
	}
	/* One dot told in two ways is found elsewhere. */
	if (best->dot != shown->dot)
		world_fail(r->w, 8, "%s shows %s %s of %s instead of %s", world_name(r->w, r->m), state->table->name,
		           state->table->columns[field].name, world_dot_text(world_dot_of(r->w, r->m, shown->dot)),
		           world_dot_text(world_dot_of(r->w, r->m, best->dot)));
}

static void read_record(reading *r, const sat_state *state)
{
	holdings *h = r->h;
	h->records = grown(h->records, h->record_count, &r->record_room, sizeof *h->records);
	held_record *record = &h->records[h->record_count++];
	*record = (held_record){ .id = world_dot_of(r->w, r->m, state->id), .local = state->id,
		                 .first_person = h->persons_count, .person_count = state->person_count };
	memcpy(record->kind, state->table->name, sizeof record->kind);
	for (size_t i = 0; i < state->person_count; i++) {
		h->persons = grown(h->persons, h->persons_count, &r->persons_room, sizeof *h->persons);
		h->persons[h->persons_count++] = world_dot_of(r->w, r->m, state->persons[i]);
	}
	sort(h->persons + record->first_person, record->person_count, sizeof *h->persons, compare_u64);
	for (size_t i = 0; i < state->count; i++) {
		const sat_sibling *s = &state->siblings[i];
		world_dot past[LIST_MAX], names[LIST_MAX], references[LIST_MAX];
		model_stated stated[LIST_MAX];
		model_value seen = translate(r->w, r->m, state, s, r->fields[s->field], past, stated, names,
		                             references);
		h->values = grown(h->values, h->value_count, &r->value_room, sizeof *h->values);
		h->values[h->value_count++] = (held){ learn(r, &seen, &s->value, s->blank), s->blank, 0 };
		if (i == 0 || state->siblings[i - 1].field != s->field)
			check_shown(r, state, s->field);
	}
}

static void note_needs(reading *r, const sat_column *column, uint32_t field)
{
	holdings *h = r->h;
	if (field >= h->need_count) {
		h->needs = realloc(h->needs, (field + 1) * sizeof *h->needs);
		while (h->need_count <= field)
			h->needs[h->need_count++] = 0;
	}
	for (unsigned bit = 0; bit < 63; bit++) {
		if ((column->needs >> bit & 1) != 0)
			h->needs[field] |= 1u << model_purpose_of(&r->w->model, sat_purpose_name(r->m->store, bit));
	}
}

static void read_table(reading *r, sat_table *table)
{
	world *w = r->w;
	uint32_t fields[64];
	for (size_t i = 0; i < table->column_count && i < 64; i++) {
		const sat_column *column = &table->columns[i];
		fields[i] = model_field_of(&w->model, table->name, column->name, column->type);
		note_needs(r, column, fields[i]);
	}
	r->fields = fields;
	sat_stmt **rows = &table->range;
	MUST(w, sat_table_prepare(r->m->store, table, rows, err));
	sat_bind_int(*rows, 1, INT64_MIN);
	sat_bind_int(*rows, 2, INT64_MAX);
	SAT_ARENA(arena);
	while (sat_step(r->m->store->db, *rows, NULL) == 1) {
		sat_state state;
		MUST(w, sat_record_load_row(r->m->store, table, *rows, &arena, &state, err));
		read_record(r, &state);
		sat_arena_reset(&arena);
	}
	sat_reset(*rows);
}

/* Statements of ours on the open store, made once. */
enum {
	READ_CONSENT, READ_STATEMENTS, READ_TOMBSTONES, READ_WAITING, READ_HEARD_PERSONS, READ_DECLINED,
	READ_VOUCHERS, READ_UNDER,
};

static sat_stmt *prepared(reading *r, int which, const char *sql)
{
	world *w = r->w;
	MUST(w, sat_db_prepare(r->m->store->db, &r->m->reads[which], sql, err));
	return r->m->reads[which];
}

/* --- decisions ------------------------------------------------------------------------------------ */

/* Those whom a list names; `nobody` when there is none. */
static unsigned words_of(const char *recipients, unsigned nobody)
{
	unsigned words = 0;
	if (recipients == NULL || recipients[0] == '\0' || strcmp(recipients, SAT_DO_NOT_COPY) == 0)
		return nobody;
	for (int role = SAT_REGISTRY; role <= SAT_AUDITOR; role++) {
		if (strstr(recipients, sat_role_name((sat_role)role)) != NULL)
			words |= 1u << role;
	}
	for (unsigned i = 0; i < MODEL_AUDIENCES; i++) {
		if (strstr(recipients, model_audiences[i]) != NULL)
			words |= 1u << (MODEL_AUDIENCE + i);
	}
	return words;
}

/* Collects what the details of a decision state. */
typedef struct details_said {
	world *w;
	world_dot subject;
	model_stated at[SAT_STATED_MAX + 1];
	size_t count;
} details_said;

static void add_stated(void *context, const char *purpose, uint32_t episode)
{
	details_said *s = context;
	s->at[s->count++] = (model_stated){ s->subject, model_purpose_of(&s->w->model, purpose), episode };
}

/* As all three programmes say it; a state of a person is told while they are mourned too. */
static unsigned detail_needs(model *m, const sat_decision *d)
{
	unsigned needs = 0;
	/* What is said of a label is for those who see what is labelled. */
	if (strcmp(d->purpose, SAT_PROTOCOL) == 0)
		return 0;
	if (d->details[SAT_GRANTOR] != NULL)
		needs |= 1u << model_purpose_of(m, "identity") |
		         (sat_purpose_is_state(d->purpose) ? 0 : 1u << model_purpose_of(m, SAT_IN_MOURNING));
	if (d->details[SAT_WITNESS] != NULL)
		needs |= 1u << model_purpose_of(m, "quote_named");
	return needs;
}

/* Decisions of one call are made one after the other, in the order of their dots, which is that of the
 * list. */
static void learn_decisions(reading *r, sat_dot subject)
{
	world *w = r->w;
	SAT_ARENA(arena);
	sat_decision *all;
	size_t count;
	MUST(w, sat_consent_of_subject(r->m->store, subject, true, &arena, &all, &count, err));
	for (size_t i = 0; i < count; i++) {
		world_dot id = world_dot_of(w, r->m, all[i].id);
		if (model_decision_find(&w->model, id) != SIZE_MAX)
			continue;
		if (!r->wrote)
			world_fail(w, 10, "%s holds decision %s, which nobody made", world_name(w, r->m),
			           world_dot_text(id));
		check_fresh(r, id, 0);
		size_t supersedes[SAT_SUPERSEDES_MAX], n = 0;
		for (size_t k = 0; k < w->model.decision_count; k++) {
			for (size_t s = 0; s < all[i].supersedes_count; s++) {
				if (memcmp(w->model.decisions[k].name, all[i].supersedes + s * SAT_HASH_BYTES,
				           SAT_HASH_BYTES) == 0)
					supersedes[n++] = k;
			}
		}
		details_said said = { .w = w, .subject = world_dot_of(w, r->m, subject) };
		sat_decision_each_stated(all[i].stated, add_stated, &said);
		said.at[said.count++] = (model_stated){ said.subject, MODEL_EVERY, 0 };
		model_decision d = { .id = id, .subject = said.subject, .needs = detail_needs(&w->model, &all[i]),
			             .stated = said.at, .stated_count = said.count,
			             .purpose = model_purpose_of(&w->model, all[i].purpose),
			             .event = all[i].event, .final = all[i].final, .episode = all[i].episode,
			             .guardian = all[i].voice == SAT_GUARDIAN, .notice = all[i].notice,
			             .words = words_of(all[i].recipients, ~0u), .until = all[i].until,
			             .left_out = words_of(all[i].withheld_from, 0),
			             .stays = labels_stay(all[i].recipients),
			             .supersedes = supersedes,
			             .supersedes_count = n, .device = r->m->device, .step = w->step };
		memcpy(d.name, all[i].name, SAT_HASH_BYTES);
		size_t number = model_decision_add(&w->model, &d);
		const char *grantor = all[i].details[SAT_GRANTOR];
		if (grantor != NULL)
			marker_learn(w, grantor, strlen(grantor), NULL, number);
	}
}

static void read_decisions(reading *r)
{
	world *w = r->w;
	holdings *h = r->h;
	sat_db *db = r->m->store->db;
	sat_stmt *s = prepared(r, READ_CONSENT,
	                       "SELECT id, subject, purpose, final, episode, id IN (SELECT id FROM sat_decision "
	                       "WHERE commitment IS NOT NULL) FROM consent ORDER BY id");
	size_t room = 0, bare_room = 0;
	while (sat_step(db, s, NULL) == 1) {
		world_dot id = world_dot_of(w, r->m, sat_column_int(s, 0));
		size_t number = model_decision_find(&w->model, id);
		if (number == SIZE_MAX) {
			learn_decisions(r, sat_column_int(s, 1));
			number = model_decision_find(&w->model, id);
		}
		const model_decision *d = &w->model.decisions[number];
		if (strcmp(w->model.purposes[d->purpose], sat_column_text(s, 2, NULL)) != 0 ||
		    d->final != (sat_column_int(s, 3) != 0) || d->episode != (uint32_t)sat_column_int(s, 4) ||
		    d->subject != world_dot_of(w, r->m, sat_column_int(s, 1)))
			world_fail(w, 10, "%s holds decision %s otherwise than it was made", world_name(w, r->m),
			           world_dot_text(id));
		h->decisions = grown(h->decisions, h->decision_count, &room, sizeof *h->decisions);
		h->decisions[h->decision_count++] = number;
		if (sat_column_int(s, 5) == 0)
			continue;
		h->bare = grown(h->bare, h->bare_count, &bare_room, sizeof *h->bare);
		h->bare[h->bare_count++] = number;
	}
	sat_reset(s);
	sort(h->bare, h->bare_count, sizeof *h->bare, compare_size);
	sort(h->decisions, h->decision_count, sizeof *h->decisions, compare_size);
}

/* --- the rest ------------------------------------------------------------------------------------- */

static void read_statements(reading *r)
{
	holdings *h = r->h;
	sat_db *db = r->m->store->db;
	sat_stmt *s = prepared(r, READ_STATEMENTS, "SELECT name, type FROM sat_statement");
	size_t room = 0, length;
	while (sat_step(db, s, NULL) == 1) {
		const void *name = sat_column_blob(s, 0, &length);
		h->receipt_count += sat_column_int(s, 1) == SAT_SIGNED_ERASURE;
		h->statements = grown(h->statements, h->statement_count, &room, sizeof *h->statements);
		memcpy(&h->statements[h->statement_count++], name, sizeof *h->statements);
	}
	sat_reset(s);
	sort(h->statements, h->statement_count, sizeof *h->statements, compare_u64);
	room = 0;
	s = prepared(r, READ_TOMBSTONES, "SELECT record FROM sat_tombstone");
	while (sat_step(db, s, NULL) == 1) {
		h->tombstones = grown(h->tombstones, h->tombstone_count, &room, sizeof *h->tombstones);
		h->tombstones[h->tombstone_count++] = world_dot_of(r->w, r->m, sat_column_int(s, 0));
	}
	sat_reset(s);
	room = 0;
	s = prepared(r, READ_UNDER, "SELECT record, label FROM sat_under");
	while (sat_step(db, s, NULL) == 1) {
		h->under = grown(h->under, h->under_count, &room, sizeof *h->under);
		h->under[h->under_count++] = (held_under){ world_dot_of(r->w, r->m, sat_column_int(s, 0)),
			                                   world_dot_of(r->w, r->m, sat_column_int(s, 1)) };
	}
	sat_reset(s);
	sort(h->under, h->under_count, sizeof *h->under, compare_under);
	sort(h->tombstones, h->tombstone_count, sizeof *h->tombstones, compare_u64);
}

/* Fields of one name and several types do not occur here, so a name is enough. */
static uint32_t field_named(const world *w, const char *name, const char *kind)
{
	for (size_t i = 0; i < w->model.field_count; i++) {
		if (strcmp(w->model.fields[i].name, name) == 0 &&
		    (kind == NULL || strcmp(w->model.fields[i].kind, kind) == 0))
			return (uint32_t)i;
	}
	return UINT32_MAX;
}

static held_name *read_names(reading *r, int which, const char *sql, size_t *count)
{
	world *w = r->w;
	sat_db *db = r->m->store->db;
	sat_stmt *s = prepared(r, which, sql);
	held_name *names = NULL;
	size_t room = 0;
	*count = 0;
	while (sat_step(db, s, NULL) == 1) {
		names = grown(names, *count, &room, sizeof *names);
		names[(*count)++] = (held_name){ .record = world_dot_of(w, r->m, sat_column_int(s, 0)),
			                         .dot = world_dot_of(w, r->m, sat_column_int(s, 1)),
			                         .field = field_named(w, sat_column_text(s, 2, NULL),
			                                              sat_column_text(s, 3, NULL)),
			                         .content = sat_column_int(s, 4) != 0 };
	}
	sat_reset(s);
	return names;
}

static void read_vouchers(reading *r)
{
	world *w = r->w;
	holdings *h = r->h;
	sat_stmt *s = prepared(r, READ_VOUCHERS, "SELECT dot, device FROM sat_vouched");
	size_t room = 0;
	while (sat_step(r->m->store->db, s, NULL) == 1) {
		sat_device device;
		MUST(w, sat_device_get(r->m->store, sat_column_int(s, 1), &device, err));
		h->vouchers = grown(h->vouchers, h->voucher_count, &room, sizeof *h->vouchers);
		h->vouchers[h->voucher_count++] = (held_voucher){ world_dot_of(w, r->m, sat_column_int(s, 0)),
			                                          world_device(w, &device.device) };
	}
	sat_reset(s);
}

/* --- digests -------------------------------------------------------------------------------------- */

static void digest(holdings *h)
{
	uint64_t hash = dice_hash_u64(1, h->own.words);
	hash = dice_hash_u64(dice_hash_u64(hash, h->value_count), h->record_count);
	hash = dice_hash_u64(dice_hash_u64(hash, h->decision_count), h->tombstone_count);
	for (size_t i = 0; i < h->value_count; i++) {
		hash = dice_hash_u64(hash, h->values[i].value->record ^ dice_mix(h->values[i].value->field));
		hash = dice_hash_u64(hash, h->values[i].value->dot);
		hash = dice_hash_u64(hash, h->values[i].blank);
	}
	for (size_t i = 0; i < h->record_count; i++) {
		hash = dice_hash_u64(hash, h->records[i].id);
		for (size_t k = 0; k < h->records[i].person_count; k++)
			hash = dice_hash_u64(hash, h->persons[h->records[i].first_person + k]);
	}
	for (size_t i = 0; i < h->decision_count; i++)
		hash = dice_hash_u64(hash, h->decisions[i]);
	for (size_t i = 0; i < h->tombstone_count; i++)
		hash = dice_hash_u64(hash, h->tombstones[i]);
	for (size_t i = 0; i < h->under_count; i++)
		hash = dice_hash_u64(dice_hash_u64(hash, h->under[i].record), h->under[i].label);
	for (size_t i = 0; i < h->need_count; i++)
		hash = dice_hash_u64(hash, h->needs[i]);
	/* Receipts that two copies sign in one second are one. */
	h->fate = dice_hash_u64(hash, h->statement_count - h->receipt_count);
	for (size_t i = 0; i < h->statement_count; i++)
		hash = dice_hash_u64(hash, h->statements[i]);
	h->digest = hash;
}

static void sort_and_judge(world *w, machine *m, holdings *h)
{
	h->own = holdings_self(w, h, m->device);
	h->own.programme = sat_store_programme(m->store)->version;
	sort(h->values, h->value_count, sizeof *h->values, compare_held);
	sort(h->records, h->record_count, sizeof *h->records, compare_records);
	size_t at = 0;
	for (size_t i = 0; i < h->record_count; i++) {
		held_record *record = &h->records[i];
		record->first = at;
		while (at < h->value_count && h->values[at].value->record == record->id)
			at++;
		record->count = at - record->first;
	}
	/* What a label keeps hangs on all records. */
	for (at = 0; at < h->value_count; at++)
		h->values[at].answer = (uint8_t)holdings_answer(w, h, h->values[at].value, &h->own);
}

holdings *holdings_read(world *w, machine *m, bool wrote)
{
	holdings *h = calloc(1, sizeof *h);
	h->keepers = 1;
	reading r = { .w = w, .m = m, .h = h, .wrote = wrote };
	m->incarnation_count = 0;
	for (size_t i = 0; i < sat_table_count(m->store); i++)
		read_table(&r, sat_table_at(m->store, i));
	read_decisions(&r);
	read_statements(&r);
	h->waiting = read_names(&r, READ_WAITING,
	                        "SELECT w.record, w.dot, f.name, k.name, content IS NOT NULL FROM sat_waiting w JOIN "
	                        "sat_field f ON f.kind = w.kind AND f.number = w.field JOIN sat_kind k ON k.id = "
	                        "w.kind", &h->waiting_count);
	h->declined = read_names(&r, READ_DECLINED, "SELECT record, dot, field, NULL, 0 FROM sat_declined",
	                         &h->declined_count);
	if (h->waiting_count + h->declined_count > 0)
		h->heard_persons = read_names(&r, READ_HEARD_PERSONS,
		                              "SELECT record, person, '', NULL, 0 FROM sat_concerned WHERE record IN "
		                              "(SELECT record FROM sat_waiting) UNION "
		                              "SELECT record, person, '', NULL, 0 FROM sat_declined_person",
		                              &h->heard_persons_count);
	read_vouchers(&r);
	sort_and_judge(w, m, h);
	digest(h);
	return h;
}

holdings *holdings_keep(holdings *h)
{
	if (h != NULL)
		h->keepers++;
	return h;
}

void holdings_drop(holdings *h)
{
	if (h == NULL || --h->keepers > 0)
		return;
	free(h->values);
	free(h->records);
	free(h->persons);
	free(h->decisions);
	free(h->bare);
	free(h->statements);
	free(h->tombstones);
	free(h->under);
	dots_clear(&h->hushed);
	free(h->waiting);
	free(h->heard_persons);
	free(h->declined);
	free(h->vouchers);
	free(h->needs);
	held_views_drop(h->views);
	free(h->dump);
	free(h);
}

/* --- asking --------------------------------------------------------------------------------------- */

const held_record *holdings_record(const holdings *h, world_dot id)
{
	held_record key = { .id = id };
	return h->record_count == 0 ? NULL
	                            : bsearch(&key, h->records, h->record_count, sizeof key, compare_records);
}

const held *holdings_value(const holdings *h, const model_value *value)
{
	held key = { .value = value };
	return h->value_count == 0 ? NULL : bsearch(&key, h->values, h->value_count, sizeof key, compare_held);
}

bool holdings_cover(const holdings *h, const model_value *value)
{
	const held_record *record = holdings_record(h, value->record);
	for (size_t i = 0; record != NULL && i < record->count; i++) {
		const model_value *by = h->values[record->first + i].value;
		if (by->field == value->field && model_covers(by, value->dot))
			return true;
	}
	return false;
}

bool holdings_tombstone(const holdings *h, world_dot record)
{
	for (size_t i = 0; i < h->tombstone_count; i++) {
		if (h->tombstones[i] == record)
			return true;
	}
	return false;
}

bool holdings_waits(const holdings *h, const model_value *value)
{
	for (size_t i = 0; i < h->waiting_count; i++) {
		const held_name *n = &h->waiting[i];
		if (n->record == value->record && n->dot == value->dot && n->field == value->field)
			return true;
	}
	return false;
}

int holdings_voucher(const holdings *h, world_dot dot)
{
	for (size_t i = 0; i < h->voucher_count; i++) {
		if (h->vouchers[i].dot == dot)
			return h->vouchers[i].device;
	}
	return -1;
}

bool holdings_details(const holdings *h, size_t decision)
{
	return holdings_knows(h, decision) &&
	       (h->bare_count == 0 ||
	        bsearch(&decision, h->bare, h->bare_count, sizeof decision, compare_size) == NULL);
}

bool holdings_knows(const holdings *h, size_t decision)
{
	return h->decision_count > 0 &&
	       bsearch(&decision, h->decisions, h->decision_count, sizeof decision, compare_size) != NULL;
}

uint64_t holdings_newest_statement(world *w, machine *m, int64_t *serial)
{
	sat_stmt *s = NULL;
	uint64_t hash = 0;
	size_t length;
	/* Receipts are told again when labels end, and get new sequences. */
	MUST(w, sat_db_prepare(m->store->db, &s,
	                       "SELECT name, serial FROM sat_statement WHERE type <> 7 ORDER BY seq DESC LIMIT 1", err));
	if (sat_step(m->store->db, s, NULL) == 1)
		memcpy(&hash, sat_column_blob(s, 0, &length), sizeof hash);
	if (serial != NULL)
		*serial = sat_column_int(s, 1);
	sat_db_finalize(m->store->db, &s);
	return hash;
}

bool holdings_statement(const holdings *h, uint64_t statement)
{
	return h->statement_count > 0 &&
	       bsearch(&statement, h->statements, h->statement_count, sizeof statement, compare_u64) != NULL;
}

const char *holdings_dump(world *w, machine *m, holdings *h)
{
	if (h->dump != NULL)
		return h->dump;
	SAT_BYTES(text);
	MUST(w, sat_dump_canonical(m->store, &text, err));
	h->dump = malloc(text.length + 1);
	if (text.length > 0)
		memcpy(h->dump, text.data, text.length);
	h->dump[text.length] = '\0';
	return h->dump;
}
