/* satchel consent document and satchel consent verify: decisions that prove themselves outside the store. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consent-json.h"
#include "core/details.h"
#include "core/incarnation-statement.h"
#include "core/json.h"
#include "decisions.h"
#include "values.h"
#include "view.h"

enum { DOCUMENT_VERSION = 1, DOCUMENT_BYTES_MAX = 16 << 20 };

/* --- document ------------------------------------------------------------------------------------- */

static const cli_usage document_usage = {
	"consent document", "SUBJECT FILE",
	"Writes every decision of a person as JSON, by the names of ISO/IEC TS 27560, with all that proves "
	"it.\n"
	"Whoever gets the file checks it with `satchel consent verify`, without a store.",
	2, 2
};

/* A machine signs for what it wrote with every export; what was written since is signed for now. */
static int sign_own(cli *c, void *context)
{
	(void)context;
	int64_t own = sat_store_incarnation(c->store);
	return own == 0 ? 0 : sat_incarnation_sign(c->store, c->identity, own, &c->err);
}

/* Details go along as far as they may be shown here. */
static int may_show(cli *c, sat_gate *gate, const sat_decision *d, bool *yes)
{
	sat_sibling written = { .dot = d->id };
	sat_answer answer = SAT_PERMITTED;
	int rc = !d->has_details || cli_own(c, &written)
	             ? 0
	             : sat_details_answer(gate, c->store, d, &answer, &c->err);
	*yes = rc == 0 && d->has_details && answer == SAT_PERMITTED;
	return rc;
}

static int add_records(cli *c, sat_dot subject, json_t *records)
{
	SAT_ARENA(arena);
	sat_gate *gate;
	sat_decision *all;
	size_t count;
	int rc = cli_own_gate(c, &gate);
	if (rc == 0)
		rc = sat_consent_of_subject(c->store, subject, true, &arena, &all, &count, &c->err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		sat_proof proof;
		bool details;
		rc = may_show(c, gate, &all[i], &details);
		if (rc == 0)
			rc = sat_proof_make(c->store, &all[i], details, &arena, &proof, &c->err);
		json_t *record = rc == 0 ? cli_proof_json(&proof, &c->err) : NULL;
		if (rc == 0 && (record == NULL || json_array_append_new(records, record) != 0))
			rc = sat_fail(&c->err, SAT_ENOMEM, "out of memory");
	}
	return rc;
}

static int write_document(cli *c, json_t *records, const char *path)
{
	json_t *document = json_pack("{s:i, s:O}", "satchel_consent", DOCUMENT_VERSION, "records", records);
	char *text = json_dumps(document, JSON_INDENT(2));
	int rc = text == NULL ? sat_fail(&c->err, SAT_ENOMEM, "out of memory")
	                      : cli_file_write(path, text, strlen(text), 0600, &c->err);
	free(text);
	json_decref(document);
	return rc;
}

int cli_consent_document(cli *c, int argc, char **argv)
{
	if (!cli_options(c, &document_usage, NULL, &argc, &argv))
		return c->code;
	sat_dot subject;
	json_t *records = json_array();
	int rc = cli_unlock(c);
	if (rc == 0)
		rc = cli_subject(c, argv[0], &subject);
	if (rc == 0)
		rc = cli_transaction(c, sign_own, NULL);
	if (rc == 0)
		rc = add_records(c, subject, records);
	if (rc == 0 && json_array_size(records) == 0)
		rc = sat_fail(&c->err, SAT_ENOTFOUND, "nothing was ever decided about \"%.60s\"", argv[0]);
	if (rc == 0)
		rc = write_document(c, records, argv[1]);
	size_t count = json_array_size(records);
	json_decref(records);
	if (rc != 0)
		return cli_fail(c);
	char text[64];
	cli_set(c, "file", cli_text(argv[1]));
	cli_set(c, "decisions", json_integer((json_int_t)count));
	cli_say(c, "%s with their proof are in %s.\n", cli_count(count, "decision", "decisions", text),
	        argv[1]);
	return CLI_DONE;
}

/* --- verify --------------------------------------------------------------------------------------- */

static const cli_usage verify_usage = { "consent verify", "FILE",
	                                "Checks decisions that `satchel consent document` wrote, without a "
	                                "store: that each is word for word what\n"
	                                "a machine signed, and that headquarters had approved that machine.",
	                                1, 1 };

/* Whose headquarters the proofs lead to: one for all. */
typedef struct root {
	bool known;
	sat_public keys;
} root;

static int same_root(root *r, const sat_proof *p, sat_error *err)
{
	if (r->known && memcmp(&r->keys, &p->registry, sizeof r->keys) != 0)
		return sat_fail(err, SAT_EFORGED, "its records come from different headquarters");
	r->known = true;
	r->keys = p->registry;
	return 0;
}

static int verify_record(cli *c, const json_t *json, root *r, json_t *records)
{
	SAT_ARENA(arena);
	sat_proof p;
	sat_approval approved;
	char subject[SAT_ID_CHARS];
	int rc = cli_proof_read(json, &arena, &p, &c->err);
	if (rc == 0)
		rc = sat_proof_check(&p, &approved, &c->err);
	if (rc == 0)
		rc = same_root(r, &p, &c->err);
	if (rc != 0)
		return rc;
	const char *by = approved.name[0] == '\0' ? "headquarters" : approved.name;
	cli_subject_text(p.subject, p.subject_bytes, subject);
	cli_print(c, "    %s: %s%s%s, about %s, recorded by %s%s\n", p.decision.purpose,
	          p.decision.voice == SAT_GUARDIAN ? "guardian " : "", sat_event_name(p.decision.event),
	          p.decision.final ? " for ever" : "", subject, by,
	          p.decision.has_details ? "" : "; how and by whom it was said is withheld");
	json_array_append_new(
	    records, json_pack("{s:O, s:s, s:s, s:s, s:b, s:o, s:s, s:b}", "record_id",
	                       json_object_get(json, "record_id"), "subject", subject, "purpose",
	                       p.decision.purpose, "event", sat_event_name(p.decision.event), "final",
	                       (int)p.decision.final, "recorded_by", cli_text(by), "role",
	                       sat_role_name(approved.role), "details", (int)p.decision.has_details));
	return 0;
}

static int verify_document(cli *c, const sat_bytes *text, root *r, json_t *records)
{
	json_error_t where;
	int rc = 0;
	json_t *document = sat_json_read(text->data, text->length, &where, &rc);
	const json_t *list = json_object_get(document, "records");
	if (document == NULL)
		return rc == SAT_ENOMEM ? sat_fail(&c->err, rc, "out of memory")
		                        : sat_fail(&c->err, SAT_EINVALID, "it is no JSON (line %d: %s)",
		                                   where.line, where.text);
	rc = 0;
	if (json_integer_value(json_object_get(document, "satchel_consent")) > DOCUMENT_VERSION)
		rc = sat_fail(&c->err, SAT_ETOONEW, "a newer Satchel wrote it");
	else if (!json_is_array(list) || json_object_size(document) != 2 || json_array_size(list) == 0 ||
	         json_integer_value(json_object_get(document, "satchel_consent")) != DOCUMENT_VERSION)
		rc = sat_fail(&c->err, SAT_EINVALID, "it is not a document of `satchel consent document`");
	for (size_t i = 0; rc == 0 && i < json_array_size(list); i++) {
		rc = verify_record(c, json_array_get(list, i), r, records);
		if (rc != 0)
			sat_error_context(&c->err, "record %zu", i + 1);
	}
	json_decref(document);
	return rc;
}

/* Where there is a store, it says whether that headquarters is ours. */
static int compare_root(cli *c, const root *r, json_t **ours)
{
	sat_device registry;
	*ours = json_null();
	if (!cli_file_there(c->store_path))
		return 0;
	int rc = cli_open(c);
	if (rc == 0)
		rc = sat_device_registry(c->store, &registry, &c->err);
	if (rc == SAT_ENOTFOUND)
		return 0;
	if (rc == 0)
		*ours = json_boolean(memcmp(&registry.keys, &r->keys, sizeof r->keys) == 0);
	return rc;
}

int cli_consent_verify(cli *c, int argc, char **argv)
{
	if (!cli_options(c, &verify_usage, NULL, &argc, &argv))
		return c->code;
	SAT_BYTES(text);
	root r = { 0 };
	json_t *records = json_array(), *ours = json_null();
	int rc = cli_file_read(argv[0], DOCUMENT_BYTES_MAX, &text, &c->err);
	if (rc != 0) {
		json_decref(records);
		return cli_fail(c);
	}
	rc = sat_crypto_init(&c->err);
	if (rc == 0)
		rc = verify_document(c, &text, &r, records);
	cli_set(c, "file", cli_text(argv[0]));
	cli_set(c, "ok", json_boolean(rc == 0));
	cli_set(c, "reason", rc == 0 ? json_null() : cli_text(c->err.message));
	cli_set(c, "records", records);
	if (rc != 0) {
		cli_refuse(c, "%s: %s\n", argv[0], c->err.message);
		return CLI_PARTLY;
	}
	sat_device_id registry = sat_device_of(&r.keys);
	char id[CLI_DEVICE_CHARS];
	if (compare_root(c, &r, &ours) != 0)
		return cli_fail(c);
	cli_set(c, "registry", cli_text(cli_device(&registry, id)));
	cli_set(c, "our_registry", ours);
	cli_say(c, "Every word is as it was signed.  The machines were approved by the headquarters %s%s.\n",
	        id,
	        json_is_true(ours)    ? ", which is ours"
	        : json_is_false(ours) ? ", which is not ours"
	                              : "; compare that with headquarters' own `satchel device list`");
	return CLI_DONE;
}
