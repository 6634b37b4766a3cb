/* One side of Satchel in the benchmark: a store file, its keys, and the way between two of them.
 *
 * The sender and the small store are laptops of facilitators, the receiver is the registry.  They are
 * enrolled as people would do it, all through bundles (bench_sides_make); what is measured begins
 * after that.  The programme (programme.json) has the workload's columns.  No field needs a purpose,
 * since W(n) has only three and one in five people says no to each; but participants are people, and
 * attendance and consent rows refer to them, so the gate weighs every person concerned and then
 * permits every field.
 *
 * Each store keeps its token in its own folder, as if the machine stayed on between the steps.
 */
#ifndef SAT_BENCH_SIDE_H
#define SAT_BENCH_SIDE_H

#include "core/record.h"
#include "core/store.h"
#include "peers.h"
#include "sync/exchange.h"

/* A store's name in a side's folder. */
#define BENCH_SATCHEL_FILE "satchel.db"

typedef struct bench_table {
	sat_table *table;                             /* NULL: these rows are decisions */
	const sat_column *column[SAT_WORKLOAD_COLUMNS_MAX]; /* of each cell; none for the id */
} bench_table;

typedef struct bench_open_side {
	sat_env env;
	sat_store *store;
	sat_identity *identity;
	bool bare; /* no search index, and consent rows are records */
	bench_table tables[SAT_WORKLOAD_TABLES];
	sat_dot origin; /* what makes a record's id of the workload's; 0 in an empty store */
} bench_open_side;

/* Makes keys and stores for all sides in their folders, and enrols the laptops. */
int bench_sides_make(const bench_settings *settings, sat_error *err);
/* Owned by the caller. */
int bench_side_open(bench_open_side **side, const bench_settings *settings, bench_side which, bool bare,
                    sat_error *err);
void bench_side_free(bench_open_side *side);
/* Finds out `origin`, once the workload's rows are there. */
int bench_side_locate(bench_open_side *side, sat_error *err);

/* Exports to a device into the new folder `path`; `*bytes` (may be NULL) receives the size of all
 * bundles. */
int bench_side_export(bench_open_side *side, int64_t device, const char *path,
                      const sat_export_options *options, int64_t *bytes, sat_error *err);
/* Merges every bundle of such a folder.  An error for a bundle that is neither merged nor known. */
int bench_side_merge(bench_open_side *side, const char *path, sat_error *err);
/* A full export of one side into `path`, merged by the other. */
int bench_side_carry(bench_open_side *from, bench_open_side *to, const char *path, sat_error *err);

#endif
