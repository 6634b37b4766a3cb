/* What a person sees while they wait: one line at the end of standard error, on a terminal only.
 *
 * Every command shows it from half a second on, without a word of its own: a thread draws it, so that it goes on while
 * the program waits for the disk, for SQLite or for the key.  A command, or a part of one, that knows how far it is
 * says so with cli_progress_step; where nobody knows, the seconds are counted.
 *
 * There is one terminal, and so one line, which is why it is static.  The thread reads nothing but it.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"

enum { FIRST_MS = 500, NEXT_MS = 200, NAME_BYTES = 64 };

static struct line {
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	pthread_t thread;
	bool running, ended;
	bool shown;      /* it stands on the terminal now */
	bool muted;      /* results go to the same terminal, and are progress enough */
	bool paused;     /* a person is being asked */
	int64_t since_ms; /* of this wait */
	const char *doing;
	char name[NAME_BYTES];
	uint64_t done, total;
} line = { .mutex = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER };

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

static int64_t now_ms(void)
{
	struct timespec now = { 0 };
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- the line: all of these with the mutex held ---------------------------------------------------- */

static void draw(void)
{
	fprintf(stderr, "\r\033[K%s", line.doing);
	if (line.name[0] != '\0') {
		putc(' ', stderr);
		cli_put_harmless(stderr, line.name);
	}
	if (line.total > 0)
		fprintf(stderr, ": %u %%",
		        (unsigned)(line.done >= line.total ? 100 : (double)line.done * 100.0 / (double)line.total));
	else
		fprintf(stderr, ": %u s", (unsigned)((now_ms() - line.since_ms) / 1000));
	fflush(stderr);
	line.shown = true;
}

static void wipe(void)
{
	if (line.shown)
		fputs("\r\033[K", stderr);
	line.shown = false;
}

static void wait_ms(int64_t until_ms)
{
	struct timespec until = { .tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000 };
	pthread_cond_clockwait(&line.wake, &line.mutex, CLOCK_MONOTONIC, &until);
}

static void *draw_until_ended(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&line.mutex);
	while (!line.ended) {
		int64_t now = now_ms();
		bool due = now - line.since_ms >= FIRST_MS;
		if (due && !line.muted && !line.paused)
			draw();
		wait_ms(due ? now + NEXT_MS : line.since_ms + FIRST_MS);
	}
	wipe();
	pthread_mutex_unlock(&line.mutex);
	return NULL;
}

/* --- a command ------------------------------------------------------------------------------------- */

void cli_progress_start(cli *c)
{
	if (line.running || c->quiet || !isatty(STDERR_FILENO))
		return;
	line.doing = "working";
	line.since_ms = now_ms();
	line.running = pthread_create(&line.thread, NULL, draw_until_ended, NULL) == 0;
}

void cli_progress_stop(void)
{
	if (!line.running)
		return;
	pthread_mutex_lock(&line.mutex);
	line.ended = true;
	pthread_cond_signal(&line.wake);
	pthread_mutex_unlock(&line.mutex);
	pthread_join(line.thread, NULL);
	line.running = false;
}

void cli_progress_aside(FILE *out)
{
	if (!line.running)
		return;
	pthread_mutex_lock(&line.mutex);
	wipe();
	line.muted = line.muted || (out == stdout && isatty(STDOUT_FILENO));
	pthread_mutex_unlock(&line.mutex);
}

void cli_progress_pause(bool pause)
{
	pthread_mutex_lock(&line.mutex);
	wipe();
	line.paused = pause;
	line.since_ms = now_ms();
	pthread_mutex_unlock(&line.mutex);
}

/* --- a part of one --------------------------------------------------------------------------------- */

static void say(const char *doing, const char *name, uint64_t done, uint64_t total)
{
	pthread_mutex_lock(&line.mutex);
	if (doing != NULL)
		line.doing = doing;
	snprintf(line.name, sizeof line.name, "%s", name == NULL ? "" : name);
	for (char *at = line.name; (at = strchr(at, '\n')) != NULL;)
		*at = ' ';
	line.done = done;
	line.total = total;
	pthread_mutex_unlock(&line.mutex);
}

/* The second Ctrl-C is the usual one: nothing may be so stuck that it cannot be stopped. */
void cli_progress_begin(cli_progress *progress, const char *doing)
{
	*progress = (cli_progress){ .before = line.doing };
	struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND | SA_RESTART };
	sigaction(SIGINT, &action, NULL);
	say(doing, NULL, 0, 0);
}

bool cli_progress_step(void *context, const char *name, uint64_t done, uint64_t total)
{
	(void)context;
	if (interrupted)
		return false;
	if (line.running)
		say(NULL, name, done, total);
	return true;
}

void cli_progress_end(cli_progress *progress)
{
	say(progress->before, NULL, 0, 0);
	signal(SIGINT, SIG_DFL);
}
