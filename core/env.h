/* What a library may not take from the machine by itself: randomness and the time.
 *
 * A program fills in a sat_env once and hands it to sat_store_open; tests and the simulator hand in
 * one that replays from a seed.  Functions must not fail: a machine without randomness is no
 * machine to keep people's words on.
 */
#ifndef SAT_ENV_H
#define SAT_ENV_H

#include <stddef.h>
#include <stdint.h>

typedef struct sat_env {
	void *context;
	/* Fills `count` bytes that nobody can guess. */
	void (*random)(void *context, void *data, size_t count);
	/* Seconds since 1970 by this machine's clock, which may be wrong: provenance and display only. */
	int64_t (*now)(void *context);
	/* A folder that a reboot empties, where incarnation tokens live (see incarnation.h); NULL when
	 * there is none, and then every opening takes a fresh incarnation.  Borrowed for the env's life. */
	const char *runtime_dir;
} sat_env;

/* The machine's own: libsodium's randomness, the wall clock, $XDG_RUNTIME_DIR/satchel or
 * /dev/shm/satchel-UID.  Borrowed for ever. */
const sat_env *sat_env_system(void);

#endif
