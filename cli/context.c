/* The store and the keys of a command. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "command.h"
#include "core/hex.h"
#include "titles.h"

enum { SECRET_BYTES = 1025, KEY_FILE_BYTES_MAX = 4096 };

void cli_secret_free(char *secret)
{
	if (secret != NULL)
		sat_wipe(secret, SECRET_BYTES);
	free(secret);
}

static void cut_line(char *text)
{
	text[strcspn(text, "\r\n")] = '\0';
}

static int passphrase_of_file(cli *c, char *secret)
{
	FILE *file = fopen(c->passphrase_file, "re");
	if (file == NULL)
		return sat_fail(&c->err, SAT_EPASSPHRASE,
		                "the passphrase file %s could not be read: %s; nothing was "
		                "changed",
		                c->passphrase_file, strerror(errno));
	setvbuf(file, NULL, _IONBF, 0);
	bool read = fgets(secret, SECRET_BYTES, file) != NULL;
	fclose(file);
	if (read)
		cut_line(secret);
	if (!read || secret[0] == '\0')
		return sat_fail(&c->err, SAT_EPASSPHRASE,
		                "the passphrase file %s has an empty first line; write "
		                "the passphrase there",
		                c->passphrase_file);
	return 0;
}

/* From the terminal itself, also when standard input is a pipe; without echo. */
static int ask_secret(cli *c, const char *prompt, char *secret)
{
	FILE *terminal = fopen("/dev/tty", "r+e");
	if (terminal == NULL)
		return sat_fail(
		    &c->err, SAT_EPASSPHRASE,
		    "there is no terminal to ask for the passphrase; write it into a file and name "
		    "that in SATCHEL_PASSPHRASE_FILE");
	struct termios before, silent;
	bool hidden = tcgetattr(fileno(terminal), &before) == 0;
	if (hidden) {
		silent = before;
		silent.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(fileno(terminal), TCSAFLUSH, &silent);
	}
	cli_progress_pause(true);
	fputs(prompt, terminal);
	fflush(terminal);
	setvbuf(terminal, NULL, _IONBF, 0);
	bool read = fgets(secret, SECRET_BYTES, terminal) != NULL;
	cli_progress_pause(false);
	if (hidden)
		tcsetattr(fileno(terminal), TCSAFLUSH, &before);
	fputs("\n", terminal);
	fclose(terminal);
	if (!read)
		return sat_fail(&c->err, SAT_EPASSPHRASE, "no passphrase was typed; nothing was changed");
	cut_line(secret);
	return 0;
}

static int get_passphrase(cli *c, const char *prompt, char **out)
{
	*out = NULL;
	char *secret = calloc(1, SECRET_BYTES);
	if (secret == NULL)
		return sat_fail(&c->err, SAT_ENOMEM, "out of memory");
	int rc = c->passphrase_file != NULL && c->passphrase_file[0] != '\0' ? passphrase_of_file(c, secret)
	                                                                     : ask_secret(c, prompt, secret);
	if (rc != 0)
		cli_secret_free(secret);
	else
		*out = secret;
	return rc;
}

int cli_new_passphrase(cli *c, char **passphrase)
{
	int rc = get_passphrase(c, "New passphrase: ", passphrase);
	if (rc != 0 || (c->passphrase_file != NULL && c->passphrase_file[0] != '\0'))
		return rc;
	char *again;
	rc = get_passphrase(c, "The same again: ", &again);
	if (rc == 0 && (*passphrase)[0] == '\0')
		rc = sat_fail(&c->err, SAT_EPASSPHRASE, "a passphrase cannot be empty; nothing was made");
	else if (rc == 0 && strcmp(*passphrase, again) != 0)
		rc = sat_fail(&c->err, SAT_EPASSPHRASE,
		              "the two passphrases differ; nothing was made; try again");
	cli_secret_free(again);
	if (rc != 0) {
		cli_secret_free(*passphrase);
		*passphrase = NULL;
	}
	return rc;
}

void cli_key_path(const char *store_path, sat_bytes *path)
{
	sat_bytes_put(path, store_path, strlen(store_path));
	sat_bytes_put(path, ".key", 5);
}

int cli_open(cli *c)
{
	return c->store != NULL ? 0 : sat_store_open(&c->store, c->store_path, NULL, c->env, &c->err);
}

static int open_identity(cli *c, const sat_bytes *file)
{
	char *passphrase = NULL;
	if (sat_keyfile_locked(file->data, file->length)) {
		int rc = get_passphrase(c, "Passphrase: ", &passphrase);
		if (rc != 0)
			return rc;
	}
	cli_progress progress;
	cli_progress_begin(&progress, "opening the key");
	int rc = sat_keyfile_read(&c->identity, file->data, file->length, passphrase, &c->err);
	cli_progress_end(&progress);
	cli_secret_free(passphrase);
	return rc;
}

/* What is no file of a key's size is left to the one who understands key files, and can say what to do. */
static int read_key_file(cli *c, const char *path, sat_bytes *file)
{
	if (!cli_file_there(path))
		return sat_fail(&c->err, SAT_EIO,
		                "the key file %s is not there, without which nothing can be signed or opened; the records are "
		                "safe in the store, and nothing was changed; put the key file back from a backup",
		                path);
	int rc = cli_file_read(path, KEY_FILE_BYTES_MAX, file, &c->err);
	if (rc != SAT_EINVALID && rc != SAT_ELIMIT)
		return rc;
	sat_bytes_reset(file);
	return 0;
}

int cli_unlock(cli *c)
{
	int rc = cli_open(c);
	if (rc != 0 || c->identity != NULL)
		return rc;
	SAT_BYTES(path);
	SAT_BYTES(file);
	cli_key_path(c->store_path, &path);
	if (!sat_bytes_ok(&path))
		return sat_fail(&c->err, SAT_ENOMEM, "out of memory");
	rc = read_key_file(c, (const char *)path.data, &file);
	if (rc == 0)
		rc = open_identity(c, &file);
	if (rc == SAT_ELIMIT) /* of the file, not of what a person typed */
		rc = c->err.code = SAT_EDAMAGED;
	if (rc == SAT_EDAMAGED || rc == SAT_ETOONEW)
		sat_error_context(&c->err, "%s", (const char *)path.data);
	if (rc == 0 && !sat_device_equal(sat_identity_device(c->identity), sat_store_self(c->store)))
		rc = sat_fail(&c->err, SAT_EIO,
		              "the key file %s belongs to another store; nothing was changed; put "
		              "the right one there",
		              (const char *)path.data);
	return rc;
}

int cli_transaction(cli *c, int (*change)(cli *c, void *context), void *context)
{
	int rc = sat_store_begin(c->store, &c->err);
	if (rc == 0)
		rc = change(c, context);
	if (rc == 0)
		rc = sat_store_commit(c->store, &c->err);
	if (rc != 0)
		sat_store_rollback(c->store);
	return rc;
}

int cli_close(cli *c)
{
	sat_gate_free(c->own_gate);
	sat_gate_free(c->registry_gate);
	c->own_gate = c->registry_gate = NULL;
	cli_titles_free(c->titles);
	c->titles = NULL;
	sat_identity_free(c->identity);
	c->identity = NULL;
	sat_store *store = c->store;
	c->store = NULL;
	return sat_store_close(store, &c->err);
}

int cli_confirm(cli *c, bool yes, const char *question, const char *word)
{
	if (yes)
		return 0;
	if (!isatty(STDIN_FILENO))
		return sat_fail(
		    &c->err, SAT_EUSAGE,
		    "%s Nothing was changed: a person has to answer this, and there is no terminal; "
		    "--yes answers for scripts",
		    question);
	cli_progress_pause(true);
	cli_ask(c, "%s\nType \"%s\" to go on: ", question, word);
	char line[64];
	bool read = fgets(line, sizeof line, stdin) != NULL;
	cli_progress_pause(false);
	if (read) {
		cut_line(line);
		if (strcmp(line, word) == 0)
			return 0;
	}
	return sat_fail(&c->err, SAT_ECANCELLED, "it was not confirmed; nothing was changed");
}

const char *cli_device(const sat_device_id *device, char text[static CLI_DEVICE_CHARS])
{
	sat_hex_print(device->bytes, SAT_DEVICE_BYTES, text);
	return text;
}
