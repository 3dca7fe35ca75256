#include "tools/kept.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syncer/quarantine.h"
#include "tools/cmd.h"
#include "tools/queue_look.h"

struct kept_file {
	char name[QUARANTINE_NAME];
	struct quarantine_item item;
	uint64_t bytes;
};

struct kept {
	char path[4096];
	int dir_fd, queue_fd;
	struct kept_file *files; /* oldest first */
	size_t n;
	int status;
};

/* ---- What there is. ---- */

static int
by_time(const void *a, const void *b)
{
	const struct kept_file *x = a, *y = b;

	if (x->item.time_ms != y->item.time_ms)
		return x->item.time_ms < y->item.time_ms ? -1 : 1;
	return strcmp(x->name, y->name);
}

static enum fg_status
add_file(struct kept *k, const char *name)
{
	struct kept_file *more, f = {0};
	struct stat sb;

	if (!quarantine_parse(name, &f.item) ||
	    fstatat(k->dir_fd, name, &sb, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISREG(sb.st_mode))
		return FG_OK;
	snprintf(f.name, sizeof(f.name), "%.*s", QUARANTINE_NAME - 1, name);
	f.bytes = (uint64_t)sb.st_size;
	more = reallocarray(k->files, k->n + 1, sizeof(*more));
	if (more == NULL)
		return FG_E_NOMEM;
	k->files = more;
	k->files[k->n++] = f;
	return FG_OK;
}

static enum fg_status
open_kept(struct kept *k, const char *state_dir)
{
	enum fg_status st = FG_OK;
	struct dirent *e;
	DIR *dir;

	snprintf(k->path, sizeof(k->path), "%s/queue", state_dir);
	k->queue_fd = open(k->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (k->queue_fd < 0)
		return FG_E_IO;
	snprintf(k->path, sizeof(k->path), "%s/quarantine", state_dir);
	k->dir_fd = open(k->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = k->dir_fd >= 0 ? opendir(k->path) : NULL;
	if (dir == NULL)
		return FG_E_IO;
	while (st == FG_OK && (e = readdir(dir)) != NULL)
		st = add_file(k, e->d_name);
	closedir(dir);
	if (st == FG_OK && k->n > 0)
		qsort(k->files, k->n, sizeof(*k->files), by_time);
	return st;
}

static void
close_kept(struct kept *k)
{
	if (k->dir_fd >= 0)
		close(k->dir_fd);
	if (k->queue_fd >= 0)
		close(k->queue_fd);
	free(k->files);
}

/* The text is to be freed in any case; false if it holds no events. */
static bool
read_batch(const struct kept *k, const char *name, char **text,
    struct quarantine_batch *b)
{
	char path[4096 + QUARANTINE_NAME];
	size_t n;

	*text = NULL;
	snprintf(path, sizeof(path), "%s/%s", k->path, name);
	return cmd_read_file(path, text, &n) == FG_OK &&
	    quarantine_read_batch(*text, n, b);
}

/* ---- list and show ---- */

static void
list_one(struct kept *k, const struct kept_file *f)
{
	const struct quarantine_item *item = &f->item;
	struct quarantine_batch b;
	char *text;

	printf("%s  %s  ", item->id, cmd_date(item->time_ms));
	if (item->kind == QUARANTINE_SEGMENT) {
		printf(
		    "segment  bytes %" PRIu64 "  %s\n", f->bytes, item->reason);
		return;
	}
	if (read_batch(k, f->name, &text, &b)) {
		printf("batch  project %.*s  events %zu  bytes %" PRIu64
		       "  %s%s\n",
		    (int)b.project_len, b.project != NULL ? b.project : "", b.n,
		    f->bytes, item->reason,
		    item->kind == QUARANTINE_REPLAY ? "  to be sent again"
						    : "");
	} else {
		printf("batch  unreadable\n");
		k->status = CMD_NO;
	}
	free(text);
}

static void
show_segment(struct kept *k, const char *name)
{
	struct queue_look q = {.dir_fd = k->dir_fd, .buf = malloc(SEGMENT_MAX)};

	if (q.buf == NULL) {
		k->status = cmd_fail(&cmd_queue, "memory", FG_E_NOMEM);
		return;
	}
	queue_look_file(&q, name);
	free(q.buf);
	if (q.n_bad > 0)
		k->status = CMD_NO;
}

static void
show_one(struct kept *k, const struct kept_file *f)
{
	const char *key;
	struct quarantine_batch b;
	char *text;
	size_t len;

	if (f->item.kind == QUARANTINE_SEGMENT) {
		show_segment(k, f->name);
		return;
	}
	if (read_batch(k, f->name, &text, &b)) {
		while (json_walk_next(&b.events, &key, &len)) {
			struct json_span event = json_walk_value(&b.events);

			fwrite(event.text, 1, event.n, stdout);
			putchar('\n');
		}
	} else {
		cmd_say(&cmd_queue, "%s: holds no events", f->name);
		k->status = CMD_NO;
	}
	free(text);
}

/* ---- replay and drop ---- */

static void
fail_at(struct kept *k, const char *name)
{
	k->status = cmd_fail_in(&cmd_queue, k->path, name, FG_E_IO);
}

/* It stays in the folder: the syncer removes it when it was accepted. */
static void
replay_batch(struct kept *k, const struct kept_file *f)
{
	char to[QUARANTINE_NAME + 16];

	snprintf(to, sizeof(to), "replay-%s.json", f->item.id);
	if (renameat(k->dir_fd, f->name, k->dir_fd, to) != 0 ||
	    fsync(k->dir_fd) != 0)
		fail_at(k, f->name);
}

/* In the queue it is a segment whose owner is gone. */
static void
replay_segment(struct kept *k, const struct kept_file *f)
{
	if (renameat2(k->dir_fd, f->name, k->queue_fd, f->item.segment,
		RENAME_NOREPLACE) != 0 ||
	    fsync(k->queue_fd) != 0 || fsync(k->dir_fd) != 0)
		fail_at(k, f->name);
}

static void
replay_one(struct kept *k, const struct kept_file *f)
{
	if (f->item.kind == QUARANTINE_BATCH)
		replay_batch(k, f);
	if (f->item.kind != QUARANTINE_SEGMENT)
		return;
	if (strcmp(f->item.reason, "damaged") == 0) {
		cmd_say(&cmd_queue,
		    "%s: what can be read of it was sent before; it stays",
		    f->name);
		return;
	}
	replay_segment(k, f);
}

static void
drop_one(struct kept *k, const struct kept_file *f)
{
	if (unlinkat(k->dir_fd, f->name, 0) != 0 && errno != ENOENT)
		fail_at(k, f->name);
}

/* ---- Which ones. ---- */

typedef void kept_fn(struct kept *k, const struct kept_file *f);

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* An ID, the beginning of one, or a file's name. */
static void
do_id(struct kept *k, const char *id, kept_fn *fn)
{
	const struct kept_file *found = NULL;
	bool several = false;

	for (size_t i = 0; i < k->n; i++) {
		const struct kept_file *f = &k->files[i];

		if (strcmp(f->item.id, id) == 0 || strcmp(f->name, id) == 0) {
			fn(k, f);
			return;
		}
		if (begins(f->item.id, id)) {
			several = found != NULL;
			found = f;
		}
	}
	if (found != NULL && !several) {
		fn(k, found);
		return;
	}
	cmd_say(&cmd_queue, "%s: %s", id,
	    several ? "several begin so; see forkgate queue list"
		    : "not in quarantine; see forkgate queue list");
	if (k->status == CMD_OK)
		k->status = CMD_NO;
}

static void
do_all(struct kept *k, kept_fn *fn)
{
	for (size_t i = 0; i < k->n; i++)
		fn(k, &k->files[i]);
}

static const struct {
	const char *word;
	kept_fn *fn;
	int n_ids; /* exactly; -1: one or more, or "all" */
} actions[] = {
    {"list", list_one, 0},
    {"show", show_one, 1},
    {"replay", replay_one, -1},
    {"drop", drop_one, -1},
};

static int
act(const char *state_dir, kept_fn *fn, char *const *ids)
{
	struct kept k = {.dir_fd = -1, .queue_fd = -1};
	enum fg_status st = open_kept(&k, state_dir);

	if (st != FG_OK)
		k.status = cmd_fail(&cmd_queue, k.path, st);
	else if (ids[0] == NULL || strcmp(ids[0], "all") == 0)
		do_all(&k, fn);
	else
		for (; *ids != NULL; ids++)
			do_id(&k, *ids, fn);
	close_kept(&k);
	return k.status;
}

int
kept_run(const char *state_dir, const char *word, char *const *ids)
{
	int n = 0;

	while (ids[n] != NULL)
		n++;
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (strcmp(actions[i].word, word) != 0)
			continue;
		if (actions[i].n_ids < 0 ? n == 0 : n != actions[i].n_ids)
			return cmd_usage(&cmd_queue,
			    actions[i].n_ids == 0 ? "%s: takes no ID"
						  : "%s: which one? an ID",
			    word);
		return act(state_dir, actions[i].fn, ids);
	}
	return cmd_usage(&cmd_queue, "%s: no such option or word", word);
}
