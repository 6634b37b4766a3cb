/* Measuring: a clock, the peak of memory, a process of its own for each measurement, medians.
 *
 * A measurement runs in a forked child, so that no participant inherits another's heap, caches or
 * peak, and what it found comes back through memory that both processes share.  The parent stays
 * small: a child's peak cannot be below what its parent had in memory.
 */
#ifndef SAT_MEASURE_H
#define SAT_MEASURE_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

/* Seconds of CLOCK_MONOTONIC. */
double bench_seconds(void);

/* Begins to look for the peak anew from what is resident now.  Where the kernel does not allow that,
 * the peak stays that of the whole process: too large, never too small. */
void bench_peak_reset(void);
/* The most bytes of this process that were resident at once since then (VmHWM). */
int64_t bench_peak_bytes(void);

/* Runs `task` in a child and waits for it.  The task gets `context` as it was at the fork and fills
 * `result`, `result_bytes` long and copied both ways.  Returns what the task returned, with its
 * error, or SAT_EIO when the child died. */
int bench_in_child(int (*task)(const void *context, void *result, sat_error *err), const void *context,
                   void *result, size_t result_bytes, sat_error *err);

/* The median of those values that are numbers; NAN when none is.  Reorders them. */
double bench_median(double *values, size_t count);

/* Bytes of a file; -1 when there is none. */
int64_t bench_file_bytes(const char *path);
/* Makes a folder.  SAT_EIO, also when it exists. */
int bench_make_dir(const char *path, sat_error *err);
/* Makes a folder with a new name in the folder `parent` and writes its path.  SAT_EIO. */
int bench_make_temporary_dir(char *path, size_t path_bytes, const char *parent, sat_error *err);
/* Empties all files in a folder but leaves them: where files were just removed, some file systems (ext4
 * without a journal) take milliseconds to make the next, which would be measured. */
void bench_empty_dir(const char *path);
/* Removes a folder and all in it; what is not there is no error. */
void bench_remove_dir(const char *path);

#endif
