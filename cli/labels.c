/* See labels.h. */
#include "labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/label-codes.h"
#include "core/life-cycle.h"
#include "core/permission.h"
#include "core/terms.h"
#include "decisions.h"
#include "values.h"
#include "view.h"

bool cli_label_said(const cli_label *l)
{
	return l->codes != NULL || l->words != NULL || l->audience != NULL || l->embargo != NULL || l->do_not_copy;
}

/* --- reading options ---------------------------------------------------------------------------- */

/* The words of the audience, with the one that keeps it in place before them, where it sorts. */
static int read_audience(cli *c, const cli_label *l, sat_arena *arena, const char **recipients)
{
	int rc = cli_recipients(c, "--audience", l->audience, arena, recipients);
	/* An embargo without an audience leaves it where it is. */
	bool stays = l->do_not_copy || (l->embargo != NULL && l->audience == NULL);
	if (rc != 0 || !stays)
		return rc;
	SAT_BYTES(words);
	const char *others = *recipients == NULL ? "" : *recipients;
	bool placed = false;
	for (const char *at = others; *at != '\0';) {
		size_t length = strcspn(at, " ");
		if (!placed && strcmp(SAT_DO_NOT_COPY, at) < 0) {
			sat_bytes_put_text(&words, words.length > 0 ? " " SAT_DO_NOT_COPY : SAT_DO_NOT_COPY);
			placed = true;
		}
		sat_bytes_put_text(&words, words.length > 0 ? " " : "");
		sat_bytes_put(&words, at, length);
		at += length + (at[length] == ' ');
	}
	if (!placed)
		sat_bytes_put_text(&words, words.length > 0 ? " " SAT_DO_NOT_COPY : SAT_DO_NOT_COPY);
	*recipients = sat_bytes_ok(&words) ? sat_arena_copy(arena, words.data, words.length) : NULL;
	return *recipients == NULL ? sat_no_memory(&c->err) : 0;
}

static int read_terms(cli *c, const cli_label *l, sat_arena *arena, const char **terms)
{
	SAT_BYTES(codes);
	SAT_BYTES(json);
	int rc = l->codes == NULL ? 0 : sat_label_codes_read(l->codes, &codes, &c->err);
	sat_bytes_put_u8(&codes, 0);
	const char *const values[SAT_TERM_COUNT] = { [SAT_TERM_AUTHORITY] = l->authority,
		                                     [SAT_TERM_LABEL_CODES] = (const char *)codes.data,
		                                     [SAT_TERM_LABEL_WORDS] = l->words,
		                                     [SAT_TERM_REASON] = l->reason };
	if (rc == 0 && !sat_bytes_ok(&codes))
		rc = sat_no_memory(&c->err);
	if (rc == 0)
		rc = sat_terms_write(values, &json, &c->err);
	if (rc != 0 || json.length == 0)
		return rc;
	*terms = sat_arena_copy(arena, json.data, json.length);
	return *terms == NULL ? sat_no_memory(&c->err) : 0;
}

int cli_label_read(cli *c, const cli_label *l, sat_dot record, sat_arena *arena, sat_decision *d)
{
	*d = (sat_decision){ .subject = record, .purpose = SAT_PROTOCOL, .event = SAT_GIVEN,
		             .claimed_time = c->env->now(c->env->context) };
	d->details[SAT_GRANTOR] = l->grantor;
	if (l->embargo != NULL && !cli_day_read(l->embargo, &d->until))
		return sat_fail(&c->err, SAT_EINVALID, "--embargo takes a full date such as 2027-06-30, not \"%.40s\"",
		                l->embargo);
	int rc = read_audience(c, l, arena, &d->recipients);
	return rc != 0 ? rc : read_terms(c, l, arena, &d->details[SAT_TERMS]);
}

/* --- remarks ------------------------------------------------------------------------------------ */

static void remark_on_codes(cli *c, const cli_label *l, const sat_decision *d)
{
	const sat_label_code *code;
	for (const char *at = l->codes == NULL ? "" : l->codes; (code = sat_label_codes_next(&at)) != NULL;) {
		if (strcmp(code->code, "TK SS") == 0)
			cli_note(c, "what is secret or sacred is best not recorded at all: consider erasing it, and "
			            "writing down only that something was said");
		else if (code->audience != NULL && (d->recipients == NULL || d->recipients[0] == '\0'))
			cli_note(c, "%s (%s) by itself keeps nobody out; --audience says whom it is for", code->code,
			         code->name);
	}
}

int cli_label_remark(cli *c, const cli_label *l, const sat_decision *d)
{
	sat_device self;
	remark_on_codes(c, l, d);
	int rc = sat_device_get(c->store, 1, &self, &c->err);
	sat_recipient to = { .role = self.role, .audiences = self.audiences, .own = true };
	if (rc == 0 && sat_protocol_permission(d, 1, &to) != SAT_NO_OBSTACLE)
		cli_note(c, "this machine is not among them, so it does not show the record any more; "
		            "`satchel label end` with its id ends the label");
	return rc;
}

/* --- what is in force --------------------------------------------------------------------------- */

typedef struct wording {
	json_t *label;
	sat_bytes line;
} wording;

static int add_term(void *context, const char *name, const char *value)
{
	wording *w = context;
	bool codes = strcmp(name, sat_term_name(SAT_TERM_LABEL_CODES)) == 0;
	if (!codes && strcmp(name, sat_term_name(SAT_TERM_LABEL_WORDS)) != 0)
		return 0;
	json_object_set_new(w->label, codes ? "codes" : "words", cli_text(value));
	sat_bytes_put_text(&w->line, codes ? " " : ": ");
	sat_bytes_put_text(&w->line, value);
	return 0;
}

/* The words of an audience without the one that keeps it in place; true when that is among them. */
static bool split_audience(const char *recipients, sat_bytes *others)
{
	bool stays = false;
	for (const char *at = recipients == NULL ? "" : recipients; *at != '\0';) {
		size_t length = strcspn(at, " ");
		if (length == strlen(SAT_DO_NOT_COPY) && strncmp(at, SAT_DO_NOT_COPY, length) == 0) {
			stays = true;
		} else {
			sat_bytes_put_text(others, others->length > 0 ? " " : "");
			sat_bytes_put(others, at, length);
		}
		at += length + (at[length] == ' ');
	}
	sat_bytes_put_u8(others, 0);
	return stays;
}

static int tell_one(cli *c, const sat_decision *d, const char *indent, json_t *labels)
{
	char until[CLI_TIME_CHARS] = "", id[SAT_ID_CHARS];
	wording w = { json_object(), { 0 } };
	SAT_BYTES(others);
	bool stays = split_audience(d->recipients, &others);
	if (!sat_bytes_ok(&others))
		return sat_no_memory(&c->err);
	const char *audience = (const char *)others.data;
	if (d->until != 0)
		cli_day(d->until, until);
	json_object_set_new(w.label, "id", cli_text(cli_id(c, d->id, id)));
	json_object_set_new(w.label, "audience", cli_text(audience));
	json_object_set_new(w.label, "do_not_copy", json_boolean(stays));
	json_object_set_new(w.label, "embargo", d->until == 0 ? json_null() : json_string(until));
	int rc = d->details[SAT_TERMS] == NULL ? 0 : sat_terms_each(d->details[SAT_TERMS], add_term, &w, &c->err);
	if (rc == 0)
		cli_print(c, "%slabel%.*s%s%s%s%s%s\n", indent, (int)w.line.length,
		          w.line.length == 0 ? "" : (const char *)w.line.data, audience[0] == '\0' ? "" : "; for ",
		          audience, stays ? "; not to be copied" : "", d->until == 0 ? "" : "; until the end of ", until);
	sat_bytes_clear(&w.line);
	json_array_append_new(labels, w.label);
	return rc;
}

int cli_labels_of(cli *c, sat_dot record, const char *indent, json_t **labels)
{
	SAT_ARENA(arena);
	sat_decision *all;
	size_t count;
	*labels = json_array();
	int rc = sat_consent_of_subject(c->store, record, true, &arena, &all, &count, &c->err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (strcmp(all[i].purpose, SAT_PROTOCOL) == 0 && sat_event_permits(all[i].event) &&
		    sat_decision_is_head(all, count, &all[i]))
			rc = tell_one(c, &all[i], indent, *labels);
	}
	return rc;
}
