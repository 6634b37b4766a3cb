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

static void check_key(checkup *k)
{
	SAT_BYTES(path);
	SAT_BYTES(file);
	sat_error err;
	char sentence[SAT_ERROR_MESSAGE_BYTES + 64];
	cli_key_path(k->c->store_path, &path);
	const char *key = (const char *)path.data;
	struct stat status;
	if (cli_file_read(key, 4096, &file, &err) != 0 || stat(key, &status) != 0) {
		snprintf(sentence, sizeof sentence, "the key file: %s", err.message);
		problem(k, sentence);
		return;
	}
	if ((status.st_mode & 077) != 0) {
		snprintf(sentence, sizeof sentence,
		         "the key file can be read by others; `chmod 600 %.400s` closes it", key);
		problem(k, sentence);
	}
	bool locked = sat_keyfile_locked(file.data, file.length);
	cli_set(k->c, "passphrase", json_boolean(locked));
	if (!locked)
		cli_say(k->c, "note: the key file has no passphrase.\n");
	/* A doctor does not ask for a passphrase; given one, or none needed, it looks inside. */
	if (locked && k->c->passphrase_file == NULL)
		return;
	if (cli_unlock(k->c) != 0) {
		snprintf(sentence, sizeof sentence, "the key file: %s", k->c->err.message);
		problem(k, sentence);
	}
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
	check_key(&k);
	check_machine(&k);
	size_t count = json_array_size(k.problems);
	cli_set(c, "ok", json_boolean(count == 0));
	if (count == 0)
		cli_say(c, "All is well.\n");
	else
		cli_say(
		    c,
		    "Nothing was changed.  For a damaged store: keep the file, and restore a backup beside "
		    "it.\n");
	return count == 0 ? CLI_DONE : CLI_PARTLY;
}
