/* See content.h. */
#include "content.h"

#include <stdlib.h>
#include <string.h>

#include "core/device.h"
#include "core/incarnation.h"
#include "sync/bundle.h"
#include "sync/frame.h"

/* --- parts ---------------------------------------------------------------------------------------- */

static json_t *hex(const void *data, size_t count)
{
	char *text = malloc(2 * count + 1);
	for (size_t i = 0; i < count; i++)
		snprintf(text + 2 * i, 3, "%02x", ((const uint8_t *)data)[i]);
	json_t *json = json_stringn(text, 2 * count);
	free(text);
	return json;
}

static json_t *dot(sat_store *store, sat_dot id)
{
	char text[SAT_ID_CHARS] = "";
	sat_id_print(store, id, text, NULL);
	return json_string(text);
}

static json_t *dots(sat_store *store, const sat_dot *ids, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, dot(store, ids[i]));
	return list;
}

static int compare_strings(const void *a, const void *b)
{
	json_t *const *x = a, *const *y = b;
	return strcmp(json_string_value(*x), json_string_value(*y));
}

/* Takes a list of strings and gives it back in order. */
static json_t *sorted(json_t *list)
{
	size_t n = json_array_size(list);
	json_t **items = malloc((n + 1) * sizeof(json_t *));
	for (size_t i = 0; i < n; i++)
		items[i] = json_incref(json_array_get(list, i));
	qsort(items, n, sizeof(json_t *), compare_strings);
	json_array_clear(list);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, items[i]);
	free(items);
	return list;
}

/* --- sections ------------------------------------------------------------------------------------- */

static json_t *claims(sat_store *store, const sat_frame_content *content)
{
	json_t *list = json_array();
	for (size_t i = 0; i < content->claim_count; i++) {
		const sat_incarnation_claim *claim = &content->claims[i];
		json_array_append_new(list, json_pack("{s:o, s:o, s:I}", "incarnation",
		                                      hex(sat_incarnation_at(store, claim->index)->name,
		                                          SAT_INCARNATION_BYTES),
		                                      "device", hex(claim->device.bytes, SAT_DEVICE_BYTES), "highest",
		                                      (json_int_t)claim->highest));
	}
	return list;
}

static json_t *statements(const sat_frame_content *content)
{
	json_t *list = json_array();
	for (size_t i = 0; i < content->statement_count; i++) {
		const sat_object *object = &content->statements[i];
		uint8_t name[SAT_HASH_BYTES];
		sat_hash(name, "satchel1statname", object->data, object->length);
		sat_cursor c = sat_cursor_over(object->data, object->length);
		json_int_t type = sat_cursor_u8(&c);
		const uint8_t *issuer = sat_cursor_take(&c, SAT_DEVICE_BYTES);
		json_array_append_new(list, json_pack("{s:I, s:o, s:I, s:o}", "type", type, "issuer",
		                                      hex(issuer, issuer == NULL ? 0 : SAT_DEVICE_BYTES), "serial",
		                                      (json_int_t)sat_cursor_varint(&c), "name",
		                                      hex(name, sizeof name)));
	}
	return list;
}

static json_t *details(const sat_decision *d)
{
	json_t *json = json_object();
	for (int i = 0; i < SAT_DETAILS; i++) {
		if (d->details[i] != NULL && d->details[i][0] != '\0')
			json_object_set_new(json, sat_detail_name(i), json_string(d->details[i]));
	}
	json_object_set_new(json, "claimed_time", json_integer(d->claimed_time));
	return json;
}

static json_t *decision(sat_store *store, const sat_batch *batch, sat_decision *d)
{
	if (d->has_details && !d->own_salt)
		sat_batch_salt(batch, d->id, d->salt);
	if (sat_decision_seal(store, d, NULL) != 0)
		abort();
	json_t *supersedes = json_array();
	for (size_t i = 0; i < d->supersedes_count; i++)
		json_array_append_new(supersedes, hex(d->supersedes + i * SAT_HASH_BYTES, SAT_HASH_BYTES));
	json_t *json = json_pack("{s:o, s:o, s:s, s:i, s:b, s:b, s:I, s:I, s:s, s:s, s:I, s:s, s:o, s:o, s:o}", "id", dot(store, d->id),
	                         "subject", dot(store, d->subject), "purpose", d->purpose, "event", (int)d->event,
	                         "final", (int)d->final, "guardian", (int)(d->voice == SAT_GUARDIAN), "episode",
	                         (json_int_t)d->episode, "until", (json_int_t)d->until, "recipients",
	                         d->recipients == NULL ? "" : d->recipients, "withheld_from",
	                         d->withheld_from == NULL ? "" : d->withheld_from, "notice",
	                         (json_int_t)d->notice, "stated", d->stated == NULL ? "" : d->stated, "supersedes",
	                         supersedes, "commitment", hex(d->commitment, SAT_HASH_BYTES), "name",
	                         hex(d->name, SAT_HASH_BYTES));
	if (d->has_details)
		json_object_set_new(json, "details", details(d));
	return json;
}

static json_t *batches(sat_store *store, const sat_frame_content *content)
{
	json_t *list = json_array();
	for (size_t i = 0, at = 0; i < content->batch_count; at += content->decision_counts[i], i++) {
		const sat_batch *batch = &content->batches[i];
		json_t *rows = json_array();
		for (size_t k = 0; k < content->decision_counts[i]; k++)
			json_array_append_new(rows, decision(store, batch, &content->decisions[at + k]));
		json_array_append_new(list, json_pack("{s:o, s:I, s:o, s:o, s:o}", "first", dot(store, batch->first),
		                                      "leaves", (json_int_t)batch->leaves, "seed",
		                                      batch->has_seed ? hex(batch->seed, SAT_SALT_BYTES) : json_null(),
		                                      "signature", hex(batch->signature, SAT_SIGNATURE_BYTES),
		                                      "decisions", rows));
	}
	return list;
}

static json_t *purposes(sat_store *store, sat_purposes set)
{
	json_t *list = json_array();
	for (unsigned bit = 0; bit < 63; bit++) {
		if (set >> bit & 1)
			json_array_append_new(list, json_string(sat_purpose_name(store, bit)));
	}
	return sorted(list);
}

static json_t *value(sat_store *store, const sat_value *v)
{
	char bits[17];
	uint64_t raw;
	switch (v->type) {
	case SAT_INTEGER:
		return json_integer(v->integer);
	case SAT_BOOLEAN:
		return json_boolean(v->integer != 0);
	case SAT_REAL:
		memcpy(&raw, &v->real, sizeof raw);
		snprintf(bits, sizeof bits, "%016llx", (unsigned long long)raw);
		return json_string(bits);
	case SAT_REFERENCE:
		return dot(store, v->reference);
	case SAT_REFERENCES:
		return dots(store, v->references.at, v->references.count);
	default:
		return json_stringn(v->text.bytes, v->text.length);
	}
}

static json_t *stated(sat_store *store, const sat_row *row)
{
	json_t *list = json_array();
	for (uint32_t i = 0; i < row->stated_count; i++) {
		char id[SAT_ID_CHARS], text[SAT_ID_CHARS + SAT_NAME_BYTES + 32];
		sat_id_print(store, sat_dot_record(row->stated[i].person), id, NULL);
		snprintf(text, sizeof text, "%s%s %s=%u",
		         sat_dot_collective(row->stated[i].person) ? "community " : "", id,
		         row->stated[i].purpose == SAT_EVERY_PURPOSE ? "*"
		                                                     : sat_purpose_name(store, row->stated[i].purpose),
		         row->stated[i].episode);
		json_array_append_new(list, json_string(text));
	}
	return sorted(list);
}

static json_t *concerned(sat_store *store, const sat_dot *persons, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		char id[SAT_ID_CHARS];
		sat_id_print(store, sat_dot_record(persons[i]), id, NULL);
		json_array_append_new(list, json_sprintf("%s%s", sat_dot_collective(persons[i]) ? "community " : "", id));
	}
	return sorted(list);
}

static json_t *row_of(sat_store *store, const sat_block *block, size_t at)
{
	static const char *const words[] = { "absent", NULL, "cleared", "blank" };
	const sat_row *row = &block->row[at];
	json_t *values = json_object(), *other = json_object();
	for (size_t i = 0; i < block->fields; i++) {
		const sat_block_field *field = &block->field[i];
		char key[SAT_NAME_BYTES + 16];
		snprintf(key, sizeof key, "%s %s", field->name, sat_type_name(field->type));
		if (field->cells[at] == SAT_PRESENT)
			json_object_set_new(values, key, value(store, &field->values[at]));
		else if (field->cells[at] != SAT_ABSENT)
			json_object_set_new(other, key, json_string(words[field->cells[at]]));
	}
	json_t *json = json_pack("{s:o}", "record", dot(store, row->record));
	if (row->dot != row->record)
		json_object_set_new(json, "dot", dot(store, row->dot));
	if (row->past_count > 0)
		json_object_set_new(json, "past", sorted(dots(store, row->past, row->past_count)));
	if (!row->usual)
		json_object_set_new(json, "states", stated(store, row));
	if (row->person_count > 0)
		json_object_set_new(json, "persons", concerned(store, row->persons, row->person_count));
	if (json_object_size(values) > 0)
		json_object_set(json, "values", values);
	if (json_object_size(other) > 0)
		json_object_set(json, "without", other);
	json_decref(values);
	json_decref(other);
	return json;
}

static json_t *blocks(sat_store *store, const sat_frame_content *content)
{
	json_t *list = json_array();
	for (size_t i = 0; i < content->block_count; i++) {
		const sat_block *block = &content->blocks[i];
		json_t *fields = json_array(), *rows = json_array();
		for (size_t k = 0; k < block->fields; k++)
			json_array_append_new(fields, json_pack("{s:s, s:s, s:i, s:o}", "name", block->field[k].name, "type",
			                                        sat_type_name(block->field[k].type), "concerns",
			                                        (int)block->field[k].concerns, "needs",
			                                        purposes(store, block->field[k].needs)));
		for (size_t k = 0; k < block->rows; k++)
			json_array_append_new(rows, row_of(store, block, k));
		json_array_append_new(list, json_pack("{s:s, s:i, s:o, s:o}", "kind", block->kind, "is",
		                                      (int)block->is, "fields", fields, "rows", rows));
	}
	return list;
}

static json_t *under(sat_store *store, const sat_frame_content *content)
{
	json_t *json = json_array();
	for (size_t i = 0; i < content->under_count; i++)
		json_array_append_new(json, json_pack("[o, o]", dot(store, content->under[i].record),
		                                      dot(store, content->under[i].label)));
	return json;
}

/* Pieces of a file, each by its hash and its proof. */
static json_t *file_pieces(const sat_file_pieces *f)
{
	json_t *pieces = json_array();
	for (size_t i = 0; i < f->count; i++) {
		const sat_file_piece *p = &f->piece[i];
		uint8_t leaf[SAT_HASH_BYTES];
		json_t *proof = json_array();
		sat_tree_leaf(leaf, p->bytes, sat_tree_piece_bytes(f->name.size, p->number));
		for (size_t k = 0; k < sat_tree_proof_hashes(f->name.size, p->number); k++)
			json_array_append_new(proof, hex(p->proof + k * SAT_HASH_BYTES, SAT_HASH_BYTES));
		json_array_append_new(pieces, json_pack("{s:i, s:o, s:o}", "number", (int)p->number, "leaf",
		                                        hex(leaf, sizeof leaf), "proof", proof));
	}
	return json_pack("{s:o, s:I, s:o}", "name", hex(f->name.hash, sizeof f->name.hash), "size",
	                 (json_int_t)f->name.size, "pieces", pieces);
}

static json_t *frame(sat_store *store, const sat_frame_content *content)
{
	json_t *asks = json_array(), *moments = json_array();
	for (size_t i = 0; i < content->ask_count; i++)
		json_array_append_new(asks, json_pack("{s:o, s:o}", "name", hex(content->asks[i].name, 16), "record",
		                                      dot(store, content->asks[i].record)));
	for (size_t i = 0; i < content->moment_count; i++)
		json_array_append_new(moments, json_pack("{s:o, s:I}", "dot", dot(store, content->moments[i].dot), "time",
		                                         (json_int_t)content->moments[i].at));
	json_t *json = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "status", "intact", "incarnations",
	                         claims(store, content), "statements", statements(content), "tombstones",
	                         dots(store, content->tombstones, content->tombstone_count), "batches",
	                         batches(store, content), "blocks", blocks(store, content), "asks", asks, "moments",
	                         moments);
	if (content->under_count > 0)
		json_object_set_new(json, "under", under(store, content));
	if (content->pieces != NULL)
		json_object_set_new(json, "file", file_pieces(content->pieces));
	return json;
}

/* --- the bundle ----------------------------------------------------------------------------------- */

static json_t *names(const sat_name16 *list, size_t count)
{
	json_t *json = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(json, hex(list[i].bytes, sizeof list[i].bytes));
	return json;
}

static json_t *manifest_json(const sat_manifest *m)
{
	json_t *json = json_pack(
		"{s:I, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o}", "flags", (json_int_t)m->flags, "sender",
		hex(m->sender.bytes, SAT_DEVICE_BYTES), "recipient", hex(m->recipient.bytes, SAT_DEVICE_BYTES),
		"incarnation", hex(m->incarnation, SAT_INCARNATION_BYTES), "assumes",
		hex(m->assumes, SAT_INCARNATION_BYTES), "heard", hex(m->heard, SAT_INCARNATION_BYTES), "time",
		(json_int_t)m->time, "programme", hex(m->programme, SAT_HASH_BYTES), "base",
		hex(m->base.bytes, SAT_NAME16_BYTES), "rests", names(m->rests, m->rest_count));
	if (m->receipt)
		json_object_set_new(json, "receipt",
		                    json_pack("{s:I, s:o, s:o, s:o}", "counter", (json_int_t)m->receipt_counter, "held",
		                              names(m->held, m->held_count), "settled",
		                              names(m->settled, m->settled_count), "declined",
		                              names(m->declined, m->declined_count)));
	if (m->flags & SAT_MANIFEST_ENROLMENT)
		json_object_set_new(json, "enrolment",
		                    json_pack("{s:o, s:o, s:i, s:s}", "sign", hex(m->keys.sign, SAT_KEY_BYTES), "seal",
		                              hex(m->keys.seal, SAT_KEY_BYTES), "role", (int)m->role, "name", m->name));
	if (m->flags & SAT_MANIFEST_CERTIFICATE)
		json_object_set_new(json, "certificate", hex(m->certificate, m->certificate_bytes));
	return json;
}

static int next_event(sat_bundle_reader *r, const uint8_t *data, sat_bundle_event *event)
{
	uint64_t offset;
	size_t count;
	int rc = 0;
	*event = SAT_BUNDLE_MORE;
	while (rc == 0 && *event == SAT_BUNDLE_MORE) {
		if (!sat_bundle_reader_want(r, &offset, &count)) {
			*event = SAT_BUNDLE_DONE;
			return 0;
		}
		rc = sat_bundle_reader_feed(r, data + offset, count, event, NULL);
	}
	return rc;
}

static int read_frames(sat_store *store, sat_bundle_reader *r, const uint8_t *data, json_t *frames)
{
	sat_bundle_event event;
	int rc;
	while ((rc = next_event(r, data, &event)) == 0 && event != SAT_BUNDLE_DONE) {
		SAT_ARENA(arena);
		sat_frame_content content;
		size_t index, count;
		const void *plain;
		if (event == SAT_BUNDLE_LOST) {
			json_array_append_new(frames, json_pack("{s:s}", "status", "lost"));
			continue;
		}
		sat_bundle_reader_frame(r, &index, &plain, &count);
		rc = sat_frame_read(store, plain, count, &arena, &content, NULL);
		if (rc != 0)
			return rc;
		json_array_append_new(frames, frame(store, &content));
	}
	return rc;
}

static int read_all(sat_store *store, sat_bundle_reader *r, const sat_identity *identity, const uint8_t *data,
                    json_t *json)
{
	sat_bundle_event event;
	sat_name16 name;
	int rc = next_event(r, data, &event);
	if (rc != 0)
		return rc;
	const sat_manifest *m = sat_bundle_reader_manifest(r);
	sat_device sender = { .keys = m->keys };
	if ((m->flags & SAT_MANIFEST_ENROLMENT) == 0)
		rc = sat_device_find(store, &m->sender, &sender, NULL);
	if (rc == 0)
		rc = sat_bundle_reader_trust(r, &sender.keys, sat_identity_public(identity), &name, NULL);
	if (rc != 0)
		return rc;
	json_t *frames = json_array();
	json_object_set_new(json, "bundle", hex(name.bytes, sizeof name.bytes));
	json_object_set_new(json, "manifest", manifest_json(m));
	json_object_set_new(json, "frames", frames);
	return read_frames(store, r, data, frames);
}

json_t *content_of_bundle(sat_store *store, const sat_identity *identity, const void *data, size_t count)
{
	SAT_AUTO(sat_bundle_reader) r = NULL;
	json_t *json = json_object();
	int rc = sat_bundle_reader_begin(&r, identity, count, NULL);
	if (rc == 0)
		rc = sat_store_begin(store, NULL);
	if (rc == 0) {
		rc = read_all(store, r, identity, data, json);
		sat_store_rollback(store);
	}
	if (rc == 0)
		return json;
	json_decref(json);
	return NULL;
}
