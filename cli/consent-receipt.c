/* satchel consent receipt: what a person agreed to, who has it, and what is confirmed erased. */
#include <string.h>

#include "core/concern.h"
#include "core/erase.h"
#include "core/erasure.h"
#include "core/permission.h"
#include "core/record.h"
#include "decisions.h"
#include "holding.h"
#include "receipt.h"
#include "values.h"
#include "view.h"

static const cli_usage usage = {
	"consent receipt", "SUBJECT",
	"Says what a person answered, what they took back and which machines have confirmed that it is "
	"erased,\n"
	"and who has the rest.  With --html writes it as a page to print, with pictures beside the words.",
	1, 1
};

/* --- answers -------------------------------------------------------------------------------------- */

static receipt_said said_by(const sat_decision *d)
{
	switch (d->event) {
	case SAT_GIVEN:
	case SAT_RENEWED:
		return RECEIPT_YES;
	case SAT_REFUSED:
		return RECEIPT_NO;
	case SAT_REQUESTED:
	case SAT_DEFERRED:
		return RECEIPT_LATER;
	case SAT_WITHDRAWN:
	case SAT_REVOKED:
		return d->final ? RECEIPT_TAKEN_BACK : RECEIPT_STOPPED;
	default:
		return RECEIPT_ENDED;
	}
}

static void day_of(const sat_decision *d, char day[static CLI_TIME_CHARS])
{
	day[0] = '\0';
	if (d->has_details)
		cli_day((int32_t)(d->claimed_time / 86400), day);
}

/* What the person's own heads of one purpose come to; false when they never answered. */
static bool answered(const sat_decision *all, size_t count, const char *purpose, receipt_answer *a)
{
	uint32_t episode = sat_consent_episode(all, count, purpose);
	bool any = false, present = false;
	for (size_t i = 0; i < count; i++) {
		const sat_decision *d = &all[i];
		if (strcmp(d->purpose, purpose) != 0 || d->voice != SAT_OWN_VOICE ||
		    (!d->final && d->episode != episode) || !sat_decision_is_head(all, count, d) ||
		    (present && d->episode != episode))
			continue;
		bool same = any && present == (d->episode == episode);
		a->said = same && present && a->said != said_by(d) ? RECEIPT_UNCLEAR : said_by(d);
		a->only_for = d->recipients == NULL || a->said != RECEIPT_YES ? "" : d->recipients;
		day_of(d, a->day);
		any = true;
		present = present || d->episode == episode;
	}
	return any;
}

static int is_permitted(cli *c, sat_dot subject, const char *purpose, bool *yes)
{
	sat_gate *gate;
	SAT_ARENA(arena);
	const sat_stated *stated;
	uint32_t count;
	sat_leave leave = { 0 };
	sat_dot concerned;
	int rc = cli_concerned(c, subject, &concerned);
	if (rc == 0)
		rc = cli_registry_gate(c, &gate);
	if (rc == 0)
		rc = sat_gate_state(gate, &concerned, 1, &arena, &stated, &count, &c->err);
	if (rc == 0)
		rc = sat_gate_weigh(gate, &concerned, 1, stated, count, &leave, &c->err);
	*yes = rc == 0 && sat_gate_answer(&leave, sat_purpose_find(c->store, purpose)) == SAT_PERMITTED;
	return rc;
}

static int gather_answers(cli *c, receipt *r, sat_dot subject, const sat_decision *all, size_t count,
                          const char *language)
{
	const sat_programme *programme = sat_store_programme(c->store);
	r->answers = sat_arena_zeroed(&r->arena, programme->purpose_count + 1, sizeof *r->answers);
	if (r->answers == NULL)
		return sat_fail(&c->err, SAT_ENOMEM, "out of memory");
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < programme->purpose_count; i++) {
		const sat_purpose *purpose = &programme->purposes[i];
		receipt_answer *a = &r->answers[r->answer_count];
		bool permitted = true;
		if (!answered(all, count, purpose->name, a))
			continue;
		a->purpose = purpose->name;
		a->label = sat_programme_label(programme, &purpose->labels, language);
		a->label = a->label == NULL ? purpose->name : a->label;
		if (a->said == RECEIPT_YES && a->only_for[0] == '\0')
			rc = is_permitted(c, subject, purpose->name, &permitted);
		if (!permitted)
			a->said = RECEIPT_ON_HOLD;
		r->answer_count++;
	}
	return rc;
}

/* --- erasures ------------------------------------------------------------------------------------- */

static int ask_machines(cli *c, receipt *r, receipt_erasure *e, const uint8_t *name)
{
	sat_device *devices;
	size_t count;
	int rc = sat_devices(c->store, &r->arena, &devices, &count, &c->err);
	if (rc == 0 && (e->machines = sat_arena_zeroed(&r->arena, count + 1, sizeof *e->machines)) == NULL)
		rc = sat_fail(&c->err, SAT_ENOMEM, "out of memory");
	for (size_t i = 0; rc == 0 && i < count; i++) {
		int64_t at;
		if (strcmp(devices[i].state, "pending") == 0)
			continue;
		receipt_machine *m = &e->machines[e->machine_count++];
		rc = sat_erasure_confirmed(c->store, name, devices[i].id, &at, &c->err);
		memcpy(m->name, devices[i].name, sizeof m->name);
		m->here = devices[i].id == 1;
		m->state = rc == 1                                    ? RECEIPT_ERASED
		           : strcmp(devices[i].state, "revoked") == 0 ? RECEIPT_LOST
		                                                      : RECEIPT_WAITING;
		if (rc == 1)
			cli_day((int32_t)(at / 86400), m->day);
		rc = rc < 0 ? rc : 0;
	}
	return rc;
}

static int gather_erasures(cli *c, receipt *r, sat_dot subject, const sat_decision *all, size_t count,
                           const char *language)
{
	const sat_programme *programme = sat_store_programme(c->store);
	uint8_t name[SAT_ERASURE_NAME_BYTES];
	bool erased;
	r->erasures = sat_arena_zeroed(&r->arena, count + 1, sizeof *r->erasures);
	int rc = r->erasures == NULL ? sat_fail(&c->err, SAT_ENOMEM, "out of memory")
	                             : sat_record_erased(c->store, subject, &erased, &c->err);
	if (rc == 0 && erased) {
		rc = sat_erasure_of_record(c->store, subject, name, &c->err);
		if (rc == 0)
			rc = ask_machines(c, r, &r->erasures[r->erasure_count++], name);
	}
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (!all[i].final)
			continue;
		receipt_erasure *e = &r->erasures[r->erasure_count++];
		e->purpose = e->label = sat_arena_copy(&r->arena, all[i].purpose, strlen(all[i].purpose));
		for (size_t k = 0; k < programme->purpose_count; k++) {
			if (strcmp(programme->purposes[k].name, all[i].purpose) == 0)
				e->label =
				    sat_programme_label(programme, &programme->purposes[k].labels, language);
		}
		day_of(&all[i], e->day);
		sat_erasure_of_decision(&all[i], name);
		rc = ask_machines(c, r, e, name);
	}
	return rc;
}

/* --- holders -------------------------------------------------------------------------------------- */

typedef struct holding {
	sat_store *store;
	sat_holders *holders;
	bool here;
} holding;

static int hold_one(void *context, sat_table *table, sat_dot id, sat_error *err)
{
	holding *h = context;
	SAT_ARENA(arena);
	sat_state state;
	int rc = sat_record_load(h->store, table, id, &arena, &state, err);
	if (rc != 0 || !state.created)
		return rc;
	for (size_t i = 0; i < state.count; i++)
		h->here =
		    h->here || (!state.siblings[i].blank && state.siblings[i].value.type != SAT_CLEARED);
	return sat_holders_add(h->holders, &state, ~UINT64_C(0), err);
}

static int gather_holders(cli *c, receipt *r, sat_dot subject)
{
	SAT_AUTO(sat_holders) holders = NULL;
	const sat_holder *list;
	size_t count;
	sat_device self;
	int rc = sat_device_get(c->store, 1, &self, &c->err);
	if (rc == 0)
		rc = sat_holders_begin(&holders, c->store, &c->err);
	holding h = { .store = c->store, .holders = holders };
	if (rc == 0)
		rc = sat_record_each_of_person(c->store, subject, hold_one, &h, &c->err);
	if (rc != 0)
		return rc;
	sat_holders_list(holders, &list, &count);
	r->holders = sat_arena_zeroed(&r->arena, count + 2, sizeof *r->holders);
	if (r->holders == NULL)
		return sat_fail(&c->err, SAT_ENOMEM, "out of memory");
	if (h.here) {
		receipt_holder *own = &r->holders[r->holder_count++];
		*own = (receipt_holder){ .here = true };
		memcpy(own->name, self.name, sizeof own->name);
	}
	for (size_t i = 0; i < count; i++) {
		if (cli_holding_words(&list[i]) == NULL)
			continue;
		receipt_holder *other = &r->holders[r->holder_count++];
		memcpy(other->name, list[i].device.name, sizeof other->name);
		other->lost = strcmp(list[i].device.state, "revoked") == 0;
		other->earlier = list[i].held == 0 && list[i].on_the_way == 0;
	}
	return 0;
}

/* --- telling -------------------------------------------------------------------------------------- */

static const char *const said_words[] = { "yes",     "on_hold",    "no",    "later",
	                                  "stopped", "taken_back", "ended", "unclear" };
static const char *const state_words[] = { "erased", "waiting", "lost" };

static void tell_answers(cli *c, const receipt *r)
{
	json_t *answers = json_array();
	cli_print(c, "answers:\n");
	for (size_t i = 0; i < r->answer_count; i++) {
		const receipt_answer *a = &r->answers[i];
		cli_print(c, "    %-20s %s%s%s%s%s\n", a->purpose, said_words[a->said],
		          a->day[0] == '\0' ? "" : ", ", a->day, a->only_for[0] == '\0' ? "" : ", only for ",
		          a->only_for);
		json_array_append_new(answers, json_pack("{s:s, s:s, s:o, s:o}", "purpose", a->purpose,
		                                         "answer", said_words[a->said], "day",
		                                         a->day[0] == '\0' ? json_null() : cli_text(a->day),
		                                         "only_for", cli_text(a->only_for)));
	}
	cli_set(c, "answers", answers);
}

static void tell_erasures(cli *c, const receipt *r)
{
	json_t *erasures = json_array();
	if (r->erasure_count > 0)
		cli_print(c, "taken back:\n");
	for (size_t i = 0; i < r->erasure_count; i++) {
		const receipt_erasure *e = &r->erasures[i];
		json_t *machines = json_array();
		cli_print(c, "    %s%s%s\n", e->purpose == NULL ? "the whole record" : e->purpose,
		          e->day[0] == '\0' ? "" : ", ", e->day);
		for (size_t k = 0; k < e->machine_count; k++) {
			const receipt_machine *m = &e->machines[k];
			cli_print(c, "        %s%s: %s%s\n", m->name, m->here ? " (this machine)" : "",
			          m->state == RECEIPT_ERASED    ? "erased, "
			          : m->state == RECEIPT_WAITING ? "has not answered yet"
			                                        : "was revoked and has not answered",
			          m->day);
			json_array_append_new(
			    machines, json_pack("{s:o, s:b, s:s, s:o}", "name", cli_text(m->name), "here",
			                        (int)m->here, "state", state_words[m->state], "day",
			                        m->day[0] == '\0' ? json_null() : cli_text(m->day)));
		}
		json_array_append_new(erasures,
		                      json_pack("{s:o, s:o, s:o}", "purpose",
		                                e->purpose == NULL ? json_null() : cli_text(e->purpose),
		                                "day", e->day[0] == '\0' ? json_null() : cli_text(e->day),
		                                "machines", machines));
	}
	cli_set(c, "taken_back", erasures);
}

static void tell_holders(cli *c, const receipt *r)
{
	json_t *holders = json_array();
	cli_print(c, "who has something:%s\n", r->holder_count == 0 ? " nobody" : "");
	for (size_t i = 0; i < r->holder_count; i++) {
		const receipt_holder *h = &r->holders[i];
		cli_print(c, "    %s%s%s%s\n", h->name, h->here ? " (this machine)" : "",
		          h->earlier ? ", sent under an earlier yes" : "",
		          h->lost ? ", which was revoked and cannot be reached" : "");
		json_array_append_new(holders, json_pack("{s:o, s:b, s:b, s:b}", "name", cli_text(h->name),
		                                         "here", (int)h->here, "earlier", (int)h->earlier,
		                                         "reachable", (int)!h->lost));
	}
	cli_set(c, "held_by", holders);
}

static int write_page(cli *c, const receipt *r, const char *language, const char *path)
{
	SAT_BYTES(page);
	cli_receipt_page(r, language, &page);
	if (!sat_bytes_ok(&page))
		return sat_fail(&c->err, SAT_ENOMEM, "out of memory");
	int rc = cli_file_write(path, page.data, page.length, 0600, &c->err);
	if (rc == 0) {
		cli_set(c, "file", cli_text(path));
		cli_print(c, "The page is in %s.\n", path);
	}
	return rc;
}

/* The language that the person last spoke with us, as far as it may be shown here. */
static const char *language_of(cli *c, const sat_decision *all, size_t count)
{
	const char *language = NULL;
	for (size_t i = 0; i < count; i++) {
		if (all[i].details[SAT_LANGUAGE] != NULL)
			language = all[i].details[SAT_LANGUAGE];
	}
	return language != NULL ? language : sat_store_programme(c->store)->language;
}

static int make(cli *c, receipt *r, sat_dot subject, const char *language, const char *path)
{
	sat_decision *all;
	size_t count;
	int rc = sat_consent_of_subject(c->store, subject, true, &r->arena, &all, &count, &c->err);
	if (rc == 0 && language == NULL)
		language = language_of(c, all, count);
	cli_id(c, subject, r->id);
	cli_day((int32_t)(c->env->now(c->env->context) / 86400), r->day);
	if (rc == 0)
		rc = cli_describe_id(c, subject, &r->title);
	if (rc == 0)
		rc = gather_answers(c, r, subject, all, count, language);
	if (rc == 0)
		rc = gather_erasures(c, r, subject, all, count, language);
	if (rc == 0)
		rc = gather_holders(c, r, subject);
	if (rc != 0)
		return rc;
	cli_set(c, "subject", cli_text(r->id));
	cli_set(c, "title", cli_bytes(r->title.data, r->title.length));
	cli_print(c, "%.*s (%s)\n", (int)r->title.length, (const char *)r->title.data, r->id);
	tell_answers(c, r);
	tell_erasures(c, r);
	tell_holders(c, r);
	return path == NULL ? 0 : write_page(c, r, language, path);
}

/* Also somebody whose record was erased, by its id. */
static int find_subject(cli *c, const char *text, sat_dot *subject)
{
	sat_error unknown;
	bool erased = false;
	int rc = cli_subject(c, text, subject);
	if (rc != SAT_ENOTFOUND)
		return rc;
	unknown = c->err;
	if (sat_id_read(c->store, text, subject, &c->err) == 0 &&
	    sat_record_erased(c->store, *subject, &erased, &c->err) == 0 && erased)
		return 0;
	c->err = unknown;
	return rc;
}

int cli_consent_receipt(cli *c, int argc, char **argv)
{
	const char *path = NULL, *language = NULL;
	const cli_option options[] = {
		{ "html", CLI_TEXT, &path, "FILE", "write it as a page to print" },
		{ "language", CLI_TEXT, &language, "TAG", "of the page: en, es (default: the person's own)" },
		{ 0 },
	};
	if (!cli_options(c, &usage, options, &argc, &argv))
		return c->code;
	receipt r = { 0 };
	sat_dot subject;
	int rc = cli_open(c);
	if (rc == 0)
		rc = find_subject(c, argv[0], &subject);
	if (rc == 0)
		rc = make(c, &r, subject, language, path);
	sat_bytes_clear(&r.title);
	sat_arena_clear(&r.arena);
	return rc != 0 ? cli_fail(c) : CLI_DONE;
}
