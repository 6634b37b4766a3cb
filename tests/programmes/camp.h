/* The world of one history: a registry, a laptop where people work, and one laptop of each role that only
 * receives; what they know of, and the events so far (facts.h). */
#ifndef TEST_PROGRAMMES_CAMP_H
#define TEST_PROGRAMMES_CAMP_H

#include "facts.h"
#include "tests/support/dice.h"

enum { CAMP_REGISTRY, CAMP_LAPTOP, CAMP_READERS, CAMP_REPLICAS = CAMP_READERS + 3, CAMP_RECORDS_MAX = 256,
       CAMP_LABEL_BYTES = 96 };

/* One that was made somewhere. */
typedef struct known_record {
	char id[SAT_ID_CHARS];
	char kind[SAT_NAME_BYTES];
	sat_subjects is;
	bool erased, guarded, took_back; /* somewhere, as far as the driver remembers */
	bool labelled, near;             /* a label was put on it; or on something that it refers to */
} known_record;

typedef struct camp {
	dice dice;
	const char *folder;             /* where everything is written */
	char stores[300];               /* where stores lie, a folder that is removed */
	replica all[CAMP_REPLICAS];
	char audiences[CAMP_REPLICAS][64];
	bool replies[CAMP_REPLICAS];
	memory_place stick;
	json_t *events;
	known_record records[CAMP_RECORDS_MAX];
	size_t record_count;
	unsigned markers, files;
	int32_t day;
	bool labels;                    /* some records get labels */
} camp;

/* Stops the program when something failed that should not. */
void camp_check(const char *where, int rc, const sat_error *err);
#define CAMP_MUST(call)                                     \
	do {                                                \
		sat_error must_err = { 0 }, *err = &must_err; \
		int must_rc = (call);                       \
		camp_check(#call, must_rc, &must_err);      \
	} while (0)

/* Founds the registry with a random programme and enrols the laptops. */
void camp_found(camp *c, const char *folder, uint64_t seed);
/* Writes programme.json and facts.json, and removes the stores. */
void camp_end(camp *c, uint64_t seed);
void camp_note(camp *c, json_t *event);
/* A text that occurs nowhere else: twelve letters between two fences. */
void camp_marker(camp *c, char *text, size_t room);
/* Sets every clock. */
void camp_set_day(camp *c, int32_t day);
/* The registry signs a date some days before or after that of the clocks. */
void camp_sign_date(camp *c);

/* Exports, keeps the bundles, and lets the recipient merge them if it should. */
void camp_export(camp *c, size_t from, size_t to, bool merge);
/* Registry and laptop tell each other everything. */
void camp_sync(camp *c);

/* Steps of a history at one replica; each may come to nothing. */
void camp_add(camp *c, replica *r);
void camp_edit(camp *c, replica *r);
void camp_edit_one(camp *c, replica *r, const known_record *record);
void camp_erase(camp *c, replica *r);
void camp_erase_one(camp *c, replica *r, known_record *record);
/* Whether `r` has it, or had it before it was erased; `*id` is how it numbers it. */
bool camp_is_known(replica *r, const known_record *record, sat_dot *id);
/* A record that is labelled as it is made. */
void camp_add_labelled(camp *c, replica *r);
/* Somebody is asked several things; `first`: for the first time, when most say yes. */
void camp_decide(camp *c, replica *r, known_record *subject, bool first);
/* Somebody who took something back for ever agrees again, and their record is written once more. */
void camp_agree_again(camp *c, replica *r);
/* A guardian comes or goes, mourning begins or ends. */
void camp_change_state(camp *c, replica *r, known_record *subject);
/* A person or a community that was not erased; NULL when there is none. */
known_record *camp_anybody(camp *c);

/* Throws a label for a record that has none: its audience, an embargo, its words, which lie in `text`. */
void camp_throw_label(camp *c, sat_decision *label, char text[static CAMP_LABEL_BYTES]);
/* Something to do with labels: one is put on a record, or ends; what has one is made, erased, or referred to. */
void camp_label(camp *c, replica *r);
/* Takes down what was decided in one sitting at `r`. */
void camp_note_decisions(camp *c, replica *r, const sat_decision *decisions, size_t count);

#endif
