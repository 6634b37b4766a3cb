/* See history.h. */
#include "history.h"

#include "store-private.h"

int sat_history_put(sat_store *store, sat_dot record, int64_t kind, int64_t seq, int64_t told,
                    const sat_bytes *clock, sat_error *err)
{
	int rc = SAT_SQL(store, history_put,
	                 "INSERT INTO sat_history(record, kind, seq, told, clock) VALUES(?, ?, ?, ?, ?) "
	                 "ON CONFLICT(record) DO UPDATE SET seq = excluded.seq, told = excluded.told, "
	                 "clock = excluded.clock");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.history_put;
	sat_bind_int(s, 1, record);
	sat_bind_int(s, 2, kind);
	sat_bind_int(s, 3, seq);
	told != 0 ? sat_bind_int(s, 4, told) : sat_bind_null(s, 4);
	if (clock != NULL && clock->length > 0)
		sat_bind_blob(s, 5, clock->data, clock->length);
	else
		sat_bind_null(s, 5);
	return sat_run(store->db, s, err);
}

int sat_history_touch(sat_store *store, sat_dot record, int64_t kind, sat_error *err)
{
	int rc = SAT_SQL(store, history_touch,
	                 "INSERT INTO sat_history(record, kind, seq) VALUES(?, ?, ?) "
	                 "ON CONFLICT(record) DO UPDATE SET seq = excluded.seq WHERE seq <= ?");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.history_touch;
	sat_bind_int(s, 1, record);
	sat_bind_int(s, 2, kind);
	sat_bind_int(s, 3, store->seq + 1);
	sat_bind_int(s, 4, store->offered);
	rc = sat_run(store->db, s, err);
	if (rc == 0 && sat_db_changes(store->db) > 0)
		sat_store_next_sequence(store);
	return rc;
}

int sat_history_between(sat_store *store, sat_dot first, sat_dot last, bool *any, sat_error *err)
{
	int rc = SAT_SQL(store, history_between, "SELECT 1 FROM sat_history WHERE record BETWEEN ? AND ? LIMIT 1");
	if (rc != 0)
		return rc;
	sat_stmt *s = store->sql.history_between;
	sat_bind_int(s, 1, first);
	sat_bind_int(s, 2, last);
	rc = sat_step(store->db, s, err);
	*any = rc == 1;
	sat_reset(s);
	return rc < 0 ? rc : 0;
}
