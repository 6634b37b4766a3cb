/* See random-programme.h. */
#include "random-programme.h"

#include <stdio.h>

#include "core/decision.h"

enum { KINDS_MIN = 2, KINDS_MAX = 8, PURPOSES_MAX = 8, FIELDS_MAX = 6, NEEDS_MAX = 3, CHOICES_MAX = 4 };

static json_t *numbered(const char *stem, size_t number)
{
	return json_sprintf("%s_%zu", stem, number);
}

static void mark(json_t *object, const char *flag) { json_object_set_new(object, flag, json_true()); }

static json_t *purposes_of(dice *d, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *purpose = json_pack("{s:o}", "name", numbered("purpose", i));
		if (dice_chance(d, 30))
			mark(purpose, "collective");
		if (dice_chance(d, 25))
			json_object_set_new(purpose, "notice", json_integer(1 + dice_below(d, 3)));
		json_array_append_new(list, purpose);
	}
	return list;
}

/* None, one, two or three of the purposes, each once. */
static void add_needs(dice *d, json_t *field, size_t purposes)
{
	static const size_t counts[] = { 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, NEEDS_MAX };
	size_t count = counts[dice_below(d, sizeof counts / sizeof *counts)], first = dice_below(d, purposes);
	if (count == 0)
		return;
	json_t *needs = json_array();
	for (size_t i = 0; i < count && i < purposes; i++)
		json_array_append_new(needs, numbered("purpose", (first + i) % purposes));
	json_object_set_new(field, "needs", needs);
}

static json_t *choices_of(dice *d)
{
	json_t *list = json_array();
	for (size_t i = 0, count = 1 + dice_below(d, CHOICES_MAX); i < count; i++)
		json_array_append_new(list, json_pack("{s:o}", "name", numbered("choice", i)));
	return list;
}

/* A kind that can be referred to: people and communities more often, since they are concerned. */
static const json_t *any_target(dice *d, const json_t *kinds)
{
	const json_t *kind;
	bool somebody;
	do {
		kind = json_array_get(kinds, dice_below(d, json_array_size(kinds)));
		somebody = json_object_get(kind, "person") != NULL || json_object_get(kind, "community") != NULL;
	} while (json_object_get(kind, "decisions") != NULL || (!somebody && dice_chance(d, 60)));
	return kind;
}

static json_t *random_field(dice *d, const json_t *kinds, size_t number, size_t purposes)
{
	static const char *const types[] = { "text",   "text", "text",      "text",      "integer",   "real",      "boolean",
		                             "date",   "choice", "reference", "reference", "references", "references" };
	const char *type = types[dice_below(d, sizeof types / sizeof *types)];
	json_t *field = json_pack("{s:o, s:s}", "name", numbered("field", number), "type", type);
	if (type[0] == 't' && dice_chance(d, 30))
		mark(field, "search");
	if (type[0] == 'c')
		json_object_set_new(field, "choices", choices_of(d));
	if (type[0] == 'r' && type[2] == 'f') {
		json_object_set(field, "of", json_object_get(any_target(d, kinds), "name"));
		if (dice_chance(d, 25))
			json_object_set_new(field, "concerns", json_false());
	}
	add_needs(d, field, purposes);
	if (dice_chance(d, 20))
		mark(field, "mourned");
	return field;
}

/* The fields of a kind of decisions are details, some of which need nothing. */
static json_t *random_details(dice *d, size_t purposes)
{
	json_t *fields = json_array();
	for (int i = 0; i < SAT_DETAILS; i++) {
		if (dice_chance(d, 25))
			continue;
		json_t *field = json_pack("{s:s, s:s}", "name", sat_detail_name(i), "type", "text");
		add_needs(d, field, purposes);
		if (dice_chance(d, 20))
			mark(field, "mourned");
		json_array_append_new(fields, field);
	}
	return fields;
}

/* What a kind is; its fields come when all kinds have names. */
static json_t *random_kind(dice *d, size_t number, size_t count)
{
	static const char *const marks[] = { "person", "community", NULL };
	size_t more = dice_below(d, 6);
	const char *is = marks[number < 2 ? number : more == 0 ? 0 : more == 1 && number == 2 ? 1 : 2];
	json_t *kind = json_object();
	if (number > 1 && number == count - 1 && dice_chance(d, 85)) {
		json_object_set_new(kind, "name", json_string("consent"));
		mark(kind, "decisions");
		return kind;
	}
	json_object_set_new(kind, "name", numbered(is == NULL ? "matter" : is, number));
	if (is != NULL)
		mark(kind, is);
	if (dice_chance(d, 15))
		mark(kind, "unlinked");
	return kind;
}

json_t *random_programme(dice *d)
{
	size_t kind_count = KINDS_MIN + dice_below(d, KINDS_MAX - KINDS_MIN + 1);
	size_t purposes = 1 + dice_below(d, PURPOSES_MAX);
	json_t *kinds = json_array();
	for (size_t i = 0; i < kind_count; i++)
		json_array_append_new(kinds, random_kind(d, i, kind_count));
	for (size_t i = 0; i < kind_count; i++) {
		json_t *kind = json_array_get(kinds, i), *fields = json_array();
		bool decisions = json_object_get(kind, "decisions") != NULL;
		for (size_t k = 0, n = decisions ? 0 : 1 + dice_below(d, FIELDS_MAX); k < n; k++)
			json_array_append_new(fields, random_field(d, kinds, k, purposes));
		if (decisions) {
			json_decref(fields);
			fields = random_details(d, purposes);
		}
		json_object_set_new(kind, "fields", fields);
	}
	return json_pack("{s:i, s:s, s:i, s:s, s:o, s:o}", "satchel_programme", 1, "name", "random", "version", 1,
	                 "language", "en", "purposes", purposes_of(d, purposes), "kinds", kinds);
}
