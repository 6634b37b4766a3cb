/* satchel report: what was held, who came, what was heard, and what has come of it. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "report/publication.h"
#include "report/report-csv.h"
#include "report/report-html.h"
#include "report/report-json.h"
#include "report/report-xlsx.h"
#include "values.h"

static const cli_usage usage = {
	"report", "",
	"Reports outcomes, as far as those concerned agreed to reporting; nobody is named.  Without a file\n"
	"it says in a few lines what there is.  Numbers of people are told only in what headquarters\n"
	"publishes, small ones hidden; what was published is noted, and later reports are compared with it.",
	0, 0
};

/* What was asked for on the command line, and what came of it. */
typedef struct wanted {
	const char *html, *csv, *xlsx, *language, *community, *from, *until;
	bool draft;
	bool publish; /* numbers of people are told, and noted */
	sat_report *report;
	json_t *files;
} wanted;

/* --- files ------------------------------------------------------------------------------------ */

/* A community's words are for it alone, and a draft for nobody yet. */
static unsigned mode_of(const wanted *q)
{
	return q->draft || q->community != NULL ? 0600 : 0644;
}

static int csv_path(cli *c, const char *folder, const char *name, char path[static PATH_MAX])
{
	if ((size_t)snprintf(path, PATH_MAX, "%s/%s.csv", folder, name) < PATH_MAX)
		return 0;
	return sat_fail(&c->err, SAT_ELIMIT, "the name %.60s... is too long", folder);
}

static int is_free(cli *c, const char *path)
{
	if (path == NULL || !cli_file_there(path))
		return 0;
	return sat_fail(
	    &c->err, SAT_EEXISTS,
	    "%s is there already; it was left alone, and nothing was published; choose another name", path);
}

static int make_folder(cli *c, const wanted *q)
{
	if (q->csv == NULL || mkdir(q->csv, mode_of(q) == 0600 ? 0700 : 0755) == 0 || errno == EEXIST)
		return 0;
	return sat_fail(&c->err, SAT_EIO, "the folder %s could not be made: %s; nothing was published",
	                q->csv, strerror(errno));
}

/* Before anything is noted as published. */
static int all_free(cli *c, const wanted *q, const sat_sheet *sheets)
{
	char path[PATH_MAX];
	int rc = is_free(c, q->html);
	if (rc == 0)
		rc = is_free(c, q->xlsx);
	for (size_t i = 0; rc == 0 && q->csv != NULL && i < SAT_SHEETS; i++) {
		rc = csv_path(c, q->csv, sheets[i].name, path);
		if (rc == 0)
			rc = is_free(c, path);
	}
	return rc;
}

static int write_file(cli *c, wanted *q, const char *path, const sat_bytes *content)
{
	if (!sat_bytes_ok(content))
		return sat_fail(&c->err, SAT_ENOMEM, "out of memory");
	int rc = cli_file_write(path, content->data, content->length, mode_of(q), &c->err);
	if (rc == 0)
		json_array_append_new(q->files, cli_text(path));
	return rc;
}

static int write_spreadsheet(cli *c, wanted *q, const sat_sheet *sheets)
{
	SAT_BYTES(book);
	int rc = sat_report_xlsx(sheets, &book, &c->err);
	if (rc == 0)
		rc = write_file(c, q, q->xlsx, &book);
	if (rc == 0)
		cli_print(c, "The spreadsheet is in %s.\n", q->xlsx);
	return rc;
}

static int write_tables(cli *c, wanted *q, const sat_sheet *sheets)
{
	char path[PATH_MAX];
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < SAT_SHEETS; i++) {
		SAT_BYTES(table);
		sat_report_csv(&sheets[i], &table);
		rc = csv_path(c, q->csv, sheets[i].name, path);
		if (rc == 0)
			rc = write_file(c, q, path, &table);
	}
	if (rc == 0)
		cli_print(c, "The tables are in %s, a file each.\n", q->csv);
	return rc;
}

static int write_page(cli *c, wanted *q)
{
	SAT_BYTES(page);
	sat_report_html(q->report, &page);
	int rc = write_file(c, q, q->html, &page);
	if (rc == 0)
		cli_print(c, "The page is in %s.\n", q->html);
	return rc;
}

/* --- telling ---------------------------------------------------------------------------------- */

static void tell_requests(cli *c, const sat_report *r)
{
	size_t requests[3] = { 0 }, actions[3] = { 0 }, back = 0;
	for (size_t i = 0; i < r->request_count; i++) {
		requests[sat_report_request_state(&r->requests[i])]++;
		back += r->requests[i].brought_back_on[0] != '\0';
	}
	for (size_t i = 0; i < r->action_count; i++)
		actions[sat_report_action_state(&r->actions[i])]++;
	cli_print(
	    c, "requests     %zu: %zu answered, %zu declined, %zu open; %zu brought back to the community\n",
	    r->request_count, requests[SAT_REPORT_DONE], requests[SAT_REPORT_NOT_DONE],
	    requests[SAT_REPORT_OPEN], back);
	cli_print(c, "actions      %zu: %zu done, %zu not done and the reason told, %zu open\n",
	          r->action_count, actions[SAT_REPORT_DONE], actions[SAT_REPORT_NOT_DONE],
	          actions[SAT_REPORT_OPEN]);
}

static void tell(cli *c, const sat_report *r)
{
	if (r->community[0] != '\0')
		cli_print(c, "The version for %s.\n", r->community);
	cli_print(c, "workshops    %zu\n", r->workshop_count);
	for (size_t i = 0; i < r->workshop_count; i++) {
		const sat_report_workshop *w = &r->workshops[i];
		cli_print(c, "    %s%s%s%s%s%s\n", w->start, w->start[0] == '\0' ? "" : "  ", w->title,
		          w->status.label[0] == '\0' ? "" : " (", w->status.label,
		          w->status.label[0] == '\0' ? "" : ")");
	}
	cli_print(c, "meetings     %zu\n", r->meeting_count);
	cli_print(c, "messages     %zu\n", r->message_count);
	tell_requests(c, r);
	cli_print(c, "Numbers of people are told only in what headquarters publishes: --html, --csv, --xlsx "
	             "or --json.\n");
}

/* --- the command ------------------------------------------------------------------------------ */

static int gather(cli *c, wanted *q)
{
	sat_report_options options = { .language = q->language,
		                       .from = q->from,
		                       .until = q->until,
		                       .draft = q->draft,
		                       .counts = q->publish,
		                       .now = c->env->now(c->env->context) };
	sat_table *communities = sat_table_named(c->store, "community");
	int rc = 0;
	if (q->community != NULL && communities == NULL)
		rc = sat_fail(&c->err, SAT_ENOTFOUND, "the programme has no communities");
	else if (q->community != NULL)
		rc = cli_record_named(c, q->community, strlen(q->community), communities, &options.community);
	return rc != 0 ? rc : sat_report_gather(&q->report, c->store, &options, &c->err);
}

/* Noted first: a report that was handed out and is not noted could be subtracted from the next. */
static int note(cli *c, void *context)
{
	const wanted *q = context;
	const sat_report *r = q->report;
	return sat_publication_note(c->store, c->env->now(c->env->context),
	                            r->community[0] == '\0' ? "everybody" : r->community, r->populations,
	                            r->population_count, NULL, &c->err);
}

static void tell_frozen(cli *c, const sat_report *r)
{
	char day[SAT_REPORT_DAY_CHARS];
	bool any = r->people.all.frozen;
	for (size_t i = 0; i < r->population_count; i++)
		any = any || r->populations[i].frozen;
	if (r->people.all.frozen)
		cli_note(c, "the numbers of people are those of %s: newer ones would give somebody away",
		         sat_report_day(r->people.all.at, day));
	else if (any)
		cli_note(
		    c,
		    "some headcounts are earlier ones, with their day: newer ones would give somebody away");
}

static int write_all(cli *c, wanted *q)
{
	SAT_ARENA(arena);
	sat_sheet sheets[SAT_SHEETS];
	int rc = sat_sheets_make(q->report, &arena, sheets, &c->err);
	if (rc == 0)
		rc = all_free(c, q, sheets);
	if (rc == 0)
		rc = make_folder(c, q);
	if (rc == 0 && q->publish)
		rc = cli_transaction(c, note, q);
	bool noted = rc == 0 && q->publish;
	if (rc == 0 && q->html != NULL)
		rc = write_page(c, q);
	if (rc == 0 && q->csv != NULL)
		rc = write_tables(c, q, sheets);
	if (rc == 0 && q->xlsx != NULL)
		rc = write_spreadsheet(c, q, sheets);
	if (rc != 0 && noted)
		return sat_error_context(&c->err,
		                         "the report is noted as published, which does no harm, but");
	if (noted)
		tell_frozen(c, q->report);
	return rc;
}

static int tell_json(cli *c, const sat_report *report)
{
	json_t *json;
	int rc = sat_report_json(report, &json, &c->err);
	if (rc == 0)
		cli_set(c, "report", json);
	return rc;
}

int cmd_report(cli *c, int argc, char **argv)
{
	wanted q = { 0 };
	const cli_option options[] = {
		{ "html", CLI_TEXT, &q.html, "FILE", "write it as a page to read and to print" },
		{ "csv", CLI_TEXT, &q.csv, "DIR", "write its tables, a CSV file each" },
		{ "xlsx", CLI_TEXT, &q.xlsx, "FILE", "write its tables as a spreadsheet" },
		{ "language", CLI_TEXT, &q.language, "TAG",
		  "of the page: en, es (default: the programme's)" },
		{ "community", CLI_TEXT, &q.community, "ID",
		  "the version for a community, with its own words alone" },
		{ "from", CLI_TEXT, &q.from, "DATE", "leave out what was held before" },
		{ "until", CLI_TEXT, &q.until, "DATE", "leave out what was held after" },
		{ "draft", CLI_FLAG, &q.draft, NULL, "mark it as a draft; it holds no numbers of people" },
		{ 0 },
	};
	if (!cli_options(c, &usage, options, &argc, &argv))
		return c->code;
	bool files = q.html != NULL || q.csv != NULL || q.xlsx != NULL;
	q.files = json_array();
	int rc = cli_open(c);
	bool headquarters = rc == 0 && sat_store_role(c->store) == SAT_REGISTRY;
	q.publish = (files || c->json) && !q.draft && headquarters;
	if (rc == 0)
		rc = gather(c, &q);
	if (rc == 0 && (files || c->json))
		rc = write_all(c, &q);
	if (rc == 0 && c->json)
		rc = tell_json(c, q.report);
	else if (rc == 0 && !files)
		tell(c, q.report);
	if (rc == 0 && (files || c->json) && !q.draft && !headquarters)
		cli_note(
		    c, "there are no numbers of people in it: headquarters alone publishes them, where every "
		       "earlier report is known");
	cli_set(c, "files", q.files);
	sat_report_free(q.report);
	return rc != 0 ? cli_fail(c) : CLI_DONE;
}
