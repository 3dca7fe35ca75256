#include "tools/demo/host.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/cmd.h"

#define START_MS 10000 /* for a program to come up */
#define STOP_MS  15000 /* for one to go when it was asked to */

volatile int host_interrupted;

static void
complain(const char *what)
{
	fprintf(stderr, "forkgate-demo: %s: %s\n", what, strerror(errno));
}

static void
on_signal(int sig)
{
	host_interrupted = sig;
}

void
host_catch_signals(void)
{
	struct sigaction act = {.sa_handler = on_signal};

	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
	signal(SIGPIPE, SIG_IGN);
}

double
host_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

void
host_nap(unsigned microseconds)
{
	struct timespec t = {0, (long)microseconds * 1000};

	nanosleep(&t, NULL);
}

/* ------------------------------------------------------------- the folder */

bool
host_make(struct host *h, const char *programs)
{
	const char *tmp = getenv("TMPDIR");

	*h = (struct host){.programs = programs};
	if (tmp == NULL || strlen(tmp) > 32 || tmp[0] == '\0')
		tmp = "/tmp";
	snprintf(h->dir, sizeof(h->dir), "%s/forkgate-demo.XXXXXX", tmp);
	if (mkdtemp(h->dir) == NULL) {
		complain(h->dir);
		h->dir[0] = '\0';
		return false;
	}
	snprintf(h->state, sizeof(h->state), "%s/state", h->dir);
	snprintf(h->rules, sizeof(h->rules), "%s/rules.json", h->dir);
	snprintf(h->events, sizeof(h->events), "%s/events", h->dir);
	snprintf(h->conf, sizeof(h->conf), "%s/syncer.conf", h->dir);
	snprintf(h->key, sizeof(h->key), "%s/key", h->dir);
	return true;
}

bool
host_write(const char *path, const void *bytes, size_t n)
{
	char aside[128];
	bool ok;
	int fd;

	snprintf(aside, sizeof(aside), "%s.new", path);
	fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ok = fd >= 0 && cmd_write(fd, bytes, n) == FG_OK &&
	    rename(aside, path) == 0;
	if (!ok)
		complain(path);
	if (fd >= 0)
		close(fd);
	return ok;
}

static int
remove_one(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
	(void)sb;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* ---------------------------------------------------------- the processes */

/*
 * A group of its own: Ctrl-C then reaches this process alone, which ends the
 * others in order.
 */
pid_t
host_fork(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	if (getppid() != parent) /* it died before we asked for the signal */
		_exit(1);
	return 0;
}

/* Standard output goes to out, or like all else to the log. */
static pid_t
spawn(const struct host *h, const char *program, int out, const char *log,
    const char *const argv[])
{
	char path[4096], log_path[128];
	pid_t pid;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", h->programs, program);
	snprintf(log_path, sizeof(log_path), "%s/%s", h->dir, log);
	fflush(stdout);
	pid = host_fork();
	if (pid < 0)
		complain(program);
	if (pid != 0)
		return pid > 0 ? pid : 0;
	fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (fd >= 0) {
		dup2(out >= 0 ? out : fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
	}
	execv(path, (char *const *)(uintptr_t)argv);
	complain(path);
	_exit(127);
}

/* The origin's first line is its port. */
static unsigned
read_port(int fd)
{
	char line[32];
	size_t n = 0;

	while (n < sizeof(line) - 1 && !host_interrupted) {
		ssize_t got = read(fd, line + n, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || line[n] == '\n')
			break;
		n++;
	}
	line[n] = '\0';
	return (unsigned)strtoul(line, NULL, 10);
}

bool
host_start_origin(struct host *h)
{
	const char *argv[] = {"forkgate-origin", "--key", HOST_KEY,
	    "--events-file", h->events, h->rules, NULL};
	int out[2];

	if (pipe2(out, O_CLOEXEC) != 0) {
		complain("pipe");
		return false;
	}
	h->origin = spawn(h, "forkgate-origin", out[1], "origin.log", argv);
	close(out[1]);
	h->port = h->origin != 0 ? read_port(out[0]) : 0;
	close(out[0]);
	return h->port != 0 || (host_alive(h) && false);
}

static bool
write_conf(const struct host *h)
{
	char text[1024];
	int n = snprintf(text, sizeof(text),
	    "[syncer]\n"
	    "state_dir = %s\n"
	    "[events]\n"
	    "max_delay = 100ms\n"
	    "[project default]\n"
	    "base_url = http://127.0.0.1:%u\n"
	    "log_event_url = http://127.0.0.1:%u/v1/log_event\n"
	    "interval = 1s\n"
	    "sdk_key_file = %s\n",
	    h->state, h->port, h->port, h->key);

	return host_write(h->key, HOST_KEY "\n", strlen(HOST_KEY) + 1) &&
	    host_write(h->conf, text, (size_t)n);
}

bool
host_start_syncer(struct host *h)
{
	const char *argv[] = {"forkgate-syncer", "--config", h->conf, NULL};

	if (!write_conf(h))
		return false;
	h->syncer = spawn(h, "forkgate-syncer", -1, "syncer.log", argv);
	return h->syncer != 0;
}

void
host_show_log(const struct host *h, const char *log)
{
	char path[128], *text;
	size_t n, from;

	snprintf(path, sizeof(path), "%s/%s", h->dir, log);
	if (cmd_read_file(path, &text, &n) != FG_OK)
		return;
	from = n > 2000 ? n - 2000 : 0;
	fwrite(text + from, 1, n - from, stderr);
	free(text);
}

static bool
is_running(const struct host *h, pid_t *pid, const char *name, const char *log)
{
	int status;

	if (*pid == 0 || waitpid(*pid, &status, WNOHANG) != *pid)
		return *pid != 0;
	*pid = 0;
	fprintf(stderr, "forkgate-demo: %s ended early; its log says:\n", name);
	host_show_log(h, log);
	return false;
}

bool
host_alive(struct host *h)
{
	return is_running(h, &h->origin, "forkgate-origin", "origin.log") &&
	    (h->syncer == 0 ||
		is_running(h, &h->syncer, "forkgate-syncer", "syncer.log"));
}

/* Asks; and after a while does not ask any more. */
static void
stop(pid_t *pid)
{
	double end = host_now_ms() + STOP_MS;

	if (*pid == 0)
		return;
	kill(*pid, SIGTERM);
	while (waitpid(*pid, NULL, WNOHANG) == 0) {
		if (host_now_ms() > end)
			kill(*pid, SIGKILL);
		host_nap(2000);
	}
	*pid = 0;
}

void
host_stop(struct host *h)
{
	stop(&h->syncer);
	stop(&h->origin);
	if (h->dir[0] != '\0')
		nftw(h->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	h->dir[0] = '\0';
}
