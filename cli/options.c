/* Options of commands, described by tables: getopt_long does the reading, the table the rest. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

enum { OPTIONS_MAX = 48 };

static size_t count_options(const cli_option *options)
{
	size_t n = 0;
	while (options != NULL && options[n].name != NULL)
		n++;
	return n;
}

static bool take_number(const char *text, unsigned *number)
{
	char *end;
	errno = 0;
	unsigned long value = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value > 1000000000 || text[0] == '-')
		return false;
	*number = (unsigned)value;
	return true;
}

static bool take(cli *c, const cli_option *option, const char *argument)
{
	switch (option->kind) {
	case CLI_FLAG:
		*(bool *)option->into = true;
		return true;
	case CLI_TEXT:
		*(const char **)option->into = argument;
		return true;
	case CLI_NUMBER:
		if (take_number(argument, option->into))
			return true;
		cli_wrong(c, "--%s takes a number, not \"%s\"", option->name, argument);
		return false;
	case CLI_WORDS: {
		cli_list *list = option->into;
		if (list->count < CLI_LIST_MAX) {
			list->at[list->count++] = argument;
			return true;
		}
		cli_wrong(c, "--%s was given more than %d times", option->name, CLI_LIST_MAX);
		return false;
	}
	}
	return false;
}

static void put_option(sat_bytes *out, const cli_option *option)
{
	char left[64], row[256];
	snprintf(left, sizeof left, "--%s%s%s", option->name, option->argument == NULL ? "" : " ",
	         option->argument == NULL ? "" : option->argument);
	snprintf(row, sizeof row, "  %-26s %s\n", left, option->help);
	sat_bytes_put_text(out, row);
}

static void tell_usage(cli *c, const cli_usage *usage, const cli_option *options, size_t own, size_t all)
{
	SAT_BYTES(out);
	sat_bytes_put_text(&out, "Usage: satchel ");
	sat_bytes_put_text(&out, usage->name);
	sat_bytes_put_text(&out, own > 0 ? " [OPTIONS]" : "");
	sat_bytes_put_text(&out, usage->arguments[0] == '\0' ? "" : " ");
	sat_bytes_put_text(&out, usage->arguments);
	sat_bytes_put_text(&out, "\n\n");
	sat_bytes_put_text(&out, usage->about);
	sat_bytes_put_text(&out, own > 0 ? "\n\nOptions:\n" : "\n");
	for (size_t i = 0; i < own; i++)
		put_option(&out, &options[i]);
	sat_bytes_put_text(&out, "\nFor every command:\n");
	for (size_t i = own; i < all; i++)
		put_option(&out, &options[i]);
	cli_tell_text(c, "help", &out);
}

/* getopt has gone past a long option that it does not know, while it still stands within a short one: "-boat" is
 * four of them to it, of which it names the first. */
static void unknown_option(cli *c, const char *passed)
{
	char letter[] = { '-', (char)optopt, '\0' };
	bool one_letter = optopt > 0 && optopt < 128;
	cli_wrong(c, "\"%s\" is no option here; --help lists them, and words that begin with a hyphen go after \"--\"",
	          one_letter ? letter : passed);
}

/* Reads until the end, or in `order` until the first positional word.  False after a wrong one. */
static bool read_options(cli *c, const cli_option *options, size_t count, bool order, int argc, char **argv)
{
	struct option longs[OPTIONS_MAX + 1] = { 0 };
	for (size_t i = 0; i < count; i++)
		longs[i] = (struct option){ options[i].name,
			                    options[i].kind == CLI_FLAG ? no_argument : required_argument,
			                    NULL, (int)i + 1000 };
	opterr = 0;
	optind = 0;
	int found;
	while ((found = getopt_long(argc, argv, order ? "+:h" : ":h", longs, NULL)) != -1) {
		if (found == ':') {
			cli_wrong(c, "%s needs something after it", argv[optind - 1]);
			return false;
		}
		if (found == '?') {
			unknown_option(c, argv[optind - 1]);
			return false;
		}
		if (found == 'h')
			c->help = true;
		else if (!take(c, &options[found - 1000], optarg))
			return false;
	}
	return true;
}

static size_t add_globals(cli *c, cli_option *all, size_t count)
{
	const cli_option globals[] = {
		{ "store", CLI_TEXT, &c->store_path, "FILE", "the store to use" },
		{ "json", CLI_FLAG, &c->json, NULL, "answer with one JSON object" },
		{ "quiet", CLI_FLAG, &c->quiet, NULL, "say only what was asked for, and what went wrong" },
		{ "help", CLI_FLAG, &c->help, NULL, "say how it is used" },
	};
	for (size_t i = 0; i < sizeof globals / sizeof *globals; i++)
		all[count++] = globals[i];
	return count;
}

bool cli_options(cli *c, const cli_usage *usage, const cli_option *options, int *argc, char ***argv)
{
	cli_option all[OPTIONS_MAX];
	size_t own = count_options(options);
	if (own > OPTIONS_MAX - 4)
		abort();
	if (own > 0)
		memcpy(all, options, own * sizeof *all);
	size_t count = add_globals(c, all, own);
	c->code = CLI_USAGE;
	if (!read_options(c, all, count, false, *argc, *argv))
		return false;
	if (c->help) {
		tell_usage(c, usage, all, own, count);
		c->code = CLI_DONE;
		return false;
	}
	*argc -= optind;
	*argv += optind;
	if (*argc >= usage->least && (usage->most < 0 || *argc <= usage->most)) {
		cli_progress_start(c);
		return true;
	}
	const char *gap = usage->arguments[0] == '\0' ? "" : " ";
	if (*argc < usage->least)
		cli_wrong(c, "something is missing; usage: satchel %s%s%s; `satchel %s --help` says more",
		          usage->name, gap, usage->arguments, usage->name);
	else
		cli_wrong(
		    c, "\"%.60s\" is one word too many; usage: satchel %s%s%s; `satchel %s --help` says more",
		    (*argv)[usage->most], usage->name, gap, usage->arguments, usage->name);
	return false;
}

bool cli_global_options(cli *c, int *argc, char ***argv)
{
	cli_option all[8] = { { "version", CLI_FLAG, &c->version, NULL, "say which Satchel this is" } };
	size_t count = add_globals(c, all, 1);
	c->code = CLI_USAGE;
	if (!read_options(c, all, count, true, *argc, *argv))
		return false;
	*argc -= optind;
	*argv += optind;
	return true;
}
