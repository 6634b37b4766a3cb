/* See ask.h. */
#include "ask.h"

#include "file-use.h"
#include "store-private.h"

/* One ask, under a name that nobody has seen. */
int sat_ask(sat_store *store, sat_dot record, int64_t device, sat_error *err)
{
	uint8_t name[16];
	int rc = SAT_SQL(store, ask_insert, "INSERT INTO sat_ask(name, record, device, seq) VALUES(?, ?, ?, ?)");
	if (rc != 0)
		return rc;
	store->env->random(store->env->context, name, sizeof name);
	sat_stmt *s = store->sql.ask_insert;
	sat_bind_blob(s, 1, name, sizeof name);
	sat_bind_int(s, 2, record);
	sat_bind_int(s, 3, device);
	sat_bind_int(s, 4, sat_store_next_sequence(store));
	return sat_run(store->db, s, err);
}

int sat_ask_again(sat_store *store, sat_dot person, sat_error *err)
{
	int rc = sat_file_ask_declined(store, err);
	if (rc != 0 || store->declined == 0)
		return rc;
	sat_stmt *s = NULL;
	rc = sat_db_prepare(store->db, &s,
	                        "SELECT DISTINCT record, source FROM sat_declined WHERE ?1 = 0 OR record IN "
	                        "(SELECT record FROM sat_declined_person WHERE person IN (?1, ?1 | "
	                        SAT_COLLECTIVE_SQL "))", err);
	if (rc != 0)
		return rc;
	sat_bind_int(s, 1, person);
	while (rc == 0 && (rc = sat_step(store->db, s, err)) == 1)
		rc = sat_ask(store, sat_column_int(s, 0), sat_column_int(s, 1), err);
	sat_db_finalize(store->db, &s);
	return rc < 0 ? rc : 0;
}
