#include <string.h>
#include <unistd.h>

#include "syncer/tail_private.h"

/* ---- Positions. ---- */

static size_t
put_forgets(struct tail *t)
{
	for (size_t i = 0; i < t->n_forgets; i++) {
		memcpy(t->group[i].id, t->forgets[i], SEGMENT_ID);
		t->group[i].pos = TAIL_FORGET;
	}
	return t->n_forgets;
}

static enum fg_status
save(struct tail *t, size_t n)
{
	enum fg_status st = FG_OK;

	if (n > 0)
		st = t->opt.positions.save(t->opt.positions.arg, t->group, n);
	if (st == FG_OK)
		t->n_forgets = 0;
	return st;
}

enum fg_status
tail_save(struct tail *t)
{
	return save(t, put_forgets(t));
}

/* The first so many batches of a lane that are done, in their order. */
static size_t
count_done(const struct lane *l)
{
	size_t n = 0;

	for (const struct lane_batch *b = l->first;
	     b != NULL && b->state == LANE_DONE; b = b->next)
		n++;
	return n;
}

/* ---- What is done with. ---- */

/* First the position, then the file: in between, a crash repeats nothing. */
static void
let_segments_go(struct tail *t, const struct lane_batch *b)
{
	for (size_t i = 0; i < b->n_changes; i++) {
		struct lane_segment *s = b->changes[i].segment;

		if (--s->refs > 0)
			continue;
		if (s->finished && s->pass == t->pass.number)
			for (int k = 0; k < SEGMENT_GENERATION; k++)
				t->pass.counters[k] -= s->counters[k];
		if (s->finished)
			tail_finish(t, s->id, s->counters, s->damaged);
		tail_table_drop(&t->table, s);
	}
}

static void
answer_flushes(struct tail *t)
{
	for (size_t i = 0; i < TAIL_FLUSHES; i++) {
		struct tail_flush *f = &t->flushes[i];
		char name[SEGMENT_FLUSH_NAME];
		bool done = f->used && f->serial != 0;

		for (size_t k = 0; k < t->opt.n_projects && done; k++)
			if (f->lane == NULL || f->lane == &t->lanes[k])
				done = lane_is_past(&t->lanes[k], f->serial);
		if (!done)
			continue;
		segment_name(name, "flush-", f->id);
		(void)unlinkat(t->dirfd, name, 0);
		f->used = false;
		t->stats.flushes++;
	}
}

/*
 * One transaction for the first n batches of the lane, and for what was deleted
 * before.  A later batch may take a segment further: its change comes later.
 */
static enum fg_status
commit_lane(struct tail *t, struct lane *l, size_t n)
{
	size_t n_changes = put_forgets(t), i = 0;
	enum fg_status st;

	for (const struct lane_batch *b = l->first; i < n; b = b->next, i++)
		for (size_t k = 0; k < b->n_changes; k++) {
			struct tail_change *to = &t->group[n_changes++];

			memcpy(to->id, b->changes[k].segment->id, SEGMENT_ID);
			to->pos = b->changes[k].pos;
		}
	st = save(t, n_changes);
	for (i = 0; i < n && st == FG_OK; i++) {
		let_segments_go(t, l->first);
		if (l->first->file[0] != '\0') {
			quarantine_drop(&t->quarantine, l->first->file);
			t->stats.replayed++;
			t->replay_ms = 0;
		}
		lane_drop_first(l);
	}
	return st;
}

/* More is worth waiting for as long as most of the lane is under way. */
static bool
is_due(struct tail *t, uint64_t now_ms)
{
	bool waits = false;

	for (size_t i = 0; i < t->opt.n_projects; i++) {
		const struct lane *l = &t->lanes[i];
		size_t n = count_done(l);

		if (n > 0 && (l->n_given == 0 || 2 * n >= l->max_batches))
			return true;
		waits |= n > 0;
	}
	if (!waits || t->opt.save_ms == 0)
		return waits;
	if (t->unsaved_ms == 0)
		t->unsaved_ms = now_ms;
	return now_ms != 0 && t->unsaved_ms != 0 &&
	    (now_ms < t->unsaved_ms ||
		now_ms - t->unsaved_ms >= t->opt.save_ms);
}

enum fg_status
tail_commit(struct tail *t)
{
	enum fg_status st;
	size_t n;

	for (size_t i = 0; i < t->opt.n_projects; i++)
		while ((n = count_done(&t->lanes[i])) > 0) {
			n = n < TAIL_GROUP ? n : TAIL_GROUP;
			st = commit_lane(t, &t->lanes[i], n);
			if (st != FG_OK)
				return st;
		}
	t->unsaved_ms = 0;
	return FG_OK;
}

enum fg_status
tail_commit_due(struct tail *t, uint64_t now_ms)
{
	enum fg_status st = is_due(t, now_ms) ? tail_commit(t) : FG_OK;

	if (st == FG_OK)
		answer_flushes(t);
	return st;
}

bool
tail_is_unsaved(const struct tail *t)
{
	for (size_t i = 0; i < t->opt.n_projects; i++)
		if (count_done(&t->lanes[i]) > 0)
			return true;
	return false;
}
