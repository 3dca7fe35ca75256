#include "reader/segfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "common/frame.h"
#include "common/record.h"

#define PAGE        4096 /* what a write is whole within, on any system */
#define COUNT_EVERY 64   /* publications between writes of the page */
#define STAGING     (2 * (FRAME_SIZE(RECORD_MAX) + PAGE))
#define BIRTH_TRIES 3

#ifdef MADV_POPULATE_WRITE
#define POPULATE_WRITE MADV_POPULATE_WRITE
#else
#define POPULATE_WRITE 23
#endif

/* From linux/magic.h, which not every libc ships. */
#define FS_EXT   0xEF53
#define FS_XFS   0x58465342
#define FS_TMPFS 0x01021994

/*
 * A list of what is known to keep its word, not of what does not: a wrong no
 * costs a system call an event, a wrong yes kills the worker by SIGBUS.
 */
bool
segfile_can_map(int dirfd)
{
	struct statfs fs;

	if (fstatfs(dirfd, &fs) != 0)
		return false;
	switch ((unsigned long)fs.f_type) {
	case FS_EXT:
	case FS_XFS:
	case FS_TMPFS:
		return true;
	default:
		return false;
	}
}

/* ---- Birth. ---- */

static enum fg_status
status_of_errno(void)
{
	return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? FG_E_SPACE
								    : FG_E_IO;
}

static enum fg_status
draw_id(uint8_t id[SEGMENT_ID], uint64_t *key)
{
	do {
		if (getrandom(id, SEGMENT_ID, 0) != SEGMENT_ID)
			return FG_E_IO;
		memcpy(key, id, sizeof(*key));
	} while (*key == 0);
	return FG_OK;
}

static enum fg_status
write_at(int fd, const void *data, size_t n, off_t at)
{
	ssize_t done;

	do {
		done = pwrite(fd, data, n, at);
	} while (done < 0 && errno == EINTR);
	if (done < 0)
		return status_of_errno();
	return (size_t)done == n ? FG_OK : FG_E_SPACE;
}

/*
 * Space is reserved so that a mapping of it cannot fail.  Zeros are written
 * over it so that its pages are there in a few large pieces: taken one by one
 * from reserved space, those of a full segment cost 190 us, so 58 us.
 */
static enum fg_status
reserve(const struct segfile *s)
{
	static uint8_t zeros[64 * 1024]; /* never written: no memory of ours */
	enum fg_status st = FG_OK;
	int err;

	do {
		err = posix_fallocate(s->fd, 0, s->cap);
	} while (err == EINTR);
	if (err != 0) {
		errno = err;
		return status_of_errno();
	}
	for (uint32_t at = 0; st == FG_OK && at < s->cap;) {
		uint32_t n = s->cap - at;

		if (n > sizeof(zeros))
			n = sizeof(zeros);
		st = write_at(s->fd, zeros, n, (off_t)at);
		at += n;
	}
	return st;
}

static enum fg_status
reserve_and_map(struct segfile *s)
{
	enum fg_status st = reserve(s);
	void *map;

	if (st != FG_OK)
		return st;
	map = mmap(NULL, s->cap, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
	if (map == MAP_FAILED)
		return FG_E_IO;
	s->page = map;

	/*
	 * All pages at once: 90 ns instead of 1500 for one append in a hundred.
	 * A kernel before 5.14 takes them one by one.
	 */
	(void)madvise(map, s->cap, POPULATE_WRITE);

	/* A child must not see it: its parent goes on writing there. */
	return madvise(map, s->cap, MADV_DONTFORK) == 0 ? FG_OK : FG_E_IO;
}

/* The page and, behind it, room to put frames together. */
static enum fg_status
make_staging(struct segfile *s)
{
	s->page = calloc(1, SEGMENT_HEADER + STAGING);
	return s->page != NULL ? FG_OK : FG_E_NOMEM;
}

static enum fg_status
fill(struct segfile *s, const struct segment_info *info)
{
	enum fg_status st;

	if (flock(s->fd, LOCK_EX | LOCK_NB) != 0 || fchmod(s->fd, 0640) != 0)
		return FG_E_IO;
	st = s->written ? make_staging(s) : reserve_and_map(s);
	if (st != FG_OK)
		return st;
	segment_put(s->page, info);
	if (s->written)
		st = write_at(s->fd, s->page, SEGMENT_HEADER, 0);
	return st;
}

static void
let_go(struct segfile *s)
{
	int saved = errno;

	if (s->page != NULL && s->written)
		free(s->page);
	else if (s->page != NULL)
		(void)munmap(s->page, s->cap);
	(void)close(s->fd);
	memset(s, 0, sizeof(*s));
	errno = saved;
}

static void
unlink_quietly(int dirfd, const char *name)
{
	int saved = errno;

	(void)unlinkat(dirfd, name, 0);
	errno = saved;
}

static enum fg_status
try_create(int dirfd, struct segment_info *info, struct segfile *s)
{
	char new_name[SEGMENT_NEW_NAME], name[SEGMENT_NAME];
	enum fg_status st;

	memset(s, 0, sizeof(*s));
	s->written = (info->birth & SEGMENT_WRITTEN) != 0;
	s->cap = (uint32_t)info->capacity;
	s->tail = SEGMENT_HEADER;
	st = draw_id(info->id, &s->key);
	if (st != FG_OK)
		return st;
	s->seed = frame_seed(info->id);
	segment_name(new_name, ".new-", info->id);
	segment_name(name, "seg-", info->id);

	s->fd = openat(dirfd, new_name,
	    O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (s->fd < 0)
		return status_of_errno();
	st = fill(s, info);
	if (st == FG_OK && renameat(dirfd, new_name, dirfd, name) != 0)
		st = status_of_errno();
	if (st != FG_OK) {
		unlink_quietly(dirfd, new_name);
		let_go(s);
	}
	return st;
}

enum fg_status
segfile_create(int dirfd, const struct segment_info *info, struct segfile *out)
{
	struct segment_info fresh = *info;
	enum fg_status st;
	int tries = 0;

	/*
	 * A process stopped for an hour between birth and rename finds that the
	 * syncer has cleared away its file: it starts afresh.
	 */
	do {
		errno = 0;
		st = try_create(dirfd, &fresh, out);
	} while (st == FG_E_IO && errno == ENOENT && ++tries < BIRTH_TRIES);
	if (st != FG_OK)
		memset(out, 0, sizeof(*out));
	return st;
}

/* ---- Appending. ---- */

static size_t
user_size(size_t user_len)
{
	return user_len > 0 ? FRAME_SIZE(RECORD_USER_HEAD + user_len) : 0;
}

/* Where a frame of that size begins, if it may not cross a page. */
static size_t
place(size_t at, size_t size, bool written)
{
	size_t left = PAGE - at % PAGE;

	return written && size > left && size <= PAGE ? at + left : at;
}

static size_t
end_of(size_t at, size_t user_len, size_t n, bool written)
{
	size_t size = user_size(user_len);

	at = place(at, size, written) + size;
	size = FRAME_SIZE(n);
	return place(at, size, written) + size;
}

size_t
segfile_need(size_t user_len, size_t n, bool written)
{
	return end_of(SEGMENT_HEADER, user_len, n, written) - SEGMENT_HEADER;
}

bool
segfile_fits(const struct segfile *s, size_t user_len, size_t n)
{
	return end_of(s->tail, user_len, n, s->written) <= s->cap;
}

/* Frames being put together for one publication. */
struct run {
	uint8_t *dst; /* where the byte for offset start goes */
	uint32_t start;
	uint32_t at; /* offset of the next frame */
};

static uint8_t *
run_next(const struct run *r)
{
	return r->dst + (r->at - r->start);
}

static void
run_fill_page(struct run *r, uint32_t seed, size_t frame_size)
{
	size_t gap = place(r->at, frame_size, true) - r->at;
	uint8_t *dst = run_next(r);

	if (gap == 0)
		return;
	memset(dst, 0, gap);
	r->at += (uint32_t)frame_seal(dst, seed, r->at, gap - FRAME_HEADER);
}

static uint32_t
run_user(struct run *r, const struct segfile *s, const char *json, size_t len)
{
	struct record_text text = {json, len};
	uint32_t ref;
	size_t n = 0;

	if (s->written)
		run_fill_page(r, s->seed, user_size(len));
	ref = r->at;
	(void)record_put_user(run_next(r) + FRAME_HEADER, RECORD_MAX, text, &n);
	r->at += (uint32_t)frame_seal(run_next(r), s->seed, r->at, n);
	return ref;
}

static void
run_record(struct run *r, const struct segfile *s, uint32_t user_ref,
    const void *record, size_t n)
{
	uint8_t *payload;

	if (s->written)
		run_fill_page(r, s->seed, FRAME_SIZE(n));
	payload = run_next(r) + FRAME_HEADER;
	memcpy(payload, record, n);
	if (user_ref != 0)
		record_set_user(payload, user_ref);
	r->at += (uint32_t)frame_seal(run_next(r), s->seed, r->at, n);
}

enum fg_status
segfile_append(struct segfile *s, const char *user_json, size_t user_len,
    uint32_t *user_ref, const void *record, size_t n)
{
	struct run r = {s->page + s->tail, s->tail, s->tail};
	uint32_t ref = *user_ref;
	enum fg_status st;

	if (s->written)
		r.dst = s->page + SEGMENT_HEADER;
	if (user_json != NULL)
		ref = run_user(&r, s, user_json, user_len);
	run_record(&r, s, ref, record, n);
	if (s->written) {
		st = write_at(s->fd, r.dst, r.at - r.start, (off_t)r.start);
		if (st != FG_OK)
			return st;
	} else {
		/* Release: who reads this tail finds the frames before it. */
		segment_tail_store(s->page, r.at);
	}
	s->tail = r.at;
	*user_ref = ref;
	return FG_OK;
}

void
segfile_publish(struct segfile *s, size_t n)
{
	s->tail += (uint32_t)frame_seal(s->page + s->tail, s->seed, s->tail, n);
	segment_tail_store(s->page, s->tail);
}

/* ---- The page. ---- */

void
segfile_count(struct segfile *s, const uint64_t counters[SEGMENT_N_COUNTERS])
{
#pragma GCC unroll 8
	for (int i = 0; i < SEGMENT_N_COUNTERS; i++)
		segment_counter_store(
		    s->page, (enum segment_counter)i, counters[i]);
	if (s->written && ++s->pending >= COUNT_EVERY)
		segfile_sync_page(s);
}

void
segfile_sync_page(struct segfile *s)
{
	if (!s->written)
		return;
	s->pending = 0;
	(void)write_at(s->fd, s->page + SEGMENT_TAIL,
	    SEGMENT_HEADER - SEGMENT_TAIL, SEGMENT_TAIL);
}

void
segfile_seal(struct segfile *s)
{
	if (s->page == NULL)
		return;
	segment_flags_store(s->page, SEGMENT_SEALED);
	segfile_sync_page(s);
	let_go(s);
}
