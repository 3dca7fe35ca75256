/* Row 17: events appended by one worker and by many. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/record.h"
#include "reader/queue.h"
#include "tests/bench/bench.h"
#include "tests/bench/limit.h"
#include "tests/bench/measure.h"
#include "tests/bench/report.h"

#define N_EVENTS    200000 /* of all workers, in a round, at least */
#define PER_WORKER  10000  /* and of each: files begin small and grow */
#define N_ROUNDS    5
#define N_SAMPLES   4096 /* of a worker */
#define MAX_WORKERS 50
#define PER_USER    10  /* events of a user, ten checks a request */
#define N_GATES     200 /* what is exposed, in turn */

#define TEXT(lit) ((struct record_text){lit, sizeof(lit) - 1})

/* What a worker hands back. */
struct told {
	double median_ns, cpu_ns; /* of one event */
	uint64_t n_dropped;
};

static struct told *told; /* of each worker */
static char queue_dir[300];

/* A gate's exposure of usual size, with one nested gate. */
static size_t
make_record(uint8_t *buf, size_t cap, unsigned no)
{
	char name[32];
	struct record_exposure x = {.subject = RECORD_GATE,
	    .time_ms = 1795351148644,
	    .rule_id = TEXT("4mXpzTQ6mVbYg8HkGq1nWs:100.00:2"),
	    .reason = TEXT("Network:Recognized"),
	    .has_lcut = true,
	    .has_received_at = true,
	    .has_version = true,
	    .has_secondary = true};
	struct record_list list;
	uint8_t entries[128];
	size_t n = 0;

	x.name.data = name;
	x.name.len =
	    (size_t)snprintf(name, sizeof(name), "checkout_redesign_%03u", no);
	record_list_begin(&list, entries, sizeof(entries));
	(void)record_list_add(
	    &list, TEXT("holdout_2026"), false, TEXT("default"));
	x.n_secondary = list.n;
	x.secondary = (struct record_text){list.data, list.len};
	(void)record_put_exposure(buf, cap, &x, &n);
	return n;
}

/* One way to append; run in a process of its own. */
struct way {
	struct queue *queue;
	struct queue_user user;
	uint8_t records[N_GATES][256];
	size_t n;
	struct limit_chain chain;
};

static void
way_open(struct way *way, bool is_limit, unsigned worker)
{
	static const char json[] = "{\"userID\":\"user-12345678\",\"email\":"
				   "\"somebody@example.com\",\"country\":"
				   "\"DE\",\"statsigEnvironment\":{\"tier\":"
				   "\"production\"}}";
	int dirfd = open(queue_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	memset(way, 0, sizeof(*way));
	limit_chain_init(&way->chain, queue_dir, worker);
	way->user =
	    (struct queue_user){.json = json, .json_len = sizeof(json) - 1};
	for (unsigned i = 0; i < N_GATES; i++)
		way->n =
		    make_record(way->records[i], sizeof(way->records[i]), i);
	if (dirfd < 0 ||
	    (!is_limit &&
		queue_new(dirfd, "bench", NULL, &way->queue) != FG_OK))
		_exit(1);
}

static inline void
way_append(struct way *way, long i)
{
	static uint8_t event[LIMIT_EVENT];

	if (way->queue == NULL) {
		memcpy(event, &i, sizeof(i));
		if (!limit_chain_append(&way->chain, event, sizeof(event)))
			_exit(1);
		return;
	}
	if (i % PER_USER == 0)
		way->user.segment = 0;
	/* Other gates for each user, and the same again for later ones. */
	(void)queue_append(
	    way->queue, &way->user, way->records[i % N_GATES], way->n);
}

static void
work(bool is_limit, unsigned worker, long n_events)
{
	static double samples[N_SAMPLES];
	uint64_t counters[SEGMENT_N_COUNTERS] = {0}, cpu;
	size_t n_samples = 0;
	struct way way;

	way_open(&way, is_limit, worker);
	cpu = measure_thread_ns();
	for (long i = 0; i < n_events; i++)
		way_append(&way, i);
	told[worker].cpu_ns =
	    (double)(measure_thread_ns() - cpu) / (double)n_events;
	for (long i = 0; i < n_events / 8 && n_samples < N_SAMPLES; i++) {
		uint64_t begin = measure_ns();

		way_append(&way, i);
		samples[n_samples++] = (double)(measure_ns() - begin);
	}
	told[worker].median_ns = measure_median(samples, n_samples);
	if (way.queue != NULL)
		queue_counters(way.queue, counters);
	told[worker].n_dropped = counters[SEGMENT_DROPPED];
	queue_free(way.queue);
	limit_chain_close(&way.chain);
	_exit(0);
}

static struct told
round_of(bool is_limit, unsigned n_workers)
{
	long n_events = N_EVENTS / (long)n_workers;
	double medians[MAX_WORKERS];
	struct told sum = {0};

	if (n_events < PER_WORKER)
		n_events = PER_WORKER;
	fflush(NULL);
	for (unsigned i = 0; i < n_workers; i++)
		if (fork() == 0)
			work(is_limit, i, n_events);
	for (unsigned i = 0; i < n_workers; i++) {
		int status;

		if (wait(&status) < 0 || status != 0)
			world_die("a worker that appends");
	}
	for (unsigned i = 0; i < n_workers; i++) {
		medians[i] = told[i].median_ns;
		sum.cpu_ns += told[i].cpu_ns / n_workers;
		sum.n_dropped += told[i].n_dropped;
	}
	sum.median_ns = measure_median(medians, n_workers);
	return sum;
}

static double
clock_ns(void)
{
	uint64_t begin = measure_ns();

	for (int i = 0; i < 10000; i++)
		(void)measure_ns();
	return (double)(measure_ns() - begin) / 10000;
}

static void
report_workers(const char *what, const char *what_cpu, unsigned n_workers)
{
	double median[2][N_ROUNDS], cpu[2][N_ROUNDS];
	uint64_t n_dropped = 0;

	for (int i = 0; i < N_ROUNDS; i++)
		for (int limit = 0; limit < 2; limit++) {
			struct told t = round_of(limit == 1, n_workers);

			median[limit][i] = t.median_ns;
			cpu[limit][i] = t.cpu_ns;
			n_dropped += t.n_dropped;
		}
	report_add(&(struct report_row){.no = "17",
	    .what = what,
	    .unit = "ns",
	    .ours = measure_median(median[0], N_ROUNDS),
	    .limit = measure_median(median[1], N_ROUNDS),
	    .times_limit = 2});
	report_add(&(struct report_row){.no = "17",
	    .what = what_cpu,
	    .unit = "ns",
	    .ours = measure_median(cpu[0], N_ROUNDS),
	    .limit = measure_median(cpu[1], N_ROUNDS),
	    .at_most = 400});
	if (n_dropped > 0)
		report_note("Row 17, %u workers: %llu events found no room",
		    n_workers, (unsigned long long)n_dropped);
}

void
bench_append(struct world *w)
{
	snprintf(queue_dir, sizeof(queue_dir), "%s/queue", w->dir);
	told = mmap(NULL, sizeof(*told) * MAX_WORKERS, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (told == MAP_FAILED)
		world_die("mmap");
	report_workers("event appended, 1 worker, median",
	    "... CPU with rotation, a user every 10 events", 1);
	report_workers("event appended, 8 workers, median", "... CPU", 8);
	report_workers("event appended, 50 workers, median", "... CPU", 50);
	report_note("Row 17's medians, ours and the limit's, hold a clock's "
		    "%.0f ns.",
	    clock_ns());
	munmap(told, sizeof(*told) * MAX_WORKERS);
}
