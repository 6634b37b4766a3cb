/* See view.h. */
#include "view.h"

#include <stdio.h>
#include <string.h>

#include "core/details.h"
#include "core/incarnation.h"
#include "core/life-cycle.h"
#include "core/permission.h"
#include "core/protocol.h"
#include "core/query.h"
#include "core/record.h"
#include "core/terms.h"
#include "values.h"

static const int64_t own_device = 1; /* sat_device.id of ourselves, see registry.h */

/* --- gates -------------------------------------------------------------------------------------- */

int cli_own_gate(cli *c, sat_gate **gate)
{
	int rc = c->own_gate != NULL ? 0 : sat_gate_open_own(&c->own_gate, c->store, &c->err);
	*gate = c->own_gate;
	return rc;
}

/* The registry's audiences are borrowed by its gate, so the device stays in the context. */
int cli_registry_gate(cli *c, sat_gate **gate)
{
	int rc = 0;
	if (c->registry_gate == NULL) {
		rc = sat_device_registry(c->store, &c->registry, &c->err);
		if (rc == SAT_ENOTFOUND) {
			c->registry = (sat_device){ .role = SAT_REGISTRY };
			rc = 0;
		}
		sat_recipient to = { .role = SAT_REGISTRY, .audiences = c->registry.audiences };
		if (rc == 0)
			rc = sat_gate_today(c->store, true, &to.today, &c->err);
		if (rc == 0)
			rc = sat_gate_open(&c->registry_gate, c->store, &to, &c->err);
	}
	*gate = c->registry_gate;
	return rc;
}

int cli_each(cli *c, sat_table *table, sat_on_record each, void *context)
{
	sat_gate *gate;
	int rc = cli_own_gate(c, &gate);
	return rc != 0 ? rc : sat_query_each(c->store, table, gate, each, context, &c->err);
}

int cli_each_conflict(cli *c, sat_on_record each, void *context)
{
	sat_gate *gate;
	int rc = cli_own_gate(c, &gate);
	return rc != 0 ? rc : sat_query_in_conflict(c->store, gate, each, context, &c->err);
}

int cli_record_seen(cli *c, const sat_state *state, bool *seen)
{
	sat_gate *gate;
	int rc = cli_own_gate(c, &gate);
	return rc != 0 ? rc : sat_gate_see_state(gate, state, seen, &c->err);
}

/* Whether labels let the recipient of a gate see a record, or the sentence on what does not. */
static int ask_labels(cli *c, sat_gate *gate, const sat_state *state, bool *yes, char *reason, size_t room)
{
	sat_records parents;
	sat_sight sight = { 0 };
	char id[SAT_ID_CHARS];
	*yes = true;
	int rc = !sat_protocol_any(c->store) ? 0 : sat_protocol_parents(state, &parents, &c->err);
	if (rc == 0 && sat_protocol_any(c->store))
		rc = sat_gate_see(gate, state->id, parents.at, parents.count, &sight, &c->err);
	*yes = rc == 0 && sight.obstacle == SAT_NO_OBSTACLE;
	if (rc == 0 && !*yes && reason != NULL)
		snprintf(reason, room, "record %s %s", cli_id(c, sight.label, id), sat_obstacle_words(sight.obstacle));
	return rc;
}

static int ask(cli *c, sat_gate *gate, const sat_state *state, const sat_sibling *s, sat_purposes needs, bool *yes,
               char *reason, size_t room)
{
	sat_leave leave;
	int rc = ask_labels(c, gate, state, yes, reason, room);
	if (rc != 0 || !*yes)
		return rc;
	rc = sat_gate_weigh(gate, state->persons, state->person_count, s->stated, s->stated_count, &leave,
	                        &c->err);
	if (rc != 0)
		return rc;
	*yes = sat_gate_answer(&leave, needs) == SAT_PERMITTED;
	if (*yes || reason == NULL)
		return 0;
	rc = sat_gate_reason(gate, state->persons, state->person_count, s->stated, s->stated_count, needs,
	                     reason, room, &c->err);
	if (rc == 0 && reason[0] == '\0')
		snprintf(reason, room, "no decision allows it");
	return rc;
}

bool cli_own(cli *c, const sat_sibling *sibling)
{
	const sat_incarnation *author = sat_incarnation_at(c->store, sat_dot_index(sibling->dot));
	return author != NULL && author->device == own_device;
}

int cli_permitted(cli *c, const sat_state *state, const sat_sibling *sibling, bool *permitted)
{
	sat_gate *gate;
	int rc = cli_own_gate(c, &gate);
	sat_purposes needs = state->table->columns[sibling->field].needs;
	return rc != 0 ? rc : ask(c, gate, state, sibling, needs, permitted, NULL, 0);
}

int cli_seen(cli *c, const sat_state *state, const sat_sibling *sibling, bool *seen, char *reason,
             size_t room)
{
	*seen = true;
	/* One's own writing may be seen without anybody's yes, but not while somebody is mourned, and not against a
	 * label. */
	sat_purposes needs = state->table->columns[sibling->field].needs;
	if (cli_own(c, sibling))
		needs &= sat_purpose_find(c->store, SAT_IN_MOURNING);
	if (needs == 0 && !sat_protocol_any(c->store))
		return 0;
	sat_gate *gate;
	int rc = cli_own_gate(c, &gate);
	return rc != 0 ? rc : ask(c, gate, state, sibling, needs, seen, reason, room);
}

int cli_shared(cli *c, const sat_state *state, const sat_sibling *sibling, bool *shared, char *reason,
               size_t room)
{
	sat_gate *gate;
	int rc = cli_registry_gate(c, &gate);
	sat_purposes needs = state->table->columns[sibling->field].needs;
	return rc != 0 ? rc : ask(c, gate, state, sibling, needs, shared, reason, room);
}

/* --- authors ------------------------------------------------------------------------------------ */

const char *cli_voucher(cli *c, sat_dot dot, char name[static SAT_DEVICE_NAME_BYTES])
{
	int64_t id;
	sat_device device;
	name[0] = '\0';
	if (sat_record_vouched(c->store, dot, &id, NULL) == 0 && id != 0 &&
	    sat_device_get(c->store, id, &device, NULL) == 0)
		memcpy(name, device.name, SAT_DEVICE_NAME_BYTES);
	return name;
}

const char *cli_author(cli *c, sat_dot dot, char name[static SAT_DEVICE_NAME_BYTES])
{
	const sat_incarnation *author = sat_incarnation_at(c->store, sat_dot_index(dot));
	sat_device device;
	if (author == NULL || author->device == 0 ||
	    sat_device_get(c->store, author->device, &device, NULL) != 0)
		snprintf(name, SAT_DEVICE_NAME_BYTES, "unknown");
	else
		snprintf(name, SAT_DEVICE_NAME_BYTES, "%s", device.name);
	return name;
}

int64_t cli_moment(cli *c, sat_dot dot)
{
	int64_t at = 0;
	return sat_record_moment(c->store, dot, &at, NULL) == 0 ? at : 0;
}

/* --- descriptions ------------------------------------------------------------------------------- */

/* At most `most` bytes on one line, cut between characters. */
static void put_line(sat_bytes *out, const char *text, size_t length, size_t most)
{
	bool cut = length > most;
	if (cut)
		for (length = most; length > 0 && ((uint8_t)text[length] & 0xc0) == 0x80;)
			length--;
	for (size_t i = 0; i < length; i++)
		sat_bytes_put_u8(
		    out, text[i] == '\n' || text[i] == '\t' || text[i] == '\r' ? ' ' : (uint8_t)text[i]);
	if (cut)
		sat_bytes_put(out, "...", 3);
}

static int take_substitute(void *context, const char *name, const char *value)
{
	if (strcmp(name, sat_term_name(SAT_TERM_SUBSTITUTE_NAME)) == 0) {
		sat_bytes_reset(context);
		sat_bytes_put_text(context, value);
	}
	return 0;
}

/* Of a decision that says that somebody is mourned, as far as its details may be shown here. */
static int read_substitute(cli *c, sat_gate *gate, const sat_decision *d, sat_bytes *name)
{
	sat_sibling written = { .dot = d->id };
	sat_leave leave;
	if (d->details[SAT_TERMS] == NULL)
		return 0;
	int rc = sat_details_weigh(gate, c->store, d, &leave, &c->err);
	bool seen = rc == 0 && (cli_own(c, &written) ||
	                        sat_gate_answer(&leave, sat_detail_needs(c->store, d, SAT_TERMS)) == SAT_PERMITTED);
	return rc != 0 || !seen ? rc : sat_terms_each(d->details[SAT_TERMS], take_substitute, name, &c->err);
}

int cli_mourned(cli *c, sat_dot person, bool *mourned, sat_bytes *name)
{
	sat_gate *gate;
	sat_leave leave;
	sat_purposes state = sat_purpose_find(c->store, SAT_IN_MOURNING);
	*mourned = false;
	int rc = cli_own_gate(c, &gate);
	if (rc == 0)
		rc = sat_gate_weigh(gate, &person, 1, NULL, 0, &leave, &c->err);
	if (rc != 0 || sat_gate_answer(&leave, state) == SAT_PERMITTED)
		return rc;
	SAT_ARENA(arena);
	sat_decision *all;
	size_t count;
	*mourned = true;
	rc = sat_consent_of_subject(c->store, person, true, &arena, &all, &count, &c->err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (strcmp(all[i].purpose, SAT_IN_MOURNING) == 0 && sat_event_permits(all[i].event) &&
		    sat_decision_is_head(all, count, &all[i]))
			rc = read_substitute(c, gate, &all[i], name);
	}
	return rc;
}

/* Of somebody who is mourned, the name that is said instead; *titled says whether there is one. */
static int put_substitute(cli *c, const sat_state *state, sat_bytes *out, bool *titled)
{
	SAT_BYTES(name);
	bool mourned = false;
	int rc = (state->table->is & SAT_AS_PERSON) ? cli_mourned(c, state->id, &mourned, &name) : 0;
	*titled = rc == 0 && name.length > 0;
	if (*titled)
		put_line(out, (const char *)name.data, name.length, 80);
	return rc;
}

/* The title if it may be shown; *titled says whether there was one. */
static int put_title(cli *c, const sat_state *state, sat_bytes *out, bool *titled)
{
	int rc = put_substitute(c, state, out, titled);
	if (rc != 0 || *titled)
		return rc;
	const sat_column *column = sat_query_title_column(state->table);
	const sat_sibling *title = column == NULL ? NULL : sat_state_shown(state, column->number);
	if (title == NULL || title->value.type != SAT_TEXT)
		return 0;
	rc = cli_seen(c, state, title, titled, NULL, 0);
	if (rc == 0 && *titled)
		put_line(out, title->value.text.bytes, title->value.text.length, 80);
	return rc;
}

int cli_describe_id(cli *c, sat_dot id, sat_bytes *out)
{
	SAT_ARENA(arena);
	sat_state state;
	int rc = sat_record_load(c->store, NULL, id, &arena, &state, &c->err);
	bool titled = false;
	if (rc == 0 && state.created)
		rc = put_title(c, &state, out, &titled);
	if (rc == 0 && !titled) {
		char text[SAT_ID_CHARS];
		cli_id(c, id, text);
		sat_bytes_put(out, text, strlen(text));
	}
	return rc;
}

int cli_describe_value(cli *c, const sat_value *value, size_t most, sat_bytes *out)
{
	if (value->type == SAT_REFERENCE)
		return cli_describe_id(c, value->reference, out);
	int rc = 0;
	if (value->type == SAT_REFERENCES) {
		for (size_t i = 0; rc == 0 && i < value->references.count; i++) {
			sat_bytes_put(out, "; ", i == 0 ? 0 : 2);
			rc = cli_describe_id(c, value->references.at[i], out);
		}
		return rc;
	}
	SAT_BYTES(text);
	sat_value_print(value, &text);
	put_line(out, (const char *)text.data, text.length, most);
	return 0;
}

/* A record without a title is told by its fields. */
static int put_fields(cli *c, const sat_state *state, sat_bytes *out)
{
	size_t begin = out->length;
	for (uint16_t i = 0; i < state->table->column_count; i++) {
		const sat_sibling *shown = sat_state_shown(state, i);
		bool seen = false;
		if (shown == NULL || shown->value.type == SAT_CLEARED)
			continue;
		int rc = cli_seen(c, state, shown, &seen, NULL, 0);
		if (rc != 0)
			return rc;
		if (!seen)
			continue;
		const char *name = state->table->columns[i].name;
		sat_bytes_put(out, ", ", out->length > begin ? 2 : 0);
		sat_bytes_put(out, name, strlen(name));
		sat_bytes_put(out, " ", 1);
		rc = cli_describe_value(c, &shown->value, 40, out);
		if (rc != 0)
			return rc;
	}
	if (out->length == begin && state->count > 0)
		sat_bytes_put(out, "(not shown)", 11);
	return 0;
}

int cli_describe(cli *c, const sat_state *state, sat_bytes *out)
{
	bool titled;
	int rc = put_title(c, state, out, &titled);
	return rc != 0 || titled ? rc : put_fields(c, state, out);
}

size_t cli_values_of(const sat_state *state, uint16_t field, const sat_sibling **values, size_t most)
{
	const sat_sibling *first;
	size_t n = sat_state_field(state, field, &first), count = 0;
	for (size_t i = 0; i < n; i++) {
		if (first[i].blank)
			continue;
		/* Of equal ones the greatest stays, so that what is shown comes last. */
		for (size_t k = 0; k < count; k++) {
			if (sat_value_compare(&values[k]->value, &first[i].value) != 0)
				continue;
			memmove(values + k, values + k + 1, (count - k - 1) * sizeof *values);
			count--;
		}
		if (count == most) {
			memmove(values, values + 1, (count - 1) * sizeof *values);
			count--;
		}
		values[count++] = &first[i];
	}
	return count;
}
