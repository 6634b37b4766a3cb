/* What a power cut may take: bytes and names that were written and not synced.
 *
 * The files themselves always hold everything, so that reading needs no detour.  Beside them this keeps,
 * for every file with unsynced bytes, what it held when it was last synced and what was done to it since;
 * and one list of the names that were made, changed or removed in folders not synced since.  At the cut
 * the files are put back to a state in which a medium may be found afterwards.
 *
 * What is assumed of a medium is what SQLite and the folder carrier assume too: sectors of 512 bytes are
 * whole, unsynced sectors reach the medium in any order or not at all, and names follow each other in
 * their order.  A name is not safe because its file was synced.
 *
 *     unsynced *u = unsynced_new();
 *     unsynced_write(u, path, offset, data, count), pwrite(...)
 *     fsync(...), unsynced_sync(u, path)
 *     unsynced_lose(u, partly, seed), kill(getpid(), SIGKILL)
 *
 * Every function takes NULL for `u` and then does nothing.  It is made for a process that ends in a cut,
 * so nothing is ever freed; when a call fails the process aborts.
 */
#ifndef CRASH_UNSYNCED_H
#define CRASH_UNSYNCED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct unsynced unsynced;

unsynced *unsynced_new(void);

/* To be called before a file is written, cut or grown to `size`, or removed. */
void unsynced_write(unsynced *u, const char *path, uint64_t offset, const void *data, size_t count);
void unsynced_truncate(unsynced *u, const char *path, uint64_t size);
void unsynced_remove(unsynced *u, const char *path);
/* To be called when a file was created, given another name in its folder, synced; when a folder was made. */
void unsynced_create(unsynced *u, const char *path);
void unsynced_rename(unsynced *u, const char *from, const char *to);
void unsynced_sync(unsynced *u, const char *path);
void unsynced_make_folder(unsynced *u, const char *path);
/* To be called when a folder was synced: the names in it are safe. */
void unsynced_sync_folder(unsynced *u, const char *path);

/* The cut.  Nothing that was not synced stays or, `partly`, what the seed says. */
void unsynced_lose(unsynced *u, bool partly, uint64_t seed);

/* A number out of a seed, moved on with each call. */
uint64_t unsynced_draw(uint64_t *seed);

#endif
