/* See report-xlsx.h. */
#include "report-xlsx.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xlsxwriter.h>

/* A cell holds 32 767 characters; so many bytes always fit. */
enum { CELL_BYTES_MAX = 32000, WIDTH = 24 };

typedef struct formats {
	lxw_format *name, *tag, *text, *hidden;
} formats;

static int make_formats(lxw_workbook *book, formats *f)
{
	f->name = workbook_add_format(book);
	f->tag = workbook_add_format(book);
	f->text = workbook_add_format(book);
	f->hidden = workbook_add_format(book);
	if (f->name == NULL || f->tag == NULL || f->text == NULL || f->hidden == NULL)
		return -1;
	format_set_bold(f->name);
	format_set_italic(f->tag);
	format_set_text_wrap(f->text);
	format_set_align(f->text, LXW_ALIGN_VERTICAL_TOP);
	format_set_align(f->hidden, LXW_ALIGN_RIGHT);
	return 0;
}

/* What is too long for a cell ends with three dots, between two characters. */
static lxw_error write_text(lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column, const char *text,
                            const formats *f)
{
	size_t length = strlen(text);
	char cut[CELL_BYTES_MAX + 4];
	if (length <= CELL_BYTES_MAX)
		return worksheet_write_string(sheet, row, column, text, f->text);
	for (length = CELL_BYTES_MAX; length > 0 && ((uint8_t)text[length] & 0xc0) == 0x80;)
		length--;
	snprintf(cut, sizeof cut, "%.*s...", (int)length, text);
	return worksheet_write_string(sheet, row, column, cut, f->text);
}

static lxw_error write_cell(lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column, const sat_sheet_cell *cell,
                            const formats *f)
{
	switch (cell->kind) {
	case SAT_SHEET_TEXT:
		return write_text(sheet, row, column, cell->text, f);
	case SAT_SHEET_NUMBER:
		return worksheet_write_number(sheet, row, column, (double)cell->number, NULL);
	case SAT_SHEET_HIDDEN:
		return worksheet_write_string(sheet, row, column, SAT_NOT_PUBLISHED, f->hidden);
	default:
		return LXW_NO_ERROR;
	}
}

static lxw_error write_sheet(lxw_workbook *book, const sat_sheet *from, const formats *f)
{
	lxw_worksheet *sheet = workbook_add_worksheet(book, from->name);
	lxw_error rc = sheet == NULL ? LXW_ERROR_MEMORY_MALLOC_FAILED : LXW_NO_ERROR;
	for (lxw_col_t k = 0; rc == LXW_NO_ERROR && k < from->column_count; k++) {
		rc = worksheet_write_string(sheet, 0, k, from->columns[k].name, f->name);
		if (rc == LXW_NO_ERROR)
			rc = worksheet_write_string(sheet, 1, k, from->columns[k].tag, f->tag);
	}
	for (size_t i = 0; rc == LXW_NO_ERROR && i < from->row_count * from->column_count; i++)
		rc = write_cell(sheet, (lxw_row_t)(i / from->column_count + 2),
		                (lxw_col_t)(i % from->column_count), &from->cells[i], f);
	if (rc == LXW_NO_ERROR) {
		worksheet_freeze_panes(sheet, 2, 0);
		rc = worksheet_set_column(sheet, 0, (lxw_col_t)(from->column_count - 1), WIDTH, NULL);
	}
	return rc;
}

static int failed(lxw_error number, sat_error *err)
{
	switch (number) {
	case LXW_ERROR_MEMORY_MALLOC_FAILED:
		return sat_no_memory(err);
	case LXW_ERROR_WORKSHEET_INDEX_OUT_OF_RANGE:
		return sat_fail(err, SAT_ELIMIT,
		                "a table of the report is longer than a spreadsheet can be; write CSV");
	default:
		return sat_fail(err, SAT_EIO, "the spreadsheet could not be made: %s", lxw_strerror(number));
	}
}

/* Closing writes the file, and frees the book whatever comes of it. */
static int write_book(const char *path, const sat_sheet *sheets, sat_error *err)
{
	formats f;
	lxw_workbook_options options = { .tmpdir = "/dev/shm" };
	lxw_workbook *book = workbook_new_opt(path, &options);
	if (book == NULL)
		return sat_no_memory(err);
	lxw_error rc = make_formats(book, &f) != 0 ? LXW_ERROR_MEMORY_MALLOC_FAILED : LXW_NO_ERROR;
	for (size_t i = 0; rc == LXW_NO_ERROR && i < SAT_SHEETS; i++)
		rc = write_sheet(book, &sheets[i], &f);
	lxw_error closed = workbook_close(book);
	rc = rc != LXW_NO_ERROR ? rc : closed;
	return rc == LXW_NO_ERROR ? 0 : failed(rc, err);
}

static int read_all(int fd, sat_bytes *out, sat_error *err)
{
	uint8_t piece[4096];
	ssize_t n;
	if (lseek(fd, 0, SEEK_SET) != 0)
		return sat_fail(err, SAT_EIO, "the spreadsheet could not be read: %s", strerror(errno));
	while ((n = read(fd, piece, sizeof piece)) > 0)
		sat_bytes_put(out, piece, (size_t)n);
	if (n < 0)
		return sat_fail(err, SAT_EIO, "the spreadsheet could not be read: %s", strerror(errno));
	return sat_bytes_ok(out) ? 0 : sat_no_memory(err);
}

int sat_report_xlsx(const sat_sheet sheets[static SAT_SHEETS], sat_bytes *out, sat_error *err)
{
	char path[40];
	int fd = memfd_create("report", MFD_CLOEXEC);
	if (fd < 0)
		return sat_fail(err, SAT_EIO, "the spreadsheet could not be begun: %s", strerror(errno));
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	int rc = write_book(path, sheets, err);
	if (rc == 0)
		rc = read_all(fd, out, err);
	close(fd);
	return rc;
}
