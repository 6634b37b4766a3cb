/* See folder-place.h. */
#include "folder-place.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void place_path(const place *p, const char *name, char path[static PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", p->satchel, name);
}

void place_write(const place *p, const char *name, const void *data, size_t count)
{
	char path[PATH_MAX];
	place_path(p, name, path);
	FILE *file = fopen(path, "wx");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, count, file), count);
	assert_int_equal(fclose(file), 0);
}

int place_setup(void **state)
{
	place *p = calloc(1, sizeof *p);
	assert_non_null(p);
	strcpy(p->base, "/tmp/satchel-test-folder-XXXXXX");
	assert_non_null(mkdtemp(p->base));
	assert_int_equal(chmod(p->base, 0755), 0);
	snprintf(p->satchel, sizeof p->satchel, "%s/satchel", p->base);
	p->chance.seed = 17;
	p->env = (sat_env){ .context = &p->chance, .random = chance_random, .now = chance_now };
	p->bundle = malloc(BUNDLE_BYTES);
	assert_non_null(p->bundle);
	chance content = { .seed = 4 };
	chance_random(&content, p->bundle, BUNDLE_BYTES);
	assert_int_equal(sat_folder_open(&p->carrier, p->base, NULL, &p->env, &p->err), 0);
	*state = p;
	return 0;
}

/* The folder is flat but for one level of folders that a case made in it. */
static void remove_all(const char *path, unsigned depth)
{
	DIR *directory = opendir(path);
	for (const struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
		char inner[PATH_MAX];
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) >= (int)sizeof inner)
			continue;
		if (unlink(inner) != 0 && depth < 4)
			remove_all(inner, depth + 1);
	}
	if (directory != NULL)
		closedir(directory);
	rmdir(path);
}

int place_teardown(void **state)
{
	place *p = *state;
	sat_carrier_free(p->carrier);
	remove_all(p->base, 0);
	free(p->bundle);
	free(p);
	return 0;
}

int place_each(void *user, const sat_found *thing)
{
	found *all = user;
	size_t used = strlen(all->text);
	snprintf(all->text + used, sizeof all->text - used, "%s %llu %s\n", thing->name,
	         (unsigned long long)thing->size_bytes, thing->foreign ? thing->why : "-");
	assert_int_equal(thing->foreign, thing->why != NULL);
	if (thing->foreign)
		all->foreign++;
	else
		all->bundles++;
	if (!thing->foreign)
		snprintf(all->last_bundle, sizeof all->last_bundle, "%s", thing->name);
	return 0;
}

found place_list(sat_carrier *carrier)
{
	found all = { 0 };
	assert_int_equal(carrier->list(carrier->context, place_each, &all, NULL), 0);
	return all;
}

int place_put_bundle(const place *p, sat_sink *sink, sat_error *err)
{
	static const struct {
		size_t offset, end;
	} parts[] = { { SECOND_BYTES, BUNDLE_BYTES }, { HEADER_BYTES, SECOND_BYTES }, { 0, HEADER_BYTES } };
	int code = 0;
	for (size_t i = 0; i < 3 && code == 0; i++)
		code = sink->put(sink->context, parts[i].offset, p->bundle + parts[i].offset,
		                 parts[i].end - parts[i].offset, err);
	return code;
}

int place_write_bundle(const place *p, sat_carrier *carrier, char name[static 64], sat_error *err)
{
	sat_sink sink;
	int code = carrier->begin(carrier->context, BUNDLE_BYTES, &sink, err);
	if (code != 0)
		return code;
	code = place_put_bundle(p, &sink, err);
	if (code == 0)
		code = carrier->commit(carrier->context, &sink, name, NULL, NULL, err);
	carrier->abandon(carrier->context, &sink);
	return code;
}

void place_assert_whole(const place *p, sat_carrier *carrier, const char *name)
{
	void *handle;
	uint64_t size = 0;
	uint8_t *data = malloc(BUNDLE_BYTES);
	assert_non_null(data);
	assert_int_equal(carrier->open(carrier->context, name, &handle, &size, NULL), 0);
	assert_int_equal(size, BUNDLE_BYTES);
	assert_int_equal(carrier->read(carrier->context, handle, 0, data, BUNDLE_BYTES, NULL), 0);
	assert_memory_equal(data, p->bundle, BUNDLE_BYTES);
	carrier->close(carrier->context, handle);
	free(data);
}

void place_assert_empty(const place *p)
{
	DIR *directory = opendir(p->satchel);
	for (const struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			fail_msg("%s was left behind", entry->d_name);
	}
	if (directory != NULL)
		closedir(directory);
}
