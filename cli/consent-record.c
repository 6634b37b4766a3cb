/* satchel consent record: what a person said, several purposes in one batch. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/permission.h"
#include "core/terms.h"
#include "decisions.h"
#include "values.h"
#include "view.h"

static const cli_usage usage = {
	"consent record", "SUBJECT PURPOSE=EVENT...",
	"Writes down what a person (by id or pseudonym) said for each purpose: yes, no, later, asked, or "
	"the\n"
	"full names given, refused, deferred, requested, renewed, expired, invalidated, entered_in_error.\n"
	"What is said in one call is signed together.",
	2, -1
};

typedef struct recording {
	const char *details[SAT_DETAILS];
	const char *terms[SAT_TERM_COUNT];
	const char *until, *recipients, *withheld_from;
	unsigned notice_version;
	sat_decision *decisions;
	size_t count;
} recording;

static sat_event event_of(const char *text)
{
	char word[SAT_NAME_BYTES];
	cli_name(text, strlen(text), word);
	static const struct {
		const char *alias;
		sat_event event;
	} aliases[] = { { "yes", SAT_GIVEN },
		        { "no", SAT_REFUSED },
		        { "later", SAT_DEFERRED },
		        { "asked", SAT_REQUESTED } };
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
		if (strcmp(aliases[i].alias, word) == 0)
			return aliases[i].event;
	}
	return sat_event_of_name(word);
}

static int read_one(cli *c, const char *text, sat_decision *decision)
{
	const char *equals = strchr(text, '=');
	if (equals == NULL)
		return sat_fail(&c->err, SAT_EUSAGE, "\"%.60s\" is not PURPOSE=EVENT", text);
	int rc = cli_purpose_or_state(c, text, (size_t)(equals - text), &decision->purpose);
	if (rc != 0)
		return rc;
	if (sat_purpose_is_state(decision->purpose))
		decision->voice = SAT_OWN_VOICE;
	decision->event = event_of(equals + 1);
	if (decision->event == SAT_WITHDRAWN || decision->event == SAT_REVOKED)
		return sat_fail(&c->err, SAT_EUSAGE, "taking back is done with `satchel consent withdraw`");
	if (decision->event == 0)
		return sat_fail(&c->err, SAT_EINVALID,
		                "\"%.40s\" is no event; they are yes, no, later, asked, renewed, "
		                "expired, invalidated and entered_in_error",
		                equals + 1);
	return 0;
}

/* --- checks of the options ---------------------------------------------------------------------- */

/* Method and relation are choices of the programme's own kind of decisions. */
static int check_choice(cli *c, const char *field_name, const char *value)
{
	const sat_programme *programme = sat_store_programme(c->store);
	for (size_t i = 0; i < programme->kind_count && value != NULL; i++) {
		const sat_field *field =
		    !programme->kinds[i].decisions ? NULL : sat_kind_field(&programme->kinds[i], field_name);
		if (field == NULL || field->choice_count == 0 ||
		    sat_field_choice(field, value, strlen(value)) != NULL)
			continue;
		SAT_BYTES(names);
		for (size_t k = 0; k < field->choice_count; k++) {
			sat_bytes_put(&names, ", ", k == 0 ? 0 : 2);
			sat_bytes_put(&names, field->choices[k].name, strlen(field->choices[k].name));
		}
		return sat_fail(&c->err, SAT_EINVALID, "--%s takes %.*s, not \"%.40s\"", field_name,
		                (int)names.length, (const char *)names.data, value);
	}
	return 0;
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A mistyped recipient would quietly permit nobody, so words are roles, known groups, or have a
 * colon in them. */
static bool known_recipient(const char *word)
{
	static const char *const groups[] = { "women", "men", "named" };
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
		if (strcmp(groups[i], word) == 0)
			return true;
	}
	return sat_role_of_name(word) != SAT_ROLE_NONE || (strchr(word, ':') != NULL && word[0] != ':');
}

int cli_recipients(cli *c, const char *option, const char *text, sat_arena *arena, const char **recipients)
{
	const char *words[64];
	size_t count = 0;
	*recipients = NULL;
	if (text == NULL)
		return 0;
	char *copy = sat_arena_copy(arena, text, strlen(text)), *rest;
	if (copy == NULL)
		return sat_fail(&c->err, SAT_ENOMEM, "out of memory");
	for (char *word = strtok_r(copy, " ,", &rest); word != NULL; word = strtok_r(NULL, " ,", &rest)) {
		if (!known_recipient(word))
			return sat_fail(&c->err, SAT_EINVALID,
			                "\"%.40s\" is no recipient; they are registry, "
			                "facilitator, community, auditor, women, men, named, "
			                "and groups such as community:Aurukun",
			                word);
		if (count == sizeof words / sizeof *words)
			return sat_fail(&c->err, SAT_ELIMIT, "there are too many recipients");
		words[count++] = word;
	}
	if (count == 0)
		return sat_fail(&c->err, SAT_EINVALID,
		                "%s names nobody; leave it out when there is nobody to name", option);
	qsort(words, count, sizeof *words, compare_words);
	SAT_BYTES(joined);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && strcmp(words[i], words[i - 1]) == 0)
			continue;
		if (i > 0)
			sat_bytes_put_u8(&joined, ' ');
		sat_bytes_put_text(&joined, words[i]);
	}
	if (sat_bytes_ok(&joined))
		*recipients = sat_arena_copy(arena, joined.data, joined.length);
	if (*recipients == NULL)
		return sat_fail(&c->err, SAT_ENOMEM, "out of memory");
	return 0;
}

static int write_terms(cli *c, const recording *r, sat_decision *model, sat_arena *arena)
{
	SAT_BYTES(json);
	int rc = sat_terms_write(r->terms, &json, &c->err);
	if (rc != 0 || json.length == 0)
		return rc;
	model->details[SAT_TERMS] = sat_arena_copy(arena, json.data, json.length);
	return model->details[SAT_TERMS] == NULL ? sat_fail(&c->err, SAT_ENOMEM, "out of memory") : 0;
}

static int check_options(cli *c, const recording *r, sat_decision *model, sat_arena *arena)
{
	if (r->until != NULL && !cli_day_read(r->until, &model->until))
		return sat_fail(&c->err, SAT_EINVALID,
		                "--until takes a full date such as 2027-06-30, not \"%.40s\"", r->until);
	int rc = cli_recipients(c, "--recipients", r->recipients, arena, &model->recipients);
	if (rc == 0)
		rc = cli_recipients(c, "--withheld-from", r->withheld_from, arena, &model->withheld_from);
	if (rc == 0)
		rc = write_terms(c, r, model, arena);
	if (rc == 0)
		rc = check_choice(c, "method", r->details[SAT_METHOD]);
	return rc != 0 ? rc : check_choice(c, "relation", r->details[SAT_RELATION]);
}

/* --- recording ---------------------------------------------------------------------------------- */

static int read_all(cli *c, recording *r, sat_dot subject, char **words, sat_arena *arena)
{
	sat_dot concerned;
	sat_decision model = { .subject = subject, .claimed_time = c->env->now(c->env->context) };
	memcpy(model.details, r->details, sizeof model.details);
	model.notice = r->notice_version;
	if (r->details[SAT_RELATION] != NULL && strcmp(r->details[SAT_RELATION], "guardian") == 0)
		model.voice = SAT_GUARDIAN;
	r->decisions = sat_arena_zeroed(arena, r->count + 1, sizeof *r->decisions);
	if (r->decisions == NULL)
		return sat_fail(&c->err, SAT_ENOMEM, "out of memory");
	int rc = check_options(c, r, &model, arena);
	if (rc == 0)
		rc = cli_concerned(c, subject, &concerned);
	for (size_t i = 0; rc == 0 && i < r->count; i++) {
		r->decisions[i] = model;
		rc = read_one(c, words[i], &r->decisions[i]);
		if (rc == 0)
			rc = cli_decides(c, concerned, r->decisions[i].purpose);
		for (size_t k = 0; rc == 0 && k < i; k++) {
			if (strcmp(r->decisions[k].purpose, r->decisions[i].purpose) == 0)
				rc = sat_fail(&c->err, SAT_EUSAGE, "purpose %s was given twice",
				              r->decisions[i].purpose);
		}
	}
	return rc;
}

static int record_change(cli *c, void *context)
{
	recording *r = context;
	return sat_consent_record(c->store, c->identity, r->decisions, r->count, &c->err);
}

static int tell(cli *c, const recording *r, sat_dot subject)
{
	json_t *list = json_array();
	char id[SAT_ID_CHARS], count[64];
	for (size_t i = 0; i < r->count; i++) {
		const sat_decision *d = &r->decisions[i];
		json_array_append_new(list,
		                      json_pack("{s:s, s:s, s:s}", "id", cli_id(c, d->id, id), "purpose",
		                                d->purpose, "event", sat_event_name(d->event)));
	}
	cli_set(c, "decisions", list);
	cli_set(c, "subject", cli_text(cli_id(c, subject, id)));
	SAT_BYTES(name);
	int rc = cli_describe_id(c, subject, &name);
	cli_say(c, "Recorded %s of %.*s.\n", cli_count(r->count, "decision", "decisions", count),
	        (int)name.length, (const char *)name.data);
	return rc;
}

/* "renew-on" for renew_on. */
static const char *option_name(sat_term term, char name[static SAT_NAME_BYTES])
{
	snprintf(name, SAT_NAME_BYTES, "%s", sat_term_name(term));
	for (char *at = name; *at != '\0'; at++)
		*at = *at == '_' ? '-' : *at;
	return name;
}

int cli_consent_record(cli *c, int argc, char **argv)
{
	recording r = { 0 };
	bool yes = false;
	enum { FIRST_DETAIL = 5, FIRST_TERM = FIRST_DETAIL + SAT_TERMS };
	char names[SAT_TERM_COUNT][SAT_NAME_BYTES];
	cli_option options[FIRST_TERM + SAT_TERM_COUNT + 1] = {
		{ "until", CLI_TEXT, &r.until, "DATE", "the last day on which it holds" },
		{ "recipients", CLI_TEXT, &r.recipients, "WORDS", "who may receive it; all, when not given" },
		{ "withheld-from", CLI_TEXT, &r.withheld_from, "WORDS", "who may not, all the same" },
		{ "notice-version", CLI_NUMBER, &r.notice_version, "N", "version of the notice that was explained" },
		{ "yes", CLI_FLAG, &yes, NULL, "do not ask, whatever was said before" },
	};
	static const char *const help[SAT_TERMS] = {
		"who decided",
		"self, guardian or community_authority",
		"written, oral, recorded or gesture",
		"the language in which it was explained",
		"who interpreted",
		"who witnessed it",
		"where the sheet or recording is kept",
		"the notice that was explained",
		"how the group decided",
		"what those said who did not agree",
	};
	/* What only labels say has none. */
	static const char *const help_of_terms[SAT_TERM_COUNT] = {
		[SAT_TERM_AUTHORITY] = "who speaks for the group",
		[SAT_TERM_CONTACT] = "whom to ask about it",
		[SAT_TERM_CONTROLLER] = "who answers for the data",
		[SAT_TERM_FAMILY_CONTACT] = "in mourning: whom to ask again",
		[SAT_TERM_JURISDICTION] = "whose law it is under",
		[SAT_TERM_REASON] = "why",
		[SAT_TERM_RENEW_ON] = "the day on which to ask again",
		[SAT_TERM_RETENTION] = "how long the data is kept",
		[SAT_TERM_STORAGE_LOCATION] = "where the data is kept",
		[SAT_TERM_SUBSTITUTE_NAME] = "in mourning: the name to say instead",
		[SAT_TERM_WITHDRAWAL_METHOD] = "how to take it back",
	};
	for (int i = 0; i < SAT_TERMS; i++)
		options[FIRST_DETAIL + i] = (cli_option){ sat_detail_name(i), CLI_TEXT, &r.details[i], "TEXT", help[i] };
	for (int i = 0, at = FIRST_TERM; i < SAT_TERM_COUNT; i++) {
		if (help_of_terms[i] != NULL)
			options[at++] = (cli_option){ option_name((sat_term)i, names[i]), CLI_TEXT, &r.terms[i], "TEXT",
				                      help_of_terms[i] };
	}
	if (!cli_options(c, &usage, options, &argc, &argv))
		return c->code;
	SAT_ARENA(arena);
	sat_dot subject;
	r.count = (size_t)argc - 1;
	if (cli_open(c) != 0 || cli_subject(c, argv[0], &subject) != 0 ||
	    read_all(c, &r, subject, argv + 1, &arena) != 0 ||
	    cli_consent_ask(c, r.decisions, r.count, yes) != 0 || cli_unlock(c) != 0 ||
	    cli_transaction(c, record_change, &r) != 0)
		return cli_fail(c);
	return tell(c, &r, subject) != 0 ? cli_fail(c) : CLI_DONE;
}
