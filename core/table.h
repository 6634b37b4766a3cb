/* Kinds as tables: what the store knows about each kind and column, and the statements over them.
 *
 * A kind of the programme, or one that a peer's bundle names, is one table; a field is one column,
 * numbered in the order in which it came.  A field is identified by name *and* type, so that a
 * programme that changes a field's type makes another column ("start@text") and nothing is bent.
 * What a column needs is the union of what every programme and every peer said: it only grows.
 */
#ifndef SAT_TABLE_H
#define SAT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db.h"
#include "programme.h"
#include "purpose.h"
#include "store.h"

typedef struct sat_column {
	uint16_t number;
	char name[SAT_NAME_BYTES];
	sat_type type;
	sat_purposes needs;
	sat_subjects concerns;    /* as what whom it names is concerned */
	bool search;
	const sat_field *field;   /* of the programme in force; NULL when it does not know the field */
} sat_column;

typedef struct sat_table {
	int64_t id;
	char name[SAT_NAME_BYTES];
	sat_subjects is;          /* its records are people, or communities */
	const sat_kind *kind;     /* of the programme in force; NULL when it does not know the kind */
	sat_column *columns;      /* columns[i].number == i */
	size_t column_count;
	bool searchable;          /* some column is searched */
	bool files;               /* some column names files */
	/* Statements, made on demand and thrown away when a column is added.  Those that write take the
	 * id, then the columns in order; those that read give the id, the bookkeeping of sat_history
	 * (NULL where the record is as it was created), then the columns in order. */
	sat_stmt *insert;         /* nothing happens when the id is there */
	sat_stmt *update;         /* by id */
	sat_stmt *one;            /* by id */
	sat_stmt *range;          /* by id between two, ascending; see sat_table_range */
	sat_stmt *unchanged;      /* the same of a range without bookkeeping */
	sat_stmt *changed;        /* by sequence above the first and up to the second, ascending */
	sat_stmt *remove;         /* by id */
	sat_stmt *among;          /* whether some row is, or names in a column, somebody between two */
} sat_table;

/* Columns of the statements that read, and parameters of those that write. */
enum { SAT_AT_ID = 0, SAT_AT_SEQ, SAT_AT_TOLD, SAT_AT_CLOCK, SAT_AT_FIELDS };
enum { SAT_BIND_ID = 1, SAT_BIND_FIELDS };

/* Loads what the store knows and binds it to the programme.  Called by store.c. */
int sat_tables_load(sat_store *store, sat_error *err);
void sat_tables_free(sat_store *store);

/* All tables of kinds, in the order of their ids; borrowed until a kind is added. */
size_t sat_table_count(const sat_store *store);
sat_table *sat_table_at(const sat_store *store, size_t i);
/* NULL when there is none. */
sat_table *sat_table_named(const sat_store *store, const char *name);
sat_table *sat_table_of_id(const sat_store *store, int64_t id);
/* The same, made when it is not there.  In a transaction.  SAT_ELIMIT, SAT_EREFUSED for a bad name. */
int sat_table_ensure(sat_store *store, const char *name, sat_subjects is, sat_table **table, sat_error *err);

/* The purposes that a field needs, as a set; the state of mourning among them where it rests then. */
sat_purposes sat_field_needs(const sat_store *store, const sat_field *field);

/* NULL when there is none; any type when `type` is SAT_CLEARED: the programme's first. */
sat_column *sat_column_named(sat_table *table, const char *name, sat_type type);
/* The same, made when it is not there; `needs` and `concerns` are added to what is known.
 * In a transaction. */
int sat_column_ensure(sat_store *store, sat_table *table, const char *name, sat_type type, sat_subjects concerns,
                      sat_purposes needs, sat_column **column, sat_error *err);

/* Those who are concerned when a column concerns `subjects` and names `record`, or when the record is of such
 * a kind itself: none, one or two, as they stand among those concerned (dot.h). */
static inline size_t sat_concerned(sat_subjects subjects, sat_dot record, sat_dot concerned[static 2])
{
	size_t count = 0;
	if (subjects & SAT_AS_PERSON)
		concerned[count++] = record;
	if (subjects & SAT_AS_COMMUNITY)
		concerned[count++] = sat_dot_community(record);
	return count;
}

/* The name of a column in SQL: the field's own for the type that came first, so that people can query
 * it; with the type behind an @ for others. */
#define SAT_SQL_NAME_BYTES 80
void sat_column_sql_name(const sat_table *table, const sat_column *column,
                         char name[static SAT_SQL_NAME_BYTES]);

/* Prepares the statement in `slot`, which is one of the table's. */
int sat_table_prepare(sat_store *store, sat_table *table, sat_stmt **slot, sat_error *err);
/* The rows with ids from `first` to `last`, ascending: a statement of the table, bound and ready to be
 * stepped, which the caller resets.  While it runs nothing may give one of them bookkeeping. */
int sat_table_range(sat_store *store, sat_table *table, sat_dot first, sat_dot last, sat_stmt **rows,
                    sat_error *err);
/* The table that holds a record; NULL when no table does. */
int sat_table_of_record(sat_store *store, sat_dot id, sat_table **table, sat_error *err);

/* Reads the column `at` of a row of one of those statements as a value of `type`.  Absent (NULL in
 * the row) gives SAT_CLEARED.  Lists go into `arena`; text is borrowed until the next step. */
struct sat_arena;
int sat_row_value(sat_stmt *row, int at, sat_type type, struct sat_arena *arena, sat_value *value,
                  sat_error *err);
/* Binds a value (lists as JSON made in `arena`); SAT_CLEARED binds NULL. */
int sat_bind_value(sat_stmt *s, int at, const sat_value *value, struct sat_arena *arena, sat_error *err);

#endif
