/* See admit-claim.h. */
#include "admit-claim.h"

#include "admit-waiting.h"
#include "plant.h"
#include "record.h"

static int accepted_point(sat_store *store, int64_t index, int64_t *counter, sat_error *err)
{
	*counter = 0;
	int rc = SAT_SQL(store, accepted_get, "SELECT counter FROM sat_accepted WHERE incarnation = ?");
	if (rc != 0)
		return rc;
	sat_bind_int(store->sql.accepted_get, 1, index);
	rc = sat_step(store->db, store->sql.accepted_get, err);
	if (rc == 1)
		*counter = sat_column_int(store->sql.accepted_get, 0);
	sat_reset(store->sql.accepted_get);
	return rc < 0 ? rc : 0;
}

int sat_claim_of_dot(sat_admission *a, sat_dot dot, sat_claim *claim, sat_error *err)
{
	*claim = SAT_CLAIM_FINE;
	if (!sat_dot_linked(dot))
		return 0;
	int64_t index = sat_dot_index(dot), accepted;
	const sat_incarnation *incarnation = sat_incarnation_at(a->store, index);
	int rc = 0;
	if (incarnation == NULL || incarnation->device == 0 || sat_dot_counter(dot) > incarnation->highest) {
		*claim = SAT_CLAIM_MISSING;
	} else if (incarnation->device != a->from.device && !a->from.registry && !a->from.vouches) {
		*claim = SAT_CLAIM_FALSE;
	} else if (a->from.revoked && incarnation->device != a->from.device) {
		/* Nobody vouches after being revoked. */
		*claim = SAT_PLANTED_BUG(16) ? SAT_CLAIM_FINE : SAT_CLAIM_ASIDE;
	} else if (a->from.revoked) {
		rc = accepted_point(a->store, index, &accepted, err);
		*claim = rc == 0 && sat_dot_counter(dot) > accepted ? SAT_CLAIM_ASIDE : SAT_CLAIM_FINE;
	}
	if (rc == 0 && *claim == SAT_CLAIM_FINE)
		sat_incarnation_arrived(a->store, index, sat_dot_counter(dot));
	return rc;
}

/* True when something of a write is here, seen or waiting. */
static int write_known(sat_admission *a, const sat_row *row, bool *known, sat_error *err)
{
	SAT_ARENA(arena);
	sat_state state;
	*known = false;
	int rc = sat_record_load(a->store, NULL, row->record, &arena, &state, err);
	for (size_t i = 0; rc == 0 && i < state.count; i++)
		*known = *known || state.siblings[i].dot == row->dot;
	return rc != 0 || *known ? rc : sat_waiting_knows(a->store, row->record, row->dot, known, err);
}

/* Somebody vouches for a write for as long as neither its author nor the registry brings it. */
static int note_vouched(sat_admission *a, const sat_row *row, sat_error *err)
{
	sat_store *store = a->store;
	const sat_incarnation *incarnation = sat_incarnation_at(store, sat_dot_index(row->dot));
	bool vouched = a->from.vouches && !a->from.registry && incarnation != NULL &&
	               incarnation->device != a->from.device;
	bool known = false;
	if (!vouched && !a->any_vouched)
		return 0;
	int rc = SAT_SQL(store, vouched_insert, "INSERT OR REPLACE INTO sat_vouched(dot, device) VALUES(?, ?)");
	if (rc == 0)
		rc = SAT_SQL(store, vouched_delete, "DELETE FROM sat_vouched WHERE dot = ?");
	if (rc == 0 && vouched)
		rc = write_known(a, row, &known, err);
	if (rc != 0 || (known && !SAT_PLANTED_BUG(14)))
		return rc;
	sat_stmt *s = vouched ? store->sql.vouched_insert : store->sql.vouched_delete;
	sat_bind_int(s, 1, row->dot);
	if (vouched)
		sat_bind_int(s, 2, a->from.device);
	return sat_run(store->db, s, err);
}

/* True when somebody has signed for this dot. */
static bool covered(const sat_store *store, sat_dot dot)
{
	const sat_incarnation *incarnation = sat_incarnation_at(store, sat_dot_index(dot));
	return incarnation != NULL && sat_dot_counter(dot) <= incarnation->highest;
}

/* A past may name anybody's writes, but none that nobody has signed for; so may the record's name. */
static bool names_covered(const sat_store *store, const sat_row *row)
{
	for (uint32_t i = 0; i < row->past_count; i++) {
		if (!covered(store, row->past[i]))
			return false;
	}
	return row->record == row->dot || !sat_dot_linked(row->record) || covered(store, row->record);
}

bool sat_claim_goes_on(sat_admission *a, sat_claim claim)
{
	a->frame.missing += claim == SAT_CLAIM_MISSING;
	a->frame.set_aside += claim == SAT_CLAIM_ASIDE;
	return claim == SAT_CLAIM_FINE;
}

int sat_claim_of_row(sat_admission *a, const sat_row *row, bool *goes_on, sat_error *err)
{
	sat_claim claim;
	*goes_on = false;
	int rc = sat_claim_of_dot(a, row->dot, &claim, err);
	if (rc == 0 && claim == SAT_CLAIM_FALSE)
		rc = sat_fail(err, SAT_EREFUSED, "it claims to have written what another device wrote");
	if (rc != 0)
		return rc;
	if (claim == SAT_CLAIM_FINE && !names_covered(a->store, row))
		claim = SAT_CLAIM_MISSING;
	*goes_on = sat_claim_goes_on(a, claim);
	return *goes_on ? note_vouched(a, row, err) : 0;
}
