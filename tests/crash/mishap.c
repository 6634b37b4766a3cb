/* See mishap.h. */
#include "mishap.h"

#include <ctype.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { SECTOR_BYTES = 512 };

const char *mishap_name(mishap_kind kind)
{
	static const char *const names[] = {
#define X(kind, name) [kind] = name,
		MISHAPS(X)
#undef X
	};
	return names[kind];
}

bool mishap_is_failure(mishap_kind kind) { return kind >= MISHAP_ERROR_ONCE; }

bool mishap_is_cut(mishap_kind kind) { return kind == MISHAP_CUT || kind == MISHAP_CUT_PARTLY; }

void mishap_begin(mishap *m)
{
	if (mishap_is_cut(m->kind))
		m->unsynced = unsynced_new();
}

static void die(void)
{
	kill(getpid(), SIGKILL);
	abort();
}

static void count(mishap *m, mishap_medium medium, mishap_what what)
{
	mishap_report *r = m->report;
	if (r->steps < MISHAP_STEPS_MAX)
		r->what[r->steps] = (char)(medium == MISHAP_STICK ? toupper((int)what) : (int)what);
	r->steps++;
}

static bool needs_room(mishap_what what)
{
	return what == MISHAP_CREATE || what == MISHAP_WRITE || what == MISHAP_MAKE_FOLDER;
}

static mishap_answer refusal(const mishap *m)
{
	return m->kind == MISHAP_FULL_ONCE || m->kind == MISHAP_FULL_ON ? MISHAP_NO_ROOM : MISHAP_REFUSED;
}

mishap_answer mishap_step(mishap *m, mishap_medium medium, mishap_what what)
{
	count(m, medium, what);
	if (m->gone[medium])
		return m->kind == MISHAP_ERROR_ON || needs_room(what) ? refusal(m) : MISHAP_GO;
	if (m->kind == MISHAP_NONE || m->report->steps != m->at)
		return MISHAP_GO;
	m->report->hit = true;
	if (m->kind == MISHAP_TEAR)
		return MISHAP_TORN;
	if (!mishap_is_failure(m->kind)) {
		unsynced_lose(m->unsynced, m->kind == MISHAP_CUT_PARTLY, m->seed);
		die();
	}
	m->gone[medium] = m->kind == MISHAP_ERROR_ON || m->kind == MISHAP_FULL_ON;
	return refusal(m);
}

void mishap_done(mishap_answer answer)
{
	if (answer == MISHAP_TORN)
		die();
}

size_t mishap_part(const mishap *m, size_t count)
{
	uint64_t seed = m->seed;
	return unsynced_draw(&seed) % (count / SECTOR_BYTES + 1) * SECTOR_BYTES;
}

void mishap_end(mishap *m)
{
	if (!mishap_is_cut(m->kind) || m->report->steps + 1 != m->at)
		return;
	m->report->hit = true;
	unsynced_lose(m->unsynced, m->kind == MISHAP_CUT_PARTLY, m->seed);
	die();
}
