/* See crash-sight.h. */
#include "crash-sight.h"

#include <ctype.h>
#include <dirent.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/incarnation.h"
#include "core/search.h"

static void refuse(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

static void refuse(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

#define MUST(call)                                                                                           \
	do {                                                                                                 \
		sat_error must_err = { 0 };                                                                  \
		sat_error *err = &must_err;                                                                  \
		if ((call) != 0)                                                                             \
			refuse("  %s: %s: %s", #call, sat_error_name(must_err.code), must_err.message);      \
	} while (0)

/* --- text ----------------------------------------------------------------------------------------- */

static bool is_hex(char c) { return isdigit((unsigned char)c) || (c >= 'a' && c <= 'f'); }

/* The length of an id or a hash at the beginning of `text`, 0 for neither. */
static size_t name_length(const char *text)
{
	size_t hex = 0;
	while (is_hex(text[hex]))
		hex++;
	if (hex == 64 || hex == 32)
		return hex;
	if (hex != 16 || text[16] != '-')
		return 0;
	size_t length = 17;
	while (isdigit((unsigned char)text[length]))
		length++;
	return length;
}

static bool holds(const char *text, const char *name, size_t length)
{
	for (const char *at = text; (at = memmem(at, strlen(at), name, length)) != NULL; at++) {
		if (!is_hex(at[length]))
			return true;
	}
	return false;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *sorted(char *text)
{
	size_t count = 0, used = 0;
	char **lines = calloc(strlen(text) + 1, sizeof *lines);
	char *result = malloc(strlen(text) + 2), *rest = text;
	for (char *line; (line = strsep(&rest, "\n")) != NULL;)
		lines[count++] = line;
	qsort(lines, count, sizeof *lines, compare_lines);
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(lines[i]);
		memcpy(result + used, lines[i], length);
		used += length;
		if (length > 0)
			result[used++] = '\n';
	}
	result[used] = '\0';
	free(lines);
	return result;
}

char *sight_normal(const char *text, const char *known)
{
	char *replaced = malloc(strlen(text) + 1);
	size_t used = 0;
	for (const char *at = text; *at != '\0';) {
		size_t length = at == text || !is_hex(at[-1]) ? name_length(at) : 0;
		if (length > 0 && !holds(known, at, length)) {
			replaced[used++] = '#';
			at += length;
		} else if (length > 0) {
			memcpy(replaced + used, at, length);
			used += length;
			at += length;
		} else {
			replaced[used++] = *at++;
		}
	}
	replaced[used] = '\0';
	char *result = sorted(replaced);
	free(replaced);
	return result;
}

/* The first line that one text has and the other has not. */
static void show_difference(const char *what, const char *from, const char *to)
{
	for (const char *line = from; *line != '\0';) {
		const char *stop = strchrnul(line, '\n');
		const char *found = memmem(to, strlen(to), line, (size_t)(stop - line));
		if (found == NULL) {
			fprintf(stderr, "  %s: %.*s\n", what, (int)(stop - line), line);
			return;
		}
		line = *stop == '\0' ? stop : stop + 1;
	}
}

/* --- the file ------------------------------------------------------------------------------------- */

static void must_be_ok(sqlite3 *db, const char *path, const char *sql)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &s, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	if (rc == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(s, 0), "ok") != 0)
		refuse("  %s: %s: %s", path, sql, sqlite3_column_text(s, 0));
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		refuse("  %s: %s: %s", path, sql, sqlite3_errmsg(db));
	sqlite3_finalize(s);
}

static bool is_on(const char *stick, const char *file)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%.2000s/satchel/%.100s", stick, file);
	return access(path, F_OK) == 0;
}

/* Every bundle that the ledger calls sent lies on a stick.  (Enrolment went through memory, where names
 * are numbers.) */
static void check_ledger(const camp *c, sqlite3 *db)
{
	sqlite3_stmt *s = NULL;
	if (sqlite3_prepare_v2(db, "SELECT file FROM sat_sent", -1, &s, NULL) != SQLITE_OK)
		refuse("  the ledger: %s", sqlite3_errmsg(db));
	while (sqlite3_step(s) == SQLITE_ROW) {
		const char *file = (const char *)sqlite3_column_text(s, 0);
		bool in_memory = strspn(file, "0123456789") == 8;
		if (!in_memory && !is_on(c->first_stick, file) && !is_on(c->stick, file))
			refuse("  the ledger says that %s was copied, and it is not on the stick", file);
	}
	sqlite3_finalize(s);
}

static void check_file(const camp *c, const char *path)
{
	sqlite3 *db;
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		refuse("  %s cannot be opened: %s", path, sqlite3_errmsg(db));
	must_be_ok(db, path, "PRAGMA integrity_check");
	must_be_ok(db, path, "INSERT INTO sat_search(sat_search) VALUES('integrity-check')");
	check_ledger(c, db);
	sqlite3_close(db);
}

/* --- what an operation may change ----------------------------------------------------------------- */

static int put_standing(replica *r, const char *peer, sat_bytes *text, sat_error *err)
{
	SAT_ARENA(arena);
	sat_status status;
	int rc = sat_status_read(r->store, &arena, &status, err);
	for (size_t i = 0; rc == 0 && i < status.peer_count; i++) {
		char line[200];
		const sat_peer_status *p = &status.peers[i];
		if (strcmp(p->name, peer) != 0)
			continue;
		snprintf(line, sizeof line, "standing unsent %zu copied %zu received %zu withheld %zu\n",
		         p->unsent, p->copied, p->received, status.withheld);
		sat_bytes_put(text, line, strlen(line));
	}
	return rc;
}

static int put_found(sat_store *store, const char *word, sat_bytes *text, sat_error *err)
{
	sat_dot ids[2 * CAMP_IMPORTS];
	size_t found = 0;
	int rc = sat_search(store, word, ids, 2 * CAMP_IMPORTS, &found, err);
	char line[80];
	snprintf(line, sizeof line, "found %s %zu\n", word, found);
	sat_bytes_put(text, line, strlen(line));
	return rc;
}

/* What a backup left: nothing that passes for a store, or a whole one. */
static int put_copy(camp *c, sat_bytes *text, sat_error *err)
{
	const char *line = "copy none\n";
	sat_store *copy;
	sat_bytes dump = { 0 }, own = { 0 };
	if (sat_store_open(&copy, c->copy, NULL, &c->one.env.env, NULL) == 0) {
		int rc = sat_dump_canonical(copy, &dump, err);
		if (rc == 0)
			rc = sat_dump_canonical(c->one.store, &own, err);
		if (sat_store_incarnation(copy) != 0)
			refuse("  the copy goes on under the incarnation of the store");
		sat_store_free(copy);
		line = rc == 0 && dump.length == own.length && memcmp(dump.data, own.data, own.length) == 0
		               ? "copy whole\n"
		               : "copy damaged\n";
		sat_bytes_clear(&dump);
		sat_bytes_clear(&own);
		if (rc != 0)
			return rc;
	}
	sat_bytes_put(text, line, strlen(line));
	return 0;
}

char *sight_state(camp *c, const operation *o, sat_error *err)
{
	replica *r = camp_subject(c, o);
	SAT_BYTES(text);
	int rc = sat_dump_canonical(r->store, &text, err);
	if (rc == 0)
		rc = put_standing(r, o->at_hq ? "one" : "registry", &text, err);
	if (rc == 0)
		rc = put_found(r->store, CAMP_IMPORTED, &text, err);
	if (rc == 0)
		rc = put_found(r->store, CAMP_SECRET "n", &text, err);
	sat_table *notes = sat_table_named(r->store, "note");
	bool has_topic = notes != NULL && sat_column_named(notes, "topic", SAT_TEXT) != NULL;
	const char *topic = has_topic ? "topic yes\n" : "topic no\n";
	sat_bytes_put(&text, topic, strlen(topic));
	if (rc == 0 && !o->at_hq)
		rc = put_copy(c, &text, err);
	return rc != 0 ? NULL : strndup((const char *)text.data, text.length);
}

/* --- the stick ------------------------------------------------------------------------------------ */

typedef struct looking {
	camp *camp;
	sat_carrier *carrier;
} looking;

static int look_at(void *context, const sat_found *found)
{
	looking *l = context;
	if (found->foreign && strncmp(found->why, "unfinished copy", 15) != 0)
		refuse("  on the stick: %s: %s", found->name, found->why);
	if (!found->foreign) {
		sat_error err = { 0 };
		bool opened;
		/* What is sealed to the laptop is checked by its hash; the rest is opened. */
		if (sat_bundle_verify(l->camp->hq.store, l->camp->hq.identity, l->carrier, found->name,
		                      &opened, &err) != 0)
			refuse("  on the stick: %s is not whole: %s", found->name, err.message);
	}
	return 0;
}

static void look_at_stick(camp *c)
{
	SAT_AUTO(sat_carrier) carrier = NULL;
	MUST(sat_folder_open(&carrier, c->stick, NULL, &c->hq.env.env, err));
	looking l = { c, carrier };
	MUST(carrier->list(carrier->context, look_at, &l, err));
}

/* --- what was erased ------------------------------------------------------------------------------ */

static bool file_holds(const char *path, const char *word)
{
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return false;
	fseek(file, 0, SEEK_END);
	long length = ftell(file);
	char *data = malloc((size_t)length + 1);
	rewind(file);
	bool found = data != NULL && fread(data, 1, (size_t)length, file) == (size_t)length &&
	        memmem(data, (size_t)length, word, strlen(word)) != NULL;
	free(data);
	fclose(file);
	return found;
}

static void check_erased(camp *c)
{
	char journal[PATH_MAX];
	snprintf(journal, sizeof journal, "%s-journal", c->one.path);
	if (file_holds(c->one.path, CAMP_SECRET))
		refuse("  what was erased is still in the store's file");
	if (file_holds(journal, CAMP_SECRET))
		refuse("  what was erased is still in the journal");
}

/* --- the sight ------------------------------------------------------------------------------------ */

static void must_be_before_or_after(const viewpoint *v, const char *state)
{
	bool before = strcmp(state, v->before->state) == 0;
	bool after = strcmp(state, v->after->state) == 0;
	if (!after && v->repeated) {
		char *mine = sight_normal(state, v->before->state);
		char *theirs = sight_normal(v->after->state, v->before->state);
		after = strcmp(mine, theirs) == 0;
		free(mine);
		free(theirs);
	}
	if (v->done && !after)
		show_difference("said to be done, and is missing", v->after->state, state);
	if (!before && !after) {
		show_difference("in neither state", state, v->after->state);
		show_difference("missing from the state after", v->after->state, state);
		show_difference("missing from the state before", v->before->state, state);
	}
	if ((!before && !after) || (v->done && !after))
		refuse("  the state is %s",
		       before ? "the one before" : "neither the one before nor the one after");
}

static size_t received_of(const char *text)
{
	const char *at = strstr(text, " received ");
	return at == NULL ? 0 : strtoul(at + 10, NULL, 10);
}

/* The laptop hears from headquarters as it is now: what it then calls received is what that holds. */
static void check_receipt(const viewpoint *v, const char *state)
{
	camp *c = v->camp;
	SAT_BYTES(text);
	MUST(camp_export(c, &c->hq, &c->one, err));
	MUST(camp_merge(c, &c->one, err));
	MUST(put_standing(&c->one, "registry", &text, err));
	sat_bytes_put_u8(&text, 0);
	size_t received = received_of((const char *)text.data);
	size_t right = received_of(v->before->end);
	bool merged = strcmp(state, v->before->state) != 0;
	if (!merged && received >= right)
		refuse("  %zu records count as received before they were merged", received);
	if (merged && received != right)
		refuse("  %zu records count as received, not %zu", received, right);
}

/* Repeats the operation and lets the receipts come back. */
static char *go_on(const viewpoint *v, const char *state)
{
	camp *c = v->camp;
	const operation *o = v->operation;
	if (o->repeats || v->before == NULL || strcmp(state, v->before->state) == 0)
		MUST(o->run(c, err));
	if (o->stick) {
		MUST(camp_merge(c, &c->hq, err));
		MUST(camp_export(c, &c->hq, &c->one, err));
		MUST(camp_merge(c, &c->one, err));
		look_at_stick(c);
	}
	sat_error failure = { 0 };
	char *subject = sight_state(c, o, &failure);
	if (subject == NULL)
		refuse("  repeated, and not to be read: %s", failure.message);
	SAT_BYTES(text);
	if (o->stick) {
		SAT_BYTES(other);
		MUST(put_standing(&c->one, "registry", &text, err));
		MUST(sat_dump_canonical(o->at_hq ? c->one.store : c->hq.store, &other, err));
		sat_bytes_put(&text, other.data, other.length);
	}
	sat_bytes_put(&text, subject, strlen(subject));
	sat_bytes_put_u8(&text, 0);
	char *normal = sight_normal((const char *)text.data, v->before == NULL ? state : v->before->state);
	free(subject);
	return normal;
}

static int64_t incarnations_of(const sat_store *store)
{
	int64_t last = 0;
	while (sat_incarnation_at(store, last + 1) != NULL)
		last++;
	return last;
}

/* A write now: its id is nobody's, and where a process died, its incarnation is new too. */
static void check_next_write(const viewpoint *v, int64_t known)
{
	replica *r = camp_subject(v->camp, v->operation);
	SAT_BYTES(dump);
	MUST(sat_dump_canonical(r->store, &dump, err));
	sat_bytes_put_u8(&dump, 0);
	sat_dot id = replica_add(r, "note", "text", "after all that", NULL);
	char name[SAT_ID_CHARS];
	MUST(sat_id_print(r->store, id, name, err));
	if (holds((const char *)dump.data, name, strlen(name)) ||
	    (v->after != NULL && holds(v->after->state, name, strlen(name))))
		refuse("  the id %s was given twice", name);
	if (v->fresh && (!sat_dot_linked(id) || sat_dot_index(id) <= known))
		refuse("  %s is under an incarnation that was there before the crash", name);
}

/* Draws that no process has drawn before: a restarted machine's randomness does not replay. */
static void draw_afresh(replica *r, uint64_t salt)
{
	r->env.state = UINT64_C(0xd1b54a32d192ed03) ^ (salt << 32);
}

sight sight_take(const viewpoint *v)
{
	camp *c = v->camp;
	const operation *o = v->operation;
	replica *r = camp_subject(c, o);
	check_file(c, r->path);
	draw_afresh(&c->hq, 3);
	draw_afresh(&c->one, 5);
	MUST(camp_open(&c->hq, NULL, err));
	MUST(camp_open(&c->one, NULL, err));
	if (v->fresh && sat_store_incarnation(r->store) != 0)
		refuse("  the incarnation before the crash was taken up again");
	int64_t known = incarnations_of(r->store);
	sat_error failure = { 0 };
	sight s = { .state = sight_state(c, o, &failure) };
	if (s.state == NULL)
		refuse("  the store cannot be read: %s", failure.message);
	if (v->after != NULL)
		must_be_before_or_after(v, s.state);
	bool erases = strcmp(o->name, "withdrawal") == 0;
	if (erases && v->before != NULL && strcmp(s.state, v->before->state) != 0)
		check_erased(c);
	if (o->stick)
		look_at_stick(c);
	if (o->stick && o->at_hq && v->after != NULL)
		check_receipt(v, s.state);
	s.end = go_on(v, s.state);
	if (v->before != NULL && strcmp(s.end, v->before->end) != 0) {
		show_difference("only at this end", s.end, v->before->end);
		show_difference("missing at this end", v->before->end, s.end);
		refuse("  repeating it does not lead where it leads without a crash");
	}
	if (erases)
		check_erased(c);
	check_next_write(v, known);
	replica_close(&c->hq);
	replica_close(&c->one);
	check_file(c, r->path);
	return s;
}
