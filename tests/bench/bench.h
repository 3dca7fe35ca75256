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

/* Rows 13 and 14: new processes and forked ones. */
void bench_processes(struct world *w, const char *dir);

/* Row 15: a commit seen by workers. */
void bench_commit(struct world *w);

/* Row 16: documents to generations. */
void bench_compile(const char *dir);

/* Row 17: events by many workers. */
void bench_append(struct world *w, const char *dir);

/* Parts that run in a process of their own: bench PART ARGS... */
int bench_part(int argc, char **argv);

#endif /* TESTS_BENCH_BENCH_H */
