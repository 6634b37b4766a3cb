/* See holding.h. */
#include "holding.h"

#include <string.h>

#include "core/record.h"

static bool is_lost(const sat_holder *holder)
{
	return strcmp(holder->device.state, "revoked") == 0;
}

const char *cli_holding_words(const sat_holder *holder)
{
	if (holder->held > 0)
		return "has it";
	if (holder->on_the_way > 0)
		return "has it when it takes what is on its way";
	return holder->earlier > 0 ? "was sent it under an earlier yes" : NULL;
}

void cli_holding_print(cli *c, const sat_holders *holders)
{
	const sat_holder *list;
	size_t count;
	json_t *held_by = json_array();
	bool any = false;
	sat_holders_list(holders, &list, &count);
	cli_say(c, "Known of elsewhere:\n");
	for (size_t i = 0; i < count; i++) {
		const char *words = cli_holding_words(&list[i]);
		if (words == NULL)
			continue;
		any = true;
		cli_say(c, "    %s %s%s\n", list[i].device.name, words,
		        is_lost(&list[i]) ? ", and cannot be reached: it was revoked" : "");
		json_array_append_new(held_by, json_pack("{s:o, s:s, s:b, s:I, s:I, s:I}", "name",
		                                         cli_text(list[i].device.name), "state",
		                                         list[i].device.state, "reachable",
		                                         !is_lost(&list[i]), "held", (json_int_t)list[i].held,
		                                         "on_the_way", (json_int_t)list[i].on_the_way,
		                                         "earlier", (json_int_t)list[i].earlier));
	}
	cli_set(c, "held_by", held_by);
	if (!any)
		cli_say(c, "    nobody\n");
	cli_say(c,
	        "What nobody can reach: printed paper, backups, and sealed sticks that were made before.\n");
}

int cli_holding_tell(cli *c, sat_dot record)
{
	SAT_ARENA(arena);
	SAT_AUTO(sat_holders) holders = NULL;
	sat_state state;
	int rc = sat_record_load(c->store, NULL, record, &arena, &state, &c->err);
	if (rc != 0 || !state.created)
		return rc;
	rc = sat_holders_begin(&holders, c->store, &c->err);
	if (rc == 0)
		rc = sat_holders_add(holders, &state, ~UINT64_C(0), &c->err);
	if (rc == 0)
		cli_holding_print(c, holders);
	return rc;
}
