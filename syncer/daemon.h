/*
 * daemon: the syncer as a whole, from an open configuration to its end.
 */
#ifndef SYNCER_DAEMON_H
#define SYNCER_DAEMON_H

#include <stdbool.h>

#include "syncer/config.h"

/* Exit statuses of forkgate-syncer; its manual page tells them. */
enum daemon_exit {
	DAEMON_OK = 0,
	DAEMON_FAILED = 1,      /* the state directory or the system */
	DAEMON_CONFIG = 2,      /* the command line or the configuration */
	DAEMON_BUSY = 3,        /* another syncer has the state directory */
	DAEMON_VERSION = 4,     /* a newer forkgate has written it */
	DAEMON_NO_RULES = 5,    /* --once: rules could not be brought */
	DAEMON_EVENTS_LEFT = 6, /* --once: events could not be sent */
	DAEMON_NEITHER = 7,     /* --once: both of these */
};

/*
 * Runs until SIGTERM or SIGINT, or, with `once`, until rules were asked for
 * and events sent one time.  Blocks the signals it takes.
 */
enum daemon_exit daemon_run(struct config *config, bool once);

#endif /* SYNCER_DAEMON_H */
