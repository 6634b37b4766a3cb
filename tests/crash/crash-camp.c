/* See crash-camp.h. */
#include "crash-camp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/consent.h"
#include "core/file.h"

/* As small as possible, so that every step of a store can be stopped at. */
#define PROGRAMME(version, more) \
	"{\"satchel_programme\": 1, \"name\": \"crash\", \"version\": " version ", \"language\": \"en\"," \
	"\"purposes\": [{\"name\": \"attend_record\"}, {\"name\": \"identity\"}, {\"name\": \"quote\"}]," \
	"\"kinds\": [{\"name\": \"person\", \"person\": true, \"fields\": [" \
	"{\"name\": \"pseudonym\", \"type\": \"text\", \"needs\": [\"attend_record\"]}," \
	"{\"name\": \"name\", \"type\": \"text\", \"search\": true, \"needs\": [\"identity\"]}]}," \
	"{\"name\": \"workshop\", \"fields\": [{\"name\": \"title\", \"type\": \"text\"}]}," \
	"{\"name\": \"note\", \"fields\": [" \
	"{\"name\": \"text\", \"type\": \"text\", \"search\": true, \"needs\": [\"quote\"]}," more \
	"{\"name\": \"picture\", \"type\": \"file\", \"needs\": [\"quote\"]}," \
	"{\"name\": \"speaker\", \"type\": \"reference\", \"of\": \"person\"}]}]}"
#define PROGRAMME_1 PROGRAMME("1", "")
#define PROGRAMME_2 PROGRAMME("2", "{\"name\": \"topic\", \"type\": \"text\", \"search\": true},")

#define CHECK(call)                                      \
	do {                                             \
		sat_error check_err = { 0 };             \
		sat_error *err = &check_err;             \
		if ((call) != 0)                         \
			replica_fail(#call, &check_err); \
	} while (0)

/* A small cache spills in the middle of a transaction: then the file itself has to be rolled back. */
enum { CACHE_KIB = 48 };

static void fail(const char *doing, const char *path) __attribute__((noreturn));

static void fail(const char *doing, const char *path)
{
	fprintf(stderr, "%s %s: %s\n", doing, path, strerror(errno));
	exit(2);
}

replica *camp_subject(camp *c, const operation *o) { return o->at_hq ? &c->hq : &c->one; }

int camp_open(replica *r, const char *vfs, sat_error *err)
{
	sat_store_options options = { .vfs = vfs, .cache_kib = CACHE_KIB };
	return sat_store_open(&r->store, r->path, &options, &r->env.env, err);
}

void camp_token(const replica *r, uint8_t token[static CAMP_TOKEN_BYTES])
{
	memset(token, 0, CAMP_TOKEN_BYTES);
	DIR *folder = opendir(r->runtime);
	for (const struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
		char path[PATH_MAX];
		size_t length = strlen(entry->d_name);
		snprintf(path, sizeof path, "%s/%s", r->runtime, entry->d_name);
		if (length < 6 || strcmp(entry->d_name + length - 6, ".token") != 0)
			continue;
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || read(fd, token, CAMP_TOKEN_BYTES) != CAMP_TOKEN_BYTES)
			fail("reading", path);
		close(fd);
	}
	if (folder != NULL)
		closedir(folder);
}

/* --- copies --------------------------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	if (remove(path) != 0)
		fail("removing", path);
	return 0;
}

void camp_remove(const char *path)
{
	if (nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
		fail("removing", path);
}

/* nftw hands nothing on to its callback. */
static const char *copy_from, *copy_to;

static int copy_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)walk;
	char target[PATH_MAX];
	snprintf(target, sizeof target, "%s%s", copy_to, path + strlen(copy_from));
	if (type == FTW_D) {
		if (mkdir(target, 0700) != 0)
			fail("making", target);
		return 0;
	}
	int from = open(path, O_RDONLY | O_CLOEXEC);
	int to = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	off_t left = status->st_size;
	while (from >= 0 && to >= 0 && left > 0) {
		ssize_t done = copy_file_range(from, NULL, to, NULL, (size_t)left, 0);
		if (done <= 0)
			fail("copying", path);
		left -= done;
	}
	if (from < 0 || to < 0)
		fail("copying", path);
	close(from);
	close(to);
	return 0;
}

static void copy_tree(const char *from, const char *to)
{
	camp_remove(to);
	copy_from = from;
	copy_to = to;
	if (nftw(from, copy_one, 8, FTW_PHYS) != 0)
		fail("copying", from);
}

void camp_keep(const camp *c, const char *name)
{
	char kept[PATH_MAX];
	snprintf(kept, sizeof kept, "%.4000s/kept-%s", c->dir, name);
	copy_tree(c->work, kept);
}

void camp_restore(const camp *c, const char *name)
{
	char kept[PATH_MAX];
	snprintf(kept, sizeof kept, "%.4000s/kept-%s", c->dir, name);
	copy_tree(kept, c->work);
}

/* --- the stick ------------------------------------------------------------------------------------ */

int camp_export(camp *c, replica *from, replica *to, sat_error *err)
{
	SAT_AUTO(sat_carrier) carrier = NULL;
	sat_device peer;
	sat_export_options options = { .form = SAT_FULL };
	int rc = sat_folder_open(&carrier, c->stick, c->disk, &from->env.env, err);
	if (rc == 0)
		rc = sat_device_find(from->store, sat_identity_device(to->identity), &peer, err);
	return rc != 0 ? rc
	               : sat_export(from->store, from->identity, peer.id, carrier, &options, NULL, NULL, err);
}

enum { NAMES_MAX = 64 };

typedef struct names {
	char at[NAMES_MAX][64];
	size_t count;
} names;

static int add_name(void *context, const sat_found *found)
{
	names *all = context;
	if (!found->foreign && all->count < NAMES_MAX)
		snprintf(all->at[all->count++], sizeof all->at[0], "%s", found->name);
	return 0;
}

int camp_merge(camp *c, replica *to, sat_error *err)
{
	SAT_AUTO(sat_carrier) carrier = NULL;
	names all = { 0 };
	int rc = sat_folder_open(&carrier, c->stick, c->disk, &to->env.env, err);
	if (rc == 0)
		rc = carrier->list(carrier->context, add_name, &all, err);
	for (size_t i = 0; rc == 0 && i < all.count; i++) {
		sat_merged merged;
		rc = sat_merge(to->store, to->identity, carrier, all.at[i], &merged, NULL, NULL, err);
		if (rc == 0 && merged.verdict != SAT_MERGED && merged.verdict != SAT_DUPLICATE &&
		    merged.verdict != SAT_NOT_FOR_US)
			rc = sat_fail(err, SAT_EREFUSED, "%s: %s: %s", all.at[i],
			              sat_verdict_name(merged.verdict), merged.reason);
	}
	return rc;
}

/* --- the camp ------------------------------------------------------------------------------------- */

/* Person and words in one write, so that the words state the person and are erased with the consent. */
static void add_notes_of(camp *c, sat_dot person, unsigned count, const char *text)
{
	char speaker[SAT_ID_CHARS];
	CHECK(sat_id_print(c->one.store, person, speaker, err));
	for (unsigned i = 0; i < count; i++)
		replica_add(&c->one, "note", "text", text, "speaker", speaker, NULL);
}

/* A note with a picture of the person, some pages long, in which a word stands again and again. */
static void add_picture_of(camp *c, sat_dot person, const char *word)
{
	char speaker[SAT_ID_CHARS], bytes[9000];
	SAT_BYTES(text);
	SAT_AUTO(sat_file_writer) writer = NULL;
	sat_file_value value = { .type = "image/jpeg" };
	for (size_t at = 0; at < sizeof bytes; at++)
		bytes[at] = word[at % strlen(word)];
	CHECK(sat_id_print(c->one.store, person, speaker, err));
	CHECK(sat_store_begin(c->one.store, err));
	CHECK(sat_file_begin(&writer, c->one.store, err));
	CHECK(sat_file_put(writer, bytes, sizeof bytes, err));
	CHECK(sat_file_end(writer, &value.original, err));
	CHECK(sat_store_commit(c->one.store, err));
	sat_file_value_print(&value, &text);
	sat_bytes_put_u8(&text, 0);
	replica_add(&c->one, "note", "picture", (const char *)text.data, "speaker", speaker, NULL);
}

static sat_dot add_person(camp *c, const char *pseudonym, const char *name)
{
	sat_dot person = replica_add(&c->one, "person", "pseudonym", pseudonym, "name", name, NULL);
	replica_decide(&c->one, person, "attend_record", SAT_GIVEN, false);
	replica_decide(&c->one, person, "identity", SAT_GIVEN, false);
	replica_decide(&c->one, person, "quote", SAT_GIVEN, false);
	return person;
}

void camp_found(camp *c, const char *dir)
{
	*c = (camp){ 0 };
	snprintf(c->dir, sizeof c->dir, "%.200s", dir);
	snprintf(c->work, sizeof c->work, "%.200s/scratch", dir);
	snprintf(c->first_stick, sizeof c->first_stick, "%.200s/scratch/first-stick", dir);
	snprintf(c->stick, sizeof c->stick, "%.200s/scratch/first-stick", dir);
	snprintf(c->copy, sizeof c->copy, "%.200s/scratch/copy.db", dir);
	if (mkdir(c->work, 0700) != 0 || mkdir(c->first_stick, 0700) != 0)
		fail("making", c->work);
	replica_found(&c->hq, c->work, "registry", 1, PROGRAMME_1);
	replica_join(&c->one, &c->hq, c->work, "one", 2, SAT_FACILITATOR);
	replica_add(&c->one, "workshop", "title", "River mapping", NULL);
	c->speaker = add_person(c, "P 0417", CAMP_SECRET "n");
	add_notes_of(c, c->speaker, 6, "said by " CAMP_SECRET "t");
	add_picture_of(c, c->speaker, "seen in " CAMP_SECRET " ");
	CHECK(camp_export(c, &c->one, &c->hq, err));
	CHECK(camp_merge(c, &c->hq, err));
	CHECK(camp_export(c, &c->hq, &c->one, err));
	CHECK(camp_merge(c, &c->one, err));
	replica_close(&c->hq);
	replica_close(&c->one);
	snprintf(c->stick, sizeof c->stick, "%.200s/scratch/stick", dir);
	if (mkdir(c->stick, 0700) != 0)
		fail("making", c->stick);
}

/* --- operations ----------------------------------------------------------------------------------- */

/* Something of everything: records, edits, consent, and a withdrawal that travels first. */
static void prepare_export(camp *c)
{
	sat_dot person = add_person(c, "P 0512", "Participant 0512");
	add_notes_of(c, person, 4, "we have fished here always");
	add_picture_of(c, person, "a river, and ");
	for (unsigned i = 0; i < 24; i++)
		replica_add(&c->one, "note", "text", "the road is under water until May", NULL);
	sat_dot other = add_person(c, "P 0733", "Participant 0733");
	add_notes_of(c, other, 2, "not to be kept");
	replica_decide(&c->one, other, "quote", SAT_WITHDRAWN, true);
	replica_decide(&c->one, c->speaker, "identity", SAT_WITHDRAWN, true);
}

static void prepare_merge(camp *c)
{
	prepare_export(c);
	CHECK(camp_export(c, &c->one, &c->hq, err));
}

static void prepare_programme(camp *c)
{
	SAT_BYTES(body);
	sat_bytes_put_varint(&body, 2);
	sat_bytes_put_span(&body, PROGRAMME_2, strlen(PROGRAMME_2));
	CHECK(sat_store_begin(c->hq.store, err));
	CHECK(sat_statement_issue(c->hq.store, c->hq.identity, SAT_SIGNED_PROGRAMME, body.data, body.length,
	                          err));
	CHECK(sat_store_commit(c->hq.store, err));
	replica_close(&c->hq);
	sqlite3 *db;
	sqlite3_stmt *s;
	if (sqlite3_open(c->hq.path, &db) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "SELECT object FROM sat_statement WHERE type = 3 ORDER BY serial DESC", -1,
	                       &s, NULL) != SQLITE_OK ||
	    sqlite3_step(s) != SQLITE_ROW)
		fail("reading a statement of", c->hq.path);
	sat_bytes_clear(&c->statement);
	sat_bytes_put(&c->statement, sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0));
	sqlite3_finalize(s);
	sqlite3_close(db);
	replica_open(&c->hq);
}

static int run_export(camp *c, sat_error *err) { return camp_export(c, &c->one, &c->hq, err); }

static int run_merge(camp *c, sat_error *err) { return camp_merge(c, &c->hq, err); }

static int end(sat_store *store, int rc, sat_error *err)
{
	if (rc == 0)
		rc = sat_store_commit(store, err);
	if (rc != 0)
		sat_store_rollback(store);
	return rc;
}

static int run_import(camp *c, sat_error *err)
{
	sat_store *store = c->one.store;
	int rc = sat_store_begin(store, err);
	if (rc != 0)
		return rc;
	sat_table *notes = sat_table_named(store, "note");
	uint16_t column = sat_column_named(notes, "text", SAT_TEXT)->number;
	for (unsigned i = 0; rc == 0 && i < CAMP_IMPORTS; i++) {
		char text[96];
		sat_dot id;
		int length = snprintf(text, sizeof text,
		                      CAMP_IMPORTED " row%u word%u and what was said there", i, i * 7 % 31);
		sat_write write = { column, sat_value_text(text, (size_t)length) };
		rc = sat_record_add(store, notes, &write, 1, &id, err);
	}
	return end(store, rc, err);
}

/* In one transaction, as a person who takes everything back does it. */
static int run_withdrawal(camp *c, sat_error *err)
{
	sat_store *store = c->one.store;
	sat_decision decisions[2] = {
		{ .subject = c->speaker, .purpose = "identity", .event = SAT_WITHDRAWN, .final = true },
		{ .subject = c->speaker, .purpose = "quote", .event = SAT_WITHDRAWN, .final = true },
	};
	int rc = sat_store_begin(store, err);
	if (rc != 0)
		return rc;
	return end(store, sat_consent_record(store, c->one.identity, decisions, 2, err), err);
}

static int run_backup(camp *c, sat_error *err)
{
	char journal[PATH_MAX];
	snprintf(journal, sizeof journal, "%.4000s-journal", c->copy);
	unlink(c->copy);
	int rc = sat_store_backup(c->one.store, c->copy, err);
	/* A journal that stays would be taken for the journal of whatever gets that name. */
	return rc == 0 && access(journal, F_OK) == 0 ? sat_fail(err, SAT_EEXISTS, "a journal was left") : rc;
}

static int run_programme(camp *c, sat_error *err)
{
	bool fresh;
	int rc = sat_store_begin(c->one.store, err);
	if (rc != 0)
		return rc;
	rc = sat_statement_admit(c->one.store, c->statement.data, c->statement.length, 0, &fresh, err);
	return end(c->one.store, rc, err);
}

/* Opening rolls back what the driver left there, which is the operation. */
static int run_recovery(camp *c, sat_error *err)
{
	(void)c;
	(void)err;
	return 0;
}

/* The last column is a floor; there were 60, 130, 63, 85, 66, 60 and 13 steps when it was written. */
const operation camp_operations[] = {
	{ "export", false, true, true, prepare_export, run_export, 45 },
	{ "merge", true, true, true, prepare_merge, run_merge, 100 },
	{ "import", false, false, false, NULL, run_import, 48 },
	{ "withdrawal", false, false, false, NULL, run_withdrawal, 65 },
	{ "backup", false, true, false, NULL, run_backup, 50 },
	{ "programme", false, true, false, prepare_programme, run_programme, 45 },
	{ "recovery", false, true, false, NULL, run_recovery, 10 },
};
const size_t camp_operation_count = sizeof camp_operations / sizeof *camp_operations;
