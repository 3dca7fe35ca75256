#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/hash64.h"
#include "syncer/tail_private.h"

/* ---- Telling, and putting away. ---- */

void
tail_note(struct tail *t, const char *file, const char *what)
{
	uint64_t key = hash64(file, strlen(file)) ^ hash64(what, strlen(what));

	if (t->opt.note == NULL)
		return;
	for (size_t i = 0; i < TAIL_NOTES; i++)
		if (t->noted[i] == key)
			return;
	t->noted[t->n_noted++ % TAIL_NOTES] = key;
	t->opt.note(t->opt.note_arg, file, what);
}

void
tail_put_away(
    struct tail *t, const char *name, const char *reason, const char *why)
{
	enum fg_status st = quarantine_move(
	    &t->quarantine, t->dirfd, name, tail_clock_ms(), reason);

	tail_note(t, name, why);
	if (st == FG_OK) {
		t->stats.quarantined++;
	} else if (st == FG_E_SPACE) {
		tail_note(t, name, "removed, for the quarantine is full");
		(void)unlinkat(t->dirfd, name, 0);
	} else if (errno != ENOENT) {
		tail_note(t, name, strerror(errno));
	}
}

static void
add_counters(uint64_t *sum, const uint64_t *counters)
{
	for (int i = 0; i < SEGMENT_GENERATION; i++)
		sum[i] += counters[i];
}

static void
forget(struct tail *t, const uint8_t id[SEGMENT_ID])
{
	/* When the list is full a position stays in the store: no harm. */
	if (t->n_forgets < TAIL_FORGETS)
		memcpy(t->forgets[t->n_forgets++], id, SEGMENT_ID);
}

void
tail_finish(struct tail *t, const uint8_t id[SEGMENT_ID],
    const uint64_t counters[SEGMENT_N_COUNTERS], bool damaged)
{
	char name[SEGMENT_NAME];

	segment_name(name, "seg-", id);
	if (damaged) {
		tail_put_away(
		    t, name, "damaged", "damaged: some of its events are lost");
	} else if (unlinkat(t->dirfd, name, 0) != 0 && errno != ENOENT) {
		/* It keeps its position, and is looked at in each pass. */
		tail_note(t, name, strerror(errno));
		return;
	}
	t->stats.deleted++;
	add_counters(t->gone, counters);
	forget(t, id);
}

/* ---- One look at a segment. ---- */

struct look {
	const char *name;
	int fd;
	bool dead;   /* the lock is ours: the owner let go of it */
	bool closed; /* dead, or sealed */
	uint8_t page[SEGMENT_HEADER];
	size_t page_len;
	struct segment_info info;
	uint64_t size;
	uint64_t counters[SEGMENT_N_COUNTERS];
	size_t end;     /* of what can be read */
	bool shortened; /* the tail lies beyond the end of the file */
};

/* Whatever this is, it is no worker's work. */
static void
remove_thing(struct tail *t, const char *name)
{
	tail_note(t, name, "not a segment, removed");
	t->stats.foreign++;
	if (unlinkat(t->dirfd, name, 0) != 0)
		(void)unlinkat(t->dirfd, name, AT_REMOVEDIR);
}

static enum tail_visit
open_look(struct tail *t, struct look *l)
{
	struct stat st;

	l->fd = openat(
	    t->dirfd, l->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (l->fd < 0 && errno == ENOENT)
		return TAIL_VISITED; /* a missing file means done */
	if (l->fd < 0 && (errno == ELOOP || errno == ENXIO)) {
		remove_thing(t, l->name);
		return TAIL_VISITED;
	}
	if (l->fd < 0) {
		tail_note(t, l->name, strerror(errno));
		return TAIL_FAILED;
	}
	if (fstat(l->fd, &st) != 0)
		return TAIL_FAILED;
	if (!S_ISREG(st.st_mode) || st.st_nlink > 1) {
		remove_thing(t, l->name);
		(void)close(l->fd);
		l->fd = -1;
	}
	return TAIL_VISITED;
}

static bool
read_page(struct look *l)
{
	struct stat st;
	ssize_t n = pread(l->fd, l->page, sizeof(l->page), 0);

	/*
	 * Acquire, with the owner's release of the tail: the frames before this
	 * tail are read after it.  The length is asked for later as well, for it
	 * is the tail of a segment that is written.
	 */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (n < 0 || fstat(l->fd, &st) != 0)
		return false;
	l->page_len = (size_t)n;
	l->size = (uint64_t)st.st_size;
	return true;
}

/*
 * The lock first, then the tail: in the other order, what the owner appended
 * between the two and its death was lost.
 */
static enum tail_visit
read_look(struct look *l)
{
	l->dead = flock(l->fd, LOCK_EX | LOCK_NB) == 0;
	if (!read_page(l))
		return TAIL_FAILED;
	l->closed = l->dead;
	if (!l->dead && (segment_flags(l->page) & SEGMENT_SEALED) != 0) {
		/* Sealed after the last append: this tail is the last one. */
		if (!read_page(l))
			return TAIL_FAILED;
		l->closed = true;
	}
	return TAIL_VISITED;
}

static void
find_end(struct look *l)
{
	uint64_t tail = segment_tail(l->page);
	uint64_t limit = l->size < SEGMENT_MAX ? l->size : SEGMENT_MAX;

	if ((l->info.birth & SEGMENT_WRITTEN) != 0)
		tail = limit;
	l->shortened = tail > limit;
	l->end = (size_t)(tail < limit ? tail : limit) & ~(size_t)7;
	for (int i = 0; i < SEGMENT_N_COUNTERS; i++)
		l->counters[i] =
		    segment_counter(l->page, (enum segment_counter)i);
}

/* Is it a segment that we understand?  Puts others away, once let go of. */
static bool
identify(struct tail *t, struct look *l, const uint8_t id[SEGMENT_ID])
{
	enum fg_status st = segment_parse(l->page, l->page_len, &l->info);

	if (st == FG_OK &&
	    (memcmp(l->info.id, id, SEGMENT_ID) != 0 || l->size > SEGMENT_MAX))
		st = FG_E_CORRUPT;
	if (st == FG_OK) {
		find_end(l);
		return true;
	}
	if (!l->dead)
		return false;
	if (st == FG_E_VERSION) {
		t->stats.newer++;
		tail_put_away(t, l->name, "newer", "of a newer forkgate");
	} else {
		t->stats.foreign++;
		tail_put_away(t, l->name, "no_segment", "not a segment");
	}
	return false;
}

/* ---- From the segment to its project's lane. ---- */

static struct lane *
lane_of(struct tail *t, const char *project)
{
	for (size_t i = 0; i < t->opt.n_projects; i++)
		if (strcmp(t->lanes[i].project, project) == 0)
			return &t->lanes[i];
	return NULL;
}

static void
count_in_pass(struct tail *t, struct look *l, struct lane_segment *s)
{
	uint64_t *low = &t->pass.counters[SEGMENT_GENERATION];
	uint64_t generation = l->counters[SEGMENT_GENERATION];

	add_counters(t->pass.counters, l->counters);
	if (!l->closed && generation != 0 && (*low == 0 || generation < *low))
		*low = generation;
	if (s != NULL) {
		s->pass = t->pass.number;
		memcpy(s->counters, l->counters, sizeof(s->counters));
	}
}

/* It is gone, or will be looked at again in this pass. */
static void
uncount(struct tail *t, const struct look *l)
{
	for (int i = 0; i < SEGMENT_GENERATION; i++)
		t->pass.counters[i] -= l->counters[i];
}

static enum fg_status
start_of(struct tail *t, const struct lane_segment *s,
    const uint8_t id[SEGMENT_ID], uint64_t *pos)
{
	enum fg_status st = FG_OK;

	if (s != NULL) {
		*pos = s->read_pos;
		return FG_OK;
	}
	st = t->opt.positions.get(t->opt.positions.arg, id, pos);
	if (st == FG_ABSENT || (st == FG_OK && *pos < SEGMENT_HEADER))
		*pos = SEGMENT_HEADER;
	return st == FG_ABSENT ? FG_OK : st;
}

static bool
fill_from_file(void *arg, size_t at, size_t n)
{
	struct look *l = ((void **)arg)[0];
	struct tail *t = ((void **)arg)[1];

	return pread(l->fd, t->buf + at, n, (off_t)at) == (ssize_t)n;
}

static bool
read_frames(struct tail *t, struct look *l, size_t pos)
{
	size_t at = pos;

	while (at < l->end) {
		ssize_t n = pread(l->fd, t->buf + at, l->end - at, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if (n == 0)
			break;
		at += (size_t)n;
	}
	if (at < l->end) { /* it was cut while we read */
		l->end = at & ~(size_t)7;
		l->shortened = true;
	}
	return true;
}

static bool
too_old(const struct tail *t, const struct walk_event *e, uint64_t now_ms)
{
	uint64_t time_ms;

	if (t->opt.max_age_ms == 0)
		return false;
	if (e->record.kind == RECORD_EXPOSURE)
		time_ms = e->record.u.exposure.time_ms;
	else if (e->record.kind == RECORD_CUSTOM)
		time_ms = e->record.u.custom.time_ms;
	else
		return false;
	return time_ms < now_ms && now_ms - time_ms > t->opt.max_age_ms;
}

/* What a step of the walk gave, into the lane.  FG_E_SPACE: it is full. */
static enum fg_status
take_event(struct tail *t, struct lane *lane, enum fg_status walked,
    const struct walk_event *e, uint64_t now_ms)
{
	enum fg_status st = walked;

	if (st == FG_OK && too_old(t, e, now_ms)) {
		t->stats.expired++;
		return FG_OK;
	}
	if (st == FG_OK && once_is_repeat(t->once, lane->project, e)) {
		t->stats.left_out++;
		return FG_OK;
	}
	if (st == FG_OK)
		st = lane_add(lane, e);
	if (st == FG_OK)
		once_keep(t->once);
	if (st == FG_E_INVALID)
		t->stats.invalid++;
	else if (st == FG_E_CORRUPT)
		t->stats.damaged++;
	else
		return st;
	return FG_OK;
}

/*
 * Reads what there is.  The batch always knows how far: it notes the segment
 * before it takes the first event from it, and goes along with each.
 * FG_E_BUSY: the lane is full, there is more.
 */
static enum fg_status
drain(struct tail *t, struct lane *lane, struct lane_segment *s, struct walk *w,
    uint64_t now_ms)
{
	enum fg_status st, walked = FG_OK;
	struct walk_event e;

	while (walked != FG_END && walked != FG_E_BUSY) {
		st = lane_build(lane, now_ms);
		if (st != FG_OK)
			return st;
		st = lane_note(lane, s, s->read_pos);
		if (st == FG_OK) {
			walked = walk_next(w, &e);
			s->damaged |= walked == FG_E_CORRUPT;
			if (walked != FG_END && walked != FG_E_BUSY)
				st = take_event(t, lane, walked, &e, now_ms);
		}
		if (st == FG_E_SPACE) {
			w->pos = s->read_pos;
			st = lane_close(lane);
		} else if (st == FG_OK) {
			t->stats.read += walked == FG_OK;
			s->read_pos = w->pos;
			st = lane_note(lane, s, s->read_pos);
		}
		if (st != FG_OK)
			return st;
	}
	return FG_OK;
}

/* Is there something counted that was not taken yet? */
static bool
has_tallies(const struct look *l, uint64_t pos)
{
	return l->closed && (pos & TAIL_TALLIED) == 0 &&
	    walk_has_tallies(l->page);
}

static enum tail_visit
read_segment(struct tail *t, struct look *l, struct lane *lane,
    struct lane_segment *s, uint64_t now_ms)
{
	void *arg[2] = {l, t};
	enum fg_status st;
	struct walk w;

	if (!read_frames(t, l, (size_t)s->read_pos))
		return TAIL_FAILED;
	walk_begin(
	    &w, &l->info, t->buf, (size_t)s->read_pos, l->end, l->closed);
	w.fill = fill_from_file;
	w.arg = arg;
	st = drain(t, lane, s, &w, now_ms);
	if (st == FG_OK && has_tallies(l, s->read_pos)) {
		if (!read_frames(t, l, 0))
			return TAIL_FAILED;
		st = tail_tally(t, lane, s, &l->info, l->end, now_ms);
	}
	if (st != FG_OK)
		return st == FG_E_BUSY ? TAIL_BLOCKED : TAIL_FAILED;
	if (l->closed) {
		if (l->shortened) {
			t->stats.damaged++;
			s->damaged = true;
		}
		s->finished = true;
	}
	return TAIL_VISITED;
}

/* There is something new in it. */
static enum tail_visit
take_in(struct tail *t, struct look *l, struct lane *lane,
    struct lane_segment *s, uint64_t pos, uint64_t now_ms)
{
	enum tail_visit v;

	if (s == NULL) {
		s = tail_table_add(&t->table, l->info.id);
		if (s == NULL) {
			uncount(t, l);
			return TAIL_BLOCKED;
		}
		s->read_pos = pos;
		s->pass = t->pass.number;
		memcpy(s->counters, l->counters, sizeof(s->counters));
	}
	v = read_segment(t, l, lane, s, now_ms);
	if (s->refs == 0) {
		tail_table_drop(&t->table, s);
		uncount(t, l);
	}
	return v;
}

static enum tail_visit
look_into(struct tail *t, struct look *l, const uint8_t id[SEGMENT_ID],
    uint64_t now_ms)
{
	struct lane_segment *s = tail_table_get(&t->table, id);
	struct lane *lane = lane_of(t, l->info.project);
	uint64_t pos;

	if (lane == NULL) {
		t->pass.strangers++;
		tail_note(t, l->info.project, "events of an unknown project");
		return TAIL_VISITED;
	}
	if (s == NULL || s->pass != t->pass.number)
		count_in_pass(t, l, s);
	if (start_of(t, s, id, &pos) != FG_OK) {
		tail_note(t, l->name, "its position cannot be read");
		lane->skipped = true;
		return TAIL_FAILED;
	}
	/* A tail below the position means "not yet" while the owner lives. */
	if (pos < l->end || has_tallies(l, pos) || (l->closed && s != NULL)) {
		enum tail_visit v = take_in(t, l, lane, s, pos, now_ms);

		if (v == TAIL_BLOCKED)
			t->blocked = lane;
		lane->skipped |= v == TAIL_FAILED;
		return v;
	}
	if (l->closed) {
		uncount(t, l);
		t->stats.damaged += l->shortened;
		tail_finish(t, id, l->counters, l->shortened);
	}
	return TAIL_VISITED;
}

enum tail_visit
tail_visit(struct tail *t, const char *name, const uint8_t id[SEGMENT_ID],
    uint64_t now_ms)
{
	struct lane_segment *s = tail_table_get(&t->table, id);
	struct look l = {.name = name, .fd = -1};
	enum tail_visit v;

	t->pass.segments++;
	if (s != NULL && s->finished) {
		if (s->pass != t->pass.number)
			add_counters(t->pass.counters, s->counters);
		s->pass = t->pass.number;
		return TAIL_VISITED; /* it waits for its batches */
	}
	v = open_look(t, &l);
	if (v == TAIL_VISITED && l.fd >= 0) {
		v = read_look(&l);
		if (v == TAIL_VISITED && identify(t, &l, id))
			v = look_into(t, &l, id, now_ms);
	}
	if (l.fd >= 0)
		(void)close(l.fd);
	return v;
}
