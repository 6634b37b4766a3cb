/* Counts what a test program allocates, and lets some allocations of it fail.
 *
 * A program that links allocations.c brings its own malloc, calloc and realloc, and its own mmap for
 * anonymous memory; the C library's (or the address sanitizer's) do the work.  The dynamic linker prefers
 * a program's own functions, so that the libraries it uses are counted too: SQLite, zstd, jansson, and
 * libsodium, which maps what holds secrets.
 *
 *     allocations_watch(7, 1);                   the seventh from here fails, and no other
 *     rc = sat_...;
 *     size_t count = allocations_unwatch();      7 or more: it was reached
 */
#ifndef SAT_TEST_ALLOCATIONS_H
#define SAT_TEST_ALLOCATIONS_H

#include <stddef.h>

/* Begins to count; `count` allocations from number `first` (from 1) on get nothing. */
void allocations_watch(size_t first, size_t count);
/* Ends it.  How many were asked for. */
size_t allocations_unwatch(void);
/* The largest that was asked for between the two, in bytes. */
size_t allocations_largest(void);

#endif
