/*
 * queue: the worker's side of the event queue.
 *
 * A queue is this process's chain of segments for one project.  Nothing exists
 * on disk before the first event; then there is one segment at a time, mapped,
 * locked for as long as this process appends to it, and sealed when it is full.
 * Appending copies the record and publishes it with one store: no system call,
 * except when a segment is begun.  On file systems where reserved space does
 * not protect a mapping (btrfs, overlay), each append is one write(2).
 *
 * Threads: all calls may come from any thread at once, save queue_free.  Forks:
 * a child goes on with a chain of its own, whatever the parent's threads were
 * doing.  Signals: nothing here may be called from a signal handler.
 */
#ifndef READER_QUEUE_H
#define READER_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "common/segment.h"

struct queue;

/* Callbacks are asked only when a segment is to be begun, under a lock. */
struct queue_options {
	/* Bytes of segments that may still be created; NULL: no limit. */
	uint64_t (*allowance)(void *arg);
	/*
	 * Is the syncer's heartbeat old, and so the allowance?  Then the file
	 * system must have free_floor bytes left.  NULL: never.
	 */
	bool (*heartbeat_old)(void *arg);
	void *arg;
	uint64_t free_floor; /* 0: 64 MiB */
	uint64_t tally_ms;   /* until counts are let go of; 0: a minute */
	bool always_write;   /* never map: for tests, and odd file systems */
};

/*
 * The user of an event.  The caller owns it, begins with segment 0 and may not
 * change json while it is in use; segment and ref are the queue's.  One user
 * belongs to one queue.
 */
struct queue_user {
	const char *json; /* the wire's user object; without NUL */
	size_t json_len;
	uint64_t segment; /* which segment has it; 0: none */
	uint32_t ref;     /* where */
};

/*
 * Makes a queue for the folder behind dirfd, which is duplicated.  dirfd may be
 * -1: then every event is dropped and counted.  FG_E_INVALID for a bad name of
 * a project, FG_E_UNSUPPORTED on a kernel without MADV_WIPEONFORK.
 */
enum fg_status queue_new(int dirfd, const char *project,
    const struct queue_options *opt, struct queue **out);

/*
 * Gives a queue that was made with -1 its folder, once there is one; of no
 * effect if it has one.  FG_E_IO: it could not be duplicated.
 */
enum fg_status queue_set_dir(struct queue *q, int dirfd);

/* Seals what is open and gives all back.  Takes NULL.  Keeps errno. */
void queue_free(struct queue *q);

/*
 * Appends one record from common/record.h, and before it the user's, if this
 * segment has not got it; user may be NULL.  When it returns FG_OK, the event
 * outlives this process, also if it is killed.  FG_E_SPACE: there was no room,
 * FG_E_IO: no segment could be made; the event is dropped and counted.
 * FG_E_INVALID: longer than RECORD_MAX, dropped and counted as well.  Exposures
 * are counted here, in SEGMENT_EXPOSURES, by no one else.
 */
enum fg_status queue_append(
    struct queue *q, struct queue_user *user, const void *record, size_t n);

/*
 * The same for an exposure of which the caller has a number, never 0: two that
 * say the same, but for user and time, have the same number, and two that do
 * not, never.  Later ones may be appended by it alone.
 */
enum fg_status queue_append_exposure(struct queue *q, struct queue_user *user,
    uint64_t says, const void *record, size_t n);

/* Whether queue_append_again is likely to do; cheap. */
bool queue_may_know(const struct queue *q, uint64_t says);

/*
 * Appends an exposure that the open segment has already, of any user and time.
 * FG_ABSENT: it has not, or no room; nothing was appended or counted.
 */
enum fg_status queue_append_again(
    struct queue *q, struct queue_user *user, uint64_t says, uint64_t time_ms);

/*
 * Seals the segment, so that the syncer may ship and delete it.  With a
 * timeout above 0, waits until all that was appended before has been accepted
 * by the server; FG_E_TIMEOUT if that took longer, FG_E_IO if it could not ask.
 */
enum fg_status queue_flush(struct queue *q, int timeout_ms);

/*
 * Adds to a counter, in this process's memory: one atomic addition.  The header
 * of the segment gets it with the next append, queue_publish or seal; what was
 * counted while there was no segment goes into the next one.  Appends count
 * SEGMENT_DROPPED by themselves, and nothing else.  For SEGMENT_GENERATION, n
 * is the new value.
 */
void queue_count(struct queue *q, enum segment_counter which, uint64_t n);

/*
 * Counts a check of this name, whose hash64 is hash, for the server's event of
 * unexposed checks.  Outlives this process like an event (on file systems where
 * segments are written, from the next queue_tick on).  No system call, except
 * when a segment is begun.  What finds no room is counted as dropped.
 */
void queue_tally(struct queue *q, const char *name, size_t len, uint64_t hash);

/*
 * To be called now and then: lets go of counts that are tally_ms old, so that
 * the syncer ships them.
 */
void queue_tick(struct queue *q);

/* Copies the counters to the segment's header, if there is a segment. */
void queue_publish(struct queue *q);

/* This process's sums since queue_new or since it was forked. */
void queue_counters(struct queue *q, uint64_t out[SEGMENT_N_COUNTERS]);

#endif /* READER_QUEUE_H */
