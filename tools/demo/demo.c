/*
 * forkgate-demo: the whole of forkgate on this machine, in a few seconds.
 *
 *   forkgate-demo PROGRAMS RULES.json
 *
 * An origin, a syncer and four forked workers in a temporary folder; a change
 * of the rules under them; and a count of what was logged and what arrived.
 * Needs no network and leaves nothing behind.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reader/flush.h"
#include "reader/forkgate.h"
#include "tools/cmd.h"
#include "tools/demo/host.h"
#include "tools/demo/pick.h"
#include "tools/demo/worker.h"

#define READY_MS  15000
#define CHANGE_MS 15000
#define FLUSH_MS  15000

struct demo {
	const char *rules_path;
	struct host host;
	struct pick pick;
	struct fg *fg;
	pid_t workers[WORKER_N];
	int reports; /* where the workers' reports arrive */
	struct worker_report before[WORKER_N], after[WORKER_N];
};

static void
step(const char *name)
{
	static int n;

	printf("\n%d. %s\n", ++n, name);
}

static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void
say(const char *fmt, ...)
{
	va_list args;

	fputs("   ", stdout);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

static bool
failed(const char *what, const char *why)
{
	if (host_interrupted)
		fprintf(stderr, "forkgate-demo: interrupted\n");
	else
		fprintf(stderr, "forkgate-demo: %s: %s\n", what, why);
	return false;
}

/* -------------------------------------------------------------- the start */

static bool
start_origin(struct demo *d)
{
	struct pick *p = &d->pick;
	char why[256];

	printf("All of this runs on this machine, in %s.\n", d->host.dir);
	step("The origin serves a ruleset and takes events, as Statsig would");
	if (!pick_read(d->rules_path, p, why))
		return failed("RULES", why);
	if (!host_write(d->host.rules, p->text, p->n) ||
	    !host_start_origin(&d->host))
		return failed("forkgate-origin", "does not start");
	say("%s, with gates: %" PRIu32 ", configs and experiments: %" PRIu32
	    ", layers: %" PRIu32,
	    d->rules_path, p->all_gates, p->all_configs, p->all_layers);
	say("forkgate-origin is at http://127.0.0.1:%u", d->host.port);
	return true;
}

/* A client that has rules; one that has none is opened again. */
static bool
open_client(struct demo *d)
{
	struct fg_options o = FG_OPTIONS_INIT;
	double end = host_now_ms() + READY_MS;

	o.state_dir = d->host.state;
	while (
	    !host_interrupted && host_alive(&d->host) && host_now_ms() < end) {
		if (fg_open(&o, &d->fg) == FG_OK &&
		    fg_wait_ready(d->fg, 0) == FG_OK)
			return true;
		fg_close(d->fg);
		d->fg = NULL;
		host_nap(1000);
	}
	return false;
}

static struct fg_info
info_of(struct fg *fg)
{
	struct fg_info info = {.size = sizeof(info)};

	fg_get_info(fg, &info);
	return info;
}

static bool
start_syncer(struct demo *d)
{
	double began = host_now_ms();
	struct fg_info info;

	step("The syncer fetches it, compiles it and publishes it");
	if (!host_start_syncer(&d->host))
		return false;
	if (!open_client(d)) {
		host_show_log(&d->host, "syncer.log");
		return failed("forkgate-syncer", "published no rules");
	}
	info = info_of(d->fg);
	say("generation %" PRIu64 " is there %.0f ms after forkgate-syncer was "
	    "started",
	    info.generation, host_now_ms() - began);
	return true;
}

/* ------------------------------------------------------------- the workers */

static bool
start_workers(struct demo *d)
{
	int ends[2];

	step("Four processes are forked and answer requests");
	if (pipe2(ends, O_CLOEXEC) != 0)
		return failed("pipe", "cannot be made");
	d->reports = ends[0];
	fflush(stdout);
	for (int i = 0; i < WORKER_N; i++) {
		d->workers[i] = worker_start(i, d->fg, &d->pick, ends[1]);
		if (d->workers[i] < 0)
			return failed("worker", "cannot be forked");
	}
	close(ends[1]);
	return true;
}

/* One report of each worker; a pipe that ends early is a worker that died. */
static bool
take_reports(struct demo *d, struct worker_report out[WORKER_N])
{
	struct worker_report r;

	for (int i = 0; i < WORKER_N; i++) {
		if (read(d->reports, &r, sizeof(r)) != (ssize_t)sizeof(r) ||
		    r.worker < 0 || r.worker >= WORKER_N)
			return failed("worker", "died or never reported");
		out[r.worker] = r;
	}
	return true;
}

static void
say_answers(const struct pick *p, const struct worker_report *r)
{
	char gates[512];
	size_t n = 0;

	gates[0] = '\0';
	for (size_t i = 0; i < p->n_gates; i++)
		n += (size_t)snprintf(gates + n, sizeof(gates) - n,
		    "%s%.60s %s", i > 0 ? ", " : "", p->gates[i],
		    r->gates[i] ? "ON" : "off");
	say("worker %d, for %-18s  %s", r->worker + 1, worker_user(r->worker),
	    gates);
	if (p->config != NULL)
		say("%-33s config %.60s = %s", "", p->config, r->config);
	if (p->layer != NULL && r->layer[0] != '\0')
		say("%-33s layer %.60s: %s", "", p->layer, r->layer);
}

static bool
watch_workers(struct demo *d)
{
	if (!take_reports(d, d->before))
		return false;
	for (int i = 0; i < WORKER_N; i++)
		say_answers(&d->pick, &d->before[i]);
	return true;
}

/* -------------------------------------------------------------- the change */

static bool
serve_change(struct demo *d, const char *gate, bool value)
{
	size_t n;
	char *text = pick_change(&d->pick, gate, value, &n);
	bool ok = text != NULL && host_write(d->host.rules, text, n);

	free(text);
	return ok || failed("rules", "cannot be changed");
}

/* When this process, which looks all the time, meets the next generation. */
static bool
wait_published(struct demo *d, uint64_t than, double *when)
{
	double end = host_now_ms() + CHANGE_MS;
	int looks = 0;

	while (info_of(d->fg).generation <= than) {
		*when = host_now_ms();
		if (host_interrupted || *when > end ||
		    (++looks % 1000 == 0 && !host_alive(&d->host)))
			return failed("forkgate-syncer", "published no change");
		host_nap(20);
	}
	*when = host_now_ms();
	return true;
}

static bool
change_rules(struct demo *d)
{
	const char *gate = d->pick.n_gates > 0 ? d->pick.gates[0] : NULL;
	uint64_t first = d->before[0].generation;
	bool value = !d->before[0].gates[0];
	double began, published;

	step("The rules change under them");
	began = host_now_ms();
	if (!serve_change(d, gate, value) ||
	    !wait_published(d, first, &published) || !take_reports(d, d->after))
		return false;
	if (gate != NULL)
		say("the origin now serves %s %s for everybody", gate,
		    value ? "ON" : "off");
	/* Whoever was the first to see it: it was there by then. */
	for (int i = 0; i < WORKER_N; i++)
		if (d->after[i].seen_ms < published)
			published = d->after[i].seen_ms;
	say("%.0f ms later, at its next poll, the syncer published generation "
	    "%" PRIu64,
	    published - began, d->after[0].generation);
	for (int i = 0; i < WORKER_N; i++) {
		const struct worker_report *r = &d->after[i];
		if (r->generation <= first ||
		    (gate != NULL && r->gates[0] != value))
			return failed("worker", "did not see the change");
		say("worker %d saw it %.2f ms later%s%s%s", i + 1,
		    r->seen_ms - published, gate != NULL ? ": " : "",
		    gate != NULL ? gate : "",
		    gate == NULL ? ""
			: value  ? " is ON"
				 : " is off");
	}
	return true;
}

/* -------------------------------------------------------------- the events */

static uint64_t
count_lines(const char *path)
{
	uint64_t lines = 0;
	char *text;
	size_t n;

	if (cmd_read_file(path, &text, &n) != FG_OK)
		return 0;
	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	free(text);
	return lines;
}

/* As forkgate flush --wait asks; the workers have ended. */
static bool
flush(struct demo *d)
{
	double end = host_now_ms() + FLUSH_MS;
	enum fg_status st = FG_E_TIMEOUT;
	char queue[128];
	int fd;

	snprintf(queue, sizeof(queue), "%s/queue", d->host.state);
	fd = open(queue, O_PATH | O_DIRECTORY | O_CLOEXEC);
	while (st == FG_E_TIMEOUT && !host_interrupted &&
	    host_alive(&d->host) && host_now_ms() < end)
		st = flush_request(fd, "", 500);
	close(fd);
	return st == FG_OK || failed("events", "were not accepted in time");
}

static bool
count_events(struct demo *d)
{
	uint64_t exposures = 0, events = 0, repeats = 0, dropped = 0, got;

	step("The events arrive");
	for (int i = 0; i < WORKER_N; i++) {
		int status = 1;

		waitpid(d->workers[i], &status, 0);
		d->workers[i] = 0;
		exposures += d->after[i].n_exposures;
		repeats += d->after[i].n_repeats;
		events += d->after[i].n_events;
		dropped += d->after[i].n_dropped;
	}
	if (!flush(d))
		return false;
	got = count_lines(d->host.events);
	say("logged    %" PRIu64 ": %" PRIu64 " exposures, %" PRIu64
	    " events of their own (%" PRIu64 " repeats were left out)",
	    exposures + events, exposures, events, repeats);
	say("received  %" PRIu64 " by the origin, %s", got,
	    got == exposures + events && dropped == 0 ? "all of them"
						      : "NOT the same");
	return (got == exposures + events && dropped == 0) ||
	    failed("events", "logged and received are not the same");
}

/* ----------------------------------------------------------------- the end */

static void
end(struct demo *d)
{
	for (int i = 0; i < WORKER_N; i++)
		if (d->workers[i] > 0)
			kill(d->workers[i], SIGKILL);
	for (int i = 0; i < WORKER_N; i++)
		if (d->workers[i] > 0)
			waitpid(d->workers[i], NULL, 0);
	fg_close(d->fg);
	host_stop(&d->host);
}

static void
say_next(const struct demo *d)
{
	const char *programs = d->host.programs;
	const char *gate = d->pick.n_gates > 0 ? d->pick.gates[0] : "GATE";

	printf("\nAll is stopped and removed again. Try next:\n\n"
	       "   make demo RULES=FILE.json\n"
	       "      the same with your own download_config_specs document\n"
	       "   %s/forkgate eval --rules %s gate %s --user "
	       "'{\"userID\":\"ada\"}'\n"
	       "      what a user gets, and why\n"
	       "   README.md\n"
	       "      the syncer with your SDK key, the library in your "
	       "program\n",
	    programs, d->rules_path, gate);
}

int
main(int argc, char *argv[])
{
	struct demo d = {0};
	bool ok;

	if (argc != 3) {
		fprintf(stderr, "usage: forkgate-demo PROGRAMS RULES.json\n");
		return 2;
	}
	host_catch_signals();
	d.rules_path = argv[2];
	ok = host_make(&d.host, argv[1]) && start_origin(&d) &&
	    start_syncer(&d) && start_workers(&d) && watch_workers(&d) &&
	    change_rules(&d) && count_events(&d);
	end(&d);
	if (ok)
		say_next(&d);
	pick_free(&d.pick);
	return ok ? 0 : host_interrupted ? 130 : 1;
}
