/* See decision.h. */
#include "decision.h"

#include <string.h>

#include "incarnation.h"

/* --- names -------------------------------------------------------------------------------------- */

static const char *const event_names[] = {
	[SAT_REQUESTED] = "requested", [SAT_DEFERRED] = "deferred",       [SAT_REFUSED] = "refused",
	[SAT_GIVEN] = "given",         [SAT_RENEWED] = "renewed",         [SAT_WITHDRAWN] = "withdrawn",
	[SAT_REVOKED] = "revoked",     [SAT_EXPIRED] = "expired",         [SAT_INVALIDATED] = "invalidated",
	[SAT_ENTERED_IN_ERROR] = "entered_in_error",
};

static const char *const detail_names[SAT_DETAILS] = {
	"grantor", "relation", "method", "language", "interpreter", "witness", "evidence", "notice",
	"process", "dissent", "terms",
};

const char *sat_event_name(sat_event event)
{
	return event >= SAT_REQUESTED && event <= SAT_EVENT_LAST ? event_names[event] : NULL;
}

sat_event sat_event_of_name(const char *name)
{
	for (int i = SAT_REQUESTED; name != NULL && i <= SAT_EVENT_LAST; i++) {
		if (strcmp(event_names[i], name) == 0)
			return (sat_event)i;
	}
	return (sat_event)0;
}

const char *sat_detail_name(int detail) { return detail_names[detail]; }

uint8_t sat_decision_flags(const sat_decision *d) { return (uint8_t)(d->final | d->voice << 1); }

bool sat_decision_take_flags(sat_decision *d, uint8_t flags)
{
	d->final = flags & 1;
	d->voice = (sat_voice)(flags >> 1);
	return flags >> 1 <= SAT_VOICE_LAST && (!d->final || d->event == SAT_WITHDRAWN || d->event == SAT_REVOKED);
}

/* --- cores -------------------------------------------------------------------------------------- */

/* Reads "purpose=episode" up to the next space; NULL when it is no such word. */
static const char *read_stated(const char *at, char name[static SAT_NAME_BYTES], uint32_t *episode)
{
	size_t length = strcspn(at, "= ");
	if (at[length] != '=' || !sat_name_valid(at, length))
		return NULL;
	memcpy(name, at, length);
	name[length] = '\0';
	at += length + 1;
	uint64_t number = 0;
	size_t digits = strspn(at, "0123456789");
	for (size_t i = 0; i < digits && i < 11; i++)
		number = number * 10 + (uint64_t)(at[i] - '0');
	if (digits == 0 || at[0] == '0' || number > UINT32_MAX || (at[digits] != ' ' && at[digits] != '\0'))
		return NULL;
	*episode = (uint32_t)number;
	return at + digits;
}

bool sat_decision_each_stated(const char *stated, void (*each)(void *, const char *, uint32_t), void *context)
{
	char name[SAT_NAME_BYTES], before[SAT_NAME_BYTES] = "";
	uint32_t episode;
	size_t count = 0;
	for (const char *at = stated == NULL ? "" : stated; *at != '\0';) {
		at = read_stated(at, name, &episode);
		if (at == NULL || strcmp(before, name) >= 0 || ++count > SAT_STATED_MAX || (*at == ' ' && at[1] == '\0'))
			return false;
		if (each != NULL)
			each(context, name, episode);
		memcpy(before, name, sizeof before);
		at += *at == ' ';
	}
	return true;
}

typedef struct wanted {
	const char *purpose;
	uint32_t episode;
} wanted;

static void compare_stated(void *context, const char *purpose, uint32_t episode)
{
	wanted *w = context;
	if (strcmp(purpose, w->purpose) == 0)
		w->episode = episode;
}

uint32_t sat_decision_states(const sat_decision *d, const char *purpose)
{
	wanted w = { .purpose = purpose };
	sat_decision_each_stated(d->stated, compare_stated, &w);
	return w.episode;
}

/* Most details are absent, and an empty text is one byte. */
static void put_text(sat_bytes *b, const char *text)
{
	if (text == NULL || text[0] == '\0')
		sat_bytes_put_u8(b, 0);
	else
		sat_bytes_put_span(b, text, strlen(text));
}

int sat_decision_put_subject(sat_store *store, sat_dot subject, sat_bytes *core, sat_error *err)
{
	static const uint8_t zeros[SAT_INCARNATION_BYTES];
	if (!sat_dot_linked(subject)) {
		uint8_t name[SAT_UNLINKED_BYTES];
		sat_bytes_put(core, zeros, sizeof zeros);
		int rc = sat_unlinked_name(store, subject, name, err);
		sat_bytes_put(core, name, sizeof name);
		return rc;
	}
	const sat_incarnation *incarnation = sat_incarnation_at(store, sat_dot_index(subject));
	if (incarnation == NULL)
		return sat_fail(err, SAT_EDAMAGED, "a decision is about a record that cannot be named");
	sat_bytes_put(core, incarnation->name, SAT_INCARNATION_BYTES);
	sat_bytes_put_le64(core, (uint64_t)sat_dot_counter(subject));
	return 0;
}

static int commit_to_details(sat_decision *d, sat_bytes *scratch, sat_error *err)
{
	sat_bytes_reset(scratch);
	sat_bytes_put(scratch, d->salt, SAT_SALT_BYTES);
	for (int i = 0; i < SAT_DETAILS; i++)
		put_text(scratch, d->details[i]);
	sat_bytes_put_zigzag(scratch, d->claimed_time);
	if (!sat_bytes_ok(scratch))
		return sat_no_memory(err);
	sat_hash(d->commitment, "satchel1commit", scratch->data, scratch->length);
	return 0;
}

/* The core from the purpose on, and the hash of all of it. */
static int finish_core(sat_decision *d, sat_bytes *core, sat_error *err)
{
	put_text(core, d->purpose);
	sat_bytes_put_u8(core, (uint8_t)d->event);
	sat_bytes_put_u8(core, sat_decision_flags(d));
	sat_bytes_put_varint(core, d->episode);
	sat_bytes_put_varint(core, (uint64_t)d->until);
	put_text(core, d->recipients);
	put_text(core, d->withheld_from);
	sat_bytes_put_varint(core, d->notice);
	put_text(core, d->stated);
	sat_bytes_put_varint(core, d->supersedes_count);
	sat_bytes_put(core, d->supersedes, d->supersedes_count * SAT_HASH_BYTES);
	sat_bytes_put(core, d->commitment, SAT_HASH_BYTES);
	if (!sat_bytes_ok(core))
		return sat_no_memory(err);
	sat_hash(d->name, "satchel1decision", core->data, core->length);
	return 0;
}

int sat_decision_seal_in(sat_store *store, sat_decision *d, sat_bytes *scratch, sat_error *err)
{
	int rc = d->has_details ? commit_to_details(d, scratch, err) : 0;
	if (rc != 0)
		return rc;
	const sat_incarnation *author = sat_incarnation_at(store, sat_dot_index(d->id));
	if (author == NULL)
		return sat_fail(err, SAT_EDAMAGED, "a decision has no author");
	sat_bytes_reset(scratch);
	sat_bytes_put(scratch, author->name, SAT_INCARNATION_BYTES);
	sat_bytes_put_le64(scratch, (uint64_t)sat_dot_counter(d->id));
	rc = sat_decision_put_subject(store, d->subject, scratch, err);
	return rc != 0 ? rc : finish_core(d, scratch, err);
}

int sat_decision_seal_as(const uint8_t author[static SAT_INCARNATION_BYTES], int64_t counter, const void *subject,
                         size_t subject_bytes, sat_decision *d, sat_error *err)
{
	SAT_BYTES(scratch);
	int rc = d->has_details ? commit_to_details(d, &scratch, err) : 0;
	if (rc != 0)
		return rc;
	sat_bytes_reset(&scratch);
	sat_bytes_put(&scratch, author, SAT_INCARNATION_BYTES);
	sat_bytes_put_le64(&scratch, (uint64_t)counter);
	sat_bytes_put(&scratch, subject, subject_bytes);
	return finish_core(d, &scratch, err);
}

int sat_decision_seal(sat_store *store, sat_decision *decision, sat_error *err)
{
	SAT_BYTES(scratch);
	return sat_decision_seal_in(store, decision, &scratch, err);
}
