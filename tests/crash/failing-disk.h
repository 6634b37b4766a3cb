/* A sat_disk over the machine's own in which one durable step goes wrong (mishap.h).
 *
 *     failing_disk disk;
 *     failing_disk_init(&disk, &m);
 *     sat_folder_open(&carrier, stick, &disk.disk, env, err)
 *
 * Steps are what changes the stick: opening that creates, pwrite, fsync of files and folders, renaming,
 * unlinking, mkdir.  Once a stick is gone for good, reading fails too.  That reading and closing can fail
 * by themselves is for tests/unit/test-folder-trouble.c.
 */
#ifndef CRASH_FAILING_DISK_H
#define CRASH_FAILING_DISK_H

#include <limits.h>

#include "mishap.h"
#include "sync/folder.h"

#define FAILING_DISK_FILES 16

typedef struct failing_disk {
	sat_disk disk;               /* to be handed on; borrows the failing_disk */
	mishap *mishap;
	struct {
		int fd;
		bool folder;
		char path[PATH_MAX];
	} open[FAILING_DISK_FILES];  /* what is open and where, since fsync names only a descriptor */
} failing_disk;

/* It may not move afterwards; `m` is borrowed. */
void failing_disk_init(failing_disk *d, mishap *m);

#endif
