/* See side.h. */
#include "side.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/device.h"
#include "core/enrolment.h"
#include "core/invitation.h"
#include "core/store-private.h"
#include "measure.h"
#include "sync/folder.h"

/* programme.json, embedded at build. */
extern const char bench_programme[];
extern const size_t bench_programme_length;

static void path_in(char path[static PATH_MAX], const bench_settings *settings, bench_side which,
                    const char *name)
{
	snprintf(path, PATH_MAX, "%s/%s/%s", settings->dir, bench_side_names[which], name);
}

/* --- keys ---------------------------------------------------------------------------------------- */

/* Keys lie open, so that each step need not wait for them; unlocking is measured by itself. */
static int write_keys(const char *path, sat_identity **identity, sat_error *err)
{
	SAT_BYTES(file);
	int rc = sat_identity_create(identity, sat_env_system(), err);
	if (rc == 0)
		rc = sat_keyfile_write(&file, *identity, NULL, 0, NULL, sat_env_system(), err);
	FILE *out = rc == 0 ? fopen(path, "we") : NULL;
	if (rc != 0)
		return rc;
	bool whole = out != NULL && fwrite(file.data, 1, file.length, out) == file.length;
	if ((out != NULL && fclose(out) != 0) || !whole)
		rc = sat_fail(err, SAT_EIO, "%s cannot be written", path);
	return rc;
}

static int read_keys(const char *path, sat_identity **identity, sat_error *err)
{
	uint8_t data[4096];
	FILE *in = fopen(path, "re");
	if (in == NULL)
		return sat_fail(err, SAT_EIO, "%s cannot be read", path);
	size_t count = fread(data, 1, sizeof data, in);
	fclose(in);
	return sat_keyfile_read(identity, data, count, NULL, err);
}

/* --- opening ------------------------------------------------------------------------------------- */

static int find_columns(bench_open_side *side, int which, sat_error *err)
{
	const sat_workload_shape *shape = &sat_workload_shapes[which];
	bench_table *t = &side->tables[which];
	bool consent = which == SAT_WORKLOAD_CONSENT;
	t->table = sat_table_named(side->store, consent ? "consent_row" : shape->name);
	if (consent && !side->bare)
		t->table = NULL;
	for (size_t i = 1; t->table != NULL && i < shape->columns; i++) {
		t->column[i] = sat_column_named(t->table, shape->column[i].name, SAT_CLEARED);
		if (t->column[i] == NULL)
			return sat_fail(err, SAT_EINVALID, "programme.json lacks %s.%s", shape->name,
			                shape->column[i].name);
	}
	return 0;
}

/* Ids follow one another in the order of the workload, whose first participant is 2. */
int bench_side_locate(bench_open_side *side, sat_error *err)
{
	int64_t participant;
	int rc = sat_db_int(side->store->db, "SELECT min(id) FROM participant", &participant, 0, err);
	if (participant != 0)
		side->origin = participant - sat_workload_participant_id(0, 0);
	return rc;
}

int bench_side_open(bench_open_side **out, const bench_settings *settings, bench_side which, bool bare,
                    sat_error *err)
{
	static char runtime[BENCH_SIDES][PATH_MAX]; /* the environments borrow them */
	char path[PATH_MAX];
	snprintf(runtime[which], PATH_MAX, "%s/%s", settings->dir, bench_side_names[which]);
	bench_open_side *side = calloc(1, sizeof *side);
	if (side == NULL)
		return sat_fail(err, SAT_ENOMEM, "out of memory");
	side->env = *sat_env_system();
	side->env.runtime_dir = runtime[which];
	side->bare = bare;
	sat_store_options options = { .cache_kib = settings->cache_kib, .no_search = bare };
	int rc = sat_crypto_init(err);
	path_in(path, settings, which, "keys");
	if (rc == 0)
		rc = read_keys(path, &side->identity, err);
	path_in(path, settings, which, BENCH_SATCHEL_FILE);
	if (rc == 0)
		rc = sat_store_open(&side->store, path, &options, &side->env, err);
	for (int i = 0; rc == 0 && i < SAT_WORKLOAD_TABLES; i++)
		rc = find_columns(side, i, err);
	if (rc == 0)
		rc = bench_side_locate(side, err);
	if (rc == 0)
		*out = side;
	else
		bench_side_free(side);
	return rc;
}

void bench_side_free(bench_open_side *side)
{
	if (side == NULL)
		return;
	sat_store_close(side->store, NULL);
	sat_identity_free(side->identity);
	free(side);
}

/* --- carrying ------------------------------------------------------------------------------------ */

static int add_bytes(void *context, const sat_exported *exported)
{
	*(int64_t *)context += (int64_t)exported->bytes;
	return 0;
}

int bench_side_export(bench_open_side *side, int64_t device, const char *path,
                      const sat_export_options *options, int64_t *bytes, sat_error *err)
{
	SAT_AUTO(sat_carrier) carrier = NULL;
	int64_t sum = 0;
	int rc = bench_make_dir(path, err);
	if (rc == 0)
		rc = sat_folder_open(&carrier, path, NULL, &side->env, err);
	if (rc == 0)
		rc = sat_export(side->store, side->identity, device, carrier, options, add_bytes, &sum, err);
	if (bytes != NULL)
		*bytes = sum;
	return rc;
}

#define BUNDLES_MAX 16

typedef struct listing {
	char names[BUNDLES_MAX][64];
	size_t count;
} listing;

static int note_bundle(void *context, const sat_found *found)
{
	listing *l = context;
	if (!found->foreign && l->count < BUNDLES_MAX)
		snprintf(l->names[l->count++], sizeof l->names[0], "%s", found->name);
	return 0;
}

int bench_side_merge(bench_open_side *side, const char *path, sat_error *err)
{
	SAT_AUTO(sat_carrier) carrier = NULL;
	listing l = { .count = 0 };
	int rc = sat_folder_open(&carrier, path, NULL, &side->env, err);
	if (rc == 0)
		rc = carrier->list(carrier->context, note_bundle, &l, err);
	for (size_t i = 0; rc == 0 && i < l.count; i++) {
		sat_merged merged;
		rc = sat_merge(side->store, side->identity, carrier, l.names[i], &merged, NULL, NULL, err);
		if (rc == 0 && merged.verdict != SAT_MERGED && merged.verdict != SAT_DUPLICATE &&
		    merged.verdict != SAT_ENROLMENT)
			rc = sat_fail(err, SAT_EREFUSED, "%s: %s", sat_verdict_name(merged.verdict),
			              merged.reason);
	}
	return rc;
}

int bench_side_carry(bench_open_side *from, bench_open_side *to, const char *path, sat_error *err)
{
	sat_export_options options = { .form = SAT_FULL };
	sat_device device;
	int rc = sat_device_find(from->store, sat_identity_device(to->identity), &device, err);
	if (rc == 0)
		rc = bench_side_export(from, device.id, path, &options, NULL, err);
	return rc != 0 ? rc : bench_side_merge(to, path, err);
}

/* --- enrolment ----------------------------------------------------------------------------------- */

static int found_registry(const bench_settings *settings, bench_open_side **registry, sat_error *err)
{
	char path[PATH_MAX];
	SAT_AUTO(sat_identity) identity = NULL;
	path_in(path, settings, BENCH_RECEIVER, "keys");
	int rc = write_keys(path, &identity, err);
	if (rc != 0)
		return rc;
	sat_store_setup setup = { .name = bench_side_names[BENCH_RECEIVER], .role = SAT_REGISTRY,
		                  .self = sat_identity_public(identity), .programme = bench_programme,
		                  .programme_length = bench_programme_length };
	path_in(path, settings, BENCH_RECEIVER, BENCH_SATCHEL_FILE);
	rc = sat_store_create(path, &setup, NULL, sat_env_system(), err);
	if (rc == 0)
		rc = bench_side_open(registry, settings, BENCH_RECEIVER, false, err);
	if (rc == 0)
		rc = sat_store_begin((*registry)->store, err);
	if (rc == 0)
		rc = sat_registry_found((*registry)->store, identity, err);
	return rc != 0 ? rc : sat_store_commit((*registry)->store, err);
}

static int approve(bench_open_side *registry, bench_open_side *laptop, sat_error *err)
{
	char words[SAT_WORDS_CHARS];
	sat_device headquarters, approved;
	int rc = sat_device_registry(laptop->store, &headquarters, err);
	if (rc != 0)
		return rc;
	sat_device_words(laptop->store, &headquarters, words, NULL);
	rc = sat_store_begin(registry->store, err);
	if (rc == 0)
		rc = sat_device_approve(registry->store, registry->identity, words, "", &approved, err);
	return rc != 0 ? rc : sat_store_commit(registry->store, err);
}

static int confirm(bench_open_side *laptop, sat_error *err)
{
	int rc = sat_store_begin(laptop->store, err);
	if (rc == 0)
		rc = sat_device_confirm(laptop->store, err);
	return rc != 0 ? rc : sat_store_commit(laptop->store, err);
}

/* Request, approval by the six words, answer, confirmation. */
static int enrol(const bench_settings *settings, bench_open_side *registry, bench_open_side *laptop,
                 bench_side which, sat_error *err)
{
	char path[PATH_MAX];
	path_in(path, settings, which, "request");
	int rc = bench_side_carry(laptop, registry, path, err);
	if (rc == 0)
		rc = approve(registry, laptop, err);
	path_in(path, settings, which, "answer");
	if (rc == 0)
		rc = bench_side_carry(registry, laptop, path, err);
	return rc != 0 ? rc : confirm(laptop, err);
}

static int make_laptop(const bench_settings *settings, bench_open_side *registry, bench_side which,
                       sat_error *err)
{
	char path[PATH_MAX];
	SAT_AUTO(sat_identity) identity = NULL;
	SAT_BYTES(invitation);
	path_in(path, settings, which, "keys");
	int rc = write_keys(path, &identity, err);
	if (rc == 0)
		rc = sat_invitation_write(registry->store, registry->identity, SAT_FACILITATOR, &invitation, err);
	path_in(path, settings, which, BENCH_SATCHEL_FILE);
	if (rc == 0)
		rc = sat_invitation_accept(path, invitation.data, invitation.length, bench_side_names[which],
		                           identity, NULL, sat_env_system(), err);
	bench_open_side *laptop = NULL;
	if (rc == 0)
		rc = bench_side_open(&laptop, settings, which, false, err);
	if (rc == 0)
		rc = enrol(settings, registry, laptop, which, err);
	bench_side_free(laptop);
	return rc;
}

int bench_sides_make(const bench_settings *settings, sat_error *err)
{
	bench_open_side *registry = NULL;
	int rc = sat_crypto_init(err);
	if (rc == 0)
		rc = found_registry(settings, &registry, err);
	if (rc == 0)
		rc = make_laptop(settings, registry, BENCH_SENDER, err);
	if (rc == 0)
		rc = make_laptop(settings, registry, BENCH_SMALL, err);
	bench_side_free(registry);
	return rc;
}
