/* satchel doctor: is the store well, and the machine around it? */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "command.h"
#include "core/query.h"

static const cli_usage usage = {
	"doctor", "",
	"Checks the store file and its bookkeeping, the key file, the folder for tokens and the free space.\n"
	"It changes nothing.",
	0, 0
};

typedef struct checkup {
	cli *c;
	json_t *problems;
} checkup;

static void problem(void *context, const char *sentence)
{
	checkup *k = context;
	json_array_append_new(k->problems, cli_text(sentence));
	cli_print(k->c, "problem: %s\n", sentence);
}

/* What is no key at all has no passphrase either, and that is not what is to be said of it. */
static void check_key(checkup *k)
{
	SAT_BYTES(path);
	SAT_BYTES(file);
	char sentence[SAT_ERROR_MESSAGE_BYTES + 64];
	cli_key_path(k->c->store_path, &path);
	const char *key = (const char *)path.data;
	struct stat status;
	if (stat(key, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 077) != 0) {
		snprintf(sentence, sizeof sentence,
		         "the key file can be read by others; `chmod 600 %.400s` closes it", key);
		problem(k, sentence);
	}
	bool locked = cli_file_read(key, 4096, &file, NULL) == 0 && sat_keyfile_locked(file.data, file.length);
	/* A doctor does not ask for a passphrase; given one, or none needed, it looks inside. */
	bool opened = (!locked || k->c->passphrase_file != NULL) && cli_unlock(k->c) == 0;
	if (!opened && !(locked && k->c->passphrase_file == NULL))
		problem(k, k->c->err.message);
	cli_set(k->c, "passphrase", locked || opened ? json_boolean(locked) : json_null());
	if (opened && !locked)
		cli_say(k->c, "note: the key file has no passphrase.\n");
}

static void check_machine(checkup *k)
{
	char sentence[512];
	struct statvfs space;
	if (k->c->env->runtime_dir == NULL)
		problem(
		    k,
		    "there is no safe folder in memory for tokens; all works, but every command writes under "
		    "a new incarnation; set XDG_RUNTIME_DIR");
	if (statvfs(k->c->store_path, &space) == 0 && (uint64_t)space.f_bavail * space.f_frsize < UINT64_C(64)
	                                                                                              << 20) {
		snprintf(sentence, sizeof sentence, "the disk of the store has only %llu MiB free",
		         (unsigned long long)((uint64_t)space.f_bavail * space.f_frsize >> 20));
		problem(k, sentence);
	}
	/* Provenance only, but people read it. */
	if (k->c->env->now(k->c->env->context) < 1640995200)
		problem(
		    k, "the clock of this machine is before 2022; it does no harm, but times that people see "
		       "will be wrong");
}

int cmd_doctor(cli *c, int argc, char **argv)
{
	if (!cli_options(c, &usage, NULL, &argc, &argv))
		return c->code;
	checkup k = { c, json_array() };
	cli_set(c, "problems", k.problems);
	if (cli_open(c) != 0)
		return cli_fail(c);
	if (sat_query_check(c->store, problem, &k, &c->err) != 0)
		return cli_fail(c);
	size_t of_store = json_array_size(k.problems);
	check_key(&k);
	check_machine(&k);
	size_t count = json_array_size(k.problems);
	cli_set(c, "ok", json_boolean(count == 0));
	if (count == 0)
		cli_say(c, "All is well.\n");
	else
		cli_say(c, "Nothing was changed.%s\n",
		        of_store > 0 ? "  The store is damaged: keep the file, and restore a backup beside it." : "");
	return count == 0 ? CLI_DONE : CLI_PARTLY;
}
