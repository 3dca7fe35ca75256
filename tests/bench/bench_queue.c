/*
 * What an append costs its worker: the median of single appends, and the CPU
 * time an event, rotation of segments included.
 *
 *   bench_queue [dir [workers [events]]]     default: /tmp, 1, 1000000
 *
 * A second line tells the same for a queue that writes instead of mapping.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/record.h"
#include "reader/queue.h"

#define SAMPLES   20000
#define TEXT(lit) ((struct record_text){lit, sizeof(lit) - 1})

struct result {
	double median_ns;
	double p99_ns;
	double cpu_ns;
	uint64_t dropped;
};

static double
now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* A gate's exposure of usual size, with one secondary. */
static size_t
make_record(uint8_t *buf, size_t cap)
{
	struct record_exposure x = {.subject = RECORD_GATE,
	    .time_ms = 1795351148644,
	    .name = TEXT("checkout_redesign"),
	    .rule_id = TEXT("4mXpzTQ6mVbYg8HkGq1nWs:100.00:2"),
	    .reason = TEXT("Network:Recognized"),
	    .has_lcut = true,
	    .has_received_at = true,
	    .has_version = true,
	    .has_secondary = true};
	struct record_list list;
	uint8_t entries[128];
	size_t n = 0;

	record_list_begin(&list, entries, sizeof(entries));
	(void)record_list_add(
	    &list, TEXT("holdout_2026"), false, TEXT("default"));
	x.n_secondary = list.n;
	x.secondary = (struct record_text){list.data, list.len};
	(void)record_put_exposure(buf, cap, &x, &n);
	return n;
}

static void
run_worker(int dirfd, const struct queue_options *opt, long n_events,
    struct result *out)
{
	static const char json[] = "{\"userID\":\"user-12345678\",\"email\":"
				   "\"somebody@example.com\",\"country\":"
				   "\"DE\",\"statsigEnvironment\":{\"tier\":"
				   "\"production\"}}";
	struct queue_user user = {.json = json, .json_len = sizeof(json) - 1};
	static double samples[SAMPLES];
	uint64_t counters[SEGMENT_N_COUNTERS];
	long n_samples = 0;
	uint8_t record[512];
	struct queue *q;
	double cpu;
	size_t n = make_record(record, sizeof(record));

	if (queue_new(dirfd, "bench", opt, &q) != FG_OK)
		_exit(1);
	cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID);
	for (long i = 0; i < n_events; i++) {
		if (i % 10 == 0) /* ten checks a request */
			user.segment = 0;
		(void)queue_append(q, &user, record, n);
	}
	out->cpu_ns =
	    (now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (double)n_events;
	for (long i = 0; i < n_events / 10 && n_samples < SAMPLES; i++) {
		double t = now_ns(CLOCK_MONOTONIC);

		(void)queue_append(q, &user, record, n);
		samples[n_samples++] = now_ns(CLOCK_MONOTONIC) - t;
	}
	qsort(samples, (size_t)n_samples, sizeof(samples[0]), by_size);
	out->median_ns = samples[n_samples / 2];
	out->p99_ns = samples[n_samples * 99 / 100];
	queue_counters(q, counters);
	out->dropped = counters[SEGMENT_DROPPED];
	queue_free(q);
}

static void
empty(const char *dir)
{
	char command[300];

	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	if (system(command) != 0)
		fprintf(stderr, "cannot remove %s\n", dir);
}

static void
bench(const char *where, bool always_write, int workers, long n_events)
{
	struct queue_options opt = {.always_write = always_write};
	struct result *r = mmap(NULL, sizeof(*r) * (size_t)workers,
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	double median = 0, p99 = 0, cpu = 0, clock;
	uint64_t dropped = 0;
	char dir[200];
	int fd;

	snprintf(dir, sizeof(dir), "%s/bench-queue-XXXXXX", where);
	if (mkdtemp(dir) == NULL || r == MAP_FAILED)
		exit(1);
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < workers; i++)
		if (fork() == 0) {
			run_worker(fd, &opt, n_events / workers, &r[i]);
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
	for (int i = 0; i < workers; i++) {
		median += r[i].median_ns / workers;
		p99 += r[i].p99_ns / workers;
		cpu += r[i].cpu_ns / workers;
		dropped += r[i].dropped;
	}
	clock = now_ns(CLOCK_MONOTONIC);
	for (int i = 0; i < 10000; i++)
		(void)now_ns(CLOCK_MONOTONIC);
	clock = (now_ns(CLOCK_MONOTONIC) - clock) / 10000;
	printf("queue append, %s, %d workers: median %.0f ns, 99%% %.0f ns "
	       "(clock's %.0f included), CPU %.0f ns/event with rotation, "
	       "%llu dropped\n",
	    always_write ? "written" : "mapped", workers, median, p99, clock,
	    cpu, (unsigned long long)dropped);
	close(fd);
	empty(dir);
	munmap(r, sizeof(*r) * (size_t)workers);
}

int
main(int argc, char **argv)
{
	const char *where = argc > 1 ? argv[1] : "/tmp";
	int workers = argc > 2 ? atoi(argv[2]) : 1;
	long n_events = argc > 3 ? atol(argv[3]) : 1000000;

	if (workers < 1 || workers > 1000 || n_events < workers) {
		fprintf(
		    stderr, "usage: bench_queue [dir [workers [events]]]\n");
		return 2;
	}
	bench(where, false, workers, n_events);
	bench(where, true, workers, n_events / 5);
	return 0;
}
