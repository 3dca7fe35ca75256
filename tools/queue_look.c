#include "tools/queue_look.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syncer/events.h"
#include "syncer/walk.h"
#include "tools/cmd.h"

static void
print_event(struct queue_look *q, const struct walk_event *e)
{
	struct events_counts *counts = NULL;
	enum fg_status st = FG_E_NOMEM;
	struct jsonw w;

	jsonw_new(&w);
	switch (e->record.kind) {
	case RECORD_EXPOSURE:
		st = events_exposure(
		    &w, &e->record.u.exposure, e->user, e->user_len);
		break;
	case RECORD_CUSTOM:
		st = events_custom(
		    &w, &e->record.u.custom, e->user, e->user_len);
		break;
	case RECORD_COUNTS:
		if (events_counts_new(&counts) == FG_OK)
			st = events_counts_add(counts, &e->record.u.counts);
		if (st == FG_OK)
			st = events_counts_put(counts, &w);
		events_counts_free(counts);
		break;
	case RECORD_GAP:
	case RECORD_USER:
	case RECORD_TALLY:
	case RECORD_AGAIN:
		st = FG_E_INVALID;
		break;
	}
	if (st == FG_OK && w.status == FG_OK) {
		q->n_events++;
		fwrite(w.text, 1, w.len, stdout);
		putchar('\n');
	} else {
		q->n_bad++;
	}
	jsonw_free(&w);
}

/* Events from the first frame on; how many were good. */
static uint64_t
walk_segment(struct queue_look *q, const char *name,
    const struct segment_info *info, size_t end, bool closed)
{
	struct walk_event e;
	enum fg_status st;
	struct walk w;
	uint64_t n = 0;

	walk_begin(&w, info, q->buf, SEGMENT_HEADER, end, closed);
	while ((st = walk_next(&w, &e)) != FG_END && st != FG_E_BUSY) {
		if (st == FG_OK) {
			n++;
			if (!q->segments)
				print_event(q, &e);
			continue;
		}
		q->n_bad++;
		cmd_say(&cmd_queue, "%s: %s before byte %zu", name,
		    st == FG_E_CORRUPT ? "damaged" : "no event", w.pos);
		if (st != FG_E_CORRUPT && st != FG_E_INVALID)
			break;
	}
	return n;
}

static void
look_at(struct queue_look *q, const char *name, size_t n)
{
	struct segment_info info;
	enum fg_status st = segment_parse(
	    q->buf, n < SEGMENT_HEADER ? n : SEGMENT_HEADER, &info);
	uint64_t tail = n, n_events;
	bool sealed;

	if (st != FG_OK) {
		q->n_bad++;
		cmd_say(&cmd_queue, "%s: %s", name,
		    st == FG_E_VERSION ? "of a newer forkgate"
				       : "is no segment");
		return;
	}
	if (q->project != NULL && strcmp(q->project, info.project) != 0)
		return;
	if ((info.birth & SEGMENT_WRITTEN) == 0 && segment_tail(q->buf) < n)
		tail = segment_tail(q->buf);
	sealed = (segment_flags(q->buf) & SEGMENT_SEALED) != 0;
	n_events =
	    walk_segment(q, name, &info, (size_t)tail & ~(size_t)7, sealed);
	q->n_segments++;
	if (q->segments)
		printf("%s  project %s  pid %" PRIu32 "  %s  events %" PRIu64
		       "  bytes %" PRIu64 " of %" PRIu64 "  dropped %" PRIu64
		       "\n",
		    name, info.project, info.pid, sealed ? "sealed" : "open",
		    n_events, tail, info.capacity,
		    segment_counter(q->buf, SEGMENT_DROPPED));
}

/* A copy by read: a file that is mapped could be cut while we look. */
void
queue_look_file(struct queue_look *q, const char *name)
{
	int fd = openat(
	    q->dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat sb;
	size_t n = 0;
	ssize_t got = 1;

	if (fd < 0 && errno == ENOENT)
		return; /* shipped meanwhile */
	if (fd < 0 || fstat(fd, &sb) != 0 || !S_ISREG(sb.st_mode)) {
		q->n_bad++;
		cmd_say(&cmd_queue, "%s: %s", name,
		    fd < 0 ? strerror(errno) : "is no segment");
		if (fd >= 0)
			close(fd);
		return;
	}
	while (n < SEGMENT_MAX && got > 0) {
		got = pread(fd, q->buf + n, SEGMENT_MAX - n, (off_t)n);
		n += got > 0 ? (size_t)got : 0;
	}
	close(fd);
	look_at(q, name, n);
}
