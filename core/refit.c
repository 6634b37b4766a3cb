/* See refit.h. */
#include "refit.h"

#include <stdlib.h>

#include "details.h"
#include "erase.h"
#include "record.h"
#include "search.h"
#include "store-private.h"

/* Subjects are collected first, since erasing changes the tables that are asked. */
static int closed_subjects(sat_store *store, sat_dot **subjects, size_t *count, sat_error *err)
{
	sat_stmt *s = NULL;
	size_t room = 0;
	int rc = sat_db_prepare(store->db, &s, "SELECT DISTINCT subject FROM sat_decision WHERE flags & 1", err);
	while (rc == 0 && (rc = sat_step(store->db, s, err)) == 1) {
		rc = 0;
		if (*count == room) {
			room = room == 0 ? 256 : room * 2;
			sat_dot *grown = realloc(*subjects, room * sizeof *grown);
			if (grown == NULL) {
				rc = sat_no_memory(err);
				break;
			}
			*subjects = grown;
		}
		(*subjects)[(*count)++] = sat_column_int(s, 0);
	}
	sat_db_finalize(store->db, &s);
	return rc;
}

int sat_refit_dead(sat_store *store, sat_error *err)
{
	store->needs_grew = false;
	if (store->closed_subjects == 0)
		return 0;
	sat_dot *subjects = NULL;
	size_t count = 0;
	int rc = closed_subjects(store, &subjects, &count, err);
	for (size_t i = 0; rc == 0 && i < count; i++)
		if ((rc = sat_record_erase_dead(store, subjects[i], err)) == 0)
			rc = sat_details_erase_dead(store, subjects[i], err);
	free(subjects);
	return rc;
}

int sat_refit(sat_store *store, sat_error *err)
{
	int rc = sat_search_rebuild(store, err);
	return rc == 0 ? sat_refit_dead(store, err) : rc;
}
