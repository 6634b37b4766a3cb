/* See world.h. */
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/incarnation.h"
#include "drawer.h"
#include "holdings.h"
#include "tests/support/replica.h"

extern const char sim_programme_1[];

/* --- kits ----------------------------------------------------------------------------------------- */

static sat_role role_in_kit(unsigned n, size_t device)
{
	if (device == 0)
		return SAT_REGISTRY;
	/* Every other kit has one that is no facilitator. */
	if (n % 2 == 1 && device == 2)
		return n % 4 == 1 ? SAT_COMMUNITY : SAT_AUDITOR;
	return SAT_FACILITATOR;
}

static size_t devices_in_kit(unsigned n)
{
	static const size_t devices[KITS] = { 3, 3, 4, 4, 2, 5, 6, 8 };
	return devices[n];
}

void kit_make(kit *k, const char *dir, unsigned n)
{
	*k = (kit){ .devices = devices_in_kit(n) };
	snprintf(k->dir, sizeof k->dir, "%s", dir);
	mkdir(dir, 0700);
	replica *all = calloc(k->devices, sizeof *all);
	memory_place place;
	memory_place_init(&place);
	for (size_t i = 0; i < k->devices; i++) {
		char name[32];
		snprintf(name, sizeof name, "d%zu", i);
		k->roles[i] = role_in_kit(n, i);
		if (i == 0)
			replica_found(&all[0], dir, name, 1000 * n + 1, sim_programme_1);
		else
			replica_join(&all[i], &all[0], dir, name, 1000 * n + i + 1, k->roles[i]);
	}
	/* Everybody learns of everybody, so that laptops may speak to each other. */
	for (size_t i = 1; i < k->devices; i++) {
		replica_export(&all[0], &all[i], &place);
		replica_merge_all(&all[i], &place);
	}
	for (size_t i = 0; i < k->devices; i++) {
		snprintf(k->paths[i], sizeof k->paths[i], "%s", all[i].path);
		k->identities[i] = all[i].identity;
		sat_store_free(all[i].store);
	}
	memory_place_clear(&place);
	free(all);
}

void kit_free(kit *k)
{
	for (size_t i = 0; i < k->devices; i++)
		sat_identity_free(k->identities[i]);
	*k = (kit){ 0 };
}

/* --- files ---------------------------------------------------------------------------------------- */

void world_copy_file(world *w, const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (in < 0 || out < 0)
		world_fail(w, 0, "copying %s: %s", from, strerror(errno));
	uint8_t buffer[1 << 16];
	ssize_t n;
	while ((n = read(in, buffer, sizeof buffer)) > 0) {
		if (write(out, buffer, (size_t)n) != n)
			world_fail(w, 0, "copying %s: %s", from, strerror(errno));
	}
	close(in);
	close(out);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

/* --- beginning and end ---------------------------------------------------------------------------- */

static machine *add_machine(world *w, int device)
{
	machine *m = &w->machines[w->machine_count];
	*m = (machine){ .device = device, .role = w->kit->roles[device], .identity = w->kit->identities[device] };
	snprintf(m->path, sizeof m->path, "%s/m%zu.db", w->dir, w->machine_count);
	snprintf(m->runtime, sizeof m->runtime, "%s/m%zu.run", w->dir, w->machine_count);
	for (size_t i = 0; i < BACKUPS_MAX; i++)
		snprintf(m->backups[i].path, sizeof m->backups[i].path, "%s/m%zu.b%zu", w->dir, w->machine_count, i);
	mkdir(m->runtime, 0700);
	test_env_init(&m->env, dice_throw(&w->dice));
	m->env.env.runtime_dir = m->runtime;
	w->machine_count++;
	return m;
}

void world_begin(world *w, const kit *k, const char *dir, uint64_t seed, uint64_t clock_salt, size_t steps)
{
	*w = (world){ .seed = seed, .kit = k, .programme = 1, .incarnation_count = 1, .unlinked_count = 1 };
	w->dice.state = dice_mix(seed);
	w->clocks.state = dice_mix(seed ^ dice_mix(clock_salt + 1));
	w->fates = calloc(steps + 1, sizeof *w->fates);
	snprintf(w->dir, sizeof w->dir, "%s", dir);
	mkdir(dir, 0700);
	model_init(&w->model);
	memory_place_init(&w->place);
	for (size_t i = 0; i < k->devices; i++) {
		machine *m = add_machine(w, (int)i);
		world_copy_file(w, k->paths[i], m->path);
	}
}

void dealings_set(dealings *to, const dealings *from)
{
	for (size_t i = 0; i < DEVICES_MAX; i++) {
		dots_clear(&to->maybe[i]);
		dots_clear(&to->surely[i]);
		to->maybe[i] = dots_copy(&from->maybe[i]);
		to->surely[i] = dots_copy(&from->surely[i]);
	}
}

static void free_machine(machine *m)
{
	const dealings none = { 0 };
	sat_store_free(m->store);
	holdings_drop(m->held);
	for (size_t i = 0; i < BACKUPS_MAX; i++)
		holdings_drop(m->backups[i].held);
	for (size_t i = 0; i < BACKUPS_MAX; i++)
		dealings_set(&m->backups[i].dealt, &none);
	dealings_set(&m->dealt, &none);
	free(m->incarnations);
}

void world_end(world *w)
{
	for (size_t i = 0; i < w->machine_count; i++)
		free_machine(&w->machines[i]);
	for (size_t i = 0; i < w->receipt_count; i++)
		holdings_drop(w->receipts[i].held);
	free(w->receipts);
	while (w->parcel_count > 0)
		parcel_drop(w, w->parcel_count - 1);
	drawer_clear(w);
	memory_place_clear(&w->place);
	model_clear(&w->model);
	sat_bytes_clear(&w->trace);
	free(w->fates);
	free(w->marks);
	nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void world_fail(world *w, int promise, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(w->failure, sizeof w->failure, format, args);
	va_end(args);
	w->promise = promise;
	longjmp(w->escape, 1);
}

void world_trace(world *w, const char *format, ...)
{
	char line[512];
	va_list args;
	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	if (w->verbose)
		fprintf(stderr, "%s\n", line);
	sat_bytes_put(&w->trace, line, strlen(line));
	sat_bytes_put_u8(&w->trace, '\n');
}

const char *world_name(const world *w, const machine *m)
{
	static char names[4][24];
	static unsigned next;
	char *name = names[next++ % 4];
	size_t copies = 0;
	for (const machine *other = w->machines; other < m; other++)
		copies += other->device == m->device;
	if (m->device == 0)
		snprintf(name, sizeof *names, "registry");
	else
		snprintf(name, sizeof *names, "laptop %d%c", m->device, (char)('a' + copies));
	return name;
}

/* --- machines ------------------------------------------------------------------------------------- */

void machine_open(world *w, machine *m)
{
	MUST(w, sat_store_open(&m->store, m->path, NULL, &m->env.env, err));
	m->incarnation_count = 0;
	memset(m->reads, 0, sizeof m->reads);
}

void machine_close(world *w, machine *m, bool properly)
{
	sat_store *store = m->store;
	m->store = NULL;
	if (properly)
		MUST(w, sat_store_close(store, err));
	else
		sat_store_free(store);
}

machine *world_twin(world *w, machine *m)
{
	if (w->machine_count == MACHINES_MAX)
		return NULL;
	machine *twin = add_machine(w, m->device);
	world_copy_file(w, m->path, twin->path);
	twin->env.now = m->env.now;
	twin->export_day = m->export_day;
	memcpy(twin->vouched, m->vouched, sizeof twin->vouched);
	twin->held = holdings_keep(m->held);
	memcpy(twin->heard, m->heard, sizeof twin->heard);
	dealings_set(&twin->dealt, &m->dealt);
	return twin;
}

/* --- names ---------------------------------------------------------------------------------------- */

uint32_t world_incarnation(world *w, const uint8_t name[static SAT_INCARNATION_BYTES])
{
	for (uint32_t i = 1; i < w->incarnation_count; i++) {
		if (memcmp(w->incarnations[i].name, name, SAT_INCARNATION_BYTES) == 0)
			return i;
	}
	uint32_t fresh = w->incarnation_count;
	if (fresh == sizeof w->incarnations / sizeof *w->incarnations)
		world_fail(w, 0, "there are too many incarnations for one world");
	memcpy(w->incarnations[fresh].name, name, SAT_INCARNATION_BYTES);
	w->incarnations[fresh].device = -1;
	w->incarnation_count++;
	return fresh;
}

static world_dot unlinked_dot(world *w, const uint8_t name[static SAT_UNLINKED_BYTES])
{
	for (uint32_t i = 1; i < w->unlinked_count; i++) {
		if (memcmp(w->unlinked[i], name, SAT_UNLINKED_BYTES) == 0)
			return i;
	}
	uint32_t fresh = w->unlinked_count;
	if (fresh == sizeof w->unlinked / sizeof *w->unlinked)
		world_fail(w, 0, "there are too many unlinked records for one world");
	memcpy(w->unlinked[fresh], name, SAT_UNLINKED_BYTES);
	w->unlinked_count++;
	return fresh;
}

world_dot world_dot_of(world *w, machine *m, sat_dot dot)
{
	if (sat_dot_collective(dot))
		return world_dot_of(w, m, sat_dot_record(dot)) | WORLD_COLLECTIVE;
	if (!sat_dot_linked(dot)) {
		uint8_t name[SAT_UNLINKED_BYTES];
		MUST(w, sat_unlinked_name(m->store, dot, name, err));
		return unlinked_dot(w, name);
	}
	size_t index = (size_t)sat_dot_index(dot);
	for (size_t i = m->incarnation_count; i <= index; i++) {
		m->incarnations = realloc(m->incarnations, (i + 1) * sizeof *m->incarnations);
		const sat_incarnation *known = sat_incarnation_at(m->store, (int64_t)i);
		if (i > 0 && known == NULL)
			world_fail(w, 0, "%s names an incarnation that it does not know", world_name(w, m));
		m->incarnations[i] = i == 0 ? 0 : world_incarnation(w, known->name);
		m->incarnation_count = i + 1;
	}
	return (world_dot)m->incarnations[index] << WORLD_COUNTER_BITS | (world_dot)sat_dot_counter(dot);
}

sat_dot world_local_dot(world *w, machine *m, world_dot dot)
{
	sat_dot local = 0;
	if ((dot & WORLD_COLLECTIVE) != 0) {
		local = world_local_dot(w, m, world_dot_record(dot));
		return local == 0 ? 0 : sat_dot_community(local);
	}
	if (world_dot_incarnation(dot) == 0) {
		MUST(w, sat_unlinked_find(m->store, w->unlinked[dot], &local, err));
		return local;
	}
	int64_t index = sat_incarnation_find(m->store, w->incarnations[world_dot_incarnation(dot)].name);
	return index == 0 ? 0 : sat_dot_make(index, (int64_t)world_dot_counter(dot));
}

int world_device(const world *w, const sat_device_id *device)
{
	int n = 0;
	while (!sat_device_equal(sat_identity_device(w->kit->identities[n]), device))
		n++;
	return n;
}

const char *world_dot_text(world_dot dot)
{
	static char texts[8][32];
	static unsigned next;
	char *text = texts[next++ % 8];
	snprintf(text, sizeof *texts, "%s%u-%llu", (dot & WORLD_COLLECTIVE) != 0 ? "community " : "",
	         world_dot_incarnation(dot), (unsigned long long)world_dot_counter(dot));
	return text;
}
