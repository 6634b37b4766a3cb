/* The benchmark of media: how fast files are taken in, and what they cost the records beside them.
 *
 *	bench-media [--mb N] [--rounds N] [--dir FOLDER]
 *
 * A file of N MB (512) that nothing makes smaller is read, hashed and stored, turn by turn beside a plain copy of
 * it (written and synced) and beside plain SQLite, which puts the same pieces into a table with the same pragmas. 
 * All of it then travels to headquarters and is confirmed.  Beside it, and in a second pair of stores without any
 * media, one field changes and travels, and records are captured, turn by turn.
 */
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/file.h"
#include "core/store-private.h"
#include "measure.h"
#include "sync/folder.h"
#include "tests/support/dice.h"
#include "tests/support/replica.h"

enum { PART = 4 << 20, ROUNDS_MAX = 99, BESIDE_ROUNDS = 15, CAPTURED = 20000 };

typedef struct pair {
	replica hq, laptop;
	char dir[300];
	int folders;
	sat_dot workshop;
	double export[ROUNDS_MAX], merge[ROUNDS_MAX], capture[ROUNDS_MAX];
} pair;

static void check(int rc, const sat_error *err)
{
	if (rc != 0)
		replica_fail("bench-media", err);
}

/* --- taking in ---------------------------------------------------------------------------------------- */

static void make_source(const char *path, int64_t megabytes)
{
	FILE *out = fopen(path, "wb");
	uint64_t *part = malloc(PART);
	dice d = { 1 };
	for (int64_t i = 0; i < megabytes; i += PART >> 20) {
		for (size_t k = 0; k < PART / sizeof *part; k++)
			part[k] = dice_throw(&d);
		if (fwrite(part, PART, 1, out) != 1)
			abort();
	}
	if (fclose(out) != 0)
		abort();
	free(part);
}

typedef int (*sink)(void *context, const void *data, size_t count);

/* Reads the source and hands it on. */
static void each_part(const char *path, sink put, void *context)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *part = malloc(PART);
	ssize_t n;
	while ((n = read(fd, part, PART)) > 0) {
		if (put(context, part, (size_t)n) != 0)
			abort();
	}
	close(fd);
	free(part);
}

static int write_part(void *context, const void *data, size_t count)
{
	return write(*(int *)context, data, count) == (ssize_t)count ? 0 : -1;
}

static double plain_copy(const char *source, const char *to)
{
	double start = bench_seconds();
	int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	each_part(source, write_part, &fd);
	if (fsync(fd) != 0)
		abort();
	close(fd);
	double seconds = bench_seconds() - start;
	unlink(to);
	return seconds;
}

typedef struct plain {
	sat_db *db;
	sat_stmt *insert;
} plain;

static int insert_part(void *context, const void *data, size_t count)
{
	plain *p = context;
	int rc = 0;
	for (size_t at = 0; rc == 0 && at < count; at += SAT_PIECE_BYTES) {
		sat_bind_blob(p->insert, 1, (const uint8_t *)data + at, SAT_PIECE_BYTES);
		rc = sat_run(p->db, p->insert, NULL);
	}
	return rc;
}

static double plain_sqlite(const char *source, const char *to)
{
	plain p = { 0 };
	sat_error err = { 0 };
	unlink(to);
	check(sat_db_open(&p.db, to, &(sat_db_options){ .create = true }, &err), &err);
	check(sat_db_exec(p.db, "CREATE TABLE piece(id INTEGER PRIMARY KEY, content BLOB)", &err), &err);
	check(sat_db_prepare(p.db, &p.insert, "INSERT INTO piece(content) VALUES(?)", &err), &err);
	double start = bench_seconds();
	check(sat_db_exec(p.db, "BEGIN", &err), &err);
	each_part(source, insert_part, &p);
	check(sat_db_exec(p.db, "COMMIT", &err), &err);
	double seconds = bench_seconds() - start;
	sat_db_close(p.db);
	unlink(to);
	return seconds;
}

static int hash_part(void *context, const void *data, size_t count)
{
	for (size_t at = 0; at < count; at += SAT_PIECE_BYTES)
		sat_tree_leaf(context, (const uint8_t *)data + at, SAT_PIECE_BYTES);
	return 0;
}

static double hash_alone(const char *source)
{
	uint8_t leaf[SAT_HASH_BYTES];
	double start = bench_seconds();
	each_part(source, hash_part, leaf);
	return bench_seconds() - start;
}

static int put_part(void *context, const void *data, size_t count)
{
	return sat_file_put(context, data, count, NULL);
}

/* As `satchel media add` does it: the file, a record that names it, and the commit. */
static double store_file(replica *r, const char *source, sat_dot *id)
{
	sat_error err = { 0 };
	SAT_BYTES(text);
	SAT_AUTO(sat_file_writer) writer = NULL;
	sat_file_value value = { .type = "video/mp4" };
	sat_table *media = sat_table_named(r->store, "media");
	double start = bench_seconds();
	check(sat_store_begin(r->store, &err), &err);
	check(sat_file_begin(&writer, r->store, &err), &err);
	each_part(source, put_part, writer);
	check(sat_file_end(writer, &value.original, &err), &err);
	sat_file_value_print(&value, &text);
	sat_write writes[] = {
		{ sat_column_named(media, "kind", SAT_CHOICE)->number,
		  { .type = SAT_CHOICE, .text = { "video", 5 } } },
		{ sat_column_named(media, "video_file", SAT_FILE)->number,
		  { .type = SAT_FILE, .text = { (char *)text.data, text.length } } },
	};
	check(sat_record_add(r->store, media, writes, 2, id, &err), &err);
	check(sat_store_commit(r->store, &err), &err);
	return bench_seconds() - start;
}

/* --- travelling ----------------------------------------------------------------------------------------- */

static int merge_found(void *context, const sat_found *found)
{
	char *names = context;
	if (!found->foreign && !found->broken)
		snprintf(names + strlen(names), 4096 - strlen(names), "%s\n", found->name);
	return 0;
}

static void carry(pair *p, replica *from, replica *to, double *export, double *merge)
{
	sat_error err = { 0 };
	char path[400], names[4096] = "";
	sat_device device;
	SAT_AUTO(sat_carrier) carrier = NULL;
	snprintf(path, sizeof path, "%s/stick-%d", p->dir, p->folders++);
	check(bench_make_dir(path, &err), &err);
	check(sat_folder_open(&carrier, path, NULL, &from->env.env, &err), &err);
	check(sat_device_find(from->store, sat_identity_device(to->identity), &device, &err), &err);
	sat_export_options options = { .form = SAT_FULL };
	double start = bench_seconds();
	check(sat_export(from->store, from->identity, device.id, carrier, &options, NULL, NULL, &err), &err);
	*export = bench_seconds() - start;
	check(carrier->list(carrier->context, merge_found, names, &err), &err);
	start = bench_seconds();
	for (char *name = strtok(names, "\n"); name != NULL; name = strtok(NULL, "\n")) {
		sat_merged merged;
		check(sat_merge(to->store, to->identity, carrier, name, &merged, NULL, NULL, &err), &err);
	}
	*merge = bench_seconds() - start;
	bench_remove_dir(path);
}

static void settle(pair *p)
{
	double unused;
	carry(p, &p->laptop, &p->hq, &unused, &unused);
	carry(p, &p->hq, &p->laptop, &unused, &unused);
}

static void make_pair(pair *p, const char *dir, const char *name)
{
	sat_error err = { 0 };
	snprintf(p->dir, sizeof p->dir, "%s/%s", dir, name);
	check(bench_make_dir(p->dir, &err), &err);
	replica_found(&p->hq, p->dir, "registry", 1, NULL);
	replica_join(&p->laptop, &p->hq, p->dir, "laptop", 2, SAT_FACILITATOR);
	p->workshop = replica_add(&p->laptop, "workshop", "title", "River mapping", NULL);
	settle(p);
}

/* --- beside it ------------------------------------------------------------------------------------------ */

static void change(pair *p, int round)
{
	char title[32];
	snprintf(title, sizeof title, "River mapping %d", round);
	replica_set(&p->laptop, p->workshop, "title", title);
	carry(p, &p->laptop, &p->hq, &p->export[round], &p->merge[round]);
	double unused;
	carry(p, &p->hq, &p->laptop, &unused, &unused);
}

static void capture(pair *p, int round)
{
	sat_error err = { 0 };
	sat_table *table = sat_table_named(p->laptop.store, "workshop");
	sat_write write = { sat_column_named(table, "title", SAT_TEXT)->number,
		            sat_value_text("A workshop by the creek", 23) };
	sat_dot id;
	double start = bench_seconds();
	check(sat_store_begin(p->laptop.store, &err), &err);
	for (int i = 0; i < CAPTURED; i++)
		check(sat_record_add(p->laptop.store, table, &write, 1, &id, &err), &err);
	check(sat_store_commit(p->laptop.store, &err), &err);
	p->capture[round] = bench_seconds() - start;
}

static void tell(const char *measure, const char *goal, double value, const char *unit, const char *met)
{
	printf("%-52s | %-20s | %9.2f %-4s | %s\n", measure, goal, value, unit, met);
}

static void tell_beside(const char *measure, double *with, double *without, int rounds, double times,
                        const char *unit)
{
	double a = bench_median(with, (size_t)rounds) * times, b = bench_median(without, (size_t)rounds) * times;
	char line[80];
	snprintf(line, sizeof line, "%s, beside the media", measure);
	tell(line, "", a, unit, "");
	snprintf(line, sizeof line, "%s, without any", measure);
	tell(line, "", b, unit, "");
}

int main(int argc, char **argv)
{
	static pair full, bare;
	int64_t megabytes = 512;
	int rounds = 5;
	const char *parent = "/tmp";
	static const struct option known[] = { { "mb", required_argument, NULL, 'm' },
		                               { "rounds", required_argument, NULL, 'r' },
		                               { "dir", required_argument, NULL, 'd' },
		                               { NULL, 0, NULL, 0 } };
	for (int letter; (letter = getopt_long(argc, argv, "", known, NULL)) != -1;) {
		if (letter == 'm')
			megabytes = atoll(optarg);
		else if (letter == 'r')
			rounds = atoi(optarg);
		else if (letter == 'd')
			parent = optarg;
		else
			return 2;
	}
	if (megabytes < 4 || megabytes > 16384 || rounds < 1 || rounds > ROUNDS_MAX)
		return 2;
	megabytes -= megabytes % (PART >> 20);
	setvbuf(stdout, NULL, _IOLBF, 0);
	char dir[200], source[256], copy[256];
	sat_error err = { 0 };
	check(bench_make_temporary_dir(dir, sizeof dir, parent, &err), &err);
	snprintf(source, sizeof source, "%s/source", dir);
	snprintf(copy, sizeof copy, "%s/copy", dir);
	make_source(source, megabytes);
	make_pair(&full, dir, "full");
	make_pair(&bare, dir, "bare");
	double copied[ROUNDS_MAX], inserted[ROUNDS_MAX], hashed[ROUNDS_MAX], stored[ROUNDS_MAX],
	    mb = (double)megabytes * 1.048576;
	for (int i = 0; i < rounds; i++) {
		sat_dot id;
		copied[i] = mb / plain_copy(source, copy);
		inserted[i] = mb / plain_sqlite(source, copy);
		hashed[i] = mb / hash_alone(source);
		pair fresh = { 0 };
		char name[16];
		snprintf(name, sizeof name, "fresh-%d", i);
		make_pair(&fresh, dir, name);
		stored[i] = mb / store_file(&fresh.laptop, source, &id);
		replica_free(&fresh.hq);
		replica_free(&fresh.laptop);
		bench_remove_dir(fresh.dir);
	}
	double rate = bench_median(stored, (size_t)rounds), peer = bench_median(inserted, (size_t)rounds);
	printf("a file of %lld MiB; medians of %d\n\n", (long long)megabytes, rounds);
	tell("a plain copy, written and synced", "", bench_median(copied, (size_t)rounds), "MB/s", "");
	tell("plain SQLite, the same pieces", "", peer, "MB/s", "");
	tell("reading and hashing alone", "", bench_median(hashed, (size_t)rounds), "MB/s", "");
	tell("reading, hashing and storing", "at least 200 MB/s", rate, "MB/s", rate >= 200 ? "yes" : "NO");
	tell("the same, of plain SQLite's rate", "", rate / peer, "x", "");
	sat_dot id;
	double export, merge, unused;
	store_file(&full.laptop, source, &id);
	carry(&full, &full.laptop, &full.hq, &export, &merge);
	carry(&full, &full.hq, &full.laptop, &unused, &unused);
	tell("export, sealed, synced and read back", "", mb / export, "MB/s", "");
	tell("merge, checked and stored", "", mb / merge, "MB/s", "");
	for (int i = 0; i < BESIDE_ROUNDS; i++) {
		change(&full, i);
		change(&bare, i);
	}
	for (int i = 0; i < BESIDE_ROUNDS; i++) {
		capture(&full, i);
		capture(&bare, i);
	}
	tell_beside("one changed field: export", full.export, bare.export, BESIDE_ROUNDS, 1000, "ms");
	tell_beside("one changed field: merge", full.merge, bare.merge, BESIDE_ROUNDS, 1000, "ms");
	tell_beside("capture of 20 000 records", full.capture, bare.capture, BESIDE_ROUNDS, 1000, "ms");
	replica_free(&full.hq);
	replica_free(&full.laptop);
	replica_free(&bare.hq);
	replica_free(&bare.laptop);
	bench_remove_dir(dir);
	return 0;
}
