/*
 * worker: a process that serves requests, as the demonstration shows it.
 */
#ifndef TOOLS_DEMO_WORKER_H
#define TOOLS_DEMO_WORKER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "tools/demo/pick.h"

struct fg;

#define WORKER_N        4
#define WORKER_REQUESTS 3 /* for its user, before the change */
#define WORKER_VALUE    96

/* What a worker tells, once before the change and once after it. */
struct worker_report {
	int worker;
	bool gates[PICK_GATES];
	char config[WORKER_VALUE], layer[WORKER_VALUE];
	uint64_t generation;
	double seen_ms; /* when it met that generation */
	uint64_t n_exposures, n_repeats, n_events, n_dropped;
};

const char *worker_user(int worker);

/*
 * Forks a worker that uses the parent's client.  It serves its user some
 * requests and reports, then waits for the next generation, serves one more,
 * reports again and ends.
 */
pid_t worker_start(
    int worker, struct fg *fg, const struct pick *pick, int report_fd);

#endif /* TOOLS_DEMO_WORKER_H */
