/* See reading.h. */
#include "reading.h"

#include <assert.h>
#include <string.h>

#include "core/query.h"

/* Persons are mostly met in the order of their ids, and the gate looks at a stretch of them at once. */
enum { STRETCH = 1 << 14 };

/* --- the walk --------------------------------------------------------------------------------- */

typedef struct walk {
	sat_reading *r;
	void (*each)(void *context, sat_reading *r);
	void *context;
} walk;

static int expect(sat_reading *r, const sat_state *state, sat_error *err)
{
	sat_dot first = 0;
	for (size_t i = 0; i < state->person_count && first == 0; i++)
		first = state->persons[i] > r->expected ? state->persons[i] : 0;
	if (first == 0)
		return 0;
	r->expected = first + STRETCH;
	return sat_gate_expect(r->gate, first, r->expected, err);
}

static int read_one(void *context, const sat_state *state, sat_error *err)
{
	walk *w = context;
	sat_reading *r = w->r;
	int rc = expect(r, state, err);
	if (rc != 0)
		return rc;
	r->state = state;
	r->weighed = NULL;
	w->each(w->context, r);
	r->state = NULL;
	if (r->rc != 0 && err != NULL)
		*err = r->err;
	return r->rc;
}

int sat_reading_each(sat_reading *r, const char *kind, const char *const *fields, size_t field_count,
                     void (*each)(void *context, sat_reading *r), void *context, sat_error *err)
{
	assert(field_count <= SAT_READING_FIELDS_MAX);
	sat_table *table = sat_table_named(r->store, kind);
	if (table == NULL)
		return 0;
	for (size_t i = 0; i < field_count; i++)
		r->columns[i] = sat_column_named(table, fields[i], SAT_CLEARED);
	r->expected = 0;
	walk w = { r, each, context };
	return sat_query_each(r->store, table, r->gate, read_one, &w, err);
}

/* --- values ----------------------------------------------------------------------------------- */

void sat_reading_no_memory(sat_reading *r)
{
	if (r->rc == 0)
		r->rc = sat_no_memory(&r->err);
}

void *sat_reading_grown(sat_reading *r, void *list, size_t count, size_t size)
{
	char *grown = sat_arena_grown(r->arena, list, count, size);
	if (grown == NULL)
		sat_reading_no_memory(r);
	else
		memset(grown + count * size, 0, size);
	return grown;
}

/* Values of one write have one statement, so most records are weighed once. */
static bool same_statement(const sat_sibling *a, const sat_sibling *b)
{
	return a != NULL && a->stated == b->stated && a->stated_count == b->stated_count;
}

const sat_value *sat_reading_value(sat_reading *r, size_t field)
{
	const sat_column *column = r->columns[field];
	const sat_sibling *s =
	    r->rc != 0 || column == NULL ? NULL : sat_state_shown(r->state, column->number);
	if (s == NULL || s->blank || s->value.type == SAT_CLEARED)
		return NULL;
	if (!same_statement(r->weighed, s)) {
		r->rc = sat_gate_weigh(r->gate, r->state->persons, r->state->person_count, s->stated,
		                       s->stated_count, &r->leave, &r->err);
		r->weighed = s;
	}
	sat_purposes needs = column->needs | r->also;
	if ((column->needs & sat_purposes_collective(r->store)) != 0)
		needs |= r->of_communities;
	bool permitted = r->rc == 0 && sat_gate_answer(&r->leave, needs) == SAT_PERMITTED;
	return permitted ? &s->value : NULL;
}

static const char *keep(sat_reading *r, const char *text, size_t length)
{
	const char *kept = sat_arena_copy(r->arena, text, length);
	if (kept == NULL)
		sat_reading_no_memory(r);
	return kept == NULL ? "" : kept;
}

const char *sat_reading_text(sat_reading *r, size_t field)
{
	const sat_value *value = sat_reading_value(r, field);
	if (value == NULL || (value->type != SAT_TEXT && value->type != SAT_DATE))
		return "";
	return keep(r, value->text.bytes, value->text.length);
}

sat_report_choice sat_reading_choice(sat_reading *r, size_t field)
{
	const sat_value *value = sat_reading_value(r, field);
	if (value == NULL || value->type != SAT_CHOICE)
		return (sat_report_choice){ "", "" };
	const char *name = keep(r, value->text.bytes, value->text.length);
	const sat_field *described = r->columns[field]->field;
	const sat_choice *choice =
	    described == NULL ? NULL : sat_field_choice(described, value->text.bytes, value->text.length);
	const char *label =
	    choice == NULL ? NULL
	                   : sat_programme_label(sat_store_programme(r->store), &choice->labels, r->language);
	return (sat_report_choice){ name, label == NULL ? name : label };
}

int64_t sat_reading_count(sat_reading *r, size_t field)
{
	const sat_value *value = sat_reading_value(r, field);
	if (value == NULL || value->type != SAT_INTEGER || value->integer < 0)
		return -1;
	return value->integer < INT32_MAX ? value->integer : INT32_MAX;
}

sat_dot sat_reading_reference(sat_reading *r, size_t field)
{
	const sat_value *value = sat_reading_value(r, field);
	return value == NULL || value->type != SAT_REFERENCE ? 0 : value->reference;
}

const char *sat_reading_id(sat_reading *r)
{
	char text[SAT_ID_CHARS];
	int rc = sat_id_print(r->store, r->state->id, text, &r->err);
	if (rc != 0)
		r->rc = rc;
	return rc != 0 ? "" : keep(r, text, strlen(text));
}
