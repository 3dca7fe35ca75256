/*
 * ship: events from the queue to the server.
 *
 * Takes batches from the tail, sends several at once for each project, and
 * tells the tail which were accepted, for only that moves the positions on.
 * Each project has a route of its own: a server that fails holds up nobody
 * else.  While a route fails, one request at a time probes it, after a pause
 * that grows with each failure and is drawn at random.
 *
 * DESIGN.md tells for each answer what becomes of the events.
 */
#ifndef SYNCER_SHIP_H
#define SYNCER_SHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "syncer/config.h"
#include "syncer/http.h"
#include "syncer/loop.h"
#include "syncer/statedir.h"
#include "syncer/store.h"
#include "syncer/tail.h"

struct ship;

/* What it works with; all outlive it. */
struct ship_parts {
	struct loop *loop;
	struct http *http;
	struct store *store;
	const struct config *config;
	const struct statedir *dir;
	const char *session;
	void (*news)(void *arg); /* something was read that was not there */
	void *news_arg;
};

struct ship_stats {
	uint64_t requests;
	uint64_t accepted;    /* events */
	uint64_t quarantined; /* events */
	uint64_t failures;    /* requests without acceptance */
	size_t waiting;       /* parcels that wait for another attempt */
	bool failing;         /* some route is */
	bool denied;          /* some route's key is refused */
	struct tail_stats tail;
};

/* FG_E_IO with errno where the queue cannot be read. */
enum fg_status ship_new(const struct ship_parts *parts, struct ship **out);

/* Drops what is under way: it will be sent again by the next syncer. */
void ship_free(struct ship *ship);

/* From now on, by itself. */
void ship_start(struct ship *ship);

/*
 * Takes an event of the syncer's own, whole JSON, which goes with the next batch
 * of the project.  Who crashes or cannot send loses it.
 */
void ship_put(
    struct ship *ship, const char *project, const char *event, size_t len);

/*
 * Sends all that is there, however little, with a few attempts each, and calls
 * done once when nothing is left or what is left cannot go now.
 */
void ship_drain(struct ship *ship, void (*done)(void *arg), void *arg);

/* Did the draining get everything done with? */
bool ship_is_clean(const struct ship *ship);

/* How many bytes of segments workers may still create; looks at the folder. */
uint64_t ship_allowance(struct ship *ship);

/* How it goes with one project's events. */
struct ship_state {
	const char *project;
	bool denied;         /* the server refuses the SDK key */
	bool failing;        /* nothing is accepted */
	uint64_t failing_ms; /* for so long */
	const char *answer;  /* to the latest that failed */
};

/* The state of project i, in their order; false behind the last one. */
bool ship_state(const struct ship *ship, size_t i, struct ship_state *out);

void ship_stats(const struct ship *ship, struct ship_stats *out);

#endif /* SYNCER_SHIP_H */
