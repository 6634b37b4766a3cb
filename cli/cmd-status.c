/* satchel status and satchel quarantine: where things stand, and what waits for a person. */
#include <ctype.h>
#include <string.h>

#include "command.h"
#include "exporting.h"
#include "sync/exchange.h"

static const cli_usage status_usage = {
	"status", "",
	"Shows for each peer how many records are not copied yet, are copied but not confirmed, and are\n"
	"confirmed as received; what consent withholds; conflicts; and what was set aside.",
	0, 0
};
static const cli_usage quarantine_usage = {
	"quarantine", "[accept|reject BUNDLE]",
	"Lists bundles that were set aside until a person decides, with their senders and the reasons.  At\n"
	"headquarters `accept` lets one in: merge it again afterwards; `reject` leaves it out for good.\n"
	"BUNDLE is the beginning of its name in the list.",
	0, 2
};

static json_t *peer_json(const sat_peer_status *peer)
{
	const sat_file_status *f = &peer->files;
	json_t *files = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "unsent", (json_int_t)f->unsent, "copied",
	                          (json_int_t)f->copied, "received", (json_int_t)f->received, "unsent_bytes",
	                          (json_int_t)f->unsent_bytes, "copied_bytes", (json_int_t)f->copied_bytes,
	                          "received_bytes", (json_int_t)f->received_bytes);
	return json_pack("{s:o, s:o, s:I, s:I, s:I, s:o, s:o}", "name", cli_text(peer->name), "role",
	                 cli_text(peer->role), "unsent", (json_int_t)peer->unsent, "copied",
	                 (json_int_t)peer->copied, "received", (json_int_t)peer->received, "files", files,
	                 "last_receipt", cli_time_json(peer->last_receipt));
}

/* Previews count as files of their own. */
static void print_files(cli *c, const sat_file_status *f)
{
	if (f->unsent + f->copied + f->received > 0)
		cli_print(
		    c,
		    "    photos and recordings, with their previews: %zu not yet copied (%llu bytes), %zu copied, not "
		    "confirmed (%llu bytes), %zu received\n",
		    f->unsent, (unsigned long long)f->unsent_bytes, f->copied, (unsigned long long)f->copied_bytes,
		    f->received);
}

static void print_peer(cli *c, const sat_peer_status *peer)
{
	char time[CLI_TIME_CHARS];
	cli_time(peer->last_receipt, time);
	cli_print(c, "%s (%s)\n", peer->name, peer->role);
	cli_print(c, "    not yet copied: %zu\n", peer->unsent);
	cli_print(c, "    copied, not confirmed: %zu\n", peer->copied);
	cli_print(c, "    received: %zu\n", peer->received);
	print_files(c, &peer->files);
	if (time[0] == '\0')
		cli_print(c, "    no receipt so far\n");
	else
		cli_print(c, "    last receipt: %s\n", time);
}

/* What a person has to do before data may leave. */
static void tell_waiting(cli *c)
{
	sat_error waiting = { 0 };
	int rc = sat_may_send(c->store, &waiting);
	cli_set(c, "may_send", json_boolean(rc == 0));
	if (rc != 0) {
		cli_set(c, "waiting", cli_text(waiting.message));
		cli_print(c, "%c%s.\n", toupper((unsigned char)waiting.message[0]), waiting.message + 1);
	}
}

/* At headquarters: laptops that have asked to be let in, which nobody else tells. */
static int tell_pending(cli *c, sat_arena *arena)
{
	sat_device *all;
	size_t count, pending = 0;
	char text[64];
	int rc = sat_devices(c->store, arena, &all, &count, &c->err);
	for (size_t i = 0; rc == 0 && i < count; i++)
		pending += strcmp(all[i].state, "pending") == 0;
	cli_set(c, "pending", json_integer((json_int_t)pending));
	if (pending > 0)
		cli_print(c, "Waiting to be let in: %s; `satchel device list` shows them.\n",
		          cli_count(pending, "laptop", "laptops", text));
	return rc;
}

int cmd_status(cli *c, int argc, char **argv)
{
	if (!cli_options(c, &status_usage, NULL, &argc, &argv))
		return c->code;
	SAT_ARENA(arena);
	sat_status status = { 0 };
	if (cli_open(c) != 0 || sat_status_read(c->store, &arena, &status, &c->err) != 0)
		return cli_fail(c);
	char id[CLI_DEVICE_CHARS], count[64];
	json_t *peers = json_array();
	cli_set(c, "replica", cli_text(cli_device(sat_store_self(c->store), id)));
	cli_set(c, "name", cli_text(sat_store_name(c->store)));
	cli_set(c, "peers", peers);
	cli_print(c, "This is \"%s\" (%s).\n", sat_store_name(c->store),
	          sat_store_role(c->store) == SAT_REGISTRY ? "headquarters"
	                                                   : sat_role_name(sat_store_role(c->store)));
	if (cli_tell_revoked(c, false) != 0 || tell_pending(c, &arena) != 0)
		return cli_fail(c);
	tell_waiting(c);
	for (size_t i = 0; i < status.peer_count; i++) {
		json_array_append_new(peers, peer_json(&status.peers[i]));
		print_peer(c, &status.peers[i]);
	}
	cli_set(c, "withheld", json_integer((json_int_t)status.withheld));
	cli_set(c, "conflicts", json_integer((json_int_t)status.conflicts));
	cli_set(c, "quarantined", json_integer((json_int_t)status.quarantined));
	cli_print(c, "Consent keeps something back: %s.\n",
	          cli_count(status.withheld, "record", "records", count));
	cli_print(c, "Conflicts to decide: %s.\n", cli_count(status.conflicts, "field", "fields", count));
	cli_print(c, "Set aside: %s.\n", cli_count(status.quarantined, "bundle", "bundles", count));
	return CLI_DONE;
}

static int decide(cli *c, const char *word, const char *bundle)
{
	bool accept = strcmp(word, "accept") == 0;
	if (!accept && strcmp(word, "reject") != 0)
		return cli_wrong(c, "quarantine takes accept or reject, not \"%s\"", word);
	if (cli_unlock(c) != 0 || sat_quarantine_decide(c->store, c->identity, bundle, accept, &c->err) != 0)
		return cli_fail(c);
	cli_say(c, accept ? "Accepted.  Merge the bundle again, and what was set aside is let in.\n"
	                  : "Rejected.  What was set aside stays out.\n");
	return CLI_DONE;
}

int cmd_quarantine(cli *c, int argc, char **argv)
{
	if (!cli_options(c, &quarantine_usage, NULL, &argc, &argv))
		return c->code;
	if (argc == 1)
		return cli_wrong(c, "name the bundle: satchel quarantine %s BUNDLE", argv[0]);
	if (argc == 2)
		return decide(c, argv[0], argv[1]);
	SAT_ARENA(arena);
	sat_set_aside *all;
	size_t count = 0;
	if (cli_open(c) != 0 || sat_quarantine_list(c->store, &arena, &all, &count, &c->err) != 0)
		return cli_fail(c);
	json_t *list = json_array();
	cli_set(c, "quarantine", list);
	for (size_t i = 0; i < count; i++) {
		char time[CLI_TIME_CHARS];
		const char *reason = all[i].reason == NULL ? "" : all[i].reason;
		json_array_append_new(list,
		                      json_pack("{s:s, s:o, s:o, s:o, s:s}", "bundle", all[i].bundle,
		                                "sender", cli_text(all[i].sender), "reason", cli_text(reason),
		                                "at", cli_time_json(all[i].at), "state", all[i].state));
		cli_print(c, "%s  from \"%s\", %s, %s\n    %s\n", all[i].bundle, all[i].sender,
		          cli_time(all[i].at, time), all[i].state, reason);
	}
	if (count == 0)
		cli_say(c, "Nothing was set aside.\n");
	return CLI_DONE;
}
