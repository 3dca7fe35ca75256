#include "tools/demo/worker.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "reader/forkgate.h"
#include "tools/cmd.h"
#include "tools/demo/host.h"
#include "tools/user_json.h"

#define CHANGE_MS 15000 /* the longest to wait for the change */

static const struct {
	const char *shown, *json;
} users[WORKER_N] = {
    {"ada, of the staff",
	"{\"userID\":\"ada\",\"email\":\"ada@bakery.example\"}"},
    {"bao, New Zealand",
	"{\"userID\":\"bao\",\"country\":\"NZ\",\"appVersion\":\"2.3.1\"}"},
    {"cy, of a company",
	"{\"userID\":\"cy\",\"customIDs\":{\"companyID\":\"rye\"},"
	"\"custom\":{\"plan\":\"team\"}}"},
    {"di, anybody", "{\"userID\":\"di\"}"},
};

struct worker {
	struct fg *fg;
	struct fg_user *user;
	const struct pick *pick;
	struct worker_report report;
	uint64_t n_events;
};

const char *
worker_user(int worker)
{
	return users[worker].shown;
}

/* A value for a table: cut where it is long. */
static void
show(char to[WORKER_VALUE], const char *text, size_t n)
{
	int len = (int)(n < WORKER_VALUE - 4 ? n : WORKER_VALUE - 4);

	snprintf(to, WORKER_VALUE, "%.*s%s", len, text,
	    n > (size_t)len ? "..." : "");
}

static void
read_config(struct worker *w, struct fg_session *ses)
{
	struct fg_config config;
	const char *text;
	size_t n;

	fg_get_config(ses, w->user, w->pick->config, 0, &config);
	text = fg_params_text(config.params, &n);
	show(w->report.config, text, n);
}

/* Reading a parameter is what logs it. */
static void
read_layer(struct worker *w, struct fg_session *ses)
{
	struct fg_layer layer;
	const char *name, *json;
	char text[2 * WORKER_VALUE];
	size_t n = 0;
	int len;

	fg_get_layer(ses, w->user, w->pick->layer, 0, &layer);
	if (fg_params_count(layer.params) == 0)
		return;
	name = fg_params_name(layer.params, 0);
	json = fg_layer_json(&layer, name, &n, NULL);
	len = snprintf(text, sizeof(text), "%.80s = %.*s", name,
	    (int)(n < 90 ? n : 90), json);
	show(w->report.layer, text, (size_t)len);
}

/* A request: checks, a config, a layer's parameter, an event of its own. */
static void
serve(struct worker *w)
{
	struct fg_session *ses;

	if (fg_session_begin(w->fg, &ses) != FG_OK)
		return;
	for (size_t i = 0; i < w->pick->n_gates; i++)
		w->report.gates[i] =
		    fg_check_gate(ses, w->user, w->pick->gates[i]);
	if (w->pick->config != NULL)
		read_config(w, ses);
	if (w->pick->layer != NULL)
		read_layer(w, ses);
	if (fg_log_event(ses, w->user, "page_view", NULL, NULL, 0) == FG_OK)
		w->n_events++;
	fg_session_end(ses);
}

static struct fg_info
info_of(const struct worker *w)
{
	struct fg_info info = {.size = sizeof(info)};

	fg_get_info(w->fg, &info);
	return info;
}

static bool
tell(struct worker *w, uint64_t generation, double seen_ms, int fd)
{
	struct fg_info info = info_of(w);

	w->report.generation = generation;
	w->report.seen_ms = seen_ms;
	w->report.n_exposures = info.n_exposures;
	w->report.n_repeats = info.n_deduplicated;
	w->report.n_dropped = info.n_dropped;
	w->report.n_events = w->n_events;
	/* Shorter than PIPE_BUF: reports of four workers never mix. */
	return cmd_write(fd, &w->report, sizeof(w->report)) == FG_OK;
}

/* A look is a load or two; a real server looks once a request. */
static uint64_t
wait_for_newer(const struct worker *w, uint64_t than)
{
	double end = host_now_ms() + CHANGE_MS;
	uint64_t now;

	while ((now = info_of(w).generation) <= than) {
		if (host_now_ms() > end)
			return than;
		host_nap(100);
	}
	return now;
}

static int
live(struct worker *w, int fd)
{
	const char *json = users[w->report.worker].json;
	struct user_json_error err;
	uint64_t generation;

	if (fg_user_new(&w->user) != FG_OK ||
	    user_json_read(json, strlen(json), w->user, &err) != FG_OK)
		return 1;
	for (int i = 0; i < WORKER_REQUESTS; i++)
		serve(w);
	generation = info_of(w).generation;
	if (!tell(w, generation, host_now_ms(), fd))
		return 1;
	generation = wait_for_newer(w, generation);
	w->report.seen_ms = host_now_ms();
	serve(w);
	return tell(w, generation, w->report.seen_ms, fd) ? 0 : 1;
}

pid_t
worker_start(int worker, struct fg *fg, const struct pick *pick, int report_fd)
{
	struct worker w = {
	    .fg = fg, .pick = pick, .report = {.worker = worker}};
	pid_t pid = host_fork();

	if (pid == 0)
		_exit(live(&w, report_fd));
	return pid;
}
