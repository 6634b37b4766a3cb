/* A CSV file: the first byte chooses the delimiter, the others are the file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/csv-read.h"
#include "target.h"

/* The reader reports progress; nobody looks. */
void cli_progress_begin(cli_progress *progress, const char *doing)
{
	*progress = (cli_progress){ .before = doing };
}

bool cli_progress_step(void *progress, const char *name, uint64_t done, uint64_t total)
{
	(void)progress;
	(void)name;
	return done <= total;
}

void cli_progress_end(cli_progress *progress) { (void)progress; }

static int on_row(void *context, const cli_row *row)
{
	size_t *before = context;
	if (row->number <= *before)
		abort();
	*before = row->number;
	for (size_t i = 0; i < row->count && i < CLI_CELLS_MAX; i++) {
		const cli_cell *cell = &row->cells[i];
		if (strlen(cell->text) > cell->length || (cell->bad == NULL && row->bad == NULL &&
		                                          !sat_utf8_valid(cell->text, strlen(cell->text))))
			abort();
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	cli c = { 0 };
	size_t before = 0;
	if (size == 0)
		return 0;
	int fd = memfd_create("csv", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data + 1, size - 1) != (ssize_t)(size - 1))
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	int rc = cli_csv_read(&c, path, (data[0] & 1) != 0 ? ';' : ',', on_row, &before);
	if (rc != 0 && (c.err.code != rc || c.err.message[0] == '\0'))
		abort();
	close(fd);
	return 0;
}
