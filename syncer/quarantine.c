#include "syncer/quarantine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNFINISHED ".new-"

/* The suffix of name, or NULL if it does not begin so. */
static const char *
behind(const char *name, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(name, prefix, n) == 0 ? name + n : NULL;
}

static enum fg_status
sum_up(struct quarantine *q, bool clear)
{
	int fd = openat(q->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;
	struct stat st;

	if (dir == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return FG_E_IO;
	}
	q->used = q->files = 0;
	while ((e = readdir(dir)) != NULL) {
		if (fstatat(q->dirfd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) !=
			0 ||
		    !S_ISREG(st.st_mode))
			continue;
		if (clear && behind(e->d_name, UNFINISHED) != NULL &&
		    unlinkat(q->dirfd, e->d_name, 0) == 0)
			continue;
		q->used += (uint64_t)st.st_size;
		q->files++;
	}
	(void)closedir(dir);
	return FG_OK;
}

enum fg_status
quarantine_open(struct quarantine *q, const char *dir, uint64_t max_bytes,
    uint64_t max_files)
{
	*q = (struct quarantine){.max = max_bytes, .max_files = max_files};
	q->dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (q->dirfd < 0)
		return FG_E_IO;
	return sum_up(q, true);
}

void
quarantine_close(struct quarantine *q)
{
	if (q->dirfd >= 0)
		(void)close(q->dirfd);
	q->dirfd = -1;
}

static bool
fits(const struct quarantine *q, uint64_t size)
{
	return q->files < q->max_files && q->used <= q->max &&
	    size <= q->max - q->used;
}

static bool
has_room(struct quarantine *q, uint64_t size)
{
	return fits(q, size) || (sum_up(q, false) == FG_OK && fits(q, size));
}

static void
count_one(struct quarantine *q, uint64_t size)
{
	q->used += size;
	q->files++;
}

static enum fg_status
write_all(int fd, const void *data, size_t n)
{
	const char *p = data;

	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return errno == ENOSPC ? FG_E_SPACE : FG_E_IO;
		p += done;
		n -= (size_t)done;
	}
	return FG_OK;
}

static enum fg_status
copy(int from, int to, size_t size)
{
	char buf[8192];
	enum fg_status st = FG_OK;
	size_t at = 0;

	while (st == FG_OK && at < size) {
		ssize_t n = pread(from, buf, sizeof(buf), (off_t)at);

		if (n <= 0)
			return n < 0 ? FG_E_IO : FG_OK; /* it shrank */
		st = write_all(to, buf, (size_t)n);
		at += (size_t)n;
	}
	return st;
}

/* Takes fd; what did not become whole and durable is removed. */
static enum fg_status
finish(struct quarantine *q, int fd, const char *name, enum fg_status st)
{
	if (st == FG_OK && fsync(fd) != 0)
		st = FG_E_IO;
	(void)close(fd);
	if (st != FG_OK)
		(void)unlinkat(q->dirfd, name, 0);
	return st;
}

static int
create(struct quarantine *q, const char *name)
{
	return openat(q->dirfd, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static enum fg_status
copy_over(struct quarantine *q, int from_dirfd, const char *name,
    const char *to_name, size_t size)
{
	int from = openat(
	    from_dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int to = from >= 0 ? create(q, to_name) : -1;
	enum fg_status st = FG_E_IO;

	if (to >= 0)
		st = finish(q, to, to_name, copy(from, to, size));
	if (from >= 0)
		(void)close(from);
	if (st == FG_OK && unlinkat(from_dirfd, name, 0) != 0)
		st = FG_E_IO;
	return st;
}

enum fg_status
quarantine_move(struct quarantine *q, int from_dirfd, const char *name,
    uint64_t now_ms, const char *reason)
{
	enum fg_status st = FG_OK;
	char to[QUARANTINE_NAME];
	struct stat info;
	uint64_t size;

	if (fstatat(from_dirfd, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
		return FG_E_IO;
	size = (uint64_t)info.st_size;
	if (!has_room(q, size))
		return FG_E_SPACE;
	snprintf(
	    to, sizeof(to), "%.40s-%" PRIu64 "-%.40s", name, now_ms, reason);
	if (renameat(from_dirfd, name, q->dirfd, to) != 0) {
		if (errno != EXDEV)
			return FG_E_IO;
		st = copy_over(q, from_dirfd, name, to, (size_t)size);
	}
	if (st == FG_OK)
		count_one(q, size);
	return st;
}

/* What does not become whole is not there; what is there survives a cut. */
enum fg_status
quarantine_write(struct quarantine *q, const char *name, const char *head,
    const void *body, size_t n, const char *tail)
{
	uint64_t size = strlen(head) + n + strlen(tail);
	char unfinished[QUARANTINE_NAME + sizeof(UNFINISHED)];
	enum fg_status st;
	int fd;

	if (!has_room(q, size))
		return FG_E_SPACE;
	snprintf(unfinished, sizeof(unfinished), UNFINISHED "%s", name);
	fd = create(q, unfinished);
	if (fd < 0)
		return errno == ENOSPC ? FG_E_SPACE : FG_E_IO;
	st = write_all(fd, head, strlen(head));
	if (st == FG_OK)
		st = write_all(fd, body, n);
	if (st == FG_OK)
		st = write_all(fd, tail, strlen(tail));
	st = finish(q, fd, unfinished, st);
	if (st == FG_OK)
		st = quarantine_rename(q, unfinished, name);
	if (st == FG_OK)
		count_one(q, size);
	return st;
}

enum fg_status
quarantine_rename(struct quarantine *q, const char *from, const char *to)
{
	if (renameat(q->dirfd, from, q->dirfd, to) != 0 || fsync(q->dirfd) != 0)
		return FG_E_IO;
	return FG_OK;
}

void
quarantine_drop(struct quarantine *q, const char *name)
{
	struct stat st;

	if (fstatat(q->dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    unlinkat(q->dirfd, name, 0) != 0)
		return;
	q->files -= q->files > 0;
	q->used -=
	    (uint64_t)st.st_size < q->used ? (uint64_t)st.st_size : q->used;
}

/* ---- Names. ---- */

/* Digits at *p, and a '-' behind them, which is passed too. */
static bool
take_number(const char **p, uint64_t *x)
{
	size_t n = strspn(*p, "0123456789");

	if (n == 0 || n > 18 || (*p)[n] != '-')
		return false;
	*x = strtoull(*p, NULL, 10);
	*p += n + 1;
	return true;
}

static bool
take_reason(const char *p, const char *suffix, struct quarantine_item *out)
{
	size_t n = strspn(p,
	    "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	if (n == 0 || n > QUARANTINE_REASON || strcmp(p + n, suffix) != 0)
		return false;
	memcpy(out->reason, p, n);
	return true;
}

bool
quarantine_parse(const char *name, struct quarantine_item *out)
{
	const char *p, *batch = behind(name, "batch-"),
		       *replay = behind(name, "replay-");
	const char *segment = behind(name, "seg-"), *suffix = ".json";
	uint64_t serial, first;
	bool good = strlen(name) < QUARANTINE_NAME;

	*out = (struct quarantine_item){.kind = QUARANTINE_BATCH};
	if (replay != NULL)
		out->kind = QUARANTINE_REPLAY;
	p = replay != NULL ? replay : batch;
	if (segment != NULL) {
		out->kind = QUARANTINE_SEGMENT;
		suffix = "";
		p = strspn(segment, "0123456789abcdef") == 32 &&
			segment[32] == '-'
		    ? segment + 33
		    : NULL;
	}
	good = good && p != NULL && take_number(&p, &out->time_ms);
	if (good && segment == NULL)
		good = take_number(&p, &serial) && take_number(&p, &first);
	good = good && take_reason(p, suffix, out);
	if (!good)
		return false;
	if (segment != NULL)
		memcpy(out->segment, name, 4 + 32);
	p = segment != NULL ? segment : replay != NULL ? replay : batch;
	memcpy(out->id, p, strlen(p) - strlen(suffix));
	return true;
}

/* ---- A batch's text. ---- */

static bool
count_events(const struct json_walk *at, struct quarantine_batch *out)
{
	struct json_walk list;
	const char *key;
	size_t len;

	if (!json_walk_enter(at, &out->events) || out->events.keyed)
		return false;
	list = out->events;
	for (out->n = 0; json_walk_next(&list, &key, &len); out->n++) {
		if (json_kind_of(*list.text) != JSON_OBJECT)
			return false;
		json_walk_value(&list);
	}
	return true;
}

bool
quarantine_read_batch(const char *text, size_t n, struct quarantine_batch *out)
{
	struct json_walk walk;
	const char *key;
	size_t len, end;
	bool good = false;

	*out = (struct quarantine_batch){0};
	if (json_check(text, n, &end) != FG_OK ||
	    !json_walk_begin(&walk, text, n) || !walk.keyed)
		return false;
	while (json_walk_next(&walk, &key, &len)) {
		struct json_walk at = walk;
		struct json_span value = json_walk_value(&walk);

		if (len == 6 && memcmp(key, "events", 6) == 0) {
			good = count_events(&at, out);
		} else if (len == 7 && memcmp(key, "project", 7) == 0 &&
		    json_kind_of(*value.text) == JSON_STRING) {
			out->project = value.text + 1;
			out->project_len = value.n - 2;
		}
	}
	return good;
}
