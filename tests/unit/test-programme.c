/* Reading a programme, and the one that is compiled in: core/programme.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/programme.h"

/* Programmes are written here with ' for ", so that they can be read. */
#define HEAD "'satchel_programme': 1, 'name': 'trial', 'version': 7, 'language': 'en'"
#define PURPOSES "'purposes': [ { 'name': 'identity' }, { 'name': 'photo' } ]"
#define PERSON "{ 'name': 'person', 'person': true, 'fields': [ { 'name': 'name', 'type': 'text' } ] }"
#define PLACE "{ 'name': 'place', 'fields': [ { 'name': 'name', 'type': 'text' } ] }"
#define PROGRAMME(kinds) "{ " HEAD ", " PURPOSES ", 'kinds': [ " PERSON ", " PLACE ", " kinds " ] }"
#define NOTE(rest) PROGRAMME("{ 'name': 'note', " rest " }")
#define FIELD(rest) NOTE("'fields': [ { 'name': 'it', " rest " } ]")

static int read_quoted(sat_programme **programme, const char *text, sat_error *err)
{
	size_t length = strlen(text);
	char *json = malloc(length + 1); /* one too many, so that an empty text is no empty block */
	assert_non_null(json);
	for (size_t i = 0; i < length; i++)
		json[i] = text[i] == '\'' ? '"' : text[i];
	int rc = sat_programme_read(programme, json, length, err);
	free(json);
	return rc;
}

static sat_programme *read_well(const char *text)
{
	sat_error err = { 0 };
	sat_programme *programme;
	if (read_quoted(&programme, text, &err) != 0)
		fail_msg("%s: refused: %s", text, err.message);
	assert_non_null(programme);
	return programme;
}

/* The message has to begin with the place and to hold the words. */
static void assert_refused(int code, const char *text, const char *place, const char *words)
{
	sat_error err = { 0 };
	sat_programme *programme = (sat_programme *)&err;
	int rc = read_quoted(&programme, text, &err);
	if (rc != code || err.code != code)
		fail_msg("%s: %d where %d was expected (%s)", text, rc, code, err.message);
	assert_null(programme);
	if (strncmp(err.message, place, strlen(place)) != 0 || strstr(err.message, words) == NULL)
		fail_msg("%s: the message is: %s", text, err.message);
	assert_int_equal(read_quoted(&programme, text, NULL), code);
}

static void assert_invalid(const char *text, const char *place, const char *words)
{
	assert_refused(SAT_EINVALID, text, place, words);
}

/* What is read */

static void programme__holds_what_was_written(void **state)
{
	(void)state;
	SAT_AUTO(sat_programme) p = read_well(NOTE(
		"'unlinked': true, 'title': 'text', 'label': { 'en': 'Note', 'wim': 'Wik' }, 'fields': ["
		" { 'name': 'text', 'type': 'text', 'required': true, 'search': true, 'needs': [ 'photo', 'identity' ] },"
		" { 'name': 'mood', 'type': 'choice', 'choices': ["
		" { 'name': 'good', 'label': { 'en': 'Good' } }, { 'name': 'bad' } ] },"
		" { 'name': 'place', 'type': 'reference', 'of': 'place' } ]"));
	assert_string_equal(p->name, "trial");
	assert_int_equal(p->version, 7);
	assert_string_equal(p->language, "en");
	assert_int_equal(p->purpose_count, 2);
	assert_string_equal(p->purposes[1].name, "photo");
	assert_int_equal(p->kind_count, 3);
	assert_int_equal(p->kinds[0].is, SAT_AS_PERSON);
	assert_string_equal(p->kinds[0].title, "");
	const sat_kind *note = sat_programme_kind(p, "note");
	assert_ptr_equal(note, &p->kinds[2]);
	assert_true(note->unlinked);
	assert_int_equal(note->is, 0);
	assert_false(note->decisions);
	assert_string_equal(note->title, "text");
	assert_int_equal(note->labels.count, 2);
	const sat_field *text = sat_kind_field(note, "text");
	assert_int_equal(text->type, SAT_TEXT);
	assert_true(text->required);
	assert_true(text->search);
	assert_int_equal(text->need_count, 2);
	assert_int_equal(text->needs[0], 1);
	assert_int_equal(text->needs[1], 0);
	const sat_field *mood = sat_kind_field(note, "mood");
	assert_false(mood->required);
	assert_false(mood->search);
	assert_int_equal(mood->choice_count, 2);
	assert_string_equal(mood->choices[0].labels.at[0].text, "Good");
	assert_string_equal(sat_kind_field(note, "place")->of, "place");
}

static void programme__lookup_of_an_unknown_name_is_null(void **state)
{
	(void)state;
	SAT_AUTO(sat_programme) p = read_well(FIELD("'type': 'choice', 'choices': [ { 'name': 'good' } ]"));
	const sat_kind *note = sat_programme_kind(p, "note");
	const sat_field *it = sat_kind_field(note, "it");
	assert_null(sat_programme_kind(p, "notes"));
	assert_null(sat_kind_field(note, "i"));
	assert_non_null(sat_field_choice(it, "good!", 4));
	assert_null(sat_field_choice(it, "good", 3));
	assert_null(sat_field_choice(it, "goods", 5));
	assert_null(sat_field_choice(sat_kind_field(&p->kinds[0], "name"), "good", 4));
}

static void programme__unknown_keys_are_ignored(void **state)
{
	(void)state;
	SAT_AUTO(sat_programme) p = read_well(
		"{ " HEAD ", 'future': [ 1 ], 'purposes': [ { 'name': 'identity', 'future': null } ],"
		" 'kinds': [ { 'name': 'note', 'future': {}, 'fields': [ { 'name': 'it', 'type': 'choice', 'future': 1,"
		" 'choices': [ { 'name': 'good', 'future': 'x' } ] } ] } ] }");
	assert_int_equal(p->kind_count, 1);
}

static void programme__references_may_name_a_later_kind(void **state)
{
	(void)state;
	SAT_AUTO(sat_programme) p = read_well(
		"{ " HEAD ", 'kinds': [ { 'name': 'note', 'fields': [ { 'name': 'it', 'type': 'reference', 'of': 'person' } ] },"
		" { 'name': 'person', 'person': true } ] }");
	assert_true(p->kinds[0].fields[0].concerns);
}

static void programme__whoever_is_referred_to_is_concerned_unless_said_otherwise(void **state)
{
	(void)state;
	SAT_AUTO(sat_programme) p = read_well(NOTE(
		"'fields': [ { 'name': 'one', 'type': 'reference', 'of': 'person' },"
		" { 'name': 'many', 'type': 'references', 'of': 'person' },"
		" { 'name': 'yes', 'type': 'reference', 'of': 'person', 'concerns': true },"
		" { 'name': 'no', 'type': 'reference', 'of': 'person', 'concerns': false },"
		" { 'name': 'where', 'type': 'reference', 'of': 'place' },"
		" { 'name': 'text', 'type': 'text' } ]"));
	const bool concerns[] = { true, true, true, false, false, false };
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(p->kinds[2].fields[i].concerns, concerns[i]);
}

static void programme__label_falls_back_to_the_programmes_language_then_the_first(void **state)
{
	(void)state;
	SAT_AUTO(sat_programme) p = read_well(
		"{ " HEAD ", 'kinds': [ { 'name': 'a', 'label': { 'es': 'Uno', 'en': 'One', 'pt-BR': 'Um' } },"
		" { 'name': 'b', 'label': { 'wim': 'Wik', 'es': 'Dos' } }, { 'name': 'c' } ] }");
	assert_string_equal(sat_programme_label(p, &p->kinds[0].labels, "es"), "Uno");
	assert_string_equal(sat_programme_label(p, &p->kinds[0].labels, "pt-BR"), "Um");
	assert_string_equal(sat_programme_label(p, &p->kinds[0].labels, "fr"), "One");
	assert_string_equal(sat_programme_label(p, &p->kinds[0].labels, NULL), "One");
	assert_string_equal(sat_programme_label(p, &p->kinds[1].labels, "fr"), "Wik");
	assert_null(sat_programme_label(p, &p->kinds[2].labels, "en"));
}

static void programme__text_need_not_be_terminated(void **state)
{
	(void)state;
	size_t length;
	const char *text = sat_programme_default(&length);
	char *json = malloc(length);
	assert_non_null(json);
	memcpy(json, text, length);
	SAT_AUTO(sat_programme) p = NULL;
	assert_int_equal(sat_programme_read(&p, json, length, NULL), 0);
	free(json);
}

/* What is refused of the whole */

static void programme__what_is_not_json_is_refused(void **state)
{
	(void)state;
	assert_invalid("", "line 1", "not JSON");
	assert_invalid("{", "line 1", "not JSON");
	assert_invalid("{}\n{}", "line 2", "not JSON");
	assert_invalid("{ 'a': '\xc0\x80' }", "line 1", "not JSON");
	assert_invalid("{ 'a': '\\u0000' }", "line 1", "not JSON");
	assert_invalid("[]", "this is not a programme", "");
	assert_invalid("{}", "this is not a programme", "");
}

static void programme__key_that_occurs_twice_is_refused(void **state)
{
	(void)state;
	assert_invalid(FIELD("'type': 'text', 'needs': [ 'identity' ], 'needs': []"), "line 1", "occurs twice");
	assert_invalid(FIELD("'type': 'text', 'future': 1, 'future': 2"), "line 1", "occurs twice");
}

static void programme__another_format_is_too_new(void **state)
{
	(void)state;
	assert_refused(SAT_ETOONEW, "{ 'satchel_programme': 2, 'name': 5 }", "the programme is in format 2", "");
	assert_refused(SAT_ETOONEW, "{ 'satchel_programme': 0 }", "the programme is in format 0", "");
	assert_invalid("{ 'satchel_programme': '1' }", "this is not a programme", "");
}

static void programme__longer_than_the_limit_is_refused(void **state)
{
	(void)state;
	size_t length;
	const char *text = sat_programme_default(&length);
	char *json = malloc(SAT_PROGRAMME_BYTES_MAX + 1);
	assert_non_null(json);
	memset(json, ' ', SAT_PROGRAMME_BYTES_MAX + 1);
	memcpy(json, text, length);
	SAT_AUTO(sat_programme) p = NULL;
	assert_int_equal(sat_programme_read(&p, json, SAT_PROGRAMME_BYTES_MAX + 1, NULL), SAT_ELIMIT);
	assert_null(p);
	assert_int_equal(sat_programme_read(&p, json, SAT_PROGRAMME_BYTES_MAX, NULL), 0);
	free(json);
}

#define WITH_HEAD(name, version, language)                                                   \
	"{ 'satchel_programme': 1, 'name': " name ", 'version': " version ", 'language': " language \
	", 'kinds': [ " PERSON " ] }"

static void programme__head_is_checked(void **state)
{
	(void)state;
	static const char a64[] = "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'";
	char text[400];
	assert_int_equal(sizeof a64 - 3, 64);
	snprintf(text, sizeof text, WITH_HEAD("%s", "1", "'en'"), a64);
	sat_programme_free(read_well(text));
	snprintf(text, sizeof text, WITH_HEAD("'a%s", "1", "'en'"), a64 + 1);
	assert_invalid(text, "\"name\"", "64 bytes");
	assert_invalid(WITH_HEAD("''", "1", "'en'"), "\"name\"", "");
	assert_invalid(WITH_HEAD("5", "1", "'en'"), "\"name\"", "");
	assert_invalid(WITH_HEAD("'x'", "'1'", "'en'"), "\"version\"", "");
	assert_invalid(WITH_HEAD("'x'", "0", "'en'"), "\"version\"", "");
	assert_invalid(WITH_HEAD("'x'", "1.5", "'en'"), "\"version\"", "");
	assert_invalid(WITH_HEAD("'x'", "4294967296", "'en'"), "\"version\"", "4294967295");
	sat_programme_free(read_well(WITH_HEAD("'x'", "4294967295", "'en'")));
	assert_invalid(WITH_HEAD("'x'", "1", "null"), "\"language\"", "");
	assert_invalid("{ 'satchel_programme': 1, 'version': 1, 'language': 'en' }", "\"name\"", "");
	assert_invalid("{ 'satchel_programme': 1, 'name': 'x', 'language': 'en' }", "\"version\"", "");
	assert_invalid("{ 'satchel_programme': 1, 'name': 'x', 'version': 1 }", "\"language\"", "");
}

static void programme__languages_are_tags_that_fit(void **state)
{
	(void)state;
	const char *const good[] = { "en", "wim", "pt-BR", "sr-Latn-RS", "abcdefgh-123456" };
	const char *const bad[] = { "", "e", "EN", "e1", "en_GB", "en-", "-en", "en--GB", "englishes", "en-123456789",
		                    "\xc3\xb1x", "abcdefgh-1234567" };
	char text[400];
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		snprintf(text, sizeof text, WITH_HEAD("'x'", "1", "'%s'"), good[i]);
		SAT_AUTO(sat_programme) p = read_well(text);
		assert_string_equal(p->language, good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(text, sizeof text, WITH_HEAD("'x'", "1", "'%s'"), bad[i]);
		assert_invalid(text, "\"language\"", "");
		snprintf(text, sizeof text, NOTE("'label': { '%s': 'x' }"), bad[i]);
		assert_invalid(text, "kind note: \"label\"", "language");
	}
}

static void programme__without_kinds_is_refused(void **state)
{
	(void)state;
	assert_invalid("{ " HEAD " }", "a programme needs", "\"kinds\"");
	assert_invalid("{ " HEAD ", 'kinds': [] }", "a programme needs", "\"kinds\"");
	assert_invalid("{ " HEAD ", 'kinds': {} }", "\"kinds\" is not a list", "");
	assert_invalid("{ " HEAD ", 'kinds': [ 5 ] }", "kind number 1: ", "missing");
	assert_invalid("{ " HEAD ", 'purposes': 'x', 'kinds': [ " PERSON " ] }", "\"purposes\" is not a list", "");
}

/* What is refused of names */

static void programme__names_that_are_not_valid_are_refused(void **state)
{
	(void)state;
	assert_invalid(PROGRAMME("{ 'name': 'Note' }"), "kind number 3: \"name\"", "");
	assert_invalid(PROGRAMME("{ 'name': 'sat_note' }"), "kind number 3: \"name\"", "");
	assert_invalid(PROGRAMME("{ 'name': 'sqlite_note' }"), "kind number 3: \"name\"", "");
	assert_invalid(PROGRAMME("{ 'name': 5 }"), "kind number 3: \"name\"", "");
	assert_invalid(PROGRAMME("{ 'label': {} }"), "kind number 3: \"name\" is missing", "");
	assert_invalid(PROGRAMME("{ 'name': 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' }"), "kind number 3: \"name\"",
	               "48");
	assert_invalid(NOTE("'fields': [ { 'name': 'a b', 'type': 'text' } ]"), "kind note, field number 1: \"name\"", "");
	assert_invalid(NOTE("'fields': [ { 'name': 'sat_x', 'type': 'text' } ]"), "kind note, field number 1: \"name\"",
	               "sat_");
	assert_invalid(FIELD("'type': 'choice', 'choices': [ { 'name': '0_14' } ]"),
	               "kind note, field it, choice number 1: \"name\"", "");
	assert_invalid("{ " HEAD ", 'purposes': [ { 'name': 'a' }, { 'name': '' } ], 'kinds': [ " PERSON " ] }",
	               "purpose number 2: \"name\"", "");
}

static void programme__name_of_48_characters_is_kept_whole(void **state)
{
	(void)state;
	SAT_AUTO(sat_programme) p = read_well(PROGRAMME("{ 'name': 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' }"));
	assert_int_equal(strlen(p->kinds[2].name), 48);
}

static void programme__names_that_occur_twice_are_refused(void **state)
{
	(void)state;
	assert_invalid(PROGRAMME("{ 'name': 'place' }"), "kind place: another kind", "");
	assert_invalid(NOTE("'fields': [ { 'name': 'a', 'type': 'text' }, { 'name': 'a', 'type': 'date' } ]"),
	               "kind note, field a: another field", "");
	assert_invalid(FIELD("'type': 'choice', 'choices': [ { 'name': 'b' }, { 'name': 'c' }, { 'name': 'b' } ]"),
	               "kind note, field it, choice b: another choice", "");
	assert_invalid("{ " HEAD ", 'purposes': [ { 'name': 'a' }, { 'name': 'a' } ], 'kinds': [ " PERSON " ] }",
	               "purpose a: another purpose", "");
}

static void programme__field_cannot_be_called_id(void **state)
{
	(void)state;
	assert_invalid(NOTE("'fields': [ { 'name': 'id', 'type': 'text' } ]"), "kind note, field id: ", "id");
	sat_programme_free(read_well(NOTE("'fields': [ { 'name': 'ids', 'type': 'text' } ]")));
}

/* What is refused of kinds */

static void programme__flags_are_true_or_false(void **state)
{
	(void)state;
	assert_invalid(NOTE("'person': 1"), "kind note: \"person\"", "");
	assert_invalid(NOTE("'unlinked': 'true'"), "kind note: \"unlinked\"", "");
	assert_invalid(NOTE("'decisions': null"), "kind note: \"decisions\"", "");
	assert_invalid(FIELD("'type': 'text', 'required': 1"), "kind note, field it: \"required\"", "");
	assert_invalid(FIELD("'type': 'text', 'search': []"), "kind note, field it: \"search\"", "");
	assert_invalid(FIELD("'type': 'reference', 'of': 'person', 'concerns': 0"), "kind note, field it: \"concerns\"", "");
}

static void programme__decisions_have_one_kind_that_is_not_people(void **state)
{
	(void)state;
	SAT_AUTO(sat_programme) p = read_well(NOTE("'decisions': true"));
	assert_true(p->kinds[2].decisions);
	assert_invalid(NOTE("'decisions': true, 'person': true"), "kind note: ",
	               "one of them");
	assert_invalid(NOTE("'community': true, 'person': true"), "kind note: ", "one of them");
	assert_invalid(PROGRAMME("{ 'name': 'a', 'decisions': true }, { 'name': 'b', 'decisions': true }"), "kind b: ",
	               "the kind a");
}

static void programme__title_is_a_text_field_of_the_kind(void **state)
{
	(void)state;
	const char *const place = "kind note: \"title\"";
	assert_invalid(NOTE("'title': 'name', 'fields': [ { 'name': 'it', 'type': 'text' } ]"), place, "names name");
	assert_invalid(NOTE("'title': 'it', 'fields': [ { 'name': 'it', 'type': 'date' } ]"), place, "names it");
	assert_invalid(NOTE("'title': 'it'"), place, "");
	assert_invalid(NOTE("'title': 5"), place, "");
}

static void programme__labels_are_texts(void **state)
{
	(void)state;
	assert_invalid(NOTE("'label': 'Note'"), "kind note: \"label\"", "");
	assert_invalid(NOTE("'label': { 'en': 5 }"), "kind note: the label in the language en", "");
	assert_invalid(NOTE("'label': { 'en': 'x', 'es': '' }"), "kind note: the label in the language es", "");
	assert_invalid(FIELD("'type': 'text', 'label': []"), "kind note, field it: \"label\"", "");
	assert_invalid(FIELD("'type': 'choice', 'choices': [ { 'name': 'a', 'label': 1 } ]"),
	               "kind note, field it, choice a: \"label\"", "");
	assert_invalid("{ " HEAD ", 'purposes': [ { 'name': 'a', 'label': 1 } ], 'kinds': [ " PERSON " ] }",
	               "purpose a: \"label\"", "");
}

/* What is refused of fields */

static void programme__type_is_known(void **state)
{
	(void)state;
	const char *const place = "kind note, field it: \"type\"";
	assert_invalid(FIELD("'required': true"), place, "");
	assert_invalid(FIELD("'type': 'blob'"), place, "");
	assert_invalid(FIELD("'type': ''"), place, "");
	assert_invalid(FIELD("'type': 1"), place, "");
	assert_invalid(NOTE("'fields': 'x'"), "kind note: \"fields\" is not a list", "");
	assert_invalid(NOTE("'fields': [ [] ]"), "kind note, field number 1: \"name\" is missing", "");
}

static void programme__references_name_a_declared_kind(void **state)
{
	(void)state;
	const char *const place = "kind note, field it: \"of\"";
	assert_invalid(FIELD("'type': 'reference'"), place, "missing");
	assert_invalid(FIELD("'type': 'references'"), place, "missing");
	assert_invalid(FIELD("'type': 'reference', 'of': 'persons'"), place, "persons, which is not declared");
	assert_invalid(FIELD("'type': 'references', 'of': 'Person'"), place, "");
	assert_invalid(FIELD("'type': 'text', 'of': 'person'"), place, "only for references");
	sat_programme_free(read_well(FIELD("'type': 'references', 'of': 'note'")));
}

static void programme__only_people_and_communities_can_be_concerned(void **state)
{
	(void)state;
	const char *const place = "kind note, field it: \"concerns\"";
	assert_invalid(FIELD("'type': 'reference', 'of': 'place', 'concerns': true"), place, "place are neither people");
	assert_invalid(FIELD("'type': 'text', 'concerns': false"), place, "only for references");
	sat_programme_free(read_well(FIELD("'type': 'reference', 'of': 'place', 'concerns': false")));
}

static void programme__choices_are_there_for_choices_and_only_for_them(void **state)
{
	(void)state;
	const char *const place = "kind note, field it: ";
	assert_invalid(FIELD("'type': 'choice'"), place, "at least one");
	assert_invalid(FIELD("'type': 'choice', 'choices': []"), place, "at least one");
	assert_invalid(FIELD("'type': 'choice', 'choices': 'a'"), place, "not a list");
	assert_invalid(FIELD("'type': 'choice', 'choices': [ 'a' ]"), "kind note, field it, choice number 1: ", "missing");
	assert_invalid(FIELD("'type': 'text', 'choices': [ { 'name': 'a' } ]"), place, "only for the type choice");
}

static void programme__needs_are_declared_purposes_each_once(void **state)
{
	(void)state;
	const char *const place = "kind note, field it: \"needs\"";
	assert_invalid(FIELD("'type': 'text', 'needs': [ 'identity', 'audio' ]"), place, "audio, which is not declared");
	assert_invalid(FIELD("'type': 'text', 'needs': [ 'photo', 'photo' ]"), place, "photo twice");
	assert_invalid(FIELD("'type': 'text', 'needs': 'photo'"), place, "not a list");
	assert_invalid(FIELD("'type': 'text', 'needs': [ 0 ]"), place, "");
	assert_invalid(FIELD("'type': 'text', 'needs': [ 'Photo' ]"), place, "");
}

/* Limits */

static void put(sat_bytes *b, const char *text)
{
	sat_bytes_put(b, text, strlen(text));
}

/* before, then `count` items with the number for %zu, then after. */
__attribute__((format(printf, 3, 0))) static char *repeated(sat_bytes *b, const char *before, const char *item,
                                                            size_t count, const char *after)
{
	sat_bytes_reset(b);
	put(b, before);
	for (size_t i = 0; i < count; i++) {
		char text[100];
		snprintf(text, sizeof text, item, i);
		put(b, i == 0 ? "" : ",");
		put(b, text);
	}
	put(b, after);
	sat_bytes_put_u8(b, 0);
	return (char *)b->data;
}

static void assert_limit(const char *before, const char *item, size_t count_max, const char *after, const char *place)
{
	SAT_BYTES(b);
	sat_programme_free(read_well(repeated(&b, before, item, count_max, after)));
	assert_refused(SAT_ELIMIT, repeated(&b, before, item, count_max + 1, after), place, "entries");
}

static void programme__limits_of_the_header_hold(void **state)
{
	(void)state;
	assert_limit("{ " HEAD ", 'kinds': [", "{ 'name': 'k%zu' }", SAT_KINDS_MAX, "] }", "\"kinds\" has 129");
	assert_limit("{ " HEAD ", 'kinds': [ " PERSON " ], 'purposes': [", "{ 'name': 'p%zu' }", SAT_PURPOSES_MAX, "] }",
	             "\"purposes\" has 63");
	assert_limit("{ " HEAD ", 'kinds': [ { 'name': 'note', 'fields': [", "{ 'name': 'f%zu', 'type': 'text' }",
	             SAT_FIELDS_MAX, "] } ] }", "kind note: \"fields\" has 257");
	assert_limit("{ " HEAD ", 'kinds': [ { 'name': 'note', 'fields': [ { 'name': 'it', 'type': 'choice', 'choices': [",
	             "{ 'name': 'c%zu' }", SAT_CHOICES_MAX, "] } ] } ] }", "kind note, field it: \"choices\" has 1025");
}

/* The longest names at every level must leave the place and the sentence whole. */
static void programme__longest_place_is_told_whole(void **state)
{
	(void)state;
	char a[49], text[800], place[300];
	memset(a, 'a', 48);
	a[48] = '\0';
	snprintf(text, sizeof text,
	         PROGRAMME("{ 'name': '%s', 'fields': [ { 'name': '%s', 'type': 'choice', 'choices': [ { 'name': '%s' },"
	                   " { 'name': '%s' } ] } ] }"),
	         a, a, a, a);
	snprintf(place, sizeof place, "kind %s, field %s, choice %s: another choice has the same name", a, a, a);
	assert_invalid(text, place, "");
}

/* The programme that is compiled in */

static sat_programme *read_default(void)
{
	sat_error err = { 0 };
	sat_programme *programme;
	size_t length;
	const char *json = sat_programme_default(&length);
	assert_int_equal(strlen(json), length);
	assert_ptr_equal(sat_programme_default(NULL), json);
	if (sat_programme_read(&programme, json, length, &err) != 0)
		fail_msg("the default programme is refused: %s", err.message);
	return programme;
}

static void programme__default_declares_the_kinds_and_purposes_of_the_design(void **state)
{
	(void)state;
	static const char *const kinds[] = { "organisation", "certification", "community", "series", "workshop", "session",
		                             "meeting", "person", "participation", "attendance", "notice", "consent",
		                             "note", "request", "action", "material", "media", "feedback" };
	static const char *const purposes[] = { "attend_record", "demographics", "identity", "contact", "photo", "audio",
		                                "quote_named", "quote_unnamed", "community_words", "community_report",
		                                "share_with_community", "publish_report",
		                                "newsletter" };
	SAT_AUTO(sat_programme) p = read_default();
	assert_int_equal(p->kind_count, sizeof kinds / sizeof *kinds);
	for (size_t i = 0; i < p->kind_count; i++)
		assert_string_equal(p->kinds[i].name, kinds[i]);
	assert_int_equal(p->purpose_count, sizeof purposes / sizeof *purposes);
	for (size_t i = 0; i < p->purpose_count; i++)
		assert_string_equal(p->purposes[i].name, purposes[i]);
	assert_int_equal(sat_programme_kind(p, "person")->is, SAT_AS_PERSON);
	assert_int_equal(sat_programme_kind(p, "community")->is, SAT_AS_COMMUNITY);
	assert_true(sat_programme_kind(p, "consent")->decisions);
}

static void assert_bilingual(const sat_programme *p, const sat_labels *labels, const char *name)
{
	const char *english = sat_programme_label(p, labels, "en"), *spanish = sat_programme_label(p, labels, "es");
	if (labels->count != 2 || english == NULL || spanish == NULL ||
	    strcmp(labels->at[0].language, labels->at[1].language) == 0)
		fail_msg("%s has not both labels", name);
}

static void programme__default_is_labelled_in_english_and_spanish(void **state)
{
	(void)state;
	SAT_AUTO(sat_programme) p = read_default();
	for (size_t i = 0; i < p->purpose_count; i++) {
		assert_bilingual(p, &p->purposes[i].labels, p->purposes[i].name);
		const char *question = sat_programme_label(p, &p->purposes[i].labels, "en");
		assert_int_equal(question[strlen(question) - 1], '?');
	}
	for (size_t i = 0; i < p->kind_count; i++) {
		const sat_kind *kind = &p->kinds[i];
		assert_bilingual(p, &kind->labels, kind->name);
		for (size_t j = 0; j < kind->field_count; j++) {
			const sat_field *field = &kind->fields[j];
			assert_bilingual(p, &field->labels, field->name);
			for (size_t k = 0; k < field->choice_count; k++)
				assert_bilingual(p, &field->choices[k].labels, field->choices[k].name);
		}
	}
}

static bool needs(const sat_programme *p, const sat_field *field, const char *purpose)
{
	for (size_t i = 0; i < field->need_count; i++)
		if (strcmp(p->purposes[field->needs[i]].name, purpose) == 0)
			return true;
	return false;
}

static void programme__default_says_nothing_of_a_person_without_a_purpose(void **state)
{
	(void)state;
	SAT_AUTO(sat_programme) p = read_default();
	for (size_t i = 0; i < p->kind_count; i++)
		for (size_t j = 0; j < p->kinds[i].field_count; j++) {
			const sat_kind *kind = &p->kinds[i];
			const sat_field *field = &kind->fields[j];
			/* A decision's core goes to everyone whom it binds. */
			bool of_person = (kind->is & SAT_AS_PERSON) || field->concerns != 0;
			if (!kind->decisions && of_person && field->need_count == 0)
				fail_msg("%s.%s needs no purpose", kind->name, field->name);
		}
}

static void programme__default_asks_the_purposes_of_the_design(void **state)
{
	(void)state;
	static const char *const rows[][3] = {
		{ "person", "name", "identity" },         { "person", "pseudonym", "attend_record" },
		{ "person", "community", "demographics" }, { "person", "gender", "demographics" },
		{ "person", "age_band", "demographics" }, { "person", "phone", "contact" },
		{ "person", "email", "contact" },         { "participation", "role", "attend_record" },
		{ "attendance", "person", "attend_record" }, { "attendance", "session", "attend_record" },
		{ "attendance", "present", "attend_record" }, { "note", "speaker", "quote_named" },
		{ "note", "text", "quote_unnamed" },      { "request", "text", "quote_unnamed" },
		{ "media", "depicts", "photo" },          { "media", "photo_file", "photo" },
		{ "media", "heard", "audio" },            { "media", "audio_file", "audio" },
		{ "media", "video_file", "photo" },       { "media", "video_file", "audio" },
		{ "feedback", "text", "quote_unnamed" },
	};
	SAT_AUTO(sat_programme) p = read_default();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const sat_field *field = sat_kind_field(sat_programme_kind(p, rows[i][0]), rows[i][1]);
		if (field == NULL || !needs(p, field, rows[i][2]))
			fail_msg("%s.%s does not need %s", rows[i][0], rows[i][1], rows[i][2]);
	}
}

static void programme__default_lets_a_pseudonym_stand_for_a_person(void **state)
{
	(void)state;
	SAT_AUTO(sat_programme) p = read_default();
	const sat_kind *person = sat_programme_kind(p, "person");
	assert_string_equal(person->title, "pseudonym");
	assert_true(sat_kind_field(person, "pseudonym")->required);
	assert_false(sat_kind_field(person, "name")->required);
}

static void programme__default_lists_every_purpose_where_one_is_chosen(void **state)
{
	(void)state;
	SAT_AUTO(sat_programme) p = read_default();
	const sat_field *fields[] = { sat_kind_field(sat_programme_kind(p, "consent"), "purpose"),
		                      sat_kind_field(sat_programme_kind(p, "notice"), "purpose") };
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(fields[i]->choice_count, p->purpose_count);
		for (size_t j = 0; j < p->purpose_count; j++)
			assert_string_equal(fields[i]->choices[j].name, p->purposes[j].name);
	}
}

static void programme__default_consent_has_the_fields_of_the_format(void **state)
{
	(void)state;
	static const char *const names[] = { "subject", "purpose", "event", "episode", "recipients", "until", "grantor",
		                             "relation", "method", "language", "interpreter", "witness", "evidence",
		                             "notice", "process", "dissent" };
	static const char *const events[] = { "requested", "deferred", "refused", "given", "renewed", "withdrawn",
		                              "revoked", "expired", "invalidated", "entered_in_error" };
	SAT_AUTO(sat_programme) p = read_default();
	const sat_kind *consent = sat_programme_kind(p, "consent");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_non_null(sat_kind_field(consent, names[i]));
	const sat_field *event = sat_kind_field(consent, "event");
	assert_int_equal(event->choice_count, 10);
	for (size_t i = 0; i < 10; i++)
		assert_string_equal(event->choices[i].name, events[i]);
}

/* The header row of a file in tests/data, and a value that a choice must know. */
static void programme__default_has_a_field_for_every_column_of_the_data(void **state)
{
	(void)state;
	static const struct {
		const char *kind, *columns;
	} files[] = {
		{ "organisation", "name,kind,member_class,country,note" },
		{ "certification", "organisation,standard,standard_version,scope,place,country,announced" },
		{ "community", "name,region,state,country" },
		{ "workshop", "series,number_in_series,title,aim,place,country,start,headcount_manual,communities,audience,"
		              "guest_organisations,status" },
		{ "note", "workshop,theme,text" },
		{ "request", "workshop,theme,text" },
		{ "meeting", "title,date,format,headcount_manual,organisations_present,countries_present,duration_minutes,"
		             "recording_shared" },
	};
	static const char *const choices[][3] = {
		{ "organisation", "kind", "registry" }, { "organisation", "kind", "indigenous_organisation" },
		{ "organisation", "kind", "member" },   { "workshop", "status", "held" },
		{ "meeting", "format", "online" },
	};
	SAT_AUTO(sat_programme) p = read_default();
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		char columns[300], *rest = columns;
		snprintf(columns, sizeof columns, "%s", files[i].columns);
		for (char *column; (column = strsep(&rest, ",")) != NULL;)
			if (sat_kind_field(sat_programme_kind(p, files[i].kind), column) == NULL)
				fail_msg("%s has no field %s", files[i].kind, column);
	}
	for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
		const sat_field *field = sat_kind_field(sat_programme_kind(p, choices[i][0]), choices[i][1]);
		assert_non_null(sat_field_choice(field, choices[i][2], strlen(choices[i][2])));
	}
}

/* Every byte near both ends, and a sample of those between. */
static void programme__default_cut_off_anywhere_is_refused(void **state)
{
	(void)state;
	size_t length;
	const char *json = sat_programme_default(&length);
	size_t end = length;
	while (json[end - 1] != '}')
		end--;
	for (size_t cut = 0; cut < end; cut += cut < 400 || end - cut < 400 ? 1 : 197) {
		sat_programme *programme;
		assert_int_equal(sat_programme_read(&programme, json, cut, NULL), SAT_EINVALID);
		assert_null(programme);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programme__holds_what_was_written),
		cmocka_unit_test(programme__lookup_of_an_unknown_name_is_null),
		cmocka_unit_test(programme__unknown_keys_are_ignored),
		cmocka_unit_test(programme__references_may_name_a_later_kind),
		cmocka_unit_test(programme__whoever_is_referred_to_is_concerned_unless_said_otherwise),
		cmocka_unit_test(programme__label_falls_back_to_the_programmes_language_then_the_first),
		cmocka_unit_test(programme__text_need_not_be_terminated),
		cmocka_unit_test(programme__what_is_not_json_is_refused),
		cmocka_unit_test(programme__key_that_occurs_twice_is_refused),
		cmocka_unit_test(programme__another_format_is_too_new),
		cmocka_unit_test(programme__longer_than_the_limit_is_refused),
		cmocka_unit_test(programme__head_is_checked),
		cmocka_unit_test(programme__languages_are_tags_that_fit),
		cmocka_unit_test(programme__without_kinds_is_refused),
		cmocka_unit_test(programme__names_that_are_not_valid_are_refused),
		cmocka_unit_test(programme__name_of_48_characters_is_kept_whole),
		cmocka_unit_test(programme__names_that_occur_twice_are_refused),
		cmocka_unit_test(programme__field_cannot_be_called_id),
		cmocka_unit_test(programme__flags_are_true_or_false),
		cmocka_unit_test(programme__decisions_have_one_kind_that_is_not_people),
		cmocka_unit_test(programme__title_is_a_text_field_of_the_kind),
		cmocka_unit_test(programme__labels_are_texts),
		cmocka_unit_test(programme__type_is_known),
		cmocka_unit_test(programme__references_name_a_declared_kind),
		cmocka_unit_test(programme__only_people_and_communities_can_be_concerned),
		cmocka_unit_test(programme__choices_are_there_for_choices_and_only_for_them),
		cmocka_unit_test(programme__needs_are_declared_purposes_each_once),
		cmocka_unit_test(programme__limits_of_the_header_hold),
		cmocka_unit_test(programme__longest_place_is_told_whole),
		cmocka_unit_test(programme__default_declares_the_kinds_and_purposes_of_the_design),
		cmocka_unit_test(programme__default_is_labelled_in_english_and_spanish),
		cmocka_unit_test(programme__default_says_nothing_of_a_person_without_a_purpose),
		cmocka_unit_test(programme__default_asks_the_purposes_of_the_design),
		cmocka_unit_test(programme__default_lets_a_pseudonym_stand_for_a_person),
		cmocka_unit_test(programme__default_lists_every_purpose_where_one_is_chosen),
		cmocka_unit_test(programme__default_consent_has_the_fields_of_the_format),
		cmocka_unit_test(programme__default_has_a_field_for_every_column_of_the_data),
		cmocka_unit_test(programme__default_cut_off_anywhere_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
