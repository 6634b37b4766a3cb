/* Reads and checks a programme (programme.h).
 *
 * Keys that are not known here are ignored, so that a newer programme can say more without shutting
 * older laptops out; each known key is checked where it stands.  References may name a kind that
 * comes later, and whether one concerns somebody depends on that kind, so all kinds are read before
 * any field is.
 */
#include "permission.h"
#include "programme.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

#define FORMAT_VERSION 1
#define PLACE_BYTES 256 /* of kind, field and choice, each with a name of at most 48 bytes */
#define PROGRAMME_NAME_BYTES_MAX 64

typedef struct reader {
	sat_programme *programme;
	sat_error *err;
	char place[PLACE_BYTES]; /* "kind note, field speaker"; "" for the programme itself */
} reader;

/* The place is kept up to date on the way in, so that no check has to name it. */
__attribute__((format(printf, 2, 3))) static void go_to(reader *r, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(r->place, sizeof r->place, format, args);
	va_end(args);
}

__attribute__((format(printf, 3, 4))) static int refuse(const reader *r, int code, const char *format, ...)
{
	char sentence[SAT_ERROR_MESSAGE_BYTES];
	va_list args;
	va_start(args, format);
	vsnprintf(sentence, sizeof sentence, format, args);
	va_end(args);
	return sat_fail(r->err, code, "%s%s%s", r->place, r->place[0] == '\0' ? "" : ": ", sentence);
}

/* `count` zeroed items, at least one so that NULL always means that memory ran out. */
static int make_room(const reader *r, void *items, size_t count, size_t item_bytes)
{
	void *room = calloc(count == 0 ? 1 : count, item_bytes);
	memcpy(items, &room, sizeof room);
	return room == NULL ? refuse(r, SAT_ENOMEM, "memory ran out") : 0;
}

static int read_flag(const reader *r, const json_t *object, const char *key, bool *flag)
{
	const json_t *json = json_object_get(object, key);
	if (json == NULL)
		return 0;
	if (!json_is_boolean(json))
		return refuse(r, SAT_EINVALID, "\"%s\" is neither true nor false", key);
	*flag = json_is_true(json);
	return 0;
}

/* An absent list is an empty one. */
static int read_list(const reader *r, const json_t *object, const char *key, size_t count_max,
                     const json_t **list, size_t *count)
{
	*list = json_object_get(object, key);
	*count = json_array_size(*list);
	if (*list != NULL && !json_is_array(*list))
		return refuse(r, SAT_EINVALID, "\"%s\" is not a list", key);
	if (*count > count_max)
		return refuse(r, SAT_ELIMIT, "\"%s\" has %zu entries, and at most %zu are accepted", key, *count,
		              count_max);
	return 0;
}

/* Reads a name that is to be looked up or declared; what is not a valid one is not repeated in the
 * message. */
static int read_name(const reader *r, const json_t *json, const char *key, char name[static SAT_NAME_BYTES])
{
	if (json == NULL)
		return refuse(r, SAT_EINVALID, "\"%s\" is missing", key);
	if (!json_is_string(json) || !sat_name_valid(json_string_value(json), json_string_length(json)))
		return refuse(r, SAT_EINVALID,
		              "\"%s\" must be a name of at most 48 small letters, digits and underscores that "
		              "starts with a letter and not with sat_ or sqlite_",
		              key);
	memcpy(name, json_string_value(json), json_string_length(json) + 1);
	return 0;
}

/* One check for twins serves purposes, kinds, fields and choices, because each begins with its
 * name. */
_Static_assert(offsetof(sat_purpose, name) == 0 && offsetof(sat_kind, name) == 0 &&
                       offsetof(sat_field, name) == 0 && offsetof(sat_choice, name) == 0,
               "the name comes first");

/* Goes to item `index` of a list and reads its name, which no earlier item may have.  `outer` is
 * the place that holds the list. */
static int read_item_name(reader *r, const char *outer, const char *what, const json_t *json, void *items,
                          size_t item_bytes, size_t index)
{
	const char *comma = outer[0] == '\0' ? "" : ", ";
	char *name = (char *)items + index * item_bytes;
	go_to(r, "%s%s%s number %zu", outer, comma, what, index + 1);
	int rc = read_name(r, json_object_get(json, "name"), "name", name);
	if (rc != 0)
		return rc;
	go_to(r, "%s%s%s %s", outer, comma, what, name);
	for (size_t i = 0; i < index; i++)
		if (strcmp((char *)items + i * item_bytes, name) == 0)
			return refuse(r, SAT_EINVALID, "another %s has the same name", what);
	return 0;
}

/* A language tag (BCP 47) as far as it matters here: parts of letters and digits, the first of
 * two to eight small letters. */
static bool language_valid(const char *tag, size_t length)
{
	size_t part = 0, parts = 0;
	if (length >= sizeof((sat_label *)NULL)->language)
		return false;
	for (size_t i = 0; i <= length; i++) {
		char c = i < length ? tag[i] : '-';
		if (c == '-') {
			if (part == 0 || part > 8 || (parts == 0 && part < 2))
				return false;
			part = 0;
			parts++;
		} else if ((c >= 'a' && c <= 'z') ||
		           (parts > 0 && ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')))) {
			part++;
		} else {
			return false;
		}
	}
	return true;
}

static int read_labels(const reader *r, const json_t *object, sat_labels *labels)
{
	json_t *json = json_object_get(object, "label");
	const char *language;
	json_t *text;
	if (json == NULL)
		return 0;
	if (!json_is_object(json))
		return refuse(r, SAT_EINVALID, "\"label\" is not an object of languages and texts");
	int rc = make_room(r, &labels->at, json_object_size(json), sizeof *labels->at);
	if (rc != 0)
		return rc;
	json_object_foreach(json, language, text) {
		sat_label *label = &labels->at[labels->count];
		if (!language_valid(language, strlen(language)))
			return refuse(r, SAT_EINVALID, "\"label\" has a key that is not the tag of a language");
		if (!json_is_string(text) || json_string_length(text) == 0)
			return refuse(r, SAT_EINVALID, "the label in the language %s is not a text", language);
		memcpy(label->language, language, strlen(language) + 1);
		label->text = strdup(json_string_value(text));
		if (label->text == NULL)
			return refuse(r, SAT_ENOMEM, "memory ran out");
		labels->count++;
	}
	return 0;
}

/* A version of a notice, if there is one. */
static int read_notice(const reader *r, const json_t *object, uint32_t *notice)
{
	const json_t *json = json_object_get(object, "notice");
	if (json == NULL)
		return 0;
	if (!json_is_integer(json) || json_integer_value(json) < 1 || json_integer_value(json) > UINT32_MAX)
		return refuse(r, SAT_EINVALID, "\"notice\" must be the number of a version, 1 or above");
	*notice = (uint32_t)json_integer_value(json);
	return 0;
}

static int read_purposes(reader *r, const json_t *root)
{
	sat_programme *programme = r->programme;
	const json_t *list;
	size_t count;
	int rc = read_list(r, root, "purposes", SAT_PURPOSES_MAX, &list, &count);
	if (rc == 0)
		rc = make_room(r, &programme->purposes, count, sizeof *programme->purposes);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		const json_t *json = json_array_get(list, i);
		programme->purpose_count = i + 1;
		rc = read_item_name(r, "", "purpose", json, programme->purposes, sizeof *programme->purposes, i);
		if (rc == 0)
			rc = read_labels(r, json, &programme->purposes[i].labels);
		if (rc == 0)
			rc = read_flag(r, json, "collective", &programme->purposes[i].collective);
		if (rc == 0)
			rc = read_notice(r, json, &programme->purposes[i].notice);
		if (rc == 0 && sat_purpose_is_state(programme->purposes[i].name))
			rc = refuse(r, SAT_EINVALID, "the name is reserved for a state that every person may be in");
	}
	return rc;
}

/* What a field refers to, and whether who is referred to is concerned: a person or a community is, unless
 * the field says otherwise; anything else cannot be. */
static int read_target(const reader *r, const json_t *json, sat_field *field)
{
	const json_t *of = json_object_get(json, "of");
	const bool says = json_object_get(json, "concerns") != NULL;
	if (field->type != SAT_REFERENCE && field->type != SAT_REFERENCES) {
		if (of != NULL || says)
			return refuse(r, SAT_EINVALID, "\"%s\" is only for references", of != NULL ? "of" : "concerns");
		return 0;
	}
	int rc = read_name(r, of, "of", field->of);
	if (rc != 0)
		return rc;
	const sat_kind *kind = sat_programme_kind(r->programme, field->of);
	if (kind == NULL)
		return refuse(r, SAT_EINVALID, "\"of\" names the kind %s, which is not declared", field->of);
	bool concerns = kind->is != 0;
	rc = read_flag(r, json, "concerns", &concerns);
	if (rc == 0 && concerns && kind->is == 0)
		rc = refuse(r, SAT_EINVALID,
		            "\"concerns\" is true, but records of the kind %s are neither people nor communities",
		            field->of);
	field->concerns = concerns ? kind->is : 0;
	return rc;
}

static int read_choices(reader *r, const char *outer, const json_t *object, sat_field *field)
{
	const json_t *list;
	size_t count;
	int rc = read_list(r, object, "choices", SAT_CHOICES_MAX, &list, &count);
	if (rc != 0)
		return rc;
	if (field->type != SAT_CHOICE)
		return list == NULL ? 0 : refuse(r, SAT_EINVALID, "\"choices\" is only for the type choice");
	if (count == 0)
		return refuse(r, SAT_EINVALID, "a field of the type choice needs at least one of \"choices\"");
	rc = make_room(r, &field->choices, count, sizeof *field->choices);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		const json_t *json = json_array_get(list, i);
		field->choice_count = i + 1;
		rc = read_item_name(r, outer, "choice", json, field->choices, sizeof *field->choices, i);
		if (rc == 0)
			rc = read_labels(r, json, &field->choices[i].labels);
	}
	return rc;
}

/* An undeclared purpose would be one that nobody can ever agree to, and a spelling mistake in one
 * would look just like it: refused here rather than found in the field. */
static int read_needs(const reader *r, const json_t *object, sat_field *field)
{
	const sat_programme *programme = r->programme;
	const json_t *list;
	size_t count;
	int rc = read_list(r, object, "needs", SAT_PURPOSES_MAX, &list, &count);
	if (rc == 0)
		rc = make_room(r, &field->needs, count, sizeof *field->needs);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		char name[SAT_NAME_BYTES];
		uint16_t purpose = 0;
		rc = read_name(r, json_array_get(list, i), "needs", name);
		if (rc != 0)
			break;
		while (purpose < programme->purpose_count && strcmp(programme->purposes[purpose].name, name) != 0)
			purpose++;
		if (purpose == programme->purpose_count)
			return refuse(r, SAT_EINVALID, "\"needs\" names the purpose %s, which is not declared", name);
		for (size_t j = 0; j < i; j++)
			if (field->needs[j] == purpose)
				return refuse(r, SAT_EINVALID, "\"needs\" names the purpose %s twice", name);
		field->needs[i] = purpose;
		field->need_count = i + 1;
	}
	return rc;
}

static int read_field(reader *r, const json_t *json, sat_kind *kind, size_t index)
{
	char outer[PLACE_BYTES];
	sat_field *field = &kind->fields[index];
	snprintf(outer, sizeof outer, "kind %s", kind->name);
	int rc = read_item_name(r, outer, "field", json, kind->fields, sizeof *field, index);
	if (rc != 0)
		return rc;
	if (strcmp(field->name, "id") == 0)
		return refuse(r, SAT_EINVALID, "a field cannot be called id: every record has one already");
	const char *type = json_string_value(json_object_get(json, "type"));
	field->type = type == NULL ? SAT_CLEARED : sat_type_of_name(type);
	if (field->type == SAT_CLEARED)
		return refuse(r, SAT_EINVALID, "\"type\" is missing or not a known type");
	rc = read_labels(r, json, &field->labels);
	if (rc == 0)
		rc = read_flag(r, json, "required", &field->required);
	if (rc == 0)
		rc = read_flag(r, json, "search", &field->search);
	if (rc == 0)
		rc = read_flag(r, json, "mourned", &field->mourned);
	if (rc == 0)
		rc = read_target(r, json, field);
	if (rc == 0)
		rc = read_needs(r, json, field);
	if (rc == 0) {
		/* Last, because it goes on to the places of the choices. */
		snprintf(outer, sizeof outer, "kind %s, field %s", kind->name, field->name);
		rc = read_choices(r, outer, json, field);
	}
	return rc;
}

static int read_title(const reader *r, const json_t *object, sat_kind *kind)
{
	const json_t *json = json_object_get(object, "title");
	if (json == NULL)
		return 0;
	int rc = read_name(r, json, "title", kind->title);
	if (rc != 0)
		return rc;
	const sat_field *field = sat_kind_field(kind, kind->title);
	if (field == NULL || field->type != SAT_TEXT)
		return refuse(r, SAT_EINVALID, "\"title\" names %s, which is not a text field of this kind",
		              kind->title);
	return 0;
}

static int read_fields(reader *r, const json_t *object, sat_kind *kind)
{
	const json_t *list;
	size_t count;
	go_to(r, "kind %s", kind->name);
	int rc = read_list(r, object, "fields", SAT_FIELDS_MAX, &list, &count);
	if (rc == 0)
		rc = make_room(r, &kind->fields, count, sizeof *kind->fields);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		kind->field_count = i + 1;
		rc = read_field(r, json_array_get(list, i), kind, i);
	}
	if (rc != 0)
		return rc;
	go_to(r, "kind %s", kind->name);
	return read_title(r, object, kind);
}

/* All of a kind but its fields. */
static int read_kind(reader *r, const json_t *json, size_t index)
{
	sat_programme *programme = r->programme;
	sat_kind *kind = &programme->kinds[index];
	int rc = read_item_name(r, "", "kind", json, programme->kinds, sizeof *kind, index);
	if (rc == 0)
		rc = read_labels(r, json, &kind->labels);
	bool person = false, community = false;
	if (rc == 0)
		rc = read_flag(r, json, "person", &person);
	if (rc == 0)
		rc = read_flag(r, json, "community", &community);
	kind->is = (sat_subjects)((person ? SAT_AS_PERSON : 0) | (community ? SAT_AS_COMMUNITY : 0));
	if (rc == 0)
		rc = read_flag(r, json, "unlinked", &kind->unlinked);
	if (rc == 0)
		rc = read_flag(r, json, "decisions", &kind->decisions);
	if (rc == 0 && person + community + kind->decisions > 1)
		rc = refuse(r, SAT_EINVALID, "a kind holds decisions, people or communities, one of them");
	for (size_t i = 0; rc == 0 && kind->decisions && i < index; i++)
		if (programme->kinds[i].decisions)
			rc = refuse(r, SAT_EINVALID, "the kind %s keeps the decisions already",
			            programme->kinds[i].name);
	return rc;
}

static int read_kinds(reader *r, const json_t *root)
{
	sat_programme *programme = r->programme;
	const json_t *list;
	size_t count;
	go_to(r, "%s", "");
	int rc = read_list(r, root, "kinds", SAT_KINDS_MAX, &list, &count);
	if (rc == 0 && count == 0)
		rc = refuse(r, SAT_EINVALID, "a programme needs at least one of \"kinds\"");
	if (rc == 0)
		rc = make_room(r, &programme->kinds, count, sizeof *programme->kinds);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		programme->kind_count = i + 1;
		rc = read_kind(r, json_array_get(list, i), i);
	}
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = read_fields(r, json_array_get(list, i), &programme->kinds[i]);
	return rc;
}

/* The format comes first: nothing else may be believed of a programme in another one. */
static int read_head(const reader *r, const json_t *root)
{
	sat_programme *programme = r->programme;
	const json_t *format = json_object_get(root, "satchel_programme");
	const json_t *name = json_object_get(root, "name");
	const json_t *version = json_object_get(root, "version");
	const json_t *language = json_object_get(root, "language");
	if (!json_is_integer(format))
		return refuse(r, SAT_EINVALID, "this is not a programme: \"satchel_programme\" is missing");
	if (json_integer_value(format) != FORMAT_VERSION)
		return refuse(r, SAT_ETOONEW,
		              "the programme is in format %lld, and this version of Satchel reads format %d",
		              (long long)json_integer_value(format), FORMAT_VERSION);
	if (json_string_length(name) == 0 || json_string_length(name) > PROGRAMME_NAME_BYTES_MAX)
		return refuse(r, SAT_EINVALID, "\"name\" must be a text of 1 to %d bytes", PROGRAMME_NAME_BYTES_MAX);
	if (!json_is_integer(version) || json_integer_value(version) < 1 ||
	    json_integer_value(version) > UINT32_MAX)
		return refuse(r, SAT_EINVALID, "\"version\" must be a number from 1 to %lu",
		              (unsigned long)UINT32_MAX);
	if (!json_is_string(language) ||
	    !language_valid(json_string_value(language), json_string_length(language)))
		return refuse(r, SAT_EINVALID, "\"language\" must be the tag of a language, such as en");
	memcpy(programme->name, json_string_value(name), json_string_length(name) + 1);
	programme->version = (uint32_t)json_integer_value(version);
	memcpy(programme->language, json_string_value(language), json_string_length(language) + 1);
	return 0;
}

static json_t *parse(const char *json, size_t length, sat_error *err)
{
	json_error_t where;
	int rc;
	json_t *root = sat_json_read(json, length, &where, &rc);
	if (root != NULL)
		return root;
	if (rc == SAT_ENOMEM)
		sat_no_memory(err);
	else
		sat_fail(err, SAT_EINVALID, "line %d, column %d: %s", where.line, where.column,
		         json_error_code(&where) == json_error_duplicate_key ? "a key occurs twice in one object" :
		                                                               "this is not JSON");
	return NULL;
}

int sat_programme_read(sat_programme **programme, const char *json, size_t length, sat_error *err)
{
	*programme = NULL;
	if (length > SAT_PROGRAMME_BYTES_MAX)
		return sat_fail(err, SAT_ELIMIT, "a programme of %zu bytes is too long: at most %u are accepted",
		                length, SAT_PROGRAMME_BYTES_MAX);
	sat_error local;
	json_t *root = parse(json, length, err == NULL ? (err = &local) : err);
	if (root == NULL)
		return err->code;
	reader r = { .err = err };
	int rc = make_room(&r, &r.programme, 1, sizeof *r.programme);
	if (rc == 0)
		rc = read_head(&r, root);
	if (rc == 0)
		rc = read_purposes(&r, root);
	if (rc == 0)
		rc = read_kinds(&r, root);
	json_decref(root);
	if (rc == 0)
		*programme = r.programme;
	else
		sat_programme_free(r.programme);
	return rc;
}
