/* Looking at bundles without merging them: verify and inspect; see exchange.h. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exchange.h"
#include "frame.h"
#include "pull.h"

/* Reads up to the manifest and checks who signed it.  Nothing is parsed for anybody that its sender did
 * not sign.  `sender` is filled in unless the bundle is a request to be let in. */
static int open_signed(sat_pull *pull, sat_store *store, const sat_identity *identity, sat_device *sender,
                       sat_name16 *name, sat_error *err)
{
	sat_bundle_event event;
	int rc = sat_pull_begin(pull, identity, err);
	if (rc == 0)
		rc = sat_pull_next(pull, &event, err);
	if (rc != 0)
		return rc;
	const sat_manifest *manifest = sat_bundle_reader_manifest(pull->reader);
	const sat_public *keys = &manifest->keys;
	if ((manifest->flags & SAT_MANIFEST_ENROLMENT) == 0) {
		rc = store == NULL ? SAT_ENOTFOUND : sat_device_find(store, &manifest->sender, sender, err);
		if (rc == SAT_ENOTFOUND)
			return sat_fail(err, SAT_EUNKNOWN,
			                "its sender is not known here, so its signature cannot be checked");
		keys = &sender->keys;
	}
	return rc != 0 ? rc
	               : sat_bundle_reader_trust(pull->reader, keys, sat_identity_public(identity), name, err);
}

/* --- verify --------------------------------------------------------------------------------------- */

/* The padding follows the frames and is a keystream, so that nothing can hide in it. */
static int check_padding(sat_pull *pull, sat_error *err)
{
	const sat_manifest *manifest = sat_bundle_reader_manifest(pull->reader);
	uint64_t at = sat_bundle_reader_body(pull->reader);
	for (size_t i = 0; i < manifest->frame_count; i++)
		at += manifest->frames[i].length;
	uint8_t expected[4096], found[4096];
	for (size_t n; (n = sat_bundle_reader_padding(pull->reader, at, expected, sizeof expected)) > 0; at += n) {
		int rc = pull->carrier->read(pull->carrier->context, pull->handle, at, found, n, err);
		if (rc != 0)
			return rc;
		if (memcmp(expected, found, n) != 0)
			return sat_fail(err, SAT_EDAMAGED, "its padding was changed");
	}
	return 0;
}

static int same_bytes(sat_pull *pull, uint64_t one, uint64_t other, uint64_t count, sat_error *err)
{
	uint8_t a[4096], b[4096];
	for (uint64_t at = 0; at < count;) {
		size_t n = count - at < sizeof a ? (size_t)(count - at) : sizeof a;
		int rc = pull->carrier->read(pull->carrier->context, pull->handle, one + at, a, n, err);
		if (rc == 0)
			rc = pull->carrier->read(pull->carrier->context, pull->handle, other + at, b, n, err);
		if (rc != 0)
			return rc;
		if (memcmp(a, b, n) != 0)
			return sat_fail(err, SAT_EDAMAGED, "its copies of header and manifest differ");
		at += n;
	}
	return 0;
}

/* The full form ends with manifest and header once more. */
static int check_copies(sat_pull *pull, sat_error *err)
{
	uint8_t bytes[SAT_HEADER_BYTES];
	sat_header header;
	int rc = pull->carrier->read(pull->carrier->context, pull->handle, 0, bytes, sizeof bytes, err);
	if (rc == 0)
		rc = sat_header_read(&header, bytes, err);
	if (rc != 0 || header.form != SAT_FULL)
		return rc;
	uint64_t at = header.file_bytes - SAT_HASH_BYTES - SAT_HEADER_BYTES;
	rc = same_bytes(pull, 0, at, SAT_HEADER_BYTES, err);
	return rc != 0 ? rc
	               : same_bytes(pull, SAT_HEADER_BYTES, at - header.manifest_box_bytes,
	                            header.manifest_box_bytes, err);
}

static int verify_sealed(sat_pull *pull, sat_store *store, const sat_identity *identity, sat_error *err)
{
	sat_device sender;
	sat_name16 name;
	sat_bundle_event event = SAT_BUNDLE_MORE;
	int rc = open_signed(pull, store, identity, &sender, &name, err);
	while (rc == 0 && event != SAT_BUNDLE_DONE) {
		rc = sat_pull_next(pull, &event, err);
		if (rc == 0 && event == SAT_BUNDLE_LOST)
			rc = sat_fail(err, SAT_EDAMAGED, "a frame is damaged; merging it would save the others");
	}
	if (rc == 0)
		rc = check_padding(pull, err);
	return rc != 0 ? rc : check_copies(pull, err);
}

int sat_bundle_verify(sat_store *store, const sat_identity *identity, sat_carrier *carrier, const char *name,
                      bool *opened, sat_error *err)
{
	sat_pull pull = { 0 };
	bool right = false;
	int rc = sat_pull_open(&pull, carrier, name, err);
	if (rc == 0)
		rc = sat_pull_hash_right(&pull, &right, err);
	if (rc == 0 && !right)
		rc = sat_fail(err, SAT_EDAMAGED,
		              sat_pull_looks_like_one(&pull)
		                  ? "its bytes are not those that its sender wrote: copy it again, or merge it to save "
		                    "what is whole"
		                  : "it is no Satchel bundle, or a bundle whose beginning was lost");
	*opened = false;
	if (rc == 0 && identity != NULL) {
		rc = verify_sealed(&pull, store, identity, err);
		*opened = rc == 0;
	}
	/* Every byte is as it was written; what is in it is not ours to see. */
	if (rc == SAT_ENOTFORUS)
		rc = 0;
	sat_pull_close(&pull);
	return rc;
}

/* --- inspect --------------------------------------------------------------------------------------- */

static json_t *hex(const void *data, size_t count)
{
	char text[2 * 64 + 1];
	for (size_t i = 0; i < count && i < 64; i++)
		snprintf(text + 2 * i, 3, "%02x", ((const uint8_t *)data)[i]);
	return json_string(text);
}

static void describe_manifest(json_t *json, sat_store *store, const sat_manifest *m)
{
	sat_device sender;
	if (m->flags & SAT_MANIFEST_ENROLMENT) {
		json_object_set_new(json, "request_from", json_string(m->name));
		json_object_set_new(json, "role", json_string(sat_role_name(m->role)));
	} else if (store != NULL && sat_device_find(store, &m->sender, &sender, NULL) == 0) {
		json_object_set_new(json, "from", json_string(sender.name));
	}
	json_object_set_new(json, "sender", hex(m->sender.bytes, SAT_DEVICE_BYTES));
	json_object_set_new(json, "incarnation", hex(m->incarnation, SAT_INCARNATION_BYTES));
	json_object_set_new(json, "claimed_time", json_integer(m->time));
	json_object_set_new(json, "frames", json_integer((json_int_t)m->frame_count));
	json_object_set_new(json, "confirms_bundles", json_integer((json_int_t)m->held_count));
	json_object_set_new(json, "confirms_frames", json_integer((json_int_t)m->settled_count));
}

static void count_content(json_t *json, const sat_frame_content *content)
{
	size_t rows = 0;
	json_t *kinds = json_object_get(json, "kinds");
	for (size_t i = 0; i < content->block_count; i++) {
		const sat_block *block = &content->blocks[i];
		json_int_t before = json_integer_value(json_object_get(kinds, block->kind));
		json_object_set_new(kinds, block->kind, json_integer(before + (json_int_t)block->rows));
		rows += block->rows;
	}
	const struct {
		const char *name;
		size_t count;
	} sums[] = { { "rows", rows },
		     { "decisions", content->decision_count },
		     { "statements", content->statement_count },
		     { "tombstones", content->tombstone_count },
		     { "asks", content->ask_count },
		     { "pieces", content->pieces == NULL ? 0 : content->pieces->count } };
	for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
		json_int_t before = json_integer_value(json_object_get(json, sums[i].name));
		json_object_set_new(json, sums[i].name, json_integer(before + (json_int_t)sums[i].count));
	}
}

static int look_inside(sat_pull *pull, sat_store *store, const sat_identity *identity, json_t *json,
                       sat_error *err)
{
	SAT_ARENA(arena);
	sat_device sender;
	sat_name16 name;
	sat_bundle_event event = SAT_BUNDLE_MORE;
	int rc = open_signed(pull, store, identity, &sender, &name, err);
	if (rc != 0)
		return rc;
	json_object_set_new(json, "bundle", hex(name.bytes, sizeof name.bytes));
	describe_manifest(json, store, sat_bundle_reader_manifest(pull->reader));
	json_object_set_new(json, "kinds", json_object());
	/* Reading frames names incarnations in the store, so it happens in a transaction that is not kept. */
	rc = sat_store_begin(store, err);
	while (rc == 0 && (rc = sat_pull_next(pull, &event, err)) == 0 && event != SAT_BUNDLE_DONE) {
		size_t index, count;
		const void *data;
		sat_frame_content content;
		if (event != SAT_BUNDLE_FRAME)
			continue;
		sat_bundle_reader_frame(pull->reader, &index, &data, &count);
		sat_arena_reset(&arena);
		rc = sat_frame_read(store, data, count, &arena, &content, err);
		if (rc == 0)
			count_content(json, &content);
	}
	sat_store_rollback(store);
	return rc;
}

int sat_bundle_inspect(sat_store *store, const sat_identity *identity, sat_carrier *carrier, const char *name,
                       sat_bytes *out, sat_error *err)
{
	sat_pull pull = { 0 };
	int rc = sat_pull_open(&pull, carrier, name, err);
	if (rc != 0)
		return rc;
	bool whole;
	rc = sat_pull_hash_right(&pull, &whole, err);
	if (rc != 0) {
		sat_pull_close(&pull);
		return rc;
	}
	json_t *json = json_object();
	sat_error why = { 0 };
	json_object_set_new(json, "file", json_string(name));
	json_object_set_new(json, "bytes", json_integer((json_int_t)pull.size));
	json_object_set_new(json, "whole", json_boolean(whole));
	rc = identity == NULL ? sat_fail(&why, SAT_ENOTFORUS, "without a store nobody can look inside")
	                      : look_inside(&pull, store, identity, json, &why);
	json_object_set_new(json, "for_us", json_boolean(rc == 0));
	if (rc != 0)
		json_object_set_new(json, "reason", json_string(why.message));
	char *text = json_dumps(json, JSON_INDENT(1));
	rc = text == NULL ? sat_no_memory(err) : 0;
	if (text != NULL)
		sat_bytes_put(out, text, strlen(text));
	free(text);
	json_decref(json);
	sat_pull_close(&pull);
	return rc;
}
