/*
 * lane: the batches of one project, in order.
 *
 * A lane has one batch being built, and behind it those that were handed out.
 * Each remembers how far it takes each segment.  What was accepted is done with
 * once all before it is done with too, so a position never passes over events
 * that are still under way.
 *
 * Part of tail, which alone uses it: tail.h is the module's face.
 */
#ifndef SYNCER_LANE_H
#define SYNCER_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/jsonw.h"
#include "syncer/events.h"
#include "syncer/quarantine.h"
#include "syncer/tail.h"
#include "syncer/walk.h"

#define LANE_CHANGES 1024 /* segments in one batch */

/*
 * A segment of which something is under way.  Kept until it is done with; any
 * other is known by its position in the store alone.
 */
struct lane_segment {
	uint8_t id[SEGMENT_ID];
	struct lane_segment *next; /* in its hash chain, or the free list */
	uint64_t read_pos;         /* read so far, saved or not */
	uint32_t refs;             /* batches that it is in */
	uint32_t change;           /* its place in ... */
	struct lane_batch *batch;  /* ... the latest of them */
	bool finished;             /* read to its end, no more will come */
	bool damaged;              /* something of it was lost */
	uint64_t pass;             /* when its counters were added up */
	uint64_t counters[SEGMENT_N_COUNTERS];
};

struct lane_change {
	struct lane_segment *segment;
	uint64_t pos;
};

enum lane_state {
	LANE_BUILDING,
	LANE_READY,
	LANE_GIVEN,
	LANE_DONE
};

struct lane_batch {
	struct tail_batch pub; /* first: what callers hold */
	struct lane *lane;
	struct lane_batch *next;
	enum lane_state state;
	uint64_t serial;
	uint64_t born_ms; /* when the first thing was put in */
	struct jsonw json;
	uint32_t *ends;
	size_t n_events;
	size_t n_refused; /* of these, put into quarantine by themselves */
	char file[QUARANTINE_NAME]; /* it came from there, or "" */
	size_t n_changes;
	struct lane_change changes[LANE_CHANGES];
};

struct lane {
	const char *project;
	struct events_counts *counts; /* of the batch being built */
	struct lane_batch *first; /* oldest first; the last may be building */
	struct lane_batch *last;
	size_t n_batches; /* not building */
	size_t n_given;
	size_t max_events;
	size_t max_bytes;
	size_t max_batches;
	uint64_t *serial; /* the last one used, of all lanes */
	bool skipped;     /* the pass had to leave something unread */
};

enum fg_status lane_init(struct lane *l, const char *project);
void lane_free(struct lane *l);

/* Makes sure that a batch is being built.  FG_E_BUSY: the lane is full. */
enum fg_status lane_build(struct lane *l, uint64_t now_ms);

/*
 * Puts an event into the batch being built.  FG_E_SPACE: it does not fit, close
 * the batch and try again.  FG_E_INVALID: it is not fit for the wire.
 */
enum fg_status lane_add(struct lane *l, const struct walk_event *e);

/* The same with an event of ours, whole already. */
enum fg_status lane_add_whole(struct lane *l, const char *event, size_t len);

/* Notes in it how far a segment was read.  FG_E_SPACE as above. */
enum fg_status lane_note(struct lane *l, struct lane_segment *s, uint64_t pos);

/* Ends the batch being built, if there is anything in it. */
enum fg_status lane_close(struct lane *l);

/*
 * Makes a batch of events that are whole already, to be filled in by the caller
 * (file, json, n_events, ends of which it has n) and then put.  NULL: no memory.
 */
struct lane_batch *lane_batch_new(struct lane *l, size_t n);
void lane_batch_free(struct lane_batch *b);

/* Has the lane a place for one? */
bool lane_has_place(const struct lane *l);

/* Takes it over, ready to be handed out.  Ends the batch being built before. */
enum fg_status lane_put(struct lane *l, struct lane_batch *b);

/* Is the batch being built as old as that? */
bool lane_is_due(const struct lane *l, uint64_t now_ms, uint64_t delay_ms);

/* Does a batch wait to be handed out? */
bool lane_is_ready(const struct lane *l);

/* No batch can be built before one is done with. */
bool lane_is_full(const struct lane *l);

/* Is everything done with that was put in up to that serial? */
bool lane_is_past(const struct lane *l, uint64_t serial);

/* The oldest batch that waits to be handed out, or NULL. */
struct lane_batch *lane_give(struct lane *l);

/* Takes the oldest batch off; what it holds is done with. */
void lane_drop_first(struct lane *l);

#endif /* SYNCER_LANE_H */
