/* The stores that crash tests stop, and the operations that they stop.
 *
 * A camp is a folder with a registry (`hq`), a laptop (`one`) and a stick, all in `work`.  Operations are
 * prepared once; what they start from is a copy of `work` that the driver puts back before each run
 * (camp_restore), so that paths and the replica structs stay what they are.
 */
#ifndef CRASH_CAMP_H
#define CRASH_CAMP_H

#include <limits.h>

#include "sync/folder.h"
#include "tests/support/replica.h"

/* Words that a withdrawal has to take away everywhere; no other word begins like them. */
#define CAMP_SECRET "zyxomma"
/* A word in every note that an import adds, and how many it adds. */
#define CAMP_IMPORTED "quarrion"
#define CAMP_IMPORTS 250

typedef struct camp {
	char dir[PATH_MAX];          /* everything is in here */
	char work[PATH_MAX];
	char first_stick[PATH_MAX];  /* of the first exchange */
	char stick[PATH_MAX];        /* of the operations: empty at first */
	char copy[PATH_MAX];         /* what the backup writes */
	replica hq, one;
	const sat_disk *disk;        /* of the stick; NULL: the machine's own */
	sat_dot speaker;             /* a person at `one` who withdraws */
	sat_bytes statement;         /* the registry's new programme */
} camp;

typedef struct operation {
	const char *name;
	bool at_hq;                  /* whose store it changes: hq's, else one's */
	bool repeats;                /* done twice it gives what it gives once */
	bool stick;                  /* bundles are looked at too */
	/* Brings the stores, open, to what it starts from; NULL: they are as the camp was founded. */
	void (*prepare)(camp *c);
	/* Does it on the open store. */
	int (*run)(camp *c, sat_error *err);
	/* Steps of a run that nothing stops; fewer than this and the tests test nothing. */
	unsigned steps_min;
} operation;

extern const operation camp_operations[];
extern const size_t camp_operation_count;

/* Founds both stores, with a first exchange behind them, and closes them. */
void camp_found(camp *c, const char *dir);
replica *camp_subject(camp *c, const operation *o);
/* Opens a replica's store; `vfs` may be NULL. */
int camp_open(replica *r, const char *vfs, sat_error *err);
/* The token in a replica's runtime folder; all zeros when there is none. */
#define CAMP_TOKEN_BYTES 16
void camp_token(const replica *r, uint8_t token[static CAMP_TOKEN_BYTES]);
/* Keeps a copy of `work` under a name, and puts it back. */
void camp_keep(const camp *c, const char *name);
void camp_restore(const camp *c, const char *name);
/* Removes everything below a path, and the path. */
void camp_remove(const char *path);

/* Exports from one to the other, and merges whatever lies on the camp's stick, through its disk. */
int camp_export(camp *c, replica *from, replica *to, sat_error *err);
int camp_merge(camp *c, replica *to, sat_error *err);

#endif
