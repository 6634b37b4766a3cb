/* See admit-declined.h. */
#include "admit-declined.h"

#include <string.h>

#include "erase.h"
#include "plant.h"
#include "protocol-reach.h"
#include "protocol.h"

/* --- what labels keep from us --------------------------------------------------------------------- */

/* Of whom a label keeps out, and who has it all the same, it must be told: they have to heed it. */
static int see_for_sender(sat_admission *a, sat_dot record, const sat_records *parents, sat_error *err)
{
	sat_sight sight = { 0 };
	int rc = a->sender_gate != NULL ? 0 : sat_device_get(a->store, a->from.device, &a->sender, err);
	if (rc == 0 && a->sender_gate == NULL) {
		const sat_recipient to = { .role = a->sender.role, .audiences = a->sender.audiences };
		rc = sat_gate_open(&a->sender_gate, a->store, &to, err);
	}
	if (rc == 0)
		rc = sat_gate_see(a->sender_gate, record, parents->at, parents->count, &sight, err);
	return rc != 0 || sight.obstacle == SAT_NO_OBSTACLE
	           ? rc
	           : sat_protocol_told_by(a->store, a->from.device, record, sight.label, err);
}

int sat_admission_see(sat_admission *a, sat_dot record, const sat_records *parents, bool *seen, sat_error *err)
{
	sat_sight sight;
	int rc = sat_gate_see(a->gate, record, parents->at, parents->count, &sight, err);
	*seen = rc == 0 && sight.obstacle == SAT_NO_OBSTACLE;
	return rc != 0 ? rc : see_for_sender(a, record, parents, err);
}

static int see(sat_admission *a, const sat_state *told, const sat_state *held, bool *seen, sat_error *err)
{
	sat_records parents;
	*seen = true;
	if (!sat_protocol_any(a->store))
		return 0;
	int rc = sat_protocol_parents(told, &parents, err);
	if (rc == 0)
		rc = sat_admission_see(a, told->id, &parents, seen, err);
	return rc != 0 || !*seen ? rc : sat_gate_see_state(a->gate, held, seen, err);
}

/* What a creation without values is declined under. */
#define NO_FIELD ""

/* --- declining ----------------------------------------------------------------------------------- */

/* It is asked of whoever tells it now. */
static int note(sat_admission *a, const sat_state *state, const char *field, sat_dot dot, sat_error *err)
{
	sat_store *store = a->store;
	int rc = SAT_SQL(store, declined_insert,
	                 "INSERT OR IGNORE INTO sat_declined(record, field, dot, source) VALUES(?, ?, ?, ?)");
	if (rc == 0)
		rc = SAT_SQL(store, declined_person_insert,
		             "INSERT OR IGNORE INTO sat_declined_person(person, record) VALUES(?, ?)");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.declined_insert, 1, state->id);
	sat_bind_string(store->sql.declined_insert, 2, field);
	sat_bind_int(store->sql.declined_insert, 3, dot);
	sat_bind_int(store->sql.declined_insert, 4, a->from.device);
	rc = sat_run(store->db, store->sql.declined_insert, err);
	store->declined += rc == 0 ? sat_db_changes(store->db) : 0;
	for (size_t i = 0; rc == 0 && i < state->person_count; i++) {
		sat_bind_int(store->sql.declined_person_insert, 1, state->persons[i]);
		sat_bind_int(store->sql.declined_person_insert, 2, state->id);
		rc = sat_run(store->db, store->sql.declined_person_insert, err);
	}
	a->frame.declined++;
	return rc;
}

/* True when a value under `dot` is this one, or was overwritten by it.  A blank is not, but for another blank: its
 * content may come. */
static bool accounts_for(const sat_sibling *held, sat_dot dot, bool blank)
{
	return (held->dot == dot && (!held->blank || blank || SAT_PLANTED_BUG(38))) ||
	       sat_past_covers(held->past, held->past_count, dot);
}

/* What is held already, or known to be overwritten, is nothing to decline. */
static bool knows(const sat_state *held, const sat_sibling *s)
{
	bool known = false;
	for (size_t i = 0; !known && i < held->count; i++)
		known = held->siblings[i].field == s->field && accounts_for(&held->siblings[i], s->dot, s->blank);
	return known;
}

/* Adds the persons of `other`, makes blanks of what is dead, and says of each value whether it may be kept:
 * `*kept` lives in the admission's arena.  Nothing is when the record is not `*seen`. */
static int weigh(sat_admission *a, sat_state *state, const sat_state *other, bool *seen, bool **kept, sat_error *err)
{
	bool changed = false;
	for (size_t i = 0; i < other->person_count; i++) {
		if (sat_state_concern(state, other->persons[i], &changed) != 0)
			return sat_no_memory(err);
	}
	int rc = sat_state_erase_dead(a->store, a->gate, state, &changed, err);
	if (rc == 0)
		rc = see(a, state, other, seen, err);
	if (rc == 0 && (*kept = sat_arena_zeroed(&a->arena, state->count + 1, sizeof **kept)) == NULL)
		rc = sat_no_memory(err);
	for (size_t i = 0; rc == 0 && i < state->count; i++) {
		const sat_sibling *s = &state->siblings[i];
		sat_leave leave;
		rc = sat_gate_weigh(a->gate, state->persons, state->person_count, s->stated, s->stated_count, &leave,
		                    err);
		(*kept)[i] = rc == 0 && *seen && (s->blank || SAT_PLANTED_BUG(10) ||
		                         sat_gate_answer(&leave, state->table->columns[s->field].needs) == SAT_PERMITTED);
	}
	return rc;
}

int sat_declined_sift(sat_admission *a, sat_state *state, const sat_state *held, sat_error *err)
{
	bool *kept = NULL, seen = true;
	int rc = weigh(a, state, held, &seen, &kept, err);
	size_t count = 0;
	/* Of a creation alone nothing is told but that the record exists. */
	if (rc == 0 && !seen && state->count == 0 && !held->created)
		rc = note(a, state, NO_FIELD, state->id, err);
	for (size_t i = 0; rc == 0 && i < state->count; i++) {
		const sat_sibling *s = &state->siblings[i];
		if (kept[i])
			state->siblings[count++] = *s;
		else if (!knows(held, s))
			rc = note(a, state, state->table->columns[s->field].name, s->dot, err);
	}
	if (rc == 0)
		state->count = count;
	return rc;
}

int sat_declined_persons(sat_store *store, sat_state *state, sat_error *err)
{
	if (store->declined == 0)
		return 0;
	int rc = SAT_SQL(store, declined_persons, "SELECT person FROM sat_declined_person WHERE record = ?");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.declined_persons;
	bool changed;
	sat_bind_int(s, 1, state->id);
	while ((rc = sat_step(store->db, s, err)) == 1) {
		if (sat_state_concern(state, sat_column_int(s, 0), &changed) != 0) {
			rc = sat_no_memory(err);
			break;
		}
	}
	sat_reset(s);
	return rc;
}

/* --- settling ----------------------------------------------------------------------------------- */

/* Whether a sibling is blank for ever: its episode is closed, as far as known here.  One that was told by somebody
 * who knows more is not yet, and never is when what he knows was set aside. */
static int blank_for_ever(sat_admission *a, const sat_state *state, const sat_sibling *s, bool *yes, sat_error *err)
{
	sat_leave leave;
	int rc = sat_gate_weigh(a->gate, state->persons, state->person_count, s->stated, s->stated_count, &leave, err);
	*yes = rc == 0 && sat_gate_answer(&leave, state->table->columns[s->field].needs) == SAT_ERASED;
	return rc;
}

/* Whether nothing is to be asked for any more under `dot` of a field. */
static int is_settled(sat_admission *a, const sat_state *state, const char *field, sat_dot dot, bool *settled,
                      sat_error *err)
{
	int rc = 0;
	*settled = false;
	for (size_t i = 0; rc == 0 && !*settled && i < state->count; i++) {
		const sat_sibling *s = &state->siblings[i];
		if (strcmp(state->table->columns[s->field].name, field) != 0)
			continue;
		*settled = accounts_for(s, dot, false);
		if (!*settled && s->dot == dot)
			rc = blank_for_ever(a, state, s, settled, err);
	}
	return rc;
}

int sat_declined_settle(sat_admission *a, const sat_state *state, sat_error *err)
{
	sat_store *store = a->store;
	if (store->declined == 0)
		return 0;
	int rc = SAT_SQL(store, declined_find, "SELECT field, dot FROM sat_declined WHERE record = ?");
	if (rc == 0)
		rc = SAT_SQL(store, declined_delete,
		             "DELETE FROM sat_declined WHERE record = ? AND field = ? AND dot = ?");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.declined_find;
	sat_bind_int(s, 1, state->id);
	while ((rc = sat_step(store->db, s, err)) == 1) {
		const char *field = sat_column_text(s, 0, NULL);
		sat_dot dot = sat_column_int(s, 1);
		bool settled = strcmp(field, NO_FIELD) == 0;
		if (!settled && (rc = is_settled(a, state, field, dot, &settled, err)) != 0)
			break;
		if (!settled)
			continue;
		sat_bind_int(store->sql.declined_delete, 1, state->id);
		sat_bind_string(store->sql.declined_delete, 2, field);
		sat_bind_int(store->sql.declined_delete, 3, dot);
		rc = sat_run(store->db, store->sql.declined_delete, err);
		if (rc != 0)
			break;
		store->declined -= sat_db_changes(store->db);
	}
	sat_reset(s);
	return rc < 0 ? rc : 0;
}
