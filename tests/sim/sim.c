/* The simulator: replays worlds from seeds and holds the promises against them; see README.md.
 *
 *     sim [--seeds FROM COUNT] [--steps N] [--seconds S] [--state FILE] [-v SEED]
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/plant.h"
#include "finale.h"
#include "promises.h"
#include "steps.h"

/* Every so many seeds are run a second time with other clocks. */
enum { CLOCKS_EVERY = 4 };
/* Large texts are slow, so few seeds have some, and few of them. */
enum { LARGE_EVERY = 50, LARGE_TEXTS = 5 };

typedef struct options {
	uint64_t from, count, stride;
	size_t steps;
	double seconds;
	const char *state;
	bool verbose, go_on;
	int plant;
} options;

static char base[256];
static kit kits[KITS];
static bool kit_made[KITS];

static const kit *make_kit(unsigned n)
{
	if (!kit_made[n]) {
		char dir[280];
		snprintf(dir, sizeof dir, "%s/kit%u", base, n);
		kit_make(&kits[n], dir, n);
		kit_made[n] = true;
	}
	return &kits[n];
}

static const kit *kit_for(uint64_t seed)
{
	/* Small worlds are fast and find most. */
	static const unsigned often[16] = { 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 7 };
	return make_kit(often[dice_mix(seed * 3 + 1) % 16]);
}

static const char *const promises[] = {
	"something that must work", "convergence", "nothing is lost", "no consent, no data", "withdrawn is gone",
	"received means received", "a bundle is never changed", "bad input merges nothing",
	"wrong clocks do no harm", "the unknown is kept", "a dot is never used twice", "nothing waits for ever",
};

static void run_steps(world *w, size_t steps)
{
	for (size_t i = 0; i < w->machine_count; i++) {
		machine_open(w, &w->machines[i]);
		promise_at_beginning(w, &w->machines[i]);
	}
	for (w->step = 1; w->step <= steps; w->step++) {
		step_take(w);
		w->fates[w->step - 1] = w->fate;
	}
	finale(w);
	w->fates[steps] = w->fate;
}

/* Runs a seed; `fates` (may be NULL) are those of another run that this one has to share. */
static bool run_world(world *w, uint64_t seed, uint64_t salt, const options *o, const uint64_t *fates)
{
	char dir[300];
	snprintf(dir, sizeof dir, "%s/w%d", base, (int)salt);
	const kit *k = kit_for(seed);
	world_begin(w, k, dir, seed, salt, o->steps);
	/* Clocks may hide what has ended, so those that are compared see nothing end. */
	w->dated = seed % CLOCKS_EVERY != 0;
	w->labelled = dice_mix(seed * 5 + 2) % 3 != 0;
	w->large_left = seed % LARGE_EVERY == 0 ? LARGE_TEXTS : 0;
	w->verbose = o->verbose && salt == 0;
	if (setjmp(w->escape) != 0)
		return false;
	run_steps(w, o->steps);
	for (size_t i = 0; fates != NULL && i <= o->steps; i++) {
		if (fates[i] != w->fates[i])
			world_fail(w, 8, "with other clocks something else happens at step %zu", i + 1);
	}
	return true;
}

static void tell_failure(const world *w, const options *o)
{
	printf("seed %llu, step %zu: promise %d (%s): %s\n", (unsigned long long)w->seed, w->step, w->promise,
	       promises[w->promise], w->failure);
	if (o->plant == 0 && !o->verbose && !o->go_on)
		printf("%.*s", (int)w->trace.length, (const char *)w->trace.data);
}

static bool run_seed(uint64_t seed, const options *o)
{
	static world one, other;
	bool fine = run_world(&one, seed, 0, o, NULL);
	if (!fine) {
		tell_failure(&one, o);
	} else if (seed % CLOCKS_EVERY == 0) {
		fine = run_world(&other, seed, 1, o, one.fates);
		if (!fine)
			tell_failure(&other, o);
		world_end(&other);
	}
	world_end(&one);
	return fine;
}

/* --- many seeds ----------------------------------------------------------------------------------- */

static double seconds_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The file of --state holds the next seed and how many were done. */
static void read_state(const char *path, uint64_t *next, uint64_t *done)
{
	FILE *f = path == NULL ? NULL : fopen(path, "r");
	unsigned long long a, b;
	if (f != NULL && fscanf(f, "%llu %llu", &a, &b) == 2) {
		*next = a;
		*done = b;
	}
	if (f != NULL)
		fclose(f);
}

static void write_state(const char *path, uint64_t next, uint64_t done)
{
	FILE *f = path == NULL ? NULL : fopen(path, "w");
	if (f == NULL)
		return;
	fprintf(f, "%llu %llu\n", (unsigned long long)next, (unsigned long long)done);
	fclose(f);
}

static int run_all(const options *o)
{
	uint64_t next = o->from, done = 0, passed = 0, failed = 0;
	read_state(o->state, &next, &done);
	double begin = seconds_now();
	for (uint64_t i = 0; i < o->count && (o->seconds == 0 || seconds_now() - begin < o->seconds);
	     i++, next += o->stride) {
		bool fine = run_seed(next, o);
		passed += fine;
		failed += !fine;
		if (!fine && !o->go_on)
			break;
		if (fine && i % 100 == 99)
			write_state(o->state, next + o->stride, done + passed);
	}
	if (failed == 0)
		write_state(o->state, next, done + passed);
	double took = seconds_now() - begin;
	if (o->plant == 0)
		printf("%.1f seeds a second, %llu seeds accumulated\n%llu passed, %llu failed\n",
		       took > 0 ? (double)(passed + failed) / took : 0, (unsigned long long)(done + passed),
		       (unsigned long long)passed, (unsigned long long)failed);
	return failed > 0;
}

/* --- planted bugs --------------------------------------------------------------------------------- */

#ifdef SAT_PLANTED
int sat_plant;

static const char *const planted[] = {
	NULL, "a field-wide context", "a withheld sibling deleted by the answer", "concerned persons not travelling",
	"token not taken at opening", "receipts of an older incarnation believed",
	"not-sending-back tied to the device instead of its incarnation", "a declined frame counted as received",
	"an erasure by evaluation", "a clock decides the value that is shown", "the gate is not asked at merge",
	"bundle ends are held without the frames they rest on",
	"what may be shown and kept hangs on the own clock", "what a wrong clock hid stays hidden when it is right",
	"who vouches is noted for what was here before", "who vouches leaves out what the recipient confirmed",
	"a revoked laptop may vouch", "decisions of a revoked laptop are not set aside",
	"what a person rejected is let in",
	"the own audiences are left out at the receiver", "a new audience does not start a peer from zero",
	"a part of a record counts as the whole",
	"a guardian is not asked", "mourning is taken for a permission", "who is left out by name is not left out",
	"an older notice is good enough",
	"details of a decision that were taken back are kept",
	"details of a decision go to everybody",
	"nobody signs that something was erased", "the search index keeps words that were taken back",
	"a community is not asked",
	"labels keep nothing back", "decisions about what a label keeps go to everybody",
	"tombstones of what a label keeps go to everybody", "receipts for erasures under labels go to everybody",
	"nothing is written apart", "a label is inherited one step at most", "an embargo ends by the own clock",
	"what is held as a blank is not declined",
};

/* Only large texts make records of which there are parts; only in long histories does a blank come by somebody whose
 * withdrawal stays out, and then its content. */
enum { PARTS_BUG = 21, BLANK_BUG = 38, LONG_HISTORY = 240 };

/* Each bug in a process of its own.  Devices are enrolled before any bug is switched on. */
static int run_planted(options *o)
{
	for (unsigned n = 0; n < KITS; n++)
		make_kit(n);
	size_t found = 0, bugs = sizeof planted / sizeof *planted - 1;
	for (int bug = 1; bug <= (int)bugs; bug++) {
		if (o->plant != 0 && o->plant != bug)
			continue;
		printf("planted bug %d, %s: ", bug, planted[bug]);
		fflush(stdout);
		pid_t child = fork();
		if (child == 0) {
			sat_plant = o->plant = bug;
			if (bug == PARTS_BUG)
				o->from = o->stride = LARGE_EVERY;
			if (bug == BLANK_BUG)
				o->steps = LONG_HISTORY;
			char own[16];
			size_t end = strlen(base);
			snprintf(own, sizeof own, "/bug%d", bug);
			strncat(base, own, sizeof base - end - 1);
			mkdir(base, 0700);
			int rc = run_all(o);
			fflush(stdout);
			_exit(rc);
		}
		int status = 0;
		waitpid(child, &status, 0);
		bool caught = WIFEXITED(status) && WEXITSTATUS(status) == 1;
		found += caught;
		if (!caught)
			printf("%s\n", WIFEXITED(status) ? "not found" : "it crashed");
	}
	if (o->plant != 0)
		bugs = 1;
	printf("%zu passed, %zu failed\n", found, bugs - found);
	return found < bugs;
}
#endif

/* --- the program ---------------------------------------------------------------------------------- */

static int usage(void)
{
	fprintf(stderr, "usage: sim [--seeds FROM COUNT] [--stride N] [--steps N] [--seconds S] [--state FILE]\n"
	                "           [--go-on] [--plant BUG] [-v SEED]\n");
	return 2;
}

static bool read_options(options *o, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		int left = argc - i - 1;
		if (strcmp(word, "--seeds") == 0 && left >= 2) {
			o->from = strtoull(argv[++i], NULL, 10);
			o->count = strtoull(argv[++i], NULL, 10);
		} else if (strcmp(word, "--stride") == 0 && left >= 1) {
			o->stride = strtoull(argv[++i], NULL, 10);
		} else if (strcmp(word, "--steps") == 0 && left >= 1) {
			o->steps = strtoul(argv[++i], NULL, 10);
		} else if (strcmp(word, "--seconds") == 0 && left >= 1) {
			o->seconds = strtod(argv[++i], NULL);
		} else if (strcmp(word, "--state") == 0 && left >= 1) {
			o->state = argv[++i];
		} else if (strcmp(word, "--plant") == 0 && left >= 1) {
			o->plant = atoi(argv[++i]);
		} else if (strcmp(word, "--go-on") == 0) {
			o->go_on = true;
		} else if (strcmp(word, "-v") == 0 && left >= 1) {
			o->from = strtoull(argv[++i], NULL, 10);
			o->count = 1;
			o->verbose = true;
		} else {
			return false;
		}
	}
	if (o->count == 0)
		o->count = o->seconds > 0 ? UINT64_MAX : 200;
	return true;
}

int main(int argc, char **argv)
{
	options o = { .from = 1, .stride = 1, .steps = 80 };
	if (!read_options(&o, argc, argv))
		return usage();
	setvbuf(stdout, NULL, _IOLBF, 0);
	struct stat st;
	const char *tmp = getenv("TMPDIR");
	bool memory = stat("/dev/shm", &st) == 0 && access("/dev/shm", W_OK) == 0;
	snprintf(base, sizeof base, "%s/satchel-sim-XXXXXX", memory ? "/dev/shm" : tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(base) == NULL) {
		fprintf(stderr, "sim: %s: %s\n", base, strerror(errno));
		return 3;
	}
#ifdef SAT_PLANTED
	int rc = run_planted(&o);
#else
	int rc = run_all(&o);
#endif
	for (unsigned i = 0; i < KITS; i++)
		kit_free(&kits[i]);
	char command[300];
	snprintf(command, sizeof command, "rm -rf '%s'", base);
	if (system(command) != 0)
		return 3;
	/* A seed that failed left where it stood; what it held is no leak. */
	fflush(stdout);
	if (rc != 0)
		_exit(rc);
	return rc;
}
