/* See consent-json.h. */
#include "consent-json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hex.h"
#include "core/json.h"
#include "core/terms.h"

#define SCHEMA "satchel consent 1, names of ISO/IEC TS 27560:2023"

/* What the details are called there; terms stand beside them under their own names. */
static const char *const detail_members[SAT_DETAILS] = {
	[SAT_GRANTOR] = "grantor_ref",
	[SAT_RELATION] = "grantor_relation",
	[SAT_METHOD] = "method",
	[SAT_LANGUAGE] = "language",
	[SAT_INTERPRETER] = "interpreter",
	[SAT_WITNESS] = "witness",
	[SAT_EVIDENCE] = "evidence_ref",
	[SAT_NOTICE] = "notice_ref",
	[SAT_PROCESS] = "decision_process",
	[SAT_DISSENT] = "dissent",
};

void cli_subject_text(const uint8_t *subject, size_t bytes, char text[static SAT_ID_CHARS])
{
	if (bytes == SAT_INCARNATION_BYTES + SAT_UNLINKED_BYTES) {
		sat_hex_print(subject + SAT_INCARNATION_BYTES, SAT_UNLINKED_BYTES, text);
		return;
	}
	sat_cursor counter = sat_cursor_over(subject + SAT_INCARNATION_BYTES, 8);
	sat_hex_print(subject, SAT_INCARNATION_BYTES, text);
	snprintf(text + 2 * SAT_INCARNATION_BYTES, SAT_ID_CHARS - 2 * SAT_INCARNATION_BYTES, "-%llu",
	         (unsigned long long)sat_cursor_le64(&counter));
}

/* --- writing -------------------------------------------------------------------------------------- */

static json_t *hex_list(const uint8_t *hashes, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, sat_json_hex(hashes + i * SAT_HASH_BYTES, SAT_HASH_BYTES));
	return list;
}

static json_t *word_list(const char *words)
{
	json_t *list = json_array();
	for (const char *at = words == NULL ? "" : words; *at != '\0';) {
		size_t length = strcspn(at, " ");
		json_array_append_new(list, json_stringn(at, length));
		at += length + (at[length] == ' ');
	}
	return list;
}

static int collect_term(void *context, const char *name, const char *value)
{
	json_object_set_new(context, name, json_string(value));
	return 0;
}

/* Terms as members of their own where they can be put together again from them, else whole. */
static int put_terms(json_t *record, const char *terms, sat_error *err)
{
	const char *values[SAT_TERM_COUNT];
	json_t *each = json_object();
	SAT_BYTES(again);
	int rc = sat_terms_each(terms, collect_term, each, err);
	for (int i = 0; i < SAT_TERM_COUNT; i++)
		values[i] = json_string_value(json_object_get(each, sat_term_name((sat_term)i)));
	bool same = rc == 0 && sat_terms_write(values, &again, NULL) == 0 && again.length == strlen(terms) &&
	            memcmp(again.data, terms, again.length) == 0;
	if (rc == 0 && (same ? json_object_update(record, each)
	                     : json_object_set_new(record, "terms", json_string(terms))) != 0)
		rc = sat_no_memory(err);
	json_decref(each);
	return rc;
}

static int put_details(json_t *record, const sat_decision *d, sat_error *err)
{
	for (int i = 0; i < SAT_DETAILS; i++) {
		if (i != SAT_TERMS && d->details[i] != NULL && d->details[i][0] != '\0')
			json_object_set_new(record, detail_members[i], json_string(d->details[i]));
	}
	bool terms = d->details[SAT_TERMS] != NULL && d->details[SAT_TERMS][0] != '\0';
	return terms ? put_terms(record, d->details[SAT_TERMS], err) : 0;
}

static json_t *event_json(const sat_proof *p)
{
	const sat_decision *d = &p->decision;
	sat_device_id author = sat_device_of(&p->author);
	char time[CLI_TIME_CHARS], day[CLI_TIME_CHARS];
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "state", sat_event_name(d->event), "type",
	                 "explicit", "voice", d->voice == SAT_GUARDIAN ? "guardian" : "own", "validity",
	                 d->until == 0 ? json_null() : json_string(cli_day(d->until, day)), "time",
	                 d->has_details ? json_string(cli_time(d->claimed_time, time)) : json_null(), "by",
	                 sat_json_hex(author.bytes, SAT_DEVICE_BYTES));
}

static json_t *keys_json(const sat_public *keys)
{
	return json_pack("{s:o, s:o}", "sign", sat_json_hex(keys->sign, SAT_KEY_BYTES), "seal",
	                 sat_json_hex(keys->seal, SAT_KEY_BYTES));
}

static json_t *proof_json(const sat_proof *p)
{
	const sat_decision *d = &p->decision;
	json_t *json = json_pack(
	    "{s:o, s:I, s:I, s:I, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:s}", "incarnation",
	    sat_json_hex(p->incarnation, SAT_INCARNATION_BYTES), "counter", (json_int_t)p->counter, "first",
	    (json_int_t)p->first, "leaves", (json_int_t)p->leaves, "signature",
	    sat_json_hex(p->signature, SAT_SIGNATURE_BYTES), "path", hex_list(p->path, p->path_count), "author",
	    keys_json(&p->author), "highest", (json_int_t)p->highest, "incarnation_signature",
	    sat_json_hex(p->incarnation_signature, SAT_SIGNATURE_BYTES), "registry", keys_json(&p->registry),
	    "approval", p->approval == NULL ? json_null() : sat_json_hex(p->approval, p->approval_bytes),
	    "stated", d->stated == NULL ? "" : d->stated);
	if (d->has_details) {
		json_object_set_new(json, "claimed_time", json_integer(d->claimed_time));
		json_object_set_new(json, "salt", sat_json_hex(d->salt, SAT_SALT_BYTES));
	} else {
		json_object_set_new(json, "commitment", sat_json_hex(d->commitment, SAT_HASH_BYTES));
	}
	return json;
}

json_t *cli_proof_json(const sat_proof *p, sat_error *err)
{
	const sat_decision *d = &p->decision;
	char subject[SAT_ID_CHARS];
	cli_subject_text(p->subject, p->subject_bytes, subject);
	json_t *record = json_pack("{s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:I, s:b, s:o, s:b, s:o}",
	                           "schema_version", SCHEMA, "record_id", sat_json_hex(d->name, SAT_HASH_BYTES),
	                           "principal_ref", subject, "purpose", d->purpose, "recipient",
	                           word_list(d->recipients), "withheld_from", word_list(d->withheld_from),
	                           "notice_version", d->notice == 0 ? json_null() : json_integer(d->notice),
	                           "episode", (json_int_t)d->episode, "final", (int)d->final, "supersedes",
	                           hex_list(d->supersedes, d->supersedes_count), "details",
	                           (int)d->has_details, "event", event_json(p));
	int rc = record == NULL ? sat_no_memory(err) : 0;
	if (rc == 0 && d->has_details)
		rc = put_details(record, d, err);
	if (rc == 0 && json_object_set_new(record, "proof", proof_json(p)) != 0)
		rc = sat_no_memory(err);
	if (rc != 0)
		json_decref(record);
	return rc == 0 ? record : NULL;
}

/* --- reading -------------------------------------------------------------------------------------- */

/* Members are taken off a copy one by one, so that what is left at the end is what nobody knows. */
typedef struct reading {
	json_t *left;
	const char *where; /* "event." or so */
	sat_arena *arena;
	sat_error *err;
	int rc;
} reading;

static void wrong(reading *r, const char *member, const char *what)
{
	if (r->rc == 0)
		r->rc = sat_fail(r->err, SAT_EINVALID, "%s%.60s %s", r->where, member, what);
}

/* Borrowed from the document, which keeps it; NULL when it is not there. */
static const json_t *take(reading *r, const char *member, bool needed)
{
	const json_t *json = json_object_get(r->left, member);
	if (json == NULL && needed)
		wrong(r, member, "is missing");
	json_object_del(r->left, member);
	return json;
}

static const char *take_text(reading *r, const char *member, bool needed)
{
	const json_t *json = take(r, member, needed);
	if (json == NULL || json_is_null(json))
		return NULL;
	if (!json_is_string(json) || strlen(json_string_value(json)) != json_string_length(json))
		wrong(r, member, "is not a text");
	return json_string_value(json);
}

static int64_t take_number(reading *r, const char *member, int64_t most)
{
	const json_t *json = take(r, member, true);
	int64_t value = json_is_integer(json) ? json_integer_value(json) : json_is_null(json) ? 0 : -1;
	if (json != NULL && (value < 0 || value > most))
		wrong(r, member, "is not a number that it can be");
	return value;
}

static bool take_flag(reading *r, const char *member)
{
	const json_t *json = take(r, member, true);
	if (json != NULL && !json_is_boolean(json))
		wrong(r, member, "is neither true nor false");
	return json_is_true(json);
}

static void take_hex(reading *r, const char *member, void *data, size_t count)
{
	const char *text = take_text(r, member, true);
	if (text == NULL || strlen(text) != 2 * count || !sat_hex_read(text, 2 * count, data))
		wrong(r, member, "is not what it should be in hexadecimal digits");
}

static const uint8_t *take_hashes(reading *r, const char *member, size_t most, size_t *count)
{
	const json_t *list = take(r, member, true);
	size_t n = json_array_size(list);
	uint8_t *hashes = sat_arena_take(r->arena, (n > most ? most : n) * SAT_HASH_BYTES);
	*count = 0;
	if (!json_is_array(list) || n > most || hashes == NULL) {
		wrong(r, member, "is not a list of hashes that it can be");
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		const char *text = json_string_value(json_array_get(list, i));
		if (text == NULL || strlen(text) != 2 * SAT_HASH_BYTES ||
		    !sat_hex_read(text, 2 * SAT_HASH_BYTES, hashes + i * SAT_HASH_BYTES))
			wrong(r, member, "is not a list of hashes");
	}
	*count = n;
	return hashes;
}

static const char *take_words(reading *r, const char *member)
{
	const json_t *list = take(r, member, true), *word;
	size_t i;
	SAT_BYTES(words);
	if (!json_is_array(list))
		wrong(r, member, "is not a list of words");
	json_array_foreach((json_t *)list, i, word)
	{
		const char *text = json_string_value(word);
		if (text == NULL || text[0] == '\0' || strchr(text, ' ') != NULL)
			wrong(r, member, "is not a list of words");
		sat_bytes_put_text(&words, i == 0 ? "" : " ");
		sat_bytes_put_text(&words, text == NULL ? "" : text);
	}
	return words.length == 0 ? NULL : sat_arena_copy(r->arena, words.data, words.length);
}

/* Goes into a member that is an object. */
static reading enter(reading *r, const char *member, const char *where)
{
	const json_t *json = take(r, member, true);
	if (json != NULL && !json_is_object(json))
		wrong(r, member, "is not an object");
	return (reading){ .left = json_copy((json_t *)json),
		          .where = where,
		          .arena = r->arena,
		          .err = r->err,
		          .rc = r->rc };
}

/* And out of it again: nothing may be left. */
static void leave(reading *r, reading *inner)
{
	const char *name;
	json_t *value;
	json_object_foreach(inner->left, name, value)
	    wrong(inner, name, "is not known, and nobody signed it");
	json_decref(inner->left);
	r->rc = inner->rc;
}

static void read_subject(reading *r, sat_proof *p)
{
	const char *text = take_text(r, "principal_ref", true);
	const char *hyphen = text == NULL ? NULL : strchr(text, '-');
	memset(p->subject, 0, sizeof p->subject);
	p->subject_bytes = SAT_INCARNATION_BYTES + (hyphen == NULL ? SAT_UNLINKED_BYTES : 8);
	bool fine = text != NULL;
	if (fine && hyphen == NULL) {
		fine = strlen(text) == 2 * SAT_UNLINKED_BYTES &&
		       sat_hex_read(text, 2 * SAT_UNLINKED_BYTES, p->subject + SAT_INCARNATION_BYTES);
	} else if (fine) {
		char *end;
		unsigned long long counter = strtoull(hyphen + 1, &end, 10);
		fine = hyphen - text == 2 * SAT_INCARNATION_BYTES && hyphen[1] != '\0' && *end == '\0' &&
		       sat_hex_read(text, 2 * SAT_INCARNATION_BYTES, p->subject);
		for (unsigned i = 0; i < 8; i++)
			p->subject[SAT_INCARNATION_BYTES + i] = (uint8_t)(counter >> (8 * i));
	}
	/* Only one way of writing it is right. */
	char again[SAT_ID_CHARS];
	if (fine)
		cli_subject_text(p->subject, p->subject_bytes, again);
	if (!fine || strcmp(again, text) != 0)
		wrong(r, "principal_ref", "is not the id of a record");
}

static void read_keys(reading *r, const char *member, sat_public *keys)
{
	reading inner = enter(r, member, "proof.keys.");
	take_hex(&inner, "sign", keys->sign, SAT_KEY_BYTES);
	take_hex(&inner, "seal", keys->seal, SAT_KEY_BYTES);
	leave(r, &inner);
}

static void read_approval(reading *r, sat_proof *p)
{
	const char *text = take_text(r, "approval", false);
	if (text == NULL)
		return;
	uint8_t *data = sat_arena_take(r->arena, strlen(text) / 2 + 1);
	if (data == NULL || !sat_hex_read(text, strlen(text), data))
		wrong(r, "approval", "is not in hexadecimal digits");
	p->approval = data;
	p->approval_bytes = strlen(text) / 2;
}

static void read_proof(reading *r, sat_proof *p)
{
	reading inner = enter(r, "proof", "proof.");
	sat_decision *d = &p->decision;
	take_hex(&inner, "incarnation", p->incarnation, SAT_INCARNATION_BYTES);
	p->counter = take_number(&inner, "counter", SAT_COUNTER_END - 1);
	p->first = take_number(&inner, "first", SAT_COUNTER_END - 1);
	p->leaves = (uint32_t)take_number(&inner, "leaves", SAT_BATCH_MAX);
	take_hex(&inner, "signature", p->signature, SAT_SIGNATURE_BYTES);
	p->path = take_hashes(&inner, "path", SAT_BATCH_MAX, &p->path_count);
	read_keys(&inner, "author", &p->author);
	p->highest = take_number(&inner, "highest", SAT_COUNTER_END - 1);
	take_hex(&inner, "incarnation_signature", p->incarnation_signature, SAT_SIGNATURE_BYTES);
	read_keys(&inner, "registry", &p->registry);
	read_approval(&inner, p);
	d->stated = take_text(&inner, "stated", true);
	if (d->stated == NULL)
		wrong(&inner, "stated", "is not a text");
	if (d->has_details) {
		const json_t *time = take(&inner, "claimed_time", true);
		d->claimed_time = json_integer_value(time);
		take_hex(&inner, "salt", d->salt, SAT_SALT_BYTES);
	} else {
		take_hex(&inner, "commitment", d->commitment, SAT_HASH_BYTES);
	}
	leave(r, &inner);
}

/* What it says beside the core: validity and times in words, who recorded it. */
static void read_event(reading *r, sat_proof *p, const char **time, uint8_t *by)
{
	reading inner = enter(r, "event", "event.");
	sat_decision *d = &p->decision;
	const char *state = take_text(&inner, "state", true), *type = take_text(&inner, "type", true);
	const char *voice = take_text(&inner, "voice", true), *validity = take_text(&inner, "validity", true);
	d->event = state == NULL ? (sat_event)0 : sat_event_of_name(state);
	d->voice = voice != NULL && strcmp(voice, "guardian") == 0 ? SAT_GUARDIAN : SAT_OWN_VOICE;
	if (d->event == 0)
		wrong(&inner, "state", "is no state of a decision");
	if (type == NULL || strcmp(type, "explicit") != 0)
		wrong(&inner, "type", "is not \"explicit\"");
	if (voice == NULL || (d->voice == SAT_OWN_VOICE && strcmp(voice, "own") != 0))
		wrong(&inner, "voice", "is neither \"own\" nor \"guardian\"");
	if (validity != NULL && !cli_day_read(validity, &d->until))
		wrong(&inner, "validity", "is not a date");
	*time = take_text(&inner, "time", true);
	take_hex(&inner, "by", by, SAT_DEVICE_BYTES);
	leave(r, &inner);
}

static void read_details(reading *r, sat_decision *d)
{
	const char *values[SAT_TERM_COUNT];
	SAT_BYTES(terms);
	for (int i = 0; i < SAT_DETAILS; i++)
		d->details[i] = i == SAT_TERMS ? NULL : take_text(r, detail_members[i], false);
	for (int i = 0; i < SAT_TERM_COUNT; i++)
		values[i] = take_text(r, sat_term_name((sat_term)i), false);
	d->details[SAT_TERMS] = take_text(r, "terms", false);
	if (r->rc == 0 && d->details[SAT_TERMS] == NULL)
		r->rc = sat_terms_write(values, &terms, r->err);
	if (terms.length > 0 &&
	    (d->details[SAT_TERMS] = sat_arena_copy(r->arena, terms.data, terms.length)) == NULL)
		r->rc = sat_no_memory(r->err);
}

int cli_proof_read(const json_t *json, sat_arena *arena, sat_proof *p, sat_error *err)
{
	reading r = { .left = json_copy((json_t *)json), .where = "", .arena = arena, .err = err };
	uint8_t name[SAT_HASH_BYTES], by[SAT_DEVICE_BYTES];
	const char *time = NULL;
	*p = (sat_proof){ 0 };
	sat_decision *d = &p->decision;
	if (!json_is_object(json))
		wrong(&r, "a record", "is not an object");
	const char *schema = take_text(&r, "schema_version", true);
	if (schema == NULL || strcmp(schema, SCHEMA) != 0)
		wrong(&r, "schema_version", "is not one that this Satchel knows");
	take_hex(&r, "record_id", name, SAT_HASH_BYTES);
	read_subject(&r, p);
	d->purpose = take_text(&r, "purpose", true);
	d->recipients = take_words(&r, "recipient");
	d->withheld_from = take_words(&r, "withheld_from");
	d->notice = (uint32_t)take_number(&r, "notice_version", UINT32_MAX);
	d->episode = (uint32_t)take_number(&r, "episode", UINT32_MAX - 1);
	d->final = take_flag(&r, "final");
	d->supersedes = take_hashes(&r, "supersedes", SAT_SUPERSEDES_MAX, &d->supersedes_count);
	d->has_details = take_flag(&r, "details");
	read_event(&r, p, &time, by);
	if (d->has_details)
		read_details(&r, d);
	read_proof(&r, p);
	reading outside = { .err = err };
	leave(&outside, &r);
	if (outside.rc != 0)
		return outside.rc;
	/* These follow from the rest and are said for people. */
	char text[CLI_TIME_CHARS];
	sat_device_id author = sat_device_of(&p->author);
	if (memcmp(author.bytes, by, SAT_DEVICE_BYTES) != 0)
		return sat_fail(err, SAT_EFORGED, "it names another machine than the one that signed it");
	if ((time == NULL) != !d->has_details ||
	    (time != NULL && strcmp(cli_time(d->claimed_time, text), time) != 0))
		return sat_fail(err, SAT_EFORGED, "it names another time than was signed");
	int rc = sat_decision_seal_as(p->incarnation, p->counter, p->subject, p->subject_bytes, d, err);
	if (rc == 0 && memcmp(d->name, name, SAT_HASH_BYTES) != 0)
		return sat_fail(err, SAT_EFORGED,
		                "it was changed: its content is not that of record %.16s...",
		                json_string_value(json_object_get(json, "record_id")));
	return rc;
}
