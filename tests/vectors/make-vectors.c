/* Writes the test vectors that come from the C writer: make-vectors FOLDER.
 *
 * All randomness comes from seeds, so the same code and the same libraries make the same files.  They
 * are kept in data/, since other versions of zstd compress otherwise; make them again when the format
 * changes, and say so in the commit.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "content.h"
#include "core/erase.h"
#include "core/incarnation.h"
#include "tests/support/forged-bundle.h"
#include "vector.h"

/* In core/keys.c, for the key file; a vector needs the seeds as well. */
const uint8_t *sat_identity_seeds(const sat_identity *identity);

static const char *folder;

/* A programme with every type of field, small enough to be read in a vector. */
static const char programme[] =
	"{\"satchel_programme\":1,\"name\":\"vectors\",\"version\":7,\"language\":\"en\","
	"\"purposes\":[{\"name\":\"attend\"},{\"name\":\"identity\"},"
	"{\"name\":\"welcome\",\"collective\":true}],\"kinds\":["
	"{\"name\":\"community\",\"community\":true,\"fields\":[{\"name\":\"name\",\"type\":\"text\"}]},"
	"{\"name\":\"person\",\"person\":true,\"title\":\"pseudonym\",\"fields\":["
	"{\"name\":\"pseudonym\",\"type\":\"text\",\"needs\":[\"attend\"]},"
	"{\"name\":\"name\",\"type\":\"text\",\"needs\":[\"attend\",\"identity\"]}]},"
	"{\"name\":\"visit\",\"title\":\"title\",\"fields\":["
	"{\"name\":\"title\",\"type\":\"text\"},{\"name\":\"heads\",\"type\":\"integer\"},"
	"{\"name\":\"hectares\",\"type\":\"real\"},{\"name\":\"open\",\"type\":\"boolean\"},"
	"{\"name\":\"day\",\"type\":\"date\"},{\"name\":\"form\",\"type\":\"choice\",\"choices\":["
	"{\"name\":\"walk\"},{\"name\":\"talk\"}]},"
	"{\"name\":\"guide\",\"type\":\"reference\",\"of\":\"person\",\"needs\":[\"attend\"]},"
	"{\"name\":\"after\",\"type\":\"reference\",\"of\":\"visit\"},"
	"{\"name\":\"hosts\",\"type\":\"reference\",\"of\":\"community\",\"needs\":[\"welcome\"]},"
	"{\"name\":\"guests\",\"type\":\"references\",\"of\":\"person\",\"needs\":[\"attend\"]}]},"
	"{\"name\":\"reply\",\"unlinked\":true,\"fields\":[{\"name\":\"text\",\"type\":\"text\"}]}]}";

typedef struct world {
	char dir[64];
	replica hq, one, two;
	memory_place stick;
} world;

static void check(const char *where, int rc, const sat_error *err)
{
	if (rc != 0)
		replica_fail(where, err);
}

/* --- writing ---------------------------------------------------------------------------------------- */

static FILE *create(const char *name, const char *suffix)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s.%s", folder, name, suffix);
	FILE *out = fopen(path, "w");
	if (out == NULL) {
		perror(path);
		exit(1);
	}
	return out;
}

/* A vector for `to`, who knows `from` (NULL: nobody), with what is in it where it is taken in. */
static void put(const char *name, const char *expect, const char *comment, replica *to, const replica *from,
                const void *data, size_t count)
{
	vector v = { .role = to->role, .recipient = to->identity };
	snprintf(v.name, sizeof v.name, "%s", name);
	snprintf(v.expect, sizeof v.expect, "%s", expect);
	snprintf(v.comment, sizeof v.comment, "%s", comment);
	memcpy(v.seeds, sat_identity_seeds(to->identity), sizeof v.seeds);
	if (from != NULL)
		v.known[v.known_count++] = (vector_device){ from->role, *sat_identity_public(from->identity) };
	sat_bytes_put(&v.bytes, data, count);
	FILE *out = create(name, "vector");
	vector_write(&v, out);
	fclose(out);
	sat_bytes_clear(&v.bytes);
	if (strcmp(expect, "ok") != 0 && strcmp(expect, "salvaged") != 0)
		return;
	json_t *content = content_of_bundle(to->store, to->identity, data, count);
	if (content == NULL) {
		fprintf(stderr, "%s cannot be read\n", name);
		exit(1);
	}
	out = create(name, "json");
	json_dumpf(content, out, JSON_INDENT(1) | JSON_SORT_KEYS);
	fputc('\n', out);
	fclose(out);
	json_decref(content);
}

static void put_bytes(const char *name, const char *expect, const char *comment, replica *to, const replica *from,
                      const sat_bytes *bytes)
{
	put(name, expect, comment, to, from, bytes->data, bytes->length);
}

static int ignore(void *context, const sat_exported *exported)
{
	(void)context;
	(void)exported;
	return 0;
}

/* The one bundle of an export, which is also carried to its recipient. */
static void exported(world *w, replica *from, replica *to, sat_form form, sat_bytes *bundle)
{
	sat_error err = { 0 };
	sat_device device;
	sat_export_options options = { .form = form };
	check("peer", sat_device_find(from->store, sat_identity_device(to->identity), &device, &err), &err);
	check("export", sat_export(from->store, from->identity, device.id, &w->stick.carrier, &options, ignore,
	                           NULL, &err), &err);
	sat_bytes_put(bundle, w->stick.bundles[0].data, w->stick.bundles[0].size);
}

static void carry(world *w, replica *from, replica *to, sat_form form, const char *name, const char *comment)
{
	SAT_BYTES(bundle);
	exported(w, from, to, form, &bundle);
	if (name != NULL)
		put_bytes(name, "ok", comment, to, from, &bundle);
	replica_merge_all(to, &w->stick);
}

/* --- an exchange as it happens ------------------------------------------------------------------------ */

static void add_unlinked(replica *r, const char *text)
{
	replica_add(r, "reply", "text", text, NULL);
}

static void decide_together(replica *r, sat_dot person, sat_dot other)
{
	sat_error err = { 0 };
	sat_decision all[10];
	for (int i = 0; i < 10; i++)
		all[i] = (sat_decision){ .subject = i < 5 ? person : other, .purpose = i % 2 ? "identity" : "attend",
			                 .event = SAT_GIVEN, .claimed_time = r->env.now + i,
			                 .details = { [SAT_METHOD] = "spoken", [SAT_LANGUAGE] = i % 3 ? "wim" : "en",
			                              [SAT_WITNESS] = i == 4 ? "Élodie" : NULL } };
	all[2].purpose = SAT_HAS_GUARDIAN;
	all[2].until = 40000;
	all[4].event = SAT_RENEWED;
	all[3].voice = SAT_GUARDIAN;
	all[5].notice = 3;
	all[5].details[SAT_TERMS] = "{\"retention\": \"seven years\"}";
	all[6].recipients = "auditor registry";
	all[7].withheld_from = "auditor";
	all[8].event = SAT_DEFERRED;
	check("begin", sat_store_begin(r->store, &err), &err);
	check("decide", sat_consent_record(r->store, r->identity, all, 10, &err), &err);
	check("commit", sat_store_commit(r->store, &err), &err);
}

static void set_list(replica *r, sat_dot id, const char *field, const sat_dot *list, size_t count)
{
	sat_error err = { 0 };
	sat_table *table;
	check("table", sat_table_of_record(r->store, id, &table, &err), &err);
	sat_value value = { .type = SAT_REFERENCES };
	value.references.at = list;
	value.references.count = count;
	sat_write write = { sat_column_named(table, field, SAT_CLEARED)->number, value };
	check("begin", sat_store_begin(r->store, &err), &err);
	check("set", sat_record_set(r->store, id, &write, 1, NULL, &err), &err);
	check("commit", sat_store_commit(r->store, &err), &err);
}

static void erase(replica *r, sat_dot id)
{
	sat_error err = { 0 };
	check("begin", sat_store_begin(r->store, &err), &err);
	check("erase", sat_record_erase(r->store, id, 0, &err), &err);
	check("commit", sat_store_commit(r->store, &err), &err);
}

static void put_exchange(world *w)
{
	replica *one = &w->one, *two = &w->two, *hq = &w->hq;
	sat_dot ana = replica_add(one, "person", "pseudonym", "P 1", "name", "Ana", NULL);
	sat_dot ben = replica_add(one, "person", "pseudonym", "P 2", NULL);
	sat_dot visit = replica_add(one, "visit", "title", "Río \xf0\x9f\x8c\xb1", "heads", "-17", "hectares", "2.5",
	                            "open", "yes", "day", "2022-06-14", "form", "walk", NULL);
	sat_dot second = replica_add(one, "visit", "title", "", "heads", "9223372036854775807", "hectares", "-inf",
	                             "open", "no", "day", "2022-06", "form", "talk", NULL);
	replica_add(one, "visit", "title", "a\nb", "day", "0001", NULL);
	replica_refer(one, second, "after", visit);
	replica_refer(one, visit, "guide", ana);
	set_list(one, visit, "guests", (sat_dot[]){ ana, ben }, 2);
	replica_refer(one, second, "hosts", replica_add(one, "community", "name", "Station Creek", NULL));
	sat_dot gone = replica_add(one, "visit", "title", "to be erased", NULL);
	decide_together(one, ana, ben);
	add_unlinked(one, "said without a name");
	erase(one, gone);
	carry(w, one, hq, SAT_FULL, "data-full",
	      "every type of field, persons, a batch of ten decisions, a tombstone, an unlinked record");
	carry(w, hq, one, SAT_FULL, "reply-receipt", "nothing but a receipt");
	carry(w, hq, two, SAT_FULL, "reply-others", "the registry sends what another laptop wrote");
	/* Both edit; the registry's next bundle holds two siblings with their pasts. */
	replica_set(one, visit, "title", "by one");
	replica_set(two, replica_same(one, visit, two), "title", "by two");
	replica_set(two, replica_same(one, visit, two), "hectares", "");
	carry(w, one, hq, SAT_COMPACT, "data-compact", "one changed field, compact");
	carry(w, two, hq, SAT_FULL, "data-conflict", "the other side of a conflict, and a field that was cleared");
	carry(w, hq, one, SAT_FULL, "reply-siblings", "a receipt, and a field with two values");
	/* A final withdrawal: a blank and a new episode. */
	replica_decide(one, ana, "identity", SAT_WITHDRAWN, true);
	replica_decide(one, ana, "identity", SAT_GIVEN, false);
	replica_set(one, ana, "pseudonym", "P 1 again");
	carry(w, one, hq, SAT_FULL, "data-blank", "a closed episode: a blank, and a value that states the next one");
}

/* --- sections that seldom come about ------------------------------------------------------------------- */

/* A batch of which some leaves are in, with every way of giving details. */
static void partial_batch(replica *r, sat_dot subject, sat_chunk *c)
{
	enum { LEAVES = 20 };
	sat_error err = { 0 };
	sat_decision all[LEAVES];
	uint8_t names[LEAVES][SAT_HASH_BYTES], root[SAT_HASH_BYTES], digest[SAT_HASH_BYTES];
	bool in[LEAVES] = { [0] = true, [9] = true, [19] = true };
	sat_dot first = sat_dot_make(sat_store_incarnation(r->store), 1000);
	c->batches = sat_arena_zeroed(&c->arena, 1, sizeof *c->batches);
	c->batches[0] = (sat_batch){ .first = first, .leaves = LEAVES, .has_seed = true, .seed = { 1, 2, 3 } };
	for (int i = 0; i < LEAVES; i++) {
		all[i] = (sat_decision){ .id = first + i, .subject = subject, .purpose = "attend",
			                 .event = i == 19 ? SAT_REVOKED : SAT_GIVEN, .final = i == 19,
			                 .episode = 300, .claimed_time = -5 * i, .has_details = true,
			                 .supersedes = i == 9 ? names[0] : NULL, .supersedes_count = i == 9 ? 2 : 0,
			                 .stated = i == 19 ? "attend=301 identity=4294967295" : NULL,
			                 .own_salt = i == 9, .salt = { (uint8_t)i } };
		if (i != 9)
			sat_batch_salt(&c->batches[0], all[i].id, all[i].salt);
		check("seal", sat_decision_seal(r->store, &all[i], &err), &err);
		memcpy(names[i], all[i].name, SAT_HASH_BYTES);
	}
	check("root", sat_batch_root(&c->batches[0], NULL, (const uint8_t(*)[SAT_HASH_BYTES])names, root, &err), &err);
	check("digest", sat_batch_digest(r->store, &c->batches[0], root, digest, &err), &err);
	sat_sign(r->identity, digest, c->batches[0].signature);
	check("proof", sat_batch_narrow(&c->batches[0], NULL, (const uint8_t(*)[SAT_HASH_BYTES])names, in, &c->arena, &err),
	      &err);
	all[0].has_details = false;
	c->batch_count = 1;
	c->decisions = sat_arena_zeroed(&c->arena, 3, sizeof *c->decisions);
	c->decision_counts = sat_arena_zeroed(&c->arena, 1, sizeof *c->decision_counts);
	c->decision_counts[0] = c->decision_count = 3;
	c->decisions[0] = all[0];
	c->decisions[1] = all[9];
	c->decisions[1].supersedes = sat_arena_copy(&c->arena, names, sizeof names);
	c->decisions[2] = all[19];
}

/* A block with explicit statements, further persons, every state of a cell, and two fields of one name. */
static void odd_block(replica *r, sat_dot person, sat_dot lone, sat_block *b, sat_arena *arena)
{
	enum { ROWS = 12 };
	int64_t own = sat_store_incarnation(r->store);
	if (sat_block_begin(b, arena, 4, ROWS) != 0)
		abort();
	strcpy(b->kind, "a_kind_that_nobody_here_knows");
	const struct {
		const char *name;
		sat_type type;
	} fields[] = { { "label", SAT_TEXT }, { "label", SAT_INTEGER }, { "when", SAT_DATE }, { "who", SAT_REFERENCE } };
	for (size_t i = 0; i < 4; i++) {
		snprintf(b->field[i].name, SAT_NAME_BYTES, "%s", fields[i].name);
		b->field[i].type = fields[i].type;
	}
	b->field[3].concerns = SAT_AS_PERSON | SAT_AS_COMMUNITY;
	b->is = SAT_AS_COMMUNITY;
	for (int i = 0; i < ROWS; i++) {
		sat_row *row;
		if (sat_block_add(b, arena, &row) != 0)
			abort();
		*row = (sat_row){ .record = sat_dot_make(own, 2000 + i), .dot = sat_dot_make(own, 2000 + i),
			          .usual = true };
		char *text = sat_arena_zeroed(arena, 1, 8);
		snprintf(text, 8, "t %d", i % 5);
		b->field[0].cells[i] = SAT_PRESENT;
		b->field[0].values[i] = sat_value_text(text, strlen(text));
		b->field[1].cells[i] = i % 3 == 0 ? SAT_PRESENT : SAT_ABSENT;
		b->field[1].values[i] = sat_value_integer(i % 2 == 0 ? INT64_MIN : i);
		b->field[2].cells[i] = (uint8_t)(i % 4);
		b->field[2].values[i] = (sat_value){ .type = SAT_DATE, .text = { "9999-12-31", i % 8 == 1 ? 10 : 4 } };
		b->field[3].cells[i] = i < 3 ? SAT_PRESENT : SAT_ABSENT;
		b->field[3].values[i] = (sat_value){ .type = SAT_REFERENCE, .reference = i == 1 ? lone : person };
	}
	for (size_t k = 0; k < 4; k++) {
		for (int i = 0; i < ROWS; i++)
			b->field[k].present += b->field[k].cells[i] == SAT_PRESENT;
	}
	sat_stated *stated = sat_arena_zeroed(arena, 4, sizeof *stated);
	stated[0] = (sat_stated){ .person = person, .purpose = SAT_EVERY_PURPOSE };
	stated[1] = (sat_stated){ .person = person, .purpose = 1, .episode = 70000 };
	stated[2] = (sat_stated){ .person = sat_dot_community(person), .purpose = SAT_EVERY_PURPOSE };
	stated[3] = (sat_stated){ .person = lone, .purpose = 0, .episode = 1 };
	b->row[0].usual = b->row[1].usual = false;
	b->row[0].stated = stated;
	b->row[0].stated_count = 4;
	sat_dot *past = sat_arena_zeroed(arena, 2, sizeof *past);
	past[0] = sat_dot_make(own, 2001);
	b->row[2].record = b->row[1].record;
	b->row[2].past = past;
	b->row[2].past_count = 1;
	const sat_dot persons[] = { person, sat_dot_community(person) };
	b->row[2].persons = sat_arena_copy(arena, persons, sizeof persons);
	b->row[2].person_count = 2;
	b->row[ROWS - 1].record = lone;
}

static void lone_name(replica *r, sat_dot *lone)
{
	sat_error err = { 0 };
	check("begin", sat_store_begin(r->store, &err), &err);
	check("lone", sat_unlinked_intern(r->store, (const uint8_t *)"an unlinked name", lone, &err), &err);
	check("commit", sat_store_commit(r->store, &err), &err);
}

/* Signs for counters far above those that were used. */
static void reach_out(replica *r)
{
	sat_error err = { 0 };
	int64_t own = sat_store_incarnation(r->store);
	uint8_t digest[SAT_HASH_BYTES], signature[SAT_SIGNATURE_BYTES];
	sat_incarnation_digest(sat_incarnation_at(r->store, own)->name, sat_store_self(r->store), 5000, digest);
	sat_sign(r->identity, digest, signature);
	check("begin", sat_store_begin(r->store, &err), &err);
	check("state", sat_incarnation_state(r->store, own, 1, 5000, signature, &err), &err);
	check("commit", sat_store_commit(r->store, &err), &err);
}

static void put_odd_sections(world *w)
{
	replica *one = &w->one;
	sat_dot person = replica_add(one, "person", "pseudonym", "P 3", NULL), lone;
	lone_name(one, &lone);
	reach_out(one);
	sat_chunk c = { 0 };
	partial_batch(one, lone, &c);
	c.blocks = sat_arena_zeroed(&c.arena, 1, sizeof *c.blocks);
	c.block_count = 1;
	odd_block(one, person, lone, &c.blocks[0], &c.arena);
	c.tombstones = (sat_dot[]){ lone, sat_dot_make(sat_store_incarnation(one->store), 900) };
	c.tombstone_count = 2;
	c.under = (sat_under[]){ { c.tombstones[0], person }, { c.tombstones[0], lone }, { c.tombstones[1], person } };
	c.under_count = 3;
	c.asks = (sat_asked[]){ { "the name of ask", person }, { "and another one", lone } };
	c.ask_count = 2;
	c.moments = (sat_moment[]){ { person, -62135596800 }, { person + 1, INT64_C(1) << 60 } };
	c.moment_count = 2;
	forgery f;
	forgery_begin(&f, one, &w->hq);
	sat_name16 names[3] = { { "base" }, { "a frame" }, { "another" } };
	f.manifest.base = names[0];
	f.manifest.rests = names + 1;
	f.manifest.rest_count = 2;
	f.manifest.receipt = true;
	f.manifest.receipt_counter = 300;
	f.manifest.held = f.manifest.settled = f.manifest.declined = names;
	f.manifest.held_count = 1;
	f.manifest.settled_count = 2;
	f.manifest.declined_count = 3;
	forgery_chunk(&f, one->store, &c);
	/* A frame of nothing, and one with a section that may be skipped. */
	forgery_frame(&f, "\0", 1);
	forgery_frame(&f, "\0\x80\3abc", 6);
	SAT_BYTES(bundle);
	forgery_end(&f, &bundle);
	put_bytes("odd-sections", "ok",
	          "part of a batch, details withheld and own salts, statements, persons, asks, every state of a cell",
	          &w->hq, one, &bundle);
	sat_arena_clear(&c.arena);
}

/* --- enrolment ------------------------------------------------------------------------------------------ */

/* replica_join, with the bundles kept. */
static void join(world *w, replica *r, const char *name, uint64_t seed, bool keep)
{
	if (!keep) {
		replica_join(r, &w->hq, w->dir, name, seed, SAT_FACILITATOR);
		return;
	}
	sat_error err = { 0 };
	replica spare;
	replica_join(&spare, &w->hq, w->dir, "spare", seed + 100, SAT_FACILITATOR);
	SAT_BYTES(invitation);
	check("invite", sat_invitation_write(w->hq.store, w->hq.identity, SAT_FACILITATOR, &invitation, &err), &err);
	*r = (replica){ .role = SAT_FACILITATOR };
	snprintf(r->name, sizeof r->name, "%s", name);
	snprintf(r->path, sizeof r->path, "%s/%s.db", w->dir, name);
	test_env_init(&r->env, seed);
	check("identity", sat_identity_create(&r->identity, &r->env.env, &err), &err);
	check("accept", sat_invitation_accept(r->path, invitation.data, invitation.length, name, r->identity, NULL,
	                                      &r->env.env, &err), &err);
	replica_open(r);
	SAT_BYTES(request);
	exported(w, r, &w->hq, SAT_FULL, &request);
	put_bytes("enrolment", "ok", "a laptop asks to be let in", &w->hq, NULL, &request);
	replica_merge_all(&w->hq, &w->stick);
	char words[SAT_WORDS_CHARS];
	sat_device headquarters, approved;
	check("find", sat_device_find(r->store, sat_identity_device(w->hq.identity), &headquarters, &err), &err);
	sat_device_words(r->store, &headquarters, words, NULL);
	check("begin", sat_store_begin(w->hq.store, &err), &err);
	check("approve", sat_device_approve(w->hq.store, w->hq.identity, words, "", &approved, &err), &err);
	check("date", sat_statement_issue(w->hq.store, w->hq.identity, SAT_SIGNED_DATE, "\x90\x9e\x01", 3, &err),
	      &err);
	check("find", sat_device_find(w->hq.store, sat_identity_device(spare.identity), &approved, &err), &err);
	check("revoke", sat_device_revoke(w->hq.store, w->hq.identity, approved.id, &err), &err);
	check("commit", sat_store_commit(w->hq.store, &err), &err);
	carry(w, &w->hq, r, SAT_FULL, "reply-approval",
	      "the registry's answer to a request: approvals, the programme, a date, a revocation");
	check("begin", sat_store_begin(r->store, &err), &err);
	check("confirm", sat_device_confirm(r->store, &err), &err);
	check("commit", sat_store_commit(r->store, &err), &err);
	replica_free(&spare);
}

/* --- refused ones ------------------------------------------------------------------------------------- */

static void put_altered(world *w, const char *name, const char *expect, const char *comment,
                        const sat_bytes *bundle, size_t keep, size_t flip, bool rehash)
{
	SAT_BYTES(copy);
	sat_bytes_put(&copy, bundle->data, keep < bundle->length ? keep : bundle->length);
	if (flip < copy.length)
		copy.data[flip] ^= 0x10;
	if (rehash)
		forgery_rehash(copy.data, copy.length);
	put_bytes(name, expect, comment, &w->hq, &w->one, &copy);
}

/* Two frames, so that one can be lost. */
static void two_frames(world *w, sat_form form, sat_bytes *bundle)
{
	forgery f;
	forgery_begin(&f, &w->one, &w->hq);
	f.form = form;
	for (int i = 0; i < 2; i++) {
		sat_chunk c = { .tombstones = (sat_dot[]){ sat_dot_make(sat_store_incarnation(w->one.store), 700 + i) },
			        .tombstone_count = 1 };
		forgery_chunk(&f, w->one.store, &c);
	}
	forgery_end(&f, bundle);
}

static void put_damaged(world *w)
{
	SAT_BYTES(full);
	SAT_BYTES(compact);
	two_frames(w, SAT_FULL, &full);
	two_frames(w, SAT_COMPACT, &compact);
	size_t all = SIZE_MAX;
	sat_cursor c = sat_cursor_over(full.data + 140, 4);
	size_t body = SAT_HEADER_BYTES + sat_cursor_le32(&c);
	put_bytes("two-frames", "ok", "the bundle that the damaged ones were made of", &w->hq, &w->one, &full);
	put_altered(w, "empty", "damaged", "a file of no bytes", &full, 0, all, false);
	put_altered(w, "cut-header", "damaged", "only a part of the header", &full, 100, all, false);
	put_altered(w, "cut-manifest", "damaged", "the header and a part of the manifest", &full, body - 20, all, false);
	put_altered(w, "cut-frame", "salvaged", "cut in the second frame: the first is intact", &full, body + 250, all,
	            false);
	put_altered(w, "cut-tail", "salvaged", "cut in the copies: all frames are intact", &full, full.length - 100,
	            all, false);
	put_altered(w, "flip-header", "salvaged", "a bit of the header: the copy serves", &full, all, 70, false);
	put_altered(w, "flip-version", "salvaged", "a bit of the version: the copy serves", &full, all, 8, false);
	put_altered(w, "flip-manifest", "salvaged", "a bit of the manifest: the copy serves", &full, all,
	            SAT_HEADER_BYTES + 9, false);
	put_altered(w, "flip-frame", "salvaged", "a bit of the first frame: the second is intact", &full, all, body + 9,
	            false);
	put_altered(w, "flip-padding", "ok", "a bit behind the frames: nothing is lost, but verify sees it", &full, all,
	            full.length - SAT_HASH_BYTES - body - 1, false);
	put_altered(w, "flip-tail", "ok", "a bit of the copies: nothing is lost, but verify sees it", &full, all,
	            full.length - SAT_HASH_BYTES - 5, false);
	put_altered(w, "flip-hash", "ok", "a bit of the file hash: nothing is lost, but verify sees it", &full, all,
	            full.length - 1, false);
	put_altered(w, "compact-flip-header", "damaged", "a bit of the header, compact", &compact, all, 70, false);
	put_altered(w, "compact-flip-mac", "damaged", "a bit of the MAC, compact", &compact, all, 160, false);
	put_altered(w, "compact-flip-manifest", "damaged", "a bit of the manifest, compact", &compact, all,
	            SAT_HEADER_BYTES + 9, false);
	put_altered(w, "compact-flip-frame", "salvaged", "a bit of a frame, compact", &compact, all, body + 9, false);
	put_altered(w, "forged-mac", "forged", "a bit of the MAC, and the file hash made right again", &compact, all, 160,
	            true);
	put_altered(w, "forged-manifest", "forged", "a bit of the manifest, and the file hash made right again", &compact,
	            all, SAT_HEADER_BYTES + 9, true);
	put_altered(w, "forged-stanza", "not_for_us", "a bit of the stanza, and the file hash made right again", &compact,
	            all, 100, true);
	put_altered(w, "forged-frame", "salvaged", "a bit of a frame, and the file hash made right again", &compact, all,
	            body + 9, true);
	put_altered(w, "too-new", "too_new", "version 17, and the file hash made right again", &compact, all, 8, true);
	SAT_BYTES(more);
	sat_bytes_put(&more, full.data, full.length);
	sat_bytes_put(&more, "more", 4);
	put_bytes("longer", "salvaged", "bytes behind the end: all frames are intact", &w->hq, &w->one, &more);
	char picture[400] = "\x89PNG\r\n\x1a\n";
	put("foreign", "damaged", "a picture with our suffix", &w->hq, &w->one, picture, sizeof picture);
}

static void put_addressed(world *w)
{
	replica *one = &w->one, *two = &w->two, *hq = &w->hq;
	SAT_BYTES(bundle);
	two_frames(w, SAT_COMPACT, &bundle);
	put_bytes("other-recipient", "not_for_us", "sealed to somebody else", two, hq, &bundle);
	put_bytes("unknown-sender", "unknown_sender", "from a laptop that was not approved", hq, two, &bundle);
	const struct {
		const char *name, *expect, *comment;
		const replica *signer, *named;
	} cases[] = {
		{ "wrong-signature", "forged", "signed by another laptop than the one that it names", two, hq },
		{ "re-addressed", "not_for_us", "sealed to us, its manifest names another recipient", one, two },
	};
	for (size_t i = 0; i < 2; i++) {
		SAT_BYTES(made);
		forgery f;
		forgery_begin(&f, one, hq);
		f.form = SAT_COMPACT;
		f.signer = cases[i].signer->identity;
		f.manifest.recipient = *sat_identity_device(cases[i].named->identity);
		forgery_end(&f, &made);
		put_bytes(cases[i].name, cases[i].expect, cases[i].comment, hq, one, &made);
	}
}

static void put_frame(world *w, const char *name, const char *expect, const char *comment, const void *data,
                      size_t count)
{
	SAT_BYTES(made);
	forgery f;
	forgery_begin(&f, &w->one, &w->hq);
	f.form = SAT_COMPACT;
	forgery_frame(&f, data, count);
	forgery_end(&f, &made);
	put_bytes(name, expect, comment, &w->hq, &w->one, &made);
}

static void put_example(world *w)
{
	replica *one = &w->one;
	sat_dot visit = replica_add(one, "visit", "title", "Hi", NULL);
	sat_chunk c = { 0 };
	c.block_count = 1;
	c.blocks = sat_arena_zeroed(&c.arena, 1, sizeof *c.blocks);
	sat_block *b = c.blocks;
	sat_row *row;
	if (sat_block_begin(b, &c.arena, 1, 1) != 0 || sat_block_add(b, &c.arena, &row) != 0)
		abort();
	strcpy(b->kind, "visit");
	strcpy(b->field[0].name, "title");
	b->field[0].type = SAT_TEXT;
	b->field[0].cells[0] = SAT_PRESENT;
	b->field[0].values[0] = sat_value_text("Hi", 2);
	b->field[0].present = 1;
	*row = (sat_row){ .record = visit, .dot = visit, .usual = true };
	SAT_BYTES(made);
	forgery f;
	forgery_begin(&f, one, &w->hq);
	f.form = SAT_COMPACT;
	forgery_chunk(&f, one->store, &c);
	forgery_end(&f, &made);
	put_bytes("example", "ok", "the worked example of FORMAT.md: one record with one field, compact", &w->hq, one,
	          &made);
	sat_arena_clear(&c.arena);
}

/* Two of the five pieces of a file, for which nobody has asked. */
static void put_pieces(world *w)
{
	enum { SIZE = 4 * SAT_PIECE_BYTES + 1000, PIECES = 5 };
	replica *one = &w->one;
	SAT_ARENA(arena);
	uint8_t *bytes = sat_arena_zeroed(&arena, PIECES, SAT_PIECE_BYTES), leaves[PIECES * SAT_HASH_BYTES];
	uint8_t proofs[2][SAT_PROOF_HASHES_MAX * SAT_HASH_BYTES];
	sat_tree tree;
	sat_error err = { 0 };
	sat_chunk c = { .track = SAT_TRACK_FILES };
	for (uint32_t i = 0; i < PIECES; i++) {
		bytes[(size_t)i * SAT_PIECE_BYTES] = (uint8_t)(i + 1);
		sat_tree_leaf(leaves + i * SAT_HASH_BYTES, bytes + (size_t)i * SAT_PIECE_BYTES,
		              sat_tree_piece_bytes(SIZE, i));
	}
	check("name", sat_tree_name(leaves, SIZE, &c.file.name, &err), &err);
	check("tree", sat_tree_build(&tree, &arena, leaves, PIECES), &err);
	const uint32_t numbers[] = { 2, 4 };
	for (size_t i = 0; i < 2; i++) {
		sat_tree_proof(&tree, numbers[i], proofs[i]);
		c.file.piece[c.file.count++] =
		    (sat_file_piece){ numbers[i], proofs[i], bytes + (size_t)numbers[i] * SAT_PIECE_BYTES };
	}
	SAT_BYTES(made);
	forgery f;
	forgery_begin(&f, one, &w->hq);
	forgery_chunk(&f, one->store, &c);
	forgery_end(&f, &made);
	put_bytes("file-pieces", "ok", "two pieces of a file of five, which nothing names yet", &w->hq, one, &made);
}

int main(int argc, char **argv)
{
	world *w = calloc(1, sizeof *w);
	if (argc != 2) {
		fprintf(stderr, "usage: make-vectors FOLDER\n");
		return 2;
	}
	folder = argv[1];
	strcpy(w->dir, "/tmp/satchel-XXXXXX");
	if (mkdtemp(w->dir) == NULL)
		return 1;
	memory_place_init(&w->stick);
	replica_found(&w->hq, w->dir, "registry", 1, programme);
	join(w, &w->one, "one", 2, true);
	join(w, &w->two, "two", 3, false);
	put_exchange(w);
	put_odd_sections(w);
	put_damaged(w);
	put_addressed(w);
	put_frame(w, "section-too-new", "too_new", "a section that only a newer reader understands", "\0\x09\0", 3);
	put_frame(w, "section-order", "refused", "sections in descending order", "\0\7\2\0\0\3\2\0\0", 9);
	put_example(w);
	put_pieces(w);
	replica_free(&w->hq);
	replica_free(&w->one);
	replica_free(&w->two);
	memory_place_clear(&w->stick);
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", w->dir);
	int rc = system(command);
	free(w);
	return rc;
}
