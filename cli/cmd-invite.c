/* satchel invite: what a laptop needs to be set up. */
#include "command.h"

static const cli_usage usage = {
	"invite", "FILE",
	"Writes an invitation: headquarters' public keys, the programme and the role, signed.  It holds no\n"
	"secret.  One that was changed on its way is refused, and one that somebody else made in its place\n"
	"is shown by the six words.  FILE may be a folder, such as a stick.",
	1, 1
};

int cmd_invite(cli *c, int argc, char **argv)
{
	const char *role_name = "facilitator";
	const cli_option options[] = {
		{ "role", CLI_TEXT, &role_name, "ROLE", "facilitator (usual), community or auditor" },
		{ 0 },
	};
	if (!cli_options(c, &usage, options, &argc, &argv))
		return c->code;
	sat_role role = sat_role_of_name(role_name);
	if (role == SAT_ROLE_NONE || role == SAT_REGISTRY)
		return cli_wrong(
		    c,
		    "\"%.40s\" is no role for an invitation; they are facilitator, community and "
		    "auditor",
		    role_name);
	char path[4096];
	cli_invitation_path(argv[0], path, sizeof path);
	SAT_BYTES(file);
	int rc = cli_open(c);
	/* Before anybody types a passphrase for nothing. */
	if (rc == 0 && sat_store_role(c->store) != SAT_REGISTRY)
		return cli_wrong(c, "only headquarters writes invitations; nothing was written");
	if (rc == 0)
		rc = cli_file_new(path, &c->err);
	if (rc == 0)
		rc = cli_unlock(c);
	if (rc == 0)
		rc = sat_invitation_write(c->store, c->identity, role, &file, &c->err);
	if (rc == 0)
		rc = cli_file_write(path, file.data, file.length, 0644, &c->err);
	if (rc != 0)
		return cli_fail(c);
	cli_set(c, "file", cli_text(path));
	cli_set(c, "role", cli_text(role_name));
	cli_say(c,
	        "Wrote %s, for a laptop that takes part as %s.\nNext, on the laptop: satchel init --invitation %s "
	        "--name NAME\n",
	        path, sat_role_phrase(role), path);
	return CLI_DONE;
}
