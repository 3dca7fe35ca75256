/*
 * What someone put back from quarantine: a file stays there, as "replay-...",
 * until the server has accepted its events.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "syncer/tail_private.h"

#define LOOK_MS    1000
#define EVENTS_MAX 1000       /* of a batch, whatever the configuration says */
#define FILE_MAX   (64 << 20) /* far more than a batch may hold */

uint64_t
tail_clock_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- A file's text. ---- */

static char *
read_file(int dirfd, const char *name, size_t *n)
{
	int fd =
	    openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char *text = NULL;
	struct stat st;
	ssize_t got = 0;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size > 0 && st.st_size <= FILE_MAX)
		text = malloc((size_t)st.st_size);
	for (*n = 0; text != NULL && *n < (size_t)st.st_size;
	     *n += (size_t)got) {
		got = pread(fd, text + *n, (size_t)st.st_size - *n, (off_t)*n);
		if (got <= 0)
			break;
	}
	if (fd >= 0)
		(void)close(fd);
	return text;
}

/* NULL: none of ours. */
static struct lane *
lane_of(const struct tail *t, const struct quarantine_batch *kept)
{
	for (size_t i = 0; i < t->opt.n_projects; i++) {
		const char *project = t->lanes[i].project;

		if (kept->project != NULL &&
		    kept->project_len == strlen(project) &&
		    memcmp(kept->project, project, kept->project_len) == 0)
			return &t->lanes[i];
	}
	return NULL;
}

/* ---- From the file to the lane. ---- */

static bool
is_under_way(const struct tail *t, const char *name)
{
	for (size_t i = 0; i < t->opt.n_projects; i++)
		for (const struct lane_batch *b = t->lanes[i].first; b != NULL;
		     b = b->next)
			if (strcmp(b->file, name) == 0)
				return true;
	return false;
}

static enum fg_status
put(struct lane *lane, const struct quarantine_batch *kept, const char *name)
{
	struct lane_batch *b = lane_batch_new(lane, kept->n);
	struct json_walk list = kept->events;
	enum fg_status st = FG_E_NOMEM;
	const char *key;
	size_t len;

	if (b == NULL)
		return FG_E_NOMEM;
	(void)stpcpy(b->file, name);
	while (json_walk_next(&list, &key, &len)) {
		struct json_span event = json_walk_value(&list);

		jsonw_raw(&b->json, event.text, event.n);
		b->ends[b->n_events++] = (uint32_t)b->json.len;
	}
	if (b->json.status == FG_OK)
		st = lane_put(lane, b);
	if (st != FG_OK)
		lane_batch_free(b);
	return st;
}

static void
take(struct tail *t, const char *name)
{
	char back[QUARANTINE_NAME];
	struct quarantine_batch kept;
	struct lane *lane = NULL;
	size_t n;
	char *text = read_file(t->quarantine.dirfd, name, &n);
	bool good = text != NULL && quarantine_read_batch(text, n, &kept) &&
	    kept.n > 0 && kept.n <= EVENTS_MAX;

	if (good)
		lane = lane_of(t, &kept);
	if (!good) {
		tail_note(t, name, "holds no events that could be sent");
		snprintf(
		    back, sizeof(back), "batch%.100s", name + strlen("replay"));
		(void)quarantine_rename(&t->quarantine, name, back);
	} else if (lane == NULL) {
		tail_note(t, name, "events of an unknown project");
	} else if (lane_has_place(lane)) {
		/* Without memory: at the next look. */
		(void)put(lane, &kept, name);
	}
	free(text);
}

static bool
any_place(const struct tail *t)
{
	for (size_t i = 0; i < t->opt.n_projects; i++)
		if (lane_has_place(&t->lanes[i]))
			return true;
	return false;
}

void
tail_replay(struct tail *t, uint64_t now_ms)
{
	struct quarantine_item item;
	struct dirent *e;
	DIR *dir;
	int fd;

	if (t->replay_ms != 0 && now_ms >= t->replay_ms &&
	    now_ms - t->replay_ms < LOOK_MS)
		return;
	t->replay_ms = now_ms;
	fd = openat(
	    t->quarantine.dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (dir == NULL) {
		tail_note(t, "quarantine", "cannot be read");
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	while (any_place(t) && (e = readdir(dir)) != NULL)
		if (strncmp(e->d_name, "replay-", 7) == 0 &&
		    quarantine_parse(e->d_name, &item) &&
		    !is_under_way(t, e->d_name))
			take(t, e->d_name);
	(void)closedir(dir);
}

enum fg_status
tail_replay_refuse(struct tail *t, struct lane_batch *b, const char *reason)
{
	char name[QUARANTINE_NAME];
	enum fg_status st;

	snprintf(name, sizeof(name), "batch-%llu-%llu-0-%.40s.json",
	    (unsigned long long)tail_clock_ms(), (unsigned long long)b->serial,
	    reason);
	st = quarantine_rename(&t->quarantine, b->file, name);
	if (st != FG_OK)
		return st;
	b->file[0] = '\0';
	t->stats.refused += b->n_events;
	return FG_OK;
}
