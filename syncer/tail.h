/*
 * tail: the syncer's side of the event queue.
 *
 * Walks the queue folder round and round, reads what workers have appended and
 * makes batches of it, as the JSON that goes between the brackets of "events".
 * A batch knows how far the segments are read once it was accepted; only then
 * is that saved, in the order of the batches.  What is shipped and finished is
 * deleted.  So a crash at any place repeats at most what was in flight.
 *
 * Nothing here waits: each call does a bounded piece of work and holds a
 * bounded amount of memory, however long the backlog is.  One thread.
 */
#ifndef SYNCER_TAIL_H
#define SYNCER_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "common/segment.h"

struct tail;

#define TAIL_FORGET UINT64_MAX /* as a position: the segment is gone */

struct tail_change {
	uint8_t id[SEGMENT_ID];
	uint64_t pos;
};

/* Where positions are kept; save is one transaction. */
struct tail_positions {
	enum fg_status (*get)(/* FG_ABSENT: never seen */
	    void *arg, const uint8_t id[SEGMENT_ID], uint64_t *pos);
	enum fg_status (*save)(
	    void *arg, const struct tail_change *changes, size_t n);
	void *arg;
};

struct tail_options {
	struct tail_positions positions;
	const char *const *projects; /* whose events are shipped; borrowed */
	size_t n_projects;
	size_t max_events;         /* of a batch; 0: 500, at most 1000 */
	size_t max_bytes;          /* of a batch's JSON; 0: 1 MiB */
	size_t max_in_flight;      /* batches of one project; 0: 4 */
	uint64_t delay_ms;         /* before a partial batch goes; 0: at once */
	uint64_t save_ms;          /* accepted batches wait for others; 0: no */
	uint64_t max_age_ms;       /* of what is worth shipping; 0: any */
	uint64_t quarantine_bytes; /* kept at most; 0: 64 MiB */
	uint64_t quarantine_files; /* kept at most; 0: 1000 */
	uint64_t once_ms;   /* each exposure is sent once in it; 0: all are */
	uint64_t once_keys; /* exposures remembered for that; see once.h */
	/* Something an administrator should know, once for each thing. */
	void (*note)(void *arg, const char *file, const char *what);
	void *note_arg;
};

struct tail_batch {
	const char *project;
	const char *events; /* without the brackets; not NUL-terminated */
	size_t events_len;
	size_t n_events;
	const uint32_t *ends; /* of each event in events; a comma follows */
	uint32_t attempts;    /* the caller's */
	void *ctx;            /* the caller's */
};

/* Sums since tail_open, and the state of things. */
struct tail_stats {
	uint64_t read;        /* records of events met, whatever of them */
	uint64_t events;      /* put into batches */
	uint64_t accepted;    /* events of batches that were accepted */
	uint64_t refused;     /* events of batches that were quarantined */
	uint64_t damaged;     /* places where a frame or record was bad */
	uint64_t invalid;     /* events left out: not fit for the wire */
	uint64_t left_out;    /* exposures sent lately, see once.h */
	uint64_t expired;     /* segments too old to ship */
	uint64_t foreign;     /* things that are no segments */
	uint64_t newer;       /* segments of a newer forkgate */
	uint64_t strangers;   /* segments of other projects, last pass */
	uint64_t quarantined; /* files moved to quarantine */
	uint64_t replayed;    /* batches put back from there, and accepted */
	uint64_t deleted;     /* segments shipped and finished */
	uint64_t passes;      /* whole walks of the folder */
	uint64_t segments;    /* seen in the last whole walk */
	uint64_t bytes;       /* that all segments take, by tail_measure */
	uint64_t flushes;     /* requests answered */
	bool
	    behind; /* some segments cannot be looked at now, or are not ours */
	/*
	 * Of all workers, also those that are gone; the generation is the
	 * lowest one that a worker with an open segment has in use, or 0.
	 */
	uint64_t counters[SEGMENT_N_COUNTERS];
};

/* queue_dir and quarantine_dir exist.  FG_E_IO if one cannot be opened. */
enum fg_status tail_open(const char *queue_dir, const char *quarantine_dir,
    const struct tail_options *opt, struct tail **out);

/* Drops what is in flight: it will be read again.  Takes NULL. */
void tail_close(struct tail *t);

/*
 * Reads on and gives the next batch that is ready; now_ms is Unix time.  The
 * batch is valid until it is accepted or refused.  FG_ABSENT: nothing is ready
 * and the walk is at an end, or so much is in flight that nothing more is read:
 * call again in a while or when a batch is done with.  FG_E_BUSY: nothing is ready
 * yet, call again soon, there is more to read.
 */
enum fg_status tail_next(
    struct tail *t, uint64_t now_ms, struct tail_batch **out);

/*
 * Puts an event of the syncer's own, whole JSON, among those of a project.  It
 * is kept in memory alone.  FG_E_BUSY: too much is in flight to take it.
 */
enum fg_status tail_put(struct tail *t, const char *project, uint64_t now_ms,
    const char *event, size_t len);

/*
 * Makes all that has been read so far ready, however little it is.  To ship
 * everything: tail_next until FG_ABSENT, this, and tail_next again.
 */
void tail_hurry(struct tail *t);

/*
 * The server has taken the batch, which is gone after this.  Positions are
 * saved when all batches before it were taken as well, those of several batches
 * in one transaction: at once if none is in flight any more or half of a
 * project's are accepted, else by a tail_next save_ms later.  An error is the
 * one of saving; it is tried again at the next call of tail_next or of this.
 */
enum fg_status tail_accept(struct tail *t, struct tail_batch *batch);

/*
 * The server will never take the batch: keeps its events in quarantine, with
 * the reason, a word of A-Z a-z 0-9 _, in the file's name.  The batch is then
 * done with, as if accepted.
 */
enum fg_status tail_refuse(
    struct tail *t, struct tail_batch *batch, const char *reason);

/*
 * The server will never take n events of the batch, from the first-th on: keeps
 * these in quarantine.  The batch stays; it is to be accepted when the rest is
 * done with.  FG_E_SPACE: quarantine is full, the events are lost.
 */
enum fg_status tail_quarantine(struct tail *t, struct tail_batch *batch,
    size_t first, size_t n, const char *reason);

/* Batches given and neither accepted nor refused. */
size_t tail_in_flight(const struct tail *t);

/* Does something accepted wait to be saved?  Then call tail_next in save_ms. */
bool tail_is_unsaved(const struct tail *t);

/*
 * Sums up what the segments take, a bounded number at a time, apart from the
 * walk that reads them, which may stand still.  *bytes is the greater of the
 * last whole sum and the one under way.
 */
enum fg_status tail_measure(struct tail *t, uint64_t *bytes);

void tail_stats(const struct tail *t, struct tail_stats *out);

#endif /* SYNCER_TAIL_H */
