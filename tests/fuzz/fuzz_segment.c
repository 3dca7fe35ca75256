/*
 * A segment as the syncer reads it, into the events that go to the server.
 *
 * If the first byte is 0, the rest is a segment, header and all.  Otherwise it
 * is a list of records, each behind two bytes of length, which are framed here:
 * no fuzzer guesses checksums.  Whatever comes in, what goes out is JSON.
 */
#include <stdlib.h>
#include <string.h>

#include "common/frame.h"
#include "common/record.h"
#include "common/segment.h"
#include "syncer/events.h"
#include "syncer/json.h"
#include "syncer/walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
put(struct jsonw *w, struct events_counts *counts, const struct walk_event *e)
{
	if (e->record.kind == RECORD_EXPOSURE)
		(void)events_exposure(
		    w, &e->record.u.exposure, e->user, e->user_len);
	else if (e->record.kind == RECORD_CUSTOM)
		(void)events_custom(
		    w, &e->record.u.custom, e->user, e->user_len);
	else if (events_counts_add(counts, &e->record.u.counts) == FG_E_SPACE)
		(void)events_counts_put(counts, w);
}

static void
add_tallies(const struct segment_info *info, const uint8_t *seg, size_t end,
    struct events_counts *counts)
{
	static uint8_t room[EVENTS_COUNTS_TEXT];
	struct record_counts x = {0};
	struct record_count_list list;

	record_count_list_begin(&list, room, sizeof(room));
	(void)walk_tallies(info, seg, end, &list);
	x.n = list.n;
	x.entries = (struct record_text){list.data, list.len};
	(void)events_counts_add(counts, &x);
}

static void
walk_all(const struct segment_info *info, const uint8_t *seg, size_t end,
    bool closed)
{
	size_t frame_end = end & ~(size_t)7, last, limit = 0;
	struct events_counts *counts;
	struct walk_event e;
	enum fg_status st;
	struct jsonw w;
	struct walk walk;

	if (events_counts_new(&counts) != FG_OK)
		return;
	jsonw_new(&w);
	jsonw_begin_array(&w);
	walk_begin(&walk, info, seg, SEGMENT_HEADER, frame_end, closed);
	do {
		last = walk.pos;
		st = walk_next(&walk, &e);
		if (st == FG_OK && w.len < (1u << 20))
			put(&w, counts, &e);
		/* It gets on, and stays within what there is. */
		if (walk.pos > frame_end ||
		    (st != FG_END && st != FG_E_BUSY && walk.pos <= last) ||
		    ++limit > SEGMENT_MAX)
			abort();
	} while (st != FG_END && st != FG_E_BUSY);
	if (closed)
		add_tallies(info, seg, frame_end, counts);
	if (!events_counts_empty(counts))
		(void)events_counts_put(counts, &w);
	jsonw_end_array(&w);
	if (json_check(w.text, w.len, &last) != FG_OK || last != w.len)
		abort();
	jsonw_free(&w);
	events_counts_free(counts);
}

static void
walk_records(const uint8_t *bytes, size_t n)
{
	struct segment_info info = {.id = "a fuzzed segment"};
	uint8_t *seg = calloc(1, SEGMENT_MAX);
	uint32_t at = SEGMENT_HEADER, seed = frame_seed(info.id);

	while (seg != NULL && n >= 2) {
		size_t len = le16dec(bytes);

		bytes += 2;
		n -= 2;
		len = len < n ? len : n;
		if (FRAME_SIZE(len) > SEGMENT_MAX - at)
			break;
		at += (uint32_t)frame_put(seg + at, seed, at, bytes, len);
		bytes += len;
		n -= len;
	}
	if (seg != NULL)
		walk_all(&info, seg, at, true);
	free(seg);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct segment_info info;
	uint8_t *seg;

	if (n == 0 || n > SEGMENT_MAX)
		return 0;
	if (bytes[0] != 0) {
		walk_records(bytes + 1, n - 1);
		return 0;
	}
	/* Of exactly its size and aligned, so that a slip is seen. */
	seg = malloc(n);
	if (seg == NULL)
		return 0;
	memcpy(seg, bytes + 1, n - 1);
	if (segment_parse(seg, n - 1, &info) == FG_OK) {
		walk_all(&info, seg, n - 1, false);
		walk_all(&info, seg, n - 1, true);
	}
	free(seg);
	return 0;
}
