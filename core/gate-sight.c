/* See gate.h: what labels let the recipient see. */
#include <stdlib.h>
#include <string.h>

#include "gate-private.h"
#include "plant.h"
#include "protocol.h"

/* What a climb to the labels above a record has come to. */
typedef struct lookout {
	sat_gate *gate;
	sat_sight *sight;
	sat_records met;
} lookout;

/* Most records have in common what they derive from, and are looked at near one another. */
enum { OPEN_RECORDS = 4096, WEIGHED_RECORDS = 256 };

static size_t place_of(sat_dot record)
{
	return (size_t)((uint64_t)record * UINT64_C(0x9E3779B97F4A7C15) >> 52) % OPEN_RECORDS;
}

static bool is_known_open(const sat_gate *gate, sat_dot record)
{
	return gate->open != NULL && gate->open[place_of(record)] == record;
}

static int keep_open(sat_gate *gate, sat_dot record, sat_error *err)
{
	if (gate->open == NULL && (gate->open = calloc(OPEN_RECORDS, sizeof *gate->open)) == NULL)
		return sat_no_memory(err);
	sat_dot *place = &gate->open[place_of(record)];
	gate->forgot_open = gate->forgot_open || (*place != 0 && *place != record);
	*place = record;
	return 0;
}

void sat_gate_changed(sat_gate *gate, sat_dot record)
{
	/* Others may be known to be open by way of it, and it may be one of those that were forgotten. */
	if (gate == NULL || gate->open == NULL || (!gate->forgot_open && !is_known_open(gate, record)))
		return;
	memset(gate->open, 0, OPEN_RECORDS * sizeof *gate->open);
	gate->forgot_open = false;
}

int sat_gate_saw_all(sat_gate *gate, sat_dot record, sat_error *err)
{
	return gate->store->labels == 0 ? 0 : keep_open(gate, record, err);
}

static int weigh_labels(sat_gate *gate, sat_dot record, sat_sight *sight, sat_error *err)
{
	SAT_ARENA(arena);
	sat_decision *all;
	size_t count;
	if (gate->weighed == NULL && (gate->weighed = calloc(WEIGHED_RECORDS, sizeof *gate->weighed)) == NULL)
		return sat_no_memory(err);
	sat_sight *place = &gate->weighed[place_of(record) % WEIGHED_RECORDS];
	int rc = place->label == record
	             ? 0
	             : sat_consent_of_subject(gate->store, record, true, &arena, &all, &count, err);
	if (rc == 0 && place->label != record)
		*place = (sat_sight){ sat_protocol_permission(all, count, &gate->to), record };
	*sight = *place;
	return rc;
}

static int look_above(void *context, sat_dot record, bool labelled, sat_climb *go, sat_error *err)
{
	lookout *l = context;
	if (is_known_open(l->gate, record)) {
		*go = SAT_CLIMB_NOT_ABOVE;
		return 0;
	}
	int rc = labelled ? weigh_labels(l->gate, record, l->sight, err) : 0;
	if (rc == 0 && l->sight->obstacle != SAT_NO_OBSTACLE) {
		*go = SAT_CLIMB_STOP;
		return 0;
	}
	l->met.at = sat_arena_grown(&l->gate->scratch, l->met.at, l->met.count, sizeof *l->met.at);
	if (l->met.at == NULL)
		return sat_no_memory(err);
	l->met.at[l->met.count++] = record;
	if (SAT_PLANTED_BUG(36))
		*go = SAT_CLIMB_NOT_ABOVE;
	return rc;
}

/* Climbs from several records; when nothing keeps the recipient out, nothing does above any that was met. */
static int climb(sat_gate *gate, const sat_dot *from, size_t count, sat_sight *sight, sat_error *err)
{
	sat_arena_reset(&gate->scratch);
	lookout l = { .gate = gate, .sight = sight };
	int rc = sat_protocol_climb(gate->store, from, count, &gate->scratch, look_above, &l, err);
	for (size_t i = 0; rc == 0 && sight->obstacle == SAT_NO_OBSTACLE && i < l.met.count; i++)
		rc = keep_open(gate, l.met.at[i], err);
	return rc;
}

int sat_gate_see(sat_gate *gate, sat_dot record, const sat_dot *parents, size_t count, sat_sight *sight,
                 sat_error *err)
{
	*sight = (sat_sight){ 0 };
	if (gate->store->labels == 0 || SAT_PLANTED_BUG(31))
		return 0;
	bool open = true;
	int rc = sat_protocol_labelled(gate->store, record) ? weigh_labels(gate, record, sight, err) : 0;
	for (size_t i = 0; open && i < count; i++)
		open = is_known_open(gate, parents[i]);
	if (rc == 0 && !open && sight->obstacle == SAT_NO_OBSTACLE)
		rc = climb(gate, parents, count, sight, err);
	return rc;
}

int sat_gate_see_state(sat_gate *gate, const sat_state *state, bool *seen, sat_error *err)
{
	sat_records parents;
	sat_sight sight;
	*seen = true;
	if (gate->store->labels == 0)
		return 0;
	int rc = sat_protocol_parents(state, &parents, err);
	if (rc == 0)
		rc = sat_gate_see(gate, state->id, parents.at, parents.count, &sight, err);
	*seen = rc == 0 && sight.obstacle == SAT_NO_OBSTACLE;
	return rc;
}

int sat_gate_see_record(sat_gate *gate, sat_dot record, bool *seen, sat_error *err)
{
	sat_sight sight = { 0 };
	int rc = gate->store->labels == 0 || SAT_PLANTED_BUG(31) ? 0 : climb(gate, &record, 1, &sight, err);
	*seen = rc == 0 && sight.obstacle == SAT_NO_OBSTACLE;
	return rc;
}
