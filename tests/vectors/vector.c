/* See vector.h. */
#include "vector.h"

#include <stdlib.h>
#include <string.h>

#include "core/env.h"

static void stop(const char *path, const char *why)
{
	fprintf(stderr, "%s: %s\n", path, why);
	exit(2);
}

static int nibble(char c)
{
	const char *digits = "0123456789abcdef", *at = c == '\0' ? NULL : strchr(digits, c);
	return at == NULL ? -1 : (int)(at - digits);
}

/* Hex without separators up to a space or the end of the line; false when it is none. */
static bool read_hex(const char *text, sat_bytes *out)
{
	for (; nibble(text[0]) >= 0; text += 2) {
		if (nibble(text[1]) < 0)
			return false;
		sat_bytes_put_u8(out, (uint8_t)(nibble(text[0]) << 4 | nibble(text[1])));
	}
	return text[0] == '\0' || text[0] == ' ';
}

static bool read_key(const char *text, uint8_t *to, size_t count)
{
	SAT_BYTES(bytes);
	if (!read_hex(text, &bytes) || bytes.length != count)
		return false;
	memcpy(to, bytes.data, count);
	return true;
}

/* An identity asks its environment for nothing but its seeds. */
static void give_seeds(void *context, void *data, size_t count)
{
	if (count != VECTOR_SEEDS_BYTES)
		abort();
	memcpy(data, context, count);
}

sat_identity *vector_identity(const uint8_t seeds[static VECTOR_SEEDS_BYTES])
{
	sat_env env = { .context = (void *)(uintptr_t)seeds, .random = give_seeds };
	sat_identity *identity = NULL;
	if (sat_crypto_init(NULL) != 0 || sat_identity_create(&identity, &env, NULL) != 0)
		abort();
	return identity;
}

static bool read_known(vector *v, const char *text)
{
	char role[32];
	int end = 0;
	if (v->known_count == VECTOR_KNOWN_MAX || sscanf(text, "%31s %n", role, &end) != 1)
		return false;
	vector_device *device = &v->known[v->known_count++];
	device->role = sat_role_of_name(role);
	const char *seal = strchr(text + end, ' ');
	return device->role != SAT_ROLE_NONE && seal != NULL &&
	       read_key(text + end, device->keys.sign, SAT_KEY_BYTES) &&
	       read_key(seal + 1, device->keys.seal, SAT_KEY_BYTES);
}

static bool read_header(vector *v, char *line)
{
	char *value = strstr(line, ": ");
	if (value == NULL)
		return false;
	*value = '\0';
	value += 2;
	if (strcmp(line, "name") == 0)
		return (size_t)snprintf(v->name, sizeof v->name, "%s", value) < sizeof v->name;
	if (strcmp(line, "expect") == 0)
		return (size_t)snprintf(v->expect, sizeof v->expect, "%s", value) < sizeof v->expect;
	if (strcmp(line, "comment") == 0)
		return (size_t)snprintf(v->comment, sizeof v->comment, "%s", value) < sizeof v->comment;
	if (strcmp(line, "recipient-role") == 0)
		return (v->role = sat_role_of_name(value)) != SAT_ROLE_NONE;
	if (strcmp(line, "recipient-seeds") == 0)
		return read_key(value, v->seeds, sizeof v->seeds);
	if (strcmp(line, "known") == 0)
		return read_known(v, value);
	/* The recipient's own keys follow from its seeds; they stand there for other readers. */
	return strncmp(line, "recipient-", 10) == 0;
}

void vector_read(vector *v, const char *path)
{
	*v = (vector){ 0 };
	FILE *in = fopen(path, "r");
	if (in == NULL)
		stop(path, "cannot be opened");
	char *line = NULL;
	size_t room = 0;
	bool body = false;
	while (getline(&line, &room, in) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!body && line[0] == '\0')
			body = true;
		else if (body ? !read_hex(line, &v->bytes) : !read_header(v, line))
			stop(path, line);
	}
	if (!body || v->role == SAT_ROLE_NONE || v->name[0] == '\0')
		stop(path, "is no vector");
	free(line);
	fclose(in);
	v->recipient = vector_identity(v->seeds);
}

static void write_hex(FILE *out, const void *data, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%02x", ((const uint8_t *)data)[i]);
}

static void write_key(FILE *out, const char *name, const void *data, size_t count)
{
	fprintf(out, "%s: ", name);
	write_hex(out, data, count);
	fputc('\n', out);
}

void vector_write(const vector *v, FILE *out)
{
	const sat_public *own = sat_identity_public(v->recipient);
	fprintf(out, "name: %s\nexpect: %s\ncomment: %s\nrecipient-role: %s\n", v->name, v->expect, v->comment,
	        sat_role_name(v->role));
	write_key(out, "recipient-seeds", v->seeds, sizeof v->seeds);
	write_key(out, "recipient-sign", own->sign, SAT_KEY_BYTES);
	write_key(out, "recipient-seal", own->seal, SAT_KEY_BYTES);
	write_key(out, "recipient-seal-secret", sat_identity_seal_secret(v->recipient), SAT_KEY_BYTES);
	for (size_t i = 0; i < v->known_count; i++) {
		fprintf(out, "known: %s ", sat_role_name(v->known[i].role));
		write_hex(out, v->known[i].keys.sign, SAT_KEY_BYTES);
		fputc(' ', out);
		write_hex(out, v->known[i].keys.seal, SAT_KEY_BYTES);
		fputc('\n', out);
	}
	fputc('\n', out);
	for (size_t at = 0; at < v->bytes.length; at += 48) {
		size_t left = v->bytes.length - at;
		write_hex(out, v->bytes.data + at, left < 48 ? left : 48);
		fputc('\n', out);
	}
}

void vector_clear(vector *v)
{
	sat_identity_free(v->recipient);
	sat_bytes_clear(&v->bytes);
	*v = (vector){ 0 };
}
