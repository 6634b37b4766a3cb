/* What is said on a laptop that headquarters has revoked.  It goes on recording, since nothing that people
 * say may be lost; but nobody should believe that it arrives as before. */
#include "exporting.h"

static const char sentence[] =
    "Headquarters revoked this laptop: everything that was recorded stays here, but what headquarters had "
    "not "
    "received by then waits there until a person lets it in; call headquarters, and ask for an invitation, "
    "because going on needs a new store with a new key.";

int cli_tell_revoked(cli *c, bool remark)
{
	int64_t seq;
	int rc = sat_revocation_of(c->store, sat_store_self(c->store), &seq, &c->err);
	if (rc != 0)
		return rc;
	cli_set(c, "revoked", json_boolean(seq != 0));
	if (seq == 0)
		return 0;
	cli_set(c, "revocation", cli_text(sentence));
	if (remark)
		cli_refuse(c, "%s", sentence);
	else
		cli_print(c, "%s\n", sentence);
	return 0;
}
