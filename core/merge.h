/* Merging: what one record is, and how two tellings of it become one.
 *
 * A field is a multi-value register.  Each *sibling* carries the dot of the write that made it, its
 * own *past* (a version vector: for each incarnation the greatest counter of this field's writes that
 * the writer held) and what it states about consent.  A sibling goes only when another sibling's past
 * covers its dot; nothing else removes it, and in particular not silence.  There is no field-wide
 * context: with one, a sibling that the recipient may not see would be deleted by the answer.
 *
 * A sibling's identity is its dot, past, statement and content.  The same dot told in two ways keeps
 * both.  A *blank* is a sibling whose content was erased: dot, past and statement stay, and no hash
 * of the content either, since a hash of a short answer gives the answer away.  Content fills a
 * blank; a blank never empties content by itself (consent.h decides what is dead).
 *
 * Everything here is a pure function of what it is given (the store is asked only for the names of
 * incarnations, to order dots the same way everywhere), so it can be tested by itself and would run
 * over rows of any database.
 */
#ifndef SAT_MERGE_H
#define SAT_MERGE_H

#include "arena.h"
#include "table.h"
#include "value.h"

#define SAT_EVERY_PURPOSE 255

/* "When this was written, this person's (or community's) consent for this purpose stood in this episode." */
typedef struct sat_stated {
	sat_dot person;         /* of those concerned (dot.h) */
	uint32_t episode;
	uint8_t purpose;        /* bit number of a purpose, or SAT_EVERY_PURPOSE (then episode is 0) */
} sat_stated;

typedef struct sat_sibling {
	uint16_t field;         /* column number */
	bool blank;
	sat_dot dot;
	const sat_dot *past;    /* one dot an incarnation, ascending */
	const sat_stated *stated; /* ascending by person, then purpose; explicit */
	uint32_t past_count;
	uint32_t stated_count;
	sat_value value;        /* SAT_CLEARED for cleared and for blank */
} sat_sibling;

/* One record.  Everything in it lives in `arena`, which the caller owns. */
typedef struct sat_state {
	const sat_store *store;
	sat_table *table;
	sat_dot id;
	bool created;           /* the creation by the owner of the id is known */
	sat_sibling *siblings;  /* ascending by field, dot in the world's order, content */
	size_t count, room;
	sat_dot *persons;       /* whom it concerns (dot.h): grow-only, ascending */
	size_t person_count, person_room;
	sat_arena *arena;
} sat_state;

/* True when `past` covers `dot`. */
bool sat_past_covers(const sat_dot *past, size_t count, sat_dot dot);
/* The union of `past`, another past and one more dot (0: none), in `arena`; ascending. */
int sat_past_join(sat_arena *arena, const sat_dot **past, uint32_t *count, const sat_dot *other,
                  size_t other_count, sat_dot dot);

/* Adds a sibling by the rules above.  `*changed` becomes true when the state is another one now.
 * The sibling's memory is borrowed for the life of the arena.  SAT_ENOMEM. */
int sat_state_add(sat_state *state, const sat_sibling *sibling, bool *changed);
/* Adds somebody concerned. */
int sat_state_concern(sat_state *state, sat_dot person, bool *changed);
/* Adds the record itself, where it is a person or a community. */
int sat_state_concern_itself(sat_state *state, bool *changed);
/* Adds everybody whom a sibling names, where its field concerns them; a blank names nobody. */
int sat_state_concern_named(sat_state *state, const sat_sibling *sibling, bool *changed);
/* Adds everything that `other` tells.  Both must speak of the same record. */
int sat_state_merge(sat_state *state, const sat_state *other, bool *changed);

/* True when two states of one record hold the same values, content and blanks alike. */
bool sat_state_same_values(const sat_state *a, const sat_state *b);

/* A copy that can be changed by itself, in the same arena. */
int sat_state_copy(const sat_state *from, sat_state *to);

/* The sibling of a field that is shown: of those with content the greatest by (counter, incarnation,
 * content), else the greatest blank; NULL when the field is absent.  Borrowed from the state. */
const sat_sibling *sat_state_shown(const sat_state *state, uint16_t field);
/* The siblings of one field: their number, and the first in *first. */
size_t sat_state_field(const sat_state *state, uint16_t field, const sat_sibling **first);
/* True when a person has to look: two siblings with content that differs, or one dot told in two ways. */
bool sat_state_conflict(const sat_state *state, uint16_t field);

/* What a write states in the usual way: episode 0 for the record itself where it is a person or a community,
 * and for everybody concerned whom the given siblings of dot `dot` name.  In `arena`. */
int sat_stated_usual(sat_arena *arena, const sat_table *table, sat_dot id, const sat_sibling *siblings,
                     size_t count, sat_dot dot, const sat_stated **stated, uint32_t *stated_count);
bool sat_stated_equal(const sat_stated *a, size_t a_count, const sat_stated *b, size_t b_count);
bool sat_past_equal(const sat_dot *a, size_t a_count, const sat_dot *b, size_t b_count);

/* The form of bookkeeping on disk (sat_clock, sat_sibling.clock), see clock.c. */

/* Appends what a row with these shown siblings needs; nothing for the usual row. */
int sat_clock_write(sat_arena *arena, const sat_state *state, const sat_sibling *const *shown, size_t count,
                    sat_bytes *clock);
/* Turns a row (of a table's statements) into siblings in an empty state. */
int sat_clock_read(sat_state *state, sat_stmt *row, sat_error *err);
/* The same for one sibling outside the row. */
int sat_clock_write_one(const sat_sibling *sibling, sat_bytes *clock);
int sat_clock_read_one(sat_state *state, sat_sibling *sibling, const void *clock, size_t length,
                       sat_error *err);
/* Adds to `state` the sibling that a row of sat_sibling or sat_waiting holds: its form stands in the
 * row's column `clock`, its value in `content`.  The value is copied into the state's arena.  SAT_ENOMEM,
 * SAT_EDAMAGED. */
int sat_clock_read_sibling(sat_state *state, sat_stmt *row, int clock, int content, sat_error *err);

#endif
