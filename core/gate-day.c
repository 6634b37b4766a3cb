/* See gate.h: the day that validity goes by. */
#include "concern.h"
#include "details.h"
#include "gate-private.h"
#include "plant.h"

static int signed_or_own_day(sat_store *store, bool own_clock, int64_t *day, sat_error *err)
{
	int rc = sat_meta_int(store, "registry_date", day, 0, err);
	int64_t now = store->env->now(store->env->context) / 86400;
	if (own_clock && now > *day)
		*day = now > INT32_MAX ? INT32_MAX : now;
	return rc;
}

int sat_gate_today(sat_store *store, bool own_clock, int32_t *today, sat_error *err)
{
	int64_t day, exported = 0;
	int rc = signed_or_own_day(store, own_clock, &day, err);
	if (rc == 0 && own_clock)
		rc = sat_meta_int(store, "export_day", &exported, 0, err);
	*today = (int32_t)(exported > day ? exported : day);
	return rc;
}

/* Records of those whose decision ends on a day from `first` up to the one before `last` are sent again.  Embargoes
 * end by no clock. */
static int touch_ending(sat_store *store, int64_t first, int64_t last, sat_error *err)
{
	SAT_BYTES(persons);
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(store->db, &s,
	                        "SELECT DISTINCT subject FROM sat_decision WHERE until >= ? AND until < ? AND "
	                        "purpose <> '" SAT_PROTOCOL "'", err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, first);
	sat_bind_int(s, 2, last);
	while ((rc = sat_step(store->db, s, err)) == 1) {
		sat_dot person = sat_column_int(s, 0);
		sat_bytes_put(&persons, &person, sizeof person);
	}
	sat_db_finalize(store->db, &s);
	if (rc == 0 && !sat_bytes_ok(&persons))
		rc = sat_no_memory(err);
	const sat_dot *person = (const sat_dot *)(const void *)persons.data;
	for (size_t i = 0; rc == 0 && i < persons.length / sizeof *person; i++)
		rc = sat_details_touch(store, person[i], ~UINT64_C(0), 0, 0, err);
	return rc != 0 ? rc : sat_record_touch_persons(store, person, persons.length / sizeof *person, err);
}

int sat_gate_new_day(sat_store *store, sat_error *err)
{
	int64_t day, exported;
	int rc = signed_or_own_day(store, true, &day, err);
	if (rc == 0)
		rc = sat_meta_int(store, "export_day", &exported, 0, err);
	if (rc == 0 && day < exported && !SAT_PLANTED_BUG(13))
		rc = touch_ending(store, day, exported, err);
	return rc != 0 || day == exported ? rc : sat_meta_set_int(store, "export_day", day, err);
}
