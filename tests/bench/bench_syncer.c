/* Rows 18 and 22: the real syncer, with an origin on the loopback interface. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reader/forkgate.h"
#include "tests/bench/bench.h"
#include "tests/bench/measure.h"
#include "tests/bench/report.h"

#define KEY        "secret-bench"
#define N_EVENTS   200000
#define PER_USER   10
#define SETTLE_MS  4000
#define REST_MS    12000
#define PATH_CAP   400
#define START_MS   10000
#define N_SHIPPING 3

struct host {
	char dir[PATH_CAP - 64], bin[PATH_CAP - 64];
	pid_t origin;
	int port;
};

static void
put_file(const char *path, const char *text)
{
	world_write(path, text, strlen(text));
}

/* Starts a program that lies beside this one; its log goes to dir/log. */
static pid_t
start(const struct host *h, const char *const *args)
{
	char path[PATH_CAP], log[PATH_CAP], *argv[12] = {0};
	pid_t pid;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", h->bin, args[0]);
	snprintf(log, sizeof(log), "%s/log", h->dir);
	for (size_t i = 0; i < 11 && args[i] != NULL; i++)
		argv[i] = strdup(args[i]);
	fflush(NULL);
	pid = fork();
	if (pid != 0)
		return pid;
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	execv(path, argv);
	_exit(127);
}

static int
wait_port(const char *path)
{
	int port = 0;

	for (int ms = 0; ms < START_MS && port == 0; ms += 20) {
		FILE *f = fopen(path, "re");

		if (f == NULL || fscanf(f, "%d", &port) != 1)
			port = 0;
		if (f != NULL)
			fclose(f);
		usleep(20000);
	}
	return port;
}

static void
write_conf(const struct host *h)
{
	char path[PATH_CAP], text[2048];

	snprintf(path, sizeof(path), "%s/key", h->dir);
	put_file(path, KEY "\n");
	snprintf(text, sizeof(text),
	    "[syncer]\nstate_dir = %s/state\n"
	    "[project default]\n"
	    "base_url = http://127.0.0.1:%d\n"
	    "log_event_url = http://127.0.0.1:%d/v1/log_event\n"
	    "sdk_key_file = %s\n",
	    h->dir, h->port, h->port, path);
	snprintf(path, sizeof(path), "%s/conf", h->dir);
	put_file(path, text);
}

static void
host_open(struct host *h, const char *under)
{
	char rules[PATH_CAP], port[PATH_CAP];
	const char *args[] = {
	    "forkgate-origin", "--port-file", port, "--key", KEY, rules, NULL};
	struct jsonw doc;
	ssize_t n;

	n = readlink("/proc/self/exe", h->bin, sizeof(h->bin) - 1);
	h->bin[n > 0 ? n : 0] = '\0';
	*strrchr(h->bin, '/') = '\0';
	snprintf(h->dir, sizeof(h->dir), "%s/host-XXXXXX", under);
	if (mkdtemp(h->dir) == NULL)
		world_die(h->dir);
	snprintf(rules, sizeof(rules), "%s/rules.json", h->dir);
	snprintf(port, sizeof(port), "%s/port", h->dir);
	world_make_doc(&doc, &gen_doc_real);
	world_write(rules, doc.text, doc.len);
	jsonw_free(&doc);
	h->origin = start(h, args);
	h->port = wait_port(port);
	if (h->port == 0)
		world_die("forkgate-origin");
	write_conf(h);
}

static void
host_close(struct host *h)
{
	kill(h->origin, SIGTERM);
	waitpid(h->origin, NULL, 0);
	world_remove(h->dir);
}

static pid_t
start_syncer(const struct host *h, bool once)
{
	char conf[PATH_CAP];
	const char *args[] = {
	    "forkgate-syncer", "--config", conf, once ? "--once" : NULL, NULL};

	snprintf(conf, sizeof(conf), "%s/conf", h->dir);
	return start(h, args);
}

/* One run to its end: CPU time in seconds; wall time in *wall. */
static double
run_once(const struct host *h, double *wall)
{
	uint64_t begin = measure_ns();
	struct rusage ru;
	int status;
	pid_t pid = start_syncer(h, true);

	if (wait4(pid, &status, 0, &ru) != pid || status != 0)
		world_die("forkgate-syncer --once");
	*wall = (double)(measure_ns() - begin) / 1e9;
	return (double)(ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) +
	    (double)(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1e6;
}

/* Exposures of gates, by users of ten checks each; how many. */
static unsigned
log_events(const struct host *h, unsigned run)
{
	struct fg_info info = {.size = sizeof(info)};
	struct fg_options opt = FG_OPTIONS_INIT;
	char state[PATH_CAP], name[64], id[32];
	struct fg_session *ses;
	struct fg_user *user;
	struct fg *fg;

	snprintf(state, sizeof(state), "%s/state", h->dir);
	opt.state_dir = state;
	if (fg_open(&opt, &fg) != FG_OK ||
	    fg_wait_ready(fg, START_MS) != FG_OK ||
	    fg_session_begin(fg, &ses) != FG_OK || fg_user_new(&user) != FG_OK)
		world_die(state);
	for (unsigned i = 0; i < N_EVENTS; i++) {
		unsigned gate = (i % PER_USER) * 7 + 5;

		if (i % PER_USER == 0) {
			snprintf(id, sizeof(id), "user-%u-%u", run, i);
			fg_user_reset(user);
			fg_user_set_string(user, FG_USER_ID, id);
			fg_user_set_string(user, FG_EMAIL, "a@example.com");
			fg_user_set_string(user, FG_COUNTRY, "US");
		}
		gen_doc_gate_name(&gen_doc_real, gate, name, sizeof(name));
		fg_check_gate(ses, user, name);
	}
	fg_get_info(fg, &info);
	fg_user_free(user);
	fg_session_end(ses);
	fg_close(fg);
	return (unsigned)info.n_exposures;
}

/* What was shipped is gone from the queue, and nothing is quarantined. */
static bool
is_shipped(const struct host *h)
{
	static const char *const folders[] = {"queue", "quarantine"};
	bool is_empty = true;
	char path[PATH_CAP];

	for (int i = 0; i < 2; i++) {
		struct dirent *e;
		DIR *dir;

		snprintf(path, sizeof(path), "%s/state/%s", h->dir, folders[i]);
		dir = opendir(path);
		while (dir != NULL && (e = readdir(dir)) != NULL)
			is_empty = is_empty && e->d_name[0] == '.';
		is_empty = is_empty && dir != NULL;
		if (dir != NULL)
			closedir(dir);
	}
	return is_empty;
}

static void
report_shipping(const struct host *h)
{
	double rate[N_SHIPPING], wall_rate[N_SHIPPING], wall, base;
	struct report_row row = {.no = "18",
	    .what = "events shipped a second and core, gzip included",
	    .unit = "k/s",
	    .at_least = 150};

	(void)run_once(h, &wall); /* the first one makes the store */
	for (unsigned i = 0; i < N_SHIPPING; i++) {
		unsigned n;
		double cpu;

		base = run_once(h, &wall);
		n = log_events(h, i);
		cpu = run_once(h, &wall) - base;
		if (!is_shipped(h))
			world_die("events are left");
		rate[i] = n / cpu / 1e3;
		wall_rate[i] = n / wall / 1e3;
	}
	row.ours = measure_median(rate, N_SHIPPING);
	report_add(&row);
	report_note("Row 18: %.0f k/s of wall time, the origin on the other "
		    "core included.",
	    measure_median(wall_rate, N_SHIPPING));
}

static void
report_rest(const struct host *h)
{
	pid_t pid = start_syncer(h, false);
	double begin_ns, ns, kb, rss;

	usleep(SETTLE_MS * 1000);
	begin_ns = (double)measure_cpu_of(pid);
	usleep(REST_MS * 1000);
	ns = (double)measure_cpu_of(pid) - begin_ns;
	kb = (double)measure_status(pid, "RssAnon") / 1024;
	rss = (double)measure_status(pid, "VmRSS") / 1024 / 1024;
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	if (begin_ns == 0)
		world_die("forkgate-syncer");
	report_add(&(struct report_row){.no = "22",
	    .what = "syncer at rest, real document: CPU",
	    .unit = "% of a core",
	    .ours = ns / (REST_MS * 1e6) * 100,
	    .at_most = 0.1});
	report_add(&(struct report_row){.no = "22",
	    .what = "... anonymous memory",
	    .unit = "MB",
	    .ours = kb / 1024,
	    .at_most = 6});
	report_note("Row 22: RSS is %.1f MB, shared libraries and the mapped "
		    "store included.",
	    rss);
}

void
bench_syncer(const char *dir)
{
	struct host h = {0};

	host_open(&h, dir);
	report_shipping(&h);
	report_rest(&h);
	host_close(&h);
}
