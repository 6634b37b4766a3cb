/* Who came, on a report's page: each table of people with bars beside it.
 *
 * Lengths are shares of the longest bar, in percent, so that a chart is as wide as there is room; words stand
 * over the bars as words of the page, which wrap.  Where a number is hidden there is no bar, and none is
 * longest for its sake. */
#include <stdio.h>

#include "page-parts.h"

static const char *label_of(const sat_page *p, const sat_report_count *count)
{
	return count->key[0] == '\0' ? p->words->unasked : count->label;
}

/* What the chart shows, for those who hear it: "By gender: Woman 20; Non-binary not published". */
static void put_alternative(sat_page *p, const sat_report_table *table)
{
	sat_page_text(p, sat_page_words_table(p->words, table->name));
	for (size_t i = 0; i < table->count_count; i++) {
		const sat_report_count *count = &table->counts[i];
		sat_page_put(p, i == 0 ? ": " : "; ");
		sat_page_text(p, label_of(p, count));
		sat_page_put(p, " ");
		if (count->hidden)
			sat_page_text(p, p->words->not_published);
		else
			sat_page_number(p, count->count);
	}
}

static void put_bar(sat_page *p, const sat_report_count *count, int64_t longest)
{
	char bar[96];
	double share = longest == 0 ? 0 : (double)count->count * 100.0 / (double)longest;
	sat_page_put(p, "<p><span dir='auto'>");
	sat_page_text(p, label_of(p, count));
	sat_page_put(p, "</span> <b>");
	sat_page_people(p, count->hidden, count->count);
	sat_page_put(p, "</b></p>");
	if (!count->hidden) {
		snprintf(bar, sizeof bar,
		         "<svg><rect class='track'/><rect class='bar' width='%.1f%%'/></svg>", share);
		sat_page_put(p, bar);
	}
	sat_page_put(p, "\n");
}

static void put_chart(sat_page *p, const sat_report_table *table)
{
	int64_t longest = 0;
	for (size_t i = 0; i < table->count_count; i++)
		longest = table->counts[i].count > longest ? table->counts[i].count : longest;
	sat_page_put(p, "<div class='chart' role='img' aria-label='");
	put_alternative(p, table);
	sat_page_put(p, "'>\n");
	for (size_t i = 0; i < table->count_count; i++)
		put_bar(p, &table->counts[i], longest);
	sat_page_put(p, "</div>\n");
}

static void put_numbers(sat_page *p, const sat_report_population *population, const sat_report_table *table)
{
	const sat_page_words *w = p->words;
	sat_page_put(p, "<table>\n<thead><tr><th scope='col'>");
	sat_page_text(p, sat_page_words_table(w, table->name));
	sat_page_put(p, "</th><th scope='col' class='number'>");
	sat_page_text(p, w->people);
	sat_page_put(p, "</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < table->count_count; i++) {
		sat_page_put(p, "<tr><th scope='row' dir='auto'>");
		sat_page_text(p, label_of(p, &table->counts[i]));
		sat_page_put(p, "</th><td class='number'>");
		sat_page_people(p, table->counts[i].hidden, table->counts[i].count);
		sat_page_put(p, "</td></tr>\n");
	}
	sat_page_put(p, "</tbody>\n<tfoot><tr><th scope='row'>");
	sat_page_text(p, w->all);
	sat_page_put(p, "</th><td class='number'>");
	sat_page_people(p, population->total_hidden, population->total);
	sat_page_put(p, "</td></tr></tfoot>\n</table>\n");
}

static void put_table(sat_page *p, const sat_report_population *population, const sat_report_table *table)
{
	char day[SAT_REPORT_DAY_CHARS];
	if (table->count_count == 0)
		return;
	sat_page_put(p, "<figure>\n<figcaption>");
	sat_page_text(p, sat_page_words_table(p->words, table->name));
	if (population->frozen) {
		sat_page_put(p, ", ");
		sat_page_text(p, p->words->as_of);
		sat_page_put(p, " ");
		sat_page_text(p, sat_report_day(population->at, day));
	}
	sat_page_put(p, "</figcaption>\n<div class='pair'>\n");
	put_chart(p, table);
	put_numbers(p, population, table);
	sat_page_put(p, "</div>\n</figure>\n");
}

void sat_page_came(sat_page *p)
{
	static const char *const told[] = { SAT_REPORT_PEOPLE, SAT_REPORT_HEADCOUNT };
	if (!p->report->with_counts)
		return;
	sat_page_begin_section(p, "came", p->words->came);
	for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
		const sat_report_population *population = sat_report_population_named(p->report, told[i]);
		for (size_t k = 0; population != NULL && k < population->table_count; k++)
			put_table(p, population, &population->tables[k]);
	}
	sat_page_end_section(p);
}
