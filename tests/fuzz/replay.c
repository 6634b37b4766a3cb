/* Runs a fuzz target over the files of folders: replay-NAME FOLDER... */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "target.h"

static void replay_file(const char *path)
{
	SAT_BYTES(bytes);
	FILE *in = fopen(path, "rb");
	if (in == NULL) {
		perror(path);
		exit(2);
	}
	char part[65536];
	for (size_t n; (n = fread(part, 1, sizeof part, in)) > 0;)
		sat_bytes_put(&bytes, part, n);
	fclose(in);
	/* A copy of just its size, so that a read beyond its end is seen. */
	uint8_t *copy = malloc(bytes.length + (bytes.length == 0));
	if (bytes.length > 0)
		memcpy(copy, bytes.data, bytes.length);
	LLVMFuzzerTestOneInput(copy, bytes.length);
	free(copy);
}

static size_t replay_folder(const char *folder)
{
	size_t count = 0;
	DIR *dir = opendir(folder);
	if (dir == NULL) {
		perror(folder);
		exit(2);
	}
	for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		char path[1024];
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		replay_file(path);
		count++;
	}
	closedir(dir);
	return count;
}

int main(int argc, char **argv)
{
	size_t count = 0;
	for (int i = 1; i < argc; i++)
		count += replay_folder(argv[i]);
	printf("%zu inputs\n", count);
	return count > 0 ? 0 : 1;
}
