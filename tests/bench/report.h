/*
 * report: the table of what was measured and what was to be reached.
 *
 * A peer's figure is what another implementation took, in the same run where
 * peer.h has it, else elsewhere when the targets were set.  A limit is measured
 * in the same run.
 */
#ifndef TESTS_BENCH_REPORT_H
#define TESTS_BENCH_REPORT_H

#include <stdbool.h>
#include <stddef.h>

struct report_row {
	const char *no; /* as the targets are numbered; "" adds to it */
	const char *what;
	const char *unit;
	double ours;
	double limit;       /* 0: there is none */
	double peer;        /* 0: there is none */
	double times_limit; /* ours at most so many times the limit; 0: any */
	double of_peer;     /* ours at most this part of the peer's; 0: any */
	double at_most;     /* 0: any */
	double at_least;    /* 0: any */
	const char *note;   /* NULL: none */
};

/* Keeps a copy; texts must stay. */
void report_add(const struct report_row *row);

/* A line below the table; printf's arguments. */
void report_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Writes the table to a file and to stdout.  False if it cannot. */
bool report_write(const char *path);

#endif /* TESTS_BENCH_REPORT_H */
