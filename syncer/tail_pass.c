#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syncer/tail_private.h"

#define STEP        64             /* entries of the folder in one step */
#define NEW_MAX_AGE (3600 * 1000u) /* ms: a birth takes less, or it failed */

/* ---- What is not a segment. ---- */

/* Births that never came to their end: old, and nobody holds the lock. */
static void
clear_new(struct tail *t, const char *name, uint64_t now_ms)
{
	struct stat st;
	uint64_t born_ms;
	int fd;

	if (fstatat(t->dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	born_ms = (uint64_t)st.st_mtim.tv_sec * 1000;
	if (now_ms < born_ms || now_ms - born_ms < NEW_MAX_AGE)
		return;
	if (!S_ISREG(st.st_mode)) {
		(void)unlinkat(t->dirfd, name, 0);
		return;
	}
	fd = openat(
	    t->dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		(void)unlinkat(t->dirfd, name, 0);
	if (fd >= 0)
		(void)close(fd);
}

/* A request may name its project; if it does not, it means all. */
static struct lane *
flush_lane(struct tail *t, const char *name)
{
	char project[SEGMENT_PROJECT + 1];
	int fd = openat(
	    t->dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = fd >= 0 ? pread(fd, project, SEGMENT_PROJECT, 0) : 0;

	if (fd >= 0)
		(void)close(fd);
	project[n > 0 ? n : 0] = '\0';
	for (size_t i = 0; i < t->opt.n_projects; i++)
		if (strcmp(t->lanes[i].project, project) == 0)
			return &t->lanes[i];
	return NULL;
}

/*
 * Segments that were there before the request are all met in a pass that begins
 * after it was seen.
 */
static void
note_flush(struct tail *t, const char *name, const uint8_t id[SEGMENT_ID])
{
	struct tail_flush *place = NULL;

	for (size_t i = 0; i < TAIL_FLUSHES; i++) {
		struct tail_flush *f = &t->flushes[i];

		if (f->used && memcmp(f->id, id, SEGMENT_ID) == 0)
			return;
		if (!f->used)
			place = f;
	}
	if (place == NULL)
		return;
	*place = (struct tail_flush){.used = true,
	    .lane = flush_lane(t, name),
	    .pass = t->pass.number + 1};
	memcpy(place->id, id, SEGMENT_ID);
}

/* ---- A pass. ---- */

static void
begin_pass(struct tail *t)
{
	uint64_t number = t->pass.number + 1;

	memset(&t->pass, 0, sizeof(t->pass));
	t->pass.number = number;
	t->pass.running = true;
	for (size_t i = 0; i < t->opt.n_projects; i++)
		t->lanes[i].skipped = false;
	rewinddir(t->dir);
}

static enum fg_status
close_lanes(struct tail *t, struct lane *only)
{
	enum fg_status st = FG_OK;

	for (size_t i = 0; i < t->opt.n_projects && st == FG_OK; i++)
		if (only == NULL || only == &t->lanes[i])
			st = lane_close(&t->lanes[i]);
	return st;
}

static bool
was_skipped(const struct tail *t, const struct lane *only)
{
	for (size_t i = 0; i < t->opt.n_projects; i++)
		if ((only == NULL || only == &t->lanes[i]) &&
		    t->lanes[i].skipped)
			return true;
	return false;
}

/* All that they asked for is read: from here on it is a matter of batches. */
static enum fg_status
settle_flushes(struct tail *t)
{
	enum fg_status st;

	for (size_t i = 0; i < TAIL_FLUSHES; i++) {
		struct tail_flush *f = &t->flushes[i];

		if (!f->used || f->serial != 0 || f->pass > t->pass.number ||
		    was_skipped(t, f->lane))
			continue;
		st = close_lanes(t, f->lane);
		if (st != FG_OK)
			return st;
		f->serial = ++t->serial;
	}
	return FG_OK;
}

static enum fg_status
end_pass(struct tail *t, uint64_t now_ms)
{
	enum fg_status st = settle_flushes(t);

	for (size_t i = 0; i < t->opt.n_projects && st == FG_OK; i++)
		if (lane_is_due(&t->lanes[i], now_ms, t->opt.delay_ms))
			st = lane_close(&t->lanes[i]);
	t->pass.running = false;
	t->stats.passes++;
	t->stats.segments = t->pass.segments;
	t->stats.strangers = t->pass.strangers;
	for (int i = 0; i < SEGMENT_GENERATION; i++)
		t->stats.counters[i] = t->gone[i] + t->pass.counters[i];
	t->stats.counters[SEGMENT_GENERATION] =
	    t->pass.counters[SEGMENT_GENERATION];
	return st == FG_OK ? FG_END : st;
}

static bool
all_full(const struct tail *t)
{
	for (size_t i = 0; i < t->opt.n_projects; i++)
		if (!lane_is_full(&t->lanes[i]))
			return false;
	return true;
}

/*
 * FG_E_BUSY: the caller has to take a batch before more can be read; the pass
 * goes on at the same segment.
 */
static enum fg_status
visit(struct tail *t, const char *name, uint64_t now_ms)
{
	uint8_t id[SEGMENT_ID];

	if (!segment_name_parse(name, "seg-", id) ||
	    tail_visit(t, name, id, now_ms) != TAIL_BLOCKED)
		return FG_OK;
	if (!lane_is_full(t->blocked)) { /* then it is the table */
		t->blocked->skipped = true;
		return close_lanes(t, NULL);
	}
	if (!lane_is_ready(t->blocked) && !all_full(t)) {
		/* All it has is on its way.  Other projects may go on. */
		t->blocked->skipped = true;
		return FG_OK;
	}
	(void)stpcpy(t->pass.resume, name);
	return FG_E_BUSY;
}

static bool
any_ready(const struct tail *t)
{
	for (size_t i = 0; i < t->opt.n_projects; i++)
		if (lane_is_ready(&t->lanes[i]))
			return true;
	return false;
}

static enum fg_status
meet(struct tail *t, const char *name, uint64_t now_ms)
{
	uint8_t id[SEGMENT_ID];

	if (name[0] == 's')
		return visit(t, name, now_ms);
	if (segment_name_parse(name, ".new-", id))
		clear_new(t, name, now_ms);
	else if (segment_name_parse(name, "flush-", id))
		note_flush(t, name, id);
	return FG_OK;
}

enum fg_status
tail_pass_step(struct tail *t, uint64_t now_ms)
{
	enum fg_status st = FG_OK;

	if (all_full(t))
		return FG_E_BUSY;
	if (!t->pass.running)
		begin_pass(t);
	for (int i = 0; i < STEP && st == FG_OK && !any_ready(t); i++) {
		char resume[SEGMENT_NAME];
		struct dirent *e;

		if (t->pass.resume[0] != '\0') {
			(void)stpcpy(resume, t->pass.resume);
			t->pass.resume[0] = '\0';
			t->pass.segments--;
			st = visit(t, resume, now_ms);
			continue;
		}
		errno = 0;
		e = readdir(t->dir);
		if (e == NULL)
			return errno == 0 ? end_pass(t, now_ms) : FG_E_IO;
		st = meet(t, e->d_name, now_ms);
	}
	return st;
}
