/* A camp with one laptop that was approved and means ill: what its bundles are made of, and what must
 * follow from them.  For the claims in test-hostile.c and test-hostile-bytes.c.
 */
#ifndef TEST_EVIL_CAMP_H
#define TEST_EVIL_CAMP_H

#include "tests/support/forged-bundle.h"

typedef struct camp {
	char dir[64];
	replica hq, evil, good;
	memory_place stick;
	sat_dot note;     /* of the good laptop, in the evil one's numbers */
	sat_dot own_note; /* of the evil one */
	char *before;     /* headquarters' dump */
	sat_arena arena;
} camp;

/* Set-up and tear-down of one claim; `*state` is the camp. */
int camp_set_up(void **state);
int camp_tear_down(void **state);

/* A whole honest export from one to the other. */
void camp_carry(replica *from, replica *to, memory_place *stick);

/* --- crafting ------------------------------------------------------------------------------------- */

/* The incarnation that a replica writes under. */
int64_t camp_own(const replica *r);
/* The next dot of the evil laptop: what it brings under it is its own. */
sat_dot camp_next_dot(camp *c);
/* Lets the evil laptop sign for its counters up to this one. */
void camp_sign_up_to(camp *c, int64_t highest);
/* A block of one row with one text; in the camp's arena. */
sat_chunk camp_one_row(camp *c, const char *kind, const char *field, const char *text, sat_dot record,
                       sat_dot dot);
/* Begins the bytes of a frame with the table of one incarnation, the evil laptop's own. */
void camp_begin_frame(camp *c, sat_bytes *frame);
/* Appends a section. */
void camp_put_section(sat_bytes *frame, uint8_t type, const sat_bytes *body);
/* Seals a forgery, a chunk, or the bytes of one frame, and lets headquarters merge it. */
sat_merged camp_deliver(camp *c, forgery *f);
sat_merged camp_deliver_chunk(camp *c, const sat_chunk *chunk, unsigned flags);
sat_merged camp_deliver_bytes(camp *c, const sat_bytes *frame);

/* --- what must follow ------------------------------------------------------------------------------- */

/* Headquarters' dump is what it was. */
void camp_unchanged(camp *c);
/* What honest people do goes on. */
void camp_goes_on(camp *c);
/* The bundle was refused with a sentence that holds these words; nothing changed, and the rest goes on. */
void camp_refused(camp *c, sat_merged merged, const char *words);

#endif
