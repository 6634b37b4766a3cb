/* What the benchmark finds out about a participant: one number a figure, NAN where there is none. */
#ifndef SAT_FIGURES_H
#define SAT_FIGURES_H

/* symbol, label, unit, digits behind the point */
#define BENCH_FIGURE_LIST(X)                                                                                 \
	X(CAPTURE, "capture, one transaction", "rows/s", 0)                                                  \
	X(CAPTURE_SMALL, "capture, 25 rows a transaction", "rows/s", 0)                                      \
	X(CHANGE_SET, "change set made, uncompressed", "rows/s", 0)                                          \
	X(EXPORT, "export, default level", "rows/s", 0)                                                      \
	X(RAW, "change set, uncompressed", "B/row", 2)                                                       \
	X(BUNDLE_DEFAULT, "bundle, default level", "B/row", 2)                                               \
	X(BUNDLE_HIGH, "bundle, high level", "B/row", 2)                                                     \
	X(MERGE, "merge", "rows/s", 0)                                                                       \
	X(AGAIN, "the same again, kept", "ms", 2)                                                            \
	X(AGAIN_REPLACED, "the same again, replaced", "ms", 2)                                               \
	X(OVERLAP, "merge, all overlapping", "rows/s", 0)                                                    \
	X(CHANGE_COMMIT, "one field: commit", "ms", 3)                                                       \
	X(CHANGE_EXPORT, "one field: export", "ms", 3)                                                       \
	X(CHANGE_MERGE, "one field: merge", "ms", 3)                                                         \
	X(CHANGE_BYTES, "one field: bundle", "B", 0)                                                         \
	X(EXPORT_PEAK, "export, peak memory", "MiB", 1)                                                      \
	X(MERGE_PEAK, "merge, peak memory", "MiB", 1)                                                        \
	X(STORE, "store size", "B/row", 2)                                                                   \
	X(UNLOCK, "unlocking the keys", "ms", 0)

typedef enum bench_figure {
#define X(symbol, label, unit, digits) BENCH_##symbol,
	BENCH_FIGURE_LIST(X)
#undef X
	    BENCH_FIGURES
} bench_figure;

typedef struct bench_figures {
	double value[BENCH_FIGURES];
} bench_figures;

#endif
