/* Who came, on a report's page: each table of people with bars beside it.
 *
 * Lengths are shares of the longest bar, in percent, so that a chart is as wide as there is room; words stand
 * over the bars as words of the page, which wrap.  Where a number is hidden there is no bar, and none is
 * longest for its sake. */
#include <stdio.h>

#include "page-parts.h"

/* What one bar or row of a table stands for. */
typedef struct bar {
	const char *label;
	bool hidden;
	int64_t count;
	const sat_report_number *number; /* of a workshop, which has a day of its own; else NULL */
} bar;

/* A table of people, or how many came to each workshop. */
typedef struct bars {
	const char *heading;
	const sat_report_table *table; /* NULL: the workshops */
	const sat_report_number *all;  /* not told: there is no sum */
} bars;

/* The next bar of a chart, beginning with the first for `*at` 0; false after the last. */
static bool next_bar(const sat_page *p, const bars *chart, size_t *at, bar *next)
{
	if (chart->table != NULL) {
		if (*at == chart->table->count_count)
			return false;
		const sat_report_count *count = &chart->table->counts[(*at)++];
		*next = (bar){ count->key[0] == '\0' ? p->words->unasked : count->label, count->hidden,
			       count->count, NULL };
		return true;
	}
	while (*at < p->report->workshop_count && !p->report->workshops[*at].headcount.told)
		++*at;
	if (*at == p->report->workshop_count)
		return false;
	const sat_report_workshop *w = &p->report->workshops[(*at)++];
	*next = (bar){ w->title, w->headcount.hidden, w->headcount.count, &w->headcount };
	return true;
}

/* What the chart shows, for those who hear it: "By gender: Woman 20; Non-binary not published". */
static void put_alternative(sat_page *p, const bars *chart)
{
	bar b;
	sat_page_text(p, chart->heading);
	for (size_t at = 0; next_bar(p, chart, &at, &b);) {
		sat_page_put(p, at == 1 ? ": " : "; ");
		sat_page_text(p, b.label);
		sat_page_put(p, " ");
		if (b.hidden)
			sat_page_text(p, p->words->not_published);
		else
			sat_page_number(p, b.count);
	}
}

static void put_bar(sat_page *p, const bar *b, int64_t longest)
{
	char markup[96];
	double share = longest == 0 ? 0 : (double)b->count * 100.0 / (double)longest;
	sat_page_put(p, "<p><span dir='auto'>");
	sat_page_text(p, b->label);
	sat_page_put(p, "</span> <b>");
	sat_page_people(p, b->hidden, b->count);
	sat_page_put(p, "</b></p>");
	if (!b->hidden) {
		snprintf(markup, sizeof markup,
		         "<svg><rect class='track'/><rect class='bar' width='%.1f%%'/></svg>", share);
		sat_page_put(p, markup);
	}
	sat_page_put(p, "\n");
}

static void put_chart(sat_page *p, const bars *chart)
{
	bar b;
	int64_t longest = 0;
	for (size_t at = 0; next_bar(p, chart, &at, &b);)
		longest = b.count > longest ? b.count : longest;
	sat_page_put(p, "<div class='chart' role='img' aria-label='");
	put_alternative(p, chart);
	sat_page_put(p, "'>\n");
	for (size_t at = 0; next_bar(p, chart, &at, &b);)
		put_bar(p, &b, longest);
	sat_page_put(p, "</div>\n");
}

static void put_row(sat_page *p, const bar *b)
{
	sat_page_put(p, "<tr><th scope='row' dir='auto'>");
	sat_page_text(p, b->label);
	if (b->number != NULL)
		sat_page_frozen(p, b->number);
	sat_page_put(p, "</th><td class='number'>");
	sat_page_people(p, b->hidden, b->count);
	sat_page_put(p, "</td></tr>\n");
}

static void put_numbers(sat_page *p, const bars *chart)
{
	bar b;
	sat_page_put(p, "<table>\n<thead><tr><th scope='col'>");
	sat_page_text(p, chart->heading);
	sat_page_put(p, "</th><th scope='col' class='number'>");
	sat_page_text(p, p->words->people);
	sat_page_put(p, "</th></tr></thead>\n<tbody>\n");
	for (size_t at = 0; next_bar(p, chart, &at, &b);)
		put_row(p, &b);
	sat_page_put(p, "</tbody>\n");
	if (chart->all->told) {
		sat_page_put(p, "<tfoot>");
		put_row(p, &(bar){ p->words->all, chart->all->hidden, chart->all->count, NULL });
		sat_page_put(p, "</tfoot>\n");
	}
	sat_page_put(p, "</table>\n");
}

static void put_bars(sat_page *p, const bars *chart)
{
	bar b;
	size_t at = 0;
	if (!next_bar(p, chart, &at, &b))
		return;
	sat_page_put(p, "<figure>\n<figcaption>");
	sat_page_text(p, chart->heading);
	sat_page_frozen(p, chart->all);
	sat_page_put(p, "</figcaption>\n<div class='pair'>\n");
	put_chart(p, chart);
	put_numbers(p, chart);
	sat_page_put(p, "</div>\n</figure>\n");
}

static const sat_report_number no_sum;

bool sat_page_has_people(const sat_page *p)
{
	bar b;
	size_t at = 0;
	return p->report->people.table_count > 0 || next_bar(p, &(bars){ .all = &no_sum }, &at, &b);
}

void sat_page_came(sat_page *p)
{
	const sat_report_people *people = &p->report->people;
	if (!sat_page_has_people(p))
		return;
	sat_page_begin_section(p, "came", p->words->came);
	for (size_t i = 0; i < people->table_count; i++) {
		const sat_report_table *table = &people->tables[i];
		put_bars(p, &(bars){ sat_page_words_table(p->words, table->name), table, &people->all });
	}
	put_bars(p, &(bars){ p->words->by_workshop, NULL, &no_sum });
	sat_page_end_section(p);
}
