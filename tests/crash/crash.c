/* Crash tests: every operation that changes a store or a stick is stopped at each of its durable steps, in
 * every way in which a step can go wrong, and what is left is looked at.
 *
 * For each operation a run that nothing stops counts the steps.  Then a child process does the operation
 * from the same start, over shims (failing-vfs.h, failing-disk.h) that let step N go wrong (mishap.h).
 * Another child looks at the stores with the ordinary VFS and disk (crash-sight.h).  Randomness and clock
 * replay from seeds, so a line of failure can be had again by itself:
 *
 *     crash [OPERATION [MISHAP [STEP]]]
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crash-sight.h"
#include "failing-disk.h"
#include "failing-vfs.h"

/* Sanitizers make every step some times slower; there only a part of the plain writes is stopped at. */
#if defined(__SANITIZE_ADDRESS__)
#define SLOW 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SLOW 1
#endif
#endif
#ifdef SLOW
enum { STRIDE = 8 };
#else
enum { STRIDE = 1 };
#endif

enum { SECONDS_MAX = 60 };
/* How a child ends by itself. */
enum { CHILD_DONE = 0, CHILD_WRONG = 1 };

typedef struct trial {
	camp camp;
	const operation *operation;
	mishap_report *report;       /* shared with the children */
	unsigned steps;              /* of the run that nothing stops */
	char what[MISHAP_STEPS_MAX];
	sight before, after;
	uint8_t token[CAMP_TOKEN_BYTES]; /* that the operation finds */
	unsigned passed, failed;
	const char *only_operation, *only_mishap;
	unsigned only_step;
} trial;

/* --- the process that meets the mishap ------------------------------------------------------------ */

/* It failed once and goes on: the store is in one of two states at once, and then it can be done. */
static void try_again(trial *t, const mishap *m)
{
	camp *c = &t->camp;
	sat_error err = { 0 };
	if (m->kind != MISHAP_ERROR_ONCE && m->kind != MISHAP_FULL_ONCE)
		return;
	char *state = sight_state(c, t->operation, &err);
	if (state == NULL || (strcmp(state, t->before.state) != 0 && strcmp(state, t->after.state) != 0)) {
		fprintf(stderr, "  after the failure the open store shows %s\n",
		        state == NULL ? err.message : "neither the state before nor the state after");
		exit(CHILD_WRONG);
	}
	bool undone = strcmp(state, t->before.state) == 0;
	free(state);
	if (undone && t->operation->run(c, &err) != 0) {
		fprintf(stderr, "  it cannot be done again after the failure: %s\n", err.message);
		exit(CHILD_WRONG);
	}
}

static void meet(trial *t, mishap *m)
{
	camp *c = &t->camp;
	replica *r = camp_subject(c, t->operation);
	sat_error err = { 0 };
	failing_disk disk;
	mishap_begin(m);
	failing_vfs_register(m);
	failing_disk_init(&disk, m);
	c->disk = &disk.disk;
	int rc = camp_open(r, FAILING_VFS, &err);
	if (rc != 0)
		rc = camp_open(r, FAILING_VFS, &err);
	if (rc == 0)
		rc = t->operation->run(c, &err);
	m->report->code = rc;
	m->report->returned = rc == 0;
	mishap_done(mishap_step(m, MISHAP_STORE, MISHAP_RETURN));
	if (rc != 0 && r->store != NULL)
		try_again(t, m);
	sat_store_close(r->store, NULL);
	mishap_end(m);
	sat_identity_free(c->hq.identity);
	sat_identity_free(c->one.identity);
	exit(CHILD_DONE);
}

/* --- the parent ----------------------------------------------------------------------------------- */

/* Runs a part in a process of its own; the status that it ended with. */
static int in_child(trial *t, void (*part)(trial *t, void *context), void *context)
{
	fflush(NULL);
	pid_t child = fork();
	if (child == 0) {
		alarm(SECONDS_MAX);
		part(t, context);
		_exit(CHILD_DONE);
	}
	int status;
	if (child < 0 || waitpid(child, &status, 0) != child) {
		perror("crash");
		exit(2);
	}
	return status;
}

static void run_part(trial *t, void *context) { meet(t, context); }

static int run_once(trial *t, mishap *m)
{
	camp_restore(&t->camp, t->operation->name);
	memset(t->report, 0, sizeof *t->report);
	m->report = t->report;
	return in_child(t, run_part, m);
}

/* The machine starts again and the runtime folder is empty. */
static void restart(const camp *c)
{
	camp_remove(c->hq.runtime);
	camp_remove(c->one.runtime);
	mkdir(c->hq.runtime, 0700);
	mkdir(c->one.runtime, 0700);
}

/* A process that dies when it has put a new token back, while SQLite closes the file, had nothing left to
 * write: what it gave out is all there, and the next may go on. */
static bool is_put_back(trial *t)
{
	uint8_t token[CAMP_TOKEN_BYTES], none[CAMP_TOKEN_BYTES] = { 0 };
	camp_token(camp_subject(&t->camp, t->operation), token);
	return memcmp(token, none, sizeof none) != 0 && memcmp(token, t->token, sizeof token) != 0;
}

static void look_part(trial *t, void *context)
{
	const mishap *m = context;
	viewpoint v = { .camp = &t->camp, .operation = t->operation, .before = &t->before, .after = &t->after,
		        .fresh = !mishap_is_failure(m->kind) && !is_put_back(t),
		        .repeated = mishap_is_failure(m->kind) && t->report->code != 0,
		        .done = t->report->returned };
	sight_take(&v);
}

/* True when the child ended as the mishap says, and what it left is as it must be. */
static bool is_survived(trial *t, mishap *m)
{
	int status = run_once(t, m);
	if (!t->report->hit) {
		fprintf(stderr, "  the step was not reached\n");
		return false;
	}
	bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	bool ended = WIFEXITED(status) && WEXITSTATUS(status) == CHILD_DONE;
	if (mishap_is_failure(m->kind) ? !ended : !killed) {
		fprintf(stderr, "  the process ended in another way (status %#x)\n", (unsigned)status);
		return false;
	}
	if (mishap_is_cut(m->kind))
		restart(&t->camp);
	return in_child(t, look_part, m) == 0;
}

/* All steps but plain writes are stopped at; of those every STRIDE-th, and others for each kind of mishap. */
static bool is_chosen(const trial *t, mishap_kind kind, unsigned at)
{
	if (t->only_step != 0)
		return at == t->only_step;
	if (STRIDE == 1 || at > t->steps || (t->what[at - 1] != MISHAP_WRITE && t->what[at - 1] != 'W'))
		return true;
	return (at + kind) % STRIDE == 0;
}

static unsigned stop_everywhere(trial *t, mishap_kind kind)
{
	unsigned stopped = 0;
	unsigned last = t->steps + (mishap_is_cut(kind) ? 1 : 0);
	for (unsigned at = 1; at <= last; at++) {
		mishap m = { .kind = kind, .at = at, .seed = at * UINT64_C(977) + kind };
		if (!is_chosen(t, kind, at))
			continue;
		if (is_survived(t, &m)) {
			t->passed++;
		} else {
			t->failed++;
			fprintf(stderr, "FAILED %s %s %u: %.*s (%s)\n", t->operation->name, mishap_name(kind),
			        at, at > t->steps ? 3 : 1, at > t->steps ? "end" : t->what + at - 1, t->what);
		}
		stopped++;
	}
	return stopped;
}

/* --- an operation --------------------------------------------------------------------------------- */

static void close_both(camp *c)
{
	if (c->hq.store != NULL)
		replica_close(&c->hq);
	if (c->one.store != NULL)
		replica_close(&c->one);
}

/* Leaves the store as a crash just before the end of an import leaves it: the journal is to be rolled
 * back.  Its last truncation is the one that makes the import done. */
static void prepare_recovery(trial *t)
{
	const operation *recovery = t->operation;
	mishap m = { .kind = MISHAP_NONE };
	for (size_t i = 0; i < camp_operation_count; i++) {
		if (strcmp(camp_operations[i].name, "import") == 0)
			t->operation = &camp_operations[i];
	}
	camp_keep(&t->camp, t->operation->name);
	run_once(t, &m);
	unsigned at = t->report->steps;
	while (at > 1 && t->report->what[at - 1] != MISHAP_RETURN)
		at--;
	while (at > 1 && t->report->what[at - 1] != MISHAP_TRUNCATE)
		at--;
	m = (mishap){ .kind = MISHAP_KILL, .at = at };
	run_once(t, &m);
	t->operation = recovery;
}

static void prepare(trial *t)
{
	camp *c = &t->camp;
	camp_restore(c, "founded");
	if (t->operation->prepare != NULL) {
		replica_open(&c->hq);
		replica_open(&c->one);
		t->operation->prepare(c);
		close_both(c);
	}
	if (strcmp(t->operation->name, "recovery") == 0)
		prepare_recovery(t);
	camp_token(camp_subject(c, t->operation), t->token);
	camp_keep(c, t->operation->name);
}

/* The children draw from where the parent stands, so that looking must not move it. */
static sight look_without_moving(trial *t, const viewpoint *v)
{
	uint64_t hq = t->camp.hq.env.state, one = t->camp.one.env.state;
	sight s = sight_take(v);
	t->camp.hq.env.state = hq;
	t->camp.one.env.state = one;
	return s;
}

static void learn(trial *t)
{
	mishap m = { .kind = MISHAP_NONE };
	viewpoint v = { .camp = &t->camp, .operation = t->operation };
	camp_restore(&t->camp, t->operation->name);
	t->before = look_without_moving(t, &v);
	if (run_once(t, &m) != 0 || t->report->code != 0) {
		fprintf(stderr, "%s does not work\n", t->operation->name);
		exit(2);
	}
	t->steps = t->report->steps;
	memcpy(t->what, t->report->what, sizeof t->what);
	v.before = &t->before;
	t->after = look_without_moving(t, &v);
}

static void try_operation(trial *t)
{
	prepare(t);
	learn(t);
	printf("%-10s %4u steps; stopped at", t->operation->name, t->steps);
	for (mishap_kind kind = MISHAP_KILL; kind < MISHAP_KINDS; kind++) {
		if (t->only_mishap != NULL && strcmp(t->only_mishap, mishap_name(kind)) != 0)
			continue;
		unsigned stopped = stop_everywhere(t, kind);
		printf(" %s %u%s", mishap_name(kind), stopped, kind + 1 < MISHAP_KINDS ? "," : "\n");
		fflush(stdout);
		unsigned floor = t->operation->steps_min / STRIDE;
		if (t->only_step == 0 && (t->steps < t->operation->steps_min || stopped < floor)) {
			printf("\n%s: %u of %u steps, and %u of %u were expected\n", t->operation->name,
			       stopped, t->steps, floor, t->operation->steps_min);
			t->failed++;
		}
	}
	free(t->before.state);
	free(t->before.end);
	free(t->after.state);
	free(t->after.end);
}

/* --- all of it ------------------------------------------------------------------------------------ */

static char place[160];
static pid_t parent;

/* Children end in the same way and leave it alone. */
static void remove_place(void)
{
	if (getpid() == parent)
		camp_remove(place);
}

/* In memory where there is such a place: what is tested is which steps are made, not a disk. */
static void make_place(void)
{
	const char *temporary = getenv("TMPDIR");
	snprintf(place, sizeof place, "/dev/shm/satchel-crash-XXXXXX");
	if (mkdtemp(place) == NULL) {
		snprintf(place, sizeof place, "%s/satchel-crash-XXXXXX",
		         temporary != NULL ? temporary : "/tmp");
		if (mkdtemp(place) == NULL) {
			perror(place);
			exit(2);
		}
	}
	parent = getpid();
	atexit(remove_place);
}

int main(int argc, char **argv)
{
	static trial t;
	t.only_operation = argc > 1 ? argv[1] : NULL;
	t.only_mishap = argc > 2 ? argv[2] : NULL;
	t.only_step = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 0;
	t.report = mmap(NULL, sizeof *t.report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (t.report == MAP_FAILED) {
		perror("crash");
		return 2;
	}
	make_place();
	camp_found(&t.camp, place);
	camp_keep(&t.camp, "founded");
	for (size_t i = 0; i < camp_operation_count; i++) {
		t.operation = &camp_operations[i];
		if (t.only_operation == NULL || strcmp(t.only_operation, t.operation->name) == 0)
			try_operation(&t);
	}
	replica_free(&t.camp.hq);
	replica_free(&t.camp.one);
	sat_bytes_clear(&t.camp.statement);
	printf("%u passed, %u failed\n", t.passed, t.failed);
	return t.failed == 0 && t.passed > 0 ? 0 : 1;
}
