/* Codes of the labels and notices of Local Contexts (localcontexts.org): 20 for traditional knowledge (TK), 10 for
 * biocultural matters (BC), 4 notices.  Codes and names only; what a label says is the community's own words, and
 * icons and template texts are not used here.
 *
 * A code keeps nobody out: the audience of the label does (protocol.h).
 */
#ifndef SAT_LABEL_CODES_H
#define SAT_LABEL_CODES_H

#include "bytes.h"
#include "error.h"

typedef struct sat_label_code {
	const char *code;       /* "TK WR" */
	const char *name;       /* "Women Restricted" */
	const char *audience;   /* whom a label of this code is mostly kept for; NULL: nobody in particular */
} sat_label_code;

#define SAT_LABEL_CODES 34
/* In the order of the codes' families; borrowed for ever. */
extern const sat_label_code sat_label_codes[SAT_LABEL_CODES];

/* Reads codes parted by commas, in any case, and appends them as they are written, parted by ", ", each once.
 * SAT_EINVALID with a sentence that names the families for one that is none. */
int sat_label_codes_read(const char *text, sat_bytes *codes, sat_error *err);
/* The code that stands at `*at` in such a list, and on to the next; NULL behind the last.  What is no code (it came
 * from a later version) is passed over. */
const sat_label_code *sat_label_codes_next(const char **at);

#endif
