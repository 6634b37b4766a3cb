/* satchel export: what is new, sealed, onto a stick. */
#include <string.h>

#include "command.h"
#include "exporting.h"
#include "places.h"

static const cli_usage usage = {
	"export", "DIR",
	"Copies what is new, as far as consent allows it, to the folder `satchel` in DIR (a mounted stick),\n"
	"sealed to one recipient each: from a laptop to headquarters, from headquarters to every approved\n"
	"device.  A laptop that is not approved yet writes its request to be let in.  When the command has\n"
	"ended, the copy was read back and the stick may be taken out.",
	1, 1
};

static json_t *files_json(const sat_file_totals *f)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I}", "whole", (json_int_t)f->whole, "in_part",
	                 (json_int_t)f->in_part, "left", (json_int_t)f->left, "bytes", (json_int_t)f->bytes,
	                 "bytes_left", (json_int_t)f->bytes_left);
}

/* What became of photos and recordings, at the last bundle of an export. */
static void tell_files(cli *c, const sat_file_totals *f)
{
	char whole[64], left[64];
	if (f->whole + f->in_part + f->left == 0)
		return;
	cli_say(c, "    of photos and recordings: %s whole", cli_count(f->whole, "file", "files", whole));
	if (f->in_part + f->left > 0)
		cli_say(c, ", %zu in part, %s left for later (%llu bytes)", f->in_part,
		        cli_count(f->left, "file", "files", left), (unsigned long long)f->bytes_left);
	cli_say(c, ".\n");
}

/* "2MB", "500k", "700000": bytes, as people write them. */
static bool read_bytes(const char *text, uint64_t *bytes)
{
	static const struct {
		const char *unit;
		uint64_t times;
	} units[] = {
		{ "", 1 },      { "B", 1 },       { "k", 1000 },     { "kB", 1000 },      { "K", 1000 },
		{ "KB", 1000 }, { "M", 1000000 }, { "MB", 1000000 }, { "G", 1000000000 }, { "GB", 1000000000 }
	};
	uint64_t number = 0;
	const char *at = text;
	for (; *at >= '0' && *at <= '9' && at - text < 9; at++)
		number = number * 10 + (uint64_t)(*at - '0');
	for (size_t i = 0; at > text && i < sizeof units / sizeof *units; i++) {
		if (strcmp(units[i].unit, at) == 0) {
			*bytes = number * units[i].times;
			return *bytes > 0;
		}
	}
	return false;
}

static int on_exported(void *context, const sat_exported *bundle)
{
	cli_exports *e = context;
	cli *c = e->c;
	char count[64];
	json_array_append_new(
	    e->bundles, json_pack("{s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:b, s:b}", "file", cli_text(bundle->file),
	                          "to", cli_text(bundle->to), "bytes", (json_int_t)bundle->bytes, "records",
	                          (json_int_t)bundle->records, "withheld", (json_int_t)bundle->withheld,
	                          "file_bytes", (json_int_t)bundle->file_bytes, "files", files_json(&bundle->files),
	                          "request", (int)bundle->request, "revocation", (int)bundle->revocation));
	e->count++;
	if (bundle->request) {
		cli_say(c, "Wrote the request to be let in, for \"%s\": %s.  It holds no records.\n",
		        bundle->to, bundle->file);
		return 0;
	}
	if (bundle->revocation) {
		cli_say(c, "Wrote for \"%s\" that it was revoked: %s.  Nothing else is sent to it.\n",
		        bundle->to, bundle->file);
		return 0;
	}
	if (bundle->records == 0)
		cli_say(
		    c,
		    "Wrote receipts, approvals and decisions for \"%s\", no new records: %s, %llu bytes.\n",
		    bundle->to, bundle->file, (unsigned long long)bundle->bytes);
	else
		cli_say(c, "Copied %s for \"%s\": %s, %llu bytes.\n",
		        cli_count(bundle->records, "record", "records", count), bundle->to, bundle->file,
		        (unsigned long long)bundle->bytes);
	tell_files(c, &bundle->files);
	if (bundle->withheld > 0)
		cli_say(
		    c,
		    "    %s kept something back, because consent does not allow it; `satchel show ID` says "
		    "what and why.\n",
		    cli_count(bundle->withheld, "record", "records", count));
	return 0;
}

int cli_export_to(cli_exports *e, sat_carrier *carrier, int64_t device)
{
	cli_progress progress;
	cli_progress_begin(&progress, "copying");
	sat_export_options options = e->options;
	options.progress = cli_progress_step;
	options.progress_context = &progress;
	int rc =
	    sat_export(e->c->store, e->c->identity, device, carrier, &options, on_exported, e, &e->c->err);
	cli_progress_end(&progress);
	return rc;
}

/* One peer that cannot be sent to does not keep the others waiting; a medium that fails does. */
static int export_all(cli_exports *e, sat_carrier *carrier, int *code)
{
	SAT_ARENA(arena);
	sat_device *all;
	size_t count;
	int rc = sat_devices(e->c->store, &arena, &all, &count, &e->c->err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (strcmp(all[i].state, "approved") != 0 || all[i].id == 1)
			continue;
		rc = cli_export_to(e, carrier, all[i].id);
		if (rc == SAT_EWAITING || rc == SAT_EREVOKED) {
			cli_refuse(e->c, "%s: %s", all[i].name, e->c->err.message);
			*code = CLI_PARTLY;
			rc = 0;
		}
	}
	return rc;
}

static int export_named(cli_exports *e, sat_carrier *carrier, const char *to)
{
	sat_device device;
	cli *c = e->c;
	int rc = to == NULL ? sat_device_registry(c->store, &device, &c->err)
	                    : sat_device_named(c->store, to, &device, &c->err);
	if (rc == 0 && device.id == 1)
		return sat_fail(&c->err, SAT_EUSAGE, "\"%s\" is this replica itself; nothing was written",
		                device.name);
	if (rc == 0 && strcmp(device.state, "pending") == 0)
		return sat_fail(&c->err, SAT_EWAITING,
		                "\"%s\" is not approved yet; nothing was written; `satchel "
		                "device approve` lets it in",
		                device.name);
	if (rc == 0)
		rc = cli_export_to(e, carrier, device.id);
	if (rc == 0 && e->count == 0 && strcmp(device.state, "revoked") == 0)
		cli_say(c, "\"%s\" was revoked, and has confirmed that it knows.\n", device.name);
	return rc;
}

int cmd_export(cli *c, int argc, char **argv)
{
	const char *to = NULL, *budget = NULL;
	uint64_t budget_bytes = 0;
	bool previews = false, only_text = false;
	bool compact = false, small = false, vouch = false;
	const cli_option options[] = {
		{ "to", CLI_TEXT, &to, "PEER", "only to this device, by name or beginning of its id" },
		{ "compact", CLI_FLAG, &compact, NULL, "the short form of bundle, for slow links" },
		{ "budget", CLI_TEXT, &budget, "BYTES", "photos and recordings only within so much, such as 2MB" },
		{ "previews", CLI_FLAG, &previews, NULL, "of photos the small pictures only" },
		{ "only-text", CLI_FLAG, &only_text, NULL, "no photos and recordings" },
		{ "vouch", CLI_FLAG, &vouch, NULL, "bring what others wrote as well: when a laptop was lost" },
		{ "small", CLI_FLAG, &small, NULL, "pack more tightly and take longer" },
		{ 0 },
	};
	if (!cli_options(c, &usage, options, &argc, &argv))
		return c->code;
	if ((budget != NULL) + previews + only_text > 1)
		return cli_wrong(c, "of --budget, --previews and --only-text one can be chosen");
	if (budget != NULL && !read_bytes(budget, &budget_bytes))
		return cli_wrong(c, "\"%.40s\" is no number of bytes: write it like 500k or 2MB", budget);
	SAT_AUTO(sat_carrier) carrier = NULL;
	int code = CLI_DONE;
	char count[64];
	cli_exports e = { .c = c,
		          .bundles = json_array(),
		          .options = { .form = compact ? SAT_COMPACT : SAT_FULL,
		                       .tell_revoked = true,
		                       .files = only_text ? SAT_FILES_NONE
		                                          : previews ? SAT_FILES_PREVIEWS : SAT_FILES_ALL,
		                       .budget_bytes = budget_bytes,
		                       .vouch = vouch,
		                       .level = small ? SAT_LEVEL_SLOW_LINK : SAT_LEVEL_STICK } };
	cli_set(c, "bundles", e.bundles);
	int rc = cli_unlock(c);
	if (rc == 0)
		rc = sat_folder_open(&carrier, argv[0], NULL, c->env, &c->err);
	if (rc == SAT_ENOTFOUND && c->store != NULL)
		rc = c->err.code = SAT_EIO; /* a stick that is not there, not a slip of the pen */
	if (rc == 0 && to == NULL && sat_store_role(c->store) == SAT_REGISTRY)
		rc = export_all(&e, carrier, &code);
	else if (rc == 0)
		rc = export_named(&e, carrier, to);
	if (rc == 0)
		rc = cli_tell_revoked(c, true);
	if (rc != 0) {
		if (e.count > 0)
			cli_fail_also(c, ". %s before that %s complete and may be carried; export again for the rest",
			              cli_count(e.count, "bundle", "bundles", count), e.count == 1 ? "is" : "are");
		return cli_fail(c);
	}
	if (e.count == 0)
		cli_say(c, "Nothing new to copy.\n");
	else
		cli_say(c, "All was read back and is whole; the stick may be taken out.\n");
	return code;
}
