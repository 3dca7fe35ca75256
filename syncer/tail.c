#include "syncer/tail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "syncer/tail_private.h"

#define EVENTS_DEFAULT     500
#define EVENTS_MAX         1000
#define BYTES_DEFAULT      (1u << 20)
#define IN_FLIGHT_DEFAULT  4
#define QUARANTINE_DEFAULT (64u << 20)
#define FILES_DEFAULT      1000
#define MEASURE_STEP       2048

/* ---- Opening and closing. ---- */

static void
set_defaults(struct tail_options *opt)
{
	if (opt->max_events == 0)
		opt->max_events = EVENTS_DEFAULT;
	if (opt->max_events > EVENTS_MAX)
		opt->max_events = EVENTS_MAX;
	if (opt->max_bytes == 0)
		opt->max_bytes = BYTES_DEFAULT;
	if (opt->max_in_flight == 0)
		opt->max_in_flight = IN_FLIGHT_DEFAULT;
	if (opt->quarantine_bytes == 0)
		opt->quarantine_bytes = QUARANTINE_DEFAULT;
	if (opt->quarantine_files == 0)
		opt->quarantine_files = FILES_DEFAULT;
}

static enum fg_status
open_lanes(struct tail *t)
{
	enum fg_status st = FG_OK;

	t->lanes = calloc(t->opt.n_projects + 1, sizeof(*t->lanes));
	if (t->lanes == NULL)
		return FG_E_NOMEM;
	for (size_t i = 0; i < t->opt.n_projects && st == FG_OK; i++) {
		struct lane *l = &t->lanes[i];

		l->max_events = t->opt.max_events;
		l->max_bytes = t->opt.max_bytes;
		l->max_batches = t->opt.max_in_flight;
		l->serial = &t->serial;
		st = lane_init(l, t->opt.projects[i]);
	}
	return st;
}

/* A walk of its own over the folder; each has its own place in it. */
static DIR *
open_walk(int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

	if (fd >= 0 && dir == NULL)
		(void)close(fd);
	return dir;
}

static enum fg_status
open_tail(struct tail *t, const char *queue_dir, const char *quarantine_dir)
{
	enum fg_status st;

	st = quarantine_open(&t->quarantine, quarantine_dir,
	    t->opt.quarantine_bytes, t->opt.quarantine_files);
	if (st != FG_OK)
		return st;
	t->dirfd = open(queue_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t->dirfd < 0)
		return FG_E_IO;
	t->dir = open_walk(t->dirfd);
	if (t->dir == NULL)
		return FG_E_IO;
	t->buf = malloc(SEGMENT_MAX);
	if (t->buf == NULL)
		return FG_E_NOMEM;
	st = tail_table_init(&t->table);
	if (st == FG_OK && t->opt.once_ms != 0)
		st = once_new(t->opt.once_keys, t->opt.once_ms, &t->once);
	return st == FG_OK ? open_lanes(t) : st;
}

enum fg_status
tail_open(const char *queue_dir, const char *quarantine_dir,
    const struct tail_options *opt, struct tail **out)
{
	struct tail *t = calloc(1, sizeof(*t));
	enum fg_status st;

	*out = NULL;
	if (t == NULL)
		return FG_E_NOMEM;
	t->opt = *opt;
	t->dirfd = t->quarantine.dirfd = -1;
	set_defaults(&t->opt);
	st = open_tail(t, queue_dir, quarantine_dir);
	if (st != FG_OK) {
		tail_close(t);
		return st;
	}
	*out = t;
	return FG_OK;
}

void
tail_close(struct tail *t)
{
	int saved = errno;

	if (t == NULL)
		return;
	if (t->lanes != NULL && tail_commit(t) == FG_OK)
		(void)tail_save(t);
	for (size_t i = 0; t->lanes != NULL && i < t->opt.n_projects; i++)
		lane_free(&t->lanes[i]);
	free(t->lanes);
	once_free(t->once);
	tail_table_free(&t->table);
	free(t->buf);
	if (t->measure != NULL)
		(void)closedir(t->measure);
	if (t->dir != NULL)
		(void)closedir(t->dir);
	if (t->dirfd >= 0)
		(void)close(t->dirfd);
	quarantine_close(&t->quarantine);
	free(t);
	errno = saved;
}

/* ---- Batches. ---- */

/* Projects take turns, so that none waits behind another's backlog. */
static struct tail_batch *
give(struct tail *t)
{
	for (size_t i = 0; i < t->opt.n_projects; i++) {
		size_t at = (t->next_lane + i) % t->opt.n_projects;
		struct lane_batch *b = lane_give(&t->lanes[at]);

		if (b != NULL) {
			t->next_lane = (at + 1) % t->opt.n_projects;
			t->stats.events += b->n_events;
			return &b->pub;
		}
	}
	return NULL;
}

/* Is another pass worth while, at once? */
static bool
is_more(const struct tail *t)
{
	for (size_t i = 0; i < t->opt.n_projects; i++)
		if (t->lanes[i].skipped && !lane_is_full(&t->lanes[i]))
			return true;
	for (size_t i = 0; i < TAIL_FLUSHES; i++)
		if (t->flushes[i].used && t->flushes[i].serial == 0)
			return true;
	return false;
}

enum fg_status
tail_next(struct tail *t, uint64_t now_ms, struct tail_batch **out)
{
	enum fg_status st = tail_commit_due(t, now_ms), step = FG_OK;

	*out = NULL;
	if (st != FG_OK)
		return st;
	*out = give(t);
	if (*out != NULL)
		return FG_OK;
	tail_replay(t, now_ms);
	step = tail_pass_step(t, now_ms);
	if (step < 0 && step != FG_E_BUSY)
		return step;
	st = tail_commit_due(t, now_ms);
	if (st != FG_OK)
		return st;
	*out = give(t);
	if (*out != NULL)
		return FG_OK;
	if (step == FG_OK || (step == FG_END && is_more(t)))
		return FG_E_BUSY;
	if (t->n_forgets > TAIL_FORGETS / 2)
		return tail_save(t) == FG_OK ? FG_ABSENT : FG_E_IO;
	return FG_ABSENT;
}

enum fg_status
tail_put(struct tail *t, const char *project, uint64_t now_ms,
    const char *event, size_t len)
{
	enum fg_status st = FG_ABSENT;
	struct lane *l = t->lanes;

	while (l < t->lanes + t->opt.n_projects &&
	    strcmp(l->project, project) != 0)
		l++;
	if (l == t->lanes + t->opt.n_projects)
		return FG_ABSENT;
	for (int tries = 0; tries < 2; tries++) {
		st = lane_build(l, now_ms);
		if (st == FG_OK)
			st = lane_add_whole(l, event, len);
		if (st != FG_E_SPACE)
			break;
		st = lane_close(l);
		if (st != FG_OK)
			break;
	}
	return st;
}

void
tail_hurry(struct tail *t)
{
	/* What fails now is tried again when the batch is due. */
	for (size_t i = 0; i < t->opt.n_projects; i++)
		(void)lane_close(&t->lanes[i]);
}

static enum fg_status
done(struct tail *t, struct lane_batch *b)
{
	b->state = LANE_DONE;
	b->lane->n_given--;
	return tail_commit_due(t, 0);
}

enum fg_status
tail_accept(struct tail *t, struct tail_batch *batch)
{
	struct lane_batch *b = (struct lane_batch *)(void *)batch;

	t->stats.accepted += b->n_events - b->n_refused;
	return done(t, b);
}

static enum fg_status
keep_events(struct tail *t, const struct lane_batch *b, size_t first, size_t n,
    const char *reason)
{
	size_t from = first == 0 ? 0 : b->ends[first - 1] + (size_t)1;
	char name[QUARANTINE_NAME], head[128];
	enum fg_status st;

	snprintf(name, sizeof(name), "batch-%llu-%llu-%zu-%.40s.json",
	    (unsigned long long)tail_clock_ms(), (unsigned long long)b->serial,
	    first, reason);
	snprintf(head, sizeof(head), "{\"project\":\"%s\",\"events\":[",
	    b->lane->project);
	st = quarantine_write(&t->quarantine, name, head, b->pub.events + from,
	    b->ends[first + n - 1] - from, "]}\n");
	if (st == FG_OK)
		t->stats.quarantined++;
	else
		tail_note(t, name, "could not be kept; its events are lost");
	t->stats.refused += n;
	/* Who repeats what is lost now is heard. */
	once_forget(t->once);
	return st;
}

enum fg_status
tail_refuse(struct tail *t, struct tail_batch *batch, const char *reason)
{
	struct lane_batch *b = (struct lane_batch *)(void *)batch;

	if (b->file[0] == '\0' || tail_replay_refuse(t, b, reason) != FG_OK)
		(void)keep_events(t, b, 0, b->n_events, reason);
	return done(t, b);
}

enum fg_status
tail_quarantine(struct tail *t, struct tail_batch *batch, size_t first,
    size_t n, const char *reason)
{
	struct lane_batch *b = (struct lane_batch *)(void *)batch;

	b->n_refused += n;
	return keep_events(t, b, first, n, reason);
}

size_t
tail_in_flight(const struct tail *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->opt.n_projects; i++)
		n += t->lanes[i].n_given;
	return n;
}

/* ---- Measuring. ---- */

enum fg_status
tail_measure(struct tail *t, uint64_t *bytes)
{
	struct dirent *e = NULL;
	struct stat st;

	if (t->measure == NULL) {
		t->measure = open_walk(t->dirfd);
		t->measuring = 0;
	}
	if (t->measure == NULL)
		return FG_E_IO;
	for (int i = 0; i < MEASURE_STEP; i++) {
		e = readdir(t->measure);
		if (e == NULL)
			break;
		if (fstatat(t->dirfd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) ==
			0 &&
		    S_ISREG(st.st_mode))
			t->measuring += (uint64_t)st.st_blocks * 512;
	}
	if (e == NULL) {
		(void)closedir(t->measure);
		t->measure = NULL;
		t->measured = t->measuring;
	}
	if (t->measuring > t->measured)
		t->measured = t->measuring;
	t->stats.bytes = t->measured;
	*bytes = t->measured;
	return FG_OK;
}

void
tail_stats(const struct tail *t, struct tail_stats *out)
{
	*out = t->stats;
	out->behind = t->stats.passes == 0 || t->stats.strangers > 0 ||
	    t->pass.resume[0] != '\0';
	for (size_t i = 0; i < t->opt.n_projects; i++)
		out->behind |=
		    t->lanes[i].skipped || lane_is_full(&t->lanes[i]);
}
