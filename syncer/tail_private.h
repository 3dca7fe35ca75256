/*
 * tail_private: what the sources of tail share.
 *
 *   tail.c        the module's face; batches, measuring
 *   tail_commit.c what was accepted: positions, deletion, flush requests
 *   tail_visit.c  one segment, from opening to the lane
 *   tail_tally.c  what a segment has counted
 *   tail_replay.c batches that were put back from quarantine
 *   tail_pass.c   the walk round the folder, and what else lies in it
 *   tail_table.c  segments of which something is under way
 */
#ifndef SYNCER_TAIL_PRIVATE_H
#define SYNCER_TAIL_PRIVATE_H

#include <dirent.h>

#include "syncer/lane.h"
#include "syncer/once.h"
#include "syncer/quarantine.h"
#include "syncer/tail.h"

#define TAIL_SEGMENTS 4096 /* under way at a time */
#define TAIL_FLUSHES  64   /* requests at a time; others wait their turn */
#define TAIL_FORGETS  256  /* deleted segments whose position is still kept */
#define TAIL_NOTES    64   /* things remembered as said */
#define TAIL_TALLIED  1u   /* in a position: tallies are taken, too */
#define TAIL_GROUP    8    /* batches whose positions are saved together */

struct tail_table {
	struct lane_segment *chains[TAIL_SEGMENTS];
	struct lane_segment *pool;
	struct lane_segment *free;
	size_t n_touched; /* of the pool: the rest was never used */
};

enum fg_status tail_table_init(struct tail_table *tab);
void tail_table_free(struct tail_table *tab);
struct lane_segment *tail_table_get(
    const struct tail_table *tab, const uint8_t id[SEGMENT_ID]);
/* Adds one, all zero but its id; NULL if there are too many. */
struct lane_segment *tail_table_add(
    struct tail_table *tab, const uint8_t id[SEGMENT_ID]);
void tail_table_drop(struct tail_table *tab, struct lane_segment *s);

struct tail_flush {
	bool used;
	uint8_t id[SEGMENT_ID];
	struct lane *lane; /* NULL: of all projects */
	uint64_t pass;     /* the first pass that counts for it */
	uint64_t serial;   /* all batches up to it; 0: not known yet */
};

/* One walk round the folder. */
struct tail_pass {
	bool running;
	uint64_t number;
	uint64_t segments;
	uint64_t strangers;
	uint64_t
	    counters[SEGMENT_N_COUNTERS]; /* of segments that still exist */
	char resume[SEGMENT_NAME];        /* to be visited again, or "" */
};

struct tail {
	struct tail_options opt;
	int dirfd;
	DIR *dir;
	struct quarantine quarantine;
	struct lane *lanes;
	struct once *once;    /* NULL: repeats are sent */
	size_t next_lane;     /* whose turn it is */
	struct lane *blocked; /* of the last visit that was */
	uint64_t serial;
	struct tail_table table;
	struct tail_pass pass;
	struct tail_flush flushes[TAIL_FLUSHES];
	uint8_t *buf; /* SEGMENT_MAX bytes: one segment */
	uint8_t forgets[TAIL_FORGETS][SEGMENT_ID];
	size_t n_forgets;
	struct tail_change group[TAIL_FORGETS + TAIL_GROUP * LANE_CHANGES];
	uint64_t replay_ms;  /* of the last look for what was put back */
	uint64_t unsaved_ms; /* since when something accepted is; 0: none */
	uint64_t gone[SEGMENT_N_COUNTERS]; /* counters of deleted segments */
	uint64_t noted[TAIL_NOTES];
	size_t n_noted;
	DIR *measure; /* open during a measurement */
	uint64_t measured;
	uint64_t measuring;
	struct tail_stats stats;
};

enum tail_visit {
	TAIL_VISITED, /* all that was there for now is read */
	TAIL_BLOCKED, /* its lane or the table is full: not all is read */
	TAIL_FAILED,  /* the system failed; in a later pass, perhaps */
};

/* tail_visit.c */
enum tail_visit tail_visit(struct tail *t, const char *name,
    const uint8_t id[SEGMENT_ID], uint64_t now_ms);

/* The segment is shipped: unlinks it, or keeps it if it was damaged. */
void tail_finish(struct tail *t, const uint8_t id[SEGMENT_ID],
    const uint64_t counters[SEGMENT_N_COUNTERS], bool damaged);

/* Says something once. */
void tail_note(struct tail *t, const char *file, const char *what);

/*
 * Moves a segment to quarantine, for a reason of one word that is told as why,
 * or, when that is full, removes it.
 */
void tail_put_away(
    struct tail *t, const char *name, const char *reason, const char *why);

/* Unix time, for names in quarantine. */
uint64_t tail_clock_ms(void);

/*
 * tail_replay.c: makes batches of what was put back from quarantine, as far as
 * lanes have room; looks at most once a second, and when one was done with.
 */
void tail_replay(struct tail *t, uint64_t now_ms);

/* The server refuses all of such a batch again: its file stays, so named. */
enum fg_status tail_replay_refuse(
    struct tail *t, struct lane_batch *b, const char *reason);

/*
 * tail_tally.c: takes the tallies of a closed segment that lies in t->buf as a
 * whole.  FG_E_BUSY: the lane is full, nothing was taken.
 */
enum fg_status tail_tally(struct tail *t, struct lane *lane,
    struct lane_segment *s, const struct segment_info *info, size_t end,
    uint64_t now_ms);

/*
 * tail_commit.c: saves the positions of what was accepted and deletes what is
 * finished; the second one unless more is worth waiting for, and it answers
 * flush requests.  now_ms 0: not known.
 */
enum fg_status tail_commit(struct tail *t);
enum fg_status tail_commit_due(struct tail *t, uint64_t now_ms);

/* Forgets the positions of what is deleted. */
enum fg_status tail_save(struct tail *t);

/*
 * tail_pass.c: a bounded step, until a batch is ready at the latest.  FG_END
 * when a pass has just ended, FG_E_BUSY when batches have to be done with first.
 */
enum fg_status tail_pass_step(struct tail *t, uint64_t now_ms);

#endif /* SYNCER_TAIL_PRIVATE_H */
