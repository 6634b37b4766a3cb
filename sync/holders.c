/* See holders.h. */
#include "holders.h"

#include <stdlib.h>
#include <string.h>

#include "core/incarnation.h"
#include "core/store-private.h"
#include "disclosure.h"
#include "ledger.h"

struct sat_holders {
	sat_store *store;
	sat_arena arena;
	sat_holder *list;
	sat_standing *standings; /* of each */
	sat_gate **gates;
	size_t count;
	sat_stmt *record; /* sequences under which a record went out, and who told it */
};

void sat_holders_free(sat_holders *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; h->gates != NULL && i < h->count; i++)
		sat_gate_free(h->gates[i]);
	sat_db_finalize(h->store->db, &h->record);
	sat_arena_clear(&h->arena);
	free(h);
}

static int add_device(sat_holders *h, const sat_device *device, int32_t today, sat_error *err)
{
	if (device->id == 1 || strcmp(device->state, "pending") == 0)
		return 0;
	sat_holder *holder = &h->list[h->count];
	*holder = (sat_holder){ .device = *device };
	sat_recipient to = { .role = device->role, .audiences = holder->device.audiences, .today = today };
	int rc =
	    sat_ledger_standing(h->store, device->id, SAT_TRACK_RECORDS, &h->arena, &h->standings[h->count], err);
	return rc != 0 ? rc : sat_gate_open(&h->gates[h->count++], h->store, &to, err);
}

int sat_holders_begin(sat_holders **out, sat_store *store, sat_error *err)
{
	sat_holders *h = calloc(1, sizeof *h);
	sat_device *devices;
	size_t count;
	int32_t today;
	*out = NULL;
	if (h == NULL)
		return sat_no_memory(err);
	h->store = store;
	int rc = sat_devices(store, &h->arena, &devices, &count, err);
	if (rc == 0)
		rc = sat_gate_today(store, true, &today, err);
	if (rc == 0)
		rc = sat_db_prepare(
		    store->db, &h->record,
		    "SELECT seq, told FROM sat_history WHERE record = ?1 UNION ALL "
		    "SELECT seq + ?1 - first, told FROM sat_run WHERE first <= ?1 AND ?1 < first + count",
		    err);
	if (rc == 0) {
		h->list = sat_arena_zeroed(&h->arena, count + 1, sizeof *h->list);
		h->standings = sat_arena_zeroed(&h->arena, count + 1, sizeof *h->standings);
		h->gates = sat_arena_zeroed(&h->arena, count + 1, sizeof *h->gates);
		if (h->list == NULL || h->standings == NULL || h->gates == NULL)
			rc = sat_no_memory(err);
	}
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = add_device(h, &devices[i], today, err);
	if (rc != 0)
		sat_holders_free(h);
	else
		*out = h;
	return rc;
}

static bool in_spans(const sat_span *spans, size_t count, int64_t seq)
{
	bool in = false;
	for (size_t i = 0; i < count; i++)
		in = in || (seq > spans[i].above && seq <= spans[i].upto);
	return in;
}

static int64_t device_of(const sat_store *store, int64_t index)
{
	const sat_incarnation *incarnation = sat_incarnation_at(store, index);
	return incarnation == NULL ? 0 : incarnation->device;
}

typedef enum way { NOT_SENT, SENT, CONFIRMED } way;

/* How a record went to one device, under any of its sequences. */
static int way_to(sat_holders *h, size_t at, sat_dot record, way *out, sat_error *err)
{
	const sat_standing *s = &h->standings[at];
	*out = NOT_SENT;
	sat_bind_int(h->record, 1, record);
	int rc;
	while ((rc = sat_step(h->store->db, h->record, err)) == 1) {
		int64_t seq = sat_column_int(h->record, 0);
		bool told;
		rc = sat_device_spoke(h->store, h->list[at].device.id, sat_column_int(h->record, 1), &told, err);
		if (rc != 0)
			break;
		if (told || in_spans(s->received, s->received_count, seq))
			*out = CONFIRMED;
		else if (*out == NOT_SENT && in_spans(s->copied, s->copied_count, seq))
			*out = SENT;
	}
	sat_reset(h->record);
	return rc;
}

/* The fields of a record that ever went to each device, as sets of columns. */
typedef struct disclosed {
	sat_holders *holders;
	uint8_t (*fields)[SAT_FIELDS_MAX / 8];
} disclosed;

static int add_disclosed(void *context, const sat_disclosure *line, sat_error *err)
{
	disclosed *d = context;
	(void)err;
	for (size_t i = 0; i < d->holders->count; i++) {
		for (size_t k = 0; d->holders->list[i].device.id == line->device && k < line->field_bytes; k++)
			d->fields[i][k] |= line->fields[k];
	}
	return 0;
}

static int count_values(sat_holders *h, size_t at, const sat_state *state, sat_purposes purposes, way sent,
                        const uint8_t *earlier, sat_error *err)
{
	sat_holder *holder = &h->list[at];
	bool seen;
	int rc = sat_gate_see_state(h->gates[at], state, &seen, err);
	for (size_t i = 0; rc == 0 && i < state->count; i++) {
		const sat_sibling *s = &state->siblings[i];
		sat_purposes needs = state->table->columns[s->field].needs;
		sat_leave leave;
		if (s->blank || s->value.type == SAT_CLEARED || (~purposes != 0 && (needs & purposes) == 0))
			continue;
		bool author =
		    sat_dot_linked(s->dot) && device_of(h->store, sat_dot_index(s->dot)) == holder->device.id;
		rc = sat_gate_weigh(h->gates[at], state->persons, state->person_count, s->stated,
		                    s->stated_count, &leave, err);
		bool now = rc == 0 && seen && sat_gate_answer(&leave, needs) == SAT_PERMITTED;
		bool went = (earlier[s->field / 8] >> (s->field % 8) & 1) != 0;
		holder->held += author || (now && sent == CONFIRMED);
		holder->on_the_way += !author && now && sent == SENT;
		holder->earlier += !author && !now && went;
	}
	return rc;
}

int sat_holders_add(sat_holders *h, const sat_state *state, sat_purposes purposes, sat_error *err)
{
	SAT_ARENA(arena);
	disclosed d = { .holders = h, .fields = sat_arena_zeroed(&arena, h->count + 1, sizeof *d.fields) };
	int rc = d.fields == NULL ? sat_no_memory(err)
	                          : sat_disclosures_each(h->store, NULL, state->table, state->id, add_disclosed, &d, err);
	for (size_t i = 0; rc == 0 && i < h->count; i++) {
		way sent;
		rc = way_to(h, i, state->id, &sent, err);
		if (rc == 0)
			rc = count_values(h, i, state, purposes, sent, d.fields[i], err);
	}
	return rc;
}

void sat_holders_list(const sat_holders *h, const sat_holder **list, size_t *count)
{
	*list = h->list;
	*count = h->count;
}
