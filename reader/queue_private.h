/*
 * queue_private: what the sources of queue share.
 *
 *   queue.c        the module's face; segments, events
 *   queue_fork.c   what a child gets of them
 *   queue_tally.c  checks that are counted
 */
#ifndef READER_QUEUE_PRIVATE_H
#define READER_QUEUE_PRIVATE_H

#include <pthread.h>
#include <sys/types.h>

#include "reader/queue.h"
#include "reader/repeats.h"
#include "reader/segfile.h"
#include "reader/tally.h"

/*
 * What a child may not inherit, in a page that fork empties.  All zero is a
 * valid state: an open lock, no segment, nothing counted.  So a child needs no
 * initialising, whatever its parent's threads were doing.
 */
struct live {
	pthread_mutex_t mutex; /* around all below but the counters */
	struct segfile seg;
	uint64_t counters[SEGMENT_N_COUNTERS]; /* atomic */
	uint64_t carried[SEGMENT_N_COUNTERS];  /* of earlier segments */
	uint64_t start_ticks;
	uint64_t retry_ms; /* no attempt before this, on the coarse clock */
	uint32_t size;     /* of the next segment */
	bool appended;     /* anything, ever */
	bool tallied;      /* since the page was last written */
	bool counted;      /* atomic: not all counters are in the segment */
	struct repeats repeats; /* of that segment */
};

struct queue {
	struct live *live;
	struct tally *tally; /* emptied like live */
	struct queue *next;  /* in the list that fork's handlers walk */
	struct queue_options opt;
	int dirfd;
	bool maps, has_boot_id;
	uint8_t boot_id[16];
	char project[SEGMENT_PROJECT + 1];

	/*
	 * The descriptor of the open segment, known to children: held open by
	 * one that is idle, it would keep a dead owner's lock.
	 */
	int open_fd;
	dev_t open_dev;
	ino_t open_ino;
};

/* The page that fork empties. */
enum fg_status queue_make_live(struct queue *q);
void queue_drop_live(struct queue *q);

/* Puts it on the list that fork's handlers walk, and takes it off. */
enum fg_status queue_register(struct queue *q);
void queue_unregister(struct queue *q);

/* Closes what a parent had open, if the number still means that file. */
void queue_drop_inherited(struct queue *q);

/* All with the lock held. */
void queue_seal(struct queue *q);
enum fg_status queue_rotate(struct queue *q, size_t user_len, size_t n);
enum fg_status queue_append_locked(struct queue *q, struct queue_user *user,
    uint64_t says, const void *record, size_t n);

#endif /* READER_QUEUE_PRIVATE_H */
