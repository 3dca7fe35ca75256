/*
 * queue_look: the events of segments, printed as they would be shipped.
 */
#ifndef TOOLS_QUEUE_LOOK_H
#define TOOLS_QUEUE_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/segment.h"

struct queue_look {
	const char *project; /* of that one alone, or NULL */
	bool segments;       /* a line about each segment, not its events */
	int dir_fd;
	uint8_t *buf; /* SEGMENT_MAX bytes */
	uint64_t n_events, n_segments, n_bad;
};

/* Prints one file of dir_fd; what is no good is said and counted. */
void queue_look_file(struct queue_look *q, const char *name);

#endif /* TOOLS_QUEUE_LOOK_H */
