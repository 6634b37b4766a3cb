/* See dump.h.  One line a value, records in the order of their names in the world, so that two dumps
 * can be compared with diff:
 *
 *     record person a3f9c2e1b4d5f607-12 concerns a3f9c2e1b4d5f607-12
 *       name a3f9c2e1b4d5f607-12 past{} states{a3f9c2e1b4d5f607-12:*=0} text "..."
 */
#include "dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hex.h"
#include "record.h"
#include "store-private.h"

typedef struct line {
	char *text;
	size_t length;
} line;

/* Lines are collected and sorted: order in the store means nothing. */
typedef struct page {
	sat_store *store;
	sat_arena arena;
	line *lines;
	size_t count, room;
} page;

static void put(sat_bytes *b, const char *text) { sat_bytes_put(b, text, strlen(text)); }

static int add_line(page *p, const sat_bytes *text, sat_error *err)
{
	if (p->count == p->room) {
		size_t room = p->room == 0 ? 256 : p->room * 2;
		line *grown = realloc(p->lines, room * sizeof *grown);
		if (grown == NULL)
			return sat_no_memory(err);
		p->lines = grown;
		p->room = room;
	}
	char *copy = sat_arena_copy(&p->arena, text->data, text->length);
	if (copy == NULL || !sat_bytes_ok(text))
		return sat_no_memory(err);
	p->lines[p->count++] = (line){ copy, text->length };
	return 0;
}

static int compare_lines(const void *a, const void *b)
{
	const line *x = a, *y = b;
	size_t n = x->length < y->length ? x->length : y->length;
	int order = memcmp(x->text, y->text, n);
	return order != 0 ? order : (x->length > y->length) - (x->length < y->length);
}

/* Somebody concerned is told apart by what they are concerned as. */
static int put_id(sat_store *store, sat_dot id, sat_bytes *b, sat_error *err)
{
	char text[SAT_ID_CHARS];
	int rc = sat_id_print(store, sat_dot_record(id), text, err);
	put(b, sat_dot_collective(id) ? "community:" : "");
	put(b, text);
	return rc;
}

/* Ids by their names, since their numbers differ from store to store. */
static int put_ids(page *p, const sat_dot *ids, size_t count, sat_bytes *b, sat_error *err)
{
	page sorted = { .store = p->store };
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		SAT_BYTES(text);
		rc = put_id(p->store, ids[i], &text, err);
		if (rc == 0)
			rc = add_line(&sorted, &text, err);
	}
	if (sorted.count > 0)
		qsort(sorted.lines, sorted.count, sizeof *sorted.lines, compare_lines);
	for (size_t i = 0; i < sorted.count; i++) {
		if (i > 0)
			put(b, " ");
		sat_bytes_put(b, sorted.lines[i].text, sorted.lines[i].length);
	}
	free(sorted.lines);
	sat_arena_clear(&sorted.arena);
	return rc;
}

static int put_stated(page *p, const sat_sibling *s, sat_bytes *b, sat_error *err)
{
	page sorted = { .store = p->store };
	int rc = 0;
	for (uint32_t i = 0; rc == 0 && i < s->stated_count; i++) {
		SAT_BYTES(text);
		char episode[16];
		const char *purpose = s->stated[i].purpose == SAT_EVERY_PURPOSE
		                              ? "*"
		                              : sat_purpose_name(p->store, s->stated[i].purpose);
		rc = put_id(p->store, s->stated[i].person, &text, err);
		snprintf(episode, sizeof episode, "=%u", s->stated[i].episode);
		put(&text, ":");
		put(&text, purpose == NULL ? "?" : purpose);
		put(&text, episode);
		if (rc == 0)
			rc = add_line(&sorted, &text, err);
	}
	if (sorted.count > 0)
		qsort(sorted.lines, sorted.count, sizeof *sorted.lines, compare_lines);
	for (size_t i = 0; i < sorted.count; i++) {
		if (i > 0)
			put(b, " ");
		sat_bytes_put(b, sorted.lines[i].text, sorted.lines[i].length);
	}
	free(sorted.lines);
	sat_arena_clear(&sorted.arena);
	return rc;
}

static int put_content(page *p, const sat_value *value, sat_bytes *b, sat_error *err)
{
	if (value->type == SAT_CLEARED) {
		put(b, "cleared");
		return 0;
	}
	put(b, sat_type_name(value->type));
	put(b, " ");
	if (value->type == SAT_REFERENCE)
		return put_id(p->store, value->reference, b, err);
	if (value->type == SAT_REFERENCES) {
		int rc = 0;
		for (size_t i = 0; rc == 0 && i < value->references.count; i++) {
			put(b, i > 0 ? "," : "");
			rc = put_id(p->store, value->references.at[i], b, err);
		}
		return rc;
	}
	SAT_BYTES(text);
	sat_value_print(value, &text);
	/* One line a value. */
	for (size_t i = 0; i < text.length; i++) {
		if (text.data[i] == '\n' || text.data[i] == '\\')
			sat_bytes_put_u8(b, '\\');
		sat_bytes_put_u8(b, text.data[i] == '\n' ? 'n' : text.data[i]);
	}
	return 0;
}

static int dump_sibling(page *p, sat_gate *gate, const sat_state *state, const sat_sibling *s,
                        const sat_bytes *head, sat_error *err)
{
	const sat_column *column = &state->table->columns[s->field];
	sat_leave leave;
	int rc = sat_gate_weigh(gate, state->persons, state->person_count, s->stated, s->stated_count, &leave,
	                        err);
	if (rc != 0)
		return rc;
	bool blank = s->blank || sat_gate_answer(&leave, column->needs) != SAT_PERMITTED;
	SAT_BYTES(b);
	sat_bytes_put(&b, head->data, head->length);
	put(&b, " ");
	put(&b, column->name);
	put(&b, " ");
	put(&b, sat_type_name(column->type));
	put(&b, " ");
	rc = put_id(p->store, s->dot, &b, err);
	put(&b, " past{");
	if (rc == 0)
		rc = put_ids(p, s->past, s->past_count, &b, err);
	put(&b, "} states{");
	if (rc == 0)
		rc = put_stated(p, s, &b, err);
	put(&b, "} ");
	if (blank)
		put(&b, "blank");
	else if (rc == 0)
		rc = put_content(p, &s->value, &b, err);
	return rc == 0 ? add_line(p, &b, err) : rc;
}

static int dump_state(page *p, sat_gate *gate, const sat_state *state, sat_error *err)
{
	SAT_BYTES(head);
	put(&head, "record ");
	put(&head, state->table->name);
	put(&head, " ");
	int rc = put_id(p->store, state->id, &head, err);
	SAT_BYTES(b);
	sat_bytes_put(&b, head.data, head.length);
	put(&b, " concerns ");
	if (rc == 0)
		rc = put_ids(p, state->persons, state->person_count, &b, err);
	if (rc == 0)
		rc = add_line(p, &b, err);
	for (size_t i = 0; rc == 0 && i < state->count; i++)
		rc = dump_sibling(p, gate, state, &state->siblings[i], &head, err);
	return rc;
}

static int dump_table(page *p, sat_gate *gate, sat_table *table, sat_error *err)
{
	sat_stmt *rows;
	int rc = sat_table_range(p->store, table, 0, INT64_MAX, &rows, err);
	if (rc != 0)
		return rc;
	while ((rc = sat_step(p->store->db, rows, err)) == 1) {
		SAT_ARENA(arena);
		sat_state state;
		bool seen = false;
		rc = sat_record_load_row(p->store, table, rows, &arena, &state, err);
		if (rc == 0)
			rc = sat_gate_see_state(gate, &state, &seen, err);
		if (rc == 0 && seen)
			rc = dump_state(p, gate, &state, err);
		if (rc != 0)
			break;
	}
	sat_reset(rows);
	return rc;
}

static void put_hex(sat_bytes *b, const void *data, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char pair[3];
		sat_hex_print((const uint8_t *)data + i, 1, pair);
		put(b, pair);
	}
}

/* One line for each row of a query whose first column is a blob or an id. */
static int dump_rows(page *p, const char *sql, const char *word, bool is_id, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(p->store->db, &s, sql, err);
	while (rc == 0 && (rc = sat_step(p->store->db, s, err)) == 1) {
		SAT_BYTES(b);
		put(&b, word);
		put(&b, " ");
		size_t length;
		if (is_id) {
			rc = put_id(p->store, sat_column_int(s, 0), &b, err);
		} else {
			const void *data = sat_column_blob(s, 0, &length);
			put_hex(&b, data, length);
			rc = 0;
		}
		if (rc == 0)
			rc = add_line(p, &b, err);
	}
	sat_db_finalize(p->store->db, &s);
	return rc < 0 ? rc : 0;
}

static int dump_decisions(page *p, sat_error *err)
{
	sat_stmt *s = NULL;
	int rc = sat_db_prepare(p->store->db, &s, "SELECT DISTINCT subject FROM sat_decision", err);
	while (rc == 0 && (rc = sat_step(p->store->db, s, err)) == 1) {
		SAT_ARENA(arena);
		sat_decision *all;
		size_t count;
		rc = sat_consent_of_subject(p->store, sat_column_int(s, 0), true, &arena, &all, &count, err);
		for (size_t i = 0; rc == 0 && i < count; i++) {
			SAT_BYTES(b);
			put(&b, "decision ");
			put_hex(&b, all[i].name, SAT_HASH_BYTES);
			rc = add_line(p, &b, err);
		}
	}
	sat_db_finalize(p->store->db, &s);
	return rc < 0 ? rc : 0;
}

int sat_dump_canonical(sat_store *store, sat_bytes *text, sat_error *err)
{
	page p = { .store = store };
	SAT_AUTO(sat_gate) gate = NULL;
	int rc = sat_gate_open_own(&gate, store, err);
	for (size_t i = 0; rc == 0 && i < store->table_count; i++)
		rc = dump_table(&p, gate, store->tables[i], err);
	if (rc == 0)
		rc = dump_decisions(&p, err);
	if (rc == 0)
		rc = dump_rows(&p, "SELECT name FROM sat_statement", "statement", false, err);
	if (rc == 0)
		rc = dump_rows(&p, "SELECT record FROM sat_tombstone", "tombstone", true, err);
	if (rc == 0 && p.count > 0)
		qsort(p.lines, p.count, sizeof *p.lines, compare_lines);
	for (size_t i = 0; rc == 0 && i < p.count; i++) {
		sat_bytes_put(text, p.lines[i].text, p.lines[i].length);
		sat_bytes_put_u8(text, '\n');
	}
	if (rc == 0 && !sat_bytes_ok(text))
		rc = sat_no_memory(err);
	free(p.lines);
	sat_arena_clear(&p.arena);
	return rc;
}
