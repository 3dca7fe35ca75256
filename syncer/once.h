/*
 * once: which exposures any worker of this host has logged lately, so that each
 * is sent once.
 *
 * A table of a fixed size, four keys to a bucket, each with the time of the
 * exposure that was sent for it.  Another one is a repeat when its own time is
 * within the window around that, and starts no window anew: who is seen all
 * the time is told once a window.  Where a bucket is full the oldest key gives
 * way; an exposure may then be sent once more, never once too seldom (but for
 * keys that collide, 2^-64 a pair).
 *
 * The key is the one by which a worker knows its own repeats (expose_key.h),
 * made of what the record tells, and of the project.  Where the record does not
 * tell it all, less is a repeat: an ID that is a number is not the same as a
 * text, and what a condition or a store asked for counts by itself.  Manual exposures and what
 * is no exposure are neither left out nor remembered.  One thread.
 */
#ifndef SYNCER_ONCE_H
#define SYNCER_ONCE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "syncer/walk.h"

struct once;

/* Room for max keys, 16 bytes each, rounded up to a power of two.  FG_E_NOMEM. */
enum fg_status once_new(uint64_t max, uint64_t window_ms, struct once **out);
void once_free(struct once *o); /* takes NULL */

/* A project's event: is it a repeat?  o may be NULL: nothing is. */
bool once_is_repeat(
    struct once *o, const char *project, const struct walk_event *e);

/*
 * The event that was asked about last goes into a batch: what repeats it from
 * now on stands behind it in its project's lane.
 */
void once_keep(struct once *o);

/* Forgets all: something that was kept did not reach the server. */
void once_forget(struct once *o);

/* The key of an event, apart from its project; 0: it stays out of all this. */
uint64_t once_key(const struct walk_event *e);

#endif /* SYNCER_ONCE_H */
