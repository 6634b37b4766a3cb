/* The workload as CSV files, to look at it or to hold it against another generator's. */
#ifndef SAT_WORKLOAD_CSV_H
#define SAT_WORKLOAD_CSV_H

#include "workload.h"

/* Writes what is left of `workload` as workshop.csv, participant.csv ... into the folder `dir`, which
 * exists; files of these names are overwritten.  UTF-8 with a line of column names; nothing recorded
 * is an empty field.  SAT_EIO. */
int sat_workload_write_csv(sat_workload *workload, const char *dir, sat_error *err);

#endif
