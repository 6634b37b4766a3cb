/* See details.h. */
#include "details.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "erase.h"
#include "history.h"
#include "plant.h"
#include "store-private.h"

/* --- what they need ------------------------------------------------------------------------------- */

void sat_details_load(sat_store *store)
{
	const sat_programme *programme = store->programme;
	memset(store->detail_needs, 0, sizeof store->detail_needs);
	for (size_t i = 0; i < programme->kind_count; i++) {
		const sat_kind *kind = &programme->kinds[i];
		for (int k = 0; kind->decisions && k < SAT_DETAILS; k++) {
			const sat_field *field = sat_kind_field(kind, sat_detail_name(k));
			store->detail_needs[k] = field == NULL ? 0 : sat_field_needs(store, field);
		}
	}
}

sat_purposes sat_detail_needs(const sat_store *store, const sat_decision *d, int detail)
{
	/* Of a label it goes to whoever sees what is labelled. */
	if (strcmp(d->purpose, SAT_PROTOCOL) == 0)
		return 0;
	sat_purposes needs = store->detail_needs[detail], own = sat_purpose_find(store, d->purpose);
	if ((own & store->collective) != 0 && (needs & store->personal) != 0)
		needs = (needs & ~store->personal) | own;
	return sat_purpose_is_state(d->purpose) ? needs & ~sat_purpose_find(store, SAT_IN_MOURNING) : needs;
}

sat_purposes sat_details_needs(const sat_store *store, const sat_decision *d)
{
	sat_purposes needs = 0;
	for (int i = 0; i < SAT_DETAILS; i++)
		needs |=
		    d->details[i] != NULL && d->details[i][0] != '\0' ? sat_detail_needs(store, d, i) : 0;
	return needs;
}

/* --- the answer ----------------------------------------------------------------------------------- */

typedef struct statement {
	const sat_store *store;
	sat_dot subject;
	sat_stated at[SAT_STATED_MAX + 1];
	size_t count;
} statement;

static void add_stated(void *context, const char *purpose, uint32_t episode)
{
	statement *s = context;
	sat_purposes bit = sat_purpose_find(s->store, purpose);
	if (bit != 0 && bit != SAT_PURPOSE_NEVER)
		s->at[s->count++] = (sat_stated){ s->subject, episode, (uint8_t)__builtin_ctzll(bit) };
}

int sat_details_weigh(sat_gate *gate, sat_store *store, const sat_decision *d, sat_leave *leave,
                      sat_error *err)
{
	bool collective = (sat_purpose_find(store, d->purpose) & store->collective) != 0;
	statement s = { .store = store, .subject = collective ? sat_dot_community(d->subject) : d->subject };
	sat_decision_each_stated(d->stated, add_stated, &s);
	s.at[s.count++] = (sat_stated){ s.subject, 0, SAT_EVERY_PURPOSE };
	return sat_gate_weigh(gate, NULL, 0, s.at, s.count, leave, err);
}

int sat_details_answer(sat_gate *gate, sat_store *store, const sat_decision *d, sat_answer *answer,
                       sat_error *err)
{
	sat_purposes needs = sat_details_needs(store, d);
	sat_leave leave;
	*answer = SAT_PERMITTED;
	if (needs == 0)
		return 0;
	int rc = sat_details_weigh(gate, store, d, &leave, err);
	if (rc == 0)
		*answer = sat_gate_answer(&leave, needs);
	return rc;
}

/* --- what they state ------------------------------------------------------------------------------ */

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int sat_details_state(const sat_decision *d, const sat_decision *earlier, size_t count, sat_arena *arena,
                      const char **stated, sat_error *err)
{
	*stated = NULL;
	bool closed = d->final;
	for (size_t i = 0; !closed && i < count; i++)
		closed = earlier[i].final;
	if (!closed)
		return 0;
	const char **names = sat_arena_take(arena, (count + 1) * sizeof *names);
	if (names == NULL)
		return sat_no_memory(err);
	for (size_t i = 0; i < count; i++)
		names[i] = earlier[i].purpose;
	names[count] = d->purpose;
	qsort(names, count + 1, sizeof *names, compare_names);
	SAT_BYTES(text);
	size_t words = 0;
	for (size_t i = 0; i <= count && words < SAT_STATED_MAX; i++) {
		uint32_t episode = sat_consent_episode(earlier, count, names[i]);
		episode += d->final && strcmp(names[i], d->purpose) == 0;
		if (episode == 0 || (i > 0 && strcmp(names[i], names[i - 1]) == 0))
			continue;
		char number[16];
		snprintf(number, sizeof number, "=%lu", (unsigned long)episode);
		sat_bytes_put_text(&text, words++ == 0 ? "" : " ");
		sat_bytes_put_text(&text, names[i]);
		sat_bytes_put_text(&text, number);
	}
	if (words > 0)
		*stated = sat_bytes_ok(&text) ? sat_arena_copy(arena, text.data, text.length) : NULL;
	return words > 0 && *stated == NULL ? sat_no_memory(err) : 0;
}

/* --- erasing -------------------------------------------------------------------------------------- */

bool sat_details_dead(const sat_store *store, const sat_decision *d, const sat_decision *all, size_t count)
{
	if (sat_consent_episode(all, count, d->purpose) > sat_decision_states(d, d->purpose))
		return true;
	for (sat_purposes left = sat_details_needs(store, d) & ~SAT_PURPOSE_NEVER; left != 0;
	     left &= left - 1) {
		const char *purpose = sat_purpose_name(store, (unsigned)__builtin_ctzll(left));
		if (sat_consent_episode(all, count, purpose) > sat_decision_states(d, purpose))
			return true;
	}
	return false;
}

int sat_details_erase_dead(sat_store *store, sat_dot subject, sat_error *err)
{
	SAT_ARENA(arena);
	sat_decision *all;
	size_t count;
	bool erased, closed = false;
	int rc = sat_record_erased(store, subject, &erased, err);
	if (rc == 0)
		rc = sat_consent_of_subject(store, subject, false, &arena, &all, &count, err);
	for (size_t i = 0; rc == 0 && i < count; i++)
		closed = closed || all[i].final;
	if (rc != 0 || (!erased && !closed) || SAT_PLANTED_BUG(26))
		return rc;
	rc = sat_consent_of_subject(store, subject, true, &arena, &all, &count, err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (!all[i].has_details || (!erased && !sat_details_dead(store, &all[i], all, count)))
			continue;
		rc = sat_decision_bare(store, &all[i], err);
		if (rc == 0)
			rc = sat_batch_unseed(store, all[i].id, err);
	}
	return rc;
}

/* --- sending again -------------------------------------------------------------------------------- */

int sat_details_touch(sat_store *store, sat_dot subject, sat_purposes purposes, sat_dot first, sat_dot last,
                      sat_error *err)
{
	sat_purposes all_needs = store->collective;
	for (int i = 0; i < SAT_DETAILS; i++)
		all_needs |= store->detail_needs[i];
	if (store->offered == 0 || (all_needs & purposes) == 0)
		return 0;
	SAT_ARENA(arena);
	sat_decision *all;
	size_t count;
	int rc = sat_consent_of_subject(store, subject, true, &arena, &all, &count, err);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (all[i].has_details && (all[i].id < first || all[i].id > last) &&
		    (sat_details_needs(store, &all[i]) & purposes) != 0)
			rc = sat_history_touch(store, all[i].id, SAT_HISTORY_DECISION, err);
	}
	return rc;
}
