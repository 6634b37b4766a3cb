/* See some-file.h. */
#include "some-file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/dice.h"

enum { PREVIEW_SEED = 1000003 };

void some_bytes(uint8_t *bytes, size_t count, uint64_t seed)
{
	for (size_t i = 0; i < count; i++)
		bytes[i] = (uint8_t)(dice_mix(seed * UINT64_C(1099511628211) + i / 8) >> (i % 8 * 8));
}

static sat_file_name put_file(replica *r, size_t bytes, uint64_t seed)
{
	SAT_AUTO(sat_file_writer) writer = NULL;
	sat_file_name name;
	uint8_t *data = malloc(bytes);
	assert_non_null(data);
	some_bytes(data, bytes, seed);
	assert_int_equal(sat_file_begin(&writer, r->store, NULL), 0);
	/* In parts that fit no piece, or all at once. */
	size_t part = seed % 2 == 0 ? 100000 : bytes;
	for (size_t at = 0; at < bytes; at += part)
		assert_int_equal(sat_file_put(writer, data + at, bytes - at < part ? bytes - at : part, NULL), 0);
	assert_int_equal(sat_file_end(writer, &name, NULL), 0);
	free(data);
	return name;
}

sat_file_value some_file(replica *r, size_t bytes, size_t preview_bytes, uint64_t seed)
{
	sat_file_value value = { .type = "image/jpeg", .original = put_file(r, bytes, seed) };
	if (preview_bytes > 0)
		value.preview = put_file(r, preview_bytes, seed + PREVIEW_SEED);
	return value;
}

static uint16_t column(sat_table *table, const char *name)
{
	sat_column *found = sat_column_named(table, name, SAT_CLEARED);
	assert_non_null(found);
	return found->number;
}

sat_dot some_photo(replica *r, size_t bytes, size_t preview_bytes, uint64_t seed, sat_dot person)
{
	SAT_BYTES(text);
	sat_dot id;
	sat_table *media = sat_table_named(r->store, "media");
	assert_int_equal(sat_store_begin(r->store, NULL), 0);
	sat_file_value file = some_file(r, bytes, preview_bytes, seed);
	sat_file_value_print(&file, &text);
	sat_write writes[] = {
		{ column(media, "kind"), { .type = SAT_CHOICE, .text = { "photo", 5 } } },
		{ column(media, "photo_file"), { .type = SAT_FILE, .text = { (char *)text.data, text.length } } },
		{ column(media, "depicts"), { .type = SAT_REFERENCES, .references = { &person, 1 } } },
	};
	assert_int_equal(sat_record_add(r->store, media, writes, person == 0 ? 2 : 3, &id, NULL), 0);
	assert_int_equal(sat_store_commit(r->store, NULL), 0);
	return id;
}

void some_photo_into(replica *r, sat_dot record, size_t bytes, size_t preview_bytes, uint64_t seed)
{
	SAT_BYTES(text);
	assert_int_equal(sat_store_begin(r->store, NULL), 0);
	sat_file_value file = some_file(r, bytes, preview_bytes, seed);
	sat_file_value_print(&file, &text);
	sat_write write = { column(sat_table_named(r->store, "media"), "photo_file"),
		            { .type = SAT_FILE, .text = { (char *)text.data, text.length } } };
	assert_int_equal(sat_record_set(r->store, record, &write, 1, NULL, NULL), 0);
	assert_int_equal(sat_store_commit(r->store, NULL), 0);
}

sat_dot some_person(replica *r, const char *pseudonym)
{
	sat_dot person = replica_add(r, "person", "pseudonym", pseudonym, NULL);
	replica_decide(r, person, "attend_record", SAT_GIVEN, false);
	replica_decide(r, person, "photo", SAT_GIVEN, false);
	return person;
}

/* The file that a record's photo_file names, 0 in its id when nothing of it is known. */
static sat_file file_of(replica *r, sat_dot record, bool preview)
{
	char *text;
	sat_file_value value;
	sat_file file = { 0 };
	replica_field(r, record, "photo_file", &text);
	if (sat_file_value_read(&value, text, strlen(text)))
		assert_int_equal(sat_file_find(r->store, preview ? &value.preview : &value.original, &file, NULL),
		                 0);
	free(text);
	return file;
}

int some_pieces(replica *r, sat_dot record)
{
	sat_file file = file_of(r, record, false);
	return file.id == 0 ? -1 : (int)file.here;
}

int some_preview_pieces(replica *r, sat_dot record)
{
	sat_file file = file_of(r, record, true);
	return file.id == 0 ? -1 : (int)file.here;
}

bool some_photo_whole(replica *r, sat_dot record, size_t bytes, uint64_t seed)
{
	sat_file file = file_of(r, record, false);
	SAT_BYTES(all);
	uint8_t *expected = malloc(bytes);
	some_bytes(expected, bytes, seed);
	int rc = file.id == 0 ? SAT_ENOTFOUND : 0;
	for (uint32_t i = 0; rc == 0 && i < file.pieces; i++)
		rc = sat_file_read(r->store, &file, i, &all, NULL);
	bool whole = rc == 0 && all.length == bytes && memcmp(all.data, expected, bytes) == 0;
	free(expected);
	return whole;
}

/* All words of some bytes, by open addressing: every place of a file is looked at in one walk. */
typedef struct words {
	uint64_t *at;
	size_t room;             /* a power of two */
} words;

static bool hold(words *w, uint64_t word, bool add)
{
	size_t i = (size_t)dice_mix(word) & (w->room - 1);
	while (w->at[i] != 0 && w->at[i] != word)
		i = (i + 1) & (w->room - 1);
	bool there = w->at[i] == word;
	if (add)
		w->at[i] = word;
	return there;
}

static bool found_in(const char *path, words *w)
{
	FILE *in = fopen(path, "rb");
	SAT_BYTES(all);
	if (in == NULL)
		return false;
	uint8_t part[65536];
	for (size_t n; (n = fread(part, 1, sizeof part, in)) > 0;)
		sat_bytes_put(&all, part, n);
	fclose(in);
	bool found = false;
	for (size_t i = 0; !found && i + 8 <= all.length; i++) {
		uint64_t word;
		memcpy(&word, all.data + i, sizeof word);
		found = word != 0 && hold(w, word, false);
	}
	return found;
}

bool some_bytes_found(replica *r, size_t bytes, uint64_t seed)
{
	char journal[320];
	words w = { .room = 16 };
	uint8_t *data = malloc(bytes);
	while (w.room < bytes / 4)
		w.room *= 2;
	w.at = calloc(w.room, sizeof *w.at);
	some_bytes(data, bytes, seed);
	for (size_t i = 0; i + 8 <= bytes; i += 8) {
		uint64_t word;
		memcpy(&word, data + i, sizeof word);
		hold(&w, word, true);
	}
	snprintf(journal, sizeof journal, "%s-journal", r->path);
	bool found = found_in(r->path, &w) || found_in(journal, &w);
	free(data);
	free(w.at);
	return found;
}
