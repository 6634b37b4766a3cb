/* See replica.h. */
#include "replica.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void replica_fail(const char *where, const sat_error *err)
{
	fprintf(stderr, "%s: %s: %s\n", where, sat_error_name(err->code), err->message);
	abort();
}

#define CHECK(call)                                       \
	do {                                              \
		sat_error check_err = { 0 };              \
		sat_error *err = &check_err;              \
		if ((call) != 0)                          \
			replica_fail(#call, &check_err);  \
	} while (0)

static void prepare(replica *r, const char *dir, const char *name, uint64_t seed, sat_role role)
{
	*r = (replica){ .role = role };
	snprintf(r->name, sizeof r->name, "%s", name);
	snprintf(r->path, sizeof r->path, "%s/%s.db", dir, name);
	snprintf(r->runtime, sizeof r->runtime, "%s/%s.run", dir, name);
	mkdir(r->runtime, 0700);
	test_env_init(&r->env, seed);
	r->env.env.runtime_dir = r->runtime;
	CHECK(sat_crypto_init(err));
	CHECK(sat_identity_create(&r->identity, &r->env.env, err));
}

void replica_open(replica *r) { CHECK(sat_store_open(&r->store, r->path, NULL, &r->env.env, err)); }

void replica_close(replica *r)
{
	CHECK(sat_store_close(r->store, err));
	r->store = NULL;
}

void replica_free(replica *r)
{
	sat_store_free(r->store);
	sat_identity_free(r->identity);
	r->store = NULL;
	r->identity = NULL;
}

void replica_found(replica *r, const char *dir, const char *name, uint64_t seed, const char *programme)
{
	prepare(r, dir, name, seed, SAT_REGISTRY);
	sat_store_setup setup = { .name = name, .role = SAT_REGISTRY, .self = sat_identity_public(r->identity),
		                  .programme = programme,
		                  .programme_length = programme == NULL ? 0 : strlen(programme) };
	CHECK(sat_store_create(r->path, &setup, NULL, &r->env.env, err));
	replica_open(r);
	CHECK(sat_store_begin(r->store, err));
	CHECK(sat_registry_found(r->store, r->identity, err));
	CHECK(sat_store_commit(r->store, err));
}

static sat_device device_of(replica *r, const replica *other)
{
	sat_device device;
	CHECK(sat_device_find(r->store, sat_identity_device(other->identity), &device, err));
	return device;
}

void replica_join_for(replica *r, replica *registry, const char *dir, const char *name, uint64_t seed,
                      sat_role role, const char *audiences)
{
	prepare(r, dir, name, seed, role);
	SAT_BYTES(invitation);
	CHECK(sat_invitation_write(registry->store, registry->identity, role, &invitation, err));
	CHECK(sat_invitation_accept(r->path, invitation.data, invitation.length, name, r->identity, NULL,
	                            &r->env.env, err));
	replica_open(r);
	memory_place place;
	memory_place_init(&place);
	replica_export(r, registry, &place);
	replica_merge_all(registry, &place);
	char words[SAT_WORDS_CHARS];
	sat_device headquarters = device_of(r, registry), approved;
	sat_device_words(r->store, &headquarters, words, NULL);
	CHECK(sat_store_begin(registry->store, err));
	CHECK(sat_device_approve(registry->store, registry->identity, words, audiences, &approved, err));
	CHECK(sat_store_commit(registry->store, err));
	replica_export(registry, r, &place);
	replica_merge_all(r, &place);
	CHECK(sat_store_begin(r->store, err));
	CHECK(sat_device_confirm(r->store, err));
	CHECK(sat_store_commit(r->store, err));
	memory_place_clear(&place);
}

void replica_join(replica *r, replica *registry, const char *dir, const char *name, uint64_t seed,
                  sat_role role)
{
	replica_join_for(r, registry, dir, name, seed, role, "");
}

static int count_one(void *context, const sat_exported *exported)
{
	(void)exported;
	++*(size_t *)context;
	return 0;
}

size_t replica_export(replica *from, const replica *to, memory_place *place)
{
	size_t count = 0;
	sat_export_options options = { .form = SAT_FULL };
	sat_device device = device_of(from, to);
	CHECK(sat_export(from->store, from->identity, device.id, &place->carrier, &options, count_one, &count,
	                 err));
	return count;
}

sat_merged replica_merge(replica *to, memory_place *place, const char *bundle)
{
	sat_merged merged;
	CHECK(sat_merge(to->store, to->identity, &place->carrier, bundle, &merged, NULL, NULL, err));
	return merged;
}

sat_merged replica_merge_all(replica *to, memory_place *place)
{
	sat_merged merged = { 0 };
	while (place->count > 0) {
		merged = replica_merge(to, place, place->bundles[0].name);
		memory_place_remove(place, 0);
	}
	return merged;
}

static sat_column *column_of(sat_table *table, const char *field)
{
	sat_column *column = table == NULL ? NULL : sat_column_named(table, field, SAT_CLEARED);
	if (column == NULL) {
		fprintf(stderr, "no field %s\n", field);
		abort();
	}
	return column;
}

static sat_value value_of(replica *r, const sat_column *column, const char *text)
{
	sat_value value = { .type = SAT_CLEARED };
	if (column->type == SAT_REFERENCE) {
		value.type = SAT_REFERENCE;
		CHECK(sat_id_read(r->store, text, &value.reference, err));
	} else if (text[0] != '\0') {
		CHECK(sat_value_parse(&value, column->type, text, strlen(text), err));
	}
	return value;
}

sat_dot replica_add(replica *r, const char *kind, ...)
{
	sat_table *table = sat_table_named(r->store, kind);
	sat_write writes[16];
	size_t count = 0;
	va_list args;
	va_start(args, kind);
	for (const char *field; (field = va_arg(args, const char *)) != NULL;) {
		const sat_column *column = column_of(table, field);
		writes[count].column = column->number;
		writes[count++].value = value_of(r, column, va_arg(args, const char *));
	}
	va_end(args);
	sat_dot id;
	CHECK(sat_store_begin(r->store, err));
	CHECK(sat_record_add(r->store, table, writes, count, &id, err));
	CHECK(sat_store_commit(r->store, err));
	return id;
}

static void set_value(replica *r, sat_dot id, const sat_column *column, sat_value value)
{
	sat_write write = { column->number, value };
	CHECK(sat_store_begin(r->store, err));
	CHECK(sat_record_set(r->store, id, &write, 1, NULL, err));
	CHECK(sat_store_commit(r->store, err));
}

static sat_column *column_of_record(replica *r, sat_dot id, const char *field)
{
	sat_table *table;
	CHECK(sat_table_of_record(r->store, id, &table, err));
	return column_of(table, field);
}

void replica_set(replica *r, sat_dot id, const char *field, const char *text)
{
	const sat_column *column = column_of_record(r, id, field);
	set_value(r, id, column, value_of(r, column, text));
}

void replica_refer(replica *r, sat_dot id, const char *field, sat_dot to)
{
	set_value(r, id, column_of_record(r, id, field),
	          (sat_value){ .type = to == 0 ? SAT_CLEARED : SAT_REFERENCE, .reference = to });
}

void replica_decide(replica *r, sat_dot subject, const char *purpose, sat_event event, bool final)
{
	sat_decision decision = { .subject = subject, .purpose = purpose, .event = event, .final = final,
		                  .claimed_time = r->env.now };
	CHECK(sat_store_begin(r->store, err));
	CHECK(sat_consent_record(r->store, r->identity, &decision, 1, err));
	CHECK(sat_store_commit(r->store, err));
}

sat_dot replica_same(replica *from, sat_dot id, replica *to)
{
	char text[SAT_ID_CHARS];
	sat_dot same = 0;
	CHECK(sat_id_print(from->store, id, text, err));
	sat_id_read(to->store, text, &same, NULL);
	return same;
}

size_t replica_field(replica *r, sat_dot id, const char *field, char **shown)
{
	SAT_ARENA(arena);
	sat_state state;
	SAT_BYTES(text);
	const sat_sibling *first;
	CHECK(sat_record_load(r->store, NULL, id, &arena, &state, err));
	size_t count = 0;
	if (state.created) {
		uint16_t number = column_of(state.table, field)->number;
		count = sat_state_field(&state, number, &first);
		const sat_sibling *s = sat_state_shown(&state, number);
		if (s != NULL && !s->blank)
			sat_value_print(&s->value, &text);
	}
	if (shown != NULL)
		*shown = strndup(text.data == NULL ? "" : (char *)text.data, text.length);
	return count;
}

char *replica_dump(replica *r)
{
	SAT_BYTES(text);
	CHECK(sat_dump_canonical(r->store, &text, err));
	return strndup(text.data == NULL ? "" : (char *)text.data, text.length);
}
