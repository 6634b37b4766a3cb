/* See gathering.h. */
#include "gathering.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- records that others refer to ------------------------------------------------------------- */

void sat_refer(sat_reading *r, sat_referred_list *list, const char *name, size_t at)
{
	sat_referred *added = SAT_READING_ADD(r, list->at, list->count);
	if (added != NULL)
		*added = (sat_referred){ r->state->id, name, at };
}

static int compare_referred(const void *id, const void *referred)
{
	return sat_dot_ascending(id, &((const sat_referred *)referred)->id);
}

const sat_referred *sat_referred_find(const sat_referred_list *list, sat_dot id)
{
	return list->count == 0 ? NULL
	                        : bsearch(&id, list->at, list->count, sizeof *list->at, compare_referred);
}

const char *sat_referred_name(const sat_referred_list *list, sat_dot id)
{
	const sat_referred *found = sat_referred_find(list, id);
	return found == NULL ? "" : found->name;
}

const char *sat_gathering_organisation(sat_gathering *g, sat_dot id, unsigned deed)
{
	const sat_referred *found = sat_referred_find(&g->organisations, id);
	if (found != NULL)
		g->all_organisations[found->at].did |= deed;
	return found == NULL ? "" : found->name;
}

const char *sat_gathering_names(sat_gathering *g, sat_reading *r, size_t field, const sat_referred_list *list,
                                unsigned deed)
{
	const sat_value *value = sat_reading_value(r, field);
	if (value == NULL || value->type != SAT_REFERENCES)
		return "";
	SAT_BYTES(names);
	for (size_t i = 0; i < value->references.count; i++) {
		sat_dot id = value->references.at[i];
		const char *name =
		    deed == 0 ? sat_referred_name(list, id) : sat_gathering_organisation(g, id, deed);
		sat_bytes_put(&names, "; ", names.length == 0 || name[0] == '\0' ? 0 : 2);
		sat_bytes_put_text(&names, name);
	}
	const char *kept = sat_bytes_ok(&names) ? sat_arena_copy(r->arena, names.data, names.length) : NULL;
	if (kept == NULL)
		sat_reading_no_memory(r);
	return kept == NULL ? "" : kept;
}

/* --- the period ------------------------------------------------------------------------------- */

int32_t sat_date_last(int32_t date)
{
	int32_t in_year = date % 512;
	return in_year == 0 ? date + 511 : in_year % 40 == 0 ? date + 39 : date;
}

bool sat_gathering_in_period(const sat_gathering *g, const char *start, const char *end)
{
	int32_t first, last;
	if (g->from == 0 && g->until == 0)
		return true;
	if (!sat_date_number(start, strlen(start), &first) && !sat_date_number(end, strlen(end), &first))
		return false;
	if (!sat_date_number(end, strlen(end), &last))
		last = first;
	return sat_date_last(last) >= g->from && (g->until == 0 || first <= sat_date_last(g->until));
}

const sat_referred *sat_gathering_event(sat_gathering *g, sat_reading *r, size_t workshop, size_t session,
                                        size_t meeting, bool *in)
{
	const sat_referred *event = sat_referred_find(&g->workshops, sat_reading_reference(r, workshop));
	const sat_referred *named = sat_referred_find(&g->sessions, sat_reading_reference(r, session));
	if (event == NULL && named != NULL)
		event = &g->workshops.at[named->at];
	if (event == NULL)
		event = sat_referred_find(&g->meetings, sat_reading_reference(r, meeting));
	*in = event == NULL ? g->from == 0 && g->until == 0 : event->at != SAT_NOT_IN_REPORT;
	return event;
}

int sat_text_order(const char *a, const char *b)
{
	int order = strcasecmp(a, b);
	return order != 0 ? order : strcmp(a, b);
}
