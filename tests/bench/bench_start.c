/* Rows 13 and 14: what a process costs until it has an answer, and to keep. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reader/forkgate.h"
#include "tests/bench/bench.h"
#include "tests/bench/limit.h"
#include "tests/bench/measure.h"
#include "tests/bench/report.h"

#define N_STARTS  41
#define N_MASTERS 5
#define N_WORKERS 50

/* ---- Row 13. ---- */

int
bench_part_cold(char **args)
{
	uint64_t begin = measure_ns();
	struct fg_options opt = FG_OPTIONS_INIT;
	struct fg_session *ses;
	struct fg_user *user;
	struct fg *fg;
	bool value;

	opt.state_dir = args[0];
	opt.project = args[1];
	opt.disable_logging = args[3] == NULL;
	if (fg_open(&opt, &fg) != FG_OK || fg_wait_ready(fg, 0) != FG_OK ||
	    fg_session_begin(fg, &ses) != FG_OK || fg_user_new(&user) != FG_OK)
		return 1;
	fg_user_set_string(user, FG_USER_ID, "user-0000000001");
	value = fg_check_gate(ses, user, args[2]);
	printf("%llu %d\n", (unsigned long long)(measure_ns() - begin), value);
	fg_user_free(user);
	fg_session_end(ses);
	fg_close(fg);
	return 0;
}

int
bench_part_limit_cold(char **args)
{
	uint64_t begin = measure_ns();
	int fd = open(args[0], O_RDONLY | O_CLOEXEC), value;
	struct limit_user user = {0};
	struct stat st;
	void *map;

	if (fd < 0 || fstat(fd, &st) != 0)
		return 1;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return 1;
	limit_user_set(&user, LIMIT_USER_ID, "user-0000000001");
	limit_user_set(&user, LIMIT_COUNTRY, "us");
	limit_user_set(&user, LIMIT_EMAIL, "a@example.com");
	value = limit_check(map, args[1], strlen(args[1]), &user);
	printf("%llu %d\n", (unsigned long long)(measure_ns() - begin), value);
	return 0;
}

enum start {
	START_REAL,
	START_LARGE,
	START_LOGGED,
	START_LIMIT,
	N_KINDS,
};

static double
start(enum start kind, const struct world *w, const char *limit)
{
	static char gate[64], large[64];
	const char *args[N_KINDS][6] = {
	    {"cold", w->dir, BENCH_REAL, gate},
	    {"cold", w->dir, BENCH_LARGE, large},
	    {"cold", w->dir, BENCH_REAL, gate, "logged"},
	    {"limit-cold", limit, "gate_40"},
	};
	double got[2];

	gen_doc_gate_name(&gen_doc_real, 40, gate, sizeof(gate));
	gen_doc_gate_name(&gen_doc_large, 1000, large, sizeof(large));
	if (world_run(got, 2, args[kind]) != 2)
		world_die(args[kind][0]);
	return got[0] / 1000;
}

static void
report_starts(struct world *w, const char *dir)
{
	static const char *const what[] = {
	    "cold open and first check in a new process, real",
	    "... large",
	    "... real, its exposure logged to a first segment",
	};
	double us[N_KINDS][N_STARTS], median[N_KINDS];
	struct limit_rules rules;
	char path[300];

	snprintf(path, sizeof(path), "%s/limit.rules", dir);
	if (!limit_rules_new(&rules, path, 2000))
		world_die(path);
	limit_rules_free(&rules);
	for (unsigned i = 0; i < N_STARTS; i++) {
		world_beat(w);
		for (unsigned k = 0; k < N_KINDS; k++)
			us[k][i] = start((enum start)k, w, path);
	}
	for (unsigned k = 0; k < N_KINDS; k++)
		median[k] = measure_median(us[k], N_STARTS);
	for (unsigned k = 0; k < START_LIMIT; k++)
		report_add(
		    &(struct report_row){.no = k == START_LOGGED ? "" : "13",
			.what = what[k],
			.unit = "us",
			.ours = median[k],
			.limit = median[START_LIMIT],
			.peer = k == START_LARGE ? 671000 : 55000,
			.at_most = k == START_LOGGED ? 0 : 150});
}

/* ---- Row 14. ---- */

static void
check_all(struct fg *fg, const struct gen_doc *make)
{
	struct fg_session *ses;
	struct fg_user *user;
	char name[64];

	if (fg_session_begin(fg, &ses) != FG_OK || fg_user_new(&user) != FG_OK)
		_exit(1);
	fg_user_set_string(user, FG_USER_ID, "user-0000000001");
	fg_user_set_string(user, FG_EMAIL, "a@example.com");
	fg_user_set_string(user, FG_COUNTRY, "US");
	for (unsigned i = 0; i < make->n_gates; i++) {
		gen_doc_gate_name(make, i, name, sizeof(name));
		fg_check_gate(ses, user, name);
	}
}

/* A worker that says when it is ready, by its number, and ends when killed. */
static void
fork_worker(struct fg *fg, const struct gen_doc *make, int ready)
{
	pid_t pid = fork();

	if (pid != 0)
		return;
	if (make != NULL)
		check_all(fg, make);
	pid = getpid();
	if (write(ready, &pid, sizeof(pid)) != sizeof(pid))
		_exit(1);
	for (;;)
		pause();
}

/*
 * The parent of all workers, which does nothing but wait for them: what it
 * wrote to after a fork would be the child's alone, and count.
 */
static void
run_master(char **args, const struct gen_doc *make, int ready)
{
	struct fg_options opt = FG_OPTIONS_INIT;
	struct fg *fg;

	opt.state_dir = args[0];
	opt.project = args[1];
	if (fg_open(&opt, &fg) != FG_OK || fg_wait_ready(fg, 0) != FG_OK)
		_exit(1);
	for (int i = 0; i < 2; i++) {
		fork_worker(fg, i == 0 ? NULL : make, ready);
		(void)wait(NULL);
	}
	for (int i = 0; i < N_WORKERS; i++)
		fork_worker(fg, make, ready);
	while (wait(NULL) > 0)
		continue;
	fg_close(fg);
	_exit(0);
}

static pid_t
await(int ready)
{
	pid_t pid;

	if (read(ready, &pid, sizeof(pid)) != sizeof(pid))
		world_die("a worker ended");
	return pid;
}

/* Private_Dirty of an idle child and of a working one, PSS of many. */
int
bench_part_memory(char **args)
{
	const struct gen_doc *make = gen_doc_find(args[2]);
	uint64_t dirty[2], pss = 0;
	pid_t pids[N_WORKERS], master;
	int ready[2];

	if (make == NULL || pipe(ready) != 0)
		return 1;
	master = fork();
	if (master == 0)
		run_master(args, make, ready[1]);
	close(ready[1]);
	for (int i = 0; i < 2; i++) {
		pids[0] = await(ready[0]);
		dirty[i] = measure_memory(pids[0], "/queue/").private_dirty;
		kill(pids[0], SIGKILL);
	}
	for (int i = 0; i < N_WORKERS; i++)
		pids[i] = await(ready[0]);
	for (int i = 0; i < N_WORKERS; i++)
		pss += measure_memory(pids[i], "/queue/").pss;
	for (int i = 0; i < N_WORKERS; i++)
		kill(pids[i], SIGKILL);
	waitpid(master, NULL, 0);
	printf("%llu %llu %llu\n", (unsigned long long)dirty[0],
	    (unsigned long long)dirty[1], (unsigned long long)pss);
	return 0;
}

static void
report_memory(const struct world *w, const struct gen_doc *make, double peer_mb,
    const char *what, const char *what_pss)
{
	const char *args[] = {"memory", w->dir, make->name, make->name, NULL};
	double idle[N_MASTERS], work[N_MASTERS], pss[N_MASTERS], got[3];

	for (int i = 0; i < N_MASTERS; i++) {
		if (world_run(got, 3, args) != 3)
			world_die("memory");
		idle[i] = got[0] / 1024;
		work[i] = got[1] / 1024;
		pss[i] = got[2] / 1024 / 1024;
	}
	report_add(&(struct report_row){.no = "14",
	    .what = what,
	    .unit = "KB",
	    .ours = measure_median(work, N_MASTERS),
	    .limit = measure_median(idle, N_MASTERS),
	    .peer = peer_mb * 1024,
	    .at_most = 64});
	report_add(&(struct report_row){.no = "14",
	    .what = what_pss,
	    .unit = "MB",
	    .ours = measure_median(pss, N_MASTERS),
	    .peer = (peer_mb + 12.4) * N_WORKERS,
	    .of_peer = 1.0 / 50});
}

void
bench_start(struct world *w, const char *dir)
{
	report_starts(w, dir);
	report_memory(w, &gen_doc_real, 1.8,
	    "private memory of one more forked worker, real; limit: an idle one",
	    "PSS of 50 workers, real");
	report_memory(
	    w, &gen_doc_large, 33.7, "... large", "PSS of 50 workers, large");
	report_note("Row 14's peer for 50 workers is 50 times what the rules "
		    "and the country table take of one.");
}
