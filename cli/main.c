/* The program: global options, the table of commands, the end of the output. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

#ifndef SATCHEL_VERSION
#define SATCHEL_VERSION "0"
#endif

typedef struct command {
	const char *name;
	int (*fn)(cli *c, int argc, char **argv);
	const char *help;
} command;

static const command commands[] = {
	{ "init", cmd_init, "make a store and an identity" },
	{ "invite", cmd_invite, "write an invitation for a laptop (at headquarters)" },
	{ "device", cmd_device, "list, approve, confirm and revoke devices" },
	{ "add", cmd_add, "write a new record" },
	{ "set", cmd_set, "change fields of a record" },
	{ "show", cmd_show, "show a record, who wrote what, and what is kept back" },
	{ "list", cmd_list, "list records of a kind" },
	{ "search", cmd_search, "find records by words" },
	{ "erase", cmd_erase, "erase a record for ever, everywhere" },
	{ "import", cmd_import, "read records from a CSV file" },
	{ "dump", cmd_dump, "write records as CSV or JSON" },
	{ "consent", cmd_consent, "record, show and withdraw decisions about consent" },
	{ "label", cmd_label, "whom records are kept for, and what a community says of them" },
	{ "date", cmd_date, "the day that headquarters signs, by which embargoes end" },
	{ "media", cmd_media, "photos, recordings and scanned sheets of records" },
	{ "report", cmd_report, "report outcomes, with small numbers of people hidden" },
	{ "export", cmd_export, "copy what is new to a stick or folder, sealed" },
	{ "merge", cmd_merge, "take in what is on a stick or in a bundle" },
	{ "verify", cmd_verify, "check every byte of a bundle" },
	{ "inspect", cmd_inspect, "show what can be seen of a bundle" },
	{ "disclosures", cmd_disclosures, "what was sent to whom, when, in which bundle" },
	{ "status", cmd_status, "what is sent, received, withheld, and what waits" },
	{ "conflicts", cmd_conflicts, "fields that two people wrote while apart" },
	{ "resolve", cmd_resolve, "decide a conflict" },
	{ "quarantine", cmd_quarantine, "what was set aside until a person decides" },
	{ "doctor", cmd_doctor, "check the store, the key file and the machine" },
	{ "backup", cmd_backup, "copy the store and its key file" },
	{ "restore", cmd_restore, "make a store out of a backup" },
};

static void tell_help(cli *c)
{
	SAT_BYTES(out);
	char row[128];
	sat_bytes_put_text(&out, "Usage: satchel [--store FILE] [--json] [--quiet] COMMAND ...\n\n"
	                         "Keeps records and consent offline and carries them, sealed, on sticks.\n\nCommands:\n");
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		snprintf(row, sizeof row, "  %-11s %s\n", commands[i].name, commands[i].help);
		sat_bytes_put_text(&out, row);
	}
	sat_bytes_put_text(&out, "\n`satchel COMMAND --help` says more about each, `man satchel` shows a whole example.\n"
	                         "The store is --store, else $SATCHEL_STORE, else ./satchel.db; the passphrase is the first\n"
	                         "line of $SATCHEL_PASSPHRASE_FILE, else it is asked for.\n");
	cli_tell_text(c, "help", &out);
}

static void tell_version(cli *c)
{
	SAT_BYTES(out);
	sat_bytes_put_text(&out, c->json ? SATCHEL_VERSION : "satchel " SATCHEL_VERSION "\n");
	cli_tell_text(c, "version", &out);
}

static const command *find_command(const char *name)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

static int run(cli *c, int argc, char **argv)
{
	if (!cli_global_options(c, &argc, &argv))
		return c->code;
	bool asks = argc > 0 && strcmp(argv[0], "help") == 0;
	if (asks && !cli_global_options(c, &argc, &argv))
		return c->code;
	if (c->help || asks) {
		tell_help(c);
		return CLI_DONE;
	}
	if (c->version) {
		tell_version(c);
		return CLI_DONE;
	}
	if (argc == 0)
		return cli_wrong(c, "no command was given; `satchel --help` lists them");
	const command *found = find_command(argv[0]);
	if (found == NULL)
		return cli_wrong(c, "there is no command \"%s\"; `satchel --help` lists them", argv[0]);
	if (sat_crypto_init(&c->err) != 0)
		return cli_fail(c);
	c->env = sat_env_system();
	int code = found->fn(c, argc, argv);
	if (cli_close(c) != 0 && code < CLI_FAILED)
		code = cli_fail(c);
	return code;
}

int main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	cli c = { .passphrase_file = getenv("SATCHEL_PASSPHRASE_FILE"),
		  .store_path = getenv("SATCHEL_STORE"),
		  .result = json_object() };
	if (c.store_path == NULL || c.store_path[0] == '\0')
		c.store_path = "./satchel.db";
	if (c.result == NULL)
		return CLI_FAILED;
	int code = run(&c, argc, argv);
	if (!cli_end(&c)) {
		cli_progress_stop();
		fprintf(stderr, "satchel: the output could not be written; what the command did is done\n");
		code = CLI_FAILED;
	}
	cli_progress_stop();
	return code;
}
