/* See measure.h. */
#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

double bench_seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void bench_peak_reset(void)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t ignored = write(fd, "5", 1); /* "5" resets VmHWM; see the header for a refusal */
	(void)ignored;
	close(fd);
}

int64_t bench_peak_bytes(void)
{
	FILE *status = fopen("/proc/self/status", "re");
	if (status == NULL)
		return 0;
	char line[256];
	int64_t kib = 0;
	while (fgets(line, sizeof line, status) != NULL)
		if (sscanf(line, "VmHWM: %" SCNd64 " kB", &kib) == 1)
			break;
	fclose(status);
	return kib * 1024;
}

/* What parent and child share; the result lies behind it. */
typedef struct message {
	int rc;
	bool finished;
	sat_error err;
	_Alignas(max_align_t) unsigned char result[];
} message;

int bench_in_child(int (*task)(const void *context, void *result, sat_error *err), const void *context,
                   void *result, size_t result_bytes, sat_error *err)
{
	size_t bytes = sizeof(message) + result_bytes;
	message *m = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (m == MAP_FAILED)
		return sat_fail(err, SAT_ENOMEM, "memory ran out before a measurement");
	memcpy(m->result, result, result_bytes);
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		m->rc = task(context, m->result, &m->err);
		m->finished = true;
		_exit(0);
	}
	int status = 0, rc;
	pid_t waited;
	do
		waited = child < 0 ? child : waitpid(child, &status, 0);
	while (waited < 0 && errno == EINTR && child > 0);
	if (child < 0) {
		rc = sat_fail(err, SAT_EIO, "no process for a measurement: %s", strerror(errno));
	} else if (waited != child || !m->finished) {
		rc = sat_fail(err, SAT_EIO, "the measurement's process died (wait status %d)", status);
	} else {
		rc = m->rc;
		if (rc != 0 && err != NULL)
			*err = m->err;
		memcpy(result, m->result, result_bytes);
	}
	munmap(m, bytes);
	return rc;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double bench_median(double *values, size_t count)
{
	size_t numbers = 0;
	for (size_t i = 0; i < count; i++)
		if (!isnan(values[i]))
			values[numbers++] = values[i];
	if (numbers == 0)
		return NAN;
	qsort(values, numbers, sizeof *values, compare);
	size_t middle = numbers / 2;
	return numbers % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

int64_t bench_file_bytes(const char *path)
{
	struct stat about;
	return stat(path, &about) == 0 ? (int64_t)about.st_size : -1;
}

int bench_make_dir(const char *path, sat_error *err)
{
	if (mkdir(path, 0700) != 0)
		return sat_fail(err, SAT_EIO, "the folder %s cannot be made: %s", path, strerror(errno));
	return 0;
}

int bench_make_temporary_dir(char *path, size_t path_bytes, const char *parent, sat_error *err)
{
	int length = snprintf(path, path_bytes, "%s/satchel-bench-XXXXXX", parent);
	if (length < 0 || (size_t)length >= path_bytes)
		return sat_fail(err, SAT_ELIMIT, "the path of the folder %s is too long", parent);
	if (mkdtemp(path) == NULL)
		return sat_fail(err, SAT_EIO, "no folder can be made in %s: %s", parent, strerror(errno));
	return 0;
}

static int empty_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)about, (void)where;
	return kind == FTW_F ? truncate(path, 0) : 0;
}

void bench_empty_dir(const char *path)
{
	nftw(path, empty_one, 16, FTW_PHYS);
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)about, (void)kind, (void)where;
	return remove(path);
}

void bench_remove_dir(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
