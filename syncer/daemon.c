#include "syncer/daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syncer/durable.h"
#include "syncer/http.h"
#include "syncer/identity.h"
#include "syncer/log.h"
#include "syncer/loop.h"
#include "syncer/notify.h"
#include "syncer/project.h"
#include "syncer/ship.h"
#include "syncer/shipstate.h"
#include "syncer/statedir.h"
#include "syncer/store.h"

#define BEAT_MS   1000  /* the heartbeat that readers look at */
#define STATUS_MS 10000 /* how often systemd hears how it goes */
#define LISTS_MS  10000 /* how long ID lists may keep it from being ready */

struct syncer {
	struct config *config;
	bool once;
	struct statedir dir;
	struct store *store;
	struct loop *loop;
	struct http *http;
	struct durable *durable;
	struct ship *ship;
	struct shipstate *shipstate;
	struct countries *countries;
	struct project *projects[CONFIG_PROJECTS];
	size_t n_projects;
	char session[IDENTITY_SESSION];
	sigset_t signal_set;
	int signals;
	struct loop_timer beat, watchdog, deadline, sync;
	uint64_t began_ms, synced_ms, status_ms;
	bool ready, stopping, polled, drained, beat_fails, sync_fails;
};

static enum daemon_exit
exit_of(enum fg_status status)
{
	switch (status) {
	case FG_OK:
		return DAEMON_OK;
	case FG_E_BUSY:
		return DAEMON_BUSY;
	case FG_E_VERSION:
		return DAEMON_VERSION;
	case FG_E_INVALID:
		return DAEMON_CONFIG;
	case FG_ABSENT:
	case FG_END:
	case FG_E_NOMEM:
	case FG_E_IO:
	case FG_E_CORRUPT:
	case FG_E_SPACE:
	case FG_E_TIMEOUT:
	case FG_E_NOT_READY:
	case FG_E_UNSUPPORTED:
		break;
	}
	return DAEMON_FAILED;
}

/* ---- telling how it goes ---- */

static bool
rules_are_there(const struct syncer *s)
{
	struct project_status st;

	for (size_t i = 0; i < s->n_projects; i++) {
		project_status(s->projects[i], &st);
		if (st.generation == 0)
			return false;
	}
	return true;
}

static bool
every_project_polled(const struct syncer *s)
{
	struct project_status st;

	for (size_t i = 0; i < s->n_projects; i++) {
		project_status(s->projects[i], &st);
		if (st.polls == 0)
			return false;
	}
	return true;
}

/* May they be those of before a restart? */
static bool
lists_are_there(const struct syncer *s, bool old)
{
	struct project_status st;

	for (size_t i = 0; i < s->n_projects; i++) {
		project_status(s->projects[i], &st);
		if (!st.lists.settled && !(old && st.lists.n_lists > 0))
			return false;
	}
	return true;
}

static void
send_status(struct syncer *s)
{
	struct ship_stats ship;
	char text[400];
	size_t n = 0;

	ship_stats(s->ship, &ship);
	for (size_t i = 0; i < s->n_projects && n < sizeof(text); i++) {
		struct project_status st;

		project_status(s->projects[i], &st);
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    "%s: generation %llu%s; ", st.name,
		    (unsigned long long)st.generation,
		    st.denied             ? ", SDK key refused"
			: st.failures > 0 ? ", cannot fetch"
					  : "");
	}
	notify_send("STATUS=%.300sevents: %llu sent, %llu quarantined%s", text,
	    (unsigned long long)ship.accepted,
	    (unsigned long long)ship.quarantined,
	    ship.failing ? ", cannot send" : "");
	s->status_ms = loop_clock_ms();
}

/*
 * Readers can be served: from disk at once, else after the first poll, with
 * the ID lists if those do not take long.
 */
static void
tell_ready(struct syncer *s)
{
	if (s->ready || (!rules_are_there(s) && !every_project_polled(s)))
		return;
	if (!lists_are_there(s, true) &&
	    loop_clock_ms() - s->began_ms < LISTS_MS)
		return;
	s->ready = true;
	notify_send("READY=1");
	send_status(s);
}

static void
on_diagnose(void *arg, const char *project, const char *event, size_t len)
{
	struct syncer *s = arg;

	ship_put(s->ship, project, event, len);
}

/* ---- the heartbeat ---- */

static void
on_sync(void *arg)
{
	struct syncer *s = arg;
	int error = durable_ask(s->durable);

	s->synced_ms = loop_clock_ms();
	if (error != 0 && !s->sync_fails)
		log_error("%s: cannot be synced: %s; a power cut may lose "
			  "events",
		    s->dir.queue, strerror(error));
	s->sync_fails = error != 0;
}

/* There are events that may not be on the disk: at once, or when it is time. */
static void
sync_soon(void *arg)
{
	struct syncer *s = arg;
	uint64_t every = s->config->syncer.sync_interval_ms,
		 since = loop_clock_ms() - s->synced_ms;

	if (s->durable != NULL && !s->sync.armed)
		loop_timer_set(
		    s->loop, &s->sync, since < every ? every - since : 0);
}

/* Who cannot look at all segments does not know whether they have grown. */
static void
sync_what_is_not_seen(struct syncer *s)
{
	struct ship_stats stats;

	ship_stats(s->ship, &stats);
	if (stats.tail.behind && stats.tail.bytes > 0)
		sync_soon(s);
}

static void
give_beat(struct syncer *s)
{
	enum fg_status status = store_beat(s->store, ship_allowance(s->ship));

	if (status != FG_OK && !s->beat_fails)
		log_error("%s: %s; readers will find the heartbeat old",
		    s->dir.rules,
		    status == FG_E_IO ? strerror(errno) : fg_strerror(status));
	s->beat_fails = status != FG_OK;
}

static void
on_beat(void *arg)
{
	struct syncer *s = arg;

	give_beat(s);
	sync_what_is_not_seen(s);
	shipstate_tell(s->shipstate, s->ship);
	tell_ready(s);
	if (loop_clock_ms() - s->status_ms >= STATUS_MS)
		send_status(s);
	loop_timer_set(s->loop, &s->beat, BEAT_MS);
}

static void
on_watchdog(void *arg)
{
	struct syncer *s = arg;

	notify_send("WATCHDOG=1");
	loop_timer_set(s->loop, &s->watchdog, notify_watchdog_ms());
}

/* ---- the end ---- */

static void
on_drained(void *arg)
{
	struct syncer *s = arg;

	s->drained = true;
	if (s->stopping || s->polled)
		loop_stop(s->loop);
}

static void
on_settled(void *arg)
{
	struct syncer *s = arg;

	tell_ready(s);
	if (!s->once || !every_project_polled(s) || !lists_are_there(s, false))
		return;
	s->polled = true;
	if (s->drained)
		loop_stop(s->loop);
}

static void
on_deadline(void *arg)
{
	struct syncer *s = arg;

	log_warn("events are left over after shutdown_timeout; they stay in "
		 "the queue");
	loop_stop(s->loop);
}

static void
begin_stop(struct syncer *s)
{
	if (s->stopping) {
		loop_stop(s->loop);
		return;
	}
	s->stopping = true;
	notify_send("STOPPING=1\nSTATUS=sending what is left");
	log_info("stopping");
	for (size_t i = 0; i < s->n_projects; i++)
		project_stop(s->projects[i]);
	loop_timer_set(
	    s->loop, &s->deadline, s->config->syncer.shutdown_timeout_ms);
	if (s->drained)
		loop_stop(s->loop);
	else
		ship_drain(s->ship, on_drained, s);
}

static void
take_new_keys(struct syncer *s)
{
	struct config_error err;

	if (config_secrets(s->config, &err) != FG_OK)
		log_error("%s; the key in use stays", err.text);
	else
		log_info("SDK keys read again; for other changes of the "
			 "configuration restart");
	for (size_t i = 0; i < s->n_projects; i++)
		project_poll(s->projects[i]);
}

static void
on_signal(void *arg, int fd, uint32_t events)
{
	struct signalfd_siginfo info;
	struct syncer *s = arg;

	(void)events;
	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			take_new_keys(s);
		else
			begin_stop(s);
	}
}

/* ---- the beginning ---- */

static void
on_store_log(void *arg, enum store_level level, const char *line)
{
	(void)arg;
	switch (level) {
	case STORE_INFO:
		log_info("%s", line);
		break;
	case STORE_WARNING:
		log_warn("%s", line);
		break;
	case STORE_ERROR:
		log_error("%s", line);
		break;
	}
}

/* What an administrator can do about a store that does not open. */
static void
explain_store(const struct syncer *s, enum fg_status status, int error)
{
	const char *path = s->dir.path;

	if (status == FG_E_BUSY)
		log_error("%s: another forkgate-syncer is at work here; stop "
			  "it, or use another state_dir",
		    path);
	else if (status == FG_E_VERSION)
		log_error("%s: written by a newer forkgate than this one (%s); "
			  "upgrade, or use another state_dir",
		    path, FORKGATE_VERSION);
	else if (status == FG_E_UNSUPPORTED)
		log_error("%s: lies on a file system where rules cannot be "
			  "shared (network, FUSE); use a local disk",
		    path);
	else
		log_error("%s: cannot be used: %s", path,
		    status == FG_E_IO ? strerror(error) : fg_strerror(status));
}

static enum fg_status
open_state(struct syncer *s)
{
	const struct config_syncer *config = &s->config->syncer;
	struct store_options options = {
	    .keep_generations = (uint32_t)config->keep_generations,
	    .keep_ms = config->keep_age_ms,
	    .keep_bytes = config->keep_bytes,
	    .max_bytes = config->store_bytes,
	    .log = on_store_log,
	};
	enum fg_status status = statedir_open(&s->dir, config->state_dir);

	if (status == FG_OK) {
		status = store_open(s->dir.path, &options, &s->store);
		if (status != FG_OK) {
			explain_store(s, status, errno);
			return status;
		}
		status = statedir_arrange(&s->dir, config->reader_group);
	}
	if (status != FG_OK)
		log_error("%s",
		    s->dir.why[0] != '\0' ? s->dir.why : fg_strerror(status));
	return status;
}

/* Before all else: a SIGTERM during the start means the same as later. */
static void
block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	sigprocmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static enum fg_status
open_signals(struct syncer *s)
{
	s->signals = signalfd(-1, &s->signal_set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signals < 0)
		return FG_E_IO;
	return loop_watch(s->loop, s->signals, EPOLLIN, on_signal, s);
}

static enum fg_status
open_machinery(struct syncer *s)
{
	enum fg_status status = loop_new(&s->loop);

	if (status == FG_OK)
		status = open_signals(s);
	if (status == FG_OK)
		status = http_new(s->loop, &s->http);
	if (status == FG_OK && s->config->syncer.sync_interval_ms > 0)
		status = durable_new(s->dir.queue, &s->durable);
	return status;
}

static enum fg_status
open_work(struct syncer *s)
{
	struct ship_parts ship = {
	    .loop = s->loop,
	    .http = s->http,
	    .store = s->store,
	    .config = s->config,
	    .dir = &s->dir,
	    .session = s->session,
	    .news = sync_soon,
	    .news_arg = s,
	};
	enum fg_status status = ship_new(&ship, &s->ship);

	if (status == FG_OK)
		status = shipstate_new(s->dir.path, &s->shipstate);
	if (status == FG_OK)
		status = countries_new(
		    s->store, s->config->syncer.country_table, &s->countries);
	for (size_t i = 0; i < s->config->n_projects && status == FG_OK; i++) {
		struct project_parts parts = {
		    .loop = s->loop,
		    .http = s->http,
		    .store = s->store,
		    .countries = s->countries,
		    .config = &s->config->projects[i],
		    .session = s->session,
		    .settled = on_settled,
		    .settled_arg = s,
		    .diagnose =
			s->config->events.diagnostics ? on_diagnose : NULL,
		    .diagnose_arg = s,
		};

		status = project_new(&parts, &s->projects[i]);
		if (status == FG_OK)
			s->n_projects++;
	}
	return status;
}

static void
close_all(struct syncer *s)
{
	for (size_t i = 0; i < s->n_projects; i++)
		project_free(s->projects[i]);
	countries_free(s->countries);
	shipstate_free(s->shipstate);
	ship_free(s->ship);
	http_free(s->http);
	durable_free(s->durable);
	store_close(s->store);
	if (s->signals >= 0)
		close(s->signals);
	loop_free(s->loop);
	statedir_free(&s->dir);
}

static void
begin_work(struct syncer *s)
{
	s->beat = (struct loop_timer){.fn = on_beat, .arg = s};
	s->watchdog = (struct loop_timer){.fn = on_watchdog, .arg = s};
	s->deadline = (struct loop_timer){.fn = on_deadline, .arg = s};
	s->sync = (struct loop_timer){.fn = on_sync, .arg = s};
	s->began_ms = loop_clock_ms();
	on_beat(s);
	if (notify_watchdog_ms() > 0)
		on_watchdog(s);
	for (size_t i = 0; i < s->n_projects; i++) {
		if (s->once)
			project_poll(s->projects[i]);
		else
			project_start(s->projects[i]);
	}
	if (s->once)
		ship_drain(s->ship, on_drained, s);
	else
		ship_start(s->ship);
}

/* What --once has to say with its exit status. */
static enum daemon_exit
result_of_once(const struct syncer *s)
{
	struct project_status st;
	bool no_rules = false, left = !ship_is_clean(s->ship);

	for (size_t i = 0; i < s->n_projects; i++) {
		project_status(s->projects[i], &st);
		no_rules |= st.polls == 0 || st.failures > 0;
	}
	if (no_rules && left)
		return DAEMON_NEITHER;
	if (left)
		return DAEMON_EVENTS_LEFT;
	return no_rules ? DAEMON_NO_RULES : DAEMON_OK;
}

enum daemon_exit
daemon_run(struct config *config, bool once)
{
	struct syncer s = {.config = config, .once = once, .signals = -1};
	enum daemon_exit result;
	enum fg_status status;

	block_signals(&s.signal_set);
	umask(027);
	notify_init();
	identity_session(s.session);
	log_info("forkgate-syncer %s, state in %s", FORKGATE_VERSION,
	    config->syncer.state_dir);
	status = open_state(&s);
	if (status == FG_OK) {
		status = open_machinery(&s);
		if (status == FG_OK)
			status = open_work(&s);
		if (status == FG_OK) {
			begin_work(&s);
			status = loop_run(s.loop);
		}
		if (status != FG_OK)
			log_error("cannot go on: %s",
			    status == FG_E_IO ? strerror(errno)
					      : fg_strerror(status));
	}
	result = exit_of(status);
	if (status == FG_OK && once)
		result = result_of_once(&s);
	close_all(&s);
	return result;
}
