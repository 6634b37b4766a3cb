/* What the modules of core share of a store.  Nobody outside core includes this. */
#ifndef SAT_STORE_PRIVATE_H
#define SAT_STORE_PRIVATE_H

#include "apart.h"
#include "bytes.h"
#include "db.h"
#include "decision.h"
#include "incarnation.h"
#include "store.h"
#include "table.h"

#define SAT_TOKEN_BYTES 16

/* Statements that belong to no table, prepared on first use; `SAT_SQL(store, slot, "...")`. */
typedef struct sat_statements {
	sat_stmt *run_insert, *run_update, *moment_insert, *moment_admit, *moment_find;
	sat_stmt *incarnation_insert, *incarnation_update, *unlinked_insert, *unlinked_find, *unlinked_name;
	sat_stmt *meta_get, *meta_set;
	sat_stmt *history_put, *history_touch, *history_between;
	sat_stmt *sibling_select, *sibling_insert, *sibling_delete;
	sat_stmt *concerned_insert, *concerned_of_record, *concerned_of_person;
	sat_stmt *waiting_insert, *waiting_select, *waiting_delete;
	sat_stmt *tombstone_insert, *tombstone_find;
	sat_stmt *search_insert, *search_delete, *search_find;
	sat_stmt *begin, *commit;
	sat_stmt *consent_insert, *consent_insert_rows, *consent_of_subject, *consent_between, *consent_cores;
	sat_stmt *consent_fill, *consent_bare, *decided_insert, *sittings;
	sat_stmt *batch_insert, *batch_known, *batch_bare, *batch_find;
	sat_stmt *erasure_due, *erasure_insert, *erasure_find;
	sat_stmt *statement_insert, *statement_find;
	sat_stmt *device_insert, *device_find, *device_get;
	sat_stmt *accepted_set, *accepted_get;
	sat_stmt *declined_insert, *declined_delete, *declined_find, *declined_person_insert, *declined_persons;
	sat_stmt *vouched_insert, *vouched_delete, *vouched_find, *vouch_insert;
	sat_stmt *ask_insert, *ask_find;
	sat_stmt *heard_insert, *heard_find, *label_insert, *under_insert, *under_find;
	sat_stmt *erasure_label, *erasure_labelled, *holder_keep, *holder_put;
	sat_stmt *file_find, *file_insert, *file_name, *file_here, *file_loose, *file_use_insert, *file_uses;
	sat_stmt *piece_find, *piece_insert, *bytes_insert, *bytes_read;
} sat_statements;

struct sat_store {
	sat_db *db;
	const sat_env *env;
	char *path;
	char name[128];
	sat_device_id self;
	sat_role role;
	bool no_search;

	sat_programme *programme;
	sat_table **tables;
	size_t table_count;
	char purposes[SAT_PURPOSE_BITS][SAT_NAME_BYTES];
	uint32_t notices[SAT_PURPOSE_BITS]; /* see sat_purpose_notice */
	unsigned purpose_count;
	uint64_t personal, collective;  /* purposes of the programme in force, by who decides about them */
	uint64_t detail_needs[SAT_DETAILS]; /* sets of purposes, as the programme says; see details.h */

	sat_incarnation *incarnations;   /* by index; entry 0 is not used */
	size_t incarnation_count;        /* entries in use, with entry 0 */
	size_t incarnation_room;
	uint32_t *incarnation_slots;     /* open addressing by name */
	size_t incarnation_slot_count;   /* a power of two */
	bool arrivals;                   /* some have `arrived_now` */

	sat_apart apart[SAT_APART_MAX];  /* see apart.h; the one used last first */
	size_t apart_count;
	bool is_apart;                   /* `own` and `counter` are those of apart[0], and the usual ones: */
	int64_t usual_own, usual_counter;
	int64_t own;                     /* index of the incarnation we write under; 0: none yet */
	int64_t counter;                 /* its latest */
	bool token_matched;              /* the incarnation may be taken up again */
	bool wrote;                      /* something was committed, or may have been, since opening */
	uint8_t token[SAT_TOKEN_BYTES];

	int64_t seq;                     /* latest local sequence */
	int64_t offered;                 /* greatest sequence that any export has covered */
	int64_t run_seq;                 /* the run that grows: its row, its first dot, its length */
	int64_t run_first;
	int64_t run_count;
	int64_t run_kept;                /* the length that its row says; 0: it has none yet */
	int64_t moment;                  /* the clock's second when the latest moment was noted */
	bool moment_due;

	bool purge_search;               /* this transaction took words out for good: see search.h */
	sat_dot unsearched;              /* see search.h; 0: nothing is deferred */
	sat_dot last_subject;            /* greatest subject of a decision: about later ones nothing is known */
	int64_t closed_subjects;         /* persons with a closed episode: 0 is the usual case */
	int64_t tombstones;              /* and how many of these there are */
	int64_t waiting;
	int64_t declined;
	sat_dot *labelled;               /* records that a label was ever put on, ascending: sat_label in memory */
	size_t labels, label_room;
	size_t climbed;                  /* place of the table that was climbed from last (protocol.c) */
	bool loose_files;                /* some may be named by nothing any more: looked at before the commit */

	bool stale;                  /* a rollback could not reread the file */
	bool tables_changed;             /* in this transaction: a rollback has to load them again */
	bool needs_grew;                 /* a column needs a purpose that it did not need before */
	bool in_transaction;
	sat_statements sql;
};

/* Prepares a statement of sat_statements: 0 or an error. */
#define SAT_SQL(store, slot, text) sat_db_prepare((store)->db, &(store)->sql.slot, text, err)

/* The next dot of a local write, with the next sequence: they grow in step, so that creations need no
 * bookkeeping of their own (sat_run).  `*seq` receives the sequence.  In a transaction. */
int sat_store_next(sat_store *store, sat_dot *dot, int64_t *seq, sat_error *err);
/* Makes sure that the next `count` dots (less than SAT_COUNTER_END) are under one incarnation, a fresh
 * one when the present one is nearly used up.  In a transaction. */
int sat_store_reserve(sat_store *store, int64_t count, sat_error *err);
/* Lets the row of the run that grows say its true length, so that the next process can go on behind it.
 * In a transaction. */
int sat_store_end_run(sat_store *store, sat_error *err);
/* The next sequence alone, for a change that is no local creation. */
int64_t sat_store_next_sequence(sat_store *store);
/* A run of merged creations: `count` dots from `first` get the next sequences.  In a transaction. */
int sat_store_add_run(sat_store *store, sat_dot first, int64_t count, int64_t told, sat_error *err);
/* Reads everything kept in memory again, after a rollback. */
int sat_store_reload(sat_store *store, sat_error *err);

#endif
