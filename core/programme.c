/* See programme.h.  Reading one is in programme-read.c. */
#include "programme.h"

#include <stdlib.h>
#include <string.h>

/* Made by core/embed.py out of core/programme/default.json. */
extern const char sat_programme_default_json[];
extern const size_t sat_programme_default_json_length;

static void labels_free(sat_labels *labels)
{
	for (size_t i = 0; i < labels->count; i++)
		free(labels->at[i].text);
	free(labels->at);
}

static void field_free(sat_field *field)
{
	for (size_t i = 0; i < field->choice_count; i++)
		labels_free(&field->choices[i].labels);
	free(field->choices);
	free(field->needs);
	labels_free(&field->labels);
}

static void kind_free(sat_kind *kind)
{
	for (size_t i = 0; i < kind->field_count; i++)
		field_free(&kind->fields[i]);
	free(kind->fields);
	labels_free(&kind->labels);
}

void sat_programme_free(sat_programme *programme)
{
	if (programme == NULL)
		return;
	for (size_t i = 0; i < programme->kind_count; i++)
		kind_free(&programme->kinds[i]);
	free(programme->kinds);
	for (size_t i = 0; i < programme->purpose_count; i++)
		labels_free(&programme->purposes[i].labels);
	free(programme->purposes);
	free(programme);
}

const char *sat_programme_default(size_t *length)
{
	if (length != NULL)
		*length = sat_programme_default_json_length;
	return sat_programme_default_json;
}

const sat_kind *sat_programme_kind(const sat_programme *programme, const char *name)
{
	for (size_t i = 0; i < programme->kind_count; i++)
		if (strcmp(programme->kinds[i].name, name) == 0)
			return &programme->kinds[i];
	return NULL;
}

const sat_field *sat_kind_field(const sat_kind *kind, const char *name)
{
	for (size_t i = 0; i < kind->field_count; i++)
		if (strcmp(kind->fields[i].name, name) == 0)
			return &kind->fields[i];
	return NULL;
}

const sat_choice *sat_field_choice(const sat_field *field, const char *name, size_t length)
{
	for (size_t i = 0; i < field->choice_count; i++) {
		const sat_choice *choice = &field->choices[i];
		if (strlen(choice->name) == length && memcmp(choice->name, name, length) == 0)
			return choice;
	}
	return NULL;
}

static const char *label_in(const sat_labels *labels, const char *language)
{
	for (size_t i = 0; i < labels->count; i++)
		if (strcmp(labels->at[i].language, language) == 0)
			return labels->at[i].text;
	return NULL;
}

const char *sat_programme_label(const sat_programme *programme, const sat_labels *labels,
                                const char *language)
{
	const char *text = language == NULL ? NULL : label_in(labels, language);
	if (text == NULL)
		text = label_in(labels, programme->language);
	if (text == NULL && labels->count > 0)
		text = labels->at[0].text;
	return text;
}
