/*
 * walk: the events in the bytes of one segment, which are not to be trusted.
 *
 * Works on bytes in memory, so that files, tests and the fuzzer share it.  Each
 * event comes with its user's JSON, proved to be one object; a user is checked
 * once as long as events of few users are mixed.
 */
#ifndef SYNCER_WALK_H
#define SYNCER_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/forkgate_status.h"
#include "common/record.h"
#include "common/segment.h"

#define WALK_USERS 64 /* users remembered as checked */

struct walk {
	const uint8_t *seg; /* bytes from the file's start; see fill */
	size_t end;         /* the tail, or the end of what there is */
	size_t pos;         /* of the next frame; a position to save */
	bool closed;        /* the owner appends no more */
	bool tallies; /* steps from one tally's name to the next, else from
			 event to event */
	bool written; /* by write(2): it may end in an unfinished append */
	/*
	 * Reads n more bytes into seg, at at; NULL: all are there.  The bytes
	 * from the first pos to end have to be there from the beginning.
	 */
	bool (*fill)(void *arg, size_t at, size_t n);
	void *arg;
	size_t loaded; /* first byte that is there without fill */
	uint64_t
	    filled; /* pages before that which fill has brought, a bit each */
	uint32_t seed;
	uint32_t checked[WALK_USERS]; /* places of good users, by place */
	uint32_t current;             /* whose frame is cached; 0: none */
	struct record_text current_json;
};

struct walk_event {
	struct record record; /* never a user, a tally when asked for */
	const char *user;     /* NULL: none */
	size_t user_len;
};

/* pos and end are offsets in the file, end at most SEGMENT_MAX. */
void walk_begin(struct walk *w, const struct segment_info *info,
    const uint8_t *seg, size_t pos, size_t end, bool closed);

/*
 * Steps to the next event.  FG_END: all is read.  FG_E_BUSY: the next frame is
 * not whole yet and the owner lives; pos stays.  FG_E_INVALID: one record, in a
 * good frame, is no event that could be shipped; it was passed over.
 * FG_E_CORRUPT: damage; pos is at the next good frame, or at the end.
 */
enum fg_status walk_next(struct walk *w, struct walk_event *out);

/*
 * Puts the counts of the first page together with their names, from all frames
 * up to end, of a segment that is closed and whole in seg.  Returns how many
 * tallies there was no name or no room for: they are lost.
 */
uint32_t walk_tallies(const struct segment_info *info, const uint8_t *seg,
    size_t end, struct record_count_list *out);

/* Is there anything counted in the page? */
bool walk_has_tallies(const uint8_t page[SEGMENT_HEADER]);

#endif /* SYNCER_WALK_H */
