/* The programme: which kinds of record there are, their fields, and what each field needs.
 *
 * A programme is a JSON document.  One is compiled in (programme/default.json, the community
 * workshop); the registry distributes another in its place without a new build.  Reading one checks
 * everything, so that the rest of Satchel never meets a programme with a hole in it.
 *
 *     { "satchel_programme": 1, "name": "community-workshop", "version": 3, "language": "en",
 *       "purposes": [ { "name": "identity", "label": { "en": "Your name" } } ],
 *       "kinds": [ { "name": "person", "label": { "en": "Person" }, "person": true,
 *                    "unlinked": false, "title": "name",
 *                    "fields": [ { "name": "name", "type": "text", "label": { "en": "Name" },
 *                                  "needs": [ "identity" ], "required": true, "search": true },
 *                                { "name": "gender", "type": "choice", "needs": [ "demographics" ],
 *                                  "choices": [ { "name": "woman", "label": { "en": "Woman" } } ] },
 *                                { "name": "community", "type": "reference", "of": "community" } ] } ] }
 *
 * A purpose may say "notice": 3: a yes holds only when version 3 or later of its notice was explained, so
 * that a new version asks again.  A field with "mourned": true rests while a person whom the record
 * concerns is in mourning.
 *
 * A reference "of" a kind with "person": true or "community": true concerns whom it names, unless the field
 * says "concerns": false, and so does a record of such a kind itself.  A purpose with "collective": true is
 * decided by communities, and only by them; every other one by persons.  A kind with "decisions": true is
 * kept by consent.h in a table of its own; its fields are there for labels and for what they need.
 */
#ifndef SAT_PROGRAMME_H
#define SAT_PROGRAMME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "value.h"

#define SAT_NAME_BYTES 49           /* a name of 48 characters and its end */
#define SAT_PROGRAMME_BYTES_MAX (1u << 20)
#define SAT_KINDS_MAX 128
#define SAT_FIELDS_MAX 256          /* of one kind */
#define SAT_PURPOSES_MAX 62         /* so that a set of purposes and of states is one word (purpose.h) */
#define SAT_CHOICES_MAX 1024

/* Who may be concerned, as a set. */
typedef uint8_t sat_subjects;
enum { SAT_AS_PERSON = 1, SAT_AS_COMMUNITY = 2 };

typedef struct sat_label {          /* one text in one language */
	char language[16];          /* "en", "es", "wim" */
	char *text;
} sat_label;

typedef struct sat_labels {
	sat_label *at;
	size_t count;
} sat_labels;

typedef struct sat_choice {
	char name[SAT_NAME_BYTES];
	sat_labels labels;
} sat_choice;

typedef struct sat_field {
	char name[SAT_NAME_BYTES];
	sat_type type;
	sat_labels labels;
	bool required;
	bool search;                /* goes into the search index */
	sat_subjects concerns;      /* as what whom it refers to is concerned; 0: nobody is */
	bool mourned;               /* name, image or voice of a person: rests while they are mourned */
	char of[SAT_NAME_BYTES];    /* kind that references name; "" when not a reference */
	sat_choice *choices;
	size_t choice_count;
	uint16_t *needs;            /* indices into the programme's purposes */
	size_t need_count;
} sat_field;

typedef struct sat_kind {
	char name[SAT_NAME_BYTES];
	sat_labels labels;
	sat_subjects is;            /* its records are people, or communities */
	bool unlinked;              /* its records get random names */
	bool decisions;             /* kept by consent.h */
	char title[SAT_NAME_BYTES]; /* the field that stands for the record in lists; "" when none */
	sat_field *fields;
	size_t field_count;
} sat_kind;

typedef struct sat_purpose {
	char name[SAT_NAME_BYTES];
	sat_labels labels;
	bool collective;            /* communities decide about it, not persons */
	uint32_t notice;            /* the least version of its notice that a yes may rest on; 0: any */
} sat_purpose;

typedef struct sat_programme {
	char name[SAT_NAME_BYTES + 16]; /* free text of at most 64 bytes */
	uint32_t version;
	char language[16];          /* the language of labels when the asked one is missing */
	sat_purpose *purposes;
	size_t purpose_count;
	sat_kind *kinds;
	size_t kind_count;
} sat_programme;

/* Reads and checks a programme.  `json` need not be terminated.  The result is owned by the caller.
 * SAT_EINVALID with a sentence that names the place ("kind note, field speaker: ..."), SAT_ETOONEW
 * for another "satchel_programme" than 1, SAT_ELIMIT. */
int sat_programme_read(sat_programme **programme, const char *json, size_t length, sat_error *err);
void sat_programme_free(sat_programme *programme);
SAT_AUTO_DEFINE(sat_programme)

/* The compiled-in programme's JSON, borrowed for ever; *length may be NULL. */
const char *sat_programme_default(size_t *length);

/* Borrowed from the programme; NULL when there is none of that name. */
const sat_kind *sat_programme_kind(const sat_programme *programme, const char *name);
const sat_field *sat_kind_field(const sat_kind *kind, const char *name);
const sat_choice *sat_field_choice(const sat_field *field, const char *name, size_t length);
/* The label in `language`, else in the programme's, else the first, else NULL.  Borrowed. */
const char *sat_programme_label(const sat_programme *programme, const sat_labels *labels,
                                const char *language);

#endif
