/* A carrier is a way for bundles to travel.  It never needs to be trusted: it moves sealed bytes.
 *
 * The folder carrier (folder.h) stands for any mounted medium; serial lines and HTTP come later
 * behind the same struct, and tests have one in memory.  A program lists what a place holds, reads
 * bundles, writes new ones, and drops what a receipt has confirmed.
 *
 * Calls of one carrier come from one thread.  Every long call reports progress and can be cancelled
 * by its callback.
 */
#ifndef SAT_CARRIER_H
#define SAT_CARRIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define SAT_CARRIER_VERSION 1
#define SAT_SUFFIX ".satchel"

typedef struct sat_carrier sat_carrier;

/* Bytes done and to do of one bundle; true goes on, false cancels (SAT_ECANCELLED). */
typedef bool (*sat_progress)(void *context, const char *name, uint64_t done, uint64_t total);

/* What a listing says of one thing that it found.  `foreign` things are named and left alone. */
typedef struct sat_found {
	const char *name;       /* for messages and for sat_carrier_read; borrowed during the call */
	uint64_t size_bytes;
	bool foreign;           /* not a regular file, not our suffix, or too large to be ours */
	const char *why;        /* a sentence when foreign, else NULL */
	bool broken;            /* foreign, and yet a file under the name of a bundle: it was one, or was to be one */
} sat_found;

/* A source of bytes for one new bundle.  Bundles are written by position since their header is known
 * last (seal.h): `produce` calls `put` until it is done and returns 0 or an error. */
typedef struct sat_sink {
	void *context;
	int (*put)(void *context, uint64_t offset, const void *data, size_t count, sat_error *err);
} sat_sink;

struct sat_carrier {
	int version;            /* SAT_CARRIER_VERSION */
	void *context;
	/* Calls `each` for everything in the place, in the order of names; stops at its first non-zero
	 * result and returns that. */
	int (*list)(void *context, int (*each)(void *user, const sat_found *found), void *user,
	            sat_error *err);
	/* Opens a bundle for reading at any position; `*size_bytes` is its length. */
	int (*open)(void *context, const char *name, void **handle, uint64_t *size_bytes, sat_error *err);
	/* Reads exactly `count` bytes at `offset`; SAT_EIO when the medium fails or is gone. */
	int (*read)(void *context, void *handle, uint64_t offset, void *data, size_t count, sat_error *err);
	void (*close)(void *context, void *handle);
	/* Begins a new bundle under a random name that nobody has.  `size_hint_bytes` (0: unknown) is
	 * checked against the free space where that is known: SAT_EFULL. */
	int (*begin)(void *context, uint64_t size_hint_bytes, sat_sink *sink, sat_error *err);
	/* Makes the begun bundle durable under its final name, reads it back past the page cache and
	 * compares; `name` (at least 64 bytes) receives the name.  Until this returns 0 nothing is there. */
	int (*commit)(void *context, sat_sink *sink, char name[static 64], sat_progress progress,
	              void *progress_context, sat_error *err);
	/* Forgets a begun bundle and removes its temporary file. */
	void (*abandon)(void *context, sat_sink *sink);
	/* Removes a bundle that was confirmed. */
	int (*drop)(void *context, const char *name, sat_error *err);
	/* Bytes free, or UINT64_MAX when the medium does not say. */
	uint64_t (*free_bytes)(void *context);
	void (*free)(void *context);
};

static inline void sat_carrier_free(sat_carrier *carrier)
{
	if (carrier != NULL)
		carrier->free(carrier->context);
}
SAT_AUTO_DEFINE(sat_carrier)

#endif
