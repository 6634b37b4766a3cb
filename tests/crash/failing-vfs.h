/* A SQLite VFS over the machine's own in which one durable step goes wrong (mishap.h).
 *
 *     failing_vfs_register(&m);
 *     sat_store_options options = { .vfs = FAILING_VFS };
 *
 * Steps are what changes a database or its rollback journal: xOpen that creates one, xWrite, xTruncate,
 * xSync and xDelete.  Temporary files are not looked at, since nobody reads them after a crash.
 * Reading never fails.
 */
#ifndef CRASH_FAILING_VFS_H
#define CRASH_FAILING_VFS_H

#include "mishap.h"

#define FAILING_VFS "failing"

/* Registers it, also as the default, so that databases that are opened without a name (the copy of a
 * backup) go through it too.  Once a process; `m` is borrowed for ever. */
void failing_vfs_register(mishap *m);

#endif
