#include "syncer/quarantine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum fg_status
sum_up(struct quarantine *q)
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
	while ((e = readdir(dir)) != NULL)
		if (fstatat(q->dirfd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) ==
			0 &&
		    S_ISREG(st.st_mode))
			q->used += (uint64_t)st.st_size;
	(void)closedir(dir);
	return FG_OK;
}

enum fg_status
quarantine_open(struct quarantine *q, const char *dir, uint64_t max_bytes)
{
	*q = (struct quarantine){.max = max_bytes};
	q->dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (q->dirfd < 0)
		return FG_E_IO;
	return sum_up(q);
}

void
quarantine_close(struct quarantine *q)
{
	if (q->dirfd >= 0)
		(void)close(q->dirfd);
	q->dirfd = -1;
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
copy_over(struct quarantine *q, int from_dirfd, const char *name, size_t size)
{
	int from = openat(
	    from_dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int to = from >= 0 ? create(q, name) : -1;
	enum fg_status st = FG_E_IO;

	if (to >= 0)
		st = finish(q, to, name, copy(from, to, size));
	if (from >= 0)
		(void)close(from);
	if (st == FG_OK && unlinkat(from_dirfd, name, 0) != 0)
		st = FG_E_IO;
	return st;
}

enum fg_status
quarantine_move(struct quarantine *q, int from_dirfd, const char *name)
{
	enum fg_status st = FG_OK;
	struct stat info;
	uint64_t size;

	if (fstatat(from_dirfd, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
		return FG_E_IO;
	size = (uint64_t)info.st_size;
	if (q->used > q->max || size > q->max - q->used)
		return FG_E_SPACE;
	if (renameat(from_dirfd, name, q->dirfd, name) != 0) {
		if (errno != EXDEV)
			return FG_E_IO;
		st = copy_over(q, from_dirfd, name, (size_t)size);
	}
	if (st == FG_OK)
		q->used += size;
	return st;
}

enum fg_status
quarantine_write(struct quarantine *q, const char *name, const char *head,
    const void *body, size_t n, const char *tail)
{
	uint64_t size = strlen(head) + n + strlen(tail);
	enum fg_status st;
	int fd;

	if (q->used > q->max || size > q->max - q->used)
		return FG_E_SPACE;
	fd = create(q, name);
	if (fd < 0)
		return FG_E_IO;
	st = write_all(fd, head, strlen(head));
	if (st == FG_OK)
		st = write_all(fd, body, n);
	if (st == FG_OK)
		st = write_all(fd, tail, strlen(tail));
	st = finish(q, fd, name, st);
	if (st == FG_OK)
		q->used += size;
	return st;
}
