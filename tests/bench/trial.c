/* See trial.h; the steps and their order are in peers.h. */
#include "trial.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "measure.h"

#define MIB     (1024.0 * 1024.0)
#define CONTACT "+61 400 %06d"

static double rows_of(const bench_trial *t)
{
	return (double)(t->workshops * SAT_WORKLOAD_ROWS);
}

static void bundle_path(char path[static PATH_MAX], const bench_trial *t, const char *name, int number)
{
	snprintf(path, PATH_MAX, "%s/%s-%d", t->settings.dir, name, number);
}

static int check_count(const bench_trial *t, void *store, sat_error *err)
{
	int64_t rows, expected = t->workshops * SAT_WORKLOAD_ROWS;
	int rc = t->peer->count(store, &rows, err);
	if (rc == 0 && rows != expected)
		rc = sat_fail(err, SAT_EDAMAGED, "%" PRId64 " rows arrived instead of %" PRId64, rows,
		              expected);
	return rc;
}

/* --- steps, each in a child --------------------------------------------------------------------- */

static int step_prepare(const bench_trial *t, bench_figures *f, sat_error *err)
{
	(void)f;
	int rc = 0;
	for (int i = 0; i < BENCH_SIDES && rc == 0; i++) {
		char path[PATH_MAX];
		snprintf(path, sizeof path, "%s/%s", t->settings.dir, bench_side_names[i]);
		rc = bench_make_dir(path, err);
	}
	if (rc == 0 && t->peer->prepare != NULL)
		rc = t->peer->prepare(&t->settings, err);
	return rc;
}

static int extract_whole(const bench_trial *t, void *store, bench_figures *f, sat_error *err)
{
	char path[PATH_MAX];
	bench_bundle b = { .extract_seconds = NAN, .raw_bytes = -1 };
	bundle_path(path, t, "bundle", 0);
	bench_peak_reset();
	int rc = t->peer->extract(store, BENCH_DEFAULT, path, &b, err);
	if (rc != 0)
		return rc;
	f->value[BENCH_EXPORT_PEAK] = (double)bench_peak_bytes() / MIB;
	f->value[BENCH_EXPORT] = rows_of(t) / b.seconds;
	f->value[BENCH_CHANGE_SET] = rows_of(t) / b.extract_seconds;
	f->value[BENCH_RAW] = b.raw_bytes < 0 ? NAN : (double)b.raw_bytes / rows_of(t);
	f->value[BENCH_BUNDLE_DEFAULT] = (double)b.bytes / rows_of(t);
	if (t->high_level) {
		bundle_path(path, t, "bundle-high", 0);
		rc = t->peer->extract(store, BENCH_HIGH, path, &b, err);
		f->value[BENCH_BUNDLE_HIGH] = (double)b.bytes / rows_of(t);
	}
	return rc;
}

static int step_capture(const bench_trial *t, bench_figures *f, sat_error *err)
{
	SAT_AUTO(sat_workload) w = NULL;
	void *store = NULL;
	double seconds = NAN;
	int rc = sat_workload_new(&w, t->workshops, t->seed, err);
	if (rc == 0)
		rc = t->peer->open(&store, &t->settings, BENCH_SENDER, err);
	if (rc == 0)
		rc = t->peer->capture(store, w, 0, &seconds, err);
	f->value[BENCH_CAPTURE] = rows_of(t) / seconds;
	if (rc == 0 && t->peer->extract != NULL)
		rc = extract_whole(t, store, f, err);
	if (rc == 0)
		rc = check_count(t, store, err);
	if (store != NULL)
		t->peer->close(store);
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s/%s/%s", t->settings.dir, bench_side_names[BENCH_SENDER],
	         t->peer->store_file);
	int64_t bytes = bench_file_bytes(path);
	f->value[BENCH_STORE] = bytes < 0 ? NAN : (double)bytes / rows_of(t);
	return rc;
}

static int step_capture_small(const bench_trial *t, bench_figures *f, sat_error *err)
{
	SAT_AUTO(sat_workload) w = NULL;
	void *store = NULL;
	double seconds = NAN;
	int64_t workshops = t->workshops;
	if (workshops > BENCH_SMALL_WORKSHOPS_MAX)
		workshops = BENCH_SMALL_WORKSHOPS_MAX;
	int rc = sat_workload_new(&w, workshops, t->seed, err);
	if (rc == 0)
		rc = t->peer->open(&store, &t->settings, BENCH_SMALL, err);
	if (rc == 0)
		rc = t->peer->capture(store, w, BENCH_SMALL_ROWS, &seconds, err);
	f->value[BENCH_CAPTURE_SMALL] = (double)(workshops * SAT_WORKLOAD_ROWS) / seconds;
	if (store != NULL)
		t->peer->close(store);
	return rc;
}

static int step_merge(const bench_trial *t, bench_figures *f, sat_error *err)
{
	if (t->peer->apply == NULL)
		return 0;
	void *store = NULL;
	double seconds = NAN, again = NAN, replaced = NAN;
	char path[PATH_MAX];
	bundle_path(path, t, "bundle", 0);
	int rc = t->peer->open(&store, &t->settings, BENCH_RECEIVER, err);
	bench_peak_reset();
	if (rc == 0)
		rc = t->peer->apply(store, path, &seconds, err);
	f->value[BENCH_MERGE_PEAK] = (double)bench_peak_bytes() / MIB;
	f->value[BENCH_MERGE] = rows_of(t) / seconds;
	if (rc == 0)
		rc = check_count(t, store, err);
	if (rc == 0)
		rc = t->peer->apply(store, path, &again, err);
	f->value[BENCH_AGAIN] = again * 1e3;
	if (rc == 0 && t->peer->apply_replace != NULL)
		rc = t->peer->apply_replace(store, path, &replaced, err);
	f->value[BENCH_AGAIN_REPLACED] = replaced * 1e3;
	if (rc == 0)
		rc = check_count(t, store, err);
	if (store != NULL)
		t->peer->close(store);
	return rc;
}

static int step_unlock(const bench_trial *t, bench_figures *f, sat_error *err)
{
	double seconds = NAN;
	int rc = t->peer->unlock != NULL ? t->peer->unlock(&t->settings, &seconds, err) : 0;
	f->value[BENCH_UNLOCK] = seconds * 1e3;
	return rc;
}

/* One contact changes at the sender and travels.  In plain SQLite it only changes. */
static int change_once(const bench_trial *t, void *sender, void *receiver, int number,
                       double figures[static 4], sat_error *err)
{
	int64_t id = sat_workload_participant_id(number * t->workshops / BENCH_CHANGES, 7);
	char sent[64], arrived[64] = "", path[PATH_MAX];
	double commit = NAN, merge = NAN;
	bench_bundle b = { 0 };
	snprintf(sent, sizeof sent, CONTACT, number);
	bundle_path(path, t, "change", number);
	int rc = t->peer->update(sender, id, sent, &commit, err);
	figures[0] = commit;
	if (rc != 0 || receiver == NULL)
		return rc;
	rc = t->peer->extract(sender, BENCH_COMPACT, path, &b, err);
	if (rc == 0)
		rc = t->peer->apply(receiver, path, &merge, err);
	if (rc == 0)
		rc = t->peer->contact(receiver, id, arrived, sizeof arrived, err);
	if (rc == 0 && strcmp(sent, arrived) != 0)
		rc = sat_fail(err, SAT_EDAMAGED, "participant %" PRId64 " has \"%s\" instead of \"%s\"", id,
		              arrived, sent);
	figures[1] = b.seconds;
	figures[2] = merge;
	figures[3] = (double)b.bytes;
	return rc != 0 ? rc : t->peer->settle(sender, receiver, err);
}

static int step_change(const bench_trial *t, bench_figures *f, sat_error *err)
{
	double found[4][BENCH_CHANGES];
	void *sender = NULL, *receiver = NULL;
	int rc = t->peer->open(&sender, &t->settings, BENCH_SENDER, err);
	if (rc == 0 && t->peer->apply != NULL) {
		rc = t->peer->open(&receiver, &t->settings, BENCH_RECEIVER, err);
		if (rc == 0)
			rc = t->peer->settle(sender, receiver, err);
	}
	for (int i = 0; i < BENCH_CHANGES && rc == 0; i++) {
		double once[4] = { NAN, NAN, NAN, NAN };
		rc = change_once(t, sender, receiver, i, once, err);
		for (int k = 0; k < 4; k++)
			found[k][i] = once[k];
	}
	if (rc == 0) {
		f->value[BENCH_CHANGE_COMMIT] = bench_median(found[0], BENCH_CHANGES) * 1e3;
		f->value[BENCH_CHANGE_EXPORT] = bench_median(found[1], BENCH_CHANGES) * 1e3;
		f->value[BENCH_CHANGE_MERGE] = bench_median(found[2], BENCH_CHANGES) * 1e3;
		f->value[BENCH_CHANGE_BYTES] = bench_median(found[3], BENCH_CHANGES);
	}
	if (receiver != NULL)
		t->peer->close(receiver);
	if (sender != NULL)
		t->peer->close(sender);
	return rc;
}

/* Every row once more in a bundle that is new. */
static int step_overlap(const bench_trial *t, bench_figures *f, sat_error *err)
{
	if (t->peer->extract_all == NULL)
		return 0;
	void *sender = NULL, *receiver = NULL;
	double commit, merge = NAN;
	bench_bundle b;
	char path[PATH_MAX];
	bundle_path(path, t, "overlap", 0);
	int rc = t->peer->open(&sender, &t->settings, BENCH_SENDER, err);
	if (rc == 0)
		rc = t->peer->open(&receiver, &t->settings, BENCH_RECEIVER, err);
	if (rc == 0)
		rc = t->peer->update(sender, sat_workload_participant_id(0, 0), "+61 400 1", &commit, err);
	if (rc == 0)
		rc = t->peer->extract_all(sender, BENCH_DEFAULT, path, &b, err);
	if (rc == 0)
		rc = t->peer->apply(receiver, path, &merge, err);
	if (rc == 0)
		rc = check_count(t, receiver, err);
	f->value[BENCH_OVERLAP] = rows_of(t) / merge;
	if (receiver != NULL)
		t->peer->close(receiver);
	if (sender != NULL)
		t->peer->close(sender);
	return rc;
}

/* --- public ------------------------------------------------------------------------------------ */

typedef struct step {
	const char *name;
	int (*run)(const bench_trial *trial, bench_figures *figures, sat_error *err);
} step;

static const step steps[] = {
	{ "prepare", step_prepare },
	{ "capture and export", step_capture },
	{ "capture in small transactions", step_capture_small },
	{ "merge", step_merge },
	{ "unlock", step_unlock },
	{ "one field", step_change },
	{ "overlap", step_overlap },
};

typedef struct call {
	const step *step;
	const bench_trial *trial;
} call;

static int run_step(const void *context, void *result, sat_error *err)
{
	const call *c = context;
	return c->step->run(c->trial, result, err);
}

int bench_trial_run(const bench_trial *trial, bench_figures *figures, sat_error *err)
{
	for (size_t i = 0; i < BENCH_FIGURES; i++)
		figures->value[i] = NAN;
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		call c = { &steps[i], trial };
		int rc = bench_in_child(run_step, &c, figures, sizeof *figures, err);
		if (rc != 0)
			return sat_error_context(err, "%s, %s", trial->peer->name, steps[i].name);
	}
	return 0;
}
