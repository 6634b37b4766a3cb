/* satchel init: a new store, its key file, and for a laptop the six words. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"

enum { INPUT_BYTES_MAX = 4 << 20 };

typedef struct setup {
	bool registry, no_passphrase;
	const char *invitation, *name, *programme;
	unsigned kdf_ms;
	sat_bytes input; /* the invitation or the programme */
	char recovery[SAT_RECOVERY_CHARS];
} setup;

static const cli_usage usage = {
	"init", "--registry | --invitation FILE, --name NAME",
	"Makes a store and its key file: at headquarters with --registry, on a laptop with the invitation\n"
	"that headquarters wrote (`satchel invite`).  Prints, once, a recovery code for paper, and on a\n"
	"laptop the six words that headquarters needs to hear.",
	0, 0
};

static int check(cli *c, const setup *s)
{
	if (s->registry == (s->invitation != NULL))
		return cli_wrong(c,
		                 "init needs either --registry (at headquarters) or --invitation FILE (on a "
		                 "laptop)");
	if (s->name == NULL || s->name[0] == '\0' || strlen(s->name) >= SAT_DEVICE_NAME_BYTES)
		return cli_wrong(c, "init needs --name NAME, which people will see, of at most %d bytes",
		                 SAT_DEVICE_NAME_BYTES - 1);
	if (!sat_utf8_valid(s->name, strlen(s->name)))
		return cli_wrong(c, "the name is not valid UTF-8");
	if (s->programme != NULL && !s->registry)
		return cli_wrong(c, "--programme is for headquarters; a laptop gets it with its invitation");
	return 0;
}

/* The key file comes first: a store without keys would be of no use, keys without a store do no harm. */
static int write_key(cli *c, setup *s, const char *key_path)
{
	char *passphrase = NULL;
	int rc = s->no_passphrase ? 0 : cli_new_passphrase(c, &passphrase);
	if (rc == 0 && passphrase != NULL && strlen(passphrase) < 10)
		cli_note(
		    c, "this passphrase is short; four or more words that do not belong together are better");
	if (rc == 0)
		rc = sat_identity_create(&c->identity, c->env, &c->err);
	SAT_BYTES(file);
	if (rc == 0)
		rc = sat_keyfile_write(&file, c->identity, passphrase, s->kdf_ms,
		                       s->no_passphrase ? NULL : s->recovery, c->env, &c->err);
	cli_secret_free(passphrase);
	if (rc == 0)
		rc = cli_file_write(key_path, file.data, file.length, 0600, &c->err);
	if (file.data != NULL)
		sat_wipe(file.data, file.length);
	return rc;
}

static int make_registry(cli *c, const setup *s)
{
	sat_store_setup store = { .name = s->name,
		                  .role = SAT_REGISTRY,
		                  .self = sat_identity_public(c->identity) };
	if (s->programme != NULL) {
		store.programme = (const char *)s->input.data;
		store.programme_length = s->input.length;
	}
	int rc = sat_store_create(c->store_path, &store, NULL, c->env, &c->err);
	if (rc != 0)
		return rc;
	rc = cli_open(c);
	if (rc == 0)
		rc = sat_store_begin(c->store, &c->err);
	if (rc == 0)
		rc = sat_registry_found(c->store, c->identity, &c->err);
	if (rc == 0)
		rc = sat_store_commit(c->store, &c->err);
	if (rc != 0) {
		sat_store_free(c->store);
		c->store = NULL;
	}
	return rc;
}

static int make_laptop(cli *c, const setup *s)
{
	int rc = sat_invitation_accept(c->store_path, s->input.data, s->input.length, s->name, c->identity,
	                               NULL, c->env, &c->err);
	return rc != 0 ? rc : cli_open(c);
}

static int read_input(cli *c, setup *s)
{
	char invitation[4096];
	if (s->invitation != NULL)
		cli_invitation_path(s->invitation, invitation, sizeof invitation);
	const char *path = s->registry ? s->programme : invitation;
	int rc = path == NULL ? 0 : cli_file_read(path, INPUT_BYTES_MAX, &s->input, &c->err);
	if (s->invitation == NULL || (rc != SAT_ELIMIT && rc != SAT_EINVALID))
		return rc;
	return sat_fail(&c->err, SAT_EDAMAGED, "%s is no invitation. Nothing was made. Ask headquarters for a new one",
	                path);
}

static void tell_laptop(cli *c)
{
	sat_device registry;
	char words[SAT_WORDS_CHARS] = "";
	if (sat_device_registry(c->store, &registry, NULL) == 0)
		sat_device_words(c->store, &registry, words, NULL);
	cli_set(c, "words", cli_text(words));
	cli_print(c,
	          "\nThe six words of this laptop; read them to headquarters by phone or face to face:\n\n    "
	          "%s\n",
	          words);
	cli_say(c, "\nNext: put in a stick and run `satchel export STICK`; it writes the request to be let in.\n");
}

static void tell(cli *c, const setup *s)
{
	char id[CLI_DEVICE_CHARS];
	cli_set(c, "replica", cli_text(cli_device(sat_store_self(c->store), id)));
	cli_set(c, "name", cli_text(s->name));
	cli_say(c, "Made %s for \"%s\", which takes part as %s, and its key file %s.key.\n", c->store_path, s->name,
	        sat_role_phrase(sat_store_role(c->store)), c->store_path);
	if (s->no_passphrase)
		cli_note(c, "the key file has no passphrase: whoever can read it can act as this replica");
	else {
		cli_set(c, "recovery", cli_text(s->recovery));
		cli_print(
		    c,
		    "\nThe recovery code.  It opens the store when the passphrase is forgotten and is shown "
		    "only now:\nwrite it on paper and keep that apart from the machine.\n\n    %s\n",
		    s->recovery);
	}
	if (s->registry)
		cli_say(c, "\nNext: `satchel invite FILE` writes an invitation for a laptop.\n");
	else
		tell_laptop(c);
}

int cmd_init(cli *c, int argc, char **argv)
{
	setup s = { 0 };
	const cli_option options[] = {
		{ "registry", CLI_FLAG, &s.registry, NULL, "make the store of headquarters" },
		{ "invitation", CLI_TEXT, &s.invitation, "FILE",
		  "make a laptop's store out of an invitation, or the one in a folder" },
		{ "name", CLI_TEXT, &s.name, "NAME", "what people call this replica" },
		{ "programme", CLI_TEXT, &s.programme, "FILE", "another programme than the compiled-in one" },
		{ "kdf-ms", CLI_NUMBER, &s.kdf_ms, "N", "how long opening the key takes (1000)" },
		{ "no-passphrase", CLI_FLAG, &s.no_passphrase, NULL, "for machines without a person" },
		{ 0 },
	};
	if (!cli_options(c, &usage, options, &argc, &argv))
		return c->code;
	int code = check(c, &s);
	if (code != 0)
		return code;
	SAT_BYTES(key_path);
	cli_key_path(c->store_path, &key_path);
	const char *key = (const char *)key_path.data;
	int rc = 0;
	struct stat there;
	if (stat(c->store_path, &there) == 0 && S_ISDIR(there.st_mode))
		rc = sat_fail(&c->err, SAT_EEXISTS,
		              "%s is a folder, and a store is a file; nothing was made; name a new file in it, such as "
		              "%s/satchel.db",
		              c->store_path, c->store_path);
	else if (cli_file_there(c->store_path) || cli_file_there(key))
		rc = sat_fail(&c->err, SAT_EEXISTS,
		              "%s%s is there already; it was left alone; choose another name "
		              "with --store",
		              c->store_path, cli_file_there(c->store_path) ? "" : ".key");
	if (rc == 0)
		rc = read_input(c, &s);
	if (rc == 0 && (rc = write_key(c, &s, key)) == 0) {
		rc = s.registry ? make_registry(c, &s) : make_laptop(c, &s);
		/* Neither was there before, and half of it would be in the way of the next attempt. */
		if (rc != 0)
			unlink(key);
		if (rc != 0 && rc != SAT_EEXISTS)
			sat_store_discard(c->store_path);
	}
	sat_bytes_clear(&s.input);
	if (rc != 0)
		return cli_fail(c);
	tell(c, &s);
	sat_wipe(s.recovery, sizeof s.recovery);
	return CLI_DONE;
}
