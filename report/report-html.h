/* A report as one page of HTML: to read on a telephone and aloud, and to print on A4.
 *
 * It refers to nothing outside and has no script.  Numbers of people stand in tables, with bars beside them;
 * of a hidden number there is no trace, in no length either.  Colours follow the reader's choice of light or
 * dark.  English and Spanish (page-words.h); labels come from the programme in the report's language.
 */
#ifndef SAT_REPORT_HTML_H
#define SAT_REPORT_HTML_H

#include "core/bytes.h"
#include "report.h"

/* Appends the page; whether memory sufficed, sat_bytes_ok says. */
void sat_report_html(const sat_report *report, sat_bytes *page);

#endif
