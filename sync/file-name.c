/* See file-name.h. */
#include "file-name.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define PART_SUFFIX ".part"
#define RANDOM_BYTES 10                 /* 80 bits are exactly 16 base32 characters */
#define RANDOM_CHARS 16

static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";

static void draw(const sat_env *env, const char *before, const char *after, char *name, size_t room)
{
	uint8_t drawn[RANDOM_BYTES];
	char text[RANDOM_CHARS + 1] = "";
	env->random(env->context, drawn, sizeof drawn);
	for (unsigned i = 0; i < RANDOM_CHARS; i++) {
		unsigned bit = 5 * i;
		unsigned pair = (unsigned)drawn[bit / 8] << 8;
		if (bit / 8 + 1 < RANDOM_BYTES)
			pair |= drawn[bit / 8 + 1];
		text[i] = base32[(pair >> (11 - bit % 8)) & 31];
	}
	snprintf(name, room, "%s%s%s", before, text, after);
}

void sat_file_name_draw(const sat_env *env, char name[static SAT_FILE_NAME_BYTES_MAX + 1])
{
	draw(env, "", SAT_SUFFIX, name, SAT_FILE_NAME_BYTES_MAX + 1);
}

void sat_file_name_draw_part(const sat_env *env, char name[static SAT_PART_NAME_BYTES])
{
	_Static_assert(SAT_PART_NAME_BYTES == 1 + RANDOM_CHARS + sizeof PART_SUFFIX, "room for the whole name");
	draw(env, ".", PART_SUFFIX, name, SAT_PART_NAME_BYTES);
}

static bool is_part_name(const char *name)
{
	return name[0] == '.' && strspn(name + 1, base32) == RANDOM_CHARS &&
	       strcmp(name + 1 + RANDOM_CHARS, PART_SUFFIX) == 0;
}

static bool is_printable_ascii(const char *name)
{
	for (const char *at = name; *at != '\0'; at++) {
		if (*at < ' ' || *at > '~')
			return false;
	}
	return true;
}

const char *sat_file_name_foreign(const char *name, bool regular)
{
	size_t length = strlen(name);
	size_t suffix = strlen(SAT_SUFFIX);
	if (regular && is_part_name(name))
		return "unfinished copy; it can be deleted";
	if (length > SAT_FILE_NAME_BYTES_MAX)
		return "its name is too long for a bundle";
	if (!is_printable_ascii(name))
		return "its name has characters that no bundle has";
	if (name[0] == '.')
		return "a hidden file of another program";
	if (length <= suffix || strcmp(name + length - suffix, SAT_SUFFIX) != 0)
		return "not a bundle: its name does not end in " SAT_SUFFIX;
	return NULL;
}
