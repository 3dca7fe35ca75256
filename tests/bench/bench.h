/*
 * bench: what is measured, each group by a function that adds its rows to the
 * report.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include "tests/bench/world.h"

/* Projects of the world. */
#define BENCH_REAL  "real"
#define BENCH_LARGE "large"

/* Rows 1 to 9, 12, 23, 24: one check at a time. */
void bench_checks(struct world *w, const char *dir);

/* What it asks, as a file; for the peer. */
enum bench_doc {
	BENCH_CHECKS,
	BENCH_FEW,
	BENCH_MANY,
};
void bench_checks_doc(const char *path, enum bench_doc which);

/* Rows 10, 11, 19: ID lists, user agents, the response for clients. */
void bench_beside(struct world *w, const char *dir);
void bench_beside_doc(const char *path);

/* Rows 13 and 14: new processes and forked ones. */
void bench_start(struct world *w, const char *dir);

/* Row 15: a commit seen by workers. */
void bench_commit(struct world *w);

/* Row 16: documents to generations. */
void bench_compile(const char *dir);

/* Row 17: events by many workers. */
void bench_append(struct world *w);

/* Rows 18 and 22: the real syncer, shipping and at rest. */
void bench_syncer(const char *dir);

/*
 * What runs in a new process, by "bench PART ARGS...": prints numbers and
 * returns the status to exit with.
 */
int bench_part_cold(char **args);       /* STATE PROJECT GATE */
int bench_part_limit_cold(char **args); /* FILE GATE */
int bench_part_memory(char **args);     /* STATE PROJECT DOC */
int bench_part_compile(char **args);    /* DOC STATE */

#endif /* TESTS_BENCH_BENCH_H */
