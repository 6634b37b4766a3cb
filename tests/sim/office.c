/* See office.h. */
#include "office.h"

#include <stdio.h>
#include <string.h>

#include "promises.h"

extern const char sim_programme_1[], sim_programme_2[], sim_programme_3[];

int office_laptop_to_part_with(world *w, const bool *gone)
{
	int device = 1 + (int)dice_below(&w->dice, w->kit->devices - 1);
	size_t left = 0;
	for (size_t i = 1; i < w->kit->devices; i++) {
		if (gone[i])
			return 0;
		left += !w->revoked[i] && !w->lost[i];
	}
	return left < 2 || w->revoked[device] || w->lost[device] ? 0 : device;
}

void office_revoke_laptop(world *w)
{
	int device = office_laptop_to_part_with(w, w->revoked);
	machine *registry = &w->machines[0];
	sat_device known;
	if (device == 0)
		return;
	MUST(w, sat_device_find(registry->store, sat_identity_device(w->kit->identities[device]), &known, err));
	MUST(w, sat_store_begin(registry->store, err));
	MUST(w, sat_device_revoke(registry->store, registry->identity, known.id, err));
	MUST(w, sat_store_commit(registry->store, err));
	w->revoked[device] = true;
	w->revocation.statement = holdings_newest_statement(w, registry, NULL);
	w->revocation.device = device;
	w->revocation.step = w->step;
	world_trace(w, "%4zu  the registry revokes laptop %d", w->step, device);
	promise_after_write(w, registry);
}

/* The registry signs a statement; returns what tells it from others, and its serial (may be NULL). */
static uint64_t issue(world *w, sat_statement_type type, const sat_bytes *body, int64_t *serial)
{
	machine *registry = &w->machines[0];
	MUST(w, sat_store_begin(registry->store, err));
	MUST(w, sat_statement_issue(registry->store, registry->identity, type, body->data, body->length, err));
	MUST(w, sat_store_commit(registry->store, err));
	return holdings_newest_statement(w, registry, serial);
}

void office_publish(world *w)
{
	static const char *const programmes[PROGRAMMES] = { sim_programme_1, sim_programme_2, sim_programme_3 };
	if (w->programme == PROGRAMMES)
		return;
	const char *json = programmes[w->programme++];
	SAT_BYTES(body);
	sat_bytes_put_varint(&body, (uint64_t)w->programme);
	sat_bytes_put_span(&body, json, strlen(json));
	issue(w, SAT_SIGNED_PROGRAMME, &body, NULL);
	world_trace(w, "%4zu  the registry publishes programme %d", w->step, w->programme);
	promise_after_write(w, &w->machines[0]);
}

void office_sign_date(world *w)
{
	if (w->date_count == sizeof w->dates / sizeof *w->dates)
		return;
	int32_t day = WORLD_DAY_FIRST + (int32_t)dice_below(&w->dice, WORLD_DAYS / 2);
	SAT_BYTES(body);
	sat_bytes_put_varint(&body, (uint64_t)day);
	w->dates[w->date_count].day = day;
	w->dates[w->date_count++].statement = issue(w, SAT_SIGNED_DATE, &body, NULL);
	world_trace(w, "%4zu  the registry signs that it is day %d", w->step, day);
	promise_after_write(w, &w->machines[0]);
}

void office_change_audiences(world *w)
{
	if (w->approval_count == sizeof w->approvals / sizeof *w->approvals)
		return;
	int device = 1 + (int)dice_below(&w->dice, w->kit->devices - 1);
	unsigned chosen = dice_below(&w->dice, 1u << MODEL_AUDIENCES);
	char words[64] = "", name[16];
	for (unsigned i = 0; i < MODEL_AUDIENCES; i++) {
		if ((chosen >> i & 1) != 0)
			snprintf(words + strlen(words), sizeof words - strlen(words), "%s%s", words[0] == '\0' ? "" : " ",
			         model_audiences[i]);
	}
	snprintf(name, sizeof name, "d%d", device);
	const sat_public *keys = sat_identity_public(w->kit->identities[device]);
	SAT_BYTES(body);
	sat_bytes_put(&body, keys->sign, SAT_KEY_BYTES);
	sat_bytes_put(&body, keys->seal, SAT_KEY_BYTES);
	sat_bytes_put_u8(&body, (uint8_t)w->kit->roles[device]);
	sat_bytes_put_span(&body, name, strlen(name));
	sat_bytes_put_span(&body, words, strlen(words));
	int64_t serial;
	uint64_t statement = issue(w, SAT_SIGNED_APPROVAL, &body, &serial);
	size_t n = w->approval_count++;
	w->approvals[n].statement = statement;
	w->approvals[n].serial = serial;
	w->approvals[n].device = device;
	w->approvals[n].words = chosen << MODEL_AUDIENCE;
	world_trace(w, "%4zu  the registry signs that laptop %d stands for \"%s\"", w->step, device, words);
	promise_after_write(w, &w->machines[0]);
}
