/*
 * route: the way of one project's events to the server.
 */
#ifndef SYNCER_ROUTE_H
#define SYNCER_ROUTE_H

#include <stdbool.h>

#include "common/forkgate_status.h"
#include "syncer/config.h"
#include "syncer/http.h"
#include "syncer/loop.h"
#include "syncer/ship.h"
#include "syncer/tail.h"

struct route;

struct route_parts {
	struct loop *loop;
	struct http *http;
	struct tail *tail;
	const struct config_events *events;
	const struct config_project *project;
	const char *session;
	void (*progress)(void *arg); /* a batch is done with, or given up */
	void *progress_arg;
};

enum fg_status route_new(const struct route_parts *parts, struct route **out);

/* Cancels what is under way.  To be called before the tail is closed. */
void route_free(struct route *route);

/* Takes the batch over, until the tail is told what became of it. */
enum fg_status route_send(struct route *route, struct tail_batch *batch);

/* From now on a parcel is given up after a few attempts, and pauses are short. */
void route_drain(struct route *route);

/* Is nothing under way, and nothing going to be? */
bool route_is_still(const struct route *route);

/* Is something left that is not tried any more?  Only when draining. */
bool route_gave_up(const struct route *route);

/* Would another batch only wait? */
bool route_is_full(const struct route *route);

/* How it goes; borrowed until the next answer. */
void route_state(const struct route *route, struct ship_state *out);

/* Adds to the sums. */
void route_add_stats(const struct route *route, struct ship_stats *out);

#endif /* SYNCER_ROUTE_H */
