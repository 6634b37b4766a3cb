/* See facts.h. */
#include "facts.h"

#include <stdlib.h>

static json_t *hex(const void *data, size_t count)
{
	char text[2 * SAT_KEY_BYTES + 1];
	if (count > SAT_KEY_BYTES)
		abort();
	for (size_t i = 0; i < count; i++)
		snprintf(text + 2 * i, 3, "%02x", ((const uint8_t *)data)[i]);
	return json_string(text);
}

json_t *facts_device(const replica *r, const char *audiences, bool replies)
{
	const sat_public *keys = sat_identity_public(r->identity);
	return json_pack("{s:s, s:s, s:s, s:b, s:o, s:o, s:o}", "name", r->name, "role", sat_role_name(r->role),
	                 "audiences", audiences, "replies", replies, "sign", hex(keys->sign, SAT_KEY_BYTES), "seal",
	                 hex(keys->seal, SAT_KEY_BYTES), "seal_secret",
	                 hex(sat_identity_seal_secret(r->identity), SAT_KEY_BYTES));
}

json_t *facts_id(replica *r, sat_dot dot)
{
	sat_error err = { 0 };
	char text[SAT_ID_CHARS];
	if (sat_id_print(r->store, dot, text, &err) != 0)
		replica_fail("an id", &err);
	return json_string(text);
}

static json_t *ids(replica *r, const sat_value *value)
{
	json_t *list = json_array();
	for (size_t i = 0; i < value->references.count; i++)
		json_array_append_new(list, facts_id(r, value->references.at[i]));
	return list;
}

json_t *facts_value(replica *r, const sat_value *value)
{
	switch (value->type) {
	case SAT_CLEARED: return json_null();
	case SAT_INTEGER: return json_integer(value->integer);
	case SAT_REAL: return json_real(value->real);
	case SAT_BOOLEAN: return json_boolean(value->integer != 0);
	case SAT_REFERENCE: return facts_id(r, value->reference);
	case SAT_REFERENCES: return ids(r, value);
	default: return json_stringn(value->text.bytes, value->text.length);
	}
}

static json_t *details_of(const sat_decision *decision)
{
	json_t *details = json_object();
	for (int i = 0; i < SAT_DETAILS; i++) {
		if (decision->details[i] != NULL)
			json_object_set_new(details, sat_detail_name(i), json_string(decision->details[i]));
	}
	return details;
}

json_t *facts_decision(replica *r, const sat_decision *d)
{
	return json_pack("{s:o, s:o, s:o, s:s, s:s, s:b, s:b, s:i, s:s, s:s, s:I, s:o, s:I}", "id", facts_id(r, d->id), "name",
	                 hex(d->name, SAT_HASH_BYTES), "subject", facts_id(r, d->subject), "purpose", d->purpose, "event", sat_event_name(d->event), "guardian",
	                 d->voice == SAT_GUARDIAN, "final", d->final, "until", d->until, "recipients",
	                 d->recipients == NULL ? "" : d->recipients, "withheld_from",
	                 d->withheld_from == NULL ? "" : d->withheld_from, "notice", (json_int_t)d->notice, "details",
	                 details_of(d), "claimed_time", (json_int_t)d->claimed_time);
}
