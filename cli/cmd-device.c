/* satchel device: who may take part. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "decisions.h"

static const char about[] =
    "list      the devices that this replica knows, with the six words of each\n"
    "approve   at headquarters: lets in the laptop whose six words these are, as its owner reads them out\n"
    "confirm   on a laptop: its owner says that headquarters had the same six words\n"
    "audiences at headquarters: says anew for whom an approved laptop stands; labels and decisions name them\n"
    "revoke    at headquarters: what the device sends from now on is set aside";

static const cli_usage usage = {
	"device", "list | approve WORDS | confirm | audiences ID-OR-NAME [WORDS] | revoke ID-OR-NAME", about, 1, -1
};

/* The words stand between headquarters and one laptop; two laptops have none. */
static bool has_words(cli *c, const sat_device *device)
{
	if (device->id == 1)
		return false;
	return sat_store_role(c->store) == SAT_REGISTRY || device->role == SAT_REGISTRY;
}

static json_t *device_json(cli *c, const sat_device *device)
{
	char id[CLI_DEVICE_CHARS], words[SAT_WORDS_CHARS] = "";
	const char *role = sat_role_name(device->role);
	if (has_words(c, device))
		sat_device_words(c->store, device, words, NULL);
	return json_pack("{s:s, s:o, s:s, s:s, s:o, s:b, s:o}", "id", cli_device(&device->device, id), "name",
	                 cli_text(device->name), "role", role == NULL ? "none" : role, "state", device->state,
	                 "words", words[0] == '\0' ? json_null() : json_string(words), "confirmed",
	                 (int)device->confirmed, "audiences", cli_text(device->audiences));
}

static int list(cli *c)
{
	SAT_ARENA(arena);
	sat_device *all;
	size_t count;
	if (cli_open(c) != 0 || sat_devices(c->store, &arena, &all, &count, &c->err) != 0)
		return cli_fail(c);
	json_t *devices = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *device = device_json(c, &all[i]);
		const char *words = json_string_value(json_object_get(device, "words"));
		if (strcmp(all[i].state, "pending") == 0)
			cli_print(c, "%s  %s, pending: asks to be let in as %s\n",
			          json_string_value(json_object_get(device, "id")), all[i].name,
			          sat_role_phrase(all[i].role));
		else
			cli_print(c, "%s  %s, %s, %s%s%s\n", json_string_value(json_object_get(device, "id")),
			          all[i].name, json_string_value(json_object_get(device, "role")),
			          all[i].id == 1 ? "this device" : all[i].state,
			          all[i].audiences[0] == '\0' ? "" : "; stands for ", all[i].audiences);
		if (words != NULL)
			cli_print(c, "    words: %s\n", words);
		json_array_append_new(devices, device);
	}
	cli_set(c, "devices", devices);
	return CLI_DONE;
}

typedef struct approval {
	const char *words, *audiences;
	sat_device device;
} approval;

static int approve_change(cli *c, void *context)
{
	approval *a = context;
	return sat_device_approve(c->store, c->identity, a->words, a->audiences, &a->device, &c->err);
}

static int approve(cli *c, int argc, char **argv, const char *audiences)
{
	if (argc == 0)
		return cli_wrong(c,
		                 "device approve needs the six words, as the laptop's owner reads them out");
	SAT_BYTES(words);
	for (int i = 0; i < argc; i++) {
		sat_bytes_put(&words, " ", i > 0);
		sat_bytes_put(&words, argv[i], strlen(argv[i]));
	}
	sat_bytes_put_u8(&words, 0);
	SAT_ARENA(arena);
	approval a = { (const char *)words.data, "", { 0 } };
	if (!sat_bytes_ok(&words))
		return cli_wrong(c, "too many words");
	if ((audiences[0] != '\0' && cli_recipients(c, "--audiences", audiences, &arena, &a.audiences) != 0) ||
	    cli_unlock(c) != 0 || cli_transaction(c, approve_change, &a) != 0)
		return cli_fail(c);
	sat_device_find(c->store, &a.device.device, &a.device, NULL);
	cli_set(c, "device", device_json(c, &a.device));
	cli_say(c, "Approved \"%s\" as %s.  The approval travels with the next export to it.\n", a.device.name,
	        sat_role_phrase(a.device.role));
	return CLI_DONE;
}

static int stand_change(cli *c, void *context)
{
	approval *a = context;
	return sat_device_stand_for(c->store, c->identity, a->device.id, a->audiences, &c->err);
}

/* None of the words of a device, where there are no words. */
static int stand_for(cli *c, int argc, char **argv)
{
	SAT_ARENA(arena);
	approval a = { .audiences = "" };
	if (argc < 1 || argc > 2)
		return cli_wrong(c, "device audiences needs one device, and the words in one argument: \"women "
		                    "community:Aurukun\"; without words it stands for its role alone");
	if (cli_open(c) != 0 || sat_device_named(c->store, argv[0], &a.device, &c->err) != 0 ||
	    (argc == 2 && cli_recipients(c, "the list of words", argv[1], &arena, &a.audiences) != 0) ||
	    cli_unlock(c) != 0 || cli_transaction(c, stand_change, &a) != 0)
		return cli_fail(c);
	sat_device_get(c->store, a.device.id, &a.device, NULL);
	cli_set(c, "device", device_json(c, &a.device));
	cli_say(c, "\"%s\" stands for %s now.  That travels with the next exports.\n", a.device.name,
	        a.device.audiences[0] == '\0' ? "its role alone" : a.device.audiences);
	return CLI_DONE;
}

static int confirm_change(cli *c, void *context)
{
	(void)context;
	return sat_device_confirm(c->store, &c->err);
}

static int confirm(cli *c, bool yes)
{
	sat_device registry;
	char words[SAT_WORDS_CHARS] = "", question[512];
	if (cli_open(c) != 0 || sat_device_registry(c->store, &registry, &c->err) != 0)
		return cli_fail(c);
	sat_device_words(c->store, &registry, words, NULL);
	snprintf(question, sizeof question, "Did \"%s\" have just these six words: %s?", registry.name,
	         words);
	if (sat_store_role(c->store) != SAT_REGISTRY && cli_confirm(c, yes, question, "yes") != 0)
		return cli_fail(c);
	if (cli_transaction(c, confirm_change, NULL) != 0)
		return cli_fail(c);
	cli_set(c, "words", cli_text(words));
	cli_say(
	    c, "Confirmed.  From now on, exports from this laptop carry data, once headquarters has approved "
	       "it.\n");
	return CLI_DONE;
}

static int revoke_change(cli *c, void *context)
{
	const sat_device *device = context;
	return sat_device_revoke(c->store, c->identity, device->id, &c->err);
}

static int revoke(cli *c, int argc, char **argv, bool yes)
{
	sat_device device;
	char question[512];
	if (argc != 1)
		return cli_wrong(c, "device revoke needs one device, by name or by the beginning of its id");
	if (cli_open(c) != 0 || sat_device_named(c->store, argv[0], &device, &c->err) != 0)
		return cli_fail(c);
	if (device.id == 1 || sat_store_role(c->store) != SAT_REGISTRY)
		return cli_wrong(c, "only headquarters revokes devices, and not itself; nothing was changed");
	snprintf(question, sizeof question,
	         "Revoking \"%s\" cannot be taken back; what arrived from it is kept.", device.name);
	if (cli_confirm(c, yes, question, "revoke") != 0 || cli_unlock(c) != 0 ||
	    cli_transaction(c, revoke_change, &device) != 0)
		return cli_fail(c);
	sat_device_get(c->store, device.id, &device, NULL);
	cli_set(c, "device", device_json(c, &device));
	cli_say(
	    c,
	    "Revoked \"%s\".  What it sent until now is kept; what it sends from now on is set aside.  The "
	    "revocation travels with the next exports.\n",
	    device.name);
	return CLI_DONE;
}

int cmd_device(cli *c, int argc, char **argv)
{
	const char *audiences = "";
	bool yes = false;
	const cli_option options[] = {
		{ "audiences", CLI_TEXT, &audiences, "WORDS", "approve: groups that the device stands for" },
		{ "yes", CLI_FLAG, &yes, NULL, "confirm, revoke: do not ask" },
		{ 0 },
	};
	if (!cli_options(c, &usage, options, &argc, &argv))
		return c->code;
	if (strcmp(argv[0], "list") == 0 && argc == 1)
		return list(c);
	if (strcmp(argv[0], "approve") == 0)
		return approve(c, argc - 1, argv + 1, audiences);
	if (strcmp(argv[0], "confirm") == 0 && argc == 1)
		return confirm(c, yes);
	if (strcmp(argv[0], "audiences") == 0)
		return stand_for(c, argc - 1, argv + 1);
	if (strcmp(argv[0], "revoke") == 0)
		return revoke(c, argc - 1, argv + 1, yes);
	return cli_wrong(c, "usage: satchel device %s", usage.arguments);
}
