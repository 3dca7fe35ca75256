/*
 * What a closed segment has counted, into its project's lane: once, and told by
 * the lowest bit of its position, for frames lie at multiples of eight.
 */
#include "common/record.h"
#include "syncer/tail_private.h"

/* All of it or nothing, in a batch that has the segment noted. */
static enum fg_status
add(struct lane *lane, struct lane_segment *s, const struct walk_event *e,
    uint64_t now_ms)
{
	enum fg_status st;

	for (int tries = 0;; tries++) {
		st = lane_build(lane, now_ms);
		if (st == FG_OK)
			st = lane_note(lane, s, s->read_pos);
		if (st == FG_OK)
			st = lane_add(lane, e);
		if (st != FG_E_SPACE || tries > 0)
			return st;
		st = lane_close(lane);
		if (st != FG_OK)
			return st;
	}
}

enum fg_status
tail_tally(struct tail *t, struct lane *lane, struct lane_segment *s,
    const struct segment_info *info, size_t end, uint64_t now_ms)
{
	static uint8_t room[EVENTS_COUNTS_TEXT];
	struct walk_event e = {.record.kind = RECORD_COUNTS};
	struct record_counts *counts = &e.record.u.counts;
	struct record_count_list list;
	enum fg_status st;

	record_count_list_begin(&list, room, sizeof(room));
	if (walk_tallies(info, t->buf, end, &list) > 0)
		t->stats.invalid++;
	counts->time_ms = now_ms;
	counts->n = list.n;
	counts->entries = (struct record_text){list.data, list.len};
	st = add(lane, s, &e, now_ms);
	if (st == FG_OK) {
		s->read_pos |= TAIL_TALLIED;
		st = lane_note(lane, s, s->read_pos);
	}
	return st;
}
