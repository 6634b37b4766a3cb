/* satchel backup and satchel restore: the store with its key file, to another place and back. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

static const cli_usage backup_usage = {
	"backup", "FILE",
	"Copies the store to FILE and its key file to FILE.key.  Nothing is overwritten.  What is erased\n"
	"later stays in the copy until it is restored and merged: keep backups as safe as the laptop.",
	1, 1
};
static const cli_usage restore_usage = {
	"restore", "FILE",
	"Makes the store (--store) out of the backup FILE and its key FILE.key.  Nothing is overwritten.  A\n"
	"restored store goes on by itself; its next exchange brings back what it has missed.",
	1, 1
};

static int there_already(cli *c, const char *path, const char *key)
{
	if (!cli_file_there(path) && !cli_file_there(key))
		return 0;
	return sat_fail(&c->err, SAT_EEXISTS, "%s is there already; it was left alone; choose another name",
	                cli_file_there(path) ? path : key);
}

static int back_up(cli *c, const char *path, const char *key, const char *own_key)
{
	char part[PATH_MAX];
	if ((size_t)snprintf(part, sizeof part, "%s.part", path) >= sizeof part)
		return sat_fail(&c->err, SAT_EINVALID, "the name %.60s... is too long", path);
	int rc = there_already(c, path, key);
	if (rc != 0)
		return rc;
	unlink(part);
	rc = sat_store_backup(c->store, part, &c->err);
	if (rc == SAT_ENOTFOUND) /* a stick that is not there, not a slip of the pen */
		rc = sat_fail(
		    &c->err, SAT_EIO,
		    "%s cannot be written; the store itself is unchanged; is the stick in, and is the "
		    "folder there?",
		    path);
	if (rc == 0)
		rc = cli_file_copy(own_key, key, 0600, &c->err);
	if (rc == 0 && (rc = cli_file_rename(part, path, &c->err)) != 0)
		unlink(key);
	if (rc != 0)
		unlink(part);
	return rc;
}

int cmd_backup(cli *c, int argc, char **argv)
{
	if (!cli_options(c, &backup_usage, NULL, &argc, &argv))
		return c->code;
	SAT_BYTES(key);
	SAT_BYTES(own_key);
	cli_key_path(argv[0], &key);
	cli_key_path(c->store_path, &own_key);
	if (cli_open(c) != 0 || back_up(c, argv[0], (const char *)key.data, (const char *)own_key.data) != 0)
		return cli_fail(c);
	cli_set(c, "file", cli_text(argv[0]));
	cli_set(c, "key", cli_text((const char *)key.data));
	cli_say(c, "Copied the store to %s and its key file to %s.\n", argv[0], (const char *)key.data);
	return CLI_DONE;
}

/* The copy is opened once before anybody relies on it: a damaged backup must not pass for a store. */
static int restore(cli *c, const char *from, const char *from_key, const char *key)
{
	int rc = there_already(c, c->store_path, key);
	if (rc == 0 && !cli_file_there(from))
		rc = sat_fail(&c->err, SAT_EIO,
		              "there is no backup %s; nothing was changed; is the stick in?", from);
	if (rc == 0 && !cli_file_there(from_key))
		rc = sat_fail(
		    &c->err, SAT_EIO,
		    "a backup is two files, and %s is not there; nothing was changed; put it beside %s",
		    from_key, from);
	if (rc == 0)
		rc = cli_file_copy(from_key, key, 0600, &c->err);
	if (rc != 0)
		return rc;
	rc = cli_file_copy(from, c->store_path, 0600, &c->err);
	if (rc == 0) {
		rc = cli_open(c);
		if (rc != 0)
			sat_store_discard(c->store_path);
	}
	if (rc != 0)
		unlink(key);
	return rc;
}

int cmd_restore(cli *c, int argc, char **argv)
{
	if (!cli_options(c, &restore_usage, NULL, &argc, &argv))
		return c->code;
	SAT_BYTES(from_key);
	SAT_BYTES(key);
	cli_key_path(argv[0], &from_key);
	cli_key_path(c->store_path, &key);
	if (restore(c, argv[0], (const char *)from_key.data, (const char *)key.data) != 0)
		return cli_fail(c);
	cli_set(c, "store", cli_text(c->store_path));
	cli_set(c, "name", cli_text(sat_store_name(c->store)));
	cli_say(c, "Restored \"%s\" to %s.  Next: merge and export as usual; what was missed comes back.\n",
	        sat_store_name(c->store), c->store_path);
	return CLI_DONE;
}
