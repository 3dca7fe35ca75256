#include "syncer/walk.h"

#include <string.h>

#include "common/frame.h"
#include "syncer/jsontext.h"

/*
 * How many bytes may be summed in search of the next good frame.  Lengths made
 * to look right at every eighth byte would else cost gigabytes.
 */
#define SEARCH_BUDGET (16u << 20)

#define PAGE 4096 /* what is read of earlier frames at once */

void
walk_begin(struct walk *w, const struct segment_info *info, const uint8_t *seg,
    size_t pos, size_t end, bool closed)
{
	memset(w, 0, sizeof(*w));
	w->seg = seg;
	w->pos = w->loaded = pos;
	w->end = end;
	w->closed = closed;
	w->written = (info->birth & SEGMENT_WRITTEN) != 0;
	w->seed = frame_seed(info->id);
}

/* Is there a good frame somewhere behind pos?  Moves pos to it, or the end. */
static bool
search(struct walk *w)
{
	size_t budget = SEARCH_BUDGET, at = w->pos, n;
	const uint8_t *data;

	while (w->end - at > FRAME_HEADER) {
		at += 8;
		n = w->end - at < FRAME_HEADER ? 0 : le32dec(w->seg + at);
		if (n > w->end - at)
			continue;
		if (n > budget)
			break;
		budget -= n;
		if (frame_get(w->seg, w->end, w->seed, at, &data, &n) ==
		    FG_OK) {
			w->pos = at;
			return true;
		}
	}
	w->pos = w->end;
	return false;
}

static enum fg_status
bad_frame(struct walk *w)
{
	if (!w->closed)
		return FG_E_BUSY;
	/* A written segment's last frame may be an append never finished. */
	if (!search(w) && w->written)
		return FG_END;
	return FG_E_CORRUPT;
}

/* Earlier frames are fetched when they are asked for, a page at a time. */
static bool
have(struct walk *w, size_t at, size_t n)
{
	_Static_assert(SEGMENT_MAX / PAGE == 64, "a bit for each page");
	if (w->fill == NULL)
		return true;
	for (size_t page = at / PAGE;
	     page * PAGE < at + n && page * PAGE < w->loaded; page++) {
		size_t left = w->loaded - page * PAGE;

		if ((w->filled >> page & 1) != 0)
			continue;
		if (!w->fill(w->arg, page * PAGE, left < PAGE ? left : PAGE))
			return false;
		w->filled |= UINT64_C(1) << page;
	}
	return true;
}

/* The record of a frame before the one that names it. */
static enum fg_status
find_record(
    struct walk *w, uint32_t at, enum record_kind kind, struct record *out)
{
	const uint8_t *data;
	size_t n;

	if (at % 8 != 0 || at < SEGMENT_HEADER || at > w->end ||
	    w->end - at < FRAME_HEADER || !have(w, at, FRAME_HEADER))
		return FG_E_INVALID;
	n = le32dec(w->seg + at);
	if (n > RECORD_MAX || w->end - at < FRAME_SIZE(n) ||
	    !have(w, at, FRAME_SIZE(n)) ||
	    frame_get(w->seg, w->end, w->seed, at, &data, &n) != FG_OK ||
	    record_get(data, n, out) != FG_OK || out->kind != kind)
		return FG_E_INVALID;
	return FG_OK;
}

static enum fg_status
take_user(struct walk *w, uint32_t at, struct walk_event *out)
{
	uint32_t *checked = &w->checked[at / 8 % WALK_USERS];
	struct record user;
	enum fg_status st;

	if (at == 0)
		return FG_OK;
	if (at != w->current) {
		st = find_record(w, at, RECORD_USER, &user);
		w->current = st == FG_OK ? at : 0;
		if (st != FG_OK)
			return st;
		w->current_json = user.u.user;
	}
	if (*checked != at &&
	    !jsontext_object_ok(w->current_json.data, w->current_json.len))
		return FG_E_INVALID;
	*checked = at;
	out->user = w->current_json.data;
	out->user_len = w->current_json.len;
	return FG_OK;
}

static enum fg_status
take_again(struct walk *w, struct walk_event *out)
{
	struct record_again again = out->record.u.again;
	enum fg_status st =
	    find_record(w, again.at, RECORD_EXPOSURE, &out->record);

	if (st != FG_OK)
		return st;
	out->record.u.exposure.user = again.user;
	out->record.u.exposure.time_ms = again.time_ms;
	return take_user(w, again.user, out);
}

static enum fg_status
take_record(struct walk *w, struct walk_event *out)
{
	if (w->tallies != (out->record.kind == RECORD_TALLY))
		return FG_ABSENT;
	switch (out->record.kind) {
	case RECORD_EXPOSURE:
		return take_user(w, out->record.u.exposure.user, out);
	case RECORD_CUSTOM:
		return take_user(w, out->record.u.custom.user, out);
	case RECORD_AGAIN:
		return take_again(w, out);
	case RECORD_COUNTS:
	case RECORD_TALLY:
		return FG_OK;
	case RECORD_GAP:
	case RECORD_USER:
		break;
	}
	return FG_ABSENT;
}

enum fg_status
walk_next(struct walk *w, struct walk_event *out)
{
	enum fg_status st;
	const uint8_t *data;
	size_t n;

	do {
		memset(out, 0, sizeof(*out));
		if (w->pos >= w->end)
			return FG_END;
		if (frame_get(w->seg, w->end, w->seed, w->pos, &data, &n) !=
		    FG_OK)
			return bad_frame(w);
		w->pos += FRAME_SIZE(n);
		st = record_get(data, n, &out->record);
		if (st == FG_OK)
			st = take_record(w, out);
	} while (st == FG_ABSENT);
	return st == FG_OK ? FG_OK : FG_E_INVALID;
}

bool
walk_has_tallies(const uint8_t page[SEGMENT_HEADER])
{
	for (uint32_t i = 0; i < SEGMENT_N_TALLIES; i++)
		if (segment_tally(page, i) != 0)
			return true;
	return false;
}

uint32_t
walk_tallies(const struct segment_info *info, const uint8_t *seg, size_t end,
    struct record_count_list *out)
{
	uint32_t counts[SEGMENT_N_TALLIES], n_lost = 0;
	struct walk_event e;
	enum fg_status st;
	struct walk w;

	for (uint32_t i = 0; i < SEGMENT_N_TALLIES; i++)
		counts[i] = segment_tally(seg, i);
	walk_begin(&w, info, seg, SEGMENT_HEADER, end, true);
	w.tallies = true;
	while ((st = walk_next(&w, &e)) != FG_END && st != FG_E_BUSY) {
		uint32_t which = e.record.u.tally.which;

		if (st != FG_OK || which >= SEGMENT_N_TALLIES ||
		    counts[which] == 0)
			continue;
		if (record_count_list_add(
			out, e.record.u.tally.name, counts[which]) == FG_OK)
			counts[which] = 0;
	}
	for (uint32_t i = 0; i < SEGMENT_N_TALLIES; i++)
		n_lost += counts[i] != 0;
	return n_lost;
}
