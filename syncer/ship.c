#include "syncer/ship.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "syncer/log.h"
#include "syncer/positions.h"
#include "syncer/retry.h"
#include "syncer/route.h"

#define PUMP_MS     20   /* of reading, until others have their turn */
#define POLL_MIN_MS 100  /* between looks at the segments when events come */
#define POLL_MAX_MS 1000 /* and when none do */
#define NUDGE_MS    10   /* several new files at once are one look */
#define TROUBLE_MS  5000
#define SAVE_MS     20    /* accepted batches are saved together */
#define DROPS_MS    60000 /* between two lines about what was dropped */
/* Batches a project, for each request: one is sent, one is read or saved. */
#define IN_FLIGHT 2

struct ship {
	struct ship_parts parts;
	struct tail *tail;
	struct route *routes[CONFIG_PROJECTS];
	const char *names[CONFIG_PROJECTS];
	size_t n_routes;
	struct loop_timer pump;
	uint64_t poll_ms, events_seen, read_seen;
	int inotify;
	bool draining, trouble, unsent;
	int flush_fd; /* our own request while draining, or -1 */
	char *flush_path;
	void (*drained)(void *arg);
	void *drained_arg;
	uint64_t last_allowance;
	bool is_full; /* and it was told */
	uint64_t dropped, dropped_told_ms;
};

static void
note(void *arg, const char *file, const char *what)
{
	(void)arg;
	log_warn("queue: %s: %s", file, what);
}

static struct route *
route_of(struct ship *ship, const char *project)
{
	for (size_t i = 0; i < ship->n_routes; i++)
		if (strcmp(ship->names[i], project) == 0)
			return ship->routes[i];
	return NULL;
}

/* ---- reading ---- */

static bool
can_send(const struct ship *ship)
{
	for (size_t i = 0; i < ship->n_routes; i++)
		if (!route_is_full(ship->routes[i]))
			return true;
	return false;
}

/* Reads for a bounded time; what tail_next said last. */
static enum fg_status
read_some(struct ship *ship)
{
	uint64_t until = loop_clock_ms() + PUMP_MS;
	struct tail_batch *batch;
	enum fg_status status;
	struct route *route;

	do {
		status = tail_next(ship->tail, loop_unix_ms(), &batch);
		if (status == FG_OK) {
			route = route_of(ship, batch->project);
			if (route == NULL)
				tail_refuse(ship->tail, batch, "no_project");
			else if (route_send(route, batch) != FG_OK)
				return FG_E_NOMEM;
		}
	} while ((status == FG_OK || status == FG_E_BUSY) &&
	    loop_clock_ms() < until);
	return status;
}

static void
tell_news(struct ship *ship)
{
	struct tail_stats stats;

	tail_stats(ship->tail, &stats);
	if (stats.read == ship->read_seen || ship->parts.news == NULL)
		return;
	ship->read_seen = stats.read;
	ship->parts.news(ship->parts.news_arg);
}

/* What workers had to leave out, once they have told it in a segment. */
static void
tell_drops(struct ship *ship)
{
	struct tail_stats stats;
	uint64_t now = loop_clock_ms(), n;

	tail_stats(ship->tail, &stats);
	n = stats.counters[SEGMENT_DROPPED];
	if (n <= ship->dropped ||
	    (ship->dropped > 0 && now - ship->dropped_told_ms < DROPS_MS))
		return;
	log_warn("queue: %llu event%s dropped by workers, for want of room or "
		 "being too large; %llu of late",
	    (unsigned long long)n, n == 1 ? " was" : "s were",
	    (unsigned long long)(n - ship->dropped));
	ship->dropped = n;
	ship->dropped_told_ms = now;
}

static void
look_after_trouble(struct ship *ship, enum fg_status status)
{
	bool trouble = status < 0 && status != FG_E_BUSY;

	if (trouble && !ship->trouble)
		log_error("queue: %s: %s; events wait there",
		    ship->parts.dir->queue,
		    status == FG_E_IO ? strerror(errno) : fg_strerror(status));
	ship->trouble = trouble;
}

/* When to look again, if nothing happens before. */
static uint64_t
next_look_ms(struct ship *ship, enum fg_status status)
{
	const struct config *config = ship->parts.config;
	uint64_t slowest = config->events.max_delay_ms;
	struct tail_stats stats;

	if (ship->trouble)
		return TROUBLE_MS;
	if (status == FG_OK || (status == FG_E_BUSY && can_send(ship)))
		return 0;
	/* What is not seen is not brought to the disk, see news in ship.h. */
	if (config->syncer.sync_interval_ms > 0 &&
	    slowest > config->syncer.sync_interval_ms)
		slowest = config->syncer.sync_interval_ms;
	if (slowest < POLL_MIN_MS || slowest > POLL_MAX_MS)
		slowest = slowest < POLL_MIN_MS ? POLL_MIN_MS : POLL_MAX_MS;
	tail_stats(ship->tail, &stats);
	ship->poll_ms *= 2;
	if (stats.events != ship->events_seen || status == FG_E_BUSY)
		ship->poll_ms = POLL_MIN_MS;
	if (ship->poll_ms > slowest)
		ship->poll_ms = slowest;
	ship->events_seen = stats.events;
	if (tail_is_unsaved(ship->tail))
		return SAVE_MS;
	return ship->poll_ms;
}

/* ---- draining ---- */

/*
 * What there was when the draining began is told from what is appended
 * meanwhile by a flush request, as a worker would make one.
 */
static enum fg_status
ask_for_flush(struct ship *ship)
{
	uint8_t id[SEGMENT_ID];
	char name[SEGMENT_FLUSH_NAME];
	uint64_t a = retry_random(), b = retry_random();

	memcpy(id, &a, sizeof(a));
	memcpy(id + sizeof(a), &b, sizeof(b));
	segment_name(name, "flush-", id);
	if (asprintf(&ship->flush_path, "%s/%s", ship->parts.dir->queue, name) <
	    0) {
		ship->flush_path = NULL;
		return FG_E_NOMEM;
	}
	ship->flush_fd = open(
	    ship->flush_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return ship->flush_fd >= 0 ? FG_OK : FG_E_IO;
}

static bool
flush_is_done(const struct ship *ship)
{
	struct stat st;

	return fstat(ship->flush_fd, &st) == 0 && st.st_nlink == 0;
}

/* Nothing moves any more, because what is left was given up. */
static bool
routes_gave_up(const struct ship *ship)
{
	bool gave_up = false;

	for (size_t i = 0; i < ship->n_routes; i++) {
		if (!route_is_still(ship->routes[i]))
			return false;
		gave_up |= route_gave_up(ship->routes[i]);
	}
	return gave_up;
}

static void
end_drain(struct ship *ship, bool unsent)
{
	ship->draining = false;
	ship->unsent = unsent;
	if (ship->flush_fd >= 0) {
		unlink(ship->flush_path); /* if it is still there */
		close(ship->flush_fd);
	}
	free(ship->flush_path);
	ship->flush_fd = -1;
	ship->flush_path = NULL;
	ship->drained(ship->drained_arg);
}

static void
look(void *arg)
{
	struct ship *ship = arg;
	enum fg_status status;

	status = read_some(ship);
	tell_news(ship);
	tell_drops(ship);
	look_after_trouble(ship, status);
	if (ship->draining) {
		if (flush_is_done(ship)) {
			end_drain(ship, false);
			return;
		}
		if (ship->trouble ||
		    (status == FG_ABSENT && routes_gave_up(ship))) {
			end_drain(ship, true);
			return;
		}
	}
	loop_timer_set(
	    ship->parts.loop, &ship->pump, next_look_ms(ship, status));
}

/* A batch is done with, so there is room for another, or all is done. */
static void
on_progress(void *arg)
{
	struct ship *ship = arg;

	loop_timer_set(ship->parts.loop, &ship->pump, 0);
}

static void
on_new_file(void *arg, int fd, uint32_t events)
{
	_Alignas(struct inotify_event) char buf[4096];
	struct ship *ship = arg;

	(void)events;
	while (read(fd, buf, sizeof(buf)) > 0)
		;
	if (!ship->pump.armed || ship->pump.due_ms > loop_clock_ms() + NUDGE_MS)
		loop_timer_set(ship->parts.loop, &ship->pump, NUDGE_MS);
}

/* ---- life ---- */

static enum fg_status
open_tail(struct ship *ship)
{
	const struct config *config = ship->parts.config;
	struct tail_options options = {
	    .positions = {positions_get, positions_save, ship->parts.store},
	    .projects = ship->names,
	    .n_projects = ship->n_routes,
	    .max_events = config->events.batch,
	    .max_bytes = config->events.batch_bytes,
	    .max_in_flight = IN_FLIGHT * config->events.concurrency,
	    .delay_ms = config->events.max_delay_ms,
	    .save_ms = SAVE_MS,
	    .max_age_ms = config->syncer.queue_age_ms,
	    .quarantine_bytes = config->syncer.quarantine_bytes,
	    .quarantine_files = config->syncer.quarantine_files,
	    .once_ms = config->events.dedupe == CONFIG_DEDUPE_HOST
		? config->events.dedupe_window_ms
		: 0,
	    .once_keys = config->events.dedupe_keys,
	    .note = note,
	};

	return tail_open(ship->parts.dir->queue, ship->parts.dir->quarantine,
	    &options, &ship->tail);
}

/* Without inotify new files are found by looking, a little later. */
static void
watch_queue(struct ship *ship)
{
	ship->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (ship->inotify >= 0 &&
	    inotify_add_watch(ship->inotify, ship->parts.dir->queue,
		IN_CREATE | IN_MOVED_TO | IN_ONLYDIR) >= 0 &&
	    loop_watch(ship->parts.loop, ship->inotify, EPOLLIN, on_new_file,
		ship) == FG_OK)
		return;
	log_warn("%s: inotify does not work here: %s; new files are noticed "
		 "within a second",
	    ship->parts.dir->queue, strerror(errno));
}

enum fg_status
ship_new(const struct ship_parts *parts, struct ship **out)
{
	struct ship *ship = calloc(1, sizeof(*ship));
	enum fg_status status = FG_OK;

	*out = NULL;
	if (ship == NULL)
		return FG_E_NOMEM;
	ship->parts = *parts;
	ship->inotify = -1;
	ship->flush_fd = -1;
	ship->poll_ms = POLL_MIN_MS;
	ship->pump = (struct loop_timer){.fn = look, .arg = ship};
	ship->n_routes = parts->config->n_projects;
	for (size_t i = 0; i < ship->n_routes; i++)
		ship->names[i] = parts->config->projects[i].name;
	if (positions_clear(parts->store, parts->dir->queue) != FG_OK)
		log_warn("%s: positions of segments that are gone cannot be "
			 "cleared",
		    parts->dir->queue);
	status = open_tail(ship);
	for (size_t i = 0; i < ship->n_routes && status == FG_OK; i++) {
		struct route_parts route = {
		    .loop = parts->loop,
		    .http = parts->http,
		    .tail = ship->tail,
		    .events = &parts->config->events,
		    .project = &parts->config->projects[i],
		    .session = parts->session,
		    .progress = on_progress,
		    .progress_arg = ship,
		};

		status = route_new(&route, &ship->routes[i]);
	}
	if (status != FG_OK) {
		ship_free(ship);
		return status;
	}
	*out = ship;
	return FG_OK;
}

void
ship_free(struct ship *ship)
{
	int keep = errno;

	if (ship == NULL)
		return;
	loop_timer_clear(ship->parts.loop, &ship->pump);
	for (size_t i = 0; i < ship->n_routes; i++)
		route_free(ship->routes[i]);
	tail_close(ship->tail);
	if (ship->flush_fd >= 0) {
		unlink(ship->flush_path);
		close(ship->flush_fd);
	}
	free(ship->flush_path);
	if (ship->inotify >= 0) {
		loop_unwatch(ship->parts.loop, ship->inotify);
		close(ship->inotify);
	}
	free(ship);
	errno = keep;
}

void
ship_start(struct ship *ship)
{
	if (!ship->parts.config->events.send) {
		log_info("events: send = no; they stay in the queue");
		return;
	}
	watch_queue(ship);
	loop_timer_set(ship->parts.loop, &ship->pump, 0);
}

void
ship_put(struct ship *ship, const char *project, const char *event, size_t len)
{
	enum fg_status status;

	if (!ship->parts.config->events.send)
		return;
	status = tail_put(ship->tail, project, loop_unix_ms(), event, len);
	if (status != FG_OK)
		log_debug("[project %s] diagnostics are left out: %s", project,
		    fg_strerror(status));
}

void
ship_drain(struct ship *ship, void (*done)(void *arg), void *arg)
{
	if (!ship->parts.config->events.send) {
		done(arg);
		return;
	}
	ship->draining = true;
	ship->drained = done;
	ship->drained_arg = arg;
	if (ask_for_flush(ship) != FG_OK) {
		log_error("%s: cannot write there: %s; events are left",
		    ship->parts.dir->queue, strerror(errno));
		end_drain(ship, true);
		return;
	}
	for (size_t i = 0; i < ship->n_routes; i++)
		route_drain(ship->routes[i]);
	loop_timer_set(ship->parts.loop, &ship->pump, 0);
}

bool
ship_is_clean(const struct ship *ship)
{
	return !ship->unsent && !ship->draining;
}

/* Told before those who are without room can tell it. */
static void
tell_room(struct ship *ship, uint64_t room)
{
	if (room < SEGMENT_MIN && !ship->is_full)
		log_warn("%s: is full, by queue_bytes or by its disk; workers "
			 "drop what finds no room",
		    ship->parts.dir->queue);
	else if (room >= SEGMENT_MAX && ship->is_full)
		log_info("%s: has room again", ship->parts.dir->queue);
	if (room < SEGMENT_MIN || room >= SEGMENT_MAX)
		ship->is_full = room < SEGMENT_MIN;
}

uint64_t
ship_allowance(struct ship *ship)
{
	uint64_t bytes = 0, limit = ship->parts.config->syncer.queue_bytes,
		 room;
	struct statvfs fs;

	if (tail_measure(ship->tail, &bytes) != FG_OK)
		return ship->last_allowance;
	room = bytes < limit ? limit - bytes : 0;
	/* Half of what the disk has left: others need some, too. */
	if (statvfs(ship->parts.dir->queue, &fs) == 0 &&
	    room > (uint64_t)fs.f_bavail * fs.f_frsize / 2)
		room = (uint64_t)fs.f_bavail * fs.f_frsize / 2;
	tell_room(ship, room);
	ship->last_allowance = room;
	return room;
}

bool
ship_state(const struct ship *ship, size_t i, struct ship_state *out)
{
	if (i >= ship->n_routes)
		return false;
	route_state(ship->routes[i], out);
	return true;
}

void
ship_stats(const struct ship *ship, struct ship_stats *out)
{
	*out = (struct ship_stats){0};
	for (size_t i = 0; i < ship->n_routes; i++)
		route_add_stats(ship->routes[i], out);
	tail_stats(ship->tail, &out->tail);
}
