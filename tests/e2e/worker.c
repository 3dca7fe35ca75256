/*
 * worker: what a server's process does with the library, in the ways that the
 * end-to-end scripts want it.  It knows the public header alone.
 *
 *   worker gates STATE USER GATE...     prints each gate's value and reason
 *   worker log STATE TAG N              logs the events TAG-0 to TAG-(N-1)
 *   worker family STATE TAG N           the same from a parent that opened, its
 *                                       child and its grandchild, and from
 *                                       four threads in each of them
 *   worker late STATE TAG N             two children that open for themselves
 *   worker endless STATE TAG ACKS       logs until it is killed; writes each
 *                                       event to ACKS once it was accepted
 *   worker linger STATE TAG N           logs N, prints its PID, waits for a
 *                                       SIGTERM, and logs N as TAG-late
 *   worker exec STATE TAG N PROGRAM...  logs N and becomes another program
 *   worker crowd STATE TAG PROCS N      so many children at once, each of which
 *                                       logs TAG-p-0 to TAG-p-(N-1)
 *   worker same STATE PROCS USERS      so many children at once, all of which see
 *                                       the users user-0 to user-(USERS-1): a
 *                                       gate, a config, a manual exposure
 *   worker fill STATE TAG N BYTES       logs up to N events of so many bytes,
 *                                       until one is refused; tells how many
 *                                       were accepted and dropped
 *   worker watch STATE GATE CONFIG SEC  checks for SEC seconds, or until
 *                                       SIGTERM, that rules never mix
 *   worker turns STATE USER GATE        tells each change of a gate, with the
 *                                       Unix time in ms, until SIGTERM
 *   worker quiet STATE GATE             phases between marks, for strace
 *
 * A tag's events carry their name as the value.  Exit status 0 is success.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "reader/forkgate.h"

#define N_THREADS 4
#define BURST     200  /* events that an endless worker logs at a stretch */
#define MOST      8000 /* and at all, however late it is killed */

static struct fg *fg;

static void
fail(const char *what, enum fg_status st)
{
	int e = errno;

	fprintf(stderr, "worker: %s: %s%s%s\n", what, fg_strerror(st),
	    st == FG_E_IO ? ": " : "", st == FG_E_IO ? strerror(e) : "");
	exit(1);
}

static void
open_client(const char *state_dir)
{
	struct fg_options options = FG_OPTIONS_INIT;
	enum fg_status st;

	options.state_dir = state_dir;
	st = fg_open(&options, &fg);
	if (st != FG_OK)
		fail("open", st);
	st = fg_wait_ready(fg, 10000);
	if (st != FG_OK)
		fail("no rules", st);
}

static struct fg_session *
begin(void)
{
	struct fg_session *ses;
	enum fg_status st = fg_session_begin(fg, &ses);

	if (st != FG_OK)
		fail("session", st);
	return ses;
}

static struct fg_user *
new_user(const char *id)
{
	struct fg_user *user;
	enum fg_status st = fg_user_new(&user);

	if (st == FG_OK)
		st = fg_user_set_string(user, FG_USER_ID, id);
	if (st != FG_OK)
		fail("user", st);
	return user;
}

static struct fg_info
info(void)
{
	struct fg_info now = {.size = sizeof(now)};
	enum fg_status st = fg_get_info(fg, &now);

	if (st != FG_OK)
		fail("info", st);
	return now;
}

static void
nap(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

/* A full queue is "not now": the syncer makes room. */
static void
log_one(struct fg_session *ses, struct fg_user *user, const char *name)
{
	struct fg_value value = {.type = FG_STRING};
	enum fg_status st;

	value.u.string.bytes = name;
	value.u.string.len = strlen(name);
	for (int i = 0; i < 20000; i++) {
		st = fg_log_event(ses, user, "e2e", &value, NULL, 0);
		if (st != FG_E_SPACE)
			break;
		nap(1);
	}
	if (st != FG_OK)
		fail(name, st);
}

static void
log_many(const char *tag, int n)
{
	struct fg_session *ses = begin();
	struct fg_user *user = new_user(tag);
	char name[128];

	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s-%d", tag, i);
		log_one(ses, user, name);
	}
	fg_user_free(user);
	fg_session_end(ses);
}

static int
cmd_gates(char *argv[])
{
	struct fg_session *ses;
	struct fg_user *user;

	open_client(argv[0]);
	ses = begin();
	user = new_user(argv[1]);
	for (int i = 2; argv[i] != NULL; i++) {
		struct fg_gate gate;

		fg_get_gate(ses, user, argv[i], 0, &gate);
		printf("%s %s %s\n", argv[i], gate.value ? "true" : "false",
		    gate.details.reason);
	}
	fg_user_free(user);
	fg_session_end(ses);
	fg_close(fg);
	return 0;
}

static int
cmd_log(char *argv[])
{
	open_client(argv[0]);
	log_many(argv[1], atoi(argv[2]));
	fg_close(fg);
	return 0;
}

/* -------------------------------------------------- forks and threads */

struct job {
	pthread_t thread;
	char tag[64];
	int n;
};

static void *
run_job(void *arg)
{
	struct job *job = arg;

	log_many(job->tag, job->n);
	return NULL;
}

static void
log_from_threads(const char *tag, const char *who, int n)
{
	struct job jobs[N_THREADS];

	for (int i = 0; i < N_THREADS; i++) {
		snprintf(
		    jobs[i].tag, sizeof(jobs[i].tag), "%s-%s-t%d", tag, who, i);
		jobs[i].n = n;
		if (pthread_create(&jobs[i].thread, NULL, run_job, &jobs[i]) !=
		    0)
			fail("thread", FG_E_NOMEM);
	}
	for (int i = 0; i < N_THREADS; i++)
		pthread_join(jobs[i].thread, NULL);
}

static int
wait_for(pid_t pid)
{
	int status = 1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
}

/* A generation of the family logs, begets the next, and logs again. */
static int
live(const char *tag, int n, int depth)
{
	static const char *const names[] = {"parent", "child", "grandchild"};
	char mine[96];
	int bad = 0;
	pid_t pid;

	snprintf(mine, sizeof(mine), "%s-%s-before", tag, names[depth]);
	log_many(mine, n);
	if (depth < 2) {
		pid = fork();
		if (pid < 0)
			fail("fork", FG_E_IO);
		if (pid == 0)
			_exit(live(tag, n, depth + 1));
		/* At the same time as the child, on either side of the fork. */
		snprintf(mine, sizeof(mine), "%s-%s-beside", tag, names[depth]);
		log_many(mine, n);
		bad = wait_for(pid);
	}
	log_from_threads(tag, names[depth], n);
	return bad;
}

static int
cmd_family(char *argv[])
{
	int bad;

	open_client(argv[0]);
	bad = live(argv[1], atoi(argv[2]), 0);
	fg_close(fg);
	return bad;
}

static int
cmd_late(char *argv[])
{
	pid_t pids[2];
	int bad = 0;

	for (int i = 0; i < 2; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			fail("fork", FG_E_IO);
		if (pids[i] == 0) {
			char tag[96];

			snprintf(tag, sizeof(tag), "%s-late%d", argv[1], i);
			open_client(argv[0]);
			log_many(tag, atoi(argv[2]));
			fg_close(fg);
			_exit(0);
		}
	}
	for (int i = 0; i < 2; i++)
		bad |= wait_for(pids[i]);
	return bad;
}

/* ------------------------------------- who lives on, in one way or other */

static int
cmd_linger(char *argv[])
{
	char tag[96];
	sigset_t term;
	int sig;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	open_client(argv[0]);
	log_many(argv[1], atoi(argv[2]));
	printf("%d\n", (int)getpid());
	fflush(stdout);
	sigwait(&term, &sig);
	snprintf(tag, sizeof(tag), "%s-late", argv[1]);
	log_many(tag, atoi(argv[2]));
	fg_close(fg);
	return 0;
}

static int
cmd_exec(char *argv[])
{
	open_client(argv[0]);
	log_many(argv[1], atoi(argv[2]));
	execvp(argv[3], argv + 3);
	fail(argv[3], FG_E_IO);
	return 1;
}

/* ------------------------------------------------- many, and too many */

/* So many children at once; run gets their number. */
static int
run_crowd(const char *state_dir, int procs, void (*run)(int i, char *argv[]),
    char *argv[])
{
	int bad = 0;
	pid_t *pids = calloc((size_t)procs, sizeof(*pids));

	if (pids == NULL)
		fail("crowd", FG_E_NOMEM);
	open_client(state_dir);
	for (int i = 0; i < procs; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			fail("fork", FG_E_IO);
		if (pids[i] > 0)
			continue;
		run(i, argv);
		fg_close(fg);
		_exit(0);
	}
	for (int i = 0; i < procs; i++)
		bad |= wait_for(pids[i]);
	fg_close(fg);
	free(pids);
	return bad;
}

static void
log_in_crowd(int i, char *argv[])
{
	char tag[96];

	snprintf(tag, sizeof(tag), "%s-%d", argv[1], i);
	log_many(tag, atoi(argv[3]));
}

static int
cmd_crowd(char *argv[])
{
	return run_crowd(argv[0], atoi(argv[2]), log_in_crowd, argv);
}

/* Not all begin with the same user, as at a server; first there is room. */
static void
see_the_same(int i, char *argv[])
{
	struct fg_session *ses = begin();
	struct fg_user *user = new_user("same");
	int n = atoi(argv[2]);
	struct fg_config c;
	char id[32];

	log_one(ses, user, "same");
	for (int k = 0; k < n; k++) {
		fg_user_reset(user);
		snprintf(id, sizeof(id), "user-%d", (k + i * 7) % n);
		fg_user_set_string(user, FG_USER_ID, id);
		fg_check_gate(ses, user, "on");
		fg_get_config(ses, user, "pair", 0, &c);
		fg_expose_gate(ses, user, "off");
	}
	if (info().n_exposures != 3 * (uint64_t)n)
		fail("same", FG_E_SPACE);
	fg_user_free(user);
	fg_session_end(ses);
}

static int
cmd_same(char *argv[])
{
	return run_crowd(argv[0], atoi(argv[1]), see_the_same, argv);
}

static int
cmd_fill(char *argv[])
{
	size_t bytes = strtoul(argv[3], NULL, 10);
	int n = atoi(argv[2]), i;
	struct fg_value value = {.type = FG_STRING};
	char *text = malloc(bytes + 128);
	enum fg_status st = FG_OK;
	struct fg_session *ses;
	struct fg_user *user;

	if (text == NULL)
		fail("fill", FG_E_NOMEM);
	open_client(argv[0]);
	ses = begin();
	user = new_user(argv[1]);
	for (i = 0; i < n; i++) {
		int len = snprintf(text, 128, "%s-%d", argv[1], i);

		/* What it is filled with stands behind the name. */
		memset(text + len, 'x', bytes);
		text[len] = ';';
		value.u.string.bytes = text;
		value.u.string.len = (size_t)len + bytes;
		st = fg_log_event(ses, user, "e2e", &value, NULL, 0);
		if (st != FG_OK)
			break;
	}
	if (st != FG_OK && st != FG_E_SPACE)
		fail("fill", st);
	printf("accepted %d dropped %" PRIu64 "\n", i, info().n_dropped);
	fg_user_free(user);
	fg_session_end(ses);
	fg_close(fg);
	free(text);
	return 0;
}

/* Three events, the second of a user who is larger than any may be. */
static int
cmd_huge(char *argv[])
{
	static char id[1 << 17];
	struct fg_session *ses;
	struct fg_user *user, *huge;
	char name[128];

	open_client(argv[0]);
	ses = begin();
	user = new_user(argv[1]);
	memset(id, 'x', sizeof(id) - 1);
	huge = new_user(id);
	snprintf(name, sizeof(name), "%s-0", argv[1]);
	log_one(ses, user, name);
	if (fg_log_event(ses, huge, "e2e", NULL, NULL, 0) == FG_OK)
		fail("a huge user's event", FG_OK);
	snprintf(name, sizeof(name), "%s-1", argv[1]);
	log_one(ses, user, name);
	printf("dropped %" PRIu64 "\n", info().n_dropped);
	fg_user_free(huge);
	fg_user_free(user);
	fg_session_end(ses);
	fg_close(fg);
	return 0;
}

/* ------------------------------------------------------ until killed */

static int
cmd_endless(char *argv[])
{
	int acks =
	    open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	struct fg_session *ses;
	struct fg_user *user;
	char name[128];

	if (acks < 0)
		fail(argv[2], FG_E_IO);
	open_client(argv[0]);
	ses = begin();
	user = new_user(argv[1]);
	for (int i = 0; i >= 0; i++) {
		int len = snprintf(name, sizeof(name), "%s-%d", argv[1], i);

		log_one(ses, user, name);
		name[len] = '\n';
		if (write(acks, name, (size_t)len + 1) != len + 1)
			fail(argv[2], FG_E_IO);
		/* Half of the time at work, so that there is an end to it. */
		if (i % BURST == BURST - 1)
			nap(1);
		if (i == MOST)
			pause();
	}
	return 0;
}

/* ------------------------------------------------ rules never mix */

static volatile sig_atomic_t stopped;

static void
on_term(int sig)
{
	(void)sig;
	stopped = 1;
}

/*
 * The script publishes configs whose values "a" and "b" are always equal and
 * only rise, and a gate that is always true.  Within a session nothing moves.
 */
static int64_t
watch_once(
    struct fg_user *user, const char *gate, const char *config, int64_t least)
{
	struct fg_session *ses = begin();
	struct fg_config c;
	int64_t a, b;
	bool on = fg_check_gate(ses, user, gate);

	fg_get_config(ses, user, config, FG_NO_EXPOSURE, &c);
	a = fg_params_int(c.params, "a", -1);
	b = fg_params_int(c.params, "b", -2);
	if (!on || a != b || a < least) {
		fprintf(stderr,
		    "worker: gate %d, a %" PRId64 ", b %" PRId64
		    ", seen before %" PRId64 ", %s\n",
		    on, a, b, least, c.details.reason);
		exit(1);
	}
	fg_get_config(ses, user, config, FG_NO_EXPOSURE, &c);
	if (!c.details.moved && fg_params_int(c.params, "a", -1) != a) {
		fprintf(stderr, "worker: a session changed its mind\n");
		exit(1);
	}
	fg_session_end(ses);
	return a;
}

static int
cmd_watch(char *argv[])
{
	struct sigaction act = {.sa_handler = on_term};
	time_t end = time(NULL) + atoi(argv[3]);
	struct fg_user *user;
	uint64_t n = 0, n_changes = 0;
	int64_t last = 0;

	sigaction(SIGTERM, &act, NULL);
	open_client(argv[0]);
	user = new_user("watcher");
	while (!stopped && time(NULL) < end) {
		int64_t now = watch_once(user, argv[1], argv[2], last);

		n_changes += now != last;
		last = now;
		n++;
		if (n % 64 == 0)
			nap(1);
	}
	printf("%" PRIu64 " sessions, %" PRIu64 " changes, last %" PRId64 "\n",
	    n, n_changes, last);
	fg_user_free(user);
	fg_close(fg);
	return n > 0 ? 0 : 1;
}

/* ------------------------------------------------- a gate that turns */

static int
cmd_turns(char *argv[])
{
	struct sigaction act = {.sa_handler = on_term};
	char last[80] = "", now[80];
	struct fg_session *ses;
	struct timespec t;
	struct fg_user *user;
	struct fg_gate gate;

	sigaction(SIGTERM, &act, NULL);
	open_client(argv[0]);
	user = new_user(argv[1]);
	while (!stopped) {
		ses = begin();
		fg_get_gate(ses, user, argv[2], FG_NO_EXPOSURE, &gate);
		snprintf(now, sizeof(now), "%s %s",
		    gate.value ? "true" : "false", gate.details.reason);
		fg_session_end(ses);
		if (strcmp(now, last) != 0) {
			clock_gettime(CLOCK_REALTIME, &t);
			printf("%lld %s\n",
			    (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000,
			    now);
			fflush(stdout);
			memcpy(last, now, sizeof(last));
		}
		nap(2);
	}
	fg_user_free(user);
	fg_close(fg);
	return 0;
}

/* ------------------------------------------- phases for strace to see */

/* A system call that does nothing but leave a line in the trace. */
static void
mark(const char *edge, const char *phase)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%s %s;", edge, phase);
	ssize_t got = write(-1, text, (size_t)n);

	(void)got;
}

static void
check_without_exposure(struct fg_user *user, const char *name)
{
	for (int i = 0; i < 20000; i++) {
		struct fg_session *ses = begin();
		struct fg_gate gate;

		fg_get_gate(ses, user, name, FG_NO_EXPOSURE, &gate);
		fg_session_end(ses);
	}
}

static void
check_as_repeat(struct fg_user *user, const char *name)
{
	struct fg_session *ses = begin();

	for (int i = 0; i < 20000; i++)
		fg_check_gate(ses, user, name);
	fg_session_end(ses);
}

static void
check_as_news(struct fg_user *user, const char *name, int first, int n)
{
	struct fg_session *ses = begin();
	char id[32];

	for (int i = first; i < first + n; i++) {
		fg_user_reset(user);
		snprintf(id, sizeof(id), "user-%08d", i);
		fg_user_set_string(user, FG_USER_ID, id);
		fg_check_gate(ses, user, name);
	}
	fg_session_end(ses);
}

#define WARM_UP 4000 /* exposures until segments have their full size */
#define ROUNDS  40
#define A_ROUND 100

static int
cmd_quiet(char *argv[])
{
	const char *gate = argv[1];
	struct fg_user *user, *fresh;
	struct fg_info before, after;
	char phase[32];

	open_client(argv[0]);
	user = new_user("user-quiet");
	fresh = new_user("user-fresh");
	check_as_news(fresh, gate, 0, WARM_UP);
	check_without_exposure(user, gate);
	check_as_repeat(user, gate);

	/* Shows that the script sees what happens between marks. */
	mark("begin", "control");
	(void)getppid();
	mark("end", "control");

	mark("begin", "no-exposure");
	check_without_exposure(user, gate);
	mark("end", "no-exposure");

	before = info();
	mark("begin", "repeat");
	check_as_repeat(user, gate);
	mark("end", "repeat");
	after = info();
	printf("repeats %" PRIu64 "\n",
	    after.n_deduplicated - before.n_deduplicated);

	before = info();
	for (int i = 0; i < ROUNDS; i++) {
		snprintf(phase, sizeof(phase), "fresh-%d", i);
		mark("begin", phase);
		check_as_news(fresh, gate, WARM_UP + i * A_ROUND, A_ROUND);
		mark("end", phase);
	}
	after = info();
	printf("fresh %" PRIu64 " of %d, dropped %" PRIu64 "\n",
	    after.n_exposures - before.n_exposures, ROUNDS * A_ROUND,
	    after.n_dropped);
	fg_user_free(user);
	fg_user_free(fresh);
	fg_close(fg);
	return 0;
}

static const struct {
	const char *name;
	int n_args; /* at least */
	int (*run)(char *argv[]);
} commands[] = {
    {"gates", 3, cmd_gates},
    {"log", 3, cmd_log},
    {"family", 3, cmd_family},
    {"late", 3, cmd_late},
    {"endless", 3, cmd_endless},
    {"linger", 3, cmd_linger},
    {"exec", 4, cmd_exec},
    {"crowd", 4, cmd_crowd},
    {"same", 3, cmd_same},
    {"fill", 4, cmd_fill},
    {"huge", 2, cmd_huge},
    {"watch", 4, cmd_watch},
    {"turns", 3, cmd_turns},
    {"quiet", 2, cmd_quiet},
};

int
main(int argc, char *argv[])
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (argc >= 2 && strcmp(argv[1], commands[i].name) == 0 &&
		    argc - 2 >= commands[i].n_args)
			return commands[i].run(argv + 2);
	fprintf(stderr, "worker: unknown command, or too few arguments\n");
	return 2;
}
