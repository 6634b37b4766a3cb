/* See terms.h. */
#include "terms.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "value.h"

static const char *const names[SAT_TERM_COUNT] = {
	[SAT_TERM_AUTHORITY] = "authority",
	[SAT_TERM_CONTACT] = "contact",
	[SAT_TERM_CONTROLLER] = "controller",
	[SAT_TERM_FAMILY_CONTACT] = "family_contact",
	[SAT_TERM_JURISDICTION] = "jurisdiction",
	[SAT_TERM_LABEL_CODES] = "label_codes",
	[SAT_TERM_LABEL_WORDS] = "label_words",
	[SAT_TERM_REASON] = "reason",
	[SAT_TERM_RENEW_ON] = "renew_on",
	[SAT_TERM_RETENTION] = "retention",
	[SAT_TERM_STORAGE_LOCATION] = "storage_location",
	[SAT_TERM_SUBSTITUTE_NAME] = "substitute_name",
	[SAT_TERM_WITHDRAWAL_METHOD] = "withdrawal_method",
};

const char *sat_term_name(sat_term term) { return names[term]; }

static int check(sat_term term, const char *value, sat_error *err)
{
	size_t length = strlen(value);
	if (length > SAT_TERM_BYTES_MAX)
		return sat_fail(err, SAT_EINVALID, "the %s is longer than %d bytes", names[term], SAT_TERM_BYTES_MAX);
	if (!sat_utf8_valid(value, length))
		return sat_fail(err, SAT_EINVALID, "the %s is not valid UTF-8", names[term]);
	int32_t date;
	if (term == SAT_TERM_RENEW_ON && (length != 10 || !sat_date_number(value, length, &date)))
		return sat_fail(err, SAT_EINVALID, "renew_on takes a full date such as 2027-06-30, not \"%.40s\"", value);
	return 0;
}

int sat_terms_write(const char *const values[static SAT_TERM_COUNT], sat_bytes *json, sat_error *err)
{
	json_t *object = json_object();
	int rc = object == NULL ? sat_no_memory(err) : 0;
	for (int i = 0; rc == 0 && i < SAT_TERM_COUNT; i++) {
		if (values[i] == NULL || values[i][0] == '\0')
			continue;
		rc = check((sat_term)i, values[i], err);
		if (rc == 0 && json_object_set_new(object, names[i], json_string(values[i])) != 0)
			rc = sat_no_memory(err);
	}
	char *text = rc == 0 && json_object_size(object) > 0 ? json_dumps(object, JSON_COMPACT) : NULL;
	if (rc == 0 && json_object_size(object) > 0 && text == NULL)
		rc = sat_no_memory(err);
	if (text != NULL)
		sat_bytes_put_text(json, text);
	free(text);
	json_decref(object);
	return rc == 0 && !sat_bytes_ok(json) ? sat_no_memory(err) : rc;
}

static bool all_texts(const json_t *object)
{
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)object, name, value)
	{
		if (!json_is_string(value))
			return false;
	}
	return json_is_object(object);
}

int sat_terms_each(const char *text, int (*each)(void *context, const char *name, const char *value),
                   void *context, sat_error *err)
{
	int code = 0, rc = 0;
	json_error_t where;
	json_t *object = sat_json_read(text, strlen(text), &where, &code);
	const char *name;
	json_t *value;
	if (object == NULL && code == SAT_ENOMEM)
		return sat_no_memory(err);
	if (object == NULL || !all_texts(object)) {
		rc = each(context, "terms", text);
	} else {
		json_object_foreach(object, name, value)
		{
			if (rc == 0)
				rc = each(context, name, json_string_value(value));
		}
	}
	json_decref(object);
	return rc;
}
