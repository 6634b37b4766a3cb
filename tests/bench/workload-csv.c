/* See workload-csv.h. */
#include "workload-csv.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static FILE *open_table(const sat_workload_shape *shape, const char *dir, sat_error *err)
{
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/%s.csv", dir, shape->name);
	FILE *file = fopen(path, "w");
	if (file == NULL) {
		sat_fail(err, SAT_EIO, "%s cannot be written: %s", path, strerror(errno));
		return NULL;
	}
	for (size_t i = 0; i < shape->columns; i++)
		fprintf(file, "%s%s", i > 0 ? "," : "", shape->column[i].name);
	fputc('\n', file);
	return file;
}

/* Quotes what needs it, as RFC 4180 has it. */
static void write_text(FILE *file, const char *text)
{
	if (strpbrk(text, ",\"\r\n") == NULL) {
		fputs(text, file);
		return;
	}
	fputc('"', file);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			fputc('"', file);
		fputc(*text, file);
	}
	fputc('"', file);
}

static void write_row(FILE *file, const sat_workload_row *row)
{
	for (size_t i = 0; i < row->columns; i++) {
		const sat_workload_cell *cell = &row->cells[i];
		if (i > 0)
			fputc(',', file);
		if (cell->type == SAT_WORKLOAD_INTEGER)
			fprintf(file, "%" PRId64, cell->integer);
		else if (cell->type == SAT_WORKLOAD_TEXT)
			write_text(file, cell->text);
	}
	fputc('\n', file);
}

int sat_workload_write_csv(sat_workload *workload, const char *dir, sat_error *err)
{
	FILE *files[SAT_WORKLOAD_TABLES] = { NULL };
	int rc = 0;
	for (int i = 0; i < SAT_WORKLOAD_TABLES && rc == 0; i++) {
		files[i] = open_table(&sat_workload_shapes[i], dir, err);
		if (files[i] == NULL)
			rc = SAT_EIO;
	}
	const sat_workload_row *row;
	while (rc == 0 && (row = sat_workload_next(workload)) != NULL)
		write_row(files[row->table], row);
	for (int i = 0; i < SAT_WORKLOAD_TABLES; i++) {
		if (files[i] == NULL)
			continue;
		int failed = ferror(files[i]);
		if ((fclose(files[i]) != 0 || failed) && rc == 0)
			rc = sat_fail(err, SAT_EIO, "%s/%s.csv was not written whole", dir,
			              sat_workload_shapes[i].name);
	}
	return rc;
}
