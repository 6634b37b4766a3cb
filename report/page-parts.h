/* What the parts of a report's page share.  Nobody outside report includes this.
 *
 *   report-html.c   the page, workshops, meetings, materials, what has to be known
 *   page-came.c     who came: bar charts and tables
 *   page-heard.c    what was heard, what was asked and what happened
 *   page-where.c    organisations, countries, languages, certifications
 *
 * Each part is told by headings of the second level, so the page can be walked through by headings.
 */
#ifndef SAT_PAGE_PARTS_H
#define SAT_PAGE_PARTS_H

#include "core/bytes.h"
#include "core/markup.h"
#include "page-words.h"
#include "report.h"

typedef struct sat_page {
	sat_bytes *out;
	const sat_report *report;
	const sat_page_words *words;
} sat_page;

/* Markup of ours. */
static inline void sat_page_put(sat_page *p, const char *markup) { sat_bytes_put_text(p->out, markup); }
/* Text of anybody. */
static inline void sat_page_text(sat_page *p, const char *text) { sat_markup_put_text(p->out, text); }
void sat_page_number(sat_page *p, int64_t number);

/* A heading; sections are found by `id`. */
void sat_page_begin_section(sat_page *p, const char *id, const char *heading);
void sat_page_end_section(sat_page *p);

/* A list of what is known of something: a term and what it says, left out when that is "". */
void sat_page_begin_facts(sat_page *p);
void sat_page_fact(sat_page *p, const char *term, const char *text);
/* The same for two texts with something between them, of which one may be "" or both the same: days. */
void sat_page_fact_two(sat_page *p, const char *term, const char *first, const char *between, const char *second);
/* The same for a number of people, with its day when it is an earlier one; left out when it is not told. */
void sat_page_fact_people(sat_page *p, const char *term, const sat_report_number *number);
void sat_page_fact_number(sat_page *p, const char *term, int64_t number);
void sat_page_end_facts(sat_page *p);

/* One of a list: "AU: Workshops 1, Communities 12", without what there is none of. */
void sat_page_counts(sat_page *p, const char *of, const char *const *terms, const size_t *counts, size_t count);

/* A number of people, or "n.p.", which is read out in full. */
void sat_page_people(sat_page *p, bool hidden, int64_t count);
/* ", as it was on 2026-11-28", when a number is as an earlier report said it. */
void sat_page_frozen(sat_page *p, const sat_report_number *number);

/* Whether there is something to tell of who came. */
bool sat_page_has_people(const sat_page *p);
void sat_page_came(sat_page *p);
void sat_page_heard(sat_page *p);
void sat_page_happened(sat_page *p);
void sat_page_where(sat_page *p);
void sat_page_near(sat_page *p);

#endif
